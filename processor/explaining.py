"""How a unit's index came about, step by step in words: from the file that came in to the rank, with the place of each thing to look it up.

Tells the last ranking where there is one, else how things stand now. Computes nothing anew: asks the same functions as the ranking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from processor import ranking
from processor.appraisal_orders import DECISION_WORDS
from processor.checks import Verdict
from processor.desk import Blocked, Desk
from processor.kept import read_all_kept
from processor.merging import MergeState, handover_from, merge_state
from processor.overall import overall_ranks
from processor.ranking import Block, Standing, UnitResult, UnitScores, shown_percent
from processor.record import Return, counting, in_time
from processor.results import RESULT_FILE, scores_of
from processor.scores import OWN, LeafLine, UnitLine, unit_line
from rubric_versions.findings import finding
from rubric_versions.methods.base import Raw, State
from rubric_versions.model import Group, Leaf, RubricVersion
from rubric_versions.numbers import COMPARE_DIGITS, decimal_text, rounded, vi, vi_short
from workbook_templates.campaign_book import Unit
from workbook_templates.ranking_plan import FINAL, RANKING, Plan
from workbook_templates.result_data import HandedUnit

_MOMENT = "%H:%M:%S %d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its key, its title, what is told in words, and the same as plain data for `--json`."""

    key: str
    title: str
    lines: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A unit's index and everything it came from; `published`: as the last ranking has it; `changed`: the record has gone on since."""

    unit: Unit
    steps: tuple[Step, ...]
    published: bool
    changed: bool


def explain(desk: Desk, code: str) -> Explanation:
    """The steps for a unit. Raises Blocked for a code that is no unit's."""
    if code not in {unit.code for unit in desk.campaign.units}:
        raise Blocked([finding("unit-not-found", value=code)])
    ranked = desk.ledger.events("ranked")
    now = desk.record().upto
    then = desk.as_of(ranked[-1].data["upto"], ranked[-1].data["campaign"]) if ranked else desk.as_of(now, desk.campaign_digest)
    if code not in {unit.code for unit in then.campaign.units}:
        then, ranked = desk.as_of(now, desk.campaign_digest), []
    changed = bool(ranked) and (
        desk.campaign_digest != ranked[-1].data["campaign"] or bool(desk.ledger.events(*_MATTERS, since=then.record().upto))
    )
    return Explanation(
        then.campaign.unit(code), tuple(_Telling(then, code, ranked[-1].seq if ranked else 0).steps()), bool(ranked), changed
    )


_MATTERS = ("received", "decided", "appraised", "merged", "delegated", "recalled")
"""Kinds of events after which a result may be another."""


