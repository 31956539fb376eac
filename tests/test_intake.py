"""Receiving: verdicts, which return counts, what goes back, and whatever else people put into `02_tiep_nhan`.

design.md, Return, Verdict, Duplicates, Time, Ledger and traps 5, 10, 12; domain.md §2 (Cần Thơ 2018, Điều 5.3, 7.2.c) and §3.11; issue 2,
"Every file gets its verdict with all its findings at once".
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest import mock

import openpyxl
import pytest

from processor import intake, keys
from processor.arrivals import skipped_file
from processor.checks import Verdict, check_bytes
from processor.desk import BACK, FORMS, INBOX, ORIGINALS
from processor.files import LEFTOVER_PREFIX, sha256_of
from processor.reader import read_workbook
from processor.record import counting
from rubric_versions import words
from rubric_versions.answers import Answers
from tests.folders import (
    APPRAISING,
    CLOSED,
    IN_TIME,
    LAST_MOMENT,
    OPENING,
    VERSION,
    Folder,
    appendix_of,
    good,
    leaf_of,
    parts,
    run,
    with_leaf,
)
from workbook_templates import layout as at
from workbook_templates.book import Book, Sheet, a1, write_book
from workbook_templates.layout import layout_of

UNIT = "31117"
FOREIGN = f"{BACK}/khong_nhan_ra"


def spoilt(unit: str = UNIT) -> tuple[Answers, str, str]:
    """Answers in which more was done than there was to do, the leaf's code and the wrong cell."""
    code = leaf_of(unit, "bands")
    place = layout_of(appendix_of(unit)).place_of[code]
    wrong = with_leaf(good(unit), code, inputs=(Decimal(10), Decimal(11)), mark=None)
    return wrong, code, a1(place.input_rows[1], at.INPUT)


