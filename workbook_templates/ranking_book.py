"""The ranking workbook (kết quả xếp hạng) as a book: scores at the back, and every total, index, rank and grade a live formula over them.

Arrives already scored and in order (`processor.ranking`): here each formula only gets its place and, beside it, the right result. Knows no
campaign, no return and no rule that is not in the version. Each sheet has a module; `ranking_plan` knows where everything stands.
"""

from __future__ import annotations

from workbook_templates.book import Book, a1, quoted
from workbook_templates.ranking_analysis import field_shares_sheet, fields_sheet, lost_sheet
from workbook_templates.ranking_by_unit import criteria_sheet, lost_units_sheet
from workbook_templates.ranking_comparison import leaves_sheet, units_sheet
from workbook_templates.ranking_computation import ranking_sheet
from workbook_templates.ranking_data import RankingData
from workbook_templates.ranking_overall import overall_lines, overall_sheet
from workbook_templates.ranking_plan import RULES, Plan, down
from workbook_templates.ranking_result import commended_sheet, decisions_sheet, result_sheet
from workbook_templates.ranking_rules import grades_sheet, rules_sheet
from workbook_templates.ranking_scores import final_sheet, own_sheet


def ranking_book(data: RankingData) -> Book:
    """The whole workbook: results for print, their computation, the rules they follow, analyses, and the scores all of it rests on."""
    plan = Plan(data)
    sheets = [result_sheet(plan)]
    if any(unit.commended for block in data.blocks for unit in block.rows):
        sheets.append(commended_sheet(plan))
    sheets.append(ranking_sheet(plan))
    if data.overall:
        sheets += [overall_sheet(plan, plan.tables[number], lines) for number, lines in overall_lines(data).items()]
    sheets += [rules_sheet(plan), grades_sheet(plan), fields_sheet(plan)]
    if data.against is not None:
        sheets.append(units_sheet(plan, data.against))
        sheets += [leaves_sheet(plan, table, data.against) for table in plan.tables.values()]
    for make in (field_shares_sheet, criteria_sheet, lost_sheet, lost_units_sheet, final_sheet, own_sheet):
        sheets += [make(plan, table) for table in plan.tables.values()]
    if data.decisions:
        sheets.append(decisions_sheet(plan))
    first, last = plan.rule_row, plan.rule_row + len(plan.rules.grades) - 1
    rules = quoted(RULES)
    names = {
        "NGUONG_XEP_LOAI": f"{rules}!{down(first, last, 2)}",
        "TEN_XEP_LOAI": f"{rules}!{down(first, last, 1)}",
        "TY_LE_TRU": f"{rules}!{a1(last + 2, 2, absolute=True)}",
        "XEP_LOAI_KHONG_HO_SO": f"{rules}!{a1(last + 3, 2, absolute=True)}",
    }
    caps = {"bonus": "TRAN_DIEM_CONG", "minus": "TRAN_DIEM_TRU"}
    names |= {caps[key]: f"{rules}!{a1(plan.cap_row + turn, 2, absolute=True)}" for turn, (key, _) in enumerate(plan.caps)}
    title = f"Kết quả xếp hạng cải cách hành chính năm {data.year} – {data.organiser}"
    return Book(title, sheets, names, password=f"{data.version.id}-xep-hang", author=data.organiser)
