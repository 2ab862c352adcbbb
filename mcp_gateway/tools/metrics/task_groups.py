"""Reads the tasks of a query and groups them by keys that do not depend on spelling."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from mcp_gateway.tools.kit.datetimes import EARLIEST, zone_of
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.metrics.metric import MetricQuery
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.spelling import NOBODY, by_text
from mcp_gateway.tools.work.task_facts import CANCELLED, is_done
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskRow, list_tasks
from mcp_gateway.upstream.rows import Period


@dataclass(frozen=True, slots=True)
class TaskGroup:
    key: str
    name: str | None
    rows: list[TaskRow]


async def read(
    question: MetricQuery, kind: str | None, *, status: int | None = None, most: int | None = None
) -> list[TaskRow]:
    """Read the tasks of the scope whose date of this kind is in the period; without a kind, all of them."""
    period = None if kind is None else Period(question.since, question.until, kind)
    return await read_within(question, period, status=status, most=most)


async def read_within(
    question: MetricQuery, period: Period | None, *, status: int | None = None, most: int | None = None
) -> list[TaskRow]:
    upstream = question.call.upstream
    fetch = partial(
        list_tasks,
        upstream,
        TaskRow,
        TaskFilter(status=status, asset=question.asset, location=question.location, period=period),
    )
    rows = await question.reading.all_rows(fetch, "work orders", most)
    return once(rows, lambda row: row.id_work_orders_tasks)


async def read_finished(question: MetricQuery) -> list[TaskRow]:
    """Read the tasks finished in the period, except those of cancelled orders."""
    return [
        row
        for row in await read(question, "final_date")
        if is_done(row) and row.id_status_work_order != CANCELLED
    ]


def person_of(row: TaskRow) -> str:
    return row.code_responsible or row.personnel_description or NOBODY


def grouped(
    question: MetricQuery,
    rows: Iterable[TaskRow],
    dated: Callable[[TaskRow], dt.datetime | None] | None = None,
) -> list[TaskGroup]:
    """Group tasks as the question says. `dated` returns the date of a task for grouping by month."""
    if question.group_by == "family":
        families = by_text(rows, lambda row: row.groups_description)
        return [TaskGroup(family, None, part) for family, part in families.items()]
    zone = zone_of(question.call.caller)

    def month(row: TaskRow) -> str:
        moment = dated(row) if dated else None
        return NOBODY if moment is None else moment.astimezone(zone).strftime("%Y-%m")

    keys: dict[str, Callable[[TaskRow], str]] = {
        "asset": lambda row: row.code or NOBODY,
        "location": lambda row: path(row.parent_description) or NOBODY,
        "month": month,
        "person": person_of,
    }
    key = keys.get(question.group_by)
    return [] if key is None else by_key(rows, key, NAMES.get(question.group_by))


Naming = Callable[[TaskRow], str | None]
NAMES: dict[str, Naming] = {
    "asset": lambda row: row.items_log_description,
    "person": lambda row: row.personnel_description,
}


def by_key(rows: Iterable[TaskRow], key: Callable[[TaskRow], str], name: Naming | None) -> list[TaskGroup]:
    """Group tasks by key. The name is the newest row's, since spellings change over the years."""
    groups: dict[str, list[TaskRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [TaskGroup(code, newest_name(part, name) if name else None, part) for code, part in groups.items()]


def newest_name(rows: list[TaskRow], name: Naming) -> str | None:
    named = [row for row in rows if name(row)]
    return name(max(named, key=lambda row: row.creation_date or EARLIEST)) if named else None


def folios(rows: Iterable[TaskRow], most: int = 10) -> list[str]:
    return list(dict.fromkeys(row.wo_folio for row in rows))[:most]
