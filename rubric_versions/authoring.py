"""A criteria table as lines that people can write in a workbook, and back: nothing is lost either way.

Knows no sheet: `workbook_templates.authoring_book` does. The other fields of a version are `authoring_fields`'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rubric_versions import spoken
from rubric_versions.methods import (
    Bands,
    Checklist,
    Count,
    Deduction,
    Direct,
    Given,
    Levels,
    Linear,
    SurveyPercent,
    SurveyWeighted,
    YesNo,
)
from rubric_versions.methods.rate import Band
from rubric_versions.model import Appendix, Group, Leaf
from rubric_versions.numbers import decimal_text
from rubric_versions.words import CASE_WORDS, METHOD_WORDS, OPTION_WORDS, SCORER_WORDS

Plain = dict[str, Any]
Path = tuple[str | int, ...]
"""Where a value stands in a version's plain data."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an authoring table: a row of the criteria table, or (without a code) a level, band, item or answer of the leaf above it.

    `max` is the row's max points, or the level's points. Words are those people choose by; blank where there is none.
    """

    level: int | None = None
    code: str = ""
    title: str = ""
    max: Fraction | None = None
    scorer: str = ""
    appraiser: str = ""
    method: str = ""
    asked: str = ""
    total: str = ""
    no_case: str = ""
    unit: Fraction | None = None
    options: str = ""
    evidence: str = ""
    guidance: str = ""
    may_skip: str = ""


COLUMNS = tuple(Line.__dataclass_fields__)
"""The names of a line's parts, in the order of the sheet's columns."""


def lines_of(appendix: Appendix) -> list[Line]:
    """The lines of a table, in its order."""
    lines: list[Line] = []
    for depth, node in appendix.walk():
        if isinstance(node, Group):
            lines.append(Line(depth, node.code, node.title, node.max))
        else:
            lines += _leaf_lines(depth, node)
    return lines


def _leaf_lines(depth: int, leaf: Leaf) -> Iterator[Line]:
    method = leaf.method
    asked, total, no_case, unit, options, below = "", "", "", None, [], []
    match method:
        case YesNo():
            below = [(level.text, level.points) for level in method.levels(leaf.max)]
        case Levels():
            below = [(level.text, level.points) for level in method.options]
        case Checklist():
            below = [(item.text, item.points) for item in method.items]
        case Bands() | Linear():
            asked, total, no_case = method.numerator, method.denominator, CASE_WORDS[method.zero_denominator]
            options = [OPTION_WORDS[name] for name, on in (("fractions", not method.whole), ("cap", method.over_full == "cap")) if on]
            if isinstance(method, Bands):
                below = _band_lines(method.bands)
            else:
                unit = method.floor_percent
        case Count():
            asked, unit = method.case, method.unit
        case Deduction():
            asked, unit = method.case, method.per
        case Direct():
            asked, unit = method.label, method.step
        case SurveyPercent():
            asked, below = method.answer, _band_lines(method.bands)
        case SurveyWeighted():
            below = [(weight.answer, weight.percent) for weight in method.weights]
        case Given():
            asked = method.source
    scorer, way = SCORER_WORDS[leaf.scored_by], METHOD_WORDS[method.kind]
    texts = ("; ".join(options), "\n".join(leaf.evidence), leaf.guidance, leaf.may_skip)
    yield Line(depth, leaf.code, leaf.title, leaf.max, scorer, leaf.appraiser, way, asked, total, no_case, unit, *texts)
    for text, points in below:
        yield Line(title=text, max=points)


def _band_lines(bands: Sequence[Band]) -> list[tuple[str, Fraction]]:
    return [(band.describe().rpartition(":")[0], band.points) for band in bands]


# ------------------------------------------------------------------------------------------------------------------------- back


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a line from being understood: which line (its turn) and column, a finding's code and its words."""

    turn: int
    column: str
    code: str
    value: str = ""
    params: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Read:
    """What the lines of a table come to: its rows as plain data, where each value came from (line and column), what is wrong."""

    children: list[Plain]
    places: dict[Path, tuple[int, str]]
    faults: list[Fault]


def table_of(lines: Sequence[Line]) -> Read:
    """The rows that the lines say. A level that jumps, a level line without a row, an unknown word: a fault each; nothing is repaired."""
    read = Read([], {}, [])
    open_rows: list[tuple[int, Path, list[Plain]]] = [(0, (), read.children)]
    turn = 0
    while turn < len(lines):
        line = lines[turn]
        below = list(range(turn + 1, _end(lines, turn)))
        if not line.code:
            read.faults.append(Fault(turn, "code", "authoring-level-alone", line.title))
            turn += 1
            continue
        depth = line.level if line.level is not None else line.code.count(".") + 1
        if not 1 <= depth <= open_rows[-1][0] + 1:
            read.faults.append(Fault(turn, "level", "authoring-depth", line.code, (("depth", str(depth)),)))
            depth = max(1, min(depth, open_rows[-1][0] + 1))
        while open_rows[-1][0] >= depth:
            open_rows.pop()
        _, above, rows = open_rows[-1]
        path = (*above, "children", len(rows))
        row = _row(line, turn, path, read)
        rows.append(row)
        if line.method:
            _method(lines, turn, below, row, path, read)
        else:
            read.faults += [Fault(at, "title", "authoring-level-alone", lines[at].title) for at in below]
        row["children"] = []
        open_rows.append((depth, path, row["children"]))
        turn = below[-1] + 1 if below else turn + 1
    _check_ends(read, read.children, ())
    return read


def _end(lines: Sequence[Line], turn: int) -> int:
    """The turn of the next line with a code."""
    return next((at for at in range(turn + 1, len(lines)) if lines[at].code), len(lines))


