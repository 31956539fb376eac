"""Amendments as data: changes to a criteria table or to the rules, each one applied to plain data, its legal basis kept with the result.

A version may amend another (`amends` with `changes`); a table may be drawn from another table (`based_on` with `changes`). What comes of it
is checked by the model and judged by the linter like any other. Reads no file: `catalog` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rubric_versions.findings import Finding, finding
from rubric_versions.methods import Method
from rubric_versions.model import Changed, Group, Labels, LegalBasis, Node, Provenance, ScoredBy, Tier  # noqa: F401  (Node names Group)
from rubric_versions.numbers import Points, decimal_text, vi

Plain = dict[str, Any]
"""A table, a row or a version as plain data, as its JSON is."""


class Refused(Exception):
    """A change that cannot be made; `finding` says why."""

    def __init__(self, problem: Finding) -> None:
        super().__init__(problem.message)
        self.finding = problem


class _Change(BaseModel):
    """One change. `appendix` names the tables it is made in (in a drawn table: none), `basis` the article or clause that orders it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    appendix: tuple[str, ...] = ()
    basis: str = ""


class _ToTable(_Change):
    @property
    def code(self) -> str:
        """No row's: the whole table is changed."""
        return ""


class _ToRow(_Change):
    code: str = Field(min_length=1)


class Rename(_ToRow):
    """A row gets another title."""

    op: Literal["rename"]
    title: str = Field(min_length=1)

    def to_table(self, table: Plain) -> None:
        """Changes the row in place."""
        _row(table, self.code)["title"] = self.title


class Repoint(_ToRow):
    """A row gets other max points, and its levels, bands, items (`parts`, in their order) or unit points (`unit`) others too."""

    op: Literal["points"]
    max: Points | None = None
    parts: tuple[Points, ...] = ()
    unit: Points | None = None

    def to_table(self, table: Plain) -> None:
        """Changes the row in place. Nothing is scaled by itself: the linter says where parts and max no longer meet."""
        row = _row(table, self.code)
        if self.max is not None:
            row["max"] = decimal_text(self.max)
        method = row.get("method", {})
        if self.parts:
            parts = method.get("options") or method.get("items") or method.get("bands") or ()
            if len(parts) != len(self.parts):
                seen = " · ".join(vi(one) for one in self.parts)
                raise Refused(finding("amend-parts", criterion=self.code, value=seen, count=len(parts)))
            for part, points in zip(parts, self.parts, strict=True):
                part["points"] = decimal_text(points)
        if self.unit is not None:
            name = next((name for name in ("unit", "per", "step") if name in method), "")
            if not name:
                raise Refused(finding("amend-parts", criterion=self.code, value=vi(self.unit), count=0))
            method[name] = decimal_text(self.unit)


class Drop(_ToRow):
    """A row is no longer scored. The codes after it stay as they are: the issuer's numbering is the issuer's."""

    op: Literal["drop"]

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        rows, at = _place(table, self.code)
        del rows[at]


class _ToPlace(_Change):
    """Where a row goes: under the code `parent` ("" for a field), after the code `after` (by default the last one, "" for first)."""

    parent: str = ""
    after: str | None = None

    def put(self, table: Plain, row: Plain) -> None:
        """Puts the row in its place."""
        rows = _row(table, self.parent)["children"] if self.parent else table["children"]
        at = len(rows)
        if self.after is not None:
            at = next((turn for turn, one in enumerate(rows, 1) if one["code"] == self.after), 0)
            if self.after and not at:
                raise Refused(finding("amend-target", value=self.after, what=f"thêm sau mã này, dưới {self.parent or 'bảng'}"))
        rows.insert(at, row)


class Add(_ToPlace):
    """A new row, with all under it."""

    op: Literal["add"]
    row: Node

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        self.put(table, self.row.model_dump(mode="json", exclude_defaults=True))

    @property
    def code(self) -> str:
        """The new row's code."""
        return self.row.code


