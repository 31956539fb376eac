"""Receiving: every file gets a verdict with all its findings, its original is kept first, and something goes back to whoever sent it.

Pure checking runs elsewhere (`checks`); here files are found, kept, told in the ledger in a fixed order, and answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, overload

from processor import documents, kept, keys
from processor.arrivals import Arrival, arrivals
from processor.checks import Office, Verdict, check_bytes, claimed_unit
from processor.clock import parse_moment
from processor.desk import BACK, FOREIGN, INBOX, Blocked, Desk
from processor.document_slips import answer_documents
from processor.examining import Seen, lost, refused, seen_in, too_large
from processor.executors import Runner, processes
from processor.files import Originals, ascii_name, make_folder, write_many
from processor.isolation import Apart, apart, apart_side_by_side
from processor.issued import SHEET_OF
from processor.issuing import identities
from processor.ledger import Event
from processor.record import Record, in_time
from processor.reopening import earlier_of
from rubric_versions.findings import DOCUMENT_STAGE, IDENTITY_STAGE, Finding, Severity, errors, finding
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import vi_short
from workbook_templates.book import a1, write_book
from workbook_templates.earlier import Earlier
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout, layout_of
from workbook_templates.return_slip import Slip, counted, return_slip

TOLD_AT_ONCE = 32
"""Files told in the ledger in one transaction, and replies written at a time: a disk takes longest to say that it is done."""

WORTH_HELPERS = 32
"""Below so many files, starting more than one helper to read them costs more than it saves."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file."""

    file: str
    verdict: str
    unit: str
    unit_name: str
    findings: tuple[Finding, ...]
    counts: bool
    sha256: str


@dataclass(slots=True)
class Receipt:
    """What one run of `receive` did."""

    received: list[Received] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)
    documents: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class How:
    """When and how files came, where the clerk says so: the hour on paper, its reason, the channel, the số đến."""

    at: datetime | None = None
    reason: str = ""
    channel: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Whether an identity is one the office sealed: told in the ledger, or sealed by the office's key. Travels to worker processes."""

    seals: Mapping[str, str]
    key: keys.OfficeKey | None

    @classmethod
    def of(cls, desk: Desk) -> Sealed:
        """What the office of an open desk can prove."""
        return cls(dict(desk.record().seals), desk.key)

    def __call__(self, identity: Identity) -> bool:
        if self.seals.get(identity.form_id) == identity.seal and identity.seal:
            return True
        return self.key is not None and keys.sealed(self.key, identity.message(), identity.seal)


def office_of(desk: Desk, record: Record, round_number: int) -> Office:
    """What the office knows, for the checks."""
    return Office(
        desk.campaign.code,
        desk.campaign.title,
        desk.version,
        desk.campaign.names,
        {unit.code: unit.tier for unit in desk.campaign.units},
        str(round_number),
        {place: form.serial for place, form in record.forms.items()},
        Sealed.of(desk),
    )


def receive(
    desk: Desk,
    paths: Sequence[Path] = (),
    how: How | None = None,
    *,
    run: Runner = processes,
    cluster: Runner | None = None,
    tick: Callable[[int], None] = lambda _: None,
    found: Callable[[int], None] = lambda _: None,
) -> Receipt:
    """The verdicts on the files named, or on what lies in `02_tiep_nhan`; files already received are passed over.

    Files are read apart, or on the `cluster` if there is one, which is sent their bytes; what else is to be made, `run` makes.
    Raises Blocked before anything was issued.
    Killed anywhere and run again, it ends in the same state.
    """
    how = how or How()
    record = desk.record()
    if not record.forms:
        raise Blocked([finding("issue-first")])
    round_number = desk.round.number
    receipt = Receipt()
    fresh: dict[str, Arrival] = {}
    papers: list[Arrival] = []
    others: list[Arrival] = []
    for one in arrivals(desk.folder / INBOX, paths, desk.originals, record.files.__contains__):
        if isinstance(one, Finding):
            receipt.skipped.append(one)
        elif one.sha256 in record.files or one.sha256 in fresh:
            _note_again(desk, record, one.name, one.sha256, receipt)
            others.append(one)
        elif one.is_document:
            papers.append(one)
        else:
            fresh[one.sha256] = one
    attached = documents.attachments(desk, list(fresh.values()))
    for one in attached:
        del fresh[one.sha256]
    told = documents.tell(desk, [*papers, *attached], [*fresh.values(), *others], how.at or desk.clock.now(), how.reason, run)
    receipt.documents = told.new
    receipt.skipped += told.findings
    found(len(fresh))
    context = (office_of(desk, record, round_number), desk.originals.folder)
    items = list(fresh.values())
    examined = zip(items, _examined_there(cluster, context, items), strict=True) if cluster else _examined_here(context, items)
    for some in _in_batches(examined, TOLD_AT_ONCE):
        with desk.ledger.transaction():
            rows = [_tell(desk, one, seen, how, round_number) for one, seen in some]
        ours = [(one.sha256, row.unit, seen.noted) for (one, seen), row in zip(some, rows, strict=True) if _is_own(desk, row, seen)]
        kept.remember(desk, [one for one in ours if one[2]])
        receipt.received += rows
        tick(len(some))
    receipt.received += _completed(desk, how, round_number)
    documents.place_copies(desk)
    _answer(desk, run)
    answer_documents(desk)
    return receipt


