"""xlwings on LibreOffice: the part of its engine that the macros use, spoken in UNO. Converters and options stay xlwings' own.

Rests on `xlwings.base_classes` of the pinned release (Engine, Apps, App, Books, Book, Sheets, Sheet, Range, Note, Names, Name) and on
nothing of its PRO part. Behaves as Excel does where LibreOffice would not: a write to a locked cell of a protected sheet raises, a text
that looks like a formula stays a text, formulas read in Excel's spelling, days come as `datetime`.

Works on any component context: LibreOffice's own in its process (the extension), or one reached through a pipe (tests, benchmarks).
"""

from __future__ import annotations

import errno
import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import xlwings
from xlwings import base_classes

from addin.libreoffice.spelling import in_excel, in_libreoffice
from addin.libreoffice.uno_of import property_values, struct, uno

NAME = "libreoffice"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (a day in a cell has no zone)
_DATETIME, _ANNOTATION, _FORMULA, _CONTENTS = 2, 8, 16, 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags
_FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".pdf": "calc_pdf_Export"}
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")
_BOXES = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}  # com.sun.star.awt.MessageBoxButtons
_KINDS = {None: "INFOBOX", "info": "INFOBOX", "critical": "WARNINGBOX"}
_ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}


def register(context: Any) -> xlwings.Engine:
    """The engine for that component context, known to xlwings and in use."""
    made = xlwings.Engine(impl=Engine(context))
    xlwings.engines.add(made)
    made.activate()
    return made


class SheetLocked(xlwings.XlwingsError):
    """A write to a locked cell of a protected sheet."""


class CellError(str):
    """What an error cell gives; LibreOffice tells of a range only that there is one."""

    __slots__ = ()


class Engine:
    """The engine for one component context. `documents` may narrow it to fewer than all open ones (none: whatever is open)."""

    name = NAME
    type = "desktop"

    def __init__(self, context: Any) -> None:
        self.apps = Apps(App(self, context))

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        """One value as `setDataArray` takes it."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return ""
        if isinstance(value, datetime):
            return (value - EPOCH) / timedelta(days=1)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value) if not isinstance(value, bool) else float(value)
        return float(value)

    @staticmethod
    def clean_value_data(data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool) -> list[list[Any]]:
        """Raw rows as xlwings hands them on: blanks, days, numbers and errors as the options say."""

        def clean(value: Any) -> Any:
            if value is None or value == "":
                return empty_as
            if isinstance(value, datetime):
                return datetime_builder(**{name: getattr(value, name) for name in _PARTS})
            if isinstance(value, CellError):
                return str(value) if err_to_str else None
            if number_builder is not None and isinstance(value, float):
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    """The one LibreOffice of the context."""

    def __init__(self, app: App) -> None:
        self._app = app

    def keys(self) -> list[int]:
        return [self._app.pid]

    def __iter__(self) -> Iterator[App]:
        yield self._app

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        return self._app


class App(base_classes.App):
    """LibreOffice: its documents, its message boxes, its status bar."""

    pid = 0
    display_alerts = True
    visible = True

    def __init__(self, engine: Engine, context: Any) -> None:
        self.engine = engine
        self.context = context
        self.desktop = self.service("com.sun.star.frame.Desktop")
        self._indicator: Any = None
        self._status = ""

    def service(self, name: str) -> Any:
        """A new instance of a service of this LibreOffice."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    @property
    def api(self) -> Any:
        return self.desktop

    @property
    def version(self) -> str:
        return "7.4"

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Range | None:
        active = self.books.active_or_none
        if active is None:
            return None
        chosen = active.xl.CurrentSelection
        if not hasattr(chosen, "getRangeAddress"):
            return None
        return Range(Sheet(active, chosen.Spreadsheet), chosen)

    def activate(self, steal_focus: bool = False) -> None:
        """LibreOffice is in front already when its menu is used."""

    @property
    def screen_updating(self) -> bool:
        active = self.books.active_or_none
        return active is None or not active.xl.hasControllersLocked()

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        active = self.books.active_or_none
        if active is not None and value != self.screen_updating:
            if value:
                active.xl.unlockControllers()
            else:
                active.xl.lockControllers()

    @property
    def status_bar(self) -> str | bool:
        """The text put there; False where the bar is LibreOffice's own, as Excel says it."""
        return self._status or False

    @status_bar.setter
    def status_bar(self, text: str | bool | None) -> None:
        if self._indicator is not None:
            self._indicator.end()
            self._indicator = None
        self._status = str(text or "")
        active = self.books.active_or_none
        frame = active and active.frame
        if frame and self._status:
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(self._status, 0)

    def alert(self, prompt: str, title: str | None, buttons: str, mode: str | None, callback: Any) -> str:
        """The button pressed. Says so only to the log where there is no window (a headless LibreOffice)."""
        active = self.books.active_or_none
        parent = active.frame.getContainerWindow() if active and active.frame else None
        toolkit = self.service("com.sun.star.awt.Toolkit")
        kind = "QUERYBOX" if buttons != "ok" else _KINDS[mode]
        box = toolkit.createMessageBox(parent, _enum("com.sun.star.awt.MessageBoxType", kind), _BOXES[buttons], title or "", prompt or "")
        answer = box.execute()
        box.dispose()
        return _ANSWERS.get(answer, "cancel")


