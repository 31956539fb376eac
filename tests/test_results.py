"""Results put together from the record, ranked and written, and the proof that nothing was changed behind the record's back.

Cần Thơ 2018, Điều 5.3, 7.1, 7.2.d, 7.2.đ, 7.2.g, 10; domain.md §2 (which choices are ours), §3.3, §3.8; issue 2, `rank`, `verify`,
`decide`; design.md, Ledger. The arithmetic itself is tested in test_ranking.py, the formulas of its workbook in test_ranking_book.py.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from processor.desk import APPRAISAL, LEDGER_FILE, ORIGINALS
from rubric_versions.answers import outcomes
from rubric_versions.methods.base import State
from tests.folders import APPRAISING, CENTRAL, CLOSED, Folder, Ran, appendix_of, campaign_of, central, good, leaf_of, repacked, with_leaf
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.campaign_book import DeductionCase

RESULT = "06_ket_qua/ket_qua_xep_hang.xlsx"
UNIT = "31117"
LATER = "2019-01-11 09:00"


def rank(folder: Folder, now: str = CENTRAL) -> Ran:
    """The command, whatever comes of it."""
    return folder.json("rank", now=now)


def row(ran: Ran, unit: str) -> Mapping[str, Any]:
    """A unit's result as printed."""
    return next(one for block in ran.json["blocks"] for one in block["units"] if one["unit"] == unit)


def shown(folder: Folder, unit: str) -> list[object]:
    """The unit's row in the sheet of results, as a viewer that does not calculate shows it."""
    book = openpyxl.load_workbook(folder.path / RESULT, data_only=True, read_only=True)
    name = next(one.name for one in folder.campaign().units if one.code == unit)
    for sheet in book.worksheets:
        for line in sheet.iter_rows(values_only=True):
            if name in line and sheet.title.startswith("Kết quả"):
                return list(line)
    raise AssertionError(f"{unit} is not in {book.sheetnames}")


def expected(unit: str, share: Fraction = Fraction("0.9")) -> tuple[Fraction, Fraction]:
    """a and A of a unit whose council agreed with everything, from the answers and the law alone."""
    appendix = appendix_of(unit)
    own = outcomes(appendix, good(unit))
    made = central(campaign_of(unit), share)
    points = possible = Fraction(0)
    for leaf in appendix.leaves:
        if leaf.code in own:
            if own[leaf.code].state is State.NOT_ASSESSED:
                continue
            points += own[leaf.code].points
        elif leaf.is_central:
            points += leaf.method.score(made[unit, leaf.code], leaf.max).points
        else:
            points += leaf.max
        possible += leaf.max
    return points, possible


# ------------------------------------------------------------------------------------------------------------ who gets which result


def test_the_results_are_those_of_the_answers_appraised_and_the_central_scores(appraised: Folder) -> None:
    """Điều 7.1, 7.2.đ, 10: 100 points with the survey; PARI = a/A × 100."""
    ran = rank(appraised)
    assert (ran.code, ran.codes, set(ran.json)) == (0, [], {"findings", "file", "blocks", "overall", "units"})
    assert [(block["block"], len(block["units"])) for block in ran.json["blocks"]] == [
        ("so", 2),
        ("huyen", 2),
        ("xa-916", 2),
        ("xa-917", 1),
    ]
    for block in ran.json["blocks"]:
        paris = [Fraction(one["pari"]) for one in block["units"]]
        assert paris == sorted(paris, reverse=True)
        assert [one["rank"] for one in block["units"]] == [1, 2][: len(paris)]
        for one in block["units"]:
            points, possible = expected(one["unit"])
            assert abs(Fraction(one["a"]) - points) < Fraction(1, 10**9)
            assert Fraction(one["A"]) == possible
            assert abs(Fraction(one["pari"]) - points / possible * 100) < Fraction(1, 10**9)
    assert appraised.json("verify", now=CENTRAL).json["holds"] is True


