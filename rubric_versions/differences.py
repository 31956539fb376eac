"""What officers must know of two versions: every row and rule that differs, in words, with the legal basis where an amendment names it.

Compared is what the versions are, not what an amendment says it did: any two can be compared. Rows are the same by code and title, else by
title (recoded), else by code and place (renamed).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from rubric_versions.findings import SEVERITY_WORDS, Severity
from rubric_versions.methods import Checklist
from rubric_versions.model import Appendix, Group, Leaf, Node, RubricVersion, Window
from rubric_versions.numbers import vi
from rubric_versions.words import APPENDIX, RULE_NAMES, RULE_VALUES, SCORED_BY, SELF_SCORED

KINDS = {
    "table-added": "Thêm phụ lục",
    "table-dropped": "Bỏ phụ lục",
    "heading": "Đổi tên phụ lục",
    "total": "Đổi thang điểm",
    "added": "Thêm",
    "dropped": "Bỏ, không chấm nữa",
    "renamed": "Đổi tên",
    "recoded": "Đổi mã, vị trí",
    "points": "Đổi điểm tối đa",
    "method": "Đổi cách chấm",
    "scored-by": "Đổi người chấm",
    "appraiser": "Đổi cơ quan thẩm định",
    "evidence": "Đổi tài liệu kiểm chứng",
    "guidance": "Đổi hướng dẫn",
    "may-skip": "Đổi trường hợp không đánh giá",
    "rule": "Đổi quy tắc",
}
"""How a difference is called, by its kind."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: where (`appendix` and `code` of the newer version, or of what was dropped), what, from what to what."""

    kind: str
    appendix: str
    code: str
    title: str
    before: str
    after: str
    basis: str = ""

    def as_json(self) -> dict[str, str]:
        """What `--json` prints."""
        return {name: getattr(self, name) for name in ("kind", "appendix", "code", "title", "before", "after", "basis")}


def differences(before: RubricVersion, after: RubricVersion) -> list[Difference]:
    """All of them: rules first, then table by table in the order of the newer version's rows."""
    found = list(_rules(before, after))
    for old, new in tables(before, after):
        renamed = {one.code for one in after.changes if one.kind == "rename" and new and one.appendix == new.number}
        found += _table(old, new, renamed)
    return [_with_basis(one, after) for one in found]


def tables(before: RubricVersion, after: RubricVersion) -> list[tuple[Appendix | None, Appendix | None]]:
    """The tables in pairs: by tier, else by number; the newer version's first, then those it has no longer."""
    left = list(before.appendices)
    pairs: list[tuple[Appendix | None, Appendix | None]] = []
    for new in after.appendices:
        old = next((one for one in left if one.tier == new.tier), None) or next((one for one in left if one.number == new.number), None)
        if old:
            left.remove(old)
        pairs.append((old, new))
    return [*pairs, *((old, None) for old in left)]


def _with_basis(one: Difference, after: RubricVersion) -> Difference:
    """The difference with the basis of the change that made it: the one of its kind at its row, else any at that row or above it."""
    ops = {"renamed": "rename", "points": "points", "dropped": "drop", "added": "add", "recoded": "move", "method": "method"}
    best, rank = "", 0
    for change in after.changes:
        if one.kind == "rule":
            near = 3 if change.rule == one.code else 0
        elif change.appendix != one.appendix:
            near = 0
        elif change.code == one.code:
            near = 3 if ops.get(one.kind, "restate") == change.kind else 2
        else:
            near = 1 if change.code and one.code.startswith(f"{change.code}.") else 0
        if near > rank:
            best, rank = change.basis, near
    title = RULE_NAMES.get(one.code, one.title) if one.kind == "rule" else one.title
    return Difference(one.kind, one.appendix, "" if one.kind == "rule" else one.code, title, one.before, one.after, best)


# --------------------------------------------------------------------------------------------------------------------------- rules


def _rules(before: RubricVersion, after: RubricVersion) -> Iterator[Difference]:
    for name in type(after.rules).model_fields:
        old, new = getattr(before.rules, name), getattr(after.rules, name)
        if old != new:
            yield Difference("rule", "", name, name, _said(old), _said(new))


def _said(value: Any) -> str:
    """A rule's value in words."""
    match value:
        case None | "" | ():
            return "không có"
        case Severity():
            return SEVERITY_WORDS[value]
        case Fraction():
            return vi(value)
        case Window():
            return f"lần {value.round}: {f'từ {value.opens} ' if value.opens else ''}đến trước {value.closes}"
        case BaseModel():
            parts = (getattr(value, inner) for inner in type(value).model_fields)
            return " – ".join(_said(part) for part in parts if part not in (None, "", (), False))
        case tuple() | list():
            return "; ".join(_said(one) for one in value)
        case _:
            return RULE_VALUES.get(str(value), str(value))


# --------------------------------------------------------------------------------------------------------------------------- tables


