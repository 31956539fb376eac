"""What a unit's form of a further round holds: its answers, what was said of them in the round before, and which criteria are open.

Made from the record alone: once forms of a further round are issued, nothing changes any more in the round before.
"""

from __future__ import annotations

from fractions import Fraction

from processor.checks import documents_of
from processor.desk import Desk
from processor.kept import KeptReturn, kept_return
from processor.scores import OWN, Given, LeafLine, unit_line
from rubric_versions import words
from rubric_versions.answers import Answers
from rubric_versions.model import Leaf
from rubric_versions.numbers import rounded
from workbook_templates.appraisal_book import SKIP, score_text
from workbook_templates.earlier import Earlier, EarlierLeaf
from workbook_templates.layout import layout_of

SIGNED_ANEW = ("meeting", "report", "date", "approved")
"""What a unit approves anew in every round: these cells of the approval are not carried over."""


def earlier_of(desk: Desk, unit: str, round_number: int) -> Earlier | None:
    """What the form of a round says of the round before; None in the first. A unit that sent nothing yet finds everything open."""
    if round_number == 1:
        return None
    line = unit_line(desk, unit)
    before = [number for number in line.returns if number < round_number] if line else []
    if line is None or not before:
        return Earlier(round_number - 1)
    number = before[-1]
    kept = kept_return(desk, line.returns[number], unit)
    documents = documents_of(layout_of(desk.version.appendix_for(desk.campaign.unit(unit).tier)), kept.answers)
    leaves = {code: _told(one, number, documents.get(code, 0)) for code, one in line.leaves.items() if one.leaf.is_self_scored}
    closed = {}
    if desk.version.rules.reopened == "contested":
        closed = {code: kept.answers.of(line.leaves[code].leaf) for code, one in leaves.items() if not one.why}
    return Earlier(number, leaves, closed)


def answers_before(desk: Desk, unit: str, round_number: int) -> Answers | None:
    """The answers that a form of a further round is filled with: the unit's own of the round before, but for what is to be signed anew."""
    line = unit_line(desk, unit)
    before = [number for number in line.returns if number < round_number] if line else []
    if line is None or not before:
        return None
    kept: KeptReturn = kept_return(desk, line.returns[before[-1]], unit)
    approval = {key: raw for key, raw in kept.answers.approval.items() if key not in SIGNED_ANEW}
    return Answers(kept.answers.leaves, kept.answers.evidence, approval)


def _told(line: LeafLine, number: int, documents: int) -> EarlierLeaf:
    own = next(one.given for one in line.steps if (one.round, one.stage) == (number, OWN))
    stands = line.told(number)
    score = score_text(stands.value) if stands.is_given else ""
    return EarlierLeaf(score_text(own.value), score, stands.reason, _why(line.leaf, own, stands, documents))


def _why(leaf: Leaf, own: Given, stands: Given, documents: int) -> str:
    """Why a criterion is to be looked at again, in words; "" where there is no reason to."""
    mine, score = own.value, stands.value
    if mine is None:
        return words.EARLIER_WHY["nothing"]
    if score is None:
        return words.EARLIER_WHY["undecided"]
    if (mine == SKIP) != (score == SKIP):
        return words.EARLIER_WHY["claim"]
    if isinstance(mine, Fraction) and isinstance(score, Fraction) and rounded(mine - score) != 0:
        return words.EARLIER_WHY["differs"]
    if leaf.evidence and not documents and (mine == SKIP or mine != 0):
        return words.EARLIER_WHY["evidence"]
    return ""
