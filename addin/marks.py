"""What the macros write of their findings: the list in the columns kept on "Rà soát lỗi", which colours the cells, and notes.

The form is issued with a condition on every cell that looks into the list, so the whole list is one write, the colours come and go with
it, and no format of a cell is ever touched. Notes go one by one, so only so many cells get one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlwings as xw

from addin import messages
from addin.front import Front
from addin.undo import Undo
from rubric_versions import words
from rubric_versions.findings import Finding, Severity
from workbook_templates import layout as at
from workbook_templates.book import quoted

MOST_NOTES = 40
"""So many cells get a note; the list and the colours have all of them."""

_KINDS = {Severity.ERROR: words.ERROR, Severity.WARNING: words.WARNING}
_TOP = at.FOUND_STATE[0] + 1
"""First row that the list uses; above it stands what closing the scores notes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the list."""

    kind: str
    code: str
    message: str
    sheet: str
    cell: str

    @property
    def place(self) -> str:
        """The place as the list has it, by which the form's conditions find the cell."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """The lines for errors, then for warnings, each in the order of the form; what is only noted is not listed."""
    found = [one for one in findings if one.severity in _KINDS]
    found.sort(key=lambda one: one.severity is not Severity.ERROR)
    return [Mark(_KINDS[one.severity], one.criterion, one.message, one.sheet, one.cell) for one in found]


def can_go(mark: Mark) -> bool:
    """Whether there is a cell to go to that a person can see."""
    return bool(mark.cell) and mark.sheet != words.META


def listed(front: Front) -> list[Mark]:
    """The lines that stand on the sheet now."""
    rows = _list(front).options(ndim=2).value
    found = []
    for turn, kind, code, message, place in rows[at.CHECK_FIRST - _TOP :]:
        if turn and place:
            sheet, _, cell = str(place).rpartition("!") if "!" in str(place) else (str(place), "", "")
            found.append(Mark(str(kind), str(code or ""), str(message), sheet, cell))
    return found


def _block(front: Front, first: tuple[int, int], last: tuple[int, int]) -> xw.Range:
    return front.host.book.sheets[words.CHECK].range(first, last)


def _list(front: Front) -> xw.Range:
    return _block(front, (_TOP, at.FOUND_TURN), (front.layout.found_last, at.FOUND_PLACE))


def _links(front: Front) -> xw.Range:
    return _block(front, (_TOP, at.FOUND_LINK), (front.layout.found_last, at.FOUND_LINK))


def _whole(front: Front) -> xw.Range:
    return _block(front, (_TOP, at.FOUND_TURN), (front.layout.found_last, at.FOUND_LINK))


def write(front: Front, marks: Sequence[Mark], sentence: str, now: datetime) -> None:
    """Replaces what stands there by these marks; notes that say the same already stay. If any step fails everything is as it was before."""
    notes = _notes(front)
    texts = _note_texts(marks)
    gone = [one for one in notes if texts.get(one[:2]) != one[2]]
    kept = {one[:2] for one in notes if one not in gone}
    new = [(*place, text) for place, text in texts.items() if place not in kept]
    with front.host.steady(), Undo() as undo:
        _keep(front, notes, undo)
        with front.host.opened(_sheets_of(gone, new), front.password):
            _whole(front).clear_contents()  # first, for with a list there LibreOffice looks at every colour anew after each note
            _remove_notes(front, gone)
            for sheet, address, text in new:
                _add_note(front, sheet, address, text)
            _put_list(front, *_rows(front, marks, messages.FOUND_SENTENCE.format(counts=sentence, when=f"{now:%H:%M %d/%m/%Y}")))


def clear(front: Front) -> None:
    """Takes list, colours and notes away."""
    notes = _notes(front)
    with front.host.steady(), Undo() as undo:
        _keep(front, notes, undo)
        with front.host.opened(_sheets_of(notes), front.password):
            _whole(front).clear_contents()
            _remove_notes(front, notes)


