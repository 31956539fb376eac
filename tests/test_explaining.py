"""`cchc why`: how a unit's index came about, in words that lead back to the files (issue 4, Audit; Cần Thơ 2018, Điều 5.3, 7.2, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rubric_versions.numbers import vi
from tests.districts import COMMUNES, MERGING, Parties
from tests.folders import APPRAISING, CENTRAL, IN_TIME, VERSION, Folder, good, leaf_of
from workbook_templates.appraisal_book import Filled
from workbook_templates.campaign_book import DeductionCase

UNIT = "31117"


def steps(folder: Folder, unit: str, now: str = MERGING) -> Mapping[str, Mapping[str, Any]]:
    """What `why` tells of a unit, by step."""
    ran = folder.json("why", unit, now=now)
    assert ran.code == 0, ran.out
    return {one["step"]: one for one in ran.json["steps"]}


def words(told: Mapping[str, Mapping[str, Any]]) -> str:
    return "\n".join(line for one in told.values() for line in one["lines"])


def test_an_index_is_told_from_the_file_to_the_rank_and_agrees_with_the_ranking(appraised: Folder) -> None:
    ranked = appraised.json("rank", now=MERGING).json["blocks"]
    result = {one["unit"]: one for block in ranked for one in block["units"]}[UNIT]
    told = steps(appraised, UNIT)
    assert list(told) == ["unit", "returns", "scores", "not_assessed", "central", "index", "grade", "rank", "where"]
    index = told["index"]
    assert (index["a"], index["A"], index["pari"]) == (result["a"], result["A"], result["pari"])
    assert (told["grade"]["grade"], told["rank"]["rank"]) == (result["grade"], result["rank"])
    (row,) = told["returns"]["returns"]
    with appraised.desk() as desk:
        assert desk.originals.get(row["sha256"]) == appraised.form(UNIT)
    assert appraised.events("received")[0].seq <= row["event"]
    assert told["where"]["event"] == appraised.events("ranked")[-1].seq
    parts = Fraction(index["appraised"]) + Fraction(index["survey"])
    assert parts == Fraction(index["gross"]) == sum(Fraction(one["points"]) for one in told["scores"]["fields"])


def test_in_words_too_and_nothing_is_published_before_the_first_ranking(appraised: Folder) -> None:
    ran = appraised.run("why", UNIT, now=MERGING)
    assert ran.code == 0
    assert "Chưa xếp hạng: trên đây là tình trạng lúc này." in ran.out
    assert "1. Đơn vị và bảng tiêu chí" in ran.out
    assert "Chỉ số = a / A × 100" in ran.out


def test_every_return_is_told_with_the_reason_why_it_counts_or_not(folder: Folder) -> None:
    bad = folder.form(UNIT, replace(good(UNIT), evidence=()))
    for turn, (data, now) in enumerate((
        (bad, "2018-12-09 09:00"), (folder.form(UNIT), IN_TIME), (folder.form(UNIT, seed="khác"), "2018-12-11 09:00"),
        (folder.form(UNIT, seed="muộn"), "2018-12-16 00:00"),
    )):  # fmt: skip
        folder.drop(f"{turn}.xlsx", data)
        folder.run("receive", now=now)
    rows = steps(folder, UNIT, APPRAISING)["returns"]["returns"]
    assert [row["counts"] for row in rows] == [False, False, True, False]
    assert [row["why"].split(",")[0] for row in rows] == [
        f"trả lại để sửa ({rows[0]['why'].split('(')[1].split(' ')[0]} lỗi)",
        "hợp lệ nhưng đã có bản mới hơn",
        "ĐƯỢC TÍNH",
        "nhận sau giờ đóng 00:00:00 16/12/2018",
    ]
    assert folder.run("decide", UNIT, "accept", "--reason", "Mất điện", now=APPRAISING).code == 0
    told = steps(folder, UNIT, APPRAISING)
    assert told["returns"]["returns"][3]["why"] == "ĐƯỢC TÍNH theo quyết định chấp nhận"
    assert "Mất điện" in words(told)
    assert folder.run("decide", UNIT, "withdraw", "--reason", "Gửi nhầm", now=APPRAISING).code == 0
    told = steps(folder, UNIT, APPRAISING)
    assert [row["counts"] for row in told["returns"]["returns"]] == [False] * 4
    assert "đã rút theo quyết định, không tính" in words(told)
    assert list(told) == ["unit", "returns", "missing"]


def test_a_unit_without_a_return_has_no_index_and_why_says_by_which_article(folder: Folder) -> None:
    told = steps(folder, "SNV", APPRAISING)
    assert "Không tự đánh giá, xếp loại Yếu" in words(told)
    assert "Điều 5.3" in words(told)
    assert "index" not in told


def test_what_the_council_changed_is_told_with_its_reason_and_the_rest_is_not(received: Folder) -> None:
    code = leaf_of(UNIT, "levels")
    assert received.run("appraise", now=APPRAISING).code == 0
    received.fill_books(
        {(UNIT, code): Filled(Fraction(1, 8), "Văn bản ban hành chậm"), (UNIT, leaf_of(UNIT, "bands")): Filled("KĐG", "Không phát sinh")}
    )
    received.change(lambda one: replace(one, deductions=(DeductionCase(UNIT, 2, "Báo số 5", ""),)))
    received.fill_central()
    assert received.run("rank", now=CENTRAL).code == 0
    told = steps(received, UNIT)
    said = [line for line in told["scores"]["lines"] if line.startswith(code)]
    assert len(said) == 1
    assert "→ Điểm thẩm định: 0,125. Lý do: Văn bản ban hành chậm." in said[0]
    assert leaf_of(UNIT, "bands") in told["not_assessed"]["criteria"]
    assert "Báo số 5" in words(told)
    assert Fraction(told["index"]["deduction"]) == Fraction(told["index"]["gross"]) * 5 / 100
    assert f"{vi(Fraction(told['index']['gross']) * 5 / 100)}"[:5] in words(told)


def test_every_leaf_is_named_in_words_with_the_points_that_add_up_to_its_field(received: Folder) -> None:
    gone = leaf_of(UNIT, "bands")
    assert received.run("appraise", now=APPRAISING).code == 0
    received.fill_books({(UNIT, leaf_of(UNIT, "levels")): Filled(Fraction(1, 8), "Chậm"), (UNIT, gone): Filled("KĐG", "Không phát sinh")})
    received.fill_central()
    assert received.run("rank", now=CENTRAL).code == 0
    told = steps(received, UNIT)["scores"]
    lines = iter(told["lines"])
    codes: list[str] = []
    for one in told["fields"]:
        head, parts = next(lines), next(lines)
        assert head.startswith(f"Lĩnh vực {one['field']}. ")
        shown = dict(part.split(" ") for part in parts.strip(" .").split("; "))
        points = [Fraction(value.partition("/")[0].replace(",", ".")) for value in shown.values() if value != "KĐG"]
        assert sum(points) == Fraction(one["points"])
        codes += shown
        assert shown.get(gone, "KĐG") == "KĐG"
    assert codes == [leaf.code for leaf in VERSION.appendix_for("xa").leaves]
    assert told["lines"][1].strip().rstrip(".") in received.run("why", UNIT, now=MERGING).out


def test_an_unfinished_unit_is_told_what_it_lacks(received: Folder) -> None:
    told = steps(received, UNIT, APPRAISING)
    assert len(told["index"]["unfinished"]) == len(VERSION.appendix_for("xa").leaves)
    assert "rank" not in told


def test_ties_are_named(appraised: Folder) -> None:
    def twins(one: Any) -> Any:
        return replace(one, units=tuple(replace(unit, block="huyen") if unit.code in ("SNV", "STP") else unit for unit in one.units))

    told = steps(appraised, UNIT)
    assert told["rank"]["ties"] == []
    assert told["rank"]["of"] == 2
    assert "Ngay trên" in words(steps(appraised, "31120")) or "Ngay trên" in words(told)


def test_what_happened_after_the_ranking_is_said_and_not_mixed_in(appraised: Folder) -> None:
    assert appraised.run("rank", now=CENTRAL).code == 0
    before = steps(appraised, UNIT)
    assert appraised.json("why", UNIT, now=MERGING).json["changed"] is False
    appraised.fill_central("0.5")
    ran = appraised.json("why", UNIT, now=MERGING)
    assert (ran.json["published"], ran.json["changed"]) == (True, True)
    assert steps(appraised, UNIT) == before
    assert "chạy lại lệnh rank" in appraised.run("why", UNIT, now=MERGING).out


def test_nobodys_code_is_said_to_be_none(folder: Folder) -> None:
    assert folder.json("why", "KHONG", now=IN_TIME).codes == ["unit-not-found"]


def test_of_a_unit_a_district_scored_the_sealed_book_is_the_source(parties: Parties) -> None:
    told = steps(parties.city, UNIT)
    assert "chưa có sổ kết quả được tính" in words(told)
    assert parties.city.run("merge", *parties.books(), now=MERGING).code == 0
    assert parties.city.run("rank", now=MERGING).code == 0
    told = steps(parties.city, UNIT)
    assert list(told) == ["unit", "handed", "scores", "not_assessed", "central", "index", "grade", "rank", "where"]
    merged = next(event for event in parties.city.events("merged") if event.unit == "916")
    assert (told["handed"]["sha256"], told["handed"]["event"]) == (merged.data["sha256"], merged.seq)
    (returned,) = told["handed"]["returns"]
    district = parties.districts["916"]
    with district.desk() as desk:
        assert desk.originals.get(returned["sha256"]) == district.form(UNIT)
    theirs = steps(district, UNIT)
    for key in ("scores", "not_assessed", "central", "index", "grade", "rank"):
        assert told[key] == theirs[key], key
    assert len(told["scores"]["leaves"]) == sum(leaf.is_appraised for leaf in VERSION.appendix_for("xa").leaves)
    assert set(COMMUNES["916"]) >= {UNIT}
