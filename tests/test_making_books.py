"""Appraisal books made from orders, in any process, a part at a time (issue 5, Speed and scale: "Books: … <= 300 MB").

design.md, Work units ("anything per workbook is a pure function run through a `concurrent.futures`-like executor") and Books.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from benchmarks import books as benchmark
from processor import appraisal, appraisal_books, kept
from processor.appraisal_books import made_again, template_of, written_of
from processor.appraisal_orders import Order, order_again
from processor.desk import APPRAISAL, Desk
from processor.executors import one_by_one
from processor.kept import Shelf, shelf_of
from processor.notes import FOLDER_VARIABLE
from processor.record import BookMade
from rubric_versions.model import RubricVersion
from tests.folders import APPRAISING, Folder, files_of
from tests.rounds import Rounds
from workbook_templates.book import Written, write_book


def test_an_order_is_small_and_gives_the_book_told_in_another_process(received: Folder) -> None:
    received.json("appraise", now=APPRAISING)
    with received.desk() as desk:
        for book, order, made in made_elsewhere(desk):
            assert order.rows == sum(map(len, book.rows.values()))
            assert len(pickle.dumps(order)) < 6_000 + 2_000 * len(book.rows), "no answers, no rows"
            assert made.digest == book.digest
            assert made.data == write_book(made_again(desk, book).book)


def test_the_same_holds_for_offices_stages_and_rounds(second_issued_once: Rounds) -> None:
    with second_issued_once.desk() as desk:
        told = [(book.charge.office, book.charge.stage, made.digest == book.digest) for book, _, made in made_elsewhere(desk)]
    assert all(same for _, _, same in told)
    assert len({office for office, _, _ in told}) > 1
    assert len({stage for _, stage, _ in told}) > 1


def made_elsewhere(desk: Desk) -> Iterator[tuple[BookMade, Order, Written]]:
    """Every book of the record with its order, and as another process makes it from that."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for book in desk.record().books.values():
            order = order_again(desk, book)
            yield book, order, pool.submit(written_of, shelf_of(desk), order).result()


def test_books_made_in_processes_are_those_made_here(received: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = received.copy(tmp_path / "other")
    here = received.json("appraise", now=APPRAISING)
    began = []

    def counted(*arguments: object) -> Iterator[object]:
        began.append(arguments)
        return one_by_one(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(appraisal, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(appraisal, "one_by_one", counted)
    assert other.json("appraise", now=APPRAISING) == here
    assert began
    assert files_of(other.path / APPRAISAL) == files_of(received.path / APPRAISAL)
    assert [event.data for event in other.events("book")] == [event.data for event in received.events("book")]


def test_a_book_is_made_from_the_originals_where_no_notes_are(received: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received.json("appraise", now=APPRAISING)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "none"))
    kept.forget()
    with received.desk() as desk:
        for book in desk.record().books.values():
            shelf = shelf_of(desk)
            unasked = Shelf(shelf.version, shelf.originals, asks_notes=False)
            assert written_of(unasked, order_again(desk, book)).digest == book.digest
    assert not kept._packed, "what a book is made from is let go with it"


def test_few_blank_books_are_remembered(received: Folder) -> None:
    received.json("appraise", now=APPRAISING)
    with received.desk() as desk:
        books = list(desk.record().books.values())
        assert len(books) > appraisal_books.REMEMBERED
        for book in books:
            assert template_of(desk, book) is template_of(desk, book)
            assert len(appraisal_books._templates) <= appraisal_books.REMEMBERED


def square(context: int, item: int) -> int:
    return context + item * item


def test_weighty_items_are_asked_for_a_little_before_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    asked: list[int] = []

    def items() -> Iterator[int]:
        for one in range(12):
            asked.append(one)
            yield one

    got = []
    for result in one_by_one(square, 100, items()):
        got.append(result)
        assert len(asked) <= len(got) + 2
    assert got == [100 + one * one for one in range(12)]


def test_with_one_core_everything_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert list(one_by_one(lambda context, item: (os.getpid(), context + item), 1, [1, 2])) == [(os.getpid(), 2), (os.getpid(), 3)]


@pytest.fixture(scope="module")
def version() -> RubricVersion:
    """A made-up version of 120 criteria."""
    return benchmark.version_of(120)


def test_a_book_of_20_000_rows_takes_less_than_300_megabytes(version: RubricVersion, tmp_path: Path) -> None:
    """In a process that has nothing of this one's: the limit is of all it holds."""
    (path,) = benchmark.prepared(tmp_path, version, 166, 166)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        spent = pool.submit(benchmark.make, version, path).result()
    assert spent.rows == 166 * 120
    assert spent.memory < benchmark.MEGABYTES


def test_the_benchmark_tells_its_figures_beside_the_limits(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.main(["--units", "12", "--criteria", "9"]) == 0
    told = capsys.readouterr().out
    assert "12 units x 9 criteria" in told
    assert "1 appraisal books and the sheets of scores: 132 rows" in told
    assert "(limit 120)" in told
    assert "(limit 300)" in told
    assert told.count("x (limit 1)") == 2


def test_the_peer_writes_the_cells_of_our_book(version: RubricVersion, tmp_path: Path) -> None:
    (path,) = benchmark.prepared(tmp_path, version, 3, 3)
    ours, theirs = benchmark.make(version, path), benchmark.by_xlsxwriter(version, path)
    assert (ours.rows, ours.cells) == (theirs.rows, theirs.cells)
