"""The buttons on a live LibreOffice: what they find is what `cchc check` finds, what they write comes off again, a failure changes nothing.

Issue 3: thirty mistakes cell by cell, marks and links, closing and reopening, host calls counted, plain messages for all that is no form.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pdfplumber
import pytest
import xlwings as xw

from addin import macros, marks, messages
from addin.buttons import BUTTONS
from addin.front import form_in_front
from addin.libreoffice.uno_of import property_values
from processor import demo
from processor.checks import Verdict, check_bytes
from processor.desk import FORMS, INBOX
from processor.reader import ErrorValue
from rubric_versions import words
from rubric_versions.findings import Finding, Severity, errors
from tests.folders import IN_TIME, VERSION, Folder, good
from tests.forms import Entry, Form, Formula, Place, check, edited, filled, office
from tests.live import Live, SilentLibreOffice, sized_form
from workbook_templates import layout as at
from workbook_templates.book import a1

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """A LibreOffice that this process drives."""
    running = Live()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def nothing_open(live: Live) -> Iterator[None]:
    """No book stays open after a test."""
    yield
    live.calls.fail_at = 0
    for book in list(live.app.books):
        book.close()


def opened(live: Live, folder: Path, data: bytes, name: str = "CT01_bieu_mau.xlsx") -> SilentLibreOffice:
    """The host of a workbook, written into a folder and opened."""
    path = folder / name
    path.write_bytes(data)
    return SilentLibreOffice(xw.Book(impl=live.app.books.impl.open(str(path))))  # xlwings itself opens no two books of one name


def saved(host: SilentLibreOffice, path: Path) -> bytes:
    """What the book is as a file, without the book taking its name."""
    host.book.api.storeToURL(path.as_uri(), property_values({"FilterName": "Calc MS Excel 2007 XML"}))
    return path.read_bytes()


def press(button: str, host: SilentLibreOffice) -> str:
    """The last thing said after a press."""
    macros.run(button, host)
    return host.said[-1] if host.said else ""


# -------------------------------------------------------------------------------------------------------------------- thirty mistakes


def mistakes(form: Form) -> tuple[dict[Place, Entry], dict[Place, Entry]]:
    """Thirty things wrong, each in its own cell; of the second lot the cells show a date."""
    leaves: dict[str, list[Any]] = {}
    for place in form.layout.places:
        leaves.setdefault(place.leaf.method.kind, []).append(place)

    def entry(kind: str, turn: int, index: int = 0) -> Place:
        return words.SCORING, a1(leaves[kind][turn].input_rows[index], at.INPUT)

    def beside(kind: str, turn: int, col: int) -> Place:
        return words.SCORING, a1(leaves[kind][turn].row, col)

    skippable = [one for one in leaves["bands"] if one.leaf.may_skip and form.answers.of(one.leaf).inputs[0] is not None][-1]
    unexplained = form.skipped()
    wrong: dict[Place, Entry] = {
        entry("levels", 0): "1 điểm",
        entry("levels", 1): None,
        entry("levels", 2): Formula("1+1"),
        entry("levels", 3): "-",
        entry("checklist", 0, 1): None,
        entry("checklist", 1, 0): "co",
        entry("deduction", 0): Decimal(-1),
        entry("deduction", 1): Decimal("2.5"),
        entry("deduction", 2): "3 lần",
        entry("count", 0): "1,5",
        entry("count", 1): True,
        entry("bands", 0, 1): Decimal(10**9),
        entry("bands", 1, 1): ErrorValue("#N/A"),
        entry("bands", 2, 0): "1.000",
        (words.SCORING, a1(skippable.row, at.MARK)): "y",
        (words.SCORING, a1(unexplained.row, at.EXPLANATION)): None,
        beside("linear", 0, at.EXPLANATION): "…",
        beside("linear", 1, at.EXPLANATION): "dài " * 600,
        beside("linear", 2, at.EXPLANATION): "Keá hoaïch haønh ñoäng",
        beside("linear", 3, at.TITLE): "Tên khác",
        beside("linear", 4, at.MAX): Decimal(99),
        beside("linear", 5, at.POINTS): Decimal(5),
        (words.SCORING, "P40"): "ghi chú ngoài biểu",
        form.document("yes_no", "criterion"): "9.9. Không có",
        form.free_document("number"): "12/QĐ",
        form.document("levels", "date"): "hôm qua",
        form.approval("head"): None,
        form.approval("date"): "hôm nay",
        form.approval("approved"): "Rồi",
        (words.META, a1(at.META_FIRST, at.META_LEAVES)): "nhãn khác",
    }
    return wrong, {entry("bands", 3, 0): Decimal(43466)}


def spoiled(form: Form) -> tuple[bytes, list[Place]]:
    """The form with the thirty mistakes, and their cells."""
    wrong, dates = mistakes(form)
    assert len(wrong) + len(dates) == 30
    return edited(edited(form.data, wrong), dates, "dd/mm/yyyy"), [*wrong, *dates]


def mended(live: Live, host: SilentLibreOffice, folder: Path, form: Form, cells: list[Place]) -> None:
    """Puts into those cells what the form in good order has, through the locks, as no officer could."""
    folder.mkdir()
    good_one = opened(live, folder, form.data, "tot.xlsx")
    with host.opened([sheet.name for sheet in host.book.sheets], form_in_front(good_one).password):
        for sheet, cell in cells:
            target, source = (book.api.Sheets.getByName(sheet).getCellRangeByName(cell) for book in (host.book, good_one.book))
            if source.getFormula().startswith("="):
                target.setFormula(source.getFormula())
            elif isinstance(source.getDataArray()[0][0], float):
                target.setDataArray(source.getDataArray())
            else:
                target.setFormula("")
                target.setString(source.getString())
            target.NumberFormat = source.NumberFormat
    good_one.book.close()


def place_of(form: Form, kind: str, col: int) -> Place:
    """A cell in the row of the first leaf of that kind."""
    return words.SCORING, a1(next(one.row for one in form.layout.places if one.leaf.method.kind == kind), col)


def shown(findings: Iterator[Finding] | tuple[Finding, ...]) -> list[Finding]:
    """What a list holds of the findings: what is wrong or doubtful, not what is only noted."""
    return [one for one in findings if one.severity is not Severity.NOTE]


def colours(host: SilentLibreOffice, path: Path) -> int:
    """How many places of the printed form have the colour of an error that the macros found."""
    host.book.api.storeToURL(path.as_uri(), property_values({"FilterName": "calc_pdf_Export"}))
    found = 0
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            found += sum(_is_error(one.get("non_stroking_color")) for one in page.rects)
    return found


def _is_error(colour: Any) -> bool:
    wanted = (0xF6 / 255, 0xB8 / 255, 0xB0 / 255)
    return isinstance(colour, tuple) and len(colour) == 3 and all(abs(a - b) < 0.01 for a, b in zip(colour, wanted, strict=True))


def test_thirty_mistakes_are_found_as_by_check_marked_mended_and_then_closed(live: Live, tmp_path: Path) -> None:
    form = filled()
    data, cells = spoiled(form)
    host = opened(live, tmp_path, data)
    live_findings = form_in_front(host, whole=True).check()
    on_disk = check_bytes(saved(host, tmp_path / "luu.xlsx"), host.book.name)
    assert sorted(map(repr, live_findings.findings)) == sorted(map(repr, on_disk.findings))
    assert (live_findings.digest, live_findings.scores()) == (on_disk.digest, on_disk.scores())
    assert len(shown(live_findings.findings)) >= 30
    seen = {cell for sheet, cell in cells if sheet != words.META and (sheet, cell) != form.free_document("number")}
    assert {one.cell for one in live_findings.findings} >= seen  # of the row of evidence the criterion is missing, beside
    assert colours(host, tmp_path / "truoc.pdf") == 0

    said = press("ra_soat_loi", host)

    wrong = shown(live_findings.findings)
    counts = messages.CHECKED_COUNTS.format(errors=len(errors(wrong)), warnings=len(wrong) - len(errors(wrong)))
    assert said.startswith(counts)
    listed = marks.listed(form_in_front(host, change=False))
    assert sorted((one.sheet, one.cell, one.message) for one in listed) == sorted((one.sheet, one.cell, one.message) for one in wrong)
    places = list(dict.fromkeys((one.sheet, one.cell) for one in listed if marks.can_go(one)))
    assert _links(host) == [f"#'{one.sheet}'!{one.cell}" for one in listed if marks.can_go(one)]
    assert _noted(host) == set(places[: marks.MOST_NOTES])
    assert colours(host, tmp_path / "sau.pdf") > 15
    assert _here(host) == (listed[0].sheet, listed[0].cell)
    marked = check_bytes(saved(host, tmp_path / "danh_dau.xlsx"), host.book.name)
    assert sorted(map(repr, marked.findings)) == sorted(map(repr, on_disk.findings)), "what the macro wrote is nobody's mistake"

    mended(live, host, tmp_path / "tot", form, cells)
    assert press("ra_soat_loi", host).startswith(messages.CHECKED_CLEAN)
    assert (marks.listed(form_in_front(host, change=False)), _noted(host), _links(host)) == ([], set(), [])
    assert colours(host, tmp_path / "sach.pdf") == 0

    assert press("chot_diem", host).startswith("Đã chốt điểm")
    sent = Path(host.book.fullname)
    assert sent.name == "CT01_Don-vi-thu-nhat_lan1_da_chot.xlsx"
    received = check(sent.read_bytes(), office())
    assert received.verdict is Verdict.ACCEPTED
    assert f"Mã đối chiếu: {received.digest}\n" in host.said[-1]


def _links(host: SilentLibreOffice) -> list[str]:
    sheet = host.book.sheets[words.CHECK]
    last = form_in_front(host, change=False).layout.found_last
    formulas = sheet.range((at.CHECK_FIRST, at.FOUND_LINK), (last, at.FOUND_LINK)).formula
    return [str(row[0]).split('"')[1] for row in formulas if row[0]]


def _noted(host: SilentLibreOffice) -> set[tuple[str, str]]:
    return {(sheet.name, note.location.get_address(False, False)) for sheet in host.book.sheets for note in sheet.notes}


# -------------------------------------------------------------------------------------------------------------------- marks


def test_the_next_mistake_is_the_one_below_and_after_the_last_comes_the_first(live: Live, tmp_path: Path) -> None:
    form = filled()
    wrong = {form.input("levels"): "x", form.input("bands"): "y", form.approval("head"): None}
    host = opened(live, tmp_path, edited(form.data, wrong))
    assert press("loi_tiep_theo", host) == messages.NO_MARKS
    press("ra_soat_loi", host)
    gone = [_here(host)]
    for _ in wrong:
        press("loi_tiep_theo", host)
        gone.append(_here(host))
    assert gone == [*wrong, gone[0]]


def _here(host: SilentLibreOffice) -> Place:
    chosen = host.book.app.selection
    assert chosen is not None
    return chosen.sheet.name, a1(chosen.row, chosen.column)


def test_somebodys_own_note_and_the_marks_of_the_office_stay_when_ours_come_and_go(live: Live, tmp_path: Path) -> None:
    form = filled()
    wrong = form.input("levels")
    host = opened(live, tmp_path, edited(form.data, {wrong: "sai"}))
    cell = host.book.sheets[wrong[0]].range(wrong[1])
    with host.opened([wrong[0]], form_in_front(host).password):
        cell.add_note("Hỏi anh Ba")
    before = saved(host, tmp_path / "truoc.xlsx")
    press("ra_soat_loi", host)
    assert cell.note is not None
    assert cell.note.text == "Hỏi anh Ba"
    assert press("xoa_danh_dau", host) == messages.CLEARED
    after = saved(host, tmp_path / "sau.xlsx")
    assert looks(tmp_path / "truoc.xlsx", wrong[0]) == looks(tmp_path / "sau.xlsx", wrong[0])
    assert cell.note is not None
    assert check(after).findings == check(before).findings


def looks(path: Path, sheet: str) -> list[tuple[str, Any, bool]]:
    """The fill and the lock of every cell of a sheet."""
    return [(one.coordinate, one.fill.bgColor.rgb, one.protection.locked) for row in openpyxl.load_workbook(path)[sheet] for one in row]


def test_a_finding_that_looks_like_a_formula_is_listed_as_text(live: Live, tmp_path: Path) -> None:
    form = filled()
    host = opened(live, tmp_path, edited(form.data, {form.input("bands"): "=HYPERLINK(1)"}))
    press("ra_soat_loi", host)
    sheet = host.book.sheets[words.CHECK]
    block = sheet.range((1, at.FOUND_TURN), (form.layout.found_last, at.FOUND_PLACE))
    assert all(not str(one).startswith("=") for row in block.formula for one in row)


def test_a_blank_form_of_two_hundred_leaves_is_listed_and_no_more_than_some_notes_are_written(live: Live, tmp_path: Path) -> None:
    blank = sized_form(200)
    empty: dict[Place, Entry] = {
        (words.SCORING, a1(row, col)): None
        for place in blank.layout.places
        for row, col in [*((row, at.INPUT) for row in place.input_rows), (place.row, at.MARK)]
    }
    host = opened(live, tmp_path, edited(blank.data, empty))
    press("ra_soat_loi", host)
    assert len(marks.listed(form_in_front(host, change=False))) >= 200
    assert len(_noted(host)) == marks.MOST_NOTES


# -------------------------------------------------------------------------------------------------------------------- how many calls


def test_the_calls_of_a_check_do_not_grow_with_the_criteria_and_notes_that_stand_are_left(live: Live, tmp_path: Path) -> None:
    counts = []
    for leaves in (10, 80, 200):
        form = sized_form(leaves)
        wrong = {
            place_of(form, "levels", at.INPUT): "sai",
            place_of(form, "count", at.INPUT): "1,5",
            place_of(form, "direct", at.TITLE): "Tên",
        }
        host = opened(live, tmp_path, edited(form.data, wrong), f"{leaves}.xlsx")
        spent = []
        for _ in range(2):
            live.calls.count = 0
            assert press("ra_soat_loi", host).startswith("3 lỗi")
            spent.append(live.calls.count)
        counts.append(spent)
        host.book.close()
    assert counts[0] == counts[1] == counts[2]
    first, again = counts[0]
    assert again < first < 500, "the second press finds its three notes there"
    assert again < 350


# -------------------------------------------------------------------------------------------------------------------- closing


def unapproved(form: Form) -> bytes:
    """The form as it is before the head approves."""
    return edited(form.data, {form.approval("approved"): None, form.approval("date"): None})


def open_cells(path: Path) -> dict[str, int]:
    """How many cells of each sheet are open."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: sum(not cell.protection.locked for row in sheet for cell in row) for sheet in book if sheet.protection.sheet}


