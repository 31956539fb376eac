"""`uno` wherever it is: LibreOffice's own Python has it; for another, Debian's packages or the program's folder are looked in.

It must be the same Python as LibreOffice was built with; nothing is put on PYTHONPATH. Imports it only when it is asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PLACES = ("/usr/lib/python3/dist-packages", "/usr/lib/libreoffice/program", r"C:\Program Files\LibreOffice\program")


@cache
def uno() -> Any:
    """The module. Raises ImportError where there is none for this Python."""
    try:
        return importlib.import_module("uno")
    except ImportError:
        for place in PLACES:
            if (Path(place) / "uno.py").is_file():
                sys.path.append(place)
                try:
                    return importlib.import_module("uno")
                finally:
                    sys.path.remove(place)
        raise


def struct(name: str, **fields: Any) -> Any:
    """A UNO struct with those fields set."""
    made = uno().createUnoStruct(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def property_values(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Named values as UNO's calls take them."""
    return tuple(struct("com.sun.star.beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def connect(pipe: str) -> Any:
    """The component context of a LibreOffice that accepts on that pipe. Raises UNO's NoConnectException."""
    local = uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
