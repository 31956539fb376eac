"""Judges whether a criteria version makes sense: one small rule per defect that real sets have, each giving findings.

Requirement: domain.md §3.4. Errors stop issuing, warnings do not. Repairs nothing, and reads no file: shape and spelling
of numbers are refused earlier, by `catalog`. A legal text may be odd on purpose, so what only looks wrong is a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise

from pydantic import BaseModel

from rubric_versions.findings import Finding, finding
from rubric_versions.methods import (
    Bands,
    Checklist,
    Count,
    Deduction,
    Given,
    Levels,
    Linear,
    SurveyPercent,
    SurveyWeighted,
    YesNo,
)
from rubric_versions.methods.choice import Level
from rubric_versions.methods.rate import Band
from rubric_versions.model import Appendix, Group, Leaf, Node, RubricVersion, Rules
from rubric_versions.numbers import vi
from rubric_versions.words import APPENDIX, SCORED_BY

Found = Iterator[Finding]

FULL = Fraction(100)
"""The scale of Cần Thơ 2018, Điều 7.1, and the largest rate in percent."""


def lint(version: RubricVersion) -> list[Finding]:
    """Every defect of a version: of its rules and texts first, then appendix by appendix in the order of each table."""
    found = [one for rule in RULES_RULES for one in rule(version.rules)]
    heading = version.model_copy(update={"appendices": ()})
    found += [one for text_rule in TEXT_RULES for one in text_rule("", heading)]
    for appendix in version.appendices:
        found += lint_appendix(appendix)
    return found


def lint_appendix(appendix: Appendix) -> list[Finding]:
    """Every defect of one table, in the order of its rows; `sheet` names the appendix, `criterion` the code."""
    found = [one for rule in TABLE_RULES for one in rule(appendix)]
    for _, node in appendix.walk():
        found += [one for text_rule in TEXT_RULES for one in text_rule(node.code, node)]
        if isinstance(node, Leaf):
            found += [one for leaf_rule in LEAF_RULES for one in leaf_rule(node)]
    found += [one for text_rule in TEXT_RULES for one in text_rule("", appendix)]
    order: dict[str, int] = {"": -1}
    for _, node in appendix.walk():
        order.setdefault(node.code, len(order))
    found.sort(key=lambda one: order[one.criterion])
    return [one.at(sheet=APPENDIX.format(number=appendix.number)) for one in found]


# ---------------------------------------------------------------------------------------------------------------- codes


def _plain(text: str) -> str:
    """A text as people compare it: composed, without stray spaces, capitals or invisible characters."""
    kept = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", kept).split()).casefold()


def _families(appendix: Appendix) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """Each parent's code with its children, the table itself first (its code is empty)."""
    yield "", appendix.children
    for _, node in appendix.walk():
        if isinstance(node, Group):
            yield node.code, node.children


def _own_part(code: str, parent: str) -> str:
    """What a code adds to its parent's; empty where it does not go on from it by one step."""
    if not parent:
        return code
    start, own = code[: len(parent) + 1], code[len(parent) + 1 :]
    return own if start == f"{parent}." and own and "." not in own else ""


def duplicate_code(appendix: Appendix) -> Found:
    """Codes used twice: the later row would overwrite the earlier one."""
    seen = set()
    for _, node in appendix.walk():
        if _plain(node.code) in seen:
            yield finding("rubric-duplicate-code", criterion=node.code, value=node.code)
        seen.add(_plain(node.code))


def code_parent(appendix: Appendix) -> Found:
    """Codes that do not go on from their parent's (7.11 under 7.1), with the code probably meant (7.1.1)."""
    for parent, children in _families(appendix):
        taken = {child.code for child in children}
        for position, child in enumerate(children, 1):
            if _own_part(child.code, parent):
                continue
            left = child.code.removeprefix(parent) if child.code.startswith(parent) else child.code.rpartition(".")[2]
            meant = f"{parent}.{left.strip('.')}"
            if not _own_part(meant, parent) or meant in taken:
                meant = f"{parent}.{position}"
            yield finding("rubric-code-parent", criterion=child.code, value=child.code, parent=parent, meant=meant)


