"""The guide shipped with the program is what docs/guide says, stands alone, and tells only of commands and pages that are there."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType
from unittest import mock

import click
import pytest

from processor import guide
from processor.cli import cli
from processor.desk import CAMPAIGN_FILE
from processor.reader import read_workbook
from rubric_versions.words import GUIDE
from tests.folders import Folder, run
from workbook_templates.campaign_book import CAMPAIGN

DOCS = Path(__file__).parents[1] / "docs"
PAGES = list(guide.PAGES)


def generator() -> ModuleType:
    """docs/make_guide.py, which is a script beside its pages and not part of a package."""
    spec = importlib.util.spec_from_file_location("make_guide", DOCS / "make_guide.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def source(name: str) -> str:
    return (DOCS / "guide" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_made_of_its_source(name: str) -> None:
    assert guide.page_path(name).read_bytes().decode("utf-8") == generator().page(name), "run: python docs/make_guide.py"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_network_and_its_links_and_pictures_are_there(name: str) -> None:
    text = guide.page_path(name).read_text(encoding="utf-8")
    assert not re.findall(r"https?:|<script|//", re.sub(r"</", "", text))
    for target in re.findall(r'(?:href|src)="([^"]+)"', text):
        assert (guide.FOLDER / target).is_file(), target


@pytest.mark.parametrize("name", PAGES)
def test_every_command_told_of_can_be_called_so(name: str) -> None:
    """The command exists, takes these options and, where it must, these arguments."""
    for line in re.findall(r"^cchc .*$", source(name), re.MULTILINE):
        words = shlex.split(line)[1:]
        command: click.Command = cli
        context = click.Context(cli, info_name="cchc")
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        with mock.patch.object(click.Path, "convert", lambda self, value, param, ctx: value):
            command.make_context("cchc", words, parent=context)


def test_no_picture_lies_there_that_no_page_shows() -> None:
    shown = {one for name in PAGES for one in re.findall(r"\]\(([^)]+\.png)\)", source(name))}
    assert shown == {path.name for path in guide.FOLDER.glob("*.png")}


def test_the_pages_that_workbooks_name_are_there(folder: Folder) -> None:
    """The entry form and the campaign's workbook send their readers to a page by its name."""
    for path, sheet in ((folder.issued("SNV"), GUIDE), (folder.path / CAMPAIGN_FILE, CAMPAIGN)):
        texts = [str(cell.value) for cell in read_workbook(path.read_bytes()).sheets[sheet].cells.values()]
        named = [name for text in texts for name in re.findall(r"trang ([a-z-]+)\.html", text)]
        assert len(named) == 1
        assert guide.page_path(named[0]).is_file()


def test_the_command_opens_a_page() -> None:
    with mock.patch("webbrowser.open", return_value=True) as opened:
        assert run("guide", "don-vi").code == 0
    opened.assert_called_once_with(guide.page_path("don-vi").as_uri())


def test_a_page_that_is_not_there_is_told_with_those_that_are() -> None:
    ran = run("guide", "xyz", "--json")
    assert (ran.code, ran.codes) == (1, ["guide-page"])
    assert run("guide", "--json").json["page"] == guide.FIRST
