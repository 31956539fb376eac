"""The office's own workbook of a campaign, `dot_danh_gia.xlsx`: what a campaign is as plain data, where every cell is, and the book.

Clerks edit it in Excel. Positions are fixed by the version and the row alone, so the reader (`processor.campaign`) asks here and never
searches a sheet for text; table rows run from `FIRST` to the end of the sheet, and nothing stands below a table.
Judges nothing and reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from rubric_versions import words
from rubric_versions.methods.base import Input, Raw
from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates import offices as of
from workbook_templates.book import Address, Book, Sheet, Validation, a1, area, quoted, text_literal
from workbook_templates.offices import Assigned, Office

# ------------------------------------------------------------------------------------------------------------------ what a campaign is


@dataclass(frozen=True, slots=True)
class Round:
    """One self-scoring round: what is received from `opens` on and before `closes`, aware moments of Asia/Ho_Chi_Minh."""

    number: int
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Units ranked together; `council` is the code of the unit whose council appraises them ("": the organiser's)."""

    code: str
    name: str
    council: str = ""
    commended: int = 0


@dataclass(frozen=True, slots=True)
class Unit:
    """Who is scored. `parent` is a unit's code or empty; one that is not ranked is scored all the same (Hồng Ngự 2023)."""

    code: str
    name: str
    tier: str
    block: str
    parent: str = ""
    ranked: bool = True


