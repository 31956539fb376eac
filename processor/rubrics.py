"""What the `rubric` commands do and show: one function per command, giving its exit code (0 done, 1 findings block). No rule lives here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processor import terminal
from processor.desk import Blocked
from processor.files import read_whole, write_atomic
from rubric_versions import catalog
from rubric_versions.findings import Finding, errors, finding, shown
from rubric_versions.lint import lint
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import vi


def version_of(target: str) -> RubricVersion:
    """The version meant: the id of a shipped one, or a file (.yaml, or the .json a campaign keeps). Raises Blocked or BadVersion."""
    path = Path(target)
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return catalog.load_file(path)
        case ".json":
            try:
                return catalog.from_json(read_whole(path).decode("utf-8"))
            except UnicodeDecodeError as problem:
                raise Blocked([finding("rubric-unreadable", file=path.name, where=path.name, why="UTF-8")]) from problem
    try:
        return catalog.load(target)
    except catalog.UnknownVersion:
        raise Blocked([finding("campaign-version", value=target)]) from None


def as_json_with(findings: Sequence[Finding], **more: Any) -> dict[str, Any]:
    """What `--json` prints of a command: its own things and the findings."""
    return {**more, "findings": [one.as_json() for one in findings]}


def rubric_list(*, as_json: bool) -> int:
    """The shipped versions."""
    versions = [catalog.load(version_id) for version_id in catalog.shipped()]
    if as_json:
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "issuer": one.issuer,
                "years": list(one.years),
                "digest": one.digest,
                "appendices": [{"number": a.number, "tier": a.tier, "leaves": len(a.leaves)} for a in one.appendices],
            }
            for one in versions
        ]
        terminal.print_json(as_json_with([], versions=rows))
    else:
        terminal.print_table(
            "Bộ tiêu chí có sẵn",
            ("Mã", "Năm", "Cơ quan ban hành", "Phụ lục"),
            [(one.id, ", ".join(map(str, one.years)), one.issuer, ", ".join(a.number for a in one.appendices)) for one in versions],
        )
    return 0


def rubric_show(version_id: str, *, as_json: bool) -> int:
    """One version in full."""
    version = version_of(version_id)
    if as_json:
        terminal.print_json(version.model_dump(mode="json") | {"digest": version.digest, "findings": []})
        return 0
    terminal.say(f"{version.title} ({version.id}); năm đánh giá {', '.join(map(str, version.years))}")
    for basis in version.legal_basis:
        terminal.say(f"Cơ sở: {basis.number} {basis.date and 'ngày ' + basis.date} {basis.issuer}".strip())
    for part in version.provenance:
        terminal.say(f"Nguồn – {part.part}: {part.source}{' (minh họa)' if part.illustrative else ''}")
    for appendix in version.appendices:
        rows = []
        for depth, node in appendix.walk():
            method = getattr(node, "method", None)
            rows.append((node.code, "  " * (depth - 1) + node.title, vi(node.max), method.describe(node.max) if method else ""))
        terminal.print_table(f"Phụ lục {appendix.number}: {appendix.title}", ("Mã", "Tiêu chí", "Điểm", "Cách chấm"), rows, right=(2,))
    return 0


def rubric_lint(target: str, *, as_json: bool) -> int:
    """What the linter finds in a shipped version or in a file."""
    version = version_of(target)
    found = lint(version)
    if as_json:
        terminal.print_json(as_json_with(found, id=version.id, digest=version.digest))
    else:
        terminal.print_findings(found)
        terminal.say(f"{version.id}: {len(errors(found))} lỗi, {len(found) - len(errors(found))} cảnh báo.")
    return 1 if errors(found) else 0


def rubric_diff(before: str, after: str, out: Path | None, *, as_json: bool) -> int:
    """What differs between two versions, on the screen or as a workbook."""
    from rubric_versions.differences import KINDS, differences

    old, new = version_of(before), version_of(after)
    found = differences(old, new)
    if out is not None:
        from workbook_templates.book import write_book
        from workbook_templates.difference_book import difference_book

        write_atomic(out, write_book(difference_book(old, new, found)))
    if as_json:
        rows = [one.as_json() for one in found]
        terminal.print_json(as_json_with([], before=old.id, after=new.id, differences=rows, out=str(out) if out else None))
        return 0
    heads = ("Phụ lục", "Mã", "Tiêu chí, quy tắc", "Thay đổi", "Trước", "Nay", "Căn cứ")
    rows_shown = [
        (one.appendix, one.code, shown(one.title, 44), KINDS[one.kind], *(shown(text, 48) for text in (one.before, one.after, one.basis)))
        for one in found
    ]
    terminal.print_table(f"{new.id} so với {old.id}: {len(found)} thay đổi", heads, rows_shown)
    if out is not None:
        terminal.say(f"Đã ghi {out}.")
    return 0
