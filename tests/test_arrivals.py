"""What lies in the inbox: files still being copied are left for the next look, large ones are kept without being held, zips are bounded.

Requirements: issue 5, "Bad input" (a file still being copied; zips within zips; parts that inflate far beyond their size), "Nothing lost".
"""

from __future__ import annotations

import io
import os
import threading
import time
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from processor import arrivals
from processor.arrivals import Arrival, is_being_written
from processor.desk import ORIGINALS
from processor.files import CannotWrite, Originals, is_leftover, sha256_of
from rubric_versions.findings import Finding
from tests.folders import Folder


def zipped(**members: bytes) -> bytes:
    """A zip of these files, well packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "."), data)
    return out.getvalue()


def arrived(folder: Path) -> list[Arrival | Finding]:
    """What is found in a folder, its bytes kept beside it."""
    return list(arrivals.arrivals(folder, (), Originals(folder.parent / "kept"), lambda _: False))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "kept").mkdir()
    return tmp_path / "in"


def test_a_file_another_program_is_still_writing_is_left_and_said_so(folder: Folder) -> None:
    data = folder.form("31117")
    folder.drop("31120.xlsx", folder.form("31120"))
    path = folder.drop("31117.xlsx", b"")
    with path.open("wb") as copying:
        copying.write(data[: len(data) // 2])
        copying.flush()
        ran = folder.json("receive")
        assert [row["unit"] for row in ran.json["received"]] == ["31120"]
        assert [(one["code"], one["file"], one["severity"]) for one in ran.json["findings"]] == [
            ("return-unfinished", "31117.xlsx", "note")
        ]
        assert ran.code == 0
        copying.write(data[len(data) // 2 :])
    assert [row["verdict"] for row in folder.json("receive").json["received"]] == ["accepted"]


def test_a_file_that_grows_between_two_looks_is_still_being_copied(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a network no lease tells who writes; an unfinished zip that grows does."""
    monkeypatch.setattr(arrivals, "_open_for_writing", lambda _: False)
    path = inbox / "a.xlsx"
    whole = zipped(a=b"x" * 1000)
    path.write_bytes(whole[:50])
    copier = threading.Timer(arrivals.LOOK_SECONDS / 3, lambda: path.write_bytes(whole[:80]))
    copier.start()
    assert is_being_written(path)
    copier.join()
    assert not is_being_written(path), "broken off, it does not grow"
    path.write_bytes(whole)
    started = time.monotonic()
    assert not is_being_written(path)
    assert time.monotonic() - started < arrivals.LOOK_SECONDS / 2, "a whole one is not waited for"


