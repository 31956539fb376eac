"""Central figures from books of their own (`so_lieu_tap_trung_*.xlsx`): made, sealed, taken in with findings by cell, told in the ledger.

Figures stand beside what the campaign workbook says (`central_figures`); lists are the council's: what is not assessed, points added and
taken for proved cases, figures to set beside the declared ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from processor import VERSION, keys
from processor.arrivals import skipped_file
from processor.campaign import Page
from processor.central_figures import FOLDER, leaf_columns, raw_of, text_of
from processor.checks import identity_of
from processor.desk import APPRAISAL, Desk, need_key
from processor.examining import read_apart
from processor.files import ascii_name, make_folder, read_whole, sha256_of, write_atomic
from processor.intake import Sealed
from processor.issuing import parts_digest, parts_digest_or_none
from processor.ledger import plain_text
from processor.reader import Unreadable, Workbook
from processor.record import CentralMade
from processor.untouched import expected_book, untouched
from rubric_versions.answers import is_blank
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import Raw
from rubric_versions.model import Appendix, Group, Leaf
from rubric_versions.numbers import vi_short
from workbook_templates import central_book as at
from workbook_templates.book import Address, a1, write_book
from workbook_templates.campaign_book import CentralSheet, Unit, central_sheets
from workbook_templates.central_book import CentralBook, lists_book, survey_book
from workbook_templates.identity import Identity

LISTS_PART = "danh_sach"
"""The part that holds the council's lists; every other part is the number of an appendix."""


@dataclass(slots=True)
class CentralDone:
    """What one run did: findings, books written, how many cells were told anew."""

    findings: list[Finding] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    taken: int = 0


def central(desk: Desk) -> CentralDone:
    """What lies in the folder taken in, then every book made that is not there yet. May be run as often as one likes."""
    done = take_central(desk)
    record = desk.record()
    for made in record.central_books.values():
        if not (desk.folder / APPRAISAL / FOLDER / made.file).is_file():
            _write(desk, made.file, write_book(_rebuilt(desk, made, filled=True).book))
            done.written.append(made.file)
    for part in _parts(desk):
        books = [one for one in record.central_books.values() if one.part == part]
        covered = {unit for one in books for unit, _ in one.units}
        wanted = tuple((unit.code, unit.name) for unit in _units_of(desk, part) if unit.code not in covered)
        if wanted and (part != LISTS_PART or not books):
            done.written.append(_make(desk, part, len(books) + 1, wanted))
    done.findings += differing_figures(desk)
    return done


def _parts(desk: Desk) -> list[str]:
    return [place.appendix.number for place in central_sheets(desk.version)] + [LISTS_PART]


def _units_of(desk: Desk, part: str) -> Sequence[Unit]:
    if part == LISTS_PART:
        return desk.campaign.units
    tier = next(one.tier for one in desk.version.appendices if one.number == part)
    return desk.campaign.units_of_tier(tier)


def _make(desk: Desk, part: str, serial: int, units: tuple[tuple[str, str], ...]) -> str:
    identity = _identity(desk, part, serial, units, need_key(desk).id)
    identity = identity.sealed(keys.seal(need_key(desk), identity.message()))
    data = write_book(_book(desk, part, identity, units).book)
    more = "" if serial == 1 else f"_bo_sung_{serial}"
    file = f"so_lieu_tap_trung_{ascii_name(part)}{more}.xlsx"
    _write(desk, file, data)
    told = {"book": identity.form_id, "part": part, "serial": serial, "file": file, "units": [list(one) for one in units]}
    told |= {"digest": parts_digest(data), "key": identity.key, "seal": identity.seal, "program": VERSION}
    desk.ledger.append("central_book", at=desk.clock.now(), actor=desk.actor, data=told | {"campaign": desk.campaign_digest})
    return file


def _write(desk: Desk, file: str, data: bytes) -> None:
    make_folder(desk.folder / APPRAISAL / FOLDER)
    write_atomic(desk.path(APPRAISAL, FOLDER, file), data)


