"""Two rounds: a form that holds what was said in the round before, what is open in it, what counts in the end.

Issue 4, Two rounds; Sóc Trăng 2023 (round 2: 07:30 28/11 to 17:00 04/12/2023; "rà soát, bổ sung tài liệu kiểm chứng, giải trình").
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from processor.appraisal_books import template_of
from processor.checks import Verdict, check_bytes
from processor.reopening import earlier_of
from processor.scores import unit_line
from rubric_versions import words
from rubric_versions.answers import Answers, LeafAnswer
from tests import rounds
from tests.folders import repacked, run, with_leaf
from tests.rounds import CONTESTED, COUNCIL, FIRST_CLOSED, RESULTS_DAY, SECOND, SECOND_CLOSED, SECOND_ISSUED, SPECIALIST, UNITS, Rounds
from workbook_templates import layout as at
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import a1
from workbook_templates.earlier import Earlier, EarlierLeaf, earlier_from
from workbook_templates.layout import layout_of

UNIT, CODE = CONTESTED
CT_ROW = layout_of(rounds.appendix_of(UNIT)).place_of[CODE].row


@pytest.fixture
def first(first_round_once: Rounds, tmp_path: Path) -> Rounds:
    """Round 1 sent in and appraised."""
    return rounds.copy(first_round_once, tmp_path)


@pytest.fixture
def second(second_issued_once: Rounds, tmp_path: Path) -> Rounds:
    """Forms of round 2 issued."""
    return rounds.copy(second_issued_once, tmp_path)


def better(folder: Rounds, unit: str = UNIT, code: str = CODE) -> Answers:
    """The unit's answers of round 2: one explanation more, everything else as it was."""
    answers = rounds.answers_of(unit)
    return with_leaf(answers, code, explanation="Bổ sung: kế hoạch số 15/KH-CT ngày 02/01/2023.")


# ------------------------------------------------------------------------------------------------------------ the form


def test_a_form_of_round_2_holds_the_answers_the_scores_and_the_reason(second: Rounds) -> None:
    """Issue 4: "a form prefilled with its answers, the appraised score and the reason"."""
    book = openpyxl.load_workbook(second.issued(UNIT))
    sheet = book[words.SCORING]
    shown = [sheet.cell(CT_ROW, col).value for col in (at.BEFORE_OWN, at.BEFORE_SCORE, at.BEFORE_REASON, at.BEFORE_WHY)]
    own = rounds.appendix_of(UNIT).by_code[CODE].max
    assert shown == [float(own), 0.5, "Kế hoạch ban hành chậm", words.EARLIER_WHY["differs"]]
    assert sheet.cell(CT_ROW, at.EXPLANATION).value == rounds.answers_of(UNIT).leaves[CODE].explanation
    assert sheet.cell(at.HEAD_ROW, at.BEFORE_SCORE).value == "Điểm thẩm định lần 1"
    assert "lần 2" in str(sheet["A3"].value)
    evidence = book[words.EVIDENCE]
    assert evidence.cell(at.EVIDENCE_FIRST, 2).value == rounds.answers_of(UNIT).evidence[0][0]
    approval = book[words.APPROVAL]
    rows = layout_of(rounds.appendix_of(UNIT)).approval_rows
    assert approval.cell(rows["approved"], at.APPROVAL_VALUE).value is None, "round 2 is approved anew"
    assert approval.cell(rows["head"], at.APPROVAL_VALUE).value == "Trần Văn Ví Dụ"


def test_the_last_stage_is_what_the_form_shows_with_its_reason(first: Rounds) -> None:
    """What the first stage gave is only a proposal; the form shows what stands."""
    (book,) = first.books(COUNCIL)
    first.fill(book, {CONTESTED: Filled(Fraction("0.75"), "Sở Nội vụ xem lại hồ sơ")})
    assert first.run("appraise", now=FIRST_CLOSED).code == 0
    with first.desk() as desk:
        earlier = earlier_of(desk, UNIT, 2)
    assert earlier is not None
    assert earlier.leaves[CODE].score == "0.75"
    assert earlier.leaves[CODE].reason == "Sở Nội vụ xem lại hồ sơ"


def test_issuing_round_2_again_changes_nothing(second: Rounds) -> None:
    before = second.state()
    ran = second.json("issue", now=SECOND)
    assert (ran.code, ran.json["unchanged"], ran.json["written"]) == (0, len(UNITS), [])
    assert second.state() == before
    lost = second.issued(UNIT)
    lost.unlink()
    assert second.json("issue", now=SECOND).json["written"] == [lost.name]
    assert second.state() == before


