"""Appraisal: one book per council, rebuilt the same, read with the same care as a return, never overwritten where somebody worked in it.

Issue 2, Receiving and results ("One stage of appraisal …"); design.md, Ledger ("every book in 05–07 can be rebuilt, part by part equal")
and Books; Cần Thơ 2018, Điều 5.4, 7.2.d, 8, 9; domain.md §3.7.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from processor.appraisal import standing
from processor.appraisal_books import made_again, rebuild
from processor.desk import APPRAISAL
from processor.issuing import parts_digest
from processor.record import BookMade
from rubric_versions.methods.base import Raw
from tests.engines import Engine, differences
from tests.folders import APPRAISING, CENTRAL, VERSION, Folder, Ran, appendix_of, files_of, good, repacked
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, Filled
from workbook_templates.book import a1, write_book

DISTRICT, COMMUNE = "916", "31117"
BOOK = "tham_dinh_916.xlsx"
LEAF = next(leaf.code for leaf in appendix_of(COMMUNE).self_leaves if not good(COMMUNE).leaves[leaf.code].mark)
PLACE = (COMMUNE, LEAF)


def appraise(folder: Folder, now: str = APPRAISING) -> Ran:
    """The command, whatever comes of it."""
    return folder.json("appraise", now=now)


def made(folder: Folder, council: str = DISTRICT) -> tuple[BookMade, AppraisalBook]:
    """The newest book of a council as the ledger tells it, and as it was made: blank."""
    with folder.desk() as desk:
        book = max((one for one in desk.record().books_now() if one.council == council), key=lambda one: one.serial)
        return book, made_again(desk, book)


def write(folder: Folder, entries: Mapping[tuple[str, str], Filled], file: str = BOOK) -> Path:
    """The district's newest book with these entries, in `05_tham_dinh`."""
    with folder.desk() as desk:
        book = max((one for one in desk.record().books_now() if one.council == DISTRICT), key=lambda one: one.serial)
        filled = made_again(desk, book, entries)
    path = folder.path / APPRAISAL / file
    path.write_bytes(write_book(filled.book))
    return path


def edit(folder: Folder, cells: Mapping[str, str | float | bool | None], file: str = BOOK) -> None:
    """Cells of the district's book typed over with openpyxl, as a program that knows no locks would."""
    path = folder.path / APPRAISAL / file
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book["Thẩm định IV"][place] = value
    book.save(path)


def row_of(folder: Folder, place: tuple[str, str] = PLACE) -> int:
    """The row of a unit's leaf in the district's book."""
    return made(folder)[1].places[place][1]


def stands(folder: Folder, unit: str = COMMUNE) -> dict[str, Filled]:
    """What the council put for a unit, as the record has it."""
    with folder.desk() as desk:
        return standing(desk, unit) or {}


# ------------------------------------------------------------------------------------------------------------ books made


def test_every_council_has_a_book_of_its_own_units(received: Folder) -> None:
    """Điều 5.4: the district's council appraises its communes; the city's the sở and districts."""
    ran = appraise(received)
    assert (ran.code, set(ran.json)) == (0, {"findings", "written", "taken", "left", "told"})
    assert sorted(ran.json["written"]) == ["tham_dinh_916.xlsx", "tham_dinh_917.xlsx", "tham_dinh_thanh_pho.xlsx"]
    units = {one.data["council"]: [unit for unit, *_ in one.data["units"]] for one in received.events("book")}
    assert units == {"": ["SNV", "STP", "916", "917"], "916": ["31117", "31120"], "917": ["31154"]}
    city = openpyxl.load_workbook(received.path / APPRAISAL / "tham_dinh_thanh_pho.xlsx", read_only=True)
    assert city.sheetnames == ["Tổng hợp", "Thẩm định II", "Thẩm định III", "_meta"]
    assert set(ran.json["left"]) == {"SNV", "STP", "916", "917", "31117", "31120", "31154"}
    assert ran.json["left"]["31154"] == sum(leaf.is_appraised for leaf in appendix_of("31154").leaves)


