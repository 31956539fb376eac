"""Numbers stay exact from the data file to the screen, and what people type is read as they meant it or not at all.

Requirements: design.md, "Traps already met" 6; domain.md §2 ("không làm tròn số thập phân") and §3.9.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_versions.numbers import COMPARE_DIGITS, decimal_text, parse_decimal, probably_meant, rounded, trimmed, vi, vi_short

FRACTIONS = st.fractions(min_value=-(10**12), max_value=10**12)
DECIMALS = st.builds(Fraction, st.integers(-(10**40), 10**40), st.integers(0, 80).map(lambda places: 10**places))


@given(value=DECIMALS)
def test_a_finite_decimal_is_written_exactly_and_read_back_whatever_its_length(value: Fraction) -> None:
    text = decimal_text(value)
    assert parse_decimal(text) == value
    assert text == trimmed(text)
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", text)
    assert text != "-0"


@given(value=FRACTIONS)
def test_a_number_without_a_finite_form_keeps_seventeen_digits(value: Fraction) -> None:
    assert abs(parse_decimal(decimal_text(value)) - value) <= abs(value) * Fraction(1, 2 * 10**16)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(100), "100"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(1, 20), "0.05"),
        (Fraction(2, 3), "0.66666666666666667"),
        (Fraction(-1, 3), "-0.33333333333333333"),
        (Fraction(10**20), "1" + "0" * 20),
        (Fraction(1, 10**12), "0.000000000001"),
        (7, "7"),
    ],
)
def test_decimal_strings(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    "wrong", ["1,5", "0.", ".5", "1e3", "+1", " 1", "1 ", "1\n", "", "१", "1_000", "NaN", "--1", 0.5, 1, None, True, [1]]
)
def test_anything_but_a_decimal_string_is_refused_in_data(wrong: object) -> None:
    with pytest.raises(ValueError, match="not a decimal string"):
        parse_decimal(wrong)


def test_a_fraction_made_in_code_passes_as_it_is() -> None:
    assert parse_decimal(Fraction(1, 3)) == Fraction(1, 3)


@given(value=st.decimals(min_value=-(10**9), max_value=10**9, places=11), digits=st.integers(0, 10))
def test_rounding_is_half_away_from_zero_as_in_excel(value: Decimal, digits: int) -> None:
    with localcontext(prec=60):
        expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert rounded(Fraction(value), digits) == Fraction(expected)


@given(value=FRACTIONS, digits=st.integers(0, 12))
def test_rounding_moves_a_number_by_half_a_step_at_most_and_only_once(value: Fraction, digits: int) -> None:
    once = rounded(value, digits)
    assert abs(once - value) <= Fraction(1, 2 * 10**digits)
    assert rounded(once, digits) == once
    assert rounded(-value, digits) == -once


def test_comparisons_take_nine_decimals() -> None:
    assert COMPARE_DIGITS == 9
    assert rounded(Fraction("94.9999999995")) == 95
    assert rounded(Fraction("94.9999999994")) < 95


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction("94.996"), 2, "95,00"),
        (Fraction("94.996"), None, "94,996"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 1000), 2, "0,00"),
        (Fraction(-3, 2), 1, "-1,5"),
        (Fraction("0.05"), 2, "0,05"),
        (Fraction(1234567), 2, "1234567,00"),
        (Fraction(-5, 2), 0, "-3"),
        (0, 0, "0"),
        (Fraction(1, 8), None, "0,125"),
    ],
)
def test_screens_show_a_decimal_comma(value: Fraction, digits: int | None, text: str) -> None:
    assert vi(value, digits) == text


@given(value=FRACTIONS, digits=st.integers(0, 8))
def test_what_is_shown_is_the_rounded_number(value: Fraction, digits: int) -> None:
    text = vi(value, digits)
    assert Fraction(text.replace(",", ".")) == rounded(value, digits)
    assert len(text.partition(",")[2]) == digits
    assert "." not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction("1.50"), "1,5"),
        (Fraction(2), "2"),
        (Fraction(2, 3), "0,6667"),
        (Fraction(100), "100"),
        (Fraction(1, 100_000), "0"),
    ],
)
def test_points_in_running_text_are_short(value: Fraction, text: str) -> None:
    assert vi_short(value) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1,5", "1.5"),
        ("0.25", "0.25"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1 điểm", "1"),
        ("0,5đ", "0.5"),
        ("1,5 ĐIỂM", "1.5"),
        (unicodedata.normalize("NFD", "1,5 điểm"), "1.5"),
        ("１,５", "1.5"),
        ("１，５", "1.5"),
        ("\u00a01,5\u00a0", "1.5"),
        ("1\u200b,5", "1.5"),
        ("1,5%", "1.5"),
        ("85 %", "85"),
        ("-2", "-2"),
        ("+3", "3"),
        ("12", "12"),
        ("1500", "1500"),
        ("1.2345", "1.2345"),
        ("'5".removeprefix("'"), "5"),
        ("007", "7"),
    ],
)
def test_a_number_typed_as_text_is_understood(typed: str, meant: str) -> None:
    assert probably_meant(typed) == Fraction(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "1.500",
        "1,500",
        "12.345",
        "-1.500",
        "abc",
        "",
        " ",
        "điểm",
        "%",
        "1,5,6",
        "1.234,5",
        "1..5",
        ",5",
        "5,",
        "1/2",
        "½",
        "2²",
        "①",
        "1e3",
        "0x10",
        "một",
        "1 năm 2",
        "--2",
        "1" * 16,
        "31/12",
        "5 (năm)",
        "٣",
    ],
)
def test_what_is_anybodys_guess_stays_unguessed(typed: str) -> None:
    assert probably_meant(typed) is None


@given(value=st.decimals(min_value=0, max_value=10**9, places=2), mark=st.sampled_from(",."), around=st.sampled_from(["", " ", "\u00a0"]))
def test_two_decimals_are_understood_with_a_comma_and_with_a_dot(value: Decimal, mark: str, around: str) -> None:
    assert probably_meant(around + str(value).replace(".", mark) + around) == Fraction(value)


@given(st.text())
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    meant = probably_meant(text)
    assert meant is None or any(char.isdecimal() for char in text)
