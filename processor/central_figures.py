"""The campaign's central figures: what its workbook says and what central books say, as one. Pure; the desk asks for it as it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from processor.record import CentralMade, Record
from rubric_versions.answers import is_blank
from rubric_versions.methods.base import Raw
from rubric_versions.model import Leaf, RubricVersion
from workbook_templates.campaign_book import Campaign, CentralSheet, central_sheets
from workbook_templates.central_book import FIRST

FOLDER = "so_lieu_tap_trung"
"""The folder in `05_tham_dinh` that holds the central books."""

Place = tuple[str, str]
"""A unit and a leaf's code."""


def with_books(campaign: Campaign, version: RubricVersion, record: Record) -> tuple[Campaign, tuple[Place, ...]]:
    """The campaign with the figures of the central books taken in, and the places where book and workbook say different things.

    Nothing counts at such a place: neither source may overrule the other.
    """
    if not record.central:
        return campaign, ()
    places = {place.appendix.number: place for place in central_sheets(version)}
    figures, conflicts = dict(campaign.central), []
    known = {unit.code for unit in campaign.units}
    for made in record.central_books.values():
        if made.part not in places:
            continue
        for where, raws in _figures(made, places[made.part], record.central.get(made.book, {})):
            there = campaign.central.get(where)
            if where[0] not in known:
                continue
            if there is None or all(is_blank(one) for one in there):
                figures[where] = raws
            elif list(map(_plain, there)) != list(map(_plain, raws)):
                figures.pop(where, None)
                conflicts.append(where)
    return replace(campaign, central=figures), tuple(conflicts)


def _figures(
    made: CentralMade, place: CentralSheet, entries: Mapping[tuple[str, int, int], str]
) -> Iterator[tuple[Place, tuple[Raw, ...]]]:
    columns = leaf_columns(place)
    for row in sorted({row for _, row, _ in entries}):
        unit = made.units[row - FIRST][0]
        for leaf, cols in columns.items():
            raws = tuple(raw_of(text) if (text := entries.get((place.name, row, col))) is not None else None for col in cols)
            if any(raw is not None for raw in raws):
                yield (unit, leaf.code), raws


def leaf_columns(place: CentralSheet) -> dict[Leaf, tuple[int, ...]]:
    """The columns of each leaf's inputs, in order."""
    found: dict[str, list[int]] = {}
    leaves = {}
    for one in place.inputs:
        leaves[one.leaf.code] = one.leaf
        found.setdefault(one.leaf.code, []).append(one.col)
    return {leaves[code]: tuple(cols) for code, cols in found.items()}


def text_of(raw: Raw) -> str:
    """An entry as the ledger keeps it: "n1.5" for a number, "sCó" for a text."""
    return f"n{raw}" if isinstance(raw, Decimal) else f"s{raw}"


def raw_of(text: str) -> Raw:
    """The entry that `text_of` wrote."""
    return Decimal(text[1:]) if text[:1] == "n" else text[1:]


def _plain(raw: Raw) -> object:
    return Fraction(raw) if isinstance(raw, Decimal) else raw