def _identity(desk: Desk, part: str, serial: int, units: Iterable[tuple[str, str]], key: str) -> Identity:
    campaign, version = desk.campaign, desk.version
    rests_on = sha256_of(repr((part, tuple(units))).encode())[:16]
    who = (campaign.code, campaign.title, campaign.organiser, part, campaign.organiser)
    return Identity("central", *who, "", version.id, version.digest, rests_on, "", str(serial), key)


def _book(desk: Desk, part: str, identity: Identity, units: Sequence[tuple[str, str]], entries: at.Entries | None = None) -> CentralBook:
    if part == LISTS_PART:
        return lists_book(desk.version, identity, units, entries)
    place = _place(desk, part)
    tier = next(one.name for one in desk.version.tiers if one.code == place.appendix.tier)
    return survey_book(identity, tier, place, units, entries)


def _place(desk: Desk, part: str) -> CentralSheet:
    return next(one for one in central_sheets(desk.version) if one.appendix.number == part)


def _rebuilt(desk: Desk, made: CentralMade, *, filled: bool = False) -> CentralBook:
    """A book as it was made, from the record of its time; `filled`: with what was taken in since."""
    then = desk.as_of(made.seq - 1, made.campaign)
    identity = _identity(then, made.part, made.serial, made.units, made.key).sealed(made.seal)
    entries = desk.record().central.get(made.book, {}) if filled else {}
    return _book(then, made.part, identity, made.units, {place: raw_of(text) for place, text in entries.items()})


def book_with(
    desk: Desk,
    made: CentralMade,
    cells: at.Entries | None = None,
    figures: Callable[[str, Leaf], Sequence[Raw]] | None = None,
) -> bytes:
    """The bytes of a book with those cells filled, or with the figures a function gives for each unit and leaf: for trying out."""
    entries = dict(cells or {})
    if figures is not None:
        place = _place(desk, made.part)
        for row, (unit, _) in enumerate(made.units, at.FIRST):
            for leaf, cols in leaf_columns(place).items():
                entries |= {(place.name, row, col): raw for col, raw in zip(cols, figures(unit, leaf), strict=True)}
    then = desk.as_of(made.seq - 1, made.campaign)
    identity = _identity(then, made.part, made.serial, made.units, made.key).sealed(made.seal)
    return write_book(_book(then, made.part, identity, made.units, entries).book)


def rebuilt(desk: Desk, made: CentralMade) -> bytes:
    """The bytes of a book as it was made: what `verify` compares."""
    return write_book(_rebuilt(desk, made).book)


# -------------------------------------------------------------------------------------------------------------------- taking in


def take_central(desk: Desk) -> CentralDone:
    """The entries of every central book that lies in its folder, kept and told where they changed; nothing of a book with an error."""
    done = CentralDone()
    folder, record = desk.folder / APPRAISAL / FOLDER, desk.record()
    blank = {one.digest for one in record.central_books.values() if one.book not in record.central}
    copies: dict[str, list[tuple[str, str, Workbook]]] = {}
    for path in sorted(folder.rglob("*.xlsx")) if folder.is_dir() else []:
        file = f"{FOLDER}/{plain_text(path.relative_to(folder).as_posix())}"
        if skipped_file(path):
            continue
        data = read_whole(path)
        if parts_digest_or_none(data) in blank:
            continue
        try:
            book = read_apart(data)
        except Unreadable as problem:
            done.findings.append(finding(problem.code, file=file, **problem.params))
            continue
        identity, found = identity_of(book)
        made = record.central_books.get(identity.form_id) if identity else None
        ours = identity is not None and identity.kind == "central" and identity.campaign == desk.campaign.code
        if identity is None or made is None or not ours or not Sealed.of(desk)(identity):
            # an empty one of ours that the record does not know was left by a run that was killed before it told the ledger
            if identity is None or not ours or not Sealed.of(desk)(identity) or not _is_empty(book):
                done.findings.append(finding("central-foreign", file=file))
            continue
        done.findings += [one.at(file=file) for one in found]
        desk.originals.keep(data, ".xlsx")
        copies.setdefault(made.book, []).append((file, sha256_of(data), book))
    for book_id, mine in copies.items():
        _take(desk, record.central_books[book_id], mine, done)
    return done


