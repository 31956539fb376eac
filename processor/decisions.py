"""What a person decides outside the rules, told in the ledger with who, when and why; every book shows it."""

from __future__ import annotations

from typing import Literal

from processor.checks import Verdict
from processor.desk import Blocked, Desk
from processor.ledger import Event
from processor.record import counting
from rubric_versions.findings import finding

What = Literal["accept", "reopen", "withdraw", "record"]


def decide(desk: Desk, unit: str, what: What, reason: str) -> Event:
    """The decision as written.

    accept: the unit's last return counts though late or returned; reopen: what comes from now on counts though the round is closed;
    withdraw: what came until now does not count; record: only told. Raises Blocked where there is nothing to decide on.
    """
    names = {one.code: one.name for one in desk.campaign.units}
    if unit not in names:
        raise Blocked([finding("unit-not-found", value=unit)])
    with desk.ledger.transaction():
        record = desk.record()
        round_number = desk.round.number
        data = {"what": what, "reason": reason, "round": str(round_number)}
        if what == "accept":
            came = [one for one in record.of_unit(unit, str(round_number)) if one.scores is not None]
            if not came:
                raise Blocked([finding("decision-refused", what="chấp nhận", unit=names[unit], why="chưa có hồ sơ nào đọc được")])
            data["sha256"] = came[-1].sha256
        elif what == "withdraw" and not any(one.verdict is not Verdict.FOREIGN for one in record.of_unit(unit, str(round_number))):
            raise Blocked([finding("decision-refused", what="rút hồ sơ", unit=names[unit], why="chưa có hồ sơ nào")])
        elif what == "withdraw" and counting(record, desk.campaign, unit, round_number) is None:
            raise Blocked([finding("decision-refused", what="rút hồ sơ", unit=names[unit], why="không có hồ sơ đang được tính")])
        return desk.ledger.append("decided", at=desk.clock.now(), actor=desk.actor, unit=unit, data=data)
