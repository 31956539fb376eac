"""Filled books looked at apart, several at once: the same comes of it, a bad one costs itself only, and nothing is read without need.

Requirements: issue 5, "Limits and isolation", "Speed and scale"; issue 2: "the same file twice changes nothing".
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from processor import filled_books, isolation, kept, taking
from processor.appraisal_books import template_of
from processor.desk import APPRAISAL
from processor.isolation import apart_side_by_side
from processor.untouched import expected_book
from tests.folders import CENTRAL, Folder, repacked
from tests.test_appraisal import BOOK, COMMUNE, LEAF, PLACE, appraise, leaf_after, write
from tests.test_isolation import is_running, task
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import Filled
from workbook_templates.cells import Cell

OTHERS = ["tham_dinh_917.xlsx", "tham_dinh_thanh_pho.xlsx"]
LOOK = filled_books._look
AFTER = (COMMUNE, leaf_after(LEAF))


@pytest.fixture(params=["one helper", "several"])
def helpers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books are looked at one after another, or side by side."""
    monkeypatch.setattr(taking, "WORTH_HELPERS", 0 if request.param == "several" else 1 << 40)
    return str(request.param)


def look_or_die(bench: Any, data: bytes) -> Any:
    """What is seen in a book, but for one that kills its reader."""
    if data.endswith(b"dangerous"):
        os._exit(9)
    return LOOK(bench, data)


def told(folder: Folder) -> list[tuple[str, Mapping[str, Any]]]:
    """What was taken in, as the ledger has it."""
    return [(one.kind, one.data) for one in folder.events() if one.kind == "appraised"]


