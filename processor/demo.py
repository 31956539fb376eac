"""A whole year of Cần Thơ 2018 played with a clock of its own: forms made, filled well and badly, received, mended, appraised, ranked.

For showing and for trying out: it runs the very functions of the commands. What it makes up is who fills in what.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from processor import report, terminal
from processor.appraisal import appraise
from processor.appraisal_books import made_again, template_of
from processor.campaign import campaign_to_book, new_campaign
from processor.clock import ZONE, FixedClock
from processor.desk import APPRAISAL, BACK, CAMPAIGN_FILE, FORMS, INBOX, RESULTS, Desk, create, open_desk
from processor.executors import ease_collector, processes
from processor.files import write_atomic
from processor.intake import Received, receive
from processor.issuing import identities, issue
from processor.keys import FOLDER_VARIABLE
from processor.record import counting
from rubric_versions import catalog, words
from rubric_versions.answers import Answers, LeafAnswer
from rubric_versions.methods.base import Raw
from rubric_versions.methods.choice import MET, UNMET
from rubric_versions.model import Appendix, Leaf, RubricVersion
from rubric_versions.numbers import decimal_text
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.campaign_book import Campaign, DeductionCase, Unit
from workbook_templates.entry_form import EntryForm, as_date
from workbook_templates.identity import Identity
from workbook_templates.layout import Layout, layout_of

MARKER = "thu_muc_trinh_dien.txt"
FEWEST = 14
"""Fewest units that still hold every tier and every kind of bad return."""


@dataclass(frozen=True, slots=True)
class Filling:
    """One form to be filled: whose, with what."""

    identity: Identity
    answers: Answers


def plausible(appendix: Appendix, rng: random.Random, quality: float, year: int = 2018) -> Answers:
    """What an office of that quality (0 to 1) would enter in a year: every leaf, explained, with evidence."""
    layout = layout_of(appendix)
    leaves, evidence = {}, []
    for place, label in zip(layout.places, layout.evidence_labels, strict=True):
        leaf = place.leaf
        skipped = bool(leaf.may_skip) and rng.random() < 0.12
        raws: tuple[Raw, ...] = (None,) * len(place.inputs) if skipped else _inputs(leaf, rng, quality)
        number = f"{rng.randint(3, 900)}/{rng.choice(('KH', 'BC', 'QĐ', 'CV'))}-UBND"
        day = date(year, rng.randint(1, 11), rng.randint(1, 28))
        told = leaf.may_skip if skipped else f"Đã thực hiện theo {number} ngày {day:%d/%m/%Y}; số liệu chốt ngày 30/11/{year}."
        leaves[leaf.code] = LeafAnswer(raws, "x" if skipped else None, told)
        extract = leaf.evidence[0] if leaf.evidence else "Văn bản liên quan"
        file = f"{leaf.code.replace('.', '-')}.pdf"
        evidence.append((label, number, as_date(day), "UBND", extract[:200], f"tr. {rng.randint(1, 9)}", file))
    approval: dict[str, Raw] = {
        "council": f"{rng.randint(10, 99)}/QĐ ngày 05/11/{year}", "meeting": as_date(date(year, 12, 5)), "preparer": "Nguyễn Thị Minh Họa",
        "preparer_title": "Chuyên viên", "contact": "cchc@vi-du.vn", "head": "Trần Văn Ví Dụ", "head_title": "Thủ trưởng",
        "report": "", "date": as_date(date(year, 12, 7)), "approved": words.APPROVED,
    }  # fmt: skip
    return Answers(leaves, tuple(evidence), {key: raw or None for key, raw in approval.items()})


def _inputs(leaf: Leaf, rng: random.Random, quality: float) -> tuple[Raw, ...]:
    good = rng.random() < quality
    inputs = leaf.method.inputs(leaf.max)
    kind = leaf.method.kind
    if kind in ("bands", "linear"):
        whole = rng.randint(4, 400)
        part = whole if good else max(0, whole - rng.randint(1, max(1, int(whole * (1.2 - quality)))))
        return (Decimal(whole), Decimal(part))
    if kind == "count":
        return (Decimal(rng.randint(2, 6) if good else rng.randint(0, 2)),)
    if kind == "deduction":
        return (Decimal(0 if good else rng.randint(1, 3)),)
    if kind == "direct":
        step = inputs[0].step or Fraction(1)
        most = leaf.max / step
        steps = most if good else most * rng.randint(4, 9) / 10
        return (Decimal(decimal_text(step * (steps.numerator // steps.denominator))),)
    if kind == "checklist":
        return tuple(MET if rng.random() < quality + 0.1 else UNMET for _ in inputs)
    choices = inputs[0].choices
    return (choices[0] if good else rng.choice(choices[1:]),)


def fill(version: RubricVersion, one: Filling) -> bytes:
    """The form of a unit, filled in."""
    return write_book(EntryForm(version, version.appendix_for(one.identity.tier), one.identity, one.answers).book())


# -------------------------------------------------------------------------------------------------------------------- what goes wrong


@dataclass(frozen=True, slots=True)
class Mishap:
    """One way to get it wrong: what it is called, what the demo does to the form, whether the unit mends it in time."""

    name: str
    spoil: Callable[[Filling, Layout], bytes | Filling]
    mends: bool
    tier: str = ""


def _without_evidence(one: Filling, layout: Layout) -> Filling:
    return replace(one, answers=replace(one.answers, evidence=()))


def _direct_leaf(layout: Layout) -> str:
    return next(place.leaf.code for place in layout.places if place.leaf.method.kind == "direct")


def _with(one: Filling, code: str, raws: tuple[Raw, ...]) -> Filling:
    leaves = dict(one.answers.leaves)
    leaves[code] = replace(leaves[code], inputs=raws, mark=None)
    return replace(one, answers=replace(one.answers, leaves=leaves))


def _above_max(one: Filling, layout: Layout) -> Filling:
    code = _direct_leaf(layout)
    return _with(one, code, (Decimal(decimal_text(layout.place_of[code].leaf.max + 1)),))


def _comma_text(one: Filling, layout: Layout) -> Filling:
    return _with(one, _direct_leaf(layout), ("1,5",))


def patched(data: bytes, part: str, pattern: str, replacement: str) -> bytes:
    """A workbook with the first match of `pattern` in one part replaced: what somebody does who takes the protection off."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == part:
                content = re.sub(pattern, replacement, content.decode("utf-8"), count=1).encode("utf-8")
            target.writestr(info, content)
    return out.getvalue()


