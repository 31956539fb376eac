"""Specialist offices and stages: who appraises what, books in any order, twice, partly filled; what a later stage does with them.

Issue 4, Stages and Specialist offices; domain.md §2 ("A score passes stages") and §3.7; Cần Thơ 2018, Điều 7.2.d, 8.3.g; Sóc Trăng 2023.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from unittest import mock

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from processor import appraisal
from processor.appraisal_books import made_again, template_of
from processor.desk import APPRAISAL
from processor.record import BookMade
from processor.scores import unit_line
from tests import rounds
from tests.engines import Engine, differences
from tests.folders import Folder
from tests.office import Entry, Office
from tests.rounds import COUNCIL, FIRST, FIRST_CLOSED, RESULTS_DAY, SPECIALIST, UNITS, Rounds
from tests.test_kill import doings, killed_at
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import a1, write_book
from workbook_templates.layout import layout_of
from workbook_templates.offices import Assigned

Place = tuple[str, str]


@pytest.fixture(scope="module")
def received_rounds(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """Round 1 sent in, first-stage books made and blank; to be copied, not used."""
    made = rounds.make(tmp_path_factory.mktemp("offices"))
    for unit in UNITS:
        made.drop(f"{unit}.xlsx", made.form_of(unit, 1))
    assert made.run("receive", now=FIRST).code == 0
    assert made.run("appraise", now=FIRST_CLOSED).code == 0
    return made


@pytest.fixture
def folder(received_rounds: Rounds, tmp_path: Path) -> Rounds:
    return rounds.copy(received_rounds, tmp_path)


def places(book: BookMade) -> set[Place]:
    """Every place of a book."""
    return {(unit, code) for (unit, _), codes in book.rows.items() for code in codes}


def office_book(folder: Rounds, office: str) -> BookMade:
    """The book of an office."""
    (book,) = folder.books(SPECIALIST, office)
    return book


def own(folder: Rounds, book: BookMade, place: Place) -> Fraction:
    """The unit's own points of a place, a number."""
    with folder.desk() as desk:
        points = template_of(desk, book).rows[place].points
    assert isinstance(points, Fraction)
    return points


def numbered(folder: Rounds, book: BookMade, count: int = 1) -> list[Place]:
    """Places of a book that the unit scored with a number above 0."""
    with folder.desk() as desk:
        rows = template_of(desk, book).rows
    return [place for place, line in rows.items() if isinstance(line.points, Fraction) and line.points > 0][:count]


def codes(folder: Rounds, now: str = FIRST_CLOSED) -> list[str]:
    """The codes told by `appraise`, notes of blank places left out."""
    return [code for code in folder.json("appraise", now=now).codes if code != "appraisal-hole"]


# ------------------------------------------------------------------------------------------------------------ who appraises what


def test_every_office_has_its_criteria_and_no_office_appraises_itself(folder: Rounds) -> None:
    """Issue 4: "`cchc appraise DIR` writes one book per office holding only its criteria"; "no office appraises itself"."""
    campaign = folder.campaign_now()
    seen: dict[Place, str] = {}
    for book in folder.books(SPECIALIST):
        assert not places(book) & seen.keys(), "every place in one book"
        seen |= dict.fromkeys(places(book), book.charge.office)
    for unit in campaign.units:
        appendix = folder.version.appendix_for(unit.tier)
        for leaf in appendix.leaves:
            if leaf.is_appraised:
                office = campaign.assigned[appendix.number, leaf.code].office if (appendix.number, leaf.code) in campaign.assigned else ""
                itself = {"TC": "STC", "CNTT": "STTTT"}.get(office) == unit.code
                assert seen[unit.code, leaf.code] == ("" if itself else office)
            else:
                assert (unit.code, leaf.code) not in seen
    assert "STC" not in {unit for unit, _ in places(office_book(folder, "TC"))}
    assert sorted(path.name for path in (folder.path / APPRAISAL).glob("*.xlsx")) == [
        "tham_dinh_cq_CNTT.xlsx", "tham_dinh_cq_TC.xlsx", "tham_dinh_cq_TP.xlsx", "tham_dinh_thanh_pho.xlsx",
    ]  # fmt: skip


