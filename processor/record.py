"""What the ledger's events come to: forms issued, returns received, what a person decided, which return counts for each unit.

Pure folding: the same events give the same state, on any day and any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

from processor.campaign import Campaign, Round
from processor.checks import Verdict
from processor.clock import parse_moment
from processor.ledger import Event


@dataclass(frozen=True, slots=True)
class FormIssued:
    """One form as it was sealed."""

    unit: str
    round: str
    serial: int
    form_id: str
    seal: str
    file: str
    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class Return:
    """One file received that carries an identity of ours, with its verdict. `seq` is its event's number."""

    seq: int
    unit: str
    round: str
    sha256: str
    file: str
    received: datetime
    verdict: Verdict
    answers: str
    scores: Mapping[str, str] | None
    findings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that came along with a return: evidence, or the signed report.

    `codes` are what could be a mã đối chiếu in its text, `labelled` those that the words say are one, `readable` whether it has text.
    """

    seq: int
    unit: str
    sha256: str
    file: str
    size: int
    received: datetime
    codes: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    readable: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided outside the rules: accept, reopen, withdraw or record, with the reason; about which round's returns."""

    seq: int
    at: datetime
    actor: str
    unit: str
    what: str
    reason: str
    sha256: str
    round: str


@dataclass(frozen=True, slots=True)
class Charge:
    """Whose turn it is on what: the council, the specialist office ("": the council itself), the round, the stage's code."""

    council: str
    office: str
    round: int
    stage: str


@dataclass(frozen=True, slots=True)
class BookMade:
    """An appraisal book as written: its id, whose turn, which number, its file, the criteria of its rows by unit and return.

    `replaced` is the id of the book that took its place before anybody had worked in it, ""
    while none did.
    """

    book: str
    charge: Charge
    serial: int
    file: str
    rows: Mapping[tuple[str, str], tuple[str, ...]]
    digest: str
    campaign: str
    seq: int
    key: str
    seal: str
    program: str
    replaced: str = ""

    @property
    def council(self) -> str:
        """The council whose book it is, "" for the organiser's."""
        return self.charge.council

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """The units with the return that their rows rest on."""
        return tuple(self.rows)


