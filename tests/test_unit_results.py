"""A unit's own result sheet: every step of every score, all figures by formula, as in the ranking; and that `verify` makes it again.

Issue 4, "A unit's own result sheet with every appraised point and reason"; design.md, Books.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import python_calamine
from openxml_audit import OpenXmlValidator

from processor.ranking import Block, UnitScores, results_of, unit_row
from processor.unit_results import UNITS
from rubric_versions.methods.base import State
from rubric_versions.model import PointCase, PointList, RubricVersion
from tests.engines import Engine, differences, stated
from tests.folders import APPRAISING, CENTRAL, Folder, parts
from tests.office import Office
from tests.test_ranking_book import VARIANTS, VERSION, campaign, with_rules
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import Book, write_book
from workbook_templates.ranking_data import SKIPPED, Score
from workbook_templates.unit_result import RESULT, LeafResult, UnitResultData, unit_result_book

EXTRA = with_rules(
    bonus=PointList(cases=(PointCase(title="x", points=Fraction(1)),), cap=Fraction("1.5"), basis="thử"),
    minus=PointList(cases=(PointCase(title="y", points=Fraction(1)),), cap=Fraction(2), basis="thử"),
)
ALL = {**VARIANTS, "bonus and minus": EXTRA}


def score(state: State | None, points: Fraction) -> Score:
    if state is State.NOT_ASSESSED:
        return SKIPPED
    return points if state is State.SCORED else None


def book_of(block: Block, scores: UnitScores, version: RubricVersion) -> Book:
    results = results_of(block, version.rules)
    result = next(one for one in results if one.unit == scores.unit)
    leaves = {
        code: LeafResult((score(one.self_state, one.self_points), score(one.final, one.points)), "=1+1" if one.points else "")
        for code, one in scores.leaves.items()
    }
    ranked = sum(one.rank is not None for one in results)
    row = unit_row(scores, result, version.rules)
    above = (result.rank or 1) - 1
    heads = ("Tự chấm", "Thẩm định")
    return unit_result_book(
        UnitResultData(version, "UBND", "Đợt", 2018, "CHỦ TỊCH", "(tên)", block.name, row, scores.appendix, heads, leaves, ranked, above)
    )


@pytest.mark.parametrize("version", ALL.values(), ids=ALL.keys())
def test_every_formula_gives_what_stands_beside_it(version: RubricVersion) -> None:
    _, blocks = campaign(units=7, version=version)
    for block in blocks[:3]:
        dice = random.Random(block.code)
        for scores in block.units[:7]:
            one = replace(scores, bonus=Fraction(dice.randrange(5)), minus=Fraction(dice.randrange(5)))
            if one.missing or any(leaf.final is State.UNSCORED for leaf in one.leaves.values()):
                continue
            units = tuple(one if each.unit == one.unit else each for each in block.units)
            book = book_of(replace(block, units=units), one, version)
            assert differences(book, Engine(write_book(book)).evaluate({})) == []


def test_libreoffice_calculates_the_same(office: Office, tmp_path: Path) -> None:
    _, blocks = campaign(units=7)
    block = next(one for one in blocks if any(unit.deductions for unit in one.units))
    book = book_of(block, next(one for one in block.units if one.deductions), VERSION)
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(write_book(book))
    document = office.open(path)
    try:
        office.calculate(document)
        values = {sheet.name: office.values(document, sheet.name) for sheet in book.sheets}
    finally:
        office.close(document)
    assert differences(book, {(name, row, col): values[name][row - 1][col - 1] for name, row, col in stated(book)}) == []


def labels(book: Book) -> Mapping[str, object]:
    sheet = book.sheet(RESULT)
    return {str(cell.value): sheet.cells[row, 3].value for (row, col), cell in sheet.cells.items() if col == 1 and (row, 3) in sheet.cells}


def test_the_sheet_says_what_the_ranking_says_and_is_a_sound_workbook(tmp_path: Path) -> None:
    _, blocks = campaign(units=7)
    block = next(one for one in blocks if len(one.units) >= 6)
    scores = next(one for one in block.units if one.deductions)
    result = next(one for one in results_of(block, VERSION.rules) if one.unit == scores.unit)
    book = book_of(block, scores, VERSION)
    said = labels(book)
    assert (said["Điểm đạt được (a)"], said["Điểm tối đa (A)"], said["Xếp loại"]) == (result.a, result.A, result.grade)
    assert (said["Chỉ số (%) = a / A × 100"], said["Xếp hạng trong khối"]) == (result.pari, result.rank)
    assert said["Điểm trừ theo tỷ lệ"] == result.deduction > 0
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(write_book(book))
    assert OpenXmlValidator().validate(path).is_valid
    sheet = parts(path.read_bytes())["xl/worksheets/sheet1.xml"]
    assert b"<f>1+1" not in sheet, "a reason is text, whatever it looks like"


def test_a_unit_that_is_not_ranked_has_index_and_grade_and_no_rank() -> None:
    _, blocks = campaign(units=7)
    block, scores = next((block, one) for block in blocks for one in block.units if not one.ranked)
    said = labels(book_of(block, scores, VERSION))
    assert said["Xếp hạng"] == "Không xếp hạng"
    assert "Số đơn vị có chỉ số cao hơn" not in said


# -------------------------------------------------------------------------------------------------------------------- through the command


def test_every_unit_gets_its_sheet_with_reasons_and_verify_makes_them_again(received: Folder) -> None:
    received.run("appraise", now=APPRAISING)
    code = "1.1.1"
    received.fill_books({("31117", code): Filled(Fraction(0), "Chưa có kế hoạch")})
    received.fill_central()
    received.run("appraise", now=CENTRAL)
    ran = received.json("rank", "--units", now=CENTRAL)
    assert (ran.code, ran.json["units"]) == (0, 7)
    files = {path.name.partition("_")[0]: path for path in (received.path / "06_ket_qua" / UNITS).iterdir()}
    assert len(files) == 7
    table = {row[0]: row for row in rows_of(files["31117"])}
    assert table[code][4] == 0
    assert "Chưa có kế hoạch" in table[code]
    again = received.json("rank", "--units", now=CENTRAL)
    assert again.code == 0
    assert len(received.events("unit_results")) == 1
    assert received.json("verify", now=CENTRAL).code == 0
    files["31117"].unlink()
    files["916"].write_bytes(files["917"].read_bytes())
    assert sorted(received.json("verify", now=CENTRAL).codes) == ["record-book", "record-book-missing"]
    received.run("rank", "--units", now=CENTRAL)
    assert received.json("verify", now=CENTRAL).code == 0


def rows_of(path: Path) -> Sequence[Sequence[object]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(RESULT).to_python(skip_empty_area=False)


def test_a_unit_that_has_no_index_any_more_keeps_no_sheet(appraised: Folder) -> None:
    appraised.run("rank", "--units", now=CENTRAL)
    assert appraised.run("decide", "31117", "withdraw", "--reason", "nộp nhầm", now=CENTRAL).code == 0
    ran = appraised.json("rank", "--units", now=CENTRAL)
    assert ran.json["units"] == 6
    assert not list((appraised.path / "06_ket_qua" / UNITS).glob("31117_*"))
    assert appraised.json("verify", now=CENTRAL).code == 0
