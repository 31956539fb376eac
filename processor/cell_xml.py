"""Rows and strings out of their XML, cut into plain fields; what the fields mean is `reader.py`'s to say.

There are two ways to the same fields. Nearly every program writes rows and strings in one plain manner, which a regular
expression recognises to the last byte and cuts up at a third of a parser's cost; its pattern admits only what is
well-formed. Whatever it does not recognise (a comment, a prefix, white space, an unusual order of attributes) sends the
whole part the second way, through elements that expat made. Tests hold the two to equal results.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element

from processor.formula_text import MAX_ROW, column_letters, column_number

_WIDTH: Final = 9  # fields of a cell, the empty one that re.split puts first included


@dataclass(slots=True)
class Rows:
    """Some of a sheet's rows: for each cell with content its row's number, and its fields in one long list."""

    numbers: list[int] = field(default_factory=list)
    fields: list[str | Any] = field(default_factory=list)  # Any is None, for what a cell does not have
    hidden: list[int] = field(default_factory=list)
    empty: int = 0  # cells left out for having a style only

    def columns(self) -> list[list[str | Any]]:
        """One list for each field: column, row, style, type, the formula's attributes, formula, value, inline text."""
        return [self.fields[number::_WIDTH] for number in range(1, _WIDTH)]

    def add(self, number: int, hidden: bool, fields: list[str | Any]) -> None:
        """Takes in one row. ValueError if it is not on the sheet, or its cells say that they are elsewhere."""
        count = len(fields) // _WIDTH
        if not 1 <= number <= MAX_ROW or fields[2::_WIDTH] != [str(number)] * count:
            raise ValueError(number)
        self.numbers += [number] * count
        self.fields += fields
        if hidden:
            self.hidden.append(number)


_ATTRIBUTES = r'(?: [A-Za-z][\w:]*+="[^"<&]*+")*+'
_TEXT_OPEN = r'<t(?: xml:space="preserve")?+>'
_RUN = rf"<r>(?:<rPr>(?:<[A-Za-z]++{_ATTRIBUTES} ?+/>)*+</rPr>)?+{_TEXT_OPEN}[^<]*+</t></r>"
_ROW: Final = re.compile(rf'<row r="([0-9]{{1,7}}+)"({_ATTRIBUTES}) ?+(/?)>')
_CELL: Final = re.compile(
    r'(?:<c r="[A-Z]{1,3}+[0-9]++"(?: s="[0-9]++")?+ ?+/>)*+'  # those with a style only
    r'(?:\Z|<c r="([A-Z]{1,3}+)([0-9]++)"(?: s="([0-9]++)")?+(?: t="([A-Za-z]++)")?+>'
    rf"(?:<f({_ATTRIBUTES})(?: ?+/>|>([^<]*+)</f>))?+"
    rf"(?:<v>([^<]*+)</v>|<v ?+/>)?+(?:<is>{_TEXT_OPEN}([^<]*+)</t></is>)?+</c>)"
)
_ITEM: Final = re.compile(rf"<si>(?:{_TEXT_OPEN}([^<]*+)</t>|<t ?+/>|((?:{_RUN})++))</si>")
_RUN_TEXT: Final = re.compile(rf"{_TEXT_OPEN}([^<]*+)")
_ATTRIBUTE: Final = re.compile(r'([\w:]+)="([^"]*)"')
_CHARACTER: Final = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_NOT_PLAIN: Final = bytes(byte for byte in range(32) if byte not in b"\t\n")  # CR too: XML reads it as LF


class _NotPlain(Exception):
    """What the pattern recognised is not all well-formed after all."""


def plain_rows(body: bytes) -> Rows | None:
    """The rows in what a `sheetData` element holds, if it is written the plain way, otherwise None."""
    text = _plain_text(body)
    if text is None:
        return None
    rows = Rows()
    hidden: dict[str, bool] = {"": False}  # by all the row's other attributes, which mostly are the same
    before, *found = _ROW.split(text)
    if before:
        return None
    try:
        for number, attributes, closed, content in zip(*[iter(found)] * 4, strict=True):
            if attributes not in hidden:
                pairs = _ATTRIBUTE.findall(attributes)
                if len(dict(pairs)) < len(pairs):
                    return None
                hidden[attributes] = dict(pairs).get("hidden") in ("1", "true")
            fields = _CELL.split(content[:-6])
            if any(fields[::_WIDTH]) or content[-6:] != ("" if closed else "</row>"):
                return None
            del fields[-_WIDTH - 1 :]  # what was found at the end of the text
            if "&" in content:
                fields = [_decoded(field) if field and "&" in field else field for field in fields]
            rows.add(int(number), hidden[attributes], fields)
    except (_NotPlain, ValueError):
        return None
    rows.empty = text.count("<c ") - len(rows.numbers)
    return rows


