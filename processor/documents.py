"""Files that come along with returns: whose they are, kept and told in the ledger, and copies of them where links can open them.

A document is the unit's whose code begins the outermost of its folders (or of the zip) that begins with one; else whose return alone
lies in the same folder, or in one above it; else whose code begins its own name, where it lies in no folder. Never guessed beyond that:
a document of nobody is kept, and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from processor.checks import claimed_unit, identity_of
from processor.desk import APPRAISAL, Desk
from processor.evidence import Evidence, match
from processor.executors import Runner
from processor.files import Originals, ascii_name, make_folder, write_atomic
from processor.ledger import Draft
from processor.paper_codes import PaperCodes, codes_of
from processor.reader import Unreadable, read_workbook
from processor.record import Document, Record
from rubric_versions.findings import Finding, finding
from rubric_versions.answers import Answers
from workbook_templates.layout import Layout, layout_of

if TYPE_CHECKING:
    from datetime import datetime

COPIES = "tai_lieu"
"""The folder in `05_tham_dinh` that holds a copy of every document, a folder for each unit."""

KINDS = frozenset(
    ".pdf .doc .docx .odt .rtf .txt .jpg .jpeg .png .tif .tiff .bmp .heic .webp .ppt .pptx .odp .mp3 .mp4 .rar .7z .eml .msg .htm .html".split()
)
"""Endings of files that are never a return."""

DOCUMENT_BYTES = 100 * 1024 * 1024
UNIT_BYTES, UNIT_FILES = 1024 * 1024 * 1024, 3_000
"""Largest document that is kept; most bytes and most documents kept for one unit."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document as it came, its bytes kept already: its name with its folders, its hash, its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(slots=True)
class Told:
    """What became of the documents of one run: how many are new, of which units, and findings."""

    new: int = 0
    units: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def is_document(name: str) -> bool:
    """Whether a file of that name is evidence or a report, never a return."""
    return PurePosixPath(name).suffix.lower() in KINDS


def too_large(name: str, size: int) -> Finding | None:
    """A finding where a document is larger than what is kept."""
    if size <= DOCUMENT_BYTES:
        return None
    return finding("document-too-large", file=name, what="tệp", limit=f"{DOCUMENT_BYTES >> 20} MiB")


def tell(
    desk: Desk,
    papers: Sequence[Paper],
    workbooks: Sequence[tuple[str, str]],
    received: datetime,
    reason: str,
    run: Runner,
) -> Told:
    """What became of the documents: each told once for a unit. `workbooks` are the names and hashes of all other files of the run."""
    told, record = Told(), desk.record()
    owners = _owners(desk, record, papers, workbooks)
    size = {unit: [len(ours), sum(one.size for one in ours)] for unit, ours in record.documents.items()}
    known = {(unit, one.sha256) for unit, ours in record.documents.items() for one in ours}
    fresh = []
    for paper, unit in zip(papers, owners, strict=True):
        if (unit, paper.sha256) in known:
            continue
        known.add((unit, paper.sha256))
        count = size.setdefault(unit, [0, 0])
        if unit and (count[0] >= UNIT_FILES or count[1] + paper.size > UNIT_BYTES):
            limit = f"{UNIT_FILES} tệp, {UNIT_BYTES >> 20} MiB mỗi đơn vị"
            told.findings.append(finding("document-too-large", file=paper.name, what="tài liệu của đơn vị", limit=limit))
            continue
        if not unit:
            told.findings.append(finding("document-no-unit", file=paper.name))
        count[0], count[1] = count[0] + 1, count[1] + paper.size
        fresh.append((paper, unit))
    codes = run(_codes, desk.originals.folder, [(paper.name, paper.sha256) for paper, _ in fresh])
    drafts = [
        Draft("document", at=desk.clock.now(), actor=desk.actor, unit=unit, data=_data(paper, found, received, reason))
        for (paper, unit), found in zip(fresh, codes, strict=True)
    ]
    desk.ledger.append_many(drafts)
    told.new, told.units = len(fresh), {unit for _, unit in fresh if unit}
    return told


def _codes(folder: Path, item: tuple[str, str]) -> PaperCodes:
    name, sha256 = item
    return codes_of(Originals(folder).get(sha256)) if name.lower().endswith(".pdf") else PaperCodes()


