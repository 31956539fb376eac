"""The workbook in which a version is written: its fields and rules on one sheet, a sheet for each criteria table, checks by formula.

Sheets are not protected: people insert rows and copy sheets. So the reader goes by what it can find again wherever it stands: the heads of
a table, and the keys in the hidden column of the sheet of fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rubric_versions import words
from rubric_versions.authoring import COLUMNS, Line, lines_of
from rubric_versions.authoring_fields import Section, Slot, sections
from rubric_versions.model import RubricVersion
from workbook_templates.book import Book, Condition, Sheet, Validation, Value, a1
from workbook_templates.form_state import absolute_range

KEY_COLUMN = 8
"""Of the sheet of fields: hidden, what each row is; see `field_key` and `list_key`."""
SECTION_KEY = "§"
"""The key of a section's name: the list above ends here."""
SPARE_ITEMS, SPARE_LINES = 3, 40
"""Empty rows kept ready under each list of fields and each table."""
TABLE_FIELDS = ("number", "title", "tier", "total", "illustrative")
FIELDS_ROW, FIELD_VALUE = 3, 3
APPRAISER_ROW, APPRAISER_CODE, APPRAISER_NAME = 3, 9, 10
CHECK, NOTE = 5, len(COLUMNS) + 2
PARENT, OWNER, LEVEL_POINTS = NOTE + 1, NOTE + 2, NOTE + 3
"""Hidden columns of a table: the code a row stands under, the row a level belongs to, a level's points as a number."""
COLUMN = {name: turn + (turn >= CHECK) for turn, name in enumerate(COLUMNS, 1)}
"""Where each part of a line stands; the check stands among them, beside the points."""
LEVELLED = ("yes_no", "levels", "checklist", "bands", "survey_weighted")


def field_key(path: Sequence[str]) -> str:
    """The key of one field's row."""
    return "=" + ".".join(path)


def list_key(section: Section) -> str:
    """The key of a list's heads: its path and the names of its columns."""
    return f"#{'.'.join(section.path)}:{','.join(slot.name for slot in section.slots)}"


@dataclass(frozen=True, slots=True)
class Written:
    """A table to be written: its own fields as plain data, its lines, and what was doubted of each line (by its turn) and cell."""

    fields: Mapping[str, Any]
    lines: Sequence[Line]
    notes: Mapping[int, str] = field(default_factory=dict)
    doubtful: frozenset[tuple[int, str]] = frozenset()


def authoring_book(version: RubricVersion) -> Book:
    """The workbook of a version, whole: what is read back from it is the version."""
    data = version.model_dump(mode="json")
    written = [Written({**one.model_dump(mode="json", exclude={"children"})}, lines_of(one)) for one in version.appendices]
    return book_of(data, written)


def book_of(data: Mapping[str, Any], written: Sequence[Written]) -> Book:
    """The workbook of plain data: a version's fields, those it lacks left open, and tables."""
    title = str(data.get("title") or "Bộ tiêu chí mới")
    taken: set[str] = set()
    sheets = [_guide(), _info(data)]
    sheets += [_table(one, _sheet_name(str(one.fields.get("number") or "?"), taken)) for one in written]
    return Book(title, sheets, author=str(data.get("issuer") or ""))


def _sheet_name(number: str, taken: set[str]) -> str:
    """A sheet's name for a table's number, in whatever style the issuer counts."""
    base = re.sub(r"[\[\]:*?/\\']", "-", words.APPENDIX.format(number=number))[:28]
    name, turn = base, 2
    while name.casefold() in taken:
        name, turn = f"{base} {turn}", turn + 1
    taken.add(name.casefold())
    return name


def _guide() -> Sheet:
    sheet = Sheet(words.AUTHORING_GUIDE, locked=False)
    sheet.widths = {1: 24, 2: 66}
    sheet.span(1, 1, 2, "SOẠN BỘ TIÊU CHÍ", "title")
    sheet.span(3, 1, 2, "Các bước", "section")
    row = 3
    for turn, text in enumerate(words.AUTHORING_STEPS, 1):
        row += 1
        sheet.put(row, 1, turn, "centre_plain")
        sheet.put(row, 2, text, "wrap")
    row += 2
    sheet.span(row, 1, 2, "Cách chấm và điều phải ghi", "section")
    for kind, text in words.AUTHORING_METHODS:
        row += 1
        sheet.put(row, 1, words.METHOD_WORDS[kind], "wrap")
        sheet.put(row, 2, text, "wrap")
    sheet.print_to = (row, 2)
    return sheet


# ------------------------------------------------------------------------------------------------------------------------ fields


