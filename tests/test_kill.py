"""Killed anywhere and run again, the end is the same; two at once are one.

design.md, Ledger: "Every step may be run twice or killed anywhere and run again: the result is the same"; issue 2, Commands.
The child is forked and ends by SIGKILL just before its n-th doing that shows outside (a file opened for writing, renamed, linked, removed,
a folder made): so also between a file and the event that tells of it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from processor.files import LEFTOVER_PREFIX
from processor.ledger import Ledger
from tests.folders import APPRAISING, CENTRAL, IN_TIME, OPENING, VERSION, Folder, good, leaf_of, run, with_leaf

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")

ROOT = Path(__file__).parents[1]
DOINGS = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.chmod", "shutil.rmtree"}
SURVIVED = 0


def shows(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audited event is one that leaves a trace outside."""
    if event == "open":
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or str(arguments[0]).endswith(
            ("03_ban_goc", "06_ket_qua", "05_tham_dinh")
        )
    return event in DOINGS


def killed_at(work: Callable[[], object], point: int) -> bool:
    """Whether `work`, done in a child, was killed before its doing number `point` (from 1); False if it had ended before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads: the child only runs our own code
        child = os.fork()
    if child == 0:
        left = point

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if shows(event, arguments):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os._exit(SURVIVED)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def doings(work: Callable[[], object]) -> int:
    """How many doings `work` has when nobody kills it, done in a child."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        done = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal done
            done += shows(event, arguments)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os.write(writing, str(done).encode())
            os._exit(SURVIVED)
    os.close(writing)
    with os.fdopen(reading) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return int(told)


def to_issue(base: Folder, target: Path) -> Folder:
    """Two communes renamed, whose forms are to be issued anew, and a form that was lost."""
    folder = base.copy(target)
    folder.rename("31117", "Phường đổi tên")
    folder.rename("31154", "Phường đổi tên khác")
    folder.issued("31120").unlink()
    return folder


def to_receive(base: Folder, target: Path) -> Folder:
    """Returns of every kind in `02_tiep_nhan`: good, with errors, twice the same, foreign, evidence."""
    folder = base.copy(target)
    folder.drop_all("SNV", "31120")
    code = leaf_of("31117", "bands")
    folder.drop("31117.xlsx", folder.form("31117", with_leaf(good("31117"), code, inputs=(None, None), mark=None)))
    folder.drop("lại/31120.xlsx", folder.form("31120"))
    folder.drop("lạ.xlsx", b"khac")
    folder.drop("kế hoạch.pdf", b"%PDF")
    return folder


def to_appraise(base: Folder, target: Path) -> Folder:
    """Books made before: one filled, one empty; and a unit of each council that has sent another return since."""
    folder = base.copy(target)
    assert folder.run("appraise", now=APPRAISING).code == 0
    folder.fill_books(council="916")
    for unit in ("31117", "SNV"):
        folder.drop(f"{unit} mới.xlsx", folder.form(unit, seed="mới"))
    folder.run("receive", now="2018-12-20 09:00")
    for unit in ("31117", "SNV"):
        assert folder.run("decide", unit, "accept", "--reason", "Cho phép", now="2018-12-20 10:00").code == 0
    return folder


def to_rank(base: Folder, target: Path) -> Folder:
    """A campaign ready to rank for the second time, after a change."""
    folder = base.copy(target)
    assert folder.run("rank", now=CENTRAL).code == 0
    folder.fill_central("0.8")
    return folder


STEPS: dict[str, tuple[str, Callable[[Folder, Path], Folder], str, set[int]]] = {
    "issue": ("issued_once", to_issue, OPENING, {0}),
    "receive": ("issued_once", to_receive, IN_TIME, {0, 1}),
    "appraise": ("received_once", to_appraise, CENTRAL, {0}),
    "rank": ("appraised_once", to_rank, "2019-01-11 09:00", {0}),
}


@pytest.mark.parametrize("command", STEPS)
def test_killed_anywhere_and_run_again_the_end_is_the_same(command: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    base, prepare, now, codes = STEPS[command]
    ready = prepare(request.getfixturevalue(base), tmp_path / "sẵn sàng")
    clean = ready.copy(tmp_path / "trọn vẹn")
    count = doings(lambda: clean.run(command, now=now))
    wanted = clean.state()
    assert wanted != ready.state(), "there was something to do"
    assert count > 6
    every = request.config.getoption("--exhaustive")
    points = random.Random(command).sample(range(1, count + 1), min(count, 40 if every else 6))
    for point in points:
        folder = ready.copy(tmp_path / f"lần {point}")
        assert killed_at(lambda at=folder: at.run(command, now=now), point), point  # type: ignore[misc]  # a default binds it
        again = folder.run(command, now=now)
        assert again.code in codes, (point, again)
        assert folder.state() == wanted, point
        with Ledger(folder.path / "so_theo_doi.sqlite", read_only=True) as ledger:
            assert ledger.check() == []


def test_a_new_campaign_killed_midway_can_be_made_again(tmp_path: Path) -> None:
    whole = tmp_path / "trọn vẹn"
    whole.mkdir()

    def make(folder: Path) -> int:
        return run("new", folder / "Đợt", "--version", VERSION.id, now=OPENING, keys=folder / "khoa").code

    count = doings(lambda: make(whole))
    wanted = sorted(path.name for path in (whole / "Đợt").iterdir())
    for point in random.Random("new").sample(range(1, count + 1), 5):
        folder = tmp_path / str(point)
        folder.mkdir()
        assert killed_at(lambda at=folder: make(at), point), point  # type: ignore[misc]  # a default binds it
        done = (folder / "Đợt" / "dot_danh_gia.xlsx").is_file()
        assert make(folder) == (1 if done else 0), point
        left = sorted(path.name for path in (folder / "Đợt").iterdir() if not path.name.startswith(LEFTOVER_PREFIX))
        assert left == wanted
        assert run("status", folder / "Đợt", "--json", now=OPENING, keys=folder / "khoa").code == 0
        assert len(list((folder / "khoa").iterdir())) == 1


def test_leftovers_of_a_killed_run_are_cleaned_away_in_time(folder: Folder) -> None:
    """design.md, Campaign folder: 01 holds "forms to send out, nothing else"."""
    old, young = (folder.path / "01_bieu_mau_gui_di" / f"{LEFTOVER_PREFIX}{name}" for name in ("cu", "moi"))
    for path in (old, young):
        path.write_bytes(b"nua chung")
    os.utime(old, (0, 0))
    folder.run("issue")
    assert (old.exists(), young.exists()) == (False, True), "a young one may be another run's, writing now"


def test_two_that_receive_at_once_end_as_one(issued_once: Folder, tmp_path: Path) -> None:
    """design.md, Ledger; two clerks at two machines, or an impatient one."""
    folder = to_receive(issued_once, tmp_path / "hai")
    alone = to_receive(issued_once, tmp_path / "một")
    assert alone.run("receive", now=IN_TIME).code == 1
    environment = {**os.environ, "CCHC_NOW": IN_TIME, "CCHC_KEY_DIR": str(folder.keys), "CCHC_ACTOR": "can-bo", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "processor.cli", "receive", str(folder.path), "--json"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for one in both:
        _, said = one.communicate(timeout=120)
        assert one.returncode in (0, 1), said.decode()
        assert b"Traceback" not in said
    events, files = folder.state()
    alone_events, alone_files = alone.state()
    assert files == alone_files
    received = [event for event in events if event[0] == "received"]
    assert received == [event for event in alone_events if event[0] == "received"]
    assert folder.run("verify").code == 0
