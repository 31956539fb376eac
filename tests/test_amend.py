"""Amendments as data: every kind of change, its legal basis, what is refused, and the shipped versions that rest on the sources.

Issue 6, "Amendments as data"; domain.md §2 (Cần Thơ 2019 and 2023, Hồng Ngự, Sóc Trăng) and §3.5. Numbers are the sources'.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from processor.campaign import new_campaign, shipped_units
from processor.clock import parse_moment
from rubric_versions import catalog
from rubric_versions.catalog import BadVersion
from rubric_versions.findings import Severity
from rubric_versions.lint import lint
from rubric_versions.methods import Bands, Deduction, Levels
from rubric_versions.model import Appendix, Changed, Group, Leaf, RubricVersion

BASIS = "Công văn 1/UBND, khoản 1"


def leaf(code: str, points: str, **more: Any) -> dict[str, Any]:
    """A leaf's data: yes or no unless another method is given."""
    method = {"kind": "yes_no", "met": "Có", "unmet": "Không"}
    return {
        "code": code,
        "title": f"Tiêu chí {code}",
        "max": points,
        "scored_by": "self",
        "method": method,
        "evidence": ["Văn bản"],
        **more,
    }


LEVELS = {
    "kind": "levels",
    "options": [{"points": "10", "text": "Đủ"}, {"points": "5", "text": "Chưa đủ"}, {"points": "0", "text": "Không"}],
}
PARTS = [
    leaf("1.1", "10", method=LEVELS),
    leaf("1.2", "20", method={"kind": "deduction", "per": "2", "case": "Số hồ sơ trễ"}),
    leaf("1.3", "10"),
]
BASE: dict[str, Any] = {
    "id": "goc", "title": "Bộ gốc", "issuer": "UBND thành phố A", "place": "A", "years": [2020],
    "legal_basis": [{"title": "Quyết định gốc", "number": "1/QĐ-UBND"}], "provenance": [{"part": "Mọi phần", "source": "Quyết định gốc"}],
    "tiers": [{"code": "so", "name": "Sở"}, {"code": "xa", "name": "Xã"}],
    "rules": {
        "grades": [{"name": "Tốt", "at_least": "80"}, {"name": "Yếu", "at_least": "0"}], "not_assessed": "subtract",
        "missing": {"shown": "Không tự đánh giá", "basis": "Điều 5"}, "evidence_missing": "error", "explanation_missing": "error",
        "approval_missing": "error", "stages": [{"code": "tham_dinh", "name": "Điểm thẩm định", "body": "Hội đồng"}],
    },
    "appendices": [
        {"number": number, "title": f"Bảng của {tier} thành phố", "tier": tier, "total": "100", "children": [
            {"code": "1", "title": "Chỉ đạo của thành phố", "max": "40", "children": PARTS},
            {"code": "2", "title": "Thủ tục", "max": "60", "children": [leaf("2.1", "60")]},
        ]}
        for number, tier in (("01", "so"), ("02", "xa"))
    ],
}  # fmt: skip


