"""The ranking workbook: every formula gives what stands beside it, in three programs' eyes, and follows when a score changes.

Issue 2, "ket_qua_xep_hang.xlsx … all live formulas over a scores sheet in the same workbook"; design.md, "Books".
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from openpyxl.utils import get_column_letter
from openxml_audit import OpenXmlValidator

from processor.ranking import Block, Campaign, LeafScore, Standing, UnitScores, ranking_to_book, results_of
from rubric_versions.catalog import load, read_yaml
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Leaf, PointCase, PointList, RubricVersion, TotalDeduction
from rubric_versions.numbers import rounded
from tests.engines import Address, Engine, differences, stated
from tests.office import Office
from workbook_templates import ranking_plan as at
from workbook_templates.book import Book, a1, write_book
from workbook_templates.ranking_data import SKIPPED

VERSION = load("can-tho-2018")
UNITS = read_yaml(Path(__file__).parents[1] / "rubric_versions" / "can_tho" / "units-2018.yaml")


def campaign(*, units: int = 0, seed: int = 2018, version: RubricVersion = VERSION, gaps: bool = True) -> tuple[Campaign, list[Block]]:
    """Cần Thơ 2018 with random scores: all 114 units, or the first `units` of each tier; with `gaps`, units of every standing."""
    dice = random.Random(seed)
    taken: dict[str, int] = {}
    chosen: dict[str, list[UnitScores]] = {}
    for unit in UNITS["units"]:
        taken[unit["tier"]] = turn = taken.get(unit["tier"], 0) + 1
        if units and turn > units:
            continue
        scores = one_unit(unit, version, dice)
        if gaps and turn == 3:
            scores = replace(scores, missing=True)
        elif gaps and turn == 4:
            scores = replace(scores, ranked=False)
        elif gaps and turn == 5:
            blank = LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0))
            scores = replace(scores, leaves={**scores.leaves, scores.appendix.leaves[-1].code: blank})
        elif gaps and turn == 6:
            scores = replace(scores, deductions=2)
        elif gaps and turn == 7:
            scores = replace(scores, leaves=chosen[unit["block"]][0].leaves)
        chosen.setdefault(unit["block"], []).append(scores)
    blocks = [Block(one["code"], one["name"], 3, tuple(chosen[one["code"]])) for one in UNITS["blocks"] if one["code"] in chosen]
    organiser = "Ủy ban nhân dân thành phố Cần Thơ"
    return Campaign("Đánh giá, xếp hạng cải cách hành chính năm 2018", organiser, 2018, version), blocks


def one_unit(unit: Mapping[str, str], version: RubricVersion, dice: random.Random) -> UnitScores:
    """A unit that does well or badly throughout, as units do, and skips what it may now and then."""
    appendix, skill = version.appendix_for(unit["tier"]), dice.betavariate(9, 2)
    leaves = {leaf.code: leaf_score(leaf, skill, dice) for leaf in appendix.leaves}
    made = UnitScores(unit["code"], unit["name"], unit["block"], unit["tier"], appendix, leaves)
    if version.rules.bonus is None:
        return made
    return replace(made, bonus=Fraction(dice.randrange(9), 4), minus=Fraction(dice.randrange(12), 4))


def leaf_score(leaf: Leaf, skill: float, dice: random.Random) -> LeafScore:
    def points() -> Fraction:
        return leaf.max if dice.random() < skill else leaf.max * dice.randrange(0, 9) / 8

    if leaf.may_skip and dice.random() < 0.05:
        return LeafScore(State.NOT_ASSESSED, Fraction(0), State.NOT_ASSESSED, Fraction(0))
    final = points()
    if not leaf.is_self_scored:
        return LeafScore(None, Fraction(0), State.SCORED, final)
    return LeafScore(State.SCORED, max(final, points()), State.SCORED, final)


def with_rules(**changes: object) -> RubricVersion:
    return VERSION.model_copy(update={"rules": VERSION.rules.model_copy(update=changes)})


def made(units: int = 0, version: RubricVersion = VERSION) -> Book:
    return ranking_to_book(*campaign(units=units, version=version))


VARIANTS: Mapping[str, RubricVersion] = {
    "can-tho-2018": VERSION,
    "ranks not skipped": with_rules(ties="share"),
    "rescaled, then survey": with_rules(not_assessed="rescale_then_survey"),
    "deduction per case": with_rules(deduction=TotalDeduction(percent=Fraction(60), per_case=True, grounds=("x",), basis="thử")),
    "points added and taken": with_rules(
        bonus=PointList(cases=(PointCase(title="x", points=Fraction(1)),), cap=Fraction("1.5"), basis="thử"),
        minus=PointList(cases=(PointCase(title="y", points=Fraction(1)),), cap=Fraction(2), basis="thử"),
    ),
    "no deduction, no lowest grade": with_rules(deduction=None, grades=VERSION.rules.grades[:-2]),
}


@pytest.mark.parametrize("version", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_formula_gives_what_stands_beside_it(version: RubricVersion) -> None:
    book = made(units=9, version=version)
    assert differences(book, Engine(write_book(book)).evaluate({})) == []


def test_the_whole_city_is_calculated_alike() -> None:
    heading, blocks = campaign()
    book = ranking_to_book(heading, blocks)
    assert sum(len(block.units) for block in blocks) == 114
    assert differences(book, Engine(write_book(book)).evaluate({})) == []


@pytest.mark.parametrize("version", VARIANTS.values(), ids=VARIANTS.keys())
@pytest.mark.parametrize("state", [State.SCORED, State.NOT_ASSESSED, State.UNSCORED])
def test_a_changed_score_moves_index_rank_and_grade_as_python_says(version: RubricVersion, state: State) -> None:
    heading, blocks = campaign(units=8, version=version)
    book = ranking_to_book(heading, blocks)
    block = blocks[0]
    first = results_of(block, version.rules)[0].unit
    unit = next(one for one in block.units if one.unit == first)
    lowered = {}
    for leaf in unit.appendix.leaves[:40]:
        lowered[leaf.code] = LeafScore(None, Fraction(0), state, Fraction(0))
    changed = replace(unit, leaves={**unit.leaves, **lowered})
    raws: dict[State, Raw] = {State.SCORED: Decimal(0), State.NOT_ASSESSED: SKIPPED, State.UNSCORED: None}
    got = Engine(write_book(book)).evaluate({score_cell(book, unit, code): raws[state] for code in lowered})
    expected = {
        one.unit: one
        for one in results_of(replace(block, units=tuple(changed if one is unit else one for one in block.units)), version.rules)
    }
    assert expected[first].standing is (Standing.UNFINISHED if state is State.UNSCORED else Standing.RANKED)
    for code, row in ranking_rows(book, block).items():
        result = expected[code]
        rank, grade, index, note = (got.get((at.RANKING, row, col), "") for col in (at.RANK, at.GRADE, at.INDEX, at.NOTE))
        assert rank == ("" if result.rank is None else result.rank), code
        assert grade == result.grade, code
        assert (note == at.COMMENDED) == result.commended, code
        assert index == "" if result.pari is None else rounded(Fraction(str(index))) == rounded(result.pari), code


def score_cell(book: Book, unit: UnitScores, code: str) -> Address:
    """Where the final points of one leaf of a unit stand, found as an auditor would: by the unit's code and the leaf's."""
    sheet = book.sheet(f"{at.FINAL} {unit.appendix.number}")
    row = next(row for (row, col), cell in sheet.all_cells() if col == 1 and row >= at.SCORE_FIRST and cell.value == unit.unit)
    last = len(unit.appendix.leaves)
    heads = [col for (row, col), cell in sheet.all_cells() if row == at.SCORE_HEAD + 1 and cell.value == code]
    assert heads[-1] > last // 10
    return sheet.name, row, max(heads)


def ranking_rows(book: Book, block: Block) -> dict[str, int]:
    """The rows of a block's units on the ranking sheet, by unit."""
    cells = dict(book.sheet(at.RANKING).all_cells())
    start = next(row for (row, col), cell in cells.items() if col == 1 and str(cell.value).startswith(f"{block.name} ("))
    codes = {unit.name: unit.unit for unit in block.units}
    rows: dict[str, int] = {}
    for row in range(start + 1, start + 2 * len(codes) + 8):
        name = cells.get((row, 2))
        if name and name.value in codes and codes[str(name.value)] not in rows:
            rows[codes[str(name.value)]] = row
    assert len(rows) == len(codes)
    return rows


