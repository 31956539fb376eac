"""An earlier campaign set beside this one: what it came to is kept once, as data, so that the comparison can be made again without it.

Units are matched by code and by what the campaign workbook says of renamed, merged and split ones; leaves by title, or by code where
this version amends that one. What matches nothing, or more than one thing, is not compared, and the note says why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from processor.campaign import clean
from processor.ranking import Block, Standing, results_of, shown_percent
from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, Leaf, RubricVersion, Rules, canonical_json
from rubric_versions.numbers import vi_short
from workbook_templates.campaign_book import Campaign, Unit
from workbook_templates.ranking_data import Comparison, Earlier, EarlierLeaf, total


@dataclass(frozen=True, slots=True)
class _Then:
    """A unit as the earlier campaign had it."""

    name: str
    tier: str
    block: str
    standing: str
    pari: Fraction | None
    rank: int | None
    grade: str
    shown: str


def snapshot(campaign: Campaign, version: RubricVersion, blocks: Sequence[Block]) -> bytes:
    """The results of a campaign with these scores as canonical JSON, to be kept by a later one."""
    data = {
        "title": campaign.title,
        "year": campaign.year,
        "version": version.id,
        "digest": version.digest,
        "units": [row for block in blocks for row in _unit_rows(block, version.rules)],
        "leaves": {appendix.tier: _leaf_rows(appendix, blocks) for appendix in version.appendices},
    }
    return canonical_json(data).encode("utf-8")


def _unit_rows(block: Block, rules: Rules) -> list[list[object]]:
    tiers = {one.unit: one.tier for one in block.units}
    return [
        [
            one.unit,
            one.name,
            tiers[one.unit],
            block.code,
            one.standing.value,
            _spelt(one.pari),
            one.rank,
            one.grade,
            shown_percent(one.pari, rules) if one.pari is not None else "",
        ]
        for one in results_of(block, rules)
    ]


def _leaf_rows(appendix: Appendix, blocks: Sequence[Block]) -> list[list[object]]:
    points: dict[str, list[Fraction]] = {leaf.code: [] for leaf in appendix.leaves}
    for block in blocks:
        for unit in block.units:
            if unit.appendix.number == appendix.number:
                for code, score in unit.leaves.items():
                    if score.final is State.SCORED:
                        points[code].append(score.points)
    rows: list[list[object]] = []
    for leaf in appendix.leaves:
        got = points[leaf.code]
        share = total(got) / len(got) / leaf.max * 100 if got and leaf.max else None
        rows.append([leaf.code, leaf.title, _spelt(leaf.max), _spelt(share)])
    return rows


def _spelt(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def _value(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def comparison(campaign: Campaign, version: RubricVersion, kept: bytes) -> Comparison:
    """The earlier results that `snapshot` kept, matched to the units and leaves of this campaign."""
    data = json.loads(kept)
    then = {}
    for code, name, tier, block, standing, pari, rank, grade, shown in data["units"]:
        then[code] = _Then(name, tier, block, standing, _value(pari), rank, grade, shown)
    units, used = {}, set[str]()
    splits = Counter(one.before for one in campaign.renamed)
    carried: dict[str, dict[str, None]] = {}
    for one in campaign.renamed:
        carried.setdefault(one.unit, {})[one.before] = None
    for unit in campaign.units:
        before = tuple(carried.get(unit.code, ()))
        codes = [code for code in before or (unit.code,) if code in then]
        used.update(codes)
        if before or (codes and splits[unit.code] == 0):
            units[unit.code] = _earlier(unit, codes, then, splits)
    leaves: dict[tuple[str, str], EarlierLeaf] = {}
    for appendix in version.appendices:
        rows = data["leaves"].get(appendix.tier, [])
        leaves |= {(appendix.number, code): one for code, one in _leaves(appendix, rows, version, data["version"]).items()}
    gone = tuple((one.name, Earlier(one.pari, one.rank, one.grade)) for code, one in then.items() if code not in used)
    same = data["digest"] == version.digest
    note = "" if same else f"Bộ tiêu chí hai đợt khác nhau ({data['version']}, {version.id}): chênh lệch chỉ để tham khảo."
    return Comparison(data["title"], note, units, leaves, gone)


def _earlier(unit: Unit, codes: Sequence[str], then: Mapping[str, _Then], splits: Mapping[str, int]) -> Earlier:
    """What a unit had before: comparable only if it alone carries on one unit of then."""
    if not codes:
        return Earlier(note="Không thấy đơn vị trước đây trong đợt trước")
    told = ", ".join(f"{then[code].name} ({then[code].shown or 'không có chỉ số'})" for code in codes)
    if len(codes) > 1:
        return Earlier(note=f"Nhập từ {told}: không so được")
    if splits.get(codes[0], 0) > 1:
        return Earlier(note=f"Tách từ {told}: không so được")
    one = then[codes[0]]
    notes = []
    if clean(one.name).casefold() != clean(unit.name).casefold():
        notes.append(f"Trước là {one.name}")
    if one.pari is None:
        notes.append("Đợt trước không có chỉ số")
    rank = one.rank
    if one.block != unit.block and rank is not None:
        notes.append("Khối đã khác: không so thứ hạng")
        rank = None
    elif one.standing == Standing.UNRANKED:
        notes.append("Đợt trước không xếp hạng")
    return Earlier(one.pari, rank, one.grade, "; ".join(notes))


def _leaves(appendix: Appendix, rows: Sequence[Sequence[Any]], version: RubricVersion, earlier: str) -> dict[str, EarlierLeaf]:
    titles_now = Counter(_title(leaf.title) for leaf in appendix.leaves)
    titles_then = Counter(_title(row[1]) for row in rows)
    by_title = {_title(row[1]): row for row in rows}
    by_code = {row[0]: row for row in rows}
    added = {one.code for one in version.changes if one.kind == "add" and one.appendix == appendix.number}
    found = {}
    for leaf in appendix.leaves:
        title = _title(leaf.title)
        row = by_title.get(title)
        if row is None and version.amends == earlier and leaf.code not in added:
            row = by_code.get(leaf.code)
        elif row is not None and (titles_now[title], titles_then[title]) != (1, 1):
            row = by_code.get(leaf.code)
            row = row if row is not None and _title(row[1]) == title else None
        if row is not None:
            found[leaf.code] = _compared(leaf, row)
        elif leaf.code in by_code:
            found[leaf.code] = EarlierLeaf(note=f"Không so được: mã này đợt trước là «{by_code[leaf.code][1]}»")
    return found


def _compared(leaf: Leaf, row: Sequence[Any]) -> EarlierLeaf:
    notes = []
    if _title(leaf.title) != _title(row[1]):
        notes.append(f"Trước là «{row[1]}»")
    most = Fraction(row[2])
    if most != leaf.max:
        notes.append(f"Điểm tối đa trước: {vi_short(most)}")
    share = _value(row[3])
    if share is None:
        notes.append("Đợt trước không có điểm")
    return EarlierLeaf(row[0], share, "; ".join(notes))


def _title(text: str) -> str:
    return clean(text).casefold().rstrip(".; ")
