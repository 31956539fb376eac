"""The office's own workbook: what a clerk puts in is what the program reads, and whatever is wrong is named with its cell, all at once.

Requirements: design.md, "Campaign folder", "Time", "Books", "Traps" 4 and 5; Quy chế of QĐ 1823/QĐ-UBND (Cần Thơ 2018), Điều 5.2, 5.4.
"""

from __future__ import annotations

import io
import json
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, rows_from_range
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openxml_audit import OpenXmlValidator

from processor.campaign import (
    Block,
    Campaign,
    DeductionCase,
    Renamed,
    Round,
    Unit,
    campaign_to_book,
    clean,
    new_campaign,
    read_campaign,
    shipped_units,
)
from processor.clock import ZONE, parse_moment
from rubric_versions.catalog import BadVersion, load
from rubric_versions.findings import CAMPAIGN_STAGE, CATALOGUE, Finding, Severity, finding
from rubric_versions.model import RubricVersion
from tests.engines import Engine, differences
from tests.office import Office
from workbook_templates import campaign_book as at
from workbook_templates.book import Book, Cell, a1, write_book

FILE = "dot_danh_gia.xlsx"
VERSION = load("can-tho-2018")
CENTRAL = {place.appendix.tier: place for place in at.central_sheets(VERSION)}
XA = CENTRAL["xa"].name

Edit = tuple[str, str, Any]
"""Sheet, cell, what is put there (a text that begins with "=" is a formula)."""


@pytest.fixture(scope="module")
def whole() -> Campaign:
    """Cần Thơ 2018 with its 114 units."""
    return new_campaign(VERSION, code="can-tho-2018")


@pytest.fixture(scope="module")
def small() -> Campaign:
    """Two sở, a district and two of its communes, one unit unranked, with central figures and a case."""
    kept = ("SNV", "STP", "916", "31117", "31120")
    units = [one for one in shipped_units("can-tho-2018")[1] if one["code"] in kept]
    campaign = new_campaign(VERSION, code="thu-2018", units=units)
    return replace(
        campaign,
        signer="Nguyễn Văn A",
        units=tuple(replace(unit, ranked=unit.code != "STP") for unit in campaign.units),
        central={
            ("31117", "8.1.1"): (Decimal("87.25"),),
            ("31117", "8.2.1"): (Decimal(12), Decimal(0), None, Decimal(1)),
            ("31120", "8.1.1"): ("1,5",),
            ("SNV", "8.3.2"): (Decimal(3), Decimal(2), Decimal(0), Decimal(0)),
        },
        deductions=(DeductionCase("31120", 2, "Công văn số …/UBND", ""), DeductionCase("31120", 3, "Quyết định", "xem lại")),
        renamed=(Renamed("31117", "Phường cũ", "31117", "Nghị quyết …"), Renamed("31118", "", "31117")),
        overall=True,
    )


SPARE = {name: getattr(at, name) for name in ("UNIT_SPARE", "BLOCK_SPARE", "CASE_ROWS", "RENAMED_ROWS")}


@pytest.fixture(scope="module", autouse=True)
def few_spare_rows() -> Iterator[None]:
    """Fewer ready rows, for speed; what they change is only how far a sheet is yellow."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SPARE:
            patch.setattr(at, name, 3)
        yield


@pytest.fixture
def all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many ready rows as an office gets."""
    for name, count in SPARE.items():
        monkeypatch.setattr(at, name, count)


def edited(book: Book, edits: Sequence[Edit]) -> bytes:
    """The workbook with cells overwritten before it is written."""
    for name, cell, value in edits:
        row, col = _place(cell)
        sheet = book.sheet(name)
        old = sheet.cells.get((row, col), Cell())
        if isinstance(value, str) and value.startswith("="):
            sheet.cells[row, col] = Cell(1, value[1:], old.look)
        else:
            sheet.cells[row, col] = Cell(value, look=old.look)
    return write_book(book)


def _place(cell: str) -> tuple[int, int]:
    found = coordinate_from_string(cell)
    return found[1], column_index_from_string(found[0])


