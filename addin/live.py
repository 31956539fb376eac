"""The workbook in front as the reader's data: one call for the values of a sheet and one for its formulas, however many cells there are.

What a file says and a live book does not (parts, locks, hidden rows) is left out: no check of a form asks for it. Judges nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import xlwings as xw

from addin.hosts import Host, Refused
from processor.issued import Issued
from processor.reader import Cell, Limits, Sheet, Value, Workbook
from rubric_versions import words
from workbook_templates import layout as at

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (a day in a cell has no zone)
_MOST_CELLS = Limits().cells


def read_book(book: xw.Book, host: Host, only: Sequence[str] = ()) -> Workbook:
    """The book's sheets (those of `only` if any are named), without names and merges, which need its layout (`complete`)."""
    sheets = {}
    for sheet in book.sheets:
        name = unicodedata.normalize("NFC", sheet.name)
        if not only or name in only:
            sheets[name] = read_sheet(sheet, name, protected=host.is_protected(sheet))
    return Workbook(sheets, {}, host.properties(book), False, host.active(book), False)


def read_sheet(sheet: xw.Sheet, name: str, *, protected: bool) -> Sheet:
    """One sheet's cells. Raises Refused where there are more than any form has."""
    end = sheet.used_range.last_cell
    last = end.row, end.column
    if last[0] * last[1] > _MOST_CELLS:
        raise Refused("sheet-too-large", sheet=name)
    block = sheet.range((1, 1), last)
    values = block.options(ndim=2, err_to_str=True).value
    formulas = _rows(block.formula)
    cells = {
        (row, col): cell
        for row, (held, written) in enumerate(zip(values, formulas, strict=True), 1)
        for col, (value, formula) in enumerate(zip(held, written, strict=True), 1)
        if (cell := cell_of(value, formula)) is not None
    }
    return Sheet(name, "visible", cells, protected)


def _rows(block: Any) -> Sequence[Sequence[Any]]:
    """Rows of what a range gives: a single cell comes as itself, a single row or column flat in some hosts."""
    if not isinstance(block, list | tuple):
        return [[block]]
    return block if isinstance(block[0], list | tuple) else [block]


def cell_of(value: Any, formula: Any) -> Cell | None:
    """One cell as the reader has it, None for a blank: numbers with 15 digits, days as their serial number, a formula without its `=`.

    A text that begins with `=` has itself for a formula in every host, which no formula has.
    """
    written = formula[1:] if isinstance(formula, str) and formula.startswith("=") and formula != value else None
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return Cell(_number((moment.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)), written, False, True)
    if value is None or value == "":
        return None if written is None else Cell("", written, False, False)
    return Cell(_plain(value), written, False, False)


def _plain(value: Any) -> Value:
    if isinstance(value, bool | Decimal):
        return value
    if isinstance(value, int | float):
        return _number(float(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _number(value: float) -> Decimal:
    short = format(value, ".15g")
    return Decimal(0) if short == "-0" else Decimal(short)


def complete(data: Workbook, book: xw.Book, form: Issued) -> None:
    """Adds the defined names that a form has, and the merges among its inputs."""
    for name in form.expected.names:
        with suppress(Exception):  # each host has its own error for a name that is not there
            data.names[name] = str(book.names(name).refers_to)
    lay = form.layout
    blocks = {
        words.SCORING: (at.FIRST_ROW, lay.last_row, at.LAST_SHOWN),
        words.EVIDENCE: (at.EVIDENCE_FIRST, lay.evidence_last, at.EVIDENCE_STATUS),
        words.APPROVAL: (at.APPROVAL_FIRST, at.APPROVAL_FIRST + len(lay.approval_rows) - 1, at.APPROVAL_VALUE),
    }
    for name, (first, last, col) in blocks.items():
        if name in data.sheets:
            data.sheets[name].merged = tuple(dict.fromkeys(_merges(book.sheets[name], first, last, col)))


def _merges(sheet: xw.Sheet, first: int, last: int, col: int) -> Iterator[str]:
    """The merged areas in rows `first` to `last`, found by halves: one call where there is none."""
    if sheet.range((first, 1), (last, col)).merge_cells is False:
        return
    if first < last:
        middle = (first + last) // 2
        yield from _merges(sheet, first, middle, col)
        yield from _merges(sheet, middle + 1, last, col)
        return
    for one in range(1, col + 1):
        cell = sheet.range((first, one))
        if cell.merge_cells:
            yield cell.merge_area.get_address(False, False)
