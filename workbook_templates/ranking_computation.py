"""The computation (Xếp hạng): every figure of a unit by formula from the scores sheets, ranks and grades by formula over those."""

from __future__ import annotations

from rubric_versions.numbers import rounded
from workbook_templates.book import Sheet, Value, a1, quoted
from workbook_templates.ranking_data import KINDS, BlockTable, UnitRow, has_own, left_of
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
    Table,
    down,
    give_air,
)


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
    turn = 0
    for row, line in enumerate(plan.lines, FIRST):
        if line.unit is None:
            turn = 0 if line.is_title else turn
            sheet.span(row, 1, NOTE, line.text, "field" if line.is_title else "apart")
        else:
            turn += 1
            _ranking_row(plan, sheet, row, turn, line, line.unit)
    give_air(sheet, FIRST)
    end = plan.put_notes(sheet, FIRST + len(plan.lines), NOTE)
    sheet.print_to = (end - 1, NOTE)
    return sheet


def _ranking_row(plan: Plan, sheet: Sheet, row: int, turn: int, line: Line, unit: UnitRow) -> None:
    table, values = plan.tables[unit.appendix], line_values(plan, line)
    left, kind = table.cell(unit, "left"), table.cell(unit, "kind")
    appraised, survey, minus, got, most, index, rank, helper = (
        a1(row, col) for col in (APPRAISED_COL, SURVEY, MINUS, GOT, POSSIBLE, INDEX, RANK, ROUNDED)
    )
    added = f"+MIN(TRAN_DIEM_CONG,{table.cell(unit, 'bonus')})" if plan.rules.bonus else ""
    formulas = {
        SELF: table.own_cell(unit, 4),
        APPRAISED_COL: f'IF({left}>0,"",{table.cell(unit, "rescaled" if plan.rescales else "appraised")})',
        SURVEY: f'IF({left}>0,"",{table.cell(unit, "survey")}{added})',
        MINUS: f'IF({left}>0,"",{_minus_formula(plan, table, unit, f"{appraised}+{survey}")})',
        GOT: f'IF({left}>0,"",{appraised}+{survey}-{minus})',
        POSSIBLE: f'IF({left}>0,"",{table.cell(unit, "possible")})',
        INDEX: f'IF({left}>0,"",IF({most}=0,0,{got}/{most}*100))',
        RANK: f'IF({helper}="","",{_rank_formula(plan, row, line.block)})',
        GRADE: f'IF({kind}="{KINDS["missing"]}",XEP_LOAI_KHONG_HO_SO&"",IF({index}="","",{_grade_formula(plan, index)}))',
        NOTE: _note_formula(plan, left, rank, line.block, unit),
    }
    looks = {MINUS: "points_or_dash", GOT: "points_bold", INDEX: f"index_{unit.digits}", RANK: "number_bold"}
    looks |= {GRADE: "centre", NOTE: "cell"}
    sheet.put(row, 1, turn, "number")
    sheet.put(row, 2, unit.name, "cell")
    for col, formula in formulas.items():
        sheet.put(row, col, values[col], looks.get(col, "points"), formula)
    compared = None if unit.rank is None or unit.pari is None else rounded(unit.pari)
    sheet.put(row, ROUNDED, compared, "helper", f'IF({kind}<>"{KINDS["ranked"]}","",IF({index}="","",ROUND({index},9)))')
    if plan.rules.ties == "share":
        first, last = plan.rows_of_block[line.block.code]
        found = f"IF(MATCH({helper},{down(first, last, ROUNDED)},0)={row - first + 1},1,0)"
        sheet.put(row, TURN, int(line.opens_rank), "helper", f'IF({helper}="",0,{found})')


def _rank_formula(plan: Plan, row: int, block: BlockTable) -> str:
    first, last = plan.rows_of_block[block.code]
    compared = down(first, last, ROUNDED)
    if plan.rules.ties == "share":  # counts each greater index once; a text is greater than any number, but opens no rank
        return f"1+SUMPRODUCT(({compared}>{a1(row, ROUNDED)})*{down(first, last, TURN)})"
    return f"RANK({a1(row, ROUNDED)},{compared})"


def _minus_formula(plan: Plan, table: Table, unit: UnitRow, whole: str) -> str:
    """All that is taken off: listed cases up to their cap, never more than there is, then the deduction off the rest."""
    cases = table.cell(unit, "cases")
    if plan.rules.minus is None:
        return _deduction_formula(plan, f"({whole})", cases)
    listed = f"MIN({whole},TRAN_DIEM_TRU,{table.cell(unit, 'minus')})"
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


def _note_formula(plan: Plan, left: str, rank: str, block: BlockTable, unit: UnitRow) -> str:
    if unit.kind == "missing":
        return ""
    before, after = UNFINISHED.split("{count}")
    rest = f'"{NOT_RANKED}"'
    if unit.kind == "ranked":
        number = f"{quoted(RULES)}!{a1(plan.block_row + plan.block_turn[block.code], 3, absolute=True)}"
        rest = f'IF({rank}<={number},"{COMMENDED}","")'
    return f'IF({left}>0,"{before}"&{left}&"{after}",{rest})'
