"""Times the button "Rà soát lỗi" on a live LibreOffice and counts the calls to it: `python -m benchmarks.addin`.

Forms of 10, 80 and 200 leaves with ten mistakes, once open. The first press, which loads what Python has not loaded yet, is not
counted; "ghi chú mới" is a press after the marks were cleared, which writes every note. Measured as the user has it, with Python inside
LibreOffice's process, and from another process through a pipe, where each call is a journey. Beside the clock stand the processor time,
which other programs on the machine do not swell, and the ratio to `cchc check` of the same file in the same run.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import xlwings as xw

from addin import macros
from addin.libreoffice.uno_of import struct
from processor import terminal
from processor.checks import check_bytes
from rubric_versions import words
from tests.forms import edited
from tests.live import Live, SilentLibreOffice, sized_form
from workbook_templates import layout as at
from workbook_templates.book import a1

SIZES, ROUNDS, MISTAKES = (10, 80, 200), 7, 10
LIMIT = 0.5
"""Seconds of a press at 80 leaves (issue 3), inside LibreOffice."""

_COMPONENT = '''"""What the benchmark runs inside LibreOffice: presses the button so many times and gives the seconds of each."""
import sys, time
sys.path[:0] = {paths!r}
import unohelper
from com.sun.star.task import XJob

class Timed(unohelper.Base, XJob):
    def __init__(self, context):
        self.context = context

    def execute(self, arguments):
        import xlwings as xw
        from addin import macros
        from addin.libreoffice.engine import NAME, register
        from tests.live import SilentLibreOffice
        engine = next((one for one in xw.engines if one.name == NAME), None) or register(self.context)
        found = []
        for _ in range(arguments[0].Value):
            host = SilentLibreOffice(xw.Book(impl=engine.apps[0].impl.books.active))
            if arguments[1].Value:
                macros.run("xoa_danh_dau", host)
            begun, used = time.perf_counter(), time.process_time()
            macros.run("ra_soat_loi", host)
            found.append((time.perf_counter() - begun, time.process_time() - used))
        return tuple(found) or time.process_time()

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Timed, "vn.cchc.Timed", ())
'''


@dataclass(frozen=True, slots=True)
class Pressed:
    """What one press takes on a form of so many leaves. Seconds.

    Medians, but `least` the least; `fresh`: processor time where all notes are new.
    """

    inside: float
    least: float
    inside_processor: float
    fresh: float
    pipe: float
    pipe_processor: float
    calls: int
    check: float

    @property
    def ratio(self) -> float:
        """The press inside LibreOffice to the check of the file, both in processor time."""
        return self.inside_processor / self.check


class Inside:
    """Python inside that LibreOffice."""

    def __init__(self, live: Live, folder: Path) -> None:
        component = folder / "timed.py"
        paths = [str(Path(__file__).parents[1]), sysconfig.get_paths()["purelib"]]
        component.write_text(_COMPONENT.format(paths=paths), encoding="utf-8")
        loader = live.context.ServiceManager.createInstanceWithContext("com.sun.star.loader.Python", live.context)
        factory = loader.activate("vn.cchc.Timed", "", component.as_uri(), None)
        self._job = factory.createInstanceWithContext(live.context)

    def pressed(self, turns: int, *, fresh: bool = False) -> list[tuple[float, float]]:
        """Seconds, and seconds of processor time, of so many presses on the form in front; `fresh`: each after the marks were cleared."""
        return list(self._execute(turns=turns, fresh=fresh))

    def spent(self) -> float:
        """Seconds of processor time that LibreOffice has taken so far."""
        return float(self._execute(turns=0, fresh=False))

    def _execute(self, **arguments: object) -> Any:
        return self._job.execute(tuple(struct("com.sun.star.beans.NamedValue", Name=name, Value=one) for name, one in arguments.items()))


def timed(work: Callable[[], object]) -> list[tuple[float, float]]:
    """Seconds and seconds of processor of each round."""
    found = []
    for _ in range(ROUNDS):
        begun, used = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - begun, time.process_time() - used))
    return found


def pressed(live: Live, inside: Inside, folder: Path, leaves: int) -> Pressed:
    """The figures of a form of so many leaves."""
    form = sized_form(leaves)
    wrong = {(words.SCORING, a1(place.input_rows[0], at.INPUT)): "sai" for place in form.layout.places[:MISTAKES]}
    path = folder / f"{leaves}.xlsx"
    path.write_bytes(edited(form.data, wrong))
    host = SilentLibreOffice(xw.Book(impl=live.app.books.impl.open(str(path))))
    inside.pressed(1)
    within = inside.pressed(ROUNDS)
    fresh = inside.pressed(ROUNDS, fresh=True)
    macros.run("ra_soat_loi", host)
    live.calls.count, theirs = 0, inside.spent()
    pipe = timed(lambda: macros.run("ra_soat_loi", host))
    theirs = (inside.spent() - theirs) / ROUNDS
    calls = live.calls.count // ROUNDS
    host.book.close()
    data = path.read_bytes()
    check = timed(lambda: check_bytes(data, path.name))
    return Pressed(
        inside=median(one for one, _ in within),
        least=min(one for one, _ in within),
        inside_processor=median(one for _, one in within),
        fresh=median(one for _, one in fresh),
        pipe=median(one for one, _ in pipe),
        pipe_processor=median(one for _, one in pipe) + theirs,
        calls=calls,
        check=median(one for _, one in check),
    )


def measured() -> dict[int, Pressed]:
    """The figures by the number of leaves."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        live = Live()
        try:
            inside = Inside(live, folder)
            return {leaves: pressed(live, inside, folder, leaves) for leaves in SIZES}
        finally:
            live.stop()


def main() -> int:
    """The exit code: 1 if 80 leaves took longer than they may."""
    terminal.use_utf8()
    found = measured()
    rows = [
        (leaves, *(f"{one:.3f}" for one in (it.inside, it.least, it.inside_processor, it.fresh, it.pipe, it.pipe_processor)), it.calls,
         f"{it.check:.3f}", f"{it.ratio:.1f}")
        for leaves, it in found.items()
    ]  # fmt: skip
    heads = (
        "Tiêu chí",
        "Trong LibreOffice",
        "Nhanh nhất",
        "CPU",
        "CPU, ghi chú mới",
        "Qua ống",
        "CPU hai phía",
        "Lời gọi",
        "cchc check",
        "CPU so với check",
    )
    terminal.print_table("Rà soát lỗi, giây mỗi lần bấm", heads, rows, right=range(len(heads)))
    it = found[80]
    terminal.say(
        f"80 tiêu chí: {it.least:.3f} giây, CPU {it.inside_processor:.3f}, ghi chú mới CPU {it.fresh:.3f}; "
        f"giới hạn {LIMIT} giây; {os.cpu_count()} nhân"
    )
    return 0 if max(it.least, it.fresh) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
