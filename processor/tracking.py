"""Where every unit stands, from the ledger: what `status` tells and `so_theo_doi.xlsx` holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from processor.appraisal import holes
from processor.appraisal_orders import DECISION_WORDS
from processor.checks import Verdict
from processor.clock import parse_moment
from processor.desk import Desk
from processor.files import FileBusy, write_atomic
from processor.ledger import Event
from processor.merging import delegated_units, merge_state
from processor.record import counting, in_time
from rubric_versions.findings import Finding, Severity, finding
from workbook_templates.book import write_book
from workbook_templates.tracking_book import FileLine, UnitLine, tracking_book

TRACKING_FILE = "so_theo_doi.xlsx"
COUNTS, MENDING, LATE, NOTHING, NO_FORM = "✓ Hợp lệ", "✗ Trả lại, chờ sửa", "✗ Quá hạn", "○ Chưa gửi", "○ Chưa cấp biểu mẫu"
HANDED, AWAITED = "✓ Có trong sổ kết quả cấp dưới", "○ Chờ sổ kết quả cấp dưới"
KINDS = {
    "created": "Tạo đợt đánh giá",
    "campaign": "Đọc sổ đợt đánh giá",
    "issued": "Cấp biểu mẫu",
    "received": "Nhận tệp",
    "document": "Nhận tài liệu kèm theo",
    "again": "Nhận lại tệp cũ",
    "decided": "Quyết định",
    "book": "Lập bảng thẩm định",
    "central_book": "Lập sổ số liệu tập trung",
    "central": "Nhận số liệu tập trung",
    "appraised": "Nhận điểm thẩm định",
    "changes": "Báo điểm thay đổi cho đơn vị",
    "ranked": "Xếp hạng",
    "unit_results": "Lập phiếu kết quả từng đơn vị",
    "key": "Thay khóa niêm phong",
    "delegated": "Lập gói khởi tạo",
    "recalled": "Thu hồi gói khởi tạo",
    "result": "Lập sổ kết quả",
    "merged": "Nhận sổ kết quả",
    "merge-refused": "Trả lại sổ kết quả",
}


@dataclass(frozen=True, slots=True)
class UnitState:
    """Where a unit stands: its state in words, the return that counts (or the last one), what is left to appraise."""

    code: str
    name: str
    block: str
    state: str
    received: datetime | None
    scores: Mapping[str, str] | None
    errors: int
    left: int | None
    decisions: str


def unit_states(desk: Desk) -> list[UnitState]:
    """One line per unit, in the campaign's order."""
    record, campaign = desk.record(), desk.campaign
    round_number = desk.round.number
    appraised = {unit for book in record.books_now() for unit, _ in book.units if book.charge.round == round_number}
    left = holes(desk, appraised)
    theirs, merged = delegated_units(desk), merge_state(desk).units
    states = []
    for unit in campaign.units:
        counts = counting(record, campaign, unit.code, round_number)
        came = record.of_unit(unit.code, str(round_number))
        last = counts or (came[-1] if came else None)
        if unit.code in theirs:
            state = HANDED if unit.code in merged else AWAITED
        elif counts:
            state = COUNTS
        elif last is None:
            state = NOTHING if (unit.code, str(round_number)) in record.forms else NO_FORM
        elif last.verdict is Verdict.ACCEPTED and not in_time(last, desk.round, record.decided(unit.code)):
            state = LATE
        else:
            state = MENDING
        errors = sum(one["severity"] == Severity.ERROR for one in last.findings) if last and not counts else 0
        decided = "; ".join(f"{DECISION_WORDS[one.what]}: {one.reason}" for one in record.decided(unit.code))
        todo = left.get(unit.code, 0) if counts and unit.code in appraised else None
        states.append(
            UnitState(
                unit.code,
                unit.name,
                unit.block,
                state,
                last.received if last else None,
                last.scores if last else None,
                errors,
                todo,
                decided,
            )
        )
    return states


def write_tracking(desk: Desk) -> list[Finding]:
    """`so_theo_doi.xlsx` written anew from the ledger; a finding where it is open in Excel, nothing else stops for that."""
    names = {unit.code: unit.name for unit in desk.campaign.units}
    units = [
        UnitLine(
            one.code,
            one.name,
            one.block,
            one.state,
            one.received,
            Fraction(one.scores["pari"]) if one.scores else None,
            one.errors,
            one.left,
            one.decisions,
        )
        for one in unit_states(desk)
    ]
    files: list[FileLine] = []
    log: list[tuple[int, datetime, str, str, str, str, str]] = []
    for event in desk.ledger.each():
        if event.kind == "received":
            files.append(_file_line(event, names))
        what, unit = KINDS.get(event.kind, event.kind), names.get(event.unit, event.unit)
        log.append((event.seq, event.at, event.actor, what, unit, _told(event.kind, event.data), event.digest))
    data = write_book(tracking_book(desk.campaign.title, desk.campaign.organiser, units, files, log))
    try:
        write_atomic(desk.path(TRACKING_FILE), data)
    except FileBusy:
        return [finding("file-busy", severity=Severity.WARNING, file=TRACKING_FILE)]
    return []


def _file_line(event: Event, names: Mapping[str, str]) -> FileLine:
    data = event.data
    counts = Counter(one["severity"] for one in data["findings"])
    how = "; ".join(str(data[key]) for key in ("number", "channel", "reason") if data[key])
    return FileLine(
        parse_moment(data["received"]),
        data["file"],
        names.get(event.unit, event.unit),
        data["verdict"],
        counts["error"],
        counts["warning"],
        how,
        data["sha256"],
    )


_TOLD = {
    "created": ("version",),
    "campaign": ("workbook",),
    "issued": ("file",),
    "received": ("file", "verdict"),
    "document": ("file",),
    "again": ("file",),
    "decided": ("what", "reason"),
    "book": ("file",),
    "central_book": ("file",),
    "central": ("book",),
    "appraised": ("book",),
    "ranked": ("file",),
    "delegated": ("file",),
    "recalled": ("reason",),
    "result": ("file", "serial"),
    "merged": ("file", "serial"),
    "merge-refused": ("file",),
}
"""What the log says of an event, by its kind."""


def _told(kind: str, data: Mapping[str, Any]) -> str:
    return ", ".join(str(data[key]) for key in _TOLD.get(kind, ()))
