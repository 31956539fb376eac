"""The appraisal book (bảng thẩm định): what every unit of one council answered, beside the two cells the council fills.

One sheet per appendix, one row per unit and leaf, and a sheet that counts; every total a live formula. Locked but for points and reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import decimal_text, rounded
from workbook_templates.book import Address, Book, Condition, Sheet, Validation, Value, a1, quoted
from workbook_templates.identity import Identity

SKIP = "KĐG"
"""What the council puts for a criterion that is not to be assessed (Cần Thơ 2018, Điều 7.2.d: granted by the council, our choice)."""

HEADS = (
    "Mã đơn vị",
    "Cơ quan, đơn vị",
    "Mã",
    "Tiêu chí",
    "Điểm tối đa",
    "Kết quả đơn vị nhập",
    "Điểm tự chấm",
    "Giải trình",
    "Tài liệu kiểm chứng",
    "Điểm thẩm định",
    "Lý do, ý kiến",
    "Chênh lệch",
    "Tình trạng",
)
UNIT, NAME, CODE, TITLE, MAX, RESULT, SELF, EXPLANATION, DOCUMENTS, SCORE, REASON, DIFFERENCE, STATUS = range(1, 14)
HEAD_ROW, FIRST_ROW = 5, 6
OVERVIEW, META = "Tổng hợp", "_meta"
OVERVIEW_HEADS = ("STT", "Cơ quan, đơn vị", "Số tiêu chí", "Đã thẩm định", "Còn lại", "Điểm tự chấm", "Điểm thẩm định", "Chênh lệch")
NOT_YET, AGREED, CHANGED, NO_REASON, WRONG = "○ Chưa thẩm định", "✓ Đồng ý", "✓ Thay đổi", "! Thiếu lý do", "✗ Điểm sai"
REASON_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One leaf of one unit: what it entered in words, its points (None: not self-scored; SKIP: claimed not assessed), its evidence."""

    leaf: Leaf
    result: str
    points: Fraction | str | None
    explanation: str
    documents: str


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
    """A book as data, with the place of every row in it."""

    book: Book
    places: Mapping[tuple[str, str], tuple[str, int]]

    def input_cells(self) -> dict[str, set[Address]]:
        """The cells the council fills, by sheet."""
        cells: dict[str, set[Address]] = {}
        for sheet, row in self.places.values():
            cells.setdefault(sheet, set()).update(((row, SCORE), (row, REASON)))
        return cells


def sheet_name(appendix: Appendix) -> str:
    """The name of the sheet that holds the units of an appendix."""
    return f"Thẩm định {appendix.number}"


def appraisal_book(
    version: RubricVersion,
    identity: Identity,
    council: str,
    blocks: tuple[UnitBlock, ...],
    entries: Mapping[tuple[str, str], Filled] | None = None,
) -> AppraisalBook:
    """The book of one council for the units given, blank or with what was already put in (by unit and leaf code)."""
    entries = entries or {}
    sheets, places, overview = [], {}, []
    for appendix in version.appendices:
        mine = [block for block in blocks if block.appendix.number == appendix.number]
        if not mine:
            continue
        sheet = _table(version, identity, appendix, council)
        row = FIRST_ROW
        for block in mine:
            first = row
            for line in block.rows:
                filled = entries.get((block.unit, line.leaf.code), Filled(None, ""))
                _row(sheet, row, block, line, filled)
                places[block.unit, line.leaf.code] = (sheet.name, row)
                row += 1
            overview.append((block, sheet.name, first, row - 1))
        _finish(sheet, row - 1)
        sheets.append(sheet)
    sheets.insert(0, _overview(identity, overview, entries))
    sheets.append(_meta(identity))
    title = f"Bảng thẩm định điểm cải cách hành chính – {identity.unit_name}"
    return AppraisalBook(Book(title, sheets, {}, identity.properties(), f"tham-dinh-{identity.campaign}", identity.organiser), places)


