"""The result book of a district: its units' results put together, sealed with the key of its start package, told in its ledger.

Rests on the same scores that `rank` takes, from one state of the record, so that `verify` can make the book again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from processor import VERSION, keys
from processor.central import lists_of
from processor.desk import RESULTS, Blocked, Desk, need_key
from processor.files import write_atomic
from processor.handed import KIND, book_of, score_text
from processor.issuing import parts_digest
from processor.ranking import UnitScores
from processor.record import ResultMade, Return, counting
from processor.results import may_rank, scores_of
from processor.scores import OWN, UnitLine, unit_line
from processor.taking import take
from rubric_versions.findings import Finding, finding
from rubric_versions.model import Leaf, RubricVersion
from workbook_templates.book import write_book
from workbook_templates.identity import Identity
from workbook_templates.result_data import INVALID, HandedDecision, HandedLeaf, HandedReturn, HandedUnit, Handover, exact_text

_MOMENT = "%d/%m/%Y %H:%M"


@dataclass(slots=True)
class Made:
    """What `make_result` did: the file, its number, whether it was there already, findings, the handover itself."""

    handover: Handover
    file: str
    unchanged: bool
    findings: list[Finding] = field(default_factory=list)


def make_result(desk: Desk, *, tick: Callable[[int], None] = lambda _: None) -> Made:
    """The district's sealed result book, written and told in the ledger; what lies in `05_tham_dinh` is taken in first.

    A new number only where something changed. Raises Blocked where the folder was not made from a start package, and while a unit that
    has sent nothing may still send.
    """
    parent = desk.record().parent
    if not parent:
        raise Blocked([finding("result-no-parent")])
    may_rank(desk)
    taken = take(desk)
    upto = desk.record().upto
    last = desk.record().results[-1] if desk.record().results else None
    content, found = handover_of(desk.as_of(upto, desk.campaign_digest), last.serial + 1 if last else 1, tick)
    found = [*taken.findings, *found, *_unfinished(content, desk.version)]
    file = f"so_ket_qua_{parent['unit']}.xlsx"
    if last:
        before = handover_at(desk, last)
        if replace(content, serial=before.serial, head=before.head, program=before.program) == before:
            data = write_book(book_of(desk.version, sealed_identity(before, desk, last), before))
            write_atomic(desk.path(RESULTS, file), data)
            return Made(before, f"{RESULTS}/{file}", True, found)
    identity = sealed_identity(content, desk)
    data = write_book(book_of(desk.version, identity, content))
    write_atomic(desk.path(RESULTS, file), data)
    desk.ledger.append(
        "result",
        at=desk.clock.now(),
        actor=desk.actor,
        data={
            "serial": content.serial,
            "file": f"{RESULTS}/{file}",
            "digest": parts_digest(data),
            "campaign": desk.campaign_digest,
            "upto": upto,
            "key": identity.key,
            "seal": identity.seal,
            "program": VERSION,
        },
    )
    return Made(content, f"{RESULTS}/{file}", False, found)


def _unfinished(handover: Handover, version: RubricVersion) -> Iterable[Finding]:
    for unit in handover.units:
        left = [code for code, leaf in unit.leaves.items() if leaf.final in ("", INVALID)]
        if left:
            told = ", ".join(left[:8]) + (f" và {len(left) - 8} tiêu chí khác" if len(left) > 8 else "")
            yield finding("unit-unfinished", unit=unit.name, why=f"chưa có điểm của tiêu chí {told}")


def sealed_identity(handover: Handover, desk: Desk, made: ResultMade | None = None) -> Identity:
    """The identity of a result book, sealed now, or with the seal it got when it was made."""
    key_id = made.key if made else need_key(desk).id
    identity = Identity(
        KIND,
        handover.campaign,
        handover.title,
        handover.organiser,
        handover.council,
        handover.name,
        "",
        desk.version.id,
        desk.version.digest,
        handover.digest,
        str(handover.round),
        str(handover.serial),
        key_id,
    )
    return identity.sealed(made.seal if made else keys.seal(need_key(desk), identity.message()))


# -------------------------------------------------------------------------------------------------------------------- what is handed


def handover_at(desk: Desk, made: ResultMade) -> Handover:
    """What a result book made before held, from the record of its time."""
    return handover_of(desk.as_of(made.upto, made.campaign), made.serial, program=made.program)[0]


def handover_of(
    then: Desk, serial: int, tick: Callable[[int], None] = lambda _: None, program: str = VERSION
) -> tuple[Handover, list[Finding]]:
    """All that a district hands over, from a desk as it stood after one event, with findings about what is missing."""
    blocks, found = scores_of(then, tick)
    campaign, version, parent, record = then.campaign, then.version, then.record().parent, then.record()
    (last,) = then.ledger.events(since=record.upto - 1, until=record.upto)
    scores = {one.unit: one for block in blocks for one in block.units}
    return Handover(
        campaign=parent["campaign"],
        council=parent["unit"],
        own=campaign.code,
        title=parent["title"],
        organiser=parent["organiser"],
        name=campaign.organiser,
        year=campaign.year,
        version=version.digest,
        round=then.round.number,
        serial=serial,
        program=program,
        head=(last.seq, last.digest),
        columns=tuple(name for _, name in _columns(then)),
        blocks=tuple((block.code, block.name, block.commended) for block in blocks),
        units=tuple(_handed(then, scores[unit.code]) for unit in campaign.units if unit.code in scores),
    ), found


def _columns(then: Desk) -> tuple[tuple[tuple[int, str], str], ...]:
    """Every step a score may pass up to the current round, with its name: round and stage, "" for the units' own."""
    found = []
    for one in then.campaign.rounds:
        if one.number <= then.round.number:
            again = f" lần {one.number}" if then.version.rules.rounds > 1 else ""
            found.append(((one.number, OWN), f"Tự chấm{again}"))
            found += [((one.number, stage.code), f"{stage.name}{again}") for stage in then.version.rules.stages]
    return tuple(found)


