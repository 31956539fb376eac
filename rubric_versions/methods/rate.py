"""Methods on a declared numerator and denominator: percentage bands, and a linear share of the max points.

The denominator stands first on the form: people know "how many in all" before "of these". Rates are percents, compared after rounding to
9 decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rubric_versions.methods.base import Good, Input, Outcome, Problem, ScoringMethod, State, number
from rubric_versions.numbers import COMPARE_DIGITS, Points, decimal_text, rounded, vi

NO_CASE = "Không phát sinh"


class Band(BaseModel):
    """A stretch of rates in percent, each end open or closed or absent, and its points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ge: Points | None = None
    gt: Points | None = None
    le: Points | None = None
    lt: Points | None = None
    points: Points

    @model_validator(mode="after")
    def _one_edge_a_side(self) -> Self:
        if self.ge is not None and self.gt is not None:
            raise ValueError("a band has one lower end: ge or gt")
        if self.le is not None and self.lt is not None:
            raise ValueError("a band has one upper end: le or lt")
        return self

    def holds(self, rate: Fraction) -> bool:
        """Whether a rate (percent, already rounded for comparison) lies in the band."""
        return (
            (self.ge is None or rate >= self.ge)
            and (self.gt is None or rate > self.gt)
            and (self.le is None or rate <= self.le)
            and (self.lt is None or rate < self.lt)
        )

    def formula(self, rate: str) -> str:
        """`holds` for Excel, `rate` being an expression already rounded."""
        ends = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
        tests = [f"{rate}{sign}{decimal_text(getattr(self, name))}" for name, sign in ends if getattr(self, name) is not None]
        return f"AND({','.join(tests)})" if len(tests) > 1 else (tests[0] if tests else "TRUE")

    def describe(self) -> str:
        """The band in Vietnamese, e.g. "từ 70 % đến dưới 100 %: 0,5"."""
        low, high = (self.ge if self.ge is not None else self.gt), (self.le if self.le is not None else self.lt)
        low_text = "" if low is None else f"{'từ' if self.ge is not None else 'trên'} {vi(low)} %"
        high_text = "" if high is None else f"{'đến' if self.le is not None else 'dưới'} {vi(high)} %"
        if low is not None and high is None and low == 100:
            low_text = "100 %"
        elif low is not None and high is None and self.ge is not None:
            low_text = f"từ {vi(low)} % trở lên"
        if low is not None and high is not None and self.lt is not None:
            high_text = f"đến {high_text}"
        return f"{' '.join(part for part in (low_text, high_text) if part) or 'mọi mức'}: {vi(self.points)}"


def describe_bands(bands: Sequence[Band]) -> str:
    """All bands on one line, the first letter a capital."""
    text = " · ".join(band.describe() for band in bands)
    return text[:1].upper() + text[1:]


def points_of_bands(bands: Sequence[Band], rate: Fraction) -> Fraction:
    """Points of the first band that holds `rate` (percent); 0 where none does, which the linter reports as a gap."""
    compared = rounded(rate)
    return next((band.points for band in bands if band.holds(compared)), Fraction(0))


def bands_formula(bands: Sequence[Band], rate: str) -> str:
    """`points_of_bands` for Excel; `rate` is an expression in percent."""
    text = "0"
    for band in reversed(bands):
        text = f"IF({band.formula(f'ROUND({rate},{COMPARE_DIGITS})')},{decimal_text(band.points)},{text})"
    return text


