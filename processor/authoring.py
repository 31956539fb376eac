"""The authoring workbook read back: a version, or everything that is wrong with what was written, each with its cell.

People write it by hand, insert rows, copy sheets: tables are found by their heads, fields by their keys. Nothing is repaired. Judging
what a version means is the linter's work; here its findings only get their cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter, ValidationError

from processor.reader import Cell, ErrorValue, Sheet, Workbook
from rubric_versions import words
from rubric_versions.authoring import COLUMNS, Line, Path, table_of
from rubric_versions.authoring_fields import Section, Slot, sections
from rubric_versions.catalog import why_of
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.lint import lint
from rubric_versions.methods import Method
from rubric_versions.methods.base import ScoringMethod
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import decimal_text, probably_meant, vi
from workbook_templates import authoring_book as at
from workbook_templates.book import a1

Place = tuple[str, int, int]
"""A cell: sheet, row, column."""
_START: Place = (words.AUTHORING_INFO, 1, 1)
_NUMBERS = ("level", "max", "unit")
_ONE_LINE = ("code", "scorer", "appraiser", "method", "no_case", "options")


@dataclass(slots=True)
class Authored:
    """What an authoring workbook comes to. `version` is None when its shape is wrong; `findings` tell everything, the linter's too."""

    version: RubricVersion | None
    findings: list[Finding]
    places: dict[tuple[str, str], list[Place]] = field(default_factory=dict)
    """Cells of the rows by table and code, in order."""

    tables: list[dict[str, Any]] = field(default_factory=list)
    """The tables as read, plain, whether or not they are sound."""

    def leaves(self) -> list[dict[str, Any]]:
        """What was understood of every leaf, for `--json`: table, code, title, points, who scores, how, and the cell."""
        rows = []
        for table in self.tables:
            number, seen = str(table.get("number", "")), Counter[str]()
            for leaf in _plain_leaves(table["children"]):
                code = leaf["code"]
                sheet, row, col = self.places[number, code][min(seen[code], len(self.places[number, code]) - 1)]
                seen[code] += 1
                told = {name: leaf.get(name, "") for name in ("code", "title", "max", "scored_by", "evidence", "guidance", "may_skip")}
                method = leaf["method"]
                rows.append({"appendix": number, **told, "method": method, "says": _says(leaf), "sheet": sheet, "cell": a1(row, col)})
        return rows


