"""A small campaign of Sóc Trăng 2023 for tests: two rounds, specialist offices and Sở Nội vụ, some of them units themselves.

The five units stand for every tier; three of the offices appraise, of which two are units of the campaign.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from unittest import mock

from processor import demo
from processor.appraisal_books import made_again, template_of
from processor.campaign import Campaign, campaign_to_book, new_campaign, shipped_units
from processor.clock import FixedClock, parse_moment
from processor.desk import APPRAISAL, CAMPAIGN_FILE, create
from processor.issuing import identities
from processor.keys import FOLDER_VARIABLE
from processor.record import BookMade
from processor.reopening import answers_before, earlier_of
from processor.scores import unit_line
from rubric_versions import catalog
from rubric_versions.answers import Answers
from rubric_versions.methods.base import Raw
from rubric_versions.model import Appendix, RubricVersion
from tests.folders import Folder
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.campaign_book import Unit
from workbook_templates.entry_form import EntryForm
from workbook_templates.offices import Assigned, Office

VERSION = catalog.load("soc-trang-2023")
UNITS = ("STC", "STTTT", "DPTTH", "CT", "941")
OFFICES = (Office("TC", "Sở Tài chính", "STC"), Office("CNTT", "Sở Thông tin và Truyền thông", "STTTT"), Office("TP", "Sở Tư pháp"))
SPECIALIST, COUNCIL = (stage.code for stage in VERSION.rules.stages)
OPENING, FIRST, FIRST_CLOSED = "2023-11-01 08:00", "2023-11-10 09:00", "2023-11-20 08:00"
SECOND_ISSUED, SECOND, SECOND_CLOSED = "2023-11-25 08:00", "2023-11-29 09:00", "2023-12-05 08:00"
RESULTS_DAY = "2023-12-20 08:00"


def listed(unit: str) -> Mapping[str, object]:
    """What the shipped list says of a unit."""
    return next(one for one in shipped_units(VERSION.id)[1] if one["code"] == unit)


def appendix_of(unit: str, version: RubricVersion = VERSION) -> Appendix:
    """The table a unit is scored by."""
    return version.appendix_for(str(listed(unit)["tier"]))


def answers_of(unit: str, seed: str = "", quality: float = 1.0) -> Answers:
    """Answers that pass."""
    return demo.plausible(appendix_of(unit), random.Random(unit + seed), quality)


def contested() -> RubricVersion:
    """The same version with the other setting: only contested criteria are opened again."""
    return VERSION.model_copy(update={"rules": VERSION.rules.model_copy(update={"reopened": "contested"})})


def campaign_of(version: RubricVersion = VERSION, units: tuple[str, ...] = UNITS) -> Campaign:
    """A campaign of those units in which three offices appraise what the version gives them, and the council the rest."""
    made = new_campaign(version, code="dot-2023", units=[listed(unit) for unit in units])
    known = {office.code for office in OFFICES}
    assigned = {place: one for place, one in made.assigned.items() if one.office in known}
    first = next(iter(assigned))
    offices = tuple(replace(one, unit=one.unit if one.unit in units else "") for one in OFFICES)
    return replace(made, offices=offices, assigned={**assigned, first: Assigned(assigned[first].office, "Nguyễn Thị Minh Họa")})


CONTESTED = (
    "CT",
    next(leaf.code for leaf in appendix_of("CT").self_leaves if leaf.max > 1 and not answers_of("CT").leaves[leaf.code].mark),
)
"""The score that the first round's appraisal lowers."""


