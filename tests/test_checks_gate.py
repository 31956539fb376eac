"""The gate: is the file readable, is it a form of ours, of this campaign, version, round and unit. With an office that knows, and without.

Requirements: design.md, "Form identity", "Return", "Verdict"; domain.md §3.11 (files come back renamed, re-saved, by every channel).
"""

from __future__ import annotations

import base64
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from processor.checks import Office, Verdict, answers_digest, check_bytes, claimed_unit
from processor.reader import Limits
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers, LeafAnswer
from rubric_versions.findings import CATALOGUE, FILE_STAGE, IDENTITY_STAGE, finding
from tests.forms import (
    APPENDICES,
    CAN_THO,
    OTHER_KEY,
    PROPERTIES,
    UNITS,
    WORKBOOK,
    Form,
    amended,
    check,
    edited,
    filled,
    made,
    office,
    parts_of,
    replaced,
    sealed,
    told,
    well_told,
    zipped,
)
from workbook_templates import layout as at
from workbook_templates.identity import Identity, from_rows

OURS, NOT_OURS = Verdict.RETURNED, Verdict.FOREIGN

# -------------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("number", APPENDICES)
def test_a_well_filled_form_is_accepted_by_its_office_and_on_any_machine(number: str) -> None:
    form = filled(number)
    at_the_office, anywhere = check(form.data, office()), check(form.data)
    assert (at_the_office.verdict, told(at_the_office)) == (Verdict.ACCEPTED, [])
    assert (anywhere.verdict, [one.code for one in anywhere.findings]) == (Verdict.ACCEPTED, ["identity-unproved"])
    assert at_the_office.identity == anywhere.identity == form.identity
    assert at_the_office.scores() == anywhere.scores() is not None
    assert at_the_office.digest == anywhere.digest != ""
    assert at_the_office.answers == form.answers


def encrypted() -> bytes:
    """What Excel saves with a password to open: an OLE file that holds the package encrypted."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def two_parts_of_one_name() -> bytes:
    parts = parts_of(filled().data)
    return zipped(parts | {"XL/workbook.xml": parts[WORKBOOK]})


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        pytest.param(lambda: b"", "file-empty", "0 byte", id="a copy that never finished"),
        pytest.param("Mã;Điểm\n1.1;2\n".encode, "file-legacy", "loại csv", id="saved as CSV"),
        pytest.param(encrypted, "file-encrypted", "mật khẩu", id="a password to open"),
        pytest.param(lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "file-not-workbook", "không phải", id="a photo of the screen"),
        pytest.param(lambda: filled().data[:-900], "file-damaged", "cấu trúc tệp nén", id="a USB stick pulled out"),
        pytest.param(two_parts_of_one_name, "file-unsafe", "hai phần cùng tên", id="two parts of one name"),
    ],
)
def test_a_file_that_cannot_be_read_is_foreign_and_says_why(data: Callable[[], bytes], code: str, said: str) -> None:
    checked = check(data(), office())
    assert (checked.verdict, told(checked)) == (NOT_OURS, [(code, "", "")])
    assert said in checked.findings[0].message
    assert checked.scores() is None


def test_a_form_with_photos_pasted_in_is_too_large() -> None:
    checked = check_bytes(filled().data, "a.xlsx", office(), Limits(file_bytes=1 << 16))
    assert (checked.verdict, told(checked)) == (NOT_OURS, [("file-too-large", "", "")])
    assert "dung lượng tệp quá 0 MiB" in checked.findings[0].message


def test_more_than_forty_thousand_characters_in_one_cell_are_too_large() -> None:
    form = filled()
    place = form.beside("levels", at.EXPLANATION)
    assert told(check(edited(form.data, {place: "a" * 40_000}))) == [("text-too-long", *place)]
    assert told(check(edited(form.data, {place: "a" * 40_001}))) == [("file-too-large", "", "")]


def test_a_form_saved_with_macros_is_returned() -> None:
    checked = check(zipped(parts_of(filled().data) | {"xl/vbaProject.bin": b"x"}), office())
    assert (checked.verdict, told(checked)) == (OURS, [("file-active", "", "")])
    assert "mã lệnh (macro)" in checked.findings[0].message


@pytest.mark.parametrize("part", ["xl/activeX/activeX1.xml", "xl/embeddings/oleObject1.bin", "customUI/customUI.xml"])
def test_what_else_may_act_when_a_form_is_opened_is_said_in_vietnamese(part: str) -> None:
    (found,) = check(zipped(parts_of(filled().data) | {part: b"<x/>"}), office()).findings
    assert found.code == "file-active"
    assert not any(word in found.message for word in ("activex", "ole-objects", "custom-ui"))


# -------------------------------------------------------------------------------------------------------------------- identities


def with_identity(**fields: str) -> Callable[[], bytes]:
    """A form made and sealed by our office, yet with other words in its identity."""
    form = filled()
    return lambda: made(CAN_THO, form.appendix, form.answers, sealed(replace(form.identity, **fields))).data


def with_seal_of_another_key() -> bytes:
    form = filled()
    return made(CAN_THO, form.appendix, form.answers, sealed(form.identity, OTHER_KEY)).data


def without_seal() -> bytes:
    form = filled()
    return made(CAN_THO, form.appendix, form.answers, form.identity.sealed("")).data


def meta(field: str, value: str) -> Callable[[], bytes]:
    """A form in whose hidden sheet one field of the identity was typed over."""
    rows = [key for key, _ in filled().identity.rows()]
    return lambda: edited(filled().data, {(words.META, f"B{at.META_FIRST + rows.index(field)}"): value})


def blank_workbook() -> bytes:
    """A form whose content was copied to a workbook of somebody's own: nothing hidden came along."""
    form = filled()
    cells = {(words.META, f"{col}{at.META_FIRST + row}"): None for row in range(len(form.identity.rows())) for col in "AB"}
    return zipped({name: part for name, part in parts_of(edited(form.data, cells)).items() if name != PROPERTIES})