def test_a_unit_without_a_return_is_graded_yeu_without_index_or_rank(appraised: Folder) -> None:
    """Điều 5.3: counts as not self-assessed and is graded Yếu; that it has no index and no rank is our choice (domain.md §2)."""
    folder = appraised
    assert folder.run("decide", "31120", "withdraw", "--reason", "Đơn vị rút", now=CENTRAL).code == 0
    ran = rank(folder)
    assert (ran.code, [one["severity"] for one in ran.json["findings"]], ran.codes) == (0, ["warning"], ["unit-missing"])
    assert "Điều 5.3" in ran.json["findings"][0]["message"]
    one = row(ran, "31120")
    assert (one["standing"], one["grade"], one["pari"], one["rank"], one["commended"]) == ("missing", "Yếu", None, None, False)
    assert row(ran, UNIT)["rank"] == 1
    line = shown(folder, "31120")
    assert "Yếu" in line
    assert "Không tự đánh giá" in line
    assert not [cell for cell in line[1:] if isinstance(cell, int | float)], "not a 0 anywhere"


def test_a_late_return_counts_as_none(folder: Folder) -> None:
    """Điều 5.3; issue 2, demo: "a late one"."""
    folder.drop_all("31154")
    folder.json("receive", now=CLOSED)
    ran = rank(folder)
    assert (row(ran, "31154")["standing"], row(ran, "31154")["grade"]) == ("missing", "Yếu")


def test_nobody_is_ranked_while_a_unit_may_still_send(folder: Folder) -> None:
    folder.drop_all(UNIT)
    folder.json("receive", now="2018-12-10 09:00")
    ran = rank(folder, "2018-12-15 23:59")
    assert (ran.code, ran.codes) == (1, ["round-open"])
    assert not (folder.path / RESULT).exists()
    assert "round-open" not in rank(folder, CLOSED).codes


def test_an_unfinished_unit_is_never_ranked_as_0(received: Folder) -> None:
    """domain.md §3.3 and §3.8: blank is not 0; "a missing sheet ranked as 0" is a recurring bug of others."""
    assert received.run("appraise", now=APPRAISING).code == 0
    code = leaf_of(UNIT, "yes_no")
    received.fill_books({(UNIT, code): Filled(None, "chờ")})
    received.fill_central()
    ran = rank(received)
    assert ran.code == 1
    (found,) = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert found["code"] == "unit-unfinished"
    assert code in found["message"]
    one = row(ran, UNIT)
    assert (one["standing"], one["grade"], one["pari"], one["rank"]) == ("unfinished", "", None, None)
    assert row(ran, "31120")["rank"] == 1
    human = received.run("rank", now=CENTRAL)
    assert (human.code, "Chưa đủ điểm" in human.out) == (1, True)
    received.fill_books()
    assert rank(received).code == 0


def test_central_scores_missing_or_wrong_are_named_and_nobody_is_ranked_on_them(appraised: Folder) -> None:
    """Điều 7.2.đ: survey criteria are scored from the survey; one unit's figure is out of its limits, another's is not there."""
    leaf = next(one for one in appendix_of(UNIT).leaves if one.is_central and one.method.kind == "survey_percent")

    def spoil(one: Any) -> Any:
        figures = dict(one.central)
        figures[UNIT, leaf.code] = (Decimal(120),)
        del figures["31120", leaf.code]
        return replace(one, central=figures)

    appraised.change(spoil)
    ran = rank(appraised)
    assert ran.code == 1
    found = {one["code"]: one for one in ran.json["findings"]}
    assert set(found) == {"number-too-large", "campaign-central-missing", "unit-unfinished"}
    wrong = found["number-too-large"]
    assert (wrong["file"], wrong["sheet"], leaf.code in wrong["criterion"]) == ("dot_danh_gia.xlsx", "Điểm tập trung IV", True)
    assert "1 đơn vị" in found["campaign-central-missing"]["message"]
    assert {one["standing"] for one in ran.json["blocks"][2]["units"]} == {"unfinished"}
    assert {one["standing"] for one in ran.json["blocks"][0]["units"]} == {"ranked"}