def _is_empty(book: Workbook) -> bool:
    """Whether nothing stands in any cell that may be filled."""
    cells = (cell for sheet in book.sheets.values() for cell in sheet.cells.values() if not cell.locked)
    return all(cell.formula is None and is_blank(cell.value) for cell in cells)


def _take(desk: Desk, made: CentralMade, copies: Sequence[tuple[str, str, Workbook]], done: CentralDone) -> None:
    record = desk.record()
    files = [[file, sha256] for file, sha256, _ in copies]
    template = _rebuilt(desk, made)
    hidden = {at.META: template.book.sheet(at.META).cells.keys()}
    expected = expected_book(template.book, template.inputs, hidden)
    entries: dict[tuple[str, int, int], str] = {}
    found: list[Finding] = []
    for file, _, book in copies:
        found += [_told(one).at(file=file) for one in untouched(book, expected, lambda text: text)]
        for name, cells in template.inputs.items():
            sheet = book.sheets.get(name)
            if sheet is None:
                continue
            page = Page(sheet, file, found, timedelta())
            for row, col in sorted(cells):
                raw = page.raw((row, col), name)
                if is_blank(raw):
                    continue
                there = entries.setdefault((name, row, col), text_of(raw))
                if there != text_of(raw):
                    place = {"file": file, "sheet": name, "cell": a1(row, col)}
                    found.append(finding("central-conflict", value=raw, other=there[1:], **place))
            found += _judged(desk, made, page, entries)
    done.findings += found
    if errors(found) or entries == record.central.get(made.book):
        return
    rows = [[sheet, row, col, text] for (sheet, row, col), text in sorted(entries.items())]
    desk.ledger.append("central", at=desk.clock.now(), actor=desk.actor, data={"book": made.book, "files": files, "entries": rows})
    done.taken += len(rows)


def _told(one: Finding) -> Finding:
    if one.code in ("cell-changed", "formula-changed"):
        return finding("appraisal-locked-changed", sheet=one.sheet, cell=one.cell, value=one.value, **dict(one.params))
    return one


def _judged(desk: Desk, made: CentralMade, page: Page, entries: Mapping[tuple[str, int, int], str]) -> list[Finding]:
    """What is wrong with the entries of one sheet, each with its cell."""
    mine = {(row, col): raw_of(text) for (sheet, row, col), text in entries.items() if sheet == page.sheet.name}
    if made.part != LISTS_PART:
        return list(_judged_figures(_place(desk, made.part), page, mine, made))
    for row in sorted({row for row, _ in mine}):
        _judge_row(desk, page, row, {col: mine.get((row, col)) for col in range(1, 7)})
    return []


def _judged_figures(place: CentralSheet, page: Page, mine: Mapping[Address, Raw], made: CentralMade) -> Iterator[Finding]:
    for row, (_, name) in enumerate(made.units, at.FIRST):
        for leaf, cols in leaf_columns(place).items():
            raws = tuple(mine.get((row, col)) for col in cols)
            if all(is_blank(raw) for raw in raws):
                continue
            for problem in leaf.method.score(raws, leaf.max).problems:
                raw = raws[problem.index]
                where = {"file": page.file, "sheet": page.sheet.name, "cell": a1(row, cols[problem.index])}
                criterion = f"{leaf.code} ({name})"
                yield finding(problem.code, criterion=criterion, value="" if raw is None else raw, **where, **dict(problem.params))


