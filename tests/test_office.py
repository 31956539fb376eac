"""The LibreOffice harness itself: what is typed is calculated, saved and read back, and nothing hangs for ever."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests import office as office_module
from tests.office import Cell, Office, OfficeError

pytestmark = pytest.mark.xdist_group("office")

SHEET = "Tự chấm điểm"


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A protected sheet of two inputs and what is calculated from them, in a folder with a Vietnamese name."""
    path = tmp_path / "Quận Ô Môn" / "tự chấm.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet(SHEET)
        open_cell = workbook.add_format({"locked": False})
        sheet.write_blank("A1", None, open_cell)
        sheet.write_blank("A2", None, open_cell)
        sheet.write_formula("B1", "=A1*2", None, -1)  # a wrong cached value: only calculating mends it
        sheet.write_formula("B2", "=A1/A2", None, -1)
        sheet.write_formula("B3", '=IF(ISNUMBER(A2),"số","chữ")', None, "")
        sheet.protect("mật khẩu")
    return path


@pytest.fixture
def document(office: Office, form: Path) -> Iterator[int]:
    number = office.open(form)
    yield number
    office.close(number)


def column(cells: list[list[Cell]]) -> list[Cell]:
    return [row[0] for row in cells]


def test_a_file_saved_by_libreoffice_holds_what_was_typed_and_what_follows(office: Office, document: int, tmp_path: Path) -> None:
    office.set(document, [(SHEET, "A1", 1.5), (SHEET, "A2", 3)])
    office.calculate(document)
    office.save(document, tmp_path / "saved.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "saved.xlsx", data_only=True)[SHEET]
    assert [[cell.value for cell in row] for row in sheet["A1:B3"]] == [[1.5, 3], [3, 0.5], [None, "số"]]
    assert sheet.protection.sheet


@pytest.mark.parametrize("ending", [".ods", ".xls"])
def test_values_survive_a_trip_through_another_format(office: Office, document: int, tmp_path: Path, ending: str) -> None:
    office.set(document, [(SHEET, "A1", 0.125), (SHEET, "A2", "không có")])
    there, back = tmp_path / f"there{ending}", tmp_path / "back.xlsx"
    office.save(document, there)
    office.convert(there, back)

    sheet = openpyxl.load_workbook(back, data_only=True)[SHEET]
    assert [cell.value for cell in sheet["A"][:2]] == [0.125, "không có"]
    assert [cell.value for cell in sheet["B"]] == [0.25, "#VALUE!", "chữ"]


def test_opening_recalculates_so_that_stale_cached_values_are_not_believed(office: Office, document: int) -> None:
    assert office.values(document, SHEET) == [["", 0], ["", None], ["", "chữ"]]


def test_a_cell_tells_its_value_text_formula_and_error(office: Office, document: int) -> None:
    office.set(document, [(SHEET, "A1", 1), (SHEET, "A2", 0)])
    office.calculate(document)
    assert column(office.get(document, SHEET, "A1:A3")) == [
        {"v": 1, "s": "1", "f": None, "e": 0},
        {"v": 0, "s": "0", "f": None, "e": 0},
        {"v": None, "s": "", "f": None, "e": 0},
    ]
    assert column(office.get(document, SHEET, "B1:B2")) == [
        {"v": 2, "s": "2", "f": "=A1*2", "e": 0},
        {"v": None, "s": "#DIV/0!", "f": "=A1/A2", "e": 532},
    ]


@pytest.mark.parametrize(
    ("entry", "value", "formula"),
    [
        ("007", "007", None),
        ("=1+1", "=1+1", None),
        (None, None, None),
        ({"formula": "=SUM(1;2)"}, 3, "=SUM(1;2)"),
        ({"type": "1.5"}, 1.5, None),
        ({"type": "1,5"}, "1,5", None),
        ({"type": "=2*3"}, 6, "=2*3"),
    ],
)
def test_each_kind_of_entry_goes_in_as_it_says(
    office: Office, document: int, entry: office_module.Entry, value: object, formula: str | None
) -> None:
    office.set(document, [(SHEET, "A1", "trước đó"), (SHEET, "A1", entry)])
    ((cell,),) = office.get(document, SHEET, "A1")
    assert (cell["v"], cell["f"]) == (value, formula)


def test_a_vietnamese_libreoffice_takes_a_comma_for_the_decimal_sign(form: Path) -> None:
    with Office(locale="vi-VN") as vietnamese:
        document = vietnamese.open(form)
        vietnamese.set(document, [(SHEET, "A1", {"type": "1,5"}), (SHEET, "A2", {"type": "0.25"})])
        vietnamese.calculate(document)
        assert [row[0] for row in vietnamese.values(document, SHEET)] == [1.5, "0.25", ""]
        ((cell,),) = vietnamese.get(document, SHEET, "A1")
        assert cell["s"] == "1,5"


def test_a_refusal_is_told_and_does_not_end_libreoffice(office: Office, document: int, tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="no sheet 'Sai tên', only Tự chấm điểm"):
        office.values(document, "Sai tên")
    with pytest.raises(OfficeError, match="open"):
        office.open(tmp_path / "không có.xlsx")
    assert office.values(document, SHEET)


def test_a_libreoffice_that_does_not_answer_is_killed_and_the_next_call_starts_another(form: Path) -> None:
    with Office(timeout=0) as hung:
        with pytest.raises(OfficeError, match="did not answer to 'open' within 0 s and was killed"):
            hung.open(form)
        hung.timeout = 60
        assert hung.values(hung.open(form), SHEET)


def test_render_makes_a_picture_of_every_page(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert office_module.main(["render", str(form), str(tmp_path / "in")]) == 0
    (picture,) = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.xdist_group("office")
def test_tests_that_share_libreoffice_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Two that take in an extension at once make LibreOffice abort; a pytest that xdist does not know yet spreads them without a word."""
    assert request.node.nodeid.endswith("@office") or not hasattr(request.config, "workerinput")