def _info(data: Mapping[str, Any]) -> Sheet:
    sheet = Sheet(words.AUTHORING_INFO, landscape=True, locked=False)
    sheet.widths = {1: 34, 2: 30, 3: 22, 4: 22, 5: 22, KEY_COLUMN: 4}
    sheet.hidden_columns = (KEY_COLUMN,)
    sheet.span(1, 1, 5, "THÔNG TIN VÀ QUY TẮC CỦA BỘ TIÊU CHÍ", "title")
    sheet.span(2, 1, 5, "Điền ô nền màu; (*) là bắt buộc. Ngày giờ viết như 01/12/2023 07:00.", "small_centre")
    row = 4
    for section in sections():
        held = _at(data, section.path)
        sheet.span(row, 1, 5, section.label, "section")
        sheet.put(row, KEY_COLUMN, SECTION_KEY, "helper")
        if section.single:
            for slot in section.slots:
                row += 1
                _field(sheet, row, slot, held.get(slot.name) if isinstance(held, Mapping) else None, (*section.path, slot.name))
            row += 2
        else:
            row = _list(sheet, row + 1, section, held if isinstance(held, Sequence) else ()) + 2
    sheet.text_number_areas = (f"A1:E{row}",)
    sheet.print_to = (row, 5)
    return sheet