def resaved(data: bytes) -> bytes:
    """The same workbook packed anew: other bytes, the same answers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in parts(data).items():
            target.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return out.getvalue()


def counted(folder: Folder, unit: str = UNIT, now: str = APPRAISING) -> str:
    """The SHA-256 of the return that counts for a unit, "" if none does."""
    with folder.desk(now) as desk:
        one = counting(desk.record(), desk.campaign, unit, 1)
        return one.sha256 if one else ""


def state_of(folder: Folder, unit: str = UNIT, now: str = APPRAISING) -> str:
    """Where a unit stands, in the words of `status`."""
    rows = folder.json("status", now=now).json["units"]
    return next(str(row["state"]) for row in rows if row["unit"] == unit)


# ------------------------------------------------------------------------------------------------------------ which return counts


def test_the_same_bytes_are_noted_once_however_often_they_come(folder: Folder) -> None:
    """design.md, Duplicates: "same bytes: ignored, noted"."""
    folder.drop("31117.xlsx", folder.form(UNIT))
    first = folder.json("receive")
    assert [(row["verdict"], row["counts"]) for row in first.json["received"]] == [("accepted", True)]
    folder.drop("gui lan nua/31117 (1).xlsx", folder.form(UNIT))
    again = folder.json("receive", now="2018-12-11 09:00")
    assert (again.code, again.json["received"], again.json["known"]) == (0, [], 2)
    assert again.codes == ["return-same-file"]
    assert "10/12/2018 09:00" in again.json["findings"][0]["message"]
    for _ in range(2):
        third = folder.json("receive", now="2018-12-12 09:00")
        assert (third.json["known"], third.codes) == (2, [])
    assert [one.data["file"] for one in folder.events("again")] == ["gui lan nua/31117 (1).xlsx"]
    assert len(folder.events("received")) == 1


def test_the_same_bytes_twice_in_one_run_are_one_return(folder: Folder) -> None:
    folder.drop("a/31117.xlsx", folder.form(UNIT))
    folder.drop("b/31117.xlsx", folder.form(UNIT))
    ran = folder.json("receive")
    assert [row["file"] for row in ran.json["received"]] == ["a/31117.xlsx"]
    assert ran.codes == ["return-same-file"]
    assert folder.json("receive").codes == []


def test_files_read_by_several_helpers_are_told_as_those_read_one_by_one(folder: Folder, tmp_path: Path) -> None:
    folder.drop_all()
    folder.drop("hong.xlsx", b"PK\3\4 not one of ours")
    folder.drop("31117_sai.xlsx", folder.form(UNIT, spoilt()[0]))
    folder.drop("31117_lai.xlsx", folder.form(UNIT))
    other = folder.copy(tmp_path / "khác")
    folder.run("receive")
    with mock.patch.object(intake, "WORTH_HELPERS", 1), mock.patch.object(intake, "TOLD_AT_ONCE", 2):
        other.run("receive")
    assert other.state() == folder.state()
    assert len(other.events("received")) > len({one.unit for one in other.events("received")})


def test_a_name_in_decomposed_letters_is_known_again(folder: Folder) -> None:
    """design.md, trap 5: NFC and NFD names differ; what is the same to people is the same to us."""
    name = unicodedata.normalize("NFD", "Phường Cái Khế – hồ sơ.xlsx")
    folder.drop(name, folder.form(UNIT))
    assert [row["file"] for row in folder.json("receive").json["received"]] == [unicodedata.normalize("NFC", name)]
    before = len(folder.events())
    assert folder.json("receive").json["known"] == 1
    assert len(folder.events()) == before


def test_a_name_that_is_no_utf_8_is_received_and_known_again(folder: Folder) -> None:
    path = os.fsencode(folder.path / INBOX) + b"/31117 \xe0\xff.xlsx"
    with open(path, "wb") as stream:  # noqa: PTH123  (a name in bytes)
        stream.write(folder.form(UNIT))
    ran = folder.json("receive")
    assert (ran.code, [row["verdict"] for row in ran.json["received"]]) == (0, ["accepted"])
    assert (folder.json("receive").json["known"], len(folder.events("again"))) == (1, 0)


def test_the_same_answers_saved_again_are_noted_and_take_no_appraisal_away(folder: Folder) -> None:
    """design.md, Duplicates: "same answers: noted"; an appraisal rests on the first of them."""
    folder.drop("1.xlsx", folder.form(UNIT))
    folder.json("receive")
    folder.drop("2.xlsx", resaved(folder.form(UNIT)))
    ran = folder.json("receive", now="2018-12-11 10:00")
    assert (ran.code, ran.codes) == (0, ["return-same-answers"])
    assert counted(folder) == sha256_of(folder.form(UNIT))
    assert len(folder.events("received")) == 2


def test_of_two_different_returns_the_newest_valid_one_in_time_counts(folder: Folder) -> None:
    """design.md, Duplicates: "the newest valid one received before the deadline counts; earlier ones stay in the ledger"."""
    first, second, bad = folder.form(UNIT), folder.form(UNIT, seed="hai"), folder.form(UNIT, spoilt()[0])
    folder.drop("1.xlsx", first)
    folder.json("receive", now="2018-12-05 09:00")
    folder.drop("2.xlsx", second)
    ran = folder.json("receive", now="2018-12-06 09:00")
    assert ran.codes == ["return-replaces"]
    assert counted(folder) == sha256_of(second)
    folder.drop("3.xlsx", bad)
    assert folder.json("receive", now="2018-12-07 09:00").code == 1
    assert counted(folder) == sha256_of(second), "a newer one with errors takes nothing away"
    folder.drop("4.xlsx", folder.form(UNIT, seed="bốn"))
    assert folder.json("receive", now=CLOSED).codes == ["return-late", "return-replaces"]
    assert counted(folder) == sha256_of(second), "a newer one that is late takes nothing away"
    assert len(folder.events("received")) == 4


def test_the_time_of_receipt_decides_not_the_order_of_recording(folder: Folder) -> None:
    """design.md, Time: a return's time is when it was received, which the clerk may record with a reason."""
    newer, paper = folder.form(UNIT), folder.form(UNIT, seed="giấy")
    folder.drop("1.xlsx", newer)
    folder.json("receive", now="2018-12-12 09:00")
    path = folder.drop("2.xlsx", paper)
    ran = folder.json(
        "receive", path, "--received-at", "05/12/2018 16:30", "--reason", "Nộp trực tiếp bằng USB", "--number", "123/SNV-ĐẾN",
        "--channel", "trực tiếp", now="2018-12-12 10:00",
    )  # fmt: skip
    assert ran.code == 0
    event = folder.events("received")[-1]
    assert (event.data["received"], event.data["reason"]) == ("2018-12-05T16:30:00+07:00", "Nộp trực tiếp bằng USB")
    assert f"{event.at:%d/%m %H:%M}" == "12/12 10:00", "what the ledger says of itself is not bent"
    assert counted(folder) == sha256_of(newer)
    slip = openpyxl.load_workbook(next(one for one in folder.back(f"{UNIT}_*/*phieu*") if event.data["sha256"][:8] in one.name))
    told = [cell.value for row in slip.worksheets[0].iter_rows() for cell in row if cell.value]
    assert "16:30 ngày 05/12/2018" in told
    assert "123/SNV-ĐẾN – trực tiếp" in told


