"""What `cchc addin …` does and shows: one function per command, giving its exit code (0 done, 1 something stands in the way)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from addin.excel.install import install, status, this_machine, uninstall
from addin.libreoffice import install as libreoffice
from processor import terminal
from rubric_versions.findings import Finding, errors
from rubric_versions.words import ADDIN_WORDS as WORDS


def show_install(python: str | None, to: Path | None, *, as_json: bool) -> int:
    """Puts the buttons into Excel, or writes the add-in into a folder."""
    written, findings = install(this_machine(), python, to)
    _show(findings, {"written": [str(path) for path in written]}, as_json=as_json)
    if not as_json and written:
        for path in written:
            terminal.say(WORDS["written"].format(path=path))
        terminal.say(WORDS["handed" if to is not None else "installed"])
    return 1 if errors(findings) else 0


def show_uninstall(*, as_json: bool) -> int:
    """Takes the buttons out of Excel."""
    removed = uninstall(this_machine())
    _show([], {"removed": [str(path) for path in removed]}, as_json=as_json)
    if not as_json:
        for path in removed:
            terminal.say(WORDS["removed"].format(path=path))
        terminal.say(WORDS["uninstalled" if removed else "nothing"])
    return 0


def show_status(*, as_json: bool) -> int:
    """Tells whether the buttons are in Excel, are those of this program, and what may keep them from running."""
    machine = this_machine()
    same, findings = status(machine)
    _show(findings, {"python": machine.python, "files": {str(path): fine for path, fine in same.items()}}, as_json=as_json)
    if not as_json and same:
        for path, fine in same.items():
            if fine:
                terminal.say(WORDS["fine"].format(path=path))
        if not findings:
            terminal.say(WORDS["ready"])
    return 1 if findings else 0


def show_libreoffice_install(*, as_json: bool) -> int:
    """Puts the buttons into LibreOffice."""
    written, findings = libreoffice.install(libreoffice.this_machine())
    _show(findings, {"written": [str(path) for path in written]}, as_json=as_json)
    if not as_json and not findings:
        terminal.say(WORDS["libreoffice-installed"])
    return 1 if findings else 0


def show_libreoffice_uninstall(*, as_json: bool) -> int:
    """Takes the buttons out of LibreOffice."""
    removed = libreoffice.uninstall(libreoffice.this_machine())
    _show([], {"removed": [str(path) for path in removed]}, as_json=as_json)
    if not as_json:
        terminal.say(WORDS["libreoffice-uninstalled" if removed else "nothing"])
    return 0


def show_libreoffice_status(*, as_json: bool) -> int:
    """Tells whether the buttons are in LibreOffice and ready."""
    findings = libreoffice.status(libreoffice.this_machine())
    _show(findings, {}, as_json=as_json)
    if not as_json and not findings:
        terminal.say(WORDS["ready"])
    return 1 if findings else 0


def _show(findings: Sequence[Finding], more: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        terminal.print_json({**more, "findings": [one.as_json() for one in findings]})
    else:
        terminal.print_findings(findings)
