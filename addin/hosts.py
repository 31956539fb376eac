"""The calls that xlwings does not make alike in every program: messages, protection, locks, folders. One class per host.

Excel for Windows speaks COM (pywin32), Excel for Mac Apple events (appscript), LibreOffice UNO through our own engine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import xlwings as xw

from addin.messages import REFUSED, TITLE

_REJECTED = (-2147418111, -2147417846, -2146777998)  # RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE
_LONGEST_ADDRESS = 250  # Excel's Range takes 255 characters
_FOLDER_DIALOG = 4  # msoFileDialogFolderPicker


class Refused(Exception):
    """Something plain stands in the way; nothing was changed. `code` picks the message of `messages.REFUSED`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(REFUSED[code].format(**params))
        self.code = code


class Host(ABC):
    """The program around one book."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book

    # ---------------------------------------------------------------------------------------------------- with the person

    def alert(self, text: str, *, warn: bool = False) -> None:
        """A message box."""
        self.book.app.alert(text, TITLE, "ok", "critical" if warn else "info")

    def ask(self, text: str) -> bool:
        """A question; whether the answer is yes."""
        return self.book.app.alert(text, TITLE, "yes_no") == "yes"

    def progress(self, text: str) -> None:
        """A text in the status bar; "" gives the bar back."""
        with suppress(Exception):  # a bar that is hidden is no reason to stop
            self.book.app.status_bar = text or False

    def steady(self) -> Steady:
        """The screen as it is until all is written: quicker, and nothing flickers."""
        return Steady(self)

    def select(self, sheet: str, address: str) -> None:
        """Goes to a cell, if it can be gone to: what was to be done is done by then."""
        with suppress(Exception):
            place = self.book.sheets[sheet].range(address)
            place.sheet.activate()
            place.select()

    @abstractmethod
    def choose_folder(self, prompt: str) -> Path | None:
        """The folder a person chooses, None if none."""

    def open_path(self, path: Path) -> None:
        """Shows a workbook in this program, anything else in the program of the system that is for it."""
        if path.suffix.lower() == ".xlsx":
            with suppress(Exception):  # a book of that name from another folder is open: the system may still show it
                self.book.app.books.open(str(path))
                return
        show_path(path)

    def save_as(self, path: Path) -> None:
        """Saves the book under that name, replacing what is there; the book then bears it."""
        self.book.save(path)

    # ---------------------------------------------------------------------------------------------------- what a book is

    @abstractmethod
    def is_protected(self, sheet: xw.Sheet) -> bool:
        """Whether the sheet's cells are protected."""

    @abstractmethod
    def is_read_only(self) -> bool:
        """Whether the book cannot be saved in place, or not be changed at all."""

    @abstractmethod
    def properties(self, book: xw.Book) -> dict[str, str]:
        """The custom document properties that are texts."""

    @abstractmethod
    def active(self, book: xw.Book) -> tuple[str, ...]:
        """What in the book could act when it is opened, in the reader's words, sorted."""

    # ---------------------------------------------------------------------------------------------------- protection

    def opened(self, names: Sequence[str], password: str) -> Opened:
        """A context in which those sheets have no protection; afterwards those that had one have it again, as it was, come what may.

        Raises Refused if a password is not the one the form was issued with.
        """
        return Opened(self, names, password)

    @abstractmethod
    def protection(self, sheet: xw.Sheet) -> Any:
        """What a sheet's protection allows, to put it back."""

    @abstractmethod
    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        """Takes a sheet's protection off; each host has its own error for a wrong password."""

    @abstractmethod
    def protect(self, sheet: xw.Sheet, password: str, kept: Any) -> None:
        """Protects a sheet so that it allows what was kept."""

    @abstractmethod
    def lock(self, sheet: xw.Sheet, areas: Sequence[str], *, locked: bool) -> None:
        """Locks or unlocks the cells of those areas; the sheet must be open."""


class Steady:
    """See `Host.steady`. A class, for an exception of UNO cannot pass through a generator's context."""

    def __init__(self, host: Host) -> None:
        self._app = host.book.app

    def __enter__(self) -> None:
        with suppress(Exception):  # a screen that moves is no reason to stop
            self._app.screen_updating = False

    def __exit__(self, *_: object) -> None:
        for _turn in range(2):  # a host that was busy for a moment may not leave the screen frozen
            with suppress(Exception):
                self._app.screen_updating = True
                break


