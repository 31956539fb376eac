"""A criteria version is frozen, exact and named by its digest; data of another shape is refused with a finding that says where.

Requirements: design.md, "Contracts"; domain.md §3.5 (a version is frozen once forms are issued with it).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rubric_versions import catalog
from rubric_versions.catalog import BadVersion, UnknownVersion
from rubric_versions.methods import YesNo
from rubric_versions.model import Appendix, Group, Leaf, RubricVersion, canonical_json, points_of

CAN_THO = "can-tho-2018"


def leaf(code: str, points: str = "10", **more: Any) -> dict[str, Any]:
    """A leaf's data."""
    method = {"kind": "yes_no", "met": "Đạt", "unmet": "Không đạt"}
    return {"code": code, "title": f"Tiêu chí {code}", "max": points, "scored_by": "self", "method": method, **more}


def table(*children: dict[str, Any]) -> Appendix:
    """An appendix with those nodes."""
    return Appendix.model_validate({"number": "1", "title": "Bảng", "tier": "xa", "total": "100", "children": list(children)})


def plain() -> dict[str, Any]:
    """Cần Thơ 2018 as plain data, to be changed."""
    data: dict[str, Any] = json.loads(catalog.load(CAN_THO).canonical())
    return data


def refused(data: object) -> list[tuple[str, str]]:
    """Codes and places of the findings for which a version is refused."""
    with pytest.raises(BadVersion) as caught:
        catalog.from_json(json.dumps(data))
    assert all(found.message for found in caught.value.findings)
    return [(found.code, dict(found.params)["where"]) for found in caught.value.findings]


# The digest


@pytest.mark.parametrize("version_id", sorted(catalog.shipped()))
def test_what_a_campaign_keeps_of_a_version_is_that_version(version_id: str) -> None:
    version = catalog.load(version_id)
    kept = catalog.from_json(version.canonical())
    assert kept == version
    assert kept.digest == version.digest == catalog.from_json(kept.canonical()).digest
    assert version.id == version_id


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(one) for key, one in reversed(value.items())}
        return [turned(one) for one in value] if isinstance(value, list) else value

    assert catalog.from_json(json.dumps(turned(plain()))).digest == catalog.load(CAN_THO).digest


def test_the_same_points_written_otherwise_are_the_same_version() -> None:
    data = plain()
    data["appendices"][0]["total"] = "100.00"
    assert catalog.from_json(json.dumps(data)).digest == catalog.load(CAN_THO).digest


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of every text in plain data that may be any text."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*path, index))
    elif isinstance(value, str) and path[-1] in {"title", "text", "guidance", "met", "numerator", "may_skip", "name", "max", "points"}:
        yield path


def small() -> dict[str, Any]:
    """The version with one field of one table: quicker to load a hundred times."""
    data = plain()
    del data["tiers"][1:], data["appendices"][1:], data["appendices"][0]["children"][1:]
    return data


SMALL = small()
PLACES = list(places(SMALL))
DIGEST = catalog.from_json(json.dumps(SMALL)).digest


@given(path=st.sampled_from(PLACES))
def test_any_edit_of_a_word_or_a_point_changes_the_digest(path: tuple[str | int, ...]) -> None:
    data = copy.deepcopy(SMALL)
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    before = holder[path[-1]]
    more = ("1" if "." in before else ".5") if path[-1] in ("max", "points") else " "
    holder[path[-1]] = before + more
    assert catalog.from_json(json.dumps(data)).digest != DIGEST


def test_a_version_cannot_be_changed_once_loaded() -> None:
    version = catalog.load(CAN_THO)
    with pytest.raises(ValidationError, match="frozen"):
        version.title = "khác"
    with pytest.raises(ValidationError, match="frozen"):
        version.appendices[0].leaves[0].max = Fraction(1)


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": ["Điều 7"], "a": None}) == '{"a":null,"b":["Điều 7"]}'


# Shape


@pytest.mark.parametrize("path", [(), ("rules",), ("rules", "grades", 0), ("appendices", 0), ("appendices", 0, "children", 0), ("labels",)])
def test_a_key_nobody_knows_is_refused(path: tuple[str | int, ...]) -> None:
    data = plain()
    holder: Any = data
    for step in path:
        holder = holder[step]
    holder["max_points"] = "1"
    assert [code for code, _ in refused(data)] == ["rubric-unreadable"]
    assert refused(data)[0][1].endswith("max_points")


@pytest.mark.parametrize("wrong", [1, 0.5, "1,5", "1 ", " 1", "1.", "1 điểm"])
def test_points_that_are_no_quoted_decimal_are_refused_where_they_stand(wrong: object) -> None:
    data = plain()
    data["appendices"][0]["total"] = wrong
    assert refused(data) == [("rubric-number-text", "appendices.0.total")]


def test_every_fault_of_a_version_is_told_at_once() -> None:
    data = plain()
    data["appendices"][0]["total"] = 100
    data["rules"]["grades"][0]["at_least"] = 95.0
    del data["issuer"]
    assert sorted(refused(data)) == [
        ("rubric-number-text", "appendices.0.total"),
        ("rubric-number-text", "rules.grades.0.at_least"),
        ("rubric-unreadable", "issuer"),
    ]


