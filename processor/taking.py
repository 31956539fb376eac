"""What councils and offices put into appraisal books, taken in: with the care of a return, in any order, as often as one likes.

What a book says is what its copies in `05_tham_dinh` say together. Nothing is overwritten silently: two scores for one place are told
and what stood before stands; a score that is gone is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from processor.appraisal_books import template_of
from processor.arrivals import skipped_file
from processor.central_figures import FOLDER as CENTRAL
from processor.checks import identity_of, says_something
from processor.desk import APPRAISAL, Desk
from processor.documents import COPIES
from processor.examining import read_apart
from processor.files import read_whole, sha256_of
from processor.intake import Sealed
from processor.issuing import parts_digest_or_none
from processor.ledger import plain_text
from processor.reader import Cell, Unreadable, Workbook
from processor.record import BookMade, Entry, Record, current_round
from processor.untouched import as_text, expected_book, untouched
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import Raw
from rubric_versions.model import Leaf
from rubric_versions.numbers import rounded, vi
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, score_text
from workbook_templates.book import a1
from workbook_templates.identity import Identity

Place = tuple[str, str]
"""A unit and a criterion."""


@dataclass(slots=True)
class Taken:
    """What one reading of `05_tham_dinh` did: findings, and how many scores were told anew."""

    findings: list[Finding] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Copy:
    """One file with a book in it."""

    file: str
    sha256: str
    book: Workbook


def take(desk: Desk) -> Taken:
    """The entries of every book that lies in `05_tham_dinh`, kept and told in the ledger where they changed."""
    done = Taken()
    by_book: dict[str, list[_Copy]] = {}
    folder, record = desk.folder / APPRAISAL, desk.record()
    untouched_books = {one.digest for one in record.books.values() if one.book not in record.taken}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        file = plain_text(path.relative_to(folder).as_posix())
        if path.suffix.lower() != ".xlsx" or skipped_file(path) or file.startswith((f"{COPIES}/", f"{CENTRAL}/")):
            continue
        data = read_whole(path)
        if parts_digest_or_none(data) in untouched_books:
            continue
        try:
            book = read_apart(data)
        except Unreadable as problem:
            done.findings.append(finding(problem.code, file=file, **problem.params))
            continue
        identity, found = identity_of(book)
        made = record.books.get(identity.form_id) if identity is not None and is_ours(desk, identity) else None
        if identity is None or made is None:
            # an empty one of ours that the record does not know was left by a run that was killed before it told the ledger
            if identity is None or not is_ours(desk, identity) or not is_empty(book):
                done.findings.append(finding("appraisal-foreign", file=file))
            continue
        if made.replaced and is_empty(book):
            continue
        done.findings += [one.at(file=file) for one in found]
        desk.originals.keep(data, ".xlsx")
        by_book.setdefault(made.book, []).append(_Copy(file, sha256_of(data), book))
    # the newest first: where an older book says otherwise, the older one is told
    for book_id in sorted(by_book, key=lambda one: -record.books[one].seq):
        _take_book(desk, record.books[book_id], by_book[book_id], done)
    return done


def is_ours(desk: Desk, identity: Identity) -> bool:
    """Whether an identity is that of an appraisal book of this campaign, made by this office."""
    is_book = identity.kind == "appraisal" and identity.campaign == desk.campaign.code
    return is_book and Sealed.of(desk)(identity)


def is_empty(book: Workbook) -> bool:
    """Whether nobody has put anything into an appraisal book of ours, whatever columns it has."""
    for name, sheet in book.sheets.items():
        if name == at.META:
            continue
        cols = {at.OVERVIEW_AGREE} if name == at.OVERVIEW else _entry_columns(sheet.cells)
        first = at.OVERVIEW_FIRST if name == at.OVERVIEW else at.FIRST_ROW
        if any(
            row >= first and col in cols and (cell.formula is not None or not is_blank(cell.value))
            for (row, col), cell in sheet.cells.items()
        ):
            return False
    return True


def _entry_columns(cells: Mapping[tuple[int, int], Cell]) -> set[int]:
    """The columns of scores and reasons of a sheet: they stand before the one that tells the difference."""
    last = [col for (row, col), cell in cells.items() if row == at.HEAD_ROW and cell.value == at.HEADS[at.DIFFERENCE - 1]]
    return {col - back for col in last for back in (1, 2)}


def _take_book(desk: Desk, made: BookMade, copies: list[_Copy], done: Taken) -> None:
    record = desk.record()
    before = record.placed(made.book)
    files = tuple((one.file, one.sha256) for one in copies)
    if record.taken.get(made.book) == files:
        return
    template = template_of(desk, made)
    expected = expected_book(template.book, template.input_cells(), {at.META: template.book.sheet(at.META).cells.keys()})
    merged, found = _Merged(desk, record, made, before), []
    for one in copies:
        told = [_renamed(problem).at(file=one.file) for problem in untouched(one.book, expected, lambda text: text)]
        for place, entry, problems in _entries(one.book, template, desk):
            told += [problem.at(file=one.file) for problem in problems]
            merged.add(one.file, place, entry)
        found += told
    done.findings += found
    if errors(found):  # nothing of a book that is wrong somewhere is believed; what was taken before stands
        return
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
        self.conflicts: list[Finding] = []

    def add(self, file: str, place: Place, entry: Entry) -> None:
        """Nothing; one copy's entry is put to those of the others."""
        there = self._entries.get(place, Entry("", ""))
        if entry.score and there.score and entry.score != there.score:
            self._dispute(file, place, entry.score, there.score, self._first[place])
            return
        self._entries[place] = Entry(there.score or entry.score, there.reason or entry.reason)
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
        for book_id in self._record.rows.get(self._row[place[0]], ()):
            book = self._record.books[book_id]
            same = (book.charge.round, book.charge.stage) == (self._made.charge.round, self._made.charge.stage)
            entry = self._record.entries_of(book_id, place[0]).get(place[1])
            if book_id != self._made.book and same and entry is not None and entry.score:
                return entry, book
        return None


