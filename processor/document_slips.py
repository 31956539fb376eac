"""A slip for files that came after their return, or before it: what was received and when, and what the return still lacks.

Files that come together with a return stand in that return's own slip.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from processor.desk import BACK, Desk
from processor.documents import evidence_of
from processor.files import ascii_name, make_folder, write_atomic
from processor.kept import kept_return
from processor.record import Document, Return
from rubric_versions.findings import CATALOGUE, DOCUMENT_STAGE, Finding, Severity
from workbook_templates.book import write_book
from workbook_templates.return_slip import Slip, return_slip

Group = tuple[str, int, tuple[Document, ...]]
"""A unit, which of its slips for files this is, and the files."""


def answer_documents(desk: Desk) -> None:
    """Nothing; every slip for files that is not there is written, from the ledger alone."""
    newest = {one.unit: one for one in desk.record().returns}
    for unit, turn, files in _groups(desk):
        name = desk.campaign.names[unit]
        folder = (BACK, f"{unit}_{ascii_name(name)[:40]}")
        target = desk.folder.joinpath(*folder, f"{unit}_tai_lieu_bo_sung_{turn}.xlsx")
        if not target.is_file():
            make_folder(target.parent)
            write_atomic(target, write_book(return_slip(_slip(desk, unit, files, newest.get(unit)))))


def _groups(desk: Desk) -> Iterator[Group]:
    """The files of every unit by the moment they came, without those that came with a return."""
    record = desk.record()
    answered = {(one.unit, one.received) for one in record.returns}
    for unit, files in record.documents.items():
        if unit not in desk.campaign.names:
            continue
        moments: dict[datetime, list[Document]] = {}
        for one in files:
            if (unit, one.received) not in answered:
                moments.setdefault(one.received, []).append(one)
        for turn, came in enumerate(moments.values(), 1):
            yield unit, turn, tuple(came)


def _slip(desk: Desk, unit: str, files: tuple[Document, ...], last: Return | None) -> Slip:
    """What came, and what the unit's newest return lacks, where nothing else is wrong with it."""
    facts = [("Thời điểm nhận", f"{files[0].received:%H:%M ngày %d/%m/%Y}"), ("Số tệp", str(len(files)))]
    facts += [(f"Tệp {turn}", f"{one.file} (mã băm {one.sha256[:16]}…)") for turn, one in enumerate(files, 1)]
    lacking: tuple[Finding, ...] = ()
    wrong = [] if last is None else [CATALOGUE[one["code"]].stage for one in last.findings if one["severity"] == Severity.ERROR.value]
    if last is None or any(stage != DOCUMENT_STAGE for stage in wrong):
        facts.append(("Hồ sơ tự chấm điểm", "Chưa có hồ sơ hợp lệ; các tệp được giữ lại"))
    else:
        lacking = evidence_of(desk, unit, kept_return(desk, last.sha256, unit).answers, last.sha256).findings
        said = f"Còn {len(lacking)} điều ghi ở bảng dưới" if lacking else "Không thiếu tệp nào"
        facts.append((f"Đối chiếu với hồ sơ nhận {last.received:%H:%M ngày %d/%m/%Y}", said))
    return Slip("documents", desk.campaign.organiser, desk.campaign.place, desk.campaign.names[unit], tuple(facts), lacking)
