"""A small campaign's folder for tests: three tiers, three councils, forms issued once and copied; commands run in this process.

What units enter is `processor.demo.plausible` at its best, so that a form passes unless a test spoils it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from processor import appraisal_books, cli, demo, kept, merging
from processor.appraisal_books import made_again, template_of
from processor.campaign import Campaign, campaign_to_book, new_campaign, read_campaign, shipped_units
from processor.clock import NOW_VARIABLE, FixedClock, parse_moment
from processor.desk import APPRAISAL, BACK, CAMPAIGN_FILE, FORMS, INBOX, LEDGER_FILE, Desk, create, open_desk
from processor.files import is_leftover
from processor.issuing import identities, issue, parts_digest
from processor.keys import FOLDER_VARIABLE
from processor.ledger import Event, Ledger
from rubric_versions import catalog
from rubric_versions.answers import Answers
from rubric_versions.methods.base import Raw
from rubric_versions.model import Appendix
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.identity import Identity

VERSION = catalog.load("can-tho-2018")
UNITS = ("SNV", "STP", "916", "917", "31117", "31120", "31154")
"""Two sở, two districts, two communes of the first district and one of the second: three councils, the city's among them."""
OPENING, IN_TIME, LAST_MOMENT, CLOSED = "2018-11-01 08:00", "2018-12-10 09:00", "2018-12-15 23:59:59", "2018-12-16 00:00"
APPRAISING, CENTRAL = "2018-12-20 08:00", "2019-01-10 09:00"


@dataclass(frozen=True)
class Ran:
    """What a command came to: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object printed."""
        printed = json.loads(self.out)
        assert isinstance(printed, dict)
        return printed

    @property
    def codes(self) -> list[str]:
        """The codes of the findings printed with --json, those of single files too."""
        printed = self.json
        inner = [one for row in printed.get("received", ()) for one in row["findings"]]
        return [one["code"] for one in [*inner, *printed["findings"]]]


def run(*arguments: object, now: str = IN_TIME, keys: Path | None = None) -> Ran:
    """A command run in this process, as the console script would: nothing is remembered from the run before."""
    appraisal_books.forget()
    kept.forget()
    merging.forget()
    out, err = io.StringIO(), io.StringIO()
    variables = {NOW_VARIABLE: now, "CCHC_ACTOR": "can-bo"} | ({FOLDER_VARIABLE: str(keys)} if keys else {})
    code: object = "went on"
    with mock.patch.dict(os.environ, variables), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main([str(one) for one in arguments])
        except SystemExit as ending:
            code = ending.code
    assert isinstance(code, int)
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


@cache
def good(unit: str, seed: str = "", quality: float = 1.0) -> Answers:
    """Answers of a unit that pass: every leaf answered, explained, with evidence."""
    return demo.plausible(appendix_of(unit), random.Random(unit + seed), quality)


@cache
def listed(unit: str) -> Mapping[str, Any]:
    """What the shipped list says of a unit."""
    return next(one for one in shipped_units(VERSION.id)[1] if one["code"] == unit)


def appendix_of(unit: str) -> Appendix:
    """The table a unit is scored by."""
    return VERSION.appendix_for(listed(unit)["tier"])


def campaign_of(*units: str) -> Campaign:
    """A campaign of some of the units shipped."""
    return new_campaign(VERSION, code="dot-2018", units=[listed(unit) for unit in units])


_filled: dict[tuple[str, str, str], bytes] = {}


