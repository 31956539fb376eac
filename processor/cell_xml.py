"""Rows and strings out of their XML, cut into plain fields; what the fields mean is `reader.py`'s to say.

There are two ways to the same fields. Nearly every program writes rows and strings in one plain manner, which a regular
expression recognises to the last byte and cuts up at a third of a parser's cost; it accepts only text that is well-formed
XML by its very pattern. Whatever it does not recognise (a comment, a prefix, white space, an attribute out of its usual
place) makes the whole part go the second way, through elements that expat made. A test holds the two to equal results.
"""

import re
from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element

from processor.archive import damaged
from processor.formula_text import MAX_ROW, column_letters, column_number

Fields = list[str | None]  # nine for each cell, see FIELDS; None where the cell does not have it
Row = tuple[int, bool, Fields]  # number from 1, whether it is hidden, its cells

FIELDS: Final = 9  # "", column, row, style, type, the formula's attributes, formula, value, inline text

_ATTRIBUTES = r'(?: [A-Za-z][\w:]*+="[^"<&]*+")*+'
_TEXT = r'<t(?: xml:space="preserve")?+>([^<]*+)</t>'
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3}+)([0-9]++)"(?: s="([0-9]++)")?+(?: t="([A-Za-z]++)")?+(?: ?+/>|>'
    rf"(?:<f({_ATTRIBUTES})(?: ?+/>|>([^<]*+)</f>))?+(?:<v>([^<]*+)</v>|<v ?+/>)?+(?:<is>{_TEXT}</is>)?+</c>)"
)
_ROW: Final = re.compile(rf'<row r="([0-9]{{1,7}})"({_ATTRIBUTES}) ?(/?)>')
_ATTRIBUTE: Final = re.compile(r'([\w:]+)="([^"]*)"')
_RUN: Final = rf"<r>(?:<rPr>(?:<[A-Za-z]++{_ATTRIBUTES} ?+/>)*+</rPr>)?+{_TEXT}</r>".replace("(<", "(?:<").replace("([^", "(?:[^")
_ITEM: Final = re.compile(rf"<si>(?:{_TEXT}|((?:{_RUN})++))</si>")
_RUN_TEXT: Final = re.compile(_TEXT)
_CHARACTER: Final = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_NOT_XML: Final = bytes(byte for byte in range(32) if byte not in b"\t\n")  # CR too: XML reads it as LF
_TRUE: Final = ("1", "true")
