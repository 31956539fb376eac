"""Exact numbers: decimal strings in files, `Fraction` in computing, a decimal comma on screen. No binary float anywhere.

Does not read cells (see `processor.reader`) and knows nothing of points or criteria.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

COMPARE_DIGITS = 9
"""Decimals kept before a comparison (grade, threshold, rank, tie), in Excel and in Python alike; see docs/architecture.md."""

SIGNIFICANT = 17
"""Significant digits written for a number with no finite decimal form."""

_DECIMAL = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)


def parse_decimal(text: object) -> Fraction:
    """The exact value of a decimal string with a dot, e.g. `"0.125"`.

    Raises ValueError for anything else, floats and ints of a data file included: an unquoted 0.1 has already been through binary.
    """
    if isinstance(text, Fraction):
        return text
    if not isinstance(text, str) or not _DECIMAL.match(text):
        raise ValueError(f"not a decimal string: {text!r}")
    return Fraction(text)


@lru_cache(maxsize=8192)
def decimal_text(value: Fraction | int) -> str:
    """The shortest decimal string equal to `value`, whatever its length; 17 significant digits where it has none (2/3)."""
    value = Fraction(value)
    rest, decimals = value.denominator, 0
    while (common := math.gcd(rest, 10)) > 1:
        rest //= common
        decimals += 1
    if rest == 1:
        digits = str(abs(value.numerator) * (10**decimals // value.denominator)).rjust(decimals + 1, "0")
        text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
        return f"-{text}" if value < 0 else text
    context = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN)
    return trimmed(format(context.divide(Decimal(value.numerator), Decimal(value.denominator)), "f"))


def trimmed(text: str) -> str:
    """`text` without the zeros that end its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Fraction | int, digits: int = COMPARE_DIGITS) -> Fraction:
    """`value` to `digits` decimals, halves away from zero: what Excel's ROUND gives."""
    scale = 10**digits
    scaled = abs(Fraction(value)) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, scale)


def vi(value: Fraction | int, digits: int | None = None) -> str:
    """`value` as a Vietnamese reader writes it, with a comma: all its digits, or exactly `digits` decimals."""
    if digits is None:
        return decimal_text(value).replace(".", ",")
    shown = rounded(value, digits)
    scaled = abs(shown) * 10**digits
    text = str(scaled.numerator // scaled.denominator).rjust(digits + 1, "0")
    text = f"{text[:-digits]},{text[-digits:]}" if digits else text
    return f"-{text}" if shown < 0 else text


def vi_short(value: Fraction | int, digits: int = 4) -> str:
    """`value` with a comma and at most `digits` decimals, without ending zeros: points in running text."""
    return trimmed(vi(value, digits).replace(",", ".")).replace(".", ",")


_TYPED = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,9})?\Z", re.ASCII)


def probably_meant(text: str) -> Fraction | None:
    """The number a person probably meant by `text` typed into a number cell, or None when it is anybody's guess.

    One separator is read as the decimal mark when one or two digits, or a leading 0, make it so; "1.500" stays ambiguous.
    """
    if any(ch.isdigit() and not ch.isdecimal() for ch in text):
        return None  # "5²" is not 52
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(ch for ch in plain if not ch.isspace() and unicodedata.category(ch) != "Cf")
    plain = re.sub(r"(?i)(điểm|đ|%)\Z", "", plain)
    if not _TYPED.match(plain):
        return None
    whole, mark, decimals = plain.replace(",", ".").partition(".")
    if mark and len(decimals) == 3 and whole.lstrip("+-") != "0":
        return None
    return Fraction(f"{whole}{mark}{decimals}")


Points = Annotated[Fraction, BeforeValidator(parse_decimal), PlainSerializer(decimal_text, return_type=str)]
"""Points or a percentage in a data file: a quoted decimal string with a dot."""
