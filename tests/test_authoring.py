"""A version written in Excel: out and back without a loss, checks by formula as people type, everything wrong told by its cell.

Issue 6, "Authoring in Excel". What is typed in these tests is typed into the workbook's cells, by LibreOffice where it must calculate.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from processor.authoring import Authored, read_authoring
from processor.desk import LEDGER_FILE
from processor.ledger import Ledger
from processor.reader import read_workbook
from processor.rubrics import next_years, write_version
from rubric_versions import catalog, spoken, words
from rubric_versions.authoring_fields import sections
from rubric_versions.findings import errors
from rubric_versions.lint import lint
from rubric_versions.methods.rate import Band
from rubric_versions.model import RubricVersion
from tests.folders import run
from tests.office import Entry, Office
from workbook_templates.authoring_book import CHECK, COLUMN, SPARE_LINES, authoring_book
from workbook_templates.book import a1, write_book

SHIPPED = sorted(catalog.shipped())
SMALL = "hong-ngu-2023"


def read(data: bytes) -> Authored:
    """What the workbook's bytes say."""
    return read_authoring(read_workbook(data), "soan.xlsx")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `cchc rubric new` writes."""
    path = tmp_path_factory.mktemp("moi") / "moi.xlsx"
    assert run("rubric", "new", path).code == 0
    return path.read_bytes()


def edited(data: bytes, *edits: Callable[[openpyxl.Workbook], object]) -> bytes:
    """The workbook after somebody's edits, saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for edit in edits:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(sheet: Worksheet, code: str) -> int:
    """The row of a criterion."""
    return next(row for row in range(1, sheet.max_row + 1) if str(sheet.cell(row, COLUMN["code"]).value) == code)


def put(code: str, part: str, value: Any, *, below: int = 0, sheet: str = "Phụ lục I") -> Callable[[openpyxl.Workbook], object]:
    """An edit: a part of a criterion's line, or of a line below it."""

    def edit(book: openpyxl.Workbook) -> None:
        page = book[sheet]
        page.cell(row_of(page, code) + below, COLUMN[part]).value = value

    return edit


def field(label: str, value: Any) -> Callable[[openpyxl.Workbook], object]:
    """An edit: a field of the version, by what it is called."""

    def edit(book: openpyxl.Workbook) -> None:
        page = book[words.AUTHORING_INFO]
        page.cell(next(row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == label), 2).value = value

    return edit


# ------------------------------------------------------------------------------------------------------------------ out and back


@pytest.mark.parametrize("version_id", SHIPPED)
def test_every_shipped_version_comes_back_exactly(version_id: str, tmp_path: Path) -> None:
    version = catalog.load(version_id)
    data = write_book(authoring_book(version))
    authored = read(data)
    assert authored.findings == []
    assert authored.version == version
    assert authored.version.digest == version.digest
    assert [(row["appendix"], row["code"]) for row in authored.leaves()] == [
        (table.number, leaf.code) for table in version.appendices for leaf in table.leaves
    ]
    head = write_version(version, tmp_path)[0]
    assert catalog.load_file(head).digest == version.digest


def test_the_workbook_passes_the_audit_and_another_programs_saving(tmp_path: Path) -> None:
    data = write_book(authoring_book(catalog.load(SMALL)))
    path = tmp_path / "soan.xlsx"
    path.write_bytes(data)
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []
    again = read(edited(data))
    assert again.version is not None
    assert again.version.digest == catalog.load(SMALL).digest


ENDS = st.fractions(min_value=0, max_value=100, max_denominator=1000).filter(lambda one: 1000 % one.denominator == 0)


@given(low=st.none() | ENDS, high=st.none() | ENDS, closed=st.tuples(st.booleans(), st.booleans()))
def test_a_band_says_in_words_what_is_read_back_from_them(low: Any, high: Any, closed: tuple[bool, bool]) -> None:
    ends = {("ge" if closed[0] else "gt"): low, ("le" if closed[1] else "lt"): high}
    band = Band.model_validate({name: end for name, end in ends.items() if end is not None} | {"points": "1"})
    if band.gt == 100 and high is None:
        return  # holds no rate; the linter says so
    rates = spoken.rates_of(band.describe().rpartition(":")[0])
    assert rates is not None
    assert rates.band(band.points) == band


# ------------------------------------------------------------------------------------------------------------------ the template