def test_an_unquoted_number_of_a_yaml_file_is_refused(tmp_path: Path) -> None:
    data = plain()
    path = tmp_path / "thu.yaml"
    text = yaml.safe_dump(data, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    assert catalog.load_file(path).digest == catalog.load(CAN_THO).digest
    data["appendices"][0]["children"][0]["max"] = 12.5
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadVersion) as caught:
        catalog.load_file(path)
    (found,) = caught.value.findings
    assert (found.code, found.file, found.value) == ("rubric-number-text", "thu.yaml", "12.5")


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "title: x", "appendices: [khong-co.yaml]", "appendices: 5", "\x00"])
def test_a_file_that_is_no_version_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thu.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadVersion) as caught:
        catalog.load_file(path)
    assert {(found.code, found.file) for found in caught.value.findings} == {("rubric-unreadable", "thu.yaml")}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}"])
def test_a_kept_text_that_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(BadVersion) as caught:
        catalog.from_json(text)
    assert {found.code for found in caught.value.findings} == {"rubric-unreadable"}


def test_an_id_that_is_not_shipped_is_unknown() -> None:
    with pytest.raises(UnknownVersion):
        catalog.load("can-tho-1018")


def test_every_tier_has_one_appendix_and_every_appendix_its_own_number() -> None:
    data = plain()
    data["appendices"][1]["tier"] = data["appendices"][0]["tier"]
    assert [code for code, _ in refused(data)] == ["rubric-unreadable"]
    data = plain()
    data["appendices"][1]["number"] = data["appendices"][0]["number"]
    assert [code for code, _ in refused(data)] == ["rubric-unreadable"]
    data = plain()
    data["tiers"].append(copy.deepcopy(data["tiers"][0]))
    assert [code for code, _ in refused(data)] == ["rubric-unreadable"]


# The tree


def test_a_node_with_a_method_is_a_leaf_and_one_with_children_a_group() -> None:
    appendix = table(leaf("1"), {"code": "2", "title": "Nhóm", "max": "10", "children": [leaf("2.1")]})
    first, second = appendix.children
    assert isinstance(first, Leaf)
    assert isinstance(first.method, YesNo)
    assert isinstance(second, Group)
    assert isinstance(second.children[0], Leaf)
    for wrong in (leaf("1", children=[leaf("1.1")]), {"code": "1", "title": "Trống", "max": "1"}, leaf("1", method={"kind": "guess"})):
        with pytest.raises(ValidationError):
            table(wrong)
    with pytest.raises(ValidationError):
        table({"code": "1", "title": "Trống", "max": "1", "children": []})


def deep() -> Appendix:
    """A table of three levels, where a field may itself be a leaf."""
    return table(
        {
            "code": "1",
            "title": "Một",
            "max": "30",
            "children": [
                {"code": "1.1", "title": "Một một", "max": "20", "children": [leaf("1.1.1"), leaf("1.1.2", scored_by="survey")]},
                leaf("1.2", scored_by="council"),
            ],
        },
        leaf("2", "0.125"),
    )


def test_the_table_is_walked_as_it_is_printed() -> None:
    appendix = deep()
    assert [(depth, node.code) for depth, node in appendix.walk()] == [
        (1, "1"),
        (2, "1.1"),
        (3, "1.1.1"),
        (3, "1.1.2"),
        (2, "1.2"),
        (1, "2"),
    ]
    assert [one.code for one in appendix.leaves] == ["1.1.1", "1.1.2", "1.2", "2"]
    assert [one.code for one in appendix.self_leaves] == ["1.1.1", "2"]
    assert list(appendix.by_code) == ["1.1.1", "1.1.2", "1.2", "2"]
    assert points_of(appendix.leaves) == Fraction("30.125")


def test_a_leaf_knows_its_field() -> None:
    appendix = deep()
    assert [appendix.field_of(one).code for one in appendix.leaves] == ["1", "1", "1", "2"]
    with pytest.raises(ValueError, match="not of appendix 1"):
        appendix.field_of(deep().leaves[0])


def test_who_scores_a_leaf_decides_where_its_points_come_from() -> None:
    kinds = {who: table(leaf("1", scored_by=who)).leaves[0] for who in ("self", "council", "survey", "leaders")}
    assert [who for who, one in kinds.items() if one.is_self_scored] == ["self"]
    assert [who for who, one in kinds.items() if one.is_appraised] == ["self", "council"]
    assert [who for who, one in kinds.items() if one.is_central] == ["survey", "leaders"]


def test_a_tier_has_its_table() -> None:
    version: RubricVersion = catalog.load(CAN_THO)
    assert {tier.code: version.appendix_for(tier.code).number for tier in version.tiers} == {"so": "II", "huyen": "III", "xa": "IV"}
    with pytest.raises(KeyError):
        version.appendix_for("tinh")
