"""Writes docs/bad-input.md from the table of bad input in the tests: `python docs/make_bad_input.py`. A test compares the two."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.bad_bytes import BYTES  # noqa: E402  (the tests are no installed package)
from tests.bad_case import BadInput  # noqa: E402
from tests.bad_forms import FORMS  # noqa: E402
from tests.bad_input import PLACES, Place  # noqa: E402

PAGE = Path(__file__).with_name("bad-input.md")
TEXT = Path(__file__).with_name("bad-input.head.md")


def cases(rows: Iterable[BadInput]) -> str:
    """A table of cases."""
    lines = ["| case | what comes | verdict | findings |", "|---|---|---|---|"]
    for one in rows:
        told = ", ".join(f"`{code}`" for code in (*one.codes, *(f"{note}" for note in one.notes))) or "–"
        if one.anywhere is not None:
            verdict, codes = one.anywhere
            told += f" (`cchc check`: {verdict}{''.join(f', `{code}`' for code in codes)})"
        lines.append(f"| {one.id} | {_plain(one.what)} | {one.verdict} | {told} |")
    return "\n".join(lines)


def places(rows: Iterable[Place]) -> str:
    """The table of places and machines."""
    lines = ["| what | what happens | finding | shown by |", "|---|---|---|---|"]
    lines += [f"| {one.what} | {one.happens} | {f'`{one.code}`' if one.code else '–'} | `{one.shown.partition('.')[0]}` |" for one in rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


def page() -> str:
    """The whole page: what is said by hand, with the tables put in."""
    text = TEXT.read_text(encoding="utf-8")
    for mark, table in (("{{bytes}}", cases(BYTES)), ("{{forms}}", cases(FORMS)), ("{{places}}", places(PLACES))):
        text = text.replace(mark, table)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
