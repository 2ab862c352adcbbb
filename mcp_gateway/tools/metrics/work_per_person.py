"""Work per person: the tasks that were finished and the orders that were closed in the period."""

from __future__ import annotations

from mcp_gateway.tools.metrics.metric import (
    MetricQuery,
    MetricResult,
    MetricRow,
    hours,
    known_sum,
    largest_first,
    mean,
)
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.spelling import NOBODY
from mcp_gateway.tools.metrics.task_groups import (
    NAMES,
    by_key,
    folios,
    person_of,
    read,
    read_finished,
)
from mcp_gateway.tools.work.task_facts import DONE, worked_seconds
from mcp_gateway.upstream.resources.work_orders import TaskRow


async def work_per_person(question: MetricQuery) -> MetricResult:
    finished = await read_finished(question)
    closed = await read(question, "wo_final_date", status=DONE)
    every = once([*finished, *closed], lambda row: row.id_work_orders_tasks)
    people = by_key(every, person_of, NAMES["person"])
    finished_by = {group.key: group.rows for group in by_key(finished, person_of, None)}
    closed_by = {group.key: group.rows for group in by_key(closed, person_of, None)}
    overall = _figures(finished, closed)
    overall["people"] = len({group.key for group in people} - {NOBODY})
    if not finished:
        overall["hours"] = 0.0
    unknown = sum(worked_seconds(row) is None for row in finished)
    if unknown:
        question.reading.say(f"The real duration of {unknown} tasks is not known: hours are of the others.")
    rows = []
    for group in people:
        mine, done = finished_by.get(group.key, []), closed_by.get(group.key, [])
        shown = folios(mine or done, 5)
        rows.append(MetricRow(key=group.key, name=group.name, **_figures(mine, done), folios=shown))
    return MetricResult(
        overall,
        "By who is responsible for the order. tasks (hours: real duration): finished in the period, "
        "cancelled orders apart; worked_orders: their orders, closed or not. closed_orders: closed in the "
        "period; hours_to_close: mean from creation to closing.",
        largest_first(rows, lambda row: row.hours),
        len(every),
    )


def _figures(finished: list[TaskRow], closed: list[TaskRow]) -> dict[str, float | int | None]:
    orders = once(closed, lambda row: row.wo_folio)
    open_for = [
        (row.wo_final_date - row.creation_date).total_seconds()
        for row in orders
        if row.wo_final_date is not None and row.creation_date is not None
    ]
    average = mean(seconds / 3600 for seconds in open_for if seconds >= 0)
    return {
        "tasks": len(finished),
        "worked_orders": len({row.wo_folio for row in finished}),
        "closed_orders": len(orders),
        "hours_to_close": average,
        "hours": hours(known_sum(map(worked_seconds, finished))),
    }
