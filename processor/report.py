"""What each command does and shows: one function per command, giving its exit code (0 done, 1 findings block). No rule lives here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor import terminal
from processor.campaign import new_campaign
from processor.checks import Verdict
from processor.clock import clock_from_environment
from processor.desk import CAMPAIGN_FILE, FORMS, INBOX, Blocked, Desk
from processor.desk import create as create_folder
from processor.files import EnvironmentProblem, make_folder, refusal, write_atomic
from processor.intake import How
from processor.rubrics import version_of
from rubric_versions import catalog
from rubric_versions.findings import CATALOGUE, Finding, errors, finding
from rubric_versions.numbers import vi, vi_short

if TYPE_CHECKING:
    from processor.printing import Wanted

VERDICT_WORDS = {"accepted": "Chấp nhận", "returned": "Trả lại để sửa", "foreign": "Không nhận ra"}
STANDING_WORDS = {"ranked": "", "unranked": "Không xếp hạng", "unfinished": "Chưa đủ điểm"}


def finding_of(problem: EnvironmentProblem) -> Finding:
    """A problem of the machine in the officer's words; one the catalogue has no words for is told as a failed write."""
    known = {"cannot-read": "no-permission", "original-missing": "record-original", "original-altered": "record-original"}
    code = known.get(problem.code, problem.code)
    if code not in CATALOGUE:
        return finding("cannot-write", file=str(problem.path), why=problem.code)
    kept = problem.reason or problem.path.name  # for an original the reason is its hash
    return finding(code, file=str(problem.path), why=problem.reason, hash=kept, key=problem.path.stem, folder=problem.path.parent)


def _code(findings: Sequence[Finding]) -> int:
    return 1 if errors(findings) else 0


def _as_json(findings: Sequence[Finding], **more: Any) -> dict[str, Any]:
    return {**more, "findings": [one.as_json() for one in findings]}


def new(folder: Path, version_id: str, code: str | None, *, empty: bool, as_json: bool) -> int:
    """A new campaign folder; says where the key lies, for it is the one thing that is not in the folder."""
    from processor import keys

    version = version_of(version_id)
    campaign = new_campaign(version, code=code or version.id, units=() if empty else None)
    key = create_folder(folder, campaign, version, clock_from_environment())
    where = keys.key_folder() / f"{key.id}.khoa"
    if as_json:
        terminal.print_json({"folder": str(folder), "campaign": campaign.code, "units": len(campaign.units), "key": key.id, "findings": []})
        return 0
    terminal.say(f"Đã tạo đợt đánh giá «{campaign.title}» với {len(campaign.units)} cơ quan, đơn vị trong {folder}.")
    terminal.say(f"Việc tiếp theo: mở {CAMPAIGN_FILE}, kiểm tra danh sách, thời hạn; rồi chạy: cchc issue {folder}")
    terminal.say(f"Khóa niêm phong của cơ quan: {where}. Sao lưu tệp này ở nơi khác, không để trong thư mục đợt, không gửi cho ai.")
    return 0


def issue(desk: Desk, number: int | None, *, as_json: bool) -> int:
    """Forms for every unit, of the current round or of the next one."""
    from processor.further_round import issue_round

    with terminal.progress("Cấp biểu mẫu", len(desk.campaign.units), quiet=as_json) as tick:
        issued = issue_round(desk, number, tick=tick)
    done, found = issued.done, [*desk.findings, *issued.findings]
    if as_json:
        terminal.print_json(_as_json(found, written=list(done.written), unchanged=done.unchanged))
    else:
        terminal.print_findings(found)
        again = f" lần {desk.round.number}" if desk.round.number > 1 else ""
        terminal.say(f"Đã cấp {len(done.written)} biểu mẫu{again} vào {FORMS}; {done.unchanged} biểu mẫu đã có, giữ nguyên.")
    return _code(found)


