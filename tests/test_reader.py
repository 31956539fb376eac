"""Reading a returned workbook: what honest files give, as other readers see it, and that nothing dishonest gives anything else.

Sources: design.md, "Return", "Traps" 2 and 4; issue 5, "Bad input" and "Limits and isolation"; ECMA-376 part 1, 18.3 (sheets),
18.4 (strings), 18.8 (styles), 22.9.2.19 (escapes), part 2 (packages). Re-saves by LibreOffice are `test_office.py`'s.
"""

import datetime as dt
import io
import pickle
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from processor import cell_xml
from processor.reader import Cell, ErrorValue, Limits, Unreadable, Workbook, read_workbook

DEFAULT = Limits()
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def written(fill: Callable[[xlsxwriter.Workbook], object], **options: object) -> bytes:
    """The workbook that `fill` writes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, options)
    fill(book)
    book.close()
    return stream.getvalue()


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(data: bytes, changes: dict[str, tuple[str, str]]) -> bytes:
    """The workbook with a text replaced in some of its parts."""
    parts = parts_of(data)
    for name, (old, new) in changes.items():
        assert old.encode() in parts[name]
        parts[name] = parts[name].replace(old.encode(), new.encode(), 1)
    return zipped(parts)


def by_hand(rows: str, *, around: str = "{}", strings: str = "", styles: str = "", encoding: str = "utf-8") -> bytes:
    """A workbook of one sheet whose rows are given as XML; `around` is what stands in the sheet part."""
    relation = '<Relationship Id="{}" Type="' + OFFICE + '/{}" Target="{}"/>'
    relations = HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    sheet = f'<worksheet xmlns="{MAIN}">' + around.format(f"<sheetData>{rows}</sheetData>") + "</worksheet>"
    parts = {
        "_rels/.rels": relations.format(relation.format("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format(
            relation.format("r1", "worksheet", "worksheets/sheet1.xml")
            + relation.format("r2", "sharedStrings", "sharedStrings.xml") * bool(strings)
            + relation.format("r3", "styles", "styles.xml") * bool(styles)
        ),
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    encoded = {name: text.encode() for name, text in parts.items()}
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-le").removesuffix("-be")}"?>'
    return zipped(encoded | {"xl/worksheets/sheet1.xml": (head + sheet).encode(encoding)})


def cells_of(data: bytes, limits: Limits = DEFAULT) -> dict[tuple[int, int], Cell]:
    return read_workbook(data, limits).sheets["A"].cells


def values_of(data: bytes) -> dict[tuple[int, int], object]:
    return {place: cell.value for place, cell in cells_of(data).items()}


def refused(data: bytes, limits: Limits = DEFAULT) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_workbook(data, limits)
    return caught.value


def of_all_kinds(book: xlsxwriter.Workbook) -> None:
    """Every kind of value, formula, format and protection that a form or a careless officer's copy of it has."""
    book.set_custom_property("cchc", "mã 01")
    book.set_custom_property("số", 5)
    sheet = book.add_worksheet("Phụ lục 1")
    unlocked, bold = book.add_format({"locked": False}), book.add_format({"bold": True})
    sheet.protect("mật khẩu")
    sheet.write_row("A1", ["Tiêu chí", 1, -2.5, 0.1 + 0.2, True, False, "  giữ  nguyên ", "a&b<c>\"d'", "xuống\ndòng", 1e300])
    for column, code in enumerate(
        ["dd/mm/yyyy", "0.00%", "[h]:mm", '"d" 0', "#,##0.00\\ [$₫-42A]", "[Red]0;[Blue]-0", "General", "mmm-yy"]
    ):
        sheet.write_number(1, column, 45000.5, book.add_format({"num_format": code}))
    sheet.write_datetime("J2", dt.datetime(2023, 12, 15), book.add_format({"num_format": 14}))  # noqa: DTZ001 - a cell has no zone
    sheet.write_blank("A3", None, bold)
    sheet.write_number("B3", 3, unlocked)
    sheet.write_string("C3", "mở", unlocked)
    sheet.write_rich_string("A4", "thường ", bold, "đậm", " x")
    sheet.write_formula("B4", '=IF(B1>0,"có & đủ","")', None, "có & đủ")
    sheet.write_formula("C4", '=IF(B1<0,"x","")', unlocked, "")
    sheet.write_formula("D4", "=1/0", None, "#DIV/0!")
    sheet.write_formula("E4", "=B1=1", None, True)
    sheet.write_array_formula("F4:G4", "{=TRANSPOSE(B1:B2)}", None, 1)
    sheet.write_formula("H4", "=_xlfn.CONCAT(B1,C1)", None, "1-2.5")
    sheet.merge_range("A6:C6", "gộp")
    sheet.set_row(7, None, None, {"hidden": True})
    sheet.set_column("K:M", None, None, {"hidden": True})
    sheet.write_string("A9", "ẩn_x0041_")
    book.add_worksheet("Ẩn").hide()
    hidden = book.add_worksheet("_meta")
    hidden.very_hidden()
    hidden.write_string("C12", "mã")
    book.define_name("diem", "='Phụ lục 1'!$B$1:$B$3")
    book.define_name("'Phụ lục 1'!rieng", "='Phụ lục 1'!$C$1")


FORM = written(of_all_kinds)
SHEET1 = "xl/worksheets/sheet1.xml"


Seen = dict[str, dict[tuple[int, int], tuple[object, str | None, bool]]]  # value, formula and lock of every cell with content


def as_openpyxl_has_it(data: bytes) -> Seen:
    """What openpyxl reads, in our terms."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    found: Seen = {}
    for sheet in formulas.worksheets:
        found[sheet.title] = {}
        for row in sheet.iter_rows():
            for cell in row:
                written: Any = cell.value if cell.data_type == "f" else None
                formula = str(getattr(written, "text", written)).removeprefix("=") or None if written is not None else None
                value: Any = values[sheet.title][cell.coordinate].value
                if isinstance(value, (dt.datetime, dt.time, dt.timedelta)):
                    value = "date"
                if value == "":
                    value = None
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    value = Decimal(format(value, ".15g"))
                if value is not None or formula is not None:
                    found[sheet.title][cell.row or 0, cell.column or 0] = value, formula, bool(cell.protection.locked)
    return found


def in_openpyxls_terms(book: Workbook) -> Seen:
    """What we read, in openpyxl's: a date is a date, and there is no empty text."""
    return {
        name: {
            place: ("date" if cell.is_date and isinstance(cell.value, Decimal) else None if cell.value == "" else cell.value, *cell[1:3])
            for place, cell in sheet.cells.items()
        }
        for name, sheet in book.sheets.items()
    }


