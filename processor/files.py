"""Writing files so that a crash never leaves half of one, and keeping every file received, unchanged, by its hash.

What the machine refuses (a file open in Excel, no permission, a full disk) is raised as an `EnvironmentProblem`, whose
code the command line turns into Vietnamese. Nothing here knows what is in a file.

    EnvironmentProblem
     ├─ FileBusy          file-busy
     ├─ CannotWrite       no-permission | disk-full | cannot-write
     ├─ CannotRead        cannot-read
     ├─ OriginalMissing   original-missing
     ├─ OriginalAltered   original-altered
     ├─ LedgerBusy        ledger-busy          (ledger.py)
     ├─ LedgerDamaged     ledger-damaged       (ledger.py)
     ├─ LedgerTooNew      ledger-too-new       (ledger.py)
     └─ KeyDamaged        key-damaged          (keys.py)
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LEFTOVER_PREFIX = ".~cchc-"
"""How the name of a file still being written begins; one found later was left by a run that was killed."""

BAD_ZIP = (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, RuntimeError, EOFError)
"""All that reading a zip from outside may raise; a method or an encryption it does not know is a RuntimeError."""

WRITERS = 8
"""So many files are written at once."""

_OPEN_ELSEWHERE = (32, 33)  # Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_ACCESS_DENIED = 5  # Windows: what os.replace gets for a target that is open, and for one that is forbidden
_REPLACE_TRIES = 5  # a virus scanner lets go of a fresh file within some tenths of a second
_REPLACE_PAUSE = 0.1  # seconds
_NO_PERMISSION = (errno.EACCES, errno.EPERM, errno.EROFS)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_KEPT_NAME = re.compile(r"[0-9a-f]{64}(?:\.[a-z0-9]{1,8})?")
_PIECE = 1 << 20  # bytes copied at a time
_NAME_LENGTH = 60  # characters; design.md, trap 11: Excel refuses paths over 218
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])", re.IGNORECASE)


class EnvironmentProblem(Exception):
    """Something on this machine, not in an officer's answers, stands in the way (exit code 3).

    `code` picks the Vietnamese message, `path` is the file or folder meant, `reason` is the system's own word for it
    (English, for the log).
    """

    code: str = "environment"

    def __init__(self, path: Path, reason: str = "", code: str = "") -> None:
        super().__init__(path, reason, code)  # as given, so that it comes back whole from another process
        self.path = path
        self.reason = reason
        if code:
            self.code = code

    def __str__(self) -> str:
        """The code, the path and the reason in one line for a log."""
        return f"{self.code}: {self.path}" + (f" ({self.reason})" if self.reason else "")


class FileBusy(EnvironmentProblem):
    """The file is open in another program (on Windows Excel's hold on an open workbook cannot be replaced)."""

    code = "file-busy"


class CannotWrite(EnvironmentProblem):
    """The file cannot be written; `code` is "no-permission", "disk-full" or "cannot-write"."""

    code = "cannot-write"


class CannotRead(EnvironmentProblem):
    """The file is there but the system does not let us read it."""

    code = "cannot-read"


class OriginalMissing(EnvironmentProblem):
    """No file with this hash is kept; `reason` is the hash."""

    code = "original-missing"


class OriginalAltered(EnvironmentProblem):
    """The file kept under this hash no longer has it: somebody changed it or the disk did."""

    code = "original-altered"


def sha256_of(data: bytes) -> str:
    """The SHA-256 of the bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Nothing; afterwards the file holds exactly `data`, and at no moment did it hold anything but the old or the new.

    The bytes are on the disk before the name points to them. A target marked read-only is refused on every system, as
    Windows does. `mode`, under the umask, is the file's. Raises `FileBusy`, `CannotWrite`; then the old file stands.
    """
    _put(path, data, mode)
    _sync_folder(path.parent)


def write_many(files: Iterable[tuple[Path, bytes]]) -> None:
    """Nothing; each file is written as `write_atomic` does, several at once, for a disk takes longest to say that it is done.

    Files may be made while those before them are being written. Folders are synced once, at the end. Raises what the first to fail raises;
    the others are written or not.
    """
    folders: set[Path] = set()

    def put(one: tuple[Path, bytes]) -> None:
        _put(*one, 0o666)
        folders.add(one[0].parent)

    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(put, files))
    finally:
        for folder in folders:
            _sync_folder(folder)


