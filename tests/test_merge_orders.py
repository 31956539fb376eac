"""Which row counts for a unit, whatever books came and in whatever order: properties against a slow reference (issue 4, Tests).

Here books are only their handovers and a record of when each came; that a file gives its handover is `test_merging`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor import merging
from processor.campaign import Campaign
from processor.desk import Desk
from processor.files import Originals
from processor.merging import MergeState, merge_state
from processor.record import Delegated, Merged, Record
from rubric_versions.model import RubricVersion
from tests.folders import VERSION, campaign_of
from workbook_templates.campaign_book import Block, Unit
from workbook_templates.result_data import HandedUnit, Handover

DISTRICTS = ("916", "917", "918")
UNITS = ("u1", "u2", "u3", "u4")
STRANGER = "la"


@dataclass(frozen=True)
class Book:
    """One book as somebody made it: whose, which number, what it says of whom (the text stands for all of a unit's scores)."""

    council: str
    serial: int
    rows: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Its id: another for other content."""
        return repr(self)


@dataclass
class Office:
    """What `merge_state` asks of a desk."""

    campaign: Campaign
    _record: Record
    version: RubricVersion = VERSION
    originals: Any = None
    findings: list[Any] = field(default_factory=list)

    def record(self) -> Record:
        return self._record


def campaign(blocks: Mapping[str, str]) -> Campaign:
    """Three districts, and units in the blocks that those appraise."""
    units = (
        *(Unit(code, code, "huyen", "huyen") for code in DISTRICTS),
        *(Unit(code, code, "xa", f"xa-{block}") for code, block in blocks.items()),
    )
    made = (Block("huyen", "huyen"), *(Block(f"xa-{code}", code, code) for code in DISTRICTS))
    return replace(campaign_of("916"), units=units, blocks=made)


def state_of(blocks: Mapping[str, str], arrivals: Sequence[Book]) -> MergeState:
    """What those books come to, in the order in which they came."""
    record = Record()
    record.delegated = {code: Delegated(1, (), "", "", {}) for code in DISTRICTS}
    for turn, book in enumerate(arrivals):
        _made[book.name] = book
        if not any(one.book == book.name for one in record.merged):
            record.merged.append(Merged(turn, book.council, book.serial, book.name, book.name, f"{book.council}-{book.serial}.xlsx"))
    return merge_state(cast("Desk", Office(campaign(blocks), record)))


_made: dict[str, Book] = {}
"""The books by the name under which their originals would lie."""


def _handover(_: Originals, merged: Merged, __: RubricVersion) -> Handover:
    book = _made[merged.sha256]
    rows = tuple(HandedUnit(code, code, "xa", "b", True, told, (), {}) for code, told in book.rows)
    return Handover("c", book.council, "o", "t", "o", "n", 2018, "v", 1, book.serial, "p", (1, ""), ("Tự chấm",), (), rows)


@pytest.fixture(autouse=True, scope="module")
def books_without_files() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "handover_from", _handover)
        yield


def reference(blocks: Mapping[str, str], books: Sequence[Book]) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """For each unit what counts, and what there is to say of whom: by looking at every book for every unit, one question at a time."""
    counts: dict[str, str] = {}
    said: set[tuple[str, str]] = set()
    standing: dict[str, Book] = {}
    for district in DISTRICTS:
        mine = [book for book in books if book.council == district]
        best = [book for book in mine if all(book.serial >= other.serial for other in mine)]
        if len(set(best)) == 1:
            standing[district] = best[0]
        elif best:
            said.add(("merge-two-of-one", district))
        if district not in standing and district in blocks.values():
            said.add(("merge-awaited", district))
    for unit, home in blocks.items():
        holders = [district for district, book in standing.items() if unit in dict(book.rows)]
        if home in holders:
            counts[unit] = dict(standing[home].rows)[unit]
            said |= {("merge-unit-twice", unit) for district in holders if district != home}
        elif holders:
            said.add(("merge-unit-moved", unit))
        elif home in standing:
            said.add(("merge-unit-missing", unit))
    for book in standing.values():
        said |= {("merge-unit-foreign", unit) for unit, _ in book.rows if unit not in blocks}
    return counts, said


rows = st.lists(st.tuples(st.sampled_from((*UNITS, STRANGER)), st.sampled_from("abc")), max_size=5, unique_by=lambda one: one[0])
books = st.builds(Book, st.sampled_from(DISTRICTS), st.integers(1, 3), rows.map(tuple))
places = st.fixed_dictionaries(dict.fromkeys(UNITS, st.sampled_from(DISTRICTS)))


def told(state: MergeState) -> set[tuple[str, str]]:
    """The findings as code and whose they are."""
    said = set()
    for one in [*state.findings, *state.waiting_findings]:
        unit = dict(one.params)["unit"]
        said.add((one.code, unit.split("(")[1].rstrip(")") if "(" in unit else unit))
    return said


@given(places, st.lists(books, max_size=7))
def test_what_counts_is_what_the_slow_reference_says(blocks: dict[str, str], arrivals: list[Book]) -> None:
    state = state_of(blocks, arrivals)
    counts, said = reference(blocks, arrivals)
    assert {code: row.missing for code, row in state.units.items()} == counts
    assert told(state) == said
    awaited = {unit for unit, home in blocks.items() if ("merge-awaited", home) in said}
    assert state.waiting == awaited


@given(places, st.lists(books, max_size=6).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))), st.lists(books, max_size=2))
def test_any_order_in_steps_and_again_comes_to_the_same(
    blocks: dict[str, str], both: tuple[list[Book], list[Book]], again: list[Book]
) -> None:
    first, second = both
    once, other = state_of(blocks, [*first, *again]), state_of(blocks, [*again, *second, *first])
    assert (once.units, once.findings, once.waiting_findings, once.awaited) == (
        other.units,
        other.findings,
        other.waiting_findings,
        other.awaited,
    )
    assert {code: (one.serial, one.book) for code, one in once.books.items()} == {
        code: (one.serial, one.book) for code, one in other.books.items()
    }


@given(places, st.lists(books, max_size=6), books)
def test_an_older_book_never_changes_anything(blocks: dict[str, str], arrivals: list[Book], late: Book) -> None:
    newest = max((book.serial for book in arrivals if book.council == late.council), default=0)
    if late.serial < newest:
        assert state_of(blocks, [*arrivals, late]).units == state_of(blocks, arrivals).units
