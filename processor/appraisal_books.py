"""An appraisal book made from what is kept: the same every time, with the seal it got when it was first made.

Reads returns and scores, writes no file; what lies in `05_tham_dinh` is `appraisal`'s and `taking`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from processor import keys
from processor.central import figure_texts
from processor.charges import Rows
from processor.desk import Desk, need_key
from processor.documents import COPIES, links_of
from processor.files import sha256_of
from processor.kept import KeptReturn, kept_return
from processor.record import BookMade, Charge
from processor.scores import OWN, LeafLine, unit_line
from processor.untouched import as_text
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Leaf
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, Filled, LeafRow, Plan, Shown, UnitBlock, score_value
from workbook_templates.book import write_book
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout, layout_of

DECISION_WORDS = {"accept": "chấp nhận ngoài quy định", "reopen": "mở lại", "withdraw": "rút hồ sơ", "record": "ghi nhận"}

LINKS = 3
"""Most columns that open files of evidence."""

REMEMBERED = 6
"""Blank books kept in memory: one of 20,000 rows takes some 80 MB."""

_templates: dict[str, AppraisalBook] = {}


def template_of(desk: Desk, book: BookMade) -> AppraisalBook:
    """A book blank, as it was made, from the record of that time; remembered while the program runs."""
    if book.book not in _templates:
        remember(book.book, made_again(desk, book))
    return _templates[book.book]


def remember(book_id: str, made: AppraisalBook) -> None:
    """Nothing; the blank book need not be made again in this run, unless many others are made meanwhile."""
    _templates[book_id] = made
    while len(_templates) > REMEMBERED:
        del _templates[next(iter(_templates))]


def forget() -> None:
    """Nothing; as if the program had just started."""
    _templates.clear()


def rebuild(desk: Desk, book: BookMade) -> bytes:
    """A book made again from what is kept, with the entries taken in so far."""
    entries = {place: Filled(score_value(one.score), one.reason) for place, one in desk.record().placed(book.book).items()}
    return write_book(made_again(desk, book, entries).book)


def made_again(desk: Desk, book: BookMade, entries: Mapping[tuple[str, str], Filled] | None = None) -> AppraisalBook:
    """A book from the record of its time, blank or filled, with the seal it got then: the key need not be there any more."""
    return make_book(desk.as_of(book.seq - 1, book.campaign), book.charge, book.serial, book.rows, entries, (book.key, book.seal))


def make_book(
    desk: Desk,
    charge: Charge,
    serial: int,
    rows: Mapping[tuple[str, str], tuple[str, ...]],
    entries: Mapping[tuple[str, str], Filled] | None = None,
    sealed: tuple[str, str] | None = None,
) -> AppraisalBook:
    """The appraisal book of a charge for those units, returns and criteria, made from the originals kept; the same every time.

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
    known = {unit.code for unit in campaign.units}
    figures = figure_texts(desk)
    blocks = tuple(_unit_block(desk, plan, charge, unit, sha256, codes, figures) for (unit, sha256), codes in rows.items() if unit in known)
    lines = [line for block in blocks for line in block.rows]
    links = max((len(line.links) for line in lines), default=0)
    if links or any(line.person for line in lines):
        plan = replace(plan, has_persons=any(line.person for line in lines), links=links)
    return at.appraisal_book(version, identity.sealed(seal), body_of(desk, charge), blocks, entries, plan, across=bool(charge.office))


def identity_of_book(made: AppraisalBook) -> Identity:
    """The identity a book carries."""
    cells = made.book.sheet(at.META).cells
    rows = {str(cell.value): str(cells[row, 2].value or "") for (row, col), cell in cells.items() if col == 1}
    rows.pop("form_id")
    return Identity(**rows)


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


