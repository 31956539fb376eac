"""What the unit entered: one mistake each, in a form that is otherwise in order; the finding, its cell, the verdict.

Requirements: domain.md §2 (Cần Thơ 2018, Điều 7.2: explain, attach evidence, not assessed) and §3.3, §3.11; design.md, "Three states",
"Return", "Finding".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.checks import Checked, Verdict, check_workbook, is_day, is_strange, says_something
from processor.reader import Cell, ErrorValue, Value, Workbook, read_workbook
from rubric_versions import words
from rubric_versions.answers import Answers, LeafAnswer
from rubric_versions.findings import CATALOGUE, ENTRY_STAGE, Severity
from rubric_versions.methods.base import State
from rubric_versions.numbers import decimal_text
from tests import fills
from tests.forms import (
    CAN_THO,
    Entry,
    Form,
    Formula,
    Place,
    amended,
    check,
    edited,
    filled,
    identity_of,
    made,
    office,
    replaced,
    told,
    well_told,
)
from workbook_templates import layout as at
from workbook_templates.book import a1
from workbook_templates.form_state import EVIDENCE_LIMIT, TEXT_LIMIT

NA = ErrorValue("#N/A")
Typed = Mapping[Place, Entry]


@dataclass(frozen=True)
class Case:
    """What is typed into the well-filled form of an appendix, and the one thing that is told of it, at the first cell typed into.

    `at` names another cell; `shown` stands in the message; `number_format` is what the cells are formatted as.
    """

    code: str
    typed: Callable[[Form], Typed]
    at: Callable[[Form], Place] | None = None
    shown: str = ""
    number: str = "IV"
    number_format: str = ""
    severity: Severity = Severity.ERROR


def number(value: Entry, code: str, shown: str = "", number_format: str = "") -> Case:
    """A value typed where a whole number belongs."""
    return Case(code, lambda form: {form.input("count"): value}, shown=shown, number_format=number_format)


def choice(change: Callable[[str], Entry], shown: str = "") -> Case:
    """The right choice, spelt another way."""
    return Case("choice-unknown", lambda form: {form.input("yes_no"): change(chosen(form))}, shown=shown)


def chosen(form: Form) -> str:
    return str(form.answers.of(form.leaf("yes_no").leaf).inputs[0])


def points(value: Callable[[Decimal], Entry], code: str, shown: str = "") -> Case:
    """Points typed, given the criterion's max."""

    def typed(form: Form) -> Typed:
        return {form.input("direct"): value(Decimal(decimal_text(form.leaf("direct").leaf.max)))}

    return Case(code, typed, shown=shown, number="II")


def mark(value: Entry, code: str = "mark-unknown", shown: str = "") -> Case:
    """Something in the column "Không đánh giá" of a criterion whose input was emptied: the criterion is then nothing but that mark."""
    blank: dict[int, Entry] = {0: None, 1: None}

    def typed(form: Form) -> Typed:
        return {form.beside("bands", at.MARK): value} | {form.input("bands", index): entry for index, entry in blank.items()}

    return Case(code, typed, shown=shown)


def explanation(value: Entry, code: str = "explanation-missing", severity: Severity = Severity.ERROR) -> Case:
    """Something in the column "Giải trình"."""
    return Case(code, lambda form: {form.beside("levels", at.EXPLANATION): value}, severity=severity)


def reason(value: Entry) -> Case:
    """Something, or nothing, as the reason of a criterion that was marked as not assessed."""
    return Case("skip-unexplained", lambda form: {(words.SCORING, a1(form.skipped().row, at.EXPLANATION)): value})


def row_of_evidence(code: str, part: str, severity: Severity = Severity.ERROR, shown: str = "", **values: Entry) -> Case:
    """One more row of evidence, with these values; `label` alone means the label of a criterion."""

    def typed(form: Form) -> Typed:
        return {form.free_document(key): form.layout.evidence_labels[0] if value == "label" else value for key, value in values.items()}

    return Case(code, typed, lambda form: form.free_document(part), shown, severity=severity)


