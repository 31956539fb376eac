"""A person at a LibreOffice: opens, goes to cells, types, pastes, and reads and closes the boxes that come up.

Keys and commands go from a thread, for a box holds up whoever caused it; the boxes are read and closed from here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from addin.libreoffice.uno_of import property_values, uno
from tests.live import Live

SECONDS = 25
SETTLED = 8
"""So many looks in a row, a twentieth of a second apart, must find no box."""
REFUSING = ("cancel", "no", "ok", "yes")
AGREEING = ("ok", "yes", "no", "cancel")
"""The buttons of a box, the one to press first."""


class Person:
    """Somebody at a LibreOffice with windows that nobody sees."""

    def __init__(self, live: Live) -> None:
        """`live` must not be headless, or no box comes up."""
        self.live = live
        self.context = live.context
        self.desktop = self.service("com.sun.star.frame.Desktop")
        self.uitest = self.service("org.libreoffice.uitest.UITest")
        self.toolkit = self.service("com.sun.star.awt.Toolkit")
        self.boxes = {uno().getConstantByName(f"com.sun.star.accessibility.AccessibleRole.{role}") for role in ("ALERT", "DIALOG")}

    def service(self, name: str) -> Any:
        """A new instance of a service."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    @contextmanager
    def opened(self, path: Path | None = None) -> Iterator[Any]:
        """The document of a file, or a new one, in front; closed in the end."""
        url = path.as_uri() if path else "private:factory/scalc"
        document = self.desktop.loadComponentFromURL(url, "_blank", 0, property_values({"MacroExecutionMode": 0}))
        document.CurrentController.Frame.activate()
        try:
            yield document
        finally:
            closing = threading.Thread(target=document.close, args=(True,), daemon=True)  # it waits for ever where a box is still up
            closing.start()
            closing.join(SECONDS)

    def go(self, document: Any, sheet: str, cell: str) -> None:
        """Brings the document to the front and selects a cell.

        By its controller: the action SELECT of UITest takes an address without a sheet for one of the first sheet and goes there.
        """
        controller = document.CurrentController
        controller.Frame.activate()
        controller.Frame.getContainerWindow().toFront()
        place = document.Sheets.getByName(sheet)
        controller.setActiveSheet(place)
        controller.select(place.getCellRangeByName(cell))

    def type(self, document: Any, sheet: str, cell: str, text: str) -> list[str]:
        """What the boxes say when a person goes to a cell, types, and presses Enter."""
        self.go(document, sheet, cell)
        grid = self.grid()
        here = document.Sheets.getByName(sheet).getCellRangeByName(cell).CellAddress
        state = {one.Name: one.Value for one in grid.getState()}
        at = (str(here.Sheet), str(here.Column), str(here.Row))
        assert (state["SelectedTable"], state["CurrentColumn"], state["CurrentRow"]) == at, "the keys would go elsewhere"

        def keys() -> None:
            grid.executeAction("TYPE", property_values({"TEXT": text}))
            grid.executeAction("TYPE", property_values({"KEYCODE": "RETURN"}))

        said = self.meanwhile(keys)
        self.grid().executeAction("TYPE", property_values({"KEYCODE": "ESC"}))  # whatever is left of the typing is given up
        return said

    def paste(self, source: tuple[Any, str, str], target: tuple[Any, str, str]) -> list[str]:
        """What the boxes say when a person copies a cell (document, sheet, address) over another and agrees to whatever is asked."""
        self.go(*source)
        self.dispatch(source[0], ".uno:Copy")
        self.go(*target)
        return self.dispatch(target[0], ".uno:Paste", AGREEING)

    def dispatch(self, document: Any, url: str, answers: Sequence[str] = REFUSING) -> list[str]:
        """What the boxes say that come up after a command of the document's frame."""
        helper = self.service("com.sun.star.frame.DispatchHelper")
        return self.meanwhile(lambda: helper.executeDispatch(document.CurrentController.Frame, url, "_self", 0, ()), answers)

    def grid(self) -> Any:
        """The cells of the document in front, once it is there."""
        until = time.monotonic() + SECONDS
        while True:
            top = self.uitest.getTopFocusWindow()
            if top is not None and "grid_window" in top.getChildren():
                return top.getChild("grid_window")
            assert time.monotonic() < until, "no cells in front"
            time.sleep(0.05)

    def meanwhile(self, work: Callable[[], object], answers: Sequence[str] = REFUSING) -> list[str]:
        """The texts of the boxes that come up while `work` runs, each closed by the first of those buttons that it has."""
        running = threading.Thread(target=work, daemon=True)
        running.start()
        said: list[str] = []
        until = time.monotonic() + SECONDS
        quiet = 0
        while running.is_alive() or quiet < SETTLED:  # keys are only put into a queue: their box may come up later
            assert time.monotonic() < until, f"no end after {said}"
            top = self.uitest.getTopFocusWindow()
            names = top.getChildren() if top is not None else ()
            if "grid_window" in names:
                names = ()  # no box, but the window of the document, whose input line has buttons too
            button = next((name for name in answers if name in names), None)
            quiet = quiet + 1 if button is None else 0
            if button is not None and (text := self.text()):
                said.append(text)
                top.getChild(button).executeAction("CLICK", ())
            time.sleep(0.05)
        return said

    def text(self) -> str:
        """All that the box in front says, as a screen reader would read it; "" while it is still coming up."""

        def names(context: Any) -> Iterator[str]:
            yield context.getAccessibleName()
            for index in range(min(context.getAccessibleChildCount(), 50)):
                yield from names(context.getAccessibleChild(index).getAccessibleContext())

        window = self.toolkit.getActiveTopWindow()
        box = window.getAccessibleContext() if window is not None else None
        # the focus is in the box a moment before the box is the window in front: until then that is the document's
        return " ".join(names(box)) if box is not None and box.getAccessibleRole() in self.boxes else ""
