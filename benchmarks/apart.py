"""What helpers are asked to do in the benchmarks: it lies in a module of its own, for they know no `__main__`."""

from __future__ import annotations

from processor.checks import Office, check_bytes
from processor.isolation import Apart


def checked(office: Office, data: bytes) -> str:
    """The verdict on a form."""
    return check_bytes(data, "31207.xlsx", office).verdict.value


def lost(_: bytes) -> str:
    """Nothing; a form that takes its reader along ends the benchmark."""
    raise SystemExit("a form took its reader along")


def checking(office: Office) -> Apart[Office, bytes, str]:
    """Forms checked by helpers."""
    return Apart(checked, lost, office)
