"""Metrics of work: how much there is, how much is late or open, and who did it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from mcp_gateway.tools.kit.codes import ORDER_STATUS
from mcp_gateway.tools.kit.datetimes import EARLIEST, zone_of
from mcp_gateway.tools.metrics.metric import (
    MetricQuery,
    MetricResult,
    MetricRow,
    hours,
    known_sum,
    largest_first,
)
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.task_groups import (
    NAMES,
    NOBODY,
    by_key,
    folios,
    grouped,
    person_of,
    read,
    read_finished,
    read_within,
)
from mcp_gateway.tools.work.task_facts import (
    DONE,
    IN_PROCESS,
    OPEN,
    estimated_seconds,
    is_done,
    is_overdue,
    worked_seconds,
)
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, TaskRow, list_tasks
from mcp_gateway.upstream.rows import PAGE_SIZE, Page, Period

MOST_LATE_PAGES = 10


async def summary(question: MetricQuery) -> MetricResult:
    """Count work by status. It takes five calls if at most 100 tasks are late.

    Beyond 100 tasks of a status the upstream's total is used, unless its filter has no effect, which shows as
    a row of another status or asset, or as the total of the whole company.
    """
    reading = question.reading
    created = Period(question.since, question.until, "creation_date")
    firsts = await asyncio.gather(*(_created_with(question, created, status) for status in ORDER_STATUS))
    filtered = all(len(page.rows) + len(page.unread) == page.read for page in firsts)
    if filtered and question.scope != "company" and question.call.upstream.may_pass_over_filters:
        filtered = await _is_narrower(question, created, firsts)
    counted = [len(page.rows) if page.is_last else page.total if filtered else None for page in firsts]
    unknown = [word for word, number in zip(ORDER_STATUS.values(), counted, strict=True) if number is None]
    if unknown:
        reading.incomplete(f"Fracttal One gave no usable total of tasks for: {', '.join(unknown)}.")
    past = Period(EARLIEST, question.now, "date_maintenance")
    late = [
        row
        for row in await read_within(question, past, status=IN_PROCESS, most=MOST_LATE_PAGES)
        if is_overdue(row, question.now, zone_of(question.call.caller))
    ]
    overall: dict[str, float | int | None] = {
        f"{word}_tasks": number for word, number in zip(ORDER_STATUS.values(), counted, strict=True)
    }
    overall["late_in_process_tasks"] = len(late)
    return MetricResult(
        overall,
        "Tasks of work orders created in the period, by the status of their order. Late: tasks that are not "
        "done, of orders in process, whose scheduled date is over, whenever created.",
        rows_used=sum(number or 0 for number in counted)
        + sum(not created.holds(row.creation_date) for row in late),
    )


async def _created_with(
    question: MetricQuery, created: Period, status: int, *, everywhere: bool = False, size: int = PAGE_SIZE
) -> Page[TaskLine]:
    """Read the first tasks of orders with the status, of the scope or of the whole company."""
    which = TaskFilter(status=status, period=created)
    if not everywhere:
        which = replace(which, asset=question.asset, location=question.location)
    fetch = partial(list_tasks, question.call.upstream, TaskLine, which)
    return await question.reading.page(fetch, size=size)


async def _is_narrower(question: MetricQuery, created: Period, firsts: Sequence[Page[TaskLine]]) -> bool:
    """Say whether the upstream counts fewer tasks in the scope than in the whole company.

    If it ignores the scope it counts all tasks, even if the newest 100 are in the scope. Only the counts that
    are used are compared.
    """
    counts = [
        (status, page.total)
        for status, page in zip(ORDER_STATUS, firsts, strict=True)
        if not page.is_last and page.total is not None
    ]
    for status, total in counts:
        whole = await _created_with(question, created, status, everywhere=True, size=1)
        if whole.total is not None and total < whole.total:
            return True
    return not counts


async def backlog(question: MetricQuery) -> MetricResult:
    """Return the estimated hours of open work, and the weeks that its people need for it."""
    read_rows = [row for status in OPEN for row in await read(question, None, status=status)]
    waiting = [row for row in once(read_rows, lambda row: row.id_work_orders_tasks) if not is_done(row)]

    def figures(rows: list[TaskRow]) -> dict[str, float | int | None]:
        estimates = [estimated_seconds(row) for row in rows]
        people = len({person_of(row) for row in rows} - {NOBODY})
        seconds = known_sum(estimates)
        capacity = people * question.hours_per_week * 3600
        return {
            "tasks": len(rows),
            "orders": len({row.wo_folio for row in rows}),
            "hours": hours(seconds) if rows else 0.0,
            "without_estimate": estimates.count(None),
            "weeks": None if seconds is None or not people else round(seconds / capacity, 2),
        }

    overall = figures(waiting)
    overall["people"] = len({person_of(row) for row in waiting} - {NOBODY})
    if overall["without_estimate"]:
        question.reading.say(
            f"{overall['without_estimate']} tasks have no estimate: hours are of the others."
        )
    rows = [
        MetricRow(key=group.key, name=group.name, **figures(group.rows), folios=folios(group.rows))
        for group in grouped(question, waiting)
    ]
    return MetricResult(
        overall,
        "Hours = estimated duration of the tasks that are not done in orders in process or in review, now. "
        f"Weeks = hours ÷ (people who are responsible for them × {question.hours_per_week:g} hours a week).",
        largest_first(rows, lambda row: row.hours),
        len(waiting),
    )


def _closed_orders(rows: Sequence[TaskRow]) -> int:
    return len({row.wo_folio for row in rows if row.id_status_work_order == DONE})


async def work_per_person(question: MetricQuery) -> MetricResult:
    rows = await read_finished(question)
    people = by_key(rows, person_of, NAMES["person"])
    return MetricResult(
        {
            "people": len({group.key for group in people} - {NOBODY}),
            "tasks": len(rows),
            "orders": len({row.wo_folio for row in rows}),
            "closed_orders": _closed_orders(rows),
            "hours": hours(known_sum(map(worked_seconds, rows))) if rows else 0.0,
        },
        "Tasks finished in the period but for those of cancelled orders, by who is responsible for the "
        "order, with their real duration. orders: those with at least one such task; closed_orders: how many "
        "of them are completed now.",
        largest_first(
            (
                MetricRow(
                    key=group.key,
                    name=group.name,
                    tasks=len(group.rows),
                    orders=len({row.wo_folio for row in group.rows}),
                    closed_orders=_closed_orders(group.rows),
                    hours=hours(known_sum(map(worked_seconds, group.rows))),
                    folios=folios(group.rows, 5),
                )
                for group in people
            ),
            lambda row: row.hours,
        ),
        len(rows),
    )