class Move(_ToPlace):
    """A row goes elsewhere with all under it; `to` is its new code, which those under it take on."""

    op: Literal["move"]
    code: str = Field(min_length=1)
    to: str = Field(min_length=1)

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        rows, at = _place(table, self.code)
        row = rows.pop(at)
        _recode(row, self.to)
        self.put(table, row)


class ChangeMethod(_ToRow):
    """A leaf is scored by another method, or by the same with other figures."""

    op: Literal["method"]
    method: Method

    def to_table(self, table: Plain) -> None:
        """Changes the leaf in place."""
        _leaf(table, self.code)["method"] = self.method.model_dump(mode="json", exclude_defaults=True)


class Restate(_ToRow):
    """A leaf gets other evidence, guidance, reason not to be assessed, scorer or appraiser; what is not given stays."""

    op: Literal["restate"]
    evidence: tuple[str, ...] | None = None
    guidance: str | None = None
    may_skip: str | None = None
    scored_by: ScoredBy | None = None
    appraiser: str | None = None

    def to_table(self, table: Plain) -> None:
        """Changes the leaf in place."""
        _leaf(table, self.code).update(self.model_dump(mode="json", exclude_none=True, exclude={"op", "code", "appendix", "basis"}))


class Reword(_ToTable):
    """Words replaced in every text of the table, one pair after the other: a body that has another name, a place."""

    op: Literal["reword"]
    swap: dict[str, str] = Field(min_length=1)

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        table["children"] = _reworded(table["children"], self.swap)


class Renumber(_ToTable):
    """Every row under `parent` (all of them by default) counted from 1 again."""

    op: Literal["renumber"]
    parent: str = ""

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        _renumber(_row(table, self.parent)["children"] if self.parent else table["children"], self.parent)


class Retitle(_ToTable):
    """The table itself gets another title, total, or names of appraisers."""

    op: Literal["heading"]
    title: str | None = None
    total: Points | None = None
    appraisers: dict[str, str] | None = None

    def to_table(self, table: Plain) -> None:
        """Changes the table in place."""
        table.update(self.model_dump(mode="json", exclude_none=True, exclude={"op", "appendix", "basis"}))


class ChangeRules(_ToTable):
    """Rules of the legal text that get other values, by the names of `model.Rules`."""

    op: Literal["rule"]
    rules: dict[str, Any] = Field(min_length=1)

    @property
    def code(self) -> str:
        """No row's."""
        return ""


TableChange = Rename | Repoint | Drop | Add | Move | ChangeMethod | Restate | Reword | Renumber | Retitle
OnTable = Annotated[TableChange, Field(discriminator="op")]
OnVersion = Annotated[TableChange | ChangeRules, Field(discriminator="op")]


