"""A campaign folder opened for work: its paths, the campaign as its workbook says it now, the ledger, the originals, the office's key.

Everything in the folder has a Vietnamese name and is a workbook or a folder; see docs/architecture.md for what lies where.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from processor import keys
from processor.campaign import Campaign, Round, campaign_to_book, read_campaign
from processor.central_figures import with_books
from processor.clock import Clock, behind
from processor.files import (
    EnvironmentProblem,
    OriginalAltered,
    Originals,
    clean_leftovers,
    is_leftover,
    make_folder,
    read_whole,
    sha256_of,
    write_atomic,
)
from processor.ledger import Ledger
from processor.record import Record, current_round, fold
from rubric_versions import catalog
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.model import RubricVersion
from workbook_templates.book import write_book

CAMPAIGN_FILE = "dot_danh_gia.xlsx"
LEDGER_FILE = "so_theo_doi.sqlite"
FORMS, INBOX, ORIGINALS, BACK, APPRAISAL, RESULTS, PRINTS = (
    "01_bieu_mau_gui_di",
    "02_tiep_nhan",
    "03_ban_goc",
    "04_tra_lai_bo_sung",
    "05_tham_dinh",
    "06_ket_qua",
    "07_ban_in",
)
FOLDERS = (FORMS, INBOX, ORIGINALS, BACK, APPRAISAL, RESULTS, PRINTS)
FOREIGN = "khong_nhan_ra"


PAST_STEP, PAST_KEPT = 512, 4
"""After so many events a state of the record is kept while the program runs, and so many of them."""


class Blocked(Exception):
    """A command cannot go on because of findings; they say which, and what to do (exit code 1)."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(one.code for one in self.findings))


@dataclass
class Desk:
    """An open campaign folder. Use as a context manager; closing it closes the ledger."""

    folder: Path
    campaign: Campaign
    version: RubricVersion
    ledger: Ledger
    originals: Originals
    key: keys.OfficeKey | None
    clock: Clock
    campaign_digest: str
    findings: list[Finding] = field(default_factory=list)
    central_conflicts: tuple[tuple[str, str], ...] = ()
    """Units and leaves for which the campaign workbook and a central book have different figures."""
    _own: Campaign | None = None
    read_only: bool = False
    _record: Record = field(default_factory=Record)
    _until: int | None = None
    _past: dict[int, Record] = field(default_factory=dict)
    lines: dict[str, Any] = field(default_factory=dict)
    """Lines of scores made so far, by unit, with what each was made from: `scores` keeps them here."""

    def record(self) -> Record:
        """What the ledger's events come to by now; only the new ones are read."""
        if self._record.upto == self._until:
            return self._record
        newest = self.ledger.newest()
        if self._record.upto < (newest if self._until is None else min(newest, self._until)):
            fold(self.ledger.each(since=self._record.upto, until=self._until), self._record)
        return self._record

    @property
    def round(self) -> Round:
        """The round that is worked on now: the last one of which forms were issued."""
        return current_round(self.record(), self.campaign)

    def as_of(self, seq: int, campaign_digest: str) -> Desk:
        """The desk as it stood after event `seq`, with the campaign workbook of that time: what old books are rebuilt from."""
        campaign = self._own or self.campaign
        if campaign_digest != self.campaign_digest:
            read, _ = read_campaign(self.originals.get(campaign_digest), CAMPAIGN_FILE, lambda wanted: _own(self.version, wanted))
            if read is None:
                raise OriginalAltered(self.folder / CAMPAIGN_FILE)
            campaign = read
        past = self._record_near(seq)
        lines = self.lines if campaign_digest == self.campaign_digest else {}
        then = replace(self, campaign=campaign, campaign_digest=campaign_digest, findings=[], lines=lines, _record=past, _until=seq)
        then.take_central_books(campaign)
        return then

    def elsewhere(self) -> Desk:
        """The desk for another process of ours: it reads what happened from the ledger by itself, and has no key."""
        originals = Originals(self.originals.folder.absolute())
        return replace(self, key=None, originals=originals, findings=[], lines={}, _record=Record(), _past={})

    def take_central_books(self, own: Campaign) -> None:
        """Nothing; the campaign is what its workbook says (`own`) with the figures of the central books told so far."""
        self._own = own
        self.campaign, self.central_conflicts = with_books(own, self.version, self.record())

    def _record_near(self, seq: int) -> Record:
        """A record of its own of some moment up to event `seq`, not long before: what was folded once is not folded for every book."""
        if self.record().upto == seq:
            now = self._record.copy()
            now.worked_out.clear()  # by another campaign, perhaps
            return now
        near = seq - seq % PAST_STEP
        if near not in self._past:
            before = max((one for one in self._past if one < near), default=None)
            past = Record() if before is None else self._past[before].copy()
            fold(self.ledger.each(since=past.upto, until=near), past)
            self._past[near] = past
            for old in sorted(self._past)[:-PAST_KEPT]:
                if old != near:
                    del self._past[old]
        return self._past[near].copy()

    @property
    def actor(self) -> str:
        """Who runs this, as the machine knows the person; for the ledger."""
        return _actor()

    def path(self, *parts: str) -> Path:
        """A path inside the folder, its parent folder made."""
        target = self.folder.joinpath(*parts)
        make_folder(target.parent)
        return target

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.ledger.close()


def _actor() -> str:
    try:
        return os.environ.get("CCHC_ACTOR") or getpass.getuser()
    except (OSError, KeyError, ImportError):  # Windows without a user name in the environment
        return "khong-ro"


@dataclass(frozen=True, slots=True)
class Parent:
    """For whom a district scores its units: the city's campaign, its title, its organiser, and the unit the district is there."""

    campaign: str
    title: str
    organiser: str
    unit: str


