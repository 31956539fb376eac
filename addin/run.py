"""`python -I -X utf8 -m addin.run BUTTON --wb=NAME --from_xl=1 --app=PATH --hwnd=N --log=FILE`: what Excel's launcher starts for a button.

Finds the calling book as xlwings does (`--wb`, `--hwnd`), runs the button's macro, and leaves in FILE, as UTF-8, whatever must still be
told to the person; an empty FILE means that all has been said. Exit code 0: done or told; 2: wrong usage. Started isolated (`-I`) it
takes no module from the folder of a workbook, and it reads no settings from any workbook.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from addin.buttons import BY_ID
from addin.messages import REFUSED

if TYPE_CHECKING:
    from xlwings import Book

_HEAVY = ("numpy", "pandas", "matplotlib", "PIL", "plotly")
"""What xlwings loads if it can, for conversions no macro uses: longer to load than everything else, at every press of a button."""


def main(arguments: Sequence[str]) -> int:
    """Runs the button named first; gives the exit code."""
    given = dict(one[2:].split("=", 1) for one in arguments[1:] if one.startswith("--") and "=" in one)
    if not arguments or arguments[0] not in BY_ID:
        print(f"addin.run: {' '.join(BY_ID)}", file=sys.stderr)
        return 2
    log = Path(given["log"]) if given.get("log") else None
    text = _done(arguments[0], given)
    if log is not None:
        with suppress(OSError):
            log.write_text(text, encoding="utf-8")
    elif text:
        print(text, file=sys.stderr)
    return 0


def _done(button: str, given: Mapping[str, str]) -> str:
    """Runs the macro on the calling book; what is still to be told, "" if nothing."""
    with _without(*_HEAVY):
        import xlwings as xw

    from addin.hosts import host_of, is_busy
    from addin.macros import run, told

    try:
        book = _calling(xw, given)
        book.sheets  # noqa: B018  (a book in Protected View has a name and nothing else)
    except Exception as problem:  # whatever the program says of a book it does not have
        return REFUSED["busy"] if is_busy(problem) else REFUSED["no-workbook"]
    try:
        run(button, host_of(book))
    except Exception as problem:  # even the message could not be shown
        return told(button, problem)
    return ""


def _calling(xw: ModuleType, given: Mapping[str, str]) -> Book:
    """The calling book. xlwings cuts its name at an equals sign: such a book is looked for here, in the Excel whose window is given."""
    name = given.get("wb", "")
    if "=" not in name:
        return cast("Book", xw.Book.caller())
    window = given.get("hwnd")  # none on a Mac, where only one Excel runs
    app = next(one for one in xw.apps if str(one.hwnd) == window) if window else xw.apps.active
    return cast("Book", app.books[name])


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Nothing; meanwhile importing those modules fails, as if they were not installed. Those already loaded stay."""
    hidden = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, cast(ModuleType, None)))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
