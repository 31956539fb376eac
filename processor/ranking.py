"""From final scores to index, grade and rank: exact, pure, no files. `ranking_to_book` hands the same to the ranking workbook.

Does not decide who has a valid return, who is ranked or how many cases are proved (the campaign does), and never scores a leaf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, Group, PointList, RubricVersion, Rules
from rubric_versions.numbers import COMPARE_DIGITS, rounded, vi
from workbook_templates.book import Book
from workbook_templates.ranking_book import ranking_book
from workbook_templates.ranking_data import SKIPPED, BlockTable, Comparison, Kind, RankingData, Score, UnitRow, total


class Standing(StrEnum):
    """What a unit is in its block's table. Only RANKED has a rank; MISSING and UNFINISHED have no index, which is not an index of 0."""

    RANKED = "ranked"
    UNRANKED = "unranked"
    MISSING = "missing"
    UNFINISHED = "unfinished"


_ORDER = (Standing.RANKED, Standing.UNRANKED, Standing.UNFINISHED, Standing.MISSING)


@dataclass(frozen=True, slots=True)
class LeafScore:
    """One leaf of one unit: its own score (None where it has none to give) and the final one, appraised or central.

    `final` is SCORED, NOT_ASSESSED, or UNSCORED while nobody has given a score; points count only where the state is SCORED.
    """

    self_state: State | None
    self_points: Fraction
    final: State
    points: Fraction


@dataclass(frozen=True)
class UnitScores:
    """All that ranking needs of one unit: a score for every leaf of its appendix, and what the campaign says of it.

    `missing`: no valid return in time; `deductions`: how many cases that cost a share of the total were proved; `bonus` and `minus`: the
    points of all proved cases of the rules' lists, before their caps.
    """

    unit: str
    name: str
    block: str
    tier: str
    appendix: Appendix
    leaves: Mapping[str, LeafScore]
    ranked: bool = True
    missing: bool = False
    missing_words: str = ""
    deductions: int = 0
    bonus: Fraction = Fraction(0)
    minus: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class FieldShare:
    """What a unit got in one field, of the points that could be got there."""

    code: str
    title: str
    points: Fraction
    possible: Fraction


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit's result. Points are exact; `pari` is in percent, None where there is no index (missing, unfinished).

    `appraised` is what the council gave, `rescaled` what of it counts (the same, unless the rules rescale), `survey` the central points,
    `bonus` and `minus` what the rules' lists add and take, within their caps; gross = rescaled + survey + bonus - minus (at least 0),
    a = gross - deduction. For a unit without an index they are sums of what there is, to be shown to nobody.
    """

    unit: str
    name: str
    standing: Standing
    self_points: Fraction
    self_possible: Fraction
    appraised: Fraction
    rescaled: Fraction
    survey: Fraction
    bonus: Fraction
    minus: Fraction
    gross: Fraction
    deduction: Fraction
    a: Fraction
    A: Fraction
    pari: Fraction | None
    grade: str
    by_field: tuple[FieldShare, ...]
    unfinished: tuple[str, ...]
    rank: int | None = None
    commended: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Units ranked together, and how many of its first are proposed for commendation."""

    code: str
    name: str
    commended: int
    units: tuple[UnitScores, ...]


