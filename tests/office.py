"""LibreOffice for tests and for looking at what we print: open, type, calculate, read, save.

A workbook filled and saved here comes from a foreign program, as officers' returns do. The work is done by
`office_worker.py` in a Python that has LibreOffice's `uno`; this side holds the clock: what does not answer in time is
killed and reported, and the next call starts afresh. Standard library only, as build.py runs it before anything else.

    python -m tests.office render FORM.xlsx FOLDER    makes a PDF and a picture of each page
    python -m tests.office check                      says what is missing on this machine
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict

WORKER = Path(__file__).with_name("office_worker.py")
START_SECONDS = 100  # more than the worker's own limit, so that its message comes first
STOP_SECONDS = 15
PICTURE_DPI = 70

# What to install, for people; build.py does it by itself as root on Debian.
HOW_TO_INSTALL = (
    "Debian, Ubuntu: sudo apt install libreoffice-calc python3-uno fonts-liberation2 poppler-utils\n"
    "Windows: winget install TheDocumentFoundation.LibreOffice oschwartz10612.Poppler\n"
    "macOS: brew install --cask libreoffice && brew install poppler"
)

Entry = str | float | Mapping[str, str] | None


class OfficeError(Exception):
    """LibreOffice is missing, refused, ended or did not answer in time."""


class Cell(TypedDict):
    """One cell as LibreOffice has it."""

    v: str | float | None  # the value; None for an empty cell and for an error
    s: str  # the text shown
    f: str | None  # the formula in LibreOffice's words, None for an input
    e: int  # LibreOffice's error code, 0 for none (502 wrong argument, 519 #VALUE!, 524 #REF!, 532 #DIV/0!, 32767 #N/A)


class Office:
    """One running LibreOffice; a context manager. Documents are named by the number `open` gives."""

    def __init__(self, *, locale: str = "en-US", timeout: float = 60) -> None:
        """`locale` decides how typed text is understood ("1,5" in vi-VN); `timeout` is per call, in seconds."""
        self._locale = locale
        self.timeout = timeout
        self._worker: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str] = queue.Queue()
        self._profile = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        soffice = find_soffice()
        python = find_python(soffice)
        self._profile = tempfile.mkdtemp(prefix="cchc-office-")
        self._worker = subprocess.Popen(
            [python, "-X", "utf8", str(WORKER), str(soffice), self._profile, self._locale],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # a group of its own, to be killed as one
        )
        self._replies = queue.Queue()
        threading.Thread(target=_collect, args=(self._worker, self._replies), daemon=True).start()
        atexit.register(self.stop)
        self._wait("start", START_SECONDS)

    def stop(self) -> None:
        """Ends LibreOffice and removes its profile; does nothing when it is not running."""
        atexit.unregister(self.stop)
        if self._worker is None:
            return
        assert self._worker.stdin is not None
        with contextlib.suppress(OSError):
            self._worker.stdin.close()  # the worker's sign to end
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._worker.wait(STOP_SECONDS)
        self._kill()

    def open(self, path: Path | str, *, macros: bool = False) -> int:
        """Opens a file; `macros` lets its own macros run, for files of our own making only."""
        number: int = self._call("open", _absolute(path), macros)
        return number

    def script(self, document: int, name: str, *arguments: str) -> Any:
        """What a macro "Library.Module.Name" of the document returns."""
        return self._call("script", document, name, list(arguments))

    def set(self, document: int, entries: Sequence[tuple[str, str, Entry]]) -> None:
        """Puts (sheet, cell, value) in, each value by its kind; writes through locks, as no officer could.

        A number is a number, a text stays a text even if it looks like a number, None empties the cell.
        {"formula": "=SUM(A1;B1)"} is in LibreOffice's English words; {"type": "1,5"} is understood as if typed.
        """
        self._call("set", document, list(entries))

    def get(self, document: int, sheet: str, address: str) -> list[list[Cell]]:
        """The cells of a range like "B2:D5", row by row."""
        rows: list[list[Cell]] = self._call("get", document, sheet, address)
        return rows

    def values(self, document: int, sheet: str) -> list[list[str | float | None]]:
        """All values from A1 to the end of the used area in one go: '' for empty, None for an error."""
        rows: list[list[str | float | None]] = self._call("values", document, sheet)
        return rows

    def calculate(self, document: int) -> None:
        """Calculates every formula, whether LibreOffice thinks it needs it or not."""
        self._call("calculate", document)

    def save(self, document: int, path: Path | str) -> None:
        """Writes .xlsx, .xls, .ods or .pdf, by the name's ending."""
        self._call("save", document, _absolute(path))

    def close(self, document: int) -> None:
        self._call("close", document)

    def convert(self, source: Path | str, target: Path | str) -> None:
        """Opens, calculates and saves under another name or in another format."""
        document = self.open(source)
        try:
            self.calculate(document)
            self.save(document, target)
        finally:
            if self._worker is not None:
                self.close(document)

    def _call(self, name: str, *arguments: object) -> Any:
        if self._worker is None:
            self.start()
        assert self._worker is not None
        assert self._worker.stdin is not None
        with contextlib.suppress(OSError):  # it has ended; the wait says so
            self._worker.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
            self._worker.stdin.flush()
        return self._wait(name, self.timeout)

    def _wait(self, what: str, seconds: float) -> Any:
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            self._kill()
            raise OfficeError(f"LibreOffice did not answer to {what!r} within {seconds:g} s and was killed") from None
        if not line:
            self._kill()
            raise OfficeError(f"LibreOffice ended during {what!r}")
        reply = json.loads(line)
        if "error" in reply:
            if reply["ended"]:
                self._kill()
            raise OfficeError(f"{what}: {reply['error']}")
        return reply["result"]

    def _kill(self) -> None:
        assert self._worker is not None
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._worker.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait()
        self._worker = None
        shutil.rmtree(self._profile, ignore_errors=True)


