"""A campaign folder as one zip, and back: every file with its hash, the ledger as of one moment, never a key.

The list `BAN_KE.json` in the zip names each file with size and SHA-256 and the ledger's last digest. Bringing back verifies all of it,
the ledger's chain too, in a folder of its own, and only then gives that folder its name.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from processor import VERSION, keys
from processor.arrivals import skipped_file
from processor.desk import CAMPAIGN_FILE, FOLDERS, LEDGER_FILE, ORIGINALS, Blocked
from processor.files import BAD_ZIP, LEFTOVER_PREFIX, CannotWrite, clean_leftovers, is_leftover, make_folder, refusal
from processor.ledger import Ledger
from rubric_versions.findings import Finding, Severity, errors, finding

LIST = "BAN_KE.json"
FORMAT = 1
_PIECE = 1 << 20
_LIST_BYTES = 256 << 20
_PACKED = frozenset({".xlsx", ".xlsm", ".docx", ".pptx", ".pdf", ".zip", ".jpg", ".jpeg", ".png", ".heic", ".mp4"})  # packed already
_DATE = (1980, 1, 1, 0, 0, 0)  # file times prove nothing, and the same folder gives the same zip


@dataclass(frozen=True, slots=True)
class Saved:
    """One backup: where, how many files and bytes, the ledger's events and last digest, and what had to be told."""

    path: Path
    files: int
    size: int
    events: int
    last: str
    findings: tuple[Finding, ...]