def _at(data: Any, path: Sequence[str]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if data is not None else {}


def _field(sheet: Sheet, row: int, slot: Slot, value: Any, path: Sequence[str]) -> None:
    sheet.put(row, 1, slot.label + (" (*)" if slot.required else ""), "cell")
    sheet.put(row, 2, _shown(slot, value), "input")
    sheet.merges.append(((row, 2), (row, 5)))
    sheet.put(row, KEY_COLUMN, field_key(path), "helper")
    _rule(sheet, a1(row, 2), slot)


def _list(sheet: Sheet, row: int, section: Section, items: Sequence[Any]) -> int:
    """Writes the list's heads and items from `row` on; gives the last row kept for it."""
    sheet.put(row, KEY_COLUMN, list_key(section), "helper")
    for col, slot in enumerate(section.slots, 1):
        sheet.put(row, col, slot.label + (" (*)" if slot.required and slot.name else ""), "head")
    last = row + len(items) + SPARE_ITEMS
    for at in range(row + 1, last + 1):
        item = items[at - row - 1] if at - row <= len(items) else None
        for col, slot in enumerate(section.slots, 1):
            value = item.get(slot.name) if isinstance(item, Mapping) else item
            sheet.put(at, col, _shown(slot, value), "input")
    for col, slot in enumerate(section.slots, 1):
        _rule(sheet, f"{a1(row + 1, col)}:{a1(last, col)}", slot)
    return last


def _shown(slot: Slot, value: Any) -> Value:
    """A plain value as people read it: words for choices, numbers as numbers."""
    if value is None or value == "":
        return None
    if slot.choices:
        return next((word for one, word in slot.choices if one == value), str(value))
    if slot.type == "points":
        return Fraction(value)
    return int(value) if slot.type == "whole" else str(value)


def _rule(sheet: Sheet, area: str, slot: Slot) -> None:
    if slot.choices:
        choices = tuple(word for _, word in slot.choices)
        if "," not in "".join(choices):  # a comma would part a drop-down's literal in two
            sheet.validations.append(Validation(area, "list", *words.PROMPTS["choice"], choices))


# ------------------------------------------------------------------------------------------------------------------------ tables


def _table(written: Written, name: str) -> Sheet:
    fields = written.fields
    appraisers = list(fields.get("appraisers", {}).items())
    head = max(FIELDS_ROW + len(TABLE_FIELDS), APPRAISER_ROW + len(appraisers) + SPARE_ITEMS + 1) + 2
    first, last = head + 1, head + len(written.lines) + SPARE_LINES
    sheet = Sheet(name, landscape=True, repeat_rows=(head, head), freeze=(first, 4), locked=False)
    widths = (6, 9, 46, 9, 22, 10, 11, 17, 30, 26, 14, 11, 15, 32, 32, 26, 36)
    sheet.widths = {**{col: float(width) for col, width in enumerate(widths, 1)}, PARENT: 4, OWNER: 4, LEVEL_POINTS: 4}
    sheet.hidden_columns = (PARENT, OWNER, LEVEL_POINTS)
    sheet.span(1, 1, 7, f"{words.APPENDIX.format(number=fields.get('number') or '…')}: bảng tiêu chí", "title")
    for offset, (key, label) in enumerate(zip(TABLE_FIELDS, words.AUTHORING_TABLE, strict=True)):
        _table_field(sheet, FIELDS_ROW + offset, label, key, fields.get(key))
    for offset, label in enumerate(words.AUTHORING_APPRAISERS):
        sheet.put(APPRAISER_ROW, APPRAISER_CODE + offset, label, "head")
    for turn in range(len(appraisers) + SPARE_ITEMS):
        for offset in range(2):
            value = appraisers[turn][offset] if turn < len(appraisers) else None
            sheet.put(APPRAISER_ROW + 1 + turn, APPRAISER_CODE + offset, value, "input")
    sheet.row(head, words.AUTHORING_HEADS, "head")
    states = _states(written.lines)
    for turn in range(last - head):
        line = written.lines[turn] if turn < len(written.lines) else Line()
        _line(sheet, first + turn, line, written, turn)
        _checks(sheet, first + turn, (first, last), line, states[turn] if turn < len(states) else "")
    _strip(sheet, head - 1, (first, last), written, states)
    _rules(sheet, first, last)
    area = f"{a1(first, CHECK)}:{a1(last, CHECK)}"
    sheet.conditions = [
        Condition(area, f'LEFT({a1(first, CHECK)},1)="✗"', "is_bad"),
        Condition(area, f'LEFT({a1(first, CHECK)},1)="✓"', "is_good"),
    ]
    sheet.text_number_areas = (f"A1:{a1(last, NOTE)}",)
    sheet.print_to = (head + max(1, len(written.lines)), COLUMN["method"])
    return sheet


def _table_field(sheet: Sheet, row: int, label: str, key: str, value: Any) -> None:
    sheet.span(row, 1, 2, label, "cell")
    shown: Value = None if value in (None, "") else str(value)
    if key == "illustrative":
        shown = words.RULE_VALUES[str(bool(value))]
        sheet.validations.append(
            Validation(a1(row, FIELD_VALUE), "list", *words.PROMPTS["choice"], tuple(words.RULE_VALUES[str(one)] for one in (True, False)))
        )
    elif key == "total" and value:
        shown = Fraction(value)
    sheet.put(row, FIELD_VALUE, shown, "input")
    sheet.merges.append(((row, FIELD_VALUE), (row, COLUMN["method"])))


def _line(sheet: Sheet, row: int, line: Line, written: Written, turn: int) -> None:
    ready = turn >= len(written.lines)
    plain = ("code_text", "cell", "points")
    looks = {1: ("field_code_text", "field", "field_points"), 2: ("criterion_code_text", "criterion", "criterion_points")}
    code, text, points = plain if line.method else looks.get(line.level or 0, plain)
    if line.title and not line.code:
        text = "input_label"
    for name, col in COLUMN.items():
        value = getattr(line, name)
        look = {"code": code, "level": code, "max": points, "unit": "points", "title": text}.get(name, "cell")
        if (turn, name) in written.doubtful:
            look = "doubt_points" if name in ("max", "unit") else "doubt"
        elif ready:
            look = "input_text" if name == "code" else "input"
        sheet.put(row, col, value if value != "" else None, look)
    sheet.put(row, NOTE, written.notes.get(turn) or None, "doubt" if written.notes.get(turn) else "cell")


def _strip(sheet: Sheet, row: int, span: tuple[int, int], written: Written, states: Sequence[str]) -> None:
    """The line above the table: the sum of the fields against the scale, and how many rows are still wrong."""
    first, last = span
    parents, codes, points = (absolute_range(first, last, col) for col in (PARENT, COLUMN["code"], COLUMN["max"]))
    total = f"SUMPRODUCT((LEN({codes})>0)*(LEN({parents})=0),{points})"
    fields = sum((line.max or Fraction(0) for line in written.lines if line.code and "." not in line.code), Fraction(0))
    sheet.put(row, 3, "Tổng điểm các lĩnh vực", "total")
    sheet.put(row, 4, fields, "points_bold", total)
    bad = sum(state.startswith("✗") for state in states)
    checks = absolute_range(first, last, CHECK)
    sheet.put(row, CHECK, f"{bad} dòng phải sửa", "criterion", f'SUMPRODUCT(--(LEFT({checks},1)="✗"))&" dòng phải sửa"')


def _rules(sheet: Sheet, first: int, last: int) -> None:
    appraisers = absolute_range(APPRAISER_ROW + 1, first - 4, APPRAISER_CODE)
    lists: Mapping[str, tuple[str, ...] | str] = {
        "scorer": tuple(words.SCORER_WORDS.values()),
        "appraiser": appraisers,
        "method": tuple(words.METHOD_WORDS[kind] for kind, _ in words.AUTHORING_METHODS),
        "no_case": tuple(words.CASE_WORDS.values()),
    }
    for name, source in lists.items():
        area = f"{a1(first, COLUMN[name])}:{a1(last, COLUMN[name])}"
        sheet.validations.append(Validation(area, "list", *words.PROMPTS["choice"], source))


def _checks(sheet: Sheet, row: int, span: tuple[int, int], line: Line, state: str) -> None:
    """The check of one line, and the hidden cells it rests on; each formula beside its value."""
    first, last = span
    code, title, points, method = (a1(row, COLUMN[name]) for name in ("code", "title", "max", "method"))
    codes, all_points = (absolute_range(first, last, COLUMN[name]) for name in ("code", "max"))
    parents, owners, levels = (absolute_range(first, last, col) for col in (PARENT, OWNER, LEVEL_POINTS))
    bare = f'SUBSTITUTE({code},".","")'
    cut = f'FIND("|",SUBSTITUTE({code},".","|",LEN({code})-LEN({bare})))-1'
    sheet.put(row, PARENT, line.code.rpartition(".")[0], "helper", f'IF(LEN({code})=LEN({bare}),"",LEFT({code},{cut}))')
    above = a1(row - 1, OWNER) if row > first else "0"
    own = row if line.code else sheet.cells[row - 1, OWNER].value if row > first else 0
    sheet.put(row, OWNER, own, "helper", f"IF(LEN({code})>0,ROW(),{above})")
    level = line.max if not line.code and line.max is not None else Fraction(0)
    sheet.put(row, LEVEL_POINTS, level, "helper", f"IF(LEN({code})>0,0,IF(ISNUMBER({points}),{points},0))")
    said = words.AUTHORING_CHECKS
    children = f"SUMPRODUCT(--EXACT({parents},{code}))"
    differs = f"ROUND(SUMPRODUCT(--EXACT({parents},{code}),{all_points})-{points},9)<>0"
    group = f'IF({children}=0,"{said["no-method"]}",IF({differs},"{said["sum"]}","{said["good"]}"))'
    mine = f"({owners}=ROW())*{levels}"
    best = f"ROUND(SUMPRODUCT(MAX({mine}))-{points},9)<>0"
    items = f"ROUND(SUMPRODUCT({mine})-{points},9)<>0"
    kinds = words.METHOD_WORDS
    one_of = ",".join(f'{method}="{kinds[kind]}"' for kind in ("yes_no", "levels", "bands"))
    has_levels = ",".join(f'{method}="{kinds[kind]}"' for kind in LEVELLED)
    leaf = (
        f'IF({children}>0,"{said["method-group"]}",IF(AND(OR({has_levels}),COUNTIF({owners},ROW())<2),"{said["levels"]}",'
        f'IF(AND(OR({one_of}),{best}),"{said["best"]}",IF(AND({method}="{kinds["checklist"]}",{items}),"{said["items"]}","{said["good"]}"))))'
    )
    coded = (
        f'IF(SUMPRODUCT(--EXACT({codes}&"",{code}&""))>1,"{said["duplicate"]}",IF(NOT(ISNUMBER({points})),"{said["no-points"]}",'
        f"IF(LEN({method})=0,{group},{leaf})))"
    )
    level_check = f'IF(AND(LEN({title})>0,NOT(ISNUMBER({points}))),"{said["no-points"]}","")'
    sheet.put(row, CHECK, state, "status", f"IF(LEN({code})=0,{level_check},{coded})")


def _states(lines: Sequence[Line]) -> list[str]:
    """What the checks come to, line by line: the same as their formulas."""
    said = words.AUTHORING_CHECKS
    codes = [line.code for line in lines]
    children: dict[str, list[Fraction]] = {}
    for line in lines:
        if line.code:
            children.setdefault(line.code.rpartition(".")[0], []).append(line.max or Fraction(0))
    kinds = {word: kind for kind, word in words.METHOD_WORDS.items()}
    found = []
    for turn, line in enumerate(lines):
        if not line.code:
            found.append(said["no-points"] if line.title and line.max is None else "")
            continue
        end = next((at for at in range(turn + 1, len(lines)) if lines[at].code), len(lines))
        levels = [one.max or Fraction(0) for one in lines[turn + 1 : end]]
        found.append(said[_state(line, codes.count(line.code) > 1, children.get(line.code, ()), levels, kinds.get(line.method, ""))])
    return found


def _state(line: Line, twice: bool, children: Sequence[Fraction], levels: Sequence[Fraction], kind: str) -> str:
    if twice:
        return "duplicate"
    if line.max is None:
        return "no-points"
    if not line.method:
        return "no-method" if not children else "sum" if sum(children, Fraction(0)) != line.max else "good"
    if children:
        return "method-group"
    if kind in LEVELLED and not levels:
        return "levels"
    if kind in ("yes_no", "levels", "bands") and max(levels, default=Fraction(0)) != line.max:
        return "best"
    if kind == "checklist" and sum(levels, Fraction(0)) != line.max:
        return "items"
    return "good"
