"""Returns read on a Dask cluster: the same verdicts as here, though a worker is killed midway; nothing lost, nothing twice.

Requirements: issue 5, "Many cores, many machines"; design.md, "Work units".
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster

import processor.cluster
from processor.cluster import Cluster, ClusterProblem
from processor.executors import inline
from processor.files import EnvironmentProblem
from tests.folders import UNITS, Folder

COUNT = 34
"""More than one batch."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers, each a process of its own that may be killed."""
    local: Any = LocalCluster
    settings: Any = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with settings, local(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        yield made


def slowly(context: str, item: tuple[str, int]) -> tuple[str, int, int]:
    """An item's number and who did it, after long enough for somebody to die; the first to take a file's place goes down with it."""
    place, number = item
    if place and number == 40:
        try:
            os.close(os.open(place, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.005)
    return context, number, os.getpid()


def deadly(_: None, number: int) -> int:
    """The number; one of them kills whatever worker takes it, but not the one who waits."""
    if number == 5 and os.environ.get("DASK_PARENT") != str(os.getpid()):
        os._exit(9)
    return number


def test_a_worker_killed_midway_loses_nothing_and_doubles_nothing(cluster: LocalCluster, tmp_path: Path) -> None:
    items = [(str(tmp_path / "killed"), number) for number in range(200)]
    made = list(Cluster(cluster.scheduler_address)(slowly, "told once", items))
    assert (tmp_path / "killed").exists(), "one was killed"
    assert [(context, number) for context, number, _ in made] == [("told once", number) for number in range(200)]
    assert os.getpid() not in {pid for _, _, pid in made}, "all of it was done there"


def test_returns_read_by_workers_that_see_no_folder_get_the_same_verdicts(cluster: LocalCluster, folder: Folder, tmp_path: Path) -> None:
    """And while they are read a worker is killed."""
    here, there = folder.copy(tmp_path / "here"), folder.copy(tmp_path / "there")
    data = folder.form(UNITS[0])
    for one in (here, there):
        one.drop("0.xlsx", data)
        for turn in range(1, COUNT):  # bytes after the zip's end differ in the comment's length only: every file is another
            one.drop(f"{turn}.xlsx", data[:-2] + turn.to_bytes(2, "little") + b" " * turn)
        one.drop("hỏng.xlsx", data[:5000])
    workers = [worker.pid for worker in cluster.workers.values()]
    threading.Timer(0.5, lambda: os.kill(workers[0], signal.SIGKILL)).start()
    ran = there.json("receive", "--scheduler", cluster.scheduler_address)
    assert ran.code == here.json("receive").code == 1
    told = [[(event.unit, event.data) for event in one.events("received")] for one in (here, there)]
    assert told[0] == told[1]
    assert len(told[1]) == COUNT + 1
    assert there.json("receive", "--scheduler", cluster.scheduler_address).json["known"] == COUNT + 1


def test_workers_of_another_release_are_not_believed(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor.cluster, "VERSION", "9.9")
    with pytest.raises(ClusterProblem) as caught:
        list(Cluster(cluster.scheduler_address)(slowly, "", [("", 1)]))
    assert caught.value.code == "cluster-other-release"


def test_a_scheduler_that_does_not_answer_is_told_and_the_folder_stays_as_it_was(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor.cluster, "CONNECT_SECONDS", 2)
    folder.drop_all(UNITS[0])
    ran = folder.json("receive", "--scheduler", "tcp://127.0.0.1:1")
    assert (ran.code, ran.codes) == (3, ["cluster-unreachable"])
    assert not folder.events("received")
    assert folder.json("receive").code == 0, "here it goes on"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(EnvironmentProblem) as caught:
        list(Cluster("tcp://127.0.0.1:1")(slowly, "", [("", 1)]))
    assert caught.value.code == "cluster-not-installed"


def test_nothing_to_do_asks_no_cluster() -> None:
    nobody: list[Any] = []
    assert list(Cluster("tcp://127.0.0.1:1")(slowly, "", nobody)) == list(inline(slowly, "", nobody)) == []


def test_what_kills_every_worker_is_done_here(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work of receiving is done apart, so that here too it costs itself only (`isolation`)."""
    monkeypatch.setenv("DASK_PARENT", str(os.getpid()))
    assert list(Cluster(cluster.scheduler_address)(deadly, None, range(64))) == list(range(64))
