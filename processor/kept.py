"""Returns read again from the originals that are kept: they were verified when they came, so only their answers are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from processor.checks import read_answers
from processor.desk import Desk
from processor.executors import Runner, processes
from processor.files import Originals
from processor.reader import read_workbook
from processor.record import Return, counting, current_round
from rubric_versions.answers import Answers, outcomes
from rubric_versions.methods.base import Outcome
from rubric_versions.model import RubricVersion
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
        _kept[key] = _read_kept((desk.version, desk.originals.folder), (sha256, unit, appendix.tier))
    return _kept[key]


def _read_kept(context: tuple[RubricVersion, Path], item: tuple[str, str, str]) -> KeptReturn:
    version, folder = context
    appendix = version.appendix_for(item[2])
    answers, _ = read_answers(read_workbook(Originals(folder).get(item[0])), layout_of(appendix))
    return KeptReturn(answers, outcomes(appendix, answers))


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
    wanted = []
    for code in [unit.code for unit in campaign.units] if units is None else units:
        tier = campaign.unit(code).tier
        number = version.appendix_for(tier).number
        for sha256 in counting_returns(desk, code).values():
            if (sha256, f"{version.digest} {number}") not in _kept:
                wanted.append((sha256, code, tier))
    for (sha256, _, tier), kept in zip(wanted, run(_read_kept, (version, desk.originals.folder), wanted), strict=True):
        _kept[sha256, f"{version.digest} {version.appendix_for(tier).number}"] = kept


def forget() -> None:
    """Nothing; as if the program had just started."""
    _kept.clear()
