"""A workbook as plain data, and the one writer that makes an .xlsx of it.

Everything we deliver is first a `Book`: cells with their value (for a formula: its right result), formula and look. The same data is
what a return is compared with. The writer is xlsxwriter, with parts patched where it lacks a feature. The same book gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name, xl_range
from xlsxwriter.workbook import Workbook as XlsxWorkbook
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet

from workbook_templates.look import BASE, LOOKS
from workbook_templates.measure import column_points, height_of, lines_of

Value = None | str | int | Fraction | date | datetime
Address = tuple[int, int]
"""Row and column, both from 1."""

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  (a fixed stamp, no moment: the same book must give the same bytes)


class WorkbookLimit(ValueError):
    """Something Excel would refuse or silently drop; always our mistake, found before a file leaves."""


def a1(row: int, col: int, *, absolute: bool = False) -> str:
    """The A1 name of a cell, rows and columns from 1."""
    name = xl_col_to_name(col - 1)
    return f"${name}${row}" if absolute else f"{name}{row}"


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return sheet if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", sheet) else "'" + sheet.replace("'", "''") + "'"


def text_literal(text: str) -> str:
    """A text as a literal of a formula; Excel takes at most 255 characters."""
    if len(text) > 255:
        raise WorkbookLimit(f"a literal of {len(text)} characters")
    return '"' + text.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `value` is what a viewer that does not calculate shows; `rich` gives its pieces a font each (look, text)."""

    value: Value = None
    formula: str = ""
    look: str = "text"
    rich: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """What a cell accepts as it is typed. `allow` is xlsxwriter's word; `source` a list of texts or a range for a drop-down."""

    area: str
    allow: Literal["list", "whole", "decimal", "date", "length", "custom"]
    title: str
    prompt: str
    error: str
    source: tuple[str, ...] | str = ()
    minimum: int | float | date | None = None
    maximum: int | float | date | None = None

    def __post_init__(self) -> None:
        if len(self.title) > 32 or max(len(self.prompt), len(self.error)) > 255:
            raise WorkbookLimit(f"validation words too long at {self.area}: {self.title}")
        if isinstance(self.source, tuple) and len(",".join(self.source)) > 255:
            raise WorkbookLimit(f"drop-down too long for a literal at {self.area}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A look put on cells of `area` for which `formula` (written for its first cell) holds."""

    area: str
    formula: str
    look: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: ranges are written in full, e.g. "'Tổng hợp'!$B$5:$B$12"."""

    anchor: Address
    title: str
    categories: str
    values: str
    axis_title: str = ""
    maximum: float | None = None
    width: int = 720
    height: int = 300
    counts: bool = False
    """Whether the values are whole numbers of things, not percent."""


@dataclass(slots=True)
class Sheet:
    """One sheet as data. Widths by column (in characters), heights by row (points; only where nobody types).

    `column_looks` are of columns with a width: how cells look that are not there yet.
    """

    name: str
    cells: dict[Address, Cell] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    column_looks: dict[int, str] = field(default_factory=dict)
    hidden_columns: tuple[int, ...] = ()
    merges: list[tuple[Address, Address]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: Address | None = None
    filter: tuple[Address, Address] | None = None
    state: Literal["visible", "veryHidden"] = "visible"
    locked: bool = True
    landscape: bool = False
    repeat_rows: tuple[int, int] | None = None
    repeat_columns: tuple[int, int] | None = None
    """Those that stand on every page where the table is wider than one; for sheets that are not fitted."""
    print_to: Address | None = None
    page_breaks: tuple[int, ...] = ()
    text_number_areas: tuple[str, ...] = ()
    gridlines: bool = False
    fit: bool = True
    """Whether it is fitted to one page in width. Excel heeds `page_breaks` only where it is not: such a sheet is as wide as its page."""

    def put(
        self,
        row: int,
        col: int,
        value: Value = None,
        look: str = "text",
        formula: str = "",
        rich: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Set one cell; rows and columns from 1."""
        self.cells[row, col] = Cell(value, formula, look, rich)

    def span(self, row: int, first: int, last: int, value: Value = None, look: str = "text", formula: str = "") -> None:
        """Set one cell and merge it to `last` on the same row; for headings only, a merged row does not grow."""
        self.put(row, first, value, look, formula)
        if last > first:
            self.merges.append(((row, first), (row, last)))

    def row(self, row: int, values: Iterable[Value], look: str = "text", first: int = 1) -> None:
        """Set neighbouring cells of one row, one look for all."""
        for offset, value in enumerate(values):
            self.put(row, first + offset, value, look)


@dataclass(slots=True)
class Book:
    """A workbook as data: its sheets in order, workbook-wide names, what `docProps` says, the password of the guard rail."""

    title: str
    sheets: list[Sheet]
    names: dict[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    password: str = ""
    author: str = ""

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name. Raises KeyError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def write_book(book: Book) -> bytes:
    """The .xlsx of a book. Raises WorkbookLimit where Excel's limits are passed."""
    buffer = io.BytesIO()
    out = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    out.formats[0].set_font_name(BASE["font_name"])
    out.set_properties({"title": book.title, "author": book.author, "created": EPOCH})
    for name, value in book.properties.items():
        out.set_custom_property(name, value, "text")
    looks = _Looks(out)
    for sheet in book.sheets:
        _write_sheet(out.add_worksheet(sheet.name, _PlainWorksheet), sheet, looks, out, book.password)
    for name, refers in sorted(book.names.items()):
        out.define_name(name, "=" + refers)
    _activate_first_visible(out, book)
    out.close()
    return _patched(buffer.getvalue(), book)


class _PlainWorksheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet that takes cells as they are: ours use only functions of Excel 2007, so none needs xlsxwriter's 30 rewrites.

    What a plain cell needs is done here with half the calls, in the very bytes that xlsxwriter gives; a test compares them.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def put(self, row: int, col: int, value: Any, form: Format, formula: str) -> None:
        """Nothing; a cell is there, as `write_formula`, `write_string`, `write_blank` or `write_number` put it."""
        if formula:
            made = CellFormulaTuple(formula, form, value)
        elif value == "":
            made = CellBlankTuple(form)
        elif isinstance(value, str):
            made = CellStringTuple(self.str_table._get_shared_string_index(value), form)
        else:
            made = CellNumberTuple(value, form)
        self.table[row][col] = made

    def bound(self, first: Address, last: Address) -> None:
        """Nothing; the sheet reaches from one place to the other, counted from 0. Raises WorkbookLimit beyond Excel's last."""
        if self._check_dimensions(*first) or self._check_dimensions(*last):
            raise WorkbookLimit(f"{last[0] + 1} rows, {last[1] + 1} columns")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        form = cell.format
        if form is None:
            super()._write_cell(row, col, cell)
            return
        kind = cell.__class__
        if kind is CellBlankTuple:
            self.fh.write(f'<c r="{_letters(col)}{row + 1}" s="{form._get_xf_index()}"/>')
        elif kind is CellStringTuple:
            self.fh.write(f'<c r="{_letters(col)}{row + 1}" s="{form._get_xf_index()}" t="s"><v>{cell.string}</v></c>')
        elif kind is CellNumberTuple:
            self.fh.write(f'<c r="{_letters(col)}{row + 1}" s="{form._get_xf_index()}"><v>{cell.number:.16G}</v></c>')
        elif kind is CellFormulaTuple and (not isinstance(cell.value, str) or cell.value[:1] != "#") and not isinstance(cell.value, bool):
            is_text = isinstance(cell.value, str)
            shown = ' t="str"' if is_text and cell.value else ""
            value = _escaped(cell.value) if is_text else cell.value
            head = f'<c r="{_letters(col)}{row + 1}" s="{form._get_xf_index()}"{shown}>'
            self.fh.write(f"{head}<f>{_escaped(cell.formula)}</f><v>{value}</v></c>")
        else:
            super()._write_cell(row, col, cell)


@cache
def _letters(col: int) -> str:
    """A column's letters, counted from 0."""
    return str(xl_col_to_name(col))


def _escaped(text: str) -> str:
    """Text between tags; line ends and quotes stay as they are."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


class _Looks:
    """Formats by look, made once each and in order of first use, so that style numbers are the same every time."""

    def __init__(self, out: XlsxWorkbook) -> None:
        self._out = out
        self._made: dict[str, Format] = {}

    def __getitem__(self, look: str) -> Format:
        made = self._made.get(look)
        if made is None:
            made = self._made[look] = self._out.add_format({**BASE, **LOOKS[look]})
        return made

    def difference(self, look: str) -> Format:
        """The format of a condition: only what the look itself says."""
        key = f"condition {look}"
        if key not in self._made:
            self._made[key] = self._out.add_format(dict(LOOKS[look]))
        return self._made[key]


def _activate_first_visible(out: XlsxWorkbook, book: Book) -> None:
    first = next(index for index, sheet in enumerate(book.sheets) if sheet.state == "visible")
    out.worksheets()[first].activate()
    out.worksheets()[first].set_first_sheet()


def _write_sheet(out: Worksheet, sheet: Sheet, looks: _Looks, workbook: XlsxWorkbook, password: str) -> None:
    for col, width in sheet.widths.items():
        look = looks[sheet.column_looks[col]] if col in sheet.column_looks else None
        out.set_column(col - 1, col - 1, width, look, {"hidden": 1} if col in sheet.hidden_columns else {})
    for row, height in sheet.heights.items():
        out.set_row(row - 1, height)
    for row, height in _wrapped_heights(sheet).items():
        out.set_row(row - 1, height)
    for (row, first), (last_row, last) in sheet.merges:
        out.merge_range(row - 1, first - 1, last_row - 1, last - 1, "", looks[sheet.cells[row, first].look])
    if sheet.cells:
        rows, cols = [row for row, _ in sheet.cells], [col for _, col in sheet.cells]
        out.bound((min(rows) - 1, min(cols) - 1), (max(rows) - 1, max(cols) - 1))
    for (row, col), cell in sorted(sheet.cells.items()):
        _write_cell(out, row - 1, col - 1, cell, looks)
    for validation in sheet.validations:
        _write_validation(out, validation)
    for condition in sheet.conditions:
        out.conditional_format(
            condition.area,
            {"type": "formula", "criteria": "=" + condition.formula, "format": looks.difference(condition.look)},
        )
    for chart in sheet.charts:
        _write_chart(out, chart, workbook)
    if sheet.freeze:
        out.freeze_panes(sheet.freeze[0] - 1, sheet.freeze[1] - 1)
    if sheet.filter:
        (row, first), (last_row, last) = sheet.filter
        out.autofilter(row - 1, first - 1, last_row - 1, last - 1)
    if sheet.text_number_areas:
        out.ignore_errors({"number_stored_as_text": " ".join(sheet.text_number_areas)})
    if sheet.state == "veryHidden":
        out.very_hidden()
    _set_page(out, sheet)
    if not sheet.gridlines:
        out.hide_gridlines(2)
    if sheet.locked:
        out.protect(
            password,
            {"format_columns": True, "format_rows": True, "autofilter": True, "objects": True, "scenarios": True},
        )


DEFAULT_WIDTH, DEFAULT_HEIGHT = 8.43, 15.0


def _wrapped_heights(sheet: Sheet) -> dict[int, float]:
    """Heights, in points, of the rows whose wrapped text needs more than one line and that have none of their own."""
    merged = dict(sheet.merges)
    heights: dict[int, float] = {}
    for (row, col), cell in sheet.cells.items():
        value = cell.value
        if not isinstance(value, str) or not value or row in sheet.heights or not (wrap := _wrapping(cell.look)).wraps:
            continue
        last = merged.get((row, col), (row, col))[1]
        width = sum([sheet.widths.get(one, DEFAULT_WIDTH) for one in range(col, last + 1)])
        height = _height(value, width, wrap)
        if height > heights.get(row, 0.0):
            heights[row] = height
    return {row: height for row, height in heights.items() if height > DEFAULT_HEIGHT + 2}


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


@lru_cache(maxsize=32_768)
def _height(text: str, width: float, wrap: _Wrapping) -> float:
    """The height, in points, of a text in a column so many characters wide."""
    return height_of(lines_of(text, column_points(width) - 7 * wrap.indent, wrap.size, wrap.bold), wrap.size)


def _write_cell(out: Worksheet, row: int, col: int, cell: Cell, looks: _Looks) -> None:
    form = looks[cell.look]
    if cell.rich and not cell.formula:
        pieces: list[Any] = []
        for look, text in cell.rich:
            pieces += [looks[look], text]
        out.write_rich_string(row, col, *pieces, form)
    elif isinstance(cell.value, date) and not cell.formula:
        out.write_datetime(row, col, cell.value, form)
    else:
        if isinstance(cell.value, str) and len(cell.value) > 32_767:
            raise WorkbookLimit(f"{len(cell.value)} characters in one cell")
        out.put(row, col, _cached(cell.value), form, cell.formula)


def _cached(value: Value) -> Any:
    """A value as the file holds it; binary only here, at the very edge."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value


def _write_validation(out: Worksheet, rule: Validation) -> None:
    options: dict[str, Any] = {
        "validate": rule.allow,
        "input_title": rule.title,
        "input_message": rule.prompt,
        "error_title": rule.title,
        "error_message": rule.error,
        "error_type": "stop",
    }
    if rule.allow == "list":
        options["source"] = "=" + rule.source if isinstance(rule.source, str) else list(rule.source)
    elif rule.allow == "custom":
        options["value"] = f"={rule.source}"
    else:
        options |= {"criteria": "between", "minimum": rule.minimum, "maximum": rule.maximum}
    first = xl_cell_to_rowcol(rule.area.split(":")[0])
    last = xl_cell_to_rowcol(rule.area.split(":")[-1])
    if out.data_validation(*first, *last, options):
        raise WorkbookLimit(f"validation refused at {rule.area}: {rule.title}")


def _write_chart(out: Worksheet, chart: Chart, workbook: XlsxWorkbook) -> None:
    made: Any = workbook.add_chart({"type": "bar"})
    font = {"name": BASE["font_name"], "size": 11}
    made.add_series(
        {
            "categories": "=" + chart.categories,
            "values": "=" + chart.values,
            "fill": {"color": "#5B7F95"},
            "gap": 60,
            "data_labels": {"value": True, "num_format": "0" if chart.counts else "0.0", "font": font},
        }
    )
    made.set_title({"name": chart.title, "name_font": {**font, "size": 12, "bold": True}, "overlay": False})
    made.set_legend({"none": True})
    made.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": font, "line": {"color": "#A6A6A6"}})
    axis: dict[str, Any] = {
        "num_font": font,
        "min": 0,
        "major_gridlines": {"visible": True, "line": {"color": "#E3E3E3"}},
        **({} if chart.counts else {"major_unit": 20}),
        "name": chart.axis_title,
        "name_font": font,
        "num_format": "0",
    }
    if chart.maximum is not None:
        axis["max"] = chart.maximum
    made.set_x_axis(axis)
    made.set_size({"width": chart.width, "height": chart.height})
    made.set_chartarea({"border": {"color": "#D0D0D0"}})
    out.insert_chart(chart.anchor[0] - 1, chart.anchor[1] - 1, made, {"object_position": 1})


def _set_page(out: Worksheet, sheet: Sheet) -> None:
    out.set_paper(9)
    if sheet.landscape:
        out.set_landscape()
    # NĐ 30/2020/NĐ-CP, Phụ lục I: top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm
    out.set_margins(left=30 / 25.4, right=15 / 25.4, top=20 / 25.4, bottom=20 / 25.4)
    out.set_header('&C&"Times New Roman,Regular"&13&P', {"margin": 10 / 25.4})
    if sheet.fit:
        out.fit_to_pages(1, 0)
    else:
        out.center_horizontally()
    out.set_start_page(1)
    if sheet.repeat_rows:
        out.repeat_rows(sheet.repeat_rows[0] - 1, sheet.repeat_rows[1] - 1)
    if sheet.repeat_columns:
        out.repeat_columns(sheet.repeat_columns[0] - 1, sheet.repeat_columns[1] - 1)
    if sheet.print_to:
        out.print_area(0, 0, sheet.print_to[0] - 1, sheet.print_to[1] - 1)
    if sheet.page_breaks:
        out.set_h_pagebreaks(list(sheet.page_breaks))


_CUSTOM_HEIGHT = re.compile(r'(<row r="(\d+)"[^>]*?) customHeight="1"')
_EMPTY_TEXT_RESULT = re.compile(r'(<c r="[A-Z]+\d+"(?: s="\d+")?)>(<f>[^<]*</f>)<v></v>')
_HEADER = re.compile(r"<headerFooter>(.*?)</headerFooter>", re.DOTALL)
STAMP = (2000, 1, 1, 0, 0, 0)
"""The time every part of every package bears."""


def _patched(data: bytes, book: Book) -> bytes:
    """The workbook with what xlsxwriter lacks: a locked structure, a first page without number, empty text as a formula's result."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == "xl/workbook.xml" and book.password:
                lock = f'<workbookProtection workbookPassword="{_legacy_hash(book.password)}" lockStructure="1"/>'
                part = part.replace(b"<bookViews>", lock.encode() + b"<bookViews>", 1)
            elif info.filename.startswith("xl/worksheets/sheet"):
                fixed = book.sheets[int(info.filename.removeprefix("xl/worksheets/sheet").removesuffix(".xml")) - 1].heights
                part = _patched_sheet(part.decode("utf-8"), fixed).encode("utf-8")
            target.writestr(zipfile.ZipInfo(info.filename, STAMP), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _patched_sheet(text: str, fixed: Mapping[int, float]) -> str:
    """A sheet's XML whose rows may grow unless their height is fixed, with typed empty results and no number on page 1."""
    text = _CUSTOM_HEIGHT.sub(lambda found: found[0] if int(found[2]) in fixed else found[1], text)
    text = _EMPTY_TEXT_RESULT.sub(r'\1 t="str">\2<v></v>', text)
    return _HEADER.sub(r'<headerFooter differentFirst="1">\1<firstHeader/></headerFooter>', text)


def _legacy_hash(password: str) -> str:
    """The 16-bit verifier of ECMA-376 part 1, 18.2.29, four hex digits: a guard rail, as sheet protection is."""
    value = 0
    for char in reversed(password):
        value = _turned(value) ^ ord(char)
    return f"{_turned(value) ^ len(password) ^ 0xCE4B:04X}"


def _turned(value: int) -> int:
    """Fifteen bits turned left by one."""
    return ((value >> 14) & 1) | ((value << 1) & 0x7FFF)


def area(first: Address, last: Address) -> str:
    """The A1 name of a range, e.g. "B5:C9"."""
    return str(xl_range(first[0] - 1, first[1] - 1, last[0] - 1, last[1] - 1))
