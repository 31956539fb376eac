"""The ledger: what happened in a campaign and who decided it, in one SQLite file to which events are only ever added.

Each event carries the hash of the one before, so that a change, a gap or a broken-off end shows (`Ledger.check`). Not
shown by the ledger alone are a file replaced by an older copy of itself and a chain rewritten whole from some event on:
for that the last digest stands in what is printed and sent out. Nothing here knows what the kinds of events mean.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from processor.clock import ZONE
from processor.files import CannotRead, CannotWrite, EnvironmentProblem, write_new

GENESIS = "0" * 64
"""What stands as `previous` in the first event."""

SCHEMA_VERSION = 1
APPLICATION_ID = 0x43434843  # "CCHC" in the file's header
BUSY_SECONDS = 10.0

_TABLE = f"""
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
    unit TEXT NOT NULL, data TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX events_by_kind ON events (kind, seq);
CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_follow_the_last BEFORE INSERT ON events
WHEN NEW.seq IS NOT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) + 1
  OR NEW.previous IS NOT COALESCE((SELECT digest FROM events ORDER BY seq DESC LIMIT 1), '{GENESIS}')
BEGIN SELECT RAISE(ABORT, 'an event follows the last one'); END;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""
_COLUMNS = "seq, at, actor, kind, unit, data, previous, digest"
_Row = tuple[Any, ...]


class LedgerBusy(EnvironmentProblem):
    """Another program held the ledger for longer than 10 seconds."""

    code = "ledger-busy"


class LedgerDamaged(EnvironmentProblem):
    """The ledger's file is gone, is no ledger, or cannot be read any more."""

    code = "ledger-damaged"


class LedgerTooNew(EnvironmentProblem):
    """A newer version of the program has written this ledger."""

    code = "ledger-too-new"


@dataclass(frozen=True, slots=True)
class Draft:
    """An event not yet written. `data` holds JSON without floats: points and rates are decimal strings."""

    kind: str
    _: KW_ONLY
    at: datetime
    actor: str
    unit: str = ""
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: its number (from 1), when (Asia/Ho_Chi_Minh), who, what, to which unit ("" if none)."""

    seq: int
    at: datetime
    actor: str
    kind: str
    unit: str
    data: Mapping[str, Any]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold; `seq` 0 means the file as a whole."""

    seq: int
    what: Literal["digest", "gap", "previous", "unreadable"]


