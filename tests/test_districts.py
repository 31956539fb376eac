"""Start packages: what a city hands its districts, and what a Phòng Nội vụ makes of it (Cần Thơ 2018, Điều 5.4, 9.1; issue 4, Merging)."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from processor.campaign import Campaign
from processor.districts import KEY_FILE, MANIFEST, VERSION_FILE, district_campaign
from processor.issuing import parts_digest
from processor.progress import progress_of
from processor.reader import read_workbook
from tests.districts import COMMUNES, MERGING, OWN, Parties, all_units, make_city
from tests.folders import OPENING, VERSION, Folder, campaign_of, repacked, run


def package(parties: Parties, district: str) -> Path:
    return next(parties.packages.glob(f"goi_khoi_tao_{district}_*.zip"))


@pytest.fixture
def city(tmp_path: Path) -> Folder:
    """The city's campaign before anything was issued."""
    return make_city(tmp_path / "tp")


def test_a_district_gets_its_own_communes_and_appraises_them_itself() -> None:
    campaign = campaign_of(*all_units())
    own = district_campaign(campaign, campaign.unit("916"), VERSION)
    assert [unit.code for unit in own.units] == list(COMMUNES["916"])
    assert (own.code, own.organiser, own.council) == ("dot-2018-916", "UBND quận Ninh Kiều", VERSION.labels.council)
    assert [(block.code, block.council) for block in own.blocks] == [("xa-916", "")]
    assert {unit.parent for unit in own.units} == {""}
    assert own.rounds == campaign.rounds


def test_a_code_too_long_for_both_names_is_cut() -> None:
    campaign = replace(campaign_of(*all_units()), code="a" * 30)
    own = district_campaign(campaign, replace(campaign.unit("916")), VERSION)
    assert own.code == "a" * 26 + "-916"


def test_packages_are_for_every_district_or_for_those_named_and_the_same_each_time(city: Folder, tmp_path: Path) -> None:
    first = city.json("district", "--out", tmp_path / "a", now=OPENING)
    assert [(one["unit"], one["units"], one["unchanged"]) for one in first.json["packages"]] == [("916", 2, False), ("917", 2, False)]
    again = city.json("district", "916", "--out", tmp_path / "b", now=OPENING)
    (one,) = again.json["packages"]
    assert one["unchanged"] is True
    assert (tmp_path / "a" / one["file"]).read_bytes() == (tmp_path / "b" / one["file"]).read_bytes()
    assert len(city.events("delegated")) == 2


def test_the_city_issues_no_forms_to_units_a_district_scores(parties: Parties) -> None:
    assert {event.unit for event in parties.city.events("issued")} == set(OWN)
    assert {event.unit for event in parties.districts["916"].events("issued")} == set(COMMUNES["916"])


def test_the_status_of_the_city_says_whose_book_is_awaited(parties: Parties) -> None:
    states = {one["unit"]: one["state"] for one in parties.city.json("status", now=MERGING).json["units"]}
    assert states["31117"] == "○ Chờ sổ kết quả cấp dưới"
    assert parties.city.run("merge", parties.book("916"), now=MERGING).code == 1
    states = {one["unit"]: one["state"] for one in parties.city.json("status", now=MERGING).json["units"]}
    assert (states["31117"], states["31154"]) == ("✓ Có trong sổ kết quả cấp dưới", "○ Chờ sổ kết quả cấp dưới")


def test_a_district_whose_book_is_awaited_is_to_be_reminded_its_units_are_not(parties: Parties) -> None:
    assert parties.city.run("merge", parties.book("916"), now=MERGING).code == 1
    assert parties.city.run("status", now=MERGING).code == 0
    book = read_workbook((parties.city.path / "theo_doi_tien_do.xlsx").read_bytes())
    cells = [cell.value for sheet in book.sheets.values() for cell in sheet.cells.values()]
    assert "Chưa có sổ kết quả của 2 đơn vị" in cells
    assert "Chưa được cấp biểu mẫu" not in cells
    with parties.city.desk(MERGING) as desk:
        assert [one.code for one in progress_of(desk).reminders] == ["917"]


