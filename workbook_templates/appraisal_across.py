"""The units of one appendix side by side in an office's book: criteria down, units across, every figure a live reference to its row.

For tiers small enough to be read at a glance; points are entered in the rows, where the unit's answer, evidence and reason stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rubric_versions.model import Appendix
from workbook_templates.book import Sheet, a1, quoted

MOST_UNITS = 12
"""Most units that fit beside one another on a landscape page."""

_UNIT_ROW, _HEAD_ROW, _FIRST = 4, 5, 6
_CODE, _TITLE, _MAX, _UNITS = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Across:
    """One unit: its name, and by criterion the row of its figures with the values they show (own, given)."""

    name: str
    rows: Mapping[str, tuple[int, Fraction | str | None, Fraction | str | None]]


def name_of(appendix: Appendix) -> str:
    """The name of the sheet."""
    return f"Đối chiếu {appendix.number}"


def across_sheet(appendix: Appendix, source: str, own: int, given: int, units: Sequence[Across], title: str, whose: str) -> Sheet:
    """The sheet; `own` and `given` are the columns of the unit's own and of the counting points on the sheet `source`."""
    last = _UNITS + 2 * len(units) - 1
    sheet = Sheet(name_of(appendix), landscape=True, repeat_rows=(_UNIT_ROW, _HEAD_ROW), freeze=(_FIRST, _UNITS))
    sheet.widths = {_CODE: 7, _TITLE: 42, _MAX: 8} | dict.fromkeys(range(_UNITS, last + 1), 9.0)
    sheet.span(1, 1, last, title, "title")
    sheet.span(2, 1, last, whose, "unit")
    for col, text in ((_CODE, "Mã"), (_TITLE, "Tiêu chí"), (_MAX, "Điểm tối đa")):
        sheet.put(_UNIT_ROW, col, None, "head")
        sheet.put(_HEAD_ROW, col, text, "head")
    for turn, unit in enumerate(units):
        first = _UNITS + 2 * turn
        sheet.span(_UNIT_ROW, first, first + 1, unit.name, "head")
        sheet.put(_HEAD_ROW, first, "Tự chấm", "head")
        sheet.put(_HEAD_ROW, first + 1, "Thẩm định", "head")
    sheet.heights[_UNIT_ROW] = 48
    row = _FIRST - 1
    for leaf in appendix.leaves:
        if not any(leaf.code in unit.rows for unit in units):
            continue
        row += 1
        sheet.put(row, _CODE, leaf.code, "code")
        sheet.put(row, _TITLE, leaf.title, "cell")
        sheet.put(row, _MAX, leaf.max, "points")
        for turn, unit in enumerate(units):
            for offset, col in enumerate((own, given)):
                here = _UNITS + 2 * turn + offset
                if leaf.code not in unit.rows:
                    sheet.put(row, here, "–", "central")
                    continue
                where, *values = unit.rows[leaf.code]
                cell = f"{quoted(source)}!{a1(where, col)}"
                shown = f'IF(ISERROR({cell}),"",IF(LEN({cell})=0,"",{cell}))'
                sheet.put(row, here, values[offset], "points_bold" if offset else "points", shown)
    total = row + 1
    sheet.span(total, _CODE, _MAX, "Cộng", "total")
    for col in range(_UNITS, last + 1):
        turn, offset = divmod(col - _UNITS, 2)
        values_of = [values[1 + offset] for values in units[turn].rows.values()]
        value = sum((one for one in values_of if isinstance(one, Fraction)), Fraction(0))
        sheet.put(total, col, value, "points_bold", f"SUM({a1(_FIRST, col)}:{a1(row, col)})")
    sheet.text_number_areas = (f"A{_FIRST}:A{row}",)
    sheet.print_to = (total, last)
    return sheet
