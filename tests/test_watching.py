"""The inbox followed: what is dropped in is received once it lies still, and once; Ctrl-C ends it cleanly.

Requirements: issue 5, "Nothing lost": "`cchc receive --watch` follows the folder; re-running is idempotent".
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import pytest

from processor.desk import CAMPAIGN_FILE, INBOX
from processor.watching import watch
from tests.folders import IN_TIME, Folder, Ran

ROOT = Path(__file__).parents[1]


def followed(folder: Folder, *steps: Callable[[], object]) -> Ran:
    """`receive --watch`, with a step done at each pause and Ctrl-C at the last."""
    left = list(steps)

    def pause(_: float) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    with mock.patch("processor.watching.watch.__kwdefaults__", {"pause": pause}):
        return folder.run("receive", "--watch")


def test_files_are_taken_when_they_lie_still_and_only_once(folder: Folder) -> None:
    data = folder.form("31117")
    folder.drop("SNV.xlsx", folder.form("SNV"))
    path = folder.path / INBOX / "31117.xlsx"
    ran = followed(
        folder,
        lambda: folder.drop("31120/31120.xlsx", folder.form("31120")),
        lambda: path.write_bytes(data[:9000]),
        lambda: path.write_bytes(data[:20000]),
        lambda: path.write_bytes(data),
        lambda: None,
        lambda: None,
        lambda: None,
    )
    assert ran.code == 0
    assert [event.data["file"] for event in folder.events("received")] == ["SNV.xlsx", "31120/31120.xlsx", "31117.xlsx"]
    assert [event.data["verdict"] for event in folder.events("received")] == ["accepted"] * 3
    assert ran.out.count("31117.xlsx: Chấp nhận") == 1
    assert "đã nhận 3 tệp" in ran.out
    again = followed(folder, lambda: None)
    assert "đã nhận 0 tệp" in again.out
    assert not folder.events("again")
    assert folder.json("receive").json["received"] == []


def test_what_stands_in_the_way_is_told_once_and_tried_again(folder: Folder) -> None:
    campaign = folder.path / CAMPAIGN_FILE
    whole = campaign.read_bytes()
    campaign.write_bytes(b"dang luu")
    folder.drop("31117.xlsx", folder.form("31117"))
    ran = followed(folder, lambda: None, lambda: None, lambda: campaign.write_bytes(whole) and None, lambda: None, lambda: None)
    assert ran.code == 0
    assert ran.out.count("Không đọc được sổ đợt đánh giá") == 1
    assert [event.data["file"] for event in folder.events("received")] == ["31117.xlsx"]


def test_a_file_taken_away_and_dropped_again_is_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / INBOX).mkdir()
    path = tmp_path / INBOX / "a.xlsx"
    path.write_bytes(b"1")
    taken: list[list[str]] = []
    steps: list[Callable[[], object]] = [path.unlink, lambda: path.write_bytes(b"22"), lambda: None, lambda: None]

    def take(paths: Sequence[Path]) -> set[Path]:
        taken.append([one.name for one in paths])
        return set()

    def pause(_: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    with pytest.raises(KeyboardInterrupt):
        watch(tmp_path, take, interval=1, pause=pause)
    assert taken == [["a.xlsx"], ["a.xlsx"]]


@pytest.mark.parametrize("more", [["--json"], ["--received-at", "10/12/2018 09:00", "--reason", "x"], ["."]])
def test_what_makes_no_sense_together_is_refused(folder: Folder, more: list[str]) -> None:
    assert folder.run("receive", *(str(folder.path) if one == "." else one for one in more), "--watch").code == 2


def test_a_ctrl_c_that_got_lost_ends_it_at_the_next_look(tmp_path: Path) -> None:
    (tmp_path / INBOX).mkdir()
    (tmp_path / INBOX / "31117.xlsx").write_bytes(b"PK")
    taken: list[Sequence[Path]] = []

    def take(paths: Sequence[Path]) -> Sequence[Path]:
        assert not taken, "it went on"
        taken.append(paths)
        with contextlib.suppress(KeyboardInterrupt):  # as a destructor does
            signal.raise_signal(signal.SIGINT)
        return paths

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        watch(tmp_path, take, interval=0, pause=lambda _: None)
    assert len(taken) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_ends_a_real_one_cleanly(folder: Folder) -> None:
    environment = {**os.environ, "CCHC_NOW": IN_TIME, "CCHC_KEY_DIR": str(folder.keys), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "processor.cli", "receive", str(folder.path), "--watch", "--interval", "1"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        assert running.stdout
        assert "Đang theo dõi" in running.stdout.readline()
        folder.drop("31117.xlsx", folder.form("31117"))
        assert "31117.xlsx: Chấp nhận" in running.stdout.readline()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
    assert (running.returncode, err) == (0, "")
    assert "Đã dừng theo dõi; đã nhận 1 tệp" in out