def _judge_row(desk: Desk, page: Page, row: int, raws: Mapping[int, Raw]) -> None:
    """Says what is wrong with one line of a list."""
    units = {unit.code.casefold(): unit.code for unit in desk.campaign.units}
    name = page.sheet.name
    optional = name == at.SKIPS
    unit = page.known((row, at.UNIT), "Mã đơn vị", units, "sổ đợt đánh giá", optional=optional)
    if name == at.SKIPS:
        number = page.text((row, at.SKIP_APPENDIX), "Phụ lục", optional=bool(unit))
        appendix = _appendix(desk, unit, number)
        if appendix is None and (unit or number):
            page.report("campaign-unknown", (row, at.SKIP_APPENDIX), number, where="phụ lục của đơn vị, của bộ tiêu chí")
        code = page.text((row, at.SKIP_CODE), "Mã tiêu chí")
        if code and appendix is not None and not leaves_under(appendix, code):
            page.report("campaign-unknown", (row, at.SKIP_CODE), code, where=f"phụ lục {appendix.number}")
        page.text((row, at.SKIP_REASON), "Lý do, văn bản căn cứ", limit=at.TEXT_LIMIT)
    elif name == at.CASES:
        text = page.text((row, at.CASE_KIND), "Trường hợp", limit=at.TEXT_LIMIT)
        if text and text not in at.case_texts(desk.version):
            page.report("campaign-unknown", (row, at.CASE_KIND), text, where="danh sách trường hợp của quy chế")
        page.text((row, at.CASE_PROOF), "Văn bản chứng minh", limit=at.TEXT_LIMIT)
    else:
        code = page.text((row, at.FIGURE_CODE), "Mã tiêu chí")
        leaf = _leaf(desk, unit, code)
        if code and unit and (leaf is None or not leaf.is_self_scored or len(leaf.method.inputs(leaf.max)) > 2):
            page.report("campaign-unknown", (row, at.FIGURE_CODE), code, where="tiêu chí tự chấm có một hoặc hai số liệu")
        page.text((row, at.FIGURE_SOURCE), "Nguồn số liệu", limit=at.TEXT_LIMIT)
        if is_blank(raws.get(at.FIGURE_ONE)):
            page.report("campaign-missing", (row, at.FIGURE_ONE), label="Số liệu thứ nhất")


def _appendix(desk: Desk, unit: str, number: str) -> Appendix | None:
    """The table a line is about: the unit's own, which must be the one named if any is."""
    if unit:
        own = desk.version.appendix_for(desk.campaign.unit(unit).tier)
        return own if number in ("", own.number) else None
    return next((one for one in desk.version.appendices if one.number == number), None)


def leaves_under(appendix: Appendix, code: str) -> tuple[Leaf, ...]:
    """The leaf of that code, or all leaves of the field or criterion of that code; none where there is no such code."""
    for _, node in appendix.walk():
        if node.code == code:
            return tuple(node.leaves()) if isinstance(node, Group) else (node,)
    return ()


def _leaf(desk: Desk, unit: str, code: str) -> Leaf | None:
    return desk.version.appendix_for(desk.campaign.unit(unit).tier).by_code.get(code) if unit else None


# -------------------------------------------------------------------------------------------------------------------- what stands


@dataclass(frozen=True)
class Lists:
    """What the council's lists say by unit: leaves not assessed with the reason, points added and taken before their caps, figures."""

    skips: Mapping[str, Mapping[str, str]]
    bonus: Mapping[str, Fraction]
    minus: Mapping[str, Fraction]
    figures: Mapping[tuple[str, str], tuple[tuple[Raw, ...], str]]