# What honest files give


def test_values_formulas_and_locks_are_those_that_openpyxl_reads() -> None:
    assert in_openpyxls_terms(read_workbook(FORM)) == as_openpyxl_has_it(FORM)


def test_values_are_those_that_calamine_reads() -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(FORM))
    rows = book.get_sheet_by_name("Phụ lục 1").to_python(skip_empty_area=False)
    cells = read_workbook(FORM).sheets["Phụ lục 1"].cells
    theirs = {(i, j): value for i, row in enumerate(rows, 1) for j, value in enumerate(row, 1) if value != ""}
    ours = {place: cell for place, cell in cells.items() if cell.value not in (None, "") and not isinstance(cell.value, ErrorValue)}
    assert ours.keys() == theirs.keys()
    for place, cell in ours.items():
        if not cell.is_date:
            assert theirs[place] == (float(cell.value) if isinstance(cell.value, Decimal) else cell.value)


def test_what_a_form_says_besides_its_cells() -> None:
    book = read_workbook(FORM)
    assert [(sheet.name, sheet.state, sheet.protected) for sheet in book.sheets.values()] == [
        ("Phụ lục 1", "visible", True),
        ("Ẩn", "hidden", False),
        ("_meta", "veryHidden", False),
    ]
    first = book.sheets["Phụ lục 1"]
    assert (first.merged, first.hidden_rows, first.hidden_cols) == (("A6:C6",), frozenset({8}), frozenset({11, 12, 13}))
    assert book.names == {"diem": "'Phụ lục 1'!$B$1:$B$3", "Phụ lục 1!rieng": "'Phụ lục 1'!$C$1"}
    assert book.properties == {"cchc": "mã 01"}
    assert (book.signed, book.active, book.date1904) == (False, (), False)


def test_formats_that_show_a_date_are_told_from_those_that_do_not() -> None:
    cells = read_workbook(FORM).sheets["Phụ lục 1"].cells
    assert [cells[2, column].is_date for column in range(1, 9)] == [True, False, True, False, False, False, False, True]
    assert cells[2, 10].is_date  # built in, number 14


def test_an_input_cell_left_empty_is_not_kept_but_one_with_content_shows_its_lock() -> None:
    cells = read_workbook(FORM).sheets["Phụ lục 1"].cells
    assert (3, 1) not in cells
    assert cells[3, 2] == Cell(Decimal(3), None, locked=False, is_date=False)
    assert cells[3, 3] == Cell("mở", None, locked=False, is_date=False)


@pytest.mark.parametrize(
    ("xf", "locked"),
    [
        ("<xf/>", True),
        ('<xf applyProtection="1"><protection locked="0"/></xf>', False),
        ('<xf applyProtection="0"><protection locked="0"/></xf>', False),
        ('<xf><protection locked="false" hidden="1"/></xf>', False),
        ('<xf applyProtection="1"><protection hidden="1"/></xf>', True),
        ('<xf><protection locked="true"/></xf>', True),
    ],
)
def test_a_lock_counts_as_excel_counts_it(xf: str, locked: bool) -> None:
    styles = f'<cellStyleXfs><xf><protection locked="0"/></xf></cellStyleXfs><cellXfs><xf/>{xf}</cellXfs>'
    data = by_hand('<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1"><v>1</v></c></row>', styles=styles)
    assert [cell.locked for cell in cells_of(data).values()] == [locked, True]


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("[$-42A]d mmmm yyyy;@", True),
        ("h:mm AM/PM", True),
        ("[ss].0", True),
        ("mm:ss", True),
        ("yyyy", True),
        ("General", False),
        ("0.0", False),
        ("@", False),
        ('0" điểm/năm"', False),
        ("0\\d", False),
        ("0_d", False),
        ("*y0", False),
        ("[Red][<1]0", False),
        ("#,##0 [$đ-42A]", False),
        ("0.00E+00", False),
        ('"unfinished day', False),
    ],
)
def test_a_format_shows_a_date_if_date_letters_stand_in_it_bare(code: str, is_date: bool) -> None:
    quoted = code.replace('"', "&quot;").replace("<", "&lt;")
    styles = f'<numFmts><numFmt numFmtId="170" formatCode="{quoted}"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs>'
    assert cells_of(by_hand('<row r="1"><c r="A1" s="0"><v>1</v></c></row>', styles=styles))[1, 1].is_date == is_date


@pytest.mark.parametrize("number", [*range(60)])
def test_built_in_formats_show_a_date_as_the_standard_has_it(number: int) -> None:
    styles = f'<cellXfs><xf numFmtId="{number}"/></cellXfs>'
    cell = cells_of(by_hand('<row r="1"><c r="A1"><v>1</v></c></row>', styles=styles))[1, 1]
    assert cell.is_date == (14 <= number <= 22 or 27 <= number <= 36 or 45 <= number <= 47 or 50 <= number <= 58)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.10000000000000001", Decimal("0.1")),
        ("0.30000000000000004", Decimal("0.3")),
        ("1E+308", Decimal("1e308")),
        ("1e3", Decimal(1000)),
        ("-0", Decimal(0)),
        (".5", Decimal("0.5")),
        ("5.", Decimal(5)),
        (" 7\n", Decimal(7)),
        ("123456789012345678", Decimal("1.23456789012346e17")),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("INF", "INF"),
        ("1,5", "1,5"),
        ("1_0", "1_0"),
        ("１２", "１２"),
        ("0x1F", "0x1F"),
        ("--1", "--1"),
        ("9" * 5000, "9" * 5000),
        ("1" * 300, Decimal("1.11111111111111e299")),
    ],
)
def test_a_number_is_the_same_after_any_programs_saving(text: str, value: object) -> None:
    found = values_of(by_hand(f'<row r="1"><c r="A1"><v>{text}</v></c><c r="B1" t="n"><v>{text}</v></c></row>'))
    assert found == {(1, 1): value, (1, 2): value}
    assert not str(found[1, 1]).startswith("-0")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('t="b"><v>1</v>', True),
        ('t="b"><v>false</v>', False),
        ('t="b"><v>yes</v>', "yes"),
        ('t="e"><v>#N/A</v>', ErrorValue("#N/A")),
        ('t="str"><v>a_x000D__x000A_b</v>', "a\nb"),
        ('t="str"><v>_x005F_x0041_</v>', "_x0041_"),
        ('t="str"><v>_xD83D__xDE00_</v>', "\U0001f600"),
        ('t="str"><v>_xD83D_</v>', "\ufffd"),
        ('t="str"><v>a&#13;&#10;b&#13;c</v>', "a\nb\nc"),
        ('t="str"><v>_x0007_</v>', "\a"),
        ('t="d"><v>2023-12-15T00:00:00</v>', "2023-12-15T00:00:00"),
        ('t="inlineStr"><is><t> x </t></is>', " x "),
        (
            't="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>c</t></rPh></is>',
            "a b",
        ),
        ('t="s"><v>1</v>', "thường đậm"),
        ('t="s"><v>2</v>', "Phu\u0323 lu\u0323c"),
        ('t="str"><v>&lt;&amp;lt;&#x26;gt;&gt;&quot;&apos;</v>', "<&lt;&gt;>\"'"),
    ],
)
def test_every_type_of_cell_has_its_value(cell: str, value: object) -> None:
    strings = (
        "<si><t/></si><si><r><t>thường </t></r><r><rPr><b/></rPr><t>đậm</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        "<si><t>Phu\u0323 lu\u0323c</t></si>"
    )
    found = cells_of(by_hand(f'<row r="1"><c r="A1" {cell}</c></row>', strings=strings))[1, 1]
    assert found.value == value
    assert type(found.value) is type(value)
    assert found.is_date == cell.startswith('t="d"')