def test_a_person_named_in_the_campaign_stands_in_the_book(folder: Rounds) -> None:
    texts = {
        str(cell.value)
        for path in (folder.path / APPRAISAL).glob("*.xlsx")
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
    }
    assert {"Người thẩm định", "Nguyễn Thị Minh Họa"} <= texts


def test_criteria_given_to_another_office_move_as_long_as_nobody_has_worked_on_them(folder: Rounds) -> None:
    moved = next(place for place in numbered(folder, office_book(folder, "TP"), 1000) if place[0] == "CT")
    appendix = folder.version.appendix_for(folder.unit(moved[0]).tier).number
    campaign = folder.campaign_now()
    folder.write_campaign(replace(campaign, assigned={**campaign.assigned, (appendix, moved[1]): Assigned("TC")}))
    assert sorted(folder.json("appraise", now=FIRST_CLOSED).json["written"]) == ["tham_dinh_cq_TC.xlsx", "tham_dinh_cq_TP.xlsx"]
    assert moved in places(office_book(folder, "TC"))
    assert moved not in places(office_book(folder, "TP"))
    folder.fill(office_book(folder, "TC"))
    folder.write_campaign(campaign)
    assert "tham_dinh_cq_TC.xlsx" not in folder.json("appraise", now=FIRST_CLOSED).json["written"]
    assert moved in places(office_book(folder, "TC")), "what somebody has scored stays where it is"
    assert moved not in places(office_book(folder, "TP"))


def test_books_too_long_are_split_and_that_is_said(received_rounds: Rounds, tmp_path: Path) -> None:
    """Issue 4: "within Excel's limits at 12,000 units (split, and said so)"; a unit is never torn apart."""
    folder = rounds.copy(received_rounds, tmp_path)
    for path in (folder.path / APPRAISAL).iterdir():
        path.unlink()
    with folder.desk() as desk:
        books = desk.record().books_now()
    longest = max(len(codes) for book in books for codes in book.rows.values())
    fresh = rounds.make(tmp_path / "mới")
    for unit in UNITS:
        fresh.drop(f"{unit}.xlsx", fresh.form_of(unit, 1))
    fresh.run("receive", now=FIRST)
    with mock.patch.object(appraisal, "BOOK_ROWS", longest):
        ran = fresh.json("appraise", now=FIRST_CLOSED)
    assert "appraisal-split" in ran.codes
    assert [name for name in ran.json["written"] if "_phan_" in name]
    mine = [places(book) for book in fresh.books(SPECIALIST)]
    assert all(len(one) <= longest for one in mine)
    assert not any(one & other for one, other in combinations(mine, 2))
    assert set().union(*mine) == {place for book in books for place in places(book)}


def test_units_of_a_small_tier_stand_side_by_side_in_an_offices_book(folder: Rounds) -> None:
    """Issue 4: "criteria down, units across for small tiers": every figure a live reference, right with entries and without."""
    book = office_book(folder, "TP")
    with folder.desk() as desk:
        blank = template_of(desk, book)
        place = next(one for one, line in blank.rows.items() if isinstance(line.points, Fraction) and one[0] == "STC")
        filled = made_again(desk, book, {place: Filled(Fraction("0.25"), "Thiếu")})
    side_by_side = [sheet.name for sheet in blank.book.sheets if sheet.name.startswith("Đối chiếu")]
    assert len(side_by_side) == 1, "only sở ngành are two here"
    engine = Engine(write_book(blank.book))
    assert differences(blank.book, engine.evaluate({})) == []
    sheet, row = blank.places[place]
    score, reason = (blank.plan.columns[name] for name in ("score", "reason"))
    assert differences(filled.book, engine.evaluate({(sheet, row, score): 0.25, (sheet, row, reason): "Thiếu"})) == []  # type: ignore[dict-item]  # the engine's own number
    shown = {cell.value for cell in filled.book.sheet(side_by_side[0]).cells.values()}
    assert {Fraction("0.25"), "Sở Tài chính", "Sở Thông tin và Truyền thông"} <= shown


# ------------------------------------------------------------------------------------------------------------ taking in


