"""Every shipped version makes forms that a unit can fill in and send, whatever way the issuer numbers appendices ("1", "01", "II").

Issue 6, "Ship: …"; forms say in small print what is ours and what amended the decision.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from processor import demo
from processor.checks import Verdict, check_bytes
from processor.issuing import blank_forms, form_name
from processor.issuing import identities as identities_of
from processor.reader import read_workbook
from rubric_versions import catalog, words
from rubric_versions.model import RubricVersion
from tests.folders import Folder, run
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of

SHIPPED = sorted(catalog.shipped())
NUMBERS = {
    "can-tho-2018": ["II", "III", "IV"], "can-tho-2019": ["II", "III", "IV"], "can-tho-2023": ["1", "2", "3", "4"],
    "hong-ngu-2021": ["01", "02"], "hong-ngu-2023": ["01", "02"], "soc-trang-2023": ["I", "II", "III", "IV"], "two-tier-2025": ["I", "II"],
}  # fmt: skip


def identity(version: RubricVersion, number: str) -> Identity:
    """Whom a form of that table could be issued to."""
    table = next(one for one in version.appendices if one.number == number)
    return Identity(
        "entry_form", "dot-thu", "Đợt thử", version.issuer, "u1", "Đơn vị thử", table.tier, version.id, version.digest,
        layout_of(table).fingerprint, "1", "1",
    )  # fmt: skip


def test_the_issuers_numbers_stand_as_they_are() -> None:
    assert {one: [table.number for table in catalog.load(one).appendices] for one in SHIPPED} == NUMBERS


@pytest.mark.parametrize(("version_id", "number"), [(one, number) for one in SHIPPED for number in NUMBERS[one]])
def test_a_form_filled_in_by_a_good_office_is_accepted(version_id: str, number: str) -> None:
    version = catalog.load(version_id)
    table = next(one for one in version.appendices if one.number == number)
    filling = demo.Filling(identity(version, number), demo.plausible(table, random.Random(version_id + number), 1.0))
    checked = check_bytes(demo.fill(version, filling), "u1.xlsx")
    assert (checked.verdict, [one.message for one in checked.findings if one.severity != "note"]) == (Verdict.ACCEPTED, [])
    assert checked.scores() is not None


@pytest.mark.parametrize("version_id", ["hong-ngu-2023", "can-tho-2019", "soc-trang-2023"])
def test_the_small_print_names_basis_amendment_and_what_is_ours(version_id: str) -> None:
    version = catalog.load(version_id)
    for name, data in blank_forms(version):
        page = read_workbook(data).sheets[words.SCORING]
        note = str(page.cells[5, 1].value)
        assert version.basis_words in note, name
        assert words.ILLUSTRATIVE in note
        assert words.APPENDIX.format(number=version.appendices[0].number).split()[0] in str(page.cells[1, 1].value)
    amended = catalog.load("hong-ngu-2023").basis_words
    assert amended.endswith("sửa đổi bởi Công văn tháng 02/2024 của Ủy ban nhân dân thành phố Hồng Ngự")


def test_forms_of_every_number_style_are_issued_and_come_back(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "dot", tmp_path / "khoa", {})
    assert run("new", folder.path, "--version", "hong-ngu-2023", keys=folder.keys).code == 0
    issued = run("issue", folder.path, "--json", now="2024-02-02 08:00", keys=folder.keys)
    assert issued.code == 0, issued.out
    assert len(issued.json["written"]) == 19
    with folder.desk("2024-02-03 08:00") as desk:
        chosen = [one for one in identities_of(desk, 1) if one.unit in ("PNV", "AnThanh", "TTr")]
        for one in chosen:
            answers = demo.plausible(desk.version.appendix_for(one.tier), random.Random(one.unit), 1.0)
            (folder.path / "02_tiep_nhan" / form_name(one)).write_bytes(demo.fill(desk.version, demo.Filling(one, answers)))
    received = run("receive", folder.path, "--json", now="2024-03-05 23:00", keys=folder.keys)
    assert [(row["unit"], row["verdict"]) for row in received.json["received"]] == [
        ("AnThanh", "accepted"), ("PNV", "accepted"), ("TTr", "accepted"),
    ]  # fmt: skip


def test_an_amended_version_shows_what_was_changed_and_why() -> None:
    ran = run("rubric", "show", "hong-ngu-2023")
    assert ran.code == 0
    assert "Sửa đổi bộ hong-ngu-2021" in ran.out
    assert "không tiếp tục chấm tiêu chí 7.3" in ran.out
