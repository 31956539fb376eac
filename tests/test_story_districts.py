"""The story can-tho-2023, shortened: city, three districts, phòng and communes, to its last table (issue 4, Demo)."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

from processor import demo, demo_districts
from processor.reader import read_workbook


@pytest.mark.exhaustive
def test_the_story_of_2023_runs_to_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, count in (("OFFICES", 2), ("COMMUNES", 2), ("ROOMS", 1)):
        monkeypatch.setattr(demo_districts, name, count)
    with mock.patch.dict(os.environ, {"CCHC_ACTOR": "can-bo"}):
        assert demo.main(["--story", "can-tho-2023", "--out", str(tmp_path / "demo"), "--seed", "7"]) == 0
    told = capsys.readouterr().out
    assert "Ô bị sửa: đang là «0,01»" in told, "the book somebody changed is refused, its cell named"
    assert "Sổ số 2 thay cho sổ số 1" in told
    assert told.count("Mọi kết quả khớp với hồ sơ đã lưu.") == 4
    assert "Các tệp nằm ở đâu" in told
    result = read_workbook((tmp_path / "demo/so_noi_vu/dot-2023/06_ket_qua/ket_qua_xep_hang.xlsx").read_bytes())
    shown = {cell.value for cell in result.sheets["Kết quả"].cells.values()}
    assert "Không xem xét đánh giá" in shown, "late is not considered at all (Thông báo tháng 11/2023, 1.c)"