def receive(desk: Desk, files: Sequence[Path], how: How, *, scheduler: str = "", as_json: bool) -> int:
    """Returns received, each with its verdict; read on the cluster whose scheduler is named, if one is."""
    from processor.cluster import Cluster
    from processor.intake import receive as take_in
    from processor.tracking import write_tracking

    with terminal.progress("Nhận và kiểm tra", quiet=as_json) as tick:
        receipt = take_in(desk, files, how, cluster=Cluster(scheduler) if scheduler else None, tick=tick)
    more = [*receipt.skipped, *write_tracking(desk)]
    if as_json:
        rows = [
            {
                "file": one.file,
                "verdict": one.verdict,
                "unit": one.unit,
                "counts": one.counts,
                "findings": [f.as_json() for f in one.findings],
            }
            for one in receipt.received
        ]
        terminal.print_json(_as_json(more, received=rows, documents=receipt.documents, known=receipt.known))
    else:
        terminal.print_table(
            "Hồ sơ nhận lần này",
            ("Tệp", "Đơn vị", "Kết luận", "Lỗi", "Cảnh báo", "Được tính"),
            [
                (one.file, one.unit_name, VERDICT_WORDS[one.verdict], *_counts(one.findings), "có" if one.counts else "không")
                for one in receipt.received
            ],
            right=(3, 4),
        )
        terminal.print_findings(more)
        counts = Counter(one.verdict for one in receipt.received)
        told = ", ".join(f"{VERDICT_WORDS[verdict].lower()} {counts[verdict]}" for verdict in VERDICT_WORDS)
        terminal.say(
            f"{len(receipt.received)} tệp mới ({told}); {receipt.known} tệp đã nhận từ trước; {receipt.documents} tài liệu kèm theo."
        )
        terminal.say("Phiếu trả lời và biểu mẫu cần sửa nằm trong 04_tra_lai_bo_sung.")
    bad = any(one.verdict != Verdict.ACCEPTED for one in receipt.received) or bool(errors(more))
    return 1 if bad else 0


def watch(folder: Path, desk: Callable[[], Desk], how: How, interval: float) -> int:
    """The inbox followed until Ctrl-C; a line for every file, and for what stands in the way."""
    from processor.watching import watch as follow

    told = _Told()
    terminal.say(f"Đang theo dõi {folder / INBOX}, {interval:g} giây xem một lần. Dừng bằng Ctrl+C.")
    try:
        follow(folder, lambda paths: _taken(folder, desk, paths, how, told), interval=interval)
    except KeyboardInterrupt:
        terminal.say(f"Đã dừng theo dõi; đã nhận {told.files} tệp. Chạy lại lúc nào cũng được.")
    return 0


@dataclass
class _Told:
    """What the follower has said so far, so that nothing is said twice."""

    files: int = 0
    said: set[str] = field(default_factory=set)


def _taken(folder: Path, desk: Callable[[], Desk], paths: Sequence[Path], how: How, told: _Told) -> set[Path]:
    """The files to be taken again; what was received, and what was passed over, is said."""
    from processor.intake import receive as take_in
    from processor.tracking import write_tracking

    try:
        with desk() as opened:
            receipt = take_in(opened, paths, how)
            found = [*receipt.skipped, *write_tracking(opened)]
            now = opened.clock.now()
    except Blocked as problem:  # a mistake in the campaign workbook, say: told, and tried again
        _say_once(told, problem.findings)
        return set(paths)
    except (EnvironmentProblem, OSError) as problem:  # the ledger in another's hands, the share away
        known = problem if isinstance(problem, EnvironmentProblem) else refusal(folder, problem)
        _say_once(told, [finding_of(known)])
        return set(paths)
    for one in receipt.received:
        count, warned = _counts(one.findings)
        terminal.say(
            f"{now:%H:%M:%S}  {one.file}: {VERDICT_WORDS[one.verdict]}"
            + (f" – {one.unit_name}" if one.unit_name else "")
            + f" ({count} lỗi, {warned} cảnh báo)"
        )
    told.files += len(receipt.received)
    _say_once(told, found)
    return {folder / INBOX / one.file for one in receipt.skipped if one.code == "return-unfinished"}