def code_order(appendix: Appendix) -> Found:
    """The first code of each family that breaks the count from 1.

    A family whose codes have worse wrong with them is left to those rules.
    """
    for parent, children in _families(appendix):
        own = [_own_part(_plain(child.code), _plain(parent)) for child in children]
        if "" in own or len(set(own)) != len(own) or not any(part.isdecimal() for part in own):
            continue  # I, II, III and a, b, c are the issuer's own way of counting
        for position, (part, child) in enumerate(zip(own, children, strict=True), 1):
            if part != str(position):
                meant = f"{parent}.{position}".lstrip(".")
                yield finding("rubric-code-order", criterion=child.code, value=child.code, meant=meant)
                break


# --------------------------------------------------------------------------------------------------------------- points


def children_sum(appendix: Appendix) -> Found:
    """Rows whose parts do not add up to their max points."""
    for _, node in appendix.walk():
        if isinstance(node, Group) and (total := _sum(node.children)) != node.max:
            yield finding("rubric-sum", criterion=node.code, value=vi(node.max), sum=vi(total))


def fields_total(appendix: Appendix) -> Found:
    """A table whose fields do not add up to its stated total; the issuer may mean it, so a warning."""
    if (total := _sum(appendix.children)) != appendix.total:
        yield finding("rubric-total", value=vi(appendix.total), sum=vi(total))


def not_hundred(appendix: Appendix) -> Found:
    """A stated total other than 100 (Cần Thơ 2018, Điều 7.1); the issuer may mean it, so a warning."""
    if appendix.total != FULL:
        yield finding("rubric-not-100", value=vi(appendix.total))


def _sum(nodes: Sequence[Node]) -> Fraction:
    return sum((node.max for node in nodes), Fraction(0))


def _levels(leaf: Leaf) -> tuple[Level, ...]:
    """The levels or items of a leaf's method; none for a method without."""
    match leaf.method:
        case YesNo() | Levels():
            return leaf.method.levels(leaf.max)
        case Checklist():
            return leaf.method.items
    return ()


def _bands(leaf: Leaf) -> tuple[Band, ...]:
    return leaf.method.bands if isinstance(leaf.method, Bands | SurveyPercent) else ()


def positive(appendix: Appendix) -> Found:
    """Max points and unit points that are not above 0, levels and bands below 0."""
    for _, node in appendix.walk():
        above = [("Điểm tối đa", node.max)]
        if isinstance(node, Leaf):
            if isinstance(node.method, Count | Deduction):
                above.append(("Điểm mỗi trường hợp", _unit(node.method)))
            given = [level.points for level in _levels(node)] + [band.points for band in _bands(node)]
            yield from (_too_small(node, "Điểm của mức", points, "từ 0 trở lên") for points in given if points < 0)
        yield from (_too_small(node, label, points, "lớn hơn 0") for label, points in above if points <= 0)


def _too_small(node: Node, label: str, points: Fraction, allowed: str) -> Finding:
    return finding("rubric-negative", criterion=node.code, value=vi(points), label=label, allowed=allowed)


def best_reaches_max(leaf: Leaf) -> Found:
    """A method by which the most that can be got is not the leaf's max points."""
    if (best := leaf.method.best(leaf.max)) != leaf.max:
        yield finding("rubric-best", criterion=leaf.code, value=vi(leaf.max), best=vi(best))


def _unit(method: Count | Deduction) -> Fraction:
    return method.unit if isinstance(method, Count) else method.per


def one_case_within_max(leaf: Leaf) -> Found:
    """Unit points, added or taken off for one case, that are more than the leaf's max points."""
    if isinstance(leaf.method, Count | Deduction) and (unit := _unit(leaf.method)) > leaf.max:
        yield finding("rubric-deduction-step", criterion=leaf.code, value=vi(unit), maximum=vi(leaf.max))


# ----------------------------------------------------------------------------------------------------- levels and bands


def level_order(leaf: Leaf) -> Found:
    """Levels that do not get fewer points one after the other, bands whose points do not rise or fall with the rate."""
    if isinstance(leaf.method, Levels):
        points = [level.points for level in leaf.method.options]
        good = _falls(points)
    elif isinstance(leaf.method, SurveyWeighted):
        points = [weight.percent for weight in leaf.method.weights]
        good = _falls(points)
    else:
        points = [band.points for band in sorted(_bands(leaf), key=_low_end)]
        good = _falls(points) or _falls(points[::-1])
    if not good:
        yield finding("rubric-level-order", criterion=leaf.code, value="; ".join(vi(one) for one in points))


