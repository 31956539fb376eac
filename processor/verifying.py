"""Proof that nothing was changed behind the record's back: the chain, every original, and every book rebuilt part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from processor import VERSION
from processor.appraisal_books import written_of
from processor.appraisal_orders import order_again
from processor.central import rebuilt as central_rebuilt
from processor.central_figures import FOLDER as CENTRAL
from processor.changes import make_lists
from processor.desk import APPRAISAL, BACK, FORMS, PRINTS, RESULTS, Desk
from processor.documents import copy_names
from processor.executors import processes
from processor.files import OriginalAltered, OriginalMissing, read_whole, sha256_of
from processor.issuing import parts_digest, parts_digest_or_none
from processor.kept import shelf_of
from processor.printing import Paper, Press
from processor.ranking import results_of
from processor.results import result_book, scores_of
from processor.unit_results import UNITS, make_all
from processor.verifying_merge import merges_hold, results_hold
from rubric_versions.findings import Finding, finding
from workbook_templates.book import write_book, written


def verify(desk: Desk, *, tick: Callable[[int], None] = lambda _: None) -> list[Finding]:
    """Everything that does not hold; empty when all does. Reads only."""
    found = [finding("record-chain", file=desk.ledger.path.name, seq=one.seq, what=one.what) for one in desk.ledger.check()]
    checks = (
        _originals, _copies, _central_books, _forms, _books, _changes, results_hold, merges_hold, _rankings, _unit_results, _papers,
    )  # fmt: skip
    for check in checks:
        found += check(desk)
        tick(1)
    return found


def _originals(desk: Desk) -> Iterator[Finding]:
    told = {event.data["sha256"] for event in desk.ledger.events("received", "document", "merged", "merge-refused")}
    told |= {event.data["workbook"] for event in desk.ledger.events("campaign")}
    told |= {event.data["version_kept"] for event in desk.ledger.events("created")}
    told |= {event.data["against"] for event in desk.ledger.events("ranked") if event.data["against"]}
    told |= {sha256 for event in desk.ledger.events("central") for _, sha256 in event.data["files"]}
    told |= {sha256 for event in desk.ledger.events("appraised") for _, sha256 in event.data["files"]}
    for sha256 in sorted(told):
        try:
            desk.originals.get(sha256)
        except (OriginalMissing, OriginalAltered):
            yield finding("record-original", hash=sha256)


def _central_books(desk: Desk) -> Iterator[Finding]:
    """A central book must come out of the record as it was written; what lies in the folder may have been filled since."""
    for made in desk.record().central_books.values():
        if parts_digest(central_rebuilt(desk, made)) != made.digest:
            yield _differs(f"{APPRAISAL}/{CENTRAL}/{made.file}", made.program, "nội dung")


def _copies(desk: Desk) -> Iterator[Finding]:
    """A copy of a document that lies where links open it must be what was received; one not there is made again by the next command."""
    for unit, documents in desk.record().documents.items():
        for sha256, name in (copy_names(documents) if unit else {}).items():
            path = desk.folder / APPRAISAL / name
            if path.is_file() and sha256_of(read_whole(path)) != sha256:
                yield finding("record-book", file=f"{APPRAISAL}/{name}", part="bản sao tài liệu")


def _forms(desk: Desk) -> Iterator[Finding]:
    for form in desk.record().forms.values():
        path = desk.folder / FORMS / form.file
        if path.is_file() and parts_digest_or_none(read_whole(path)) != form.digest:
            yield finding("record-book", file=f"{FORMS}/{form.file}", part="biểu mẫu đã cấp")


def _books(desk: Desk) -> Iterator[Finding]:
    """An appraisal book must come out of the record as it was written; what lies in the folder may have been filled since."""
    for book in desk.record().books.values():
        try:
            made = written_of(shelf_of(desk), order_again(desk, book))
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=f"{APPRAISAL}/{book.file}", part="hồ sơ gốc")
            continue
        if made.digest != book.digest:
            yield _differs(f"{APPRAISAL}/{book.file}", book.program, "nội dung")
        if book.replaced:
            continue
        if not (desk.folder / APPRAISAL / book.file).is_file() and not desk.record().taken.get(book.book):
            yield finding("record-book-missing", file=f"{APPRAISAL}/{book.file}")


def _changes(desk: Desk) -> Iterator[Finding]:
    """The newest list of every unit must come out of the record of its time; one that went out may be gone from the folder."""
    newest = {file: (event.seq, unit, digest) for event in desk.ledger.events("changes") for unit, file, digest in event.data["files"]}
    for event in desk.ledger.events("changes"):
        data = event.data
        mine = [(unit, file, digest) for file, (seq, unit, digest) in newest.items() if seq == event.seq]
        try:
            then = desk.as_of(data["upto"], data["campaign"])
            made = [written.digest for _, written in make_lists(then, [unit for unit, _, _ in mine], data["round"])]
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=BACK, part="hồ sơ gốc")
            continue
        for (_, file, digest), again in zip(mine, made, strict=True):
            path = desk.folder / BACK / file
            if again != digest:
                yield _differs(f"{BACK}/{file}", data["program"], "nội dung lập lại")
            if path.is_file() and parts_digest_or_none(read_whole(path)) != digest:
                yield finding("record-book", file=f"{BACK}/{file}", part="tệp trong thư mục")


def _differs(file: str, program: str, part: str) -> Finding:
    """A book that comes out otherwise: an error, unless another release of the program wrote it."""
    if program != VERSION:
        return finding("record-other-release", file=file, program=program, now=VERSION)
    return finding("record-book", file=file, part=part)


def _rankings(desk: Desk) -> Iterator[Finding]:
    """Only the newest book of a file can lie in the folder; older ones are proved by the events they left."""
    newest = {event.data["file"]: event.data for event in desk.ledger.events("ranked")}
    for file, data in newest.items():
        try:
            then = desk.as_of(data["upto"], data["campaign"])
            blocks, _ = scores_of(then)
            rebuilt = written(result_book(then, blocks, data["against"])).digest
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=file, part="hồ sơ gốc")
            continue
        path = desk.folder / file
        if rebuilt != data["digest"]:
            yield _differs(file, data["program"], "nội dung lập lại")
        if not path.is_file():
            yield finding("record-book-missing", file=file)
        elif parts_digest_or_none(read_whole(path)) != data["digest"]:
            yield finding("record-book", file=file, part="tệp trong thư mục")


def _unit_results(desk: Desk) -> Iterator[Finding]:
    """The newest result workbooks of the units must come out of the record of their time, and lie in the folder as they were written."""
    for event in desk.ledger.events("unit_results")[-1:]:
        data = event.data
        folder = f"{RESULTS}/{UNITS}"
        try:
            then = desk.as_of(data["upto"], data["campaign"])
            blocks, _ = scores_of(then)
            results = [(block, results_of(block, then.version.rules)) for block in blocks]
            rebuilt = {file: made.digest for file, made in make_all(then, results, processes)}
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=folder, part="hồ sơ gốc")
            continue
        for file, digest in data["files"]:
            path = desk.folder / RESULTS / UNITS / file
            if rebuilt.get(file) != digest:
                yield _differs(f"{folder}/{file}", data["program"], "nội dung lập lại")
            if not path.is_file():
                yield finding("record-book-missing", file=f"{folder}/{file}")
            elif parts_digest_or_none(read_whole(path)) != digest:
                yield finding("record-book", file=f"{folder}/{file}", part="tệp trong thư mục")


def _papers(desk: Desk) -> Iterator[Finding]:
    """Every paper told in the ledger must come out of the record of its time; one that was thrown away may be missing."""
    newest = {one["file"]: (event.data, one) for event in desk.ledger.events("printed") for one in event.data["papers"]}
    presses: dict[tuple[int, str], Press] = {}
    for file, (data, one) in newest.items():
        try:
            state = (data["upto"], data["campaign"])
            if state not in presses:
                presses[state] = Press(desk.as_of(*state))
            rebuilt = parts_digest(write_book(presses[state].book(Paper(one["form"], file, one["unit"], one["appendix"], one["shown"]))))
        except (OriginalMissing, OriginalAltered):
            yield finding("record-book", file=f"{PRINTS}/{file}", part="hồ sơ gốc")
            continue
        if rebuilt != one["digest"]:
            yield _differs(f"{PRINTS}/{file}", data["program"], "nội dung lập lại")
        path = desk.folder / PRINTS / file
        if path.is_file() and parts_digest_or_none(read_whole(path)) != one["digest"]:
            yield finding("record-book", file=f"{PRINTS}/{file}", part="tệp trong thư mục")