def test_empty_text_is_no_value_unless_a_formula_gave_it() -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v></v></c><c r="C1" t="inlineStr"><is><t/></is></c><c r="D1"><v/></c>'
        '<c r="E1" t="str"><f>""</f><v></v></c><c r="F1"><f>A2</f></c><c r="G1" t="str"><f></f><v>x</v></c></row>'
    )
    assert cells_of(by_hand(rows, strings="<si><t></t></si>")) == {
        (1, 5): Cell("", '""', True, False),
        (1, 6): Cell(None, "A2", True, False),
        (1, 7): Cell("x", None, True, False),
    }


def test_shared_formulas_are_given_to_every_cell_that_shares_them() -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$A$9&amp;"A1"</f><v>1</v></c>'
        '<c r="C1"><f t="shared" ref="C1:D1" si="1">A$1</f></c>'
        '<c r="D1"><f t="shared" si="1"/></c></row><row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0">HACKED</f><v>3</v></c><c r="C3"><f t="shared" ref="C3" si="0">A3</f></c></row>'
    )
    assert {place: cell.formula for place, cell in cells_of(by_hand(rows)).items()} == {
        (1, 2): 'A1*$A$9&"A1"',
        (2, 2): 'A2*$A$9&"A1"',
        (3, 2): 'A3*$A$9&"A1"',
        (1, 3): "A$1",
        (1, 4): "B$1",
        (3, 3): "A3",
    }


@pytest.mark.parametrize("attributes", ['t="array" ref="A1" t="shared" si="0"', 't="array" ref="]]>"', 't="array" ref="A1/>"'])
@pytest.mark.parametrize("disguise", ["", "<!-- x -->"])
def test_formula_attributes_that_no_program_writes_are_damage(attributes: str, disguise: str) -> None:
    assert refused(by_hand(f'{disguise}<row r="1"><c r="A1"><f {attributes}>B1</f></c></row>')).code == "file-damaged"


def test_array_and_table_formulas_are_told_by_their_text() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:B1">TRANSPOSE(C1:C2)</f><v>1</v></c><c r="B1"><f aca="false">=SUM(A1)</f></c>'
        '<c r="C1"><f t="dataTable" ref="C1:C2" dt2D="0" dtr="0" r1="A1"/><v>1</v></c><c r="D1"><f ca="1">NOW()</f></c></row>'
    )
    assert [cell.formula for cell in cells_of(by_hand(rows)).values()] == ["TRANSPOSE(C1:C2)", "SUM(A1)", "TABLE()", "NOW()"]


def test_rows_and_cells_that_do_not_say_where_they_are_follow_the_one_before() -> None:
    rows = '<row><c><v>1</v></c><c s="0"/><c><v>2</v></c></row>'
    rows += '<row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
    assert list(values_of(by_hand(rows))) == [(1, 1), (1, 3), (5, 3), (5, 4), (6, 1)]


def test_hidden_columns_that_overlap_are_each_counted_once() -> None:
    columns = '<cols><col min="2" max="16384" hidden="1"/><col min="1" max="3"/>' + '<col min="2" max="99999" hidden="true"/>' * 5000
    book = read_workbook(by_hand("", around=columns + "</cols>{}"))
    assert book.sheets["A"].hidden_cols == frozenset(range(2, 16385))


def test_1904_dates_are_told() -> None:
    assert read_workbook(changed(FORM, {"xl/workbook.xml": ("<workbookPr ", '<workbookPr date1904="1" ')})).date1904


def test_chart_sheets_are_there_without_cells() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("A").write("A1", 1)
        book.add_chartsheet("Biểu đồ").set_chart(chart := book.add_chart({"type": "line"}))
        chart.add_series({"values": "=A!$A$1"})

    assert {name: len(sheet.cells) for name, sheet in read_workbook(written(fill)).sheets.items()} == {"A": 1, "Biểu đồ": 0}


def test_sheet_names_are_nfc_whatever_program_wrote_them() -> None:
    data = changed(FORM, {"xl/workbook.xml": ('name="Phụ lục 1"', 'name="Phu\u0323 lu\u0323c 1"')})
    assert next(iter(read_workbook(data).sheets)) == "Phụ lục 1"


def test_programs_that_write_everything_in_line_are_read_alike() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("A")
        for row in range(20):
            sheet.write_row(row, 0, [f"dòng {row} & <", row, row / 7, "", True])

    assert values_of(written(fill)) == values_of(written(fill, constant_memory=True))


# One plain way and one for all else


PLAIN = b"<sheetData>"
_DISGUISES = {
    "comment": ("<sheetData>", "<sheetData><!-- a > b -->"),
    "instruction": ("<sheetData>", "<sheetData><?x y?>"),
    "white space": ("</row>", "</row>\n  "),
    "spaced tag": ("<sheetData>", "<sheetData >"),
    "cell tag": ("<c r=", "<c  r="),
    "character data": ("</v>", "<![CDATA[]]></v>"),
    "other attribute": ("<c r=", '<c vm="0" r='),
    "comment before": ("<sheetViews>", "<!-- <sheetData> --><sheetViews>"),
}


@pytest.mark.parametrize("disguise", _DISGUISES)
def test_rows_written_in_an_unusual_way_are_read_alike(disguise: str) -> None:
    assert read_workbook(changed(FORM, {SHEET1: _DISGUISES[disguise]})) == read_workbook(FORM)


