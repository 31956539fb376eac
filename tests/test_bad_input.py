"""Every case of docs/bad-input.md: all of them in one inbox, each with its verdict and findings; none dear; none able to stop another.

Requirements: issue 5, "Bad input" (one table in docs, one generator in tests, one expected verdict each), "Limits and isolation".
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from processor.checks import Verdict
from processor.desk import INBOX
from processor.examining import examine
from rubric_versions.findings import CATALOGUE, Severity
from tests.bad_case import BadInput
from tests.bad_costly import COSTLY
from tests.bad_input import CASES, MEGABYTES, PLACES, SECONDS
from tests.folders import IN_TIME, VERSION, Folder, appendix_of, good
from tests.forms import Form
from tests.fuzz_reader import seeds, try_one

ROOT = Path(__file__).parents[1]
UNIT = "31117"
CI_FACTOR = 5
"""How much slower and fuller a busy machine may be than the one the limits are for."""

DEAREST = ("a million rows written oddly", "one element of many attributes", "long texts")

Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def form(issued_once: Folder) -> Form:
    """The return of one unit, in good order."""
    return Form(VERSION, appendix_of(UNIT), issued_once.identities[UNIT], good(UNIT), issued_once.form(UNIT))


@pytest.fixture(scope="module")
def files(form: Form, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Every variant of every case as a file, by the case's id."""
    folder = tmp_path_factory.mktemp("mọi thứ")
    made: dict[str, list[Path]] = {}
    for case in CASES:
        for turn, data in enumerate(case.files(form)):
            path = folder / f"{UNIT}_{case.id}_{turn}{case.suffix}"
            path.write_bytes(data)
            made.setdefault(case.id, []).append(path)
    return made


