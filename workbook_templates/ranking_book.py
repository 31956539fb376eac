"""The ranking workbook (kết quả xếp hạng) as a book: scores at the back, and every total, index, rank and grade a live formula over them.

Arrives already scored and in order (`processor.ranking`): here each formula only gets its place and, beside it, the right result. Knows no
campaign, no return and no rule that is not in the version.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rubric_versions import words
from rubric_versions.model import Appendix, Grade, Group, Leaf, Node, RubricVersion, points_of
from rubric_versions.numbers import rounded, vi_short
from workbook_templates.book import Book, Cell, Chart, Sheet, Value, a1, area, quoted, text_literal
from workbook_templates.measure import column_points, lines_of

SKIPPED = "KĐG"
"""What a scores sheet holds for a leaf that is not assessed; a blank cell is a leaf nobody has scored."""

Score = Fraction | str | None
"""Points, SKIPPED, or None while there is none."""

Kind = Literal["ranked", "unranked", "missing"]
KINDS: Mapping[Kind, str] = {"ranked": "Xếp hạng", "unranked": "Không xếp hạng", "missing": "Không có hồ sơ"}

RESULT, RANKING, RULES, GRADES, FIELDS = "Kết quả", "Xếp hạng", "Quy tắc", "Tổng hợp xếp loại", "Theo lĩnh vực"
DECISIONS = "Quyết định"
LOST, FINAL, OWN = "Điểm mất theo tiêu chí", "Bảng điểm", "Điểm tự chấm"
COMMENDED = "Đề nghị biểu dương"
NOT_RANKED = "Không xếp hạng"
APART: Mapping[str, str] = {
    "unranked": "Chấm điểm, không xếp hạng",
    "none": "Không có chỉ số",
}
UNFINISHED = "Chưa đủ điểm: còn {count} tiêu chí"
APPRAISED, CENTRAL = "TĐ", "TT"
LEGEND = (
    f"{APPRAISED}: điểm sau thẩm định; {CENTRAL}: điểm chấm tập trung (điều tra xã hội học, lãnh đạo nhận xét); {SKIPPED}: không đánh giá; "
    "ô trống: chưa có điểm."
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit: its scores by leaf code, what the campaign says of it, and what the formulas over them come to.

    `kind` and `words` are the campaign's; the figures are exact; `pari` is None where there is no index; `digits` is how many of its
    decimals are shown; `fields` are points got and possible by top node; `final` and `own` are empty for a unit without a valid return.
    """

    code: str
    name: str
    appendix: str
    kind: Kind
    words: str
    deductions: int
    final: Mapping[str, Score]
    own: Mapping[str, Score]
    own_points: Fraction
    own_possible: Fraction
    appraised: Fraction
    rescaled: Fraction
    survey: Fraction
    deduction: Fraction
    a: Fraction
    A: Fraction
    pari: Fraction | None
    digits: int
    rank: int | None
    grade: str
    commended: bool
    fields: tuple[tuple[Fraction, Fraction], ...]

    @property
    def group(self) -> str:
        """Under which line of its block it stands: "ranked" and "unranked" have an index, "none" has not."""
        return "none" if self.pari is None else self.kind


@dataclass(frozen=True, slots=True)
class BlockTable:
    """Units ranked together, in the order of the table; ranks up to `commended` are proposed for commendation."""

    code: str
    name: str
    commended: int
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class RankingData:
    """All that the workbook shows. The units' appendices are the version's; unit codes are unique."""

    version: RubricVersion
    campaign_title: str
    organiser: str
    year: int
    blocks: tuple[BlockTable, ...]
    decisions: tuple[tuple[str, str, str, str, str], ...] = ()
    """What people decided outside the rules: unit, what, reason, when, who, all in words."""


def ranking_book(data: RankingData) -> Book:
    """The whole workbook: results for print, their computation, the rules they follow, analyses, and the scores all of it rests on."""
    return _RankingBook(data).book()


AIR = 19.0  # points: height of a table's line of one line of text
HEAD, FIRST = 5, 7  # the head of the tables with a numbered second row, and their first line
SCORE_HEAD, SCORE_FIRST = 5, 9  # the scores sheets: heads, kinds, maxima in rows 5 to 8
TYPES, MAXIMA = SCORE_HEAD + 2, SCORE_HEAD + 3
SELF, APPRAISED_COL, SURVEY, MINUS, GOT, POSSIBLE, INDEX, RANK, GRADE, NOTE, ROUNDED, TURN = range(3, 15)
FINAL_HEADS = {
    "code": "Mã",
    "name": "Đơn vị",
    "block": "Khối",
    "kind": "Diện",
    "cases": "Số trường hợp trừ điểm",
    "left": "Tiêu chí chưa có điểm",
    "appraised": "Điểm thẩm định",
    "assessed": "Tối đa phần thẩm định",
    "rescaled": "Thẩm định quy đổi",
    "survey": "Điểm tập trung",
    "possible": "Điểm tối đa (A)",
}
OWN_HEADS = ("Mã", "Đơn vị", "Khối", "Điểm tự chấm", "Điểm tối đa phần tự chấm", "Tỷ lệ (%)")


@dataclass(frozen=True, slots=True)
class _Span:
    """A top node of an appendix with the columns its leaves take on a scores sheet."""

    node: Node
    leaves: tuple[Leaf, ...]
    first: int
    last: int


class _Table:
    """Where one appendix's scores stand: the two sheets' names, the units in order with their rows, the columns."""

    def __init__(self, appendix: Appendix, units: Sequence[tuple[BlockTable, UnitRow]], *, rescales: bool, taken: set[str]) -> None:
        self.appendix = appendix
        self.units = units
        self.final, self.own = (_sheet_name(f"{base} {appendix.number}", taken) for base in (FINAL, OWN))
        self.fields, self.lost = (_sheet_name(f"{base} {appendix.number}", taken) for base in (FIELDS, LOST))
        self.row_of = {unit.code: SCORE_FIRST + index for index, (_, unit) in enumerate(units)}
        self.last_row = SCORE_FIRST + len(units) - 1
        keys = [key for key in FINAL_HEADS if rescales or key not in ("assessed", "rescaled")]
        self.col = {key: index for index, key in enumerate(keys, 1)}
        self.field_col = len(keys) + 1
        self.spans = _spans(appendix, len(keys) + 1 + len(appendix.children), lambda leaf: True)
        self.leaf_col = _leaf_columns(self.spans)
        self.shares = {unit.code: _shares(unit) for _, unit in units}
        self.own_spans = _spans(appendix, len(OWN_HEADS) + 1, lambda leaf: leaf.is_self_scored)
        self.own_col = _leaf_columns(self.own_spans)

    def cell(self, unit: UnitRow, key: str) -> str:
        """A figure of a unit on the scores sheet, as other sheets write it."""
        return f"{quoted(self.final)}!{a1(self.row_of[unit.code], self.col[key])}"

    def own_cell(self, unit: UnitRow, col: int) -> str:
        """The same on the sheet of self-scores."""
        return f"{quoted(self.own)}!{a1(self.row_of[unit.code], col)}"

    def column(self, col: int) -> str:
        """All units' cells of one column of the scores sheet, as other sheets write it."""
        return f"{quoted(self.final)}!{_down(SCORE_FIRST, self.last_row, col)}"


