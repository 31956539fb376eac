"""The mã đối chiếu in the text of a PDF: how a signed report and the workbook it goes with are known to belong together.

A scan without a text layer has no text to read; that is told, never guessed around. A PDF comes from outside: size, pages, text and
time are bounded, and whatever the reader of PDFs raises comes to "not readable".
"""

from __future__ import annotations

import io
import logging
import re
import time
from dataclasses import dataclass

PDF_BYTES = 64 * 1024 * 1024
PAGES = 60
TEXT = 2_000_000  # characters
SECONDS = 10.0
MOST_CODES = 20

_CODE = re.compile(r"(?<![0-9A-F])[0-9A-F]{4}[ \-]?[0-9A-F]{4}[ \-]?[0-9A-F]{4}(?![0-9A-F])")
_LABEL = re.compile(r"Đ[ỐÔ]I\s*CHI[ẾÊ]U\W{0,12}", re.IGNORECASE)


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
    upper = " ".join(text.upper().split())
    labelled = []
    for label in _LABEL.finditer(upper):
        found = _CODE.match(upper, label.end())
        if found:
            labelled.append(_plain(found[0]))
    every = [*labelled, *(_plain(found[0]) for found in _CODE.finditer(upper) if not _plain(found[0]).isdecimal())]
    unique = tuple(dict.fromkeys(every))[:MOST_CODES]
    return PaperCodes(unique, tuple(dict.fromkeys(labelled))[:MOST_CODES], len(upper) >= 40)


def _plain(code: str) -> str:
    return re.sub(r"[ \-]", "", code)


def _text_of(data: bytes) -> str:
    from pypdf import PdfReader  # here: most runs read no PDF

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
    except Exception:  # noqa: BLE001  (a file from outside: whatever is wrong with it, it cannot be read)
        return "\n".join(parts)
    return "\n".join(parts)
