"""Results: everything that counts for a unit put together, ranked, and written as a workbook that an auditor can follow.

The arithmetic is `ranking`'s; here is where its numbers come from, and that the same record always gives the same workbook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from processor import VERSION, ranking
from processor.appraisal_orders import DECISION_WORDS
from processor.central import Lists, lists_of, take_central
from processor.comparing import comparison, snapshot
from processor.desk import CAMPAIGN_FILE, RESULTS, Blocked, Desk
from processor.files import write_atomic
from processor.kept import forget, read_all_kept
from processor.merging import MergeState, delegated_units, merge_state, merged_decisions, merged_scores
from processor.ranking import Block, LeafScore, Standing, UnitResult, UnitScores
from processor.record import counting
from processor.scores import LeafLine, let_go, unit_line
from processor.taking import take
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import State
from rubric_versions.model import Leaf
from rubric_versions.numbers import vi_short
from workbook_templates.book import Book, written
from workbook_templates.campaign_book import Unit

RESULT_FILE = "ket_qua_xep_hang.xlsx"


@dataclass(slots=True)
class Ranked:
    """What `rank` did: the results by block in their order, findings, the file."""

    blocks: list[tuple[Block, list[UnitResult]]]
    findings: list[Finding] = field(default_factory=list)
    file: str = ""
    unchanged: bool = False
    upto: int = 0


def rank(desk: Desk, *, against: bytes | None = None, tick: Callable[[int], None] = lambda _: None) -> Ranked:
    """The ranking of every block, its workbook written and told in the ledger. What lies in `05_tham_dinh` is taken in first.

    `against` is what `comparing.snapshot` gave of an earlier campaign, to be set beside this one; it is kept.

    A unit that cannot be ranked yet is in the book without index or rank, and in the findings; it is never ranked as 0.
    Raises Blocked while a unit that has sent nothing yet still may: it must not be published as one that did not assess itself.
    """
    may_rank(desk)
    figures, taken = take_central(desk), take(desk)
    # everything from one state of the record, the very one that `verify` rebuilds from, whoever else appends meanwhile
    upto = desk.record().upto
    then = desk.as_of(upto, desk.campaign_digest)
    blocks, found = scores_of(then, tick)
    forget()  # what returns hold is in the scores, and the workbook needs the room
    rules = desk.version.rules
    done = Ranked(
        upto=upto,
        blocks=[(block, ranking.results_of(block, rules)) for block in blocks],
        findings=[*figures.findings, *taken.findings, *found],
    )
    names = {unit.code: unit.name for unit in desk.campaign.units}
    awaited = merge_state(then).waiting
    for _, results in done.blocks:
        done.findings += [
            finding("unit-unfinished", unit=names[one.unit], why=_why(one))
            for one in results
            if one.standing is Standing.UNFINISHED and one.unit not in awaited
        ]
    earlier = "" if against is None else desk.originals.keep(against, ".json")
    data, digest = written(result_book(then, blocks, earlier, [results for _, results in done.blocks]))
    done.file = f"{RESULTS}/{RESULT_FILE}"
    write_atomic(desk.path(RESULTS, RESULT_FILE), data)
    last = desk.ledger.events("ranked")
    done.unchanged = bool(last) and last[-1].data["digest"] == digest
    if not done.unchanged:
        desk.ledger.append(
            "ranked",
            at=desk.clock.now(),
            actor=desk.actor,
            data={
                "file": done.file,
                "digest": digest,
                "campaign": desk.campaign_digest,
                "upto": upto,
                "against": earlier,
                "program": VERSION,
            },
        )
    return done


def may_rank(desk: Desk) -> None:
    """Raises Blocked before anything was issued, and while a unit that has sent nothing yet still may."""
    record, window = desk.record(), desk.round
    if not record.forms and not record.delegated:
        raise Blocked([finding("issue-first")])
    last = desk.campaign.rounds[-1].number
    if window.number < last:
        raise Blocked([finding("round-not-last", now=window.number, rounds=last)])
    theirs = delegated_units(desk)
    waiting = [
        unit
        for unit in desk.campaign.units
        if unit.code not in theirs and counting(record, desk.campaign, unit.code, window.number) is None
    ]
    if waiting and desk.clock.now() < window.closes:
        raise Blocked([finding("round-open", closes=f"{window.closes:%H:%M %d/%m/%Y}", count=len(waiting))])


def _why(one: UnitResult) -> str:
    codes = ", ".join(one.unfinished[:8])
    more = f" và {len(one.unfinished) - 8} tiêu chí khác" if len(one.unfinished) > 8 else ""
    return f"chưa có điểm của tiêu chí {codes}{more}"


def result_book(desk: Desk, blocks: list[Block], earlier: str, ranked: Sequence[Sequence[UnitResult]] | None = None) -> Book:
    """The ranking workbook of those blocks, beside the earlier results kept under that hash ("": beside none).

    `ranked` are the blocks' results where they are known already.
    """
    campaign = desk.campaign
    decisions = tuple(
        (campaign.unit(one.unit).name, DECISION_WORDS[one.what], one.reason, f"{one.at:%d/%m/%Y %H:%M}", one.actor)
        for one in desk.record().decisions
    ) + merged_decisions(merge_state(desk), campaign.units)
    against = comparison(campaign, desk.version, desk.originals.get(earlier)) if earlier else None
    heading = ranking.Campaign(campaign.title, campaign.organiser, campaign.year, desk.version, decisions, against, campaign.overall)
    return ranking.ranking_to_book(heading, blocks, ranked)


def earlier_results(earlier: Desk) -> bytes:
    """What the last ranking of another campaign came to, as `comparing.snapshot` keeps it. Raises Blocked if it was never ranked."""
    ranked = earlier.ledger.events("ranked")
    if not ranked:
        raise Blocked([finding("against-not-ranked", file=str(earlier.folder))])
    then = earlier.as_of(ranked[-1].data["upto"], ranked[-1].data["campaign"])
    blocks, _ = scores_of(then)
    return snapshot(then.campaign, then.version, blocks)


def scores_of(desk: Desk, tick: Callable[[int], None] = lambda _: None) -> tuple[list[Block], list[Finding]]:
    """All that ranking needs of every unit, by block, with findings about central scores and missing returns."""
    read_all_kept(desk)
    state = merge_state(desk)
    merged, found = merged_scores(desk, state)
    found = [*state.findings, *state.waiting_findings, *found]
    lists = lists_of(desk)
    for code, leaf in desk.central_conflicts:
        found.append(finding("central-differs", file=CAMPAIGN_FILE, criterion=leaf, unit=desk.campaign.unit(code).name))
    cases: dict[str, int] = {}
    for case in desk.campaign.deductions:
        cases[case.unit] = cases.get(case.unit, 0) + 1
    found += _unproved(desk, state)
    blank_central: dict[tuple[str, str], int] = {}
    blocks = []
    members: dict[str, list[Unit]] = {}
    for unit in desk.campaign.units:
        members.setdefault(unit.block, []).append(unit)
    for block in desk.campaign.blocks:
        units = []
        for unit in members.get(block.code, ()):
            theirs = merged.get(unit.code)
            scores = theirs or _unit_scores(desk, unit, cases.get(unit.code, 0), blank_central, found)
            # what a district takes out, its own list has taken out
            by_list = desk.version.rules.not_assessed == "central_list" and theirs is None
            if theirs is not None:
                found += _points_of_both(theirs, lists)
            units.append(scores if scores.missing else _listed(scores, lists, by_list, found))
            tick(1)
        blocks.append(Block(block.code, block.name, block.commended, tuple(units)))
    for (number, label), count in blank_central.items():
        found.append(finding("campaign-central-missing", file=CAMPAIGN_FILE, sheet=f"Điểm tập trung {number}", label=label, count=count))
    return blocks, found


def _unit_scores(desk: Desk, unit: Unit, deductions: int, blank_central: dict[tuple[str, str], int], found: list[Finding]) -> UnitScores:
    appendix = desk.version.appendix_for(unit.tier)
    missing = desk.version.rules.missing
    line = unit_line(desk, unit.code)
    if line is None:
        treatment = f"{missing.shown}, xếp loại {missing.grade}" if missing.grade else missing.shown
        found.append(finding("unit-missing", unit=unit.name, treatment=f"{treatment} ({missing.basis})"))
        blank = {leaf.code: LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0)) for leaf in appendix.leaves}
        return UnitScores(unit.code, unit.name, unit.block, unit.tier, appendix, blank, unit.ranked, True, missing.shown, deductions)
    leaves = {}
    for leaf in appendix.leaves:
        if leaf.is_central:
            leaves[leaf.code] = _central(desk, unit, leaf, appendix.number, blank_central, found)
        else:
            leaves[leaf.code] = _appraised(line.leaves[leaf.code])
    let_go(desk, unit.code)
    return UnitScores(unit.code, unit.name, unit.block, unit.tier, appendix, leaves, unit.ranked, False, "", deductions)


def _unproved(desk: Desk, state: MergeState) -> Iterator[Finding]:
    """An error for every unit that a case costs points without any proof named: Cần Thơ 2018, Điều 7.2.g asks that it be true."""
    rule = desk.version.rules.deduction
    if rule is None:
        return
    blank = {case.unit for case in desk.campaign.deductions if not case.proof}
    blank |= {code for code, row in state.units.items() if any(not proof for _, proof, _ in row.cases)}
    for unit in desk.campaign.units:
        if unit.code in blank:
            yield finding("deduction-unproved", unit=unit.name, percent=vi_short(rule.percent))


def _points_of_both(theirs: UnitScores, lists: Lists) -> Iterator[Finding]:
    """A warning where a district's book and the lists here both add points to a unit, or both take some: one case may stand in both."""
    for what, held, listed in (("cộng điểm", theirs.bonus, lists.bonus), ("trừ điểm", theirs.minus, lists.minus)):
        ours = listed.get(theirs.unit, Fraction(0))
        if held and ours:
            yield finding("merge-points-both", unit=theirs.name, what=what, value=vi_short(held), other=vi_short(ours))