def _is_own(desk: Desk, told: Received, seen: Seen) -> bool:
    """Whether what was read in a file are the answers of the unit whose return it is."""
    one = seen.identity
    if one is None or told.unit != one.unit or told.unit not in desk.campaign.names:
        return False
    return (one.version_digest, one.tier) == (desk.version.digest, desk.campaign.unit(one.unit).tier)


def _in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, as they come."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _completed(desk: Desk, how: How, round_number: int) -> Iterator[Received]:
    """Returns that lacked nothing but files which have come since: they are told again, accepted, as of the moment the files came."""
    record = desk.record()
    newest = {one.unit: one for one in record.returns if one.round == str(round_number)}
    for unit, last in sorted(newest.items()):
        came = record.documents.get(unit)
        if last.verdict is not Verdict.RETURNED or not came or came[-1].seq < last.seq:
            continue
        lacking = errors(finding_from(dict(one)) for one in last.findings)
        if any(one.entry.stage != DOCUMENT_STAGE for one in lacking):
            continue
        one = Arrival(last.file, last.sha256)
        seen = _examine((office_of(desk, desk.record(), round_number), desk.originals.folder), one)
        if seen.readable and not errors(documents.evidence_in(desk, unit, seen.named, seen.digest).findings):
            with desk.ledger.transaction():
                told = _tell(desk, one, seen, how, round_number, completed=True)
            yield told


def _examined_here(context: tuple[Office, Path], items: Sequence[Arrival]) -> Iterator[tuple[Arrival, Seen]]:
    """Kept files with what is seen in them, read apart; by several helpers at once where there are enough files to start these for."""
    task = Apart(_examine, _lost, context)
    if len(items) < WORTH_HELPERS:
        return ((one, apart(task, one)) for one in items)
    return apart_side_by_side(task, items, 2 * TOLD_AT_ONCE)


def _examine(context: tuple[Office, Path], item: Arrival) -> Seen:
    """What is seen in a kept file."""
    office, folder = context
    originals = Originals(folder)
    problem = item.problem or too_large(item.name, originals.path(item.sha256).stat().st_size)
    if problem is not None:
        return refused(problem)
    return seen_in(check_bytes(originals.get(item.sha256), item.name, office))


def _lost(item: Arrival) -> Seen:
    return lost(item.name)


class _Sent(Sequence[tuple[Arrival, bytes]]):
    """Files with their bytes, read as they are asked for: what goes to workers that see no folder of ours."""

    def __init__(self, items: Sequence[Arrival], originals: Originals) -> None:
        self._items, self._originals = items, originals

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> tuple[Arrival, bytes]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[Arrival, bytes]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Arrival, bytes] | list[tuple[Arrival, bytes]]:
        return [self._read(item) for item in self._items[at]] if isinstance(at, slice) else self._read(self._items[at])

    def _read(self, item: Arrival) -> tuple[Arrival, bytes]:
        problem = item.problem or too_large(item.name, self._originals.path(item.sha256).stat().st_size)
        return (replace(item, problem=problem), b"") if problem else (item, self._originals.get(item.sha256))


