"""Forms that were rearranged, unlocked, forged, exchanged or filled in oddly, and forms that honest programs saved anew.

issue 5, "Bad input", second to fourth paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import openpyxl

from processor.formula_text import shift
from processor.reader import ErrorValue
from rubric_versions import words
from tests.bad_bytes import SCORES, in_part, with_parts, without
from tests.bad_case import BadInput, accepted, foreign, returned
from tests.forms import (
    OTHER_KEY,
    PROPERTIES,
    WORKBOOK,
    Entry,
    Form,
    Formula,
    Place,
    edited,
    made,
    part_of,
    parts_of,
    replaced,
    saved_by_openpyxl,
    sealed,
    zipped,
)
from workbook_templates import layout as at

Made = Callable[[Form], bytes]


def by_openpyxl(change: Callable[[openpyxl.Workbook, Form], object]) -> Made:
    """Something done to the form, and saved, by openpyxl."""
    return lambda form: saved_by_openpyxl(form.data, lambda book: change(book, form))


def on(sheet: str, what: Callable[[Any], object]) -> Made:
    """Something done to one sheet by openpyxl."""
    return by_openpyxl(lambda book, _: what(book[sheet]))


def typed(place: Callable[[Form], Place], *entries: Entry, number_format: str = "") -> Callable[[Form], tuple[bytes, ...]]:
    """One file for each entry typed into one cell."""
    return lambda form: tuple(edited(form.data, {place(form): entry}, number_format) for entry in entries)


def inputs(kind: str, index: int = 0) -> Callable[[Form], Place]:
    """An input of the first criterion of a kind."""
    return lambda form: form.input(kind, index)


def beside(col: int) -> Callable[[Form], Place]:
    """The cell of a column in the row of the first criterion scored by levels."""
    return lambda form: form.beside("levels", col)


COUNT, TEXT = inputs("count"), beside(at.EXPLANATION)


def swapped_rows(form: Form) -> bytes:
    """Two criteria's rows sorted the other way round, whole, as Excel's sorting leaves them."""
    first, second = _two_rows(form)
    text = parts_of(form.data)[SCORES].decode()
    rows = [re.search(rf'<row r="{row}".*?</row>', text, re.DOTALL) for row in (first, second)]
    assert rows[0]
    assert rows[1]
    one, two = rows[0][0], rows[1][0]
    moved = text.replace(one, "\0").replace(two, _renumbered(one, first, second)).replace("\0", _renumbered(two, second, first))
    return with_parts(form, {SCORES: moved.encode()})


def _two_rows(form: Form) -> list[int]:
    return [one.row for one in form.layout.places if len(one.input_rows) == 1][:2]


def _renumbered(row: str, old: int, new: int) -> str:
    return re.sub(rf'(<row r="|<c r="[A-Z]+){old}"', rf'\g<1>{new}"', row)


def merged(area: Callable[[Form], str], sheet: str = words.SCORING) -> Made:
    """Cells merged."""
    return lambda form: replaced(
        form.data, part_of(sheet), "<mergeCells ", f'<mergeCells><mergeCell ref="{area(form)}"/></mergeCells><mergeCells '
    )


def forged_cache(form: Form) -> bytes:
    """Every cached result of the scores' sheet said to be 99."""
    text = parts_of(form.data)[SCORES].decode()
    return with_parts(form, {SCORES: re.sub(r"(</f>)<v>[0-9.]+</v>", r"\1<v>99</v>", text).encode()})


def identity(**fields: str) -> Made:
    """The form made for another identity, sealed with another office's key, as another office or another year would have made it."""

    def done(form: Form) -> bytes:
        other = sealed(replace(form.identity, **fields), OTHER_KEY)
        return made(form.version, form.appendix, form.answers, other).data

    return done


def meta(**fields: str | None) -> Made:
    """Fields of the identity typed over in the hidden sheet."""

    def done(form: Form) -> bytes:
        rows = [key for key, _ in form.identity.rows()]
        return edited(form.data, {(words.META, f"B{at.META_FIRST + rows.index(field)}"): value for field, value in fields.items()})

    return done