@pytest.mark.parametrize(
    "options",
    [["--received-at", "05/12/2018"], ["--received-at", "05/12/2018", "--reason", " "], ["--received-at", "hôm qua", "--reason", "x"]],
)
def test_another_time_without_reason_or_sense_is_wrong_usage(folder: Folder, options: list[str]) -> None:
    before = len(folder.events())
    assert folder.run("receive", *options).code == 2
    assert len(folder.events()) == before


def test_the_last_second_is_in_time_and_the_next_is_late(folder: Folder) -> None:
    """Cần Thơ 2018, Điều 5.2 and 5.3; design.md, Time: due 15/12 means before 16/12 00:00."""
    folder.drop("1.xlsx", folder.form(UNIT))
    assert folder.json("receive", now=LAST_MOMENT).json["received"][0]["counts"] is True
    folder.drop("2.xlsx", folder.form("31120"))
    late = folder.json("receive", now=CLOSED)
    assert (late.code, late.codes) == (0, ["return-late"])
    (row,) = late.json["received"]
    assert (row["verdict"], row["counts"]) == ("accepted", False)
    assert state_of(folder) == "✓ Hợp lệ"
    assert state_of(folder, "31120") == "✗ Quá hạn"
    assert state_of(folder, "31154") == "○ Chưa gửi"


def test_a_return_before_the_opening_counts_with_a_warning(folder: Folder) -> None:
    folder.change(lambda one: replace(one, rounds=(replace(one.rounds[0], opens=one.rounds[0].closes.replace(day=1)),)))
    folder.drop("1.xlsx", folder.form(UNIT))
    ran = folder.json("receive", now="2018-11-30 23:59:59")
    assert (ran.code, ran.codes, ran.json["received"][0]["counts"]) == (0, ["return-early"], True)


def test_what_comes_after_a_unit_was_reopened_counts_though_late(folder: Folder) -> None:
    """domain.md §2: reopening is a person's decision; `decide … reopen --reason`."""
    early = folder.form(UNIT, seed="muộn, trước khi mở lại")
    folder.drop("1.xlsx", early)
    folder.json("receive", now="2018-12-17 08:00")
    assert folder.json("decide", UNIT, "reopen", "--reason", "Lũ lụt", now="2018-12-17 09:00").code == 0
    assert counted(folder) == "", "what came before the decision stays late"
    folder.drop("2.xlsx", folder.form(UNIT))
    ran = folder.json("receive", now="2018-12-18 09:00")
    assert "return-late" not in ran.codes
    assert ran.json["received"][0]["counts"] is True
    assert counted(folder) == sha256_of(folder.form(UNIT))


def test_a_person_may_accept_what_is_late_or_has_errors(folder: Folder) -> None:
    late, (wrong, _, _) = folder.form(UNIT), spoilt("31120")
    folder.drop("1.xlsx", late)
    folder.drop("2.xlsx", folder.form("31120", wrong))
    folder.json("receive", now="2018-12-17 08:00")
    assert (counted(folder), counted(folder, "31120")) == ("", "")
    for unit in (UNIT, "31120"):
        assert folder.json("decide", unit, "accept", "--reason", "Bưu điện chậm", now="2018-12-17 09:00").code == 0
    assert (counted(folder), counted(folder, "31120")) == (sha256_of(late), sha256_of(folder.form("31120", wrong)))
    assert state_of(folder) == "✓ Hợp lệ"


