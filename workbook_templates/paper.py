"""A sheet made for paper: A4 after NĐ 30/2020/NĐ-CP, as wide as the page, every row's height and every page break worked out here.

Rows flow down the page; a block that belongs together (a signature with the end of its table, a heading with what it heads) is never
torn, and no text is cut: what needs more than one row of a spreadsheet can hold goes on in the next. Numbers are shown as text with a
decimal comma, whatever the machine's locale, by formulas over working columns beside the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from rubric_versions.numbers import rounded, vi, vi_short
from workbook_templates.book import Cell, Sheet, Value, a1
from workbook_templates.look import BASE, LOOKS
from workbook_templates.measure import column_points, height_of, lines_of

_MM = 72 / 25.4
PORTRAIT, LANDSCAPE = (165 * _MM, 257 * _MM), (252 * _MM, 170 * _MM)
"""Width and height, in points, of what margins of 20, 20, 30 and 15 mm (top, bottom, left, right) leave of A4."""

_USED_HEIGHT = 0.965
"""Share of the page's height that is filled: programs differ by a point or two a row."""

_POINTS_A_CHARACTER = 5.52
"""Width of a column's character in LibreOffice, which draws Times New Roman's digits at 5,5 points; Excel rounds them to 7 pixels, 5,25
points, so that there the sheet is a twentieth narrower and stands in the middle of its page."""

_TALLEST, _TALLEST_LANDSCAPE = 250.0, 150.0  # points of one row; a spreadsheet's ends at 409, and a shorter one leaves no page half empty
_SIGNING_SPACE, _SIGNING_ROWS = 64.0, 4

WORKING = "Cột tính, không in"

NUMBER_DIGITS = 2
"""Decimals of points on paper; a value with more shows up to four."""


def shown_points(value: Fraction) -> str:
    """Points as paper has them: two decimals, up to four where they are needed."""
    return vi(value, NUMBER_DIGITS) if rounded(value, NUMBER_DIGITS) == rounded(value, 4) else vi_short(value, 4)


def points_formula(cell: str) -> str:
    """`shown_points` of a working cell in Excel's words; text and emptiness in it are shown as they are."""
    text = f'IF(ROUND({cell},{NUMBER_DIGITS})=ROUND({cell},4),FIXED({cell},{NUMBER_DIGITS},TRUE),ROUND({cell},4)&"")'
    return f'IF(ISNUMBER({cell}),SUBSTITUTE({text},".",","),{cell}&"")'


def digits_formula(cell: str, digits: int) -> str:
    """A working cell's number with so many decimals and a comma; text is shown as it is."""
    return f'IF(ISNUMBER({cell}),SUBSTITUTE(FIXED({cell},{digits},TRUE),".",","),{cell}&"")'


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature: lines of capacity ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH") and the name below, empty where it is written by hand."""

    lines: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    row: int
    height: float
    keep: bool


