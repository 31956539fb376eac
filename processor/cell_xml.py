"""Rows and strings out of their XML, cut into plain fields; what the fields mean is `reader.py`'s to say.

There are two ways to the same fields. Nearly every program writes rows and strings in one plain manner, which a regular
expression recognises to the last byte and cuts up at a third of a parser's cost; its pattern admits only what is
well-formed. Whatever it does not recognise (a comment, a prefix, white space, an unusual order of attributes) sends the
whole part the second way, through elements that expat made. Tests hold the two to equal results.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

from processor.formula_text import MAX_ROW, column_letters, column_number

_WIDTH: Final = 9  # fields of a cell, with the empty one that re.split puts first and the one for all that is odd
_TEXTS: Final = (5, 6, 7)  # among them formula, value and inline text
_KNOWN_PLACES: Final = 65_536  # cells whose place is remembered, in case the next workbook has them too


@dataclass(slots=True)
class Rows:
    """Some of a sheet's rows: for each cell with content its place, by row and column, and its fields in one list."""

    places: list[tuple[int, int]]
    fields: list[str | Any]  # Any is None, for what a cell does not have
    hidden: list[int]
    empty: int  # cells left out for having a style only
    last: int  # the last row's number

    def columns(self) -> list[list[str | Any]]:
        """One list for each field: style, type, the formula's attributes, formula, value, inline text."""
        return [self.fields[number::_WIDTH] for number in range(2, _WIDTH - 1)]


class _Places(dict[str, tuple[int, int]]):
    """Row and column by a cell's name. ValueError if no sheet has it."""

    def __missing__(self, name: str) -> tuple[int, int]:
        match = _NAME.fullmatch(name)
        if match is None or int(match[2]) > MAX_ROW:
            raise ValueError(name)
        place = int(match[2]), column_number(match[1])
        if len(self) < _KNOWN_PLACES:
            self[name] = place
        return place


_places: Final = _Places()
_NAME: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ATTRIBUTES = r'(?: (?!xmlns)[A-Za-z][\w:]*+="[^"<&]*+")*+'
_TEXT_OPEN = r'<t(?: xml:space="preserve")?+>'
_RUN = rf"<r>(?:<rPr>(?:<[A-Za-z]++{_ATTRIBUTES} ?+/>)*+</rPr>)?+{_TEXT_OPEN}[^<>]*+</t></r>"
_ROW: Final = re.compile(rf'<row r="([0-9]{{1,7}}+)"({_ATTRIBUTES}) ?+(/?)>')
_BLANK = r'(?:<c r="[A-Z]{1,3}+[0-9]++"(?: s="[0-9]++")?+ ?+/>)*+'  # cells with a style only
_BLANKS: Final = re.compile(_BLANK + "</row>")
_CELL: Final = re.compile(
    _BLANK + r'(?:\Z|<c r="([A-Z]{1,3}+[0-9]++)"(?: s="([0-9]++)")?+(?: t="([A-Za-z]++)")?+>'
    rf"(?:<f({_ATTRIBUTES})(?: ?+/>|>([^<>]*+)</f>))?+"
    rf"(?:<v>([^<>]*+)</v>|<v ?+/>)?+(?:<is>{_TEXT_OPEN}([^<>]*+)</t></is>)?+</c>"
    r"|([\s\S]++))"  # all the rest, once something is odd: so nothing is looked at twice
)
_ITEM: Final = re.compile(rf"<si>(?:{_TEXT_OPEN}([^<>]*+)</t>|<t ?+/>|((?:{_RUN})++))</si>")
_RUN_TEXT: Final = re.compile(rf"{_TEXT_OPEN}([^<]*+)")
_ATTRIBUTE: Final = re.compile(r'([\w:]+)="([^"]*)"')
_PLAIN_VALUE: Final = re.compile(r"[\w:$ ]{0,80}")
_CHARACTER: Final = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_NOT_PLAIN: Final = bytes(byte for byte in range(32) if byte not in b"\t\n")  # CR too: XML reads it as LF


class _NotPlain(ValueError):
    """What the pattern recognised is not all well-formed after all."""