def create(
    folder: Path,
    campaign: Campaign,
    version: RubricVersion,
    clock: Clock,
    *,
    key: keys.OfficeKey | None = None,
    parent: Parent | None = None,
) -> keys.OfficeKey:
    """The office key of a new campaign folder: a new one, or the `key` that a start package holds for the district of a `parent`.

    Raises Blocked for a folder that holds anything but what a killed run has begun.
    """
    if not _may_begin(folder):
        raise Blocked([finding("folder-not-empty", file=str(folder))])
    for name in FOLDERS:
        make_folder(folder / name)
    workbook = write_book(campaign_to_book(campaign, version))
    originals = Originals(folder / ORIGINALS)
    kept = originals.keep(version.canonical().encode("utf-8"), ".json")
    with Ledger(folder / LEDGER_FILE) as ledger:
        begun = ledger.events("created")
        if key is not None:
            key = keys.create(keys.key_folder(), campaign.organiser, secret=key.secret)
        else:
            key = keys.load(keys.key_folder(), begun[0].data["key"]) if begun else keys.create(keys.key_folder(), campaign.organiser)
        data = {
            "campaign": campaign.code,
            "version": version.id,
            "version_digest": version.digest,
            "version_kept": kept,
            "key": key.id if key else "",
            **({"parent": asdict(parent)} if parent else {}),
        }
        if not begun:
            ledger.append("created", at=clock.now(), actor=_actor(), data=data)
        if key is None or (begun and begun[0].data != data):
            raise Blocked([finding("folder-not-empty", file=str(folder))])
    # last: a folder with the campaign's workbook is a whole one
    write_atomic(folder / CAMPAIGN_FILE, workbook)
    return key


def _may_begin(folder: Path) -> bool:
    """Whether the folder is not there yet, empty, or as a run of `create` leaves it that was killed before its end."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    ours = {*FOLDERS, LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm"}
    if any(path.name not in ours and not is_leftover(path) for path in folder.iterdir()):
        return False
    return not any(any((folder / name).iterdir()) for name in FOLDERS if name != ORIGINALS and (folder / name).is_dir())


def open_desk(folder: Path, clock: Clock, *, read_only: bool = False) -> Desk:
    """The folder opened, its campaign workbook read and kept. Raises Blocked with findings, or EnvironmentProblem."""
    path = folder / CAMPAIGN_FILE
    if not path.is_file() or not (folder / LEDGER_FILE).is_file():
        raise Blocked([finding("folder-not-campaign", file=str(folder))])
    data = read_whole(path)
    originals = Originals(folder / ORIGINALS)
    ledger = Ledger(folder / LEDGER_FILE, read_only=read_only)
    try:
        last = ledger.last()
        now = clock.now()
        if last is not None and behind(now, last.at):
            raise Blocked([finding("clock-behind", now=f"{now:%d/%m/%Y %H:%M}", last=f"{last.at:%d/%m/%Y %H:%M}")])
        created = ledger.events("created")[0].data
        version = catalog.from_json(originals.get(created["version_kept"]).decode("utf-8"))
        campaign, found = read_campaign(data, CAMPAIGN_FILE, lambda wanted: _own(version, wanted))
        if campaign is None or errors(found):
            raise Blocked(found)
        frozen = _frozen(campaign, created["campaign"], created["version"])
        if frozen:
            raise Blocked(frozen)
        desk = Desk(
            folder,
            campaign,
            version,
            ledger,
            originals,
            keys.load(keys.key_folder(), ledger.events("created", "key")[-1].data["key"]),
            clock,
            sha256_of(data),
            found,
            read_only=read_only,
        )
        desk.take_central_books(campaign)
        if not read_only:
            _keep_campaign(desk, data)
            for name in FOLDERS:
                if name != INBOX:  # what units send is never removed
                    clean_leftovers(folder / name)
        return desk
    except BaseException:
        ledger.close()
        raise


def _own(version: RubricVersion, wanted: str) -> RubricVersion:
    """The campaign's own frozen copy, whatever the program ships by now; another id is looked up, to be refused by name."""
    return version if wanted == version.id else catalog.load(wanted)


def _frozen(campaign: Campaign, code: str, version_id: str) -> list[Finding]:
    told = (("Mã đợt", campaign.code, code), ("Bộ tiêu chí", campaign.version_id, version_id))
    return [finding("campaign-frozen", file=CAMPAIGN_FILE, label=label, value=now, issued=then) for label, now, then in told if now != then]


def _keep_campaign(desk: Desk, data: bytes) -> None:
    """Every state of the campaign workbook that a command worked with is kept and told in the ledger, once."""
    with desk.ledger.transaction():
        states = desk.ledger.events("campaign")
        if not states or states[-1].data["workbook"] != desk.campaign_digest:
            desk.originals.keep(data, ".xlsx")
            desk.ledger.append("campaign", at=desk.clock.now(), actor=desk.actor, data={"workbook": desk.campaign_digest})


def need_key(desk: Desk) -> keys.OfficeKey:
    """The office's key. Raises Blocked where this machine has it not: sealing is impossible without."""
    if desk.key is None:
        raise Blocked([finding("key-missing", key=desk.record().key, folder=str(keys.key_folder()))])
    return desk.key


def renew_key(desk: Desk, reason: str) -> keys.OfficeKey:
    """A new key for the office, told in the ledger: the way out when the old one is lost. What it sealed stays proved by the ledger."""
    key = keys.create(keys.key_folder(), desk.campaign.organiser)
    desk.ledger.append("key", at=desk.clock.now(), actor=desk.actor, data={"key": key.id, "reason": reason})
    desk.key = key
    return key


__all__ = ["Blocked", "Desk", "EnvironmentProblem", "Parent", "create", "need_key", "open_desk", "renew_key"]
