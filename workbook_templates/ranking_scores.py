"""The scores that all else rests on (Bảng điểm, Điểm tự chấm): a row per unit, a column per leaf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from rubric_versions.model import points_of
from workbook_templates.book import Cell, Sheet, a1, area
from workbook_templates.ranking_data import KINDS, SKIPPED, BlockTable, Score, UnitRow, has_own, left_of, possible_of
from workbook_templates.ranking_plan import (
    APPRAISED,
    CENTRAL,
    FINAL_HEADS,
    LEGEND,
    MAXIMA,
    OWN_HEADS,
    SCORE_FIRST,
    SCORE_HEAD,
    TYPES,
    Plan,
    Span,
    Table,
    across,
    give_air,
    tall_head,
)


def final_sheet(plan: Plan, table: Table) -> Sheet:
    """Every unit's final points by leaf, and what the ranking takes from them. Fields and leaves are for the screen."""
    last = table.field_col - 1
    sheet = _score_sheet(plan, table.final, table, table.spans, last, f"BẢNG ĐIỂM NĂM {plan.data.year}")
    sheet.widths |= {1: 11, 2: 34, 3: 29, 4: 13} | dict.fromkeys(range(5, table.field_col), 8.8)
    sheet.widths |= dict.fromkeys(range(table.field_col, table.field_col + len(table.spans)), 7.5)
    for key, col in table.col.items():
        tall_head(sheet, col, FINAL_HEADS[key])
    sheet.span(SCORE_HEAD, table.field_col, table.field_col + len(table.spans) - 1, "Điểm theo lĩnh vực", "head")
    for offset, span in enumerate(table.spans):
        sheet.put(SCORE_HEAD + 1, table.field_col + offset, span.node.code, "head")
    _final_maxima(sheet, table)
    kinds, maxima = (across(row, table.spans[0].first, table.spans[-1].last) for row in (TYPES, MAXIMA))
    for block, unit in table.units:
        row = table.row_of[unit.code]
        run = across(row, table.spans[0].first, table.spans[-1].last, fixed=False)
        _score_row(plan, sheet, row, block, unit, unit.final, table.spans)
        sheet.put(row, table.col["kind"], KINDS[unit.kind], "cell")
        sheet.put(row, table.col["cases"], unit.deductions, "number")
        for key, points in (("bonus", unit.bonus_cases), ("minus", unit.minus_cases)):
            if key in table.col:
                sheet.put(row, table.col[key], points, "points_or_dash")
        leaves, everything = table.appendix.leaves, a1(MAXIMA, table.col["possible"], absolute=True)
        without = left_of(table.appendix, unit)
        figures: dict[str, tuple[Fraction, str]] = {
            "appraised": (unit.appraised, f'SUMIF({kinds},"{APPRAISED}",{run})'),
            "survey": (unit.survey, f'SUMIF({kinds},"{CENTRAL}",{run})'),
            "possible": (unit.A, f'{everything}-SUMIF({run},"{SKIPPED}",{maxima})'),
        }
        if plan.rescales:
            figures |= _rescaled_figures(table, unit, row, kinds, run, maxima)
        sheet.put(row, table.col["left"], without, "number", f'{len(leaves)}-COUNT({run})-COUNTIF({run},"{SKIPPED}")')
        blank = f"{a1(row, table.col['left'])}={len(leaves)}"
        for key, (value, formula) in figures.items():
            sheet.put(row, table.col[key], None if without == len(leaves) else value, "points", f'IF({blank},"",{formula})')
        for offset, span in enumerate(table.spans):
            cells = f"{a1(row, span.first)}:{a1(row, span.last)}"
            scored = any(isinstance(unit.final.get(leaf.code), Fraction) for leaf in span.leaves)
            got = unit.fields[offset][0] if scored else None
            sheet.put(row, table.field_col + offset, got, "centre", f'IF(COUNT({cells})=0,"",SUM({cells}))')
    give_air(sheet, SCORE_FIRST)
    return sheet


def _rescaled_figures(table: Table, unit: UnitRow, row: int, kinds: str, run: str, maxima: str) -> dict[str, tuple[Fraction, str]]:
    """What replaces A and is added where the appraised part is rescaled to its full maximum before the central part is added."""
    leaves = table.appendix.leaves
    assessed, appraised = a1(row, table.col["assessed"]), a1(row, table.col["appraised"])
    full = a1(MAXIMA, table.col["appraised"], absolute=True)

    def part(kind: str) -> str:
        return f'SUMPRODUCT(({kinds}="{kind}")*({run}<>"{SKIPPED}")*{maxima})'

    kept = possible_of(unit, [leaf for leaf in leaves if leaf.is_appraised])
    return {
        "assessed": (kept, part(APPRAISED)),
        "rescaled": (unit.rescaled, f"IF({assessed}=0,0,{appraised}/{assessed}*{full})"),
        "possible": (unit.A, f"IF({assessed}=0,0,{full})+{part(CENTRAL)}"),
    }


