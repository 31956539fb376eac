"""What was issued, cell by cell: the form of an appendix as it left the office, against which a return is compared.

Made once per appendix with placeholders where a unit's own text stands; the same data that the writer writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from processor.untouched import ExpectedBook, expected_book
from rubric_versions import words
from rubric_versions.answers import LeafAnswer, judge
from rubric_versions.methods.base import Outcome
from rubric_versions.model import Leaf, RubricVersion
from workbook_templates import layout as at
from workbook_templates.book import Address
from workbook_templates.earlier import Earlier
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity, placeholder_identity
from workbook_templates.layout import Layout

SHEET_OF = {"scoring": words.SCORING, "evidence": words.EVIDENCE, "approval": words.APPROVAL}

KNOWN_ANSWERS = 20_000
"""So many answers of an appendix are remembered with what they come to."""


@dataclass(frozen=True)
class Issued:
    """A form as issued: its version and layout, and every cell that must come back as it was."""

    version: RubricVersion
    layout: Layout
    expected: ExpectedBook
    _judged: dict[tuple[object, ...], Outcome] = field(default_factory=dict, compare=False, repr=False)

    def judge(self, leaf: Leaf, answer: LeafAnswer) -> Outcome:
        """The leaf's outcome; the same answer of another unit is not judged again."""
        raws = (*answer.inputs, answer.mark)
        key = (leaf.code, raws, *map(type, raws))  # 1 and TRUE are equal, and not the same
        outcome = self._judged.get(key)
        if outcome is None:
            outcome = judge(leaf, answer)
            if len(self._judged) < KNOWN_ANSWERS:
                self._judged[key] = outcome
        return outcome


_made: dict[tuple[str, str], Issued] = {}


def issued(version: RubricVersion, number: str, earlier: Earlier | None = None) -> Issued:
    """What a form of appendix `number` looks like when it leaves the office.

    That of a first round is kept by digest, for every return of a tier needs it; that of a further round is each unit's own.
    """
    if earlier is not None:
        return _issued(version, number, earlier)
    key = (version.digest, number)
    if key not in _made:
        _made[key] = _issued(version, number, None)
    return _made[key]


def _issued(version: RubricVersion, number: str, earlier: Earlier | None) -> Issued:
    appendix = next(one for one in version.appendices if one.number == number)
    form = EntryForm(version, appendix, placeholder_identity(), earlier=earlier)
    book = form.book()
    inputs: dict[str, set[Address]] = {sheet.name: set() for sheet in book.sheets}
    for key, row, col in form.layout.input_cells():
        inputs[SHEET_OF[key]].add((row, col))
    # the rows of the identity are what the identity is read from: the seal judges them
    identity_rows = {(at.META_FIRST + index, col) for index in range(len(fields(Identity)) + 1) for col in (at.META_KEY, at.META_VALUE)}
    reserved = {(row, col) for row in range(1, form.layout.found_last + 1) for col in range(at.CHECK_RESERVED[0], at.CHECK_RESERVED[1] + 1)}
    ignored = {
        words.META: identity_rows,
        words.CHECK: reserved,
        words.APPROVAL: {(form.layout.digest_row, at.APPROVAL_VALUE)},
    }
    return Issued(version, form.layout, expected_book(book, inputs, ignored, often=earlier is None))
