"""Methods where the officer chooses: yes/no, levels, a checklist whose items add up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rubric_versions.methods.base import Good, Input, Outcome, ScoringMethod, State
from rubric_versions.numbers import Points, decimal_text, vi

MET, UNMET = "Có", "Không"
"""The two answers to an item of a checklist."""


class Level(BaseModel):
    """One level or item: its points and the words an officer chooses by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    points: Points
    text: str = Field(min_length=1)

    def item(self) -> str:
        """The text of the drop-down: points first, for a narrow list cuts the rest off."""
        return f"{vi(self.points)} điểm: {self.text}"


def _describe(levels: Sequence[Level]) -> str:
    return " · ".join(f"{level.text}: {vi(level.points)}" for level in levels)


class _OneOf(ScoringMethod):
    """One drop-down; each item has its points."""

    def levels(self, maximum: Fraction) -> tuple[Level, ...]:
        """The items with their points, best first."""
        raise AssertionError("defined by the kind")

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return (Input("Kết quả đạt được", "choice", tuple(level.item() for level in self.levels(maximum))),)

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        points = next(level.points for level in self.levels(maximum) if level.item() == values[0])
        return Outcome(State.SCORED, points)

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        pairs = zip(choices[0], self.levels(maximum), strict=True)
        terms = [f"EXACT({cells[0]},{text})*{decimal_text(level.points)}" for text, level in pairs if level.points]
        return "+".join(terms) or "0"

    def best(self, maximum: Fraction) -> Fraction:
        return max(level.points for level in self.levels(maximum))

    def describe(self, maximum: Fraction) -> str:
        return _describe(self.levels(maximum))


class YesNo(_OneOf):
    """Met in full, or not at all."""

    kind: Literal["yes_no"]
    met: str = Field(min_length=1)
    unmet: str = Field(min_length=1)

    def levels(self, maximum: Fraction) -> tuple[Level, ...]:
        return (Level(points=maximum, text=self.met), Level(points=Fraction(0), text=self.unmet))


class Levels(_OneOf):
    """One of several levels of fulfilment (Cần Thơ 2018, Điều 7.2.b: less to the degree it is not met)."""

    kind: Literal["levels"]
    options: tuple[Level, ...] = Field(min_length=2, max_length=12)

    def levels(self, maximum: Fraction) -> tuple[Level, ...]:
        return self.options


class Checklist(ScoringMethod):
    """Items answered one by one; the points of those met add up. An item left blank leaves the leaf unscored."""

    kind: Literal["checklist"]
    items: tuple[Level, ...] = Field(min_length=1, max_length=12)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return tuple(Input(f"{item.text} ({vi(item.points)} điểm)", "choice", (MET, UNMET)) for item in self.items)

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        met = [item.points for item, value in zip(self.items, values, strict=True) if value == MET]
        return Outcome(State.SCORED, sum(met, Fraction(0)))

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        pairs = zip(cells, self.items, strict=True)
        return "+".join(f'EXACT({cell},"{MET}")*{decimal_text(item.points)}' for cell, item in pairs)

    def result(self, values: Sequence[Good]) -> Fraction | str:
        return f"{sum(value == MET for value in values)}/{len(self.items)} đạt" if len(values) > 1 else ""

    def result_formula(self, cells: Sequence[str]) -> str:
        return f'COUNTIF({cells[0]}:{cells[-1]},"{MET}")&"/{len(self.items)} đạt"' if len(cells) > 1 else ""

    def best(self, maximum: Fraction) -> Fraction:
        return sum((item.points for item in self.items), Fraction(0))

    def describe(self, maximum: Fraction) -> str:
        return "Cộng điểm của từng nội dung đạt; chọn Có hoặc Không ở mỗi dòng dưới đây."
