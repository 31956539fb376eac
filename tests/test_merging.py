"""Merging: result books of districts in any order, in steps, again; and every way in which one is not what was sealed (issue 4)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest

from processor import results
from processor.campaign import Campaign, campaign_to_book, new_campaign
from processor.central import Lists
from processor.clock import FixedClock, parse_moment
from processor.desk import CAMPAIGN_FILE, RESULTS, create
from processor.handed import book_of
from processor.reader import read_workbook
from processor.results import RESULT_FILE
from tests.districts import (
    COMMUNES,
    MERGING,
    OWN,
    Parties,
    changed_leaf,
    changed_unit,
    handover,
    issue,
    make_city,
    play,
    sealed_book,
    with_keys,
)
from tests.folders import CENTRAL, OPENING, VERSION, Folder, files_of, good, leaf_of, listed, repacked, run, with_leaf
from tests.office import Office
from tests.test_central import LISTS, line, put
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import write_book
from workbook_templates.campaign_book import DeductionCase
from workbook_templates.central_book import SKIPS
from workbook_templates.result_data import Handover

UNIT = "31117"
NO_LISTS = Lists({}, {}, {}, {})
APPENDIX = VERSION.appendix_for("xa")
CENTRAL_LEAF = next(leaf.code for leaf in APPENDIX.leaves if leaf.is_central)


def merge(parties: Parties, *paths: Path) -> tuple[int, list[str], list[str]]:
    """What `merge` came to: its exit code, the findings of the files, those of the whole."""
    ran = parties.city.json("merge", *paths, now=MERGING)
    inner = [finding["code"] for book in ran.json["books"] for finding in book["findings"]]
    return ran.code, inner, [finding["code"] for finding in ran.json["findings"]]


def ranked(folder: Folder) -> tuple[object, str]:
    """The blocks that `rank` gives, and the digest of its workbook's parts."""
    ran = folder.json("rank", now=MERGING)
    assert ran.code == 0, ran.out
    return ran.json["blocks"], files_of(folder.path / RESULTS)[RESULT_FILE]


def written(parties: Parties, name: str, data: bytes) -> Path:
    path = parties.packages / name
    path.write_bytes(data)
    return path


def change_city(parties: Parties, change: Callable[[Campaign], Campaign]) -> None:
    path = parties.city.path / CAMPAIGN_FILE
    path.write_bytes(write_book(campaign_to_book(change(parties.city.campaign()), VERSION)))


# -------------------------------------------------------------------------------------------------------------------- the same result


WANTED = {
    (UNIT, leaf_of(UNIT, "levels")): Filled(Fraction(0), "Không có căn cứ"),
    ("31154", leaf_of("31154", "bands")): Filled(Fraction(1, 8), "Số liệu chưa đủ"),
    ("31120", APPENDIX.leaves[0].code): Filled("KĐG", "Chưa giao nhiệm vụ"),
}


def thirds() -> dict[str, object]:
    """Answers of one commune whose share of a linear leaf has no decimal end."""
    code = leaf_of(UNIT, "linear") if any(leaf.method.kind == "linear" for leaf in APPENDIX.leaves) else leaf_of(UNIT, "bands")
    return {UNIT: with_leaf(good(UNIT), code, inputs=(Decimal(3), Decimal(2)), mark=None)}