class Opened:
    """See `Host.opened`."""

    def __init__(self, host: Host, names: Sequence[str], password: str) -> None:
        self._host, self._names, self._password = host, names, password
        self._undo: list[tuple[xw.Sheet, Any]] = []

    def __enter__(self) -> None:
        try:
            for name in self._names:
                self._open(self._host.book.sheets[name])
        except BaseException:
            self._shut()
            raise

    def _open(self, sheet: xw.Sheet) -> None:
        if not self._host.is_protected(sheet):
            return
        self._undo.append((sheet, self._host.protection(sheet)))
        try:
            self._host.unprotect(sheet, self._password)
        except Exception as problem:
            if is_busy(problem):
                raise
            raise Refused("password", sheet=sheet.name) from problem
        if self._host.is_protected(sheet):
            raise Refused("password", sheet=sheet.name)

    def __exit__(self, *_: object) -> None:
        self._shut()

    def _shut(self) -> None:
        problems = []
        for sheet, kept in reversed(self._undo):
            for last_try in (False, True):  # a host that was busy for a moment may not leave a sheet open
                try:
                    if not self._host.is_protected(sheet):
                        self._host.protect(sheet, self._password, kept)
                    break
                except Exception as problem:  # the other sheets first
                    if last_try:
                        problems.append(problem)
        if problems:
            raise problems[0]


class ExcelWindows(Host):
    """Excel through COM."""

    _ALLOWED = (
        "AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns", "AllowInsertingRows",
        "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows", "AllowSorting", "AllowFiltering", "AllowUsingPivotTables",
    )  # fmt: skip

    def choose_folder(self, prompt: str) -> Path | None:
        dialog = self.book.app.api.FileDialog(_FOLDER_DIALOG)
        dialog.Title = prompt
        return Path(str(dialog.SelectedItems(1))) if dialog.Show() else None

    def is_protected(self, sheet: xw.Sheet) -> bool:
        return bool(sheet.api.ProtectContents)

    def is_read_only(self) -> bool:
        return bool(self.book.api.ReadOnly)

    def properties(self, book: xw.Book) -> dict[str, str]:
        return {str(one.Name): one.Value for one in book.api.CustomDocumentProperties if isinstance(one.Value, str)}

    def active(self, book: xw.Book) -> tuple[str, ...]:
        found = set()
        if book.api.HasVBProject:
            found.add("macros")
        if book.api.LinkSources(1):
            found.add("external-links")
        if book.api.Connections.Count:
            found.add("connections")
        return tuple(sorted(found))

    def protection(self, sheet: xw.Sheet) -> Any:
        allowed = sheet.api.Protection
        kept = {name: bool(getattr(allowed, name)) for name in self._ALLOWED}
        kept["DrawingObjects"] = bool(sheet.api.ProtectDrawingObjects)
        kept["Scenarios"] = bool(sheet.api.ProtectScenarios)
        return kept, sheet.api.EnableSelection

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        sheet.api.Unprotect(password)

    def protect(self, sheet: xw.Sheet, password: str, kept: Any) -> None:
        allowed, selection = kept
        sheet.api.Protect(Password=password, Contents=True, **allowed)
        sheet.api.EnableSelection = selection

    def lock(self, sheet: xw.Sheet, areas: Sequence[str], *, locked: bool) -> None:
        for address in grouped(areas, _LONGEST_ADDRESS):
            sheet.range(address).api.Locked = locked


class ExcelMac(Host):
    """Excel through Apple events; the words are those of Excel's scripting dictionary."""

    _ALLOWED = (
        "allow_formatting_cells", "allow_formatting_columns", "allow_formatting_rows", "allow_inserting_columns", "allow_inserting_rows",
        "allow_inserting_hyperlinks", "allow_deleting_columns", "allow_deleting_rows", "allow_sorting", "allow_filtering",
        "allow_using_pivot_table",
    )  # fmt: skip

    def choose_folder(self, prompt: str) -> Path | None:
        script = f'POSIX path of (choose folder with prompt "{prompt}")'
        ran = subprocess.run(["/usr/bin/osascript", "-e", script], capture_output=True, encoding="utf-8", check=False)
        return Path(ran.stdout.strip()) if ran.returncode == 0 else None

    def is_protected(self, sheet: xw.Sheet) -> bool:
        return bool(sheet.api.protect_contents.get())

    def is_read_only(self) -> bool:
        return bool(self.book.api.read_only.get())

    def properties(self, book: xw.Book) -> dict[str, str]:
        return {}  # the dictionary does not give them; the hidden sheet has all of it

    def active(self, book: xw.Book) -> tuple[str, ...]:
        return ()

    def protection(self, sheet: xw.Sheet) -> Any:
        # what the forms are issued with; the dictionary lets nobody ask
        return dict.fromkeys(("allow_formatting_columns", "allow_formatting_rows", "allow_filtering"), True)

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        sheet.api.unprotect(password=password)

    def protect(self, sheet: xw.Sheet, password: str, kept: Any) -> None:
        sheet.api.protect_worksheet(password=password, worksheet_contents=True, **kept)

    def lock(self, sheet: xw.Sheet, areas: Sequence[str], *, locked: bool) -> None:
        for address in grouped(areas, _LONGEST_ADDRESS):
            sheet.range(address).api.locked.set(locked)