def _examined_there(cluster: Runner, context: tuple[Office, Path], items: Sequence[Arrival]) -> Iterator[Seen]:
    """What is seen in kept files by others, who get no key of ours: a seal that only the key proves is looked at again here."""
    office, folder = context
    told = replace(office, is_sealed=replace(office.is_sealed, key=None)) if isinstance(office.is_sealed, Sealed) else office
    task = Apart(_examine_sent, _lost_sent, told)
    for item, seen in zip(items, cluster(apart, task, _Sent(items, Originals(folder))), strict=True):
        doubtful = any(one.code == "identity-seal" for one in seen.findings)
        yield apart(Apart(_examine, _lost, context), item) if doubtful else seen


def _examine_sent(office: Office, sent: tuple[Arrival, bytes]) -> Seen:
    item, data = sent
    return refused(item.problem) if item.problem is not None else seen_in(check_bytes(data, item.name, office))


def _lost_sent(sent: tuple[Arrival, bytes]) -> Seen:
    return lost(sent[0].name)


def _note_again(desk: Desk, record: Record, name: str, sha256: str, receipt: Receipt) -> None:
    """Same bytes: ignored, and noted once per name."""
    first = record.files.get(sha256)
    known = {first.data["file"]} if first else set()
    receipt.known += 1
    if name in known | desk.record().again.get(sha256, set()):
        return
    desk.ledger.append(
        "again",
        at=desk.clock.now(),
        actor=desk.actor,
        unit=first.unit if first else "",
        data={"sha256": sha256, "file": name},
    )
    when = parse_moment(first.data["received"]) if first else desk.clock.now()
    withdrawn = first is not None and any(one.what == "withdraw" and one.seq > first.seq for one in record.decided(first.unit))
    code = "return-withdrawn" if withdrawn else "return-same-file"
    receipt.skipped.append(finding(code, file=name, received=f"{when:%d/%m/%Y %H:%M}"))


# -------------------------------------------------------------------------------------------------------------------- telling the ledger


def _tell(desk: Desk, one: Arrival, seen: Seen, how: How, round_number: int, *, completed: bool = False) -> Received:
    """One event for one file, with the findings that only the order of arrival can give. In a transaction: decide and append."""
    record = desk.record()
    if one.sha256 in record.files and not completed:  # another receiver was faster
        return _received_of(desk, record.files[one.sha256])
    received = how.at or desk.clock.now()
    unit, identity, readable = _sender(desk, one.name, seen)
    if readable:
        lacking = documents.evidence_in(desk, unit, seen.named, seen.digest).findings
        verdict = Verdict.RETURNED if errors(lacking) else seen.verdict
        seen = replace(seen, findings=(*seen.findings, *lacking), verdict=verdict)
        more = _order_findings(desk, record, unit, received, seen, round_number, one.name)
        seen = replace(seen, findings=(*seen.findings, *more))
    event = desk.ledger.append(
        "received",
        at=desk.clock.now(),
        actor=desk.actor,
        unit=unit,
        data={
            "sha256": one.sha256,
            "file": one.name,
            "received": received.isoformat(),
            "reason": how.reason,
            "channel": how.channel,
            "number": how.number,
            "verdict": seen.verdict.value,
            "round": identity.round if identity else "",
            "form_id": identity.form_id if identity else "",
            "scores": seen.scores if readable else None,
            "answers": seen.digest if readable else "",
            "findings": [_as_data(each) for each in seen.findings],
        },
    )
    return _received_of(desk, event)


def _sender(desk: Desk, name: str, seen: Seen) -> tuple[str, Identity | None, bool]:
    """Whose return a file is ("" if nobody's here), the identity it carries, and whether its answers are that unit's own.

    A form of another unit goes back to whoever sent it and is never read as that other unit's.
    """
    identity = seen.identity
    if identity is None or seen.verdict is Verdict.FOREIGN or identity.campaign != desk.campaign.code:
        return "", identity, False
    units = desk.campaign.names
    if any(one.code == "form-other-unit" for one in seen.findings):
        return claimed_unit(name, units), identity, False
    return identity.unit, identity, identity.unit in units and seen.readable


