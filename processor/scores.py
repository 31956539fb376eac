"""The whole line of scores of a unit: its own and everybody else's, round by round and stage by stage, and the one that counts.

Ranking, result books, papers and `why` ask here and nowhere else. Central scores (survey, leaders) are not in it: they pass no stage.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from processor.desk import Desk
from processor.kept import KeptReturn, counting_returns, kept_return
from processor.record import BookMade, Entry
from rubric_versions.answers import EVIDENCE_PARTS
from rubric_versions.methods.base import Outcome, Raw, State
from rubric_versions.model import Leaf
from workbook_templates.appraisal_book import SKIP, score_value
from workbook_templates.layout import layout_of

OWN = ""
"""The stage of a unit's own score."""


@dataclass(frozen=True, slots=True)
class Given:
    """A score as somebody gave it: its state, points (0 unless SCORED), reason or explanation, and who.

    `state` is None where there is nothing to give (a leaf that the unit does not score itself); UNSCORED is "not yet".
    """

    state: State | None
    points: Fraction = Fraction(0)
    reason: str = ""
    who: str = ""

    @property
    def is_given(self) -> bool:
        """Whether anybody has decided: points, 0 among them, or "not assessed"."""
        return self.state in (State.SCORED, State.NOT_ASSESSED)

    @property
    def value(self) -> Fraction | str | None:
        """As a cell shows it: points, "KĐG", or None."""
        if self.state is State.NOT_ASSESSED:
            return SKIP
        return self.points if self.state is State.SCORED else None


NOT_YET = Given(State.UNSCORED)


@dataclass(frozen=True, slots=True)
class Step:
    """One score on the line: its round, its stage ("" is the unit's own), what the stage is called, the score.

    `carried` is the round in which it was decided if the answer has not changed since, 0 for one decided in this very round.
    """

    round: int
    stage: str
    name: str
    given: Given
    carried: int = 0


@dataclass(frozen=True, slots=True)
class LeafLine:
    """Every score of one leaf, in order of round and stage, own first. `final` is the last stage's of the last round sent in."""

    leaf: Leaf
    steps: tuple[Step, ...]

    @property
    def own(self) -> Given:
        """The unit's own score in the last round it sent in."""
        return next(one.given for one in reversed(self.steps) if one.stage == OWN)

    @property
    def final(self) -> Given:
        """What counts; UNSCORED while the last stage has not decided."""
        return self.steps[-1].given

    def told(self, round_number: int) -> Given:
        """The score that stands at the end of a round, with the reason that goes with it: a later stage that agrees without a word means
        what the earlier one said. UNSCORED where there is none."""
        steps = [one for one in self.steps if one.round == round_number and one.stage != OWN]
        last = steps[-1].given if steps else NOT_YET
        same = (one.given.reason for one in reversed(steps) if one.given.value == last.value and one.given.reason.strip())
        reason = next(same, "")
        return last if reason == last.reason else replace(last, reason=reason)

    @property
    def appraised(self) -> Given:
        """What counts, with the reason that goes with it."""
        return self.told(self.steps[-1].round)

    def at(self, round_number: int, stage: str) -> Step | None:
        """The score of a round and stage, None where there is no such step."""
        return next((one for one in self.steps if (one.round, one.stage) == (round_number, stage)), None)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The line of every leaf that the unit or the council scores, by code; `returns` has the return that counts in each round."""

    unit: str
    returns: Mapping[int, str]
    leaves: Mapping[str, LeafLine]

    @property
    def round(self) -> int:
        """The last round the unit sent in: its scores count."""
        return max(self.returns)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Leaves without a final score."""
        return tuple(code for code, line in self.leaves.items() if not line.final.is_given)


