"""Appraisal: a book for every council and office, for every stage, and what stands of what they put into them.

A book rests on returns by their hash. When a unit's return changes after somebody has begun, the unit goes into a further book; the rows
of the old one no longer count and say so. A book in which somebody has worked is never written over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import tee

from processor import VERSION
from processor.appraisal_books import entries_of, template_of, written_of
from processor.appraisal_orders import Order, order, order_again, rows_of
from processor.changes import write_changes
from processor.charges import Rows, wanted
from processor.checks import identity_of
from processor.desk import APPRAISAL, Desk
from processor.examining import read_apart
from processor.executors import inline, one_by_one
from processor.files import ascii_name, read_whole, write_atomic
from processor.filled_books import is_empty
from processor.issuing import parts_digest_or_none
from processor.kept import read_all_kept, shelf_of
from processor.reader import Unreadable
from processor.record import BookMade, Charge, counting, current_round
from processor.scores import unfinished, unit_line
from processor.taking import is_ours, take
from rubric_versions.findings import Finding, Severity, finding
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import Written, a1

CITY = "thanh_pho"
"""The file name's word for the organiser's own council."""

BOOK_ROWS = 20_000
"""Most rows of one book: far within Excel's 1,048,576, and what an office machine still opens, filters and saves at ease."""

WORTH_PROCESSES = 50_000
"""Fewest rows to be made, all books together, for which it pays to start processes: these take one process some 2 s, a start almost 1."""


@dataclass(slots=True)
class Appraised:
    """What one run of `appraise` did: findings, books written, scores taken in, what is left by unit, lists to send back."""

    findings: list[Finding] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    taken: int = 0
    holes: dict[str, int] = field(default_factory=dict)
    told: int = 0


def appraise(desk: Desk, *, tick: Callable[[int], None] = lambda _: None) -> Appraised:
    """What lies in `05_tham_dinh` taken in, then a book for everything that has none. May be run as often as one likes."""
    done = Appraised()
    read_all_kept(desk)
    taken = take(desk)
    done.findings += taken.findings
    done.taken = taken.count
    _make_again(desk, done)
    now = wanted(desk)
    done.findings += [finding("appraisal-waiting", stage=name, count=count) for name, count in now.waiting.items()]
    planning = _Planning(desk, taken.unfilled)
    charges = {**now.charges, **{one.charge: {} for one in planning.untouched}}
    _make(desk, [book for charge in charges for book in planning.books(charge, now.charges.get(charge, {}), done)], done, tick)
    done.findings += _stale(desk)
    done.holes = holes(desk)
    done.findings += _open_places(desk)
    done.told = write_changes(desk)
    return done


def _stale(desk: Desk) -> list[Finding]:
    """Notes on rows that no longer count because the unit's return is another by now."""
    record = desk.record()
    found = []
    for book in record.books_now():
        for unit, sha256 in book.rows:
            one = counting(record, desk.campaign, unit, book.charge.round)
            if one is None or one.sha256 != sha256:
                found.append(finding("appraisal-stale", file=book.file, unit=desk.campaign.unit(unit).name))
    return found


def _open_places(desk: Desk) -> list[Finding]:
    """Notes on what is still blank in books that somebody has begun, by unit, with the first cells."""
    record = desk.record()
    number, last = current_round(record, desk.campaign).number, desk.version.rules.stages[-1].code
    found = []
    for book in record.books_now():
        if book.charge.round != number or not record.entries.get(book.book):
            continue
        for unit, sha256 in book.rows:
            if book.charge.stage == last and not unfinished(desk, unit):
                continue  # with every final score given none of this book is missing
            one = counting(record, desk.campaign, unit, number)
            line = unit_line(desk, unit) if one is not None and one.sha256 == sha256 else None
            codes = book.rows[unit, sha256] if line else ()
            blank = [
                code for code in codes
                if line is not None and ((step := line.leaves[code].at(number, book.charge.stage)) is None or not step.given.is_given)
            ]  # fmt: skip
            if blank:
                template = template_of(desk, book)
                sheet, column = template.places[unit, blank[0]][0], template.plan.columns["score"]
                cells = [a1(template.places[unit, code][1], column) for code in blank]
                told = ", ".join(cells[:8]) + ("…" if len(cells) > 8 else "")
                name = desk.campaign.unit(unit).name
                place = {"file": book.file, "sheet": sheet, "cell": cells[0]}
                found.append(finding("appraisal-hole", severity=Severity.NOTE, unit=name, count=len(blank), cells=told, **place))
    return found


