"""The extension for LibreOffice: what is in it, installed as a user, its menu entries pressed inside LibreOffice, with hostile files beside
the workbook.
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
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from addin.buttons import BUTTONS
from addin.libreoffice import install as install_module
from addin.libreoffice.extension import COMPONENT, SERVICE, SETTINGS, extension, parts
from addin.libreoffice.install import Machine, install, python_of, status, uninstall
from rubric_versions import words
from rubric_versions.findings import Finding
from tests.forms import Form, edited, filled
from tests.live import Live
from tests.office_worker import seed_profile
from tests.person import Person
from workbook_templates import layout as at

pytestmark = pytest.mark.xdist_group("office")


# -------------------------------------------------------------------------------------------------------------------- what is in it


def test_the_extension_is_the_same_bytes_every_time() -> None:
    assert hashlib.sha256(extension()).digest() == hashlib.sha256(extension()).digest()
    with zipfile.ZipFile(io.BytesIO(extension())) as package:
        assert package.namelist() == sorted(package.namelist())
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}


def test_it_holds_our_packages_and_of_xlwings_only_what_is_free() -> None:
    names = set(parts())
    for module in ("addin/libreoffice/inside.py", "processor/checks.py", "workbook_templates/layout.py", "xlwings/main.py"):
        assert f"pythonpath/{module}" in names
    assert any(name.startswith("pythonpath/rubric_versions/") and name.endswith(".yaml") for name in names)
    assert not [name for name in names if "/xlwings/pro/" in name or "/excel/" in name or name.endswith((".so", ".xlam", ".pyc"))]
    assert b"Redistribution and use in source and binary forms" in parts()["licenses/xlwings-BSD.txt"]


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


def test_the_toolbar_has_its_name_and_is_there_from_the_start() -> None:
    made = parts()
    state = ElementTree.fromstring(made["CalcWindowState.xcu"])
    name = "{http://openoffice.org/2001/registry}name"
    (bar,) = (one for one in state.iter("node") if str(one.get(name)).startswith("private:"))
    toolbars = ElementTree.fromstring(made["Addons.xcu"]).find("*/node[@{http://openoffice.org/2001/registry}name='OfficeToolBar']/node")
    assert toolbars is not None
    assert bar.get(name) == f"private:resource/toolbar/addon_{toolbars.get(name)}"
    told = {one.get(name): [value.text for value in one.iter("value")] for one in bar.iter("prop")}
    assert told["UIName"] == ["CCHC", "CCHC"]
    assert told["Docked"] == told["Visible"] == ["true"]
    assert b'"CalcWindowState.xcu"' in made["META-INF/manifest.xml"]


def test_component_and_extension_agree_on_names() -> None:
    text = parts()[COMPONENT].decode("utf-8")
    assert f'SERVICE = "{SERVICE}"' in text
    assert f'SETTINGS = "{SETTINGS}"' in text


# -------------------------------------------------------------------------------------------------------------------- the machine


def test_a_machine_without_libreoffice_and_one_with_another_python_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Machine(None, tmp_path, tmp_path)
    assert [one.code for one in install(bare)[1]] == [one.code for one in status(bare)] == ["addin-no-libreoffice"]
    monkeypatch.setattr(install_module, "python_of", lambda _: "3.8")
    old = Machine(tmp_path, tmp_path, tmp_path)
    assert [one.code for one in install(old)[1]] == [one.code for one in status(old)] == ["addin-libreoffice-python"]
    assert not old.settings.exists()


def refused_with(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finding:
    """What `install` tells where LibreOffice's tool refuses with those words, in which a shell puts its variables."""
    program = tmp_path / "program"
    program.mkdir()
    tool = program / "unopkg"
    tool.write_text(f'#!/bin/sh\necho "ERROR: {said}" >&2\nexit 1\n', encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setattr(install_module, "python_of", lambda _: f"{sys.version_info[0]}.{sys.version_info[1]}")
    (found,) = install(Machine(program, tmp_path / "profile", tmp_path))[1]
    return found


def test_a_refusal_of_libreoffice_is_told_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refused_with("LibreOffice is open", tmp_path, monkeypatch)
    assert found.code == "addin-libreoffice-refused"
    assert "LibreOffice is open" in found.message


def test_libreoffices_tools_do_not_see_another_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")  # elsewhere LibreOffice brings its own Python, and PATH stays
    monkeypatch.setenv("PATH", "/conda/bin", prepend=os.pathsep)
    monkeypatch.setenv("PYTHONHOME", "/conda")
    assert f"<{os.defpath}> <>" in refused_with("<$PATH> <$PYTHONHOME>", tmp_path, monkeypatch).message


# -------------------------------------------------------------------------------------------------------------------- installed, pressed


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The extension installed for a user, who is not root even where the tests are."""
    program = install_module.this_machine().program
    folder = Path("/tmp") / f"cchc-oxt-{os.getpid()}"
    folder.mkdir()
    made = Machine(program, folder / "profile", Path(sysconfig.get_paths()["purelib"]))
    seed_profile(made.profile, "en-US")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr("tempfile.tempdir", None)
        patch.setattr(subprocess, "run", as_a_user(folder))
        assert install(made) == ([made.settings], [])
        assert (made.profile / "user" / "extensions" / "buildid").is_file(), "LibreOffice was opened before: it registers nothing anew"
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
        return run(
            command,
            user="nobody",
            group="nogroup",
            extra_groups=[],
            cwd=folder,
            **options | {"env": {**options["env"], "HOME": str(folder)}},
        )

    return run_as


class Inside(Person):
    """Somebody at a LibreOffice with the extension."""

    def press(self, document: Any, button: str) -> list[str]:
        """What the boxes say after the menu entry of a button."""
        return self.dispatch(document, f"service:{SERVICE}?{button}")


@pytest.fixture(scope="module")
def inside(machine: Machine) -> Iterator[Inside]:
    """That LibreOffice."""
    made = Inside(Live(machine.profile, headless=False))
    yield made
    made.live.stop()


@pytest.fixture
def form() -> Form:
    """A form in good order."""
    return filled()


@pytest.fixture
def document(inside: Inside, form: Form, tmp_path: Path) -> Iterator[Any]:
    """That form, open, with a wrong level."""
    path = tmp_path / "CT01.xlsx"
    path.write_bytes(edited(form.data, {form.input("levels"): "sai"}))
    with inside.opened(path) as opened:
        yield opened


def listed(document: Any) -> list[str]:
    """The places in the list of the macros."""
    sheet = document.Sheets.getByName(words.CHECK)
    block = sheet.getCellRangeByPosition(at.FOUND_PLACE - 1, at.CHECK_FIRST - 1, at.FOUND_PLACE - 1, at.CHECK_FIRST + 30)
    return [row[0] for row in block.getDataArray() if row[0]]


HOSTILE = """
from pathlib import Path
Path({marker!r}).write_text("chạy", encoding="utf-8")
"""


def test_a_menu_entry_runs_its_macro_inside_and_nothing_that_lies_beside_or_in_the_workbook(
    inside: Inside, form: Form, tmp_path: Path
) -> None:
    marker = tmp_path / "da_chay"
    for name in ("addin.py", "xlwings.py", "processor.py", "sitecustomize.py", "xlwings.conf"):
        (tmp_path / name).write_text(HOSTILE.format(marker=str(marker)), encoding="utf-8")
    data = edited(form.data, {form.input("levels"): "sai", (words.GUIDE, "A30"): "Interpreter_Win", (words.GUIDE, "B30"): str(marker)})
    (tmp_path / "CT01.xlsx").write_bytes(data)
    with inside.opened(tmp_path / "CT01.xlsx") as document:
        (said,) = inside.press(document, "ra_soat_loi")
        assert f"{len(listed(document))} lỗi phải sửa" in said
        assert f"{words.SCORING}!{form.input('levels')[1]}" in listed(document)
        assert inside.press(document, "xoa_danh_dau")
        assert listed(document) == []
    assert not marker.exists()


def test_a_workbook_that_is_no_form_is_told_so_inside_too(inside: Inside, tmp_path: Path) -> None:
    with inside.opened() as document:
        (said,) = inside.press(document, "ra_soat_loi")
    assert "không phải biểu mẫu" in said


def test_an_extension_that_is_not_joined_to_the_program_says_what_to_run(inside: Inside, machine: Machine, document: Any) -> None:
    kept = machine.settings.read_bytes()
    try:
        machine.settings.write_text('{"python": "3.1", "packages": ""}', encoding="utf-8")
        (other,) = inside.press(document, "ra_soat_loi")
        machine.settings.unlink()
        (none,) = inside.press(document, "ra_soat_loi")
    finally:
        machine.settings.write_bytes(kept)
    assert "chương trình cài với Python 3.1" in other
    assert "cchc addin install --libreoffice" in none
    assert listed(document) == []


# -------------------------------------------------------------------------------------------------------------------- taken out


def test_it_is_taken_out_again(machine: Machine, inside: Inside) -> None:
    inside.live.stop()
    assert python_of(machine.program or Path()) == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert uninstall(machine) == [machine.settings]
    assert [one.code for one in status(machine)] == ["addin-libreoffice-missing"]
    assert uninstall(machine) == []
