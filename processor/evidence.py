"""Evidence: which file that came along is which row of the evidence table, and which is the signed report. Pure; opens no file.

How names are compared, in this order, each step only if the one before found nothing:

1. the last part of the path, in NFC, without regard to capitals, runs of spaces as one;
2. the same without the ending (".pdf", ".docx" …) on both sides;
3. the same in plain letters (no accents, "_", "-" and spaces alike): "Kế hoạch 12" is "ke-hoach_12".

A step that finds files of different contents decides nothing: the row is ambiguous. A cell may name several files, one a line or
parted by ";". What begins like a web address is no file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from processor.files import ascii_name
from processor.record import Document
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers
from rubric_versions.findings import Finding, Severity, finding
from rubric_versions.model import Rules
from workbook_templates import layout as at
from workbook_templates.book import a1
from workbook_templates.layout import Layout

_CRITERION, _FILE = EVIDENCE_PARTS.index("criterion"), EVIDENCE_PARTS.index("file")
_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)", re.IGNORECASE)
_ENDING = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)  # ".pdf", but not the last ".1" of a criterion's code
_REPORT_NAME = re.compile(r"(?:^|-)(?:bao-cao-(?:ket-qua-)?tu-(?:danh-gia|cham)|bc-?tdg|bao-cao-cham-diem)(?:-|$)")
UNNAMED_LISTED = 20
"""Most files without a row that are told one by one."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """One file that a row of the evidence table names: its cell, and the leaf's code ("" if the row names none)."""

    cell: str
    leaf: str
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """One file named, with the documents it is."""

    cell: str
    leaf: str
    name: str
    documents: tuple[Document, ...]

    @property
    def document(self) -> Document | None:
        """The file meant, where there is exactly one."""
        return self.documents[0] if len(self.documents) == 1 else None


@dataclass(frozen=True)
class Evidence:
    """What came along with a return: every file named with what it is, files that no row names, the signed report."""

    named: tuple[Named, ...]
    unnamed: tuple[Document, ...]
    report: Document | None
    findings: tuple[Finding, ...]
    by_leaf: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)


def names_in(raw: object) -> tuple[str, ...]:
    """The files that a cell of the evidence table names: none for a blank, a number or a web address."""
    if not isinstance(raw, str):
        return ()
    parts = (one.strip().strip('"«»') for one in re.split(r"[;\n]", raw))
    return tuple(one for one in parts if one and not _ADDRESS.match(one))


def _steps(name: str) -> tuple[str, str, str]:
    """A name as each step of the comparison sees it."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    whole = " ".join(last.split()).casefold()
    stem = _ENDING.sub("", whole)
    return whole, stem, re.sub(r"[-_]+", "-", ascii_name(stem)).casefold()


class _Sent:
    """The files a unit sent, to be found by name."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.by_step: tuple[dict[str, list[Document]], ...] = ({}, {}, {})
        for one in documents:
            for found, key in zip(self.by_step, _steps(one.file), strict=True):
                if all(one.sha256 != other.sha256 for other in found.setdefault(key, [])):
                    found[key].append(one)

    def find(self, name: str) -> tuple[Document, ...]:
        """The files of that name: one, none, or several of different contents."""
        if not self.by_step[0]:
            return ()
        for found, key in zip(self.by_step, _steps(name), strict=True):
            if key in found:
                return tuple(found[key])
        return ()


def named_files(answers: Answers, layout: Layout) -> tuple[NamedFile, ...]:
    """The files that a return's evidence table names, in the order of its rows."""
    leaf_of = dict(zip(layout.evidence_labels, layout.place_of, strict=True))
    col = at.EVIDENCE_COLUMNS["file"]
    return tuple(
        NamedFile(a1(at.EVIDENCE_FIRST + offset, col), leaf_of.get(str(row[_CRITERION]), ""), name)
        for offset, row in enumerate(answers.evidence)
        for name in names_in(row[_FILE])
    )


def match(files: Sequence[NamedFile], documents: Sequence[Document], code: str, rules: Rules) -> Evidence:
    """What the files that came with a return are, with findings. `code` is the return's mã đối chiếu."""
    sent = _Sent(documents)
    named = tuple(Named(one.cell, one.leaf, one.name, sent.find(one.name)) for one in files)
    used = {document.sha256 for one in named for document in one.documents}
    left = [one for one in documents if one.sha256 not in used]
    report, told = _report(left, code, rules, bool(documents))
    unnamed = tuple(one for one in left if report is None or one.sha256 != report.sha256)
    by_leaf: dict[str, list[Document]] = {}
    for one in named:
        by_leaf.setdefault(one.leaf, []).extend(one.documents)
    found = (*_named_findings(named, rules, bool(documents)), *_unnamed_findings(unnamed), *told)
    return Evidence(named, unnamed, report, found, {leaf: tuple(dict.fromkeys(files)) for leaf, files in by_leaf.items()})


def _named_findings(named: Sequence[Named], rules: Rules, came: bool) -> Iterator[Finding]:
    if not came:
        if named and rules.evidence_files is not Severity.NOTE:
            yield finding("document-none", severity=rules.evidence_files, sheet=words.EVIDENCE, cell=named[0].cell, count=len(named))
        return
    for one in named:
        place = {"sheet": words.EVIDENCE, "cell": one.cell, "criterion": one.leaf, "value": one.name}
        if not one.documents:
            yield finding("document-missing", severity=rules.evidence_files, **place)
        elif one.document is None:
            files = ", ".join(PurePosixPath(document.file).name for document in one.documents)
            yield finding("document-ambiguous", count=len(one.documents), files=files, **place)


def _unnamed_findings(unnamed: Sequence[Document]) -> Iterator[Finding]:
    for one in unnamed[:UNNAMED_LISTED]:
        yield finding("document-unnamed", value=PurePosixPath(one.file).name)
    if len(unnamed) > UNNAMED_LISTED:
        yield finding("document-unnamed", value=f"… và {len(unnamed) - UNNAMED_LISTED} tệp khác")


def is_report_name(file: str) -> bool:
    """Whether a file's name is that of a self-assessment report: "Báo cáo tự đánh giá …", "bao-cao-tu-cham …", "BCTDG"."""
    return bool(_REPORT_NAME.search(_steps(file)[2]))


def _report(left: Sequence[Document], code: str, rules: Rules, came: bool) -> tuple[Document | None, tuple[Finding, ...]]:
    """The signed report among files that no row names: the newest whose text has the code, else one that has another, else by its name."""
    papers = [one for one in reversed(left) if PurePosixPath(one.file).suffix.lower() == ".pdf"]
    for one in papers:
        if code in one.codes:
            return one, ()
    labelled = next((one for one in papers if one.labelled), None)
    if labelled is not None:
        said = {"value": PurePosixPath(labelled.file).name, "seen": ", ".join(labelled.labelled), "wanted": code}
        return labelled, (finding("report-mismatch", severity=max_of(rules.signed_report, Severity.WARNING), **said),)
    by_name = next((one for one in papers if is_report_name(one.file)), None)
    if by_name is not None:
        kind = "report-no-code" if by_name.readable else "report-unreadable"
        return by_name, (finding(kind, value=PurePosixPath(by_name.file).name, wanted=code),)
    if came or rules.signed_report is not Severity.NOTE:
        return None, (finding("report-missing", severity=rules.signed_report, wanted=code),)
    return None, ()


def max_of(one: Severity, other: Severity) -> Severity:
    """The graver of two severities."""
    order = (Severity.NOTE, Severity.WARNING, Severity.ERROR)
    return max(one, other, key=order.index)