def _check_ends(read: Read, rows: Sequence[Plain], above: Path) -> None:
    for index, row in enumerate(rows):
        path = (*above, "children", index)
        turn = read.places[(*path, "code")][0]
        _check_ends(read, row["children"], path)
        if "method" in row:
            if row.pop("children"):
                read.faults.append(Fault(turn, "method", "authoring-method-group", row["code"]))
        elif not row["children"] and not any(fault.turn == turn for fault in read.faults):
            read.faults.append(Fault(turn, "method", "authoring-no-method", row["code"]))


def _row(line: Line, turn: int, path: Path, read: Read) -> Plain:
    def put(name: str, value: Any, column: str) -> None:
        row[name] = value
        read.places[(*path, name)] = (turn, column)

    row: Plain = {}
    put("code", line.code, "code")
    put("title", line.title, "title")
    if line.max is None:
        read.faults.append(Fault(turn, "max", "authoring-no-points", line.code))
    else:
        put("max", decimal_text(line.max), "max")
    if not line.method:
        return row
    scorers = {word: value for value, word in SCORER_WORDS.items()}
    scorer = scorers.get(line.scorer)
    if scorer is None:
        read.faults.append(_unknown(turn, "scorer", line.scorer, scorers))
    put("scored_by", scorer or "self", "scorer")
    put("evidence", [text for text in (one.strip() for one in line.evidence.split("\n")) if text], "evidence")
    for name in ("appraiser", "guidance", "may_skip"):
        if getattr(line, name):
            put(name, getattr(line, name), name)
    return row


def _unknown(turn: int, column: str, value: str, words: Mapping[str, Any]) -> Fault:
    return Fault(turn, column, "authoring-word", value, (("allowed", ", ".join(words)),))


def _method(lines: Sequence[Line], turn: int, below: Sequence[int], row: Plain, path: Path, read: Read) -> None:
    """Puts the leaf's method into its row."""
    line = lines[turn]
    kinds = {word: kind for kind, word in METHOD_WORDS.items()}
    kind = kinds.get(line.method)
    if kind is None:
        read.faults.append(_unknown(turn, "method", line.method, kinds))
        return
    made: Plain = {"kind": kind}
    method_path = (*path, "method")
    row["method"] = made
    read.places[method_path] = (turn, "method")

    def put(name: str, value: Any, column: str, at: int = turn) -> None:
        made[name] = value
        read.places[(*method_path, name)] = (at, column)

    def levels(name: str, text: str = "text", points: str = "points") -> None:
        put(name, [], "title", below[0] if below else turn)
        for index, at in enumerate(below):
            made[name].append({text: lines[at].title, points: _points(lines[at], at, read)})
            for inner, column in ((text, "title"), (points, "max")):
                read.places[(*method_path, name, index, inner)] = (at, column)

    match kind:
        case "yes_no":
            _yes_no(lines, turn, below, made, method_path, read)
        case "levels":
            levels("options")
        case "checklist":
            levels("items")
        case "survey_weighted":
            levels("weights", "answer", "percent")
        case "bands" | "survey_percent":
            put("bands", [], "title", below[0] if below else turn)
            for index, at in enumerate(below):
                made["bands"].append(_band(lines[at], at, read))
                read.places[(*method_path, "bands", index)] = (at, "title")
        case _:
            read.faults += [Fault(at, "title", "authoring-level-alone", lines[at].title) for at in below]
    names = {"count": "case", "deduction": "case", "direct": "label", "given": "source", "survey_percent": "answer"}
    if kind in names:
        put(names[kind], line.asked, "asked")
    units = {"count": "unit", "deduction": "per", "direct": "step", "linear": "floor_percent"}
    if kind in units and line.unit is not None:
        put(units[kind], decimal_text(line.unit), "unit")
    if kind in ("bands", "linear"):
        put("numerator", line.asked, "asked")
        put("denominator", line.total, "total")
        _rate_options(line, turn, put, read)


def _rate_options(line: Line, turn: int, put: Any, read: Read) -> None:
    cases = {word: value for value, word in CASE_WORDS.items()}
    if line.no_case in cases:
        put("zero_denominator", cases[line.no_case], "no_case")
    else:
        read.faults.append(_unknown(turn, "no_case", line.no_case, cases))
        put("zero_denominator", "zero", "no_case")
    options = {word: name for name, word in OPTION_WORDS.items()}
    for text in (one.strip() for one in line.options.split(";")):
        match options.get(text):
            case "fractions":
                put("whole", False, "options")
            case "cap":
                put("over_full", "cap", "options")
            case _ if text:
                read.faults.append(_unknown(turn, "options", text, options))


def _yes_no(lines: Sequence[Line], turn: int, below: Sequence[int], made: Plain, path: Path, read: Read) -> None:
    if len(below) != 2:
        read.faults.append(Fault(turn, "method", "authoring-yes-no", lines[turn].code))
    for name, at, wanted in zip(("met", "unmet"), below, (lines[turn].max, Fraction(0)), strict=False):
        made[name] = lines[at].title
        read.places[(*path, name)] = (at, "title")
        if lines[at].max != wanted:
            read.faults.append(Fault(at, "max", "authoring-yes-no", lines[turn].code))


def _points(line: Line, turn: int, read: Read) -> str:
    if line.max is None:
        read.faults.append(Fault(turn, "max", "authoring-no-points", line.title))
        return "0"
    return decimal_text(line.max)


def _band(line: Line, turn: int, read: Read) -> Plain:
    rates = spoken.rates_of(line.title)
    if rates is None:
        read.faults.append(Fault(turn, "title", "authoring-band", line.title))
        rates = spoken.Rates()
    ends = {name: decimal_text(end) for name in ("ge", "gt", "le", "lt") if (end := getattr(rates, name)) is not None}
    return {**ends, "points": _points(line, turn, read)}