def _unit_block(
    desk: Desk,
    plan: Plan,
    charge: Charge,
    unit: str,
    sha256: str,
    codes: tuple[str, ...],
    figures: Mapping[tuple[str, str], str],
) -> UnitBlock:
    """What one unit answered, row by row, from its original, with what was said of it before and the central figures beside it."""
    kept = kept_return(desk, sha256, unit)
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    line = None if plan is at.PLAIN else unit_line(desk, unit)
    links = links_of(desk, unit, kept.answers, sha256)
    assigned = desk.campaign.assigned if not charge.council and charge.stage == desk.version.rules.stages[0].code else {}
    rows = []
    for code in codes:
        row = _leaf_row(desk, charge, appendix.by_code[code], kept, layout_of(appendix), line.leaves[code] if line else None)
        person = assigned[appendix.number, code].person if (appendix.number, code) in assigned else ""
        beside = [figures[unit, code]] if (unit, code) in figures else []
        row = replace(row, result="\n".join([row.result, *beside]))
        rows.append(replace(row, person=person, links=_at_most(links.get(code, ()), unit)))
    decided = [one for one in desk.record().decided(unit) if one.round == str(charge.round)]
    note = "; ".join(f"{DECISION_WORDS[one.what]}: {one.reason}" for one in decided)
    return UnitBlock(unit, desk.campaign.unit(unit).name, appendix, tuple(rows), note)


def _leaf_row(desk: Desk, charge: Charge, leaf: Leaf, kept: KeptReturn, layout: Layout, line: LeafLine | None) -> LeafRow:
    rounds: list[Fraction | str | None] = []
    stages: list[Fraction | str | None] = []
    stands = None
    if line is not None:
        known = {(one.round, one.stage): one for one in line.steps}
        for number in range(1, charge.round):
            rounds += _of_round(desk, line, number)
        for stage in desk.version.rules.stages:
            if stage.code == charge.stage:
                break
            given = known[charge.round, stage.code].given
            stages += [given.value, as_line(given.reason)]
        mine = known[charge.round, charge.stage]
        stands = mine.given.value if mine.carried else None
    if not leaf.is_self_scored:
        return LeafRow(leaf, words.SCORED_BY.get(leaf.scored_by, ""), None, "", "", tuple(rounds), tuple(stages), stands)
    answer, outcome = kept.answers.of(leaf), kept.outcomes[leaf.code]
    inputs = leaf.method.inputs(leaf.max)
    if len(inputs) == 1:
        result = as_text(answer.inputs[0])
    else:
        result = "\n".join(f"{entry.label}: {as_text(raw) or '…'}" for entry, raw in zip(inputs, answer.inputs, strict=True))
    points: Fraction | str | None = outcome.points
    if outcome.state is State.NOT_ASSESSED:
        points, result = at.SKIP, result if any(raw is not None for raw in answer.inputs) else "Đề nghị không đánh giá"
    elif outcome.state is not State.SCORED:
        points = Fraction(0)
    documents = _documents(leaf, kept.answers, layout)
    return LeafRow(leaf, result, points, as_line(answer.explanation), documents, tuple(rounds), tuple(stages), stands)


def _at_most(links: tuple[str, ...], unit: str) -> tuple[str, ...]:
    """The links that a row has room for: the last opens the unit's folder where there are more."""
    return links if len(links) <= LINKS else (*links[: LINKS - 1], f"{COPIES}/{unit}/")


def _of_round(desk: Desk, line: LeafLine, number: int) -> list[Fraction | str | None]:
    """What a book shows of an earlier round: every score, then the notes, the unit's explanation only where it has changed since."""
    codes = (OWN, *(stage.code for stage in desk.version.rules.stages))
    steps = [line.at(number, code) for code in codes]
    notes = []
    for step in steps:
        if step is not None and step.given.reason.strip() and not (step.stage == OWN and step.given.reason == line.own.reason):
            notes.append(f"{step.given.who}: {as_line(step.given.reason)}")
    return [*(step.given.value if step else None for step in steps), "\n".join(notes)]


def _documents(leaf: Leaf, answers: Answers, layout: Layout) -> str:
    label = layout.evidence_labels[layout.place_of[leaf.code].turn - 1]
    told = []
    for row in answers.evidence:
        if row[0] == label:
            number, extract, section, file = (as_line(row[EVIDENCE_PARTS.index(part)]) for part in ("number", "extract", "section", "file"))
            told.append(", ".join(part for part in (number, extract, section, file) if part))
    return "\n".join(told)


def as_line(raw: Raw) -> str:
    """A cell's text as a book quotes it: at most 1,000 characters."""
    return as_text(raw).strip()[:1000]
