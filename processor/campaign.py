"""The campaign: made from a version's defaults, put into the office's workbook `dot_danh_gia.xlsx`, and read back with findings.

Clerks edit that workbook in Excel, so everything in it is checked and everything wrong is told at once, each with its cell. What a
campaign is, and where its cells are, stands in `workbook_templates.campaign_book`. Writes no file, keeps no ledger, and does not
judge the central figures: `Leaf.method.score` does.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

from processor.clock import ZONE, parse_moment
from processor.reader import Cell, ErrorValue, Sheet, Unreadable, Workbook, read_workbook
from rubric_versions import catalog
from rubric_versions.catalog import BadVersion, UnknownVersion
from rubric_versions.findings import CATALOGUE, Finding, Severity, errors, finding
from rubric_versions.methods.base import Raw
from rubric_versions.model import RubricVersion
from workbook_templates import campaign_book as at
from workbook_templates import offices as of
from workbook_templates.book import Address, Book, a1
from workbook_templates.campaign_book import Block, Campaign, DeductionCase, Renamed, Round, Unit, campaign_book
from workbook_templates.offices import Assigned, Office

__all__ = [
    "Block", "Campaign", "DeductionCase", "Renamed", "Round", "Unit",
    "campaign_to_book", "clean", "new_campaign", "read_campaign", "shipped_units",
]  # fmt: skip

CAMPAIGN_CODE = re.compile(rf"[a-z0-9-]{{2,{at.CODE_LIMIT}}}")
CODE = re.compile(rf"[A-Za-z0-9-]{{2,{at.CODE_LIMIT}}}")
"""Codes of units and blocks; two that differ only in capitals are one, for they name files and folders."""

_DEFAULT_DUE = "31/12"  # a version that states no last day: the year's
_OPENS = "01/11"
_CELL_LIMIT = 32_767  # characters, of a spreadsheet program
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_YEARS = range(2000, 2200)
_EXCEL_DAY_0, _EXCEL_1904 = datetime(1899, 12, 30, tzinfo=ZONE), timedelta(days=1462)
_HEADING = "tiêu đề bảng"
_NO_FORMULA = "gõ trực tiếp kết quả, không dùng công thức"
_CAMPAIGN_CODE_RULE = f"2 đến {at.CODE_LIMIT} ký tự: chữ thường không dấu, số, gạch nối"
_CODE_RULE = f"2 đến {at.CODE_LIMIT} ký tự: chữ không dấu, số, gạch nối"
_MOMENT_RULE = "ngày/tháng/năm giờ:phút, ví dụ 16/12/2018 00:00"
_BLOCK_ENTRIES = (at.BLOCK_CODE, at.BLOCK_NAME, at.BLOCK_COUNCIL, at.BLOCK_COMMENDED)
_UNIT_ENTRIES = range(at.UNIT_CODE, at.UNIT_UNRANKED + 1)
_INVISIBLE: Final = ("Cc", "Cf")


@lru_cache(maxsize=1 << 16)
def clean(text: str) -> str:
    """A text of one line as people meant it: NFC, without invisible characters, each run of spaces of any kind one space."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = "".join(" " if ch.isspace() else ch for ch in text)
    kept = "".join(ch for ch in spaced if unicodedata.category(ch) not in _INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", kept).split())


# ------------------------------------------------------------------------------------------------------------------ a new campaign


@cache
def shipped_units(version_id: str) -> tuple[tuple[Mapping[str, Any], ...], tuple[Mapping[str, Any], ...]]:
    """Blocks and units shipped beside a version, as their file has them; none for others.

    `units-<year>.yaml` in the version's folder, the newest that is not of a later year than the version.
    """
    path = catalog.shipped().get(version_id)
    if path is None:
        return (), ()
    last = catalog.load(version_id).years[-1]
    lists = {int(one.stem.removeprefix("units-")): one for one in path.parent.glob("units-*.yaml")}
    year = max((year for year in lists if year <= last), default=None)
    if year is None:
        return (), ()
    data = catalog.read_yaml(lists[year])
    return tuple(data["blocks"]), tuple(data["units"])


def new_campaign(
    version: RubricVersion,
    *,
    code: str,
    title: str | None = None,
    organiser: str | None = None,
    year: int | None = None,
    units: Sequence[Mapping[str, Any]] | None = None,
    blocks: Sequence[Mapping[str, Any]] | None = None,
    rounds: Sequence[Round] | None = None,
) -> Campaign:
    """A campaign with the version's defaults for what is not given.

    Units (mappings of code, name, tier, block, parent, ranked) and blocks are the shipped ones; blocks without units are left out.
    A block whose units have one parent is appraised by that parent's council (Cần Thơ 2018, Điều 5.4), unless it says otherwise.
    Rounds are the windows of the version's text; where it has none, round 1 opens on 1 November and closes with the last day it sets
    (Điều 5.2: 15/12, so at 16/12 00:00).
    """
    year = year if year is not None else version.years[-1]
    known_blocks, known_units = shipped_units(version.id)
    made_units = tuple(_unit_from(one, version.rules.unranked) for one in (known_units if units is None else units))
    described = {str(one["code"]): one for one in (known_blocks if blocks is None else blocks)}
    parents: dict[str, set[str]] = {}
    for unit in made_units:
        parents.setdefault(unit.block, set()).add(unit.parent)
    ordered = [block for block in described if block in parents] + [block for block in parents if block not in described]
    codes = {unit.code for unit in made_units}
    made_blocks = []
    for block in ordered:
        words: Mapping[str, Any] = described.get(block, {})
        shared = parents[block] & codes if len(parents[block]) == 1 else set()
        council = str(words.get("council", next(iter(shared), "")))
        commended = int(words.get("commended", version.rules.commended_per_block))
        made_blocks.append(Block(block, clean(str(words.get("name", block))), council, commended))
    return Campaign(
        code=code,
        title=title if title is not None else f"Đánh giá, xếp hạng cải cách hành chính năm {year}",
        organiser=organiser if organiser is not None else version.issuer,
        place=version.place,
        year=year,
        version_id=version.id,
        council=version.labels.council,
        signer_title="",
        signer="",
        rounds=tuple(rounds) if rounds is not None else _rounds(version, year),
        blocks=tuple(made_blocks),
        units=made_units,
        **_divided(version, made_units),
    )


def _divided(version: RubricVersion, units: Sequence[Unit]) -> dict[str, Any]:
    """The offices and their criteria as the version suggests, where it divides the appraisal; an office of a unit's name is that unit."""
    if not version.rules.specialist_offices:
        return {}
    names = {code: name for appendix in version.appendices for code, name in appendix.appraisers.items()}
    assigned = {
        (appendix.number, leaf.code): Assigned(leaf.appraiser)
        for appendix in version.appendices
        for leaf in appendix.leaves
        if leaf.is_appraised and leaf.appraiser
    }
    used = {one.office for one in assigned.values()}
    codes = {unit.name: unit.code for unit in units}
    offices = tuple(Office(code, clean(name), codes.get(clean(name), "")) for code, name in names.items() if code in used)
    return {"offices": offices, "assigned": assigned}


def _unit_from(words: Mapping[str, Any], unranked: Sequence[str]) -> Unit:
    name, parent = clean(str(words["name"])), words.get("parent") or ""
    ranked = bool(words.get("ranked", True)) and name not in unranked
    return Unit(str(words["code"]), name, str(words["tier"]), str(words["block"]), str(parent), ranked)


def _rounds(version: RubricVersion, year: int) -> tuple[Round, ...]:
    """The rounds of a year of assessment, by the version's windows, moved by whole years where the year is not the version's last."""
    later = year - version.years[-1]

    def moment(text: str) -> datetime:
        day, _, rest = text.partition("/")
        month, _, rest = rest.partition("/")
        of_year = int(rest[:4]) + later
        leap = f"{day}/{month}" == "29/02" and not isleap(of_year)
        return parse_moment(f"{'28' if leap else day}/{month}/{of_year}{rest[4:]}")

    made = tuple(
        Round(one.round, moment(one.opens or f"{_OPENS}/{version.years[-1]}"), moment(one.closes)) for one in version.rules.windows
    )
    return made or (_first_round(version, year),)


def _first_round(version: RubricVersion, year: int) -> Round:
    """Round 1 of a year of assessment; a last day written without its year is the first such day after the opening."""
    opens = parse_moment(f"{_OPENS}/{year}")
    due = version.rules.self_assessment_due or _DEFAULT_DUE
    if due.count("/") == 1:
        due = f"{due}/{year}" if parse_moment(f"{due}/{year}") >= opens else f"{due}/{year + 1}"
    return Round(1, opens, parse_moment(due) + timedelta(days=1))


def campaign_to_book(campaign: Campaign, version: RubricVersion) -> Book:
    """The office's workbook of a campaign: see `workbook_templates.campaign_book`."""
    return campaign_book(campaign, version)


# ------------------------------------------------------------------------------------------------------------------ reading


def read_campaign(data: bytes, file: str, version_of: Callable[[str], RubricVersion]) -> tuple[Campaign | None, list[Finding]]:
    """The campaign in the bytes of its workbook, with all findings; None when any of them is an error. Never raises for content.

    `version_of` gives a version by id, or raises UnknownVersion or BadVersion. Without the version one cannot say what the sheets
    are, so then, and where heads are not in their place, what depends on them is not read.
    """
    try:
        book = read_workbook(data)
    except Unreadable as problem:
        why = CATALOGUE[problem.code].title
        return None, [finding("campaign-unreadable", file=file, why=why[0].lower() + why[1:])]
    reading = _CampaignReading(book, file)
    campaign = reading.campaign(version_of)
    found = sorted(reading.found, key=reading.place)
    return (None if errors(found) else campaign), found


class Page:
    """One sheet being read: its entries cleaned, what is wrong with them reported, each cell once."""

    def __init__(self, sheet: Sheet, file: str, found: list[Finding], shift: timedelta) -> None:
        self.sheet = sheet
        self.file = file
        self.found = found
        self.shift = shift
        self.wrong: set[Address] = set()

    def report(self, code: str, at_cell: Address, value: object = "", severity: Severity | None = None, **params: Any) -> None:
        """Adds a finding about a cell, unless something was already said of it."""
        if at_cell not in self.wrong:
            self.wrong.add(at_cell)
            place = {"file": self.file, "sheet": self.sheet.name, "cell": a1(*at_cell)}
            self.found.append(finding(code, severity=severity, value=value, **place, **params))

    def bad(self, cell: Address, value: object, label: str, allowed: str, severity: Severity | None = None) -> None:
        """Says that the value is not allowed for what the cell is."""
        self.report("campaign-value", cell, value, severity, label=label, allowed=allowed)

    def rows(self, first: int, columns: Iterable[int]) -> list[int]:
        """Rows from `first` on in which something was entered."""
        wanted = frozenset(columns)
        return sorted({row for (row, col), cell in self.sheet.cells.items() if row >= first and col in wanted and _filled(cell)})

    def raw(self, cell: Address, label: str) -> Raw:
        """What was entered: text cleaned, blank text None; a formula, an error value or a misplaced date is reported and None."""
        there = self.sheet.cells.get(cell)
        if there is None or not _filled(there):
            return None
        value = there.value
        if there.formula is not None:
            self.bad(cell, f"={there.formula}", label, _NO_FORMULA)
        elif isinstance(value, ErrorValue):
            self.bad(cell, value, label, "gõ lại nội dung")
        elif there.is_date and isinstance(value, Decimal):
            self.bad(cell, _as_moment_text(value, self.shift), label, "không phải ngày, tháng; chọn lại định dạng ô rồi gõ lại")
        elif isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        else:
            return clean(value) if isinstance(value, str) else value
        return None

    def text(self, cell: Address, label: str, *, limit: int = at.NAME_LIMIT, optional: bool = False) -> str:
        """The text of a cell; a number is taken as it is written. "" where it is blank, which is reported unless optional."""
        raw = self.raw(cell, label)
        text = "" if raw is None else _number_text(raw) if isinstance(raw, Decimal) else str(raw)
        if not text and not optional:
            self.report("campaign-missing", cell, label=label)
        if len(text) > limit:
            self.bad(cell, text, label, f"tối đa {limit} ký tự")
        return text

    def code(self, cell: Address, label: str, pattern: re.Pattern[str] = CODE, rule: str = _CODE_RULE) -> str:
        """A code, or "" with a finding."""
        text = self.text(cell, label)
        if text and not pattern.fullmatch(text):
            self.bad(cell, text, label, rule)
            return ""
        return text

    def known(self, cell: Address, label: str, among: Mapping[str, str] | None, where: str, *, optional: bool = False) -> str:
        """The code, spelt as in its list (`among`: by its lower case), of the entry a cell names; "" with a finding otherwise.

        A list that could not be read itself (None) is nothing to compare with.
        """
        text = self.text(cell, label, limit=_CELL_LIMIT, optional=optional)
        if not text or among is None:
            return text
        if text.casefold() not in among:
            self.report("campaign-unknown", cell, text, where=where)
        return among.get(text.casefold(), "")

    def whole(self, cell: Address, label: str, allowed: range, *, blank: int | None = None) -> int | None:
        """A whole number of a range, typed as number or as text; `blank` for an empty cell, if that is allowed."""
        raw = self.raw(cell, label)
        if raw is None:
            if blank is None:
                self.report("campaign-missing", cell, label=label)
            return blank
        text = _number_text(raw) if isinstance(raw, Decimal) else str(raw)
        if re.fullmatch(r"[0-9]{1,9}", text) and int(text) in allowed:
            return int(text)
        self.bad(cell, text, label, f"số nguyên từ {allowed[0]} đến {allowed[-1]}")
        return None

    def moment(self, cell: Address, label: str) -> datetime | None:
        """A moment: a date of Excel's, or a text that `parse_moment` reads. A plain number is no date: that would be a guess."""
        there = self.sheet.cells.get(cell)
        if there is not None and there.formula is None and there.is_date and isinstance(there.value, Decimal):
            moment = _moment_of(there.value, self.shift)
            if moment is None:
                self.bad(cell, there.value, label, _MOMENT_RULE)
            return moment
        text = self.text(cell, label)
        if not text:
            return None
        try:
            return parse_moment(text)
        except ValueError:
            self.bad(cell, text, label, _MOMENT_RULE)
            return None


class _CampaignReading:
    def __init__(self, book: Workbook, file: str) -> None:
        self.book = book
        self.file = file
        self.found: list[Finding] = []
        self.shift = _EXCEL_1904 if book.date1904 else timedelta()
        self.heads = {at.CAMPAIGN: at.front_heads()}
        self.units: dict[str, str] | None = None  # codes by their lower case; None while their sheet is not read
        self.tiers: dict[str, str] = {}  # tier by unit code, "" where it is not known

    def place(self, one: Finding) -> tuple[int, int]:
        """Where a finding stands in the order in which a person goes through the workbook."""
        order = list(self.heads)
        return order.index(one.sheet) if one.sheet in order else len(order), int(one.cell.lstrip(_LETTERS) or 0)

    def page(self, name: str) -> Page | None:
        """The sheet, if it is there with its heads in place; what is wrong is reported."""
        sheet = self.book.sheets.get(name)
        if sheet is None:
            self.found.append(finding("campaign-unreadable", file=self.file, sheet=name, why=f"không có trang «{name}»"))
            return None
        page = Page(sheet, self.file, self.found, self.shift)
        for cell, text in self.heads[name].items():
            there = sheet.cells.get(cell)
            shown = clean(str(there.value)) if there is not None and there.value is not None else ""
            if not shown:
                page.report("campaign-missing", cell, label=f"{_HEADING} {text}")
            elif shown != clean(text):
                page.bad(cell, shown, _HEADING, f"phải là «{text}»; cột hoặc dòng đã bị xê dịch")
        return None if page.wrong else page

    def campaign(self, version_of: Callable[[str], RubricVersion]) -> Campaign | None:
        front = self.page(at.CAMPAIGN)
        if front is None:
            return None
        places = {key: (row, at.FIELD_VALUE) for key, row in at.FIELD_ROWS.items()}
        code = front.code(places["code"], at.FIELDS["code"], CAMPAIGN_CODE, _CAMPAIGN_CODE_RULE)
        texts = {
            key: front.text(places[key], at.FIELDS[key], optional=key in at.OPTIONAL_FIELDS)
            for key in ("title", "organiser", "place", "council", "signer_title", "signer")
        }
        year = front.whole(places["year"], at.FIELDS["year"], _YEARS)
        overall = front.text(places["overall"], at.FIELDS["overall"], optional=True)
        if overall.lower() not in ("", at.OVERALL):
            front.bad(places["overall"], overall, at.FIELDS["overall"], f"chữ {at.OVERALL}, hoặc để trống")
        version = self._version(front, places["version_id"], version_of)
        if version is None:
            return None
        if year is not None and year not in version.years:
            years = ", ".join(map(str, version.years))
            front.bad(places["year"], year, at.FIELDS["year"], f"bộ tiêu chí dùng cho năm {years}", Severity.WARNING)
        self.heads = at.heads(version)
        rounds = self._rounds()
        block_page, unit_page = self.page(at.BLOCKS), self.page(at.UNITS)
        self.units = self._codes(unit_page, at.UNIT_CODE, _UNIT_ENTRIES, at.UNIT_HEADS[at.UNIT_CODE - 1])
        blocks = self._codes(block_page, at.BLOCK_CODE, _BLOCK_ENTRIES, at.BLOCK_HEADS[at.BLOCK_CODE - 1])
        made_blocks = self._blocks(block_page, version)
        made_units = self._units(unit_page, version, blocks)
        self._check_councils(block_page, made_blocks, made_units)
        renamed = self._renamed()
        offices = self._offices()
        assigned = self._assigned(version, offices)
        central = self._central(version)
        cases = self._cases(version)
        return Campaign(
            code=code, year=year or 0, version_id=version.id, rounds=rounds, blocks=tuple(made_blocks.values()),
            units=tuple(made_units.values()), central=central, deductions=cases, renamed=renamed,
            overall=bool(overall), offices=offices or (), assigned=assigned, **texts,
        )  # fmt: skip

    def _version(self, front: Page, cell: Address, version_of: Callable[[str], RubricVersion]) -> RubricVersion | None:
        version_id = front.text(cell, at.FIELDS["version_id"])
        if not version_id:
            return None
        try:
            return version_of(version_id)
        except UnknownVersion:
            front.report("campaign-version", cell, version_id)
        except BadVersion as problem:
            front.report("campaign-version", cell, version_id)
            self.found += problem.findings
        return None

    # ---------------------------------------------------------------------------------------------------------------- the tables

    def _rounds(self) -> tuple[Round, ...]:
        page = self.page(at.ROUNDS)
        if page is None:
            return ()
        made: dict[int, Round] = {}
        places: dict[int, int] = {}
        number_label, opens_label, closes_label = at.ROUND_HEADS
        rows = page.rows(at.FIRST, (at.ROUND_NUMBER, at.ROUND_OPENS, at.ROUND_CLOSES))
        for row in rows:
            number = page.whole((row, at.ROUND_NUMBER), number_label, range(1, at.MAX_ROUNDS + 1))
            opens = page.moment((row, at.ROUND_OPENS), opens_label)
            closes = page.moment((row, at.ROUND_CLOSES), closes_label)
            if number is not None and number in places:
                page.report("campaign-duplicate", (row, at.ROUND_NUMBER), number, first=a1(places[number], at.ROUND_NUMBER))
                continue
            if opens and closes and closes <= opens:
                page.bad((row, at.ROUND_CLOSES), _shown(closes), closes_label, f"phải sau giờ mở {_shown(opens)}")
            if number is not None:
                places[number] = row
                if opens and closes:
                    made[number] = Round(number, opens, closes)
        if not rows:
            page.report("campaign-missing", (at.FIRST, at.ROUND_NUMBER), label=number_label)
        for number, row in places.items():
            if number > 1 and number - 1 not in places:
                page.bad((row, at.ROUND_NUMBER), number, number_label, f"thiếu lần {number - 1}")
            elif number in made and number - 1 in made and made[number].opens < made[number - 1].closes:
                closed = _shown(made[number - 1].closes)
                page.bad((row, at.ROUND_OPENS), _shown(made[number].opens), opens_label, f"từ giờ đóng lần {number - 1}, {closed}, trở đi")
        return tuple(made[number] for number in sorted(made))

    @staticmethod
    def _codes(page: Page | None, col: int, columns: Sequence[int], label: str) -> dict[str, str] | None:
        """The codes of a table by their lower case; those missing, badly made or given twice are reported."""
        if page is None:
            return None
        codes: dict[str, str] = {}
        first: dict[str, int] = {}
        rows = page.rows(at.FIRST, columns)
        for row in rows:
            code = page.code((row, col), label)
            if code.casefold() in codes:
                page.report("campaign-duplicate", (row, col), code, first=a1(first[code.casefold()], col))
            elif code:
                codes[code.casefold()] = code
                first[code.casefold()] = row
        if not rows:
            page.report("campaign-missing", (at.FIRST, col), label=label)
        return codes

    def _blocks(self, page: Page | None, version: RubricVersion) -> dict[int, Block]:
        """Blocks by row."""
        if page is None:
            return {}
        made = {}
        for row in page.rows(at.FIRST, _BLOCK_ENTRIES):
            label = dict(enumerate(at.BLOCK_HEADS, 1))
            code = page.text((row, at.BLOCK_CODE), label[at.BLOCK_CODE])
            name = page.text((row, at.BLOCK_NAME), label[at.BLOCK_NAME])
            council = page.known((row, at.BLOCK_COUNCIL), label[at.BLOCK_COUNCIL], self.units, f"trang {at.UNITS}", optional=True)
            commended = page.whole(
                (row, at.BLOCK_COMMENDED), label[at.BLOCK_COMMENDED], range(at.COMMENDED_LIMIT + 1), blank=version.rules.commended_per_block
            )
            made[row] = Block(code, name, council, commended or 0)
        return made

    def _units(self, page: Page | None, version: RubricVersion, blocks: Mapping[str, str] | None) -> dict[int, Unit]:
        """Units by row."""
        if page is None:
            return {}
        tiers = {tier.code.casefold(): tier.code for tier in version.tiers}
        tiers |= {clean(tier.name).casefold(): tier.code for tier in version.tiers}
        label = dict(enumerate(at.UNIT_HEADS, 1))
        made = {}
        for row in page.rows(at.FIRST, _UNIT_ENTRIES):
            code = page.text((row, at.UNIT_CODE), label[at.UNIT_CODE])
            name = page.text((row, at.UNIT_NAME), label[at.UNIT_NAME])
            tier = page.known((row, at.UNIT_TIER), label[at.UNIT_TIER], tiers, f"trang {at.LISTS}")
            block = page.known((row, at.UNIT_BLOCK), label[at.UNIT_BLOCK], blocks, f"trang {at.BLOCKS}")
            parent = page.known((row, at.UNIT_PARENT), label[at.UNIT_PARENT], self.units, f"trang {at.UNITS}", optional=True)
            mark = page.text((row, at.UNIT_UNRANKED), label[at.UNIT_UNRANKED], optional=True)
            if mark.lower() not in ("", at.UNRANKED):
                page.bad((row, at.UNIT_UNRANKED), mark, label[at.UNIT_UNRANKED], f"chữ {at.UNRANKED}, hoặc để trống")
            made[row] = Unit(code, name, tier, block, parent, not mark)
            self.tiers.setdefault(code, tier)
        self._check_parents(page, made, label[at.UNIT_PARENT])
        return made

    @staticmethod
    def _check_parents(page: Page, units: Mapping[int, Unit], label: str) -> None:
        """Reports units that stand above themselves, directly or by a circle."""
        parent_of = {unit.code: unit.parent for unit in units.values()}
        sound: set[str] = set()
        for row, unit in units.items():
            passed = []
            code = unit.code
            while code and code not in sound and code not in passed:
                passed.append(code)
                code = parent_of.get(code, "")
            if code and code == unit.code and passed:
                page.bad((row, at.UNIT_PARENT), unit.parent, label, "không được là chính mình, kể cả vòng qua đơn vị khác")
            elif not code or code in sound:
                sound.update(passed)

    @staticmethod
    def _check_councils(page: Page | None, blocks: Mapping[int, Block], units: Mapping[int, Unit]) -> None:
        """Reports councils that would appraise their own unit: no office appraises itself."""
        block_of = {unit.code: unit.block for unit in units.values()}
        for row, block in blocks.items():
            if page is not None and block.council and block_of.get(block.council) == block.code:
                page.bad(
                    (row, at.BLOCK_COUNCIL),
                    block.council,
                    at.BLOCK_HEADS[at.BLOCK_COUNCIL - 1],
                    "đơn vị thuộc chính khối này, không tự thẩm định mình",
                )

    def _renamed(self) -> tuple[Renamed, ...]:
        """The map of units renamed, merged or split since earlier campaigns."""
        page = self.page(at.RENAMED)
        if page is None:
            return ()
        label = dict(enumerate(at.RENAMED_HEADS, 1))
        made: list[Renamed] = []
        first: dict[tuple[str, str], int] = {}
        for row in page.rows(at.FIRST, (at.RENAMED_BEFORE, at.RENAMED_BEFORE_NAME, at.RENAMED_UNIT, at.RENAMED_BASIS)):
            before = page.code((row, at.RENAMED_BEFORE), label[at.RENAMED_BEFORE])
            name = page.text((row, at.RENAMED_BEFORE_NAME), label[at.RENAMED_BEFORE_NAME], optional=True)
            unit = page.known((row, at.RENAMED_UNIT), label[at.RENAMED_UNIT], self.units, f"trang {at.UNITS}")
            basis = page.text((row, at.RENAMED_BASIS), label[at.RENAMED_BASIS], limit=at.TEXT_LIMIT, optional=True)
            pair = before.casefold(), unit.casefold()
            if before and unit and pair in first:
                page.report("campaign-duplicate", (row, at.RENAMED_BEFORE), before, first=a1(first[pair], at.RENAMED_BEFORE))
                continue
            first[pair] = row
            made.append(Renamed(before, name, unit, basis))
        return tuple(made)

    def _offices(self) -> tuple[Office, ...] | None:
        """The offices that appraise; None where their sheet could not be read."""
        page = self.page(of.OFFICES)
        if page is None:
            return None
        label = dict(enumerate(of.OFFICE_HEADS, 1))
        made: list[Office] = []
        first: dict[str, int] = {}
        for row in page.rows(at.FIRST, (of.OFFICE_CODE, of.OFFICE_NAME, of.OFFICE_UNIT)):
            code = page.code((row, of.OFFICE_CODE), label[of.OFFICE_CODE])
            name = page.text((row, of.OFFICE_NAME), label[of.OFFICE_NAME])
            unit = page.known((row, of.OFFICE_UNIT), label[of.OFFICE_UNIT], self.units, f"trang {at.UNITS}", optional=True)
            if code and code.casefold() in first:
                page.report("campaign-duplicate", (row, of.OFFICE_CODE), code, first=a1(first[code.casefold()], of.OFFICE_CODE))
                continue
            first[code.casefold()] = row
            made.append(Office(code, name, unit))
        return tuple(made)

    def _assigned(self, version: RubricVersion, offices: tuple[Office, ...] | None) -> dict[tuple[str, str], Assigned]:
        page = self.page(of.ASSIGNED)
        if page is None:
            return {}
        label = dict(enumerate(of.ASSIGNED_HEADS, 1))
        known = None if offices is None else {one.code.casefold(): one.code for one in offices}
        made = {}
        for one in of.assigned_rows(version, at.FIRST):
            place = (one.row, of.ASSIGNED_OFFICE)
            office = page.known(place, label[of.ASSIGNED_OFFICE], known, f"trang {of.OFFICES}", optional=True)
            person = page.text((one.row, of.ASSIGNED_PERSON), label[of.ASSIGNED_PERSON], optional=True)
            if office or person:
                made[one.appendix, one.leaf.code] = Assigned(office, person)
        return made

    def _central(self, version: RubricVersion) -> dict[tuple[str, str], tuple[Raw, ...]]:
        central: dict[tuple[str, str], tuple[Raw, ...]] = {}
        for place in at.central_sheets(version):
            page = self.page(place.name)
            if page is not None:
                self._read_central(page, place, central)
        return central

    def _read_central(self, page: Page, place: at.CentralSheet, central: dict[tuple[str, str], tuple[Raw, ...]]) -> None:
        """Takes one central sheet. A row without figures says nothing, whatever unit it names."""
        leaves: dict[str, list[at.CentralInput]] = {}
        for one in place.inputs:
            leaves.setdefault(one.leaf.code, []).append(one)
        first: dict[str, int] = {}
        where = f"trang {at.UNITS} với nhóm đối tượng của phụ lục {place.appendix.number}"
        of_tier = {code.casefold(): code for code, tier in self.tiers.items() if code and tier in (place.appendix.tier, "")}
        known = None if self.units is None else of_tier
        for row in page.rows(at.CENTRAL_FIRST, range(at.CENTRAL_INPUT, place.last_column + 1)):
            unit = page.known((row, at.CENTRAL_CODE), at.CENTRAL_HEADS[at.CENTRAL_CODE - 1], known, where)
            if unit in first:
                page.report("campaign-duplicate", (row, at.CENTRAL_CODE), unit, first=a1(first[unit], at.CENTRAL_CODE))
                continue
            if unit:
                first[unit] = row
            for code, inputs in leaves.items():
                raws = tuple(page.raw((row, one.col), f"{code} {one.input.label}") for one in inputs)
                if unit and any(raw is not None for raw in raws):
                    central[unit, code] = raws

    def _cases(self, version: RubricVersion) -> tuple[DeductionCase, ...]:
        page = self.page(at.DEDUCTIONS) if version.rules.deduction else None
        if page is None or version.rules.deduction is None:
            return ()
        grounds = {str(turn): str(turn) for turn in range(1, len(version.rules.deduction.grounds) + 1)}
        grounds |= {clean(text).casefold(): str(turn) for turn, text in enumerate(version.rules.deduction.grounds, 1)}
        label = dict(enumerate(at.CASE_HEADS, 1))
        made = []
        for row in page.rows(at.FIRST, (at.CASE_UNIT, at.CASE_GROUND, at.CASE_PROOF, at.CASE_NOTE)):
            unit = page.known((row, at.CASE_UNIT), label[at.CASE_UNIT], self.units, f"trang {at.UNITS}")
            ground = page.known((row, at.CASE_GROUND), label[at.CASE_GROUND], grounds, f"trang {at.LISTS}")
            proof = page.text((row, at.CASE_PROOF), label[at.CASE_PROOF], limit=at.TEXT_LIMIT, optional=True)
            note = page.text((row, at.CASE_NOTE), label[at.CASE_NOTE], limit=at.TEXT_LIMIT, optional=True)
            if not proof:
                page.report("campaign-missing", (row, at.CASE_PROOF), severity=Severity.WARNING, label=label[at.CASE_PROOF])
            made.append(DeductionCase(unit, int(ground or 0), proof, note))
        return tuple(made)


def _filled(cell: Cell) -> bool:
    return cell.formula is not None or (cell.value is not None and (not isinstance(cell.value, str) or bool(clean(cell.value))))


def _number_text(value: Decimal) -> str:
    """A number as it would be typed: 916, not 916.0 or 9.16E+2."""
    return format(value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**15 else value, "f")


def _moment_of(serial: Decimal, shift: timedelta) -> datetime | None:
    """The moment, to the second, that Excel's count of days names; None outside the years 2000 to 2199."""
    if not 0 <= serial < 200_000:
        return None
    moment = _EXCEL_DAY_0 + shift + timedelta(seconds=int((serial * 86_400).to_integral_value()))
    return moment if moment.year in _YEARS else None


def _as_moment_text(serial: Decimal, shift: timedelta) -> str:
    moment = _moment_of(serial, shift)
    return _shown(moment) if moment else str(serial)


def _shown(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"
