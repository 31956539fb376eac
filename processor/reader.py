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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from processor.archive import BRANCH, Archive, Limits, Part, Unreadable, damaged, folded, too_large
from processor.cell_xml import Rows, Seen, formula_attributes, plain_rows, plain_strings, tree_rows, tree_string
from processor.cells import Cell, ErrorValue, Meaning, Taken, Value, meant
from processor.formula_text import MAX_COLUMN, shift

__all__ = ["Cell", "ErrorValue", "Limits", "Sheet", "Unreadable", "Value", "Workbook", "read_workbook"]

Made = TypeVar("Made")

_TRUE: Final = ("1", "true")
_LIMITS: Final = Limits()
_RELATION_IDS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_DATE_FORMATS: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # ECMA-376 part 1, 18.8.30
_NOT_SHOWN: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?', re.IGNORECASE | re.DOTALL)
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


@dataclass(slots=True)
class Sheet:
    """One sheet; `cells` has those with a value or a formula, by row and column from 1. Chart sheets have none.

    Cells that were read are made when somebody asks for `cells`; until then `taken` has them as they were written, which is
    enough to compare a form with what was issued, at a fraction of the cost.
    """

    name: str
    state: str  # visible, hidden, veryHidden
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    protected: bool = False
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_cols: frozenset[int] = frozenset()
    taken: "Taken | None" = field(default=None, compare=False, repr=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The cells, asked for the first time."""
            if name != "cells" or self.taken is None:
                raise AttributeError(name)
            self.cells, self.taken = self.taken.cells(), None
            return self.cells

    def __reduce__(self) -> tuple[Any, ...]:
        """How it gets to another process: with all its cells."""
        return Sheet, (self.name, self.state, self.cells, self.protected, self.merged, self.hidden_rows, self.hidden_cols)

    def keep(self, taken: "Taken") -> None:
        """Nothing; the sheet has these cells, which are made once they are asked for."""
        del self.cells
        self.taken = taken

    def within(self, columns: frozenset[int]) -> dict[tuple[int, int], Cell]:
        """The cells of these columns, perhaps with others; those that were not asked for stay as they were read."""
        return self.cells if self.taken is None else self.taken.cells(columns=columns)


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
        raise too_large("file_bytes", limits.file_bytes)
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
        self.properties = ""  # the folded name of the part that has them
        self.meaning = Meaning()

    def workbook(self) -> Workbook:
        """All of it; parts that nobody needs are inflated too, for their CRC."""
        book = self._main_part()
        relations = self._relations(self._at(join(dirname(book.name), "_rels", basename(book.name) + ".rels")), book)
        if strings := _single(book, relations, "sharedStrings"):
            self._read_strings(self._at(strings))
        if styles := _single(book, relations, "styles"):
            self._read_styles(self._at(styles))
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
        relations = self._relations(root, None)
        target = _single(root, relations, "officeDocument")
        if not target:
            raise Unreadable("file-not-workbook")
        if target.casefold().endswith(".bin"):
            raise Unreadable("file-legacy", kind="xlsb")
        self.properties = folded(_single(root, relations, "custom-properties"))
        return self._at(target)

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
            elif name == self.properties:
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
        text = meant(text)
        if len(text) > self.archive.limits.text:
            raise too_large("text", self.archive.limits.text)
        self.archive.spend("all_text", len(text))
        return text

    def _read_strings(self, part: Part) -> None:
        pieces: Iterable[bytes] = self.archive.utf8(part)
        plain, document = None, b""
        if part.size <= BRANCH:
            document = b"".join(pieces)
            first, last = _bulk(document, b"<si>"), document.rfind(b"</si></sst>")
            plain = plain_strings(document[first:last]) if 0 < first <= last else None
            pieces = [document if plain is None else document[:first] + document[last:]]
        strings: list[str] = []
        coded = True  # whether what a string says may not be what it means
        for main, _, children in self.archive.branches(part, "sst", nested=False, pieces=pieces):
            items = [child for child in children if child.tag == main + "si"]
            if plain is not None and len(items) != 1:  # the one that the strings were cut out of
                raise damaged(part.name)
            strings += [tree_string(main, item) for item in items] if plain is None else plain
            self.archive.spend("strings", len(items) if plain is None else len(plain))
        if plain is not None:
            coded = b"_x" in document or b"&#" in document
        lengths = list(map(len, strings))
        if coded or max(lengths, default=0) > self.archive.limits.text:
            strings = [self.text(string) for string in strings]
        else:
            self.archive.spend("all_text", sum(lengths))
        self.meaning.strings = dict(zip(map(str, range(len(strings))), strings, strict=True))

    def _remembered(self, memory: "Seen[_Remembered[Made]]", document: bytes | None, make: Callable[[], Made]) -> Made:
        """What `make` makes of a document, or made of the same bytes in a file before: it costs this file as much."""
        archive = self.archive
        known = None if document is None else memory.recall(document)
        if known is not None and known.limits == archive.limits:
            for what, amount in known.cost.items():
                archive.spend(what, amount)
            return known.made
        before = archive.mark()
        made = make()
        if document is not None:
            memory.keep(document, _Remembered(archive.limits, archive.mark() - before, made))
        return made

    def _read_styles(self, part: Part) -> None:
        """Takes down each cell format's lock and date; the lock counts whatever `applyProtection` says, as in Excel."""
        pieces: Iterable[bytes] = self.archive.utf8(part)
        document = None
        if part.size <= BRANCH:
            document = b"".join(pieces)
            pieces = [document]
        formats = self._remembered(_styles, document, lambda: self._formats(part, pieces))
        locked, dates = self.meaning.locked, self.meaning.dates
        for number, (locks, is_date) in enumerate(formats):
            locked[str(number)], dates[str(number)] = locks, is_date
        locked[None], dates[None] = locked["0"], dates["0"]

    def _formats(self, part: Part, pieces: Iterable[bytes]) -> list[tuple[bool, bool]]:
        """Of each cell format whether it locks, and whether it shows a date."""
        shows_date = {str(number): True for number in _DATE_FORMATS}
        formats: list[tuple[bool, str]] = []
        for main, box, children in self.archive.branches(part, "styleSheet", nested=True, pieces=pieces):
            self.archive.spend("strings", len(children))
            for child in children:
                if child.tag == main + "numFmt":
                    shown = _NOT_SHOWN.sub("", self.text(child.get("formatCode", ""))).lower()
                    shows_date[child.get("numFmtId", "")] = any(letter in shown for letter in "dmyhs")
                elif child.tag == main + "xf" and box.tag == main + "cellXfs":
                    protection = child.find(main + "protection")
                    locked = protection is None or protection.get("locked", "1") in _TRUE
                    formats.append((locked, child.get("numFmtId", "0")))
        return [(locked, shows_date.get(code, False)) for locked, code in formats]

    def _read_sheet(self, part: Part, sheet: Sheet) -> None:
        cells = _Cells(self.archive, self.meaning)
        try:
            rest = self._take_plain_rows(part, cells)
            if rest is None:
                around = self._read_around(part, None, cells)
            else:
                document = next(rest, b"")
                more = next(rest, b"")
                whole = document if not more else None
                pieces = chain([document, more], rest) if more else [document]
                around = self._remembered(_arounds, whole, lambda: self._read_around(part, pieces, cells))
            cells.give_to(sheet)
        except (ValueError, KeyError):  # a number that is none; a style, string or shared formula that is not there
            raise damaged(part.name) from None
        if rest is not None and around.seen != 1:  # the one that the rows were cut out of
            raise damaged(part.name)
        sheet.merged, sheet.protected, sheet.hidden_cols = around.merged, around.protected, around.hidden_cols

    def _read_around(self, part: Part, rest: Iterable[bytes] | None, cells: "_Cells") -> "_Around":
        """What a sheet says outside its rows; and the rows too, if `rest` is None and they were not taken before."""
        merged: list[str] = []
        shut: list[tuple[int, int]] = []
        seen = last_row = 0
        protected = False
        for main, box, children in self.archive.branches(part, "worksheet", nested=True, pieces=rest):
            if box.tag == main + "sheetData":
                seen += 1
                if rest is None:
                    rows = tree_rows(main, children, last_row, self.archive.check_depth)
                    last_row = rows.last
                    cells.take(rows)
            elif box.tag == main + "mergeCells":
                self.archive.spend("cells", len(children))
                merged += [child.get("ref", "") for child in children if child.tag == main + "mergeCell"]
            elif box.tag == main + "cols":
                self.archive.spend("cells", len(children))
                closed = [child.attrib for child in children if child.tag == main + "col" and child.get("hidden") in _TRUE]
                shut += [(int(columns["min"]), int(columns["max"])) for columns in closed]
            elif box.tag == main + "sheetProtection":
                protected = box.get("sheet") in _TRUE
        found: set[int] = set()
        past = 1
        for first, last in sorted(shut):  # ranges may overlap a thousandfold: each column is taken once
            found.update(range(max(first, past), min(last, MAX_COLUMN) + 1))
            past = max(past, last + 1)
        return _Around(tuple(merged), frozenset(found), protected, seen)

    def _take_plain_rows(self, part: Part, cells: "_Cells") -> Iterator[bytes] | None:
        """What is left of a sheet's part once its rows, all written the plain way, are taken; None if they are not."""
        mark = self.archive.mark()
        pieces = self.archive.utf8(part)
        document = next(pieces, b"")
        first = _bulk(document, b"<sheetData>")
        head, left = document[:first], document[first:]
        while first > 0:
            last = left.rfind(b"</sheetData>")
            cut = left.rfind(b"<row ") if last < 0 else last
            rows = plain_rows(left[:cut]) if cut >= 0 else None
            if rows is None:
                break
            self.archive.spend("rows", rows.written)
            cells.take(rows)
            left = left[cut:]
            if last >= 0:
                return chain([head + left], pieces)
            piece = next(pieces, b"")
            if not piece or len(left) > BRANCH:
                break
            left += piece
        self.archive.back_to(mark, part)
        cells.forget()
        return None


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[Made]):
    """What was made of some bytes, what it cost, and within which limits that was."""

    limits: Limits
    cost: Counter[str]
    made: Made


