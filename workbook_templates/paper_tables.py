"""The tables printed by themselves: a criteria table blank or with a unit's scores, the published ranking, the units, the evidence.

Every total, index, rank and grade is a formula over working columns beside the page; what is shown is text with a decimal comma.
Appendices keep the top right free and carry neither Quốc hiệu nor signature (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II and III).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from rubric_versions import words
from rubric_versions.model import Appendix, Group, Leaf, LegalBasis, Node, RubricVersion, Rules
from rubric_versions.numbers import COMPARE_DIGITS, decimal_text, rounded, vi
from workbook_templates.book import Cell, Sheet, a1, text_literal
from workbook_templates.paper import Paper, digits_formula, shown_points

Shown = Literal["blank", "self", "appraised", "both"]
"""What an appendix is printed with: nothing, the unit's own scores, the appraised ones, or both side by side."""

SKIPPED = "KĐG"
_MAX, _OWN, _FINAL, _KIND = range(4)  # working columns of a criteria table
_SELF, _COUNCIL, _CENTRAL = "T", "H", "C"


@dataclass(frozen=True, slots=True)
class PaperLeaf:
    """One leaf of one unit on paper: points, SKIPPED or None (none yet) by the unit and at the end; what both said of it."""

    own: Fraction | str | None = None
    final: Fraction | str | None = None
    explanation: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class PaperUnit:
    """One unit on paper. `deduction`, `bonus`, `minus`: points off and on the total; `index`: percent, None where it has none, and
    `words` says why.
    """

    code: str
    name: str
    leaves: Mapping[str, PaperLeaf]
    deduction: Fraction = Fraction(0)
    bonus: Fraction = Fraction(0)
    minus: Fraction = Fraction(0)
    index: Fraction | None = None
    digits: int = 2
    grade: str = ""
    words: str = ""
    answers: str = ""
    """The mã đối chiếu of its return."""
    received: str = ""
    evidence: tuple[tuple[str, ...], ...] = ()
    head: str = ""
    head_title: str = ""
    report: str = ""


@dataclass(frozen=True, slots=True)
class PaperRank:
    """One line of the published ranking: a and A, None where the unit has no index; `ranked` says whether it takes part."""

    name: str
    a: Fraction | None
    A: Fraction | None
    index: Fraction | None
    digits: int
    rank: int | None
    grade: str
    ranked: bool
    note: str = ""


def basis_words(basis: LegalBasis, version: RubricVersion) -> str:
    """ "(Kèm theo Quyết định số … ngày … của …)", with room to write what the source leaves blank; what amended it stands with it."""
    later = version.legal_basis[version.legal_basis.index(basis) + 1 :] if version.amends else ()
    amended = f", sửa đổi bởi {', '.join(one.words for one in later)}" if later else ""
    number = basis.number or "………………"
    date = basis.date or "… tháng … năm ……"
    return f"(Kèm theo {_kind_of(basis)} số {number} ngày {date} của {basis.issuer or version.issuer}{amended})"


def _kind_of(basis: LegalBasis) -> str:
    mark = basis.number.partition("/")[2].split("-")[0]
    return {"QĐ": "Quyết định", "TB": "Thông báo", "CV": "Công văn", "NQ": "Nghị quyết"}.get(mark, "Quyết định" if not mark else "văn bản")


# -------------------------------------------------------------------------------------------------------------------- criteria tables

_COLUMNS: Mapping[Shown, tuple[tuple[str, float], ...]] = {
    "blank": (("STT", 6), ("Lĩnh vực / Tiêu chí / Tiêu chí thành phần", 44), ("Điểm tối đa", 8), ("Điểm tự chấm", 8), ("Điểm thẩm định", 8),
              ("Tài liệu kiểm chứng", 26), ("Ghi chú", 12)),
    "self": (("STT", 6), ("Lĩnh vực / Tiêu chí / Tiêu chí thành phần", 38), ("Điểm tối đa", 8), ("Điểm tự chấm", 8), ("Giải trình", 28),
             ("Tài liệu kiểm chứng", 26)),
    "appraised": (("STT", 6), ("Lĩnh vực / Tiêu chí / Tiêu chí thành phần", 48), ("Điểm tối đa", 8), ("Điểm thẩm định", 9),
                  ("Ý kiến của cơ quan thẩm định", 40)),
    "both": (("STT", 6), ("Lĩnh vực / Tiêu chí / Tiêu chí thành phần", 38), ("Điểm tối đa", 8), ("Điểm tự chấm", 8), ("Điểm thẩm định", 8),
             ("Giải trình của đơn vị", 24), ("Ý kiến của cơ quan thẩm định", 24)),
}  # fmt: skip


