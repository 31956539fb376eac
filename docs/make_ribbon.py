"""Draws processor/guide/the-cchc.svg, a plan of the add-in's tab, from the list of buttons: `python docs/make_ribbon.py`.

A plan and no screenshot: nobody here has Excel. A test compares it with the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from addin.buttons import BUTTONS, GROUPS, TAB, Button
from addin.excel.ribbon import SMALL
from processor.guide import FOLDER

PICTURE = FOLDER / "the-cchc.svg"
LETTER, LINE = 6.0, 15  # pixels: width of a letter, height of a line, at 11 px
ROW, TOP, HEIGHT = 24, 46, 112
ICON = {"unit": "#1F4E5F", "office": "#7A5C1E", "help": "#5A6670"}


def columns(buttons: list[Button]) -> Iterator[list[Button]]:
    """The buttons as the ribbon sets them: a large one is a column of its own, small ones stand up to three above each other."""
    pending: list[Button] = []
    for button in buttons:
        if button.id not in SMALL or len(pending) == 3:
            if pending:
                yield pending
            pending = []
        if button.id in SMALL:
            pending.append(button)
        else:
            yield [button]
    if pending:
        yield pending


def two_lines(label: str) -> list[str]:
    """The label on two lines as even as its words allow."""
    words = label.split()
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))] or [(label, "")]
    return [line for line in min(cuts, key=lambda cut: max(map(len, cut))) if line]


def drawing() -> str:
    """The picture as SVG."""
    parts, left = list[str](), 8.0
    for group, found in groupby(BUTTONS, key=lambda button: button.group):
        start = left + 6
        at = start
        for column in columns(list(found)):
            at += _column(parts, column, at) + 6
        width = max(at - left, len(GROUPS[group]) * LETTER + 16)
        parts.append(_text(left + width / 2, TOP + HEIGHT - 8, GROUPS[group], "#5A6670", "middle"))
        parts.append(f'<path d="M{left + width:.0f} {TOP + 6}v{HEIGHT - 12}" stroke="#C9D1D6"/>')
        left += width + 2
    width = left + 8
    frame = (
        f'<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{TOP + HEIGHT + 6}" rx="4" fill="#F2F5F7" stroke="#A9B4BC"/>'
        f'<rect x="4" y="{TOP}" width="{width - 8:.0f}" height="{HEIGHT}" fill="#FFFFFF"/>'
        f'<rect x="14" y="16" width="64" height="30" fill="#FFFFFF"/>'
    )
    tab = f'<text x="46" y="36" text-anchor="middle" font-weight="bold" fill="#1F4E5F">{TAB}</text>'
    size = f'width="{width:.0f}" height="{TOP + HEIGHT + 7}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Segoe UI, Noto Sans, sans-serif" font-size="11">'
    return "\n".join([head, f"<title>Sơ đồ thẻ {TAB}</title>", frame, tab, *parts, "</svg>", ""])


def _column(parts: list[str], column: list[Button], x: float) -> float:
    """Draws a column and gives its width."""
    colour = ICON[column[0].group]
    if column[0].id in SMALL:
        for row, button in enumerate(column):
            y = TOP + 8 + row * ROW
            parts.append(f'<rect x="{x:.0f}" y="{y}" width="14" height="14" rx="3" fill="{colour}" opacity="0.75"/>')
            parts.append(_text(x + 20, y + 11, button.label, "#22303A", "start"))
        return 24 + max(len(button.label) for button in column) * LETTER
    (button,) = column
    lines = two_lines(button.label)
    width = max(52.0, max(map(len, lines)) * LETTER + 8)
    parts.append(f'<rect x="{x + width / 2 - 15:.0f}" y="{TOP + 10}" width="30" height="30" rx="6" fill="{colour}"/>')
    parts += [_text(x + width / 2, TOP + 60 + row * LINE, line, "#22303A", "middle") for row, line in enumerate(lines)]
    return width


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8", newline="\n")
