"""What the terminal shows: findings, tables, progress; Vietnamese on any console, one JSON object where asked.

Off a terminal nothing is wrapped.

Imports rich only when something is shown.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rubric_versions.findings import SEVERITY_WORDS, Finding, Severity

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 400
"""Columns assumed where there is no terminal, so that no line is broken."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "bright_black"}


def use_utf8() -> None:
    """Vietnamese letters on a Windows console and in pipes, whatever the code page says."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def console(*, error: bool = False) -> Console:
    """A console on standard output, or on standard error."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False, soft_wrap=not stream.isatty())


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_findings(findings: Iterable[Finding], *, limit: int = 200) -> None:
    """One line each: how bad, which file, where, what and what to do; the rest is counted."""
    shown = list(findings)
    out = console()
    for one in shown[:limit]:
        place = " – ".join(part for part in (one.file, one.place) if part)
        out.print(f"[{_COLOURS[one.severity]}]{SEVERITY_WORDS[one.severity]}[/]: ", end="")
        out.print(f"{place}: {one.message}" if place else one.message, markup=False)
    if len(shown) > limit:
        out.print(f"… và {len(shown) - limit} điều khác (xem phiếu hoặc dùng --json).")


def step(title: str, work: Callable[[], object]) -> None:
    """Nothing; the work was done, and what it was and how long it took is said."""
    started = time.monotonic()
    work()
    say(f"• {title} ({time.monotonic() - started:.1f} giây)")


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> None:
    """A table; columns whose number (from 0) is in `right` are set to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    numbers, out = set(right), console()
    lines = _table_lines(title, heads, cells, numbers, out.width)
    if lines:
        out.print(Text(title, "table.title"), lines[0], Text(lines[1], "table.header"), sep="\n")
        sys.stdout.write("\n".join((*lines[2:], "")))
        return
    table = Table(title=Text(title, "table.title"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if index in numbers else "left", no_wrap=not sys.stdout.isatty())
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)


def _table_lines(title: str, heads: Sequence[str], cells: Sequence[Sequence[str]], right: Collection[int], width: int) -> list[str]:
    """The lines of a table as rich draws them, which takes a millisecond for each; none where it must be broken to fit a width."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    whole = sum(widths) + 3 * len(widths) - 1
    if whole > width or cell_len(title) > whole or any("\n" in cell for row in cells for cell in row):
        return []

    def line(row: Sequence[str]) -> str:
        padded = []
        for turn, (cell, most) in enumerate(zip(row, widths, strict=True)):
            air = " " * (most - cell_len(cell))
            padded.append(air + cell if turn in right else cell + air)
        return f" {'   '.join(padded)} "

    blank = " " * whole
    return [blank, line(heads), f" {'─' * (whole - 2)} ", *map(line, cells), blank]


def say(text: str) -> None:
    """One line."""
    console().print(text, markup=False)


@contextmanager
def progress(title: str, total: int = 0, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A function that moves the bar; `total` 0 means not known yet. Off a terminal: one line at the end, if it took over a second."""
    started = time.monotonic()
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console(error=True), transient=True) as bar:
            task = bar.add_task(title, total=total or None)
            yield lambda done: bar.advance(task, done)
    else:
        done = 0

        def move(more: int) -> None:
            nonlocal done
            done += more

        yield move
        seconds = time.monotonic() - started
        if seconds > 1:
            print(f"{title}: {done} ({seconds:.1f} giây)", file=sys.stderr)
