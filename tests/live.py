"""A LibreOffice in which the macros run, reached from this process through a pipe, with every call to it counted."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlwings as xw

from addin.hosts import LibreOffice
from addin.libreoffice.engine import register
from addin.libreoffice.uno_of import connect
from processor.demo import plausible
from rubric_versions.model import RubricVersion
from tests import kept
from tests.forms import Form, made
from tests.office import find_soffice
from tests.office_worker import Worker


class Calls:
    """How many calls went to LibreOffice; `fail_at` names one that fails, as if the program had refused it."""

    def __init__(self) -> None:
        self.count = 0
        self.fail_at = 0

    def one(self) -> None:
        """Counts a call. Raises CallFailed where it is the one to fail."""
        self.count += 1
        if self.count == self.fail_at:
            raise CallFailed


class CallFailed(Exception):
    """What the call that was to fail raises."""


class Counted:
    """A UNO object that counts what is asked of it, and so do the objects it gives."""

    def __init__(self, target: Any, calls: Calls) -> None:
        self.__dict__["_target"], self.__dict__["_calls"] = target, calls

    def _wrapped(self, value: Any) -> Any:
        return Counted(value, self._calls) if type(value).__name__ == "pyuno" else value

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value) or type(value).__name__ == "pyuno":
            self._calls.one()
            return self._wrapped(value)

        def call(*arguments: Any) -> Any:
            self._calls.one()
            return self._wrapped(value(*(one._target if isinstance(one, Counted) else one for one in arguments)))

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        self._calls.one()
        setattr(self._target, name, value)


class Live:
    """One LibreOffice without a window, and xlwings on it."""

    def __init__(self, profile: Path | None = None, *, headless: bool = True) -> None:
        """`profile`: one that exists, with what is installed in it; None: a fresh one. Boxes come up only where it is not headless."""
        self._profile = str(profile) if profile else tempfile.mkdtemp(prefix="cchc-live-")
        self._is_given = profile is not None
        if profile is None:
            shutil.rmtree(self._profile)  # it is made whole or not at all
        self._worker = Worker(str(find_soffice()), Path(self._profile), "en-US", headless=headless)
        self._worker.connect()
        self.context = connect(self._worker.pipe)
        self.calls = Calls()
        self.engine = register(Counted(self.context, self.calls))
        self.app = self.engine.apps[0]

    def stop(self) -> None:
        """Ends LibreOffice."""
        threading.Thread(target=self._terminate, daemon=True).start()  # it waits for ever where a box is still up
        with contextlib.suppress(Exception):
            self._worker.process.wait(5)
        self._worker.process.kill()
        self._worker.process.wait(5)
        if not self._is_given:
            shutil.rmtree(self._profile, ignore_errors=True)

    def _terminate(self) -> None:
        with contextlib.suppress(Exception):
            self._worker.desktop.terminate()

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[xw.Book]:
        """The workbook in a file, open."""
        book = self.app.books.open(str(path))
        try:
            yield book
        finally:
            with contextlib.suppress(Exception):
                book.close()


class SilentLibreOffice(LibreOffice):
    """The host with a person who reads every message and gives the answers prepared (yes, if none)."""

    def __init__(self, book: xw.Book) -> None:
        super().__init__(book)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.answers: list[bool] = []
        self.folder: Path | None = None
        self.shown: list[Path] = []

    def alert(self, text: str, *, warn: bool = False) -> None:
        self.said.append(text)

    def ask(self, text: str) -> bool:
        self.asked.append(text)
        return self.answers.pop(0) if self.answers else True

    def choose_folder(self, prompt: str) -> Path | None:
        return self.folder

    def open_path(self, path: Path) -> None:
        self.shown.append(path)


def sized_version(leaves: int) -> RubricVersion:
    """A version whose one appendix has so many leaves that the unit scores, of every method in turn, in fields of ten."""
    methods = [method for method in kept.METHODS if not str(method["kind"]).startswith("survey")]
    fields = [
        {
            "code": f"{field + 1}", "title": f"Lĩnh vực {field + 1}", "max": str(10 * min(10, leaves - 10 * field)),
            "children": [
                {"code": f"{field + 1}.{turn + 1}", "title": f"Tiêu chí {turn + 1}", "max": "10", "evidence": ["Văn bản"],
                 "scored_by": "self", "method": methods[turn % len(methods)], "may_skip": "Không phát sinh"}
                for turn in range(min(10, leaves - 10 * field))
            ],
        }
        for field in range((leaves + 9) // 10)
    ]  # fmt: skip
    appendix = {**_appendix(), "total": str(10 * leaves), "children": fields}
    return RubricVersion.model_validate(kept.VERSION | {"id": f"thu-{leaves}", "appendices": [appendix]})


def _appendix() -> dict[str, Any]:
    kept_one = kept.VERSION["appendices"]
    assert isinstance(kept_one, list)
    return dict(kept_one[0])


def sized_form(leaves: int) -> Form:
    """The form of that version, filled in with nothing wrong."""
    version = sized_version(leaves)
    return made(version, version.appendices[0], plausible(version.appendices[0], random.Random(leaves), 1.0))
