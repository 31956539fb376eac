"""The story soc-trang, shortened: two rounds, three specialist offices and Sở Nội vụ, to its last table (issue 4, Demo)."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

from processor import demo, demo_soc_trang


def test_the_story_of_two_rounds_runs_to_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_soc_trang, "PER_BLOCK", 1)
    with mock.patch.dict(os.environ, {"CCHC_ACTOR": "can-bo"}):
        assert demo.main(["--story", "soc-trang", "--out", str(tmp_path / "demo"), "--seed", "7"]) == 0
    told = capsys.readouterr().out
    for what in demo_soc_trang.WORDS.values():
        assert what in told, "what happened to these units stands in the last table"
    assert "Mọi kết quả khớp với hồ sơ đã lưu." in told
    books = {path.name for path in (tmp_path / "demo/soc-trang-2023/05_tham_dinh").glob("*.xlsx")}
    assert {f"tham_dinh_cq_{office}{again}.xlsx" for office in demo_soc_trang.OFFICES for again in ("", "_lan2")} <= books
    assert {"tham_dinh_thanh_pho_tham_dinh.xlsx", "tham_dinh_thanh_pho_lan2_tham_dinh.xlsx"} <= books