class Paper:
    """One sheet for paper, filled from the top; `finish` gives it. `columns` are shares of the page's width."""

    def __init__(self, name: str, columns: Sequence[float], *, landscape: bool = False, working: int = 0, locked: bool = True) -> None:
        width, height = LANDSCAPE if landscape else PORTRAIT
        self.sheet = Sheet(name, landscape=landscape, fit=False, locked=locked)
        self.columns = len(columns)
        self.next_row = 1
        characters = width / _POINTS_A_CHARACTER
        for col, share in enumerate(columns, 1):
            self.sheet.widths[col] = round(characters * share / sum(columns) - 5 / 7, 2)
        self.first_working = self.columns + 2  # in sight beside the page: LibreOffice prints ### for the numbers of hidden columns
        self._has_working = working > 0
        self.sheet.widths |= dict.fromkeys(range(self.columns + 1, self.first_working + working), 9.0)
        self._capacity = height * _USED_HEIGHT
        self._tallest = _TALLEST_LANDSCAPE if landscape else _TALLEST
        self._rows: list[_Row] = []

    # ---------------------------------------------------------------------------------------------------------------- single lines

    def space(self, points: float = 6.0, *, keep: bool = False) -> None:
        """An empty line of that height."""
        self._add(points, keep=keep)

    def text(self, value: str, look: str = "paper", first: int = 1, last: int | None = None, *, keep: bool = False) -> None:
        """One paragraph over the columns from `first` to `last`, over as many rows as its length needs."""
        last = last or self.columns
        for piece in self._pieces(value, look, self._width(first, last)):
            row = self.next_row
            self.sheet.span(row, first, last, piece, look)
            self._add(self._height(piece, look, self._width(first, last)), keep=keep)

    def line(self, cells: Sequence[tuple[int, int, str, str]], *, keep: bool = False) -> None:
        """Several spans on one row: first column, last column, text, look."""
        row, height = self.next_row, 0.0
        for first, last, value, look in cells:
            self.sheet.span(row, first, last, value, look)
            height = max(height, self._height(value, look, self._width(first, last)))
        self._add(height, keep=keep)

    def letter_head(self, parent: str, body: str, number: str, dated: str, middle: int) -> None:
        """Issuing body up to column `middle`, Quốc hiệu and Tiêu ngữ beside it, number and date (Phụ lục I, mục II.1 to II.4)."""
        row = self.next_row
        left, right = (1, middle), (middle + 1, self.columns)
        pieces = [("piece_12", parent.upper() + "\n")] if parent else []
        pieces.append(("piece_12_bold", body.upper()))
        self.sheet.cells[row, 1] = Cell("".join(text for _, text in pieces), look="letter_block", rich=tuple(pieces) if parent else ())
        if not parent:
            self.sheet.cells[row, 1] = Cell(body.upper(), look="letter_left")
        self.sheet.merges.append(((row, 1), (row + 2, middle)))
        lines = sum(lines_of(text.rstrip("\n"), self._width(*left), 12.0, True) for _, text in pieces)
        for text, look in (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "letter_right"), ("Độc lập - Tự do - Hạnh phúc", "letter_motto")):
            self.sheet.span(self.next_row, *right, text, look)
            self._add(19.0, keep=True)
        self._add(max(4.0, height_of(lines, 12.0) - 38.0), keep=True)
        self.line([(*left, number, "paper_left"), (*right, dated, "letter_date")], keep=True)

    # ---------------------------------------------------------------------------------------------------------------- tables

    def head(self, labels: Sequence[str], look: str = "head", numbers: str = "head_number", *, repeat: bool = True) -> None:
        """The heads of a table and the row that numbers them (1)(2)(3); repeated on every page (one table of a sheet only)."""
        first = self.next_row
        self.row([Cell(label, look=look) for label in labels], keep=True)
        if self._has_working:
            self.sheet.put(first, self.first_working, WORKING, "helper")
        self.row([Cell(f"({turn})", look=numbers) for turn in range(1, len(labels) + 1)], keep=True)
        if repeat:
            self.sheet.repeat_rows = (first, first + 1)

    def row(self, cells: Sequence[Cell], working: Sequence[Cell] = (), *, keep: bool = False) -> int:
        """The number of the row that holds these cells, one a column; text too long for a row goes on in rows below it."""
        chunks = [self._chunks(cell, col) for col, cell in enumerate(cells, 1)]
        first = self.next_row
        for turn in range(max(len(chunk) for chunk in chunks)):
            row, height = self.next_row, 0.0
            for col, chunk in enumerate(chunks, 1):
                cell = chunk[turn] if turn < len(chunk) else Cell(None, look=cells[col - 1].look)
                self.sheet.cells[row, col] = cell
                height = max(height, self._cell_height(cell, col))
            for offset, cell in enumerate(working if turn == 0 else ()):
                self.sheet.cells[row, self.first_working + offset] = cell
            self._add(height, keep=keep)
        return first

    def working(self, row: int, index: int) -> str:
        """The address of a working cell of a row, `index` from 0."""
        return a1(row, self.first_working + index)

    def points(self, row: int, index: int, value: Fraction | str | None, look: str = "centre") -> Cell:
        """What shows the working cell `index` of a row: points, or the words in it."""
        text = shown_points(value) if isinstance(value, Fraction) else value or ""
        return Cell(text, points_formula(self.working(row, index)), look)

    # ---------------------------------------------------------------------------------------------------------------- the end

    def signatures(self, signers: Sequence[Signer], *, left: Sequence[str] = ()) -> None:
        """The signature block at the right places, kept whole and with the two rows before it; `left` stands beside a single signer."""
        self._keep_last(2)
        self.space(8, keep=True)
        places = self._thirds(max(2, len(signers)))[-len(signers) :]
        lines = max(len(one.lines) for one in signers)
        for turn in range(lines):
            shown = [
                (*place, one.lines[turn] if turn < len(one.lines) else "", "paper_signature")
                for place, one in zip(places, signers, strict=True)
            ]
            self.line(shown, keep=True)
        start = self.next_row - lines
        for _ in range(_SIGNING_ROWS):  # rows, not one tall one: the lines beside stand close
            self.space(_SIGNING_SPACE / _SIGNING_ROWS, keep=True)
        self.line([(*place, one.name or " ", "paper_signature") for place, one in zip(places, signers, strict=True)])
        if left:
            end = places[0][0] - 1
            for offset, text in enumerate(left):
                self.sheet.span(start + offset, 1, end, text, "paper_receivers" if offset else "paper_receivers_head")

    def finish(self) -> Sheet:
        """The sheet, its pages broken where they end."""
        repeated = self.sheet.repeat_rows
        again = sum(one.height for one in self._rows if repeated and repeated[0] <= one.row <= repeated[1])
        used, breaks = 0.0, []
        for block in self._blocks():
            tall = sum(one.height for one in block)
            if used and used + tall > self._capacity:
                breaks.append(block[0].row - 1)
                used = again if repeated and block[0].row > repeated[1] else 0.0
            for one in block:  # a block taller than a page is torn after all
                if used and used + one.height > self._capacity:
                    breaks.append(one.row - 1)
                    used = again if repeated and one.row > repeated[1] else 0.0
                used += one.height
        self.sheet.page_breaks = tuple(breaks)
        self.sheet.print_to = (self.next_row - 1, self.columns)
        return self.sheet

    @property
    def pages(self) -> int:
        """How many pages `finish` has made of it."""
        return len(self.sheet.page_breaks) + 1

    # ---------------------------------------------------------------------------------------------------------------- measuring

    def _add(self, height: float, *, keep: bool) -> None:
        self.sheet.heights[self.next_row] = round(height, 2)
        self._rows.append(_Row(self.next_row, height, keep))
        self.next_row += 1

    def _keep_last(self, count: int) -> None:
        for index in range(max(0, len(self._rows) - count), len(self._rows)):
            self._rows[index] = replace(self._rows[index], keep=True)

    def _blocks(self) -> list[list[_Row]]:
        """The rows in runs that stay together."""
        blocks: list[list[_Row]] = []
        joined = False
        for one in self._rows:
            if joined:
                blocks[-1].append(one)
            else:
                blocks.append([one])
            joined = one.keep
        return blocks

    def _width(self, first: int, last: int) -> float:
        return column_points(sum(self.sheet.widths[col] + 5 / 7 for col in range(first, last + 1)) - 5 / 7)

    def _cell_height(self, cell: Cell, col: int) -> float:
        text = "".join(piece for _, piece in cell.rich) if cell.rich else cell.value
        return self._height(text, cell.look, self._width(col, col))

    def _height(self, value: Value, look: str, width: float) -> float:
        size = _size(look)
        if not isinstance(value, str) or not value or not LOOKS[look].get("text_wrap"):
            return height_of(1, size)
        return min(self._tallest + 3, height_of(lines_of(value, width, size, bool(LOOKS[look].get("bold"))), size))

    def _chunks(self, cell: Cell, col: int) -> list[Cell]:
        if cell.formula or cell.rich or not isinstance(cell.value, str):
            return [cell]
        return [replace(cell, value=piece) for piece in self._pieces(cell.value, cell.look, self._width(col, col))]

    def _pieces(self, text: str, look: str, width: float) -> list[str]:
        """`text` in pieces, each of which fits into one row."""
        size, bold = _size(look), bool(LOOKS[look].get("bold"))
        most = int(self._tallest / height_of(1, size))
        if not LOOKS[look].get("text_wrap") or lines_of(text, width, size, bold) <= most:
            return [text]
        pieces, rest = [], text
        while lines_of(rest, width, size, bold) > most:
            cut = _longest(rest, width, size, bold, most)
            pieces.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        return [*pieces, rest] if rest else pieces

    def _thirds(self, count: int) -> list[tuple[int, int]]:
        """The page's columns in `count` neighbouring spans of about the same width."""
        total = sum(self.sheet.widths[col] for col in range(1, self.columns + 1))
        first, used = 1, 0.0
        spans: list[tuple[int, int]] = []
        for col in range(1, self.columns + 1):
            used += self.sheet.widths[col]
            left = count - len(spans) - 1
            if left and used >= total * (len(spans) + 1) / count - 1e-6 and self.columns - col >= left:
                spans.append((first, col))
                first = col + 1
        return [*spans, (first, self.columns)]


def _size(look: str) -> float:
    return float(LOOKS[look].get("font_size", BASE["font_size"]))


def _longest(text: str, width: float, size: float, bold: bool, most: int) -> int:
    """How many characters of `text`, up to the end of a word where there is one, fill at most so many lines."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if lines_of(text[:middle], width, size, bold) <= most:
            low = middle
        else:
            high = middle - 1
    word = max(text.rfind(" ", 0, low + 1), text.rfind("\n", 0, low + 1))
    return word if word > low // 2 else low
