"""What Vietnamese criteria say in figures, and what is left alone because it is not certain.

Issue 6, "Their own tables"; domain.md §3.1, §3.4.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from rubric_versions.spoken import PerCase, Rates, Said, each_in, is_share, level_of, levels_in, rates_of


def f(text: str) -> Fraction:
    """An exact number."""
    return Fraction(text)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("từ 70 % đến dưới 100 %", Rates(ge=f("70"), lt=f("100"))),
        ("Từ 70%-dưới 100%", Rates(ge=f("70"), lt=f("100"))),
        ("50-70%", Rates(ge=f("50"), le=f("70"))),
        ("từ 50 % trở lên", Rates(ge=f("50"))),
        ("≥ 95%", Rates(ge=f("95"))),
        ("trên 33,5 % đến 50 %", Rates(gt=f("33.5"), le=f("50"))),
        ("Dưới 50%;", Rates(lt=f("50"))),
        ("Hoàn thành 100% kế hoạch", Rates(ge=f("100"))),
        ("Tỷ lệ hồ sơ đúng hạn đạt từ 95% trở lên", Rates(ge=f("95"))),
        ("từ 70\u00a0% \u2013 80\u00a0%", Rates(ge=f("70"), le=f("80"))),
    ],
)
def test_a_stretch_of_rates_is_read_whatever_its_spelling(text: str, rates: Rates) -> None:
    assert rates_of(text) == rates


@pytest.mark.parametrize(
    "text", ["không đạt 100%", "chưa đạt 50 %", "Giảm 5 %", "Đạt 70 %", "từ 70 đến", "từ 120 % trở lên", "Trên 15 ngày đến 30%", ""]
)
def test_what_is_no_plain_stretch_of_rates_is_not_guessed(text: str) -> None:
    assert rates_of(text) is None


@pytest.mark.parametrize(
    ("text", "words", "points"),
    [
        ("Ban hành kịp thời: 1", "Ban hành kịp thời", "1"),
        ("- Không đạt: 0đ", "Không đạt", "0"),
        ("Đạt 100% được 0.5 điểm", "Đạt 100%", "0.5"),
        ("0,25 điểm: có kế hoạch", "Có kế hoạch", "0.25"),
        ("dưới 50% thì không tính điểm", "Dưới 50%", "0"),
        ("Ban hành trước ngày 31/12: 1 điểm.", "Ban hành trước ngày 31/12", "1"),
    ],
)
def test_a_level_is_its_words_and_its_points(text: str, words: str, points: str) -> None:
    said = level_of(text)
    assert said is not None
    assert (said.text, said.points) == (words, f(points))


@pytest.mark.parametrize("text", ["Chậm: trừ 0,5", "Số hồ sơ: 12 trong năm", "1.1.1", "Kịp thời", "Mức điểm: 1.500"])
def test_what_is_no_level_is_left_alone(text: str) -> None:
    assert level_of(text) is None


def test_levels_on_one_line_or_on_several() -> None:
    expected = [Said("Kịp thời", f("1"), None), Said("Không kịp thời", f("0.5"), None)]
    assert levels_in("kịp thời: 1; không kịp thời: 0,5") == expected
    assert levels_in("- Kịp thời: 1 điểm\n- Không kịp thời: 0,5 điểm.") == expected
    missing = [Said("Có", Fraction(4), None), Said("Không", None, None)]
    assert levels_in("Có: 4; không: ") == levels_in("Có: 4 điểm\nKhông: …… điểm") == missing, "told as lacking its points, not lost"
    assert levels_in("Có:; không: ") == []
    assert levels_in("Kịp thời: 1; theo hướng dẫn của Sở Nội vụ") == [], "all of it or nothing"


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("Cứ mỗi hồ sơ trễ hạn trừ 0,25 điểm", PerCase(f("0.25"), "Hồ sơ trễ hạn", off=True)),
        ("cứ 01 báo cáo chậm thì trừ 0,1 điểm, trừ tối đa 1 điểm", PerCase(f("0.1"), "Báo cáo chậm", off=True)),
        ("Mỗi sáng kiến được công nhận: 0,5 điểm", PerCase(f("0.5"), "Sáng kiến được công nhận", off=False)),
        ("mỗi hình thức được 0,25 điểm", PerCase(f("0.25"), "Hình thức", off=False)),
    ],
)
def test_points_for_each_case(text: str, case: PerCase) -> None:
    assert each_in(text) == case


def test_a_share_of_the_points() -> None:
    assert is_share("Tính điểm theo tỷ lệ hồ sơ đúng hạn")
    assert is_share("Số hồ sơ đúng hạn / tổng số hồ sơ x 2 điểm")
    assert not is_share("Từ 95% trở lên: 2")
