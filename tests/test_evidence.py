"""Evidence and the signed report: whose a file is, which row names it, which report belongs to which workbook, and where links find it.

Issue 4, "Evidence and the signed report"; domain.md §3.13 (mã đối chiếu), 2023 Hồng Ngự (evidence comes along); Cần Thơ 2018, Điều 7.2.c.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest
import python_calamine

from processor import documents
from processor.clock import ZONE
from processor.desk import APPRAISAL
from processor.documents import copy_names, links_of
from processor.evidence import Evidence, is_report_name, match, named_files, names_in
from processor.files import sha256_of
from processor.kept import kept_return
from processor.paper_codes import codes_in, codes_of
from processor.record import Document
from rubric_versions.answers import Answers
from rubric_versions.findings import Severity
from tests import folders
from tests.bad_forms import no_identity
from tests.folders import VERSION, Folder, appendix_of, good, make_folder
from tests.forms import Form
from workbook_templates.book import Book, Sheet, write_book
from workbook_templates.layout import layout_of

UNIT = "31117"
LAYOUT = layout_of(appendix_of(UNIT))
RULES = VERSION.rules
CODE = "0A1B-2C3D-4E5F"


def pdf(text: str) -> bytes:
    """A PDF of one page that says `text` (ASCII), or nothing: what a scanner without text recognition makes."""
    content = f"BT /F1 12 Tf 60 700 Td ({text}) Tj ET".encode() if text else b""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for turn, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (turn, part)
    table = b"".join(b"%010d 00000 n \n" % one for one in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


def sent(*names: str, **more: object) -> list[Document]:
    """Documents of those names, each with contents of its own."""
    now = datetime(2018, 12, 10, tzinfo=ZONE)
    return [replace(Document(turn, UNIT, f"{turn:064}", name, 9, now), **more) for turn, name in enumerate(names, 1)]  # type: ignore[arg-type]


def naming(*files: str) -> Answers:
    """Answers whose evidence table names these files, one a row, for the first leaves."""
    rows = [(LAYOUT.evidence_labels[turn], "1/KH", None, None, None, None, file) for turn, file in enumerate(files)]
    return Answers({}, tuple(rows))


def matched(named: Sequence[str], came: Sequence[Document], **rules: object) -> Evidence:
    return match(named_files(naming(*named), LAYOUT), came, CODE, RULES.model_copy(update=rules))


def codes(found: Evidence) -> list[str]:
    return [one.code for one in found.findings]


@pytest.mark.parametrize(
    ("named", "file"),
    [
        ("Kế hoạch 12.pdf", "916/tài liệu/Kế hoạch 12.pdf"),
        (unicodedata.normalize("NFD", "Kế hoạch 12.pdf"), "Kế hoạch 12.pdf"),
        ("KẾ HOẠCH  12.PDF", "kế hoạch 12.pdf"),
        ("D:\\CCHC\\Kế hoạch 12.pdf", "Kế hoạch 12.pdf"),
        ("Kế hoạch 12", "Kế hoạch 12.pdf"),
        ("Kế hoạch 12.docx", "Kế hoạch 12.pdf"),
        ("Kế hoạch 12", "ke-hoach_12.pdf"),
        ("1.1.1", "1.1.1.pdf"),
    ],
)
def test_a_row_finds_its_file_however_both_are_spelt(named: str, file: str) -> None:
    found = matched([named], sent(file, "báo cáo khác.pdf"))
    assert [one.file for one in found.by_leaf[LAYOUT.places[0].leaf.code]] == [file]


@pytest.mark.parametrize(("named", "file"), [("Kế hoạch 12.pdf", "Kế hoạch 13.pdf"), ("1.1.1", "1.1.2.pdf"), ("KH", "KH 12.pdf")])
def test_a_file_of_another_name_is_not_taken(named: str, file: str) -> None:
    found = matched([named], sent(file), evidence_files=Severity.ERROR)
    told = next(one for one in found.findings if one.code == "document-missing")
    assert (told.severity, told.value, told.cell, told.criterion) == (Severity.ERROR, named, "H5", LAYOUT.places[0].leaf.code)
    assert [one.value for one in found.findings if one.code == "document-unnamed"] == [file]
    assert not found.by_leaf[LAYOUT.places[0].leaf.code]


def test_the_closest_spelling_wins_and_equal_ones_are_told() -> None:
    came = sent("Biên bản.pdf", "Bien ban.pdf", "a/KH.pdf", "b/KH.pdf")
    found = matched(["Biên bản.pdf", "kh.pdf"], came)
    assert found.named[0].document == came[0]
    assert found.named[1].document is None
    assert [one.value for one in found.findings if one.code == "document-ambiguous"] == ["kh.pdf"]
    same = [came[2], replace(came[3], sha256=came[2].sha256)]
    assert matched(["kh.pdf"], same).named[0].document == came[2], "the same bytes twice are one file"


def test_a_cell_may_name_several_files_and_an_address_is_none() -> None:
    assert names_in("KH 1.pdf; «BC 2.pdf»\nhttps://vi-du.vn/x.pdf; ") == ("KH 1.pdf", "BC 2.pdf")
    assert names_in(None) == names_in("www.vi-du.vn") == names_in(12) == ()


def test_where_nothing_came_the_version_says_whether_that_is_told() -> None:
    assert codes(matched(["KH.pdf"], [])) == []
    assert codes(matched(["KH.pdf"], [], evidence_files=Severity.WARNING, signed_report=Severity.WARNING)) == [
        "document-none", "report-missing",
    ]  # fmt: skip
    assert codes(matched([], [], evidence_files=Severity.WARNING)) == []


def test_many_files_without_a_row_are_counted_not_listed() -> None:
    told = [one.value for one in matched([], sent(*(f"{turn}.jpg" for turn in range(33)))).findings if one.code == "document-unnamed"]
    assert len(told) == 21
    assert told[-1] == "… và 13 tệp khác"


# -------------------------------------------------------------------------------------------------------------------- the report


def test_the_report_is_known_by_the_code_in_its_text() -> None:
    other, right = sent("x.pdf", "scan 1.pdf")
    right = replace(right, codes=(CODE,), labelled=(CODE,), readable=True)
    found = matched([], [other, right])
    assert found.report == right
    assert codes(found) == ["document-unnamed"]


def test_a_report_of_another_filling_is_told_with_both_codes() -> None:
    wrong = replace(sent("Báo cáo.pdf")[0], codes=("FFFF-FFFF-FFFF",), labelled=("FFFF-FFFF-FFFF",), readable=True)
    found = matched([], [wrong])
    assert codes(found) == ["report-mismatch"]
    assert "FFFF-FFFF-FFFF" in found.findings[0].message
    assert CODE in found.findings[0].message
    assert found.findings[0].severity is Severity.WARNING
    assert matched([], [wrong], signed_report=Severity.ERROR).findings[0].severity is Severity.ERROR


def test_a_scan_is_taken_by_its_name_and_that_is_said() -> None:
    scan = sent("916/Báo cáo tự đánh giá CCHC.pdf")[0]
    assert codes(matched([], [scan])) == ["report-unreadable"]
    assert codes(matched([], [replace(scan, readable=True)])) == ["report-no-code"]
    assert codes(matched([], sent("ảnh.jpg"), signed_report=Severity.ERROR)) == ["document-unnamed", "report-missing"]


def test_names_of_reports() -> None:
    assert all(map(is_report_name, ("BC_TDG 916.pdf", "bao-cao-tu-cham-diem.pdf", "12 BÁO CÁO KẾT QUẢ TỰ ĐÁNH GIÁ.pdf", "bctdg.pdf")))
    assert not any(map(is_report_name, ("Báo cáo công tác CCHC quý I.pdf", "tự đánh giá.pdf", "abctdgx.pdf")))


def test_codes_are_read_from_a_pdf_and_a_citizens_number_is_none() -> None:
    found = codes_of(pdf(f"Ma doi chieu: {CODE[:4]} {CODE[5:9]}{CODE[10:]} cua ban tu cham diem"))
    assert (found.codes, found.labelled, found.readable) == ((CODE,), (CODE,), True)
    assert codes_of(pdf("")) == codes_of(b"%PDF-1.4 broken") == codes_of(b"no pdf at all") == codes_in("")
    loose = codes_in("CCCD 092123456789, số 0A1B2C3D4E5F, mã đối chiếu: 123456789012, dài 0A1B2C3D4E5F00 trong báo cáo tự đánh giá")
    assert (set(loose.codes), loose.labelled) == ({CODE, "1234-5678-9012"}, ("1234-5678-9012",))


# -------------------------------------------------------------------------------------------------------------------- receiving


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def named_by(unit: str) -> list[str]:
    return [str(row[6]) for row in good(unit).evidence]


def test_a_zip_with_form_evidence_and_report_is_taken_whole_and_linked(folder: Folder) -> None:
    files = named_by(UNIT)
    folder.drop("form.xlsx", folder.form(UNIT))
    folder.json("receive")
    code = folder.events("received")[0].data["answers"]
    members = {f"tài liệu/{file}": pdf(f"van ban {file}") for file in files[1:]}
    members |= {"báo cáo tự đánh giá.pdf": pdf(f"Bao cao tu danh gia nam 2018. Ma doi chieu {code}"), "ảnh.jpg": b"jpg"}
    folder.drop(f"{UNIT}_hồ sơ.zip", zipped(members))
    ran = folder.json("receive")
    assert (ran.code, ran.json["documents"]) == (0, len(members))
    told = folder.events("document")
    assert {one.unit for one in told} == {UNIT}
    assert [one.data["labelled"] for one in told if "tự đánh giá" in one.data["file"]] == [[code]]
    with folder.desk() as desk:
        sha256 = sha256_of(folder.form(UNIT))
        answers = kept_return(desk, sha256, UNIT).answers
        evidence = documents.evidence_of(desk, UNIT, answers, sha256)
        assert {one.code for one in evidence.findings} == {"document-missing", "document-unnamed"}
        assert evidence.report is not None
        links = links_of(desk, UNIT, answers, sha256)
    assert len(links) == len(files) - 1
    for leaf, paths in links.items():
        assert [Path(path).suffix for path in paths] == [".pdf"]
        assert all((folder.path / APPRAISAL / path).read_bytes() == members[f"tài liệu/{leaf.replace('.', '-')}.pdf"] for path in paths)
        assert all(path.isascii() and len(path) < 80 for path in paths)


def test_a_form_without_its_identity_beside_a_good_return_is_no_attachment(folder: Folder) -> None:
    form = Form(VERSION, appendix_of(UNIT), folder.identities[UNIT], good(UNIT), folder.form(UNIT))
    folder.drop(f"{UNIT}/form.xlsx", form.data)
    folder.drop(f"{UNIT}/form sửa.xlsx", no_identity(form))
    ran = folder.json("receive")
    assert {row["file"]: row["verdict"] for row in ran.json["received"]} == {
        f"{UNIT}/form.xlsx": "accepted", f"{UNIT}/form sửa.xlsx": "foreign",
    }  # fmt: skip
    assert "identity-missing" in ran.codes
    assert ran.json["documents"] == 0


def test_what_is_missing_and_too_much_stands_in_the_slip(folder: Folder) -> None:
    folder.drop(f"{UNIT}/form.xlsx", folder.form(UNIT))
    folder.drop(f"{UNIT}/thừa.pdf", pdf("x"))
    ran = folder.json("receive")
    assert ran.json["received"][0]["verdict"] == "accepted", "Cần Thơ 2018 says of files only that they be attached: notes"
    assert {"document-missing", "document-unnamed", "report-missing"} <= set(ran.codes)
    assert folder.back("*/*phieu_tiep_nhan.xlsx")


def test_files_that_come_later_get_a_slip_of_their_own_that_says_what_is_still_missing(folder: Folder) -> None:
    files = named_by(UNIT)
    folder.drop(f"{UNIT}/form.xlsx", folder.form(UNIT))
    folder.drop(f"{UNIT}/{files[0]}", pdf(files[0]))
    folder.drop("SNV/công văn.pdf", pdf("cong van"))  # before its return
    assert folder.run("receive").code == 0
    assert [path.parent.name[:3] for path in folder.back("*/*tai_lieu_bo_sung*")] == ["SNV"], "what came along stands in the return's slip"
    for turn, file in enumerate(files[1:]):
        folder.drop(f"{UNIT}/{file}", pdf(file))
        if turn == 0:
            assert folder.run("receive", now="2018-12-12 09:00").code == 0
    assert folder.run("receive", now="2018-12-13 10:30").code == 0
    slips = [python_calamine.load_workbook(path).get_sheet_by_index(0).to_python() for path in folder.back(f"{UNIT}*/*tai_lieu_bo_sung*")]
    texts = [[str(cell) for row in rows for cell in row] for rows in slips]
    assert len(texts) == 2
    assert "09:00 ngày 12/12/2018" in texts[0]
    assert any(files[1] in text for text in texts[0])
    assert not any(files[0] in text for text in texts[0])
    lacking = [sum("không có trong các tệp gửi kèm" in text for text in one) for one in texts]
    assert lacking == [len(files) - 2, 0]
    assert "10:30 ngày 13/12/2018" in texts[1]
    assert sum(text.startswith("Tệp ") for text in texts[1]) == len(files) - 2
    folder.back(f"{UNIT}*/*tai_lieu_bo_sung_1.xlsx")[0].unlink()
    assert folder.run("receive", now="2018-12-13 11:00").code == 0
    assert len(folder.back(f"{UNIT}*/*tai_lieu_bo_sung*")) == 2, "a slip that is gone is made again, nothing is answered twice"


def test_whose_a_file_is(folder: Folder) -> None:
    """The outermost folder with a code, else the one return beside it, else the file's own name where it lies in no folder."""
    folder.drop("916_Ninh Kiều/917-KH.pdf", pdf("a"))  # a document's number is no unit's code
    folder.drop("gửi qua Zalo/tài liệu/b.pdf", pdf("b"))
    folder.drop("gửi qua Zalo/mẫu.xlsx", folder.form(UNIT))
    folder.drop("917_bổ sung.pdf", pdf("c"))
    folder.drop("lạ/d.pdf", pdf("d"))
    folder.drop("Sở Tư pháp/e.pdf", pdf("e"))
    folder.json("receive")
    assert {one.data["file"]: one.unit for one in folder.events("document")} == {
        "916_Ninh Kiều/917-KH.pdf": "916", "gửi qua Zalo/tài liệu/b.pdf": UNIT, "917_bổ sung.pdf": "917", "lạ/d.pdf": "",
        "Sở Tư pháp/e.pdf": "STP",
    }  # fmt: skip