def test_districts_merged_in_any_order_and_all_returns_at_the_city_give_the_identical_result(
    parties_once: Parties, tmp_path: Path
) -> None:  # fmt: skip
    """The whole point: who scores where changes nothing."""
    left_out, cases = ("31157",), (DeductionCase("31120", 1, "Kết luận thanh tra", ""),)

    def with_cases(campaign: Campaign) -> Campaign:
        return replace(campaign, deductions=tuple(case for case in cases if case.unit in {unit.code for unit in campaign.units}))

    central = make_city(tmp_path / "tập trung", with_cases)
    issue(central)
    play(central, left_out=left_out, answers=thirds(), wanted=WANTED)  # type: ignore[arg-type]  # answers by unit
    expected = ranked(central)
    assert json.dumps(expected).count("missing") == 1

    city, books = parties_once.city, []
    for code in COMMUNES:
        folder = Folder(tmp_path / code / "Quận", tmp_path / code / "khoa", {})
        folder.path.parent.mkdir()
        package = next(parties_once.packages.glob(f"goi_khoi_tao_{code}_*.zip"))
        assert run("new", folder.path, "--from", package, now=OPENING, keys=folder.keys).code == 0
        folder.change(with_cases)
        issue(folder)
        play(folder, left_out=left_out, answers=thirds(), wanted=WANTED)  # type: ignore[arg-type]
        older = tmp_path / f"cũ {code}.xlsx"
        folder.fill_central("0.5")
        assert folder.run("result", now=CENTRAL).code == 0
        shutil.copy(folder.path / RESULTS / f"so_ket_qua_{code}.xlsx", older)
        folder.fill_central("0.9")
        assert folder.json("result", now=MERGING).json["serial"] == 2
        books += [older, folder.path / RESULTS / f"so_ket_qua_{code}.xlsx"]

    orders: list[list[list[Path]]] = [[books], [books[:1:-1], [books[1]], books[1::-1]]]
    for turn, steps in enumerate(orders):
        mine = city.copy(tmp_path / f"lần {turn}")
        for step in steps:
            mine.run("merge", *step, now=MERGING)
        assert ranked(mine) == expected, turn
    assert mine.run("verify", now=MERGING).code == 0


def test_a_newer_book_of_a_district_takes_the_place_of_the_older_and_it_is_told(parties: Parties) -> None:
    older = written(parties, "cũ.xlsx", parties.book("916").read_bytes())
    parties.districts["916"].fill_central("0.5")
    assert parties.districts["916"].json("result", now=MERGING).json["serial"] == 2
    assert merge(parties, older) == (1, [], ["merge-awaited"])
    assert merge(parties, parties.book("916"), parties.book("917")) == (0, ["merge-replaced"], [])
    newer, _ = ranked(parties.city)
    assert merge(parties, older) == (0, ["merge-known"], [])
    assert ranked(parties.city)[0] == newer
    assert [event.data["serial"] for event in parties.city.events("merged")] == [1, 2, 1]


def test_an_older_book_that_comes_late_changes_nothing(parties: Parties) -> None:
    older = written(parties, "cũ.xlsx", parties.book("916").read_bytes())
    parties.districts["916"].fill_central("0.5")
    parties.districts["916"].run("result", now=MERGING)
    assert merge(parties, *parties.books())[0] == 0
    before = ranked(parties.city)
    assert merge(parties, older) == (0, ["merge-older"], [])
    assert ranked(parties.city) == before


def test_a_book_saved_again_by_libreoffice_is_taken(office: Office, parties: Parties, tmp_path: Path) -> None:
    """A Phòng Nội vụ opens it to print and saves it: nothing it shows has changed."""
    for turn, code in enumerate(COMMUNES):
        source, target = tmp_path / f"{code}.xlsx", parties.packages / f"{code}.xlsx"
        shutil.copy(parties.book(code), source)
        if turn:
            office.convert(source, tmp_path / f"{code}.ods")
            source = tmp_path / f"{code}.ods"
        office.convert(source, target)
        assert [one for one in merge(parties, target)[1] if one != "protection-removed"] == []
    ranked(parties.city)


def test_a_score_typed_over_in_libreoffice_is_named_by_its_cell(office: Office, parties: Parties, tmp_path: Path) -> None:
    shutil.copy(parties.book("916"), tmp_path / "a.xlsx")
    number = office.open(tmp_path / "a.xlsx")
    office.set(number, [("Điểm theo bước IV", "G6", 0.25)])
    office.calculate(number)
    office.save(number, parties.packages / "b.xlsx")
    office.close(number)
    ran = parties.city.json("merge", parties.packages / "b.xlsx", now=MERGING)
    (book,) = ran.json["books"]
    assert book["taken"] is False
    places = {(one["code"], one["sheet"], one["cell"]) for one in book["findings"]}
    assert ("merge-locked-changed", "Điểm theo bước IV", "G6") in places
    assert ("merge-forged", "Điểm theo bước IV", "H6") in places, "what the formulas gave then is not what was sealed"


# -------------------------------------------------------------------------------------------------------------------- tampering


