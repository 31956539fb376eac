"""Who appraises what, in the campaign's workbook: the specialist offices, and the criteria of each; where their cells are, and the sheets.

Reads nothing: `processor.campaign` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rubric_versions.model import Leaf, RubricVersion
from workbook_templates.book import Sheet, Validation, a1, area

OFFICES, ASSIGNED = "Cơ quan thẩm định", "Phân công thẩm định"
OFFICE_CODE, OFFICE_NAME, OFFICE_UNIT, OFFICE_UNIT_NAME = 1, 2, 3, 4
OFFICE_HEADS = ("Mã cơ quan", "Cơ quan thẩm định", "Mã đơn vị, nếu cũng được chấm điểm trong đợt", "Tên đơn vị")
ASSIGNED_APPENDIX, ASSIGNED_CODE, ASSIGNED_TITLE, ASSIGNED_OFFICE, ASSIGNED_OFFICE_NAME, ASSIGNED_PERSON = 1, 2, 3, 4, 5, 6
ASSIGNED_HEADS = ("Phụ lục", "Mã", "Tiêu chí", "Mã cơ quan thẩm định", "Cơ quan thẩm định", "Người thẩm định")
OFFICE_ROWS = 40
"""Rows for offices: no campaign has more fields than that."""

OFFICES_HINT = (
    "Các cơ quan thẩm định tiêu chí thuộc lĩnh vực của mình cho mọi đơn vị. Không chia thì để trống cả trang: Hội đồng thẩm định tất cả. "
    "Cơ quan cũng được chấm điểm thì ghi mã đơn vị ở cột thứ ba: cơ quan đó không tự thẩm định mình."
)
ASSIGNED_HINT = (
    "Mỗi tiêu chí một cơ quan thẩm định; để trống thì Hội đồng thẩm định. Áp dụng cho các khối do cơ quan tổ chức thẩm định. "
    "Người thẩm định: không bắt buộc, hiện trong bảng thẩm định."
)
_OFFICE_PROMPT = (
    "Mã cơ quan thẩm định",
    "Chọn mã đã có ở trang Cơ quan thẩm định, hoặc để trống.",
    "Mã này không có ở trang Cơ quan thẩm định.",
)
_UNIT_PROMPT = ("Mã đơn vị", "Chỉ ghi khi cơ quan này cũng là một đơn vị của đợt.", "Mã này không có ở trang Đơn vị.")
_NOT_LISTED = "✗ không có ở trang Cơ quan thẩm định"


@dataclass(frozen=True, slots=True)
class Office:
    """An office that appraises the criteria of its field; `unit` is its code as a unit of the campaign ("": it is none)."""

    code: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who appraises a criterion first: the office's code ("": the council), and the person, if the campaign says."""

    office: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class AssignedRow:
    """The row of a criterion on the sheet of assignments."""

    row: int
    appendix: str
    leaf: Leaf


def assigned_rows(version: RubricVersion, first: int) -> tuple[AssignedRow, ...]:
    """A row for every criterion that is appraised, in the order of the appendices."""
    leaves = [(appendix.number, leaf) for appendix in version.appendices for leaf in appendix.leaves if leaf.is_appraised]
    return tuple(AssignedRow(row, number, leaf) for row, (number, leaf) in enumerate(leaves, first))


def fill_offices(
    sheet: Sheet,
    first: int,
    offices: Sequence[Office],
    *,
    names: dict[str, str],
    name_of: Callable[[int, int], str],
    unit_codes: str,
    rules: Sequence[Validation],
) -> None:
    """Nothing; the table of offices stands on the sheet."""
    last = first - 1 + OFFICE_ROWS
    for row in range(first, last + 1):
        office = offices[row - first] if row - first < len(offices) else None
        sheet.put(row, OFFICE_CODE, office.code if office else None, "input_text")
        sheet.put(row, OFFICE_NAME, office.name if office else None, "input_text")
        sheet.put(row, OFFICE_UNIT, office.unit or None if office else None, "input_text")
        shown = names.get(office.unit, "") if office else ""
        sheet.put(row, OFFICE_UNIT_NAME, shown, "cell", name_of(row, OFFICE_UNIT))
    sheet.validations = [*rules, Validation(area((first, OFFICE_UNIT), (last, OFFICE_UNIT)), "list", *_UNIT_PROMPT, unit_codes)]
    sheet.text_number_areas = (area((first, OFFICE_CODE), (last, OFFICE_CODE)), area((first, OFFICE_UNIT), (last, OFFICE_UNIT)))


def fill_assigned(
    sheet: Sheet,
    rows: Sequence[AssignedRow],
    assigned: dict[tuple[str, str], Assigned],
    *,
    office_names: dict[str, str],
    codes: str,
    names: str,
    rule: Validation,
) -> None:
    """Nothing; every criterion with its office stands on the sheet. `codes` and `names` are the columns of the table of offices."""
    for one in rows:
        mine = assigned.get((one.appendix, one.leaf.code), Assigned(""))
        sheet.put(one.row, ASSIGNED_APPENDIX, one.appendix, "code")
        sheet.put(one.row, ASSIGNED_CODE, one.leaf.code, "code")
        sheet.put(one.row, ASSIGNED_TITLE, one.leaf.title, "cell")
        sheet.put(one.row, ASSIGNED_OFFICE, mine.office or None, "input_text")
        cell = a1(one.row, ASSIGNED_OFFICE)
        found = f'IF({cell}="","",IFERROR(INDEX({names},MATCH({cell},{codes},0)),"{_NOT_LISTED}"))'
        sheet.put(one.row, ASSIGNED_OFFICE_NAME, office_names.get(mine.office, ""), "cell", found)
        sheet.put(one.row, ASSIGNED_PERSON, mine.person or None, "input_text")
    first, last = rows[0].row, rows[-1].row
    sheet.validations = [Validation(area((first, ASSIGNED_OFFICE), (last, ASSIGNED_OFFICE)), "list", *_OFFICE_PROMPT, codes), rule]
    codes_area = area((first, ASSIGNED_OFFICE), (last, ASSIGNED_OFFICE))
    sheet.text_number_areas = (area((first, ASSIGNED_APPENDIX), (last, ASSIGNED_CODE)), codes_area)
