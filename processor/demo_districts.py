"""Cần Thơ 2023 in two steps: the city, three districts with their phòng chuyên môn and communes, start packages out, result books back.

A year of assessment with a clock of its own, by the very functions of the commands; each party has keys of its own. What it makes up is who
fills in what, and what goes wrong on the way.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from processor import district_report, districts, report, terminal
from processor.appraisal import appraise
from processor.appraisal_books import made_again, template_of
from processor.campaign import campaign_to_book, new_campaign
from processor.clock import ZONE, FixedClock
from processor.demo import Filling, fill, patched, plausible
from processor.desk import APPRAISAL, CAMPAIGN_FILE, FORMS, INBOX, RESULTS, Desk, create, open_desk
from processor.executors import processes
from processor.files import write_atomic
from processor.intake import receive
from processor.issuing import identities, issue
from processor.keys import FOLDER_VARIABLE
from processor.reader import read_workbook
from rubric_versions import catalog
from rubric_versions.methods.base import Raw
from rubric_versions.model import Leaf
from workbook_templates.appraisal_book import SKIP, Filled, score_value
from workbook_templates.book import write_book
from workbook_templates.campaign_book import Campaign, Unit
from workbook_templates.identity import Identity

DISTRICTS = ("916", "923", "926")
OFFICES, COMMUNES, ROOMS = 6, 4, 3
"""How many sở, and of each district how many communes and phòng, are played."""
FORGED = r'(<c r="G9" s="\d+")>\s*<v>[^<]*</v>'
"""A score of the stage sheet, typed over by somebody who took the protection off."""


def chosen_units(campaign: Campaign) -> Campaign:
    """The campaign with the first few units of every kind."""
    taken: dict[str, int] = {}
    most = {"so": OFFICES, "xa": COMMUNES, "phong": ROOMS}
    units = []
    for unit in campaign.units:
        key = unit.block
        taken[key] = taken.get(key, 0) + 1
        if unit.code in DISTRICTS or ((unit.tier == "so" or unit.parent in DISTRICTS) and taken[key] <= most[unit.tier]):
            units.append(unit)
    blocks = {unit.block for unit in units}
    return replace(campaign, units=tuple(units), blocks=tuple(block for block in campaign.blocks if block.code in blocks), overall=True)


@dataclass
class Party:
    """The city or a district: its folder, its keys, the clock all share."""

    folder: Path
    keys: Path
    clock: FixedClock

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Its folder opened, with its own keys."""
        os.environ[FOLDER_VARIABLE] = str(self.keys)
        with open_desk(self.folder, self.clock) as desk:
            yield desk