def test_the_template_is_a_sound_version_with_every_method(template: bytes) -> None:
    authored = read(template)
    assert authored.findings == []
    assert authored.version is not None
    assert {leaf.method.kind for leaf in authored.version.appendices[0].leaves} == set(words.METHOD_WORDS)
    assert lint(authored.version) == []


def test_a_row_written_into_the_ready_lines_and_an_inserted_one_are_read(template: bytes) -> None:
    def insert(book: openpyxl.Workbook) -> None:
        page = book["Phụ lục I"]
        row = row_of(page, "2.2")
        page.insert_rows(row)
        typed: dict[str, str | float] = {
            "code": "2.9",
            "title": "Xin lỗi",
            "max": 3,
            "scorer": "Đơn vị",
            "method": "Nhập điểm",
            "unit": 0.5,
            "asked": "Điểm đạt",
        }
        for part, value in typed.items():
            page.cell(row, COLUMN[part]).value = value

    authored = read(edited(template, insert, put("2", "max", 33)))
    assert authored.version is not None
    leaf = authored.version.appendices[0].by_code["2.9"]
    assert (leaf.title, str(leaf.max), leaf.method.kind) == ("Xin lỗi", "3", "direct")
    assert [one.code for one in authored.findings] == ["rubric-total", "rubric-code-order", "rubric-no-evidence"]


def test_a_copied_sheet_is_another_table(template: bytes) -> None:
    def copy(book: openpyxl.Workbook) -> None:
        page = book.copy_worksheet(book["Phụ lục I"])
        page.title = "Phụ lục I (2)"
        page["C3"], page["C5"] = "II", "so"
        info = book[words.AUTHORING_INFO]
        row = next(row for row in range(1, 200) if info.cell(row, 1).value == "xa")
        info.cell(row + 1, 1).value, info.cell(row + 1, 2).value = "so", "Sở, ngành"

    authored = read(edited(template, copy))
    assert authored.findings == []
    assert authored.version is not None
    assert [(table.number, table.tier) for table in authored.version.appendices] == [("I", "xa"), ("II", "so")]


