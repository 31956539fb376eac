"""`so_theo_doi.xlsx`: what the ledger knows, for people: where every unit stands, every file received, every decision, the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workbook_templates.book import Book, Condition, Rows, Sheet, Value, a1


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
    looks = ("number", "code", "cell", "centre", "status", "moment", "rate", "number", "number", "cell")
    lines: list[tuple[Value, ...]] = [
        (turn, one.code, one.name, one.block, one.state, _naive(one.received), one.rate, one.errors or None, one.left, one.decisions)
        for turn, one in enumerate(units, 1)
    ]
    return _finished(sheet, looks, lines, 5, "B")


def _files(title: str, files: Sequence[FileLine]) -> Sheet:
    sheet = _sheet("Tệp đã nhận", title, FILE_HEADS, (6, 17, 32, 28, 16, 7, 9, 18, 18))
    looks = ("number", "moment", "cell", "cell", "status", "number", "number", "cell", "code")
    lines: list[tuple[Value, ...]] = [
        (
            turn,
            _naive(one.received),
            one.file,
            one.unit,
            VERDICTS[one.verdict],
            one.errors or None,
            one.warnings or None,
            one.how,
            one.sha256[:12],
        )
        for turn, one in enumerate(files, 1)
    ]
    return _finished(sheet, looks, lines, 5, "I")


def _log(title: str, log: Sequence[tuple[int, datetime, str, str, str, str, str]]) -> Sheet:
    sheet = _sheet("Nhật ký", title, LOG_HEADS, (7, 17, 14, 20, 26, 38, 18))
    looks = ("number", "moment", "cell", "cell", "cell", "cell", "code")
    lines: list[tuple[Value, ...]] = [(seq, _naive(when), *told, digest[:16]) for seq, when, *told, digest in log]
    return _finished(sheet, looks, lines, 0, "G")


def _finished(sheet: Sheet, looks: tuple[str, ...], lines: list[tuple[Value, ...]], status: int, text_column: str) -> Sheet:
    """The sheet with its lines, from row 5 on, and all that goes by their number."""
    if lines:
        sheet.tables.append(Rows(5, looks, ("",) * len(looks), list(lines)))
    last = 4 + max(len(lines), 1)
    sheet.filter = ((4, 1), (last, len(looks)))
    sheet.print_to = (last, len(looks))
    sheet.text_number_areas = (f"{text_column}5:{text_column}{last}",)
    if status:
        area, cell = f"{a1(5, status)}:{a1(last, status)}", f"${a1(5, status)}"
        sheet.conditions = [Condition(area, f'LEFT({cell},1)="✗"', "is_bad"), Condition(area, f'LEFT({cell},1)="✓"', "is_good")]
    return sheet


def _naive(when: datetime | None) -> datetime | None:
    """The hour on the wall in Vietnam, as a cell holds it: cells know no zones."""
    return when.replace(tzinfo=None, microsecond=0) if when else None
