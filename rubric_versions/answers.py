"""What a unit entered, and what it comes to: leaf outcomes and the totals a, A and rate. Exact; the same for a form, a return and a check.

Knows no sheet and no workbook: values arrive as read, whatever they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rubric_versions.methods.base import Outcome, Problem, Raw, State
from rubric_versions.model import Appendix, Leaf

MARK = "x"
"""What an officer puts in the column "Không đánh giá"; a capital counts too, as in Excel's own comparison."""

EVIDENCE_PARTS = ("criterion", "number", "date", "issuer", "extract", "section", "file")
"""The cells of one row of evidence, in the order of the sheet."""


@dataclass(frozen=True, slots=True)
class LeafAnswer:
    """The cells of one leaf as read: its inputs in order, the not-assessed mark, the explanation."""

    inputs: tuple[Raw, ...]
    mark: Raw = None
    explanation: Raw = None


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a unit entered in one form. Evidence rows are in the order of EVIDENCE_PARTS; blank ones at the end may be left out."""

    leaves: Mapping[str, LeafAnswer] = field(default_factory=dict)
    evidence: tuple[tuple[Raw, ...], ...] = ()
    approval: Mapping[str, Raw] = field(default_factory=dict)

    def of(self, leaf: Leaf) -> LeafAnswer:
        """The leaf's answer; all blank where nothing was entered."""
        return self.leaves.get(leaf.code) or LeafAnswer((None,) * len(leaf.method.inputs(leaf.max)))


def is_blank(raw: Raw) -> bool:
    """Whether Excel would call the cell's length 0."""
    return raw is None or raw == ""


def is_marked(raw: Raw) -> bool:
    """Whether a cell says "not assessed"."""
    return isinstance(raw, str) and raw.lower() == MARK


def judge(leaf: Leaf, answer: LeafAnswer) -> Outcome:
    """The leaf's outcome, the mark included.

    A mark with values beside it counts as not assessed and is a problem; anything else in the mark's cell makes the leaf invalid.
    Index -1 in a problem means the mark's cell.
    """
    if not is_blank(answer.mark) and leaf.may_skip:
        if not is_marked(answer.mark):
            return Outcome(State.INVALID, problems=(Problem(-1, "mark-unknown"),))
        filled = next((index for index, raw in enumerate(answer.inputs) if not is_blank(raw)), None)
        if filled is None:
            return Outcome(State.NOT_ASSESSED)
        return Outcome(State.NOT_ASSESSED, problems=(Problem(filled, "mark-with-value"),))
    return leaf.method.score(answer.inputs, leaf.max)


@dataclass(frozen=True, slots=True)
class Totals:
    """a: points got; A: points that could be got (`possible`); both without what is not assessed. Exact."""

    points: Fraction
    possible: Fraction

    @property
    def rate(self) -> Fraction:
        """PARI = a / A × 100 (Cần Thơ 2018, Điều 10.1), in percent; 0 when A is 0."""
        return self.points / self.possible * 100 if self.possible else Fraction(0)


def outcomes(appendix: Appendix, answers: Answers) -> dict[str, Outcome]:
    """Outcome of every leaf the unit scores itself, by code."""
    return {leaf.code: judge(leaf, answers.of(leaf)) for leaf in appendix.self_leaves}


def totals(appendix: Appendix, found: Mapping[str, Outcome]) -> Totals:
    """a and A of the self-scored part: unscored and invalid leaves give 0 and stay in A; not assessed ones leave both (Điều 7.2.d)."""
    kept = [leaf for leaf in appendix.self_leaves if found[leaf.code].state is not State.NOT_ASSESSED]
    points = sum((found[leaf.code].points for leaf in kept), Fraction(0))
    return Totals(points, sum((leaf.max for leaf in kept), Fraction(0)))