def _enum(kind: str, value: str) -> Any:
    return uno().Enum(kind, value)


def path_of(url: str) -> str:
    """The path of a file's address."""
    return url2pathname(unquote(urlsplit(url).path))


class Books(base_classes.Books):
    """The spreadsheets open in this LibreOffice."""

    def __init__(self, app: App) -> None:
        self.app = app

    def _documents(self) -> list[Any]:
        found = []
        components = self.app.desktop.Components.createEnumeration()
        while components.hasMoreElements():
            one = components.nextElement()
            if hasattr(one, "supportsService") and one.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                found.append(one)
        return found

    @property
    def api(self) -> Any:
        return self.app.desktop

    @property
    def active_or_none(self) -> Book | None:
        """The spreadsheet in front, or None."""
        document = self.app.desktop.CurrentComponent
        if document is not None and document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            return Book(self.app, document)
        return None

    @property
    def active(self) -> Book:
        found = self.active_or_none
        if found is None:
            raise xlwings.XlwingsError("no spreadsheet is in front")
        return found

    def __call__(self, name_or_index: str | int) -> Book:
        books = list(self)
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        for book in books:
            if name_or_index in (book.name, book.fullname):
                return book
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self._documents())

    def __iter__(self) -> Iterator[Book]:
        for document in self._documents():
            yield Book(self.app, document)

    def open(self, fullname: str, *_: Any, **__: Any) -> Book:
        """Opens a file with its macros switched off."""
        wanted = property_values({"MacroExecutionMode": 0, "UpdateDocMode": 0})
        document = self.app.desktop.loadComponentFromURL(Path(fullname).as_uri(), "_blank", 0, wanted)
        if document is None:
            raise FileNotFoundError(fullname)
        return Book(self.app, document)