def _final_maxima(sheet: Sheet, table: Table) -> None:
    kinds, maxima = (across(row, table.spans[0].first, table.spans[-1].last) for row in (TYPES, MAXIMA))
    leaves = table.appendix.leaves
    appraised = points_of(tuple(leaf for leaf in leaves if leaf.is_appraised))
    everything = points_of(leaves)
    figures = {
        "appraised": (appraised, f'SUMIF({kinds},"{APPRAISED}",{maxima})'),
        "survey": (everything - appraised, f'SUMIF({kinds},"{CENTRAL}",{maxima})'),
        "possible": (everything, f"SUM({maxima})"),
    }
    for key, (value, formula) in figures.items():
        sheet.put(MAXIMA, table.col[key], value, "criterion_points", formula)
    for offset, span in enumerate(table.spans):
        run = f"{a1(MAXIMA, span.first)}:{a1(MAXIMA, span.last)}"
        sheet.put(MAXIMA, table.field_col + offset, points_of(span.leaves), "field_code", f"SUM({run})")


def own_sheet(plan: Plan, table: Table) -> Sheet:
    """What the units gave themselves, by leaf, in the same rows as the final points."""
    last = len(OWN_HEADS)
    sheet = _score_sheet(plan, table.own, table, table.own_spans, last, f"ĐIỂM TỰ CHẤM NĂM {plan.data.year}")
    sheet.widths |= {1: 11, 2: 40, 3: 34, 4: 12, 5: 14, 6: 12}
    for col, head in enumerate(OWN_HEADS, 1):
        tall_head(sheet, col, head)
    leaves = table.appendix.self_leaves
    if not table.own_spans:
        for block, unit in table.units:
            _score_row(plan, sheet, table.row_of[unit.code], block, unit, unit.own, ())
        return sheet
    start, end = table.own_spans[0].first, table.own_spans[-1].last
    maxima = across(MAXIMA, start, end)
    sheet.put(MAXIMA, 5, points_of(leaves), "criterion_points", f"SUM({maxima})")
    for block, unit in table.units:
        row = table.row_of[unit.code]
        run = across(row, start, end, fixed=False)
        _score_row(plan, sheet, row, block, unit, unit.own, table.own_spans)
        got, most = a1(row, 4), a1(row, 5)
        shown = has_own(unit)
        rate = unit.own_points / unit.own_possible * 100 if unit.own_possible else Fraction(0)
        sheet.put(row, 4, unit.own_points if shown else None, "points", f'IF(COUNT({run})+COUNTIF({run},"{SKIPPED}")=0,"",SUM({run}))')
        possible = f'{a1(MAXIMA, 5, absolute=True)}-SUMIF({run},"{SKIPPED}",{maxima})'
        sheet.put(row, 5, unit.own_possible if shown else None, "points", f'IF({got}="","",{possible})')
        sheet.put(row, 6, rate if shown else None, "rate", f'IF({got}="","",IF({most}=0,0,{got}/{most}*100))')
    give_air(sheet, SCORE_FIRST)
    return sheet


def _score_sheet(plan: Plan, name: str, table: Table, spans: Sequence[Span], last: int, title: str) -> Sheet:
    """A scores sheet with its heading and the heads, kinds and maxima of its leaves."""
    sheet = Sheet(name, landscape=True, repeat_rows=(SCORE_HEAD, MAXIMA), freeze=(SCORE_FIRST, 3), print_to=(table.last_row, last))
    tier = plan.tier_names[table.appendix.tier]
    plan.heading(sheet, last, f"{title} – PHỤ LỤC {table.appendix.number}: {tier.upper()}", LEGEND)
    for row in (TYPES, MAXIMA):
        for col in range(1, (spans[0].first if spans else last + 1)):
            sheet.put(row, col, None, "cell")
    sheet.put(TYPES, 2, "Loại điểm", "criterion")
    sheet.put(MAXIMA, 2, "Điểm tối đa", "criterion")
    for span in spans:
        sheet.span(SCORE_HEAD, span.first, span.last, f"{span.node.code}. {span.node.title}", "head_left")
        for col, leaf in enumerate(span.leaves, span.first):
            sheet.widths[col] = 6.5
            sheet.put(SCORE_HEAD + 1, col, leaf.code, "head")
            sheet.put(TYPES, col, CENTRAL if leaf.is_central else APPRAISED, "head_number")
            sheet.put(MAXIMA, col, leaf.max, "field_code")
    areas = [f"A{SCORE_FIRST}:A{table.last_row}"]
    if spans:
        areas.append(area((SCORE_HEAD + 1, last + 1), (SCORE_HEAD + 1, spans[-1].last)))
    sheet.text_number_areas = tuple(areas)
    return sheet


def _score_row(
    plan: Plan, sheet: Sheet, row: int, block: BlockTable, unit: UnitRow, scores: Mapping[str, Score], spans: Iterable[Span]
) -> None:
    """A unit's name and points. Equal cells are one object: a large campaign has millions of them and few different points."""
    sheet.put(row, 1, unit.code, "code")
    sheet.put(row, 2, unit.name, "cell")
    sheet.put(row, 3, block.name, "cell")
    for span in spans:
        for col, leaf in enumerate(span.leaves, span.first):
            score = scores.get(leaf.code)
            cell = plan.made.get(score)
            if cell is None:
                cell = plan.made[score] = Cell(score, look="centre")
            sheet.cells[row, col] = cell
