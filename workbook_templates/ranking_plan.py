"""Where everything stands in the ranking workbook: its sheets' names, the row of every unit, the column of every leaf.

Each sheet's own module asks here, so that a formula on one sheet names the right cell of another. Makes no sheet itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rubric_versions import words
from rubric_versions.model import Appendix, Grade, Group, Leaf, Node
from rubric_versions.numbers import vi_short
from workbook_templates.book import Rows, Sheet, Value, a1, quoted
from workbook_templates.cells import THERE, beside
from workbook_templates.measure import column_points, lines_of
from workbook_templates.ranking_data import SKIPPED, BlockTable, RankingData, Run, UnitRow, shares_of, total

RESULT, RANKING, RULES, GRADES, FIELDS = "Kết quả", "Xếp hạng", "Quy tắc", "Tổng hợp xếp loại", "Theo lĩnh vực"
DECISIONS = "Quyết định"
LOST, FINAL, OWN = "Điểm mất theo tiêu chí", "Bảng điểm", "Điểm tự chấm"
COMMENDED = "Đề nghị biểu dương"
CRITERIA, LOST_UNITS = "Theo tiêu chí", "Điểm mất theo đơn vị"
EARLIER, EARLIER_LEAVES = "So với đợt trước", "So tiêu chí"
NOT_RANKED = "Không xếp hạng"
APART: Mapping[str, str] = {
    "unranked": "Chấm điểm, không xếp hạng",
    "none": "Không có chỉ số",
}
UNFINISHED = "Chưa đủ điểm: còn {count} tiêu chí"
APPRAISED, CENTRAL = "TĐ", "TT"
SCORES_ROW, RANKING_ROW = THERE[0], THERE[1]
"""Where the row of a unit on the scores sheets, and that in the computation, stand in the formulas of sheets that list units."""
LEGEND = (
    f"{APPRAISED}: điểm sau thẩm định; {CENTRAL}: điểm chấm tập trung (điều tra xã hội học, lãnh đạo nhận xét); {SKIPPED}: không đánh giá; "
    "ô trống: chưa có điểm."
)

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
    "bonus": "Điểm cộng các trường hợp",
    "minus": "Điểm trừ các trường hợp",
    "left": "Tiêu chí chưa có điểm",
    "appraised": "Điểm thẩm định",
    "assessed": "Tối đa phần thẩm định",
    "rescaled": "Thẩm định quy đổi",
    "survey": "Điểm tập trung",
    "possible": "Điểm tối đa (A)",
}
OWN_HEADS = ("Mã", "Đơn vị", "Khối", "Điểm tự chấm", "Điểm tối đa phần tự chấm", "Tỷ lệ (%)")


@dataclass(frozen=True, slots=True)
class Span:
    """A node of an appendix with the columns its leaves take on a scores sheet."""

    node: Node
    leaves: tuple[Leaf, ...]
    first: int
    last: int


class Table:
    """Where one appendix's scores stand: the two sheets' names, the units in order with their rows, the columns."""

    def __init__(
        self, appendix: Appendix, units: Sequence[tuple[BlockTable, UnitRow]], *, without: Collection[str], taken: set[str]
    ) -> None:
        self.appendix = appendix
        self.units = units
        self.final, self.own = (sheet_name(f"{base} {appendix.number}", taken) for base in (FINAL, OWN))
        self.fields, self.lost = (sheet_name(f"{base} {appendix.number}", taken) for base in (FIELDS, LOST))
        self.criteria, self.lost_units, self.earlier = (
            sheet_name(f"{base} {appendix.number}", taken) for base in (CRITERIA, LOST_UNITS, EARLIER_LEAVES)
        )
        self.row_of = {unit.code: SCORE_FIRST + index for index, (_, unit) in enumerate(units)}
        self.last_row = SCORE_FIRST + len(units) - 1
        keys = [key for key in FINAL_HEADS if key not in without]
        self.col = {key: index for index, key in enumerate(keys, 1)}
        self.field_col = len(keys) + 1
        self.spans = spans(appendix, len(keys) + 1 + len(appendix.children), lambda leaf: True)
        self.leaf_col = leaf_columns(self.spans)
        self.criterion_spans = criterion_spans(self.spans)
        self.shares = {unit.code: shares_of(unit) for _, unit in units}
        self.own_spans = spans(appendix, len(OWN_HEADS) + 1, lambda leaf: leaf.is_self_scored)
        self.own_col = leaf_columns(self.own_spans)

    def lines(self) -> list[tuple[BlockTable, UnitRow | None]]:
        """The lines of a sheet that lists the units block by block: None stands for a block's title."""
        found: list[tuple[BlockTable, UnitRow | None]] = []
        for block, unit in self.units:
            if not found or found[-1][0] is not block:
                found.append((block, None))
            found.append((block, unit))
        return found

    def last_line(self, first: int) -> int:
        """The row of the last of them, where `first` is that of the first."""
        return first + len(self.lines()) - 1

    def cell(self, key: str) -> str:
        """A figure of a unit on the scores sheet, as other sheets write it in the unit's line."""
        return f"{quoted(self.final)}!{beside(self.col[key], SCORES_ROW)}"

    def own_cell(self, col: int) -> str:
        """The same on the sheet of self-scores."""
        return f"{quoted(self.own)}!{beside(col, SCORES_ROW)}"

    def of_leaves(self, first: int, last: int) -> str:
        """A unit's scores of the leaves in those columns of the scores sheet."""
        return f"{quoted(self.final)}!{beside(first, SCORES_ROW)}:{beside(last, SCORES_ROW)}"

    def runs(self, spans: Iterable[Span]) -> list[Run]:
        """Which of the appendix' leaves these nodes have."""
        before = self.spans[0].first
        return [(span.first - before, span.last + 1 - before) for span in spans]

    def column(self, col: int) -> str:
        """All units' cells of one column of the scores sheet, as other sheets write it."""
        return f"{quoted(self.final)}!{down(SCORE_FIRST, self.last_row, col)}"


