"""The computation (Xếp hạng): every figure of a unit by formula from the scores sheets, ranks and grades by formula over those."""

from __future__ import annotations

from rubric_versions.numbers import rounded
from workbook_templates.book import Sheet, Value, a1, quoted
from workbook_templates.cells import THERE, beside
from workbook_templates.ranking_data import KINDS, BlockTable, Kind, UnitRow, has_own, left_of
from workbook_templates.ranking_plan import (
    APPRAISED_COL,
    COMMENDED,
    FINAL,
    FIRST,
    GOT,
    GRADE,
    HEAD,
    INDEX,
    MINUS,
    NOT_RANKED,
    NOTE,
    OWN,
    POSSIBLE,
    RANK,
    RANKING,
    ROUNDED,
    RULES,
    SELF,
    SURVEY,
    TURN,
    UNFINISHED,
    Line,
    Plan,
    Shape,
    Table,
    down,
    give_air,
    put_line,
    shaped,
)

_PLACE = THERE[2]
"""Where a formula names the place of the unit's line among those of its block."""


def line_values(plan: Plan, line: Line) -> dict[int, Value]:
    """What the formulas of a unit's line come to, by column."""
    unit = line.unit
    assert unit is not None
    shown = unit.pari is not None
    note = unit.words
    if unit.kind != "missing" and not shown:
        note = UNFINISHED.format(count=left_of(plan.tables[unit.appendix].appendix, unit))
    elif unit.kind == "unranked":
        note = NOT_RANKED
    elif unit.commended:
        note = COMMENDED
    taken = unit.rescaled + unit.survey + unit.bonus - unit.a
    figures = (unit.rescaled, unit.survey + unit.bonus, taken, unit.a, unit.A, unit.pari)
    own = unit.own_points if has_own(unit) else None
    values: dict[int, Value] = {SELF: own, NOTE: note, RANK: unit.rank, GRADE: unit.grade}
    values.update((col, figure if shown else None) for col, figure in enumerate(figures, APPRAISED_COL))
    return values


def ranking_sheet(plan: Plan) -> Sheet:
    """The computation, block by block, landscape: every figure by formula from the scores sheets."""
    sheet = Sheet(RANKING, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3))
    sheet.widths = {
        1: 5,
        2: 31,
        SELF: 9,
        APPRAISED_COL: 9,
        SURVEY: 9,
        MINUS: 8,
        GOT: 10,
        POSSIBLE: 8.5,
        INDEX: 10.5,
        RANK: 7,
        GRADE: 10,
        NOTE: 18,
        ROUNDED: 8,
        TURN: 4,
    }
    sheet.hidden_columns = (ROUNDED, TURN)
    note = f"Mỗi số là một công thức, lần ngược được đến từng tiêu chí ở các trang {FINAL}, {OWN} và đến trang {RULES}."
    plan.heading(sheet, NOTE, f"TÍNH CHỈ SỐ VÀ XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {plan.data.year}", note)
    appraised = "Thẩm định quy đổi" if plan.rescales else "Điểm thẩm định"
    heads = (
        "STT",
        "Đơn vị",
        "Điểm tự chấm",
        appraised,
        "Điểm tập trung, điểm cộng" if plan.rules.bonus else "Điểm tập trung",
        "Điểm trừ",
        "Điểm đạt (a)",
        "Điểm tối đa (A)",
        "Chỉ số (%)",
        "Xếp hạng",
        "Xếp loại",
        "Ghi chú",
    )
    sheet.row(HEAD, heads, "head")
    sums = {GOT: "(7) = (4) + (5) – (6)", INDEX: "(9) = (7) / (8) × 100"}
    sheet.row(HEAD + 1, [sums.get(index, f"({index})") for index in range(1, NOTE + 1)], "head_number")
    turn, shapes = 0, _Shapes(plan)
    for row, line in enumerate(plan.lines, FIRST):
        if line.unit is None:
            turn = 0 if line.is_title else turn
            sheet.span(row, 1, NOTE, line.text, "field" if line.is_title else "apart")
        else:
            turn += 1
            numbers = (*plan.numbers(line.unit), row - plan.rows_of_block[line.block.code][0] + 1)
            put_line(sheet, row, shapes.of(line.block, line.unit), _line(plan, row, turn, line, line.unit), numbers)
    give_air(sheet, FIRST)
    end = plan.put_notes(sheet, FIRST + len(plan.lines), NOTE)
    sheet.print_to = (end - 1, NOTE)
    return sheet


