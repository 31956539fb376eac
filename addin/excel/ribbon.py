"""The ribbon's tab as XML (Office 2007's customUI): every button of the one list, one callback for all."""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import quoteattr

from addin.buttons import BUTTONS, GROUPS, TAB, Button

NAMESPACE = "http://schemas.microsoft.com/office/2006/01/customui"
CALLBACK = "CchcRibbon.CchcPress"
SMALL = frozenset({"loi_tiep_theo", "xoa_danh_dau", "tien_do", "mo_lai"})
"""Buttons of one line each, three above each other; the others are large."""


def ribbon_xml() -> bytes:
    """The part `customUI/customUI.xml`."""
    groups = "".join(
        f"<group id={quoteattr('cchc_' + group)} label={quoteattr(GROUPS[group])}>{''.join(map(_button, buttons))}</group>"
        for group, buttons in groupby(BUTTONS, key=lambda button: button.group)
    )
    tab = f'<tab id="cchc" label={quoteattr(TAB)}>{groups}</tab>'
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<customUI xmlns="{NAMESPACE}"><ribbon><tabs>{tab}</tabs></ribbon></customUI>\n'
    return xml.encode("utf-8")


def _button(button: Button) -> str:
    size = "normal" if button.id in SMALL else "large"
    return (
        f'<button id="{button.id}" label={quoteattr(button.label)} size="{size}" imageMso="{button.icon}" onAction="{CALLBACK}"'
        f" screentip={quoteattr(button.label)} supertip={quoteattr(button.tip)}/>"
    )
