"""Formulas in the two spellings: LibreOffice's own (`=SUM($'Trang 1'.$A$1;2)`) and Excel's (`=SUM('Trang 1'!$A$1,2)`).

UNO gives a whole range of formulas in one call only in its own spelling, and its parser takes one formula at a time; so the text is
respelled here, by tokens. Functions have the same English names in both as far as Excel 2007 knows them; nothing is calculated.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LIBRE = re.compile(
    r"""(?P<text>"(?:[^"]++|"")*+"?)
    |(?P<sheet>\$?(?:'(?:[^']++|'')*+'|[^\W\d][\w]*+)\.(?=\$?[A-Z]{1,3}\$?[0-9]|\#REF!|\$?[A-Z]{1,3}:|\$?[0-9]+:))
    |(?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[Ee][+-]?[0-9]++)?+)
    |(?P<name>[\w.\\?$]++)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_EXCEL = re.compile(
    r"""(?P<text>"(?:[^"]++|"")*+"?)
    |(?P<sheet>(?:'(?:[^']++|'')*+'|[^\W\d][\w.]*+)!)
    |(?P<other>[\w.\\?$]++)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*")
_ENDS_REFERENCE = re.compile(r"(?:\$?[A-Z]{1,3}\$?[0-9]{1,7}|\$?[A-Z]{1,3}|\$?[0-9]{1,7})\Z")


@lru_cache(maxsize=16_384)  # a form read again has the same formulas
def in_excel(formula: str) -> str:
    """A formula as UNO's arrays give it, in Excel's spelling; any text is taken, what is not understood stays."""
    pieces: list[str] = []
    braces = 0
    for match in _LIBRE.finditer(formula):
        kind, text = match.lastgroup, match.group()
        if kind == "sheet":
            name = text[:-1].removeprefix("$")
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            if pieces[-1:] == [":"] and len(pieces) > 2 and pieces[-3].endswith("!") and _ENDS_REFERENCE.fullmatch(pieces[-2]):
                text = ""  # the sheet is said once for both ends
            elif _PLAIN_SHEET.fullmatch(name) and not _ENDS_REFERENCE.fullmatch(name.upper()):
                text = f"{name}!"
            else:
                text = "'" + name.replace("'", "''") + "'!"
        elif kind == "sign":
            braces += (text == "{") - (text == "}")
            if text == ";":
                text = ","
            elif text == "|" and braces:
                text = ";"
            elif text == "~":
                text = ","
        pieces.append(text)
    return "".join(pieces)


def in_libreoffice(formula: str) -> str:
    """A formula in Excel's spelling, as UNO's `setFormulaArray` takes it: single cells, ranges of one sheet, texts, numbers, calls."""
    pieces = []
    braces = 0
    for match in _EXCEL.finditer(formula):
        kind, text = match.lastgroup, match.group()
        if kind == "sheet":
            text = f"${text[:-1]}."
        elif kind == "sign":
            braces += (text == "{") - (text == "}")
            if text == ",":
                text = ";"
            elif text == ";" and braces:
                text = "|"
        pieces.append(text)
    return "".join(pieces)