def _shown(score: str) -> str:
    return score if score == at.SKIP else vi(Fraction(score))


def _renamed(one: Finding) -> Finding:
    """A changed cell, told as one of the appraisal book."""
    if one.code in ("cell-changed", "formula-changed"):
        return finding("appraisal-locked-changed", sheet=one.sheet, cell=one.cell, value=one.value, **dict(one.params))
    return one


_EMPTY = Cell(None, None, False, False)


def _entries(book: Workbook, template: AppraisalBook, desk: Desk) -> Iterable[tuple[Place, Entry, list[Finding]]]:
    leaves = {(appendix.number, leaf.code): leaf for appendix in desk.version.appendices for leaf in appendix.leaves}
    numbers = {at.sheet_name(appendix): appendix.number for appendix in desk.version.appendices}
    agreed, wrong = _agreed(book, template)
    if wrong:
        yield next(iter(template.places)), Entry("", ""), wrong
    score_col, reason_col = template.plan.columns["score"], template.plan.columns["reason"]
    for (unit, code), (name, row) in template.places.items():
        sheet = book.sheets.get(name)
        if sheet is None:
            continue
        leaf = leaves[numbers[name], code]
        given, why = (sheet.cells.get((row, col), _EMPTY) for col in (score_col, reason_col))
        place = {"sheet": name, "cell": a1(row, score_col), "criterion": code}
        reason = as_text(why.value).strip()[: at.REASON_LIMIT] if why.formula is None else ""
        base = template.base_of((unit, code))
        if given.value is None and given.formula is None:
            if unit in agreed and base is not None:
                yield (unit, code), Entry(score_text(base), reason), []
            elif reason:
                yield (unit, code), Entry("", reason), []
            continue
        score = _score(given.value, leaf) if given.formula is None and not given.is_date else None
        if score is None:
            seen = "=" + given.formula if given.formula is not None else as_text(given.value)
            bad = finding("appraisal-score", value=seen, limit=vi(leaf.max), skip=f", hoặc {at.SKIP}", **place)
            yield (unit, code), Entry("", reason), [bad]
            continue
        problems = []
        if not says_something(reason):
            claimed = template.rows[unit, code].points == at.SKIP and template.plan.base == template.plan.columns["self"]
            if claimed:
                problems = [finding("appraisal-skip-no-reason", value=as_text(given.value), **place)]
            elif base is not None and not _same(score, base):
                told = vi(base) if isinstance(base, Fraction) else base
                problems = [
                    finding("appraisal-no-reason", value=as_text(given.value), compared=template.plan.compared, other=told, **place)
                ]
        yield (unit, code), Entry(score_text(score), reason), problems


def _agreed(book: Workbook, template: AppraisalBook) -> tuple[set[str], list[Finding]]:
    """The units all of whose other scores are agreed to, and what is wrong in those cells."""
    agreed, found = set(), []
    sheet = book.sheets.get(at.OVERVIEW)
    for unit, row in template.agrees.items():
        cell = sheet.cells.get((row, at.OVERVIEW_AGREE), _EMPTY) if sheet else _EMPTY
        text = as_text(cell.value).strip().lower() if cell.formula is None else f"={cell.formula}"
        if text == at.AGREE:
            agreed.add(unit)
        elif text:
            found.append(finding("appraisal-agree", sheet=at.OVERVIEW, cell=a1(row, at.OVERVIEW_AGREE), value=text))
    return agreed, found


def _same(score: Fraction | str, mine: object) -> bool:
    """Whether an entry is the score it is compared with, as the book's formula compares them: a cell holds no thirds."""
    if isinstance(score, Fraction) and isinstance(mine, int | Fraction):
        return rounded(score - mine) == 0
    return score == mine


def _score(raw: Raw, leaf: Leaf) -> Fraction | str | None:
    """The entry, or None where it is neither points within the max nor "not assessed"."""
    if raw == at.SKIP:
        return at.SKIP
    if isinstance(raw, Decimal) and 0 <= Fraction(raw) <= leaf.max:
        return Fraction(raw)
    return None
