"""Files: nothing half-written, nothing received ever lost or changed unseen.

Requirements: issue 5, "Nothing lost" (originals kept by hash, killed anywhere, disk full); design.md, "Campaign folder"
and traps 5, 11, 12.
"""

from __future__ import annotations

import errno
import os
import pickle
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.files import (
    LEFTOVER_PREFIX,
    CannotWrite,
    EnvironmentProblem,
    FileBusy,
    OriginalAltered,
    OriginalMissing,
    Originals,
    ascii_name,
    clean_leftovers,
    is_leftover,
    sha256_of,
    write_atomic,
    write_new,
)


def names(folder: Path) -> list[str]:
    """The names in the folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_written_again_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "Sở Y tế.xlsx"
    write_atomic(target, b"one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert names(tmp_path) == ["Sở Y tế.xlsx"]


def test_a_run_killed_before_the_replace_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "ket_qua.xlsx"
    write_atomic(target, b"old")
    program = (
        "import os, sys; from pathlib import Path; from processor.files import write_atomic\n"
        "Path.replace = lambda *_: os._exit(9)\n"
        "write_atomic(Path(sys.argv[1]), b'new')"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert killed.returncode == 9
    assert target.read_bytes() == b"old"
    (leftover,) = [path for path in tmp_path.iterdir() if path != target]
    assert is_leftover(leftover)
    assert not is_leftover(target)
    assert clean_leftovers(tmp_path) == 0, "it may belong to a run that is writing now"
    os.utime(leftover, (0, 0))
    assert clean_leftovers(tmp_path) == 1
    assert names(tmp_path) == ["ket_qua.xlsx"]


def test_leftovers_are_found_in_subfolders_also_if_read_only(tmp_path: Path) -> None:
    below = tmp_path / "ab"
    below.mkdir()
    leftover = below / (LEFTOVER_PREFIX + "0")
    leftover.write_bytes(b"half")
    leftover.chmod(0o444)
    assert clean_leftovers(tmp_path, older_than=-60) == 1
    assert names(below) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "no-permission"),
        (errno.EROFS, "no-permission"),
        (errno.ENOSPC, "disk-full"),
        (errno.EIO, "cannot-write"),
    ],
)
def test_what_the_system_refuses_has_a_code_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    target = tmp_path / "a.xlsx"
    write_atomic(target, b"old")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(CannotWrite) as caught:
        write_atomic(target, b"new")
    assert (caught.value.code, caught.value.path) == (code, target)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.xlsx"]


@pytest.mark.parametrize("winerror", [5, 32])
def test_a_workbook_open_in_excel_is_named_as_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, winerror: int) -> None:
    target = tmp_path / "a.xlsx"
    write_atomic(target, b"old")

    def refuse(*_: object) -> None:
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = winerror  # type: ignore[attr-defined, unused-ignore]  # it exists on Windows alone
        raise error

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("processor.files._REPLACE_PAUSE", 0)
    with pytest.raises(FileBusy) as caught:
        write_atomic(target, b"new")
    assert (caught.value.code, caught.value.path) == ("file-busy", target)
    assert names(tmp_path) == ["a.xlsx"]


def test_a_read_only_target_is_refused_on_every_system(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    write_atomic(target, b"old")
    target.chmod(0o444)
    with pytest.raises(CannotWrite) as caught:
        write_atomic(target, b"new")
    assert caught.value.code == "no-permission"
    assert target.read_bytes() == b"old"


def test_a_missing_folder_is_a_problem_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="cannot-write"):
        write_atomic(tmp_path / "none" / "a.xlsx", b"")


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a"
    assert write_new(target, b"one")
    assert not write_new(target, b"two")

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "rename" if os.name == "nt" else "link", no_links)
    assert not write_new(target, b"two")
    assert write_new(tmp_path / "b", b"three")
    assert (target.read_bytes(), (tmp_path / "b").read_bytes()) == (b"one", b"three")
    assert names(tmp_path) == ["a", "b"]


def test_a_problem_comes_back_whole_from_another_process() -> None:
    for problem in (
        FileBusy(Path("a.xlsx")),
        CannotWrite(Path("a"), "disk", "disk-full"),
        OriginalAltered(Path("b"), "0" * 64),
    ):
        back: EnvironmentProblem = pickle.loads(pickle.dumps(problem))
        assert type(back) is type(problem)
        assert (back.code, back.path, str(back)) == (problem.code, problem.path, str(problem))


def test_an_original_is_kept_once_read_only_under_its_hash(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "03_ban_goc")
    assert list(originals.all()) == []
    sha256 = originals.keep(b"a return", ".XLSX")
    assert originals.keep(b"a return", ".xls") == sha256 == sha256_of(b"a return")
    (stored,) = (path for path in originals.folder.rglob("*") if path.is_file())
    assert stored == originals.folder / sha256[:2] / f"{sha256}.xlsx"
    assert not stored.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert originals.get(sha256) == b"a return"


@pytest.mark.parametrize("suffix", ["", ".", ".x/../../y", ".tệp", "xlsx", ".a b", "." + "x" * 300])
def test_a_suffix_from_outside_cannot_lead_anywhere(tmp_path: Path, suffix: str) -> None:
    originals = Originals(tmp_path)
    sha256 = originals.keep(b"data", suffix)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [sha256]
    assert originals.get(sha256) == b"data"


def test_all_names_every_original_in_order_and_nothing_else(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    kept = {originals.keep(bytes([number]), ".xlsx") for number in range(30)}
    (tmp_path / "00").mkdir(exist_ok=True)
    (tmp_path / "00" / (LEFTOVER_PREFIX + "1")).write_bytes(b"")
    (tmp_path / "00" / "desktop.ini").write_bytes(b"")
    assert list(originals.all()) == sorted(kept)


def test_an_altered_original_is_reported_and_mended_when_it_arrives_again(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    sha256 = originals.keep(b"a return", ".xlsx")
    (stored,) = tmp_path.rglob("*.xlsx")
    stored.chmod(0o644)
    stored.write_bytes(b"a ret")
    with pytest.raises(OriginalAltered) as caught:
        originals.get(sha256)
    assert (caught.value.code, caught.value.path) == ("original-altered", stored)
    assert originals.keep(b"a return", ".xlsx") == sha256
    assert originals.get(sha256) == b"a return"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [stored.name]


@pytest.mark.parametrize("sha256", ["0" * 64, "", "../../etc/passwd", "*", "F" * 64])
def test_what_was_never_kept_is_missing(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(OriginalMissing) as caught:
        Originals(tmp_path).get(sha256)
    assert (caught.value.code, caught.value.reason) == ("original-missing", sha256)


def test_two_receivers_may_keep_the_same_file_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from processor.files import Originals\n"
        "originals = Originals(Path(sys.argv[1]))\n"
        "for number in range(100): originals.keep(b'%d' % number * 1000, sys.argv[2])"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), suffix]) for suffix in (".xlsx", ".xlsx")]
    assert [one.wait() for one in both] == [0, 0]
    originals = Originals(tmp_path)
    kept = list(originals.all())
    assert len(kept) == 100
    assert {sha256_of(originals.get(sha256)) for sha256 in kept} == set(kept)
    assert not [path for path in tmp_path.rglob("*") if is_leftover(path)]


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Sở Y tế", "So-Y-te"),
        ("UBND quận Ninh Kiều", "UBND-quan-Ninh-Kieu"),
        ("Đất Đỏ – xã Lộc An", "Dat-Do-xa-Loc-An"),
        ("Sơ\u0309 Y tê\u0301", "So-Y-te"),
        ("con", "con_"),
        ("COM¹", "COM1_"),
        ("lpt9", "lpt9_"),
        ("console", "console"),
        ("../../etc", "etc"),
        ("  ", "khong-ten"),
        ("省", "khong-ten"),
        ("x" * 200, "x" * 60),
        ("-rf", "rf"),
    ],
)
def test_a_unit_gets_a_plain_file_name(text: str, stem: str) -> None:
    assert ascii_name(text) == stem


@given(st.text())
def test_a_file_name_is_always_safe_and_stays_itself(text: str) -> None:
    stem = ascii_name(text)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,59}", stem)
    assert not re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", stem)
    assert ascii_name(stem) == stem