class Drawn(BaseModel):
    """A table drawn from another: what it is called and for whom, and what differs. `based_on` is the other table's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    based_on: str
    number: str
    title: str
    tier: str
    total: Points = Fraction(100)
    illustrative: bool = False
    appraisers: dict[str, str] | None = None
    changes: tuple[OnTable, ...] = ()

    def applied(self, base: Plain) -> Plain:
        """The drawn table as plain data; `base` is not touched. Raises Refused for a change that cannot be made."""
        table: Plain = _own(base)
        table.update(number=self.number, title=self.title, tier=self.tier, total=decimal_text(self.total), illustrative=self.illustrative)
        if self.appraisers is not None:
            table["appraisers"] = dict(self.appraisers)
        for change in self.changes:
            change.to_table(table)
        return table


class Amendment(BaseModel):
    """A version that amends another: its own heading, and changes to the other's tables and rules. What is not said stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    amends: str
    title: str
    issuer: str | None = None
    place: str | None = None
    years: tuple[int, ...] = Field(min_length=1)
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    provenance: tuple[Provenance, ...] = Field(min_length=1)
    labels: Labels | None = None
    tiers: tuple[Tier, ...] | None = None
    changes: tuple[OnVersion, ...] = ()

    def applied(self, base: Plain) -> Plain:
        """The amended version as plain data; `base`, the whole version amended, is not touched.

        The base's documents stay first, for the table is still theirs; what was said of its sources stays after what is said here.
        Raises Refused for a change that cannot be made, or that names no legal basis.
        """
        version: Plain = _own(base)
        own = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"changes"})
        for name in ("legal_basis", "provenance"):
            first, then = (version[name], own[name]) if name == "legal_basis" else (own[name], version[name])
            own[name] = [*first, *then]
        version.update(own)
        tables = {table["number"]: table for table in version["appendices"]}
        made = []
        for change in self.changes:
            if not change.basis.strip():
                raise Refused(finding("amend-basis", criterion=change.code, value=change.op))
            if isinstance(change, ChangeRules):
                version["rules"].update(change.rules)
                made += [Changed(kind=change.op, rule=name, basis=change.basis) for name in change.rules]
                continue
            for number in change.appendix:
                if number not in tables:
                    raise Refused(finding("amend-target", value=number, what="phụ lục"))
                change.to_table(tables[number])
                made.append(Changed(kind=change.op, appendix=number, code=_code_now(change), basis=change.basis))
        version["changes"] = [one.model_dump(mode="json", exclude_defaults=True) for one in made]
        return version


def _code_now(change: TableChange) -> str:
    """Where the changed table has what was changed."""
    if isinstance(change, Move):
        return change.to
    return change.parent if isinstance(change, Renumber) else change.code


# ---------------------------------------------------------------------------------------------------------------- plain tables


def _own(value: Any) -> Any:
    """A copy in which no two places share one object, as YAML's aliases do: what changes in one table must not change in another."""
    if isinstance(value, dict):
        return {name: _own(one) for name, one in value.items()}
    return [_own(one) for one in value] if isinstance(value, list) else value


def _walk(rows: list[Plain]) -> Iterator[tuple[list[Plain], int]]:
    """Every place in a tree of rows: the list it stands in and its turn there."""
    for turn, row in enumerate(rows):
        yield rows, turn
        yield from _walk(row.get("children", []))


def _place(table: Plain, code: str) -> tuple[list[Plain], int]:
    for rows, turn in _walk(table["children"]):
        if rows[turn]["code"] == code:
            return rows, turn
    raise Refused(finding("amend-target", value=code, what=f"phụ lục {table['number']}"))


def _row(table: Plain, code: str) -> Plain:
    rows, turn = _place(table, code)
    return rows[turn]


def _leaf(table: Plain, code: str) -> Plain:
    row = _row(table, code)
    if "method" not in row:
        raise Refused(finding("amend-target", value=code, what=f"các tiêu chí được chấm của phụ lục {table['number']}"))
    return row


def _recode(row: Plain, code: str) -> None:
    """Gives a row another code, and those under it what they add to it."""
    before = row["code"]
    row["code"] = code
    for child in row.get("children", ()):
        own = child["code"].removeprefix(f"{before}.")
        _recode(child, f"{code}.{own}")


def _renumber(rows: list[Plain], parent: str) -> None:
    for turn, row in enumerate(rows, 1):
        row["code"] = f"{parent}.{turn}" if parent else str(turn)
        _renumber(row.get("children", []), row["code"])


_TEXTS = frozenset({
    "title", "text", "guidance", "may_skip", "evidence", "met", "unmet", "numerator", "denominator", "case", "label", "answer", "source",
})  # fmt: skip
"""Names of what people read; codes, kinds and numbers are no words."""


def _reworded(value: Any, swap: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _reworded(one, swap, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_reworded(one, swap, name) for one in value]
    if name in _TEXTS:
        for old, new in swap.items():
            value = value.replace(old, new)
    return value
