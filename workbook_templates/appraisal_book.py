"""The appraisal book (bảng thẩm định): what every unit of one council answered, beside the two cells the council fills.

One sheet per appendix, one row per unit and leaf, and a sheet that counts; every total a live formula. Locked but for points and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import decimal_text, rounded
from workbook_templates.appraisal_across import MOST_UNITS, Across, across_sheet
from workbook_templates.book import Address, Book, Cell, Condition, Rows, Sheet, Validation, Value, a1, quoted, text_literal
from workbook_templates.cells import beside
from workbook_templates.identity import Identity

SKIP = "KĐG"
"""What the council puts for a criterion that is not to be assessed (Cần Thơ 2018, Điều 7.2.d: granted by the council, our choice)."""

HEAD_ROW, FIRST_ROW = 5, 6
OVERVIEW, META = "Tổng hợp", "_meta"
OVERVIEW_FIRST = 5
OVERVIEW_HEADS = ("STT", "Cơ quan, đơn vị", "Số tiêu chí", "Đã thẩm định", "Còn lại", "Điểm tự chấm", "Điểm thẩm định", "Chênh lệch")
AGREE_HEAD = "Đồng ý mọi điểm còn lại (x)"
OVERVIEW_UNIT, OVERVIEW_AGREE = 2, 9
AGREE = "x"
"""What a later stage puts beside a unit to take over every score of the stage before that it has not entered itself."""
NOT_YET, AGREED, CHANGED, NO_REASON, WRONG = "○ Chưa thẩm định", "✓ Đồng ý", "✓ Thay đổi", "! Thiếu lý do", "✗ Điểm sai"
KEPT_STATUS, TAKEN_OVER = "– Giữ điểm lần trước", "✓ Theo điểm trước"
REASON_LIMIT = 1000

_NAMES = {
    "unit": ("Mã đơn vị", 8.0),
    "name": ("Cơ quan, đơn vị", 15.0),
    "code": ("Mã", 6.5),
    "title": ("Tiêu chí", 23.0),
    "max": ("Điểm tối đa", 6.5),
    "person": ("Người thẩm định", 14.0),
    "result": ("Kết quả đơn vị nhập", 18.0),
    "self": ("Điểm tự chấm", 7.0),
    "explanation": ("Giải trình", 20.0),
    "documents": ("Tài liệu kiểm chứng", 19.0),
    "score": ("Điểm thẩm định", 8.0),
    "reason": ("Lý do, ý kiến", 17.0),
    "difference": ("Chênh lệch", 8.0),
    "status": ("Tình trạng", 17.0),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A column with what was said before: its head, and whether it holds points (else words)."""

    head: str
    is_points: bool


