"""Who appraises what, now: by council, specialist office, round and stage, the criteria of every unit that are waiting.

Decides from the campaign's assignment and the scores that stand; writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from processor.desk import Desk
from processor.kept import counting_returns
from processor.record import Charge, current_round
from processor.scores import appraised_codes, unit_line

Row = tuple[str, str]
"""A unit and the hash of the return that its rows rest on."""
Rows = dict[Row, tuple[str, ...]]
"""The criteria by unit and return."""


@dataclass(slots=True)
class Wanted:
    """The rows of every charge, in order; `waiting` counts the units that a later stage waits for, by the stage's name."""

    charges: dict[Charge, Rows] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


def wanted(desk: Desk) -> Wanted:
    """What is to be appraised in the current round.

    The first stage is divided among offices as the campaign says; no office appraises itself: its own rows go to the council. A later stage
    is the council's, and takes a unit once the stage before has given every score of it.
    """
    campaign, found = desk.campaign, Wanted()
    number = current_round(desk.record(), campaign).number
    first, *later = desk.version.rules.stages
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}  # most units have the same criteria: held once
    for council in campaign.councils:
        offices = ("", *(office.code for office in campaign.offices)) if not council else ("",)
        found.charges |= {Charge(council, office, number, first.code): {} for office in offices}
        found.charges |= {Charge(council, "", number, stage.code): {} for stage in later}
    for unit in campaign.units:
        returns = counting_returns(desk, unit.code)
        if number not in returns:
            continue
        council = campaign.block(unit.block).council
        row = (unit.code, returns[number])
        every = appraised_codes(desk, unit.code)
        for office, codes in divided(desk, unit.code, alike.setdefault(every, every)).items():
            found.charges[Charge(council, office, number, first.code)][row] = alike.setdefault(codes, codes)
        before = first
        line = unit_line(desk, unit.code) if later else None
        leaves = line.leaves.values() if line else ()
        for stage in later:
            if any((step := one.at(number, before.code)) is None or not step.given.is_given for one in leaves):
                found.waiting[stage.name] = found.waiting.get(stage.name, 0) + 1
                break
            found.charges[Charge(council, "", number, stage.code)][row] = alike[every]
            before = stage
    found.charges = {charge: rows for charge, rows in found.charges.items() if rows}
    return found


def divided(desk: Desk, unit: str, codes: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The criteria of a unit by the office that appraises them first, "" for the council itself; only the organiser's are divided."""
    one = desk.campaign.unit(unit)
    if desk.campaign.block(one.block).council:
        return {"": codes}
    number = desk.version.appendix_for(one.tier).number
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(desk.campaign.office_of(one, number, code), []).append(code)
    return {office: tuple(mine) for office, mine in found.items()}
