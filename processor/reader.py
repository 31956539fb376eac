"""Reading a returned .xlsx: one bounded pass over an untrusted file, giving for each cell value, formula and lock.

`read_workbook` takes bytes and gives a `Workbook`, or raises `Unreadable`, whose code is a finding's: nothing else
comes out, whatever the bytes. `archive.py` has the zip, the XML and the limits, `cell_xml.py` cuts rows and strings up;
here is what it all means.

What it does not do: it judges no answer, compares nothing with what was issued, believes no cached value, calculates
nothing, follows no link and writes nothing. Text stays as it is (NFD, NBSP, control characters).
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from posixpath import basename, dirname, join, normpath
from typing import Final, NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from processor.archive import BRANCH, Archive, Limits, Part, Unreadable, damaged, folded
from processor.cell_xml import (
    FIELDS,
    Row,
    formula_attributes,
    plain_rows,
    plain_strings,
    tree_rows,
    tree_string,
)
from processor.formula_text import MAX_COLUMN, MAX_ROW, column_number, shift

__all__ = ["Cell", "ErrorValue", "Limits", "Sheet", "Unreadable", "Value", "Workbook", "read_workbook"]

_T = TypeVar("_T")
_TRUE: Final = ("1", "true")
_LIMITS: Final = Limits()
_RELATION_IDS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_DATE_FORMATS: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # ECMA-376 part 1, 18.8.30
_NOT_SHOWN: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?', re.IGNORECASE | re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ST_Xstring, ECMA-376 part 1, 22.9.2.19
_CONTROLS: Final = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r")
_LEGACY: Final = (
    (b"%pdf", "pdf"), (b"{\\rtf", "rtf"), (b"mime-version", "html"), (b"<!doctype html", "html"), (b"<html", "html"),
    (b"<table", "html"), (b"urn:schemas-microsoft-com:office:spreadsheet", "xml"), (b"<office:document", "ods"),
)  # fmt: skip
_ACTIVE_RELATIONS: Final = {
    "vbaProject": "macros", "xlMacrosheet": "macros", "xlIntlMacrosheet": "macros", "control": "activex",
    "activeXControlBinary": "activex", "oleObject": "ole-objects", "package": "ole-objects",
    "externalLink": "external-links", "connections": "connections", "queryTable": "web-queries",
    "extensibility": "custom-ui", "webextension": "web-extensions", "webextensiontaskpanes": "web-extensions",
}  # fmt: skip
_ACTIVE_PARTS: Final = {
    "vbaproject.bin": "macros", "/macrosheets/": "macros", "/activex/": "activex", "/embeddings/": "ole-objects",
    "/externallinks/": "external-links", "/connections.xml": "connections", "/querytables/": "web-queries",
    "customui/": "custom-ui", "/webextensions/": "web-extensions",
}  # fmt: skip


class ErrorValue(str):
    """The value of an error cell, such as `#DIV/0!`; equal to the same text, told apart by its type."""

    __slots__ = ()


Value = None | str | bool | Decimal | ErrorValue


class Cell(NamedTuple):
    """What one cell holds: the formula without its `=`, None if none; `is_date` if its format shows a date or time.

    Numbers have 15 significant digits, as any program's saving leaves them; a number cell whose text is no finite
    number keeps that text. Dates stored as ISO text are text with `is_date`.
    """

    value: Value
    formula: str | None
    locked: bool
    is_date: bool


@dataclass(slots=True)
class Sheet:
    """One sheet; `cells` has those with a value or a formula, by row and column from 1. Chart sheets have none."""

    name: str
    state: str  # visible, hidden, veryHidden
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    protected: bool = False
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: frozenset[int] = frozenset()


@dataclass(slots=True)
class Workbook:
    """What a file says: sheets by NFC name, in its order; defined names (`Sheet!name` if local); custom properties.

    `active` tells what could act when a person opens it (macros, activex, dde, …), sorted; none of it was run or kept.
    """

    sheets: dict[str, Sheet]
    names: dict[str, str]
    properties: dict[str, str]
    signed: bool
    active: tuple[str, ...]
    date1904: bool


def read_workbook(data: bytes, limits: Limits = _LIMITS) -> Workbook:
    """The workbook in the bytes of an .xlsx or .xlsm file.

    Raises Unreadable, and nothing else, for whatever is no such file, or is damaged, too large or unsafe.
    """
    if not data:
        raise Unreadable("file-empty")
    if len(data) > limits.file_bytes:
        raise Unreadable("file-too-large", what="file_bytes", limit=str(limits.file_bytes))
    if not data.startswith(b"PK"):
        raise _other_format(data)
    return _Reading(Archive(data, limits)).workbook()


def _other_format(data: bytes) -> Unreadable:
    """What to say of bytes that are no zip: the kinds an office meets are named, so that the message can help."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # OLE2, whose directory has names in UTF-16
        if "EncryptedPackage".encode("utf-16-le") in data:
            return Unreadable("file-encrypted")
        book = any(name.encode("utf-16-le") + b"\0\0" in data for name in ("Workbook", "Book"))
        return Unreadable("file-legacy", kind="xls") if book else Unreadable("file-not-workbook")
    if re.match(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00", data):  # BIFF 2 to 8 outside OLE2
        return Unreadable("file-legacy", kind="xls")
    head = data[:65536]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "replace").encode()
    low = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for mark, kind in _LEGACY:
        if low.startswith(mark) or (low.startswith(b"<") and mark in low):
            return Unreadable("file-legacy", kind=kind)
    is_text = low and not low.startswith(b"<") and head.translate(None, _CONTROLS) == head
    return Unreadable("file-legacy", kind="csv") if is_text else Unreadable("file-not-workbook")


