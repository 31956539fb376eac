"""Every check of a filled form: is it ours and whole (the gate), is it untouched, is what was entered right. Findings, never exceptions.

The same checks serve `cchc check`, `cchc receive` and the macros. Nothing here reads a disk, a clock or a ledger.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from processor.archive import RETURNS
from processor.issued import SHEET_OF, Issued, issued
from processor.reader import Cell, Limits, Unreadable, Workbook, read_workbook
from processor.untouched import as_text, plain, untouched
from rubric_versions import catalog, words
from rubric_versions.answers import EVIDENCE_PARTS, Answers, LeafAnswer, Totals, is_blank, totals
from rubric_versions.findings import Finding, Severity, errors, finding
from rubric_versions.lint import lint
from rubric_versions.methods.base import Outcome, Raw, State
from rubric_versions.model import RubricVersion, canonical_json
from rubric_versions.numbers import decimal_text
from workbook_templates import layout as at
from workbook_templates.book import Address, a1
from workbook_templates.earlier import Earlier, earlier_from
from workbook_templates.entry_form import unpacked
from workbook_templates.form_state import EVIDENCE_LIMIT, TEXT_LIMIT
from workbook_templates.identity import PROPERTY_PREFIX, Identity, filled, from_rows
from workbook_templates.layout import Layout

_EMPTY = Cell(None, None, False, False)
_EVIDENCE_COLUMNS = frozenset(at.EVIDENCE_COLUMNS.values())
_INPUT_COLUMNS = {
    "scoring": frozenset({at.INPUT, at.MARK, at.EXPLANATION}),
    "evidence": _EVIDENCE_COLUMNS,
    "approval": frozenset({at.APPROVAL_VALUE}),
}
_META_COLUMNS = frozenset({at.META_KEY, at.META_VALUE})
_NO_EVIDENCE: tuple[Raw, ...] = (None,) * len(EVIDENCE_PARTS)
_FIRST_DAY, _LAST_DAY = 36_526, 73_050  # 01/01/2000 and 31/12/2099 as Excel counts days
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z", re.ASCII)
_SERIAL = re.compile("[0-9]{1,9}")
_SEPARATOR = re.compile(r"[_ .()-]")
_ODD = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_TCVN3 = re.compile("[a-z][µ¸¶¹¨¾¼½©®ÆÊÇÈÉËÌÐÎÏÑÒÕÓÔÖÝØÜÞ](?![²³])")  # "ho¹ch", "quyÕt": signs and capitals where small letters stand
_TCVN3_INSIDE = re.compile("[a-z][µ¸¶¹¨¾¼½©®ÆÊÇÈÉËÌÐÎÏÑÒÕÓÔÖÝØÜÞ][a-z]")
_VNI = re.compile("[aeAE][ùøûõâáàåãäÙØÛÕÂÁÀÅÃÄ]|[oôOÔ][øõåäØÕÅÄ]|[öuÖU][ùøûõåäÙØÛÕÅÄ]")  # "Keá hoaïch", "haønh": the mark after its vowel


class Verdict(StrEnum):
    """foreign: not ours or not readable; returned: ours, with an error; accepted: no error."""

    FOREIGN = "foreign"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file. `outcomes` and `totals` are there whenever the answers could be read; `digest` names the answers."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    identity: Identity | None = None
    version: RubricVersion | None = None
    answers: Answers | None = None
    outcomes: Mapping[str, Outcome] | None = None
    totals: Totals | None = None
    digest: str = ""
    earlier: Earlier | None = None

    def scores(self) -> dict[str, str] | None:
        """a, A and pari as decimal strings of at least 12 significant digits, or None."""
        if self.totals is None:
            return None
        return {
            "a": decimal_text(self.totals.points),
            "A": decimal_text(self.totals.possible),
            "pari": decimal_text(self.totals.rate),
        }

    def with_findings(self, more: Iterable[Finding]) -> Checked:
        """The same with findings added, the verdict judged anew."""
        found = (*self.findings, *more)
        verdict = self.verdict
        if verdict is not Verdict.FOREIGN:
            verdict = Verdict.RETURNED if errors(found) else Verdict.ACCEPTED
        return replace(self, findings=found, verdict=verdict)


@dataclass(frozen=True, slots=True)
class Office:
    """What a receiving office knows that a form cannot prove by itself.

    `is_sealed` tells whether the office sealed that identity; `serials` the latest serial by unit and round; `units` the names by code.
    """

    campaign: str
    campaign_title: str
    version: RubricVersion
    units: Mapping[str, str]
    tiers: Mapping[str, str]
    round: str
    serials: Mapping[tuple[str, str], int]
    is_sealed: Callable[[Identity], bool]


def check_bytes(data: bytes, file: str, office: Office | None = None, limits: Limits | None = None) -> Checked:
    """The verdict on a file's bytes with all findings at once. Never raises for what the file holds; `file` is only quoted."""
    try:
        book = read_workbook(data, limits or RETURNS)
    except Unreadable as problem:
        return Checked(Verdict.FOREIGN, (finding(problem.code, file=file, **problem.params),))
    return check_workbook(book, file, office)