class TwoSteps:
    """The story."""

    def __init__(self, out: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.version = catalog.load("can-tho-2023")
        campaign = chosen_units(new_campaign(self.version, code="dot-2023"))
        self.campaign = replace(campaign, signer_title="GIÁM ĐỐC SỞ NỘI VỤ", signer="(minh họa)")
        self.out = out
        self.packages = out / "goi_khoi_tao"
        self.clock = FixedClock(_at(2023, 11, 24, 8))
        self.city = Party(out / "so_noi_vu" / "dot-2023", out / "so_noi_vu" / "khoa", self.clock)
        names = {code: out / f"phong_noi_vu_{code}" for code in DISTRICTS}
        self.districts = {code: Party(path / "dot-2023", path / "khoa", self.clock) for code, path in names.items()}
        self.quality = {unit.code: self.rng.uniform(0.6, 1.0) for unit in self.campaign.units}

    def play(self) -> int:
        """The whole year; the exit code."""
        units = self.campaign.units
        rooms = sum(unit.tier == "phong" for unit in units)
        terminal.say(
            f"Đợt đánh giá 2023 của Cần Thơ: {len(units)} cơ quan, đơn vị ({rooms} phòng chuyên môn), "
            f"{len(DISTRICTS)} Phòng Nội vụ. Nội dung tiêu chí và số liệu là minh họa."
        )
        terminal.step("24/11/2023: Sở Nội vụ lập đợt, giao gói khởi tạo cho ba quận, huyện", self._hand_out)
        terminal.step("27/11/2023: các Phòng Nội vụ mở gói, cấp biểu mẫu cho xã, phường và phòng chuyên môn", self._open)
        terminal.step("15/12/2023: các đơn vị tự chấm, gửi hồ sơ", self._returns)
        terminal.step("02/01/2024: một phường gửi sau khi khóa (00:00 01/01/2024)", self._late)
        terminal.step("03/01/2024: các hội đồng thẩm định, nhập điểm điều tra", self._appraise)
        terminal.step("05/01/2024: các Phòng Nội vụ niêm phong sổ kết quả", self._results)
        terminal.step("08/01/2024: Sở Nội vụ nhận sổ: một sổ bị sửa tay, một sổ đến sau", self._merge)
        terminal.step("10/01/2024: Phòng Nội vụ xem xét kiến nghị, gửi sổ số 2 thay sổ số 1", self._petition)
        return self._finish()

    def _parties(self) -> Iterator[Party]:
        yield self.city
        yield from self.districts.values()

    # ---------------------------------------------------------------------------------------------------------------- forms out and back

    def _hand_out(self) -> None:
        os.environ[FOLDER_VARIABLE] = str(self.city.keys)
        create(self.city.folder, self.campaign, self.version, self.clock)
        with self.city.desk() as desk:
            district_report.district(desk, (), self.packages, as_json=False)

    def _open(self) -> None:
        self.clock.move_to(_at(2023, 11, 27, 8))
        for code, party in self.districts.items():
            os.environ[FOLDER_VARIABLE] = str(party.keys)
            districts.start(party.folder, next(self.packages.glob(f"goi_khoi_tao_{code}_*.zip")), self.clock)
        self.forms: dict[str, Identity] = {}
        for party in self._parties():
            with party.desk() as desk:
                issue(desk)
                self.forms |= {one.unit: one for one in identities(desk, 1)}

    def _returns(self) -> None:
        """Everybody's return but one phường's; one phòng sends without evidence first and mends it."""
        late = self._communes("916")[0].code
        careless = next(unit.code for unit in self.campaign.units if unit.tier == "phong")
        answers = {
            unit.code: plausible(self.version.appendix_for(unit.tier), self.rng, self.quality[unit.code], 2023)
            for unit in self.campaign.units
        }
        fillings = {code: Filling(self.forms[code], answers[code]) for code in answers}
        self.late = late, fillings[late]
        first = [replace(one, answers=replace(one.answers, evidence=())) if code == careless else one for code, one in fillings.items()]
        self._send([one for one in first if one.identity.unit != late], "dot-1")
        self._receive("dot-1", _at(2023, 12, 15, 9))
        self._send([fillings[careless]], "dot-2")
        self._receive("dot-2", _at(2023, 12, 20, 9))

    def _late(self) -> None:
        self._send([self.late[1]], "dot-3")
        self._receive("dot-3", _at(2024, 1, 2, 8))

    def _communes(self, district: str) -> list[Unit]:
        return [unit for unit in self.campaign.units if unit.tier == "xa" and unit.parent == district]

    def _party_of(self, unit: str) -> Party:
        return self.districts.get(self.campaign.block(self.campaign.unit(unit).block).council, self.city)

    def _send(self, fillings: Sequence[Filling], folder: str) -> None:
        for one, data in zip(fillings, processes(fill, self.version, fillings), strict=True):
            party = self._party_of(one.identity.unit)
            name = next(path.name for path in sorted((party.folder / FORMS).glob(f"{one.identity.unit}_*.xlsx")))
            path = party.folder / INBOX / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data)

    def _receive(self, folder: str, at: datetime) -> None:
        self.clock.move_to(at)
        for party in self._parties():
            path = party.folder / INBOX / folder
            if path.exists():
                with party.desk() as desk:
                    receive(desk, [path])

    # ---------------------------------------------------------------------------------------------------------------- appraisal

    def _appraise(self) -> None:
        self.clock.move_to(_at(2024, 1, 3, 8))
        for party in self._parties():
            with party.desk() as desk:
                appraise(desk)
                for book in desk.record().books_now():
                    lines = template_of(desk, book).rows
                    entries = {place: self._judged(line.points, line.leaf.max) for place, line in lines.items()}
                    write_atomic(desk.folder / APPRAISAL / book.file, write_book(made_again(desk, book, entries).book))
                appraise(desk)
            with party.desk() as desk:
                central = {
                    (unit.code, leaf.code): self._survey(leaf, self.quality[unit.code])
                    for unit in desk.campaign.units
                    if self._party_of(unit.code) is party
                    for leaf in self.version.appendix_for(unit.tier).leaves
                    if leaf.is_central
                }
                campaign = replace(desk.campaign, central=central)
            write_atomic(party.folder / CAMPAIGN_FILE, write_book(campaign_to_book(campaign, self.version)))

    def _judged(self, own: Any, most: Any) -> Filled:
        if own is None:
            return Filled(Fraction(most) * self.rng.randint(5, 10) / 10, "")
        if own == SKIP:
            return Filled(SKIP, "Đúng là không phát sinh trong năm.")
        if own > 0 and self.rng.random() < 0.06:
            return Filled(Fraction(own) / 2, "Tài liệu kiểm chứng chưa chứng minh đủ số liệu đã nêu.")
        return Filled(Fraction(own), "")

    def _survey(self, leaf: Leaf, quality: float) -> tuple[Raw, ...]:
        inputs = leaf.method.inputs(leaf.max)
        if leaf.method.kind == "survey_percent":
            return (Decimal(str(round(min(100.0, 70 + 30 * quality * self.rng.uniform(0.8, 1.0)), 1))),)
        if leaf.method.kind == "survey_weighted":
            answers = self.rng.randint(60, 120)
            good = int(answers * min(1.0, 0.6 + 0.4 * quality))
            return tuple(Decimal(count) for count in (good, answers - good, *[0] * (len(inputs) - 2)))
        return tuple(Decimal(str(float(one.limit * Fraction(9, 10)))) for one in inputs)

    # ---------------------------------------------------------------------------------------------------------------- two steps up

    def _results(self) -> None:
        self.clock.move_to(_at(2024, 1, 5, 10))
        for party in self.districts.values():
            with party.desk() as desk:
                district_report.result(desk, as_json=False)

    def _book(self, district: str) -> Path:
        return self.districts[district].folder / RESULTS / f"so_ket_qua_{district}.xlsx"

    def _merge(self) -> None:
        """The first book twice, as somebody changed it and as it is; the second; the third is still awaited."""
        self.clock.move_to(_at(2024, 1, 8, 9))
        first, second, third = DISTRICTS
        forged = self.packages.parent / "so_bi_sua_tay.xlsx"
        book = self._book(first).read_bytes()
        part = f"xl/worksheets/sheet{_sheet_number(book, 'Điểm theo bước')}.xml"
        write_atomic(forged, patched(book, part, FORGED, r"\1><v>0.01</v>"))
        with self.city.desk() as desk:
            district_report.merge(desk, [forged], as_json=False)
        with self.city.desk() as desk:
            district_report.merge(desk, [self._book(second), self._book(first)], as_json=False)
        with self.city.desk() as desk:
            district_report.merge(desk, [self._book(third)], as_json=False)

    def _petition(self) -> None:
        """A phường's petition is granted: its council gives the points back, the district makes its book anew."""
        self.clock.move_to(_at(2024, 1, 10, 9))
        code = DISTRICTS[1]
        unit = self._communes(code)[0]
        with self.districts[code].desk() as desk:
            for book in desk.record().books_now():
                entries = {}
                for place, line in template_of(desk, book).rows.items():
                    put = desk.record().entries_of(book.book, place[0])[place[1]]
                    entries[place] = Filled(score_value(put.score), put.reason)
                    if place[0] == unit.code and isinstance(line.points, Fraction) and entries[place].score != line.points:
                        entries[place] = Filled(line.points, "Chấp nhận kiến nghị: đã bổ sung tài liệu.")
                write_atomic(desk.folder / APPRAISAL / book.file, write_book(made_again(desk, book, entries).book))
            appraise(desk)
            district_report.result(desk, as_json=False)
        with self.city.desk() as desk:
            district_report.merge(desk, [self._book(code)], as_json=False)

    def _finish(self) -> int:
        self.clock.move_to(_at(2024, 1, 15, 9))
        with self.city.desk() as desk:
            appraise(desk)
            code = report.rank(desk, as_json=False)
        with self.city.desk() as desk:
            terminal.say("")
            district_report.why(desk, self._communes(DISTRICTS[1])[0].code, as_json=False)
        for party in self._parties():
            with party.desk() as desk:
                code = max(code, report.verify(desk, as_json=False))
        places = [("Sở Nội vụ", self.city.folder), ("Kết quả toàn thành phố", self.city.folder / RESULTS / "ket_qua_xep_hang.xlsx"),
                  ("Gói khởi tạo", self.packages)]  # fmt: skip
        places += [(f"Sổ kết quả {self.campaign.unit(one).name}", self._book(one)) for one in DISTRICTS]
        terminal.print_table("Các tệp nằm ở đâu", ("Nội dung", "Đường dẫn"), places)
        return code


def _sheet_number(data: bytes, name: str) -> int:
    """The number of the first sheet whose name begins so, as its part is numbered."""
    return next(turn for turn, one in enumerate(read_workbook(data).sheets, 1) if one.startswith(name))


def _at(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)
