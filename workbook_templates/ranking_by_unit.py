"""What each unit got of every criterion, and where each unit lost its points: a row per unit, all by formula over the scores sheet."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache, partial

from rubric_versions.model import Leaf
from rubric_versions.numbers import vi_short
from workbook_templates.book import Sheet, Value, a1, quoted
from workbook_templates.cells import beside
from workbook_templates.ranking_data import SKIPPED, Sums, left_of, total
from workbook_templates.ranking_plan import (
    HEAD,
    INDEX,
    MAXIMA,
    Plan,
    Shape,
    Span,
    Table,
    average,
    down,
    give_air,
    mean_of,
    put_line,
    ranking_cell,
    shaped,
)

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
    shape, runs = cache(partial(_criteria_shape, table, index_col)), table.runs(spans)
    turn, shown = 0, [list[Fraction]() for _ in spans]
    for row, (block, unit) in enumerate(table.lines(), first):
        if unit is None:
            turn = 0
            sheet.span(row, 1, index_col, block.name, "field")
            continue
        turn += 1
        shares = [None] * len(spans) if unit.pari is None else Sums(unit, table.appendix.leaves).shares(runs)
        for offset, share in enumerate(shares):
            if share is not None:
                shown[offset].append(share)
        put_line(sheet, row, shape(unit.digits), (turn, unit.name, unit.pari, *shares), plan.numbers(unit))
    for col, found in enumerate(shown, start):
        sheet.put(HEAD + 2, col, mean_of(found), "rate_bold", average(down(first, end, col)))
    give_air(sheet, HEAD + 1)
    sheet.heights[HEAD] = 132.0
    sheet.print_to = (end, last)
    return sheet


def _criteria_shape(table: Table, index_col: int, digits: int) -> Shape:
    shares = []
    for span in table.criterion_spans:
        got, possible = _sums(table, span)
        shares.append(("rate", f'IF({beside(index_col)}="","",IF({possible}=0,"",{got}/{possible}*100))'))
    return shaped(("number", ""), ("cell", ""), (f"index_{digits}", ranking_cell(INDEX)), *shares)


def _sums(table: Table, span: Span) -> tuple[str, str]:
    """Formulas for what a unit got under a node and for what it could have got there."""
    scores = table.of_leaves(span.first, span.last)
    maxima = f"{quoted(table.final)}!{a1(MAXIMA, span.first)}:{a1(MAXIMA, span.last)}"
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
    left, leaves = table.cell("left"), table.appendix.leaves
    runs = [*table.runs(table.spans), (0, len(leaves))]
    sums_of = (_sums(table, span) for span in table.spans)
    lost_columns = [("points", f'IF({left}>0,"",{possible}-{got})') for got, possible in sums_of]
    all_lost = f'IF({left}>0,"",SUM({beside(3)}:{beside(whole - 1)}))'
    shape = shaped(("number", ""), ("cell", ""), *lost_columns, ("points_bold", all_lost), ("cell", ""))
    turn = 0
    for row, (block, unit) in enumerate(table.lines(), first):
        if unit is None:
            turn = 0
            sheet.span(row, 1, words_col, block.name, "field")
            continue
        turn += 1
        figures: tuple[Value, ...] = (None,) * (count + 2)
        if left_of(table.appendix, unit) == 0:
            sums = Sums(unit, leaves)
            figures = (*sums.lost(runs), most_lost(sums, leaves))
        put_line(sheet, row, shape, (turn, unit.name, *figures), plan.numbers(unit))
    give_air(sheet, first)
    sheet.print_to = (end, words_col)
    return sheet


def most_lost(sums: Sums, leaves: tuple[Leaf, ...]) -> str:
    """The leaves that cost a unit most points, most first, in words: "3.2 (−1,5); 5.1.2 (−1)"."""
    return "; ".join(f"{leaves[turn].code} (−{_lost_words(points)})" for turn, points in sums.worst(MOST_LOST))


_lost_words = lru_cache(maxsize=4096)(vi_short)
