"""Hồng Ngự 2023: two offices that score and are not ranked, evidence that comes along or does not, proposals that the UBND decides.

A year of assessment with a clock of its own, by the very functions of the commands. What it makes up is who fills in what.
"""

from __future__ import annotations

import io
import random
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from processor import report, terminal
from processor.appraisal import appraise
from processor.appraisal_books import made_again, template_of
from processor.campaign import new_campaign
from processor.central import LISTS_PART, book_with, central
from processor.central_figures import FOLDER as CENTRAL
from processor.checks import answers_digest
from processor.clock import ZONE, FixedClock
from processor.demo import Filling, fill, plausible
from processor.desk import APPRAISAL, INBOX, RESULTS, Desk, create, open_desk
from processor.documents import COPIES
from processor.executors import processes
from processor.files import write_atomic
from processor.intake import receive
from processor.issuing import identities, issue
from processor.unit_results import UNITS
from rubric_versions import catalog
from rubric_versions.answers import Answers
from rubric_versions.findings import CATALOGUE, DOCUMENT_STAGE
from rubric_versions.methods.base import Raw
from rubric_versions.model import Leaf
from workbook_templates.appraisal_book import SKIP, Filled
from workbook_templates.book import write_book
from workbook_templates.central_book import FIRST, SKIP_APPENDIX, SKIP_CODE, SKIP_REASON, SKIPS, UNIT

NO_FILES, FEW, WRONG_REPORT, SCAN, ABSENT, MORE = "PKT", "PYT", "PQLDT", "AnLoc", "BinhThanh", "AnThanh"
WORDS: Mapping[str, str] = {
    NO_FILES: "không gửi tệp tài liệu nào",
    FEW: "thiếu một phần tài liệu, bổ sung trước hạn",
    WRONG_REPORT: "báo cáo ký của một bản tự chấm khác",
    SCAN: "báo cáo là bản chụp, không có chữ",
    ABSENT: "không gửi hồ sơ",
    MORE: "gửi thừa tệp, tên tệp không dấu",
}


