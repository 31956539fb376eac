"""Rows and strings out of their XML, cut into plain fields; what the fields mean is `reader.py`'s to say.

There are two ways to the same fields. Nearly every program writes rows and strings in one plain manner, which a regular
expression recognises to the last byte and cuts up at a third of a parser's cost; its pattern admits only what is
well-formed. Whatever it does not recognise (a comment, a prefix, white space, an unusual order of attributes) sends the
whole part the second way, through elements that expat made. Tests hold the two to equal results.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from processor.formula_text import MAX_ROW, column_letters, column_number

Made = TypeVar("Made")

_WIDTH: Final = 9  # fields of a cell, with the empty one that re.split puts first and the one for all that is odd
_KNOWN_PLACES: Final = 65_536  # cells whose place is remembered, in case the next workbook has them too
_KINDS: Final = frozenset({None, "n", "s", "str", "b", "e", "d", "inlineStr"})  # ST_CellType, and what gives none


@dataclass(slots=True, eq=False)
class Cut:
    """The cells with content of one row, without their values: one object for all rows spelled alike, known by what it is.

    A sequence each of the cells' fields, None where a cell does not have it. `specials` are the attributes of formulas, `inlines`
    are empty if no cell has a text of its own.
    """

    row: int
    places: tuple[tuple[int, int], ...]
    styles: Sequence[str | None]
    kinds: Sequence[str | None]
    specials: Sequence[str | None]
    formulas: Sequence[str | None]
    inlines: Sequence[str | None]
    valued: Sequence[bool]
    empty: int  # cells left out for having a style only
    odd: bool  # whether a formula may stand for another, or lack its text
    longest: int  # characters of the longest formula or text of its own
    written: int  # characters of all of these
    shared: list[bool] = field(init=False)  # whether the value is a shared string's number
    used: frozenset[str | None] = field(init=False)
    at: dict[int, int] = field(init=False)  # by column, where in the lists its cell is
    plain: bool = field(init=False)  # whether each cell says by itself what it is
    masks: dict[frozenset[int], list[bool]] = field(init=False)

    def __post_init__(self) -> None:
        """Works out what is asked for again with every workbook."""
        self.shared = [kind == "s" for kind in self.kinds]
        self.used = frozenset(self.styles)
        self.at = {column: number for number, (_, column) in enumerate(self.places)}
        self.masks = {}
        self.plain = not self.odd and _KINDS.issuperset(self.kinds) and len(self.at) == len(self.places)

    def within(self, columns: frozenset[int]) -> list[bool]:
        """Of each cell whether it stands in one of these columns; there are few sets of columns that anybody asks for."""
        mask = self.masks.get(columns)
        if mask is None:
            mask = self.masks[columns] = [column in columns for _, column in self.places]
        return mask


class Rows(NamedTuple):
    """Some of a sheet's rows: those that have cells with content, and what the values of these say, None where there is none."""

    cuts: list[Cut]
    texts: list[str | None]
    hidden: list[int]
    empty: int  # cells left out for having a style only
    last: int  # the last row's number
    written: int  # rows, those without cells too