def test_every_figure_of_the_ranking_is_a_formula() -> None:
    book = made(units=9)
    for name, first in ((at.RESULT, 3), (at.RANKING, at.SELF)):
        sheet = book.sheet(name)
        for (row, col), cell in sheet.all_cells():
            if row >= at.FIRST and col >= first and isinstance(cell.value, int | Fraction):
                assert cell.formula, f"{name}!{a1(row, col)}"


def test_formulas_use_functions_that_excel_97_had() -> None:
    known = {"IF", "SUM", "SUMIF", "COUNT", "COUNTA", "COUNTIF", "SUMPRODUCT", "INDEX", "MATCH", "ROUND", "RANK", "MIN", "AVERAGE"}
    for version in VARIANTS.values():
        book = made(units=5, version=version)
        for sheet in book.sheets:
            for _, cell in sheet.all_cells():
                assert functions_of(cell.formula) <= known | {"HYPERLINK"}


def functions_of(formula: str) -> set[str]:
    return set(re.findall(r"([A-Z][A-Z0-9.]*)\(", re.sub(r'"[^"]*"|\'[^\']*\'', "", formula)))


def test_a_shown_index_never_reaches_the_next_grade() -> None:
    """94,996 % is not shown as 95,00 (domain.md §3.9): Điều 10.2.b gives it Tốt."""
    heading, blocks = campaign(units=1, gaps=False)
    unit = blocks[0].units[0]
    leaves = {leaf.code: LeafScore(None, Fraction(0), State.SCORED, leaf.max) for leaf in unit.appendix.leaves}
    left = Fraction("5.004")
    for leaf in unit.appendix.leaves:
        cut = min(left, leaf.max)
        leaves[leaf.code], left = LeafScore(None, Fraction(0), State.SCORED, leaf.max - cut), left - cut
    blocks = [replace(blocks[0], units=(replace(unit, leaves=leaves),))]
    book = ranking_to_book(heading, blocks)
    index, grade = (book.sheet(at.RESULT).at(at.FIRST + 1, col) for col in (5, 6))
    assert index is not None
    assert grade is not None
    assert (index.value, index.look, grade.value) == (Fraction("94.996"), "index_3", "Tốt")