def paper(text: str) -> bytes:
    """A PDF of one page with a line of plain letters; "" gives a page without text, as a scanner without text recognition makes it."""
    content = f"BT /F1 12 Tf 60 760 Td ({text}) Tj ET".encode("ascii") if text else b""
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = b"%PDF-1.4\n", []
    for turn, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (turn, part)
    table = b"".join(b"%010d 00000 n \n" % one for one in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


class HongNgu:
    """The story: a folder, a clock that the story moves, what every unit sends."""

    def __init__(self, out: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.version = catalog.load("hong-ngu-2023")
        campaign = new_campaign(self.version, code="hong-ngu-2023")
        self.campaign = replace(campaign, signer_title="KT. CHỦ TỊCH – PHÓ CHỦ TỊCH", signer="(minh họa)")
        self.folder = out / "hong-ngu-2023"
        self.clock = FixedClock(_at(2, 1, 8))
        self.quality = {unit.code: self.rng.uniform(0.6, 1.0) for unit in self.campaign.units}

    def play(self) -> int:
        """The whole year; the exit code."""
        unranked = ", ".join(unit.name for unit in self.campaign.units if not unit.ranked)
        terminal.say(
            f"Hồng Ngự 2023: {len(self.campaign.units)} cơ quan, đơn vị; chấm điểm, không xếp hạng: {unranked}. "
            "Nội dung tiêu chí và số liệu là minh họa."
        )
        terminal.step("01/02/2024: lập đợt, cấp biểu mẫu", self._issue)
        terminal.step("28/02/2024: các đơn vị gửi biểu mẫu, tài liệu kiểm chứng, báo cáo ký", self._send)
        terminal.step("04/03/2024: một phòng gửi bổ sung tài liệu còn thiếu", self._supplement)
        terminal.step("07/03/2024: nhập điều tra xã hội học, danh sách không đánh giá", self._central)
        terminal.step("08/03/2024: Tổ giúp việc thẩm định, đề xuất", lambda: self._appraise(_at(3, 8, 8), self._proposed))
        terminal.step("15/03/2024: UBND thành phố quyết định", lambda: self._appraise(_at(3, 15, 8), self._decided))
        return self._finish()

    def _desk(self, moment: datetime | None = None) -> Desk:
        if moment is not None:
            self.clock.move_to(moment)
        return open_desk(self.folder, self.clock)

    # ---------------------------------------------------------------------------------------------------------------- out and back

    def _issue(self) -> None:
        create(self.folder, self.campaign, self.version, self.clock)
        with self._desk() as desk:
            issue(desk)
            self.forms = {one.unit: one for one in identities(desk, 1)}

    def _answers(self, unit: str, tier: str) -> Answers:
        """What a unit enters; its rows of evidence name one file for each criterion of the second level, as offices bind them."""
        appendix = self.version.appendix_for(tier)
        answers = plausible(appendix, self.rng, self.quality[unit], 2023)
        rows = []
        for row in answers.evidence:
            code = str(row[0]).partition(" ")[0].rstrip(".")
            bound = ".".join(code.split(".")[:2])
            rows.append((*row[:-1], f"Tiêu chí {bound.replace('.', '-')}.pdf"))
        return replace(answers, evidence=tuple(rows))

    def _send(self) -> None:
        fillings = {
            unit.code: Filling(self.forms[unit.code], self._answers(unit.code, unit.tier))
            for unit in self.campaign.units
            if unit.code != ABSENT
        }
        self.left: dict[str, bytes] = {}
        for (code, one), data in zip(fillings.items(), processes(fill, self.version, list(fillings.values())), strict=True):
            files = {} if code == NO_FILES else self._files(code, one)
            if code == FEW:
                self.left = dict(list(files.items())[2:7])
                files = {name: file for name, file in files.items() if name not in self.left}
            self._drop(f"28-02/{code}_ho_so.zip", {f"{code}_bieu_mau.xlsx": data, **files})
        with self._desk(_at(2, 28, 15)) as desk:
            receive(desk)

    def _files(self, code: str, one: Filling) -> dict[str, bytes]:
        names = dict.fromkeys(str(row[-1]) for row in one.answers.evidence)
        files = {name: paper(f"Tai lieu kiem chung cua {code}: {name.encode('ascii', 'ignore').decode()}") for name in names}
        if code == MORE:
            files = {_plain(name): data for name, data in files.items()} | {"hop-giao-ban.jpg": b"\xff\xd8\xff\xe0 (minh hoa)"}
        digest = answers_digest(one.identity, one.answers) if code != WRONG_REPORT else "0000-1111-2222"
        said = "" if code == SCAN else f"Bao cao tu danh gia nam 2023 cua {code}. Ma doi chieu: {digest}"
        name = "Báo cáo tự đánh giá.pdf"
        return {f"tai lieu/{unicodedata.normalize('NFD', each)}": data for each, data in files.items()} | {name: paper(said)}

    def _drop(self, name: str, files: Mapping[str, bytes]) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for inner, data in files.items():
                package.writestr(zipfile.ZipInfo(inner, (2024, 2, 28, 8, 0, 0)), data)
        path = self.folder / INBOX / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, out.getvalue())

    def _supplement(self) -> None:
        self._drop(f"04-03/{FEW}_bo_sung.zip", self.left)
        with self._desk(_at(3, 4, 9)) as desk:
            receive(desk)
            report.status(desk, as_json=False)

    # ---------------------------------------------------------------------------------------------------------------- appraisal

    def _central(self) -> None:
        with self._desk(_at(3, 7, 9)) as desk:
            central(desk)
            for made in desk.record().central_books.values():
                if made.part == LISTS_PART:
                    line = {UNIT: "TTr", SKIP_APPENDIX: "01", SKIP_CODE: "3.2", SKIP_REASON: "Không có thủ tục hành chính (minh họa)"}
                    cells = {(SKIPS, FIRST, col): text for col, text in line.items()}
                    data = book_with(desk, made, cells)
                else:
                    data = book_with(desk, made, figures=self._survey)
                write_atomic(desk.folder / APPRAISAL / CENTRAL / made.file, data)
            done = central(desk)
            terminal.print_findings(done.findings)

    def _survey(self, unit: str, leaf: Leaf) -> tuple[Raw, ...]:
        inputs, quality = leaf.method.inputs(leaf.max), self.quality[unit]
        if leaf.method.kind == "survey_weighted":
            answers = self.rng.randint(40, 90)
            good = int(answers * min(1.0, 0.55 + 0.45 * quality))
            return (Decimal(good), Decimal(answers - good), *(Decimal(0) for _ in inputs[2:]))
        most = inputs[0].limit
        steps = int(most * 4 * Fraction(str(round(min(1.0, 0.6 + 0.4 * quality), 3))))
        return (Decimal(steps) / 4,)

    def _appraise(self, moment: datetime, judge: Callable[[Any, bool], Filled]) -> None:
        """A stage's books made, filled in and taken in."""
        with self._desk(moment) as desk:
            appraise(desk)
            for book in desk.record().books_now():
                if desk.record().taken.get(book.book):
                    continue
                template = template_of(desk, book)
                entries = {place: judge(template.base_of(place), place[0] == NO_FILES) for place in template.places}
                entries = {
                    place: one if one.score is not None else Filled(template.rows[place].leaf.max, "") for place, one in entries.items()
                }
                write_atomic(desk.folder / APPRAISAL / book.file, write_book(made_again(desk, book, entries).book))
            done = appraise(desk)
            terminal.print_findings(done.findings, limit=10)

    def _proposed(self, base: Any, bare: bool) -> Filled:
        """The support team's proposal: without evidence it goes by inspection and follow-up (công văn tháng 02/2024)."""
        if isinstance(base, Fraction) and bare and base > 0 and self.rng.random() < 0.4:
            return Filled(base / 2, "Không có tài liệu kiểm chứng; thẩm định theo kết quả kiểm tra, theo dõi.")
        if isinstance(base, Fraction) and base > 0 and self.rng.random() < 0.05:
            return Filled(base / 2, "Tài liệu kèm theo chưa chứng minh đủ.")
        return Filled(base, "Đúng là không phát sinh trong năm." if base == SKIP else "")

    def _decided(self, base: Any, bare: bool) -> Filled:
        """The UBND's decision: what is proposed, but for a few."""
        if isinstance(base, Fraction) and bare and base > 0 and self.rng.random() < 0.03:
            return Filled(Fraction(0), "UBND thành phố không thống nhất tính điểm khi không có tài liệu.")
        return Filled(base, "Thống nhất." if base == SKIP else "")

    def _finish(self) -> int:
        with self._desk() as desk:
            code = report.rank(desk, units=True, as_json=False)
            self._tell(desk)
            terminal.say("")
            report.verify(desk, as_json=False)
        places = {
            "Bảng thẩm định": APPRAISAL,
            "Tài liệu kiểm chứng": f"{APPRAISAL}/{COPIES}",
            "Số liệu tập trung": f"{APPRAISAL}/{CENTRAL}",
            "Xếp hạng": f"{RESULTS}/ket_qua_xep_hang.xlsx",
            "Phiếu kết quả từng đơn vị": f"{RESULTS}/{UNITS}",
            "Theo dõi tiến độ": "theo_doi_tien_do.xlsx",
        }
        terminal.print_table("Các tệp nằm ở đâu", ("Nội dung", "Đường dẫn"), [(name, self.folder / path) for name, path in places.items()])
        return 0 if code in (0, 1) else code

    def _tell(self, desk: Desk) -> None:
        rows = []
        for code, what in WORDS.items():
            returns = desk.record().of_unit(code, "1")
            found = [CATALOGUE[one["code"]] for each in returns for one in each.findings]
            counts = Counter(one.title for one in found if one.stage == DOCUMENT_STAGE)
            told = ", ".join(f"{title} ({count})" for title, count in counts.items())
            rows.append((desk.campaign.unit(code).name, what, told, len(desk.record().documents.get(code, ()))))
        heads = ("Đơn vị", "Việc xảy ra", "Phát hiện khi nhận", "Tài liệu đã giữ")
        terminal.print_table("Tài liệu kiểm chứng và báo cáo ký", heads, rows, right=(3,))


def _plain(name: str) -> str:
    """A file name as a program writes it that knows no accents."""
    letters = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(one for one in letters if not unicodedata.combining(one)).replace(" ", "_").lower()


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=ZONE)
