"""Index, grade, rank, deduction and their edges: the law's own cases by hand, then random ones against a slow reference.

Articles are those of the regulation of QĐ 1823/QĐ-UBND (Cần Thơ 2018); `domain.md` §2 says which rules are ours.
"""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.ranking import (
    Block,
    LeafScore,
    Standing,
    UnitResult,
    UnitScores,
    grade_of,
    rank_block,
    result_of,
    results_of,
    shown_percent,
)
from rubric_versions.catalog import load
from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, Grade, PointCase, PointList, Rules, TotalDeduction
from rubric_versions.numbers import decimal_text

RULES = load("can-tho-2018").rules
NONE = Fraction(0)

DIRECT = {"kind": "direct", "step": "0.125", "label": "Điểm"}
GIVEN = {"kind": "given", "source": "thử"}
APPENDIX = Appendix.model_validate(
    {
        "number": "1",
        "title": "Thử",
        "tier": "thu",
        "total": "100",
        "children": [
            {
                "code": "1",
                "title": "Lĩnh vực một",
                "max": "60",
                "children": [
                    {"code": code, "title": code, "max": points, "scored_by": "self", "method": DIRECT, "may_skip": "đặc thù"}
                    for code, points in (("1.1", "30"), ("1.2", "20"), ("1.3", "10"))
                ],
            },
            {
                "code": "2",
                "title": "Lĩnh vực hai",
                "max": "40",
                "children": [
                    {"code": "2.1", "title": "2.1", "max": "20", "scored_by": "council", "method": GIVEN},
                    {"code": "2.2", "title": "2.2", "max": "20", "scored_by": "survey", "method": GIVEN},
                ],
            },
        ],
    }
)
CODES = tuple(leaf.code for leaf in APPENDIX.leaves)
OFF, BLANK = State.NOT_ASSESSED, State.UNSCORED
Final = str | State


def unit(*finals: Final, code: str = "A", ranked: bool = True, missing: bool = False, deductions: int = 0) -> UnitScores:
    """A unit with these final scores, leaf by leaf: points as text, or a state."""
    leaves = {}
    for leaf, final in zip(APPENDIX.leaves, finals, strict=True):
        own = State.SCORED if leaf.is_self_scored else None
        state, points = (final, NONE) if isinstance(final, State) else (State.SCORED, Fraction(final))
        leaves[leaf.code] = LeafScore(OFF if state is OFF and own else own, points, state, points)
    return UnitScores(code, f"Đơn vị {code}", "k", "thu", APPENDIX, leaves, ranked, missing, "", deductions)


def changed(**rules: object) -> Rules:
    return RULES.model_copy(update=rules)


def exactly(*values: Fraction | None) -> str:
    """Figures as decimal text, to be read and compared at a glance."""
    return " ".join("–" if value is None else decimal_text(value) for value in values)


def ranked(*paris: str | Fraction, rules: Rules = RULES, commended: int = 3) -> list[tuple[str, int | None, bool]]:
    """Name, rank and commendation of units with these indexes, in the order of the table; the names are a, b, c …"""
    base = result_of(unit("30", "20", "10", "20", "20"), rules)
    results = [replace(base, unit=chr(97 + turn), pari=Fraction(pari)) for turn, pari in enumerate(paris)]
    return [(one.unit, one.rank, one.commended) for one in rank_block(results, rules, commended)]


# ------------------------------------------------------------------------------------------------------------ a, A, PARI


def test_index_is_a_over_A_in_percent() -> None:
    """Điều 10.1: PARI = a/A × 100 %; Điều 7.1: of 100 points, the survey included."""
    result = result_of(unit("27.5", "18.125", "10", "16", "17.3"), RULES)
    assert exactly(result.appraised, result.survey, result.a, result.A) == "71.625 17.3 88.925 100"
    assert (result.pari, result.grade) == (Fraction("88.925"), "Tốt")
    assert exactly(result.self_points, result.self_possible) == "55.625 60"


def test_what_is_not_assessed_leaves_a_and_A() -> None:
    """Điều 7.2.d: the greatest total is 100 less the standard points of what is not assessed. 72/80 = 90 %."""
    result = result_of(unit("27", OFF, "9", "18", "18"), RULES)
    assert exactly(result.a, result.A, result.pari, result.self_possible) == "72 80 90 40"


