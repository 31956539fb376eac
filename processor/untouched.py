"""Whether a workbook came back as it was made: every cell that is not to be filled, by value and by formula, alike however it was saved.

Formulas are compared by their tokens, texts by their plain form, numbers with a tolerance; looks, widths, cached values and zoom are
nobody's business. Gives findings; does not know what the workbook is for.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain, compress

from processor.cell_xml import Cut
from processor.cells import Taken
from processor.formula_text import column_number, tokens
from processor.reader import Cell, Sheet, Value, Workbook
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, finding
from rubric_versions.methods.base import Raw
from rubric_versions.numbers import vi
from workbook_templates.book import Address, Book, Rows, a1
from workbook_templates.book import Cell as BookCell
from workbook_templates.book import Sheet as BookSheet
from workbook_templates.book import Value as BookValue
from workbook_templates.identity import has_marks

MOVED_FROM = 25
"""So many changed cells on one sheet are told as one finding: rows or columns were moved."""

_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_TOLERANCE = Fraction(1, 10**9)
_EMPTY = Cell(None, None, False, False)

Filler = Callable[[str], str]
"""Puts the words of one workbook where the expected text has marks."""


def plain(text: str) -> str:
    """A text without the differences that honest programs make: one normal form, runs of white space as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


SPELLINGS = 8
"""So many ways to spell one cell are remembered: a program has one."""

Known = dict[tuple[str, Address], set[Value]]
"""What came back in a cell once and was found to be the same: the next workbook is seldom spelled otherwise."""


@dataclass(frozen=True, slots=True)
class _Lately:
    """How the locked cells of a sheet were spelled last, or issued: formulas, and constants but for those with words of one workbook."""

    formulas: dict[Address, str]
    values: dict[Address, Value]

    def add(self, place: Address, formula: str, value: BookValue) -> None:
        """Nothing; a locked cell is told as issued, a number as it is read."""
        if formula:
            self.formulas[place] = formula
        elif isinstance(value, str):
            if not has_marks(value):
                self.values[place] = value
        elif isinstance(value, int | Fraction):
            self.values[place] = _as_read(value.numerator, value.denominator)


@lru_cache(16_384)
def _as_read(numerator: int, denominator: int) -> Decimal:
    return Decimal(format(numerator / denominator, ".15g"))


