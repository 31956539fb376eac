"""The table an office already has, in Excel and in Word, with the defects real ones have: what is understood, and what is marked.

Issue 6, "Their own tables"; domain.md §3.4. Nothing doubtful may pass without a mark: each test looks for the mark too.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import xlsxwriter

from processor.authoring import read_authoring
from processor.own_files import OwnGrid
from processor.own_import import own_id, read_own
from processor.reader import read_workbook
from rubric_versions import catalog
from rubric_versions.methods.base import Raw
from rubric_versions.own_columns import Seen
from tests.folders import Ran, repacked, run
from workbook_templates.authoring_book import COLUMN, NOTE
from workbook_templates.book import write_book

Row = Sequence[object]
WORD = "word/document.xml"
HEADS: Row = (
    "STT",
    "Lĩnh vực / Tiêu chí / Tiêu chí thành phần",
    "Điểm tối đa",
    "Cách chấm điểm",
    "Tài liệu kiểm chứng",
    "Điểm tự chấm",
    "Ghi chú",
)
ABOVE: Sequence[Row] = (("Phụ lục 01",), ("BẢNG TIÊU CHÍ CHẤM ĐIỂM CỦA CÁC PHÒNG",), ("(Kèm theo Quyết định số     /QĐ-UBND)",), ())
FRAME: Sequence[Row] = (
    (1, "CHỈ ĐẠO, ĐIỀU HÀNH", 60),
    ("1.1", "Kế hoạch", 60, None, "Kế hoạch; Báo cáo"),
    (2, "THỦ TỤC HÀNH CHÍNH", 40, None, None),
    ("2.1", "Niêm yết", 40, "Đầy đủ: 40; không đầy đủ: 20; không niêm yết: 0", "Ảnh chụp"),
)


def workbook(path: Path, rows: Sequence[Row], *edits: Callable[[Any], object]) -> Path:
    """An office's workbook: what stands above, the heads, the rows."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (*ABOVE, HEADS, *rows):
        page.append(list(row))
    for edit in edits:
        edit(page)
    book.save(path)
    return path


def imported(path: Path) -> Ran:
    """What the command makes of a file."""
    return run("rubric", "import", path, "--out", path.parent / "ra", "--json")


def leaf(ran: Ran, code: str) -> dict[str, Any]:
    """What was understood of a criterion."""
    return next(one for one in ran.json["leaves"] if one["code"] == code)


def under(how: object, *below: Row, points: object = 60) -> Sequence[Row]:
    """The frame with 1.1 scored in that way: words in its own column, rows below it."""
    return (FRAME[0], ("1.1", "Kế hoạch", points, how, "Kế hoạch; Báo cáo"), *below, *FRAME[2:])


def marked(ran: Ran, code: str, criterion: str = "1.1") -> dict[str, Any]:
    """The finding of that code, told with its cell in the office's own file."""
    found = [one for one in ran.json["findings"] if one["code"] == code and one["criterion"] == criterion]
    assert found, f"{code} of {criterion} is not among {[(one['code'], one['criterion']) for one in ran.json['findings']]}"
    assert found[0]["file"].endswith((".xlsx", ".docx"))
    assert found[0]["sheet"]
    one: dict[str, Any] = found[0]
    return one


# ------------------------------------------------------------------------------------------------------------------ what is understood


def test_levels_in_the_words_of_a_cell(tmp_path: Path) -> None:
    ran = imported(workbook(tmp_path / "a.xlsx", under("Kịp thời: 60; không kịp thời: 30; không ban hành: 0")))
    one = leaf(ran, "1.1")
    assert ran.code == 0, ran.out
    assert one["says"] == "Kịp thời: 60 · Không kịp thời: 30 · Không ban hành: 0"
    assert one["evidence"] == ["Kế hoạch", "Báo cáo"]
    assert (one["max"], one["scored_by"], one["appendix"]) == ("60", "self", "01")


def test_levels_as_rows_under_the_criterion_with_points_in_their_own_column(tmp_path: Path) -> None:
    rows = under(None, (None, "- Ban hành trong tháng 01", 60), (None, "- Ban hành trong quý I", "30"), ("-", "Ban hành sau quý I", 0))
    one = leaf(ran := imported(workbook(tmp_path / "a.xlsx", rows)), "1.1")
    assert one["method"]["kind"] == "levels"
    assert one["says"] == "Ban hành trong tháng 01: 60 · Ban hành trong quý I: 30 · Ban hành sau quý I: 0"
    assert marked(ran, "own-number")["cell"] == "C9"