@dataclass(frozen=True, slots=True)
class CentralMade:
    """A book of central figures as written: its id, the part it holds (an appendix' number, or the lists), its units by code and name."""

    book: str
    part: str
    serial: int
    file: str
    units: tuple[tuple[str, str], ...]
    digest: str
    campaign: str
    seq: int
    key: str
    seal: str
    program: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the council put for one leaf of one unit: points as a decimal string, "KĐG", or "" (not yet), and the reason."""

    score: str
    reason: str


entry_of = lru_cache(8192)(Entry)
"""The entry of that score and reason: most are alike, and one is held for all of them."""


@dataclass(frozen=True, slots=True)
class Delegated:
    """A district that scores its own units: the units its start package named, its key and the city's key it came from, as told."""

    seq: int
    units: tuple[str, ...]
    key: str
    from_key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultMade:
    """A result book as this district sealed it: see `processor.handover`. `upto` is the last event it rests on."""

    seq: int
    serial: int
    file: str
    digest: str
    campaign: str
    upto: int
    key: str
    seal: str
    program: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A district's result book that passed every check when it came: the file by its hash, the book's id and number, its units."""

    seq: int
    council: str
    serial: int
    book: str
    sha256: str
    file: str


@dataclass(slots=True)
class Record:
    """The state of a campaign."""

    forms: dict[tuple[str, str], FormIssued] = field(default_factory=dict)
    seals: dict[str, str] = field(default_factory=dict)
    returns: list[Return] = field(default_factory=list)
    files: dict[str, Event] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    documents: dict[str, list[Document]] = field(default_factory=dict)
    """Files that came along, by unit ("": nobody knows whose), in the order they came."""
    again: dict[str, set[str]] = field(default_factory=dict)
    books: dict[str, BookMade] = field(default_factory=dict)
    """Every appraisal book ever made, by id; those replaced since too, for somebody may have filled a copy."""
    rows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The books that have rows of a unit resting on a return, by unit and return, oldest first."""
    entries: dict[str, dict[str, dict[str, Entry]]] = field(default_factory=dict)
    """What was put into a book, by book, unit and leaf."""
    taken: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    parent: Mapping[str, str] = field(default_factory=dict)
    delegated: dict[str, Delegated] = field(default_factory=dict)
    results: list[ResultMade] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    central_books: dict[str, CentralMade] = field(default_factory=dict)
    central: dict[str, dict[tuple[str, int, int], str]] = field(default_factory=dict)
    """What was put into a central book, by book, and by sheet, row and column: "n1.5" for a number, "s…" for a text."""
    worked_out: dict[str, Any] = field(default_factory=dict)
    """What others have worked out of this very state, by a key of theirs; forgotten with the next event."""
    key: str = ""
    """The id of the office's key now; `seals` holds every seal ever made, of forms and of books, by form id."""
    rounds: set[str] = field(default_factory=set)
    """The rounds of which forms were issued."""
    upto: int = 0
    _by_unit: dict[tuple[str, str], list[Return]] = field(default_factory=dict)
    _decided: dict[str, list[Decision]] = field(default_factory=dict)

    def of_unit(self, unit: str, round_number: str) -> list[Return]:
        """The returns of a unit for a round, in the order they came."""
        return list(self._by_unit.get((unit, round_number), ()))

    def copy(self) -> Record:
        """The same state, to be led on by itself."""
        own = {one.name: _copied(getattr(self, one.name)) for one in fields(self)}
        return Record(**own)

    def entries_of(self, book: str, unit: str) -> Mapping[str, Entry]:
        """What was put into a book for a unit, by leaf."""
        return self.entries.get(book, {}).get(unit, {})

    def placed(self, book: str) -> dict[tuple[str, str], Entry]:
        """Everything that was put into a book, by unit and leaf."""
        return {(unit, code): one for unit, put in self.entries.get(book, {}).items() for code, one in put.items()}

    def books_now(self) -> list[BookMade]:
        """The appraisal books that nothing has replaced, in the order they were made."""
        return [one for one in self.books.values() if not one.replaced]

    def decided(self, unit: str) -> list[Decision]:
        """The decisions about a unit, in order."""
        return list(self._decided.get(unit, ()))


def _copied(value: Any) -> Any:
    """A copy of a part of the record: of what is changed in place; what is only ever replaced is shared."""
    if isinstance(value, dict):
        return {key: type(one)(one) if isinstance(one, list | set) else one for key, one in value.items()}
    return type(value)(value) if isinstance(value, list | set) else value