def export(folder: Path, target: Path | None, now: datetime, *, tick: Callable[[int], None] = lambda _: None) -> Saved:
    """The folder saved as one zip, by default beside it. Others may go on working in it meanwhile.

    The ledger is copied first: every original it tells of was kept before it was told. Raises Blocked, EnvironmentProblem.
    """
    if not (folder / LEDGER_FILE).is_file() or not (folder / CAMPAIGN_FILE).is_file():
        raise Blocked([finding("folder-not-campaign", file=str(folder))])
    folder = folder.resolve()
    target = (target or folder.parent / f"{folder.name}_sao_luu_{now:%Y%m%d_%H%M}.zip").resolve()
    if target.is_relative_to(folder):
        raise Blocked([finding("backup-inside", file=str(target))])
    make_folder(target.parent)
    clean_leftovers(target.parent, below=False)
    temporary = target.parent / (LEFTOVER_PREFIX + secrets.token_hex(8))
    try:
        with tempfile.TemporaryDirectory(prefix="cchc-") as name, Ledger(folder / LEDGER_FILE, read_only=True) as ledger:
            copy = Path(name) / LEDGER_FILE
            found = [finding("record-chain", file=LEDGER_FILE, seq=one.seq, what=one.what) for one in ledger.check()]
            ledger.copy_to(copy)
            with Ledger(copy, read_only=True) as copied:
                last, created = copied.last(), copied.events("created", "key")
            told: dict[str, Any] = {
                "format": FORMAT, "program": VERSION, "made": now.isoformat(), "folder": folder.name,
                "key": created[-1].data["key"] if created else "", "events": last.seq if last else 0, "last": last.digest if last else "",
            }  # fmt: skip
            with temporary.open("xb") as stream:
                files = _write(stream, folder, copy, told, found, tick)
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        raise refusal(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Saved(target, files, target.stat().st_size, told["events"], told["last"], tuple(found))


def _write(
    stream: IO[bytes], folder: Path, ledger: Path, told: Mapping[str, Any], found: list[Finding], tick: Callable[[int], None]
) -> int:
    """How many files stand in the zip written; a file that cannot be read is told and left out."""
    rows: list[dict[str, object]] = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, path in [(LEDGER_FILE, ledger), *_files(folder, found)]:
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
            try:
                source = path.open("rb")
            except OSError:
                found.append(finding("no-permission", file=name))
                continue
            digest, size = hashlib.sha256(), 0
            with source, package.open(info, "w", force_zip64=True) as entry:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
                    entry.write(piece)
            rows.append({"name": name, "size": size, "sha256": digest.hexdigest()})
            tick(1)
        listed = json.dumps({**told, "files": rows}, ensure_ascii=False, indent=1)
        package.writestr(zipfile.ZipInfo(LIST, _DATE), listed, zipfile.ZIP_DEFLATED)
    return len(rows)


def _files(folder: Path, found: list[Finding]) -> Iterator[tuple[str, Path]]:
    """Every file to save but the ledger, by name; keys are left out and told, locks and leftovers left out."""
    for path in sorted(folder.rglob("*"), key=lambda one: one.as_posix()):
        name = path.relative_to(folder).as_posix()
        if name.startswith(LEDGER_FILE) or is_leftover(path) or skipped_file(path):
            continue
        if path.suffix.lower() == ".khoa":
            found.append(finding("backup-key-left-out", file=name))
            continue
        yield name, path


def bring_back(package: Path, folder: Path, *, tick: Callable[[int], None] = lambda _: None) -> Saved:
    """The folder as the zip has it, made anew, once everything in the zip has proved sound.

    Raises Blocked with all that is wrong, before anything stands under the folder's name; EnvironmentProblem where it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Blocked([finding("folder-not-empty", file=str(folder))])
    folder = folder.resolve()
    make_folder(folder.parent)
    beside = folder.parent / f"{LEFTOVER_PREFIX}nhap-{folder.name}"
    try:
        shutil.rmtree(beside, ignore_errors=True)  # of a run that was killed
        with zipfile.ZipFile(package) as source:
            told = _told(source)
            room = shutil.disk_usage(folder.parent).free
            if sum(size for size, _ in told.files.values()) > room:
                raise CannotWrite(folder, "no room", "disk-full")
            beside.mkdir()
            found = list(_unpacked(source, told, beside, tick))
        if not found:
            found = list(_proved(told, beside))
        if errors(found):
            raise Blocked([one.at(file=one.file or package.name) for one in found])
        for name in FOLDERS:
            (beside / name).mkdir(exist_ok=True)
        if folder.is_dir():
            folder.rmdir()
        beside.rename(folder)
    except BAD_ZIP as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise refusal(folder, error) from error
        raise Blocked([finding("backup-unreadable", file=package.name, why="không phải tệp sao lưu, hoặc đã hỏng")]) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    if keys.load(keys.key_folder(), told.key) is None:
        found.append(finding("key-missing", severity=Severity.WARNING, key=told.key, folder=str(keys.key_folder())))
    return Saved(folder, len(told.files), sum(size for size, _ in told.files.values()), told.events, told.last, tuple(found))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the list in a backup says: size and hash of each file by its name, and the ledger's state."""

    files: Mapping[str, tuple[int, str]]
    key: str
    events: int
    last: str


def _told(source: zipfile.ZipFile) -> _Told:
    """The list, every name in it a plain path and in the zip exactly once. Raises Blocked."""
    try:
        if source.getinfo(LIST).file_size > _LIST_BYTES:
            raise ValueError(LIST)
        data = json.loads(source.read(LIST))
        if data["format"] != FORMAT:
            raise Blocked([finding("backup-unreadable", file=LIST, why=f"do phiên bản {data.get('program', '?')} lập, cần cập nhật")])
        files = {str(row["name"]): (int(row["size"]), str(row["sha256"])) for row in data["files"]}
        told = _Told(files, str(data["key"]), int(data["events"]), str(data["last"]))
    except (*BAD_ZIP, TypeError, AttributeError, RecursionError) as error:
        raise Blocked([finding("backup-unreadable", file=LIST, why="không có bản kê đọc được")]) from error
    names = [one.filename for one in source.infolist()]
    if sorted(names) != sorted([*files, LIST]) or len({name.casefold() for name in names}) != len(names):
        raise Blocked([finding("backup-unreadable", file=LIST, why="các tệp không đúng như bản kê")])
    if not all(map(_is_plain, files)) or LEDGER_FILE not in files or CAMPAIGN_FILE not in files:
        raise Blocked([finding("backup-unreadable", file=LIST, why="tên tệp dẫn ra ngoài thư mục, hoặc thiếu sổ")])
    return told


def _is_plain(name: str) -> bool:
    """Whether a name leads to a place inside a folder, on any system."""
    parts = name.split("/")
    return not any(part in ("", ".", "..") or part.endswith((".", " ")) or set(part) & set('\\:*?"<>|\0') for part in parts)


def _unpacked(source: zipfile.ZipFile, told: _Told, beside: Path, tick: Callable[[int], None]) -> Iterator[Finding]:
    """Every file that is not what the list says; all of them lie unpacked and synced in the folder afterwards."""
    for name, (size, sha256) in told.files.items():
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, left = hashlib.sha256(), size
        with source.open(name) as packed, path.open("xb") as stream:
            while left >= 0 and (piece := packed.read(_PIECE)):
                digest.update(piece)
                left -= len(piece)
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        if left or digest.hexdigest() != sha256:
            yield finding("backup-altered", file=name)
        kept = PurePosixPath(name)
        if kept.parts[0] == ORIGINALS:
            if kept.name[:64] != sha256:
                yield finding("backup-altered", file=name)
            path.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)
        tick(1)


def _proved(told: _Told, beside: Path) -> Iterator[Finding]:
    """What is wrong with the ledger brought back: its chain, its end, and originals it tells of that are not there."""
    with Ledger(beside / LEDGER_FILE, read_only=True) as ledger:
        yield from (finding("record-chain", file=LEDGER_FILE, seq=one.seq, what=one.what) for one in ledger.check())
        last = ledger.last()
        if (last.seq if last else 0, last.digest if last else "") != (told.events, told.last):
            yield finding("backup-altered", file=LEDGER_FILE)
        kept = {PurePosixPath(name).name[:64] for name in told.files if name.startswith(f"{ORIGINALS}/")}
        wanted = {event.data["sha256"] for event in ledger.events("received")}
        yield from (finding("record-original", hash=sha256) for sha256 in sorted(wanted - kept))
