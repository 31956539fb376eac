"""The scores that all else rests on (Bảng điểm, Điểm tự chấm): a row per unit, a column per leaf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rubric_versions.model import points_of
from workbook_templates.book import Sheet, Value, a1, area
from workbook_templates.cells import beside
from workbook_templates.ranking_data import KINDS, SKIPPED, BlockTable, UnitRow, has_own, left_of, possible_of
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
    Shape,
    Span,
    Table,
    across,
    put_line,
    shaped,
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
    shape = _final_shape(plan, table)
    codes = list(table.leaf_col)
    for block, unit in table.units:
        put_line(sheet, table.row_of[unit.code], shape, (*_final_figures(table, block, unit), *map(unit.final.get, codes)))
    return sheet


def _final_shape(plan: Plan, table: Table) -> Shape:
    leaves, start, end = table.appendix.leaves, table.spans[0].first, table.spans[-1].last
    kinds, maxima = (across(row, start, end) for row in (TYPES, MAXIMA))
    run, left = f"{beside(start)}:{beside(end)}", beside(table.col["left"])
    figures = {
        "appraised": f'SUMIF({kinds},"{APPRAISED}",{run})',
        "survey": f'SUMIF({kinds},"{CENTRAL}",{run})',
        "possible": f'{a1(MAXIMA, table.col["possible"], absolute=True)}-SUMIF({run},"{SKIPPED}",{maxima})',
    }
    if plan.rescales:
        figures |= _rescaled_figures(table, kinds, run, maxima)
    looks = {"code": "code", "cases": "number", "bonus": "points_or_dash", "minus": "points_or_dash", "left": "number"}
    looks |= dict.fromkeys(figures, "points")
    formulas = {key: f'IF({left}={len(leaves)},"",{formula})' for key, formula in figures.items()}
    formulas["left"] = f'{len(leaves)}-COUNT({run})-COUNTIF({run},"{SKIPPED}")'
    columns = [(looks.get(key, "cell"), formulas.get(key, "")) for key in table.col]
    for span in table.spans:
        cells = f"{beside(span.first)}:{beside(span.last)}"
        columns.append(("centre", f'IF(COUNT({cells})=0,"",SUM({cells}))'))
    return shaped(*columns, *(("centre", "") for _ in leaves))


def _final_figures(table: Table, block: BlockTable, unit: UnitRow) -> Iterator[Value]:
    """What stands before the leaves in a unit's line."""
    leaves = table.appendix.leaves
    without = left_of(table.appendix, unit)
    figures: dict[str, Value] = {
        "code": unit.code,
        "name": unit.name,
        "block": block.name,
        "kind": KINDS[unit.kind],
        "cases": unit.deductions,
        "bonus": unit.bonus_cases,
        "minus": unit.minus_cases,
        "left": without,
    }
    if without < len(leaves):
        figures |= {"appraised": unit.appraised, "survey": unit.survey, "possible": unit.A}
        if "rescaled" in table.col:
            figures |= {"assessed": possible_of(unit, [leaf for leaf in leaves if leaf.is_appraised]), "rescaled": unit.rescaled}
    yield from (figures.get(key) for key in table.col)
    for offset, span in enumerate(table.spans):
        scored = any(isinstance(unit.final.get(leaf.code), Fraction) for leaf in span.leaves)
        yield unit.fields[offset][0] if scored else None


def _rescaled_figures(table: Table, kinds: str, run: str, maxima: str) -> dict[str, str]:
    """What replaces A and is added where the appraised part is rescaled to its full maximum before the central part is added."""
    assessed, appraised = beside(table.col["assessed"]), beside(table.col["appraised"])
    full = a1(MAXIMA, table.col["appraised"], absolute=True)

    def part(kind: str) -> str:
        return f'SUMPRODUCT(({kinds}="{kind}")*({run}<>"{SKIPPED}")*{maxima})'

    return {
        "assessed": part(APPRAISED),
        "rescaled": f"IF({assessed}=0,0,{appraised}/{assessed}*{full})",
        "possible": f"IF({assessed}=0,0,{full})+{part(CENTRAL)}",
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
            put_line(sheet, table.row_of[unit.code], _NAMES, (unit.code, unit.name, block.name), air=0)
        return sheet
    start, end = table.own_spans[0].first, table.own_spans[-1].last
    maxima, run = across(MAXIMA, start, end), f"{beside(start)}:{beside(end)}"
    sheet.put(MAXIMA, 5, points_of(leaves), "criterion_points", f"SUM({maxima})")
    got, most = beside(4), beside(5)
    shape = shaped(
        *zip(_NAMES.looks, _NAMES.formulas, strict=True),
        ("points", f'IF(COUNT({run})+COUNTIF({run},"{SKIPPED}")=0,"",SUM({run}))'),
        ("points", f'IF({got}="","",{a1(MAXIMA, 5, absolute=True)}-SUMIF({run},"{SKIPPED}",{maxima}))'),
        ("rate", f'IF({got}="","",IF({most}=0,0,{got}/{most}*100))'),
        *(("centre", "") for _ in table.own_col),
    )
    codes = list(table.own_col)
    for block, unit in table.units:
        figures: tuple[Value, ...] = (None, None, None)
        if has_own(unit):
            rate = unit.own_points / unit.own_possible * 100 if unit.own_possible else Fraction(0)
            figures = (unit.own_points, unit.own_possible, rate)
        values = (unit.code, unit.name, block.name, *figures, *map(unit.own.get, codes))
        put_line(sheet, table.row_of[unit.code], shape, values)
    return sheet


_NAMES = shaped(("code", ""), ("cell", ""), ("cell", ""))
"""A unit's code and name, and its block's name."""


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