def test_a_book_shows_what_the_unit_entered_and_is_locked_but_for_two_columns(received: Folder) -> None:
    """Issue 2: "unit × leaf with self score, answers, explanation, evidence, …; locked but for the last two"."""
    appraise(received)
    book = openpyxl.load_workbook(received.path / APPRAISAL / BOOK)
    sheet = book["Thẩm định IV"]
    row = row_of(received)
    answer = good(COMMUNE).leaves[LEAF]
    assert sheet.cell(row, at.CODE).value == LEAF
    assert sheet.cell(row, at.EXPLANATION).value == answer.explanation
    documents = [str(line[1]) for line in good(COMMUNE).evidence if str(line[0]).startswith(f"{LEAF}. ")]
    assert documents
    assert all(number in str(sheet.cell(row, at.DOCUMENTS).value) for number in documents)
    assert all(one.protection.sheet for one in book.worksheets)
    unlocked = {cell.column for line in sheet.iter_rows() for cell in line if not cell.protection.locked}
    assert unlocked == {at.SCORE, at.REASON}
    assert [rule.sqref for rule in sheet.data_validations.dataValidation if a1(row, at.SCORE) in rule.sqref]


def test_making_books_again_changes_nothing(received: Folder) -> None:
    first = appraise(received)
    before = received.state()
    again = appraise(received)
    assert (again.json["written"], again.json["left"]) == ([], first.json["left"])
    assert received.state() == before


def test_a_book_is_rebuilt_part_by_part_from_what_is_kept(received: Folder) -> None:
    """design.md, Ledger: "every book in 05–07 can be rebuilt, part by part equal"."""
    appraise(received)
    before = files_of(received.path / APPRAISAL)
    received.rename(COMMUNE, "Tên khác hẳn")
    received.json("decide", COMMUNE, "record", "--reason", "Sau khi lập bảng", now=CENTRAL)
    for path in (received.path / APPRAISAL).iterdir():
        path.unlink()
    assert sorted(appraise(received, CENTRAL).json["written"]) == sorted(before)
    assert files_of(received.path / APPRAISAL) == before, "as of the time they were made, not as of now"


def test_the_formulas_of_a_book_state_what_an_engine_calculates(received: Folder) -> None:
    """design.md, Books: live formulas "with the right cached value written beside it"; blank and with entries of every kind."""
    appraise(received)
    _, blank = made(received)
    engine = Engine(write_book(blank.book))
    assert differences(blank.book, engine.evaluate({})) == []
    entries = some_of_everything(blank)
    with received.desk() as desk:
        book = next(one for one in desk.record().books.values() if one.council == DISTRICT)
        filled = made_again(desk, book, entries)
    inputs: dict[tuple[str, int, int], Raw] = {}
    for place, one in entries.items():
        sheet, row = blank.places[place]
        score = one.score
        inputs[sheet, row, at.SCORE] = float(score) if isinstance(score, Fraction) else score  # type: ignore[assignment]  # the engine's own number
        inputs[sheet, row, at.REASON] = one.reason or None
    assert differences(filled.book, engine.evaluate(inputs)) == []
    told = {cell.value for sheet in filled.book.sheets for (_, col), cell in sheet.all_cells() if col == at.STATUS and cell.formula}
    assert told == {at.NOT_YET, at.AGREED, at.CHANGED, at.NO_REASON, at.WRONG}


def some_of_everything(blank: AppraisalBook) -> dict[tuple[str, str], Filled]:
    """Entries of every kind, turn by turn."""
    entries = {}
    for turn, place in enumerate(blank.places):
        own, most = own_and_most(blank, place)
        third = Fraction(str(float(most / 3)))
        entries[place] = (
            Filled(own, ""), Filled(third, "Chưa đủ căn cứ"), Filled(third, " "), Filled(at.SKIP, ""), Filled(at.SKIP, "Không phát sinh"),
            Filled(None, "chưa rõ"), Filled(most + 1, "x"), Filled(Fraction(0), ""), Filled(None, ""),
        )[turn % 9]  # fmt: skip
    return entries


