"""Times the button "Rà soát lỗi" on a live LibreOffice and counts the calls to it: `python -m benchmarks.addin`.

Forms of 10, 80 and 200 leaves with ten mistakes, once open; the first press, which loads what Python has not loaded yet, is not counted.
Calls go through a pipe from another process, which is slower than the extension inside LibreOffice.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import xlwings as xw

from addin import macros
from processor import terminal
from rubric_versions import words
from tests.forms import edited
from tests.live import Live, SilentLibreOffice, sized_form
from workbook_templates import layout as at
from workbook_templates.book import a1

SIZES, ROUNDS, MISTAKES = (10, 80, 200), 5, 10
LIMIT = 0.5
"""Seconds at 80 leaves (issue 3)."""


def pressed(live: Live, folder: Path, leaves: int) -> tuple[float, float, int]:
    """Median and best seconds of a press on a form of so many leaves, and the calls of one."""
    form = sized_form(leaves)
    wrong = {(words.SCORING, a1(place.input_rows[0], at.INPUT)): "sai" for place in form.layout.places[:MISTAKES]}
    path = folder / f"{leaves}.xlsx"
    path.write_bytes(edited(form.data, wrong))
    host = SilentLibreOffice(xw.Book(impl=live.app.books.impl.open(str(path))))
    macros.run("ra_soat_loi", host)
    spent = []
    for _ in range(ROUNDS):
        live.calls.count, begun = 0, time.perf_counter()
        macros.run("ra_soat_loi", host)
        spent.append(time.perf_counter() - begun)
    host.book.close()
    return median(spent), min(spent), live.calls.count


def main() -> int:
    """The exit code: 1 if 80 leaves took longer than they may."""
    terminal.use_utf8()
    live = Live()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = {leaves: pressed(live, Path(folder), leaves) for leaves in SIZES}
    finally:
        live.stop()
    rows = [(leaves, f"{middle:.3f}", f"{best:.3f}", calls) for leaves, (middle, best, calls) in found.items()]
    terminal.print_table("Rà soát lỗi trên LibreOffice", ("Tiêu chí", "Giây (giữa)", "Giây (nhanh nhất)", "Lời gọi"), rows, right=range(4))
    return 0 if found[80][1] < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