def test_the_keys_of_districts_differ_and_none_lies_in_the_campaign_folder(parties: Parties) -> None:
    names = {path.name for folder in parties.districts.values() for path in folder.keys.iterdir()}
    assert len(names) == 2
    with zipfile.ZipFile(package(parties, "916")) as opened:
        secret = opened.read(KEY_FILE)
    for path in parties.city.path.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()


def test_a_package_inside_the_campaign_folder_is_refused(city: Folder) -> None:
    ran = city.json("district", "--out", city.path / "gói", now=OPENING)
    assert (ran.code, ran.codes) == (1, ["package-inside"])
    assert not (city.path / "gói").exists()


def test_a_unit_that_appraises_nobody_gets_no_package(city: Folder, tmp_path: Path) -> None:
    ran = city.json("district", "SNV", "KHONG", "--out", tmp_path / "a", now=OPENING)
    assert (ran.code, ran.codes) == (1, ["package-nobody", "unit-not-found"])
    assert not city.events("delegated")


def test_two_tier_provinces_have_nobody_to_hand_a_package(tmp_path: Path) -> None:
    """Since 1 July 2025 communes stand under the province directly: nothing special is needed, and nothing offered."""

    def two_tiers(campaign: Campaign) -> Campaign:
        return replace(campaign, blocks=tuple(replace(block, council="") for block in campaign.blocks))

    city = make_city(tmp_path / "tp", two_tiers)
    assert city.json("district", "--out", tmp_path / "a", now=OPENING).codes == ["package-nobody"]
    assert city.run("issue", now=OPENING).code == 0
    assert {event.unit for event in city.events("issued")} == set(all_units())


def test_units_with_forms_of_the_city_cannot_be_handed_over(city: Folder, tmp_path: Path) -> None:
    assert city.run("issue", now=OPENING).code == 0
    ran = city.json("district", "916", "--out", tmp_path / "a", now=OPENING)
    assert (ran.code, ran.codes) == (1, ["package-issued"])


def test_opening_a_package_twice_or_over_another_folder_is_refused(parties: Parties, tmp_path: Path) -> None:
    district = parties.districts["916"]
    ran = run("new", district.path, "--from", package(parties, "916"), "--json", now=MERGING, keys=district.keys)
    assert (ran.code, ran.codes) == (1, ["folder-not-empty"])
    ran = run("new", tmp_path / "mới", "--from", package(parties, "916"), "--version", VERSION.id, now=MERGING, keys=district.keys)
    assert ran.code == 2


