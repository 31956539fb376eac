"""A district whose rules have two rounds: both are in the result book it hands over, and the city comes to the same (Sóc Trăng 2023)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from processor.clock import FixedClock, parse_moment
from processor.desk import RESULTS, create
from processor.reader import read_workbook
from tests import rounds
from tests.districts import with_keys
from tests.folders import run
from tests.rounds import CONTESTED, OPENING, RESULTS_DAY, SECOND, SECOND_CLOSED, Rounds
from workbook_templates.appraisal_book import Filled
from workbook_templates.campaign_book import Block
from workbook_templates.result_book import PAYLOAD
from workbook_templates.result_data import from_canonical, unpacked

DISTRICT, (UNIT, CODE) = "941", CONTESTED
LOWERED, FINAL = Fraction("0.5"), Fraction("0.75")


def make_city(parent: Path) -> Rounds:
    """A province that lets one district appraise one unit of two rounds."""
    campaign = rounds.campaign_of(units=(UNIT, DISTRICT))
    blocks = (*(one for one in campaign.blocks if one.code != campaign.unit(UNIT).block), Block("giao", "Khối giao huyện", DISTRICT))
    units = tuple(replace(one, block="giao", parent=DISTRICT) if one.code == UNIT else one for one in campaign.units)
    city = Rounds(parent / "Tỉnh", parent / "khoa", {})
    made = replace(campaign, blocks=blocks, units=units)
    with_keys(city, lambda: create(city.path, made, city.version, FixedClock(parse_moment(OPENING))))
    return city


def test_both_rounds_of_a_district_come_through_its_result_book(tmp_path: Path) -> None:
    city = make_city(tmp_path / "tỉnh")
    assert city.run("district", "--out", tmp_path / "gói", now=OPENING).code == 0
    (package,) = (tmp_path / "gói").glob("goi_khoi_tao_*.zip")
    district = Rounds(tmp_path / "Huyện", tmp_path / "khoa", {})
    assert run("new", district.path, "--from", package, now=OPENING, keys=district.keys).code == 0
    for folder in (city, district):
        assert folder.run("issue", now=OPENING).code == 0

    rounds.first_round(district, {CONTESTED: Filled(LOWERED, "Kế hoạch ban hành chậm")})
    for folder in (city, district):
        rounds.issue_second(folder)
    answers = rounds.answers_of(UNIT)
    leaves = {**answers.leaves, CODE: replace(answers.leaves[CODE], explanation="Đã ban hành, gửi kèm bản ký")}
    district.drop("lan2.xlsx", district.form_of(UNIT, 2, replace(answers, leaves=leaves)))
    received = district.json("receive", now=SECOND)
    assert received.code == 0, received.out
    for stage in (rounds.SPECIALIST, rounds.COUNCIL):
        assert district.run("appraise", now=SECOND_CLOSED).code == 0
        district.fill_stage(stage, {CONTESTED: Filled(FINAL, "Bản ký gửi kèm")})
    done = district.json("appraise", now=SECOND_CLOSED)
    assert (done.code, done.json["left"]) == (0, {}), done.out
    district.fill_central_of()
    assert district.json("rank", now=RESULTS_DAY).code == 0
    assert district.json("result", now=RESULTS_DAY).code == 0

    (book,) = (district.path / RESULTS).glob("so_ket_qua_*.xlsx")
    sheet = read_workbook(book.read_bytes()).sheets[PAYLOAD]
    content = from_canonical(unpacked([str(sheet.cells[place].value) for place in sorted(sheet.cells)]))
    (unit,) = content.units
    own = district.line(UNIT, CODE)[0][2]
    assert content.round == 2
    assert [one.round for one in unit.returns] == [1, 2]
    told = dict(zip(content.columns, unit.leaves[CODE].scores, strict=True))
    assert [Fraction(one) for one in told.values()] == [own, LOWERED, LOWERED, own, FINAL, FINAL]
    assert Fraction(unit.leaves[CODE].final) == FINAL

    merged = city.json("merge", book, now=RESULTS_DAY)
    assert merged.code == 0, merged.out
    ranked = {folder.path: folder.json("rank", now=RESULTS_DAY).json["blocks"] for folder in (city, district)}
    rows = [next(one for block in blocks for one in block["units"] if one["unit"] == UNIT) for blocks in ranked.values()]
    assert rows[0] == rows[1], "what the province publishes is what the district found"
    steps = [{one["step"]: one for one in folder.json("why", UNIT, now=RESULTS_DAY).json["steps"]} for folder in (city, district)]
    assert [(one["round"], one["sha256"]) for one in steps[0]["handed"]["returns"]] == [
        (int(one["round"]), one["sha256"]) for one in steps[1]["returns"]["returns"]
    ]
    for key in ("index", "grade", "rank"):
        assert steps[0][key] == steps[1][key]
    assert [folder.run("verify", now=RESULTS_DAY).code for folder in (city, district)] == [0, 0]
