"""What an appraisal book is to be made from, gathered from the desk: small, whatever the number of its rows, and fit for any process.

The answers are not in it: they are read again from the originals where the book is made (`appraisal_books`). Writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from processor import keys
from processor.central import figure_texts
from processor.charges import Rows
from processor.desk import Desk, need_key
from processor.files import sha256_of
from processor.record import BookMade, Charge, Document
from processor.scores import OWN, LeafLine, unit_line
from processor.untouched import as_text
from rubric_versions.methods.base import Raw
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import Filled, Plan, Shown
from workbook_templates.identity import Identity

DECISION_WORDS = {"accept": "chấp nhận ngoài quy định", "reopen": "mở lại", "withdraw": "rút hồ sơ", "record": "ghi nhận"}


@dataclass(frozen=True, slots=True)
class Before:
    """What was said of one leaf before, a value for each column of the plan, and what stands if nothing is entered."""

    rounds: tuple[Fraction | str | None, ...]
    stages: tuple[Fraction | str | None, ...]
    kept: Fraction | str | None


@dataclass(frozen=True, slots=True)
class UnitOrder:
    """One unit of a book: whose return, which criteria, and what stands beside its answers.

    `code` is the return's mã đối chiếu; `figures` are the central figures in words, `before` what was said in earlier rounds and stages,
    by criterion.
    """

    unit: str
    name: str
    appendix: str
    sha256: str
    codes: tuple[str, ...]
    code: str
    note: str = ""
    documents: tuple[Document, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Before] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """A book to be made: its sealed identity, the body whose it is, its columns so far, its units in order.

    `persons` are those who appraise, by appendix and criterion; `entries` what was put in already.
    """

    identity: Identity
    body: str
    plan: Plan
    across: bool
    units: tuple[UnitOrder, ...]
    persons: Mapping[tuple[str, str], str]
    entries: Mapping[tuple[str, str], Filled] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the book will have."""
        return sum(len(one.codes) for one in self.units)


def order(
    desk: Desk,
    charge: Charge,
    serial: int,
    rows: Mapping[tuple[str, str], tuple[str, ...]],
    entries: Mapping[tuple[str, str], Filled] | None = None,
    sealed: tuple[str, str] | None = None,
) -> Order:
    """The order for the book of a charge for those units, returns and criteria; the same every time.

    `sealed` is the key's id and the seal of a book made before; without it the office's key seals anew.
    """
    key_id = sealed[0] if sealed else need_key(desk).id
    campaign, version = desk.campaign, desk.version
    identity = Identity(
        "appraisal",
        campaign.code,
        campaign.title,
        campaign.organiser,
        charge.office or charge.council,
        name_of(desk, charge),
        charge.stage,
        version.id,
        version.digest,
        sha256_of(repr((charge, tuple(rows.items()))).encode())[:16],
        str(charge.round),
        str(serial),
        key_id,
    )
    seal = sealed[1] if sealed else keys.seal(need_key(desk), identity.message())
    plan = plan_of(desk, charge)
    figures = figure_texts(desk, {unit for unit, _ in rows})
    units = tuple(
        _unit(desk, charge, plan, unit, sha256, codes, figures.get(unit, {}))
        for (unit, sha256), codes in rows.items()
        if unit in campaign.names
    )
    assigned = campaign.assigned if not charge.council and charge.stage == version.rules.stages[0].code else {}
    persons = {place: one.person for place, one in assigned.items() if one.person}
    return Order(identity.sealed(seal), body_of(desk, charge), plan, bool(charge.office), units, persons, entries or {})


def order_again(desk: Desk, book: BookMade, entries: Mapping[tuple[str, str], Filled] | None = None) -> Order:
    """The order for a book made before, from the record of its time, with the seal it got then: the key need not be there any more."""
    return order(desk.as_of(book.seq - 1, book.campaign), book.charge, book.serial, book.rows, entries, (book.key, book.seal))


def rows_of(rows: Rows) -> tuple[list[list[object]], list[list[str]]]:
    """Rows as the ledger keeps them: unit, return, which list of criteria; and the lists."""
    lists = list(dict.fromkeys(rows.values()))
    turns = {codes: turn for turn, codes in enumerate(lists)}
    return [[unit, sha256, turns[codes]] for (unit, sha256), codes in rows.items()], [list(codes) for codes in lists]


