"""What every button does, written once on the xlwings API. Computes nothing itself: the form's answers go to the processor's own checks.

Each macro takes the host of the book in front. One that cannot do its work raises Refused and leaves the book as it was; `run` turns
whatever happens into a plain message.
"""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from addin import closing, marks, messages, office
from addin.buttons import BY_ID
from addin.front import Front, form_in_front
from addin.hosts import Host, Refused, folder_of, is_busy, show_path
from processor.checks import Checked
from processor.filling import missing_files, named_files, progress_by_field
from processor.guide import FIRST, page_path
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS
from rubric_versions.findings import Severity, errors
from rubric_versions.numbers import vi_short
from workbook_templates import layout as at
from workbook_templates.book import a1

Macro = Callable[[Host], None]


# -------------------------------------------------------------------------------------------------------------------- the unit's


def ra_soat_loi(host: Host) -> None:
    """Checks the form as the office will, lists and marks what is wrong, goes to the first cell."""
    front = form_in_front(host, whole=True)
    checked = front.check()
    found = marks.marks_of(checked.findings)
    marks.write(front, found, counts_of(checked), datetime.now())  # noqa: DTZ005  (the clock on the officer's wall)
    first = next(filter(marks.can_go, found), None)
    host.select(*((first.sheet, first.cell) if first else (words.CHECK, a1(at.CHECK_SENTENCE, 1))))
    scores = scores_text(checked)
    host.alert(
        messages.CHECKED.format(counts=counts_of(checked)) + scores if found else messages.CHECKED_CLEAN + scores,
        warn=bool(errors(checked.findings)),
    )


def counts_of(checked: Checked) -> str:
    """How many errors and warnings there are, in words."""
    warnings = sum(one.severity is Severity.WARNING for one in checked.findings)
    return messages.CHECKED_COUNTS.format(errors=len(errors(checked.findings)), warnings=warnings)


def scores_text(checked: Checked) -> str:
    """The self-score in words, "" where the answers cannot be read."""
    if checked.totals is None:
        return ""
    points, possible, rate = (vi_short(one) for one in (checked.totals.points, checked.totals.possible, checked.totals.rate))
    return messages.SCORES.format(points=points, possible=possible, rate=rate)


def loi_tiep_theo(host: Host) -> None:
    """Goes to the cell of the list after the one that is selected, round the end."""
    front = form_in_front(host, change=False)
    found = marks.listed(front)
    if not found:
        host.alert(messages.NO_MARKS)
        return
    places = [index for index, one in enumerate(found) if marks.can_go(one)]
    if not places:
        host.select(words.CHECK, a1(at.CHECK_FIRST, at.FOUND_TURN))
        host.alert(messages.NO_PLACES)
        return
    here = _selected(host)
    at_here = [index for index in places if (found[index].sheet, found[index].cell) == here]
    after = [index for index in places if at_here and index > at_here[-1]]
    turn = after[0] if after else places[0]
    host.select(found[turn].sheet, found[turn].cell)
    text = messages.NEXT.format(turn=turn + 1, count=len(found), place=found[turn].place, message=found[turn].message)
    host.progress((messages.AROUND if at_here and not after else "") + text)


def _selected(host: Host) -> tuple[str, str]:
    """Sheet and address of the cell that is selected; of a range its first."""
    chosen = host.book.app.selection
    return (chosen.sheet.name, a1(chosen.row, chosen.column)) if chosen is not None else ("", "")


def xoa_danh_dau(host: Host) -> None:
    """Takes list, colours and notes away."""
    marks.clear(form_in_front(host))
    host.alert(messages.CLEARED)


def tien_do(host: Host) -> None:
    """Tells how far each field is."""
    front = form_in_front(host, whole=True, change=False)
    checked = _with_answers(front)
    fields = list(progress_by_field(front.layout, checked))
    sums = {name: sum(getattr(one, name) for one in fields) for name in ("done", "count", "explained", "evidenced", "wanted")}
    lines = [messages.PROGRESS_LINE.format(**asdict(one)) for one in fields]
    host.alert("\n".join([messages.PROGRESS_HEAD.format(**sums), *lines]))


def _with_answers(front: Front) -> Checked:
    """What is found, where the answers can be read at all. Raises Refused where rows were moved or sheets are missing."""
    checked = front.check()
    if checked.answers is None:
        raise Refused("not-readable", name=front.host.book.name)
    return checked


