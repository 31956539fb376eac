"""The parts of an untrusted .xlsx: its zip directory, its bytes and its XML, each within limits.

Sizes, ratios and members are looked at in the zip directory before anything is inflated, and again while inflating;
names, places and checksums must agree with one another. XML comes as finished elements while a part streams in, so that
memory does not follow the file. Nothing here knows what a workbook is (`reader.py` does), nothing is written, and
nothing outside the bytes given is ever opened: no DTD, no entity, no link.
"""

import codecs
import re
import stat
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

_MIB: Final = 1024 * 1024
_STEP: Final = 256 * 1024  # bytes taken at a time, packed or inflated
BRANCH: Final = 4 * _MIB  # bytes one row, one string, one comment may span: what is held in memory at once
_NAMESPACES: Final = ("{http://schemas.openxmlformats.org/", "{http://purl.oclc.org/ooxml/")  # Transitional, Strict
_ENCODING: Final = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)""")
_WIDE: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_END_OF_DIRECTORY, _ENTRY, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")


class Unreadable(Exception):
    """A file that gives no workbook: `code` is the finding's code, `params` what its message needs.

    Codes: file-empty, file-legacy (kind), file-encrypted, file-not-workbook, file-damaged (part), file-too-large (what,
    limit), file-unsafe (part, why: duplicate, overlapping, outside, symlink, encrypted, dtd).
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[partial["Unreadable"], tuple[()]]:
        """How it gets from a worker process to the one that waits for it."""
        return partial(Unreadable, self.code, **self.params), ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. The first it goes beyond makes it file-too-large, `what` being the field's name."""

    file_bytes: int = 20 * _MIB
    part_bytes: int = 64 * _MIB  # of each part, inflated
    total_bytes: int = 160 * _MIB  # of all parts, inflated
    ratio: int = 200  # inflated to packed, where a part is more than 1 MiB inflated
    parts: int = 500
    cells: int = 400_000  # with a value or a formula, in the whole workbook; merges and hidden rows count too
    blank_cells: int = 2_000_000  # with a style only
    strings: int = 200_000  # shared ones; also names, formats, relationships and properties
    text: int = 40_000  # characters in a cell, a formula, a name's text
    all_text: int = 20_000_000  # characters kept in all
    expanded: int = 1_000_000  # characters that shared formulas grow to
    tags: int = 2_000_000  # `<` in what goes the slow way, through a parser
    rows: int = 1_100_000  # written the plain way, empty ones too
    xml: int = 200 * _MIB  # bytes of XML text
    depth: int = 64  # elements within one another
    work: int = 20_000_000  # all of it together, by `_WORK`


_WORK: Final = {"cells": 18, "rows": 0.6, "blank_cells": 0.2, "strings": 2.5, "tags": 2.2, "all_text": 0.05, "expanded": 0.2, "xml": 0.008}
"""About how many microseconds each thing takes to read, on a machine of two cores of 2020: one file may hold many of several kinds."""

RETURNS: Final = Limits(cells=60_000, strings=60_000, blank_cells=1_000_000, text=40_000, all_text=6_000_000, tags=800_000, work=1_450_000)
"""What a returned form may cost: twenty times what is in one, so that no file takes two seconds. An office's own books may be larger."""


@dataclass(slots=True)
class Part:
    """One member of the zip: where its packed bytes lie, and what the directory says of them."""

    name: str
    method: int  # 0 stored, 8 deflated
    crc: int
    size: int  # bytes, inflated
    start: int
    stop: int
    taken: bool = False


def damaged(part: str) -> Unreadable:
    """The error for a part that is missing, or is not what it should be."""
    return Unreadable("file-damaged", part=part)


def too_large(what: str, limit: int) -> Unreadable:
    """The error for going beyond a limit."""
    return Unreadable("file-too-large", what=what, limit=str(limit))


