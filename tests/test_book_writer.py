"""What the writer of books does by itself, for speed, gives the very bytes of xlsxwriter (issue 5, Books)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from xlsxwriter.worksheet import Worksheet

from workbook_templates import book as written
from workbook_templates.book import Book, Sheet, WorkbookLimit, write_book


def of_all_kinds() -> Book:
    """A book with every kind of cell."""
    sheet = Sheet("Bảng 1", widths={1: 12.0, 2: 30.0})
    values = ["chữ", "a & b < c > d \" '", "", None, 0, 7, Fraction(1, 3), Fraction(-5, 2), "#N/A", " hai  dấu cách ", "một\nhai"]
    for turn, value in enumerate(values):
        sheet.put(turn + 1, 1, value)
        sheet.put(turn + 1, 2, value, formula=f'IF(A{turn + 1}>=0,"<&>",A{turn + 1})')
    sheet.put(20, 30, "xa", "title")
    return Book("Thử", [sheet, Sheet("Trống")])


def test_cells_are_the_bytes_that_xlsxwriter_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = write_book(of_all_kinds())

    def put(self: Any, row: int, col: int, value: Any, form: Any, formula: str) -> None:
        if formula:
            self.write_formula(row, col, "=" + formula, form, value)
        elif value == "":
            self.write_blank(row, col, None, form)
        elif isinstance(value, str):
            self.write_string(row, col, value, form)
        else:
            self.write_number(row, col, value, form)

    monkeypatch.setattr(written._PlainWorksheet, "put", put)
    monkeypatch.setattr(written._PlainWorksheet, "_write_cell", Worksheet._write_cell)
    assert write_book(of_all_kinds()) == quick


@pytest.mark.parametrize("place", [(1_048_577, 1), (1, 16_385)])
def test_a_cell_beyond_excels_last_is_refused(place: tuple[int, int]) -> None:
    sheet = Sheet("A")
    sheet.put(*place, "x")
    with pytest.raises(WorkbookLimit):
        write_book(Book("Thử", [sheet]))