@dataclass(frozen=True, slots=True)
class DeductionCase:
    """One case for which points are taken off a unit's total: `ground` counts the version's grounds from 1."""

    unit: str
    ground: int
    proof: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a unit of this campaign was before: the code (and name) it had in earlier campaigns, and the document that changed it.

    Several rows with one `unit` are units merged into it; several with one `before` are parts of a unit that was split.
    """

    before: str
    before_name: str
    unit: str
    basis: str = ""


@dataclass(frozen=True)
class Campaign:
    """One yearly scoring exercise of one office, as its workbook says.

    `central` has by unit and criterion what was entered for the leaves nobody scores himself, as read, where anything was. With `overall`
    the units of one tier that stand in several blocks are also ranked all together.
    """

    code: str
    title: str
    organiser: str
    place: str
    year: int
    version_id: str
    council: str
    signer_title: str
    signer: str
    rounds: tuple[Round, ...]
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]
    central: Mapping[tuple[str, str], tuple[Raw, ...]] = field(default_factory=dict)
    deductions: tuple[DeductionCase, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    overall: bool = False
    offices: tuple[Office, ...] = ()
    assigned: Mapping[tuple[str, str], Assigned] = field(default_factory=dict)
    """Who appraises a criterion first, by appendix and code; what is not in it is the council's."""

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _blocks(self) -> dict[str, Block]:
        return {block.code: block for block in self.blocks}

    @cached_property
    def _rounds(self) -> dict[int, Round]:
        return {one.number: one for one in self.rounds}

    @cached_property
    def _by_council(self) -> dict[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = {block.council: [] for block in self.blocks}
        for unit in self.units:
            found[self._blocks[unit.block].council].append(unit)
        return {council: tuple(units) for council, units in found.items()}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The units' names by code."""
        return {unit.code: unit.name for unit in self.units}

    def unit(self, code: str) -> Unit:
        """The unit of that code. Raises KeyError."""
        return self._units[code]

    def block(self, code: str) -> Block:
        """The block of that code. Raises KeyError."""
        return self._blocks[code]

    def round(self, number: int) -> Round:
        """The round of that number. Raises KeyError."""
        return self._rounds[number]

    @property
    def councils(self) -> tuple[str, ...]:
        """Councils that appraise a block, as `Block.council` names them, in the order of the blocks."""
        return tuple(self._by_council)

    def units_of_council(self, council: str) -> tuple[Unit, ...]:
        """The units whose block that council appraises, in order; "" is the organiser's."""
        return self._by_council.get(council, ())

    def units_of_tier(self, tier: str) -> tuple[Unit, ...]:
        """The units of one tier, in order."""
        return tuple(unit for unit in self.units if unit.tier == tier)

    def office_of(self, unit: Unit, appendix: str, code: str) -> str:
        """The office that appraises a criterion of a unit first, "" for the council: no office appraises itself."""
        office = self.assigned[appendix, code].office if (appendix, code) in self.assigned else ""
        return "" if office in self._own_offices.get(unit.code, ()) else office

    @cached_property
    def _own_offices(self) -> dict[str, tuple[str, ...]]:
        units = {office.unit for office in self.offices if office.unit}
        return {unit: tuple(office.code for office in self.offices if office.unit == unit) for unit in units}

    def central_of(self, unit: str, leaf: Leaf) -> tuple[Raw, ...]:
        """What was entered centrally for a leaf of a unit, one value per input; all None where nothing was."""
        return self.central.get((unit, leaf.code)) or (None,) * len(leaf.method.inputs(leaf.max))


# ------------------------------------------------------------------------------------------------------------------ where everything is

CAMPAIGN, ROUNDS, BLOCKS, UNITS, RENAMED, DEDUCTIONS, LISTS = (
    "Đợt đánh giá",
    "Lần tự chấm",
    "Khối",
    "Đơn vị",
    "Đơn vị đổi tên, sáp nhập",
    "Điểm trừ",
    "Danh mục",
)

HEAD, FIRST = 4, 5
"""Rows of a table's head and of its first entry, on every sheet but the central ones."""
CENTRAL_FIRST = HEAD + 2
"""Central sheets have two head rows: the criterion over its inputs, then what each input is."""

FIELD_LABEL, FIELD_VALUE, FIELD_HINT = 1, 2, 3
FIELDS = {
    "code": "Mã đợt",
    "title": "Tên đợt",
    "organiser": "Cơ quan tổ chức",
    "place": "Địa danh",
    "year": "Năm đánh giá",
    "version_id": "Bộ tiêu chí",
    "council": "Hội đồng thẩm định cấp tổ chức",
    "signer_title": "Chức vụ người ký",
    "signer": "Họ tên người ký",
    "overall": "Xếp hạng chung các khối cùng nhóm",
}
FIELD_ROWS = {key: FIRST + offset for offset, key in enumerate(FIELDS)}
OPTIONAL_FIELDS = ("signer_title", "signer", "overall")
FIELD_HEADS = ("Nội dung", "Giá trị", "Cách ghi")

ROUND_NUMBER, ROUND_OPENS, ROUND_CLOSES = 1, 2, 3
ROUND_HEADS = ("Lần", "Mở lúc", "Đóng lúc (nhận trước giờ này)")
BLOCK_CODE, BLOCK_NAME, BLOCK_COUNCIL, BLOCK_COUNCIL_NAME, BLOCK_COMMENDED = 1, 2, 3, 4, 5
BLOCK_HEADS = (
    "Mã khối",
    "Tên khối",
    "Mã đơn vị có hội đồng thẩm định",
    "Hội đồng thẩm định",
    "Số được đề nghị biểu dương",
)
UNIT_CODE, UNIT_NAME, UNIT_TIER, UNIT_BLOCK, UNIT_PARENT, UNIT_UNRANKED = 1, 2, 3, 4, 5, 6
UNIT_HEADS = ("Mã đơn vị", "Tên đơn vị", "Nhóm đối tượng", "Mã khối", "Mã đơn vị cấp trên", "Không xếp hạng")
CENTRAL_CODE, CENTRAL_NAME, CENTRAL_INPUT = 1, 2, 3
CENTRAL_HEADS = ("Mã đơn vị", "Tên đơn vị")
RENAMED_BEFORE, RENAMED_BEFORE_NAME, RENAMED_UNIT, RENAMED_UNIT_NAME, RENAMED_BASIS = 1, 2, 3, 4, 5
RENAMED_HEADS = ("Mã đơn vị trước đây", "Tên đơn vị trước đây", "Mã đơn vị hiện nay", "Tên đơn vị hiện nay", "Căn cứ (văn bản, ngày)")
CASE_UNIT, CASE_UNIT_NAME, CASE_GROUND, CASE_PROOF, CASE_NOTE = 1, 2, 3, 4, 5
CASE_HEADS = ("Mã đơn vị", "Tên đơn vị", "Trường hợp", "Văn bản chứng minh (số, ngày, nơi ban hành)", "Ghi chú")
LIST_TIER, LIST_GROUND, LIST_CHOICE = 1, 2, 3

MAX_ROUNDS = 4
BLOCK_SPARE, UNIT_SPARE, CASE_ROWS, RENAMED_ROWS = 20, 200, 100, 100
"""Ready rows for what is added later; a unit added may be of any tier, so central sheets have as many."""
CODE_LIMIT, NAME_LIMIT, TEXT_LIMIT = 30, 200, 500
COMMENDED_LIMIT = 999
FIRST_MOMENT, LAST_MOMENT = date(2000, 1, 1), date(2199, 12, 31)
UNRANKED = "x"
OVERALL = "x"


@dataclass(frozen=True, slots=True)
class CentralInput:
    """One column of a central sheet: an input (its turn from 0) of a leaf."""

    col: int
    leaf: Leaf
    index: int
    input: Input


@dataclass(frozen=True, slots=True)
class CentralSheet:
    """The sheet on which an appendix' central leaves are entered: one row per unit of its tier, one column per input."""

    name: str
    appendix: Appendix
    inputs: tuple[CentralInput, ...]

    @property
    def last_column(self) -> int:
        """Its last column."""
        return self.inputs[-1].col


def central_sheets(version: RubricVersion) -> tuple[CentralSheet, ...]:
    """One per appendix that has leaves scored by the survey or the leaders."""
    sheets = []
    for appendix in version.appendices:
        inputs: list[CentralInput] = []
        for leaf in appendix.leaves:
            if leaf.is_central:
                first = CENTRAL_INPUT + len(inputs)
                inputs += [CentralInput(first + index, leaf, index, one) for index, one in enumerate(leaf.method.inputs(leaf.max))]
        if inputs:
            number = re.sub(r"[\[\]:*?/\\']", "-", appendix.number)
            sheets.append(CentralSheet(f"Điểm tập trung {number}"[:31], appendix, tuple(inputs)))
    return tuple(sheets)


def front_heads() -> dict[Address, str]:
    """The labels of the first sheet, which are there whatever the version."""
    return {(row, FIELD_LABEL): FIELDS[key] for key, row in FIELD_ROWS.items()}


def heads(version: RubricVersion) -> dict[str, dict[Address, str]]:
    """The locked texts of each sheet that say what its cells mean; where one has changed, columns or rows were moved."""
    found = {
        CAMPAIGN: front_heads(),
        ROUNDS: _head(ROUND_HEADS),
        BLOCKS: _head(BLOCK_HEADS),
        UNITS: _head(UNIT_HEADS),
        RENAMED: _head(RENAMED_HEADS),
        of.OFFICES: _head(of.OFFICE_HEADS),
        of.ASSIGNED: _head(of.ASSIGNED_HEADS) | {(one.row, of.ASSIGNED_CODE): one.leaf.code for one in of.assigned_rows(version, FIRST)},
    }
    for sheet in central_sheets(version):
        texts = _head(CENTRAL_HEADS)
        for one in sheet.inputs:
            if one.index == 0:
                texts[HEAD, one.col] = f"{one.leaf.code} {one.leaf.title}"
            texts[HEAD + 1, one.col] = one.input.label
        found[sheet.name] = texts
    if version.rules.deduction:
        found[DEDUCTIONS] = _head(CASE_HEADS)
    return found


def _head(texts: Sequence[str]) -> dict[Address, str]:
    return {(HEAD, col): text for col, text in enumerate(texts, 1)}


# ------------------------------------------------------------------------------------------------------------------ the book

_HINTS = {
    "code": "Do chương trình ghi khi lập đợt; biểu mẫu và sổ theo dõi mang mã này.",
    "title": "Hiện trên biểu mẫu gửi các đơn vị và trên kết quả.",
    "organiser": "Cơ quan gửi biểu mẫu, nhận hồ sơ và công bố kết quả.",
    "place": "Nơi ghi trước ngày tháng trên văn bản.",
    "year": "Năm được đánh giá, không phải năm ký văn bản.",
    "version_id": "Do chương trình ghi; các trang Điểm tập trung lập theo bộ này.",
    "council": "Tên gọi của hội đồng cấp tổ chức đợt đánh giá.",
    "signer_title": "Ví dụ: KT. CHỦ TỊCH – PHÓ CHỦ TỊCH. Chưa có thì để trống.",
    "signer": "Chưa có thì để trống.",
    "overall": "Ghi x: ngoài thứ hạng trong khối, các đơn vị cùng nhóm đối tượng ở mọi khối còn được xếp hạng chung.",
}
_ROUNDS_HINT = (
    "Nhận từ giờ mở đến TRƯỚC giờ đóng. Hạn đến hết ngày 15/12 thì đóng lúc 16/12 00:00; hồ sơ nhận đúng giờ đóng là quá hạn. "
    "Giờ Việt Nam; gõ ngày/tháng/năm giờ:phút, ví dụ 16/12/2018 00:00."
)
_BLOCKS_HINT = (
    "Các đơn vị cùng khối được xếp hạng với nhau. Cột thứ ba để trống: hội đồng của cơ quan tổ chức thẩm định; ghi mã đơn vị "
    "(ví dụ quận, huyện): hội đồng của đơn vị đó thẩm định."
)
_UNITS_HINT = (
    "Mỗi đơn vị một dòng; thêm đơn vị thì ghi vào dòng trống ngay sau. Mã gồm chữ không dấu, số, gạch nối, không đổi sau khi đã cấp "
    "biểu mẫu. Cột cuối ghi x: vẫn chấm điểm, không xếp hạng."
)
_RENAMED_HINT = (
    "Dùng khi so sánh với đợt trước. Mỗi đơn vị cũ một dòng: đổi mã, đổi tên thì một dòng; nhiều đơn vị nhập làm một thì nhiều dòng cùng "
    "mã hiện nay; một đơn vị tách ra thì nhiều dòng cùng mã trước đây. Đơn vị giữ nguyên mã thì không ghi."
)
_CENTRAL_HINT = (
    "Kết quả điều tra xã hội học và nhận xét của lãnh đạo, nhập tại cơ quan tổ chức. Để trống nghĩa là chưa có; bằng không thì ghi 0. "
    "Đơn vị mới thêm: chọn mã ở dòng trống."
)
_CASES_HINT = "Mỗi trường hợp một dòng, kèm văn bản chứng minh. {basis}: trừ {percent} % {how}. Không có thì để trống cả trang."
_LISTS_HINT = "Các danh sách chọn của sổ này, lấy từ bộ tiêu chí; không sửa ở đây."
_GUIDE = (
    (ROUNDS, "giờ mở, giờ đóng của từng lần tự chấm điểm"),
    (BLOCKS, "các khối xếp hạng và hội đồng thẩm định"),
    (UNITS, "danh sách đơn vị, nhóm đối tượng, khối, đơn vị cấp trên"),
    (of.OFFICES, "các cơ quan chuyên ngành thẩm định theo lĩnh vực, nếu chia"),
    (of.ASSIGNED, "tiêu chí nào do cơ quan nào thẩm định"),
    (RENAMED, "đơn vị đổi mã, đổi tên, sáp nhập, chia tách so với đợt trước"),
)
_NOT_LISTED = "✗ không có ở trang Đơn vị"
_PROMPTS = {
    "code": (
        "Mã",
        "2 đến 30 ký tự: chữ không dấu, số, gạch nối; không trùng mã khác.",
        "Mã gồm 2 đến 30 ký tự và không trùng mã đã có trong cột này.",
    ),
    "unit": ("Mã đơn vị", "Chọn trong danh sách hoặc gõ mã đã có ở trang Đơn vị.", "Mã này không có ở trang Đơn vị."),
    "council": (
        "Hội đồng thẩm định",
        "Để trống: hội đồng của cơ quan tổ chức. Hoặc chọn mã đơn vị có hội đồng.",
        "Để trống, hoặc chọn mã đơn vị có ở trang Đơn vị.",
    ),
    "parent": (
        "Đơn vị cấp trên",
        "Mã đơn vị cấp trên có trong danh sách này; không có thì để trống.",
        "Mã này không có ở trang Đơn vị.",
    ),
    "block": ("Khối", "Chọn mã khối đã có ở trang Khối.", "Mã này không có ở trang Khối."),
    "moment": (
        "Ngày và giờ",
        "Gõ ngày/tháng/năm giờ:phút, ví dụ 16/12/2018 00:00.",
        "Ô này chỉ nhận ngày giờ, gõ theo dạng ngày/tháng/năm giờ:phút.",
    ),
    "round": ("Lần tự chấm", "Số 1, 2, …, theo thứ tự.", "Ô này chỉ nhận số từ 1 đến {limit}."),
    "commended": (
        "Số được đề nghị biểu dương",
        "Số đơn vị đứng đầu khối; để trống thì theo quy chế.",
        "Ô này chỉ nhận số nguyên từ 0 đến {limit}.",
    ),
    "overall": (
        "Xếp hạng chung",
        "Chọn x nếu các đơn vị cùng nhóm ở mọi khối còn được xếp hạng chung.",
        "Ô này chỉ nhận chữ x, hoặc để trống.",
    ),
    "before": (
        "Mã đơn vị trước đây",
        "Mã của đơn vị ở đợt trước: 2 đến 30 ký tự, chữ không dấu, số, gạch nối.",
        "Mã gồm 2 đến 30 ký tự.",
    ),
    "unranked": (
        "Không xếp hạng",
        "Chọn x nếu đơn vị chỉ chấm điểm, không xếp hạng.",
        "Ô này chỉ nhận chữ x, hoặc để trống.",
    ),
}


def campaign_book(campaign: Campaign, version: RubricVersion) -> Book:
    """The workbook of a campaign: written in full, with ready rows for what is added later.

    The password of the guard rail is the campaign's code, and the first sheet says so. Moments are written as they stand in their zone.
    """
    return _CampaignBook(campaign, version).book()


class _CampaignBook:
    def __init__(self, campaign: Campaign, version: RubricVersion) -> None:
        self.campaign = campaign
        self.version = version
        self.central = central_sheets(version)
        self.heads = heads(version)
        self.grounds = version.rules.deduction.grounds if version.rules.deduction else ()
        self.tiers = {tier.code: tier.name for tier in version.tiers}
        self.names = {unit.code: unit.name for unit in campaign.units}
        self.last_unit = FIRST - 1 + len(campaign.units) + UNIT_SPARE
        self.last_block = FIRST - 1 + len(campaign.blocks) + BLOCK_SPARE
        choices = dict.fromkeys(one.input.choices for sheet in self.central for one in sheet.inputs if one.input.choices)
        self.lists: dict[int, tuple[str, ...]] = {LIST_TIER: tuple(self.tiers.values()), LIST_GROUND: self.grounds}
        self.choice_columns = {texts: LIST_CHOICE + offset for offset, texts in enumerate(choices)}
        self.lists |= {col: texts for texts, col in self.choice_columns.items()}
        self.unit_codes = self._column(UNITS, UNIT_CODE, FIRST, self.last_unit)
        self.unit_names = self._column(UNITS, UNIT_NAME, FIRST, self.last_unit)

    def book(self) -> Book:
        sheets = [
            self._front(),
            self._rounds(),
            self._blocks(),
            self._units(),
            self._renamed(),
            self._offices(),
            self._assigned(),
            *(self._central(one) for one in self.central),
        ]
        if self.grounds:
            sheets.append(self._cases())
        sheets.append(self._list_sheet())
        return Book(
            f"Sổ đợt đánh giá – {self.campaign.title}",
            sheets,
            password=self.campaign.code,
            author=self.campaign.organiser,
        )

    # ---------------------------------------------------------------------------------------------------------------- shared bits

    @staticmethod
    def _column(sheet: str, col: int, first: int, last: int) -> str:
        return f"{quoted(sheet)}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"

    def _field(self, key: str) -> str:
        return f"{quoted(CAMPAIGN)}!{a1(FIELD_ROWS[key], FIELD_VALUE, absolute=True)}"

    def _table(
        self,
        name: str,
        title: str,
        hint: str,
        widths: Sequence[float],
        *,
        filled: int,
        last: int,
        first: int = FIRST,
        frozen: int = 0,
    ) -> Sheet:
        """A sheet with its title, hint, head texts and page; printed are the rows filled when it is written, and ten more."""
        sheet = Sheet(
            name,
            landscape=True,
            repeat_rows=(HEAD, first - 1),
            freeze=(first, frozen + 1),
            print_to=(min(last, first - 1 + filled + 10), len(widths)),
        )
        sheet.widths = dict(enumerate(widths, 1))
        sheet.span(1, 1, len(widths), title, "title")
        sheet.span(2, 1, len(widths), self.campaign.title, "unit", f'{self._field("title")}&""')
        sheet.span(3, 1, len(widths), hint, "small")
        for (row, col), text in self.heads.get(name, {}).items():
            sheet.put(row, col, text, "head")
        return sheet

    def _code_rule(self, col: int, last: int) -> Validation:
        column = f"{a1(FIRST, col, absolute=True)}:{a1(last, col, absolute=True)}"
        cell = a1(FIRST, col)
        rule = f"AND(LEN({cell})>=2,LEN({cell})<={CODE_LIMIT},COUNTIF({column},{cell})=1)"
        return Validation(area((FIRST, col), (last, col)), "custom", *_PROMPTS["code"], rule)

    @staticmethod
    def _text_rule(cells: str, limit: int) -> Validation:
        title, prompt, error = words.PROMPTS["text"]
        return Validation(cells, "length", title, prompt.format(limit=limit), error.format(limit=limit), minimum=0, maximum=limit)

    def _name_of(self, row: int, col: int) -> str:
        """A formula giving the name of the unit whose code stands in a cell."""
        cell = a1(row, col)
        return f'IF({cell}="","",IFERROR(INDEX({self.unit_names},MATCH({cell},{self.unit_codes},0)),{text_literal(_NOT_LISTED)}))'

    # ---------------------------------------------------------------------------------------------------------------- Đợt đánh giá

    def _front(self) -> Sheet:
        sheet = Sheet(CAMPAIGN, landscape=True, freeze=(FIRST, 1))
        sheet.widths = {FIELD_LABEL: 32, FIELD_VALUE: 56, FIELD_HINT: 46}
        sheet.span(1, 1, 3, "SỔ ĐỢT ĐÁNH GIÁ CẢI CÁCH HÀNH CHÍNH", "title")
        sheet.span(2, 1, 3, "Chỉ nhập vào ô nền vàng nhạt. Lưu và đóng tệp trước khi chạy chương trình.", "small_centre")
        sheet.row(HEAD, FIELD_HEADS, "head")
        for key, row in FIELD_ROWS.items():
            sheet.put(row, FIELD_LABEL, FIELDS[key], "criterion")
            value, cell = getattr(self.campaign, key), a1(row, FIELD_VALUE)
            sheet.put(row, FIELD_HINT, _HINTS[key], "input_label")
            if key in ("code", "version_id"):
                sheet.put(row, FIELD_VALUE, value, "cell")
            elif key == "overall":
                sheet.put(row, FIELD_VALUE, OVERALL if value else None, "input_text")
                sheet.validations.append(Validation(cell, "list", *_PROMPTS["overall"], (OVERALL,)))
            elif key == "year":
                sheet.put(row, FIELD_VALUE, str(value), "input_text")
                years = tuple(str(year) for year in self.version.years)
                sheet.validations.append(Validation(cell, "list", *words.PROMPTS["choice"], years))
            else:
                sheet.put(row, FIELD_VALUE, value, "input_text")
                sheet.validations.append(self._text_rule(cell, NAME_LIMIT))
        last = self._guide(sheet, FIRST + len(FIELDS) + 1)
        sheet.print_to = (last, FIELD_HINT)
        sheet.text_number_areas = (a1(FIELD_ROWS["code"], FIELD_VALUE), a1(FIELD_ROWS["year"], FIELD_VALUE))
        return sheet

    def _guide(self, sheet: Sheet, row: int) -> int:
        sheet.span(row, 1, 3, "Các trang của sổ (bấm để mở)", "section")
        central = tuple((one.name, f"điều tra xã hội học, nhận xét của lãnh đạo: {self.tiers[one.appendix.tier]}") for one in self.central)
        cases = ((DEDUCTIONS, "các trường hợp bị trừ vào tổng điểm"),) if self.grounds else ()
        for name, what in (*_GUIDE, *central, *cases, (LISTS, "các danh sách chọn, chỉ để xem")):
            row += 1
            target = text_literal(f"#{quoted(name)}!A1")
            sheet.put(row, 1, name, "link", f"HYPERLINK({target},{text_literal(name)})")
            sheet.put(row, 2, what, "text")
        row += 2
        sheet.span(row, 1, 3, words.GUIDE_PAGE.format(page="so-noi-vu"), "small")
        row += 1
        sheet.span(
            row,
            1,
            3,
            "Các ô đã khóa để khỏi sửa nhầm; mật khẩu mở khóa là mã đợt. Không chèn, xóa cột, không đổi tên trang.",
            "small",
        )
        return row

    # ---------------------------------------------------------------------------------------------------------------- Lần tự chấm

    def _rounds(self) -> Sheet:
        last = FIRST - 1 + MAX_ROUNDS
        sheet = self._table(ROUNDS, "CÁC LẦN TỰ CHẤM ĐIỂM", _ROUNDS_HINT, (16, 58, 58), filled=MAX_ROUNDS, last=last)
        for row in range(FIRST, last + 1):
            one = self.campaign.rounds[row - FIRST] if row - FIRST < len(self.campaign.rounds) else None
            sheet.put(row, ROUND_NUMBER, one.number if one else None, "input_centre")
            sheet.put(row, ROUND_OPENS, one.opens.replace(tzinfo=None) if one else None, "input_moment")
            sheet.put(row, ROUND_CLOSES, one.closes.replace(tzinfo=None) if one else None, "input_moment")
        title, prompt, error = _PROMPTS["round"]
        sheet.validations = [
            Validation(
                area((FIRST, ROUND_NUMBER), (last, ROUND_NUMBER)),
                "whole",
                title,
                prompt,
                error.format(limit=MAX_ROUNDS),
                minimum=1,
                maximum=MAX_ROUNDS,
            ),
            Validation(
                area((FIRST, ROUND_OPENS), (last, ROUND_CLOSES)),
                "date",
                *_PROMPTS["moment"],
                minimum=FIRST_MOMENT,
                maximum=LAST_MOMENT,
            ),
        ]
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Khối, Đơn vị

    def _blocks(self) -> Sheet:
        blocks, last = self.campaign.blocks, self.last_block
        sheet = self._table(BLOCKS, "CÁC KHỐI XẾP HẠNG", _BLOCKS_HINT, (14, 44, 20, 40, 18), filled=len(blocks), last=last, frozen=2)
        own = f'{self._field("council")}&""'
        for row in range(FIRST, last + 1):
            block = blocks[row - FIRST] if row - FIRST < len(blocks) else None
            sheet.put(row, BLOCK_CODE, block.code if block else None, "input_text")
            sheet.put(row, BLOCK_NAME, block.name if block else None, "input_text")
            sheet.put(row, BLOCK_COUNCIL, block.council if block else None, "input_text")
            shown = "" if block is None else self.names.get(block.council, _NOT_LISTED) if block.council else self.campaign.council
            named = self._name_of(row, BLOCK_COUNCIL)
            sheet.put(
                row,
                BLOCK_COUNCIL_NAME,
                shown,
                "cell",
                f'IF({a1(row, BLOCK_CODE)}="","",IF({a1(row, BLOCK_COUNCIL)}="",{own},{named}))',
            )
            sheet.put(row, BLOCK_COMMENDED, block.commended if block else None, "input_centre")
        title, prompt, error = _PROMPTS["commended"]
        sheet.validations = [
            self._code_rule(BLOCK_CODE, last),
            self._text_rule(area((FIRST, BLOCK_NAME), (last, BLOCK_NAME)), NAME_LIMIT),
            Validation(area((FIRST, BLOCK_COUNCIL), (last, BLOCK_COUNCIL)), "list", *_PROMPTS["council"], self.unit_codes),
            Validation(
                area((FIRST, BLOCK_COMMENDED), (last, BLOCK_COMMENDED)),
                "whole",
                title,
                prompt,
                error.format(limit=COMMENDED_LIMIT),
                minimum=0,
                maximum=COMMENDED_LIMIT,
            ),
        ]
        sheet.text_number_areas = (area((FIRST, BLOCK_CODE), (last, BLOCK_COUNCIL)),)
        return sheet

    def _units(self) -> Sheet:
        units, last = self.campaign.units, self.last_unit
        sheet = self._table(
            UNITS,
            "DANH SÁCH CƠ QUAN, ĐƠN VỊ",
            _UNITS_HINT,
            (13, 50, 30, 14, 14, 12),
            filled=len(units),
            last=last,
            frozen=2,
        )
        sheet.filter = ((HEAD, 1), (last, UNIT_UNRANKED))
        for row in range(FIRST, last + 1):
            unit = units[row - FIRST] if row - FIRST < len(units) else None
            sheet.put(row, UNIT_CODE, unit.code if unit else None, "input_text")
            sheet.put(row, UNIT_NAME, unit.name if unit else None, "input_text")
            sheet.put(row, UNIT_TIER, self.tiers.get(unit.tier, unit.tier) if unit else None, "input")
            sheet.put(row, UNIT_BLOCK, unit.block if unit else None, "input_text")
            sheet.put(row, UNIT_PARENT, unit.parent if unit else None, "input_text")
            sheet.put(row, UNIT_UNRANKED, None if unit is None or unit.ranked else UNRANKED, "input_centre")

        def column(col: int) -> str:
            return area((FIRST, col), (last, col))

        tiers = self._column(LISTS, LIST_TIER, FIRST, FIRST - 1 + len(self.tiers))
        blocks = self._column(BLOCKS, BLOCK_CODE, FIRST, self.last_block)
        sheet.validations = [
            self._code_rule(UNIT_CODE, last),
            self._text_rule(column(UNIT_NAME), NAME_LIMIT),
            Validation(column(UNIT_TIER), "list", *words.PROMPTS["choice"], tiers),
            Validation(column(UNIT_BLOCK), "list", *_PROMPTS["block"], blocks),
            Validation(column(UNIT_PARENT), "list", *_PROMPTS["parent"], self.unit_codes.partition("!")[2]),
            Validation(column(UNIT_UNRANKED), "list", *_PROMPTS["unranked"], (UNRANKED,)),
        ]
        sheet.text_number_areas = (column(UNIT_CODE), area((FIRST, UNIT_BLOCK), (last, UNIT_PARENT)))
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Đơn vị đổi tên

    def _renamed(self) -> Sheet:
        renamed = self.campaign.renamed
        last = FIRST - 1 + len(renamed) + RENAMED_ROWS
        sheet = self._table(
            RENAMED, "ĐƠN VỊ ĐỔI TÊN, SÁP NHẬP, CHIA TÁCH", _RENAMED_HINT, (14, 38, 14, 38, 34), filled=len(renamed), last=last
        )
        for row in range(FIRST, last + 1):
            one = renamed[row - FIRST] if row - FIRST < len(renamed) else None
            sheet.put(row, RENAMED_BEFORE, one.before if one else None, "input_text")
            sheet.put(row, RENAMED_BEFORE_NAME, one.before_name if one else None, "input_text")
            sheet.put(row, RENAMED_UNIT, one.unit if one else None, "input_text")
            name = self.names.get(one.unit, _NOT_LISTED) if one else ""
            sheet.put(row, RENAMED_UNIT_NAME, name, "cell", self._name_of(row, RENAMED_UNIT))
            sheet.put(row, RENAMED_BASIS, one.basis if one else None, "input_text")

        def column(first: int, end: int) -> str:
            return area((FIRST, first), (last, end))

        sheet.validations = [
            Validation(column(RENAMED_BEFORE, RENAMED_BEFORE), "length", *_PROMPTS["before"], minimum=2, maximum=CODE_LIMIT),
            Validation(column(RENAMED_UNIT, RENAMED_UNIT), "list", *_PROMPTS["unit"], self.unit_codes),
            self._text_rule(column(RENAMED_BEFORE_NAME, RENAMED_BEFORE_NAME), NAME_LIMIT),
            self._text_rule(column(RENAMED_BASIS, RENAMED_BASIS), TEXT_LIMIT),
        ]
        sheet.text_number_areas = (column(RENAMED_BEFORE, RENAMED_UNIT),)
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Cơ quan thẩm định

    def _offices(self) -> Sheet:
        last = FIRST - 1 + of.OFFICE_ROWS
        filled = len(self.campaign.offices)
        sheet = self._table(of.OFFICES, "CÁC CƠ QUAN THẨM ĐỊNH", of.OFFICES_HINT, (14, 50, 24, 44), filled=filled, last=last, frozen=2)
        rules = [self._code_rule(of.OFFICE_CODE, last), self._text_rule(area((FIRST, of.OFFICE_NAME), (last, of.OFFICE_NAME)), NAME_LIMIT)]
        of.fill_offices(
            sheet, FIRST, self.campaign.offices,
            names=self.names, name_of=self._name_of, unit_codes=self.unit_codes, rules=rules,
        )  # fmt: skip
        return sheet

    def _assigned(self) -> Sheet:
        rows = of.assigned_rows(self.version, FIRST)
        last = rows[-1].row
        title = "PHÂN CÔNG THẨM ĐỊNH TỪNG TIÊU CHÍ"
        sheet = self._table(of.ASSIGNED, title, of.ASSIGNED_HINT, (9, 9, 66, 16, 34, 26), filled=len(rows), last=last, frozen=3)
        sheet.filter = ((HEAD, 1), (last, of.ASSIGNED_PERSON))
        last_office = FIRST - 1 + of.OFFICE_ROWS
        of.fill_assigned(
            sheet, rows, dict(self.campaign.assigned),
            office_names={one.code: one.name for one in self.campaign.offices},
            codes=self._column(of.OFFICES, of.OFFICE_CODE, FIRST, last_office),
            names=self._column(of.OFFICES, of.OFFICE_NAME, FIRST, last_office),
            rule=self._text_rule(area((FIRST, of.ASSIGNED_PERSON), (last, of.ASSIGNED_PERSON)), NAME_LIMIT),
        )  # fmt: skip
        return sheet

    # ---------------------------------------------------------------------------------------------------------------- Điểm tập trung

    def _central(self, place: CentralSheet) -> Sheet:
        units = self.campaign.units_of_tier(place.appendix.tier)
        last = CENTRAL_FIRST - 1 + len(units) + UNIT_SPARE
        counts = {one.leaf.code: sum(other.leaf is one.leaf for other in place.inputs) for one in place.inputs}
        widths = [10, 29, *(11 if counts[one.leaf.code] == 1 else 6.8 for one in place.inputs)]
        title = f"ĐIỂM TẬP TRUNG – PHỤ LỤC {place.appendix.number}: {self.tiers[place.appendix.tier].upper()}"
        sheet = self._table(
            place.name,
            title,
            _CENTRAL_HINT,
            widths,
            filled=len(units),
            last=last,
            first=CENTRAL_FIRST,
            frozen=CENTRAL_NAME,
        )
        sheet.filter = ((HEAD + 1, 1), (last, place.last_column))
        for col in (CENTRAL_CODE, CENTRAL_NAME):
            sheet.merges.append(((HEAD, col), (HEAD + 1, col)))
        for one in place.inputs:
            if one.index == 0 and counts[one.leaf.code] > 1:
                sheet.merges.append(((HEAD, one.col), (HEAD, one.col + counts[one.leaf.code] - 1)))
        looks = [(one, _LOOKS[one.input.kind]) for one in place.inputs]
        for row in range(CENTRAL_FIRST, last + 1):
            unit = units[row - CENTRAL_FIRST] if row - CENTRAL_FIRST < len(units) else None
            sheet.put(row, CENTRAL_CODE, unit.code if unit else None, "code" if unit else "input_text")
            sheet.put(row, CENTRAL_NAME, unit.name if unit else "", "cell", self._name_of(row, CENTRAL_CODE))
            for one, look in looks:
                raws = self.campaign.central.get((unit.code, one.leaf.code)) if unit else None
                sheet.put(row, one.col, raw_value(raws[one.index]) if raws else None, look)
        spare = area((CENTRAL_FIRST + len(units), CENTRAL_CODE), (last, CENTRAL_CODE))
        sheet.validations = [Validation(spare, "list", *_PROMPTS["unit"], self.unit_codes)]
        sheet.validations += [self._input_rule(area((CENTRAL_FIRST, one.col), (last, one.col)), one) for one in place.inputs]
        sheet.text_number_areas = (area((CENTRAL_FIRST, CENTRAL_CODE), (last, CENTRAL_CODE)),)
        return sheet

    def _input_rule(self, cells: str, one: CentralInput) -> Validation:
        entry = one.input
        title, prompt, error = words.PROMPTS[entry.kind]
        if entry.kind == "choice":
            col = self.choice_columns[entry.choices]
            source = self._column(LISTS, col, FIRST, FIRST - 1 + len(entry.choices))
            return Validation(cells, "list", title, prompt, error, source)
        limit = vi(entry.limit)
        said = f"{one.leaf.code} – {entry.label[:120]}. {prompt.format(limit=limit)} Chưa có kết quả thì để trống."
        maximum = entry.limit.numerator if entry.limit.denominator == 1 else float(entry.limit)
        return Validation(
            cells,
            "whole" if entry.kind == "whole" else "decimal",
            title,
            said[:255],
            error.format(limit=limit),
            minimum=0,
            maximum=maximum,
        )

    # ---------------------------------------------------------------------------------------------------------------- Điểm trừ, Danh mục

    def _cases(self) -> Sheet:
        rule = self.version.rules.deduction
        assert rule is not None  # the sheet is only made where the version has grounds
        cases = self.campaign.deductions
        last = FIRST - 1 + len(cases) + CASE_ROWS
        hint = _CASES_HINT.format(
            basis=rule.basis,
            percent=vi(rule.percent),
            how="cho mỗi trường hợp" if rule.per_case else "một lần, dù có mấy trường hợp",
        )
        sheet = self._table(DEDUCTIONS, "CÁC TRƯỜNG HỢP TRỪ ĐIỂM", hint, (11, 32, 46, 34, 18), filled=len(cases), last=last, frozen=2)
        for row in range(FIRST, last + 1):
            case = cases[row - FIRST] if row - FIRST < len(cases) else None
            sheet.put(row, CASE_UNIT, case.unit if case else None, "input_text")
            sheet.put(
                row,
                CASE_UNIT_NAME,
                self.names.get(case.unit, _NOT_LISTED) if case else "",
                "cell",
                self._name_of(row, CASE_UNIT),
            )
            sheet.put(row, CASE_GROUND, self.grounds[case.ground - 1] if case else None, "input")
            sheet.put(row, CASE_PROOF, case.proof if case else None, "input_text")
            sheet.put(row, CASE_NOTE, case.note if case else None, "input_text")
        grounds = self._column(LISTS, LIST_GROUND, FIRST, FIRST - 1 + len(self.grounds))
        sheet.validations = [
            Validation(area((FIRST, CASE_UNIT), (last, CASE_UNIT)), "list", *_PROMPTS["unit"], self.unit_codes),
            Validation(area((FIRST, CASE_GROUND), (last, CASE_GROUND)), "list", *words.PROMPTS["choice"], grounds),
            self._text_rule(area((FIRST, CASE_PROOF), (last, CASE_NOTE)), TEXT_LIMIT),
        ]
        sheet.text_number_areas = (area((FIRST, CASE_UNIT), (last, CASE_UNIT)),)
        return sheet

    def _list_sheet(self) -> Sheet:
        longest = max(len(texts) for texts in self.lists.values())
        sheet = self._table(
            LISTS,
            "DANH MỤC",
            _LISTS_HINT,
            [36, 80, *(30 for _ in self.choice_columns)],
            filled=longest,
            last=FIRST - 1 + longest,
        )
        sheet.row(HEAD, ("Nhóm đối tượng", "Trường hợp trừ điểm", *("Mức để chọn" for _ in self.choice_columns)), "head")
        for col, texts in self.lists.items():
            for row, text in enumerate(texts, FIRST):
                sheet.put(row, col, text, "cell")
        return sheet


_LOOKS = {
    "choice": "input_centre",
    "whole": "input_number",
    "number": "input_number",
    "percent": "input_number",
    "points": "input_points",
}


def raw_value(raw: Raw) -> str | Fraction | None:
    """What was read, fit to be written again: as text or number, never as a formula."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    return Fraction(raw) if isinstance(raw, Decimal) else raw