def criteria_sheet(name: str, version: RubricVersion, appendix: Appendix, shown: Shown, below: str, unit: PaperUnit | None = None) -> Sheet:
    """One appendix as its issuer numbers and titles it; `below` is the line in brackets under the title."""
    return _CriteriaTable(name, version, appendix, shown, unit).sheet(below)


class _CriteriaTable:
    def __init__(self, name: str, version: RubricVersion, appendix: Appendix, shown: Shown, unit: PaperUnit | None) -> None:
        self.version, self.appendix, self.shown, self.unit = version, appendix, shown, unit
        self.columns = _COLUMNS[shown]
        self.paper = Paper(name, [share for _, share in self.columns], landscape=True, working=4)
        self.rows: dict[str, int] = {}

    def sheet(self, below: str) -> Sheet:
        paper, last = self.paper, len(self.columns)
        paper.text("", "paper_details")  # the top right stays free for the details of a digital signature
        paper.text(words.APPENDIX.format(number=self.appendix.number), "appendix")
        paper.text(self.appendix.title.upper(), "paper_centre")
        if self.unit:
            paper.text(self.unit.name, "paper_centre")
        paper.text(below, "paper_italic")
        if self.appendix.illustrative:
            paper.text(words.ILLUSTRATIVE, "small_centre")
        paper.space(6)
        paper.head([label for label, _ in self.columns])
        first = paper.next_row
        for depth, node in self.appendix.walk():
            self._node(depth, node)
        end = paper.next_row - 1
        for node in self._groups():
            self._sum(node)
        self._closing(first, end)
        paper.sheet.text_number_areas = (f"A{first}:{a1(end, last)}",)
        return paper.finish()

    def _groups(self) -> list[Group]:
        """Groups, inner ones first, so that their values are there when the outer ones are summed."""
        return [node for _, node in self.appendix.walk() if isinstance(node, Group)][::-1]

    def _node(self, depth: int, node: Node) -> None:
        row = self.paper.next_row
        leaf = isinstance(node, Leaf)
        code, cell, figure = ("code", "cell", "centre") if leaf else ("field_code", "field", "field_points")
        if not leaf and depth > 1:
            code, cell, figure = "criterion_code", "criterion", "criterion_points"
        on_paper = self._leaf(node) if isinstance(node, Leaf) else PaperLeaf()
        title = self._title(node, cell) if isinstance(node, Leaf) else Cell(node.title, look=cell)
        shown: list[Cell] = [Cell(node.code, look=code), title]
        shown += [self._cell(label, row, node, on_paper, cell, figure) for label, _ in self.columns[2:]]
        working = (node.max, *self._working(node, on_paper)) if isinstance(node, Leaf) else (node.max, None, None, None)
        self.rows[node.code] = self.paper.row(shown, [Cell(value, look="helper") for value in working], keep=not leaf)

    def _leaf(self, leaf: Leaf) -> PaperLeaf:
        return self.unit.leaves.get(leaf.code, PaperLeaf()) if self.unit else PaperLeaf()

    def _title(self, leaf: Leaf, look: str) -> Cell:
        told = [leaf.method.describe(leaf.max)] if self.shown in ("blank", "self") else []
        inputs = leaf.method.inputs(leaf.max) if told else ()
        told += [f"– {entry.label}" for entry in inputs] if len(inputs) > 1 else []
        told += [leaf.guidance] if self.shown == "blank" and leaf.guidance else []
        if not told:
            return Cell(leaf.title, look=look)
        rich = (("piece", leaf.title + "\n"), ("piece_note", "\n".join(told)))
        return Cell("".join(text for _, text in rich), look=look, rich=rich)

    def _cell(self, label: str, row: int, node: Node, leaf: PaperLeaf, cell: str, figure: str) -> Cell:
        if label == "Điểm tối đa":
            return self.paper.points(row, _MAX, node.max, figure)
        if label == "Điểm tự chấm":
            return self._score(row, _OWN, node, leaf.own, figure)
        if label == "Điểm thẩm định":
            return self._score(row, _FINAL, node, leaf.final, figure)
        if not isinstance(node, Leaf):
            return Cell(None, look=cell)
        if label == "Tài liệu kiểm chứng":
            return Cell("\n".join(node.evidence if self.shown == "blank" else leaf.evidence), look=cell)
        if label.startswith("Giải trình"):
            return Cell(leaf.explanation, look=cell)
        if label.startswith("Ý kiến"):
            return Cell(leaf.reason, look=cell)
        return Cell(words.SCORED_BY.get(node.scored_by, "") if self.shown == "blank" else None, look=cell)

    def _score(self, row: int, index: int, node: Node, value: Fraction | str | None, figure: str) -> Cell:
        if self.shown == "blank":
            return Cell(None, look=figure)
        if index == _OWN and isinstance(node, Leaf) and not node.is_self_scored:
            return Cell("–", look=figure)
        return self.paper.points(row, index, value, figure)

    def _working(self, leaf: Leaf, on_paper: PaperLeaf) -> tuple[Fraction | str | None, ...]:
        kind = _SELF if leaf.is_self_scored else _CENTRAL if leaf.is_central else _COUNCIL
        return on_paper.own, on_paper.final, kind

    def _sum(self, group: Group) -> None:
        """A group's working cells as sums of its children's, and what it shows of them."""
        row = self.rows[group.code]
        for index in (_MAX,) if self.shown == "blank" else (_MAX, _OWN, _FINAL):
            children = [self.paper.working(self.rows[child.code], index) for child in group.children]
            listed = ",".join(children)
            values = [self._value(child, index) for child in group.children]
            numbers = [value for value in values if isinstance(value, Fraction)]
            total = sum(numbers, Fraction(0)) if numbers else None
            formula = f"SUM({listed})" if index == _MAX else f'IF(COUNT({listed})=0,"",SUM({listed}))'
            self._set(row, index, total, formula)
            self._show_again(row, index, total)

    def _value(self, node: Node, index: int) -> object:
        return self.paper.sheet.cells[self.rows[node.code], self.paper.first_working + index].value

    def _set(self, row: int, index: int, value: Fraction | None, formula: str) -> None:
        self.paper.sheet.cells[row, self.paper.first_working + index] = Cell(value, formula, "helper")

    def _show_again(self, row: int, index: int, value: Fraction | None) -> None:
        labels = {"Điểm tối đa": _MAX, "Điểm tự chấm": _OWN, "Điểm thẩm định": _FINAL}
        for col, (label, _) in enumerate(self.columns, 1):
            there = self.paper.sheet.cells[row, col]
            if labels.get(label) == index and there.formula:
                self.paper.sheet.cells[row, col] = replace(there, value="" if value is None else shown_points(value))

    # ---------------------------------------------------------------------------------------------------------------- closing rows

    def _closing(self, first: int, end: int) -> None:
        """Tổng cộng, Không đánh giá, A, điểm trừ, Chỉ số (domain.md §4), the last of them kept with the table's end."""
        fields = [self.rows[node.code] for node in self.appendix.children]

        def span(index: int) -> str:
            return (
                f"{a1(first, self.paper.first_working + index, absolute=True)}:{a1(end, self.paper.first_working + index, absolute=True)}"
            )

        def sums(index: int) -> str:
            return "SUM(" + ",".join(self.paper.working(row, index) for row in fields) + ")"

        total = sum((node.max for node in self.appendix.children), Fraction(0))
        if self.shown == "blank" or self.unit is None:
            self._closing_row("TỔNG CỘNG", {_MAX: (total, sums(_MAX))})
            return
        own, final = self._sums(_OWN), self._sums(_FINAL)
        self._closing_row("TỔNG CỘNG", {_MAX: (total, sums(_MAX)), _OWN: (own.got, sums(_OWN)), _FINAL: (final.got, sums(_FINAL))})
        skipped = {
            index: (part.skipped, f'SUMIF({span(index)},"{SKIPPED}",{span(_MAX)})') for index, part in ((_OWN, own), (_FINAL, final))
        }
        at = self._closing_row("Không đánh giá (điểm tối đa của tiêu chí không đánh giá)", skipped)
        most_own = f'SUMIF({span(_KIND)},"{_SELF}",{span(_MAX)})-{self.paper.working(at, _OWN)}'
        most_final = f"{self.paper.working(at - 1, _MAX)}-{self.paper.working(at, _FINAL)}"
        possible = {_OWN: (own.possible, most_own), _FINAL: (final.possible, most_final)}
        if self.version.rules.not_assessed == "rescale_then_survey":
            possible[_FINAL] = (total, self.paper.working(at - 1, _MAX))
        label = "Điểm tối đa để đánh giá" + (" (phần tự chấm)" if self.shown == "self" else " (A)")
        self._closing_row(label, possible)
        if self.shown == "self":
            rate = own.got / own.possible * 100 if own.possible else Fraction(0)
            got, most = self.paper.working(at - 1, _OWN), self.paper.working(at + 1, _OWN)
            self._closing_row(words.RATE_TOTAL, {_OWN: (rate, f"IF({most}=0,0,{got}/{most}*100)")}, digits=2)
            self.paper.text(words.NO_SURVEY, "paper_note")
            return
        self._index_rows(self.unit, at, final, span)

    def _index_rows(self, unit: PaperUnit, at: int, final: _Part, span: Callable[[int], str]) -> None:
        """From the points that count to a, the index and the grade, each from the cells above it."""
        rules = self.version.rules
        gross, most = self.paper.working(at - 1, _FINAL), self.paper.working(at + 1, _FINAL)
        value = final.got
        if rules.not_assessed == "rescale_then_survey":
            value = self._rescaled()
            row = self._closing_row("Điểm thẩm định quy đổi và điểm tập trung", {_FINAL: (value, _rescaled_formula(span))})
            gross, most = self.paper.working(row, _FINAL), self.paper.working(at - 1, _MAX)
        for label, sign, rule, points in (
            ("Điểm cộng", 1, rules.bonus, unit.bonus),
            ("Điểm trừ theo danh mục", -1, rules.minus, unit.minus),
        ):
            if rule is not None:
                row = self._closing_row(label, {_FINAL: (points, "")})
                gross += f"{'+' if sign > 0 else '-'}{self.paper.working(row, _FINAL)}"
                value += sign * points
        got = f"MAX(0,{gross})"
        value = max(value, Fraction(0))
        if rules.deduction is not None:
            row = self._closing_row(f"Trừ {vi(rules.deduction.percent)} % tổng điểm", {_FINAL: (unit.deduction, "")})
            got, value = f"{got}-{self.paper.working(row, _FINAL)}", value - unit.deduction
        row = self._closing_row("Điểm đạt được (a)", {_FINAL: (value, got)})
        if unit.index is None:
            self._closing_row("Chỉ số cải cách hành chính (%)", {_FINAL: (unit.words, "")})
            return
        index = f"IF({most}=0,0,{self.paper.working(row, _FINAL)}/{most}*100)"
        at_index = self._closing_row("Chỉ số cải cách hành chính = a/A × 100 (%)", {_FINAL: (unit.index, index)}, digits=unit.digits)
        self._closing_row("Xếp loại", {_FINAL: (unit.grade, grade_formula(self.paper.working(at_index, _FINAL), rules))})

    def _rescaled(self) -> Fraction:
        """The appraised part raised to its full maximum, and the central part."""
        leaves = [(leaf, self._leaf(leaf).final) for leaf in self.appendix.leaves]
        central = sum((value for leaf, value in leaves if leaf.is_central and isinstance(value, Fraction)), Fraction(0))
        appraised = sum((value for leaf, value in leaves if leaf.is_appraised and isinstance(value, Fraction)), Fraction(0))
        assessed = sum((leaf.max for leaf, value in leaves if leaf.is_appraised and value != SKIPPED), Fraction(0))
        full = sum((leaf.max for leaf, _ in leaves if leaf.is_appraised), Fraction(0))
        return central + (appraised / assessed * full if assessed else appraised)

    def _sums(self, index: int) -> _Part:
        leaves = [(leaf, self._leaf(leaf)) for leaf in self.appendix.leaves if index == _FINAL or leaf.is_self_scored]
        values = [(leaf.max, one.own if index == _OWN else one.final) for leaf, one in leaves]
        got = sum((value for _, value in values if isinstance(value, Fraction)), Fraction(0))
        skipped = sum((most for most, value in values if value == SKIPPED), Fraction(0))
        return _Part(got, skipped, sum((most for most, _ in values), Fraction(0)) - skipped)

    def _closing_row(self, label: str, values: Mapping[int, tuple[Fraction | str, str]], digits: int | None = None) -> int:
        row = self.paper.next_row
        shown = [Cell(None, look="field"), Cell(label, look="total")]
        for name, _ in self.columns[2:]:
            index = {"Điểm tối đa": _MAX, "Điểm tự chấm": _OWN, "Điểm thẩm định": _FINAL}.get(name)
            if index is None or index not in values:
                shown.append(Cell(None, look="field_points"))
                continue
            value = values[index][0]
            if digits is not None and isinstance(value, Fraction):
                shown.append(Cell(vi(value, digits), digits_formula(self.paper.working(row, index), digits), "field_points"))
            else:
                shown.append(self.paper.points(row, index, value, "field_points"))
        working = [Cell(None, look="helper")] * 3
        for index, (value, formula) in values.items():
            working[index] = Cell(value, formula, "helper")
        self.paper.row(shown, working, keep=True)
        return row


