"""The printed documents that are signed: the unit's own report of its self-assessment, and the minutes of its appraisal.

Each is a main document (Quốc hiệu, place and date, signer) with its tables as further sheets of the same workbook, so that a head row
repeats only over the table it belongs to (NĐ 30/2020/NĐ-CP, Phụ lục I). What a program cannot know is left to be written by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rubric_versions import words
from rubric_versions.model import Appendix, Group, Leaf, LegalBasis, RubricVersion
from rubric_versions.numbers import rounded, vi
from workbook_templates.book import Cell, Sheet
from workbook_templates.paper import Paper, Signer, digits_formula, shown_points
from workbook_templates.paper_tables import SKIPPED, PaperLeaf, PaperList, PaperUnit, list_sheet

_COLUMNS = (6, 34, 15, 15, 15, 15)
_LINES = 3  # dotted lines left for what people write themselves


@dataclass(frozen=True, slots=True)
class Office:
    """Who prints: the issuing office, its place, the campaign's year, and what its appraising council is called."""

    organiser: str
    place: str
    year: int
    council: str


def _letter_head(paper: Paper, parent: str, body: str, number: str, place: str) -> None:
    paper.letter_head(parent, body, number, f"{place}, ngày …… tháng …… năm ………", 2)
    paper.space(10, keep=True)


def _to_write(paper: Paper, lines: int = _LINES) -> None:
    for line in range(lines):
        paper.sheet.span(paper.next_row, 1, paper.columns, None, "paper_write")
        paper.space(20, keep=line < lines - 1)
    paper.space(8)


def _document(basis: LegalBasis) -> str:
    """A document as running text names it; without a number only its title."""
    return f"Quyết định số {basis.number} ngày {basis.date} của {basis.issuer}" if basis.number else basis.title


def _head_of_unit(unit: PaperUnit) -> Signer:
    """Who signs for a unit: a people's committee is signed for on its behalf (TM.), an office by its head."""
    title = (unit.head_title or "THỦ TRƯỞNG ĐƠN VỊ").upper()
    collective = unit.name.casefold().startswith(("ubnd", "ủy ban nhân dân"))
    return Signer(("TM. ỦY BAN NHÂN DÂN", title) if collective else (title,), unit.head)


# -------------------------------------------------------------------------------------------------------------------- the unit's report


def report_sheets(office: Office, version: RubricVersion, appendix: Appendix, unit: PaperUnit, table: Sheet) -> list[Sheet]:
    """The unit's report: the main document, its criteria table as the appendix, and its list of evidence."""
    paper = Paper("Báo cáo", _COLUMNS, working=3, locked=False)
    _letter_head(paper, "", unit.name, "Số: ………/BC-………", office.place)
    paper.text("BÁO CÁO", "appendix", keep=True)
    paper.text(f"Kết quả tự đánh giá, chấm điểm cải cách hành chính năm {office.year}", "paper_centre", keep=True)
    paper.space(8, keep=True)
    paper.text(f"Kính gửi: {office.organiser}.", "paper_left")
    paper.space(6)
    told = f"{unit.name} báo cáo kết quả tự đánh giá, chấm điểm cải cách hành chính năm {office.year} như sau:"
    paper.text(f"    Thực hiện {_document(version.legal_basis[0])}, {told}")
    paper.space(6)
    paper.text("I. KẾT QUẢ TỰ CHẤM ĐIỂM", "paper_bold", keep=True)
    got, most = _field_table(paper, appendix, unit)
    rate = got / most * 100 if most else Fraction(0)
    paper.space(4)
    told = f"Tổng điểm tự chấm: {shown_points(got)}/{shown_points(most)} điểm, đạt {vi(rate, 2)} % (phần tự chấm"
    paper.text(f"    {told}, chưa gồm điều tra xã hội học). Mã đối chiếu nội dung biểu mẫu: {unit.answers or '……………………'}.")
    paper.space(6)
    own = [(leaf, unit.leaves.get(leaf.code, PaperLeaf())) for leaf in appendix.self_leaves]
    skipped = [(leaf, one) for leaf, one in own if one.own == SKIPPED]
    bare = [(leaf, one) for leaf, one in own if isinstance(one.own, Fraction) and not one.evidence]
    paper.text("II. TIÊU CHÍ ĐỀ NGHỊ KHÔNG ĐÁNH GIÁ", "paper_bold", keep=True)
    _told_of(paper, skipped, "Không có tiêu chí nào.")
    paper.text("III. TIÊU CHÍ CHƯA CÓ TÀI LIỆU KIỂM CHỨNG", "paper_bold", keep=True)
    _told_of(paper, bare, "Tất cả tiêu chí đã chấm điểm đều có tài liệu kiểm chứng (danh mục kèm theo).")
    paper.text("IV. KHÓ KHĂN, VƯỚNG MẮC", "paper_bold", keep=True)
    _to_write(paper)
    paper.text("V. KIẾN NGHỊ, ĐỀ XUẤT", "paper_bold", keep=True)
    _to_write(paper)
    paper.space(6)
    paper.text(f"    Trên đây là báo cáo kết quả tự đánh giá, chấm điểm cải cách hành chính năm {office.year} của {unit.name}./.")
    paper.signatures([_head_of_unit(unit)], left=("Nơi nhận:", "- Như trên;", "- Lưu: VT."))
    return [paper.finish(), table, evidence_sheet(unit)]


