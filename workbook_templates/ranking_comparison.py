"""This campaign beside an earlier one: units by rank, index and grade, leaves by their mean share; what cannot be compared says why.

What was is written as figures, with the earlier campaign's name; what is now, and every difference, is a formula.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from workbook_templates.book import Sheet, Value, a1, quoted
from workbook_templates.cells import beside
from workbook_templates.ranking_data import Comparison, Earlier, EarlierLeaf, UnitRow
from workbook_templates.ranking_plan import (
    EARLIER,
    GRADE,
    HEAD,
    INDEX,
    MAXIMA,
    RANK,
    Plan,
    Shape,
    Table,
    give_air,
    mean_of,
    put_line,
    ranking_cell,
    shaped,
)

(NAME, RANK_THEN, RANK_NOW, RANK_UP, INDEX_THEN, INDEX_NOW, INDEX_UP, GRADE_THEN, GRADE_NOW, WHY) = range(2, 12)
GONE_TITLE = "Đơn vị của đợt trước không còn trong đợt này"


def units_sheet(plan: Plan, against: Comparison) -> Sheet:
    """Every unit's rank, index and grade then and now; a rise of rank is a positive number."""
    sheet = Sheet(EARLIER, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(HEAD + 2, 3))
    sheet.widths = {1: 5, NAME: 31, RANK_THEN: 7, RANK_NOW: 7, RANK_UP: 7, INDEX_THEN: 8.5, INDEX_NOW: 8.5, INDEX_UP: 8.5}
    sheet.widths |= {GRADE_THEN: 11, GRADE_NOW: 11, WHY: 32}
    plan.heading(sheet, WHY, f"SO SÁNH VỚI ĐỢT TRƯỚC – NĂM {plan.data.year}", f"Đợt trước: {against.title}. {against.note}".strip())
    sheet.row(HEAD, ("STT", "Đơn vị"), "head")
    for row, texts in ((HEAD, ("Xếp hạng", "Chỉ số (%)")), (HEAD + 1, ("trước", "nay", "tăng (+)"))):
        for offset, first in enumerate((RANK_THEN, INDEX_THEN)):
            if row == HEAD:
                sheet.span(row, first, first + 2, texts[offset], "head")
            else:
                sheet.row(row, texts, "head", first)
    sheet.span(HEAD, GRADE_THEN, GRADE_NOW, "Xếp loại", "head")
    sheet.row(HEAD + 1, ("trước", "nay"), "head", GRADE_THEN)
    sheet.put(HEAD, WHY, "Ghi chú", "head")
    for col in (1, NAME, WHY):
        sheet.put(HEAD + 1, col, None, "head")
        sheet.merges.append(((HEAD, col), (HEAD + 1, col)))
    shape = cache(_shape)
    row, turn = HEAD + 1, 0
    for line in plan.lines:
        if line.unit is None and not line.is_title:
            continue
        row += 1
        if line.unit is None:
            turn = 0
            sheet.span(row, 1, WHY, line.block.name, "field")
        else:
            turn += 1
            values = _unit_line(turn, line.unit, against.units.get(line.unit.code, Earlier(note="Đơn vị mới")))
            put_line(sheet, row, shape(line.unit.digits), values, plan.numbers(line.unit))
    if against.gone:
        row += 1
        sheet.span(row, 1, WHY, GONE_TITLE, "field")
    for turn, (name, then) in enumerate(against.gone, 1):
        row += 1
        sheet.row(row, [None] * WHY, "cell")
        sheet.put(row, 1, turn, "number")
        sheet.put(row, NAME, name, "cell")
        sheet.put(row, RANK_THEN, then.rank, "number")
        sheet.put(row, INDEX_THEN, then.pari, "rate")
        sheet.put(row, GRADE_THEN, then.grade or None, "centre")
    give_air(sheet, HEAD + 2)
    sheet.print_to = (row, WHY)
    return sheet


