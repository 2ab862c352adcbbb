"""Maintenance cost (labour, parts, services) of the work finished in the period."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, known_sum, largest_first
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.spelling import NOBODY
from mcp_gateway.tools.metrics.task_groups import folios, grouped, read_finished
from mcp_gateway.upstream.resources.work_order_parts import ResourceRow, list_resources
from mcp_gateway.upstream.resources.work_orders import TaskRow
from mcp_gateway.upstream.rows import Period

SERVICE = 3
SMALLEST = 0.01  # a smaller difference is rounding
KINDS = {
    "labour": "resources_human_resources",
    "parts": "resources_inventory",
    "services": "resources_services",
}


def task_cost(row: TaskRow) -> float | None:
    """Return the cost of a task, None if no part of it is known."""
    if row.total_cost_task is not None:
        return row.total_cost_task
    return known_sum(getattr(row, name) for name in KINDS.values())


def money(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def figures(rows: list[TaskRow]) -> dict[str, float | int | None]:
    costs = [task_cost(row) for row in rows]
    found: dict[str, float | int | None] = {"tasks": len(rows), "without_cost": costs.count(None)}
    if not rows:
        return found | dict.fromkeys((*KINDS, "total"), 0.0)
    for word, name in KINDS.items():
        found[word] = money(known_sum(getattr(row, name) for row in rows))
    return found | {"total": money(known_sum(costs))}


def say_unknown(question: MetricQuery, found: dict[str, float | int | None]) -> None:
    """Say of how many tasks the cost is not known."""
    if found["without_cost"]:
        question.reading.say(
            f"Of {found['without_cost']} of the {found['tasks']} tasks the cost is not known, which is not "
            "zero: sums are of the others. It may be that this person does not see costs."
        )


async def cost(question: MetricQuery) -> MetricResult:
    rows = await read_finished(question)
    overall = figures(rows)
    say_unknown(question, overall)
    if question.group_by == "third_party":
        return await by_third_party(question, rows, overall["services"])
    groups = [
        MetricRow(
            key=group.key,
            name=group.name,
            **figures(group.rows),
            folios=folios(sorted(group.rows, key=lambda row: -(task_cost(row) or 0)), 5),
            url=record_url("assets", group.key)
            if question.group_by == "asset" and group.key != NOBODY
            else None,
        )
        for group in grouped(question, rows, lambda row: row.final_date)
    ]
    ordered = (
        sorted(groups, key=lambda row: row.key)
        if question.group_by == "month"
        else largest_first(groups, lambda row: row.total)
    )
    return MetricResult(
        overall,
        "As entered in the work orders, for tasks finished in the period, cancelled orders apart.",
        ordered,
        len(rows),
    )


async def by_third_party(question: MetricQuery, tasks: list[TaskRow], services: float | None) -> MetricResult:
    """Return the cost by third party. It uses the same tasks, so it adds up to `services` of cost."""
    lines = await _services(question, tasks)
    parties: dict[str, list[ResourceRow]] = defaultdict(list)
    for row in lines:
        parties[row.source_code or row.source_description or NOBODY].append(row)
    sums = {key: known_sum(row.total_cost for row in part) for key, part in parties.items()}
    explained = known_sum(sums.values()) or 0.0
    if services is not None and abs(services - explained) >= SMALLEST:
        sums[NOBODY] = (sums.get(NOBODY) or 0.0) + services - explained
        question.reading.say(
            f"The tasks say {money(services)} of services, the services entered in them "
            f"{money(explained)}: the difference is in the row {NOBODY}."
        )
    found = [
        MetricRow(
            key=key,
            name=_newest_name(parties.get(key, [])),
            tasks=len({row.id_work_orders_tasks for row in parties.get(key, ())}),
            services=money(total),
            folios=list(dict.fromkeys(row.wo_folio or NOBODY for row in parties.get(key, ())))[:5],
            url=record_url("third-parties", key)
            if any(row.source_code for row in parties.get(key, ()))
            else None,
        )
        for key, total in sums.items()
    ]
    return MetricResult(
        {"services": services, "tasks": len(tasks)},
        "Services of the tasks finished in the period, cancelled orders apart.",
        largest_first(found, lambda row: row.services),
        len(lines),
    )


async def _services(question: MetricQuery, tasks: list[TaskRow]) -> list[ResourceRow]:
    numbers = {row.id_work_orders_tasks for row in tasks} - {None}
    if not numbers:
        return []
    upstream = question.call.upstream
    begin = min(row.creation_date or EARLIEST for row in tasks)
    period = Period(begin, question.now, "date_create")
    fetch = partial(list_resources, upstream, kind=SERVICE, location=question.location, period=period)
    rows = once(await question.reading.all_rows(fetch, "services"), lambda row: row.id_wo_resource)
    return [row for row in rows if row.id_work_orders_tasks in numbers]


def _newest_name(rows: list[ResourceRow]) -> str | None:
    named = [row for row in rows if row.source_description]
    if not named:
        return None
    return max(named, key=lambda row: row.date_create or EARLIEST).source_description