def them_tai_lieu(host: Host) -> None:
    """Goes to a free row of evidence with the criterion of the selected row put in; tells which of the files named are not there."""
    front = form_in_front(host, whole=True)
    checked = _with_answers(front)
    assert checked.answers is not None
    sheet, cell = _selected(host)
    files = _files_text(front, checked)
    row = int("".join(filter(str.isdigit, cell)) or 0)
    place = next((one for one in front.layout.places if sheet == words.SCORING and one.row <= row <= one.last_row), None)
    if place is None:
        host.alert((messages.EVIDENCE_WHERE if sheet != words.EVIDENCE else "").strip() + files or messages.EVIDENCE_WHERE)
        return
    if front.digest:
        raise Refused("closed", digest=front.digest)
    evidence = checked.answers.evidence
    free = next((at_row for at_row, one in enumerate(evidence) if all(raw is None for raw in one)), len(evidence))
    line = at.EVIDENCE_FIRST + free
    if line > front.layout.evidence_last:
        host.alert(messages.EVIDENCE_FULL + files, warn=True)
        return
    cells = {part: a1(line, col) for part, col in at.EVIDENCE_COLUMNS.items()}
    host.book.sheets[words.EVIDENCE].range(cells["criterion"]).value = front.layout.evidence_labels[place.turn - 1]
    host.select(words.EVIDENCE, cells[EVIDENCE_PARTS[1]])
    host.alert(messages.EVIDENCE_READY.format(row=line - at.EVIDENCE_FIRST + 1, code=place.leaf.code) + files)


def _files_text(front: Front, checked: Checked) -> str:
    """Which of the files that are named lie beside the form, in words; "" where none is named or the form lies in no folder."""
    assert checked.answers is not None
    folder = folder_of(front.host.book)
    named = named_files(checked.answers)
    if folder is None or not named:
        return ""
    lost = missing_files(checked.answers, [path.name for path in folder.iterdir()])
    if lost:
        return messages.FILES_MISSING.format(folder=folder, files="\n".join(f"– {name}" for name in lost[:15]))
    return messages.FILES_FOUND.format(count=len(named))


def chot_diem(host: Host) -> None:
    """Closes the scores: only where no error is left, and once the head's approval is confirmed."""
    front = form_in_front(host, whole=True)
    if front.digest:
        raise Refused("closed", digest=front.digest)
    folder = folder_of(host.book)
    if folder is None:
        raise Refused("not-saved", name=host.book.name)
    plan = closing.plan(front, datetime.now())  # noqa: DTZ005  (the clock on the officer's wall)
    if errors(plan.checked.findings):
        found = marks.marks_of(plan.checked.findings)
        marks.write(front, found, counts_of(plan.checked), datetime.now())  # noqa: DTZ005
        first = next(filter(marks.can_go, found), None)
        host.select(*((first.sheet, first.cell) if first else (words.CHECK, a1(at.CHECK_SENTENCE, 1))))
        host.alert(messages.CLOSE_ERRORS.format(counts=counts_of(plan.checked)), warn=True)
        return
    target = folder / plan.file
    date = messages.CLOSE_DATE.format(date=f"{plan.day:%d/%m/%Y}") if "date" in plan.fills else ""
    question = messages.CLOSE_ASK.format(scores=scores_text(plan.checked).strip(), approved=words.APPROVED, date=date, file=target)
    if not host.ask(question):
        return
    if target.exists() and target != Path(host.book.fullname) and not host.ask(messages.CLOSE_REPLACE.format(file=target)):
        return
    closing.close(front, plan, target)
    host.select(words.APPROVAL, a1(front.layout.digest_row, at.APPROVAL_VALUE))
    host.alert(messages.CLOSED.format(digest=plan.digest, file=target))


def mo_lai(host: Host) -> None:
    """Opens a closed form again."""
    front = form_in_front(host)
    if not front.digest:
        raise Refused("not-closed")
    closing.reopen(front)
    host.alert(messages.REOPENED)


# -------------------------------------------------------------------------------------------------------------------- help, office


def huong_dan(host: Host) -> None:
    """Opens the guide that came with the program: the page for units where one of their forms is in front."""
    has_form = words.META in [sheet.name for sheet in host.book.sheets]
    page = page_path("don-vi" if has_form else FIRST)
    if not page.is_file():
        raise Refused("no-help")
    show_path(page)


MACROS: dict[str, Macro] = {
    one.__name__: one for one in (ra_soat_loi, loi_tiep_theo, xoa_danh_dau, tien_do, them_tai_lieu, chot_diem, mo_lai, huong_dan)
} | office.MACROS
"""Every button's function, by the button's id."""


def run(button: str, host: Host) -> None:
    """Does what the button says; whatever goes wrong is told in a message.

    Raises only if even the message cannot be shown (Excel is busy): the caller must tell it.
    """
    try:
        MACROS[button](host)
    except Exception as problem:  # the last guard before people who cannot read tracebacks
        text = told(button, problem)
        host.progress("")
        host.alert(text, warn=True)


def told(button: str, problem: Exception) -> str:
    """A problem in plain words; a fault of ours is written to a file for those who can mend it."""
    if isinstance(problem, Refused):
        return str(problem)
    if is_busy(problem):
        return messages.REFUSED["busy"]
    known = office.told(problem)
    return known or messages.FAULT.format(label=BY_ID[button].label, log=_kept(problem))


def _kept(problem: Exception) -> str:
    path = Path(tempfile.gettempdir()) / f"cchc-nut-loi-{datetime.now():%Y%m%d-%H%M%S}.log"  # noqa: DTZ005  (a file name)
    lines: Sequence[str] = traceback.format_exception(problem)
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError:
        return ""
    return messages.FAULT_LOG.format(log=path)