class _RankingBook:
    """One workbook being made: first where everything stands, then sheet by sheet."""

    def __init__(self, data: RankingData) -> None:
        self.data = data
        self.rules = data.version.rules
        self.rescales = self.rules.not_assessed == "rescale_then_survey"
        self.tier_names = {tier.code: tier.name for tier in data.version.tiers}
        taken = {name.casefold() for name in (RESULT, RANKING, RULES, GRADES, FIELDS, DECISIONS)}
        self.tables: dict[str, _Table] = {}
        for appendix in data.version.appendices:
            units = [(block, unit) for block in data.blocks for unit in block.rows if unit.appendix == appendix.number]
            if units:
                self.tables[appendix.number] = _Table(appendix, units, rescales=self.rescales, taken=taken)
        self.lines = _lines(data.blocks)
        self.row_of = {line.unit.code: FIRST + index for index, line in enumerate(self.lines) if line.unit}
        self.rows_of_block = self._rows_of_blocks()
        self.grade_names = _unique([grade.name for grade in self._grades()] + [self.rules.missing.grade])
        self.rule_row = 7
        self.block_row = self.rule_row + len(self.rules.grades) + 7
        self.block_turn = {block.code: turn for turn, block in enumerate(data.blocks)}
        self.made: dict[Score, Cell] = {}

    def book(self) -> Book:
        """All sheets in the order people read them, and the names that formulas use."""
        sheets = [self._result(), self._ranking(), self._rules(), self._grade_counts(), self._field_overview()]
        for make in (self._field_shares, self._lost, self._final, self._own):
            sheets += [make(table) for table in self.tables.values()]
        if self.data.decisions:
            sheets.append(self._decisions())
        first, last = self.rule_row, self.rule_row + len(self.rules.grades) - 1
        rules = quoted(RULES)
        names = {
            "NGUONG_XEP_LOAI": f"{rules}!{_down(first, last, 2)}",
            "TEN_XEP_LOAI": f"{rules}!{_down(first, last, 1)}",
            "TY_LE_TRU": f"{rules}!{a1(last + 2, 2, absolute=True)}",
            "XEP_LOAI_KHONG_HO_SO": f"{rules}!{a1(last + 3, 2, absolute=True)}",
        }
        title = f"Kết quả xếp hạng cải cách hành chính năm {self.data.year} – {self.data.organiser}"
        return Book(title, sheets, names, password=f"{self.data.version.id}-xep-hang", author=self.data.organiser)

    # ---------------------------------------------------------------------------------------------------------------- shared bits

    def _grades(self) -> list[Grade]:
        return sorted(self.rules.grades, key=lambda one: one.at_least, reverse=True)

    def _rows_of_blocks(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for index, line in enumerate(self.lines):
            if not line.is_title:
                found[line.block.code] = (found.get(line.block.code, (FIRST + index,))[0], FIRST + index)
        return found

    def _heading(self, sheet: Sheet, last: int, title: str, note: str = "") -> None:
        sheet.span(1, 1, last, title, "title")
        sheet.span(2, 1, last, f"{self.data.organiser} – {self.data.campaign_title}", "unit")
        if note:
            sheet.span(3, 1, last, note, "small_centre")

    def _ranking_cell(self, unit: UnitRow, col: int) -> str:
        return f"{quoted(RANKING)}!{a1(self.row_of[unit.code], col)}"

    def _notes(self) -> list[str]:
        rules, most = self.rules, max((block.commended for block in self.data.blocks), default=0)
        equal = "các đơn vị có chỉ số bằng nhau cùng hạng" + (", hạng kế tiếp bỏ qua" if rules.ties == "share_and_skip" else "")
        notes = [
            "Chỉ số = điểm đạt được (a) / điểm tối đa (A) × 100 %. Xếp hạng trong từng khối theo chỉ số từ cao đến thấp, so sánh đến 9 "
            f"chữ số thập phân; {equal}. Chỉ số in {rules.decimals_shown} chữ số thập phân, in thêm chữ số khi làm tròn sẽ khác xếp loại."
        ]
        if self.rescales:
            notes.append("Phần thẩm định được quy đổi về đủ điểm tối đa khi có tiêu chí không đánh giá, sau đó cộng điểm tập trung.")
        if rules.deduction:
            each = "mỗi trường hợp" if rules.deduction.per_case else "một lần, dù có một hay nhiều trường hợp"
            notes.append(f"Điểm trừ: {vi_short(rules.deduction.percent)} % tổng số điểm, {each} ({rules.deduction.basis}).")
        if most:
            notes.append(f"{COMMENDED}: các hạng đầu mỗi khối theo số lượng ở trang {RULES}; bằng nhau ở hạng cuối thì đều được đề nghị.")
        if any(table.appendix.illustrative for table in self.tables.values()):
            notes.append(words.ILLUSTRATIVE)
        return notes

    def _put_notes(self, sheet: Sheet, row: int, last: int) -> int:
        row += 1
        for offset, note in enumerate(self._notes()):
            sheet.span(row + offset, 1, last, ("Ghi chú: " if offset == 0 else "") + note, "small")
        return row + len(self._notes())

    # ---------------------------------------------------------------------------------------------------------------- Kết quả

    def _result(self) -> Sheet:
        """The published table: portrait, its figures taken from the computation."""
        last, basis = 7, "(Kèm theo Quyết định số ….…/QĐ-….… ngày … tháng … năm ….… của {organiser})"
        sheet = Sheet(RESULT, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3))
        sheet.widths = {1: 7, 2: 28, 3: 8.5, 4: 8.5, 5: 9, 6: 9.5, 7: 19}
        sheet.span(1, 1, last, "Phụ lục", "appendix")
        sheet.span(2, 1, last, f"CHỈ SỐ VÀ XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {self.data.year}", "title")
        sheet.span(3, 1, last, basis.format(organiser=self.data.organiser), "basis")
        sheet.row(HEAD, ("Xếp hạng", "Đơn vị", "Điểm đạt", "Điểm tối đa", "Chỉ số (%)", "Xếp loại", "Ghi chú"), "head")
        sheet.row(HEAD + 1, [f"({index})" for index in range(1, last + 1)], "head_number")
        looks = {RANK: "number_bold", GRADE: "centre", NOTE: "cell"}
        for row, line in enumerate(self.lines, FIRST):
            unit = line.unit
            if unit is None:
                sheet.span(row, 1, last, line.text, "field" if line.is_title else "apart")
                continue
            values = self._values(line)
            sheet.put(row, 2, unit.name, "cell")
            looks |= {GOT: f"figure_{unit.digits}", POSSIBLE: f"figure_{unit.digits}", INDEX: f"index_{unit.digits}"}
            for col, source in ((1, RANK), (3, GOT), (4, POSSIBLE), (5, INDEX), (6, GRADE), (7, NOTE)):
                sheet.put(row, col, values[source], looks[source], self._ranking_cell(unit, source))
        _give_air(sheet, FIRST)
        end = self._put_notes(sheet, FIRST + len(self.lines), last)
        sheet.print_to = (end - 1, last)
        return sheet

    def _decisions(self) -> Sheet:
        """Every decision a person took outside the rules, so that nobody has to ask why a unit counts."""
        sheet = Sheet(DECISIONS, landscape=True, repeat_rows=(4, 4), freeze=(5, 1))
        sheet.widths = {1: 34, 2: 22, 3: 42, 4: 17, 5: 16}
        self._heading(sheet, 5, "QUYẾT ĐỊNH NGOÀI QUY ĐỊNH CHUNG")
        sheet.row(4, ("Cơ quan, đơn vị", "Quyết định", "Lý do", "Thời điểm", "Người ghi"), "head")
        for offset, told in enumerate(self.data.decisions):
            sheet.row(5 + offset, told, "cell")
        sheet.print_to = (4 + len(self.data.decisions), 5)
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Xếp hạng

    def _values(self, line: _Line) -> dict[int, Value]:
        """What the formulas of a unit's line come to, by column."""
        unit = line.unit
        assert unit is not None
        shown = unit.pari is not None
        note = unit.words
        if unit.kind != "missing" and not shown:
            note = UNFINISHED.format(count=_left(self.tables[unit.appendix].appendix, unit))
        elif unit.kind == "unranked":
            note = NOT_RANKED
        elif unit.commended:
            note = COMMENDED
        figures = (unit.rescaled, unit.survey, unit.deduction, unit.a, unit.A, unit.pari)
        own = unit.own_points if _has_own(unit) else None
        values: dict[int, Value] = {SELF: own, NOTE: note, RANK: unit.rank, GRADE: unit.grade}
        values.update((col, figure if shown else None) for col, figure in enumerate(figures, APPRAISED_COL))
        return values

    def _ranking(self) -> Sheet:
        """The computation, block by block, landscape: every figure by formula from the scores sheets."""
        sheet = Sheet(RANKING, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(FIRST, 3))
        sheet.widths = {
            1: 5,
            2: 31,
            SELF: 9,
            APPRAISED_COL: 9,
            SURVEY: 9,
            MINUS: 8,
            GOT: 10,
            POSSIBLE: 8.5,
            INDEX: 10.5,
            RANK: 7,
            GRADE: 10,
            NOTE: 18,
            ROUNDED: 8,
            TURN: 4,
        }
        sheet.hidden_columns = (ROUNDED, TURN)
        note = f"Mỗi số là một công thức, lần ngược được đến từng tiêu chí ở các trang {FINAL}, {OWN} và đến trang {RULES}."
        self._heading(sheet, NOTE, f"TÍNH CHỈ SỐ VÀ XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {self.data.year}", note)
        appraised = "Thẩm định quy đổi" if self.rescales else "Điểm thẩm định"
        heads = (
            "STT",
            "Đơn vị",
            "Điểm tự chấm",
            appraised,
            "Điểm tập trung",
            "Điểm trừ",
            "Điểm đạt (a)",
            "Điểm tối đa (A)",
            "Chỉ số (%)",
            "Xếp hạng",
            "Xếp loại",
            "Ghi chú",
        )
        sheet.row(HEAD, heads, "head")
        sums = {GOT: "(7) = (4) + (5) – (6)", INDEX: "(9) = (7) / (8) × 100"}
        sheet.row(HEAD + 1, [sums.get(index, f"({index})") for index in range(1, NOTE + 1)], "head_number")
        turn = 0
        for row, line in enumerate(self.lines, FIRST):
            if line.unit is None:
                turn = 0 if line.is_title else turn
                sheet.span(row, 1, NOTE, line.text, "field" if line.is_title else "apart")
            else:
                turn += 1
                self._ranking_row(sheet, row, turn, line, line.unit)
        _give_air(sheet, FIRST)
        end = self._put_notes(sheet, FIRST + len(self.lines), NOTE)
        sheet.print_to = (end - 1, NOTE)
        return sheet

    def _ranking_row(self, sheet: Sheet, row: int, turn: int, line: _Line, unit: UnitRow) -> None:
        table, values = self.tables[unit.appendix], self._values(line)
        left, kind = table.cell(unit, "left"), table.cell(unit, "kind")
        appraised, survey, minus, got, most, index, rank, helper = (
            a1(row, col) for col in (APPRAISED_COL, SURVEY, MINUS, GOT, POSSIBLE, INDEX, RANK, ROUNDED)
        )
        gross, cases = f"({appraised}+{survey})", table.cell(unit, "cases")
        formulas = {
            SELF: table.own_cell(unit, 4),
            APPRAISED_COL: f'IF({left}>0,"",{table.cell(unit, "rescaled" if self.rescales else "appraised")})',
            SURVEY: f'IF({left}>0,"",{table.cell(unit, "survey")})',
            MINUS: f'IF({left}>0,"",{self._deduction_formula(gross, cases)})',
            GOT: f'IF({left}>0,"",{appraised}+{survey}-{minus})',
            POSSIBLE: f'IF({left}>0,"",{table.cell(unit, "possible")})',
            INDEX: f'IF({left}>0,"",IF({most}=0,0,{got}/{most}*100))',
            RANK: f'IF({helper}="","",{self._rank_formula(row, line.block)})',
            GRADE: f'IF({kind}="{KINDS["missing"]}",XEP_LOAI_KHONG_HO_SO&"",IF({index}="","",{self._grade_formula(index)}))',
            NOTE: self._note_formula(left, rank, line.block, unit),
        }
        looks = {MINUS: "points_or_dash", GOT: "points_bold", INDEX: f"index_{unit.digits}", RANK: "number_bold"}
        looks |= {GRADE: "centre", NOTE: "cell"}
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, unit.name, "cell")
        for col, formula in formulas.items():
            sheet.put(row, col, values[col], looks.get(col, "points"), formula)
        compared = None if unit.rank is None or unit.pari is None else rounded(unit.pari)
        sheet.put(row, ROUNDED, compared, "helper", f'IF({kind}<>"{KINDS["ranked"]}","",IF({index}="","",ROUND({index},9)))')
        if self.rules.ties == "share":
            first, last = self.rows_of_block[line.block.code]
            found = f"IF(MATCH({helper},{_down(first, last, ROUNDED)},0)={row - first + 1},1,0)"
            sheet.put(row, TURN, int(line.opens_rank), "helper", f'IF({helper}="",0,{found})')

    def _rank_formula(self, row: int, block: BlockTable) -> str:
        first, last = self.rows_of_block[block.code]
        compared = _down(first, last, ROUNDED)
        if self.rules.ties == "share":  # counts each greater index once; a text is greater than any number, but opens no rank
            return f"1+SUMPRODUCT(({compared}>{a1(row, ROUNDED)})*{_down(first, last, TURN)})"
        return f"RANK({a1(row, ROUNDED)},{compared})"

    def _deduction_formula(self, gross: str, cases: str) -> str:
        if self.rules.deduction is None:
            return "0"
        if self.rules.deduction.per_case:
            return f"MIN({gross},{gross}*TY_LE_TRU/100*{cases})"
        return f"IF({cases}>0,MIN({gross},{gross}*TY_LE_TRU/100),0)"

    def _grade_formula(self, index: str) -> str:
        found = f"INDEX(TEN_XEP_LOAI,SUMPRODUCT((NGUONG_XEP_LOAI>ROUND({index},9))*1)+1)"
        if self._grades()[-1].at_least > 0:
            return f'IF(ROUND({index},9)<MIN(NGUONG_XEP_LOAI),"",{found})'
        return found

    def _note_formula(self, left: str, rank: str, block: BlockTable, unit: UnitRow) -> str:
        if unit.kind == "missing":
            return ""
        before, after = UNFINISHED.split("{count}")
        rest = f'"{NOT_RANKED}"'
        if unit.kind == "ranked":
            number = f"{quoted(RULES)}!{a1(self.block_row + self.block_turn[block.code], 3, absolute=True)}"
            rest = f'IF({rank}<={number},"{COMMENDED}","")'
        return f'IF({left}>0,"{before}"&{left}&"{after}",{rest})'

    # ---------------------------------------------------------------------------------------------------------------- Quy tắc

    def _rules(self) -> Sheet:
        """The numbers that the formulas read, and where they come from."""
        rules, version = self.rules, self.data.version
        sheet = Sheet(RULES, repeat_rows=None)
        sheet.widths = {1: 38, 2: 14, 3: 34}
        basis = version.legal_basis[0]
        named = f"Quyết định số {basis.number} ngày {basis.date} của {basis.issuer}" if basis.number else basis.title
        self._heading(sheet, 3, "QUY TẮC XẾP LOẠI, XẾP HẠNG", f"Theo {named}.")
        sheet.put(self.rule_row - 2, 1, "Xếp loại", "section")
        sheet.row(self.rule_row - 1, ("Xếp loại", "Chỉ số từ (%)", "Cách hiểu"), "head")
        above = ""
        for row, grade in enumerate(self._grades(), self.rule_row):
            least = vi_short(grade.at_least)
            sheet.put(row, 1, grade.name, "cell")
            sheet.put(row, 2, grade.at_least, "centre")
            sheet.put(row, 3, f"từ {least} % đến dưới {above} %" if above else f"từ {least} % trở lên", "cell")
            above = least
        row = self.rule_row + len(rules.grades) + 1
        cut = rules.deduction
        each = "" if cut is None else "mỗi trường hợp một lần" if cut.per_case else "một lần, dù có nhiều trường hợp"
        sheet.put(row, 1, "Tỷ lệ trừ trên tổng số điểm (%)", "cell")
        sheet.put(row, 2, cut.percent if cut else 0, "centre")
        sheet.put(row, 3, f"{each} ({cut.basis})" if cut else "không quy định", "cell")
        sheet.put(row + 1, 1, "Xếp loại khi không có hồ sơ hợp lệ", "cell")
        sheet.put(row + 1, 2, rules.missing.grade, "centre")
        sheet.put(row + 1, 3, f"{rules.missing.shown} ({rules.missing.basis})", "cell")
        sheet.put(self.block_row - 2, 1, "Khối và số đơn vị đề nghị biểu dương", "section")
        sheet.row(self.block_row - 1, ("Khối", "Số đơn vị", "Đề nghị biểu dương: từ hạng 1 đến hạng"), "head")
        for turn, block in enumerate(self.data.blocks):
            sheet.put(self.block_row + turn, 1, block.name, "cell")
            sheet.put(self.block_row + turn, 2, len(block.rows), "number")
            sheet.put(self.block_row + turn, 3, block.commended, "number")
        row = self.block_row + len(self.data.blocks) + 1
        sheet.put(row, 1, "Nguồn của quy tắc và tiêu chí", "section")
        for offset, part in enumerate(version.provenance, 1):
            sheet.span(row + offset, 1, 3, f"– {part.part}: {part.source}.", "wrap")
        sheet.print_to = (row + len(version.provenance), 3)
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Tổng hợp xếp loại

    def _grade_counts(self) -> Sheet:
        """How many units of each block have each grade, and the share of each grade as a chart."""
        sheet = Sheet(GRADES, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 3))
        grades, blocks = self.grade_names, self.data.blocks
        each = max(6.6, 33 / len(grades))
        last = 3 + len(grades) + 2
        sheet.widths = {1: 5, 2: 29, 3: 6.5} | dict.fromkeys(range(4, 4 + len(grades)), each) | {last - 1: 7, last: 8.5}
        self._heading(sheet, last, f"TỔNG HỢP XẾP LOẠI CẢI CÁCH HÀNH CHÍNH NĂM {self.data.year}")
        sheet.row(HEAD, ("STT", "Khối", "Số đơn vị", *grades, "Chưa xếp loại", "Chỉ số bình quân (%)"), "head")
        for row, block in enumerate(blocks, HEAD + 1):
            self._grade_count_row(sheet, row, block, last)
        first, end = HEAD + 1, HEAD + len(blocks)
        totals, share = end + 1, end + 2
        sheet.span(totals, 1, 2, "Tổng cộng", "total")
        sheet.span(share, 1, 2, "Tỷ lệ (%)", "total")
        units = sum(len(block.rows) for block in blocks)
        whole = a1(totals, 3, absolute=True)
        for col in range(3, last):
            count = total(_number(sheet.cells[row, col].value) for row in range(first, end + 1))
            sheet.put(totals, col, count, "number_bold", f"SUM({_run(first, end, col)})")
            rate = count / units * 100 if units else Fraction(0)
            sheet.put(share, col, rate, "rate", f"IF({whole}=0,0,{a1(totals, col)}/{whole}*100)")
        column = f"{quoted(RANKING)}!{_down(FIRST, FIRST + len(self.lines) - 1, INDEX)}"
        shown = [unit.pari for block in blocks for unit in block.rows if unit.pari is not None]
        sheet.put(totals, last, _mean(shown), "rate_bold", _average(column))
        sheet.put(share, last, None, "cell")
        name = quoted(GRADES)
        names, rates = (f"{name}!{_across(row, 4, last - 2)}" for row in (HEAD, share))
        sheet.charts.append(Chart((share + 2, 1), "Tỷ lệ đơn vị theo xếp loại (%)", names, rates, width=620, height=260))
        _give_air(sheet, first)
        sheet.print_to = (share + 16, last)
        return sheet

    def _grade_count_row(self, sheet: Sheet, row: int, block: BlockTable, last: int) -> None:
        top, bottom = self.rows_of_block[block.code]
        names, grades, indexes = (f"{quoted(RANKING)}!{_down(top, bottom, col)}" for col in (2, GRADE, INDEX))
        target = text_literal(f"#{quoted(RANKING)}!A{top - 1}")
        sheet.put(row, 1, row - HEAD, "number")
        sheet.put(row, 2, block.name, "cell_left_link", f"HYPERLINK({target},{text_literal(block.name[:255])})")
        sheet.put(row, 3, len(block.rows), "number", f"COUNTA({names})")
        for col, grade in enumerate(self.grade_names, 4):
            count = sum(unit.grade == grade for unit in block.rows)
            sheet.put(row, col, count, "number", f"COUNTIF({grades},{a1(HEAD, col, absolute=True)})")
        without = sum(unit.grade == "" for unit in block.rows)
        sheet.put(row, last - 1, without, "number", f"{a1(row, 3)}-SUM({a1(row, 4)}:{a1(row, last - 2)})")
        sheet.put(row, last, _mean([unit.pari for unit in block.rows if unit.pari is not None]), "rate", _average(indexes))

    # ---------------------------------------------------------------------------------------------------------------- Theo lĩnh vực

    def _field_overview(self) -> Sheet:
        """Per tier the mean share of each field, as a table and a chart."""
        sheet = Sheet(FIELDS)
        sheet.widths = {1: 6, 2: 54, 3: 9, 4: 9, 5: 10}
        self._heading(
            sheet,
            5,
            f"KẾT QUẢ THEO LĨNH VỰC NĂM {self.data.year}",
            "Bình quân tỷ lệ điểm đạt trên điểm tối đa của lĩnh vực, tính trên các đơn vị có chỉ số.",
        )
        row, breaks = 5, list[int]()
        for table in self.tables.values():
            sheet.put(row, 1, f"Phụ lục {table.appendix.number}: {self.tier_names[table.appendix.tier]}", "section")
            for col in range(2, 6):
                sheet.put(row, col, None, "section")
            sheet.row(row + 1, ("STT", "Lĩnh vực", "Điểm tối đa", "Số đơn vị", "Bình quân (%)"), "head")
            first = row + 2
            for offset, span in enumerate(table.spans):
                shares = [share for _, unit in table.units if (share := table.shares[unit.code][offset]) is not None]
                column = f"{quoted(table.fields)}!{_down(self._share_first, self._share_last(table), 3 + offset)}"
                sheet.put(first + offset, 1, span.node.code, "code")
                sheet.put(first + offset, 2, span.node.title, "cell")
                maximum = f"{quoted(table.final)}!{a1(MAXIMA, table.field_col + offset)}"
                sheet.put(first + offset, 3, points_of(span.leaves), "centre", maximum)
                sheet.put(first + offset, 4, len(shares), "number", f"COUNT({column})")
                sheet.put(first + offset, 5, _mean(shares), "rate", _average(column))
            last = first + len(table.spans) - 1
            titles, means = (f"{quoted(FIELDS)}!{_down(first, last, col)}" for col in (2, 5))
            height = 90 + 36 * len(table.spans)
            title = f"Bình quân theo lĩnh vực (%): {self.tier_names[table.appendix.tier]}"
            sheet.charts.append(Chart((last + 2, 1), title, titles, means, maximum=100, width=625, height=height))
            row = last + 2 + height // 20 + 2
            breaks.append(row - 1)
        _give_air(sheet, 7)
        sheet.page_breaks = tuple(breaks[:-1])
        sheet.text_number_areas = (f"A5:A{row}",)
        sheet.print_to = (row - 1, 5)
        return sheet

    _share_first = HEAD + 2  # the row under the head and the mean

    def _share_lines(self, table: _Table) -> list[tuple[BlockTable, UnitRow | None]]:
        lines: list[tuple[BlockTable, UnitRow | None]] = []
        for block, unit in table.units:
            if not lines or lines[-1][0] is not block:
                lines.append((block, None))
            lines.append((block, unit))
        return lines

    def _share_last(self, table: _Table) -> int:
        return self._share_first + len(self._share_lines(table)) - 1

    def _field_shares(self, table: _Table) -> Sheet:
        """Per unit the share of each field in percent, its index beside them."""
        count = len(table.spans)
        last = 3 + count
        first, end = self._share_first, self._share_last(table)
        sheet = Sheet(table.fields, landscape=True, repeat_rows=(HEAD, HEAD + 1), freeze=(first, 3))
        sheet.widths = {1: 5, 2: 31} | dict.fromkeys(range(3, last), max(8.0, min(11.5, 90 / count))) | {last: 10}
        tier = self.tier_names[table.appendix.tier]
        self._heading(
            sheet,
            last,
            f"TỶ LỆ ĐIỂM ĐẠT THEO LĨNH VỰC NĂM {self.data.year} (%)",
            f"Phụ lục {table.appendix.number}: {tier}. Điểm đạt / điểm tối đa được đánh giá của từng lĩnh vực.",
        )
        sheet.row(HEAD, ("STT", "Đơn vị", *(f"{span.node.code}. {span.node.title}" for span in table.spans), "Chỉ số (%)"), "head")
        sheet.put(HEAD + 1, 1, None, "cell")
        sheet.put(HEAD + 1, 2, "Bình quân", "criterion")
        for offset in range(count):
            shares = [share for _, unit in table.units if (share := table.shares[unit.code][offset]) is not None]
            sheet.put(HEAD + 1, 3 + offset, _mean(shares), "rate_bold", _average(_down(first, end, 3 + offset)))
        indexes = [unit.pari for _, unit in table.units if unit.pari is not None]
        sheet.put(HEAD + 1, last, _mean(indexes), "rate_bold", _average(_down(first, end, last)))
        turn = 0
        for row, (block, unit) in enumerate(self._share_lines(table), first):
            if unit is None:
                turn = 0
                sheet.span(row, 1, last, block.name, "field")
                continue
            turn += 1
            sheet.put(row, 1, turn, "number")
            sheet.put(row, 2, unit.name, "cell")
            index = self._ranking_cell(unit, INDEX)
            for offset, span in enumerate(table.spans):
                sheet.put(
                    row, 3 + offset, table.shares[unit.code][offset], "rate", self._share_formula(table, unit, offset, span, a1(row, last))
                )
            sheet.put(row, last, unit.pari, f"index_{unit.digits}", index)
        _give_air(sheet, first - 1)
        sheet.print_to = (end, last)
        return sheet

    def _share_formula(self, table: _Table, unit: UnitRow, offset: int, span: _Span, index: str) -> str:
        final, row, col = quoted(table.final), table.row_of[unit.code], table.field_col + offset
        scores, maxima = (f"{a1(one, span.first)}:{a1(one, span.last)}" for one in (row, MAXIMA))
        possible = f'({final}!{a1(MAXIMA, col)}-SUMIF({final}!{scores},"{SKIPPED}",{final}!{maxima}))'
        return f'IF({index}="","",IF({possible}=0,"",{final}!{a1(row, col)}/{possible}*100))'

    # ---------------------------------------------------------------------------------------------------------------- Điểm mất

    def _lost(self, table: _Table) -> Sheet:
        """Criteria by the points lost on average, most first as of writing; the means stay live."""
        sheet = Sheet(table.lost, repeat_rows=(HEAD, HEAD), freeze=(HEAD + 1, 4))
        sheet.widths = {1: 5, 2: 7, 3: 37, 4: 8, 5: 8, 6: 8, 7: 8, 8: 8}
        tier = self.tier_names[table.appendix.tier]
        note = f"Phụ lục {table.appendix.number}: {tier}. Từ tiêu chí mất nhiều điểm nhất; không tính đơn vị không đánh giá tiêu chí."
        self._heading(sheet, 8, f"ĐIỂM MẤT THEO TIÊU CHÍ NĂM {self.data.year}", note)
        sheet.row(HEAD, ("STT", "Mã", "Tiêu chí", "Điểm tối đa", "Số đơn vị", "Bình quân đạt", "Bình quân mất", "Tỷ lệ mất (%)"), "head")
        found = {
            leaf.code: [one for _, unit in table.units if isinstance(one := unit.final.get(leaf.code), Fraction)]
            for leaf in table.appendix.leaves
        }
        means = {code: _mean(points) for code, points in found.items()}

        def lost(leaf: Leaf) -> Fraction:
            mean = means[leaf.code]
            return Fraction(-1) if mean is None else leaf.max - mean

        for row, leaf in enumerate(sorted(table.appendix.leaves, key=lost, reverse=True), HEAD + 1):
            column, mean = table.column(table.leaf_col[leaf.code]), means[leaf.code]
            most, got, gone = (a1(row, col) for col in (4, 6, 7))
            maximum = f"{quoted(table.final)}!{a1(MAXIMA, table.leaf_col[leaf.code])}"
            sheet.put(row, 1, row - HEAD, "number")
            sheet.put(row, 2, leaf.code, "code")
            sheet.put(row, 3, leaf.title, "cell")
            sheet.put(row, 4, leaf.max, "centre", maximum)
            sheet.put(row, 5, len(found[leaf.code]), "number", f"COUNT({column})")
            sheet.put(row, 6, mean, "rate", _average(column))
            sheet.put(row, 7, None if mean is None else leaf.max - mean, "rate_bold", f'IF({got}="","",{most}-{got})')
            rate = None if mean is None else (leaf.max - mean) / leaf.max * 100 if leaf.max else Fraction(0)
            sheet.put(row, 8, rate, "rate", f'IF({got}="","",IF({most}=0,0,{gone}/{most}*100))')
        end = HEAD + len(table.appendix.leaves)
        sheet.text_number_areas = (f"B{HEAD + 1}:B{end}",)
        _give_air(sheet, HEAD + 1)
        sheet.print_to = (end, 8)
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Bảng điểm

    def _final(self, table: _Table) -> Sheet:
        """Every unit's final points by leaf, and what the ranking takes from them. Fields and leaves are for the screen."""
        last = table.field_col - 1
        sheet = self._score_sheet(table.final, table, table.spans, last, f"BẢNG ĐIỂM NĂM {self.data.year}")
        sheet.widths |= {1: 11, 2: 34, 3: 29, 4: 13} | dict.fromkeys(range(5, table.field_col), 8.8)
        sheet.widths |= dict.fromkeys(range(table.field_col, table.field_col + len(table.spans)), 7.5)
        for key, col in table.col.items():
            _tall_head(sheet, col, FINAL_HEADS[key])
        sheet.span(SCORE_HEAD, table.field_col, table.field_col + len(table.spans) - 1, "Điểm theo lĩnh vực", "head")
        for offset, span in enumerate(table.spans):
            sheet.put(SCORE_HEAD + 1, table.field_col + offset, span.node.code, "head")
        self._final_maxima(sheet, table)
        kinds, maxima = (_across(row, table.spans[0].first, table.spans[-1].last) for row in (TYPES, MAXIMA))
        for block, unit in table.units:
            row = table.row_of[unit.code]
            run = _across(row, table.spans[0].first, table.spans[-1].last, fixed=False)
            self._score_row(sheet, row, block, unit, unit.final, table.spans)
            sheet.put(row, table.col["kind"], KINDS[unit.kind], "cell")
            sheet.put(row, table.col["cases"], unit.deductions, "number")
            leaves, everything = table.appendix.leaves, a1(MAXIMA, table.col["possible"], absolute=True)
            without = _left(table.appendix, unit)
            figures: dict[str, tuple[Fraction, str]] = {
                "appraised": (unit.appraised, f'SUMIF({kinds},"{APPRAISED}",{run})'),
                "survey": (unit.survey, f'SUMIF({kinds},"{CENTRAL}",{run})'),
                "possible": (unit.A, f'{everything}-SUMIF({run},"{SKIPPED}",{maxima})'),
            }
            if self.rescales:
                figures |= self._rescaled_figures(table, unit, row, kinds, run, maxima)
            sheet.put(row, table.col["left"], without, "number", f'{len(leaves)}-COUNT({run})-COUNTIF({run},"{SKIPPED}")')
            blank = f"{a1(row, table.col['left'])}={len(leaves)}"
            for key, (value, formula) in figures.items():
                sheet.put(row, table.col[key], None if without == len(leaves) else value, "points", f'IF({blank},"",{formula})')
            for offset, span in enumerate(table.spans):
                cells = f"{a1(row, span.first)}:{a1(row, span.last)}"
                scored = any(isinstance(unit.final.get(leaf.code), Fraction) for leaf in span.leaves)
                got = unit.fields[offset][0] if scored else None
                sheet.put(row, table.field_col + offset, got, "centre", f'IF(COUNT({cells})=0,"",SUM({cells}))')
        _give_air(sheet, SCORE_FIRST)
        return sheet

    def _rescaled_figures(
        self, table: _Table, unit: UnitRow, row: int, kinds: str, run: str, maxima: str
    ) -> dict[str, tuple[Fraction, str]]:
        """What replaces A and is added where the appraised part is rescaled to its full maximum before the central part is added."""
        leaves = table.appendix.leaves
        assessed, appraised = a1(row, table.col["assessed"]), a1(row, table.col["appraised"])
        full = a1(MAXIMA, table.col["appraised"], absolute=True)

        def part(kind: str) -> str:
            return f'SUMPRODUCT(({kinds}="{kind}")*({run}<>"{SKIPPED}")*{maxima})'

        kept = _possible(unit, [leaf for leaf in leaves if leaf.is_appraised])
        return {
            "assessed": (kept, part(APPRAISED)),
            "rescaled": (unit.rescaled, f"IF({assessed}=0,0,{appraised}/{assessed}*{full})"),
            "possible": (unit.A, f"IF({assessed}=0,0,{full})+{part(CENTRAL)}"),
        }

    def _final_maxima(self, sheet: Sheet, table: _Table) -> None:
        kinds, maxima = (_across(row, table.spans[0].first, table.spans[-1].last) for row in (TYPES, MAXIMA))
        leaves = table.appendix.leaves
        appraised = points_of(tuple(leaf for leaf in leaves if leaf.is_appraised))
        everything = points_of(leaves)
        figures = {
            "appraised": (appraised, f'SUMIF({kinds},"{APPRAISED}",{maxima})'),
            "survey": (everything - appraised, f'SUMIF({kinds},"{CENTRAL}",{maxima})'),
            "possible": (everything, f"SUM({maxima})"),
        }
        for key, (value, formula) in figures.items():
            sheet.put(MAXIMA, table.col[key], value, "criterion_points", formula)
        for offset, span in enumerate(table.spans):
            run = f"{a1(MAXIMA, span.first)}:{a1(MAXIMA, span.last)}"
            sheet.put(MAXIMA, table.field_col + offset, points_of(span.leaves), "field_code", f"SUM({run})")

    def _own(self, table: _Table) -> Sheet:
        """What the units gave themselves, by leaf, in the same rows as the final points."""
        last = len(OWN_HEADS)
        sheet = self._score_sheet(table.own, table, table.own_spans, last, f"ĐIỂM TỰ CHẤM NĂM {self.data.year}")
        sheet.widths |= {1: 11, 2: 40, 3: 34, 4: 12, 5: 14, 6: 12}
        for col, head in enumerate(OWN_HEADS, 1):
            _tall_head(sheet, col, head)
        leaves = table.appendix.self_leaves
        if not table.own_spans:
            for block, unit in table.units:
                self._score_row(sheet, table.row_of[unit.code], block, unit, unit.own, ())
            return sheet
        start, end = table.own_spans[0].first, table.own_spans[-1].last
        maxima = _across(MAXIMA, start, end)
        sheet.put(MAXIMA, 5, points_of(leaves), "criterion_points", f"SUM({maxima})")
        for block, unit in table.units:
            row = table.row_of[unit.code]
            run = _across(row, start, end, fixed=False)
            self._score_row(sheet, row, block, unit, unit.own, table.own_spans)
            got, most = a1(row, 4), a1(row, 5)
            shown = _has_own(unit)
            rate = unit.own_points / unit.own_possible * 100 if unit.own_possible else Fraction(0)
            sheet.put(row, 4, unit.own_points if shown else None, "points", f'IF(COUNT({run})+COUNTIF({run},"{SKIPPED}")=0,"",SUM({run}))')
            possible = f'{a1(MAXIMA, 5, absolute=True)}-SUMIF({run},"{SKIPPED}",{maxima})'
            sheet.put(row, 5, unit.own_possible if shown else None, "points", f'IF({got}="","",{possible})')
            sheet.put(row, 6, rate if shown else None, "rate", f'IF({got}="","",IF({most}=0,0,{got}/{most}*100))')
        _give_air(sheet, SCORE_FIRST)
        return sheet

    def _score_sheet(self, name: str, table: _Table, spans: Sequence[_Span], last: int, title: str) -> Sheet:
        """A scores sheet with its heading and the heads, kinds and maxima of its leaves."""
        sheet = Sheet(name, landscape=True, repeat_rows=(SCORE_HEAD, MAXIMA), freeze=(SCORE_FIRST, 3), print_to=(table.last_row, last))
        tier = self.tier_names[table.appendix.tier]
        self._heading(sheet, last, f"{title} – PHỤ LỤC {table.appendix.number}: {tier.upper()}", LEGEND)
        for row in (TYPES, MAXIMA):
            for col in range(1, (spans[0].first if spans else last + 1)):
                sheet.put(row, col, None, "cell")
        sheet.put(TYPES, 2, "Loại điểm", "criterion")
        sheet.put(MAXIMA, 2, "Điểm tối đa", "criterion")
        for span in spans:
            sheet.span(SCORE_HEAD, span.first, span.last, f"{span.node.code}. {span.node.title}", "head_left")
            for col, leaf in enumerate(span.leaves, span.first):
                sheet.widths[col] = 6.5
                sheet.put(SCORE_HEAD + 1, col, leaf.code, "head")
                sheet.put(TYPES, col, CENTRAL if leaf.is_central else APPRAISED, "head_number")
                sheet.put(MAXIMA, col, leaf.max, "field_code")
        areas = [f"A{SCORE_FIRST}:A{table.last_row}"]
        if spans:
            areas.append(area((SCORE_HEAD + 1, last + 1), (SCORE_HEAD + 1, spans[-1].last)))
        sheet.text_number_areas = tuple(areas)
        return sheet

    def _score_row(
        self, sheet: Sheet, row: int, block: BlockTable, unit: UnitRow, scores: Mapping[str, Score], spans: Iterable[_Span]
    ) -> None:
        """A unit's name and points. Equal cells are one object: a large campaign has millions of them and few different points."""
        sheet.put(row, 1, unit.code, "code")
        sheet.put(row, 2, unit.name, "cell")
        sheet.put(row, 3, block.name, "cell")
        for span in spans:
            for col, leaf in enumerate(span.leaves, span.first):
                score = scores.get(leaf.code)
                cell = self.made.get(score)
                if cell is None:
                    cell = self.made[score] = Cell(score, look="centre")
                sheet.cells[row, col] = cell


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the ranking: a unit, a block's title, or the label of those that stand apart."""

    block: BlockTable
    unit: UnitRow | None = None
    text: str = ""
    is_title: bool = False
    opens_rank: bool = False


