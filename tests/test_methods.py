"""Scoring methods by themselves: nothing typed makes them fail, points stay in their bounds, ends of bands are exact.

Requirements: issue 2, "Scoring methods"; domain.md §3.2, §3.3; design.md, "Three states".
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rubric_versions.answers import LeafAnswer, judge
from rubric_versions.methods import Bands, Checklist, Count, Deduction, Levels, Linear, SurveyWeighted, YesNo
from rubric_versions.methods.base import Outcome, Raw, State
from rubric_versions.methods.rate import Band
from rubric_versions.model import Leaf
from rubric_versions.numbers import rounded, vi
from tests.fills import CAN_THO, LEAVES
from workbook_templates.layout import Layout

ALL = [*LEAVES.values(), *(leaf for appendix in CAN_THO.appendices for leaf in appendix.leaves)]

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e16"), max_value=Decimal("1e16"))
raws: st.SearchStrategy[Raw] = st.none() | st.text(max_size=30) | st.booleans() | numbers | st.integers(0, 1000).map(Decimal)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Leaf, tuple[Raw, ...]]:
    """A leaf and one value for each of its inputs, drop-down texts among them."""
    leaf = draw(st.sampled_from(ALL))
    drawn = [draw(raws | st.sampled_from(entry.choices or ("x",))) for entry in leaf.method.inputs(leaf.max)]
    return leaf, tuple(drawn)


def points_of(name: str, *values: int | str) -> Fraction:
    """Points of a leaf of ours that was scored."""
    leaf = LEAVES[name]
    outcome = leaf.method.score(tuple(Decimal(value) for value in values), leaf.max)
    assert outcome.state is State.SCORED
    return outcome.points


@given(cases())
def test_no_value_makes_a_method_fail_and_points_stay_between_zero_and_the_max(case: tuple[Leaf, tuple[Raw, ...]]) -> None:
    leaf, values = case
    outcome = leaf.method.score(values, leaf.max)
    if outcome.state is State.SCORED:
        assert 0 <= outcome.points <= leaf.max
        assert outcome.points <= leaf.method.best(leaf.max)
        assert not outcome.problems
    else:
        assert outcome.points == 0
        assert outcome.problems or outcome.state is State.NOT_ASSESSED, "whatever is not scored says why"
    assert all(0 <= problem.index < len(values) for problem in outcome.problems)


@given(cases())
def test_a_leaf_is_unscored_only_if_a_cell_is_blank_and_invalid_only_if_one_is_not(case: tuple[Leaf, tuple[Raw, ...]]) -> None:
    leaf, values = case
    state = leaf.method.score(values, leaf.max).state
    blank = [raw is None or raw == "" for raw in values]
    if state is State.UNSCORED:
        assert any(blank)
    if state is State.SCORED:
        assert not any(blank)
    if all(blank):
        assert state is State.UNSCORED


@given(cases(), raws)
def test_not_assessed_comes_only_from_a_mark_or_a_case_that_did_not_arise(case: tuple[Leaf, tuple[Raw, ...]], mark: Raw) -> None:
    leaf, values = case
    outcome = judge(leaf, LeafAnswer(values, mark))
    if outcome.state is State.NOT_ASSESSED:
        marked = bool(leaf.may_skip) and isinstance(mark, str) and mark in ("x", "X")
        none_arose = isinstance(leaf.method, Bands | Linear) and leaf.method.zero_denominator == "skip" and values[0] == 0
        assert marked or none_arose
    if not leaf.may_skip:
        assert outcome == leaf.method.score(values, leaf.max), "no mark counts where the version allows none"


@pytest.mark.parametrize("mark", ["y", " x", "xx", "х", Decimal(5), True, "#N/A"])
def test_anything_else_in_the_marks_cell_makes_the_leaf_invalid(mark: Raw) -> None:
    leaf = LEAVES["count"]
    outcome = judge(leaf, LeafAnswer((Decimal(1),), mark))
    assert (outcome.state, [problem.code for problem in outcome.problems]) == (State.INVALID, ["mark-unknown"])


def test_a_mark_beside_a_value_is_not_assessed_and_told() -> None:
    outcome = judge(LEAVES["linear"], LeafAnswer((None, Decimal(1)), "X"))
    assert outcome.state is State.NOT_ASSESSED
    assert [(problem.index, problem.code) for problem in outcome.problems] == [(1, "mark-with-value")]


@given(st.sampled_from([leaf for leaf in ALL if isinstance(leaf.method, Bands | Linear)]), st.integers(1, 10**6), st.data())
def test_a_higher_rate_never_gives_fewer_points(leaf: Leaf, many: int, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(st.integers(0, many), st.integers(0, many))))

    def points(got: int) -> Fraction:
        return leaf.method.score((Decimal(many), Decimal(got)), leaf.max).points

    assert points(low) <= points(high)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_items_never_count_less_and_more_faults_never_count_more(one: int, other: int) -> None:
    low, high = min(one, other), max(one, other)
    assert points_of("count", low) <= points_of("count", high)
    assert points_of("deduction", low) >= points_of("deduction", high)


@pytest.mark.parametrize(
    ("name", "many", "got", "points"),
    [
        # ge 100: 2; ge 80 lt 100: 1.5; ge 50 lt 80: 0.7; lt 50: 0
        ("bands, max when none", 100, 100, "2"),
        ("bands, max when none", 100, 99, "1.5"),
        ("bands, max when none", 100, 80, "1.5"),
        ("bands, max when none", 1000, 799, "0.7"),
        ("bands, max when none", 2, 1, "0.7"),
        ("bands, max when none", 1000, 499, "0"),
        ("bands, max when none", 7, 0, "0"),
        ("bands, max when none", 0, 0, "2"),
        ("bands, capped", 0, 0, "0"),
        ("bands, capped", 100, 130, "2"),
        # rates are compared after rounding to 9 decimals: half of the ninth goes up, less does not
        ("bands, max when none", 2 * 10**11, 16 * 10**10 - 1, "1.5"),
        ("bands, max when none", 10**11, 8 * 10**10 - 1, "0.7"),
        # gt 99.5: 2; gt 66.7 le 99.5: 1.3; gt 0.5 le 66.7: 0.1; under that no band: 0
        ("bands, closed above", 1000, 995, "1.3"),
        ("bands, closed above", 1000, 996, "2"),
        ("bands, closed above", 1000, 667, "0.1"),
        ("bands, closed above", 1000, 668, "1.3"),
        ("bands, closed above", 1000, 5, "0"),
        # the same bands the other way round: the first that holds the rate counts, so upper ends matter
        ("bands, lowest first", 100, 50, "0.7"),
        ("bands, lowest first", 100, 80, "1.5"),
        ("bands, lowest first", 100, 100, "2"),
        ("bands, closed, lowest first", 1000, 667, "0.1"),
        ("bands, closed, lowest first", 1000, 995, "1.3"),
        # max 3, nothing under 66.7 %
        ("linear with a floor", 1000, 667, "2.001"),
        ("linear with a floor", 10_000, 6669, "0"),
        ("linear with a floor", 3, 3, "3"),
        ("linear, capped", 3, 5, "1"),
    ],
)
def test_the_ends_of_bands_and_floors_are_exact(name: str, many: int, got: int, points: str) -> None:
    assert points_of(name, many, got) == Fraction(points)


def test_points_are_fractions_and_never_binary() -> None:
    assert points_of("linear", 3, 1) == Fraction("1.7") / 3
    assert points_of("linear", 3, 1) * 3 == Fraction("1.7")
    assert points_of("deduction", 3) == Fraction("0.1"), "1 - 3 x 0.3, which binary numbers miss"


def test_no_case_arose_is_what_the_leaf_says() -> None:
    zero = (Decimal(0), Decimal(0))
    assert LEAVES["linear"].method.score(zero, Fraction("1.7")) == Outcome(State.SCORED, Fraction("1.7"))
    assert LEAVES["linear, capped"].method.score(zero, Fraction(1)) == Outcome(State.SCORED, Fraction(0))
    assert LEAVES["linear with a floor"].method.score(zero, Fraction(3)) == Outcome(State.NOT_ASSESSED)


@pytest.mark.parametrize(
    ("name", "values", "codes"),
    [
        ("count", ("1,5",), ["number-as-text"]),
        ("count", ("năm",), ["not-a-number"]),
        ("count", (Decimal("1.5"),), ["number-not-whole"]),
        ("count", (Decimal(-1),), ["number-negative"]),
        ("count", (Decimal("1E+15"),), ["number-too-large"]),
        ("count", (True,), ["not-a-number"]),
        ("direct", (Decimal("1.26"),), ["points-over-max"]),
        ("direct", (Decimal("0.13"),), ["points-off-step"]),
        ("linear", (Decimal(3), Decimal(4)), ["numerator-over-denominator"]),
        ("linear, capped", (Decimal(0), Decimal(1)), ["numerator-over-denominator"]),
        ("linear", (Decimal(-1), "1,5"), ["number-negative", "number-as-text"]),
        ("linear", (Decimal(3), None), ["leaf-incomplete"]),
        ("linear", (None, ""), ["leaf-unscored"]),
        ("checklist", ("Có", "có", "Không"), ["choice-unknown"]),
        ("survey weighted", (Decimal(0),) * 4, ["survey-no-answers"]),
    ],
)
def test_a_wrong_value_is_named(name: str, values: tuple[Raw, ...], codes: list[str]) -> None:
    leaf = LEAVES[name]
    outcome = leaf.method.score(values, leaf.max)
    assert outcome.state in (State.INVALID, State.UNSCORED)
    assert [problem.code for problem in outcome.problems] == codes


def test_every_choice_scores_and_no_other_text_does() -> None:
    for leaf in ALL:
        if isinstance(leaf.method, YesNo | Levels):
            (entry,) = leaf.method.inputs(leaf.max)
            points = [leaf.method.score((text,), leaf.max).points for text in entry.choices]
            assert points == [level.points for level in leaf.method.levels(leaf.max)]
            assert leaf.method.score((entry.choices[0] + " ",), leaf.max).state is State.INVALID


@pytest.mark.parametrize("leaf", ALL, ids=lambda leaf: f"{leaf.method.kind}-{leaf.code}")
def test_the_description_says_every_number_of_points(leaf: Leaf) -> None:
    method, text = leaf.method, leaf.method.describe(leaf.max)
    if isinstance(method, YesNo | Levels):
        said = [level.points for level in method.levels(leaf.max)]
    elif isinstance(method, Bands):
        said = [band.points for band in method.bands]
    elif isinstance(method, Count):
        said = [method.unit, leaf.max]
    elif isinstance(method, Deduction):
        said = [method.per]
    elif isinstance(method, Linear):
        said = [leaf.max, *([method.floor_percent] if method.floor_percent is not None else [])]
    elif isinstance(method, SurveyWeighted):
        said = [weight.percent for weight in method.weights]
    elif isinstance(method, Checklist):
        text = " ".join(entry.label for entry in method.inputs(leaf.max))
        said = [item.points for item in method.items]
    else:
        said = []
    assert text.strip()
    missing = [vi(points) for points in said if vi(points) not in text]
    assert not missing


def test_the_ways_a_band_may_end() -> None:
    band = Band.model_validate({"gt": "50", "le": "80", "points": "1"})
    assert [band.holds(Fraction(rate)) for rate in ("50", "50.000000001", "80", "80.000000001")] == [False, True, True, False]
    assert band.formula("A1") == "AND(A1>50,A1<=80)"
    assert Band.model_validate({"points": "1"}).formula("A1") == "TRUE"
    with pytest.raises(ValidationError, match="one lower end"):
        Band.model_validate({"ge": "1", "gt": "1", "points": "1"})
    with pytest.raises(ValidationError, match="one upper end"):
        Band.model_validate({"le": "1", "lt": "1", "points": "1"})


def test_rounding_is_away_from_zero_at_the_half_as_excel_does() -> None:
    assert [rounded(Fraction(value), 2) for value in ("1.005", "-1.005", "1.0049999999")] == [
        Fraction("1.01"), Fraction("-1.01"), Fraction(1),
    ]  # fmt: skip


def test_evidence_labels_are_distinct_so_that_a_row_names_one_criterion() -> None:
    for appendix in CAN_THO.appendices:
        labels = Layout(appendix).evidence_labels
        assert len(set(labels)) == len(labels)