def _field_table(paper: Paper, appendix: Appendix, unit: PaperUnit) -> tuple[Fraction, Fraction]:
    """The points got and those that could be got, field by field, as a table kept together; sums are formulas."""
    paper.head(
        ("STT", "Lĩnh vực", "Điểm tối đa phần tự chấm", "Không đánh giá", "Điểm tự chấm", "Tỷ lệ (%)"),
        "paper_head",
        "paper_number",
        repeat=False,
    )
    first = paper.next_row
    all_got = all_most = all_skipped = Fraction(0)
    for node in appendix.children:
        leaves = [leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if leaf.is_self_scored]
        if not leaves:
            continue
        values = [(leaf.max, unit.leaves.get(leaf.code, PaperLeaf()).own) for leaf in leaves]
        most = sum((one for one, _ in values), Fraction(0))
        skipped = sum((one for one, value in values if value == SKIPPED), Fraction(0))
        got = sum((value for _, value in values if isinstance(value, Fraction)), Fraction(0))
        all_got, all_most, all_skipped = all_got + got, all_most + most, all_skipped + skipped
        _field_row(paper, node.code, node.title, (most, skipped, got), ("", "", ""), "paper_cell", "paper_figure")
    last = paper.next_row - 1
    sums = tuple(f"SUM({paper.working(first, index)}:{paper.working(last, index)})" for index in range(3))
    _field_row(paper, "", "TỔNG CỘNG", (all_most, all_skipped, all_got), sums, "paper_cell_bold", "paper_figure_bold")
    return all_got, all_most - all_skipped


def _field_row(paper: Paper, code: str, title: str, values: Sequence[Fraction], formulas: Sequence[str], look: str, figure: str) -> None:
    row = paper.next_row
    most, skipped, got = (paper.working(row, index) for index in range(3))
    possible = values[0] - values[1]
    rate = values[2] / possible * 100 if possible else Fraction(0)
    text = digits_formula(f"IF({most}-{skipped}=0,0,{got}/({most}-{skipped})*100)", 2)
    cells = (
        Cell(code, look=figure),
        Cell(title, look=look),
        *(paper.points(row, index, values[index], figure) for index in range(3)),
        Cell(vi(rate, 2), text, figure),
    )
    paper.row(cells, [Cell(value, formula, "helper") for value, formula in zip(values, formulas, strict=True)], keep=True)


def _told_of(paper: Paper, leaves: Sequence[tuple[Leaf, PaperLeaf]], none: str) -> None:
    for leaf, one in leaves:
        paper.text(f"- {leaf.code}. {leaf.title}: {one.explanation or '…………………………'}")
    if not leaves:
        paper.text(f"    {none}")
    paper.space(6)


def evidence_sheet(unit: PaperUnit) -> Sheet:
    """The list of a unit's evidence, as it entered it."""
    columns = (("STT", 6.0), ("Tiêu chí", 30.0), ("Số, ký hiệu", 14.0), ("Ngày ban hành", 11.0), ("Cơ quan ban hành", 16.0),
               ("Trích yếu nội dung", 34.0), ("Mục, trang", 9.0), ("Tệp", 16.0))  # fmt: skip
    lines = [(str(turn), *row) for turn, row in enumerate(unit.evidence, 1)]
    below = words.BASIS.format(unit=unit.name)
    data = PaperList("DANH MỤC TÀI LIỆU KIỂM CHỨNG", below, columns, lines, landscape=True, centred=frozenset({0, 2, 3}))
    return list_sheet("Tài liệu kiểm chứng", data)


# -------------------------------------------------------------------------------------------------------------------- the minutes


