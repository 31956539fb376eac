"""Times reading, checking and issuing one form beside their limits and their peers, in one process: `python -m benchmarks [--quick]`.

Every round runs each case once, one after the other, so that a busy machine slows all of them alike. Told are the processor's time,
which another program's work adds little to, and the clock's, which waits for the disk too; the ratios are of the processor's medians.
The form is the communes' of Cần Thơ 2018, well filled; every case works on the same bytes. Prints two tables; its last line sums up.
"""

from __future__ import annotations

import argparse
import gc
import io
import random
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from xml.parsers.expat import ParserCreate

import openpyxl

from processor import keys, terminal
from processor.checks import Office, Verdict, check_bytes
from processor.demo import Filling, fill, plausible
from processor.files import write_atomic
from processor.reader import read_workbook
from rubric_versions import catalog
from rubric_versions.answers import Answers
from workbook_templates.book import write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of
from workbook_templates.stamping import Base

ROUNDS, QUICK_ROUNDS = 40, 9
SEED = 2018


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to time, and the words for its line."""

    name: str
    work: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one run: the processor's time, median and best, and the clock's at its best."""

    name: str
    middle: float
    best: float
    clock: float


def timed(cases: Sequence[Case], rounds: int) -> list[Timed]:
    """Every case timed `rounds` times in turn, after one run that warms it up."""
    spent: list[list[float]] = [[] for _ in cases]
    clocks: list[list[float]] = [[] for _ in cases]
    for one in cases:
        one.work()
    for _ in range(rounds):
        for one, times, clock in zip(cases, spent, clocks, strict=True):
            gc.collect()  # what the case before left behind is not this one's to clear away
            begun, started = time.perf_counter(), time.process_time()
            one.work()
            times.append((time.process_time() - started) * 1000)
            clock.append((time.perf_counter() - begun) * 1000)
    return [Timed(one.name, median(times), min(times), min(clock)) for one, times, clock in zip(cases, spent, clocks, strict=True)]


class Bench:
    """A form with its answers, the office that would receive it, and a folder to write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = catalog.load("can-tho-2018")
        self.appendix = self.version.appendix_for("xa")
        self.key = keys.OfficeKey(b"k" * 32)
        self.base = Base(self.version, self.appendix)
        identity = Identity(
            "entry_form", "dot-2018", "Đợt đánh giá năm 2018", self.version.issuer, "31207", "UBND phường Thốt Nốt", "xa",
            self.version.id, self.version.digest, layout_of(self.appendix).fingerprint, "1", "1", self.key.id,
        )  # fmt: skip
        self.identity = identity.sealed(keys.seal(self.key, identity.message()))
        answers = plausible(self.appendix, random.Random(SEED), 0.9)
        self.data = fill(self.version, Filling(self.identity, answers))
        self.packed = list(packed_parts(self.data))
        self.blank = self.base.stamp(self.identity)
        unit = self.identity.unit
        self.office = Office(
            "dot-2018", self.identity.campaign_title, self.version, {unit: self.identity.unit_name}, {unit: "xa"}, "1", {(unit, "1"): 1},
            lambda one: keys.sealed(self.key, one.message(), one.seal),
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------------------ reading

    def bare(self) -> None:
        """The least any reader must do: every part inflated and parsed by expat, nothing made of it."""
        for packed in self.packed:
            ParserCreate().Parse(zlib.decompress(packed, -15), True)

    def intake(self) -> None:
        """What receiving a form takes: read, every locked cell compared, every score computed anew, the seal proved."""
        checked = check_bytes(self.data, "31207.xlsx", self.office)
        if checked.verdict is not Verdict.ACCEPTED:
            raise SystemExit(f"the form is not accepted: {[one.code for one in checked.findings]}")

    def twice(self) -> None:
        """What most people would do to see formulas and values; it verifies nothing."""
        for only_values in (False, True):
            openpyxl.load_workbook(io.BytesIO(self.data), data_only=only_values)

    def reading(self) -> list[Case]:
        """The cases of reading."""
        return [
            Case("inflate + expat, no handlers", self.bare),
            Case("read_workbook: values, formulas, locks", lambda: read_workbook(self.data)),
            Case("full intake: read, compare, score, seal", self.intake),
            Case("cchc check, start of the program aside", lambda: check_bytes(self.data, "31207.xlsx")),
            Case("openpyxl, loaded twice", self.twice),
        ]

    # ------------------------------------------------------------------------------------------------------------ issuing

    def written(self) -> bytes:
        """The same blank form written anew, as it would be without a base."""
        return write_book(EntryForm(self.version, self.appendix, self.identity, Answers()).book())

    def issuing(self) -> list[Case]:
        """The cases of issuing."""
        target = self.folder / "form.xlsx"
        return [
            Case("stamped from the base", lambda: self.base.stamp(self.identity)),
            Case("written by xlsxwriter", self.written),
            Case("a plain file of that size", lambda: target.write_bytes(self.blank)),
            Case("stamped into a plain file", lambda: target.write_bytes(self.base.stamp(self.identity))),
            Case("stamped into a file as issue writes it (synced)", lambda: write_atomic(target, self.base.stamp(self.identity))),
        ]


def packed_parts(data: bytes) -> list[bytes]:
    """The deflated bytes of every part, as they lie in the zip."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            name_length, extra_length = (int.from_bytes(data[info.header_offset + at :][:2], "little") for at in (26, 28))
            start = info.header_offset + 30 + name_length + extra_length
            found.append(data[start : start + info.compress_size])
    return found


def show(title: str, lines: Sequence[Timed]) -> None:
    """A table of milliseconds, each beside the first line's."""
    rows = [(one.name, f"{one.middle:.2f}", f"{one.best:.2f}", f"{one.clock:.2f}", f"{one.middle / lines[0].middle:.1f}") for one in lines]
    terminal.print_table(title, ("", "median, ms", "best, ms", "best by the clock, ms", "times the first"), rows, right=(1, 2, 3, 4))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    terminal.use_utf8()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Cost of one form, beside limits and peers.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds instead of {ROUNDS}")
    rounds = QUICK_ROUNDS if parser.parse_args(arguments).quick else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        reading, issuing = timed(bench.reading(), rounds), timed(bench.issuing(), rounds)
    inflated = sum(len(zlib.decompress(packed, -15)) for packed in bench.packed)
    print(f"{rounds} rounds; a form of {len(bench.data) / 1024:.0f} KiB, {inflated / 1024:.0f} KiB inflated, {len(bench.packed)} parts")
    show("Reading one returned form", reading)
    show("Issuing one form", issuing)
    bare, _, intake, check, twice = (one.middle for one in reading)
    stamped, written, plain, onto_disk, _ = (one.middle for one in issuing)
    print(
        f"intake {intake / bare:.1f} x inflate+expat, {twice / intake:.1f} x faster than openpyxl twice; check {check:.1f} ms; "
        f"stamping {written / stamped:.0f} x faster than xlsxwriter, with its file {onto_disk / plain:.1f} x a plain file"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