# -------------------------------------------------------------------------------------------------------------------- making books


@dataclass(frozen=True, slots=True)
class _Book:
    """A book to be made: whose, which number, its rows, its file, the id of the book that it takes the place of."""

    charge: Charge
    serial: int
    rows: Rows
    file: str
    replaces: str


class _Planning:
    """Which books are to be written so that every row wanted stands in exactly one, and none that somebody has worked in changes."""

    def __init__(self, desk: Desk, unfilled: Collection[str]) -> None:
        self.desk = desk
        self.first = desk.version.rules.stages[0].code
        number = current_round(desk.record(), desk.campaign).number
        books = [one for one in desk.record().books_now() if one.charge.round == number]
        self.touched = {one.book: one for one in books if one.file not in unfilled and _has_entries(desk, one)}
        self.untouched = [one for one in books if one.book not in self.touched]
        self.covered: dict[tuple[str, tuple[str, str]], tuple[str, ...]] = {}
        for book in self.touched.values():
            for row, codes in book.rows.items():
                self.covered[book.charge.stage, row] = self.covered.get((book.charge.stage, row), ()) + codes

    def books(self, charge: Charge, rows: Rows, done: Appraised) -> Iterator[_Book]:
        """The books to be made for the rows of a charge."""
        need: Rows = {}
        for row, codes in rows.items():
            taken = self.covered.get((charge.stage, row), ())
            left = () if taken == codes else tuple(code for code in codes if code not in taken)
            if left:
                need[row] = left
        mine = [one for one in self.untouched if one.charge == charge]
        serial = max((one.serial for one in self.desk.record().books.values() if one.charge == charge), default=0)
        contents: list[tuple[BookMade | None, Rows]] = []
        for book in mine:
            contents.append((book, {row: need.pop(row) for row in book.rows if row in need}))
        if mine and need:  # a unit that comes later stands where the order of the units puts it, as long as the book has room
            last, kept = mine[-1], contents[-1][1]
            room = BOOK_ROWS - sum(map(len, kept.values()))
            while need and len(need[next(iter(need))]) <= room:
                row = next(iter(need))
                room -= len(need[row])
                kept[row] = need.pop(row)
            contents[-1] = last, {row: kept[row] for row in rows if row in kept}
        chunks = _chunks(need)
        contents += [(None, chunk) for chunk in chunks]
        for old, content in contents:
            if old is None:
                serial += 1
                yield _Book(charge, serial, content, file_name(charge, self.first, serial, parts=len(chunks) > 1), "")
            elif content and old.rows != content:
                yield _Book(charge, old.serial, content, old.file, old.book)
        if len(chunks) > 1:
            done.findings.append(
                finding("appraisal-split", file=file_name(charge, self.first, serial, parts=True), count=len(chunks), limit=BOOK_ROWS)
            )


def _make_again(desk: Desk, done: Appraised) -> None:
    """Nothing; a book that was deleted is there again, with what was already put in."""
    gone = [book for book in desk.record().books_now() if not (desk.folder / APPRAISAL / book.file).is_file()]
    orders = (order_again(desk, book, entries_of(desk, book)) for book in gone)
    for book, made in zip(gone, _made(desk, orders, [book.rows for book in gone]), strict=True):
        _write(desk, book.file, made.data)
        done.written.append(book.file)


