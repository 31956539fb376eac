"""Typing into a form as a person does, in a live LibreOffice: locks and validation hold; what is pasted past them, the check names.

Issue 3: "a locked formula cell refuses, a bad value is stopped by validation with our Vietnamese message, a drop-down accepts its items,
pasting over does not get past the check".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addin import macros, marks
from addin.front import form_in_front
from addin.libreoffice.uno_of import property_values
from rubric_versions import words
from tests.folders import run
from tests.forms import Form, Place, filled
from tests.live import Live, SilentLibreOffice
from tests.person import Person
from workbook_templates import layout as at
from workbook_templates.book import a1

pytestmark = pytest.mark.xdist_group("office")

PROTECTED = "rotected"
"""What LibreOffice itself says of a locked cell has this in it."""


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    """Somebody at a LibreOffice."""
    live = Live(headless=False)
    yield Person(live)
    live.stop()


@pytest.fixture
def form() -> Form:
    """A form in good order."""
    return filled()


@pytest.fixture
def document(person: Person, form: Form, tmp_path: Path) -> Iterator[Any]:
    """That form, open."""
    path = tmp_path / "CT01_bieu_mau.xlsx"
    path.write_bytes(form.data)
    with person.opened(path) as opened:
        yield opened


def cell(document: Any, place: Place) -> Any:
    """The cell as LibreOffice has it."""
    sheet, address = place
    return document.Sheets.getByName(sheet).getCellRangeByName(address)


def checked(document: Any, path: Path) -> set[tuple[str, str, str]]:
    """Code, sheet and cell of what `cchc check` finds wrong in the file saved from there."""
    document.storeToURL(path.as_uri(), property_values({"FilterName": "Calc MS Excel 2007 XML"}))
    found = run("check", path, "--json").json["findings"]
    return {(one["code"], one["sheet"], one["cell"]) for one in found if one["severity"] == "error"}


def number_of(form: Form) -> tuple[Place, str]:
    """An input that takes whole numbers, and what its box says."""
    (entry, *_) = form.leaf("count").inputs
    return form.input("count"), words.PROMPTS[entry.kind][2]


# -------------------------------------------------------------------------------------------------------------------- typed


@pytest.mark.parametrize("col", [at.TITLE, at.MAX, at.POINTS, at.STATUS])
def test_a_locked_cell_refuses_what_is_typed(person: Person, form: Form, document: Any, col: int) -> None:
    place = form.beside("levels", col)
    before = cell(document, place).getFormula()
    (said,) = person.type(document, *place, "9")
    assert PROTECTED in said
    assert cell(document, place).getFormula() == before


def test_a_good_number_is_taken_and_the_points_follow(person: Person, form: Form, document: Any) -> None:
    place, _ = number_of(form)
    points = form.beside("count", at.POINTS)
    before = cell(document, points).getValue()
    assert person.type(document, *place, "0") == []
    assert (cell(document, place).getValue(), cell(document, points).getValue()) == (0, 0)
    assert before > 0


@pytest.mark.parametrize("text", ["-1", "1.5", "ba", "3 lần", "1000000000001"])
def test_a_bad_number_is_stopped_with_our_message(person: Person, form: Form, document: Any, text: str) -> None:
    place, message = number_of(form)
    before = cell(document, place).getFormula()
    (said,) = person.type(document, *place, text)
    assert message in said
    assert cell(document, place).getFormula() == before


def test_a_drop_down_accepts_each_of_its_items_and_nothing_else(person: Person, form: Form, document: Any) -> None:
    place = form.input("levels")
    (entry, *_) = form.leaf("levels").inputs
    assert len(entry.choices) > 1
    for item in reversed(entry.choices):
        assert person.type(document, *place, item) == []
        assert cell(document, place).getString() == item
    (said,) = person.type(document, *place, "sai")
    assert words.PROMPTS["choice"][2] in said
    assert cell(document, place).getString() == entry.choices[0]


def test_mark_date_and_length_are_stopped_with_our_messages(person: Person, form: Form, document: Any) -> None:
    skipped = form.skipped()
    wrong = {
        (words.SCORING, a1(skipped.row, at.MARK)): ("y", words.PROMPTS["mark"][2]),
        form.approval("date"): ("hôm qua", words.PROMPTS["date"][2]),
        form.approval("approved"): ("Rồi", words.PROMPTS["choice"][2]),
        form.beside("levels", at.EXPLANATION): ("d" * 2001, words.PROMPTS["explanation"][2]),
    }
    for place, (text, message) in wrong.items():
        before = cell(document, place).getFormula()
        (said,) = person.type(document, *place, text)
        assert message in said, place
        assert cell(document, place).getFormula() == before, place


# -------------------------------------------------------------------------------------------------------------------- pasted


def test_what_is_pasted_over_an_input_is_named_by_the_check(person: Person, form: Form, document: Any, tmp_path: Path) -> None:
    """Pasting takes the cell's validation away, as in Excel: only the check stands between what is pasted and the points."""
    assert checked(document, tmp_path / "truoc.xlsx") == set()
    levels, bands, count, days = form.input("levels"), form.input("bands"), form.input("count"), form.approval("date")
    with person.opened() as other:
        sheet = other.Sheets.getByIndex(0)
        pasted = {"A1": (levels, "sai"), "A2": (bands, "1.000"), "A3": (count, "=1+1"), "A4": (days, "hôm qua")}
        for address, (_, text) in pasted.items():
            one = sheet.getCellRangeByName(address)
            if text.startswith("="):
                one.setFormula(text)
            else:
                one.setString(text)
        for address, (place, text) in pasted.items():
            assert len(person.paste((other, sheet.Name, address), (document, *place))) == 1, "only whether to replace what is there"
            assert cell(document, place).getFormula().lstrip("'") == text
            assert cell(document, place).Validation.Type.value == "ANY"
    wanted = {("choice-unknown", *levels), ("not-a-number", *bands), ("input-formula", *count), ("approval-date", *days)}
    assert checked(document, tmp_path / "sau.xlsx") == wanted
    host = SilentLibreOffice(person.live.app.books["CT01_bieu_mau.xlsx"])
    macros.run("ra_soat_loi", host)
    assert host.said[-1].startswith(f"{len(wanted)} lỗi")
    listed = marks.listed(form_in_front(host))
    assert {(one.sheet, one.cell) for one in listed if one.kind == words.ERROR} == {(sheet, address) for _, sheet, address in wanted}


def test_a_locked_cell_refuses_what_is_pasted(person: Person, form: Form, document: Any) -> None:
    place = form.beside("levels", at.POINTS)
    before = cell(document, place).getFormula()
    with person.opened() as other:
        sheet = other.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setValue(9)
        assert any(PROTECTED in said for said in person.paste((other, sheet.Name, "A1"), (document, *place)))
    assert cell(document, place).getFormula() == before


def test_an_input_of_another_kind_pasted_over_is_named_by_the_check(person: Person, form: Form, document: Any, tmp_path: Path) -> None:
    """A cell of the form itself brings its own validation, which is not that of the cell it is pasted over."""
    source, target = form.input("count"), form.input("levels")
    person.paste((document, *source), (document, *target))
    assert cell(document, target).getFormula() == cell(document, source).getFormula()
    assert ("choice-unknown", *target) in checked(document, tmp_path / "sau.xlsx")
