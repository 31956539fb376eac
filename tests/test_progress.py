"""What the council sees while it works: who has sent what, how far every appraiser is, days left, whom to remind.

Issue 4, "What the council sees while it works".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest import mock

import pytest
from openxml_audit import OpenXmlValidator

from processor.clock import ZONE
from processor.files import FileBusy
from processor.progress import PROGRESS_FILE, days_left, progress_of
from processor.tracking import COUNTS, MENDING, NOTHING
from rubric_versions.answers import Answers
from tests.engines import Engine, differences
from tests.folders import APPRAISING, CENTRAL, Folder, good, with_leaf
from workbook_templates.book import write_book
from workbook_templates.progress_book import FIRST, REMIND, UNITS, ProgressData, progress_book

UNIT = "31117"
CLOSES = datetime(2018, 12, 16, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(days=5, hours=3), "còn 5 ngày"),
        (timedelta(days=1), "còn 1 ngày"),
        (timedelta(hours=23, minutes=1), "còn 24 giờ"),
        (timedelta(minutes=1), "còn 1 giờ"),
        (timedelta(), "vừa hết hạn"),
        (timedelta(hours=-23), "vừa hết hạn"),
        (timedelta(days=-2, hours=-1), "đã hết hạn 2 ngày"),
    ],
)
def test_days_left_in_words(before: timedelta, words: str) -> None:
    assert days_left(CLOSES - before, CLOSES) == words


def spoilt(unit: str) -> Answers:
    return with_leaf(good(unit), next(iter(good(unit).leaves)), explanation=None)


def test_status_tells_states_files_appraisers_and_whom_to_remind(folder: Folder) -> None:
    folder.drop_all("SNV", "STP")
    folder.drop("916/form.xlsx", folder.form("916"))
    folder.drop("916/1-1-1.pdf", b"%PDF-1.4")
    folder.drop("917.xlsx", folder.form("917", spoilt("917")))
    folder.run("receive")
    folder.run("appraise", now=APPRAISING)
    ran = folder.json("status", now=APPRAISING)
    assert ran.code == 0
    units = {one["unit"]: one for one in ran.json["units"]}
    assert [units[code]["state"] for code in ("SNV", "917", UNIT)] == [COUNTS, MENDING, NOTHING]
    assert units["916"]["files"] == len(good("916").evidence)
    assert units["916"]["files_missing"] == units["916"]["files"] - 1
    assert (units["SNV"]["files"], units["916"]["report"]) == (None, "○ chưa có")
    owed = {one["unit"] or one["name"]: one["what"] for one in ran.json["reminders"]}
    assert owed["917"] == "Hồ sơ đã trả lại, còn 1 lỗi phải sửa"
    assert owed[UNIT] == "Chưa gửi hồ sơ lần 1"
    assert "tệp tài liệu kiểm chứng" in owed["916"]
    assert "SNV" not in owed
    assert ran.json["closes"].startswith("2018-12-16T00:00")
    (book,) = ran.json["appraisers"]
    assert book["done"] == 0
    assert book["rows"] > 100
    assert any("chưa chấm" in what for what in owed.values())
    shown = folder.run("status", now=APPRAISING).out
    assert "đã hết hạn 4 ngày" in shown
    folder.fill_books()
    folder.run("appraise", now=CENTRAL)
    ran = folder.json("status", now=CENTRAL)
    assert [one["rows"] - one["done"] for one in ran.json["appraisers"]] == [0]


def test_the_workbook_counts_by_formula_and_is_sound(received: Folder) -> None:
    received.run("appraise", now=APPRAISING)
    received.run("status", now=APPRAISING)
    path = received.path / PROGRESS_FILE
    assert OpenXmlValidator().validate(path).is_valid
    with received.desk(now=APPRAISING) as desk:
        done = progress_of(desk)
        blocks = tuple((block.code, block.name) for block in desk.campaign.blocks)
    when = done.now.replace(tzinfo=None)
    data = ProgressData("Đợt", "UBND", when, (("Lần", "1"),), (COUNTS, NOTHING), blocks, done.units, done.appraisers, done.reminders)
    book = progress_book(data)
    assert differences(book, Engine(write_book(book)).evaluate({})) == []
    assert [book.sheet(UNITS).cells[FIRST + turn, 2].value for turn in range(7)] == [one.code for one in done.units]
    nobody = progress_book(ProgressData("Đợt", "UBND", when, (), (COUNTS,), blocks, done.units, (), ()))
    assert nobody.sheet(REMIND).cells[FIRST, 1].value == "Không còn ai phải đôn đốc."


def test_a_progress_book_open_in_excel_is_told_and_stops_nothing(folder: Folder) -> None:
    def refuse(path: object, data: bytes) -> None:
        raise FileBusy(folder.path / PROGRESS_FILE)

    with mock.patch("processor.progress.write_atomic", refuse):
        ran = folder.json("status")
    assert (ran.code, ran.codes) == (0, ["file-busy"])
