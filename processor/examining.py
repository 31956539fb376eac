"""One file from outside examined: what the checks saw, as little as a receiver needs to know of it.

Done apart (`isolation`): whatever the file holds, there is a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from processor.archive import RETURNS
from processor.checks import Checked, Verdict, check_bytes, identity_of
from processor.evidence import NamedFile, named_files
from processor.files import Originals, read_whole
from processor.isolation import Apart, apart
from processor.notes import packed
from processor.reader import Unreadable, Workbook, read_workbook
from rubric_versions import words
from rubric_versions.findings import Finding, finding
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of


@dataclass(frozen=True, slots=True)
class Seen:
    """The verdict on one file with all findings; `scores`, `digest`, the evidence files `named` and the answers, packed as
    they are `noted`, are there where its answers are readable.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    identity: Identity | None = None
    readable: bool = False
    scores: Mapping[str, str] | None = None
    digest: str = ""
    named: tuple[NamedFile, ...] = ()
    noted: bytes = b""


def seen_in(checked: Checked) -> Seen:
    """What is handed on of a checked form: little, for it comes from another process."""
    named: tuple[NamedFile, ...] = ()
    noted = b""
    if checked.answers is not None and checked.version is not None and checked.identity is not None:
        noted = packed(checked.answers)
        named = named_files(checked.answers, layout_of(checked.version.appendix_for(checked.identity.tier)))
    readable = checked.answers is not None
    return Seen(checked.verdict, checked.findings, checked.identity, readable, checked.scores(), checked.digest, named, noted)


def refused(problem: Finding) -> Seen:
    """What is seen of a file that cannot be read."""
    return Seen(Verdict.FOREIGN, (problem,))


def too_large(name: str, size: int) -> Finding | None:
    """The finding on a file too large to be a form, which is then not even read."""
    most = RETURNS.file_bytes
    return finding("file-too-large", file=name, what="file_bytes", limit=str(most)) if size > most else None


def lost(name: str) -> Seen:
    """What is seen of a file that took its reader along."""
    return refused(finding("return-reader-failed", file=name))


def examine(path: Path) -> Seen:
    """The verdict on any file, without an office's knowledge. Raises CannotRead for one that the system does not let us read."""
    if not path.is_file():  # a pipe would never end
        return refused(finding("file-not-workbook", file=path.name))
    if problem := too_large(path.name, path.stat().st_size):
        return refused(problem)
    return apart(Apart(_examined, _lost, None), path)


def read_apart(data: bytes) -> Workbook:
    """The workbook in bytes that came back to the office. Raises Unreadable, also for what took its reader along."""
    book = apart(_READING, data)
    if isinstance(book, Unreadable):
        raise book
    return book


def _read(_: None, data: bytes) -> Workbook | Unreadable:
    try:
        return read_workbook(data)
    except Unreadable as problem:
        return problem


def _unread(_: bytes) -> Workbook | Unreadable:
    return Unreadable("return-reader-failed")


_READING = Apart(_read, _unread, None)


def identity_in(originals: Path, sha256: str) -> tuple[bool, Identity | None]:
    """Whether a file kept in that folder is a sound workbook, of a form's size, and whose form it says it is.

    A form whose identity was taken out is not sound: it must be told as such, never taken for a table of somebody's own.
    """
    return apart(Apart(_identity, _no_identity, originals), sha256)


def _identity(folder: Path, sha256: str) -> tuple[bool, Identity | None]:
    originals = Originals(folder)
    if originals.path(sha256).stat().st_size > RETURNS.file_bytes:
        return False, None
    try:
        book = read_workbook(originals.get(sha256), RETURNS)
        identity = identity_of(book)[0]
        return identity is not None or words.SCORING not in book.sheets, identity
    except Unreadable:
        return False, None


def _no_identity(_: str) -> tuple[bool, Identity | None]:
    return False, None


def _examined(_: None, path: Path) -> Seen:
    return seen_in(check_bytes(read_whole(path), path.name))


def _lost(path: Path) -> Seen:
    return lost(path.name)
