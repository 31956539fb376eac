"""The fields of a version besides its tables, read off the model itself: one added to it later needs a name in `words` and nothing else.

Says what there is to fill in, not where it stands: the sheet is `workbook_templates.authoring_book`'s.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from rubric_versions.model import RubricVersion
from rubric_versions.words import AUTHORING_LABELS, RULE_VALUES, SEVERITY_VALUES


@dataclass(frozen=True, slots=True)
class Slot:
    """One field, or column, that people fill: its name, what it is called, its type, and the words it takes by their values."""

    name: str
    label: str
    type: Literal["text", "whole", "points", "truth", "choice"]
    required: bool = False
    choices: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together at `path`: one of each (`single`), or a list of rows of `slots` (of one slot named "" for bare values)."""

    path: tuple[str, ...]
    label: str
    slots: tuple[Slot, ...]
    single: bool
    required: bool = True
    """Whether a list must have an item, where the part it belongs to is there at all."""
    optional: int = 0
    """How much of the path names a part that may be left out whole; 0 for none."""


def sections(model: type[BaseModel] = RubricVersion, path: tuple[str, ...] = (), optional: int = 0) -> list[Section]:
    """All fields of a version but its tables, as the model has them: single ones first, then lists and what lies deeper."""
    single: list[Slot] = []
    deeper: list[Section] = []
    for name, field in model.model_fields.items():
        if name == "appendices" and not path:
            continue
        here = (*path, name)
        label = label_of(here)
        kind, inner = _shape(field.annotation)
        if kind == "model":
            may_lack = not field.is_required() and field.default is None
            deeper += sections(inner, here, len(here) if may_lack else optional)
        elif kind == "models":
            columns = tuple(_slot(inner_name, one.annotation, one.is_required(), here) for inner_name, one in inner.model_fields.items())
            deeper.append(Section(here, label, columns, single=False, required=field.is_required(), optional=optional))
        elif kind == "values":
            deeper.append(Section(here, label, (_slot("", inner, True, here),), False, field.is_required(), optional))
        else:
            single.append(_slot(name, field.annotation, field.is_required(), path))
    own = [Section(path, label_of(path), tuple(single), single=True, optional=optional)] if single else []
    return own + deeper


def label_of(path: tuple[str, ...]) -> str:
    """What a field is called; by its own name where nobody has named it yet."""
    return AUTHORING_LABELS.get(".".join(path), path[-1] if path else "")


def _shape(annotation: Any) -> tuple[str, Any]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _shape(next(part for part in parts if part is not type(None)))
    if origin is tuple:
        inner = parts[0]
        return ("models", inner) if isinstance(inner, type) and issubclass(inner, BaseModel) else ("values", inner)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "model", annotation
    return "value", annotation


def _slot(name: str, annotation: Any, required: bool, path: tuple[str, ...]) -> Slot:
    label = label_of((*path, name)) if name else label_of(path)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _slot(name, next(part for part in parts if part is not type(None)), False, path)
    if origin is Literal:
        return Slot(name, label, "choice", required, tuple((value, RULE_VALUES.get(str(value), str(value))) for value in parts))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Slot(name, label, "choice", required, tuple((one.value, SEVERITY_VALUES.get(one.value, one.value)) for one in annotation))
    if annotation is bool:
        return Slot(name, label, "truth", required, ((True, RULE_VALUES["True"]), (False, RULE_VALUES["False"])))
    if annotation is int:
        return Slot(name, label, "whole", required)
    if annotation is Fraction or Fraction in parts:
        return Slot(name, label, "points", required)
    return Slot(name, label, "text", required)
