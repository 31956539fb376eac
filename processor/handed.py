"""What a result book holds and what ranking takes, each made from the other, without loss.

The district that makes a book and the city that checks it both go through here: the book can be made anew and compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from processor import ranking
from processor.appraisal_orders import DECISION_WORDS
from processor.ranking import Block, LeafScore, UnitScores
from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, RubricVersion
from workbook_templates.book import Book
from workbook_templates.identity import Identity
from workbook_templates.result_book import result_book
from workbook_templates.result_data import INVALID, SKIPPED, HandedLeaf, HandedUnit, Handover, exact_text

KIND = "result"
"""What the identity of a result book says it is."""


def book_of(version: RubricVersion, identity: Identity, handover: Handover) -> Book:
    """The result book of a handover: the same for the district that makes it and for the city that checks it."""
    blocks = [
        Block(code, name, commended, tuple(_scores(unit, version) for unit in handover.units if unit.block == code))
        for code, name, commended in handover.blocks
    ]
    decisions = tuple(told for unit in handover.units for told in decision_rows(unit))
    heading = ranking.Campaign(handover.title, handover.name, handover.year, version, decisions)
    return result_book(version, identity, ranking.ranking_data(heading, blocks), handover)


def decision_rows(unit: HandedUnit) -> Iterable[tuple[str, str, str, str, str]]:
    """A unit's decisions as the ranking shows them."""
    for one in unit.decisions:
        yield unit.name, DECISION_WORDS[one.what], one.reason, one.at, one.actor


def score_text(state: State, points: Fraction) -> str:
    """A state and its points as a handover has them."""
    if state is State.SCORED:
        return exact_text(points)
    return {State.NOT_ASSESSED: SKIPPED, State.INVALID: INVALID}.get(state, "")


def _scores(unit: HandedUnit, version: RubricVersion) -> UnitScores:
    appendix = version.appendix_for(unit.tier)
    leaves = leaf_scores(unit, appendix)
    missing = not unit.returns
    cases = len(unit.cases), Fraction(unit.bonus), Fraction(unit.minus)
    return UnitScores(unit.code, unit.name, unit.block, unit.tier, appendix, leaves, unit.ranked, missing, unit.missing, *cases)


def leaf_scores(unit: HandedUnit, appendix: Appendix) -> dict[str, LeafScore]:
    """A unit's scores as ranking takes them; all unscored without a return. Raises KeyError or ValueError for what fits no appendix."""
    if not unit.returns:
        return {leaf.code: LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0)) for leaf in appendix.leaves}
    return {leaf.code: _leaf_score(unit.leaves[leaf.code]) for leaf in appendix.leaves}


def _leaf_score(handed: HandedLeaf) -> LeafScore:
    final, points = _state(handed.final)
    if handed.own is None:
        return LeafScore(None, Fraction(0), final, points)
    own, own_points = _state(handed.own)
    return LeafScore(own, own_points, final, points)


def _state(text: str) -> tuple[State, Fraction]:
    if text in ("", INVALID, SKIPPED):
        state = {"": State.UNSCORED, INVALID: State.INVALID, SKIPPED: State.NOT_ASSESSED}[text]
        return state, Fraction(0)
    return State.SCORED, Fraction(text)
