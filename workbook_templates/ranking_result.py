"""The published table (Kết quả) and the decisions taken outside the rules: what is printed, signed and sent out."""

from __future__ import annotations

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
    give_air,
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
    looks = {RANK: "number_bold", GRADE: "centre", NOTE: "cell"}
    for row, line in enumerate(plan.lines, FIRST):
        unit = line.unit
        if unit is None:
            sheet.span(row, 1, last, line.text, "field" if line.is_title else "apart")
            continue
        values = line_values(plan, line)
        sheet.put(row, 2, unit.name, "cell")
        looks |= {GOT: f"figure_{unit.digits}", POSSIBLE: f"figure_{unit.digits}", INDEX: f"index_{unit.digits}"}
        for col, source in ((1, RANK), (3, GOT), (4, POSSIBLE), (5, INDEX), (6, GRADE), (7, NOTE)):
            sheet.put(row, col, values[source], looks[source], plan.ranking_cell(unit, source))
    give_air(sheet, FIRST)
    end = plan.put_notes(sheet, FIRST + len(plan.lines), last)
    sheet.print_to = (end - 1, last)
    return sheet


def commended_sheet(plan: Plan) -> Sheet:
    """Who is proposed for commendation, block by block (Cần Thơ 2018, Điều 12.2), in the order of the ranking, figures by formula."""
    sheet = Sheet(COMMENDED, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 3))
    sheet.widths = {1: 6, 2: 46, 3: 9, 4: 11, 5: 14}
    title = f"DANH SÁCH ĐỀ NGHỊ BIỂU DƯƠNG, KHEN THƯỞNG NĂM {plan.data.year}"
    plan.heading(sheet, 5, title, "Các hạng đầu mỗi khối theo số lượng của quy chế; bằng nhau ở hạng cuối thì đều được đề nghị.")
    sheet.row(HEAD, ("STT", "Đơn vị", "Xếp hạng", "Chỉ số (%)", "Xếp loại"), "head")
    row, turn = HEAD, 0
    for block in plan.data.blocks:
        chosen = [unit for unit in block.rows if unit.commended]
        if chosen:
            row += 1
            sheet.span(row, 1, 5, block.name, "field")
        for unit in chosen:
            row, turn = row + 1, turn + 1
            sheet.put(row, 1, turn, "number")
            sheet.put(row, 2, unit.name, "cell")
            sheet.put(row, 3, unit.rank, "number_bold", plan.ranking_cell(unit, RANK))
            sheet.put(row, 4, unit.pari, f"index_{unit.digits}", plan.ranking_cell(unit, INDEX))
            sheet.put(row, 5, unit.grade, "centre", plan.ranking_cell(unit, GRADE))
    give_air(sheet, HEAD + 1)
    sheet.print_to = (row, 5)
    return sheet


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
