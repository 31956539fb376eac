"""Where the add-in lies on a machine with Excel, and putting it there, taking it away, telling how it stands.

On Windows one file in the user's XLSTART, which Excel opens by itself and trusts by default; on a Mac one in Office's start folder and
three in the folder of Excel's scripts. Nothing outside the user's own folders is touched and no administrator is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from addin.excel.package import NAME, addin_file
from addin.excel.policies import ReadValue, obstacles, registry_value
from processor.files import CannotWrite, FileBusy, make_folder, read_whole, refusal, write_atomic
from processor.issuing import parts_digest_or_none
from rubric_versions.findings import Finding, finding
from rubric_versions.words import LAUNCHER_TEXTS

START_SECONDS = 60  # for a first start of Python on a slow machine, with its virus scanner
SHARED_PYTHON = r"%LOCALAPPDATA%\CCHC\venv\Scripts\python.exe"
"""Where the set for Windows installs the program for each user: one add-in, signed once, serves every machine."""
_MAC_START = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
_MAC_SCRIPTS = "Library/Application Scripts/com.microsoft.Excel"


@dataclass(frozen=True, slots=True)
class Machine:
    """What of a machine matters here: its system (`sys.platform`), the user's folders, the Python that runs this and where that one's
    library lies, the registry.
    """

    system: str
    home: Path
    roaming: Path
    python: str
    library: str
    read: ReadValue = registry_value

    @property
    def from_store(self) -> bool:
        """Whether this Python is a Store app: Windows puts what it writes below AppData elsewhere, unseen by Excel."""
        return self.system == "win32" and "\\windowsapps\\" in self.library.lower()


def this_machine() -> Machine:
    """The machine this runs on. Its Python is the one with a console, hidden when the add-in starts it."""
    home = Path.home()
    python = Path(sys.executable)
    if python.name.lower() == "pythonw.exe":
        python = python.with_name("python.exe")
    return Machine(sys.platform, home, Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming"), str(python), sys.base_prefix)


def wanted_files(machine: Machine, python: str) -> dict[Path, bytes]:
    """What belongs where on this machine, with this Python written in; nothing where there is no Excel."""
    if machine.system == "win32":
        return {machine.roaming / "Microsoft" / "Excel" / "XLSTART" / NAME: addin_file({"python": python})}
    if machine.system == "darwin":
        scripts = machine.home / _MAC_SCRIPTS
        return {
            machine.home / _MAC_START / NAME: addin_file({}),
            scripts / "cchc.applescript": (files("addin.excel") / "cchc.applescript").read_bytes(),
            scripts / "cchc-python.txt": python.encode("utf-8"),
            scripts / "cchc-failed.txt": LAUNCHER_TEXTS["python-failed"].encode("utf-8"),
        }
    return {}


def install(machine: Machine, python: str | None = None, to: Path | None = None) -> tuple[list[Path], list[Finding]]:
    """The files written, and what stands in the way. `python` None: the one that runs this, tried first; a Python named by the caller
    is taken as it is. `to`: only the add-in, into that folder, to be signed or handed out; it uses the Python of the Windows set
    if none is named.

    Raises FileBusy while Excel has the add-in open, and CannotWrite.
    """
    if to is not None:
        wanted = {to / NAME: addin_file({"python": python or SHARED_PYTHON})}
    elif not (wanted := wanted_files(machine, python or machine.python)):
        return [], [finding("addin-no-excel")]
    elif machine.from_store:
        return [], [finding("addin-store-python", file=machine.python)]
    elif python is None and (why := _cannot_run(machine.python)):
        return [], [finding("addin-python", file=machine.python, why=why)]
    for path, data in wanted.items():
        make_folder(path.parent)
        write_atomic(path, data)
    return list(wanted), [] if to is not None else obstacles(machine.read)


def uninstall(machine: Machine) -> list[Path]:
    """The files removed. Raises FileBusy while Excel has the add-in open, and CannotWrite."""
    removed = []
    for path in wanted_files(machine, ""):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise (FileBusy(path, str(error)) if machine.system == "win32" else refusal(path, error)) from error
        except OSError as error:
            raise CannotWrite(path, str(error)) from error
        removed.append(path)
    return removed


def status(machine: Machine) -> tuple[Mapping[Path, bool], list[Finding]]:
    """Each file that belongs here with whether it is the one this program would write now; and what is wrong or forbidden."""
    wanted = wanted_files(machine, machine.python)
    if not wanted:
        return {}, [finding("addin-no-excel")]
    if machine.from_store:
        return {}, [finding("addin-store-python", file=machine.python)]
    same, found = {}, list[Finding]()
    for path, data in wanted.items():
        try:
            there = read_whole(path)
        except FileNotFoundError:
            same[path] = False
            found.append(finding("addin-missing", file=str(path)))
            continue
        same[path] = there == data or (path.name == NAME and parts_digest_or_none(there) == parts_digest_or_none(data))
        if not same[path]:
            found.append(finding("addin-different", file=str(path)))
    return same, found + obstacles(machine.read)


def _cannot_run(python: str) -> str:
    """Why this Python cannot start the buttons' program in isolation; empty if it can."""
    try:
        done = subprocess.run(
            [python, "-I", "-X", "utf8", "-c", "import addin.run"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