def check_workbook(book: Workbook, file: str, office: Office | None = None) -> Checked:
    """The same for a workbook already read, or put together by a macro."""
    identity, found = identity_of(book)
    if identity is None or identity.kind != "entry_form":
        return Checked(
            Verdict.FOREIGN,
            (finding("identity-missing", file=file, sheet=words.META if words.META in book.sheets else ""),),
        )
    found += _gate(identity, file, office)
    form, problem = form_of(book, identity, office)
    if form is None:
        return Checked(Verdict.RETURNED, tuple(one.at(file=file) for one in [*found, *problem]), identity)
    found += problem
    found += _untouched(book, form, identity)
    lost = _lost(book, form.layout, found)
    answers, entered = read_answers(book, form.layout)
    checked = judge_answers(form, answers, {(one.sheet, one.cell) for one in entered if one.severity is Severity.ERROR})
    found += [
        one for one in (*entered, *checked.findings)
        if one.sheet not in lost and not (one.code == "evidence-missing" and words.EVIDENCE in lost)
    ]  # fmt: skip
    findings = tuple(one.at(file=file) for one in found)
    verdict = Verdict.RETURNED if errors(findings) else Verdict.ACCEPTED
    if words.SCORING in lost:
        return Checked(verdict, findings, identity, form.version)
    return replace(
        checked,
        verdict=verdict,
        findings=findings,
        identity=identity,
        version=form.version,
        digest=answers_digest(identity, answers),
        earlier=form.layout.earlier,
    )


# -------------------------------------------------------------------------------------------------------------------- the gate


def identity_of(book: Workbook) -> tuple[Identity | None, list[Finding]]:
    """Who the workbook says it is, from its hidden sheet, else from its properties; a finding where the two disagree."""
    sheet = book.sheets.get(words.META)
    rows = {}
    if sheet is not None:
        cells = sheet.within(_META_COLUMNS)
        for row in range(at.META_FIRST, at.META_FIRST + 40):
            key = cells.get((row, at.META_KEY), _EMPTY).value
            if isinstance(key, str):
                rows[key] = as_text(cells.get((row, at.META_VALUE), _EMPTY).value)
    told = {key.removeprefix(PROPERTY_PREFIX): text for key, text in book.properties.items() if key.startswith(PROPERTY_PREFIX)}
    identity = from_rows(rows) or from_rows(told)
    if identity is None:
        return None, []
    differing = {key for key, text in told.items() if key in rows and plain_property(rows[key]) != plain_property(text)}
    if (rows or told).get("form_id", identity.form_id) != identity.form_id:
        differing.add("form_id")
    return identity, [finding("identity-altered", sheet=words.META, what=_spelled(differing))] if differing else []


def _spelled(keys: Iterable[str]) -> str:
    """Fields of an identity in the words of an officer."""
    return ", ".join(dict.fromkeys(words.IDENTITY.get(key, words.IDENTITY["form_id"]) for key in sorted(keys)))


def plain_property(text: str) -> str:
    """A property's text as far as any program keeps it: 255 characters, one normal form."""
    return unicodedata.normalize("NFC", text[:255]).strip()


