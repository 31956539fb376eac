"""Per-workbook work on a Dask cluster that is there already: `cchc receive DIR --scheduler tcp://…` (the extra `cluster`).

Workers need this program in this release and nothing of the office's: no campaign folder, no key file, no ledger. Bytes go to them in
batches, what was seen in them comes back; files, ledger and answers stay with the machine that gave the command. A worker may die at any
time: its batches are done by another one, and what takes every worker along is done here. A batch is told in the ledger once, by this side.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from processor import VERSION
from processor.executors import BATCH, ease_collector
from processor.files import EnvironmentProblem

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

CONNECT_SECONDS = 30
"""Longest the scheduler may take to answer."""

AHEAD = 3
"""Batches sent for each thread of a worker before the first comes back: enough to keep it busy, little to hold."""


class ClusterProblem(EnvironmentProblem):
    """The cluster cannot be used; `code` is "cluster-not-installed", "cluster-unreachable" or "cluster-other-release"."""

    code = "cluster-unreachable"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A runner (`executors.Runner`) on the cluster whose scheduler has that address."""

    address: str

    def __call__(self, work: Callable[[Context, Item], Result], context: Context, items: Sequence[Item]) -> Iterator[Result]:
        """The results in the items' order. Raises ClusterProblem; what was given before it stands."""
        if not items:
            return
        try:
            from distributed import Client  # noqa: PLC0415  (an extra, and slow to load)
            from distributed.client import FutureCancelledError  # noqa: PLC0415
            from distributed.scheduler import KilledWorker  # noqa: PLC0415
        except ImportError as error:
            raise ClusterProblem(Path(self.address), str(error), "cluster-not-installed") from error
        gone = (OSError, FutureCancelledError, asyncio.CancelledError)  # a lost connection and a time-out are the first
        try:
            connect: Any = Client
            client = connect(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (*gone, ValueError) as error:
            raise ClusterProblem(Path(self.address), str(error)) from error
        try:
            # a task, not scattered data: when the workers that hold it die, the scheduler can make it again
            held = client.submit(_held, (work, context), pure=False)
            most = AHEAD * max(1, sum(client.nthreads().values()))
            waiting: deque[tuple[Any, Sequence[Item]]] = deque()
            starts = deque(range(0, len(items), BATCH))
            while starts or waiting:
                while starts and len(waiting) < most:
                    start = starts.popleft()
                    batch: Sequence[Item] = list(items[start : start + BATCH])
                    waiting.append((client.submit(_batch, VERSION, held, batch, pure=False), batch))
                future, batch = waiting.popleft()
                try:
                    release, results = future.result()
                except KilledWorker:  # every worker that tried it died: it is done here, one by one
                    release, results = VERSION, [work(context, item) for item in batch]
                if release != VERSION:
                    raise ClusterProblem(Path(self.address), release, "cluster-other-release")
                yield from results
        except gone as error:
            if isinstance(error, EnvironmentProblem):
                raise
            raise ClusterProblem(Path(self.address), str(error)) from error
        finally:
            with suppress(*gone):
                client.close(timeout=5)


def _held(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """What a worker keeps for all batches: the work and its context."""
    return pair


def _batch(release: str, held: tuple[Callable[[Any, Any], Any], Any], batch: list[Any]) -> tuple[str, list[Any]]:
    """The release of the worker's program, and what it made of a batch; nothing where it is another release."""
    if release != VERSION:
        return VERSION, []
    ease_collector()
    work, context = held
    return VERSION, [work(context, item) for item in batch]