def own_and_most(blank: AppraisalBook, place: tuple[str, str]) -> tuple[Fraction | str | None, Fraction]:
    """The unit's own points of a row (KĐG, or None), and the most there can be."""
    line = blank.rows[place]
    return line.points, line.leaf.max


# ------------------------------------------------------------------------------------------------------------ entries taken in


def test_agreement_is_taken_in_without_a_word_and_once(received: Folder) -> None:
    """Cells hold no thirds: a share agreed with is not a score changed without reason."""
    appraise(received)
    received.fill_books()
    ran = appraise(received)
    assert (ran.code, ran.codes, ran.json["left"]) == (0, [], {})
    assert ran.json["taken"] == sum(leaf.is_appraised for unit in received.campaign().units for leaf in appendix_of(unit.code).leaves)
    assert appraise(received).json["taken"] == 0
    assert len(received.events("appraised")) == 3
    for path in (received.path / APPRAISAL).iterdir():
        assert any(one.data["files"] == [[path.name, sha]] for one in received.events("appraised") for _, sha in one.data["files"])


def test_a_score_changed_without_reason_is_taken_with_a_warning(received: Folder) -> None:
    """Issue 2: appraised score and reason; the biên bản tells self, appraised, difference, reason (domain.md §3.13)."""
    appraise(received)
    write(received, {PLACE: Filled(Fraction(0), "…"), (COMMUNE, leaf_after(LEAF)): Filled(Fraction(0), "Không có minh chứng")})
    ran = appraise(received)
    assert ran.code == 0
    (warned,) = [one for one in ran.json["findings"] if one["severity"] != "note"]
    assert (warned["code"], warned["criterion"], warned["cell"]) == ("appraisal-no-reason", LEAF, a1(row_of(received), at.SCORE))
    assert stands(received)[LEAF] == Filled(Fraction(0), "…")


def leaf_after(code: str) -> str:
    """The next leaf that the unit scored itself with more than nothing."""
    codes = [leaf.code for leaf in appendix_of(COMMUNE).self_leaves]
    return next(one for one in codes[codes.index(code) + 1 :] if not good(COMMUNE).leaves[one].mark)


WRONG: tuple[str | float | bool, ...] = (999, -0.5, "1,5", "Đạt", "=1+1", "kđg", True, "#N/A")


def test_entries_that_are_no_scores_are_all_named_and_nothing_of_the_book_is_taken(appraised: Folder) -> None:
    """Issue 2: "with the same care": at most the max, not negative, no text, no formula. What was taken before stands."""
    before = stands(appraised)
    row = row_of(appraised)
    cells: dict[str, str | float | bool | None] = {a1(row + turn, at.SCORE): wrong for turn, wrong in enumerate(WRONG)}
    edit(appraised, {**cells, a1(row + 20, at.SCORE): 0, a1(row + 20, at.REASON): "Có lý do"})
    ran = appraise(appraised, CENTRAL)
    assert ran.code == 1
    wrong = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert {(one["code"], one["file"]) for one in wrong} == {("appraisal-score", BOOK)}
    assert [one["cell"] for one in wrong] == list(cells)
    assert wrong[0]["criterion"] == LEAF
    assert "KĐG" in wrong[0]["message"]
    assert stands(appraised) == before
    assert appraised.json("rank", now=CENTRAL).code == 1, "ranking reads with the same care"
    write(appraised, {PLACE: Filled(Fraction(0), "Sửa lại")})
    assert appraise(appraised, CENTRAL).code == 0
    assert stands(appraised) == {LEAF: Filled(Fraction(0), "Sửa lại")}


