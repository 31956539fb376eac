"""Following the inbox: `receive` again whenever something new lies in `02_tiep_nhan`, until somebody stops it.

It looks at the folder at intervals, as a network share tells nobody of changes. A file is taken once two looks in a row show it unchanged.
Each taking is an ordinary run of `receive`, with the campaign workbook as it is by then; what stands in its way is told, and tried again.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from processor.arrivals import skipped_file
from processor.desk import INBOX

Marks = dict[Path, tuple[int, int]]
"""Size and time of change of every file that lies there."""


def look(inbox: Path) -> Marks:
    """What lies in the inbox now, without what is never received; nothing if it cannot be read just now."""
    found: Marks = {}
    try:
        for path in inbox.rglob("*"):
            if not skipped_file(path):
                state = path.stat()
                found[path] = state.st_size, state.st_mtime_ns
    except OSError:  # the share is away for a moment, or a file went while we looked
        return {path: mark for path, mark in found.items() if os.path.lexists(path)}
    return found


def watch(
    folder: Path,
    take: Callable[[Sequence[Path]], Collection[Path]],
    *,
    interval: float,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Never returns: ends with KeyboardInterrupt, wherever it is.

    `take` receives the files given, and gives those to be taken again at the next look: unfinished ones, or all of them where something
    stood in the way.
    """
    inbox = folder / INBOX
    before = look(inbox)
    fresh, done = sorted(before), Marks()
    with _interrupts() as check:
        while True:
            if fresh:
                again = take(fresh)
                done |= {path: before[path] for path in fresh if path not in again}
            pause(interval)
            check()
            now = look(inbox)
            fresh = [path for path, mark in sorted(now.items()) if done.get(path) != mark and before.get(path) == mark]
            done = {path: mark for path, mark in done.items() if path in now}
            before = now


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """What raises KeyboardInterrupt once more if there was one: Python loses one that falls into a destructor or a callback."""
    came = []

    def interrupt(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    def check() -> None:
        if came:
            raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()  # the only one that may say what a signal does
    before = signal.signal(signal.SIGINT, interrupt) if is_main else None
    try:
        yield check
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)
