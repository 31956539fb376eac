"""A criteria version as checked, frozen data: appendices, criteria of any depth, and the rules of the legal text.

One version is one legal text in force for a year of assessment. Data files are YAML; every number of points is a quoted decimal string.
Does not judge whether a version makes sense (see `lint`), only whether it has the right shape.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, Self, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from rubric_versions.findings import Severity
from rubric_versions.methods import Method
from rubric_versions.numbers import Points

ScoredBy = Literal["self", "council", "survey", "leaders"]
"""Who gives a leaf its points: the unit first, the appraising council alone, the survey, or the leaders' remarks."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that has worked out nothing yet: pydantic would hand on a digest or a list of leaves that is no longer true."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Leaf(_Data):
    """What gets scored. `may_skip` is the reason for which it may be not assessed; absent means never."""

    code: str = Field(min_length=1)
    title: str = Field(min_length=1)
    max: Points
    scored_by: ScoredBy
    appraiser: str = ""
    method: Method
    evidence: tuple[str, ...] = ()
    guidance: str = ""
    may_skip: str = ""

    @property
    def is_self_scored(self) -> bool:
        """Whether the unit enters something for it."""
        return self.scored_by == "self"

    @property
    def is_central(self) -> bool:
        """Whether its points come from the campaign workbook (survey, leaders' remarks)."""
        return self.scored_by in ("survey", "leaders")

    @property
    def is_appraised(self) -> bool:
        """Whether the council gives it a score: everything the unit or the council scores."""
        return self.scored_by in ("self", "council")


def _node_tag(value: Any) -> str:
    if isinstance(value, dict):
        return "leaf" if "method" in value else "group"
    return "leaf" if isinstance(value, Leaf) else "group"


Node = Annotated[
    Union[Annotated[Leaf, Tag("leaf")], Annotated["Group", Tag("group")]],  # noqa: UP007  (a forward name cannot stand beside `|`)
    Discriminator(_node_tag),
]
"""A node of the criteria tree: a leaf has a method, a group has children."""


