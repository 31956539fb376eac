"""What lies there to be received: files, folders and what is in zips, each one's bytes kept before anything is asked of it.

Nothing is read whole that is larger than 32 MiB, and nothing is unpacked beyond its limits. What is no return, or is still being copied, is
told as a finding and left where it lies. Nothing here knows what a form is.
"""

from __future__ import annotations

import errno
import io
import stat
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO

from processor.files import BAD_ZIP, WRITERS, EnvironmentProblem, Originals, is_leftover, read_whole, sha256_of
from processor.ledger import plain_text
from rubric_versions.findings import Finding, finding

DOCUMENTS = frozenset(
    {
        *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".ppt", ".pptx", ".odp"),
        *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".heic", ".webp", ".mp3", ".mp4"),
    }
)
"""Kinds of files that are evidence, not returns, unless a workbook is inside."""

FILE_BYTES = 512 << 20
"""Largest file that is read at all; a larger one is told and left where it lies."""

HELD_BYTES = 32 << 20
"""Most bytes of one file held in memory; larger ones are copied piece by piece."""

ZIP_MEMBERS, ZIP_BYTES, ZIP_RATIO = 2_000, 512 << 20, 200
"""Most members, and most bytes unpacked, of one zip of returns; most bytes a member of over 1 MiB may have for each one packed."""

YOUNG_SECONDS, LOOK_SECONDS = 30.0, 0.5
"""A file changed so lately that looks unfinished is looked at again after so long."""

