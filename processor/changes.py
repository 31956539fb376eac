"""What the appraisal changed, told to every unit: a list in `04_tra_lai_bo_sung`, written once all scores of a round are given.

Made from the record alone, told in the ledger, made again by `verify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import overload

from processor import VERSION
from processor.desk import BACK, Desk
from processor.executors import Runner, processes
from processor.files import ascii_name, make_folder, read_whole, write_many
from processor.issuing import parts_digest_or_none
from processor.kept import counting_returns
from processor.scores import OWN, let_go, unfinished, unit_line
from rubric_versions.numbers import rounded
from workbook_templates.book import Written, written
from workbook_templates.changes_list import Change, changes_list

WRITTEN_AT_ONCE = 64
"""Lists written together: a disk takes longest to say that it is done."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One list to make."""

    organiser: str
    place: str
    unit: str
    title: str
    council: str
    changes: tuple[Change, ...]


def write_changes(desk: Desk, run: Runner = processes) -> int:
    """How many lists were written: of every unit all whose scores of the current round are given, where it has changed since."""
    number = desk.round.number
    codes = [unit.code for unit in desk.campaign.units]
    units = [code for code in codes if number in counting_returns(desk, code) and not unfinished(desk, code)]
    told = {file: digest for event in desk.ledger.events("changes") for _, file, digest in event.data["files"]}
    upto, new, count = desk.record().upto, [], 0
    made = zip(units, make_lists(desk, units, number, run), strict=True)
    while some := list(islice(made, WRITTEN_AT_ONCE)):
        files = [(desk.folder / BACK / file, one) for _, (file, one) in some]
        due = [(path, one.data) for path, one in files if not _lies_there(path, one.digest)]
        for path, _ in due:
            make_folder(path.parent)
        write_many(due)
        count += len(due)
        new += [[unit, file, one.digest] for unit, (file, one) in some if told.get(file) != one.digest]
    if new:
        told_now = {"files": new, "round": number, "campaign": desk.campaign_digest, "upto": upto, "program": VERSION}
        desk.ledger.append("changes", at=desk.clock.now(), actor=desk.actor, data=told_now)
    return count


def _lies_there(path: Path, digest: str) -> bool:
    return path.is_file() and parts_digest_or_none(read_whole(path)) == digest


def file_of(desk: Desk, unit: str, number: int) -> str:
    """Where a unit's list of a round lies, from `04_tra_lai_bo_sung`."""
    return f"{unit}_{ascii_name(desk.campaign.unit(unit).name)[:40]}/{unit}_lan{number}_thay_doi_diem.xlsx"


def make_lists(desk: Desk, units: Iterable[str], number: int, run: Runner = processes) -> Iterator[tuple[str, Written]]:
    """The name and the file of the lists of these units for a round, as the record has it."""
    units = list(units)
    yield from zip((file_of(desk, unit, number) for unit in units), run(_make, None, _Items(desk, units, number)), strict=True)


class _Items(Sequence[_Item]):
    """The lists to make, each put together when its turn comes: what a unit answered and got is let go before the next."""

    def __init__(self, desk: Desk, units: Sequence[str], number: int) -> None:
        self._desk, self._units, self._number = desk, units, number

    def __len__(self) -> int:
        return len(self._units)

    @overload
    def __getitem__(self, at: int) -> _Item: ...
    @overload
    def __getitem__(self, at: slice) -> list[_Item]: ...
    def __getitem__(self, at: int | slice) -> _Item | list[_Item]:
        return [self._item(unit) for unit in self._units[at]] if isinstance(at, slice) else self._item(self._units[at])

    def _item(self, unit: str) -> _Item:
        desk, campaign = self._desk, self._desk.campaign
        again = f" – lần {self._number}" if desk.version.rules.rounds > 1 else ""
        changes = changes_of(desk, unit, self._number)
        let_go(desk, unit)
        return _Item(campaign.organiser, campaign.place, campaign.unit(unit).name, campaign.title + again, campaign.council, changes)


def _make(_: None, item: _Item) -> Written:
    return written(changes_list(item.organiser, item.place, item.unit, item.title, item.council, item.changes))


def changes_of(desk: Desk, unit: str, number: int) -> tuple[Change, ...]:
    """The leaves whose score of a round is not what the unit gave itself."""
    line = unit_line(desk, unit)
    found = []
    for code, one in line.leaves.items() if line else ():
        own = one.at(number, OWN)
        if own is None or not one.leaf.is_self_scored:
            continue
        stands = one.told(number)
        mine, score = own.given.value, stands.value
        if mine != score and not (isinstance(mine, Fraction) and isinstance(score, Fraction) and rounded(mine - score) == 0):
            found.append(Change(code, one.leaf.title, one.leaf.max, mine, score, stands.reason))
    return tuple(found)