def _put(path: Path, data: bytes, mode: int) -> None:
    """Nothing; the file holds the bytes, which are on the disk; its name is once its folder is synced."""
    if _is_read_only(path):
        raise CannotWrite(path, "read-only", "no-permission")
    with _written_beside(path, data, mode) as temporary:
        _replace(temporary, path)


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> bool:
    """Whether the file was made, whole; False if the name was taken, and then what stands there is untouched."""
    try:
        return _put_new(path, data, mode)
    finally:
        _sync_folder(path.parent)


def _put_new(path: Path, data: bytes, mode: int) -> bool:
    with _written_beside(path, data, mode) as temporary:
        try:
            (os.rename if os.name == "nt" else os.link)(temporary, path)  # each refuses a name that is taken
        except FileExistsError:
            return False
        except OSError:  # a file system without links, such as a USB stick's FAT
            if path.exists():
                return False
            _replace(temporary, path)
    return True


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Nothing; the folder exists afterwards, with its parents. Raises `CannotWrite`."""
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(folder, error) from error


def read_whole(path: Path) -> bytes:
    """All bytes of a file of our own making. Raises `CannotRead`, and `FileNotFoundError` as it is."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CannotRead(path, str(error)) from error


def is_leftover(path: Path) -> bool:
    """Whether the name is that of a file still being written, or left by a killed run: never to be read."""
    return path.name.startswith(LEFTOVER_PREFIX)


def clean_leftovers(folder: Path, *, older_than: float = 3600.0, below: bool = True) -> int:
    """How many files left by killed runs were removed from the folder and, unless told not to, those below it.

    Those younger than `older_than` seconds may belong to a run that is writing now and stay; pass 0 only when no other
    run can be. What cannot be removed stays for the next time.
    """
    limit = time.time() - older_than
    removed = 0
    for leftover in (folder.rglob if below else folder.glob)(LEFTOVER_PREFIX + "*"):
        try:
            if leftover.lstat().st_mtime <= limit:
                _remove(leftover)
                removed += 1
        except OSError:
            continue
    return removed


