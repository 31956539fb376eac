"""The workbook of what changed between two versions: every difference with its basis, and the points of every field then and now."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rubric_versions.differences import KINDS, Difference, tables
from rubric_versions.model import Appendix, RubricVersion
from rubric_versions.words import APPENDIX
from workbook_templates.book import Book, Sheet

CHANGES, POINTS = "Thay đổi", "Điểm theo lĩnh vực"
HEADS = ("STT", "Phụ lục", "Mã", "Tiêu chí, quy tắc", "Thay đổi", "Trước", "Nay", "Căn cứ")
POINT_HEADS = ("Mã", "Lĩnh vực", "Trước", "Nay", "Chênh lệch")
HEAD_ROW = 5


def difference_book(before: RubricVersion, after: RubricVersion, found: Sequence[Difference]) -> Book:
    """The book, ready to print and to sort: one line a difference, in the order of `differences`."""
    title = f"Thay đổi của bộ tiêu chí {after.id} so với {before.id}"
    return Book(title, [_changes(before, after, found), _points(before, after)], author=after.issuer)


def _heading(sheet: Sheet, last: int, title: str, before: RubricVersion, after: RubricVersion) -> None:
    sheet.span(1, 1, last, title, "title")
    sheet.span(2, 1, last, f"Trước: {before.title} ({before.id})", "small_centre")
    sheet.span(3, 1, last, f"Nay: {after.title} ({after.id})", "small_centre")


def _changes(before: RubricVersion, after: RubricVersion, found: Sequence[Difference]) -> Sheet:
    sheet = Sheet(CHANGES, landscape=True, repeat_rows=(HEAD_ROW, HEAD_ROW), freeze=(HEAD_ROW + 1, 1), locked=False)
    sheet.widths = {1: 6, 2: 9, 3: 9, 4: 32, 5: 15, 6: 32, 7: 32, 8: 28}
    _heading(sheet, len(HEADS), "NHỮNG THAY ĐỔI CẦN BIẾT CỦA BỘ TIÊU CHÍ", before, after)
    sheet.row(HEAD_ROW, HEADS, "head")
    for turn, one in enumerate(found, 1):
        row = HEAD_ROW + turn
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, one.appendix or "–", "centre")
        sheet.put(row, 3, one.code or "–", "centre")
        sheet.put(row, 4, one.title, "cell")
        sheet.put(row, 5, KINDS[one.kind], "cell")
        for col, text in ((6, one.before), (7, one.after), (8, one.basis)):
            sheet.put(row, col, text or "–", "cell")
    last = HEAD_ROW + max(1, len(found))
    if not found:
        sheet.span(last, 1, len(HEADS), "Hai bộ tiêu chí không khác nhau.", "centre")
    sheet.filter = ((HEAD_ROW, 1), (last, len(HEADS)))
    sheet.text_number_areas = (f"B{HEAD_ROW + 1}:C{last}", f"F{HEAD_ROW + 1}:G{last}")
    sheet.print_to = (last, len(HEADS))
    return sheet


def _points(before: RubricVersion, after: RubricVersion) -> Sheet:
    sheet = Sheet(POINTS, repeat_rows=None, locked=False)
    sheet.widths = {1: 9, 2: 52, 3: 12, 4: 12, 5: 13}
    _heading(sheet, len(POINT_HEADS), "ĐIỂM TỐI ĐA THEO LĨNH VỰC", before, after)
    row = HEAD_ROW
    for old, new in tables(before, after):
        row = _table(sheet, row, old, new) + 2
    sheet.text_number_areas = (f"A{HEAD_ROW}:A{row}",)
    sheet.print_to = (row - 2, len(POINT_HEADS))
    return sheet


def _table(sheet: Sheet, row: int, old: Appendix | None, new: Appendix | None) -> int:
    """Writes one table's fields from `row` on; gives the row of its totals."""
    names = [f"{APPENDIX.format(number=one.number)}" for one in (old, new) if one]
    shown = new or old
    assert shown is not None
    sheet.span(row, 1, len(POINT_HEADS), f"{' → '.join(dict.fromkeys(names))}: {shown.title}", "section")
    sheet.row(row + 1, POINT_HEADS, "head")
    first = row + 2
    fields = {node.code: (node.title, Fraction(0), node.max) for node in (new.children if new else ())}
    for node in old.children if old else ():
        title, _, now = fields.get(node.code, (node.title, Fraction(0), Fraction(0)))
        fields[node.code] = (title, node.max, now)
    at = first
    for code, (title, then, now) in fields.items():
        sheet.put(at, 1, code, "centre")
        sheet.put(at, 2, title, "cell")
        sheet.put(at, 3, then, "points")
        sheet.put(at, 4, now, "points")
        sheet.put(at, 5, now - then, "points", f"D{at}-C{at}")
        at += 1
    sheet.span(at, 1, 2, "Tổng cộng", "total")
    for col, name, index in ((3, "C", 1), (4, "D", 2)):
        total = sum((values[index] for values in fields.values() if isinstance(values[index], Fraction)), Fraction(0))
        sheet.put(at, col, total, "points_bold", f"SUM({name}{first}:{name}{at - 1})")
    change = sum((now - then for _, then, now in fields.values()), Fraction(0))
    sheet.put(at, 5, change, "points_bold", f"D{at}-C{at}")
    return at
