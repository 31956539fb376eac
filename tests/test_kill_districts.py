"""Packages, result books and merging killed anywhere and run again: the end is the same (issue 4, Tests; design.md, Ledger)."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from processor.ledger import Ledger
from tests.districts import COMMUNES, MERGING, Parties, make_city
from tests.folders import OPENING, Folder, files_of, run
from tests.test_kill import doings, killed_at, pytestmark

__all__ = ["pytestmark"]  # no fork, no kill: as in the module taken from


def points(name: str, count: int, request: pytest.FixtureRequest) -> list[int]:
    """Where to kill: a few places, many with --exhaustive."""
    every = request.config.getoption("--exhaustive")
    return sorted(random.Random(name).sample(range(1, count + 1), min(count, 30 if every else 4)))


def check(ready: Folder, work: Callable[[Folder], int], codes: set[int], name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The work, killed at some of its doings and run again, leaves what it leaves when nobody kills it."""
    clean = ready.copy(tmp_path / "trọn vẹn")
    count = doings(lambda: work(clean))
    wanted = clean.state()
    assert wanted != ready.state(), "there was something to do"
    for point in points(name, count, request):
        folder = ready.copy(tmp_path / f"lần {point}")
        assert killed_at(lambda at=folder: work(at), point), point  # type: ignore[misc]  # a default binds it
        assert work(folder) in codes, point
        assert folder.state() == wanted, point
        with Ledger(folder.path / "so_theo_doi.sqlite", read_only=True) as ledger:
            assert ledger.check() == []


def test_merging_killed_anywhere(parties: Parties, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    books = [*parties.books(), parties.packages / "lạ.xlsx"]
    books[-1].write_bytes(b"khac")
    check(parties.city, lambda at: at.run("merge", *books, now=MERGING).code, {1}, "merge", tmp_path, request)


def test_a_result_book_killed_midway(parties: Parties, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    district = parties.districts["916"]
    district.fill_central("0.5")
    check(district, lambda at: at.run("result", now=MERGING).code, {0}, "result", tmp_path, request)


def test_packages_killed_midway_are_the_same_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    ready = make_city(tmp_path / "tp")

    def work(at: Folder) -> int:
        return at.run("district", "--out", at.path.parent / "gói", now=OPENING).code

    check(ready, work, {0}, "district", tmp_path, request)
    made = {path.parent.parent.name: files_of(path.parent) for path in tmp_path.glob("*/gói/goi_khoi_tao_916_*.zip")}
    assert len(made) > 2
    assert len({str(files) for files in made.values()}) == 1
    assert set(COMMUNES) == {path.name.split("_")[3] for path in (tmp_path / "trọn vẹn" / "gói").iterdir()}


def test_a_package_opened_and_killed_midway_can_be_opened_again(
    parties_once: Parties, tmp_path: Path, request: pytest.FixtureRequest
) -> None:  # fmt: skip
    package = next(parties_once.packages.glob("goi_khoi_tao_916_*.zip"))

    def work(at: Path) -> int:
        return run("new", at / "Đợt", "--from", package, now=OPENING, keys=at / "khoa").code

    whole = tmp_path / "trọn vẹn"
    whole.mkdir()
    count = doings(lambda: work(whole))
    wanted = files_of(whole / "Đợt")
    for point in points("new", count, request):
        folder = tmp_path / str(point)
        folder.mkdir()
        assert killed_at(lambda at=folder: work(at), point), point  # type: ignore[misc]  # a default binds it
        done = (folder / "Đợt" / "dot_danh_gia.xlsx").is_file()
        assert work(folder) == (1 if done else 0), point
        assert files_of(folder / "Đợt") == wanted
        assert len(list((folder / "khoa").glob("*.khoa"))) == 1