def test_bands_in_words_and_what_their_rate_lacks_is_marked(tmp_path: Path) -> None:
    ran = imported(workbook(tmp_path / "a.xlsx", under("Từ 90 % trở lên: 60\nTừ 70 % đến dưới 90 %: 30,5\nDưới 70 %: 0")))
    one = leaf(ran, "1.1")
    assert one["says"] == "Từ 90 % trở lên: 60 · từ 70 % đến dưới 90 %: 30,5 · dưới 70 %: 0. Không phát sinh: 0 điểm."
    assert "số đạt, tổng số" in marked(ran, "own-rate")["message"]


@pytest.mark.parametrize(
    ("how", "kind", "figure"),
    [
        ("Cứ mỗi hồ sơ trễ hạn trừ 0,25 điểm", "deduction", ("per", "0.25")),
        ("Mỗi sáng kiến được công nhận: 1,5 điểm", "count", ("unit", "1.5")),
    ],
)
def test_points_for_each_case(how: str, kind: str, figure: tuple[str, str], tmp_path: Path) -> None:
    for rows in (under(how), under(None, (None, how, None))):
        method = leaf(imported(workbook(tmp_path / "a.xlsx", rows)), "1.1")["method"]
        assert method["kind"] == kind
        assert method[figure[0]] == figure[1]


def test_yes_and_no_a_sum_of_items_and_a_share(tmp_path: Path) -> None:
    assert leaf(imported(workbook(tmp_path / "a.xlsx", under("Có: 60; không: 0"))), "1.1")["method"]["kind"] == "yes_no"
    items = under(None, (None, "Có phân công", 20), (None, "Có thời hạn", 40))
    assert leaf(imported(workbook(tmp_path / "b.xlsx", items)), "1.1")["method"]["kind"] == "checklist"
    ran = imported(workbook(tmp_path / "c.xlsx", under("Tính điểm theo tỷ lệ nhiệm vụ hoàn thành")))
    assert leaf(ran, "1.1")["method"]["kind"] == "linear"
    assert marked(ran, "own-rate")


def test_a_survey_is_taken_for_one_and_marked(tmp_path: Path) -> None:
    rows = (*under("Có: 60; không: 0")[:2], (2, "TÁC ĐỘNG", 40), ("2.1", "Mức độ hài lòng của người dân", 40, "Điều tra xã hội học"))
    ran = imported(workbook(tmp_path / "a.xlsx", rows))
    assert (leaf(ran, "2.1")["scored_by"], leaf(ran, "2.1")["method"]["kind"]) == ("survey", "survey_percent")
    assert marked(ran, "own-survey", "2.1")


def test_what_stands_above_the_table_names_it_and_its_number_is_the_issuers(tmp_path: Path) -> None:
    ran = imported(workbook(tmp_path / "Bảng chấm điểm 2024.xlsx", FRAME))
    out = Path(ran.json["written"][0])
    assert out.name == "bang-cham-diem-2024_soan.xlsx"
    page = openpyxl.load_workbook(out)["Phụ lục 01"]
    assert (page["C3"].value, page["C4"].value, page["C6"].value) == ("01", "BẢNG TIÊU CHÍ CHẤM ĐIỂM CỦA CÁC PHÒNG", 100)


def test_heads_of_two_rows_and_numbered_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ("TT", "Nội dung", "Điểm", None, "Minh chứng"),
        (None, None, "Tự chấm", "Tối đa", None),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
    ):
        page.append(list(row))
    page.merge_cells("C1:D1")
    for code, title, own, most, proof in ((1, "Kế hoạch", 3, 100, None), ("1.1", "Ban hành", 3, 100, "Kế hoạch")):
        page.append([code, title, own, most, proof])
    book.save(tmp_path / "a.xlsx")
    assert leaf(imported(tmp_path / "a.xlsx"), "1.1")["max"] == "100", "the max, not the self score beside it"


def test_roman_fields_that_count_from_one_again(tmp_path: Path) -> None:
    rows = (
        ("I", "CHỈ ĐẠO", 60),
        ("1", "Kế hoạch", 60, "Có: 60; không: 0"),
        ("II", "THỦ TỤC", 40),
        ("1", "Niêm yết", 40, "Có: 40; không: 0"),
    )
    ran = imported(workbook(tmp_path / "a.xlsx", rows))
    assert [one["code"] for one in ran.json["leaves"]] == ["I.1", "II.1"]
    assert "I.1" in marked(ran, "own-code", "I.1")["message"]


# ------------------------------------------------------------------------------------------------------------------ what is marked