def test_strings_written_in_an_unusual_way_are_read_alike() -> None:
    for disguise in (("<si>", "<!-- <si> --><si>"), ("<si>", "<f/><si>"), ("<si>", "<si >"), ("</si>", "</si>\n"), ("<t>", "<t\n>")):
        assert read_workbook(changed(FORM, {"xl/sharedStrings.xml": disguise})) == read_workbook(FORM)


def test_odd_prefixes_are_read_alike() -> None:
    parts = parts_of(FORM)
    for name in (SHEET1, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"):
        text = parts[name].decode().replace(f'xmlns="{MAIN}"', f'xmlns:lạ="{MAIN}"')
        head, body = text.split("?>", 1)
        parts[name] = (head + "?>" + body.replace("</", "\0").replace("<", "<lạ:").replace("\0", "</lạ:")).encode()
    assert read_workbook(zipped(parts)) == read_workbook(FORM)


def test_strict_workbooks_are_read_alike() -> None:
    parts = {
        name: content.replace(MAIN.encode(), STRICT.encode()).replace(
            OFFICE.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, content in parts_of(FORM).items()
    }
    assert read_workbook(zipped(parts)) == read_workbook(FORM)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_wide_encodings_are_read_alike(encoding: str) -> None:
    parts = parts_of(FORM)
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be").upper()
    for name in (SHEET1, "xl/sharedStrings.xml"):
        parts[name] = parts[name].decode().replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    assert read_workbook(zipped(parts)) == read_workbook(FORM)


def test_renamed_parts_are_found_by_their_relationships() -> None:
    parts = parts_of(FORM)
    renamed = {
        "xl/workbook.xml": "Sổ/bảng.xml",
        "xl/_rels/workbook.xml.rels": "Sổ/_rels/bảng.xml.rels",
        SHEET1: "Sổ/1.XML",
        "docProps/custom.xml": "c.xml",
    }
    parts["_rels/.rels"] = (
        parts["_rels/.rels"].replace(b"xl/workbook.xml", "/Sổ/bảng.xml".encode()).replace(b"docProps/custom.xml", b"./C.xml")
    )
    relations = parts["xl/_rels/workbook.xml.rels"].replace(b'"', b"'").decode()
    relations = relations.replace("worksheets/sheet1.xml", "../sổ/1.xml").replace("='worksheets", "='/xl/worksheets")
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("='styles", "='/xl/styles").replace("='shared", "='/xl/shared").encode()
    assert read_workbook(zipped({renamed.get(name, name): content for name, content in parts.items()})) == read_workbook(FORM)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_parts_in_any_order_stored_or_streamed_are_read_alike(method: int) -> None:
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]
            self.data += bytes(piece)
            return len(piece)

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.comment = b"quet virus: sach"
        for name, content in reversed(parts_of(FORM).items()):
            archive.writestr(name, content)
        archive.writestr("thư mục/", b"")
    assert read_workbook(stream.data) == read_workbook(FORM)


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t", exclude_characters="\ufffe\uffff"), max_size=12)
_contents = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e300, 1e300),
    _texts,
    _texts.map(lambda text: '="' + text.replace('"', '""') + '"'),
)


_grids = st.dictionaries(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.tuples(_contents, st.integers(0, 3)), max_size=30)


@given(_grids, st.sampled_from(sorted(_DISGUISES.values())))
@settings(max_examples=30)
def test_any_sheet_is_read_as_openpyxl_reads_it_whichever_way_it_is_written(
    cells: dict[tuple[int, int], tuple[object, int]], disguise: tuple[str, str]
) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("A")
        styles = [None, book.add_format({"locked": 0}), book.add_format({"num_format": "0.00"}), book.add_format({"bold": 1})]
        for (row, column), (content, style) in cells.items():
            if isinstance(content, str) and not content.startswith("="):
                sheet.write_string(row, column, content, styles[style])
            else:
                sheet.write(row, column, content, styles[style])

    data = written(fill)
    book = read_workbook(data)
    assert in_openpyxls_terms(book) == as_openpyxl_has_it(data)
    if disguise[0].encode() in parts_of(data)[SHEET1]:
        assert read_workbook(changed(data, {SHEET1: disguise})) == book


def test_a_part_too_long_to_take_at_once_is_read_alike() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("A")
        for row in range(3000):
            sheet.write_row(row, 0, [f"{row} " + "x" * 40, row, row * 1.5, f"=A{row + 1}&B{row + 1}"])
        sheet.merge_range("G1:H1", "")

    data = written(fill)
    long = changed(
        data, {SHEET1: ("<sheetData>", "<sheetData>" + " " * 3_900_000), "xl/sharedStrings.xml": ("<si>", " " * 4_190_000 + "<si>")}
    )
    roomy = replace(Limits(), ratio=10_000)
    assert read_workbook(long, roomy) == read_workbook(data)
    assert len(read_workbook(long, roomy).sheets["A"].cells) == 12_000


# What could act


@pytest.mark.parametrize(
    ("part", "active"),
    [
        ("xl/vbaProject.bin", ("macros",)),
        ("xl/activeX/activeX1.bin", ("activex",)),
        ("xl/embeddings/oleObject1.bin", ("ole-objects",)),
        ("xl/queryTables/queryTable1.xml", ("web-queries",)),
        ("customUI/customUI14.xml", ("custom-ui",)),
        ("xl/macrosheets/sheet1.xml", ("macros",)),
        ("xl/media/image1.png", ()),
    ],
)
def test_active_parts_are_named(part: str, active: tuple[str, ...]) -> None:
    assert read_workbook(zipped(parts_of(FORM) | {part: b"<x/>"})).active == active


def test_active_parts_are_known_by_their_relationships_under_any_name() -> None:
    relation = f'<Relationship Id="r1" Type="{OFFICE}/control" Target="../x.bin"/>'
    relation = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>'
    assert read_workbook(zipped(parts_of(FORM) | {"xl/worksheets/_rels/sheet1.xml.rels": relation.encode(), "xl/x.bin": b"x"})).active == (
        "activex",
    )


def test_links_outside_and_what_they_ask_are_told_apart() -> None:
    link = f'<externalLink xmlns="{MAIN}">{{}}</externalLink>'
    parts = parts_of(FORM)
    outside = read_workbook(zipped(parts | {"xl/externalLinks/externalLink1.xml": link.format("<externalBook/>").encode()}))
    dde = read_workbook(zipped(parts | {"xl/externalLinks/externalLink1.xml": link.format('<ddeLink ddeService="cmd"/>').encode()}))
    assert (outside.active, dde.active) == (("external-links",), ("dde", "external-links"))
    connections = f'<connections xmlns="{MAIN}"><connection id="1">{{}}</connection></connections>'
    data = read_workbook(zipped(parts | {"xl/connections.xml": connections.format("<dbPr/>").encode()}))
    web = read_workbook(zipped(parts | {"xl/connections.xml": connections.format('<webPr url="http://x"/>').encode()}))
    assert (data.active, web.active) == (("connections",), ("connections", "web-queries"))


