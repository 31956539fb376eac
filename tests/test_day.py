"""The officer's day on the command line, with workbooks filled and saved by LibreOffice; and what every command owes: codes, JSON, words.

Issue 2, "Shown by tests" (the thread on returns filled and saved by LibreOffice), Commands (exit codes, `--json`, `check --json`), "What
it must not do" (help under 0.3 s of CPU without pandas or openpyxl); design.md, traps 10, 12 and 19.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest

from processor import appraisal_books
from processor.desk import APPRAISAL, CAMPAIGN_FILE, INBOX, LEDGER_FILE
from rubric_versions import words
from rubric_versions.answers import Answers
from rubric_versions.methods.base import Raw
from tests.fills import entries
from tests.folders import APPRAISING, CENTRAL, IN_TIME, OPENING, VERSION, Folder, Ran, appendix_of, central, good, leaf_of, run, with_leaf
from tests.office import Entry, Office
from workbook_templates import appraisal_book
from workbook_templates import layout as at
from workbook_templates.book import a1
from workbook_templates.layout import layout_of

ROOT = Path(__file__).parents[1]
GOOD, SPOILT = "31117", "31120"
FINDING = {"code", "severity", "sheet", "cell", "criterion", "message"}


def typed(raw: Raw) -> Entry:
    """A value as LibreOffice takes it."""
    return float(raw) if isinstance(raw, Decimal) else str(raw) if raw is not None else None


def fill(office: Office, form: Path, unit: str, answers: Answers, target: Path) -> None:
    """An issued form filled cell by cell in LibreOffice, calculated and saved as .xlsx."""
    document = office.open(form)
    cells = entries(layout_of(appendix_of(unit)), answers)
    office.set(document, [(sheet, a1(row, col), typed(raw)) for (sheet, row, col), raw in cells.items() if raw is not None])
    office.calculate(document)
    target.parent.mkdir(parents=True, exist_ok=True)
    office.save(document, target)
    office.close(document)


def appraise_in(office: Office, folder: Folder, file: str, sheets: Sequence[str]) -> None:
    """An appraisal book filled in LibreOffice: every score the unit's own, or the full points where it gave none."""
    path = folder.path / APPRAISAL / file
    document = office.open(path)
    for name in sheets:
        typed_in: list[tuple[str, str, Entry]] = []
        rows = office.values(document, name)
        for row, line in enumerate(rows[appraisal_book.FIRST_ROW - 1 :], appraisal_book.FIRST_ROW):
            own, most = line[appraisal_book.SELF - 1], line[appraisal_book.MAX - 1]
            if line[appraisal_book.CODE - 1]:
                typed_in.append((name, a1(row, appraisal_book.SCORE), most if own == "" else own))
        office.set(document, typed_in)
    office.calculate(document)
    office.save(document, path)
    office.close(document)


