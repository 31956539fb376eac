"""Whether a form came back as it was issued: every cell that is not to be filled, the names, the sheets; and what nobody minds.

Requirements: design.md, "Return" (compared are value and formula; no honest program's saving looks like tampering), "Verdict".
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from processor.checks import Verdict, check_workbook
from processor.reader import read_workbook
from rubric_versions import words
from rubric_versions.findings import CATALOGUE, WHOLE_STAGE, Severity
from tests.forms import (
    WORKBOOK,
    Entry,
    Form,
    Formula,
    Place,
    check,
    edited,
    filled,
    office,
    part_of,
    parts_of,
    replaced,
    saved_by_openpyxl,
    told,
    zipped,
)
from workbook_templates import layout as at
from workbook_templates.book import a1


@dataclass(frozen=True)
class Case:
    """What was done to a form in good order, and all that is told of it; `shown` stands in the first message."""

    done: Callable[[Form], bytes]
    told: Callable[[Form], list[tuple[str, str, str]]]
    shown: str = ""
    severity: Severity = Severity.ERROR


def typed(code: str, place: Callable[[Form], Place], entry: Entry, shown: str = "") -> Case:
    """One locked cell typed over."""
    return Case(lambda form: edited(form.data, {place(form): entry}), lambda form: [(code, *place(form))], shown)


def of_leaf(col: int) -> Callable[[Form], Place]:
    """A cell in the row of the first criterion scored by levels."""
    return lambda form: form.beside("levels", col)


def at_place(sheet: str, cell: str) -> Callable[[Form], Place]:
    """That cell."""
    return lambda _: (sheet, cell)


def total(offset: int) -> Callable[[Form], Place]:
    """A cell of the totals."""
    return lambda form: (words.SCORING, a1(form.layout.total_row + offset, at.POINTS))


def by_openpyxl(change: Callable[[openpyxl.Workbook, Form], object]) -> Callable[[Form], bytes]:
    """Something done to the workbook and saved by openpyxl."""
    return lambda form: saved_by_openpyxl(form.data, lambda book: change(book, form))


def renamed(sheet: str, name: str) -> Callable[[Form], bytes]:
    """A sheet renamed."""
    return lambda form: replaced(form.data, WORKBOOK, f'<sheet name="{sheet}"', f'<sheet name="{name}"')


def lost(sheet: str, *more: tuple[str, str, str]) -> Callable[[Form], list[tuple[str, str, str]]]:
    """What is told when a sheet is not there."""
    return lambda _: [*more, ("sheet-missing", sheet, "")]


def insert_row(sheet: str, row: int) -> Callable[[Form], bytes]:
    """A row inserted, as openpyxl does it: contents move, formulas do not follow."""
    return by_openpyxl(lambda book, _: book[sheet].insert_rows(row))


def merge(area: Callable[[Form], tuple[str, str]]) -> Callable[[Form], bytes]:
    """Cells merged in the XML, their contents left alone."""

    def done(form: Form) -> bytes:
        sheet, cells = area(form)
        return replaced(form.data, part_of(sheet), "<mergeCells ", f'<mergeCells><mergeCell ref="{cells}"/></mergeCells><mergeCells ')

    return done


def explanation(form: Form) -> str:
    return form.beside("levels", at.EXPLANATION)[1]


def unlock(book: openpyxl.Workbook, _: Form) -> None:
    book[words.SCORING].protection.sheet = False


def delete(name: str) -> Callable[[openpyxl.Workbook, Form], None]:
    def done(book: openpyxl.Workbook, _: Form) -> None:
        del book[name]

    return done


CASES: dict[str, Case] = {
    # locked formulas
    "a score typed over its formula": typed("formula-changed", of_leaf(at.POINTS), Decimal("0.5"), "đang là «0,5», khi cấp là «=IF("),
    "the same score typed over its formula": typed("formula-changed", of_leaf(at.POINTS), Decimal(1), "đang là «1»"),
    "another formula for a score": typed("formula-changed", of_leaf(at.POINTS), Formula("1+1"), "đang là «=1+1»"),
    "a text for a score": typed("formula-changed", of_leaf(at.POINTS), "1"),
    "a score deleted": typed("formula-changed", of_leaf(at.POINTS), None, "đang là «», khi cấp là «=IF("),
    "the total typed over": typed("formula-changed", total(0), Decimal(100)),
    "the rate typed over": typed("formula-changed", total(3), Decimal(100)),
    "a hidden working cell typed over": typed("formula-changed", of_leaf(at.LEAF_STATE), Decimal(1)),
    "the sentence of the check sheet typed over": typed("formula-changed", at_place(words.CHECK, "A3"), words.CAN_SEND),
    "a total of the summary typed over": typed("formula-changed", at_place(words.SUMMARY, "F5"), Decimal(10)),
    # locked values
    "max points raised": typed("cell-changed", of_leaf(at.MAX), Decimal(9), "đang là «9», khi cấp là «1»"),
    "max points as text": typed("cell-changed", of_leaf(at.MAX), "1"),
    "max points deleted": typed("cell-changed", of_leaf(at.MAX), None, "đang là «»"),
    "max points by a formula": typed("cell-changed", of_leaf(at.MAX), Formula("1")),
    "max points a little off": typed("cell-changed", of_leaf(at.MAX), Decimal("1.00000001")),
    "a criterion's title reworded": typed("cell-changed", of_leaf(at.TITLE), "Ngày ký", "đang là «Ngày ký», khi cấp là «Ngày ký kế hoạch "),
    "a criterion's code changed": typed("cell-changed", of_leaf(at.CODE), "9.9"),
    "the unit's name in the heading": typed("cell-changed", at_place(words.SCORING, "A3"), "Đơn vị khác", "khi cấp là «Đơn vị thứ"),
    "the organiser's name in the guide": typed("cell-changed", at_place(words.GUIDE, "A3"), "Nơi khác", "Nơi nhận hồ sơ: Sở Nội vụ"),
    "a label of the approval": typed("cell-changed", at_place(words.APPROVAL, "A5"), "Không cần"),
    # notes where nothing is to be typed
    "a note in a blank locked cell": typed("cell-added", at_place(words.SCORING, "L5"), "xem lại", "«xem lại»"),
    "a formula in a blank locked cell": typed("cell-added", at_place(words.SCORING, "L5"), Formula("D11")),
    "a note in the row of a group": typed("cell-added", lambda form: (words.SCORING, a1(at.FIRST_ROW, at.INPUT)), "x"),
    "a mark for a criterion that is always assessed": typed(
        "cell-added",
        lambda form: (words.SCORING, a1(next(one.row for one in form.layout.places if not one.leaf.may_skip), at.MARK)),
        "x",
    ),
    "a note beside the evidence": typed("cell-added", at_place(words.EVIDENCE, "K5"), "ghi chú"),
    # the hidden sheet
    "the travelling copy spoilt": Case(
        lambda form: edited(form.data, {(words.META, "G2"): "abc"}), lambda _: [("hidden-changed", words.META, "G2")], "(1 ô)"
    ),
    "two texts of the lists changed": Case(
        lambda form: edited(form.data, {(words.META, "E3"): "abc", (words.META, "E2"): None}),
        lambda _: [("hidden-changed", words.META, "E2")],
        "(2 ô)",
    ),
    "something added to the hidden sheet": Case(
        lambda form: edited(form.data, {(words.META, "C3"): "abc"}), lambda _: [("hidden-changed", words.META, "C3")]
    ),
    # names
    "the total's name led elsewhere": Case(
        lambda form: replaced(form.data, WORKBOOK, f"$E${form.layout.total_row}<", "$E$9<"),
        lambda _: [("name-changed", "", "")],
        "«DIEM_DAT»",
    ),
    "a name deleted": Case(
        by_openpyxl(lambda book, _: book.defined_names.pop("O_KET_QUA")), lambda _: [("name-changed", "", "")], "«O_KET_QUA»"
    ),
    # sheets
    "the scores' sheet renamed": Case(
        renamed(words.SCORING, "Chấm"), lost(words.SCORING, ("sheet-extra", "Chấm", "")), "«Chấm»"
    ),
    "the evidence sheet renamed": Case(renamed(words.EVIDENCE, "TL"), lost(words.EVIDENCE, ("sheet-extra", "TL", "")), "«TL»"),
    "a sheet's name in capitals": Case(
        renamed(words.SUMMARY, words.SUMMARY.upper()), lost(words.SUMMARY, ("sheet-extra", words.SUMMARY.upper(), ""))
    ),
    "the approval deleted": Case(by_openpyxl(delete(words.APPROVAL)), lost(words.APPROVAL), "«Phê duyệt»"),
    "the hidden sheet deleted": Case(by_openpyxl(delete(words.META)), lost(words.META), "«_meta»"),
    "a sheet added": Case(
        by_openpyxl(lambda book, _: book.create_sheet("Ghi chú")), lambda _: [("sheet-extra", "Ghi chú", "")], "«Ghi chú»", Severity.WARNING
    ),
    # rows and columns
    "a row inserted among the scores": Case(
        insert_row(words.SCORING, 20), lambda _: [("rows-moved", words.SCORING, "A20")], "ô khóa không còn"
    ),
    "a row deleted among the scores": Case(
        by_openpyxl(lambda book, _: book[words.SCORING].delete_rows(12)), lambda _: [("rows-moved", words.SCORING, "A12")]
    ),
    "a column inserted among the scores": Case(
        by_openpyxl(lambda book, _: book[words.SCORING].insert_cols(4)), lambda _: [("rows-moved", words.SCORING, "D7")]
    ),
    "a row inserted in the summary": Case(
        insert_row(words.SUMMARY, 5), lambda _: [("rows-moved", words.SUMMARY, "A5")]
    ),
    # merges
    "inputs merged": Case(
        merge(lambda form: (words.SCORING, f"{explanation(form)}:G13")),
        lambda form: [("merged-input", words.SCORING, explanation(form))],
        "Các ô G",
    ),
    "evidence merged": Case(merge(lambda _: (words.EVIDENCE, "C5:C6")), lambda _: [("merged-input", words.EVIDENCE, "C5")], "Các ô C5:C6"),
    "an input merged with a locked cell": Case(
        merge(lambda form: (words.SCORING, f"{explanation(form)}:H11")), lambda form: [("merged-input", words.SCORING, explanation(form))]
    ),
    # the guard rail
    "the protection taken off": Case(
        by_openpyxl(unlock), lambda _: [("protection-removed", words.SCORING, "")], "«Tự chấm điểm»", Severity.NOTE
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_thing_done_to_a_form_is_told_once_at_its_place(case: Case) -> None:
    form = filled()
    checked = check(case.done(form), office())
    assert told(checked) == case.told(form)
    assert case.shown in checked.findings[0].message
    assert case.severity in {one.severity for one in checked.findings}
    assert checked.verdict is (Verdict.RETURNED if case.severity is Severity.ERROR else Verdict.ACCEPTED)


FURTHER_ROUNDS = {"leaf-closed"}
"""Findings that only a form of a further round can have: their cases are in test_rounds.py."""


def test_every_finding_about_a_whole_form_has_a_failing_case() -> None:
    codes = {code for case in CASES.values() for code, _, _ in case.told(filled())}
    assert codes | FURTHER_ROUNDS == {code for code, entry in CATALOGUE.items() if entry.stage == WHOLE_STAGE}


@pytest.mark.parametrize("name", ["the scores' sheet renamed", "a row inserted among the scores", "a row deleted among the scores"])
def test_answers_that_are_not_where_they_should_be_are_not_read(name: str) -> None:
    checked = check(CASES[name].done(filled()), office())
    assert (checked.answers, checked.scores(), checked.digest) == (None, None, "")
    assert checked.identity == filled().identity


def test_scores_pasted_over_as_values_leave_the_answers_readable() -> None:
    form = filled()
    cells: dict[Place, Entry] = {(words.SCORING, a1(one.row, at.POINTS)): Decimal(1) for one in form.layout.places}
    checked = check(edited(form.data, cells), office())
    assert [code for code, _, _ in told(checked)] == ["rows-moved"]
    assert checked.scores() == check(form.data).scores()
    assert checked.answers == form.answers


def test_the_form_still_tells_the_mistakes_of_the_sheets_it_has() -> None:
    form = filled()
    data = edited(CASES["the scores' sheet renamed"].done(form), {form.approval("head"): None})
    assert ("approval-missing", *form.approval("head")) in told(check(data, office()))


# -------------------------------------------------------------------------------------------------------------------- what nobody minds


def looks(book: openpyxl.Workbook, form: Form) -> None:
    """Widths, heights, zoom, filters, print areas, colours, comments, another sheet in front: all that an officer may do and more."""
    sheet: Any = book[words.SCORING]
    sheet.column_dimensions["B"].width = 90
    sheet.column_dimensions["G"].hidden = True
    sheet.row_dimensions[12].height = 99
    sheet.row_dimensions[13].hidden = True
    sheet.sheet_view.zoomScale = 55
    sheet.auto_filter.add_filter_column(0, ["1.1.1"])
    sheet.print_area = "A1:C9"
    sheet.print_title_rows = "1:2"
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "portrait"
    sheet["B11"].font = Font(bold=True, color="FF0000")
    sheet["D11"].fill = PatternFill("solid", fgColor="FF0000")
    sheet["D11"].comment = Comment("xem lại", "tôi")
    sheet.data_validations.dataValidation.clear()
    sheet.conditional_formatting = type(sheet.conditional_formatting)()
    book[words.GUIDE].sheet_state = "hidden"
    book[words.META].sheet_state = "visible"
    book.active = 3
    book.move_sheet(words.APPROVAL, -4)


def hide_all_but_one(book: openpyxl.Workbook, _: Form) -> None:
    for sheet in book.worksheets[1:]:
        sheet.sheet_state = "hidden"


MACRO_PLACES = (("O6", "đỏ"), ("T30", "12"), ("P6", Formula("1+1")))


UNMINDED: dict[str, Callable[[Form], bytes]] = {
    "saved by openpyxl": by_openpyxl(lambda _book, _form: None),
    "looks, widths, filters, zoom, print areas, comments": by_openpyxl(looks),
    "every sheet hidden but one": by_openpyxl(hide_all_but_one),
    "the list of problems that macros write": lambda form: edited(form.data, {(words.CHECK, cell): entry for cell, entry in MACRO_PLACES}),
    "the digest that macros write": lambda form: edited(
        form.data, {(words.APPROVAL, a1(form.layout.digest_row, at.APPROVAL_VALUE)): "AAAA-BBBB-CCCC"}
    ),
    "stale cached values": lambda form: replaced(
        form.data, part_of(words.SCORING), cached := _cached(form), cached.rpartition("<v>")[0] + "<v>99</v></c>"
    ),
    "a formula with spaces, in lower case, its sheet named": lambda form: edited(
        form.data, {total(3)(form): Formula(f"if( 'Tự chấm điểm'!E{form.layout.total_row + 2} = 0, 0 , E{form.layout.total_row}/"
                                            f"E{form.layout.total_row + 2}*100.0)")}
    ),
    "a number to fifteen digits": lambda form: edited(form.data, {form.beside("levels", at.MAX): Decimal("1.0000000000001")}),
    "a title with other spaces": lambda form: edited(
        form.data, {(words.SCORING, "A3"): "Đơn vị thứ nhất  –\u00a0Đợt đánh giá năm 2018 "}
    ),
    "a digital signature": lambda form: zipped(parts_of(form.data) | {"_xmlsignatures/sig1.xml": b"<Signature/>"}),
    "an empty text in a locked cell": lambda form: edited(form.data, {(words.SCORING, "L5"): ""}),
}  # fmt: skip


def _cached(form: Form) -> str:
    """The XML of the total's cell in our own writing."""
    cell = total(0)(form)[1]
    text = parts_of(form.data)[part_of(words.SCORING)].decode("utf-8")
    start = text.index(f'<c r="{cell}"')
    return text[start : text.index("</c>", start) + 4]