def test_a_signature_is_seen() -> None:
    assert read_workbook(zipped(parts_of(FORM) | {"_xmlsignatures/sig1.xml": b"<Signature/>"})).signed


# What is no workbook


def ole2(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(name.encode("utf-16-le").ljust(64, b"\0") for name in names)


_ODS = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}, zipfile.ZIP_STORED)
_PACKAGE = parts_of(FORM)


@pytest.mark.parametrize(
    ("data", "code", "params"),
    [
        (b"", "file-empty", {}),
        (ole2("Root Entry", "Workbook"), "file-legacy", {"kind": "xls"}),
        (ole2("Root Entry", "Book"), "file-legacy", {"kind": "xls"}),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "file-legacy", {"kind": "xls"}),
        (_ODS, "file-legacy", {"kind": "ods"}),
        (b'<?xml version="1.0"?><office:document xmlns:office="x"/>', "file-legacy", {"kind": "ods"}),
        (changed(FORM, {"_rels/.rels": ("xl/workbook.xml", "xl/workbook.bin")}), "file-legacy", {"kind": "xlsb"}),
        ("STT;Điểm\n1;2,5\n".encode(), "file-legacy", {"kind": "csv"}),
        ("STT\tĐiểm\n".encode("utf-16"), "file-legacy", {"kind": "csv"}),
        ("STT,đim\n".encode("cp1258"), "file-legacy", {"kind": "csv"}),
        (b"%PDF-1.7\n", "file-legacy", {"kind": "pdf"}),
        (b"\n<html><table><tr><td>1</td></tr></table></html>", "file-legacy", {"kind": "html"}),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "file-legacy", {"kind": "html"}),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "file-legacy", {"kind": "xml"}),
        (b"{\\rtf1 x}", "file-legacy", {"kind": "rtf"}),
        (ole2("Root Entry", "EncryptionInfo", "EncryptedPackage"), "file-encrypted", {}),
        (ole2("Root Entry", "WordDocument"), "file-not-workbook", {}),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file-not-workbook", {}),
        (bytes(1000), "file-not-workbook", {}),
        (b"Rar!\x1a\x07\x01\x00", "file-not-workbook", {}),
        (zipped({}), "file-not-workbook", {}),
        (zipped({"minh chứng.pdf": b"%PDF"}), "file-not-workbook", {}),
        (zipped({"bieu.xlsx": FORM}), "file-not-workbook", {}),
        (changed(FORM, {"_rels/.rels": ('/officeDocument"', '/khac"')}), "file-not-workbook", {}),
        (
            changed(
                FORM,
                {
                    "xl/workbook.xml": ("<workbook ", "<document "),
                },
            ),
            "file-damaged",
            {"part": "xl/workbook.xml"},
        ),
        (zipped({name: body for name, body in _PACKAGE.items() if name != "_rels/.rels"}), "file-damaged", {"part": "_rels/.rels"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # not by its bytes: a zip tells the time, workers would differ
)
def test_what_is_no_workbook_of_todays_kind_is_called_by_its_name(data: bytes, code: str, params: dict[str, str]) -> None:
    error = refused(data)
    assert (error.code, error.params) == (code, params)


def test_workbooks_and_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(refused(FORM[:-1])))
    assert (error.code, error.params) == ("file-damaged", {"part": ""})
    assert pickle.loads(pickle.dumps(read_workbook(FORM))) == read_workbook(FORM)


def test_a_text_document_is_no_workbook() -> None:
    parts = dict(_PACKAGE)
    parts["xl/workbook.xml"] = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
    assert refused(zipped(parts)).code == "file-not-workbook"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET1, "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_missing_part_is_named(part: str) -> None:
    error = refused(zipped({name: body for name, body in _PACKAGE.items() if name != part}))
    assert (error.code, error.params) == ("file-damaged", {"part": part})


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET1, "</worksheet>", ""),
        (SHEET1, "</row>", ""),
        (SHEET1, 't="s"><v>0<', 't="s"><v>9999<'),
        (SHEET1, 't="s"><v>0<', 't="s"><v>-1<'),
        (SHEET1, 's="1"', 's="77"'),
        (SHEET1, 's="1"', 's="x"'),
        (SHEET1, 't="b"', 't="z"'),
        (SHEET1, 'r="A1"', 'r="B1"'),
        (SHEET1, 'r="A1"', 'r="A2"'),
        (SHEET1, 'r="A1"', 'r="a1"'),
        (SHEET1, 'r="A1"', 'r="XFE1"'),
        (SHEET1, '<row r="1"', '<row r="0"'),
        (SHEET1, '<row r="1"', '<row r="1048577"'),
        (SHEET1, '<row r="2"', '<row r="1"'),
        (SHEET1, "<v>1<", "<v>1&x;<"),
        (SHEET1, "<v>1<", "<v>1&#1;<"),
        (SHEET1, "<v>1<", "<v>\x01<"),
        (SHEET1, "<v>1<", "<v>\ufffe<"),
        (SHEET1, '<row r="1"', '<row r="1" r="1"'),
        (SHEET1, '<row r="1"', '<row r="1" ht="1" ht="1"'),
        (SHEET1, 'encoding="UTF-8"', 'encoding="windows-1258"'),
        (SHEET1, 'encoding="UTF-8"', 'encoding="utf-16"'),
        (SHEET1, 'min="11"', 'min="x"'),
        (SHEET1, f'xmlns="{MAIN}"', 'xmlns="urn:x"'),
        ("xl/sharedStrings.xml", "</sst>", ""),
        ("xl/sharedStrings.xml", "</sst>", "</sst><x/>"),
        ("xl/workbook.xml", 'r:id="rId1"', 'r:id="rId99"'),
        ("xl/workbook.xml", 'name="Ẩn"', 'name="Phụ lục 1"'),
        ("xl/workbook.xml", 'localSheetId="0"', 'localSheetId="9"'),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet2.xml", "worksheets/sheet1.xml"),
        ("xl/_rels/workbook.xml.rels", 'Id="rId2"', 'Id="rId1"'),
        ("docProps/custom.xml", "</Properties>", ""),
    ],
)
def test_what_does_not_hold_together_is_damage(part: str, old: str, new: str) -> None:
    error = refused(changed(FORM, {part: (old, new)}))
    assert error.code == "file-damaged"
    assert error.params["part"] in (part, "xl/workbook.xml", "xl/worksheets/sheet2.xml", SHEET1)