def retyped(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The workbook opened, edited and saved by openpyxl, as some other program would."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name, cell, value in edits:
        book[name][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: bytes, version_of: Callable[[str], RubricVersion] = load) -> tuple[Campaign | None, list[Finding]]:
    return read_campaign(data, FILE, version_of)


def short(found: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code, one.sheet, one.cell) for one in found]


def field(key: str) -> str:
    return a1(at.FIELD_ROWS[key], at.FIELD_VALUE)


def central_cell(row: int, criterion: str, index: int = 0, tier: str = "xa") -> str:
    return next(a1(row, one.col) for one in CENTRAL[tier].inputs if one.leaf.code == criterion and one.index == index)


# ------------------------------------------------------------------------------------------------------------------ defaults


def test_a_new_campaign_of_can_tho_2018_has_its_114_units_in_11_blocks(whole: Campaign) -> None:
    assert (len(whole.units), len(whole.blocks)) == (114, 11)
    assert [len(whole.units_of_tier(tier)) for tier in ("so", "huyen", "xa")] == [20, 9, 85]
    assert (whole.organiser, whole.place, whole.year) == ("Ủy ban nhân dân thành phố Cần Thơ", "Cần Thơ", 2018)
    assert (whole.signer, whole.signer_title) == ("", ""), "names are never made up"


def test_a_district_council_appraises_its_own_communes_and_the_city_the_rest(whole: Campaign) -> None:
    """Điều 5.4."""
    assert whole.councils == ("", "916", "917", "918", "919", "923", "924", "925", "926", "927")
    assert {unit.tier for unit in whole.units_of_council("")} == {"so", "huyen"}
    assert {unit.parent for unit in whole.units_of_council("916")} == {"916"}
    assert whole.units_of_council("SNV") == ()
    assert sum(len(whole.units_of_council(council)) for council in whole.councils) == 114


def test_the_three_first_of_each_block_are_commended(whole: Campaign) -> None:
    """Điều 12.2."""
    assert {block.commended for block in whole.blocks} == {3}


def test_what_is_due_on_15_12_is_received_before_16_12(whole: Campaign) -> None:
    """Điều 5.2."""
    assert whole.rounds == (Round(1, datetime(2018, 11, 1, tzinfo=ZONE), datetime(2018, 12, 16, tzinfo=ZONE)),)
    assert whole.round(1).closes == parse_moment("16/12/2018 00:00")


@pytest.mark.parametrize(
    ("due", "closes"), [("05/03", "06/03/2019"), ("05/03/2019", "06/03/2019"), ("31/12", "01/01/2019"), ("", "01/01/2019")]
)
def test_a_last_day_after_new_year_is_next_year(due: str, closes: str) -> None:
    rules = VERSION.rules.model_copy(update={"self_assessment_due": due})
    campaign = new_campaign(VERSION.model_copy(update={"rules": rules}), code="x1")
    assert campaign.round(1).closes == parse_moment(closes)


def test_own_units_and_blocks_take_the_place_of_the_shipped_ones() -> None:
    units: list[dict[str, Any]] = [
        {"code": 11, "name": " Phòng  Nội vụ ", "tier": "so", "block": "p", "ranked": False},
        {"code": "b2", "name": "B", "tier": "so", "block": "q", "parent": None},
    ]
    campaign = new_campaign(
        VERSION,
        code="x1",
        title="T",
        organiser="O",
        year=2019,
        units=units,
        blocks=[{"code": "p", "name": "Khối phòng", "commended": 1, "council": "b2"}],
    )
    assert campaign.units == (Unit("11", "Phòng Nội vụ", "so", "p", ranked=False), Unit("b2", "B", "so", "q"))
    assert campaign.blocks == (Block("p", "Khối phòng", "b2", 1), Block("q", "q", "", 3))
    assert (campaign.title, campaign.organiser, campaign.year) == ("T", "O", 2019)


