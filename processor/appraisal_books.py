"""An appraisal book made from what is kept: the same every time, with the seal it got when it was first made.

Made from an order and the originals alone, in any process. Writes no file; what lies in `05_tham_dinh` is `appraisal`'s and `taking`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from processor.appraisal_orders import Before, Order, UnitOrder, as_line, order, order_again
from processor.desk import Desk
from processor.documents import COPIES, copy_names
from processor.evidence import match, named_files
from processor.kept import KeptReturn, Shelf, kept_on, shelf_of
from processor.record import BookMade, Charge
from processor.untouched import as_text
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Appendix, Leaf, RubricVersion
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, Filled, LeafRow, UnitBlock, score_value
from workbook_templates.book import Written, write_book, written
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of

LINKS = 3
"""Most columns that open files of evidence."""

REMEMBERED = 2
"""Blank books kept in memory: one of 20,000 rows takes some 30 MB."""

_templates: dict[str, AppraisalBook] = {}


def template_of(desk: Desk, book: BookMade) -> AppraisalBook:
    """A book blank, as it was made, from the record of that time; the last ones are remembered while the program runs."""
    if book.book not in _templates:
        while len(_templates) >= REMEMBERED:
            del _templates[next(iter(_templates))]
        _templates[book.book] = made_again(desk, book)
    return _templates[book.book]


def forget() -> None:
    """Nothing; as if the program had just started."""
    _templates.clear()


def rebuild(desk: Desk, book: BookMade) -> bytes:
    """A book made again from what is kept, with the entries taken in so far."""
    return write_book(made_again(desk, book, entries_of(desk, book)).book)


def entries_of(desk: Desk, book: BookMade) -> dict[tuple[str, str], Filled]:
    """What was taken in from a book so far."""
    return {place: Filled(score_value(one.score), one.reason) for place, one in desk.record().placed(book.book).items()}


def made_again(desk: Desk, book: BookMade, entries: Mapping[tuple[str, str], Filled] | None = None) -> AppraisalBook:
    """A book from the record of its time, blank or filled, with the seal it got then: the key need not be there any more."""
    return made_of(shelf_of(desk), order_again(desk, book, entries))


def make_book(
    desk: Desk,
    charge: Charge,
    serial: int,
    rows: Mapping[tuple[str, str], tuple[str, ...]],
    entries: Mapping[tuple[str, str], Filled] | None = None,
) -> AppraisalBook:
    """The appraisal book of a charge for those units, returns and criteria, made from the originals kept; the same every time."""
    return made_of(shelf_of(desk), order(desk, charge, serial, rows, entries))


def written_of(shelf: Shelf, order: Order) -> Written:
    """The file of a book; a pure function of its order and the originals, for any process (`executors.Runner`)."""
    return written(made_of(shelf, order).book)


def made_of(shelf: Shelf, order: Order) -> AppraisalBook:
    """The book of an order."""
    appendices = {one.number: one for one in shelf.version.appendices}
    return book_of(shelf.version, order, kept_on(shelf, {one.sha256: appendices[one.appendix] for one in order.units}))


def book_of(version: RubricVersion, order: Order, kept: Mapping[str, KeptReturn]) -> AppraisalBook:
    """The book of an order, whose returns by hash hold this."""
    appendices = {one.number: one for one in version.appendices}
    making = _Making(version, order)
    blocks = tuple(making.block(one, appendices[one.appendix], kept[one.sha256]) for one in order.units)
    lines = [line for block in blocks for line in block.rows]
    plan, links = order.plan, max((len(line.links) for line in lines), default=0)
    if links or any(line.person for line in lines):
        plan = replace(plan, has_persons=any(line.person for line in lines), links=links)
    return at.appraisal_book(version, order.identity, order.body, blocks, order.entries, plan, across=order.across)


def identity_of_book(made: AppraisalBook) -> Identity:
    """The identity a book carries."""
    cells = made.book.sheet(at.META).cells
    rows = {str(cell.value): str(cells[row, 2].value or "") for (row, col), cell in cells.items() if col == 1}
    rows.pop("form_id")
    return Identity(**rows)


_NOTHING = Before((), (), None)

_shown = lru_cache(8_192, typed=True)(as_text)
"""A value as a person would write it: units enter the same figures again and again."""


class _LeafRows:
    """What the rows of one leaf have in common in a book, whosever they are."""

    def __init__(self, leaf: Leaf, person: str) -> None:
        self.leaf, self.person = leaf, person
        self._labels = tuple(entry.label for entry in leaf.method.inputs(leaf.max)) if leaf.is_self_scored else ()

    def row(self, one: UnitOrder, kept: KeptReturn, documents: Mapping[str, str], links: tuple[str, ...]) -> LeafRow:
        """The row of a unit: what it answered, with what was said of it before and the central figures beside it."""
        leaf, code = self.leaf, self.leaf.code
        if leaf.is_self_scored:
            result, points, explanation = self._answered(kept)
            evidence = documents.get(code, "")
        else:
            result, points, explanation, evidence = words.SCORED_BY.get(leaf.scored_by, ""), None, "", ""
        if code in one.figures:
            result = f"{result}\n{one.figures[code]}"
        before = one.before.get(code, _NOTHING)
        return LeafRow(leaf, result, points, explanation, evidence, before.rounds, before.stages, before.kept, self.person, links)

    def _answered(self, kept: KeptReturn) -> tuple[str, Fraction | str | None, str]:
        """What a unit entered in words, its points, its explanation."""
        answer, outcome = kept.answers.of(self.leaf), kept.outcomes[self.leaf.code]
        if len(self._labels) == 1:
            result = _shown(answer.inputs[0])
        else:
            result = "\n".join([f"{label}: {_shown(raw) or '…'}" for label, raw in zip(self._labels, answer.inputs, strict=True)])
        points: Fraction | str | None = outcome.points
        if outcome.state is State.NOT_ASSESSED:
            points, result = at.SKIP, result if any(raw is not None for raw in answer.inputs) else "Đề nghị không đánh giá"
        elif outcome.state is not State.SCORED:
            points = Fraction(0)
        return result, points, as_line(answer.explanation)


class _Making:
    """The rows of a book being made, unit by unit."""

    def __init__(self, version: RubricVersion, order: Order) -> None:
        self._rules = version.rules
        self._leaves = {
            (appendix.number, leaf.code): _LeafRows(leaf, order.persons.get((appendix.number, leaf.code), ""))
            for appendix in version.appendices
            for leaf in appendix.leaves
        }

    def block(self, one: UnitOrder, appendix: Appendix, kept: KeptReturn) -> UnitBlock:
        """The rows of one unit."""
        links, documents = self._links(one, appendix, kept.answers), _documents(kept.answers, appendix)
        rows = [
            self._leaves[appendix.number, code].row(one, kept, documents, _at_most(links.get(code, ()), one.unit)) for code in one.codes
        ]
        return UnitBlock(one.unit, one.name, appendix, tuple(rows), one.note)

    def _links(self, one: UnitOrder, appendix: Appendix, answers: Answers) -> dict[str, tuple[str, ...]]:
        """By criterion, the copies of its evidence as paths from `05_tham_dinh`, in the order of the rows."""
        if not one.documents:
            return {}
        names = copy_names(one.documents)
        found = match(named_files(answers, layout_of(appendix)), one.documents, one.code, self._rules).by_leaf
        return {code: tuple(names[file.sha256] for file in files) for code, files in found.items() if code and files}


def _at_most(links: tuple[str, ...], unit: str) -> tuple[str, ...]:
    """The links that a row has room for: the last opens the unit's folder where there are more."""
    return links if len(links) <= LINKS else (*links[: LINKS - 1], f"{COPIES}/{unit}/")


_TOLD = tuple(EVIDENCE_PARTS.index(part) for part in ("number", "extract", "section", "file"))
_CRITERION = EVIDENCE_PARTS.index("criterion")


def _documents(answers: Answers, appendix: Appendix) -> dict[str, str]:
    """The evidence of a return as a book quotes it, by criterion."""
    layout = layout_of(appendix)
    leaf_of: dict[Raw, str] = dict(zip(layout.evidence_labels, layout.place_of, strict=True))
    told: dict[str, list[str]] = {}
    for row in answers.evidence:
        code = leaf_of.get(row[_CRITERION])
        if code is not None:
            told.setdefault(code, []).append(", ".join([text for part in _TOLD if (text := as_line(row[part]))]))
    return {code: "\n".join(lines) for code, lines in told.items()}
