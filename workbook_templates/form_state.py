"""What a form's answers come to, row by row, in Python and in Excel's words: outcomes, problems, statuses; and small shared pieces.

Makes no sheet; the sheets are made of it by `check_sheet`, `scoring_sheet` and `entry_form`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from rubric_versions import words
from rubric_versions.answers import Answers, LeafAnswer, is_blank, is_marked, outcomes, totals
from rubric_versions.findings import Severity
from rubric_versions.methods.base import Good, Input, Outcome, Raw, State
from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates import layout as at
from workbook_templates.book import Sheet, Validation, Value, a1, quoted
from workbook_templates.earlier import Earlier
from workbook_templates.identity import Identity
from workbook_templates.layout import LeafPlace, layout_of

SCORING, EVIDENCE, CHECK, APPROVAL = (quoted(name) for name in (words.SCORING, words.EVIDENCE, words.CHECK, words.APPROVAL))
WEIGHT = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTE: 0}
TEXT_LIMIT, EVIDENCE_LIMIT = 2000, 500
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What the hidden cells of a leaf's row hold: the problem's number (0: none, see words.PROBLEMS), its weight, how many documents."""

    problem: int
    weight: int
    documents: int


class FormState:
    """One form being made: the appendix's layout, the rules, the answers to write in, the cells to mark, the round before."""

    def __init__(
        self,
        version: RubricVersion,
        appendix: Appendix,
        identity: Identity,
        answers: Answers | None = None,
        wrong: Collection[tuple[str, int, int]] = (),
        earlier: Earlier | None = None,
    ) -> None:
        self.version = version
        self.appendix = appendix
        self.rules = version.rules
        self.identity = identity
        self.answers = answers or Answers()
        if earlier is not None and earlier.closed:
            self.answers = replace(self.answers, leaves={**self.answers.leaves, **earlier.closed})
        self.wrong = frozenset(wrong)
        self.earlier = earlier
        self.layout = layout_of(appendix, earlier)
        self.outcomes = outcomes(appendix, self.answers)
        self.totals = totals(appendix, self.outcomes)
        self.evidence_turns = [self._evidence_turn(row) for row in self.answers.evidence]
        self.weights = (
            0,
            2,
            2,
            2,
            2,
            2,
            WEIGHT[self.rules.explanation_missing],
            WEIGHT[self.rules.evidence_missing],
            max(WEIGHT[self.rules.explanation_missing], WEIGHT[self.rules.evidence_missing]),
            2,
        )
        self.checks = {place.leaf.code: self._check(place) for place in self.layout.places}

    def _heading(self, sheet: Sheet, last: int, title: str) -> None:
        sheet.span(1, 1, last, title, "title")
        sheet.span(2, 1, last, self._unit_line(), "unit")

    def _unit_line(self) -> str:
        which = words.ROUND.format(round=self.identity.round) if self.rules.rounds > 1 else ""
        return words.UNIT_ROUND.format(unit=self.identity.unit_name, campaign=self.identity.campaign_title, round=which)

    def _look(self, sheet: str, row: int, col: int, look: str) -> str:
        return f"{look}_wrong" if (sheet, row, col) in self.wrong else look

    def _choice_cells(self, rows: Sequence[int]) -> list[str]:
        return [f"{words.META}!{a1(row, at.META_CHOICES, absolute=True)}" for row in rows]

    def _evidence_turn(self, row: tuple[Raw, ...]) -> int:
        label = row[0]
        if isinstance(label, str) and label in self.layout.evidence_labels:
            return self.layout.evidence_labels.index(label) + 1
        return 0

    def _evidence_status(self, row: tuple[Raw, ...], turn: int) -> str:
        if all(is_blank(raw) for raw in row):
            return ""
        if turn == 0:
            return words.EVIDENCE_NO_CRITERION
        has_content = any(text_of(row[index]).strip(" ") for index in (1, 4, 6))
        return words.EVIDENCE_GOOD if has_content else words.EVIDENCE_NO_CONTENT

    def _check(self, place: LeafPlace) -> RowCheck:
        leaf = place.leaf
        answer, outcome = self.answers.of(leaf), self.outcomes[leaf.code]
        documents = sum(
            turn == place.turn and self._evidence_status(row, turn) == words.EVIDENCE_GOOD
            for row, turn in zip(self.answers.evidence, self.evidence_turns, strict=True)
        )
        problem = self._problem(leaf, answer, outcome, documents)
        return RowCheck(problem, self.weights[problem], documents)

    def _problem(self, leaf: Leaf, answer: LeafAnswer, outcome: Outcome, documents: int) -> int:
        filled = any(not is_blank(raw) for raw in answer.inputs)
        if outcome.state is State.INVALID:
            return 4 if outcome.problems[0].index < 0 else 3
        if outcome.state is State.UNSCORED:
            return 2 if filled else 1
        unexplained = not text_of(answer.explanation).strip(" ")
        if outcome.state is State.NOT_ASSESSED:
            if leaf.may_skip and is_marked(answer.mark) and filled:
                return 5
            return 9 if unexplained else (7 if self._wants_evidence(leaf) and documents == 0 else 0)
        no_evidence = self._wants_evidence(leaf) and outcome.points > 0 and documents == 0
        if unexplained and self._wants_explanation:
            return 8 if no_evidence else 6
        return 7 if no_evidence else 0

    @property
    def _wants_explanation(self) -> bool:
        return self.rules.explanation_missing is not Severity.NOTE

    def _wants_evidence(self, leaf: Leaf) -> bool:
        return self.rules.evidence_missing is not Severity.NOTE and bool(leaf.evidence)

    def _problem_formula(self, place: LeafPlace) -> str:
        row = place.row
        state, mark, explanation = a1(row, at.LEAF_STATE), a1(row, at.MARK), a1(row, at.EXPLANATION)
        points, documents = a1(row, at.POINTS), a1(row, at.DOCUMENT_COUNT)
        filled = f"MAX({run_of(place.input_rows, at.INPUT_STATE)})>0"
        unexplained = says_nothing(explanation)
        no_evidence = f"AND({points}>0,{documents}=0)"
        invalid, marked = "3", ""
        if place.leaf.may_skip:
            invalid = f'IF(ISERROR({mark}),4,IF(LEN({mark})=0,3,IF(EXACT(LOWER({mark}),"x"),3,4)))'
            marked = f"AND(LEN({mark})>0,{filled})"
        skipped = f"IF({unexplained},9,{f'IF({documents}=0,7,0)' if self._wants_evidence(place.leaf) else '0'})"
        if marked:
            skipped = f"IF({marked},5,{skipped})"
        scored = f"IF({no_evidence},7,0)" if self._wants_evidence(place.leaf) else "0"
        if self._wants_explanation:
            both = f"IF({no_evidence},8,6)" if self._wants_evidence(place.leaf) else "6"
            scored = f"IF({unexplained},{both},{scored})"
        return f"IF({state}=3,{invalid},IF({state}=2,{skipped},IF({state}=0,IF({filled},2,1),{scored})))"

    def _statuses(self) -> tuple[str, ...]:
        signs = ["✗" if weight == 2 else "!" for weight in self.weights]
        return tuple(text.format(sign=sign) for text, sign in zip(words.STATUS, signs, strict=True))

    def _status(self, code: str) -> str:
        problem = self.checks[code].problem
        if problem == 0 and self.outcomes[code].state is State.NOT_ASSESSED:
            return words.STATUS_SKIPPED
        return self._statuses()[problem]