def _say_once(told: _Told, found: Sequence[Finding]) -> None:
    fresh = [one for one in found if f"{one.code} {one.file} {one.message}" not in told.said]
    told.said |= {f"{one.code} {one.file} {one.message}" for one in fresh}
    terminal.print_findings(fresh)


def _counts(findings: Sequence[Finding]) -> tuple[int, int]:
    found = Counter(one.severity.value for one in findings)
    return found["error"], found["warning"]


def status(desk: Desk, *, as_json: bool) -> int:
    """Where every unit and every appraiser stands, and who is to be reminded."""
    from processor.progress import progress_of, write_progress
    from processor.tracking import write_tracking

    done = progress_of(desk)
    found = [*desk.findings, *write_tracking(desk), *write_progress(desk, done)]
    if as_json:
        rows = [
            {
                "unit": one.code,
                "name": one.name,
                "state": one.state,
                "received": one.received.isoformat() if one.received else None,
                "scores": dict(one.scores) if one.scores else None,
                "errors": one.errors,
                "left": one.left,
                "decisions": one.decisions,
                "round": more.round,
                "files": more.named,
                "files_missing": more.missing,
                "report": more.report,
            }
            for one, more in zip(done.states, done.units, strict=True)
        ]
        appraisers = [
            {"name": one.name, "stage": one.stage, "rows": one.rows, "done": one.done, "file": one.file} for one in done.appraisers
        ]
        reminders = [{"unit": one.code, "name": one.name, "what": one.what, "due": one.due} for one in done.reminders]
        closes = done.closes.isoformat()
        told = _as_json(found, units=rows, appraisers=appraisers, reminders=reminders, round=done.round, closes=closes)
        terminal.print_json(told)
        return _code(found)
    heads = ("Mã", "Cơ quan, đơn vị", "Tình trạng", "Nhận lúc", "Lỗi", "Thiếu tệp", "Chưa thẩm định", "Quyết định")
    rows_shown = [
        (
            one.code,
            one.name,
            one.state,
            f"{one.received:%d/%m/%Y %H:%M}" if one.received else "",
            one.errors or "",
            f"{more.missing}/{more.named}" if more.missing else "",
            "" if one.left is None else one.left,
            one.decisions,
        )
        for one, more in zip(done.states, done.units, strict=True)
    ]
    terminal.print_table(desk.campaign.title, heads, rows_shown, right=(4, 5, 6))
    if done.appraisers:
        shown = [(one.name, one.stage, one.units, one.rows, one.done, one.rows - one.done) for one in done.appraisers]
        terminal.print_table(
            "Thẩm định", ("Cơ quan, hội đồng", "Bước", "Đơn vị", "Tiêu chí", "Đã chấm", "Còn lại"), shown, right=(2, 3, 4, 5)
        )
    counts = Counter(one.state for one in done.states)
    terminal.say("; ".join(f"{state}: {count}" for state, count in counts.items()))
    terminal.say(
        f"Lần {done.round} đóng lúc {done.closes:%H:%M %d/%m/%Y}, {done.days}. "
        f"Cần đôn đốc {len(done.reminders)}: xem theo_doi_tien_do.xlsx."
    )
    terminal.print_findings(found)
    return _code(found)