def test_a_folder_named_on_the_command_line_says_whose_its_files_are(folder: Folder, tmp_path: Path) -> None:
    more = tmp_path / f"{UNIT}_bo_sung"
    more.mkdir()
    (more / "x.pdf").write_bytes(pdf("x"))
    assert folder.json("receive", more).json["documents"] == 1
    assert folder.events("document")[0].unit == UNIT


def test_the_same_file_of_two_units_is_told_of_each_and_once(folder: Folder) -> None:
    for unit in ("916", "917"):
        folder.drop(f"{unit}/chung.pdf", pdf("chung"))
    assert folder.json("receive").json["documents"] == 2
    assert folder.json("receive").json["documents"] == 0
    assert [one.unit for one in folder.events("document")] == ["916", "917"]


def test_a_table_without_our_identity_beside_a_form_is_evidence(folder: Folder) -> None:
    table = write_book(Book("x", [Sheet("Số liệu")]))
    folder.drop(f"{UNIT}/form.xlsx", folder.form(UNIT))
    folder.drop(f"{UNIT}/số liệu.xlsx", table)
    folder.drop("bang-la.xlsx", write_book(Book("y", [Sheet("Khác")])))
    ran = folder.json("receive")
    assert {row["file"]: row["verdict"] for row in ran.json["received"]} == {f"{UNIT}/form.xlsx": "accepted", "bang-la.xlsx": "foreign"}
    assert [one.data["file"] for one in folder.events("document")] == [f"{UNIT}/số liệu.xlsx"]
    assert folder.json("appraise", now=folders.APPRAISING).code == 0, "the copy of a table is no appraisal book"


