"""Steps back: what a macro has begun and could not finish is undone, so that the workbook is left as it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self


class Undo:
    """A context in which steps back are noted before each step; if it ends with an exception they are taken, the last first."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []

    def add(self, step: Callable[[], object]) -> None:
        """Notes how to undo what comes next. It must do no harm if that never happened."""
        self._steps.append(step)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            for step in reversed(self._steps):
                with suppress(Exception):  # as much of it as can be; the first problem is the one to tell
                    step()
