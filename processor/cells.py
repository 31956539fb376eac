"""Cells of a sheet, made out of the fields that its rows were cut into: all at once or one by one, when somebody asks for them.

What a field means is said here: numbers, strings, locks, dates. Whether a workbook is sound `reader.py` has found out before.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from itertools import chain, compress, repeat
from operator import is_
from typing import Final, NamedTuple

from processor.cell_xml import Cut

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ST_Xstring, ECMA-376 part 1, 22.9.2.19
_new: Final = tuple.__new__


class ErrorValue(str):
    """The value of an error cell, such as `#DIV/0!`; equal to the same text, told apart by its type."""

    __slots__ = ()


Value = None | str | bool | Decimal | ErrorValue


class Cell(NamedTuple):
    """What one cell holds: the formula without its `=`, None if none; `is_date` if its format shows a date or time.

    Numbers have 15 significant digits, as any program's saving leaves them; a number cell whose text is no finite
    number keeps that text. Dates stored as ISO text are text with `is_date`.
    """

    value: Value
    formula: str | None
    locked: bool
    is_date: bool


class Meaning:
    """What the fields of a workbook's cells stand for: its strings by number, and each format's lock and date, as cells give them."""

    def __init__(self) -> None:
        self.strings: dict[str, str] = {}
        self.locked: dict[str | None, bool] = {None: True, "0": True}
        self.dates: dict[str | None, bool] = {None: False, "0": False}
        self.values = _Values(self)


class _Values(dict[tuple[str | None, str | None], Value]):
    """The value of a cell by its type and text; what is not there yet is read and kept, for it mostly comes again."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, key: tuple[str | None, str | None]) -> Value:
        value = self[key] = self._read(*key)
        return value

    def _read(self, kind: str | None, text: str | None) -> Value:
        if not text or kind == "inlineStr":
            return None
        if kind == "s":
            return self._meaning.strings[text] or None
        if kind is None or kind == "n":
            number = _number(text)
            return meant(text) if number is None else number
        if kind == "b":
            return {"1": True, "true": True, "0": False, "false": False}.get(text, text)
        if kind == "e":
            return ErrorValue(meant(text))
        if kind in ("str", "d"):
            return meant(text)
        raise ValueError(kind)


def meant(text: str) -> str:
    """The text as meant: `_x000D_` and its like decoded, line ends LF, never half of a surrogate pair. It does not get longer."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@lru_cache(maxsize=16_384)
def _number(text: str) -> Decimal | None:
    """The number with 15 significant digits; None if it is none, or not finite."""
    plain = text.strip(" \t\r\n")
    short = format(float(plain), ".15g") if _NUMBER.fullmatch(plain) else "inf"
    return None if "inf" in short else Decimal(0) if short == "-0" else Decimal(short)


class Taken:
    """A sheet's rows as they were written: `cuts`, and in `texts` what the values of their cells say, one after another."""

    def __init__(self, meaning: Meaning) -> None:
        self.cuts: list[Cut] = []
        self.texts: list[str | None] = []
        self.strings = meaning.strings
        self._meaning = meaning
        self._starts: dict[int, tuple[Cut, int]] = {}

    def check(self) -> bool:
        """Whether cells may be made one by one, each saying by itself what it is; if so, all of them are sound.

        KeyError if there is a style or a string that the workbook does not have.
        """
        if not all(cut.plain for cut in self.cuts) or len({cut.row for cut in self.cuts}) != len(self.cuts):
            return False
        numbers = set(compress(self.texts, chain.from_iterable([cut.shared for cut in self.cuts])))
        missing = numbers - self.strings.keys() - {None, ""}
        missing |= frozenset().union(*[cut.used for cut in self.cuts]) - self._meaning.locked.keys()
        if missing:
            raise KeyError(missing)
        return True

    def cells(self, formulas: list[str | None] | None = None, columns: frozenset[int] | None = None) -> dict[tuple[int, int], Cell]:
        """All cells, or those of some columns; `formulas` in place of those written, where some stand for others.

        By columns of fields, not cell by cell, so that most loops are ones that Python has in C. ValueError or KeyError if the cells are
        not sound; some of them may be asked for only where `check` said so.
        """
        cuts, texts, meaning = self.cuts, self.texts, self._meaning
        flat = chain.from_iterable
        places = list(flat([cut.places for cut in cuts]))
        kinds = list(flat([cut.kinds for cut in cuts]))
        styles = list(flat([cut.styles for cut in cuts]))
        formulas = list(flat([cut.formulas for cut in cuts])) if formulas is None else formulas
        own = [text for cut in cuts for text in cut.inlines or repeat(None, len(cut.places))] if any(cut.inlines for cut in cuts) else []
        if columns is not None:
            wanted = list(compress(range(len(places)), flat([cut.within(columns) for cut in cuts])))
            places, texts, kinds = [places[at] for at in wanted], [texts[at] for at in wanted], [kinds[at] for at in wanted]
            styles, formulas = [styles[at] for at in wanted], [formulas[at] for at in wanted]
            own = [own[at] for at in wanted] if own else []
        strings, others = meaning.strings, meaning.values
        values = [strings[text] or None if kind == "s" and text else others[kind, text] for kind, text in zip(kinds, texts, strict=True)]
        locked, dates = list(map(meaning.locked.__getitem__, styles)), list(map(meaning.dates.__getitem__, styles))
        if "d" in kinds:
            dates = [date or kind == "d" for date, kind in zip(dates, kinds, strict=True)]
        if not all(texts) or "inlineStr" in kinds:
            for at, (value, kind) in enumerate(zip(values, kinds, strict=True)):
                if value is None:
                    values[at] = _without_value(kind, formulas[at], own[at] if own else None)
        cells = list(map(_new, repeat(Cell), zip(values, formulas, locked, dates, strict=True)))
        if any(map(is_, values, repeat(None))):
            kept = [cell.value is not None or cell.formula is not None for cell in cells]
            places, cells = list(compress(places, kept)), list(compress(cells, kept))
        made = dict(zip(places, cells, strict=True))
        if len(made) != len(places):
            raise ValueError(places)  # a cell that is there twice
        return made

    def cell(self, place: tuple[int, int]) -> Cell | None:
        """The cell there, None if it holds nothing. Only where `check` said that it may be made."""
        if not self._starts:
            start = 0
            for cut in self.cuts:
                self._starts[cut.row] = cut, start
                start += len(cut.places)
        cut, start = self._starts.get(place[0], _NOWHERE)
        at = cut.at.get(place[1])
        if at is None:
            return None
        kind, style, formula = cut.kinds[at], cut.styles[at], cut.formulas[at]
        value = self._meaning.values[kind, self.texts[start + at]]
        if value is None:
            value = _without_value(kind, formula, cut.inlines[at] if cut.inlines else None)
            if value is None and formula is None:
                return None
        return _new(Cell, (value, formula, self._meaning.locked[style], self._meaning.dates[style] or kind == "d"))


def _without_value(kind: str | None, formula: str | None, own: str | None) -> Value:
    """What a cell says that has no value, or an empty one: its own text, or the empty text that its formula gave."""
    if kind == "inlineStr":
        return meant(own or "") or None
    return "" if kind == "str" and formula is not None else None


_NOWHERE: Final = Cut(0, (), [], [], [], [], [], [], 0, odd=False, longest=0, written=0), 0