class Seen(dict[bytes, Made]):
    """What `make` makes of some bytes, kept for the next time: workbooks of one campaign are alike in most of their bytes.

    Asked by the very bytes, so that nothing depends on what was read before. It holds at most twice `room` of them: what
    has not been asked for lately goes. ValueError where `make` raises it; without `make`, `recall` and `keep` are asked.
    """

    def __init__(self, make: Callable[[bytes], Made] | None = None, room: int = 4_000_000) -> None:
        super().__init__()
        self._make, self._room, self._left = make, room, room
        self._before: dict[bytes, Made] = {}

    def __missing__(self, key: bytes) -> Made:
        made = self._before.get(key)
        if made is None:
            if self._make is None:
                raise KeyError(key)
            made = self._make(key)
        self.keep(key, made)
        return made

    def recall(self, key: bytes) -> Made | None:
        """What is kept for the bytes, None if nothing is."""
        return self[key] if key in self or key in self._before else None

    def keep(self, key: bytes, made: Made) -> None:
        """Keeps it, unless the bytes are too many to be worth it."""
        if len(key) * 16 < self._room:
            self._left -= len(key) + 64
            if self._left < 0:
                self._before, self._left = dict(self), self._room
                self.clear()
            self[key] = made


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
_ROW: Final = re.compile(rf'<row r="([0-9]{{1,7}}+)"({_ATTRIBUTES}) ?+(/?)>'.encode())
_BLANK = r'(?:<c r="[A-Z]{1,3}+[0-9]++"(?: s="[0-9]++")?+ ?+/>)*+'  # cells with a style only
_BLANKS: Final = re.compile(_BLANK.encode())
_CELL: Final = re.compile(
    _BLANK + r'(?:\Z|<c r="([A-Z]{1,3}+[0-9]++)"(?: s="([0-9]++)")?+(?: t="([A-Za-z]++)")?+>'
    rf"(?:<f({_ATTRIBUTES})(?: ?+/>|>([^<>]*+)</f>))?+"
    rf"(?:(<v></v>)|<v ?+/>)?+(?:<is>{_TEXT_OPEN}([^<>]*+)</t></is>)?+</c>"
    r"|([\s\S]++))"  # all the rest, once something is odd: so nothing is looked at twice
)
_ITEM: Final = re.compile(rf"<si>(?:{_TEXT_OPEN}([^<>]*+)</t>|<t ?+/>|((?:{_RUN})++))")
_RUN_TEXT: Final = re.compile(rf"{_TEXT_OPEN}([^<]*+)")
_SIMPLE: Final = b"<si><t>"
_SIMPLE_END: Final = b"</t></si>"
_ATTRIBUTE: Final = re.compile(r'([\w:]+)="([^"]*)"')
_PLAIN_VALUE: Final = re.compile(r"[\w:$ ]{0,80}")
_CHARACTER: Final = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_PLAIN_FORMULA: Final = frozenset({None, "", ' aca="false"', ' ca="1"'})
_VALUE: Final = re.compile(rb"<v>([^<>]*+)</v>")
_NOT_PLAIN: Final = bytes(byte for byte in range(32) if byte not in b"\t\n")  # CR too: XML reads it as LF


class _NotPlain(ValueError):
    """What the pattern recognised is not all well-formed after all."""


class _Row(NamedTuple):
    """What was written up to the end of a row: that row, and those before it that close themselves."""

    cut: Cut | None
    hidden: tuple[int, ...]
    empty: int
    last: int
    written: int


def plain_rows(body: bytes) -> Rows | None:
    """The rows in what a `sheetData` element holds, if it is written the plain way, otherwise None.

    The values are taken out first: what is left of a row is mostly one that was cut up before.
    """
    emptied = _emptied(body)
    if emptied is None:
        return None
    around, values = emptied
    *ended, rest = around.split(b"</row>")
    try:
        rows = list(map(_rows.__getitem__, ended))
        if rest:
            rows.append(_closed_rows(rest))
    except ValueError:
        return None
    cuts = [row.cut for row in rows if row.cut is not None]
    texts: list[str | None] = [*values]
    if sum(map(len, [cut.places for cut in cuts])) != len(values):
        following = iter(values)
        texts = [next(following) if has_one else None for cut in cuts for has_one in cut.valued]
    hidden = [number for row in rows if row.hidden for number in row.hidden]
    _, _, empty, last, written = zip(*rows, strict=True) if rows else ((),) * 5
    return Rows(cuts, texts, hidden, sum(empty), max(last, default=0), sum(written))


