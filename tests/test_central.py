"""Central figures in books of their own: the survey, what is not assessed, added and taken points, figures beside the declared ones.

Issue 4, "Central scores … entered in workbooks with the same protection, checks and identity, imported with findings"; Cần Thơ 2018,
Điều 7.2.d (a whole field may be taken out), 7.2.đ, 7.2.e.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from unittest import mock

import openpyxl
import pytest
import python_calamine
from openxml_audit import OpenXmlValidator

from processor.appraisal_books import make_book
from processor.central import lists_of
from processor.desk import APPRAISAL
from processor.results import scores_of
from processor.unit_results import UNITS
from rubric_versions.methods.base import State
from rubric_versions.model import PointCase, PointList, RubricVersion
from rubric_versions.numbers import vi_short
from tests import folders
from tests.engines import Engine, differences
from tests.folders import CENTRAL, VERSION, Folder, central, good, make_appraised, make_folder, make_received
from tests.office import Office
from workbook_templates.book import a1, write_book
from workbook_templates.campaign_book import central_sheets
from workbook_templates.central_book import CASES, FIGURES, FIRST, SKIPS, case_texts, lists_book, survey_book
from workbook_templates.identity import placeholder_identity
from workbook_templates.unit_result import RESULT

UNIT = "31117"
WHERE = f"{APPRAISAL}/so_lieu_tap_trung"
LISTS = "so_lieu_tap_trung_danh_sach.xlsx"


def put(folder: Folder, file: str, cells: Mapping[tuple[str, int, int], object], to: str = "") -> None:
    """Nothing; the cells of a central book are filled by hand (saved by openpyxl, which keeps what we read)."""
    path = folder.path / WHERE / file
    book = openpyxl.load_workbook(path)
    for (sheet, row, col), value in cells.items():
        book[sheet].cell(row, col).value = value  # type: ignore[assignment]  # numbers and texts only
    book.save(folder.path / WHERE / (to or file))


def survey_cells(folder: Folder, number: str, share: str = "0.8") -> dict[tuple[str, int, int], object]:
    """Good figures for every unit of one table."""
    campaign = folder.campaign()
    place = next(one for one in central_sheets(VERSION) if one.appendix.number == number)
    figures = central(campaign, Fraction(share))
    cells: dict[tuple[str, int, int], object] = {}
    for row, unit in enumerate(campaign.units_of_tier(place.appendix.tier), FIRST):
        for one in place.inputs:
            raw = figures[unit.code, one.leaf.code][one.index]
            cells[place.name, row, one.col] = float(raw) if isinstance(raw, Decimal) else raw
    return cells


@pytest.fixture
def made(received: Folder) -> Folder:
    ran = received.json("central")
    assert ran.code == 0
    assert sorted(ran.json["written"]) == sorted([LISTS, *(f"so_lieu_tap_trung_{number}.xlsx" for number in ("II", "III", "IV"))])
    return received


def test_books_are_sound_calculate_and_are_made_once(made: Folder) -> None:
    for path in (made.path / WHERE).iterdir():
        assert OpenXmlValidator().validate(path).is_valid
    again = made.json("central")
    assert (again.json["written"], again.json["taken"], again.codes) == ([], 0, [])
    assert made.json("verify").code == 0
    (made.path / WHERE / LISTS).unlink()
    assert made.json("central").json["written"] == [LISTS]


def test_formulas_of_the_books() -> None:
    units = (("916", "Ninh Kiều"), ("917", "=1+1"))
    place = central_sheets(VERSION)[0]
    for book in (
        survey_book(placeholder_identity(), "Sở", place, units, {(place.name, FIRST, 3): Decimal(80)}),
        lists_book(with_lists(), placeholder_identity(), units, {(SKIPS, FIRST, 1): "916", (CASES, FIRST, 1): "khac"}),
    ):
        assert differences(book.book, Engine(write_book(book.book)).evaluate({})) == []


def test_survey_figures_count_from_their_book_alone(made: Folder) -> None:
    for number in ("II", "III", "IV"):
        put(made, f"so_lieu_tap_trung_{number}.xlsx", survey_cells(made, number))
    ran = made.json("central", now=CENTRAL)
    assert (ran.code, ran.codes) == (0, [])
    assert ran.json["taken"] > 20
    with made.desk(now=CENTRAL) as desk:
        found = {(unit.unit, code): one for block in scores_of(desk)[0] for unit in block.units for code, one in unit.leaves.items()}
        wanted = central(desk.campaign, Fraction("0.8"))
        leaf = next(one for one in VERSION.appendix_for("so").leaves if one.is_central)
        outcome = leaf.method.score(wanted["SNV", leaf.code], leaf.max)
        assert (found["SNV", leaf.code].final, found["SNV", leaf.code].points) == (State.SCORED, outcome.points)
    made.run("appraise", now=CENTRAL)
    made.fill_books()
    made.run("appraise", now=CENTRAL)
    assert made.json("rank", now=CENTRAL).code == 0
    assert made.json("verify", now=CENTRAL).code == 0


def test_two_sources_that_differ_count_for_nothing_until_one_goes(made: Folder) -> None:
    made.fill_central("0.9")
    put(made, "so_lieu_tap_trung_II.xlsx", survey_cells(made, "II", "0.8"))
    made.json("central", now=CENTRAL)
    with made.desk(now=CENTRAL) as desk:
        blocks, found = scores_of(desk)
        told = [one for one in found if one.code == "central-differs"]
        assert told
        leaf = told[0].criterion
        unit = next(unit for block in blocks for unit in block.units if unit.name == dict(told[0].params)["unit"])
        assert unit.leaves[leaf].final is State.UNSCORED
    made.fill_central("0.8")
    with made.desk(now=CENTRAL) as desk:
        assert not [one for one in scores_of(desk)[1] if one.code == "central-differs"]


@pytest.mark.parametrize(
    ("value", "code"),
    [(101, "number-too-large"), (-1, "number-negative"), ("tám mươi", "not-a-number"), ("=50+1", "campaign-value")],
)
def test_a_wrong_figure_is_told_with_its_cell_and_nothing_is_taken(made: Folder, value: object, code: str) -> None:
    place = next(one for one in central_sheets(VERSION) if one.appendix.number == "II")
    col = next(one.col for one in place.inputs if one.input.kind == "percent")
    put(made, "so_lieu_tap_trung_II.xlsx", {**survey_cells(made, "II"), (place.name, FIRST, col): value})
    ran = made.json("central", now=CENTRAL)
    assert ran.code == 1
    told = next(one for one in ran.json["findings"] if one["code"] == code)
    assert (told["sheet"], told["cell"]) == (place.name, a1(FIRST, col))
    assert ran.json["taken"] == 0


def test_copies_are_put_together_and_two_different_figures_are_told(made: Folder) -> None:
    cells = survey_cells(made, "II")
    half = dict(list(cells.items())[: len(cells) // 2])
    put(made, "so_lieu_tap_trung_II.xlsx", half, "nua 1.xlsx")
    put(made, "so_lieu_tap_trung_II.xlsx", {place: one for place, one in cells.items() if place not in half})
    assert made.json("central", now=CENTRAL).json["taken"] == len(cells)
    first = next(iter(half))
    put(made, "so_lieu_tap_trung_II.xlsx", {first: 1.5}, "nua 2.xlsx")
    assert "central-conflict" in made.json("central", now=CENTRAL).codes


def test_a_book_of_nobody_and_a_changed_locked_cell_are_refused(made: Folder, tmp_path: Path) -> None:
    put(made, "so_lieu_tap_trung_II.xlsx", {("Điểm tập trung II", FIRST, 1): "917"})
    assert "appraisal-locked-changed" in made.json("central", now=CENTRAL).codes
    other = make_folder(tmp_path / "khac")
    other.run("central")
    (made.path / WHERE / "la.xlsx").write_bytes((other.path / WHERE / LISTS).read_bytes())
    assert "central-foreign" in made.json("central", now=CENTRAL).codes


def test_units_added_later_get_a_book_of_their_own(made: Folder) -> None:
    more = folders.campaign_of("SNV", "STP", "STC").units[2]
    made.change(lambda one: replace(one, units=(*one.units, more)))
    ran = made.json("central", now=CENTRAL)
    assert ran.json["written"] == ["so_lieu_tap_trung_II_bo_sung_2.xlsx"]
    assert made.json("verify", now=CENTRAL).code == 0


# -------------------------------------------------------------------------------------------------------------------- the lists


def with_lists(**changes: object) -> RubricVersion:
    lists = {
        "bonus": PointList(cases=(PointCase(title="Mô hình mới", points=Fraction(1)),), cap=Fraction("1.5"), basis="thử"),
        "minus": PointList(cases=(PointCase(title="Chậm báo cáo", points=Fraction("0.5")),), cap=Fraction(2), basis="thử"),
    }
    return VERSION.model_copy(update={"rules": VERSION.rules.model_copy(update={**lists, **changes})})


@pytest.fixture(scope="module")
def listed_once(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    with mock.patch.object(folders, "VERSION", with_lists(not_assessed="central_list")):
        folder = make_folder(tmp_path_factory.mktemp("lists"))
        folder = make_appraised(make_received(folder, tmp_path_factory.mktemp("received")), tmp_path_factory.mktemp("appraised"))
        folder.run("central", now=CENTRAL)
        return folder


@pytest.fixture
def listed(listed_once: Folder, tmp_path: Path) -> Folder:
    return listed_once.copy(tmp_path)


def line(sheet: str, row: int, *values: object) -> dict[tuple[str, int, int], object]:
    cols = {SKIPS: (1, 3, 4, 5), CASES: (1, 3, 4, 5), FIGURES: (1, 3, 4, 5, 6)}[sheet]
    return {(sheet, FIRST + row, col): value for col, value in zip(cols, values, strict=False) if value is not None}


def test_the_lists_take_out_add_and_take(listed: Folder) -> None:
    texts = case_texts(with_lists())
    appendix = VERSION.appendix_for("xa")
    put(
        listed,
        LISTS,
        line(SKIPS, 0, UNIT, None, "6", "Không giao tài chính")  # a whole field
        | line(SKIPS, 1, None, "II", "1.1.1", "Chưa có quy định")
        | line(CASES, 0, "916", texts[0], "QĐ 1")
        | line(CASES, 1, "916", texts[0], "QĐ 2")
        | line(CASES, 2, "917", texts[1], "BB 3"),
    )
    ran = listed.json("central", now=CENTRAL)
    assert (ran.code, ran.codes) == (0, [])
    with listed.desk(now=CENTRAL) as desk:
        units = {unit.unit: unit for block in scores_of(desk)[0] for unit in block.units}
    field = {leaf.code for leaf in appendix.leaves if leaf.code.split(".")[0] == "6"}
    assert {code for code, one in units[UNIT].leaves.items() if one.final is State.NOT_ASSESSED} >= field
    assert all(units[code].leaves["1.1.1"].final is State.NOT_ASSESSED for code in ("SNV", "STP"))
    assert units["916"].leaves["1.1.1"].final is not State.NOT_ASSESSED
    assert (units["916"].bonus, units["917"].minus, units["SNV"].bonus) == (Fraction(2), Fraction("0.5"), Fraction(0))
    ranked = listed.json("rank", "--units", now=CENTRAL).json
    results = {one["unit"]: one for block in ranked["blocks"] for one in block["units"]}
    assert results["916"]["standing"] in ("ranked", "unfinished")
    sheets = {path.name.partition("_")[0]: path for path in (listed.path / "06_ket_qua" / UNITS).iterdir()}
    for code, path in sheets.items():
        rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(RESULT).to_python(skip_empty_area=False)
        said = {row[0]: row[2] for row in rows}
        assert Fraction(str(said["Điểm tối đa (A)"])) == Fraction(results[code]["A"])
        mine = {row[0]: row for row in rows}
        if code == UNIT:
            assert all(mine[leaf][4] == "KĐG" and "Không giao tài chính" in str(mine[leaf][6]) for leaf in field)
    assert listed.json("verify", now=CENTRAL).code == 0


def test_under_a_central_list_a_leaf_taken_out_otherwise_is_no_score(listed: Folder) -> None:
    with listed.desk(now=CENTRAL) as desk:
        blocks, found = scores_of(desk)
    told = [one for one in found if one.code == "central-not-listed"]
    claimed = [
        (unit.name, code) for block in blocks for unit in block.units for code, one in unit.leaves.items() if one.final is State.UNSCORED
    ]
    assert {(dict(one.params)["unit"], one.criterion) for one in told} == set(claimed)
    assert told, "some units claimed what no list grants"


@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        (line(SKIPS, 0, "khong-co", None, "6", "x"), "A7"),
        (line(SKIPS, 0, UNIT, None, "99", "x"), "D7"),
        (line(SKIPS, 0, UNIT, "II", "6", "x"), "C7"),
        (line(SKIPS, 0, None, None, "6", "x"), "C7"),
        (line(SKIPS, 0, UNIT, None, "6", None), "E7"),
        (line(CASES, 3, UNIT, "Cộng 9: khác", "x"), "C10"),
        (line(CASES, 3, UNIT, None, "x"), "C10"),
        (line(FIGURES, 0, UNIT, "99", 5, None, "x"), "C7"),
        (line(FIGURES, 0, UNIT, "1.1.1", None, 5, "x"), "D7"),
    ],
)
def test_a_wrong_line_is_told_with_its_cell(listed: Folder, cells: Mapping[tuple[str, int, int], object], cell: str) -> None:
    put(listed, LISTS, cells)
    ran = listed.json("central", now=CENTRAL)
    assert ran.code == 1
    assert cell in [one["cell"] for one in ran.json["findings"]]
    with listed.desk(now=CENTRAL) as desk:
        assert not lists_of(desk).skips


def test_a_central_figure_beside_another_declared_one_is_told(listed: Folder) -> None:
    code = folders.leaf_of(UNIT, "bands")
    one, two = good(UNIT).leaves[code].inputs
    assert isinstance(one, Decimal)
    assert isinstance(two, Decimal)
    put(listed, LISTS, line(FIGURES, 0, UNIT, code, float(one), float(two), "Một cửa"))
    assert listed.json("central", now=CENTRAL).codes == []
    put(listed, LISTS, line(FIGURES, 0, UNIT, code, float(one) + 1, float(two), "Một cửa"))
    ran = listed.json("central", now=CENTRAL)
    assert (ran.code, ran.codes) == (0, ["central-figure-differs"])
    assert "Một cửa" in ran.json["findings"][0]["message"]
    with listed.desk(now=CENTRAL) as desk:
        book = next(one for one in desk.record().books_now() if UNIT in dict(one.units))
        made = make_book(desk, book.charge, 9, {place: codes for place, codes in book.rows.items() if place[0] == UNIT})
        row = made.rows[UNIT, code]
    assert f"Số liệu tập trung: {vi_short(Fraction(one) + 1)}; {vi_short(Fraction(two))} (Một cửa)" in row.result


def test_a_book_filled_in_libreoffice_comes_back_whole(made: Folder, office: Office) -> None:
    """Issue 4, Tests: every book through LibreOffice (filled, calculated, saved) and back."""
    path = made.path / WHERE / "so_lieu_tap_trung_II.xlsx"
    cells = survey_cells(made, "II")
    document = office.open(path)
    try:
        office.set(document, [(sheet, a1(row, col), float(str(value))) for (sheet, row, col), value in cells.items()])
        office.calculate(document)
        office.save(document, path)
    finally:
        office.close(document)
    ran = made.json("central", now=CENTRAL)
    assert (ran.code, ran.codes, ran.json["taken"]) == (0, [], len(cells))
    lists = made.path / WHERE / LISTS
    document = office.open(lists)
    try:
        office.set(document, [(SKIPS, "A7", UNIT), (SKIPS, "D7", {"type": "6"}), (SKIPS, "E7", "Không giao")])
        office.calculate(document)
        assert office.get(document, SKIPS, "B7:B7")[0][0]["v"] == "UBND phường Cái Khế"
        office.save(document, lists)
    finally:
        office.close(document)
    ran = made.json("central", now=CENTRAL)
    assert (ran.code, ran.codes) == (0, [])
    with made.desk(now=CENTRAL) as desk:
        assert len(lists_of(desk).skips[UNIT]) > 1, "6 is a whole field, though a program took it for a number"
