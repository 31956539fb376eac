"""Makes `cchc-windows.zip`: launcher, program, and every library as a Windows wheel with its hash, for each Python it may find.

    python windows_set/build_set.py DIST     after the wheel and cchc.xlam are in DIST

The libraries are those of requirements.lock, in the very files whose hashes stand there. Without a network it says so and makes nothing.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
LOCK = HERE.parent / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
NOT_NEEDED = frozenset({"setuptools"})  # builds this project; its wheel is built already
NAME = "cchc-windows"
STAMP = (2000, 1, 1, 0, 0, 0)

Download = Callable[[str, Path, Path], "str | None"]
"""Puts the wheels that a list of requirements names, for one Python, into a folder; gives why it could not."""


class HashMismatch(Exception):
    """What was downloaded is not what the lock says: never packed."""


def locked_for_windows(lock: str, python: str) -> list[str]:
    """The lines of the lock that hold on 64-bit Windows under that Python, each with its hashes and without its condition."""
    machine = {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    lines = []
    for line in lock.replace("\\\n", " ").splitlines():
        if line.strip():
            wanted, *hashes = re.split(r"\s+(?=--hash)", line.strip())
            requirement = Requirement(wanted)
            if requirement.name not in NOT_NEEDED and (requirement.marker is None or requirement.marker.evaluate(machine)):
                lines.append(" ".join([f"{requirement.name}{requirement.specifier}", *hashes]))
    return lines


def download(python: str, listed: Path, target: Path) -> str | None:
    """None, or pip's last words. Raises HashMismatch."""
    where = ("--platform", "win_amd64", "--implementation", "cp", "--python-version", python)
    what = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", str(target), "-r", str(listed))
    pip = [sys.executable, "-I", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1"]
    done = subprocess.run([*pip, *where, *what], capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode == 0:
        return None
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise HashMismatch(done.stderr)
    return (done.stderr.strip().splitlines() or [f"pip: {done.returncode}"])[-1]


def make_set(dist: Path, lock: str, pythons: Sequence[str] = PYTHONS, fetch: Download = download) -> tuple[Path, str | None]:
    """The zip in `dist`, and None or why it could not be made. Raises HashMismatch; needs the wheel and cchc.xlam in `dist`."""
    target = dist / f"{NAME}.zip"
    target.unlink(missing_ok=True)
    (program,) = dist.glob("cchc_workbooks-*.whl")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / NAME
        wheels = root / "chuong_trinh" / "wheels"
        wheels.mkdir(parents=True)
        shutil.copyfile(program, wheels / program.name)
        for python in pythons:
            listed, fetched = Path(scratch) / f"{python}.txt", Path(scratch) / python
            listed.write_text("\n".join(locked_for_windows(lock, python)) + "\n", encoding="utf-8")
            fetched.mkdir()
            if (why := fetch(python, listed, fetched)) is not None:
                return target, why
            found = [program, *sorted(fetched.glob("*.whl"))]
            lines = "".join(f"{_pinned(one)} --hash=sha256:{hashlib.sha256(one.read_bytes()).hexdigest()}\n" for one in found)
            (root / "chuong_trinh" / f"requirements-{python}.txt").write_text(lines, encoding="utf-8", newline="\n")
            for one in found[1:]:
                one.replace(wheels / one.name)
        shutil.copyfile(HERE / "chuong_trinh" / "khoi_dong.py", root / "chuong_trinh" / "khoi_dong.py")
        shutil.copyfile(dist / "cchc.xlam", root / "cchc.xlam")
        _windows_text("CCHC.cmd", root, "ascii")
        _windows_text("DOC_TRUOC.txt", root, "utf-8-sig")  # with the mark by which Notepad knows the letters
        _licences(wheels, root / "GIAY_PHEP")
        _zip(root, target)
    return target, None


def _pinned(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-').lower()}=={version}"


def _windows_text(name: str, root: Path, encoding: str) -> None:
    """A text file with Windows' line ends."""
    text = (HERE / name).read_text(encoding="utf-8")
    (root / name).write_text(text, encoding=encoding, newline="\r\n")


def _licences(wheels: Path, folder: Path) -> None:
    """Every licence and notice that the wheels carry, by library."""
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as package:
            for name, text in _notices(package):
                path = folder / _pinned(wheel).replace("==", "-") / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)


def _notices(package: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in package.namelist():
        folder, _, rest = name.partition(".dist-info/")
        last = rest.rpartition("/")[2]
        if "/" not in folder and re.match(r"(?i)licen[cs]e|copying|notice|authors", last):
            yield rest.removeprefix("licenses/").replace("/", "-"), package.read(name)


def _zip(root: Path, target: Path) -> None:
    """The folder as a zip, not compressed (wheels are already): the same files give the same bytes wherever it is made."""
    unfinished = target.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as package:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(root.parent).as_posix(), STAMP)
            info.create_system, info.external_attr = 3, 0o644 << 16  # Unix, also where it is made on Windows
            package.writestr(info, path.read_bytes())
    unfinished.replace(target)


def main(dist: Path) -> int:
    """0 where the set was made or there is no network, 1 where what came is not what the lock says."""
    try:
        made, why = make_set(dist, LOCK.read_text(encoding="utf-8"))
    except HashMismatch as error:
        print(f"Thư viện tải về không khớp mã băm; không lập bộ cài. / Not what the lock says; no set made.\n{error}", file=sys.stderr)
        return 1
    if why is not None:
        print(
            f"Chưa lập {made.name}: không tải được thư viện (máy không có mạng?). Các tệp khác vẫn đủ.\n"
            f"{made.name} not made: libraries cannot be fetched (no network?). Everything else is there.\n  {why}"
        )
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(Path(sys.argv[1])))
