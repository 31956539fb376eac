"""Units of one tier ranked over all blocks, where the campaign asks for it (issue 4, Merging; city-wide ranking is our choice)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator

from processor.ranking import Block, LeafScore, UnitScores, ranking_data, ranking_to_book
from rubric_versions.methods.base import State
from rubric_versions.model import RubricVersion
from tests.engines import Engine, differences
from tests.folders import CENTRAL, VERSION, Folder
from tests.test_ranking_book import campaign, with_rules
from workbook_templates.book import write_book
from workbook_templates.ranking_overall import OVERALL, overall_lines


def reference(blocks: Sequence[Block], tier: str, ties: str) -> dict[str, int]:
    """Ranks by counting, for each unit, who is before it: slow and plain, index by index with nothing shared with the program."""
    index: dict[str, Fraction] = {}
    for block in blocks:
        for unit in block.units:
            scores = [(leaf, unit.leaves[leaf.code]) for leaf in unit.appendix.leaves]
            if unit.tier != tier or not unit.ranked or unit.missing or any(score.final is State.UNSCORED for _, score in scores):
                continue
            got = sum((score.points for _, score in scores if score.final is State.SCORED), Fraction(0))
            most = sum((leaf.max for leaf, score in scores if score.final is State.SCORED), Fraction(0))
            if unit.deductions:
                got -= got * 5 / 100
            exact = got / most * 100 if most else Fraction(0)
            index[unit.unit] = Fraction(round(exact * 10**9), 10**9)
    if ties == "share":
        return {unit: 1 + len({other for other in index.values() if other > mine}) for unit, mine in index.items()}
    return {unit: 1 + sum(other > mine for other in index.values()) for unit, mine in index.items()}


VARIANTS = {"skip": VERSION, "share": with_rules(ties="share")}


def twins(blocks: list[Block]) -> list[Block]:
    """The blocks with the first unit of each block of communes alike, so that ranks are shared across blocks."""
    communes = [block for block in blocks if block.code.startswith("xa")]
    leaves = communes[0].units[0].leaves
    return [
        replace(block, units=(replace(block.units[0], leaves=leaves), *block.units[1:])) if block in communes else block for block in blocks
    ]


@pytest.mark.parametrize("version", VARIANTS.values(), ids=VARIANTS.keys())
def test_ranks_over_all_blocks_are_those_of_the_slow_reference_and_of_the_formulas(version: RubricVersion, tmp_path: Path) -> None:
    heading, blocks = campaign(units=24, version=version)
    heading, blocks = replace(heading, overall=True), twins(blocks)
    lines = overall_lines(ranking_data(heading, blocks))
    assert set(lines) == {"IV"}, "sở and districts stand in one block each"
    assert {one.unit.code: one.rank for one in lines["IV"]} == reference(blocks, "xa", version.rules.ties)
    ranks = [one.rank for one in lines["IV"]]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) < len(ranks), "there are ties"
    book = ranking_to_book(heading, blocks)
    assert f"{OVERALL} IV" in [sheet.name for sheet in book.sheets]
    data = write_book(book)
    assert differences(book, Engine(data).evaluate({})) == []
    (tmp_path / "a.xlsx").write_bytes(data)
    assert OpenXmlValidator().validate(tmp_path / "a.xlsx").is_valid


def test_without_the_setting_there_is_no_such_sheet() -> None:
    heading, blocks = campaign(units=9)
    assert not any(sheet.name.startswith(OVERALL) for sheet in ranking_to_book(heading, blocks).sheets)


def test_units_without_a_rank_have_no_common_one() -> None:
    heading, blocks = campaign(units=9)

    def none_of(block: Block) -> Block:
        blank = LeafScore(None, Fraction(0), State.UNSCORED, Fraction(0))
        units: list[UnitScores] = [replace(unit, leaves=dict.fromkeys(unit.leaves, blank)) for unit in block.units]
        return replace(block, units=tuple(units))

    lines = overall_lines(ranking_data(heading, [none_of(block) for block in blocks]))
    assert lines == {}


def test_the_campaign_asks_for_it_and_the_command_tells_it(appraised: Folder) -> None:
    assert appraised.json("rank", now=CENTRAL).json["overall"] == {}
    appraised.change(lambda one: replace(one, overall=True))
    ran = appraised.json("rank", now=CENTRAL)
    ranks = ran.json["overall"]["IV"]
    assert sorted(ranks) == ["31117", "31120", "31154"]
    assert sorted(ranks.values()) == [1, 2, 3]
    assert "Xếp hạng chung: UBND xã, phường, thị trấn" in appraised.run("rank", now=CENTRAL).out
    assert appraised.run("verify", now=CENTRAL).code == 0