def test_closing_fills_in_locks_and_saves_and_reopening_undoes_it(live: Live, tmp_path: Path) -> None:
    form = filled()
    host = opened(live, tmp_path, unapproved(form))
    before = saved(host, tmp_path / "truoc.xlsx")
    press("chot_diem", host)
    sent = Path(host.book.fullname)
    assert check(sent.read_bytes(), office()).verdict is Verdict.ACCEPTED
    assert open_cells(sent) == dict.fromkeys((sheet.name for sheet in host.book.sheets), 0)
    value = host.book.sheets[words.APPROVAL].range((form.layout.approval_rows["approved"], at.APPROVAL_VALUE)).value
    assert value == words.APPROVED
    press("ra_soat_loi", host)
    marked = saved(host, tmp_path / "chot_co_danh_dau.xlsx")
    assert check(marked, office()).verdict is Verdict.ACCEPTED
    assert "đã chốt" in press("chot_diem", host)

    assert press("mo_lai", host) == messages.REOPENED
    press("xoa_danh_dau", host)
    after = saved(host, tmp_path / "sau.xlsx")
    assert open_cells(tmp_path / "sau.xlsx") == open_cells(tmp_path / "truoc.xlsx")
    assert (check(after).digest, check(after).findings) == (check(before).digest, check(before).findings)
    assert press("mo_lai", host) == messages.REFUSED["not-closed"]


