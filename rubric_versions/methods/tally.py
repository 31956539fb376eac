"""Methods that count: unit points for each item up to the max, and a deduction for each occurrence down to 0."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from rubric_versions.methods.base import Good, Input, Outcome, ScoringMethod, State, number
from rubric_versions.numbers import Points, decimal_text, vi


class _Tally(ScoringMethod):
    case: str = Field(min_length=1)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return (Input(self.case, "whole"),)


class Count(_Tally):
    """Unit points for each item, never over the max."""

    kind: Literal["count"]
    unit: Points

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        return Outcome(State.SCORED, min(maximum, self.unit * number(values[0])))

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        return f"MIN({decimal_text(maximum)},{decimal_text(self.unit)}*{cells[0]})"

    def describe(self, maximum: Fraction) -> str:
        return f"Nhập: {self.case}. Mỗi trường hợp được {vi(self.unit)} điểm, không quá {vi(maximum)}."


class Deduction(_Tally):
    """The max less so much for each occurrence, never under 0."""

    kind: Literal["deduction"]
    per: Points

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        return Outcome(State.SCORED, max(Fraction(0), maximum - self.per * number(values[0])))

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        return f"MAX(0,{decimal_text(maximum)}-{decimal_text(self.per)}*{cells[0]})"

    def describe(self, maximum: Fraction) -> str:
        return f"Nhập: {self.case} (không có thì ghi 0). Mỗi trường hợp trừ {vi(self.per)} điểm."
