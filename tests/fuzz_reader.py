"""Coverage-guided fuzzing of the reader and the checks with atheris; what it found and when is in docs/bad-input.md.

    python -m tests.fuzz_reader CORPUS -max_total_time=3600        (atheris, from PyPI, is no dependency: it has no Windows build)

The first byte of an input chooses what the rest is: one part of a small sound workbook, a whole file, or cells typed into a real form.
Whatever it is, the reader gives a workbook or Unreadable, the checks a verdict, both within two seconds; and rows written the plain way are
read as the slow way reads them. Anything else ends the run with the input kept as `crash-…`.
"""

from __future__ import annotations

import importlib
import io
import sys
import time
import zipfile
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

atheris: Any = None
if len(sys.argv) > 1 and __name__ == "__main__":  # imported by a test, it fuzzes nothing
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["processor"]):
        importlib.import_module("processor.checks")

from processor.checks import check_bytes, check_workbook  # noqa: E402  (after atheris took hold of them)
from processor.reader import Cell, ErrorValue, Unreadable, Workbook, read_workbook  # noqa: E402  (after atheris took hold of them)
from tests.forms import filled  # noqa: E402  (after atheris took hold of them)

SECONDS = 2.0
"""Most a file may take of the processor's time."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
RELATIONS = (
    '<?xml version="1.0"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/{{}}" Target="{{}}"/>{{}}</Relationships>'
)
SMALL: dict[str, bytes] = {
    "_rels/.rels": RELATIONS.format(
        "officeDocument", "xl/workbook.xml", f'<Relationship Id="r2" Type="{OFFICE}/custom-properties" Target="docProps/custom.xml"/>'
    ).encode(),
    "xl/workbook.xml": f'<?xml version="1.0"?>\n<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<workbookPr date1904="0"/><sheets><sheet name="A"'
    ' sheetId="1" r:id="r1"/></sheets><definedNames><definedName name="N" localSheetId="0">A!$A$1</definedName></definedNames>'
    "</workbook>".encode(),
    "xl/_rels/workbook.xml.rels": RELATIONS.format(
        "worksheet",
        "worksheets/sheet1.xml",
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/>',
    ).encode(),
    STRINGS: f'<?xml version="1.0"?>\n<sst xmlns="{MAIN}"><si><t>a</t></si><si><r><t xml:space="preserve">b </t></r></si></sst>'.encode(),
    "xl/styles.xml": f'<?xml version="1.0"?>\n<styleSheet xmlns="{MAIN}">'
    '<numFmts><numFmt numFmtId="170" formatCode="dd/mm"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"><protection locked="0"/></xf></cellXfs></styleSheet>'.encode(),
    SHEET: f'<?xml version="1.0"?>\n<worksheet xmlns="{MAIN}"><sheetProtection sheet="1"/>'
    '<cols><col min="1" max="2" hidden="1"/></cols><sheetData>'
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><f>A1+1</f><v>2.5</v></c></row><row r="2" hidden="1"><c r="A2"><f t="shared"'
    ' ref="A2:A3" si="0">$A1*B2</f><v>1</v></c></row><row r="3"><c r="A3"><f t="shared" si="0"/><v>1</v></c><c r="C3" t="inlineStr"><is>'
    '<t>x</t></is></c><c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/>'
    "</mergeCells></worksheet>".encode(),
    "docProps/custom.xml": b'<?xml version="1.0"?>\n<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    b' xmlns:v="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property name="p"><v:lpwstr>x</v:lpwstr></property>'
    b"</Properties>",
}  # fmt: skip
PARTS = list(SMALL)
WHOLE, FORM = len(PARTS), len(PARTS) + 1


def packed(parts: dict[str, bytes]) -> bytes:
    """The parts as a workbook, stored."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def outcome(data: bytes) -> Workbook | tuple[str, dict[str, str]]:
    """The workbook, or why there is none."""
    try:
        return read_workbook(data)
    except Unreadable as problem:
        return problem.code, problem.params


def try_part(part: str, content: bytes) -> None:
    """One part replaced; the plain way and the slow way agree."""
    seen = outcome(packed(SMALL | {part: content}))
    opening = {SHEET: b"<sheetData>", STRINGS: b"<si>"}.get(part)
    if opening:
        head = SMALL[part].partition(opening)[0] + opening
        if content.startswith(head):
            at = len(head) - len(opening)
            other = outcome(packed(SMALL | {part: content[:at] + b"<!-- x -->" + content[at:]}))
            assert seen == other, (seen, other)


def try_cells(data: bytes) -> None:
    """Cells of a real form typed over: each input is told, nothing is raised."""
    form = the_form()
    sheets = [replace(sheet, cells=dict(sheet.cells)) for sheet in form.sheets.values()]
    book = replace(form, sheets={sheet.name: sheet for sheet in sheets})
    for piece in data.split(b"\n")[:12]:
        if len(piece) < 4:
            continue
        sheet = sheets[piece[0] % len(sheets)]
        places = list(sheet.cells)
        place = places[int.from_bytes(piece[1:3], "little") % len(places)]
        text = piece[4:].decode("utf-8", "replace")
        kind = piece[3] % 6
        value: Any = (text, text or None, ErrorValue(text), bool(len(text) % 2), number(text), None)[kind]
        sheet.cells[place] = Cell(value, text if piece[3] & 64 else None, bool(piece[3] & 128), bool(piece[3] & 32))
    checked = check_workbook(book, "a.xlsx")
    assert checked.verdict
    for one in checked.findings:
        assert one.message


@cache
def the_form() -> Workbook:
    """A real form, read once."""
    return read_workbook(filled().data)


def number(text: str) -> Decimal:
    """A number spelled by the text's characters, whatever they are."""
    return Decimal(sum(map(ord, text)) - 500).scaleb(len(text) % 330 - 20)


def try_one(data: bytes) -> None:
    """One input, judged."""
    if not data:
        return
    kind, rest = data[0] % (FORM + 1), data[1:]
    started = time.process_time()
    if kind == FORM:
        try_cells(rest)
    elif kind == WHOLE:
        assert check_bytes(rest, "a.xlsx").verdict
    else:
        try_part(PARTS[kind], rest)
    spent = time.process_time() - started
    assert spent < SECONDS, f"{spent:.1f} s"


def seeds() -> dict[str, bytes]:
    """Sound inputs to begin with, by name."""
    found = {f"part{number}": bytes([number]) + SMALL[part] for number, part in enumerate(PARTS)}
    found["whole"] = bytes([WHOLE]) + packed(SMALL)
    found["cells"] = bytes([FORM]) + b"\x01\x10\x00\x001,5\n\x01\x40\x01\x04abc\n\x02\x10\x00\x40A1+1\n\x05\x04\x00\x00=x"
    return found


def main() -> None:
    """Fuzzes until the time is over."""
    corpus = Path(sys.argv[1])
    corpus.mkdir(parents=True, exist_ok=True)
    for name, data in seeds().items():
        (corpus / name).write_bytes(data)
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
