"""Units of one tier that stand in several blocks, ranked all together (Xếp hạng chung), where the campaign asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from rubric_versions.numbers import rounded
from workbook_templates.book import Sheet, a1
from workbook_templates.cells import THERE, beside
from workbook_templates.ranking_data import BlockTable, RankingData, UnitRow
from workbook_templates.ranking_plan import GRADE, INDEX, RANK, ROUNDED, Plan, Shape, Table, put_line, ranking_cell, shaped, sheet_name

OVERALL = "Xếp hạng chung"
HEADS = ("Hạng chung", "Cơ quan, đơn vị", "Khối", "Chỉ số (%)", "Xếp loại", "Hạng trong khối")
HEAD, FIRST = 5, 6
_PLACE = THERE[2]
"""Where a formula names the place of its line among all."""
COMPARED, OPENS = 7, 8  # hidden: the index as it is compared, and whether a line is the first of its rank


@dataclass(frozen=True, slots=True)
class OverallLine:
    """One unit with its rank among all of its tier."""

    block: BlockTable
    unit: UnitRow
    rank: int


def overall_lines(data: RankingData) -> Mapping[str, tuple[OverallLine, ...]]:
    """The ranked units of every appendix whose units stand in several blocks, in order, with their rank; equal indexes as the rules say."""
    found: dict[str, tuple[OverallLine, ...]] = {}
    for appendix in data.version.appendices:
        units = [(block, unit) for block in data.blocks for unit in block.rows if unit.appendix == appendix.number]
        if len({block.code for block, _ in units}) > 1:
            found[appendix.number] = _ranked([(block, unit) for block, unit in units if unit.rank is not None], data.version.rules.ties)
    return {number: lines for number, lines in found.items() if lines}


def _ranked(units: list[tuple[BlockTable, UnitRow]], ties: str) -> tuple[OverallLine, ...]:
    indexes = Counter(_compared(unit) for _, unit in units)
    ranks: dict[Fraction, int] = {}
    before = 0
    for turn, index in enumerate(sorted(indexes, reverse=True), 1):
        ranks[index] = turn if ties == "share" else before + 1
        before += indexes[index]
    lines = [OverallLine(block, unit, ranks[_compared(unit)]) for block, unit in units]
    return tuple(sorted(lines, key=lambda one: one.rank))


def _compared(unit: UnitRow) -> Fraction:
    assert unit.pari is not None  # a unit with a rank has an index
    return rounded(unit.pari)


def overall_sheet(plan: Plan, table: Table, lines: tuple[OverallLine, ...]) -> Sheet:
    """One tier's common ranking: index, grade and block's rank taken from the computation, the rank by formula over the indexes."""
    tier = plan.tier_names[table.appendix.tier]
    sheet = Sheet(sheet_name(f"{OVERALL} {table.appendix.number}", set()), repeat_rows=(HEAD, HEAD), freeze=(FIRST, 3))
    sheet.widths = {1: 8, 2: 32, 3: 29, 4: 10, 5: 10, 6: 9, COMPARED: 8, OPENS: 4}
    sheet.hidden_columns = (COMPARED, OPENS)
    note = "Các đơn vị cùng nhóm ở mọi khối, theo chỉ số từ cao đến thấp. Thứ hạng để khen thưởng vẫn là thứ hạng trong khối."
    plan.heading(sheet, 6, f"XẾP HẠNG CHUNG NĂM {plan.data.year}: {tier.upper()}", note)
    sheet.row(HEAD, HEADS, "head")
    last = FIRST + len(lines) - 1
    compared, opens = (f"{a1(FIRST, col, absolute=True)}:{a1(last, col, absolute=True)}" for col in (COMPARED, OPENS))
    shares = plan.rules.ties == "share"
    rank = 0
    own = beside(COMPARED)
    ranked = f"1+SUMPRODUCT(({compared}>{own})*{opens})" if shares else f"RANK({own},{compared})"
    first = f"IF(MATCH({own},{compared},0)={_PLACE},1,0)"

    @cache
    def shape(digits: int) -> Shape:
        return shaped(
            ("number_bold", f'IF({own}="","",{ranked})'),
            ("cell", ""),
            ("cell", ""),
            (f"index_{digits}", ranking_cell(INDEX)),
            ("centre", ranking_cell(GRADE)),
            ("number", ranking_cell(RANK)),
            ("helper", ranking_cell(ROUNDED)),
            ("helper", f'IF({own}="",0,{first})'),
        )

    for place, line in enumerate(lines, 1):
        unit, opens_rank = line.unit, int(line.rank != rank)
        values = (line.rank, unit.name, line.block.name, unit.pari, unit.grade, unit.rank, _compared(unit), opens_rank)
        put_line(sheet, FIRST + place - 1, shape(unit.digits), values, (*plan.numbers(unit), place))
        rank = line.rank
    sheet.print_to = (last, 6)
    return sheet
