"""An earlier campaign beside this one: units renamed, merged, split, moved; leaves renamed, dropped, added; what cannot be compared.

Issue 4, "change against an earlier campaign (matched by unit and by criterion across versions, with what cannot be compared said so)".
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processor.campaign import shipped_units
from processor.comparing import comparison, snapshot
from processor.ranking import Block, Campaign, UnitScores, ranking_to_book, results_of
from rubric_versions import catalog
from rubric_versions.model import Changed, Group, Leaf, Node, RubricVersion
from tests.engines import Engine, differences
from tests.folders import CENTRAL, Folder, campaign_of
from tests.test_ranking_book import campaign, one_unit
from workbook_templates.book import write_book
from workbook_templates.campaign_book import Renamed
from workbook_templates.ranking_data import Comparison
from workbook_templates.ranking_plan import EARLIER

VERSION = catalog.load("can-tho-2018")
UNITS = ("SNV", "STP", "916", "917", "31117", "31120", "31154")
GONE = [one["code"] for one in shipped_units(VERSION.id)[1] if one["tier"] == "xa" and one["code"] not in UNITS]


def blocks_then() -> list[Block]:
    """What the units had before, of the shipped version."""
    return campaign(gaps=False)[1]


def compared(renamed: tuple[Renamed, ...] = (), version: RubricVersion = VERSION, **changes: object) -> Comparison:
    now = replace(campaign_of(*UNITS), renamed=renamed, **changes)  # type: ignore[arg-type]
    return comparison(now, version, snapshot(campaign_of(*UNITS), VERSION, blocks_then()))


def test_a_unit_that_kept_its_code_is_compared() -> None:
    found = compared().units["SNV"]
    block = next(one for one in blocks_then() if any(unit.unit == "SNV" for unit in one.units))
    then = next(one for one in results_of(block, VERSION.rules) if one.unit == "SNV")
    assert (found.pari, found.rank, found.grade, found.note) == (then.pari, then.rank, then.grade, "")


def test_renamed_merged_split_moved_and_new_units() -> None:
    rows = (
        Renamed(GONE[0], "Tên cũ", "31117"), Renamed(GONE[1], "", "31120"), Renamed(GONE[2], "", "31120"),
        Renamed("STP", "", "916"), Renamed("STP", "", "917"), Renamed("khong-co", "", "31154"),
    )  # fmt: skip
    found = compared(rows).units
    assert found["31117"].pari is not None
    assert found["31117"].note.startswith("Trước là ")
    assert found["31120"].pari is None
    assert found["31120"].note.startswith("Nhập từ ")
    assert all(found[code].pari is None and found[code].note.startswith("Tách từ ") for code in ("916", "917"))
    assert found["31154"].note == "Không thấy đơn vị trước đây trong đợt trước"
    assert "STP" not in found, "its code was carried on by others"
    units = campaign_of(*UNITS).units
    moved = compared(units=tuple(replace(unit, block="khac") if unit.code == "SNV" else unit for unit in units)).units["SNV"]
    assert (moved.rank, moved.note) == (None, "Khối đã khác: không so thứ hạng")
    assert moved.pari is not None


def test_units_that_are_gone_are_listed_and_units_without_index_have_none() -> None:
    found = compared()
    assert len(found.gone) == 114 - len(UNITS)
    _, blocks = campaign(units=8)  # with missing, unranked, unfinished ones
    missing = next(unit for block in blocks for unit in block.units if unit.missing)
    now = replace(campaign_of(*UNITS), units=tuple(replace(one, code=missing.unit) for one in campaign_of("SNV").units))
    told = comparison(now, VERSION, snapshot(now, VERSION, blocks)).units[missing.unit]
    assert (told.pari, told.rank) == (None, None)
    assert "không có chỉ số" in told.note


def changed(change: dict[str, Node | None]) -> RubricVersion:
    """The version with leaves of the first appendix put otherwise, or taken out."""

    def through(node: Node) -> Node | None:
        if isinstance(node, Leaf):
            return change.get(node.code, node)
        kept = [one for child in node.children if (one := through(child)) is not None]
        return Group(code=node.code, title=node.title, max=node.max, children=tuple(kept)) if kept else None

    first, *rest = VERSION.appendices
    made = first.model_copy(update={"children": tuple(one for child in first.children if (one := through(child)) is not None)})
    return VERSION.model_copy(update={"id": "khac-2019", "amends": VERSION.id, "appendices": (made, *rest)})


def test_leaves_across_versions() -> None:
    first = VERSION.appendices[0]
    one, two, three, four, five = first.leaves[:5]
    version = changed(
        {
            one.code: one.model_copy(update={"title": "Tên mới hẳn"}),
            two.code: two.model_copy(update={"max": two.max * 2}),
            three.code: three.model_copy(update={"code": "9.9.9"}),
            four.code: four.model_copy(update={"title": "Thay bằng việc khác"}),
            five.code: five.model_copy(update={"title": five.title.upper() + " ."}),
        }
    )
    version = version.model_copy(update={"changes": (Changed(kind="add", appendix=first.number, code=four.code, basis="x"),)})
    found = {code: leaf for (number, code), leaf in compared(version=version).leaves.items() if number == first.number}
    assert found[one.code].note == f"Trước là «{one.title}»"
    assert found[one.code].share is not None
    assert found[two.code].note.startswith("Điểm tối đa trước: ")
    assert (found["9.9.9"].code, found["9.9.9"].note) == (three.code, "")
    assert found[four.code].share is None
    assert found[four.code].note.startswith("Không so được: mã này đợt trước là «")
    assert found[five.code].note == ""
    other = version.model_copy(update={"amends": ""})
    told = {code: leaf for (number, code), leaf in compared(version=other).leaves.items() if number == first.number}
    assert told[one.code].note.startswith("Không so được"), "another law's criterion of the same code is another criterion"
    assert "khác nhau" in compared(version=version).note
    assert compared().note == ""


def test_the_workbook_shows_then_and_now_by_formula() -> None:
    heading, blocks = campaign(units=7)
    renamed = (Renamed(GONE[0], "", "31117"),)
    now = replace(campaign_of(*(unit.unit for block in blocks for unit in block.units)), renamed=renamed)
    against = comparison(now, VERSION, snapshot(now, VERSION, blocks_then()))
    book = ranking_to_book(replace(heading, against=against), blocks)
    assert differences(book, Engine(write_book(book)).evaluate({})) == []
    sheet = book.sheet(EARLIER)
    rises = [cell.value for (_, col), cell in sheet.all_cells() if col == 8 and isinstance(cell.value, Fraction)]
    assert rises
    assert all(isinstance(one, Fraction) for one in rises)
    assert isinstance(heading, Campaign)


def test_ranking_against_another_folder_and_verify_without_it(appraised: Folder, tmp_path: Path) -> None:
    earlier = appraised.copy(tmp_path / "truoc")
    ran = appraised.json("rank", "--against", earlier.path, now=CENTRAL)
    assert (ran.code, ran.codes) == (1, ["against-not-ranked"])
    assert earlier.run("rank", now=CENTRAL).code == 0
    assert appraised.run("rank", "--against", earlier.path, now=CENTRAL).code == 0
    (earlier.path / "so_theo_doi.sqlite").unlink()
    assert appraised.json("verify", now=CENTRAL).code == 0, "what was compared with is kept"
    kept = appraised.events("ranked")[-1].data["against"]
    original = next((appraised.path / "03_ban_goc").glob(f"*/{kept}.json"))
    original.chmod(0o644)
    original.unlink()
    assert set(appraised.json("verify", now=CENTRAL).codes) == {"record-original", "record-book"}


def test_a_folder_that_is_none_is_refused(appraised: Folder, tmp_path: Path) -> None:
    assert appraised.json("rank", "--against", tmp_path, now=CENTRAL).codes == ["folder-not-campaign"]


def test_every_unit_of_a_large_comparison_is_matched() -> None:
    _, blocks = campaign(gaps=False)
    units: list[UnitScores] = [unit for block in blocks for unit in block.units]
    now = campaign_of(*(unit.unit for unit in units))
    found = comparison(now, VERSION, snapshot(now, VERSION, blocks))
    assert (len(found.units), found.gone) == (114, ())
    assert one_unit is not None
    with pytest.raises(KeyError):
        found.units["khong-co"]
