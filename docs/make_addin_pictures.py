"""Photographs LibreOffice with the buttons: processor/guide/nut-*.png, by `python -m docs.make_addin_pictures` at the root.

Needs LibreOffice, Xvfb, ImageMagick (`import`) and xdotool. The extension is installed as for a user; the form of docs/make_pictures.py's
officer at midday is open, and "Rà soát lỗi" is pressed. LibreOffice's own labels are in the language it was installed with.
"""

from __future__ import annotations

import os
import random
import runpy
import shutil
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from addin.libreoffice import install as addin_install
from addin.libreoffice.extension import SERVICE
from addin.libreoffice.uno_of import connect, property_values
from processor.demo import plausible
from processor.guide import FOLDER
from rubric_versions import catalog, words
from tests.forms import made
from tests.office import find_soffice
from tests.office_worker import Worker, seed_profile
from tests.test_addin_extension import as_a_user
from workbook_templates import layout as at
from workbook_templates.book import a1

DISPLAY, WIDTH, HEIGHT = ":97", 1280, 760
SECONDS = 30
SEED, LARGEST = 2018, 150_000
VERSION, APPENDIX = "can-tho-2018", 1
MENU, MENU_BOX = (391, 9), "900x420+0+0"
"""Where LibreOffice draws the word CCHC, and what the picture of its menu shows."""
MESSAGE_BOX = "1280x600+0+0"
LIST_BOX = "1100x420+0+104"
NOTE = (606, 480)
"""A place within the cell whose note is shown."""


class Windowed(Worker):
    """A LibreOffice whose windows are on the screen of Xvfb."""

    def launch(self) -> subprocess.Popen[bytes]:
        variables = os.environ | {"DISPLAY": DISPLAY, "SAL_USE_VCLPLUGIN": "gen"}
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables)


@contextmanager
def screen() -> Iterator[None]:
    """Nothing; meanwhile there is a screen."""
    server = subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield
    finally:
        server.terminate()
        server.wait(5)


@contextmanager
def libreoffice(folder: Path) -> Iterator[Any]:
    """The context of a LibreOffice with the extension."""
    machine = addin_install.Machine(addin_install.this_machine().program, folder / "profile", Path(sysconfig.get_paths()["purelib"]))
    seed_profile(machine.profile, "vi-VN")
    with mock.patch.object(subprocess, "run", as_a_user(folder)), mock.patch.dict(os.environ, {"TMPDIR": str(folder)}):
        tempfile.tempdir = None
        _, findings = addin_install.install(machine)
    tempfile.tempdir = None
    if findings:
        raise SystemExit("\n".join(one.message for one in findings))
    worker = Windowed(str(find_soffice()), machine.profile, "vi-VN", headless=False)
    try:
        worker.connect()
        yield connect(worker.pipe)
    finally:
        worker.process.kill()
        worker.process.wait(5)
        for child in _children(machine.profile):
            os.kill(child, 9)


def _children(profile: Path) -> Iterator[int]:
    """The processes of LibreOffice that run on that profile."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if profile.as_uri().encode() in place.read_bytes():
                yield int(place.parent.name)
        except OSError:
            continue


def photograph(name: str, box: str) -> None:
    """Writes what the screen shows in that box (WIDTHxHEIGHT+LEFT+TOP) as a picture of the guide."""
    time.sleep(1.5)
    target = FOLDER / f"nut-{name}.png"
    taken = ["import", "-display", DISPLAY, "-window", "root", "-crop", box, "+repage", "-strip", "-colors", "96", "-depth", "8"]
    subprocess.run([*taken, f"PNG8:{target}"], check=True, timeout=SECONDS)
    size = target.stat().st_size
    print(target.name, f"{size:,} bytes")
    if size > LARGEST:
        raise SystemExit(f"{target.name} is larger than {LARGEST:,} bytes")


def move(left: int, top: int) -> None:
    """Puts the mouse there, on its last way slowly enough to be seen."""
    for at_left in (left - 6, left - 3, left):
        command = ["xdotool", "mousemove", str(at_left), str(top)]
        subprocess.run(command, env=os.environ | {"DISPLAY": DISPLAY}, check=True, timeout=SECONDS)
        time.sleep(0.2)


def click(left: int, top: int) -> None:
    """Clicks at that place of the screen."""
    move(left, top)
    subprocess.run(["xdotool", "click", "1"], env=os.environ | {"DISPLAY": DISPLAY}, check=True, timeout=SECONDS)


def pressed(context: Any, document: Any, button: str, meanwhile: Callable[[], None]) -> None:
    """Presses a menu entry of ours; `meanwhile` runs while its message is up, which is then closed."""
    helper = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    frame = document.CurrentController.Frame
    running = threading.Thread(target=lambda: helper.executeDispatch(frame, f"service:{SERVICE}?{button}", "_self", 0, ()), daemon=True)
    running.start()
    time.sleep(6)
    meanwhile()
    uitest = context.ServiceManager.createInstanceWithContext("org.libreoffice.uitest.UITest", context)
    uitest.getTopFocusWindow().getChild("ok").executeAction("CLICK", ())
    running.join(SECONDS)


def form() -> bytes:
    """The form of an officer at midday."""
    version = catalog.load(VERSION)
    appendix = version.appendices[APPENDIX - 1]
    half_filled = runpy.run_path(str(Path(__file__).with_name("make_pictures.py")))["half_filled"]  # docs is no package
    whole = made(version, appendix, plausible(appendix, random.Random(SEED), 0.9))
    return made(version, appendix, half_filled(whole.layout, plausible(appendix, random.Random(SEED), 0.9))).data


def main() -> None:
    """Takes them all."""
    folder = Path(tempfile.mkdtemp(prefix="cchc-anh-"))
    folder.chmod(0o777)
    try:
        with screen(), libreoffice(folder) as context:
            path = folder / "CT01_tu_cham_diem.xlsx"
            path.write_bytes(form())
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            document = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, property_values({"MacroExecutionMode": 0}))
            take(context, document)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take(context: Any, document: Any) -> None:
    """The pictures of that document."""
    controller = document.CurrentController
    controller.Frame.ContainerWindow.setPosSize(0, 0, WIDTH, HEIGHT, 15)
    helper = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    helper.executeDispatch(controller.Frame, ".uno:Sidebar", "", 0, ())
    whole = f"{WIDTH}x{HEIGHT}+0+0"
    pressed(context, document, "ra_soat_loi", lambda: photograph("thong-bao", MESSAGE_BOX))
    scoring = document.Sheets.getByName(words.SCORING)
    first = scoring.Annotations.getByIndex(0).Position
    controller.select(scoring.getCellByPosition(0, first.Row))
    move(*NOTE)  # LibreOffice then shows the note
    photograph("danh-dau", whole)
    check = document.Sheets.getByName(words.CHECK)
    controller.setActiveSheet(check)
    controller.select(check.getCellRangeByName(a1(at.CHECK_FIRST, at.FOUND_TURN)))
    controller.setFirstVisibleColumn(at.FOUND_TURN - 1)
    controller.setFirstVisibleRow(0)
    photograph("danh-sach", LIST_BOX)
    click(*MENU)
    photograph("thuc-don", MENU_BOX)


if __name__ == "__main__":
    main()