def test_numbers_as_text_with_comma_dot_and_unit(tmp_path: Path) -> None:
    rows = (FRAME[0], ("1.1", "A", "59.5 ", "Có: 59,5; không: 0"), ("1.2", "B", "0,5 điểm", "Có: 0,5; không: 0"), *FRAME[2:])
    ran = imported(workbook(tmp_path / "a.xlsx", rows))
    assert [leaf(ran, code)["max"] for code in ("1.1", "1.2")] == ["59.5", "0.5"]
    assert "«59.5» là chữ, đọc là 59,5" in marked(ran, "own-number")["message"]
    assert marked(ran, "own-number", "1.2")["cell"] == "C8"


def test_an_ambiguous_number_is_left_open(tmp_path: Path) -> None:
    ran = imported(workbook(tmp_path / "a.xlsx", (FRAME[0], ("1.1", "A", "1.500", "Có: 1; không: 0"), *FRAME[2:])))
    assert ran.code == 1
    assert leaf(ran, "1.1")["max"] == ""
    assert marked(ran, "own-no-number")
    assert "authoring-no-points" in ran.codes


def date_code(page: Any) -> None:
    """Excel has taken a code for a day."""
    page["A7"] = datetime(2024, 1, 1)  # noqa: DTZ001  (a cell has no zone)