def _table(version: RubricVersion, identity: Identity, appendix: Appendix, council: str) -> Sheet:
    sheet = Sheet(sheet_name(appendix), landscape=True, repeat_rows=(HEAD_ROW, HEAD_ROW), freeze=(FIRST_ROW, MAX))
    sheet.widths = {
        UNIT: 8,
        NAME: 15,
        CODE: 6.5,
        TITLE: 23,
        MAX: 6.5,
        RESULT: 18,
        SELF: 7,
        EXPLANATION: 20,
        DOCUMENTS: 19,
        SCORE: 8,
        REASON: 17,
        DIFFERENCE: 8,
        STATUS: 17,
    }
    sheet.hidden_columns = (UNIT,)
    sheet.span(1, 1, REASON, f"BẢNG THẨM ĐỊNH ĐIỂM CẢI CÁCH HÀNH CHÍNH NĂM {version.years[0]} – PHỤ LỤC {appendix.number}", "title")
    sheet.span(2, 1, REASON, f"{council}: {identity.unit_name}", "unit")
    sheet.span(
        3,
        1,
        REASON,
        f"Nhập Điểm thẩm định (từ 0 đến điểm tối đa) ở mọi dòng; đồng ý thì nhập bằng điểm tự chấm. Nhập {SKIP} cho tiêu chí "
        "không đánh giá. Điểm khác điểm tự chấm thì ghi lý do.",
        "small_centre",
    )
    sheet.row(HEAD_ROW, HEADS, "head")
    return sheet


def _row(sheet: Sheet, row: int, block: UnitBlock, line: LeafRow, filled: Filled) -> None:
    sheet.put(row, UNIT, block.unit, "code")
    sheet.put(row, NAME, block.name, "cell")
    sheet.put(row, CODE, line.leaf.code, "code")
    sheet.put(row, TITLE, line.leaf.title, "cell")
    sheet.put(row, MAX, line.leaf.max, "points")
    sheet.put(row, RESULT, line.result, "cell")
    sheet.put(row, SELF, line.points, "points")
    sheet.put(row, EXPLANATION, line.explanation, "cell")
    sheet.put(row, DOCUMENTS, line.documents, "cell")
    sheet.put(row, SCORE, filled.score, "input_points")
    sheet.put(row, REASON, filled.reason or None, "input")
    mine, given, most, why = (a1(row, col) for col in (SELF, SCORE, MAX, REASON))
    difference = f'IF(AND(ISNUMBER({given}),ISNUMBER({mine})),{given}-{mine},"")'
    sheet.put(row, DIFFERENCE, _difference(line, filled), "points", difference)
    wrong = f'IF(ISERROR({given}),TRUE,IF(ISNUMBER({given}),OR({given}<0,{given}>{most}),NOT(EXACT({given},"{SKIP}"))))'
    same = f"IF(ISNUMBER({given}),IF(ISNUMBER({mine}),ROUND({given}-{mine},9)=0,LEN({mine})=0),EXACT({given},{mine}))"
    status = (
        f'IF(ISERROR({given}),"{WRONG}",IF(LEN({given})=0,"{NOT_YET}",IF({wrong},"{WRONG}",IF({same},"{AGREED}",'
        f'IF(LEN(TRIM({why}))=0,"{NO_REASON}","{CHANGED}")))))'
    )
    sheet.put(row, STATUS, _status(line, filled), "status", status)


def _difference(line: LeafRow, filled: Filled) -> Fraction | None:
    if isinstance(filled.score, Fraction) and isinstance(line.points, Fraction):
        return filled.score - line.points
    return None


def _status(line: LeafRow, filled: Filled) -> str:
    if filled.score is None:
        return NOT_YET
    if isinstance(filled.score, Fraction) and not 0 <= filled.score <= line.leaf.max:
        return WRONG
    if isinstance(filled.score, Fraction) and isinstance(line.points, Fraction):
        agreed = rounded(filled.score - line.points) == 0  # as the formula says: no cell holds a third
    else:
        agreed = filled.score == line.points or (line.points is None and isinstance(filled.score, Fraction))
    if agreed:
        return AGREED
    return CHANGED if filled.reason.strip(" ") else NO_REASON


