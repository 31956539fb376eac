"""`cchc.xlam`, written whole without Excel: a workbook of three small sheets, the VBA project and the ribbon.

The first sheet says what the file is; the two hidden ones hold what VBA, whose sources are ASCII, must not: the settings (paths with
Vietnamese letters) and the messages. The same settings give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from importlib.resources import files

from addin.buttons import BUTTONS, TAB
from addin.excel.ribbon import ribbon_xml
from addin.excel.vba_project import Kind, Module, vba_project
from processor import VERSION
from rubric_versions.words import LAUNCHER_ABOUT, LAUNCHER_TEXTS
from workbook_templates.book import STAMP, Book, Sheet, write_book

NAME = "cchc.xlam"
PROJECT = "CchcAddin"
PROJECT_ID = "{6E0B7F0C-2C5D-4F0B-9B3A-0C1C0A5E2018}"  # any GUID; fixed, so that the bytes are
ABOUT, SETTINGS, TEXTS, NEEDS = "CCHC", "cai_dat", "thong_bao", "nut"
"""The sheets. VBA knows them by these names."""

WORKBOOK_CLASS, SHEET_CLASS = "{00020819-0000-0000-C000-000000000046}", "{00020820-0000-0000-C000-000000000046}"
SOURCES = ("CchcRibbon", "CchcHost")

_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ADDIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_VBA_TYPE = "application/vnd.ms-office.vbaProject"
_VBA_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_RELATION = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"


def addin_file(settings: Mapping[str, str]) -> bytes:
    """The add-in whose settings sheet holds `settings`: `python`, the interpreter's file, or nothing yet."""
    return package(book(settings), [Module(name, source(name)) for name in SOURCES])


def source(name: str) -> str:
    """A module of ours as VBA wants it: lines ended by CR LF."""
    text = (files("addin.excel") / "vba" / f"{name}.bas").read_text(encoding="ascii")
    return "\r\n".join([*text.splitlines(), ""])


def package(base: Book, modules: Sequence[Module]) -> bytes:
    """The workbook with a VBA project of these modules, its document modules and the ribbon.

    Its parts are not compressed: Pythons differ in the library that does it, and the bytes are to be the same wherever this is built.
    """
    codes = [f"Sheet{number}" for number in range(1, len(base.sheets) + 1)]
    documents = [_document("ThisWorkbook", WORKBOOK_CLASS), *(_document(code, SHEET_CLASS) for code in codes)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_book(base))) as plain, zipfile.ZipFile(buffer, "w") as made:
        parts = {info.filename: plain.read(info) for info in plain.infolist()}
        for name, change in _CHANGES.items():
            parts[name] = change(parts[name].decode("utf-8")).encode("utf-8")
        for number, code in enumerate(codes, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            parts[name] = _once(r"<sheetPr\b", f'<sheetPr codeName="{code}"', parts[name].decode("utf-8")).encode("utf-8")
        parts["xl/vbaProject.bin"] = vba_project(PROJECT, PROJECT_ID, [*documents, *modules])
        parts["customUI/customUI.xml"] = ribbon_xml()
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 3  # Unix, also where it is made on Windows
            made.writestr(info, part)
    return buffer.getvalue()


def book(settings: Mapping[str, str]) -> Book:
    """The workbook of the add-in: what it is, and on sheets nobody sees the settings, the texts and what each button needs."""
    about = Sheet(ABOUT, widths={1: 90}, locked=False)
    for row, line in enumerate(LAUNCHER_ABOUT, 1):
        about.put(row, 1, line, "section" if row == 1 else "wrap")
    sheets = [about]
    for name, rows in ((SETTINGS, settings), (TEXTS, LAUNCHER_TEXTS), (NEEDS, {button.id: button.needs for button in BUTTONS})):
        sheet = Sheet(name, state="veryHidden", locked=False)
        for row, pair in enumerate(rows.items(), 1):
            sheet.row(row, pair)
        sheets.append(sheet)
    return Book(f"{TAB} {VERSION}", sheets)


def _document(name: str, class_id: str) -> Module:
    """The module, without code, of the workbook or of a sheet; `codeName` in the workbook's parts names it."""
    attributes = {
        "Name": f'"{name}"',
        "Base": f'"0{class_id}"',
        "GlobalNameSpace": "False",
        "Creatable": "False",
        "PredeclaredId": "True",
        "Exposed": "True",
        "TemplateDerived": "False",
        "Customizable": "True",
    }
    return Module(name, "".join(f"Attribute VB_{key} = {value}\r\n" for key, value in attributes.items()), Kind.DOCUMENT)


# What the parts of a plain workbook lack


def _content_types(text: str) -> str:
    text = _once(re.escape(_WORKBOOK_TYPE), _ADDIN_TYPE, text)
    return _once("</Types>", f'<Override PartName="/xl/vbaProject.bin" ContentType="{_VBA_TYPE}"/></Types>', text)


def _package_relations(text: str) -> str:
    return _once("</Relationships>", _relation("rIdRibbon", _RIBBON_RELATION, "customUI/customUI.xml"), text)


def _workbook_relations(text: str) -> str:
    return _once("</Relationships>", _relation("rIdVba", _VBA_RELATION, "vbaProject.bin"), text)


def _relation(identity: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/></Relationships>'


def _workbook(text: str) -> str:
    return _once(r"<workbookPr\b", '<workbookPr codeName="ThisWorkbook"', text)


_CHANGES = {
    "[Content_Types].xml": _content_types,
    "_rels/.rels": _package_relations,
    "xl/_rels/workbook.xml.rels": _workbook_relations,
    "xl/workbook.xml": _workbook,
}


def _once(pattern: str, replacement: str, text: str) -> str:
    """The text with the pattern replaced where it stands; it must stand there exactly once."""
    changed, count = re.subn(pattern, replacement.replace("\\", r"\\"), text)
    if count != 1:
        raise ValueError(f"{pattern} stands {count} times")
    return changed
