"""Packages put together from packed pieces: any zip reader gets the very bytes (RFC 1951, 3.2.3 and 3.2.4; issue 5, Issuing)."""

from __future__ import annotations

import hashlib
import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from processor.archive import Archive, Limits
from processor.issuing import parts_digest
from tests.folders import VERSION
from tests.test_stamping import identity
from workbook_templates.package import Fixed, Packed, digest_of, pieced_part, whole_part
from workbook_templates.stamping import Base

PIECES = st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=6)


@given(kept=st.dictionaries(st.sampled_from(["a.xml", "xl/ô.xml", "z"]), st.binary(max_size=300), min_size=1), pieces=PIECES)
def test_what_was_put_in_comes_out(kept: dict[str, bytes], pieces: list[tuple[bool, bytes]]) -> None:
    whole = b"".join(piece for _, piece in pieces)
    made = pieced_part("m.xml", [Fixed.of(piece) if fixed else piece for fixed, piece in pieces])
    data, digest = Packed([whole_part(name, plain) for name, plain in kept.items()]).with_parts([made])
    expected = kept | {"m.xml": whole}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert {name: package.read(name) for name in package.namelist()} == expected
    archive = Archive(data, Limits())
    assert {part.name: b"".join(archive.inflated(part)) for part in list(archive.parts.values())} == expected
    assert digest == digest_of({name: hashlib.sha256(plain).digest() for name, plain in expected.items()})


def test_a_piece_longer_than_a_stored_block_is_whole() -> None:
    plain = bytes(range(256)) * 600
    data, _ = Packed([]).with_parts([pieced_part("m", [plain])])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.read("m") == plain


def test_the_digest_told_while_stamping_is_that_of_the_file() -> None:
    base = Base(VERSION, VERSION.appendix_for("xa"))
    first, other = base.stamped(identity("xa")), base.stamped(identity("xa", "Phường khác"))
    assert first.digest == parts_digest(first.data)
    assert other.digest == parts_digest(other.data) != first.digest
