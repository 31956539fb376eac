"""The guide for officers: offline pages shipped with the program, one for each kind of reader, found by name.

The pages are made of docs/guide/*.md by docs/make_guide.py, a test compares them; workbooks name a page, the command and the add-in
open it.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent

PAGES: Mapping[str, str] = {
    "muc-luc": "Mục lục",
    "don-vi": "Cán bộ điền biểu mẫu của đơn vị",
    "cac-nut": "Các nút CCHC",
    "phong-noi-vu": "Phòng Nội vụ",
    "so-noi-vu": "Sở Nội vụ",
    "bo-tieu-chi": "Người soạn bộ tiêu chí",
}
"""Every page by its name, with whom it is for."""

FIRST = "muc-luc"


def page_path(name: str) -> Path:
    """The file of a page. Raises KeyError for a name that is no page's."""
    if name not in PAGES:
        raise KeyError(name)
    return FOLDER / f"{name}.html"


def open_page(name: str = FIRST) -> bool:
    """Whether a browser could be asked to show the page."""
    return webbrowser.open(page_path(name).as_uri())
