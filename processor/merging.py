"""Merging: the sealed result books of districts taken into the city's campaign, in any order, in steps, again and again.

A book is judged alone (seal, version, every cell); which book and which row counts for a unit is worked out anew each time from all books
that passed and from the campaign as it says now. So the order in which books come can change nothing. Writes no ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from processor.arrivals import FILE_BYTES, skipped_file
from processor.checks import identity_of
from processor.desk import Blocked, Desk
from processor.files import Originals, read_whole
from processor.handed import decision_rows, leaf_scores
from processor.judging import Judged, handover_in, judge
from processor.ledger import plain_text
from processor.ranking import LeafScore, UnitScores
from processor.reader import read_workbook
from processor.record import Merged
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import State
from rubric_versions.model import Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates.campaign_book import Unit
from workbook_templates.result_data import HandedUnit, Handover


@dataclass(frozen=True, slots=True)
class MergedFile:
    """What became of one file: whose book it is, its number, how many units, whether it was taken; and what is wrong or to be told."""

    file: str
    council: str
    name: str
    serial: int
    units: int
    taken: bool
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class MergeDone:
    """What one run of `merge` did, and what is still missing or in conflict afterwards."""

    files: list[MergedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def merge(desk: Desk, paths: Sequence[Path], *, tick: Callable[[int], None] = lambda _: None) -> MergeDone:
    """Each file judged, kept by its hash and told in the ledger; the same file again changes nothing.

    A newer book of a district takes the place of the older, whichever comes first. Raises Blocked where no start package was made.
    """
    if not desk.record().delegated:
        raise Blocked([finding("merge-nobody")])
    done = MergeDone()
    for path in _files(paths):
        done.files.append(_merge_file(desk, path))
        tick(1)
    state = merge_state(desk)
    done.findings = [*state.findings, *state.waiting_findings]
    return done


def _files(paths: Sequence[Path]) -> list[Path]:
    found = []
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        found += [one for one in inside if not skipped_file(one) and (one.suffix.lower() == ".xlsx" or one is path)]
    return found


def _merge_file(desk: Desk, path: Path) -> MergedFile:
    file = plain_text(path.name)
    if path.stat().st_size > FILE_BYTES:
        return MergedFile(file, "", "", 0, 0, False, (finding("file-too-large", file=file, what="file_bytes", limit=FILE_BYTES),))
    data = read_whole(path)
    judged = judge(desk, data)
    found = [one.at(file=file) for one in judged.findings]
    taken = judged.handover is not None and not errors(found)
    sha256 = desk.originals.keep(data, ".xlsx")
    with desk.ledger.transaction():  # another run may be taking the same file
        if taken:
            found += [one.at(file=file) for one in _taken(desk, judged, sha256, file)]
        elif not any(event.data["sha256"] == sha256 for event in desk.ledger.events("merge-refused")):
            told = {"sha256": sha256, "file": file, "findings": [one.as_json() for one in found]}
            desk.ledger.append("merge-refused", at=desk.clock.now(), actor=desk.actor, unit=judged.council, data=told)
    units = len(judged.handover.units) if judged.handover else 0
    return MergedFile(file, judged.council, judged.name, judged.serial, units, taken, tuple(found))


def _taken(desk: Desk, judged: Judged, sha256: str, file: str) -> list[Finding]:
    """What is to be told of a good book: it came before, a newer one is there, or it takes the place of an older one."""
    mine = [one for one in desk.record().merged if one.council == judged.council]
    if any(one.sha256 == sha256 for one in mine):
        return [finding("merge-known", serial=judged.serial)]
    told = []
    newest = max((one.serial for one in mine), default=0)
    if newest > judged.serial:
        told.append(finding("merge-older", serial=judged.serial, latest=newest))
    elif mine and newest < judged.serial:
        told.append(finding("merge-replaced", serial=judged.serial, before=newest))
    data = {"serial": judged.serial, "book": judged.book, "sha256": sha256, "file": file}
    desk.ledger.append("merged", at=desk.clock.now(), actor=desk.actor, unit=judged.council, data=data)
    return told


# -------------------------------------------------------------------------------------------------------------------- all books


@dataclass(slots=True)
class MergeState:
    """What all books taken so far come to: for each unit the row that counts, the districts still awaited, what does not fit."""

    units: dict[str, HandedUnit] = field(default_factory=dict)
    books: dict[str, Merged] = field(default_factory=dict)
    awaited: dict[str, tuple[Unit, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    waiting_findings: list[Finding] = field(default_factory=list)

    @property
    def waiting(self) -> frozenset[str]:
        """Units whose district has not sent its book: without result, and not told one by one."""
        return frozenset(unit.code for units in self.awaited.values() for unit in units)


def delegated_units(desk: Desk) -> frozenset[str]:
    """The units, as the campaign has them now, that districts with a start package score: no forms of the city's for them."""
    return frozenset(unit.code for council in desk.record().delegated for unit in desk.campaign.units_of_council(council))


_read: dict[tuple[str, str], Handover] = {}


def handover_from(originals: Originals, merged: Merged, version: RubricVersion) -> Handover:
    """What a book taken before hands over, from its original, which was judged when it came; remembered while the program runs."""
    key = merged.sha256, version.digest
    if key not in _read:
        book = read_workbook(originals.get(merged.sha256))
        identity, _ = identity_of(book)
        handover = handover_in(book, identity, version) if identity else None
        if handover is None:
            raise ValueError(f"the original {merged.sha256} was no result book")
        _read[key] = handover
    return _read[key]


