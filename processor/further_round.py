"""A further round begun: when it may be, and its forms. What a form holds stands in `reopening`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from processor.desk import Blocked, Desk
from processor.issuing import Issue, issue
from processor.kept import read_all_kept
from processor.scores import unit_line
from processor.taking import take
from rubric_versions.findings import Finding, errors, finding


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing a round did, with findings about the round before."""

    done: Issue
    findings: tuple[Finding, ...] = field(default=())


def issue_round(desk: Desk, number: int | None = None, *, tick: Callable[[int], None] = lambda _: None) -> Issued:
    """The forms of a round, the current one by default. Raises Blocked where it may not begin.

    A further round begins when the one before has closed and every score of it has been given (Sóc Trăng 2023: round 2 is reviewed against
    the appraisal of round 1); from then on nothing changes in that one.
    """
    record, current = desk.record(), desk.round
    number = number or current.number
    known = {one.number for one in desk.campaign.rounds}
    if number not in known:
        raise Blocked([finding("round-unknown", round=number)])
    if (number == current.number and record.forms) or number == 1:
        if number < current.number:
            raise Blocked([finding("round-past", round=number, now=current.number)])
        return Issued(issue(desk, number, tick=tick))
    if number != current.number + 1 or not record.forms:
        raise Blocked([finding("round-order", round=number, before=number - 1)])
    if desk.clock.now() < current.closes:
        raise Blocked([finding("round-still-open", round=number, before=current.number, closes=f"{current.closes:%H:%M %d/%m/%Y}")])
    taken = take(desk)
    if errors(taken.findings):
        raise Blocked(taken.findings)
    read_all_kept(desk)
    lines = [line for unit in desk.campaign.units if (line := unit_line(desk, unit.code)) is not None]
    left = [line for line in lines if line.unfinished]
    if left:
        names = ", ".join(desk.campaign.unit(line.unit).name for line in left[:3]) + ("…" if len(left) > 3 else "")
        count = sum(len(line.unfinished) for line in left)
        raise Blocked([*taken.findings, finding("round-not-appraised", round=number, before=current.number, count=count, units=names)])
    return Issued(issue(desk, number, tick=tick), tuple(taken.findings))