def test_a_form_with_an_error_is_not_closed(live: Live, tmp_path: Path) -> None:
    form = filled()
    host = opened(live, tmp_path, edited(form.data, {form.approval("head"): None, form.approval("approved"): None}))
    assert press("chot_diem", host).startswith("Chưa chốt được: 1 lỗi")
    assert [one.cell for one in marks.listed(form_in_front(host))] == [form.approval("head")[1]]
    assert not list(tmp_path.glob("*da_chot*"))
    assert host.asked == []


def test_nothing_happens_where_the_officer_says_no(live: Live, tmp_path: Path) -> None:
    form = filled()
    host = opened(live, tmp_path, unapproved(form))
    host.answers = [False]
    before = saved(host, tmp_path / "truoc.xlsx")
    press("chot_diem", host)
    assert check(saved(host, tmp_path / "sau.xlsx")).digest == check(before).digest
    assert not list(tmp_path.glob("*da_chot*"))


def test_a_closed_form_is_received_by_the_office(live: Live, folder: Folder, tmp_path: Path) -> None:
    unit = "31117"
    issued = next((folder.path / FORMS).glob(f"{unit}_*.xlsx"))
    identity = folder.identities[unit]
    work = tmp_path / "Hồ sơ của xã"
    work.mkdir()
    host = opened(live, work, demo.fill(VERSION, demo.Filling(identity, good(unit))), issued.name)
    assert press("ra_soat_loi", host).startswith(messages.CHECKED_CLEAN)
    assert press("chot_diem", host).startswith("Đã chốt điểm"), host.said
    shutil.copy(host.book.fullname, folder.path / INBOX)
    ran = folder.json("receive", now=IN_TIME)
    assert [(row["verdict"], row["unit"]) for row in ran.json["received"]] == [("accepted", unit)]