def test_the_same_is_told_in_the_same_order_however_many_look(received: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    appraise(received)
    received.fill_books({PLACE: Filled(Fraction(0), "")})
    write(received, {AFTER: Filled(Fraction(0), "")}, "a bản khác.xlsx")
    (received.path / APPRAISAL / "hỏng.xlsx").write_bytes(b"PK")
    other = received.copy(tmp_path / "other")
    monkeypatch.setattr(taking, "WORTH_HELPERS", 1 << 40)
    alone = appraise(received)
    monkeypatch.setattr(taking, "WORTH_HELPERS", 0)
    together = appraise(other)
    assert alone.out == together.out
    assert told(received) == told(other)
    assert len(told(other)) == 3
    assert {"file-damaged", "appraisal-conflict"} <= set(alone.codes)


def test_a_book_that_kills_its_reader_costs_only_itself(received: Folder, helpers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    appraise(received)
    received.fill_books()
    bad = received.path / APPRAISAL / "0 chết.xlsx"
    bad.write_bytes((received.path / APPRAISAL / BOOK).read_bytes() + b"dangerous")
    monkeypatch.setattr(filled_books, "_look", look_or_die)
    ran = appraise(received)
    assert [(one["file"], one["code"]) for one in ran.json["findings"] if one["severity"] == "error"] == [
        (bad.name, "return-reader-failed")
    ], helpers
    assert sorted(file for _, data in told(received) for file, _ in data["files"]) == [BOOK, *OTHERS]


def test_what_was_taken_is_not_read_again_until_a_copy_of_its_book_is_another(received: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """And then both copies count, the one that is still the same too."""
    appraise(received)
    write(received, {PLACE: Filled(Fraction(0), "")})
    write(received, {PLACE: Filled(None, "Không có")}, "bản của phòng Nội vụ.xlsx")
    appraise(received)
    looked: list[list[str]] = []
    look = taking._look

    def watched(desk: Any, files: Any, *rest: Any) -> None:
        looked.append([one.name for one in files])
        look(desk, files, *rest)

    monkeypatch.setattr(taking, "_look", watched)
    assert appraise(received).json["taken"] == 0
    assert looked == [OTHERS, []], "a blank one that nobody has filled is looked at, what was taken is not"
    looked.clear()
    write(received, {AFTER: Filled(Fraction(0), "")}, "bản của phòng Nội vụ.xlsx")
    assert appraise(received).json["taken"] == 2
    assert looked == [["bản của phòng Nội vụ.xlsx", *OTHERS], [BOOK]]
    (book,) = {data["book"] for _, data in told(received)}
    with received.desk() as desk:
        assert set(desk.record().placed(book)) == {PLACE, AFTER}


def test_a_book_whose_properties_say_otherwise_is_not_believed(appraised: Folder) -> None:
    """Its hidden sheet and its properties bear one identity: where they differ somebody has been at it."""
    write(appraised, {PLACE: Filled(Fraction(0), "")})
    path = appraised.path / APPRAISAL / BOOK
    path.write_bytes(repacked(path.read_bytes(), lambda name, part: part.replace(b"dot-2018", b"dot-2017") if "custom" in name else part))
    before = told(appraised)
    ran = appraise(appraised, CENTRAL)
    assert "identity-altered" in ran.codes
    assert (ran.json["taken"], told(appraised)) == (0, before)


def test_items_are_drawn_a_little_ahead_and_no_helper_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    drawn: list[str] = []

    def items() -> Any:
        for item in ("a", "crash", "b", "c", "d", "e", "f"):
            drawn.append(item)
            yield item

    done = apart_side_by_side(task(tmp_path), items())
    first = next(done)
    assert first[0] == "a"
    assert len(drawn) == 3, "two under way and one more: books are large"
    rest = list(done)
    assert [item for item, _ in rest] == ["crash", "b", "c", "d", "e", "f"]
    assert rest[0][1] == "lost crash"
    pids = {int(result.split()[1]) for _, result in [first, *rest[1:]]}
    assert not any(is_running(pid) for pid in pids), "they hold much memory"


def test_a_helper_that_is_stopped_in_the_middle_leaves_none_either(tmp_path: Path) -> None:
    done = apart_side_by_side(task(tmp_path), (str(turn) for turn in range(50)))
    pid = int(next(done)[1].split()[1])
    done.close()  # type: ignore[attr-defined]  # it is a generator
    assert not is_running(pid)
    assert len(isolation._all) < 50


def test_a_ledger_in_another_process_reads_the_same(received: Folder) -> None:
    with received.desk() as desk:
        there = pickle.loads(pickle.dumps(desk.elsewhere()))
        assert there.key is None, "no secret leaves"
        assert there.ledger.events("received", since=3) == desk.ledger.events("received", since=3)
        assert there.ledger.newest() == desk.ledger.newest() > 3
        assert there.ledger.last() == desk.ledger.last()
        assert there.record().returns == desk.record().returns


def test_cells_of_tables_are_expected_like_any_others(appraised: Folder) -> None:
    """They are made only where asked for; the sum of them is what it was."""
    with appraised.desk() as desk:
        for made in desk.record().books_now():
            template = template_of(desk, made)
            inputs, ignored = template.input_cells(), {at.META: template.book.sheet(at.META).cells.keys()}
            expected = expected_book(template.book, inputs, ignored)
            for sheet in template.book.sheets:
                free = {*inputs.get(sheet.name, ()), *ignored.get(sheet.name, ())}
                cells = {place: one for place, one in sheet.all_cells() if place not in free and is_there(one)}
                locked = expected.locked[sheet.name]
                assert dict(locked) == cells
                assert len(locked) == len(cells)
                assert not any(place in locked for place in free)


def is_there(cell: Cell) -> bool:
    """Whether more was issued than a look."""
    return bool(cell.formula) or not (cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()))


def test_only_some_returns_are_held_unpacked(received: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with received.desk() as desk:
        units = {one.code: sha256 for one in desk.campaign.units for sha256 in kept.counting_returns(desk, one.code).values()}
        all_held = {code: kept.kept_return(desk, sha256, code) for code, sha256 in units.items()}
        kept.forget()
        monkeypatch.setattr(kept, "OPEN", 1)
        kept.read_all_kept(desk)
        for _ in range(2):
            assert {code: kept.kept_return(desk, sha256, code) for code, sha256 in units.items()} == all_held
            assert len(kept._open) == 1
