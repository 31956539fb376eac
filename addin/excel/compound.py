"""A compound file: the little file system inside which a VBA project lies ([MS-CFB], version 3, sectors of 512 bytes).

Written whole and once; every time stamp is zero, so the same content gives the same bytes. It does not read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Storage: TypeAlias = Mapping[str, "bytes | Storage"]
"""Names with what they hold: the bytes of a stream, or a storage within."""

SECTOR, SMALL_SECTOR = 512, 64  # bytes
SMALL_STREAM = 4096  # bytes; a shorter stream lies in small sectors ([MS-CFB] 2.2, mini stream cutoff size)
ENTRY = 128  # bytes of a directory entry
HEADER_FATS = 109  # sectors of the allocation table that the header can name; 6.8 MB of file, far more than a project of ours
END, FREE, TABLE, NOTHING = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
ROOT, STORAGE, STREAM = 5, 1, 2
RED, BLACK = 0, 1


@dataclass(slots=True)
class _Entry:
    """A line of the directory; `left`, `right` and `child` are numbers of other lines."""

    name: str
    kind: int
    data: bytes = b""
    colour: int = BLACK
    left: int = NOTHING
    right: int = NOTHING
    child: int = NOTHING
    start: int = 0
    size: int = 0


def compound_file(content: Storage) -> bytes:
    """The file that holds `content`. Raises ValueError for a name over 31 characters and for more than 6.8 MB."""
    entries = [_Entry("Root Entry", ROOT)]
    entries[0].child = _add_storage(entries, content)
    small, small_chains = _pack_small(entries)
    large = [one for one in entries if one.kind == STREAM and len(one.data) >= SMALL_STREAM]
    entries[0].data, entries[0].size = small, len(small)

    directory_sectors = _sectors(len(entries) * ENTRY)
    small_table_sectors = _sectors(len(small_chains) * 4)
    body = directory_sectors + small_table_sectors + _sectors(len(small)) + sum(_sectors(len(one.data)) for one in large)
    table_sectors = _table_sectors(body)
    if table_sectors > HEADER_FATS:
        raise ValueError(f"{body} sectors are too many for one header")

    table = [TABLE] * table_sectors
    directory_start = _chain(table, directory_sectors)
    small_table_start = _chain(table, small_table_sectors)
    entries[0].start = _chain(table, _sectors(len(small)))
    for one in large:
        one.start, one.size = _chain(table, _sectors(len(one.data))), len(one.data)
    table += [FREE] * (table_sectors * SECTOR // 4 - len(table))

    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,  # minor version
        3,  # major version
        0xFFFE,  # little-endian
        9,  # 2**9: SECTOR
        6,  # 2**6: SMALL_SECTOR
        0,  # directory sectors are counted in version 4 only
        table_sectors,
        directory_start,
        0,  # transaction signature
        SMALL_STREAM,
        small_table_start,
        small_table_sectors,
        END,  # no further allocation table sectors …
        0,  # … none
    )
    header += _numbers([*range(table_sectors), *[FREE] * (HEADER_FATS - table_sectors)])
    parts = [header, _numbers(table), _filled(b"".join(map(_packed, entries)), _empty_entries(len(entries)))]
    parts += [_filled(_numbers(small_chains), b"\xff" * SECTOR), _filled(small), *(_filled(one.data) for one in large)]
    return b"".join(parts)


def _add_storage(entries: list[_Entry], content: Storage) -> int:
    """The number of the topmost entry of a storage's tree, after its entries and those below them were added."""
    first = len(entries)
    for name in sorted(content, key=_order):
        if len(name) > 31:
            raise ValueError(f"a name of {len(name)} characters: {name}")
        held = content[name]
        entries.append(_Entry(name, STREAM, held) if isinstance(held, bytes) else _Entry(name, STORAGE))
    for number, name in enumerate(sorted(content, key=_order), first):
        held = content[name]
        if not isinstance(held, bytes):
            entries[number].child = _add_storage(entries, held)
    full_levels = (len(content) + 1).bit_length() - 1
    return _tree(entries, range(first, first + len(content)), full_levels)


def _tree(entries: Sequence[_Entry], numbers: range, black_levels: int) -> int:
    """The root of a search tree over these entries, already in order; red are only those below the last full level."""
    if not numbers:
        return NOTHING
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.colour = BLACK if black_levels > 0 else RED
    entry.left = _tree(entries, numbers[:middle], black_levels - 1)
    entry.right = _tree(entries, numbers[middle + 1 :], black_levels - 1)
    return numbers[middle]


def _order(name: str) -> tuple[int, str]:
    """What the directory sorts by: shorter names first, then the letters in capitals ([MS-CFB] 2.6.4)."""
    return len(name), name.upper()


def _pack_small(entries: Sequence[_Entry]) -> tuple[bytes, list[int]]:
    """The short streams one after the other, and the table of their small sectors."""
    packed, chains = bytearray(), list[int]()
    for one in entries:
        if one.kind == STREAM and len(one.data) < SMALL_STREAM:
            one.start, one.size = _chain(chains, -(-len(one.data) // SMALL_SECTOR)), len(one.data)
            packed += one.data + bytes(-len(one.data) % SMALL_SECTOR)
    return bytes(packed), chains


def _chain(table: list[int], length: int) -> int:
    """The first of `length` sectors that follow each other, now in the table; END for none."""
    if not length:
        return END
    start = len(table)
    table += [*range(start + 1, start + length), END]
    return start


def _table_sectors(body: int) -> int:
    """How many sectors the allocation table needs for itself and for `body` others."""
    per_sector = SECTOR // 4
    return -(-body // (per_sector - 1))


def _sectors(size: int) -> int:
    return -(-size // SECTOR)


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    numbers = (len(name) + 2, entry.kind, entry.colour, entry.left, entry.right, entry.child)
    return struct.pack("<64sHBBIII36xIQ", name, *numbers, entry.start, entry.size)


def _empty_entries(held: int) -> bytes:
    """The unused entries that fill the directory's last sector."""
    unused = struct.pack("<64xHBBIII36xIQ", 0, 0, 0, NOTHING, NOTHING, NOTHING, 0, 0)
    return unused * (-held % (SECTOR // ENTRY))


def _numbers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _filled(data: bytes, filling: bytes = bytes(SECTOR)) -> bytes:
    """The data up to the end of its last sector."""
    return data + filling[: -len(data) % SECTOR]