def test_a_return_withdrawn_counts_no_more_until_another_comes(folder: Folder) -> None:
    folder.drop("1.xlsx", folder.form(UNIT))
    folder.json("receive")
    assert folder.json("decide", UNIT, "withdraw", "--reason", "Đơn vị xin rút", now="2018-12-11 08:00").code == 0
    assert counted(folder) == ""
    folder.drop("bản cũ.xlsx", folder.form(UNIT))
    again = folder.json("receive", now="2018-12-11 09:00")
    assert again.codes == ["return-withdrawn"]
    assert counted(folder) == "", "the same bytes sent again do not undo the decision"
    folder.drop("2.xlsx", folder.form(UNIT, seed="mới"))
    assert folder.json("receive", now="2018-12-12 08:00").json["received"][0]["counts"] is True
    assert counted(folder) == sha256_of(folder.form(UNIT, seed="mới"))


def test_a_decision_only_recorded_changes_nothing_and_is_shown(folder: Folder) -> None:
    folder.drop("1.xlsx", folder.form(UNIT))
    folder.json("receive")
    before = counted(folder)
    ran = folder.json("decide", UNIT, "record", "--reason", "Đã đối chiếu bản giấy", now=APPRAISING)
    assert (ran.code, set(ran.json)) == (0, {"findings", "unit", "what", "event"})
    event = folder.events("decided")[0]
    assert (event.actor, event.unit, event.data["reason"]) == ("can-bo", UNIT, "Đã đối chiếu bản giấy")
    assert counted(folder) == before
    assert "ghi nhận: Đã đối chiếu bản giấy" in folder.run("status", now=APPRAISING).out
    shown = openpyxl.load_workbook(folder.path / "so_theo_doi.xlsx")["Tình trạng"]
    assert any(cell.value == "ghi nhận: Đã đối chiếu bản giấy" for row in shown.iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("unit", "what", "code"),
    [("KHONG", "record", "unit-not-found"), (UNIT, "accept", "decision-refused"), (UNIT, "withdraw", "decision-refused")],
)
def test_there_must_be_something_to_decide_on(folder: Folder, unit: str, what: str, code: str) -> None:
    ran = folder.json("decide", unit, what, "--reason", "x")
    assert (ran.code, ran.codes) == (1, [code])
    assert folder.events("decided") == []
    assert folder.run("decide", UNIT, "record", "--reason", "  ").code == 2


# ------------------------------------------------------------------------------------------------------------ whose form it is


def test_the_form_of_another_unit_goes_back_to_the_sender(folder: Folder) -> None:
    """Issue 2, demo: "one that belongs to another unit". Nothing of the other unit is touched or shown to the sender."""
    folder.drop("31117_UBND-phuong-Cai-Khe_lan1.xlsx", folder.form("31120"))
    ran = folder.json("receive")
    assert (ran.code, ran.codes) == (1, ["form-other-unit"])
    assert [(row["unit"], row["verdict"], row["counts"]) for row in ran.json["received"]] == [("31117", "returned", False)]
    (slip,) = folder.back("*/*")
    assert slip.parent.name.startswith("31117_")
    assert "phieu_yeu_cau_sua" in slip.name, "no fresh form: its answers are another unit's"
    assert state_of(folder, "31120") == "○ Chưa gửi"


def test_a_form_of_another_campaign_goes_to_those_not_recognised(folder: Folder) -> None:
    other = replace(folder.identities[UNIT], campaign="dot-2017", campaign_title="Đợt 2017")
    with folder.desk() as desk:
        assert desk.key is not None
        other = other.sealed(keys.seal(desk.key, other.message()))
    theirs = replace(folder, identities={UNIT: other})
    folder.drop("31117.xlsx", theirs.form(UNIT))
    ran = folder.json("receive")
    assert (ran.code, "form-other-campaign" in ran.codes) == (1, True)
    assert [path.parent.name for path in folder.back("*/*")] == ["khong_nhan_ra"]
    assert state_of(folder) == "○ Chưa gửi"