class _Locked(Mapping[Address, BookCell]):
    """The locked cells of a sheet that have content. Those of tables are made only where somebody asks for one: there are thousands."""

    def __init__(self, sheet: BookSheet, free: Collection[Address]) -> None:
        self._sheet, self._free = sheet, free
        self._alone = {place: cell for place, cell in sheet.cells.items() if place not in free and not _is_blank(cell)}
        self._starts = [rows.first for rows in sheet.tables]
        self._count = len(self._alone)
        self.lately = _Lately({}, {})
        for place, cell in self._alone.items():
            self.lately.add(place, cell.formula, cell.value)
        for rows in sheet.tables:
            self._take(rows)

    def _take(self, rows: Rows) -> None:
        """Counts the locked cells of a table and tells how they are spelled."""
        add = self.lately.add
        for row, values in enumerate(rows.values, rows.first):
            for col, (value, formula) in enumerate(zip(values, rows.formulas, strict=True), 1):
                if value is None and not formula:
                    continue
                place = row, col
                if place in self._free:
                    continue
                if isinstance(value, BookCell):
                    if (own := self.get(place)) is not None:
                        self._count += 1
                        add(place, own.formula, own.value)
                elif formula:
                    self._count += 1
                    add(place, rows.placed(formula, row), None)
                elif not isinstance(value, str) or value.strip():
                    self._count += 1
                    add(place, "", value)

    def __getitem__(self, place: Address) -> BookCell:
        if place in self._alone:
            return self._alone[place]
        turn = bisect_right(self._starts, place[0]) - 1
        cell = self._sheet.tables[turn].at(*place) if turn >= 0 and place not in self._free else None
        if cell is None or _is_blank(cell):
            raise KeyError(place)
        return cell

    def __iter__(self) -> Iterator[Address]:
        yield from self._alone
        for rows in self._sheet.tables:
            yield from (place for place, cell in rows.cells() if place not in self._free and not _is_blank(cell))

    def __len__(self) -> int:
        return self._count


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the values of a row's locked cells said when all of them were the same as issued; their formulas and places are the row's own.

    The same row with the same values is the same again. `own` are the cells with words of one workbook, compared each time.
    """

    shared: list[bool]  # of each cell, whether it is compared by its shared string
    strings: list[str]
    spelled: list[bool]  # or by how its value is spelled
    texts: list[str | None]
    own: list[Address]
    there: int  # locked cells but for these

    @classmethod
    def of(cls, cut: Cut, start: int, taken: Taken, book: ExpectedBook, name: str, there: int) -> _Proof:
        """What stands in a row that was found to be the same, with so many locked cells."""
        locked, free = book.locked[name], book.inputs[name] | book.ignored[name]
        texts = taken.texts[start : start + len(cut.places)]
        own = [place for place in cut.places if _is_own(locked.get(place))]
        compared = [
            place not in free and place not in own and formula is None for place, formula in zip(cut.places, cut.formulas, strict=True)
        ]
        shared = [each and text in taken.strings and one for each, text, one in zip(compared, texts, cut.shared, strict=True)]
        spelled = [each and not one for each, one in zip(compared, shared, strict=True)]
        strings = [taken.strings[text] for text in compress(texts, shared) if text is not None]
        return cls(shared, strings, spelled, list(compress(texts, spelled)), own, there - len(own))


def _is_own(cell: BookCell | None) -> bool:
    """Whether a constant was issued with words of one workbook."""
    return cell is not None and not cell.formula and isinstance(cell.value, str) and has_marks(cell.value)


AREAS = 1_000
"""So many merged areas of a sheet are remembered with whether they cover an input."""

PROOFS = 4_000
"""So many spellings of rows are remembered of a sheet: some for each row."""


@dataclass(frozen=True)
class ExpectedBook:
    """A workbook as made: the locked cells with content by sheet and address, the cells to fill, the cells never compared, the names.

    `proofs` are there if many workbooks are going to be compared with it.
    """

    locked: Mapping[str, Mapping[Address, BookCell]]
    inputs: Mapping[str, frozenset[Address]]
    ignored: Mapping[str, frozenset[Address]]
    names: Mapping[str, str]
    hidden: frozenset[str]
    covering: Mapping[str, _Covering]
    lately: Mapping[str, _Lately]
    formulas: Known = field(default_factory=dict, compare=False, repr=False)
    values: Known = field(default_factory=dict, compare=False, repr=False)
    proofs: Mapping[str, dict[Cut, _Proof]] | None = field(default=None, compare=False, repr=False)

    def remember(self, sheet: str, place: Address, cell: Cell) -> None:
        """Nothing; a cell that was found to be the same is recognised when it comes again. Not one with words of one workbook."""
        expected = self.locked[sheet][place].value
        if isinstance(cell.value, bool) or (isinstance(expected, str) and has_marks(expected)):
            return
        known = (self.values if cell.formula is None else self.formulas).setdefault((sheet, place), set())
        if len(known) < SPELLINGS:
            known.add(cell.value if cell.formula is None else cell.formula)
        if cell.formula is None:
            self.lately[sheet].values[place] = cell.value
        else:
            self.lately[sheet].formulas[place] = cell.formula


def expected_book(
    book: Book, inputs: Mapping[str, Collection[Address]], ignored: Mapping[str, Collection[Address]], *, often: bool = False
) -> ExpectedBook:
    """What a book must come back as; cells of `inputs` and `ignored` (by sheet) are left out. `often` if many are compared with it."""
    locked = {sheet.name: _Locked(sheet, frozenset((*inputs.get(sheet.name, ()), *ignored.get(sheet.name, ())))) for sheet in book.sheets}
    return ExpectedBook(
        locked,
        {sheet.name: frozenset(inputs.get(sheet.name, ())) for sheet in book.sheets},
        {sheet.name: frozenset(ignored.get(sheet.name, ())) for sheet in book.sheets},
        book.names,
        frozenset(sheet.name for sheet in book.sheets if sheet.state != "visible"),
        {sheet.name: _Covering(inputs.get(sheet.name, ())) for sheet in book.sheets},
        {name: cells.lately for name, cells in locked.items()},
        proofs={name: {} for name in locked} if often else None,
    )


def _is_blank(cell: BookCell) -> bool:
    """Whether nothing was issued here but a look."""
    return not cell.formula and (cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()))


def same_value(expected: BookCell, value: object, fill: Filler) -> bool:
    """Whether a constant came back as it was made: texts by their plain form, numbers to nine digits."""
    if isinstance(expected.value, int | Fraction):
        number = Fraction(expected.value)
        room = _TOLERANCE * (abs(number) if abs(number) > 1 else 1)
        return isinstance(value, Decimal) and abs(Fraction(value) - number) <= room
    return isinstance(value, str) and plain(value) == plain(fill(str(expected.value)))


def untouched(book: Workbook, expected: ExpectedBook, fill: Filler) -> list[Finding]:
    """Every difference that matters, in the order of sheets and cells."""
    found = []
    if book.active:
        found.append(finding("file-active", what=", ".join(book.active)))
    for name in book.sheets:
        if name not in expected.locked:
            found.append(finding("sheet-extra", sheet=name, name=name))
    for name in expected.locked:
        sheet = book.sheets.get(name)
        if sheet is None:
            found.append(finding("sheet-missing", sheet=name, name=name))
        else:
            found += _sheet_untouched(sheet, expected, fill)
    for name, refers in expected.names.items():
        if tokens(book.names.get(name, "").removeprefix("=")) != tokens(refers):
            found.append(finding("name-changed", name=name))
    return found


def _sheet_untouched(sheet: Sheet, book: ExpectedBook, fill: Filler) -> list[Finding]:
    locked = book.locked[sheet.name]
    if sheet.taken is not None and book.proofs is not None:
        found, there = _rows_untouched(sheet.name, sheet.taken, book, book.proofs[sheet.name], fill)
    else:
        found, there = _cells_untouched(sheet.name, sheet.cells.items(), book, fill)
    if there < len(locked):
        for place in locked.keys() - sheet.cells.keys():
            problem = _cell_changed(sheet.name, place, locked[place], _EMPTY, fill)
            if problem:
                found.append(problem)
    found.sort(key=lambda one: _order(one.cell))
    if sheet.name in book.hidden:
        return found
    if len(found) > MOVED_FROM:
        found = [finding("rows-moved", sheet=sheet.name, cell=found[0].cell, count=len(found))]
    covering = book.covering[sheet.name]
    over = [area for area in sheet.merged if covering(area)]
    found += [finding("merged-input", sheet=sheet.name, cell=area.split(":")[0], value=area) for area in over[:MOVED_FROM]]
    if not sheet.protected:
        found.append(finding("protection-removed", sheet=sheet.name, name=sheet.name))
    return found


def _rows_untouched(name: str, taken: Taken, book: ExpectedBook, proofs: dict[Cut, _Proof], fill: Filler) -> tuple[list[Finding], int]:
    """What differs in a sheet's rows, and how many locked cells are there: row by row only where the sheet is not at once all the same."""
    found: list[Finding] = []
    known = [proofs.get(cut) for cut in taken.cuts]
    holding = [one for one in known if one is not None]
    if len(holding) < len(known) or not _hold(holding, taken.texts, taken.strings):
        start, holding = 0, []
        there = 0
        for cut, proof in zip(taken.cuts, known, strict=True):
            stop = start + len(cut.places)
            if proof is not None and _hold([proof], taken.texts[start:stop], taken.strings):
                holding.append(proof)
            else:
                cells = [(place, cell) for place in cut.places if (cell := taken.cell(place))]
                problems, many = _cells_untouched(name, cells, book, fill)
                found += problems
                there += many
                if not problems:
                    if len(proofs) >= PROOFS:
                        proofs.clear()
                    proofs[cut] = _Proof.of(cut, start, taken, book, name, many)
            start = stop
    else:
        there = 0
    there += sum([one.there for one in holding])
    own = [(place, cell) for one in holding for place in one.own if (cell := taken.cell(place))]
    problems, many = _cells_untouched(name, own, book, fill)
    return found + problems, there + many


