"""Appraisal books and score sheets of a whole province: `python -m benchmarks.books [--units 12000] [--criteria 120]`.

The version is made up: the communes' criteria of Cần Thơ 2018 over and over until they are as many as asked for; every unit has answers
and words of its own. Books are made and written as `appraise` does it, from orders, in as many processes as there are cores; the sheets
of scores as a ranking has them, a row per unit and a column per criterion, beside them. The peer is xlsxwriter's constant_memory mode
given the cells of some of these books, ready made: what it takes for a row is set against what we take to make the row and write it.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter

from processor import keys, terminal
from processor.appraisal import BOOK_ROWS
from processor.appraisal_books import book_of
from processor.appraisal_orders import Order, UnitOrder
from processor.demo import plausible
from processor.executors import ease_collector, one_by_one
from processor.kept import judged
from processor.notes import packed, unpacked
from rubric_versions import catalog
from rubric_versions.answers import Answers
from rubric_versions.model import Appendix, Group, Leaf, RubricVersion, points_of
from workbook_templates import appraisal_book as at
from workbook_templates.book import Book, Rows, Sheet, Value, written
from workbook_templates.cells import beside
from workbook_templates.identity import Identity
from workbook_templates.look import BASE, LOOKS

SECONDS, MEGABYTES, EXCEL_ROWS = 120, 300, 1_048_576
"""The limits: by the clock for all, of the memory of any process, of a sheet."""

FILLINGS = 40
"""So many different sets of answers; each unit has one of them, explained in words of its own."""

FIELDS, PEERS, QUICK_UNITS = 8, 2, 20
"""Fields of the made-up version; books that the peer writes too; units of the small book."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one book took: seconds of the processor to make it and to write it, rows, cells, bytes, megabytes the process had at most."""

    making: float
    writing: float
    rows: int
    cells: int
    size: int
    memory: float


def version_of(criteria: int) -> RubricVersion:
    """A version with one appendix of so many criteria, each scored by the unit itself."""
    version = catalog.load("can-tho-2018")
    whole = version.appendix_for("xa")
    wanted = [whole.self_leaves[turn % len(whole.self_leaves)] for turn in range(criteria)]
    fields = []
    for turn in range(min(FIELDS, criteria)):
        mine: list[Leaf] = [leaf.model_copy(update={"code": f"{turn + 1}.{place + 1}"}) for place, leaf in enumerate(wanted[turn::FIELDS])]
        fields.append(Group(code=str(turn + 1), title=f"Lĩnh vực {turn + 1}", max=points_of(tuple(mine)), children=tuple(mine)))
    appendix = whole.model_copy(update={"children": tuple(fields), "total": points_of(tuple(wanted))})
    tiers = tuple(tier for tier in version.tiers if tier.code == appendix.tier)
    return version.model_copy(update={"id": "ban-thu", "tiers": tiers, "appendices": (appendix,)})


def prepared(folder: Path, version: RubricVersion, units: int, at_once: int) -> list[Path]:
    """Files with the order and the packed answers of each book of so many units, as they lie ready when `appraise` comes to it."""
    appendix = version.appendices[0]
    fillings = [plausible(appendix, random.Random(turn), 0.5 + turn / FILLINGS / 2) for turn in range(min(FILLINGS, units))]
    paths = []
    for first in range(0, units, at_once):
        turns = range(first, min(first + at_once, units))
        answers = {f"{turn:064}": packed(_own(fillings[turn % len(fillings)], turn)) for turn in turns}
        path = folder / f"{first:06}.pickle"
        path.write_bytes(pickle.dumps((_order(version, appendix, turns), answers)))
        paths.append(path)
    return paths


def _own(answers: Answers, turn: int) -> Answers:
    """The answers in a unit's own words."""
    leaves = {code: replace(one, explanation=f"Xã số {turn}: {one.explanation}") for code, one in answers.leaves.items()}
    return replace(answers, leaves=leaves)