class Plan:
    """Where everything of one workbook stands, and the words its sheets share."""

    def __init__(self, data: RankingData) -> None:
        self.data = data
        self.rules = data.version.rules
        self.rescales = self.rules.not_assessed == "rescale_then_survey"
        self.tier_names = {tier.code: tier.name for tier in data.version.tiers}
        taken = {name.casefold() for name in (RESULT, COMMENDED, RANKING, RULES, GRADES, FIELDS, EARLIER, DECISIONS)}
        self.tables: dict[str, Table] = {}
        for appendix in data.version.appendices:
            units = [(block, unit) for block in data.blocks for unit in block.rows if unit.appendix == appendix.number]
            if units:
                self.tables[appendix.number] = Table(appendix, units, without=self._without(), taken=taken)
        self.lines = lines_of_blocks(data.blocks)
        self.row_of = {line.unit.code: FIRST + index for index, line in enumerate(self.lines) if line.unit}
        self.rows_of_block = self._rows_of_blocks()
        self.grade_names = unique([grade.name for grade in self.grades()] + [self.rules.missing.grade])
        self.rule_row = 7
        self.caps = [(key, listed) for key, listed in (("bonus", self.rules.bonus), ("minus", self.rules.minus)) if listed]
        self.cap_row = self.rule_row + len(self.rules.grades) + 3
        self.block_row = self.cap_row + len(self.caps) + 4
        self.block_turn = {block.code: turn for turn, block in enumerate(data.blocks)}

    def _without(self) -> set[str]:
        """The columns of the scores sheets that the rules have no use for."""
        found = set() if self.rescales else {"assessed", "rescaled"}
        return found | {key for key, listed in (("bonus", self.rules.bonus), ("minus", self.rules.minus)) if listed is None}

    def grades(self) -> list[Grade]:
        return sorted(self.rules.grades, key=lambda one: one.at_least, reverse=True)

    def _rows_of_blocks(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for index, line in enumerate(self.lines):
            if not line.is_title:
                found[line.block.code] = (found.get(line.block.code, (FIRST + index,))[0], FIRST + index)
        return found

    def heading(self, sheet: Sheet, last: int, title: str, note: str = "") -> None:
        sheet.span(1, 1, last, title, "title")
        sheet.span(2, 1, last, f"{self.data.organiser} – {self.data.campaign_title}", "unit")
        if note:
            sheet.span(3, 1, last, note, "small_centre")

    def numbers(self, unit: UnitRow) -> tuple[int, int]:
        """What stands for SCORES_ROW and RANKING_ROW in a unit's line."""
        return self.tables[unit.appendix].row_of[unit.code], self.row_of[unit.code]

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
        for listed, what in ((rules.bonus, "cộng"), (rules.minus, "trừ")):
            if listed:
                notes.append(f"Điểm {what} theo trường hợp: tối đa {vi_short(listed.cap)} điểm ({listed.basis}).")
        if most:
            notes.append(f"{COMMENDED}: các hạng đầu mỗi khối theo số lượng ở trang {RULES}; bằng nhau ở hạng cuối thì đều được đề nghị.")
        if any(table.appendix.illustrative for table in self.tables.values()):
            notes.append(words.ILLUSTRATIVE)
        return notes

    def put_notes(self, sheet: Sheet, row: int, last: int) -> int:
        row += 1
        for offset, note in enumerate(self._notes()):
            sheet.span(row + offset, 1, last, ("Ghi chú: " if offset == 0 else "") + note, "small")
        return row + len(self._notes())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ranking: a unit, a block's title, or the label of those that stand apart."""

    block: BlockTable
    unit: UnitRow | None = None
    text: str = ""
    is_title: bool = False
    opens_rank: bool = False


def lines_of_blocks(blocks: Sequence[BlockTable]) -> list[Line]:
    """The lines of all blocks, one after another."""
    lines = []
    for block in blocks:
        lines.append(Line(block, text=f"{block.name} ({len(block.rows)} đơn vị)", is_title=True))
        group, rank = "ranked", None
        for unit in block.rows:
            if unit.group != group:
                group = unit.group
                lines.append(Line(block, text=APART[group]))
            lines.append(Line(block, unit, opens_rank=unit.rank is not None and unit.rank != rank))
            rank = unit.rank
    return lines


def spans(appendix: Appendix, first: int, keep: Callable[[Leaf], bool]) -> tuple[Span, ...]:
    """The top nodes with the columns of those leaves that a sheet holds, from column `first` on; nodes without any are left out."""
    spans = []
    for node in appendix.children:
        leaves = tuple(leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if keep(leaf))
        if leaves:
            spans.append(Span(node, leaves, first, first + len(leaves) - 1))
            first += len(leaves)
    return tuple(spans)


def criterion_spans(tops: Iterable[Span]) -> tuple[Span, ...]:
    """The nodes of the second level (a top node that is a leaf stands for itself) with the columns of their leaves."""
    found = []
    for top in tops:
        first = top.first
        for node in top.node.children if isinstance(top.node, Group) else (top.node,):
            leaves = tuple(node.leaves()) if isinstance(node, Group) else (node,)
            found.append(Span(node, leaves, first, first + len(leaves) - 1))
            first += len(leaves)
    return tuple(found)


def leaf_columns(spans: Iterable[Span]) -> dict[str, int]:
    return {leaf.code: col for span in spans for col, leaf in enumerate(span.leaves, span.first)}


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel takes, unlike those in `taken`, and now among them: at most 31 characters, none of []:*?/\\, no quote at the ends."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", wanted).strip("' ")
    name, turn = plain[:31].strip("' "), 1
    while name.casefold() in taken:
        turn += 1
        end = f" ({turn})"
        name = plain[: 31 - len(end)] + end
    taken.add(name.casefold())
    return name