def tampered(data: bytes, sheet: str, cell: str, change: Callable[[str], str]) -> bytes:
    """The workbook with the XML of one cell changed, as somebody does who takes the protection off."""
    part = f"xl/worksheets/sheet{list(read_workbook(data).sheets).index(sheet) + 1}.xml"
    pattern = re.compile(rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)')

    def changed(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        text = content.decode()
        found = pattern.search(text)
        assert found is not None
        new = change(found[0])
        assert new != found[0]
        return text.replace(found[0], new).encode()

    return repacked(data, changed)


def typed(text: str) -> Callable[[str], str]:
    """A text typed over a cell."""
    return lambda cell: re.sub(r'(<c r="\w+"(?: s="\d+")?).*', rf'\1 t="inlineStr"><is><t>{text}</t></is></c>', cell)


def valued(value: str) -> Callable[[str], str]:
    """Another value in a cell, its formula as it was."""
    return lambda cell: re.sub(r"<v>[^<]*</v>", f"<v>{value}</v>", cell)


def formula(text: str) -> Callable[[str], str]:
    """Another formula in a cell, its value as it was."""
    return lambda cell: re.sub(r"<f>[^<]*</f>", f"<f>{text}</f>", cell)


TAMPERED: Mapping[str, tuple[str, str, Callable[[str], str], str]] = {
    "a leaf's stage score": ("Điểm theo bước IV", "G7", valued("0.25"), "merge-locked-changed"),
    "a self-score": ("Điểm theo bước IV", "F6", valued("0"), "merge-locked-changed"),
    "a final score's formula": ("Điểm theo bước IV", "H6", formula("2"), "merge-locked-changed"),
    "a formula made a number": ("Bảng điểm IV", "T9", lambda cell: re.sub(r"<f>.*?</f>", "", cell), "merge-locked-changed"),
    "an index's formula": ("Xếp hạng", "I8", formula("100"), "merge-locked-changed"),
    "a forged index": ("Xếp hạng", "I8", valued("99.9"), "merge-forged"),
    "a forged rank in print": ("Kết quả", "A9", valued("1"), "merge-forged"),
    "a forged grade": ("Kết quả", "F8", lambda cell: re.sub(r"<v>.*?</v>", "<v>Yếu</v>", cell), "merge-forged"),
    "a hash": ("Hồ sơ", "G6", typed("0" * 64), "merge-locked-changed"),
    "an hour": ("Hồ sơ", "D6", typed("01/12/2018 08:00"), "merge-locked-changed"),
    "a threshold": ("Quy tắc", "B7", valued("90"), "merge-locked-changed"),
    "the seal": ("_meta", "B15", typed("0" * 64), "merge-seal"),
    "the unit it is of": ("_meta", "B6", typed("917"), "merge-seal"),
    "what is sealed": ("_du_lieu", "A1", typed("eJwDAAAAAAE="), "merge-content"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_book_tampered_with_is_refused_and_the_cell_named(parties_once: Parties, tmp_path: Path, name: str) -> None:
    sheet, cell, change, code = TAMPERED[name]
    city = parties_once.city.copy(tmp_path)
    path = tmp_path / "sổ.xlsx"
    path.write_bytes(tampered(parties_once.book("916").read_bytes(), sheet, cell, change))
    ran = city.json("merge", path, now=MERGING)
    (book,) = ran.json["books"]
    assert (ran.code, book["taken"]) == (1, False)
    found = [(one["code"], one["sheet"], one["cell"]) for one in book["findings"]]
    if sheet.startswith("_"):
        assert code in [one for one, _, _ in found]
    else:
        assert (code, sheet, cell) in found
        assert len(found) == 1, found
    assert city.events("merged") == []
    (refused,) = city.events("merge-refused")
    with city.desk(MERGING) as desk:
        assert desk.originals.get(refused.data["sha256"]) == path.read_bytes()
    assert city.json("merge", path, now=MERGING).code == 1
    assert len(city.events("merge-refused")) == 1, "the same file again is told once"


# -------------------------------------------------------------------------------------------------------------------- whose, which


def test_what_is_no_result_book_is_refused(parties: Parties) -> None:
    form = next((parties.city.path / "01_bieu_mau_gui_di").glob("SNV_*.xlsx"))
    assert merge(parties, form)[:2] == (1, ["merge-foreign"])
    assert merge(parties, written(parties, "lạ.xlsx", b"khac"))[:2] == (1, ["file-legacy"])
    assert merge(parties, written(parties, "rỗng.xlsx", b""))[:2] == (1, ["file-empty"])


def test_a_city_that_gave_no_packages_merges_nothing(tmp_path: Path, parties_once: Parties) -> None:
    city = make_city(tmp_path)
    assert city.json("merge", parties_once.book("916"), now=MERGING).codes == ["merge-nobody"]


def test_without_the_city_key_no_seal_can_be_checked(parties: Parties) -> None:
    shutil.rmtree(parties.city.keys)
    assert parties.city.json("merge", parties.book("916"), now=MERGING).codes == ["key-missing"]


def test_with_a_new_key_the_packages_of_the_old_one_still_hold(parties: Parties) -> None:
    assert parties.city.run("renew-key", "--reason", "thay máy", now=MERGING).code == 0
    assert merge(parties, *parties.books())[0] == 0
    assert parties.city.run("verify", now=MERGING).code == 0


def refused(parties: Parties, data: bytes) -> list[str]:
    """The codes for which a book is refused."""
    code, found, _ = merge(parties, written(parties, "sổ khác.xlsx", data))
    assert code == 1
    return found


def test_books_of_another_campaign_district_or_version_are_refused(parties: Parties) -> None:
    content = handover(parties, "916")
    assert refused(parties, sealed_book(parties, replace(content, campaign="dot-2019"))) == ["merge-other-campaign"]
    assert refused(parties, sealed_book(parties, replace(content, council="918"))) == ["merge-unknown-district"]
    other = VERSION.model_copy(update={"title": "Quy chế khác"})
    assert "merge-version" in refused(parties, sealed_book(parties, replace(content, version=other.digest), version=other))


def test_scores_that_no_council_can_give_are_refused_though_sealed(parties: Parties) -> None:
    content = handover(parties, "916")
    leaf = APPENDIX.leaves[0].code
    over = changed_leaf(content, UNIT, leaf, final="99", scores=("1", "99"))
    assert refused(parties, sealed_book(parties, over)) == ["merge-score"]
    generous = changed_leaf(content, UNIT, CENTRAL_LEAF, final="0.001")
    assert refused(parties, sealed_book(parties, generous)) == ["merge-figures"]
    unknown = changed_unit(content, UNIT, lambda one: replace(one, leaves={"9.9.9": one.leaves[leaf]}))
    with pytest.raises(KeyError):
        book_of(VERSION, None, unknown)  # type: ignore[arg-type]  # it does not come so far


def taken(parties: Parties, *contents: Handover) -> list[str]:
    """The findings on the whole after books of these contents were taken beside those there are."""
    found: list[str] = []
    for turn, content in enumerate(contents):
        code, inner, found = merge(parties, written(parties, f"sổ {turn}.xlsx", sealed_book(parties, content)))
        assert "merge-content" not in inner
        assert code == (1 if found else 0), inner
    return found


def other_unit(content: Handover, unit: str, code: str, block: str) -> Handover:
    """The content with a copy of one unit under another code."""
    (copied,) = (one for one in content.units if one.code == unit)
    return replace(content, units=(*content.units, replace(copied, code=code, name=listed(code)["name"] if code != "99999" else "Lạ")))


def test_a_unit_missing_from_its_districts_book_is_named_and_stays_without_result(parties: Parties) -> None:
    content = handover(parties, "916")
    assert taken(parties, handover(parties, "917"), replace(content, units=content.units[:1])) == ["merge-unit-missing"]
    ran = parties.city.json("rank", now=MERGING)
    assert ran.code == 1
    assert {one["unit"]: one["standing"] for block in ran.json["blocks"] for one in block["units"]}["31120"] == "unfinished"
    assert "unit-unfinished" in ran.codes


def test_a_foreign_unit_is_told_and_not_counted(parties: Parties) -> None:
    content = other_unit(handover(parties, "916"), UNIT, "99999", "xa-916")
    merge(parties, parties.book("917"))
    ran = parties.city.json("merge", written(parties, "sổ.xlsx", sealed_book(parties, content)), now=MERGING)
    assert (ran.code, [one["code"] for one in ran.json["findings"]]) == (0, ["merge-unit-foreign"])
    blocks, _ = ranked(parties.city)
    assert "99999" not in json.dumps(blocks)


def test_a_unit_in_two_books_counts_where_the_campaign_has_it(parties: Parties) -> None:
    merge(parties, *parties.books())
    expected, _ = ranked(parties.city)
    content = other_unit(replace(handover(parties, "916"), serial=2), UNIT, "31154", "xa-916")
    ran = parties.city.json("merge", written(parties, "sổ.xlsx", sealed_book(parties, content)), now=MERGING)
    assert (ran.code, [one["code"] for one in ran.json["findings"]]) == (0, ["merge-unit-twice"])
    assert ranked(parties.city)[0] == expected


def test_a_unit_moved_to_another_district_waits_for_that_districts_book(parties: Parties) -> None:
    def moved(campaign: Campaign) -> Campaign:
        units = tuple(replace(unit, block="xa-917", parent="917") if unit.code == UNIT else unit for unit in campaign.units)
        return replace(campaign, units=units)

    change_city(parties, moved)
    assert merge(parties, *parties.books()) == (1, [], ["merge-unit-moved"])
    theirs = handover(parties, "917")
    (row,) = (one for one in handover(parties, "916").units if one.code == UNIT)
    content = replace(theirs, serial=2, units=(*theirs.units, replace(row, block="xa-917")))
    ran = parties.city.json("merge", written(parties, "sổ.xlsx", sealed_book(parties, content)), now=MERGING)
    assert [one["code"] for one in ran.json["findings"]] == ["merge-unit-twice"], "the old district still has it"
    blocks = parties.city.json("rank", now=MERGING).json["blocks"]
    assert {one["unit"] for block in blocks if block["block"] == "xa-917" for one in block["units"]} == {UNIT, *COMMUNES["917"]}


def test_a_unit_scored_by_another_table_is_not_counted(parties: Parties) -> None:
    def retiered(campaign: Campaign) -> Campaign:
        return replace(campaign, units=tuple(replace(unit, tier="so") if unit.code == UNIT else unit for unit in campaign.units))

    change_city(parties, retiered)
    assert merge(parties, *parties.books()) == (1, [], ["merge-unit-tier"])


def test_two_different_books_of_one_number_count_neither(parties: Parties) -> None:
    content = changed_unit(handover(parties, "916"), UNIT, lambda one: replace(one, missing="khác"))
    merge(parties, *parties.books())
    assert taken(parties, content) == ["merge-two-of-one", "merge-awaited"]
    assert taken(parties, replace(content, serial=2)) == []


def test_a_district_not_heard_of_is_awaited_and_told_once(parties: Parties) -> None:
    assert merge(parties, parties.book("916")) == (1, [], ["merge-awaited"])
    ran = parties.city.json("rank", now=MERGING)
    assert ran.code == 1
    assert ran.codes.count("merge-awaited") == 1
    assert "unit-unfinished" not in ran.codes, "not one by one"
    standing = {one["unit"]: one["standing"] for block in ran.json["blocks"] for one in block["units"]}
    assert [standing[unit] for unit in COMMUNES["917"]] == ["unfinished", "unfinished"], "never ranked as not having assessed themselves"


def test_central_figures_come_from_whoever_has_them_and_must_not_differ(parties: Parties) -> None:
    merge(parties, *parties.books())
    expected, _ = ranked(parties.city)
    figures = handover(parties, "916").units[0].leaves[CENTRAL_LEAF].figures

    def with_figure(raws: tuple[object, ...]) -> Callable[[Campaign], Campaign]:
        return lambda one: replace(one, central={**one.central, (UNIT, CENTRAL_LEAF): raws})  # type: ignore[dict-item]  # raws as read

    change_city(parties, with_figure(figures))
    assert ranked(parties.city)[0] == expected
    change_city(parties, with_figure((Decimal(10),)))
    ran = parties.city.json("rank", now=MERGING)
    assert (ran.code, "merge-central-differs" in ran.codes) == (1, True)
    assert parties.city.run("verify", now=MERGING).code == 0


def test_the_city_may_give_the_survey_that_districts_lack(parties: Parties) -> None:
    merge(parties, *parties.books())
    expected, _ = ranked(parties.city)
    content = handover(parties, "916")
    figures = {}
    for unit in content.units:
        for leaf in APPENDIX.leaves:
            if leaf.is_central:
                figures[unit.code, leaf.code] = unit.leaves[leaf.code].figures
                content = changed_leaf(content, unit.code, leaf.code, final="", figures=())
    assert taken(parties, replace(content, serial=2)) == []
    assert parties.city.json("rank", now=MERGING).code == 1
    change_city(parties, lambda one: replace(one, central={**one.central, **figures}))
    assert ranked(parties.city)[0] == expected


def test_a_case_known_to_both_costs_once(parties: Parties) -> None:
    case = DeductionCase(UNIT, 1, "Kết luận", "")
    parties.districts["916"].change(lambda one: replace(one, deductions=(case,)))
    assert parties.districts["916"].run("result", now=MERGING).code == 0
    assert merge(parties, *parties.books())[0] == 0
    expected, _ = ranked(parties.city)
    change_city(parties, lambda one: replace(one, deductions=(case,)))
    assert ranked(parties.city)[0] == expected


def test_points_listed_by_the_city_and_by_a_district_are_added_and_said_to_be_listed_twice(parties: Parties) -> None:
    """One case may stand in both lists; who put it there must look."""
    content = changed_unit(handover(parties, "916"), UNIT, lambda one: replace(one, bonus="1", minus="0.5"))
    assert taken(parties, replace(content, serial=2)) == ["merge-awaited"], "the other district"

    def said(bonus: Mapping[str, Fraction], minus: Mapping[str, Fraction]) -> tuple[list[str], Fraction, Fraction]:
        lists = replace(NO_LISTS, bonus=bonus, minus=minus)
        with mock.patch.object(results, "lists_of", return_value=lists), parties.city.desk(MERGING) as desk:
            blocks, found = results.scores_of(desk)
        unit = next(unit for block in blocks for unit in block.units if unit.unit == UNIT)
        return [one.message for one in found if one.code == "merge-points-both"], unit.bonus, unit.minus

    assert said({}, {}) == ([], Fraction(1), Fraction("0.5"))
    assert said({"31120": Fraction(1)}, {}) == ([], Fraction(1), Fraction("0.5"))
    told, bonus, minus = said({UNIT: Fraction(1)}, {UNIT: Fraction(2)})
    assert (len(told), bonus, minus) == (2, Fraction(2), Fraction("2.5"))
    assert "cấp dưới cộng điểm 1, danh mục ở đây 1" in told[0]
    assert "cấp dưới trừ điểm 0,5, danh mục ở đây 2" in told[1]


def test_a_case_without_proof_stops_the_result_wherever_it_was_listed(parties: Parties) -> None:
    """Cần Thơ 2018, Điều 7.2.g: what costs 5 % must be true; a line that proves nothing publishes nothing."""
    content = changed_unit(handover(parties, "916"), UNIT, lambda one: replace(one, cases=((1, "", ""),)))
    assert merge(parties, written(parties, "sổ.xlsx", sealed_book(parties, replace(content, serial=2))), parties.book("917"))[0] == 0
    ran = parties.city.json("rank", now=MERGING)
    assert (ran.code, ran.codes.count("deduction-unproved")) == (1, 1)
    proved = changed_unit(content, UNIT, lambda one: replace(one, cases=((1, "Kết luận 5", ""),)))
    assert merge(parties, written(parties, "sổ 3.xlsx", sealed_book(parties, replace(proved, serial=3))))[0] == 0
    change_city(parties, lambda one: replace(one, deductions=(DeductionCase("SNV", 1, "", "Báo nêu"),)))
    ran = parties.city.json("rank", now=MERGING)
    assert (ran.code, ran.codes.count("deduction-unproved")) == (1, 1)
    change_city(parties, lambda one: replace(one, deductions=(DeductionCase("SNV", 1, "Báo số 5", ""),)))
    assert parties.city.json("rank", now=MERGING).code == 0


def test_what_a_district_decided_outside_the_rules_stands_in_the_citys_ranking(parties: Parties) -> None:
    district = parties.districts["916"]
    assert district.run("decide", UNIT, "record", "--reason", "Mất điện cả ngày", now=MERGING).code == 0
    assert district.json("result", now=MERGING).json["serial"] == 2
    assert merge(parties, *parties.books())[0] == 0
    ranked(parties.city)
    sheet = read_workbook((parties.city.path / RESULTS / RESULT_FILE).read_bytes()).sheets["Quyết định"]
    assert "Mất điện cả ngày" in {cell.value for cell in sheet.cells.values()}


# -------------------------------------------------------------------------------------------------------------------- proof


def test_an_original_result_book_altered_or_lost_is_loud(parties: Parties) -> None:
    assert merge(parties, *parties.books())[0] == 0
    ranked(parties.city)
    assert parties.city.run("verify", now=MERGING).code == 0
    sha256 = parties.city.events("merged")[0].data["sha256"]
    original = next((parties.city.path / "03_ban_goc").rglob(f"{sha256}*"))
    original.chmod(0o644)
    original.write_bytes(parties.book("917").read_bytes())
    assert set(parties.city.json("verify", now=MERGING).codes) >= {"record-original", "record-book"}


def test_an_event_of_a_merge_told_otherwise_is_loud(parties: Parties) -> None:
    """As if the chain had been written anew by somebody who has the program: the sealed original contradicts it."""
    with parties.city.desk(MERGING) as desk:
        sha256 = desk.originals.keep(parties.book("916").read_bytes(), ".xlsx")
        data = {"serial": 7, "book": "0" * 16, "sha256": sha256, "file": "sổ.xlsx"}
        desk.ledger.append("merged", at=desk.clock.now(), actor="x", unit="916", data=data)
    assert "record-merge" in parties.city.json("verify", now=MERGING).codes


def test_a_merge_is_proved_without_the_key_but_for_its_seal(parties: Parties) -> None:
    assert merge(parties, *parties.books())[0] == 0
    shutil.rmtree(parties.city.keys)
    ran = parties.city.json("verify", now=MERGING)
    assert (ran.code, set(ran.codes)) == (0, {"key-missing"})


# -------------------------------------------------------------------------------------------------------------------- made at once


def test_a_campaign_of_this_year_needs_no_district_at_all(tmp_path: Path) -> None:
    """Two tiers: communes straight to the province (since 1 July 2025); their returns come in like anybody's."""
    units = [{**listed(code), "parent": "", "block": "xa"} for code in COMMUNES["916"]]
    campaign = new_campaign(VERSION, code="hai-cap", units=units, blocks=[{"code": "xa", "name": "Khối xã"}])
    folder = Folder(tmp_path / "Tỉnh", tmp_path / "khoa", {})
    with_keys(folder, lambda: create(folder.path, campaign, VERSION, FixedClock(parse_moment(OPENING))))
    issue(folder)
    play(folder)
    blocks, _ = ranked(folder)
    assert [one["rank"] for one in blocks[0]["units"]] == [1, 2]  # type: ignore[index]  # JSON


def test_units_of_the_city_alone_are_its_own(parties: Parties) -> None:
    assert {event.unit for event in parties.city.events("received")} == set(OWN)


def test_a_book_that_another_release_draws_otherwise_is_said_to_be_of_that_release(parties: Parties) -> None:
    content = replace(handover(parties, "916"), program="0.0.1")
    assert "Bảng điểm IV" in read_workbook(parties.book("916").read_bytes()).sheets
    whole = sealed_book(parties, content)
    drawn_otherwise = tampered(whole, "Xếp hạng", "B8", typed("Tên khác"))
    assert refused(parties, drawn_otherwise) == ["merge-other-release"]
    code, _, _ = merge(parties, written(parties, "giống.xlsx", whole), parties.book("917"))
    assert code == 0, "drawn alike it is as good as any"


def test_a_criterion_taken_out_by_the_districts_own_list_stays_out_at_the_city(parties: Parties) -> None:
    """Điều 7.2.d, by a list: what the stages gave is shown, and does not count."""
    district, code = parties.districts["916"], leaf_of(UNIT, "levels")
    assert district.run("central", now=MERGING).code == 0
    put(district, LISTS, line(SKIPS, 0, UNIT, None, code, "Chưa giao nhiệm vụ"))
    ran = district.json("central", now=MERGING)
    assert (ran.code, ran.codes) == (0, [])
    assert district.run("result", now=MERGING).code == 0
    row = next(one for one in handover(parties, "916").units if one.code == UNIT).leaves[code]
    assert (row.final, row.final_at, "Chưa giao nhiệm vụ" in row.reason) == ("KĐG", -1, True)
    assert merge(parties, *parties.books()) == (0, [], [])
    ranked(parties.city)
    told = parties.city.json("why", UNIT, now=MERGING).json["steps"]
    assert code in next(one for one in told if one["step"] == "not_assessed")["criteria"]
    assert parties.city.run("verify", now=MERGING).code == 0
    assert district.run("verify", now=MERGING).code == 0