def _falls(points: Sequence[Fraction]) -> bool:
    return all(left > right for left, right in pairwise(points))


def _low_end(band: Band) -> tuple[Fraction, bool]:
    low = band.ge if band.ge is not None else band.gt
    return (Fraction(-1) if low is None else low, band.gt is not None)


def level_text(leaf: Leaf) -> Found:
    """Levels, items or answers of one leaf that read the same, capitals and spaces aside."""
    texts = [level.text for level in _levels(leaf)]
    if isinstance(leaf.method, SurveyWeighted):
        texts = [weight.answer for weight in leaf.method.weights]
    seen = set()
    for text in texts:
        if _plain(text) in seen:
            yield finding("rubric-level-text", criterion=leaf.code, value=text)
        seen.add(_plain(text))


def _stretches(bands: Sequence[Band]) -> Iterator[tuple[str, Fraction, Fraction, int]]:
    """0 to 100 % cut at every end of a band: each cut and each open stretch between two, with how many bands hold it.

    Gives the kind ("at" a cut or "between" two), its ends, and the count, which is the same all along the stretch.
    """
    ends = (end for band in bands for end in (band.ge, band.gt, band.le, band.lt) if end is not None)
    cuts = sorted({Fraction(0), FULL, *(end for end in ends if 0 <= end <= FULL)})
    for low, high in pairwise([*cuts, FULL]):
        yield "at", low, low, sum(band.holds(low) for band in bands)
        if high > low:
            yield "between", low, high, sum(band.holds((low + high) / 2) for band in bands)


def _rates(bands: Sequence[Band], wanted: Callable[[int], bool]) -> Iterator[str]:
    """The rates held by a wanted number of bands, one text for each unbroken stretch: "từ 50 đến dưới 70"."""
    for is_wanted, run in groupby(_stretches(bands), key=lambda stretch: wanted(stretch[3])):
        if not is_wanted:
            continue
        parts = list(run)
        (first, low, _, _), (last, _, high, _) = parts[0], parts[-1]
        if low == high:
            yield vi(low)
        else:
            yield f"{'từ' if first == 'at' else 'trên'} {vi(low)} đến {'' if last == 'at' else 'dưới '}{vi(high)}"


def band_gap(leaf: Leaf) -> Found:
    """Rates from 0 to 100 % that no band holds."""
    if bands := _bands(leaf):
        for rates in _rates(bands, lambda count: count == 0):
            yield finding("rubric-band-gap", criterion=leaf.code, value=rates)


def band_overlap(leaf: Leaf) -> Found:
    """Rates that two bands hold ("50-70 %" beside "70-100 %")."""
    for rates in _rates(_bands(leaf), lambda count: count > 1):
        yield finding("rubric-band-overlap", criterion=leaf.code, value=rates)


def band_empty(leaf: Leaf) -> Found:
    """Bands that hold no rate from 0 to 100 %: their ends were swapped or mistyped."""
    for band in _bands(leaf):
        if not any(count for *_, count in _stretches([band])):
            yield finding("rubric-band-empty", criterion=leaf.code, value=band.describe())


# ------------------------------------------------------------------------------------------------------ who, why, proof


def skip_reason(leaf: Leaf) -> Found:
    """A leaf not assessed when no case arose, without a reason for which it may be (Cần Thơ 2018, Điều 7.2.d)."""
    if isinstance(leaf.method, Bands | Linear) and leaf.method.zero_denominator == "skip" and not leaf.may_skip:
        yield finding("rubric-skip-reason", criterion=leaf.code)


def central_method(leaf: Leaf) -> Found:
    """Survey and given methods on a leaf the unit scores, or the unit's methods on one it does not (Điều 7.2.đ, e)."""
    central = isinstance(leaf.method, SurveyPercent | SurveyWeighted | Given)
    if (leaf.is_self_scored and central) or (leaf.is_central and not central):
        who = SCORED_BY.get(leaf.scored_by, "Đơn vị tự chấm")
        other = "số liệu khảo sát hoặc do trên cho điểm" if central else "đơn vị tự khai"
        yield finding("rubric-survey-self", criterion=leaf.code, value=who, other=other)


def evidence_named(leaf: Leaf) -> Found:
    """A self-scored leaf that does not say what proves it (Điều 7.2.c)."""
    if leaf.is_self_scored and not any(item.strip() for item in leaf.evidence):
        yield finding("rubric-no-evidence", criterion=leaf.code)


