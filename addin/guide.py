"""The guide that ships with the add-in: one HTML page, shown offline."""

from __future__ import annotations

from pathlib import Path


def guide_page() -> Path | None:
    """The page to show, None where it was not shipped."""
    page = Path(__file__).parent / "huong_dan" / "index.html"
    return page if page.is_file() else None
