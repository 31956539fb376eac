"""What Vietnamese texts of criteria tables say in figures: a band of rates, a level with its points, a deduction or a sum for each case.

Reads texts only, strictly: what is not wholly understood gives None and is never guessed. `Band.describe` and `band_of` are inverses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from rubric_versions.methods.rate import Band
from rubric_versions.numbers import probably_meant

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")


def plain(text: str) -> str:
    """The text as one line, composed, small letters, one kind of dash, no invisible characters, single spaces."""
    kept = "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    return " ".join(kept.translate(_DASHES).split()).casefold()


def tidy(text: str) -> str:
    """The text as it should stand in a cell: composed, single spaces, no invisible characters, no list mark before it, no ";" after it."""
    kept = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    line = re.sub(r"^(?:[-+*•–]\s*)+", "", " ".join(kept.split()))
    return re.sub(r"\s*[;:]+$", "", line).strip()


_NUMBER = r"(\d+(?:[.,]\d+)?)"
_RATE = rf"{_NUMBER}\s*(?:%|phần trăm)?"
_FIRST = rf"{_NUMBER}\s*(?:%|phần trăm)"
_TO = r"(?: (?:đến|tới) | ?- ?)"
_LEAD = r"(?:(?!.*\b(?:không|chưa|giảm|trừ|ngày|tháng|giờ)\b)[^\d%<>≤≥]{1,80}?[\s:,])??"
"""Words before a rate ("Tỷ lệ hồ sơ đúng hạn đạt từ …"), none that turn its meaning round."""
_TAIL = r"(?:\s+(?!.*\b(?:trở|không|chưa|đến|dưới|trên)\b)[^\d%]{1,80})?"
"""Words after it ("… số hồ sơ")."""
_BANDS = tuple(
    (re.compile(rf"{_LEAD}{body}{_TAIL}"), low, high)
    for body, low, high in (
        (rf"từ {_RATE}{_TO}dưới {_FIRST}", "ge", "lt"),
        (rf"từ {_RATE}{_TO}{_FIRST}", "ge", "le"),
        (rf"(?:trên|hơn|lớn hơn) {_RATE}{_TO}dưới {_FIRST}", "gt", "lt"),
        (rf"(?:trên|hơn|lớn hơn) {_RATE}{_TO}{_FIRST}", "gt", "le"),
        (rf"(?:trên|hơn|lớn hơn) {_RATE} dưới {_FIRST}", "gt", "lt"),
        (rf"{_RATE}\s?-\s?dưới {_FIRST}", "ge", "lt"),
        (rf"{_RATE}\s?-\s?{_FIRST}", "ge", "le"),
        (rf"từ {_FIRST} (?:trở lên|trở đi)", "ge", ""),
        (rf"{_FIRST} trở lên", "ge", ""),
        (rf"(?:tối thiểu|ít nhất) {_FIRST}", "ge", ""),
        (rf"(?:≥|>=) ?{_FIRST}", "ge", ""),
        (rf"(?:trên|hơn|lớn hơn|>) ?{_FIRST}", "gt", ""),
        (rf"(?:dưới|thấp hơn|nhỏ hơn|<) ?{_FIRST}", "", "lt"),
        (rf"(?:≤|<=) ?{_FIRST}", "", "le"),
        (rf"(?:đến|không quá|tối đa) {_FIRST}", "", "le"),
        (rf"{_FIRST} trở xuống", "", "le"),
        (rf"từ {_FIRST} trở xuống", "", "le"),
    )
)
_WHOLE = re.compile(rf"{_LEAD}100\s*(?:%|phần trăm){_TAIL}")


def _figure(text: str) -> Fraction | None:
    return probably_meant(text)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates a text names, in percent: each end open, closed or absent."""

    ge: Fraction | None = None
    gt: Fraction | None = None
    le: Fraction | None = None
    lt: Fraction | None = None

    def band(self, points: Fraction) -> Band:
        """The band with its points."""
        return Band(ge=self.ge, gt=self.gt, le=self.le, lt=self.lt, points=points)


def rates_of(text: str) -> Rates | None:
    """The rates of a text that names nothing but a stretch of them ("từ 70 % đến dưới 100 %"), None for any other."""
    line = plain(text).rstrip(" .;:,")
    if line == "mọi mức":
        return Rates()
    for pattern, low, high in _BANDS:
        if match := pattern.fullmatch(line):
            figures = [Fraction(one.replace(",", ".")) for one in match.groups()]  # of at most 100, so a comma is no thousands' mark
            if any(one > 100 for one in figures):
                return None
            names = [name for name in (low, high) if name]
            return Rates(**dict(zip(names, figures, strict=True)))
    if _WHOLE.fullmatch(line):
        return Rates(ge=Fraction(100))
    return None


@dataclass(frozen=True, slots=True)
class Said:
    """One level of a text: its words, its points (None where it gives none), the rates it names."""

    text: str
    points: Fraction | None
    rates: Rates | None


