"""Work on foreign bytes done apart, in a helper process with limits of time and memory: what hangs or crashes its reader costs itself only.

`apart` is what an executor runs for each item: it hands the item to this process's helper and waits no longer than the limit. A helper that
dies or does not answer is ended and another one begun; the item is tried once more, alone, and then given up: the caller says what is
returned in its place. Helpers are plain child processes speaking pickles over pipes, so that it is the same on every system, and nothing
of the parent's files, locks or ledger is inherited. This guards against accidents of the reader; it is no jail for hostile code.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from processor.executors import ease_collector
from processor.files import EnvironmentProblem

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

SECONDS = 20.0
"""Longest an item may take by the clock: ten times what any file takes on a machine of today, for slower and busier ones."""

START_SECONDS = 120.0
"""Longest a helper may take to start; a virus scanner looks at every module."""

MEMORY = 768 << 20
"""Bytes of address space (POSIX) or of committed memory (Windows) a helper may have."""

TRIES = 2
"""How often an item is tried: the machine may have been short of memory for another's sake."""

_BEGIN = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from processor.isolation import serve; serve()"
_LENGTH = struct.Struct("<Q")


class HelperProblem(EnvironmentProblem):
    """No helper process can be started on this machine."""

    code = "reader-not-started"


@dataclass(frozen=True, slots=True)
class Apart(Generic[Context, Item, Result]):
    """What is done apart: `work(context, item)`; and `lost(item)`, the result in place of one that took its reader along."""

    work: Callable[[Context, Item], Result]
    lost: Callable[[Item], Result]
    context: Context
    seconds: float = SECONDS


def apart(task: Apart[Context, Item, Result], item: Item) -> Result:
    """The result of the item, or what the task gives in its place. Raises EnvironmentProblem as the work does, and HelperProblem."""
    for _ in range(TRIES):
        helper = _helper_of_this_thread()
        try:
            result: Result = helper.do(task, item)
        except _Died:
            continue
        return result
    return task.lost(item)