def test_nothing_is_rounded_on_the_way() -> None:
    """Điều 7.1: "không làm tròn số thập phân"."""
    assert result_of(unit("20", "10", OFF, "10", "10"), RULES).pari == Fraction(5000, 90)


def test_a_whole_field_may_be_not_assessed() -> None:
    """Điều 7.2.d: "nội dung, tiêu chí"."""
    result = result_of(unit(OFF, OFF, OFF, "15", "20"), RULES)
    assert exactly(result.A, result.pari) == "40 87.5"
    assert [(one.code, exactly(one.points, one.possible)) for one in result.by_field] == [("1", "0 0"), ("2", "35 40")]


@pytest.mark.parametrize("policy", ["subtract", "rescale_then_survey", "central_list"])
def test_nothing_assessed_at_all_gives_an_index_of_0(policy: str) -> None:
    result = result_of(unit(OFF, OFF, OFF, OFF, OFF), changed(not_assessed=policy))
    assert exactly(result.A, result.pari) == "0 0"
    assert (result.grade, result.standing) == ("Yếu", Standing.RANKED)


def test_rescaling_the_appraised_part_before_the_survey_is_added() -> None:
    """domain.md §3.6: 45 of 60 appraised points become 60 of 80, then 15 of the survey: 75 of 100."""
    result = result_of(unit("25", OFF, "10", "10", "15"), changed(not_assessed="rescale_then_survey"))
    assert exactly(result.appraised, result.rescaled, result.a, result.A, result.pari) == "45 60 75 100 75"


def test_without_any_appraised_part_only_the_survey_counts() -> None:
    result = result_of(unit(OFF, OFF, OFF, OFF, "15"), changed(not_assessed="rescale_then_survey"))
    assert exactly(result.rescaled, result.a, result.A, result.pari) == "0 15 20 75"


def test_a_survey_that_was_not_held_leaves_A_when_rescaling_too() -> None:
    result = result_of(unit("30", "20", "10", "20", OFF), changed(not_assessed="rescale_then_survey"))
    assert exactly(result.a, result.A, result.pari) == "80 80 100"


# ------------------------------------------------------------------------------------------------------------ the deduction


@pytest.mark.parametrize("cases", [1, 2, 3])
def test_five_percent_once_for_any_of_the_three_grounds(cases: int) -> None:
    """Điều 7.2.g: "bị trừ 5% tổng số điểm nếu có một trong các trường hợp". 90 - 4.5 = 85.5."""
    result = result_of(unit("27", "18", "9", "18", "18", deductions=cases), RULES)
    assert exactly(result.gross, result.deduction, result.a, result.pari) == "90 4.5 85.5 85.5"


def test_the_deduction_is_off_a_and_leaves_A() -> None:
    """Điều 7.2.g with 7.2.d: 5 % of 72 of 80 points, 68.4/80 = 85.5 %."""
    result = result_of(unit("27", OFF, "9", "18", "18", deductions=1), RULES)
    assert exactly(result.deduction, result.A, result.pari) == "3.6 80 85.5"


def test_a_deduction_can_cost_a_grade_at_its_threshold() -> None:
    """100 less 5 % is exactly 95: still Rất tốt (Điều 10.2.b, "đạt từ 95%")."""
    assert result_of(unit("30", "20", "10", "20", "20", deductions=1), RULES).grade == "Rất tốt"


def test_per_case_the_deduction_adds_up_but_not_under_0() -> None:
    rules = changed(deduction=TotalDeduction(percent=Fraction(40), per_case=True, grounds=("x",), basis="thử"))
    results = [result_of(unit("30", "20", "10", "20", "20", deductions=cases), rules) for cases in range(4)]
    assert [one.a for one in results] == [100, 60, 20, 0]


def test_listed_points_stop_at_their_caps_and_the_deduction_comes_after_them() -> None:
    cases = (PointCase(title="x", points=Fraction(1)),)
    rules = changed(
        bonus=PointList(cases=cases, cap=Fraction(2), basis="thử"), minus=PointList(cases=cases, cap=Fraction("0.5"), basis="thử")
    )
    one = replace(unit("20", "20", "10", "20", "10", deductions=1), bonus=Fraction(5), minus=Fraction(3))
    result = result_of(one, rules)
    # 80 + 2 - 0.5 = 81.5; 5 % of it is 4.075; 77.425 of 100
    assert exactly(result.bonus, result.minus, result.gross, result.deduction, result.a) == "2 0.5 81.5 4.075 77.425"
    assert result_of(one, RULES).gross == 80, "a version without such lists takes no notice of them"
    poor = replace(unit("0", "0", "0", "0", "0"), minus=Fraction(3))
    assert result_of(poor, rules).a == 0, "never below 0"


