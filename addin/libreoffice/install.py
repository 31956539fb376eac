"""Putting the buttons into the user's own LibreOffice, taking them out, telling how they stand. No administrator is needed.

LibreOffice's own tool (`unopkg`) keeps the extension; one file of settings in its profile names the Python and the folder of the
libraries that came with this program, for LibreOffice runs our code inside itself with its own Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from addin.libreoffice.extension import IDENTIFIER, NAME, SETTINGS, extension
from processor.files import make_folder, read_whole, write_atomic
from rubric_versions.findings import Finding, finding

SECONDS = 120  # for unopkg, which starts a LibreOffice without a window
_PLACES = (
    "/usr/lib/libreoffice/program", "/opt/libreoffice/program", "/Applications/LibreOffice.app/Contents/MacOS",
    r"C:\Program Files\LibreOffice\program",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """What of a machine matters here: the folder of LibreOffice's programs (None: there is none), the user's profile, the libraries."""

    program: Path | None
    profile: Path
    packages: Path

    @property
    def settings(self) -> Path:
        """The file of settings; LibreOffice calls its folder $(user)."""
        return self.profile / "user" / SETTINGS


def this_machine() -> Machine:
    """The machine this runs on."""
    return Machine(_program(), _profile(), Path(sysconfig.get_paths()["purelib"]))


def _program() -> Path | None:
    """Where LibreOffice's own tools lie."""
    found = shutil.which("unopkg")
    places = [*map(Path, _PLACES), *([Path(found).resolve().parent] if found else [])]
    return next((place for place in places if any((place / name).is_file() for name in ("unopkg", "unopkg.com", "unopkg.exe"))), None)


def _profile() -> Path:
    """The user's profile, as LibreOffice places it when nothing else is said."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "LibreOffice" / "4"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice" / "4"


def install(machine: Machine) -> tuple[list[Path], list[Finding]]:
    """The files written, and what stands in the way: no LibreOffice, one with another Python, or one that is open and refuses."""
    if machine.program is None:
        return [], [finding("addin-no-libreoffice")]
    theirs, ours = python_of(machine.program), _version()
    if theirs != ours:
        return [], [finding("addin-libreoffice-python", file=str(machine.program), theirs=theirs or "?", ours=ours)]
    make_folder(machine.settings.parent)
    if not (machine.profile / "user" / "extensions" / "buildid").is_file():
        _open_once(machine)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / NAME
        package.write_bytes(extension())
        refused = _unopkg(machine, "add", "--force", "--suppress-license", str(package))
    if refused:
        return [], [finding("addin-libreoffice-refused", file=str(machine.program), why=refused)]
    write_atomic(machine.settings, _settings(machine))
    return [machine.settings], []


def uninstall(machine: Machine) -> list[Path]:
    """What was removed: the extension leaves its settings last, so that a refusal can be tried again."""
    if machine.program is None or not machine.settings.is_file() or _unopkg(machine, "remove", IDENTIFIER):
        return []
    machine.settings.unlink()
    return [machine.settings]


def status(machine: Machine) -> list[Finding]:
    """What is wrong with the buttons in LibreOffice; nothing: they are there and ready."""
    if machine.program is None:
        return [finding("addin-no-libreoffice")]
    theirs, ours = python_of(machine.program), _version()
    if theirs != ours:
        return [finding("addin-libreoffice-python", file=str(machine.program), theirs=theirs or "?", ours=ours)]
    joined = machine.settings.is_file() and read_whole(machine.settings) == _settings(machine)
    if not joined or _unopkg(machine, "list", IDENTIFIER):
        return [finding("addin-libreoffice-missing", file=str(machine.settings))]
    return []


def _settings(machine: Machine) -> bytes:
    return json.dumps({"packages": str(machine.packages), "python": _version()}, ensure_ascii=False).encode("utf-8")


def _version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def python_of(program: Path) -> str:
    """The version ("3.11") of the Python inside that LibreOffice, "" if none is found; on Debian it is the system's."""
    own = (program / "python.exe", program.parent / "Resources" / "python", program / "python", Path("/usr/bin/python3"))
    for python in own:
        if python.is_file():
            code = "import sys; print('%d.%d' % sys.version_info[:2])"
            ran = subprocess.run([python, "-I", "-c", code], capture_output=True, encoding="utf-8", check=False, timeout=SECONDS)
            if ran.returncode == 0:
                return ran.stdout.strip()
    return ""


def _open_once(machine: Machine) -> None:
    """Nothing; LibreOffice, which was never opened here, has made its profile.

    An extension that was in the profile before would be registered anew at the first start, and LibreOffice abort if it cannot.
    """
    assert machine.program is not None
    program = next((path for name in ("soffice.com", "soffice.exe", "soffice") if (path := machine.program / name).is_file()), None)
    if program is not None:
        options = ("--headless", "--norestore", "--nologo", "--terminate_after_init", f"-env:UserInstallation={machine.profile.as_uri()}")
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # what keeps it from starting, its tool will say
            command = [str(program), *options]
            subprocess.run(command, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL, env=_surroundings())


def _surroundings() -> dict[str, str]:
    """The environment for LibreOffice's tools.

    Where the system's Python is LibreOffice's, it takes its modules from beside the first `python3` on PATH: another Python's (pyenv,
    conda, an environment that is active) break it, and the extension is put in without being registered.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return own | {"PATH": os.defpath} if sys.platform == "linux" else own


def _unopkg(machine: Machine, *arguments: str) -> str:
    """What LibreOffice's tool says that keeps it from doing this, "" when it is done."""
    assert machine.program is not None
    tool = next(path for name in ("unopkg.com", "unopkg.exe", "unopkg") if (path := machine.program / name).is_file())
    command = [str(tool), *arguments, f"-env:UserInstallation={machine.profile.as_uri()}"]
    try:
        ran = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=SECONDS, stdin=subprocess.DEVNULL,
            env=_surroundings(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "unopkg"
    if ran.returncode == 0:
        return ""
    said = [line.strip() for line in (ran.stderr + ran.stdout).splitlines() if "error" in line.lower() or "exception" in line.lower()]
    return " ".join(said)[:200] or str(ran.returncode)
