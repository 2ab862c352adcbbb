"""The periods that charts show, cut into spans of the company's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT = "30d"


@dataclass(frozen=True, slots=True)
class Span:
    begins: dt.datetime
    ends: dt.datetime
    label: str


@dataclass(frozen=True, slots=True)
class Period:
    """So many days back, in spans of so many hours; `days` 1 are the last 24 hours."""

    label: Promise
    days: int
    hours: int


PERIODS: Mapping[str, Period] = {
    "24h": Period(_("24 hours"), 1, 1),
    "7d": Period(_("7 days"), 7, 6),
    "30d": Period(_("30 days"), 30, 24),
    "90d": Period(_("90 days"), 90, 24),
}


def period_of(name: str) -> str:
    return name if name in PERIODS else DEFAULT


def spans_of(name: str, now: dt.datetime | None = None) -> list[Span]:
    """Return the spans of a period, oldest first. The last one holds the present moment.

    Days and quarters of days begin by the company's clock, so a day may have 23 or 25 hours.
    """
    period, local = PERIODS[name], timezone.localtime(now)
    begins = list(_hours(local) if period.days == 1 else _quarters(local, period))
    ends = [*begins[1:], begins[-1] + dt.timedelta(hours=period.hours)]
    return [Span(begin, end, _label(begin, period.hours)) for begin, end in zip(begins, ends, strict=True)]


def _hours(local: dt.datetime) -> Iterator[dt.datetime]:
    current = local.replace(minute=0, second=0, microsecond=0).astimezone(dt.UTC)
    for hours in range(23, -1, -1):
        yield timezone.localtime(current - dt.timedelta(hours=hours))


def _quarters(local: dt.datetime, period: Period) -> Iterator[dt.datetime]:
    for days in range(period.days - 1, -1, -1):
        day = local.date() - dt.timedelta(days=days)
        for hour in range(0, 24, period.hours):
            begin = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
            if begin <= local:
                yield begin


def _label(begin: dt.datetime, hours: int) -> str:
    day = date_format(begin, "SHORT_DATE_FORMAT")
    return day if hours == 24 else f"{day} {begin:%H:%M}"