def test_a_form_whose_identity_was_forged_is_returned_without_a_form_to_go_on_with(folder: Folder) -> None:
    """design.md, Form identity: an HMAC over it keyed by the office's key."""
    forged = replace(folder, identities={UNIT: replace(folder.identities[UNIT], unit_name="Phường tự đặt")})
    folder.drop("31117.xlsx", forged.form(UNIT))
    ran = folder.json("receive")
    assert (ran.code, "identity-seal" in ran.codes) == (1, True)
    for path in folder.back("*/*bieu_mau*"):
        assert check_bytes(path.read_bytes(), "").identity == folder.identities[UNIT], "never seal or send on what was forged"


def test_a_form_of_a_unit_no_longer_listed_is_told_so(folder: Folder) -> None:
    folder.drop("31154.xlsx", folder.form("31154"))
    folder.change(lambda one: replace(one, units=tuple(unit for unit in one.units if unit.code != "31154"), blocks=one.blocks[:-1]))
    ran = folder.json("receive")
    assert (ran.code, "form-unknown-unit" in ran.codes) == (1, True)


def test_a_form_issued_anew_supersedes_the_old_one_which_says_so_and_is_carried_over(folder: Folder) -> None:
    """design.md, Form identity: a renamed unit; "the new serial supersedes the old, which stays readable and says so"."""
    old = folder.form(UNIT)
    folder.rename(UNIT, "UBND phường Cái Khế (mới)")
    issued = folder.json("issue", now=IN_TIME)
    assert (issued.json["unchanged"], [name[:5] for name in issued.json["written"]]) == (6, ["31117"])
    assert issued.json["written"][0].endswith("_cap2.xlsx")
    assert [one.data["serial"] for one in folder.events("issued") if one.unit == UNIT] == [1, 2]
    folder.drop("31117.xlsx", old)
    ran = folder.json("receive", now="2018-12-10 10:00")
    assert (ran.code, "form-superseded" in ran.codes, ran.json["received"][0]["counts"]) == (1, True, False)
    message = next(one["message"] for one in ran.json["received"][0]["findings"] if one["code"] == "form-superseded")
    assert "số cấp 1" in message
    assert "số cấp 2" in message
    (fresh,) = folder.back("31117_*/*bieu_mau_sua.xlsx")
    checked = check_bytes(fresh.read_bytes(), "")
    assert checked.identity is not None
    assert (checked.identity.serial, checked.identity.unit_name) == ("2", "UBND phường Cái Khế (mới)")
    folder.drop("31117 sửa.xlsx", fresh.read_bytes())
    mended = folder.json("receive", now="2018-12-10 11:00")
    assert (mended.code, mended.json["received"][0]["counts"]) == (0, True), "sent as it went back, it is accepted"


def test_nothing_is_received_before_forms_are_issued(folder: Folder, tmp_path: Path) -> None:
    assert run("new", tmp_path / "mới", "--version", VERSION.id, now=OPENING, keys=folder.keys).code == 0
    ran = run("receive", tmp_path / "mới", "--json", now=OPENING, keys=folder.keys)
    assert (ran.code, ran.codes) == (1, ["issue-first"])


# ------------------------------------------------------------------------------------------------------------ what else lies there


def other_workbook() -> bytes:
    """A workbook of nobody we know."""
    sheet = Sheet("Sheet1")
    sheet.put(1, 1, "Danh sách thủ tục")
    return write_book(Book("Khác", [sheet]))


