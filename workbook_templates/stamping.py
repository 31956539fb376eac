"""One form for each unit from one base: what is the same for all is packed once; of three parts the pieces that differ are filled in.

A stamped form equals the directly written one cell by cell and style by style; a test holds it to that.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from xml.sax.saxutils import escape

from rubric_versions.answers import Answers
from rubric_versions.model import Appendix, RubricVersion
from workbook_templates.book import write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity, placeholder_identity
from workbook_templates.package import Fixed, Packed, PackedPart, pieced_part, whole_part

FILLED_PARTS = ("docProps/core.xml", "docProps/custom.xml", "xl/sharedStrings.xml")
SHORT = 400
"""Bytes: what is fixed between two marks and shorter than this lies unpacked with them, which is quicker and hardly longer."""

PROPERTY_LIMIT = 255
"""Characters that a document property holds."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A form of one unit: the file, and the digest of its parts."""

    data: bytes
    digest: str


class Base:
    """The form of one appendix and round with marks where a unit's own text stands; blank, or with what was entered in it.

    The round is no mark: the password of the guard rail is made of it.
    """

    def __init__(self, version: RubricVersion, appendix: Appendix, round_number: str = "1", answers: Answers | None = None) -> None:
        marked = replace(placeholder_identity(), round=round_number)
        self._round = round_number
        data = write_book(EntryForm(version, appendix, marked, answers or Answers()).book())
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            self._kept = Packed([whole_part(name, package.read(name)) for name in names if name not in FILLED_PARTS])
            self._filled = {name: _Pattern(package.read(name).decode("utf-8"), marked) for name in FILLED_PARTS}

    def stamp(self, identity: Identity) -> bytes:
        """The form of that identity, which is of the base's round; the same bytes every time."""
        return self.stamped(identity).data

    def stamped(self, identity: Identity) -> Stamped:
        """The same, with the digest of its parts, which costs less here than reading them again."""
        if identity.round != self._round:
            raise ValueError(f"a base of round {self._round} for a form of round {identity.round}")
        texts = dict(identity.rows())
        words = {name: escape(text).encode("utf-8") for name, text in texts.items()}
        short = {name: escape(text[:PROPERTY_LIMIT]).encode("utf-8") for name, text in texts.items()}
        made = [one.filled(name, short if name == "docProps/custom.xml" else words) for name, one in self._filled.items()]
        return Stamped(*self._kept.with_parts(made))


class _Pattern:
    """A part's text taken apart at its marks: fixed pieces, and between them runs of short text and of fields."""

    def __init__(self, text: str, marked: Identity) -> None:
        marks = {getattr(marked, one.name): one.name for one in fields(Identity)} | {marked.form_id: "form_id"}
        del marks[marked.round]
        pieces = re.split("(" + "|".join(map(re.escape, marks)) + ")", text)
        self._pieces: list[Fixed | Callable[[dict[str, bytes]], bytes]] = []
        run: list[str | bytes] = []
        for number, piece in enumerate(pieces):
            if number % 2:
                run.append(marks[piece])
            elif len(plain := piece.encode("utf-8")) < SHORT:
                run.append(plain)
            else:
                self._end(run)
                self._pieces.append(Fixed.of(plain))
                run = []
        self._end(run)

    def _end(self, run: list[str | bytes]) -> None:
        """Takes down a run of short text (bytes) and fields (their names), if there is one."""
        if run:
            self._pieces.append(lambda words: b"".join([words[one] if isinstance(one, str) else one for one in run]))

    def filled(self, name: str, words: dict[str, bytes]) -> PackedPart:
        """The part of that name with these words, by field."""
        return pieced_part(name, [one if isinstance(one, Fixed) else one(words) for one in self._pieces])