def document(code: str, part: str, value: Entry, severity: Severity = Severity.WARNING) -> Case:
    """A cell of evidence that was in order, typed over."""
    return Case(code, lambda form: {form.document("levels", part): value}, severity=severity)


def approval(code: str, key: str, value: Entry, shown: str = "") -> Case:
    """A cell of "Phê duyệt" typed over."""
    return Case(code, lambda form: {form.approval(key): value}, shown=shown)


def no_document(form: Form) -> Typed:
    """The evidence of one criterion taken out."""
    return {form.document("levels", part): None for part in at.EVIDENCE_COLUMNS}


def all_rows(form: Form) -> Typed:
    """Every row of evidence used."""
    rows = range(at.EVIDENCE_FIRST + len(form.answers.evidence), form.layout.evidence_last + 1)
    label, columns = form.layout.evidence_labels[0], at.EVIDENCE_COLUMNS
    cells: dict[Place, Entry] = {(words.EVIDENCE, a1(row, columns["criterion"])): label for row in rows}
    return cells | {(words.EVIDENCE, a1(row, columns["number"])): "12/KH-UBND" for row in rows}


CASES: dict[str, Case] = {
    # not yet scored
    "nothing chosen": Case("leaf-unscored", lambda form: {form.input("levels"): None}),
    "nothing typed": number(None, "leaf-unscored"),
    "both numbers of a rate missing": Case("leaf-unscored", lambda form: {form.input("bands"): None, form.input("bands", 1): None}),
    "the denominator missing": Case("leaf-incomplete", lambda form: {form.input("bands"): None}, shown="Còn thiếu «"),
    "the numerator missing": Case("leaf-incomplete", lambda form: {form.input("bands", 1): None}),
    "an item of a checklist unanswered": Case("leaf-incomplete", lambda form: {form.input("checklist", 1): None}),
    # choices
    "a choice in capitals": choice(str.upper),
    "a choice with a space behind": choice(lambda text: text + " "),
    "a choice with a hard space": choice(lambda text: text.replace(" ", "\u00a0")),
    "a choice in letters taken apart (NFD)": choice(lambda text: unicodedata.normalize("NFD", text)),
    "a choice with a character nobody sees": choice(lambda text: text + "\u200b"),
    "a choice with a dot for the comma": choice(lambda text: text.replace("0,5", "0.5")),
    "the points without the words": choice(lambda _: "0,5", "«0,5»"),
    "a number for a choice": choice(lambda _: Decimal("0.5"), "«0,5»"),
    "a truth value for a choice": choice(lambda _: True, "«ĐÚNG»"),
    "an error for a choice": choice(lambda _: NA, "«#N/A»"),
    "a star for a choice": choice(lambda _: "*"),
    # numbers
    "a comma as text": number("1,5", "number-as-text", "«1,5» là chữ, không phải số. Có lẽ là số 1,5:"),
    "a dot as text": number("0.25", "number-as-text", "«0.25» là chữ, không phải số. Có lẽ là số 0,25:"),
    "a whole number as text": number("12", "number-as-text", "số 12:"),
    "points with the word": number("1 điểm", "number-as-text", "số 1:"),
    "a number before a hard space": number("4\u00a0", "number-as-text", "số 4:"),
    "full-width digits": number("１２", "number-as-text", "số 12:"),
    "a percent as text": number("95%", "number-as-text", "số 95:"),
    "a number with three decimals, or a thousand": number("1.500", "not-a-number", "«1.500»"),
    "a square": number("5²", "not-a-number"),
    "NaN": number("NaN", "not-a-number"),
    "words": number("không có", "not-a-number"),
    "only a space": number(" ", "not-a-number"),
    "a dash": number("-", "not-a-number"),
    "a truth value": number(True, "not-a-number", "«ĐÚNG»"),
    "a false value": number(False, "not-a-number", "«SAI»"),
    "an error value": number(ErrorValue("#DIV/0!"), "not-a-number", "«#DIV/0!»"),
    "a number that is none in the file": number(Decimal("1E+309"), "not-a-number"),
    "below nothing": number(Decimal(-1), "number-negative", "Số -1 nhỏ hơn 0"),
    "just below nothing": number(Decimal("-0.000001"), "number-negative"),
    "too many digits": number(Decimal(10**12), "number-too-large", "999999999999"),
    "the largest there is": number(Decimal("1E+308"), "number-too-large"),
    "half a case": number(Decimal("2.5"), "number-not-whole", "2,5"),
    "half, shown as a percent": number(Decimal("0.5"), "number-not-whole", number_format="0%"),
    "more points than there are": points(lambda most: most + 1, "points-over-max"),
    "a little more than there are": points(lambda most: most + Decimal("0.001"), "points-over-max"),
    "points between steps": points(lambda _: Decimal("0.3"), "points-off-step", "không đúng bậc"),
    "negative points": points(lambda _: Decimal(-1), "number-negative"),
    "more done than there was": Case(
        "numerator-over-denominator",
        lambda form: {form.input("bands", 1): Decimal(210_000)},
        shown="Số đạt 210000 lớn hơn tổng số",
    ),
    "a formula for a number": Case("input-formula", lambda form: {form.input("count"): Formula("1+1")}, shown="«=1+1»"),
    "a formula for a choice": Case("input-formula", lambda form: {form.input("yes_no"): Formula('"Có"')}),
    "a formula for an explanation": explanation(Formula("A1"), "input-formula"),
    "a formula for a mark": Case("input-formula", lambda form: {form.beside("bands", at.MARK): Formula('"x"')}),
    "a formula in the evidence": document("input-formula", "extract", Formula("TODAY()"), Severity.ERROR),
    "a formula in the approval": approval("input-formula", "date", Formula("TODAY()")),
    "1.5 turned into a day": number(Decimal(43_221), "input-date", "01/05/2018). Có lẽ là số 1,5:", "dd/mm/yyyy"),
    "a number that only shows as a day": number(Decimal(3), "input-date", "Có lẽ là số 3:", "d/m/yyyy"),
    "a number that only shows as an hour": number(Decimal("0.25"), "input-date", "Có lẽ là số 0,25:", "hh:mm"),
    # not assessed
    "a wrong letter as the mark": mark("y", shown="«y»"),
    "a space before the mark": mark(" x"),
    "two marks": mark("xx"),
    "a tick as the mark": mark("✓"),
    "a number as the mark": mark(Decimal(1)),
    "a truth value as the mark": mark(True),
    "an error as the mark": mark(NA),
    "a Cyrillic look-alike as the mark": mark("х"),
    "a mark beside a result": Case(
        "mark-with-value", lambda form: {form.beside("bands", at.MARK): "x"}, lambda form: form.input("bands"), "nhập kết quả «"
    ),
    "a capital mark beside half a result": Case(
        "mark-with-value",
        lambda form: {form.beside("bands", at.MARK): "X", form.input("bands"): None},
        lambda form: form.input("bands", 1),
    ),
    # explanations
    "no explanation": explanation(None),
    "a hard space as explanation": explanation("\u00a0"),
    "spaces and a line end as explanation": explanation("  \n "),
    "dots as explanation": explanation("....."),
    "a dash as explanation": explanation("–"),
    "no reason": reason(None),
    "dots as reason": reason("…"),
    # evidence
    "no evidence": Case("evidence-missing", no_document, lambda form: form.beside("levels", at.DOCUMENTS)),
    "evidence for no criterion": row_of_evidence("evidence-no-criterion", "criterion", number="12/KH-UBND"),
    "evidence for a criterion that is not there": row_of_evidence(
        "evidence-no-criterion", "criterion", shown="«9.9. Không có»", criterion="9.9. Không có", number="12/KH-UBND"
    ),
    "evidence for a criterion by its number alone": row_of_evidence("evidence-no-criterion", "criterion", criterion="1.1.1", number="1"),
    "only the issuer": row_of_evidence("evidence-no-criterion", "criterion", issuer="UBND"),
    "an error as the criterion": row_of_evidence("evidence-no-criterion", "criterion", criterion=NA, number="1"),
    "evidence of which nothing is told": row_of_evidence("evidence-blank", "number", criterion="label"),
    "evidence of which dots are told": row_of_evidence("evidence-blank", "number", criterion="label", number="...", file="\u00a0"),
    "evidence of which only the issuer is told": row_of_evidence("evidence-blank", "number", criterion="label", issuer="UBND"),
    "a day that does not exist": document("evidence-date", "date", "31/02/2018"),
    "a month as date": document("evidence-date", "date", "tháng 2/2018"),
    "a year as date": document("evidence-date", "date", Decimal(2018)),
    "a truth value as date": document("evidence-date", "date", True),
    "a date long ago": document("evidence-date", "date", "05/02/1918"),
    "every row of evidence used": Case(
        "evidence-full", all_rows, lambda form: (words.EVIDENCE, a1(form.layout.evidence_last, 1)), severity=Severity.NOTE
    ),
    # approval
    **{f"approval without {key}": approval("approval-missing", key, None, words.APPROVAL_LABELS[key]) for key in words.APPROVAL_REQUIRED},
    "dots for the head's name": approval("approval-missing", "head", "......"),
    "approved in other words": approval("approval-unknown", "approved", "Đồng ý", "Chọn «Đã phê duyệt»"),
    "approved in capitals": approval("approval-unknown", "approved", words.APPROVED.upper()),
    "approved by a truth value": approval("approval-unknown", "approved", True),
    "the day of approval as text": approval("approval-date", "date", "07/12/2018"),
    "the day of the meeting as a small number": approval("approval-date", "meeting", Decimal(5)),
    "the day of approval as a truth value": approval("approval-date", "date", True),
    # texts
    "a long explanation": explanation("a" * (TEXT_LIMIT + 1), "text-too-long", Severity.WARNING),
    "forty thousand characters": explanation("dài " * 10_000, "text-too-long", Severity.WARNING),
    "a long extract": document("text-too-long", "extract", "a" * (EVIDENCE_LIMIT + 1)),
    "a long name": Case("text-too-long", lambda form: {form.approval("head"): "a" * (EVIDENCE_LIMIT + 1)}, severity=Severity.WARNING),
    "a control character": explanation("Đã\x07 ban hành", "text-strange", Severity.WARNING),
    "text that reads backwards": explanation("Đã ban hành \u202efdp.exe", "text-strange", Severity.WARNING),
    "a space of no width": document("text-strange", "number", "12\u200b/KH-UBND"),
    "TCVN3 letters": explanation("KÕ ho¹ch c¶i c¸ch hµnh chÝnh", "text-strange", Severity.WARNING),
    "VNI letters": document("text-strange", "extract", "Keá hoaïch caûi caùch haønh chính"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_mistake_is_told_once_at_its_cell(case: Case) -> None:
    form = filled(case.number)
    typed = case.typed(form)
    checked = check(edited(form.data, typed, case.number_format), office())
    place = case.at(form) if case.at else next(iter(typed))
    (found,) = well_told(checked.findings)
    assert (found.code, (found.sheet, found.cell), found.severity) == (case.code, place, case.severity)
    assert case.shown in found.message
    assert checked.verdict is (Verdict.RETURNED if case.severity is Severity.ERROR else Verdict.ACCEPTED)
    if found.sheet == words.SCORING:
        assert found.criterion in form.layout.place_of


def test_every_finding_about_entries_has_a_failing_case() -> None:
    in_a_form_of_its_own = {"survey-no-answers"}
    assert {case.code for case in CASES.values()} | in_a_form_of_its_own == {
        code for code, entry in CATALOGUE.items() if entry.stage == ENTRY_STAGE
    }


PASSING: dict[str, Callable[[Form], Typed]] = {
    "nothing retyped": lambda _: {},
    "a capital X": lambda form: {(words.SCORING, a1(form.skipped().row, at.MARK)): "X"},
    "a zero": lambda form: {form.input("count"): Decimal(0)},
    "the largest number that may be": lambda form: {form.input("count"): Decimal(999_999_999_999)},
    "no case arose": lambda form: {form.input("bands"): Decimal(0), form.input("bands", 1): Decimal(0)},
    "a number as explanation": lambda form: {form.beside("levels", at.EXPLANATION): Decimal(5)},
    "an explanation of 2000 characters": lambda form: {form.beside("levels", at.EXPLANATION): "a" * TEXT_LIMIT},
    "an explanation on several lines": lambda form: {form.beside("levels", at.EXPLANATION): "- Kế hoạch\n- Báo cáo\tsố 5"},
    "a date typed as text in the evidence": lambda form: {form.document("levels", "date"): "5/2/2018"},
    "a date with hyphens": lambda form: {form.document("levels", "date"): "05-02-2018"},
    "no date of the document": lambda form: {form.document("levels", "date"): None},
    "a number that is the document's": lambda form: {form.document("levels", "number"): Decimal(12)},
    "no title of the preparer": lambda form: {form.approval("preparer_title"): None, form.approval("contact"): None},
    "a free row in the middle of the evidence": lambda form: {form.free_document("number"): None},
}


@pytest.mark.parametrize("typed", PASSING.values(), ids=PASSING)
def test_what_an_officer_may_type_is_accepted(typed: Callable[[Form], Typed]) -> None:
    checked = check(edited(filled().data, typed(filled())), office())
    assert (checked.verdict, told(checked)) == (Verdict.ACCEPTED, [])


def test_every_mistake_of_a_form_is_told_at_once() -> None:
    form = filled()
    typed: dict[Place, Entry] = {
        form.input("count"): "1,5", form.input("levels"): None, form.input("bands", 1): Decimal(-2),
        form.beside("linear", at.EXPLANATION): None, form.approval("approved"): None,
    }  # fmt: skip
    assert {(sheet, cell) for _, sheet, cell in told(check(edited(form.data, typed)))} == set(typed)


def test_an_unscored_or_wrong_leaf_gives_nothing_and_stays_in_what_could_be_got() -> None:
    form = filled()
    whole = check(form.data).totals
    assert whole
    for value in (None, "1,5", Decimal(-1), Formula("1+1")):
        checked = check(edited(form.data, {form.input("count"): value}))
        assert checked.totals
        assert checked.outcomes
        leaf = form.leaf("count").leaf
        assert checked.outcomes[leaf.code].state in (State.UNSCORED, State.INVALID)
        assert checked.totals.possible == whole.possible
        assert checked.totals.points < whole.points


def test_a_leaf_both_marked_and_filled_counts_as_not_assessed() -> None:
    form = filled()
    checked = check(edited(form.data, {form.beside("bands", at.MARK): "x"}))
    assert checked.outcomes
    assert checked.totals
    whole = check(form.data).totals
    assert whole
    assert checked.outcomes[form.leaf("bands").leaf.code].state is State.NOT_ASSESSED
    assert checked.totals.possible == whole.possible - form.leaf("bands").leaf.max


def test_a_survey_without_a_single_answer_is_told() -> None:
    version, _ = fills.one_leaf(fills.LEAVES["survey weighted"])
    version = amended(version)
    appendix = version.appendices[0]
    nothing = Answers({"1.1": LeafAnswer((Decimal(0),) * 4, None, "Không có phiếu")})
    checked = check(made(version, appendix, nothing, identity_of(version, appendix)).data, office(version))
    assert ("survey-no-answers", words.SCORING) in {(code, sheet) for code, sheet, _ in told(checked)}


def dates_1904(data: bytes) -> bytes:
    """The workbook counting its days from 1904, as an old Excel for Mac does, its dates not changed along: 1,462 days later now."""
    return replaced(data, "xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')


def test_days_counted_from_1904_are_the_days_that_the_officer_saw() -> None:
    form = filled()
    typed: dict[Place, Entry] = {form.approval("date"): Decimal(43_441 - 1462), form.approval("meeting"): Decimal(43_439 - 1462)}
    typed |= {
        (words.EVIDENCE, a1(row, at.EVIDENCE_COLUMNS["date"])): Decimal(str(one[2])) - 1462
        for row, one in enumerate(form.answers.evidence, at.EVIDENCE_FIRST)
    }
    checked = check(edited(dates_1904(form.data), typed), office())
    assert (checked.verdict, told(checked)) == (Verdict.ACCEPTED, [])
    assert checked.digest == check(form.data).digest

    turned = edited(dates_1904(form.data), {form.input("count"): Decimal(43_221 - 1462)}, "dd/mm/yyyy")
    (found,) = [one for one in well_told(check(turned).findings) if one.code == "input-date"]
    assert "01/05/2018). Có lẽ là số 1,5:" in found.message


# -------------------------------------------------------------------------------------------------------------------- severities


@pytest.mark.parametrize(
    ("rule", "code", "typed"),
    [
        ("explanation_missing", "explanation-missing", lambda form: {form.beside("levels", at.EXPLANATION): None}),
        ("evidence_missing", "evidence-missing", no_document),
        ("approval_missing", "approval-missing", lambda form: {form.approval("head"): None}),
        ("approval_missing", "approval-date", lambda form: {form.approval("date"): "07/12/2018"}),
        ("approval_missing", "approval-unknown", lambda form: {form.approval("approved"): "Đồng ý"}),
    ],
)
@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_the_version_says_how_grave_a_missing_thing_is(rule: str, code: str, typed: Callable[[Form], Typed], severity: Severity) -> None:
    form = lenient(rule, severity)
    checked = check(edited(form.data, typed(form)), office(form.version))
    assert checked.verdict is Verdict.ACCEPTED
    assert [(one.code, one.severity) for one in checked.findings] == [(code, severity)]


@cache
def lenient(rule: str, severity: Severity) -> Form:
    """The form of a version that takes one thing less gravely (Hồng Ngự: warnings)."""
    rules = CAN_THO.rules.model_dump(mode="json") | {rule: severity}
    return made(amended(CAN_THO, rules=rules), filled().appendix, filled().answers)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.NOTE])
def test_a_criterion_not_assessed_needs_a_reason_whatever_the_version_says_of_explanations(severity: Severity) -> None:
    form = lenient("explanation_missing", severity)
    checked = check(edited(form.data, {(words.SCORING, a1(form.skipped().row, at.EXPLANATION)): None}), office(form.version))
    assert (checked.verdict, [one.code for one in checked.findings]) == (Verdict.RETURNED, ["skip-unexplained"])


# -------------------------------------------------------------------------------------------------------------------- words

NORMAL_TEXTS = (
    "Đã ban hành Kế hoạch số 12/KH-UBND ngày 05/02/2018; số liệu chốt ngày 30/11/2018.",
    "Ủy ban nhân dân phường Thới An Đông, quận Bình Thủy, thành phố Cần Thơ",
    "ỦY BAN NHÂN DÂN QUẬN Ô MÔN – CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM – ĐỘC LẬP",
    "khuỷu, ngoằn ngoèo, thuở, quở, khuya, nghiêng, giếng, quạnh, oà, òa, hoá, hóa, thuý, thúy, Loan, Quyên, ghế, nguyễn",
    "Trường Mầm non Hoạ Mi; Phạm Thị Thùy Dương; Đào Văn Ởn; H'Hen Niê; Y Ê-ban; Đắk Lắk; Kơ Pă",
    "Société d'aménagement: café, crème brûlée, garçon, œuvre, naïveté, Noël, Haïti, août, goût, théâtre, hôtel, où, île, été, créée",
    "Müller, Größe, Åse, Søren, São Paulo, señor, mañana, Łódź",
    "Diện tích 1.250 m², 35 m³, ±0,5 %, 20 °C, ½ ngày, ¼, ¾, × 2, ÷ 3, ≥ 95 %, ≤ 5, → xong, 5 µg/m³, 3 × 4 mm, a×b",
    "Ω, α, β, π, Σ, №, §5, ©2018, Windows® và Office®, €100, £5, ¥7, 100 ₫, 1.000.000 đồng",
    "“trích dẫn”, ‘đơn’, «kép», – gạch, — dài, … chấm, • mục, · giữa, ✓ đạt, ✗ chưa, ☑, ►",
    "Họp ngày 5/12 👍 – xong",
    "https://cchc.cantho.gov.vn/van-ban/12-kh-ubnd_2018.pdf?x=1&y=2#muc-3",
    "cchc@vi-du.vn; 0292.3.812.345 (nội bộ 12); D:\\CCHC\\2018\\ke-hoach.pdf",
    "dòng 1\ndòng 2\tcột\n\n- dòng 3",
    "chia từ\u00adnối mềm",
    "x\u00a0y: dấu cách cứng từ trang web",
    "x¹, y²: xã¹ và phường² theo chú thích ¹ ²",
    "ấ" * 5000, "á" * 5000, "0" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("text", NORMAL_TEXTS, ids=range(len(NORMAL_TEXTS)))
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_ordinary_words_are_not_called_strange(text: str, form: Literal["NFC", "NFD"]) -> None:
    assert not is_strange(unicodedata.normalize(form, text))


@pytest.mark.parametrize(
    "text",
    [
        "KÕ ho¹ch c¶i c¸ch hµnh chÝnh n¨m 2018",
        "ñy ban nh©n d©n quËn Ninh KiÒu",
        "quyÕt ®Þnh cña Chñ tÞch",
        "B¸o c¸o kÕt qu¶ thùc hiÖn",
        "Keá hoaïch caûi caùch haønh chính naêm 2018",
        "Uyû ban nhaân daân quaän Ninh Kieàu",
        "UÛY BAN NHAÂN DAÂN THAØNH PHOÁ CAÀN THÔ",
        "Quyeát ñònh cuûa Chuû tòch",
        "Đã\x00 ban hành", "a\x1bb", "a\ufeffb", "a\u200eb", "a\u202eb", "a\u2066b", "a\ue000b", "a\ufffeb",
    ],
)  # fmt: skip
def test_old_fonts_and_characters_nobody_sees_are_called_strange(text: str) -> None:
    assert is_strange(text)


@pytest.mark.parametrize("letter", ["á", "a¹", "aá", "¹", "®Þ", "ñ"])
def test_the_longest_text_there_can_be_is_looked_at_in_no_time(letter: str) -> None:
    is_strange(letter * 40_000)  # in linear time, or this test takes hours


@pytest.mark.parametrize("text", ["", " ", "\u00a0", ".", "...", "…", "-", "–", "—", "_", "?", "*", "\u200b", "\n", "''"])
def test_dots_and_blanks_say_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("raw", ["0", "x", "có", "1/KH", Decimal(0), False, "①"])
def test_a_letter_or_a_digit_says_something(raw: str | bool | Decimal) -> None:
    assert says_something(raw)


@pytest.mark.parametrize(
    "raw", ["5/2/2018", "05/02/2018", "5-2-2018", "05.02.2018", " 05/02/2018 ", "29/02/2020", Decimal(43_435), Decimal("43435.5")]
)
def test_a_day_is_a_day(raw: str | Decimal) -> None:
    assert is_day(raw)


@pytest.mark.parametrize(
    "raw",
    ["2018-02-05", "29/02/2018", "5/13/2018", "31/04/2018", "5/2/18", "2018", "hôm qua", "", "٥/٢/٢٠١٨", "05/02/1999", "05/02/2100",
     None, True, Decimal(0), Decimal(-1), Decimal(36_525), Decimal(73_052), Decimal("1E+308")],
)  # fmt: skip
def test_what_is_no_day_of_our_time_is_none(raw: str | Decimal | bool | None) -> None:
    assert not is_day(raw)


# -------------------------------------------------------------------------------------------------------------------- anything at all


@cache
def parsed() -> Workbook:
    return read_workbook(filled().data)


def changed(cells: Mapping[tuple[str, int, int], Cell], *, date1904: bool = False) -> Workbook:
    """The well-filled form as read, with cells put over it."""
    book = parsed()
    sheets = {name: replace(sheet, cells=dict(sheet.cells)) for name, sheet in book.sheets.items()}
    for (name, row, col), cell in cells.items():
        sheets[name].cells[row, col] = cell
    return replace(book, sheets=sheets, date1904=date1904)


def places() -> st.SearchStrategy[tuple[str, int, int]]:
    """Cells that mean something: inputs, the hidden sheet, locked ones; and any other."""
    book = parsed()
    inputs = list(fills.entries(filled().layout, Answers()))
    hidden = [(words.META, row, col) for row in range(1, 30) for col in range(1, 8)]
    used = [(name, row, col) for name, sheet in book.sheets.items() for row, col in sheet.cells]
    anywhere = st.tuples(st.sampled_from(sorted(book.sheets)), st.integers(1, 1_048_576), st.integers(1, 16_384))
    return st.one_of(st.sampled_from(inputs), st.sampled_from(hidden), st.sampled_from(used), anywhere)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", " ", "x", "X", "1,5", "0.25", "NaN", "=1", "²", "Có", "٣", "{value}", "9" * 5000, "á" * 3000, "CT02"]),
)
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-100, max_value=100_000),
    st.sampled_from([Decimal(one) for one in ("1E+308", "-1E+308", "5E-324", "0", "0.1", "43435", "1000000000000000")]),
)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), TEXTS, NUMBERS, st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]).map(ErrorValue)
)
CELLS = st.builds(Cell, VALUES, st.one_of(st.none(), st.none(), TEXTS), st.booleans(), st.booleans())