def test_a_day_from_the_new_campaign_to_the_ranking(office: Office, folder: Folder, tmp_path: Path) -> None:
    """Issue 2: "The thread on returns filled and saved by LibreOffice (UNO), not only by our own writer"."""
    code = leaf_of(SPOILT, "bands")
    place = layout_of(appendix_of(SPOILT)).place_of[code]
    wrong = with_leaf(good(SPOILT), code, inputs=(Decimal(10), "1,5"), mark=None)
    fill(office, folder.issued(GOOD), GOOD, good(GOOD), folder.path / INBOX / "tu LibreOffice" / "cai khe.xlsx")
    fill(office, folder.issued(SPOILT), SPOILT, wrong, folder.path / INBOX / "tu LibreOffice" / "an hoa.xlsx")

    ran = folder.json("receive")
    assert ran.code == 1
    seen = {row["unit"]: (row["verdict"], [(one["code"], one["cell"]) for one in row["findings"]]) for row in ran.json["received"]}
    cell = a1(place.input_rows[1], at.INPUT)
    assert seen == {GOOD: ("accepted", []), SPOILT: ("returned", [("number-as-text", cell)])}
    assert "Có lẽ là số 1,5" in ran.json["received"][0]["findings"][0]["message"]

    (fresh,) = folder.back(f"{SPOILT}_*/*bieu_mau_sua.xlsx")
    sheet = openpyxl.load_workbook(fresh)[words.SCORING]
    assert [one.coordinate for row in sheet.iter_rows() for one in row if one.border.left.style == "medium"] == [cell]
    assert sheet[a1(place.input_rows[0], at.INPUT)].value == 10
    document = office.open(fresh)
    office.set(document, [(words.SCORING, cell, 10.0)])
    office.calculate(document)
    office.save(document, folder.path / INBOX / "sua" / "an hoa (sua).xlsx")
    office.close(document)
    mended = folder.json("receive", now="2018-12-11 08:00")
    assert (mended.code, [(row["unit"], row["verdict"], row["counts"]) for row in mended.json["received"]]) == (
        0,
        [(SPOILT, "accepted", True)],
    )

    assert folder.json("appraise", now=APPRAISING).json["written"] == ["tham_dinh_916.xlsx"]
    appraise_in(office, folder, "tham_dinh_916.xlsx", ["Thẩm định IV"])
    taken = folder.json("appraise", now="2018-12-27 08:00")
    assert (taken.code, taken.json["left"]) == (0, {})
    assert set(taken.codes) <= {"appraisal-skip-no-reason"}, "claims granted without a word are told, and taken"
    assert taken.json["taken"] == 2 * sum(leaf.is_appraised for leaf in appendix_of(GOOD).leaves)

    early = folder.json("rank", now="2018-12-28 08:00")
    assert (early.code, {"unit-unfinished", "campaign-central-missing"} <= set(early.codes)) == (1, True)
    type_central(folder)
    ranked = folder.json("rank", now=CENTRAL)
    assert (ranked.code, set(ranked.codes)) == (0, {"unit-missing"})
    block = next(one for one in ranked.json["blocks"] if one["block"] == "xa-916")
    assert [(one["standing"], one["rank"]) for one in block["units"]] == [("ranked", 1), ("ranked", 2)]
    assert float(block["units"][0]["pari"]) > float(block["units"][1]["pari"]) > 85
    verified = folder.json("verify", now=CENTRAL)
    assert (verified.code, verified.json["holds"]) == (0, True)

    document = office.open(folder.path / ranked.json["file"])
    office.calculate(document)
    shown = [value for sheet in openpyxl.load_workbook(folder.path / ranked.json["file"], read_only=True).sheetnames
             for line in office.values(document, sheet) for value in line if isinstance(value, float)]  # fmt: skip
    office.close(document)
    assert any(abs(value - float(block["units"][0]["pari"])) < 1e-9 for value in shown), "LibreOffice calculates the same index"


def type_central(folder: Folder) -> None:
    """The central scores of the two communes typed into the campaign workbook with openpyxl, as a clerk would in Excel."""
    figures = central(folder.campaign(), share=VERSION.rules.grades[0].at_least / 100)
    path = folder.path / CAMPAIGN_FILE
    book = openpyxl.load_workbook(path)
    sheet = book["Điểm tập trung IV"]
    for row in sheet.iter_rows(min_row=6, max_row=10):
        unit = str(row[0].value)
        if unit in (GOOD, SPOILT):
            values = [raw for leaf in appendix_of(unit).leaves if leaf.is_central for raw in figures[unit, leaf.code]]
            for cell, raw in zip(row[2:], values, strict=False):
                cell.value = float(str(raw))
    book.save(path)


# ------------------------------------------------------------------------------------------------------------ codes and JSON


