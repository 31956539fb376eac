"""What the ranking workbook shows, as plain data: units with their scores and figures, already computed and in order, by block."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Literal

from rubric_versions.model import Appendix, Leaf, RubricVersion

SKIPPED = "KĐG"
"""What a scores sheet holds for a leaf that is not assessed; a blank cell is a leaf nobody has scored."""

Score = Fraction | str | None
"""Points, SKIPPED, or None while there is none."""

Kind = Literal["ranked", "unranked", "missing"]
KINDS: Mapping[Kind, str] = {"ranked": "Xếp hạng", "unranked": "Không xếp hạng", "missing": "Không có hồ sơ"}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit: its scores by leaf code, what the campaign says of it, and what the formulas over them come to.

    `kind`, `words`, `deductions`, `bonus_cases` and `minus_cases` (points before their caps) are the campaign's; the figures are exact;
    `pari` is None where there is no index; `digits` is how many of its decimals are shown; `fields` are points got and possible by top
    node; `final` and `own` are empty for a unit without a valid return.
    """

    code: str
    name: str
    appendix: str
    kind: Kind
    words: str
    deductions: int
    bonus_cases: Fraction
    minus_cases: Fraction
    final: Mapping[str, Score]
    own: Mapping[str, Score]
    own_points: Fraction
    own_possible: Fraction
    appraised: Fraction
    rescaled: Fraction
    survey: Fraction
    bonus: Fraction
    minus: Fraction
    deduction: Fraction
    a: Fraction
    A: Fraction
    pari: Fraction | None
    digits: int
    rank: int | None
    grade: str
    commended: bool
    fields: tuple[tuple[Fraction, Fraction], ...]

    @property
    def group(self) -> str:
        """Under which line of its block it stands: "ranked" and "unranked" have an index, "none" has not."""
        return "none" if self.pari is None else self.kind


@dataclass(frozen=True, slots=True)
class BlockTable:
    """Units ranked together, in the order of the table; ranks up to `commended` are proposed for commendation."""

    code: str
    name: str
    commended: int
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a unit had in an earlier campaign; no index where none can be set beside today's, and `note` says why."""

    pari: Fraction | None = None
    rank: int | None = None
    grade: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EarlierLeaf:
    """What a leaf came to in an earlier campaign: its code then and the mean share in percent; None where it cannot be compared."""

    code: str = ""
    share: Fraction | None = None
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """An earlier campaign beside this one: units by code, leaves by appendix and code, units of then that have no place now."""

    title: str
    note: str
    units: Mapping[str, Earlier]
    leaves: Mapping[tuple[str, str], EarlierLeaf]
    gone: tuple[tuple[str, Earlier], ...] = ()


@dataclass(frozen=True, slots=True)
class RankingData:
    """All that the workbook shows. The units' appendices are the version's; unit codes are unique."""

    version: RubricVersion
    campaign_title: str
    organiser: str
    year: int
    blocks: tuple[BlockTable, ...]
    decisions: tuple[tuple[str, str, str, str, str], ...] = ()
    """What people decided outside the rules: unit, what, reason, when, who, all in words."""
    against: Comparison | None = None
    overall: bool = False
    """Whether the units of a tier that stand in several blocks are also ranked all together."""


def left_of(appendix: Appendix, unit: UnitRow) -> int:
    return sum(unit.final.get(leaf.code) is None for leaf in appendix.leaves)


def has_own(unit: UnitRow) -> bool:
    return any(score is not None for score in unit.own.values())


def possible_of(unit: UnitRow, leaves: Iterable[Leaf]) -> Fraction:
    return total(leaf.max for leaf in leaves if not isinstance(unit.final.get(leaf.code), str))


Run = tuple[int, int]
"""Which of an appendix' leaves: from which to before which, counted from 0."""
_NOTHING = (0, 1)


class Sums:
    """What a unit got, and could have got, of any run of its appendix' leaves: running totals in whole parts of a point.

    Exact as `total` is, which would take longer than everything else of a sheet that asks for the sums of forty runs of every unit.
    """

    def __init__(self, unit: UnitRow, leaves: Iterable[Leaf]) -> None:
        scores = [(unit.final.get(leaf.code), leaf.max) for leaf in leaves]
        got = [score.as_integer_ratio() if score.__class__ is Fraction else _NOTHING for score, _ in scores]
        most = [_NOTHING if score.__class__ is str else possible.as_integer_ratio() for score, possible in scores]
        self._parts = parts = math.lcm(*{bottom for _, bottom in got}, *{bottom for _, bottom in most})
        self._got, self._most = (list(accumulate([top * (parts // bottom) for top, bottom in run], initial=0)) for run in (got, most))

    def shares(self, runs: Iterable[Run]) -> list[Fraction | None]:
        """What was got of each run of leaves, in percent; None where none of them is assessed."""
        got, most = self._got, self._most
        return [ratio((got[end] - got[start]) * 100, possible) if (possible := most[end] - most[start]) else None for start, end in runs]

    def lost(self, runs: Iterable[Run]) -> list[Fraction]:
        """The points that were possible in each run and were not got."""
        got, most = self._got, self._most
        return [ratio(most[end] - most[start] - got[end] + got[start], self._parts) for start, end in runs]

    def worst(self, count: int) -> list[tuple[int, Fraction]]:
        """The places of the leaves, at most so many, that cost most points, most first; and how many each."""
        most, got = self._most, self._got
        lost = [most[turn + 1] - most[turn] - got[turn + 1] + got[turn] for turn in range(len(got) - 1)]
        worst = sorted(range(len(lost)), key=lost.__getitem__, reverse=True)[:count]
        return [(turn, ratio(lost[turn], self._parts)) for turn in worst if lost[turn] > 0]


@lru_cache(maxsize=1 << 16)
def ratio(top: int, bottom: int) -> Fraction:
    """One number divided by another: units get the same shares again and again, and one object will do for all."""
    return Fraction(top, bottom)


def percent(top: int, bottom: int) -> Fraction:
    return ratio(top * 100, bottom)


def shares_of(unit: UnitRow) -> list[Fraction | None]:
    """What a unit got of each field in percent; None where it has no index or nothing of the field is assessed."""
    if unit.pari is None:
        return [None] * len(unit.fields)
    return [
        percent(got.numerator * possible.denominator, got.denominator * possible.numerator) if possible else None
        for got, possible in unit.fields
    ]


def total(values: Iterable[Fraction]) -> Fraction:
    """The exact sum. Adds up numerators by denominator first: points have few different ones, and `Fraction` is slow to add."""
    parts: dict[int, int] = {}
    for value in values:
        top, bottom = value.as_integer_ratio()
        parts[bottom] = parts.get(bottom, 0) + top
    common = math.lcm(*parts)
    return Fraction(sum(top * (common // bottom) for bottom, top in parts.items()), common)
