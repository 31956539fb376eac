"""A workbook as plain data, and the one writer that makes an .xlsx of it.

Everything we deliver is first a `Book`: cells with their value (for a formula: its right result), formula and look. The same data is
what a return is compared with. xlsxwriter makes the package and all of a sheet but its rows, which `sheet_xml` makes in the same bytes
several times faster; what xlsxwriter lacks is put in as the parts are written, each once. The same book gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.packager import Packager
from xlsxwriter.utility import xl_cell_to_rowcol, xl_range
from xlsxwriter.workbook import Workbook as XlsxWorkbook
from xlsxwriter.worksheet import Worksheet

from workbook_templates.cells import Address, Cell, Rows, Value, a1
from workbook_templates.look import BASE, LOOKS
from workbook_templates.package import Packed, PackedPart, PartWriter
from workbook_templates.sheet_xml import (
    DEFAULT_HEIGHT,
    DEFAULT_WIDTH,
    Columns,
    Strings,
    TextsPart,
    WorkbookLimit,
    cached,
    cell_xml,
    row_start,
    text_height,
)

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  (a fixed stamp, no moment: the same book must give the same bytes)


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return sheet if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", sheet) else "'" + sheet.replace("'", "''") + "'"


def text_literal(text: str) -> str:
    """A text as a literal of a formula; Excel takes at most 255 characters."""
    if len(text) > 255:
        raise WorkbookLimit(f"a literal of {len(text)} characters")
    return '"' + text.replace('"', '""') + '"'


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
    tables: list[Rows] = field(default_factory=list)
    """Rows of one shape, from the top down; none of `cells` stands among them."""
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

    def all_cells(self) -> Iterator[tuple[Address, Cell]]:
        """Every cell with its place, those of tables too, in no order."""
        yield from self.cells.items()
        for rows in self.tables:
            yield from rows.cells()

    def at(self, row: int, col: int) -> Cell | None:
        """The cell of a place, None where there is none."""
        return self.cells.get((row, col)) or next((cell for rows in self.tables if (cell := rows.at(row, col))), None)


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


class Written(NamedTuple):
    """A workbook as a file's bytes, and the digest of its parts."""

    data: bytes
    digest: str


def write_book(book: Book) -> bytes:
    """The .xlsx of a book. Raises WorkbookLimit where Excel's limits are passed."""
    return written(book).data


def written(book: Book) -> Written:
    """The .xlsx of a book with the digest of its parts. Raises WorkbookLimit where Excel's limits are passed."""
    out = _Workbook(book.password)
    out.formats[0].set_font_name(BASE["font_name"])
    out.set_properties({"title": book.title, "author": book.author, "created": EPOCH})
    for name, value in book.properties.items():
        out.set_custom_property(name, value, "text")
    looks = _Looks(out)
    for sheet in book.sheets:
        _write_sheet(out.add_worksheet(sheet.name, _Worksheet), sheet, looks, out, book.password)
    for name, refers in sorted(book.names.items()):
        out.define_name(name, "=" + refers)
    _activate_first_visible(out, book)
    out.close()
    return Written(*Packed(out.packager.parts).with_parts(()))


class _Packager(Packager):  # type: ignore[misc]  # xlsxwriter has no types
    """Takes the parts one after another as xlsxwriter writes them, each deflated as it grows: none is whole in memory or packed twice."""

    def __init__(self) -> None:
        super().__init__()
        self._making: list[PartWriter] = []
        self.parts: list[PackedPart] = []

    def _filename(self, xml_filename: str) -> PartWriter:
        self._end_part()
        self._making.append(PartWriter(xml_filename))
        return self._making[-1]

    def _end_part(self) -> None:
        if self._making:
            self.parts.append(self._making.pop().packed())

    def _write_shared_strings_file(self) -> None:
        texts = TextsPart()
        texts.string_table = self.workbook.str_table
        if texts.string_table.count:
            texts._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            texts._assemble_xml_file()

    _write_sheets = Packager._write_worksheet_files

    def _write_worksheet_files(self) -> None:
        """Nothing: they are written first, for they tell which texts there are."""

    def _create_package(self) -> list[Any]:
        """No files for xlsxwriter to pack: they are in `parts`."""
        self._write_sheets()
        super()._create_package()
        self._end_part()
        self.parts.sort(key=lambda part: part.name != "[Content_Types].xml")  # which readers want first
        return []


