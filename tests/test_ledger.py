"""The ledger: events are only ever added, by whoever comes, whatever is killed, and any change shows.

Requirements: design.md, "Ledger"; issue 5, "Nothing lost" (kill -9 anywhere, disk full, two at once, locked by
another process).
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor import ledger as ledger_module
from processor.clock import ZONE, parse_moment
from processor.files import CannotWrite, sha256_of
from processor.ledger import GENESIS, Break, Draft, Ledger, LedgerBusy, LedgerDamaged, LedgerTooNew

AT = parse_moment("2018-12-15 16:30")

APPEND_IN_A_LOOP = """
import sys
from pathlib import Path
from processor.clock import SystemClock
from processor.ledger import Ledger
path, actor, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Ledger(path) as ledger:
    for number in range(count):
        event = ledger.append("test", at=SystemClock().now(), actor=actor, data={"number": number, "text": "ầ" * 500})
        print(event.seq, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger is to be."""
    return tmp_path / "so_theo_doi.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An open ledger without events."""
    with Ledger(path) as opened:
        yield opened


def add(ledger: Ledger, count: int, kind: str = "return-received") -> None:
    """Nothing; `count` events are added."""
    ledger.append_many(Draft(kind, at=AT, actor="văn thư", unit="SYT", data={"number": n}) for n in range(count))


def tampered(path: Path, *statements: str) -> list[Break]:
    """What the check finds after somebody who knows SQLite took the triggers away and had his will."""
    connection = sqlite3.connect(path)
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with Ledger(path, read_only=True) as ledger:
        return ledger.check()


def test_events_come_back_as_they_were_written(path: Path) -> None:
    data = {"hash": "0" * 64, "late": False, "points": None, "cells": ["A1", {"b": 2}], "ầ": "Sở Y tê\u0301"}
    with Ledger(path) as ledger:
        assert ledger.last() is None
        assert ledger.events() == []
        utc = datetime(2018, 12, 15, 9, 30, 0, 5, tzinfo=UTC)
        first = ledger.append("return-received", at=utc, actor="văn thư", unit="SYT", data=data)
        second = ledger.append("decision", at=AT, actor="Nguyễn Văn A", data={})
    with Ledger(path, read_only=True) as ledger:
        assert ledger.events() == [first, second]
        assert ledger.last() == second
        assert ledger.check() == []
    assert (first.seq, first.previous, second.previous) == (1, GENESIS, first.digest)
    assert first.at.isoformat() == "2018-12-15T16:30:00.000005+07:00"
    assert first.at.tzinfo is ZONE
    assert first.data == {**data, "ầ": "Sở Y tế"}, "texts are kept in NFC"


def test_the_digest_is_the_documented_one(ledger: Ledger) -> None:
    event = ledger.append("k", at=AT, actor="a", unit="u", data={"b": "é", "a": [1, None, True]})
    text = f'[1,"2018-12-15T16:30:00+07:00","a","k","u",{{"a":[1,null,true],"b":"é"}},"{GENESIS}"]'
    assert event.digest == sha256_of(text.encode())


def test_events_are_chosen_by_kind_and_number(ledger: Ledger) -> None:
    for kind in ("a", "b", "a", "c"):
        add(ledger, 1, kind)
    assert [event.seq for event in ledger.events("a", "c")] == [1, 3, 4]
    assert [event.seq for event in ledger.events(until=2)] == [1, 2]
    assert [event.seq for event in ledger.events("a", until=2)] == [1]
    assert ledger.events("none") == []


@pytest.mark.parametrize("data", [{"x": 1.5}, {"x": [{"y": float("nan")}]}, {1: "x"}, {"x": {"set"}}, {"é": 1, "e\u0301": 2}])
def test_what_is_not_exact_json_is_refused(ledger: Ledger, data: dict[Any, Any]) -> None:
    with pytest.raises(TypeError):
        ledger.append("k", at=AT, actor="a", data=data)
    assert ledger.events() == []


def test_a_moment_without_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no zone"):
        ledger.append("k", at=datetime(2018, 12, 15), actor="a", data={})  # noqa: DTZ001 - that is the mistake meant


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(st.text(st.characters(), max_size=5), JSON, max_size=4), actor=st.text(st.characters()))
def test_any_text_can_be_noted_even_a_file_name_that_is_no_text(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any], actor: str
) -> None:
    with Ledger(tmp_path_factory.mktemp("any") / "l.sqlite") as ledger:
        try:
            written = ledger.append("k", at=AT, actor=actor + "\udcff", data=data)
        except TypeError:
            return  # two keys that are one in NFC
        assert ledger.events() == [written]
        assert ledger.check() == []


