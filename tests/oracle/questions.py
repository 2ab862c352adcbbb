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
    "reliability": (("asset", "location", "month"), BOTH, True, False),
    "summary": ((), BOTH, True, False),
    "compliance": (WORK, BOTH, True, True),
    "backlog": (("asset", "location", "family", "person"), BOTH, False, False),
    "planned_share": (WORK, BOTH, True, False),
    "cost": ((*WORK, "third_party"), BOTH, True, False),
    "work_per_person": ((), BOTH, True, False),
    "repeat_failures": ((), BOTH, True, True),
    "requests": (("asset", "location", "month"), BOTH, True, False),
    "stale_meters": ((), BOTH, False, True),
    "meter_forecast": ((), BOTH, False, True),
    "stock_below_minimum": ((), ("company",), False, False),
    "purchase_draft": ((), ("company",), False, True),
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
    days = roll.pick(None, 1, 30, 2) if has_days else None
    hours = roll.pick(40, 8, 37.5) if metric == "backlog" else 40
    return Asked(metric, since, until, scope, code, group, days, hours, tuple(words.items()))


def _period(calendar: Calendar, roll: Dice) -> tuple[dict[str, Any], float, float]:
    """Draw a period: none, one end, bare dates, or timestamps with an offset."""
    now = calendar.now
    words: dict[str, Any] = {}
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


def said(name: str, calendar: Calendar, roll: Dice, words: dict[str, Any]) -> dt.datetime:
    moment = calendar.past(roll, 200)
    if roll.once_in(2):
        words[name] = moment.astimezone(roll.pick(calendar.tz, dt.UTC)).isoformat()
        return moment
    day = moment.astimezone(calendar.tz).date()
    words[name] = day.isoformat()
    if name == "since":
        return first_moment(calendar.tz, day)
    return first_moment(calendar.tz, day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