def amended(folder: Path, *changes: dict[str, Any], **heading: Any) -> RubricVersion:
    """The base with those changes, by way of files as an office would write them."""
    (folder / "goc.yaml").write_text(yaml.safe_dump(BASE, allow_unicode=True), encoding="utf-8")
    own = {
        "id": "sua", "amends": "goc", "title": "Bộ sửa đổi", "years": [2021], "legal_basis": [{"title": "Công văn sửa đổi"}],
        "provenance": [{"part": "Sửa đổi", "source": "Công văn"}], "changes": [{"basis": BASIS, **one} for one in changes], **heading,
    }  # fmt: skip
    (folder / "sua.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    return catalog.load_file(folder / "sua.yaml")


def codes(appendix: Appendix) -> list[str]:
    """The codes of its leaves, in order."""
    return [one.code for one in appendix.leaves]


def refused(call: Callable[[], object]) -> list[tuple[str, str]]:
    """Codes and values of the findings for which a version is refused; each says where and what to do."""
    with pytest.raises(BadVersion) as caught:
        call()
    assert all(one.file and len(one.message) <= 255 for one in caught.value.findings)
    return [(one.code, one.value) for one in caught.value.findings]


# ----------------------------------------------------------------------------------------------------------------- every kind of change


def test_a_row_is_renamed_in_the_tables_named_and_in_no_other(tmp_path: Path) -> None:
    made = amended(tmp_path, {"op": "rename", "appendix": ["01"], "code": "2", "title": "Thủ tục hành chính"})
    assert [table.children[1].title for table in made.appendices] == ["Thủ tục hành chính", "Thủ tục"]


def test_points_of_a_row_and_of_its_levels_change_together(tmp_path: Path) -> None:
    change = {"op": "points", "appendix": ["01", "02"], "code": "1.1", "max": "12", "parts": ["12", "6", "0"]}
    for table in amended(tmp_path, change).appendices:
        method = table.by_code["1.1"].method
        assert isinstance(method, Levels)
        assert table.by_code["1.1"].max == 12
        assert [(one.points, one.text) for one in method.options] == [
            (Fraction(12), "Đủ"),
            (Fraction(6), "Chưa đủ"),
            (Fraction(0), "Không"),
        ]


def test_unit_points_of_a_deduction_change(tmp_path: Path) -> None:
    method = amended(tmp_path, {"op": "points", "appendix": ["01"], "code": "1.2", "unit": "0.125"}).appendices[0].by_code["1.2"].method
    assert isinstance(method, Deduction)
    assert method.per == Fraction(1, 8)


def test_a_dropped_row_leaves_the_codes_of_the_others_alone_until_they_are_renumbered(tmp_path: Path) -> None:
    drop = {"op": "drop", "appendix": ["01"], "code": "1.2"}
    assert codes(amended(tmp_path, drop).appendices[0]) == ["1.1", "1.3", "2.1"]
    assert codes(amended(tmp_path, drop, {"op": "renumber", "appendix": ["01"], "parent": "1"}).appendices[0]) == ["1.1", "1.2", "2.1"]


@pytest.mark.parametrize(
    ("after", "order"),
    [(None, ["1.1", "1.2", "1.3", "1.4"]), ("", ["1.4", "1.1", "1.2", "1.3"]), ("1.1", ["1.1", "1.4", "1.2", "1.3"])],
)
def test_a_row_is_added_where_it_is_said_to_go(tmp_path: Path, after: str | None, order: list[str]) -> None:
    place = {} if after is None else {"after": after}
    made = amended(tmp_path, {"op": "add", "appendix": ["01"], "parent": "1", "row": leaf("1.4", "5"), **place})
    assert codes(made.appendices[0])[:4] == order


def test_a_field_is_added_with_all_under_it(tmp_path: Path) -> None:
    row = {"code": "3", "title": "Chuyển đổi số", "max": "5", "children": [leaf("3.1", "5")]}
    made = amended(tmp_path, {"op": "add", "appendix": ["02"], "row": row}).appendices[1]
    assert isinstance(made.children[2], Group)
    assert codes(made)[-1] == "3.1"


def test_a_moved_row_takes_what_is_under_it_along_with_new_codes(tmp_path: Path) -> None:
    made = amended(tmp_path, {"op": "move", "appendix": ["01"], "code": "1", "parent": "2", "to": "2.2"}).appendices[0]
    assert codes(made) == ["2.1", "2.2.1", "2.2.2", "2.2.3"]


def test_a_leaf_gets_another_method_and_other_evidence_and_keeps_the_rest(tmp_path: Path) -> None:
    bands = {"kind": "bands", "numerator": "Đạt", "denominator": "Tổng", "zero_denominator": "max", "bands": [{"points": "10"}]}
    made = amended(
        tmp_path,
        {"op": "method", "appendix": ["01"], "code": "1.3", "method": bands},
        {"op": "restate", "appendix": ["01"], "code": "1.3", "evidence": ["Biên bản"], "guidance": "Tính cả năm", "may_skip": "Không có"},
    )
    one = made.appendices[0].by_code["1.3"]
    assert isinstance(one.method, Bands)
    assert (one.title, one.max, one.evidence, one.guidance, one.may_skip) == (
        "Tiêu chí 1.3",
        Fraction(10),
        ("Biên bản",),
        "Tính cả năm",
        "Không có",
    )


def test_words_are_replaced_in_texts_and_never_in_codes_or_kinds(tmp_path: Path) -> None:
    swap = {"thành phố": "tỉnh", "1": "một", "self": "khác", "levels": "mức"}
    made = amended(tmp_path, {"op": "reword", "appendix": ["01"], "swap": swap}).appendices[0]
    assert made.children[0].title == "Chỉ đạo của tỉnh"
    assert codes(made) == ["1.1", "1.2", "1.3", "2.1"]
    assert made.by_code["1.1"].method.kind == "levels"


def test_rules_change_and_the_heading_is_the_amendments_own(tmp_path: Path) -> None:
    made = amended(tmp_path, {"op": "rule", "rules": {"evidence_missing": "warning"}}, {"op": "heading", "appendix": ["02"], "total": "90"})
    assert (made.rules.evidence_missing, made.rules.explanation_missing) == (Severity.WARNING, Severity.ERROR)
    assert [table.total for table in made.appendices] == [100, 90]
    assert (made.id, made.amends, made.years, made.issuer) == ("sua", "goc", (2021,), "UBND thành phố A")
    assert [one.title for one in made.legal_basis] == ["Quyết định gốc", "Công văn sửa đổi"]
    assert [one.part for one in made.provenance] == ["Sửa đổi", "Mọi phần"]


def test_every_change_is_kept_with_its_legal_basis(tmp_path: Path) -> None:
    made = amended(
        tmp_path,
        {"op": "drop", "appendix": ["01", "02"], "code": "1.3"},
        {"op": "rule", "rules": {"commended_per_block": 5}, "basis": "Khoản 2"},
    )
    told = [(one.kind, one.appendix, one.code, one.rule, one.basis) for one in made.changes]
    assert told == [
        ("drop", "01", "1.3", "", BASIS),
        ("drop", "02", "1.3", "", BASIS),
        ("rule", "", "", "commended_per_block", "Khoản 2"),
    ]
    assert catalog.from_json(made.canonical()) == made


def test_an_amendment_may_amend_an_amendment(tmp_path: Path) -> None:
    amended(tmp_path, {"op": "drop", "appendix": ["01"], "code": "1.3"})
    more = {
        "id": "sua-nua", "amends": "sua", "title": "Sửa nữa", "years": [2022], "legal_basis": [{"title": "Công văn sau"}],
        "provenance": [{"part": "Sửa", "source": "Công văn sau"}],
        "changes": [{"op": "drop", "appendix": ["01"], "code": "1.2", "basis": BASIS}],
    }  # fmt: skip
    (tmp_path / "sua-nua.yaml").write_text(yaml.safe_dump(more, allow_unicode=True), encoding="utf-8")
    made = catalog.load_file(tmp_path / "sua-nua.yaml")
    assert codes(made.appendices[0]) == ["1.1", "2.1"]
    assert [one.code for one in made.changes] == ["1.2"], "what the last amendment changed; the earlier one is the base"
    assert [one.title for one in made.legal_basis] == ["Quyết định gốc", "Công văn sửa đổi", "Công văn sau"]


# ------------------------------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"op": "drop", "appendix": ["01"], "code": "1.9"}, ("amend-target", "1.9")),
        ({"op": "drop", "appendix": ["03"], "code": "1.1"}, ("amend-target", "03")),
        ({"op": "restate", "appendix": ["01"], "code": "1", "guidance": "x"}, ("amend-target", "1")),
        ({"op": "add", "appendix": ["01"], "parent": "1", "after": "2.1", "row": leaf("1.4", "5")}, ("amend-target", "2.1")),
        ({"op": "points", "appendix": ["01"], "code": "1.1", "parts": ["10", "0"]}, ("amend-parts", "10 · 0")),
        ({"op": "points", "appendix": ["01"], "code": "1.3", "unit": "0.5"}, ("amend-parts", "0,5")),
        ({"op": "drop", "appendix": ["01"], "code": "1.1", "basis": " "}, ("amend-basis", "drop")),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_by_name(tmp_path: Path, change: dict[str, Any], wrong: tuple[str, str]) -> None:
    assert refused(lambda: amended(tmp_path, change)) == [wrong]


def test_a_change_of_the_wrong_shape_says_where_it_stands(tmp_path: Path) -> None:
    assert [code for code, _ in refused(lambda: amended(tmp_path, {"op": "points", "appendix": ["01"], "code": "1.1", "max": 5}))] == [
        "rubric-number-text"
    ]
    assert [code for code, _ in refused(lambda: amended(tmp_path, {"op": "rule", "rules": {"no_such_rule": "x"}}))] == ["rubric-unreadable"]


def test_a_base_that_is_not_there_and_a_circle_are_findings(tmp_path: Path) -> None:
    assert refused(lambda: amended(tmp_path, {"op": "drop", "appendix": ["01"], "code": "1.1"}, amends="khong-co")) == [
        ("amend-target", "khong-co")
    ]
    assert refused(lambda: amended(tmp_path, {"op": "drop", "appendix": ["01"], "code": "1.1"}, amends="sua"))[0][0] == "rubric-unreadable"


def test_a_table_drawn_from_another_is_a_table_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "goc-1.yaml").write_text(yaml.safe_dump(BASE["appendices"][0], allow_unicode=True), encoding="utf-8")
    drawn = {"based_on": "goc-1.yaml", "number": "02", "title": "Bảng xã", "tier": "xa", "illustrative": True,
             "changes": [{"op": "drop", "code": "1.3"}, {"op": "points", "code": "1", "max": "30"}]}  # fmt: skip
    (tmp_path / "rut.yaml").write_text(yaml.safe_dump(drawn, allow_unicode=True), encoding="utf-8")
    whole = {**BASE, "appendices": ["goc-1.yaml", "rut.yaml"]}
    (tmp_path / "goc.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    first, second = catalog.load_file(tmp_path / "goc.yaml").appendices
    assert (first.number, codes(first), first.illustrative) == ("01", ["1.1", "1.2", "1.3", "2.1"], False)
    assert (second.number, codes(second), second.illustrative) == ("02", ["1.1", "1.2", "2.1"], True)
    (tmp_path / "rut.yaml").write_text(yaml.safe_dump({**drawn, "based_on": "rut.yaml"}, allow_unicode=True), encoding="utf-8")
    assert refused(lambda: catalog.load_file(tmp_path / "goc.yaml"))[0][0] == "rubric-unreadable"


# ------------------------------------------------------------------------------------------------------------------ what the sources say


def row(version: RubricVersion, number: str, code: str) -> Group | Leaf | None:
    """A row of a table, None where there is none."""
    table = next(one for one in version.appendices if one.number == number)
    return next((node for _, node in table.walk() if node.code == code), None)


def test_the_letter_of_hong_ngu_changes_exactly_what_it_names() -> None:
    before, after = catalog.load("hong-ngu-2021"), catalog.load("hong-ngu-2023")
    for number, iso in (("01", "7.3"), ("02", "7.4")):
        old, new = row(before, number, "2"), row(after, number, "2")
        assert old is not None
        assert new is not None
        assert old.title == new.title == "Hoàn thiện và tổ chức thực hiện hệ thống văn bản pháp quy"
        assert (old.max, new.max) == (Fraction(3), Fraction(4))
        old, new = row(before, number, "7.2"), row(after, number, "7.2")
        assert old is not None
        assert new is not None
        assert (old.title, new.title) == (
            "Dịch vụ công trực tuyến và bưu chính công ích",
            "Dịch vụ công trực tuyến và thanh toán trực tuyến",
        )
        dropped = row(before, number, iso)
        assert dropped is not None
        assert dropped.title.startswith("Áp dụng, duy trì, cải tiến và tự công bố Hệ thống quản lý chất lượng")
        assert row(after, number, iso) is None
        untouched = next(one for one in before.appendices if one.number == number).children
        now = next(one for one in after.appendices if one.number == number).children
        assert [left == right for left, right in zip(untouched, now, strict=True)] == [one.code not in ("2", "7") for one in untouched]
    assert all("Công văn tháng 02/2024" in one.basis or one.basis.startswith("Khoản 5") for one in after.changes)
    assert (after.legal_basis[0].number, after.legal_basis[1].number, after.legal_basis[1].date) == ("2971/QĐ-UBND", "", "")


def test_two_offices_of_hong_ngu_are_scored_and_not_ranked_and_evidence_is_a_warning() -> None:
    version = catalog.load("hong-ngu-2023")
    campaign = new_campaign(version, code="hn-2023")
    assert [unit.name for unit in campaign.units if not unit.ranked] == ["Văn phòng HĐND&UBND Thành phố", "Thanh tra Thành phố"]
    assert [unit.ranked for unit in new_campaign(catalog.load("hong-ngu-2021"), code="hn-2021").units] == [True] * 19
    assert (version.rules.evidence_missing, version.rules.missing.grade) == (Severity.WARNING, "")
    assert [stage.body for stage in version.rules.stages] == ["Tổ giúp việc Ban Chỉ đạo cải cách hành chính", "Ủy ban nhân dân Thành phố"]
    assert campaign.rounds[0].closes == parse_moment("06/03/2024"), "05/03/2024 is the last day"


def test_can_tho_2023_opens_and_closes_as_its_notice_says_and_the_late_are_not_considered() -> None:
    version = catalog.load("can-tho-2023")
    campaign = new_campaign(version, code="ct-2023")
    (window,) = campaign.rounds
    assert (window.opens, window.closes) == (parse_moment("01/12/2023 07:00"), parse_moment("01/01/2024"))
    assert (version.rules.missing.grade, version.rules.missing.shown) == ("", "Không xem xét đánh giá")
    assert (version.rules.approval_missing, version.amends) == (Severity.ERROR, "")
    assert [(table.number, table.tier) for table in version.appendices] == [("1", "so"), ("2", "huyen"), ("3", "xa"), ("4", "phong")]
    assert {block.council for block in campaign.blocks if block.code.startswith("p-")} == {
        "916", "917", "918", "919", "923", "924", "925", "926", "927",
    }  # fmt: skip
    assert any(unit.name == "Ban Quản lý các khu chế xuất và công nghiệp Cần Thơ" for unit in campaign.units)


def test_can_tho_2019_amends_2018_and_says_what_is_ours() -> None:
    version = catalog.load("can-tho-2019")
    assert (version.amends, version.legal_basis[1].number, version.legal_basis[1].date) == ("can-tho-2018", "2429/QĐ-UBND", "10/10/2019")
    assert all("minh họa" in one.basis for one in version.changes)
    assert {one.appendix for one in version.changes} == {"II", "III", "IV"}
    assert len(shipped_units("can-tho-2019")[1]) == 114, "the list of 2018 holds until there is a newer one"


def test_soc_trang_has_two_rounds_and_four_kinds_of_units() -> None:
    version = catalog.load("soc-trang-2023")
    assert version.rules.rounds == 2
    assert [table.tier for table in version.appendices] == ["so", "dvsn", "trung-uong", "huyen"]
    second = new_campaign(version, code="st-2023").rounds[1]
    assert (second.number, second.opens, second.closes) == (2, parse_moment("28/11/2023 07:30"), parse_moment("04/12/2023 17:00"))
    moved = new_campaign(version, code="st-2025", year=2025).rounds[1]
    assert (moved.opens, moved.closes) == (parse_moment("28/11/2025 07:30"), parse_moment("04/12/2025 17:00"))


def test_from_2025_on_there_is_no_district() -> None:
    version = catalog.load("two-tier-2025")
    assert [tier.code for tier in version.tiers] == ["so", "xa"]
    assert "huyện" not in version.canonical().replace("cấp huyện, từ", "")
    assert not any(unit["tier"] == "huyen" or unit.get("parent") for unit in shipped_units("two-tier-2025")[1])


@pytest.mark.parametrize("version_id", sorted(catalog.shipped()))
def test_leaves_of_ours_say_so_and_no_blank_of_a_source_is_filled(version_id: str) -> None:
    version = catalog.load(version_id)
    assert all(table.illustrative and table.total == 100 for table in version.appendices)
    assert any(part.illustrative for part in version.provenance)
    known = {"1823/QĐ-UBND", "2429/QĐ-UBND", "2198/QĐ-UBND", "2971/QĐ-UBND", ""}
    assert {basis.number for basis in version.legal_basis} <= known


def test_the_example_of_the_guide_is_a_sound_amendment(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "versions.md").read_text(encoding="utf-8")
    (tmp_path / "vi-du.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    version = catalog.load_file(tmp_path / "vi-du.yaml")
    assert (version.amends, version.rules.evidence_missing) == ("hong-ngu-2023", Severity.ERROR)
    assert lint(version) == []
    ops = set(get_args(Changed.model_fields["kind"].annotation))
    assert {f"| `{one}` |" for one in ops} <= set(re.findall(r"\| `[a-z]+` \|", page)), "every kind of change is explained"