def validation_of(cell: str, entry: Input, choices: Sequence[int]) -> Validation:
    title, prompt, error = words.PROMPTS[entry.kind]
    limit = vi(entry.limit)
    if entry.kind == "choice":
        source = f"{words.META}!{absolute_range(choices[0], choices[-1], at.META_CHOICES)}" if choices else entry.choices
        return Validation(cell, "list", title, prompt, error, source)
    step = f" Bậc điểm {vi(entry.step)}." if entry.step else ""
    label = f"{entry.label[:150]}. "
    maximum = entry.limit.numerator if entry.limit.denominator == 1 else float(entry.limit)
    return Validation(
        cell,
        "whole" if entry.kind == "whole" else "decimal",
        title,
        (label + prompt.format(limit=limit) + step)[:255],
        error.format(limit=limit) + step,
        minimum=0,
        maximum=maximum,
    )


def length_rule(area: str, title: str, prompt: str, error: str, limit: int) -> Validation:
    return Validation(area, "length", title, prompt.format(limit=limit), error.format(limit=limit), minimum=0, maximum=limit)


def absolute_range(first: int, last: int, col: int) -> str:
    return f"{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"


def plain_range(first: int, last: int, col: int) -> str:
    return f"{a1(first, col)}:{a1(last, col)}"


def run_of(rows: Sequence[int], col: int) -> str:
    return a1(rows[0], col) if len(rows) == 1 else plain_range(rows[0], rows[-1], col)


def says_nothing(text: str) -> str:
    """Whether a text cell is blank or all spaces, for Excel; an error value is a text, as it is in Python."""
    return f"IF(ISERROR({text}),FALSE,LEN(TRIM({text}))=0)"


def comma_of(number: str) -> str:
    return f'SUBSTITUTE({number}&"",".",",")'


def text_of(raw: Raw) -> str:
    return "" if raw is None else str(raw)


def good_values(raws: Sequence[Raw]) -> list[Good]:
    return [Fraction(raw) if isinstance(raw, Decimal) else str(raw) for raw in raws]


def as_value(raw: Raw) -> Value:
    """What was entered, fit to be written into a form of ours: always as text or number, never as a formula."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    return Fraction(raw) if isinstance(raw, Decimal) else raw
