"""Random answers as officers and accidents give them, for comparing the workbook with Python; the same seed gives the same answers.

`badness` is the chance per leaf that one of its cells holds something no officer should type. Writes nothing.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from processor.reader import ErrorValue
from rubric_versions import catalog, words
from rubric_versions.answers import EVIDENCE_PARTS, Answers, LeafAnswer
from rubric_versions.methods import Bands, Count, Deduction, Linear, SurveyPercent
from rubric_versions.methods.base import NUMBER_LIMIT, Input, Raw
from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import decimal_text
from workbook_templates import layout as at
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout

Entries = dict[tuple[str, int, int], Raw]
"""What is typed where: sheet's name, row and column from 1."""

ERROR = ErrorValue("#N/A")
NOT_NUMBERS: tuple[Raw, ...] = (ERROR, "1,5", "1.5", "12", "5 điểm", " ", "abc", "*", "?", "~", "=1+1", "#N/A", "５", True, False, "")
BAD_NUMBERS: tuple[str, ...] = (
    "-1", "-0.5", "-0.000001", "1000000000000", "999999999999", "1000000000000000", "1E+15", "123456789012345000",
    "2.5", "0.1", "0.3333333", "1.0000001", "100.000001", "99999999999.5",
)  # fmt: skip
MARKS: tuple[Raw, ...] = (
    "y",
    ERROR,
    Decimal(5),
    Decimal(0),
    " x",
    "x ",
    "xx",
    "*",
    "?",
    "~",
    " ",
    "",
    True,
    "х",
    "ｘ",
    "x\u00ad",
    "x\u200b",
    "x\u0323",
    "#N/A",
)  # fmt: skip  (among them a Cyrillic, a full-width x, and an x with characters nobody sees)
EXPLANATIONS: tuple[Raw, ...] = (
    "Đã ban hành kế hoạch", None, "",
    " ", "   ", "\u00a0", "\t", "\n", Decimal(5), Decimal(0), True, "*", "=1+1", "#N/A", ERROR, "dài " * 499,
)  # fmt: skip
CONTENTS: tuple[Raw, ...] = (None, None, "", " ", "  ", "\u00a0", "\n", Decimal(12), Decimal(0), "12/KH-UBND", False, "*", "#N/A", ERROR)
DAY = Decimal(43_435)
"""The serial number of 01/12/2018."""


def random_answers(appendix: Appendix, rng: random.Random, badness: float) -> Answers:
    """What one unit enters. With badness 0 every value is of the right kind, yet leaves may be blank, unexplained or contradictory."""
    leaves = {leaf.code: random_leaf(leaf, rng, badness) for leaf in appendix.self_leaves if rng.random() < 0.97}
    return Answers(leaves, _evidence(Layout(appendix), rng, badness), _approval(rng, badness))


def random_leaf(leaf: Leaf, rng: random.Random, badness: float) -> LeafAnswer:
    """What stands in the cells of one leaf."""
    inputs = leaf.method.inputs(leaf.max)
    values = list(_good_inputs(leaf, inputs, rng))
    filled = rng.random()
    if filled < 0.08:
        values = [None] * len(inputs)
    elif filled < 0.13:
        values[rng.randrange(len(values))] = None
    mark: Raw = None
    if leaf.may_skip and rng.random() < 0.12:
        mark = rng.choice(("x", "x", "X"))
        if rng.random() < 0.7:
            values = [None] * len(inputs)
    explanation = "Đã ban hành kế hoạch" if rng.random() < 0.8 else rng.choice(EXPLANATIONS)
    if rng.random() < badness:
        if leaf.may_skip and rng.random() < 0.25:
            mark = rng.choice(MARKS)
        else:
            index = rng.randrange(len(inputs))
            values[index] = nasty(inputs[index], rng)
    return LeafAnswer(tuple(values), mark, explanation)


