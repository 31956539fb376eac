"""A result workbook for every unit that has an index, under `06_ket_qua/don_vi`: told in the ledger together, made again by `verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from processor import VERSION
from processor.appraisal_orders import DECISION_WORDS
from processor.central import Lists, lists_of
from processor.desk import RESULTS, Desk
from processor.executors import Runner, processes
from processor.files import ascii_name, make_folder, read_whole, write_atomic
from processor.issuing import parts_digest_or_none
from processor.ranking import Block, UnitResult, UnitScores, score_of, unit_row
from processor.scores import LeafLine, unit_line
from rubric_versions.model import Appendix, RubricVersion
from workbook_templates.book import Written as WrittenBook
from workbook_templates.book import written
from workbook_templates.campaign_book import Campaign
from workbook_templates.ranking_data import Score
from workbook_templates.unit_result import LeafResult, UnitResultData, unit_result_book

UNITS = "don_vi"
"""The folder in `06_ket_qua` that holds a workbook for each unit."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One unit's workbook to make; what all have in common goes along once, as the context."""

    file: str
    scores: UnitScores
    result: UnitResult
    block: str
    heads: tuple[str, ...]
    leaves: Mapping[str, LeafResult]
    ranked: int
    above: int
    told: tuple[str, ...]


@dataclass(slots=True)
class Written:
    """What was done: how many workbooks there are, how many of them had to be written, how many of units without an index went."""

    count: int = 0
    written: int = 0
    removed: int = 0


def write_unit_results(
    desk: Desk, then: Desk, blocks: Sequence[tuple[Block, list[UnitResult]]], *, run: Runner = processes, tick: Callable[[int], None]
) -> Written:
    """Every unit's workbook as of the record `then`: one that is there and right is left alone, one of a unit without an index removed."""
    done = Written()
    before = _told(desk)
    made: dict[str, str] = {}
    make_folder(desk.folder / RESULTS / UNITS)
    for file, (data, digest) in make_all(then, blocks, run):
        made[file] = digest
        path = desk.folder / RESULTS / UNITS / file
        if not path.is_file() or parts_digest_or_none(read_whole(path)) != digest:
            write_atomic(path, data)
            done.written += 1
        done.count += 1
        tick(1)
    for file, digest in before.items():
        path = desk.folder / RESULTS / UNITS / file
        if file not in made and path.is_file() and parts_digest_or_none(read_whole(path)) == digest:
            path.unlink()
            done.removed += 1
    if made != before:
        told = {"files": sorted(map(list, made.items())), "campaign": then.campaign_digest, "upto": then.record().upto}
        desk.ledger.append("unit_results", at=desk.clock.now(), actor=desk.actor, data={**told, "program": VERSION})
    return done


def _told(desk: Desk) -> dict[str, str]:
    events = desk.ledger.events("unit_results")
    return dict(events[-1].data["files"]) if events else {}


def make_all(then: Desk, blocks: Sequence[tuple[Block, list[UnitResult]]], run: Runner) -> Iterator[tuple[str, WrittenBook]]:
    """The name of every unit's workbook, its bytes and digest, in the order of the blocks."""
    lists = lists_of(then)
    items = [item for block, results in blocks for item in _items(then, block, results, lists)]
    return zip((one.file for one in items), run(_make, (then.version, then.campaign), items), strict=True)


def _items(then: Desk, block: Block, results: Sequence[UnitResult], lists: Lists) -> Iterator[_Item]:
    scores = {one.unit: one for one in block.units}
    ranked = sum(one.rank is not None for one in results)
    for one in results:
        if one.pari is None:
            continue
        mine = scores[one.unit]
        line = unit_line(then, one.unit)
        if line is None:  # a unit that a district scored gets its workbook from there
            continue
        heads, leaves = _steps(mine, line.leaves, lists.skips.get(one.unit, {}))
        decided = tuple(
            f"Quyết định: {DECISION_WORDS[each.what]} – {each.reason} ({each.at:%d/%m/%Y})" for each in then.record().decided(one.unit)
        )
        file = f"{one.unit}_{ascii_name(one.name)[:40]}_ket_qua.xlsx"
        above = one.rank - 1 if one.rank is not None else 0
        yield _Item(file, mine, one, block.name, heads, leaves, ranked, above, decided)


def _steps(scores: UnitScores, lines: Mapping[str, LeafLine], skipped: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, LeafResult]]:
    """The heads of the steps, and every leaf's scores at them; the last column holds what counts, wherever it comes from.

    Central scores pass no stage. `skipped` has the reasons of the council's list of what is not assessed.
    """
    heads: dict[tuple[int, str], str] = {}
    for line in lines.values():
        for step in line.steps:
            heads.setdefault((step.round, step.stage), step.name)
    order = list(heads)
    leaves = {}
    for leaf in scores.appendix.leaves:
        found, one = lines.get(leaf.code), scores.leaves[leaf.code]
        row: list[Score] = [None] * len(order)
        for step in found.steps if found else ():
            row[order.index((step.round, step.stage))] = step.given.value
        row[-1] = score_of(one.final, one.points)
        said = [_said(found)] if found else []
        if leaf.code in skipped:
            said.append(f"Không đánh giá theo danh sách: {skipped[leaf.code]}")
        leaves[leaf.code] = LeafResult(tuple(row), "\n".join(text for text in said if text))
    return tuple(heads.values()), leaves


def _said(line: LeafLine) -> str:
    """What councils and offices said of a leaf, stage by stage; the stage is named where there are several."""
    steps = [one for one in line.steps if one.stage and one.given.reason and not one.carried]
    stages = {(one.round, one.stage) for one in line.steps if one.stage}
    return "\n".join(f"{one.name}: {one.given.reason}" if len(stages) > 1 else one.given.reason for one in steps)


def _make(context: tuple[RubricVersion, Campaign], item: _Item) -> WrittenBook:
    version, campaign = context
    row = unit_row(item.scores, item.result, version.rules)
    appendix: Appendix = item.scores.appendix
    data = UnitResultData(
        version,
        campaign.organiser,
        campaign.title,
        campaign.year,
        campaign.signer_title,
        campaign.signer,
        item.block,
        row,
        appendix,
        item.heads,
        item.leaves,
        item.ranked,
        item.above,
        item.told,
    )
    return written(unit_result_book(data))
