"""A whole year of many units, every command in a process of its own: `python -m benchmarks.year [--units 12000] [--keep DIR]`.

Units, answers and scores are made up (the version is Cần Thơ 2018: 20 sở, then districts of about a hundred communes). Only the commands
are timed; what stands between them is the units' and councils' work: forms filled from ready-made answers, books filled in, the
survey entered. Tells seconds, milliseconds a unit and the most memory any process of a command had.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from processor import terminal
from processor.appraisal_books import made_again, template_of
from processor.campaign import campaign_to_book, new_campaign
from processor.clock import ZONE, FixedClock
from processor.demo import plausible
from processor.desk import APPRAISAL, CAMPAIGN_FILE, INBOX, Desk, create, open_desk
from processor.executors import ease_collector
from processor.issuing import identities
from processor.keys import FOLDER_VARIABLE
from rubric_versions import catalog
from rubric_versions.methods.base import Raw
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.campaign_book import Campaign, DeductionCase
from workbook_templates.stamping import Base

VERSION = "can-tho-2018"
OFFICES, COMMUNES = 20, 99
"""Sở of the province; communes of a district."""

FILLINGS = 40
"""So many different sets of answers of one tier are made; the units share them."""

_TIMER = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Took:
    """One command: seconds by the clock and of the processor (all processes together), and the most megabytes one process had."""

    command: str
    clock: float
    processor: float
    memory: float


def campaign_of(count: int) -> Campaign:
    """A campaign of so many units."""
    version = catalog.load(VERSION)
    offices = min(OFFICES, count // 4)
    districts = max(1, (count - offices) // (COMMUNES + 1))
    units = [{"code": f"S{turn:03}", "name": f"Sở thử số {turn}", "tier": "so", "block": "so"} for turn in range(offices)]
    units += [{"code": f"H{turn:03}", "name": f"UBND huyện thử số {turn}", "tier": "huyen", "block": "huyen"} for turn in range(districts)]
    for turn in range(count - len(units)):
        district = f"H{turn % districts:03}"
        units.append({"code": f"X{turn:05}", "name": f"UBND xã thử số {turn}", "tier": "xa", "block": f"xa-{district}", "parent": district})
    blocks = [{"code": code, "name": code} for code in dict.fromkeys(str(unit["block"]) for unit in units)]
    return new_campaign(version, code="dot-2018", units=units, blocks=blocks)


class Year:
    """One year in a folder: what people do between the commands, and the commands timed."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder / "dot-2018"
        self.version = catalog.load(VERSION)
        self.campaign = campaign_of(count)
        self.rng = random.Random(count)
        self.took: list[Took] = []

    def play(self) -> list[Took]:
        """The whole year; what each command took."""
        create(self.folder, self.campaign, self.version, self._clock("2018-11-01 08:00"))
        self._run("issue", "2018-11-01 09:00")
        self._with("2018-12-08 08:00", self._fill)
        self._run("receive", "2018-12-10 09:00")
        self._run("appraise", "2018-12-20 08:00")
        self._with("2018-12-27 16:00", self._fill_books)
        self._run("appraise", "2018-12-28 08:00")
        self._central()
        self._run("rank", "2019-01-10 09:00")
        self._run("status", "2019-01-10 10:00")
        return self.took

    def _clock(self, at: str) -> FixedClock:
        return FixedClock(datetime.fromisoformat(at).replace(tzinfo=ZONE))

    def _with(self, at: str, work: Callable[[Desk], None]) -> None:
        with open_desk(self.folder, self._clock(at)) as desk:
            work(desk)

    def _run(self, command: str, at: str) -> None:
        """Nothing; the command was run in a process of its own, and timed by another that sees all its children."""
        line = [sys.executable, "-c", _TIMER, sys.executable, "-c", "from processor.cli import cli; cli()", command, str(self.folder)]
        ran = subprocess.run(line, env=os.environ | {"CCHC_NOW": at}, capture_output=True, check=True, text=True, encoding="utf-8")
        code, clock, processor, memory = ran.stdout.strip("[]\n").split(",")
        if int(code):
            raise SystemExit(f"{command} ended with {code}: {ran.stderr}")
        self.took.append(Took(command, float(clock), float(processor), float(memory)))
        terminal.say(f"{command}: {float(clock):.1f} s")

    def _fill(self, desk: Desk) -> None:
        bases = {
            appendix.tier: [
                Base(self.version, appendix, "1", plausible(appendix, random.Random(turn), 0.5 + turn / FILLINGS / 2))
                for turn in range(min(FILLINGS, len(self.campaign.units) // 10 + 1))
            ]
            for appendix in self.version.appendices
        }
        for turn, identity in enumerate(identities(desk, 1)):
            some = bases[identity.tier]
            (self.folder / INBOX / f"{identity.unit}_nop.xlsx").write_bytes(some[turn % len(some)].stamp(identity))

    def _fill_books(self, desk: Desk) -> None:
        for book in desk.record().books_now():
            rows = template_of(desk, book).rows
            entries = {place: self._judged(line.points, line.leaf.max) for place, line in rows.items()}
            (self.folder / APPRAISAL / book.file).write_bytes(write_book(made_again(desk, book, entries).book))

    def _judged(self, own: object, most: Fraction) -> Filled:
        if own == SKIP:
            return Filled(SKIP, "Đúng là không phát sinh trong năm.")
        if isinstance(own, int | Fraction):
            return Filled(Fraction(own) / 2, "Tài liệu chưa đủ.") if own > 0 and self.rng.random() < 0.05 else Filled(Fraction(own), "")
        return Filled(Fraction(most) / 2, "")

    def _central(self) -> None:
        central: dict[tuple[str, str], tuple[Raw, ...]] = {}
        leaves = {one.tier: [leaf for leaf in one.leaves if leaf.is_central] for one in self.version.appendices}
        for unit in self.campaign.units:
            for leaf in leaves[unit.tier]:
                if leaf.method.kind == "survey_percent":
                    central[unit.code, leaf.code] = (Decimal(str(self.rng.randint(600, 1000) / 10)),)
                else:
                    answers = [Decimal(self.rng.randint(5, 60)) for _ in leaf.method.inputs(leaf.max)]
                    central[unit.code, leaf.code] = tuple(answers)
        cases = (DeductionCase(self.campaign.units[0].code, 2, "Kết luận xác minh", ""),)
        changed = replace(self.campaign, central=central, deductions=cases)
        (self.folder / CAMPAIGN_FILE).write_bytes(write_book(campaign_to_book(changed, self.version)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays years of the sizes asked for, and prints what they took; the exit code."""
    terminal.use_utf8()
    ease_collector()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description="A whole year of many units, command by command.")
    parser.add_argument("--units", type=int, nargs="+", default=[100, 1_000, 12_000], help="how many units, one year each")
    parser.add_argument("--keep", type=Path, default=None, help="a folder to play in and leave; otherwise a temporary one")
    options = parser.parse_args(arguments)
    for count in options.units:
        with tempfile.TemporaryDirectory() if options.keep is None else nullcontext(options.keep) as name:
            folder = Path(name) / str(count)
            folder.mkdir(parents=True)
            os.environ[FOLDER_VARIABLE] = str(folder / "khoa")
            begun = time.perf_counter()
            took = Year(folder, count).play()
            whole = time.perf_counter() - begun
        total = sum(one.clock for one in took)
        rows = [
            (one.command, f"{one.clock:.1f}", f"{one.processor:.1f}", f"{one.clock / count * 1000:.1f}", f"{one.memory:.0f}")
            for one in [*took, Took("all commands", total, sum(one.processor for one in took), max(one.memory for one in took))]
        ]
        heads = ("", "clock, s", "processor, s", "clock a unit, ms", "most memory of a process, MB")
        terminal.print_table(f"A year of {count} units (the making up of it: {whole - total:.0f} s)", heads, rows, right=(1, 2, 3, 4))
    return 0


if __name__ == "__main__":
    sys.exit(main())
