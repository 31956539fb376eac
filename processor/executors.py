"""Where per-workbook work runs: here, or in processes of this machine. Results come back in the order of the items.

The work is a pure function of a context (sent once) and one item. A cluster joins here without its callers changing.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, Protocol, TypeVar

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH = 32
"""Fewest items a process is given at once: sending costs more than reading one form."""

AHEAD = 3
"""So many batches of a process are under way at once."""

WORTH_PROCESSES = 64
"""Below so many items, starting processes costs more than it saves."""


class Runner(Protocol):
    """Runs `work(context, item)` over items, in order."""

    def __call__(self, work: Callable[[Context, Item], Result], context: Context, items: Sequence[Item]) -> Iterator[Result]:
        """The results, one per item, in the items' order, as they become ready."""


def inline(work: Callable[[Context, Item], Result], context: Context, items: Iterable[Item]) -> Iterator[Result]:
    """All in this process, one after another."""
    for item in items:
        yield work(context, item)


def ease_collector() -> None:
    """Nothing; the garbage collector looks less often: workbooks are many small objects and few cycles (a third of a form's time)."""
    gc.set_threshold(100_000, 20, 20)


_here: tuple[Callable[[Any, Any], Any], Any] | None = None


def _prepare(work: Callable[[Any, Any], Any], context: Any) -> None:
    global _here  # noqa: PLW0603  (what a worker process keeps between items)
    _here = (work, context)
    ease_collector()


def _do(items: Sequence[Any]) -> list[Any]:
    return [_do_one(item) for item in items]


def _do_one(item: Any) -> Any:
    if _here is None:
        raise RuntimeError("the worker was not prepared")
    return _here[0](_here[1], item)


def processes(work: Callable[[Context, Item], Result], context: Context, items: Sequence[Item]) -> Iterator[Result]:
    """In as many processes as there are cores, in batches; inline where the items are few or the machine has one core.

    No more than a few batches are under way, so that results do not pile up where they are taken more slowly than made.
    """
    workers = min(os.cpu_count() or 1, len(items) // BATCH)
    if workers < 2 or len(items) < WORTH_PROCESSES:
        yield from inline(work, context, items)
        return
    with ProcessPoolExecutor(workers, initializer=_prepare, initargs=(work, context)) as pool:
        batches = (pool.submit(_do, items[start : start + BATCH]) for start in range(0, len(items), BATCH))
        under_way = deque(islice(batches, workers * AHEAD))
        try:
            while under_way:
                done = under_way.popleft().result()
                under_way.extend(islice(batches, 1))
                yield from done
        finally:
            pool.shutdown(cancel_futures=True)


def one_by_one(work: Callable[[Context, Item], Result], context: Context, items: Iterable[Item]) -> Iterator[Result]:
    """In as many processes as there are cores, an item at a time: for few and weighty ones.

    They are asked for a little before their turn, so that no more of them or of their results are held than those under way. The processes
    are begun afresh, as Windows begins all: what this one holds of 12,000 units is none of theirs.
    """
    workers = os.cpu_count() or 1
    if workers < 2:
        yield from inline(work, context, items)
        return
    under_way: deque[Future[Result]] = deque()
    afresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=afresh, initializer=_prepare, initargs=(work, context)) as pool:
        try:
            for item in items:
                under_way.append(pool.submit(_do_one, item))
                if len(under_way) > workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
