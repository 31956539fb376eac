"""A workbook calculated in this process by IronCalc, which knows nothing of our Python, and its values set against what a book states.

Inputs go in through IronCalc's own interface: a styled blank of somebody's file would not be empty to it.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import ironcalc

from processor.reader import ErrorValue
from rubric_versions.methods.base import Raw
from workbook_templates.book import Book, Value, a1

Address = tuple[str, int, int]
"""Sheet's name, row and column from 1."""
Got = None | str | float | bool

TOLERANCE = 1e-9
"""Relative, between a binary engine and exact Python; a difference in the ninth decimal of a point would move nobody's rank."""


class Engine:
    """One workbook, loaded once and calculated for one set of inputs after another."""

    def __init__(self, data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.xlsx"
            path.write_bytes(data)
            self._model = ironcalc.load_from_xlsx(str(path))
        names = [sheet["name"] for sheet in self._model.get_worksheets_properties()]
        self._sheets = {name: index for index, name in enumerate(names)}
        self._formulas: dict[Address, tuple[int, int, int]] = {}
        for index, row, col in self._model.get_all_cells():
            formula = self._model.get_cell_formula(index, row, col)
            if formula is None:
                continue
            self._formulas[names[index], row, col] = index, row, col
            if "@" in formula:
                # loading, IronCalc takes the ranges inside SUMPRODUCT(EXACT(...)) for single cells and marks them so; Excel does not
                self._model.update_cell_with_formula(index, row, col, formula.replace("@", ""))
        self._set: dict[Address, Raw] = {}

    def evaluate(self, inputs: Mapping[Address, Raw]) -> dict[Address, Got]:
        """The value of every formula cell with these inputs; inputs of earlier calls are gone."""
        for address in self._set.keys() - inputs.keys():
            self._put(address, None)
        for address, raw in inputs.items():
            if address not in self._set or (type(raw), raw) != (type(self._set[address]), self._set[address]):
                self._put(address, raw)
        self._set = dict(inputs)
        self._model.evaluate()
        return {address: self._model.get_cell_value(*where) for address, where in self._formulas.items()}

    def _put(self, address: Address, raw: Raw) -> None:
        index, (_, row, col) = self._sheets[address[0]], address
        if raw is None or raw == "":
            self._model.clear_cell_contents(index, row, col)
        elif isinstance(raw, bool):
            self._model.update_cell_with_bool(index, row, col, raw)
        elif isinstance(raw, ErrorValue):
            self._model.update_cell_with_formula(index, row, col, "=NA()")
        elif isinstance(raw, str):
            self._model.update_cell_with_text(index, row, col, raw)
        else:
            self._model.update_cell_with_number(index, row, col, float(raw))


def evaluate(data: bytes, inputs: Mapping[Address, Raw]) -> dict[Address, Got]:
    """The value of every formula cell of a workbook with these inputs."""
    return Engine(data).evaluate(inputs)


def stated(book: Book) -> dict[Address, Value]:
    """What the book says every formula gives."""
    return {(sheet.name, row, col): cell.value for sheet in book.sheets for (row, col), cell in sheet.all_cells() if cell.formula}


def differences(book: Book, got: Mapping[Address, Got]) -> list[str]:
    """Every formula cell whose value is not what the book states; empty text and nothing are one."""
    found = []
    for address, value in stated(book).items():
        if not same(value, got.get(address, "missing")):
            sheet, row, col = address
            cell = book.sheet(sheet).at(row, col)
            formula = cell.formula if cell else ""
            found.append(f"{sheet}!{a1(row, col)}: stated {value!r}, got {got.get(address, 'missing')!r}, ={formula}")
    return found


def same(value: Value, got: Got) -> bool:
    """Whether an engine's value is the one stated."""
    if value is None or value == "":
        return got is None or got == ""
    if isinstance(value, str):
        return got == value
    if isinstance(value, int | Fraction) and isinstance(got, int | float) and not isinstance(got, bool):
        return math.isclose(float(value), got, rel_tol=TOLERANCE, abs_tol=TOLERANCE / 1000)
    return False