def _emptied(body: bytes) -> tuple[bytes, list[str]] | None:
    """The XML with every value taken out of its `v` element, and the values in order; None if they are not plain."""
    pieces = _VALUE.split(body)
    text = _decoded_text(b"\0".join(pieces[1::2]), len(pieces) // 2 - 1)
    if text is None:
        return None
    return b"<v></v>".join(pieces[::2]), text.split("\0") if len(pieces) > 1 else []


def _row(body: bytes) -> _Row:
    """What a piece of a sheet holds that ends with a row's end tag, left out here. ValueError if it is not written plainly."""
    before, *found = _ROW.split(body)
    *others, content = found[3::4]
    if before or any(others) or not all(found[2:-4:4]) or found[-2]:
        raise _NotPlain(body)
    cut = None
    if b"</c>" in content:
        cut = _cuts[content]
        if cut.row != int(found[-4]):
            raise _NotPlain(body)
    elif not _BLANKS.fullmatch(content):
        raise _NotPlain(body)
    numbers, hidden = _heads(found)
    empty = content.count(b"<c ") if cut is None else cut.empty  # a million of them may be styled
    return _Row(cut, hidden, empty, max(numbers), len(numbers))


def _closed_rows(body: bytes) -> _Row:
    """The rows that stand after the last end tag of one: they close themselves. ValueError if it is not written plainly."""
    before, *found = _ROW.split(body)
    if before or any(found[3::4]) or not all(found[2::4]):
        raise _NotPlain(body)
    numbers, hidden = _heads(found)
    return _Row(None, hidden, 0, max(numbers), len(numbers))


def _heads(found: list[bytes]) -> tuple[list[int], tuple[int, ...]]:
    """The numbers of rows, and which of them are hidden. ValueError if there can be no such row."""
    numbers = list(map(int, found[::4]))
    if not all(1 <= number <= MAX_ROW for number in numbers):
        raise _NotPlain(found)
    return numbers, tuple([number for number, attributes in zip(numbers, found[1::4], strict=True) if _is_hidden(attributes)])


def _is_hidden(attributes: bytes) -> bool:
    """Whether a row with these attributes is hidden. ValueError if they are not plain, or one is there twice."""
    pairs = _ATTRIBUTE.findall(_checked_text(attributes))
    found = dict(pairs)
    if len(found) != len(pairs) or "r" in found:
        raise _NotPlain(attributes)
    return found.get("hidden") in ("1", "true")


def _cut(body: bytes) -> Cut:
    """The cells in what a row holds, which is not nothing. ValueError if it is not written plainly."""
    content = _checked_text(body)
    fields: list[Any] = _CELL.split(content)
    del fields[-_WIDTH - 1 :]  # what matched the end of the text
    while fields and fields[1 - _WIDTH] is None and fields[-1] is None:  # once more, after cells with a style only
        del fields[-_WIDTH:]
    names, styles, kinds, specials, formulas, valued, inlines = (fields[number::_WIDTH] for number in range(1, _WIDTH - 1))
    if any(fields[_WIDTH - 1 :: _WIDTH]) or not all(map(_is_plain_formula, set(specials) - {None})):
        raise _NotPlain(content)
    if "&" in content:
        _decode(formulas)
        _decode(inlines)
    places = tuple(map(_places.__getitem__, names))
    if len({row for row, _ in places}) != 1:
        raise _NotPlain(content)
    styles, kinds = ([field and intern(field) for field in one] for one in (styles, kinds))  # few texts: few places in memory
    empty = content.count("<c ") - len(places)
    return _measured(places, styles, kinds, specials, formulas, inlines, [mark is not None for mark in valued], empty=empty)


def _measured(
    places: tuple[tuple[int, int], ...],
    styles: Sequence[str | None],
    kinds: Sequence[str | None],
    specials: Sequence[str | None],
    formulas: Sequence[str | None],
    inlines: Sequence[str | None],
    valued: Sequence[bool],
    *,
    empty: int,
) -> Cut:
    """The cells of a row by their fields, and how much is written in them."""
    formed = [text for text in formulas if text is not None]
    own = [text for text in inlines if text is not None]
    odd = not _PLAIN_FORMULA.issuperset(specials) or any(text[:1] in ("", "=") for text in formed)
    lengths = list(map(len, formed + own))
    return Cut(
        places[0][0], places, styles, kinds, specials, formulas, inlines if own else (), valued,
        empty, odd, max(lengths, default=0), sum(lengths),
    )  # fmt: skip


def plain_strings(body: bytes) -> list[str] | None:
    """The strings between an `sst` element's first `<si>` and its last `</si>`, if written plainly, otherwise None.

    Nearly all are one `t` and nothing else, which are taken all at once; what stands between two of these is looked at apart.
    """
    whole = (b"<si>" + body + b"</si>").replace(b'<si><t xml:space="preserve">', _SIMPLE)
    if not whole.startswith(_SIMPLE) or not whole.endswith(_SIMPLE_END):
        return _strings_apart(whole)
    pieces = whole[len(_SIMPLE) : -len(_SIMPLE_END)].split(_SIMPLE_END + _SIMPLE)
    others = {at: _strings_apart(_SIMPLE + piece + _SIMPLE_END) for at, piece in enumerate(pieces) if b"<" in piece}
    for at in others:
        pieces[at] = b""
    joined = b"\0".join(pieces)
    text = None if b">" in joined else _decoded_text(joined, len(pieces) - 1)
    if text is None or None in others.values():
        return None
    texts = text.split("\0")
    for at, some in reversed(others.items()):
        texts[at : at + 1] = some or ()
    return texts


def _strings_apart(items: bytes) -> list[str] | None:
    """The strings in whole `si` elements, one by one; None if they are not written plainly."""
    try:
        return list(map(_items.__getitem__, items.removesuffix(b"</si>").split(b"</si>")))
    except ValueError:
        return None


def _item(body: bytes) -> str:
    """The text of a string item without its end tag. ValueError if it is not written plainly."""
    match = _ITEM.fullmatch(_checked_text(body))
    if match is None:
        raise _NotPlain(body)
    text = "".join(_RUN_TEXT.findall(match[2])) if match[2] else match[1] or ""
    return _decoded(text) if "&" in text else text


_cuts: Final = Seen(_cut)
_rows: Final = Seen(_row)
_items: Final = Seen(_item)


def tree_rows(main: str, elements: list[Element], after: int, check_depth: Callable[[list[Element]], None]) -> Rows:
    """The rows in finished children of a `sheetData` element. ValueError if one is unsound.

    `main` is the namespace; `after` the number of the row before, which a row that gives none follows.
    """
    cell_tag, value_tag, formula_tag = main + "c", main + "v", main + "f"
    cuts: list[Cut] = []
    texts: list[str | None] = []
    hidden: list[int] = []
    blank, last = 0, after
    for row in elements:
        if row.tag != main + "row":
            check_depth([row])
            continue
        last = int(row.get("r", last + 1))
        if not 1 <= last <= MAX_ROW:
            raise ValueError(last)
        if row.get("hidden") in ("1", "true"):
            hidden.append(last)
        cells: list[Any] = []
        empty = 0
        for cell in row:
            if not len(cell):
                empty += 1
                continue
            if cell.tag != cell_tag:
                check_depth([cell])
                continue
            if cell.get("r") is None:
                _place_cells(row, cell_tag, last)
            place = _places[cell.get("r", "")]
            if place[0] != last:
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
            cells.append((place, cell.get("s"), cell.get("t"), special, formula, inline, value is not None))
            texts.append(value)
        blank += empty
        if cells:
            cuts.append(_measured(*zip(*cells, strict=True), empty=empty))
    return Rows(cuts, texts, hidden, blank, last, 0)


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


def _is_plain_formula(attributes: str) -> bool:
    """Whether these are a formula's attributes as programs write them: none twice, no value that is odd."""
    pairs = _ATTRIBUTE.findall(attributes)
    return len(dict(pairs)) == len(pairs) and all(_PLAIN_VALUE.fullmatch(value) for _, value in pairs)


def _plain_text(body: bytes, joints: int = 0) -> str | None:
    """The text, if its characters are ones that XML allows and leaves alone; but for so many zero bytes, where texts were joined."""
    if len(body.translate(None, _NOT_PLAIN)) + max(joints, 0) < len(body):
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text


def _decoded_text(body: bytes, joints: int) -> str | None:
    """The same with XML's own entities and character references replaced, none of which gives a zero byte."""
    text = _plain_text(body, joints)
    try:
        return _decoded(text) if text and "&" in text else text
    except ValueError:
        return None


def _checked_text(body: bytes) -> str:
    """The text. ValueError if its characters are not plain."""
    text = _plain_text(body)
    if text is None:
        raise _NotPlain(body)
    return text


def _decode(texts: list[Any]) -> None:
    """Nothing; XML's own entities and character references are replaced in the texts: all at once, a zero byte between them."""
    coded = [number for number, text in enumerate(texts) if text and "&" in text]
    for number, text in zip(coded, _decoded("\0".join([texts[number] for number in coded])).split("\0"), strict=False):
        texts[number] = text


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
