"""The reference of commands is the command line's own help, and what the README shows is what happens.

Requirements: issue 2, "Commands" (Vietnamese help, exit codes, `check --json`); style.md, sqlite-utils (a test proves that every
command is documented).
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from processor.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GAP = "…"
"""Stands in the README for lines left out, or for the rest of a line."""


def generator() -> ModuleType:
    """The module that writes the page; docs is no package."""
    spec = importlib.util.spec_from_file_location("make_commands", ROOT / "docs" / "make_commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS: dict[str, click.Command] = dict(generator().commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_print_one_object(name: str) -> None:
    assert any("--json" in option.opts for option in COMMANDS[name].params)


def blocks(language: str) -> list[str]:
    """The README's code blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A `cchc` command run as from a terminal in `folder`."""
    words = shlex.split(command)
    assert words[0] == "cchc"
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "processor.cli", *words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def shown(pattern: str, printed: str) -> bool:
    """Whether the output is what the README shows, blanks at the ends of lines and the gaps aside."""
    lines = [line.rstrip() for line in pattern.splitlines()]
    parts = [r"(?:.*\n)*?" if line == GAP else re.escape(line).replace(GAP, ".*") + r"\n" for line in lines]
    text = "".join(line.rstrip() + "\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), text) is not None


def test_the_page_of_commands_is_the_command_lines() -> None:
    page = (ROOT / "docs" / "commands.md").read_bytes().decode("utf-8")
    assert page == generator().page(), "run: python docs/make_commands.py"
    for name in COMMANDS:
        assert page.count(f"\n## {name}\n") == 1, name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself_in_vietnamese(name: str) -> None:
    command = COMMANDS[name]
    texts = {"": command.help} | {one.opts[0]: one.help for one in generator().options(command)}
    for option, text in texts.items():
        assert text, f"{name} {option} has no help"
        assert re.search("[à-ỹđ]", text.lower()), f"{name} {option}: {text}"
        assert text.endswith((".", "…")), f"{name} {option}: {text}"
    for argument in command.params:
        if isinstance(argument, click.Argument):
            assert argument.metavar, f"{name} {argument.name}"


def test_the_two_commands_of_a_newcomer_stand_in_the_readme() -> None:
    lines = README.splitlines()
    assert "python build.py demo" in lines
    assert "python build.py test" in lines


@pytest.mark.parametrize("line", "".join(blocks("sh")).splitlines())
def test_a_command_of_the_readme_is_spelled_right(line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "cchc"
    command = cli.commands[words[1]]
    command.make_context(words[1], words[2:])


def test_what_the_readme_shows_on_the_console_is_what_happens(tmp_path: Path) -> None:
    shown_runs = [part for block in blocks("console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    assert len(shown_runs) >= 3
    for part in shown_runs:
        command, _, pattern = part.partition("\n")
        ran = run(command, tmp_path)
        assert ran.returncode == (1 if command.startswith("cchc check ") else 0), ran.stderr
        assert shown(pattern.replace("/", os.sep) if os.sep != "/" else pattern, ran.stdout), f"{command}\n{ran.stdout}"


def test_the_json_of_the_readme_is_what_check_prints(tmp_path: Path) -> None:
    (block,) = blocks("json")
    told = json.loads(block)
    assert run("cchc blank --out bieu_mau", tmp_path).returncode == 0
    ran = run(f"cchc check --json {told['file']}", tmp_path)
    assert ran.returncode == 1
    printed = json.loads(ran.stdout)
    assert printed.keys() == told.keys()
    assert {key: told[key] for key in ("file", "verdict", "scores")} == {key: printed[key] for key in ("file", "verdict", "scores")}
    assert told["findings"][0] in printed["findings"]


def test_pictures_and_pages_the_readme_points_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        path = ROOT / target
        assert path.is_file(), target
        assert path.suffix != ".png" or path.stat().st_size <= 150_000, target
