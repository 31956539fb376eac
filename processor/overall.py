"""The common ranking of units of one tier over several blocks, for the screen; computed where the workbook is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from processor import ranking
from processor.desk import Desk
from processor.ranking import Block, shown_percent
from workbook_templates.ranking_overall import HEADS, OVERALL, OverallLine, overall_lines


def lines_of(desk: Desk, blocks: Sequence[Block]) -> Mapping[str, tuple[OverallLine, ...]]:
    """The common ranking by appendix, empty where the campaign does not ask for it."""
    if not desk.campaign.overall:
        return {}
    campaign = desk.campaign
    return overall_lines(ranking.ranking_data(ranking.Campaign(campaign.title, campaign.organiser, campaign.year, desk.version), blocks))


def overall_ranks(desk: Desk, blocks: Sequence[Block]) -> dict[str, dict[str, int]]:
    """The common rank of every unit that has one, by appendix and unit."""
    return {number: {one.unit.code: one.rank for one in lines} for number, lines in lines_of(desk, blocks).items()}


def overall_tables(desk: Desk, blocks: Sequence[Block]) -> Iterator[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """Title, heads and rows of each common ranking."""
    tiers = {appendix.number: appendix.tier for appendix in desk.version.appendices}
    names = {tier.code: tier.name for tier in desk.version.tiers}
    for number, lines in lines_of(desk, blocks).items():
        rows: list[tuple[object, ...]] = []
        for one in lines:
            assert one.unit.pari is not None  # a unit with a rank has an index
            shown = shown_percent(one.unit.pari, desk.version.rules)
            rows.append((one.rank, one.unit.name, one.block.name, shown, one.unit.grade, one.unit.rank))
        yield f"{OVERALL}: {names[tiers[number]]}", HEADS, rows
