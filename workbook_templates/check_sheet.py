"""The sheet "Rà soát lỗi": a hidden register with one line for everything that a formula can find wrong, and the list shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rubric_versions import words
from workbook_templates import layout as at
from workbook_templates.book import Condition, Sheet, Value, a1
from workbook_templates.form_state import APPROVAL, CHECK, EVIDENCE, SCORING, WEIGHT, FormState, absolute_range, says_nothing, text_of

FOUND_WIDTHS: dict[int, float] = {
    at.FOUND_TURN: 6,
    at.FOUND_SEVERITY: 9,
    at.FOUND_CODE: 9,
    at.FOUND_MESSAGE: 72,
    at.FOUND_PLACE: 26,
    at.FOUND_LINK: 10,
}


@dataclass(frozen=True, slots=True)
class Line:
    weight: int
    weight_formula: str
    code: str
    title: str
    message: str
    message_formula: str
    target: str
    target_formula: str


class CheckSheet(FormState):
    """The register of problems, and the sheet that lists them."""

    def _register(self) -> list[Line]:
        """One line for everything that a formula can find wrong, in the order of the form."""
        lines = []
        for place in self.layout.places:
            check = self.checks[place.leaf.code]
            cell = a1(place.input_rows[0], at.INPUT)
            problem = f"{SCORING}!{a1(place.row, at.PROBLEM)}"
            texts = f"{words.META}!{absolute_range(at.META_FIRST, at.META_FIRST + len(words.PROBLEMS) - 1, at.META_PROBLEMS)}"
            lines.append(
                Line(
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

    def _evidence_lines(self) -> list[Line]:
        column = f"{EVIDENCE}!{absolute_range(at.EVIDENCE_FIRST, self.layout.evidence_last, at.EVIDENCE_STATUS)}"
        statuses = [self._evidence_status(row, turn) for row, turn in zip(self.answers.evidence, self.evidence_turns, strict=True)]
        lines = []
        for status, message in zip((words.EVIDENCE_NO_CRITERION, words.EVIDENCE_NO_CONTENT), words.EVIDENCE_PROBLEMS, strict=True):
            row = at.EVIDENCE_FIRST + (statuses.index(status) if status in statuses else 0)
            where = f'"#{EVIDENCE}!B"&({at.EVIDENCE_FIRST - 1}+IF(COUNTIF({column},"{status}")=0,1,MATCH("{status}",{column},0)))'
            lines.append(
                Line(
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

    def _approval_lines(self) -> list[Line]:
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
                    not text_of(raw).strip(" "),
                    f"IF({says_nothing(cell)},{weight},0)",
                )
            lines.append(
                Line(
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
        return f"{sheet}{absolute_range(at.CHECK_FIRST, self.layout.check_last, col)}"

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
        sheet.widths |= {at.REGISTER_TARGET + 1: 3, **FOUND_WIDTHS}
        sheet.column_looks = dict.fromkeys(FOUND_WIDTHS, "found_centre") | {at.FOUND_MESSAGE: "found_text", at.FOUND_LINK: "list_link"}
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
            *self._found_conditions(),
        ]
        return sheet

    def _found_conditions(self) -> list[Condition]:
        """How the list of the macros looks once it is there."""
        area = f"{a1(at.CHECK_HEAD, at.FOUND_TURN)}:{a1(self.layout.found_last, at.FOUND_LINK)}"
        turn, kind = (f"${a1(at.CHECK_HEAD, col)}" for col in (at.FOUND_TURN, at.FOUND_SEVERITY))
        return [
            Condition(area, f"LEN({turn})>0", "is_row"),
            Condition(area, f'{kind}="{words.ERROR}"', "is_bad_plain"),
            Condition(area, f'{kind}="{words.WARNING}"', "is_doubtful_plain"),
            Condition(area, f'{turn}="{words.CHECK_HEADS[0]}"', "is_head"),
        ]

    def _sentence_formula(self) -> str:
        severities = self._register_column(at.REGISTER_SEVERITY, sheet="")
        errors, warnings = (f"COUNTIF({severities},{weight})" for weight in (2, 1))
        more = f'IF({warnings}>0," và "&{warnings}&" điều cần lưu ý","")'
        return (
            f'IF({errors}>0,"Còn "&{errors}&" lỗi phải sửa"&{more}&". Gửi được khi dòng này báo «Không còn lỗi».",'
            f'"{words.CAN_SEND}"&IF({warnings}>0," (Có "&{warnings}&" điều cần lưu ý.)",""))'
        )

    def _register_row(self, sheet: Sheet, row: int, line: Line, turn: int, *, is_first: bool) -> None:
        before = "0" if is_first else a1(row - 1, at.REGISTER_TURN)
        sheet.put(row, at.REGISTER_SEVERITY, line.weight, "helper", line.weight_formula)
        sheet.put(row, at.REGISTER_TURN, turn, "helper", f"{before}+IF({a1(row, at.REGISTER_SEVERITY)}>0,1,0)")
        sheet.put(row, at.REGISTER_CODE, line.code, "helper")
        sheet.put(row, at.REGISTER_TITLE, line.title, "helper")
        sheet.put(row, at.REGISTER_MESSAGE, line.message, "helper", line.message_formula)
        sheet.put(row, at.REGISTER_TARGET, line.target, "helper", line.target_formula)

    def _shown_row(self, sheet: Sheet, row: int, turn: int, found: tuple[int, Line] | None) -> None:
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


def _sentence(errors: int, warnings: int) -> str:
    if errors:
        more = f" và {warnings} điều cần lưu ý" if warnings else ""
        return f"Còn {errors} lỗi phải sửa{more}. Gửi được khi dòng này báo «Không còn lỗi»."
    return words.CAN_SEND + (f" (Có {warnings} điều cần lưu ý.)" if warnings else "")
