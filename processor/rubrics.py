"""What the `rubric` commands do and show: one function per command, giving its exit code (0 done, 1 findings block). No rule lives here."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor import terminal
from processor.archive import Unreadable
from processor.desk import Blocked
from processor.files import ascii_name, make_folder, read_whole, write_atomic
from rubric_versions import catalog
from rubric_versions.findings import CATALOGUE, Finding, errors, finding, shown
from rubric_versions.lint import lint
from rubric_versions.model import Provenance, RubricVersion
from rubric_versions.numbers import vi
from rubric_versions.words import RULE_NAMES, RULE_VALUES

if TYPE_CHECKING:
    from processor.own_files import OwnGrid


def version_of(target: str) -> RubricVersion:
    """The version meant: the id of a shipped one, or a file (.yaml, or the .json a campaign keeps). Raises Blocked or BadVersion."""
    path = Path(target)
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return catalog.load_file(path)
        case ".xlsx" | ".xlsm":
            return _written_in(path)
        case ".json":
            try:
                return catalog.from_json(read_whole(path).decode("utf-8"))
            except UnicodeDecodeError as problem:
                raise Blocked([finding("rubric-unreadable", file=path.name, where=path.name, why="UTF-8")]) from problem
    try:
        return catalog.load(target)
    except catalog.UnknownVersion:
        raise Blocked([finding("campaign-version", value=target)]) from None


def _written_in(path: Path) -> RubricVersion:
    from processor.authoring import is_authoring, read_authoring
    from processor.examining import read_apart

    try:
        book = read_apart(read_whole(path))
    except Unreadable as problem:
        raise Blocked([_unreadable(problem, path.name)]) from None
    if not is_authoring(book):
        raise Blocked([finding("authoring-no-table", file=path.name)])
    authored = read_authoring(book, path.name)
    if authored.version is None:
        raise Blocked(authored.findings)
    return authored.version


def _unreadable(problem: Unreadable, name: str) -> Finding:
    why = CATALOGUE[problem.code].title
    return finding("authoring-file", file=name, why=why[0].lower() + why[1:])


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
        terminal.say(f"Cơ sở: {basis.words}")
    for part in version.provenance:
        terminal.say(f"Nguồn – {part.part}: {part.source}{' (minh họa)' if part.illustrative else ''}")
    if version.amends:
        named = [one.code or RULE_NAMES.get(one.rule, one.rule) for one in version.changes]
        changes = [(one.appendix, name, RULE_VALUES[one.kind], one.basis) for one, name in zip(version.changes, named, strict=True)]
        title = f"Sửa đổi bộ {version.amends} (xem: cchc rubric diff {version.amends} {version.id})"
        terminal.print_table(title, ("Phụ lục", "Mã", "Sửa đổi", "Căn cứ"), changes)
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
    told = f"{new.id} so với {old.id}: {len(found)} thay đổi"
    if found:
        terminal.print_table(told, heads, rows_shown)
    else:
        terminal.say(f"{told}.")
    if out is not None:
        terminal.say(f"Đã ghi {out}.")
    return 0


TEMPLATE = "mau.yaml"
"""The example that `rubric new` writes, beside the versions' folders."""


def _template() -> RubricVersion:
    with as_file(files("rubric_versions") / TEMPLATE) as path:
        return catalog.load_file(path)


def rubric_new(out: Path, *, as_json: bool) -> int:
    """An authoring workbook with a sound example to write over."""
    return _authored(_template(), out, "Mở tệp, đọc trang Hướng dẫn, viết đè lên mẫu; rồi chạy: cchc rubric import", as_json=as_json)


def rubric_export(target: str, out: Path, *, as_json: bool) -> int:
    """A version as an authoring workbook."""
    return _authored(version_of(target), out, "Đọc lại bằng: cchc rubric import", as_json=as_json)


def rubric_clone(target: str, out: Path, year: int | None, new_id: str | None, *, as_json: bool) -> int:
    """A version as the start of another year's: an authoring workbook with the year moved on, to be corrected where the text differs."""
    version = version_of(target)
    wanted = year or version.years[-1] + 1
    return _authored(
        next_years(version, wanted, new_id), out, f"Đã chuyển sang năm {wanted}; sửa căn cứ, thời hạn, tiêu chí", as_json=as_json
    )


def next_years(version: RubricVersion, year: int, new_id: str | None = None) -> RubricVersion:
    """The version for another year of assessment: its own id, years and windows; it amends nothing, and says what it was copied from.

    The year in id and title is changed where it stands there; documents stay as they are, for only people know the new ones.
    """
    old = version.years[-1]
    later = year - old
    moved = [
        one.model_copy(update={"opens": _moved(one.opens, later), "closes": _moved(one.closes, later)}) for one in version.rules.windows
    ]
    own_id = new_id or (version.id.replace(str(old), str(year)) if str(old) in version.id else f"{version.id}-{year}")
    source = f"Chép từ bộ tiêu chí {version.id}; căn cứ và nội dung mới do cơ quan ban hành ghi"
    copied = Provenance(part=f"Bản chép cho năm {year}", source=source)
    return version.model_copy(
        update={
            "id": own_id,
            "title": version.title.replace(str(old), str(year)),
            "years": (year,),
            "provenance": (copied, *version.provenance),
            "rules": version.rules.model_copy(update={"windows": tuple(moved)}),
            "amends": "",
            "changes": (),
        }
    )