@pytest.mark.parametrize(
    "formula",
    ['<f t="shared" si="0"/>', '<f t="shared"/>', '<f t="shared" ref="A1" si="0"/>', "<f t='shared' si='\"'>A1</f>"],
)
def test_a_shared_formula_without_its_text_is_damage(formula: str) -> None:
    assert refused(by_hand(f'<row r="1"><c r="A1">{formula}<v>1</v></c></row>')).code == "file-damaged"


def test_cells_of_another_namespace_are_not_the_sheets() -> None:
    for rows in (
        '<row r="1"><c r="A1"><v>1</v></c><c xmlns="urn:x" r="B1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row xmlns="urn:x" r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v><v xmlns="urn:x">2</v></c></row>',
        '<row r="1"><c r="A1"><f xmlns="urn:x">HACK()</f><v>1</v></c></row>',
    ):
        assert cells_of(by_hand(rows)) == {(1, 1): Cell(Decimal(1), None, True, False)}


@pytest.mark.parametrize(
    "around",
    [
        '<!-- <sheetData><row r="1"><c r="A1"><v>9</v></c></row></sheetData> -->{}',
        '<x:y xmlns:x="urn:x"><![CDATA[<sheetData><row r="1"><c r="A1"><v>9</v></c></row></sheetData>]]></x:y>{}',
        '<?x <sheetData><row r="1"><c r="A1"><v>9</v></c></row></sheetData> ?>{}',
        '{}<!-- <sheetData><row r="1"><c r="A1"><v>9</v></c></row></sheetData> -->',
        "{}<!-- </sheetData> -->",
        '{}<extLst><ext><x:f xmlns:x="urn:x">1</x:f></ext></extLst>',
    ],
)
def test_rows_are_read_where_they_are_and_not_where_they_seem_to_be(around: str) -> None:
    assert values_of(by_hand('<row r="1"><c r="A1"><v>1</v></c></row>', around=around)) == {(1, 1): Decimal(1)}


@pytest.mark.parametrize("around", ["<extLst>{}</extLst>", '<x:y xmlns:x="urn:x">{}</x:y>', '<y xmlns="urn:x">{}</y>', "{}<sheetData/>"])
def test_rows_in_the_wrong_place_are_not_read(around: str) -> None:
    data = by_hand('<row r="1"><c r="A1"><v>1</v></c></row>', around=around)
    assert refused(data).code == "file-damaged"


# Damage and malice in the zip