def _order_findings(desk: Desk, record: Record, unit: str, received: datetime, seen: Seen, round_number: int, name: str) -> list[Finding]:
    window = next(one for one in desk.campaign.rounds if one.number == round_number)
    found = []
    if received < window.opens:
        found.append(finding("return-early", file=name, received=f"{received:%d/%m/%Y %H:%M}", opens=f"{window.opens:%d/%m/%Y %H:%M}"))
    reopened = any(one.what == "reopen" and one.round == str(round_number) for one in record.decided(unit))
    if received >= window.closes and not reopened:
        found.append(
            finding(
                "return-late",
                file=name,
                received=f"{received:%d/%m/%Y %H:%M}",
                closes=f"{window.closes:%d/%m/%Y %H:%M}",
            )
        )
    before = record.of_unit(unit, str(round_number))
    if before and seen.verdict is Verdict.ACCEPTED:
        same = next((one for one in before if one.answers == seen.digest), None)
        code, other = ("return-same-answers", same) if same is not None else ("return-replaces", before[-1])
        found.append(finding(code, file=name, received=f"{other.received:%d/%m/%Y %H:%M}"))
    return found


def _as_data(one: Finding) -> dict[str, object]:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "file": one.file,
        "sheet": one.sheet,
        "cell": one.cell,
        "criterion": one.criterion,
        "value": one.value,
        "params": [list(pair) for pair in one.params],
    }


def finding_from(data: dict[str, object]) -> Finding:
    """The finding that the ledger keeps as data."""
    pairs = data["params"]
    if not isinstance(pairs, list):
        raise TypeError("params is a list of pairs")
    texts = {name: str(data[name]) for name in ("code", "file", "sheet", "cell", "criterion", "value")}
    return Finding(severity=Severity(str(data["severity"])), params=tuple((str(key), str(text)) for key, text in pairs), **texts)


def _received_of(desk: Desk, event: Event) -> Received:
    findings = tuple(finding_from(one) for one in event.data["findings"])
    names = desk.campaign.names
    counts = False
    if event.unit and event.data["verdict"] == Verdict.ACCEPTED:
        window, record = desk.round, desk.record()
        mine = [one for one in record.of_unit(event.unit, event.data["round"]) if one.seq == event.seq]
        counts = bool(mine) and in_time(mine[0], window, record.decided(event.unit))
    return Received(
        event.data["file"], event.data["verdict"], event.unit, names.get(event.unit, ""), findings, counts, event.data["sha256"]
    )


# -------------------------------------------------------------------------------------------------------------------- answering


@dataclass(frozen=True, slots=True)
class _Reply:
    """One reply to write: to which folder, under which stem, what the slip says; whether a fresh form goes along.

    `identity` and `earlier` are the fresh form's where it is not the return's own.
    """

    folder: tuple[str, ...]
    stem: str
    slip: Slip
    sha256: str
    fresh: bool
    identity: Identity | None = None
    earlier: Earlier | None = None


def _answer(desk: Desk, run: Runner) -> None:
    """Everything owed to senders and not yet on the disk; made from the ledger alone, so that a killed run is made good by the next."""
    newest = _Newest(desk)
    owed = [reply for event in desk.ledger.events("received") if not _is_answered(desk, reply := _reply(desk, event, newest))]
    for reply in owed:
        make_folder(desk.folder.joinpath(*reply.folder))
    context = (desk.version, desk.originals.folder)
    for some in _in_batches(zip(owed, run(_make_reply, context, owed), strict=True), TOLD_AT_ONCE):
        write_many([(desk.folder.joinpath(*reply.folder, name), data) for reply, files in some for name, data in files])


class _Newest:
    """The identity of every unit's form as issued last, worked out once somebody asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def _made(self) -> dict[str, Identity]:
        desk = self._desk
        forms = desk.record().forms
        made = identities(desk, desk.round.number) if desk.key else []
        return {one.unit: one for one in made if (last := forms.get((one.unit, one.round))) and last.form_id == one.form_id}

    def form(self, unit: str) -> tuple[Identity, Earlier | None] | None:
        """A unit's form; None where this machine cannot seal, or the form should be issued anew."""
        identity = self._made.get(unit)
        return None if identity is None else (identity, earlier_of(self._desk, unit, int(identity.round)))