class _Reading:
    """One workbook being read: its parts, and what some of them said that others need."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.parts = archive.parts
        self.active = {kind for name in self.parts for mark, kind in _ACTIVE_PARTS.items() if mark in name}
        self.strings: dict[str, str] = {}  # by their number as text, the way cells give it
        self.styles: dict[str, tuple[bool, bool]] = {"0": (True, False)}  # likewise: locked, is_date
        self.numbers: dict[str, Value] = {}  # what a number's text has been read as

    def workbook(self) -> Workbook:
        """All of it; parts that nobody needs are inflated too, for their CRC."""
        book = self._main_part()
        relations = self._relations(self._at(join(dirname(book.name), "_rels", basename(book.name) + ".rels")), book)
        for kind, target in relations.values():
            if kind == "sharedStrings":
                self._read_strings(self._at(target))
            elif kind == "styles":
                self._read_styles(self._at(target))
        sheets: dict[str, Sheet] = {}
        names: list[tuple[str, str, str]] = []
        date1904 = False
        for main, box, children in self.archive.branches(book, "workbook", nested=True):
            self.archive.spend("strings", len(children))
            date1904 |= box.tag == main + "workbookPr" and box.get("date1904") in _TRUE
            for child in children:
                if child.tag == main + "sheet":
                    name = unicodedata.normalize("NFC", self.text(child.get("name", "")))
                    found = [relations[child.attrib[key]] for key in _RELATION_IDS if child.get(key) in relations]
                    if not found or name in sheets:
                        raise damaged(book.name)
                    sheets[name] = Sheet(name, child.get("state", "visible"))
                    if found[0][0] == "worksheet":
                        self._read_sheet(self._at(found[0][1]), sheets[name])
                elif child.tag == main + "definedName":
                    names.append((child.get("localSheetId", ""), child.get("name", ""), self.text(child.text or "")))
        properties = self._look_around()
        signed = any(name.startswith("_xmlsignatures/") for name in self.parts)
        defined = _named(book, names, list(sheets))
        return Workbook(sheets, defined, properties, signed, tuple(sorted(self.active)), date1904)

    def _main_part(self) -> Part:
        """The workbook's main part, found by its relationship, so that its name does not matter."""
        root = self.parts.get("_rels/.rels")
        if root is None:
            mimetype = self.parts.get("mimetype")
            if mimetype and b"opendocument.spreadsheet" in b"".join(self.archive.inflated(mimetype)):
                raise Unreadable("file-legacy", kind="ods")
            raise damaged("_rels/.rels") if "xl/workbook.xml" in self.parts else Unreadable("file-not-workbook")
        for kind, target in self._relations(root, None).values():
            if kind == "officeDocument":
                if target.casefold().endswith(".bin"):
                    raise Unreadable("file-legacy", kind="xlsb")
                return self._at(target)
        raise Unreadable("file-not-workbook")

    def _at(self, name: str) -> Part:
        part = self.parts.get(folded(name))
        if part is None:
            raise damaged(name)
        return part

    def _relations(self, part: Part, source: Part | None) -> dict[str, tuple[str, str]]:
        """What `source` (None: the package) points at in the file: the type's last word and the part's name, by id."""
        folder = "/" + dirname(source.name) if source else "/"
        relations: dict[str, tuple[str, str]] = {}
        for _, _, children in self.archive.branches(part, "Relationships", nested=False):
            self.archive.spend("strings", len(children))
            for child in children:
                kind = child.get("Type", "").rpartition("/")[2]
                if kind in _ACTIVE_RELATIONS:
                    self.active.add(_ACTIVE_RELATIONS[kind])
                if child.get("TargetMode") != "External":
                    found = kind, normpath(join(folder, child.get("Target", ""))).lstrip("/")
                    if relations.setdefault(child.get("Id", ""), found) != found:
                        raise damaged(part.name)
        return relations

    def _look_around(self) -> dict[str, str]:
        """The custom properties; the other parts left tell what is active in them, and have their CRC checked."""
        properties: dict[str, str] = {}
        for name, part in self.parts.items():
            if part.taken:
                continue
            if name.endswith(".rels"):
                self._relations(part, None)
            elif name == "docprops/custom.xml":
                for _, _, children in self.archive.branches(part, "Properties", nested=False):
                    self.archive.spend("strings", len(children))
                    for child in children:
                        if len(child) and child[0].tag.rpartition("}")[2] in ("lpwstr", "lpstr", "bstr"):
                            text = self.text(child[0].text or "")
                            if properties.setdefault(child.get("name", ""), text) != text:
                                raise damaged(part.name)
            elif "/externallinks/" in name and name.endswith(".xml"):
                for _, box, _ in self.archive.branches(part, "externalLink", nested=True):
                    self.active |= {"dde"} if box.tag.endswith("}ddeLink") else set()
            elif name.endswith("/connections.xml"):
                for main, _, children in self.archive.branches(part, "connections", nested=False):
                    self.active |= {"web-queries" for child in children if child.find(main + "webPr") is not None}
            else:
                for _ in self.archive.inflated(part):
                    pass
        return properties

    def text(self, text: str) -> str:
        """The text as meant: `_x000D_` and its like decoded, line ends LF, never half of a surrogate pair."""
        if "_x" in text:
            text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return self.weighed(text)

    def weighed(self, text: str) -> str:
        """The same text, once it is counted."""
        limits = self.archive.limits
        if len(text) > limits.text:
            raise Unreadable("file-too-large", what="text", limit=str(limits.text))
        self.archive.spend("all_text", len(text))
        return text

    def rich(self, item: Element, main: str) -> str:
        """The text of a string item: its own, or its runs' put together; how it is pronounced (rPh) is left out."""
        plain, run = main + "t", main + "r"
        if len(item) == 1 and item[0].tag == plain:
            return self.text(item[0].text or "")
        pieces = (piece for child in item for piece in (child if child.tag == run else (child,)))
        return self.text("".join(piece.text or "" for piece in pieces if piece.tag == plain))

    def number(self, text: str) -> Value:
        """The number with 15 significant digits; the text itself if it is no finite number, None if it is blank."""
        plain = text.strip(" \t\r\n")
        if not _NUMBER.fullmatch(plain):
            return self.weighed(text) if plain else None
        short = format(float(plain), ".15g")
        return Decimal(0) if short == "-0" else self.weighed(text) if "inf" in short else Decimal(short)

    def _cut_out(
        self, part: Part, opening: bytes, closing: bytes, read: Callable[[bytes], list[_T] | None]
    ) -> tuple[Iterable[bytes], list[_T] | None]:
        """What is left to parse of a part, and what `read` made of its bulk, between `opening` and the last `closing`.

        If it made nothing of it, None, and the whole is left. Within a comment, say, it would not be what it looks like.
        """
        pieces = self.archive.utf8(part)
        if part.size > BRANCH:
            return pieces, None
        document = b"".join(pieces)
        before = document.find(opening)
        first, last = before + len(opening), document.rfind(closing)
        head = document[:before]
        if before > 0 and first <= last and b"<!" not in head and head.count(b"<?") < 2 and opening[:-1] not in head:
            found = read(document[first:last])
            if found is not None:
                return [document[:first] + document[last:]], found
        return [document], None

    def _read_strings(self, part: Part) -> None:
        pieces, plain = self._cut_out(part, b"<si>", b"</si></sst>", plain_strings)
        strings: list[str] = []
        for main, _, children in self.archive.branches(part, "sst", nested=False, pieces=pieces):
            if plain is not None and len(children) != 1:
                raise damaged(part.name)
            strings += [tree_string(main, item) for item in children] if plain is None else plain
            self.archive.spend("strings", len(children) if plain is None else len(plain))
        together = "".join(strings)
        if "_x" in together or "\r" in together or max(map(len, strings), default=0) > self.archive.limits.text:
            strings = [self.text(string) for string in strings]
        else:
            self.archive.spend("all_text", len(together))
        self.strings = {str(number): string for number, string in enumerate(strings)}

    def _read_styles(self, part: Part) -> None:
        """Takes down each cell format's lock and date; the lock counts whatever `applyProtection` says, as in Excel."""
        shows_date = {str(number): True for number in _DATE_FORMATS}
        formats: list[tuple[bool, str]] = []
        for main, box, children in self.archive.branches(part, "styleSheet", nested=True):
            self.archive.spend("strings", len(children))
            for child in children:
                if child.tag == main + "numFmt":
                    shown = _NOT_SHOWN.sub("", self.weighed(child.get("formatCode", ""))).lower()
                    shows_date[child.get("numFmtId", "")] = any(letter in shown for letter in "dmyhs")
                elif child.tag == main + "xf" and box.tag == main + "cellXfs":
                    protection = child.find(main + "protection")
                    locked = protection is None or protection.get("locked", "1") in _TRUE
                    formats.append((locked, child.get("numFmtId", "0")))
        self.styles = {str(i): (locked, shows_date.get(code, False)) for i, (locked, code) in enumerate(formats)}

    def _read_sheet(self, part: Part, sheet: Sheet) -> None:
        merged: list[str] = []
        shut: list[tuple[int, int]] = []
        rows = _Rows(self, sheet)
        pieces, plain = self._cut_out(part, b"<sheetData>", b"</sheetData>", plain_rows)
        data = 0  # elements whose bulk was cut out: one, if all is well
        try:
            for main, box, children in self.archive.branches(part, "worksheet", nested=True, pieces=pieces):
                if box.tag == main + "sheetData":
                    data += 1
                    rows.take(
                        tree_rows(main, children, rows.number, self.archive.check_depth) if plain is None else plain
                    )
                elif box.tag == main + "mergeCells":
                    self.archive.spend("cells", len(children))
                    merged += [child.get("ref", "") for child in children]
                elif box.tag == main + "cols":
                    self.archive.spend("cells", len(children))
                    hidden = [child.attrib for child in children if child.get("hidden") in _TRUE]
                    shut += [(int(columns["min"]), int(columns["max"])) for columns in hidden]
                elif box.tag == main + "sheetProtection":
                    sheet.protected = box.get("sheet") in _TRUE
        except (ValueError, KeyError):  # a number that is none; a style, string or shared formula that is not there
            raise damaged(part.name) from None
        if plain is not None and data != 1:
            raise damaged(part.name)
        sheet.merged, sheet.hidden_rows = tuple(merged), frozenset(rows.hidden)
        found: set[int] = set()
        past = 1
        for first, last in sorted(shut):  # ranges may overlap a thousandfold: each column is taken once
            found.update(range(max(first, past), min(last, MAX_COLUMN) + 1))
            past = max(past, last + 1)
        sheet.hidden_cols = frozenset(found)