def _shape(digits: int) -> Shape:
    ranks = f"{beside(RANK_THEN)}-{beside(RANK_NOW)}"
    indexes = f"{beside(INDEX_NOW)}-{beside(INDEX_THEN)}"
    return shaped(
        ("number", ""),
        ("cell", ""),
        ("number", ""),
        ("number", ranking_cell(RANK)),
        ("rise", _rise(beside(RANK_THEN), beside(RANK_NOW), ranks)),
        ("rate", ""),
        (f"index_{digits}", ranking_cell(INDEX)),
        ("rise_rate", _rise(beside(INDEX_THEN), beside(INDEX_NOW), indexes)),
        ("centre", ""),
        ("centre", ranking_cell(GRADE)),
        ("cell", ""),
    )


def _unit_line(turn: int, unit: UnitRow, then: Earlier) -> tuple[Value, ...]:
    """What stands in a unit's line, in the order of the columns."""
    up = None if then.rank is None or unit.rank is None else then.rank - unit.rank
    change = None if then.pari is None or unit.pari is None else unit.pari - then.pari
    ranks, indexes = (then.rank, unit.rank, up), (then.pari, unit.pari, change)
    return (turn, unit.name, *ranks, *indexes, then.grade or None, unit.grade, then.note)


def _rise(then: str, now: str, difference: str) -> str:
    return f'IF(AND(ISNUMBER({then}),ISNUMBER({now})),{difference},"")'


def leaves_sheet(plan: Plan, table: Table, against: Comparison) -> Sheet:
    """Every leaf's mean share then and now, in the order of the table."""
    sheet = Sheet(table.earlier, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 4))
    sheet.widths = {1: 5, 2: 7.5, 3: 38, 4: 8.5, 5: 9, 6: 9, 7: 9, 8: 21}
    tier = plan.tier_names[table.appendix.tier]
    note = f"Phụ lục {table.appendix.number}: {tier}. Bình quân điểm đạt / điểm tối đa. Đợt trước: {against.title}."
    plan.heading(sheet, 8, f"SO SÁNH THEO TIÊU CHÍ VỚI ĐỢT TRƯỚC – NĂM {plan.data.year}", note)
    sheet.row(HEAD, ("STT", "Mã", "Tiêu chí", "Mã đợt trước", "Đợt trước (%)", "Đợt này (%)", "Tăng (+), giảm", "Ghi chú"), "head")
    for row, leaf in enumerate(table.appendix.leaves, HEAD + 1):
        then = against.leaves.get((table.appendix.number, leaf.code), EarlierLeaf(note="Tiêu chí mới"))
        points = [one for _, unit in table.units if isinstance(one := unit.final.get(leaf.code), Fraction)]
        mean = mean_of(points)
        now = None if mean is None or not leaf.max else mean / leaf.max * 100
        column, most = table.column(table.leaf_col[leaf.code]), f"{quoted(table.final)}!{a1(MAXIMA, table.leaf_col[leaf.code])}"
        sheet.put(row, 1, row - HEAD, "number")
        sheet.put(row, 2, leaf.code, "code")
        sheet.put(row, 3, leaf.title, "cell")
        sheet.put(row, 4, then.code, "code")
        sheet.put(row, 5, then.share, "rate")
        sheet.put(row, 6, now, "rate", f'IF(OR(COUNT({column})=0,{most}=0),"",AVERAGE({column})/{most}*100)')
        change = None if then.share is None or now is None else now - then.share
        sheet.put(row, 7, change, "rise_rate", _rise(a1(row, 5), a1(row, 6), f"{a1(row, 6)}-{a1(row, 5)}"))
        sheet.put(row, 8, then.note, "cell")
    end = HEAD + len(table.appendix.leaves)
    sheet.text_number_areas = (f"B{HEAD + 1}:B{end}", f"D{HEAD + 1}:D{end}")
    give_air(sheet, HEAD + 1)
    sheet.print_to = (end, 8)
    return sheet