def test_nobody_changes_or_deletes_an_event(ledger: Ledger, path: Path) -> None:
    add(ledger, 3)
    intruder = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "UPDATE events SET actor = 'x' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 3",
        "INSERT OR REPLACE INTO events SELECT 2, at, 'x', kind, unit, data, previous, digest FROM events WHERE seq = 2",
        "INSERT INTO events SELECT 9, at, actor, kind, unit, data, digest, 'd' FROM events WHERE seq = 3",
        "INSERT INTO events SELECT 4, at, actor, kind, unit, data, 'other', 'd' FROM events WHERE seq = 3",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="event"):
            intruder.execute(statement)
    intruder.close()
    assert len(ledger.events()) == 3
    assert ledger.check() == []


@pytest.mark.parametrize(
    ("statement", "breaks"),
    [
        ("UPDATE events SET actor = 'x' WHERE seq = 3", [Break(3, "digest")]),
        ("UPDATE events SET data = '{\"number\": 2}' WHERE seq = 3", [Break(3, "digest")]),
        ("UPDATE events SET data = ' ' || data WHERE seq = 3", [Break(3, "digest")]),
        ("UPDATE events SET at = '2018-12-14T16:30:00+07:00' WHERE seq = 5", [Break(5, "digest")]),
        ("UPDATE events SET data = '{' WHERE seq = 3", [Break(3, "unreadable")]),
        ("UPDATE events SET data = '[1.5]' WHERE seq = 3", [Break(3, "unreadable")]),
        ('UPDATE events SET data = \'{"a":"\\ud800"}\' WHERE seq = 3', [Break(3, "unreadable")]),
        ("UPDATE events SET at = 'hôm qua' WHERE seq = 3", [Break(3, "unreadable")]),
        ("UPDATE events SET at = '0001-01-01T00:00:00+14:00' WHERE seq = 3", [Break(3, "unreadable")]),
        ("UPDATE events SET actor = x'ff' WHERE seq = 3", [Break(3, "unreadable")]),
        ("UPDATE events SET actor = CAST(x'ff' AS TEXT) WHERE seq = 3", [Break(3, "unreadable")]),
        (f"UPDATE events SET digest = '{GENESIS}' WHERE seq = 3", [Break(3, "digest"), Break(4, "previous")]),
        ("DELETE FROM events WHERE seq = 3", [Break(3, "gap")]),
        ("DELETE FROM events WHERE seq = 1", [Break(1, "gap")]),
        ("DELETE FROM events WHERE seq >= 4", [Break(4, "gap")]),
        ("DELETE FROM events", [Break(1, "gap")]),
    ],
)
def test_every_tampering_is_found_where_it_was_done(ledger: Ledger, path: Path, statement: str, breaks: list[Break]) -> None:
    add(ledger, 5)
    ledger.close()
    assert tampered(path, statement) == breaks


def test_a_deleted_event_whose_followers_were_renumbered_is_found(ledger: Ledger, path: Path) -> None:
    add(ledger, 5)
    ledger.close()
    breaks = tampered(path, "DELETE FROM events WHERE seq = 3", "UPDATE events SET seq = seq - 1 WHERE seq > 3")
    assert breaks == [Break(3, "previous"), Break(3, "digest"), Break(4, "digest"), Break(5, "gap")]


