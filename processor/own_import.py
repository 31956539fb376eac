"""An office's own table turned into an authoring workbook, ready to correct, with every doubt beside its line and told with its cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from processor.own_files import OwnGrid
from rubric_versions.authoring import COLUMNS
from rubric_versions.findings import Finding, finding
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import decimal_text
from rubric_versions.own_table import Doubt, OwnTable, understand
from workbook_templates.authoring_book import Written, book_of
from workbook_templates.book import Book


@dataclass(slots=True)
class OwnRead:
    """What an office's file comes to: the authoring workbook (None where no table was found) and all doubts as findings."""

    book: Book | None
    findings: list[Finding]


def read_own(grids: Sequence[OwnGrid], file: str, template: RubricVersion) -> OwnRead:
    """The authoring workbook of the tables in a file. What no table says (rules, grades, dates) is the template's, and says so."""
    found: list[Finding] = []
    tables: list[tuple[OwnGrid, OwnTable]] = []
    for grid in grids:
        table = understand(grid.cells)
        if table is None:
            place = {"sheet": grid.name, "file": file}
            found.append(finding("own-no-table", **place, severity="note"))
            continue
        _fitting(table)
        tables.append((grid, table))
    if not tables:
        return OwnRead(None, [finding("own-no-table", file=file)])
    written = []
    numbers = _numbers([table for _, table in tables])
    for turn, (grid, table) in enumerate(tables):
        found += [_told(doubt, grid, file, table) for doubt in table.doubts]
        written.append(_written(table, numbers[turn], turn))
    found.append(finding("own-rules", file=file))
    return OwnRead(book_of(_version(file, tables, written, template), written), found)


def _numbers(tables: Sequence[OwnTable]) -> list[str]:
    """The tables' numbers: the issuer's own, else counted; never one twice."""
    numbers: list[str] = []
    for turn, table in enumerate(tables, 1):
        number = table.number if table.number and table.number not in numbers else str(turn)
        while number in numbers:
            number += "a"
        numbers.append(number)
    return numbers


CELL_LIMIT = 30_000
"""Characters of a text that a cell takes; Excel's own limit is 32,767. What is longer is no criterion's text, and is cut with a mark."""


def _fitting(table: OwnTable) -> None:
    """Cuts texts that no cell could hold, each with a doubt."""
    for turn, line in enumerate(table.lines):
        long = [name for name in COLUMNS if isinstance(value := getattr(line, name), str) and len(value) > CELL_LIMIT]
        for name in long:
            text = getattr(line, name)
            table.lines[turn] = replace(table.lines[turn], **{name: text[:CELL_LIMIT]})
            table.doubts.append(Doubt(table.rows[turn], 0, "own-cut", text[:80], (("count", str(len(text))),), turn, name))


def _written(table: OwnTable, number: str, turn: int) -> Written:
    notes: dict[int, list[str]] = {}
    doubtful = set()
    for doubt in table.doubts:
        if doubt.turn >= 0:
            said = _finding(doubt).message
            if said not in notes.setdefault(doubt.turn, []):
                notes[doubt.turn].append(said)
            doubtful |= {(doubt.turn, part) for part in (("asked", "total", "no_case") if doubt.code == "own-rate" else (doubt.part,))}
    total = table.total
    if total is None:
        total = sum((line.max or Fraction(0) for line in table.lines if line.code and "." not in line.code), Fraction(0))
    fields: dict[str, Any] = {"number": number, "title": table.title or "Bảng tiêu chí", "tier": f"nhom-{turn + 1}"}
    fields |= {"total": decimal_text(total), "illustrative": False}
    return Written(fields, table.lines, {at: " ".join(said) for at, said in notes.items()}, frozenset(doubtful))


def _version(file: str, tables: Sequence[tuple[OwnGrid, OwnTable]], written: Sequence[Written], template: RubricVersion) -> dict[str, Any]:
    """The version's fields: the template's rules, an id from the file's name, a tier for every table."""
    data = template.model_dump(mode="json", exclude={"appendices"})
    title = next((table.title for _, table in tables if table.title), "")
    data["id"] = own_id(file)
    data["title"] = title or data["title"]
    data["tiers"] = [{"code": one.fields["tier"], "name": f"Đối tượng của phụ lục {one.fields['number']}"} for one in written]
    data["provenance"] = [
        {"part": "Tiêu chí, điểm, mức", "source": f"Đọc từ tệp {file}", "illustrative": False},
        {"part": "Quy tắc, xếp loại, thời hạn", "source": "Mẫu của chương trình, chưa phải của cơ quan ban hành", "illustrative": True},
    ]
    return data


def own_id(file: str) -> str:
    """An id out of a file's name: small letters without marks, figures, hyphens."""
    stem = file.rpartition(".")[0] or file
    bare = "".join(ch for ch in unicodedata.normalize("NFD", stem.replace("đ", "d").replace("Đ", "D")) if not unicodedata.combining(ch))
    made = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")[:40].strip("-")
    return made if len(made) > 1 else "bo-tieu-chi"


def _finding(doubt: Doubt) -> Finding:
    return finding(doubt.code, value=doubt.value, **dict(doubt.params))


def _told(doubt: Doubt, grid: OwnGrid, file: str, table: OwnTable) -> Finding:
    """A doubt as a finding at its place in the office's own file."""
    sheet, cell = grid.place(doubt.row, doubt.col or table.title_col)
    code = table.lines[doubt.turn].code if doubt.turn >= 0 else ""
    return _finding(doubt).at(file=file, sheet=sheet, cell=cell, criterion=code)
