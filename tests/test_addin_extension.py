"""The extension for LibreOffice: what is in it, installed as a user, its menu entries pressed inside LibreOffice, with hostile files beside
the workbook; and typing as a person does, against locks and validation.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from addin import messages
from addin.buttons import BUTTONS
from addin.libreoffice import extension as extension_module
from addin.libreoffice import install as install_module
from addin.libreoffice.extension import COMPONENT, NAME, SERVICE, SETTINGS, extension, parts
from addin.libreoffice.install import Machine, install, python_of, status, uninstall
from addin.libreoffice.uno_of import property_values, struct
from tests.forms import Form, check, edited, filled
from tests.live import Live
from tests.office_worker import seed_profile
from workbook_templates import layout as at
from workbook_templates.book import a1
from rubric_versions import words

pytestmark = pytest.mark.xdist_group("office")


# -------------------------------------------------------------------------------------------------------------------- what is in it


def test_the_extension_is_the_same_bytes_every_time() -> None:
    assert hashlib.sha256(extension()).digest() == hashlib.sha256(extension()).digest()
    with zipfile.ZipFile(io.BytesIO(extension())) as package:
        assert package.namelist() == sorted(package.namelist())
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}


def test_it_holds_our_packages_and_of_xlwings_only_what_is_free() -> None:
    names = set(parts())
    for module in ("addin/libreoffice/inside.py", "processor/checks.py", "rubric_versions/can_tho/2018.yaml", "xlwings/main.py"):
        assert any(name == f"pythonpath/{module}" or name.startswith(f"pythonpath/{module.rpartition('/')[0]}/") for name in names), module
    assert not [name for name in names if "/xlwings/pro/" in name or "/excel/" in name or name.endswith((".so", ".xlam", ".pyc"))]
    assert b"BSD 3-Clause" in parts()["licenses/xlwings-BSD.txt"] or b"Redistribution and use" in parts()["licenses/xlwings-BSD.txt"]
    assert "PRO" not in Path("licenses/xlwings-BSD.txt").name


def test_menu_toolbar_and_images_have_every_button_with_its_vietnamese_label() -> None:
    made = parts()
    root = ElementTree.fromstring(made["Addons.xcu"])
    urls = re.findall(rf"service:{re.escape(SERVICE)}\?(\w+)", made["Addons.xcu"].decode("utf-8"))
    wanted = [button.id for button in BUTTONS]
    assert sorted(urls) == sorted(3 * wanted), "in the menu, in the toolbar, with its picture"
    told = [value.text for value in root.iter("value") if value.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"]
    assert {button.label for button in BUTTONS} <= set(told)
    for button in BUTTONS:
        for size in (16, 24):
            assert made[f"icons/{button.id}_{size}.png"].startswith(b"\x89PNG")
    pictures = {made[f"icons/{button.id}_16.png"] for button in BUTTONS}
    assert len(pictures) == len(BUTTONS), "no two alike"


def test_component_and_extension_agree_on_names() -> None:
    text = parts()[COMPONENT].decode("utf-8")
    assert f'SERVICE = "{SERVICE}"' in text
    assert f'SETTINGS = "{SETTINGS}"' in text


# -------------------------------------------------------------------------------------------------------------------- installed, pressed


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The extension installed for a user, who is not root even where the tests are."""
    program = install_module.this_machine().program
    folder = Path("/tmp") / f"cchc-oxt-{os.getpid()}"  # noqa: S108  (open to that user, which pytest's folders are not)
    folder.mkdir()
    made = Machine(program, folder / "profile", Path(sysconfig.get_paths()["purelib"]))
    seed_profile(made.profile, "en-US")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr("tempfile.tempdir", None)
        patch.setattr(install_module.subprocess, "run", as_a_user(folder))
        assert install(made) == ([made.settings], [])
        assert status(made) == []
        yield made
        patch.setattr("tempfile.tempdir", None)
    shutil.rmtree(folder, ignore_errors=True)


def as_a_user(folder: Path) -> Any:
    """`subprocess.run`, as a user who is not root where we are: LibreOffice's tool refuses root."""
    run = subprocess.run
    if sys.platform == "win32" or os.geteuid() != 0:
        return run

    @functools.wraps(run)
    def run_as(command: Any, **options: Any) -> Any:
        if "unopkg" not in Path(command[0]).name:
            return run(command, **options)
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody")
            path.chmod(0o777 if path.is_dir() else 0o666)
        return run(command, user="nobody", group="nogroup", extra_groups=[], cwd=folder, env={**os.environ, "HOME": str(folder)}, **options)

    return run_as



class Inside:
    """A LibreOffice with the extension, its menu entries pressed from a thread while this one reads the boxes and closes them."""

    def __init__(self, machine: Machine) -> None:
        self.live = Live(machine.profile)
        self.context = self.live.context
        self.desktop = self.service("com.sun.star.frame.Desktop")

    def service(self, name: str) -> Any:
        """A new instance of a service."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def open(self, path: Path) -> Any:
        """The document of a file, in front."""
        document = self.desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, property_values({"MacroExecutionMode": 0}))
        document.CurrentController.Frame.activate()
        return document

    def press(self, document: Any, button: str) -> str:
        """What the box says after the menu entry of a button; the box is closed."""
        frame = document.CurrentController.Frame
        helper = self.service("com.sun.star.frame.DispatchHelper")
        arguments = (frame, f"service:{SERVICE}?{button}", "_self", 0, ())
        pressed = threading.Thread(target=helper.executeDispatch, args=arguments, daemon=True)
        pressed.start()
        said = self.box(pressed)
        pressed.join(30)
        return said

    def box(self, waiting: threading.Thread) -> str:
        """The text of the box that comes up; closed with its first button."""
        uitest = self.service("org.libreoffice.uitest.UITest")
        until = time.monotonic() + 60
        while time.monotonic() < until and waiting.is_alive():
            top = uitest.getTopFocusWindow()
            if top is not None and "ok" in top.getChildren() or "yes" in (top.getChildren() if top is not None else ()):
                state = {one.Name: one.Value for one in top.getState()}
                text = state.get("Text", "")
                top.getChild("ok" if "ok" in top.getChildren() else "yes").executeAction("CLICK", ())
                return str(text)
            time.sleep(0.1)
        return ""


@pytest.fixture(scope="module")
def inside(machine: Machine) -> Iterator[Inside]:
    """That LibreOffice."""
    made = Inside(machine)
    yield made
    made.live.stop()


def test_zz(inside: Inside, tmp_path: Path) -> None:
    form = filled()
    path = tmp_path / "CT01.xlsx"
    path.write_bytes(edited(form.data, {form.input("levels"): "sai"}))
    document = inside.open(path)
    print("SAID", inside.press(document, "ra_soat_loi"))
    print(document.Sheets.getByName("Rà soát lỗi").getCellRangeByName("O2:S8").getDataArray())
    document.close(True)