def _rescaled_formula(span: Callable[[int], str]) -> str:
    """`_rescaled` in Excel's words, over the table's working columns."""
    kinds, most, final = span(_KIND), span(_MAX), span(_FINAL)

    def summed(kind: str, values: str) -> str:
        return f'SUMIF({kinds},"{kind}",{values})'

    appraised = f"({summed(_SELF, final)}+{summed(_COUNCIL, final)})"
    full = f"({summed(_SELF, most)}+{summed(_COUNCIL, most)})"
    assessed = f'({full}-SUMIF({final},"{SKIPPED}",{most}))'
    return f"{summed(_CENTRAL, final)}+IF({assessed}=0,{appraised},{appraised}/{assessed}*{full})"


@dataclass(frozen=True, slots=True)
class _Part:
    got: Fraction
    skipped: Fraction
    possible: Fraction


def grade_formula(index: str, rules: Rules) -> str:
    """The grade of an index for Excel: the highest whose threshold it reaches, compared at 9 decimals (Cần Thơ 2018, Điều 10.2.b)."""
    formula = '""'
    for grade in sorted(rules.grades, key=lambda one: one.at_least):
        formula = f"IF(ROUND({index},{COMPARE_DIGITS})>={decimal_text(grade.at_least)},{text_literal(grade.name)},{formula})"
    return formula