def _reply(desk: Desk, event: Event, newest: _Newest) -> _Reply:
    data, unit = event.data, event.unit
    kind = str(data["verdict"])
    names = desk.campaign.names
    findings = tuple(finding_from(one) for one in data["findings"])
    known = bool(unit) and unit in names and kind != Verdict.FOREIGN
    folder = (BACK, f"{unit}_{ascii_name(names[unit])[:40]}") if known else (BACK, FOREIGN)
    stem = f"{unit if known else ascii_name(PurePosixPath(data['file']).stem)[:30]}_lan{data['round'] or 0}_{data['sha256'][:8]}"
    fresh = known and kind == Verdict.RETURNED and data["scores"] is not None
    form = None
    if fresh and any(one.entry.stage == IDENTITY_STAGE for one in errors(findings)):  # a form superseded or forged is nothing to go on with
        form = newest.form(unit)
        fresh = form is not None
    unit_name = names.get(unit, "Tệp không nhận ra đơn vị")
    slip = Slip(kind, desk.campaign.organiser, desk.campaign.place, unit_name, _facts(data, findings), findings, fresh)
    return _Reply(folder, stem, slip, data["sha256"], fresh, *(form or (None, None)))


def slip_of(desk: Desk, sha256: str) -> Slip:
    """The slip of a return that was received, as it was answered. Raises KeyError for a file the record does not know."""
    return _reply(desk, desk.record().files[sha256], _Newest(desk)).slip


def _facts(data: Mapping[str, Any], findings: tuple[Finding, ...]) -> tuple[tuple[str, str], ...]:
    received = parse_moment(str(data["received"]))
    facts = [("Tên tệp nhận được", str(data["file"])), ("Thời điểm nhận", f"{received:%H:%M ngày %d/%m/%Y}")]
    if data["number"] or data["channel"]:
        facts.append(("Số đến, kênh nhận", " – ".join(str(one) for one in (data["number"], data["channel"]) if one)))
    facts.append(("Mã băm SHA-256 của tệp", str(data["sha256"])))
    scores = data["scores"]
    if isinstance(scores, dict):
        facts.append(("Mã đối chiếu nội dung", str(data["answers"])))
        a, most, rate = (vi_short(Fraction(scores[key])) for key in ("a", "A", "pari"))
        facts.append(("Điểm tự chấm / điểm tối đa phần tự chấm", f"{a} / {most} ({rate} %), chưa gồm điều tra xã hội học"))
    facts.append(("Kết quả kiểm tra", counted(findings)))
    return tuple(facts)


def _is_answered(desk: Desk, reply: _Reply) -> bool:
    folder = desk.folder.joinpath(*reply.folder)
    return all((folder / name).is_file() for name in _names(reply))


def _names(reply: _Reply) -> list[str]:
    slip = {"accepted": "phieu_tiep_nhan", "returned": "phieu_yeu_cau_sua", "foreign": "phieu_tra_lai"}[reply.slip.kind]
    return [f"{reply.stem}_{slip}.xlsx"] + ([f"{reply.stem}_bieu_mau_sua.xlsx"] if reply.fresh else [])


def _make_reply(context: tuple[RubricVersion, Path], reply: _Reply) -> list[tuple[str, bytes]]:
    version, folder = context
    names = _names(reply)
    files = [(names[0], write_book(return_slip(reply.slip)))]
    if reply.fresh:
        data = Originals(folder).get(reply.sha256)
        files.append((names[1], fresh_form(version, data, reply.slip.findings, reply.identity, reply.earlier)))
    return files


def fresh_form(
    version: RubricVersion,
    data: bytes,
    findings: Iterable[Finding],
    identity: Identity | None = None,
    earlier: Earlier | None = None,
) -> bytes:
    """A form of ours with the answers of a return and its wrong cells marked: what a unit mends, never the file it sent.

    It is the form that was returned, or another of the same tier if its `identity` is given, with what it says of the round before.
    """
    checked = check_bytes(data, "")
    if checked.identity is None or checked.answers is None:
        raise ValueError("the return has no readable answers")
    earlier = earlier if identity else checked.earlier
    identity = identity or checked.identity
    appendix = version.appendix_for(identity.tier)
    wrong = wrong_cells(layout_of(appendix, earlier), findings)
    return write_book(EntryForm(version, appendix, identity, checked.answers, wrong, earlier).book())


def wrong_cells(layout: Layout, findings: Iterable[Finding]) -> set[tuple[str, int, int]]:
    """The input cells that errors name; for missing evidence the leaf's explanation cell cannot help, so nothing is marked."""
    key_of = {name: key for key, name in SHEET_OF.items()}
    named = {(key_of[one.sheet], one.cell) for one in errors(findings) if one.sheet in key_of}
    return {(key, row, col) for key, row, col in layout.input_cells() if (key, a1(row, col)) in named}