@dataclass
class Folder:
    """A campaign folder with its keys beside it."""

    path: Path
    keys: Path
    identities: dict[str, Identity]

    def run(self, command: str, *more: object, now: str = IN_TIME) -> Ran:
        """A command on this folder."""
        return run(command, self.path, *more, now=now, keys=self.keys)

    def json(self, command: str, *more: object, now: str = IN_TIME) -> Ran:
        """The same with --json."""
        return self.run(command, *more, "--json", now=now)

    @contextlib.contextmanager
    def desk(self, now: str = "", *, read_only: bool = False) -> Iterator[Desk]:
        """The folder opened, by default at the time of its last event."""
        now = now or self.events()[-1].at.isoformat()
        variables = mock.patch.dict(os.environ, {FOLDER_VARIABLE: str(self.keys), "CCHC_ACTOR": "can-bo"})
        with variables, open_desk(self.path, FixedClock(parse_moment(now)), read_only=read_only) as desk:
            yield desk

    def copy(self, target: Path) -> Folder:
        """The same folder, elsewhere, with a copy of its keys."""
        shutil.copytree(self.path, target / self.path.name)
        shutil.copytree(self.keys, target / "khoa", dirs_exist_ok=True)
        return Folder(target / self.path.name, target / "khoa", dict(self.identities))

    def seal_again(self) -> None:
        """Nothing; the identities are what `issue` would seal now."""
        with self.desk() as desk:
            self.identities = {one.unit: one for one in identities(desk, 1)}

    def form(self, unit: str, answers: Answers | None = None, *, seed: str = "") -> bytes:
        """The form of a unit filled in, by default with answers that pass."""
        identity = self.identities[unit]
        if answers is not None:
            return demo.fill(VERSION, demo.Filling(identity, answers))
        key = (identity.form_id + identity.seal, unit, seed)
        if key not in _filled:
            _filled[key] = demo.fill(VERSION, demo.Filling(identity, good(unit, seed)))
        return _filled[key]

    def drop(self, name: str, data: bytes) -> Path:
        """A file put into `02_tiep_nhan`."""
        path = self.path / INBOX / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def drop_all(self, *units: str) -> None:
        """Good returns of these units, or of all, put into `02_tiep_nhan`."""
        for unit in units or UNITS:
            self.drop(f"{unit}.xlsx", self.form(unit))

    def issued(self, unit: str) -> Path:
        """The newest form of a unit in `01_bieu_mau_gui_di`."""
        return max((self.path / FORMS).glob(f"{unit}_*.xlsx"), key=lambda one: (len(one.name), one.name))

    def back(self, pattern: str) -> list[Path]:
        """Files that go back to units, by a pattern under `04_tra_lai_bo_sung`."""
        return sorted((self.path / BACK).glob(pattern))

    def events(self, *kinds: str) -> list[Event]:
        """The ledger's events."""
        with Ledger(self.path / LEDGER_FILE, read_only=True) as ledger:
            return ledger.events(*kinds)

    def campaign(self) -> Campaign:
        """The campaign as its workbook says."""
        read, found = read_campaign((self.path / CAMPAIGN_FILE).read_bytes(), CAMPAIGN_FILE, catalog.load)
        assert read is not None, found
        return read

    def change(self, change: Callable[[Campaign], Campaign]) -> None:
        """Nothing; the campaign workbook says what the clerk changed."""
        (self.path / CAMPAIGN_FILE).write_bytes(write_book(campaign_to_book(change(self.campaign()), VERSION)))

    def rename(self, unit: str, name: str) -> None:
        """Nothing; a unit has another name in the campaign workbook."""
        self.change(lambda one: replace(one, units=tuple(replace(u, name=name) if u.code == unit else u for u in one.units)))

    def fill_central(self, share: str = "0.9") -> None:
        """Nothing; every central score of the campaign workbook is that share of the best."""
        self.change(lambda one: replace(one, central=central(one, Fraction(share))))

    def fill_books(self, wanted: Mapping[tuple[str, str], Filled] | None = None, *, council: str | None = None) -> None:
        """Nothing; every appraisal book told in the ledger is filled: agreed, but for what is `wanted`; what only councils score, full."""
        with self.desk() as desk:
            for book in desk.record().books_now():
                if council not in (None, book.council):
                    continue
                blank = template_of(desk, book)
                entries = {}
                for place, line in blank.rows.items():
                    own = blank.base_of(place)
                    agreed = line.leaf.max if own is None else own
                    reason = "Đúng là không phát sinh" if line.points == SKIP else ""
                    entries[place] = (wanted or {}).get(place, Filled(agreed, reason))
                filled = made_again(desk, book, entries)
                (self.path / APPRAISAL / book.file).write_bytes(write_book(filled.book))

    def state(self) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
        """What a run leaves: its events without their order and time, and its files by the digest of their parts."""
        events = sorted((one.kind, one.unit, json.dumps(one.data, sort_keys=True)) for one in self.events())
        return events, files_of(self.path)


def files_of(folder: Path) -> dict[str, str]:
    """Every file by the digest of its parts, but for the ledger, what is made of it for people, and leftovers of killed runs."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(("so_theo_doi", "theo_doi_tien_do")) and not is_leftover(path):
            data = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = parts_digest(data) if zipfile.is_zipfile(path) else data.hex()[:64]
    return found


def central(campaign: Campaign, share: Fraction) -> dict[tuple[str, str], tuple[Raw, ...]]:
    """Central figures for every unit: percentages and points at that share, all answers the best one."""
    made: dict[tuple[str, str], tuple[Raw, ...]] = {}
    for unit in campaign.units:
        for leaf in VERSION.appendix_for(unit.tier).leaves:
            if leaf.is_central:
                inputs = leaf.method.inputs(leaf.max)
                if leaf.method.kind == "survey_weighted":
                    made[unit.code, leaf.code] = (Decimal(100), *(Decimal(0),) * (len(inputs) - 1))
                else:
                    made[unit.code, leaf.code] = (Decimal(str(float(inputs[0].limit * share))),)
    return made


def with_leaf(answers: Answers, code: str, **changes: Any) -> Answers:
    """The answers with one leaf's cells changed (`inputs`, `mark`, `explanation`)."""
    return replace(answers, leaves={**answers.leaves, code: replace(answers.leaves[code], **changes)})


def leaf_of(unit: str, kind: str, turn: int = 0) -> str:
    """The code of a leaf of the unit's table that is scored by that method."""
    return [leaf.code for leaf in appendix_of(unit).self_leaves if leaf.method.kind == kind][turn]


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts(data).items():
            target.writestr(name, change(name, content))
    return out.getvalue()


def make_folder(parent: Path) -> Folder:
    """A new campaign with its forms issued."""
    folder = Folder(parent / "Đợt 2018", parent / "khoa", {})
    with mock.patch.dict(os.environ, {FOLDER_VARIABLE: str(folder.keys), "CCHC_ACTOR": "can-bo"}):
        clock = FixedClock(parse_moment(OPENING))
        create(folder.path, campaign_of(*UNITS), VERSION, clock)
        with open_desk(folder.path, clock) as desk:
            issue(desk)
            folder.identities = {one.unit: one for one in identities(desk, 1)}
    return folder


def make_received(folder: Folder, target: Path) -> Folder:
    """A copy in which every unit's good return has been received in time."""
    made = folder.copy(target)
    made.drop_all()
    assert made.run("receive").code == 0
    return made


def make_appraised(folder: Folder, target: Path) -> Folder:
    """A copy in which the councils' books are made, filled in agreement and taken in, and the central scores are there."""
    made = folder.copy(target)
    assert made.run("appraise", now=APPRAISING).code == 0
    made.fill_books()
    made.fill_central()
    assert made.run("appraise", now=CENTRAL).code == 0
    return made
