"""Files whose bytes are odd: empty, broken, packed to harm, XML to harm, other formats, things that act when opened.

issue 5, "Bad input", first paragraph and the beginning of the second.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable

from rubric_versions import words
from tests.bad_case import BadInput, accepted, foreign, returned
from tests.forms import PROPERTIES, STYLES, WORKBOOK, Form, Formula, edited, part_of, parts_of, replaced, zipped

SCORES = part_of(words.SCORING)
STRINGS, TYPES, RELATIONS = "xl/sharedStrings.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(form: Form, more: dict[str, bytes]) -> bytes:
    """The form with parts added or replaced."""
    return zipped(parts_of(form.data) | more)


def without(form: Form, *names: str) -> bytes:
    """The form with parts taken out, as a careless program would."""
    return zipped({name: data for name, data in parts_of(form.data).items() if name not in names})


def raw(form: Form, entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The form with members added as they are, under names a zip should not have."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of duplicate names, which is the point
        for name, data in [*parts_of(form.data).items(), *entries]:
            package.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def patched(data: bytes, at: int, layout: str, value: int) -> bytes:
    """Bytes with a number written over."""
    patch = struct.pack(layout, value)
    return data[:at] + patch + data[at + len(patch) :]


def member(data: bytes, name: str) -> tuple[int, int, zipfile.ZipInfo]:
    """Where a member's own header begins, where its entry in the directory does, and what the directory says of it."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        info = package.getinfo(name)
    entry = data.rindex(b"PK\1\2", 0, data.rindex(name.encode()))
    return info.header_offset, entry, info


def flipped(form: Form) -> tuple[bytes, ...]:
    """One bit turned over in the packed bytes of every part, one file for each."""
    made = []
    for name in parts_of(form.data):
        start, _, info = member(form.data, name)
        at = start + 30 + len(name.encode()) + info.compress_size // 2
        made.append(patched(form.data, at, "<B", form.data[at] ^ 4))
    return tuple(made)


def lying(form: Form) -> tuple[bytes, ...]:
    """Sizes in the directory that are not the part's: in the directory alone, and in both places."""
    start, entry, info = member(form.data, SCORES)
    alone = patched(form.data, entry + 24, "<L", info.file_size - 1)
    both = patched(patched(form.data, entry + 24, "<L", info.file_size + 9), start + 22, "<L", info.file_size + 9)
    return alone, both, patched(form.data, entry + 16, "<L", info.CRC ^ 1)


def overlapping(form: Form) -> bytes:
    """A part whose packed bytes hold another whole member."""
    inner = b"PK\3\4" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, zlib.crc32(b"x"), 1, 1, 5, 0) + b"innerx"
    data = raw(form, [("outer", inner), ("inner", b"x")], zipfile.ZIP_STORED)
    _, entry, _ = member(data, "inner")
    return patched(data, entry + 42, "<L", data.index(inner))


def in_part(part: str, old: str, new: str) -> Callable[[Form], bytes]:
    """A text replaced in one part, once."""

    def done(form: Form) -> bytes:
        parts = parts_of(form.data)
        assert old.encode() in parts[part], old
        return zipped(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)})

    return done


def recoded(form: Form, encoding: str, said: str) -> bytes:
    """The sheet of the scores in another encoding."""
    text = parts_of(form.data)[SCORES].decode()
    return with_parts(form, {SCORES: (f'<?xml version="1.0" encoding="{said}"?>' + text.partition("?>")[2]).encode(encoding, "replace")})


def with_doctype(text: str, reference: str = "") -> Callable[[Form], bytes]:
    """A document type before the root of the scores' sheet, and a reference to what it declares in a cell's text."""

    def done(form: Form) -> bytes:
        sheet = parts_of(form.data)[SCORES].decode()
        head, _, rest = sheet.partition("<worksheet")
        if reference:
            rest = rest.replace("<v>", f"<v>{reference}", 1)
        return with_parts(form, {SCORES: f"{head}{text}<worksheet{rest}".encode()})

    return done


def prefixed(form: Form) -> bytes:
    """Every element of the sheets and the strings under a prefix, as some programs write them."""
    parts = parts_of(form.data)
    for name in parts:
        if name.startswith("xl/worksheets/sheet") or name in (STRINGS, STYLES):
            text = parts[name].decode()
            head, mark, rest = text.partition("?>")
            rest = rest.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace(' xmlns="', ' xmlns:x="')
            parts[name] = (head + mark + rest).encode()
    return zipped(parts)


