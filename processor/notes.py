"""What this machine read in originals, noted for the next command: with 12,000 returns reading them again is most of a command's time.

Notes lie in the user's own cache folder and may be thrown away at any time. They are asked only where an original is still the very file
it was when they were taken (name, size, time of change), and never where a campaign is proved: `verify` reads every original.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from processor import VERSION
from processor.files import EnvironmentProblem, Originals
from rubric_versions.answers import Answers, LeafAnswer
from rubric_versions.methods.base import Raw

FOLDER_VARIABLE = "CCHC_CACHE_DIR"
FILE = "da-doc.sqlite"
MOST = 60_000
"""So many notes are kept, the newest: five years of 12,000 returns."""

_TABLE = "CREATE TABLE IF NOT EXISTS notes (sha256 TEXT, of TEXT, original TEXT, data BLOB, PRIMARY KEY (sha256, of))"
_AT_ONCE = 400


class Notes:
    """The notes on the originals of one folder; with `asked` false none are given or taken."""

    def __init__(self, originals: Originals, *, asked: bool = True) -> None:
        self._originals = originals
        self._folder = originals.folder.resolve()
        named = os.environ.get(FOLDER_VARIABLE)
        self._file = (Path(named) if named else user_cache_path("cchc", appauthor=False)) / FILE
        self._asked = asked

    def recall(self, wanted: Iterable[tuple[str, str]]) -> dict[str, bytes]:
        """The answers noted, packed, by hash, of these hashes and what each was read as; a note that does not fit is no note."""
        if not self._asked:
            return {}
        asked = {(sha256, _of(what)) for sha256, what in wanted}
        hashes = sorted({sha256 for sha256, _ in asked})
        found: dict[str, bytes] = {}
        if not hashes or not self._file.is_file():
            return found
        with suppress(OSError, sqlite3.Error), closing(self._opened()) as notes:
            for start in range(0, len(hashes), _AT_ONCE):
                some = hashes[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                for sha256, of, original, data in notes.execute(
                    f"SELECT sha256, of, original, data FROM notes WHERE sha256 IN ({marks})", some
                ):
                    if (sha256, of) in asked and original == self._original(sha256) and isinstance(data, bytes):
                        found[sha256] = data
        return found

    def note(self, read: Iterable[tuple[str, str, bytes]]) -> None:
        """Nothing; what was read is noted, by hash and what it was read as, if this machine lets us."""
        rows = [(sha256, _of(what), self._original(sha256), data) for sha256, what, data in read] if self._asked else []
        if rows:
            with suppress(OSError, sqlite3.Error), closing(self._opened()) as notes, notes:
                notes.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", rows)
                notes.execute("DELETE FROM notes WHERE rowid <= (SELECT max(rowid) FROM notes) - ?", (MOST,))

    def _opened(self) -> sqlite3.Connection:
        """The notes. Raises OSError or sqlite3.Error where they cannot be had: then everything is read again, which only takes longer."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        notes = sqlite3.connect(self._file, timeout=5)
        try:
            notes.execute("PRAGMA journal_mode = WAL")
            notes.execute("PRAGMA synchronous = OFF")
            notes.execute(_TABLE)
        except sqlite3.Error:
            notes.close()
            raise
        return notes

    def _original(self, sha256: str) -> str:
        """What tells whether the original is still the same file."""
        path = self._folder / sha256[:2] / f"{sha256}.xlsx"  # looked for first: a folder with thousands is slow to search
        try:
            told = path.stat()
        except OSError:
            try:
                path = self._originals.path(sha256).resolve()
                told = path.stat()
            except (OSError, EnvironmentProblem):
                return ""
        return f"{path} {told.st_size} {told.st_mtime_ns}"


def _of(what: str) -> str:
    """What an original was read as, and by which program."""
    return f"{VERSION} {what}"


def packed(answers: Answers) -> bytes:
    """Answers as they are noted, some 2 kB a unit."""
    leaves = {code: [list(map(_told, one.inputs)), _told(one.mark), _told(one.explanation)] for code, one in answers.leaves.items()}
    evidence = [list(map(_told, row)) for row in answers.evidence]
    approval = {key: _told(raw) for key, raw in answers.approval.items()}
    return zlib.compress(json.dumps([leaves, evidence, approval], ensure_ascii=False).encode("utf-8"), 1)


def _told(raw: Raw) -> Any:
    return [str(raw)] if isinstance(raw, Decimal) else raw


def _raw(told: Any) -> Raw:
    return Decimal(told[0]) if isinstance(told, list) else told


def unpacked(data: bytes) -> Answers | None:
    """The answers that were packed; None for bytes that are none."""
    try:
        leaves, evidence, approval = json.loads(zlib.decompress(data))
        return Answers(
            {code: LeafAnswer(tuple(map(_raw, inputs)), _raw(mark), _raw(why)) for code, (inputs, mark, why) in leaves.items()},
            tuple(tuple(map(_raw, row)) for row in evidence),
            {key: _raw(raw) for key, raw in approval.items()},
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, zlib.error, ArithmeticError):
        return None