def plain_strings(body: bytes) -> list[str] | None:
    """The strings from an `sst` element's first `<si>` to its last `</si>`, if written the plain way, otherwise None."""
    text = _plain_text(body)
    if text is None:
        return None
    found = _ITEM.split(f"<si>{text}</si>")
    if any(found[::3]):
        return None
    strings = found[1::3]
    for at, runs in enumerate(found[2::3]):
        strings[at] = "".join(_RUN_TEXT.findall(runs)) if runs else strings[at] or ""
    try:
        return [_decoded(string) if "&" in string else string for string in strings]
    except _NotPlain:
        return None


def tree_rows(main: str, elements: list[Element], after: int, check_depth: Callable[[list[Element]], None]) -> Rows:
    """The rows in finished children of a `sheetData` element. ValueError if one is unsound.

    `main` is the namespace; `after` the number of the row before, which a row that gives none follows.
    """
    cell_tag, value_tag, formula_tag = main + "c", main + "v", main + "f"
    rows = Rows()
    for row in elements:
        if row.tag != main + "row":
            check_depth([row])
            continue
        after = int(row.get("r", after + 1))
        fields: list[str | Any] = []
        for cell in row:
            if not len(cell):
                rows.empty += 1
                continue
            if cell.tag != cell_tag:
                check_depth([cell])
                continue
            if cell.get("r") is None:
                _place_cells(row, cell_tag, str(after))
            place = cell.get("r", "")
            letters = place.rstrip("0123456789")
            special = formula = value = inline = None
            for child in cell:
                if len(child):
                    check_depth([child])
                if child.tag == value_tag:
                    value = child.text or ""
                elif child.tag == formula_tag:
                    formula = child.text
                    special = "".join(f' {key}="{child.get(key)}"' for key in ("t", "ref", "si") if key in child.attrib)
                elif child.tag == main + "is":
                    inline = tree_string(main, child)
            fields += "", letters, place[len(letters) :], cell.get("s"), cell.get("t"), special, formula, value, inline
        rows.add(after, row.get("hidden") in ("1", "true"), fields)
    return rows


def tree_string(main: str, item: Element) -> str:
    """The text of a string item: its own, or its runs' put together; how it is pronounced (rPh) is left out."""
    pieces = (piece for child in item for piece in (child if child.tag == main + "r" else (child,)))
    return "".join(piece.text or "" for piece in pieces if piece.tag == main + "t")


def formula_attributes(special: str) -> dict[str, str]:
    """The attributes of a formula element, from its field."""
    return dict(_ATTRIBUTE.findall(special))


def _place_cells(row: Element, cell_tag: str, digits: str) -> None:
    """Gives the cells of a row that do not say where they are the place after the one before."""
    column = 0
    for cell in row:
        if cell.tag == cell_tag:
            place = cell.get("r")
            column = column + 1 if place is None else column_number(place.rstrip("0123456789"))
            cell.set("r", column_letters(column) + digits)


def _plain_text(body: bytes) -> str | None:
    """The text, if its characters are ones that XML allows and leaves alone, and no namespace is declared in it."""
    if any(mark in body for mark in (b"xmlns", b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")):
        return None
    try:
        return body.decode() if len(body.translate(None, _NOT_PLAIN)) == len(body) else None
    except UnicodeDecodeError:
        return None


def _decoded(text: str) -> str:
    """The text with XML's own entities and character references replaced."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, character)
    if "&#" in text:
        text = _CHARACTER.sub(_character, text)
    if text.count("&") != text.count("&amp;"):
        raise _NotPlain
    return text.replace("&amp;", "&")


def _character(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    if code == 38:
        return "&amp;"  # which is replaced last
    if code in (9, 10, 13) or 32 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:
        return chr(code)
    raise _NotPlain
