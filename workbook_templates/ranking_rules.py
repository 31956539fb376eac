"""The rules that the ranking's formulas read (Quy tắc), and how many units of each block have each grade (Tổng hợp xếp loại)."""

from __future__ import annotations

from fractions import Fraction

from rubric_versions.numbers import vi_short
from workbook_templates.book import Chart, Sheet, a1, quoted, text_literal
from workbook_templates.ranking_data import BlockTable, total
from workbook_templates.ranking_plan import (
    FIRST,
    GRADE,
    GRADES,
    HEAD,
    INDEX,
    RANKING,
    RULES,
    Plan,
    across,
    average,
    down,
    give_air,
    mean_of,
    number,
    run,
)


def rules_sheet(plan: Plan) -> Sheet:
    """The numbers that the formulas read, and where they come from."""
    rules, version = plan.rules, plan.data.version
    sheet = Sheet(RULES, repeat_rows=None)
    sheet.widths = {1: 38, 2: 14, 3: 34}
    named = version.basis_words
    plan.heading(sheet, 3, "QUY TẮC XẾP LOẠI, XẾP HẠNG", f"Theo {named}.")
    sheet.put(plan.rule_row - 2, 1, "Xếp loại", "section")
    sheet.row(plan.rule_row - 1, ("Xếp loại", "Chỉ số từ (%)", "Cách hiểu"), "head")
    above = ""
    for row, grade in enumerate(plan.grades(), plan.rule_row):
        least = vi_short(grade.at_least)
        sheet.put(row, 1, grade.name, "cell")
        sheet.put(row, 2, grade.at_least, "centre")
        sheet.put(row, 3, f"từ {least} % đến dưới {above} %" if above else f"từ {least} % trở lên", "cell")
        above = least
    row = plan.rule_row + len(rules.grades) + 1
    cut = rules.deduction
    each = "" if cut is None else "mỗi trường hợp một lần" if cut.per_case else "một lần, dù có nhiều trường hợp"
    sheet.put(row, 1, "Tỷ lệ trừ trên tổng số điểm (%)", "cell")
    sheet.put(row, 2, cut.percent if cut else 0, "centre")
    sheet.put(row, 3, f"{each} ({cut.basis})" if cut else "không quy định", "cell")
    sheet.put(row + 1, 1, "Xếp loại khi không có hồ sơ hợp lệ", "cell")
    sheet.put(row + 1, 2, rules.missing.grade, "centre")
    sheet.put(row + 1, 3, f"{rules.missing.shown} ({rules.missing.basis})", "cell")
    for offset, (key, listed) in enumerate(plan.caps):
        sheet.put(plan.cap_row + offset, 1, f"Mức trần điểm {'cộng' if key == 'bonus' else 'trừ'} theo trường hợp", "cell")
        sheet.put(plan.cap_row + offset, 2, listed.cap, "centre")
        sheet.put(plan.cap_row + offset, 3, listed.basis, "cell")
    sheet.put(plan.block_row - 2, 1, "Khối và số đơn vị đề nghị biểu dương", "section")
    sheet.row(plan.block_row - 1, ("Khối", "Số đơn vị", "Đề nghị biểu dương: từ hạng 1 đến hạng"), "head")
    for turn, block in enumerate(plan.data.blocks):
        sheet.put(plan.block_row + turn, 1, block.name, "cell")
        sheet.put(plan.block_row + turn, 2, len(block.rows), "number")
        sheet.put(plan.block_row + turn, 3, block.commended, "number")
    row = plan.block_row + len(plan.data.blocks) + 1
    sheet.put(row, 1, "Nguồn của quy tắc và tiêu chí", "section")
    for offset, part in enumerate(version.provenance, 1):
        sheet.span(row + offset, 1, 3, f"– {part.part}: {part.source}.", "wrap")
    sheet.print_to = (row + len(version.provenance), 3)
    return sheet


def grades_sheet(plan: Plan) -> Sheet:
    """How many units of each block have each grade, and the share of each grade as a chart."""
    sheet = Sheet(GRADES, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 3))
    grades, blocks = plan.grade_names, plan.data.blocks
    each = max(6.6, 33 / len(grades))
    last = 3 + len(grades) + 2
    sheet.widths = {1: 5, 2: 29, 3: 6.5} | dict.fromkeys(range(4, 4 + len(grades)), each) | {last - 1: 7, last: 8.5}
    plan.heading(sheet, last, f"TỔNG HỢP XẾP LOẠI CẢI CÁCH HÀNH CHÍNH NĂM {plan.data.year}")
    sheet.row(HEAD, ("STT", "Khối", "Số đơn vị", *grades, "Chưa xếp loại", "Chỉ số bình quân (%)"), "head")
    for row, block in enumerate(blocks, HEAD + 1):
        _grade_count_row(plan, sheet, row, block, last)
    first, end = HEAD + 1, HEAD + len(blocks)
    totals, share = end + 1, end + 2
    sheet.span(totals, 1, 2, "Tổng cộng", "total")
    sheet.span(share, 1, 2, "Tỷ lệ (%)", "total")
    units = sum(len(block.rows) for block in blocks)
    whole = a1(totals, 3, absolute=True)
    for col in range(3, last):
        count = total(number(sheet.cells[row, col].value) for row in range(first, end + 1))
        sheet.put(totals, col, count, "number_bold", f"SUM({run(first, end, col)})")
        rate = count / units * 100 if units else Fraction(0)
        sheet.put(share, col, rate, "rate", f"IF({whole}=0,0,{a1(totals, col)}/{whole}*100)")
    column = f"{quoted(RANKING)}!{down(FIRST, FIRST + len(plan.lines) - 1, INDEX)}"
    shown = [unit.pari for block in blocks for unit in block.rows if unit.pari is not None]
    sheet.put(totals, last, mean_of(shown), "rate_bold", average(column))
    sheet.put(share, last, None, "cell")
    name = quoted(GRADES)
    names, rates = (f"{name}!{across(row, 4, last - 2)}" for row in (HEAD, share))
    sheet.charts.append(Chart((share + 2, 1), "Tỷ lệ đơn vị theo xếp loại (%)", names, rates, width=620, height=260))
    give_air(sheet, first)
    sheet.print_to = (share + 16, last)
    return sheet


def _grade_count_row(plan: Plan, sheet: Sheet, row: int, block: BlockTable, last: int) -> None:
    top, bottom = plan.rows_of_block[block.code]
    names, grades, indexes = (f"{quoted(RANKING)}!{down(top, bottom, col)}" for col in (2, GRADE, INDEX))
    target = text_literal(f"#{quoted(RANKING)}!A{top - 1}")
    sheet.put(row, 1, row - HEAD, "number")
    sheet.put(row, 2, block.name, "cell_left_link", f"HYPERLINK({target},{text_literal(block.name[:255])})")
    sheet.put(row, 3, len(block.rows), "number", f"COUNTA({names})")
    for col, grade in enumerate(plan.grade_names, 4):
        count = sum(unit.grade == grade for unit in block.rows)
        sheet.put(row, col, count, "number", f"COUNTIF({grades},{a1(HEAD, col, absolute=True)})")
    without = sum(unit.grade == "" for unit in block.rows)
    sheet.put(row, last - 1, without, "number", f"{a1(row, 3)}-SUM({a1(row, 4)}:{a1(row, last - 2)})")
    sheet.put(row, last, mean_of([unit.pari for unit in block.rows if unit.pari is not None]), "rate", average(indexes))
