"""The one door: sets up `.venv` beside this file and runs the demo, the tests or the packaging in it.

Needs nothing but Python >= 3.11. What each command does is in the usage text below; setting up is safe to kill at any
moment and to start twice. This file must parse on old Pythons too, so that they can be told what is missing.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

if sys.version_info < (3, 11):  # noqa: UP036 - the very people this is for run an older one
    found = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    sys.exit(f"Cần Python 3.11 trở lên; đây là Python {found}.\nPython 3.11 or later is needed; this is Python {found}.")

USAGE = """\
python build.py demo [--out DIR] [--units N] [--seed S] [--story NAME]
        plays a whole year of scoring on real workbooks and says where every file lies
python build.py test [--exhaustive] [PYTEST ARGUMENTS ...]
        everything CI runs: ruff, mypy, import layers, all tests (with LibreOffice)
python build.py dist
        wheel, source distribution, blank forms, the add-ins and the set for Windows without a network into dist/
"""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "cchc-setup.txt"  # what was installed, written last: without it .venv is half made and is made anew
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"  # holds everything in RUNTIME_LOCK, in the same versions

# python3-uno drives LibreOffice, fonts-liberation2 has Times New Roman's widths for Vietnamese letters too, poppler-utils turns
# PDF into pictures.
DEBIAN_PACKAGES = ("libreoffice-calc", "python3-uno", "fonts-liberation2", "poppler-utils")


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0, or that of the first step that failed."""
    parser = argparse.ArgumentParser(prog="build.py", usage=USAGE, add_help=False)
    parser.add_argument("command", choices=("demo", "test", "dist"))
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    options = parser.parse_args(arguments)
    if options.command == "demo":
        demo(options.rest)
    elif options.command == "test":
        test(options.rest)
    elif options.rest:
        parser.error("dist takes no arguments")
    else:
        dist()
    return 0


# Commands


def demo(arguments: Sequence[str]) -> None:
    """Plays the demo in the caller's folder, so that `--out DIR` means what it says."""
    set_up(RUNTIME_LOCK)
    step("Chạy thử / demo", in_venv("-m", "processor.demo", *arguments), folder=Path.cwd())


def test(arguments: Sequence[str]) -> None:
    """Runs every group in order and stops after the first that fails."""
    set_up(DEV_LOCK)
    provide_libreoffice()
    step("ruff check", in_venv("-m", "ruff", "check"))
    step("ruff format", in_venv("-m", "ruff", "format", "--check"))
    step("mypy", in_venv("-m", "mypy"))
    step("import layers", in_venv("-c", "from importlinter.cli import lint_imports_command as run; run()"))
    # loadgroup keeps the tests that share LibreOffice on one worker.
    step("pytest", in_venv("-m", "pytest", "-n", "auto", "--dist", "loadgroup", *arguments))


def dist() -> None:
    """Builds dist/ anew; the wheel is made from the source distribution, so that no stale `build/` leaks into it."""
    set_up(DEV_LOCK)
    os.umask(0o022)  # the wheel keeps file modes: the same bytes for everybody
    target = ROOT / "dist"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    quietly = {"--global-option": ["--quiet"]}
    backend_call = f"from setuptools.build_meta import build_sdist; build_sdist({str(target)!r}, {quietly})"
    step("sdist", in_venv("-c", backend_call))
    (sdist,) = target.glob("*.tar.gz")
    pip_wheel = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target))
    # A fixed date (the first a zip can hold) makes the wheel the same bytes every time.
    step("wheel", in_venv(*pip_wheel, str(sdist)), {"SOURCE_DATE_EPOCH": "315532800"})
    step("blank forms", in_venv("-m", "processor.cli", "blank", "--out", str(target / "forms")))
    step("cchc.xlam", in_venv("-m", "processor.cli", "addin", "install", "--to", str(target)))
    write = "from addin.libreoffice.extension import NAME, extension; pathlib.Path(sys.argv[1], NAME).write_bytes(extension())"
    step("cchc.oxt", in_venv("-c", f"import pathlib, sys; {write}", str(target)))
    step("Windows", in_venv(str(ROOT / "windows_set" / "build_set.py"), str(target)))


