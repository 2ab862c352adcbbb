"""The backlog: open work by estimate, and the time that people have for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.groups import share
from tests.oracle.figures.work import NEWEST, add_folios, both
from tests.oracle.tables import SCOPED, Tables

MOST_FOLIOS = 10
ASSUMED_WEEK = 40
ALWAYS = 1e12  # seconds


def backlog(tables: Tables, asked: Asked) -> Figures:
    select = """
        count(*) AS tasks, count(DISTINCT folio) AS orders,
        CASE WHEN count(*) THEN sum(duration) ELSE 0 END / 3600.0 AS hours,
        coalesce(sum(duration IS NULL), 0) AS without_estimate,
        count(DISTINCT nullif(responsible, '-')) AS people
    """
    where = f"""
        NOT done AND order_status IN (1, 2) AND date_maintenance BETWEEN :since AND :until
        AND item_id IN {SCOPED}
    """
    week = asked.hours_per_week or ASSUMED_WEEK
    given = dict(asked.words)
    asked = replace(
        asked,
        since=asked.since if "since" in given else -ALWAYS,
        until=asked.until if "until" in given else ALWAYS,
    )
    overall, rows = both(tables, asked, select, where, "date_maintenance")
    if rows is not None:
        add_folios(tables, asked, "date_maintenance", where, rows, 1_000_000, NEWEST)
        for row in rows:
            if len(row["folios"]) > MOST_FOLIOS:  # which of them, nothing says
                del row["folios"]
    for row in [overall, *(rows or [])]:
        row["weeks"] = None if row["hours"] is None else share(row["hours"], row["people"] * week)
    for row in rows or []:
        del row["people"]
    overall["hours_per_week"] = week
    if rows is not None and asked.group_by == "person" and asked.scope == "company":
        overall["people_without_work"] = _add_people(tables, asked, rows, week)
    if rows is not None and asked.group_by == "month":
        return Figures(overall, sorted(rows, key=lambda row: row["key"]))
    return Figures(overall, rows and sorted(rows, key=lambda row: (-round(row["hours"] or 0, 2), row["key"])))


def _add_people(tables: Tables, asked: Asked, rows: list[dict[str, Any]], week: float) -> int:
    """Add those who have nothing to do, and to each active person the hours until the end of the period."""
    people = tables(
        """
        SELECT coalesce(code, nullif(trim(first_name || ' ' || last_name), '')) AS key,
               nullif(trim(first_name || ' ' || last_name), '') AS name
          FROM Personnel WHERE active AND NOT only_request
        """
    )
    named = {row["key"]: row["name"] for row in people if row["key"]}
    busy = {row["key"] for row in rows}
    idle = named.keys() - busy
    nothing = {"tasks": 0, "orders": 0, "hours": 0, "without_estimate": 0, "weeks": None}
    rows += [{"key": key, "name": named[key], "folios": set(), **nothing} for key in idle]
    begin = max(asked.since, tables.now)
    if begin < asked.until < ALWAYS:
        hours = week * _wall_days(tables, begin, asked.until) / 7
        for row in rows:
            if row["key"] in named:
                row["capacity_hours"] = hours
                row["free_hours"] = None if row["hours"] is None else hours - row["hours"]
    return len(idle)


def _wall_days(tables: Tables, begin: float, end: float) -> float:
    """Count days as calendars and clocks on the wall do."""
    first, last = (dt.datetime.fromtimestamp(moment, tables.tz) for moment in (begin, end))
    whole = last.date().toordinal() - first.date().toordinal()

    def of_day(moment: dt.datetime) -> float:
        return (moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6) / 86_400

    return whole + of_day(last) - of_day(first)