def test_copies_of_a_book_fill_one_another_and_what_they_dispute_is_told_by_cell(folder: Rounds) -> None:
    """Issue 4: "Books come back in any order, twice, partly filled; … conflicts … by cell; nothing is overwritten silently"."""
    book = office_book(folder, "TP")
    first, second = numbered(folder, book, 2)
    folder.fill(book, {first: Filled(Fraction("0.25"), "Thiếu")}, agree=False)
    folder.fill(book, {first: Filled(Fraction("0.5"), "Đủ hơn"), second: Filled(Fraction("0.25"), "Thiếu")}, file="bản 2.xlsx", agree=False)
    ran = folder.json("appraise", now=FIRST_CLOSED)
    (told,) = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert (ran.code, told["code"], told["criterion"], told["sheet"][:9]) == (1, "appraisal-conflict", first[1], "Thẩm định")
    assert told["cell"]
    assert folder.line(*first)[1] == (1, SPECIALIST, None), "neither is believed where none stood before"
    assert folder.line(*second)[1] == (1, SPECIALIST, Fraction("0.25")), "what nobody disputes is taken"
    (folder.path / APPRAISAL / "bản 2.xlsx").unlink()
    again = folder.json("appraise", now=FIRST_CLOSED)
    assert "appraisal-removed" in again.codes, "a score that is gone is told"
    assert folder.line(*first)[1] == (1, SPECIALIST, Fraction("0.25"))


def test_a_book_since_replaced_counts_when_somebody_filled_it_all_the_same(folder: Rounds) -> None:
    """A copy that went out by mail before a unit came late: its rows rest on the same returns, so they count."""
    old = office_book(folder, "TP")
    path = folder.fill(old, file="qua thư.xlsx")
    mailed = path.read_bytes()
    path.unlink()
    campaign = folder.campaign_now()
    (moved,) = numbered(folder, office_book(folder, "TC"))
    appendix = folder.version.appendix_for(folder.unit(moved[0]).tier).number
    folder.write_campaign(replace(campaign, assigned={**campaign.assigned, (appendix, moved[1]): Assigned("TP")}))
    assert "tham_dinh_cq_TP.xlsx" in folder.json("appraise", now=FIRST_CLOSED).json["written"]
    now = office_book(folder, "TP")
    assert now.book != old.book
    path.write_bytes(mailed)
    assert "appraisal-foreign" not in codes(folder)
    (place, *_) = numbered(folder, old, 2)
    assert folder.line(*place)[1][2] == own(folder, old, place)
    folder.fill(now, {place: Filled(Fraction(0), "Không có")}, agree=False)
    ran = folder.json("appraise", now=FIRST_CLOSED)
    assert "appraisal-conflict" in ran.codes
    assert folder.line(*place)[1][2] == own(folder, old, place), "what stood before stands"
    assert folder.json("verify", now=FIRST_CLOSED).json["holds"] is True


def test_a_claim_of_not_assessed_is_decided_with_a_reason(folder: Rounds) -> None:
    """Issue 4: 'A unit's own "không đánh giá" is granted or refused by the council, with a reason' (Cần Thơ 2018, Điều 7.2.d)."""
    claims = []
    for book in folder.books(SPECIALIST):
        with folder.desk() as desk:
            claims += [(book, place) for place, line in template_of(desk, book).rows.items() if line.points == at.SKIP]
    (book, granted), *_ = claims
    refused = next((place for one, place in claims if one is book and place != granted), None)
    entries = {granted: Filled(at.SKIP, "")} | ({refused: Filled(Fraction(0), "Có phát sinh theo báo cáo")} if refused else {})
    folder.fill(book, entries, agree=False)
    ran = folder.json("appraise", now=FIRST_CLOSED)
    assert [one["criterion"] for one in ran.json["findings"] if one["code"] == "appraisal-skip-no-reason"] == [granted[1]]
    with folder.desk() as desk:
        blank = template_of(desk, book)
        sheet, row = blank.places[granted]
        status = blank.book.sheet(sheet).at(row, blank.plan.columns["status"])
        assert status is not None
        assert status.value == at.NOT_YET
    folder.fill(book, {**entries, granted: Filled(at.SKIP, "Đúng là không phát sinh")}, agree=False)
    assert "appraisal-skip-no-reason" not in codes(folder)
    assert folder.line(*granted)[1][2] == at.SKIP