def _hold(proofs: list[_Proof], texts: list[str | None], strings: Mapping[str, str]) -> bool:
    """Whether the values of rows, those of all their cells after one another, say what they said when they were found to be the same."""
    flat = chain.from_iterable
    spelled = compress(texts, flat([one.spelled for one in proofs]))
    shared = compress(texts, flat([one.shared for one in proofs]))
    return list(spelled) == list(flat([one.texts for one in proofs])) and [strings.get(text or "") for text in shared] == list(
        flat([one.strings for one in proofs])
    )


def _cells_untouched(name: str, cells: Iterable[tuple[Address, Cell]], book: ExpectedBook, fill: Filler) -> tuple[list[Finding], int]:
    """What differs in these cells, and how many of them are locked ones."""
    locked, inputs, ignored = book.locked[name], book.inputs[name], book.ignored[name]
    found = []
    there = 0
    formulas, values = book.lately[name].formulas, book.lately[name].values
    for place, cell in cells:
        value, formula, _, _ = cell
        if formula is not None:
            if formulas.get(place) == formula:
                there += 1
                continue
        elif values.get(place) == value and value is not True and value is not False:  # which equal 1 and 0
            there += 1
            continue
        expected = locked.get(place)
        if expected is None:
            if place not in inputs and place not in ignored and (cell.formula is not None or not is_blank(cell.value)):
                found.append(finding("cell-added", sheet=name, cell=a1(*place), value=_seen(cell)))
            continue
        there += 1
        if formula is not None:
            if formula in book.formulas.get((name, place), ()):
                continue
        elif not isinstance(value, bool) and value in book.values.get((name, place), ()):
            continue
        if problem := _cell_changed(name, place, expected, cell, fill):
            found.append(problem)
        else:
            book.remember(name, place, cell)
    return found, there