class Book(base_classes.Book):
    """One open spreadsheet."""

    def __init__(self, app: App, xl: Any) -> None:
        self._app = app
        self.xl = xl

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def app(self) -> App:
        return self._app

    @property
    def frame(self) -> Any:
        """The frame it is shown in, None if it is shown nowhere."""
        controller = self.xl.CurrentController
        return controller.Frame if controller is not None else None

    @property
    def fullname(self) -> str:
        url = self.xl.URL
        return path_of(url) if url.startswith("file:") else url or str(self.xl.Title)

    @property
    def name(self) -> str:
        return Path(self.fullname).name

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def activate(self) -> None:
        if self.frame:
            self.frame.activate()

    def close(self) -> None:
        self.xl.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Saves in place, or under another name in the format of its ending; the book then bears that name. Raises OSError."""
        try:
            if path is None:
                self.xl.store()
            else:
                wanted = property_values({"FilterName": _FILTERS[Path(path).suffix.lower()], "Overwrite": True})
                self.xl.storeAsURL(Path(path).as_uri(), wanted)
        except Exception as problem:  # UNO's own cannot pass through xlwings' contexts
            raise OSError(errno.EIO, str(problem), path or self.fullname) from None


class Sheets(base_classes.Sheets):
    """The sheets of a book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Any:
        return self.book.xl.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.xl.CurrentController.ActiveSheet)

    def __call__(self, name_or_index: str | int) -> Sheet:
        sheets = self.book.xl.Sheets
        if isinstance(name_or_index, int):
            return Sheet(self.book, sheets.getByIndex(name_or_index - 1))
        if not sheets.hasByName(name_or_index):
            raise KeyError(name_or_index)
        return Sheet(self.book, sheets.getByName(name_or_index))

    def __len__(self) -> int:
        return int(self.book.xl.Sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        for name in self.book.xl.Sheets.ElementNames:
            yield Sheet(self.book, self.book.xl.Sheets.getByName(name), name)


class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, xl: Any, name: str = "") -> None:
        self._book = book
        self.xl = xl
        self._name = name

    @property
    def api(self) -> Any:
        return self.xl

    @property  # type: ignore[misc]  # nobody sets it here
    def name(self) -> str:
        self._name = self._name or self.xl.Name
        return self._name

    @property
    def book(self) -> Book:
        return self._book

    @property
    def index(self) -> int:
        return int(self.xl.RangeAddress.Sheet) + 1

    @property
    def visible(self) -> bool:
        return bool(self.xl.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.xl.IsVisible = value

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        first = _corner(arg1)
        last = _corner(arg2) if arg2 is not None else first
        box = (first[0], first[1], last[2], last[3])
        return Range(self, self.xl.getCellRangeByPosition(box[1] - 1, box[0] - 1, box[3] - 1, box[2] - 1), box)

    @property
    def cells(self) -> Range:
        return Range(self, self.xl)

    @property
    def used_range(self) -> Range:
        cursor = self.xl.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        return self.range((1, 1), (end.EndRow + 1, end.EndColumn + 1))

    @property
    def notes(self) -> list[Note]:
        found = self.xl.Annotations
        return [Note(self, found.getByIndex(index)) for index in range(found.Count)]

    def activate(self) -> None:
        controller = self._book.xl.CurrentController
        if controller is not None:
            controller.setActiveSheet(self.xl)

    select = activate


def _corner(place: Any) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column, from 1."""
    if isinstance(place, Range):
        return place.box
    if isinstance(place, tuple):
        return (*place, *place)
    return corners(place)


def corners(place: str) -> tuple[int, int, int, int]:
    """The same of an address like "B2" or "$B$2:C7". Raises ValueError."""
    found = _A1.fullmatch(place)
    if found is None:
        raise ValueError(f"not an address: {place}")
    first = int(found[2]), _column(found[1])
    last = (int(found[4]), _column(found[3])) if found[3] else first
    return (*first, *last)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


class Range(base_classes.Range):
    """A rectangle of cells. `box` is first row, first column, last row, last column, from 1."""

    options: Any = None

    def __init__(self, sheet: Sheet, xl: Any, box: tuple[int, int, int, int] | None = None) -> None:
        self._sheet = sheet
        self.xl = xl
        if box is None:
            at = xl.getRangeAddress()
            box = (at.StartRow + 1, at.StartColumn + 1, at.EndRow + 1, at.EndColumn + 1)
        self.box = box

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def row(self) -> int:
        return self.box[0]

    @property
    def column(self) -> int:
        return self.box[1]

    @property
    def shape(self) -> tuple[int, int]:
        return self.box[2] - self.box[0] + 1, self.box[3] - self.box[1] + 1

    @property
    def coords(self) -> tuple[Any, ...]:
        return (self._sheet.name, *self.box)

    def __len__(self) -> int:
        rows, cols = self.shape
        return rows * cols

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        if arg2 is None:
            row, col = divmod(arg1 - 1, self.shape[1])
        else:
            row, col = arg1 - 1, arg2 - 1
        return self._sheet.range((self.row + row, self.column + col))

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        rows, cols = "$" * row_absolute, "$" * col_absolute
        first, last = (f"{cols}{_letters(self.box[at + 1])}{rows}{self.box[at]}" for at in (0, 2))
        return first if len(self) == 1 else f"{first}:{last}"

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    # ---------------------------------------------------------------------------------------------------- values

    def _among(self, flags: int) -> list[tuple[range, range]]:
        """Rows and columns, from 0 within this range, of its cells of that kind."""
        found = self.xl.queryContentCells(flags).RangeAddresses
        top, left = self.row, self.column
        return [
            (range(one.StartRow + 1 - top, one.EndRow + 2 - top), range(one.StartColumn + 1 - left, one.EndColumn + 2 - left))
            for one in found
        ]

    @property
    def raw_value(self) -> list[list[Any]]:
        """Rows of numbers, texts, truth values, days and errors; "" for a blank."""
        rows: list[list[Any]] = [[CellError("#N/A") if value is None else value for value in row] for row in self.xl.getDataArray()]
        for lines, cols in self._among(_DATETIME):
            for line in lines:
                for col in cols:
                    if isinstance(rows[line][col], float):
                        rows[line][col] = _day(rows[line][col])
        for row, texts in zip(rows, self.xl.getFormulaArray(), strict=True):
            for col, text in enumerate(texts):
                if text in ("TRUE", "FALSE") and isinstance(row[col], float):
                    row[col] = text == "TRUE"
        return rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._must_be_open()
        self.xl.setDataArray(tuple(map(tuple, self._filled(data))))

    def _filled(self, data: Any) -> Any:
        """A single value for every cell of the range, rows as they are."""
        rows, cols = self.shape
        return data if isinstance(data, list | tuple) else [[data] * cols] * rows

    @property
    def formula(self) -> Any:
        """Formulas in Excel's spelling; of other cells what they hold, as text."""
        rows = [list(row) for row in self.xl.getFormulaArray()]
        values = self.xl.getDataArray()
        is_formula = [[False] * self.shape[1] for _ in rows]
        for lines, cols in self._among(_FORMULA):
            for line in lines:
                for col in cols:
                    is_formula[line][col] = True
        for row, held, formulas in zip(rows, values, is_formula, strict=True):
            for col, value in enumerate(held):
                if formulas[col]:
                    row[col] = in_excel(row[col])
                elif isinstance(value, str):
                    row[col] = value  # without the apostrophe that marks a text which looks like something else
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, data: Any) -> None:
        self._must_be_open()
        self.xl.setFormulaArray(tuple(tuple(in_libreoffice(str(one)) for one in row) for row in self._filled(data)))

    def clear_contents(self) -> None:
        self._must_be_open()
        self.xl.clearContents(_CONTENTS)

    def _must_be_open(self) -> None:
        """Raises SheetLocked as Excel would: UNO writes through some locks and ignores others."""
        if self._sheet.xl.isProtected() and self.xl.CellProtection.IsLocked:
            raise SheetLocked(f"{self._sheet.name}!{self.get_address(False, False, False)}")

    # ---------------------------------------------------------------------------------------------------- the rest

    @property
    def merge_cells(self) -> bool:
        """Whether any cell of the range belongs to a merge."""
        return bool(self.xl.getIsMerged())

    @property
    def merge_area(self) -> Range:
        cursor = self._sheet.xl.createCursorByRange(self.xl)
        cursor.collapseToMergedArea()
        return Range(self._sheet, cursor)

    @property
    def note(self) -> Note | None:
        found = self.xl.getCellByPosition(0, 0).getAnnotation()
        return Note(self._sheet, found, (self.row, self.column)) if found.String else None

    def add_note(self, text: str) -> Note:
        at = struct("com.sun.star.table.CellAddress")
        at.Sheet, at.Row, at.Column = self._sheet.xl.RangeAddress.Sheet, self.row - 1, self.column - 1
        self._sheet.xl.Annotations.insertNew(at, text)
        return Note(self._sheet, self.xl.getCellByPosition(0, 0).getAnnotation(), (self.row, self.column))

    def select(self) -> None:
        self._sheet.activate()
        controller = self._sheet.book.xl.CurrentController
        if controller is not None:
            controller.select(self.xl)


