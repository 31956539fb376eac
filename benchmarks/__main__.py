"""Reading, issuing, books and cores, each beside its limit and its peer, in one process: `python -m benchmarks [--quick] [--office]`.

Every round runs each case once, one after the other, so that a busy machine slows all of them alike. Told are the processor's time, which
another program's work adds little to, and the clock's at its best; ratios are of the processor's medians unless they say "by the clock".
Forms are the communes' of Cần Thơ 2018, well filled, every one with other answers: none is read that was read before. With `--office`
they are first re-saved by LibreOffice. The last line sums the ratios up. A whole year: `python -m benchmarks.year`.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import random
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from xml.parsers.expat import ParserCreate

import openpyxl
import xlsxwriter

from benchmarks.apart import checked, checking
from processor import issuing, keys, terminal
from processor.checks import Office, Verdict, check_bytes
from processor.demo import Filling, fill, plausible
from processor.executors import ease_collector
from processor.files import write_many
from processor.intake import Sealed
from processor.isolation import apart, apart_side_by_side
from processor.reader import read_workbook
from rubric_versions import catalog
from rubric_versions.answers import Answers
from workbook_templates.book import Book, Sheet, write_book
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import layout_of
from workbook_templates.stamping import Base

ROUNDS, QUICK_ROUNDS = 20, 5
SEED = 2018
BATCH = 4
"""Forms that a case of reading takes one after another, as a worker of `receive` takes them; times are of one."""

FORMS, QUICK_FORMS = 2_000, 200
"""Forms written to the disk one after another; the whole of 12,000 is only that much more of the same."""

CHECKED, QUICK_CHECKED = 960, 192
"""Forms checked here, by a helper and by several."""

WARM = 48
"""Forms that are checked before the clock starts: helpers start, and learn what forms of one campaign have in common."""

STAMPED = 128
"""Forms stamped one after another, as `issue` does before it tells the ledger."""

CORES = os.cpu_count() or 1

BOOK_ROWS, BOOK_COLUMNS, QUICK_BOOK_ROWS = 12_000, 20, 1_500
"""Cells of the book written: a sheet of one field's criteria for 12,000 units."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to time, told the number of the run, and the words for its line."""

    name: str
    work: Callable[[int], object]
    times: int = 1
    """So many runs a round, one after another; the time told is of one."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one run: the processor's time, median and best, and the clock's at its best."""

    name: str
    middle: float
    best: float
    clock: float


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Seconds by the clock for as many files each."""

    plain: float
    stamped: float
    plain_synced: float
    stamped_synced: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a form takes by the clock where forms are checked one after another that way."""

    name: str
    milliseconds: float


def timed(cases: Sequence[Case], rounds: int) -> list[Timed]:
    """Every case timed `rounds` times in turn, after one run that warms it up."""
    spent: list[list[float]] = [[] for _ in cases]
    clocks: list[list[float]] = [[] for _ in cases]
    for one in cases:
        for run in range(one.times):
            one.work(run)
    for turn in range(1, rounds + 1):
        for one, times, clock in zip(cases, spent, clocks, strict=True):
            gc.collect()  # what the case before left behind is not this one's to clear away
            begun, started = time.perf_counter(), time.process_time()
            for run in range(one.times):
                one.work(turn * one.times + run)
            times.append((time.process_time() - started) * 1000 / one.times)
            clock.append((time.perf_counter() - begun) * 1000 / one.times)
    return [Timed(one.name, median(times), min(times), min(clock)) for one, times, clock in zip(cases, spent, clocks, strict=True)]


