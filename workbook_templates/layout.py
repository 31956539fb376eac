"""Where every cell of an entry form is, computed from the appendix alone: the contract that writer, macros and reader share.

Nobody searches a sheet for text. Change anything here and LAYOUT changes, so that forms of the old layout are known as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rubric_versions.answers import EVIDENCE_PARTS
from rubric_versions.methods.base import Input
from rubric_versions.model import Appendix, Group, Leaf, Node, canonical_json
from rubric_versions.words import APPROVAL_LABELS, APPROVAL_REQUIRED
from workbook_templates.earlier import Earlier

LAYOUT = "1"

SHORT_LIST = 12
"""Longest drop-down written as a literal list ("Có,Không"); others stand in cells, for a comma inside an item would split it."""

# columns of "Tự chấm điểm"; J to N are hidden working columns
CODE, TITLE, MAX, INPUT, POINTS, MARK, EXPLANATION, DOCUMENTS, STATUS = range(1, 10)
INPUT_STATE, LEAF_STATE, PROBLEM, SEVERITY, DOCUMENT_COUNT = range(10, 15)
BEFORE_OWN, BEFORE_SCORE, BEFORE_REASON, BEFORE_WHY = range(15, 19)
"""Columns O to R, only in a further round: what was said in the one before."""
LAST_PRINTED, LAST_SHOWN = DOCUMENTS, STATUS

HEAD_ROW = 7
"""Row of the table's heads; the row after it numbers them (1)(2)(3)."""
FIRST_ROW = HEAD_ROW + 2

EVIDENCE_HEAD = 4
EVIDENCE_FIRST = EVIDENCE_HEAD + 1
EVIDENCE_PER_LEAF = 4
EVIDENCE_COLUMNS = {part: index + 2 for index, part in enumerate(EVIDENCE_PARTS)}
EVIDENCE_STATUS, EVIDENCE_INDEX = 9, 10

CHECK_SENTENCE, CHECK_HEAD = 3, 5
CHECK_FIRST = CHECK_HEAD + 1
# columns of "Rà soát lỗi": A to F are shown; G to M are hidden: which line of the register a row shows, then the register itself, one line
# for everything that a formula can find wrong
(SHOWN_LINE, REGISTER_SEVERITY, REGISTER_TURN, REGISTER_CODE, REGISTER_TITLE, REGISTER_MESSAGE, REGISTER_TARGET) = range(7, 14)
CHECK_RESERVED = (15, 20)
"""Columns O to T of "Rà soát lỗi": where macros list what they find. Never compared."""
FOUND_TURN, FOUND_SEVERITY, FOUND_CODE, FOUND_MESSAGE, FOUND_PLACE, FOUND_LINK = range(CHECK_RESERVED[0], CHECK_RESERVED[1] + 1)
FOUND_STATE = (1, FOUND_PLACE)
"""Where a macro notes what it filled in when the scores were closed."""
FOUND_ROWS = 200
"""So many more rows than the list of the formulas has are kept for the list of the macros."""

APPROVAL_FIRST, APPROVAL_LABEL, APPROVAL_VALUE = 5, 1, 2

META_KEY, META_VALUE, META_CHOICES, META_LEAVES, META_PROBLEMS, META_PAYLOAD, META_EARLIER = 1, 2, 4, 5, 6, 7, 8
META_FIRST = 2


