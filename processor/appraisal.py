"""Appraisal: one book per council, what was put into it read back with the same care as a return, nothing overwritten.

A book rests on returns by their hash. When a unit's return changes after the council has begun, the unit goes into a further book; the
rows of the old one no longer count and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from processor import VERSION, keys
from processor.arrivals import skipped_file
from processor.checks import identity_of, read_answers, says_something
from processor.desk import APPRAISAL, Desk, need_key
from processor.documents import COPIES
from processor.executors import Runner, processes
from processor.files import Originals, ascii_name, read_whole, sha256_of, write_atomic
from processor.intake import Sealed
from processor.issuing import parts_digest, parts_digest_or_none
from processor.ledger import plain_text
from processor.reader import Unreadable, Workbook, read_workbook
from processor.record import BookMade, Entry, Record, counting
from processor.untouched import as_text, expected_book, untouched
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers, is_blank, outcomes
from rubric_versions.findings import Finding, errors, finding
from rubric_versions.methods.base import Outcome, Raw, State
from rubric_versions.model import Leaf, RubricVersion
from rubric_versions.numbers import rounded, vi
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import AppraisalBook, Filled, LeafRow, UnitBlock, score_text, score_value
from workbook_templates.book import a1, write_book
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout, layout_of

CITY = "thanh_pho"
"""The file name's word for the organiser's own council."""


@dataclass(slots=True)
class Appraised:
    """What one run of `appraise` did: findings of what was taken in, books written, how much is still to appraise by unit."""

    findings: list[Finding] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    taken: int = 0
    holes: dict[str, int] = field(default_factory=dict)


def appraise(desk: Desk, *, tick: Callable[[int], None] = lambda _: None) -> Appraised:
    """What lies in `05_tham_dinh` taken in, then a book for every council and unit that has none. May be run as often as one likes."""
    done = Appraised()
    read_all_kept(desk)
    take(desk, done)
    round_number = desk.campaign.rounds[-1].number
    for council in desk.campaign.councils:
        units = [unit.code for unit in desk.campaign.units_of_council(council)]
        wanted = {unit: one.sha256 for unit in units if (one := counting(desk.record(), desk.campaign, unit, round_number))}
        _write_books(desk, council, wanted, done)
        tick(1)
    done.findings += _stale(desk, round_number)
    done.holes = holes(desk)
    return done


def _stale(desk: Desk, round_number: int) -> list[Finding]:
    """Notes on rows that no longer count because the unit's return is another by now."""
    record = desk.record()
    found = []
    for book in record.books.values():
        for unit, sha256 in book.units:
            one = counting(record, desk.campaign, unit, round_number)
            if one is None or one.sha256 != sha256:
                found.append(finding("appraisal-stale", file=book.file, unit=desk.campaign.unit(unit).name))
    return found


# -------------------------------------------------------------------------------------------------------------------- making books


def _books_of(record: Record, council: str) -> list[BookMade]:
    return sorted((one for one in record.books.values() if one.council == council), key=lambda one: one.serial)


def _write_books(desk: Desk, council: str, wanted: Mapping[str, str], done: Appraised) -> None:
    record = desk.record()
    books = _books_of(record, council)
    for book in books:  # one that was deleted is made again, with what was already put in
        if not (desk.folder / APPRAISAL / book.file).is_file():
            _write(desk, book.file, rebuild(desk, book))
            done.written.append(book.file)
    covered = {pair for book in books for pair in book.units}
    missing = {unit: sha256 for unit, sha256 in wanted.items() if (unit, sha256) not in covered}
    if not missing:
        return
    last = books[-1] if books else None
    replaces = last if last is not None and not _has_entries(desk, last) else None
    units = {**dict(replaces.units), **missing} if replaces else missing
    ordered = tuple((unit, sha256) for unit, sha256 in wanted.items() if units.get(unit) == sha256)
    serial = replaces.serial if replaces else (last.serial + 1 if last else 1)
    made = make_book(desk, council, serial, ordered)
    data = write_book(made.book)
    file = f"tham_dinh_{ascii_name(council) if council else CITY}{'' if serial == 1 else f'_bo_sung_{serial}'}.xlsx"
    identity = identity_of_rows(made)
    _templates[identity.form_id] = made
    _write(desk, file, data)
    desk.ledger.append(
        "book",
        at=desk.clock.now(),
        actor=desk.actor,
        data={
            "book": identity.form_id,
            "council": council,
            "serial": serial,
            "file": file,
            "units": [list(pair) for pair in ordered],
            "digest": parts_digest(data),
            "key": identity.key,
            "seal": identity.seal,
            "program": VERSION,
            "campaign": desk.campaign_digest,
            "replaces": replaces.book if replaces else "",
        },
    )
    done.written.append(file)