def fold(events: Iterable[Event], record: Record | None = None) -> Record:
    """The state that those events make, from the first on, or on top of the state that earlier ones made (changed in place)."""
    record = record or Record()
    for event in events:
        record.worked_out.clear()
        data = event.data
        record.upto = event.seq
        if event.kind in ("created", "key"):
            record.key = data["key"]
            record.parent = data.get("parent", record.parent)
        elif event.kind == "issued":
            form = FormIssued(
                event.unit, data["round"], data["serial"], data["form_id"], data["seal"], data["file"], data["digest"], data["key"]
            )
            record.forms[event.unit, form.round] = form
            record.rounds.add(form.round)
            record.seals[form.form_id] = form.seal
        elif event.kind == "received":
            record.files[data["sha256"]] = event
            if event.unit and data["verdict"] != Verdict.FOREIGN:
                came = Return(
                    event.seq,
                    event.unit,
                    data["round"],
                    data["sha256"],
                    data["file"],
                    parse_moment(data["received"]),
                    Verdict(data["verdict"]),
                    data["answers"],
                    data["scores"],
                    tuple(data["findings"]),
                )
                record.returns.append(came)
                record._by_unit.setdefault((came.unit, came.round), []).append(came)
        elif event.kind == "document":
            document = Document(
                event.seq,
                event.unit,
                data["sha256"],
                data["file"],
                data["size"],
                parse_moment(data["received"]),
                tuple(data["codes"]),
                tuple(data["labelled"]),
                data["readable"],
            )
            record.documents.setdefault(event.unit, []).append(document)
        elif event.kind == "decided":
            decision = Decision(
                event.seq, event.at, event.actor, event.unit, data["what"], data["reason"], data.get("sha256", ""), data["round"]
            )
            record.decisions.append(decision)
            record._decided.setdefault(decision.unit, []).append(decision)
        elif event.kind == "again":
            record.again.setdefault(data["sha256"], set()).add(data["file"])
        elif event.kind == "book":
            lists = [tuple(codes) for codes in data["criteria"]]
            rows = {(unit, sha256): lists[turn] for unit, sha256, turn in data["units"]}
            charge = Charge(data["council"], data["office"], data["round"], data["stage"])
            book = BookMade(
                data["book"],
                charge,
                data["serial"],
                data["file"],
                rows,
                data["digest"],
                data["campaign"],
                event.seq,
                data["key"],
                data["seal"],
                data["program"],
            )
            if data["replaces"]:
                record.books[data["replaces"]] = replace(record.books[data["replaces"]], replaced=book.book)
            record.books[book.book] = book
            for place in rows:
                record.rows.setdefault(place, []).append(book.book)
            record.seals[book.book] = book.seal
        elif event.kind == "central_book":
            central = CentralMade(
                data["book"],
                data["part"],
                data["serial"],
                data["file"],
                tuple((code, name) for code, name in data["units"]),
                data["digest"],
                data["campaign"],
                event.seq,
                data["key"],
                data["seal"],
                data["program"],
            )
            record.central_books[central.book] = central
            record.seals[central.book] = central.seal
        elif event.kind == "central":
            record.central[data["book"]] = {(sheet, row, col): text for sheet, row, col, text in data["entries"]}
        elif event.kind == "appraised":
            put: dict[str, dict[str, Entry]] = {}
            for unit, code, score, reason in data["entries"]:
                put.setdefault(unit, {})[intern(code)] = entry_of(score, reason)  # few codes, in hundreds of thousands of entries
            record.entries[data["book"]] = put
            record.taken[data["book"]] = tuple((file, sha256) for file, sha256 in data["files"])
        elif event.kind == "delegated":
            record.delegated[event.unit] = Delegated(event.seq, tuple(data["units"]), data["key"], data["from_key"], data)
        elif event.kind == "recalled":
            record.delegated.pop(event.unit, None)
        elif event.kind == "result":
            made = (
                data["serial"],
                data["file"],
                data["digest"],
                data["campaign"],
                data["upto"],
                data["key"],
                data["seal"],
                data["program"],
            )
            record.results.append(ResultMade(event.seq, *made))
        elif event.kind == "merged":
            record.merged.append(Merged(event.seq, event.unit, data["serial"], data["book"], data["sha256"], data["file"]))
    return record


def current_round(record: Record, campaign: Campaign) -> Round:
    """The round that is worked on: the last one of which forms were issued, else the first. Whether it is open, the clock says."""
    return next((one for one in reversed(campaign.rounds) if str(one.number) in record.rounds), campaign.rounds[0])


def in_time(one: Return, window: Round, decisions: Iterable[Decision]) -> bool:
    """Whether a return came before its round closed, or after the unit was reopened (Cần Thơ 2018, Điều 5.3: late is not at all)."""
    reopened = any(decision.what == "reopen" and decision.round == one.round and decision.seq < one.seq for decision in decisions)
    return reopened or one.received < window.closes


def counting(record: Record, campaign: Campaign, unit: str, round_number: int) -> Return | None:
    """The return that counts for a unit: the newest accepted one in time, or the one a person accepted; None if there is none.

    A decision stands until a later return or decision: "withdraw" takes away all that came before it, "accept" admits the return it names
    though it is late or has errors. Of returns with the same answers the first one counts, on which a council may have worked.
    """
    window = campaign.round(round_number)
    decisions = [one for one in record.decided(unit) if one.round == str(round_number)]
    withdrawn = max((one.seq for one in decisions if one.what == "withdraw"), default=0)
    admitted = {one.sha256 for one in decisions if one.what == "accept" and one.seq > withdrawn}
    found = None
    for one in record.of_unit(unit, str(round_number)):
        accepted = one.verdict is Verdict.ACCEPTED and in_time(one, window, decisions)
        if one.sha256 in admitted or (accepted and one.seq > withdrawn):
            if found is not None and one.answers == found.answers:
                continue  # the same sent again takes no council's work away
            found = one if found is None or one.received >= found.received else found
    return found