@pytest.fixture(scope="module")
def inbox(
    issued_once: Folder, files: dict[str, list[Path]], tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Folder:
    """A campaign with every case in its inbox at once (one file of each; all of them if exhaustive), and a good return as the last."""
    folder = issued_once.copy(tmp_path_factory.mktemp("hộp thư"))
    for variants in files.values():
        for path in variants if pytestconfig.getoption("--exhaustive") else variants[:1]:
            shutil.copy(path, folder.path / INBOX)
    folder.drop("zz 31120.xlsx", folder.form("31120"))
    return folder


@pytest.fixture(scope="module")
def received(inbox: Folder) -> Rows:
    """What `receive` printed of each file."""
    ran = inbox.json("receive")
    assert (ran.code, ran.err) == (1, "")
    return {row["file"]: row for row in ran.json["received"]} | {"": ran.json}


def codes(findings: list[dict[str, Any]], *severities: str) -> set[str]:
    return {one["code"] for one in findings if one["severity"] in severities}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_each_case_has_its_verdict_and_its_findings(case: BadInput, form: Form, files: dict[str, list[Path]], received: Rows) -> None:
    again = {one["file"] for one in received[""]["findings"] if one["code"] == "return-same-file"}
    names = {path.name for path in files[case.id]} & received.keys()
    assert names or again & {path.name for path in files[case.id]}, "the same bytes under another name, as .xls and .ods are, are noted"
    for name in names:
        row = received[name]
        assert (row["verdict"], codes(row["findings"], "error", "warning")) == (case.verdict, set(case.codes)), name
        assert set(case.notes) <= codes(row["findings"], "note"), name
        if case.at is not None:
            where = [(one["sheet"], one["cell"]) for one in row["findings"] if one["code"] == case.codes[0]]
            assert case.at(form) in where, name
        assert all(one["message"] and "{" not in one["message"] for one in row["findings"])


def test_the_last_file_is_received_whatever_came_before_it(received: Rows) -> None:
    assert (received["zz 31120.xlsx"]["verdict"], received["zz 31120.xlsx"]["counts"]) == ("accepted", True)


def test_every_file_is_answered_and_a_second_run_finds_nothing_to_do(inbox: Folder, received: Rows) -> None:
    events = inbox.events("received")
    assert len(events) == len(received) - 1
    slips = {path.name.split("_phieu")[0][-8:] for path in inbox.back("*/*phieu*.xlsx")}
    assert slips == {event.data["sha256"][:8] for event in events}
    before = len(inbox.events())
    again = inbox.json("receive")
    assert (again.json["received"], len(inbox.events())) == ([], before)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_each_case_has_its_verdict_on_any_machine(case: BadInput, files: dict[str, list[Path]]) -> None:
    verdict, wanted = case.anywhere or (case.verdict, case.codes)
    for path in files[case.id]:
        seen = examine(path)
        told = {one.code for one in seen.findings if one.severity is not Severity.NOTE}
        assert (seen.verdict.value, told) == (verdict, set(wanted)), path.name


def test_forged_results_change_no_score(received: Rows, inbox: Folder) -> None:
    """issue 5: "cached value forged"; every honest saving has the same scores and the same digest too."""
    assert received
    events = {event.data["file"]: event.data for event in inbox.events("received")}
    same = (
        "cached-values",
        "resaved-openpyxl",
        "signed",
        "looks",
        "strict",
        "prefixes",
        "inline-strings",
        "shared-formulas",
        "array-formulas",
    )
    wanted = events[f"{UNIT}_comments_0.xlsx"]
    for name in same:
        data = events[f"{UNIT}_{name}_0.xlsx"]
        assert (data["scores"], data["answers"]) == (wanted["scores"], wanted["answers"]), name


def test_a_command_run_with_every_warning_an_error_shows_no_officer_a_traceback(inbox: Folder, issued_once: Folder, tmp_path: Path) -> None:
    """issue 5: "No library's exception, warning or traceback reaches an officer"."""
    environment = {**os.environ, "CCHC_NOW": IN_TIME, "CCHC_KEY_DIR": str(inbox.keys), "PYTHONPATH": str(ROOT)}
    some = sorted((inbox.path / INBOX).iterdir())[::18]
    fresh = issued_once.copy(tmp_path).path
    for command in (["check", some[0]], ["receive", fresh, *some], ["check", tmp_path]):
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-m", "processor.cli", *map(str, command)],
            env=environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert ran.returncode in (0, 1, 2), ran.stderr
        assert "Traceback" not in ran.stdout + ran.stderr
        assert "Warning" not in ran.stderr


def test_no_file_is_dear_to_read(pytestconfig: pytest.Config) -> None:
    """issue 5: at most 2 s and 300 MB for any file of any kind; exact figures: `python -m tests.bad_input`."""
    wanted = list(COSTLY) if pytestconfig.getoption("--exhaustive") else DEAREST
    program = (
        "import json, sys; from tests.bad_input import costs; "
        "print(json.dumps([[one.name, one.seconds, one.megabytes] for one in costs(sys.argv[1:])]))"
    )
    ran = subprocess.run([sys.executable, "-c", program, *wanted], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    found = json.loads(ran.stdout)
    assert len(found) == len(wanted)
    dear = [one for one in found if one[1] > SECONDS * CI_FACTOR or one[2] > MEGABYTES]
    assert not dear


# -------------------------------------------------------------------------------------------------------------------- the page


def generator() -> Any:
    """docs/make_bad_input.py, which is a script beside its page."""
    spec = importlib.util.spec_from_file_location("make_bad_input", ROOT / "docs" / "make_bad_input.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_the_table() -> None:
    page = (ROOT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    assert page == generator().page(), "run: python docs/make_bad_input.py"


def test_every_row_is_there_once_with_codes_of_the_catalogue() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids))
    for case in CASES:
        assert {*case.codes, *case.notes, *(case.anywhere or ("", ()))[1]} <= set(CATALOGUE), case.id
        assert Verdict(case.verdict)
    assert {place.code for place in PLACES if place.code} <= set(CATALOGUE)


@pytest.mark.parametrize("place", PLACES, ids=[place.what for place in PLACES])
def test_every_place_names_a_test_that_is_there(place: Any) -> None:
    module, _, name = place.shown.partition(".")
    found = getattr(importlib.import_module(f"tests.{module}"), name)
    assert inspect.isfunction(found)


@pytest.mark.parametrize("name", seeds())
def test_the_fuzzers_own_seeds_pass(name: str) -> None:
    """docs/bad-input.md tells of the hour it ran; here is that it still runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try_one(seeds()[name])
