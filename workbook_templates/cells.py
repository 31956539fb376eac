"""Cells as data: one by one, or as rows of one shape. What a sheet is made of, and what a return is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cache

from xlsxwriter.utility import xl_col_to_name

Value = None | str | int | Fraction | date | datetime
Address = tuple[int, int]
"""Row and column, both from 1."""

ROW = "\0"
"""Where the number of the row stands in a formula of `Rows`: no cell may hold this character."""
THERE = ("\1", "\2", "\3")
"""Where further numbers stand that belong to a row, such as the row of the same unit on another sheet."""


@cache
def letters(col: int) -> str:
    """A column's letters, counted from 1."""
    return str(xl_col_to_name(col - 1))


def a1(row: int, col: int, *, absolute: bool = False) -> str:
    """The A1 name of a cell, rows and columns from 1."""
    return f"${letters(col)}${row}" if absolute else f"{letters(col)}{row}"


def beside(col: int, row: str = ROW) -> str:
    """The A1 name, in a formula of `Rows`, of the cell of a column in the very row, or in another that belongs to it."""
    return letters(col) + row


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `value` is what a viewer that does not calculate shows; `rich` gives its pieces a font each (look, text)."""

    value: Value = None
    formula: str = ""
    look: str = "text"
    rich: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Rows:
    """Rows of one shape, one under another from column 1 on: a look and perhaps a formula for each column, then only values.

    A table of thousands of rows is held and written so at a tenth of what its cells cost one by one. A value that is a `Cell` has a look
    and a formula of its own (with `ROW` where its row's number stands). No other cell stands in these rows; their heights are
    automatic, save that a row whose texts all take one line is as high as `air` says (points; 0: automatic too). `numbers` has, where
    formulas ask for `THERE`, those of each row.
    """

    first: int
    looks: tuple[str, ...]
    formulas: tuple[str, ...]
    values: list[tuple[Value | Cell, ...]] = field(default_factory=list)
    numbers: list[tuple[int, ...]] = field(default_factory=list)
    air: float = 0.0

    @property
    def end(self) -> int:
        """The row after the last."""
        return self.first + len(self.values)

    def cells(self) -> Iterator[tuple[Address, Cell]]:
        """Every cell with its place, as if each had been put alone."""
        for row, values in enumerate(self.values, self.first):
            for col, value in enumerate(values, 1):
                yield (row, col), self._cell(row, col, value)

    def at(self, row: int, col: int) -> Cell | None:
        """The cell of a place, None for one outside these rows."""
        inside = self.first <= row < self.end and 0 < col <= len(self.looks)
        return self._cell(row, col, self.values[row - self.first][col - 1]) if inside else None

    def _cell(self, row: int, col: int, value: Value | Cell) -> Cell:
        if not isinstance(value, Cell):
            value = Cell(value, self.formulas[col - 1], self.looks[col - 1])
        return Cell(value.value, self.placed(value.formula, row), value.look) if value.formula else value

    def placed(self, text: str, row: int) -> str:
        """A text with the numbers of that row in their places."""
        text = text.replace(ROW, str(row))
        if self.numbers:
            for mark, number in zip(THERE, self.numbers[row - self.first], strict=False):
                text = text.replace(mark, str(number))
        return text