def test_the_same_scores_give_the_same_bytes() -> None:
    assert write_book(made(units=3)) == write_book(made(units=3))


@pytest.mark.parametrize("version", VARIANTS.values(), ids=VARIANTS.keys())
def test_the_workbook_is_sound(version: RubricVersion, tmp_path: Path) -> None:
    path = tmp_path / "ket_qua_xep_hang.xlsx"
    path.write_bytes(write_book(made(units=9, version=version)))
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_a_viewer_that_does_not_calculate_shows_the_results() -> None:
    book = made(units=9)
    seen = python_calamine.load_workbook(io.BytesIO(write_book(book)))
    for name in (at.RESULT, at.RANKING, at.GRADES):
        rows = seen.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for (row, col), cell in book.sheet(name).all_cells():
            if cell.formula and isinstance(cell.value, int | Fraction):
                assert rows[row - 1][col - 1] == pytest.approx(float(cell.value)), f"{name}!{a1(row, col)}"


def test_on_paper_every_criterion_stands_beside_the_units_and_their_index() -> None:
    sheets = openpyxl.load_workbook(io.BytesIO(write_book(made(units=3)))).worksheets
    wide = [one for one in sheets if one.title.startswith(at.CRITERIA)]
    assert len(wide) == len(VERSION.appendices)
    for one in wide:
        head = [cell.column for cell in one[at.HEAD] if cell.value]
        assert one.print_area == f"'{one.title}'!$A$1:${get_column_letter(head[-1])}${one.max_row}"
        assert one.print_title_cols == "$A:$C"
        assert one.sheet_properties.pageSetUpPr is not None
        assert not one.sheet_properties.pageSetUpPr.fitToPage, "pages side by side, not one made small"


def test_sheet_names_are_those_excel_takes() -> None:
    numbers = ("01/02", "1: các cơ quan chuyên môn [tỉnh]", "1: các cơ quan chuyên môn (xã)")
    appendices = tuple(one.model_copy(update={"number": number}) for one, number in zip(VERSION.appendices, numbers, strict=True))
    book = made(units=2, version=VERSION.model_copy(update={"appendices": appendices}))
    names = [sheet.name for sheet in book.sheets]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert differences(book, Engine(write_book(book)).evaluate({})) == []


@pytest.mark.parametrize("version", VARIANTS.values(), ids=VARIANTS.keys())
def test_libreoffice_calculates_the_same(version: RubricVersion, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "ket_qua_xep_hang.xlsx"
    book = made(units=9, version=version)
    path.write_bytes(write_book(book))
    document = office.open(path)
    try:
        office.calculate(document)
        values = {sheet.name: office.values(document, sheet.name) for sheet in book.sheets}
    finally:
        office.close(document)
    got = {(name, row, col): values[name][row - 1][col - 1] for name, row, col in stated(book)}
    assert differences(book, got) == []
