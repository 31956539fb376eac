"""Merging: the sealed result books of districts taken into the city's campaign, in any order, in steps, again and again.

A book is judged alone (seal, version, every cell); which book and which row counts for a unit is worked out anew each time from all books
that passed and from the campaign as it says now. So the order in which books come can change nothing. Writes no ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from processor import VERSION, keys
from processor.arrivals import FILE_BYTES, skipped_file
from processor.checks import identity_of
from processor.desk import Blocked, Desk
from processor.districts import district_key
from processor.files import Originals, read_whole
from processor.handed import KIND, book_of, decision_rows, leaf_scores
from processor.ledger import plain_text
from processor.ranking import LeafScore, UnitScores
from processor.reader import Sheet, Unreadable, Workbook, read_workbook
from processor.record import Merged
from processor.untouched import as_text, expected_book, untouched
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import State
from rubric_versions.model import Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates.book import Book, Value, a1
from workbook_templates.campaign_book import Unit
from workbook_templates.identity import Identity
from workbook_templates.result_book import META, PAYLOAD, PAYLOAD_FIRST
from workbook_templates.result_data import HandedUnit, Handover, from_canonical, score_of, unpacked

_TOLERANCE = Fraction(1, 10**9)


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


# -------------------------------------------------------------------------------------------------------------------- one book


@dataclass(frozen=True, slots=True)
class Judged:
    """One file judged alone: its handover where it could be read, who it says it is, what is wrong with it."""

    findings: tuple[Finding, ...]
    handover: Handover | None = None
    council: str = ""
    name: str = ""
    serial: int = 0
    book: str = ""


def judge(desk: Desk, data: bytes) -> Judged:
    """Whether those bytes are a result book of this campaign, sealed by a district that got a start package, and untouched. Pure.

    Raises Blocked where the city's key, from which the district's was derived, is not on this machine.
    """
    try:
        book = read_workbook(data)
    except Unreadable as problem:
        return Judged((finding(problem.code, **problem.params),))
    identity, found = identity_of(book)
    if identity is None or identity.kind != KIND:
        return Judged((finding("merge-foreign"),))
    serial = int(identity.serial) if identity.serial.isascii() and identity.serial.isdecimal() and len(identity.serial) < 10 else 0
    campaign, name = desk.campaign, identity.unit_name
    delegated = desk.record().delegated.get(identity.unit)
    if identity.campaign != campaign.code:
        seen, expected = f"{identity.campaign_title} ({identity.campaign})", f"{campaign.title} ({campaign.code})"
        return Judged((finding("merge-other-campaign", seen=seen, expected=expected),), None, "", name, serial)
    if delegated is None:
        return Judged((finding("merge-unknown-district", unit=f"{name} ({identity.unit})"),), None, "", name, serial)
    key = keys.load(keys.key_folder(), delegated.from_key)
    if key is None:
        raise Blocked([finding("key-missing", key=delegated.from_key, folder=str(keys.key_folder()))])
    own = district_key(key, campaign.code, identity.unit)
    if not keys.sealed(own, identity.message(), identity.seal):
        found.append(finding("merge-seal", sheet=META))
    if identity.version_digest != desk.version.digest:
        seen, expected = (f"{one} ({digest[:8]})" for one, digest in _versions(identity, desk.version))
        found.append(finding("merge-version", seen=seen, expected=expected))
    handover = _handover(book, identity, desk.version)
    if handover is None:
        found.append(finding("merge-content", sheet=PAYLOAD, cell=a1(PAYLOAD_FIRST, 1)))
    elif not errors(found):
        compared = _compared(book, book_of(desk.version, identity, handover))
        if errors(compared) and handover.program != VERSION:
            compared = [finding("merge-other-release", program=handover.program, now=VERSION)]
        found += compared
        found += _scores_wrong(handover, desk.version)
    return Judged(tuple(found), handover, identity.unit, name, serial, identity.form_id)


def _versions(identity: Identity, version: RubricVersion) -> Iterator[tuple[str, str]]:
    yield identity.version, identity.version_digest
    yield version.id, version.digest


def _handover(book: Workbook, identity: Identity, version: RubricVersion) -> Handover | None:
    """What the book hands over, if it is what the identity names, and is of the version's shape."""
    sheet = book.sheets.get(PAYLOAD)
    chunks, row = [], PAYLOAD_FIRST
    while sheet is not None and isinstance(text := _value(sheet, row, 1), str):
        chunks.append(text)
        row += 1
    try:
        handover = from_canonical(unpacked(chunks))
        whole = handover.digest == identity.layout and str(handover.serial) == identity.serial
        whole = whole and (handover.campaign, handover.council, handover.version) == (
            identity.campaign,
            identity.unit,
            identity.version_digest,
        )
        blocks = {code for code, _, _ in handover.blocks}
        for unit in handover.units:
            leaf_scores(unit, version.appendix_for(unit.tier))
            whole = whole and unit.block in blocks
            for leaf in unit.leaves.values():
                whole = whole and len(leaf.scores) == len(handover.columns)
                whole = whole and all(-1 <= turn < len(leaf.scores) for turn in (leaf.own_at, leaf.final_at))
                whole = whole and (leaf.final_at < 0 or leaf.scores[leaf.final_at] == leaf.final)
                whole = whole and (leaf.own_at < 0 or leaf.scores[leaf.own_at] == (leaf.own or ""))
                for text in leaf.scores:
                    score_of(text)
    except (ValueError, KeyError, ZeroDivisionError, TypeError):
        return None
    return handover if whole else None