def _order(version: RubricVersion, appendix: Appendix, turns: range) -> Order:
    identity = Identity(
        "appraisal", "thu", "Đợt thử", version.issuer, "H001", "UBND huyện thử", at.PLAIN.stage, version.id, version.digest,
        f"{turns.start:016}", "1", "1", "thu",
    )  # fmt: skip
    codes = tuple(leaf.code for leaf in appendix.leaves)
    units = tuple(UnitOrder(f"X{turn:05}", f"UBND xã thử số {turn}", appendix.number, f"{turn:064}", codes, "") for turn in turns)
    sealed = identity.sealed(keys.seal(keys.OfficeKey(b"k" * 32), identity.message()))
    return Order(sealed, version.labels.council, at.PLAIN, False, units, {})


def make(version: RubricVersion, path: Path) -> Spent:
    """A book made from what lies ready, and written."""
    order, answers = pickle.loads(path.read_bytes())
    begun = time.process_time()
    made = _made(version, order, answers)
    middle = time.process_time()
    data = written(made).data
    ended = time.process_time()
    rows = sum(len(table.values) for sheet in made.sheets for table in sheet.tables)
    cells = sum(len(sheet.cells) + sum(len(table.values) * len(table.looks) for table in sheet.tables) for sheet in made.sheets)
    return Spent(middle - begun, ended - middle, rows, cells, len(data), _memory())


def _made(version: RubricVersion, order: Order, answers: dict[str, bytes]) -> Book:
    appendix = version.appendices[0]
    read = ((sha256, unpacked(data)) for sha256, data in answers.items())
    return book_of(version, order, {sha256: judged(version, appendix, one) for sha256, one in read if one is not None}).book


def score_sheets(version: RubricVersion, units: int) -> Spent:
    """The sheets of final and of own scores of a ranking, made and written."""
    begun = time.process_time()
    book = _scores(version.appendices[0].leaves, units)
    middle = time.process_time()
    data = written(book).data
    ended = time.process_time()
    cells = sum(len(table.values) * len(table.looks) for sheet in book.sheets for table in sheet.tables)
    return Spent(middle - begun, ended - middle, units * len(book.sheets), cells, len(data), _memory())


def _scores(leaves: Sequence[Leaf], units: int) -> Book:
    last = 2 + len(leaves)
    run = f"{beside(3)}:{beside(last)}"
    looks = ("code", "cell", *["centre"] * len(leaves), "points", "number")
    formulas = ("", "", *[""] * len(leaves), f"SUM({run})", f"COUNT({run})")
    steps = [[leaf.max * part / 4 for part in range(5)] for leaf in leaves]
    sheets = []
    for name in ("Bảng điểm", "Điểm tự chấm"):
        sheet, rng = Sheet(name, landscape=True), random.Random(name)
        sheet.row(1, ["Mã", "Cơ quan, đơn vị", *(leaf.code for leaf in leaves), "Điểm", "Đã chấm"], "head")
        rows = Rows(2, looks, formulas)
        for turn in range(units):
            points = [rng.choice(some) for some in steps]
            rows.values.append((f"X{turn:05}", f"UBND xã thử số {turn}", *points, sum(points, Fraction(0)), len(points)))
        sheet.tables.append(rows)
        sheets.append(sheet)
    return Book("Điểm", sheets, password="thu")


def by_xlsxwriter(version: RubricVersion, path: Path) -> Spent:
    """The same cells written by xlsxwriter's constant_memory mode alone; to make them is not counted."""
    order, answers = pickle.loads(path.read_bytes())
    book = _made(version, order, answers)
    rows = sum(len(table.values) for sheet in book.sheets for table in sheet.tables)
    sheets = [(sheet, _plain_rows(sheet)) for sheet in book.sheets]
    gc.collect()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "peer.xlsx"
        begun = time.process_time()
        out = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
        formats: dict[str, Any] = {}
        cells = 0
        for sheet, lines in sheets:
            page = out.add_worksheet(sheet.name)
            for col, width in sheet.widths.items():
                page.set_column(col - 1, col - 1, width)
            for row, col, value, formula, look in lines:
                form = formats.get(look) or formats.setdefault(look, out.add_format(BASE | LOOKS[look]))
                cells += 1
                if formula:
                    page.write_formula(row, col, formula, form, value)
                elif value == "":
                    page.write_blank(row, col, None, form)
                elif isinstance(value, str):
                    page.write_string(row, col, value, form)
                else:
                    page.write_number(row, col, value, form)
        out.close()
        return Spent(0.0, time.process_time() - begun, rows, cells, file.stat().st_size, _memory())


