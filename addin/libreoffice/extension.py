"""`cchc.oxt`, LibreOffice's extension: menu, toolbar, icons, the component, our packages and the BSD part of xlwings. The same bytes on
every machine: nothing is compressed, dates are fixed, files go in order of their names.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from addin.buttons import BUTTONS, GROUPS, TAB, Button
from addin.libreoffice.icons import icon
from processor import VERSION
from workbook_templates.book import STAMP

NAME, IDENTIFIER, SERVICE = "cchc.oxt", "vn.cchc.addin", "vn.cchc.addin.Buttons"
COMPONENT, SETTINGS = "cchc_addin.py", "cchc-addin.json"
PACKAGES = ("rubric_versions", "workbook_templates", "processor", "addin")
SMALL, BIG = 16, 24
_KEPT = (".py", ".yaml", ".md", ".html", ".css", ".png", ".svg")
_CODE_ONLY = (".py",)
_NOT_OURS_TO_SHIP = ("pro", "addin", "html", "js", "ext", "rest")
"""Folders of xlwings that are left out: what must be paid for, and what serves other hosts."""
_CALC = "com.sun.star.sheet.SpreadsheetDocument"


def extension() -> bytes:
    """The whole .oxt."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, data in sorted(parts().items()):
            info = zipfile.ZipInfo(name, STAMP)
            info.external_attr = 0o644 << 16
            package.writestr(info, data)
    return out.getvalue()


def parts() -> dict[str, bytes]:
    """Every file of the extension."""
    made = {
        "META-INF/manifest.xml": _manifest().encode("utf-8"),
        "description.xml": _description().encode("utf-8"),
        "Addons.xcu": _addons().encode("utf-8"),
        "CalcWindowState.xcu": _toolbar_state().encode("utf-8"),
        COMPONENT: (files("addin.libreoffice") / "component.py").read_bytes(),
        "licenses/xlwings-BSD.txt": _licence(),
    }
    for button in BUTTONS:
        for size in (SMALL, BIG):
            made[f"icons/{button.id}_{size}.png"] = icon(button.id, size)
    for package in PACKAGES:
        made |= dict(_tree(package, _KEPT, ("excel",) if package == "addin" else ()))
    made |= dict(_tree("xlwings", _CODE_ONLY, _NOT_OURS_TO_SHIP))
    return made


def _tree(package: str, endings: tuple[str, ...], left_out: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The files of an installed package, with the name each has in the extension."""
    root = Path(str(files(package)))
    for path in sorted(root.rglob("*")):
        parts_of = path.relative_to(root).parts
        if path.suffix in endings and path.is_file() and "__pycache__" not in parts_of and parts_of[0] not in left_out:
            yield f"pythonpath/{package}/{'/'.join(parts_of)}", path.read_bytes()


def _licence() -> bytes:
    """The licence that came with xlwings."""
    (found,) = (one for one in distribution("xlwings").files or () if one.name == "LICENSE.txt")
    return Path(str(found.locate())).read_bytes()


def _manifest() -> str:
    entries = (
        (COMPONENT, "application/vnd.sun.star.uno-component;type=Python"),
        ("Addons.xcu", "application/vnd.sun.star.configuration-data"),
        ("CalcWindowState.xcu", "application/vnd.sun.star.configuration-data"),
    )
    lines = "".join(f' <manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>\n' for path, kind in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n{lines}</manifest:manifest>\n'
    )


def _description() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<description xmlns="http://openoffice.org/extensions/description/2006" xmlns:d="http://openoffice.org/extensions/description/2006"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f' <identifier value="{IDENTIFIER}"/>\n <version value="{VERSION}"/>\n'
        ' <dependencies><OpenOffice.org-minimal-version value="4.0" d:name="LibreOffice"/></dependencies>\n'
        ' <display-name><name lang="vi">Chấm điểm cải cách hành chính</name><name lang="en">CCHC scoring forms</name></display-name>\n'
        "</description>\n"
    )


def _addons() -> str:
    """Menu, toolbar and images."""
    menu, toolbar, images = [], [], []
    for number, entry in enumerate(_entries(), 1):
        name = f"m{number:02}"
        if entry is None:
            item = _prop("URL", "private:separator")
            menu.append(_node(name, item))
            toolbar.append(_node(name, item))
            continue
        url = f"service:{SERVICE}?{entry.id}"
        item = _prop("URL", url) + _said("Title", entry.label) + _prop("Target", "_self")
        menu.append(_node(name, item + _prop("Context", _CALC)))
        toolbar.append(_node(name, item + _prop("Context", _CALC)))
        pictures = "".join(
            _prop(kind, f"%origin%/icons/{entry.id}_{size}.png") for kind, size in (("ImageSmallURL", SMALL), ("ImageBigURL", BIG))
        )
        images.append(_node(f"{IDENTIFIER}.{entry.id}", _prop("URL", url) + f'<node oor:name="UserDefinedImages">{pictures}</node>'))
    bar = _node(IDENTIFIER, _said("Title", TAB) + _prop("Context", _CALC) + f'<node oor:name="Submenu">{"".join(menu)}</node>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' oor:name="Addons" oor:package="org.openoffice.Office">\n<node oor:name="AddonUI">\n'
        f'<node oor:name="OfficeMenuBar">{bar}</node>\n'
        f'<node oor:name="OfficeToolBar">{_node(f"{IDENTIFIER}.toolbar", "".join(toolbar))}</node>\n'
        f'<node oor:name="Images">{"".join(images)}</node>\n</node>\n</oor:component-data>\n'
    )


def _toolbar_state() -> str:
    """What Addons.xcu cannot say of the toolbar: its name, and that it is there from the start, docked with the other toolbars."""
    place = (
        '<prop oor:name="Docked" oor:type="xs:boolean"><value>true</value></prop>'
        '<prop oor:name="DockingArea" oor:type="xs:int"><value>0</value></prop>'
        + _prop("DockPos", "0,2")
        + '<prop oor:name="Visible" oor:type="xs:boolean"><value>true</value></prop>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' oor:name="CalcWindowState" oor:package="org.openoffice.Office.UI">\n<node oor:name="UIElements"><node oor:name="States">\n'
        f"{_node(f'private:resource/toolbar/addon_{IDENTIFIER}.toolbar', _said('UIName', TAB) + place)}"
        "</node></node>\n</oor:component-data>\n"
    )


def _entries() -> Iterator[Button | None]:
    """The buttons group by group, None between two groups."""
    for turn, group in enumerate(GROUPS):
        if turn:
            yield None
        yield from (button for button in BUTTONS if button.group == group)


def _node(name: str, content: str) -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">{content}</node>\n'


def _prop(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:type="xs:string"><value>{escape(value)}</value></prop>'


def _said(name: str, value: str) -> str:
    """A text in the one language this program speaks, whatever LibreOffice's own is."""
    texts = "".join(f'<value xml:lang="{language}">{escape(value)}</value>' for language in ("vi", "en-US"))
    return f'<prop oor:name="{name}" oor:type="xs:string">{texts}</prop>'