def apart_side_by_side(task: Apart[Context, Item, Result], items: Iterable[Item], ahead: int = 0) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in order: as many helpers as there are cores work at once, and are gone at the end.

    Items are asked for a little before their turn, so that no more than those under way are held: one for each core, or `ahead` where
    whoever takes the results takes many at a time.
    """
    helpers: set[_Helper] = set()

    def done(item: Item) -> Result:
        try:
            return apart(task, item)
        finally:
            if (kept := getattr(_mine, "kept", None)) is not None:
                helpers.add(kept[1])

    cores = os.cpu_count() or 1
    under_way: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(cores) as threads:  # a thread that only waits for its helper
        try:
            for item in items:
                under_way.append((item, threads.submit(done, item)))
                if len(under_way) > max(cores, ahead):
                    first, result = under_way.popleft()
                    yield first, result.result()
            while under_way:
                first, result = under_way.popleft()
                yield first, result.result()
        finally:
            threads.shutdown(wait=True, cancel_futures=True)
            for helper in helpers:
                helper.end()


class _Died(Exception):
    """The helper ended, or was ended for taking too long."""


class _Helper:
    """A child process, ready for work of one task after another."""

    def __init__(self, memory: int) -> None:
        command = [sys.executable, "-I", *subprocess._args_from_interpreter_flags(), "-c", _BEGIN, json.dumps(sys.path)]  # type: ignore[attr-defined]  # as multiprocessing does
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise HelperProblem(Path(sys.executable), str(error)) from error
        self._task: Apart[Any, Any, Any] | None = None
        self._answers: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._collect, daemon=True).start()
        with contextlib.suppress(OSError):  # it has ended; the wait will tell
            self._send(memory)
        self._wait_to_be_ready()

    def do(self, task: Apart[Any, Any, Any], item: Any) -> Any:
        """The result of one item. Raises _Died, or what the work raised if that is the machine's matter."""
        try:
            if task is not self._task:
                self._task = task
                self._send((task.work, task.context))
                self._wait_to_be_ready()  # modules are loaded now, through a virus scanner perhaps: that is not the item's time
            self._send((item,))
            answer = self._answers.get(timeout=task.seconds)
        except (OSError, queue.Empty):
            answer = None
        except BaseException:  # Ctrl-C: the answer under way would be taken for the next item's
            self.end()
            raise
        if answer is None:
            self.end()
            raise _Died
        how, value = answer
        if how == "raised":
            raise value
        if how == "lost":
            return task.lost(item)
        return value

    def _wait_to_be_ready(self) -> None:
        with contextlib.suppress(queue.Empty):
            if self._answers.get(timeout=START_SECONDS) is not None:
                return
        self.end()
        raise HelperProblem(Path(sys.executable), "no answer")

    @property
    def is_alive(self) -> bool:
        """Whether it can be given work."""
        return self._process.poll() is None

    def end(self) -> None:
        """Nothing; the process is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _send(self, value: Any) -> None:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._send_bytes(_LENGTH.pack(len(data)) + data)

    def _send_bytes(self, data: bytes) -> None:
        if self._process.stdin is None:
            raise BrokenPipeError
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _collect(self) -> None:
        """Hands on the answers as they come; None is the end."""
        stream = self._process.stdout
        with contextlib.suppress(OSError, EOFError, ValueError, pickle.UnpicklingError):
            while stream is not None and not isinstance(stream, int):
                self._answers.put(_received(stream))
        self._answers.put(None)


_mine = threading.local()
_all: list[_Helper] = []


def _helper_of_this_thread() -> _Helper:
    """The helper that this thread keeps; a new one in a new thread, in a forked process, or where the last one died."""
    kept: tuple[int, _Helper] | None = getattr(_mine, "kept", None)
    if kept is not None and kept[0] == os.getpid() and kept[1].is_alive:
        return kept[1]
    helper = _Helper(MEMORY)
    _mine.kept = os.getpid(), helper
    _all.append(helper)
    return helper


@atexit.register
def end_helpers() -> None:
    """Nothing; the helpers of this process are gone. They also go by themselves when it does."""
    while _all:
        helper = _all.pop()
        if helper.is_alive:
            helper.end()


# ------------------------------------------------------------------------------------------------------------ in the helper


def serve() -> None:
    """Works off what comes in until the other side closes; nothing that anything prints gets out."""
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123  (the descriptor is what is wanted)
        os.dup2(nowhere.fileno(), 0)
        os.dup2(nowhere.fileno(), 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    ease_collector()
    work: Callable[[Any, Any], Any] | None = None
    context: Any = None
    with contextlib.suppress(EOFError, OSError):
        bound_memory(_received(source))
        _answer(target, ("ready", None))
        while True:
            message = _received(source)
            if len(message) == 2:
                work, context = message
                _answer(target, ("ready", None))
            elif work is not None:
                _answer(target, _done(work, context, message[0]))
    os._exit(0)


def _done(work: Callable[[Any, Any], Any], context: Any, item: Any) -> tuple[str, Any]:
    try:
        return "done", work(context, item)
    except EnvironmentProblem as problem:
        return "raised", problem
    except (MemoryError, RecursionError):
        return "lost", None
    except Exception:  # a fault of ours, brought out by one file, is no reason to stop for all others
        with contextlib.suppress(OSError):
            log = Path(tempfile.gettempdir()) / f"cchc-loi-doc-tep-{os.getpid()}.log"
            log.write_text(traceback.format_exc(), encoding="utf-8")
        return "lost", None


def _received(source: BinaryIO | Any) -> Any:
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _answer(target: BinaryIO, value: tuple[str, Any]) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    target.write(_LENGTH.pack(len(data)) + data)
    target.flush()


def bound_memory(limit: int) -> None:
    """Nothing; this process may have no more than so many bytes, where the system knows such a limit (macOS does not keep it)."""
    if sys.platform == "win32":
        _bound_by_job(limit)
    else:
        import resource  # noqa: PLC0415  (there is none on Windows)

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _bound_by_job(limit: int) -> None:  # pragma: no cover - Windows: docs/excel-checklist.md
    """The same on Windows: a job object of this one process, with a limit of committed memory (winnt.h)."""
    import ctypes  # noqa: PLC0415  (slow to load, and for Windows only)

    class Basic(ctypes.Structure):
        _fields_ = [
            ("PerProcessUserTimeLimit", ctypes.c_int64), ("PerJobUserTimeLimit", ctypes.c_int64), ("LimitFlags", ctypes.c_uint32),
            ("MinimumWorkingSetSize", ctypes.c_size_t), ("MaximumWorkingSetSize", ctypes.c_size_t), ("ActiveProcessLimit", ctypes.c_uint32),
            ("Affinity", ctypes.c_size_t), ("PriorityClass", ctypes.c_uint32), ("SchedulingClass", ctypes.c_uint32),
        ]  # fmt: skip

    class Extended(ctypes.Structure):
        _fields_ = [
            ("BasicLimitInformation", Basic), ("IoInfo", ctypes.c_uint64 * 6), ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t), ("PeakProcessMemoryUsed", ctypes.c_size_t), ("PeakJobMemoryUsed", ctypes.c_size_t),
        ]  # fmt: skip

    kernel: Any = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009  (mypy knows it on Windows only)
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p]
    kernel.SetInformationJobObject.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32]
    kernel.AssignProcessToJobObject.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    told = Extended()
    told.BasicLimitInformation.LimitFlags = 0x100  # JOB_OBJECT_LIMIT_PROCESS_MEMORY
    told.ProcessMemoryLimit = limit
    job = kernel.CreateJobObjectW(None, None)
    kernel.SetInformationJobObject(job, 9, ctypes.byref(told), ctypes.sizeof(told))  # JobObjectExtendedLimitInformation
    kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