CASES: dict[str, tuple[Sequence[Row], Sequence[Callable[[Any], object]], str, str]] = {
    "own-code": ((FRAME[0], ("1,1", "A", 60, "Có: 60; không: 0"), *FRAME[2:]), (), "1.1", "đọc là 1.1"),
    "own-no-points": ((FRAME[0], ("1.1", "A", None, "Có: 60; không: 0"), *FRAME[2:]), (), "1.1", "không có điểm"),
    "own-method": (under(None), (), "1.1", "không nêu cách chấm"),
    "own-level": (under(None, (None, "Kịp thời: 60", None), ("-", "Chậm", None)), (), "1.1", "Chậm"),
    "own-mixed-levels": (under("Từ 90 % trở lên: 60; không báo cáo: 0"), (), "1.1", "chỗ có tỷ lệ"),
    "own-two-ways": (under("Kịp thời: 60; chậm: 30", (None, "Cứ mỗi lần nhắc trừ 1 điểm", None)), (), "1.1", "vừa có mức"),
    "own-remark": (under("Có: 60; không: 0", (None, "Lưu ý thời điểm chốt số liệu", None)), (), "1.1", "Lưu ý"),
    "own-row": ((("Phần mở đầu", "A", None), *FRAME), (), "", "Phần mở đầu"),
    "own-depth": ((("1.1", "A", 60, "Có: 60; không: 0"), *FRAME[2:]), (), "1.1", "không có mục cha"),
    "own-code-date": (FRAME, (date_code,), "?", "định dạng ngày"),
    "own-merged": (under("Có: 60; không: 0"), (lambda page: page.merge_cells("E7:E9"),), "2.1", "ô trộn"),
    "own-levels-coded": (
        under(None, ("1.1.1", "Kịp thời", 60), ("1.1.2", "Không kịp thời", 30)), (), "1.1", "1.1.1, 1.1.2",
    ),
    "own-total": ((*FRAME, (None, "Tổng cộng", "99,5")), (), "", "Dòng tổng ghi 99,5, cộng các lĩnh vực được 100"),
    "own-column": (FRAME, (lambda page: page.cell(5, 8, "Mã phần mềm"),), "", "mã phần mềm"),
    "own-rules": (FRAME, (), "", "xếp loại"),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_what_is_doubtful_is_marked(code: str, tmp_path: Path) -> None:
    rows, edits, criterion, says = CASES[code]
    ran = imported(workbook(tmp_path / "a.xlsx", rows, *edits))
    found = [one for one in ran.json["findings"] if one["code"] == code and one["criterion"] == criterion]
    assert found, ran.codes
    assert says in found[0]["message"]
    assert len(found[0]["message"]) <= 255


def test_a_formula_is_taken_at_its_shown_value_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("PL")
        for turn, row in enumerate((HEADS, *FRAME)):
            page.write_row(turn, 0, row)
        page.write_formula("C2", "=C3", None, 60)
    ran = imported(path)
    assert marked(ran, "own-formula", "1")["cell"] == "C2"
    assert "own-total" not in ran.codes


def test_the_appraising_office_of_a_row_is_told_and_not_made_into_a_code(tmp_path: Path) -> None:
    heads = (*HEADS[:4], "Cơ quan thẩm định", *HEADS[5:])
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (heads, FRAME[0], ("1.1", "A", 60, "Có: 60; không: 0", "Sở Nội vụ"), *FRAME[2:]):
        page.append(list(row))
    book.save(tmp_path / "a.xlsx")
    assert "Sở Nội vụ" in marked(imported(tmp_path / "a.xlsx"), "own-who")["message"]


def test_defects_are_for_the_linter_and_none_is_mended(tmp_path: Path) -> None:
    rows = (
        (1, "CHỈ ĐẠO", 60), ("1.1", "A", 20, "Có: 20; không: 0"), ("1.1", "B", 20, "Có: 20; không: 0"),  # one code twice
        ("1.3", "C", 10, "Từ 50 % đến 70 %: 5; từ 70 % đến 100 %: 10"),  # bands that overlap and leave a gap
        ("2", "THỦ TỤC", 40), ("2.1", "D", 40, "Kịp thời: 30; chậm: 0"),  # the best level is not the max
    )  # fmt: skip
    ran = imported(workbook(tmp_path / "a.xlsx", rows))
    assert ran.code == 1
    assert {"rubric-duplicate-code", "rubric-sum", "rubric-band-overlap", "rubric-band-gap", "rubric-best"} <= set(ran.codes)


def test_every_doubt_stands_beside_its_line_in_a_workbook_ready_to_correct(tmp_path: Path) -> None:
    ran = imported(workbook(tmp_path / "a.xlsx", (FRAME[0], ("1.1", "A", "60 ", None), *FRAME[2:])))
    out = Path(ran.json["written"][0])
    page = openpyxl.load_workbook(out)["Phụ lục 01"]
    row = next(row for row in range(1, 60) if page.cell(row, COLUMN["code"]).value == "1.1")
    note = str(page.cell(row, NOTE).value)
    assert "Điểm «60» là chữ" in note
    assert "không nêu cách chấm" in note
    fill = page.cell(row, COLUMN["max"]).fill.fgColor.rgb
    assert fill == page.cell(row, COLUMN["method"]).fill.fgColor.rgb != page.cell(row, COLUMN["title"]).fill.fgColor.rgb
    again = run("rubric", "import", out, "--out", tmp_path / "bo", "--json")
    assert again.code == 0, again.out
    assert [Path(one).suffix for one in again.json["written"]] == [".yaml", ".yaml"]


BITS: Sequence[Raw] = (
    "1", "1.1", "1.1.1", "I", "II", "a)", "-", "?", "Kế hoạch", "Kịp thời: 1; chậm: 0,5", "Từ 70 % đến dưới 100 %: 0,5", "Dưới 70%: 0",
    "cứ mỗi hồ sơ trừ 0,25", "Tổng cộng", "Tài liệu: QĐ", "Điều tra xã hội học", None, None, Decimal(1), Decimal("0.5"), Decimal(40),
    "=1+1", "1,5", "1.500", "Lĩnh vực 1: Chỉ đạo", "tính điểm theo tỷ lệ", "x" * 500, "\x0b\x00a", "1.1. Kế hoạch", "<b>&", "Không đạt",
    "100%: 2", True, Decimal("1E+20"), Decimal(-3), "dài " * 9_000,
)  # fmt: skip


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(8, 400))])
def test_whatever_a_table_holds_something_is_said_and_nothing_breaks(seed: int) -> None:
    rng = random.Random(seed)
    cells = {(1, col): Seen(str(head)) for col, head in enumerate(HEADS, 1)}
    for row in range(2, rng.randint(3, 25)):
        for col in range(1, 8):
            cells[row, col] = Seen(rng.choice(BITS), rng.random() < 0.03, rng.random() < 0.05, rng.random() < 0.05)
    own = read_own([OwnGrid("S", cells)], "f.xlsx", catalog.load("can-tho-2018"))
    found = own.findings
    if own.book is not None:
        authored = read_authoring(read_workbook(write_book(own.book)), "o.xlsx")
        found = [*found, *authored.findings]
        assert all(one["cell"] and one["sheet"] for one in authored.leaves())
    assert found
    assert all(len(one.message) <= 255 for one in found)


def test_what_looks_like_a_formula_stays_text_and_what_no_cell_holds_is_cut_and_said(tmp_path: Path) -> None:
    rows = (FRAME[0], ("1.1", "=HYPERLINK(1)", 60, "Có: 60; không: 0", "dài " * 8_000), *FRAME[2:])
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("PL")
        for turn, row in enumerate((HEADS, *rows)):
            page.write_row(turn, 0, row)
    ran = imported(path)
    page = openpyxl.load_workbook(Path(ran.json["written"][0]))["Phụ lục 1"]
    titles = [page.cell(row, COLUMN["title"]) for row in range(1, 40)]
    assert [(one.value, one.data_type) for one in titles if str(one.value).startswith("=")] == [("=HYPERLINK(1)", "s")]
    assert marked(ran, "own-cut")


