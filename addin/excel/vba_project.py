"""`vbaProject.bin`: a VBA project made of module sources alone ([MS-OVBA]), which the host compiles as it opens it.

There is no compiled code in it, no password and no signature (an agency signs what it installs). It knows nothing of Excel's files.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from addin.excel.compound import compound_file
from addin.excel.compression import compressed

CODE_PAGE, ENCODING = 1252, "cp1252"  # of names and sources; ours are ASCII
LANGUAGE = 0x409  # English (United States), what VBA itself is in
WINDOWS_32 = 1  # the system the project says it is from; 64-bit Excel and the Mac's read it as well
CRYPT_SEED = 0x54  # any will do; fixed, so that the same project gives the same bytes


class Kind(Enum):
    """What a module is."""

    PLAIN = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Module:
    """A module's name and source: whole, with its `Attribute` lines, lines ended by CR LF."""

    name: str
    source: str
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class Reference:
    """A type library that the project uses: its short name and its registered description."""

    name: str
    library: str


OFFICE = (
    Reference("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    Reference(
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared\OFFICE14\MSO.DLL"
        "#Microsoft Office 14.0 Object Library",
    ),
)
"""What every project in an Office program refers to; found by their numbers, wherever they lie."""


def vba_project(name: str, identity: str, modules: Sequence[Module], references: Sequence[Reference] = OFFICE) -> bytes:
    """The project's compound file. `identity` is a GUID in braces; raises UnicodeEncodeError for letters outside cp1252."""
    streams = {one.name: compressed(one.source.encode(ENCODING)) for one in modules}
    return compound_file(
        {
            "VBA": {**streams, "_VBA_PROJECT": b"\xcc\x61\xff\xff\x00\x00\x00", "dir": compressed(_dir(name, modules, references))},
            "PROJECT": _project(name, identity, modules),
            "PROJECTwm": _name_map(modules),
        }
    )


# The dir stream ([MS-OVBA] 2.3.4.2)


def _dir(name: str, modules: Sequence[Module], references: Sequence[Reference]) -> bytes:
    parts = [
        _number(0x01, WINDOWS_32),
        _number(0x02, LANGUAGE),
        _number(0x14, LANGUAGE),
        _record(0x03, struct.pack("<H", CODE_PAGE)),
        _record(0x04, name.encode(ENCODING)),
        _record(0x05, b"") + _record(0x40, b""),  # description
        _record(0x06, b"") + _record(0x3D, b""),  # help file
        _number(0x07, 0),  # help context
        _number(0x08, 0),  # flags
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # version; its size field counts only the first number
        _record(0x0C, b"") + _record(0x3C, b""),  # conditional compilation constants
    ]
    for one in references:
        parts.append(_both(0x16, 0x3E, one.name))
        library = one.library.encode(ENCODING)
        parts.append(_record(0x0D, struct.pack("<I", len(library)) + library + bytes(6)))
    parts += [_record(0x0F, struct.pack("<H", len(modules))), _record(0x13, b"\xff\xff")]
    parts += map(_dir_module, modules)
    return b"".join([*parts, _record(0x10, b"")])


def _dir_module(module: Module) -> bytes:
    return b"".join(
        (
            _both(0x19, 0x47, module.name),
            _both(0x1A, 0x32, module.name),  # its stream
            _record(0x1C, b"") + _record(0x48, b""),  # description
            _number(0x31, 0),  # where its source begins: at once, nothing compiled stands before it
            _number(0x1E, 0),  # help context
            _record(0x2C, b"\xff\xff"),
            _record(0x21 if module.kind is Kind.PLAIN else 0x22, b""),
            _record(0x2B, b""),
        )
    )


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _record(number, struct.pack("<I", value))


def _both(number: int, unicode_number: int, text: str) -> bytes:
    """A text twice, as the format wants it: in the code page and in UTF-16."""
    return _record(number, text.encode(ENCODING)) + _record(unicode_number, text.encode("utf-16-le"))


# The streams PROJECT and PROJECTwm (2.3.1, 2.3.3)


def _project(name: str, identity: str, modules: Sequence[Module]) -> bytes:
    key = sum(identity.encode(ENCODING)) & 0xFF
    lines = [
        f'ID="{identity}"',
        *(f"Document={one.name}/&H00000000" if one.kind is Kind.DOCUMENT else f"{one.kind.value}={one.name}" for one in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_encrypted(bytes(4), key)}"',  # nothing protected
        f'DPB="{_encrypted(bytes(1), key)}"',  # no password
        f'GC="{_encrypted(bytes([0xFF]), key)}"',  # visible
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{one.name}=0, 0, 0, 0, C" for one in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def _encrypted(data: bytes, key: int) -> str:
    """The data as the project stream hides it (2.4.3.2): each byte by the sum of what came two before and one before."""
    plain, one_before, two_before = key, CRYPT_SEED ^ key, CRYPT_SEED ^ 2
    out = bytearray((CRYPT_SEED, two_before, one_before))
    for byte in bytes((CRYPT_SEED & 6) // 2) + struct.pack("<I", len(data)) + data:
        coded = byte ^ ((two_before + plain) & 0xFF)
        out.append(coded)
        two_before, one_before, plain = one_before, coded, byte
    return out.hex().upper()


def _name_map(modules: Sequence[Module]) -> bytes:
    pairs = (one.name.encode(ENCODING) + b"\0" + one.name.encode("utf-16-le") + b"\0\0" for one in modules)
    return b"".join([*pairs, b"\0\0"])
