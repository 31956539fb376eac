"""A city with two districts that score their own communes: start packages made and opened, returns, appraisal, result books; for tests.

All is done by commands, each party with keys of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar
from unittest import mock

from processor.campaign import Campaign
from processor.clock import FixedClock, parse_moment
from processor.desk import RESULTS, create
from processor.districts import district_key
from processor.handed import KIND, book_of
from processor.issuing import identities
from processor.keys import FOLDER_VARIABLE, load, seal
from processor.reader import read_workbook
from rubric_versions.answers import Answers
from rubric_versions.model import RubricVersion
from tests.folders import APPRAISING, CENTRAL, IN_TIME, OPENING, VERSION, Folder, campaign_of, central, run
from workbook_templates.appraisal_book import Filled
from workbook_templates.book import write_book
from workbook_templates.identity import Identity
from workbook_templates.result_book import PAYLOAD
from workbook_templates.result_data import HandedUnit, Handover, from_canonical, unpacked

T = TypeVar("T")
COMMUNES: Mapping[str, tuple[str, ...]] = {"916": ("31117", "31120"), "917": ("31154", "31157")}
OWN = ("SNV", "STP", "916", "917")
MERGING = "2019-01-12 08:00"


@dataclass
class Parties:
    """The city's folder, its districts' by their unit's code, and where the packages lie."""

    city: Folder
    districts: dict[str, Folder]
    packages: Path

    def copy(self, target: Path) -> Parties:
        """The same, elsewhere."""
        districts = {}
        for code, folder in self.districts.items():
            (target / code).mkdir(parents=True)
            districts[code] = folder.copy(target / code)
        shutil.copytree(self.packages, target / "gói")
        (target / "tp").mkdir()
        return Parties(self.city.copy(target / "tp"), districts, target / "gói")

    def book(self, district: str) -> Path:
        """The result book that lies in a district's folder."""
        return self.districts[district].path / RESULTS / f"so_ket_qua_{district}.xlsx"

    def books(self) -> list[Path]:
        """Those of all districts."""
        return [self.book(district) for district in self.districts]


def all_units() -> tuple[str, ...]:
    """The units of the city's campaign: two sở, two districts, four communes."""
    return (*OWN, *(unit for units in COMMUNES.values() for unit in units))


def make_city(parent: Path, change: Callable[[Campaign], Campaign] = lambda one: one) -> Folder:
    """The city's campaign, before anything was issued."""
    folder = Folder(parent / "Thành phố", parent / "khoa", {})
    with_keys(folder, lambda: create(folder.path, change(campaign_of(*all_units())), VERSION, FixedClock(parse_moment(OPENING))))
    return folder


def with_keys(folder: Folder, work: Callable[[], T]) -> T:
    """What the work gives, done with the keys of that folder."""
    with mock.patch.dict(os.environ, {FOLDER_VARIABLE: str(folder.keys), "CCHC_ACTOR": "can-bo"}):
        return work()


def open_district(package: Path, parent: Path) -> Folder:
    """A district's folder made of its package, its forms issued."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Folder(parent / "Quận huyện", parent / "khoa", {})
    ran = run("new", folder.path, "--from", package, now=OPENING, keys=folder.keys)
    assert ran.code == 0, ran.out + ran.err
    issue(folder)
    return folder


def issue(folder: Folder) -> None:
    """Nothing; the folder's forms are issued and their identities known."""
    assert folder.run("issue", now=OPENING).code == 0
    with folder.desk() as desk:
        folder.identities = {one.unit: one for one in identities(desk, 1)}


def play(folder: Folder, *, left_out: tuple[str, ...] = (), answers: Mapping[str, Answers] | None = None,
         wanted: Mapping[tuple[str, str], Filled] | None = None, share: str = "0.9") -> None:  # fmt: skip
    """Nothing; every unit with a form has sent a good return, appraised as `wanted`, with central figures at that share."""
    for unit in folder.identities:
        if unit not in left_out:
            folder.drop(f"{unit}.xlsx", folder.form(unit, (answers or {}).get(unit)))
    assert folder.run("receive", now=IN_TIME).code == 0
    assert folder.run("appraise", now=APPRAISING).code == 0
    folder.fill_books(wanted)
    own = tuple(folder.identities)
    folder.change(
        lambda one: replace(one, central={place: raws for place, raws in central(one, Fraction(share)).items() if place[0] in own})
    )
    assert folder.run("appraise", now=CENTRAL).code == 0


def make_parties(parent: Path) -> Parties:
    """The city and its two districts, everything played but the merging; each district has its result book."""
    city = make_city(parent / "tp")
    packages = parent / "gói"
    ran = city.run("district", "--out", packages, now=OPENING)
    assert ran.code == 0, ran.out + ran.err
    districts = {code: open_district(next(packages.glob(f"goi_khoi_tao_{code}_*.zip")), parent / code) for code in COMMUNES}
    issue(city)
    for folder in (city, *districts.values()):
        play(folder)
    for folder in districts.values():
        ran = folder.run("result", now=CENTRAL)
        assert ran.code == 0, ran.out + ran.err
    return Parties(city, districts, packages)


def handover(parties: Parties, district: str) -> Handover:
    """What a district's result book holds."""
    sheet = read_workbook(parties.book(district).read_bytes()).sheets[PAYLOAD]
    return from_canonical(unpacked([str(sheet.cells[place].value) for place in sorted(sheet.cells)]))


def sealed_book(parties: Parties, content: Handover, *, version: RubricVersion = VERSION, **identity: str) -> bytes:
    """The result book of any content, sealed with the district's true key: what only somebody who holds its package can make."""
    found = with_keys(parties.city, lambda: load(parties.city.keys, parties.city.events("delegated")[0].data["from_key"]))
    assert found is not None
    key = district_key(found, content.campaign, content.council)
    told = Identity(
        KIND, content.campaign, content.title, content.organiser, content.council, content.name, "", version.id, content.version,
        content.digest, str(content.round), str(content.serial), key.id,
    )  # fmt: skip
    told = replace(told, **identity)
    return write_book(book_of(version, told.sealed(seal(key, told.message())), content))


def changed_unit(content: Handover, unit: str, change: Callable[[HandedUnit], HandedUnit]) -> Handover:
    """The content with one unit changed."""
    return replace(content, units=tuple(change(one) if one.code == unit else one for one in content.units))


def changed_leaf(content: Handover, unit: str, code: str, **changes: object) -> Handover:
    """The content with one leaf of one unit changed."""
    return changed_unit(content, unit, lambda one: replace(one, leaves={**one.leaves, code: replace(one.leaves[code], **changes)}))  # type: ignore[arg-type]  # fields by name
