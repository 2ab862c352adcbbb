"""Metrics of planned work: how much of it was done in time, and its share of all work."""

from __future__ import annotations

import datetime as dt

from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, hours, known_sum, share
from mcp_gateway.tools.metrics.task_groups import folios, grouped, read, read_finished
from mcp_gateway.tools.work.task_facts import CANCELLED, is_done, is_planned, worked_seconds
from mcp_gateway.upstream.resources.work_orders import TaskRow

GRACE_DAYS = 7


async def compliance(question: MetricQuery) -> MetricResult:
    """Compute compliance by due date.

    Work that is not done but still within its grace period counts neither as done in time nor as missed.
    """
    grace = dt.timedelta(days=GRACE_DAYS if question.days is None else question.days)
    due = [
        row
        for row in await read(question, "date_maintenance")
        if is_planned(row) and row.id_status_work_order != CANCELLED
    ]

    def in_grace(row: TaskRow) -> bool:
        assert row.date_maintenance is not None
        return not is_done(row) and question.now <= row.date_maintenance + grace

    def on_time(row: TaskRow) -> bool:
        assert row.date_maintenance is not None
        return is_done(row) and row.final_date is not None and row.final_date <= row.date_maintenance + grace

    def figures(rows: list[TaskRow]) -> dict[str, float | int | None]:
        punctual, open_yet = sum(map(on_time, rows)), sum(map(in_grace, rows))
        return {
            "tasks": len(rows),
            "done": sum(map(is_done, rows)),
            "on_time": punctual,
            "in_grace": open_yet,
            "share": share(punctual, len(rows) - open_yet),
        }

    rows = [
        MetricRow(
            key=group.key,
            name=group.name,
            **figures(group.rows),
            folios=folios(row for row in group.rows if not is_done(row) and not in_grace(row)),
        )
        for group in grouped(question, due, lambda row: row.date_maintenance)
    ]
    by_month = question.group_by == "month"
    return MetricResult(
        figures(due),
        "Due: planned tasks (date or meter triggers) scheduled in the period, cancelled orders apart. On "
        f"time: finished within {grace.days} days of that date. In grace: not done, and these days are not "
        "over. Share = on time ÷ (due − in grace).",
        sorted(rows, key=lambda row: (0.0 if by_month else _rank(row.share), row.key)),
        len(due),
    )


def _rank(share: float | None) -> float:
    """Return the sort key of a share: lowest first, none last."""
    return 2.0 if share is None else share


async def planned_share(question: MetricQuery) -> MetricResult:
    rows = await read_finished(question)

    def worked(part: list[TaskRow]) -> float | None:
        return known_sum(map(worked_seconds, part)) if part else 0.0

    planned = [row for row in rows if is_planned(row)]
    unknown = sum(worked_seconds(row) is None for row in rows)
    if unknown:
        question.reading.say(f"The real duration of {unknown} tasks is not known: hours are of the others.")
    groups = []
    for group in grouped(question, rows, lambda row: row.final_date):
        of_plan = sum(map(is_planned, group.rows))
        groups.append(
            MetricRow(
                key=group.key,
                name=group.name,
                tasks=len(group.rows),
                planned=of_plan,
                share=share(of_plan, len(group.rows)),
                hours=hours(worked(group.rows)),
            )
        )
    return MetricResult(
        {
            "tasks": len(rows),
            "planned_tasks": len(planned),
            "planned_share": share(len(planned), len(rows)),
            "hours": hours(worked(rows)),
            "planned_hours_share": share(worked(planned), worked(rows)),
        },
        "Tasks finished in the period, cancelled orders apart. Planned: triggered by a date or a meter; the "
        "others are reactive.",
        sorted(groups, key=lambda row: row.key),
        len(rows),
    )
