"""Well-filled forms of Cần Thơ 2018, and what people and their programs do to them: cells edited in the XML, parts changed, other savings.

Every change is one that a test names; what it should lead to is the test's to say. Checks nothing itself.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from string import Formatter
from xml.sax.saxutils import escape

import openpyxl

from processor import keys
from processor.checks import Checked, Office, check_bytes
from processor.demo import plausible
from processor.keys import OfficeKey
from processor.reader import ErrorValue
from rubric_versions import catalog, words
from rubric_versions.answers import Answers, outcomes
from rubric_versions.findings import ENTRY_STAGE, FILE_STAGE, IDENTITY_STAGE, Finding
from rubric_versions.model import Appendix, RubricVersion
from workbook_templates import layout as at
from workbook_templates.book import a1, write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout, LeafPlace, layout_of

KEY, OTHER_KEY = OfficeKey(b"k" * 32), OfficeKey(b"o" * 32)
CAN_THO = catalog.load("can-tho-2018")
APPENDICES = tuple(appendix.number for appendix in CAN_THO.appendices)
UNITS = {"CT01": "Đơn vị thứ nhất", "CT02": "Đơn vị thứ hai"}
SHEETS = (words.GUIDE, words.SCORING, words.EVIDENCE, words.SUMMARY, words.CHECK, words.APPROVAL, words.META)
STYLES, WORKBOOK, PROPERTIES = "xl/styles.xml", "xl/workbook.xml", "docProps/custom.xml"


@dataclass(frozen=True)
class Formula:
    """A formula typed into a cell, without its `=`."""

    text: str


NOWHERE = {"name-changed"}
"""Codes of findings about the whole workbook."""

Entry = None | str | int | bool | Decimal | Formula
Place = tuple[str, str]
"""Sheet's name and A1 address."""


@dataclass(frozen=True)
class Form:
    """One form as it came back in good order: its bytes, what they were made from, and where to find its cells."""

    version: RubricVersion
    appendix: Appendix
    identity: Identity
    answers: Answers
    data: bytes

    @property
    def layout(self) -> Layout:
        """Where its cells are."""
        return layout_of(self.appendix)

    def leaf(self, kind: str) -> LeafPlace:
        """The place of the first leaf of that method that got points with evidence; one that may be not assessed if there is one."""
        scored = outcomes(self.appendix, self.answers)
        found = [one for one in self.layout.places if one.leaf.method.kind == kind and one.leaf.evidence and scored[one.leaf.code].points]
        return next((one for one in found if one.leaf.may_skip), found[0])

    def _skipped(self, place: LeafPlace) -> bool:
        return self.answers.of(place.leaf).mark is not None

    def skipped(self) -> LeafPlace:
        """The place of the first leaf the unit marked as not assessed."""
        return next(one for one in self.layout.places if self._skipped(one))

    def input(self, kind: str, index: int = 0) -> Place:
        """Input `index` of the first leaf of that kind."""
        return words.SCORING, a1(self.leaf(kind).input_rows[index], at.INPUT)

    def beside(self, kind: str, col: int) -> Place:
        """The cell in that column in the row of the first leaf of that kind."""
        return words.SCORING, a1(self.leaf(kind).row, col)

    def document(self, kind: str, part: str) -> Place:
        """A cell of the evidence for the first leaf of that kind."""
        row = next(
            row
            for row, one in enumerate(self.answers.evidence, at.EVIDENCE_FIRST)
            if str(one[0]).startswith(f"{self.leaf(kind).leaf.code}. ")
        )
        return words.EVIDENCE, a1(row, at.EVIDENCE_COLUMNS[part])

    def free_document(self, part: str) -> Place:
        """A cell of the first row of evidence that is still free."""
        return words.EVIDENCE, a1(at.EVIDENCE_FIRST + len(self.answers.evidence), at.EVIDENCE_COLUMNS[part])

    def approval(self, key: str) -> Place:
        """A cell of "Phê duyệt"."""
        return words.APPROVAL, a1(self.layout.approval_rows[key], at.APPROVAL_VALUE)


def sealed(identity: Identity, key: OfficeKey = KEY) -> Identity:
    """The identity with that key's seal."""
    identity = replace(identity, key=key.id)
    return identity.sealed(keys.seal(key, identity.message()))


def amended(version: RubricVersion, **changes: object) -> RubricVersion:
    """The version with some of its data changed, its digest too (a model's own copy would keep the old one)."""
    return RubricVersion.model_validate(version.model_dump(mode="json") | changes)


def identity_of(version: RubricVersion, appendix: Appendix, unit: str = "CT01") -> Identity:
    """Who the form of a unit says it is, sealed by our office."""
    return sealed(
        Identity(
            "entry_form", "dot-2018", "Đợt đánh giá năm 2018", "Sở Nội vụ", unit, UNITS[unit], appendix.tier, version.id, version.digest,
            layout_of(appendix).fingerprint, "1", "1",
        )
    )  # fmt: skip


def made(version: RubricVersion, appendix: Appendix, answers: Answers, identity: Identity | None = None) -> Form:
    """A form with these answers."""
    identity = identity or identity_of(version, appendix)
    return Form(version, appendix, identity, answers, write_book(EntryForm(version, appendix, identity, answers).book()))


@cache
def filled(number: str = "IV") -> Form:
    """The form of an appendix as an office of some care fills it: nothing wrong, a few leaves not assessed, not all points got."""
    appendix = next(one for one in CAN_THO.appendices if one.number == number)
    return made(CAN_THO, appendix, plausible(appendix, random.Random(1), 0.9))


