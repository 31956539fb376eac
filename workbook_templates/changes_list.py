"""What goes back to a unit after an appraisal: a short list of the scores that came out otherwise than it scored itself, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from workbook_templates.book import Book, Sheet

HEADS = ("STT", "Mã", "Tiêu chí", "Điểm tối đa", "Điểm tự chấm", "Điểm thẩm định", "Chênh lệch", "Lý do, ý kiến")
_HEAD, _FIRST = 9, 10
NOTHING = "Không có điểm nào thay đổi: mọi điểm tự chấm được chấp nhận."


@dataclass(frozen=True, slots=True)
class Change:
    """One score that came out otherwise; "KĐG" and None (not scored) stand where there are no points."""

    code: str
    title: str
    most: Fraction
    own: Fraction | str | None
    score: Fraction | str | None
    reason: str


def changes_list(organiser: str, place: str, unit: str, title: str, council: str, changes: Sequence[Change]) -> Book:
    """The list as a book of one printed page or more; its total is a live formula."""
    sheet = Sheet("Điểm thay đổi", landscape=True, repeat_rows=(_HEAD, _HEAD))
    sheet.widths = {1: 5, 2: 8, 3: 44, 4: 9, 5: 10, 6: 11, 7: 10, 8: 42}
    sheet.span(1, 1, 3, organiser.upper(), "letter_left")
    sheet.span(1, 4, 8, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "letter_right")
    sheet.span(2, 4, 8, "Độc lập - Tự do - Hạnh phúc", "letter_motto")
    sheet.span(3, 4, 8, f"{place}, ngày …… tháng …… năm ……", "letter_date")
    sheet.span(5, 1, 8, "ĐIỂM THẨM ĐỊNH KHÁC ĐIỂM TỰ CHẤM", "title")
    sheet.span(6, 1, 8, unit, "unit")
    sheet.span(7, 1, 8, title, "small_centre")
    if not changes:
        sheet.span(_HEAD, 1, 8, NOTHING, "wrap")
    else:
        sheet.row(_HEAD, HEADS, "head")
    row = _HEAD
    total = Fraction(0)
    for row, one in enumerate(changes, _FIRST):
        difference = one.score - one.own if isinstance(one.score, Fraction) and isinstance(one.own, Fraction) else None
        total += difference or 0
        sheet.put(row, 1, row - _FIRST + 1, "number")
        sheet.put(row, 2, one.code, "code")
        sheet.put(row, 3, one.title, "cell")
        sheet.put(row, 4, one.most, "points")
        sheet.put(row, 5, one.own, "points")
        sheet.put(row, 6, one.score, "points_bold")
        sheet.put(row, 7, difference, "points", f'IF(AND(ISNUMBER(E{row}),ISNUMBER(F{row})),F{row}-E{row},"")')
        sheet.put(row, 8, one.reason, "cell")
    if changes:
        sheet.text_number_areas = (f"B{_FIRST}:B{row}",)
        row += 1
        sheet.span(row, 1, 6, "Cộng chênh lệch", "total")
        sheet.put(row, 7, total, "points_bold", f"SUM(G{_FIRST}:G{row - 1})")
        sheet.put(row, 8, None, "cell")
    sheet.span(row + 2, 6, 8, council.upper(), "signature")
    sheet.heights[row + 3] = 60
    sheet.print_to = (row + 3, 8)
    return Book(f"Điểm thẩm định khác điểm tự chấm – {unit}", [sheet], password="phieu", author=organiser)
