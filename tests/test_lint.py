"""Defects that real criteria sets have (domain.md §3.4) are found, named with their code and place, and nothing else is.

Every rule has a table with one defect, where exactly that finding comes, and one that is nearly so and passes.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_versions import catalog
from rubric_versions.findings import CATALOGUE, Severity
from rubric_versions.lint import lint, lint_appendix
from rubric_versions.model import Appendix, RubricVersion
from rubric_versions.numbers import decimal_text, vi

Row = dict[str, Any]
FOUND_AT_LOAD = {"rubric-unreadable", "rubric-number-text"}  # see test_model

YES_NO: Row = {"kind": "yes_no", "met": "Ban hành đúng hạn", "unmet": "Ban hành chậm"}
GIVEN: Row = {"kind": "given", "source": "Theo kết quả điều tra"}


def leaf(code: str, points: str, method: Row = YES_NO, **more: Any) -> Row:
    """A leaf without defects, but for what is given."""
    return {
        "code": code,
        "title": "Kế hoạch của năm",
        "max": points,
        "scored_by": "self",
        "method": method,
        "evidence": ["Kế hoạch (số, ngày)"],
        **more,
    }


def group(code: str, points: str, *children: Row, **more: Any) -> Row:
    """A field or criterion with its parts."""
    return {"code": code, "title": "Chỉ đạo, điều hành", "max": points, "children": list(children), **more}


def table(*fields: Row, total: str = "100", **more: Any) -> Appendix:
    """An appendix of those fields."""
    heading = {"number": "IV", "title": "Bảng tiêu chí", "tier": "xa", "total": total, "children": fields, **more}
    return Appendix.model_validate(heading)


def one(method: Row = YES_NO, points: str = "100", **more: Any) -> Appendix:
    """A table of one field, which is itself a leaf."""
    return table(leaf("1", points, method, **more))


def levels(*pairs: tuple[str, str]) -> Row:
    """Levels of (points, text)."""
    return {"kind": "levels", "options": [{"points": points, "text": text} for points, text in pairs]}


def checklist(*pairs: tuple[str, str]) -> Row:
    """Items of (points, text)."""
    return {"kind": "checklist", "items": [{"points": points, "text": text} for points, text in pairs]}


def bands(*parts: Row, **more: Any) -> Row:
    """Bands on a rate."""
    return {
        "kind": "bands",
        "numerator": "Số việc xong",
        "denominator": "Số việc",
        "zero_denominator": "zero",
        "bands": list(parts),
        **more,
    }


def survey(*parts: Row) -> Appendix:
    """A survey percentage by bands."""
    method = {"kind": "survey_percent", "answer": "Tỷ lệ người dân hài lòng", "bands": list(parts)}
    return one(method, scored_by="survey", evidence=[])


def weights(*pairs: tuple[str, str]) -> Appendix:
    """Weighted answers of (percent, text)."""
    parts = [{"percent": percent, "answer": answer} for percent, answer in pairs]
    return one({"kind": "survey_weighted", "weights": parts}, scored_by="survey", evidence=[])


def count(unit: str) -> Row:
    """So many points for each case."""
    return {"kind": "count", "unit": unit, "case": "Số sáng kiến"}


def deduction(per: str) -> Row:
    """So many points off for each case."""
    return {"kind": "deduction", "per": per, "case": "Số lần chậm"}


HIGH, MIDDLE, LOW = {"ge": "90", "points": "100"}, {"ge": "50", "lt": "90", "points": "60"}, {"lt": "50", "points": "0"}
LINEAR: Row = {"kind": "linear", "numerator": "Số việc xong", "denominator": "Số việc", "zero_denominator": "skip"}

FAILING: list[tuple[str, str, Appendix]] = [
    ("rubric-duplicate-code", "1.1", table(group("1", "100", leaf("1.1", "40"), leaf("1.1", "60")))),
    ("rubric-duplicate-code", "2", table(leaf("1", "40"), leaf("2", "30"), leaf("2", "30"))),
    (
        "rubric-code-parent",
        "7.11",
        table(*(leaf(str(i), "10") for i in range(1, 7)), group("7", "40", group("7.1", "40", leaf("7.11", "40")))),
    ),
    ("rubric-code-parent", "2.1", table(group("1", "100", leaf("1.1", "40"), leaf("2.1", "60")))),
    ("rubric-code-parent", "1.1.1", table(group("1", "100", leaf("1.1.1", "100")))),
    ("rubric-code-order", "1.3", table(group("1", "100", leaf("1.1", "40"), leaf("1.3", "60")))),
    ("rubric-code-order", "I.3", table(group("I", "100", leaf("I.1", "40"), leaf("I.3", "60")))),
    ("rubric-code-order", "2", table(leaf("2", "40"), leaf("1", "60"))),
    ("rubric-code-order", "1.02", table(group("1", "100", leaf("1.1", "40"), leaf("1.02", "60")))),
    ("rubric-sum", "1.2", table(group("1", "100", leaf("1.1", "40"), group("1.2", "60", leaf("1.2.1", "59.875"))))),
    ("rubric-total", "", table(leaf("1", "60"), leaf("2", "39"))),
    ("rubric-not-100", "", table(leaf("1", "60"), leaf("2", "60"), total="120")),
    ("rubric-negative", "1.2", table(group("1", "100", leaf("1.1", "100"), leaf("1.2", "0")))),
    ("rubric-negative", "1", one(levels(("100", "Tốt lắm"), ("-5", "Sai phạm")))),
    ("rubric-negative", "1", one(bands(HIGH, {"lt": "90", "points": "-1"}))),
    ("rubric-negative", "1", one(deduction("0"))),
    ("rubric-negative", "1", one(count("0"))),
    ("rubric-best", "1", one(levels(("90", "Xong"), ("0", "Chưa xong")))),
    ("rubric-best", "1", one(checklist(("60", "Có nội dung"), ("60", "Có thời hạn")))),
    ("rubric-best", "1", one(bands({"ge": "50", "points": "99.5"}, LOW))),
    ("rubric-best", "1", one({"kind": "direct", "step": "0.3", "label": "Điểm"})),
    ("rubric-best", "1", one({**LINEAR, "floor_percent": "101", "zero_denominator": "zero"})),
    ("rubric-best", "1", survey({"points": "80"})),
    ("rubric-best", "1", weights(("90", "Hài lòng"), ("0", "Không hài lòng"))),
    ("rubric-level-order", "1", one(levels(("100", "Xong"), ("0", "Chưa làm"), ("50", "Đang làm")))),
    ("rubric-level-order", "1", one(levels(("100", "Xong"), ("100", "Xong sớm"), ("0", "Chưa làm")))),
    ("rubric-level-order", "1", one(bands({"ge": "90", "points": "60"}, {**MIDDLE, "points": "100"}, LOW))),
    ("rubric-level-order", "1", weights(("0", "Không"), ("100", "Hài lòng"))),
    ("rubric-level-text", "1", one(levels(("100", "Xong việc"), ("0", "xong việc")))),
    ("rubric-level-text", "1", one(checklist(("50", "Có nội dung"), ("50", "Có Nội dung")))),
    ("rubric-level-text", "1", one({**YES_NO, "unmet": YES_NO["met"]})),
    ("rubric-level-text", "1", weights(("100", "Hài lòng"), ("0", "HÀI LÒNG"))),
    ("rubric-band-gap", "1", one(bands(HIGH, {"gt": "50", "lt": "90", "points": "60"}, LOW))),
    ("rubric-band-gap", "1", one(bands(HIGH, LOW))),
    ("rubric-band-gap", "1", survey({"gt": "0", "points": "100"})),
    ("rubric-band-overlap", "1", one(bands(HIGH, {"ge": "50", "le": "90", "points": "60"}, LOW))),
    ("rubric-band-overlap", "1", one(bands(HIGH, {"ge": "50", "points": "60"}, LOW))),
    ("rubric-band-empty", "1", one(bands({"gt": "100", "points": "100"}, {"le": "100", "points": "50"}))),
    ("rubric-band-empty", "1", one(bands(HIGH, MIDDLE, {"ge": "60", "lt": "40", "points": "80"}, LOW))),
    ("rubric-number-missing", "1", one(levels(("100", "Đạt từ … % trở lên"), ("0", "Không hoàn thành")))),
    ("rubric-number-missing", "1", one(guidance="Báo cáo trước ngày .... hằng tháng.")),
    ("rubric-number-missing", "1", one(title="Ban hành kế hoạch trước ngày __/01")),
    ("rubric-number-missing", "1", one(evidence=["Quyết định số ..."])),
    ("rubric-number-missing", "1", one({**YES_NO, "met": "Đạt trên % kế hoạch"})),
    ("rubric-number-missing", "", table(leaf("1", "100"), title="Bảng tiêu chí kèm theo Quyết định số …/QĐ-UBND")),
    ("rubric-level-coded", "1.2", table(group("1", "100", leaf("1.1", "90"), leaf("1.2", "10", title="Kịp thời")))),
    ("rubric-decimal-dot", "1", one(guidance="Mỗi ý đạt được 0.125 điểm.")),
    ("rubric-decimal-dot", "1", one(guidance="Từ 99.5 % số hồ sơ trở lên.")),
    ("rubric-spaces", "1", one(title=" Kế hoạch")),
    ("rubric-spaces", "1", one(title="Kế hoạch ")),
    ("rubric-spaces", "1", one(guidance="Kế  hoạch")),
    ("rubric-spaces", "1", one(evidence=["Kế\u00a0hoạch"])),
    ("rubric-spaces", "1", one({**YES_NO, "met": "Ban\u200b hành"})),
    ("rubric-spaces", "1", one(may_skip=unicodedata.normalize("NFD", "Không phát sinh"))),
    ("rubric-spaces", "1", one(guidance="Dòng trên\ndòng dưới")),
    ("rubric-spaces", "", table(leaf("1", "100"), title="Bảng  tiêu chí")),
    ("rubric-too-long", "1", one(title="a" * 198)),
    ("rubric-too-long", "1", one(guidance="a" * 501)),
    ("rubric-too-long", "1", one(may_skip="a" * 201)),
    ("rubric-too-long", "1", one(levels(("100", "a" * 201), ("0", "Không xong")))),
    ("rubric-too-long", "1", one(checklist(("100", "a" * 140)))),
    ("rubric-too-long", "1", one({**LINEAR, "zero_denominator": "zero", "numerator": "a" * 151})),
    ("rubric-too-long", "1", one(evidence=["a" * 150] * 13)),
    ("rubric-skip-reason", "1", one(LINEAR)),
    ("rubric-skip-reason", "1", one(bands(HIGH, MIDDLE, LOW, zero_denominator="skip"))),
    ("rubric-survey-self", "1", one(GIVEN)),
    ("rubric-survey-self", "1", one({"kind": "survey_percent", "answer": "Tỷ lệ hài lòng"})),
    ("rubric-survey-self", "1", one(scored_by="survey")),
    ("rubric-survey-self", "1", one(LINEAR, scored_by="leaders", may_skip="Không phát sinh")),
    ("rubric-no-evidence", "1", one(evidence=[])),
    ("rubric-no-evidence", "1", one(evidence=[""])),
    ("rubric-deduction-step", "1", one(deduction("100.5"))),
    ("rubric-deduction-step", "1", one(count("101"))),
]

PASSING: list[tuple[str, Appendix]] = [
    ("rubric-duplicate-code", table(group("1", "50", leaf("1.1", "50")), group("2", "50", leaf("2.1", "50")))),
    ("rubric-code-parent", table(group("1", "100", *(leaf(f"1.{i}", "10") for i in range(1, 11))))),
    ("rubric-code-order", table(group("I", "40", leaf("I.1", "40")), group("II", "60", leaf("II.a", "60")))),
    ("rubric-sum", table(group("1", "100", leaf("1.1", "99.875"), leaf("1.2", "0.125")))),
    ("rubric-total", table(leaf("1", "33.3"), leaf("2", "66.7"))),
    ("rubric-not-100", one()),
    ("rubric-negative", one(levels(("100", "Xong"), ("0", "Chưa xong")))),
    ("rubric-best", one({"kind": "direct", "step": "0.125", "label": "Điểm"})),
    ("rubric-best", one(checklist(("60", "Có nội dung"), ("40", "Có thời hạn")))),
    ("rubric-best", survey()),
    ("rubric-level-order", one(bands({"le": "5", "points": "100"}, {"gt": "5", "points": "0"}))),
    ("rubric-level-order", one(checklist(("50", "Có nội dung"), ("50", "Có thời hạn")))),
    ("rubric-level-text", one(levels(("100", "Xong trước hạn"), ("0", "Xong sau hạn")))),
    ("rubric-band-gap", one(bands(HIGH, MIDDLE, LOW))),
    ("rubric-band-gap", survey(HIGH, MIDDLE, LOW)),
    ("rubric-band-overlap", one(bands({"gt": "90", "points": "100"}, {"le": "90", "points": "0"}))),
    ("rubric-band-empty", one(bands({"ge": "100", "points": "100"}, {"lt": "100", "points": "0"}))),
    ("rubric-number-missing", one(guidance="Hội nghị, tờ gấp, v.v… (báo, đài, …); pano, áp phích...")),
    ("rubric-number-missing", one(guidance="Tỷ lệ % = a/b × 100%; lấy tỷ lệ (%) làm tròn, từ 70 % trở lên.")),
    ("rubric-level-coded", one(title="Đạt 100 % kế hoạch kiểm tra trong năm")),
    ("rubric-level-coded", one(title="Kịp thời công khai thủ tục hành chính")),
    ("rubric-decimal-dot", one(guidance="Được 0,125 điểm; trên 1.000 điểm; như tiêu chí 1.2.1 điểm b.")),
    ("rubric-spaces", one(guidance="Kế hoạch – của năm, 100 %: «đủ».")),
    ("rubric-too-long", one(levels(("100", "a" * 200), ("0", "b" * 200)), title="a" * 197, guidance="a" * 500)),
    ("rubric-skip-reason", one(LINEAR, may_skip="Không phát sinh")),
    ("rubric-survey-self", one(GIVEN, scored_by="leaders", evidence=[])),
    ("rubric-survey-self", one(GIVEN, scored_by="council", evidence=[])),
    ("rubric-no-evidence", one(GIVEN, scored_by="survey", evidence=[])),
    ("rubric-deduction-step", one(deduction("100"))),
]

OF_VERSIONS = {"rubric-grades", "rubric-missing-grade", "rubric-windows"}


def seen(appendix: Appendix) -> list[tuple[str, str]]:
    """Codes and places of what the linter finds."""
    return [(found.code, found.criterion) for found in lint_appendix(appendix)]


@pytest.mark.parametrize(("code", "criterion", "appendix"), FAILING, ids=lambda value: value if isinstance(value, str) else "")
def test_a_defect_is_found_at_its_criterion_and_nothing_else(code: str, criterion: str, appendix: Appendix) -> None:
    assert seen(appendix) == [(code, criterion)]
    (found,) = lint_appendix(appendix)
    assert found.sheet == "Phụ lục IV"
    assert "{" not in found.message
    assert len(found.message) <= 255
    placeholders = {name for _, name, _, _ in Formatter().parse(found.entry.what + found.entry.todo) if name}
    assert placeholders <= {"value", *dict(found.params)}, "every parameter of the message is given"
    assert found.value or "value" not in placeholders


@pytest.mark.parametrize(("code", "appendix"), PASSING, ids=lambda value: value if isinstance(value, str) else "")
def test_what_nearly_looks_like_a_defect_passes(code: str, appendix: Appendix) -> None:
    assert code in CATALOGUE
    assert seen(appendix) == []


def test_every_rule_has_a_failing_and_a_passing_case() -> None:
    rules = {code for code in CATALOGUE if code.startswith("rubric-")} - FOUND_AT_LOAD
    assert {code for code, _, _ in FAILING} | OF_VERSIONS == rules
    assert {code for code, _ in PASSING} | OF_VERSIONS == rules


def test_a_mistyped_code_comes_with_the_code_meant() -> None:
    def meant(*codes: str) -> str:
        parent, *children = codes
        points = decimal_text(Fraction(100, len(children)))
        (found,) = lint_appendix(table(group(parent, "100", *(leaf(code, points) for code in children))))
        return dict(found.params)["meant"]

    assert meant("1", "11") == "1.1"
    assert meant("1", "1.1", "12") == "1.2"
    assert meant("1", "1.1", "11", "1.3", "1.4") == "1.2", "1.1 is taken"
    assert meant("1", "2.1") == "1.1"
    assert meant("1", "1.1", "1.2.1") == "1.2"


def test_rows_with_several_defects_come_in_the_order_of_the_table() -> None:
    appendix = table(
        group("1", "40", leaf("1.1", "30", evidence=[]), leaf("1.2", "5", title="Kịp thời")),
        leaf("2", "60", levels(("60", "Xong "), ("70", "Vượt"))),
    )
    assert seen(appendix) == [
        ("rubric-sum", "1"),
        ("rubric-no-evidence", "1.1"),
        ("rubric-level-coded", "1.2"),
        ("rubric-spaces", "2"),
        ("rubric-best", "2"),
        ("rubric-level-order", "2"),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Đạt 100%: 1 điểm",
        "Từ 70% đến dưới 100%",
        "Từ 70 % - dưới 100 % số thủ tục",
        "Không đạt: 0",
        "Kịp thời",
        "KHÔNG KỊP THỜI.",
        "Dưới 50 %",
        "Đạt từ 80 % trở lên",
        "Trên 90,5 %: 0,75 điểm",
        "70 – 100 %",
        "Chưa đầy đủ",
        "Không",
    ],
)
def test_titles_that_are_levels_are_told_from_titles_of_criteria(title: str) -> None:
    assert seen(one(title=title)) == [("rubric-level-coded", "1")]


def test_stray_spaces_are_made_visible_in_the_message() -> None:
    (found,) = lint_appendix(one(title=" Kế  hoạch\u00a0năm\u200b "))
    assert found.value == "␣Kế␣␣hoạch␣năm[U+200B]␣"


def test_the_rates_in_a_gap_or_in_two_bands_are_named_exactly() -> None:
    def rates(*parts: Row) -> list[tuple[str, str]]:
        found = lint_appendix(one(bands(*parts)))
        return [(one.code, one.value) for one in found if one.code.startswith("rubric-band-")]

    low, high = {"lt": "50", "points": "0"}, {"ge": "50", "points": "100"}
    assert rates(low, high) == []
    assert rates(low, {"gt": "50", "points": "100"}) == [("rubric-band-gap", "50")]
    assert rates({"le": "50", "points": "0"}, high) == [("rubric-band-overlap", "50")]
    assert rates({"le": "69", "points": "0"}, {"ge": "70", "points": "100"}) == [("rubric-band-gap", "trên 69 đến dưới 70")]
    assert rates({"lt": "69", "points": "0"}, {"gt": "70", "points": "100"}) == [("rubric-band-gap", "từ 69 đến 70")]
    assert rates({"le": "70.5", "points": "0"}, high) == [("rubric-band-overlap", "từ 50 đến 70,5")]
    assert rates({"gt": "0", "lt": "100", "points": "100"}) == [("rubric-band-gap", "0"), ("rubric-band-gap", "100")]
    assert rates({"ge": "30", "points": "100"}) == [("rubric-band-gap", "từ 0 đến dưới 30")]
    assert rates({"points": "0"}, {"points": "100"}) == [("rubric-band-overlap", "từ 0 đến 100")]


@st.composite
def band_sets(draw: st.DrawFn) -> list[Row]:
    """Bands that share 0 to 100 % out among them, each cut belonging to one side; more points for higher rates."""
    inside = st.integers(min_value=1, max_value=99_999).map(lambda value: Fraction(value, 1000))
    cuts = sorted(draw(st.lists(inside, min_size=1, max_size=5, unique=True)))
    parts: list[Row] = [{} for _ in range(len(cuts) + 1)]
    for index, cut in enumerate(cuts):
        above = draw(st.booleans())
        parts[index]["lt" if above else "le"] = decimal_text(cut)
        parts[index + 1]["ge" if above else "gt"] = decimal_text(cut)
    return [{**part, "points": decimal_text(100 - 7 * rank)} for rank, part in enumerate(reversed(parts))]


@given(parts=band_sets(), data=st.data())
def test_bands_that_share_out_all_rates_pass_in_any_order_and_a_lost_one_is_missed(parts: list[Row], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(parts))
    assert seen(one(bands(*mixed))) == []
    lost = data.draw(st.integers(min_value=1, max_value=len(parts) - 1))
    left = [part for index, part in enumerate(parts) if index != lost]
    (found,) = lint_appendix(one(bands(*left)))
    assert found.code == "rubric-band-gap"
    for end in ("ge", "gt", "le", "lt"):
        if end in parts[lost]:
            assert vi(Fraction(parts[lost][end])) in found.value


@given(parts=band_sets(), data=st.data())
def test_a_band_that_reaches_into_its_neighbour_is_one_overlap(parts: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(min_value=0, max_value=len(parts) - 2))
    upper = parts[at]
    edge = upper.pop("ge", None) or upper.pop("gt")
    below = parts[at + 1]
    floor = Fraction(below.get("ge") or below.get("gt") or 0)
    upper["ge"] = decimal_text((Fraction(edge) + floor) / 2)
    found = lint_appendix(one(bands(*parts)))
    assert [one.code for one in found if one.code.startswith("rubric-band")] == ["rubric-band-overlap"]


def version(**rules: Any) -> RubricVersion:
    """Cần Thơ 2018 with other rules; its tables have no defect."""
    whole = catalog.load("can-tho-2018")
    data = whole.model_dump(mode="json")
    data["rules"] |= rules
    return RubricVersion.model_validate(data)


@pytest.mark.parametrize(
    "ends",
    [
        [("Tốt", "95"), ("Khá", "95"), ("Yếu", "0")],
        [("Khá", "75"), ("Tốt", "85"), ("Yếu", "0")],
        [("Tốt", "85"), ("Yếu", "50")],
        [("Tốt", "101"), ("Yếu", "0")],
        [("Tốt", "85"), ("Khá", "75"), ("tốt", "65"), ("Yếu", "0")],
    ],
)
def test_grades_that_do_not_cover_every_index_once_are_an_error(ends: list[tuple[str, str]]) -> None:
    (found,) = lint(version(grades=[{"name": name, "at_least": least} for name, least in ends]))
    assert (found.code, found.severity, found.sheet) == ("rubric-grades", Severity.ERROR, "")
    assert len(found.message) <= 255


def test_a_grade_for_missing_units_must_be_one_of_the_versions_own() -> None:
    missing = {"grade": "Kém", "shown": "Không tự đánh giá", "basis": "Điều 5.3"}
    assert [found.code for found in lint(version(missing=missing))] == ["rubric-missing-grade"]
    assert lint(version(missing={**missing, "grade": ""})) == []
    assert lint(version(missing={**missing, "grade": "Yếu"})) == []


def test_every_window_is_of_a_round_of_its_own() -> None:
    first, second = ({"round": turn, "closes": f"0{turn}/12/2018 00:00"} for turn in (1, 2))
    assert lint(version(windows=[first])) == []
    assert lint(version(windows=[first, second], rounds=2)) == []
    assert [found.code for found in lint(version(windows=[first, second]))] == ["rubric-windows"]
    assert [found.code for found in lint(version(windows=[first, first], rounds=2))] == ["rubric-windows"]


def test_texts_of_the_rules_are_looked_at_too() -> None:
    deduction = {"percent": "5", "basis": "Điều 7.2.g", "grounds": ["Trừ … điểm", "Có  đơn"]}
    assert [found.code for found in lint(version(deduction=deduction))] == ["rubric-number-missing", "rubric-spaces"]


@pytest.mark.parametrize("version_id", sorted(catalog.shipped()))
def test_the_shipped_versions_have_no_defect(version_id: str) -> None:
    assert [f"{one.place}: {one.message}" for one in lint(catalog.load(version_id))] == []
