"""Makes the guide's pages (processor/guide/*.html) of docs/guide/*.md: `python docs/make_guide.py`. A test compares the two.

Its pictures are drawn by docs/make_pictures.py from the program's own run.
"""

from __future__ import annotations

import html
from pathlib import Path

from markdown_it import MarkdownIt

from processor.guide import FOLDER, PAGES

SOURCES = Path(__file__).with_name("guide")

_STYLE = """\
body{font:17px/1.55 "Segoe UI",Arial,sans-serif;color:#1d2529;margin:0;background:#fff}
nav{background:#f2f5f7;border-bottom:1px solid #a9b4bc;padding:.6em 1.2em}
nav a{margin-right:1.2em;white-space:nowrap}nav b{margin-right:1.2em}
main{max-width:48em;margin:0 auto;padding:1em 1.2em 4em}
h1{font-size:1.7em;color:#1f4e5f}h2{font-size:1.25em;color:#1f4e5f;margin-top:2em;border-bottom:1px solid #a9b4bc}
img{max-width:100%;border:1px solid #a9b4bc;margin:.4em 0}
a{color:#1f4e5f}code{background:#f2f5f7;padding:.1em .3em}pre{background:#f2f5f7;padding:.7em 1em;overflow-x:auto}pre code{padding:0}
table{border-collapse:collapse}td,th{border:1px solid #a9b4bc;padding:.3em .6em;vertical-align:top;text-align:left}
@media print{nav{display:none}}
"""


def page(name: str) -> str:
    """The HTML of one page: no script, nothing from the network."""
    text = (SOURCES / f"{name}.md").read_text(encoding="utf-8")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    links = "".join(f"<b>{title}</b>" if one == name else f'<a href="{one}.html">{title}</a>' for one, title in PAGES.items())
    title = html.escape(PAGES[name])
    return (
        f'<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title} – hướng dẫn chấm điểm cải cách hành chính</title>\n<style>\n{_STYLE}</style>\n</head>\n"
        f"<body>\n<nav>{links}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def main() -> None:
    """Writes every page."""
    for name in PAGES:
        (FOLDER / f"{name}.html").write_text(page(name), encoding="utf-8", newline="\n")
        print(f"processor/guide/{name}.html")


if __name__ == "__main__":
    main()