@dataclass(frozen=True)
class Plan:
    """What a book holds besides what every one holds: columns of earlier rounds, of this round's earlier stages, the heads of its own.

    `stage` is the head of the column that is filled; `compared` what it is compared with, by which a reason is asked for. `links`
    counts the columns that open files of evidence.
    """

    rounds: tuple[Shown, ...] = ()
    stages: tuple[Shown, ...] = ()
    own: str = "Điểm tự chấm"
    stage: str = "Điểm thẩm định"
    compared: str = "điểm tự chấm"
    may_agree: bool = False
    has_persons: bool = False
    links: int = 0

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each name; what was said before has the names "round 0", "stage 0" and so on."""
        order = ["unit", "name", "code", "title", "max", *(["person"] if self.has_persons else [])]
        order += [f"round {index}" for index in range(len(self.rounds))]
        order += ["result", "self", "explanation", "documents", *(f"link {index}" for index in range(self.links))]
        order += [f"stage {index}" for index in range(len(self.stages))]
        order += ["score", "reason", "difference", "status"]
        if self.has_effective:
            order += ["kept", "effective"]
        return {name: col for col, name in enumerate(order, 1)}

    @property
    def has_effective(self) -> bool:
        """Whether a score may count that is not typed in its row: kept from an earlier round, or taken over for a whole unit."""
        return bool(self.rounds) or self.may_agree

    @cached_property
    def heads(self) -> dict[int, str]:
        """The heads by column."""
        found = {}
        for name, col in self.columns.items():
            kind, _, index = name.partition(" ")
            if kind == "link":
                found[col] = f"Tệp {int(index) + 1}"
            elif index:
                found[col] = (self.rounds if kind == "round" else self.stages)[int(index)].head
            elif name in _NAMES:
                found[col] = {"self": self.own, "score": self.stage}.get(name, _NAMES[name][0])
            else:
                found[col] = {"kept": "Giữ", "effective": "Tính"}[name]
        return found

    @property
    def base(self) -> int:
        """The column that the score is compared with: the unit's own, or the last earlier stage's points."""
        points = [index for index, one in enumerate(self.stages) if one.is_points]
        return self.columns[f"stage {points[-1]}"] if points else self.columns["self"]


PLAIN = Plan()
"""A first appraisal in a first round."""

UNIT, NAME, CODE, TITLE, MAX, RESULT, SELF, EXPLANATION, DOCUMENTS, SCORE, REASON, DIFFERENCE, STATUS = PLAIN.columns.values()
HEADS = tuple(PLAIN.heads.values())


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One leaf of one unit: what it entered in words, its points (None: not self-scored; SKIP: claimed not assessed), its evidence.

    `rounds` and `stages` hold what was said before, a value for each column of the plan; `kept` what stands if nothing is entered.
    `links` are paths of evidence files from where the book lies.
    """

    leaf: Leaf
    result: str
    points: Fraction | str | None
    explanation: str
    documents: str
    rounds: tuple[Fraction | str | None, ...] = ()
    stages: tuple[Fraction | str | None, ...] = ()
    kept: Fraction | str | None = None
    person: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitBlock:
    """One unit of the book, its leaves in the order of its appendix."""

    unit: str
    name: str
    appendix: Appendix
    rows: tuple[LeafRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What the council put: a number, SKIP, or None; and the reason."""

    score: Fraction | str | None
    reason: str


@dataclass(frozen=True)
class AppraisalBook:
    """A book as data, with the place of every row in it, and of the cells by which a unit's other scores are agreed to at once."""

    book: Book
    places: Mapping[tuple[str, str], tuple[str, int]]
    agrees: Mapping[str, int] = field(default_factory=dict)
    plan: Plan = PLAIN
    rows: Mapping[tuple[str, str], LeafRow] = field(default_factory=dict)

    def input_cells(self) -> dict[str, set[Address]]:
        """The cells the council fills, by sheet."""
        score, reason = self.plan.columns["score"], self.plan.columns["reason"]
        cells: dict[str, set[Address]] = {}
        for sheet, row in self.places.values():
            cells.setdefault(sheet, set()).update(((row, score), (row, reason)))
        if self.agrees:
            cells[OVERVIEW] = {(row, OVERVIEW_AGREE) for row in self.agrees.values()}
        return cells

    def base_of(self, place: tuple[str, str]) -> Fraction | str | None:
        """What a score is compared with: the unit's own, or the last earlier stage's."""
        return base_of(self.plan, self.rows[place])


def base_of(plan: Plan, line: LeafRow) -> Fraction | str | None:
    """What a row's score is compared with: the unit's own points, or the last earlier stage's."""
    if not plan.stages:
        return line.points
    points = [value for shown, value in zip(plan.stages, line.stages, strict=True) if shown.is_points]
    return points[-1] if points else line.points


def sheet_name(appendix: Appendix) -> str:
    """The name of the sheet that holds the units of an appendix."""
    return f"Thẩm định {appendix.number}"


_BLANK = Filled(None, "")

_LOOKS = {
    **dict.fromkeys(("name", "title", "person", "result", "explanation", "documents", "link"), "cell"),
    **dict.fromkeys(("unit", "code"), "code"),
    **dict.fromkeys(("max", "self", "difference"), "points"),
    **dict.fromkeys(("kept", "effective"), "helper"),
    "score": "input_points",
    "reason": "input",
    "status": "status",
}
"""The look of each column."""

_Line = tuple[UnitBlock, str, int, int]
"""A unit of the book, its sheet, its first and last row there."""


def appraisal_book(
    version: RubricVersion,
    identity: Identity,
    council: str,
    blocks: tuple[UnitBlock, ...],
    entries: Mapping[tuple[str, str], Filled] | None = None,
    plan: Plan = PLAIN,
    *,
    across: bool = False,
) -> AppraisalBook:
    """The book of one council or office for the units given, blank or with what was already put in (by unit and leaf code).

    With `across` the units of a small tier also stand side by side on a sheet of their own.
    """
    entries = entries or {}
    sheets: list[Sheet] = []
    places: dict[tuple[str, str], tuple[str, int]] = {}
    overview: list[_Line] = []
    for appendix in version.appendices:
        mine = [block for block in blocks if block.appendix.number == appendix.number]
        if not mine:
            continue
        sheet = _headed(version, identity, appendix, council, plan)
        table = _Table(sheet, plan)
        for block in mine:
            filled = [entries.get((block.unit, line.leaf.code), _BLANK) for line in block.rows]
            first = table.add(block, filled, OVERVIEW_FIRST + len(overview))
            places |= {(block.unit, line.leaf.code): (sheet.name, row) for row, line in enumerate(block.rows, first)}
            overview.append((block, sheet.name, first, table.end - 1))
        _finish(sheet, table.end - 1, plan)
        sheets.append(sheet)
        if across and 1 < len(mine) <= MOST_UNITS:
            sheets.append(_across(sheet.name, appendix, mine, entries, places, plan, council))
    sheets.insert(0, _overview(identity, overview, entries, plan))
    sheets.append(_meta(identity))
    title = f"Bảng thẩm định điểm cải cách hành chính – {identity.unit_name}"
    book = Book(title, sheets, {}, identity.properties(), f"tham-dinh-{identity.campaign}", identity.organiser)
    agrees = {block.unit: OVERVIEW_FIRST + turn for turn, (block, *_) in enumerate(overview)} if plan.may_agree else {}
    lines = {(block.unit, line.leaf.code): line for block in blocks for line in block.rows}
    return AppraisalBook(book, places, agrees, plan, lines)


def _across(
    source: str,
    appendix: Appendix,
    blocks: list[UnitBlock],
    entries: Mapping[tuple[str, str], Filled],
    places: Mapping[tuple[str, str], tuple[str, int]],
    plan: Plan,
    whose: str,
) -> Sheet:
    units = []
    for block in blocks:
        rows: dict[str, tuple[int, Fraction | str | None, Fraction | str | None]] = {}
        for line in block.rows:
            place = (block.unit, line.leaf.code)
            put = entries[place].score if place in entries else None
            rows[line.leaf.code] = places[place][1], line.points, put if put is not None else line.kept
        units.append(Across(block.name, rows))
    given = plan.columns["effective" if plan.has_effective else "score"]
    title = f"ĐỐI CHIẾU ĐIỂM CÁC ĐƠN VỊ – PHỤ LỤC {appendix.number}"
    return across_sheet(appendix, source, plan.columns["self"], given, units, title, whose)


def _headed(version: RubricVersion, identity: Identity, appendix: Appendix, council: str, plan: Plan) -> Sheet:
    at, last = plan.columns, plan.columns["reason"]
    sheet = Sheet(sheet_name(appendix), landscape=True, repeat_rows=(HEAD_ROW, HEAD_ROW), freeze=(FIRST_ROW, at["max"]))
    for name, col in at.items():
        kind, _, index = name.partition(" ")
        if kind == "link":
            sheet.widths[col] = 6.0
        elif index:
            shown = (plan.rounds if kind == "round" else plan.stages)[int(index)]
            sheet.widths[col] = 9.0 if shown.is_points else 18.0
        else:
            sheet.widths[col] = _NAMES[name][1] if name in _NAMES else 5.0
    sheet.hidden_columns = (at["unit"], *(at[name] for name in ("kept", "effective") if name in at))
    again = f" – LẦN {identity.round}" if version.rules.rounds > 1 else ""
    title = f"BẢNG THẨM ĐỊNH ĐIỂM CẢI CÁCH HÀNH CHÍNH NĂM {version.years[0]} – PHỤ LỤC {appendix.number}{again}"
    sheet.span(1, 1, last, title, "title")
    sheet.span(2, 1, last, f"{council}: {identity.unit_name}" if council != identity.unit_name else council, "unit")
    blank = (
        " Để trống ở dòng ghi «Giữ điểm lần trước» nghĩa là giữ điểm đã thẩm định, vì đơn vị không thay đổi nội dung."
        if plan.rounds
        else ""
    )
    agree = f" Đồng ý mọi điểm còn lại của một đơn vị: ghi {AGREE} ở trang {OVERVIEW}." if plan.may_agree else ""
    hint = (
        f"Nhập {plan.stage} (từ 0 đến điểm tối đa) ở mọi dòng; đồng ý thì nhập bằng {plan.compared}. "
        f"Nhập {SKIP} cho tiêu chí không đánh giá. "
        f"Điểm khác {plan.compared}, hoặc đơn vị đề nghị {SKIP}, thì ghi lý do.{blank}{agree}"
    )
    sheet.span(3, 1, last, hint, "small_centre")
    if plan != PLAIN:
        sheet.heights[3] = 32
    for col, text in plan.heads.items():
        sheet.put(HEAD_ROW, col, text, "head")
    return sheet


class _Table:
    """The rows of one appendix: units under one another, each a table of rows of one shape."""

    def __init__(self, sheet: Sheet, plan: Plan) -> None:
        self._sheet, self._plan, self.end = sheet, plan, FIRST_ROW
        shown = {
            f"{kind} {index}": one for kind, all_ in (("round", plan.rounds), ("stage", plan.stages)) for index, one in enumerate(all_)
        }
        looks = _LOOKS | {name: "points" if one.is_points else "cell" for name, one in shown.items()}
        self._looks = tuple(looks[name.partition(" ")[0] if name.startswith("link") else name] for name in plan.columns)
        self._shapes: dict[str, tuple[str, ...]] = {}

    def add(self, block: UnitBlock, filled: Sequence[Filled], turn: int) -> int:
        """The first row of the unit that was put under those before; `turn` is its row on the sheet that counts."""
        rows = Rows(self.end, self._looks, self._formulas(turn))
        rows.values = [self._values(block, line, one) for line, one in zip(block.rows, filled, strict=True)]
        self._sheet.tables.append(rows)
        self.end = rows.end
        return rows.first

    def _values(self, block: UnitBlock, line: LeafRow, filled: Filled) -> tuple[Value | Cell, ...]:
        plan, leaf = self._plan, line.leaf
        values: list[Value | Cell] = [block.unit, block.name, leaf.code, leaf.title, leaf.max]
        if plan.has_persons:
            values.append(line.person)
        values += line.rounds
        values += (line.result, line.points, line.explanation, line.documents)
        if plan.links:
            opened = [Cell("Mở", f'HYPERLINK({text_literal(link)},"Mở")', "cell_link") for link in line.links]
            values += (*opened, *[None] * (plan.links - len(opened)))
        values += line.stages
        values += (filled.score, filled.reason or None, _difference(plan, line, filled), _status(plan, line, filled))
        if plan.has_effective:
            values += (line.kept, filled.score if filled.score is not None else line.kept)
        return tuple(values)

    def _formulas(self, turn: int) -> tuple[str, ...]:
        agree = f"{quoted(OVERVIEW)}!{a1(turn, OVERVIEW_AGREE, absolute=True)}" if self._plan.may_agree else ""
        if agree not in self._shapes:
            formulas = _formulas(self._plan, agree)
            self._shapes[agree] = tuple(formulas.get(name, "") for name in self._plan.columns)
        return self._shapes[agree]


def _formulas(plan: Plan, agree: str) -> dict[str, str]:
    """The formulas of a row by column; `agree` is the cell that agrees to a unit's other scores, "" where there is none."""
    cells = {name: beside(col) for name, col in plan.columns.items()}
    score, most, why, base = cells["score"], cells["max"], cells["reason"], beside(plan.base)
    given = cells["effective" if plan.has_effective else "score"]
    formulas = {"difference": f'IF(AND(ISNUMBER({given}),ISNUMBER({base})),{given}-{base},"")'}
    claimed = f'EXACT({cells["self"]},"{SKIP}")'
    wrong = f'IF(ISERROR({score}),TRUE,IF(ISNUMBER({score}),OR({score}<0,{score}>{most}),NOT(EXACT({score},"{SKIP}"))))'
    same = f"IF(ISNUMBER({score}),IF(ISNUMBER({base}),ROUND({score}-{base},9)=0,LEN({base})=0),EXACT({score},{base}))"
    silent = f"LEN(TRIM({why}))=0"
    must = f"AND({claimed},{silent})" if plan.base == plan.columns["self"] else "FALSE"
    blank = f'"{NOT_YET}"'
    if plan.has_effective:
        kept = cells["kept"]
        blank = f'IF(LEN({kept})>0,"{KEPT_STATUS}","{NOT_YET}")'
        other = f'IF(LEN({kept})=0,"",{kept})'
        if agree:
            other = f'IF(AND(EXACT(LOWER({agree}),"{AGREE}"),LEN({base})>0),{base},{other})'
        formulas["effective"] = f"IF(ISERROR({score}),{score},IF(LEN({score})>0,{score},{other}))"
    if agree:
        blank = f'IF(AND(EXACT(LOWER({agree}),"{AGREE}"),LEN({base})>0),"{TAKEN_OVER}",{blank})'
    formulas["status"] = (
        f'IF(ISERROR({score}),"{WRONG}",IF(LEN({score})=0,{blank},IF({wrong},"{WRONG}",IF({must},"{NO_REASON}",IF({same},"{AGREED}",'
        f'IF({silent},"{NO_REASON}","{CHANGED}"))))))'
    )
    return formulas


def _difference(plan: Plan, line: LeafRow, filled: Filled) -> Fraction | None:
    given = filled.score if filled.score is not None else line.kept
    mine = base_of(plan, line) if given is not None else None
    return given - mine if isinstance(given, Fraction) and isinstance(mine, Fraction) else None


def _status(plan: Plan, line: LeafRow, filled: Filled) -> str:
    given = filled.score
    if given is None:
        return NOT_YET if line.kept is None else KEPT_STATUS
    if isinstance(given, Fraction) and not 0 <= given <= line.leaf.max:
        return WRONG
    mine = base_of(plan, line)
    silent = not filled.reason.strip(" ")
    if silent and plan.base == plan.columns["self"] and line.points == SKIP:
        return NO_REASON
    if isinstance(given, Fraction) and isinstance(mine, Fraction):
        agreed = given == mine or rounded(given - mine) == 0  # as the formula says: no cell holds a third
    else:
        agreed = given == mine or (mine is None and isinstance(given, Fraction))
    if agreed:
        return AGREED
    return NO_REASON if silent else CHANGED


def _finish(sheet: Sheet, last: int, plan: Plan) -> None:
    at, first = plan.columns, FIRST_ROW
    sheet.filter = ((HEAD_ROW, 1), (last, at["status"]))
    sheet.print_to = (last, at["reason"])
    sheet.text_number_areas = (f"A{first}:A{last}", f"C{first}:C{last}")
    score, most = a1(first, at["score"]), a1(first, at["max"])
    rule = f'OR(AND(ISNUMBER({score}),{score}>=0,{score}<={most}),EXACT({score},"{SKIP}"))'
    sheet.validations = [
        Validation(
            f"{score}:{a1(last, at['score'])}",
            "custom",
            plan.stage[:32],
            f"Số từ 0 đến điểm tối đa, hoặc {SKIP} (không đánh giá).",
            f"Chỉ nhận số từ 0 đến điểm tối đa của dòng này, hoặc {SKIP}.",
            rule,
        ),
        Validation(
            f"{a1(first, at['reason'])}:{a1(last, at['reason'])}",
            "length",
            "Lý do, ý kiến",
            f"Tối đa {REASON_LIMIT} ký tự.",
            f"Dài quá {REASON_LIMIT} ký tự.",
            minimum=0,
            maximum=REASON_LIMIT,
        ),
    ]
    area, cell = f"{a1(first, at['status'])}:{a1(last, at['status'])}", f"${a1(first, at['status'])}"
    sheet.conditions = [
        Condition(area, f'LEFT({cell},1)="✗"', "is_bad"),
        Condition(area, f'LEFT({cell},1)="!"', "is_doubtful"),
        Condition(area, f'LEFT({cell},1)="✓"', "is_good"),
    ]


def _overview(identity: Identity, lines: list[_Line], entries: Mapping[tuple[str, str], Filled], plan: Plan) -> Sheet:
    last = OVERVIEW_AGREE if plan.may_agree else OVERVIEW_AGREE - 1
    sheet = Sheet(OVERVIEW, landscape=True, repeat_rows=(4, 4), freeze=(OVERVIEW_FIRST, 3))
    sheet.widths = {1: 6, 2: 44, 3: 10, 4: 11, 5: 9, 6: 13, 7: 13, 8: 12}
    if plan.may_agree:
        sheet.widths[OVERVIEW_AGREE] = 14
    sheet.span(1, 1, last, "TIẾN ĐỘ VÀ KẾT QUẢ THẨM ĐỊNH", "title")
    sheet.span(2, 1, last, f"{identity.unit_name} – {identity.campaign_title}", "unit")
    heads = [*OVERVIEW_HEADS[:5], plan.own, plan.stage, "Chênh lệch", *([AGREE_HEAD] if plan.may_agree else [])]
    sheet.row(4, heads, "head")
    at = plan.columns
    row = OVERVIEW_FIRST - 1
    for turn, (block, name, first, final) in enumerate(lines, 1):
        row += 1
        status, scores, selves = (
            f"{quoted(name)}!{a1(first, col, absolute=True)}:{a1(final, col, absolute=True)}"
            for col in (at["status"], at["effective" if plan.has_effective else "score"], at["self"])
        )
        given = [
            put.score if (put := entries.get((block.unit, line.leaf.code))) is not None and put.score is not None else line.kept
            for line in block.rows
        ]
        done = sum(score is not None for score in given)
        mine, total = _sum(line.points for line in block.rows), _sum(given)
        sheet.put(row, 1, turn, "number")
        sheet.put(row, OVERVIEW_UNIT, block.name + (f" ({block.note})" if block.note else ""), "cell")
        sheet.put(row, 3, len(block.rows), "number", f"ROWS({scores})")
        sheet.put(row, 4, done, "number", f"C{row}-E{row}")
        sheet.put(row, 5, len(block.rows) - done, "number", f'COUNTIF({status},"{NOT_YET}")')
        sheet.put(row, 6, mine, "points", f"SUM({selves})")
        sheet.put(row, 7, total, "points_bold", f"SUM({scores})")
        shown: Value = total - mine if done == len(block.rows) else None
        sheet.put(row, 8, shown, "points", f'IF(E{row}=0,G{row}-F{row},"")')
        if plan.may_agree:
            sheet.put(row, OVERVIEW_AGREE, None, "input_centre")
    if plan.may_agree and lines:
        area = f"{a1(OVERVIEW_FIRST, OVERVIEW_AGREE)}:{a1(row, OVERVIEW_AGREE)}"
        prompt = f"Ghi {AGREE}: mọi dòng còn trống của đơn vị lấy {plan.compared}. Dòng đã nhập điểm giữ nguyên."
        sheet.validations = [Validation(area, "list", "Đồng ý các điểm còn lại", prompt, f"Chỉ nhận chữ {AGREE}, hoặc để trống.", (AGREE,))]
    sheet.print_to = (max(row, OVERVIEW_FIRST), last)
    return sheet


def _sum(scores: Iterable[Fraction | str | None]) -> Fraction:
    """The sum of those that are points; those of one denominator first, which is several times as quick."""
    by: dict[int, int] = {}
    for one in scores:
        if isinstance(one, Fraction):
            by[one.denominator] = by.get(one.denominator, 0) + one.numerator
    return sum((Fraction(whole, part) for part, whole in by.items()), Fraction(0))


def _meta(identity: Identity) -> Sheet:
    sheet = Sheet(META, state="veryHidden")
    for offset, (key, value) in enumerate(identity.rows()):
        sheet.put(2 + offset, 1, key, "helper")
        sheet.put(2 + offset, 2, value, "helper")
    return sheet


def score_text(score: Fraction | str | None) -> str:
    """An entry as the ledger keeps it: a decimal string, SKIP, or "" for none."""
    return decimal_text(score) if isinstance(score, Fraction) else score or ""


def score_value(text: str) -> Fraction | str | None:
    """The entry that `score_text` wrote."""
    if not text:
        return None
    return text if text == SKIP else Fraction(text)
