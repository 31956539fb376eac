"""What the commands between a city and its districts do and show, and `why`: start packages, result books, merging. No rule lives here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from processor import districts, keys, terminal
from processor.clock import clock_from_environment
from processor.desk import CAMPAIGN_FILE, Desk
from processor.explaining import explain
from processor.handover import make_result
from processor.merging import merge as take_in
from processor.tracking import write_tracking
from rubric_versions.findings import Finding, errors


def _code(findings: Sequence[Finding]) -> int:
    return 1 if errors(findings) else 0


def start(folder: Path, package: Path, *, as_json: bool) -> int:
    """A district's campaign folder, made of the start package it was given."""
    campaign, key = districts.start(folder, package, clock_from_environment())
    where = keys.key_folder() / f"{key.id}.khoa"
    if as_json:
        terminal.print_json({"folder": str(folder), "campaign": campaign.code, "units": len(campaign.units), "key": key.id, "findings": []})
        return 0
    terminal.say(f"Đã tạo đợt đánh giá của {campaign.organiser} với {len(campaign.units)} đơn vị trong {folder}.")
    terminal.say(f"Việc tiếp theo: mở {CAMPAIGN_FILE}, kiểm tra danh sách, thời hạn; rồi chạy: cchc issue {folder}")
    terminal.say("Khi đã xếp hạng xong, lập sổ gửi cấp trên: cchc result " + str(folder))
    terminal.say(f"Khóa niêm phong đã chép vào {where}. Cất gói khởi tạo vào nơi an toàn, không để trong thư mục đợt.")
    return 0


def district(desk: Desk, councils: Sequence[str], out: Path, *, as_json: bool) -> int:
    """Start packages for districts."""
    made = districts.make_packages(desk, councils, out)
    found = [*desk.findings, *write_tracking(desk)]
    names = {unit.code: unit.name for unit in desk.campaign.units}
    if as_json:
        rows = [{"unit": one.council, "file": one.file, "units": one.units, "unchanged": one.unchanged} for one in made]
        terminal.print_json({"folder": str(out), "packages": rows, "findings": [one.as_json() for one in found]})
        return _code(found)
    rows_shown = [(one.council, names[one.council], one.units, one.file, "như trước" if one.unchanged else "") for one in made]
    terminal.print_table("Gói khởi tạo", ("Mã", "Cấp dưới", "Số đơn vị", "Tệp", "Ghi chú"), rows_shown, right=(2,))
    terminal.print_findings(found)
    terminal.say(
        f"{len(made)} gói nằm trong {out}. Mỗi gói chứa khóa niêm phong của nơi nhận: giao tận tay, không gửi chung, không lưu lại ở đây."
    )
    terminal.say("Các đơn vị trong gói do cấp dưới cấp biểu mẫu và thẩm định; đợt này chờ sổ kết quả (lệnh merge).")
    return _code(found)


def recall(desk: Desk, councils: Sequence[str], reason: str, *, as_json: bool) -> int:
    """Start packages called back."""
    gone = districts.recall(desk, councils, reason)
    found = write_tracking(desk)
    if as_json:
        terminal.print_json({"recalled": gone, "findings": [one.as_json() for one in found]})
        return _code(found)
    terminal.print_findings(found)
    names = {unit.code: unit.name for unit in desk.campaign.units}
    terminal.say(f"Đã thu hồi gói của {', '.join(names.get(one, one) for one in gone)}. Việc tiếp theo: cchc issue {desk.folder}")
    return _code(found)


def result(desk: Desk, *, as_json: bool) -> int:
    """The district's sealed result book."""
    with terminal.progress("Lập sổ kết quả", len(desk.campaign.units), quiet=as_json) as tick:
        made = make_result(desk, tick=tick)
    found = [*made.findings, *write_tracking(desk)]
    handover = made.handover
    if as_json:
        told = {"file": made.file, "serial": handover.serial, "digest": handover.digest, "units": len(handover.units)}
        terminal.print_json({**told, "unchanged": made.unchanged, "findings": [one.as_json() for one in found]})
        return _code(found)
    terminal.print_findings(found, limit=40)
    again = " (không đổi so với lần trước)" if made.unchanged else ""
    terminal.say(f"Sổ kết quả số {handover.serial}: {made.file}{again}, {len(handover.units)} đơn vị, gửi {handover.organiser}.")
    terminal.say(f"Mã đối chiếu {handover.digest[:12]}. Gửi nguyên tệp; in trang Kết quả để ký.")
    return _code(found)


def merge(desk: Desk, files: Sequence[Path], *, as_json: bool) -> int:
    """Result books of districts taken in."""
    with terminal.progress("Nhận sổ kết quả", len(files), quiet=as_json) as tick:
        done = take_in(desk, files, tick=tick)
    found = [*desk.findings, *done.findings, *write_tracking(desk)]
    refused = any(not one.taken for one in done.files)
    if as_json:
        rows = [
            {
                "file": one.file,
                "unit": one.council,
                "serial": one.serial,
                "units": one.units,
                "taken": one.taken,
                "findings": [f.as_json() for f in one.findings],
            }
            for one in done.files
        ]
        terminal.print_json({"books": rows, "findings": [one.as_json() for one in found]})
        return 1 if refused else _code(found)
    rows_shown = [
        (one.file, one.name, one.serial or "", one.units or "", "nhận" if one.taken else "TRẢ LẠI", len(errors(one.findings)) or "")
        for one in done.files
    ]
    heads = ("Tệp", "Nơi gửi", "Số", "Đơn vị", "Kết luận", "Lỗi")
    terminal.print_table("Sổ kết quả nhận lần này", heads, rows_shown, right=(2, 3, 5))
    terminal.print_findings([*(f for one in done.files for f in one.findings), *found], limit=40)
    if not refused and not errors(found):
        terminal.say("Đã đủ sổ kết quả. Việc tiếp theo: cchc rank.")
    return 1 if refused else _code(found)


def why(desk: Desk, unit: str, *, as_json: bool) -> int:
    """How a unit's index came about."""
    told = explain(desk, unit)
    if as_json:
        steps = [{"step": one.key, "title": one.title, "lines": list(one.lines), **one.data} for one in told.steps]
        about = {"unit": told.unit.code, "name": told.unit.name, "published": told.published, "changed": told.changed}
        terminal.print_json({**about, "steps": steps, "findings": []})
        return 0
    terminal.say(f"{told.unit.name}: chỉ số từ đâu mà có")
    for turn, step in enumerate(told.steps, 1):
        terminal.say("")
        terminal.say(f"{turn}. {step.title}")
        for line in step.lines:
            terminal.say(f"   {line}")
    terminal.say("")
    if not told.published:
        terminal.say("Chưa xếp hạng: trên đây là tình trạng lúc này.")
    elif told.changed:
        terminal.say("Từ lần xếp hạng này đã có thêm hồ sơ, điểm hoặc sửa đổi: chạy lại lệnh rank để có kết quả mới.")
    return 0