def _data(paper: Paper, found: PaperCodes, received: datetime, reason: str) -> dict[str, object]:
    return {
        "sha256": paper.sha256,
        "file": paper.name,
        "size": paper.size,
        "received": received.isoformat(),
        "reason": reason,
        "codes": list(found.codes),
        "labelled": list(found.labelled),
        "readable": found.readable,
    }


# -------------------------------------------------------------------------------------------------------------------- whose it is


def _owners(desk: Desk, record: Record, papers: Sequence[Paper], workbooks: Sequence[tuple[str, str]]) -> list[str]:
    units = {unit.code: unit.name for unit in desk.campaign.units}
    named: dict[str, str] = {}
    for code, name in units.items():
        plain = _plain(name)
        named[plain] = "" if plain in named else code
    beside: dict[str, set[str]] | None = None
    found = []
    for paper in papers:
        *folders, own = paper.name.split("/")
        unit = next((code for folder in folders if (code := claimed_unit(folder, units) or named.get(_plain(folder), ""))), "")
        if not unit:
            if beside is None:
                beside = _senders(desk, record, workbooks, units)
            unit = _beside(paper.name, beside)
        found.append(unit or ("" if folders else claimed_unit(own, units)))
    return found


def _plain(name: str) -> str:
    return ascii_name(name.removesuffix(".zip")).casefold().replace("_", "-")


def _senders(desk: Desk, record: Record, workbooks: Sequence[tuple[str, str]], units: Mapping[str, str]) -> dict[str, set[str]]:
    """The units whose returns lie in each folder."""
    found: dict[str, set[str]] = {}
    for name, sha256 in workbooks:
        before = record.files.get(sha256)
        unit = before.unit if before else claimed_unit(name, units)
        if not unit:
            try:
                identity, _ = identity_of(read_workbook(desk.originals.get(sha256)))
            except Unreadable:
                continue
            unit = identity.unit if identity and identity.unit in units else ""
        if unit:
            found.setdefault(_folder(name), set()).add(unit)
    return found


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _beside(name: str, senders: Mapping[str, set[str]]) -> str:
    folder = _folder(name)
    while True:
        units = senders.get(folder, set())
        if units or not folder:
            return next(iter(units)) if len(units) == 1 else ""
        folder = _folder(folder)


# -------------------------------------------------------------------------------------------------------------------- copies, links


def copy_names(documents: Sequence[Document]) -> dict[str, str]:
    """Where the copy of each of a unit's documents lies, from `05_tham_dinh`, by hash: short, plain letters, in the order they came."""
    found: dict[str, str] = {}
    for one in documents:
        if one.sha256 not in found:
            path = PurePosixPath(one.file)
            suffix = path.suffix.lower() if path.suffix[1:].isascii() and path.suffix[1:].isalnum() else ""
            found[one.sha256] = f"{COPIES}/{one.unit}/{len(found) + 1:03}_{ascii_name(path.stem)[:40]}{suffix}"
    return found


def place_copies(desk: Desk) -> int:
    """How many copies were written: every document of a unit whose copy is not there; the originals stay where they are."""
    written = 0
    for unit, documents in desk.record().documents.items():
        if not unit:
            continue
        for sha256, name in copy_names(documents).items():
            target = desk.folder / APPRAISAL / name
            if not target.is_file():
                make_folder(target.parent)
                write_atomic(target, desk.originals.get(sha256))
                written += 1
    return written


def evidence_in(desk: Desk, unit: str, answers: Answers, layout: Layout, code: str) -> Evidence:
    """What the documents told so far are to a return with these answers and this mã đối chiếu."""
    return match(answers, layout, desk.record().documents.get(unit, ()), code, desk.version.rules)


def evidence_of(desk: Desk, unit: str, answers: Answers, sha256: str) -> Evidence:
    """The same for a return received, named by its hash: what a book that rests on that return shows. Raises KeyError if it never came."""
    code = str(desk.record().files[sha256].data["answers"])
    return evidence_in(desk, unit, answers, layout_of(desk.version.appendix_for(desk.campaign.unit(unit).tier)), code)


def links_of(desk: Desk, unit: str, answers: Answers, sha256: str) -> dict[str, tuple[str, ...]]:
    """By leaf, the copies of its evidence as paths from `05_tham_dinh`, in the order of the rows: what an appraisal book links to."""
    names = copy_names(desk.record().documents.get(unit, ()))
    by_leaf = evidence_of(desk, unit, answers, sha256).by_leaf
    return {leaf: tuple(names[one.sha256] for one in files) for leaf, files in by_leaf.items() if leaf and files}
