"""Killed anywhere and run again, the end is the same; two at once are one.

design.md, Ledger: "Every step may be run twice or killed anywhere and run again: the result is the same"; issue 2, Commands.
The child is forked and ends by SIGKILL just before its n-th doing that shows outside (a file opened for writing, renamed, linked, removed,
a folder made): so also between a file and the event that tells of it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from processor.desk import INBOX, PRINTS
from processor.files import LEFTOVER_PREFIX
from processor.ledger import Ledger
from tests.districts import MERGING, Parties
from tests.folders import APPRAISING, CENTRAL, IN_TIME, OPENING, VERSION, Folder, Ran, campaign_of, good, leaf_of, run, with_leaf
from tests.test_central import put, survey_cells

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
    left = point

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if shows(event, arguments):
            left -= 1
            if left <= 0:  # two threads may have counted at once
                os.kill(os.getpid(), signal.SIGKILL)

    return _killed(lambda: sys.addaudithook(count), work)


def killed_after(work: Callable[[], object], seconds: float) -> bool:
    """Whether `work`, done in a child, was ended by the system after so many seconds, wherever it was by then; False if it had ended."""

    def set_alarm() -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends a process at once, as SIGKILL does: nothing is caught or cleaned up
        signal.setitimer(signal.ITIMER_REAL, seconds)

    return _killed(set_alarm, work)


def _killed(prepare: Callable[[], object], work: Callable[[], object]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads: the child only runs our own code
        child = os.fork()
    if child == 0:
        try:
            prepare()
            work()
        finally:
            os._exit(SURVIVED)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGALRM)


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


def to_central(base: Folder, target: Path) -> Folder:
    """Central books of before, one of them filled, and a unit added since."""
    folder = base.copy(target)
    assert folder.run("central", now=CENTRAL).code == 0
    put(folder, "so_lieu_tap_trung_II.xlsx", survey_cells(folder, "II"))
    more = campaign_of("SNV", "STC").units[1]
    folder.change(lambda one: replace(one, units=(*one.units, more)))
    return folder


def to_decide(base: Folder, target: Path) -> Folder:
    """A unit whose good return has come, to be withdrawn by the clerk; a second time there is nothing to withdraw, which is said."""
    return base.copy(target)


def to_print(base: Folder, target: Path) -> Folder:
    """Papers of before, of which one is lost and one, with its unit, has another name since."""
    folder = base.copy(target)
    assert folder.run("print", "--unit", "31117", now=CENTRAL).code == 0
    (folder.path / PRINTS / "phieu" / "31117_phieu.xlsx").unlink()
    folder.rename("31117", "Phường đổi tên")
    return folder


def to_merge(base: Parties, target: Path) -> Folder:
    """A city's campaign, and the result books of both its districts."""
    target.mkdir(parents=True)
    folder = base.city.copy(target)
    for book in base.books():
        shutil.copy(book, folder.path / INBOX)
    return folder


@dataclass(frozen=True)
class Step:
    """A command that is killed: from which fixture, made ready how, run when, and the exit codes it may end with."""

    base: str
    prepare: Callable[[Any, Path], Folder]
    now: str
    codes: frozenset[int] = frozenset({0})
    arguments: tuple[str, ...] = ()

    def run(self, command: str, folder: Folder, *more: object) -> Ran:
        """The command run on a folder made ready."""
        books = sorted((folder.path / INBOX).glob("so_ket_qua_*")) if command == "merge" else ()
        return folder.run(command, *self.arguments, *books, *more, now=self.now)


STEPS: dict[str, Step] = {
    "issue": Step("issued_once", to_issue, OPENING),
    "receive": Step("issued_once", to_receive, IN_TIME, frozenset({0, 1})),
    "appraise": Step("received_once", to_appraise, CENTRAL),
    "rank": Step("appraised_once", to_rank, "2019-01-11 09:00"),
    "merge": Step("parties_once", to_merge, MERGING),
    "central": Step("issued_once", to_central, "2019-01-11 09:00"),
    "decide": Step("received_once", to_decide, CENTRAL, frozenset({0, 1}), ("31117", "withdraw", "--reason", "Nộp nhầm")),
    "print": Step("appraised_once", to_print, "2019-01-11 09:00", arguments=("--unit", "31117")),
}
POINTS, MOMENTS = 30, 15
"""How often each command is killed with --exhaustive, before a doing and by the clock: over 300 times in all."""
VARYING = 8
"""By so many doings runs differ: two names of the same bytes, come to two threads at once, are both written before either is seen."""
FEW_POINTS, FEW_MOMENTS = 2, 1
"""How often else; the random points are the first of those."""


@pytest.mark.parametrize("command", [pytest.param(one, marks=pytest.mark.exhaustive) if one == "merge" else one for one in STEPS])
def test_killed_anywhere_and_run_again_the_end_is_the_same(command: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """issue 5: "`kill -9` at any point of issue, receive, appraise, merge, rank (a test does it at 200 random points)".

    `merge`, whose parties are dear to make, is killed in every run by tests/test_kill_districts.py.
    """
    step = STEPS[command]
    ready = step.prepare(request.getfixturevalue(step.base), tmp_path / "sẵn sàng")
    clean = ready.copy(tmp_path / "trọn vẹn")
    started = time.monotonic()
    count = doings(lambda: step.run(command, clean))
    seconds = time.monotonic() - started
    wanted = clean.state()
    assert wanted != ready.state(), "there was something to do"
    assert count > 2
    chance = random.Random(command)
    every = request.config.getoption("--exhaustive")
    points = [chance.randrange(1, count + 1) for _ in range(POINTS if every else FEW_POINTS)]
    moments = [chance.uniform(0.05, seconds) for _ in range(MOMENTS if every else FEW_MOMENTS)]
    for turn, (kill, point) in enumerate([*((killed_at, one) for one in points), *((killed_after, one) for one in moments)]):
        folder = ready.copy(tmp_path / f"lần {turn}")
        was_killed = kill(partial(step.run, command, folder), point)  # type: ignore[arg-type]  # each with points of its own kind
        assert was_killed or point > count - VARYING or kill is killed_after, point
        again = step.run(command, folder)
        assert again.code in step.codes, (point, again)
        assert folder.state() == wanted, point
        with Ledger(folder.path / "so_theo_doi.sqlite", read_only=True) as ledger:
            assert ledger.check() == []
        shutil.rmtree(folder.path)


def test_a_new_campaign_killed_midway_can_be_made_again(tmp_path: Path) -> None:
    whole = tmp_path / "trọn vẹn"
    whole.mkdir()

    def make(folder: Path) -> int:
        return run("new", folder / "Đợt", "--version", VERSION.id, now=OPENING, keys=folder / "khoa").code

    count = doings(lambda: make(whole))
    wanted = sorted(path.name for path in (whole / "Đợt").iterdir())
    for point in random.Random("new").sample(range(1, count + 1), 3):
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
