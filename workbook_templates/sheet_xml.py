"""Cells and rows as the XML of a sheet, in the very bytes that xlsxwriter gives for them one by one; a test compares them.

What a value of a column comes to is worked out once and then looked up: rows of a table say the same things again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable

from workbook_templates.cells import ROW, Cell, Rows, Value, letters
from workbook_templates.look import BASE, LOOKS
from workbook_templates.measure import column_points, height_of, lines_of

DEFAULT_WIDTH, DEFAULT_HEIGHT = 8.43, 15.0
USUAL_SIZE = 11
"""The font's size, in points, of what stands in tables."""
MOST_CHARACTERS = 32_767
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


class WorkbookLimit(ValueError):
    """Something Excel would refuse or silently drop; always our mistake, found before a file leaves."""


class TextsPart(SharedStrings):  # type: ignore[misc]  # xlsxwriter has no types
    """The part of a workbook that holds its texts; what needs no escape, nearly all, is told without searching for what would."""

    def _write_si(self, string: str) -> None:
        ends = string[:1] + string[-1:]
        is_plain = string.replace("\n", "").isprintable() and " " not in ends and "\n" not in ends and "_x" not in string
        if is_plain and escaped(string) is string:
            self.fh.write(f"<si><t>{string}</t></si>")
        else:
            super()._write_si(string)


class Strings(SharedStringTable):  # type: ignore[misc]
    """The texts of a workbook by number, told while its sheets are written: xlsxwriter wants them all before."""

    def _sort_string_data(self) -> None:
        self.string_array = self.string_table  # a dictionary keeps the order of its numbers

    def number(self, text: str) -> int:
        """The number of a text, counted as one more cell that shows it."""
        return int(self._get_shared_string_index(text))


def escaped(text: str) -> str:
    """Text between tags; line ends and quotes stay as they are."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def cached(value: Value) -> Any:
    """A value as the file holds it; binary only here, at the very edge."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


def cell_xml(place: str, style: int, value: Any, formula: str, strings: Strings) -> str:
    """One cell; an empty text that is a formula's result says that it is text, which xlsxwriter does not."""
    is_text = isinstance(value, str)
    if is_text and len(value) > MOST_CHARACTERS:
        raise WorkbookLimit(f"{len(value)} characters in one cell")
    if formula:
        kind = "" if not is_text else ' t="e"' if value in _ERRORS else ' t="str"'
        shown = escaped(value) if is_text else value
        return f'<c r="{place}" s="{style}"{kind}><f>{escaped(formula)}</f><v>{shown}</v></c>'
    if value == "":
        return f'<c r="{place}" s="{style}"/>'
    if is_text:
        return f'<c r="{place}" s="{style}" t="s"><v>{strings.number(value)}</v></c>'
    return f'<c r="{place}" s="{style}"><v>{value:.16G}</v></c>'


def row_start(row: int | str, spans: str, height: float, *, fixed: bool = False) -> str:
    """The tag that opens a row; `height` in points is what it has unless it grows, 0 for the usual one."""
    pixels = int(height * 4.0 / 3.0 + 0.5)
    told = f' ht="{pixels * 0.75:.16g}"' if pixels not in (0, 20) else ""
    stays = ' customHeight="1"' if told and fixed else ""
    return f'<row r="{row}"{spans}{told}{stays}>'


class _Made(NamedTuple):
    """What a value comes to: its cell, with ROW for the row's number; the row's height it asks for; 1 where it counts as a text; whether
    it takes several lines."""

    xml: str
    height: float
    texts: int
    broken: bool


_Key = Value | Cell | tuple[int, int]
"""A value to look up: a fraction as numerator and denominator, for a fraction itself is slow to hash and to compare."""


class _Column(dict[_Key, _Made]):
    """The cells of one column with one look and formula, by value."""

    def __init__(self, columns: Columns, col: int, look: str, formula: str) -> None:
        super().__init__()
        self._columns, self._col, self._look, self._formula = columns, col, look, formula

    def __missing__(self, key: _Key) -> _Made:
        columns = self._columns
        value = Fraction(*key) if isinstance(key, tuple) else key
        if isinstance(value, Cell):
            made = columns[self._col, value.look, value.formula][value.value]
        else:
            strings, plain = columns.strings, columns.plain(value)
            before = strings.count
            xml = cell_xml(letters(self._col) + ROW, columns.style(self._look), plain, self._formula, strings)
            texts = strings.count - before
            strings.count = before  # every cell is counted below, the first as all others
            height, broken = columns.height(value, self._col, self._look) if isinstance(value, str) and value else (0.0, False)
            made = _Made(xml, height, texts, broken)
        self[key] = made
        return made


class Columns(dict[tuple[int, str, str], _Column]):
    """The columns of the tables of one sheet, by place, look and formula."""

    def __init__(self, style: Callable[[str], int], plain: Callable[[Value], Any], widths: Mapping[int, float], strings: Strings) -> None:
        super().__init__()
        self.style, self.plain, self.strings = style, plain, strings
        self._widths = widths

    def __missing__(self, key: tuple[int, str, str]) -> _Column:
        made = self[key] = _Column(self, *key)
        return made

    def height(self, text: str, col: int, look: str) -> tuple[float, bool]:
        """The height a text asks for, 0 where it does not wrap; whether it takes more than one line of the usual size."""
        width = self._widths.get(col, DEFAULT_WIDTH)
        return text_height(text, width, look), lines_of(text, column_points(width), USUAL_SIZE) > 1

    def rows(self, rows: Rows, spans: Callable[[int], str]) -> Iterator[str]:
        """The XML of each of the rows; `spans` gives the attribute that tells a row's first and last column."""
        columns = [self[col, *shape] for col, shape in enumerate(zip(rows.looks, rows.formulas, strict=True), 1)]
        strings = self.strings
        for row, values in enumerate(rows.values, rows.first):
            keys = [value.as_integer_ratio() if value.__class__ is Fraction else value for value in values]
            made = [column[key] for column, key in zip(columns, keys, strict=True)]
            xmls, heights, texts, broken = zip(*made, strict=True)
            strings.count += sum(texts)
            if rows.air and True not in broken:
                start = row_start(ROW, spans(row), rows.air, fixed=True)
            else:
                height = max(heights)
                start = row_start(ROW, spans(row), height if height > DEFAULT_HEIGHT + 2 else 0.0)
            yield rows.placed(f"{start}{''.join(xmls)}</row>", row)


class _Wrapping(NamedTuple):
    """What of a look decides a row's height: whether it wraps, the font's size in points, the indent, bold."""

    wraps: bool
    size: float
    indent: int
    bold: bool


@cache
def _wrapping(look: str) -> _Wrapping:
    one = LOOKS[look]
    size = float(one.get("font_size", BASE["font_size"]))
    return _Wrapping(bool(one.get("text_wrap")), size, one.get("indent", 0), bool(one.get("bold")))


def text_height(text: str, width: float, look: str) -> float:
    """The height, in points, that a text asks for in columns so many characters wide; 0 where it does not wrap."""
    wrap = _wrapping(look)
    return _height(text, width, wrap) if wrap.wraps else 0.0


@lru_cache(maxsize=32_768)
def _height(text: str, width: float, wrap: _Wrapping) -> float:
    return height_of(lines_of(text, column_points(width) - 7 * wrap.indent, wrap.size, wrap.bold), wrap.size)
