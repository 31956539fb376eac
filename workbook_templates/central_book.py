"""Central figures in books of their own, for whoever holds them: the survey's results of one table, and the lists that the council keeps.

Same protection and identity as an appraisal book; rows and columns are fixed by the version and the units a book was made for. Reads and
judges nothing (`processor.central` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rubric_versions import words
from rubric_versions.methods.base import Raw
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import vi, vi_short
from workbook_templates.book import Address, Book, Sheet, Validation, Value, a1, area, quoted, text_literal
from workbook_templates.campaign_book import CentralSheet, raw_value
from workbook_templates.identity import Identity

META, LISTS = "_meta", "Danh mục"
SKIPS, CASES, FIGURES = "Không đánh giá", "Điểm cộng, điểm trừ", "Số liệu đối chiếu"
HEAD, FIRST = 5, 7
"""The head of a sheet of figures has two rows (5 and 6); lists have one, and their rows begin in the same place."""
UNIT, NAME = 1, 2

SKIP_HEADS = ("Mã đơn vị", "Tên đơn vị", "Phụ lục", "Mã tiêu chí", "Lý do, văn bản căn cứ")
SKIP_APPENDIX, SKIP_CODE, SKIP_REASON = 3, 4, 5
CASE_HEADS = ("Mã đơn vị", "Tên đơn vị", "Trường hợp", "Văn bản chứng minh (số, ngày, nơi ban hành)", "Ghi chú")
CASE_KIND, CASE_PROOF, CASE_NOTE = 3, 4, 5
FIGURE_HEADS = ("Mã đơn vị", "Tên đơn vị", "Mã tiêu chí", "Số liệu thứ nhất", "Số liệu thứ hai", "Nguồn số liệu")
FIGURE_CODE, FIGURE_ONE, FIGURE_TWO, FIGURE_SOURCE = 3, 4, 5, 6
LIST_UNIT, LIST_NAME, LIST_APPENDIX, LIST_CASE, LIST_CHOICE = 1, 2, 3, 4, 5
ROWS = {SKIPS: 300, CASES: 300, FIGURES: 1000}
"""Ready rows of the lists."""
TEXT_LIMIT = 500
_NOT_LISTED = "✗ không có trong đợt"
_LOOKS = {"choice": "input_centre", "whole": "input_number", "number": "input_number", "percent": "input_number", "points": "input_points"}

Entries = Mapping[tuple[str, int, int], Raw]
"""What was entered, by sheet, row and column."""


@dataclass(frozen=True)
class CentralBook:
    """A book as data, and the cells that are filled, by sheet."""

    book: Book
    inputs: Mapping[str, frozenset[Address]]


def case_texts(version: RubricVersion) -> tuple[str, ...]:
    """The cases of the rules' lists as a drop-down shows them, those that add first: "Cộng 1: …"."""
    rules = version.rules
    found = []
    for what, listed in (("Cộng", rules.bonus), ("Trừ", rules.minus)):
        found += [f"{what} {vi_short(case.points)}: {case.title}" for case in (listed.cases if listed else ())]
    return tuple(found)