def forget() -> None:
    """Nothing; as if the program had just started."""
    _read.clear()


def merge_state(desk: Desk) -> MergeState:
    """What the books taken so far come to, whatever the order in which they came.

    Of a district's books the one with the highest number counts; of the rows of a unit that of the district whose council appraises it now.
    """
    record, campaign, state = desk.record(), desk.campaign, MergeState()
    names = {unit.code: unit for unit in campaign.units}
    rows: dict[str, dict[str, HandedUnit]] = {}  # by unit, then council
    for council in sorted(record.delegated):
        mine = [one for one in record.merged if one.council == council]
        top = max((one.serial for one in mine), default=0)
        newest = {one.book: one for one in mine if one.serial == top}
        name = names[council].name if council in names else council
        if len(newest) > 1:
            state.findings.append(finding("merge-two-of-one", unit=name, serial=top))
        elif newest:
            (state.books[council],) = newest.values()
            for row in handover_from(desk.originals, state.books[council], desk.version).units:
                rows.setdefault(row.code, {})[council] = row
        if council not in state.books and campaign.units_of_council(council):
            state.awaited[council] = campaign.units_of_council(council)
            state.waiting_findings.append(finding("merge-awaited", unit=name, count=len(state.awaited[council])))
    for unit in campaign.units:
        council = campaign.block(unit.block).council
        held = rows.pop(unit.code, {})
        state.findings += _place(state, unit, council if council in record.delegated else "", held, names)
    for code, held in rows.items():
        for council, row in held.items():
            state.findings.append(_of_book(state, council, "merge-unit-foreign", unit=f"{row.name} ({code})"))
    return state


def _place(
    state: MergeState, unit: Unit, council: str, held: Mapping[str, HandedUnit], names: Mapping[str, Unit]
) -> Iterator[Finding]:  # fmt: skip
    """Takes the row that counts for a unit; gives what is wrong with the rows there are."""
    row = held.get(council)
    for other in held:
        if other == council:
            continue
        code = "merge-unit-twice" if row else "merge-unit-moved"
        to = names[council].name if council in names else "cơ quan tổ chức"
        yield _of_book(state, other, code, unit=unit.name, now=to)
    if row is None:
        if council in state.books and not held:
            yield _of_book(state, council, "merge-unit-missing", unit=unit.name)
        return
    if row.tier != unit.tier:
        yield _of_book(state, council, "merge-unit-tier", unit=unit.name)
        return
    state.units[unit.code] = row


def _of_book(state: MergeState, council: str, code: str, **params: str) -> Finding:
    return finding(code, file=state.books[council].file, severity=None, **params)


# -------------------------------------------------------------------------------------------------------------------- what ranking takes


def merged_scores(desk: Desk, state: MergeState) -> tuple[dict[str, UnitScores], list[Finding]]:
    """The scores of every unit that a district scores, as ranking takes them; of those awaited or in conflict all unscored, never 0.

    A central figure comes from whoever has it, the district or the city; two different ones are an error, and the leaf stays unscored.
    Cases that cost points are those of both, the same case counted once.
    """
    scores: dict[str, UnitScores] = {}
    found: list[Finding] = []
    campaign, version = desk.campaign, desk.version
    for code in delegated_units(desk) if desk.record().delegated else ():
        unit, row = campaign.unit(code), state.units.get(code)
        appendix = version.appendix_for(unit.tier)
        if row is None:
            leaves = {leaf.code: LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0)) for leaf in appendix.leaves}
            scores[code] = UnitScores(code, unit.name, unit.block, unit.tier, appendix, leaves, unit.ranked)
            continue
        leaves = leaf_scores(row, appendix)
        if row.returns:
            for leaf in appendix.leaves:
                if leaf.is_central:
                    leaves[leaf.code] = _central(desk, unit, leaf, leaves[leaf.code], found)
        ours = [(case.ground, case.proof, case.note) for case in campaign.deductions if case.unit == code]
        cases = len(row.cases) + sum(case not in row.cases for case in ours), Fraction(row.bonus), Fraction(row.minus)
        who = code, unit.name, unit.block, unit.tier, appendix, leaves, unit.ranked
        scores[code] = UnitScores(*who, not row.returns, row.missing, *cases)
    return scores, found


def _central(desk: Desk, unit: Unit, leaf: Leaf, theirs: LeafScore, found: list[Finding]) -> LeafScore:
    ours = leaf.method.score(desk.campaign.central_of(unit.code, leaf), leaf.max)
    if ours.state is not State.SCORED or theirs.final is State.NOT_ASSESSED:
        return theirs
    if theirs.final is State.SCORED and theirs.points != ours.points:
        found.append(
            finding("merge-central-differs", criterion=leaf.code, unit=unit.name, value=vi(theirs.points), other=vi(ours.points))
        )  # fmt: skip
        return LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0))
    return LeafScore(None, Fraction(0), State.SCORED, ours.points)


def merged_decisions(state: MergeState, units: Iterable[Unit]) -> tuple[tuple[str, str, str, str, str], ...]:
    """What districts decided about the units that count, in the campaign's order, as the ranking shows decisions."""
    return tuple(told for unit in units if unit.code in state.units for told in decision_rows(state.units[unit.code]))
