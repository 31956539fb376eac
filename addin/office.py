"""The office's buttons: the same functions as the commands, on the campaign folder chosen; progress in the status bar, the result opened.

A button more is a function here and a line in `addin.buttons`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from addin import messages
from addin.buttons import BY_ID
from addin.hosts import Host, Refused, folder_of
from processor.clock import clock_from_environment
from processor.desk import APPRAISAL, CAMPAIGN_FILE, FORMS, PRINTS, Blocked, Desk, open_desk
from processor.files import EnvironmentProblem, refusal
from processor.report import finding_of
from processor.tracking import TRACKING_FILE, write_tracking
from rubric_versions.catalog import BadVersion
from rubric_versions.findings import SEVERITY_WORDS, Finding, Severity

MOST_FINDINGS = 12
"""So many findings fit in a message box; the tracking workbook and the slips have all of them."""

Tick = Callable[[int], None]


def campaign_folder(host: Host) -> Path | None:
    """The campaign folder the book in front belongs to, else the one a person chooses; None if none is chosen."""
    here = folder_of(host.book)
    for folder in (here, here.parent if here else None):
        if folder is not None and (folder / CAMPAIGN_FILE).is_file():
            return folder
    chosen = host.choose_folder(messages.CHOOSE_CAMPAIGN)
    if chosen is not None and not (chosen / CAMPAIGN_FILE).is_file():
        raise Refused("no-campaign", folder=chosen, file=CAMPAIGN_FILE)
    return chosen


@contextmanager
def _progress(host: Host, label: str) -> Iterator[Tick]:
    """A function that moves the count in the status bar, not more often than a person can read."""
    done, told = 0, 0.0

    def tick(more: int) -> None:
        nonlocal done, told
        done += more
        if time.monotonic() - told > 0.2:
            told = time.monotonic()
            host.progress(messages.WORKING.format(label=label, done=done))

    try:
        tick(0)
        yield tick
    finally:
        host.progress("")


def _on_campaign(button: str, work: Callable[[Desk, Tick], tuple[dict[str, object], Sequence[Finding], str]]) -> Callable[[Host], None]:
    """The macro that does `work` on the campaign chosen; work gives the words of the message, findings, and what to open."""

    def macro(host: Host) -> None:
        folder = campaign_folder(host)
        if folder is None:
            return
        label = BY_ID[button].label
        with _progress(host, label) as tick, open_desk(folder, clock_from_environment()) as desk:
            told_words, found, result = work(desk, tick)
        text = messages.OFFICE_DONE.format(label=label, what=messages.DONE[button].format(**told_words))
        host.alert(text + findings_text(found), warn=any(one.severity is Severity.ERROR for one in found))
        if result and (folder / result).exists():
            host.open_path(folder / result)

    macro.__name__ = button
    return macro


def findings_text(found: Sequence[Finding]) -> str:
    """The first findings a line each, the rest counted."""
    lines = []
    for one in found[:MOST_FINDINGS]:
        place = " – ".join(part for part in (one.file, one.place) if part)
        lines.append(
            f"{SEVERITY_WORDS[one.severity]}: {place}: {one.message}" if place else f"{SEVERITY_WORDS[one.severity]}: {one.message}"
        )
    if not lines:
        return ""
    more = messages.OFFICE_MORE.format(count=len(found) - MOST_FINDINGS) if len(found) > MOST_FINDINGS else ""
    return messages.OFFICE_FINDINGS.format(findings="\n".join(lines)) + more


def _issue(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.issuing import issue

    done = issue(desk, desk.campaign.rounds[-1].number, tick=tick)
    return {"written": len(done.written), "unchanged": done.unchanged}, desk.findings, FORMS


def _receive(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.intake import How, receive

    receipt = receive(desk, (), How(), tick=tick)
    counts = Counter(one.verdict for one in receipt.received)
    told_words = {name: counts[name] for name in ("accepted", "returned", "foreign")}
    return {"received": len(receipt.received), **told_words}, [*receipt.skipped, *write_tracking(desk)], TRACKING_FILE


def _appraise(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.appraisal import appraise

    done = appraise(desk, tick=tick)
    return {"written": len(done.written)}, [*done.findings, *write_tracking(desk)], APPRAISAL


def _sum_up(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.appraisal import appraise
    from processor.results import scores_of

    done = appraise(desk, tick=tick)
    _, found = scores_of(desk)
    told_words: dict[str, object] = {"taken": done.taken, "left": sum(done.holes.values()), "units": len(done.holes)}
    return told_words, [*done.findings, *found, *write_tracking(desk)], TRACKING_FILE


def _rank(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.results import rank

    done = rank(desk, tick=tick)
    return {"file": done.file}, [*done.findings, *write_tracking(desk)], done.file


def _print(desk: Desk, tick: Tick) -> tuple[dict[str, object], Sequence[Finding], str]:
    from processor.printing import Wanted, print_papers

    done = print_papers(desk, Wanted(), tick=tick)
    return {"papers": len(done.papers), "written": len(done.written)}, done.findings, PRINTS


MACROS: dict[str, Callable[[Host], None]] = {
    button: _on_campaign(button, work)
    for button, work in {
        "tao_bieu_mau": _issue,
        "tiep_nhan": _receive,
        "lap_bang_tham_dinh": _appraise,
        "tong_hop_diem": _sum_up,
        "xep_hang": _rank,
        "in_bieu_mau": _print,
    }.items()
}


def told(problem: Exception) -> str:
    """What a command would say of such a problem, "" if it would call it a fault of ours."""
    if isinstance(problem, Blocked | BadVersion):
        return findings_text(problem.findings).strip()
    if isinstance(problem, EnvironmentProblem):
        return findings_text([finding_of(problem)]).strip()
    if isinstance(problem, OSError):
        return findings_text([finding_of(refusal(Path(problem.filename or ""), problem))]).strip()
    return ""
