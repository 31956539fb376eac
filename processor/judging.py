"""One result book judged alone: whose it is, whether its seal holds, whether every cell is as the district's program wrote it. Pure.

Nothing of a book is believed: it is made anew from its sealed content and compared, formulas and the results that stand in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from processor import VERSION, keys
from processor.checks import identity_of
from processor.desk import Blocked, Desk
from processor.districts import district_key
from processor.examining import read_apart
from processor.handed import KIND, book_of, leaf_scores
from processor.ranking import LeafScore
from processor.reader import Sheet, Unreadable, Workbook
from processor.untouched import as_text, expected_book, untouched
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import State
from rubric_versions.model import Leaf, RubricVersion
from rubric_versions.numbers import vi
from workbook_templates.book import Book, Value, a1
from workbook_templates.identity import Identity
from workbook_templates.result_book import META, PAYLOAD, PAYLOAD_FIRST
from workbook_templates.result_data import HandedUnit, Handover, from_canonical, score_of, unpacked

_TOLERANCE = Fraction(1, 10**9)


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
        book = read_apart(data)
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
    handover = handover_in(book, identity, desk.version)
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


def handover_in(book: Workbook, identity: Identity, version: RubricVersion) -> Handover | None:
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
        for place, cell in sheet.all_cells():
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
