"""A stamped form is the directly written one, cell by cell and style by style.

design.md, Form identity: "forms can be stamped from one base per appendix"; issue 2: "The same inputs give the same form, byte for byte".
"""

from __future__ import annotations

import io
import re
from dataclasses import fields, replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator
from xlsxwriter.worksheet import Worksheet as Written

from processor.reader import read_workbook
from tests.folders import VERSION, parts
from workbook_templates.book import _legacy_hash, write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of
from workbook_templates.stamping import Base

NASTY = "Sở «A & B» <thử> \"ngoặc\" 'đơn' – Phường Châu Văn Liêm"
"""Everything that XML would stumble over, and Vietnamese letters with marks."""
LONG = "Ban Quản lý các khu" + " chế xuất và công nghiệp" * 7


def identity(tier: str, name: str = NASTY, *, serial: str = "1", number: str = "1") -> Identity:
    """A form's identity with as much to go wrong as it can hold."""
    return Identity(
        "entry_form", "dot-2018", "Đợt <2018> & \"thử\"", "UBND thành phố & Sở", "SNV", name, tier, VERSION.id, VERSION.digest,
        layout_of(VERSION.appendix_for(tier)).fingerprint, number, serial, "0123456789ab", "f" * 64,
    )  # fmt: skip


def both(one: Identity) -> tuple[bytes, bytes]:
    """The form stamped, and the same written directly."""
    appendix = VERSION.appendix_for(one.tier)
    return Base(VERSION, appendix, one.round).stamp(one), write_book(EntryForm(VERSION, appendix, one).book())


def looks(book: Workbook) -> dict[str, object]:
    """Everything openpyxl knows of a workbook but for how its parts are packed."""
    styles: dict[object, str] = {}
    found: dict[str, object] = {}
    found["names"] = {name: one.attr_text for name, one in book.defined_names.items()}
    found["title"] = (book.properties.title, book.properties.creator)
    found["locked"] = vars(book.security) if book.security else None
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                number = tuple(getattr(cell, "_style", None) or ())  # a merged cell has none
                if number not in styles:
                    styles[number] = repr((cell.font, cell.fill, cell.border, cell.alignment, cell.number_format, cell.protection))
                found[f"{sheet.title}!{cell.coordinate}"] = (cell.value, cell.data_type, styles[number])
        heights = {row: one.height for row, one in sheet.row_dimensions.items()}
        widths = {col: (one.width, one.hidden) for col, one in sheet.column_dimensions.items()}
        rules = sorted(repr(one) for one in sheet.data_validations.dataValidation)
        found[sheet.title] = (
            sheet.sheet_state, heights, widths, rules, sorted(map(str, sheet.merged_cells.ranges)), repr(sheet.protection),
            sheet.print_area, repr(sheet.print_options), repr(sheet.page_setup), _conditions(sheet), sheet.freeze_panes,
            sheet.print_title_rows,
        )  # fmt: skip
    return found


def _conditions(sheet: Worksheet) -> list[str]:
    return sorted(f"{one.sqref} {[repr(rule) for rule in one.rules]}" for one in sheet.conditional_formatting)


@pytest.mark.parametrize("tier", [tier.code for tier in VERSION.tiers])
def test_a_stamped_form_equals_the_directly_written_one(tier: str) -> None:
    stamped, direct = both(identity(tier))
    read, written = read_workbook(stamped), read_workbook(direct)
    assert read.properties == written.properties
    assert read.names == written.names
    for name, sheet in written.sheets.items():
        assert read.sheets[name] == sheet, name
    assert list(read.sheets) == list(written.sheets)


def test_styles_protection_and_page_are_the_same() -> None:
    stamped, direct = (looks(openpyxl.load_workbook(io.BytesIO(one))) for one in both(identity("xa")))
    differing = {key for key in stamped.keys() | direct.keys() if stamped.get(key) != direct.get(key)}
    assert not differing
    assert len(direct) > 1000, "it was compared"


def passwords(data: bytes) -> set[str]:
    """The verifiers by which the sheets and the structure of a workbook are guarded."""
    whole = b"".join(parts(data).values())
    return {found.decode() for found in re.findall(rb'(?:sheetProtection password|workbookPassword)="([0-9A-F]*)"', whole)}


def test_the_password_of_the_guard_rail_is_that_of_the_round() -> None:
    """design.md, Form identity: "password derived from version, appendix and round", so that an office can find it again."""
    stamped = {number: Base(VERSION, VERSION.appendix_for("xa"), number).stamp(identity("xa", number=number)) for number in ("1", "2")}
    for number, data in stamped.items():
        assert passwords(data) == {_legacy_hash(f"can-tho-2018-IV-{number}")}


def test_a_long_name_leaves_the_sheets_as_they_are_written_directly() -> None:
    """Heights of rows too, which are computed from the text."""
    stamped, direct = (parts(one) for one in both(identity("so", LONG, serial="77")))
    assert stamped.keys() == direct.keys()
    assert [name for name in direct if stamped[name] != direct[name]] == []


def test_the_same_form_is_the_same_bytes_and_a_base_is_not_used_up() -> None:
    base = Base(VERSION, VERSION.appendix_for("xa"))
    one, other = identity("xa"), identity("xa", "Phường khác", serial="2")
    first = base.stamp(one)
    assert base.stamp(other) != first
    assert base.stamp(one) == first
    assert Base(VERSION, VERSION.appendix_for("xa")).stamp(one) == first


def test_no_mark_of_the_base_is_left_and_every_field_is_in_the_hidden_sheet_and_the_properties() -> None:
    """design.md: identity "in a very hidden sheet `_meta` *and* in `docProps/custom.xml`"."""
    one = identity("huyen")
    stamped = Base(VERSION, VERSION.appendix_for("huyen")).stamp(one)
    assert not [name for name, part in parts(stamped).items() if "\ue000".encode() in part or "\ue001".encode() in part]
    book = read_workbook(stamped)
    hidden = {cell.value for cell in book.sheets["_meta"].cells.values()}
    for name in (field.name for field in fields(Identity)):
        assert getattr(one, name) in hidden, name
        assert book.properties[f"cchc_{name}"] == getattr(one, name)[:255]
    assert one.form_id in hidden
    assert book.sheets["_meta"].state == "veryHidden"


def test_a_base_makes_no_form_of_another_round() -> None:
    with pytest.raises(ValueError, match="round 1 for a form of round 2"):
        Base(VERSION, VERSION.appendix_for("xa")).stamp(identity("xa", number="2"))


@pytest.mark.parametrize("password", ["phieu", "can-tho-2018-III-1", "dot-2018-mot-hai-ba-bon-nam-sau", "Ủy ban nhân dân thành phố"])
def test_a_password_of_any_length_has_a_verifier_of_four_digits(password: str) -> None:
    """ECMA-376 part 1, 18.2.29; a code of a campaign may be 30 characters long. xlsxwriter's own for sheets is the oracle."""
    assert _legacy_hash(password) == Written._encode_password(None, password)
    assert len(_legacy_hash(password)) == 4


def test_a_form_for_a_unit_whose_name_xml_would_stumble_over_opens_in_excel(tmp_path: Path) -> None:
    """Issue 2: "It opens without repair: `openxml-audit` (PyPI) finds nothing"."""
    stamped, _ = both(replace(identity("xa"), campaign_title="Đợt ]]> &amp; <x/>"))
    path = tmp_path / "mau.xlsx"
    path.write_bytes(stamped)
    assert OpenXmlValidator().validate(str(path)).errors == []