def _value(sheet: Sheet, row: int, col: int) -> object:
    cell = sheet.cells.get((row, col))
    return None if cell is None or cell.formula is not None else cell.value


def _compared(book: Workbook, made: Book) -> list[Finding]:
    """Every cell that is not as the district's program wrote it: locked values, formulas, and results standing in formulas."""
    found = []
    for one in untouched(book, expected_book(made, {}, {}), lambda text: text):
        if one.code in ("cell-changed", "formula-changed", "cell-added"):
            issued = dict(one.params).get("issued", "")
            one = finding("merge-locked-changed", sheet=one.sheet, cell=one.cell, value=one.value, issued=issued or "(trống)")  # noqa: PLW2901
        found.append(one)
    changed = {(one.sheet, one.cell) for one in found}
    for sheet in made.sheets:
        seen = book.sheets.get(sheet.name)
        if seen is None:
            continue
        for place, cell in sheet.cells.items():
            if cell.formula and (sheet.name, a1(*place)) not in changed:
                there = seen.cells.get(place)
                value = None if there is None else there.value
                if not _same(cell.value, value):
                    issued = _shown(cell.value)
                    found.append(finding("merge-forged", sheet=sheet.name, cell=a1(*place), value=as_text(value), issued=issued))
    return found


def _same(made: Value, seen: object) -> bool:
    """Whether what stands as a formula's result is the result: honest programs differ by binary noise only."""
    if made is None or made == "":
        return seen is None or seen == ""
    if isinstance(made, int | Fraction):
        room = _TOLERANCE * max(Fraction(1), abs(Fraction(made)))
        return isinstance(seen, Decimal) and seen.is_finite() and abs(Fraction(seen) - made) <= room
    return isinstance(seen, str) and " ".join(seen.split()) == " ".join(str(made).split())


def _shown(value: Value) -> str:
    return vi(value) if isinstance(value, int | Fraction) else str(value or "(trống)")


def _scores_wrong(handover: Handover, version: RubricVersion) -> Iterator[Finding]:
    """Scores no council can give: above the max or below 0, or central points that their own figures do not come to."""
    for unit in handover.units:
        appendix = version.appendix_for(unit.tier)
        for code, leaf in leaf_scores(unit, appendix).items():
            most = appendix.by_code[code].max
            if not 0 <= leaf.points <= most or not 0 <= leaf.self_points <= most:
                points = leaf.points if not 0 <= leaf.points <= most else leaf.self_points
                yield finding("merge-score", criterion=code, value=vi(points), unit=unit.name, limit=vi(most))
            elif unit.returns and not _figures_hold(unit, appendix.by_code[code], leaf):
                yield finding("merge-figures", criterion=code, value=vi(leaf.points), unit=unit.name)


def _figures_hold(unit: HandedUnit, leaf: Leaf, score: LeafScore) -> bool:
    figures = unit.leaves[leaf.code].figures
    if leaf.is_central and score.final is State.NOT_ASSESSED:
        return True
    if not leaf.is_central or all(is_blank(raw) for raw in figures):
        return not leaf.is_central or score.final is not State.SCORED
    if len(figures) != len(leaf.method.inputs(leaf.max)):
        return False
    outcome = leaf.method.score(figures, leaf.max)
    return (outcome.state is State.SCORED) == (score.final is State.SCORED) and (
        outcome.state is not State.SCORED or outcome.points == score.points
    )


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
        handover = _handover(book, identity, version) if identity else None
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