def identity_of_rows(made: AppraisalBook) -> Identity:
    """The identity a book carries."""
    cells = made.book.sheet(at.META).cells
    rows = {str(cell.value): str(cells[row, 2].value or "") for (row, col), cell in cells.items() if col == 1}
    rows.pop("form_id")
    return Identity(**rows)


def _has_entries(desk: Desk, book: BookMade) -> bool:
    """Whether anybody may have put anything into a book: taken in already, or its file is not what was written and no empty one of ours."""
    if desk.record().entries.get(book.book):
        return True
    path = desk.folder / APPRAISAL / book.file
    if not path.is_file() or parts_digest_or_none(read_whole(path)) == book.digest:
        return False
    try:
        lies_there = read_workbook(read_whole(path))
    except Unreadable:
        return True
    identity, _ = identity_of(lies_there)
    return identity is None or not _is_ours(desk, identity) or not _is_empty(desk, lies_there)


def _write(desk: Desk, file: str, data: bytes) -> None:
    write_atomic(desk.path(APPRAISAL, file), data)


_templates: dict[str, AppraisalBook] = {}


def template_of(desk: Desk, book: BookMade) -> AppraisalBook:
    """A book blank, as it was made, from the record of that time; remembered while the program runs."""
    if book.book not in _templates:
        _templates[book.book] = _made_again(desk, book)
    return _templates[book.book]


def rebuild(desk: Desk, book: BookMade) -> bytes:
    """A book made again from what is kept, with the entries taken in so far."""
    entries = {place: Filled(score_value(one.score), one.reason) for place, one in desk.record().entries.get(book.book, {}).items()}
    return write_book(_made_again(desk, book, entries).book)


def _made_again(desk: Desk, book: BookMade, entries: Mapping[tuple[str, str], Filled] | None = None) -> AppraisalBook:
    """A book from the record of its time, with the seal it got then: the key need not be there any more."""
    return make_book(desk.as_of(book.seq - 1, book.campaign), book.council, book.serial, book.units, entries, (book.key, book.seal))


def make_book(
    desk: Desk,
    council: str,
    serial: int,
    units: Iterable[tuple[str, str]],
    entries: Mapping[tuple[str, str], Filled] | None = None,
    sealed: tuple[str, str] | None = None,
) -> AppraisalBook:
    """The appraisal book of a council for those units and returns, made from the originals kept; the same every time.

    `sealed` is the key's id and the seal of a book made before; without it the office's key seals anew.
    """
    key_id = sealed[0] if sealed else need_key(desk).id
    campaign, version = desk.campaign, desk.version
    names = {unit.code: unit for unit in campaign.units}
    units = tuple(units)
    blocks = tuple(unit_block(desk, names[unit].name, unit, sha256) for unit, sha256 in units if unit in names)
    rests_on = sha256_of(repr(units).encode())[:16]
    name = names[council].name if council in names else campaign.organiser
    identity = Identity(
        "appraisal",
        campaign.code,
        campaign.title,
        campaign.organiser,
        council,
        name,
        "",
        version.id,
        version.digest,
        rests_on,
        str(campaign.rounds[-1].number),
        str(serial),
        key_id,
    )
    seal = sealed[1] if sealed else keys.seal(need_key(desk), identity.message())
    body = version.labels.council if council else campaign.council
    return at.appraisal_book(version, identity.sealed(seal), body, blocks, entries)


