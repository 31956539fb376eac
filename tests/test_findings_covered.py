"""House rule 1 (style.md): every finding of the catalogue is raised somewhere and named in a test, and no other code is raised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from rubric_versions.findings import CATALOGUE

ROOT = Path(__file__).parents[1]
NO_CASES = {Path(__file__).name, "test_docs.py"}  # they go through the whole catalogue
PACKAGES = ("rubric_versions", "workbook_templates", "processor", "addin")


def text_of(paths: Iterable[Path]) -> str:
    """The texts of some source files, one after the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))


def sources() -> str:
    """The program without the catalogue itself."""
    return text_of(
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path != ROOT / "rubric_versions" / "findings.py"
    )


def not_quoted(text: str) -> list[str]:
    """Codes of the catalogue that stand nowhere in the text between quotes."""
    quoted = set(re.findall(r"""["']([a-z]+(?:-[a-z0-9]+)+)["']""", text))
    return [code for code in CATALOGUE if code not in quoted]


def test_every_code_is_raised_somewhere() -> None:
    missing = not_quoted(sources())
    assert not missing, f"nothing raises {len(missing)} codes: {' '.join(missing)}"


def test_every_code_is_named_in_a_test() -> None:
    missing = not_quoted(text_of(path for path in (ROOT / "tests").rglob("*.py") if path.name not in NO_CASES))
    assert not missing, f"no test names {len(missing)} codes: {' '.join(missing)}"


def test_every_code_raised_is_in_the_catalogue() -> None:
    raised = re.findall(r"""\b(?:finding\(|Problem\([\w-]+,)\s*["']([\w-]+)["']""", sources())
    assert len(raised) > 40, "the pattern still finds them"
    unknown = sorted(set(raised) - set(CATALOGUE))
    assert not unknown, f"not in the catalogue: {' '.join(unknown)}"
