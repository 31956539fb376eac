"""The sheet "Tự chấm điểm": the criteria table as officers know it, one labelled row for each input, points by locked formula."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rubric_versions import words
from rubric_versions.methods.base import State
from rubric_versions.model import Group, Leaf, points_of
from rubric_versions.numbers import decimal_text, rounded, vi_short
from workbook_templates import layout as at
from workbook_templates.book import Condition, Sheet, Validation, a1, text_literal
from workbook_templates.check_sheet import CheckSheet
from workbook_templates.earlier import Earlier, EarlierLeaf
from workbook_templates.form_state import (
    EVIDENCE,
    TEXT_LIMIT,
    as_value,
    comma_of,
    good_values,
    length_rule,
    plain_range,
    run_of,
    validation_of,
)
from workbook_templates.layout import LeafPlace


class ScoringSheet(CheckSheet):
    """The table, its heading strip and its totals."""

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
        if self.earlier is not None:
            self._scoring_earlier(sheet, self.earlier)
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
        named = self.version.basis_words
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
        points, possible, rate = (comma_of(f"ROUND({name},2)") for name in ("DIEM_DAT", "DIEM_TOI_DA", "TY_LE_TU_CHAM"))
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
        states = plain_range(first, last, at.LEAF_STATE)
        scored = [self.outcomes[leaf.code] for leaf in leaves if self.outcomes[leaf.code].state is State.SCORED]
        done = len(scored) + sum(self.outcomes[leaf.code].state is State.NOT_ASSESSED for leaf in leaves)
        points = sum((outcome.points for outcome in scored), Fraction(0)) if scored else None
        total = f'IF(COUNTIF({states},1)=0,"",SUMIF({states},1,{plain_range(first, last, at.POINTS)}))'
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
            value = leaf.method.result(good_values(answer.inputs)) if outcome.state is State.SCORED else None
            sheet.put(row, at.INPUT, value, "result", f'IF({state}=1,{shown},"")' if shown else "")
        choices = [self._choice_cells(rows) for rows in place.choices]
        points = leaf.method.points_formula(cells, choices, leaf.max)
        scored = outcome.points if outcome.state is State.SCORED else None
        sheet.put(row, at.POINTS, scored, "points_bold", f'IF({state}=1,{points},"")')
        closed = leaf.code in self.layout.closed
        if leaf.may_skip and closed:
            sheet.put(row, at.MARK, as_value(answer.mark), "closed")
        elif leaf.may_skip:
            sheet.put(row, at.MARK, as_value(answer.mark), self._look("scoring", row, at.MARK, "input_centre"))
            title, prompt, error = words.PROMPTS["mark"]
            reason = leaf.may_skip[0].lower() + leaf.may_skip[1:]
            sheet.validations.append(Validation(a1(row, at.MARK), "list", title, prompt.format(reason=reason)[:255], error, ("x",)))
        else:
            sheet.put(row, at.MARK, None, "cell")
        look = "closed_text" if closed else self._look("scoring", row, at.EXPLANATION, "input")
        sheet.put(row, at.EXPLANATION, as_value(answer.explanation), look)
        if not closed:
            sheet.validations.append(length_rule(a1(row, at.EXPLANATION), *words.PROMPTS["explanation"], TEXT_LIMIT))
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
        run = run_of(place.input_rows, at.INPUT_STATE)
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
        if place.leaf.code in self.layout.closed:
            sheet.put(row, at.INPUT, as_value(raw), "closed")
        else:
            sheet.put(row, at.INPUT, as_value(raw), self._look("scoring", row, at.INPUT, look))
            sheet.validations.append(validation_of(a1(row, at.INPUT), entry, place.choices[index]))
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

    def _scoring_earlier(self, sheet: Sheet, earlier: Earlier) -> None:
        """What was said in the round before, at the right of each leaf: read by whoever mends it, not printed with the table."""
        columns = (at.BEFORE_OWN, at.BEFORE_SCORE, at.BEFORE_REASON, at.BEFORE_WHY)
        for offset, (col, width) in enumerate(zip(columns, (9.0, 9.0, 32.0, 16.0), strict=True)):
            sheet.widths[col] = width
            sheet.put(at.HEAD_ROW, col, words.EARLIER_HEADS[offset].format(round=earlier.round), "head")
            sheet.put(at.HEAD_ROW + 1, col, f"({len(words.SCORING_HEADS) + 1 + offset})", "head_number")
        sheet.filter = ((at.HEAD_ROW + 1, 1), (self.layout.last_row, at.BEFORE_WHY))
        for place in self.layout.places:
            told, row = earlier.leaves.get(place.leaf.code, EarlierLeaf()), place.row
            closed = place.leaf.code in self.layout.closed
            differs = told.own != told.score
            sheet.put(row, at.BEFORE_OWN, _shown(told.own), "points")
            sheet.put(row, at.BEFORE_SCORE, _shown(told.score), "points_differ" if differs else "points")
            sheet.put(row, at.BEFORE_REASON, told.reason, "cell")
            sheet.put(row, at.BEFORE_WHY, words.EARLIER_CLOSED if closed else told.why, "closed_text" if closed else "cell")

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


def _shown(score: str) -> Fraction | str | None:
    """A score that travels as text, as a cell shows it."""
    return Fraction(score) if score[:1].isdigit() else score or None