def test_nobody_writes_on_where_the_last_events_were_taken_away(ledger: Ledger, path: Path) -> None:
    add(ledger, 5)
    ledger.close()
    assert tampered(path, "DELETE FROM events WHERE seq = 5") == [Break(5, "gap")]
    with Ledger(path) as damaged:
        with pytest.raises(LedgerDamaged, match="after 4"):
            add(damaged, 1)
        assert damaged.check() == [Break(5, "gap")]


def test_an_event_that_cannot_be_read_stops_whoever_needs_it(ledger: Ledger, path: Path) -> None:
    add(ledger, 3)
    ledger.close()
    tampered(path, "UPDATE events SET data = '{' WHERE seq = 2")
    with Ledger(path) as damaged:
        assert len(damaged.events(until=1)) == 1
        with pytest.raises(LedgerDamaged):
            damaged.events()


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 90, 99])
def test_a_truncated_ledger_is_reported_and_not_written_in(ledger: Ledger, path: Path, percent: int) -> None:
    def use(ledger: Ledger) -> None:
        """Nothing; what is missing is met."""
        assert ledger.check() != []
        ledger.events()
        ledger.append("k", at=AT, actor="a", data={})

    add(ledger, 300)
    ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * percent // 100])
    with pytest.raises(LedgerDamaged) as caught, Ledger(path) as damaged:
        use(damaged)
    assert (caught.value.code, caught.value.path) == ("ledger-damaged", path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(5000), "sổ theo dõi".encode() * 500])
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for read_only in (True, False):
        with pytest.raises(LedgerDamaged):
            Ledger(path, read_only=read_only)
    assert path.read_bytes() == content