def folded(name: str) -> str:
    """The form of a part's name that decides whether two are one: the package format compares without case."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


class Archive:
    """A file's parts by folded name, and what reading them has cost. Unreadable if the zip itself is not sound."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self.parts: dict[str, Part] = {}
        self._data = memoryview(data)
        self._spent: Counter[str] = Counter()
        self._work = 0.0  # microseconds
        self._read_directory(data)

    def spend(self, what: str, amount: int) -> None:
        """Counts what the file costs; file-too-large once it is over the limit of that name."""
        self._spent[what] += amount
        limit: int = getattr(self.limits, what)
        if self._spent[what] > limit:
            raise too_large(what, limit)
        self._work += amount * _WORK.get(what, 0)
        if self._work > self.limits.work:
            raise too_large("work", self.limits.work // 1_000_000)

    def mark(self) -> Counter[str]:
        """What has been spent so far, to come back to."""
        return self._spent.copy()

    def back_to(self, mark: Counter[str], part: Part) -> None:
        """Takes back what was spent since, on a part that is going to be read anew."""
        self._spent = mark
        part.taken = False

    def _read_directory(self, data: bytes) -> None:
        """Takes down the members, having checked names, sizes and places against limits and one another."""
        end = data.rfind(b"PK\5\6", max(0, len(data) - 65557))  # a comment has at most 65,535 bytes
        if end < 0 or end + 22 > len(data):
            raise damaged("")
        _, disk, first_disk, _, count, size, at, comment = _END_OF_DIRECTORY.unpack_from(data, end)
        stop = at + size  # a ZIP64 record may stand between here and `end`, though a file of this size needs none
        whole = stop == end or data[stop : stop + 4] == b"PK\6\6"
        if disk or first_disk or end + 22 + comment != len(data) or not whole:
            raise damaged("")
        self.spend("parts", count)
        taken: list[tuple[int, int, str]] = [(at, at, "")]
        for _ in range(count):
            if at + 46 > stop or data[at : at + 4] != b"PK\1\2":
                raise damaged("")
            entry = _ENTRY.unpack_from(data, at)
            made_by, flags, name_size, start = entry[1], entry[3], entry[10], entry[16]
            raw = data[at + 46 : at + 46 + name_size]
            at += 46 + name_size + entry[11] + entry[12]
            name = _part_name(raw, flags)
            if made_by >> 8 == 3 and stat.S_ISLNK(entry[15] >> 16):
                raise _unsafe(name, "symlink")
            if folded(name) in self.parts:
                raise _unsafe(name, "duplicate")
            part = _located(data, raw, name, entry)
            self._check_size(part)
            self.parts[folded(name)] = part
            taken.append((start, part.stop, name))
        if at != stop:
            raise damaged("")
        taken.sort()
        for (_, last, _), (first, _, name) in pairwise(taken):
            if first < last:
                raise _unsafe(name, "overlapping")

    def _check_size(self, part: Part) -> None:
        if part.size > self.limits.part_bytes:
            raise too_large("part_bytes", self.limits.part_bytes)
        if part.size > _MIB and part.size > (part.stop - part.start) * self.limits.ratio:
            raise too_large("ratio", self.limits.ratio)
        self.spend("total_bytes", part.size)

    def inflated(self, part: Part) -> Iterator[bytes]:
        """The part's bytes, a step at a time; Unreadable as soon as they are not what the directory promised."""
        if part.taken:
            raise damaged(part.name)  # two sheets cannot be one part
        part.taken = True
        size = crc = 0
        ended = part.method == 0
        engine = zlib.decompressobj(-15)
        for at in range(part.start, part.stop, _STEP):
            packed: bytes | memoryview = self._data[at : min(at + _STEP, part.stop)]
            while True:
                try:
                    piece = engine.decompress(packed, _STEP) if part.method else bytes(packed)
                except zlib.error:
                    raise damaged(part.name) from None
                size += len(piece)
                crc = zlib.crc32(piece, crc)
                if size > part.size or engine.unused_data or (ended and part.method):
                    raise damaged(part.name)
                if piece:
                    yield piece
                ended |= engine.eof
                packed = engine.unconsumed_tail
                if not packed and (len(piece) < _STEP or not part.method or ended):
                    break
        if size != part.size or crc != part.crc or not ended:
            raise damaged(part.name)

    def branches(
        self, part: Part, root_name: str, *, nested: bool, pieces: Iterable[bytes] | None = None
    ) -> Iterator[tuple[str, Element, list[Element]]]:
        """The part's finished elements as they come: namespace, parent, children, each given once and then dropped.

        The parents are the root itself, or, if `nested`, the root's children one after the other, a long one several
        times; those outside the root's namespace are left out, as the format has it. Rows' depth is the caller's to
        check. `pieces` is what to parse in place of the whole part.
        """
        builder = TreeBuilder()
        holder = builder.start("", {})  # the document's root becomes its child, and is at hand while it grows
        parser = XMLParser(target=builder, encoding="utf-8")
        waiting, tail = 0, b""
        try:
            for piece in pieces or self.utf8(part):
                if waiting:  # a long part: give what is finished before taking more
                    for branch in self._finished(part, holder, root_name, nested, growing=True):
                        waiting = 0
                        yield branch
                    if waiting > BRANCH:
                        raise too_large("branch", BRANCH)
                if not len(holder) and b"<!DOCTYPE" in tail + piece:
                    raise _unsafe(part.name, "dtd")
                self.spend("tags", piece.count(b"<"))
                parser.feed(piece)
                waiting += len(piece)
                tail = piece[-8:]
            parser.close()
        except ParseError:
            raise damaged(part.name) from None
        yield from self._finished(part, holder, root_name, nested, growing=False)

    def utf8(self, part: Part) -> Iterator[bytes]:
        """The part's text in UTF-8, from UTF-8 or UTF-16; any other encoding, declared or found, is damage."""
        decoder: codecs.IncrementalDecoder | None = None
        for number, piece in enumerate(self.inflated(part)):
            if number == 0:
                found = _WIDE.get(piece[:2])
                decoder = codecs.getincrementaldecoder(found)() if found else None
                head = piece[:400].replace(b"\0", b"").removeprefix(codecs.BOM_UTF8).lstrip(b"\xff\xfe")
                declared = _ENCODING.match(head)
                if declared and declared[1].lower() not in ((b"utf-16",) if found else (b"utf-8", b"us-ascii")):
                    raise damaged(part.name)
            self.spend("xml", len(piece))
            try:
                yield decoder.decode(piece).encode() if decoder else piece
            except UnicodeError:
                raise damaged(part.name) from None
        if decoder and decoder.getstate()[0]:
            raise damaged(part.name)  # half a character at the end

    def _finished(
        self, part: Part, holder: Element, root_name: str, nested: bool, *, growing: bool
    ) -> Iterator[tuple[str, Element, list[Element]]]:
        """What can be given of the tree so far, taken out of it; if `growing`, the last of each level is still open."""
        if growing:
            self._check_open(holder)
        if not len(holder):
            return
        root = holder[0]
        uri, _, name = root.tag.rpartition("}")
        namespace = uri + "}"
        if name != root_name or not namespace.startswith(_NAMESPACES):
            raise Unreadable("file-not-workbook") if root_name == "workbook" else damaged(part.name)
        parents = root[:] if nested else [root]
        for parent in parents:
            is_open = growing and parent is parents[-1]
            children = parent[:-1] if is_open else parent[:]
            if children or not is_open:
                del parent[: len(children)]
                if parent.tag != namespace + "sheetData":
                    self.check_depth(children)
                if parent.tag.startswith(namespace):
                    yield namespace, parent, children
        if nested:
            del root[: len(parents) - growing]

    def check_depth(self, elements: list[Element]) -> None:
        """Looks at finished elements of the second level or below, level by level; file-too-large if there are many."""
        depth = 1
        while elements:
            depth += 1
            if depth > self.limits.depth:
                raise too_large("depth", self.limits.depth)
            elements = [child for element in elements for child in element]

    def _check_open(self, element: Element) -> None:
        """Follows what is still open to its end."""
        depth = 0
        while len(element):
            element = element[-1]
            depth += 1
            if depth > self.limits.depth:
                raise too_large("depth", self.limits.depth)


def _unsafe(part: str, why: str) -> Unreadable:
    return Unreadable("file-unsafe", part=part, why=why)


def _part_name(raw: bytes, flags: int) -> str:
    """The name of a member, with `/` between folders; Unreadable if it is no path within the file."""
    try:
        name = raw.decode("utf-8" if flags & 0x800 else "cp437").replace("\\", "/")
    except UnicodeDecodeError:
        raise damaged(ascii(raw)) from None
    if not name or name.startswith("/") or "\0" in name or ":" in name or ".." in name.split("/"):
        raise _unsafe(name, "outside")
    return name


def _located(data: bytes, raw: bytes, name: str, entry: tuple[int, ...]) -> Part:
    """The member an entry of the directory points at, whose own header must agree with it."""
    flags, method, sizes, start = entry[3], entry[4], entry[7:10], entry[16]  # sizes: CRC, packed, inflated
    if flags & 0x2041:
        raise _unsafe(name, "encrypted")
    if start + 30 > len(data) or data[start : start + 4] != b"PK\3\4":
        raise damaged(name)
    local = _LOCAL.unpack_from(data, start)
    begin = start + 30 + local[9] + local[10]
    elsewhere = local[2] & 8 or local[7] == 0xFFFFFFFF  # a descriptor or ZIP64 fields have the sizes
    same = local[3] == method and data[start + 30 : start + 30 + local[9]] == raw
    if not same or not (elsewhere or local[6:9] == sizes) or method not in (0, 8) or begin + sizes[1] > len(data):
        raise damaged(name)
    return Part(name, method, sizes[0], sizes[2], begin, begin + sizes[1])