def survey_book(
    identity: Identity, tier: str, place: CentralSheet, units: Sequence[tuple[str, str]], entries: Entries | None = None
) -> CentralBook:
    """The book of one table's central leaves for those units (code, name), blank or with what was entered."""
    entries = entries or {}
    last = FIRST - 1 + len(units)
    sheet = Sheet(place.name, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3), print_to=(last, place.last_column))
    counts = {one.leaf.code: sum(other.leaf is one.leaf for other in place.inputs) for one in place.inputs}
    widths = [10.0, 30.0, *(11.0 if counts[one.leaf.code] == 1 else 7.0 for one in place.inputs)]
    sheet.widths = dict(enumerate(widths, 1))
    sheet.span(1, 1, place.last_column, f"SỐ LIỆU TẬP TRUNG – PHỤ LỤC {place.appendix.number}: {tier.upper()}", "title")
    sheet.span(2, 1, place.last_column, f"{identity.organiser} – {identity.campaign_title}", "unit")
    hint = "Nhập vào ô nền vàng nhạt. Để trống nghĩa là chưa có; bằng không thì ghi 0. Không sửa tên đơn vị, không thêm dòng, cột."
    sheet.span(3, 1, place.last_column, hint, "small_centre")
    for col, head in ((UNIT, "Mã đơn vị"), (NAME, "Tên đơn vị")):
        sheet.put(HEAD, col, head, "head")
        sheet.put(HEAD + 1, col, None, "head")
        sheet.merges.append(((HEAD, col), (HEAD + 1, col)))
    for one in place.inputs:
        if one.index == 0:
            sheet.span(HEAD, one.col, one.col + counts[one.leaf.code] - 1, f"{one.leaf.code} {one.leaf.title}", "head")
        sheet.put(HEAD + 1, one.col, one.input.label, "head_number")
    inputs = set()
    for row, (code, name) in enumerate(units, FIRST):
        sheet.put(row, UNIT, code, "code")
        sheet.put(row, NAME, name, "cell")
        for one in place.inputs:
            sheet.put(row, one.col, raw_value(entries.get((sheet.name, row, one.col))), _LOOKS[one.input.kind])
            inputs.add((row, one.col))
    choices = tuple(dict.fromkeys(one.input.choices for one in place.inputs if one.input.choices))
    lists = _lists({LIST_CHOICE + turn: texts for turn, texts in enumerate(choices)})
    for one in place.inputs:
        cells = area((FIRST, one.col), (last, one.col))
        title, prompt, error = words.PROMPTS[one.input.kind]
        if one.input.choices:
            source = _list_range(LIST_CHOICE + choices.index(one.input.choices), len(one.input.choices))
            sheet.validations.append(Validation(cells, "list", title, prompt, error, source))
            continue
        limit = one.input.limit
        said = f"{one.leaf.code}: {one.input.label[:100]}. {prompt.format(limit=vi(limit))}"[:255]
        allow: Literal["whole", "decimal"] = "whole" if one.input.kind == "whole" else "decimal"
        most = limit.numerator if limit.denominator == 1 else float(limit)
        sheet.validations.append(Validation(cells, allow, title, said, error.format(limit=vi(limit)), minimum=0, maximum=most))
    sheet.text_number_areas = (f"A{FIRST}:A{max(last, FIRST)}",)
    title = f"Số liệu tập trung phụ lục {place.appendix.number} – {identity.campaign_title}"
    return _made(title, identity, [sheet, lists], {sheet.name: frozenset(inputs)})