def _gate(identity: Identity, file: str, office: Office | None) -> list[Finding]:
    if office is None:
        return [finding("identity-unproved")]
    found = []
    if identity.campaign != office.campaign:
        seen, expected = f"{identity.campaign_title} ({identity.campaign})", f"{office.campaign_title} ({office.campaign})"
        found.append(finding("form-other-campaign", seen=seen, expected=expected))
    elif identity.unit not in office.units:
        found.append(finding("form-unknown-unit", unit=f"{identity.unit_name} ({identity.unit})"))
    if identity.version_digest != office.version.digest:
        seen, expected = (
            f"{name} ({digest[:8]})"
            for name, digest in ((identity.version, identity.version_digest), (office.version.id, office.version.digest))
        )
        found.append(finding("form-other-version", seen=seen, expected=expected))
    if identity.round != office.round:
        found.append(finding("form-other-round", seen=identity.round, expected=office.round))
    if not office.is_sealed(identity):
        found.append(finding("identity-seal", sheet=words.META))
    latest = office.serials.get((identity.unit, identity.round), 0)
    if _SERIAL.fullmatch(identity.serial) and int(identity.serial) < latest:
        found.append(finding("form-superseded", serial=identity.serial, latest=str(latest)))
    claimed = claimed_unit(file, office.units)
    if claimed and claimed != identity.unit and identity.unit in office.units:
        found.append(finding("form-other-unit", claimed=office.units[claimed], unit=office.units[identity.unit]))
    return found


def claimed_unit(file: str, units: Mapping[str, str]) -> str:
    """The unit whose code begins the file's name or one of its folders, "" if none: never proof, only ever a reason to doubt."""
    for part in reversed(file.replace("\\", "/").split("/")):
        ends = [len(part), *(found.start() for found in reversed(list(_SEPARATOR.finditer(part))))]
        for end in ends:  # the longest first, for a code may hold a hyphen and begin with another's
            if part[:end] in units:
                return part[:end]
    return ""


def form_of(book: Workbook, identity: Identity, office: Office | None) -> tuple[Issued | None, list[Finding]]:
    """The form as it was issued: from the office's own version, else a shipped one with the same digest, else the form's own copy."""
    ours = office.version if office else _known_version(identity)
    version = ours or _travelling_version(book)
    if version is None:
        return None, [finding("identity-altered", sheet=words.META, what=_spelled(["version"]))]
    try:
        appendix = version.appendix_for(identity.tier)
    except KeyError:
        return None, [finding("identity-altered", sheet=words.META, what=_spelled(["tier"]))]
    try:
        form = issued(version, appendix.number, earlier_in(book))
    except ValueError:
        if ours:
            raise  # the office could not have issued it
        return None, [finding("identity-altered", sheet=words.META, what=_spelled(["version_digest"]))]
    if form.layout.fingerprint != identity.layout:
        if form.layout.earlier is not None:
            return None, [finding("identity-altered", sheet=words.META, what=_spelled(["layout"]))]
        return None, [finding("form-unknown-layout", seen=identity.layout or "(trống)")]
    return form, []


def _known_version(identity: Identity) -> RubricVersion | None:
    try:
        version = catalog.load(identity.version)
    except (catalog.UnknownVersion, catalog.BadVersion):
        return None
    return version if version.digest == identity.version_digest else None


def earlier_in(book: Workbook) -> Earlier | None:
    """What a form of a further round says of the one before; to be believed only as far as its identity's layout names it."""
    chunks = _packed(book, at.META_EARLIER)
    return earlier_from(chunks) if chunks else None


def _packed(book: Workbook, col: int) -> list[str]:
    sheet = book.sheets.get(words.META)
    cells = sheet.within(frozenset([col])) if sheet is not None else {}
    chunks: list[str] = []
    while isinstance(chunk := cells.get((at.META_FIRST + len(chunks), col), _EMPTY).value, str):
        chunks.append(chunk)
    return chunks


def _travelling_version(book: Workbook) -> RubricVersion | None:
    chunks = _packed(book, at.META_PAYLOAD)
    try:
        version = catalog.from_json(unpacked(chunks)) if chunks else None
    except (ValueError, RecursionError, catalog.BadVersion):
        return None
    return version if version and not errors(lint(version)) else None  # with lint errors it was never issued


# -------------------------------------------------------------------------------------------------------------------- untouched


def _untouched(book: Workbook, form: Issued, identity: Identity) -> list[Finding]:
    found = [_of_closed(one, form.layout) for one in untouched(book, form.expected, lambda text: filled(text, identity))]
    hidden = [one for one in found if one.sheet == words.META and one.code in ("cell-changed", "cell-added", "formula-changed")]
    if hidden:
        found = [one for one in found if one not in hidden]
        found.append(finding("hidden-changed", sheet=words.META, cell=hidden[0].cell, count=len(hidden)))
    return found


