"""Work done apart: what hangs, crashes or eats memory costs itself only; the others go on, in the same order.

Requirements: issue 5, "Limits and isolation".
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from processor import examining, intake, isolation, own_files
from processor.examining import read_apart
from processor.executors import inline, processes
from processor.files import EnvironmentProblem, OriginalMissing, Originals
from processor.isolation import Apart, HelperProblem, apart, end_helpers
from processor.reader import Unreadable, read_workbook
from rubric_versions.findings import CATALOGUE
from tests.folders import Folder, run
from tests.forms import filled

EXAMINE, IDENTITY = intake._examine, examining._identity
ROOT = Path(__file__).parents[1]


def work(context: Path, item: str) -> str:
    """Does what the item says."""
    match item:
        case "hang":
            time.sleep(60)
        case "crash":
            os._exit(7)
        case "abort":
            signal.raise_signal(getattr(signal, "SIGKILL", signal.SIGABRT))
        case "crash once":
            if not context.exists():
                context.write_text("x", encoding="utf-8")
                os._exit(7)
        case "memory":
            return str(len(bytearray(isolation.MEMORY)))
        case "deep":
            return work(context, item)
        case "fault":
            raise KeyError(item)
        case "missing":
            raise OriginalMissing(context, "hash")
        case "warn":
            warnings.warn("a library's", UserWarning, stacklevel=1)
        case "print":
            print("noise")  # must not get between the answers
            os.write(1, b"more noise")
            os.write(2, b"still more")
        case "big":
            return "x" * 3_000_000
    return f"{item} {os.getpid()}"


def lost(item: str) -> str:
    return f"lost {item}"


def task(folder: Path, seconds: float = 30) -> Apart[Path, str, str]:
    return Apart(work, lost, folder / "once", seconds)


def test_work_is_done_in_one_other_process_that_serves_all_items(tmp_path: Path) -> None:
    done = list(inline(apart, task(tmp_path), ["a", "b", "print", "c"]))
    pids = {one.split()[1] for one in done}
    assert [one.split()[0] for one in done] == ["a", "b", "print", "c"]
    assert len(pids) == 1
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize("bad", ["crash", "abort", "memory", "deep", "fault"])
def test_what_takes_its_reader_along_is_lost_and_the_others_are_not(bad: str, tmp_path: Path) -> None:
    done = list(inline(apart, task(tmp_path), ["a", bad, "b"]))
    assert done[1] == f"lost {bad}"
    assert [one[0] for one in (done[0], done[2])] == ["a", "b"]


def test_what_hangs_is_ended_at_its_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    done = list(inline(apart, task(tmp_path, seconds=0.5), ["hang", "a"]))
    assert (done[0], done[1][0]) == ("lost hang", "a")
    assert time.monotonic() - started < 20, "tried twice, half a second each, and two helpers begun"


def test_what_failed_once_is_tried_again_before_it_is_given_up(tmp_path: Path) -> None:
    assert apart(task(tmp_path), "crash once").startswith("crash once")


def test_what_the_machine_refuses_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(OriginalMissing) as caught:
        apart(task(tmp_path), "missing")
    assert (caught.value.reason, caught.value.path) == ("hash", tmp_path / "once")
    assert apart(task(tmp_path), "a").startswith("a")


def test_large_answers_come_whole(tmp_path: Path) -> None:
    assert len(apart(task(tmp_path), "big")) == 3_000_000


def test_it_works_in_the_processes_of_an_executor_too(tmp_path: Path) -> None:
    items = [str(number) for number in range(70)]
    items[5] = "crash"
    done = list(processes(apart, task(tmp_path), items))
    assert done[5] == "lost crash"
    assert [one.split()[0] for at, one in enumerate(done) if at != 5] == [one for at, one in enumerate(items) if at != 5]


def test_a_forked_process_has_a_helper_of_its_own(tmp_path: Path) -> None:
    mine = apart(task(tmp_path), "a")
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.write(writing, apart(task(tmp_path), "a").encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        assert stream.read() != mine
    assert apart(task(tmp_path), "a") == mine


def test_a_return_that_takes_its_reader_along_costs_only_its_own_verdict(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """issue 5: "a workbook that hangs or crashes its reader costs only its own verdict"."""
    monkeypatch.setattr(intake, "_examine", examine_or_die)
    for unit in ("SNV", "31117"):
        folder.drop(f"{unit}.xlsx", folder.form(unit))
    folder.drop("chết.xlsx", folder.form("31120"))
    ran = folder.json("receive")
    assert ran.code == 1
    assert {row["file"]: (row["verdict"], [one["code"] for one in row["findings"]]) for row in ran.json["received"]} == {
        "31117.xlsx": ("accepted", []), "SNV.xlsx": ("accepted", []), "chết.xlsx": ("foreign", ["return-reader-failed"]),
    }  # fmt: skip
    assert [path.name[:4] for path in folder.back("khong_nhan_ra/*")] == ["chet"], "it is answered like any other"


def test_a_file_that_kills_whoever_asks_for_its_identity_stops_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a unit sends several files in one folder, each is asked whose it is: apart too."""
    monkeypatch.setattr(examining, "_identity", identify_or_die)
    folder.drop("31117/31117.xlsx", folder.form("31117"))
    folder.drop("31117/bảng.xlsx", b"PK dangerous")
    ran = folder.json("receive")
    assert {row["file"]: row["verdict"] for row in ran.json["received"]} == {"31117/31117.xlsx": "accepted", "31117/bảng.xlsx": "foreign"}


