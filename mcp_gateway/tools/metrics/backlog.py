"""Backlog: the estimated hours of open work, and the time that people have for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, zone_of
from mcp_gateway.tools.metrics.metric import (
    MetricQuery,
    MetricResult,
    MetricRow,
    hours,
    known_sum,
    largest_first,
)
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.spelling import NOBODY
from mcp_gateway.tools.metrics.task_groups import TaskGroup, folios, grouped, person_of, read
from mcp_gateway.tools.work.task_facts import OPEN, estimated_seconds, is_done
from mcp_gateway.upstream.resources.personnel import PersonRow, list_people
from mcp_gateway.upstream.resources.work_orders import TaskRow
from mcp_gateway.upstream.rows import Page

PEOPLE_RIGHT = "people:view"
WEEK = dt.timedelta(days=7)


async def backlog(question: MetricQuery) -> MetricResult:
    """Return the estimated hours of open work, and the weeks that its people need for it."""
    has_period = (question.since, question.until) != (EARLIEST, LATEST)
    kind = "date_maintenance" if has_period else None
    read_rows = [row for status in OPEN for row in await read(question, kind, status=status)]
    waiting = [row for row in once(read_rows, lambda row: row.id_work_orders_tasks) if not is_done(row)]
    people = await _people(question) if question.group_by == "person" else None
    overall = _figures(question, waiting)
    overall["people"] = len({person_of(row) for row in waiting} - {NOBODY})
    overall["hours_per_week"] = question.week.hours
    if overall["without_estimate"]:
        question.reading.say(
            f"{overall['without_estimate']} tasks have no estimate: hours are of the others."
        )
    groups = grouped(question, waiting, lambda row: row.date_maintenance)
    if people is not None:
        busy = {group.key for group in groups}
        groups += [TaskGroup(key, name, []) for key, name in people.items() if key not in busy]
        overall["people_without_work"] = len(people.keys() - busy)
    capacity = None if people is None else _capacity(question)
    rows = []
    for group in groups:
        row = MetricRow(key=group.key, name=group.name, **_figures(question, group.rows))
        row.folios = folios(group.rows) or None
        if people is not None and capacity is not None and group.key in people:
            row.capacity_hours = round(capacity, 2)
            row.free_hours = None if row.hours is None else round(capacity - row.hours, 2)
        rows.append(row)
    by_month = question.group_by == "month"
    return MetricResult(
        overall,
        "Hours: estimated, of tasks not done in orders in process or in review"
        + (", scheduled in the period." if has_period else ", now.")
        + f" Weeks = hours ÷ (people responsible for them × {question.week.hours:g} hours a week, "
        f"{question.week.source})."
        + (" Capacity = these hours × the weeks from now or since to until; free = capacity − hours."
           if capacity is not None else ""),
        sorted(rows, key=lambda row: row.key) if by_month else largest_first(rows, lambda row: row.hours),
        len(waiting),
    )  # fmt: skip


def _figures(question: MetricQuery, rows: list[TaskRow]) -> dict[str, float | int | None]:
    estimates = [estimated_seconds(row) for row in rows]
    seconds = known_sum(estimates) if rows else 0.0
    people = len({person_of(row) for row in rows} - {NOBODY})
    capacity = people * question.week.hours * 3600
    return {
        "tasks": len(rows),
        "orders": len({row.wo_folio for row in rows}),
        "hours": hours(seconds),
        "without_estimate": estimates.count(None),
        "weeks": None if seconds is None or not people else round(seconds / capacity, 2),
    }


async def _people(question: MetricQuery) -> dict[str, str | None] | None:
    """Return the active people of the company by key, None where an idle one could not be told.

    Of a place or an asset, and of what a person sees of the own orders only, nobody knows what else they have
    to do.
    """
    reading, call = question.reading, question.call
    if question.scope != "company" or call.caller.own_work_orders_only:
        reading.say("People may have other work than this: who is free is told for the whole company only.")
        return None

    async def fetch(start: int, size: int) -> Page[PersonRow]:
        return await list_people(call.upstream, start=start, size=size)

    found: list[PersonRow] | None = None
    if PEOPLE_RIGHT in call.caller.rights:
        with suppress(NotPermitted):
            found = await reading.all_rows(fetch, "people")
    if found is None:
        reading.say("People without open work are not listed: this person may not see the people.")
        return None
    return dict(_named(row for row in found if row.active is not False and not row.only_request))


def _named(people: Iterable[PersonRow]) -> Iterable[tuple[str, str | None]]:
    for person in people:
        if key := person.code or person.full_name:
            yield key, person.full_name or None


def _capacity(question: MetricQuery) -> float | None:
    """Return the hours that one person works until the end of the period, None without an end ahead.

    Days are those of the calendar: a week is one in which the clocks change, too.
    """
    zone = zone_of(question.call.caller)
    begin, end = max(question.since, question.now), question.until
    if end == LATEST or end <= begin:
        return None
    days = end.astimezone(zone).replace(tzinfo=None) - begin.astimezone(zone).replace(tzinfo=None)
    return question.week.hours * (days / WEEK)