class _Workbook(XlsxWorkbook):  # type: ignore[misc]
    """A workbook whose parts are left in its packager, its structure locked where there is a password."""

    def __init__(self, password: str) -> None:
        super().__init__(io.BytesIO(), {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
        self.str_table = Strings()
        self.packager = _Packager()
        self._password = password

    def _get_packager(self) -> _Packager:
        return self.packager

    def _write_book_views(self) -> None:
        if self._password:
            attributes = [("workbookPassword", _legacy_hash(self._password)), ("lockStructure", "1")]
            self._xml_empty_tag("workbookProtection", attributes)
        super()._write_book_views()


class _Worksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that writes the cells of a `Sheet` as they are: ours use only functions of Excel 2007, so none needs xlsxwriter's 30
    rewrites. Its first page bears no number, and a row grows as somebody types unless its height is fixed."""

    def hold(self, sheet: Sheet, looks: _Looks) -> None:
        """Nothing; the cells are those of the sheet. Raises WorkbookLimit beyond Excel's last row or column."""
        self._sheet, self._looks = sheet, looks
        cells = dict(sheet.cells)
        for (row, first), (last_row, last) in sheet.merges:
            for place in ((one, col) for one in range(row, last_row + 1) for col in range(first, last + 1)):
                cells.setdefault(place, Cell(look=sheet.cells[row, first].look))
        self._rows: dict[int, dict[int, Cell]] = {}
        for (row, col), cell in sorted(cells.items()):
            self._rows.setdefault(row, {})[col] = cell
        bounds = [*sheet.cells, *((row, col) for rows in sheet.tables for row, col in ((rows.first, 1), (rows.end - 1, len(rows.looks))))]
        if bounds:
            row_numbers, col_numbers = zip(*bounds, strict=True)
            for edge in (min, max):
                if self._check_dimensions(edge(row_numbers) - 1, edge(col_numbers) - 1):
                    raise WorkbookLimit(f"row {edge(row_numbers)}, column {edge(col_numbers)}")
        for table in sheet.tables:
            if sheet.charts or any(table.first <= row < table.end for row in (*self._rows, *sheet.heights)):
                raise WorkbookLimit(f"something stands among the rows of a table from row {table.first} on: {sheet.name}")

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def _get_range_data(self, row_start: int, col_start: int, row_end: int, col_end: int) -> list[Any]:
        """What a chart shows of a range until it is drawn anew."""
        found: list[Any] = []
        for row in range(row_start + 1, row_end + 2):
            for col in range(col_start + 1, col_end + 2):
                cell = self._sheet.at(row, col)
                value = None if cell is None else cached(cell.value)
                found.append(value if value is None or isinstance(value, str) or (cell and cell.formula) else f"{value:.16g}")
        return found

    def _write_rows(self) -> None:
        spans = self._spans()
        tables = {rows.first: rows for rows in self._sheet.tables if rows.values}
        columns = Columns(self._style, self._plain, self._sheet.widths, self.str_table)
        for row in sorted({*self._rows, *(row + 1 for row in self.row_info), *tables}):
            if row in tables:
                for xml in columns.rows(tables[row], spans):
                    self.fh.write(xml)
            else:
                self._write_single(row, spans(row))

    def _write_single(self, row: int, spans: str) -> None:
        """Nothing; a row was written whose cells were put one by one."""
        height = self.row_info[row - 1].height * 0.75 if row - 1 in self.row_info else 0.0
        start = row_start(row, spans, height, fixed=row in self._sheet.heights)
        if row not in self._rows:
            self.fh.write(start.removesuffix(">") + "/>")
            return
        cells = [self._cell(row, col, cell) for col, cell in self._rows[row].items()]
        self.fh.write(f"{start}{''.join(cells)}</row>")

    def _cell(self, row: int, col: int, cell: Cell) -> str:
        style = self._style(cell.look)
        if cell.rich and not cell.formula:
            pieces = [one for look, text in cell.rich for one in (self._looks[look], text)]
            self.write_rich_string(row - 1, col - 1, *pieces, self._looks[cell.look])
            return f'<c r="{a1(row, col)}" s="{style}" t="s"><v>{self.table[row - 1][col - 1].string}</v></c>'
        return cell_xml(a1(row, col), style, self._plain(cell.value), cell.formula, self.str_table)

    def _style(self, look: str) -> int:
        """The number of a look in the styles."""
        return int(self._looks[look]._get_xf_index())

    def _plain(self, value: Value) -> Any:
        return self._convert_date_time(value) if isinstance(value, date) else cached(value)

    def _spans(self) -> Callable[[int], str]:
        """The attribute that tells a row's first and last column, for every sixteen rows, as Excel does."""
        found: dict[int, tuple[int, int]] = {}
        wide = [(row, min(cells), max(cells)) for row, cells in self._rows.items()]
        wide += [(row, 1, len(rows.looks)) for rows in self._sheet.tables for row in (*range(rows.first, rows.end, 16), rows.end - 1)]
        for row, first, last in wide:
            before = found.get((row - 1) // 16, (first, last))
            found[(row - 1) // 16] = min(first, before[0]), max(last, before[1])
        told = {block: f' spans="{first}:{last}"' for block, (first, last) in found.items()}
        return lambda row: told.get((row - 1) // 16, "")

    def _write_header_footer(self) -> None:
        """A header on every page but the first (NĐ 30/2020/NĐ-CP, Phụ lục I)."""
        self._xml_start_tag("headerFooter", [("differentFirst", 1)])
        self._write_odd_header()
        self._xml_empty_tag("firstHeader")
        self._xml_end_tag("headerFooter")


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
    out.hold(sheet, looks)
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


def _wrapped_heights(sheet: Sheet) -> dict[int, float]:
    """Heights, in points, of the rows whose wrapped text needs more than one line and that have none of their own."""
    merged = dict(sheet.merges)
    heights: dict[int, float] = {}
    for (row, col), cell in sheet.cells.items():
        value = cell.value
        if not isinstance(value, str) or not value or row in sheet.heights:
            continue
        width = sheet.widths.get(col, DEFAULT_WIDTH)
        if (row, col) in merged:
            width = sum([sheet.widths.get(one, DEFAULT_WIDTH) for one in range(col, merged[row, col][1] + 1)])
        height = text_height(value, width, cell.look)
        if height > heights.get(row, 0.0):
            heights[row] = height
    return {row: height for row, height in heights.items() if height > DEFAULT_HEIGHT + 2}


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


STAMP = (2000, 1, 1, 0, 0, 0)
"""The time every part of every package bears."""


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


__all__ = [
    "EPOCH",
    "STAMP",
    "Address",
    "Book",
    "Cell",
    "Chart",
    "Condition",
    "Rows",
    "Sheet",
    "Validation",
    "Value",
    "WorkbookLimit",
    "Written",
    "a1",
    "area",
    "quoted",
    "text_literal",
    "write_book",
    "written",
]
