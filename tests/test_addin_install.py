"""`cchc addin install|uninstall|status`: the right files in the right folders, and plain words where a machine forbids it.

Requirements: issue 3, "Excel" (XLSTART, the Mac's folder, interpreter and paths written in, spaces and Vietnamese letters, plain words).
Windows and the Mac are played by their folders and a registry of a few values; a real registry is on the checklist.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import python_calamine

from addin.excel.install import Machine, install, status, this_machine, uninstall, wanted_files
from addin.excel.package import NAME, SETTINGS, addin_file
from addin.excel.policies import CHILD_PROCESSES, Hive
from processor.files import FileBusy
from rubric_versions.findings import Finding
from rubric_versions.words import LAUNCHER_TEXTS

PYTHON = r"C:\Users\Nguyễn Văn Ánh\Chấm điểm\.venv\Scripts\python.exe"
POLICIES = r"Software\Policies\Microsoft\Office\16.0"


def machine(folder: Path, system: str = "win32", values: Mapping[tuple[str, str, str], object] | None = None) -> Machine:
    """A machine whose user lives in `folder` and whose registry holds only `values`."""

    def read(hive: Hive, key: str, name: str) -> object:
        return (values or {}).get((hive, key, name))

    home = folder / "Nguyễn Văn Ánh"
    return Machine(system, home, home / "AppData" / "Roaming", sys.executable, r"C:\Python312", read)


def codes(findings: list[Finding]) -> list[str]:
    return [one.code for one in findings]


def settings_in(path: Path) -> dict[str, str]:
    """The settings sheet of an add-in, by a reader that is not ours."""
    rows = python_calamine.load_workbook(io.BytesIO(path.read_bytes())).get_sheet_by_name(SETTINGS).to_python()
    return {str(key): str(value) for key, value in rows}


def test_on_windows_the_add_in_lies_in_xlstart_and_knows_its_python(tmp_path: Path) -> None:
    windows = machine(tmp_path)
    written, findings = install(windows, PYTHON)
    assert written == [windows.roaming / "Microsoft" / "Excel" / "XLSTART" / NAME]
    assert findings == []
    assert settings_in(written[0]) == {"python": PYTHON}


def test_installing_twice_changes_nothing_and_status_knows_its_own(tmp_path: Path) -> None:
    windows = replace(machine(tmp_path), python=PYTHON)
    (path,), _ = install(windows, PYTHON)
    before = path.read_bytes()
    install(windows, PYTHON)
    assert path.read_bytes() == before
    assert status(windows) == ({path: True}, [])


def test_status_tells_what_is_missing_or_different(tmp_path: Path) -> None:
    windows = machine(tmp_path)
    assert codes(status(windows)[1]) == ["addin-missing"]
    (path,), _ = install(windows, PYTHON)
    same, findings = status(windows)
    assert same == {path: False}
    assert [(one.code, one.file) for one in findings] == [("addin-different", str(path))]
    path.write_bytes(b"no zip at all")
    assert codes(status(windows)[1]) == ["addin-different"]


def test_uninstalling_leaves_nothing_of_ours_and_everything_of_others(tmp_path: Path) -> None:
    for system in ("win32", "darwin"):
        there = machine(tmp_path, system)
        written, _ = install(there, PYTHON)
        other = written[0].with_name("của người khác.xlam")
        other.write_bytes(b"x")
        assert uninstall(there) == written
        assert not any(path.exists() for path in written)
        assert other.read_bytes() == b"x"
        assert uninstall(there) == []


def test_an_add_in_that_excel_holds_open_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = machine(tmp_path)
    (path,), _ = install(windows, PYTHON)

    def held(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use", str(self))

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(FileBusy) as told:
        uninstall(windows)
    assert told.value.path == path


def test_a_python_without_our_program_is_not_written_in(tmp_path: Path) -> None:
    for python in (str(tmp_path / "no such python"), bare_python(tmp_path)):
        written, findings = install(replace(machine(tmp_path), python=python))
        assert (written, codes(findings)) == ([], ["addin-python"])
        assert findings[0].file == python
    assert not machine(tmp_path).home.exists()


def test_a_python_from_the_store_is_refused_as_excel_would_not_see_what_it_writes(tmp_path: Path) -> None:
    store = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.1_x64__qbz5n2kfra8p0"
    windows = replace(machine(tmp_path), library=store)
    assert codes(install(windows)[1]) == codes(install(windows, PYTHON)[1]) == codes(status(windows)[1]) == ["addin-store-python"]
    assert not windows.home.exists()


def bare_python(folder: Path) -> str:
    """A Python that has only its standard library."""
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", folder / "bare"], check=True)
    return str(folder / "bare" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def test_the_python_that_runs_this_is_tried_and_written_in(tmp_path: Path) -> None:
    (path,), findings = install(machine(tmp_path))
    assert findings == []
    assert settings_in(path) == {"python": sys.executable}
    assert this_machine().python == sys.executable


def test_a_system_without_excel_is_told_so(tmp_path: Path) -> None:
    linux = machine(tmp_path, "linux")
    assert codes(install(linux, PYTHON)[1]) == codes(status(linux)[1]) == ["addin-no-excel"]
    assert uninstall(linux) == []


def test_an_office_may_have_the_file_alone_to_sign_it(tmp_path: Path) -> None:
    for named, expected in ((None, r"%LOCALAPPDATA%\CCHC\venv\Scripts\python.exe"), (PYTHON, PYTHON)):
        written, findings = install(machine(tmp_path, "linux"), named, tmp_path / "ký số")
        assert (written, findings) == ([tmp_path / "ký số" / NAME], [])
        assert settings_in(written[0]) == {"python": expected}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({("HKCU", rf"{POLICIES}\Common", "VBAOff"): 1}, ["addin-vba-off"]),
        ({("HKLM", rf"{POLICIES}\Common", "VBAOff"): 1}, ["addin-vba-off"]),
        ({("HKCU", rf"{POLICIES}\Common", "VBAOff"): 0}, []),
        ({("HKCU", r"Software\Policies\Microsoft\Cloud\Office\16.0\Common", "VBAOff"): 1}, ["addin-vba-off"]),
        ({("HKCU", rf"{POLICIES}\Excel\Security", "DisableAllAddins"): 1}, ["addin-addins-off"]),
        ({("HKCU", rf"{POLICIES}\Excel\Security", "RequireAddinSig"): 1}, ["addin-unsigned"]),
        ({("HKCU", rf"{POLICIES}\Excel\Security\Trusted Locations", "AllLocationsDisabled"): 1}, ["addin-untrusted"]),
        ({("HKCU", r"Software\Microsoft\Office\14.0\Excel\Security\Trusted Locations", "AllLocationsDisabled"): 1}, ["addin-untrusted"]),
        ({("HKCU", rf"{POLICIES}\Common\Security\Trusted Locations", "Allow User Locations"): 0}, ["addin-untrusted"]),
        ({("HKCU", rf"{POLICIES}\Common\Security\Trusted Locations", "Allow User Locations"): 1}, []),
    ],
)
def test_what_a_machine_forbids_is_said_on_installing_and_in_status(
    values: Mapping[tuple[str, str, str], object], expected: list[str], tmp_path: Path
) -> None:
    windows = replace(machine(tmp_path, values=values), python=PYTHON)
    written, findings = install(windows, PYTHON)
    assert written
    assert codes(findings) == codes(status(windows)[1]) == expected


@pytest.mark.parametrize("state", ["0", "1", "2", 1, 6])
def test_defenders_rule_counts_only_where_it_blocks(state: object, tmp_path: Path) -> None:
    for above in ("Policies\\", ""):
        key = rf"SOFTWARE\{above}Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
        _, findings = install(machine(tmp_path, values={("HKLM", key, CHILD_PROCESSES): state}), PYTHON)
        assert codes(findings) == (["addin-no-children"] if str(state) == "1" else [])
    managed = r"SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"
    rules = f"26190899-1602-49e8-8b27-eb1d0a1ce869=1|{CHILD_PROCESSES.upper()}={state}"
    _, findings = install(machine(tmp_path, values={("HKLM", managed, "ASRRules"): rules}), PYTHON)
    assert codes(findings) == (["addin-no-children"] if str(state) == "1" else [])


def test_through_the_command_line_on_this_machine(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "utf8", "-m", "processor.cli", "addin"]
    to = tmp_path / "cơ quan"
    done = subprocess.run(
        [*command, "install", "--to", to, "--python", PYTHON, "--json"], capture_output=True, encoding="utf-8", check=True
    )
    assert json.loads(done.stdout) == {"written": [str(to / NAME)], "findings": []}
    assert (to / NAME).read_bytes() == addin_file({"python": PYTHON})
    if sys.platform.startswith("linux"):
        done = subprocess.run([*command, "status"], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 1
        assert "Hệ điều hành này không có Excel." in done.stdout


# The Mac


def test_on_a_mac_the_script_is_beside_the_name_of_its_python(tmp_path: Path) -> None:
    mac = machine(tmp_path, "darwin")
    written, findings = install(mac, "/Users/ánh/Chấm điểm/python")
    assert findings == []
    assert sorted(path.name for path in written) == ["cchc-failed.txt", "cchc-python.txt", "cchc.applescript", NAME]
    scripts = mac.home / "Library" / "Application Scripts" / "com.microsoft.Excel"
    assert (scripts / "cchc-python.txt").read_text(encoding="utf-8") == "/Users/ánh/Chấm điểm/python"
    assert (scripts / "cchc.applescript").read_bytes().isascii()
    (add_in,) = (path for path in written if path.name == NAME)
    assert add_in.parent == mac.home / "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"


def shell_command(three_lines: list[str]) -> str:
    """What the AppleScript hands to the shell: its one long line, with its texts joined and its variables filled in."""
    text = next(data for path, data in wanted_files(machine(Path("x"), "darwin"), "p").items() if path.suffix == ".applescript").decode()
    handler = re.search(r"set theHandler to (.*)", text)
    line = re.search(r'do shell script ("here.*)', text)
    assert handler is not None
    assert line is not None
    known = {
        "linefeed": "\n",
        "buttonName": shlex.quote(three_lines[0]),
        "bookArgument": shlex.quote(f"--wb={three_lines[1]}"),
        "excelArgument": shlex.quote(f"--app={three_lines[2]}"),
    }
    known["tellText"] = shlex.quote(_joined(handler[1], known))
    return _joined(line[1], known)


def _joined(expression: str, known: Mapping[str, str]) -> str:
    """An AppleScript expression of texts and names joined by &."""
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"|([A-Za-z]+)', expression)
    return "".join(re.sub(r"\\(.)", r"\1", text) if not name else known[name] for text, name in pieces)


@pytest.mark.parametrize(("log", "code"), [("", 0), ("Chưa mở biểu mẫu nào.", 0), ("Không chạy được.", 1), ("", 1)])
def test_the_macs_script_starts_python_and_shows_what_it_wrote(log: str, code: int, tmp_path: Path) -> None:
    """Its shell line is run for real, with a Python and an osascript that only write down what they were given."""
    mac = machine(tmp_path, "darwin")
    fake = tmp_path / "bin có dấu" / "python"
    install(mac, str(fake))
    fake.parent.mkdir()
    stubs = {
        fake: 'for one in "$@"; do echo "$one" >> "$HOME/python.txt"; log=${one#--log=}; done; '
        f"printf %s '{log}' > \"$log\"; exit {code}",  # the log is the last argument
        fake.with_name("osascript"): 'for one in "$@"; do echo "$one"; done > "$HOME/told.txt"; cat "$3" > "$HOME/told-log.txt"',
        fake.with_name("mktemp"): 'echo "$HOME/nhật ký.log"; : > "$HOME/nhật ký.log"',  # the Mac's has another -t
    }
    for path, body in stubs.items():
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
    book = "xã 'An Bình' $(touch hại) `touch hại`.xlsx"
    subprocess.run(
        ["sh", "-c", shell_command(["ra_soat_loi", book, "/Applications/Microsoft Excel.app"]) + "\nwait"],
        env={"HOME": str(mac.home), "PATH": f"{fake.parent}:{os.environ['PATH']}"},
        cwd=mac.home,
        check=True,
        timeout=20,
    )
    given = (mac.home / "python.txt").read_text(encoding="utf-8").splitlines()
    assert given[:6] == ["-I", "-X", "utf8", "-m", "addin.run", "ra_soat_loi"]
    assert given[6:9] == [f"--wb={book}", "--from_xl=1", "--app=/Applications/Microsoft Excel.app"]
    told = mac.home / "told-log.txt"
    assert told.exists() == bool(code or log)
    if code or log:
        assert told.read_text(encoding="utf-8") == (log or LAUNCHER_TEXTS["python-failed"])
        assert "on run argv\ndisplay dialog" in (mac.home / "told.txt").read_text(encoding="utf-8")
    assert not (mac.home / "nhật ký.log").exists()
    assert not (mac.home / "hại").exists()