def test_what_is_not_ours_is_kept_answered_and_set_apart(folder: Folder) -> None:
    """design.md, Verdict: foreign: no readable identity of ours, or no readable workbook → `khong_nhan_ra`."""
    whole = folder.form(UNIT)
    files = {
        "khác.xlsx": (other_workbook(), "identity-missing"),
        "rỗng.xlsx": (b"", "file-empty"),
        "bảng.csv": ("STT;Điểm\n1;2\n".encode(), "file-legacy"),
        "chép dở.xlsx": (whole[: len(whole) // 2], "file-damaged"),
        "trang.xlsx": (b"<html><body>404</body></html>", "file-legacy"),
        "nén hỏng.zip": (zipped({"31117.xlsx": whole})[:-30], "file-damaged"),
    }
    for name, (data, _) in files.items():
        folder.drop(name, data)
    ran = folder.json("receive")
    assert ran.code == 1
    assert {row["file"]: (row["verdict"], row["findings"][0]["code"]) for row in ran.json["received"]} == {
        name: ("foreign", code) for name, (_, code) in files.items()
    }
    slips = folder.back("khong_nhan_ra/*")
    assert len(slips) == len(files)
    assert all("phieu_tra_lai" in path.name for path in slips)
    assert set(folder.back("*/*")) == set(slips)
    with folder.desk() as desk:
        for data, _ in files.values():
            assert desk.originals.get(sha256_of(data)) == data


def test_a_zip_of_returns_is_opened_evidence_and_all(folder: Folder) -> None:
    """domain.md §3.11: files come back zipped; design.md, Campaign folder: "folders and .zip too, with evidence"."""
    name = unicodedata.normalize("NFD", "hồ sơ/31120.xlsx")
    members = {
        "hồ sơ/31117.xlsx": folder.form(UNIT), name: folder.form("31120"), "hồ sơ/~$31117.xlsx": b"khoa", "hồ sơ/.DS_Store": b"x",
        "hồ sơ/kế hoạch.pdf": b"%PDF-1.4", "hồ sơ/": b"",
    }  # fmt: skip
    folder.drop("Gửi/tất cả.ZIP", zipped(members))
    ran = folder.json("receive")
    assert (ran.code, ran.json["documents"]) == (0, 1)
    assert {(row["file"], row["unit"]) for row in ran.json["received"]} == {
        ("Gửi/tất cả.ZIP/hồ sơ/31117.xlsx", "31117"), ("Gửi/tất cả.ZIP/hồ sơ/31120.xlsx", "31120"),
    }  # fmt: skip
    assert list((folder.path / ORIGINALS).glob("*/*.pdf"))
    again = folder.json("receive")
    assert (again.json["received"], again.json["known"], again.codes) == ([], 2, [])
    assert ran.codes == ["document-no-unit"], "two units' returns lie beside it"


def test_a_zip_whose_inside_is_damaged_or_locked_or_endless_stops_nothing(folder: Folder) -> None:
    whole = zipped({"31117.xlsx": folder.form(UNIT)})
    start = whole.index(b"31117.xlsx") + 200
    damaged = whole[:start] + bytes(200) + whole[start + 200 :]
    locked = bytearray(zipped({"31120.xlsx": b"abc"}))
    locked[6] |= 1
    locked[locked.index(b"PK\1\2") + 8] |= 1
    folder.drop("a hỏng.zip", damaged)
    folder.drop("b khóa.zip", bytes(locked))
    folder.drop("c.xlsx", folder.form("31120"))
    with mock.patch("processor.arrivals.ZIP_MEMBERS", 1):
        folder.drop("d nhiều.zip", zipped({"1.xlsx": b"1", "2.xlsx": b"2"}))
        ran = folder.json("receive")
    assert ran.code == 1
    verdicts = {row["file"]: row["verdict"] for row in ran.json["received"]}
    assert verdicts == {"a hỏng.zip": "foreign", "b khóa.zip": "foreign", "c.xlsx": "accepted", "d nhiều.zip": "foreign"}
    assert ran.codes == ["file-not-workbook", "file-encrypted", "file-too-large"]


def test_locks_leftovers_links_and_folders_are_passed_over_and_told(folder: Folder) -> None:
    """design.md, trap 12: `~$…xlsx` are Excel's lock files; what is no file is never opened."""
    skipped = ["~$31117.xlsx", ".~lock.31117.xlsx#", f"{LEFTOVER_PREFIX}0011", "31117.xlsx.crdownload", "tạm.tmp", "Thumbs.db"]
    for name in skipped:
        folder.drop(name, folder.form(UNIT))
    outside = folder.path.parent / "ngoài.xlsx"
    outside.write_bytes(folder.form(UNIT))
    (folder.path / INBOX / "link.xlsx").symlink_to(outside)
    (folder.path / INBOX / "cả thư mục").symlink_to(folder.path / FORMS)
    (folder.path / INBOX / "mất.xlsx").symlink_to(folder.path / "không có")
    folder.drop("31120.xlsx/31120.xlsx", folder.form("31120"))
    folder.drop("31120.xlsx/minh chứng.PDF", b"%PDF")
    ran = folder.json("receive")
    assert [row["file"] for row in ran.json["received"]] == ["31120.xlsx/31120.xlsx"]
    assert ran.json["documents"] == 1
    assert {one["file"] for one in ran.json["findings"]} == {*skipped, "link.xlsx", "cả thư mục", "mất.xlsx"}
    assert {one["code"] for one in ran.json["findings"]} == {"return-skipped"}
    assert ran.code == 0


def test_a_pipe_is_no_file_to_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ống.xlsx")
    assert skipped_file(tmp_path / "ống.xlsx") == "không phải tệp thường"


def test_a_file_we_may_not_read_is_told_and_the_others_are_received(folder: Folder) -> None:
    """Exit code 1 with the file named; a second run with the permission given receives it."""
    refused = folder.drop("31117.xlsx", folder.form(UNIT))
    folder.drop("31120.xlsx", folder.form("31120"))
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    with mock.patch.object(Path, "read_bytes", read):
        ran = folder.json("receive")
    assert (ran.code, [row["unit"] for row in ran.json["received"]]) == (1, ["31120"])
    assert [(one["code"], one["file"]) for one in ran.json["findings"]] == [("no-permission", "31117.xlsx")]
    assert [row["unit"] for row in folder.json("receive").json["received"]] == ["31117"]


def test_files_named_on_the_command_line_may_lie_anywhere_and_be_folders(folder: Folder, tmp_path: Path) -> None:
    usb = tmp_path / "USB"
    (usb / "phường").mkdir(parents=True)
    (usb / "phường" / "31117.xlsx").write_bytes(folder.form(UNIT))
    (tmp_path / "31120.xlsx").write_bytes(folder.form("31120"))
    ran = folder.json("receive", usb, tmp_path / "31120.xlsx")
    assert [row["file"] for row in ran.json["received"]] == ["phường/31117.xlsx", "31120.xlsx"]
    assert folder.run("receive", tmp_path / "không có.xlsx").code == 2


# ------------------------------------------------------------------------------------------------------------ what goes back


def test_a_returned_form_comes_back_fresh_with_its_answers_and_the_wrong_cells_marked(folder: Folder) -> None:
    """design.md, Verdict: "a fresh form of ours holding its answers with the wrong cells marked … ready to be mended and sent again"."""
    wrong, code, cell = spoilt()
    unexplained = leaf_of(UNIT, "yes_no")
    wrong = with_leaf(wrong, unexplained, explanation=None)
    data = folder.form(UNIT, wrong)
    folder.drop("31117.xlsx", data)
    ran = folder.json("receive")
    assert {(one["code"], one["cell"]) for one in ran.json["received"][0]["findings"]} >= {("numerator-over-denominator", cell)}
    slip, fresh = sorted(folder.back("31117_*/*"), key=lambda one: "phieu" not in one.name)
    book = openpyxl.load_workbook(fresh)
    place = layout_of(appendix_of(UNIT)).place_of[unexplained]
    marked = {one.coordinate for row in book[words.SCORING].iter_rows() for one in row if one.border.left.style == "medium"}
    assert marked == {cell, a1(place.row, at.EXPLANATION)}
    back = check_bytes(fresh.read_bytes(), "")
    assert back.answers == check_bytes(data, "").answers
    assert back.identity == folder.identities[UNIT]
    told = " ".join(str(one.value) for row in openpyxl.load_workbook(slip).worksheets[0].iter_rows() for one in row if one.value)
    assert f"ô {cell}, tiêu chí {code}" in told
    assert "1 lỗi" not in told
    assert "2 lỗi, 0 cảnh báo" in told


def test_replies_that_were_deleted_are_made_again_with_the_same_parts(folder: Folder) -> None:
    folder.drop("31117.xlsx", folder.form(UNIT, spoilt()[0]))
    folder.json("receive")
    before = {path.name: parts(path.read_bytes()) for path in folder.back("*/*")}
    assert len(before) == 2
    for path in folder.back("*/*"):
        path.unlink()
    folder.json("receive")
    assert {path.name: parts(path.read_bytes()) for path in folder.back("*/*")} == before


FORMULAS = ("=1+1", "+84 912 345 678", "-5 ngày", "@SUM(A1)", '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A1", "\t=1+1")


def test_texts_that_look_like_formulas_come_back_as_texts_everywhere(folder: Folder) -> None:
    """issue 2, Receiving; a text an officer typed must not become a formula in any book that another person opens."""
    answers = good(UNIT)
    codes = list(answers.leaves)[: len(FORMULAS)]
    for code, text in zip(codes, FORMULAS, strict=True):
        answers = with_leaf(answers, code, explanation=text)
    rows = list(answers.evidence)
    for turn, text in enumerate(FORMULAS):
        rows[turn] = (rows[turn][0], text, rows[turn][2], text, text, text, text)
    answers = replace(answers, evidence=tuple(rows), approval={**answers.approval, "preparer": "=Nguyễn", "contact": "@a"})
    bad = with_leaf(answers, spoilt()[1], inputs=(Decimal(10), Decimal(11)), mark=None)
    folder.drop("=31117 sai.xlsx", folder.form(UNIT, bad))
    folder.drop("+31117.xlsx", folder.form(UNIT, answers))
    folder.drop("=cmd().xlsx", b"x")
    folder.json("receive")
    folder.json("decide", UNIT, "record", "--reason", "=1+1", now=APPRAISING)
    assert folder.json("appraise", now=APPRAISING).code == 0

    (fresh,) = folder.back("31117_*/*bieu_mau_sua.xlsx")
    assert check_bytes(fresh.read_bytes(), "").answers == check_bytes(folder.form(UNIT, bad), "").answers
    ours = {"=1+1", *FORMULAS, "=Nguyễn", "@a", "=cmd().xlsx", "=31117 sai.xlsx", "+31117.xlsx"}
    seen: set[str] = set()
    books = [*folder.back("*/*.xlsx"), *(folder.path / "05_tham_dinh").glob("*.xlsx"), folder.path / "so_theo_doi.xlsx"]
    assert len(books) == 6
    for path in books:
        data = path.read_bytes()
        for sheet in read_workbook(data).sheets.values():
            for cell in sheet.cells.values():
                assert cell.formula is None or f"={cell.formula}" not in ours
                seen |= ours & {str(cell.value)} if cell.formula is None else set()
        for name, part in parts(data).items():
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(rb"<f[^>]*>(1\+1|SUM\(A1|HYPERLINK\((&quot;|\")http|cmd|Nguy|[@+])", part), (path.name, name)
            assert b"externalLink" not in part
    assert seen >= ours - {"\t=1+1"}, ours - seen


def test_a_formula_typed_into_an_input_comes_back_as_text_and_is_an_error(folder: Folder) -> None:
    """design.md, Return: "Text or a formula in a numeric input … is an error"."""
    row = layout_of(appendix_of(UNIT)).place_of[leaf_of(UNIT, "count")].row
    cell = a1(row, at.INPUT)
    book = openpyxl.load_workbook(io.BytesIO(folder.form(UNIT)))
    book[words.SCORING][cell] = "=1+1"
    out = io.BytesIO()
    book.save(out)
    folder.drop("31117.xlsx", out.getvalue())
    ran = folder.json("receive")
    assert ran.codes == ["input-formula"]
    (fresh,) = folder.back("31117_*/*bieu_mau_sua.xlsx")
    back = read_workbook(fresh.read_bytes()).sheets[words.SCORING].cells[row, at.INPUT]
    assert (back.formula, back.value) == (None, "=1+1")
    assert check_bytes(fresh.read_bytes(), "").verdict is Verdict.RETURNED