WRONG: dict[str, tuple[list[Callable[[openpyxl.Workbook], object]], tuple[str, str, str]]] = {
    "a name left out": ([field("Tên bộ tiêu chí (*)", None)], ("authoring-missing", words.AUTHORING_INFO, "Tên bộ tiêu chí")),
    "an id with capitals": ([field("Mã bộ tiêu chí (*)", "Bộ 1")], ("rubric-unreadable", words.AUTHORING_INFO, "viết chưa đúng dạng")),
    "a rule not in the list": ([field("Thiếu giải trình (*)", "Sai")], ("authoring-word", words.AUTHORING_INFO, "Cảnh báo")),
    "points typed as text": ([put("1.2", "max", "6,5")], ("number-as-text", "Phụ lục I", "6,5")),
    "points that are no number": ([put("1.2", "max", "sáu")], ("not-a-number", "Phụ lục I", "sáu")),
    "no points": ([put("1.2", "max", None)], ("authoring-no-points", "Phụ lục I", "1.2")),
    "a method nobody knows": ([put("1.2", "method", "Đếm")], ("authoring-word", "Phụ lục I", "Đếm và cộng điểm")),
    "no method and no parts": ([put("1.2", "method", None)], ("authoring-no-method", "Phụ lục I", "1.2")),
    "a method and parts": ([put("1.1", "method", "Nhập điểm")], ("authoring-method-group", "Phụ lục I", "1.1")),
    "a level that jumps": ([put("1.1", "level", 3)], ("authoring-depth", "Phụ lục I", "1.1")),
    "a band nobody understands": ([put("1.1.4", "title", "kha khá", below=2)], ("authoring-band", "Phụ lục I", "kha khá")),
    "a level below a method without": ([put("1.1.2", "method", "Nhập điểm")], ("authoring-level-alone", "Phụ lục I", "Trong tháng 01")),
    "a third line of yes and no": ([put("1.1.2", "method", "Đạt / không đạt")], ("authoring-yes-no", "Phụ lục I", "1.1.2")),
    "parts that do not add up": ([put("1.2", "max", 6.5)], ("rubric-sum", "Phụ lục I", "40")),
    "a code twice": ([put("1.3", "code", "1.2")], ("rubric-duplicate-code", "Phụ lục I", "1.2")),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_cell(case: str, template: bytes) -> None:
    edits, (code, sheet, says) = WRONG[case]
    found = [one for one in errors(read(edited(template, *edits)).findings) if one.code == code]
    assert found
    assert (found[0].sheet, found[0].file) == (sheet, "soan.xlsx")
    assert found[0].cell
    assert says in found[0].message
    assert len(found[0].message) <= 255


def test_everything_wrong_is_told_at_once_and_nothing_is_written(template: bytes, tmp_path: Path) -> None:
    path = tmp_path / "soan.xlsx"
    path.write_bytes(edited(template, put("1.2", "max", "6,5"), put("1.3", "method", None), field("Cơ quan ban hành (*)", None)))
    ran = run("rubric", "import", path, "--out", tmp_path / "ra", "--json")
    assert ran.code == 1
    assert {"number-as-text", "authoring-no-method", "authoring-missing"} <= set(ran.codes)
    assert ran.json["written"] == []
    assert not (tmp_path / "ra").exists()


def test_a_sheet_that_is_no_table_is_named_and_a_workbook_without_one_is_refused(template: bytes) -> None:
    noted = read(edited(template, lambda book: book.create_sheet("Nháp").append(["ghi chú"])))
    assert [(one.code, one.sheet) for one in noted.findings] == [("authoring-sheet", "Nháp")]
    bare = read(edited(template, lambda book: book.remove(book["Phụ lục I"])))
    assert [one.code for one in bare.findings] == ["authoring-no-table"]


# ------------------------------------------------------------------------------------------------------------------ the checks


def checks(office: Office, document: Any, sheet: str, rows: range) -> dict[str, str]:
    """What the check says, by code, once calculated."""
    office.calculate(document)
    area = office.get(document, sheet, f"{a1(rows.start, COLUMN['code'])}:{a1(rows.stop - 1, CHECK)}")
    return {row[0]["s"]: row[CHECK - COLUMN["code"]]["s"] for row in area if row[0]["s"]}


def test_checks_follow_what_is_typed_in_a_real_program(office: Office, template: bytes, tmp_path: Path) -> None:
    path = tmp_path / "soan.xlsx"
    path.write_bytes(template)
    page = openpyxl.load_workbook(path)["Phụ lục I"]
    first, last = row_of(page, "1"), row_of(page, "3.2") + 4
    document = office.open(path)
    said = checks(office, document, "Phụ lục I", range(first, last + 1))
    assert set(said.values()) == {"✓"}

    def cell(code: str, part: str, below: int = 0) -> str:
        return a1(row_of(page, code) + below, COLUMN[part])

    office.set(
        document,
        [
            ("Phụ lục I", cell("1.2", "max"), 7),  # the parts of 1 no longer add up
            ("Phụ lục I", cell("1.1.2", "max", 1), 4),  # the best level is not the max
            ("Phụ lục I", cell("1.1.3", "max", 2), 1),  # the items do not add up
            ("Phụ lục I", cell("1.3", "code"), {"type": "1.2"}),
            ("Phụ lục I", cell("2.1", "method"), ""),
            ("Phụ lục I", cell("2.2", "max"), ""),
            ("Phụ lục I", cell("1.1", "method"), "Nhập điểm"),
        ],
    )
    told = words.AUTHORING_CHECKS
    said = checks(office, document, "Phụ lục I", range(first, last + 1))
    assert {code: text for code, text in said.items() if text != "✓"} == {
        "1": told["sum"], "1.1": told["method-group"], "1.1.2": told["best"], "1.1.3": told["items"], "1.2": told["duplicate"],
        "2": told["sum"], "2.1": told["no-method"], "2.2": told["no-points"],
    }  # fmt: skip


def test_a_version_filled_in_by_hand_is_imported(office: Office, template: bytes, tmp_path: Path) -> None:
    path, saved = tmp_path / "moi.xlsx", tmp_path / "da-dien.xlsx"
    path.write_bytes(template)
    page = openpyxl.load_workbook(path)["Phụ lục I"]
    row = row_of(page, "3.2") + 5
    document = office.open(path)
    typed: dict[str, Entry] = {"level": 2, "code": {"type": "3.3"}, "title": "Ý kiến của cơ quan khác", "max": 2.5, "scorer": "Điều tra",
             "method": "Tỷ lệ hài lòng", "asked": "Tỷ lệ phiếu đồng ý"}  # fmt: skip
    office.set(document, [("Phụ lục I", a1(row, COLUMN[part]), value) for part, value in typed.items()])
    office.set(document, [("Phụ lục I", a1(row_of(page, "3.1"), COLUMN["max"]), 17.5)])
    office.calculate(document)
    office.save(document, saved)
    ran = run("rubric", "import", saved, "--out", tmp_path / "ra", "--json")
    assert ran.code == 0, ran.out
    added = next(one for one in ran.json["leaves"] if one["code"] == "3.3")
    assert (added["max"], added["scored_by"], added["method"]["kind"], added["cell"]) == ("2.5", "survey", "survey_percent", f"B{row}")
    version = catalog.load_file(Path(ran.json["written"][0]))
    assert version.appendices[0].by_code["3.3"].title == "Ý kiến của cơ quan khác"


def test_cached_checks_are_those_the_formulas_give(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "soan.xlsx"
    version = catalog.load(SMALL)
    path.write_bytes(write_book(authoring_book(version)))
    before = openpyxl.load_workbook(path, data_only=True)["Phụ lục 01"]
    rows = range(row_of(before, "1"), before.max_row - SPARE_LINES + 1)
    said = checks(office, office.open(path), "Phụ lục 01", rows)
    assert said == {str(before.cell(row, COLUMN["code"]).value): "✓" for row in rows if before.cell(row, COLUMN["code"]).value}


# ------------------------------------------------------------------------------------------------------------------ the year after


def test_the_next_years_version_starts_from_this_years(tmp_path: Path) -> None:
    path = tmp_path / "nam-sau.xlsx"
    assert run("rubric", "clone", SMALL, path).code == 0
    ran = run("rubric", "import", path, "--out", tmp_path / "ra", "--json")
    assert ran.code == 0, ran.out
    made, base = catalog.load_file(Path(ran.json["written"][0])), catalog.load(SMALL)
    assert (made.id, made.years, made.amends, made.changes) == ("hong-ngu-2024", (2024,), "", ())
    assert made.title == base.title.replace("2023", "2024")
    assert [(one.opens, one.closes) for one in made.rules.windows] == [("01/02/2025 00:00", "06/03/2025 00:00")]
    assert made.appendices == base.appendices
    assert made.legal_basis == base.legal_basis, "documents are for people to change"
    assert "hong-ngu-2023" in made.provenance[0].source


def test_a_leap_day_moves_to_a_day_that_is_there() -> None:
    window = {"opens": "29/02/2024 07:00", "closes": "01/03/2024 00:00"}
    data = catalog.load(SMALL).model_dump(mode="json")
    data["years"], data["rules"]["windows"] = [2023], [window]
    moved = next_years(RubricVersion.model_validate(data), 2024).rules.windows[0]
    assert (moved.opens, moved.closes) == ("28/02/2025 07:00", "01/03/2025 00:00")


def test_a_campaign_is_made_from_a_version_of_ones_own(template: bytes, tmp_path: Path) -> None:
    path = tmp_path / "soan.xlsx"
    path.write_bytes(template)
    ran = run("rubric", "import", path, "--out", tmp_path / "ra", "--json")
    made = run("new", tmp_path / "dot", "--version", ran.json["written"][0], "--json", keys=tmp_path / "khoa")
    assert made.code == 0, made.out
    with Ledger(tmp_path / "dot" / LEDGER_FILE, read_only=True) as ledger:
        told = ledger.events("created")[0].data
    assert (told["version"], told["version_digest"]) == ("bo-tieu-chi-moi", catalog.load_file(Path(ran.json["written"][0])).digest)


def test_every_field_of_a_version_has_a_name_people_know() -> None:
    unnamed = [(*one.path, slot.name) for one in sections() for slot in one.slots if slot.name and slot.label == slot.name]
    assert unnamed == [], "add them to words.AUTHORING_LABELS (rules: RULE_NAMES)"
    assert [one.path for one in sections() if one.path and one.label == one.path[-1]] == []


def test_a_workbook_with_somebodys_work_in_it_is_not_written_over(template: bytes, tmp_path: Path) -> None:
    path = tmp_path / "moi.xlsx"
    path.write_bytes(edited(template, put("1.2", "title", "Đã sửa")))
    for command in (("new", path), ("export", SMALL, path), ("clone", SMALL, path)):
        ran = run("rubric", *command, "--json")
        assert (ran.code, ran.codes) == (1, ["authoring-exists"])
    assert "Đã sửa" in str(read(path.read_bytes()).leaves())
    path.write_bytes(template)
    assert run("rubric", "new", path).code == 0, "the same again changes nothing"