def test_another_programs_database_is_no_ledger(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE events (x)")
    other.commit()
    other.close()
    with pytest.raises(LedgerDamaged, match="not a ledger"):
        Ledger(path)


def test_a_ledger_of_a_newer_program_is_refused(ledger: Ledger, path: Path) -> None:
    ledger.close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 2")
    newer.close()
    with pytest.raises(LedgerTooNew, match="version 2") as caught:
        Ledger(path)
    assert caught.value.code == "ledger-too-new"


def test_a_missing_ledger_is_made_only_to_write_in(path: Path) -> None:
    with pytest.raises(LedgerDamaged, match="missing"):
        Ledger(path, read_only=True)
    assert not path.exists()


def test_a_log_without_its_ledger_is_never_mixed_into_a_new_one(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"x" * 5000)
    with pytest.raises(LedgerDamaged, match="missing"):
        Ledger(path)


def test_a_reader_writes_nothing_and_leaves_nothing(ledger: Ledger, path: Path) -> None:
    add(ledger, 3)
    ledger.close()
    before = path.read_bytes()
    with Ledger(path, read_only=True) as reader:
        assert len(reader.events()) == 3
        with pytest.raises(CannotWrite):
            reader.append("k", at=AT, actor="a", data={})
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """A folder made read-only by the test, entered as a user to whom that means something (root may write anywhere)."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
        if root:
            os.seteuid(0)
        Path(name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="Windows marks files, not folders, as read-only")
def test_a_ledger_on_a_medium_that_cannot_be_written_is_read(unwritable: Path) -> None:
    path = unwritable / "so_theo_doi.sqlite"
    with Ledger(path) as ledger:
        add(ledger, 3)
    path.chmod(0o444)
    unwritable.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
    with Ledger(path, read_only=True) as ledger:
        assert len(ledger.events()) == 3
        assert ledger.check() == []
    with pytest.raises(CannotWrite) as caught, Ledger(path) as ledger:
        add(ledger, 1)
    assert caught.value.code == "no-permission"


def test_a_closed_ledger_is_one_file_that_can_be_copied(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    add(ledger, 10)
    ledger.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    copy = tmp_path / "bản sao #1 100%25?.sqlite" if os.name != "nt" else tmp_path / "bản sao #1 100%25.sqlite"
    shutil.copy(path, copy)
    with Ledger(copy) as copied:
        assert len(copied.events()) == 10
        assert copied.check() == []


def test_a_step_is_written_whole_or_not_at_all(ledger: Ledger, path: Path) -> None:
    add(ledger, 1)
    with ledger.transaction(), pytest.raises(TypeError):
        ledger.append_many([Draft("k", at=AT, actor="a", data={}), Draft("k", at=AT, actor="a", data={"x": 0.1})])

    def fail_midway() -> None:
        with ledger.transaction():
            add(ledger, 2)
            raise KeyError

    with pytest.raises(KeyError):
        fail_midway()
    with pytest.raises(TypeError):
        ledger.append_many([Draft("k", at=AT, actor="a", data={}), Draft("k", at=AT, actor="a", data={"x": 0.1})])
    assert len(ledger.events()) == 1
    with Ledger(path, read_only=True) as other, ledger.transaction():
        add(ledger, 2)
        ledger.append("k", at=AT, actor="a", data={})
        assert (len(ledger.events()), len(other.events())) == (4, 1)
    assert len(ledger.events()) == 4
    assert ledger.check() == []
    with ledger.transaction(), pytest.raises(RuntimeError, match="open already"):
        ledger.transaction().__enter__()


def test_a_ledger_held_by_another_process_is_named_as_busy(ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "BUSY_SECONDS", 0.2)
    with ledger.transaction(), Ledger(path) as other:
        with pytest.raises(LedgerBusy) as caught:
            add(other, 1)
        assert (caught.value.code, caught.value.path) == ("ledger-busy", path)
        assert other.events() == [], "reading goes on"


def test_a_full_disk_is_named_and_undoes_the_step(ledger: Ledger, path: Path) -> None:
    add(ledger, 2)
    (pages,) = ledger._connection.execute("PRAGMA page_count").fetchone()
    ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CannotWrite) as caught, ledger.transaction():
        add(ledger, 5000)
    assert caught.value.code == "disk-full"
    ledger._connection.execute(f"PRAGMA max_page_count = {pages * 1000}")
    add(ledger, 1)
    assert len(ledger.events()) == 3
    assert ledger.check() == []


def test_two_processes_at_once_make_one_chain(path: Path) -> None:
    command = [sys.executable, "-c", APPEND_IN_A_LOOP, str(path)]
    both = [subprocess.Popen([*command, actor, "200"], stdout=subprocess.PIPE, text=True) for actor in ("một", "hai")]
    written = [one.communicate()[0].split() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    with Ledger(path, read_only=True) as ledger:
        events = ledger.events()
        assert ledger.check() == []
    assert [event.seq for event in events] == list(range(1, 401))
    for actor, numbers in zip(("một", "hai"), written, strict=True):
        own = [event for event in events if event.actor == actor]
        assert [event.data["number"] for event in own] == list(range(200))
        assert [str(event.seq) for event in own] == numbers


def test_a_ledger_killed_again_and_again_stays_whole_and_goes_on(path: Path) -> None:
    rng = random.Random(20181215)
    known = 0
    for _ in range(10):
        command = [sys.executable, "-c", APPEND_IN_A_LOOP, str(path), "x", "100000"]
        killed = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert killed.stdout is not None
        if rng.random() < 0.7:  # else it may be killed before or while the ledger is made
            killed.stdout.readline()
        time.sleep(rng.uniform(0, 0.15))
        killed.kill()
        output = killed.communicate()[0].decode().splitlines()
        told = max([known, *(int(line) for line in output[:-1])])
        with Ledger(path) as ledger:
            assert ledger.check() == []
            last = ledger.last()
            now = last.seq if last else 0
            assert now >= told, "what was said to be written is written"
            known = ledger.append("test", at=AT + timedelta(seconds=now), actor="after", data={}).seq
            assert known == now + 1
    assert known > 10