def _of_closed(one: Finding, layout: Layout) -> Finding:
    """A changed cell of a leaf that is not open in this round, told as such."""
    if one.sheet == words.SCORING and one.code in ("cell-changed", "cell-added"):
        for place in layout.places:
            if place.leaf.code in layout.closed and one.cell in {a1(row, col) for _, row, col in layout.leaf_cells(place)}:
                told = {"sheet": one.sheet, "cell": one.cell, "criterion": place.leaf.code, "value": one.value}
                return finding("leaf-closed", issued=dict(one.params).get("issued", ""), **told)
    return one


def _lost(book: Workbook, layout: Layout, found: Iterable[Finding]) -> set[str]:
    """Sheets whose inputs cannot be read where they should be: gone, or criteria and heads have left their rows and columns.

    Nothing is said of their cells, which would only hide what happened; without the scores' sheet there are no answers.
    """
    lost = {name for name in SHEET_OF.values() if name not in book.sheets}
    if any(one.code == "rows-moved" and one.sheet == words.SCORING for one in found):
        cells = book.sheets[words.SCORING].cells
        wanted = {(place.row, at.CODE): place.leaf.code for place in layout.places}
        wanted |= {(at.HEAD_ROW, col): words.SCORING_HEADS[col - 1] for col in (at.INPUT, at.MARK, at.EXPLANATION)}
        if any(plain(as_text(cells.get(place, _EMPTY).value)) != text for place, text in wanted.items()):
            lost.add(words.SCORING)
    return lost


# -------------------------------------------------------------------------------------------------------------------- what was entered


def read_answers(book: Workbook, layout: Layout) -> tuple[Answers, list[Finding]]:
    """The answers from the layout's input cells, whatever lock they show, with findings on cells that cannot be what was typed.

    A formula or a date where a number belongs comes back as a text, so that the leaf is invalid.
    """
    found: list[Finding] = []

    cells_of = {key: sheet.within(_INPUT_COLUMNS[key]) if (sheet := book.sheets.get(name)) else {} for key, name in SHEET_OF.items()}

    def take(key: str, row: int, col: int, criterion: str = "", *, number: bool = False) -> Raw:
        cell = cells_of[key].get((row, col))
        if cell is None:
            return None
        if cell.formula is not None:
            found.append(finding("input-formula", value="=" + cell.formula, sheet=SHEET_OF[key], cell=a1(row, col), criterion=criterion))
            return "=" + cell.formula
        if cell.is_date and isinstance(cell.value, Decimal):
            if number:
                day = _day_of(cell.value, book.date1904)
                seen, meant = (f"{day:%d/%m/%Y}", f"{day.day},{day.month}") if day else (as_text(cell.value),) * 2
                place = {"sheet": SHEET_OF[key], "cell": a1(row, col), "criterion": criterion}
                found.append(finding("input-date", value=seen, meant=meant, **place))
                return str(day or cell.value)
            if book.date1904:
                return cell.value + 1462
        return None if is_blank(cell.value) else cell.value

    leaves = {}
    for place in layout.places:
        code = place.leaf.code
        raws = tuple(take("scoring", row, at.INPUT, code, number=True) for row in place.input_rows)
        mark = take("scoring", place.row, at.MARK, code) if place.leaf.may_skip else None
        leaves[code] = LeafAnswer(raws, mark, take("scoring", place.row, at.EXPLANATION, code))
    filled_rows = {row for row, col in cells_of["evidence"] if col in _EVIDENCE_COLUMNS}
    evidence = [
        tuple(take("evidence", row, col) for col in at.EVIDENCE_COLUMNS.values()) if row in filled_rows else _NO_EVIDENCE
        for row in range(at.EVIDENCE_FIRST, layout.evidence_last + 1)
    ]
    while evidence and all(raw is None for raw in evidence[-1]):
        evidence.pop()
    approval = {key: take("approval", row, at.APPROVAL_VALUE) for key, row in layout.approval_rows.items()}
    return Answers(leaves, tuple(evidence), approval), found


def _day_of(serial: Decimal, date1904: bool) -> date | None:
    """The day a number was turned into as it was typed ("1.5" into 01/05 of this year); None for a number that only shows as a date."""
    days = serial + (1462 if date1904 else 0)
    return date(1899, 12, 30) + timedelta(days=int(days)) if _FIRST_DAY <= days <= _LAST_DAY else None