def _listed(scores: UnitScores, lists: Lists, by_list: bool, found: list[Finding]) -> UnitScores:
    """A unit's scores with what the council's lists say of it: leaves not assessed, points added and taken.

    Where only the list may take a leaf out (`by_list`), "KĐG" given otherwise is no score yet.
    """
    skipped = lists.skips.get(scores.unit, {})
    leaves = dict(scores.leaves)
    for code, one in scores.leaves.items():
        if code in skipped:
            leaves[code] = replace(one, final=State.NOT_ASSESSED, points=Fraction(0))
        elif one.final is State.NOT_ASSESSED and by_list:
            leaves[code] = replace(one, final=State.UNSCORED)
            found.append(finding("central-not-listed", criterion=code, unit=scores.name))
    bonus, minus = (points.get(scores.unit, Fraction(0)) for points in (lists.bonus, lists.minus))
    return replace(scores, leaves=leaves, bonus=scores.bonus + bonus, minus=scores.minus + minus)


def _appraised(line: LeafLine) -> LeafScore:
    own, final = line.own, line.final
    return LeafScore(own.state, own.points, final.state or State.UNSCORED, final.points)


def _central(desk: Desk, unit: Unit, leaf: Leaf, number: str, blank_central: dict[tuple[str, str], int], found: list[Finding]) -> LeafScore:
    raws = desk.campaign.central_of(unit.code, leaf)
    outcome = leaf.method.score(raws, leaf.max)
    if outcome.state is State.SCORED:
        return LeafScore(None, Fraction(0), State.SCORED, outcome.points)
    if all(is_blank(raw) for raw in raws):
        label = f"{leaf.code}. {leaf.title}"
        blank_central[number, label] = blank_central.get((number, label), 0) + 1
    else:
        sheet = f"Điểm tập trung {number}"
        for problem in outcome.problems:
            raw = raws[problem.index]
            found.append(
                finding(
                    problem.code,
                    file=CAMPAIGN_FILE,
                    sheet=sheet,
                    criterion=f"{leaf.code} ({unit.name})",
                    value="" if raw is None else raw,
                    **dict(problem.params),
                )
            )
    return LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0))


def blocked(done: Ranked) -> bool:
    """Whether anything stands in the way of publishing."""
    return bool(errors(done.findings))