def no_identity(form: Form) -> bytes:
    """What a form comes to whose visible sheets were copied to a workbook of somebody's own."""
    rows = range(at.META_FIRST, at.META_FIRST + len(form.identity.rows()))
    cells: dict[Place, Entry] = {(words.META, f"{col}{row}"): None for row in rows for col in "AB"}
    return without(replace(form, data=in_relations(edited(form.data, cells))), PROPERTIES)


def in_relations(data: bytes) -> bytes:
    """The workbook without the relationship to its custom properties."""
    parts = parts_of(data)
    parts["_rels/.rels"] = re.sub(rb"<Relationship [^>]*custom-properties[^>]*/>", b"", parts["_rels/.rels"])
    return zipped(parts)


def copied_identity(form: Form) -> bytes:
    """The hidden rows of another unit's form pasted over this one's."""
    other = sealed(replace(form.identity, unit="31120", unit_name="UBND phường khác"), OTHER_KEY)
    cells: dict[Place, Entry] = {(words.META, f"B{at.META_FIRST + row}"): value for row, (_, value) in enumerate(other.rows())}
    return edited(form.data, cells)


def inline_strings(form: Form) -> bytes:
    """Every shared string written into its cells, as Google Sheets' and other exporters do."""
    parts = parts_of(form.data)
    items = re.findall(r"<si>(.*?)</si>", parts["xl/sharedStrings.xml"].decode(), re.DOTALL)
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            text = re.sub(
                r'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?) t="s"><v>([0-9]+)</v></c>',
                lambda cell: f'<c r="{cell[1]}"{cell[2]} t="inlineStr"><is>{items[int(cell[3])]}</is></c>',
                parts[name].decode(),
            )
            parts[name] = text.encode()
    return zipped(parts)


def shared_formulas(form: Form) -> bytes:
    """Formulas that are alike row by row written as shared, as Excel does when it fills them down."""
    text = parts_of(form.data)[SCORES].decode()
    masters: dict[str, int] = {}
    numbers = count()
    last: dict[str, tuple[int, str]] = {}

    def share(cell: re.Match[str]) -> str:
        opening, column, row, formula = cell[1], cell[2], int(cell[3]), cell[4]
        before = last.get(column)
        last[column] = row, formula
        if before and before[0] == row - 1 and column in masters and shift(before[1], 1, 0) == formula:
            return f'{opening}<f t="shared" si="{masters[column]}"/>'
        masters[column] = next(numbers)
        return f'{opening}<f t="shared" ref="{column}{row}:{column}{row + 200}" si="{masters[column]}">{formula}</f>'

    return with_parts(form, {SCORES: re.sub(r'(<c r="([A-Z]+)([0-9]+)"[^>]*>)<f>([^<]*)</f>', share, text).encode()})


def array_formulas(form: Form) -> bytes:
    """Every formula as an array formula of one cell, as some converters write them."""
    text = parts_of(form.data)[SCORES].decode()
    return with_parts(form, {SCORES: re.sub(r'(<c r="([A-Z]+[0-9]+)"[^>]*>)<f>', r'\1<f t="array" ref="\2">', text).encode()})


def looks(book: openpyxl.Workbook, _: Form) -> None:
    """Widths, heights, zoom, a filter, a print area: what officers change to read a form."""
    sheet = book[words.SCORING]
    sheet.column_dimensions["B"].width = 90
    sheet.row_dimensions[12].height = 99
    sheet.sheet_view.zoomScale = 55
    sheet.auto_filter.add_filter_column(0, ["1.1.1"])
    sheet.print_area = "A1:C9"
    sheet.freeze_panes = "A2"


def hide(book: openpyxl.Workbook, _: Form) -> None:
    sheet = book[words.SCORING]
    sheet.row_dimensions[13].hidden = sheet.column_dimensions["G"].hidden = True
    book[words.GUIDE].sheet_state = "hidden"


def duplicate(book: openpyxl.Workbook, _: Form) -> None:
    book.copy_worksheet(book[words.SCORING]).title = "Tự chấm điểm (2)"