def office(version: RubricVersion = CAN_THO, **known: object) -> Office:
    """What our office knows, or something else of it."""
    tiers = dict.fromkeys(UNITS, version.tiers[0].code)
    ours = Office(
        "dot-2018", "Đợt đánh giá năm 2018", version, UNITS, tiers, "1", {("CT01", "1"): 1, ("CT02", "1"): 1},
        lambda identity: keys.sealed(KEY, identity.message(), identity.seal),
    )  # fmt: skip
    return replace(ours, **known)  # type: ignore[arg-type]  # names are those of its fields


# -------------------------------------------------------------------------------------------------------------------- parts


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A workbook of these parts; lightly packed, for there are many."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def replaced(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text that stands once in a part replaced."""
    parts = parts_of(data)
    text = parts[part].decode("utf-8")
    assert text.count(old) == 1, f"{text.count(old)} times in {part}: {old}"
    return zipped(parts | {part: text.replace(old, new).encode("utf-8")})


def part_of(sheet: str) -> str:
    """The part of a sheet in a workbook that we wrote."""
    return f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml"


# -------------------------------------------------------------------------------------------------------------------- cells


def edited(data: bytes, entries: Mapping[Place, Entry], number_format: str = "") -> bytes:
    """The workbook with cells retyped, locks or not; `number_format` is put on those cells (dd/mm/yyyy, 0%)."""
    parts = parts_of(data)
    style = None
    if number_format:
        text = parts[STYLES].decode("utf-8")
        style = str(text.partition("<cellXfs")[2].partition("</cellXfs>")[0].count("<xf "))
        text = text.replace("</cellXfs>", '<xf numFmtId="999" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>')
        text = text.replace("</numFmts>", f'<numFmt numFmtId="999" formatCode="{escape(number_format)}"/></numFmts>')
        parts[STYLES] = text.encode("utf-8")
    for (sheet, cell), entry in entries.items():
        part = part_of(sheet)
        parts[part] = _retyped(parts[part].decode("utf-8"), cell, entry, style).encode("utf-8")
    return zipped(parts)


def _retyped(text: str, cell: str, entry: Entry, style: str | None) -> str:
    """A sheet's XML with one cell's content replaced; a cell that is not there is put at its place in its row."""
    found = re.search(rf'<c r="{cell}"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)', text)
    if found:
        return text[: found.start()] + _cell_xml(cell, entry, style or found[1]) + text[found.end() :]
    col, row = re.findall(r"([A-Z]+)(\d+)", cell)[0]
    start = re.search(rf'<row r="{row}"[^>]*?>', text)
    assert start, f"no row {row}"
    stop = text.index("</row>", start.end())
    cells = [(len(one), one, where.start()) for where in re.finditer(r'<c r="([A-Z]+)', text[start.end() : stop]) for one in [where[1]]]
    after = next((where + start.end() for size, one, where in cells if (size, one) > (len(col), col)), stop)
    return text[:after] + _cell_xml(cell, entry, style) + text[after:]


def _cell_xml(cell: str, entry: Entry, style: str | None) -> str:
    opening = f'<c r="{cell}"' + (f' s="{style}"' if style else "")
    if entry is None:
        return f"{opening}/>"
    if isinstance(entry, bool):
        return f'{opening} t="b"><v>{int(entry)}</v></c>'
    if isinstance(entry, Formula):
        return f"{opening}><f>{escape(entry.text)}</f><v>0</v></c>"
    if isinstance(entry, ErrorValue):
        return f'{opening} t="e"><v>{entry}</v></c>'
    if isinstance(entry, str):
        kept = "".join(ch if ch >= " " or ch in "\n\t" else f"_x{ord(ch):04X}_" for ch in entry)
        return f'{opening} t="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'
    return f"{opening}><v>{entry}</v></c>"


def saved_by_openpyxl(data: bytes, change: Callable[[openpyxl.Workbook], object] = lambda _: None) -> bytes:
    """The workbook as openpyxl saves it, after a change: without cached values, without what openpyxl does not know."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# -------------------------------------------------------------------------------------------------------------------- what is told


def told(checked: Checked) -> list[tuple[str, str, str]]:
    """Code, sheet and cell of everything found, but for the note that a machine without the key cannot prove the seal."""
    return [(one.code, one.sheet, one.cell) for one in well_told(checked.findings) if one.code != "identity-unproved"]


def well_told(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, once each has been seen to have all the words of its message and a title and a file."""
    findings = list(findings)
    for one in findings:
        wanted = {name for _, name, _, _ in Formatter().parse(one.entry.what + one.entry.todo) if name}
        given = {"value", *(name for name, text in one.params if text not in ("", "…") or one.entry.stage == FILE_STAGE)}
        assert wanted <= given, f"{one.code} lacks {wanted - given}: {one.message}"
        assert "{" not in one.message or any("{" in text for text in (one.value, *(text for _, text in one.params)))
        assert one.file, one.code
        assert one.sheet or not one.cell, one.code
        is_placed = bool(one.cell) if one.entry.stage == ENTRY_STAGE else bool(one.place) or one.code in NOWHERE
        assert is_placed or one.entry.stage in (FILE_STAGE, IDENTITY_STAGE), f"{one.code} does not say where"
    return findings


def check(data: bytes, known: Office | None = None, file: str = "CT01_bieu_mau.xlsx") -> Checked:
    """The verdict on a workbook, as an office that knows `known` gives it."""
    return check_bytes(data, file, known)