Grounds = tuple[tuple[object, ...], list[Mapping[str, Entry] | None]]


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line made before: what it rests on, the line (None: let go), how many leaves lack their final score."""

    grounds: Grounds
    line: UnitLine | None
    unfinished: int


def unit_line(desk: Desk, unit: str) -> UnitLine | None:
    """The line of scores of a unit, None where no return counts.

    A unit that sends nothing in a further round keeps the scores of the one before. An answer that has not changed keeps what was decided
    about it until a stage decides anew; a changed one waits for its own decision.
    """
    known = desk.record().worked_out
    if f"line {unit}" not in known:
        known[f"line {unit}"] = _unit_line(desk, unit)
    line: UnitLine | None = known[f"line {unit}"]
    return line


def _unit_line(desk: Desk, unit: str) -> UnitLine | None:
    returns = counting_returns(desk, unit)
    if not returns:
        return None
    held: HeldLine | None = desk.lines.get(unit)
    grounds = _grounds(desk, unit, returns)
    if held is not None and held.line is not None and held.grounds == grounds:
        return held.line
    line = _line(desk, unit, returns)
    desk.lines[unit] = HeldLine(grounds, line, len(line.unfinished))
    return line


def _grounds(desk: Desk, unit: str, returns: Mapping[int, str]) -> Grounds:
    """What a unit's line rests on: its returns, and the books with something put in for the unit. A book made since changes nothing."""
    record = desk.record()
    books = {sha256: [one for one in record.rows.get((unit, sha256), ()) if record.entries_of(one, unit)] for sha256 in returns.values()}
    rests = tuple((number, sha256, *books[sha256]) for number, sha256 in returns.items())
    return rests, [record.entries_of(one, unit) for sha256 in returns.values() for one in books[sha256]]


def unfinished(desk: Desk, unit: str) -> int:
    """How many leaves of a unit lack their final score; none where no return counts."""
    held: HeldLine | None = desk.lines.get(unit)
    returns = counting_returns(desk, unit)
    if len(returns) == 1:  # nothing can have been kept from an earlier round: no answer need be looked at
        ((number, sha256),) = returns.items()
        put, last = _put(desk, unit, number, sha256), desk.version.rules.stages[-1].code
        return sum((last, code) not in put for code in appraised_codes(desk, unit))
    if returns and held is not None and held.grounds == _grounds(desk, unit, returns):
        return held.unfinished
    line = unit_line(desk, unit)
    return 0 if line is None else len(line.unfinished)


def appraised_codes(desk: Desk, unit: str) -> tuple[str, ...]:
    """The leaves of a unit that are appraised, in order."""
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    return tuple([leaf.code for leaf in appendix.leaves if leaf.is_appraised])


def let_go(desk: Desk, unit: str) -> None:
    """Nothing; the unit's line is held no longer, only how many scores it lacks: 12,000 lines are half a gigabyte."""
    held = desk.lines.get(unit)
    if held is not None:
        desk.lines[unit] = replace(held, line=None)
    desk.record().worked_out.pop(f"line {unit}", None)


def _line(desk: Desk, unit: str, returns: Mapping[int, str]) -> UnitLine:
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    kept = {number: kept_return(desk, sha256, unit) for number, sha256 in returns.items()}
    put = {number: _put(desk, unit, number, sha256) for number, sha256 in returns.items()}
    steps = _Steps(desk, desk.campaign.unit(unit).name, kept, put)
    layout = layout_of(appendix)
    labels = {code: layout.evidence_labels[place.turn - 1] for code, place in layout.place_of.items()}
    leaves = {leaf.code: LeafLine(leaf, steps.of(leaf, labels.get(leaf.code, ""))) for leaf in appendix.leaves if leaf.is_appraised}
    return UnitLine(unit, returns, leaves)


_Put = Mapping[tuple[str, str], tuple[Entry, BookMade]]


def _put(desk: Desk, unit: str, round_number: int, sha256: str) -> _Put:
    """What was put for a unit in a round, by stage and leaf, in books that rest on that return. No two differ: `take` sees to it."""
    record = desk.record()
    found: dict[tuple[str, str], tuple[Entry, BookMade]] = {}
    for book_id in record.rows.get((unit, sha256), ()):
        book = record.books[book_id]
        if book.charge.round == round_number:
            for code, entry in record.entries_of(book_id, unit).items():
                if entry.score:
                    found[book.charge.stage, code] = (entry, book)
    return found


