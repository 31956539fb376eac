"""What goes on paper: each form a workbook of its own under `07_ban_in`, print-ready as it is, made from the record and told in it.

Decides what is printed for whom and where its words come from; how a page looks stands in `workbook_templates.paper*`, PDF in `pdf`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from processor import VERSION, pdf
from processor.appraisal import standing
from processor.checks import is_day
from processor.desk import PRINTS, Blocked, Desk
from processor.files import FileBusy, ascii_name, read_whole, write_atomic
from processor.intake import slip_of
from processor.issuing import parts_digest, parts_digest_or_none
from processor.kept import kept_return, last_return, read_all_kept
from processor.merging import delegated_units, merge_state
from processor.ranking import LeafScore, Standing, UnitResult, UnitScores, results_of, shown_digits
from processor.record import Return
from processor.results import scores_of
from processor.untouched import as_text
from rubric_versions import words
from rubric_versions.answers import EVIDENCE_PARTS, Answers
from rubric_versions.findings import Finding, finding
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Appendix, Leaf
from workbook_templates.book import Book, Sheet, write_book
from workbook_templates.campaign_book import Unit
from workbook_templates.layout import layout_of
from workbook_templates.paper_letters import Office, evidence_sheet, minutes_sheets, report_sheets
from workbook_templates.paper_tables import (
    SKIPPED,
    PaperLeaf,
    PaperList,
    PaperRank,
    PaperUnit,
    Shown,
    basis_words,
    criteria_sheet,
    list_sheet,
    ranking_sheet,
)
from workbook_templates.result_data import HandedUnit
from workbook_templates.return_slip import return_slip

Form = Literal["phu_luc", "danh_sach", "xep_hang", "bao_cao", "bien_ban", "tai_lieu", "phieu"]
FORMS: Mapping[Form, str] = {
    "phu_luc": "Phụ lục tiêu chí",
    "danh_sach": "Danh sách cơ quan, đơn vị",
    "xep_hang": "Kết quả xếp hạng",
    "bao_cao": "Báo cáo tự đánh giá",
    "bien_ban": "Biên bản thẩm định",
    "tai_lieu": "Danh mục tài liệu kiểm chứng",
    "phieu": "Phiếu tiếp nhận",
}
"""Every kind of paper, by the word the command takes."""

_DATE, _EPOCH = EVIDENCE_PARTS.index("date"), date(1899, 12, 30)
_OF_UNITS: tuple[Form, ...] = ("phu_luc", "bao_cao", "bien_ban", "tai_lieu", "phieu")
_SHOWN_WORDS: Mapping[Shown, str] = {"blank": "de_trong", "self": "tu_cham", "appraised": "tham_dinh", "both": "doi_chieu"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to print: kinds of paper, appendices and units (empty: all), what scores an appendix shows (None: what there is).

    `blank`: appendices to be filled in by hand in place of those with scores, for each unit that is named, else one for all.
    """

    forms: tuple[Form, ...] = ()
    appendices: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    blank: bool = False
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One workbook to print: its kind, its file under `07_ban_in`, the unit and the appendix it is of ("" where it is of none)."""

    form: Form
    file: str
    unit: str = ""
    appendix: str = ""
    shown: Shown = "blank"

    @property
    def title(self) -> str:
        """What a bookmark calls it."""
        return f"{FORMS[self.form]}{f' {self.appendix}' if self.form == 'phu_luc' else ''}"


@dataclass(slots=True)
class Printed:
    """What `print_papers` did: the papers that lie there as they should, in order, files written now, what could not be printed."""

    papers: list[Paper] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def print_papers(desk: Desk, wanted: Wanted, *, tick: Callable[[int], None] = lambda _: None) -> Printed:
    """The papers asked for, written where they are not there already, told in the ledger in one event; the same record, the same bytes.

    A paper open in Excel is told and the others are printed. Raises Blocked for an appendix or a unit the campaign does not have.
    """
    _must_exist(desk, wanted)
    upto = desk.record().upto
    press = Press(desk.as_of(upto, desk.campaign_digest))
    done = Printed(findings=press.without(wanted))
    told = {one["file"]: one["digest"] for event in desk.ledger.events("printed") for one in event.data["papers"]}
    fresh = []
    for paper in press.papers(wanted):
        data = write_book(press.book(paper))
        path, digest = desk.path(PRINTS, *paper.file.split("/")), parts_digest(data)
        if not path.is_file() or parts_digest_or_none(read_whole(path)) != digest:
            try:
                write_atomic(path, data)
            except FileBusy:
                done.findings.append(finding("file-busy", file=f"{PRINTS}/{paper.file}"))
                continue
            done.written.append(paper.file)
        done.papers.append(paper)
        if told.get(paper.file) != digest:
            fresh.append({**asdict(paper), "digest": digest})
        tick(1)
    if fresh:
        told_of = {"papers": fresh, "upto": upto, "campaign": desk.campaign_digest, "program": VERSION}
        desk.ledger.append("printed", at=desk.clock.now(), actor=desk.actor, data=told_of)
    return done


BOUND_FILE = "tat_ca.pdf"


def print_pdfs(desk: Desk, papers: Sequence[Paper], *, tick: Callable[[int], None] = lambda _: None) -> tuple[str, int, list[Finding]]:
    """The one PDF that binds the PDFs of all papers, its pages, findings; the workbooks stand whatever becomes of the PDFs.

    In it a chapter for each unit, one for what concerns all; within, a bookmark for each paper. While one of the PDFs is open in a
    program that holds it, none is bound: it would lack a paper or hold an old one.
    """
    folder = desk.folder / PRINTS
    try:
        made, busy = pdf.make_pdfs([folder / paper.file for paper in papers], tick=tick)
    except pdf.NoOffice:
        return "", 0, [finding("print-no-office")]
    except pdf.PdfFailed as problem:
        return "", 0, [finding("print-pdf", file=f"{PRINTS}/{problem.missing[0].name}", count=len(problem.missing), why=problem.why)]
    if busy:
        return "", 0, [finding("file-busy", file=path.relative_to(desk.folder).as_posix()) for path in busy]
    names = {unit.code: unit.name for unit in desk.campaign.units}
    parts = [pdf.Bound(path, names.get(paper.unit, desk.campaign.title), paper.title) for paper, path in zip(papers, made, strict=True)]
    try:
        return f"{PRINTS}/{BOUND_FILE}", pdf.bind(folder / BOUND_FILE, parts), []
    except FileBusy:
        return "", 0, [finding("file-busy", file=f"{PRINTS}/{BOUND_FILE}")]


def _must_exist(desk: Desk, wanted: Wanted) -> None:
    numbers = {one.number for one in desk.version.appendices}
    units = {one.code for one in desk.campaign.units}
    found = [finding("print-appendix", value=one, known=", ".join(sorted(numbers))) for one in wanted.appendices if one not in numbers]
    found += [finding("unit-not-found", value=one) for one in wanted.units if one not in units]
    if found:
        raise Blocked(found)


class Press:
    """Papers made from one state of the record; what several of them need is worked out once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.rules = desk.version.rules
        read_all_kept(desk)
        blocks, _ = scores_of(desk)
        self.blocks = [(block, results_of(block, self.rules)) for block in blocks]
        self.scores: dict[str, UnitScores] = {one.unit: one for block in blocks for one in block.units}
        self.results: dict[str, UnitResult] = {one.unit: one for _, results in self.blocks for one in results}
        campaign = desk.campaign
        self.office = Office(campaign.organiser, campaign.place, campaign.year, campaign.council)
        handed = merge_state(desk).units
        self.handed: dict[str, HandedUnit] = {
            code: handed[code] for code in delegated_units(desk) if code in handed and handed[code].returns
        }
        """Units whose scores came in a result book; their returns and minutes lie where they were appraised."""

    def _return(self, unit: str) -> Return | None:
        return last_return(self.desk, unit)

    def _appendix(self, number: str) -> Appendix:
        return next(one for one in self.desk.version.appendices if one.number == number)

    # ---------------------------------------------------------------------------------------------------------------- what is printed

    def papers(self, wanted: Wanted) -> Iterator[Paper]:
        """The papers asked for, those of all units first, then unit by unit in the campaign's order."""
        forms = wanted.forms or (("phu_luc",) if wanted.appendices or wanted.blank else tuple(FORMS))
        numbers = wanted.appendices or tuple(one.number for one in self.desk.version.appendices)
        if wanted.blank:
            yield from self._blanks(wanted, numbers)
            forms = tuple(form for form in forms if form != "phu_luc")
        if not wanted.units:
            if "danh_sach" in forms:
                yield Paper("danh_sach", "danh_sach_don_vi.xlsx")
            if "xep_hang" in forms:
                yield Paper("xep_hang", "ket_qua_xep_hang.xlsx")
        for unit in self._asked(wanted, numbers):
            if self._return(unit.code) is not None or unit.code in self.handed:
                yield from self._of_unit(unit, [form for form in _OF_UNITS if form in forms], wanted.shown)

    def _blanks(self, wanted: Wanted, numbers: Sequence[str]) -> Iterator[Paper]:
        if not wanted.units:
            for number in numbers:
                name = f"phu_luc_{ascii_name(number)}"
                yield Paper("phu_luc", f"{name}/{name}_{_SHOWN_WORDS['blank']}.xlsx", appendix=number)
        for unit in self._asked(wanted, numbers) if wanted.units else ():
            number = self.desk.version.appendix_for(unit.tier).number
            name = f"phu_luc_{ascii_name(number)}"
            yield Paper("phu_luc", f"{name}/{unit.code}_{name}_{_SHOWN_WORDS['blank']}.xlsx", unit.code, number)

    def _asked(self, wanted: Wanted, numbers: Sequence[str]) -> list[Unit]:
        version = self.desk.version
        asked = [unit for unit in self.desk.campaign.units if not wanted.units or unit.code in wanted.units]
        return [unit for unit in asked if version.appendix_for(unit.tier).number in numbers]

    def without(self, wanted: Wanted) -> list[Finding]:
        """A note for each unit that was asked for by name and has no return here to print, unless a blank one is all that is wanted."""
        if wanted.blank and set(wanted.forms) <= {"phu_luc"}:
            return []
        names = {unit.code: unit.name for unit in self.desk.campaign.units}
        without = [code for code in wanted.units if self._return(code) is None]
        return [finding("print-handed" if code in self.handed else "print-no-return", unit=names[code]) for code in without]

    def _of_unit(self, unit: Unit, forms: Iterable[Form], shown: Shown | None) -> Iterator[Paper]:
        number = self.desk.version.appendix_for(unit.tier).number
        has_final = any(one.final is not State.UNSCORED for one in self.scores[unit.code].leaves.values())
        for form in forms:
            if unit.code in self.handed and form != "phu_luc":
                continue
            if form == "phu_luc":
                kind: Shown = shown or ("both" if has_final else "self")
                name = f"phu_luc_{ascii_name(number)}"
                yield Paper(form, f"{name}/{unit.code}_{name}_{_SHOWN_WORDS[kind]}.xlsx", unit.code, number, kind)
            elif form != "bien_ban" or has_final:
                yield Paper(form, f"{form}/{unit.code}_{form}.xlsx", unit.code, number)

    # ---------------------------------------------------------------------------------------------------------------- the workbooks

    def book(self, paper: Paper) -> Book:
        """The workbook of one paper."""
        name = self.desk.campaign.unit(paper.unit).name if paper.unit else self.office.organiser
        if paper.form == "phieu":
            return return_slip(slip_of(self.desk, self._received(paper.unit)))
        return Book(f"{paper.title} – {name}", self._sheets(paper), author=self.office.organiser)

    def _sheets(self, paper: Paper) -> list[Sheet]:
        if paper.form == "danh_sach":
            return [self._units_sheet()]
        if paper.form == "xep_hang":
            return self._ranking_sheets()
        version, appendix = self.desk.version, self._appendix(paper.appendix)
        if not paper.unit:
            return [criteria_sheet(self._sheet_name(appendix), version, appendix, "blank", basis_words(version.legal_basis[0], version))]
        unit = self._unit(paper.unit)
        below = words.BASIS.format(unit=unit.name)
        if paper.form == "phu_luc":
            return [criteria_sheet(self._sheet_name(appendix), version, appendix, paper.shown, below, unit)]
        if paper.form == "bao_cao":
            table = criteria_sheet(self._sheet_name(appendix), version, appendix, "self", below, unit)
            return report_sheets(self.office, version, appendix, unit, table)
        if paper.form == "tai_lieu":
            return [evidence_sheet(unit)]
        return minutes_sheets(self.office, version, appendix, unit)

    @staticmethod
    def _sheet_name(appendix: Appendix) -> str:
        return words.APPENDIX.format(number=appendix.number)[:31]

    def _received(self, unit: str) -> str:
        one = self._return(unit)
        if one is None:
            raise Blocked([finding("print-no-return", unit=self.desk.campaign.unit(unit).name)])
        return one.sha256

    def _unit(self, code: str) -> PaperUnit:
        """What paper tells of a unit: its answers from the kept original, points and reasons of the appraisal, its result."""
        desk, scores, result = self.desk, self.scores[code], self.results[code]
        one = self._return(code)
        answers = kept_return(desk, one.sha256, code).answers if one is not None else Answers()
        handed = self.handed.get(code)
        put = handed.leaves if handed else standing(desk, code) or {}
        documents = _documents(scores.appendix, answers)
        leaves = {
            leaf.code: PaperLeaf(
                _own(scores.leaves[leaf.code]),
                _final(scores.leaves[leaf.code]),
                _text(answers.of(leaf).explanation) if leaf.is_self_scored else "",
                documents.get(leaf.code, ()),
                put[leaf.code].reason if leaf.code in put else "",
            )
            for leaf in scores.appendix.leaves
        }
        return PaperUnit(
            code=code,
            name=scores.name,
            leaves=leaves,
            deduction=result.deduction,
            bonus=result.bonus,
            minus=result.minus,
            index=result.pari,
            digits=self.rules.decimals_shown if result.pari is None else shown_digits(result.pari, self.rules),
            grade=result.grade,
            words="" if result.pari is not None else "chưa đủ điểm",
            answers=one.answers if one is not None else "",
            received=f"{one.received:%H:%M ngày %d/%m/%Y}" if one is not None else "",
            evidence=_evidence(answers),
            head=_text(answers.approval.get("head")),
            head_title=_text(answers.approval.get("head_title")),
        )

    def _units_sheet(self) -> Sheet:
        campaign = self.desk.campaign
        tiers = {one.code: one.name for one in self.desk.version.tiers}
        councils = {unit.code: unit.name for unit in campaign.units}
        lines: list[tuple[str, ...]] = []
        for block in campaign.blocks:
            for unit in (one for one in campaign.units if one.block == block.code):
                council = councils.get(block.council, campaign.organiser)
                note = "" if unit.ranked else "Không xếp hạng"
                lines.append((str(len(lines) + 1), unit.code, unit.name, tiers.get(unit.tier, unit.tier), block.name, council, note))
        columns = (
            ("STT", 6.0),
            ("Mã", 9.0),
            ("Cơ quan, đơn vị", 34.0),
            ("Nhóm", 18.0),
            ("Khối", 18.0),
            ("Cơ quan thẩm định", 20.0),
            ("Ghi chú", 11.0),
        )
        title = f"DANH SÁCH CƠ QUAN, ĐƠN VỊ ĐƯỢC ĐÁNH GIÁ, XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {campaign.year}"
        return list_sheet("Danh sách", PaperList(title, self._decision(), columns, lines, landscape=True, centred=frozenset({0, 1})))

    def _decision(self) -> str:
        return f"(Kèm theo Quyết định số ……/QĐ-…… ngày … tháng … năm …… của {self.office.organiser})"

    def _ranking_sheets(self) -> list[Sheet]:
        title = f"KẾT QUẢ ĐÁNH GIÁ, XẾP HẠNG CẢI CÁCH HÀNH CHÍNH NĂM {self.office.year}"
        sheets = []
        for turn, (block, results) in enumerate(self.blocks, 1):
            lines = [self._line(one) for one in results]
            sheets.append(ranking_sheet(f"Khối {turn}", title, block.name.upper(), self._decision(), self.rules, lines))
        return sheets

    def _line(self, one: UnitResult) -> PaperRank:
        ranked = one.standing is Standing.RANKED
        notes = {
            Standing.MISSING: self.scores[one.unit].missing_words,
            Standing.UNFINISHED: "Chưa đủ điểm",
            Standing.UNRANKED: "Không xếp hạng",
        }
        has = one.pari is not None
        digits = shown_digits(one.pari, self.rules) if one.pari is not None else self.rules.decimals_shown
        note = notes.get(one.standing, "Đề nghị biểu dương" if one.commended else "")
        return PaperRank(one.name, one.a if has else None, one.A if has else None, one.pari, digits, one.rank, one.grade, ranked, note)