class LibreOffice(Host):
    """LibreOffice through our engine; unprotecting keeps what the protection allows, so that there is nothing to put back."""

    def choose_folder(self, prompt: str) -> Path | None:
        from addin.libreoffice.engine import path_of

        picker = self.book.app.impl.service("com.sun.star.ui.dialogs.FolderPicker")
        picker.setTitle(prompt)
        return Path(path_of(picker.getDirectory())) if picker.execute() == 1 else None

    def is_protected(self, sheet: xw.Sheet) -> bool:
        return bool(sheet.api.isProtected())

    def is_read_only(self) -> bool:
        return bool(self.book.api.isReadonly())

    def properties(self, book: xw.Book) -> dict[str, str]:
        held = book.api.DocumentProperties.UserDefinedProperties.getPropertyValues()
        return {one.Name: one.Value for one in held if isinstance(one.Value, str)}

    def active(self, book: xw.Book) -> tuple[str, ...]:
        return ("external-links",) if book.api.ExternalDocLinks.Count else ()

    def protection(self, sheet: xw.Sheet) -> Any:
        return None

    def unprotect(self, sheet: xw.Sheet, password: str) -> None:
        sheet.api.unprotect(password)

    def protect(self, sheet: xw.Sheet, password: str, kept: Any) -> None:
        sheet.api.protect(password)

    def lock(self, sheet: xw.Sheet, areas: Sequence[str], *, locked: bool) -> None:
        from addin.libreoffice.engine import corners
        from addin.libreoffice.uno_of import struct

        ranges = self.book.api.createInstance("com.sun.star.sheet.SheetCellRanges")
        addresses = []
        number = sheet.index - 1
        for area in areas:
            first_row, first_col, last_row, last_col = corners(area)
            addresses.append(
                struct(
                    "com.sun.star.table.CellRangeAddress",
                    Sheet=number,
                    StartRow=first_row - 1,
                    StartColumn=first_col - 1,
                    EndRow=last_row - 1,
                    EndColumn=last_col - 1,
                )
            )
        ranges.addRangeAddresses(tuple(addresses), False)
        ranges.CellProtection = struct("com.sun.star.util.CellProtection", IsLocked=locked)


def host_of(book: xw.Book) -> Host:
    """The host of a book, by its xlwings engine."""
    if book.app.engine.name == "libreoffice":
        return LibreOffice(book)
    return ExcelMac(book) if sys.platform == "darwin" else ExcelWindows(book)


def grouped(areas: Sequence[str], longest: int) -> Iterator[str]:
    """The areas as few multi-area addresses, none longer than that."""
    text = ""
    for area in areas:
        if text and len(text) + 1 + len(area) > longest:
            yield text
            text = ""
        text = f"{text},{area}" if text else area
    if text:
        yield text


def is_busy(problem: BaseException) -> bool:
    """Whether Excel refused the call because somebody is typing in a cell or a dialog is open."""
    return bool(problem.args) and problem.args[0] in _REJECTED


def show_path(path: Path) -> None:
    """Opens a folder or a page in the system's own program."""
    if sys.platform == "win32":
        os.startfile(path)
    else:
        subprocess.run(["open" if sys.platform == "darwin" else "xdg-open", str(path)], check=False, capture_output=True)


def folder_of(book: xw.Book) -> Path | None:
    """The folder the book lies in, None if it was never saved or lies on no disk."""
    name = unicodedata.normalize("NFC", book.fullname)
    path = Path(book.fullname)
    return path.parent if path.is_absolute() and path.parent.is_dir() and not name.startswith(("http:", "https:")) else None
