"""What is odd about where files lie and about the machine: names, full disks, a ledger in use, clocks; texts that would be formulas.

Requirements: issue 5, "Bad input" (the list's last lines; "Anything from outside that reaches a workbook of ours is written as text, never
as a formula"), "Nothing lost" (disk full).
"""

from __future__ import annotations

import errno
import os
import random
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor import ledger
from processor.desk import INBOX, LEDGER_FILE, ORIGINALS
from processor.reader import read_workbook
from rubric_versions.findings import Finding, finding
from tests.bad_forms import FORMS
from tests.folders import CENTRAL, Folder, Ran, good, leaf_of, parts, run, with_leaf
from tests.forms import CAN_THO, check, filled, made
from tests.forms import office as known
from tests.office import Office as LibreOffice
from tests.test_kill import STEPS
from workbook_templates.book import write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.return_slip import Slip, return_slip

# -------------------------------------------------------------------------------------------------------------------- names, sizes


def test_files_of_any_name_are_received_and_answered(folder: Folder) -> None:
    """250 characters are as many as a name may have in bytes here; some are no UTF-8, some no name Windows would have."""
    names = ["x" * 245 + ".xlsx", "hồ sơ " * 20 + ".xlsx", unicodedata.normalize("NFD", "Phường Cái Khế.xlsx"), "a\nb.xlsx", "=cmd().xlsx",
             "CON.xlsx", "x.xlsx.exe", "<b>.xlsx", "[red]x[/].xlsx", " .xlsx"]  # fmt: skip
    for turn, name in enumerate(names):
        folder.drop(name, folder.form("31117", with_leaf(good("31117"), leaf_of("31117", "yes_no"), explanation=f"Giải trình {turn}")))
    ill_named = os.fsencode(folder.path / INBOX) + b"/\xff\xfe.xlsx"
    Path(os.fsdecode(ill_named)).write_bytes(b"x")
    ran = folder.json("receive")
    assert {row["verdict"] for row in ran.json["received"]} == {"accepted", "foreign"}
    assert len(ran.json["received"]) == len(names) + 1
    assert len(folder.back("*/*phieu*")) == len(names) + 1
    assert all(len(path.name) < 120 and path.name.isascii() for path in folder.back("*/*"))
    assert folder.run("receive").code == 0, "in a table of a terminal too"


def test_a_file_of_a_gigabyte_is_not_read(folder: Folder) -> None:
    path = folder.drop("to.xlsx", b"")
    with path.open("wb") as stream:
        stream.truncate(1 << 30)  # holes: it takes no room here
    ran = folder.json("receive")
    assert (ran.code, ran.codes, ran.json["received"]) == (1, ["file-too-large"], [])
    assert path.exists()


def test_whatever_check_is_given_there_is_a_verdict(tmp_path: Path) -> None:
    """A pipe would never end; a link is what the officer says it is; a lock file is no form."""
    form = filled()
    (tmp_path / "a.xlsx").write_bytes(form.data)
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"\5khoa" + bytes(160))
    os.mkfifo(tmp_path / "ống.xlsx")
    with (tmp_path / "to.xlsx").open("wb") as stream:
        stream.truncate(1 << 32)
    verdicts = {name: (one := run("check", tmp_path / name, "--json").json)["verdict"] + "".join(f" {f['code']}" for f in one["findings"])
                for name in ("a.xlsx", "link.xlsx", "~$a.xlsx", "ống.xlsx", "to.xlsx")}  # fmt: skip
    assert verdicts == {
        "a.xlsx": "accepted identity-unproved", "link.xlsx": "accepted identity-unproved", "~$a.xlsx": "foreign file-not-workbook",
        "ống.xlsx": "foreign file-not-workbook", "to.xlsx": "foreign file-too-large",
    }  # fmt: skip


# -------------------------------------------------------------------------------------------------------------------- the machine


