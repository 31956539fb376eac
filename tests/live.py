"""A LibreOffice in which the macros run, reached from this process through a pipe, with every call to it counted."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlwings as xw

from addin.libreoffice.engine import register
from addin.libreoffice.uno_of import connect
from tests.office import find_soffice
from tests.office_worker import Worker


class Calls:
    """How many calls went to LibreOffice."""

    def __init__(self) -> None:
        self.count = 0


class Counted:
    """A UNO object that counts what is asked of it, and so do the objects it gives."""

    def __init__(self, target: Any, calls: Calls) -> None:
        self.__dict__["_target"], self.__dict__["_calls"] = target, calls

    def _wrapped(self, value: Any) -> Any:
        return Counted(value, self._calls) if type(value).__name__ == "pyuno" else value

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value) or type(value).__name__ == "pyuno":
            self._calls.count += 1
            return self._wrapped(value)

        def call(*arguments: Any) -> Any:
            self._calls.count += 1
            return self._wrapped(value(*(one._target if isinstance(one, Counted) else one for one in arguments)))

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        self._calls.count += 1
        setattr(self._target, name, value)


class Live:
    """One LibreOffice without a window, and xlwings on it."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="cchc-live-")
        shutil.rmtree(self._profile)
        self._worker = Worker(str(find_soffice()), Path(self._profile), "en-US")
        self._worker.connect()
        self.context = connect(self._worker.pipe)
        self.calls = Calls()
        self.engine = register(Counted(self.context, self.calls))
        self.app = self.engine.apps[0]

    def stop(self) -> None:
        """Ends LibreOffice."""
        with contextlib.suppress(Exception):
            self._worker.desktop.terminate()
        with contextlib.suppress(Exception):
            self._worker.process.wait(5)
        self._worker.process.kill()
        shutil.rmtree(self._profile, ignore_errors=True)

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[xw.Book]:
        """The workbook in a file, open."""
        book = self.app.books.open(str(path))
        try:
            yield book
        finally:
            with contextlib.suppress(Exception):
                book.close()
