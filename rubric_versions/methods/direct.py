"""Methods where points are entered as such: by the unit on a step, or by the appraising body from a central figure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from rubric_versions.methods.base import Good, Input, Outcome, ScoringMethod, State, number
from rubric_versions.numbers import Points, vi


class _Entered(ScoringMethod):
    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        return Outcome(State.SCORED, number(values[0]))

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        return cells[0]


class Direct(_Entered):
    """Points typed by the unit, from 0 to the max, on a step (0.125 at the finest in real sets)."""

    kind: Literal["direct"]
    step: Points = Field(gt=Fraction(0))
    label: str = Field(min_length=1)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return (Input(self.label, "points", limit=maximum, step=self.step),)

    def best(self, maximum: Fraction) -> Fraction:
        return maximum // self.step * self.step

    def describe(self, maximum: Fraction) -> str:
        return f"{self.label}. Nhập điểm từ 0 đến {vi(maximum)}, mỗi bậc {vi(self.step)}."


class Given(_Entered):
    """Points given centrally, from a figure the unit does not declare."""

    kind: Literal["given"]
    source: str = Field(min_length=1)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return (Input("Điểm", "points", limit=maximum),)

    def describe(self, maximum: Fraction) -> str:
        return self.source if self.source.endswith(".") else f"{self.source}."
