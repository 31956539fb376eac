"""Methods on the yearly survey (Cần Thơ 2018, Điều 7.2.đ, e): a satisfaction percentage, and answers with weights.

Scored centrally, never by the unit; `score` is the same contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rubric_versions.methods.base import Good, Input, Outcome, Problem, ScoringMethod, State, number
from rubric_versions.methods.rate import Band, bands_formula, describe_bands, points_of_bands
from rubric_versions.numbers import Points, decimal_text, vi


class SurveyPercent(ScoringMethod):
    """A percentage of satisfied answers: max × percentage, or bands."""

    kind: Literal["survey_percent"]
    answer: str = Field(min_length=1)
    bands: tuple[Band, ...] = Field(default=(), max_length=7)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return (Input(f"{self.answer} (%)", "percent", limit=Fraction(100)),)

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        percent = number(values[0])
        points = points_of_bands(self.bands, percent) if self.bands else maximum * percent / 100
        return Outcome(State.SCORED, points)

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        return bands_formula(self.bands, cells[0]) if self.bands else f"{decimal_text(maximum)}*{cells[0]}/100"

    def best(self, maximum: Fraction) -> Fraction:
        return max(band.points for band in self.bands) if self.bands else maximum

    def describe(self, maximum: Fraction) -> str:
        how = describe_bands(self.bands) if self.bands else f"Điểm = {vi(maximum)} × tỷ lệ"
        return f"{self.answer}. {how}."


class Weight(BaseModel):
    """An answer of the questionnaire and the share of the max points it is worth, in percent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str = Field(min_length=1)
    percent: Points = Field(ge=Fraction(0), le=Fraction(100))


class SurveyWeighted(ScoringMethod):
    """Counted answers with weights (A 100 %, B 60 %, C 20 %, D 0 %): max × weighted mean. No answer at all is an error, not a 0."""

    kind: Literal["survey_weighted"]
    weights: tuple[Weight, ...] = Field(min_length=2, max_length=8)

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        return tuple(Input(f"Số phiếu {weight.answer}", "whole") for weight in self.weights)

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        counts = [number(value) for value in values]
        total = sum(counts, Fraction(0))
        if total == 0:
            return Outcome(State.INVALID, problems=(Problem(0, "survey-no-answers"),))
        weighted = sum((weight.percent * count for weight, count in zip(self.weights, counts, strict=True)), Fraction(0))
        return Outcome(State.SCORED, maximum * weighted / total / 100)

    def judge_formula(self, cells: Sequence[str], maximum: Fraction) -> str:
        return f"IF({'+'.join(cells)}=0,3,1)"

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        pairs = zip(self.weights, cells, strict=True)
        weighted = "+".join(f"{decimal_text(weight.percent)}*{cell}" for weight, cell in pairs if weight.percent)
        return f"{decimal_text(maximum)}*({weighted})/({'+'.join(cells)})/100"

    def best(self, maximum: Fraction) -> Fraction:
        return maximum * max(weight.percent for weight in self.weights) / 100

    def describe(self, maximum: Fraction) -> str:
        return "Tính theo phiếu: " + " · ".join(f"{weight.answer} {vi(weight.percent)} %" for weight in self.weights) + "."