def result_of(scores: UnitScores, rules: Rules) -> UnitResult:
    """A unit's result, still without its rank.

    PARI = a/A × 100 (Cần Thơ 2018, Điều 10.1); what is not assessed leaves a and A (Điều 7.2.d), or the appraised part is rescaled to its
    full maximum before the central part is added; A = 0 gives 0. Listed cases add and take points up to their caps; the deduction
    (Điều 7.2.g) comes last, off the gross.
    """
    fields = tuple(_field_shares(scores))
    leaves = [(leaf, scores.leaves[leaf.code]) for leaf in scores.appendix.leaves]
    unfinished = tuple(leaf.code for leaf, score in leaves if score.final not in (State.SCORED, State.NOT_ASSESSED))
    survey = total([score.points for leaf, score in leaves if score.final is State.SCORED and leaf.is_central])
    # a leaf is appraised or central, nothing else: what is not the one is the other
    appraised = total([one.points for one in fields]) - survey
    rescaled, possible = appraised, total([one.possible for one in fields])
    if rules.not_assessed == "rescale_then_survey":
        full = total([leaf.max for leaf, _ in leaves if leaf.is_appraised])
        assessed = full - total([leaf.max for leaf, score in leaves if leaf.is_appraised and score.final is State.NOT_ASSESSED])
        if assessed:
            rescaled, possible = appraised / assessed * full, possible - assessed + full
    bonus, minus = _capped(scores.bonus, rules.bonus), _capped(scores.minus, rules.minus)
    gross = max(rescaled + survey + bonus - minus, Fraction(0))
    deduction = _deduction(gross, scores.deductions, rules)
    standing = _standing(scores, unfinished)
    pari = None
    if standing in (Standing.RANKED, Standing.UNRANKED):
        pari = (gross - deduction) / possible * 100 if possible else Fraction(0)
    grade = "" if pari is None else grade_of(pari, rules)
    own = [(leaf.max, score) for leaf, score in leaves if leaf.is_self_scored and score.self_state is not State.NOT_ASSESSED]
    return UnitResult(
        unit=scores.unit,
        name=scores.name,
        standing=standing,
        self_points=total([score.self_points for _, score in own if score.self_state is State.SCORED]),
        self_possible=total([most for most, _ in own]),
        appraised=appraised,
        rescaled=rescaled,
        survey=survey,
        bonus=bonus,
        minus=minus,
        gross=gross,
        deduction=deduction,
        a=gross - deduction,
        A=possible,
        pari=pari,
        grade=rules.missing.grade if standing is Standing.MISSING else grade,
        by_field=fields,
        unfinished=unfinished,
    )


def _capped(points: Fraction, listed: PointList | None) -> Fraction:
    """What proved cases of a list come to: nothing where the rules have no such list, never more than its cap."""
    return Fraction(0) if listed is None else min(points, listed.cap)


def _deduction(gross: Fraction, cases: int, rules: Rules) -> Fraction:
    """What proved cases cost: the rate of the gross once however many there are, or once for each; never more than the gross."""
    if rules.deduction is None or cases == 0:
        return Fraction(0)
    times = cases if rules.deduction.per_case else 1
    return min(gross, gross * rules.deduction.percent / 100 * times)


def _standing(scores: UnitScores, unfinished: Sequence[str]) -> Standing:
    if scores.missing:
        return Standing.MISSING
    if unfinished:
        return Standing.UNFINISHED
    return Standing.RANKED if scores.ranked else Standing.UNRANKED


def _field_shares(scores: UnitScores) -> Iterable[FieldShare]:
    for node in scores.appendix.children:
        leaves = tuple(node.leaves()) if isinstance(node, Group) else (node,)
        found = [(leaf.max, scores.leaves[leaf.code]) for leaf in leaves]
        points = total([score.points for _, score in found if score.final is State.SCORED])
        possible = total([most for most, score in found if score.final is not State.NOT_ASSESSED])
        yield FieldShare(node.code, node.title, points, possible)


def grade_of(pari: Fraction, rules: Rules) -> str:
    """The highest grade whose threshold the index reaches (Cần Thơ 2018, Điều 10.2.b), compared at 9 decimals; empty below them all."""
    index = rounded(pari)
    for grade in sorted(rules.grades, key=lambda one: one.at_least, reverse=True):
        if grade.at_least <= index:
            return grade.name
    return ""


def shown_digits(pari: Fraction, rules: Rules) -> int:
    """How many decimals an index is shown with: as the rules say, more only where rounding would show a grade it has not."""
    grade = grade_of(pari, rules)
    choices = range(rules.decimals_shown, COMPARE_DIGITS)
    return next((digits for digits in choices if grade_of(rounded(pari, digits), rules) == grade), COMPARE_DIGITS)


def shown_percent(pari: Fraction, rules: Rules) -> str:
    """The index as published, with a comma: "87,35"; "94,996" where two decimals would show a 95 it did not reach."""
    return vi(pari, shown_digits(pari, rules))