def appraise(desk: Desk, *, as_json: bool) -> int:
    """Appraisal books read and written."""
    from processor.appraisal import appraise as appraise_all
    from processor.tracking import write_tracking

    with terminal.progress("Lập bảng thẩm định", len(desk.campaign.councils), quiet=as_json) as tick:
        done = appraise_all(desk, tick=tick)
    found = [*done.findings, *write_tracking(desk)]
    if as_json:
        terminal.print_json(_as_json(found, written=done.written, taken=done.taken, left=done.holes, told=done.told))
        return _code(found)
    terminal.print_findings(found)
    for file in done.written:
        terminal.say(f"Đã lập 05_tham_dinh/{file}")
    if done.told:
        terminal.say(f"Đã lập {done.told} danh sách điểm thay đổi để gửi đơn vị (04_tra_lai_bo_sung).")
    terminal.say(
        f"Đã nhận {done.taken} điểm thẩm định; còn {sum(done.holes.values())} tiêu chí của {len(done.holes)} đơn vị chưa thẩm định."
    )
    return _code(found)


def central(desk: Desk, *, as_json: bool) -> int:
    """Central books read and written."""
    from processor.central import central as take_and_make
    from processor.central_figures import FOLDER
    from processor.tracking import write_tracking

    done = take_and_make(desk)
    found = [*done.findings, *write_tracking(desk)]
    if as_json:
        terminal.print_json(_as_json(found, written=done.written, taken=done.taken))
        return _code(found)
    terminal.print_findings(found)
    for file in done.written:
        terminal.say(f"Đã lập 05_tham_dinh/{FOLDER}/{file}")
    terminal.say(f"Đã nhận {done.taken} ô số liệu tập trung.")
    return _code(found)


def rank(desk: Desk, against: Path | None = None, *, units: bool = False, as_json: bool) -> int:
    """The ranking, beside an earlier campaign's if its folder is given; with a workbook for each unit if wished."""
    from processor.desk import open_desk
    from processor.overall import overall_ranks, overall_tables
    from processor.ranking import shown_percent
    from processor.results import blocked, earlier_results
    from processor.results import rank as rank_all
    from processor.tracking import write_tracking
    from processor.unit_results import UNITS, Written, write_unit_results

    earlier = None
    if against is not None:
        with open_desk(against, desk.clock, read_only=True) as other:
            earlier = earlier_results(other)
    with terminal.progress("Tổng hợp, xếp hạng", len(desk.campaign.units), quiet=as_json) as tick:
        done = rank_all(desk, against=earlier, tick=tick)
    sheets = Written()
    if units:
        then = desk.as_of(done.upto, desk.campaign_digest)
        with terminal.progress("Lập phiếu kết quả", len(desk.campaign.units), quiet=as_json) as tick:
            sheets = write_unit_results(desk, then, done.blocks, tick=tick)
    found = [*done.findings, *write_tracking(desk)]
    rules = desk.version.rules
    if as_json:
        blocks = [
            {
                "block": block.code,
                "name": block.name,
                "units": [
                    {
                        "unit": one.unit,
                        "name": one.name,
                        "standing": one.standing.value,
                        "a": vi_dot(one.a),
                        "A": vi_dot(one.A),
                        "pari": None if one.pari is None else vi_dot(one.pari),
                        "rank": one.rank,
                        "grade": one.grade,
                        "commended": one.commended,
                    }
                    for one in results
                ],
            }
            for block, results in done.blocks
        ]
        overall = overall_ranks(desk, [block for block, _ in done.blocks])
        terminal.print_json(_as_json(found, file=done.file, blocks=blocks, overall=overall, units=sheets.count))
        return 1 if blocked(done) else _code(found)
    for block, results in done.blocks:
        heads = ("Hạng", "Cơ quan, đơn vị", "Điểm tự chấm", "Điểm đạt", "Điểm tối đa", "Chỉ số (%)", "Xếp loại", "Ghi chú")
        rows = [
            (
                one.rank or "",
                one.name,
                "" if one.standing.value == "missing" else vi_short(one.self_points, 2),
                "" if one.pari is None else vi_short(one.a),
                "" if one.pari is None else vi(one.A),
                "" if one.pari is None else shown_percent(one.pari, rules),
                one.grade,
                rules.missing.shown
                if one.standing.value == "missing"
                else STANDING_WORDS[one.standing.value] or ("Đề nghị biểu dương" if one.commended else ""),
            )
            for one in results
        ]
        terminal.print_table(block.name, heads, rows, right=(0, 2, 3, 4, 5))
    for title, columns, lines in overall_tables(desk, [block for block, _ in done.blocks]):
        terminal.print_table(title, columns, lines, right=(0, 3, 5))
    terminal.print_findings(found, limit=40)
    terminal.say(f"Kết quả: {done.file}" + (" (không đổi)" if done.unchanged else ""))
    if units:
        terminal.say(f"Phiếu kết quả: {sheets.count} đơn vị trong 06_ket_qua/{UNITS} (ghi mới {sheets.written}, bỏ {sheets.removed}).")
    return 1 if blocked(done) else _code(found)


