"""Files that are as dear to read as they can be made: each of one thing just below its limit, and of several at once.

issue 5, "Limits and isolation": at most 2 s and 300 MB for any file of any kind. Whatever the verdict is, there is one.
"""

# ruff: noqa: PLW0108 - the lambdas keep megabytes of text from being made before they are wanted

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from processor.archive import RETURNS
from tests.bad_bytes import STRINGS, in_part, in_sheet, many_cells, million_rows, with_parts
from tests.forms import STYLES, WORKBOOK, Form, parts_of

MANY = RETURNS.cells - 5_000
COLUMNS = "ABCDEFGHIJKLMNOPQRST"


def cells(text: str) -> str:
    """Rows of cells below the form, nearly as many as may be; `{}` in the text is the cell's own number."""
    rows = range(2_000, 2_000 + MANY // len(COLUMNS))
    return "".join(f'<row r="{row}">' + "".join(text.format(f"{col}{row}", n=row) for col in COLUMNS) + "</row>" for row in rows)


def strings(item: str) -> Callable[[Form], bytes]:
    """Shared strings nobody uses."""
    return in_part(STRINGS, "</sst>", "".join(f"<si>{item.format(n=n)}</si>" for n in range(MANY)) + "</sst>")


def all_at_once(form: Form) -> bytes:
    """Cells, empty rows, strings, merges, names and styles together."""
    some = cells('<c r="{0}" t="str"><f>A{n}+1</f><v>x{n}</v></c>')[:2_000_000].rpartition("<row ")[0]
    rows = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(100_000, 400_000))
    data = in_sheet(some + rows)(form)
    return with_parts(replace(form, data=data), {STRINGS: parts_of(strings("<t>{n}</t>")(form))[STRINGS]})


def noise(form: Form) -> bytes:
    """Nineteen megabytes that cannot be packed."""
    return with_parts(form, {"xl/media/image1.png": random.Random(1).randbytes(19_000_000)})


COSTLY: dict[str, Callable[[Form], bytes]] = {
    "numbers": lambda form: in_sheet(cells('<c r="{0}"><v>{n}.5</v></c>'))(form),
    "formulas": lambda form: in_sheet(cells('<c r="{0}" t="str"><f>A{n}+{n}</f><v>x{0}</v></c>'))(form),
    "inline texts": lambda form: in_sheet(cells('<c r="{0}" t="inlineStr"><is><t>x{0}</t></is></c>'))(form),
    "cells written oddly": lambda form: in_sheet(cells('<c  r="{0}"><v>{n}</v></c>'))(form),
    "shared formulas": lambda form: in_sheet(
        '<row r="1999"><c r="A1999"><f t="shared" ref="A1999:Z9" si="7">A1</f><v>1</v></c></row>'
        + cells('<c r="{0}"><f t="shared" si="7"/><v>1</v></c>')
    )(form),
    "400,000 cells": many_cells,
    "a million rows": million_rows,
    "a million rows with a blank cell": lambda form: in_sheet(
        "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(2_000, 1_002_000))
    )(form),
    "a million rows written oddly": lambda form: in_sheet("".join(f'<row  r="{row}" s="1"/>' for row in range(2_000, 1_002_000)))(form),
    "two million blank cells": lambda form: in_sheet(
        "".join(f'<row r="{row}">' + "".join(f'<c r="{col}{row}" s="1"/>' for col in COLUMNS) + "</row>" for row in range(2_000, 102_000))
    )(form),
    "merges": lambda form: in_sheet(
        "<mergeCells>" + "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(2_000, 2_000 + MANY)) + "</mergeCells>",
        "</worksheet>",
    )(form),
    "hidden rows": lambda form: in_sheet("".join(f'<row r="{row}" hidden="1"/>' for row in range(2_000, 2_000 + MANY)))(form),
    "long texts": lambda form: in_sheet(
        "".join(f'<row r="{row}"><c r="A{row}" t="str"><v>{"&amp;é" * 19_000}</v></c></row>' for row in range(2_000, 2_500))
    )(form),
    "elements": lambda form: in_sheet("<extLst>" + '<x a="1"/>' * 1_950_000 + "</extLst>", "</worksheet>")(form),
    "one element of many attributes": lambda form: in_sheet(
        "<extLst><x " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/></extLst>", "</worksheet>"
    )(form),
    "elements of many attributes": lambda form: in_sheet(
        "<extLst>" + ("<x " + " ".join(f'a{n}="1"' for n in range(3_000)) + "/>") * 1_000 + "</extLst>", "</worksheet>"
    )(form),
    "namespaces": lambda form: in_sheet(
        "<extLst>" + ("<x " + " ".join(f'xmlns:a{n}="u{n}"' for n in range(20_000)) + "/>") * 10 + "</extLst>", "</worksheet>"
    )(form),
    "a comment of four megabytes": lambda form: in_sheet("<!--" + "x" * 3_900_000 + "-->")(form),
    "strings": lambda form: strings("<t>s{n}</t>")(form),
    "strings written oddly": lambda form: strings("<t  >s{n}</t>")(form),
    "strings of many runs": lambda form: strings("<r><rPr><b/></rPr><t>s{n}</t></r><r><t>k</t></r>")(form),
    "styles": lambda form: in_part(
        STYLES, "</cellXfs>", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' * MANY + "</cellXfs>"
    )(form),
    "names": lambda form: in_part(
        WORKBOOK, "</definedNames>", "".join(f'<definedName name="N{n}">A1</definedName>' for n in range(MANY)) + "</definedNames>"
    )(form),
    "pictures": noise,
    "all at once": all_at_once,
}
"""By what there is so much of."""
