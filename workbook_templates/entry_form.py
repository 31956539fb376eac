"""The entry form (bảng tự đánh giá, chấm điểm) as a book: every sheet, formula, drop-down and limit, made from the appendix and the layout.

Each formula stands beside the value it gives for the answers written in, so that the file shows right numbers where nothing calculates.
Knows no key and no campaign: the identity arrives sealed.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from rubric_versions import words
from rubric_versions.answers import Answers, LeafAnswer, is_blank, is_marked, outcomes, totals
from rubric_versions.findings import Severity
from rubric_versions.methods.base import Good, Input, Outcome, Raw, State
from rubric_versions.model import Appendix, Group, Leaf, RubricVersion, points_of
from rubric_versions.numbers import decimal_text, rounded, vi, vi_short
from workbook_templates import layout as at
from workbook_templates.book import Book, Chart, Condition, Sheet, Validation, Value, a1, quoted, text_literal
from workbook_templates.identity import Identity
from workbook_templates.layout import LeafPlace, layout_of

SCORING, EVIDENCE, CHECK, APPROVAL = (quoted(name) for name in (words.SCORING, words.EVIDENCE, words.CHECK, words.APPROVAL))
WEIGHT = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTE: 0}
TEXT_LIMIT, EVIDENCE_LIMIT = 2000, 500
PAYLOAD_CHUNK = 30_000
FIRST_DATE, LAST_DATE = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What the hidden cells of a leaf's row hold: the problem's number (0: none, see words.PROBLEMS), its weight, how many documents."""

    problem: int
    weight: int
    documents: int