def vi_dot(value: Any) -> str:
    """An exact number as a decimal string with a dot, for JSON."""
    from rubric_versions.numbers import decimal_text

    return decimal_text(value)


def check(file: Path, *, as_json: bool) -> int:
    """Any form, checked by anyone."""
    from processor.examining import examine

    seen = examine(file)
    if as_json:
        keys = ("code", "severity", "sheet", "cell", "criterion", "message")
        rows = [{key: one.as_json()[key] for key in keys} for one in seen.findings]
        terminal.print_json({"file": str(file), "verdict": seen.verdict.value, "findings": rows, "scores": seen.scores})
    else:
        terminal.print_findings(one.at(file="") for one in seen.findings)
        found, warned = _counts(seen.findings)
        terminal.say(f"{file.name}: {VERDICT_WORDS[seen.verdict].upper()} – {found} lỗi, {warned} cảnh báo.")
        if seen.scores is not None and seen.identity is not None:
            points, most, share = (vi_short(Fraction(seen.scores[key])) for key in ("a", "A", "pari"))
            terminal.say(
                f"{seen.identity.unit_name}: điểm tự chấm {points}/{most} ({share} %), chưa gồm điều tra xã hội học. "
                f"Mã đối chiếu {seen.digest}."
            )
    return 0 if seen.verdict is Verdict.ACCEPTED else 1


def print_(desk: Desk, wanted: Wanted, *, pdf: bool, as_json: bool) -> int:
    """Papers, and their PDFs where they are asked for."""
    from processor.printing import print_papers, print_pdfs

    with terminal.progress("Lập biểu mẫu in", quiet=as_json) as tick:
        done = print_papers(desk, wanted, tick=tick)
    found, pages, bound = list(done.findings), 0, ""
    if pdf and done.papers:
        with terminal.progress("Tạo PDF", len(done.papers), quiet=as_json) as tick:
            bound, pages, more = print_pdfs(desk, done.papers, tick=tick)
        found += more
    if as_json:
        files = [paper.file for paper in done.papers]
        terminal.print_json(_as_json(found, files=files, written=done.written, pdf=bound, pages=pages))
        return _code(found)
    terminal.print_findings(found)
    terminal.say(f"Có {len(done.papers)} biểu mẫu in trong 07_ban_in, lập mới {len(done.written)}.")
    if bound:
        terminal.say(f"PDF gộp: {bound} ({pages} trang)")
    return _code(found)


def verify(desk: Desk, *, as_json: bool) -> int:
    """Everything rebuilt and compared."""
    from processor.verifying import verify as verify_all

    with terminal.progress("Kiểm chứng hồ sơ", 4, quiet=as_json) as tick:
        found = verify_all(desk, tick=tick)
    last = desk.ledger.last()
    events, digest = (last.seq, last.digest) if last else (0, "")
    if as_json:
        terminal.print_json(_as_json(found, events=events, digest=digest, holds=not errors(found)))
    else:
        terminal.print_findings(found)
        terminal.say(f"{events} sự kiện, mã băm cuối {digest}.")
        terminal.say("Mọi kết quả khớp với hồ sơ đã lưu." if not errors(found) else "CÓ SAI KHÁC: không dùng kết quả khi chưa làm rõ.")
    return _code(found)


