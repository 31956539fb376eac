"""Who a workbook was issued to, and the words that are sealed. Makes no seal: the office's key lives in `processor.keys`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

from rubric_versions.model import canonical_json

PROPERTY_PREFIX = "cchc_"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a form of ours carries, in its hidden sheet and in its document properties, all as text.

    `kind` is the sort of workbook; `serial` counts issues of one form (a new serial supersedes the old); `key` names the office's key;
    `seal` is the hex HMAC over everything else (empty: not sealed yet).
    """

    kind: str
    campaign: str
    campaign_title: str
    organiser: str
    unit: str
    unit_name: str
    tier: str
    version: str
    version_digest: str
    layout: str
    round: str
    serial: str
    key: str = ""
    seal: str = ""

    @property
    def form_id(self) -> str:
        """A short name of this very form, the same every time it is made: 16 hex digits."""
        return hashlib.sha256(self.message()).hexdigest()[:16]

    def message(self) -> bytes:
        """What is sealed: every field but the seal, in one spelling."""
        return canonical_json({name: getattr(self, name) for name in _FIELDS if name != "seal"}).encode("utf-8")

    def sealed(self, seal: str) -> Identity:
        """The same identity with its seal."""
        return replace(self, seal=seal)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Its fields in order, with the form's id, as the hidden sheet holds them."""
        return (*((name, getattr(self, name)) for name in _FIELDS), ("form_id", self.form_id))

    def properties(self) -> dict[str, str]:
        """The same for the document's custom properties; Excel takes 255 characters each."""
        return {PROPERTY_PREFIX + name: value[:255] for name, value in self.rows()}


_FIELDS = tuple(one.name for one in fields(Identity))


def from_rows(rows: Mapping[str, str]) -> Identity | None:
    """The identity those rows spell, or None when one is missing; whether it is true is for the seal to say."""
    if any(name not in rows for name in _FIELDS):
        return None
    return Identity(**{name: rows[name] for name in _FIELDS})


_OPEN, _CLOSE = "\ue000", "\ue001"


def placeholder_identity() -> Identity:
    """An identity whose every field is a mark that `filled` replaces: for what is made once and given to many units."""
    return Identity(**{name: f"{_OPEN}{name}{_CLOSE}" for name in _FIELDS})


def has_marks(text: str) -> bool:
    """Whether `filled` would put words of an identity into the text."""
    return _OPEN in text


def filled(text: str, identity: Identity, spelled: Callable[[str], str] = str) -> str:
    """`text` with its marks replaced by the identity's own words, spelled as the text needs them."""
    if not has_marks(text):
        return text
    for name in _FIELDS:
        text = text.replace(f"{_OPEN}{name}{_CLOSE}", spelled(getattr(identity, name)))
    return text
