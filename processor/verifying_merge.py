"""Proof of what passed between a city and its districts: every result book made comes out of the record, every one taken still holds."""

from __future__ import annotations

from collections.abc import Iterator

from processor import VERSION
from processor.desk import Blocked, Desk
from processor.files import OriginalAltered, OriginalMissing, read_whole
from processor.handed import book_of
from processor.handover import handover_at, sealed_identity
from processor.issuing import parts_digest, parts_digest_or_none
from processor.judging import judge
from rubric_versions.findings import Finding, Severity, errors, finding
from workbook_templates.book import write_book


def results_hold(desk: Desk) -> Iterator[Finding]:
    """Every result book this district sealed, made again; of the newest also the file in the folder."""
    made = desk.record().results
    for one in made:
        try:
            handover = handover_at(desk, one)
            rebuilt = parts_digest(write_book(book_of(desk.version, sealed_identity(handover, desk, one), handover)))
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=one.file, part="hồ sơ gốc")
            continue
        if rebuilt != one.digest:
            if one.program != VERSION:
                yield finding("record-other-release", file=one.file, program=one.program, now=VERSION)
            else:
                yield finding("record-book", file=one.file, part=f"nội dung lập lại của sổ số {one.serial}")
    if made:
        newest, path = made[-1], desk.folder / made[-1].file
        if not path.is_file():
            yield finding("record-book-missing", file=newest.file)
        elif parts_digest_or_none(read_whole(path)) != newest.digest:
            yield finding("record-book", file=newest.file, part="tệp trong thư mục")


def merges_hold(desk: Desk) -> Iterator[Finding]:
    """Every result book taken: its original judged again as when it came, and what the ledger told of it."""
    for one in desk.record().merged:
        then = desk if one.council in desk.record().delegated else desk.as_of(one.seq - 1, desk.campaign_digest)
        try:
            judged = judge(then, desk.originals.get(one.sha256))
        except (OriginalMissing, OriginalAltered):
            continue  # told already, as an original
        except Blocked as problem:  # without the city's key no seal can be proved; all else was
            for told in problem.findings:
                yield finding(told.code, severity=Severity.WARNING, file=one.file, **dict(told.params))
            continue
        found = errors(judged.findings)
        for wrong in found:
            yield wrong.at(file=one.file)
        if not found and (judged.book, judged.serial, judged.council) != (one.book, one.serial, one.council):
            yield finding("record-merge", file=one.file, serial=str(one.serial))