def dropped(sheet: str) -> Made:
    """A sheet deleted."""
    return by_openpyxl(lambda book, _: book.remove(book[sheet]))


def signed(form: Form) -> bytes:
    """What a digital signature adds to a workbook: its origin, the signature, their relationships and content types."""
    kind = "http://schemas.openxmlformats.org/package/2006/relationships"
    origin, signature = "_xmlsignatures/origin.sigs", "_xmlsignatures/sig1.xml"
    root = parts_of(form.data)["_rels/.rels"].decode()
    link = f'<Relationship Id="rIdSig" Type="{kind}/digital-signature/origin" Target="{origin}"/></Relationships>'
    return with_parts(
        form,
        {
            "_rels/.rels": root.replace("</Relationships>", link).encode(),
            origin: b"",
            "_xmlsignatures/_rels/origin.sigs.rels": f'<Relationships xmlns="{kind}"><Relationship Id="r1" '
            f'Type="{kind}/digital-signature/signature" Target="sig1.xml"/></Relationships>'.encode(),
            signature: b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="idPackageSignature"/>',
        },
    )


LOOK_ALIKES = ("=1+1", "+84 912 345 678", "-5 ngày", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A1")

FORMS: tuple[BadInput, ...] = (
    # sheets
    returned(
        "sheet-renamed",
        "a sheet renamed",
        lambda form: replaced(form.data, WORKBOOK, f'name="{words.SCORING}"', 'name="Chấm"'),
        "sheet-extra",
        "sheet-missing",
    ),
    returned("sheet-deleted", "a sheet deleted", dropped(words.APPROVAL), "sheet-missing"),
    accepted("sheets-reordered", "sheets in another order", by_openpyxl(lambda book, _: book.move_sheet(words.APPROVAL, -4))),
    accepted("sheets-hidden", "sheets, rows and columns hidden", by_openpyxl(hide)),
    accepted("sheet-duplicated", "a sheet duplicated", by_openpyxl(duplicate), "sheet-extra"),
    accepted("sheet-added", "a sheet added", by_openpyxl(lambda book, _: book.create_sheet("Ghi chú")), "sheet-extra"),
    # rows and columns
    returned("row-inserted", "a row inserted", on(words.SCORING, lambda sheet: sheet.insert_rows(20)), "rows-moved"),
    returned("row-deleted", "a row deleted", on(words.SCORING, lambda sheet: sheet.delete_rows(12)), "rows-moved"),
    returned("column-inserted", "a column inserted", on(words.SCORING, lambda sheet: sheet.insert_cols(4)), "rows-moved"),
    returned("column-deleted", "a column deleted", on(words.SCORING, lambda sheet: sheet.delete_cols(8)), "rows-moved"),
    returned(
        "rows-sorted",
        "two rows sorted the other way round: every locked cell of both is told",
        swapped_rows,
        "cell-changed",
        "choice-unknown",
        "formula-changed",
        "not-a-number",
    ),
    returned(
        "evidence-row-inserted", "a row inserted in the evidence", on(words.EVIDENCE, lambda sheet: sheet.insert_rows(6)), "rows-moved"
    ),
    # locked cells
    accepted(
        "unprotected",
        "the protection removed",
        on(words.SCORING, lambda sheet: setattr(sheet.protection, "sheet", False)),
        notes=("protection-removed",),
    ),
    returned(
        "formula-to-value", "a formula replaced by its value", typed(beside(at.POINTS), Decimal(1)), "formula-changed", at=beside(at.POINTS)
    ),
    returned(
        "formula-to-formula",
        "a formula replaced by another",
        typed(beside(at.POINTS), Formula("1+0"), Formula("E9")),
        "formula-changed",
        at=beside(at.POINTS),
    ),
    returned(
        "formula-to-text",
        "a formula replaced by text, an error, nothing",
        typed(beside(at.POINTS), "1", ErrorValue("#N/A"), None),
        "formula-changed",
        at=beside(at.POINTS),
    ),
    returned("max-points", "max points changed", typed(beside(at.MAX), Decimal(9), "1", Formula("9")), "cell-changed", at=beside(at.MAX)),
    returned("criterion-text", "a criterion's text changed", typed(beside(at.TITLE), "Ngày ký"), "cell-changed", at=beside(at.TITLE)),
    returned(
        "working-cell",
        "a hidden working cell changed (weights, states)",
        typed(beside(at.LEAF_STATE), Decimal(1)),
        "formula-changed",
        at=beside(at.LEAF_STATE),
    ),
    returned(
        "hidden-list",
        "the hidden lists of choices and points changed",
        lambda form: edited(form.data, {(words.META, "E2"): "abc"}),
        "hidden-changed",
    ),
    accepted("cached-values", "cached results forged: scores are computed anew", forged_cache),
    returned(
        "names-redefined",
        "a defined name led elsewhere",
        lambda form: replaced(form.data, WORKBOOK, f"$E${form.layout.total_row}<", "$E$9<"),
        "name-changed",
    ),
    returned("names-deleted", "a defined name deleted", by_openpyxl(lambda book, _: book.defined_names.pop("O_KET_QUA")), "name-changed"),
    returned(
        "note-beside",
        "something written where nothing is to be typed",
        typed(lambda _: (words.SCORING, "L5"), "xem lại"),
        "cell-added",
        at=lambda _: (words.SCORING, "L5"),
    ),
    # whose form
    BadInput(
        "other-campaign",
        "another campaign's form",
        identity(campaign="dot-2017"),
        "returned",
        ("form-other-campaign", "identity-seal"),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "other-year",
        "last year's form: campaign and version",
        identity(campaign="dot-2017", version="can-tho-2017", version_digest="0" * 64),
        "returned",
        ("form-other-campaign", "form-other-version", "identity-seal"),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "other-version",
        "a form of a version amended since",
        identity(version_digest="0" * 64),
        "returned",
        ("form-other-version", "identity-seal"),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "other-round",
        "another round's form",
        identity(round="2"),
        "returned",
        ("form-other-round", "identity-seal"),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "unknown-unit",
        "a form of a unit that is not of this campaign",
        identity(unit="99999"),
        "returned",
        ("form-unknown-unit", "identity-seal"),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "other-office",
        "a form like ours, sealed by another office's key",
        identity(),
        "returned",
        ("identity-seal",),
        anywhere=("accepted", ()),
    ),
    BadInput(
        "identity-edited",
        "the unit in the hidden identity typed over",
        meta(unit="31120"),
        "returned",
        ("form-other-unit", "identity-altered", "identity-seal"),
        anywhere=("returned", ("identity-altered",)),
    ),
    BadInput(
        "identity-copied",
        "another unit's hidden identity copied over this one's",
        copied_identity,
        "returned",
        ("cell-changed", "form-other-unit", "identity-altered", "identity-seal"),
        anywhere=("returned", ("cell-changed", "identity-altered")),
    ),
    foreign("identity-removed", "the identity removed in both places", no_identity, "identity-missing"),
    BadInput(
        "layout-older",
        "an older or newer layout than this program knows",
        lambda form: tuple(identity(layout=text)(form) for text in ("0" * 16, "f" * 16)),
        "returned",
        ("form-unknown-layout", "identity-seal"),
        anywhere=("returned", ("form-unknown-layout",)),
    ),
    # scores
    returned(
        "number-text",
        "scores as text: 1,5 0.25 “1 điểm”, with a hard space, full-width digits",
        typed(COUNT, "1,5", "0.25", "1 điểm", "1\u00a0", "１２", "95%"),
        "number-as-text",
        at=COUNT,
    ),
    returned(
        "number-none",
        "NaN, 1E+309, words, booleans, errors",
        typed(COUNT, "NaN", Decimal("1E+309"), "không có", True, False, ErrorValue("#REF!"), "1.500"),
        "not-a-number",
        at=COUNT,
    ),
    returned("number-negative", "negative", typed(COUNT, Decimal(-1), Decimal("-0.000001")), "number-negative", at=COUNT),
    returned("number-huge", "1e308, a million million", typed(COUNT, Decimal("1E+308"), Decimal(10**12)), "number-too-large", at=COUNT),
    returned(
        "above-max",
        "more done than there was",
        typed(inputs("bands", 1), Decimal(210_000)),
        "numerator-over-denominator",
        at=inputs("bands", 1),
    ),
    returned(
        "number-date",
        "a number that a program turned into a date",
        typed(COUNT, Decimal(43_221), number_format="dd/mm/yyyy"),
        "input-date",
        at=COUNT,
    ),
    returned(
        "number-percent",
        "half, shown as a percent, where a whole number belongs",
        typed(COUNT, Decimal("0.5"), number_format="0%"),
        "number-not-whole",
        at=COUNT,
    ),
    returned(
        "input-formula", "a formula in a cell to fill", typed(COUNT, Formula("1+1"), Formula("SUM(A1:A9)")), "input-formula", at=COUNT
    ),
    returned(
        "choice-other",
        "a choice in other words, letters or spaces",
        typed(inputs("yes_no"), "0,5", True, "có", Decimal(1), "*"),
        "choice-unknown",
        at=inputs("yes_no"),
    ),
    # texts
    accepted("looks-like-formula", "text beginning = + - @, a tab, a line end: stays text everywhere", typed(TEXT, *LOOK_ALIKES)),
    accepted("long-text", "forty thousand characters", typed(TEXT, "dài " * 10_000), "text-too-long", at=TEXT),
    foreign("longer-text", "more than forty thousand characters, which no program writes", typed(TEXT, "a" * 40_001), "file-too-large"),
    accepted(
        "control-text",
        "control and zero-width characters, right-to-left overrides",
        typed(TEXT, "Đã\x07 ban hành", "Đã ban\u200b hành", "Đã ban hành \u202efdp.exe"),
        "text-strange",
        at=TEXT,
    ),
    accepted("nfd-text", "letters and marks apart (NFD)", typed(TEXT, unicodedata.normalize("NFD", "Đã ban hành kế hoạch"))),
    accepted(
        "legacy-text",
        "TCVN3 and VNI letters",
        typed(TEXT, "KÕ ho¹ch c¶i c¸ch hµnh chÝnh", "Keá hoaïch caûi caùch haønh chính"),
        "text-strange",
        at=TEXT,
    ),
    returned(
        "blank-looking",
        "explanations that only look written: spaces, dots, dashes",
        typed(TEXT, "\u00a0", "....", "–"),
        "explanation-missing",
        at=TEXT,
    ),
    returned(
        "blank-evidence",
        "evidence of which dots and spaces are told",
        lambda form: edited(
            form.data,
            {
                form.free_document("criterion"): form.layout.evidence_labels[0],
                form.free_document("number"): "...",
                form.free_document("file"): "\u00a0",
            },
        ),
        "evidence-blank",
        at=lambda form: form.free_document("number"),
    ),
    returned(
        "merged-inputs",
        "cells merged over inputs",
        merged(lambda form: f"{form.beside('levels', at.EXPLANATION)[1]}:G13"),
        "merged-input",
        at=TEXT,
    ),
    accepted("dates-1904", "days counted from 1904", in_part(WORKBOOK, "<workbookPr ", '<workbookPr date1904="1" ')),
    accepted(
        "manual-calculation",
        "manual calculation",
        lambda form: with_parts(
            form,
            {
                WORKBOOK: re.sub(
                    rb"<calcPr[^>]*/>", b'<calcPr calcId="1" calcMode="manual" fullCalcOnLoad="0"/>', parts_of(form.data)[WORKBOOK]
                )
            },
        ),
    ),
    accepted("inline-strings", "every text inline", inline_strings),
    accepted("shared-formulas", "every formula in shared form", shared_formulas),
    accepted("array-formulas", "every formula in array form", array_formulas),
    # what honest people and programs do
    accepted("resaved-openpyxl", "saved anew by openpyxl", by_openpyxl(lambda _book, _form: None)),
    accepted("looks", "widths, heights, zoom, filters, print areas, frozen panes", by_openpyxl(looks)),
    accepted("signed", "digitally signed", signed),
    accepted("empty-texts", "empty texts in blank locked cells", typed(lambda _: (words.SCORING, "L5"), "")),
)
"""Every case of this module."""