class Ledger:
    """The ledger in the file at `path`, to be closed after use: `with Ledger(path) as ledger`.

    Made if missing, unless `read_only`. A second process may read and append at any time; a thread needs its own.
    Raises `LedgerDamaged`, `LedgerTooNew`, `LedgerBusy`, `CannotWrite`.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._log = path.with_name(path.name + "-wal")
        with self._problems():
            headless = self._log.exists()  # asked first: another process may be making the ledger
            if not path.exists():
                if headless or read_only:
                    raise LedgerDamaged(path, "the file is missing")
                write_new(path, _empty_ledger())
            elif path.stat().st_size == 0:
                raise LedgerDamaged(path, "the file is empty")
            self._connection = self._connect(read_only)

    def append(self, kind: str, *, at: datetime, actor: str, unit: str = "", data: Mapping[str, Any]) -> Event:
        """The event as written, on the disk unless a transaction is open. Raises as `append_many`."""
        return self.append_many([Draft(kind, at=at, actor=actor, unit=unit, data=data)])[0]

    def append_many(self, drafts: Iterable[Draft]) -> list[Event]:
        """The events as written, all of them or none.

        Raises TypeError or ValueError for what is not plain JSON or has no zone, `LedgerBusy`, `CannotWrite`, and
        `LedgerDamaged` if the last events were taken away.
        """
        if not self._connection.in_transaction:
            with self.transaction():
                return self.append_many(drafts)
        last = self.last()
        seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
        with self._problems():
            if self._highest() != seq:  # to go on would hide it
                raise LedgerDamaged(self.path, f"events after {seq} are gone")
        events, rows = [], []
        for draft in drafts:
            seq += 1
            row = _sealed_row(seq, draft, previous)
            previous = row[-1]
            rows.append(row)
            events.append(_event(row))
        with self._problems():
            self._connection.executemany(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return events

    def events(self, *kinds: str, since: int = 0, until: int | None = None) -> list[Event]:
        """The events in order, of these kinds or all, after number `since`, up to and with `until`. Raises `LedgerDamaged`."""
        return list(self.each(*kinds, since=since, until=until))

    def each(self, *kinds: str, since: int = 0, until: int | None = None) -> Iterator[Event]:
        """The same one by one: some hold thousands of scores, and nobody needs them all at once. Nothing is appended meanwhile."""
        conditions, values = ["1"], list[str | int](kinds)
        if kinds:
            conditions.append(f"kind IN ({', '.join('?' * len(kinds))})")
        if since:
            conditions.append("seq > ?")
            values.append(since)
        if until is not None:
            conditions.append("seq <= ?")
            values.append(until)
        yield from self._read(f"WHERE {' AND '.join(conditions)} ORDER BY seq", values)

    def last(self) -> Event | None:
        """The last event, None before the first. Raises `LedgerDamaged`."""
        return next(self._read("ORDER BY seq DESC LIMIT 1", []), None)

    def newest(self) -> int:
        """The highest number ever given to an event, 0 before the first."""
        with self._problems():
            return self._highest()

    def check(self) -> list[Break]:
        """Every place where the chain does not hold, in order; empty for a ledger to which was only ever added.

        "digest": the event is not what was written; "previous": it does not follow the one before; "gap": this event
        and perhaps more after it are gone; "unreadable": what stands there is no event, or (seq 0) the file is damaged.
        """
        breaks: list[Break] = []
        expected, previous = 1, GENESIS
        try:  # the highest number first: another process may append while the rows are read
            highest = self._highest()
            for row in self._connection.execute(f"SELECT {_COLUMNS} FROM events ORDER BY seq"):
                if row[0] != expected:
                    breaks.append(Break(expected, "gap"))
                elif row[6] != previous:
                    breaks.append(Break(row[0], "previous"))
                breaks.extend(_faults(row))
                expected, previous = row[0] + 1, row[7]
            if highest >= expected:
                breaks.append(Break(expected, "gap"))
            if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                breaks.append(Break(0, "unreadable"))
        except sqlite3.Error:
            breaks.append(Break(0, "unreadable"))
        return breaks

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nothing; what is read and appended inside is one step: nobody else writes meanwhile, an error undoes it all.

        Transactions do not nest. Raises `LedgerBusy`, `CannotWrite`.
        """
        if self._connection.in_transaction:
            raise RuntimeError("a transaction is open already")
        with self._problems():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._problems():
                self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk may have ended the transaction
                self._connection.execute("ROLLBACK")
            raise

    def copy_to(self, path: Path) -> None:
        """Nothing; the file at `path`, which was not there, is this ledger as of one moment, whoever writes meanwhile."""
        with self._problems():
            copy = sqlite3.connect(path)
            try:
                self._connection.backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Nothing; all that happened so far is in the one file, unless another process is reading in it."""
        with suppress(sqlite3.Error):  # another process may be moving the log into the file just now
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self._connection.close()  # the last to close also removes the log

    def __reduce__(self) -> tuple[type[Ledger], tuple[Path]]:
        """In another process it is a ledger that holds the file only while it reads."""
        return LedgerElsewhere, (self.path.absolute(),)

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        """Nothing; the ledger is closed."""
        self.close()

    def _connect(self, read_only: bool) -> sqlite3.Connection:
        """A connection in which our settings hold and whose file is a ledger of a version we know."""
        try:
            connection = self._opened("mode=rw", read_only)
        except sqlite3.OperationalError as error:
            forbidden = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            if not read_only or not forbidden or self._log.exists():
                raise
            connection = self._opened("immutable=1", read_only)  # a CD, or a folder we may only read
        try:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if application_id != APPLICATION_ID or version < 1:
                raise LedgerDamaged(self.path, "not a ledger")
            if version > SCHEMA_VERSION:
                raise LedgerTooNew(self.path, f"version {version}, known up to {SCHEMA_VERSION}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened(self, how: str, read_only: bool) -> sqlite3.Connection:
        name = self.path.absolute().as_posix()
        address = f"file://{'' if name.startswith('/') else '/'}{quote(name)}?{how}"  # also C:/… and //server/share/…
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        connection.text_factory = _text
        try:
            if read_only:
                connection.execute("PRAGMA query_only = ON")
            else:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # touches the file, so that it is refused here
        except BaseException:
            connection.close()
            raise
        return connection

    def _highest(self) -> int:
        """The highest number ever given to an event, which SQLite notes apart from the events."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return row[0] if row else 0

    def _read(self, rest: str, values: list[str | int]) -> Iterator[Event]:
        with self._problems():
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM events {rest}", values)
        while True:
            with self._problems():
                row = rows.fetchone()
            if row is None:
                return
            try:
                event = _event(row)
            except ValueError as error:
                raise LedgerDamaged(self.path, str(error)) from error
            yield event

    @contextmanager
    def _problems(self) -> Iterator[None]:
        """Nothing; SQLite's errors that come from the machine leave as ours, those that are our fault as they are."""
        try:
            yield
        except OSError as error:
            raise CannotRead(self.path, str(error)) from error
        except sqlite3.Error as error:
            code, reason = getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error)
            match code:
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    raise LedgerBusy(self.path, reason) from error
                case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                    raise LedgerDamaged(self.path, reason) from error
                case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
                    raise CannotWrite(self.path, reason, "no-permission") from error
                case sqlite3.SQLITE_FULL:
                    raise CannotWrite(self.path, reason, "disk-full") from error
                case sqlite3.SQLITE_IOERR:
                    raise CannotWrite(self.path, reason) from error
            raise


