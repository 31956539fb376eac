"""What a district hands to its city in a result book, as plain data and as the canonical JSON that is sealed.

Every score is exact text: a decimal string, a ratio where decimals have no end, `KĐG`, or "" where there is none. Computes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rubric_versions.methods.base import Raw
from rubric_versions.model import canonical_json
from rubric_versions.numbers import decimal_text

SKIPPED, INVALID = "KĐG", "!"
"""A leaf not assessed; one whose inputs are wrong, which gives no points and stays in A."""
CHUNK = 32_000  # characters of a cell: Excel takes 32,767
LARGEST = 64 * 1024 * 1024
"""Most bytes of a handover unpacked."""


@dataclass(frozen=True, slots=True)
class HandedLeaf:
    """One leaf of one unit: its score in every column of the handover, the unit's own and the final one, the reasons told.

    `own` is None where the unit scores nothing itself; `own_at` and `final_at` are the columns (from 0) where these two stand, -1 for a
    score that passed no stage (a central one, or one that a list of the council took out); `figures` are what was entered centrally, one
    per input.
    """

    scores: tuple[str, ...]
    own: str | None
    final: str
    own_at: int = -1
    final_at: int = -1
    reason: str = ""
    figures: tuple[Raw, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedReturn:
    """The return that counts in a round: its original by hash, the file's name, when it came, its mã đối chiếu."""

    round: int
    sha256: str
    file: str
    received: str
    answers: str


@dataclass(frozen=True, slots=True)
class HandedDecision:
    """A decision a person took about a unit outside the rules: what, why, when, who; as text."""

    what: str
    reason: str
    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class HandedUnit:
    """One unit: its returns that count (if none, `missing` says in words what that means), its scores, its cases.

    `cases` cost a share of the total; `bonus` and `minus` are the points of listed cases before their caps.
    """

    code: str
    name: str
    tier: str
    block: str
    ranked: bool
    missing: str
    returns: tuple[HandedReturn, ...]
    leaves: Mapping[str, HandedLeaf]
    cases: tuple[tuple[int, str, str], ...] = ()
    decisions: tuple[HandedDecision, ...] = ()
    bonus: str = "0"
    minus: str = "0"


@dataclass(frozen=True, slots=True)
class Handover:
    """One result book's content. `campaign` is the city's, `own` the district's; `head` its ledger's last event then: number, digest.

    `program` is the release that made it: another may draw the book otherwise, and then cannot compare it.
    """

    campaign: str
    council: str
    own: str
    title: str
    organiser: str
    name: str
    year: int
    version: str
    round: int
    serial: int
    program: str
    head: tuple[int, str]
    columns: tuple[str, ...]
    blocks: tuple[tuple[str, str, int], ...]
    units: tuple[HandedUnit, ...]

    def canonical(self) -> str:
        """The one spelling that is sealed."""
        return canonical_json(_json(asdict(self)))

    @property
    def digest(self) -> str:
        """SHA-256 of `canonical`, hex: what the book's identity names and the seal covers."""
        return hashlib.sha256(self.canonical().encode("utf-8")).hexdigest()


def _json(value: Any) -> Any:
    """A value as JSON has it; a figure entered as a number is told apart from a text that looks like one."""
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    return value


def from_canonical(text: str) -> Handover:
    """The handover that `canonical` spelled. Raises ValueError for whatever else the text is."""
    try:
        data = json.loads(text)
        units = tuple(_unit(one) for one in data.pop("units"))
        head, columns, blocks = data.pop("head"), data.pop("columns"), data.pop("blocks")
        made = Handover(head=(head[0], head[1]), columns=tuple(columns), blocks=tuple((a, b, c) for a, b, c in blocks), units=units, **data)
    except (TypeError, KeyError, AttributeError, IndexError, RecursionError, ArithmeticError) as problem:
        raise ValueError(str(problem)) from problem
    if made.canonical() != text:
        raise ValueError("not in its canonical spelling")
    return made


def _unit(data: dict[str, Any]) -> HandedUnit:
    leaves = {code: _leaf(one) for code, one in data.pop("leaves").items()}
    cases = tuple((ground, proof, note) for ground, proof, note in data.pop("cases"))
    decisions = tuple(HandedDecision(**one) for one in data.pop("decisions"))
    returns = tuple(HandedReturn(**one) for one in data.pop("returns"))
    return HandedUnit(leaves=leaves, cases=cases, decisions=decisions, returns=returns, **data)


def _leaf(data: dict[str, Any]) -> HandedLeaf:
    figures = tuple(Decimal(one["number"]) if isinstance(one, dict) else one for one in data.pop("figures"))
    return HandedLeaf(scores=tuple(data.pop("scores")), figures=figures, **data)


def packed(handover: Handover) -> tuple[str, ...]:
    """The canonical JSON as texts that fit in cells."""
    text = base64.b64encode(zlib.compress(handover.canonical().encode("utf-8"), 9)).decode("ascii")
    return tuple(text[start : start + CHUNK] for start in range(0, len(text), CHUNK))


def unpacked(chunks: Sequence[str]) -> str:
    """The text that `packed` put away. Raises ValueError for anything else, or for more than `LARGEST` bytes."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode("".join(chunks), validate=True), LARGEST)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("too large, or cut off")
        return data.decode("utf-8")
    except (zlib.error, ValueError) as problem:
        raise ValueError(str(problem)) from problem


def exact_text(value: Fraction) -> str:
    """A score without loss: a decimal string, or numerator/denominator where decimals have no end."""
    text = decimal_text(value)
    return text if Fraction(text) == value else f"{value.numerator}/{value.denominator}"


def score_of(text: str) -> Fraction | str | None:
    """Points, SKIPPED, or None: what a cell shows of a score's text. Raises ValueError for a text that is none."""
    if text in ("", INVALID):
        return None
    return text if text == SKIPPED else Fraction(text)