def lists_book(version: RubricVersion, identity: Identity, units: Sequence[tuple[str, str]], entries: Entries | None = None) -> CentralBook:
    """The book of the council's lists: what is not assessed, added and taken points, central figures beside the declared ones."""
    entries = entries or {}
    cases = case_texts(version)
    lists = _lists(
        {
            LIST_UNIT: tuple(code for code, _ in units),
            LIST_NAME: tuple(name for _, name in units),
            LIST_APPENDIX: tuple(one.number for one in version.appendices),
            LIST_CASE: cases,
        }
    )
    hints = {
        SKIPS: "Mỗi dòng một tiêu chí (hoặc cả lĩnh vực: ghi mã lĩnh vực) không đánh giá. Để trống mã đơn vị: mọi đơn vị của phụ lục.",
        CASES: "Mỗi trường hợp một dòng, kèm văn bản chứng minh; tổng điểm cộng, điểm trừ của một đơn vị có mức trần của quy chế.",
        FIGURES: "Số liệu do cơ quan tổng hợp có (hệ thống một cửa, kho bạc …) để đặt cạnh số đơn vị tự khai; không tự thay điểm.",
    }
    tables: list[tuple[str, tuple[str, ...], tuple[float, ...], dict[int, str]]] = [
        (SKIPS, SKIP_HEADS, (12, 34, 10, 12, 60), {UNIT: "input_text", SKIP_APPENDIX: "input_text", SKIP_CODE: "input_text"}),
        (FIGURES, FIGURE_HEADS, (12, 34, 12, 16, 16, 46), {UNIT: "input_text", FIGURE_CODE: "input_text"}),
    ]
    if cases:
        tables.insert(1, (CASES, CASE_HEADS, (12, 34, 44, 40, 20), {UNIT: "input_text", CASE_KIND: "input"}))
    sheets, inputs = [], {}
    for name, heads, widths, looks in tables:
        sheet = _list_sheet(name, identity, heads, widths, hints[name])
        last = FIRST - 1 + ROWS[name]
        free = set()
        for row in range(FIRST, last + 1):
            for col in range(1, len(heads) + 1):
                if col == NAME:
                    code = a1(row, UNIT)
                    known = f"INDEX({_list_range(LIST_NAME, len(units))},MATCH({code},{_list_range(LIST_UNIT, len(units))},0))"
                    formula = f'IF({code}="","",IFERROR({known},{text_literal(_NOT_LISTED)}))'
                    given = entries.get((name, row, UNIT))
                    shown = "" if given is None else dict(units).get(str(given), _NOT_LISTED)
                    sheet.put(row, col, shown, "cell", formula)
                    continue
                number = name == FIGURES and col in (FIGURE_ONE, FIGURE_TWO)
                value: Value = raw_value(entries.get((name, row, col)))
                sheet.put(row, col, value, looks.get(col, "input_number" if number else "input_text"))
                free.add((row, col))
        title, prompt, error = words.PROMPTS["choice"]
        sheet.validations = [
            Validation(area((FIRST, UNIT), (last, UNIT)), "list", title, prompt, error, _list_range(LIST_UNIT, len(units)))
        ]
        if name == SKIPS:
            source = _list_range(LIST_APPENDIX, len(version.appendices))
            cells = area((FIRST, SKIP_APPENDIX), (last, SKIP_APPENDIX))
            sheet.validations.append(Validation(cells, "list", title, prompt, error, source))
        if name == CASES:
            cells = area((FIRST, CASE_KIND), (last, CASE_KIND))
            sheet.validations.append(Validation(cells, "list", title, prompt, error, _list_range(LIST_CASE, len(cases))))
        sheet.text_number_areas = (area((FIRST, 1), (last, len(heads))),)
        sheet.print_to = (FIRST + 24, len(heads))
        sheets.append(sheet)
        inputs[name] = frozenset(free)
    return _made(f"Số liệu tập trung: danh sách – {identity.campaign_title}", identity, [*sheets, lists], inputs)


def _list_sheet(name: str, identity: Identity, heads: Sequence[str], widths: Sequence[float], hint: str) -> Sheet:
    sheet = Sheet(name, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3))
    sheet.widths = dict(enumerate(widths, 1))
    sheet.span(1, 1, len(heads), name.upper(), "title")
    sheet.span(2, 1, len(heads), f"{identity.organiser} – {identity.campaign_title}", "unit")
    sheet.span(3, 1, len(heads), hint, "small_centre")
    sheet.row(HEAD, heads, "head")
    sheet.row(HEAD + 1, [f"({turn})" for turn in range(1, len(heads) + 1)], "head_number")
    return sheet


def _lists(columns: Mapping[int, Sequence[str]]) -> Sheet:
    sheet = Sheet(LISTS, state="veryHidden")
    for col, texts in columns.items():
        for row, text in enumerate(texts, 1):
            sheet.put(row, col, text, "text")
    return sheet


def _list_range(col: int, count: int) -> str:
    return f"{quoted(LISTS)}!{a1(1, col, absolute=True)}:{a1(max(count, 1), col, absolute=True)}"


def _made(title: str, identity: Identity, sheets: list[Sheet], inputs: Mapping[str, frozenset[Address]]) -> CentralBook:
    meta = Sheet(META, state="veryHidden")
    for offset, (key, value) in enumerate(identity.rows()):
        meta.put(2 + offset, 1, key, "helper")
        meta.put(2 + offset, 2, value, "helper")
    password = f"tap-trung-{identity.campaign}"
    return CentralBook(Book(title, [*sheets, meta], {}, identity.properties(), password, identity.organiser), inputs)
