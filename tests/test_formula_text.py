"""Formulas as text: what any honest program's way of saving may change is no difference, all else is.

Sources: design.md, "Return" (formulas are compared by their tokens) and "Traps" 4; ECMA-376 part 1, 18.17 (formulas), 18.3.1.40 (shared
formulas).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from processor.formula_text import MAX_COLUMN, MAX_ROW, column_letters, column_number, shift, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("=SUM(A1:A3)", "SUM(A1:A3)"),
        ("=+A1", "A1"),
        ("sum( a1 : a3 )", "SUM(A1:A3)"),
        ("IF(A1<>1,\n  2,3)", "IF(A1<>1,2,3)"),
        ("_xlfn.CONCAT(A1)", "CONCAT(A1)"),
        ("_xlfn._xlws.SORT(A1:A3)", "SORT(A1:A3)"),
        ("A1*0.50", "A1*.5"),
        ("A1*1E3", "A1*1000"),
        ("A1*1e+3", "A1*1000.0"),
        ("A1/0.333333333333333333", "A1/0.333333333333333"),
        ("IF(TRUE(),FALSE( ),1)", "IF(TRUE,FALSE,1)"),
        ("true", "TRUE()"),
        ("'Sheet1'!A1", "Sheet1!A1"),
        ("'PhụLục'!$A$1", "PhụLục!$A$1"),
        ("'Phu\u0323 lu\u0323c'!A1", "'Phụ lục'!A1"),
        ("Sheet1!A1:Sheet1!B2", "Sheet1!A1:B2"),
        ("'[1]Sheet1'!A1", "[1]Sheet1!A1"),
        ("a:b", "A:B"),
        ("#ref!+#n/a", "#REF!+#N/A"),
    ],
)
def test_ways_of_saving_one_formula_give_the_same_tokens(one: str, other: str) -> None:
    assert tokens(one) == tokens(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A1", "$A1"),
        ("A1", "A1:A1"),
        ("A1+B1", "A1-B1"),
        ("A1<>1", "A1<1"),
        ('"a b"', '"ab"'),
        ('"TRUE()"', '"TRUE"'),
        ('"Sheet1!"', "Sheet1!A1"),
        ("(A1)", "A1"),
        ("IF(A1,2)", "IF(A1;2)"),
        ("Sheet1!A1", "Sheet2!A1"),
        ("Sheet1!A1", "sheet1!A1"),
        ("0.1", "0.2"),
        ("1", "-1"),
        ("{1,2;3,4}", "{1,2,3,4}"),
        ("TRUE(1)", "TRUE"),
        ("A1 B1", "A1,B1"),
        ("Table1[a b]", "Table1[ab]"),
    ],
)
def test_formulas_that_differ_have_different_tokens(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


def test_the_formulas_own_sheet_may_be_named_or_not() -> None:
    assert tokens("'Phụ lục 1'!A1+B!C2", "Phụ lục 1") == tokens("A1+B!C2")
    assert tokens("b!A1", "B") == ("A1",)
    assert tokens("B!A1") == ("B!", "A1")


def test_quotes_stay_only_where_a_sheet_name_needs_them() -> None:
    assert tokens("'Phụ lục'!A1") == ("'Phụ lục'!", "A1")
    assert tokens("'It''s'!A1") == ("'It''s'!", "A1")
    assert tokens("'AB12'!A1") == ("'AB12'!", "A1")
    assert tokens("'2024'!A1") == ("'2024'!", "A1")


def test_tokens_of_a_whole_formula() -> None:
    assert tokens('=IF(AND(ISNUMBER(d7),D7<>""),ROUND(D7/$C$7*0.50,9),"chưa  có")') == (
        "IF", "(", "AND", "(", "ISNUMBER", "(", "D7", ")", ",", "D7", "<>", '""', ")", ",",
        "ROUND", "(", "D7", "/", "$C$7", "*", "0.5", ",", "9", ")", ",", '"chưa  có"', ")",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$A1+A$1+$A$1", "C2+$A2+C$1+$A$1"),
        ("SUM(A1:B$2)", "SUM(C2:D$2)"),
        ("SUM(A:A,$B:C)", "SUM(C:C,$B:E)"),
        ("SUM(1:3,$2:4)", "SUM(2:4,$2:5)"),
        ("Sheet1!A1+'A1 B2'!A1+'It''s A1'!B2", "Sheet1!C2+'A1 B2'!C2+'It''s A1'!D3"),
        ("[1]Sheet1!A1", "[1]Sheet1!C2"),
        ('"A1"&A1&"""A1"', '"A1"&C2&"""A1"'),
        ("LOG10(A1)+ATAN2(A1,B1)", "LOG10(C2)+ATAN2(C2,D2)"),
        ("diem_A1+XFE1+A1048577+Đ1", "diem_A1+XFE1+A1048577+Đ1"),
        ("Table1[A1]+A1", "Table1[A1]+C2"),
        ("1E5+A1", "1E5+C2"),
        ("XFD1+A1", "#REF!+C2"),
        ("#REF!+Sheet1!#REF!", "#REF!+Sheet1!#REF!"),
        ("a1", "C2"),
    ],
)
def test_relative_references_move_and_nothing_else(formula: str, moved: str) -> None:
    assert shift(formula, 1, 2) == moved


