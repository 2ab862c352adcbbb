"""A day is a day in the company's time zone, of 23, 24 or 25 hours.

The expected values come from the other direction: for each quarter of an hour around the day, the zone gives
its date. No zone has shifted by less than that since 1990.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.tools.kit import datetimes

STEP = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)
ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
CALLER = Caller(
    company_id=1,
    company_name="x",
    language="en",
    time_zone="UTC",
    rights=frozenset(),
    consumer_id=1,
    consumer_name="x",
    scopes=frozenset(),
)
zones = st.sampled_from(ZONES)
days = st.dates(dt.date(1990, 1, 15), dt.date(2037, 12, 20))


def instants(zone: str, first: dt.date, last: dt.date) -> list[dt.datetime]:
    """Return every quarter of an hour that has one of these dates in the zone."""
    begin = dt.datetime(first.year, first.month, first.day, tzinfo=dt.UTC) - 2 * DAY
    count = ((last - first).days + 5) * 96
    local = zoneinfo.ZoneInfo(zone)
    every = (begin + step * STEP for step in range(count))
    return [instant for instant in every if first <= instant.astimezone(local).date() <= last]


def bounds(zone: str, text: str, until: str | None = None) -> tuple[dt.datetime, dt.datetime]:
    found = datetimes.period(replace(CALLER, time_zone=zone), text, until or text, "date")
    assert found is not None
    return found.since, found.until


def covers(zone: str, text: str, first: dt.date, last: dt.date) -> int:
    """Check that the period begins and ends exactly with the dates; return its number of quarters."""
    right = instants(zone, first, last)
    assert bounds(zone, text) == (right[0], right[-1] + STEP - dt.timedelta(microseconds=1))
    return len(right)


@given(zones, days)
@example("America/Santiago", dt.date(2026, 9, 6))  # no midnight
@example("America/Santiago", dt.date(2026, 4, 4))  # 25 hours, the last one twice
@example("America/Havana", dt.date(2026, 11, 1))  # midnight twice
@example("Atlantic/Azores", dt.date(2026, 10, 25))
@example("Pacific/Apia", dt.date(2011, 12, 30))
def test_a_date_is_every_instant_of_that_day(zone: str, day: dt.date) -> None:
    assume(instants(zone, day, day))  # an island that crossed the date line skipped a day
    covers(zone, day.isoformat(), day, day)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Santiago", dt.date(2026, 9, 6), 23),
        ("America/Santiago", dt.date(2026, 4, 4), 25),
        ("America/Bogota", dt.date(2026, 4, 4), 24),
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), 23.5),
    ],
)
def test_some_days_have_these_hours(zone: str, day: dt.date, hours: float) -> None:
    assert covers(zone, day.isoformat(), day, day) == hours * 4


@given(zones, days)
@example("America/Bogota", dt.date(2026, 11, 18))
def test_a_week_is_its_seven_days(zone: str, day: dt.date) -> None:
    monday = day - dt.timedelta(days=day.weekday())
    text = monday.strftime("%G-W%V")
    assert covers(zone, text, monday, monday + 6 * DAY) > 6.5 * 96
    assert bounds(zone, text) == bounds(zone, text.replace("-", ""))


@given(zones, days)
def test_day_follows_day_without_gap_or_overlap(zone: str, day: dt.date) -> None:
    assume(instants(zone, day, day) and instants(zone, day + DAY, day + DAY))
    assert (
        bounds(zone, day.isoformat())[1] + dt.timedelta(microseconds=1)
        == bounds(zone, (day + DAY).isoformat())[0]
    )


@given(zones, days, st.integers(0, 95))
def test_today_ends_with_the_day_of_the_company(zone: str, day: dt.date, quarter: int) -> None:
    now = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) + quarter * STEP
    local = now.astimezone(zoneinfo.ZoneInfo(zone)).date()
    right = instants(zone, local, local)[-1] + STEP - dt.timedelta(microseconds=1)
    assert datetimes.end_of_today(replace(CALLER, time_zone=zone), now) == right


def test_a_week_is_no_moment() -> None:
    with pytest.raises(InvalidArguments, match="whole week"):
        datetimes.parse(CALLER, "2026-W47", "scheduled_at")
    assert datetimes.parse(CALLER, "2026-W47-3", "scheduled_at").date() == dt.date(2026, 11, 18)
