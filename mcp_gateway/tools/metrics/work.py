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
)
from mcp_gateway.tools.metrics.task_groups import (
    read_within,
)
from mcp_gateway.tools.work.task_facts import (
    IN_PROCESS,
    is_overdue,
)
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, list_tasks
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
        "Tasks of orders created in the period, by the status of the order. Late: not done, of orders in "
        "process, scheduled before now, whenever created.",
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