def test_a_form_of_round_2_can_be_checked_by_anyone(second: Rounds) -> None:
    """Its identity's layout names what it shows: nothing but the form is needed."""
    checked = check_bytes(second.form_of(UNIT, 2), "CT.xlsx")
    assert (checked.verdict, [one.code for one in checked.findings]) == (Verdict.ACCEPTED, ["identity-unproved"])
    assert checked.earlier is not None
    assert checked.earlier.leaves[CODE].score == "0.5"


def test_a_score_of_round_1_typed_over_is_named(second: Rounds) -> None:
    path = second.path / "02_tiep_nhan" / "CT.xlsx"
    path.write_bytes(second.form_of(UNIT, 2))
    book = openpyxl.load_workbook(path)
    book[words.SCORING].cell(CT_ROW, at.BEFORE_SCORE).value = 2
    book.save(path)
    ran = second.json("receive", now=SECOND)
    (row,) = ran.json["received"]
    assert (row["verdict"], [(one["code"], one["cell"]) for one in row["findings"]]) == (
        "returned", [("cell-changed", a1(CT_ROW, at.BEFORE_SCORE))],
    )  # fmt: skip


def test_what_travels_of_round_1_cannot_be_exchanged(second: Rounds) -> None:
    """Another unit's data of round 1, or data made up, does not fit the identity that the office sealed."""
    with second.desk() as desk:
        mine, other = (earlier_of(desk, unit, 2) for unit in (UNIT, "DPTTH"))
    assert mine is not None
    assert other is not None
    made_up = Earlier(1, {**mine.leaves, CODE: EarlierLeaf("1.5", "1.5")})
    for wrong in (other, made_up):
        swapped = repacked(
            second.form_of(UNIT, 2), lambda _, part, one=wrong: part.replace(mine.packed()[0].encode(), one.packed()[0].encode())  # type: ignore[misc]  # a default binds it
        )  # fmt: skip
        assert "identity-altered" in [one.code for one in check_bytes(swapped, "CT.xlsx").findings]


@pytest.mark.parametrize("chunks", [("AAAA",), ("",), ("eJyrVgIAAPsAfA==",), ("not base64",), ("eJw=" * 3,)])
def test_what_travels_is_read_with_care(chunks: tuple[str, ...]) -> None:
    assert earlier_from(chunks) is None


def test_what_travels_comes_back_as_it_was() -> None:
    closed = {"1.1": LeafAnswer((Decimal("1.5"), None, "Đạt", True), "x", "vì…")}
    one = Earlier(1, {"1.1": EarlierLeaf("1.5", "KĐG", "lý do\n2", "Không đánh giá")}, closed)
    assert earlier_from(one.packed()) == one
    assert one.digest != Earlier(2, one.leaves, closed).digest


# ------------------------------------------------------------------------------------------------------------ what is open


