"""The same form saved by other programs, and filled in them: the same verdict, findings, scores and mã đối chiếu, and no false alarm.

Requirements: issue 2, "Shown by tests"; design.md, traps 4 and 5.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from processor.checks import Checked, Verdict
from processor.reader import ErrorValue, read_workbook
from rubric_versions import words
from rubric_versions.answers import Answers
from rubric_versions.findings import Severity
from rubric_versions.methods.base import Raw
from tests import fills
from tests.forms import APPENDICES, CAN_THO, Entry, Form, Place, check, edited, filled, made, saved_by_openpyxl
from tests.forms import office as known
from tests.office import Entry as Typed
from tests.office import Office as LibreOffice
from workbook_templates import layout as at
from workbook_templates.book import a1


def saved(libreoffice: LibreOffice, data: bytes, folder: Path, endings: tuple[str, ...]) -> Iterator[bytes]:
    """The workbook opened, calculated and saved by LibreOffice as .xlsx; or as .ods or .xls, and that opened and saved as .xlsx."""
    given = folder / "given.xlsx"
    given.write_bytes(data)
    document = libreoffice.open(given)
    libreoffice.calculate(document)
    for ending in endings:
        libreoffice.save(document, folder / f"saved{ending}")
    libreoffice.close(document)
    for ending in endings:
        if ending != ".xlsx":
            libreoffice.convert(folder / f"saved{ending}", folder / "back.xlsx")
        yield (folder / ("saved.xlsx" if ending == ".xlsx" else "back.xlsx")).read_bytes()


def comparable(checked: Checked) -> tuple[object, ...]:
    """What must not depend on the program that saved."""
    findings = [(one.code, one.severity, one.sheet, one.cell, one.criterion, one.value) for one in checked.findings]
    return (checked.verdict, [one for one in findings if one[1] is not Severity.NOTE], checked.scores(), checked.digest, checked.identity)


@pytest.mark.parametrize("number", APPENDICES)
def test_a_form_that_went_through_other_programs_is_accepted_as_it_was(office: LibreOffice, tmp_path: Path, number: str) -> None:
    form = filled(number)
    before = comparable(check(form.data, known()))
    assert before[:2] == (Verdict.ACCEPTED, [])
    for data in saved(office, form.data, tmp_path, (".xlsx", ".ods", ".xls")):
        after = check(data, known())
        assert comparable(after) == before
        assert {one.code for one in after.findings} <= {"protection-removed"}
    assert comparable(check(saved_by_openpyxl(data), known())) == before, "by openpyxl, after LibreOffice's .xls"


def mistakes(form: Form) -> dict[Place, Entry]:
    """One mistake of every sort that a program could make look different."""
    return {
        form.input("count"): "1,5",
        form.input("bands", 1): Decimal("-0.1"),
        form.input("linear"): Decimal("0.1"),
        form.input("yes_no"): "0,5 điểm",
        form.beside("levels", at.EXPLANATION): "...",
        form.beside("levels", at.MAX): Decimal(9),
        form.beside("checklist", at.POINTS): Decimal(1),
        form.document("levels", "date"): "31/02/2018",
        form.document("levels", "extract"): "Keá hoaïch caûi caùch haønh chính",
        form.free_document("number"): "12/KH-UBND",
        form.approval("approved"): "Đồng ý",
        form.approval("date"): "07/12/2018",
        (words.SCORING, "L5"): "xem lại",
    }


def test_a_form_with_mistakes_that_went_through_other_programs_has_the_same_mistakes(office: LibreOffice, tmp_path: Path) -> None:
    form = filled()
    data = edited(form.data, mistakes(form))
    before = comparable(check(data, known()))
    assert before[0] is Verdict.RETURNED
    for one in saved(office, data, tmp_path, (".xlsx", ".ods", ".xls")):
        assert comparable(check(one, known())) == before
    assert comparable(check(saved_by_openpyxl(data), known())) == before


# -------------------------------------------------------------------------------------------------------------------- filled in LibreOffice


def typed(raw: Raw) -> Typed:
    """A value as the harness types it."""
    if isinstance(raw, ErrorValue):
        return {"formula": "=NA()"}
    if isinstance(raw, bool):
        return {"formula": "=TRUE()" if raw else "=FALSE()"}
    return float(raw) if isinstance(raw, Decimal) else raw or None


def own_results(libreoffice: LibreOffice, document: int, form: Form) -> list[float]:
    """What the form itself shows as DIEM_DAT, DIEM_TOI_DA and TY_LE_TU_CHAM."""
    row = form.layout.total_row
    cells = [libreoffice.get(document, words.SCORING, a1(one, at.POINTS))[0][0]["v"] for one in (row, row + 2, row + 3)]
    assert all(isinstance(one, float | int) for one in cells)
    return [float(one) for one in cells if one is not None]


def test_a_blank_form_filled_and_saved_in_libreoffice_gives_the_answers_and_the_scores_of_the_form(
    office: LibreOffice, tmp_path: Path
) -> None:
    """Twenty criteria filled; the rest is unscored. Numbers, choices, dates and texts come back as typed."""
    form = filled()
    some = dict(list(form.answers.leaves.items())[:20])
    wanted = Answers(some, form.answers.evidence[:20], form.answers.approval)
    blank = made(CAN_THO, form.appendix, Answers())
    (tmp_path / "blank.xlsx").write_bytes(blank.data)
    document = office.open(tmp_path / "blank.xlsx")
    cells = fills.entries(form.layout, wanted)
    office.set(document, [(sheet, a1(row, col), typed(raw)) for (sheet, row, col), raw in cells.items() if raw is not None])
    office.calculate(document)
    office.save(document, tmp_path / "filled.xlsx")
    shown = own_results(office, document, form)
    office.close(document)

    checked = check((tmp_path / "filled.xlsx").read_bytes(), known())
    assert checked.answers is not None
    assert {code: one for code, one in checked.answers.leaves.items() if code in some} == some
    assert checked.answers.evidence == wanted.evidence
    assert checked.answers.approval == wanted.approval
    assert {one.code for one in checked.findings} <= {"leaf-unscored", "protection-removed"}
    assert sum(one.code == "leaf-unscored" for one in checked.findings) == len(form.layout.places) - 20
    assert shown == pytest.approx(numbers(checked), rel=1e-12)


def numbers(checked: Checked) -> list[float]:
    """a, A and the rate as found by checking."""
    assert checked.totals
    return [float(one) for one in (checked.totals.points, checked.totals.possible, checked.totals.rate)]


@pytest.mark.parametrize(("number", "seed"), [("II", 1), ("III", 2), ("IV", 3)])
def test_the_scores_found_are_those_the_form_shows_whatever_was_typed(office: LibreOffice, tmp_path: Path, number: str, seed: int) -> None:
    """Random answers, some nasty (errors, truth values, look-alikes, ends of bands), typed by the harness into one form twice."""
    form = filled(number)
    (tmp_path / "form.xlsx").write_bytes(form.data)
    document = office.open(tmp_path / "form.xlsx")
    rng = random.Random(seed)
    for turn, badness in enumerate((0.1, 0.5)):
        answers = fills.random_answers(form.appendix, rng, badness)
        cells = fills.entries(form.layout, answers)
        office.set(document, [(sheet, a1(row, col), typed(raw)) for (sheet, row, col), raw in cells.items() if sheet == words.SCORING])
        office.calculate(document)
        saved_as = tmp_path / f"{turn}.xlsx"
        office.save(document, saved_as)
        checked = check(saved_as.read_bytes(), known())
        assert own_results(office, document, form) == pytest.approx(numbers(checked), rel=1e-9, abs=1e-9)
        about_cells = [one for one in checked.findings if one.code in ("cell-changed", "formula-changed", "cell-added", "rows-moved")]
        assert not about_cells, "what was typed is in inputs alone"
    office.close(document)


def test_the_results_that_libreoffice_keeps_in_a_form_are_those_found(office: LibreOffice, tmp_path: Path) -> None:
    form = filled()
    (data,) = saved(office, form.data, tmp_path, (".xlsx",))
    row = form.layout.total_row
    cells = read_workbook(data).sheets[words.SCORING].cells
    cached = [cells[one, at.POINTS].value for one in (row, row + 2, row + 3)]
    checked = check(data)
    assert checked.totals
    for one, wanted in zip(cached, (checked.totals.points, checked.totals.possible, checked.totals.rate), strict=True):
        assert isinstance(one, Decimal)
        assert abs(Fraction(one) - wanted) < Fraction(1, 10**9)