def test_truncated_anywhere_it_is_unreadable() -> None:
    for cut in {*range(1, 40), *(len(FORM) * step // 40 for step in range(1, 40)), *range(len(FORM) - 30, len(FORM))}:
        assert refused(FORM[:cut]).code in ("file-damaged", "file-legacy", "file-not-workbook")


def central(data: bytes, name: str) -> int:
    """Where a member's entry in the directory begins."""
    return data.rindex(b"PK\1\2", 0, data.rindex(name.encode()))


def patched(data: bytes, at: int, form: str, *values: int) -> bytes:
    patch = struct.pack("<" + form, *values)
    return data[:at] + patch + data[at + len(patch) :]


@pytest.mark.parametrize("part", ["xl/theme/theme1.xml", SHEET1, "docProps/core.xml", "[Content_Types].xml"])
def test_a_wrong_checksum_is_damage_in_any_part(part: str) -> None:
    at = central(FORM, part)
    with zipfile.ZipFile(io.BytesIO(FORM)) as archive:
        local = archive.getinfo(part).header_offset
    error = refused(patched(patched(FORM, at + 16, "L", 1), local + 14, "L", 1))
    assert (error.code, error.params) == ("file-damaged", {"part": part})


@pytest.mark.parametrize("field", [16, 20, 24])
def test_a_directory_that_disagrees_with_the_parts_own_headers_is_damage(field: int) -> None:
    at = central(FORM, SHEET1)
    (value,) = struct.unpack_from("<L", FORM, at + field)
    assert refused(patched(FORM, at + field, "L", value - 1)).code == "file-damaged"


@pytest.mark.parametrize("change", [-1, 1, 100])
def test_sizes_that_both_headers_lie_about_are_damage(change: int) -> None:
    at = central(FORM, SHEET1)
    with zipfile.ZipFile(io.BytesIO(FORM)) as archive:
        info = archive.getinfo(SHEET1)
    lying = patched(patched(FORM, at + 24, "L", info.file_size + change), info.header_offset + 22, "L", info.file_size + change)
    assert refused(lying).code == "file-damaged"


@pytest.mark.parametrize("method", [9, 12, 14, 99])
def test_other_ways_of_packing_are_damage(method: int) -> None:
    at = central(FORM, SHEET1)
    with zipfile.ZipFile(io.BytesIO(FORM)) as archive:
        local = archive.getinfo(SHEET1).header_offset
    assert refused(patched(patched(FORM, at + 10, "H", method), local + 8, "H", method)).code == "file-damaged"


def test_bytes_before_after_or_between_directory_and_end_are_damage() -> None:
    end = FORM.rindex(b"PK\5\6")
    for data in (FORM + b"x", FORM + FORM, b"PKxx" + FORM, FORM[:end] + b"xxxx" + FORM[end:], patched(FORM, end + 4, "H", 1)):
        assert refused(data).code == "file-damaged"


def with_extra(*entries: tuple[str, bytes], attributes: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of duplicate names, which is the point
        for name, content in _PACKAGE.items():
            archive.writestr(name, content)
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, attributes << 16
            archive.writestr(info, content)
    return stream.getvalue()


@pytest.mark.parametrize("name", [SHEET1, SHEET1.upper(), SHEET1.replace("/", "\\"), "docprops/CORE.xml"])
def test_two_parts_of_one_name_are_unsafe(name: str) -> None:
    error = refused(with_extra((name, b"<x/>")))
    assert (error.code, error.params["why"]) == ("file-unsafe", "duplicate")


@pytest.mark.parametrize("name", ["../x.xml", "xl/../../x", "/etc/passwd", "C:/x.xml", "C:\\x.xml", "\\\\may\\x", "xl\\..\\..\\x", "a:b"])
def test_part_names_that_lead_outside_are_unsafe(name: str) -> None:
    error = refused(with_extra((name, b"x")))
    assert (error.code, error.params["why"]) == ("file-unsafe", "outside")


def test_a_part_name_with_a_zero_byte_is_unsafe() -> None:
    assert refused(with_extra(("xl/a?b.xml", b"x")).replace(b"xl/a?b.xml", b"xl/a\0b.xml")).params["why"] == "outside"


def test_a_symbolic_link_is_unsafe() -> None:
    assert refused(with_extra(("xl/link", b"/etc/passwd"), attributes=0o120777)).params == {"part": "xl/link", "why": "symlink"}


def test_an_encrypted_part_is_unsafe() -> None:
    at = central(FORM, "docProps/app.xml")
    assert refused(patched(FORM, at + 8, "H", 1)).params == {"part": "docProps/app.xml", "why": "encrypted"}


def test_overlapping_parts_are_unsafe() -> None:
    """A part whose packed bytes hold a whole member of their own: both are sound, and share bytes."""
    inner = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, zlib.crc32(b"x"), 1, 1, 5, 0) + b"inner" + b"x"
    data = with_extra(("outer", inner), ("inner", b"x"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in {**_PACKAGE, "outer": inner, "inner": b"x"}.items():
            archive.writestr(name, content)
    data = stream.getvalue()
    at, inside = central(data, "inner"), data.index(inner)
    error = refused(patched(data, at + 42, "L", inside))
    assert (error.code, error.params["why"]) == ("file-unsafe", "overlapping")
    same = patched(data, central(data, "xl/theme/theme1.xml") + 42, "L", 0)
    assert refused(same).code == "file-damaged"  # its name is not the one there


@pytest.mark.parametrize("part", [SHEET1, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels", "docProps/custom.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("dtd", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "aaaa">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_a_document_type_is_unsafe_in_every_part_that_is_read(part: str, encoding: str, dtd: str) -> None:
    text = _PACKAGE[part].decode().split("?>", 1)[1]
    for before in ("", "<!-- x -->" * 40_000):
        parts = _PACKAGE | {part: f'<?xml version="1.0" encoding="{encoding}"?>{before}{dtd}{text}'.encode(encoding)}
        error = refused(zipped(parts))
        assert (error.code, error.params) == ("file-unsafe", {"part": part, "why": "dtd"})


# Too much


def limits(**changes: int) -> Limits:
    return replace(Limits(), **changes)


_ROWS = "".join(
    f'<row r="{row}"><c r="A{row}" t="str"><f>"a{row}"</f><v>abc</v></c><c r="B{row}" s="0"/><c r="C{row}"><v>1</v></c></row>'
    for row in range(1, 101)
)


@pytest.mark.parametrize(
    ("what", "limit"),
    [
        ("file_bytes", 1000),
        ("part_bytes", 5000),
        ("total_bytes", 8000),
        ("parts", 4),
        ("cells", 199),
        ("blank_cells", 99),
        ("text", 2),
        ("all_text", 300),
    ],
)
@pytest.mark.parametrize("disguise", ["", "<!-- x -->"])
def test_every_cap_is_kept_and_named(what: str, limit: int, disguise: str) -> None:
    data = by_hand(disguise + _ROWS)
    read_workbook(data)
    error = refused(data, limits(**{what: limit}))
    assert (error.code, error.params) == ("file-too-large", {"what": what, "limit": str(limit)})


def test_strings_are_counted() -> None:
    for strings in ("<si><t>x</t></si>" * 11, "<!-- x -->" + "<si><t>x</t></si>" * 11):
        assert refused(by_hand("", strings=strings), limits(strings=10)).params["what"] == "strings"


def test_what_inflates_far_beyond_its_size_is_refused_before_it_is_inflated() -> None:
    bomb = zipped(_PACKAGE | {"xl/media/image1.png": bytes(2 * 1024 * 1024)})
    assert refused(bomb).params == {"what": "ratio", "limit": "200"}
    small = zipped(_PACKAGE | {"xl/media/image1.png": bytes(1024 * 1024)})
    assert read_workbook(small) == read_workbook(FORM)


def test_too_many_parts_are_refused() -> None:
    assert refused(zipped(_PACKAGE | {f"xl/media/{number}.png": b"" for number in range(500)})).params == {"what": "parts", "limit": "500"}


@pytest.mark.parametrize(
    "rows",
    ["{0}{1}", "<row>{0}{1}</row>", "<row><c>{0}{1}</c></row>", "<row><c><is>{0}{1}</is></c></row>", "<row><c><v>{0}{1}</v></c></row>"],
)
@pytest.mark.parametrize("deep", [70, 100_000])
def test_what_is_nested_too_deep_is_refused(rows: str, deep: int) -> None:
    assert refused(by_hand(rows.format("<a>" * deep, "</a>" * deep)), limits(ratio=10_000)).params == {"what": "depth", "limit": "64"}


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "docProps/custom.xml", "_rels/.rels"])
def test_no_part_may_be_nested_too_deep(part: str) -> None:
    deep = "<a>" * 70 + "</a>" * 70
    text = _PACKAGE[part].decode()
    at = text.rindex("</")
    assert refused(zipped(_PACKAGE | {part: (text[:at] + deep + text[at:]).encode()})).params["what"] == "depth"


@pytest.mark.parametrize(
    "around",
    [
        "<!-- {} -->",
        "<x>{}</x>",
        '<x y="{}"/>',
        "<?x {} ?>",
    ],
)
def test_one_endless_thing_is_not_held_in_memory(around: str) -> None:
    data = by_hand("", around=around.format("x" * 6_000_000) + "{}")
    assert refused(data, limits(ratio=10_000)).params["what"] == "branch"


def test_tags_without_end_are_refused() -> None:
    data = by_hand("", around="{}<extLst>" + "<x/>" * 3_500_000 + "</extLst>")
    assert refused(data, limits(ratio=10_000)).params == {"what": "tags", "limit": "2000000"}


def test_shared_formulas_may_not_grow_without_end() -> None:
    rows = f'<row r="1"><c r="A1"><f t="shared" ref="A1:A999" si="0">{"B1+" * 10_000}B1</f></c></row>' + "".join(
        f'<row r="{row}"><c r="A{row}"><f t="shared" si="0"/></c></row>' for row in range(2, 999)
    )
    assert refused(by_hand(rows)).params == {"what": "expanded", "limit": "1000000"}


def test_a_row_of_styled_cells_that_ends_badly_takes_linear_time() -> None:
    styled = '<c r="A1" s="0"/>' * 200_000
    for end in ("<x/>", "<c/>", "<c><v/></c>", '<c r="B1" x="1"/>'):
        assert cells_of(by_hand(f'<row r="1">{styled}{end}</row>'), limits(ratio=10_000)) == {}


def test_a_sheet_that_claims_to_be_whole_or_ends_in_the_last_cell_costs_nothing() -> None:
    data = by_hand('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', around='<dimension ref="A1:XFD1048576"/>{}')
    assert values_of(data) == {(1_048_576, 16_384): Decimal(1)}


def test_a_million_styled_empty_rows_are_read() -> None:
    rows = "".join(f'<row r="{row}" s="0" customFormat="1"><c r="A{row}" s="0"/></row>' for row in range(1, 1_000_001))
    assert values_of(by_hand(rows + '<row r="1000001"><c r="A1000001"><v>5</v></c></row>')) == {(1_000_001, 1): Decimal(5)}


# Whatever the bytes


def outcome(data: bytes) -> Workbook | tuple[str, dict[str, str]]:
    """The workbook, or code and parameters of why there is none; any other exception fails the test."""
    try:
        return read_workbook(data)
    except Unreadable as error:
        return error.code, error.params


@given(st.integers(0, 2**32), st.integers(1, 12))
@settings(max_examples=150)
def test_flipped_bytes_give_a_workbook_or_unreadable(seed: int, flips: int) -> None:
    chance = random.Random(seed)
    data = bytearray(FORM)
    for _ in range(flips):
        data[chance.randrange(len(data))] = chance.randrange(256)
    outcome(bytes(data))


_READ_PARTS = [
    SHEET1,
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
    "docProps/custom.xml",
]
_SNIPPETS = [
    b"<",
    b">",
    b"/>",
    b'"',
    b"&",
    b"&amp;",
    b"<c>",
    b"</c>",
    b"<v>",
    b"<row>",
    b"</row>",
    b"<!--",
    b"-->",
    b"]]>",
    b"\0",
    b"9",
    b"-",
    b"A",
    b"\xff",
    b"",
    b"1e9",
    b' r="A1"',
]


@given(
    st.sampled_from(_READ_PARTS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.sampled_from(_SNIPPETS)), min_size=1, max_size=4),
)
@settings(max_examples=300)
def test_parts_rewritten_at_random_give_a_workbook_or_unreadable(part: str, edits: list[tuple[float, int, bytes]]) -> None:
    content = _PACKAGE[part]
    for where, length, snippet in edits:
        at = int(where * len(content))
        content = content[:at] + snippet + content[at + length :]
    outcome(zipped(_PACKAGE | {part: content}))


@given(st.sampled_from([SHEET1, "xl/sharedStrings.xml"]), st.floats(0, 1), st.integers(0, 3), st.sampled_from(_SNIPPETS))
@settings(max_examples=200)
def test_the_plain_way_reads_nothing_that_the_other_would_not(part: str, where: float, length: int, snippet: bytes) -> None:
    """Whatever is changed in the bulk of a part, a comment put before it, which forbids the plain way, changes nothing."""
    content = _PACKAGE[part]
    first, last = (
        content.index(b"<sheetData>" if part == SHEET1 else b"<si>"),
        content.rindex(b"</sheetData>" if part == SHEET1 else b"</sst>"),
    )
    at = first + 11 + int(where * (last - first - 11))
    content = content[:at] + snippet + content[at + length :]
    plain, other = (outcome(zipped(_PACKAGE | {part: content[:first] + before + content[first:]})) for before in (b"", b"<!-- x -->"))
    assert plain == other


@given(st.binary(max_size=200))
def test_any_bytes_give_unreadable(data: bytes) -> None:
    refused(data)
    refused(b"PK\3\4" + data)


# --------------------------------------------------------------------------------------------- what was read before


def test_what_was_read_before_changes_nothing_of_what_is_read_now() -> None:
    """Rows are recognised by their bytes: the same ones under other strings, styles and limits mean something else."""
    rows = '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="0"><f>A1&amp;"x"</f><v>1</v></c></row>'
    strings, others = "<si><t>một</t></si>", "<si><t>hai</t></si>"
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="{}"><protection locked="{}"/></xf></cellXfs>'
    first = cells_of(by_hand(rows, strings=strings, styles=styles.format(14, 0)))
    second = cells_of(by_hand(rows, strings=others, styles=styles.format(0, 1)))
    assert first == {(1, 1): Cell("một", None, False, True), (1, 2): Cell(Decimal(1), 'A1&"x"', True, False)}
    assert second == {(1, 1): Cell("hai", None, True, False), (1, 2): Cell(Decimal(1), 'A1&"x"', True, False)}
    assert refused(by_hand(rows, strings="", styles=styles.format(0, 1))).code == "file-damaged"
    around = '{}<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:B2"/></mergeCells>'
    whole = by_hand('<row r="1"><c r="A1"><v>1</v></c></row>', around=around)
    assert read_workbook(whole).sheets["A"].merged == ("A1:B1", "A2:B2")
    assert read_workbook(whole).sheets["A"].merged == ("A1:B1", "A2:B2")
    assert refused(whole, Limits(cells=2)).code == "file-too-large"
    assert read_workbook(whole, Limits(cells=3)).sheets["A"].merged == ("A1:B1", "A2:B2")
    assert refused(whole, Limits(depth=1)).params["what"] == "depth"


def test_a_row_read_before_is_refused_where_it_does_not_belong() -> None:
    """The same cells in a row of another number are damage, though they were good where they were first."""
    cells = '<c r="C7"><v>5</v></c>'
    assert values_of(by_hand(f'<row r="7" ht="15">{cells}</row>')) == {(7, 3): 5}
    assert refused(by_hand(f'<row r="8" ht="15">{cells}</row>')).code == "file-damaged"


def test_what_has_not_been_asked_for_lately_is_forgotten() -> None:
    asked: list[bytes] = []

    def make(key: bytes) -> int:
        asked.append(key)
        return len(key)

    seen = cell_xml.Seen(make, room=1000)
    for number in range(100):
        assert seen[b"often"] == 5
        assert seen[b"%050d" % number] == 50
    assert asked.count(b"often") == 1
    assert len(seen) * 114 < 2000
    assert seen[b"x" * 500] == 500
    assert b"x" * 500 not in seen, "one long piece would drive out all the rest"
    assert seen[b"%050d" % 0] == 50
    assert asked.count(b"%050d" % 0) == 2


@pytest.mark.parametrize("value", ["<v>1<v>2</v></v>", "<v>1</v><v>2</v>", "<v>1</v></v>", "<v>\x01</v>", "<v><v></v></v>", "<v>1", "<v/>"])
def test_values_put_oddly_are_what_a_parser_makes_of_them(value: str) -> None:
    """A comment sends the sheet the other way of reading, through elements."""
    rows = f'<row r="1"><c r="A1">{value}</c><c r="B1"><v>3</v></c></row>'
    outcomes = []
    for written in (rows, "<!-- -->" + rows):
        try:
            outcomes.append(repr(cells_of(by_hand(written))))
        except Unreadable as problem:
            outcomes.append(problem.code)
    assert outcomes[0] == outcomes[1]