def nasty(entry: Input, rng: random.Random) -> Raw:
    """A value that should not stand in this input, or only just may."""
    if entry.kind == "choice":
        text = rng.choice(entry.choices)
        return rng.choice((
            text.upper(), text.lower(), text + " ", " " + text, text + "\u00a0", text + "\u200b", text + "\u00ad", text[:2] + "*",
            text[:-1] + "?", "*", "?", "~", "~*", unicodedata.normalize("NFD", text), Decimal(1), Decimal(0), True, "#N/A", ERROR, " ", "",
        ))  # fmt: skip
    if rng.random() < 0.4:
        return rng.choice(NOT_NUMBERS)
    near = [entry.limit, *(entry.limit + sign * Fraction(1, 10**digits) for digits in (3, 6, 9) for sign in (1, -1))]
    if entry.step:
        near += [entry.step / 2, entry.step * Fraction(15, 10), entry.step + Fraction(1, 10**6), entry.step + Fraction(1, 10**10)]
    if entry.limit < NUMBER_LIMIT and rng.random() < 0.5:
        return _decimal(rng.choice(near))
    return Decimal(rng.choice(BAD_NUMBERS))


def _decimal(value: Fraction | int) -> Decimal:
    """The number a cell would hold: twelve significant digits.

    LibreOffice takes numbers for equal that differ by less than 2^-48 of themselves, so that a thirteenth digit can be lost on it.
    """
    return Decimal(f"{Decimal(decimal_text(value)):.12g}")


def _good_inputs(leaf: Leaf, inputs: Sequence[Input], rng: random.Random) -> Sequence[Raw]:
    method = leaf.method
    if isinstance(method, Bands | Linear):
        return _rate(method, rng)
    if isinstance(method, Count | Deduction):
        unit = method.unit if isinstance(method, Count) else method.per
        most = int(leaf.max / unit) if unit else 0
        return (Decimal(rng.choice((0, 1, most, max(0, most - 1), most + 1, rng.randint(0, 2 * most + 3)))),)
    if isinstance(method, SurveyPercent):
        edges = [Fraction(0), Fraction(100), Fraction(rng.randint(0, 10_000), 100), *_edges(method.bands)]
        return (_decimal(min(Fraction(100), max(Fraction(0), rng.choice(edges) + _step_aside(rng)))),)
    return [_good_input(entry, rng) for entry in inputs]


def _good_input(entry: Input, rng: random.Random) -> Raw:
    if entry.kind == "choice":
        return rng.choice(entry.choices)
    if entry.kind == "whole":
        return Decimal(rng.choice((0, 0, 1, rng.randint(0, 60), rng.randint(0, 10**6))))
    step = entry.step or Fraction(1, 100)
    return _decimal(min(entry.limit, rng.choice((Fraction(0), entry.limit, step * rng.randint(0, int(entry.limit / step))))))


def _edges(bands: Sequence[object]) -> list[Fraction]:
    ends = [getattr(band, name) for band in bands for name in ("ge", "gt", "le", "lt")]
    return sorted({end for end in ends if end is not None})


def _step_aside(rng: random.Random) -> Fraction:
    return rng.choice((0, 0, 1, -1)) * Fraction(1, 10 ** rng.choice((2, 6, 9, 10)))


def _rate(method: Bands | Linear, rng: random.Random) -> tuple[Raw, Raw]:
    """Denominator and numerator: none, full, over-full, anything, and at, just under and just over the ends of bands."""
    kind = rng.random()
    if kind < 0.08:
        return Decimal(0), Decimal(rng.choice((0, 0, 0, 1)))
    whole = rng.choice((1, 2, 3, 7, 9, 20, 60, 100, 400, rng.randint(1, 2000), rng.randint(1, 10**6)))
    if kind < 0.25:
        return Decimal(whole), Decimal(whole)
    if kind < 0.3:
        return Decimal(whole), Decimal(whole + rng.randint(1, 5))
    ends = _edges(method.bands) if isinstance(method, Bands) else [method.floor_percent or Fraction(50)]
    if kind < 0.6 and ends:
        # over 2 x 10^11 cases one less is half of the ninth decimal of a percent: what is compared must round alike everywhere
        many = rng.choice((100, 400, 800, 1000, 10**5, 10**9, 10**11, 2 * 10**11, 5 * 10**11, 999_999_999_999, whole))
        got = rng.choice(ends) * many / 100 + rng.choice((0, 0, 1, -1))
        return Decimal(many), Decimal(max(0, min(many, rng.choice((got.__floor__(), got.__ceil__())))))
    got = Fraction(rng.randint(0, whole))
    if not method.whole and rng.random() < 0.5:
        return _decimal(whole + Fraction(rng.randint(0, 999), 1000)), _decimal(got * Fraction(rng.randint(0, 1000), 1000))
    return Decimal(whole), _decimal(got)