def _lines(blocks: Sequence[BlockTable]) -> list[_Line]:
    """The lines of all blocks, one after another."""
    lines = []
    for block in blocks:
        lines.append(_Line(block, text=f"{block.name} ({len(block.rows)} đơn vị)", is_title=True))
        group, rank = "ranked", None
        for unit in block.rows:
            if unit.group != group:
                group = unit.group
                lines.append(_Line(block, text=APART[group]))
            lines.append(_Line(block, unit, opens_rank=unit.rank is not None and unit.rank != rank))
            rank = unit.rank
    return lines


def _spans(appendix: Appendix, first: int, keep: Callable[[Leaf], bool]) -> tuple[_Span, ...]:
    """The top nodes with the columns of those leaves that a sheet holds, from column `first` on; nodes without any are left out."""
    spans = []
    for node in appendix.children:
        leaves = tuple(leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if keep(leaf))
        if leaves:
            spans.append(_Span(node, leaves, first, first + len(leaves) - 1))
            first += len(leaves)
    return tuple(spans)


def _leaf_columns(spans: Iterable[_Span]) -> dict[str, int]:
    return {leaf.code: col for span in spans for col, leaf in enumerate(span.leaves, span.first)}


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel takes, unlike those in `taken`, and now among them: at most 31 characters, none of []:*?/\\, no quote at the ends."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", wanted).strip("' ")
    name, turn = plain[:31].strip("' "), 1
    while name.casefold() in taken:
        turn += 1
        end = f" ({turn})"
        name = plain[: 31 - len(end)] + end
    taken.add(name.casefold())
    return name