_END_OF_ZIP = b"PK\5\6"
_SHARING = (32, 33)  # Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file whose bytes are kept: its name with the folders it lay in, its hash, and what is wrong with it before it is even read.

    `within` is the folder named on the command line that it lay in, by its own name.
    """

    name: str
    sha256: str
    is_document: bool = False
    problem: Finding | None = None
    within: str = ""


def arrivals(inbox: Path, paths: Sequence[Path], originals: Originals, is_known: Callable[[str], bool]) -> Iterator[Arrival | Finding]:
    """Every file to look at, in the order of their names; a finding for each that is passed over, and why.

    `is_known` tells the hashes whose bytes need not be kept once more. Raises EnvironmentProblem where nothing can be kept.
    """
    found = [(path, one) for path in paths or [inbox] for one in _files_in(path)]

    def kept(at: tuple[Path, Path]) -> list[Arrival | Finding]:
        path, one = at
        base = inbox if path.is_relative_to(inbox) else path if path.is_dir() else path.parent
        name = plain_text(one.relative_to(base).as_posix())
        if why := skipped_file(one):
            return [] if why == "folder" else [finding("return-skipped", file=name, why=why)]
        within = "" if path in (inbox, one) else path.name
        return [
            replace(arrived, within=within) if isinstance(arrived, Arrival) else arrived
            for arrived in _arrived(one, name, originals, is_known)
        ]

    with ThreadPoolExecutor(WRITERS) as pool:  # a disk takes longest to say that it is done
        try:
            for some in pool.map(kept, found):
                yield from some
        finally:
            pool.shutdown(cancel_futures=True)


def _files_in(path: Path) -> list[Path]:
    return sorted(path.rglob("*"), key=lambda one: one.as_posix()) if path.is_dir() else [path]


def _arrived(path: Path, name: str, originals: Originals, is_known: Callable[[str], bool]) -> Iterator[Arrival | Finding]:
    try:
        size = path.stat().st_size
        if size > FILE_BYTES:
            yield finding("file-too-large", file=name, what="tệp", limit=f"{FILE_BYTES >> 20} MiB")
            return
        if is_being_written(path):
            yield finding("return-unfinished", file=name)
            return
        data = read_whole(path) if size <= HELD_BYTES else b""
    except FileNotFoundError:
        yield finding("return-unfinished", file=name)  # renamed or taken away while the folder was read
        return
    except (OSError, EnvironmentProblem) as problem:
        held = getattr(problem if isinstance(problem, OSError) else problem.__cause__, "winerror", 0) in _SHARING
        yield finding("return-unfinished" if held else "no-permission", file=name)
        return
    suffix = _suffix(name)
    if size <= HELD_BYTES:
        yield from _opened(name, suffix, data, originals, is_known)
        return
    with path.open("rb") as stream:
        sha256 = originals.keep_stream(stream, suffix)
    if suffix == ".zip":
        with originals.path(sha256).open("rb") as stream:
            yield from _unzipped(name, sha256, stream, originals, is_known)
    else:
        yield Arrival(name, sha256, suffix in DOCUMENTS)


def _opened(name: str, suffix: str, data: bytes, originals: Originals, is_known: Callable[[str], bool]) -> Iterator[Arrival | Finding]:
    """One file held in memory: itself, or what is in it if it is a zip of returns."""
    sha256 = sha256_of(data)
    if not is_known(sha256):
        originals.keep(data, suffix)
    if suffix == ".zip" and data.startswith(b"PK") and not _is_package(data):
        yield from _unzipped(name, sha256, io.BytesIO(data), originals, is_known)
    else:
        yield Arrival(name, sha256, suffix in DOCUMENTS and not _is_package(data, "xl/"))


def _unzipped(
    name: str, sha256: str, packed: IO[bytes], originals: Originals, is_known: Callable[[str], bool]
) -> Iterator[Arrival | Finding]:
    """The members of a zip of returns, bounded; a zip that cannot be read is itself what came."""
    try:
        with zipfile.ZipFile(packed) as package:
            members = [one for one in package.infolist() if not one.is_dir()]
            sizes = [(one.file_size, one.compress_size) for one in members]
            too_dense = any(size > 1 << 20 and size > ZIP_RATIO * max(small, 1) for size, small in sizes)
            if len(members) > ZIP_MEMBERS or sum(size for size, _ in sizes) > ZIP_BYTES or too_dense:
                limit = f"{ZIP_MEMBERS} tệp, {ZIP_BYTES >> 20} MiB hoặc {ZIP_RATIO} lần cỡ đã nén"
                yield Arrival(name, sha256, problem=finding("file-too-large", file=name, what="tệp nén", limit=limit))
                return
            if any(one.flag_bits & 1 for one in members):
                yield Arrival(name, sha256, problem=finding("file-encrypted", file=name))
                return
            for member in sorted(members, key=lambda one: one.filename):
                steps = [one for one in member.filename.replace("\\", "/").split("/") if one.strip(". ")]
                inner = plain_text("/".join(steps))
                whole = f"{name}/{inner}"
                if not steps or steps[-1].startswith(("~$", ".")) or "__MACOSX" in steps:
                    continue
                if stat.S_ISLNK(member.external_attr >> 16):
                    yield finding("return-skipped", file=whole, why="liên kết, không phải tệp")
                    continue
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ValueError(f"compression {member.compress_type}")
                with package.open(member) as stream:
                    if member.file_size > HELD_BYTES:
                        yield Arrival(whole, originals.keep_stream(stream, _suffix(inner)), _suffix(inner) in DOCUMENTS)
                        continue
                    data = stream.read(member.file_size + 1)
                if _suffix(inner) == ".zip" and data.startswith(b"PK") and not _is_package(data):
                    kept = originals.keep(data, ".zip")
                    yield Arrival(whole, kept, problem=finding("return-zip-inside", file=whole))
                else:
                    yield from _opened(whole, _suffix(inner), data, originals, is_known)
    except BAD_ZIP:
        yield Arrival(name, sha256)


def skipped_file(path: Path) -> str:
    """Why a path is not a file to read ("folder" for folders), "" if it is one."""
    if path.is_symlink():
        return "liên kết, không phải tệp"
    if path.is_dir():
        return "folder"
    if path.name.startswith("~$") or path.name.startswith(".~lock"):
        return "tệp khóa tạm của Excel, LibreOffice"
    if is_leftover(path) or path.name.startswith(".") or path.suffix.lower() in (".tmp", ".part", ".crdownload"):
        return "tệp tạm"
    if path.name.lower() in ("thumbs.db", "desktop.ini"):
        return "tệp của Windows"
    if not path.exists():
        return "tệp không còn ở đó"
    return "" if path.is_file() else "không phải tệp thường"


def is_being_written(path: Path) -> bool:
    """Whether somebody is still copying the file: it is open for writing (Linux tells), or looks unfinished and grows meanwhile.

    On Windows a file being copied cannot be opened at all, which reading tells. Over a network only growth can be seen.
    """
    if _open_for_writing(path):
        return True
    before = path.stat()
    if time.time() - before.st_mtime > YOUNG_SECONDS or not _looks_unfinished(path, before.st_size):
        return False
    time.sleep(LOOK_SECONDS)
    after = path.stat()
    return (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _looks_unfinished(path: Path, size: int) -> bool:
    """Whether a file is empty, or begins as a zip and has no zip's end."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return size == 0
        stream.seek(max(0, size - 65_557))
        return _END_OF_ZIP not in stream.read()


def _open_for_writing(path: Path) -> bool:
    """Whether another process has the file open for writing, where the system lets one ask: a read lease is refused then."""
    if sys.platform != "linux":
        return False
    import fcntl  # noqa: PLC0415  (there is none on Windows)

    try:
        with path.open("rb") as stream:
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:  # not ours to ask, or a file system that has no leases
        return error.errno == errno.EAGAIN
    return False


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _is_package(data: bytes, folder: str = "") -> bool:
    """Whether a zip is an Office file, whatever it is called; if `folder` is given, one with parts in it ("xl/": a workbook)."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except BAD_ZIP:
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