# -------------------------------------------------------------------------------------------------------------------- the ranking


def ranking_sheet(name: str, title: str, block: str, below: str, rules: Rules, lines: Sequence[PaperRank]) -> Sheet:
    """The published table of one block, in the order given: rank, unit, points, index, grade (Cần Thơ 2018, Điều 10)."""
    paper = Paper(name, (9, 42, 12, 12, 13, 14, 22), working=5)
    paper.text("", "paper_details")
    for text, look in ((title, "paper_centre"), (block, "paper_centre"), (below, "paper_italic")):
        paper.text(text, look)
    paper.space(6)
    labels = ("Thứ hạng", "Cơ quan, đơn vị", "Điểm đạt (a)", "Điểm tối đa (A)", "Chỉ số CCHC (%)", "Xếp loại", "Ghi chú")
    paper.head(labels, "paper_head", "paper_number")
    first, last = paper.next_row, paper.next_row + len(lines) - 1
    compared = f"{a1(first, paper.first_working + 3, absolute=True)}:{a1(last, paper.first_working + 3, absolute=True)}"
    weights = f"{a1(first, paper.first_working + 4, absolute=True)}:{a1(last, paper.first_working + 4, absolute=True)}"
    seen: set[Fraction] = set()
    for turn, one in enumerate(lines, 1):
        row = paper.next_row
        a, most, index, key = (paper.working(row, column) for column in range(4))
        rank = f'IF(ISNUMBER({key}),1+SUMPRODUCT(({compared}>{key})*{weights}),"")&""'
        value = rounded(one.index) if one.index is not None and one.ranked else None
        counted = value is not None and not (rules.ties == "share" and value in seen)
        seen |= {value} if value is not None else set()
        cells = (
            Cell(str(one.rank) if one.rank is not None else "", rank, "paper_figure_bold"),
            Cell(one.name, look="paper_cell"),
            _figure(one.a, a, rules.decimals_shown, "paper_figure"),
            _figure(one.A, most, rules.decimals_shown, "paper_figure"),
            _figure(one.index, index, one.digits, "paper_figure_bold"),
            Cell(one.grade, f'IF(ISNUMBER({index}),{grade_formula(index, rules)},"")' if one.index is not None else "", "paper_figure"),
            Cell(one.note, look="paper_cell"),
        )
        first_of_its_value = f"IF(MATCH({key},{compared},0)={turn},1,0)" if rules.ties == "share" else "1"
        working = (
            Cell(one.a, look="helper"),
            Cell(one.A, look="helper"),
            Cell(one.index, f'IF(ISNUMBER({a}),IF({most}=0,0,{a}/{most}*100),"")', "helper"),
            Cell(value, f'IF(ISNUMBER({index}),ROUND({index},{COMPARE_DIGITS}),"")' if one.ranked else "", "helper"),
            Cell(int(counted), f"IF(ISNUMBER({key}),{first_of_its_value},0)", "helper"),
        )
        paper.row(cells, working)
    paper.sheet.text_number_areas = (f"A{first}:{a1(max(first, last), 7)}",)
    return paper.finish()


