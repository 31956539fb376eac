"""One form for each unit from one base: the parts that are the same for all are copied as they lie, packed; three parts are filled in.

A stamped form equals the directly written one cell by cell and style by style; a test holds it to that.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from xml.sax.saxutils import escape

from rubric_versions.model import Appendix, RubricVersion
from workbook_templates.book import STAMP, write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity, filled, placeholder_identity

FILLED_PARTS = ("docProps/core.xml", "docProps/custom.xml", "xl/sharedStrings.xml")


class Base:
    """The blank form of one appendix and round with marks where a unit's own text stands.

    The round is no mark: the password of the guard rail is made of it.
    """

    def __init__(self, version: RubricVersion, appendix: Appendix, round_number: str = "1") -> None:
        self._marked = replace(placeholder_identity(), round=round_number)
        data = write_book(EntryForm(version, appendix, self._marked).book())
        kept = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as target:
            self._texts = {name: source.read(name).decode("utf-8") for name in FILLED_PARTS}
            for info in source.infolist():
                if info.filename not in FILLED_PARTS:
                    target.writestr(zipfile.ZipInfo(info.filename, STAMP), source.read(info), zipfile.ZIP_DEFLATED)
        self._kept = kept.getvalue()

    def stamp(self, identity: Identity) -> bytes:
        """The form of that identity, which is of the base's round; the same bytes every time."""
        if identity.round != self._marked.round:
            raise ValueError(f"a base of round {self._marked.round} for a form of round {identity.round}")
        buffer = io.BytesIO(self._kept)
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
            for name, text in self._texts.items():
                limit = 255 if name == "docProps/custom.xml" else None
                own = filled(text, identity, lambda value, limit=limit: escape(value[:limit]))  # type: ignore[misc]  # a default binds it
                own = own.replace(self._marked.form_id, identity.form_id)
                package.writestr(zipfile.ZipInfo(name, STAMP), own.encode("utf-8"), zipfile.ZIP_DEFLATED)
        return buffer.getvalue()