def test_not_assessed_leaves_a_and_A_where_granted_and_stays_in_A_where_refused(folder: Folder) -> None:
    """Điều 7.2.d: A = 100 less the standard points of what is not assessed; that the council grants it is our choice."""
    first, second = [leaf for leaf in appendix_of("31154").self_leaves if leaf.may_skip][:2]
    answers = good("31154")
    for leaf in (first, second):
        blank = (None,) * len(leaf.method.inputs(leaf.max))
        answers = with_leaf(answers, leaf.code, inputs=blank, mark="x", explanation="Không phát sinh")
    folder.drop("31154.xlsx", folder.form("31154", answers))
    assert folder.json("receive").code == 0
    folder.run("appraise", now=APPRAISING)
    folder.fill_central()
    skipped = {code for code, one in answers.leaves.items() if one.mark}
    assert skipped >= {first.code, second.code}
    others = sum(leaf.max for leaf in appendix_of("31154").leaves if leaf.code in skipped - {first.code, second.code})
    folder.fill_books({("31154", second.code): Filled(Fraction(0), "Có nhiệm vụ theo báo cáo của sở")})
    assert Fraction(row(rank(folder), "31154")["A"]) == 100 - others - first.max
    folder.fill_books()
    assert Fraction(row(rank(folder), "31154")["A"]) == 100 - others - first.max - second.max
    folder.fill_books({("31154", leaf_of("31154", "yes_no")): Filled(SKIP, "Chưa được giao")})
    most = next(leaf.max for leaf in appendix_of("31154").leaves if leaf.code == leaf_of("31154", "yes_no"))
    assert Fraction(row(rank(folder), "31154")["A"]) == 100 - others - first.max - second.max - most


def test_five_percent_are_taken_off_once_however_many_cases(appraised: Folder) -> None:
    """Điều 7.2.g: minus 5 % of the total if any one of the three; once, off a, after everything else: our choice."""
    before = row(rank(appraised), UNIT)
    cases = (DeductionCase(UNIT, 1, "KL 12/KL-TTr"), DeductionCase(UNIT, 3, "QĐ 5/QĐ-UBND"))
    appraised.change(lambda one: replace(one, deductions=cases))
    after = row(rank(appraised), UNIT)
    assert Fraction(after["a"]) == Fraction(before["a"]) * Fraction(95, 100)
    assert Fraction(after["pari"]) == Fraction(before["pari"]) * Fraction(95, 100)
    assert after["A"] == before["A"]
    assert row(rank(appraised), "31120")["rank"] == 1


def test_a_unit_that_is_not_ranked_has_an_index_and_a_grade_all_the_same(appraised: Folder) -> None:
    """Hồng Ngự 2023: Văn phòng and Thanh tra "score but are not ranked" (domain.md §2); the flag stands in the campaign workbook."""
    best = rank(appraised).json["blocks"][0]["units"][0]["unit"]
    appraised.change(lambda one: replace(one, units=tuple(replace(unit, ranked=unit.code != best) for unit in one.units)))
    ran = rank(appraised)
    one = row(ran, best)
    assert (ran.code, one["standing"], one["rank"], one["commended"]) == (0, "unranked", None, False)
    assert one["pari"]
    assert one["grade"]
    other = next(unit for unit in ("SNV", "STP") if unit != best)
    assert row(ran, other)["rank"] == 1


