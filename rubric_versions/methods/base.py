"""The contract of every scoring method: inputs, `score` in exact arithmetic, and the same in the words of Excel 2007.

Each input is judged alone first (blank, good, wrong), then the method looks at good inputs together. Excel does the same: one hidden
cell per input holds the input's state, one per leaf the leaf's, so that a formula stays short enough to be read by an auditor.
Knows nothing of sheets: cells arrive as A1 addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rubric_versions.numbers import decimal_text, probably_meant, rounded, vi

Raw = None | str | bool | Decimal
"""What a cell may hold, as read: nothing, text (an error value is text too), a truth value, a number of at most 15 digits."""

NUMBER_LIMIT = 999_999_999_999
"""Largest figure an input takes: twelve digits, so that Excel's 15 still leave three decimals."""


class State(IntEnum):
    """A leaf is one of these and no code path turns one into another; the numbers are what the hidden state cells hold."""

    UNSCORED = 0
    SCORED = 1
    NOT_ASSESSED = 2
    INVALID = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the inputs of a leaf: which input (its index), a finding code, and words for the message."""

    index: int
    code: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a leaf comes to. `points` is 0 unless the state is SCORED; a problem is never hidden by a state."""

    state: State
    points: Fraction = Fraction(0)
    problems: tuple[Problem, ...] = ()


InputKind = Literal["choice", "whole", "number", "points", "percent"]


@dataclass(frozen=True, slots=True)
class Input:
    """One cell an officer fills for a leaf.

    `limit` is the largest number taken, `step` the grid that points must lie on (None: any), `choices` the texts of a drop-down.
    """

    label: str
    kind: InputKind
    choices: tuple[str, ...] = ()
    limit: Fraction = Fraction(NUMBER_LIMIT)
    step: Fraction | None = None

    def check(self, raw: Raw) -> tuple[State, Problem | None]:
        """UNSCORED when blank, SCORED when good, INVALID with the problem (index 0) when wrong."""
        if raw is None or raw == "":
            return State.UNSCORED, None
        if self.kind == "choice":
            if isinstance(raw, str) and raw in self.choices:
                return State.SCORED, None
            return State.INVALID, Problem(0, "choice-unknown")
        if not isinstance(raw, Decimal):
            meant = probably_meant(raw) if isinstance(raw, str) else None
            if meant is None:
                return State.INVALID, Problem(0, "not-a-number")
            return State.INVALID, Problem(0, "number-as-text", (("meant", vi(meant)),))
        problem = self._check_number(Fraction(raw))
        return (State.INVALID, problem) if problem else (State.SCORED, None)

    def _check_number(self, value: Fraction) -> Problem | None:
        if value < 0:
            return Problem(0, "number-negative")
        if value > self.limit:
            code = "points-over-max" if self.kind == "points" else "number-too-large"
            return Problem(0, code, (("limit", vi(self.limit)),))
        if self.kind == "whole" and value.denominator != 1:
            return Problem(0, "number-not-whole")
        if self.step and rounded(value / self.step) != rounded(value / self.step, 0):
            return Problem(0, "points-off-step", (("step", vi(self.step)),))
        return None

    def state_formula(self, cell: str, choices: Sequence[str]) -> str:
        """The same as `check` for Excel: an expression giving 0, 1 or 3. `choices` are the cells that hold the drop-down's texts."""
        if self.kind == "choice":
            texts = choices or [f'"{text}"' for text in self.choices]
            found = ",".join(f"EXACT({cell},{text})" for text in texts)
            return f"IF(ISERROR({cell}),3,IF(LEN({cell})=0,0,IF(OR({found}),1,3)))"
        tests = [f"{cell}>=0", f"{cell}<={decimal_text(self.limit)}"]
        if self.kind == "whole":
            tests.append(f"{cell}=INT({cell})")
        if self.step:
            ratio = f"{cell}/{decimal_text(self.step)}"
            tests.append(f"ROUND({ratio},9)=ROUND({ratio},0)")
        good = f"IF(AND({','.join(tests)}),1,3)"
        number = f"IF(ISNUMBER({cell}),{good},IF(ISERROR({cell}),3,IF(LEN({cell})=0,0,3)))"
        return f"IF(ISLOGICAL({cell}),3,{number})"  # to LibreOffice a truth value is a number


Good = Fraction | str
"""The value of an input that passed its check: a number, or the text chosen."""


class ScoringMethod(BaseModel):
    """Base of the kinds. A subclass gives `inputs`, `judge` with its twin `judge_formula`, `points_formula` and `describe`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def inputs(self, maximum: Fraction) -> tuple[Input, ...]:
        """The cells an officer fills, in the order they stand on the form; at least one."""
        raise AssertionError("every kind defines its inputs")

    def judge(self, values: Sequence[Good], maximum: Fraction) -> Outcome:
        """What good inputs come to together: SCORED, NOT_ASSESSED (no case arose) or INVALID (they contradict each other)."""
        raise AssertionError("every kind defines its judgement")

    def judge_formula(self, cells: Sequence[str], maximum: Fraction) -> str:
        """`judge`'s state for Excel, given that every input is good: an expression giving 1, 2 or 3."""
        return "1"

    def points_formula(self, cells: Sequence[str], choices: Sequence[Sequence[str]], maximum: Fraction) -> str:
        """`judge`'s points for Excel, given that the state is 1. `choices[i]` are the cells with the texts of input i."""
        raise AssertionError("every kind defines its points")

    def result(self, values: Sequence[Good]) -> Fraction | str:
        """What the form shows beside several inputs that together were scored (a rate in percent, "2/3"); empty for one input."""
        return ""

    def result_formula(self, cells: Sequence[str]) -> str:
        """`result` for Excel, given that the state is 1; empty when there is nothing to show."""
        return ""

    def best(self, maximum: Fraction) -> Fraction:
        """The most a unit can get by this method; the linter compares it with the leaf's max points."""
        return maximum

    def describe(self, maximum: Fraction) -> str:
        """How points are given, in one line of Vietnamese, as it stands under the criterion on the form."""
        raise AssertionError("every kind describes itself")

    def score(self, raws: Sequence[Raw], maximum: Fraction) -> Outcome:
        """The exact outcome of what stands in the input cells, whatever it is. Never raises for a bad value.

        Any wrong input makes the leaf INVALID, else any blank one leaves it UNSCORED; several problems are all told.
        """
        inputs = self.inputs(maximum)
        if len(raws) != len(inputs):
            raise ValueError(f"{len(inputs)} inputs expected, {len(raws)} given")
        states: list[State] = []
        problems: list[Problem] = []
        for index, (entry, raw) in enumerate(zip(inputs, raws, strict=True)):
            state, problem = entry.check(raw)
            states.append(state)
            if problem:
                problems.append(Problem(index, problem.code, problem.params))
        if problems:
            return Outcome(State.INVALID, problems=tuple(problems))
        if State.UNSCORED in states:
            if State.SCORED not in states:
                return Outcome(State.UNSCORED, problems=(Problem(0, "leaf-unscored"),))
            blank = states.index(State.UNSCORED)
            return Outcome(State.UNSCORED, problems=(Problem(blank, "leaf-incomplete", (("label", inputs[blank].label),)),))
        values: list[Good] = [Fraction(raw) if isinstance(raw, Decimal) else str(raw) for raw in raws]
        return self.judge(values, maximum)


def number(value: Good) -> Fraction:
    """A good input's value as the number it is. Raises TypeError for a text: a method asking the wrong input is our bug."""
    if isinstance(value, str):
        raise TypeError(f"a number was expected: {value!r}")
    return value
