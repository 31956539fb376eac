"""Drives one LibreOffice for `tests/office.py`: JSON lines in, JSON lines out.

Runs under whichever Python can `import uno` (often not ours, and as old as 3.8), so it imports nothing of this project.
Started without arguments it only imports uno, which tells whether this Python will do. It ends, and LibreOffice with
it, as soon as its standard input closes, whatever it is doing then.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's python3-uno, for a Python that is not Debian's
import uno

RESTART_ME = 81  # soffice ends so after it has made a fresh profile
START_SECONDS = 90
VALUE, DATETIME, STRING, FORMULA = 1, 2, 4, 16  # com.sun.star.sheet.CellFlags
FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".pdf": "calc_pdf_Export",
}

# A left-over lock file makes loading return nothing; a recovery question would wait for ever; and files are
# calculated anew on loading, as nobody's cached values are believed.
SETTINGS = (
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Office.Common/Misc", "UseDocumentSystemFileLocking", "false"),
    ("Office.Common/Misc", "UseDocumentOOoLockFile", "false"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("Office.Calc/Formula/Load", "ODFRecalcMode", "0"),
)


class Worker:
    """One soffice process and the documents open in it."""

    def __init__(self, soffice: str, profile: Path, locale: str, *, headless: bool = True) -> None:
        self.profile = profile
        self.pipe = f"cchc{os.getpid()}"
        self.command = [
            soffice,
            *(["--headless"] if headless else []),  # without: boxes come up and wait for a click
            "--norestore",
            "--nodefault",
            "--nologo",
            f"-env:UserInstallation={profile.as_uri()}",
            f"--accept=pipe,name={self.pipe};urp;",
        ]
        self.log = profile / "soffice.log"
        seed_profile(profile, locale)
        self.process = self.launch()
        self.desktop: Any = None
        self.documents: dict[int, Any] = {}
        self.calls = {
            "open": self.open,
            "script": self.script,
            "set": self.set,
            "get": self.get,
            "values": self.values,
            "calculate": self.calculate,
            "save": self.save,
            "close": self.close,
        }

    def launch(self) -> subprocess.Popen[bytes]:
        variables = dict(os.environ)
        if sys.platform.startswith("linux"):
            variables["SAL_USE_VCLPLUGIN"] = "svp"  # draws in memory: no display needed
            variables["PATH"] = os.defpath  # as from the desktop: its Python takes its modules from beside the first python3
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables)

    def connect(self) -> None:
        """Waits until soffice answers; starts it once more when it ends after making its profile."""
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        until = time.monotonic() + START_SECONDS
        restarted = False
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={self.pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:  # not listening yet
                ended = self.process.poll()
                if ended == RESTART_ME and not restarted:
                    restarted = True
                    self.process = self.launch()
                elif ended is not None or time.monotonic() > until:
                    said = self.log.read_text(encoding="utf-8", errors="replace").strip()
                    raise RuntimeError(f"soffice did not start (exit code {ended}): {said}") from None
                time.sleep(0.05)
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def open(self, path: str, macros: bool) -> int:
        wanted: dict[str, Any] = {"Hidden": True, "MacroExecutionMode": 4 if macros else 0, "UpdateDocMode": 0}  # 4: run them, ask nobody
        if path.endswith(".xlam"):
            wanted["FilterName"] = "Calc MS Excel 2007 VBA XML"  # LibreOffice does not know the type by its name
        document = self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, properties(wanted))
        if document is None:
            raise RuntimeError(f"LibreOffice cannot open {path}")
        key = max(self.documents, default=0) + 1
        self.documents[key] = document
        return key

    def script(self, key: int, name: str, arguments: list[Any]) -> Any:
        provider = self.documents[key].getScriptProvider()
        script = provider.getScript(f"vnd.sun.star.script:{name}?language=Basic&location=document")
        return script.invoke(tuple(arguments), (), ())[0]

    def sheet(self, key: int, name: str) -> Any:
        sheets = self.documents[key].Sheets
        if not sheets.hasByName(name):
            raise ValueError(f"no sheet {name!r}, only {', '.join(sheets.ElementNames)}")
        return sheets.getByName(name)

    def set(self, key: int, entries: list[tuple[str, str, Any]]) -> None:
        document = self.documents[key]
        automatic = document.isAutomaticCalculationEnabled()
        document.enableAutomaticCalculation(False)  # calculate once, not after every cell
        try:
            for sheet, address, value in entries:
                enter(self.sheet(key, sheet).getCellRangeByName(address).getCellByPosition(0, 0), value)
        finally:
            document.enableAutomaticCalculation(automatic)

    def get(self, key: int, sheet: str, address: str) -> list[list[dict[str, Any]]]:
        block = self.sheet(key, sheet).getCellRangeByName(address)
        values, formulas = block.getDataArray(), block.getFormulaArray()
        return [
            [state(block.getCellByPosition(column, row), value, formulas[row][column]) for column, value in enumerate(line)]
            for row, line in enumerate(values)
        ]

    def values(self, key: int, sheet: str) -> list[list[Any]]:
        cursor = self.sheet(key, sheet).createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        last = cursor.RangeAddress
        whole = self.sheet(key, sheet).getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
        return [list(row) for row in whole.getDataArray()]

    def calculate(self, key: int) -> None:
        self.documents[key].calculateAll()

    def save(self, key: int, path: str) -> None:
        target = Path(path)
        wanted = {"FilterName": FILTERS[target.suffix.lower()], "Overwrite": True}
        self.documents[key].storeToURL(target.as_uri(), properties(wanted))

    def close(self, key: int) -> None:
        self.documents.pop(key).close(True)

    def answer(self, call: Any, arguments: list[Any]) -> None:
        """Prints the result of a call, or what went wrong and whether soffice is gone."""
        try:
            reply = {"result": call(*arguments)}
        except Exception as error:  # everything is told to the caller, who raises it
            said = f"{type(error).__name__}: {getattr(error, 'Message', '') or error}"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)  # a crash breaks the connection before the process is gone
                said = f"LibreOffice ended, exit code {self.process.returncode} ({said})"
            reply = {"error": said, "ended": self.process.returncode is not None}
        print(json.dumps(reply), flush=True)

    def end(self) -> None:
        """Ends soffice: kindly, then by force. The process of this worker ends too."""
        with contextlib.suppress(Exception):
            threading.Thread(target=self.desktop.terminate, daemon=True).start()
            self.process.wait(5)
        self.process.kill()
        shutil.rmtree(self.profile, ignore_errors=True)
        os._exit(0)  # the main thread may be waiting for a LibreOffice that hangs


def seed_profile(profile: Path, locale: str) -> None:
    """Writes the settings a fresh profile starts with; one that is there stays as it is."""
    if profile.joinpath("user", "registrymodifications.xcu").is_file():
        return
    settings = [*((f"org.openoffice.{path}", name, value) for path, name, value in SETTINGS)]
    settings.append(("org.openoffice.Setup/L10N", "ooSetupSystemLocale", locale))
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in settings
    )
    folder = profile / "user"
    folder.mkdir(parents=True)
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


def properties(values: dict[str, Any]) -> tuple[Any, ...]:
    made = []
    for name, value in values.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def enter(cell: Any, value: Any) -> None:
    """Puts one value into a cell; see Office.set for what each kind means."""
    if value is None:
        cell.clearContents(VALUE | DATETIME | STRING | FORMULA)
    elif isinstance(value, str):
        cell.setString(value)
    elif isinstance(value, dict) and "formula" in value:
        cell.setFormula(value["formula"])
    elif isinstance(value, dict):
        cell.FormulaLocal = value["type"]
    else:
        cell.setValue(float(value))


def state(cell: Any, value: Any, formula: str) -> dict[str, Any]:
    """What Office.get gives for one cell; `value` and `formula` come from the range's arrays."""
    is_formula = cell.Type.value == "FORMULA"
    if cell.Type.value == "EMPTY":
        value = None
    return {"v": value, "s": cell.String, "f": formula if is_formula else None, "e": cell.getError()}


def main(soffice: str, profile: str, locale: str) -> None:
    worker = Worker(soffice, Path(profile), locale)
    requests: queue.Queue[str] = queue.Queue()

    def read_requests() -> None:
        for line in sys.stdin:
            requests.put(line)
        worker.end()

    threading.Thread(target=read_requests, daemon=True).start()
    worker.answer(worker.connect, [])
    while True:
        request = json.loads(requests.get())
        worker.answer(worker.calls[request["call"]], request["arguments"])


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])