_POINTS, _RATE = r"\d{1,2}(?:[.,]\d+)?", r"\d+(?:[.,]\d+)?\s*%"
_LEVEL_TITLES = (
    rf".*:\s*{_POINTS}\s*(?:điểm|đ)?",  # Không đạt: 0
    rf"(?:đạt\s+)?(?:(?:đủ|từ|trên|dưới|hơn|ít nhất)\s+)?{_RATE}(?:\s*trở (?:lên|xuống))?",  # Dưới 50 %
    rf"(?:đạt\s+)?(?:(?:từ|trên|hơn)\s+)?\d+(?:[.,]\d+)?\s*%?\s*(?:đến|tới|-|–)\s*(?:dưới\s+)?{_RATE}.*",
    r"(?:(?:có|không|chưa)\s+)?(?:đạt|có|kịp thời|đầy đủ|đúng (?:thời )?hạn|đúng quy định|trễ hạn|quá hạn|thực hiện)",
    r"có|không|tốt|khá|trung bình|yếu|kém",
)
_LEVEL_TITLE = re.compile("|".join(_LEVEL_TITLES))


def reads_like_level(title: str) -> bool:
    """Whether a title says a level ("Không đạt: 0", "Dưới 50 %") rather than what is asked for."""
    return bool(_LEVEL_TITLE.fullmatch(_plain(title).rstrip(" .;:")))


def level_coded(leaf: Leaf) -> Found:
    """Leaves whose title reads like a level of the row above ("Không đạt: 0"): levels that got codes of their own."""
    if reads_like_level(leaf.title):
        yield finding("rubric-level-coded", criterion=leaf.code, value=leaf.title)


# ---------------------------------------------------------------------------------------------------------------- texts


def _texts(part: BaseModel) -> Iterator[str]:
    """Every text of a row or of a version's heading, down through its method; not those of the rows below it."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, BaseModel) and not isinstance(one, Group | Leaf):
                yield from _texts(one)
            elif isinstance(one, str):
                yield one


_GAP = re.compile(r"_{2,}|\.*…[.…]*|\.{3,}")
_WANTS_NUMBER = re.compile(r"(?:^|\s)(?:từ|đến|dưới|trên|quá|hơn|kém|đạt|bằng|là|còn|số|ngày|tháng|năm|nhất|đủ)$")
_PERCENT_OF = re.compile(r"(?:\d|[(/]|(?:^|\W)[^\W\d]|tỷ lệ|tỉ lệ|theo|đơn vị|tính|phần trăm)$")


def _lacks_number(text: str) -> bool:
    """Whether a text has a place left blank for a number: dots or a line, or a percent sign with no figure before it.

    "v.v…", dots after a comma and dots that end a list are no such place; nor are "tỷ lệ %", "(%)" and a formula's "a %".
    """
    line = _plain(text.replace("…", "\0")).replace("\0", "…")  # NFKC would make three dots of it
    for gap in _GAP.finditer(line):
        before, after = line[: gap.start()].rstrip(), line[gap.end() :].lstrip()
        if gap[0].startswith("_"):
            return True
        ends_list = line[gap.start() - 1 : gap.start()].isalpha() and (not after or after[0] in ");.»”")
        if not (before.endswith((",", ";", "v.v")) or (ends_list and not _WANTS_NUMBER.search(before))):
            return True
    return any(not _PERCENT_OF.search(line[: sign.start()].rstrip()) for sign in re.finditer("%", line))


def number_missing(code: str, part: BaseModel) -> Found:
    """Texts with a number left out ("Từ … % đến dưới … %")."""
    for text in _texts(part):
        if _lacks_number(text):
            yield finding("rubric-number-missing", criterion=code, value=text)


_DOTTED = re.compile(r"(?<![\d.,])(?:\d+\.\d{1,2}|0\.\d+)\s*(?:điểm|%)")


def decimal_dot(code: str, part: BaseModel) -> Found:
    """Points or rates in running text with a dot for the decimal comma of the form."""
    for text in _texts(part):
        if match := _DOTTED.search(unicodedata.normalize("NFC", text)):
            yield finding("rubric-decimal-dot", criterion=code, value=match[0], meant=match[0].replace(".", ","))


def spaces(code: str, part: BaseModel) -> Found:
    """Texts with a space too many, a no-break or invisible character, or letters stored in parts (not NFC)."""
    for text in _texts(part):
        strange = any(char != " " and not char.isprintable() for char in text)
        if strange or text != " ".join(text.split()) or text != unicodedata.normalize("NFC", text):
            yield finding("rubric-spaces", criterion=code, value=_made_visible(text))


def _made_visible(text: str) -> str:
    marked = re.sub(r"^\s+|\s+$|\s{2,}|[^\S ]", lambda match: "␣" * len(match[0]), text)
    marked = "".join(char if char.isprintable() else f"[U+{ord(char):04X}]" for char in marked)
    return unicodedata.normalize("NFC", marked)


TITLE_LIMIT = 200
"""Characters of "code. title", the line of the drop-down by which evidence names its criterion; longer ones are cut."""

LEVEL_LIMIT = 200
"""Characters of a level: with its points it stays under the 255 that Excel takes as a literal of a formula."""

LABEL_LIMIT = 150
"""Characters of an input's label: with the words of its prompt it stays under the 255 of an input message."""