def _moved(moment: str, years: int) -> str:
    """A window's end some years away; the 29th of February becomes the 28th."""
    if not moment:
        return ""
    day, month, rest = moment.split("/")
    year = int(rest[:4]) + years
    return f"{'28' if (day, month) == ('29', '02') and not isleap(year) else day}/{month}/{year}{rest[4:]}"


def _authored(version: RubricVersion, out: Path, told: str, *, as_json: bool) -> int:
    from workbook_templates.authoring_book import authoring_book
    from workbook_templates.book import write_book

    data = write_book(authoring_book(version))
    if out.exists() and read_whole(out) != data:  # somebody's work may be in it
        raise Blocked([finding("authoring-exists", value=out.name)])
    write_atomic(out, data)
    if as_json:
        terminal.print_json(as_json_with([], file=str(out), id=version.id))
    else:
        terminal.say(f"Đã ghi {out}. {told}{f' {out} --out THƯ_MỤC' if told.endswith('import') else ''}.")
    return 0


def rubric_import(path: Path, folder: Path, *, as_json: bool) -> int:
    """A version out of an authoring workbook, or an authoring workbook out of the table an office has; what is wrong, cell by cell."""
    from processor.authoring import is_authoring, read_authoring
    from processor.examining import read_apart
    from processor.own_files import is_word, word_grids, workbook_grids

    data = read_whole(path)
    try:
        if is_word(data):
            return _import_own(path.name, word_grids(data), folder, as_json=as_json)
        book = read_apart(data)
        if not is_authoring(book):
            return _import_own(path.name, workbook_grids(book), folder, as_json=as_json)
    except Unreadable as problem:
        return _imported([_unreadable(problem, path.name)], [], [], as_json=as_json)
    authored = read_authoring(book, path.name)
    written: list[Path] = []
    if authored.version is not None and not errors(authored.findings):
        written = write_version(authored.version, folder)
    return _imported(authored.findings, authored.leaves(), written, as_json=as_json)


def _import_own(name: str, grids: list[OwnGrid], folder: Path, *, as_json: bool) -> int:
    """The office's table as an authoring workbook to be corrected; it becomes a version only when that workbook is imported."""
    from processor.authoring import read_authoring
    from processor.own_import import own_id, read_own
    from processor.reader import read_workbook
    from workbook_templates.book import write_book

    own = read_own(grids, name, _template())
    if own.book is None:
        return _imported(own.findings, [], [], as_json=as_json)
    written = write_book(own.book)
    make_folder(folder)
    out = _free(folder, f"{own_id(name)}_soan", written)
    write_atomic(out, written)
    authored = read_authoring(read_workbook(written), out.name)
    found = [*own.findings, *authored.findings]
    return _imported(found, authored.leaves(), [out], as_json=as_json)


def _free(folder: Path, stem: str, data: bytes) -> Path:
    """A name not taken by another content: a workbook somebody has corrected is never written over."""
    out, turn = folder / f"{stem}.xlsx", 2
    while out.exists() and read_whole(out) != data:
        out, turn = folder / f"{stem}_{turn}.xlsx", turn + 1
    return out


def write_version(version: RubricVersion, folder: Path) -> list[Path]:
    """The files of a version in a folder: one for its rules, one for each table. What is read back from them is the version."""
    make_folder(folder)
    data = version.model_dump(mode="json", exclude_defaults=True)
    tables = data.pop("appendices")
    made = []
    for table in tables:
        name = f"{version.id}-{ascii_name(table['number'])}.yaml"
        made.append(folder / name)
        write_atomic(made[-1], catalog.as_yaml(table))
    head = folder / f"{version.id}.yaml"
    write_atomic(head, catalog.as_yaml({**data, "appendices": [one.name for one in made]}))
    return [head, *made]


def _imported(found: Sequence[Finding], leaves: Sequence[dict[str, Any]], written: Sequence[Path], *, as_json: bool) -> int:
    if as_json:
        terminal.print_json(as_json_with(found, leaves=list(leaves), written=[str(one) for one in written]))
    else:
        terminal.print_findings(found)
        told = f"{len(leaves)} tiêu chí được chấm; {len(errors(found))} lỗi, {len(found) - len(errors(found))} cảnh báo, ghi chú."
        terminal.say(told)
        if written and written[0].suffix == ".xlsx":
            terminal.say(f"Đã ghi {written[0]}: ô tô màu là chỗ còn ngờ. Sửa xong thì chạy: cchc rubric import {written[0]} --out THƯ_MỤC")
        elif written:
            terminal.say(f"Đã ghi {written[0]}. Lập đợt đánh giá: cchc new THƯ_MỤC --version {written[0]}")
    return 1 if errors(found) else 0