def _evidence(lay: Layout, rng: random.Random, badness: float) -> tuple[tuple[Raw, ...], ...]:
    room = lay.evidence_last - at.EVIDENCE_FIRST + 1
    count = rng.choice((0, room, rng.randint(0, room), min(room, 2 * len(lay.places)), min(room, 2 * len(lay.places))))
    rows: list[tuple[Raw, ...]] = []
    for _ in range(count):
        label: Raw = rng.choice(lay.evidence_labels)
        content: list[Raw] = ["12/KH-UBND", DAY, "UBND thành phố", "Kế hoạch năm", "Mục II", "ke-hoach.pdf"]
        if rng.random() < badness:
            label = _wrong_label(str(label), rng)
        if rng.random() < badness:
            content = [rng.choice(CONTENTS) for _ in EVIDENCE_PARTS[1:]]
        nothing = (rng.choice((None, None, "", " ")), *(None,) * 6)
        rows.append(nothing if rng.random() < 0.05 else (label, *content))
    return tuple(rows)


def _wrong_label(label: str, rng: random.Random) -> Raw:
    return rng.choice((
        None, "", " ", "9.9.9. Không có", "*", "?", "~", label[:6] + "*", label[:-1] + "?", label.upper(), label + " ", label + "\u00ad",
        label.split(".", maxsplit=1)[0], unicodedata.normalize("NFD", label), Decimal(1), True, "#N/A", ERROR,
    ))  # fmt: skip


def _approval(rng: random.Random, badness: float) -> dict[str, Raw]:
    kind = rng.random()
    if kind < 0.2:
        return {}
    made: dict[str, Raw] = dict.fromkeys(words.APPROVAL_LABELS, "Nguyễn Văn Đủ")
    made |= dict.fromkeys(words.APPROVAL_DATES, DAY) | {"approved": words.APPROVED}
    if kind < 0.6:
        return made
    wrong: tuple[Raw, ...] = (None, "", " ", "05/12/2018", Decimal(5), Decimal(-1), True, words.APPROVED.upper(), "Đã*", "*", "#N/A", ERROR)
    return {key: rng.choice(wrong) if rng.random() < max(badness, 0.2) else value for key, value in made.items()}


def entries(lay: Layout, answers: Answers) -> Entries:
    """Every input cell of the form with what stands in it, blank ones included."""
    made: Entries = {}
    for place in lay.places:
        answer = answers.of(place.leaf)
        for row, raw in zip(place.input_rows, answer.inputs, strict=True):
            made[words.SCORING, row, at.INPUT] = raw
        if place.leaf.may_skip:
            made[words.SCORING, place.row, at.MARK] = answer.mark
        made[words.SCORING, place.row, at.EXPLANATION] = answer.explanation
    for row in range(at.EVIDENCE_FIRST, lay.evidence_last + 1):
        offset = row - at.EVIDENCE_FIRST
        raws = answers.evidence[offset] if offset < len(answers.evidence) else (None,) * len(EVIDENCE_PARTS)
        for col, raw in zip(at.EVIDENCE_COLUMNS.values(), raws, strict=True):
            made[words.EVIDENCE, row, col] = raw
    for key, row in lay.approval_rows.items():
        made[words.APPROVAL, row, at.APPROVAL_VALUE] = answers.approval.get(key)
    return made


def _leaf(maximum: str, kind: str, **method: object) -> Leaf:
    evidence = ("Quyết định",) if kind != "yes_no" else ()
    return Leaf.model_validate({
        "code": "1.1", "title": f"Tiêu chí {kind}", "max": maximum, "scored_by": "self", "method": {"kind": kind, **method},
        "evidence": evidence, "may_skip": "" if kind == "deduction" else "Không có nhiệm vụ",
    })  # fmt: skip


def _levels(*points: str) -> list[dict[str, str]]:
    return [{"points": one, "text": f"Mức {index}, không làm tròn"} for index, one in enumerate(points)]


_TWO = {"numerator": "Số đạt", "denominator": "Tổng số"}
_OPEN = [{"ge": "100", "points": "2"}, {"ge": "80", "lt": "100", "points": "1.5"}, {"ge": "50", "lt": "80", "points": "0.7"},
         {"lt": "50", "points": "0"}]  # fmt: skip