@pytest.fixture(scope="module")
def closed_once(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """A campaign of two units whose version opens only contested criteria, with round 2 issued."""
    made = rounds.make(tmp_path_factory.mktemp("closed"), rounds.contested(), ("CT", "KBNN"))
    rounds.first_round(made, {CONTESTED: Filled(Fraction("0.5"), "Kế hoạch ban hành chậm")})
    rounds.issue_second(made)
    return made


def test_only_what_was_contested_or_lacks_evidence_is_open(closed_once: Rounds) -> None:
    """Issue 4: "by the version's setting all leaves are open or only those contested or unevidenced"."""
    sheet = openpyxl.load_workbook(closed_once.issued(UNIT))[words.SCORING]
    open_rows = {cell.row for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    place = layout_of(rounds.appendix_of(UNIT)).place_of[CODE]
    assert open_rows == {place.row, *place.input_rows}
    told = {sheet.cell(one.row, at.BEFORE_WHY).value for one in layout_of(rounds.appendix_of(UNIT)).places}
    assert told == {words.EARLIER_CLOSED, words.EARLIER_WHY["differs"]}


def test_an_answer_changed_where_nothing_is_open_is_a_finding(closed_once: Rounds, tmp_path: Path) -> None:
    folder = rounds.copy(closed_once, tmp_path)
    closed = next(
        leaf.code for leaf in rounds.appendix_of(UNIT).self_leaves if leaf.code != CODE and len(leaf.method.inputs(leaf.max)) == 1
    )
    place = layout_of(rounds.appendix_of(UNIT)).place_of[closed]
    path = folder.path / "02_tiep_nhan" / "CT.xlsx"
    path.write_bytes(folder.form_of(UNIT, 2, better(folder)))
    book = openpyxl.load_workbook(path)
    book[words.SCORING].cell(place.row, at.EXPLANATION).value = "Đổi lời giải trình"
    book.save(path)
    ran = folder.json("receive", now=SECOND)
    (row,) = ran.json["received"]
    assert [(one["code"], one["criterion"], one["cell"]) for one in row["findings"]] == [
        ("leaf-closed", closed, a1(place.row, at.EXPLANATION))
    ]
    (fresh,) = folder.back("CT_*/*bieu_mau_sua.xlsx")
    mended = openpyxl.load_workbook(fresh)[words.SCORING]
    assert mended.cell(place.row, at.EXPLANATION).value == rounds.answers_of(UNIT).leaves[closed].explanation, "as it was in round 1"
    assert mended.cell(CT_ROW, at.EXPLANATION).value == better(folder).leaves[CODE].explanation, "what it may change is kept"
    folder.drop("sửa.xlsx", fresh.read_bytes())
    (again,) = folder.json("receive", now="2023-11-30 09:00").json["received"]
    assert again["verdict"] == "accepted", again


def test_what_is_untouched_in_a_closed_form_is_accepted(closed_once: Rounds) -> None:
    checked = check_bytes(closed_once.form_of(UNIT, 2, better(closed_once)), "CT.xlsx")
    assert [one.code for one in checked.findings] == ["identity-unproved"]


def test_a_unit_that_sent_nothing_finds_everything_open(tmp_path: Path) -> None:
    folder = rounds.make(tmp_path, rounds.contested(), ("CT", "KBNN"))
    folder.drop("CT.xlsx", folder.form_of("CT", 1))
    folder.run("receive", now=rounds.FIRST)
    folder.run("appraise", now=FIRST_CLOSED)
    folder.fill_stage(SPECIALIST)
    folder.run("appraise", now=FIRST_CLOSED)
    folder.fill_stage(COUNCIL)
    assert folder.json("issue", "--round", "2", now=SECOND_ISSUED).code == 0, "what lies in 05_tham_dinh is taken in first"
    checked = check_bytes(folder.form_of("KBNN", 2, rounds.answers_of("KBNN")), "KBNN.xlsx")
    assert (checked.verdict, checked.earlier) == (Verdict.ACCEPTED, Earlier(1))


# ------------------------------------------------------------------------------------------------------------ when


def test_a_round_begins_when_the_one_before_is_over_and_appraised(tmp_path: Path) -> None:
    """Rounds open and lock by time; round 2 is reviewed against the appraisal of round 1, so there must be one."""
    folder = rounds.make(tmp_path, units=("CT", "KBNN"))

    def refused(*arguments: str, now: str) -> list[str]:
        ran = folder.json("issue", *arguments, now=now)
        assert ran.code == 1
        return ran.codes

    assert refused("--round", "3", now=rounds.FIRST) == ["round-unknown"]
    assert refused("--round", "2", now=rounds.FIRST) == ["round-still-open"]
    folder.drop("CT.xlsx", folder.form_of("CT", 1))
    assert folder.run("receive", now=rounds.FIRST).code == 0
    assert refused("--round", "2", now=SECOND_ISSUED) == ["round-not-appraised"]
    folder.run("appraise", now=SECOND_ISSUED)
    assert refused("--round", "2", now=SECOND_ISSUED) == ["round-not-appraised"], "books made are not books filled"
    folder.fill_stage(SPECIALIST)
    folder.run("appraise", now=SECOND_ISSUED)
    assert refused("--round", "2", now=SECOND_ISSUED) == ["round-not-appraised"], "the second stage is still missing"
    assert folder.json("rank", now=SECOND_ISSUED).codes == ["round-not-last"]
    folder.fill_stage(COUNCIL)
    rounds.issue_second(folder)
    assert refused("--round", "1", now=SECOND) == ["round-past"]


def test_the_first_round_is_issued_before_the_second(tmp_path: Path) -> None:
    folder = rounds.make(tmp_path, units=("CT", "KBNN"))
    other = rounds.Rounds(tmp_path / "khác", folder.keys, {})
    assert run("new", other.path, "--version", "soc-trang-2023", now=rounds.OPENING, keys=folder.keys).code == 0
    assert other.json("issue", "--round", "2", now=SECOND_ISSUED).codes == ["round-order"]


def test_a_form_of_round_1_comes_too_late_in_round_2_and_gets_the_right_one_back(second: Rounds) -> None:
    second.drop("CT.xlsx", second.form_of(UNIT, 1, better(second)))
    (row,) = second.json("receive", now=SECOND).json["received"]
    assert (row["verdict"], [one["code"] for one in row["findings"]]) == ("returned", ["form-other-round"])
    (fresh,) = second.back("CT_*/*bieu_mau_sua.xlsx")
    checked = check_bytes(fresh.read_bytes(), "")
    assert checked.identity is not None
    assert (checked.identity.round, checked.earlier is not None) == ("2", True)
    assert checked.answers is not None
    assert checked.answers.leaves[CODE].explanation == better(second).leaves[CODE].explanation


def test_round_2_locks_by_time_and_one_unit_is_opened_again_with_a_reason(second: Rounds) -> None:
    """Windows half-open: until 17:00 on 04/12/2023; the decision is about this round alone."""
    second.drop("DPTTH.xlsx", second.form_of("DPTTH", 2))
    second.drop("CT.xlsx", second.form_of(UNIT, 2, better(second)))
    paper = ("--received-at", "2023-12-04 17:00", "--reason", "Sổ công văn đến")
    (first, late) = second.json("receive", *paper, now=SECOND_CLOSED).json["received"]
    assert [(one["counts"], [found["code"] for found in one["findings"]]) for one in (first, late)] == [(False, ["return-late"])] * 2
    assert second.run("decide", UNIT, "reopen", "--reason", "Mất mạng cả ngày 04/12.", now=SECOND_CLOSED).code == 0
    assert second.events("decided")[-1].data["round"] == "2"
    second.drop("CT 2.xlsx", second.form_of(UNIT, 2, with_leaf(better(second), CODE, explanation="Bổ sung nữa")))
    (row,) = second.json("receive", now=SECOND_CLOSED).json["received"]
    assert (row["counts"], [one["code"] for one in row["findings"]]) == (True, ["return-replaces"])
    with second.desk() as desk:
        states = {one: unit_line(desk, one) for one in (UNIT, "DPTTH")}
    assert {unit: line.round for unit, line in states.items() if line} == {UNIT: 2, "DPTTH": 1}
    told = second.run("why", UNIT, now=SECOND_CLOSED).out
    assert "ĐƯỢC TÍNH, bản hợp lệ mới nhất nhận trong hạn." in told, "round 1"
    assert "ĐƯỢC TÍNH, bản hợp lệ mới nhất nhận trong thời gian mở lại." in told, "round 2"
    assert "Mất mạng cả ngày 04/12.\n" in told


def test_why_names_each_step_with_its_reason_and_what_nobody_changed_not_at_all(first: Rounds) -> None:
    told = first.json("why", UNIT, now=FIRST_CLOSED).json["steps"]
    lines = next(one["lines"] for one in told if one["step"] == "scores")
    (said,) = (line for line in lines if line.startswith(f"{CODE} "))
    assert "→ Điểm sở chuyên ngành lần 1: 0,5 → Điểm thẩm định lần 1: 0,5." in said
    assert "Lý do: Kế hoạch ban hành chậm." in said
    given = [leaf.code for leaf in rounds.appendix_of(UNIT).leaves if leaf.is_appraised and not leaf.is_self_scored]
    assert given
    assert not [line for line in lines if line.split(" ")[0] in given], "only the council scores these"


def test_nothing_changes_in_round_1_once_round_2_has_begun(second: Rounds) -> None:
    """The forms of round 2 say what was decided; a book of round 1 that says otherwise afterwards is told, not taken."""
    with second.desk() as desk:
        old = next(one for one in desk.record().books_now() if one.charge.round == 1 and one.charge.stage == COUNCIL)
    second.fill(old, {CONTESTED: Filled(Fraction(1), "Nghĩ lại")})
    ran = second.json("appraise", now=SECOND)
    assert (ran.code, "appraisal-round-over" in ran.codes) == (0, True)
    assert second.line(UNIT, CODE)[2] == (1, COUNCIL, Fraction("0.5"))


# ------------------------------------------------------------------------------------------------------------ what counts


def test_every_score_of_both_rounds_stays_and_the_last_decision_counts(second: Rounds) -> None:
    """Issue 4: "Self 1, appraised 1, self 2, appraised 2 and all notes stay side by side"; what nobody touched keeps its score."""
    second.drop("CT.xlsx", second.form_of(UNIT, 2, better(second)))
    assert second.run("receive", now=SECOND).code == 0
    ran = second.json("appraise", now=SECOND_CLOSED)
    assert ran.json["left"] == {UNIT: 1}, "only what the unit has changed waits"
    own = rounds.appendix_of(UNIT).by_code[CODE].max
    before = [(1, "", own), (1, SPECIALIST, Fraction("0.5")), (1, COUNCIL, Fraction("0.5"))]
    assert second.line(UNIT, CODE) == [*before, (2, "", own), (2, SPECIALIST, None), (2, COUNCIL, None)]
    for stage in (SPECIALIST, COUNCIL):
        for book in second.books(stage):
            if CONTESTED in {(unit, code) for (unit, _), codes in book.rows.items() for code in codes}:
                second.fill(book, {CONTESTED: Filled(own, "Đã bổ sung kế hoạch")}, agree=False)
        assert second.run("appraise", now=SECOND_CLOSED).code == 0
    assert second.line(UNIT, CODE) == [*before, (2, "", own), (2, SPECIALIST, own), (2, COUNCIL, own)]
    second.fill_central_of()
    ran = second.json("rank", now=RESULTS_DAY)
    assert (ran.code, {one["code"] for one in ran.json["findings"]}) == (0, set())
    assert second.json("verify", now=RESULTS_DAY).json["holds"] is True


def test_the_book_of_round_2_shows_round_1_beside_and_keeps_what_was_not_changed(second: Rounds) -> None:
    second.drop("CT.xlsx", second.form_of(UNIT, 2, better(second)))
    second.run("receive", now=SECOND)
    second.run("appraise", now=SECOND_CLOSED)
    book = next(one for one in second.books(SPECIALIST) if any(CODE in codes for codes in one.rows.values()))
    sheet_name, row, columns = place_in(second, book.book, CONTESTED)
    sheet = openpyxl.load_workbook(second.path / "05_tham_dinh" / book.file, data_only=True)[sheet_name]
    heads = {str(sheet.cell(5, col).value): sheet.cell(row, col).value for col in columns.values()}
    own = float(rounds.appendix_of(UNIT).by_code[CODE].max)
    assert (heads["Điểm tự chấm lần 1"], heads["Điểm thẩm định lần 1"], heads["Điểm tự chấm lần 2"]) == (own, 0.5, own)
    assert "Kế hoạch ban hành chậm" in str(heads["Giải trình, ý kiến lần 1"])
    statuses = [sheet.cell(one, columns["status"]).value for one in range(6, sheet.max_row + 1)]
    assert statuses.count("○ Chưa thẩm định") == 1
    assert set(statuses) == {"○ Chưa thẩm định", "– Giữ điểm lần trước"}


def place_in(folder: Rounds, book_id: str, place: tuple[str, str]) -> tuple[str, int, dict[str, int]]:
    """Where a score stands in a book: sheet, row, and the book's columns."""
    with folder.desk() as desk:
        made = template_of(desk, desk.record().books[book_id])
    return (*made.places[place], made.plan.columns)


def test_a_unit_silent_in_round_2_keeps_the_scores_of_round_1(second: Rounds) -> None:
    """Our choice where the letter is silent: nobody loses what was appraised for sending nothing more."""
    second.fill_central_of()
    ran = second.json("rank", now=RESULTS_DAY)
    assert ran.code == 0
    assert {one["standing"] for block in ran.json["blocks"] for one in block["units"]} == {"ranked"}


def test_sheets_of_a_form_are_as_they_are_in_round_1() -> None:
    """What stands at the right of the table moves no address: readers and macros find every answer where it was."""
    appendix = rounds.appendix_of(UNIT)
    plain, later = layout_of(appendix), layout_of(appendix, Earlier(1))
    assert list(plain.input_cells()) == list(later.input_cells())
    assert plain.fingerprint != later.fingerprint


def test_an_explanation_alone_is_a_change_and_spaces_are_none(second: Rounds) -> None:
    spaced = with_leaf(rounds.answers_of(UNIT), CODE, explanation=str(rounds.answers_of(UNIT).leaves[CODE].explanation) + "  ")
    second.drop("CT.xlsx", second.form_of(UNIT, 2, replace(spaced, approval=rounds.answers_of(UNIT).approval)))
    second.run("receive", now=SECOND)
    assert second.json("appraise", now=SECOND_CLOSED).json["left"] == {}