# ------------------------------------------------------------------------------------------------------------ the next stage


def test_a_later_stage_waits_for_the_one_before_and_shows_it(folder: Rounds) -> None:
    """Issue 4: "each stage has its book with the earlier ones beside it, differences shown, a reason asked for where they differ"."""
    ran = folder.json("appraise", now=FIRST_CLOSED)
    (waiting,) = [one for one in ran.json["findings"] if one["code"] == "appraisal-waiting"]
    assert "5 đơn vị" in waiting["message"]
    book = office_book(folder, "TP")
    (place,) = numbered(folder, book)
    lowered = own(folder, book, place) / 2
    folder.fill_stage(SPECIALIST, {place: Filled(lowered, "Thiếu căn cứ")})
    assert "tham_dinh_thanh_pho_tham_dinh.xlsx" in folder.json("appraise", now=FIRST_CLOSED).json["written"]
    (later,) = folder.books(COUNCIL)
    folder.fill(later, {place: Filled(own(folder, book, place), "")}, agree=False)
    (told,) = [one for one in folder.json("appraise", now=FIRST_CLOSED).json["findings"] if one["code"] == "appraisal-no-reason"]
    assert told["criterion"] == place[1]
    assert "điểm sở chuyên ngành" in told["message"]
    folder.fill(later, {place: Filled(own(folder, book, place), "Có bổ sung")}, agree=False)
    assert codes(folder) == []
    assert folder.line(*place)[1:] == [(1, SPECIALIST, lowered), (1, COUNCIL, own(folder, book, place))], "each is kept"


def test_one_mark_agrees_to_all_that_is_left_of_a_unit_and_a_blank_alone_never_does(folder: Rounds) -> None:
    """A later stage's blank means "not yet"; agreeing is one act that somebody does."""
    folder.fill_stage(SPECIALIST)
    folder.run("appraise", now=FIRST_CLOSED)
    (later,) = folder.books(COUNCIL)
    (place,) = [one for one in numbered(folder, later, 1000) if one[0] == "CT"][:1]
    path = folder.fill(later, {place: Filled(Fraction(0), "Không đạt")}, agree=False)
    left = folder.json("appraise", now=FIRST_CLOSED).json["left"]
    appraised = {unit: sum(leaf.is_appraised for leaf in rounds.appendix_of(unit).leaves) for unit in UNITS}
    assert left == {**appraised, "CT": appraised["CT"] - 1}
    with folder.desk() as desk:
        row = template_of(desk, later).agrees["CT"]
    for mark, wanted in (("có", appraised["CT"] - 1), ("X", None)):
        book = openpyxl.load_workbook(path)
        book[at.OVERVIEW].cell(row, at.OVERVIEW_AGREE).value = mark
        book.save(path)
        ran = folder.json("appraise", now=FIRST_CLOSED)
        assert ("appraisal-agree" in ran.codes) == (mark == "có")
        assert ran.json["left"].get("CT") == wanted
    assert folder.line(*place)[2][2] == 0, "what was entered stays"


def test_formulas_of_a_later_book_state_what_an_engine_calculates(folder: Rounds) -> None:
    folder.fill_stage(SPECIALIST)
    folder.run("appraise", now=FIRST_CLOSED)
    (later,) = folder.books(COUNCIL)
    with folder.desk() as desk:
        made = template_of(desk, later)
    engine = Engine(write_book(made.book))
    assert differences(made.book, engine.evaluate({})) == []
    shown = engine.evaluate({(at.OVERVIEW, made.agrees["CT"], at.OVERVIEW_AGREE): "x"})
    overview = made.book.sheet(at.OVERVIEW)
    row = made.agrees["CT"]
    assert shown[at.OVERVIEW, row, 5] == 0, "nothing is left"
    assert overview.cells[row, 5].value == overview.cells[row, 3].value


# ------------------------------------------------------------------------------------------------------------ any order

Told = Mapping[Place, str]


