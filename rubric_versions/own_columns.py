"""The cells of an office's own table, and which of its columns is what, by the words of its heads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rubric_versions.methods.base import Raw
from rubric_versions.numbers import decimal_text
from rubric_versions.spoken import plain


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell as read: its value, whether it shows a date, whether a formula gave it, whether it is only merged with another."""

    value: Raw = None
    is_date: bool = False
    formula: bool = False
    shared: bool = False

    @property
    def text(self) -> str:
        """What it says; a number as people would type it."""
        if isinstance(self.value, Decimal):
            return decimal_text(Fraction(self.value))
        return "" if self.value is None or isinstance(self.value, bool) else str(self.value)


Grid = Mapping[tuple[int, int], Seen]
"""A table's cells by row and column, from 1."""


_HEADS: tuple[tuple[str, str], ...] = (
    (
        "",
        r"điểm (?:tự|thẩm|đạt|đánh giá|đơn vị|chấm|trừ|cộng)|tự (?:chấm|đánh giá)|thẩm định (?:điểm)?$|kết quả|hội đồng",
    ),
    ("code", r"(?:stt|tt|số tt|số thứ tự|mã(?: số| tiêu chí)?)"),
    ("max", r"điểm (?:tối đa|chuẩn)|thang điểm|tối đa|điểm số|(?:số )?điểm"),
    ("evidence", r".*(?:kiểm chứng|minh chứng|chứng minh|hồ sơ kèm).*"),
    ("how", r".*(?:cách (?:chấm|tính|đánh giá|cho điểm)|hướng dẫn|phương pháp|mức (?:điểm|đánh giá|chấm)|yêu cầu).*"),
    ("who", r".*(?:cơ quan|đơn vị|sở|phòng).*(?:thẩm định|phụ trách|theo dõi|chủ trì).*"),
    ("title", r".*(?:tiêu chí|nội dung|lĩnh vực|chỉ tiêu|chỉ số).*"),
    ("note", r".*ghi chú.*"),
)


def columns_of(grid: Grid) -> tuple[int, int, dict[str, int], list[tuple[int, str]]]:
    """Last row of the heads, their first row, the columns by what they are, and columns nobody knows (with their heads).

    All zero where no row has a column of titles and one of points.
    """
    rows = sorted({row for row, _ in grid})[:60]
    for row in rows:
        known, other = _named(_heads(grid, row, row))
        last = row
        if _is_head(grid, row) and _is_head(grid, row + 1):  # heads of two rows: "Điểm" over "Tối đa" and "Tự chấm"
            both, rest = _named(_heads(grid, row, row + 1))
            if len(both) >= len(known):
                known, other, last = both, rest, row + 1
        if "title" in known and "max" in known:
            return last, row, known, other
    return 0, 0, {}, []


def _is_head(grid: Grid, row: int) -> bool:
    """Whether a row can be one of two rows of heads: words without figures, in more than one cell."""
    cells = [cell for (at, _), cell in grid.items() if at == row and cell.text]
    words = all(isinstance(cell.value, str) and not re.search(r"\d", cell.value) for cell in cells)
    return words and sum(not cell.shared for cell in cells) > 1


def _heads(grid: Grid, first: int, last: int) -> dict[int, str]:
    heads: dict[int, str] = {}
    for (row, col), cell in sorted(grid.items()):
        if first <= row <= last and cell.text and not (row > first and cell.shared):
            heads[col] = f"{heads.get(col, '')} {plain(cell.text)}".strip()
    return heads


def _named(heads: Mapping[int, str]) -> tuple[dict[str, int], list[tuple[int, str]]]:
    known: dict[str, int] = {}
    other = []
    for col, head in sorted(heads.items()):
        names = [name for name, pattern in _HEADS if re.fullmatch(pattern, head) or (name in ("", "max") and re.match(pattern, head))]
        name = names[0] if names else None
        if name is None:
            other.append((col, head))
        elif name and name not in known:
            known[name] = col
        elif name:
            other.append((col, head))
    return known, other