def name_of(desk: Desk, charge: Charge) -> str:
    """Whose book it is, in words: the office, the unit that has the council, or the organiser."""
    campaign = desk.campaign
    if charge.office:
        return next((one.name for one in campaign.offices if one.code == charge.office), charge.office)
    return next((unit.name for unit in campaign.units if unit.code == charge.council), campaign.organiser)


def body_of(desk: Desk, charge: Charge) -> str:
    """The body whose book it is: the office, the council, or whoever has the later stage."""
    stages = desk.version.rules.stages
    if charge.office:
        return name_of(desk, charge)
    if charge.stage != stages[0].code:
        return next(one.body for one in stages if one.code == charge.stage)
    return desk.version.labels.council if charge.council else desk.campaign.council


def plan_of(desk: Desk, charge: Charge) -> Plan:
    """The columns of a book: every score and note of earlier rounds, those of this round's earlier stages, what is compared with what."""
    stages = desk.version.rules.stages
    turn = next(index for index, stage in enumerate(stages) if stage.code == charge.stage)
    rounds: list[Shown] = []
    for number in range(1, charge.round):
        rounds.append(Shown(f"Điểm tự chấm lần {number}", is_points=True))
        rounds += [Shown(f"{stage.name} lần {number}", is_points=True) for stage in stages]
        rounds.append(Shown(f"Giải trình, ý kiến lần {number}", is_points=False))
    if charge.round == 1 and len(desk.version.rules.stages) == 1:
        return at.PLAIN
    before: list[Shown] = []
    for stage in stages[:turn]:
        before += [Shown(stage.name, is_points=True), Shown(f"Ý kiến {stage.body}", is_points=False)]
    again = f" lần {charge.round}" if desk.version.rules.rounds > 1 else ""
    compared = stages[turn - 1].name if turn else f"điểm tự chấm{again}"
    return Plan(tuple(rounds), tuple(before), f"Điểm tự chấm{again}", f"{stages[turn].name}{again}", _lower(compared), may_agree=turn > 0)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _unit(desk: Desk, charge: Charge, plan: Plan, unit: str, sha256: str, codes: tuple[str, ...], figures: Mapping[str, str]) -> UnitOrder:
    record, one = desk.record(), desk.campaign.unit(unit)
    line = None if plan == at.PLAIN else unit_line(desk, unit)
    return UnitOrder(
        unit,
        one.name,
        desk.version.appendix_for(one.tier).number,
        sha256,
        codes,
        str(record.files[sha256].data["answers"]),
        "; ".join(f"{DECISION_WORDS[one.what]}: {one.reason}" for one in record.decided(unit) if one.round == str(charge.round)),
        tuple(record.documents.get(unit, ())),
        figures,
        {code: _before(desk, charge, line.leaves[code]) for code in codes} if line else {},
    )


def _before(desk: Desk, charge: Charge, line: LeafLine) -> Before:
    rounds: list[Fraction | str | None] = []
    stages: list[Fraction | str | None] = []
    known = {(one.round, one.stage): one for one in line.steps}
    for number in range(1, charge.round):
        rounds += _of_round(desk, line, number)
    for stage in desk.version.rules.stages:
        if stage.code == charge.stage:
            break
        given = known[charge.round, stage.code].given
        stages += [given.value, as_line(given.reason)]
    mine = known[charge.round, charge.stage]
    return Before(tuple(rounds), tuple(stages), mine.given.value if mine.carried else None)


def _of_round(desk: Desk, line: LeafLine, number: int) -> list[Fraction | str | None]:
    """What a book shows of an earlier round: every score, then the notes, the unit's explanation only where it has changed since."""
    codes = (OWN, *(stage.code for stage in desk.version.rules.stages))
    steps = [line.at(number, code) for code in codes]
    notes = []
    for step in steps:
        if step is not None and step.given.reason.strip() and not (step.stage == OWN and step.given.reason == line.own.reason):
            notes.append(f"{step.given.who}: {as_line(step.given.reason)}")
    return [*(step.given.value if step else None for step in steps), "\n".join(notes)]


def as_line(raw: Raw) -> str:
    """A cell's text as a book quotes it: at most 1,000 characters."""
    return "" if raw is None else as_text(raw).strip()[:1000]