def _handed(then: Desk, scores: UnitScores) -> HandedUnit:
    record, campaign = then.record(), then.campaign
    line = unit_line(then, scores.unit)
    returns = [
        counting(record, campaign, scores.unit, number) for number in (line.returns if line else ())
    ]  # fmt: skip
    decisions = tuple(HandedDecision(told.what, told.reason, f"{told.at:{_MOMENT}}", told.actor) for told in record.decided(scores.unit))
    return HandedUnit(
        code=scores.unit,
        name=scores.name,
        tier=scores.tier,
        block=scores.block,
        ranked=scores.ranked,
        missing=scores.missing_words,
        returns=tuple(
            HandedReturn(int(one.round), one.sha256, one.file, f"{one.received:{_MOMENT}}", one.answers) for one in returns if one
        ),
        leaves={leaf.code: _leaf(then, scores, leaf, line) for leaf in scores.appendix.leaves} if line else {},
        cases=tuple((case.ground, case.proof, case.note) for case in campaign.deductions if case.unit == scores.unit),
        decisions=decisions,
        bonus=exact_text(scores.bonus),
        minus=exact_text(scores.minus),
    )


def _return(one: Return) -> HandedReturn:
    return HandedReturn(int(one.round), one.sha256, one.file, f"{one.received:{_MOMENT}}", one.answers)


def _leaf(then: Desk, scores: UnitScores, leaf: Leaf, unit: UnitLine) -> HandedLeaf:
    score, columns = scores.leaves[leaf.code], [place for place, _ in _columns(then)]
    own = None if score.self_state is None else score_text(score.self_state, score.self_points)
    final = score_text(score.final, score.points)
    line = unit.leaves.get(leaf.code)
    if line is None:
        return HandedLeaf(("",) * len(columns), own, final, figures=then.campaign.central_of(scores.unit, leaf))
    told = [line.at(*place) for place in columns]
    texts = tuple("" if one is None or one.given.state is None else score_text(one.given.state, one.given.points) for one in told)
    last = line.steps[-1]
    own_at = columns.index((unit.round, OWN))
    reasons = [
        f"{one.name}: {one.given.reason}" if len(columns) > 2 else one.given.reason  # own and one stage: whose else would it be
        for one in line.steps
        if one.stage != OWN and one.given.reason and not one.carried
    ]
    final_at = columns.index((last.round, last.stage))
    if final != texts[final_at]:  # the council's list took it out, whatever the stages say
        reasons.append(f"Không đánh giá theo danh mục: {lists_of(then).skips.get(scores.unit, {}).get(leaf.code, '')}")
        final_at = -1
    return HandedLeaf(texts, own, final, own_at, final_at, "\n".join(reasons))