# ------------------------------------------------------------------------------------------------------------------ Word


def word(path: Path, tables: Sequence[Sequence[Row]], edit: Callable[[Any], object] = lambda document: None) -> Path:
    """A Word file with a heading and tables."""
    document = docx.Document()
    for row in ABOVE[:2]:
        document.add_paragraph(str(row[0]))
    for rows in tables:
        width = max(len(row) for row in rows)
        table = document.add_table(len(rows), width)
        for at, row in enumerate(rows):
            for col, value in enumerate(row):
                table.cell(at, col).text = "" if value is None else str(value)
        document.add_paragraph("")
    edit(document)
    document.save(str(path))
    return path


FULL: Sequence[Row] = (HEADS, *under("Từ 70 % đến dưới 100 %: 30\n100 %: 60\nDưới 70 %: 0"))


def test_a_table_in_word_is_read_like_one_in_excel(tmp_path: Path) -> None:
    ran = imported(word(tmp_path / "bang.docx", [FULL]))
    assert leaf(ran, "1.1")["says"].startswith("Từ 70 % đến dưới 100 %: 30 · 100 %: 60")
    assert leaf(ran, "2.1")["max"] == "40"
    assert marked(ran, "own-rate")["sheet"] == "bảng 1, dòng 3"
    assert "rubric-level-order" not in ran.codes


def test_a_table_parted_by_a_page_goes_on(tmp_path: Path) -> None:
    ran = imported(word(tmp_path / "bang.docx", [FULL[:3], [(*row, *("",) * (len(HEADS) - len(row))) for row in FULL[3:]]]))
    assert [one["code"] for one in ran.json["leaves"]] == ["1.1", "2.1"]


def test_merged_cells_of_word_are_shared_and_marked(tmp_path: Path) -> None:
    def merge(document: Any) -> None:
        table = document.tables[0]
        table.cell(2, 4).merge(table.cell(4, 4))

    ran = imported(word(tmp_path / "bang.docx", [FULL], merge))
    assert leaf(ran, "2.1")["evidence"][:2] == ["Kế hoạch", "Báo cáo"]
    assert marked(ran, "own-merged", "2.1")


def test_a_word_file_without_a_table_and_a_broken_one_are_findings(tmp_path: Path) -> None:
    assert imported(word(tmp_path / "thu.docx", [[("Kính gửi", "Các sở")]])).codes[-1] == "own-no-table"
    data = word(tmp_path / "bang.docx", [FULL]).read_bytes()
    cut = tmp_path / "hong.docx"
    cut.write_bytes(data[: len(data) // 2])
    assert [one["message"].partition(".")[0] for one in imported(cut).json["findings"]] == ["Không đọc được tệp: tệp hỏng"]
    entity = b'<!DOCTYPE w [<!ENTITY a "b">]>'
    cut.write_bytes(repacked(data, lambda name, part: part.replace(b"<w:document", entity + b"<w:document") if name == WORD else part))
    assert "tệp không an toàn" in imported(cut).json["findings"][0]["message"]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(WORD, b"<w:document/>" + b" " * 90_000_000)
    cut.write_bytes(bomb.getvalue())
    assert "tệp quá lớn" in imported(cut).json["findings"][0]["message"]
    assert imported(cut).codes == ["authoring-file"]
    cut.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 WordDocument")
    assert imported(cut).codes == ["authoring-file"]


def test_ids_come_from_the_files_name() -> None:
    assert own_id("Bộ tiêu chí CCHC – Sở Nội vụ (2024).xlsx") == "bo-tieu-chi-cchc-so-noi-vu-2024"
    assert own_id("Đ.docx") == "bo-tieu-chi"


def test_a_workbook_somebody_has_corrected_is_never_written_over(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", FRAME)
    first = Path(imported(path).json["written"][0])
    assert Path(imported(path).json["written"][0]) == first, "the same table gives the same workbook"
    corrected = openpyxl.load_workbook(first)
    corrected.save(first)
    kept = first.read_bytes()
    second = Path(imported(path).json["written"][0])
    assert (second.name, first.read_bytes()) == ("bo-tieu-chi_soan_2.xlsx", kept)