def _give_air(sheet: Sheet, first: int) -> None:
    """Make the lines of a table a little higher than their letters, where one line of text is all there is: nobody types there."""
    merged = {row for (row, _), _ in sheet.merges}
    single = dict.fromkeys((row for row, _ in sheet.cells if row >= first), True)
    for (row, col), cell in sheet.cells.items():
        if row >= first and row not in merged and isinstance(cell.value, str):
            single[row] &= lines_of(cell.value, column_points(sheet.widths[col]), 11) == 1
    sheet.heights |= {row: AIR for row, fits in single.items() if fits}


def _tall_head(sheet: Sheet, col: int, title: str) -> None:
    """A head of a scores sheet that stands beside two lines of heads."""
    sheet.put(SCORE_HEAD, col, title, "head")
    sheet.merges.append(((SCORE_HEAD, col), (SCORE_HEAD + 1, col)))


def _left(appendix: Appendix, unit: UnitRow) -> int:
    return sum(unit.final.get(leaf.code) is None for leaf in appendix.leaves)


def _has_own(unit: UnitRow) -> bool:
    return any(score is not None for score in unit.own.values())


def _possible(unit: UnitRow, leaves: Iterable[Leaf]) -> Fraction:
    return total(leaf.max for leaf in leaves if unit.final.get(leaf.code) != SKIPPED)


