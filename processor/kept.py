"""Returns read again from the originals that are kept: they were verified when they came, so only their answers are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from processor.checks import read_answers
from processor.desk import Desk
from processor.executors import Runner, processes
from processor.files import Originals
from processor.issued import issued
from processor.notes import Notes, packed, unpacked
from processor.reader import read_workbook
from processor.record import Return, counting, current_round
from rubric_versions.answers import Answers
from rubric_versions.methods.base import Outcome
from rubric_versions.model import Appendix, RubricVersion
from workbook_templates.layout import layout_of


@dataclass(frozen=True, slots=True)
class KeptReturn:
    """What a kept return holds: the answers as read, the outcomes recomputed."""

    answers: Answers
    outcomes: Mapping[str, Outcome]


_Key = tuple[str, str]
"""The hash of a return, and what it was read as."""

_packed: dict[_Key, bytes] = {}
"""The answers of every return read so far: with 12,000 units they are held as they are noted, a thirtieth of what they are unpacked."""

_open: dict[_Key, KeptReturn] = {}
OPEN = 512
"""So many returns are held unpacked and judged, the last ones: all units of a book of 20,000 rows."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where returns are read again from, in any process: the version, the originals, whether this machine's notes of them are asked."""

    version: RubricVersion
    originals: Originals
    asks_notes: bool


def kept_return(desk: Desk, sha256: str, unit: str) -> KeptReturn:
    """A return read again from its original; remembered while the program runs."""
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    key = _key(desk.version, appendix, sha256)
    if key not in _open:
        before = _packed.get(key) or notes_of(desk).recall([key]).get(sha256)
        _packed[key], answers = _answers(desk.version, desk.originals, appendix, sha256, before)
        if _packed[key] is not before:
            notes_of(desk).note([(*key, _packed[key])])
        _open[key] = judged(desk.version, appendix, answers)
        if len(_open) > OPEN:
            del _open[next(iter(_open))]
    return _open[key]


def shelf_of(desk: Desk) -> Shelf:
    """The shelf of a desk; with its originals named in full, for another process may stand in another folder."""
    return Shelf(desk.version, Originals(desk.originals.folder.absolute()), asks_notes=not desk.read_only)


def kept_on(shelf: Shelf, wanted: Mapping[str, Appendix]) -> dict[str, KeptReturn]:
    """What returns hold, by hash: for work on a few units at a time, so that what is read here is not remembered."""
    keys = {sha256: _key(shelf.version, appendix, sha256) for sha256, appendix in wanted.items()}
    unknown = [key for key in keys.values() if key not in _open and key not in _packed]
    noted = Notes(shelf.originals, asked=shelf.asks_notes).recall(unknown)
    found = {}
    for sha256, appendix in wanted.items():
        key = keys[sha256]
        if key in _open:
            found[sha256] = _open[key]
            continue
        _, answers = _answers(shelf.version, shelf.originals, appendix, sha256, _packed.get(key) or noted.get(sha256))
        found[sha256] = judged(shelf.version, appendix, answers)
    return found


def _answers(version: RubricVersion, originals: Originals, appendix: Appendix, sha256: str, data: bytes | None) -> tuple[bytes, Answers]:
    """The answers of a return, packed and unpacked: those in `data`, or read from the original where it holds none."""
    answers = unpacked(data) if data is not None else None
    if data is None or answers is None:
        data = _read_kept((version, originals.folder), (sha256, appendix.tier))
        answers = unpacked(data)
    if answers is None:
        raise ValueError("answers were packed that cannot be unpacked")
    return data, answers


def remember(desk: Desk, read: Iterable[tuple[str, str, bytes]]) -> None:
    """Nothing; what was read in returns just now, packed, by hash and unit, need not be read again, by other commands either."""
    new = {}
    for sha256, unit, data in read:
        appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
        new[_key(desk.version, appendix, sha256)] = data
    _packed.update(new)
    notes_of(desk).note([(*key, data) for key, data in new.items()])


def _key(version: RubricVersion, appendix: Appendix, sha256: str) -> _Key:
    return sha256, f"{version.digest} {appendix.number}"


def notes_of(desk: Desk) -> Notes:
    """What this machine noted of the desk's originals; nothing where the folder is only read, which is how it is proved."""
    return Notes(desk.originals, asked=not desk.read_only)


def judged(version: RubricVersion, appendix: Appendix, answers: Answers) -> KeptReturn:
    """The answers of a return with what each comes to."""
    form = issued(version, appendix.number)
    return KeptReturn(answers, {leaf.code: form.judge(leaf, answers.of(leaf)) for leaf in appendix.self_leaves})


def _read_kept(context: tuple[RubricVersion, Path], item: tuple[str, str]) -> bytes:
    version, folder = context
    sha256, tier = item
    return packed(read_answers(read_workbook(Originals(folder).get(sha256)), layout_of(version.appendix_for(tier)))[0])


def last_return(desk: Desk, unit: str) -> Return | None:
    """The return that counts for a unit in the last round in which any does."""
    returns = counting_returns(desk, unit)
    return counting(desk.record(), desk.campaign, unit, max(returns)) if returns else None


def counting_returns(desk: Desk, unit: str) -> dict[int, str]:
    """The hash of the return that counts for a unit in each round up to the current one, where there is any."""
    record, campaign = desk.record(), desk.campaign
    last = current_round(record, campaign).number
    found = {}
    for one in campaign.rounds:
        if one.number <= last:
            counts = counting(record, campaign, unit, one.number)
            if counts is not None:
                found[one.number] = counts.sha256
    return found


def read_all_kept(desk: Desk, run: Runner = processes, units: Iterable[str] | None = None) -> None:
    """Nothing; every return that counts is read and remembered, on all cores where they are many."""
    codes = desk.campaign.names if units is None else units
    read_kept(desk, ((code, sha256) for code in codes for sha256 in counting_returns(desk, code).values()), run)


def read_kept(desk: Desk, returns: Iterable[tuple[str, str]], run: Runner = processes) -> None:
    """Nothing; these returns, by unit and hash, are read and remembered."""
    version, wanted = desk.version, {}
    for code, sha256 in returns:
        appendix = version.appendix_for(desk.campaign.unit(code).tier)
        key = _key(version, appendix, sha256)
        if key not in _packed:
            wanted[key] = appendix.tier
    found = notes_of(desk).recall(wanted)
    missing = [(key, tier) for key, tier in wanted.items() if key[0] not in found]
    read = run(_read_kept, (version, desk.originals.folder), [(key[0], tier) for key, tier in missing])
    new = dict(zip((key for key, _ in missing), read, strict=True))
    notes_of(desk).note([(*key, data) for key, data in new.items()])
    _packed.update({key: found[key[0]] for key in wanted if key[0] in found} | new)


def forget() -> None:
    """Nothing; as if the program had just started."""
    _packed.clear()
    _open.clear()