@dataclass
class Rounds(Folder):
    """A folder of that campaign."""

    version: RubricVersion = VERSION

    def form_of(self, unit: str, number: int, answers: Answers | None = None) -> bytes:
        """The form of a unit for a round, filled in; by default with answers that pass, of a further round with those it came with."""
        with self.desk() as desk:
            identity = next(one for one in identities(desk, number) if one.unit == unit)
            earlier = earlier_of(desk, unit, number)
            before = answers_before(desk, unit, number)
        fresh = answers_of(unit)
        if answers is None:
            answers = fresh if before is None else replace(before, approval=fresh.approval)
        return write_book(EntryForm(self.version, appendix_of(unit, self.version), identity, answers, earlier=earlier).book())

    def books(self, stage: str = "", office: str | None = None) -> list[BookMade]:
        """The appraisal books that nothing has replaced, of the current round."""
        with self.desk() as desk:
            number = desk.round.number
            return [
                one for one in desk.record().books_now()
                if one.charge.round == number and stage in ("", one.charge.stage) and office in (None, one.charge.office)
            ]  # fmt: skip

    def fill(self, book: BookMade, wanted: Mapping[tuple[str, str], Filled] | None = None, *, file: str = "", agree: bool = True) -> Path:
        """A book in `05_tham_dinh` with these entries, everything else agreed to unless told otherwise."""
        with self.desk() as desk:
            blank = template_of(desk, book)
            entries: dict[tuple[str, str], Filled] = {}
            for place, line in blank.rows.items():
                own = blank.base_of(place)
                reason = "Đúng là không phát sinh" if line.points == SKIP else ""
                if agree and line.kept is None:
                    entries[place] = Filled(line.leaf.max if own is None else own, reason)
            made = made_again(desk, book, {**entries, **(wanted or {})})
        path = self.path / APPRAISAL / (file or book.file)
        path.write_bytes(write_book(made.book))
        return path

    def fill_stage(self, stage: str, wanted: Mapping[tuple[str, str], Filled] | None = None) -> None:
        """Nothing; every book of a stage of the current round is filled."""
        for book in self.books(stage):
            places = {(unit, code) for (unit, _), codes in book.rows.items() for code in codes}
            mine = {place: one for place, one in (wanted or {}).items() if place in places}
            self.fill(book, mine)

    def fill_central_of(self, share: str = "0.9") -> None:
        """Nothing; every central score is that share of the best."""
        made = self.campaign_now()
        central: dict[tuple[str, str], tuple[Raw, ...]] = {}
        for unit in made.units:
            for leaf in self.version.appendix_for(unit.tier).leaves:
                if leaf.is_central:
                    inputs = leaf.method.inputs(leaf.max)
                    if leaf.method.kind == "survey_weighted":
                        central[unit.code, leaf.code] = (Decimal(100), *(Decimal(0),) * (len(inputs) - 1))
                    else:
                        central[unit.code, leaf.code] = (Decimal(str(float(inputs[0].limit * Fraction(share)))),)
        self.write_campaign(replace(made, central=central))

    def campaign_now(self) -> Campaign:
        """The campaign as its workbook says."""
        with self.desk() as desk:
            return desk.campaign

    def write_campaign(self, campaign: Campaign) -> None:
        """Nothing; the workbook says this."""
        (self.path / CAMPAIGN_FILE).write_bytes(write_book(campaign_to_book(campaign, self.version)))

    def unit(self, code: str) -> Unit:
        """A unit of the campaign."""
        return self.campaign_now().unit(code)

    def line(self, unit: str, code: str) -> list[tuple[int, str, object]]:
        """The scores of a leaf: round, stage, value."""
        with self.desk() as desk:
            line = unit_line(desk, unit)
            assert line is not None
            return [(one.round, one.stage, one.given.value) for one in line.leaves[code].steps]


def make(parent: Path, version: RubricVersion = VERSION, units: tuple[str, ...] = UNITS) -> Rounds:
    """A new campaign whose forms of round 1 are issued."""
    folder = Rounds(parent / "Đợt 2023", parent / "khoa", {}, version)
    with mock.patch.dict(os.environ, {FOLDER_VARIABLE: str(folder.keys), "CCHC_ACTOR": "can-bo"}):
        create(folder.path, campaign_of(version, units), version, FixedClock(parse_moment(OPENING)))
    assert folder.run("issue", now=OPENING).code == 0
    return folder


def copy(folder: Rounds, target: Path) -> Rounds:
    """The same folder, elsewhere."""
    made = folder.copy(target)
    return Rounds(made.path, made.keys, {}, folder.version)


def first_round(folder: Rounds, wanted: Mapping[tuple[str, str], Filled] | None = None) -> None:
    """Nothing; every unit has sent round 1, both stages have appraised it: agreed, but for what is wanted of the first stage."""
    for unit in folder.campaign_now().units:
        folder.drop(f"{unit.code}.xlsx", folder.form_of(unit.code, 1))
    received = folder.json("receive", now=FIRST)
    assert received.code == 0, received.out
    assert folder.run("appraise", now=FIRST_CLOSED).code == 0
    folder.fill_stage(SPECIALIST, wanted)
    assert folder.run("appraise", now=FIRST_CLOSED).code == 0
    folder.fill_stage(COUNCIL)
    done = folder.json("appraise", now=FIRST_CLOSED)
    assert (done.code, done.json["left"]) == (0, {}), done.out


def issue_second(folder: Rounds) -> None:
    """Nothing; the forms of round 2 are issued."""
    done = folder.json("issue", "--round", "2", now=SECOND_ISSUED)
    assert done.code == 0, done.out
