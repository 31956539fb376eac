"""The criteria table an office already has, understood: which column is what, which row is a criterion or a level, how each is scored.

Takes cells as read, whatever file they come from, and gives the lines of an authoring workbook. What is not certain is read as it most
likely is meant and marked, with a doubt that says why; nothing is guessed in silence. What the table means is for the linter to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from rubric_versions import spoken
from rubric_versions.authoring import Line
from rubric_versions.lint import reads_like_level
from rubric_versions.numbers import probably_meant, vi
from rubric_versions.own_columns import Grid, Seen, columns_of
from rubric_versions.spoken import Said, plain, tidy
from rubric_versions.words import CASE_WORDS, METHOD_WORDS, SCORER_WORDS


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing not certain: row and column of the office's table, a finding's code and words, the line and part it concerns."""

    row: int
    col: int
    code: str
    value: str = ""
    params: tuple[tuple[str, str], ...] = ()
    turn: int = -1
    part: str = ""


@dataclass(slots=True)
class OwnTable:
    """What a table comes to: what stands above it, its lines, where each line came from, the total it states, what is doubted."""

    number: str = ""
    title: str = ""
    title_col: int = 1
    total: Fraction | None = None
    lines: list[Line] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


# --------------------------------------------------------------------------------------------------------------------------- rows