def plain_rows(body: bytes) -> Rows | None:
    """The rows in what a `sheetData` element holds, if it is written the plain way, otherwise None."""
    text = _plain_text(body)
    if text is None:
        return None
    before, *found = _ROW.split(text)
    numbers = list(map(int, found[::4]))
    shown = {attributes: _is_hidden(attributes) for attributes in set(found[1::4])}
    if before or None in shown.values() or not all(1 <= number <= MAX_ROW for number in numbers):
        return None
    fields: list[str | Any] = []
    rows: list[int] = []  # of each cell
    for number, closed, content in zip(numbers, found[2::4], found[3::4], strict=True):
        if (content == "") if closed else _BLANKS.fullmatch(content):
            continue  # a million of them may be styled
        if closed or content[-6:] != "</row>":
            return None
        cells = _CELL.split(content[:-6])
        del cells[-_WIDTH - 1 :]  # what matched the end of the text
        while cells and cells[1 - _WIDTH] is None and cells[-1] is None:  # once more, after cells with a style only
            del cells[-_WIDTH:]
        fields += cells
        rows += [number] * (len(cells) // _WIDTH)
    if any(fields[_WIDTH - 1 :: _WIDTH]) or not all(map(_is_plain_formula, set(fields[4::_WIDTH]) - {None})):
        return None
    try:
        if "&" in text:
            for number in _TEXTS:
                fields[number::_WIDTH] = _all_decoded(fields[number::_WIDTH])
        places = list(map(_places.__getitem__, fields[1::_WIDTH]))
    except ValueError:
        return None
    if [row for row, _ in places] != rows:
        return None
    hidden = [number for number, attributes in zip(numbers, found[1::4], strict=True) if shown[attributes]]
    return Rows(places, fields, hidden, text.count("<c ") - len(places), max(numbers, default=0))


def plain_strings(body: bytes) -> list[str] | None:
    """The strings between an `sst` element's first `<si>` and its last `</si>`, if written plainly, otherwise None."""
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
        return _all_decoded(strings)
    except _NotPlain:
        return None


def tree_rows(main: str, elements: list[Element], after: int, check_depth: Callable[[list[Element]], None]) -> Rows:
    """The rows in finished children of a `sheetData` element. ValueError if one is unsound.

    `main` is the namespace; `after` the number of the row before, which a row that gives none follows.
    """
    cell_tag, value_tag, formula_tag = main + "c", main + "v", main + "f"
    rows = Rows([], [], [], 0, after)
    for row in elements:
        if row.tag != main + "row":
            check_depth([row])
            continue
        rows.last = int(row.get("r", rows.last + 1))
        if not 1 <= rows.last <= MAX_ROW:
            raise ValueError(rows.last)
        if row.get("hidden") in ("1", "true"):
            rows.hidden.append(rows.last)
        for cell in row:
            if not len(cell):
                rows.empty += 1
                continue
            if cell.tag != cell_tag:
                check_depth([cell])
                continue
            if cell.get("r") is None:
                _place_cells(row, cell_tag, rows.last)
            place = _places[cell.get("r", "")]
            if place[0] != rows.last:
                raise ValueError(place)
            special = formula = value = inline = None
            for child in cell:
                if len(child):
                    check_depth([child])
                if child.tag == value_tag:
                    value = child.text or ""
                elif child.tag == formula_tag:
                    formula = child.text
                    special = _special(child)
                elif child.tag == main + "is":
                    inline = tree_string(main, child)
            rows.places.append(place)
            rows.fields += "", "", cell.get("s"), cell.get("t"), special, formula, value, inline, None
    return rows


def tree_string(main: str, item: Element) -> str:
    """The text of a string item: its own, or its runs' put together; how it is pronounced (rPh) is left out."""
    pieces = (piece for child in item for piece in (child if child.tag == main + "r" else (child,)))
    return "".join(piece.text or "" for piece in pieces if piece.tag == main + "t")


def _special(formula: Element) -> str:
    """The attributes of a formula element that say what it stands for, as its field has them."""
    pairs = [(key, formula.attrib[key]) for key in ("t", "ref", "si") if key in formula.attrib]
    if not all(_PLAIN_VALUE.fullmatch(value) for _, value in pairs):
        raise ValueError(pairs)
    return "".join(f' {key}="{value}"' for key, value in pairs)


def formula_attributes(special: str) -> dict[str, str]:
    """The attributes of a formula element, from its field."""
    return dict(_ATTRIBUTE.findall(special))


def _place_cells(row: Element, cell_tag: str, number: int) -> None:
    """Gives the cells of a row that do not say where they are the place after the one before."""
    column = 0
    for cell in row:
        if cell.tag == cell_tag:
            name = cell.get("r")
            column = column + 1 if name is None else _places[name][1]
            cell.set("r", f"{column_letters(column)}{number}")


def _is_hidden(attributes: str) -> bool | None:
    """Whether a row with these attributes is hidden; None if it has one of them twice, which is not well-formed."""
    pairs = _ATTRIBUTE.findall(attributes)
    found = dict(pairs)
    return found.get("hidden") in ("1", "true") if len(found) == len(pairs) and "r" not in found else None


def _is_plain_formula(attributes: str) -> bool:
    """Whether these are a formula's attributes as programs write them: none twice, no value that is odd."""
    pairs = _ATTRIBUTE.findall(attributes)
    return len(dict(pairs)) == len(pairs) and all(_PLAIN_VALUE.fullmatch(value) for _, value in pairs)


def _plain_text(body: bytes) -> str | None:
    """The text, if its characters are ones that XML allows and leaves alone."""
    if len(body.translate(None, _NOT_PLAIN)) < len(body):
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text


def _all_decoded(texts: list[str | Any]) -> list[str | Any]:
    """The texts with XML's own entities and character references replaced: all at once, with a zero byte between them."""
    coded = [number for number, text in enumerate(texts) if text and "&" in text]
    for number, text in zip(coded, _decoded("\0".join([texts[number] for number in coded])).split("\0"), strict=False):
        texts[number] = text
    return texts


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