def test_the_max_itself_a_decimal_and_not_assessed_are_entries(appraised: Folder) -> None:
    """Điều 7.2.d; points step down to 0,125 (domain.md §3.2) and are kept exactly."""
    row = row_of(appraised)
    most = next(leaf.max for leaf in appendix_of(COMMUNE).leaves if leaf.code == LEAF)
    entries: tuple[tuple[float | str, Fraction | str], ...] = ((float(most), most), (0.1, Fraction("0.1")), ("KĐG", at.SKIP))
    cells: dict[str, str | float | bool | None] = {
        a1(row + turn, col): value
        for turn, (entry, _) in enumerate(entries)
        for col, value in ((at.SCORE, entry), (at.REASON, "Theo biên bản"))
    }
    edit(appraised, cells)
    assert appraise(appraised, CENTRAL).code == 0
    leaves = [leaf.code for leaf in appendix_of(COMMUNE).leaves if leaf.is_appraised]
    first = leaves.index(LEAF)
    for code, (_, kept) in zip(leaves[first:], entries, strict=False):
        assert stands(appraised)[code] == Filled(kept, "Theo biên bản")


def test_a_score_taken_out_again_is_a_hole_again(appraised: Folder) -> None:
    edit(appraised, {a1(row_of(appraised), at.SCORE): None, a1(row_of(appraised), at.REASON): "xem lại"})
    ran = appraise(appraised, CENTRAL)
    assert (ran.code, ran.json["left"]) == (0, {COMMUNE: 1})
    assert LEAF not in stands(appraised)
    human = appraised.run("appraise", now=CENTRAL).out
    assert "còn 1 tiêu chí của 1 đơn vị chưa thẩm định" in human


def test_locked_cells_changed_are_named_and_nothing_is_taken(appraised: Folder) -> None:
    """Issue 2: "locked but for the last two"; protection is a guard rail, the comparison the defence (design.md, Form identity)."""
    before = stands(appraised)
    row = row_of(appraised)
    changed: dict[str, str | float | bool | None] = {
        a1(row, at.UNIT): "31120", a1(row + 1, at.MAX): 50, a1(row + 2, at.SELF): 0, a1(row + 3, at.STATUS): "✓ Đồng ý",
    }  # fmt: skip
    edit(appraised, {**changed, a1(row, at.SCORE): 0, a1(row, at.REASON): "x"})
    ran = appraise(appraised, CENTRAL)
    assert ran.code == 1
    wrong = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert [(one["code"], one["cell"]) for one in wrong] == [("appraisal-locked-changed", cell) for cell in changed]
    assert stands(appraised) == before


def test_rows_deleted_or_sorted_are_noticed(appraised: Folder) -> None:
    before = stands(appraised)
    path = appraised.path / APPRAISAL / BOOK
    book = openpyxl.load_workbook(path)
    book["Thẩm định IV"].delete_rows(row_of(appraised))
    book.save(path)
    ran = appraise(appraised, CENTRAL)
    assert (ran.code, "rows-moved" in ran.codes) == (1, True)
    assert stands(appraised) == before


def test_a_sheet_taken_out_is_noticed(appraised: Folder) -> None:
    path = appraised.path / APPRAISAL / "tham_dinh_thanh_pho.xlsx"
    book = openpyxl.load_workbook(path)
    del book["Thẩm định III"]
    book.save(path)
    ran = appraise(appraised, CENTRAL)
    assert (ran.code, "sheet-missing" in ran.codes) == (1, True)


def test_two_copies_of_a_book_are_merged_and_their_conflict_is_told(received: Folder) -> None:
    """domain.md §3.7: one workbook per office, merged back; holes and conflicts are reported."""
    appraise(received)
    after = (COMMUNE, leaf_after(LEAF))
    write(received, {PLACE: Filled(Fraction(0), ""), after: Filled(None, "chờ bổ sung")})
    write(received, {PLACE: Filled(None, "Không có kế hoạch"), after: Filled(Fraction(0), "")}, "bản của phòng Nội vụ.XLSX")
    ran = appraise(received)
    assert (ran.code, "appraisal-conflict" in ran.codes) == (0, False)
    assert stands(received) == {
        LEAF: Filled(Fraction(0), "Không có kế hoạch"), after[1]: Filled(Fraction(0), "chờ bổ sung"),
    }, "a reason in one copy and the score in the other are no conflict, and neither is lost"  # fmt: skip
    write(received, {PLACE: Filled(Fraction("0.1"), "khác")}, "bản của phòng Nội vụ.XLSX")
    ran = appraise(received)
    assert ran.code == 1
    (one,) = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert (one["code"], one["criterion"]) == ("appraisal-conflict", LEAF)
    assert "UBND phường Cái Khế" in one["message"]
    assert stands(received)[LEAF].score == 0, "what was taken before stands"