# -------------------------------------------------------------------------------------------------------------------- evidence, progress


def test_a_row_of_evidence_is_made_ready_for_the_selected_criterion_and_lost_files_are_named(live: Live, tmp_path: Path) -> None:
    form = filled()
    place = form.leaf("bands")
    host = opened(live, tmp_path, form.data)
    named = [str(row[6]) for row in form.answers.evidence]
    for name in named[1:]:
        (tmp_path / name).write_bytes(b"")
    host.select(words.SCORING, a1(place.input_rows[1], at.EXPLANATION))
    said = press("them_tai_lieu", host)
    row = at.EVIDENCE_FIRST + len(form.answers.evidence)
    assert host.book.sheets[words.EVIDENCE].range((row, 2)).value == form.layout.evidence_labels[place.turn - 1]
    assert _here(host) == (words.EVIDENCE, a1(row, at.EVIDENCE_COLUMNS["number"]))
    assert f"– {named[0]}\n" in said
    assert named[1] not in said.replace(named[0], "")


def test_progress_counts_what_is_scored_explained_and_evidenced(live: Live, tmp_path: Path) -> None:
    form = sized_form(10)
    host = opened(
        live, tmp_path, edited(form.data, {place_of(form, "levels", at.INPUT): None, place_of(form, "count", at.EXPLANATION): None})
    )
    said = press("tien_do", host)
    documented = len({row[0] for row in form.answers.evidence})
    assert said.splitlines()[0] == f"Đã chấm 9/10 tiêu chí; 9 có giải trình; {documented}/10 có tài liệu kiểm chứng."


