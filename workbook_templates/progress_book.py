"""`theo_doi_tien_do.xlsx`: how far returning and appraising have come, for the council: an overview, units, appraisers, and whom to remind.

Arrives counted (`processor.progress`); the overview counts once more, by formula, over the sheets behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from workbook_templates.book import Book, Chart, Condition, Sheet, Value, a1, quoted

OVERVIEW, UNITS, APPRAISERS, REMIND = "Tổng quan", "Đơn vị", "Thẩm định", "Cần đôn đốc"
HEAD, FIRST = 4, 5
BLOCK, STATE, RECEIVED = 4, 5, 6
UNIT_HEADS = (
    "STT",
    "Mã",
    "Cơ quan, đơn vị",
    "Khối",
    "Tình trạng",
    "Nhận lúc",
    "Lần",
    "Lỗi còn lại",
    "Tệp nêu tên",
    "Tệp còn thiếu",
    "Báo cáo ký",
    "Tiêu chí phải thẩm định",
    "Chưa thẩm định",
    "Đã thẩm định (%)",
)
APPRAISER_HEADS = ("STT", "Cơ quan, hội đồng thẩm định", "Bước", "Lần", "Số đơn vị", "Tiêu chí", "Đã chấm", "Còn lại", "Đã chấm (%)", "Tệp")
REMIND_HEADS = ("STT", "Mã", "Cơ quan, đơn vị", "Việc còn thiếu", "Thời hạn")


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit: its state in words, the return looked at, its files, what of it is appraised. None is "not to be told yet"."""

    code: str
    name: str
    block: str
    state: str
    received: datetime | None
    round: int
    errors: int
    named: int | None
    missing: int | None
    report: str
    rows: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class AppraiserProgress:
    """One appraisal book: whose, for which stage and round, how many of its rows have a score."""

    name: str
    stage: str
    round: int
    units: int
    rows: int
    done: int
    file: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody who owes something: a unit's or office's code and name, what, by when."""

    code: str
    name: str
    what: str
    due: str


@dataclass(frozen=True, slots=True)
class ProgressData:
    """All that the workbook shows, as of `now` (a moment of Asia/Ho_Chi_Minh without its zone); `facts` are label and text."""

    title: str
    organiser: str
    now: datetime
    facts: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]
    units: tuple[UnitProgress, ...]
    appraisers: tuple[AppraiserProgress, ...]
    reminders: tuple[Reminder, ...]


def progress_book(data: ProgressData) -> Book:
    """The workbook."""
    sheets = [_overview(data), _reminders(data), _units(data)]
    if data.appraisers:
        sheets.append(_appraisers(data))
    return Book(f"Theo dõi tiến độ – {data.title}", sheets, password="tien-do", author=data.organiser)


def _sheet(name: str, data: ProgressData, heads: Sequence[str], widths: Sequence[float], *, landscape: bool = True) -> Sheet:
    sheet = Sheet(name, landscape=landscape, repeat_rows=(HEAD, HEAD), freeze=(FIRST, 4))
    sheet.widths = dict(enumerate(widths, 1))
    sheet.span(1, 1, len(heads), name.upper(), "title")
    sheet.span(2, 1, len(heads), f"{data.title} – lúc {data.now:%H:%M ngày %d/%m/%Y}", "unit")
    sheet.row(HEAD, heads, "head")
    return sheet


def _column(first: int, last: int, col: int) -> str:
    return f"{quoted(UNITS)}!{a1(first, col, absolute=True)}:{a1(max(first, last), col, absolute=True)}"


def _overview(data: ProgressData) -> Sheet:
    sheet = Sheet(OVERVIEW)
    count = len(data.states)
    last = 3 + count + 1
    sheet.widths = {1: 5, 2: 34, 3: 9} | dict.fromkeys(range(4, 4 + count), 9.5) | {last: 9.5}
    sheet.span(1, 1, last, "TIẾN ĐỘ ĐÁNH GIÁ CẢI CÁCH HÀNH CHÍNH", "title")
    sheet.span(2, 1, last, f"{data.title} – lúc {data.now:%H:%M ngày %d/%m/%Y}", "unit")
    row = 3
    for label, text in data.facts:
        row += 1
        sheet.span(row, 1, 2, label, "criterion")
        sheet.span(row, 3, last, text, "cell")
    head = row + 2
    sheet.row(head, ("STT", "Khối", "Số đơn vị", *data.states, "Hợp lệ (%)"), "head")
    end_unit = FIRST + len(data.units) - 1
    blocks, states = (_column(FIRST, end_unit, col) for col in (BLOCK, STATE))
    for row, (code, name) in enumerate(data.blocks, head + 1):
        mine = [one for one in data.units if one.block == code]
        sheet.put(row, 1, row - head, "number")
        sheet.put(row, 2, name, "cell")
        literal = '"' + code + '"'
        sheet.put(row, 3, len(mine), "number", f"COUNTIF({blocks},{literal})")
        for col, state in enumerate(data.states, 4):
            formula = f"SUMPRODUCT(({blocks}={literal})*({states}={a1(head, col, absolute=True)}))"
            sheet.put(row, col, sum(one.state == state for one in mine), "number", formula)
        _rate(sheet, row, last, len(mine), sum(one.state == data.states[0] for one in mine))
    first, end = head + 1, head + len(data.blocks)
    total = end + 1
    sheet.span(total, 1, 2, "Tổng cộng", "total")
    counts = [len(data.units), *(sum(one.state == state for one in data.units) for state in data.states)]
    for col, value in enumerate(counts, 3):
        sheet.put(total, col, value, "number_bold", f"SUM({a1(first, col)}:{a1(end, col)})")
    _rate(sheet, total, last, counts[0], counts[1])
    name = quoted(OVERVIEW)
    heads, sums = (f"{name}!{a1(row, 4, absolute=True)}:{a1(row, 3 + count, absolute=True)}" for row in (head, total))
    sheet.charts.append(Chart((total + 2, 1), "Số đơn vị theo tình trạng hồ sơ", heads, sums, width=620, height=230, counts=True))
    sheet.repeat_rows = (head, head)
    sheet.print_to = (total + 14, last)
    return sheet


def _rate(sheet: Sheet, row: int, col: int, units: int, good: int) -> None:
    formula = f"IF({a1(row, 3)}=0,0,{a1(row, 4)}/{a1(row, 3)}*100)"
    sheet.put(row, col, Fraction(good * 100, units) if units else Fraction(0), "rate", formula)


def _units(data: ProgressData) -> Sheet:
    sheet = _sheet(UNITS, data, UNIT_HEADS, (5, 10, 34, 10, 18, 16, 5.5, 7, 7.5, 7.5, 15, 9, 9, 9))
    row = HEAD
    for turn, one in enumerate(data.units, 1):
        row += 1
        values: list[tuple[Value, str]] = [
            (turn, "number"),
            (one.code, "code"),
            (one.name, "cell"),
            (one.block, "centre"),
            (one.state, "status"),
            (one.received, "moment"),
            (one.round, "number"),
            (one.errors or None, "number"),
            (one.named, "number"),
            (one.missing, "number"),
            (one.report, "status"),
            (one.rows, "number"),
            (one.left, "number"),
        ]
        for col, (value, look) in enumerate(values, 1):
            sheet.put(row, col, value, look)
        rows, left = a1(row, 12), a1(row, 13)
        share = None if one.rows is None or one.left is None else _share(one.rows, one.rows - one.left)
        sheet.put(row, 14, share, "rate", f'IF(OR({rows}="",{left}=""),"",IF({rows}=0,100,({rows}-{left})/{rows}*100))')
    _finish(sheet, row, len(UNIT_HEADS), (STATE, 11))
    sheet.text_number_areas = (f"B{FIRST}:B{row}", f"D{FIRST}:D{row}")
    return sheet


def _share(rows: int, done: int) -> Fraction:
    return Fraction(done * 100, rows) if rows else Fraction(100)


def _appraisers(data: ProgressData) -> Sheet:
    sheet = _sheet(APPRAISERS, data, APPRAISER_HEADS, (5, 42, 20, 6, 8, 9, 9, 9, 10, 34))
    row = HEAD
    for turn, one in enumerate(data.appraisers, 1):
        row += 1
        sheet.row(row, (turn,), "number")
        sheet.put(row, 2, one.name, "cell")
        sheet.put(row, 3, one.stage, "cell")
        for col, value in ((4, one.round), (5, one.units), (6, one.rows), (7, one.done)):
            sheet.put(row, col, value, "number")
        rows, done = a1(row, 6), a1(row, 7)
        sheet.put(row, 8, one.rows - one.done, "number", f"{rows}-{done}")
        sheet.put(row, 9, _share(one.rows, one.done), "rate", f"IF({rows}=0,100,{done}/{rows}*100)")
        sheet.put(row, 10, one.file, "cell")
    _finish(sheet, row, len(APPRAISER_HEADS), ())
    return sheet


def _reminders(data: ProgressData) -> Sheet:
    sheet = _sheet(REMIND, data, REMIND_HEADS, (5, 10, 34, 44, 22), landscape=False)
    row = HEAD
    for turn, one in enumerate(data.reminders, 1):
        row += 1
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, one.code, "code")
        sheet.put(row, 3, one.name, "cell")
        sheet.put(row, 4, one.what, "cell")
        sheet.put(row, 5, one.due, "cell")
    if not data.reminders:
        row += 1
        sheet.span(row, 1, 5, "Không còn ai phải đôn đốc.", "cell")
    _finish(sheet, row, len(REMIND_HEADS), ())
    sheet.text_number_areas = (f"B{FIRST}:B{row}",)
    return sheet


def _finish(sheet: Sheet, last: int, columns: int, states: Sequence[int]) -> None:
    last = max(last, FIRST)
    sheet.filter = ((HEAD, 1), (last, columns))
    sheet.print_to = (last, columns)
    for col in states:
        area, cell = f"{a1(FIRST, col)}:{a1(last, col)}", f"${a1(FIRST, col)}"
        sheet.conditions += [Condition(area, f'LEFT({cell},1)="✗"', "is_bad"), Condition(area, f'LEFT({cell},1)="✓"', "is_good")]