def test_a_reference_moved_off_the_sheet_is_an_error() -> None:
    assert shift("A1", -1, 0) == "#REF!"
    assert shift("SUM(B2:C3)", 0, -2) == "SUM(#REF!:A3)"


_cells = st.builds(
    lambda fixed_column, column, fixed_row, row: f"{fixed_column}{get_column_letter(column)}{fixed_row}{row}",
    st.sampled_from(["", "$"]), st.integers(50, 700), st.sampled_from(["", "$"]), st.integers(50, 5000),
)  # fmt: skip
_pieces = st.one_of(_cells, st.sampled_from(["SUM(CV99,2)", '"A1 ""x"', "'Tờ 1'!BB99", "$B:$C", "BD:BE", "60:$70", "0.5", "LOG10(CV$3)"]))


@given(st.lists(_pieces, max_size=8).map("+".join), st.integers(-40, 40), st.integers(-40, 40))
def test_moving_agrees_with_openpyxl(formula: str, rows: int, cols: int) -> None:
    origin, target = "CV100", f"{get_column_letter(100 + cols)}{100 + rows}"
    assert shift(formula, rows, cols) == Translator("=" + formula, origin=origin).translate_formula(target)[1:]


@given(st.text(alphabet="A1$:!'\"[]#(),;.+ \tĐ\\_eE<>=&{}", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    assert shift(text, 0, 0).upper() == text.upper() or "#REF!" in shift(text, 0, 0)
    tokens(text)
    tokens(text, "A1")


@pytest.mark.parametrize("piece", ["'", '"', "[", "['", "[a", "a:", "A1", "$", "a!", ".:", "1", " a ", "_xlfn."])
def test_long_nonsense_takes_linear_time(piece: str) -> None:
    """40,000 characters of it come back at once; something quadratic would take minutes here."""
    text = piece * (40_000 // len(piece))
    assert len(shift(text, 1, 1)) >= 40_000 // len(piece)
    tokens(text)


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", MAX_COLUMN)])
def test_columns_have_letters_and_numbers(letters: str, number: int) -> None:
    assert column_number(letters) == number
    assert column_letters(number) == letters


@pytest.mark.parametrize("letters", ["", "a", "XFE", "ABCD", "É", "A1"])
def test_what_is_no_column_has_no_number(letters: str) -> None:
    with pytest.raises(ValueError, match=f"^{letters}$"):
        column_number(letters)


def test_the_last_row_is_excels() -> None:
    assert shift("A1", MAX_ROW - 1, 0) == "A1048576"
    assert shift("A1", MAX_ROW, 0) == "#REF!"
