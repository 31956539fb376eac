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
from processor.notes import Notes
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


_kept: dict[tuple[str, str], KeptReturn] = {}


def kept_return(desk: Desk, sha256: str, unit: str) -> KeptReturn:
    """A return read again from its original; remembered while the program runs."""
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    key = (sha256, f"{desk.version.digest} {appendix.number}")
    if key not in _kept:
        answers = notes_of(desk).recall([(sha256, key[1])]).get(sha256)
        if answers is None:
            answers = _read_kept((desk.version, desk.originals.folder), (sha256, unit, appendix.tier))
            notes_of(desk).note([(sha256, key[1], answers)])
        _kept[key] = _judged(desk.version, appendix, answers)
    return _kept[key]


def remember(desk: Desk, read: Iterable[tuple[str, str, Answers]]) -> None:
    """Nothing; what was read in returns just now, by hash and unit, need not be read again, by other commands either."""
    noted = []
    for sha256, unit, answers in read:
        appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
        key = (sha256, f"{desk.version.digest} {appendix.number}")
        noted.append((*key, answers))
        _kept[key] = _judged(desk.version, appendix, answers)
    notes_of(desk).note(noted)


def notes_of(desk: Desk) -> Notes:
    """What this machine noted of the desk's originals; nothing where the folder is only read, which is how it is proved."""
    return Notes(desk.originals, asked=not desk.read_only)


def _judged(version: RubricVersion, appendix: Appendix, answers: Answers) -> KeptReturn:
    form = issued(version, appendix.number)
    return KeptReturn(answers, {leaf.code: form.judge(leaf, answers.of(leaf)) for leaf in appendix.self_leaves})


def _read_kept(context: tuple[RubricVersion, Path], item: tuple[str, str, str]) -> Answers:
    version, folder = context
    appendix = version.appendix_for(item[2])
    return read_answers(read_workbook(Originals(folder).get(item[0])), layout_of(appendix))[0]


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
    campaign, version = desk.campaign, desk.version
    wanted = {}
    for code in campaign.names if units is None else units:
        appendix = version.appendix_for(campaign.unit(code).tier)
        for sha256 in counting_returns(desk, code).values():
            key = (sha256, f"{version.digest} {appendix.number}")
            if key not in _kept:
                wanted[key] = (code, appendix)
    found = notes_of(desk).recall(wanted)
    missing = [(sha256, code, appendix.tier) for (sha256, _), (code, appendix) in wanted.items() if sha256 not in found]
    read = dict(zip([one[0] for one in missing], run(_read_kept, (version, desk.originals.folder), missing), strict=True))
    notes_of(desk).note([(sha256, of, read[sha256]) for sha256, of in wanted if sha256 in read])
    for key, (_, appendix) in wanted.items():
        _kept[key] = _judged(version, appendix, found[key[0]] if key[0] in found else read[key[0]])


def forget() -> None:
    """Nothing; as if the program had just started."""
    _kept.clear()