def _shares(unit: UnitRow) -> list[Fraction | None]:
    """What a unit got of each field in percent; None where it has no index or nothing of the field is assessed."""
    return [None if unit.pari is None or not possible else got / possible * 100 for got, possible in unit.fields]


def total(values: Iterable[Fraction]) -> Fraction:
    """The exact sum. Adds up numerators by denominator first: points have few different ones, and `Fraction` is slow to add."""
    parts: dict[int, int] = {}
    for value in values:
        bottom = value.denominator
        parts[bottom] = parts.get(bottom, 0) + value.numerator
    common = math.lcm(*parts)
    return Fraction(sum(top * (common // bottom) for bottom, top in parts.items()), common)


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return total(values) / len(values) if values else None


def _average(cells: str) -> str:
    return f'IF(COUNT({cells})=0,"",AVERAGE({cells}))'


def _number(value: Value) -> Fraction:
    assert isinstance(value, int | Fraction)
    return Fraction(value)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _down(first: int, last: int, col: int) -> str:
    return f"{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"


def _run(first: int, last: int, col: int) -> str:
    return f"{a1(first, col)}:{a1(last, col)}"


def _across(row: int, first: int, last: int, *, fixed: bool = True) -> str:
    return f"{a1(row, first, absolute=fixed)}:{a1(row, last, absolute=fixed)}"