def _cell_changed(sheet: str, place: Address, expected: BookCell, cell: Cell, fill: Filler) -> Finding | None:
    if expected.formula:
        if cell.formula is not None and tokens(cell.formula, sheet) == tokens(expected.formula, sheet):
            return None
        return finding("formula-changed", sheet=sheet, cell=a1(*place), value=_seen(cell), issued="=" + expected.formula)
    if cell.formula is None and same_value(expected, cell.value, fill):
        return None
    value = expected.value
    was = vi(Fraction(value)) if isinstance(value, int | Fraction) else plain(fill(str(value)))
    return finding("cell-changed", sheet=sheet, cell=a1(*place), value=_seen(cell), issued=was)


def _seen(cell: Cell) -> str:
    return "=" + cell.formula if cell.formula is not None else as_text(cell.value)


def as_text(value: Raw) -> str:
    """A value as a person would write it; numbers with a comma."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return vi(Fraction(value)) if value.is_finite() and abs(value) < Decimal(10) ** 20 else str(value)
    return ("ĐÚNG" if value else "SAI") if isinstance(value, bool) else value


def _order(cell: str) -> tuple[int, str]:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return (int(digits) if digits else 0, cell)


class _Covering:
    """Whether an area, which comes from outside and may be anything, covers one of some cells."""

    def __init__(self, cells: Collection[Address]) -> None:
        self._rows: dict[int, list[int]] = {}
        self._known: dict[str, bool] = {}
        for row, col in sorted(cells):
            self._rows.setdefault(col, []).append(row)

    def __call__(self, area: str) -> bool:
        """Whether it does; the areas of one form are those of all."""
        known = self._known.get(area)
        if known is None:
            known = self._covers(area)
            if len(self._known) < AREAS:
                self._known[area] = known
        return known

    def _covers(self, area: str) -> bool:
        found = _AREA.fullmatch(area.replace("$", ""))
        if not found:
            return False
        try:
            columns = sorted(column_number(letters) for letters in (found[1], found[3] or found[1]))
        except ValueError:
            return False
        first, last = sorted(int(digits) for digits in (found[2], found[4] or found[2]))
        for col, rows in self._rows.items():
            at = bisect_left(rows, first)
            if columns[0] <= col <= columns[1] and at < len(rows) and rows[at] <= last:
                return True
        return False