def judge_answers(form: Issued, answers: Answers, told: Iterable[tuple[str, str]] = ()) -> Checked:
    """Outcomes, totals and every finding about what was entered. `told`: cells already found wrong, not told twice."""
    layout, rules = form.layout, form.version.rules
    already = set(told)
    documents = documents_of(layout, answers)
    outcomes, found = {}, []
    for place in layout.places:
        leaf = place.leaf
        answer = answers.of(leaf)
        outcome = outcomes[leaf.code] = form.judge(leaf, answer)
        for problem in outcome.problems:
            row, col = (place.row, at.MARK) if problem.index < 0 else (place.input_rows[problem.index], at.INPUT)
            where = (words.SCORING, a1(row, col))
            raw = answer.mark if problem.index < 0 else answer.inputs[problem.index]
            if where not in already:
                found.append(
                    finding(
                        problem.code,
                        sheet=where[0],
                        cell=where[1],
                        criterion=leaf.code,
                        value=as_text(raw),
                        **dict(problem.params),
                    )
                )
        if outcome.state not in (State.SCORED, State.NOT_ASSESSED):
            continue
        skipped = outcome.state is State.NOT_ASSESSED
        spot = {"sheet": words.SCORING, "criterion": leaf.code}
        if not says_something(answer.explanation):
            code, severity = ("skip-unexplained", Severity.ERROR) if skipped else ("explanation-missing", rules.explanation_missing)
            found.append(finding(code, severity=severity, cell=a1(place.row, at.EXPLANATION), **spot))
        if leaf.evidence and (skipped or outcome.points > 0) and not documents.get(leaf.code):
            found.append(finding("evidence-missing", severity=rules.evidence_missing, cell=a1(place.row, at.DOCUMENTS), **spot))
    found += [one for one in _check_texts(layout, answers) if (one.sheet, one.cell) not in already]
    found += [one for one in _check_evidence(layout, answers) if (one.sheet, one.cell) not in already]
    found += [one for one in _check_approval(layout, answers, rules.approval_missing) if (one.sheet, one.cell) not in already]
    verdict = Verdict.RETURNED if errors(found) else Verdict.ACCEPTED
    return Checked(
        verdict,
        tuple(found),
        version=form.version,
        answers=answers,
        outcomes=outcomes,
        totals=totals(layout.appendix, outcomes),
    )


def says_something(raw: Raw) -> bool:
    """Whether a cell says anything to a reader: dots, dashes and invisible characters do not."""
    return raw is not None and any(ch.isalnum() for ch in str(raw))


def documents_of(layout: Layout, answers: Answers) -> dict[str, int]:
    """How many rows of evidence say something, by the leaf they are for; leaves without any are left out."""
    codes = dict(zip(layout.evidence_labels, layout.place_of, strict=True))
    counts: dict[str, int] = {}
    for row in answers.evidence:
        code = codes.get(row[0]) if isinstance(row[0], str) else None
        if code and _has_content(row):
            counts[code] = counts.get(code, 0) + 1
    return counts


def _has_content(row: tuple[Raw, ...]) -> bool:
    return any(says_something(row[EVIDENCE_PARTS.index(part)]) for part in ("number", "extract", "file"))


def _check_texts(layout: Layout, answers: Answers) -> Iterator[Finding]:
    for place in layout.places:
        raw = answers.of(place.leaf).explanation
        if isinstance(raw, str):
            yield from _text_findings(raw, TEXT_LIMIT, words.SCORING, (place.row, at.EXPLANATION), place.leaf.code)
    for offset, row in enumerate(answers.evidence):
        for col, raw in zip(at.EVIDENCE_COLUMNS.values(), row, strict=True):
            if isinstance(raw, str) and (len(raw) > EVIDENCE_LIMIT or is_strange(raw)):
                yield from _text_findings(raw, EVIDENCE_LIMIT, words.EVIDENCE, (at.EVIDENCE_FIRST + offset, col), "")
    for key, where in layout.approval_rows.items():
        raw = answers.approval.get(key)
        if isinstance(raw, str):
            yield from _text_findings(raw, EVIDENCE_LIMIT, words.APPROVAL, (where, at.APPROVAL_VALUE), "")


def _text_findings(raw: str, limit: int, sheet: str, place: Address, criterion: str) -> Iterator[Finding]:
    if len(raw) > limit:
        yield finding("text-too-long", sheet=sheet, cell=a1(*place), criterion=criterion, count=len(raw), limit=limit)
    if is_strange(raw):
        yield finding("text-strange", sheet=sheet, cell=a1(*place), criterion=criterion)