def _table(old: Appendix | None, new: Appendix | None, renamed: Collection[str]) -> Iterator[Difference]:
    if old is None or new is None:
        one = old or new
        assert one is not None
        kind, size = ("table-dropped" if new is None else "table-added"), f"{len(one.leaves)} tiêu chí được chấm, {vi(one.total)} điểm"
        yield Difference(kind, one.number, "", one.title, size if new is None else "", size if old is None else "")
        return
    if (old.number, old.title) != (new.number, new.title):
        heads = [f"{APPENDIX.format(number=one.number)}: {one.title}" for one in (old, new)]
        yield Difference("heading", new.number, "", new.title, *heads)
    if old.total != new.total:
        yield Difference("total", new.number, "", new.title, vi(old.total), vi(new.total))
    pairs = matched(old, new, renamed)
    yield from sorted(_rows(old, new, pairs), key=lambda row: _order(row.code))


def _order(code: str) -> tuple[tuple[int, str], ...]:
    """Codes as people order them: 1.2 before 1.10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"[.\s]", code))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def matched(old: Appendix, new: Appendix, renamed: Collection[str] = ()) -> dict[int, Node]:
    """For the place of each row of the newer table (its turn in `walk`), the older table's row it goes on from; rows without one are new.

    `renamed` are codes of which an amendment says that the row was renamed.
    """
    rows = [node for _, node in new.walk()]
    left = [node for _, node in old.walk()]
    pairs: dict[int, Node] = {}

    def pair(same: Any) -> None:
        for turn, row in enumerate(rows):
            if turn not in pairs:
                fits = [one for one in left if same(one, row)]
                if len(fits) == 1:
                    pairs[turn] = fits[0]
                    left.remove(fits[0])

    pair(lambda one, row: one.code == row.code and _plain(one.title) == _plain(row.title))
    pair(lambda one, row: _plain(one.title) == _plain(row.title) and isinstance(one, Leaf) == isinstance(row, Leaf))
    pair(lambda one, row: one.code == row.code and (row.code in renamed or _akin(one, row)))
    return pairs


def _akin(one: Node, row: Node) -> bool:
    """Whether two rows of one code may be one row renamed: groups always, leaves that share words or a way of being scored."""
    if isinstance(one, Group) or isinstance(row, Group):
        return isinstance(one, Group) and isinstance(row, Group)
    words, more = set(_plain(one.title).split()), set(_plain(row.title).split())
    return len(words & more) * 2 >= min(len(words), len(more)) or one.method == row.method


def _rows(old: Appendix, new: Appendix, pairs: Mapping[int, Node]) -> Iterator[Difference]:
    kept = {id(one) for one in pairs.values()}
    parents = {id(child): node for _, node in old.walk() if isinstance(node, Group) for child in node.children}
    for _, node in old.walk():
        parent = parents.get(id(node))
        if id(node) not in kept and (parent is None or id(parent) in kept):
            yield Difference("dropped", new.number, node.code, node.title, _size(node), "")
    moved: dict[str, str] = {}
    for turn, (_, row) in enumerate(new.walk()):
        was = pairs.get(turn)
        if was is None:
            yield Difference("added", new.number, row.code, row.title, "", _size(row))
            continue
        if was.code != row.code:
            moved[was.code] = row.code
            above, _, own = was.code.rpartition(".")
            if f"{moved.get(above, above)}.{own}".lstrip(".") != row.code:
                yield Difference("recoded", new.number, row.code, row.title, was.code, row.code)
        yield from _row(was, row, new.number)


def _size(node: Node) -> str:
    points = f"{vi(node.max)} điểm"
    return f"{points}, {len(list(node.leaves()))} tiêu chí" if isinstance(node, Group) else points


def _row(old: Node, new: Node, number: str) -> Iterator[Difference]:
    def told(kind: str, before: str, after: str) -> Difference:
        return Difference(kind, number, new.code, new.title, before, after)

    if old.title != new.title:
        yield told("renamed", old.title, new.title)
    if old.max != new.max:
        yield told("points", vi(old.max), vi(new.max))
    if not isinstance(old, Leaf) or not isinstance(new, Leaf):
        return
    if old.method != new.method:
        yield told("method", *(_method(one) for one in (old, new)))
    if old.scored_by != new.scored_by:
        yield told("scored-by", *(SCORED_BY.get(one.scored_by, SELF_SCORED) for one in (old, new)))
    texts: Sequence[tuple[str, str]] = (("appraiser", "appraiser"), ("guidance", "guidance"), ("may_skip", "may-skip"))
    if old.evidence != new.evidence:
        yield told("evidence", "; ".join(old.evidence), "; ".join(new.evidence))
    for name, kind in texts:
        if getattr(old, name) != getattr(new, name):
            yield told(kind, *(getattr(one, name) or "không có" for one in (old, new)))


def _method(leaf: Leaf) -> str:
    """How a leaf is scored, with what the unit declares where the method's own line does not say it."""
    if isinstance(leaf.method, Checklist):
        return "Cộng điểm các nội dung đạt: " + " · ".join(f"{item.text}: {vi(item.points)}" for item in leaf.method.items)
    entries = leaf.method.inputs(leaf.max)
    asked = f"{entries[1].label} / {entries[0].label}. " if leaf.method.kind in ("bands", "linear") else ""
    return asked + leaf.method.describe(leaf.max)