def _rows(front: Front, marks: Sequence[Mark], sentence: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """The rows of the list and of its links, as high as the place that is kept for them."""
    room = front.layout.found_last - at.CHECK_FIRST + 1
    rows: list[list[Any]] = [[None] * 5 for _ in range(at.CHECK_FIRST - _TOP)]
    links: list[list[Any]] = [[None] for _ in rows]
    rows[0][3], rows[at.CHECK_SENTENCE - _TOP][3] = messages.FOUND_TITLE, sentence  # the column that is wide enough
    rows[at.CHECK_HEAD - _TOP], links[at.CHECK_HEAD - _TOP] = list(messages.FOUND_HEADS[:5]), [messages.FOUND_HEADS[5]]
    shown = marks if len(marks) <= room else marks[: room - 1]
    for turn, mark in enumerate(shown, 1):
        rows.append([str(turn), mark.kind, mark.code or None, mark.message, mark.place])
        links.append([f'=HYPERLINK("#{quoted(mark.sheet)}!{mark.cell}","{mark.cell}")' if can_go(mark) else None])
    if len(shown) < len(marks):
        rows.append(["…", None, None, messages.FOUND_MORE.format(count=len(marks) - len(shown)), None])
        links.append([None])
    blank = room + at.CHECK_FIRST - _TOP - len(rows)
    return rows + [[None] * 5 for _ in range(blank)], links + [[None] for _ in range(blank)]


def _put_list(front: Front, rows: list[list[Any]], links: list[list[Any]]) -> None:
    _list(front).value = rows
    _links(front).formula = links


def _sheets_of(*notes: Sequence[Noted]) -> list[str]:
    """The sheets that have to be open: that of the list, those where a note goes or comes."""
    return list(dict.fromkeys([words.CHECK, *(sheet for some in notes for sheet, _, _ in some)]))


def _noted(marks: Sequence[Mark]) -> list[Mark]:
    """The marks of the first cells, as many as get a note."""
    cells = list(dict.fromkeys((mark.sheet, mark.cell) for mark in marks if can_go(mark)))[:MOST_NOTES]
    return [mark for mark in marks if (mark.sheet, mark.cell) in cells]


Noted = tuple[str, str, str]
"""Sheet, address and text of a note of ours."""


def _notes(front: Front) -> list[Noted]:
    """Every note of ours."""
    found = []
    for sheet in front.host.book.sheets:
        if sheet.name != words.META:
            for note in sheet.notes:
                text = note.text
                if text.startswith(messages.NOTE_START):
                    found.append((sheet.name, note.location.get_address(False, False), text))
    return found


def _remove_notes(front: Front, notes: Sequence[Noted]) -> None:
    for sheet, address, _ in notes:
        note = front.host.book.sheets[sheet].range(address).note
        if note is not None:
            note.delete()


def _note_texts(marks: Sequence[Mark]) -> dict[tuple[str, str], str]:
    """What the note of each cell says, by sheet and address."""
    lines: dict[tuple[str, str], list[str]] = {}
    for mark in _noted(marks):
        lines.setdefault((mark.sheet, mark.cell), []).append(f"{mark.kind}: {mark.message}")
    return {place: messages.NOTE_START + messages.NOTE_AND.join(some) for place, some in lines.items()}


def _add_note(front: Front, sheet: str, address: str, text: str) -> None:
    """Puts a note on a cell that has none; somebody's own note stays."""
    cell = front.host.book.sheets[sheet].range(address)
    if cell.note is None:
        cell.add_note(text)


def _keep(front: Front, notes: Sequence[Noted], undo: Undo) -> None:
    """Notes how to bring list and notes back as they are now."""
    rows, links = _list(front).options(ndim=2).value, _links(front).formula

    def restore() -> None:
        with front.host.opened([sheet.name for sheet in front.host.book.sheets if sheet.name != words.META], front.password):
            _remove_notes(front, _notes(front))
            _put_list(front, rows, [[one] if isinstance(one, str) else list(one) for one in links])
            for sheet, address, text in notes:
                _add_note(front, sheet, address, text)

    undo.add(restore)