def _day(serial: float) -> datetime | float:
    """The moment a serial number stands for; a number no calendar has stays one."""
    try:
        return EPOCH + timedelta(days=serial)
    except OverflowError:
        return serial


class Note(base_classes.Note):
    """A note (annotation) of a cell."""

    def __init__(self, sheet: Sheet, xl: Any, place: tuple[int, int] | None = None) -> None:
        self._sheet = sheet
        self.xl = xl
        self._place = place

    @property
    def api(self) -> Any:
        return self.xl

    @property  # type: ignore[misc]  # nobody sets it here
    def text(self) -> str:
        return str(self.xl.String)

    @property
    def location(self) -> Range:
        if self._place is None:
            at = self.xl.Position
            self._place = at.Row + 1, at.Column + 1
        return self._sheet.range(self._place)

    def delete(self) -> None:
        self.location.xl.clearContents(_ANNOTATION)


class Names(base_classes.Names):
    """The names of a book; none but the workbook-wide are asked for."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def __call__(self, name_or_index: str | int) -> Name:
        names = self._book.xl.NamedRanges
        if isinstance(name_or_index, int):
            return Name(names.getByIndex(name_or_index - 1))
        if not names.hasByName(name_or_index):
            raise KeyError(name_or_index)
        return Name(names.getByName(name_or_index))

    def contains(self, name_or_index: str | int) -> bool:
        if isinstance(name_or_index, int):
            return 1 <= name_or_index <= len(self)
        return bool(self._book.xl.NamedRanges.hasByName(name_or_index))

    def __len__(self) -> int:
        return int(self._book.xl.NamedRanges.Count)


class Name(base_classes.Name):
    """One defined name."""

    def __init__(self, xl: Any) -> None:
        self.xl = xl

    @property  # type: ignore[misc]  # nobody sets it here
    def name(self) -> str:
        return str(self.xl.Name)

    @property  # type: ignore[misc]  # nobody sets it here
    def refers_to(self) -> str:
        return "=" + in_excel(self.xl.Content)