def _dropped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for one in source.namelist():
            if one != name:
                target.writestr(one, source.read(one))
    return out.getvalue()


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no zip at all": (lambda _: b"khac", "package-unreadable"),
    "cut off": (lambda data: data[:-100], "package-unreadable"),
    "a workbook": (lambda data: _dropped(MANIFEST, data), "package-unreadable"),
    "another key": (lambda data: repacked(data, lambda name, part: b"00" * 32 if name == KEY_FILE else part), "package-altered"),
    "a key that is none": (lambda data: repacked(data, lambda name, part: b"xyz" if name == KEY_FILE else part), "package-unreadable"),
    "other criteria": (
        lambda data: repacked(data, lambda name, part: part.replace(b'"max":"1"', b'"max":"2"') if name == VERSION_FILE else part),
        "package-altered",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_package_opens_nothing(parties_once: Parties, tmp_path: Path, name: str) -> None:
    spoil, code = SPOILT[name]
    path = tmp_path / "gói.zip"
    path.write_bytes(spoil(package(parties_once, "916").read_bytes()))
    ran = run("new", tmp_path / "Đợt", "--from", path, "--json", now=OPENING, keys=tmp_path / "khoa")
    assert (ran.code, ran.codes) == (1, [code])
    assert not (tmp_path / "Đợt").exists()


def test_a_folder_of_ones_own_has_no_result_book_to_hand_in(appraised: Folder) -> None:
    assert appraised.json("result", now=MERGING).codes == ["result-no-parent"]


def test_a_result_book_is_new_only_where_something_changed(parties: Parties) -> None:
    district = parties.districts["916"]
    before = parts_digest(parties.book("916").read_bytes())
    again = district.json("result", now=MERGING)
    assert (again.json["serial"], again.json["unchanged"]) == (1, True)
    assert parts_digest(parties.book("916").read_bytes()) == before
    parties.book("916").unlink()
    assert district.json("verify", now=MERGING).codes == ["record-book-missing"]
    assert district.json("result", now=MERGING).json["unchanged"] is True
    assert parts_digest(parties.book("916").read_bytes()) == before
    district.fill_central("0.8")
    assert district.json("result", now=MERGING).json["serial"] == 2
    assert len(district.events("result")) == 2
    assert district.run("verify", now=MERGING).code == 0


def test_while_a_unit_may_still_send_no_result_book_is_made(parties_once: Parties, tmp_path: Path) -> None:
    district = Folder(tmp_path / "Đợt", tmp_path / "khoa", {})
    assert run("new", district.path, "--from", package(parties_once, "917"), now=OPENING, keys=district.keys).code == 0
    assert district.json("result", now=OPENING).codes == ["issue-first"]
    assert district.run("issue", now=OPENING).code == 0
    assert district.json("result", now=OPENING).codes == ["round-open"]


def test_a_result_book_changed_in_the_folder_or_an_original_altered_is_loud(parties: Parties) -> None:
    district = parties.districts["916"]
    parties.book("916").write_bytes(repacked(parties.book("916").read_bytes(), lambda _, part: part + b" "))
    assert district.json("verify", now=MERGING).codes == ["record-book"]
    original = next(path for path in district.path.joinpath("03_ban_goc").rglob(f"{district.events('received')[0].data['sha256']}*"))
    original.chmod(0o644)
    original.write_bytes(b"khac")
    codes = district.json("verify", now=MERGING).codes
    assert "record-original" in codes
    assert codes.count("record-book") >= 2, "neither the book in the folder nor one made again can be proved"


def test_the_copy_of_a_package_needs_no_key_of_the_city(parties: Parties, tmp_path: Path) -> None:
    """The district's machine holds its own key only."""
    shutil.rmtree(parties.city.keys)
    assert parties.districts["917"].run("result", now=MERGING).code == 0


def test_a_package_called_back_lets_the_city_score_those_units_itself(parties: Parties) -> None:
    city = parties.city
    assert city.run("merge", *parties.books(), now=MERGING).code == 0
    assert city.json("district", "SNV", "--recall", "Nhầm", now=MERGING).codes == ["package-not-given"]
    assert city.run("district", "--recall", "Phòng Nội vụ không có người", now=MERGING).code == 2
    assert city.run("district", "916", now=MERGING).code == 2
    ran = city.json("district", "916", "--recall", "Phòng Nội vụ không có người", now=MERGING)
    assert (ran.code, ran.json["recalled"]) == (0, ["916"])
    assert city.json("issue", now=MERGING).json["written"] != []
    assert {event.unit for event in city.events("issued")} == {*OWN, *COMMUNES["916"]}
    states = {one["unit"]: one["state"] for one in city.json("status", now=MERGING).json["units"]}
    assert states["31117"] == "○ Chưa gửi"
    assert states["31154"] == "✓ Có trong sổ kết quả cấp dưới"
    ran = city.json("merge", parties.book("916"), now=MERGING)
    assert [one["code"] for one in ran.json["books"][0]["findings"]] == ["merge-unknown-district"]
    assert city.run("verify", now=MERGING).code == 0, "what was merged before is proved as of then"