class _Rate(ScoringMethod):
    """A rate of two declared figures. `zero_denominator` says what "no case arose" means, leaf by leaf."""

    numerator: str = Field(min_length=1)
    denominator: str = Field(min_length=1)
    zero_denominator: Literal["max", "zero", "skip"]
    whole: bool = True
    over_full: Literal["error", "cap"] = "error"

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        kind: Literal["whole", "number"] = "whole" if self.whole else "number"
        return (Input(self.denominator, kind), Input(self.numerator, kind))

    def points_of_rate(self, rate: Fraction, maximum: Fraction) -> Fraction:
        """Points of a rate in percent, the denominator not being 0."""
        raise AssertionError("defined by the kind")

    def rate_formula(self, cells: Sequence[str]) -> str:
        """The rate in percent for Excel, of a denominator that is not 0."""
        rate = f"{cells[1]}/{cells[0]}*100"
        return f"MIN(100,{rate})" if self.over_full == "cap" else rate

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        denominator, numerator = number(values[0]), number(values[1])
        if numerator > denominator and (self.over_full == "error" or denominator == 0):
            problem = Problem(1, "numerator-over-denominator", (("denominator", vi(denominator)),))
            return Outcome(State.INVALID, problems=(problem,))
        if denominator == 0:
            if self.zero_denominator == "skip":
                return Outcome(State.NOT_ASSESSED)
            return Outcome(State.SCORED, maximum if self.zero_denominator == "max" else Fraction(0))
        rate = min(numerator / denominator, Fraction(1)) * 100
        return Outcome(State.SCORED, self.points_of_rate(rate, maximum))

    def judge_formula(self, cells: Sequence[str], maximum: Fraction) -> str:
        zero = "2" if self.zero_denominator == "skip" else "1"
        if self.over_full == "cap":
            return f"IF({cells[0]}=0,IF({cells[1]}>0,3,{zero}),1)"
        return f"IF({cells[1]}>{cells[0]},3,IF({cells[0]}=0,{zero},1))" if zero == "2" else f"IF({cells[1]}>{cells[0]},3,1)"

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        zero = decimal_text(maximum) if self.zero_denominator == "max" else "0"
        return f"IF({cells[0]}=0,{zero},{self.points_of_rate_formula(self.rate_formula(cells), maximum)})"

    def result(self, values: Sequence[Good]) -> Fraction | str:
        denominator = number(values[0])
        return rounded(number(values[1]) / denominator * 100) if denominator else NO_CASE

    def result_formula(self, cells: Sequence[str]) -> str:
        return f'IF({cells[0]}=0,"{NO_CASE}",ROUND({cells[1]}/{cells[0]}*100,{COMPARE_DIGITS}))'

    def points_of_rate_formula(self, rate: str, maximum: Fraction) -> str:
        """`points_of_rate` for Excel."""
        raise AssertionError("defined by the kind")

    def _zero_words(self) -> str:
        return {"max": "được điểm tối đa", "zero": "0 điểm", "skip": "không đánh giá"}[self.zero_denominator]


class Bands(_Rate):
    """Points by the band the rate falls in."""

    kind: Literal["bands"]
    bands: tuple[Band, ...] = Field(min_length=1, max_length=7)

    def points_of_rate(self, rate: Fraction, maximum: Fraction) -> Fraction:
        return points_of_bands(self.bands, rate)

    def points_of_rate_formula(self, rate: str, maximum: Fraction) -> str:
        return bands_formula(self.bands, rate)

    def best(self, maximum: Fraction) -> Fraction:
        return max(band.points for band in self.bands)

    def describe(self, maximum: Fraction) -> str:
        return f"{describe_bands(self.bands)}. Không phát sinh: {self._zero_words()}."


class Linear(_Rate):
    """Max points × rate; nothing below the floor where there is one."""

    kind: Literal["linear"]
    floor_percent: Points | None = None

    def points_of_rate(self, rate: Fraction, maximum: Fraction) -> Fraction:
        if self.floor_percent is not None and rounded(rate) < self.floor_percent:
            return Fraction(0)
        return maximum * rate / 100

    def points_of_rate_formula(self, rate: str, maximum: Fraction) -> str:
        share = f"{decimal_text(maximum)}*{rate}/100"
        if self.floor_percent is None:
            return share
        return f"IF(ROUND({rate},{COMPARE_DIGITS})<{decimal_text(self.floor_percent)},0,{share})"

    def best(self, maximum: Fraction) -> Fraction:
        return self.points_of_rate(Fraction(100), maximum)

    def describe(self, maximum: Fraction) -> str:
        floor = f"; dưới {vi(self.floor_percent)} % thì 0 điểm" if self.floor_percent is not None else ""
        return f"Điểm = {vi(maximum)} × tỷ lệ đạt{floor}. Không phát sinh: {self._zero_words()}."