def test_a_book_that_kills_its_reader_is_told_like_any_unreadable_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Books that come back from councils and districts are foreign bytes too."""
    monkeypatch.setattr(examining, "_READING", Apart(die, examining._unread, None))
    with pytest.raises(Unreadable) as caught:
        read_apart(b"x")
    assert (caught.value.code, caught.value.params) == ("return-reader-failed", {})
    monkeypatch.undo()
    with pytest.raises(Unreadable) as caught:
        read_apart(b"PK")
    assert caught.value.code == "file-damaged"
    assert read_apart(filled().data).sheets.keys() == read_workbook(filled().data).sheets.keys()


def test_an_offices_own_table_that_kills_its_reader_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "_READING", Apart(die, examining._unread, None))
    monkeypatch.setattr(own_files, "_read", die)
    for name, data in (("bảng.xlsx", b"PK"), ("bảng.docx", b"PK word/document.xml")):
        (tmp_path / name).write_bytes(data)
        ran = run("rubric", "import", tmp_path / name, "--out", tmp_path / "ra", "--json")
        assert (ran.code, ran.codes) == (1, ["authoring-file"]), name
        assert CATALOGUE["return-reader-failed"].title.casefold() in ran.json["findings"][0]["message"].casefold()


def die(_: None, data: bytes) -> Any:
    """Ends the process."""
    os._exit(len(data))


def identify_or_die(folder: Path, sha256: str) -> Any:
    """Whose a file is, but for one that kills its reader."""
    if Originals(folder).get(sha256).endswith(b"dangerous"):
        os._exit(9)
    return IDENTITY(folder, sha256)


def examine_or_die(context: Any, item: Any) -> Any:
    """The checks, but for one file that kills its reader."""
    if item.name.startswith("chết"):
        os._exit(9)
    return EXAMINE(context, item)


def test_a_machine_that_starts_no_helper_is_told_and_no_file_is_blamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end_helpers()
    for broken in (str(tmp_path / "no python"), "/bin/false"):
        monkeypatch.setattr(sys, "executable", broken)
        with pytest.raises(HelperProblem) as caught:
            apart(task(tmp_path), "a")
        assert isinstance(caught.value, EnvironmentProblem)
        assert caught.value.code == "reader-not-started"


def test_the_helper_goes_when_its_parent_is_killed() -> None:
    """A killed receiver leaves no process behind that holds the folder."""
    program = (
        "import time; from pathlib import Path; from processor.isolation import apart; from tests.test_isolation import task; "
        "print(apart(task(Path('.')), 'a').split()[1], flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    helper = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not is_running(helper):
            return
        time.sleep(0.1)
    raise AssertionError("the helper is still there")


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
