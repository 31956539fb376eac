"""`so_theo_doi.xlsx`: what the ledger knows, for people: where every unit stands, every file received, every decision, the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workbook_templates.book import Book, Condition, Sheet, Value, a1


@dataclass(frozen=True, slots=True)
class UnitLine:
    """Where one unit stands: its state in words, which return counts and when it came, what is left to appraise."""

    code: str
    name: str
    block: str
    state: str
    received: datetime | None
    rate: Value
    errors: int
    left: int | None
    decisions: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file received."""

    received: datetime
    file: str
    unit: str
    verdict: str
    errors: int
    warnings: int
    how: str
    sha256: str


UNIT_HEADS = (
    "STT",
    "Mã",
    "Cơ quan, đơn vị",
    "Khối",
    "Tình trạng",
    "Nhận lúc",
    "Tỷ lệ tự chấm (%)",
    "Số lỗi",
    "Chưa thẩm định",
    "Quyết định",
)
FILE_HEADS = ("STT", "Nhận lúc", "Tên tệp", "Đơn vị", "Kết luận", "Số lỗi", "Số cảnh báo", "Số đến, kênh, lý do", "SHA-256")
LOG_HEADS = ("STT", "Thời điểm", "Người thực hiện", "Việc", "Đơn vị", "Nội dung", "Mã băm sự kiện")
VERDICTS = {"accepted": "✓ Chấp nhận", "returned": "✗ Trả lại", "foreign": "– Không nhận ra"}


def tracking_book(
    title: str,
    organiser: str,
    units: Sequence[UnitLine],
    files: Sequence[FileLine],
    log: Sequence[tuple[int, datetime, str, str, str, str, str]],
) -> Book:
    """The book; its last line of the log carries the digest by which the whole ledger can be held to account."""
    return Book(
        f"Sổ theo dõi – {title}", [_units(title, units), _files(title, files), _log(title, log)], password="so-theo-doi", author=organiser
    )


def _sheet(name: str, title: str, heads: tuple[str, ...], widths: tuple[float, ...]) -> Sheet:
    sheet = Sheet(name, landscape=True, repeat_rows=(4, 4), freeze=(5, 4))
    sheet.widths = dict(enumerate(widths, 1))
    sheet.span(1, 1, len(heads), name.upper(), "title")
    sheet.span(2, 1, len(heads), title, "unit")
    sheet.row(4, heads, "head")
    return sheet


def _units(title: str, units: Sequence[UnitLine]) -> Sheet:
    sheet = _sheet("Tình trạng", title, UNIT_HEADS, (6, 12, 36, 10, 20, 17, 11, 7, 10, 20))
    row = 4
    for turn, one in enumerate(units, 1):
        row += 1
        values: list[tuple[Value, str]] = [
            (turn, "number"),
            (one.code, "code"),
            (one.name, "cell"),
            (one.block, "centre"),
            (one.state, "status"),
            (_naive(one.received), "moment"),
            (one.rate, "rate"),
            (one.errors or None, "number"),
            (one.left, "number"),
            (one.decisions, "cell"),
        ]
        for col, (value, look) in enumerate(values, 1):
            sheet.put(row, col, value, look)
    _finish(sheet, row, len(UNIT_HEADS), 5, "B")
    return sheet


def _files(title: str, files: Sequence[FileLine]) -> Sheet:
    sheet = _sheet("Tệp đã nhận", title, FILE_HEADS, (6, 17, 32, 28, 16, 7, 9, 18, 18))
    row = 4
    for turn, one in enumerate(files, 1):
        row += 1
        values: list[tuple[Value, str]] = [
            (turn, "number"),
            (_naive(one.received), "moment"),
            (one.file, "cell"),
            (one.unit, "cell"),
            (VERDICTS[one.verdict], "status"),
            (one.errors or None, "number"),
            (one.warnings or None, "number"),
            (one.how, "cell"),
            (one.sha256[:12], "code"),
        ]
        for col, (value, look) in enumerate(values, 1):
            sheet.put(row, col, value, look)
    _finish(sheet, row, len(FILE_HEADS), 5, "I")
    return sheet


def _log(title: str, log: Sequence[tuple[int, datetime, str, str, str, str, str]]) -> Sheet:
    sheet = _sheet("Nhật ký", title, LOG_HEADS, (7, 17, 14, 20, 26, 38, 18))
    row = 4
    for seq, when, actor, what, unit, told, digest in log:
        row += 1
        values: list[tuple[Value, str]] = [
            (seq, "number"),
            (_naive(when), "moment"),
            (actor, "cell"),
            (what, "cell"),
            (unit, "cell"),
            (told, "cell"),
            (digest[:16], "code"),
        ]
        for col, (value, look) in enumerate(values, 1):
            sheet.put(row, col, value, look)
    _finish(sheet, row, len(LOG_HEADS), 0, "G")
    return sheet


def _finish(sheet: Sheet, last: int, columns: int, status: int, text_column: str) -> None:
    last = max(last, 5)
    sheet.filter = ((4, 1), (last, columns))
    sheet.print_to = (last, columns)
    sheet.text_number_areas = (f"{text_column}5:{text_column}{last}",)
    if status:
        area, cell = f"{a1(5, status)}:{a1(last, status)}", f"${a1(5, status)}"
        sheet.conditions = [Condition(area, f'LEFT({cell},1)="✗"', "is_bad"), Condition(area, f'LEFT({cell},1)="✓"', "is_good")]


def _naive(when: datetime | None) -> datetime | None:
    """The hour on the wall in Vietnam, as a cell holds it: cells know no zones."""
    return when.replace(tzinfo=None, microsecond=0) if when else None