def unit_block(desk: Desk, name: str, unit: str, sha256: str) -> UnitBlock:
    """What one unit answered, row by row, from its original."""
    checked = kept_return(desk, sha256, unit)
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    layout = layout_of(appendix)
    rows = tuple(_leaf_row(leaf, checked, layout) for leaf in appendix.leaves if leaf.is_appraised)
    decided = desk.record().decided(unit)
    return UnitBlock(unit, name, appendix, rows, "; ".join(f"{DECISION_WORDS[one.what]}: {one.reason}" for one in decided))


DECISION_WORDS = {"accept": "chấp nhận ngoài quy định", "reopen": "mở lại", "withdraw": "rút hồ sơ", "record": "ghi nhận"}


@dataclass(frozen=True, slots=True)
class KeptReturn:
    """What a kept return holds: the answers as read, the outcomes recomputed."""

    answers: Answers
    outcomes: Mapping[str, Outcome]


_kept: dict[tuple[str, str], KeptReturn] = {}


def kept_return(desk: Desk, sha256: str, unit: str) -> KeptReturn:
    """A return read again from its original, which was verified when it came; remembered while the program runs."""
    appendix = desk.version.appendix_for(desk.campaign.unit(unit).tier)
    key = (sha256, f"{desk.version.digest} {appendix.number}")
    if key not in _kept:
        _kept[key] = _read_kept((desk.version, desk.originals.folder), (sha256, unit, appendix.tier))
    return _kept[key]


def _read_kept(context: tuple[RubricVersion, Path], item: tuple[str, str, str]) -> KeptReturn:
    version, folder = context
    appendix = version.appendix_for(item[2])
    answers, _ = read_answers(read_workbook(Originals(folder).get(item[0])), layout_of(appendix))
    return KeptReturn(answers, outcomes(appendix, answers))


def read_all_kept(desk: Desk, run: Runner = processes) -> None:
    """Nothing; every return that counts is read and remembered, on all cores where they are many."""
    campaign, version = desk.campaign, desk.version
    wanted = []
    for unit in campaign.units:
        one = counting(desk.record(), campaign, unit.code, campaign.rounds[-1].number)
        number = version.appendix_for(unit.tier).number
        if one is not None and (one.sha256, f"{version.digest} {number}") not in _kept:
            wanted.append((one.sha256, unit.code, unit.tier))
    for (sha256, _, tier), kept in zip(wanted, run(_read_kept, (version, desk.originals.folder), wanted), strict=True):
        _kept[sha256, f"{version.digest} {version.appendix_for(tier).number}"] = kept


def _leaf_row(leaf: Leaf, checked: KeptReturn, layout: Layout) -> LeafRow:
    if not leaf.is_self_scored:
        return LeafRow(leaf, words.SCORED_BY.get(leaf.scored_by, ""), None, "", "")
    answer, outcome = checked.answers.of(leaf), checked.outcomes[leaf.code]
    inputs = leaf.method.inputs(leaf.max)
    if len(inputs) == 1:
        result = as_text(answer.inputs[0])
    else:
        result = "\n".join(f"{entry.label}: {as_text(raw) or '…'}" for entry, raw in zip(inputs, answer.inputs, strict=True))
    points: Fraction | str | None = outcome.points
    if outcome.state is State.NOT_ASSESSED:
        points, result = at.SKIP, result if any(raw is not None for raw in answer.inputs) else "Đề nghị không đánh giá"
    elif outcome.state is not State.SCORED:
        points = Fraction(0)
    return LeafRow(leaf, result, points, _line(answer.explanation), _documents(leaf, checked.answers, layout))


def _documents(leaf: Leaf, answers: Answers, layout: Layout) -> str:
    label = layout.evidence_labels[layout.place_of[leaf.code].turn - 1]
    told = []
    for row in answers.evidence:
        if row[0] == label:
            number, extract, section, file = (_line(row[EVIDENCE_PARTS.index(part)]) for part in ("number", "extract", "section", "file"))
            told.append(", ".join(part for part in (number, extract, section, file) if part))
    return "\n".join(told)