def test_a_version_without_a_shipped_list_has_no_units() -> None:
    other = VERSION.model_copy(update={"id": "noi-khac-2018"})
    assert shipped_units("noi-khac-2018") == ((), ())
    assert new_campaign(other, code="x1").units == ()


# ------------------------------------------------------------------------------------------------------------------ there and back


@pytest.mark.usefixtures("all_rows")
def test_all_114_units_come_back_as_they_were(whole: Campaign) -> None:
    before = time.process_time()
    data = write_book(campaign_to_book(whole, VERSION))
    assert time.process_time() - before < 3, "a third of that on an idle machine"
    assert read(data) == (whole, [])


def test_central_figures_cases_and_marks_come_back_as_they_were(small: Campaign) -> None:
    campaign, found = read(write_book(campaign_to_book(small, VERSION)))
    assert (campaign, found) == (small, [])
    assert campaign is not None
    leaf = VERSION.appendix_for("xa").by_code["8.2.1"]
    assert campaign.central_of("31117", leaf) == (Decimal(12), Decimal(0), None, Decimal(1))
    assert campaign.central_of("31120", leaf) == (None,) * 4
    assert not campaign.unit("STP").ranked
    assert campaign.block("xa-916").council == "916"
    with pytest.raises(KeyError):
        campaign.unit("SYT")


def test_the_same_campaign_gives_the_same_bytes(small: Campaign) -> None:
    assert write_book(campaign_to_book(small, VERSION)) == write_book(campaign_to_book(small, VERSION))


def test_what_openpyxl_saves_says_the_same(small: Campaign) -> None:
    assert read(retyped(write_book(campaign_to_book(small, VERSION)), [])) == (small, [])


@pytest.mark.parametrize("by_way_of", ["b.xlsx", "b.ods", "b.xls"])
def test_what_libreoffice_saves_says_the_same(office: Office, whole: Campaign, small: Campaign, tmp_path: Path, by_way_of: str) -> None:
    campaign = replace(whole, central=small.central, deductions=small.deductions)
    (tmp_path / "a.xlsx").write_bytes(write_book(campaign_to_book(campaign, VERSION)))
    office.convert(tmp_path / "a.xlsx", tmp_path / by_way_of)
    office.convert(tmp_path / by_way_of, tmp_path / "c.xlsx")
    assert read((tmp_path / "c.xlsx").read_bytes()) == (campaign, [])