def strict(form: Form) -> bytes:
    """The form in ISO's Strict namespaces, as Excel saves it when asked to."""
    renamed = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
        b"relationships/custom-properties": b"relationships/customProperties",
    }
    parts = parts_of(form.data)
    for name in parts:
        for old, new in renamed.items():
            parts[name] = parts[name].replace(old, new)
    return zipped(parts)


def in_sheet(xml: str, before: str = "</sheetData>") -> Callable[[Form], bytes]:
    """XML put into the scores' sheet before a tag."""
    return in_part(SCORES, before, xml + before)


def million_rows(form: Form) -> bytes:
    """A million rows below the form that have nothing but a look."""
    rows = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(2_000, 1_002_000))
    return in_sheet(rows)(form)


def many_cells(form: Form) -> bytes:
    """Four hundred thousand cells with a number below the form."""
    cells = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{col}{row}"><v>{row}</v></c>' for col in "ABCDEFGHIJKLMNOPQRST") + "</row>"
        for row in range(2_000, 22_000)
    )
    return in_sheet(cells)(form)


def ole(*names: str) -> bytes:
    """The beginning of an OLE2 file whose directory has these names."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)


def ods(_: Form) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<office:document-content/>")
    return out.getvalue()


def xlsb(form: Form) -> bytes:
    """The form's package with a binary main part."""
    parts = parts_of(form.data)
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/workbook.bin")
    parts["xl/workbook.bin"] = b"\x83\x01\0" + bytes(200)
    return zipped(parts)


def related(form: Form, kind: str, target: str, more: dict[str, bytes]) -> bytes:
    """The form with a part that its workbook points at."""
    parts = parts_of(form.data)
    link = f'<Relationship Id="rIdBad" Type="{KIND}/{kind}" Target="{target}"/></Relationships>'
    return zipped(parts | {RELATIONS: parts[RELATIONS].replace(b"</Relationships>", link.encode())} | more)


LINK = f'<externalLink xmlns="{MAIN}"><{{0}}/></externalLink>'

