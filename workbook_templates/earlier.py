"""What a form of a further round shows of the round before, and what it leaves closed: data that travels in the form, named by its layout.

The form's identity holds the layout's fingerprint, which covers all of this, and the office's seal covers the identity: so whoever checks
the form may believe it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from rubric_versions.answers import LeafAnswer
from rubric_versions.methods.base import Raw
from rubric_versions.model import canonical_json
from rubric_versions.numbers import decimal_text

SIZE_LIMIT = 4_000_000
"""Most characters of the data once unpacked."""
CHUNK = 30_000


@dataclass(frozen=True, slots=True)
class EarlierLeaf:
    """What was said of a leaf: the unit's own score and the appraised one as texts ("": none), the reason, why it should be looked at."""

    own: str = ""
    score: str = ""
    reason: str = ""
    why: str = ""


@dataclass(frozen=True)
class Earlier:
    """The round before: its number, what was said of each leaf, and the answers of the leaves that stay closed."""

    round: int
    leaves: Mapping[str, EarlierLeaf] = field(default_factory=dict)
    closed: Mapping[str, LeafAnswer] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The whole as canonical JSON."""
        leaves = {code: [one.own, one.score, one.reason, one.why] for code, one in self.leaves.items()}
        closed = {code: [*map(_spelled, one.inputs), _spelled(one.mark), _spelled(one.explanation)] for code, one in self.closed.items()}
        return canonical_json({"round": self.round, "leaves": leaves, "closed": closed})

    @cached_property
    def digest(self) -> str:
        """A short name of it: 16 hex digits."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()[:16]

    def packed(self) -> tuple[str, ...]:
        """The same as text that fits in cells."""
        text = base64.b64encode(zlib.compress(self.text.encode("utf-8"), 9)).decode("ascii")
        return tuple(text[start : start + CHUNK] for start in range(0, len(text), CHUNK))


def earlier_from(chunks: Sequence[str]) -> Earlier | None:
    """What `packed` put away, None for anything else: the cells come from outside."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode("".join(chunks), validate=True), SIZE_LIMIT)
        if inflater.unconsumed_tail or not inflater.eof:
            return None
        told = json.loads(data.decode("utf-8"))
        leaves = {str(code): EarlierLeaf(*(_text(one) for one in texts)) for code, texts in told["leaves"].items()}
        closed = {str(code): _answer(cells) for code, cells in told["closed"].items()}
        return Earlier(int(told["round"]), leaves, closed)
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is wanted")
    return value


def _answer(cells: Sequence[Any]) -> LeafAnswer:
    raws = [_meant(one) for one in cells]
    return LeafAnswer(tuple(raws[:-2]), raws[-2], raws[-1])


def _spelled(raw: Raw) -> str | None:
    if isinstance(raw, bool):
        return f"b{int(raw)}"
    if isinstance(raw, Decimal):
        return "n" + decimal_text(Fraction(raw))
    return None if raw is None else "s" + raw


def _meant(text: Any) -> Raw:
    if text is None:
        return None
    kind, rest = _text(text)[:1], text[1:]
    if kind == "n":
        return Decimal(rest)
    return rest == "1" if kind == "b" else str(rest)
