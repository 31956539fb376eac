"""How tall a row must be for its wrapped text, from the widths of Times letters: no font file, no spreadsheet program, the same anywhere.

An estimate with a margin. The heights are written without the "custom" mark, so that Excel still grows a row as somebody types.
"""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

LINE = 1.22
"""Height of a line as a share of the font size; Excel and LibreOffice give Times New Roman 1.15 to 1.2."""

# widths of Times letters in thousandths of the font size (Adobe's published metrics of Times-Roman); letters with marks are as wide
_WIDTHS = (
    dict.fromkeys("ijlt/\\|!'’‘`", 278)
    | dict.fromkeys(" .,", 250)
    | dict.fromkeys("fr()-I[]", 333)
    | dict.fromkeys("sJ", 389)
    | dict.fromkeys("acez?", 444)
    | dict.fromkeys("bdghknopquvxy0123456789_*–$", 500)
    | dict.fromkeys("FPS", 556)
    | dict.fromkeys("ELTZ", 611)
    | dict.fromkeys("BCR<>=+×÷", 667)
    | dict.fromkeys("wADGHKNOQUVXY", 722)
    | dict.fromkeys("mM%&@W…", 900)
)
_WIDER = {"ư": 560, "ơ": 540, "Ư": 790, "Ơ": 790, "đ": 500, "Đ": 722}
_OTHER = 600


@lru_cache(maxsize=4096)
def _letter(char: str) -> int:
    base = unicodedata.normalize("NFD", char)[0]
    kept = "".join(part for part in unicodedata.normalize("NFD", char) if part in (base, "\u031b"))
    plain = unicodedata.normalize("NFC", kept)
    return _WIDER.get(plain) or _WIDTHS.get(base, _OTHER)


@lru_cache(maxsize=32768)
def _thousandths(word: str) -> int:
    """Width in thousandths of the font size: a language has few syllables, and every text is made of them."""
    return sum(map(_letter, word))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one word in points."""
    return _thousandths(text) * size / 1000 * (1.06 if bold else 1.0)


def column_points(width: float) -> float:
    """Points that text can use in a column of so many characters (7 pixels each at 96 dpi; 5 of padding, a little spare)."""
    return (width * 7 - 3) * 0.75


@lru_cache(maxsize=16384)
def lines_of(text: str, width: float, size: float, bold: bool = False) -> int:
    """How many lines a wrapped text takes in `width` points."""
    count = 0
    for line in text.split("\n"):
        if text_width(line, size, bold=bold) < width - 0.001:  # most texts: no word of theirs needs to be looked at
            count += 1
            continue
        used, lines = 0.0, 1
        space = text_width(" ", size, bold=bold)
        for word in line.split(" "):
            length = text_width(word, size, bold=bold)
            if used and used + space + length > width:
                lines += 1
                used = 0.0
            elif used:
                used += space
            if length > width:
                lines += math.ceil(length / width) - 1
                length %= width
            used += length
        count += lines
    return count


def height_of(lines: int, size: float) -> float:
    """Points for so many lines of one size, with a little air."""
    return min(409.0, round(lines * size * LINE + 3, 2))