def _plain_rows(sheet: Sheet) -> list[tuple[int, int, Any, str, str]]:
    """The cells of a sheet in order, ready for xlsxwriter."""
    return [
        (row - 1, col - 1, _plain(cell.value), f"={cell.formula}" if cell.formula else "", cell.look)
        for (row, col), cell in sorted(sheet.all_cells(), key=lambda one: one[0])
    ]


def _plain(value: Value) -> str | float:
    if isinstance(value, date):
        raise TypeError("no book of this benchmark holds a date")
    return "" if value is None else value if isinstance(value, str | int) else float(value)


def _memory() -> float:
    """Megabytes this process had at most."""
    status = Path("/proc/self/status")
    if status.is_file():  # on Linux the other figure begins with what the process had that began this one
        return int(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024
    import resource  # noqa: PLC0415  (Windows has none; what is measured is made there all the same)

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(work: Callable[..., Spent], *arguments: Any) -> Spent:
    """What a piece of work took in a process of its own."""
    with ProcessPoolExecutor(1, initializer=ease_collector) as pool:
        return pool.submit(work, *arguments).result()


@dataclass(frozen=True, slots=True)
class Beside:
    """Microseconds of the processor for a row of the same books: ours made and written, only written, and the peer's written."""

    name: str
    ours: float
    writing: float
    peer: float


def beside_peer(name: str, version: RubricVersion, paths: Sequence[Path]) -> Beside:
    """Some books made and written by us, and written by the peer."""
    ours, theirs = [], []
    for path in paths:  # in turn, so that a busy machine slows both alike
        ours.append(apart(make, version, path))
        theirs.append(apart(by_xlsxwriter, version, path))
    each = 1e6 / sum(one.rows for one in ours)
    making, writing = (sum(some) * each for some in ([one.making for one in ours], [one.writing for one in ours]))
    return Beside(name, making + writing, writing, sum(one.writing for one in theirs) * each)


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the books, prints what they took; the exit code."""
    terminal.use_utf8()
    ease_collector()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books", description="Books of a whole province, beside their limits.")
    parser.add_argument("--units", type=int, default=12_000)
    parser.add_argument("--criteria", type=int, default=120)
    options = parser.parse_args(arguments)
    version = version_of(options.criteria)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = prepared(folder, version, options.units, max(1, BOOK_ROWS // options.criteria))
        begun = time.perf_counter()
        books = list(one_by_one(make, version, paths))
        scores = apart(score_sheets, version, options.units)
        clock = time.perf_counter() - begun
        whole = beside_peer("books of that size", version, paths[:PEERS])
        (folder / "small").mkdir()
        few = prepared(folder / "small", version, QUICK_UNITS, QUICK_UNITS)
        small = beside_peer(f"a small one, of {QUICK_UNITS} units", version, few)
    terminal.say(f"{options.units} units x {options.criteria} criteria")
    for line in (*told(books, scores, clock), *map(compared, (whole, small))):
        terminal.say(line)
    return 0


def told(books: Sequence[Spent], scores: Spent, clock: float) -> Iterator[str]:
    """What all the books took, beside the limits."""
    spent = [*books, scores]
    rows, cells, size = (sum(some) for some in zip(*((one.rows, one.cells, one.size) for one in spent), strict=True))
    processor = sum(one.making + one.writing for one in spent)
    yield f"{len(books)} appraisal books and the sheets of scores: {rows} rows, {cells} cells, {size / 1e6:.0f} MB of files"
    yield f"most rows of a book {max(one.rows for one in books)} (Excel's limit {EXCEL_ROWS} a sheet)"
    yield f"{clock:.1f} s by the clock on {os.cpu_count()} cores (limit {SECONDS}), {processor:.1f} s of the processor"
    yield f"most memory of a process {max(one.memory for one in spent):.0f} MB (limit {MEGABYTES})"
    yield f"of it the sheets of scores: {scores.making + scores.writing:.1f} s, {scores.memory:.0f} MB"


def compared(one: Beside) -> str:
    """How a row of ours stands to the peer's."""
    us = f"{one.ours:.0f} microseconds a row made and written, {one.writing:.0f} of them to write it"
    return f"{one.name}: {us}; constant_memory alone {one.peer:.0f}: {one.ours / one.peer:.2f} x (limit 1)"


if __name__ == "__main__":
    sys.exit(main())
