"""What each unit got of every criterion, and where each unit lost its points: a row per unit, all by formula over the scores sheet."""

from __future__ import annotations

from fractions import Fraction

from rubric_versions.model import Leaf
from rubric_versions.numbers import vi_short
from workbook_templates.book import Sheet, Value, a1, quoted
from workbook_templates.ranking_data import SKIPPED, UnitRow, left_of, possible_of, total
from workbook_templates.ranking_plan import HEAD, INDEX, MAXIMA, Plan, Span, Table, average, down, give_air, mean_of

FIRST_UNIT = HEAD + 3
"""The first line of the sheet of criteria: under the codes, the maxima and the means."""
MOST_LOST = 3
"""How many leaves a unit's line names as those that cost it most."""


def criteria_sheet(plan: Plan, table: Table) -> Sheet:
    """Per unit the share of each criterion in percent; on paper several pages side by side, the units with their index on each."""
    spans = table.criterion_spans
    first, end, index_col, start = FIRST_UNIT, table.last_line(FIRST_UNIT), 3, 4
    last = start + len(spans) - 1
    sheet = Sheet(table.criteria, landscape=True, repeat_rows=(HEAD, HEAD + 2), freeze=(first, start), fit=False)
    sheet.repeat_columns = (1, index_col)
    sheet.widths = {1: 5, 2: 31, index_col: 10} | dict.fromkeys(range(start, last + 1), 8.5)
    note = f"Phụ lục {table.appendix.number}: {plan.tier_names[table.appendix.tier]}"
    plan.heading(sheet, index_col, f"TỶ LỆ ĐIỂM THEO TIÊU CHÍ {plan.data.year} (%)", note)
    sheet.put(2, 1, plan.data.campaign_title, "unit")  # as wide as the columns on every page
    sheet.row(HEAD, ("STT", "Đơn vị", "Chỉ số (%)"), "head")
    for row, label in ((HEAD + 1, "Điểm tối đa"), (HEAD + 2, "Bình quân (%)")):
        sheet.put(row, 1, None, "cell")
        sheet.put(row, 2, label, "criterion")
    sheet.put(HEAD + 1, index_col, None, "cell")
    indexes = [unit.pari for _, unit in table.units if unit.pari is not None]
    sheet.put(HEAD + 2, index_col, mean_of(indexes), "rate_bold", average(down(first, end, index_col)))
    for col, span in enumerate(spans, start):
        sheet.put(HEAD, col, f"{span.node.code} {span.node.title}", "head_small")
        most = f"SUM({quoted(table.final)}!{a1(MAXIMA, span.first)}:{a1(MAXIMA, span.last)})"
        sheet.put(HEAD + 1, col, total(leaf.max for leaf in span.leaves), "field_code", most)
        shares = [share for _, unit in table.units if (share := _share(unit, span)) is not None]
        sheet.put(HEAD + 2, col, mean_of(shares), "rate_bold", average(down(first, end, col)))
    turn = 0
    for row, (block, unit) in enumerate(table.lines(), first):
        if unit is None:
            turn = 0
            sheet.span(row, 1, index_col, block.name, "field")
            continue
        turn += 1
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, unit.name, "cell")
        sheet.put(row, index_col, unit.pari, f"index_{unit.digits}", plan.ranking_cell(unit, INDEX))
        for col, span in enumerate(spans, start):
            got, possible = _sums(table, unit, span)
            formula = f'IF({a1(row, index_col)}="","",IF({possible}=0,"",{got}/{possible}*100))'
            sheet.put(row, col, _share(unit, span), "rate", formula)
    give_air(sheet, HEAD + 1)
    sheet.heights[HEAD] = 132.0
    sheet.print_to = (end, last)
    return sheet


def _share(unit: UnitRow, span: Span) -> Fraction | None:
    possible = possible_of(unit, span.leaves)
    return _got(unit, span) / possible * 100 if possible and unit.pari is not None else None


def _got(unit: UnitRow, span: Span) -> Fraction:
    return total(points for leaf in span.leaves if isinstance(points := unit.final.get(leaf.code), Fraction))


def _sums(table: Table, unit: UnitRow, span: Span) -> tuple[str, str]:
    """Formulas for what a unit got under a node and for what it could have got there."""
    name, row = quoted(table.final), table.row_of[unit.code]
    scores, maxima = (f"{name}!{a1(one, span.first)}:{a1(one, span.last)}" for one in (row, MAXIMA))
    return f"SUM({scores})", f'(SUM({maxima})-SUMIF({scores},"{SKIPPED}",{maxima}))'


def lost_units_sheet(plan: Plan, table: Table) -> Sheet:
    """Per unit the points lost in each field and altogether, and in words the leaves that cost it most, as of writing."""
    count = len(table.spans)
    whole, words_col = 3 + count, 4 + count
    first, end = HEAD + 1, table.last_line(HEAD + 1)
    sheet = Sheet(table.lost_units, landscape=True, repeat_rows=(HEAD, HEAD), freeze=(first, 3))
    each = max(6.5, min(9.0, 68 / count))
    sheet.widths = {1: 5, 2: 28} | dict.fromkeys(range(3, whole), each) | {whole: 8.5, words_col: 32}
    note = (
        f"Phụ lục {table.appendix.number}: {plan.tier_names[table.appendix.tier]}. Điểm tối đa được đánh giá trừ điểm đạt, "
        "chưa kể điểm cộng, điểm trừ."
    )
    plan.heading(sheet, words_col, f"ĐIỂM MẤT THEO ĐƠN VỊ NĂM {plan.data.year}", note)
    fields = (f"{span.node.code}. {span.node.title}" for span in table.spans)
    sheet.row(HEAD, ("STT", "Đơn vị", *fields, "Tổng điểm mất", "Mất nhiều nhất"), "head")
    turn = 0
    for row, (block, unit) in enumerate(table.lines(), first):
        if unit is None:
            turn = 0
            sheet.span(row, 1, words_col, block.name, "field")
            continue
        turn += 1
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, unit.name, "cell")
        shown = left_of(table.appendix, unit) == 0
        left = table.cell(unit, "left")
        lost = [possible_of(unit, span.leaves) - _got(unit, span) for span in table.spans]
        for offset, span in enumerate(table.spans):
            got, possible = _sums(table, unit, span)
            sheet.put(row, 3 + offset, lost[offset] if shown else None, "points", f'IF({left}>0,"",{possible}-{got})')
        run = f"{a1(row, 3)}:{a1(row, whole - 1)}"
        value: Value = total(lost) if shown else None
        sheet.put(row, whole, value, "points_bold", f'IF({left}>0,"",SUM({run}))')
        sheet.put(row, words_col, most_lost(unit, table.appendix.leaves) if shown else None, "cell")
    give_air(sheet, first)
    sheet.print_to = (end, words_col)
    return sheet


def most_lost(unit: UnitRow, leaves: tuple[Leaf, ...]) -> str:
    """The leaves that cost a unit most points, most first, in words: "3.2 (−1,5); 5.1.2 (−1)"."""
    lost = [(leaf.max - points, leaf) for leaf in leaves if isinstance(points := unit.final.get(leaf.code), Fraction) and points < leaf.max]
    worst = sorted(lost, key=lambda one: -one[0])[:MOST_LOST]
    return "; ".join(f"{leaf.code} (−{vi_short(points)})" for points, leaf in worst)