# Setting up


def set_up(lock: Path) -> None:
    """Makes .venv hold exactly `lock` and this project; does nothing when it already does."""
    with only_one_at_a_time():
        wanted = fingerprint(lock)
        installed = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() else None
        if installed is None or not venv_works():
            make_venv()
        elif wanted in installed:
            return
        STAMP.unlink(missing_ok=True)
        pip_install = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input")
        step(f"Cài thư viện / installing {lock.name}", in_venv(*pip_install, "--require-hashes", "-r", str(lock)))
        # Without isolation nothing is fetched: setuptools is in the lock.
        this_project = ("--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT))
        step("Cài cchc / installing cchc", in_venv(*pip_install, *this_project))
        held = [wanted, fingerprint(RUNTIME_LOCK)] if lock == DEV_LOCK else [wanted]
        STAMP.write_text("\n".join(held), encoding="utf-8")


def fingerprint(lock: Path) -> str:
    """A hash of all that an installation depends on: the lock, the project's own settings, its packages and where it lies."""
    packages = ",".join(sorted(init.parent.name for init in ROOT.glob("*/__init__.py")))  # an editable install knows them by name
    parts = (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), packages.encode(), os.fsencode(ROOT))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def venv_works() -> bool:
    """Whether .venv's Python starts and is new enough: an upgrade of the system's Python breaks it."""
    probe = in_venv("-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))")
    try:
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        fail(
            f"Python này thiếu ensurepip. Trên Debian, Ubuntu hãy cài: sudo apt install {package}",
            f"This Python lacks ensurepip. On Debian and Ubuntu: sudo apt install {package}",
        )
    step("Tạo .venv / making .venv", [sys.executable, "-I", "-m", "venv", "--clear", str(VENV)])


def provide_libreoffice() -> None:
    """Makes sure the tests find LibreOffice: they are never skipped for want of it."""
    check = in_venv(str(ROOT / "tests" / "office.py"), "check")
    if subprocess.run(check, cwd=ROOT, check=False, capture_output=True).returncode == 0:
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        step("apt-get update", ["apt-get", "update", "-q"])
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
        step("Cài LibreOffice / installing LibreOffice", install, {"DEBIAN_FRONTEND": "noninteractive"})
    step("LibreOffice", check)  # prints what is missing and how to install it


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Holds a lock of the operating system, which also lets go when this process is killed."""
    with (ROOT / ".build.lock").open("a", encoding="utf-8") as file:
        if not try_lock(file):
            print("Một build.py khác đang chuẩn bị .venv; đang chờ … / waiting for another build.py …", flush=True)
            while not try_lock(file):
                time.sleep(0.5)
        yield


def try_lock(file: TextIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - this system only

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - these systems only

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# Steps


def in_venv(*arguments: str) -> list[str]:
    """A command for .venv's Python; isolated, so that neither PYTHONPATH nor the folder it runs in shadows a module."""
    return [str(PYTHON), "-I", "-X", "utf8", *arguments]


def step(name: str, command: Sequence[str], variables: Mapping[str, str] | None = None, folder: Path = ROOT) -> None:
    """Runs one command, says what it is and how long it took, and ends everything with its exit code if it fails."""
    print(f"→ {name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, cwd=folder, env={**os.environ, **(variables or {})}, check=False).returncode
    seconds = time.monotonic() - started
    if code:
        print(f"✗ {name}: lỗi / failed, {seconds:.1f} s", flush=True)
        sys.exit(code if code > 0 else 128 - code)  # killed by signal n: 128 + n, as shells say it
    print(f"✓ {name}: {seconds:.1f} s", flush=True)


def fail(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console's own code page lacks "ầ"
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:  # no permission, no room, a file open in another program
        fail(f"Không làm được: {error}", f"Cannot go on: {error}")
