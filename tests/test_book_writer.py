"""What the writer of books does by itself, for speed, gives the very bytes of xlsxwriter (issue 5, Books)."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256

import pytest
import xlsxwriter

from workbook_templates.book import Book, Cell, Chart, Rows, Sheet, Value, WorkbookLimit, write_book, written
from workbook_templates.cells import ROW, THERE, beside
from workbook_templates.look import BASE, LOOKS
from workbook_templates.package import digest_of
from workbook_templates.ranking_plan import AIR, give_air

VALUES: tuple[Value, ...] = (
    "chữ",
    "a & b < c > d \" '",
    "",
    None,
    0,
    7,
    Fraction(1, 3),
    Fraction(-5, 2),
    "#N/A",
    " hai  dấu cách ",
    "một\nhai",
    "\n đầu",
    "cuối\t",
    "_x0041_ và \x01",
    "cách\u00a0liền \u200b",
    "<r>không phải chữ nhiều nét</r>",
    date(2018, 12, 1),
)
LONG = "Một câu dài hơn bề ngang của cột nên phải xuống dòng mấy lần mới hết được. " * 3


def parts(data: bytes) -> dict[str, str]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def of_all_kinds() -> Book:
    """A book with every kind of cell."""
    sheet = Sheet("Bảng 1", widths={1: 12.0, 2: 30.0}, locked=False)
    for turn, value in enumerate(VALUES):
        sheet.put(turn + 1, 1, value)
        if not isinstance(value, date):
            sheet.put(turn + 1, 2, value, formula=f'IF(A{turn + 1}>=0,"<&>",A{turn + 1})')
    sheet.put(16, 1, rich=(("piece_bold", "đậm"), ("piece", " & thường")), look="wrap")
    sheet.put(17, 2, LONG, "wrap")
    sheet.put(18, 1, LONG, "wrap")
    sheet.heights[18] = 44
    sheet.span(19, 1, 3, "gộp", "head")
    sheet.put(20, 30, "xa", "title")
    return Book("Thử", [sheet, Sheet("Trống", locked=False)])


def by_xlsxwriter(book: Book) -> dict[str, str]:
    """The sheets, texts and styles of a book, its cells put one by one with xlsxwriter's own calls."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    workbook.formats[0].set_font_name(BASE["font_name"])
    made = {cell.look: workbook.add_format(BASE | LOOKS[cell.look]) for sheet in book.sheets for _, cell in sheet.all_cells()}
    made |= {look: workbook.add_format(BASE | LOOKS[look]) for look in ("piece_bold", "piece")}
    for sheet in book.sheets:
        page = workbook.add_worksheet(sheet.name)
        for col, width in sheet.widths.items():
            page.set_column(col - 1, col - 1, width)
        for (row, first), (last_row, last) in sheet.merges:
            page.merge_range(row - 1, first - 1, last_row - 1, last - 1, "", made[sheet.cells[row, first].look])
        for (row, col), cell in sorted(sheet.all_cells()):
            place, form, value = (row - 1, col - 1), made[cell.look], cell.value
            if cell.rich:
                page.write_rich_string(*place, *(one for look, text in cell.rich for one in (made[look], text)), form)
            elif cell.formula:
                page.write_formula(
                    *place, "=" + cell.formula, form, "" if value is None else float(value) if isinstance(value, Fraction) else value
                )
            elif value is None or value == "":
                page.write_blank(*place, None, form)
            elif isinstance(value, str):
                page.write_string(*place, value, form)
            elif isinstance(value, date):
                page.write_datetime(*place, value, form)
            else:
                page.write_number(*place, float(value), form)
    workbook.close()
    return parts(out.getvalue())


def rows_of(xml: str) -> str:
    """The rows of a sheet but for what ours say and xlsxwriter's do not: heights worked out, and that an empty result is text."""
    rows = re.sub(r' ht="[^"]*"| customHeight="1"', "", xml[xml.index("<sheetData") : xml.index("</sheetData>")])
    return re.sub(r' t="str">(<f>[^<]*</f><v></v>)', r">\1", rows)