class _Telling:
    """One unit, as of one state of the record."""

    def __init__(self, then: Desk, code: str, ranked: int) -> None:
        self.then = then
        self.version: RubricVersion = then.version
        self.rules = then.version.rules
        self.unit = then.campaign.unit(code)
        self.ranked = ranked
        read_all_kept(then)
        self.state: MergeState = merge_state(then)
        self.handed: HandedUnit | None = self.state.units.get(code)
        self.blocks, _ = scores_of(then)
        self.block: Block = next(block for block in self.blocks if block.code == self.unit.block)
        self.scores: UnitScores = next(one for one in self.block.units if one.unit == code)
        self.results = ranking.results_of(self.block, self.rules)
        self.result: UnitResult = next(one for one in self.results if one.unit == code)
        self.line: UnitLine | None = unit_line(then, code)

    def steps(self) -> Iterator[Step]:
        """The steps in the order in which they happened."""
        yield self._who()
        yield self._handed_in() if self.handed or self.unit.code in self.state.waiting else self._returns()
        if self.scores.missing:
            yield self._missing()
            return
        if self.handed or self.line:
            yield self._appraised()
            yield self._skipped()
            yield self._central()
        yield self._index()
        if self.result.pari is not None:
            yield self._grade()
            yield self._rank()
            yield self._where()

    # ---------------------------------------------------------------------------------------------------------------- who, what came

    def _who(self) -> Step:
        council = self.then.campaign.block(self.unit.block).council
        body = self.then.campaign.unit(council).name if council else self.then.campaign.organiser
        appendix = self.scores.appendix
        tier = next(tier.name for tier in self.version.tiers if tier.code == self.unit.tier)
        lines = (
            f"{self.unit.name} (mã {self.unit.code}), nhóm {tier}, khối «{self.block.name}», do hội đồng của {body} thẩm định.",
            f"Chấm theo Phụ lục {appendix.number} của bộ tiêu chí {self.version.id}: {len(appendix.leaves)} tiêu chí, "
            f"{vi_short(appendix.total)} điểm.",
        )
        return Step(
            "unit", "Đơn vị và bảng tiêu chí", lines, {"block": self.block.code, "appendix": appendix.number, "version": self.version.id}
        )

    def _returns(self) -> Step:
        lines, rows = [], []
        record, campaign = self.then.record(), self.then.campaign
        for window in campaign.rounds:
            counts = counting(record, campaign, self.unit.code, window.number)
            for one in record.of_unit(self.unit.code, str(window.number)):
                why = self._why_counts(one, counts)
                lines.append(f"Lần {one.round}: tệp «{one.file}», nhận {one.received:{_MOMENT}}, mã băm {one.sha256[:16]}…: {why}.")
                rows.append({"round": one.round, "file": one.file, "received": one.received.isoformat(), "sha256": one.sha256,
                             "counts": counts is one, "why": why, "event": one.seq})  # fmt: skip
        for told in record.decided(self.unit.code):
            lines.append(
                f"Quyết định «{DECISION_WORDS[told.what]}» lúc {told.at:{_MOMENT}}, người ghi {told.actor}: {told.reason.rstrip('.')}."
            )
        return Step("returns", "Hồ sơ nhận được và hồ sơ được tính", tuple(lines) or ("Không có hồ sơ nào.",), {"returns": rows})

    def _why_counts(self, one: Return, counts: Return | None) -> str:
        decisions = [told for told in self.then.record().decided(self.unit.code) if told.round == one.round]
        on_time = in_time(one, self.then.campaign.round(int(one.round)), decisions)
        if one is counts:
            admitted = any(told.what == "accept" and told.sha256 == one.sha256 for told in decisions)
            if admitted:
                return "ĐƯỢC TÍNH theo quyết định chấp nhận"
            reopened = one.received >= self.then.campaign.round(int(one.round)).closes
            return f"ĐƯỢC TÍNH, bản hợp lệ mới nhất nhận {'trong thời gian mở lại' if reopened else 'trong hạn'}"
        if one.verdict is not Verdict.ACCEPTED:
            wrong = sum(told["severity"] == "error" for told in one.findings)
            return f"trả lại để sửa ({wrong} lỗi), không tính"
        if not on_time:
            return f"nhận sau giờ đóng {self.then.campaign.round(int(one.round)).closes:{_MOMENT}}, không tính"
        if any(told.what == "withdraw" and told.seq > one.seq for told in decisions):
            return "đã rút theo quyết định, không tính"
        return "nội dung như bản được tính" if counts and one.answers == counts.answers else "hợp lệ nhưng đã có bản mới hơn, không tính"

    def _handed_in(self) -> Step:
        council = self.then.campaign.block(self.unit.block).council
        name = self.then.campaign.unit(council).name
        title = "Sổ kết quả của cấp dưới"
        if self.handed is None:
            return Step(
                "handed", title, (f"Đơn vị do {name} cấp biểu mẫu và thẩm định; chưa có sổ kết quả được tính.",), {"district": council}
            )
        book = self.state.books[council]
        lines = [
            f"Điểm lấy từ sổ kết quả số {book.serial} của {name}: tệp «{book.file}», mã băm {book.sha256[:16]}…, "
            f"sự kiện {book.seq} của sổ theo dõi.",
            "Dấu niêm phong, từng ô và từng công thức của sổ đã được đối chiếu; chỉ số và thứ hạng tính lại ở đây.",
        ]
        for one in self.handed.returns:
            lines.append(f"Hồ sơ được tính ở đó (lần {one.round}): tệp «{one.file}», nhận {one.received}, mã băm {one.sha256[:16]}…")
        for told in self.handed.decisions:
            lines.append(f"Quyết định «{DECISION_WORDS[told.what]}» lúc {told.at}, người ghi {told.actor}: {told.reason.rstrip('.')}.")
        returns = [{"round": one.round, "sha256": one.sha256, "received": one.received} for one in self.handed.returns]
        data = {"district": council, "serial": book.serial, "sha256": book.sha256, "event": book.seq, "returns": returns}
        return Step("handed", title, tuple(lines), data)

    def _missing(self) -> Step:
        missing = self.rules.missing
        graded = f", xếp loại {missing.grade}" if missing.grade else ""
        said = f"Không có hồ sơ hợp lệ trong hạn: {missing.shown}{graded}; không có chỉ số, không có thứ hạng ({missing.basis})."
        return Step("missing", "Kết quả", (said,), {"grade": missing.grade})

    # ---------------------------------------------------------------------------------------------------------------- scores

    def _appraised(self) -> Step:
        lines = []
        for share in self.result.by_field:
            lines.append(f"Lĩnh vực {share.code}. {share.title}: {vi_short(share.points)}/{vi_short(share.possible)} điểm.")
            lines.append(f"  {self._of_field(share.code)}.")
        rows = []
        for leaf in self.scores.appendix.leaves:
            if leaf.is_appraised:
                row = self._leaf(leaf)
                rows.append(row)
                if row["said"]:
                    lines.append(row["said"])
        if not any(row["said"] for row in rows):
            lines.append("Mọi tiêu chí: điểm cuối cùng bằng điểm tự chấm.")
        fields = [
            {"field": one.code, "points": decimal_text(one.points), "possible": decimal_text(one.possible)} for one in self.result.by_field
        ]
        for row in rows:
            del row["said"]
        return Step("scores", "Điểm từng lĩnh vực và những tiêu chí đổi điểm", tuple(lines), {"fields": fields, "leaves": rows})

    def _of_field(self, code: str) -> str:
        """Every leaf of a field with its final score and max, those that add up to the field's points."""
        field = next(node for _, node in self.scores.appendix.walk() if node.code == code)
        told = []
        for leaf in field.leaves() if isinstance(field, Group) else (field,):
            score = self.scores.leaves[leaf.code]
            value = _shown(score.final, score.points) or "chưa có"
            told.append(f"{leaf.code} {value}" if score.final is State.NOT_ASSESSED else f"{leaf.code} {value}/{vi_short(leaf.max)}")
        return "; ".join(told)

    def _leaf(self, leaf: Leaf) -> dict[str, Any]:
        """One leaf's line of scores; `said` tells it in words where somebody gave another score than the unit itself."""
        score = self.scores.leaves[leaf.code]
        own, final = _shown(score.self_state, score.self_points), _shown(score.final, score.points)
        steps = self._line(leaf)
        told = [f"{name}: {value or 'chưa có'}" for name, value, _ in steps]
        reasons = [(name, why.rstrip(".")) for name, _, why in steps if why]
        base = steps[0][1] if score.self_state is None and steps else own  # what only councils score nobody has changed
        said = ""
        if base != final or any(value not in ("", base) for _, value, _ in steps):
            words = [why if len(reasons) == 1 else f"{name}: {why}" for name, why in reasons]
            because = f" Lý do: {'; '.join(words)}." if words else ""
            said = f"{leaf.code} {leaf.title} (tối đa {vi_short(leaf.max)}): {' → '.join(told)}.{because}"
        data = [{"step": name, "score": value, "reason": why} for name, value, why in steps]
        return {"criterion": leaf.code, "own": own, "final": final, "steps": data, "said": said}

    def _line(self, leaf: Leaf) -> list[tuple[str, str, str]]:
        """Every step of a leaf: its name, the score as shown, the reason."""
        if self.handed:
            handed = self.handed.leaves[leaf.code]
            names = self._columns()
            found = [(name, _as_shown(text), "") for name, text in zip(names, handed.scores, strict=True) if text]
            return [*found[:-1], (found[-1][0], found[-1][1], handed.reason)] if found else []
        line: LeafLine | None = self.line.leaves.get(leaf.code) if self.line else None
        steps = line.steps if line else ()
        return [
            (one.name, _shown(one.given.state, one.given.points), "" if one.stage == OWN else one.given.reason)
            for one in steps
            if one.given.state is not None
        ]

    def _columns(self) -> tuple[str, ...]:
        council = self.then.campaign.block(self.unit.block).council
        return handover_from(self.then.originals, self.state.books[council], self.version).columns

    def _skipped(self) -> Step:
        gone = [leaf for leaf in self.scores.appendix.leaves if self.scores.leaves[leaf.code].final is State.NOT_ASSESSED]
        points = sum((leaf.max for leaf in gone), Fraction(0))
        lines = [f"{leaf.code} {leaf.title}: bỏ {vi_short(leaf.max)} điểm khỏi điểm tối đa." for leaf in gone]
        lines.append(f"Tổng điểm không đánh giá: {vi_short(points)}." if gone else "Không có tiêu chí nào không đánh giá.")
        return Step(
            "not_assessed",
            "Tiêu chí không đánh giá",
            tuple(lines),
            {"criteria": [leaf.code for leaf in gone], "points": decimal_text(points)},
        )

    def _central(self) -> Step:
        lines, rows = [], []
        for leaf in self.scores.appendix.leaves:
            if leaf.is_central:
                score = self.scores.leaves[leaf.code]
                figures = self._figures(leaf)
                told = "; ".join(
                    f"{one.label}: {_raw(raw)}" for one, raw in zip(leaf.method.inputs(leaf.max), figures, strict=True) if raw is not None
                )
                shown = _shown(score.final, score.points)
                lines.append(
                    f"{leaf.code} {leaf.title}: {told or 'chưa có số liệu'} → {shown or 'chưa có điểm'}/{vi_short(leaf.max)} điểm."
                )
                rows.append({"criterion": leaf.code, "points": shown, "figures": [None if raw is None else _raw(raw) for raw in figures]})
        lines.append(f"Tổng điểm tập trung: {vi_short(self.result.survey)}." if rows else "Bộ tiêu chí không có điểm chấm tập trung.")
        return Step(
            "central",
            "Điểm chấm tập trung (điều tra, nhận xét)",
            tuple(lines),
            {"criteria": rows, "points": decimal_text(self.result.survey)},
        )

    def _figures(self, leaf: Leaf) -> tuple[Raw, ...]:
        ours = self.then.campaign.central_of(self.unit.code, leaf)
        theirs = self.handed.leaves[leaf.code].figures if self.handed and self.handed.leaves else ()
        return ours if any(raw is not None for raw in ours) or not theirs else theirs

    # ---------------------------------------------------------------------------------------------------------------- index, grade, rank

    def _index(self) -> Step:
        result, rules = self.result, self.rules
        if result.standing is Standing.UNFINISHED:
            left = ", ".join(result.unfinished[:12]) + (
                f" và {len(result.unfinished) - 12} tiêu chí khác" if len(result.unfinished) > 12 else ""
            )
            return Step("index", "Chỉ số", (f"Chưa tính được: còn thiếu điểm của {left}.",), {"unfinished": list(result.unfinished)})
        lines = [f"Điểm thẩm định: {_exact(result.appraised)}."]
        if result.rescaled != result.appraised:
            lines.append(f"Quy đổi về đủ điểm tối đa của phần thẩm định: {_exact(result.rescaled)}.")
        lines.append(f"Điểm tập trung: {_exact(result.survey)}.")
        if result.bonus or result.minus:
            lines.append(f"Điểm cộng {_exact(result.bonus)}, điểm trừ theo danh mục {_exact(result.minus)}.")
        lines.append(f"Cộng: {_exact(result.gross)}.")
        lines += self._deductions()
        lines.append(f"Điểm đạt a = {_exact(result.a)}; điểm tối đa A = {_exact(result.A)}.")
        assert result.pari is not None
        lines.append(f"Chỉ số = a / A × 100 = {_exact(result.a)} / {_exact(result.A)} × 100 = {_exact(result.pari)} %.")
        data = {
            name: decimal_text(getattr(result, name))
            for name in ("appraised", "rescaled", "survey", "gross", "deduction", "a", "A", "pari")
        }
        data["deductions"] = str(self.scores.deductions if rules.deduction else 0)
        return Step("index", "Chỉ số", tuple(lines), data)

    def _deductions(self) -> Iterator[str]:
        rule = self.rules.deduction
        if rule is None:
            return
        if not self.scores.deductions:
            yield "Không có trường hợp bị trừ vào tổng điểm."
            return
        mine = [(case.ground, case.proof) for case in self.then.campaign.deductions if case.unit == self.unit.code]
        mine += [(ground, proof) for ground, proof, _ in self.handed.cases if (ground, proof) not in mine] if self.handed else []
        for ground, proof in mine:
            yield f"Trường hợp bị trừ: {rule.grounds[ground - 1]} ({proof or 'chưa ghi văn bản chứng minh'})."
        how = "mỗi trường hợp" if rule.per_case else "một lần"
        yield f"Trừ {vi_short(rule.percent)} % tổng điểm, {how} ({rule.basis}): {_exact(self.result.deduction)} điểm."

    def _grade(self) -> Step:
        result, pari = self.result, self.result.pari
        assert pari is not None
        shown = shown_percent(pari, self.rules)
        reached = next((one for one in sorted(self.rules.grades, key=lambda one: -one.at_least) if one.name == result.grade), None)
        said = f"So với ngưỡng sau khi làm tròn đến {COMPARE_DIGITS} chữ số thập phân: {vi_short(rounded(pari), COMPARE_DIGITS)} %."
        said += f" Đạt ngưỡng {vi_short(reached.at_least)} % của loại «{result.grade}»." if reached else " Không đạt ngưỡng nào."
        return Step("grade", "Xếp loại", (said, f"Công bố: {shown} %."), {"grade": result.grade, "shown": shown})

    def _rank(self) -> Step:
        result, title = self.result, "Thứ hạng"
        ranked = [one for one in self.results if one.rank is not None]
        if result.rank is None:
            return Step("rank", title, ("Đơn vị được chấm điểm nhưng không xếp hạng, theo sổ đợt đánh giá.",), {"rank": None})
        ties = [one.name for one in ranked if one.rank == result.rank and one.unit != result.unit]
        above = [one for one in ranked if (one.rank or 0) < result.rank]
        lines = [f"Hạng {result.rank} trong {len(ranked)} đơn vị được xếp hạng của khối «{self.block.name}»."]
        if above:
            next_up = above[-1]
            assert next_up.pari is not None
            lines.append(f"Ngay trên: {next_up.name}, {shown_percent(next_up.pari, self.rules)} %.")
        if ties:
            skip = "hạng kế tiếp bỏ qua" if self.rules.ties == "share_and_skip" else "hạng kế tiếp không bỏ qua"
            lines.append(f"Cùng chỉ số, cùng hạng với: {', '.join(ties)} ({skip}).")
        if result.commended:
            lines.append(f"Thuộc {self.block.commended} hạng đầu của khối: đề nghị biểu dương.")
        data = {"rank": result.rank, "of": len(ranked), "ties": ties, "commended": result.commended}
        overall = overall_ranks(self.then, self.blocks).get(self.scores.appendix.number, {})
        if overall:
            data["overall"] = overall[result.unit]
            lines.append(f"Hạng {overall[result.unit]} trong {len(overall)} đơn vị cùng nhóm ở mọi khối.")
        return Step("rank", title, tuple(lines), data)

    def _where(self) -> Step:
        heading = ranking.Campaign(self.then.campaign.title, self.then.campaign.organiser, self.then.campaign.year, self.version)
        plan = Plan(ranking.ranking_data(heading, self.blocks))
        table = plan.tables[self.scores.appendix.number]
        row, final = plan.row_of[self.unit.code], table.row_of[self.unit.code]
        lines = [
            f"Tệp 06_ket_qua/{RESULT_FILE}: trang {RANKING} dòng {row} là công thức trên trang {FINAL} {self.scores.appendix.number} "
            f"dòng {final}, mỗi cột một tiêu chí.",
        ]
        data: dict[str, Any] = {"file": f"06_ket_qua/{RESULT_FILE}", "row": row, "scores_row": final, "event": self.ranked}
        if self.ranked:
            lines.append(f"Sổ theo dõi: lần xếp hạng này là sự kiện {self.ranked}; bản gốc của mọi tệp nói trên ở 03_ban_goc, theo mã băm.")
        return Step("where", "Tra cứu ở đâu", tuple(lines), data)


def _shown(state: State | None, points: Fraction) -> str:
    """A score in words: points with a comma, "KĐG", or nothing."""
    if state is State.NOT_ASSESSED:
        return "KĐG"
    return vi_short(points) if state is State.SCORED else ""


def _exact(value: Fraction) -> str:
    """A figure of the computation with all decimals by which ranks are compared."""
    return vi_short(value, COMPARE_DIGITS)


def _as_shown(text: str) -> str:
    return text if text in ("", "KĐG", "!") else vi_short(Fraction(text))


def _raw(raw: Raw) -> str:
    return str(raw) if isinstance(raw, str | bool) or raw is None else vi(Fraction(raw))
