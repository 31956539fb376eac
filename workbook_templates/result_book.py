"""The result book (sổ kết quả): what a district hands to its city, sealed: the ranking workbook of its units, and what it rests on.

The ranking's sheets are those of `ranking_book`; here every leaf of theirs becomes a formula over the sheet that holds the score of every
stage, and the accepted returns stand by their hash. The content travels once more, packed, in a very hidden sheet: the seal covers it, and
the city makes the book anew of it to compare every cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rubric_versions import words
from rubric_versions.model import Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates.book import Book, Cell, Sheet, a1, quoted, text_literal
from workbook_templates.identity import Identity
from workbook_templates.ranking_book import ranking_book
from workbook_templates.ranking_data import RankingData
from workbook_templates.ranking_plan import DECISIONS, FINAL, GRADES, HEAD, OWN, RANKING, RESULT, Plan, Table, sheet_name
from workbook_templates.result_data import HandedLeaf, HandedReturn, HandedUnit, Handover, packed, score_of

FRONT, RETURNS, STAGES, META, PAYLOAD = "Sổ kết quả", "Hồ sơ", "Điểm theo bước", words.META, "_du_lieu"
PAYLOAD_FIRST = 1
FRONT_BLOCK = 14
"""The front's row of the first block."""
RETURN_HEADS = ("Lần", "Mã", "Cơ quan, đơn vị", "Nhận lúc", "Mã đối chiếu", "Tệp", "Mã băm SHA-256 của tệp")
STAGE_HEADS = ("Mã đơn vị", "Cơ quan, đơn vị", "Mã", "Tiêu chí", "Điểm tối đa")
AFTER_HEADS = ("Điểm cuối cùng", "Số liệu tập trung", "Lý do, ý kiến")
STAGE_HEAD, STAGE_FIRST = 5, 6


def result_book(version: RubricVersion, identity: Identity, data: RankingData, handover: Handover) -> Book:
    """The whole book; the same data give the same book, here and at the city."""
    book, plan = ranking_book(data), Plan(data)
    taken = {sheet.name.casefold() for sheet in book.sheets}
    units = {unit.code: unit for unit in handover.units}
    stages = []
    for table in plan.tables.values():
        sheet, rows = _stages(plan, table, units, handover.columns, sheet_name(f"{STAGES} {table.appendix.number}", taken))
        stages.append(sheet)
        _link(book, table, sheet.name, rows, units, len(STAGE_HEADS) + len(handover.columns) + 1)
    book.sheets.insert(0, _front(plan, version, identity, handover, [sheet.name for sheet in stages]))
    book.sheets += [*stages, _returns(plan, handover), _meta(identity), _payload(handover)]
    book.title = f"Sổ kết quả chấm điểm cải cách hành chính năm {handover.year} – {handover.name}"
    book.properties = identity.properties()
    book.password = f"so-ket-qua-{handover.campaign}"
    return book


# -------------------------------------------------------------------------------------------------------------------- Sổ kết quả


def _front(plan: Plan, version: RubricVersion, identity: Identity, handover: Handover, stages: list[str]) -> Sheet:
    """What it is, how many of what, where everything stands, and who signs."""
    sheet = Sheet(FRONT)
    sheet.widths = {1: 34, 2: 11, 3: 11, 4: 14, 5: 20}
    sheet.span(1, 1, 5, f"SỔ KẾT QUẢ CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH NĂM {handover.year}", "title")
    sheet.span(2, 1, 5, handover.name, "unit")
    sheet.span(3, 1, 5, f"Gửi {handover.organiser}. Sổ đã niêm phong: chỉ để xem, in, ký; không sửa.", "small_centre")
    told = (
        ("Đợt đánh giá", handover.title),
        ("Bộ tiêu chí áp dụng", version.title),
        ("Sổ lập lần thứ", str(handover.serial)),
        ("Mã đối chiếu của sổ", " ".join(handover.digest[start : start + 4] for start in range(0, 12, 4)).upper()),
        ("Sự kiện cuối của sổ theo dõi", f"số {handover.head[0]}, mã băm {handover.head[1][:16]}…"),
        ("Khóa niêm phong", identity.key),
    )
    for row, (label, text) in enumerate(told, 5):
        sheet.put(row, 1, label, "criterion")
        sheet.span(row, 2, 5, text, "cell")
    head = FRONT_BLOCK - 1
    sheet.row(head, ("Khối", "Số đơn vị", "Có chỉ số", "Chỉ số bình quân (%)", "Đơn vị đứng đầu"), "head")
    for turn, block in enumerate(plan.data.blocks):
        _front_row(plan, sheet, FRONT_BLOCK + turn, turn, block.code)
    last = FRONT_BLOCK + len(plan.data.blocks) - 1
    sheet.put(last + 1, 1, "Tổng cộng", "total")
    for col in (2, 3):
        column = f"{a1(FRONT_BLOCK, col)}:{a1(last, col)}"
        total = sum((Fraction(str(sheet.cells[row, col].value)) for row in range(FRONT_BLOCK, last + 1)), Fraction(0))
        sheet.put(last + 1, col, total, "number_bold", f"SUM({column})")
    for col in (4, 5):
        sheet.put(last + 1, col, None, "cell")
    row = last + 3
    sheet.span(row, 1, 5, "Các trang của sổ (bấm để mở)", "section")
    guide = [
        (RESULT, "bảng kết quả để in, ký, công bố"),
        (RANKING, "cách tính từng chỉ số, thứ hạng"),
        *((f"{FINAL} {table.appendix.number}", "điểm cuối cùng của từng tiêu chí") for table in plan.tables.values()),
        *((f"{OWN} {table.appendix.number}", "điểm đơn vị tự chấm") for table in plan.tables.values()),
        *((name, "điểm từng bước: tự chấm, thẩm định; lý do thay đổi") for name in stages),
        (RETURNS, "hồ sơ được tính của từng đơn vị, kèm mã băm của tệp gốc"),
        *(((DECISIONS, "quyết định ngoài quy định chung"),) if plan.data.decisions else ()),
    ]
    for name, what in guide:
        row += 1
        sheet.put(row, 1, name, "link", f"HYPERLINK({text_literal(f'#{quoted(name)}!A1')},{text_literal(name)})")
        sheet.span(row, 2, 5, what, "text")
    row += 2
    sheet.span(row, 1, 1, "NGƯỜI LẬP", "signature")
    sheet.span(row, 3, 5, f"TM. {version.labels.council.upper()}", "signature")
    sheet.span(row + 1, 3, 5, "CHỦ TỊCH", "signature")
    sheet.span(row + 2, 1, 1, "(ký, họ tên)", "small_centre")
    sheet.span(row + 2, 3, 5, "(ký, họ tên, đóng dấu)", "small_centre")
    sheet.print_to = (row + 6, 5)
    return sheet


