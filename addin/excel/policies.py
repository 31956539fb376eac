"""What this Windows machine's administrators have forbidden that the buttons need, as far as the registry says.

It only reads, and only says what it knows: silence is no promise that Excel will run the add-in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Literal

from rubric_versions.findings import Finding, finding

Hive = Literal["HKCU", "HKLM"]
ReadValue = Callable[[Hive, str, str], object]
"""The value of that name under that key, None where there is none."""

OFFICES = ("12.0", "14.0", "15.0", "16.0")  # 2007, 2010, 2013, and all since
CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"  # Defender: no child processes of Office programs
_POLICIES = (r"Software\Policies\Microsoft\Office", r"Software\Policies\Microsoft\Cloud\Office")  # by the domain, by the cloud
_DEFENDER = r"Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_MANAGED = r"SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager"  # rules as "id=state|id=state"
_BLOCKS = 1  # 0 is off, 2 only audits, 6 warns
_LOCATIONS = r"\Excel\Security\Trusted Locations"


def obstacles(read: ReadValue) -> list[Finding]:
    """What stands in the way of the buttons, each once."""
    return [finding(code) for code in dict.fromkeys(_found(read))]


def _found(read: ReadValue) -> Iterator[str]:
    hives: tuple[Hive, ...] = ("HKCU", "HKLM")
    for hive, office in product(hives, OFFICES):
        for policies in (rf"{above}\{office}" for above in _POLICIES):
            if _is(read(hive, rf"{policies}\Common", "VBAOff"), 1):
                yield "addin-vba-off"
            if _is(read(hive, rf"{policies}\Excel\Security", "DisableAllAddins"), 1):
                yield "addin-addins-off"
            if _is(read(hive, rf"{policies}\Excel\Security", "RequireAddinSig"), 1):
                yield "addin-unsigned"
            if _is(read(hive, rf"{policies}\Common\Security\Trusted Locations", "Allow User Locations"), 0):
                yield "addin-untrusted"
            if _is(read(hive, rf"{policies}{_LOCATIONS}", "AllLocationsDisabled"), 1):
                yield "addin-untrusted"
        if _is(read(hive, rf"Software\Microsoft\Office\{office}{_LOCATIONS}", "AllLocationsDisabled"), 1):  # the user's own choice
            yield "addin-untrusted"
    for above in (r"SOFTWARE\Policies\Microsoft", r"SOFTWARE\Microsoft"):
        if _is(read("HKLM", rf"{above}\{_DEFENDER}", CHILD_PROCESSES), _BLOCKS):
            yield "addin-no-children"
    if f"{CHILD_PROCESSES}={_BLOCKS}" in str(read("HKLM", _MANAGED, "ASRRules")).lower().split("|"):
        yield "addin-no-children"


def _is(value: object, wanted: int) -> bool:
    return isinstance(value, int | str) and str(value) == str(wanted)


def registry_value(hive: Hive, key: str, name: str) -> object:
    """The value in this machine's registry; None where there is none, it may not be read, or this is no Windows."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - Windows only

        top = winreg.HKEY_CURRENT_USER if hive == "HKCU" else winreg.HKEY_LOCAL_MACHINE
        with suppress(OSError), winreg.OpenKey(top, key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
            return winreg.QueryValueEx(opened, name)[0]
    return None
