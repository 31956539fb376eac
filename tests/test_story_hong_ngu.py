"""The story hong-ngu, shortened: offices that are not ranked, evidence missing and come late, reports, two stages (issue 4, Demo)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from processor import demo, demo_hong_ngu
from processor.campaign import Campaign, new_campaign
from processor.demo_hong_ngu import ABSENT, WORDS
from rubric_versions.model import RubricVersion

PLAYED = {*WORDS, "VP", "TTr", "PNV"}


def few(version: RubricVersion, *, code: str) -> Campaign:
    """The campaign with the units that something happens to, and a few others."""
    whole = new_campaign(version, code=code)
    return replace(whole, units=tuple(unit for unit in whole.units if unit.code in PLAYED))


def test_the_story_of_missing_evidence_runs_to_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.dict(os.environ, {"CCHC_ACTOR": "can-bo"}), mock.patch.object(demo_hong_ngu, "new_campaign", few):
        assert demo.main(["--story", "hong-ngu", "--out", str(tmp_path / "demo"), "--seed", "7"]) == 0
    told = capsys.readouterr().out
    for what in (*WORDS.values(), "Không có tệp kèm theo", "Thiếu tệp tài liệu (5)", "Báo cáo không khớp biểu mẫu", "Báo cáo là bản chụp"):
        assert what in told, "what happened to these units stands in the last table"
    assert told.count("Không xếp hạng") >= 2
    assert "Mọi kết quả khớp với hồ sơ đã lưu." in told
    folder = tmp_path / "demo/hong-ngu-2023"
    sheets = {path.name.partition("_")[0] for path in (folder / "06_ket_qua/don_vi").iterdir()}
    assert sheets == PLAYED - {ABSENT}
    assert {"tham_dinh_thanh_pho.xlsx", "tham_dinh_thanh_pho_quyet_dinh.xlsx"} <= {one.name for one in (folder / "05_tham_dinh").iterdir()}