class Originals:
    """The folder `03_ban_goc`: every file received, as `<first 2 digits>/<sha256><suffix>`, read-only, written once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, data: bytes, suffix: str) -> str:
        """The SHA-256 under which the bytes are now kept, whole and on the disk.

        A copy already there is compared byte by byte and written again if a crash or a hand damaged it. The suffix is
        for people who look into the folder; one that is not plain (it comes from outside) is left away.
        Raises `CannotWrite`, `FileBusy`.
        """
        sha256 = sha256_of(data)
        kept = self._copies(sha256)
        if any(_holds(copy, data) for copy in kept):
            return sha256
        plain = suffix.lower() if _SUFFIX.fullmatch(suffix.lower()) else ""
        target = kept[0] if kept else self.folder / sha256[:2] / (sha256 + plain)
        if not target.parent.is_dir():
            make_folder(target.parent)
            _sync_folder(self.folder)
        if not write_new(target, data, mode=0o444) and not _holds(target, data):
            _make_writable(target)
            write_atomic(target, data, mode=0o444)
        return sha256

    def keep_stream(self, source: IO[bytes], suffix: str) -> str:
        """The same for what is too large to be held: copied piece by piece. Raises `CannotWrite`."""
        make_folder(self.folder)
        temporary = self.folder / (LEFTOVER_PREFIX + secrets.token_hex(8))
        digest = hashlib.sha256()
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444)
            with os.fdopen(handle, "wb") as stream:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            sha256 = digest.hexdigest()
            if not self._copies(sha256):
                target = self.folder / sha256[:2] / (sha256 + (suffix.lower() if _SUFFIX.fullmatch(suffix.lower()) else ""))
                make_folder(target.parent)
                _replace(temporary, target)
                _sync_folder(target.parent)
            return sha256
        except OSError as error:
            raise refusal(self.folder, error) from error
        finally:
            with suppress(OSError):
                _remove(temporary)

    def path(self, sha256: str) -> Path:
        """Where the bytes under the hash are kept; they are not looked at. Raises `OriginalMissing`."""
        for copy in self._copies(sha256) if _SHA256.fullmatch(sha256) else ():
            return copy
        raise OriginalMissing(self.folder, sha256)

    def get(self, sha256: str) -> bytes:
        """The bytes kept under the hash, checked. Raises `OriginalMissing`, `OriginalAltered`, `CannotRead`."""
        kept = self._copies(sha256) if _SHA256.fullmatch(sha256) else []
        if not kept:
            raise OriginalMissing(self.folder, sha256)
        for copy in kept:
            data = read_whole(copy)
            if sha256_of(data) == sha256:
                return data
        raise OriginalAltered(kept[0], sha256)

    def all(self) -> Iterator[str]:
        """Every hash under which something is kept, ascending, each once; what is kept is not read."""
        kept = self.folder.glob("[0-9a-f][0-9a-f]/*")
        names = {path.name for path in kept if path.name.startswith(path.parent.name)}
        yield from sorted({name[:64] for name in names if _KEPT_NAME.fullmatch(name)})

    def _copies(self, sha256: str) -> list[Path]:
        """The files kept under the hash: one, or more if the same bytes arrived twice at once under two suffixes."""
        folder = self.folder / sha256[:2]
        try:
            names = os.listdir(folder)  # noqa: PTH208  (names will do; a pattern would have to be compiled for every hash)
        except FileNotFoundError:
            return []
        return [folder / name for name in sorted(names) if name.startswith(sha256) and _KEPT_NAME.fullmatch(name)]


def ascii_name(text: str) -> str:
    """A file name stem, safe on every system: "Sở Y tế" gives "So-Y-te".

    At most 60 ASCII letters, digits, "-" and "_", and none of Windows' device names. Different texts may give the same
    stem: a unit's code belongs before it. Applied twice it gives the same.
    """
    letters = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    without_marks = "".join(letter for letter in letters if not unicodedata.combining(letter))
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", without_marks).strip("-")[:_NAME_LENGTH].rstrip("-") or "khong-ten"
    return stem + "_" if _RESERVED.fullmatch(stem) else stem


@contextmanager
def _written_beside(target: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A finished, synced temporary file in the target's folder; on leaving it is gone."""
    temporary = target.parent / (LEFTOVER_PREFIX + secrets.token_hex(8))
    try:
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise refusal(target, error) from error
        yield temporary
    finally:
        with suppress(OSError):  # renamed, never made, or held by a virus scanner: clean_leftovers has it later
            _remove(temporary)


def _replace(temporary: Path, target: Path) -> None:
    for left in reversed(range(_REPLACE_TRIES)):
        try:
            temporary.replace(target)
            return
        except OSError as error:
            windows = getattr(error, "winerror", None)
            held = windows in _OPEN_ELSEWHERE or (windows == _ACCESS_DENIED and target.is_file())
            if held and left:
                time.sleep(_REPLACE_PAUSE)
                continue
            raise (FileBusy(target, str(error)) if held else refusal(target, error)) from error


def refusal(path: Path, error: OSError) -> CannotWrite:
    """What the system's refusal comes to, for that file or folder: "no-permission", "disk-full" or "cannot-write"."""
    if error.errno in _NO_PERMISSION:
        return CannotWrite(path, str(error), "no-permission")
    return CannotWrite(path, str(error), "disk-full" if error.errno in _DISK_FULL else "cannot-write")


def _is_read_only(path: Path) -> bool:
    try:
        return not path.stat().st_mode & stat.S_IWUSR
    except OSError:
        return False


def _make_writable(path: Path) -> None:
    try:
        path.chmod(0o644)
    except OSError as error:
        raise refusal(path, error) from error


def _remove(path: Path) -> None:
    if os.name == "nt":
        path.chmod(0o644)  # Windows does not remove a read-only file
    path.unlink()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    """Nothing; the names in the folder are on the disk, where the system can be told so (Windows does it by itself)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    with suppress(OSError):
        os.fsync(handle)
    os.close(handle)