# -------------------------------------------------------------------------------------------------------------------- the office


def test_the_buttons_of_the_office_do_what_the_commands_do(
    live: Live, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCHC_NOW", IN_TIME)
    monkeypatch.setenv("CCHC_KEYS", str(folder.keys))
    host = opened(live, tmp_path, filled("IV").data)
    host.folder = folder.path
    assert press("tao_bieu_mau", host) == "Tạo biểu mẫu: xong. Cấp 0 biểu mẫu; 7 biểu mẫu đã có, giữ nguyên."
    shutil.copy(tmp_path / "CT01_bieu_mau.xlsx", folder.path / INBOX)
    assert press("tiep_nhan", host).startswith("Tiếp nhận: xong. 1 tệp mới: 0 chấp nhận, 1 trả lại")
    assert press("lap_bang_tham_dinh", host).startswith("Lập bảng thẩm định: xong.")
    assert press("tong_hop_diem", host).startswith("Tổng hợp điểm: xong. Nhận 0 điểm")
    assert "xong" in press("in_bieu_mau", host)
    assert "chưa" in press("xep_hang", host), "the round is still open"
    assert {path.name for path in host.shown} >= {"01_bieu_mau_gui_di", "so_theo_doi.xlsx"}
    assert len(folder.events("received")) == 1
    host.folder = tmp_path
    assert press("tiep_nhan", host) == messages.REFUSED["no-campaign"].format(folder=tmp_path, file="dot_danh_gia.xlsx")


# -------------------------------------------------------------------------------------------------------------------- what is no form


def test_a_foreign_workbook_is_left_alone(live: Live, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "khac.xlsx")
    host = SilentLibreOffice(live.app.books.open(str(tmp_path / "khac.xlsx")))
    for button in BUTTONS:
        if button.needs == "form":
            assert press(button.id, host) == messages.REFUSED["not-a-form"].format(name="khac.xlsx")
    assert not host.book.api.isModified()


def test_a_form_whose_hidden_sheet_was_emptied_is_not_worked_on(live: Live, tmp_path: Path) -> None:
    form = filled()
    wrong = {(words.META, a1(at.META_FIRST + row, at.META_VALUE)): "khác" for row in (6, 7, 8)}
    gone = {(words.META, a1(at.META_FIRST + row, at.META_PAYLOAD)): "hỏng" for row in range(2)}
    host = opened(live, tmp_path, edited(form.data, wrong | gone))
    assert press("ra_soat_loi", host) == messages.REFUSED["not-readable"].format(name=host.book.name)


def test_a_read_only_form_is_left_as_it_is(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "chi_doc.xlsx"
    path.write_bytes(filled().data)
    document = live.app.impl.desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, property_values({"ReadOnly": True}))
    host = SilentLibreOffice(live.app.books["chi_doc.xlsx"])
    assert press("ra_soat_loi", host) == messages.REFUSED["read-only"].format(name="chi_doc.xlsx")
    assert not document.isModified()


def test_of_two_open_forms_the_one_of_the_button_is_worked_on(live: Live, tmp_path: Path) -> None:
    form = filled()
    wrong = {form.input("levels"): "sai"}
    (tmp_path / "khac").mkdir()
    mine = opened(live, tmp_path, edited(form.data, wrong))
    other = opened(live, tmp_path / "khac", form.data)  # of the same name, and in front
    assert press("ra_soat_loi", mine).startswith("1 lỗi")
    assert marks.listed(form_in_front(other)) == []
    assert press("ra_soat_loi", other).startswith(messages.CHECKED_CLEAN)


def test_a_sheet_with_another_password_stays_shut_and_nothing_is_written(live: Live, tmp_path: Path) -> None:
    form = filled()
    host = opened(live, tmp_path, edited(form.data, {form.input("levels"): "sai"}))
    sheet = host.book.sheets[words.CHECK]
    sheet.api.unprotect(form_in_front(host).password)
    sheet.api.protect("của tôi")
    assert press("ra_soat_loi", host) == messages.REFUSED["password"].format(sheet=words.CHECK)
    assert sheet.api.isProtected()
    assert (marks.listed(form_in_front(host)), _noted(host)) == ([], set())


def test_a_fault_of_ours_is_told_in_plain_words(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = opened(live, tmp_path, filled().data)
    monkeypatch.setattr(marks, "write", lambda *_: 1 / 0)
    said = press("ra_soat_loi", host)
    assert said.startswith("Nút «Rà soát lỗi» gặp lỗi, xin lỗi bạn.")
    log = Path(said.rpartition(": ")[2])
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    log.unlink()


def test_a_busy_program_is_told_as_such() -> None:
    rejected = OSError(-2147418111, "Call was rejected by callee.")
    assert macros.told("ra_soat_loi", rejected) == messages.REFUSED["busy"]


# -------------------------------------------------------------------------------------------------------------------- every call may fail

SAMPLE = 3
"""So many of the calls of each macro fail in a usual run, evenly spread; every one of them with --exhaustive."""


def standing(host: SilentLibreOffice, path: Path) -> tuple[Any, ...]:
    """All that a macro may change of a form: locks, protection, contents, notes, the name it bears."""
    data = saved(host, path)
    checked = check(data)
    book = openpyxl.load_workbook(path)
    kept = [(cell.coordinate, cell.value) for row in book[words.CHECK].iter_rows(min_col=at.FOUND_TURN) for cell in row if cell.value]
    digest = book[words.APPROVAL].cell(sized_form(10).layout.digest_row, at.APPROVAL_VALUE).value
    protected = [(sheet.title, sheet.protection.sheet, sheet.protection.formatColumns) for sheet in book]
    return checked.findings, checked.digest, open_cells(path), kept, digest, protected, _noted(host), host.book.fullname


class StoppedClock(datetime):
    """A clock that stands still: the list says at which minute it was made, and a minute may end between two presses."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> StoppedClock:
        return cls(2018, 11, 20, 8, 30, tzinfo=tz)


def prepared(button: str, host: SilentLibreOffice, form: Form) -> None:
    """The form in the state in which pressing that button has most to do: what was found before and what is found now differ."""
    if button in ("ra_soat_loi", "xoa_danh_dau"):
        press("ra_soat_loi", host)
    if button == "ra_soat_loi":
        for (sheet, cell), entry in ((place_of(form, "levels", at.INPUT), "sai nữa"), (place_of(form, "bands", at.EXPLANATION), None)):
            host.book.sheets[sheet].range(cell).value = entry
    if button == "mo_lai":
        press("chot_diem", host)


@pytest.mark.parametrize("button", ["ra_soat_loi", "xoa_danh_dau", "chot_diem", "mo_lai", "them_tai_lieu"])
@pytest.mark.parametrize("every", [pytest.param(False, id="sample"), pytest.param(True, id="every call", marks=pytest.mark.exhaustive)])
def test_whichever_call_fails_the_form_is_left_as_it_was(
    live: Live, tmp_path: Path, button: str, every: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = sized_form(10)
    wrong: dict[Place, Entry] = (
        {place_of(form, "levels", at.INPUT): "sai", form.approval("meeting"): None} if button in ("ra_soat_loi", "xoa_danh_dau") else {}
    )
    data = edited(unapproved(form), wrong)
    monkeypatch.setattr(macros, "_kept", lambda _: "")
    monkeypatch.setattr(macros, "datetime", StoppedClock)

    def anew() -> SilentLibreOffice:
        """The form as it came, in a state in which the button has much to do."""
        host = opened(live, tmp_path, data)
        prepared(button, host, form)
        host.select(words.SCORING, place_of(form, "bands", at.EXPLANATION)[1])
        return host

    host = anew()
    before = standing(host, tmp_path / "truoc.xlsx")
    total = calls_of(button, live, host)
    host.book.close()
    host = anew()
    for turn in range(1, total) if every else range(3, total, max(1, total // SAMPLE)):
        host.select(words.SCORING, place_of(form, "bands", at.EXPLANATION)[1])
        said = len(host.said)
        live.calls.count, live.calls.fail_at = 0, turn
        macros.run(button, host)
        live.calls.fail_at = 0
        if any(text.startswith("Nút «") for text in host.said[said:]):
            assert standing(host, tmp_path / "sau.xlsx") == before, f"call {turn} of {total}"
        else:  # a call without which the work could be done, or that was tried again
            assert all(host.is_protected(sheet) for sheet in host.book.sheets)
            host.book.close()
            host = anew()


def calls_of(button: str, live: Live, host: SilentLibreOffice) -> int:
    """How many calls the button takes when none fails."""
    live.calls.count = 0
    macros.run(button, host)
    return live.calls.count


def test_every_button_has_its_macro_and_no_macro_is_without_a_button() -> None:
    assert set(macros.MACROS) == {button.id for button in BUTTONS}
    assert all(button.id.isascii() and button.id.isidentifier() for button in BUTTONS)


def test_nothing_of_xlwings_that_must_be_paid_for_is_used() -> None:
    assert xw.__pro__ is False


def test_the_status_bar_says_what_was_put_there_and_is_given_back(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "CT01.xlsx"
    path.write_bytes(filled().data)
    with live.open(path) as book:
        host = SilentLibreOffice(book)
        seen: list[object] = [book.app.status_bar]
        for text in ("Đang tiếp nhận 3/20", ""):
            host.progress(text)
            seen.append(book.app.status_bar)
    assert seen == [False, "Đang tiếp nhận 3/20", False], "False: LibreOffice's own"