def _make(desk: Desk, books: Sequence[_Book], done: Appraised, tick: Callable[[int], None]) -> None:
    """Nothing; the books are made wherever there is room, and written and told here, one after another."""
    orders, ahead = tee(order(desk, one.charge, one.serial, one.rows) for one in books)
    for one, ordered, made in zip(books, orders, _made(desk, ahead, [one.rows for one in books]), strict=True):
        _write(desk, one.file, made.data)
        units, criteria = rows_of(one.rows)
        desk.ledger.append(
            "book",
            at=desk.clock.now(),
            actor=desk.actor,
            data={
                "book": ordered.identity.form_id,
                "council": one.charge.council,
                "office": one.charge.office,
                "round": one.charge.round,
                "stage": one.charge.stage,
                "serial": one.serial,
                "file": one.file,
                "units": units,
                "criteria": criteria,
                "digest": made.digest,
                "key": ordered.identity.key,
                "seal": ordered.identity.seal,
                "program": VERSION,
                "campaign": desk.campaign_digest,
                "replaces": one.replaces,
            },
        )
        done.written.append(one.file)
        tick(1)


def _made(desk: Desk, orders: Iterable[Order], rows: Iterable[Mapping[tuple[str, str], tuple[str, ...]]]) -> Iterator[Written]:
    """The files of the books ordered, which have these rows."""
    many = sum(len(codes) for one in rows for codes in one.values()) >= WORTH_PROCESSES
    return one_by_one(written_of, shelf_of(desk), orders) if many else inline(written_of, shelf_of(desk), orders)


def _chunks(rows: Rows) -> list[Rows]:
    """The rows in books of at most BOOK_ROWS each, a unit never torn apart."""
    chunks: list[Rows] = []
    room = 0
    for row, codes in rows.items():
        if not chunks or len(codes) > room:
            chunks.append({})
            room = BOOK_ROWS
        chunks[-1][row] = codes
        room -= len(codes)
    return chunks


def file_name(charge: Charge, first_stage: str, serial: int, *, parts: bool) -> str:
    """The file of a book: whose, which round and stage, which part or supplement; plain ASCII, short, only ever a convenience."""
    whose = f"cq_{ascii_name(charge.office)}" if charge.office else ascii_name(charge.council) if charge.council else CITY
    again = f"_lan{charge.round}" if charge.round > 1 else ""
    later = f"_{ascii_name(charge.stage)}" if charge.stage != first_stage else ""
    more = f"_phan_{serial}" if parts else f"_bo_sung_{serial}" if serial > 1 else ""
    return f"tham_dinh_{whose}{again}{later}{more}.xlsx"


def _has_entries(desk: Desk, book: BookMade) -> bool:
    """Whether anybody may have put anything into a book: taken in already, or its file is not what was written and no empty one of ours."""
    if desk.record().entries.get(book.book):
        return True
    path = desk.folder / APPRAISAL / book.file
    if not path.is_file() or parts_digest_or_none(read_whole(path)) == book.digest:
        return False
    try:
        lies_there = read_apart(read_whole(path))
    except Unreadable:
        return True
    identity, _ = identity_of(lies_there)
    return identity is None or not is_ours(desk, identity) or not is_empty(lies_there)


def _write(desk: Desk, file: str, data: bytes) -> None:
    write_atomic(desk.path(APPRAISAL, file), data)


# -------------------------------------------------------------------------------------------------------------------- what stands


def standing(desk: Desk, unit: str) -> dict[str, Filled] | None:
    """The final score of every leaf of a unit that has one, with its reason; None where no return counts."""
    line = unit_line(desk, unit)
    if line is None:
        return None
    return {code: Filled(one.final.value, one.appraised.reason) for code, one in line.leaves.items() if one.final.is_given}


def holes(desk: Desk, units: Collection[str] | None = None) -> dict[str, int]:
    """How many leaves still lack their final score, by unit, where any do; of these units or all."""
    codes = [unit.code for unit in desk.campaign.units if units is None or unit.code in units]
    return {code: count for code in codes if (count := unfinished(desk, code))}