class EntryForm:
    """One form being made: the appendix's layout, the rules, the answers to write in (none: blank), the cells to mark as wrong."""

    def __init__(
        self,
        version: RubricVersion,
        appendix: Appendix,
        identity: Identity,
        answers: Answers | None = None,
        wrong: Collection[tuple[str, int, int]] = (),
    ) -> None:
        self.version = version
        self.appendix = appendix
        self.rules = version.rules
        self.identity = identity
        self.answers = answers or Answers()
        self.wrong = frozenset(wrong)
        self.layout = layout_of(appendix)
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

    def book(self) -> Book:
        """The whole form."""
        lay = self.layout
        sheets = [
            self._guide(),
            self._scoring(),
            self._evidence(),
            self._summary(),
            self._check_sheet(),
            self._approval(),
            self._meta(),
        ]
        total = lay.total_row

        def named(sheet: str, col: int, first: int, last: int) -> str:
            return f"{sheet}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"

        names = {
            "DIEM_DAT": f"{SCORING}!{a1(total, at.POINTS, absolute=True)}",
            "DIEM_TOI_DA": f"{SCORING}!{a1(total + 2, at.POINTS, absolute=True)}",
            "TY_LE_TU_CHAM": f"{SCORING}!{a1(total + 3, at.POINTS, absolute=True)}",
            "O_KET_QUA": named(SCORING, at.INPUT, at.FIRST_ROW, lay.last_row),
            "O_KHONG_DANH_GIA": named(SCORING, at.MARK, at.FIRST_ROW, lay.last_row),
            "O_GIAI_TRINH": named(SCORING, at.EXPLANATION, at.FIRST_ROW, lay.last_row),
            "O_TAI_LIEU": f"{EVIDENCE}!{a1(at.EVIDENCE_FIRST, 2, absolute=True)}:{a1(lay.evidence_last, 8, absolute=True)}",
            "O_PHE_DUYET": named(APPROVAL, at.APPROVAL_VALUE, at.APPROVAL_FIRST, at.APPROVAL_FIRST + len(words.APPROVAL_LABELS) - 1),
        }
        title = f"{words.TITLE.format(year=self.version.years[0]).capitalize()} – {self.identity.unit_name}"
        return Book(title, sheets, names, self.identity.properties(), password=self._password(), author=self.identity.organiser)

    def _password(self) -> str:
        """The guard rail's password: from version, appendix and round, so that an office can always find it again."""
        return f"{self.version.id}-{self.appendix.number}-{self.identity.round}"

    # ---------------------------------------------------------------------------------------------------------------- shared bits

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

    # ---------------------------------------------------------------------------------------------------------------- what is wrong

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
        has_content = any(_text(row[index]).strip(" ") for index in (1, 4, 6))
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
        unexplained = not _text(answer.explanation).strip(" ")
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
        filled = f"MAX({_run(place.input_rows, at.INPUT_STATE)})>0"
        unexplained = _says_nothing(explanation)
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

    # ---------------------------------------------------------------------------------------------------------------- Tự chấm điểm

    def _scoring(self) -> Sheet:
        lay = self.layout
        sheet = Sheet(
            words.SCORING,
            landscape=True,
            repeat_rows=(at.HEAD_ROW, at.HEAD_ROW + 1),
            freeze=(at.FIRST_ROW, at.MAX),
            filter=((at.HEAD_ROW + 1, 1), (lay.last_row, at.LAST_SHOWN)),
            print_to=(lay.total_row + 4, at.LAST_PRINTED),
        )
        sheet.widths = {
            at.CODE: 7,
            at.TITLE: 47,
            at.MAX: 8,
            at.INPUT: 18,
            at.POINTS: 9,
            at.MARK: 8,
            at.EXPLANATION: 25,
            at.DOCUMENTS: 9,
            at.STATUS: 19,
        } | dict.fromkeys(range(at.INPUT_STATE, at.DOCUMENT_COUNT + 1), 4.0)
        sheet.hidden_columns = tuple(range(at.INPUT_STATE, at.DOCUMENT_COUNT + 1))
        sheet.text_number_areas = (f"A{at.FIRST_ROW}:A{lay.last_row}",)
        self._scoring_head(sheet)
        for line in lay.lines:
            if isinstance(line.node, Group):
                self._group_row(sheet, line.row, line.node, is_field=line.depth == 1)
            elif line.index >= 0:
                self._input_row(sheet, line.row, lay.place_of[line.node.code], line.index)
            elif line.node.is_self_scored:
                self._leaf_row(sheet, lay.place_of[line.node.code])
            else:
                self._central_row(sheet, line.row, line.node)
        self._scoring_totals(sheet)
        shown = f"A{at.FIRST_ROW}:I{lay.last_row}"
        status = f"$I{at.FIRST_ROW}"
        sheet.conditions = [
            Condition(f"I{at.FIRST_ROW}:I{lay.last_row}", f'LEFT({status},1)="✗"', "is_bad"),
            Condition(f"I{at.FIRST_ROW}:I{lay.last_row}", f'LEFT({status},1)="✓"', "is_good"),
            Condition(shown, f'{status}="{words.STATUS_SKIPPED}"', "is_off"),
        ]
        return sheet

    def _scoring_head(self, sheet: Sheet) -> None:
        last = at.LAST_PRINTED
        basis = self.version.legal_basis[0]
        named = f"Quyết định số {basis.number} ngày {basis.date} của {basis.issuer}" if basis.number else basis.title
        note = f"{words.CRITERIA_BASIS.format(basis=named)}. {words.ILLUSTRATIVE if self.appendix.illustrative else ''}".strip()
        sheet.span(1, 1, last, words.APPENDIX.format(number=self.appendix.number), "appendix")
        sheet.span(2, 1, last, words.TITLE.format(year=self.version.years[0]), "title")
        sheet.span(3, 1, last, self._unit_line(), "unit")
        sheet.span(4, 1, last, words.BASIS.format(unit=self.identity.unit_name), "basis")
        sheet.span(5, 1, last, note, "small_centre")
        sheet.span(6, 1, last, self._strip(), "strip", self._strip_formula())
        sheet.heights[6] = 22
        sheet.row(at.HEAD_ROW, words.SCORING_HEADS, "head")
        sheet.row(at.HEAD_ROW + 1, [f"({index})" for index in range(1, len(words.SCORING_HEADS) + 1)], "head_number")

    def _counts(self) -> tuple[int, int, int]:
        done = sum(outcome.state in (State.SCORED, State.NOT_ASSESSED) for outcome in self.outcomes.values())
        weights = [line.weight for line in self._register()]
        return done, weights.count(2), weights.count(1)

    def _strip(self) -> str:
        done, errors, warnings = self._counts()
        left = f"còn {errors} lỗi" if errors else "không còn lỗi"
        more = f", {warnings} lưu ý" if warnings else ""
        points, possible, rate = (vi_short(rounded(one, 2), 2) for one in (self.totals.points, self.totals.possible, self.totals.rate))
        scored = f"Đã chấm {done}/{len(self.layout.places)} tiêu chí"
        return f"{scored}   ·   Điểm tự chấm {points}/{possible}   ·   Tỷ lệ {rate} %   ·   {left}{more}"

    def _strip_formula(self) -> str:
        states = self._column(at.LEAF_STATE)
        errors, warnings = (f"COUNTIF({self._register_column(at.REGISTER_SEVERITY)},{weight})" for weight in (2, 1))
        points, possible, rate = (_comma(f"ROUND({name},2)") for name in ("DIEM_DAT", "DIEM_TOI_DA", "TY_LE_TU_CHAM"))
        return (
            f'"Đã chấm "&(COUNTIF({states},1)+COUNTIF({states},2))&"/{len(self.layout.places)} tiêu chí   ·   Điểm tự chấm "&{points}&"/"'
            f'&{possible}&"   ·   Tỷ lệ "&{rate}&" %   ·   "&IF({errors}>0,"còn "&{errors}&" lỗi","không còn lỗi")'
            f'&IF({warnings}>0,", "&{warnings}&" lưu ý","")'
        )

    def _column(self, col: int) -> str:
        return f"{a1(at.FIRST_ROW, col, absolute=True)}:{a1(self.layout.last_row, col, absolute=True)}"

    def _group_row(self, sheet: Sheet, row: int, group: Group, *, is_field: bool) -> None:
        first, last = self.layout.group_rows(group)
        leaves = tuple(leaf for leaf in group.leaves() if leaf.is_self_scored)
        look = "field" if is_field else "criterion"
        sheet.put(row, at.CODE, group.code, f"{look}_code")
        sheet.put(row, at.TITLE, group.title, look)
        sheet.put(row, at.MAX, group.max, f"{look}_points")
        for col in (at.INPUT, at.MARK, at.EXPLANATION, at.DOCUMENTS):
            sheet.put(row, col, None, look)
        if not leaves:
            sheet.put(row, at.POINTS, None, f"{look}_points")
            sheet.put(row, at.STATUS, words.NOT_SELF, look)
            return
        states = _range(first, last, at.LEAF_STATE)
        scored = [self.outcomes[leaf.code] for leaf in leaves if self.outcomes[leaf.code].state is State.SCORED]
        done = len(scored) + sum(self.outcomes[leaf.code].state is State.NOT_ASSESSED for leaf in leaves)
        points = sum((outcome.points for outcome in scored), Fraction(0)) if scored else None
        total = f'IF(COUNTIF({states},1)=0,"",SUMIF({states},1,{_range(first, last, at.POINTS)}))'
        sheet.put(row, at.POINTS, points, f"{look}_points", total)
        count = f'COUNTIF({states},1)+COUNTIF({states},2)&"/{len(leaves)} tiêu chí"'
        sheet.put(row, at.STATUS, f"{done}/{len(leaves)} tiêu chí", look, count)

    def _leaf_row(self, sheet: Sheet, place: LeafPlace) -> None:
        leaf, row = place.leaf, place.row
        answer, outcome, check = self.answers.of(leaf), self.outcomes[leaf.code], self.checks[leaf.code]
        self._leaf_title(sheet, row, leaf)
        single = place.input_rows == (row,)
        cells = [a1(one, at.INPUT) for one in place.input_rows]
        state = a1(row, at.LEAF_STATE)
        if single:
            self._input_cell(sheet, place, 0)
        else:
            shown = leaf.method.result_formula(cells)
            value = leaf.method.result(_good(answer.inputs)) if outcome.state is State.SCORED else None
            sheet.put(row, at.INPUT, value, "result", f'IF({state}=1,{shown},"")' if shown else "")
        choices = [self._choice_cells(rows) for rows in place.choices]
        points = leaf.method.points_formula(cells, choices, leaf.max)
        scored = outcome.points if outcome.state is State.SCORED else None
        sheet.put(row, at.POINTS, scored, "points_bold", f'IF({state}=1,{points},"")')
        if leaf.may_skip:
            sheet.put(row, at.MARK, _value(answer.mark), self._look("scoring", row, at.MARK, "input_centre"))
            title, prompt, error = words.PROMPTS["mark"]
            reason = leaf.may_skip[0].lower() + leaf.may_skip[1:]
            sheet.validations.append(Validation(a1(row, at.MARK), "list", title, prompt.format(reason=reason)[:255], error, ("x",)))
        else:
            sheet.put(row, at.MARK, None, "cell")
        sheet.put(row, at.EXPLANATION, _value(answer.explanation), self._look("scoring", row, at.EXPLANATION, "input"))
        sheet.validations.append(_length(a1(row, at.EXPLANATION), *words.PROMPTS["explanation"], TEXT_LIMIT))
        target = text_literal(f"#{EVIDENCE}!B{at.EVIDENCE_FIRST}")
        documents = a1(row, at.DOCUMENT_COUNT)
        sheet.put(
            row,
            at.DOCUMENTS,
            f"{check.documents} tài liệu",
            "cell_link",
            f'HYPERLINK({target},{documents}&" tài liệu")',
        )
        sheet.put(row, at.STATUS, self._status(leaf.code), "status", self._status_formula(row))
        sheet.put(row, at.LEAF_STATE, int(outcome.state), "helper", self._state_formula(place, cells))
        sheet.put(row, at.PROBLEM, check.problem, "helper", self._problem_formula(place))
        weights = ",".join(str(weight) for weight in self.weights)
        sheet.put(row, at.SEVERITY, check.weight, "helper", f"CHOOSE({a1(row, at.PROBLEM)}+1,{weights})")
        turns, statuses = (
            f"{EVIDENCE}!{a1(at.EVIDENCE_FIRST, col, absolute=True)}:{a1(self.layout.evidence_last, col, absolute=True)}"
            for col in (at.EVIDENCE_INDEX, at.EVIDENCE_STATUS)
        )
        counted = f'SUMPRODUCT(({turns}={place.turn})*({statuses}="{words.EVIDENCE_GOOD}"))'
        sheet.put(row, at.DOCUMENT_COUNT, check.documents, "helper", counted)

    def _leaf_title(self, sheet: Sheet, row: int, leaf: Leaf) -> None:
        sheet.put(row, at.CODE, leaf.code, "code")
        notes = [leaf.method.describe(leaf.max), leaf.guidance]
        if leaf.is_self_scored and leaf.evidence:
            notes.append("Tài liệu: " + "; ".join(leaf.evidence) + ".")
        note = "\n" + "\n".join(one for one in notes if one)
        sheet.put(row, at.TITLE, leaf.title + note, "cell", rich=(("piece", leaf.title), ("piece_note", note)))
        sheet.put(row, at.MAX, leaf.max, "points")

    def _status_formula(self, row: int) -> str:
        texts = ",".join(text_literal(text) for text in self._statuses())
        problem, state = a1(row, at.PROBLEM), a1(row, at.LEAF_STATE)
        return f'IF(AND({problem}=0,{state}=2),"{words.STATUS_SKIPPED}",CHOOSE({problem}+1,{texts}))'

    def _state_formula(self, place: LeafPlace, cells: Sequence[str]) -> str:
        judged = place.leaf.method.judge_formula(cells, place.leaf.max)
        run = _run(place.input_rows, at.INPUT_STATE)
        if len(place.input_rows) > 1:
            core = f"IF(MAX({run})=3,3,IF(MIN({run})=0,0,{judged}))"
        else:
            core = run if judged == "1" else f"IF({run}=1,{judged},{run})"
        if not place.leaf.may_skip:
            return core
        mark = a1(place.row, at.MARK)
        return f'IF(ISERROR({mark}),3,IF(LEN({mark})=0,{core},IF(EXACT(LOWER({mark}),"x"),2,3)))'

    def _input_cell(self, sheet: Sheet, place: LeafPlace, index: int) -> None:
        row, entry = place.input_rows[index], place.inputs[index]
        raw = self.answers.of(place.leaf).inputs[index]
        look = {"choice": "input", "whole": "input_number", "number": "input_number"}.get(entry.kind, "input_points")
        if entry.kind == "choice" and not place.choices[index]:
            look = "input_centre"
        sheet.put(row, at.INPUT, _value(raw), self._look("scoring", row, at.INPUT, look))
        sheet.validations.append(_validation(a1(row, at.INPUT), entry, place.choices[index]))
        state, _ = entry.check(raw)
        formula = entry.state_formula(a1(row, at.INPUT), self._choice_cells(place.choices[index]))
        sheet.put(row, at.INPUT_STATE, int(state), "helper", formula)

    def _input_row(self, sheet: Sheet, row: int, place: LeafPlace, index: int) -> None:
        sheet.put(row, at.CODE, None, "code")
        sheet.put(row, at.TITLE, f"– {place.inputs[index].label}", "input_label")
        self._input_cell(sheet, place, index)
        for col in (at.MAX, at.POINTS, at.MARK, at.EXPLANATION, at.DOCUMENTS):
            sheet.put(row, col, None, "cell")
        sheet.put(row, at.STATUS, self._status(place.leaf.code), "status_more", a1(place.row, at.STATUS))

    def _central_row(self, sheet: Sheet, row: int, leaf: Leaf) -> None:
        self._leaf_title(sheet, row, leaf)
        sheet.put(row, at.INPUT, words.SCORED_BY[leaf.scored_by], "central")
        for col in (at.POINTS, at.MARK, at.EXPLANATION, at.DOCUMENTS):
            sheet.put(row, col, None, "cell")
        sheet.put(row, at.STATUS, words.NOT_SELF, "status")

    def _scoring_totals(self, sheet: Sheet) -> None:
        row, states = self.layout.total_row, self._column(at.LEAF_STATE)
        possible = points_of(self.appendix.self_leaves)
        skipped = possible - self.totals.possible
        got, lost, most = (a1(row + index, at.POINTS) for index in range(3))
        lines: list[tuple[str, Fraction, str, str]] = [
            (words.SUBTOTAL, self.totals.points, f"SUMIF({states},1,{self._column(at.POINTS)})", "points_bold"),
            (words.SKIPPED_TOTAL, skipped, f"SUMIF({states},2,{self._column(at.MAX)})", "points_bold"),
            (words.POSSIBLE_TOTAL, self.totals.possible, f"{decimal_text(possible)}-{lost}", "points_bold"),
            (words.RATE_TOTAL, self.totals.rate, f"IF({most}=0,0,{got}/{most}*100)", "rate_bold"),
        ]
        for offset, (label, value, formula, look) in enumerate(lines):
            sheet.span(row + offset, at.CODE, at.INPUT, label, "total")
            if offset == 0:
                sheet.merges.pop()
                sheet.span(row, at.CODE, at.TITLE, label, "total")
                sheet.put(row, at.MAX, possible, "points_bold")
                sheet.put(row, at.INPUT, None, "cell")
            sheet.put(row + offset, at.POINTS, value, look, formula)
        sheet.span(row + len(lines), at.CODE, at.LAST_PRINTED, words.NO_SURVEY, "small")

    # ---------------------------------------------------------------------------------------------------------------- Tài liệu

    def _evidence(self) -> Sheet:
        lay = self.layout
        sheet = Sheet(
            words.EVIDENCE,
            landscape=True,
            repeat_rows=(at.EVIDENCE_HEAD, at.EVIDENCE_HEAD),
            freeze=(at.EVIDENCE_FIRST, 3),
            filter=((at.EVIDENCE_HEAD, 1), (lay.evidence_last, at.EVIDENCE_STATUS)),
            print_to=(lay.evidence_last, 8),
        )
        sheet.widths = {1: 6, 2: 34, 3: 15, 4: 12, 5: 19, 6: 24, 7: 9, 8: 20, 9: 17, at.EVIDENCE_INDEX: 4}
        sheet.hidden_columns = (at.EVIDENCE_INDEX,)
        self._heading(sheet, 8, "DANH MỤC TÀI LIỆU KIỂM CHỨNG")
        sheet.span(
            3,
            1,
            8,
            "Mỗi tài liệu một dòng; một tiêu chí có thể có nhiều dòng. Chọn tiêu chí trong danh sách ở cột thứ hai.",
            "small_centre",
        )
        sheet.row(at.EVIDENCE_HEAD, words.EVIDENCE_HEADS, "head")
        looks = ("input", "input_text", "input_date", "input", "input", "input_text", "input")
        labels = f"{words.META}!{_absolute(at.META_FIRST, at.META_FIRST + len(lay.evidence_labels) - 1, at.META_LEAVES)}"
        turns = f"ROW({labels})-{at.META_FIRST - 1}"
        for offset in range(lay.evidence_last - at.EVIDENCE_FIRST + 1):
            row = at.EVIDENCE_FIRST + offset
            raws = self.answers.evidence[offset] if offset < len(self.answers.evidence) else (None,) * len(looks)
            turn = self.evidence_turns[offset] if offset < len(self.answers.evidence) else 0
            sheet.put(row, 1, offset + 1, "number")
            for col, raw, look in zip(at.EVIDENCE_COLUMNS.values(), raws, looks, strict=True):
                sheet.put(row, col, _value(raw), self._look("evidence", row, col, look))
            cell = a1(row, 2)
            found = f"IF(ISERROR({cell}),0,SUMPRODUCT(EXACT({labels},{cell})*({turns})))"
            sheet.put(row, at.EVIDENCE_INDEX, turn, "helper", found)
            content = f"C{row}&F{row}&H{row}"
            status = (
                f'IF(COUNTBLANK(B{row}:H{row})={len(looks)},"",IF(J{row}=0,"{words.EVIDENCE_NO_CRITERION}",'
                f'IF({_says_nothing(content)},"{words.EVIDENCE_NO_CONTENT}","{words.EVIDENCE_GOOD}")))'
            )
            sheet.put(row, at.EVIDENCE_STATUS, self._evidence_status(raws, turn), "status", status)
        first, last = at.EVIDENCE_FIRST, lay.evidence_last
        title, prompt, error = words.PROMPTS["choice"]
        sheet.validations.append(Validation(f"B{first}:B{last}", "list", title, prompt, error, labels))
        date_words = words.PROMPTS["date"]
        sheet.validations.append(Validation(f"D{first}:D{last}", "date", *date_words, minimum=FIRST_DATE, maximum=LAST_DATE))
        for span in (f"C{first}:C{last}", f"E{first}:H{last}"):
            sheet.validations.append(_length(span, *words.PROMPTS["text"], EVIDENCE_LIMIT))
        status_area = f"I{first}:I{last}"
        sheet.conditions = [
            Condition(status_area, f'LEFT($I{first},1)="✗"', "is_bad"),
            Condition(status_area, f'LEFT($I{first},1)="✓"', "is_good"),
        ]
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Tổng hợp

    def _summary(self) -> Sheet:
        sheet = Sheet(words.SUMMARY, landscape=True, repeat_rows=(4, 4))
        sheet.widths = {1: 6, 2: 52, 3: 14, 4: 12, 5: 13, 6: 13, 7: 12}
        self._heading(sheet, 7, "KẾT QUẢ TỰ CHẤM ĐIỂM THEO LĨNH VỰC")
        sheet.row(4, words.SUMMARY_HEADS, "head")
        row = 5
        charted: list[int] = []
        for line in self.layout.lines:
            if line.depth == 1 and line.index < 0:
                if self._summary_row(sheet, row, line.row, line.node):
                    charted.append(row)
                row += 1
        self._summary_total(sheet, row)
        sheet.span(row + 1, 1, 7, words.NO_SURVEY, "small")
        name = quoted(words.SUMMARY)
        if charted:
            names, rates = (f"{name}!{_absolute(charted[0], charted[-1], col)}" for col in (2, 7))
            title = "Tỷ lệ điểm tự chấm theo lĩnh vực (%)"
            sheet.charts.append(Chart((row + 2, 2), title, names, rates, maximum=100, width=800, height=255))
        sheet.print_to = (row + 16, 7)
        return sheet

    def _summary_row(self, sheet: Sheet, row: int, source: int, node: Group | Leaf) -> bool:
        first, last = self.layout.group_rows(node) if isinstance(node, Group) else (source, source)
        leaves = tuple(leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if leaf.is_self_scored)
        sheet.put(row, 1, node.code, "code")
        target = text_literal(f"#{SCORING}!A{source}")
        sheet.put(row, 2, node.title, "cell_left_link", f"HYPERLINK({target},{text_literal(node.title[:255])})")
        if not leaves:
            sheet.put(row, 3, words.NOT_SELF, "central")
            for col in range(4, 8):
                sheet.put(row, col, None, "cell")
            return False
        states = [self.outcomes[leaf.code].state for leaf in leaves]
        possible = points_of(leaves)
        skipped = points_of(tuple(leaf for leaf in leaves if self.outcomes[leaf.code].state is State.NOT_ASSESSED))
        points = sum((self.outcomes[leaf.code].points for leaf in leaves), Fraction(0))
        kinds, most, got = (f"{SCORING}!{_absolute(first, last, col)}" for col in (at.LEAF_STATE, at.MAX, at.POINTS))
        done = sum(state in (State.SCORED, State.NOT_ASSESSED) for state in states)
        sheet.put(row, 3, f"{done}/{len(leaves)}", "centre", f'COUNTIF({kinds},1)+COUNTIF({kinds},2)&"/{len(leaves)}"')
        sheet.put(row, 4, possible, "points")
        sheet.put(row, 5, skipped, "points", f"SUMIF({kinds},2,{most})")
        sheet.put(row, 6, points, "points_bold", f"SUMIF({kinds},1,{got})")
        rate = points / (possible - skipped) * 100 if possible != skipped else Fraction(0)
        sheet.put(row, 7, rate, "rate", f"IF(D{row}-E{row}=0,0,F{row}/(D{row}-E{row})*100)")
        return True

    def _summary_total(self, sheet: Sheet, row: int) -> None:
        possible = points_of(self.appendix.self_leaves)
        done = sum(outcome.state in (State.SCORED, State.NOT_ASSESSED) for outcome in self.outcomes.values())
        count = len(self.layout.places)
        states = f"{SCORING}!{self._column(at.LEAF_STATE)}"
        sheet.span(row, 1, 2, "Tổng cộng phần tự chấm", "total")
        sheet.put(row, 3, f"{done}/{count}", "points_bold", f'COUNTIF({states},1)+COUNTIF({states},2)&"/{count}"')
        sheet.put(row, 4, possible, "points_bold", f"SUM(D5:D{row - 1})")
        sheet.put(row, 5, possible - self.totals.possible, "points_bold", f"SUM(E5:E{row - 1})")
        sheet.put(row, 6, self.totals.points, "points_bold", f"SUM(F5:F{row - 1})")
        sheet.put(row, 7, self.totals.rate, "rate_bold", f"IF(D{row}-E{row}=0,0,F{row}/(D{row}-E{row})*100)")

    # ---------------------------------------------------------------------------------------------------------------- Rà soát lỗi

    def _register(self) -> list[_Line]:
        """One line for everything that a formula can find wrong, in the order of the form."""
        lines = []
        for place in self.layout.places:
            check = self.checks[place.leaf.code]
            cell = a1(place.input_rows[0], at.INPUT)
            problem = f"{SCORING}!{a1(place.row, at.PROBLEM)}"
            texts = f"{words.META}!{_absolute(at.META_FIRST, at.META_FIRST + len(words.PROBLEMS) - 1, at.META_PROBLEMS)}"
            lines.append(
                _Line(
                    check.weight,
                    f"{SCORING}!{a1(place.row, at.SEVERITY)}",
                    place.leaf.code,
                    place.leaf.title,
                    words.PROBLEMS[check.problem],
                    f'INDEX({texts},{problem}+1)&""',
                    f"#{SCORING}!{cell}",
                    "",
                )
            )
        lines += self._evidence_lines() + self._approval_lines()
        return lines

    def _evidence_lines(self) -> list[_Line]:
        column = f"{EVIDENCE}!{_absolute(at.EVIDENCE_FIRST, self.layout.evidence_last, at.EVIDENCE_STATUS)}"
        statuses = [self._evidence_status(row, turn) for row, turn in zip(self.answers.evidence, self.evidence_turns, strict=True)]
        lines = []
        for status, message in zip((words.EVIDENCE_NO_CRITERION, words.EVIDENCE_NO_CONTENT), words.EVIDENCE_PROBLEMS, strict=True):
            row = at.EVIDENCE_FIRST + (statuses.index(status) if status in statuses else 0)
            where = f'"#{EVIDENCE}!B"&({at.EVIDENCE_FIRST - 1}+IF(COUNTIF({column},"{status}")=0,1,MATCH("{status}",{column},0)))'
            lines.append(
                _Line(
                    2 if status in statuses else 0,
                    f'IF(COUNTIF({column},"{status}")>0,2,0)',
                    "",
                    words.EVIDENCE,
                    message,
                    "",
                    f"#{EVIDENCE}!B{row}",
                    where,
                )
            )
        return lines

    def _approval_lines(self) -> list[_Line]:
        weight = WEIGHT[self.rules.approval_missing]
        lines = []
        for key in words.APPROVAL_REQUIRED:
            row, label = self.layout.approval_rows[key], words.APPROVAL_LABELS[key]
            cell, raw = f"{APPROVAL}!{a1(row, at.APPROVAL_VALUE)}", self.answers.approval.get(key)
            if key in words.APPROVAL_DATES:
                missing = not isinstance(raw, Decimal)
                test = f"IF(ISLOGICAL({cell}),{weight},IF(ISNUMBER({cell}),0,{weight}))"
            elif key == "approved":
                missing, test = (
                    raw != words.APPROVED,
                    f'IF(ISERROR({cell}),{weight},IF(EXACT({cell},"{words.APPROVED}"),0,{weight}))',
                )
            else:
                missing, test = (
                    not _text(raw).strip(" "),
                    f"IF({_says_nothing(cell)},{weight},0)",
                )
            lines.append(
                _Line(
                    weight if missing else 0,
                    test,
                    "",
                    words.APPROVAL,
                    words.APPROVAL_PROBLEM.format(label=label),
                    "",
                    f"#{APPROVAL}!{a1(row, at.APPROVAL_VALUE)}",
                    "",
                )
            )
        return lines

    def _register_column(self, col: int, *, sheet: str = f"{CHECK}!") -> str:
        return f"{sheet}{_absolute(at.CHECK_FIRST, self.layout.check_last, col)}"

    def _check_sheet(self) -> Sheet:
        lay = self.layout
        sheet = Sheet(
            words.CHECK,
            landscape=True,
            repeat_rows=(at.CHECK_HEAD, at.CHECK_HEAD),
            freeze=(at.CHECK_FIRST, 1),
            print_to=(lay.check_last, 6),
        )
        sheet.widths = {1: 6, 2: 10, 3: 9, 4: 38, 5: 58, 6: 10} | dict.fromkeys(range(at.SHOWN_LINE, at.REGISTER_TARGET + 1), 5.0)
        sheet.hidden_columns = tuple(range(at.SHOWN_LINE, at.REGISTER_TARGET + 1))
        sheet.text_number_areas = (f"C{at.CHECK_FIRST}:C{lay.check_last}", f"J{at.CHECK_FIRST}:J{lay.check_last}")
        self._heading(sheet, 6, "RÀ SOÁT TRƯỚC KHI GỬI")
        register = self._register()
        weights = [line.weight for line in register]
        sheet.span(at.CHECK_SENTENCE, 1, 6, _sentence(weights.count(2), weights.count(1)), "sentence", self._sentence_formula())
        sheet.heights[at.CHECK_SENTENCE] = 30
        sheet.row(at.CHECK_HEAD, words.CHECK_HEADS, "head")
        turns: list[int] = []
        for line in register:
            turns.append((turns[-1] if turns else 0) + (line.weight > 0))
        for offset, line in enumerate(register):
            self._register_row(sheet, at.CHECK_FIRST + offset, line, turns[offset], is_first=offset == 0)
        for offset in range(lay.check_count):
            position = turns.index(offset + 1) if offset < turns[-1] else None
            self._shown_row(sheet, at.CHECK_FIRST + offset, offset + 1, None if position is None else (position, register[position]))
        area, first = f"A{at.CHECK_FIRST}:F{lay.check_last}", f"$B{at.CHECK_FIRST}"
        sheet.conditions = [
            Condition(area, f"LEN($A{at.CHECK_FIRST})>0", "is_row"),
            Condition(area, f'{first}="{words.ERROR}"', "is_bad_plain"),
            Condition(area, f'{first}="{words.WARNING}"', "is_doubtful_plain"),
            Condition(f"A{at.CHECK_SENTENCE}:F{at.CHECK_SENTENCE}", f'LEFT($A${at.CHECK_SENTENCE},3)="Còn"', "is_bad"),
        ]
        return sheet

    def _sentence_formula(self) -> str:
        severities = self._register_column(at.REGISTER_SEVERITY, sheet="")
        errors, warnings = (f"COUNTIF({severities},{weight})" for weight in (2, 1))
        more = f'IF({warnings}>0," và "&{warnings}&" điều cần lưu ý","")'
        return (
            f'IF({errors}>0,"Còn "&{errors}&" lỗi phải sửa"&{more}&". Gửi được khi dòng này báo «Không còn lỗi».",'
            f'"{words.CAN_SEND}"&IF({warnings}>0," (Có "&{warnings}&" điều cần lưu ý.)",""))'
        )

    def _register_row(self, sheet: Sheet, row: int, line: _Line, turn: int, *, is_first: bool) -> None:
        before = "0" if is_first else a1(row - 1, at.REGISTER_TURN)
        sheet.put(row, at.REGISTER_SEVERITY, line.weight, "helper", line.weight_formula)
        sheet.put(row, at.REGISTER_TURN, turn, "helper", f"{before}+IF({a1(row, at.REGISTER_SEVERITY)}>0,1,0)")
        sheet.put(row, at.REGISTER_CODE, line.code, "helper")
        sheet.put(row, at.REGISTER_TITLE, line.title, "helper")
        sheet.put(row, at.REGISTER_MESSAGE, line.message, "helper", line.message_formula)
        sheet.put(row, at.REGISTER_TARGET, line.target, "helper", line.target_formula)

    def _shown_row(self, sheet: Sheet, row: int, turn: int, found: tuple[int, _Line] | None) -> None:
        line = a1(row, at.SHOWN_LINE, absolute=False)
        severities, turns, codes, titles, messages, targets = (
            self._register_column(col, sheet="") for col in range(at.REGISTER_SEVERITY, at.REGISTER_TARGET + 1)
        )
        last_turn = a1(self.layout.check_last, at.REGISTER_TURN, absolute=True)
        sheet.put(
            row,
            at.SHOWN_LINE,
            found[0] + 1 if found else 0,
            "helper",
            f"IF({turn}<={last_turn},MATCH({turn},{turns},0),0)",
        )
        shown = found[1] if found else None

        def put(col: int, value: Value, look: str, formula: str) -> None:
            sheet.put(row, col, value, look, f'IF({line}=0,"",{formula})')

        put(1, turn if shown else None, "list_centre", str(turn))
        kind = {2: words.ERROR, 1: words.WARNING}[shown.weight] if shown else None
        put(2, kind, "list_centre", f'IF(INDEX({severities},{line})=2,"{words.ERROR}","{words.WARNING}")')
        put(3, shown.code if shown else None, "list_centre", f'INDEX({codes},{line})&""')
        put(4, shown.title if shown else None, "list_cell", f'INDEX({titles},{line})&""')
        put(5, shown.message if shown else None, "list_cell", f'INDEX({messages},{line})&""')
        cell = shown.target.rpartition("!")[2] if shown else None
        target = f"INDEX({targets},{line})"
        put(6, cell, "list_link", f'HYPERLINK({target},MID({target},FIND("!",{target})+1,9))')

    # ---------------------------------------------------------------------------------------------------------------- Phê duyệt

    def _approval(self) -> Sheet:
        sheet = Sheet(words.APPROVAL)
        sheet.widths = {1: 42, 2: 46}
        self._heading(sheet, 2, "PHÊ DUYỆT KẾT QUẢ TỰ CHẤM ĐIỂM")
        sheet.span(
            3,
            1,
            2,
            f"{self.version.labels.own_council} của đơn vị quyết định điểm tự chấm; thủ trưởng duyệt trước khi gửi.",
            "small_centre",
        )
        sheet.row(at.APPROVAL_FIRST - 1, ("Nội dung", "Đơn vị điền"), "head")
        for key, row in self.layout.approval_rows.items():
            label = words.APPROVAL_LABELS[key]
            sheet.put(row, at.APPROVAL_LABEL, label + (" (*)" if key in words.APPROVAL_REQUIRED else ""), "cell")
            look = "input_date" if key in words.APPROVAL_DATES else "input"
            sheet.put(
                row,
                at.APPROVAL_VALUE,
                _value(self.answers.approval.get(key)),
                self._look("approval", row, at.APPROVAL_VALUE, look),
            )
            cell = a1(row, at.APPROVAL_VALUE)
            if key in words.APPROVAL_DATES:
                sheet.validations.append(Validation(cell, "date", *words.PROMPTS["date"], minimum=FIRST_DATE, maximum=LAST_DATE))
            elif key == "approved":
                sheet.validations.append(Validation(cell, "list", *words.PROMPTS["choice"], (words.APPROVED,)))
            else:
                sheet.validations.append(_length(cell, *words.PROMPTS["text"], EVIDENCE_LIMIT))
        last = at.APPROVAL_FIRST + len(words.APPROVAL_LABELS)
        sheet.span(last, 1, 2, "(*) Bắt buộc.", "small")
        sheet.put(self.layout.digest_row, 1, words.DIGEST_LABEL, "cell")
        sheet.put(self.layout.digest_row, 2, None, "centre")
        total = self.layout.digest_row + 2
        results = (
            ("Điểm tự chấm", self.totals.points, "DIEM_DAT", "points_bold"),
            ("Điểm tối đa để đánh giá (phần tự chấm)", self.totals.possible, "DIEM_TOI_DA", "points_bold"),
            ("Tỷ lệ (%)", self.totals.rate, "TY_LE_TU_CHAM", "rate_bold"),
        )
        for offset, (label, value, name, look) in enumerate(results):
            sheet.put(total + offset, 1, label, "cell")
            sheet.put(total + offset, 2, value, look, name)
        sheet.span(total + len(results), 1, 2, words.NO_SURVEY, "small")
        sheet.print_to = (total + len(results), 2)
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Hướng dẫn, _meta

    def _guide(self) -> Sheet:
        sheet = Sheet(words.GUIDE)
        sheet.widths = {1: 6, 2: 84}
        self._heading(sheet, 2, "HƯỚNG DẪN TỰ CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH")
        sheet.span(3, 1, 2, f"Nơi nhận hồ sơ: {self.identity.organiser}", "basis")
        row = 5
        sheet.span(row, 1, 2, "Các bước", "section")
        for number, text in words.GUIDE_STEPS:
            row += 1
            sheet.put(row, 1, number, "centre_plain")
            sheet.put(row, 2, text, "wrap")
        row += 2
        sheet.span(row, 1, 2, "Ký hiệu ở cột Tình trạng", "section")
        for sign, text in words.GUIDE_SIGNS:
            row += 1
            sheet.put(row, 1, sign, "centre_plain")
            sheet.put(row, 2, text, "wrap")
        row += 1
        sheet.put(row, 1, None, "input_centre_sample")
        sheet.put(row, 2, "ô để nhập; mọi ô khác đã khóa", "wrap")
        row += 2
        sheet.span(row, 1, 2, "Đi đến lĩnh vực", "section")
        for line in self.layout.lines:
            if line.depth == 1 and line.index < 0:
                row += 1
                sheet.put(row, 1, line.node.code, "centre_plain")
                target = text_literal(f"#{SCORING}!A{line.row}")
                sheet.put(row, 2, line.node.title, "link", f"HYPERLINK({target},{text_literal(line.node.title[:255])})")
        row += 2
        sheet.span(row, 1, 2, "Cơ sở và nguồn của bộ tiêu chí", "section")
        for basis in self.version.legal_basis:
            row += 1
            sheet.put(
                row,
                2,
                " ".join(part for part in (basis.number, basis.date and f"ngày {basis.date}", basis.issuer) if part),
                "wrap",
            )
            row += 1
            sheet.put(row, 2, basis.title, "small")
        for part in self.version.provenance:
            row += 1
            sheet.put(row, 2, f"{part.part}: {part.source}{' (minh họa)' if part.illustrative else ''}.", "small")
        sheet.text_number_areas = (f"A6:A{row}",)
        sheet.print_to = (row, 2)
        return sheet

    def _meta(self) -> Sheet:
        sheet = Sheet(words.META, state="veryHidden")
        for offset, (key, value) in enumerate(self.identity.rows()):
            sheet.put(at.META_FIRST + offset, at.META_KEY, key, "helper")
            sheet.put(at.META_FIRST + offset, at.META_VALUE, value, "helper")
        columns = (
            (at.META_CHOICES, self.layout.choice_texts),
            (at.META_LEAVES, self.layout.evidence_labels),
            (at.META_PROBLEMS, words.PROBLEMS),
            (at.META_PAYLOAD, packed(self.version, self.appendix)),
        )
        for col, texts in columns:
            for offset, text in enumerate(texts):
                sheet.put(at.META_FIRST + offset, col, text, "helper")
        return sheet