class _Shapes:
    """The shapes of the units' lines, each made once: they differ by block, appendix, kind, and the digits of the index."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._made: dict[tuple[str, str, Kind, int], Shape] = {}

    def of(self, block: BlockTable, unit: UnitRow) -> Shape:
        key = block.code, unit.appendix, unit.kind, unit.digits
        if key not in self._made:
            self._made[key] = _shape(self._plan, block, self._plan.tables[unit.appendix], unit.kind, unit.digits)
        return self._made[key]


def _shape(plan: Plan, block: BlockTable, table: Table, kind_of: Kind, digits: int) -> Shape:
    left, kind = table.cell("left"), table.cell("kind")
    appraised, survey, minus, got, most, index, rank, helper = map(
        beside, (APPRAISED_COL, SURVEY, MINUS, GOT, POSSIBLE, INDEX, RANK, ROUNDED)
    )
    added = f"+MIN(TRAN_DIEM_CONG,{table.cell('bonus')})" if plan.rules.bonus else ""
    formulas = {
        SELF: table.own_cell(4),
        APPRAISED_COL: f'IF({left}>0,"",{table.cell("rescaled" if plan.rescales else "appraised")})',
        SURVEY: f'IF({left}>0,"",{table.cell("survey")}{added})',
        MINUS: f'IF({left}>0,"",{_minus_formula(plan, table, f"{appraised}+{survey}")})',
        GOT: f'IF({left}>0,"",{appraised}+{survey}-{minus})',
        POSSIBLE: f'IF({left}>0,"",{table.cell("possible")})',
        INDEX: f'IF({left}>0,"",IF({most}=0,0,{got}/{most}*100))',
        RANK: f'IF({helper}="","",{_rank_formula(plan, block)})',
        GRADE: f'IF({kind}="{KINDS["missing"]}",XEP_LOAI_KHONG_HO_SO&"",IF({index}="","",{_grade_formula(plan, index)}))',
        NOTE: _note_formula(plan, left, rank, block, kind_of),
        ROUNDED: f'IF({kind}<>"{KINDS["ranked"]}","",IF({index}="","",ROUND({index},9)))',
    }
    looks = {MINUS: "points_or_dash", GOT: "points_bold", INDEX: f"index_{digits}", RANK: "number_bold"}
    looks |= {GRADE: "centre", NOTE: "cell", ROUNDED: "helper"}
    if plan.rules.ties == "share":
        first, last = plan.rows_of_block[block.code]
        found = f"IF(MATCH({helper},{down(first, last, ROUNDED)},0)={_PLACE},1,0)"
        formulas[TURN], looks[TURN] = f'IF({helper}="",0,{found})', "helper"
    return shaped(("number", ""), ("cell", ""), *((looks.get(col, "points"), formula) for col, formula in formulas.items()))


def _line(plan: Plan, row: int, turn: int, line: Line, unit: UnitRow) -> tuple[Value, ...]:
    """What stands in a unit's line, from column 1 on."""
    values = line_values(plan, line)
    compared = None if unit.rank is None or unit.pari is None else rounded(unit.pari)
    opens = (int(line.opens_rank),) if plan.rules.ties == "share" else ()
    return (turn, unit.name, *(values[col] for col in range(SELF, NOTE + 1)), compared, *opens)


def _rank_formula(plan: Plan, block: BlockTable) -> str:
    first, last = plan.rows_of_block[block.code]
    compared = down(first, last, ROUNDED)
    if plan.rules.ties == "share":  # counts each greater index once; a text is greater than any number, but opens no rank
        return f"1+SUMPRODUCT(({compared}>{beside(ROUNDED)})*{down(first, last, TURN)})"
    return f"RANK({beside(ROUNDED)},{compared})"


def _minus_formula(plan: Plan, table: Table, whole: str) -> str:
    """All that is taken off: listed cases up to their cap, never more than there is, then the deduction off the rest."""
    cases = table.cell("cases")
    if plan.rules.minus is None:
        return _deduction_formula(plan, f"({whole})", cases)
    listed = f"MIN({whole},TRAN_DIEM_TRU,{table.cell('minus')})"
    return f"{listed}+{_deduction_formula(plan, f'({whole}-{listed})', cases)}"


def _deduction_formula(plan: Plan, gross: str, cases: str) -> str:
    if plan.rules.deduction is None:
        return "0"
    if plan.rules.deduction.per_case:
        return f"MIN({gross},{gross}*TY_LE_TRU/100*{cases})"
    return f"IF({cases}>0,MIN({gross},{gross}*TY_LE_TRU/100),0)"


def _grade_formula(plan: Plan, index: str) -> str:
    found = f"INDEX(TEN_XEP_LOAI,SUMPRODUCT((NGUONG_XEP_LOAI>ROUND({index},9))*1)+1)"
    if plan.grades()[-1].at_least > 0:
        return f'IF(ROUND({index},9)<MIN(NGUONG_XEP_LOAI),"",{found})'
    return found


def _note_formula(plan: Plan, left: str, rank: str, block: BlockTable, kind: Kind) -> str:
    if kind == "missing":
        return ""
    before, after = UNFINISHED.split("{count}")
    rest = f'"{NOT_RANKED}"'
    if kind == "ranked":
        number = f"{quoted(RULES)}!{a1(plan.block_row + plan.block_turn[block.code], 3, absolute=True)}"
        rest = f'IF({rank}<={number},"{COMMENDED}","")'
    return f'IF({left}>0,"{before}"&{left}&"{after}",{rest})'
