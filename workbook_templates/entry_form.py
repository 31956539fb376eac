"""The entry form (bảng tự đánh giá, chấm điểm) as a book: every sheet, formula, drop-down and limit, made from the appendix and the layout.

Each formula stands beside the value it gives for the answers written in, so that the file shows right numbers where nothing calculates.
Knows no key and no campaign: the identity arrives sealed.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from rubric_versions import words
from rubric_versions.methods.base import State
from rubric_versions.model import Appendix, Group, Leaf, RubricVersion, points_of
from workbook_templates import layout as at
from workbook_templates.book import Book, Chart, Condition, Sheet, Validation, a1, quoted, text_literal
from workbook_templates.form_state import (
    APPROVAL,
    CHECK,
    EVIDENCE,
    EVIDENCE_LIMIT,
    FIRST_DATE,
    LAST_DATE,
    SCORING,
    absolute_range,
    as_value,
    length_rule,
    says_nothing,
)
from workbook_templates.scoring_sheet import ScoringSheet

PAYLOAD_CHUNK = 30_000


class EntryForm(ScoringSheet):
    """One form being made: every sheet, and the book they form."""

    def book(self) -> Book:
        """The whole form."""
        lay = self.layout
        sheets = [
            self._guide(),
            self._scoring(),
            self._evidence(),
            self._summary(),
            self._check_sheet(),
            self._approval(),
            self._meta(),
        ]
        total = lay.total_row

        def named(sheet: str, col: int, first: int, last: int) -> str:
            return f"{sheet}!{a1(first, col, absolute=True)}:{a1(last, col, absolute=True)}"

        names = {
            "DIEM_DAT": f"{SCORING}!{a1(total, at.POINTS, absolute=True)}",
            "DIEM_TOI_DA": f"{SCORING}!{a1(total + 2, at.POINTS, absolute=True)}",
            "TY_LE_TU_CHAM": f"{SCORING}!{a1(total + 3, at.POINTS, absolute=True)}",
            "O_KET_QUA": named(SCORING, at.INPUT, at.FIRST_ROW, lay.last_row),
            "O_KHONG_DANH_GIA": named(SCORING, at.MARK, at.FIRST_ROW, lay.last_row),
            "O_GIAI_TRINH": named(SCORING, at.EXPLANATION, at.FIRST_ROW, lay.last_row),
            "O_TAI_LIEU": f"{EVIDENCE}!{a1(at.EVIDENCE_FIRST, 2, absolute=True)}:{a1(lay.evidence_last, 8, absolute=True)}",
            FOUND_PLACES: named(CHECK, at.FOUND_PLACE, at.CHECK_FIRST, lay.found_last),
            FOUND_SEVERITIES: named(CHECK, at.FOUND_SEVERITY, at.CHECK_FIRST, lay.found_last),
            "O_PHE_DUYET": named(APPROVAL, at.APPROVAL_VALUE, at.APPROVAL_FIRST, at.APPROVAL_FIRST + len(words.APPROVAL_LABELS) - 1),
        }
        for sheet in sheets:
            if sheet.state == "visible" and sheet.name != words.CHECK:
                sheet.conditions[:0] = found_conditions(sheet)
        title = f"{words.TITLE.format(year=self.version.years[0]).capitalize()} – {self.identity.unit_name}"
        return Book(title, sheets, names, self.identity.properties(), password=self._password(), author=self.identity.organiser)

    def _password(self) -> str:
        return guard_rail(self.version, self.appendix, self.identity.round)

    # ---------------------------------------------------------------------------------------------------- Tài liệu

    def _evidence(self) -> Sheet:
        lay = self.layout
        sheet = Sheet(
            words.EVIDENCE,
            landscape=True,
            repeat_rows=(at.EVIDENCE_HEAD, at.EVIDENCE_HEAD),
            freeze=(at.EVIDENCE_FIRST, 3),
            filter=((at.EVIDENCE_HEAD, 1), (lay.evidence_last, at.EVIDENCE_STATUS)),
            print_to=(lay.evidence_last, 8),
        )
        sheet.widths = {1: 6, 2: 34, 3: 15, 4: 12, 5: 19, 6: 24, 7: 9, 8: 20, 9: 17, at.EVIDENCE_INDEX: 4}
        sheet.hidden_columns = (at.EVIDENCE_INDEX,)
        self._heading(sheet, 8, "DANH MỤC TÀI LIỆU KIỂM CHỨNG")
        sheet.span(
            3,
            1,
            8,
            "Mỗi tài liệu một dòng; một tiêu chí có thể có nhiều dòng. Chọn tiêu chí trong danh sách ở cột thứ hai.",
            "small_centre",
        )
        sheet.row(at.EVIDENCE_HEAD, words.EVIDENCE_HEADS, "head")
        looks = ("input", "input_text", "input_date", "input", "input", "input_text", "input")
        labels = f"{words.META}!{absolute_range(at.META_FIRST, at.META_FIRST + len(lay.evidence_labels) - 1, at.META_LEAVES)}"
        turns = f"ROW({labels})-{at.META_FIRST - 1}"
        for offset in range(lay.evidence_last - at.EVIDENCE_FIRST + 1):
            row = at.EVIDENCE_FIRST + offset
            raws = self.answers.evidence[offset] if offset < len(self.answers.evidence) else (None,) * len(looks)
            turn = self.evidence_turns[offset] if offset < len(self.answers.evidence) else 0
            sheet.put(row, 1, offset + 1, "number")
            for col, raw, look in zip(at.EVIDENCE_COLUMNS.values(), raws, looks, strict=True):
                sheet.put(row, col, as_value(raw), self._look("evidence", row, col, look))
            cell = a1(row, 2)
            found = f"IF(ISERROR({cell}),0,SUMPRODUCT(EXACT({labels},{cell})*({turns})))"
            sheet.put(row, at.EVIDENCE_INDEX, turn, "helper", found)
            content = f"C{row}&F{row}&H{row}"
            status = (
                f'IF(COUNTBLANK(B{row}:H{row})={len(looks)},"",IF(J{row}=0,"{words.EVIDENCE_NO_CRITERION}",'
                f'IF({says_nothing(content)},"{words.EVIDENCE_NO_CONTENT}","{words.EVIDENCE_GOOD}")))'
            )
            sheet.put(row, at.EVIDENCE_STATUS, self._evidence_status(raws, turn), "status", status)
        first, last = at.EVIDENCE_FIRST, lay.evidence_last
        title, prompt, error = words.PROMPTS["choice"]
        sheet.validations.append(Validation(f"B{first}:B{last}", "list", title, prompt, error, labels))
        date_words = words.PROMPTS["date"]
        sheet.validations.append(Validation(f"D{first}:D{last}", "date", *date_words, minimum=FIRST_DATE, maximum=LAST_DATE))
        for span in (f"C{first}:C{last}", f"E{first}:H{last}"):
            sheet.validations.append(length_rule(span, *words.PROMPTS["text"], EVIDENCE_LIMIT))
        status_area = f"I{first}:I{last}"
        sheet.conditions = [
            Condition(status_area, f'LEFT($I{first},1)="✗"', "is_bad"),
            Condition(status_area, f'LEFT($I{first},1)="✓"', "is_good"),
        ]
        return sheet

    # ---------------------------------------------------------------------------------------------------- Tổng hợp

    def _summary(self) -> Sheet:
        sheet = Sheet(words.SUMMARY, landscape=True, repeat_rows=(4, 4))
        sheet.widths = {1: 6, 2: 52, 3: 14, 4: 12, 5: 13, 6: 13, 7: 12}
        self._heading(sheet, 7, "KẾT QUẢ TỰ CHẤM ĐIỂM THEO LĨNH VỰC")
        sheet.row(4, words.SUMMARY_HEADS, "head")
        row = 5
        charted: list[int] = []
        for line in self.layout.lines:
            if line.depth == 1 and line.index < 0:
                if self._summary_row(sheet, row, line.row, line.node):
                    charted.append(row)
                row += 1
        self._summary_total(sheet, row)
        sheet.span(row + 1, 1, 7, words.NO_SURVEY, "small")
        name = quoted(words.SUMMARY)
        if charted:
            names, rates = (f"{name}!{absolute_range(charted[0], charted[-1], col)}" for col in (2, 7))
            title = "Tỷ lệ điểm tự chấm theo lĩnh vực (%)"
            sheet.charts.append(Chart((row + 2, 2), title, names, rates, maximum=100, width=800, height=255))
        sheet.print_to = (row + 16, 7)
        return sheet

    def _summary_row(self, sheet: Sheet, row: int, source: int, node: Group | Leaf) -> bool:
        first, last = self.layout.group_rows(node) if isinstance(node, Group) else (source, source)
        leaves = tuple(leaf for leaf in (node.leaves() if isinstance(node, Group) else (node,)) if leaf.is_self_scored)
        sheet.put(row, 1, node.code, "code")
        target = text_literal(f"#{SCORING}!A{source}")
        sheet.put(row, 2, node.title, "cell_left_link", f"HYPERLINK({target},{text_literal(node.title[:255])})")
        if not leaves:
            sheet.put(row, 3, words.NOT_SELF, "central")
            for col in range(4, 8):
                sheet.put(row, col, None, "cell")
            return False
        states = [self.outcomes[leaf.code].state for leaf in leaves]
        possible = points_of(leaves)
        skipped = points_of(tuple(leaf for leaf in leaves if self.outcomes[leaf.code].state is State.NOT_ASSESSED))
        points = sum((self.outcomes[leaf.code].points for leaf in leaves), Fraction(0))
        kinds, most, got = (f"{SCORING}!{absolute_range(first, last, col)}" for col in (at.LEAF_STATE, at.MAX, at.POINTS))
        done = sum(state in (State.SCORED, State.NOT_ASSESSED) for state in states)
        sheet.put(row, 3, f"{done}/{len(leaves)}", "centre", f'COUNTIF({kinds},1)+COUNTIF({kinds},2)&"/{len(leaves)}"')
        sheet.put(row, 4, possible, "points")
        sheet.put(row, 5, skipped, "points", f"SUMIF({kinds},2,{most})")
        sheet.put(row, 6, points, "points_bold", f"SUMIF({kinds},1,{got})")
        rate = points / (possible - skipped) * 100 if possible != skipped else Fraction(0)
        sheet.put(row, 7, rate, "rate", f"IF(D{row}-E{row}=0,0,F{row}/(D{row}-E{row})*100)")
        return True

    def _summary_total(self, sheet: Sheet, row: int) -> None:
        possible = points_of(self.appendix.self_leaves)
        done = sum(outcome.state in (State.SCORED, State.NOT_ASSESSED) for outcome in self.outcomes.values())
        count = len(self.layout.places)
        states = f"{SCORING}!{self._column(at.LEAF_STATE)}"
        sheet.span(row, 1, 2, "Tổng cộng phần tự chấm", "total")
        sheet.put(row, 3, f"{done}/{count}", "points_bold", f'COUNTIF({states},1)+COUNTIF({states},2)&"/{count}"')
        sheet.put(row, 4, possible, "points_bold", f"SUM(D5:D{row - 1})")
        sheet.put(row, 5, possible - self.totals.possible, "points_bold", f"SUM(E5:E{row - 1})")
        sheet.put(row, 6, self.totals.points, "points_bold", f"SUM(F5:F{row - 1})")
        sheet.put(row, 7, self.totals.rate, "rate_bold", f"IF(D{row}-E{row}=0,0,F{row}/(D{row}-E{row})*100)")

    # ---------------------------------------------------------------------------------------------------- Phê duyệt

    def _approval(self) -> Sheet:
        sheet = Sheet(words.APPROVAL)
        sheet.widths = {1: 42, 2: 46}
        self._heading(sheet, 2, "PHÊ DUYỆT KẾT QUẢ TỰ CHẤM ĐIỂM")
        sheet.span(
            3,
            1,
            2,
            f"{self.version.labels.own_council} của đơn vị quyết định điểm tự chấm; thủ trưởng duyệt trước khi gửi.",
            "small_centre",
        )
        sheet.row(at.APPROVAL_FIRST - 1, ("Nội dung", "Đơn vị điền"), "head")
        for key, row in self.layout.approval_rows.items():
            label = words.APPROVAL_LABELS[key]
            sheet.put(row, at.APPROVAL_LABEL, label + (" (*)" if key in words.APPROVAL_REQUIRED else ""), "cell")
            look = "input_date" if key in words.APPROVAL_DATES else "input"
            sheet.put(
                row,
                at.APPROVAL_VALUE,
                as_value(self.answers.approval.get(key)),
                self._look("approval", row, at.APPROVAL_VALUE, look),
            )
            cell = a1(row, at.APPROVAL_VALUE)
            if key in words.APPROVAL_DATES:
                sheet.validations.append(Validation(cell, "date", *words.PROMPTS["date"], minimum=FIRST_DATE, maximum=LAST_DATE))
            elif key == "approved":
                sheet.validations.append(Validation(cell, "list", *words.PROMPTS["choice"], (words.APPROVED,)))
            else:
                sheet.validations.append(length_rule(cell, *words.PROMPTS["text"], EVIDENCE_LIMIT))
        last = at.APPROVAL_FIRST + len(words.APPROVAL_LABELS)
        sheet.span(last, 1, 2, "(*) Bắt buộc.", "small")
        sheet.put(self.layout.digest_row, 1, words.DIGEST_LABEL, "cell")
        sheet.put(self.layout.digest_row, 2, None, "centre")
        total = self.layout.digest_row + 2
        results = (
            ("Điểm tự chấm", self.totals.points, "DIEM_DAT", "points_bold"),
            ("Điểm tối đa để đánh giá (phần tự chấm)", self.totals.possible, "DIEM_TOI_DA", "points_bold"),
            ("Tỷ lệ (%)", self.totals.rate, "TY_LE_TU_CHAM", "rate_bold"),
        )
        for offset, (label, value, name, look) in enumerate(results):
            sheet.put(total + offset, 1, label, "cell")
            sheet.put(total + offset, 2, value, look, name)
        sheet.span(total + len(results), 1, 2, words.NO_SURVEY, "small")
        sheet.print_to = (total + len(results), 2)
        return sheet

    # ---------------------------------------------------------------------------------------------------- Hướng dẫn, _meta

    def _guide(self) -> Sheet:
        sheet = Sheet(words.GUIDE)
        sheet.widths = {1: 6, 2: 84}
        self._heading(sheet, 2, "HƯỚNG DẪN TỰ CHẤM ĐIỂM CẢI CÁCH HÀNH CHÍNH")
        sheet.span(3, 1, 2, f"Nơi nhận hồ sơ: {self.identity.organiser}", "basis")
        row = 5
        sheet.span(row, 1, 2, "Các bước", "section")
        steps: tuple[tuple[str, str], ...] = words.GUIDE_STEPS
        if self.earlier is not None:
            steps += words.EARLIER_STEPS if self.layout.closed else words.EARLIER_STEPS[:1]
        for number, text in steps:
            row += 1
            sheet.put(row, 1, number, "centre_plain")
            sheet.put(row, 2, text, "wrap")
        row += 1
        sheet.put(row, 2, words.GUIDE_PAGE.format(page="don-vi"), "small")
        row += 2
        sheet.span(row, 1, 2, "Ký hiệu ở cột Tình trạng", "section")
        for sign, text in words.GUIDE_SIGNS:
            row += 1
            sheet.put(row, 1, sign, "centre_plain")
            sheet.put(row, 2, text, "wrap")
        row += 1
        sheet.put(row, 1, None, "input_centre_sample")
        sheet.put(row, 2, "ô để nhập; mọi ô khác đã khóa", "wrap")
        row += 2
        sheet.span(row, 1, 2, "Đi đến lĩnh vực", "section")
        for line in self.layout.lines:
            if line.depth == 1 and line.index < 0:
                row += 1
                sheet.put(row, 1, line.node.code, "centre_plain")
                target = text_literal(f"#{SCORING}!A{line.row}")
                sheet.put(row, 2, line.node.title, "link", f"HYPERLINK({target},{text_literal(line.node.title[:255])})")
        row += 2
        sheet.span(row, 1, 2, "Cơ sở và nguồn của bộ tiêu chí", "section")
        for basis in self.version.legal_basis:
            row += 1
            sheet.put(
                row,
                2,
                " ".join(part for part in (basis.number, basis.date and f"ngày {basis.date}", basis.issuer) if part),
                "wrap",
            )
            row += 1
            sheet.put(row, 2, basis.title, "small")
        for part in self.version.provenance:
            row += 1
            sheet.put(row, 2, f"{part.part}: {part.source}{' (minh họa)' if part.illustrative else ''}.", "small")
        sheet.text_number_areas = (f"A6:A{row}",)
        sheet.print_to = (row, 2)
        return sheet

    def _meta(self) -> Sheet:
        sheet = Sheet(words.META, state="veryHidden")
        for offset, (key, value) in enumerate(self.identity.rows()):
            sheet.put(at.META_FIRST + offset, at.META_KEY, key, "helper")
            sheet.put(at.META_FIRST + offset, at.META_VALUE, value, "helper")
        columns = (
            (at.META_CHOICES, self.layout.choice_texts),
            (at.META_LEAVES, self.layout.evidence_labels),
            (at.META_PROBLEMS, words.PROBLEMS),
            (at.META_PAYLOAD, packed(self.version, self.appendix)),
            (at.META_EARLIER, self.earlier.packed() if self.earlier else ()),
        )
        for col, texts in columns:
            for offset, text in enumerate(texts):
                sheet.put(at.META_FIRST + offset, col, text, "helper")
        return sheet


FOUND_PLACES, FOUND_SEVERITIES = "O_DANH_DAU", "O_MUC_DANH_DAU"
"""The names of the places that macros list on "Rà soát lỗi", and of how bad each is."""


def found_conditions(sheet: Sheet) -> list[Condition]:
    """The colours of cells that the macros list: a list written or cleared colours or restores all of them, and no cell is touched."""
    last = max(row for row, _ in sheet.cells), max(col for _, col in sheet.cells)
    place = f'"{sheet.name}!"&ADDRESS(ROW(),COLUMN(),4)'
    return [
        Condition(f"A1:{a1(*last)}", f'SUMPRODUCT(({FOUND_PLACES}={place})*({FOUND_SEVERITIES}="{kind}"))>0', look)
        for kind, look in ((words.ERROR, "is_found_error"), (words.WARNING, "is_found_warning"))
    ]


def guard_rail(version: RubricVersion, appendix: Appendix, round_number: str) -> str:
    """The password of a form's protection: from version, appendix and round, so that an office and a macro can always find it again."""
    return f"{version.id}-{appendix.number}-{round_number}"


def packed(version: RubricVersion, appendix: Appendix) -> tuple[str, ...]:
    """The version with this one appendix, as text that fits in cells: what the form itself can be checked with, anywhere."""
    own = version.model_copy(update={"appendices": (appendix,), "tiers": tuple(t for t in version.tiers if t.code == appendix.tier)})
    text = base64.b64encode(zlib.compress(own.canonical().encode("utf-8"), 9)).decode("ascii")
    return tuple(text[start : start + PAYLOAD_CHUNK] for start in range(0, len(text), PAYLOAD_CHUNK))


def unpacked(chunks: Sequence[str], limit: int = 4_000_000) -> str:
    """The canonical JSON that `packed` put away. Raises ValueError for anything else, or for more than `limit` bytes."""
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(base64.b64decode("".join(chunks), validate=True), limit)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("the packed version is too large or cut off")
        return data.decode("utf-8")
    except (zlib.error, ValueError) as problem:
        raise ValueError(str(problem)) from problem


def as_date(value: date | datetime) -> Decimal:
    """The serial number by which a cell holds a day."""
    return Decimal((date(value.year, value.month, value.day) - date(1899, 12, 30)).days)