def _collect(worker: subprocess.Popen[str], replies: queue.Queue[str]) -> None:
    """Hands on what the worker says; an empty line is its end."""
    assert worker.stdout is not None
    for line in worker.stdout:
        replies.put(line)
    replies.put("")


def _absolute(path: Path | str) -> str:
    return str(Path(path).resolve())


def find_soffice() -> Path:
    """The program itself, not the script that starts it."""
    usual = (
        shutil.which("soffice"),
        shutil.which("libreoffice"),
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.exe",
    )
    for candidate in usual:
        if candidate and Path(candidate).is_file():
            program = Path(candidate).resolve()
            binary = program.with_name("soffice.bin")
            return binary if binary.is_file() else program
    raise OfficeError(f"LibreOffice is missing.\n{HOW_TO_INSTALL}")


def find_python(soffice: Path) -> str:
    """A Python that can `import uno`: LibreOffice's own, the system's, or ours with Debian's packages."""
    candidates = (
        soffice.with_name("python.exe"),
        soffice.with_name("python"),
        soffice.parent.parent / "Resources" / "python",  # macOS
        Path("/usr/bin/python3"),  # Debian's python3-uno is built for this one
        Path(sys.executable),
    )
    for candidate in candidates:
        if candidate.is_file():
            probe = subprocess.run([candidate, str(WORKER)], capture_output=True, check=False)
            if probe.returncode == 0:
                return str(candidate)
    raise OfficeError(f"No Python here can drive LibreOffice (import uno).\n{HOW_TO_INSTALL}")


def check_font() -> None:
    """Nothing where Vietnamese text in Times New Roman is drawn with that font's own widths, as far as fontconfig can say."""
    match = shutil.which("fc-match")
    if match is None:
        return
    asked = [match, "-f", "%{family}", "Times New Roman:charset=1ed9"]  # ộ
    found = subprocess.run(asked, capture_output=True, check=False, text=True).stdout
    if not found.startswith(("Times New Roman", "Liberation Serif", "Tinos")):
        raise OfficeError(f"No font for Vietnamese as wide as Times New Roman (found: {found}).\n{HOW_TO_INSTALL}")


def render(workbook: Path, folder: Path) -> list[Path]:
    """Prints a workbook to a PDF in `folder` and gives a picture of each page."""
    folder.mkdir(parents=True, exist_ok=True)
    pdf = folder / f"{workbook.stem}.pdf"
    with Office() as office:
        office.convert(workbook, pdf)
    for old in folder.glob(f"{workbook.stem}-*.png"):
        old.unlink()
    prefix = str(folder / workbook.stem)
    subprocess.run(["pdftoppm", "-r", str(PICTURE_DPI), "-png", str(pdf), prefix], check=True)
    return sorted(folder.glob(f"{workbook.stem}-*.png"))


def main(arguments: Sequence[str]) -> int:
    try:
        match arguments:
            case ["render", workbook, folder]:
                print(*render(Path(workbook), Path(folder)), sep="\n")
            case ["check"]:
                find_python(find_soffice())
                if shutil.which("pdftoppm") is None:
                    raise OfficeError(f"pdftoppm (poppler-utils) is missing.\n{HOW_TO_INSTALL}")
                check_font()
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except OfficeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