REASON_LIMIT = 200
"""Characters of the reason for not assessing, which also stands in an input message."""

GUIDANCE_LIMIT = 500
"""Characters of guidance; a longer one belongs into the guidance document, not into a cell."""

NOTE_LIMIT = 2000
"""Characters of all that stands under a leaf's title: a row of Excel is at most 409 points tall, some 35 lines."""


def too_long(code: str, part: BaseModel) -> Found:
    """Texts that Excel, or the reader of a cell, would see cut off."""
    for text, limit in _limited(part):
        if len(text) > limit:
            yield finding("rubric-too-long", criterion=code, value=text, count=len(text), limit=limit)


def _limited(part: BaseModel) -> Iterator[tuple[str, int]]:
    if isinstance(part, Group | Leaf):
        yield f"{part.code}. {part.title}", TITLE_LIMIT
    if isinstance(part, Leaf):
        yield part.may_skip, REASON_LIMIT
        yield part.guidance, GUIDANCE_LIMIT
        if not isinstance(part.method, Checklist):  # whose items are labels
            yield from ((level.text, LEVEL_LIMIT) for level in _levels(part))
        yield from ((entry.label, LABEL_LIMIT) for entry in part.method.inputs(part.max))
        yield "\n".join((part.method.describe(part.max), part.guidance, *part.evidence)), NOTE_LIMIT


# -------------------------------------------------------------------------------------------------- the version's rules


def grades(rules: Rules) -> Found:
    """Grade bands that do not fall strictly from at most 100 % to 0 %, or share a name (Cần Thơ 2018, Điều 10.2)."""
    ends = [grade.at_least for grade in rules.grades]
    names = {_plain(grade.name) for grade in rules.grades}
    if not _falls(ends) or ends[0] > FULL or ends[-1] != 0 or len(names) != len(ends):
        yield finding("rubric-grades", value="; ".join(f"{grade.name} {vi(grade.at_least)}" for grade in rules.grades))


def missing_grade(rules: Rules) -> Found:
    """A grade for units without a return that the version's grades do not know."""
    if rules.missing.grade and rules.missing.grade not in {grade.name for grade in rules.grades}:
        yield finding("rubric-missing-grade", value=rules.missing.grade)


def windows(rules: Rules) -> Found:
    """Windows of a round that the version has not, or two of one round."""
    seen: set[int] = set()
    for window in rules.windows:
        if window.round in seen or window.round > rules.rounds:
            yield finding("rubric-windows", value=window.round, count=rules.rounds)
        seen.add(window.round)


RULES_RULES: tuple[Callable[[Rules], Found], ...] = (grades, missing_grade, windows)
TABLE_RULES: tuple[Callable[[Appendix], Found], ...] = (
    duplicate_code,
    code_parent,
    code_order,
    children_sum,
    fields_total,
    not_hundred,
    positive,
)
LEAF_RULES: tuple[Callable[[Leaf], Found], ...] = (
    best_reaches_max,
    one_case_within_max,
    level_order,
    level_text,
    band_gap,
    band_overlap,
    band_empty,
    skip_reason,
    central_method,
    evidence_named,
    level_coded,
)
TEXT_RULES: tuple[Callable[[str, BaseModel], Found], ...] = (number_missing, decimal_dot, spaces, too_long)
