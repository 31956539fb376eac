"""The published table (Kết quả) and the decisions taken outside the rules: what is printed, signed and sent out."""

from __future__ import annotations

from functools import cache

from workbook_templates.book import Sheet
from workbook_templates.ranking_computation import line_values
from workbook_templates.ranking_plan import (
    COMMENDED,
    DECISIONS,
    FIRST,
    GOT,
    GRADE,
    HEAD,
    INDEX,
    NOTE,
    POSSIBLE,
    RANK,
    RESULT,
    Plan,
    Shape,
    give_air,
    put_line,
    ranking_cell,
    shaped,
)


def result_sheet(plan: Plan) -> Sheet:
    """The published table: portrait, its figures taken from the computation."""
    last, basis = 7, "(Kèm theo Quyết định số ….…/QĐ-….… ngày … tháng … năm ….… của {organiser})"
    sheet = Sheet(RESULT, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3))
    sheet.widths = {1: 7, 2: 28, 3: 8.5, 4: 8.5, 5: 9, 6: 9.5, 7: 19}
    sheet.span(1, 1, last, "Phụ lục", "appendix")
    sheet.span(2, 1, last, f"CHỈ SỐ VÀ XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {plan.data.year}", "title")
    sheet.span(3, 1, last, basis.format(organiser=plan.data.organiser), "basis")
    sheet.row(HEAD, ("Xếp hạng", "Đơn vị", "Điểm đạt", "Điểm tối đa", "Chỉ số (%)", "Xếp loại", "Ghi chú"), "head")
    sheet.row(HEAD + 1, [f"({index})" for index in range(1, last + 1)], "head_number")
    shape = cache(_result_shape)
    for row, line in enumerate(plan.lines, FIRST):
        unit = line.unit
        if unit is None:
            sheet.span(row, 1, last, line.text, "field" if line.is_title else "apart")
            continue
        values = line_values(plan, line)
        figures = (values[col] for col in (GOT, POSSIBLE, INDEX, GRADE, NOTE))
        put_line(sheet, row, shape(unit.digits), (values[RANK], unit.name, *figures), plan.numbers(unit))
    give_air(sheet, FIRST)
    end = plan.put_notes(sheet, FIRST + len(plan.lines), last)
    sheet.print_to = (end - 1, last)
    return sheet


def _result_shape(digits: int) -> Shape:
    figures = (f"figure_{digits}", f"figure_{digits}", f"index_{digits}", "centre", "cell")
    columns = zip(figures, map(ranking_cell, (GOT, POSSIBLE, INDEX, GRADE, NOTE)), strict=True)
    return shaped(("number_bold", ranking_cell(RANK)), ("cell", ""), *columns)


def commended_sheet(plan: Plan) -> Sheet:
    """Who is proposed for commendation, block by block (Cần Thơ 2018, Điều 12.2), in the order of the ranking, figures by formula."""
    sheet = Sheet(COMMENDED, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 3))
    sheet.widths = {1: 6, 2: 46, 3: 9, 4: 11, 5: 14}
    title = f"DANH SÁCH ĐỀ NGHỊ BIỂU DƯƠNG, KHEN THƯỞNG NĂM {plan.data.year}"
    plan.heading(sheet, 5, title, "Các hạng đầu mỗi khối theo số lượng của quy chế; bằng nhau ở hạng cuối thì đều được đề nghị.")
    sheet.row(HEAD, ("STT", "Đơn vị", "Xếp hạng", "Chỉ số (%)", "Xếp loại"), "head")
    shape = cache(_commended_shape)
    row, turn = HEAD, 0
    for block in plan.data.blocks:
        chosen = [unit for unit in block.rows if unit.commended]
        if chosen:
            row += 1
            sheet.span(row, 1, 5, block.name, "field")
        for unit in chosen:
            row, turn = row + 1, turn + 1
            put_line(sheet, row, shape(unit.digits), (turn, unit.name, unit.rank, unit.pari, unit.grade), plan.numbers(unit))
    give_air(sheet, HEAD + 1)
    sheet.print_to = (row, 5)
    return sheet


def _commended_shape(digits: int) -> Shape:
    columns = zip(("number_bold", f"index_{digits}", "centre"), map(ranking_cell, (RANK, INDEX, GRADE)), strict=True)
    return shaped(("number", ""), ("cell", ""), *columns)


def decisions_sheet(plan: Plan) -> Sheet:
    """Every decision a person took outside the rules, so that nobody has to ask why a unit counts."""
    sheet = Sheet(DECISIONS, landscape=True, repeat_rows=(4, 4), freeze=(5, 1))
    sheet.widths = {1: 34, 2: 22, 3: 42, 4: 17, 5: 16}
    plan.heading(sheet, 5, "QUYẾT ĐỊNH NGOÀI QUY ĐỊNH CHUNG")
    sheet.row(4, ("Cơ quan, đơn vị", "Quyết định", "Lý do", "Thời điểm", "Người ghi"), "head")
    for offset, told in enumerate(plan.data.decisions):
        sheet.row(5 + offset, told, "cell")
    sheet.print_to = (4 + len(plan.data.decisions), 5)
    return sheet