def minutes_sheets(office: Office, version: RubricVersion, appendix: Appendix, unit: PaperUnit) -> list[Sheet]:
    """The minutes of a unit's appraisal: time, members, grounds, results by field, differences with reasons, its view, signatures."""
    paper = Paper("Biên bản", _COLUMNS, working=4, locked=False)
    _letter_head(paper, office.organiser, office.council, "", office.place)
    paper.text("BIÊN BẢN", "appendix", keep=True)
    paper.text(f"Thẩm định kết quả tự đánh giá, chấm điểm cải cách hành chính năm {office.year} của {unit.name}", "paper_centre", keep=True)
    paper.space(8, keep=True)
    paper.text("    Hôm nay, hồi …… giờ …… ngày …… tháng …… năm ………, tại ………………………………………………………, chúng tôi gồm:", "paper_line")
    for role in ("Chủ trì", "Thành viên", "Thư ký", "Đại diện đơn vị"):  # no names: dots that reach a line's end would leave it
        paper.text(f"- {role}: {'…' * 23}", "paper_line")
    paper.space(4)
    paper.text("I. CĂN CỨ THẨM ĐỊNH", "paper_bold", keep=True)
    for basis in version.legal_basis:
        paper.text(f"- {_document(basis)};")
    paper.text(f"- Hồ sơ tự chấm điểm của {unit.name}, nhận lúc {unit.received}; mã đối chiếu {unit.answers}.")
    paper.space(4)
    paper.text("II. KẾT QUẢ THẨM ĐỊNH", "paper_bold", keep=True)
    _appraised_table(paper, appendix, unit)
    lines = _differences(appendix, unit)
    paper.space(4)
    told = (
        f"Có {len(lines)} tiêu chí có điểm thẩm định khác điểm tự chấm, nêu tại bảng kèm theo."
        if lines
        else "Không có tiêu chí nào chênh lệch."
    )
    paper.text(f"    {told}")
    paper.space(4)
    paper.text(f"III. Ý KIẾN CỦA {unit.name.upper()}", "paper_bold", keep=True)
    _to_write(paper)
    paper.text("IV. KẾT LUẬN", "paper_bold", keep=True)
    _to_write(paper)
    paper.space(4)
    paper.text("    Biên bản được lập thành …… bản, đã đọc cho những người có tên trên cùng nghe, thống nhất và ký tên.")
    paper.signatures([Signer(("THƯ KÝ",)), Signer(("ĐẠI DIỆN ĐƠN VỊ",)), Signer(("CHỦ TRÌ",))])
    sheets = [paper.finish()]
    if lines:
        columns = (
            ("STT", 7.0),
            ("Tiêu chí", 32.0),
            ("Điểm tối đa", 9.0),
            ("Điểm tự chấm", 9.0),
            ("Điểm thẩm định", 9.0),
            ("Chênh lệch", 9.0),
            ("Lý do", 36.0),
        )
        title = "CHÊNH LỆCH GIỮA ĐIỂM TỰ CHẤM VÀ ĐIỂM THẨM ĐỊNH"
        below = f"(Kèm theo Biên bản thẩm định ngày … tháng … năm …… đối với {unit.name})"
        sheets.append(list_sheet("Chênh lệch", PaperList(title, below, columns, lines, centred=frozenset({0, 2, 3, 4, 5}))))
    return sheets


def _appraised_table(paper: Paper, appendix: Appendix, unit: PaperUnit) -> None:
    """Self and appraised points of what the unit scores itself, by field, with their difference; kept together, sums are formulas."""
    paper.head(
        ("STT", "Lĩnh vực", "Điểm tối đa phần tự chấm", "Điểm tự chấm", "Điểm thẩm định", "Chênh lệch"),
        "paper_head",
        "paper_number",
        repeat=False,
    )
    first, totals = paper.next_row, [Fraction(0)] * 3
    for node in appendix.children:
        leaves = [leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if leaf.is_self_scored]
        if not leaves:
            continue
        found = [unit.leaves.get(leaf.code, PaperLeaf()) for leaf in leaves]
        values = [
            sum((leaf.max for leaf in leaves), Fraction(0)),
            sum((one.own for one in found if isinstance(one.own, Fraction)), Fraction(0)),
            sum((one.final for one in found if isinstance(one.final, Fraction)), Fraction(0)),
        ]
        totals = [before + value for before, value in zip(totals, values, strict=True)]
        _difference_row(paper, node.code, node.title, values, ("", "", ""), "paper_cell", "paper_figure")
    last = paper.next_row - 1
    sums = [f"SUM({paper.working(first, index)}:{paper.working(last, index)})" for index in range(3)]
    _difference_row(paper, "", "TỔNG CỘNG", totals, sums, "paper_cell_bold", "paper_figure_bold")


def _difference_row(
    paper: Paper, code: str, title: str, values: Sequence[Fraction], formulas: Sequence[str], look: str, figure: str
) -> None:
    row = paper.next_row
    values = (*values, values[2] - values[1])
    formulas = (*formulas, f"{paper.working(row, 2)}-{paper.working(row, 1)}")
    cells = (Cell(code, look=figure), Cell(title, look=look), *(paper.points(row, index, values[index], figure) for index in range(4)))
    paper.row(cells, [Cell(value, formula, "helper") for value, formula in zip(values, formulas, strict=True)], keep=True)


def _differences(appendix: Appendix, unit: PaperUnit) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for leaf in appendix.self_leaves:
        one = unit.leaves.get(leaf.code, PaperLeaf())
        if one.final is None or _same(one.own, one.final):
            continue
        gap = shown_points(one.final - one.own) if isinstance(one.final, Fraction) and isinstance(one.own, Fraction) else "–"
        shown = [shown_points(value) if isinstance(value, Fraction) else value or "–" for value in (one.own, one.final)]
        lines.append((str(len(lines) + 1), f"{leaf.code}. {leaf.title}", shown_points(leaf.max), *shown, gap, one.reason))
    return lines


def _same(own: Fraction | str | None, final: Fraction | str) -> bool:
    """Whether both are one score: a sheet holds 15 digits of a self score that has no end."""
    if isinstance(own, Fraction) and isinstance(final, Fraction):
        return rounded(own) == rounded(final)
    return own == final
