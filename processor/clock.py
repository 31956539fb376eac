"""What time it is, in Vietnam: the one clock of a run, and the one way to read a moment that a person typed.

Deadlines and receipts are moments in Asia/Ho_Chi_Minh; file times are never asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW_VARIABLE = "CCHC_NOW"

_YEARS = range(2000, 2200)  # the programme began in 2011; a year outside is a slip of the finger such as 0218
_TIME = r"(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2})?"  # 24:00 is a moment to some versions of Python only
_MOMENT = re.compile(
    rf"(?P<day>[0-9]{{2}})/(?P<month>[0-9]{{2}})/(?P<year>[0-9]{{4}})(?: (?P<time>{_TIME}))?"
    rf"|(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_TIME}(?:\.[0-9]{{6}})?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?)"
)


class Clock(Protocol):
    """Whatever tells the time of this run."""

    def now(self) -> datetime:
        """This moment, aware of its zone."""


class SystemClock:
    """The computer's clock, shown in Vietnam's time wherever the computer thinks it is."""

    def now(self) -> datetime:
        """This moment in Asia/Ho_Chi_Minh."""
        return datetime.now(ZONE)


class FixedClock:
    """A clock that stands still until it is moved: for tests and the demonstration."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError(f"{at} has no zone")
        self._at = at.astimezone(ZONE)

    def now(self) -> datetime:
        """The moment at which it stands, in Asia/Ho_Chi_Minh."""
        return self._at

    def move_to(self, moment: datetime) -> None:
        """Nothing; the clock stands there, later or earlier (a clock set back)."""
        self._at = moment.astimezone(ZONE)


def clock_from_environment(environment: Mapping[str, str] = os.environ) -> Clock:
    """A clock standing at the moment in CCHC_NOW, if set (ValueError if unreadable), else the computer's."""
    text = environment.get(NOW_VARIABLE, "")
    if not text:
        return SystemClock()
    try:
        return FixedClock(parse_moment(text))
    except ValueError as error:
        raise ValueError(f"{NOW_VARIABLE}: {error}") from None


def parse_moment(text: str) -> datetime:
    """The moment a text names, in Asia/Ho_Chi_Minh; a day alone means its first moment.

    Read are "15/12/2018", "15/12/2018 16:30" (day first, always), "2018-12-15", "2018-12-15 16:30" and ISO with an
    offset, "2018-12-15T16:30:00+07:00"; seconds may follow. Anything else is a ValueError, as is a year outside 2000 to
    2199: a moment that decides over a deadline is never guessed.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a moment: {text!r}")
    iso = match["iso"] or f"{match['year']}-{match['month']}-{match['day']} {match['time'] or '00:00'}"
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError(f"no such moment: {text!r}") from None
    if moment.year not in _YEARS:
        raise ValueError(f"no such year here: {text!r}")
    return moment.replace(tzinfo=ZONE) if moment.tzinfo is None else moment.astimezone(ZONE)


def behind(now: datetime, last_event_at: datetime | None) -> bool:
    """Whether the clock was set back: it shows less than the ledger's last event (None: nothing happened yet)."""
    return last_event_at is not None and now < last_event_at