_CLOSED = [{"gt": "99.5", "points": "2"}, {"gt": "66.7", "le": "99.5", "points": "1.3"}, {"gt": "0.5", "le": "66.7", "points": "0.1"}]
_SEVEN = [{"ge": str(low), "points": str(low / 50)} for low in (100, 90, 75, 60, 45, 30, 0)]

LEAVES: dict[str, Leaf] = {
    "yes_no": _leaf("0.75", "yes_no", met="Có ban hành", unmet="Không ban hành"),
    "levels": _leaf("2", "levels", options=_levels("2", "1.5", "0.125", "0")),
    "levels, twelve": _leaf("1.2", "levels", options=_levels(*(str(one / 10) for one in range(12, 0, -1)))),
    "checklist of one": _leaf("0.5", "checklist", items=_levels("0.5")),
    "checklist": _leaf("1", "checklist", items=_levels("0.3", "0.3", "0.4")),
    "checklist of twelve": _leaf("3", "checklist", items=_levels(*["0.25"] * 12)),
    "bands, max when none": _leaf("2", "bands", **_TWO, zero_denominator="max", bands=_OPEN),
    "bands, capped": _leaf("2", "bands", **_TWO, zero_denominator="zero", over_full="cap", bands=_OPEN),
    "bands, closed above": _leaf("2", "bands", **_TWO, zero_denominator="skip", whole=False, bands=_CLOSED),
    "bands, capped, skip": _leaf("2", "bands", **_TWO, zero_denominator="skip", over_full="cap", bands=_CLOSED),
    "bands, lowest first": _leaf("2", "bands", **_TWO, zero_denominator="zero", bands=_OPEN[::-1]),
    "bands, closed, lowest first": _leaf("2", "bands", **_TWO, zero_denominator="max", bands=_CLOSED[::-1]),
    "bands, seven": _leaf("2", "bands", **_TWO, zero_denominator="zero", bands=_SEVEN),
    "linear": _leaf("1.7", "linear", **_TWO, zero_denominator="max"),
    "linear with a floor": _leaf("3", "linear", **_TWO, zero_denominator="skip", floor_percent="66.7"),
    "linear, capped": _leaf("1", "linear", **_TWO, zero_denominator="zero", over_full="cap", whole=False, floor_percent="30"),
    "count": _leaf("1", "count", unit="0.3", case="Số sáng kiến"),
    "deduction": _leaf("1", "deduction", per="0.3", case="Số lần chậm"),
    "direct": _leaf("1.25", "direct", step="0.125", label="Điểm tự chấm"),
    "direct by tenths": _leaf("2", "direct", step="0.1", label="Điểm tự chấm"),
    "survey percent": _leaf("4", "survey_percent", answer="Tỷ lệ hài lòng"),
    "survey percent by bands": _leaf("2", "survey_percent", answer="Tỷ lệ hài lòng", bands=_OPEN),
    "survey weighted": _leaf("5", "survey_weighted", weights=[
        {"answer": "A", "percent": "100"}, {"answer": "B", "percent": "60"}, {"answer": "C", "percent": "20"},
        {"answer": "D", "percent": "0"}]),
    "given": _leaf("1.5", "given", source="Thông báo của Sở Nội vụ"),
}  # fmt: skip
"""A leaf of every kind with every option that changes what it computes; all scored by the unit, so that they stand in a form."""

CAN_THO = catalog.load("can-tho-2018")


def form(appendix: Appendix, answers: Answers | None = None, *, version: RubricVersion = CAN_THO, sealed: bool = True) -> EntryForm:
    """The entry form of a unit of ours with these answers."""
    identity = Identity(
        "entry", "dot-2018", "Đợt đánh giá năm 2018", "Sở Nội vụ", "u01", "Đơn vị kiểm thử", appendix.tier, version.id, version.digest,
        Layout(appendix).fingerprint, "1", "1", "key", "0" * 64 if sealed else "",
    )  # fmt: skip
    return EntryForm(version, appendix, identity, answers)


def one_leaf(leaf: Leaf) -> tuple[RubricVersion, Appendix]:
    """A version of one appendix with this leaf alone, and that appendix."""
    appendix = Appendix(number="I", title="Một tiêu chí", tier="so", total=leaf.max, children=(leaf,))
    return CAN_THO.model_copy(update={"appendices": (appendix,), "tiers": CAN_THO.tiers[:1]}), appendix