def test_decisions_are_shown_in_every_book(received: Folder) -> None:
    """Issue 2: "what a person decides outside the rules: a ledger event, shown in every book"."""
    reason = "Cơ quan tổ chức cho phép – công văn 99"
    assert received.run("decide", UNIT, "record", "--reason", reason, now=APPRAISING).code == 0
    assert received.run("appraise", now=APPRAISING).code == 0
    received.fill_books()
    received.fill_central()
    assert rank(received).code == 0
    for path in (f"{APPRAISAL}/tham_dinh_916.xlsx", RESULT, "so_theo_doi.xlsx"):
        book = openpyxl.load_workbook(received.path / path, read_only=True)
        told = [cell for sheet in book.worksheets for line in sheet.iter_rows(values_only=True) for cell in line if isinstance(cell, str)]
        assert any(reason in one for one in told), path
    assert reason not in str(openpyxl.load_workbook(received.path / APPRAISAL / "tham_dinh_917.xlsx")["Tổng hợp"]["B5"].value)


def test_ranking_twice_leaves_no_second_event_and_the_same_bytes(appraised: Folder) -> None:
    """design.md, Ledger: "Every step may be run twice … the result is the same"."""
    rank(appraised)
    before, events = (appraised.path / RESULT).read_bytes(), len(appraised.events())
    again = appraised.run("rank", now=LATER)
    assert (again.code, "(không đổi)" in again.out) == (0, True)
    assert (appraised.path / RESULT).read_bytes() == before
    assert len(appraised.events()) == events
    assert len(appraised.events("ranked")) == 1


# ------------------------------------------------------------------------------------------------------------ the proof


def ledger(folder: Folder, *statements: str) -> None:
    """Somebody works on the ledger with another program."""
    connection = sqlite3.connect(folder.path / LEDGER_FILE)
    for trigger in ("events_never_change", "events_never_go", "events_follow_the_last"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def original_of(folder: Folder, kind: str, key: str) -> Path:
    """The file kept that the first event of a kind names."""
    sha256 = folder.events(kind)[0].data[key]
    return next((folder.path / ORIGINALS).glob(f"*/{sha256}*"))


def alter_row(folder: Folder) -> None:
    ledger(folder, "UPDATE events SET actor = 'ai-khac' WHERE kind = 'received' AND unit = '31117'")


def remove_row(folder: Folder) -> None:
    ledger(folder, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events WHERE kind = 'issued')")


def remove_original(folder: Folder) -> None:
    original_of(folder, "received", "sha256").unlink()


def alter_original(folder: Folder) -> None:
    path = original_of(folder, "received", "sha256")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b" ")


def remove_old_campaign(folder: Folder) -> None:
    original_of(folder, "campaign", "workbook").unlink()


def remove_filled_book(folder: Folder) -> None:
    sha256 = folder.events("appraised")[0].data["files"][0][1]
    next((folder.path / ORIGINALS).glob(f"*/{sha256}*")).unlink()


def edit_result(folder: Folder) -> None:
    path = folder.path / RESULT
    changed = 0

    def nudge(name: str, part: bytes) -> bytes:
        nonlocal changed
        if not name.startswith("xl/worksheets/sheet") or changed:
            return part
        new, count = re.subn(rb"<v>(\d+)\.", lambda found: b"<v>%d." % (int(found[1]) + 1), part, count=1)
        changed += count
        return new

    path.write_bytes(repacked(path.read_bytes(), nudge))
    assert changed


def remove_result(folder: Folder) -> None:
    (folder.path / RESULT).unlink()


def spoil_result(folder: Folder) -> None:
    data = (folder.path / RESULT).read_bytes()
    middle = len(data) // 2
    (folder.path / RESULT).write_bytes(data[:middle] + bytes(400) + data[middle + 400 :])


def edit_form(folder: Folder) -> None:
    path = folder.issued(UNIT)
    path.write_bytes(repacked(path.read_bytes(), lambda _, part: part.replace("Phụ lục IV".encode(), "Phụ lục V".encode())))