def test_a_book_that_is_not_ours_is_told_and_left_alone(appraised: Folder) -> None:
    """A form, a book whose identity was written over, junk: named, never read for scores."""
    folder = appraised.path / APPRAISAL
    (folder / "biểu mẫu.xlsx").write_bytes(appraised.form(COMMUNE))
    (folder / "hỏng.xlsx").write_bytes(b"PK\x03\x04 hong")
    (folder / "đợt khác.xlsx").write_bytes(repacked((folder / BOOK).read_bytes(), lambda _, part: part.replace(b"dot-2018", b"dot-2017")))
    (folder / "~$tham_dinh_916.xlsx").write_bytes(b"khoa")
    ran = appraise(appraised, CENTRAL)
    assert ran.code == 1
    told = {(one["file"], one["code"]) for one in ran.json["findings"] if one["severity"] == "error"}
    assert told == {("biểu mẫu.xlsx", "appraisal-foreign"), ("đợt khác.xlsx", "appraisal-foreign"), ("hỏng.xlsx", "file-damaged")}
    assert ran.json["taken"] == 0


# ------------------------------------------------------------------------------------------------------------ nothing overwritten


def test_a_new_return_before_anybody_worked_replaces_the_book(received: Folder) -> None:
    appraise(received)
    received.drop("mới.xlsx", received.form(COMMUNE, seed="mới"))
    received.json("receive", now="2018-12-20 09:00")
    with received.desk() as desk:
        assert len(desk.record().books) == 3
    received.run("decide", COMMUNE, "accept", "--reason", "Hội đồng đồng ý", now="2018-12-20 09:30")
    ran = appraise(received, "2018-12-20 10:00")
    assert (ran.code, ran.codes, ran.json["written"]) == (0, [], [BOOK])
    received.fill_books(council=DISTRICT)
    assert appraise(received, CENTRAL).code == 0
    assert len(stands(received)) == sum(leaf.is_appraised for leaf in appendix_of(COMMUNE).leaves)


@pytest.mark.parametrize("taken_in", [True, False], ids=["taken in", "not yet read"])
def test_a_new_return_after_entries_gets_a_further_book_and_old_rows_say_so(received: Folder, taken_in: bool) -> None:
    """Issue 2: "never overwrite a book with entries"."""
    appraise(received)
    received.fill_books(council=DISTRICT)
    if taken_in:
        appraise(received)
    worked = (received.path / APPRAISAL / BOOK).read_bytes()
    received.drop("mới.xlsx", received.form(COMMUNE, seed="mới"))
    received.json("receive", now="2018-12-20 09:00")
    received.run("decide", COMMUNE, "accept", "--reason", "Hội đồng đồng ý", now="2018-12-20 09:30")
    ran = appraise(received, "2018-12-20 10:00")
    assert (received.path / APPRAISAL / BOOK).read_bytes() == worked
    assert ran.json["written"] == ["tham_dinh_916_bo_sung_2.xlsx"]
    assert [(one["code"], one["file"]) for one in ran.json["findings"] if one["code"] == "appraisal-stale"] == [("appraisal-stale", BOOK)]
    assert received.events("book")[-1].data["units"][0][0] == COMMUNE
    assert len(received.events("book")[-1].data["units"]) == 1
    assert stands(received) == {}, "entries for the return before do not count for the new one"
    assert len(stands(received, "31120")) > 50
    assert "appraisal-stale" in appraise(received, CENTRAL).codes, "it is said as long as it is so"