def _line(raw: Raw) -> str:
    return as_text(raw).strip()[:1000]


# -------------------------------------------------------------------------------------------------------------------- taking in


def take(desk: Desk, done: Appraised) -> None:
    """The entries of every book that lies in `05_tham_dinh`, kept and told in the ledger where they changed."""
    by_book: dict[str, list[tuple[str, str, Workbook, Identity]]] = {}
    folder, record = desk.folder / APPRAISAL, desk.record()
    untouched_books = {one.digest for one in record.books.values() if one.book not in record.taken}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        file = plain_text(path.relative_to(folder).as_posix())
        if path.suffix.lower() != ".xlsx" or skipped_file(path) or file.startswith(f"{COPIES}/"):
            continue
        data = read_whole(path)
        if parts_digest_or_none(data) in untouched_books:
            continue
        try:
            book = read_workbook(data)
        except Unreadable as problem:
            done.findings.append(finding(problem.code, file=file, **problem.params))
            continue
        identity, found = identity_of(book)
        if identity is None or not _is_ours(desk, identity):
            done.findings.append(finding("appraisal-foreign", file=file))
            continue
        if identity.form_id not in desk.record().books:
            if not _is_empty(desk, book):  # an empty one was replaced, or left by a run that was killed before it told the ledger
                done.findings.append(finding("appraisal-foreign", file=file))
            continue
        done.findings += [one.at(file=file) for one in found]
        desk.originals.keep(data, ".xlsx")
        by_book.setdefault(identity.form_id, []).append((file, sha256_of(data), book, identity))
    for book_id, copies in by_book.items():
        _take_book(desk, book_id, copies, done)


def _is_ours(desk: Desk, identity: Identity) -> bool:
    """Whether an identity is that of an appraisal book of this campaign, made by this office."""
    is_book = identity.kind == "appraisal" and identity.campaign == desk.campaign.code
    return is_book and Sealed.of(desk)(identity)


def _is_empty(desk: Desk, book: Workbook) -> bool:
    """Whether nobody has put anything into an appraisal book."""
    sheets = [book.sheets[name] for one in desk.version.appendices if (name := at.sheet_name(one)) in book.sheets]
    entered = (cell for sheet in sheets for (row, col), cell in sheet.cells.items() if row >= at.FIRST_ROW and col in (at.SCORE, at.REASON))
    return all(cell.formula is None and is_blank(cell.value) for cell in entered)


def _take_book(desk: Desk, book_id: str, copies: list[tuple[str, str, Workbook, Identity]], done: Appraised) -> None:
    record = desk.record()
    made = record.books[book_id]
    files = tuple((file, sha256) for file, sha256, _, _ in copies)
    if record.taken.get(book_id) == files:
        return
    template = template_of(desk, made)
    expected = expected_book(template.book, template.input_cells(), {at.META: template.book.sheet(at.META).cells.keys()})
    entries: dict[tuple[str, str], Entry] = {}
    first: dict[tuple[str, str], str] = {}
    blocked = False
    for file, _, book, _ in copies:
        found = [_renamed(one).at(file=file) for one in untouched(book, expected, lambda text: text)]
        for place, entry, problems in _entries(book, template, desk):
            found += [one.at(file=file) for one in problems]
            before = entries.get(place, Entry("", ""))
            if entry.score and before.score and entry.score != before.score:
                unit = next(one.name for one in desk.campaign.units if one.code == place[0])
                found.append(
                    finding(
                        "appraisal-conflict",
                        file=file,
                        criterion=place[1],
                        unit=unit,
                        value=entry.score,
                        other=before.score,
                        book=first[place],
                    )
                )
            else:
                entries[place] = Entry(before.score or entry.score, before.reason or entry.reason)
                first[place] = file if entry.score and not before.score else first.get(place, file)
        blocked = blocked or bool(errors(found))
        done.findings += found
    if blocked:  # nothing of a book that is wrong somewhere is believed; what was taken before stands
        return
    if record.entries.get(book_id, {}) == entries and book_id in record.taken:
        return
    if entries or book_id in record.taken:
        rows = [[unit, code, one.score, one.reason] for (unit, code), one in entries.items()]
        desk.ledger.append(
            "appraised",
            at=desk.clock.now(),
            actor=desk.actor,
            data={"book": book_id, "files": [list(pair) for pair in files], "entries": rows},
        )
        done.taken += len(rows)


