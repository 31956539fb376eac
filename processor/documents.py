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

from processor.arrivals import Arrival
from processor.checks import claimed_unit
from processor.desk import APPRAISAL, Desk
from processor.evidence import Evidence, NamedFile, match, named_files
from processor.examining import identity_in
from processor.executors import Runner
from processor.files import Originals, ascii_name, make_folder, write_atomic
from processor.ledger import Draft
from processor.paper_codes import PaperCodes, codes_of
from processor.record import Document, Record
from rubric_versions.answers import Answers
from rubric_versions.findings import Finding, finding
from workbook_templates.layout import layout_of

if TYPE_CHECKING:
    from datetime import datetime

COPIES = "tai_lieu"
"""The folder in `05_tham_dinh` that holds a copy of every document, a folder for each unit."""

DOCUMENT_BYTES = 100 * 1024 * 1024
UNIT_BYTES, UNIT_FILES = 1024 * 1024 * 1024, 3_000
"""Largest document that is kept; most bytes and most documents kept for one unit."""


@dataclass(slots=True)
class Told:
    """What became of the documents of one run: how many are new, and findings."""

    new: int = 0
    findings: list[Finding] = field(default_factory=list)


def attachments(desk: Desk, fresh: Sequence[Arrival]) -> list[Arrival]:
    """Those of the files that are tables attached to a return: no identity of ours, beside a workbook that has one.

    Only where one unit's folder or zip holds several files is any of them opened.
    """
    units = {unit.code: unit.name for unit in desk.campaign.units}
    together: dict[tuple[str, str], list[Arrival]] = {}
    for one in fresh:
        if "/" in one.name and one.problem is None:
            together.setdefault((one.name.partition("/")[0], claimed_unit(one.name, units)), []).append(one)
    found: list[Arrival] = []
    for files in together.values():
        if len(files) > 1:
            nameless = [one for one in files if _is_nameless(desk, one)]
            found += nameless if len(nameless) < len(files) else []
    return found


def _is_nameless(desk: Desk, one: Arrival) -> bool:
    """Whether a file is a sound workbook without an identity of ours, or a table of a kind that never has one."""
    is_sound, identity = identity_in(desk.originals.folder, one.sha256)
    return identity is None if is_sound else PurePosixPath(one.name).suffix.lower() in (".xls", ".csv", ".ods")


def tell(
    desk: Desk,
    papers: Sequence[Arrival],
    others: Sequence[Arrival],
    received: datetime,
    reason: str,
    run: Runner,
) -> Told:
    """What became of the documents: each told once for a unit. `others` are all other files of the run."""
    told, record = Told(), desk.record()
    owners = _owners(desk, record, papers, others)
    kept = {unit: [len(ours), sum(one.size for one in ours)] for unit, ours in record.documents.items()}
    known = {(unit, one.sha256) for unit, ours in record.documents.items() for one in ours}
    fresh = []
    for paper, unit in zip(papers, owners, strict=True):
        if (unit, paper.sha256) in known:
            continue
        known.add((unit, paper.sha256))
        size = desk.originals.path(paper.sha256).stat().st_size
        count = kept.setdefault(unit, [0, 0])
        if size > DOCUMENT_BYTES:
            told.findings.append(finding("document-too-large", file=paper.name, what="tệp", limit=f"{DOCUMENT_BYTES >> 20} MiB"))
            continue
        if unit and (count[0] >= UNIT_FILES or count[1] + size > UNIT_BYTES):
            limit = f"{UNIT_FILES} tệp, {UNIT_BYTES >> 20} MiB mỗi đơn vị"
            told.findings.append(finding("document-too-large", file=paper.name, what="tài liệu của đơn vị", limit=limit))
            continue
        if not unit:
            told.findings.append(finding("document-no-unit", file=paper.name))
        count[0], count[1] = count[0] + 1, count[1] + size
        fresh.append((paper, unit, size))
    codes = run(_codes, desk.originals.folder, [paper for paper, _, _ in fresh])
    drafts = [
        Draft("document", at=desk.clock.now(), actor=desk.actor, unit=unit, data=_data(paper, size, found, received, reason))
        for (paper, unit, size), found in zip(fresh, codes, strict=True)
    ]
    desk.ledger.append_many(drafts)
    told.new = len(fresh)
    return told


def _codes(folder: Path, paper: Arrival) -> PaperCodes:
    return codes_of(Originals(folder).get(paper.sha256)) if paper.name.lower().endswith(".pdf") else PaperCodes()


def _data(paper: Arrival, size: int, found: PaperCodes, received: datetime, reason: str) -> dict[str, object]:
    return {
        "sha256": paper.sha256,
        "file": paper.name,
        "size": size,
        "received": received.isoformat(),
        "reason": reason,
        "codes": list(found.codes),
        "labelled": list(found.labelled),
        "readable": found.readable,
    }


# -------------------------------------------------------------------------------------------------------------------- whose it is


def _owners(desk: Desk, record: Record, papers: Sequence[Arrival], others: Sequence[Arrival]) -> list[str]:
    units = {unit.code: unit.name for unit in desk.campaign.units}
    named: dict[str, str] = {}
    for code, name in units.items():
        plain = _plain(name)
        named[plain] = "" if plain in named else code
    beside: dict[str, set[str]] | None = None
    found = []
    for paper in papers:
        *folders, own = (paper.within + "/" + paper.name if paper.within else paper.name).split("/")
        unit = next((code for folder in folders if (code := claimed_unit(folder, units) or named.get(_plain(folder), ""))), "")
        if not unit:
            if beside is None:
                beside = _senders(desk, record, others, units)
            unit = _beside(paper.name, beside)
        found.append(unit or ("" if folders else claimed_unit(own, units)))
    return found


def _plain(name: str) -> str:
    return ascii_name(name.removesuffix(".zip")).casefold().replace("_", "-")


def _senders(desk: Desk, record: Record, others: Sequence[Arrival], units: Mapping[str, str]) -> dict[str, set[str]]:
    """The units whose returns lie in each folder."""
    found: dict[str, set[str]] = {}
    for one in others:
        before = record.files.get(one.sha256)
        unit = before.unit if before else claimed_unit(one.name, units)
        if not unit:
            _, identity = identity_in(desk.originals.folder, one.sha256)
            unit = identity.unit if identity and identity.unit in units else ""
        if unit:
            found.setdefault(_folder(one.name), set()).add(unit)
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


def evidence_in(desk: Desk, unit: str, files: Sequence[NamedFile], code: str) -> Evidence:
    """What the documents told so far are to a return that names these files and has this mã đối chiếu."""
    return match(files, desk.record().documents.get(unit, ()), code, desk.version.rules)


def evidence_of(desk: Desk, unit: str, answers: Answers, sha256: str) -> Evidence:
    """The same for a return received, named by its hash: what a book that rests on that return shows. Raises KeyError if it never came."""
    code = str(desk.record().files[sha256].data["answers"])
    layout = layout_of(desk.version.appendix_for(desk.campaign.unit(unit).tier))
    return evidence_in(desk, unit, named_files(answers, layout), code)


def links_of(desk: Desk, unit: str, answers: Answers, sha256: str) -> dict[str, tuple[str, ...]]:
    """By leaf, the copies of its evidence as paths from `05_tham_dinh`, in the order of the rows: what an appraisal book links to."""
    names = copy_names(desk.record().documents.get(unit, ()))
    by_leaf = evidence_of(desk, unit, answers, sha256).by_leaf
    return {leaf: tuple(names[one.sha256] for one in files) for leaf, files in by_leaf.items() if leaf and files}