def test_a_broken_file_of_yesterday_is_not_waited_for(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waited"))
    path = inbox / "a.xlsx"
    path.write_bytes(b"PK\3\4 broken off")
    os.utime(path, (0, 0))
    assert not is_being_written(path)


def test_what_windows_does_not_let_us_open_is_being_copied_and_not_forbidden(inbox: Path) -> None:
    path = inbox / "a.xlsx"
    path.write_bytes(b"x")
    held = PermissionError(13, "The process cannot access the file because it is being used by another process")
    held.winerror = 32  # type: ignore[attr-defined,unused-ignore]  # Windows has it
    with mock.patch.object(Path, "read_bytes", side_effect=held):
        assert [one.code for one in arrived(inbox) if isinstance(one, Finding)] == ["return-unfinished"]
    with mock.patch.object(Path, "read_bytes", side_effect=PermissionError(13, "Permission denied")):
        assert [one.code for one in arrived(inbox) if isinstance(one, Finding)] == ["no-permission"]


def test_a_file_taken_away_while_the_folder_is_read_stops_nothing(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (inbox / name).write_bytes(name.encode())
    listed = arrivals._files_in(inbox)
    (inbox / "b.xlsx").unlink()
    monkeypatch.setattr(arrivals, "_files_in", lambda _: listed)
    first, second = arrived(inbox)
    assert isinstance(first, Arrival)
    assert isinstance(second, Finding)
    assert second.code == "return-skipped"


def test_a_zip_within_a_zip_has_its_verdict_and_is_not_opened(folder: Folder) -> None:
    inner = zipped(a__xlsx=folder.form("31117"))
    folder.drop("tất cả.zip", zipped(trong__zip=inner, b__xlsx=folder.form("31120")))
    ran = folder.json("receive")
    assert {row["file"]: (row["verdict"], [one["code"] for one in row["findings"]]) for row in ran.json["received"]} == {
        "tất cả.zip/b.xlsx": ("accepted", []),
        "tất cả.zip/trong.zip": ("foreign", ["return-zip-inside"]),
    }
    with folder.desk() as desk:
        assert desk.originals.get(sha256_of(inner)) == inner


def test_a_zip_that_inflates_far_beyond_its_size_is_not_unpacked(inbox: Path) -> None:
    bomb = zipped(a__xlsx=bytes(3 << 20))
    (inbox / "a.zip").write_bytes(bomb)
    (one,) = arrived(inbox)
    assert isinstance(one, Arrival)
    assert one.problem is not None
    assert (one.problem.code, one.sha256) == ("file-too-large", sha256_of(bomb))


def test_a_workbook_named_as_a_document_is_a_return(folder: Folder) -> None:
    folder.drop("31117.pdf", folder.form("31117"))
    folder.drop("kế hoạch.docx", zipped(**{"[Content_Types]__xml": b"<x/>", "word/document__xml": b"<x/>"}))
    ran = folder.json("receive")
    assert [(row["file"], row["verdict"]) for row in ran.json["received"]] == [("31117.pdf", "accepted")]
    assert ran.json["documents"] == 1


def test_what_is_too_large_to_hold_is_kept_piece_by_piece(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film as evidence, a workbook with photos pasted in, a large zip: kept by hash, with no more memory than a piece takes."""
    monkeypatch.setattr(arrivals, "HELD_BYTES", 100_000)
    noise = os.urandom(300_000)
    files = {"phim.mp4": noise, "to.xlsx": b"PK" + noise, "tất cả.zip": zipped(phim__mp4=noise[::-1], b__xlsx=folder.form("31120"))}
    for name, data in files.items():
        folder.drop(name, data)
    with mock.patch.object(Path, "read_bytes", lambda path: pytest.fail(f"read whole: {path}")):
        found = list(arrivals.arrivals(folder.path / "02_tiep_nhan", (), Originals(folder.path / ORIGINALS), lambda _: False))
    assert [(one.name, one.is_document) for one in found if isinstance(one, Arrival)] == [
        ("phim.mp4", True), ("to.xlsx", False), ("tất cả.zip/b.xlsx", False), ("tất cả.zip/phim.mp4", True),
    ]  # fmt: skip
    kept = {sha256_of(data) for data in (*files.values(), noise[::-1], folder.form("31120"))}
    originals = Originals(folder.path / ORIGINALS)
    assert kept <= set(originals.all())
    assert all(sha256_of(originals.get(one)) == one for one in kept)


def test_a_disk_that_fills_up_while_a_large_file_is_kept_leaves_nothing_half(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "HELD_BYTES", 10)
    (inbox / "a.mp4").write_bytes(b"x" * 100)

    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    with mock.patch("processor.files.os.fsync", full), pytest.raises(CannotWrite) as caught:
        arrived(inbox)
    assert caught.value.code == "disk-full"
    assert not [path for path in (inbox.parent / "kept").rglob("*") if is_leftover(path)]
    assert len(arrived(inbox)) == 1


def test_a_workbook_too_large_to_read_is_refused_unread(folder: Folder) -> None:
    folder.drop("to.xlsx", folder.form("31117") + bytes(21 << 20))
    ran = folder.json("receive")
    assert [(row["verdict"], row["findings"][0]["code"]) for row in ran.json["received"]] == [("foreign", "file-too-large")]
    assert "20 MiB" in ran.json["received"][0]["findings"][0]["message"]
