"""Analyses beside the ranking: shares by field (with a chart per tier) and points lost by criterion."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial

from rubric_versions.model import Leaf, points_of
from workbook_templates.book import Chart, Sheet, a1, quoted
from workbook_templates.cells import beside
from workbook_templates.ranking_data import SKIPPED
from workbook_templates.ranking_plan import (
    FIELDS,
    HEAD,
    INDEX,
    MAXIMA,
    SCORES_ROW,
    Plan,
    Shape,
    Table,
    average,
    down,
    give_air,
    mean_of,
    put_line,
    ranking_cell,
    shaped,
)

SHARE_FIRST = HEAD + 2
"""The first line of a sheet of shares, under the head and the mean."""


def fields_sheet(plan: Plan) -> Sheet:
    """Per tier the mean share of each field, as a table and a chart."""
    sheet = Sheet(FIELDS)
    sheet.widths = {1: 6, 2: 54, 3: 9, 4: 9, 5: 10}
    plan.heading(
        sheet,
        5,
        f"KẾT QUẢ THEO LĨNH VỰC NĂM {plan.data.year}",
        "Bình quân tỷ lệ điểm đạt trên điểm tối đa của lĩnh vực, tính trên các đơn vị có chỉ số.",
    )
    row, breaks = 5, list[int]()
    for table in plan.tables.values():
        sheet.put(row, 1, f"Phụ lục {table.appendix.number}: {plan.tier_names[table.appendix.tier]}", "section")
        for col in range(2, 6):
            sheet.put(row, col, None, "section")
        sheet.row(row + 1, ("STT", "Lĩnh vực", "Điểm tối đa", "Số đơn vị", "Bình quân (%)"), "head")
        first = row + 2
        for offset, span in enumerate(table.spans):
            shares = [share for _, unit in table.units if (share := table.shares[unit.code][offset]) is not None]
            column = f"{quoted(table.fields)}!{down(SHARE_FIRST, table.last_line(SHARE_FIRST), 3 + offset)}"
            sheet.put(first + offset, 1, span.node.code, "code")
            sheet.put(first + offset, 2, span.node.title, "cell")
            maximum = f"{quoted(table.final)}!{a1(MAXIMA, table.field_col + offset)}"
            sheet.put(first + offset, 3, points_of(span.leaves), "centre", maximum)
            sheet.put(first + offset, 4, len(shares), "number", f"COUNT({column})")
            sheet.put(first + offset, 5, mean_of(shares), "rate", average(column))
        last = first + len(table.spans) - 1
        titles, means = (f"{quoted(FIELDS)}!{down(first, last, col)}" for col in (2, 5))
        height = 90 + 36 * len(table.spans)
        title = f"Bình quân theo lĩnh vực (%): {plan.tier_names[table.appendix.tier]}"
        sheet.charts.append(Chart((last + 2, 1), title, titles, means, maximum=100, width=625, height=height))
        row = last + 2 + height // 20 + 2
        breaks.append(row - 1)
    give_air(sheet, 7)
    sheet.page_breaks = tuple(breaks[:-1])
    sheet.text_number_areas = (f"A5:A{row}",)
    sheet.print_to = (row - 1, 5)
    return sheet


def field_shares_sheet(plan: Plan, table: Table) -> Sheet:
    """Per unit the share of each field in percent, its index beside them."""
    count = len(table.spans)
    last = 3 + count
    first, end = SHARE_FIRST, table.last_line(SHARE_FIRST)
    sheet = Sheet(table.fields, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(first, 3))
    sheet.widths = {1: 5, 2: 31} | dict.fromkeys(range(3, last), max(8.0, min(11.5, 90 / count))) | {last: 10}
    tier = plan.tier_names[table.appendix.tier]
    plan.heading(
        sheet,
        last,
        f"TỶ LỆ ĐIỂM ĐẠT THEO LĨNH VỰC NĂM {plan.data.year} (%)",
        f"Phụ lục {table.appendix.number}: {tier}. Điểm đạt / điểm tối đa được đánh giá của từng lĩnh vực.",
    )
    sheet.row(HEAD, ("STT", "Đơn vị", *(f"{span.node.code}. {span.node.title}" for span in table.spans), "Chỉ số (%)"), "head")
    sheet.put(HEAD + 1, 1, None, "cell")
    sheet.put(HEAD + 1, 2, "Bình quân", "criterion")
    for offset in range(count):
        shares = [share for _, unit in table.units if (share := table.shares[unit.code][offset]) is not None]
        sheet.put(HEAD + 1, 3 + offset, mean_of(shares), "rate_bold", average(down(first, end, 3 + offset)))
    indexes = [unit.pari for _, unit in table.units if unit.pari is not None]
    sheet.put(HEAD + 1, last, mean_of(indexes), "rate_bold", average(down(first, end, last)))
    shape = cache(partial(_shares_shape, table, last))
    turn = 0
    for row, (block, unit) in enumerate(table.lines(), first):
        if unit is None:
            turn = 0
            sheet.span(row, 1, last, block.name, "field")
            continue
        turn += 1
        put_line(sheet, row, shape(unit.digits), (turn, unit.name, *table.shares[unit.code], unit.pari), plan.numbers(unit))
    give_air(sheet, first - 1)
    sheet.print_to = (end, last)
    return sheet


def _shares_shape(table: Table, index_col: int, digits: int) -> Shape:
    final, shares = quoted(table.final), []
    for col, span in enumerate(table.spans, table.field_col):
        maxima = f"{final}!{a1(MAXIMA, span.first)}:{a1(MAXIMA, span.last)}"
        possible = f'({final}!{a1(MAXIMA, col)}-SUMIF({table.of_leaves(span.first, span.last)},"{SKIPPED}",{maxima}))'
        got = f"{final}!{beside(col, SCORES_ROW)}"
        shares.append(("rate", f'IF({beside(index_col)}="","",IF({possible}=0,"",{got}/{possible}*100))'))
    return shaped(("number", ""), ("cell", ""), *shares, (f"index_{digits}", ranking_cell(INDEX)))


def lost_sheet(plan: Plan, table: Table) -> Sheet:
    """Criteria by the points lost on average, most first as of writing; the means stay live."""
    sheet = Sheet(table.lost, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 4))
    sheet.widths = {1: 5, 2: 7, 3: 37, 4: 8, 5: 8, 6: 8, 7: 8, 8: 8}
    tier = plan.tier_names[table.appendix.tier]
    note = f"Phụ lục {table.appendix.number}: {tier}. Từ tiêu chí mất nhiều điểm nhất; không tính đơn vị không đánh giá tiêu chí."
    plan.heading(sheet, 8, f"ĐIỂM MẤT THEO TIÊU CHÍ NĂM {plan.data.year}", note)
    sheet.row(HEAD, ("STT", "Mã", "Tiêu chí", "Điểm tối đa", "Số đơn vị", "Bình quân đạt", "Bình quân mất", "Tỷ lệ mất (%)"), "head")
    found = {
        leaf.code: [one for _, unit in table.units if isinstance(one := unit.final.get(leaf.code), Fraction)]
        for leaf in table.appendix.leaves
    }
    means = {code: mean_of(points) for code, points in found.items()}

    def lost(leaf: Leaf) -> Fraction:
        mean = means[leaf.code]
        return Fraction(-1) if mean is None else leaf.max - mean

    for row, leaf in enumerate(sorted(table.appendix.leaves, key=lost, reverse=True), HEAD + 1):
        column, mean = table.column(table.leaf_col[leaf.code]), means[leaf.code]
        most, got, gone = (a1(row, col) for col in (4, 6, 7))
        maximum = f"{quoted(table.final)}!{a1(MAXIMA, table.leaf_col[leaf.code])}"
        sheet.put(row, 1, row - HEAD, "number")
        sheet.put(row, 2, leaf.code, "code")
        sheet.put(row, 3, leaf.title, "cell")
        sheet.put(row, 4, leaf.max, "centre", maximum)
        sheet.put(row, 5, len(found[leaf.code]), "number", f"COUNT({column})")
        sheet.put(row, 6, mean, "rate", average(column))
        sheet.put(row, 7, None if mean is None else leaf.max - mean, "rate_bold", f'IF({got}="","",{most}-{got})')
        rate = None if mean is None else (leaf.max - mean) / leaf.max * 100 if leaf.max else Fraction(0)
        sheet.put(row, 8, rate, "rate", f'IF({got}="","",IF({most}=0,0,{gone}/{most}*100))')
    end = HEAD + len(table.appendix.leaves)
    sheet.text_number_areas = (f"B{HEAD + 1}:B{end}",)
    give_air(sheet, HEAD + 1)
    sheet.print_to = (end, 8)
    return sheet