@lru_cache(maxsize=4096)
def is_strange(text: str) -> bool:
    """Whether a text holds control, invisible or direction characters, or reads like TCVN3 or VNI letters shown in Unicode.

    One such pair of letters proves nothing (a name, a unit of measure); two do.
    """
    odd = () if text.isprintable() else {unicodedata.category(ch) for ch in text if ch not in "\n\t\u00ad"}
    if not _ODD.isdisjoint(odd):
        return True
    if text.isascii():
        return False
    legacy = len(_TCVN3.findall(text)) > 1 and _TCVN3_INSIDE.search(text)
    return bool(legacy) or len(_VNI.findall(text)) > 1


def _check_evidence(layout: Layout, answers: Answers) -> Iterator[Finding]:
    labels = set(layout.evidence_labels)
    for offset, row in enumerate(answers.evidence):
        where = at.EVIDENCE_FIRST + offset
        if all(raw is None for raw in row):
            continue
        if row[0] not in labels:
            yield finding(
                "evidence-no-criterion",
                sheet=words.EVIDENCE,
                cell=a1(where, at.EVIDENCE_COLUMNS["criterion"]),
                value=as_text(row[0]),
            )
        elif not _has_content(row):
            yield finding("evidence-blank", sheet=words.EVIDENCE, cell=a1(where, at.EVIDENCE_COLUMNS["number"]))
        day = row[EVIDENCE_PARTS.index("date")]
        if day is not None and not is_day(day):
            yield finding("evidence-date", sheet=words.EVIDENCE, cell=a1(where, at.EVIDENCE_COLUMNS["date"]), value=as_text(day))
    room = layout.evidence_last - at.EVIDENCE_FIRST + 1
    if len(answers.evidence) >= room and all(any(raw is not None for raw in row) for row in answers.evidence):
        yield finding("evidence-full", sheet=words.EVIDENCE, cell=a1(layout.evidence_last, 1), count=room)


def is_day(raw: Raw) -> bool:
    """Whether a cell holds a day between 2000 and 2099, as a date or written day/month/year."""
    if isinstance(raw, Decimal):
        return _FIRST_DAY <= raw <= _LAST_DAY
    found = _DAY.match(raw.strip()) if isinstance(raw, str) else None
    if not found:
        return False
    try:
        return 2000 <= date(int(found[3]), int(found[2]), int(found[1])).year <= 2099
    except ValueError:
        return False


def _check_approval(layout: Layout, answers: Answers, severity: Severity) -> Iterator[Finding]:
    for key in words.APPROVAL_REQUIRED:
        raw = answers.approval.get(key)
        place = {"sheet": words.APPROVAL, "cell": a1(layout.approval_rows[key], at.APPROVAL_VALUE)}
        label = words.APPROVAL_LABELS[key]
        if raw is None or (isinstance(raw, str) and not says_something(raw)):
            yield finding("approval-missing", severity=severity, label=label, **place)
        elif key in words.APPROVAL_DATES and not (isinstance(raw, Decimal) and is_day(raw)):
            yield finding("approval-date", severity=severity, label=label, value=as_text(raw), **place)
        elif key == "approved" and raw != words.APPROVED:
            yield finding("approval-unknown", severity=severity, label=label, wanted=words.APPROVED, value=as_text(raw), **place)


@lru_cache(maxsize=4096)
def _spelled_number(raw: Decimal) -> str:
    return "n" + decimal_text(Fraction(raw)) if raw.is_finite() and abs(raw) < Decimal(10) ** 20 else "s" + str(raw)


def answers_digest(identity: Identity, answers: Answers) -> str:
    """The mã đối chiếu: 12 hex digits, in groups of four, of unit, round and everything entered, alike however the file was saved."""

    def spelled(raw: Raw) -> str | None:
        if raw is None:
            return None
        if isinstance(raw, str):
            return "s" + unicodedata.normalize("NFC", raw)
        return f"b{int(raw)}" if isinstance(raw, bool) else _spelled_number(raw)

    content = [
        identity.campaign, identity.unit, identity.round, identity.version_digest,
        {code: [*map(spelled, one.inputs), spelled(one.mark), spelled(one.explanation)] for code, one in answers.leaves.items()},
        [list(map(spelled, row)) for row in answers.evidence],
        {key: spelled(raw) for key, raw in answers.approval.items() if raw is not None},
    ]  # fmt: skip
    text = hashlib.sha256(canonical_json(content).encode("utf-8")).hexdigest()[:12].upper()
    return "-".join(text[start : start + 4] for start in (0, 4, 8))
