"""One way a return can be odd, as data: how it is made from a form in good order, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.forms import Form, Place

Verdict = Literal["accepted", "returned", "foreign"]
Make = Callable[[Form], "bytes | tuple[bytes, ...]"]


@dataclass(frozen=True)
class BadInput:
    """One row of docs/bad-input.md.

    `make` gives the file from a form in good order, or several of which the same is told. `codes` are the errors and warnings, in any order
    (notes that belong to the case stand in `notes`); `cell` is where the first stands. `anywhere`: the codes `cchc check` tells without an
    office's knowledge, and its verdict, where they differ.
    """

    id: str
    what: str
    make: Make = field(repr=False)
    verdict: Verdict = "accepted"
    codes: tuple[str, ...] = ()
    at: Callable[[Form], Place] | None = field(default=None, repr=False)
    suffix: str = ".xlsx"
    notes: tuple[str, ...] = ()
    anywhere: tuple[Verdict, tuple[str, ...]] | None = None

    def files(self, form: Form) -> list[bytes]:
        """The variants."""
        made = self.make(form)
        return list(made) if isinstance(made, tuple) else [made]


def foreign(id_: str, what: str, make: Make, code: str, suffix: str = ".xlsx") -> BadInput:
    """A file that gives no form, for one reason."""
    return BadInput(id_, what, make, "foreign", (code,), suffix=suffix)


def returned(id_: str, what: str, make: Make, *codes: str, at: Callable[[Form], Place] | None = None) -> BadInput:
    """A form of ours with something to mend."""
    return BadInput(id_, what, make, "returned", codes, at)


def accepted(
    id_: str, what: str, make: Make, *codes: str, at: Callable[[Form], Place] | None = None, notes: tuple[str, ...] = ()
) -> BadInput:
    """A form that nothing is wrong with; `codes` are warnings."""
    return BadInput(id_, what, make, "accepted", codes, at, notes=notes)
