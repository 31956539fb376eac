"""A unit's own result sheet (phiếu kết quả): every score of every leaf with its reason, and how index, grade and rank come out of them.

All totals, the index, the grade and the rank are formulas over cells of the same workbook; of other units it holds nothing but how many
stand above. Arrives computed (`processor.unit_results`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from rubric_versions.model import Appendix, Leaf, Node, RubricVersion
from rubric_versions.numbers import decimal_text, vi_short
from workbook_templates.book import Book, Condition, Sheet, Value, a1, quoted
from workbook_templates.ranking_data import SKIPPED, Score, UnitRow, possible_of, total

RESULT, RULES = "Kết quả", "Quy tắc"
TOP = 6
"""The row of the summary's title; the table of the leaves follows it."""
CODE, TITLE, MAX, STEPS = 1, 2, 3, 4
COUNCIL, CENTRAL = "TĐ", "TT"


@dataclass(frozen=True, slots=True)
class LeafResult:
    """One leaf: its score at each step in the order of the heads, the last of them final; what was said of it."""

    scores: tuple[Score, ...]
    said: str


@dataclass(frozen=True)
class UnitResultData:
    """What the workbook shows of one unit: its line of the ranking, the heads of the steps, the leaves, and where it stands in its block.

    `ranked` units of the block have a rank; `above` of them have a greater index (or, where ranks are not skipped, so many indexes).
    """

    version: RubricVersion
    organiser: str
    title: str
    year: int
    signer_title: str
    signer: str
    block: str
    unit: UnitRow
    appendix: Appendix
    heads: tuple[str, ...]
    leaves: Mapping[str, LeafResult]
    ranked: int
    above: int
    told: tuple[str, ...] = ()


def unit_result_book(data: UnitResultData) -> Book:
    """The workbook: the sheet that is sent and signed, and the thresholds its grade is read from."""
    made = _UnitResult(data)
    title = f"Phiếu kết quả cải cách hành chính năm {data.year} – {data.unit.name}"
    return Book(title, [made.result(), made.rules()], password=f"{data.version.id}-ket-qua", author=data.organiser)


class _Liner(Protocol):
    """What puts one line of the summary: a key for later formulas, a label, the value with its look and formula, a note."""

    def __call__(self, key: str, label: str, value: Value, look: str, formula: str, note: str = "") -> None: ...


