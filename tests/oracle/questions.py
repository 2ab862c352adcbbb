"""Questions about metrics, drawn for a plant: metric, scope, group, period, days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.oracle.asked import Asked
from tests.oracle.calendars import Calendar, first_moment
from tests.oracle.dice import Dice
from tests.oracle.plants import Plant

# Metric → groups, scopes, whether it has a period, and further arguments: the table of docs/metrics.md.
BOTH = ("company", "location", "asset")
WORK = ("asset", "location", "month", "family", "person")
KNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool, bool]] = {
    "reliability": (
        (
            "asset",
            "location",
            "month",
            "family",
            "criticality",
            "manufacturer",
            "failure_type",
            "failure_cause",
        ),
        BOTH,
        True,
        False,
    ),
    "summary": ((), BOTH, True, False),
    "compliance": (WORK, BOTH, True, True),
    "backlog": (WORK, BOTH, True, False),
    "ageing": ((), BOTH, False, False),
    "planned_share": (WORK, BOTH, True, False),
    "cost": ((*WORK, "third_party"), BOTH, True, False),
    "work_per_person": ((), BOTH, True, False),
    "repeat_failures": (("asset",), BOTH, True, True),
    "requests": (("asset", "location", "month"), BOTH, True, False),
    "stale_meters": ((), BOTH, False, True),
    "meter_forecast": ((), BOTH, False, True),
    "stock_below_minimum": ((), ("company",), False, False),
    "purchase_draft": ((), ("company",), False, True),
    "stock_use": ((), ("company",), True, True),
    "idle_stock": ((), ("company",), False, True),
}


def cells() -> list[tuple[str, str, str]]:
    """Return every combination of metric, scope and group."""
    return [
        (metric, scope, group)
        for metric, (groups, scopes, _period, _days) in KNOWN.items()
        for scope in scopes
        for group in ("none", *groups)
    ]


def question(plant: Plant, cell: tuple[str, str, str], roll: Dice) -> Asked | None:
    """Draw a question for the cell, None if the plant has nothing that its scope could name."""
    metric, scope, group = cell
    _groups, _scopes, has_period, has_days = KNOWN[metric]
    code = None
    if scope == "asset":
        named = [item for item in plant["Item"] if item["type"] == 2]
        code = roll.of(named)["code"] if named else None
    elif scope == "location":
        named = [item for item in plant["Item"] if item["type"] in {1, 2}]
        code = roll.of(named)["code"] if named else None
    if code is None and scope != "company":
        return None
    words, since, until = _period(plant.calendar, roll) if has_period else ({}, 0.0, 0.0)
    if metric == "backlog":
        words, since, until = _scheduled(plant.calendar, roll)
    days = roll.pick(None, 1, 30, 2) if has_days else None
    if metric == "compliance" and roll.once_in(4):
        days = 0
    hours = roll.pick(None, 8, 37.5) if metric == "backlog" else None
    components = metric == "reliability" and roll.once_in(3)
    compared = "none"
    if has_period and metric != "backlog":
        compared = roll.pick("none", "none", "previous_period", "previous_year")
    return Asked(
        metric,
        since,
        until,
        scope,
        code,
        group,
        days,
        hours,
        components,
        tuple(words.items()),
        compare_with=compared,
    )


def _period(calendar: Calendar, roll: Dice) -> tuple[dict[str, Any], float, float]:
    """Draw a period: none, one end, bare dates, or timestamps with an offset."""
    now = calendar.now
    words: dict[str, Any] = {}
    if roll.once_in(4):
        return _whole_months(calendar, roll)
    until = now
    if roll.once_in(2):
        until = said("until", calendar, roll, words)
    until = min(until, now)
    since = until - dt.timedelta(days=90)
    if not roll.once_in(3):
        since = said("since", calendar, roll, words)
        if since >= until:
            since = until - dt.timedelta(days=30)
            words["since"] = since.astimezone(calendar.tz).isoformat()
    return words, since.timestamp(), until.timestamp()


def _whole_months(calendar: Calendar, roll: Dice) -> tuple[dict[str, Any], float, float]:
    """Draw one to three calendar months of the last year, by their first and last days."""
    this = calendar.now.astimezone(calendar.tz)
    end = this.year * 12 + this.month - 1 - roll.below(6)
    begin = end - 1 - roll.below(3)
    first, after = (dt.date(month // 12, month % 12 + 1, 1) for month in (begin, end))
    last = after - dt.timedelta(days=1)
    since, until = first_moment(calendar.tz, first), first_moment(calendar.tz, after)
    words = {"since": first.isoformat(), "until": last.isoformat()}
    return words, since.timestamp(), (until - dt.timedelta(microseconds=1)).timestamp()


def _scheduled(calendar: Calendar, roll: Dice) -> tuple[dict[str, Any], float, float]:
    """Draw a period of scheduled dates: none, one end, or both; it may lie ahead."""
    words: dict[str, Any] = {}
    since = said("since", calendar, roll, words, 40) if roll.once_in(3) else None
    until = said("until", calendar, roll, words, 40) if roll.once_in(2) else None
    if since is not None and until is not None and since >= until:
        since = until - dt.timedelta(days=30)
        words["since"] = since.astimezone(calendar.tz).isoformat()
    return words, since.timestamp() if since else 0.0, until.timestamp() if until else 0.0


def said(
    name: str, calendar: Calendar, roll: Dice, words: dict[str, Any], days_ahead: int = 0
) -> dt.datetime:
    moment = (
        calendar.moment(roll, days_back=30, days_ahead=days_ahead) if days_ahead else calendar.past(roll, 200)
    )
    if roll.once_in(2):
        words[name] = moment.astimezone(roll.pick(calendar.tz, dt.UTC)).isoformat()
        return moment
    day = moment.astimezone(calendar.tz).date()
    words[name] = day.isoformat()
    if name == "since":
        return first_moment(calendar.tz, day)
    return first_moment(calendar.tz, day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
