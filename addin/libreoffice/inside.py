"""A button pressed inside LibreOffice: the book in front becomes xlwings' calling book, and the macro runs in LibreOffice's process."""

from __future__ import annotations

from typing import Any

import xlwings as xw

from addin import messages
from addin.hosts import host_of
from addin.libreoffice.engine import NAME, register
from addin.macros import run


def press(context: Any, button: str) -> None:
    """Runs the macro of `button` on the spreadsheet in front."""
    known = [engine for engine in xw.engines if engine.name == NAME]
    app = (known[0] if known else register(context)).apps[0].impl
    front = app.books.active_or_none
    if front is None:
        app.alert(messages.REFUSED["no-workbook"], messages.TITLE, "ok", "critical", None)
        return
    xw.Book(impl=front).set_mock_caller()
    run(button, host_of(xw.Book.caller()))