def _plain_leaves(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if "method" in row:
            yield row
        yield from _plain_leaves(row.get("children", ()))


def _says(leaf: Mapping[str, Any]) -> str:
    """How points are given, in words; empty while the method is not sound."""
    try:
        return _METHOD.validate_python(leaf["method"]).describe(Fraction(leaf.get("max", "0")))
    except ValidationError:
        return ""


_METHOD: TypeAdapter[ScoringMethod] = TypeAdapter(Method)


def is_authoring(book: Workbook) -> bool:
    """Whether a workbook is one of ours to write a version in."""
    return words.AUTHORING_INFO in book.sheets


def read_authoring(book: Workbook, file: str) -> Authored:
    """The version written in the workbook, with all findings. Never raises for content."""
    reading = _Reading(book, file)
    data = reading.fields()
    tables = [reading.table(sheet, index) for index, sheet in enumerate(reading.table_sheets())]
    if not tables:
        reading.found.append(finding("authoring-no-table", file=file))
    data["appendices"] = tables
    version: RubricVersion | None = None
    if not errors(reading.found):
        try:
            version = RubricVersion.model_validate(data)
        except ValidationError as problem:
            reading.found += [reading.of_shape(error) for error in problem.errors()]
    if version is not None:
        reading.found += [reading.located(one) for one in lint(version)]
    return Authored(version, reading.found, reading.rows, tables)


class _Reading:
    def __init__(self, book: Workbook, file: str) -> None:
        self.book = book
        self.file = file
        self.found: list[Finding] = []
        self.cells: dict[Path, Place] = {}
        self.rows: dict[tuple[str, str], list[Place]] = {}

    def say(self, code: str, place: Place, value: object = "", **params: Any) -> None:
        """Adds a finding about a cell."""
        sheet, row, col = place
        self.found.append(finding(code, file=self.file, sheet=sheet, cell=a1(row, col), value=value, **params))

    # ---------------------------------------------------------------------------------------------------------------- fields

    def fields(self) -> dict[str, Any]:
        """The version's fields as plain data; blank ones left out, unless something is asked for."""
        sheet = self.book.sheets[words.AUTHORING_INFO]
        keys = {row: str(cell.value) for (row, col), cell in sheet.cells.items() if col == at.KEY_COLUMN and cell.value}
        starts = sorted(keys)
        data: dict[str, Any] = {}
        known = {at.field_key((*one.path, slot.name)): (one, slot) for one in sections() if one.single for slot in one.slots}
        lists = {"#" + ".".join(one.path): one for one in sections() if not one.single}
        for turn, row in enumerate(starts):
            end = starts[turn + 1] if turn + 1 < len(starts) else max((at_row for at_row, _ in sheet.cells), default=row) + 1
            head, _, columns = keys[row].partition(":")
            if keys[row] in known:
                section, slot = known[keys[row]]
                self._field(sheet, row, section, slot, data)
            elif head in lists:
                self._items(sheet, range(row + 1, end), lists[head], columns.split(","), data)
        for section in sections():
            self._required(section, data)
        return data

    def _field(self, sheet: Sheet, row: int, section: Section, slot: Slot, data: dict[str, Any]) -> None:
        place = (sheet.name, row, 2)
        self.cells[*section.path, slot.name] = place
        value = self._value(sheet, place, slot)
        if value is not None:
            holder = data
            for name in section.path:
                holder = holder.setdefault(name, {})
            holder[slot.name] = value

    def _items(self, sheet: Sheet, rows: range, section: Section, columns: Sequence[str], data: dict[str, Any]) -> None:
        slots = {slot.name: slot for slot in section.slots}
        made: list[Any] = []
        self.cells[section.path] = (sheet.name, rows.start, 1)
        for row in rows:
            item: dict[str, Any] = {}
            for col, name in enumerate(columns, 1):
                place = (sheet.name, row, col)
                if name in slots and _filled(sheet.cells.get((row, col))):
                    value = self._value(sheet, place, slots[name])
                    if value is not None:
                        item[name] = value
                self.cells[*section.path, len(made), name] = place
            if item:
                made.append(item.get("") if "" in slots else item)
        if made:
            holder = data
            for name in section.path[:-1]:
                holder = holder.setdefault(name, {})
            holder[section.path[-1]] = made

    def _required(self, section: Section, data: Mapping[str, Any]) -> None:
        """Asks for what is missing, unless the whole part may be left out."""
        if section.optional and not _at(data, section.path[: section.optional]):
            return
        here = _at(data, section.path if section.single else section.path[:-1])
        if section.single:
            for slot in section.slots:
                if slot.required and slot.name not in here:
                    self.say("authoring-missing", self.cells.get((*section.path, slot.name), _START), label=slot.label)
        elif section.required and not here.get(section.path[-1]):
            self.say("authoring-missing", self.cells.get(section.path, _START), label=section.label)

    def _value(self, sheet: Sheet, place: Place, slot: Slot) -> Any:
        cell = sheet.cells.get(place[1:])
        if not _filled(cell):
            return None
        assert cell is not None
        if slot.type in ("points", "whole"):
            number = self._number(cell, place)
            if number is None:
                return None
            return int(number) if slot.type == "whole" and number.denominator == 1 else decimal_text(number)
        text = _text(cell)
        if slot.choices:
            found = [value for value, word in slot.choices if word.casefold() == text.strip().casefold()]
            if not found:
                self.say("authoring-word", place, text, allowed=", ".join(word for _, word in slot.choices))
                return None
            return found[0]
        return text

    def _number(self, cell: Cell, place: Place) -> Fraction | None:
        if isinstance(cell.value, Decimal) and not cell.is_date:
            return Fraction(cell.value)
        if isinstance(cell.value, Decimal):
            self.say("input-date", place, cell.value, meant="…")
            return None
        meant = probably_meant(str(cell.value))
        if meant is None:
            self.say("not-a-number", place, cell.value)
        else:
            self.say("number-as-text", place, cell.value, meant=vi(meant))
        return None

    # ---------------------------------------------------------------------------------------------------------------- tables

    def table_sheets(self) -> Iterator[Sheet]:
        """Sheets that hold a table; others are told and passed over."""
        for name, sheet in self.book.sheets.items():
            if name in (words.AUTHORING_GUIDE, words.AUTHORING_INFO) or not sheet.cells:
                continue
            if _head_row(sheet):
                yield sheet
            else:
                self.found.append(finding("authoring-sheet", file=self.file, sheet=name))

    def table(self, sheet: Sheet, index: int) -> dict[str, Any]:
        """One table as plain data."""
        head = _head_row(sheet)
        table: dict[str, Any] = self._table_fields(sheet, head, index)
        lines: list[Line] = []
        rows: list[int] = []
        last = max((row for row, _ in sheet.cells), default=head)
        for row in range(head + 1, last + 1):
            if any(_filled(sheet.cells.get((row, col))) for col in at.COLUMN.values()):
                lines.append(self._line(sheet, row))
                rows.append(row)
        read = table_of(lines)
        for fault in read.faults:
            self.say(fault.code, (sheet.name, rows[fault.turn], at.COLUMN[fault.column]), fault.value, **dict(fault.params))
        for path, (turn, column) in read.places.items():
            self.cells["appendices", index, *path] = (sheet.name, rows[turn], at.COLUMN[column])
        for turn, line in enumerate(lines):
            if line.code:
                self.rows.setdefault((str(table.get("number", "")), line.code), []).append((sheet.name, rows[turn], at.COLUMN["code"]))
        table["children"] = read.children
        return table

    def _table_fields(self, sheet: Sheet, head: int, index: int) -> dict[str, Any]:
        labels = dict(zip(words.AUTHORING_TABLE, at.TABLE_FIELDS, strict=True))
        truths = {words.RULE_VALUES[str(one)]: one for one in (True, False)}
        table: dict[str, Any] = {}
        for row in range(1, head):
            name = labels.get(_text(sheet.cells.get((row, 1))).strip())
            if name is None:
                continue
            place = (sheet.name, row, at.FIELD_VALUE)
            self.cells["appendices", index, name] = place
            cell = sheet.cells.get(place[1:])
            if not _filled(cell):
                if name != "illustrative":
                    self.say("authoring-missing", place, label=words.AUTHORING_TABLE[at.TABLE_FIELDS.index(name)])
                continue
            assert cell is not None
            if name == "total":
                number = self._number(cell, place)
                table[name] = decimal_text(number) if number is not None else "0"
            elif name == "illustrative":
                table[name] = truths.get(_text(cell).strip(), False)
            else:
                table[name] = _text(cell).strip()
        appraisers = {}
        for row in range(at.APPRAISER_ROW + 1, head):
            code, name = (_text(sheet.cells.get((row, col))).strip() for col in (at.APPRAISER_CODE, at.APPRAISER_NAME))
            if code and name:
                appraisers[code] = name
        if appraisers:
            table["appraisers"] = appraisers
        return table

    def _line(self, sheet: Sheet, row: int) -> Line:
        parts: dict[str, Any] = {}
        for name, col in at.COLUMN.items():
            cell = sheet.cells.get((row, col))
            if not _filled(cell):
                continue
            assert cell is not None
            if name in _NUMBERS:
                number = self._number(cell, (sheet.name, row, col))
                if number is not None:
                    parts[name] = int(number) if name == "level" else number
            else:
                text = _text(cell)
                parts[name] = text.strip() if name in _ONE_LINE else text
        return Line(**parts)

    # -------------------------------------------------------------------------------------------------------------- findings

    def of_shape(self, error: Any) -> Finding:
        """A finding for a value the model refuses, at the nearest cell that it came from."""
        tags = {"group", "leaf", *words.METHOD_WORDS}
        path: Path = tuple(part for part in error["loc"] if part not in tags)
        near = path
        while near and near not in self.cells:
            near = near[:-1]
        sheet, row, col = self.cells.get(near, (words.AUTHORING_INFO, 1, 1))
        label = words.AUTHORING_LABELS.get(".".join(str(part) for part in path if isinstance(part, str)), str(path[-1]) if path else "")
        return finding("rubric-unreadable", file=self.file, sheet=sheet, cell=a1(row, col), where=label or a1(row, col), why=why_of(error))

    def located(self, one: Finding) -> Finding:
        """A finding of the linter with its cell."""
        numbers = {words.APPENDIX.format(number=number): number for number, _ in self.rows}
        places = self.rows.get((numbers.get(one.sheet, ""), one.criterion), [])
        if not places:
            return one.at(file=self.file)
        sheet, row, col = places[-1]
        return one.at(file=self.file, sheet=sheet, cell=a1(row, col))


def _at(data: Any, path: Sequence[str]) -> Mapping[str, Any]:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _head_row(sheet: Sheet) -> int:
    """The row of the table's heads, 0 where there is none."""
    wanted = words.AUTHORING_HEADS[:3]
    rows = sorted({row for (row, col), cell in sheet.cells.items() if col == 1 and cell.value == wanted[0]})
    return next((row for row in rows if all(_text(sheet.cells.get((row, col))) == text for col, text in enumerate(wanted, 1))), 0)


def _filled(cell: Cell | None) -> bool:
    return cell is not None and cell.value is not None and (not isinstance(cell.value, str) or bool(cell.value.strip()))


def _text(cell: Cell | None) -> str:
    """What a cell says, as text; a number as people wrote it into a cell of codes."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, Decimal):
        return decimal_text(Fraction(cell.value))
    if isinstance(cell.value, bool):
        return words.RULE_VALUES[str(cell.value)]
    return "" if isinstance(cell.value, ErrorValue) else str(cell.value)


__all__ = ["COLUMNS", "Authored", "is_authoring", "read_authoring"]
