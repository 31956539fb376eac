"""What is printed, measured on the PDF that LibreOffice makes of it (NĐ 30/2020/NĐ-CP, Phụ lục I; domain.md §4).

Measured are paper, margins, fonts, page numbers, heads on every page, every word of every cell, and that no signature stands alone;
for the shortest and for the longest texts. The formulas beside the page are set against Python in a spreadsheet engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pdfplumber
import pytest
from openxml_audit import OpenXmlValidator
from pdfplumber.page import Page

from processor.ranking import LeafScore, UnitScores, result_of
from rubric_versions import catalog, words
from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, RubricVersion, Rules
from rubric_versions.numbers import rounded
from tests.engines import differences, evaluate
from tests.office import Office
from workbook_templates.book import Book, Cell, Sheet, write_book
from workbook_templates.measure import lines_of
from workbook_templates.paper import Paper, Signer, shown_points
from workbook_templates.paper_letters import Office as Issuer
from workbook_templates.paper_letters import evidence_sheet, minutes_sheets, report_sheets
from workbook_templates.paper_tables import SKIPPED, PaperLeaf, PaperRank, PaperUnit, basis_words, criteria_sheet, ranking_sheet

VERSION = catalog.load("can-tho-2018")
ISSUER = Issuer("Ủy ban nhân dân thành phố Cần Thơ", "Cần Thơ", 2018, "Hội đồng thẩm định cải cách hành chính thành phố Cần Thơ")
MM = 72 / 25.4
LONG = "Đã thực hiện đầy đủ theo Kế hoạch số 45/KH-UBND, kết quả được Phòng Nội vụ xác nhận bằng văn bản; số liệu chốt ngày 30/11/2018. "


def appendix(number: str = "IV") -> Appendix:
    """A shipped criteria table."""
    return next(one for one in VERSION.appendices if one.number == number)


@cache
def unit(number: str = "IV", *, length: str = "usual", seed: int = 1) -> PaperUnit:
    """A unit with points of every kind; `length` of its texts: "none", "usual" or "long" (2,000 characters, the most a form takes)."""
    rng, table = random.Random(seed), appendix(number)
    text = {"none": "", "usual": "Đã thực hiện theo 45/KH-UBND", "long": (LONG * 20)[:2000]}[length]
    leaves = {}
    for turn, leaf in enumerate(table.leaves):
        own: Fraction | str | None = Fraction(rng.randint(0, int(leaf.max * 8)), 8) if leaf.is_self_scored else None
        if leaf.may_skip and leaf.is_self_scored and turn % 2:
            own = SKIPPED
        final = own if isinstance(own, Fraction) and rng.random() < 0.6 else Fraction(rng.randint(0, int(leaf.max * 8)), 8)
        told = text if length != "long" or turn % 16 == 0 else "Đã thực hiện"
        leaves[leaf.code] = PaperLeaf(own, SKIPPED if own == SKIPPED else final, told, (f"{turn}/KH-UBND, trang 3",) * (turn % 3), told)
    got = sum((one.final for one in leaves.values() if isinstance(one.final, Fraction)), Fraction(0))
    skipped = sum((leaf.max for leaf in table.leaves if leaves[leaf.code].final == SKIPPED), Fraction(0))
    index = (got - Fraction("1.5")) / (table.total - skipped) * 100
    grade = next(one.name for one in VERSION.rules.grades if one.at_least <= rounded(index))
    name = "UBND phường Cái Khế" if length != "long" else "Ban Quản lý các khu chế xuất và công nghiệp Cần Thơ " * 2
    row = (f"1.1.1. {text[:180]}", "45/KH-UBND", "01/02/2018", "UBND phường", text[:300] or "Kế hoạch", "tr. 3", "1-1-1.pdf")
    rows = (row,) * {"none": 0, "usual": 60, "long": 25}[length]
    return PaperUnit(
        "31117", name.strip(), leaves, deduction=Fraction("1.5"), index=index, grade=grade, answers="51AB-E021-A8BA",
        received="09:00 ngày 10/12/2018", evidence=rows, head="Trần Văn Ví Dụ", head_title="Chủ tịch",
    )  # fmt: skip


def below() -> str:
    return words.BASIS.format(unit="UBND phường Cái Khế")


def papers(length: str) -> dict[str, list[Sheet]]:
    """Every kind of paper for one unit."""
    one, table = unit(length=length), appendix()
    filled = criteria_sheet("Phụ lục IV", VERSION, table, "self", below(), one)
    return {
        "de_trong": [criteria_sheet("Phụ lục IV", VERSION, table, "blank", basis_words(VERSION.legal_basis[0], VERSION))],
        "doi_chieu": [criteria_sheet("Phụ lục IV", VERSION, table, "both", below(), one)],
        "tham_dinh": [criteria_sheet("Phụ lục IV", VERSION, table, "appraised", below(), one)],
        "bao_cao": report_sheets(ISSUER, VERSION, table, one, filled),
        "bien_ban": minutes_sheets(ISSUER, VERSION, table, one),
        "tai_lieu": [evidence_sheet(one)],
        "xep_hang": [ranking(ranked(70), VERSION.rules)],
    }


def ranked(count: int, seed: int = 3) -> list[PaperRank]:
    """A block in the order of its ranks, ties and units without an index among it."""
    rng = random.Random(seed)
    values = sorted((Fraction(rng.randint(600, 760), 8) for _ in range(count)), reverse=True)
    lines: list[PaperRank] = []
    for value in values:
        grade = next(one.name for one in VERSION.rules.grades if one.at_least <= value)
        rank = 1 + sum(other > value for other in values)
        lines.append(PaperRank(f"UBND xã {len(lines)}", value, Fraction(100), value, 2, rank, grade, True))
    lines.append(PaperRank("Thanh tra", Fraction(90), Fraction(100), Fraction(90), 2, None, "Tốt", False, "Không xếp hạng"))
    return [*lines, PaperRank("UBND xã Xa", None, None, None, 2, None, "Yếu", False, "Không tự đánh giá")]


def ranking(lines: list[PaperRank], rules: Rules) -> Sheet:
    return ranking_sheet("Khối 1", "KẾT QUẢ XẾP HẠNG NĂM 2018", "KHỐI XÃ, PHƯỜNG", below(), rules, lines)


KINDS = tuple(papers("none"))


# -------------------------------------------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize("kind", KINDS)
def test_every_formula_gives_what_the_paper_states(kind: str) -> None:
    book = Book(kind, papers("usual")[kind])
    found = differences(book, evaluate(write_book(book), {}))
    assert not found, found[:5]


@pytest.mark.parametrize("number", ["II", "III", "IV"])
def test_totals_of_an_appendix_follow_the_points_beside_it(number: str) -> None:
    """Cần Thơ 2018, Điều 7.2.d and 10.1: A leaves out what is not assessed, the index is a/A × 100."""
    for seed in range(4):
        one = unit(number, seed=seed)
        book = Book("x", [criteria_sheet("Phụ lục", VERSION, appendix(number), "both", below(), one)])
        assert not differences(book, evaluate(write_book(book), {}))
        shown = {cell.value for cell in book.sheets[0].cells.values()}
        assert one.grade in shown
        assert one.index is not None
        assert shown_points(rounded(one.index, 2)) in shown


def test_totals_follow_every_policy_of_the_rules() -> None:
    """The closing rows come to what the ranking comes to, whatever is rescaled, added and taken off."""
    table = appendix()
    for policy in ("subtract", "rescale_then_survey"):
        lists = {"cases": [{"title": "Sáng kiến được nhân rộng", "points": "1"}], "cap": "2", "basis": "thử"}
        changed = VERSION.model_dump(mode="json")
        changed["rules"] |= {"not_assessed": policy, "bonus": lists, "minus": lists}
        version = RubricVersion.model_validate(changed)
        one = unit(seed=5)
        scores = UnitScores(
            one.code, one.name, "xa", "xa", table, {code: score_of(leaf) for code, leaf in one.leaves.items()},
            deductions=1, bonus=Fraction("1.25"), minus=Fraction("0.75"),
        )  # fmt: skip
        result = result_of(scores, version.rules)
        one = replace(one, deduction=result.deduction, bonus=result.bonus, minus=result.minus, index=result.pari, grade=result.grade)
        book = Book("x", [criteria_sheet("Phụ lục", version, table, "both", below(), one)])
        assert not differences(book, evaluate(write_book(book), {})), policy
        stated = {cell.value for cell in book.sheets[0].cells.values() if cell.formula and isinstance(cell.value, Fraction)}
        assert {result.a, result.A, result.pari} <= stated, policy


def score_of(leaf: PaperLeaf) -> LeafScore:
    """The same leaf as ranking takes it."""
    states = [
        State.NOT_ASSESSED if value == SKIPPED else State.SCORED if isinstance(value, Fraction) else State.UNSCORED
        for value in (leaf.own, leaf.final)
    ]
    points = [value if isinstance(value, Fraction) else Fraction(0) for value in (leaf.own, leaf.final)]
    return LeafScore(states[0], points[0], states[1], points[1])


@pytest.mark.parametrize("ties", ["share", "share_and_skip"])
def test_ranks_with_ties_follow_the_rules(ties: str) -> None:
    rules = VERSION.rules.model_copy(update={"ties": ties})
    lines = [replace(one, rank=None) for one in ranked(30)]
    values = [one.index for one in lines if one.ranked and one.index is not None]
    assert len(set(values)) < len(values), "there are ties"
    above: Mapping[Fraction, int] = {
        value: len({other for other in values if other > value}) if ties == "share" else sum(other > value for other in values)
        for value in values
    }
    lines = [replace(one, rank=1 + above[one.index]) if one.ranked and one.index is not None else one for one in lines]
    book = Book("x", [ranking(lines, rules)])
    assert not differences(book, evaluate(write_book(book), {}))


def test_a_changed_point_moves_the_printed_total() -> None:
    book = Book("x", [criteria_sheet("Phụ lục", VERSION, appendix(), "both", below(), unit())])
    sheet = book.sheets[0]
    before = evaluate(write_book(book), {})
    finals = (place for place, cell in sheet.cells.items() if place[1] == 11 and isinstance(cell.value, Fraction) and not cell.formula)
    row, col = next(finals)
    sheet.cells[row, col] = replace(sheet.cells[row, col], value=Fraction("0.125"))
    after = evaluate(write_book(book), {})
    assert sum(before[place] != after[place] for place in before) >= 6, "point, criterion, field, total, a, index"


@pytest.mark.parametrize("kind", KINDS)
def test_openxml_audit_finds_nothing(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "paper.xlsx"
    path.write_bytes(write_book(Book(kind, papers("usual")[kind])))
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []


# -------------------------------------------------------------------------------------------------------------------- the flow of a page


def test_a_signature_takes_the_end_of_its_table_with_it() -> None:
    """Whatever stands before: the block is whole and two rows of what it signs are on its page."""
    for rows in range(20, 60):
        paper = Paper("x", (1, 3))
        for _ in range(rows):
            paper.row([Cell("a"), Cell("b")])
        last = paper.next_row - 1
        paper.signatures([Signer(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Trần Văn Ví Dụ")])
        sheet = paper.finish()
        assert not any(last - 1 <= row < paper.next_row - 1 for row in sheet.page_breaks), rows


@pytest.mark.parametrize("length", ["none", "usual", "long"])
@pytest.mark.parametrize("kind", ["bao_cao", "bien_ban"])
def test_lines_to_write_on_stay_with_their_heading(kind: str, length: str) -> None:
    sheet = papers(length)[kind][0]
    written = {row for (row, _), cell in sheet.cells.items() if cell.look == "paper_write"}
    assert len(written) == 6
    assert not any(row in sheet.page_breaks for row in range(1, max(written)) if row + 1 in written)


@pytest.mark.parametrize("length", ["none", "long"])
def test_lines_of_dots_end_within_the_page_whatever_the_unit_is_called(length: str) -> None:
    """Word programs differ in where a line that is nearly full breaks, and what goes on in a row of one line is cut."""
    sheet = papers(length)["bien_ban"][0]
    width = sum(sheet.widths[col] for col in range(1, 7)) * 5.25 * 0.95
    dotted = [str(cell.value) for cell in sheet.cells.values() if str(cell.value).startswith("- ") and str(cell.value).endswith("…")]
    assert len(dotted) == 4
    assert all(lines_of(text, width, 13.0, False) == 1 for text in dotted)


def test_an_appendix_names_what_amended_its_decision() -> None:
    told = {}
    for name in ("can-tho-2018", "can-tho-2019", "hong-ngu-2023", "can-tho-2023"):
        version = catalog.load(name)
        told[name] = basis_words(version.legal_basis[0], version)
    assert told["can-tho-2018"] == "(Kèm theo Quyết định số 1823/QĐ-UBND ngày 23/07/2018 của Ủy ban nhân dân thành phố Cần Thơ)"
    assert ", sửa đổi bởi Quyết định số 2429/QĐ-UBND ngày 10/10/2019" in told["can-tho-2019"]
    assert "2971/QĐ-UBND" in told["hong-ngu-2023"]
    assert "Công văn tháng 02/2024" in told["hong-ngu-2023"]
    assert "Thông báo" not in told["can-tho-2023"], "a notice of dates amends nothing"


def test_lines_beside_a_signature_stand_close() -> None:
    sheet = papers("usual")["bao_cao"][0]
    rows = {str(cell.value): row for (row, _), cell in sheet.cells.items()}
    first, last = rows["Nơi nhận:"], rows["- Lưu: VT."]
    assert last == first + 2
    assert sum(sheet.heights[row] for row in range(first, last)) < 45
    name = rows["Trần Văn Ví Dụ"]
    assert sum(sheet.heights[row] for row in range(rows["CHỦ TỊCH"] + 1, name)) > 60, "room to sign"


def test_a_heading_is_never_the_last_row_of_a_page() -> None:
    for rows in range(20, 60):
        paper = Paper("x", (1, 3))
        for _ in range(rows):
            paper.row([Cell("a"), Cell("b")])
        heading = paper.row([Cell("1"), Cell("Lĩnh vực")], keep=True)
        paper.row([Cell("a"), Cell("b")])
        assert heading not in paper.finish().page_breaks


def test_a_text_too_long_for_a_row_goes_on_in_the_next() -> None:
    text = LONG * 40
    paper = Paper("x", (4, 1))
    first = paper.row([Cell(text, look="cell"), Cell("b")])
    pieces = [str(paper.sheet.cells[row, 1].value) for row in range(first, paper.next_row)]
    assert len(pieces) > 1
    assert " ".join(pieces).split() == text.split()
    assert max(paper.sheet.heights.values()) <= 409


# -------------------------------------------------------------------------------------------------------------------- the printed page


@contextmanager
def printed(office: Office, sheets: list[Sheet], folder: Path) -> Iterator[list[Page]]:
    """The pages of the PDF of those sheets."""
    book, pdf = folder / "paper.xlsx", folder / "paper.pdf"
    book.write_bytes(write_book(Book("Bản in", sheets)))
    office.convert(book, pdf)
    with pdfplumber.open(pdf) as document:
        yield document.pages


def sheet_pages(sheet: Sheet) -> int:
    return len(sheet.page_breaks) + 1


def flat(text: str) -> str:
    """A text without blanks: a PDF breaks lines where it likes."""
    return "".join(text.split())


def page_text(page: Page) -> str:
    return page.extract_text(x_tolerance=1.5) or ""


@pytest.mark.parametrize("length", ["none", pytest.param("usual", marks=pytest.mark.exhaustive), "long"])
@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_as_the_decree_wants_them(kind: str, length: str, office: Office, tmp_path: Path) -> None:
    sheets = papers(length)[kind]
    with printed(office, sheets, tmp_path) as pages:
        assert len(pages) == sum(map(sheet_pages, sheets)), "every page ends where it was meant to, one page wide"
        start = 0
        for sheet in sheets:
            own = pages[start : start + sheet_pages(sheet)]
            start += len(own)
            _check_sheet(sheet, own)


def _check_sheet(sheet: Sheet, pages: list[Page]) -> None:
    wide, tall = (297, 210) if sheet.landscape else (210, 297)
    heads = ""
    if sheet.repeat_rows:
        rows = range(sheet.repeat_rows[0], sheet.repeat_rows[1] + 1)
        heads = flat("".join(str(cell.value) for (row, _), cell in sorted(sheet.cells.items()) if row == rows[-1] and cell.value))
    for number, page in enumerate(pages, 1):
        assert (round(page.width / MM), round(page.height / MM)) == (wide, tall), "A4"
        body = page.crop((0, 19 * MM, page.width, page.height))
        marks = [*body.chars, *body.rects, *body.lines]
        assert min(one["x0"] for one in marks) >= 29.5 * MM, "30 mm at the left"
        assert max(one["x1"] for one in marks) <= page.width - 14.4 * MM, "15 mm at the right"
        assert max(one["bottom"] for one in marks) <= page.height - 19.5 * MM, "20 mm at the bottom"
        fonts = {one["fontname"].split("+")[-1] for one in page.chars if one["text"].strip()}
        assert all("Liberation" in font and "Serif" in font for font in fonts), fonts  # what stands in for Times New Roman here
        assert all(one["size"] >= 9.9 for one in page.chars), "no type is smaller than 10 points"
        top = flat(page.crop((0, 0, page.width, 19 * MM)).extract_text() or "")
        assert top == ("" if number == 1 else str(number)), "page number in the top margin, from the second page on"
        if number > 1 and heads:
            assert heads in flat(page_text(page)), f"the heads stand again on page {number}"
        for band, wanted in _bands(sheet, number):
            found = [one["text"] for one in page.chars if band[0] <= (one["top"] + one["bottom"]) / 2 < band[1] and one["text"].strip()]
            assert sorted(found) == sorted(wanted), f"page {number}: cut off or out of its row: {wanted}"


def _bands(sheet: Sheet, number: int) -> Iterator[tuple[tuple[float, float], str]]:
    """The strips of a page, in points from its top, with the letters that must stand in each: a row, or rows joined by a merged cell."""
    ends = [0, *sheet.page_breaks, sheet.print_to[0] if sheet.print_to else 0]
    rows = list(range(ends[number - 1] + 1, ends[number] + 1))
    if number > 1 and sheet.repeat_rows:
        rows = [*range(sheet.repeat_rows[0], sheet.repeat_rows[1] + 1), *rows]
    joined = {row for (first, _), (last, _) in sheet.merges for row in range(first + 1, last + 1)}
    top, start, letters = 20 * MM, 20 * MM, ""
    for turn, row in enumerate(rows):
        texts = [str(cell.value) for (at, col), cell in sheet.cells.items() if at == row and sheet.print_to and col <= sheet.print_to[1]]
        letters += "".join(flat(text) for text in texts if text != "None")
        top += sheet.heights[row]
        if turn + 1 == len(rows) or rows[turn + 1] not in joined:
            yield (start, top), letters
            start, letters = top, ""


@pytest.mark.parametrize("locale", ["vi-VN", "en-US"])
def test_numbers_have_a_comma_whatever_the_locale(locale: str, tmp_path: Path) -> None:
    with Office(locale=locale) as own, printed(own, papers("usual")["doi_chieu"], tmp_path) as pages:
        text = "".join(page_text(page) for page in pages)
    one = unit()
    assert one.index is not None
    assert shown_points(rounded(one.index, 2)) in text
    assert "100,00" in text
    assert "100.00" not in text


def test_the_main_document_has_quoc_hieu_and_its_appendix_has_not(office: Office, tmp_path: Path) -> None:
    sheets = papers("usual")["bao_cao"]
    with printed(office, sheets, tmp_path) as pages:
        texts = [page_text(page) for page in pages]
    main = sheet_pages(sheets[0])
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in texts[0]
    assert "51AB-E021-A8BA" in "".join(texts[:main]), "the mã đối chiếu ties the report to the workbook"
    assert "Trần Văn Ví Dụ" in texts[main - 1]
    assert not any("CỘNG HÒA" in text for text in texts[main:])