def _renamed(one: Finding) -> Finding:
    """A changed cell, told as one of the appraisal book."""
    if one.code in ("cell-changed", "formula-changed"):
        return finding("appraisal-locked-changed", sheet=one.sheet, cell=one.cell, value=one.value, **dict(one.params))
    return one


def _entries(book: Workbook, template: AppraisalBook, desk: Desk) -> Iterable[tuple[tuple[str, str], Entry, list[Finding]]]:
    leaves = {(appendix.number, leaf.code): leaf for appendix in desk.version.appendices for leaf in appendix.leaves}
    numbers = {at.sheet_name(appendix): appendix.number for appendix in desk.version.appendices}
    for (unit, code), (name, row) in template.places.items():
        sheet = book.sheets.get(name)
        if sheet is None:
            continue
        leaf = leaves[numbers[name], code]
        given, why = (sheet.cells.get((row, col)) for col in (at.SCORE, at.REASON))
        place = {"sheet": name, "cell": a1(row, at.SCORE), "criterion": code}
        reason = as_text(why.value).strip()[: at.REASON_LIMIT] if why and why.formula is None else ""
        if given is None or (given.value is None and given.formula is None):
            if reason:
                yield (unit, code), Entry("", reason), []
            continue
        score = _score(given.value, leaf) if given.formula is None and not given.is_date else None
        if score is None:
            seen = "=" + given.formula if given.formula is not None else as_text(given.value)
            wrong = finding("appraisal-score", value=seen, limit=vi(leaf.max), skip=f", hoặc {at.SKIP}", **place)
            yield (unit, code), Entry("", reason), [wrong]
            continue
        mine = template.book.sheet(name).cells[row, at.SELF].value
        problems = []
        if mine is not None and not _same(score, mine) and not says_something(reason):
            told = vi(mine) if isinstance(mine, Fraction) else str(mine)
            problems = [finding("appraisal-no-reason", value=as_text(given.value), **{"self": told}, **place)]
        yield (unit, code), Entry(score_text(score), reason), problems


def _same(score: Fraction | str, mine: object) -> bool:
    """Whether the council's entry is the unit's own score, as the book's formula compares them: a cell holds no thirds."""
    if isinstance(score, Fraction) and isinstance(mine, int | Fraction):
        return rounded(score - mine) == 0
    return score == mine


def _score(raw: Raw, leaf: Leaf) -> Fraction | str | None:
    """The entry, or None where it is neither points within the max nor "not assessed"."""
    if raw == at.SKIP:
        return at.SKIP
    if isinstance(raw, Decimal) and 0 <= Fraction(raw) <= leaf.max:
        return Fraction(raw)
    return None


# -------------------------------------------------------------------------------------------------------------------- what stands


def standing(desk: Desk, unit: str) -> dict[str, Filled] | None:
    """What the council put for a unit's leaves, by the book that rests on the return that counts; None where no return counts."""
    one = counting(desk.record(), desk.campaign, unit, desk.campaign.rounds[-1].number)
    if one is None:
        return None
    record = desk.record()
    found: dict[str, Filled] = {}
    for book in record.books.values():
        if (unit, one.sha256) in book.units:
            for (code_unit, code), entry in record.entries.get(book.book, {}).items():
                if code_unit == unit and entry.score:
                    found[code] = Filled(score_value(entry.score), entry.reason)
    return found


def holes(desk: Desk) -> dict[str, int]:
    """How many leaves are still to appraise, by unit, where any are."""
    found = {}
    for unit in desk.campaign.units:
        put = standing(desk, unit.code)
        if put is None:
            continue
        wanted = [leaf for leaf in desk.version.appendix_for(unit.tier).leaves if leaf.is_appraised]
        left = sum(leaf.code not in put for leaf in wanted)
        if left:
            found[unit.code] = left
    return found