_FIGURE = _NUMBER[1:-1]
_POINTS_AFTER = re.compile(
    rf"(?P<text>.*\S)\s*(?::|=|->|→|-)\s*(?:(?:được|đạt|chấm)\s+)?(?P<points>{_FIGURE})\s*(?:điểm|đ)?\s*[.;,]*", re.IGNORECASE
)
_POINTS_WORD = re.compile(
    rf"(?P<text>.*\S)\s*,?\s+(?:thì\s+)?(?:được|đạt|chấm|tính|cho)\s+(?P<points>{_FIGURE})\s*(?:điểm|đ)\s*[.;,]*", re.IGNORECASE
)
_POINTS_NONE = re.compile(r"(?P<text>.*?\S)\s*,?\s*(?::|thì)?\s*không (?:được )?(?:tính |có |chấm )?điểm\s*[.;,]*", re.IGNORECASE)
_POINTS_MISSING = re.compile(r"(?P<text>.*[^\s:])\s*:\s*[….\s_]*(?:điểm|đ)?\s*[.;,]*", re.IGNORECASE)
_POINTS_FIRST = re.compile(rf"(?P<points>{_FIGURE})\s*(?:điểm|đ)\s*(?::|-|nếu|khi)\s*(?P<text>.*\S)", re.IGNORECASE)


def level_of(text: str) -> Said | None:
    """The level a text says: words and points ("Kịp thời: 1", "0,5 điểm: có kế hoạch", "dưới 50 % thì không có điểm"); None if none."""
    line = tidy(" ".join(text.translate(_DASHES).split()))
    if ";" in line:
        return None
    for pattern in (_POINTS_NONE, _POINTS_AFTER, _POINTS_WORD, _POINTS_FIRST):
        if match := pattern.fullmatch(line):
            points = Fraction(0) if pattern is _POINTS_NONE else _figure(match["points"])
            words = tidy(match["text"])
            rates = rates_of(words)
            if points is None or not words or (rates is None and _figure(words) is not None):
                return None
            return Said(words[:1].upper() + words[1:], points, rates)
    return None


def levels_in(text: str) -> list[Said]:
    """All levels of a text that is nothing but levels, one a line or parted by ";" or "·"; empty where any part is not one.

    One whose figure is missing ("không đạt: … điểm") has no points; all without a figure are no levels.
    """
    parts = [part for part in re.split(r"[\n;·]+", text) if part.strip(" .;,-–+•")]
    found = [level_of(part) or _level_without(part) for part in parts]
    levels = [one for one in found if one is not None]
    return levels if len(levels) == len(found) and any(one.points is not None for one in levels) else []


def _level_without(text: str) -> Said | None:
    """A level that ends where its points should stand."""
    match = _POINTS_MISSING.fullmatch(" ".join(text.translate(_DASHES).split()))
    words = tidy(match["text"]) if match else ""
    return Said(words[:1].upper() + words[1:], None, rates_of(words)) if words else None


@dataclass(frozen=True, slots=True)
class PerCase:
    """Points taken off (`off`) or given for each case of something."""

    points: Fraction
    case: str
    off: bool


_EACH = re.compile(
    rf"(?:cứ\s+)?(?:mỗi|một|01|1)\s+(?P<case>.*?\S)\s*,?\s*(?:(?::|thì)?\s*(?:bị\s+)?(?P<verb>trừ(?:\s+đi)?|được|cộng|tính|chấm|đạt)\s*:?|:)\s*"
    rf"(?P<points>{_FIGURE})\s*(?:điểm|đ)?(?P<rest>.*)",
    re.IGNORECASE,
)


def each_in(text: str) -> PerCase | None:
    """What a text takes off or gives for each case ("cứ mỗi hồ sơ trễ hạn trừ 0,25 điểm"), None where it says no such thing."""
    for part in re.split(r"[\n;]+", text):
        line = tidy(part)
        if match := _EACH.search(line):
            points = _figure(match["points"])
            if points is not None and points > 0:
                case = tidy(match["case"])
                return PerCase(points, case[:1].upper() + case[1:], (match["verb"] or "").lower().startswith("trừ"))
    return None


_SHARE = re.compile(
    r"(?:điểm|tính)\b.*\b(?:theo|bằng|=)\b.*\btỷ lệ\b|\btỷ lệ\b.*\b(?:nhân|x|×|\*)\b|(?:số|tỷ lệ).*/.*(?:x|×|\*).*điểm", re.IGNORECASE
)


def is_share(text: str) -> bool:
    """Whether a text says that points are the max times a rate ("tính điểm theo tỷ lệ")."""
    return bool(_SHARE.search(plain(text).replace("tỉ lệ", "tỷ lệ")))


def sentences(text: str) -> Iterator[str]:
    """The lines of a cell, tidied, blank ones left out."""
    for line in text.splitlines():
        if tidied := tidy(line):
            yield tidied