def reference(files: Mapping[str, list[tuple[str, Told]]], steps: list[list[str]]) -> dict[Place, str]:
    """What must stand after files came in those steps, worked out slowly: the latest single opinion of the copies that lie there.

    `files` has by book its copies (name, what is in it). A place that copies dispute keeps what stood before the dispute.
    """
    stood: dict[Place, str] = {}
    here: set[str] = set()
    for step in steps:
        here |= set(step)
        after: dict[Place, str] = {}
        for copies in files.values():
            opinions: dict[Place, set[str]] = {}
            for name, told in copies:
                if name in here:
                    for place, score in told.items():
                        opinions.setdefault(place, set()).add(score)
            for place, scores in opinions.items():
                if len(scores) == 1:
                    after[place] = next(iter(scores))
                elif place in stood:
                    after[place] = stood[place]
        stood = after
    return stood


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6))
def test_books_may_come_in_any_order_twice_and_partly_filled(
    received_rounds: Rounds, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Issue 4, Tests: "property tests … against an independent slow reference written in the tests"."""
    rng = random.Random(seed)
    folder = rounds.copy(received_rounds, tmp_path_factory.mktemp("thứ tự"))
    files: dict[str, list[tuple[str, Told]]] = {}
    data: dict[str, bytes] = {}
    for book in folder.books(SPECIALIST):
        some = numbered(folder, book, 6)
        for turn in range(rng.randint(1, 3)):
            name = f"{book.charge.office or 'hd'} bản {turn}.xlsx"
            told = {place: rng.choice(("0", "0.25")) for place in some if rng.random() < 0.5}
            path = folder.fill(book, {place: Filled(Fraction(one), "Lý do") for place, one in told.items()}, file=name, agree=False)
            data[name] = path.read_bytes()
            path.unlink()
            files.setdefault(book.book, []).append((name, told))
    names = list(data)
    rng.shuffle(names)
    cut = rng.randint(0, len(names))
    steps = [names[:cut], names[cut:], names[:1]]
    for step in steps:
        for name in step:
            (folder.path / APPRAISAL / name).write_bytes(data[name])
        folder.run("appraise", now=FIRST_CLOSED)
    with folder.desk() as desk:
        lines = {unit: unit_line(desk, unit) for unit in UNITS}
    found = {
        (unit, code): at.score_text(stands.given.value)
        for unit, line in lines.items() if line
        for code, one in line.leaves.items()
        if (stands := one.at(1, SPECIALIST)) is not None and stands.given.is_given
    }  # fmt: skip
    assert found == reference(files, steps)
    shutil.rmtree(folder.path.parent)


# ------------------------------------------------------------------------------------------------------------ whole days, kills


def test_two_rounds_with_books_filled_in_libreoffice(office: Office, second_issued_once: Rounds, tmp_path: Path) -> None:
    """Issue 4: "every book through LibreOffice (filled, calculated, saved) and back"; the form of round 2 too."""
    folder = rounds.copy(second_issued_once, tmp_path)
    unit, code = rounds.CONTESTED
    place = layout_of(rounds.appendix_of(unit)).place_of[code]
    form = folder.issued(unit)
    document = office.open(form)
    entries: list[tuple[str, str, Entry]] = [("Tự chấm điểm", a1(place.row, 7), "Bổ sung kế hoạch số 15/KH-CT")]
    layout = layout_of(rounds.appendix_of(unit))
    approval = rounds.answers_of(unit).approval
    entries += [
        ("Phê duyệt", a1(row, 2), float(raw) if key in ("meeting", "date") else str(raw))  # days are numbers
        for key, row in layout.approval_rows.items()
        if (raw := approval.get(key)) is not None
    ]
    office.set(document, entries)
    office.calculate(document)
    office.save(document, folder.path / "02_tiep_nhan" / "CT.xlsx")
    office.close(document)
    received = folder.json("receive", now=rounds.SECOND)
    (row,) = received.json["received"]
    assert (row["verdict"], [one["code"] for one in row["findings"]]) == ("accepted", []), row
    for stage in (SPECIALIST, COUNCIL):
        assert folder.run("appraise", now=rounds.SECOND_CLOSED).code == 0
        for book in folder.books(stage):
            if stage == SPECIALIST and rounds.CONTESTED not in places(book):
                continue
            with folder.desk() as desk:
                made = template_of(desk, book)
            document = office.open(folder.path / APPRAISAL / book.file)
            if stage == COUNCIL:
                office.set(document, [(at.OVERVIEW, a1(made.agrees[unit], at.OVERVIEW_AGREE), "x")])
            else:
                sheet, where = made.places[rounds.CONTESTED]
                score, reason = made.plan.columns["score"], made.plan.columns["reason"]
                office.set(document, [(sheet, a1(where, score), 1.0), (sheet, a1(where, reason), "Đã bổ sung một phần")])
            office.calculate(document)
            left = office.get(document, at.OVERVIEW, f"E{at.OVERVIEW_FIRST}")[0][0]["v"]
            assert left == 0, "the book itself says that nothing is left"
            office.save(document, folder.path / APPRAISAL / book.file)
            office.close(document)
    done = folder.json("appraise", now=rounds.SECOND_CLOSED)
    assert (done.code, done.json["left"]) == (0, {}), done.out
    assert folder.line(unit, code)[-2:] == [(2, SPECIALIST, Fraction(1)), (2, COUNCIL, Fraction(1))]
    folder.fill_central_of()
    assert folder.json("rank", now=RESULTS_DAY).code == 0
    assert folder.json("verify", now=RESULTS_DAY).json["holds"] is True


@pytest.mark.parametrize("command", ["issue", "appraise"])
def test_a_round_killed_anywhere_and_run_again_ends_the_same(
    command: str, first_round_once: Rounds, received_rounds: Rounds, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Issue 4: "kill at each step and run again"."""
    base = first_round_once if command == "issue" else received_rounds
    more = ("--round", "2") if command == "issue" else ()
    now = rounds.SECOND_ISSUED if command == "issue" else FIRST_CLOSED
    ready = rounds.copy(base, tmp_path / "sẵn sàng")
    if command == "appraise":
        ready.fill_stage(SPECIALIST)
    clean = rounds.copy(ready, tmp_path / "trọn vẹn")
    count = doings(lambda: clean.run(command, *more, now=now))
    wanted = clean.state()
    assert wanted != ready.state()
    points = random.Random(command).sample(range(1, count + 1), 20 if request.config.getoption("--exhaustive") else 2)
    for point in points:
        folder: Folder = rounds.copy(ready, tmp_path / f"lần {point}")
        assert killed_at(lambda at=folder: at.run(command, *more, now=now), point), point  # type: ignore[misc]  # a default binds it
        assert folder.run(command, *more, now=now).code == 0, point
        assert folder.state() == wanted, point


def test_the_list_of_changes_says_what_came_out_otherwise_and_is_proved(first_round_once: Rounds, tmp_path: Path) -> None:
    """Issue 4: 'A short "what changed the score" list per unit goes back to it'."""
    folder = rounds.copy(first_round_once, tmp_path)
    (path,) = folder.back("CT_*/CT_lan1_thay_doi_diem.xlsx")
    values = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(path, data_only=True)["Điểm thay đổi"].iter_rows(min_row=10, max_row=11)
    ]
    most = float(rounds.appendix_of("CT").by_code[rounds.CONTESTED[1]].max)
    assert values[0][1:] == [rounds.CONTESTED[1], values[0][2], most, most, 0.5, 0.5 - most, "Kế hoạch ban hành chậm"]
    assert values[1][6] == 0.5 - most
    (other,) = folder.back("DPTTH_*/DPTTH_lan1_thay_doi_diem.xlsx")
    assert "mọi điểm tự chấm được chấp nhận" in str(openpyxl.load_workbook(other)["Điểm thay đổi"]["A9"].value)
    assert folder.json("verify", now=FIRST_CLOSED).json["holds"] is True
    path.write_bytes(other.read_bytes())
    assert folder.json("verify", now=FIRST_CLOSED).codes == ["record-book"]


def test_every_new_workbook_is_one_that_excel_opens(second_issued_once: Rounds) -> None:
    """design.md, Books: "every workbook we make passes `openxml-audit`"."""
    folder = second_issued_once
    made = [folder.issued("CT"), *(folder.path / APPRAISAL).glob("*.xlsx"), *folder.back("CT_*/*thay_doi_diem.xlsx")]
    assert len(made) == 7
    validator = OpenXmlValidator()
    assert [(path.name, [str(one) for one in result.errors]) for path in made if not (result := validator.validate(path)).is_valid] == []
