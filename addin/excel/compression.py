"""The compression of a VBA project's streams ([MS-OVBA] 2.4.1): copies of earlier bytes within chunks of 4096.

It only compresses; the matches are found by the three bytes they begin with, so that a large project takes no minute.
"""

from __future__ import annotations

import struct

CHUNK = 4096  # bytes before compression
SHORTEST = 3  # bytes; a shorter copy is not worth its token
CANDIDATES = 64  # earlier places looked at for one copy: nearly as short as with all, and quick


def compressed(data: bytes) -> bytes:
    """The compressed container of `data`."""
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return b"\x01" + b"".join(map(_chunk, chunks))


def _chunk(data: bytes) -> bytes:
    """One chunk with its header: the size less three, the signature 0b011, whether it is compressed."""
    tokens = _tokens(data)
    if len(tokens) > CHUNK:
        return struct.pack("<H", 0x3000 | CHUNK - 1) + data.ljust(CHUNK, b"\0")
    return struct.pack("<H", 0xB000 | len(tokens) - 1) + tokens


def _tokens(data: bytes) -> bytes:
    """Groups of eight tokens, each group led by a byte whose bits say which are copies."""
    out = bytearray()
    places: dict[bytes, list[int]] = {}
    at = 0
    while at < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(data):
                break
            offset, length = _longest(data, at, places)
            if length >= SHORTEST:
                flags |= 1 << bit
                group += struct.pack("<H", (offset - 1) << (16 - _offset_bits(at)) | (length - SHORTEST))
            else:
                length = 1
                group.append(data[at])
            for passed in range(at, at + length):
                places.setdefault(data[passed : passed + SHORTEST], []).append(passed)
            at += length
        out.append(flags)
        out += group
    return bytes(out)


def _longest(data: bytes, at: int, places: dict[bytes, list[int]]) -> tuple[int, int]:
    """How far back the longest copy of what stands at `at` begins, and how long it is; (0, 0) for none."""
    limit = min(len(data) - at, (0xFFFF >> _offset_bits(at)) + SHORTEST)
    best_offset = best = 0
    if limit >= SHORTEST:
        for place in reversed(places.get(data[at : at + SHORTEST], [])[-CANDIDATES:]):
            length = SHORTEST
            while length < limit and data[place + length] == data[at + length]:
                length += 1
            if length > best:
                best_offset, best = at - place, length
                if length == limit:
                    break
    return best_offset, best


def _offset_bits(at: int) -> int:
    """How many of a copy token's 16 bits hold its offset, at this place of the chunk."""
    return max(4, (at - 1).bit_length()) if at else 4