def test_a_unit_that_comes_later_is_added(folder: Folder) -> None:
    folder.drop_all("31120")
    folder.json("receive")
    appraise(folder, "2018-12-11 08:00")
    folder.drop_all(COMMUNE)
    folder.json("receive", now="2018-12-12 08:00")
    assert appraise(folder, "2018-12-12 09:00").json["written"] == [BOOK]
    assert [unit for unit, *_ in folder.events("book")[-1].data["units"]] == ["31117", "31120"]
    folder.fill_books(council=DISTRICT)
    assert appraise(folder, APPRAISING).codes == []


def test_a_deleted_book_is_made_again_with_what_was_taken_in(received: Folder) -> None:
    """design.md, Ledger: every filled book is kept by its hash; nothing that was read is lost with a file."""
    appraise(received)
    path = write(
        received, {PLACE: Filled(Fraction(0), "Không có kế hoạch"), (COMMUNE, leaf_after(LEAF)): Filled(at.SKIP, "Không phát sinh")}
    )
    appraise(received)
    before = parts_digest(path.read_bytes())
    path.unlink()
    ran = appraise(received, CENTRAL)
    assert ran.json["written"] == [BOOK]
    assert parts_digest(path.read_bytes()) == before
    assert stands(received)[LEAF] == Filled(Fraction(0), "Không có kế hoạch")
    assert len(received.events("appraised")) == 1


def test_a_rebuilt_book_states_what_an_engine_calculates_though_cells_hold_no_thirds(appraised: Folder) -> None:
    """design.md, Books: the right cached value. An agreed third comes back from a cell with fifteen digits."""
    with appraised.desk() as desk:
        book = next(one for one in desk.record().books.values() if one.council == "917")
        data = rebuild(desk, book)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Thẩm định IV"]
    told = {values.cell(row, at.STATUS).value for row in range(at.FIRST_ROW, values.max_row + 1)}
    assert told == {at.AGREED}


def test_a_book_opened_and_saved_without_an_entry_is_no_work_to_keep(received: Folder) -> None:
    """A look into the book must not cost a second one when a return comes."""
    appraise(received)
    edit(received, {})
    received.drop("mới.xlsx", received.form(COMMUNE, seed="mới"))
    received.json("receive", now="2018-12-20 09:00")
    received.run("decide", COMMUNE, "accept", "--reason", "Hội đồng đồng ý", now="2018-12-20 09:30")
    assert appraise(received, "2018-12-20 10:00").json["written"] == [BOOK]


def test_an_empty_copy_of_a_book_since_replaced_is_no_error(received: Folder) -> None:
    appraise(received)
    (received.path / APPRAISAL / "bản chép.xlsx").write_bytes((received.path / APPRAISAL / BOOK).read_bytes())
    received.drop("mới.xlsx", received.form(COMMUNE, seed="mới"))
    received.json("receive", now="2018-12-20 09:00")
    received.run("decide", COMMUNE, "accept", "--reason", "Hội đồng đồng ý", now="2018-12-20 09:30")
    assert appraise(received, "2018-12-20 10:00").code == 0
    assert appraise(received, CENTRAL).codes == []


def test_a_councils_name_and_its_units_come_from_the_campaign(received: Folder) -> None:
    received.change(
        lambda one: replace(one, council="Hội đồng cải cách hành chính", blocks=tuple(replace(block, council="") for block in one.blocks))
    )
    ran = appraise(received)
    assert ran.json["written"] == ["tham_dinh_thanh_pho.xlsx"]
    assert len(received.events("book")[0].data["units"]) == 7
    book = openpyxl.load_workbook(received.path / APPRAISAL / "tham_dinh_thanh_pho.xlsx")
    assert book["Thẩm định II"]["A2"].value == f"Hội đồng cải cách hành chính: {VERSION.issuer}"