class _Steps:
    """The steps of a unit's leaves. Those that say the same are one object: 12,000 lines of 55 leaves are held at once."""

    def __init__(self, desk: Desk, unit: str, kept: Mapping[int, KeptReturn], put: Mapping[int, _Put]) -> None:
        self._desk, self._unit, self._kept, self._put = desk, unit, kept, put
        self._again = {number: f" lần {number}" if desk.version.rules.rounds > 1 else "" for number in kept}
        self._own: dict[tuple[object, ...], Step] = {}

    def of(self, leaf: Leaf, evidence: str) -> tuple[Step, ...]:
        """The steps of one leaf, in order."""
        found: list[Step] = []
        stood: dict[str, Step] = {}
        before: KeptReturn | None = None
        for number, now in self._kept.items():
            again = self._again[number]
            found.append(self._own_step(leaf, number, f"Tự chấm{again}", now))
            unchanged = before is not None and same_answer(leaf, evidence, before, now)
            stands: dict[str, Step] = {}
            for stage in self._desk.version.rules.stages:
                name = f"{stage.name}{again}"
                decided = self._put[number].get((stage.code, leaf.code))
                if decided is not None:
                    entry, book = decided
                    step = _decided(number, stage.code, name, entry, who(self._desk, book))
                    unchanged = False  # a new decision below: what stood above it was about another one
                elif unchanged and stage.code in stood:
                    old = stood[stage.code]
                    step = Step(number, stage.code, name, old.given, old.carried or old.round)
                else:
                    step = _undecided(number, stage.code, name)
                if step.given.is_given:
                    stands[stage.code] = step
                found.append(step)
            stood, before = stands, now
        return tuple(found)

    def _own_step(self, leaf: Leaf, number: int, name: str, now: KeptReturn) -> Step:
        key = (number, id(now.outcomes[leaf.code]), now.answers.of(leaf).explanation) if leaf.is_self_scored else (number,)
        if key not in self._own:
            self._own[key] = Step(number, OWN, name, own_score(leaf, now, self._unit))
        return self._own[key]


@lru_cache(8192)
def _decided(number: int, stage: str, name: str, entry: Entry, whose: str) -> Step:
    return Step(number, stage, name, Given(*_value(entry), entry.reason, whose))


@lru_cache(256)
def _undecided(number: int, stage: str, name: str) -> Step:
    return Step(number, stage, name, NOT_YET)


def _value(entry: Entry) -> tuple[State, Fraction]:
    value = score_value(entry.score)
    return (State.SCORED, value) if isinstance(value, Fraction) else (State.NOT_ASSESSED, Fraction(0))


def who(desk: Desk, book: BookMade) -> str:
    """The name of who gave the scores of a book: the specialist office, or the body of its stage."""
    campaign, charge = desk.campaign, book.charge
    if charge.office:
        return next((one.name for one in campaign.offices if one.code == charge.office), charge.office)
    if charge.council:
        return f"{desk.version.labels.council} {campaign.names.get(charge.council, charge.council)}"
    first = desk.version.rules.stages[0].code
    return campaign.council if charge.stage == first else next(one.body for one in desk.version.rules.stages if one.code == charge.stage)


def own_score(leaf: Leaf, kept: KeptReturn, name: str) -> Given:
    """The unit's own score of a leaf with its explanation; no state where the unit scores nothing itself."""
    if not leaf.is_self_scored:
        return Given(None, who=name)
    outcome: Outcome = kept.outcomes[leaf.code]
    points = outcome.points if outcome.state is State.SCORED else Fraction(0)
    told = kept.answers.of(leaf).explanation
    return Given(outcome.state, points, "" if told is None else str(told), name)


def same_answer(leaf: Leaf, evidence: str, before: KeptReturn, now: KeptReturn) -> bool:
    """Whether a unit says of a leaf what it said before: result, mark, explanation and the evidence, in the same words."""
    if not leaf.is_self_scored:
        return True
    return _said(leaf, evidence, before) == _said(leaf, evidence, now)


def _said(leaf: Leaf, evidence: str, kept: KeptReturn) -> tuple[object, ...]:
    answer = kept.answers.of(leaf)
    first = EVIDENCE_PARTS.index("criterion")
    documents = sorted(repr([_plain(raw) for raw in row]) for row in kept.answers.evidence if row[first] == evidence)
    return (*map(_plain, answer.inputs), _plain(answer.mark), _plain(answer.explanation), documents)


def _plain(raw: Raw) -> object:
    if isinstance(raw, str):
        return " ".join(unicodedata.normalize("NFC", raw).split())
    return None if raw is None else Fraction(raw)