class Group(_Data):
    """A field, a criterion, or any level that has parts."""

    code: str = Field(min_length=1)
    title: str = Field(min_length=1)
    max: Points
    children: tuple[Node, ...] = Field(min_length=1)

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf under it, in order."""
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            else:
                yield from child.leaves()


class Appendix(_Data):
    """One printed criteria table of a version, for one tier. `number` and `title` are the issuer's own."""

    number: str = Field(min_length=1)
    title: str = Field(min_length=1)
    tier: str = Field(min_length=1)
    total: Points
    illustrative: bool = False
    appraisers: dict[str, str] = {}
    """Names of the offices that appraise, by the code leaves use: a default that a campaign may change."""
    children: tuple[Node, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _appraisers_known(self) -> Self:
        unknown = {leaf.appraiser for leaf in self.leaves if leaf.appraiser} - self.appraisers.keys()
        if self.appraisers and unknown:
            raise ValueError(f"appraisers without a name: {', '.join(sorted(unknown))}")
        return self

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Every node with its depth (fields are 1), parents before children, in the order of the table."""
        stack: list[tuple[int, Node]] = [(1, node) for node in reversed(self.children)]
        while stack:
            depth, node = stack.pop()
            yield depth, node
            if isinstance(node, Group):
                stack.extend((depth + 1, child) for child in reversed(node.children))

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """What is scored, in order."""
        return tuple(node for _, node in self.walk() if isinstance(node, Leaf))

    @cached_property
    def self_leaves(self) -> tuple[Leaf, ...]:
        """What the unit scores itself, in order."""
        return tuple(leaf for leaf in self.leaves if leaf.is_self_scored)

    @cached_property
    def by_code(self) -> dict[str, Leaf]:
        """Leaves by code; with duplicate codes (a lint error) the last wins, so lint first."""
        return {leaf.code: leaf for leaf in self.leaves}

    def field_of(self, leaf: Leaf) -> Node:
        """The level-1 node a leaf stands under (the leaf itself when a field is a leaf)."""
        for node in self.children:
            if node is leaf or (isinstance(node, Group) and any(one is leaf for one in node.leaves())):
                return node
        raise ValueError(f"leaf {leaf.code} is not of appendix {self.number}")


class Tier(_Data):
    """A kind of unit (nhóm đối tượng): an open list, set by the version."""

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)


class LegalBasis(_Data):
    """A document the version rests on. Blank where the source leaves it blank: numbers and dates are never invented."""

    title: str
    number: str = ""
    date: str = ""
    issuer: str = ""

    @property
    def words(self) -> str:
        """How it is named in a line: kind, number, date and issuer; where it has no number, its title as far as it says what it is."""
        by = f" của {self.issuer}" if self.issuer else ""
        if not self.number:
            return self.title.partition(" về ")[0] + by
        kind = "Quyết định" if "QĐ" in self.number else "Văn bản"
        return f"{kind} số {self.number}{f' ngày {self.date}' if self.date else ''}{by}"


class Provenance(_Data):
    """Where one part of the version comes from, and whether that part is ours (illustrative)."""

    part: str
    source: str
    illustrative: bool = False


class Grade(_Data):
    """A grade and the least index (percent) that earns it."""

    name: str
    at_least: Points


class TotalDeduction(_Data):
    """A deduction from the total for listed grounds (Cần Thơ 2018, Điều 7.2.g: 5 % if any one of three)."""

    percent: Points
    per_case: bool = False
    grounds: tuple[str, ...]
    basis: str


class PointCase(_Data):
    """One kind of case for which points are added to or taken off a unit's total, and how many for each."""

    title: str = Field(min_length=1)
    points: Points


class PointList(_Data):
    """Points for listed cases, each case proved; all of a unit's together at most `cap`."""

    cases: tuple[PointCase, ...] = Field(min_length=1)
    cap: Points
    basis: str


class Missing(_Data):
    """What becomes of a unit without a valid return in time.

    `grade` is the grade it is given (empty: none); `shown` the words printed in the ranking. It has no index and no rank.
    """

    grade: str = ""
    shown: str
    basis: str


class Stage(_Data):
    """A stage a score passes after the unit's own: who gives it and what its column is called."""

    code: str
    name: str
    body: str


MOMENT = r"^(\d{2}/\d{2}/\d{4} \d{2}:\d{2})?$"
"""A day and an hour as the texts write them."""


class Window(_Data):
    """When a self-scoring round is open, as the text says it: "01/12/2023 07:00", of the version's last year of assessment.

    `closes` is the first moment that is too late. A campaign of another year takes the same days that many years away. `opens` is blank
    where the text says nothing of it.
    """

    round: int = Field(default=1, ge=1, le=4)
    opens: str = Field(default="", pattern=MOMENT)
    closes: str = Field(min_length=1, pattern=MOMENT)
    basis: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        opens, closes = (datetime.strptime(text, "%d/%m/%Y %H:%M") if text else None for text in (self.opens, self.closes))  # noqa: DTZ007
        if opens and closes and opens >= closes:
            raise ValueError("a window closes after it opens")
        return self


class Rules(_Data):
    """The rules of the legal text that are not about one criterion."""

    grades: tuple[Grade, ...] = Field(min_length=1)
    not_assessed: Literal["subtract", "rescale_then_survey", "central_list"]
    deduction: TotalDeduction | None = None
    bonus: PointList | None = None
    minus: PointList | None = None
    missing: Missing
    evidence_missing: Severity
    explanation_missing: Severity
    approval_missing: Severity
    evidence_files: Severity = Severity.NOTE
    """What a file named in the evidence table and not sent along is; a note is told only where other files came along."""
    signed_report: Severity = Severity.NOTE
    """The same of the signed report."""
    stages: tuple[Stage, ...] = Field(min_length=1)
    rounds: int = Field(default=1, ge=1, le=4)
    reopened: Literal["all", "contested"] = "all"
    """What a further round opens: every criterion, or those whose score was contested, left open or without evidence."""
    specialist_offices: bool = False
    """Whether a new campaign divides the organiser's appraisal among the appendices' appraisers; a campaign may, whatever stands here."""
    self_assessment_due: str = ""
    windows: tuple[Window, ...] = ()
    unranked: tuple[str, ...] = ()
    """Names of units that score themselves but are not ranked (Hồng Ngự 2023, khoản 1)."""
    ties: Literal["share_and_skip", "share"] = "share_and_skip"
    commended_per_block: int = Field(default=0, ge=0)
    decimals_shown: int = Field(default=2, ge=0, le=6)


class Labels(_Data):
    """Names that differ from place to place."""

    council: str = "Hội đồng thẩm định"
    own_council: str = "Hội đồng đánh giá"
    unit: str = "Cơ quan, đơn vị"


class Changed(_Data):
    """One change by which an amendment made this version of another: the row of a table, or the rule; how; on what basis."""

    kind: Literal["rename", "points", "drop", "add", "move", "method", "restate", "reword", "renumber", "heading", "rule"]
    appendix: str = ""
    code: str = ""
    rule: str = ""
    basis: str


class RubricVersion(_Data):
    """One legal text in force for one or more years of assessment, with its appendices and rules."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    title: str
    issuer: str
    place: str
    years: tuple[int, ...] = Field(min_length=1)
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    provenance: tuple[Provenance, ...] = Field(min_length=1)
    labels: Labels = Labels()
    tiers: tuple[Tier, ...] = Field(min_length=1)
    rules: Rules
    appendices: tuple[Appendix, ...] = Field(min_length=1)
    amends: str = ""
    """The id of the version it was made of by amendment; empty for one that stands by itself."""
    changes: tuple[Changed, ...] = ()

    @model_validator(mode="after")
    def _tiers_match(self) -> Self:
        tiers = [tier.code for tier in self.tiers]
        used = [appendix.tier for appendix in self.appendices]
        if len(set(tiers)) != len(tiers) or sorted(used) != sorted(tiers):
            raise ValueError("every tier has exactly one appendix")
        numbers = [appendix.number for appendix in self.appendices]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two appendices have one number")
        return self

    def appendix_for(self, tier: str) -> Appendix:
        """The table a tier is scored by. Raises KeyError for a tier the version does not know."""
        for appendix in self.appendices:
            if appendix.tier == tier:
                return appendix
        raise KeyError(tier)

    @property
    def basis_words(self) -> str:
        """The documents a form names as its criteria's basis: the first one, and what amended it."""
        first, *later = self.legal_basis
        amended = ", ".join(one.words for one in later) if self.amends else ""
        return f"{first.words}, sửa đổi bởi {amended}" if amended else first.words

    def canonical(self) -> str:
        """The whole version as canonical JSON: sorted keys, points as decimal strings, no blanks, nothing that equals its default.

        So a field added later with a default changes the digest of no kept version; defaults, once released, never change.
        """
        return canonical_json(self.model_dump(mode="json", exclude_defaults=True))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `canonical`, hex: what forms carry to name the version exactly."""
        return hashlib.sha256(self.canonical().encode("utf-8")).hexdigest()


def canonical_json(value: object) -> str:
    """One spelling for one value, for digests and for what travels in forms."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def points_of(leaves: tuple[Leaf, ...]) -> Fraction:
    """Sum of the max points."""
    return sum((leaf.max for leaf in leaves), Fraction(0))