@dataclass(frozen=True, slots=True)
class _Line:
    weight: int
    weight_formula: str
    code: str
    title: str
    message: str
    message_formula: str
    target: str
    target_formula: str


def packed(version: RubricVersion, appendix: Appendix) -> tuple[str, ...]:
    """The version with this one appendix, as text that fits in cells: what the form itself can be checked with, anywhere."""
    own = version.model_copy(update={"appendices": (appendix,), "tiers": tuple(t for t in version.tiers if t.code == appendix.tier)})
    text = base64.b64encode(zlib.compress(own.canonical().encode("utf-8"), 9)).decode("ascii")
    return tuple(text[start : start + PAYLOAD_CHUNK] for start in range(0, len(text), PAYLOAD_CHUNK))


def unpacked(chunks: Sequence[str], limit: int = 4_000_000) -> str:
    """The canonical JSON that `packed` put away. Raises ValueError for anything else, or for more than `limit` bytes."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode("".join(chunks), validate=True), limit)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("the packed version is too large or cut off")
        return data.decode("utf-8")
    except (zlib.error, ValueError) as problem:
        raise ValueError(str(problem)) from problem


def _sentence(errors: int, warnings: int) -> str:
    if errors:
        more = f" và {warnings} điều cần lưu ý" if warnings else ""
        return f"Còn {errors} lỗi phải sửa{more}. Gửi được khi dòng này báo «Không còn lỗi»."
    return words.CAN_SEND + (f" (Có {warnings} điều cần lưu ý.)" if warnings else "")


def _validation(cell: str, entry: Input, choices: Sequence[int]) -> Validation:
    title, prompt, error = words.PROMPTS[entry.kind]
    limit = vi(entry.limit)
    if entry.kind == "choice":
        source = f"{words.META}!{_absolute(choices[0], choices[-1], at.META_CHOICES)}" if choices else entry.choices
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


def _length(area: str, title: str, prompt: str, error: str, limit: int) -> Validation:
    return Validation(area, "length", title, prompt.format(limit=limit), error.format(limit=limit), minimum=0, maximum=limit)


def _absolute(first: int, last: int, col: int) -> str:
    return f"{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"


def _range(first: int, last: int, col: int) -> str:
    return f"{a1(first, col)}:{a1(last, col)}"


def _run(rows: Sequence[int], col: int) -> str:
    return a1(rows[0], col) if len(rows) == 1 else _range(rows[0], rows[-1], col)


def _says_nothing(text: str) -> str:
    """Whether a text cell is blank or all spaces, for Excel; an error value is a text, as it is in Python."""
    return f"IF(ISERROR({text}),FALSE,LEN(TRIM({text}))=0)"


def _comma(number: str) -> str:
    return f'SUBSTITUTE({number}&"",".",",")'


def _text(raw: Raw) -> str:
    return "" if raw is None else str(raw)


def _good(raws: Sequence[Raw]) -> list[Good]:
    return [Fraction(raw) if isinstance(raw, Decimal) else str(raw) for raw in raws]


def _value(raw: Raw) -> Value:
    """What was entered, fit to be written into a form of ours: always as text or number, never as a formula."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    return Fraction(raw) if isinstance(raw, Decimal) else raw


def as_date(value: date | datetime) -> Decimal:
    """The serial number by which a cell holds a day."""
    return Decimal((date(value.year, value.month, value.day) - date(1899, 12, 30)).days)