class _Around(NamedTuple):
    """What a sheet says outside its rows; `seen` counts how often it said where its rows are."""

    merged: tuple[str, ...]
    hidden_cols: frozenset[int]
    protected: bool
    seen: int


_styles: Final[Seen[_Remembered[list[tuple[bool, bool]]]]] = Seen()
_arounds: Final[Seen[_Remembered[_Around]]] = Seen()


class _Cells:
    """A sheet's rows being taken. ValueError or KeyError if they are not sound."""

    def __init__(self, archive: Archive, meaning: Meaning) -> None:
        self._archive, self._meaning = archive, meaning
        self.forget()

    def forget(self) -> None:
        """Drops what was taken, for the sheet is going to be read anew."""
        self._taken = Taken(self._meaning)
        self._hidden: list[int] = []

    def take(self, rows: Rows) -> None:
        """Takes more rows, at what they cost."""
        spend = self._archive.spend
        spend("cells", len(rows.texts) + len(rows.hidden))
        lengths = list(map(len, filter(None, rows.texts)))
        self._check_text(max(max(lengths, default=0), max([cut.longest for cut in rows.cuts], default=0)))
        spend("all_text", sum(lengths) + sum([cut.written for cut in rows.cuts]))
        spend("blank_cells", rows.empty)
        self._hidden += rows.hidden
        self._taken.cuts += rows.cuts
        self._taken.texts += rows.texts

    def give_to(self, sheet: Sheet) -> None:
        """Gives the sheet what was taken."""
        sheet.hidden_rows = frozenset(self._hidden)
        if self._taken.check():
            sheet.keep(self._taken)
        else:
            formulas = self._formulas()
            self._check_text(max((len(text) for text in formulas if text), default=0))
            sheet.cells = self._taken.cells(formulas)

    def _formulas(self) -> list[str | None]:
        """The formulas that the cells' formula elements stand for; those that share one get it moved to where they are."""
        formulas: list[str | None] = []
        shared: dict[str, tuple[str, tuple[int, int]]] = {}
        for cut in self._taken.cuts:
            if cut.odd:
                each = zip(cut.specials, cut.formulas, cut.places, strict=True)
                formulas += [None if special is None else self._formula(special, text, at, shared) for special, text, at in each]
            else:
                formulas += cut.formulas
        return formulas

    def _formula(
        self, special: str, text: str | None, place: tuple[int, int], shared: dict[str, tuple[str, tuple[int, int]]]
    ) -> str | None:
        text = (text or "").removeprefix("=") or None
        attributes = formula_attributes(special)
        kind = attributes.get("t")
        if kind == "dataTable":
            return "TABLE()"
        if kind == "shared":
            index = attributes["si"]
            if "ref" not in attributes and index in shared:
                base, (row, column) = shared[index]
                self._archive.spend("expanded", len(base))
                return shift(base, place[0] - row, place[1] - column)
            if text is None:
                raise KeyError(index)
            shared[index] = text, place
        return text

    def _check_text(self, length: int) -> None:
        if length > self._archive.limits.text:
            raise too_large("text", self._archive.limits.text)


def _bulk(document: bytes, opening: bytes) -> int:
    """Where the bulk of a document begins that follows `opening`; 0 if it might be a comment, say, and no bulk at all."""
    at = document.find(opening)
    head = document[: max(at, 0)]
    return at + len(opening) if head and b"<!" not in head and head.count(b"<?") < 2 and opening[:-1] not in head else 0


def _single(part: Part, relations: dict[str, tuple[str, str]], kind: str) -> str:
    """The one target of that kind, "" if there is none; programs would not agree which of two to take."""
    found = [target for kind_, target in relations.values() if kind_ == kind]
    if len(found) > 1:
        raise damaged(part.name)
    return found[0] if found else ""


def _named(book: Part, found: list[tuple[str, str, str]], sheets: list[str]) -> dict[str, str]:
    """Defined names with their text, local ones under their sheet; one name with two meanings is damage."""
    names: dict[str, str] = {}
    for local, name, text in found:
        if local and not (local.isdecimal() and len(local) < 5 and int(local) < len(sheets)):
            raise damaged(book.name)
        key = f"{sheets[int(local)]}!{name}" if local else name
        if names.setdefault(key, text) != text:
            raise damaged(book.name)
    return names