BREAKS: dict[str, tuple[Callable[[Folder], None], set[str]]] = {
    "a row of the ledger altered": (alter_row, {"record-chain"}),
    "a row of the ledger taken out": (remove_row, {"record-chain"}),
    "a return taken away": (remove_original, {"record-original", "record-book"}),
    "a return altered by a byte": (alter_original, {"record-original", "record-book"}),
    "an older state of the campaign workbook taken away": (remove_old_campaign, {"record-original", "record-book"}),
    "a filled appraisal book taken away": (remove_filled_book, {"record-original"}),
    "a cell of the ranking edited": (edit_result, {"record-book"}),
    "the ranking taken away": (remove_result, {"record-book-missing"}),
    "the ranking damaged": (spoil_result, {"record-book"}),
    "a form edited before it was sent": (edit_form, {"record-book"}),
}


@pytest.fixture(scope="module")
def ranked_once(appraised_once: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A campaign that was ranked; to be copied."""
    folder = appraised_once.copy(tmp_path_factory.mktemp("ranked"))
    assert rank(folder).code == 0
    return folder


@pytest.mark.parametrize("name", BREAKS)
def test_verify_breaks_loudly(ranked_once: Folder, tmp_path: Path, name: str) -> None:
    """Issue 2: `verify DIR` (rebuild every result from what is kept and compare); exit code 1 and every break named."""
    folder = ranked_once.copy(tmp_path)
    spoil, codes = BREAKS[name]
    spoil(folder)
    ran = folder.json("verify", now=LATER)
    assert (ran.code, ran.json["holds"], set(ran.codes)) == (1, False, codes)


def test_verify_says_so_to_people_and_changes_nothing(ranked_once: Folder, tmp_path: Path) -> None:
    folder = ranked_once.copy(tmp_path)
    before = folder.state()
    ran = folder.run("verify", now=LATER)
    assert (ran.code, "Mọi kết quả khớp với hồ sơ đã lưu." in ran.out) == (0, True)
    assert folder.events()[-1].digest in ran.out, "the last digest, to be printed and held against the ledger"
    edit_result(folder)
    ran = folder.run("verify", now=LATER)
    assert (ran.code, "CÓ SAI KHÁC" in ran.out) == (1, True)
    remove_result(folder)
    assert rank(folder, LATER).code == 0
    assert folder.run("verify", now=LATER).code == 0, "ranking again makes the same workbook"
    assert folder.state() == before


def test_verify_holds_after_everything_a_year_brings(ranked_once: Folder, tmp_path: Path) -> None:
    """A unit renamed and issued anew, decisions, a new return after appraisal, a deleted book: each proved as of its time."""
    folder = ranked_once.copy(tmp_path)
    folder.rename("31120", "UBND phường An Hòa (đổi tên)")
    folder.json("issue", now=LATER)
    folder.drop("mới.xlsx", folder.form(UNIT, seed="mới"))
    folder.json("receive", now="2019-01-12 08:00")
    folder.json("decide", UNIT, "accept", "--reason", "Khiếu nại có cơ sở", now="2019-01-12 09:00")
    ran = folder.json("appraise", now="2019-01-12 10:00")
    assert ran.json["written"] == ["tham_dinh_916_bo_sung_2.xlsx"]
    assert rank(folder, "2019-01-12 11:00").code == 1, "the unit is to be appraised anew"
    assert folder.json("verify", now="2019-01-12 12:00").json["findings"] == []
    folder.fill_books()
    assert rank(folder, "2019-01-13 08:00").code == 0
    (folder.path / APPRAISAL / "tham_dinh_917.xlsx").unlink()
    folder.change(lambda one: replace(one, deductions=(DeductionCase("SNV", 2, "KL"),)))
    assert rank(folder, "2019-01-14 08:00").code == 0
    verified = folder.json("verify", now="2019-01-14 09:00")
    assert (verified.code, verified.json["findings"], verified.json["events"]) == (0, [], len(folder.events()))


def test_an_appraisal_book_that_is_gone_before_it_was_read_is_missed(received: Folder) -> None:
    received.run("appraise", now=APPRAISING)
    (received.path / APPRAISAL / "tham_dinh_917.xlsx").unlink()
    ran = received.json("verify", now=APPRAISING)
    assert (ran.code, ran.codes) == (1, ["record-book-missing"])
