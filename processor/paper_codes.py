"""The mã đối chiếu in the text of a PDF: how a signed report and the workbook it goes with are known to belong together.

A scan without a text layer has no text to read; that is told, never guessed around. A PDF comes from outside: size, pages, text and
time are bounded, and whatever the reader of PDFs raises comes to "not readable".
"""

from __future__ import annotations

import io
import logging
import re
import time
import unicodedata
from dataclasses import dataclass

PDF_BYTES = 64 * 1024 * 1024
PAGES = 60
TEXT = 2_000_000  # characters
SECONDS = 10.0
MOST_CODES = 20

_CODE = re.compile(r"(?<![0-9A-F])[0-9A-F]{4}[ \-]?[0-9A-F]{4}[ \-]?[0-9A-F]{4}(?![0-9A-F])")
_LABEL = re.compile(r"DOI ?CHIEU\W{0,12}")


@dataclass(frozen=True, slots=True)
class PaperCodes:
    """What a PDF says: every text that could be a code, those that stand after the words "mã đối chiếu", whether it has text at all."""

    codes: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    readable: bool = False


def codes_of(data: bytes) -> PaperCodes:
    """The codes in a PDF. Never raises for content."""
    if len(data) > PDF_BYTES or not data[:1024].lstrip().startswith(b"%PDF"):
        return PaperCodes()
    return codes_in(_text_of(data))


def codes_in(text: str) -> PaperCodes:
    """The codes in a text; a number of 12 digits alone (a citizen's, say) counts only after the words."""
    letters = unicodedata.normalize("NFKD", text.upper().replace("Đ", "D"))  # how a PDF spells accents is its own affair
    upper = " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())
    labelled = []
    for label in _LABEL.finditer(upper):
        found = _CODE.match(upper, label.end())
        if found:
            labelled.append(_spelt(found[0]))
    every = [*labelled, *(_spelt(found[0]) for found in _CODE.finditer(upper) if any(one.isalpha() for one in found[0]))]
    unique = tuple(dict.fromkeys(every))[:MOST_CODES]
    return PaperCodes(unique, tuple(dict.fromkeys(labelled))[:MOST_CODES], len(upper) >= 40)


def _spelt(code: str) -> str:
    """A code as the ledger spells it: 0A1B-2C3D-4E5F."""
    digits = re.sub(r"[ \-]", "", code)
    return "-".join((digits[:4], digits[4:8], digits[8:]))


def _text_of(data: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415  (most runs read no PDF, and loading this takes longer than reading a form)

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its complaints about a file are not an officer's
    until, parts, length = time.monotonic() + SECONDS, [], 0
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        for number, page in enumerate(reader.pages):
            if number >= PAGES or length > TEXT or time.monotonic() > until:
                break
            text = page.extract_text()
            parts.append(text)
            length += len(text)
    except Exception:
        return "\n".join(parts)
    return "\n".join(parts)