def _own(score: LeafScore) -> Fraction | str | None:
    return SKIPPED if score.self_state is State.NOT_ASSESSED else score.self_points if score.self_state is State.SCORED else None


def _final(score: LeafScore) -> Fraction | str | None:
    return SKIPPED if score.final is State.NOT_ASSESSED else score.points if score.final is State.SCORED else None


def _text(raw: Raw) -> str:
    return as_text(raw).strip()


def _row(row: Sequence[Raw]) -> tuple[str, ...]:
    """A row of evidence as text, its date as people write it."""
    day = row[_DATE] if len(row) > _DATE else None
    shown = f"{_EPOCH + timedelta(days=int(day)):%d/%m/%Y}" if isinstance(day, Decimal) and is_day(day) else _text(day)
    return tuple(shown if index == _DATE else _text(raw) for index, raw in enumerate(row))


def _documents(appendix: Appendix, answers: Answers) -> dict[str, tuple[str, ...]]:
    """The documents of each leaf in a line each, as its row of evidence names them."""
    codes = dict(zip(layout_of(appendix).evidence_labels, (place.leaf for place in layout_of(appendix).places), strict=True))
    found: dict[str, list[str]] = {}
    for row in answers.evidence:
        leaf: Leaf | None = codes.get(row[0]) if isinstance(row[0], str) else None
        told = ", ".join(text for text in _row(row)[1:] if text)
        if leaf is not None and told:
            found.setdefault(leaf.code, []).append(told)
    return {code: tuple(lines) for code, lines in found.items()}


def _evidence(answers: Answers) -> tuple[tuple[str, ...], ...]:
    rows = [_row(row) for row in answers.evidence]
    return tuple(row for row in rows if len(row) == len(EVIDENCE_PARTS) and any(row))
