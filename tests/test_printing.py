"""`cchc print`: which papers come out, from the record alone, told in it and proved by `verify`; PDFs bound with bookmarks.

Requirements: the issue on paper; design.md, "Ledger" (every book in 05–07 can be rebuilt).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from unittest import mock

from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination

from processor import pdf
from processor.desk import PRINTS
from processor.files import FileBusy, write_atomic
from processor.reader import read_workbook
from rubric_versions.numbers import vi
from tests.districts import Parties
from tests.folders import CENTRAL, Folder, files_of, repacked


def printed(folder: Folder) -> set[str]:
    """The files under `07_ban_in`."""
    return set(files_of(folder.path / PRINTS))


def test_every_paper_of_every_unit_is_printed_once_and_proved(appraised: Folder) -> None:
    done = appraised.json("print", now=CENTRAL)
    assert done.code == 0
    files = set(done.json["files"])
    assert files == printed(appraised) == set(done.json["written"])
    assert {"danh_sach_don_vi.xlsx", "ket_qua_xep_hang.xlsx", "bao_cao/SNV_bao_cao.xlsx", "bien_ban/31117_bien_ban.xlsx"} <= files
    assert {"phu_luc_IV/31117_phu_luc_IV_doi_chieu.xlsx", "phieu/916_phieu.xlsx", "tai_lieu/STP_tai_lieu.xlsx"} <= files
    before = files_of(appraised.path / PRINTS)
    again = appraised.json("print", now=CENTRAL)
    assert again.json["written"] == []
    assert files_of(appraised.path / PRINTS) == before
    assert len(appraised.events("printed")) == 1, "nothing new is told"
    assert appraised.run("verify", now=CENTRAL).code == 0


def test_a_paper_changed_by_hand_or_in_the_record_is_found_by_verify(appraised: Folder) -> None:
    appraised.run("print", "--form", "xep_hang", now=CENTRAL)
    path = appraised.path / PRINTS / "ket_qua_xep_hang.xlsx"
    path.write_bytes(
        repacked(path.read_bytes(), lambda name, part: part.replace(b"Yeu", b"Tot") + (b" " if name.endswith("1.xml") else b""))
    )
    found = appraised.json("verify", now=CENTRAL)
    assert found.code == 1
    assert "record-book" in found.codes
    appraised.run("print", "--form", "xep_hang", now=CENTRAL)
    assert appraised.run("verify", now=CENTRAL).code == 0, "printed again, it is as told"


def test_papers_stay_proved_when_the_campaign_goes_on(received: Folder) -> None:
    assert received.run("print", "--form", "bao_cao").code == 0
    assert received.run("appraise", now=CENTRAL).code == 0
    received.fill_books()
    assert received.run("appraise", now=CENTRAL).code == 0
    assert received.run("verify", now=CENTRAL).code == 0
    assert received.run("print", now=CENTRAL).code == 0
    assert received.run("verify", now=CENTRAL).code == 0


def test_numbers_are_taken_as_the_issuer_writes_them(received: Folder) -> None:
    done = received.json("print", "--appendix", "II,IV", "--blank")
    assert done.code == 0
    assert printed(received) == {"phu_luc_II/phu_luc_II_de_trong.xlsx", "phu_luc_IV/phu_luc_IV_de_trong.xlsx"}
    refused = received.json("print", "--appendix", "2")
    assert (refused.code, refused.codes) == (1, ["print-appendix"])


def test_a_unit_named_without_a_return_is_told_and_the_others_are_printed(folder: Folder) -> None:
    folder.drop_all("SNV")
    folder.run("receive")
    done = folder.json("print", "--unit", "SNV", "--unit", "STP", "--form", "phu_luc")
    assert (done.code, done.codes) == (0, ["print-no-return"])
    assert printed(folder) == {"phu_luc_II/SNV_phu_luc_II_tu_cham.xlsx"}
    assert folder.json("print", "--unit", "XXX").codes == ["unit-not-found"]


def test_a_run_that_was_killed_before_it_told_the_record_is_made_good(received: Folder) -> None:
    with mock.patch("processor.ledger.Ledger.append", side_effect=KeyboardInterrupt):
        assert received.run("print", "--form", "tai_lieu").code != 0
    assert received.events("printed") == []
    assert received.run("print", "--form", "tai_lieu").code == 0
    assert received.run("verify").code == 0


def test_without_libreoffice_the_workbooks_are_there_and_it_is_said(received: Folder) -> None:
    with mock.patch.object(pdf, "find_soffice", side_effect=pdf.NoOffice):
        done = received.json("print", "--unit", "SNV", "--form", "phieu", "--pdf")
    assert (done.code, done.codes) == (0, ["print-no-office"])
    assert printed(received) == {"phieu/SNV_phieu.xlsx"}


def test_an_office_that_makes_no_pdf_is_an_error_and_harms_nothing(received: Folder) -> None:
    with mock.patch.object(pdf, "_convert", side_effect=pdf.PdfFailed([Path("SNV_phieu.xlsx")], "mã 1")):
        done = received.json("print", "--unit", "SNV", "--form", "phieu", "--pdf")
    assert (done.code, done.codes) == (1, ["print-pdf"])
    assert printed(received) == {"phieu/SNV_phieu.xlsx"}


def test_all_papers_in_one_pdf_with_a_bookmark_for_each_unit_and_paper(appraised: Folder) -> None:
    done = appraised.json("print", "--unit", "SNV", "--unit", "31117", "--form", "bien_ban", "--form", "phieu", "--pdf", now=CENTRAL)
    assert done.code == 0
    reader = PdfReader(appraised.path / PRINTS / "tat_ca.pdf")
    assert len(reader.pages) == done.json["pages"] >= 4
    names = {one.code: one.name for one in appraised.campaign().units}
    chapters = [str(one.title) for one in reader.outline if isinstance(one, Destination)]
    assert chapters == [names["SNV"], names["31117"]]
    papers = [str(one.title) for part in reader.outline if isinstance(part, list) for one in part if isinstance(one, Destination)]
    assert papers == ["Biên bản thẩm định", "Phiếu tiếp nhận"] * 2


def test_a_paper_open_in_excel_is_told_and_the_others_are_printed(received: Folder) -> None:
    assert received.run("print", "--form", "danh_sach", "--form", "phieu", "--unit", "SNV").code == 0
    received.rename("SNV", "Sở Nội vụ thành phố")
    held = received.path / PRINTS / "phieu/SNV_phieu.xlsx"
    before = held.read_bytes()

    def refuse(path: Path, data: bytes) -> None:
        if path == held:
            raise FileBusy(path)
        write_atomic(path, data)

    with mock.patch("processor.printing.write_atomic", refuse):
        done = received.json("print", "--form", "tai_lieu", "--form", "phieu", "--unit", "SNV")
    assert (done.code, done.codes) == (1, ["file-busy"])
    assert done.json["written"] == done.json["files"] == ["tai_lieu/SNV_tai_lieu.xlsx"]
    assert held.read_bytes() == before
    assert received.run("print", "--form", "phieu", "--unit", "SNV").code == 0, "closed, it is printed"
    assert held.read_bytes() != before
    assert received.run("verify").code == 0


def test_a_pdf_that_is_open_is_told_and_nothing_old_is_bound(received: Folder) -> None:
    def convert(program: Path, folder: Path, start: int, batch: Sequence[Path]) -> list[Path]:
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        writer.write(folder / "x.pdf")
        return [folder / "x.pdf"] * len(batch)

    for held in ("phieu/SNV_phieu.pdf", "tat_ca.pdf"):

        def refuse(path: Path, data: bytes, held: str = held) -> None:
            if path == received.path / PRINTS / held:
                raise FileBusy(path)
            write_atomic(path, data)

        wanted = ("print", "--unit", "SNV", "--form", "phieu", "--form", "tai_lieu", "--pdf")
        with (
            mock.patch.object(pdf, "find_soffice", return_value=Path("soffice")),
            mock.patch.object(pdf, "_convert", convert),
            mock.patch.object(pdf, "write_atomic", refuse),
        ):
            done = received.json(*wanted)
        assert (done.code, done.codes, done.json["pdf"]) == (1, ["file-busy"], "")
        assert done.json["findings"][0]["file"] == f"{PRINTS}/{held}"
        assert (received.path / PRINTS / "tai_lieu/SNV_tai_lieu.pdf").is_file()


def test_a_blank_appendix_for_a_unit_bears_its_name_and_needs_no_return(folder: Folder) -> None:
    done = folder.json("print", "--unit", "SNV", "--blank")
    assert (done.code, done.codes) == (0, [])
    assert printed(folder) == {"phu_luc_II/SNV_phu_luc_II_de_trong.xlsx"}
    cells = read_workbook((folder.path / PRINTS / "phu_luc_II/SNV_phu_luc_II_de_trong.xlsx").read_bytes()).sheets["Phụ lục II"].cells
    name = folder.campaign().unit("SNV").name
    assert any(cell.value == name for cell in cells.values())
    assert folder.run("verify").code == 0


def test_a_unit_that_a_district_appraised_is_printed_from_what_was_merged(parties: Parties) -> None:
    city = parties.city
    assert city.run("print", "--unit", "31117", now=CENTRAL).code == 0
    assert printed(city) == set(), "nothing is known of it yet"
    assert city.run("merge", *parties.books(), now=CENTRAL).code == 0
    done = city.json("print", "--unit", "31117", now=CENTRAL)
    assert (done.code, done.codes) == (0, ["print-handed"])
    assert printed(city) == {"phu_luc_IV/31117_phu_luc_IV_doi_chieu.xlsx"}
    cells = read_workbook((city.path / PRINTS / done.json["files"][0]).read_bytes()).sheets["Phụ lục IV"].cells
    shown = {cell.value for cell in cells.values()}
    whole = city.json("rank", now=CENTRAL).json
    result = next(one for block in whole["blocks"] for one in block["units"] if one["unit"] == "31117")
    assert {result["grade"], vi(Fraction(result["pari"]), 2)} <= shown, "index and grade as ranked"
    assert city.run("verify", now=CENTRAL).code == 0
