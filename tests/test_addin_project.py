"""`vbaProject.bin` as other programs read it.

Requirements: issue 3 (built without Excel, deterministic, read back by an independent reader); [MS-OVBA], [MS-CFB]. The oracles:
olefile in its strict mode, oletools, and xlwings' own add-in, whose project is written anew from its sources.
"""

from __future__ import annotations

import io
import random
import zipfile
from itertools import product
from pathlib import Path

import olefile
import pytest
import xlwings
from oletools.olevba import VBA_Parser, decompress_stream

from addin.excel.compound import Storage, compound_file
from addin.excel.compression import compressed
from addin.excel.vba_project import Kind, Module, vba_project

GUID = "{00000000-0000-0000-0000-000000000000}"


def strict(data: bytes) -> olefile.OleFileIO:
    """The compound file, read by a reader that raises at the least defect."""
    read = olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_POTENTIAL)
    assert read.parsing_issues == []
    return read


def modules_in(project: bytes) -> dict[str, str]:
    """Module sources by name with its ending, as oletools reads them."""
    return {name: code for _, _, name, code in VBA_Parser("vbaProject.bin", data=project).extract_macros()}


def revealed(hidden: str) -> bytes:
    """The data behind CMG, DPB or GC of the project stream ([MS-OVBA] 2.4.3.3), checked against its own length."""
    coded = bytes.fromhex(hidden)
    seed, two_before, one_before = coded[:3]
    plain = one_before ^ seed  # the project's key
    assert two_before ^ seed == 2
    out = bytearray()
    for byte in coded[3:]:
        plain = byte ^ ((two_before + plain) & 0xFF)
        out.append(plain)
        two_before, one_before = one_before, byte
    told = out[(seed & 6) // 2 :]
    assert int.from_bytes(told[:4], "little") == len(told) - 4
    return bytes(told[4:])


def settings_of(project: bytes) -> dict[str, str]:
    lines = strict(project).openstream("PROJECT").read().decode("cp1252").splitlines()
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines if "=" in line)}


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 70_000])
def test_streams_of_every_size_come_back_whole(size: int) -> None:
    data = random.Random(size).randbytes(size)
    read = strict(compound_file({"S": {"small": b"x", "data": data}, "top": data}))
    assert read.openstream("S/data").read() == read.openstream("top").read() == data
    assert read.openstream("S/small").read() == b"x"


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 8, 30, 100])
def test_a_directory_of_any_width_is_found_by_name(count: int) -> None:
    content: Storage = {f"Stream{number}": str(number).encode() * number for number in range(count)}
    read = strict(compound_file(content))
    assert {name: read.openstream(name).read() for (name,) in read.listdir()} == content


def test_what_no_compound_file_of_ours_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        compound_file({"x" * 32: b""})
    with pytest.raises(ValueError, match="too many"):
        compound_file({"big": bytes(8_000_000)})


@pytest.mark.parametrize("size", [1, 2, 3, 17, 4095, 4096, 4097, 9000])
@pytest.mark.parametrize("letters", [b"a", b"ab", b"Dim x As Long\r\n"])
def test_compressed_text_comes_back(size: int, letters: bytes) -> None:
    chosen = random.Random(size)
    data = bytes(chosen.choice(letters) for _ in range(size))
    assert decompress_stream(bytearray(compressed(data))) == data


def test_what_cannot_be_made_shorter_is_stored_as_it_is() -> None:
    noise = random.Random(7).randbytes(8192)
    assert decompress_stream(bytearray(compressed(noise))) == noise


def test_repetitive_text_becomes_much_shorter() -> None:
    assert len(compressed(b"HostTell CchcText(key)\r\n" * 400)) < 700


def test_the_project_of_xlwings_written_anew_has_the_same_modules() -> None:
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "addin" / "xlwings.xlam") as package:
        theirs = package.read("xl/vbaProject.bin")
    sources = modules_in(theirs)
    assert len(sources) > 10
    kinds = {".bas": Kind.PLAIN, ".cls": Kind.CLASS}
    modules = [
        Module(Path(name).stem, code, Kind.DOCUMENT if "0{000208" in code else kinds[Path(name).suffix]) for name, code in sources.items()
    ]
    ours = vba_project("xlwings", GUID, modules)
    assert modules_in(ours) == sources
    ignored = {"CMG", "DPB", "GC"}  # theirs is locked by a password; and where windows stood on their screen
    mine, yours = settings_of(ours), settings_of(theirs)
    shared = mine.keys() - ignored - {module.name for module in modules}
    assert {key: mine[key] for key in shared} == {key: yours[key] for key in shared}


def test_nothing_is_protected_and_real_excel_hides_it_the_same_way() -> None:
    """xlwings' quickstart.xlsm was saved by Excel: its three values open with the same key arithmetic as ours."""
    with zipfile.ZipFile(Path(xlwings.__file__).parent / "quickstart.xlsm") as package:
        excel = settings_of(package.read("xl/vbaProject.bin"))
    ours = settings_of(vba_project("P", GUID, [Module("M", 'Attribute VB_Name = "M"\r\n')]))
    for key, expected in (("CMG", bytes(4)), ("DPB", bytes(1)), ("GC", b"\xff")):
        assert revealed(ours[key]) == revealed(excel[key]) == expected


@pytest.mark.parametrize(("kind", "letter"), list(product(Kind, "xđ")))
def test_letters_outside_the_code_page_are_refused_and_not_replaced(kind: Kind, letter: str) -> None:
    module = Module("M", f'Attribute VB_Name = "M"\r\n\' {letter}\r\n', kind)
    if letter.isascii():
        assert modules_in(vba_project("P", GUID, [module]))
    else:
        with pytest.raises(UnicodeEncodeError):
            vba_project("P", GUID, [module])