def _figure(value: Fraction | None, cell: str, digits: int, look: str) -> Cell:
    return Cell("" if value is None else vi(value, digits), digits_formula(cell, digits), look)


# -------------------------------------------------------------------------------------------------------------------- lists


@dataclass(frozen=True)
class PaperList:
    """A plain printed table: its heads with shares of the width, its lines as texts; columns listed in `centred` are centred."""

    title: str
    below: str
    columns: tuple[tuple[str, float], ...]
    lines: Sequence[Sequence[str]]
    landscape: bool = False
    centred: frozenset[int] = field(default_factory=frozenset)


def list_sheet(name: str, data: PaperList) -> Sheet:
    """A list on paper: units, evidence, differences."""
    paper = Paper(name, [share for _, share in data.columns], landscape=data.landscape)
    paper.text("", "paper_details")
    paper.text(data.title, "paper_centre")
    paper.text(data.below, "paper_italic")
    paper.space(6)
    paper.head([label for label, _ in data.columns], "paper_head", "paper_number")
    first = paper.next_row
    for line in data.lines:
        looks = ["paper_figure" if col in data.centred else "paper_cell" for col in range(len(line))]
        paper.row([Cell(text, look=look) for text, look in zip(line, looks, strict=True)])
    paper.sheet.text_number_areas = (f"A{first}:{a1(max(first, paper.next_row - 1), len(data.columns))}",)
    return paper.finish()