@dataclass(frozen=True, slots=True)
class Shape:
    """What the lines of a table have in common: a look and a formula ("": none) for each column, from column 1 on."""

    looks: tuple[str, ...]
    formulas: tuple[str, ...]


def shaped(*columns: tuple[str, str]) -> Shape:
    """The shape of these columns, each its look and its formula."""
    looks, formulas = zip(*columns, strict=True)
    return Shape(looks, formulas)


def put_line(sheet: Sheet, row: int, shape: Shape, values: Iterable[Value], numbers: tuple[int, ...] = (), *, air: float = AIR) -> None:
    """Nothing; a line of a table stands there, under the one before if they have the same shape. `numbers` are `cells.THERE`."""
    rows = sheet.tables[-1] if sheet.tables else None
    if rows is None or rows.end != row or rows.looks is not shape.looks:
        rows = Rows(row, shape.looks, shape.formulas, air=air)
        sheet.tables.append(rows)
    rows.values.append(tuple(values))
    rows.numbers.append(numbers)


def give_air(sheet: Sheet, first: int) -> None:
    """Make the lines of a table a little higher than their letters, where one line of text is all there is: nobody types there."""
    merged = {row for (row, _), _ in sheet.merges}
    single = dict.fromkeys((row for row, _ in sheet.cells if row >= first), True)
    for (row, col), cell in sheet.cells.items():
        if row >= first and row not in merged and isinstance(cell.value, str):
            single[row] &= lines_of(cell.value, column_points(sheet.widths[col]), 11) == 1
    sheet.heights |= {row: AIR for row, fits in single.items() if fits}


def tall_head(sheet: Sheet, col: int, title: str) -> None:
    """A head of a scores sheet that stands beside two lines of heads."""
    sheet.put(SCORE_HEAD, col, title, "head")
    sheet.merges.append(((SCORE_HEAD, col), (SCORE_HEAD + 1, col)))


def ranking_cell(col: int) -> str:
    """A figure of a unit in the computation, as other sheets write it in the unit's line."""
    return f"{quoted(RANKING)}!{beside(col, RANKING_ROW)}"


def mean_of(values: Sequence[Fraction]) -> Fraction | None:
    return total(values) / len(values) if values else None


def average(cells: str) -> str:
    return f'IF(COUNT({cells})=0,"",AVERAGE({cells}))'


def number(value: Value) -> Fraction:
    assert isinstance(value, int | Fraction)
    return Fraction(value)


def unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def down(first: int, last: int, col: int) -> str:
    return f"{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"


def run(first: int, last: int, col: int) -> str:
    return f"{a1(first, col)}:{a1(last, col)}"


def across(row: int, first: int, last: int, *, fixed: bool = True) -> str:
    return f"{a1(row, first, absolute=fixed)}:{a1(row, last, absolute=fixed)}"