def test_a_version_without_deduction_takes_nothing_off() -> None:
    assert result_of(unit("30", "20", "10", "20", "20", deductions=2), changed(deduction=None)).a == 100


# ------------------------------------------------------------------------------------------------------------ grades


@pytest.mark.parametrize(
    ("pari", "grade"),
    [
        ("100", "Rất tốt"),
        ("95", "Rất tốt"),
        ("94.999999999", "Tốt"),
        ("94.9999999994", "Tốt"),
        ("94.9999999995", "Rất tốt"),
        ("94.9999999999", "Rất tốt"),
        ("85", "Tốt"),
        ("84.999999999", "Khá"),
        ("75", "Khá"),
        ("74.99", "Trung bình"),
        ("65", "Trung bình"),
        ("64.999999999", "Yếu"),
        ("64.9999999999999", "Trung bình"),
        ("0", "Yếu"),
    ],
)
def test_grades_begin_at_their_thresholds(pari: str, grade: str) -> None:
    """Điều 10.2.b: Rất tốt from 95 %, Tốt from 85 % to under 95 % …; compared after rounding to 9 decimals (design.md)."""
    assert grade_of(Fraction(pari), RULES) == grade


def test_grades_may_be_listed_in_any_order() -> None:
    assert grade_of(Fraction(90), changed(grades=RULES.grades[::-1])) == "Tốt"


def test_below_every_threshold_there_is_no_grade() -> None:
    assert grade_of(Fraction(40), changed(grades=(Grade(name="Đạt", at_least=Fraction(50)),))) == ""


@pytest.mark.parametrize(
    ("pari", "shown"),
    [
        ("87.5", "87,50"),
        ("87.345", "87,35"),
        ("94.994", "94,99"),
        ("94.996", "94,996"),
        ("94.9999", "94,9999"),
        ("94.999999999", "94,999999999"),
        ("94.9999999999", "95,00"),
        ("95", "95,00"),
        ("64.995", "64,995"),
        ("99.999", "100,00"),
        ("0.004", "0,00"),
        ("0", "0,00"),
    ],
)
def test_a_shown_index_never_contradicts_its_grade(pari: str, shown: str) -> None:
    """domain.md §3.9: 94,996 is not shown as "95,00 – Tốt"."""
    assert shown_percent(Fraction(pari), RULES) == shown


def test_decimals_shown_are_the_rules() -> None:
    rules = changed(decimals_shown=0)
    assert [shown_percent(Fraction(pari), rules) for pari in ("94.4", "94.6", "94.96", "90.5")] == ["94", "94,6", "94,96", "91"]


def test_a_threshold_finer_than_the_decimals_shown_is_not_contradicted() -> None:
    rules = changed(grades=(Grade(name="Đạt", at_least=Fraction("65.003")), Grade(name="Chưa đạt", at_least=NONE)))
    assert shown_percent(Fraction("65.003"), rules) == "65,003"


# ------------------------------------------------------------------------------------------------------------ ranks


def test_ranks_go_by_the_index_from_high_to_low() -> None:
    """Điều 10.2.a."""
    assert ranked("80", "95.5", "91") == [("b", 1, True), ("c", 2, True), ("a", 3, True)]


def test_equal_units_share_a_rank_and_the_next_is_skipped() -> None:
    assert [rank for _, rank, _ in ranked("90", "95", "95", "80")] == [1, 1, 3, 4]


def test_equal_units_may_share_a_rank_without_skipping() -> None:
    assert [rank for _, rank, _ in ranked("90", "95", "95", "80", rules=changed(ties="share"))] == [1, 1, 2, 3]


def test_units_equal_at_9_decimals_are_equal() -> None:
    """design.md: compared after rounding to 9 decimals, so that binary noise never splits a tie."""
    third = Fraction(200, 3)
    assert [rank for _, rank, _ in ranked(third, third + Fraction(1, 10**11), third + Fraction(1, 10**8))] == [1, 2, 2]