@pytest.mark.parametrize("done", UNMINDED.values(), ids=UNMINDED)
def test_what_honest_people_and_programs_do_is_nobodys_business(done: Callable[[Form], bytes]) -> None:
    form = filled()
    checked, untouched = check(done(form), office()), check(form.data, office())
    assert (checked.verdict, told(checked)) == (Verdict.ACCEPTED, [])
    assert (checked.scores(), checked.digest) == (untouched.scores(), untouched.digest)


SHARED = "xl/sharedStrings.xml"


def seen_cell_by_cell(data: bytes) -> list[tuple[str, str, str]]:
    """What is told of a workbook whose cells were all made before anything was compared."""
    book = read_workbook(data)
    assert all(sheet.cells or name == words.META for name, sheet in book.sheets.items())
    return told(check_workbook(book, "x.xlsx", office()))


def with_value(data: bytes, sheet: str, at_value: int, value: bytes) -> bytes:
    """The form with one value replaced and not a byte of its row else."""
    parts = parts_of(data)
    pieces = parts[part_of(sheet)].split(b"<v>")
    pieces[at_value + 1] = value + pieces[at_value + 1][pieces[at_value + 1].index(b"</v>") :]
    return zipped(parts | {part_of(sheet): b"<v>".join(pieces)})


@pytest.mark.parametrize("sheet", [words.GUIDE, words.SCORING, words.EVIDENCE, words.SUMMARY, words.CHECK, words.APPROVAL])
def test_a_row_recognised_by_its_spelling_is_compared_as_one_seen_for_the_first_time(sheet: str) -> None:
    """Rows are remembered without their values; so each of many values is changed alone, in a form whose rows are all known."""
    form = filled()
    assert not told(check(form.data, office()))
    rng = random.Random(sheet)
    count = parts_of(form.data)[part_of(sheet)].count(b"<v>")
    changes = 0
    for at_value in rng.sample(range(count), min(count, 10)):
        for value in (b"3", b"12"):
            data = with_value(form.data, sheet, at_value, value)
            first = told(check(data, office()))
            assert first == seen_cell_by_cell(data), at_value
            changes += bool(first)
    assert changes
    assert not told(check(form.data, office()))


def test_a_shared_string_of_locked_cells_that_says_something_else_is_found_in_every_form() -> None:
    form = filled()
    assert not told(check(form.data, office()))
    for text in words.SCORING_HEADS[1:3]:
        data = replaced(form.data, SHARED, f">{text}<", f">{text}!<")
        for _ in range(2):
            assert ("cell-changed", words.SCORING) in {one[:2] for one in told(check(data, office()))}