SCORING_PART = "xl/worksheets/sheet2.xml"

MISHAPS = (
    Mishap("gửi quá hạn", lambda one, _: one, mends=False),
    Mishap("không gửi", lambda one, _: one, mends=False),
    Mishap("thiếu tài liệu kiểm chứng", _without_evidence, mends=True),
    Mishap("sửa công thức khóa", lambda one, _: one, mends=True),
    Mishap("điểm vượt điểm tối đa", _above_max, mends=False, tier="so"),
    Mishap("gõ số «1,5» thành chữ", _comma_text, mends=True, tier="huyen"),
    Mishap("dùng nhầm biểu mẫu của đơn vị khác", lambda one, _: one, mends=True),
    Mishap("gửi hai bản khác nhau", lambda one, _: one, mends=False),
)
LATE, ABSENT, EVIDENCE, FORMULA, OVER, TEXT, OTHER, TWICE = (one.name for one in MISHAPS)


def sample_units(campaign: Campaign, count: int | None, rng: random.Random) -> Campaign:
    """The campaign with about `count` units over every tier: some sở, some districts, communes of those districts alone."""
    if count is None or count >= len(campaign.units):
        return campaign
    count = max(FEWEST, count)
    offices = [unit for unit in campaign.units if unit.tier == "so"]
    districts = [unit for unit in campaign.units if unit.tier == "huyen"]
    chosen = rng.sample(offices, max(4, min(len(offices), count // 4))) + rng.sample(districts, max(2, min(len(districts), count // 10)))
    codes = {unit.code for unit in chosen}
    communes = [unit for unit in campaign.units if unit.parent in codes]
    codes |= {unit.code for unit in rng.sample(communes, min(len(communes), max(0, count - len(chosen))))}
    units = tuple(unit for unit in campaign.units if unit.code in codes)
    blocks = {unit.block for unit in units}
    return replace(campaign, units=units, blocks=tuple(block for block in campaign.blocks if block.code in blocks))


def assign(units: Sequence[Unit], rng: random.Random) -> dict[str, str]:
    """Which unit has which mishap; every kind once, each unit at most once."""
    free = list(units)
    rng.shuffle(free)
    found = {}
    for mishap in sorted(MISHAPS, key=lambda one: not one.tier):
        unit = next(one for one in free if not mishap.tier or one.tier == mishap.tier)
        free.remove(unit)
        found[unit.code] = mishap.name
    return found


# -------------------------------------------------------------------------------------------------------------------- the year


class Year:
    """The story: a folder, a clock that the story moves, the units' answers."""

    def __init__(self, out: Path, units: int | None, seed: int) -> None:
        self.rng = random.Random(seed)
        self.version = catalog.load("can-tho-2018")
        self.campaign = sample_units(new_campaign(self.version, code="dot-2018"), units, self.rng)
        self.campaign = replace(self.campaign, signer_title="GIÁM ĐỐC SỞ NỘI VỤ", signer="(minh họa)")
        self.folder = out / "dot-2018"
        self.clock = FixedClock(self._at(11, 1, 8))
        self.mishaps = assign(self.campaign.units, self.rng)
        self.quality = {unit.code: self.rng.uniform(0.55, 1.0) for unit in self.campaign.units}
        self.fillings: dict[str, Filling] = {}
        self.outcomes: list[Received] = []

    @staticmethod
    def _at(month: int, day: int, hour: int, minute: int = 0, year: int = 2018) -> datetime:
        return datetime(year, month, day, hour, minute, tzinfo=ZONE)

    def _desk(self) -> Desk:
        return open_desk(self.folder, self.clock)

    def play(self) -> int:
        """The whole year; the exit code."""
        terminal.step("Tạo thư mục đợt đánh giá", self._create)
        terminal.step("Cấp biểu mẫu", self._issue)
        terminal.step("Các đơn vị điền biểu mẫu (có cả cách điền sai)", self._fill)
        terminal.step("Nhận đợt đầu, 10/12/2018", lambda: self._receive("dot-1", self._at(12, 10, 9)))
        terminal.step("Đơn vị bị trả lại sửa và gửi lại, 14/12/2018", self._mend)
        terminal.step("Nhận sau hạn, 17/12/2018", self._receive_late)
        terminal.step("Lập bảng thẩm định, 20/12/2018", self._appraise)
        terminal.step("Các hội đồng nhập điểm thẩm định", self._fill_appraisal)
        terminal.step("Nhập điểm điều tra, điểm trừ, 10/01/2019", self._central)
        return self._finish()

    def _create(self) -> None:
        create(self.folder, self.campaign, self.version, self.clock)

    def _issue(self) -> None:
        with self._desk() as desk, terminal.progress("Cấp biểu mẫu", len(self.campaign.units)) as tick:
            issue(desk, tick=tick)
            self.identities = {one.unit: one for one in identities(desk, 1)}

    def _fill(self) -> None:
        spoil = {one.name: one.spoil for one in MISHAPS}
        self.clock.move_to(self._at(12, 8, 8))
        jobs: list[tuple[str, Filling]] = []
        for unit in self.campaign.units:
            appendix = self.version.appendix_for(unit.tier)
            own = Filling(self.identities[unit.code], plausible(appendix, self.rng, self.quality[unit.code]))
            self.fillings[unit.code] = own
            mishap = self.mishaps.get(unit.code, "")
            if mishap in (ABSENT, LATE):
                continue
            folder = f"{INBOX}/dot-1"
            if mishap == OTHER:
                other = next(one for one in self.campaign.units if one.tier == unit.tier and one.code not in self.mishaps)
                own = replace(own, identity=self.identities[other.code])
            if mishap == TWICE:
                jobs.append((f"{folder}/1/{self._name(unit)}", own))
                own = replace(own, answers=plausible(appendix, self.rng, min(1.0, self.quality[unit.code] + 0.1)))
                jobs.append((f"{folder}/2/{self._name(unit)}", own))
                continue
            spoiled = spoil[mishap](own, layout_of(appendix)) if mishap else own
            if isinstance(spoiled, Filling):
                jobs.append((f"{folder}/{self._name(unit)}", spoiled))
        self._write(jobs)

    def _name(self, unit: Unit) -> str:
        return next(path.name for path in sorted((self.folder / FORMS).glob(f"{unit.code}_*.xlsx")))

    def _write(self, jobs: Sequence[tuple[str, Filling]]) -> None:
        with terminal.progress("Điền biểu mẫu", len(jobs)) as tick:
            for (name, _), data in zip(jobs, processes(fill, self.version, [one for _, one in jobs]), strict=True):
                unit = name.rsplit("/", 1)[-1].split("_")[0]
                if self.mishaps.get(unit) == FORMULA and "/dot-1/" in name:
                    # the first score by formula becomes a number typed over it
                    data = patched(data, SCORING_PART, r'(<c r="E\d+" s="\d+")(?: t="str")?><f>IF\(K[^<]*</f><v>[^<]*</v>', r"\1><v>9</v>")  # noqa: PLW2901
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(path, data)
                tick(1)

    def _receive(self, folder: str, at: datetime) -> None:
        self.clock.move_to(at)
        path = self.folder / INBOX / folder
        with self._desk() as desk, terminal.progress("Nhận và kiểm tra") as tick:
            self.outcomes += receive(desk, [path] if path.exists() else [], tick=tick).received

    def _mend(self) -> None:
        self.clock.move_to(self._at(12, 13, 15))
        mending = {one.name for one in MISHAPS if one.mends}
        units = {unit.code: unit for unit in self.campaign.units}
        jobs = [
            (f"{INBOX}/dot-2/{self._name(units[code])}", self.fillings[code]) for code, mishap in self.mishaps.items() if mishap in mending
        ]
        self._write(jobs)
        self._receive("dot-2", self._at(12, 14, 10))

    def _receive_late(self) -> None:
        units = {unit.code: unit for unit in self.campaign.units}
        jobs = [
            (f"{INBOX}/dot-3/{self._name(units[code])}", self.fillings[code]) for code, mishap in self.mishaps.items() if mishap == LATE
        ]
        self._write(jobs)
        self._receive("dot-3", self._at(12, 17, 8, 30))

    def _appraise(self) -> None:
        self.clock.move_to(self._at(12, 20, 8))
        with self._desk() as desk, terminal.progress("Lập bảng thẩm định", len(self.campaign.councils)) as tick:
            appraise(desk, tick=tick)

    def _fill_appraisal(self) -> None:
        """Every council agrees with most, lowers some with a reason, grants most claims of "not assessed"."""
        self.clock.move_to(self._at(12, 27, 16))
        with self._desk() as desk:
            for book in desk.record().books_now():
                made = template_of(desk, book)
                entries = {}
                for place, line in made.rows.items():
                    entries[place] = self._judgement(line.points, line.leaf.max)
                filled = made_again(desk, book, entries)
                write_atomic(desk.folder / APPRAISAL / book.file, write_book(filled.book))
            appraise(desk)

    def _judgement(self, own: Any, most: Any) -> Filled:
        if own is None:
            return Filled(Fraction(most) * self.rng.randint(5, 10) / 10, "")
        if own == SKIP:
            granted = self.rng.random() < 0.85
            return (
                Filled(SKIP, "Đúng là không phát sinh trong năm.")
                if granted
                else Filled(Fraction(0), "Có nhiệm vụ phát sinh theo báo cáo của sở chuyên ngành.")
            )
        if own > 0 and self.rng.random() < 0.07:
            return Filled(Fraction(own) / 2, "Tài liệu kiểm chứng chưa chứng minh đủ số liệu đã nêu.")
        return Filled(Fraction(own), "")

    def _central(self) -> None:
        self.clock.move_to(self._at(1, 10, 9, year=2019))
        central: dict[tuple[str, str], tuple[Raw, ...]] = {}
        for unit in self.campaign.units:
            for leaf in self.version.appendix_for(unit.tier).leaves:
                if leaf.is_central:
                    central[unit.code, leaf.code] = self._survey(leaf, self.quality[unit.code])
        punished = [unit.code for unit in self.campaign.units if unit.code not in self.mishaps][:1]
        cases = tuple(DeductionCase(code, 2, "Kết luận xác minh (minh họa)", "") for code in punished)
        self.campaign = replace(self.campaign, central=central, deductions=cases)
        write_atomic(self.folder / CAMPAIGN_FILE, write_book(campaign_to_book(self.campaign, self.version)))

    def _survey(self, leaf: Leaf, quality: float) -> tuple[Raw, ...]:
        if leaf.method.kind == "survey_percent":
            return (Decimal(str(round(min(100.0, 70 + 30 * quality * self.rng.uniform(0.8, 1.0)), 1))),)
        answers = self.rng.randint(60, 120)
        good = int(answers * min(1.0, 0.6 + 0.4 * quality))
        counts = [good, answers - good] + [0] * (len(leaf.method.inputs(leaf.max)) - 2)
        return tuple(Decimal(count) for count in counts)

    def _finish(self) -> int:
        with self._desk() as desk:
            appraise(desk)
            code = report.rank(desk, as_json=False)
            self._tell_mishaps(
                {one.sha256 for unit in self.campaign.units if (one := counting(desk.record(), self.campaign, unit.code, 1))}
            )
            terminal.say("")
            report.verify(desk, as_json=False)
        self._tell_places()
        return 0 if code in (0, 1) else code

    def _tell_mishaps(self, counts: set[str]) -> None:
        names = {unit.code: unit.name for unit in self.campaign.units}
        rows = []
        for code, mishap in self.mishaps.items():
            mine = [one for one in self.outcomes if one.unit == code or one.file.rsplit("/", 1)[-1].startswith(f"{code}_")]
            told = "; ".join(f"{report.VERDICT_WORDS[one.verdict].lower()}{' (được tính)' if one.sha256 in counts else ''}" for one in mine)
            first = next((f.entry.title for one in mine for f in one.findings if f.severity == "error" or f.code == "return-late"), "")
            rows.append((names[code], mishap, first, told or "không có hồ sơ"))
        terminal.print_table("Những hồ sơ có vấn đề và cách hệ thống xử lý", ("Đơn vị", "Việc xảy ra", "Phát hiện", "Kết luận"), rows)

    def _tell_places(self) -> None:
        places = (
            ("Sổ đợt đánh giá", CAMPAIGN_FILE), ("Biểu mẫu đã cấp", FORMS), ("Hồ sơ nhận về", INBOX), ("Phiếu và biểu mẫu trả lại", BACK),
            ("Bảng thẩm định", APPRAISAL), ("Xếp hạng, xếp loại", f"{RESULTS}/ket_qua_xep_hang.xlsx"), ("Sổ theo dõi", "so_theo_doi.xlsx"),
        )  # fmt: skip
        terminal.print_table("Các tệp nằm ở đâu", ("Nội dung", "Đường dẫn"), [(name, self.folder / path) for name, path in places])


def prepared(out: Path) -> Path:
    """The folder of the demo, emptied if an earlier demo made it. Raises SystemExit for a folder that is somebody's."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARKER).is_file():
            raise SystemExit(f"Thư mục {out} đã có nội dung khác; hãy chọn thư mục mới bằng --out.")
        shutil.rmtree(out, onerror=_force)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("Thư mục do lệnh trình diễn tạo ra; chạy lại lệnh sẽ xóa và làm lại.\n", encoding="utf-8")
    return out


def _force(remove: Callable[..., Any], path: str, _: object) -> None:
    """Originals are read-only; Windows will not remove them so."""
    Path(path).chmod(0o600)
    remove(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays the story; the exit code."""
    terminal.use_utf8()
    ease_collector()
    parser = argparse.ArgumentParser(prog="build.py demo", description="Một năm chấm điểm cải cách hành chính, từ biểu mẫu đến xếp hạng.")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="thư mục kết quả (mặc định: demo)")
    parser.add_argument("--units", type=int, default=None, help="lấy mẫu chừng ấy đơn vị, đủ mọi cấp")
    parser.add_argument("--seed", type=int, default=2018, help="hạt giống ngẫu nhiên")
    parser.add_argument(
        "--story", choices=["can-tho-2018", "can-tho-2023", "hong-ngu", "soc-trang"], default="can-tho-2018", help="câu chuyện"
    )
    options = parser.parse_args(arguments)
    out = prepared(options.out.resolve())
    os.environ[FOLDER_VARIABLE] = str(out / "khoa")
    started = time.monotonic()
    if options.story == "can-tho-2023":
        from processor.demo_districts import TwoSteps  # noqa: PLC0415  (it builds on this module)

        code = TwoSteps(out, options.seed).play()
        terminal.say(f"Xong sau {time.monotonic() - started:.0f} giây.")
        return code
    if options.story == "hong-ngu":
        from processor.demo_hong_ngu import HongNgu  # noqa: PLC0415  (it builds on this module)

        code = HongNgu(out, options.seed).play()
        terminal.say(f"Xong sau {time.monotonic() - started:.0f} giây.")
        return code
    if options.story == "soc-trang":
        from processor.demo_soc_trang import SocTrang  # noqa: PLC0415  (it builds on this module)

        code = SocTrang(out, options.seed).play()
        terminal.say(f"Xong sau {time.monotonic() - started:.0f} giây.")
        return code
    year = Year(out, options.units, options.seed)
    terminal.say(f"Đợt đánh giá 2018 của Cần Thơ: {len(year.campaign.units)} cơ quan, đơn vị. Nội dung tiêu chí và số liệu là minh họa.")
    code = year.play()
    terminal.say(f"Xong sau {time.monotonic() - started:.0f} giây.")
    return code


if __name__ == "__main__":
    sys.exit(main())