def test_documents_are_capped(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DOCUMENT_BYTES", 1000)
    monkeypatch.setattr(documents, "UNIT_FILES", 1)
    for turn, data in enumerate((pdf("a"), pdf("b"), b"x" * 1001)):
        folder.drop(f"{UNIT}/{turn}.pdf", data)
    ran = folder.json("receive")
    assert [one for one in ran.codes if one == "document-too-large"] == ["document-too-large"] * 2
    assert ran.json["documents"] == 1


def test_copies_are_made_again_and_verify_misses_no_document(folder: Folder) -> None:
    folder.drop(f"{UNIT}/a.pdf", pdf("a"))
    folder.json("receive")
    with folder.desk() as desk:
        name = next(iter(copy_names(desk.record().documents[UNIT]).values()))
    copy = folder.path / APPRAISAL / name
    copy.unlink()
    folder.json("receive")
    assert copy.read_bytes() == pdf("a")
    assert folder.json("verify").code == 0
    copy.write_bytes(b"khac")
    assert folder.json("verify").codes == ["record-book"]
    copy.write_bytes(pdf("a"))
    kept = next((folder.path / "03_ban_goc").glob(f"*/{sha256_of(pdf('a'))}.pdf"))
    kept.chmod(0o644)
    kept.unlink()
    assert "record-original" in folder.json("verify").codes


def test_where_the_version_makes_it_an_error_the_return_passes_once_its_files_have_come(tmp_path: Path) -> None:
    strict = VERSION.model_copy(update={"rules": RULES.model_copy(update={"evidence_files": Severity.ERROR})})
    with mock.patch.object(folders, "VERSION", strict):
        folder = make_folder(tmp_path)
        folder.drop(f"{UNIT}/form.xlsx", folder.form(UNIT))
        ran = folder.json("receive")
        assert (ran.json["received"][0]["verdict"], ran.codes) == ("returned", ["document-none"])
        files = named_by(UNIT)
        for file in files[1:]:
            folder.drop(f"{UNIT}/{file}", pdf(file))
        assert folder.json("receive").json["received"] == []
        folder.drop(f"{UNIT}/{files[0]}", pdf(files[0]))
        with mock.patch("processor.intake._completed", return_value=()):  # a run killed once the file was told
            assert folder.json("receive", now="2018-12-12 09:00").json["received"] == []
        ran = folder.json("receive", now="2018-12-12 10:00")
        assert [(row["verdict"], row["counts"]) for row in ran.json["received"]] == [("accepted", True)]
        assert folder.events("received")[-1].data["received"].startswith("2018-12-12T10:00")
        assert folder.json("receive", now="2018-12-12 11:00").json["received"] == []
        assert len(folder.back("*/*phieu_tiep_nhan.xlsx")) == 1