@settings(max_examples=60)
@given(cells=st.dictionaries(places(), CELLS, min_size=1, max_size=8), date1904=st.booleans(), knows=st.booleans())
def test_whatever_stands_in_any_cell_there_is_a_verdict_and_nothing_is_raised(
    cells: dict[tuple[str, int, int], Cell], date1904: bool, knows: bool
) -> None:
    checked = check_workbook(changed(cells, date1904=date1904), "CT01.xlsx", office() if knows else None)
    assert isinstance(checked, Checked)
    for one in well_told(checked.findings):
        assert one.message
        assert one.as_json()
    assert (checked.scores() is None) == (checked.answers is None)
    assert (checked.verdict is Verdict.ACCEPTED) == all(one.severity is not Severity.ERROR for one in checked.findings)


@settings(max_examples=20)
@given(data=st.data())
def test_whatever_sheets_names_and_properties_a_workbook_has_there_is_a_verdict(data: st.DataObject) -> None:
    book = parsed()
    left = data.draw(st.lists(st.sampled_from(sorted(book.sheets)), unique=True))
    sheets = {name: book.sheets[name] for name in left} | dict.fromkeys(data.draw(st.lists(TEXTS, max_size=2)), book.sheets[words.SUMMARY])
    names = data.draw(st.dictionaries(st.sampled_from([*book.names, "X"]), TEXTS, max_size=3))
    properties = data.draw(st.dictionaries(st.sampled_from([*book.properties, "cchc_x"]), TEXTS, max_size=3))
    merged = data.draw(st.lists(st.sampled_from(["D11:D12", "A1:XFD1048576", "rác", "", "$D$11", "D12:D11", "ZZZZ9:A1"])))
    if words.SCORING in sheets:
        sheets[words.SCORING] = replace(sheets[words.SCORING], merged=tuple(merged))
    changed = replace(book, sheets=sheets, names=book.names | names, properties=book.properties | properties)
    assert isinstance(check_workbook(changed, "a", office()), Checked)