class Bench:
    """Forms with their answers, the office that would receive them, and a folder to write to."""

    def __init__(self, folder: Path, forms: int = 1) -> None:
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
        self.forms = [self.filled(turn) for turn in range(forms)]
        self.data = self.forms[0]
        self.blank = self.base.stamp(self.identity)
        unit = self.identity.unit
        self.office = Office(
            "dot-2018", self.identity.campaign_title, self.version, {unit: self.identity.unit_name}, {unit: "xa"}, "1", {(unit, "1"): 1},
            Sealed({}, self.key),
        )  # fmt: skip

    def filled(self, turn: int) -> bytes:
        """A form well filled, with answers of its own."""
        answers = plausible(self.appendix, random.Random(SEED + turn), 0.4 + turn % 50 / 100)
        return fill(self.version, Filling(self.identity, answers))

    # ------------------------------------------------------------------------------------------------------------ reading

    def bare(self, turn: int) -> None:
        """The least any reader must do: every part inflated and parsed by expat, nothing made of it."""
        for packed in packed_parts(self.forms[turn]):
            ParserCreate().Parse(zlib.decompress(packed, -15), True)

    def intake(self, turn: int) -> None:
        """What receiving a form takes: read, every locked cell compared, every score computed anew, the seal proved."""
        checked = check_bytes(self.forms[turn], "31207.xlsx", self.office)
        if checked.verdict is not Verdict.ACCEPTED:
            raise SystemExit(f"the form is not accepted: {[one.code for one in checked.findings]}")

    def twice(self, turn: int) -> None:
        """What most people would do to see formulas and values; it verifies nothing."""
        for only_values in (False, True):
            openpyxl.load_workbook(io.BytesIO(self.forms[turn]), data_only=only_values)

    def reading(self) -> list[Case]:
        """The cases of reading; each round has a form of its own, and each case is the first to see it."""
        third = len(self.forms) // 3
        return [
            Case("inflate + expat, no handlers", self.bare, BATCH),
            Case("read_workbook: values, formulas, locks", lambda turn: read_workbook(self.forms[turn]), BATCH),
            Case("full intake: read, compare, score, seal", lambda turn: self.intake(third + turn), BATCH),
            Case("cchc check, start of the program aside", lambda turn: check_bytes(self.forms[2 * third + turn], "31207.xlsx"), BATCH),
            Case("openpyxl, loaded twice", self.twice, BATCH),
        ]

    # ------------------------------------------------------------------------------------------------------------ issuing

    def written(self, _: int) -> bytes:
        """The same blank form written anew, as it would be without a base."""
        return write_book(EntryForm(self.version, self.appendix, self.identity, Answers()).book())

    def issuing(self) -> list[Case]:
        """The cases of issuing."""
        return [
            Case("stamped from the base", lambda turn: self.base.stamped(replace(self.identity, unit=f"{turn:05}")), times=STAMPED),
            Case("written anew", self.written),
        ]

    def on_disk(self, count: int) -> OnDisk:
        """Seconds by the clock for so many files of a form's size: plain ones and forms, left to the system and synced as `issue` does."""
        identities = [replace(self.identity, unit=f"{turn:05}") for turn in range(count)]
        ways: tuple[Callable[[Path, Sequence[Identity]], object], ...] = (
            lambda folder, some: [(folder / f"{one.unit}.xlsx").write_bytes(self.blank) for one in some],
            lambda folder, some: [(folder / f"{one.unit}.xlsx").write_bytes(self.base.stamped(one).data) for one in some],
            lambda folder, some: write_many((folder / f"{one.unit}.xlsx", self.blank) for one in some),
            lambda folder, some: write_many((folder / f"{one.unit}.xlsx", self.base.stamped(one).data) for one in some),
        )
        took = [0.0] * len(ways)
        for start in range(0, count, issuing.BATCH):  # in turn, so that a busy disk slows all alike
            for turn, way in enumerate(ways):
                folder = self.folder / str(turn)
                folder.mkdir(exist_ok=True)
                begun = time.perf_counter()
                way(folder, identities[start : start + issuing.BATCH])
                took[turn] += time.perf_counter() - begun
        return OnDisk(*took)

    # ------------------------------------------------------------------------------------------------------------ apart, on all cores

    def checked_apart(self, count: int) -> tuple[list[Pace], float]:
        """How fast forms are checked here, by a helper, by one for each core; and what a bare loop gains from as many processes.

        A helper sees each form for the first time, as `receive` has it.
        """
        task = checking(self.office)
        items = [self.forms[turn % len(self.forms)] for turn in range(count)]
        paces = [
            paced("in this process", (checked(self.office, data) for data in items)),
            paced("apart, by one helper", (apart(task, data) for data in items)),
            paced(f"apart, by {CORES} helpers", (verdict for _, verdict in apart_side_by_side(task, items, WARM))),
        ]
        begun = time.perf_counter()
        for _ in range(CORES):
            _spin(0)
        spun = time.perf_counter() - begun
        with ProcessPoolExecutor(CORES) as pool:
            list(pool.map(abs, range(CORES)))
            begun = time.perf_counter()
            list(pool.map(_spin, range(CORES)))
            return paces, spun / (time.perf_counter() - begun)


def paced(name: str, results: Iterator[str]) -> Pace:
    """Milliseconds a form by the clock, once whoever checks has started and seen a few."""
    for _ in islice(results, WARM):
        pass
    begun = time.perf_counter()
    count = sum(1 for _ in results)
    return Pace(name, (time.perf_counter() - begun) * 1000 / count)


def _spin(_: int) -> int:
    return sum(range(15_000_000))


def books(rows: int) -> list[Case]:
    """The cases of writing a large sheet: half numbers, half texts that differ."""
    cells = [[row * BOOK_COLUMNS + col if col % 2 else f"Nội dung {row}-{col}" for col in range(BOOK_COLUMNS)] for row in range(rows)]

    def ours(_: int) -> None:
        sheet = Sheet("Bảng")
        for row, values in enumerate(cells, 1):
            sheet.row(row, values)
        write_book(Book("Thử", [sheet]))

    def theirs(_: int) -> None:
        out = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
        look, sheet = out.add_format({"border": 1}), out.add_worksheet("Bảng")
        for row, values in enumerate(cells):
            for col, value in enumerate(values):
                sheet.write(row, col, value, look)
        out.close()

    return [Case("xlsxwriter, constant_memory", theirs), Case("write_book", ours)]