@dataclass(frozen=True, slots=True)
class LeafPlace:
    """Where a leaf the unit scores stands: its row, one row per input (the leaf's own when there is only one), its turn from 1.

    `choices` gives per input the rows of "_meta" that hold its drop-down's texts (empty where the texts are a short literal list).
    """

    leaf: Leaf
    row: int
    inputs: tuple[Input, ...]
    input_rows: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    turn: int

    @property
    def last_row(self) -> int:
        """The last row of the leaf."""
        return max(self.row, *self.input_rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a group, a leaf, or one labelled input of the leaf above (`index` from 0)."""

    row: int
    depth: int
    node: Node
    index: int = -1


class Layout:
    """Every address of the form of one appendix; of a further round, with what it shows of the one before and leaves closed."""

    def __init__(self, appendix: Appendix, earlier: Earlier | None = None) -> None:
        self.appendix = appendix
        self.earlier = earlier
        self.closed = frozenset(earlier.closed) if earlier else frozenset()
        self.lines: list[Line] = []
        self.places: list[LeafPlace] = []
        self.choice_texts: list[str] = []
        row = FIRST_ROW
        for depth, node in appendix.walk():
            self.lines.append(Line(row, depth, node))
            if isinstance(node, Leaf) and node.is_self_scored:
                row = self._place(node, row, depth)
            row += 1
        self.last_row = row - 1
        self.total_row = row
        self.evidence_last = EVIDENCE_FIRST + EVIDENCE_PER_LEAF * len(self.places) - 1
        self.check_count = len(self.places) + 2 + len(APPROVAL_REQUIRED)
        self.check_last = CHECK_FIRST + self.check_count - 1

    @property
    def found_last(self) -> int:
        """The last row kept for the list of the macros."""
        return self.check_last + FOUND_ROWS - 1

    def _place(self, leaf: Leaf, row: int, depth: int) -> int:
        inputs = leaf.method.inputs(leaf.max)
        rows = (row,) if len(inputs) == 1 else tuple(range(row + 1, row + 1 + len(inputs)))
        if len(inputs) > 1:
            self.lines.extend(Line(one, depth + 1, leaf, index) for index, one in enumerate(rows))
        choices = tuple(self._choice_rows(entry) for entry in inputs)
        self.places.append(LeafPlace(leaf, row, inputs, rows, choices, len(self.places) + 1))
        return rows[-1]

    def _choice_rows(self, entry: Input) -> tuple[int, ...]:
        if len(",".join(entry.choices)) <= SHORT_LIST:
            return ()
        first = META_FIRST + len(self.choice_texts)
        self.choice_texts.extend(entry.choices)
        return tuple(range(first, META_FIRST + len(self.choice_texts)))

    @cached_property
    def place_of(self) -> dict[str, LeafPlace]:
        """Places by leaf code."""
        return {place.leaf.code: place for place in self.places}

    @cached_property
    def evidence_labels(self) -> tuple[str, ...]:
        """The texts by which a row of evidence names its criterion, in the order of the leaves; distinct because codes are."""
        return tuple(f"{place.leaf.code}. {place.leaf.title}"[:200] for place in self.places)

    @cached_property
    def approval_rows(self) -> dict[str, int]:
        """Row of each entry of "Phê duyệt"."""
        return {key: APPROVAL_FIRST + index for index, key in enumerate(APPROVAL_LABELS)}

    @property
    def digest_row(self) -> int:
        """Row of "Phê duyệt" where a macro writes the mã đối chiếu; never compared."""
        return APPROVAL_FIRST + len(APPROVAL_LABELS) + 1

    def group_rows(self, group: Group) -> tuple[int, int]:
        """First and last row under a group's own row."""
        start = next(index for index, line in enumerate(self.lines) if line.node is group)
        depth = self.lines[start].depth
        last = start
        while last + 1 < len(self.lines) and self.lines[last + 1].depth > depth:
            last += 1
        return self.lines[start].row + 1, self.lines[last].row

    def input_cells(self) -> Iterator[tuple[str, int, int]]:
        """Every cell a unit may fill: sheet's key ("scoring", "evidence", "approval"), row, column."""
        for place in self.places:
            if place.leaf.code not in self.closed:
                yield from self.leaf_cells(place)
        for row in range(EVIDENCE_FIRST, self.evidence_last + 1):
            for col in EVIDENCE_COLUMNS.values():
                yield "evidence", row, col
        for row in self.approval_rows.values():
            yield "approval", row, APPROVAL_VALUE

    @staticmethod
    def leaf_cells(place: LeafPlace) -> Iterator[tuple[str, int, int]]:
        """The cells of a leaf that a unit fills where the leaf is open."""
        for row in place.input_rows:
            yield "scoring", row, INPUT
        if place.leaf.may_skip:
            yield "scoring", place.row, MARK
        yield "scoring", place.row, EXPLANATION

    @cached_property
    def fingerprint(self) -> str:
        """A short name of all these addresses, and of what is shown of the round before: 16 hex digits."""
        cells = [[place.leaf.code, place.row, *place.input_rows] for place in self.places]
        content: list[object] = [LAYOUT, cells, self.total_row, self.evidence_last, self.check_last, len(self.choice_texts)]
        if self.earlier is not None:
            content.append(self.earlier.digest)
        return hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()[:16]


_made: dict[int, Layout] = {}


def layout_of(appendix: Appendix, earlier: Earlier | None = None) -> Layout:
    """The layout of an appendix; that of a first round is made once for each appendix in memory."""
    if earlier is not None:
        return Layout(appendix, earlier)
    made = _made.get(id(appendix))
    if made is None or made.appendix is not appendix:
        made = _made[id(appendix)] = Layout(appendix)
    return made