class LedgerElsewhere(Ledger):
    """A ledger as another process of ours has it: it only reads, and holds the file no longer than that takes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self, rest: str, values: list[str | int]) -> Iterator[Event]:
        with Ledger(self.path, read_only=True) as ledger:
            yield from ledger._read(rest, values)

    def newest(self) -> int:
        """The highest number ever given to an event, 0 before the first."""
        with Ledger(self.path, read_only=True) as ledger:
            return ledger.newest()


def _empty_ledger() -> bytes:
    """The bytes of a ledger without events: put in place whole, so that a file of 0 bytes is never a beginning."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.executescript(_TABLE)
        data = connection.serialize()
    finally:
        connection.close()
    # Bytes 18 and 19 say how the file is written and read (SQLite file format, 1.3): 2 is WAL. Said from the start, or
    # the first two processes to open the ledger would contend for changing it.
    return data[:18] + b"\x02\x02" + data[20:]


def _sealed_row(seq: int, draft: Draft, previous: str) -> _Row:
    if draft.at.tzinfo is None:
        raise ValueError(f"{draft.at} has no zone")
    at = draft.at.astimezone(ZONE).isoformat()
    actor, kind, unit, data = _plain(draft.actor), _plain(draft.kind), _plain(draft.unit), _plain(draft.data)
    digest = _digest([seq, at, actor, kind, unit, data, previous])
    return seq, at, actor, kind, unit, _canonical(data), previous, digest


def _event(row: _Row) -> Event:
    """The event in a row. Raises ValueError if the row holds none."""
    seq, at, actor, kind, unit, data, previous, digest = row
    try:
        "".join(row[1:]).encode()  # texts all, and proper ones
        content = json.loads(data)
        moment = datetime.fromisoformat(at).astimezone(ZONE)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"event {seq}: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"event {seq}: its data are no object")
    return Event(seq, moment, actor, kind, unit, content, previous, digest)


def _faults(row: _Row) -> list[Break]:
    """What is wrong in the row itself: at most one break."""
    try:
        event = _event(row)
        data = _canonical(event.data)
        digest = _digest([event.seq, row[1], event.actor, event.kind, event.unit, event.data, event.previous])
    except ValueError:
        return [Break(row[0], "unreadable")]
    return [] if (data, digest) == (row[5], event.digest) else [Break(row[0], "digest")]


def _text(stored: bytes) -> str:
    """A stored text; bytes that are no UTF-8 do not stop the reading but show as unreadable in their event."""
    return stored.decode("utf-8", "surrogateescape")


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain_text(text: str) -> str:
    r"""A text as the ledger keeps it: in NFC; half a surrogate pair, which Linux puts into a file name that is no UTF-8, is
    written out (`\udcff`): an ill-named return must be noted like any other.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text.encode("utf-8", "backslashreplace").decode())


def _plain(value: Any) -> Any:
    """The value as JSON gives it back, texts as `plain_text`. Raises TypeError for a float or anything else JSON lacks."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return plain_text(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            plain = {_plain(key): _plain(item) for key, item in value.items() if isinstance(key, str)}
            if len(plain) != len(value):
                raise TypeError(f"keys must be texts, and different ones in NFC: {sorted(map(repr, value))}")
            return plain
    raise TypeError(f"{value!r} cannot stand in the ledger: give texts, whole numbers, or decimals as text")