class FullDisk:
    """A disk that is full from the n-th write on: what makes bytes safe, or a new file, is refused."""

    def __init__(self, left: int) -> None:
        self.left = left
        self._fsync, self._open = os.fsync, os.open

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def fsync(self, handle: int) -> None:
        self._spend()
        self._fsync(handle)

    def open(self, path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            self._spend()
        return self._open(path, flags, *more, **named)

    def run(self, work: Callable[[], Ran]) -> Ran:
        """What the work comes to on this disk."""
        with mock.patch("processor.files.os.fsync", self.fsync), mock.patch("processor.files.os.open", self.open):
            return work()


@pytest.mark.parametrize("command", STEPS)
def test_a_disk_that_fills_up_anywhere_loses_nothing(command: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """issue 5: "disk full … end in the same state as one clean run". Exit code 3, said so; run again with room, the end is the same."""
    step = STEPS[command]
    ready = step.prepare(request.getfixturevalue(step.base), tmp_path / "sẵn sàng")
    clean = ready.copy(tmp_path / "trọn vẹn")
    disk = FullDisk(10_000)
    disk.run(lambda: step.run(command, clean))
    count, wanted = 10_000 - disk.left, clean.state()
    assert count > 2
    every = request.config.getoption("--exhaustive")
    for point in random.Random(command).sample(range(count), min(count, 40 if every else 2)):
        folder = ready.copy(tmp_path / f"lần {point}")
        full = FullDisk(point).run(partial(step.run, command, folder, "--json"))
        assert full.code in (3, *step.codes), point
        if full.code == 3:
            assert full.codes == ["disk-full"]
        assert step.run(command, folder).code in step.codes, point
        assert folder.state() == wanted, point


def test_a_full_disk_under_the_ledger_is_told_too(folder: Folder) -> None:
    folder.drop_all("31117")
    with mock.patch.object(ledger.Ledger, "_connect", limited(ledger.Ledger._connect)):
        full = folder.json("receive")
    assert (full.code, full.codes) == (3, ["disk-full"])
    assert [row["verdict"] for row in folder.json("receive").json["received"]] == ["accepted"]


def limited(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    """A ledger that may not grow by a page."""

    def connected(self: ledger.Ledger, read_only: bool) -> sqlite3.Connection:
        connection = connect(self, read_only)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    return connected


def test_a_ledger_in_another_programs_hands_is_waited_for_and_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "BUSY_SECONDS", 0.2)
    folder.drop_all("31117")
    other = sqlite3.connect(folder.path / LEDGER_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = folder.json("receive")
    assert (ran.code, ran.codes) == (3, ["ledger-busy"])
    other.execute("ROLLBACK")
    other.close()
    assert [row["verdict"] for row in folder.json("receive").json["received"]] == ["accepted"]


@pytest.mark.parametrize("command", ["receive", "issue", "appraise", "rank", "status"])
def test_a_clock_that_was_set_back_stops_every_command_that_writes(received: Folder, command: str) -> None:
    before = received.state()
    ran = received.json(command, now="2018-12-01 09:00")
    assert (ran.code, ran.codes) == (1, ["clock-behind"])
    assert received.state() == before


# -------------------------------------------------------------------------------------------------------------------- texts, not formulas

NASTY = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(
        ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", "{=", "http://", "mailto:", "file:///", "internal:", "external:"]
    ),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=30).map(lambda text: text + "A1+1"),
)


def formulas_of(data: bytes) -> set[str]:
    """Every formula of a workbook, without its `=`."""
    return {cell.formula for sheet in read_workbook(data).sheets.values() for cell in sheet.cells.values() if cell.formula is not None}


def makes_no_formula(data: bytes, clean: bytes, text: str) -> None:
    """Fails if the workbook has a formula, a link or an array that the clean one has not."""
    assert formulas_of(data) == formulas_of(clean), repr(text)
    for name, part in parts(data).items():
        assert b"externalLink" not in part, name
        if name.startswith("xl/worksheets/"):
            assert len(re.findall(rb"<hyperlink\b", part)) == len(re.findall(rb"<hyperlink\b", parts(clean)[name])), repr(text)


@given(NASTY)
@settings(max_examples=8)
def test_no_text_of_an_officer_becomes_a_formula_in_a_fresh_form(text: str) -> None:
    form = filled()
    answers = form.answers
    code = next(iter(answers.leaves))
    rows = tuple((row[0], *[text] * (len(row) - 1)) for row in answers.evidence[:3])
    nasty = replace(with_leaf(answers, code, explanation=text), evidence=rows, approval=dict.fromkeys(answers.approval, text))
    data = made(CAN_THO, form.appendix, nasty, form.identity).data
    makes_no_formula(data, form.data, text)
    named = replace(form.identity, unit_name=text, campaign_title=text, organiser=text)
    makes_no_formula(write_book(EntryForm(CAN_THO, form.appendix, named, answers).book()), form.data, text)


@given(NASTY)
@settings(max_examples=25)
def test_no_text_from_outside_becomes_a_formula_in_a_slip(text: str) -> None:
    def slip(said: str) -> bytes:
        found: tuple[Finding, ...] = (finding("cell-added", file=said, sheet=said, cell="A1", value=said),)
        return write_book(return_slip(Slip("returned", said, said, said, (("Tên tệp", said), (said, said)), found, True)))

    makes_no_formula(slip(text), slip("bình thường"), text)


def test_texts_of_the_clerk_reach_every_book_as_texts(appraised: Folder) -> None:
    """Names of units, reasons of decisions, the campaign's own title: in forms, books, tracking, ranking."""
    nasty = '=HYPERLINK("http://x","y")'

    def books(folder: Folder) -> dict[str, bytes]:
        found = [path for path in folder.path.rglob("*.xlsx") if not {INBOX, ORIGINALS} & set(path.parts)]
        return {path.relative_to(folder.path).as_posix(): path.read_bytes() for path in found}

    appraised.rename("31117", nasty)
    appraised.change(lambda one: replace(one, title=nasty))
    assert appraised.run("decide", "31117", "record", "--reason", nasty, now=CENTRAL).code == 0
    for command in ("issue", "status", "appraise", "rank"):
        appraised.run(command, now=CENTRAL)
    seen = False
    for name, data in books(appraised).items():
        for sheet in read_workbook(data).sheets.values():
            for cell in sheet.cells.values():
                assert cell.formula is None or not cell.formula.startswith('HYPERLINK("http'), name
                seen |= cell.value == nasty
    assert seen


# -------------------------------------------------------------------------------------------------------------------- LibreOffice


def test_a_form_whose_looks_were_changed_in_libreoffice_is_accepted(office: LibreOffice, tmp_path: Path) -> None:
    """issue 5: "with column widths, filters, zoom and print areas changed are not tampering: zero false alarms"."""
    form = filled()
    before = check(form.data, known())
    honest = [
        case for case in FORMS if case.id in ("looks", "inline-strings", "shared-formulas", "array-formulas", "signed", "resaved-openpyxl")
    ]
    assert len(honest) == 6
    for case in honest:
        (data,) = case.files(form)
        (tmp_path / "a.xlsx").write_bytes(data)
        office.convert(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
        after = check((tmp_path / "b.xlsx").read_bytes(), known())
        assert (after.verdict, after.scores(), after.digest) == (before.verdict, before.scores(), before.digest), case.id
        assert {one.code for one in after.findings} <= {"protection-removed"}, case.id