@pytest.fixture(scope="module")
def used(appraised_once: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A campaign on which every command has something to say."""
    return appraised_once.copy(tmp_path_factory.mktemp("used"))


COMMANDS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "issue": ((), {"written", "unchanged"}),
    "receive": ((), {"received", "documents", "known"}),
    "status": ((), {"units", "appraisers", "reminders", "round", "closes"}),
    "appraise": ((), {"written", "taken", "left", "told"}),
    "rank": (("--units",), {"file", "blocks", "units", "overall"}),
    "verify": ((), {"events", "digest", "holds"}),
    "decide": (("SNV", "record", "--reason", "Thử"), {"unit", "what", "event"}),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_one_object_with_its_keys(used: Folder, command: str) -> None:
    """Issue 2, Commands: "thin, each with `--json`"; 0 done."""
    more, keys = COMMANDS[command]
    ran = used.json(command, *more, now=CENTRAL)
    assert (ran.code, set(ran.json), ran.err) == (0, {*keys, "findings"}, "")
    human = used.run(command, *more, now=CENTRAL)
    assert human.code == 0
    assert human.out.strip()
    assert "None" not in human.out


def test_new_prints_one_object_and_says_where_the_key_lies(tmp_path: Path) -> None:
    """design.md, Keys: an office's key lies outside its campaign folder, and says so."""
    ran = run("new", tmp_path / "a", "--version", VERSION.id, "--json", now=OPENING, keys=tmp_path / "khoa")
    assert (ran.code, set(ran.json)) == (0, {"folder", "campaign", "units", "key", "findings"})
    assert ran.json["units"] == 114
    assert (tmp_path / "khoa" / f"{ran.json['key']}.khoa").is_file()
    human = run("new", tmp_path / "b", "--version", VERSION.id, "--empty", now=OPENING, keys=tmp_path / "khoa")
    assert (human.code, str(tmp_path / "khoa") in human.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["list"], {"versions", "findings"}),
        (["lint", VERSION.id], {"id", "digest", "findings"}),
        (["show", VERSION.id], {"appendices", "digest", "findings"}),
    ],
)
def test_what_is_told_of_criteria_versions_is_one_object_too(arguments: list[str], keys: set[str]) -> None:
    ran = run("rubric", *arguments, "--json")
    assert (ran.code, keys <= set(ran.json)) == (0, True)
    assert run("rubric", *arguments).code == 0


