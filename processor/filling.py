"""How far a form is filled in, by field, and which of the evidence files it names lie beside it. Reads answers; judges none."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from processor.checks import Checked, documents_of, says_something
from rubric_versions.answers import EVIDENCE_PARTS, Answers
from rubric_versions.methods.base import State
from rubric_versions.model import Group
from workbook_templates.layout import Layout

_FILE = EVIDENCE_PARTS.index("file")
_ELSEWHERE = ("/", "\\", ":")
"""What stands in an address or a path; such an entry is never looked up, for even looking may send a password over the network."""


@dataclass(frozen=True, slots=True)
class FieldProgress:
    """One field's self-scored leaves: how many, scored or marked not assessed, explained, with documents, wanting documents."""

    code: str
    title: str
    count: int
    done: int
    explained: int
    evidenced: int
    wanted: int


def progress_by_field(layout: Layout, checked: Checked) -> Iterator[FieldProgress]:
    """The fields of the form in order, those without any leaf that the unit scores left out. `checked` must have answers."""
    assert checked.answers is not None
    assert checked.outcomes is not None
    answers, outcomes = checked.answers, checked.outcomes
    documents = documents_of(layout, answers)
    for line in layout.lines:
        if line.depth != 1 or line.index >= 0:
            continue
        node = line.node
        leaves = [leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if leaf.is_self_scored]
        if leaves:
            done = sum(outcomes[leaf.code].state in (State.SCORED, State.NOT_ASSESSED) for leaf in leaves)
            explained = sum(says_something(answers.of(leaf).explanation) for leaf in leaves)
            wanting = [leaf for leaf in leaves if leaf.evidence]
            evidenced = sum(leaf.code in documents for leaf in wanting)
            yield FieldProgress(node.code, node.title, len(leaves), done, explained, evidenced, len(wanting))


def named_files(answers: Answers) -> list[str]:
    """The names of files that rows of evidence give, in order, each once: several in a cell are parted by semicolons or line breaks.

    Addresses and paths are left out; a name has an ending.
    """
    found: dict[str, None] = {}
    for row in answers.evidence:
        raw = row[_FILE]
        if isinstance(raw, str):
            for part in raw.replace("\n", ";").split(";"):
                name = _plain(part)
                if "." in name.strip(".") and not any(mark in name for mark in _ELSEWHERE):
                    found[name] = None
    return list(found)


def missing_files(answers: Answers, present: Collection[str]) -> list[str]:
    """Of the files that the form names those that are not among `present`; alike whatever the normal form and the capitals."""
    there = {_plain(name).casefold() for name in present}
    return [name for name in named_files(answers) if name.casefold() not in there]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