def test_what_a_clerk_types_in_libreoffice_is_read(office: Office, small: Campaign, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(write_book(campaign_to_book(small, VERSION)))
    number = office.open(tmp_path / "a.xlsx")
    row = at.FIRST + len(small.units)
    office.set(number, [
        (at.UNITS, a1(row, at.UNIT_CODE), {"type": "00123"}),
        (at.UNITS, a1(row, at.UNIT_NAME), "UBND xã Mới"),
        (at.UNITS, a1(row, at.UNIT_TIER), "UBND xã, phường, thị trấn"),
        (at.UNITS, a1(row, at.UNIT_BLOCK), {"type": "xa-916"}),
        (at.UNITS, a1(row, at.UNIT_PARENT), {"type": "916"}),
        (XA, "A8", {"type": "00123"}),
        (XA, central_cell(8, "8.1.1"), {"type": "77.5"}),
    ])  # fmt: skip
    office.calculate(number)
    ((shown,),) = office.get(number, XA, "B8")
    office.save(number, tmp_path / "b.xlsx")
    office.close(number)
    campaign, found = read((tmp_path / "b.xlsx").read_bytes())
    assert found == []
    assert campaign is not None
    assert campaign.units[-1] == Unit("00123", "UBND xã Mới", "xa", "xa-916", "916")
    assert campaign.central["00123", "8.1.1"] == (Decimal("77.5"),)
    assert shown["s"] == "UBND xã Mới"


def test_openxml_audit_finds_nothing(small: Campaign, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(write_book(campaign_to_book(small, VERSION)))
    result = OpenXmlValidator().validate(path)
    assert [str(error) for error in result.errors] == []
    assert result.is_valid


def test_names_beside_codes_are_right_in_the_file_as_written(small: Campaign) -> None:
    book = campaign_to_book(small, VERSION)
    assert differences(book, Engine(write_book(book)).evaluate({})) == []


def test_entry_cells_are_open_and_validated_and_everything_else_is_locked(small: Campaign) -> None:
    book = campaign_to_book(small, VERSION)
    saved = openpyxl.load_workbook(io.BytesIO(write_book(book)))
    assert saved.security.lockStructure
    for name in (
        at.CAMPAIGN,
        at.ROUNDS,
        at.BLOCKS,
        at.UNITS,
        at.RENAMED,
        *(place.name for place in CENTRAL.values()),
        at.DEDUCTIONS,
        at.LISTS,
    ):
        sheet = saved[name]
        assert sheet.protection.sheet
        open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
        ruled = {cell for rule in sheet.data_validations.dataValidation for area in rule.cells.ranges for cell in _cells(str(area))}
        assert open_cells <= ruled, name
        assert sheet.freeze_panes, name
    assert saved[at.UNITS].print_title_rows == "$4:$4"
    assert saved[XA].page_setup.orientation == "landscape"


def _cells(area: str) -> set[str]:
    rows = rows_from_range(area)
    return {cell for row in rows for cell in row}


def test_a_version_with_choices_and_without_deduction_round_trips(small: Campaign) -> None:
    options = [{"text": "Tốt, rất tốt", "points": "3"}, {"text": "Kém", "points": "0"}]
    method = {"kind": "levels", "options": options}
    data = json.loads(VERSION.canonical())
    data["rules"]["deduction"] = None
    data["appendices"][2]["children"].append({"code": "9", "title": "Nhận xét", "max": "3", "scored_by": "leaders", "method": method})
    version = RubricVersion.model_validate(data)
    leaf = version.appendix_for("xa").by_code["9"]
    (choice,) = leaf.method.inputs(leaf.max)
    campaign = replace(small, central={**small.central, ("31117", "9"): (choice.choices[0],)}, deductions=())
    book = campaign_to_book(campaign, version)
    assert at.DEDUCTIONS not in [sheet.name for sheet in book.sheets]
    assert read(write_book(book), lambda _: version) == (campaign, [])


# ------------------------------------------------------------------------------------------------------------------ what clerks do

PASSING: dict[str, tuple[list[Edit], dict[str, Any]]] = {
    "a code typed as a number": ([(at.BLOCKS, "C7", 916)], {}),
    "a code in other capitals": ([(at.UNITS, "E8", "916"), (at.BLOCKS, "C5", ""), (at.UNITS, "D5", "SO")], {}),
    "a tier by its code": ([(at.UNITS, "C5", "so")], {}),
    "a capital X": ([(at.UNITS, "F6", "X"), (at.CAMPAIGN, field("overall"), "X")], {}),
    "a blank number commended is the version's": ([(at.BLOCKS, "E5", None)], {}),
    "a case by its number": ([(at.DEDUCTIONS, "C5", 2)], {}),
    "the year as a number": ([(at.CAMPAIGN, field("year"), 2018)], {}),
    "moments typed as text": ([(at.ROUNDS, "B5", "01/11/2018"), (at.ROUNDS, "C5", " 16/12/2018 00:00 ")], {}),
    "a day without hours": ([(at.ROUNDS, "C5", datetime(2018, 12, 16))], {}),  # noqa: DTZ001  (as a cell has it)
    "blanks that look filled": ([(at.UNITS, "E6", " \u200b\xa0"), (XA, central_cell(8, "8.1.1"), " "), (at.UNITS, "B11", "\u200b")], {}),
    "a unit of no figures on a central sheet": ([(XA, "A8", "SYT")], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_what_a_person_would_understand_is_understood(small: Campaign, name: str) -> None:
    edits, changed = PASSING[name]
    assert read(edited(campaign_to_book(small, VERSION), edits)) == (replace(small, **changed), [])


def test_a_second_round_and_a_gap_between_rows_are_fine(small: Campaign) -> None:
    edits: list[Edit] = [
        (at.ROUNDS, "A8", 2), (at.ROUNDS, "B8", "16/12/2018 00:00"), (at.ROUNDS, "C8", "20/12/2018 17:00"),
        (at.BLOCKS, "A9", "moi"), (at.BLOCKS, "B9", "Khối mới"), (at.BLOCKS, "E9", 0),
    ]  # fmt: skip
    campaign, found = read(edited(campaign_to_book(small, VERSION), edits))
    assert found == []
    assert campaign is not None
    assert campaign.rounds[1] == Round(2, parse_moment("16/12/2018"), parse_moment("20/12/2018 17:00"))
    assert campaign.blocks[-1] == Block("moi", "Khối mới", "", 0)


def test_the_1904_calendar_of_old_macs_is_counted_right(small: Campaign) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_book(campaign_to_book(small, VERSION))))
    book.epoch = CALENDAR_MAC_1904
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue()) == (small, [])


LONG = "a" * 201
FAILING: dict[str, tuple[list[Edit], list[tuple[str, str, str]]]] = {
    # Đợt đánh giá
    "no title": ([(at.CAMPAIGN, field("title"), None)], [("campaign-missing", at.CAMPAIGN, field("title"))]),
    "no year": ([(at.CAMPAIGN, field("year"), "\xa0")], [("campaign-missing", at.CAMPAIGN, field("year"))]),
    "no version": ([(at.CAMPAIGN, field("version_id"), None)], [("campaign-missing", at.CAMPAIGN, field("version_id"))]),
    "another version": ([(at.CAMPAIGN, field("version_id"), "can-tho-1999")], [("campaign-version", at.CAMPAIGN, field("version_id"))]),
    "a code with capitals": ([(at.CAMPAIGN, field("code"), "Can-Tho")], [("campaign-value", at.CAMPAIGN, field("code"))]),
    "a year that is none": ([(at.CAMPAIGN, field("year"), "năm nay")], [("campaign-value", at.CAMPAIGN, field("year"))]),
    "half a year": ([(at.CAMPAIGN, field("year"), 2018.5)], [("campaign-value", at.CAMPAIGN, field("year"))]),
    "a long title": ([(at.CAMPAIGN, field("title"), LONG)], [("campaign-value", at.CAMPAIGN, field("title"))]),
    "a formula": ([(at.CAMPAIGN, field("signer"), '="A"&"B"')], [("campaign-value", at.CAMPAIGN, field("signer"))]),
    "rows moved": ([(at.CAMPAIGN, "A6", "Cơ quan tổ chức")], [("campaign-value", at.CAMPAIGN, "A6")]),
    "another mark for an overall ranking": ([(at.CAMPAIGN, field("overall"), "có")], [("campaign-value", at.CAMPAIGN, field("overall"))]),
    # Đơn vị đổi tên, sáp nhập
    "an old code with marks": ([(at.RENAMED, "A5", "Xã cũ")], [("campaign-value", at.RENAMED, "A5")]),
    "an old unit of nobody": ([(at.RENAMED, "C6", None)], [("campaign-missing", at.RENAMED, "C6")]),
    "an old unit now unknown": ([(at.RENAMED, "C6", "99999")], [("campaign-unknown", at.RENAMED, "C6")]),
    "a change told twice": ([(at.RENAMED, "A6", "31117")], [("campaign-duplicate", at.RENAMED, "A6")]),
    # Lần tự chấm
    "no round": ([(at.ROUNDS, f"{col}5", None) for col in "ABC"], [("campaign-missing", at.ROUNDS, "A5")]),
    "no closing time": ([(at.ROUNDS, "C5", None)], [("campaign-missing", at.ROUNDS, "C5")]),
    "a day that is none": ([(at.ROUNDS, "C5", "31/11/2018")], [("campaign-value", at.ROUNDS, "C5")]),
    "a day in a far century": ([(at.ROUNDS, "C5", "16/12/0218")], [("campaign-value", at.ROUNDS, "C5")]),
    "a formula for a moment": ([(at.ROUNDS, "C5", "=TODAY()")], [("campaign-value", at.ROUNDS, "C5")]),
    "closes before it opens": ([(at.ROUNDS, "C5", "01/11/2018 00:00")], [("campaign-value", at.ROUNDS, "C5")]),
    "round 2 alone": ([(at.ROUNDS, "A5", 2)], [("campaign-value", at.ROUNDS, "A5")]),
    "round 0": ([(at.ROUNDS, "A5", 0)], [("campaign-value", at.ROUNDS, "A5")]),
    "a round twice": ([(at.ROUNDS, "A6", 1), (at.ROUNDS, "B6", "16/12/2018"), (at.ROUNDS, "C6", "17/12/2018")],
                      [("campaign-duplicate", at.ROUNDS, "A6")]),
    "rounds that overlap": ([(at.ROUNDS, "A6", 2), (at.ROUNDS, "B6", "15/12/2018"), (at.ROUNDS, "C6", "17/12/2018")],
                            [("campaign-value", at.ROUNDS, "B6")]),
    # Khối
    "a block twice": ([(at.BLOCKS, "A8", "SO"), (at.BLOCKS, "B8", "x")], [("campaign-duplicate", at.BLOCKS, "A8")]),
    "a block without name": ([(at.BLOCKS, "B6", "")], [("campaign-missing", at.BLOCKS, "B6")]),
    "an unknown council": ([(at.BLOCKS, "C7", "999")], [("campaign-unknown", at.BLOCKS, "C7")]),
    "a council that appraises itself": ([(at.BLOCKS, "C6", "916")], [("campaign-value", at.BLOCKS, "C6")]),
    "minus one commended": ([(at.BLOCKS, "E6", -1)], [("campaign-value", at.BLOCKS, "E6")]),
    "an error value": ([(at.BLOCKS, "B6", "=#REF!")], [("campaign-value", at.BLOCKS, "B6")]),
    # Đơn vị
    "no unit's code": ([(at.UNITS, "A6", None)], [("campaign-missing", at.UNITS, "A6")]),
    "a code with a blank": ([(at.UNITS, "A6", "S TP")], [("campaign-value", at.UNITS, "A6")]),
    "a code with marks": ([(at.UNITS, "A6", "SỞ")], [("campaign-value", at.UNITS, "A6")]),
    "a unit twice": ([(at.UNITS, "A6", "snv")], [("campaign-duplicate", at.UNITS, "A6")]),
    "no name": ([(at.UNITS, "B6", None)], [("campaign-missing", at.UNITS, "B6")]),
    "an unknown tier": ([(at.UNITS, "C6", "Ấp")], [("campaign-unknown", at.UNITS, "C6")]),
    "an unknown block": ([(at.UNITS, "D6", "khac")], [("campaign-unknown", at.UNITS, "D6")]),
    "an unknown parent": ([(at.UNITS, "E8", "915")], [("campaign-unknown", at.UNITS, "E8")]),
    "its own parent": ([(at.UNITS, "E6", "STP")], [("campaign-value", at.UNITS, "E6")]),
    "a circle of parents": ([(at.UNITS, "E5", "STP"), (at.UNITS, "E6", "SNV")],
                            [("campaign-value", at.UNITS, "E5"), ("campaign-value", at.UNITS, "E6")]),
    "another mark": ([(at.UNITS, "F6", "có")], [("campaign-value", at.UNITS, "F6")]),
    "a column moved": ([(at.UNITS, "C4", "Mã khối"), (at.UNITS, "D4", None)],
                       [("campaign-value", at.UNITS, "C4"), ("campaign-missing", at.UNITS, "D4")]),
    # Điểm tập trung
    "a calculated figure": ([(XA, central_cell(6, "8.1.1"), "=45/50*100")], [("campaign-value", XA, central_cell(6, "8.1.1"))]),
    "a date for a figure": ([(XA, central_cell(6, "8.1.1"), datetime(2018, 5, 1))],  # noqa: DTZ001  (as a cell has it)
                            [("campaign-value", XA, central_cell(6, "8.1.1"))]),
    "a unit's row twice": ([(XA, "A8", "31117"), (XA, central_cell(8, "8.1.1"), 5)], [("campaign-duplicate", XA, "A8")]),
    "figures of nobody": ([(XA, central_cell(8, "8.1.1"), 5)], [("campaign-missing", XA, "A8")]),
    "a unit of another tier": ([(XA, "A8", "STP"), (XA, central_cell(8, "8.1.1"), 5)], [("campaign-unknown", XA, "A8")]),
    "a criterion's head changed": ([(XA, "C4", "8.1.2 khác")], [("campaign-value", XA, "C4")]),
    # Điểm trừ
    "a case of nobody": ([(at.DEDUCTIONS, "A5", None)], [("campaign-missing", at.DEDUCTIONS, "A5")]),
    "a case of an unknown unit": ([(at.DEDUCTIONS, "A5", "XYZ")], [("campaign-unknown", at.DEDUCTIONS, "A5")]),
    "another ground": ([(at.DEDUCTIONS, "C5", "Đi muộn")], [("campaign-unknown", at.DEDUCTIONS, "C5")]),
    "ground 4 of 3": ([(at.DEDUCTIONS, "C5", 4)], [("campaign-unknown", at.DEDUCTIONS, "C5")]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILING)
def test_what_is_wrong_is_named_with_its_cell(small: Campaign, name: str) -> None:
    edits, expected = FAILING[name]
    number_format = _date_cells(edits)
    campaign, found = read(edited(number_format(campaign_to_book(small, VERSION)), edits))
    assert campaign is None
    assert short(found) == expected
    for one in found:
        assert one.file == FILE
        assert "«…»" not in one.message
        assert "(…)" not in one.message


def _date_cells(edits: Sequence[Edit]) -> Callable[[Book], Book]:
    """Gives cells that get a date the look of one."""

    def change(book: Book) -> Book:
        for name, cell, value in edits:
            if isinstance(value, datetime):
                book.sheet(name).cells[_place(cell)] = Cell(None, look="input_date")
        return book

    return change


def test_everything_wrong_is_told_at_once_in_the_order_of_the_sheets(small: Campaign) -> None:
    names = (
        "no title",
        "no closing time",
        "minus one commended",
        "a code with marks",
        "an unknown tier",
        "figures of nobody",
        "ground 4 of 3",
    )
    edits = [edit for name in names for edit in FAILING[name][0]]
    campaign, found = read(edited(campaign_to_book(small, VERSION), edits))
    assert campaign is None
    told = [place for name in names for place in FAILING[name][1]]
    assert sorted(set(told) - set(short(found))) == []
    sheets = [one.sheet for one in found]
    assert sheets == sorted(sheets, key=[sheet.name for sheet in campaign_to_book(small, VERSION).sheets].index)


def test_the_same_mistakes_typed_with_another_program_are_found(small: Campaign) -> None:
    edits: list[Edit] = [(at.UNITS, "C6", "Ấp"), (XA, central_cell(6, "8.1.1"), "=45/50*100"), (at.ROUNDS, "C5", datetime(2018, 10, 1))]  # noqa: DTZ001
    _, found = read(retyped(write_book(campaign_to_book(small, VERSION)), edits))
    assert short(found) == [
        ("campaign-value", at.ROUNDS, "C5"),
        ("campaign-unknown", at.UNITS, "C6"),
        ("campaign-value", XA, central_cell(6, "8.1.1")),
    ]
    assert "«01/10/2018 00:00» không hợp lệ" in found[0].message
    assert "=45/50*100" in found[2].message


@pytest.mark.parametrize(
    ("edit", "code"),
    [((at.CAMPAIGN, field("year"), 2019), "campaign-value"), ((at.DEDUCTIONS, "D5", None), "campaign-missing")],
    ids=["a year the version is not for", "a case without proof"],
)
def test_what_somebody_should_look_at_does_not_stop_the_campaign(small: Campaign, edit: Edit, code: str) -> None:
    campaign, found = read(edited(campaign_to_book(small, VERSION), [edit]))
    assert campaign is not None
    assert [(one.code, one.severity) for one in found] == [(code, Severity.WARNING)]


@pytest.mark.parametrize("sheet", [at.CAMPAIGN, at.ROUNDS, at.BLOCKS, at.UNITS, XA, at.DEDUCTIONS])
def test_a_missing_sheet_is_named(small: Campaign, sheet: str) -> None:
    book = campaign_to_book(small, VERSION)
    book.sheet(sheet).name = "khác"
    campaign, found = read(write_book(book))
    assert campaign is None
    assert ("campaign-unreadable", sheet, "") in short(found)
    assert f"«{sheet}»" in found[0].message


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"khong phai so lam viec", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_a_file_that_is_no_workbook_is_said_to_be_none(data: bytes) -> None:
    campaign, found = read(data)
    assert campaign is None
    assert short(found) == [("campaign-unreadable", "", "")]
    assert "…" not in found[0].message


def test_a_version_that_is_not_sound_is_told_with_its_own_findings(small: Campaign) -> None:
    problem = finding("rubric-unreadable", where="x", why="y")

    def refuse(_: str) -> RubricVersion:
        raise BadVersion([problem])

    campaign, found = read(write_book(campaign_to_book(small, VERSION)), refuse)
    assert campaign is None
    assert [one.code for one in found] == ["campaign-version", "rubric-unreadable"]


def test_every_code_that_reading_can_give_has_a_case_here() -> None:
    given_elsewhere = {"campaign-frozen", "campaign-central-missing"}  # by those who know what was issued, what is to be ranked
    codes = {code for code, entry in CATALOGUE.items() if entry.stage == CAMPAIGN_STAGE} - given_elsewhere
    assert codes == {code for _, told in FAILING.values() for code, _, _ in told} | {"campaign-unreadable"}


# ------------------------------------------------------------------------------------------------------------------ noise in text

NAMES = st.sampled_from(["UBND xã Trường Xuân A", "Sở Lao động - Thương binh và Xã hội", "UBND quận Ô Môn", "Ủy ban"])
HIDDEN = st.text("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202a\x00\x07", max_size=3)
SPACES = st.text(" \xa0\u2003\u3000\t\n\r", min_size=1, max_size=4)


@given(name=NAMES, data=st.data(), form=st.sampled_from(["NFC", "NFD"]))
def test_what_pasting_adds_is_taken_away(name: str, data: st.DataObject, form: str) -> None:
    words = [unicodedata.normalize(form, word) for word in name.split(" ")]  # type: ignore[arg-type]  # one of two literals
    noisy = data.draw(HIDDEN) + words[0]
    for word in words[1:]:
        noisy += data.draw(HIDDEN) + data.draw(SPACES) + data.draw(HIDDEN) + word
    assert clean(noisy + data.draw(st.one_of(SPACES, HIDDEN))) == name


@given(st.text(st.characters(exclude_categories=("Cs", "Cn"))))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text))


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cn")), min_size=1, max_size=60).map(clean).filter(bool)
NUMBERS = st.decimals(min_value=0, max_value=10**11, places=3).map(lambda number: number.normalize())


@settings(max_examples=25)
@given(title=TEXTS, name=TEXTS, proof=TEXTS, figure=st.one_of(NUMBERS, TEXTS, st.none()))
def test_whatever_is_written_comes_back(title: str, name: str, proof: str, figure: Decimal | str | None) -> None:
    units = (Unit("aa", name, "xa", "k1"), Unit("BB", "=1+1", "xa", "k1", "aa", ranked=False))
    central = {("aa", "8.2.1"): (figure, None, None, Decimal(0))}
    campaign = replace(
        new_campaign(VERSION, code="x1", units=[]), title=title, blocks=(Block("k1", "_x0041_", "", 0),), units=units,
        central=central, deductions=(DeductionCase("BB", 1, proof, "'"),),
    )  # fmt: skip
    assert read(write_book(campaign_to_book(campaign, VERSION))) == (campaign, [])
