"""One appraisal book that came back: whose it is, what its locked cells say, and every entry in it. Done apart (`isolation`).

What is handed on is little: the entries as the ledger keeps them, and findings. Writes nothing; `taking` decides what counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from processor.appraisal_books import made_again
from processor.checks import identity_of, says_something
from processor.desk import Desk
from processor.isolation import Apart
from processor.issuing import parts_digest_or_none
from processor.reader import Cell, Unreadable, Workbook, read_workbook
from processor.record import BookMade, Record
from processor.untouched import ExpectedBook, as_text, expected_book, untouched
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, finding
from rubric_versions.methods.base import Raw
from rubric_versions.model import Leaf
from rubric_versions.numbers import rounded, vi
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, score_text
from workbook_templates.book import a1
from workbook_templates.identity import Identity

Line = tuple[str, str, str, str]
"""An entry as the ledger keeps it: unit, criterion, points, reason."""

SECONDS = 60.0
"""Longest a book may take by the clock: one of 20,000 rows is read and compared with one made for that, some 3 s here."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in one file; findings bear no file's name. `entries` are there where it is a book of the record's."""

    problem: Finding | None = None
    is_unfilled: bool = False
    """Whether it is, part by part, a book as it was written and in which nothing was told yet."""
    identity: Identity | None = None
    is_empty: bool = False
    findings: tuple[Finding, ...] = ()
    entries: tuple[Line, ...] = ()


@dataclass(slots=True)
class _Bench:
    """What a helper needs: the desk, the books made so far by id, the digests of those that nothing was taken from.

    `last` is the book that was made last to be compared with: copies of one book mostly come one after another.
    """

    desk: Desk
    books: Mapping[str, BookMade]
    unfilled: frozenset[str]
    last: tuple[str, AppraisalBook, ExpectedBook] | None = None

    def as_made(self, made: BookMade) -> tuple[AppraisalBook, ExpectedBook]:
        """A book as it was written, and what must come back of it."""
        if self.last is None or self.last[0] != made.book:
            self.last = None  # one at a time
            template = made_again(self.desk, made)
            whole = {at.META: template.book.sheet(at.META).cells.keys()}
            self.last = made.book, template, expected_book(template.book, template.input_cells(), whole)
        return self.last[1:]


def looking(desk: Desk, record: Record) -> Apart[_Bench, bytes, Looked]:
    """The work of looking at the bytes of one file from `05_tham_dinh`."""
    unfilled = frozenset(one.digest for one in record.books.values() if one.book not in record.taken)
    return Apart(_look, _lost, _Bench(desk.elsewhere(), record.books, unfilled), SECONDS)


def _lost(_: bytes) -> Looked:
    return Looked(finding("return-reader-failed"))


def _look(bench: _Bench, data: bytes) -> Looked:
    if parts_digest_or_none(data) in bench.unfilled:
        return Looked(is_unfilled=True)
    try:
        book = read_workbook(data)
    except Unreadable as problem:
        return Looked(finding(problem.code, **problem.params))
    identity, found = identity_of(book)
    made = bench.books.get(identity.form_id) if identity is not None else None
    if made is None or (made.replaced and is_empty(book)):
        return Looked(identity=identity, is_empty=is_empty(book))
    template, expected = bench.as_made(made)
    found += [_renamed(problem) for problem in untouched(book, expected, lambda text: text)]
    entries = []
    for line, problems in _entries(book, template, bench.desk):
        entries.append(line)
        found += problems
    return Looked(identity=identity, findings=tuple(found), entries=tuple(entries))


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


def _renamed(one: Finding) -> Finding:
    """A changed cell, told as one of the appraisal book."""
    if one.code in ("cell-changed", "formula-changed"):
        return finding("appraisal-locked-changed", sheet=one.sheet, cell=one.cell, value=one.value, **dict(one.params))
    return one


_EMPTY = Cell(None, None, False, False)


def _entries(book: Workbook, template: AppraisalBook, desk: Desk) -> Iterator[tuple[Line, list[Finding]]]:
    leaves = {(appendix.number, leaf.code): leaf for appendix in desk.version.appendices for leaf in appendix.leaves}
    numbers = {at.sheet_name(appendix): appendix.number for appendix in desk.version.appendices}
    agreed, wrong = _agreed(book, template)
    if wrong:
        yield (*next(iter(template.places)), "", ""), wrong
    plan = template.plan
    score_col, reason_col = plan.columns["score"], plan.columns["reason"]
    is_first = plan.base == plan.columns["self"]
    for (unit, code), (name, row) in template.places.items():
        sheet = book.sheets.get(name)
        if sheet is None:
            continue
        given, why = sheet.cells.get((row, score_col), _EMPTY), sheet.cells.get((row, reason_col), _EMPTY)
        reason = as_text(why.value).strip()[: at.REASON_LIMIT] if why.formula is None else ""
        base = template.base_of((unit, code))
        if given.value is None and given.formula is None:
            if unit in agreed and base is not None:
                yield (unit, code, score_text(base), reason), []
            elif reason:
                yield (unit, code, "", reason), []
            continue
        leaf = leaves[numbers[name], code]
        score = _score(given.value, leaf) if given.formula is None and not given.is_date else None
        problem = None
        if score is None:
            seen = "=" + given.formula if given.formula is not None else as_text(given.value)
            problem = finding("appraisal-score", value=seen, limit=vi(leaf.max), skip=f", hoặc {at.SKIP}")
        elif not says_something(reason):
            if is_first and template.rows[unit, code].points == at.SKIP:
                problem = finding("appraisal-skip-no-reason", value=as_text(given.value))
            elif base is not None and not _same(score, base):
                told = vi(base) if isinstance(base, Fraction) else base
                problem = finding("appraisal-no-reason", value=as_text(given.value), compared=plan.compared, other=told)
        found = [problem.at(sheet=name, cell=a1(row, score_col), criterion=code)] if problem else []
        yield (unit, code, "" if score is None else _text(score), reason), found


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
    if score == mine:
        return True
    return isinstance(score, Fraction) and isinstance(mine, int | Fraction) and rounded(score - mine) == 0


def _score(raw: Raw, leaf: Leaf) -> Fraction | str | None:
    """The entry, or None where it is neither points within the max nor "not assessed"."""
    if raw == at.SKIP:
        return at.SKIP
    if isinstance(raw, Decimal) and 0 <= (score := _points(raw)) <= leaf.max:
        return score
    return None


_points = lru_cache(4096)(Fraction)
_text = lru_cache(4096)(score_text)