_ARABIC = re.compile(r"\d{1,3}(?:[.,]\d{1,3}){0,5}[.)]?")
_ROMAN = re.compile(r"(?=[IVX])(?:X{0,3})(?:IX|IV|V?I{0,3})[.)]?")
_WITH_CODE = re.compile(r"(?P<code>\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5})[.)]?\s*[:.-]?\s+(?P<title>\S.*)", re.DOTALL)
_FIELD = re.compile(r"(?:lĩnh vực|nội dung|phần)\s+(?P<code>\d{1,2}|[ivx]{1,5})\s*[.:-]\s*(?P<title>\S.*)", re.IGNORECASE)
_TOTAL = re.compile(r"(?:tổng|cộng)\b.*", re.IGNORECASE)
_NUMBERING = re.compile(r"\(?\d{1,2}\)?")
_MARK = re.compile(r"[a-zđ][.)]?|[-+*•–]", re.IGNORECASE)
_EVIDENCE = re.compile(r"(?:tài liệu|minh chứng|văn bản)[^:]*:\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_SURVEY = re.compile(r"điều tra xã hội học|khảo sát|xã hội học|mức độ hài lòng|hài lòng")


UNKNOWN = "?"
"""The code of a row that has one nobody can read; marked, and an error until it is written."""


@dataclass(slots=True)
class _Row:
    """A row being understood: its line's parts, the levels below it, its texts on how it is scored."""

    row: int
    code: str
    title: str
    max: Fraction | None
    depth: int
    how: str = ""
    evidence: str = ""
    note: str = ""
    who: str = ""
    levels: list[tuple[int, Said]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    children: list[_Row] = field(default_factory=list)

    def doubt(self, col: int, code: str, part: str, value: str = "", **params: str) -> None:
        """Marks a part of the row's line."""
        self.doubts.append(Doubt(self.row, col, code, value, tuple(params.items()), part=part))


def understand(grid: Grid) -> OwnTable | None:
    """The table in the cells, None where there is none."""
    last_head, first_head, columns, other = columns_of(grid)
    if not last_head:
        return None
    reading = _Reading(grid, columns, last_head)
    table = OwnTable(title_col=columns["title"])
    for col, head in other:
        table.doubts.append(Doubt(last_head, col, "own-column", head))
    _above(grid, first_head, table)
    reading.read()
    table.total = reading.total
    table.doubts += reading.loose
    _lines(reading.top, table)
    if reading.total is not None and (sum_ := sum((row.max or Fraction(0) for row in reading.top), Fraction(0))) != reading.total:
        table.doubts.append(Doubt(reading.total_row, columns["max"], "own-total", vi(reading.total), (("sum", vi(sum_)),)))
    return table if table.lines else None


def _above(grid: Grid, first_head: int, table: OwnTable) -> None:
    """Number and title out of the lines above the heads."""
    above = [tidy(cell.text) for (row, _), cell in sorted(grid.items()) if row < first_head and cell.text and not cell.shared]
    for text in above:
        if not table.number and (match := re.match(r"phụ lục\s*(?:số\s*)?(?P<number>\d{1,3}[a-z]?|[ivx]{1,5})\b", text, re.IGNORECASE)):
            table.number = match["number"].upper() if not match["number"][0].isdigit() else match["number"]
        elif not table.title and re.search(r"tiêu chí|chỉ số|chấm điểm", plain(text)):
            table.title = text


class _Reading:
    """The rows below the heads, read one after the other."""

    def __init__(self, grid: Grid, columns: Mapping[str, int], last_head: int) -> None:
        self.grid = grid
        self.columns = columns
        self.last_head = last_head
        self.top: list[_Row] = []
        self.open: list[_Row] = []
        self.loose: list[Doubt] = []
        self.total: Fraction | None = None
        self.total_row = 0
        self.romans = False

    def cell(self, row: int, name: str) -> Seen:
        """The cell of a column, blank where the table has no such column."""
        col = self.columns.get(name)
        return self.grid.get((row, col), Seen()) if col else Seen()

    def read(self) -> None:
        """Reads every row."""
        rows = sorted({row for row, _ in self.grid if row > self.last_head})
        codes = [self.cell(row, "code").text.strip() for row in rows]
        self.romans = sum(bool(code) and bool(_ROMAN.fullmatch(code)) for code in codes) >= 2
        for row in rows:
            texts = [cell.text.strip() for (at, _), cell in self.grid.items() if at == row and cell.text.strip() and not cell.shared]
            if texts and not all(_NUMBERING.fullmatch(text) for text in texts):
                self._row(row)

    def _row(self, row: int) -> None:
        code, title, doubts = self._code(row)
        points, number_doubt = self._points(row)
        if _TOTAL.match(title) and not code:
            if points is not None and self.total is None:
                self.total, self.total_row = points, row
            return
        if not code:
            self._uncoded(row, title, points, number_doubt)
            return
        one = _Row(row, code, title, points, self._depth(code))
        one.doubts += doubts
        if number_doubt:
            one.doubts.append(number_doubt)
        elif points is None:
            one.doubt(self.columns["max"], "own-no-points", "max", code)
        self._texts(one)
        if not one.title:
            one.doubt(self.columns["title"], "own-row", "title", code)
            one.title = code
        self._nest(one)

    def _texts(self, one: _Row) -> None:
        lines = one.title.split("\n")
        one.title = tidy(lines[0])
        one.how = "\n".join(text for text in (*lines[1:], self.cell(one.row, "how").text) if text.strip())
        one.evidence, one.note = self.cell(one.row, "evidence").text, self.cell(one.row, "note").text
        one.who = tidy(self.cell(one.row, "who").text)
        for name in ("evidence", "how"):
            if self.cell(one.row, name).shared:
                one.doubt(self.columns[name], "own-merged", "evidence" if name == "evidence" else "guidance")

    def _code(self, row: int) -> tuple[str, str, list[Doubt]]:
        """The row's code as it should stand, its title, and doubts about the code."""
        cell, title = self.cell(row, "code"), self.cell(row, "title").text.strip()
        col = self.columns.get("code", self.columns["title"])
        raw = cell.text.strip()
        if cell.is_date:
            return UNKNOWN, title, [Doubt(row, col, "own-code-date", raw, part="code")]
        if not raw and (match := _FIELD.fullmatch(title) or _WITH_CODE.fullmatch(title)):
            raw, title = match["code"].upper(), match["title"]
        bare = raw.rstrip(".)").replace(" ", "")
        if self.romans and _ROMAN.fullmatch(bare):
            return bare, title, []
        if not raw or _MARK.fullmatch(raw):
            return "", title, []
        doubts = []
        if _ARABIC.fullmatch(bare):
            code = bare.replace(",", ".")
            if code != bare:
                doubts.append(Doubt(row, col, "own-code", raw, (("meant", code),), part="code"))
            return self._under_roman(row, col, code, doubts), title, doubts
        self.loose.append(Doubt(row, col, "own-row", f"{raw} {title}".strip()))
        return "", title, []

    def _under_roman(self, row: int, col: int, code: str, doubts: list[Doubt]) -> str:
        """A code under a Roman field, made to go on from it: every field counts from 1 there."""
        if not (self.romans and self.open and _ROMAN.fullmatch(self.open[0].code)):
            return code
        made = f"{self.open[0].code}.{code}"
        doubts.append(Doubt(row, col, "own-code", code, (("meant", made),), part="code"))
        return made

    def _depth(self, code: str) -> int:
        if code == UNKNOWN:  # beside the row above, or the first part of a field
            return max(2, self.open[-1].depth) if self.open else 1
        return code.count(".") + 1

    def _points(self, row: int) -> tuple[Fraction | None, Doubt | None]:
        """The row's points, and a doubt where the number is not one as it stands."""
        cell, col = self.cell(row, "max"), self.columns["max"]
        if isinstance(cell.value, Decimal) and not cell.is_date:
            number = Fraction(cell.value)
            return number, (Doubt(row, col, "own-formula", vi(number), part="max") if cell.formula else None)
        text = cell.text.strip()
        if not text or text in ("-", "–"):
            return None, None
        if cell.is_date or (meant := probably_meant(text)) is None:
            return None, Doubt(row, col, "own-no-number", text, part="max")
        return meant, Doubt(row, col, "own-number", text, (("meant", vi(meant)),), part="max")

    def _nest(self, one: _Row) -> None:
        while self.open and self.open[-1].depth >= one.depth:
            self.open.pop()
        if self.open:
            one.depth = min(one.depth, self.open[-1].depth + 1)
        elif one.depth > 1:
            one.doubt(self.columns.get("code", 1), "own-depth", "code", one.code)
            one.depth = 1
        (self.open[-1].children if self.open else self.top).append(one)
        self.open.append(one)

    def _uncoded(self, row: int, title: str, points: Fraction | None, number_doubt: Doubt | None) -> None:
        """A row without a code: a level, a deduction, evidence or a remark of the row above."""
        text = title or self.cell(row, "how").text.strip()
        if not text:
            return
        if not self.open:
            self.loose.append(Doubt(row, self.columns["title"], "own-row", text))
            return
        one = self.open[-1]
        if match := _EVIDENCE.fullmatch(text):
            one.evidence = "\n".join(part for part in (one.evidence, match["rest"]) if part)
            return
        if spoken.each_in(text):
            one.texts.append(text)
            return
        said = spoken.level_of(text)
        if said is None and points is not None:
            words = tidy(text)
            said = Said(words[:1].upper() + words[1:], points, spoken.rates_of(words))
        listed = bool(self.cell(row, "code").text.strip()) or text[:1] in "-+*•–"
        if said is None and one.levels and listed and not spoken.levels_in(text):
            words = tidy(text)
            said = Said(words[:1].upper() + words[1:], None, spoken.rates_of(words))
        several = spoken.levels_in(text) if said is None else []
        if said is not None:
            one.levels.append((row, said))
            if number_doubt:
                one.doubts.append(replace(number_doubt, part="max"))
        elif several:
            one.levels += [(row, level) for level in several]
        else:
            one.texts.append(text)
            one.doubt(self.columns["title"], "own-remark", "guidance", text)


# -------------------------------------------------------------------------------------------------------------------------- lines


def _lines(rows: Sequence[_Row], table: OwnTable, depth: int = 1) -> None:
    for one in rows:
        _coded_levels(one)
        turn = len(table.lines)
        if one.children:
            table.lines.append(Line(depth, one.code, one.title, one.max))
            table.rows.append(one.row)
        else:
            for line in _leaf(one, depth):
                table.lines.append(line)
                table.rows.append(one.row)
        table.doubts += [replace(doubt, turn=turn) for doubt in one.doubts]
        _lines(one.children, table, depth + 1)


def _coded_levels(one: _Row) -> None:
    """Children that are levels with codes of their own become levels, marked: they read like levels and their best is the row's points."""
    below = one.children
    if len(below) < 2 or any(child.children or child.levels for child in below) or one.max is None:
        return
    points = [child.max for child in below]
    if all(reads_like_level(child.title) for child in below) and None not in points:
        known = [point for point in points if point is not None]
        if max(known) == one.max and sum(known, Fraction(0)) != one.max:
            one.levels = [(child.row, Said(child.title, child.max, spoken.rates_of(child.title))) for child in below]
            one.children = []
            one.doubt(1, "own-levels-coded", "method", ", ".join(child.code for child in below))


def _leaf(one: _Row, depth: int) -> Iterator[Line]:
    how = "\n".join((one.how, *one.texts)).strip()
    each = spoken.each_in(how)
    levels = [level for _, level in one.levels] or ([] if spoken.each_in(one.how) else spoken.levels_in(one.how))
    survey = bool(_SURVEY.search(plain(f"{one.title} {one.how}")))
    base = Line(
        depth, one.code, one.title, one.max, SCORER_WORDS["survey" if survey else "self"], evidence="\n".join(_parts(one.evidence)),
        guidance=" ".join(_remarks(one, levels, each is not None)),
    )  # fmt: skip
    if one.who:
        one.doubt(0, "own-who", "appraiser", one.who)
    if survey:
        one.doubt(0, "own-survey", "scorer", one.title)
    below: list[tuple[str, Fraction]] = []
    if each and not levels:
        kind, asked, unit = ("deduction" if each.off else "count"), f"Số trường hợp: {each.case[:1].lower()}{each.case[1:]}", each.points
        made = replace(base, method=METHOD_WORDS[kind], asked=asked, unit=unit)
    elif levels:
        made, below = _levelled(one, base, levels, survey)
        if each:
            one.doubt(0, "own-two-ways", "method", how)
    elif survey:
        made = replace(base, method=METHOD_WORDS["survey_percent"], asked="Tỷ lệ hài lòng")
    elif spoken.is_share(how):
        made = _rate(one, replace(base, method=METHOD_WORDS["linear"]))
    else:
        step = next((step for step in ("0.5", "0.25", "0.125") if one.max and (one.max / Fraction(step)).denominator == 1), "0.25")
        made = replace(base, method=METHOD_WORDS["direct"], asked="Điểm chấm theo hướng dẫn", unit=Fraction(step))
        one.doubt(0, "own-method", "method", one.title)
    yield made
    for text, points in below:
        yield Line(title=text, max=points)


def _levelled(one: _Row, base: Line, levels: Sequence[Said], survey: bool) -> tuple[Line, list[tuple[str, Fraction]]]:
    """A leaf with levels: by bands where all name rates, else by words; and the level lines."""
    for level in levels:
        if level.points is None:
            one.doubt(0, "own-level", "method", level.text)
    points = [level.points or Fraction(0) for level in levels]
    rates = [level.rates for level in levels]
    if all(rates):
        below = [(rate.band(point).describe().rpartition(":")[0], point) for rate, point in zip(rates, points, strict=True) if rate]
        if survey:
            return replace(base, method=METHOD_WORDS["survey_percent"], asked="Tỷ lệ hài lòng"), below
        return _rate(one, replace(base, method=METHOD_WORDS["bands"])), below
    if any(rates):
        one.doubt(0, "own-mixed-levels", "method", "; ".join(level.text for level in levels))
    below = [(level.text, point) for level, point in zip(levels, points, strict=True)]
    if sum(points, Fraction(0)) == one.max and max(points) != one.max:
        return replace(base, method=METHOD_WORDS["checklist"]), below
    if len(points) == 2 and points == [one.max, Fraction(0)]:
        return replace(base, method=METHOD_WORDS["yes_no"]), below
    return replace(base, method=METHOD_WORDS["levels"]), below


def _rate(one: _Row, line: Line) -> Line:
    """The line with figures of a rate: tables do not say what they are called, nor what no case comes to; so they are marked."""
    one.doubt(0, "own-rate", "asked", one.title)
    return replace(line, asked="Số đạt yêu cầu", total="Tổng số", no_case=CASE_WORDS["zero"])


def _parts(text: str) -> list[str]:
    """Documents of a cell, one each."""
    return [part for piece in re.split(r"[\n;]+", text) if (part := tidy(piece).rstrip("."))]


def _remarks(one: _Row, levels: Sequence[Said], each: bool) -> Iterator[str]:
    """What is said besides levels and cases: guidance."""
    said = {plain(level.text) for level in levels}
    for text in (*one.how.split("\n"), *one.texts, one.note):
        line = tidy(text)
        level = spoken.level_of(line)
        known = (level is not None and plain(level.text) in said) or bool(spoken.levels_in(line) and levels)
        if line and not known and not (each and spoken.each_in(line)):
            yield line if line.endswith((".", "!", "?")) else f"{line}."
