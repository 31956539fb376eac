"""The command line a press makes, run as a real process where there is no Excel; and with an enemy's files all around.

Requirements: issue 3: the command line made by the VBA is run as a real process; an `addin.py`, `xlwings.py` or conf sheet beside or
inside a returned workbook is never run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlwings

import addin.macros
import addin.run
from addin.buttons import BUTTONS
from addin.messages import REFUSED
from tests.office import Office
from tests.test_addin_package import PYTHON, Excel
from workbook_templates.book import Book, Sheet, write_book

ENEMIES = ("addin.py", "xlwings.py", "processor.py", "sitecustomize.py", "usercustomize.py", "json.py", "run.py")
MARK = "ran.txt"


@pytest.fixture(scope="module")
def pressed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The command line of every button, as the add-in's VBA made it."""
    excel = Excel(office, tmp_path_factory.mktemp("xlam"), settings={"python": PYTHON})
    yield {button.id: excel.press(button.id)[0].removeprefix("run ") for button in BUTTONS}
    office.close(excel.document)


def arguments(command: str) -> list[str]:
    """A command line taken apart as a program started by Windows does; none here has a quotation mark or ends in a backslash."""
    return [word.replace('"', "") for word in _split(command)]


def _split(command: str) -> Iterator[str]:
    word, quoted = "", False
    for letter in [*command, " "]:
        quoted ^= letter == '"'
        if letter == " " and not quoted:
            yield word
            word = ""
        else:
            word += letter


def here(command: str, log: Path) -> list[str]:
    """The same command for this machine: its Python, a log that can be written, and one file less open in Excel."""
    python, *rest = arguments(command)
    assert python == PYTHON
    assert rest[-1].startswith("--log=")
    return [sys.executable, *rest[:-1], f"--log={log}"]


def test_the_command_line_runs_and_ends_with_a_plain_message_where_no_workbook_is_open(pressed: dict[str, str], tmp_path: Path) -> None:
    for button in ("ra_soat_loi", "xep_hang"):
        log = tmp_path / f"{button} nhật ký.log"
        done = subprocess.run(here(pressed[button], log), capture_output=True, encoding="utf-8", timeout=120, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert log.read_text(encoding="utf-8") == REFUSED["no-workbook"]


def test_every_button_reaches_the_macro_of_its_own_name(pressed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without a process for each, and with a workbook in front that lets itself be found."""
    reached: list[str] = []
    monkeypatch.setattr(xlwings.Book, "caller", lambda: SimpleNamespace(sheets=[]))
    monkeypatch.setattr("addin.hosts.host_of", lambda book: book)
    told_apart = {name: partial(lambda name, host: reached.append(name), name) for name in addin.macros.MACROS}
    monkeypatch.setattr("addin.macros.MACROS", told_apart)
    log = tmp_path / "nhật ký.log"
    for button in BUTTONS:
        _, *isolated, name = here(pressed[button.id], log)[:6]
        assert [*isolated, name] == ["-I", "-X", "utf8", "-m", "addin.run"]
        assert addin.run.main(here(pressed[button.id], log)[6:]) == 0
        assert log.read_text(encoding="utf-8") == ""
    assert reached == [button.id for button in BUTTONS]
    assert addin.run.main(["a_button_that_is_not", f"--log={log}"]) == 2


@pytest.mark.parametrize("window", ["4242", ""])
def test_a_book_with_an_equals_sign_in_its_name_is_found_in_its_own_excel(window: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows by the handle of the window, on a Mac, which has none, in the one Excel there is; xlwings itself cuts the name."""
    name = "điểm=2018 =.xlsx"
    mine = SimpleNamespace(sheets=[])
    other = SimpleNamespace(hwnd=1, books={name: SimpleNamespace(sheets=[])})
    right = SimpleNamespace(hwnd=4242, books={name: mine})
    if window:
        monkeypatch.setattr(xlwings, "apps", [other, right])
    else:
        monkeypatch.setattr(xlwings, "apps", SimpleNamespace(active=right))
    reached: list[object] = []
    monkeypatch.setattr("addin.hosts.host_of", lambda book: book)
    monkeypatch.setattr("addin.macros.run", lambda button, host: reached.append(host))
    handle = [f"--hwnd={window}"] if window else []
    assert addin.run.main(["ra_soat_loi", f"--wb={name}", "--from_xl=1", *handle]) == 0
    assert reached == [mine]


def test_a_press_loads_nothing_it_does_not_use(tmp_path: Path) -> None:
    """pandas alone takes longer to load than all the rest; what a macro needs of it, it can still import."""
    code = (
        "import sys, addin.run; addin.run.main(['ra_soat_loi', '--log=log']); "
        "assert not {'pandas', 'numpy'} & set(sys.modules); import pandas, xlwings"
    )
    subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, check=True, timeout=120)


def hostile(folder: Path) -> dict[str, str]:
    """Modules that leave a mark when they are run, a returned workbook that names another program; the environment that points to them."""
    for name in ENEMIES:
        (folder / name).write_text(f"open({str(folder / MARK)!r}, 'a').write({name!r})\n", encoding="utf-8")
    conf = Sheet("xlwings.conf")
    for row, pair in enumerate((("Interpreter_Win", "calc.exe"), ("PYTHONPATH", str(folder)), ("RUNPYTHON", "import addin")), 1):
        conf.row(row, pair)
    (folder / "tệp của xã.xlsx").write_bytes(write_book(Book("", [conf])))
    (folder / ".xlwings").mkdir()
    (folder / ".xlwings" / "xlwings.conf").write_text('"INTERPRETER","calc.exe"\n', encoding="utf-8")
    variables = {"PYTHONPATH": str(folder), "PYTHONSTARTUP": str(folder / "run.py"), "PYTHONUSERBASE": str(folder), "HOME": str(folder)}
    return {**os.environ, **variables}


def test_what_lies_beside_a_returned_workbook_is_never_run(pressed: dict[str, str], tmp_path: Path) -> None:
    variables = hostile(tmp_path)
    command = here(pressed["ra_soat_loi"], tmp_path / "log.txt")
    done = subprocess.run(command, cwd=tmp_path, env=variables, check=False, timeout=120)
    assert done.returncode == 0
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == REFUSED["no-workbook"]
    assert not (tmp_path / MARK).exists()


def test_the_same_command_without_isolation_would_have_run_it(pressed: dict[str, str], tmp_path: Path) -> None:
    """What keeps the enemy out is the command line itself: the test before this one would fail without it."""
    variables = hostile(tmp_path)
    command = [word for word in here(pressed["ra_soat_loi"], tmp_path / "log.txt") if word != "-I"]
    subprocess.run(command, cwd=tmp_path, env=variables, check=False, timeout=120, capture_output=True)
    assert (tmp_path / MARK).exists()