def _finish(sheet: Sheet, last: int) -> None:
    first = FIRST_ROW
    sheet.filter = ((HEAD_ROW, 1), (last, STATUS))
    sheet.print_to = (last, REASON)
    sheet.text_number_areas = (f"A{first}:A{last}", f"C{first}:C{last}")
    score, most = f"{a1(first, SCORE)}", f"{a1(first, MAX)}"
    rule = f'OR(AND(ISNUMBER({score}),{score}>=0,{score}<={most}),EXACT({score},"{SKIP}"))'
    sheet.validations = [
        Validation(
            f"{a1(first, SCORE)}:{a1(last, SCORE)}",
            "custom",
            "Điểm thẩm định",
            f"Số từ 0 đến điểm tối đa, hoặc {SKIP} (không đánh giá).",
            f"Chỉ nhận số từ 0 đến điểm tối đa của dòng này, hoặc {SKIP}.",
            rule,
        ),
        Validation(
            f"{a1(first, REASON)}:{a1(last, REASON)}",
            "length",
            "Lý do, ý kiến",
            f"Tối đa {REASON_LIMIT} ký tự.",
            f"Dài quá {REASON_LIMIT} ký tự.",
            minimum=0,
            maximum=REASON_LIMIT,
        ),
    ]
    area, cell = f"{a1(first, STATUS)}:{a1(last, STATUS)}", f"${a1(first, STATUS)}"
    sheet.conditions = [
        Condition(area, f'LEFT({cell},1)="✗"', "is_bad"),
        Condition(area, f'LEFT({cell},1)="!"', "is_doubtful"),
        Condition(area, f'LEFT({cell},1)="✓"', "is_good"),
    ]


def _overview(identity: Identity, lines: list[tuple[UnitBlock, str, int, int]], entries: Mapping[tuple[str, str], Filled]) -> Sheet:
    sheet = Sheet(OVERVIEW, landscape=True, repeat_rows=(4, 4), freeze=(5, 3))
    sheet.widths = {1: 6, 2: 44, 3: 10, 4: 11, 5: 9, 6: 13, 7: 13, 8: 12}
    sheet.span(1, 1, 8, "TIẾN ĐỘ VÀ KẾT QUẢ THẨM ĐỊNH", "title")
    sheet.span(2, 1, 8, f"{identity.unit_name} – {identity.campaign_title}", "unit")
    sheet.row(4, OVERVIEW_HEADS, "head")
    row = 4
    for turn, (block, name, first, last) in enumerate(lines, 1):
        row += 1
        scores, selves = (f"{quoted(name)}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}" for col in (SCORE, SELF))
        given = [entries.get((block.unit, line.leaf.code), Filled(None, "")).score for line in block.rows]
        done = sum(score is not None for score in given)
        mine = sum((line.points for line in block.rows if isinstance(line.points, Fraction)), Fraction(0))
        total = sum((score for score in given if isinstance(score, Fraction)), Fraction(0))
        sheet.put(row, 1, turn, "number")
        sheet.put(row, 2, block.name + (f" ({block.note})" if block.note else ""), "cell")
        sheet.put(row, 3, len(block.rows), "number", f"ROWS({scores})")
        sheet.put(row, 4, done, "number", f"COUNTA({scores})")
        sheet.put(row, 5, len(block.rows) - done, "number", f"C{row}-D{row}")
        sheet.put(row, 6, mine, "points", f"SUM({selves})")
        sheet.put(row, 7, total, "points_bold", f"SUM({scores})")
        shown: Value = total - mine if done == len(block.rows) else None
        sheet.put(row, 8, shown, "points", f'IF(E{row}=0,G{row}-F{row},"")')
    sheet.print_to = (max(row, 5), 8)
    return sheet


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