def test_cells_are_the_bytes_that_xlsxwriter_gives() -> None:
    ours, theirs = parts(write_book(of_all_kinds())), by_xlsxwriter(of_all_kinds())
    assert rows_of(ours["xl/worksheets/sheet1.xml"]) == rows_of(theirs["xl/worksheets/sheet1.xml"])
    for name in ("xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        assert ours[name] == theirs[name]


def with_table(rows: Rows) -> Book:
    """A book with a table between cells of their own."""
    sheet = Sheet("Bảng", widths={1: 9.0, 2: 14.0}, tables=[rows])
    sheet.row(1, ["Mã", "Tên", "Điểm"], "head")
    sheet.put(rows.end, 2, "Cộng", "total")
    return Book("Thử", [sheet])


def table() -> Rows:
    """Forty rows with texts, points, formulas and a cell of its own look."""
    rows = Rows(2, ("code", "cell", "points", "points", "status"), ("", "", "", f"{beside(3)}*2", f'IF({beside(3)}>1,"<&>","")'))
    for turn in range(40):
        own = Cell("Mở", f'HYPERLINK("tep/{turn}","Mở {ROW}")', "cell_link") if turn % 7 == 3 else VALUES[turn % len(VALUES)]
        points = Fraction(turn, 3)
        rows.values.append((f"1.{turn % 5}", own if turn % 4 else LONG[: turn * 4], points, points * 2, "<&>" if points > 1 else ""))
    return rows


def test_rows_of_one_shape_are_the_bytes_of_their_cells_put_one_by_one() -> None:
    book = with_table(table())
    alone = replace(book.sheets[0], cells=dict(book.sheets[0].all_cells()), tables=[])
    assert len(alone.cells) == 3 + 1 + 40 * 5
    assert written(book) == written(replace(book, sheets=[alone]))
    assert book.sheets[0].at(5, 4) == alone.cells[5, 4] == Cell(2, "C5*2", "points")
    assert book.sheets[0].at(1, 3) == alone.cells[1, 3]
    assert [book.sheets[0].at(*place) for place in ((99, 1), (5, 6), (42, 1))] == [None, None, None]


def test_a_row_of_a_table_names_rows_elsewhere_and_has_air_where_its_texts_take_one_line() -> None:
    rows = replace(table(), air=AIR, numbers=[(100 + turn, 7 * turn) for turn in range(40)])
    rows.formulas = (*rows.formulas[:3], f"'Điểm'!{beside(3, THERE[0])}*{THERE[1]}", rows.formulas[4])
    book = with_table(rows)
    alone = replace(book.sheets[0], cells=dict(book.sheets[0].all_cells()), tables=[], heights={}, widths=dict.fromkeys(range(1, 6), 14.0))
    book.sheets[0].widths = alone.widths
    give_air(alone, 2)
    del alone.heights[rows.end]  # a line of its own
    assert 0 < len(alone.heights) < 40
    assert written(book) == written(replace(book, sheets=[alone]))
    assert book.sheets[0].at(5, 4) == Cell(2, "'Điểm'!C103*21", "points")


def test_nothing_may_stand_among_the_rows_of_a_table() -> None:
    book = with_table(table())
    book.sheets[0].put(10, 9, "lạc")
    with pytest.raises(WorkbookLimit, match="from row 2 on"):
        write_book(book)


def test_the_digest_told_is_that_of_the_parts() -> None:
    data, digest = written(of_all_kinds())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert package.namelist()[0] == "[Content_Types].xml"
        assert digest_of({name: sha256(package.read(name)).digest() for name in package.namelist()}) == digest


def test_a_chart_holds_what_its_cells_show() -> None:
    sheet = Sheet("Bảng")
    for row, (name, points) in enumerate((("Sở A", Fraction(1, 4)), ("Sở B", Fraction(3))), 1):
        sheet.put(row, 1, name)
        sheet.put(row, 2, points)
    sheet.charts = [Chart((4, 1), "Điểm", "'Bảng'!$A$1:$A$2", "'Bảng'!$B$1:$B$2")]
    chart = parts(write_book(Book("Thử", [sheet])))["xl/charts/chart1.xml"]
    assert re.findall(r"<c:v>([^<]*)</c:v>", chart) == ["Sở A", "Sở B", "0.25", "3"]


@pytest.mark.parametrize("place", [(1_048_577, 1), (1, 16_385)])
def test_a_cell_beyond_excels_last_is_refused(place: tuple[int, int]) -> None:
    sheet = Sheet("A")
    sheet.put(*place, "x")
    with pytest.raises(WorkbookLimit):
        write_book(Book("Thử", [sheet]))


def test_a_table_beyond_excels_last_row_and_a_text_too_long_are_refused() -> None:
    sheet = Sheet("A", tables=[Rows(1_048_570, ("text",), ("",), [("x",)] * 20)])
    with pytest.raises(WorkbookLimit):
        write_book(Book("Thử", [sheet]))
    with pytest.raises(WorkbookLimit):
        write_book(Book("Thử", [Sheet("A", tables=[Rows(1, ("text",), ("",), [("x" * 32_768,)])])]))
