"""Golden cases computed by hand from the regulation: Quy chế of QĐ 1823/QĐ-UBND (Cần Thơ, 23/07/2018), each citing its article.

The numbers are worked out in the comments, not by the program: what a unit scores itself first, then results with survey and council.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from processor.campaign import new_campaign
from processor.ranking import Block, LeafScore, UnitScores, results_of, shown_percent
from rubric_versions.answers import Answers, LeafAnswer, Totals, judge, outcomes, totals
from rubric_versions.catalog import load
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Appendix, Rules
from tests.fills import CAN_THO

TABLE = Appendix.model_validate({
    "number": "I", "title": "Bảng nhỏ để tính tay", "tier": "xa", "total": "100", "children": [
        {"code": "1", "title": "Chỉ đạo, điều hành", "max": "40", "children": [
            {"code": "1.1", "title": "Kế hoạch", "max": "10", "scored_by": "self", "may_skip": "Chưa có hướng dẫn",
             "method": {"kind": "yes_no", "met": "Có", "unmet": "Không"}},
            {"code": "1.2", "title": "Thực hiện kế hoạch", "max": "30", "scored_by": "self", "may_skip": "Do đặc thù",
             "method": {"kind": "linear", "numerator": "Xong", "denominator": "Tổng số", "zero_denominator": "skip"}},
        ]},
        {"code": "2", "title": "Hồ sơ đúng hạn", "max": "40", "scored_by": "self", "may_skip": "Do đặc thù",
         "method": {"kind": "deduction", "per": "0.125", "case": "Hồ sơ trễ hạn"}},
        {"code": "3", "title": "Hài lòng", "max": "20", "scored_by": "survey",
         "method": {"kind": "survey_percent", "answer": "Hài lòng"}},
    ],
})  # fmt: skip
"""100 points, the survey among them (Điều 7.1); 80 of them the unit scores itself (domain.md §2)."""

MET = "10 điểm: Có"


def scored(plan: Raw, done: tuple[Raw, Raw], late: Raw, *skipped: str) -> Totals:
    """a and A of the little table; `skipped` are the codes marked not assessed, whose values are left out."""
    values: dict[str, tuple[Raw, ...]] = {"1.1": (plan,), "1.2": done, "2": (late,)}
    leaves = {
        code: LeafAnswer((None,) * len(raws), "x", "Chưa có hướng dẫn") if code in skipped else LeafAnswer(raws)
        for code, raws in values.items()
    }
    return totals(TABLE, outcomes(TABLE, Answers(leaves)))


def test_article_10_1_the_index_is_a_over_A_times_100() -> None:
    # 10 + 30 x 20/30 + (40 - 4 x 0.125) = 10 + 20 + 39.5 = 69.5 of 80; 69.5 / 80 x 100 = 86.875 %
    result = scored(MET, (Decimal(30), Decimal(20)), Decimal(4))
    assert result == Totals(Fraction("69.5"), Fraction(80))
    assert result.rate == Fraction("86.875")


def test_article_7_1_decimals_are_not_rounded() -> None:
    # 10 + 30 x 1/7 + 40 = 50 + 30/7 = 380/7 of 80; x 100 = 38000/560 = 475/7 %, which no decimal ends
    result = scored(MET, (Decimal(7), Decimal(1)), Decimal(0))
    assert (result.points, result.rate) == (Fraction(380, 7), Fraction(475, 7))


def test_article_7_2_b_a_criterion_met_in_full_earns_its_max_and_less_to_the_degree_it_is_not() -> None:
    assert scored(MET, (Decimal(5), Decimal(5)), Decimal(0)).points == 80
    # 4 of 5 tasks: 30 x 4/5 = 24, so 80 - 6
    assert scored(MET, (Decimal(5), Decimal(4)), Decimal(0)).points == 74


def test_article_7_2_d_what_is_not_assessed_leaves_both_a_and_A() -> None:
    # without 1.2: a = 10 + 39.5 = 49.5; A = 80 - 30 = 50; 99 %
    result = scored(MET, (None, None), Decimal(4), "1.2")
    assert result == Totals(Fraction("49.5"), Fraction(50))
    assert result.rate == 99


def test_article_7_2_d_a_whole_field_may_be_not_assessed() -> None:
    # without field 1 (40 points): a = 39.5; A = 40; 98.75 %
    result = scored(None, (None, None), Decimal(4), "1.1", "1.2")
    assert result == Totals(Fraction("39.5"), Fraction(40))
    assert result.rate == Fraction("98.75")


def test_article_7_2_d_work_that_did_not_arise_is_taken_out_where_the_leaf_says_so() -> None:
    # 0 tasks to do: 1.2 is not assessed by itself; a = 10 + 40; A = 50; 100 %
    result = scored(MET, (Decimal(0), Decimal(0)), Decimal(0))
    assert result == Totals(Fraction(50), Fraction(50))
    assert result.rate == 100


def test_article_7_2_d_nothing_assessed_gives_no_division_by_zero() -> None:
    result = scored(None, (None, None), None, "1.1", "1.2", "2")
    assert result == Totals(Fraction(0), Fraction(0))
    assert result.rate == 0


@pytest.mark.parametrize(
    ("late", "mark", "state", "possible"),
    [
        (None, None, State.UNSCORED, 80),  # left blank: 0 points, still in A
        (Decimal(320), None, State.SCORED, 80),  # 40 - 320 x 0.125 = 0: a score like any other, still in A
        (None, "x", State.NOT_ASSESSED, 40),  # not assessed: out of A (Điều 7.2.d)
        ("nhiều", None, State.INVALID, 80),  # no number: 0 points, still in A
    ],
)
def test_blank_zero_not_assessed_and_invalid_are_four_things(late: Raw, mark: Raw, state: State, possible: int) -> None:
    answer = LeafAnswer((late,), mark)
    outcome = judge(TABLE.by_code["2"], answer)
    assert outcome.state is state
    assert outcome.points == 0
    full = {"1.1": LeafAnswer((MET,)), "1.2": LeafAnswer((Decimal(1), Decimal(1))), "2": answer}
    result = totals(TABLE, outcomes(TABLE, Answers(full)))
    # the rest is full: 40 points of 80, or of 40
    assert result == Totals(Fraction(40), Fraction(possible))
    assert result.rate == Fraction(4000, possible)


def test_article_7_1_every_table_has_100_points_with_the_survey_and_the_unit_scores_the_rest() -> None:
    parts = {
        appendix.number: (
            sum(leaf.max for leaf in appendix.leaves),
            sum(leaf.max for leaf in appendix.leaves if leaf.is_central),
        )
        for appendix in CAN_THO.appendices
    }
    # Điều 7.2.đ, e: survey and remarks; 80 + 20 for sở and huyện, 70 + 30 for xã (issue 2)
    assert parts == {"II": (100, 20), "III": (100, 20), "IV": (100, 30)}


def test_article_7_2_e_survey_and_remarks_are_outside_what_the_unit_scores() -> None:
    result = scored(MET, (Decimal(1), Decimal(1)), Decimal(0))
    assert result == Totals(Fraction(80), Fraction(80)), "the 20 points of the survey are in neither"


def test_articles_10_2_7_2_g_5_and_12_2_the_rules_carry_the_numbers_of_the_text() -> None:
    rules = CAN_THO.rules
    assert [(grade.name, str(grade.at_least)) for grade in rules.grades] == [
        ("Rất tốt", "95"), ("Tốt", "85"), ("Khá", "75"), ("Trung bình", "65"), ("Yếu", "0"),
    ]  # fmt: skip
    assert rules.deduction is not None
    assert rules.deduction.percent == 5
    assert (len(rules.deduction.grounds), rules.deduction.per_case) == (3, False)
    assert (rules.missing.grade, rules.self_assessment_due) == ("Yếu", "15/12")
    assert (rules.not_assessed, rules.commended_per_block, rules.rounds) == ("subtract", 3, 1)


# -------------------------------------------------------------------------------------------------------------------- results, by hand


def unit_of(code: str, points: tuple[str, str, str, str], *, off: str = "", **more: object) -> UnitScores:
    """A unit of the little table with final points for 1.1, 1.2, 2 and the survey; `off` is the code that is not assessed."""
    leaves = {}
    for leaf, given in zip(TABLE.leaves, points, strict=True):
        state = State.NOT_ASSESSED if leaf.code == off else State.SCORED
        final = Fraction(0) if leaf.code == off else Fraction(given)
        leaves[leaf.code] = LeafScore(state if leaf.is_self_scored else None, final, state, final)
    made = UnitScores(code, f"Xã {code}", "k", "xa", TABLE, leaves)
    return replace(made, **more)  # type: ignore[arg-type]


def ranks(*units: UnitScores, rules: Rules = CAN_THO.rules) -> dict[str, tuple[str, int | None, str]]:
    """Index as published, rank and grade by unit."""
    found = results_of(Block("k", "Khối", rules.commended_per_block, units), rules)
    return {one.unit: (shown_percent(one.pari, rules) if one.pari is not None else "", one.rank, one.grade) for one in found}


def test_articles_10_1_10_2_index_grade_and_rank_of_a_block() -> None:
    # A: 10 + 30 + 40 + 18 = 98 of 100; B: 10 + 24 + 38 + 13 = 85; C: 0 + 25.5 + 39.5 + 9.99 = 74.99; D: 5 + 20 + 30 + 9 = 64
    found = ranks(
        unit_of("D", ("5", "20", "30", "9")),
        unit_of("C", ("0", "25.5", "39.5", "9.99")),
        unit_of("B", ("10", "24", "38", "13")),
        unit_of("A", ("10", "30", "40", "18")),
    )
    assert found == {
        "A": ("98,00", 1, "Rất tốt"), "B": ("85,00", 2, "Tốt"), "C": ("74,99", 3, "Trung bình"), "D": ("64,00", 4, "Yếu"),
    }  # fmt: skip


def test_article_10_2_a_shown_index_never_contradicts_its_grade() -> None:
    # 10 + 30 + 40 + 14.996 = 94.996: no "95,00 – Tốt" (domain.md §3.9)
    assert ranks(unit_of("A", ("10", "30", "40", "14.996")))["A"] == ("94,996", 1, "Tốt")


def test_article_7_2_d_the_council_takes_a_criterion_out_of_a_and_of_A() -> None:
    # without 1.2: 10 + 36 + 17 = 63 of 100 - 30 = 70: exactly 90
    assert ranks(unit_of("A", ("10", "0", "36", "17"), off="1.2"))["A"] == ("90,00", 1, "Tốt")


@pytest.mark.parametrize("cases", [1, 2, 3])
def test_article_7_2_g_five_percent_once_whatever_the_grounds(cases: int) -> None:
    # 10 + 30 + 40 + 18 = 98; 98 x 95 % = 93.1 of 100: no longer Rất tốt
    assert ranks(unit_of("A", ("10", "30", "40", "18"), deductions=cases))["A"] == ("93,10", 1, "Tốt")


def test_article_7_2_g_counts_after_what_is_not_assessed() -> None:
    # without 1.2: (10 + 40 + 20) x 95 % = 66.5 of 70: exactly 95
    assert ranks(unit_of("A", ("10", "0", "40", "20"), off="1.2", deductions=1))["A"] == ("95,00", 1, "Rất tốt")


def test_article_5_3_who_did_not_finish_in_time_is_graded_weak_without_index_or_rank() -> None:
    found = ranks(unit_of("A", ("10", "30", "40", "18")), unit_of("B", ("10", "30", "40", "20"), missing=True))
    assert found["B"] == ("", None, "Yếu")
    assert found["A"][1] == 1


def test_can_tho_2023_who_is_late_is_not_considered_at_all() -> None:
    rules = load("can-tho-2023").rules
    found = ranks(unit_of("A", ("10", "30", "40", "18")), unit_of("B", ("10", "30", "40", "20"), missing=True), rules=rules)
    assert found["B"] == ("", None, ""), "no grade either: domain.md §2, Cần Thơ 2023"
    assert found["A"][1] == 1


def test_article_12_2_the_first_three_of_a_block_are_proposed_a_tie_at_the_third_place_included() -> None:
    units = [unit_of(code, ("10", "30", "40", points)) for code, points in zip("ABCDE", ("18", "17", "16", "16", "15"), strict=True)]
    found = results_of(Block("k", "Khối", CAN_THO.rules.commended_per_block, tuple(units)), CAN_THO.rules)
    assert [(one.unit, one.rank) for one in found if one.commended] == [("A", 1), ("B", 2), ("C", 3), ("D", 3)]
    assert [one.rank for one in found] == [1, 2, 3, 3, 5]


def test_hong_ngu_2023_two_offices_score_and_are_not_ranked() -> None:
    """Công văn tháng 02/2024, khoản 1."""
    version = load("hong-ngu-2023")
    apart = {unit.name: unit.ranked for unit in new_campaign(version, code="thu").units}
    assert [name for name, is_ranked in apart.items() if not is_ranked] == ["Văn phòng HĐND&UBND Thành phố", "Thanh tra Thành phố"]
    best = unit_of("VP", ("10", "30", "40", "20"), ranked=False)
    found = ranks(unit_of("A", ("10", "30", "40", "18")), best, rules=version.rules)
    assert found["VP"][1] is None
    assert found["VP"][0] == "100,00"
    assert found["A"][1] == 1, "an unranked office takes nobody's place"
