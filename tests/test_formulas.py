"""The workbook and Python agree: whatever is typed into a form, every formula gives what the book states and Python computed.

Requirements: issue 2, "Shown by tests"; design.md, "Scoring method", "Scores of a form", "Books", traps 1, 7, 8, 15, 17, 18.
IronCalc calculates in this process, LibreOffice for a sample. LibreOffice takes numbers for equal that differ by less than 2^-48 of
themselves; the answers stay clear of that (see `fills._decimal`).
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formula import Tokenizer
from openpyxl.utils import column_index_from_string
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook

from processor.reader import ErrorValue
from rubric_versions import words
from rubric_versions.answers import Answers, Totals, is_blank, judge, outcomes, totals
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Appendix
from tests.engines import Address, Engine, Got, differences, evaluate, same, stated
from tests.fills import CAN_THO, ERROR, LEAVES, entries, form, one_leaf, random_answers, random_leaf
from tests.office import Entry, Office
from workbook_templates import layout as at
from workbook_templates.book import Book, Cell, a1, write_book
from workbook_templates.layout import Layout

NUMBERS = [appendix.number for appendix in CAN_THO.appendices]
BADNESS = (0.0, 0.1, 0.5, 1.0)
CHUNKS = range(6)
SHEETS = {"scoring": words.SCORING, "evidence": words.EVIDENCE, "approval": words.APPROVAL}
EXCEL_97 = {
    "ADDRESS", "AND", "CHOOSE", "COLUMN", "COUNTBLANK", "COUNTIF", "EXACT", "FIND", "HYPERLINK", "IF", "INDEX", "INT", "ISERROR",
    "ISLOGICAL", "ISNUMBER", "LEFT", "LEN", "LOWER", "MATCH", "MAX", "MID", "MIN", "OR", "ROUND", "ROW", "SUBSTITUTE", "SUM", "SUMIF",
    "SUMPRODUCT", "TRIM",
}  # fmt: skip
"""The functions our formulas may use, all of them older than Excel 2007, so that .xls keeps them too."""
NESTED_IN_XLS = 8
"""Excel 97-2003 takes seven levels of functions inside the outermost one."""


def appendix_of(number: str) -> Appendix:
    return next(one for one in CAN_THO.appendices if one.number == number)


@cache
def engine_of(number: str) -> Engine:
    return Engine(write_book(form(appendix_of(number)).book()))


def answers_of(number: str, seed: int) -> Answers:
    rng = random.Random(f"{number}-{seed}")
    return random_answers(appendix_of(number), rng, rng.choice(BADNESS))


def named(book: Book, got: dict[Address, Got], name: str) -> Got:
    """The value of the one cell a workbook-wide name stands for."""
    sheet, cell = book.names[name].rsplit("!", 1)
    found = re.fullmatch(r"\$([A-Z]+)\$(\d+)", cell)
    assert found, "a name of a result is one cell"
    return got[sheet.strip("'"), int(found[2]), column_index_from_string(found[1])]


# ---------------------------------------------------------------------------------------------------------- Python and the engines


@pytest.mark.parametrize("name", LEAVES)
def test_every_method_scores_alike_in_the_workbook_and_in_python(name: str, request: pytest.FixtureRequest) -> None:
    leaf = LEAVES[name]
    version, appendix = one_leaf(leaf)
    lay = Layout(appendix)
    (place,) = lay.places
    engine = Engine(write_book(form(appendix, version=version).book()))
    rng = random.Random(name)
    states = set()
    for _ in range(2000 if request.config.getoption("--exhaustive") else 80):
        answer = random_leaf(leaf, rng, rng.choice(BADNESS))
        answers = Answers({leaf.code: answer})
        outcome = judge(leaf, answer)
        got = engine.evaluate(entries(lay, answers))
        assert got[words.SCORING, place.row, at.LEAF_STATE] == outcome.state, (answer, outcome)
        points = outcome.points if outcome.state is State.SCORED else ""
        assert same(points, got[words.SCORING, place.row, at.POINTS]), (answer, outcome)
        assert differences(form(appendix, answers, version=version).book(), got) == [], answer
        states.add(outcome.state)
    assert states >= {State.UNSCORED, State.SCORED, State.INVALID}


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_whole_form_calculates_what_python_computed(number: str, chunk: int, request: pytest.FixtureRequest) -> None:
    """One fill per chunk; 10,000 in all with --exhaustive. Every formula cell of every sheet, and the three named results."""
    count = 556 if request.config.getoption("--exhaustive") else 1
    appendix, lay, engine = appendix_of(number), Layout(appendix_of(number)), engine_of(number)
    for seed in range(chunk * count, (chunk + 1) * count):
        answers = answers_of(number, seed)
        book = form(appendix, answers).book()
        got = engine.evaluate(entries(lay, answers))
        assert got.keys() == stated(book).keys()
        assert differences(book, got) == [], f"seed {seed}"
        found = totals(appendix, outcomes(appendix, answers))
        assert same(found.points, named(book, got, "DIEM_DAT"))
        assert same(found.possible, named(book, got, "DIEM_TOI_DA"))
        assert same(found.rate, named(book, got, "TY_LE_TU_CHAM"))


def test_a_workbook_with_a_wrong_formula_is_caught() -> None:
    """The comparison itself: it must see a formula that gives something else than Python."""
    appendix = appendix_of("IV")
    book = form(appendix, answers_of("IV", 1)).book()
    sheet = book.sheet(words.SCORING)
    row = Layout(appendix).total_row
    sheet.cells[row, at.POINTS] = replace(sheet.cells[row, at.POINTS], formula=f"{sheet.cells[row, at.POINTS].formula}+0.0001")
    got = evaluate(write_book(book), entries(Layout(appendix), answers_of("IV", 1)))
    assert any(line.startswith(f"{words.SCORING}!{a1(row, at.POINTS)}") for line in differences(book, got))


def wrongly_cached(book: Book) -> Book:
    """The same workbook with a false result beside every formula, so that only calculating can mend it."""

    def spoilt(cell: Cell) -> Cell:
        return replace(cell, value="sai" if isinstance(cell.value, str) else -12345) if cell.formula else cell

    sheets = [replace(sheet, cells={place: spoilt(cell) for place, cell in sheet.all_cells()}, tables=[]) for sheet in book.sheets]
    return replace(book, sheets=sheets)


def calculated(office: Office, document: int, book: Book) -> dict[Address, Got]:
    """Every value LibreOffice has for a book."""
    return {
        (sheet.name, row, col): "an error" if value is None else value
        for sheet in book.sheets
        for row, line in enumerate(office.values(document, sheet.name), 1)
        for col, value in enumerate(line, 1)
    }


@pytest.mark.parametrize("number", NUMBERS)
def test_libreoffice_calculates_what_python_computed(number: str, office: Office, tmp_path: Path) -> None:
    def prepare(seed: int) -> tuple[int, Book, Path]:
        book = form(appendix_of(number), answers_of(number, seed)).book()
        path = tmp_path / f"{seed}.xlsx"
        path.write_bytes(write_book(wrongly_cached(book)))
        return seed, book, path

    with ThreadPoolExecutor(1) as ahead:  # the next one is written while LibreOffice works
        for seed, book, path in ahead.map(prepare, range(1000, 1020)):
            document = office.open(path)
            office.calculate(document)
            assert differences(book, calculated(office, document, book)) == [], f"seed {seed}"
            office.close(document)


def typed(raw: Raw) -> Entry:
    """What is typed into LibreOffice for a value."""
    if isinstance(raw, bool):
        return {"type": "TRUE" if raw else "FALSE"}
    if isinstance(raw, ErrorValue):
        return {"formula": "=NA()"}
    return raw if raw is None or isinstance(raw, str) else float(raw)


def test_what_is_typed_into_libreoffice_calculates_alike(office: Office, tmp_path: Path) -> None:
    """Into the blank form, with truth values and error values, as no writer of ours could put them there."""
    appendix = appendix_of("IV")
    path = tmp_path / "blank.xlsx"
    path.write_bytes(write_book(form(appendix).book()))
    for seed in (5, 6):
        rng = random.Random(seed)
        drawn = random_answers(appendix, rng, 0.7)
        leaves = {
            code: replace(answer, inputs=(True, *answer.inputs[1:])) if rng.random() < 0.1 else answer
            for code, answer in drawn.leaves.items()
        }
        approval: dict[str, Raw] = {**dict.fromkeys(words.APPROVAL_LABELS, ERROR), "date": True}
        answers = Answers(leaves, drawn.evidence[:20], approval)
        typing = entries(Layout(appendix), answers).items()
        document = office.open(path)
        office.set(document, [(sheet, a1(*place), typed(raw)) for (sheet, *place), raw in typing if not is_blank(raw)])
        office.calculate(document)
        book = form(appendix, answers).book()
        assert differences(book, calculated(office, document, book)) == [], f"seed {seed}"
        office.close(document)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_result_survives_the_old_xls(number: str, office: Office, tmp_path: Path) -> None:
    book = form(appendix_of(number), answers_of(number, 2000)).book()
    path, old = tmp_path / "form.xlsx", tmp_path / "form.xls"
    path.write_bytes(write_book(wrongly_cached(book)))
    office.convert(path, old)
    document = office.open(old)
    office.calculate(document)
    assert differences(book, calculated(office, document, book)) == []
    office.close(document)


# ---------------------------------------------------------------------------------------------------------- what formulas are made of


def formulas(book: Book) -> set[str]:
    return {cell.formula for sheet in book.sheets for _, cell in sheet.all_cells() if cell.formula} | {
        condition.formula for sheet in book.sheets for condition in sheet.conditions
    }


@pytest.mark.parametrize("book", [form(one).book() for one in CAN_THO.appendices], ids=NUMBERS)
def test_formulas_use_only_old_functions_and_stay_within_old_limits(book: Book) -> None:
    for formula in formulas(book):
        depth = deepest = 0
        for token in Tokenizer("=" + formula).items:
            if token.type == "FUNC" and token.subtype == "OPEN":
                assert token.value.rstrip("(") in EXCEL_97, formula
                depth += 1
                deepest = max(deepest, depth)
            elif token.type == "FUNC":
                depth -= 1
            elif token.subtype == "TEXT":
                assert len(token.value) - 2 <= 255, formula
        assert deepest <= NESTED_IN_XLS, formula
        assert len(formula) <= 1024, formula  # the limit of Excel 97-2003; 8,192 since


@pytest.mark.parametrize("name", LEAVES)
def test_formulas_of_every_method_stay_within_the_limits_of_excel_2007(name: str) -> None:
    version, appendix = one_leaf(LEAVES[name])
    for formula in formulas(form(appendix, version=version).book()):
        opened = [token.value.rstrip("(") for token in Tokenizer("=" + formula).items if token.subtype == "OPEN"]
        assert set(opened) - {""} <= EXCEL_97
        assert len(formula) <= 8192
        assert len(opened) <= 64, "even all of them nested would be taken"


# ---------------------------------------------------------------------------------------------------------- the file


@pytest.fixture(scope="module", params=NUMBERS)
def written(request: pytest.FixtureRequest) -> tuple[Appendix, Book, bytes]:
    """An appendix, its form filled in by a tidy unit, and the file of it."""
    appendix = appendix_of(request.param)
    book = form(appendix, random_answers(appendix, random.Random(f"tidy {request.param}"), 0)).book()
    return appendix, book, write_book(book)


def test_the_same_inputs_give_the_same_bytes(written: tuple[Appendix, Book, bytes]) -> None:
    appendix, _, data = written
    again = form(appendix, random_answers(appendix, random.Random(f"tidy {appendix.number}"), 0)).book()
    assert write_book(again) == data


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("filled", [False, True], ids=["blank", "filled"])
def test_openxml_audit_finds_nothing(number: str, filled: bool, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(write_book(form(appendix_of(number), answers_of(number, 3000) if filled else None).book()))
    result = OpenXmlValidator().validate(path)
    assert [str(error) for error in result.errors] == []
    assert result.is_valid


def test_every_input_is_unlocked_and_validated_and_nothing_else_is(written: tuple[Appendix, Book, bytes]) -> None:
    appendix, book, data = written
    inputs = {(SHEETS[key], row, col) for key, row, col in Layout(appendix).input_cells()}
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in workbook.worksheets:
        assert sheet.protection.sheet
        validated = {cell for rule in sheet.data_validations.dataValidation for span in rule.sqref.ranges for cell in span.cells}
        unlocked = {(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        expected = {(row, col) for name, row, col in inputs if name == sheet.title}
        assert unlocked == expected
        assert validated == expected
    assert {name for name, _, _ in inputs} <= set(workbook.sheetnames)
    assert all(not book.sheet(name).cells[row, col].formula for name, row, col in inputs)


def test_a_reader_that_does_not_calculate_shows_pythons_values(written: tuple[Appendix, Book, bytes]) -> None:
    appendix, book, data = written
    workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    shown: dict[Address, Any] = {address: workbook[address[0]].cell(*address[1:]).value for address in stated(book)}
    assert differences(book, shown) == []
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(data))
    second: dict[Address, Got] = {}
    for sheet in book.sheets:
        for row, line in enumerate(calamine.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False), 1):
            for col, value in enumerate(line, 1):
                second[sheet.name, row, col] = value if isinstance(value, str | int | float) else str(value)
    assert differences(book, second) == []
    answers = random_answers(appendix, random.Random(f"tidy {appendix.number}"), 0)
    assert same(totals(appendix, outcomes(appendix, answers)).points, named(book, shown, "DIEM_DAT"))


def test_the_hidden_sheet_the_structure_and_the_names_are_as_the_design_says(
    written: tuple[Appendix, Book, bytes],
) -> None:
    _, book, data = written
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    assert {sheet.title: sheet.sheet_state for sheet in workbook.worksheets} == {
        sheet.name: "veryHidden" if sheet.name == words.META else "visible" for sheet in book.sheets
    }
    assert workbook.security.lockStructure
    for name in ("DIEM_DAT", "DIEM_TOI_DA", "TY_LE_TU_CHAM"):
        ((sheet, cell),) = workbook.defined_names[name].destinations
        assert isinstance(workbook[sheet][cell].value, str), "one cell, and a formula in it"
        assert workbook[sheet][cell].data_type == "f"


def test_every_sheet_prints_on_a4_one_page_wide_with_its_heads_repeated(written: tuple[Appendix, Book, bytes]) -> None:
    _, book, data = written
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in workbook.worksheets:
        assert sheet.page_setup.paperSize == 9
        fit = sheet.sheet_properties.pageSetUpPr
        assert fit is not None
        assert fit.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.HeaderFooter.differentFirst, "NĐ 30/2020: no number on the first page"
        first, later = sheet.firstHeader, sheet.oddHeader
        assert first is not None
        assert later is not None
        assert (first.center.text, later.center.text) == (None, "&P")
        assert 20 <= sheet.page_margins.top * 25.4 <= 25.01
        assert 29.99 <= sheet.page_margins.left * 25.4 <= 35
        assert 14.99 <= sheet.page_margins.right * 25.4 <= 20
    for name in (words.SCORING, words.EVIDENCE, words.SUMMARY, words.CHECK):
        top, bottom = book.sheet(name).repeat_rows or (0, 0)
        assert workbook[name].print_title_rows == f"${top}:${bottom}"
        assert workbook[name].cell(bottom, 1).value


def test_wrapped_rows_have_a_height_that_may_still_grow(written: tuple[Appendix, Book, bytes]) -> None:
    appendix, book, data = written
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        text = parts.read("xl/worksheets/sheet2.xml").decode()
    rows = {int(number): rest for number, rest in re.findall(r'<row r="(\d+)"([^>]*)>', text)}
    for place in Layout(appendix).places:
        assert 'ht="' in rows[place.row], "a title with guidance under it needs more than one line"
    fixed = {number for number, rest in rows.items() if "customHeight" in rest}
    assert fixed == set(book.sheet(words.SCORING).heights)
    assert not fixed & {row for key, row, _ in Layout(appendix).input_cells() if key == "scoring"}


def test_the_blank_form_says_everything_is_still_to_do() -> None:
    appendix = appendix_of("II")
    book = form(appendix).book()
    nothing = Totals(Fraction(0), sum((leaf.max for leaf in appendix.self_leaves), Fraction(0)))
    assert totals(appendix, outcomes(appendix, Answers())) == nothing
    values = {address: value for address, value in stated(book).items() if address[0] == words.SCORING}
    assert all(values[words.SCORING, place.row, at.LEAF_STATE] == 0 for place in Layout(appendix).places)
    assert all(values[words.SCORING, place.row, at.POINTS] is None for place in Layout(appendix).places)
