"""What was issued, cell by cell: the form of an appendix as it left the office, against which a return is compared.

Made once per appendix with placeholders where a unit's own text stands; the same data that the writer writes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

from processor.formula_text import tokens
from rubric_versions import words
from rubric_versions.model import RubricVersion
from workbook_templates import layout as at
from workbook_templates.book import Address, Cell
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout

SHEET_OF = {"scoring": words.SCORING, "evidence": words.EVIDENCE, "approval": words.APPROVAL}
_OPEN, _CLOSE = "\ue000", "\ue001"
_TOLERANCE = Fraction(1, 10**9)


def placeholder_identity() -> Identity:
    """An identity whose every field is a mark that `filled` replaces."""
    return Identity(**{one.name: f"{_OPEN}{one.name}{_CLOSE}" for one in fields(Identity)})


def filled(text: str, identity: Identity) -> str:
    """`text` with its marks replaced by the identity's own words."""
    if _OPEN not in text:
        return text
    for one in fields(Identity):
        text = text.replace(f"{_OPEN}{one.name}{_CLOSE}", getattr(identity, one.name))
    return text


def plain(text: str) -> str:
    """A text without the differences that honest programs make: one normal form, runs of white space as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@dataclass(frozen=True, slots=True)
class Expected:
    """One locked cell as issued. `tokens` are its formula's; `text` may hold marks; `number` is exact."""

    formula: str
    tokens: tuple[str, ...]
    text: str
    number: Fraction | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was issued here but a look."""
        return not self.formula and not self.text and self.number is None


@dataclass(frozen=True)
class Issued:
    """The locked cells of every sheet by address (those with content), the cells to fill, the cells never compared, the names."""

    version: RubricVersion
    layout: Layout
    locked: Mapping[str, Mapping[Address, Expected]]
    inputs: Mapping[str, frozenset[Address]]
    ignored: Mapping[str, frozenset[Address]]
    names: Mapping[str, str]


_made: dict[tuple[str, str], Issued] = {}


def issued(version: RubricVersion, number: str) -> Issued:
    """What a form of appendix `number` looks like when it leaves the office; kept by digest, for every return of a tier needs it."""
    key = (version.digest, number)
    if key not in _made:
        _made[key] = _issued(version, number)
    return _made[key]


def _issued(version: RubricVersion, number: str) -> Issued:
    appendix = next(one for one in version.appendices if one.number == number)
    form = EntryForm(version, appendix, placeholder_identity())
    book = form.book()
    inputs: dict[str, set[Address]] = {sheet.name: set() for sheet in book.sheets}
    for key, row, col in form.layout.input_cells():
        inputs[SHEET_OF[key]].add((row, col))
    locked = {
        sheet.name: {
            place: expected
            for place, cell in sheet.cells.items()
            if place not in inputs[sheet.name] and not (expected := _expected(cell, sheet.name)).is_blank
        }
        for sheet in book.sheets
    }
    # the rows of the identity are what the identity is read from: the seal judges them
    identity_rows = {(at.META_FIRST + index, col) for index in range(len(fields(Identity)) + 1) for col in (at.META_KEY, at.META_VALUE)}
    ignored = {
        words.META: frozenset(identity_rows),
        words.APPROVAL: frozenset({(form.layout.digest_row, at.APPROVAL_VALUE)}),
    }
    return Issued(version, form.layout, locked, {name: frozenset(cells) for name, cells in inputs.items()}, ignored, book.names)


def _expected(cell: Cell, sheet: str) -> Expected:
    if cell.formula:
        return Expected(cell.formula, tokens(cell.formula, sheet), "", None)
    if isinstance(cell.value, int | Fraction):
        return Expected("", (), "", Fraction(cell.value))
    return Expected("", (), plain(str(cell.value)) if cell.value is not None else "", None)


def same_value(expected: Expected, value: object, identity: Identity) -> bool:
    """Whether a constant came back as it was issued: texts by their plain form, numbers to nine digits."""
    if expected.number is not None:
        return isinstance(value, Decimal) and abs(Fraction(value) - expected.number) <= _TOLERANCE * max(1, abs(expected.number))
    return isinstance(value, str) and plain(value) == plain(filled(expected.text, identity))