@dataclass(frozen=True)
class Gate:
    """One way not to pass: what came, under which name, to an office knowing what; the codes told, the verdict."""

    data: Callable[[], bytes]
    codes: tuple[str, ...]
    verdict: Verdict = OURS
    known: Callable[[], Office | None] = office
    file: str = "CT01_don-vi.xlsx"


GATES: dict[str, Gate] = {
    "a workbook of somebody's own": Gate(
        lambda: replaced(blank_workbook(), "[Content_Types].xml", "custom-properties+xml", "xml"), ("identity-missing",), NOT_OURS
    ),
    "another kind of workbook of ours": Gate(with_identity(kind="appraisal_book"), ("identity-missing",), NOT_OURS),
    "the seal removed": Gate(without_seal, ("identity-seal",)),
    "the seal of another key": Gate(with_seal_of_another_key, ("identity-seal",)),
    "the seal typed over": Gate(meta("seal", "0" * 64), ("identity-altered", "identity-seal")),
    "the unit typed over": Gate(meta("unit", "CT02"), ("identity-altered", "identity-seal"), file="CT02.xlsx"),
    "the unit typed over, seen on any machine": Gate(meta("unit", "CT02"), ("identity-altered", "identity-unproved"), known=lambda: None),
    "the form's id typed over": Gate(meta("form_id", "0" * 16), ("identity-altered",)),
    "the tier typed over": Gate(meta("tier", "tinh"), ("identity-altered", "identity-seal", "identity-altered")),
    "the layout typed over": Gate(meta("layout", "zzz"), ("identity-altered", "identity-seal", "form-unknown-layout")),
    "a form of a later program": Gate(with_identity(layout="f" * 16), ("form-unknown-layout",)),
    "last year's campaign": Gate(with_identity(campaign="dot-2017"), ("form-other-campaign",)),
    "the version was amended since": Gate(with_identity(version_digest="0" * 64), ("form-other-version",)),
    "the first round's form in the second": Gate(lambda: filled().data, ("form-other-round",), known=lambda: office(round="2")),
    "another unit's form under this unit's name": Gate(lambda: filled().data, ("form-other-unit",), file="CT02_don-vi.xlsx"),
    "a unit that is not of the campaign": Gate(with_identity(unit="CT09"), ("form-unknown-unit",), file="a.xlsx"),
    "a form issued anew since": Gate(
        lambda: filled().data, ("form-superseded",), known=lambda: office(serials={("CT01", "1"): 2})
    ),
    "nothing wrong, on a machine without the key": Gate(
        lambda: filled().data, ("identity-unproved",), Verdict.ACCEPTED, known=lambda: None
    ),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_the_gate_names_what_is_wrong_with_a_form_and_nothing_else(gate: Gate) -> None:
    checked = check(gate.data(), gate.known(), gate.file)
    assert (checked.verdict, tuple(one.code for one in well_told(checked.findings))) == (gate.verdict, gate.codes)


def test_every_way_not_to_pass_the_gate_has_a_case() -> None:
    of_files = {"file-empty", "file-legacy", "file-encrypted", "file-not-workbook", "file-damaged", "file-unsafe"}
    cases = of_files | {"file-too-large", "file-active"} | {code for gate in GATES.values() for code in gate.codes}
    assert cases == {code for code, entry in CATALOGUE.items() if entry.stage in (FILE_STAGE, IDENTITY_STAGE)}


def test_an_identity_that_was_typed_over_is_told_once_with_what_was_touched_in_vietnamese() -> None:
    (found,) = [one for one in check(meta("unit", "CT02")()).findings if one.code == "identity-altered"]
    assert found.sheet == words.META
    assert "(mã biểu mẫu, mã đơn vị)" in found.message


def test_the_hidden_sheets_words_are_known_in_vietnamese() -> None:
    assert list(words.IDENTITY) == [key for key, _ in filled().identity.rows()]


def test_a_form_without_its_hidden_sheet_is_known_by_its_properties() -> None:
    cells = {(words.META, f"A{at.META_FIRST + row}"): None for row in range(len(filled().identity.rows()))}
    checked = check(edited(filled().data, cells), office())
    assert checked.identity == filled().identity
    assert checked.verdict is Verdict.ACCEPTED


def test_a_form_whose_properties_a_program_dropped_is_known_by_its_hidden_sheet() -> None:
    data = replaced(filled().data, "[Content_Types].xml", "custom-properties+xml", "xml")
    data = zipped({name: part for name, part in parts_of(data).items() if name != PROPERTIES})
    data = replaced(data, "_rels/.rels", "officeDocument/2006/relationships/custom-properties", "unknown")
    assert check(data, office()).verdict is Verdict.ACCEPTED


def test_the_message_tells_two_versions_of_one_name_apart() -> None:
    (found,) = check(with_identity(version_digest="0" * 64)(), office()).findings
    assert "«can-tho-2018 (00000000)»" in found.message
    assert f"«can-tho-2018 ({CAN_THO.digest[:8]})»" in found.message


@pytest.mark.parametrize("serial", ["²", "9" * 5000, "", "-1", "một"])
def test_a_serial_that_is_no_number_does_not_stop_the_program(serial: str) -> None:
    identity = sealed(replace(filled().identity, serial=serial))
    rows = list(identity.rows())
    cells = {(words.META, f"B{at.META_FIRST + row}"): value for row, (_, value) in enumerate(rows)}
    checked = check(edited(filled().data, dict(cells)), office(serials={("CT01", "1"): 5}))
    assert checked.verdict is Verdict.RETURNED
    assert "form-superseded" not in {one.code for one in checked.findings}


# ------------------------------------------------------------------------------------------------------------- the travelling version


def own_version(form: Form) -> Form:
    """The same form by a version that no program ships: its own copy is all there is."""
    return made(amended(CAN_THO, id="noi-khac-2018"), form.appendix, form.answers)


def test_a_form_of_a_version_nobody_ships_is_checked_by_the_copy_it_carries() -> None:
    form = own_version(filled())
    checked = check(form.data)
    assert (checked.verdict, told(checked)) == (Verdict.ACCEPTED, [])
    assert checked.version is not None
    assert checked.version.id == "noi-khac-2018"


@pytest.mark.parametrize("payload", ["", "không phải base64", "AAAA"])
def test_a_form_whose_own_copy_is_spoilt_says_so(payload: str) -> None:
    form = own_version(filled())
    checked = check(edited(form.data, {(words.META, "G2"): payload or None}))
    assert [one.code for one in well_told(checked.findings)] == ["identity-unproved", "identity-altered"]
    assert (checked.verdict, checked.scores()) == (Verdict.RETURNED, None)


def test_a_form_whose_own_copy_is_built_to_exhaust_the_program_says_so_too() -> None:
    nested = base64.b64encode(zlib.compress(b"[" * 200_000)).decode()
    doubled = CAN_THO.canonical().replace('"code":"1.1.2"', '"code":"1.1.1"')
    wordy = CAN_THO.canonical().replace('"kind":"yes_no","met":"', '"kind":"yes_no","met":"' + "dài " * 9000)
    form = own_version(filled())
    for text in (nested, *(base64.b64encode(zlib.compress(one.encode())).decode() for one in (doubled, wordy))):
        chunks = [text[start : start + 30_000] for start in range(0, len(text), 30_000)]
        cells = {(words.META, f"G{at.META_FIRST + row}"): chunk for row, chunk in enumerate(chunks)}
        checked = check(edited(form.data, dict(cells)))
        assert checked.verdict is Verdict.RETURNED


# -------------------------------------------------------------------------------------------------------------------- names of files


@pytest.mark.parametrize(
    ("file", "claimed"),
    [
        ("CT01_Don-vi-thu-nhat_lan1.xlsx", "CT01"),
        ("CT01.xlsx", "CT01"),
        ("CT01 (1).xlsx", "CT01"),
        ("CT01(1).xlsx", "CT01"),
        ("CT01-ban-cuoi.xlsx", "CT01"),
        ("NK-01_Phuong-Xuan-Khanh_lan1.xlsx", "NK-01"),
        ("NK-01.xlsx", "NK-01"),
        ("NK_bieu-mau.xlsx", "NK"),
        ("NK-02_khong-co.xlsx", "NK"),
        ("CT02/bang tu cham.xlsx", "CT02"),
        ("CT02\\bang tu cham.xlsx", "CT02"),
        ("CT02 nop/CT01_lan1.xlsx", "CT01"),
        ("nop.zip/CT02/a.xlsx", "CT02"),
        ("XCT01_a.xlsx", ""),
        ("CT011_a.xlsx", ""),
        ("ban tu cham CT01.xlsx", ""),
        ("~$CT01.xlsx", ""),
        ("", ""),
        ("/", ""),
        ("._-().xlsx", ""),
    ],
)
def test_the_unit_a_name_claims_is_the_longest_code_it_begins_with(file: str, claimed: str) -> None:
    assert claimed_unit(file, UNITS | {"NK": "Quận Ninh Kiều", "NK-01": "Phường Xuân Khánh"}) == claimed


def test_a_form_renamed_to_anything_but_another_units_code_is_accepted() -> None:
    for file in ("bảng tự chấm (bản cuối).xlsx", "CT09_x.xlsx", "CT01.xlsx.xlsx", "", "x" * 300):
        assert check(filled().data, office(), file or " ").verdict is Verdict.ACCEPTED


# -------------------------------------------------------------------------------------------------------------------- mã đối chiếu


def identity() -> Identity:
    return filled().identity


def test_the_digest_of_the_answers_is_three_groups_of_four() -> None:
    assert [len(group) for group in answers_digest(identity(), filled().answers).split("-")] == [4, 4, 4]


def test_the_digest_changes_with_every_answer_and_with_the_unit() -> None:
    answers = filled().answers
    code, leaf = next(iter(answers.leaves.items()))
    rows = list(answers.evidence)
    variants: list[Answers] = [
        answers,
        replace(answers, leaves={**answers.leaves, code: replace(leaf, inputs=(None,))}),
        replace(answers, leaves={**answers.leaves, code: replace(leaf, mark="x")}),
        replace(answers, leaves={**answers.leaves, code: replace(leaf, explanation="Khác")}),
        replace(answers, evidence=(("khác", *rows[0][1:]), *rows[1:])),
        replace(answers, evidence=(*rows[1:], rows[0])),
        replace(answers, approval={**answers.approval, "head": "Khác"}),
    ]
    digests = [answers_digest(identity(), one) for one in variants]
    digests.append(answers_digest(replace(identity(), unit="CT02"), answers))
    digests.append(answers_digest(replace(identity(), round="2"), answers))
    assert len(set(digests)) == len(digests)


def test_the_digest_is_the_same_for_the_same_answers_in_another_spelling() -> None:
    def told_so(raw: str, number: str) -> str:
        leaf = LeafAnswer((Decimal(number),), None, raw)
        row = (raw, *(None,) * (len(EVIDENCE_PARTS) - 1))
        return answers_digest(identity(), Answers({"1": leaf}, (row,), {"head": raw, "report": None}))

    assert told_so("Đã ban hành", "1.50") == told_so(unicodedata.normalize("NFD", "Đã ban hành"), "1.5")
    assert told_so("a", "100") == told_so("a", "1E+2")


# -------------------------------------------------------------------------------------------------------------------- verdicts


def test_a_finding_added_later_is_judged_with_the_others() -> None:
    accepted, foreign = check(filled().data, office()), check(b"", office())
    late = finding("return-late", file="a", received="", closes="")
    wrong = finding("form-other-unit", file="a", claimed="", unit="")
    assert accepted.with_findings([late]).verdict is Verdict.ACCEPTED
    assert accepted.with_findings([wrong]).verdict is Verdict.RETURNED
    assert foreign.with_findings([late]).verdict is Verdict.FOREIGN


def test_the_verdicts_words_are_those_of_the_command_line() -> None:
    assert [one.value for one in Verdict] == ["foreign", "returned", "accepted"]


def test_the_identity_in_the_hidden_sheet_is_read_back_whole() -> None:
    assert from_rows(dict(identity().rows())) == identity()
