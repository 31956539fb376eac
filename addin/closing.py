"""Closing the scores of a form (chốt điểm) and opening it again: approval filled in, inputs locked, the mã đối chiếu written, saved.

A form that cannot be closed to the end is left open as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from addin.front import Front
from addin.messages import SEND_SUFFIX
from addin.undo import Undo
from processor.checks import Checked, check_workbook
from processor.issued import SHEET_OF
from processor.issuing import form_name
from processor.reader import Cell
from rubric_versions import words
from workbook_templates import layout as at
from workbook_templates.book import a1
from workbook_templates.entry_form import as_date

_SHEETS = (words.SCORING, words.EVIDENCE, words.CHECK, words.APPROVAL)
_STATE = re.compile(r"chot:([a-z,]*)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What closing a form will do: what it fills in of the approval (key to value), what is found of the form so filled, the file."""

    day: datetime
    fills: Mapping[str, Any]
    checked: Checked
    file: str

    @property
    def digest(self) -> str:
        """The mã đối chiếu of the answers with the approval filled in."""
        return self.checked.digest


def plan(front: Front, now: datetime) -> Plan:
    """The plan for a form: approval and its day are filled in where they are blank; the rest only people know."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    front.check()  # completes what was read
    cells = front.data.sheets[words.APPROVAL].cells
    fills: dict[str, Any] = {}
    filled = dict(cells)
    values = {"date": (day, Cell(as_date(day), None, False, True)), "approved": (words.APPROVED, Cell(words.APPROVED, None, False, False))}
    for key, (value, cell) in values.items():
        place = front.layout.approval_rows[key], at.APPROVAL_VALUE
        if place not in cells:
            fills[key], filled[place] = value, cell
    sheets = {**front.data.sheets, words.APPROVAL: replace(front.data.sheets[words.APPROVAL], cells=filled)}
    checked = check_workbook(replace(front.data, sheets=sheets), front.host.book.name)
    name = Path(form_name(front.identity))
    return Plan(day, fills, checked, f"{name.stem}{SEND_SUFFIX}{name.suffix}")


def close(front: Front, planned: Plan, target: Path) -> None:
    """Fills in, locks, writes the mã đối chiếu, protects and saves; if any of it fails the form is open again as it was."""
    with Undo() as undo:
        undo.add(lambda: _open_again(front, planned.fills))
        with front.host.opened(_SHEETS, front.password):
            approval = front.host.book.sheets[words.APPROVAL]
            for key, value in planned.fills.items():
                approval.range((front.layout.approval_rows[key], at.APPROVAL_VALUE)).value = value
            approval.range((front.layout.digest_row, at.APPROVAL_VALUE)).value = planned.digest
            front.host.book.sheets[words.CHECK].range(at.FOUND_STATE).value = f"chot:{','.join(planned.fills)}"
            _lock(front, locked=True)
        front.host.save_as(target)


def reopen(front: Front) -> None:
    """Undoes `close`: what it filled in is blank again, the inputs are open, the mã đối chiếu is gone. Nothing is saved."""
    state = front.host.book.sheets[words.CHECK].range(at.FOUND_STATE).value
    found = _STATE.fullmatch(str(state or ""))
    fills = [key for key in found[1].split(",") if key in front.layout.approval_rows] if found else []
    digest = front.digest
    approval = front.host.book.sheets[words.APPROVAL]
    with Undo() as undo:
        kept = {key: approval.range((front.layout.approval_rows[key], at.APPROVAL_VALUE)).value for key in fills}
        undo.add(lambda: _close_again(front, kept, digest, state))
        _open_again(front, fills)


def _open_again(front: Front, fills: Mapping[str, Any] | list[str]) -> None:
    with front.host.opened(_SHEETS, front.password):
        _lock(front, locked=False)
        approval = front.host.book.sheets[words.APPROVAL]
        for key in fills:
            approval.range((front.layout.approval_rows[key], at.APPROVAL_VALUE)).clear_contents()
        approval.range((front.layout.digest_row, at.APPROVAL_VALUE)).clear_contents()
        front.host.book.sheets[words.CHECK].range(at.FOUND_STATE).clear_contents()


def _close_again(front: Front, kept: Mapping[str, Any], digest: str, state: Any) -> None:
    with front.host.opened(_SHEETS, front.password):
        approval = front.host.book.sheets[words.APPROVAL]
        for key, value in kept.items():
            approval.range((front.layout.approval_rows[key], at.APPROVAL_VALUE)).value = value
        approval.range((front.layout.digest_row, at.APPROVAL_VALUE)).value = digest
        front.host.book.sheets[words.CHECK].range(at.FOUND_STATE).value = state
        _lock(front, locked=True)


def _lock(front: Front, *, locked: bool) -> None:
    """Locks or unlocks every input of the form."""
    areas: dict[str, list[str]] = {}
    for key, area in input_areas(front):
        areas.setdefault(SHEET_OF[key], []).append(area)
    for sheet, found in areas.items():
        front.host.lock(front.host.book.sheets[sheet], found, locked=locked)


def input_areas(front: Front) -> Iterator[tuple[str, str]]:
    """The input cells as areas: runs of rows in one column, with their sheet's key; a run of columns alike in all rows is one area."""
    runs: dict[str, dict[tuple[int, int], list[int]]] = {}
    columns: dict[tuple[str, int], list[int]] = {}
    for key, row, col in front.layout.input_cells():
        columns.setdefault((key, col), []).append(row)
    for (key, col), rows in columns.items():
        rows.sort()
        start = rows[0]
        for row, following in zip(rows, [*rows[1:], 0], strict=True):
            if following != row + 1:
                runs.setdefault(key, {}).setdefault((start, row), []).append(col)
                start = following
    for key, found in runs.items():
        for (first, last), cols in found.items():
            cols.sort()
            begin = cols[0]
            for col, after in zip(cols, [*cols[1:], 0], strict=True):
                if after != col + 1:
                    yield key, f"{a1(first, begin)}:{a1(last, col)}"
                    begin = after