def lists_of(desk: Desk) -> Lists:
    """The lists as they were taken in last."""
    record = desk.record()
    known = {unit.code.casefold(): unit.code for unit in desk.campaign.units}
    rows: dict[tuple[str, int], dict[int, Raw]] = {}
    for made in record.central_books.values():
        if made.part == LISTS_PART:
            for (sheet, row, col), text in record.central.get(made.book, {}).items():
                rows.setdefault((sheet, row), {})[col] = raw_of(text)
    skips: dict[str, dict[str, str]] = {}
    points: dict[str, dict[str, Fraction]] = {"bonus": {}, "minus": {}}
    figures: dict[tuple[str, str], tuple[tuple[Raw, ...], str]] = {}
    texts = at.case_texts(desk.version)
    for (sheet, _), cells in sorted(rows.items()):
        unit = known.get(_spelt(cells.get(at.UNIT)).casefold(), "")
        if sheet == at.SKIPS:
            appendix = _appendix(desk, unit, _spelt(cells.get(at.SKIP_APPENDIX)))
            if appendix is not None:
                whose = [unit] if unit else [one.code for one in desk.campaign.units_of_tier(appendix.tier)]
                for leaf in leaves_under(appendix, _spelt(cells.get(at.SKIP_CODE))):
                    for one in whose:
                        skips.setdefault(one, {})[leaf.code] = str(cells.get(at.SKIP_REASON, ""))
        elif unit and sheet == at.CASES and cells.get(at.CASE_KIND) in texts:
            key, worth = _case(desk, texts.index(str(cells[at.CASE_KIND])))
            points[key][unit] = points[key].get(unit, Fraction(0)) + worth
        elif unit and sheet == at.FIGURES:
            raws = tuple(cells[col] for col in (at.FIGURE_ONE, at.FIGURE_TWO) if not is_blank(cells.get(col)))
            figures[unit, _spelt(cells.get(at.FIGURE_CODE))] = raws, str(cells.get(at.FIGURE_SOURCE, ""))
    return Lists(skips, points["bonus"], points["minus"], figures)


def _spelt(raw: Raw) -> str:
    """A code that a spreadsheet program may have taken for a number."""
    return format(raw.normalize(), "f") if isinstance(raw, Decimal) else str(raw or "")


def _case(desk: Desk, turn: int) -> tuple[str, Fraction]:
    added = desk.version.rules.bonus.cases if desk.version.rules.bonus else ()
    taken = desk.version.rules.minus.cases if desk.version.rules.minus else ()
    return ("bonus", added[turn].points) if turn < len(added) else ("minus", taken[turn - len(added)].points)


def figure_texts(desk: Desk, units: Collection[str]) -> dict[str, dict[str, str]]:
    """By unit and leaf the central figures of these units in words, as they stand beside the declared ones in an appraisal book."""
    found: dict[str, dict[str, str]] = {}
    for (unit, code), (raws, source) in lists_of(desk).figures.items():
        if unit in units:
            found.setdefault(unit, {})[code] = f"Số liệu tập trung: {'; '.join(_shown(raw) for raw in raws)} ({source})"
    return found


def differing_figures(desk: Desk) -> list[Finding]:
    """Warnings where a central figure is not what the unit declared in the return that counts."""
    from processor.kept import kept_return, last_return  # noqa: PLC0415  (what is read there is large; most commands need none of it)

    found = []
    for (unit, code), (raws, source) in sorted(lists_of(desk).figures.items()):
        leaf, one = _leaf(desk, unit, code), last_return(desk, unit)
        if leaf is None or one is None:
            continue
        declared = kept_return(desk, one.sha256, unit).answers.of(leaf).inputs
        if list(map(_plain, declared)) != list(map(_plain, raws)):
            said, seen = ("; ".join(_shown(raw) for raw in each) for each in (declared, raws))
            name = desk.campaign.unit(unit).name
            found.append(finding("central-figure-differs", criterion=code, unit=name, value=said, other=seen, source=source))
    return found


def _plain(raw: Raw) -> object:
    return Fraction(raw) if isinstance(raw, Decimal) else raw


def _shown(raw: Raw) -> str:
    return "…" if raw is None else vi_short(Fraction(raw)) if isinstance(raw, Decimal) else str(raw)
