"""Reading a returned workbook: what honest files give, as other readers see it, and that nothing dishonest gives anything else.

Sources: design.md, "Return", "Traps" 2 and 4; issue 5, "Bad input" and "Limits and isolation"; ECMA-376 part 1, 18.3 (sheets), 18.4 (strings),
18.8 (styles), 22.9.2.19 (escapes), part 2 (packages). Re-saves by LibreOffice are `test_office.py`'s.
"""

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from processor.reader import Cell, Limits, Unreadable, Workbook, read_workbook

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
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
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


def cells_of(data: bytes, limits: Limits = Limits()) -> dict[tuple[int, int], Cell]:
    return read_workbook(data, limits).sheets["A"].cells


def values_of(data: bytes) -> dict[tuple[int, int], object]:
    return {place: cell.value for place, cell in cells_of(data).items()}


def refused(data: bytes, limits: Limits = Limits()) -> Unreadable:
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
    for column, code in enumerate(["dd/mm/yyyy", "0.00%", "[h]:mm", '"d" 0', "#,##0.00\\ [$₫-42A]", "[Red]0;[Blue]-0", "General", "mmm-yy"]):
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


def as_openpyxl_has_it(data: bytes) -> dict[str, dict[tuple[int, int], tuple[object, str | None, bool]]]:
    """Value, formula and lock of every cell with content, in our terms."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    found: dict[str, dict[tuple[int, int], tuple[object, str | None, bool]]] = {}
    for sheet in formulas.worksheets:
        found[sheet.title] = {}
        for row in sheet.iter_rows():
            for cell in row:
                formula = cell.value if cell.data_type == "f" else None
                formula = getattr(formula, "text", formula)
                value = values[sheet.title].cell(cell.row, cell.column).value
                if isinstance(value, (dt.datetime, dt.time, dt.timedelta)):
                    value = "date"
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    value = Decimal(format(value, ".15g"))
                if value is not None or formula is not None:
                    found[sheet.title][cell.row, cell.column] = value, formula and formula.removeprefix("="), cell.protection.locked
    return found


def in_openpyxls_terms(book: Workbook) -> dict[str, dict[tuple[int, int], tuple[object, str | None, bool]]]:
    """The same of what we read: a date is a date, and openpyxl has no empty text."""
    return {
        name: {
            place: ("date" if cell.is_date and isinstance(cell.value, Decimal) else None if cell.value == "" else cell.value, *cell[1:3])
            for place, cell in sheet.cells.items()
        }
        for name, sheet in book.sheets.items()
    }