def test_check_says_what_it_found_with_nothing_but_the_form(folder: Folder, tmp_path: Path) -> None:
    """Issue 2: `check --json`: file, verdict (exit 0, 1, 1), findings, scores; "any form, by anyone, without a campaign"."""
    spoilt = folder.form(SPOILT, with_leaf(good(SPOILT), leaf_of(SPOILT, "bands"), inputs=(Decimal(10), Decimal(11)), mark=None))
    blank = folder.issued(GOOD).read_bytes()
    cases: dict[str, tuple[bytes, str, int]] = {
        "đúng.xlsx": (folder.form(GOOD), "accepted", 0), "sai.xlsx": (spoilt, "returned", 1), "trắng.xlsx": (blank, "returned", 1),
        "lạ.xlsx": (b"x", "foreign", 1),
    }  # fmt: skip
    for name, (data, verdict, code) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        ran = run("check", path, "--json")
        assert (ran.code, set(ran.json), ran.json["verdict"]) == (code, {"file", "verdict", "findings", "scores"}, verdict)
        assert ran.json["file"] == str(path)
        assert all(set(one) == FINDING for one in ran.json["findings"])
        assert all(one["severity"] in ("error", "warning", "note") for one in ran.json["findings"])
        scores = ran.json["scores"]
        assert (scores is None) == (verdict == "foreign")
        if scores:
            assert set(scores) == {"a", "A", "pari"}
            assert all(re.fullmatch(r"\d+(\.\d+)?", text) for text in scores.values()), "exact, with a dot, as text"
        human = run("check", path)
        assert (human.code, name in human.out) == (code, True)
    found = run("check", tmp_path / "sai.xlsx", "--json").json["findings"]
    assert [one["code"] for one in found if one["severity"] == "error"] == ["numerator-over-denominator"]
    assert "tiêu chí" in run("check", tmp_path / "sai.xlsx").out
    assert {path.name for path in tmp_path.iterdir()} >= set(cases), "nothing is moved or taken away"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["không-có"],
        ["check"],
        ["new", "x"],
        ["decide", "x", "SNV", "xóa", "--reason", "x"],
        ["decide", "x", "SNV", "accept"],
        ["receive", "x", "khong-co"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert run(*arguments).code == (2 if arguments else run().code)
    assert run().code in (0, 2)


def test_a_folder_that_is_none_or_holds_something_else_is_told_so(tmp_path: Path) -> None:
    """Findings block: 1, and which."""
    (tmp_path / "tệp").write_text("x", encoding="utf-8")
    (tmp_path / "đầy").mkdir()
    (tmp_path / "đầy" / "của tôi.txt").write_text("x", encoding="utf-8")
    for command in ("issue", "receive", "status", "appraise", "rank", "verify"):
        for name in ("không có", "tệp", "đầy"):
            ran = run(command, tmp_path / name, "--json")
            assert (ran.code, ran.codes) == (1, ["folder-not-campaign"]), (command, name)
    for name in ("tệp", "đầy"):
        ran = run("new", tmp_path / name, "--version", VERSION.id, "--json", keys=tmp_path / "khoa")
        assert (ran.code, ran.codes) == (1, ["folder-not-empty"])
    ran = run("new", tmp_path / "mới", "--version", "hồng-ngự-1999", "--json", keys=tmp_path / "khoa")
    assert (ran.code, ran.codes) == (1, ["campaign-version"])
    assert not (tmp_path / "mới").exists()


# ------------------------------------------------------------------------------------------------------------ the machine


def test_a_path_that_is_not_there_or_is_a_folder_is_no_fault_of_ours(tmp_path: Path) -> None:
    for path in (tmp_path / "không có.xlsx", tmp_path):
        ran = run("check", path)
        assert (ran.code in (2, 3), str(path) in ran.out + ran.err) == (True, True)


def refusing(number: int) -> mock._patch[Any]:
    """Every replacing of a file refused by the system with that error."""

    def refuse(path: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    return mock.patch.object(Path, "replace", refuse)


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk-full"), (errno.EACCES, "no-permission"), (errno.EIO, "cannot-write")])
def test_a_disk_that_refuses_is_named_and_the_next_run_goes_on(folder: Folder, number: int, code: str) -> None:
    """3 environment (file open elsewhere, no permission, disk); design.md, Ledger: run again, the result is the same."""
    folder.drop_all(GOOD)
    with refusing(number):
        ran = folder.json("receive")
    assert (ran.code, ran.codes) == (3, [code])
    assert len(folder.events("received")) == 1
    again = folder.json("receive")
    assert (again.code, again.json["known"]) == (0, 1)
    assert len(folder.back("*/*")) == 1
    with refusing(number):
        assert folder.json("status").code == 3


def test_a_full_disk_while_a_file_is_written_is_named(folder: Folder) -> None:
    folder.drop_all(GOOD)
    with mock.patch("os.fsync", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        ran = folder.json("receive")
    assert (ran.code, ran.codes) == (3, ["disk-full"])
    assert folder.json("receive").code == 0


def test_a_tracking_book_open_in_excel_is_told_and_stops_nothing(folder: Folder) -> None:
    """design.md, trap 12: "a file open in Excel cannot be replaced on Windows: say so and go on"."""
    folder.drop_all(GOOD)
    real = Path.replace

    def held(path: Path, target: Path) -> Path:
        if Path(target).name == "so_theo_doi.xlsx":
            refusal = PermissionError(errno.EACCES, "held")
            refusal.winerror = 32  # type: ignore[attr-defined, unused-ignore]  # as Windows says it
            raise refusal
        return real(path, target)

    with mock.patch.object(Path, "replace", held), mock.patch("processor.files._REPLACE_PAUSE", 0):
        ran = folder.json("receive")
    assert (ran.code, ran.json["received"][0]["verdict"], ran.codes) == (0, "accepted", ["file-busy"])


def test_a_folder_we_may_not_look_into_is_named(folder: Folder) -> None:
    """What the system refuses anywhere is the machine's matter, never a fault of ours."""
    refusal = PermissionError(errno.EACCES, "Permission denied", str(folder.path / INBOX))
    with mock.patch.object(Path, "rglob", side_effect=refusal):
        ran = folder.json("receive")
    assert (ran.code, ran.codes) == (3, ["no-permission"])


def test_a_ledger_that_another_program_holds_is_told(folder: Folder) -> None:
    holder = sqlite3.connect(folder.path / LEDGER_FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with mock.patch("processor.ledger.BUSY_SECONDS", 0.05):
            ran = folder.json("decide", GOOD, "record", "--reason", "x")
    finally:
        holder.close()
    assert (ran.code, ran.codes) == (3, ["ledger-busy"])
    (folder.path / LEDGER_FILE).write_bytes(b"khong phai so theo doi")
    ran = folder.json("status")
    assert (ran.code, ran.codes) == (3, ["ledger-damaged"])


def test_a_missing_key_stops_sealing_but_not_receiving(folder: Folder) -> None:
    """design.md, Keys: losing it has a documented way out; what was sealed is told in the ledger."""
    folder.drop_all(GOOD)
    for path in folder.keys.iterdir():
        path.unlink()
    ran = folder.json("receive")
    assert (ran.code, ran.json["received"][0]["verdict"]) == (0, "accepted")
    assert folder.run("issue").code == 0, "nothing is to be sealed"
    folder.rename(SPOILT, "Phường đổi tên")
    for command in ("issue", "appraise"):
        ran = folder.json(command, now=APPRAISING)
        assert (ran.code in (1, 3), ran.codes) == (True, ["key-missing"]), command
        assert str(folder.keys) in ran.json["findings"][0]["message"]
    (folder.keys / f"{folder.identities[GOOD].key}.khoa").write_text("hỏng", encoding="utf-8")
    ran = folder.json("issue", now=APPRAISING)
    assert (ran.code, ran.codes) == (3, ["key-damaged"])


def test_a_clock_set_back_is_told(folder: Folder) -> None:
    folder.json("decide", GOOD, "record", "--reason", "x", now=IN_TIME)
    ran = folder.json("status", now=OPENING)
    assert (ran.code, ran.codes) == (1, ["clock-behind"])


def test_our_own_fault_is_4_without_a_traceback_and_leaves_a_log(folder: Folder, tmp_path: Path) -> None:
    with (
        mock.patch("processor.tracking.unit_states", side_effect=ZeroDivisionError("lỗi thử")),
        mock.patch.dict(os.environ, {"CCHC_LOG_DIR": str(tmp_path)}),
    ):
        ran = folder.run("status")
    assert (ran.code, "Chương trình gặp lỗi" in ran.err, "ZeroDivisionError" in ran.out + ran.err) == (4, True, False)
    log = tmp_path / "cchc.log"
    assert str(log) in ran.err
    assert "ZeroDivisionError: lỗi thử" in log.read_text(encoding="utf-8")


def test_the_log_has_a_line_for_each_command_and_nothing_of_a_form(folder: Folder, tmp_path: Path) -> None:
    folder.drop("SNV.xlsx", folder.form("SNV"))
    with mock.patch.dict(os.environ, {"CCHC_LOG_DIR": str(tmp_path)}):
        folder.run("receive")
        folder.run("print", "--appendix", "99")
    lines = (tmp_path / "cchc.log").read_text(encoding="utf-8").splitlines()
    assert [line.partition(" INFO ")[2].partition(",")[0] for line in lines] == [
        f"cchc receive {folder.path.name}: 0",
        f"cchc print {folder.path.name}: 1",
    ]
    assert "Minh Họa" not in "".join(lines), "the name of who filled the form in"


def test_a_log_that_cannot_be_written_stops_nothing(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with mock.patch.dict(os.environ, {"CCHC_LOG_DIR": str(tmp_path / "file")}):
        assert folder.run("status").code == 0


# ------------------------------------------------------------------------------------------------------------ the console


def child(*arguments: object, folder: Folder | None = None, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, its output through pipes."""
    keys = {"CCHC_KEY_DIR": str(folder.keys), "CCHC_NOW": CENTRAL} if folder else {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **keys, **variables}
    return subprocess.run([sys.executable, *map(str, arguments)], env=environment, capture_output=True, check=False, timeout=120)


def test_nothing_wraps_off_a_terminal_and_vietnamese_survives_a_legacy_code_page(used: Folder) -> None:
    """design.md, traps 10 and 19. COLUMNS is what programs narrow their output by."""
    ran = child("-m", "processor.cli", "status", used.path, folder=used, COLUMNS="40", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    lines = ran.stdout.decode("utf-8").splitlines()
    assert (ran.returncode, ran.stderr) == (0, b"")
    for unit in used.campaign().units:
        (line,) = [one for one in lines if one.split()[:1] == [unit.code]]
        assert unit.name in line
        assert "✓ Hợp lệ" in line
    assert not any("\x1b" in line for line in lines)
    ranked = child("-m", "processor.cli", "rank", used.path, folder=used, COLUMNS="40")
    assert max(map(len, ranked.stdout.decode("utf-8").splitlines())) > 80


def test_json_is_one_object_in_a_process_of_its_own(used: Folder) -> None:
    ran = child("-m", "processor.cli", "verify", used.path, "--json", folder=used)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["holds"] is True


HEAVY = ("pandas", "openpyxl", "pydantic", "xlsxwriter", "yaml", "rich", "numpy", "sqlite3", "processor.desk")


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    """Issue 2, "What it must not do": `cchc --help` under 0.3 s of CPU, without pandas or openpyxl."""
    script = (
        "import sys\nfrom processor.cli import main\n"
        "try:\n    main(['--help'])\nfinally:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    child("-c", script)  # compiles what has changed
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = child("-c", script)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (ran.returncode, ran.stderr.decode().strip()) == (0, "[]")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_every_command_has_help_in_vietnamese() -> None:
    """Issue 2, Commands: "Vietnamese help"; none of the words that click puts there by itself."""
    commands = [
        (),
        ("rubric",),
        *((name,) for name in [*COMMANDS, "new", "check", "blank"]),
        *(("rubric", name) for name in ("list", "show", "lint")),
    ]
    for command in commands:
        ran = run(*command, "--help")
        assert ran.code == 0
        assert re.search(r"[àáảãạăâđêôơưếềệốồộớờợứừựấầậắằặ]", ran.out), command
        for english in ("Usage:", "Options:", "Commands:", "Show this message", "Show the version", "[required]"):
            assert english not in ran.out, (command, english)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Books and answers that one test read are not there for the next."""
    yield
    appraisal_books.forget()


def test_blank_forms_of_every_version_can_be_had_by_anyone(tmp_path: Path) -> None:
    ran = run("blank", "--out", tmp_path / "mẫu")
    made = sorted((tmp_path / "mẫu").iterdir())
    assert ran.code == 0
    assert len(made) >= 3
    assert all(str(path) in ran.out for path in made)
    checked = run("check", made[0], "--json")
    assert (checked.code, checked.json["verdict"]) == (1, "returned")


def test_a_line_of_findings_names_file_place_and_what_to_do(folder: Folder) -> None:
    folder.change(lambda one: replace(one, units=(*one.units[:-1], replace(one.units[-1], block="khong-co"))))
    path = folder.path / CAMPAIGN_FILE
    book = openpyxl.load_workbook(path)
    book["Đơn vị"]["D5"] = "khối lạ"
    book.save(path)
    ran: Ran = folder.run("status")
    assert ran.code == 1
    (line,) = [one for one in ran.out.splitlines() if "khối lạ" in one]
    assert line.startswith("Lỗi: dot_danh_gia.xlsx – trang «Đơn vị», ô D5: «khối lạ» không có trong trang Khối. Sửa lại")
