"""The docs say what the code does: the page of findings is the catalogue's, and the glossary names what exists.

Requirements: design.md, "Finding"; domain.md §1; style.md, house rules 1 and 3.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import unicodedata
from operator import attrgetter
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

from rubric_versions.findings import CATALOGUE, SEVERITY_WORDS, Entry, Severity, finding

DOCS = Path(__file__).parents[1] / "docs"

# Longer than most of what is really seen; a name not listed here gets as much as a short label.
PLAUSIBLE = {
    "value": "Quyết định phê duyệt Kế hoạch cải cách hành chính năm 2018",
    "issued": "Ban hành trong 15 ngày làm việc kể từ ngày cấp trên ban hành",
    "unit": "Ban Quản lý các khu chế xuất và công nghiệp Cần Thơ",
    "claimed": "019-UBND-phuong-Thoi-An-Dong.xlsx",
    "why": "tệp đang được một chương trình khác giữ",
    "label": "Quyết định thành lập Hội đồng (số, ngày)",
    "folder": r"C:\Users\nguyenvana\AppData\Local\cchc\khoa",
    "hash": "9f86d081884c7d65",
    "received": "07:30 ngày 15/12/2018",
    "closes": "00:00 ngày 16/12/2018",
    "opens": "07:00 ngày 01/12/2018",
    "treatment": "xếp loại Yếu, không có chỉ số",
    "limit": "1,25",
    "step": "0,125",
    "count": "1200",
}
DEFAULT = "Bảng tiêu chí cấp xã"
SHORTER = {
    "campaign-frozen": {"label": "giờ đóng của lần 1"},
    "appraisal-conflict": {"value": "1,25", "other": "Không đánh giá"},
}

ENTRIES = [pytest.param(entry, id=code) for code, entry in CATALOGUE.items()]


def generator() -> ModuleType:
    """docs/make_findings.py, which is a script beside its page and not part of a package."""
    spec = importlib.util.spec_from_file_location("make_findings", DOCS / "make_findings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def placeholders(text: str) -> list[str]:
    """Names in braces; plain ones only, so that nothing can be reached through them. Raises ValueError for a stray brace."""
    fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    assert all(name.isidentifier() and not spec and not how for name, spec, how in fields), text
    return [name for name, _, _ in fields]


def test_the_page_of_findings_is_the_catalogues() -> None:
    page = (DOCS / "findings.md").read_bytes().decode("utf-8")
    assert page == generator().page(), "run: python docs/make_findings.py"
    for code in CATALOGUE:
        assert page.count(f"(`{code}`, ") == 1, code
    assert "{" not in page


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_of_the_catalogue_keeps_to_the_grammar(entry: Entry) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", entry.code)
    assert 0 < len(entry.title) <= 32, "the title of an input message in Excel"
    for text in (entry.title, entry.what, entry.todo, entry.stage):
        assert text == " ".join(text.split()) == unicodedata.normalize("NFC", text)
        assert text[0].isupper() or text[0] in "«{0123456789", text
        assert "{}" not in text.replace("{{", "").replace("}}", "")
    assert entry.what.endswith(".")
    assert entry.todo.endswith(".")
    assert not placeholders(entry.title)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_message_with_all_its_words_fits_an_input_message_of_excel(entry: Entry) -> None:
    names = {*placeholders(entry.what), *placeholders(entry.todo)}
    plausible = PLAUSIBLE | SHORTER.get(entry.code, {})
    words = {name: plausible.get(name, DEFAULT) for name in names}
    found = finding(entry.code, **words)
    assert len(found.message) <= 255, found.message
    assert "{" not in found.message
    assert "…" not in found.message, "a parameter is missing or was cut"
    assert all(word in found.message for word in words.values())


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_message_without_its_words_still_reads(entry: Entry) -> None:
    message = finding(entry.code).message
    assert message
    assert "{" not in message


def test_every_severity_has_its_word() -> None:
    assert set(SEVERITY_WORDS) == set(Severity)
    assert len(set(SEVERITY_WORDS.values())) == len(Severity)


def test_stages_are_not_scattered_over_the_page() -> None:
    headings = re.findall(r"^## (.+)$", (DOCS / "findings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert headings == list(dict.fromkeys(entry.stage for entry in CATALOGUE.values()))


def glossary_names() -> list[str]:
    """The last column of the glossary's tables."""
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| in code")]
    return [row.rstrip(" |").rpartition("| ")[2].strip("`") for row in rows]


@pytest.mark.parametrize("name", sorted(set(glossary_names())))
def test_what_the_glossary_names_exists(name: str) -> None:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module_name = ".".join(parts[:end])
        if importlib.util.find_spec(parts[0]) and _is_module(module_name):
            module = importlib.import_module(module_name)
            assert end == len(parts) or attrgetter(".".join(parts[end:]))(module) is not None
            return
    raise AssertionError(f"no module of {name}")


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:  # its parent is a class (uno, once loaded, makes of ModuleNotFoundError a plain ImportError)
        return False
