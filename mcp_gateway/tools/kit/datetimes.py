"""Dates in the caller's time zone, durations in minutes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.upstream.rows import Period

IsoInput = Annotated[
    str,
    Field(
        max_length=40,
        examples=["2026-07-01", "2026-07-01T14:00:00-05:00"],
    ),
]
Minutes = Annotated[int, Field(ge=0, description="Minutes.")]
DAY = dt.timedelta(days=1)
LARGEST_PERIOD = dt.timedelta(days=366 * 30)
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

_week = re.compile(r"\d{4}-?W\d{2}")


def zone_of(caller: Caller) -> dt.tzinfo:
    try:
        return ZoneInfo(caller.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def shown(caller: Caller, moment: dt.datetime | None) -> dt.datetime | None:
    """Convert a time to the caller's zone, without fractions of a second."""
    return in_zone(moment, zone_of(caller))


def in_zone(moment: dt.datetime | None, zone: dt.tzinfo) -> dt.datetime | None:
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return local.replace(microsecond=0) if local.microsecond else local


def minutes(seconds: float | None) -> int | None:
    return None if seconds is None or seconds < 0 else round(seconds / 60)


def parse(caller: Caller, text: str, field: str) -> dt.datetime:
    """Parse one timestamp. Without a zone the caller's applies; a bare date means the start of the day."""
    if _week.fullmatch(text):
        raise _invalid(field, "is a whole week: give a day of it, or a date and time")
    return first(caller, text, field)


def first(caller: Caller, text: str, field: str) -> dt.datetime:
    """Return the start of a period that begins with `text`. A bare date or week counts from its start."""
    return _moment(caller, text, field, end=False)


def last(caller: Caller, text: str, field: str) -> dt.datetime:
    """Return the end of a period that ends with `text`. A bare date or week counts to its end."""
    return _moment(caller, text, field, end=True)


def end_of_today(caller: Caller, now: dt.datetime) -> dt.datetime:
    zone = zone_of(caller)
    return midnight(now.astimezone(zone).date() + DAY, zone) - dt.timedelta(microseconds=1)


def _moment(caller: Caller, text: str, field: str, *, end: bool) -> dt.datetime:
    zone = zone_of(caller)
    try:
        if len(text) <= 10:
            day = dt.date.fromisoformat(text)  # for a week: its Monday
            if end:
                day += 7 * DAY if _week.fullmatch(text) else DAY
            moment = midnight(day, zone) - dt.timedelta(microseconds=1 if end else 0)
        else:
            moment = dt.datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
            moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _invalid(field, "must be an ISO date such as 2026-07-01 or 2026-07-01T14:00:00-05:00") from None
    if not EARLIEST <= moment <= LATEST:
        raise _invalid(field, "must lie between the years 1990 and 2100")
    return moment


def midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """Return the start of the day in the zone.

    A day has 23 to 25 hours, so its end is the next day's start.
    """
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def period(caller: Caller, since: str | None, until: str | None, kind: str) -> Period | None:
    if since is None and until is None:
        return None
    begin = EARLIEST if since is None else first(caller, since, "since")
    end = LATEST if until is None else last(caller, until, "until")
    if end < begin:
        raise _invalid("until", "must not be before since")
    return Period(begin, end, kind)


def due(caller: Caller, text: str | None, field: str) -> str:
    """Return when work is due: the end of a bare date, by default of today.

    The start of the day would make the work overdue at once.
    """
    by = end_of_today(caller, dt.datetime.now(dt.UTC)) if text is None else last(caller, text, field)
    return by.isoformat(timespec="seconds")


def _invalid(field: str, problem: str) -> InvalidArguments:
    return InvalidArguments(f"{field} {problem}.", fields=[{"field": field, "problem": problem}])
