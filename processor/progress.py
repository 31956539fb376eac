"""How far the work has come: what `status` tells and `theo_doi_tien_do.xlsx` holds, and who is to be reminded of what.

Read from the record and the clock; nothing of it is told in the ledger, for tomorrow it is another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from processor.desk import Desk
from processor.documents import evidence_of
from processor.evidence import Evidence
from processor.files import FileBusy, write_atomic
from processor.kept import counting_returns, kept_return, read_all_kept
from processor.merging import merge_state
from processor.record import BookMade
from processor.scores import appraised_codes, unfinished, who
from processor.tracking import AWAITED, COUNTS, HANDED, LATE, MENDING, NO_FORM, NOTHING, UnitState, unit_states
from rubric_versions.findings import Finding, Severity, finding
from workbook_templates.book import write_book
from workbook_templates.progress_book import AppraiserProgress, ProgressData, Reminder, UnitProgress, progress_book

PROGRESS_FILE = "theo_doi_tien_do.xlsx"
STATES = (COUNTS, MENDING, LATE, NOTHING, NO_FORM)


@dataclass(frozen=True)
class Progress:
    """Where everybody stands at a moment."""

    now: datetime
    round: int
    closes: datetime
    states: tuple[UnitState, ...]
    units: tuple[UnitProgress, ...]
    appraisers: tuple[AppraiserProgress, ...]
    reminders: tuple[Reminder, ...]

    @property
    def days(self) -> str:
        """How long the round is still open, in words."""
        return days_left(self.now, self.closes)


def days_left(now: datetime, closes: datetime) -> str:
    """How long from `now` until `closes`, in words: whole days, hours on the last one; how long ago where it is past."""
    left = (closes - now).total_seconds()
    if left <= 0:
        days = math.floor(-left / 86_400)
        return f"đã hết hạn {days} ngày" if days else "vừa hết hạn"
    if left < 86_400:
        return f"còn {math.ceil(left / 3600)} giờ"
    return f"còn {math.floor(left / 86_400)} ngày"


def progress_of(desk: Desk) -> Progress:
    """Where everybody stands now."""
    read_all_kept(desk)
    window, now = desk.round, desk.clock.now()
    states = tuple(unit_states(desk))
    units = tuple(_unit(desk, one, window.number) for one in states)
    appraisers = tuple(_appraiser(desk, book) for book in desk.record().books_now() if book.charge.round == window.number)
    due = f"{window.closes:%H:%M %d/%m/%Y} ({days_left(now, window.closes)})"
    reminders = (*_late_units(units, due), *_late_appraisers(appraisers), *_late_districts(desk))
    return Progress(now, window.number, window.closes, states, units, appraisers, reminders)


def _late_districts(desk: Desk) -> list[Reminder]:
    """Districts that score their own units and have not sent a result book that counts."""
    awaited = merge_state(desk).awaited
    names = {unit.code: unit.name for unit in desk.campaign.units}
    return [Reminder(code, names.get(code, code), f"Chưa có sổ kết quả của {len(units)} đơn vị", "") for code, units in awaited.items()]


def _unit(desk: Desk, state: UnitState, number: int) -> UnitProgress:
    returns = counting_returns(desk, state.code)
    named = missing = None
    report = ""
    asked = desk.version.rules.evidence_files is not Severity.NOTE or bool(desk.record().documents.get(state.code))
    came = _evidence(desk, state.code, returns) if asked else None
    if came is not None:
        named = len(came.named)
        missing = sum(one.document is None for one in came.named)
        worst = {one.code for one in came.findings}
        if "report-mismatch" in worst:
            report = "✗ không khớp mã"
        elif came.report is not None:
            report = "! chưa đối chiếu" if worst & {"report-unreadable", "report-no-code"} else "✓ khớp mã"
        else:
            report = "○ chưa có"
    return UnitProgress(
        state.code,
        state.name,
        state.block,
        state.state,
        state.received.replace(tzinfo=None, microsecond=0) if state.received else None,
        max(returns, default=number),
        state.errors,
        named,
        missing,
        report,
        len(appraised_codes(desk, state.code)) if returns else None,
        unfinished(desk, state.code) if returns else None,
    )


def _evidence(desk: Desk, unit: str, returns: Mapping[int, str]) -> Evidence | None:
    """What came along with the return that counts; None where none counts."""
    if not returns:
        return None
    sha256 = returns[max(returns)]
    return evidence_of(desk, unit, kept_return(desk, sha256, unit).answers, sha256)


def _appraiser(desk: Desk, book: BookMade) -> AppraiserProgress:
    units = rows = done = 0
    record = desk.record()
    for (unit, sha256), codes in book.rows.items():
        if counting_returns(desk, unit).get(book.charge.round) != sha256:
            continue
        put = record.entries_of(book.book, unit)
        units, rows = units + 1, rows + len(codes)
        done += sum(bool(put[code].score) for code in codes if code in put)
    stage = next(one.name for one in desk.version.rules.stages if one.code == book.charge.stage)
    name = next((one.name for one in desk.campaign.offices if one.code == book.charge.office), "") or who(desk, book)
    return AppraiserProgress(name, stage, book.charge.round, units, rows, done, book.file)


def _late_units(units: Sequence[UnitProgress], due: str) -> list[Reminder]:
    found = []
    for one in units:
        owed = []
        if one.state in (NOTHING, NO_FORM):
            owed.append(f"Chưa gửi hồ sơ lần {one.round}" if one.state == NOTHING else "Chưa được cấp biểu mẫu")
        elif one.state == MENDING:
            owed.append(f"Hồ sơ đã trả lại, còn {one.errors} lỗi phải sửa")
        elif one.state == LATE:
            owed.append("Hồ sơ gửi quá hạn")
        if one.missing:
            owed.append(f"Thiếu {one.missing}/{one.named} tệp tài liệu kiểm chứng")
        if one.report[:1] in ("✗", "○"):
            owed.append("Báo cáo ký không khớp mã đối chiếu" if one.report[:1] == "✗" else "Chưa có báo cáo tự đánh giá đã ký")
        if owed:
            found.append(Reminder(one.code, one.name, "; ".join(owed), due))
    return found


def _late_appraisers(appraisers: Sequence[AppraiserProgress]) -> list[Reminder]:
    return [
        Reminder("", one.name, f"{one.stage}: còn {one.rows - one.done}/{one.rows} tiêu chí chưa chấm ({one.file})", "")
        for one in appraisers
        if one.done < one.rows
    ]


def write_progress(desk: Desk, progress: Progress) -> list[Finding]:
    """`theo_doi_tien_do.xlsx` written; a finding where it is open in Excel, nothing else stops for that."""
    facts = (
        ("Lần tự chấm", f"{progress.round}; đóng lúc {progress.closes:%H:%M ngày %d/%m/%Y} ({progress.days})"),
        ("Cần đôn đốc", f"{len(progress.reminders)} cơ quan, đơn vị, hội đồng"),
    )
    blocks = tuple((block.code, block.name) for block in desk.campaign.blocks)
    data = ProgressData(
        desk.campaign.title,
        desk.campaign.organiser,
        progress.now.replace(tzinfo=None, microsecond=0),
        facts,
        (*STATES, AWAITED) if any(one.state == AWAITED for one in progress.units) else STATES,
        blocks,
        tuple(replace(one, state=COUNTS) if one.state == HANDED else one for one in progress.units),
        progress.appraisers,
        progress.reminders,
    )
    try:
        write_atomic(desk.path(PROGRESS_FILE), write_book(progress_book(data)))
    except FileBusy:
        return [finding("file-busy", severity=Severity.WARNING, file=PROGRESS_FILE)]
    return []
