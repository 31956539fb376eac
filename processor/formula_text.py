"""Formulas as text: tokens to compare them by, and moving them from one cell to another.

A formula is cut up, never parsed: nothing here knows whether it makes sense, and nothing is calculated. Formulas are in
the file's own notation (English names, `,` between arguments, `.` as decimal sign) without a leading `=`, as Excel,
LibreOffice and openpyxl store them. Any text is taken, in time linear in its length; nothing raises.
"""

import re
import unicodedata
from functools import cache, lru_cache

MAX_ROW = 1_048_576  # rows of a sheet, ECMA-376 part 1, 18.3.1.73
MAX_COLUMN = 16_384  # columns of a sheet, XFD

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]++|"")*+"?)
    |(?P<space>\s++)
    |(?P<error>\#(?i:REF!|DIV/0!|VALUE!|NAME\?|NUM!|N/A|NULL!))
    |(?P<sheet>'(?:[^']++|'')*+'!|(?![A-Za-z]{1,3}[0-9]+:)(?:\[[^\[\]]*+\])?+(?:[\w.?\\]++(?::[\w.?\\]++)?+)?+(?<=[\w.?\\\]])!)
    |(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.?\\(!\[]))
    |(?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.?\\(!\[]))
    |(?P<cell>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.?\\(!\[]))
    |(?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[Ee][+-]?[0-9]++)?+)
    |(?P<function>[\w.?\\]++(?=\s*+\())
    |(?P<name>[\w.?\\]++)
    |(?P<column>\[(?:[^\[\]']++|'.|\[(?:[^\[\]']++|'.)*+\])*+\]?)
    |(?P<sign><>|<=|>=|'(?:[^']++|'')*+'|.)""",
    re.VERBOSE | re.DOTALL,
)
_PREFIX = re.compile(r"(?:_XLFN\.|_XLWS\.|_XLUDF\.)+")
_PLAIN_SHEET = re.compile(r"(?:\[[0-9]+\])?(?:(?![0-9.])(?![A-Za-z]{1,3}[0-9]+$)[\w.]+)?")
_END = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")


@cache
def column_number(letters: str) -> int:
    """The number of a column, 1 for A to 16,384 for XFD. ValueError for anything else, lower case too."""
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()):
        raise ValueError(letters)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > MAX_COLUMN:
        raise ValueError(letters)
    return number


@lru_cache(maxsize=MAX_COLUMN)
def column_letters(number: int) -> str:
    """The letters of column `number`, counted from 1: A, …, Z, AA, …"""
    letters = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


@lru_cache(maxsize=16_384)
def tokens(formula: str, sheet: str | None = None) -> tuple[str, ...]:
    """The formula's canonical tokens: two formulas that differ only in how a program saves them give the same.

    Dropped: blanks outside text, a leading `=` or `+`, `_xlfn.` and its like, quotes a sheet name does not need, the
    brackets of `TRUE()`, and `sheet` where a reference names it although the formula stands in it. Function names and
    references are upper case, numbers have 15 significant digits, names are NFC. All else stays.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(formula):
        kind, text = match.lastgroup, match.group()
        if kind == "space" or (not found and text in ("=", "+")):
            continue
        if kind in ("cell", "columns", "rows", "error"):
            text = text.upper()
        elif kind == "number":
            text = _number(text)
        elif kind == "function":
            text = _PREFIX.sub("", unicodedata.normalize("NFC", text).upper())
        elif kind == "name":
            text = text.upper() if text.upper() in ("TRUE", "FALSE") else unicodedata.normalize("NFC", text)
        elif kind == "column":
            text = unicodedata.normalize("NFC", text)
        elif kind == "sheet":
            name = _sheet_name(text)
            if (sheet is not None and _same(name, sheet)) or _repeated(found, name):
                continue
            text = (name if _PLAIN_SHEET.fullmatch(name) else "'" + name.replace("'", "''") + "'") + "!"
        elif text == ")" and found[-1:] == ["("] and found[-2:-1] in (["TRUE"], ["FALSE"]):
            del found[-1]
            continue
        found.append(text)
    return tuple(found)


def shift(formula: str, rows: int, cols: int) -> str:
    """The formula as it reads `rows` further down and `cols` further right, the way shared formulas are meant.

    Relative references move, those behind `$` stay, text, names, functions and sheets are left alone. An end of a
    reference that would leave the sheet becomes `#REF!`.
    """

    def moved(match: re.Match[str]) -> str:
        kind, text = match.lastgroup, match.group()
        if kind not in ("cell", "columns", "rows"):
            return text
        ends = [_moved_end(end, rows, cols) for end in text.split(":")]
        return "#REF!" if None in ends else ":".join(end for end in ends if end is not None)

    return _TOKEN.sub(moved, formula)


def _moved_end(end: str, rows: int, cols: int) -> str | None:
    """One end of a reference (`$A1`, `A`, `$1`), moved; None if it falls off the sheet. A mere look-alike stays."""
    match = _END.fullmatch(end)
    if match is None:
        return end
    fixed_column, letters, fixed_row, digits = match.groups()
    if not letters:
        fixed_row, fixed_column = fixed_column or fixed_row, ""
    try:
        column = column_number(letters.upper()) if letters else 1
    except ValueError:
        return end
    row = int(digits) if digits else 1
    if not 1 <= row <= MAX_ROW:
        return end
    column += cols if letters and not fixed_column else 0
    row += rows if digits and not fixed_row else 0
    if not (1 <= column <= MAX_COLUMN and 1 <= row <= MAX_ROW):
        return None
    return f"{fixed_column}{column_letters(column) if letters else ''}{fixed_row}{row if digits else ''}"


def _number(text: str) -> str:
    """The number with 15 significant digits, as any program may write it back; beyond a double's range, as it was."""
    short = format(float(text), ".15g")
    return text if short == "inf" else short


def _sheet_name(text: str) -> str:
    """The name, NFC, that a sheet qualifier such as `'Phụ lục 1'!` or `Sheet1!` gives, without its quotes."""
    name = text[:-1]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return unicodedata.normalize("NFC", name)


def _same(name: str, other: str) -> bool:
    """Whether the two are one sheet: sheet names ignore case."""
    return name.casefold() == unicodedata.normalize("NFC", other).casefold()


def _repeated(found: list[str], name: str) -> bool:
    """Whether `name` only repeats the sheet at a range's second end, as in `A!B1:A!B9`, which some programs write."""
    return len(found) > 2 and found[-1] == ":" and found[-3].endswith("!") and _same(_sheet_name(found[-3]), name)