def _front_row(plan: Plan, sheet: Sheet, row: int, turn: int, code: str) -> None:
    """A block's line: how many units, how many with an index, the mean, who stands first."""
    block = plan.data.blocks[turn]
    first, last = plan.rows_of_block[code]
    ranking = quoted(RANKING)
    indexes, ranks, names = (f"{ranking}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}" for col in (9, 10, 2))
    shown = [unit for unit in block.rows if unit.pari is not None]
    mean = sum((unit.pari for unit in shown if unit.pari is not None), Fraction(0)) / len(shown) if shown else None
    best = next((unit.name for unit in block.rows if unit.rank == 1), "")
    sheet.put(row, 1, block.name, "cell")
    sheet.put(row, 2, len(block.rows), "number", f"{quoted(GRADES)}!{a1(HEAD + 1 + turn, 3)}")
    sheet.put(row, 3, len(shown), "number", f"COUNT({indexes})")
    sheet.put(row, 4, mean, "rate", f'IF(COUNT({indexes})=0,"",AVERAGE({indexes}))')
    sheet.put(row, 5, best, "cell", f'IF(COUNTIF({ranks},1)=0,"",INDEX({names},MATCH(1,{ranks},0)))')


# -------------------------------------------------------------------------------------------------------------------- Điểm theo bước


def _stages(
    plan: Plan, table: Table, units: Mapping[str, HandedUnit], columns: tuple[str, ...], name: str
) -> tuple[Sheet, dict[tuple[str, str], int]]:
    """Every leaf of every unit with its score at each stage, one below the other; and the row of each."""
    count = len(STAGE_HEADS) + len(columns)
    final, figures, reason = range(count + 1, count + 4)
    sheet = Sheet(name, landscape=True, repeat_rows=(STAGE_HEAD, STAGE_HEAD), freeze=(STAGE_FIRST, 5))
    sheet.widths = {1: 8, 2: 24, 3: 7, 4: 44, 5: 8, **dict.fromkeys(range(6, count + 1), 9.0), final: 9, figures: 20, reason: 32}
    sheet.hidden_columns = (1,)
    tier = plan.tier_names[table.appendix.tier]
    note = "Mỗi dòng là một tiêu chí của một đơn vị; trang Bảng điểm lấy Điểm cuối cùng ở đây. KĐG: không đánh giá; ô trống: chưa có điểm."
    plan.heading(sheet, reason, f"ĐIỂM TỪNG BƯỚC – PHỤ LỤC {table.appendix.number}: {tier.upper()}", note)
    sheet.row(STAGE_HEAD, (*STAGE_HEADS, *columns, *AFTER_HEADS), "head")
    rows: dict[tuple[str, str], int] = {}
    row = STAGE_FIRST
    for _, line in table.units:
        unit = units[line.code]
        if not unit.returns:
            continue
        for leaf in table.appendix.leaves:
            _stage_row(sheet, row, unit, leaf, unit.leaves[leaf.code], len(columns))
            rows[unit.code, leaf.code] = row
            row += 1
    end = max(row - 1, STAGE_FIRST)
    sheet.filter = ((STAGE_HEAD, 1), (end, reason))
    sheet.text_number_areas = (f"A{STAGE_FIRST}:A{end}", f"C{STAGE_FIRST}:C{end}")
    sheet.print_to = (end, reason)
    return sheet, rows