BYTES: tuple[BadInput, ...] = (
    foreign("zero-bytes", "zero bytes", lambda _: b"", "file-empty"),
    foreign(
        "truncated",
        "truncated: half of it, all but its end, one byte short",
        lambda form: tuple(form.data[:cut] for cut in (len(form.data) // 2, -900, -1, 40)),
        "file-damaged",
    ),
    foreign("bit-flipped", "a bit flipped in any part (one file for each)", flipped, "file-damaged"),
    foreign(
        "bomb",
        "a part that inflates far beyond its packed size",
        lambda form: with_parts(form, {"xl/media/a.png": bytes(3 << 20)}),
        "file-too-large",
    ),
    foreign(
        "too-many-parts",
        "six hundred parts",
        lambda form: with_parts(form, {f"xl/media/{at}.png": b"x" for at in range(600)}),
        "file-too-large",
    ),
    foreign("overlapping-parts", "two parts that share bytes of the zip", overlapping, "file-unsafe"),
    foreign(
        "duplicate-parts",
        "two parts of one name, alike or in other letters",
        lambda form: tuple(raw(form, [(name, b"<x/>")]) for name in (SCORES, SCORES.upper(), WORKBOOK)),
        "file-unsafe",
    ),
    foreign("lying-sizes", "sizes or checksums in the directory that are not the part's", lying, "file-damaged"),
    foreign(
        "outside-names",
        "part names that lead outside: .., /, a drive, a backslash",
        lambda form: tuple(raw(form, [(name, b"x")]) for name in ("../x.xml", "/etc/passwd", "C:/x.xml", "xl\\..\\..\\x")),
        "file-unsafe",
    ),
    foreign(
        "zip-end-twice",
        "bytes after the end, or another zip joined on",
        lambda form: (form.data + b"x", form.data + form.data),
        "file-damaged",
    ),
    accepted(
        "zip-within", "a zip inside the workbook as a picture: never opened", lambda form: with_parts(form, {"xl/media/a.zip": form.data})
    ),
    foreign(
        "dtd",
        "a document type: empty, internal, external, a parameter entity",
        lambda form: tuple(
            with_doctype(text)(form)
            for text in (
                "<!DOCTYPE worksheet>",
                '<!DOCTYPE x [<!ENTITY a "b">]>',
                '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
                '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
            )
        ),
        "file-unsafe",
    ),
    foreign(
        "entities",
        "entities that grow (a billion laughs) or read a file",
        lambda form: tuple(
            with_doctype(text, "&e;")(form)
            for text in (
                '<!DOCTYPE x [<!ENTITY d "ha"><!ENTITY c "&d;&d;&d;&d;"><!ENTITY e "&c;&c;&c;&c;">]>',
                '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            )
        ),
        "file-unsafe",
    ),
    foreign("undeclared-entity", "a reference to an entity that nobody declared", in_part(SCORES, "<v>", "<v>&nbsp;"), "file-damaged"),
    accepted(
        "comments",
        "comments, processing instructions, CDATA between rows",
        in_sheet('<!-- <row r="11"><c r="D11"><v>9</v></c></row> --><?x <c r="D11"/> ?>'),
    ),
    accepted(
        "encodings",
        "UTF-16, UTF-8 with a byte order mark",
        lambda form: (recoded(form, "utf-16", "UTF-16"), with_parts(form, {SCORES: b"\xef\xbb\xbf" + parts_of(form.data)[SCORES]})),
    ),
    foreign(
        "odd-encodings",
        "Latin-1, UTF-7, windows-1258, or another than is said",
        lambda form: (
            recoded(form, "latin-1", "ISO-8859-1"),
            recoded(form, "utf-7", "UTF-7"),
            recoded(form, "cp1258", "windows-1258"),
            recoded(form, "utf-16-le", "UTF-8"),
        ),
        "file-damaged",
    ),
    accepted("prefixes", "every element under a prefix", prefixed),
    accepted("strict", "Strict namespaces", strict),
    foreign("other-namespace", "elements of a namespace that is not the format's", in_part(SCORES, MAIN, "urn:x"), "file-damaged"),
    foreign(
        "missing-parts",
        "no relationships, no strings, no sheet, no workbook",
        lambda form: tuple(without(form, name) for name in ("_rels/.rels", STRINGS, SCORES, WORKBOOK, RELATIONS)),
        "file-damaged",
    ),
    accepted(
        "missing-types",
        "no list of content types, no theme, no app.xml: nothing that is read",
        lambda form: tuple(without(form, name) for name in (TYPES, "xl/theme/theme1.xml", "docProps/app.xml")),
    ),
    accepted(
        "extra-parts",
        "printer settings, a thumbnail, custom XML, a calculation chain",
        lambda form: with_parts(
            form,
            {
                "xl/printerSettings/printerSettings1.bin": b"x" * 99,
                "docProps/thumbnail.wmf": b"x",
                "customXml/item1.xml": b"<x/>",
                "xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"/>'.encode(),
            },
        ),
    ),
    accepted(
        "whole-sheet",
        "a sheet that claims A1:XFD1048576",
        lambda form: zipped(
            {
                name: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data)
                for name, data in parts_of(form.data).items()
            }
        ),
    ),
    accepted("million-rows", "a million styled empty rows", million_rows),
    foreign("many-cells", "four hundred thousand cells with something in them", many_cells, "file-too-large"),
    foreign("deep", "elements nested ten thousand deep", in_sheet("<a>" * 10_000 + "</a>" * 10_000, "</worksheet>"), "file-too-large"),
    foreign(
        "xls",
        "a legacy .xls named .xlsx, and its bare stream",
        lambda _: (ole("Root Entry", "Workbook"), b"\x09\x08\x10\0\0\6\5\0" + bytes(600)),
        "file-legacy",
    ),
    foreign("xls-named-xls", "a legacy .xls under its own name", lambda _: ole("Root Entry", "Workbook"), "file-legacy", ".xls"),
    foreign("ods", "an .ods under either name", ods, "file-legacy"),
    foreign("ods-named-ods", "an .ods under its own name", ods, "file-legacy", ".ods"),
    foreign("xlsb", "an .xlsb named .xlsx", xlsb, "file-legacy"),
    foreign(
        "csv",
        "a .csv named .xlsx: UTF-8, UTF-16, the system's code page",
        lambda _: tuple("STT;Điểm\n1;1,5\n".encode(code, "replace") for code in ("utf-8", "utf-16", "cp1258")),
        "file-legacy",
    ),
    foreign("csv-named-csv", "a .csv under its own name", lambda _: b"STT,Diem\n1,2\n", "file-legacy", ".csv"),
    foreign(
        "web-page",
        "a web page, Excel's XML of 2003, RTF or PDF named .xlsx",
        lambda _: (
            b"<html><table><tr><td>1</td></tr></table></html>",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            b"{\\rtf1 x}",
            b"%PDF-1.7\n",
        ),
        "file-legacy",
    ),
    foreign(
        "picture",
        "a picture or a program named .xlsx",
        lambda _: (b"\x89PNG\r\n\x1a\n" + bytes(99), b"\xff\xd8\xff\xe0" + bytes(99), b"MZ" + bytes(99), b"\x7fELF" + bytes(99)),
        "file-not-workbook",
    ),
    foreign("word", "a Word document named .xlsx", lambda _: zipped({TYPES: b"<x/>", "word/document.xml": b"<x/>"}), "file-not-workbook"),
    foreign(
        "encrypted",
        "a workbook with a password to open",
        lambda _: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"),
        "file-encrypted",
    ),
    foreign(
        "encrypted-part",
        "a part of the zip with a password",
        lambda form: patched(form.data, member(form.data, SCORES)[1] + 8, "<H", 1),
        "file-unsafe",
    ),
    returned(
        "macros",
        "macros, under .xlsm too",
        lambda form: related(form, "vbaProject", "vbaProject.bin", {"xl/vbaProject.bin": ole("VBA")}),
        "file-active",
    ),
    returned("macro-sheet", "an Excel 4 macro sheet", lambda form: with_parts(form, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "file-active"),
    returned(
        "activex",
        "ActiveX controls",
        lambda form: with_parts(form, {"xl/activeX/activeX1.xml": b"<x/>", "xl/activeX/activeX1.bin": b"x"}),
        "file-active",
    ),
    returned("embedded", "an embedded object", lambda form: with_parts(form, {"xl/embeddings/oleObject1.bin": ole("x")}), "file-active"),
    returned(
        "external-link",
        "a link to another workbook",
        lambda form: related(
            form,
            "externalLink",
            "externalLinks/externalLink1.xml",
            {"xl/externalLinks/externalLink1.xml": LINK.format("externalBook").encode()},
        ),
        "file-active",
    ),
    returned(
        "dde",
        "a DDE link",
        lambda form: related(
            form,
            "externalLink",
            "externalLinks/externalLink1.xml",
            {"xl/externalLinks/externalLink1.xml": LINK.format('ddeLink ddeService="cmd" ddeTopic="/c calc"').encode()},
        ),
        "file-active",
    ),
    returned(
        "connections",
        "a connection to a database or a web page",
        lambda form: related(
            form,
            "connections",
            "connections.xml",
            {
                "xl/connections.xml": f'<connections xmlns="{MAIN}"><connection id="1"><webPr url="http://x"/></connection></connections>'.encode()
            },
        ),
        "file-active",
    ),
    returned("custom-ui", "ribbon buttons of its own", lambda form: with_parts(form, {"customUI/customUI.xml": b"<x/>"}), "file-active"),
    returned(
        "dde-formula",
        "a formula that calls a program (=cmd|…), WEBSERVICE, HYPERLINK, in a blank locked cell",
        lambda form: tuple(
            edited(form.data, {(words.SCORING, "L5"): Formula(text)})
            for text in ("cmd|' /C calc'!A0", '_xlfn.WEBSERVICE("http://x")', 'HYPERLINK("http://x","bấm")')
        ),
        "cell-added",
        at=lambda _: (words.SCORING, "L5"),
    ),
    returned(
        "hyperlink-input",
        "HYPERLINK, WEBSERVICE in a cell to fill",
        lambda form: tuple(
            edited(form.data, {form.input("count"): Formula(text)})
            for text in ('HYPERLINK("http://x","5")', '_xlfn.WEBSERVICE("http://x")')
        ),
        "input-formula",
        at=lambda form: form.input("count"),
    ),
    foreign(
        "no-properties",
        "the custom properties damaged: two of one name",
        lambda form: replaced(
            form.data,
            PROPERTIES,
            "</Properties>",
            '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="99" name="cchc_unit"><vt:lpwstr>x</vt:lpwstr></property>'
            "</Properties>",
        ),
        "file-damaged",
    ),
)
"""Every case of this module."""