class _UnitResult:
    def __init__(self, data: UnitResultData) -> None:
        self.data = data
        self.steps = len(data.heads)
        self.final = STEPS + self.steps - 1
        self.difference, self.said, self.kind = self.final + 1, self.final + 2, self.final + 3
        self.grades = sorted(data.version.rules.grades, key=lambda one: one.at_least, reverse=True)
        self._place(0)
        self._place(self._summary(Sheet(RESULT)) + 2)

    def _place(self, head: int) -> None:
        """The table's head stands in that row: where it stands follows from how many lines the summary has."""
        self.head, self.first = head, head + 2
        self.rows = {id(node): self.first + turn for turn, (_, node) in enumerate(self.data.appendix.walk())}
        self.last = self.first + len(self.rows) - 1

    def _column(self, col: int) -> str:
        return f"{a1(self.first, col, absolute=True)}:{a1(self.last, col, absolute=True)}"

    def result(self) -> Sheet:
        data, wide = self.data, self.steps > 3
        sheet = Sheet(RESULT, landscape=wide, repeat_rows=(self.head, self.head + 1))
        sheet.widths = {CODE: 7, TITLE: 43 if wide else 35, MAX: 8} | dict.fromkeys(range(STEPS, self.final + 1), 8.0)
        sheet.widths |= {self.difference: 8, self.said: 34 if wide else 27, self.kind: 5}
        sheet.hidden_columns = (self.kind,)
        sheet.span(1, 1, self.said, data.organiser.upper(), "unit")
        sheet.span(2, 1, self.said, f"PHIẾU KẾT QUẢ CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM {data.year}", "title")
        sheet.span(3, 1, self.said, data.unit.name, "title")
        sheet.span(4, 1, self.said, f"{data.title} – {data.block} – Phụ lục {data.appendix.number}", "small_centre")
        self._summary(sheet)
        heads = ("Mã", "Tiêu chí", "Điểm tối đa", *data.heads, "Tăng, giảm", "Lý do, ý kiến thẩm định")
        sheet.row(self.head, heads, "head")
        sheet.row(self.head + 1, [f"({turn})" for turn in range(1, self.said + 1)], "head_number")
        for depth, node in data.appendix.walk():
            self._line(sheet, depth, node)
        end = self._signature(sheet, self.last + 2)
        sheet.text_number_areas = (f"A{self.first}:A{self.last}",)
        cell, area = a1(self.first, self.difference), f"{a1(self.first, self.difference)}:{a1(self.last, self.difference)}"
        sheet.conditions = [Condition(area, f"AND(ISNUMBER({cell}),{cell}<0)", "is_bad_plain")]
        sheet.print_to = (end, self.said)
        return sheet

    def _line(self, sheet: Sheet, depth: int, node: Node) -> None:
        row = self.rows[id(node)]
        if isinstance(node, Leaf):
            one = self.data.leaves[node.code]
            sheet.put(row, CODE, node.code, "code")
            sheet.put(row, TITLE, node.title, "cell")
            sheet.put(row, MAX, node.max, "points")
            for offset, score in enumerate(one.scores):
                sheet.put(row, STEPS + offset, score, "points_bold" if STEPS + offset == self.final else "points")
            own, final = one.scores[0], one.scores[-1]
            change = final - own if isinstance(own, Fraction) and isinstance(final, Fraction) else None
            mine, given = a1(row, STEPS), a1(row, self.final)
            formula = f'IF(AND(ISNUMBER({mine}),ISNUMBER({given})),{given}-{mine},"")'
            sheet.put(row, self.difference, change, "rise_points", formula)
            sheet.put(row, self.said, one.said or None, "cell")
            sheet.put(row, self.kind, CENTRAL if node.is_central else COUNCIL, "helper")
            return
        look = "field" if depth == 1 else "criterion"
        points = "field_points" if depth == 1 else "criterion_points"
        sheet.put(row, CODE, node.code, "field_code" if depth == 1 else "criterion_code")
        sheet.put(row, TITLE, node.title, look)
        leaves = tuple(node.leaves())
        sheet.put(
            row,
            MAX,
            total(leaf.max for leaf in leaves),
            points,
            f"SUM({','.join(a1(self.rows[id(child)], MAX) for child in node.children)})",
        )
        for offset in range(self.steps):
            scores = [self.data.leaves[leaf.code].scores[offset] for leaf in leaves]
            col = STEPS + offset
            counted = [one for one in scores if isinstance(one, Fraction)]
            cells = ",".join(a1(self.rows[id(child)], col) for child in node.children)
            sheet.put(row, col, total(counted) if counted else None, points, f'IF(COUNT({cells})=0,"",SUM({cells}))')
        sheet.put(row, self.difference, None, look)
        sheet.put(row, self.said, None, look)

    def _summary(self, sheet: Sheet) -> int:
        """The steps from points to rank, each a formula over the table and the lines above; the last row."""
        row = TOP
        rules, unit, final = self.data.version.rules, self.data.unit, self._column(self.final)
        kinds, maxima = self._column(self.kind), self._column(MAX)
        sheet.span(row, 1, self.said, "Kết quả", "section")
        place: dict[str, str] = {}

        def line(key: str, label: str, value: Value, look: str, formula: str, note: str = "") -> None:
            nonlocal row
            row += 1
            sheet.span(row, 1, TITLE, label, "criterion" if key in ("a", "index", "grade", "rank") else "cell")
            sheet.put(row, MAX, value, look, formula)
            sheet.span(row, STEPS, self.said, note, "cell")
            place[key] = a1(row, MAX)

        line("given", "Điểm thẩm định", unit.appraised, "points", f'SUMIF({kinds},"{COUNCIL}",{final})')
        if rules.not_assessed == "rescale_then_survey":
            kept = possible_of(unit, [leaf for leaf in self.data.appendix.leaves if leaf.is_appraised])
            full = total(leaf.max for leaf in self.data.appendix.leaves if leaf.is_appraised)
            assessed = f'SUMPRODUCT(({kinds}="{COUNCIL}")*({final}<>"{SKIPPED}"),{maxima})'
            line("kept", "Điểm tối đa phần thẩm định được đánh giá", kept, "points", assessed)
            line("full", "Điểm tối đa phần thẩm định", full, "points", f'SUMIF({kinds},"{COUNCIL}",{maxima})')
            rescaled = f"IF({place['kept']}=0,0,{place['given']}/{place['kept']}*{place['full']})"
            line("given", "Điểm thẩm định quy đổi", unit.rescaled, "points", rescaled, "quy đổi về đủ điểm tối đa phần thẩm định")
        line("central", "Điểm tập trung", unit.survey, "points", f'SUMIF({kinds},"{CENTRAL}",{final})', "điều tra xã hội học, nhận xét")
        whole = f"{place['given']}+{place['central']}"
        words_of = {"+": "cộng", "-": "trừ"}
        for key, listed, got, raw, sign in (
            ("bonus", rules.bonus, unit.bonus, unit.bonus_cases, "+"),
            ("minus", rules.minus, unit.minus, unit.minus_cases, "-"),
        ):
            if listed is not None:
                told = f"tối đa {vi_short(listed.cap)} điểm ({listed.basis})"
                line(f"{key} cases", f"Điểm {words_of[sign]} của các trường hợp", raw, "points", "", told)
                line(key, f"Điểm {words_of[sign]} được tính", got, "points", f"MIN({place[f'{key} cases']},{decimal_text(listed.cap)})")
                whole += f"{sign}{place[key]}"
        gross = unit.a + unit.deduction
        line("gross", "Tổng điểm trước khi trừ theo tỷ lệ", gross, "points", f"MAX(0,{whole})")
        if rules.deduction is not None:
            each = "mỗi trường hợp" if rules.deduction.per_case else "một lần, dù có mấy trường hợp"
            note = f"{vi_short(rules.deduction.percent)} % tổng điểm, {each} ({rules.deduction.basis})"
            line("cases", "Số trường hợp bị trừ theo tỷ lệ", unit.deductions, "number", "", note)
            times = place["cases"] if rules.deduction.per_case else f"MIN(1,{place['cases']})"
            cut = f"MIN({place['gross']},{place['gross']}*{decimal_text(rules.deduction.percent)}/100*{times})"
            line("cut", "Điểm trừ theo tỷ lệ", unit.deduction, "points", cut)
        a = f"{place['gross']}-{place['cut']}" if "cut" in place else place["gross"]
        line("a", "Điểm đạt được (a)", unit.a, "points_bold", a)
        most = f'SUMPRODUCT(({kinds}<>"")*({final}<>"{SKIPPED}"),{maxima})'
        if rules.not_assessed == "rescale_then_survey":
            central = f'SUMPRODUCT(({kinds}="{CENTRAL}")*({final}<>"{SKIPPED}"),{maxima})'
            most = f"IF({place['kept']}=0,0,{place['full']})+{central}"
        line("A", "Điểm tối đa (A)", unit.A, "points_bold", most, f"không kể tiêu chí không đánh giá ({SKIPPED})")
        index = f"IF({place['A']}=0,0,{place['a']}/{place['A']}*100)"
        line("index", "Chỉ số (%) = a / A × 100", unit.pari, f"index_{unit.digits}", index)
        line("grade", "Xếp loại", unit.grade, "criterion_code", self._grade(place["index"]), f"theo trang {RULES}")
        self._rank(line, place)
        for text in self.data.told:
            row += 1
            sheet.span(row, 1, self.said, text, "small")
        return row

    def _rank(self, line: _Liner, place: Mapping[str, str]) -> None:
        data = self.data
        if data.unit.rank is None:
            line("rank", "Xếp hạng", "Không xếp hạng", "centre", "", "đơn vị chấm điểm, không xếp hạng")
            return
        ties = data.version.rules.ties
        line("ranked", "Số đơn vị được xếp hạng trong khối", data.ranked, "number", "", data.block)
        label = "Số đơn vị có chỉ số cao hơn" if ties == "share_and_skip" else "Số mức chỉ số cao hơn"
        line("above", label, data.above, "number", "")
        note = "Đề nghị biểu dương" if data.unit.commended else ""
        line("rank", "Xếp hạng trong khối", data.unit.rank, "number_bold", f"{place['above']}+1", note)

    def _grade(self, index: str) -> str:
        first, last = 5, 4 + len(self.grades)
        names, limits = (f"{quoted(RULES)}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}" for col in (1, 2))
        found = f"INDEX({names},SUMPRODUCT(({limits}>ROUND({index},9))*1)+1)"
        return f'IF(ROUND({index},9)<MIN({limits}),"",{found})' if self.grades[-1].at_least > 0 else found

    def _signature(self, sheet: Sheet, row: int) -> int:
        """Who signs, kept together at the end; nothing where the campaign names nobody."""
        if not self.data.signer_title and not self.data.signer:
            return row - 2
        first = self.difference
        for offset, text in ((0, self.data.signer_title.upper()), (4, self.data.signer)):
            sheet.span(row + offset, first, self.said, text, "signature")
        return row + 4

    def rules(self) -> Sheet:
        """The thresholds of the grades."""
        sheet = Sheet(RULES)
        sheet.widths = {1: 30, 2: 16}
        sheet.span(1, 1, 2, "MỨC XẾP LOẠI", "title")
        named = self.data.version.basis_words
        sheet.span(2, 1, 2, f"Theo {named}.", "small_centre")
        sheet.row(4, ("Xếp loại", "Chỉ số từ (%)"), "head")
        for row, grade in enumerate(self.grades, 5):
            sheet.put(row, 1, grade.name, "cell")
            sheet.put(row, 2, grade.at_least, "centre")
        sheet.print_to = (4 + len(self.grades), 2)
        return sheet
