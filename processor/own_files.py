"""The tables in an office's own file, Excel or Word, as cells: bounded like all outside input, and nothing understood yet.

Understanding is `rubric_versions.own_table`'s. A Word file is judged as a zip first (sizes, names, CRC, no DTD), then read by python-docx.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processor.archive import RETURNS, Archive, Unreadable, too_large
from processor.isolation import Apart, apart
from processor.reader import ErrorValue, Workbook
from rubric_versions.own_columns import Seen, columns_of
from workbook_templates.book import a1

if TYPE_CHECKING:
    from docx.table import Table

WORD_CELLS, WORD_TABLES = 40_000, 60
"""What one Word file may hold: tables of criteria have some thousand cells."""
_WORD_PART = "word/document.xml"


@dataclass(slots=True)
class OwnGrid:
    """One table as it stands in the file: what it is called there, its cells, and where each row is, for messages."""

    name: str
    cells: dict[tuple[int, int], Seen] = field(default_factory=dict)
    is_word: bool = False
    width: int = 0
    """Of a Word file: how many columns its grid has."""
    starts: Mapping[int, str] = field(default_factory=dict)
    """Of a Word file: which table of the file a row comes from, and which row of it it is ("bảng 2, dòng 5")."""

    def place(self, row: int, col: int) -> tuple[str, str]:
        """Sheet and cell of a place; a Word file has no cells' names, so the row is part of the sheet's words."""
        if self.is_word:
            return self.starts.get(row, self.name), ""
        return self.name, a1(row, col) if col else f"A{row}"


def is_word(data: bytes) -> bool:
    """Whether a file looks like a Word file; whether it is a sound one is seen when it is read."""
    return data.startswith(b"PK") and _WORD_PART.encode() in data


def word_grids(data: bytes) -> list[OwnGrid]:
    """The tables of a Word file, in its order, read apart. Raises Unreadable for what is no sound one, and what took its reader along."""
    grids = apart(Apart(_read, _lost, None), data)
    if isinstance(grids, Unreadable):
        raise grids
    return grids


def _read(_: None, data: bytes) -> list[OwnGrid] | Unreadable:
    try:
        return _word_grids(data)
    except Unreadable as problem:
        return problem


def _lost(_: bytes) -> list[OwnGrid] | Unreadable:
    return Unreadable("return-reader-failed")


def workbook_grids(book: Workbook) -> list[OwnGrid]:
    """A table for every sheet people see; merged cells repeat what their first one says, as shared."""
    grids = []
    for name, sheet in book.sheets.items():
        if sheet.state != "visible" or not sheet.cells:
            continue
        grid = OwnGrid(name)
        for place, cell in sheet.cells.items():
            value = None if isinstance(cell.value, ErrorValue) else cell.value
            grid.cells[place] = Seen(value, cell.is_date, cell.formula is not None)
        for area in sheet.merged:
            _share(grid, *_corners(area))
        grids.append(grid)
    return grids


def _share(grid: OwnGrid, top: tuple[int, int], bottom: tuple[int, int]) -> None:
    first = grid.cells.get(top)
    if first is None or (bottom[0] - top[0] + 1) * (bottom[1] - top[1] + 1) > 2_000:
        return
    for row in range(top[0], bottom[0] + 1):
        for col in range(top[1], bottom[1] + 1):
            if (row, col) != top:
                grid.cells[row, col] = Seen(first.value, first.is_date, first.formula, shared=True)


def _corners(area: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Row and column of the two corners of "A5:C9"."""
    ends = []
    for end in area.replace("$", "").split(":"):
        letters = end.rstrip("0123456789")
        col = 0
        for letter in letters:
            col = col * 26 + ord(letter.upper()) - 64
        ends.append((int(end[len(letters) :] or 0), col))
    return ends[0], ends[-1]


# --------------------------------------------------------------------------------------------------------------------------- Word


def _word_grids(data: bytes) -> list[OwnGrid]:
    _check_word(data)
    import docx  # noqa: PLC0415  (only this command needs it, and it takes its time)
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415

    try:
        document: Any = docx.Document(io.BytesIO(data))
        return list(_of_document(document))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, IndexError, SyntaxError) as problem:
        raise Unreadable("file-damaged", part=_WORD_PART) from problem


def _check_word(data: bytes) -> None:
    """Every part inflated once within the limits; no part of XML may declare a type."""
    if len(data) > RETURNS.file_bytes:
        raise too_large("file_bytes", RETURNS.file_bytes)
    archive = Archive(data, RETURNS)
    for name, part in archive.parts.items():
        tail = b""
        for piece in archive.inflated(part):
            if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in tail + piece:
                raise Unreadable("file-unsafe", part=part.name, why="dtd")
            tail = piece[-9:]


def _of_document(document: Any) -> Iterator[OwnGrid]:
    """Tables with the paragraphs right above them; one without heads goes on from the one before, where a page or a break parted them."""
    above: list[str] = []
    made: OwnGrid | None = None
    spent = count = 0
    for block in document.iter_inner_content():
        if not hasattr(block, "rows"):
            above = [*above[-7:], block.text] if block.text.strip() else above
            continue
        count += 1
        rows = list(_word_rows(block))
        spent += sum(len(row) for row in rows)
        if spent > WORD_CELLS or count > WORD_TABLES:
            raise too_large("cells", WORD_CELLS)
        fresh = OwnGrid(f"bảng {count}", is_word=True, width=len(block.columns))
        _put(fresh, [{1: Seen(text)} for text in above], "")
        _put(fresh, rows, fresh.name)
        if made is not None and not columns_of(fresh.cells)[0] and fresh.width == made.width:
            _put(made, rows, fresh.name)
            continue
        if made is not None:
            yield made
        made, above = fresh, []
    if made is not None:
        yield made


def _put(grid: OwnGrid, rows: list[dict[int, Seen]], name: str) -> None:
    start = max((row for row, _ in grid.cells), default=0)
    starts = dict(grid.starts)
    for turn, row in enumerate(rows, 1):
        starts[start + turn] = f"{name}, dòng {turn}" if name else grid.name
        for col, seen in row.items():
            grid.cells[start + turn, col] = seen
    grid.starts = starts


def _word_rows(table: Table) -> Iterator[dict[int, Seen]]:
    """The cells of every row by column of the grid; those merged downwards repeat what the first one says, as shared."""
    from docx.table import _Cell  # noqa: PLC0415

    above: dict[int, str] = {}
    for row in table._tbl.tr_lst:
        col, cells = 1 + (row.grid_before or 0), {}
        for tc in row.tc_lst:
            goes_on = tc.vMerge == "continue"
            text = above.get(col, "") if goes_on else _Cell(tc, table).text
            above[col] = text
            for turn in range(min(tc.grid_span, 40)):
                if text.strip():
                    cells[col + turn] = Seen(text, shared=goes_on or turn > 0)
            col += tc.grid_span
        yield cells