class _Rows:
    """A sheet's rows being read into `sheet.cells`. ValueError or KeyError if they are not sound."""

    def __init__(self, reading: _Reading, sheet: Sheet) -> None:
        self.reading = reading
        self.cells = sheet.cells
        self.hidden: set[int] = set()
        self.number = 0  # of the last row
        self._shared: dict[str, tuple[str, int, int]] = {}

    def take(self, rows: list[Row]) -> None:
        """Reads more rows. Much of the time that reading takes is spent here: names are local, calls are few."""
        reading, cells = self.reading, self.cells
        strings, styles, numbers = reading.strings, reading.styles, reading.numbers
        new = tuple.__new__  # what Cell(...) does, without its detour
        stored, hidden_before, blank = len(cells), len(self.hidden), 0
        for number, hidden, left_out, fields in rows:
            if not 1 <= number <= MAX_ROW:
                raise ValueError(number)
            self.number = number
            if hidden:
                self.hidden.add(number)
            digits = str(number)
            blank += left_out
            for _, letters, row, style, kind, special, formula, text, inline in zip(*[iter(fields)] * FIELDS):
                if special is None and text is None and inline is None:
                    blank += 1
                    continue
                value: Value = None
                if special is not None:
                    formula = self._formula(special, formula or "", number, column_number(letters))
                if text and (kind is None or kind == "n"):
                    value = numbers.get(text)
                    if value is None:
                        value = numbers[text] = reading.number(text)
                elif text:
                    value = strings[text] if kind == "s" else self._other(kind, text)
                elif kind == "inlineStr":
                    value = reading.text(inline or "")
                elif kind == "str" and formula is not None:
                    value = ""
                if formula is None and (value is None or value == ""):
                    blank += 1
                    continue
                locked, is_date = styles[style or "0"]
                key = (number, column_number(letters))
                if key in cells or row != digits:
                    raise ValueError(key)
                cells[key] = new(Cell, (value, formula, locked, is_date or kind == "d"))
        reading.archive.spend("cells", len(cells) - stored + len(self.hidden) - hidden_before)
        reading.archive.spend("blank_cells", blank)

    def _formula(self, special: str, text: str, row: int, column: int) -> str | None:
        """The formula that a formula element stands for; those that share one get it moved to where they are."""
        text = self.reading.weighed(text.removeprefix("="))
        if not special:
            return text or None
        attributes = formula_attributes(special)
        kind = attributes.get("t")
        if kind == "dataTable":
            return "TABLE()"
        if kind == "shared":
            index = attributes["si"]
            if "ref" not in attributes and index in self._shared:
                base, base_row, base_column = self._shared[index]
                self.reading.archive.spend("expanded", len(base))
                return shift(base, row - base_row, column - base_column)
            if not text:
                raise KeyError(index)
            self._shared[index] = text, row, column
        return text or None

    def _other(self, kind: str, text: str) -> Value:
        """The value of a cell that holds neither a number nor a shared string."""
        if kind == "b":
            return {"1": True, "true": True, "0": False, "false": False}.get(text, text)
        if kind == "e":
            return ErrorValue(self.reading.weighed(text))
        if kind in ("str", "d"):
            return self.reading.text(text)
        raise ValueError(kind)


def _named(book: Part, found: list[tuple[str, str, str]], sheets: list[str]) -> dict[str, str]:
    """Defined names with their text, local ones under their sheet; one name with two meanings is damage."""
    names: dict[str, str] = {}
    for local, name, text in found:
        if local:
            if not local.isdecimal() or len(local) > 4 or int(local) >= len(sheets):
                raise damaged(book.name)
        key = f"{sheets[int(local)]}!{name}" if local else name
        if names.setdefault(key, text) != text:
            raise damaged(book.name)
    return names
