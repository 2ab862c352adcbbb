"""The period that a metric is compared with: the one before, or the same a year earlier.

Whole months and whole days stay whole in the time zone of the question, whatever their length in hours.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from mcp_gateway.tools.kit.datetimes import DAY, midnight

CompareWith = Literal["none", "previous_period", "previous_year"]
MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EarlierPeriod:
    """Both ends included. `months` is how many calendar months it lies back, None if not a whole number."""

    since: dt.datetime
    until: dt.datetime
    months: int | None


def earlier_period(
    since: dt.datetime, until: dt.datetime, zone: dt.tzinfo, compare_with: CompareWith
) -> EarlierPeriod:
    if compare_with == "previous_year":
        return _year_before(since, until, zone)
    return _just_before(since, until, zone)


def _just_before(since: dt.datetime, until: dt.datetime, zone: dt.tzinfo) -> EarlierPeriod:
    before = since - MOMENT
    begin, end = _day_that_begins(since, zone), _day_that_begins(until + MOMENT, zone)
    if begin is None or end is None:
        return EarlierPeriod(before - (until - since), before, None)
    if begin.day == end.day == 1:
        months = _months(end) - _months(begin)
        return EarlierPeriod(midnight(_months_back(begin, months), zone), before, months)
    return EarlierPeriod(midnight(begin - (end - begin), zone), before, None)


def _year_before(since: dt.datetime, until: dt.datetime, zone: dt.tzinfo) -> EarlierPeriod:
    begin, end = _day_that_begins(since, zone), _day_that_begins(until + MOMENT, zone)
    if begin is not None and end is not None and begin.day == end.day == 1:
        ends = midnight(_months_back(begin, 12), zone), midnight(_months_back(end, 12), zone) - MOMENT
        return EarlierPeriod(*ends, 12)
    first = _same_time(since, zone) if begin is None else midnight(_a_year_back(begin), zone)
    last = _same_time(until, zone) if end is None else midnight(_a_year_back(end - DAY) + DAY, zone) - MOMENT
    return EarlierPeriod(first, last, 12)


def _day_that_begins(moment: dt.datetime, zone: dt.tzinfo) -> dt.date | None:
    day = moment.astimezone(zone).date()
    return day if midnight(day, zone) == moment else None


def _same_time(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    local = moment.astimezone(zone)
    return dt.datetime.combine(_a_year_back(local.date()), local.timetz()).astimezone(dt.UTC)


def _a_year_back(day: dt.date) -> dt.date:
    """Return the day with the same date a year earlier. 29 February has 28 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _months(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _months_back(day: dt.date, months: int) -> dt.date:
    year, month = divmod(_months(day) - months, 12)
    return dt.date(year, month + 1, 1)
