"""The versions shipped with the program and the ones kept by campaigns: found by id or by path, read from YAML, checked on the way in.

A version is one file `<id>.yaml` whose `appendices` name the files of their tables. Reads only; judging is `lint`'s work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from rubric_versions.amend import Amendment, Drawn, Plain, Refused
from rubric_versions.findings import Finding, finding
from rubric_versions.model import RubricVersion
from rubric_versions.words import REFUSED_WORDS

_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FastLoader):  # type: ignore[misc]  # chosen at run time: the C one where there is one
    """A safe loader that refuses a key written twice: YAML would keep the last and lose a point without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is written twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def as_yaml(data: Any) -> bytes:
    """A data file: keys in the order given, text as it is, numbers of points quoted."""
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=150)).encode("utf-8")


class BadVersion(Exception):
    """A version that has not the right shape; `findings` say where and why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.message for one in findings))
        self.findings = findings


class UnknownVersion(KeyError):
    """No version of that id is shipped."""


def read_yaml(path: Path) -> Any:
    """What a YAML data file holds; dates and floats stay what YAML makes of them and are refused by the model."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def _version_files() -> Iterator[Path]:
    with as_file(files("rubric_versions")) as root:
        for path in sorted(root.glob("*/*.yaml")):
            if not path.stem.startswith("units-") and (path.parent / f"{path.stem}.yaml").is_file():
                yield path


@cache
def shipped() -> dict[str, Path]:
    """Ids of the shipped versions with their files: those YAML files that begin a version (they have an `id` line)."""
    found = {}
    for path in _version_files():
        with path.open(encoding="utf-8") as lines:
            if any(line.startswith("id: ") for line in lines):
                found[path.stem] = path
    return found


@cache
def load(version_id: str) -> RubricVersion:
    """The shipped version of that id. Raises UnknownVersion, or BadVersion with findings."""
    path = shipped().get(version_id)
    if path is None:
        raise UnknownVersion(version_id)
    return load_file(path)


def load_file(path: Path) -> RubricVersion:
    """The version in a YAML file, with what it rests on: its tables' files beside it, the version it amends. Raises BadVersion."""
    try:
        return RubricVersion.model_validate(_whole(path, DEPTH))
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError, OSError) as problem:
        if isinstance(problem, ValidationError):
            raise BadVersion(_findings_of(problem, path.name)) from problem
        why = "không đọc được tệp" if isinstance(problem, OSError) else "không phải dữ liệu của bộ tiêu chí"
        raise BadVersion([finding("rubric-unreadable", file=path.name, where=path.name, why=why)]) from problem
    except Refused as problem:
        raise BadVersion([problem.finding.at(file=path.name)]) from problem


DEPTH = 8
"""Versions and tables that may rest on one another in a row; a circle of them ends here."""


def _whole(path: Path, depth: int) -> Plain:
    """A version's file as plain data, its tables in it, its amendment applied."""
    if not depth:
        raise Refused(finding("rubric-unreadable", where=path.name, why="các bộ tiêu chí, bảng dựa vào nhau thành vòng hoặc quá nhiều bậc"))
    data = read_yaml(path)
    if "amends" in data and "appendices" not in data:  # with its tables in it, it is the result of an amendment, whole
        amendment = Amendment.model_validate(data)
        beside = path.with_name(f"{amendment.amends}.yaml")
        base = beside if beside.is_file() else shipped().get(amendment.amends)
        if base is None:
            raise Refused(finding("amend-target", value=amendment.amends, what="các bộ tiêu chí có sẵn"))
        return amendment.applied(_whole(base, depth - 1))
    tables = [_table(path.parent / entry, DEPTH) if isinstance(entry, str) else entry for entry in data["appendices"]]
    return {**data, "appendices": tables}


def _table(path: Path, depth: int) -> Plain:
    """A table's file as plain data; one drawn from another is made of it."""
    data: Plain = read_yaml(path)
    if "based_on" not in data:
        return data
    if not depth:
        raise Refused(finding("rubric-unreadable", where=path.name, why="các bảng dựa vào nhau thành vòng hoặc quá nhiều bậc"))
    drawn = Drawn.model_validate(data)
    return drawn.applied(_table(path.parent / drawn.based_on, depth - 1))


def from_json(text: str) -> RubricVersion:
    """The version in the canonical JSON that campaigns keep. Raises BadVersion."""
    try:
        return RubricVersion.model_validate(json.loads(text))
    except ValidationError as problem:
        raise BadVersion(_findings_of(problem, "")) from problem
    except ValueError as problem:
        raise BadVersion([finding("rubric-unreadable", where="JSON", why=str(problem))]) from problem


def _findings_of(problem: ValidationError, file: str) -> list[Finding]:
    found = []
    for error in problem.errors():
        where = ".".join(str(part) for part in error["loc"])
        if "not a decimal string" in error["msg"]:
            found.append(finding("rubric-number-text", file=file, value=error["input"], where=where))
        else:
            found.append(finding("rubric-unreadable", file=file, where=where, why=why_of(error)))
    return found


def why_of(error: Any) -> str:
    """Why the model refuses a value, in Vietnamese where it is one of the usual reasons."""
    said = str(error["msg"]).removeprefix("Value error, ")
    return REFUSED_WORDS.get(error["type"]) or REFUSED_WORDS.get(said) or said