def export(folder: Path, target: Path | None, *, as_json: bool) -> int:
    """A backup."""
    from processor.backup import export as save

    with terminal.progress("Sao lưu", quiet=as_json) as tick:
        done = save(folder, target, clock_from_environment().now(), tick=tick)
    if as_json:
        terminal.print_json(_as_json(done.findings, file=str(done.path), files=done.files, events=done.events, digest=done.last))
    else:
        terminal.print_findings(done.findings)
        terminal.say(f"Đã sao lưu {done.files} tệp, {done.events} sự kiện vào {done.path} ({done.size / 1e6:.1f} MB).")
        terminal.say("Bản sao lưu không có khóa niêm phong; khóa phải cất riêng. Chép tệp này sang ổ đĩa khác.")
    return _code(done.findings)


def bring_back(package: Path, folder: Path, *, as_json: bool) -> int:
    """A backup brought back."""
    from processor.backup import bring_back as restore

    with terminal.progress("Khôi phục", quiet=as_json) as tick:
        done = restore(package, folder, tick=tick)
    if as_json:
        terminal.print_json(_as_json(done.findings, folder=str(done.path), files=done.files, events=done.events, digest=done.last))
    else:
        terminal.print_findings(done.findings)
        terminal.say(f"Đã khôi phục {done.files} tệp, {done.events} sự kiện vào {done.path}; mọi tệp khớp bản kê.")
        terminal.say(f"Kiểm chứng kết quả: cchc verify {done.path}")
    return _code(done.findings)


def decide(desk: Desk, unit: str, what: Any, reason: str, *, as_json: bool) -> int:
    """A person's decision, written down."""
    from processor.appraisal_orders import DECISION_WORDS
    from processor.decisions import decide as write_down
    from processor.tracking import write_tracking

    event = write_down(desk, unit, what, reason)
    found = write_tracking(desk)
    if as_json:
        terminal.print_json(_as_json(found, unit=unit, what=what, event=event.seq))
    else:
        terminal.print_findings(found)
        terminal.say(f"Đã ghi quyết định «{DECISION_WORDS[what]}» với {desk.campaign.unit(unit).name} (sự kiện {event.seq}).")
    return _code(found)


def renew_key(desk: Desk, reason: str, *, as_json: bool) -> int:
    """A new office key."""
    from processor import keys
    from processor.desk import renew_key as renew

    key = renew(desk, reason)
    where = keys.key_folder() / f"{key.id}.khoa"
    if as_json:
        terminal.print_json({"key": key.id, "findings": []})
    else:
        terminal.say(f"Khóa niêm phong mới của cơ quan: {where}. Sao lưu ở nơi khác. Biểu mẫu và bảng đã lập vẫn được nhận.")
    return 0


def blank(folder: Path, *, as_json: bool) -> int:
    """Blank forms of every shipped version."""
    from processor.issuing import blank_forms

    make_folder(folder)
    written = []
    for version_id in catalog.shipped():
        for name, data in blank_forms(catalog.load(version_id)):
            write_atomic(folder / name, data)
            written.append(name)
            if not as_json:
                terminal.say(str(folder / name))
    if as_json:
        terminal.print_json(_as_json((), written=written))
    return 0


def guide(name: str, *, as_json: bool) -> int:
    """A page of the guide, shown in the browser where there is one."""
    from processor.guide import FIRST, PAGES, open_page, page_path

    name = name.strip().removesuffix(".html") or FIRST
    if name not in PAGES:
        raise Blocked([finding("guide-page", value=name, known=", ".join(PAGES))])
    path = page_path(name)
    if as_json:
        terminal.print_json(_as_json((), page=name, file=str(path)))
        return 0
    terminal.say(f"Hướng dẫn «{PAGES[name]}»: {path}")
    if not open_page(name):
        terminal.say("Không mở được trình duyệt; hãy mở tệp trên.")
    return 0