def test_equal_units_keep_the_order_given() -> None:
    assert [name for name, _, _ in ranked("90", "90.00000000004", "90")] == ["a", "b", "c"]


def test_three_of_each_block_are_proposed_a_tie_at_the_edge_included() -> None:
    """Điều 12.2: 03 tập thể đứng đầu của mỗi khối; that a tie includes all is our choice."""
    assert [name for name, _, is_commended in ranked("99", "98", "97", "97", "96") if is_commended] == ["a", "b", "c", "d"]
    assert [name for name, _, is_commended in ranked("99", "98", commended=0) if is_commended] == []


def test_a_unit_that_did_not_assess_itself_is_graded_weak_and_has_no_index() -> None:
    """Điều 5.3: "xem như không thực hiện việc tự đánh giá và sẽ bị xếp loại yếu"; no index and no rank is our choice."""
    result = result_of(unit("30", "20", "10", "20", "20", missing=True), RULES)
    assert (result.standing, result.grade, result.pari, result.rank) == (Standing.MISSING, "Yếu", None, None)


def test_unranked_units_stand_apart_with_index_and_grade() -> None:
    """Hồng Ngự 2023 (QĐ 2971): Văn phòng HĐND&UBND and Thanh tra are scored but not ranked."""
    best = unit("30", "20", "10", "20", "20", code="office", ranked=False)
    other = unit("20", "20", "10", "20", "20", code="other")
    results = results_of(Block("k", "Khối", 3, (best, other)), RULES)
    assert [(one.unit, one.standing, one.rank, one.commended) for one in results] == [
        ("other", Standing.RANKED, 1, True),
        ("office", Standing.UNRANKED, None, False),
    ]
    assert (results[1].pari, results[1].grade) == (Fraction(100), "Rất tốt")


def test_an_unfinished_unit_is_never_ranked_as_if_it_had_0() -> None:
    """domain.md §3.8: a missing sheet ranked as 0 is a bug of other systems."""
    result = result_of(unit("30", BLANK, "10", "20", State.INVALID), RULES)
    assert (result.standing, result.pari, result.grade, result.unfinished) == (Standing.UNFINISHED, None, "", ("1.2", "2.2"))


def test_the_table_puts_ranked_units_first_then_unranked_unfinished_missing() -> None:
    units = (
        unit("30", "20", "10", "20", "20", code="m", missing=True),
        unit("30", "20", "10", "20", BLANK, code="f"),
        unit("30", "20", "10", "20", "20", code="u", ranked=False),
        unit("0", "0", "0", "0", "0", code="zero"),
        unit("30", "20", "10", "20", "20", code="best"),
    )
    assert [one.unit for one in results_of(Block("k", "Khối", 1, units), RULES)] == ["best", "zero", "u", "f", "m"]


# ------------------------------------------------------------------------------------------------------------ a slow reference

eighths = st.integers(0, 8).map(lambda part: Fraction(part, 8))
finals = st.one_of(eighths, eighths, eighths, st.just(OFF), st.just(BLANK))


@st.composite
def units(draw: st.DrawFn, code: str = "A") -> UnitScores:
    leaves = {}
    for leaf in APPENDIX.leaves:
        final = draw(finals if leaf.code in ("1.1", "2.2") else st.one_of(eighths, st.just(OFF)))
        state, points = (final, NONE) if isinstance(final, State) else (State.SCORED, leaf.max * final)
        leaves[leaf.code] = LeafScore(None, NONE, state, points)
    bonus, minus = draw(st.tuples(st.integers(0, 24), st.integers(0, 24)))
    flags = draw(st.tuples(st.sampled_from([True, True, False]), st.sampled_from([False, False, False, True]), st.integers(0, 2)))
    listed = (Fraction(bonus, 4), Fraction(minus, 4))
    return UnitScores(code, code, "k", "thu", APPENDIX, leaves, flags[0], flags[1], "", flags[2], *listed)


