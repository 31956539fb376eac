"""Writes docs/findings.md from the catalogue of findings: `python docs/make_findings.py`. A test compares the two.

The page is for officers and for whoever helps them, so it is in Vietnamese.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from rubric_versions.findings import CATALOGUE, SEVERITY_WORDS, Entry

PAGE = Path(__file__).with_name("findings.md")

HEADING = """\
# Các lỗi, cảnh báo và cách sửa

Trang này lập tự động từ danh mục trong `rubric_versions/findings.py` (lệnh `python docs/make_findings.py`); không sửa tay.

- **Lỗi**: hồ sơ, bộ tiêu chí hoặc kết quả chưa được chấp nhận, phải sửa.
- **Cảnh báo**: vẫn được chấp nhận, nhưng cần có người xem lại.
- **Ghi chú**: chỉ để biết.

Mức ghi ở đây là mức thường dùng. Với tài liệu kiểm chứng, giải trình và phê duyệt, mức do quy chế của từng nơi quyết định.
Dấu … thay cho nội dung cụ thể (giá trị, tên, điểm) mà chương trình điền vào. Mã trong ngoặc dùng để tra cứu và có trong
kết quả của các lệnh dùng `--json`.
"""


def page() -> str:
    """The whole page: a section for each stage in the order of the catalogue, a paragraph for each code."""
    sections = [HEADING]
    for stage, entries in groupby(CATALOGUE.values(), key=lambda entry: entry.stage):
        sections += [f"## {stage}\n", *(_paragraph(entry) for entry in entries)]
    return "\n".join(sections)


def _paragraph(entry: Entry) -> str:
    what, todo = (re.sub(r"\{\w+\}", "…", text) for text in (entry.what, entry.todo))
    return f"**{entry.title}** (`{entry.code}`, {SEVERITY_WORDS[entry.severity].lower()}). {what} *Cách sửa:* {todo}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