def _stage_row(sheet: Sheet, row: int, unit: HandedUnit, leaf: Leaf, handed: HandedLeaf, columns: int) -> None:
    first = len(STAGE_HEADS) + 1
    sheet.put(row, 1, unit.code, "code")
    sheet.put(row, 2, unit.name, "cell")
    sheet.put(row, 3, leaf.code, "code")
    sheet.put(row, 4, leaf.title, "cell")
    sheet.put(row, 5, leaf.max, "points")
    for offset, text in enumerate(handed.scores):
        sheet.put(row, first + offset, score_of(text), "points")
    given = a1(row, first + handed.final_at)
    formula = "" if handed.final_at < 0 else f'IF({given}="","",{given})'
    sheet.put(row, first + columns, score_of(handed.final), "points_bold", formula)
    sheet.put(row, first + columns + 1, _figures(leaf, handed), "cell")
    sheet.put(row, first + columns + 2, handed.reason, "cell")


def _figures(leaf: Leaf, handed: HandedLeaf) -> str:
    """What was entered centrally, in words."""
    inputs = leaf.method.inputs(leaf.max) if handed.figures else ()
    told = []
    for entry, raw in zip(inputs, handed.figures, strict=True):
        if raw is not None:
            told.append(f"{entry.label}: {raw if isinstance(raw, str | bool) else vi(Fraction(raw))}")
    return "\n".join(told)


def _link(
    book: Book, table: Table, stage: str, rows: Mapping[tuple[str, str], int], units: Mapping[str, HandedUnit], final: int
) -> None:  # fmt: skip
    """Makes every score of the ranking's scores sheets a formula over the stage sheet, so that each can be followed to its stages."""
    for name, columns in ((table.final, table.leaf_col), (table.own, table.own_col)):
        for lines in book.sheet(name).tables:
            for turn, (_, unit) in enumerate(table.units):
                values = list(lines.values[turn])
                for code, leaf_col in columns.items():
                    row = rows.get((unit.code, code))
                    if row is not None:
                        col = final if name == table.final else len(STAGE_HEADS) + 1 + units[unit.code].leaves[code].own_at
                        source = f"{quoted(stage)}!{a1(row, col)}"
                        value = values[leaf_col - 1]
                        assert not isinstance(value, Cell)  # the ranking's sheets hold the score itself
                        values[leaf_col - 1] = Cell(value, f'IF({source}="","",{source})', lines.looks[leaf_col - 1])
                lines.values[turn] = tuple(values)


# -------------------------------------------------------------------------------------------------------------------- Hồ sơ, hidden


def _returns(plan: Plan, handover: Handover) -> Sheet:
    """The return that counts for each unit: when it came, its mã đối chiếu, and the hash by which the original is found."""
    sheet = Sheet(RETURNS, landscape=True, repeat_rows=(5, 5), freeze=(6, 4))
    sheet.widths = {1: 5, 2: 9, 3: 31, 4: 16, 5: 17, 6: 28, 7: 37}
    note = "Tệp gốc được giữ nguyên tại cơ quan lập sổ; ai cũng có thể tính lại mã băm của tệp để đối chiếu."
    plan.heading(sheet, 7, "HỒ SƠ ĐƯỢC TÍNH CỦA TỪNG ĐƠN VỊ", note)
    sheet.row(5, RETURN_HEADS, "head")
    row = 5
    for unit in handover.units:
        for one in unit.returns or (HandedReturn(0, "", "", unit.missing, ""),):
            row += 1
            sheet.put(row, 1, one.round or None, "number")
            sheet.put(row, 2, unit.code, "code")
            sheet.put(row, 3, unit.name, "cell")
            sheet.put(row, 4, one.received, "centre")
            sheet.put(row, 5, one.answers, "centre")
            sheet.put(row, 6, one.file, "cell")
            sheet.put(row, 7, one.sha256, "cell")
    end = max(row, 6)
    sheet.text_number_areas = (f"B6:B{end}", f"E6:E{end}", f"G6:G{end}")
    sheet.print_to = (end, 7)
    return sheet


def _meta(identity: Identity) -> Sheet:
    sheet = Sheet(META, state="veryHidden")
    for offset, (key, value) in enumerate(identity.rows()):
        sheet.put(2 + offset, 1, key, "helper")
        sheet.put(2 + offset, 2, value, "helper")
    return sheet


def _payload(handover: Handover) -> Sheet:
    sheet = Sheet(PAYLOAD, state="veryHidden")
    for row, text in enumerate(packed(handover), PAYLOAD_FIRST):
        sheet.put(row, 1, text, "helper")
    return sheet
