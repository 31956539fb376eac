"""Sóc Trăng 2023: two rounds of self-scoring, three specialist offices that appraise with Sở Nội vụ, evidence added in the second round.

A year of assessment with a clock of its own, by the very functions of the commands. What it makes up is who fills in what.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from processor import report, terminal
from processor.appraisal import appraise
from processor.appraisal_books import made_again, template_of
from processor.campaign import campaign_to_book, new_campaign
from processor.changes import file_of
from processor.clock import ZONE, FixedClock
from processor.decisions import decide
from processor.demo import Filling, fill, plausible
from processor.desk import APPRAISAL, BACK, CAMPAIGN_FILE, FORMS, INBOX, RESULTS, Desk, create, open_desk
from processor.executors import processes
from processor.files import write_atomic
from processor.further_round import issue_round
from processor.intake import receive
from processor.issuing import identities
from processor.record import BookMade
from processor.reopening import answers_before, earlier_of
from processor.scores import OWN, unit_line
from rubric_versions import catalog
from rubric_versions.answers import Answers
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import RubricVersion
from rubric_versions.numbers import vi_short
from workbook_templates import appraisal_book as at
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.earlier import Earlier
from workbook_templates.entry_form import EntryForm
from workbook_templates.identity import Identity

OFFICES = ("TC", "CNTT", "TP")
"""The three specialist offices of the story; what the version gives to others Sở Nội vụ appraises itself."""

PER_BLOCK = 100
"""Most units of a block, besides those to whom something happens."""

SILENT, OLD_FORM, LATE = "BDT", "SXD", "944"
WORDS: Mapping[str, str] = {
    SILENT: "không gửi lần 2",
    OLD_FORM: "lần 2 gửi nhầm biểu mẫu lần 1, được cấp lại rồi gửi đúng",
    LATE: "lần 2 gửi sau giờ khóa, được mở lại có lý do",
}


class SocTrang:
    """The story: a folder, a clock that the story moves, what every unit sends."""

    def __init__(self, out: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.version = catalog.load("soc-trang-2023")
        campaign = new_campaign(self.version, code="soc-trang-2023")
        some = {unit.code for block in campaign.blocks for unit in [one for one in campaign.units if one.block == block.code][:PER_BLOCK]}
        campaign = replace(campaign, units=tuple(unit for unit in campaign.units if unit.code in some or unit.code in WORDS))
        assigned = {place: one for place, one in campaign.assigned.items() if one.office in OFFICES}
        known = {unit.code for unit in campaign.units}
        offices = tuple(replace(one, unit=one.unit if one.unit in known else "") for one in campaign.offices if one.code in OFFICES)
        self.campaign = replace(campaign, offices=offices, assigned=assigned, signer_title="GIÁM ĐỐC", signer="(minh họa)")
        self.folder = out / "soc-trang-2023"
        self.clock = FixedClock(_at(11, 1, 8))
        self.quality = {unit.code: self.rng.uniform(0.6, 1.0) for unit in self.campaign.units}

    def play(self) -> int:
        """The whole year; the exit code."""
        offices = ", ".join(one.name for one in self.campaign.offices)
        terminal.say(
            f"Sóc Trăng 2023: {len(self.campaign.units)} cơ quan, đơn vị; hai lần tự chấm; cơ quan thẩm định: {offices} và Sở Nội vụ. "
            "Nội dung tiêu chí và số liệu là minh họa."
        )
        terminal.step("01/11/2023: lập đợt, phân công thẩm định, cấp biểu mẫu lần 1", self._begin)
        terminal.step("10/11/2023: các đơn vị gửi lần 1, phần lớn thiếu tài liệu và giải trình", self._first)
        terminal.step("20/11/2023: ba sở chuyên ngành và Sở Nội vụ thẩm định lần 1", lambda: self._specialists(_at(11, 20, 8)))
        terminal.step("22/11/2023: Sở Nội vụ tổng hợp lần 1", lambda: self._council(_at(11, 22, 8)))
        terminal.step("27/11/2023: cấp biểu mẫu lần 2 kèm điểm và ý kiến thẩm định", self._issue_again)
        terminal.step("30/11/2023: các đơn vị rà soát, bổ sung, gửi lần 2", self._second)
        terminal.step("04/12/2023 17:00: khóa; một đơn vị được mở lại", self._reopened)
        terminal.step("08/12/2023: thẩm định lần 2", lambda: self._specialists(_at(12, 8, 8)))
        terminal.step("11/12/2023: Sở Nội vụ tổng hợp lần 2", lambda: self._council(_at(12, 11, 8)))
        return self._finish()

    def _desk(self, moment: datetime | None = None) -> Desk:
        if moment is not None:
            self.clock.move_to(moment)
        return open_desk(self.folder, self.clock)

    # ---------------------------------------------------------------------------------------------------------------- the units

    def _begin(self) -> None:
        create(self.folder, self.campaign, self.version, self.clock)
        with self._desk() as desk:
            issue_round(desk)
            self.forms = {one.unit: one for one in identities(desk, 1)}

    def _first(self) -> None:
        self.first: dict[str, Filling] = {}
        self.full: dict[str, Answers] = {}
        for unit in self.campaign.units:
            answers = plausible(self.version.appendix_for(unit.tier), self.rng, self.quality[unit.code], 2023)
            evidence = tuple(row for row in answers.evidence if self.rng.random() < 0.6)
            leaves = {
                code: one if one.mark or self.rng.random() < 0.7 else replace(one, explanation=None) for code, one in answers.leaves.items()
            }
            self.first[unit.code] = Filling(self.forms[unit.code], replace(answers, leaves=leaves, evidence=evidence))
            self.full[unit.code] = answers
        jobs = list(self.first.values())
        for one, data in zip(jobs, processes(fill, self.version, jobs), strict=True):
            self._drop(f"lan-1/{one.identity.unit}.xlsx", data)
        with self._desk(_at(11, 10, 9)) as desk:
            receive(desk)

    def _drop(self, name: str, data: bytes) -> None:
        path = self.folder / INBOX / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)

    def _issue_again(self) -> None:
        with self._desk(_at(11, 27, 8)) as desk:
            issue_round(desk, 2)
            self.forms = {one.unit: one for one in identities(desk, 2)}
            self.earlier = {unit: earlier_of(desk, unit, 2) for unit in self.forms}
            before = {unit: answers_before(desk, unit, 2) for unit in self.forms}
        self.second = {unit: self._reviewed(unit, answers) for unit, answers in before.items() if answers is not None}

    def _reviewed(self, unit: str, answers: Answers) -> Answers:
        """What a unit sends in round 2: explanations and evidence where the appraisal asked for them, and its approval anew."""
        full, told = self.full[unit], self.earlier[unit]
        contested = [code for code, one in told.leaves.items() if one.why] if told else []  # in order: chance is drawn for each
        mended = {code for code in contested if self.rng.random() < 0.8}
        leaves = {
            code: replace(one, explanation=f"Bổ sung lần 2: {full.leaves[code].explanation}") if code in mended else one
            for code, one in answers.leaves.items()
        }
        there = {row[0] for row in answers.evidence}
        more = [row for row in full.evidence if row[0] not in there and str(row[0]).partition(". ")[0] in mended]
        return Answers(leaves, (*answers.evidence, *more), full.approval)

    def _second(self) -> None:
        units = [unit for unit in self.second if unit not in (SILENT, LATE)]
        self._write_second(units, "lan-2")
        self._drop(f"lan-2/{OLD_FORM}.xlsx", fill(self.version, replace(self.first[OLD_FORM], answers=self.second[OLD_FORM])))
        with self._desk(_at(11, 30, 9)) as desk:
            receive(desk)
        self._write_second([OLD_FORM], "lan-2 gui lai")
        with self._desk(_at(12, 1, 9)) as desk:
            receive(desk)

    def _write_second(self, units: list[str], folder: str) -> None:
        jobs = [(self.forms[unit], self.second[unit], self.earlier[unit]) for unit in units]
        for unit, data in zip(units, processes(_filled_again, self.version, jobs), strict=True):
            self._drop(f"{folder}/{unit}.xlsx", data)

    def _reopened(self) -> None:
        with self._desk(_at(12, 4, 17)) as desk:
            decide(desk, LATE, "reopen", "Mất điện toàn huyện chiều 04/12 (minh họa).")
        self._write_second([LATE], "lan-2 muon")
        with self._desk(_at(12, 5, 9)) as desk:
            receive(desk)
            report.status(desk, as_json=False)

    # ---------------------------------------------------------------------------------------------------------------- the offices

    def _specialists(self, moment: datetime) -> None:
        """The first stage: books of three offices and of Sở Nội vụ come back, one of them in two parts."""
        with self._desk(moment) as desk:
            appraise(desk)
            books = [one for one in desk.record().books_now() if one.charge.round == desk.round.number]
            for book in books:
                entries = {
                    place: self._proposed(desk, book, place) for place, line in template_of(desk, book).rows.items() if line.kept is None
                }
                if book.charge.office == OFFICES[0]:  # two people of the office fill half each
                    halves = dict(list(entries.items())[::2]), dict(list(entries.items())[1::2])
                    for turn, half in enumerate(halves, 1):
                        self._put(desk, book, half, f"{book.file.removesuffix('.xlsx')} (nguoi {turn}).xlsx")
                else:
                    self._put(desk, book, entries, book.file)
            done = appraise(desk)
            terminal.print_findings(done.findings, limit=8)

    def _proposed(self, desk: Desk, book: BookMade, place: tuple[str, str]) -> Filled:
        line = template_of(desk, book).rows[place]
        own = line.points
        if own is None:
            return Filled(line.leaf.max, "")
        if own == SKIP:
            return Filled(SKIP, "Đúng là không phát sinh trong năm.")
        if not isinstance(own, Fraction) or own == 0:
            return Filled(Fraction(0), "")
        if not line.documents and line.leaf.evidence and self.rng.random() < 0.7:
            return Filled(Fraction(0), "Chưa có tài liệu kiểm chứng.")
        if not line.explanation and self.rng.random() < 0.5:
            return Filled(own / 2, "Chưa giải trình số liệu.")
        return Filled(own, "")

    def _put(self, desk: Desk, book: BookMade, entries: Mapping[tuple[str, str], Filled], file: str) -> None:
        write_atomic(desk.folder / APPRAISAL / file, write_book(made_again(desk, book, entries).book))

    def _council(self, moment: datetime) -> None:
        """The second stage: Sở Nội vụ changes a few scores with a reason and agrees to the others with one mark for each unit."""
        with self._desk(moment) as desk:
            appraise(desk)
            last = self.version.rules.stages[-1].code
            for book in desk.record().books_now():
                if (book.charge.round, book.charge.stage) != (desk.round.number, last):
                    continue
                template = template_of(desk, book)
                entries = {}
                for place, line in template.rows.items():
                    base = template.base_of(place)
                    if isinstance(base, Fraction) and isinstance(line.points, Fraction) and base < line.points and self.rng.random() < 0.1:
                        entries[place] = Filled(line.points, "Sở Nội vụ đã có văn bản này; giữ điểm tự chấm.")
                made = made_again(desk, book, entries)
                for row in made.agrees.values():
                    made.book.sheet(at.OVERVIEW).put(row, at.OVERVIEW_AGREE, at.AGREE, "input_centre")
                write_atomic(desk.folder / APPRAISAL / book.file, write_book(made.book))
            done = appraise(desk)
            terminal.print_findings(done.findings, limit=8)
            terminal.say(f"  {done.told} danh sách điểm thay đổi để gửi lại các đơn vị.")

    # ---------------------------------------------------------------------------------------------------------------- the end

    def _finish(self) -> int:
        central: dict[tuple[str, str], tuple[Raw, ...]] = {}
        for unit in self.campaign.units:
            for leaf in self.version.appendix_for(unit.tier).leaves:
                if leaf.is_central:
                    inputs = leaf.method.inputs(leaf.max)
                    if leaf.method.kind == "survey_weighted":
                        good = int(80 * self.quality[unit.code])
                        central[unit.code, leaf.code] = (Decimal(good), Decimal(80 - good), *(Decimal(0) for _ in inputs[2:]))
                    else:
                        steps = int(inputs[0].limit * 4 * Fraction(round(self.quality[unit.code], 2)).limit_denominator(100))
                        central[unit.code, leaf.code] = (Decimal(steps) / 4,)
        write_atomic(self.folder / CAMPAIGN_FILE, write_book(campaign_to_book(replace(self.campaign, central=central), self.version)))
        with self._desk(_at(12, 20, 8)) as desk:
            code = report.rank(desk, as_json=False)
            self._tell(desk)
            terminal.say("")
            report.verify(desk, as_json=False)
            example = file_of(desk, OLD_FORM, 1)
        places = {
            "Phân công thẩm định": CAMPAIGN_FILE,
            "Biểu mẫu lần 1, lần 2": FORMS,
            "Bảng thẩm định": APPRAISAL,
            "Danh sách điểm thay đổi": f"{BACK}/{example}",
            "Xếp hạng": f"{RESULTS}/ket_qua_xep_hang.xlsx",
        }
        terminal.print_table("Các tệp nằm ở đâu", ("Nội dung", "Đường dẫn"), [(name, self.folder / path) for name, path in places.items()])
        return 0 if code in (0, 1) else code

    def _tell(self, desk: Desk) -> None:
        """Every unit's scores of both rounds side by side, those first that the second round moved most."""
        last = self.version.rules.stages[-1].code
        rows = []
        for unit in self.campaign.units:
            line = unit_line(desk, unit.code)
            sums = []
            for step in ((1, OWN), (1, last), (2, OWN), (2, last)):
                given = [one.given for each in line.leaves.values() if (one := each.at(*step)) is not None] if line else []
                sums.append(sum((one.points for one in given if one.state is State.SCORED), Fraction(0)) if given else None)
            moved = sums[3] - sums[1] if sums[3] is not None and sums[1] is not None else Fraction(0)
            shown = ["" if one is None else vi_short(one, 2) for one in sums]
            rows.append(
                (-moved, (unit.name, *shown, f"+{vi_short(moved, 2)}" if moved > 0 else vi_short(moved, 2), WORDS.get(unit.code, "")))
            )
        heads = ("Cơ quan, đơn vị", "Tự chấm 1", "Thẩm định 1", "Tự chấm 2", "Thẩm định 2", "Lần 2 thêm", "Ghi chú")
        told = [row for _, row in sorted(rows, key=lambda one: one[0])]
        kept = [row for turn, row in enumerate(told) if turn < 12 or row[-1]]
        terminal.print_table("Hai lần tự chấm, hai lần thẩm định (phần đơn vị và Hội đồng chấm)", heads, kept, right=(1, 2, 3, 4, 5))


def _filled_again(version: RubricVersion, job: tuple[Identity, Answers, Earlier | None]) -> bytes:
    identity, answers, earlier = job
    return write_book(EntryForm(version, version.appendix_for(identity.tier), identity, answers, earlier=earlier).book())


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2023, month, day, hour, tzinfo=ZONE)