blocks = st.integers(0, 8).flatmap(lambda count: st.tuples(*(units(str(turn)) for turn in range(count))))
listed = st.sampled_from([None, None, "2.5", "100"]).map(
    lambda cap: cap and PointList(cases=(PointCase(title="x", points=Fraction(1)),), cap=Fraction(cap), basis="thử")
)
rule_sets = st.builds(
    changed,
    bonus=listed,
    minus=listed,
    ties=st.sampled_from(["share", "share_and_skip"]),
    not_assessed=st.sampled_from(["subtract", "rescale_then_survey", "central_list"]),
    deduction=st.sampled_from(
        [None, RULES.deduction, TotalDeduction(percent=Fraction(60), per_case=True, grounds=("x",), basis="thử")],
    ),
)


def slow_index(scores: UnitScores, rules: Rules) -> Decimal | None:
    """The index to 9 decimals, in decimal arithmetic of 50 digits; None where there is none."""
    own = own_most = all_most = central = central_most = Decimal(0)
    for leaf in APPENDIX.leaves:
        score, most = scores.leaves[leaf.code], decimal(leaf.max)
        if score.final is BLANK or scores.missing:
            return None
        if leaf.code == "2.2":
            central_most += 0 if score.final is OFF else most
            central += decimal(score.points)
        else:
            all_most += most
            own_most += 0 if score.final is OFF else most
            own += decimal(score.points)
    if rules.not_assessed == "rescale_then_survey" and own_most:
        own, own_most = own * all_most / own_most, all_most
    got, most = own + central, own_most + central_most
    if rules.bonus:
        got += min(decimal(scores.bonus), decimal(rules.bonus.cap))
    if rules.minus:
        got = max(Decimal(0), got - min(decimal(scores.minus), decimal(rules.minus.cap)))
    whole = got
    if rules.deduction:
        for case in range(scores.deductions):
            if case == 0 or rules.deduction.per_case:
                got -= whole * decimal(rules.deduction.percent) / 100
    if most == 0:
        return Decimal(0)
    return (max(got, Decimal(0)) * 100 / most).quantize(Decimal("1e-9"), ROUND_HALF_UP)


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def slow_grade(index: Decimal) -> str:
    if index >= 95:
        return "Rất tốt"
    if index >= 85:
        return "Tốt"
    if index >= 75:
        return "Khá"
    return "Trung bình" if index >= 65 else "Yếu"


@given(blocks, rule_sets, st.integers(0, 4))
def test_a_block_is_ranked_as_a_slow_reference_ranks_it(block: tuple[UnitScores, ...], rules: Rules, commended: int) -> None:
    found = {one.unit: one for one in results_of(Block("k", "Khối", commended, block), rules)}
    assert found.keys() == {one.unit for one in block}
    with localcontext(prec=50):
        indexes = {one.unit: slow_index(one, rules) for one in block}
    for one in block:
        result, index = found[one.unit], indexes[one.unit]
        others = [indexes[other.unit] for other in block if other.ranked and not other.missing]
        greater = [other for other in others if other is not None and index is not None and other > index]
        expected = None
        if index is not None and one.ranked:
            expected = 1 + (len(set(greater)) if rules.ties == "share" else len(greater))
        assert result.rank == expected
        assert result.commended == (expected is not None and expected <= commended)
        if index is None:
            assert (result.pari, result.grade) == (None, "Yếu" if one.missing else "")
        else:
            assert result.pari is not None
            assert abs(result.pari - Fraction(index)) <= Fraction(1, 2 * 10**9)
            assert result.grade == slow_grade(index)


@given(blocks, rule_sets, st.randoms(use_true_random=False))
def test_the_order_units_come_in_changes_no_result(block: tuple[UnitScores, ...], rules: Rules, dice: random.Random) -> None:
    shuffled = list(block)
    dice.shuffle(shuffled)

    def by_unit(units: tuple[UnitScores, ...]) -> dict[str, UnitResult]:
        return {one.unit: one for one in results_of(Block("k", "Khối", 2, units), rules)}

    assert by_unit(block) == by_unit(tuple(shuffled))


@given(st.fractions(0, 100), st.integers(0, 6))
def test_a_shown_index_has_the_grade_of_the_index(pari: Fraction, decimals: int) -> None:
    rules = changed(decimals_shown=decimals)
    shown = shown_percent(pari, rules)
    value = Fraction(shown.replace(",", "."))
    assert grade_of(value, rules) == grade_of(pari, rules)
    assert len(shown.partition(",")[2]) >= decimals
    assert abs(value - pari) <= Fraction(1, 2 * 10 ** max(decimals, len(shown.partition(",")[2])))
