"""The clock: Vietnam's time wherever the computer stands, and moments read strictly.

Requirements: design.md, "Time"; issue 5, "the clock set back".
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.clock import ZONE, FixedClock, SystemClock, behind, clock_from_environment, parse_moment


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2018-12-15 16:30", "2018-12-15T16:30:00+07:00"),
        ("15/12/2018 16:30", "2018-12-15T16:30:00+07:00"),
        (" 15/12/2018 16:30:05\u00a0", "2018-12-15T16:30:05+07:00"),
        ("15/12/2018", "2018-12-15T00:00:00+07:00"),
        ("2018-12-15", "2018-12-15T00:00:00+07:00"),
        ("2018-12-15T16:30:00+07:00", "2018-12-15T16:30:00+07:00"),
        ("2018-12-15T16:30:00.000001+07:00", "2018-12-15T16:30:00.000001+07:00"),
        ("2018-12-15T20:00Z", "2018-12-16T03:00:00+07:00"),
        ("2018-12-15T09:30-05:00", "2018-12-15T21:30:00+07:00"),
        ("05/09/2018", "2018-09-05T00:00:00+07:00"),
    ],
)
def test_a_moment_is_read_as_vietnam_writes_it_or_as_iso(text: str, iso: str) -> None:
    assert parse_moment(text).isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "", "5/9/2018", "12/15/2018", "29/02/2018", "15-12-2018", "15/12/18", "15/12/2018 8:30", "15/12/2018 24:00",
        "15/12/2018 16h30", "15/12/2018T16:30", "20181215", "2018-W50-6", "2018-12-15T16:30+7", "2018-12-15 16:60",
        "15/12/0218", "٢٠١٨-١٢-١٥", "hôm nay", "2018-12-15 16:30 x", "2018-12-15T16:30+99:00",
    ],
)  # fmt: skip
def test_a_moment_that_could_be_meant_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such|not a moment"):
        parse_moment(text)


@given(st.timedeltas(timedelta(0), timedelta(days=365 * 199)))
def test_what_the_ledger_writes_is_read_back(since: timedelta) -> None:
    moment = datetime(2000, 1, 2, tzinfo=ZONE) + since
    assert parse_moment(moment.isoformat()) == moment


@given(st.text())
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_moment(text).tzinfo is ZONE


def test_the_system_clock_is_aware_and_in_vietnam() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(hours=7)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(datetime(2018, 12, 15, 9, 30, tzinfo=UTC))
    assert clock.now() == clock.now() == parse_moment("2018-12-15 16:30")
    clock.move_to(clock.now() + timedelta(days=1))
    assert clock.now().isoformat() == "2018-12-16T16:30:00+07:00"
    with pytest.raises(ValueError, match="no zone"):
        FixedClock(datetime(2018, 12, 15))  # noqa: DTZ001 - that is the mistake meant


def test_the_environment_may_stop_the_clock() -> None:
    clock = clock_from_environment({"CCHC_NOW": "2018-12-15T16:30:00+07:00"})
    assert clock.now().isoformat() == "2018-12-15T16:30:00+07:00"
    assert isinstance(clock_from_environment({}), SystemClock)
    assert isinstance(clock_from_environment({"CCHC_NOW": ""}), SystemClock)
    with pytest.raises(ValueError, match="CCHC_NOW"):
        clock_from_environment({"CCHC_NOW": "mai"})


def test_a_clock_set_back_is_noticed() -> None:
    last = parse_moment("2018-12-15 16:30")
    assert behind(parse_moment("2018-12-15 16:29"), last)
    assert not behind(last, last)
    assert not behind(last, None)
