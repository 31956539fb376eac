"""What councils and offices put into appraisal books, taken in: with the care of a return, in any order, as often as one likes.

What a book says is what its copies in `05_tham_dinh` say together. Nothing is overwritten silently: two scores for one place are told
and what stood before stands; a score that is gone is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from processor.appraisal_books import template_of
from processor.arrivals import skipped_file
from processor.central_figures import FOLDER as CENTRAL
from processor.desk import APPRAISAL, Desk
from processor.documents import COPIES
from processor.files import read_whole, sha256_of
from processor.filled_books import Looked, looking
from processor.intake import Sealed
from processor.isolation import apart, apart_side_by_side
from processor.ledger import plain_text
from processor.record import BookMade, Entry, Record, current_round, entry_of
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.numbers import vi
from workbook_templates import appraisal_book as at
from workbook_templates.book import a1
from workbook_templates.identity import Identity

Place = tuple[str, str]
"""A unit and a criterion."""

WORTH_HELPERS = 512 * 1024
"""Bytes of books to look at from which it pays to begin a helper for each core: some 4,000 rows."""


@dataclass(slots=True)
class Taken:
    """What one reading of `05_tham_dinh` did: findings, how many scores were told anew, which files nobody has filled at all."""

    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    unfilled: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _File:
    """One file that may be a book: its name from `05_tham_dinh`, where it lies, the hash of its bytes; its turn among all."""

    turn: int
    name: str
    path: Path
    sha256: str


def take(desk: Desk) -> Taken:
    """The entries of every book that lies in `05_tham_dinh`, kept and told in the ledger where they changed.

    A file that was taken before is not read again while the copies of its book are all what they were then.
    """
    done, record = Taken(), desk.record()
    files = list(_files(desk.folder / APPRAISAL))
    before = {pair: book for book, pairs in record.taken.items() for pair in pairs}
    known: dict[str, list[_File]] = {}
    for one in files:
        if book := before.get((one.name, one.sha256)):
            known.setdefault(book, []).append(one)
    by_book: dict[str, list[tuple[_File, Looked]]] = {}
    _look(desk, [one for one in files if (one.name, one.sha256) not in before], by_book, done)
    changed = [book for book, mine in known.items() if book in by_book or _pairs(mine) != record.taken[book]]
    _look(desk, [one for book in changed for one in known[book]], by_book, done)
    # the newest first: where an older book says otherwise, the older one is told
    for book in sorted(by_book, key=lambda one: -record.books[one].seq):
        _take_book(desk, record.books[book], sorted(by_book[book], key=lambda one: one[0].turn), done)
    return done


def _files(folder: Path) -> Iterator[_File]:
    for turn, path in enumerate(sorted(folder.rglob("*")) if folder.is_dir() else []):
        name = plain_text(path.relative_to(folder).as_posix())
        if path.suffix.lower() == ".xlsx" and not skipped_file(path) and not name.startswith((f"{COPIES}/", f"{CENTRAL}/")):
            yield _File(turn, name, path, sha256_of(read_whole(path)))


def _pairs(files: Iterable[_File]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.sha256) for one in files)


def _look(desk: Desk, files: list[_File], by_book: dict[str, list[tuple[_File, Looked]]], done: Taken) -> None:
    """Puts to each book the files that are its copies; the others are told."""
    task = looking(desk, desk.record())
    read = (read_whole(one.path) for one in files)
    many = sum(one.path.stat().st_size for one in files) >= WORTH_HELPERS
    looked = apart_side_by_side(task, read) if many else ((data, apart(task, data)) for data in read)
    for one, (data, seen) in zip(files, looked, strict=True):
        if seen.is_unfilled:
            done.unfilled.add(one.name)
            continue
        if seen.problem is not None:
            done.findings.append(seen.problem.at(file=one.name))
            continue
        is_own = seen.identity is not None and is_ours(desk, seen.identity)
        made = desk.record().books.get(seen.identity.form_id) if is_own and seen.identity is not None else None
        if made is None:
            # an empty one of ours that the record does not know was left by a run that was killed before it told the ledger
            if not is_own or not seen.is_empty:
                done.findings.append(finding("appraisal-foreign", file=one.name))
        elif not made.replaced or not seen.is_empty:
            kept = replace(one, sha256=desk.originals.keep(data, ".xlsx"))
            by_book.setdefault(made.book, []).append((kept, seen))


def is_ours(desk: Desk, identity: Identity) -> bool:
    """Whether an identity is that of an appraisal book of this campaign, made by this office."""
    is_book = identity.kind == "appraisal" and identity.campaign == desk.campaign.code
    return is_book and Sealed.of(desk)(identity)


def _take_book(desk: Desk, made: BookMade, copies: list[tuple[_File, Looked]], done: Taken) -> None:
    record = desk.record()
    before = record.placed(made.book)
    files = _pairs(one for one, _ in copies)
    if record.taken.get(made.book) == files:
        return
    found = [problem.at(file=one.name) for one, seen in copies for problem in seen.findings]
    done.findings += found
    if errors(found):  # nothing of a book that is wrong somewhere is believed; what was taken before stands
        return
    merged = _Merged(desk, record, made, before)
    for one, seen in copies:
        for unit, code, score, reason in seen.entries:
            merged.add(one.name, (unit, code), entry_of(score, reason))
    entries = merged.entries()
    done.findings += merged.conflicts
    if before == entries and made.book in record.taken:
        return
    if made.charge.round < current_round(record, desk.campaign).number:
        if entries != before:
            done.findings.append(finding("appraisal-round-over", file=files[0][0], round=made.charge.round))
        return
    gone = [place for place, entry in before.items() if entry.score and not entries.get(place, Entry("", "")).score]
    if gone:
        done.findings.append(finding("appraisal-removed", file=files[0][0], criterion=gone[0][1], count=len(gone)))
    if entries or made.book in record.taken:
        rows = [[unit, code, one.score, one.reason] for (unit, code), one in entries.items()]
        desk.ledger.append(
            "appraised",
            at=desk.clock.now(),
            actor=desk.actor,
            data={"book": made.book, "files": [list(pair) for pair in files], "entries": rows},
        )
        done.count += len(rows)


class _Merged:
    """The entries of a book's copies put together. A place that two copies, or another book, score otherwise keeps what stood before."""

    def __init__(self, desk: Desk, record: Record, made: BookMade, before: Mapping[Place, Entry]) -> None:
        self._desk, self._record, self._made, self._before = desk, record, made, before
        self._entries: dict[Place, Entry] = {}
        self._first: dict[Place, str] = {}
        self._disputed: set[Place] = set()
        self._row = {unit: (unit, sha256) for unit, sha256 in made.rows}
        self._others: dict[str, list[BookMade]] = {}
        self.conflicts: list[Finding] = []

    def add(self, file: str, place: Place, entry: Entry) -> None:
        """Nothing; one copy's entry is put to those of the others."""
        there = self._entries.get(place, Entry("", ""))
        if entry.score and there.score and entry.score != there.score:
            self._dispute(file, place, entry.score, there.score, self._first[place])
            return
        self._entries[place] = entry_of(there.score or entry.score, there.reason or entry.reason)
        if entry.score:
            self._first.setdefault(place, file)

    def entries(self) -> dict[Place, Entry]:
        """What the copies say together; what is disputed is as it was before."""
        for place, entry in self._entries.items():
            other = self._other(place) if entry.score else None
            if other is not None and other[0].score != entry.score:
                self._dispute(self._first[place], place, entry.score, other[0].score, other[1].file)
        kept = {place: self._before[place] for place in self._disputed if place in self._before}
        return {place: one for place, one in self._entries.items() if place not in self._disputed} | kept

    def _dispute(self, file: str, place: Place, mine: str, other: str, book: str) -> None:
        self._disputed.add(place)
        sheet, row = template_of(self._desk, self._made).places[place]
        cell = a1(row, template_of(self._desk, self._made).plan.columns["score"])
        unit = next((one.name for one in self._desk.campaign.units if one.code == place[0]), place[0])
        told = {"value": _shown(mine), "other": _shown(other), "book": book, "unit": unit}
        self.conflicts.append(finding("appraisal-conflict", file=file, sheet=sheet, cell=cell, criterion=place[1], **told))

    def _other(self, place: Place) -> tuple[Entry, BookMade] | None:
        """What another book of the same round and stage, resting on the same return, says of a place."""
        unit, code = place
        if unit not in self._others:
            books = [self._record.books[book] for book in self._record.rows.get(self._row[unit], ()) if book != self._made.book]
            mine = (self._made.charge.round, self._made.charge.stage)
            self._others[unit] = [one for one in books if (one.charge.round, one.charge.stage) == mine]
        for book in self._others[unit]:
            entry = self._record.entries_of(book.book, unit).get(code)
            if entry is not None and entry.score:
                return entry, book
        return None


def _shown(score: str) -> str:
    return score if score == at.SKIP else vi(Fraction(score))
