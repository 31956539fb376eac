"""Campaign folders kept for ever, one by every release that wrote them: a later program must still open, receive and verify them.

`python -m tests.kept` makes the one of this release again, which is right only until the release is out. Whoever changes a layout, an
event or a field of a version after that keeps the old way of reading beside the new; the folder of the old release stays as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER, KEYS, RETURN = "dot-cu", "khoa", "nop-sau.xlsx"
"""What each archive holds: the campaign folder, its keys, and the filled form of the unit that had not sent one."""

METHODS: tuple[dict[str, Any], ...] = (
    {"kind": "yes_no", "met": "Có kế hoạch", "unmet": "Không có kế hoạch"},
    {"kind": "levels", "options": [{"points": "10", "text": "Đúng hạn"}, {"points": "0", "text": "Không đúng hạn"}]},
    {"kind": "checklist", "items": [{"points": "5", "text": "Có phân công"}, {"points": "5", "text": "Có thời hạn"}]},
    {"kind": "bands", "numerator": "Số xong", "denominator": "Tổng số", "zero_denominator": "skip",
     "bands": [{"ge": "90", "points": "10"}, {"ge": "50", "lt": "90", "points": "5"}, {"lt": "50", "points": "0"}]},
    {"kind": "linear", "numerator": "Số đúng hạn", "denominator": "Số hồ sơ", "zero_denominator": "max", "floor_percent": "50"},
    {"kind": "count", "unit": "2.5", "case": "Số cuộc tuyên truyền"},
    {"kind": "deduction", "per": "0.125", "case": "Số hồ sơ trễ hạn"},
    {"kind": "direct", "step": "0.25", "label": "Điểm chất lượng báo cáo"},
    {"kind": "survey_percent", "answer": "Hài lòng"},
    {"kind": "survey_weighted", "weights": [{"answer": "Tốt", "percent": "100"}, {"answer": "Chưa tốt", "percent": "20"}]},
)  # fmt: skip
"""One leaf of 10 points by every method a unit or a survey has."""

VERSION = {
    "id": "ban-luu-thu", "title": "Bộ tiêu chí lưu thử", "issuer": "UBND nơi thử", "place": "Nơi thử", "years": [2018],
    "legal_basis": [{"title": "Bộ tiêu chí lưu thử"}], "provenance": [{"part": "Mọi phần", "source": "Để thử", "illustrative": True}],
    "tiers": [{"code": "xa", "name": "UBND xã, phường, thị trấn"}],
    "rules": {
        "grades": [{"name": "Tốt", "at_least": "80"}, {"name": "Yếu", "at_least": "0"}], "not_assessed": "subtract",
        "deduction": {"percent": "5", "grounds": ["Bị kỷ luật"], "basis": "Thử"}, "missing": {"shown": "Không tự đánh giá", "basis": "Thử"},
        "evidence_missing": "error", "explanation_missing": "error", "approval_missing": "error", "self_assessment_due": "15/12",
        "stages": [{"code": "tham_dinh", "name": "Điểm thẩm định", "body": "Hội đồng thẩm định"}],
    },
    "appendices": [{
        "number": "01", "title": "Bảng tiêu chí lưu thử", "tier": "xa", "total": "100", "illustrative": True,
        "children": [{"code": "1", "title": "Lĩnh vực thử", "max": "100", "children": [
            {"code": f"1.{turn}", "title": f"Tiêu chí {turn}", "max": "10", "method": method, "evidence": ["Văn bản"],
             "scored_by": "survey" if method["kind"].startswith("survey") else "self", "may_skip": "Không phát sinh"}
            for turn, method in enumerate(METHODS, 1)
        ]}],
    }],
}  # fmt: skip

UNITS = [{"code": f"XA{turn}", "name": f"UBND xã Thử {turn}", "tier": "xa", "block": "khoi"} for turn in (1, 2, 3)]


def archives() -> list[Path]:
    """One archive a release, oldest first."""
    return sorted(HERE.glob("*.tar.xz"))
