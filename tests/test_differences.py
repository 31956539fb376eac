"""What officers must know of two versions: every difference found, told once, with the basis of the amendment that made it.

Issue 6, "`cchc rubric diff A B`: what officers must know, as a table and as a workbook".
"""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from rubric_versions import catalog
from rubric_versions.differences import KINDS, differences
from rubric_versions.model import RubricVersion
from tests.folders import run
from tests.test_amend import BASIS, amended, leaf

Told = list[tuple[str, str, str, str]]


def told(before: RubricVersion, after: RubricVersion) -> Told:
    """Kind, code, before and after of every difference."""
    return [(one.kind, one.code, one.before, one.after) for one in differences(before, after)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"op": "rename", "code": "1.1", "title": "Kế hoạch năm"}, [("renamed", "1.1", "Tiêu chí 1.1", "Kế hoạch năm")]),
        ({"op": "rename", "code": "2", "title": "Hoàn toàn khác"}, [("renamed", "2", "Thủ tục", "Hoàn toàn khác")]),
        ({"op": "points", "code": "2", "max": "59.5"}, [("points", "2", "60", "59,5")]),
        (
            {"op": "points", "code": "1.1", "max": "8", "parts": ["8", "4", "0"]},
            [("points", "1.1", "10", "8"), ("method", "1.1", "Đủ: 10 · Chưa đủ: 5 · Không: 0", "Đủ: 8 · Chưa đủ: 4 · Không: 0")],
        ),
        ({"op": "drop", "code": "1.3"}, [("dropped", "1.3", "10 điểm", "")]),
        ({"op": "drop", "code": "1"}, [("dropped", "1", "40 điểm, 3 tiêu chí", "")]),
        ({"op": "add", "parent": "2", "row": leaf("2.2", "0.5", title="Số hóa")}, [("added", "2.2", "", "0,5 điểm")]),
        ({"op": "move", "code": "1.3", "parent": "2", "to": "2.2"}, [("recoded", "2.2", "1.3", "2.2")]),
        ({"op": "move", "code": "1", "to": "3"}, [("recoded", "3", "1", "3")]),
        ({"op": "restate", "code": "1.1", "evidence": ["Biên bản", "Ảnh"]}, [("evidence", "1.1", "Văn bản", "Biên bản; Ảnh")]),
        ({"op": "restate", "code": "1.1", "guidance": "Tính cả năm"}, [("guidance", "1.1", "không có", "Tính cả năm")]),
        ({"op": "restate", "code": "1.1", "may_skip": "Không có"}, [("may-skip", "1.1", "không có", "Không có")]),
        ({"op": "restate", "code": "1.1", "appraiser": "NV"}, [("appraiser", "1.1", "không có", "NV")]),
        ({"op": "restate", "code": "1.1", "scored_by": "council"}, [("scored-by", "1.1", "Đơn vị tự chấm", "Hội đồng chấm")]),
        ({"op": "heading", "total": "98"}, [("total", "", "100", "98")]),
        ({"op": "heading", "title": "Bảng A"}, [("heading", "", "Phụ lục 01: Bảng của so thành phố", "Phụ lục 01: Bảng A")]),
    ],
)
def test_each_kind_of_change_is_told_once_with_its_basis(tmp_path: Path, change: dict[str, object], expected: Told) -> None:
    after = amended(tmp_path, {"appendix": ["01"], **change})
    before = catalog.load_file(tmp_path / "goc.yaml")
    assert told(before, after) == expected
    assert {one.basis for one in differences(before, after)} == {BASIS}
    assert {one.appendix for one in differences(before, after)} == {"01"}


def test_rules_are_told_in_words(tmp_path: Path) -> None:
    window = {"opens": "01/12/2021 07:00", "closes": "01/01/2022 00:00"}
    after = amended(tmp_path, {"op": "rule", "rules": {"evidence_missing": "warning", "windows": [window], "unranked": ["Thanh tra"]}})
    found = differences(catalog.load_file(tmp_path / "goc.yaml"), after)
    assert [(one.title, one.before, one.after, one.basis) for one in found] == [
        ("Thiếu tài liệu kiểm chứng", "Lỗi", "Cảnh báo", BASIS),
        ("Thời gian mở tự chấm", "không có", "lần 1: từ 01/12/2021 07:00 đến trước 01/01/2022 00:00", BASIS),
        ("Chấm điểm nhưng không xếp hạng", "không có", "Thanh tra", BASIS),
    ]


def test_a_version_does_not_differ_from_itself_and_every_kind_has_words() -> None:
    version = catalog.load("can-tho-2018")
    assert differences(version, version) == []
    kinds = {one.kind for one in differences(version, catalog.load("can-tho-2023"))} | {
        one.kind for one in differences(catalog.load("can-tho-2023"), version)
    }
    assert {"table-added", "table-dropped", "heading"} <= kinds <= KINDS.keys()


def test_codes_stand_in_the_order_people_count(tmp_path: Path) -> None:
    more = [{"op": "add", "appendix": ["01"], "parent": "2", "row": leaf(f"2.{turn}", "1")} for turn in range(2, 12)]
    after = amended(tmp_path, *more)
    assert [code for _, code, _, _ in told(catalog.load_file(tmp_path / "goc.yaml"), after)] == [f"2.{turn}" for turn in range(2, 12)]


def test_the_command_shows_a_table_an_object_and_a_workbook(tmp_path: Path) -> None:
    book = tmp_path / "thay-doi.xlsx"
    ran = run("rubric", "diff", "hong-ngu-2021", "hong-ngu-2023", "--out", book)
    assert ran.code == 0
    assert "Chấm điểm nhưng không xếp hạng" in ran.out
    listed = run("rubric", "diff", "hong-ngu-2021", "hong-ngu-2023", "--json").json["differences"]
    raised = [one for one in listed if one["code"] == "2" and one["kind"] == "points"]
    assert [(one["appendix"], one["before"], one["after"]) for one in raised] == [("01", "3", "4"), ("02", "3", "4")]
    assert all("khoản 5" in one["basis"] for one in raised)
    assert not OpenXmlValidator().validate(book).errors
    sheets = openpyxl.load_workbook(book, data_only=True)
    rows = [[cell.value for cell in row] for row in sheets["Thay đổi"].iter_rows(min_row=6, max_col=8)]
    assert len(rows) == len(listed)
    assert next(row for row in rows if row[2] == "2")[1:7] == [
        "01",
        "2",
        "Hoàn thiện và tổ chức thực hiện hệ thống văn bản pháp quy",
        "Đổi điểm tối đa",
        "3",
        "4",
    ]
    points = [[cell.value for cell in row] for row in sheets["Điểm theo lĩnh vực"].iter_rows(min_row=5, max_col=5)]
    assert ["2", "Hoàn thiện và tổ chức thực hiện hệ thống văn bản pháp quy", 3, 4, 1] in points


def test_a_version_may_be_named_by_its_file_and_a_wrong_name_is_said(tmp_path: Path) -> None:
    kept = tmp_path / "giu.json"
    kept.write_text(catalog.load("can-tho-2018").canonical(), encoding="utf-8")
    assert run("rubric", "diff", "can-tho-2018", kept, "--json").json["differences"] == []
    ran = run("rubric", "diff", "can-tho-2018", "can-tho-1999", "--json")
    assert (ran.code, ran.codes) == (1, ["campaign-version"])
    (tmp_path / "hong.json").write_bytes(json.dumps("ầ", ensure_ascii=False).encode("utf-16"))
    assert run("rubric", "lint", tmp_path / "hong.json", "--json").codes == ["rubric-unreadable"]