def packed_parts(data: bytes) -> list[bytes]:
    """The deflated bytes of every part, as they lie in the zip."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            name_length, extra_length = (int.from_bytes(data[info.header_offset + at :][:2], "little") for at in (26, 28))
            start = info.header_offset + 30 + name_length + extra_length
            found.append(data[start : start + info.compress_size])
    return found


def saved_by_office(forms: Sequence[bytes], folder: Path) -> list[bytes]:
    """The forms opened, calculated and saved by LibreOffice."""
    from tests.office import Office as LibreOffice  # noqa: PLC0415  (the repository's own, and only asked for here)

    saved = []
    with LibreOffice() as office:
        for turn, data in enumerate(forms):
            before, after = folder / f"{turn}.xlsx", folder / f"{turn}-saved.xlsx"
            before.write_bytes(data)
            document = office.open(str(before))
            office.calculate(document)
            office.save(document, str(after))
            office.close(document)
            saved.append(after.read_bytes())
    return saved


def show(title: str, lines: Sequence[Timed]) -> None:
    """A table of milliseconds, each beside the first line's."""
    rows = [(one.name, f"{one.middle:.2f}", f"{one.best:.2f}", f"{one.clock:.2f}", f"{one.middle / lines[0].middle:.1f}") for one in lines]
    terminal.print_table(title, ("", "median, ms", "best, ms", "best by the clock, ms", "times the first"), rows, right=(1, 2, 3, 4))


def show_paces(paces: Sequence[Pace]) -> None:
    """A table of how fast forms are checked."""
    rows = [(one.name, f"{one.milliseconds:.2f}", f"{1000 / one.milliseconds:.0f}") for one in paces]
    terminal.print_table("Isolation against throughput, by the clock", ("", "ms a form", "forms a second"), rows, right=(1, 2))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    terminal.use_utf8()
    ease_collector()  # as every command does
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Each target beside its limit and its peer.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds instead of {ROUNDS}")
    parser.add_argument("--office", action="store_true", help="forms re-saved by LibreOffice instead of our writer's")
    options = parser.parse_args(arguments)
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(folder, 3 * BATCH * (rounds + 1))
        if options.office:
            bench.forms = saved_by_office(bench.forms, folder)
        reading, issuing = timed(bench.reading(), rounds), timed(bench.issuing(), rounds)
        writing = timed(books(QUICK_BOOK_ROWS if options.quick else BOOK_ROWS), 3)
        disk = bench.on_disk(QUICK_FORMS if options.quick else FORMS)
        paces, most = bench.checked_apart(QUICK_CHECKED if options.quick else CHECKED)
    parts = packed_parts(bench.forms[0])
    sizes = len(bench.forms[0]) / 1024, sum(len(zlib.decompress(packed, -15)) for packed in parts) / 1024
    who = "LibreOffice" if options.office else "our writer"
    rows = QUICK_BOOK_ROWS if options.quick else BOOK_ROWS
    print(f"{rounds} rounds; forms saved by {who}, of {sizes[0]:.0f} KiB, {sizes[1]:.0f} KiB inflated, {len(parts)} parts")
    show("Reading one returned form, never seen before", reading)
    show("Issuing one form", issuing)
    show(f"Writing a sheet of {rows} x {BOOK_COLUMNS} cells", writing)
    show_paces(paces)
    left, synced = disk.stamped / disk.plain, disk.stamped_synced / disk.plain_synced
    print(f"by the clock: forms to disk {left:.1f} x plain files; synced as issue does {synced:.1f} x plain files synced as well", end=", ")
    print(f"{disk.stamped_synced / disk.plain:.1f} x plain files left to the system")
    here, one, several = (pace.milliseconds for pace in paces)
    print(f"by the clock: apart at {here / one:.2f} of the speed; {one / several:.2f} x faster with {CORES} helpers", end="; ")
    print(f"a bare loop gains {most:.2f} x at this moment")
    bare, _, intake, check, twice = (one.middle for one in reading)
    base, written = (one.middle for one in issuing)
    peer, ours = (one.middle for one in writing)
    told = (
        f"intake {intake / bare:.1f} x inflate+expat (target <= 3.5), {twice / intake:.1f} x faster than openpyxl twice (>= 12)",
        f"check {check:.1f} ms",
        f"stamping {written / base:.0f} x faster than writing anew (>= 150)",
        f"to disk {left:.1f} x plain files, synced {synced:.1f} x (<= 4)",
        f"books {ours / peer:.2f} x constant_memory (<= 1)",
        f"apart at {here / one:.2f} of the speed",
        f"{one / several:.2f} x on {CORES} cores (>= 1.7)",
    )
    print("; ".join(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
