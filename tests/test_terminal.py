"""Tables on the screen: drawn line by line here, and by rich where they must be broken, to the same picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from processor import terminal

HEADS = ("Hạng", "Cơ quan, đơn vị")
ROWS: Sequence[Sequence[object]] = ((1, "Ủy ban nhân dân phường An Thới"), (None, "Sở [b]Nội vụ[/b]"), (12, "委員会"))


def drawn(monkeypatch: pytest.MonkeyPatch, title: str, rows: Sequence[Sequence[object]], width: int) -> str:
    out = io.StringIO()
    monkeypatch.setattr(terminal, "console", lambda: Console(file=out, width=width, highlight=False, soft_wrap=True))
    monkeypatch.setattr("sys.stdout", out)
    terminal.print_table(title, HEADS, rows, right=(0,))
    return out.getvalue()


@pytest.mark.parametrize("rows", [ROWS, (), ((7, "hai\ndòng"),)])
@pytest.mark.parametrize("title", ["Khối [1]", "Một khối có tên dài hơn cả bảng của nó, và còn dài hơn nữa"])
def test_a_table_looks_as_rich_draws_it(monkeypatch: pytest.MonkeyPatch, title: str, rows: Sequence[Sequence[object]]) -> None:
    ours = drawn(monkeypatch, title, rows, 400)
    monkeypatch.setattr(terminal, "_table_lines", lambda *_: [])
    assert ours == drawn(monkeypatch, title, rows, 400)


def test_a_name_in_brackets_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Sở [b]Nội vụ[/b]" in drawn(monkeypatch, "Khối [1]", ROWS, 400)
    assert "[b]Nội" in drawn(monkeypatch, "Khối [1]", ROWS, 30), "where it is broken too"


def test_a_table_wider_than_the_terminal_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal._table_lines("", HEADS, [["1", "x" * 30]], {0}, 39)
    assert not terminal._table_lines("", HEADS, [["1", "x" * 30]], {0}, 38)