def rank_block(results: Sequence[UnitResult], rules: Rules, commended: int) -> list[UnitResult]:
    """A block's results with ranks, in the order of the table: ranked from high to low, then unranked, unfinished, missing.

    Index from high to low (Cần Thơ 2018, Điều 10.2.a), compared at 9 decimals. Equal ones share a rank and keep the order given; the next
    rank is skipped or not, as the rules say. Ranks up to `commended` are proposed for commendation (Điều 12.2): a tie at the edge with all
    its units.
    """
    indexes = [_compared(one) for one in results]
    ranks: dict[Fraction, int] = {}
    before = 0
    equal = Counter(index for index in indexes if index is not None)
    for turn, index in enumerate(sorted(equal, reverse=True), 1):
        ranks[index] = turn if rules.ties == "share" else before + 1
        before += equal[index]
    placed = []
    for one, compared in zip(results, indexes, strict=True):
        rank = None if compared is None else ranks[compared]
        placed.append(replace(one, rank=rank, commended=rank is not None and rank <= commended))
    return sorted(placed, key=lambda one: (_ORDER.index(one.standing), one.rank or 0, -rounded(one.pari or 0)))


def _compared(result: UnitResult) -> Fraction | None:
    """The index by which a ranked unit is compared, None for a unit that is not ranked."""
    return rounded(result.pari) if result.standing is Standing.RANKED and result.pari is not None else None


def results_of(block: Block, rules: Rules) -> list[UnitResult]:
    """A block's results, ranked and in order."""
    return rank_block([result_of(unit, rules) for unit in block.units], rules, block.commended)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the heading of the ranking workbook says, and the earlier campaign that it is compared with."""

    title: str
    organiser: str
    year: int
    version: RubricVersion = field(repr=False)
    decisions: tuple[tuple[str, str, str, str, str], ...] = ()
    against: Comparison | None = None
    overall: bool = False


def ranking_to_book(campaign: Campaign, blocks: Sequence[Block], ranked: Sequence[Sequence[UnitResult]] | None = None) -> Book:
    """`06_ket_qua/ket_qua_xep_hang.xlsx` of these blocks, all of one version, in this order."""
    return ranking_book(ranking_data(campaign, blocks, ranked))


def ranking_data(campaign: Campaign, blocks: Sequence[Block], ranked: Sequence[Sequence[UnitResult]] | None = None) -> RankingData:
    """What the ranking workbook shows of these blocks: their units ranked and in order. `ranked` are their results where they are known."""
    rules = campaign.version.rules
    tables = []
    for turn, block in enumerate(blocks):
        scores = {one.unit: one for one in block.units}
        results = results_of(block, rules) if ranked is None else ranked[turn]
        rows = tuple(unit_row(scores[one.unit], one, rules) for one in results)
        tables.append(BlockTable(block.code, block.name, block.commended, rows))
    heading = (campaign.version, campaign.title, campaign.organiser, campaign.year)
    return RankingData(*heading, tuple(tables), campaign.decisions, campaign.against, campaign.overall)


def unit_row(scores: UnitScores, result: UnitResult, rules: Rules) -> UnitRow:
    """A unit's line as the result workbooks take it."""
    missing = result.standing is Standing.MISSING
    kind: Kind = "missing" if missing else "ranked" if scores.ranked else "unranked"
    leaves = {} if missing else scores.leaves
    return UnitRow(
        code=scores.unit,
        name=scores.name,
        appendix=scores.appendix.number,
        kind=kind,
        words=(scores.missing_words or rules.missing.shown) if missing else "",
        deductions=scores.deductions,
        bonus_cases=scores.bonus,
        minus_cases=scores.minus,
        final={code: score_of(one.final, one.points) for code, one in leaves.items()},
        own={code: score_of(one.self_state, one.self_points) for code, one in leaves.items() if one.self_state is not None},
        own_points=result.self_points,
        own_possible=result.self_possible,
        appraised=result.appraised,
        rescaled=result.rescaled,
        survey=result.survey,
        bonus=result.bonus,
        minus=result.minus,
        deduction=result.deduction,
        a=result.a,
        A=result.A,
        pari=result.pari,
        digits=rules.decimals_shown if result.pari is None else shown_digits(result.pari, rules),
        rank=result.rank,
        grade=result.grade,
        commended=result.commended,
        fields=tuple((one.points, one.possible) for one in result.by_field),
    )


def score_of(state: State | None, points: Fraction) -> Score:
    """A score as workbooks show it: points, "KĐG", or None."""
    if state is State.NOT_ASSESSED:
        return SKIPPED
    return points if state is State.SCORED else None
