"""Meters that nobody reads, and when a meter will make work due."""

from __future__ import annotations

import datetime as dt

from mcp_gateway.tools.measures import Measured, MeasureRow, Question
from mcp_gateway.tools.moments import shown
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.meters import AdvancedRow, MeterRow, list_meters, list_meters_with_tasks
from mcp_gateway.upstream.planning import TriggerRow, list_triggers
from mcp_gateway.upstream.rows import Page

STALE_DAYS, AHEAD_DAYS = 30, 90
EVERY = 3
MONTH = 30


async def stale_meters(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    days = question.days or STALE_DAYS
    limit = question.now - dt.timedelta(days=days)

    async def fetch(start: int, size: int) -> Page[MeterRow]:
        return await list_meters(
            upstream, asset=question.asset, location=question.location, start=start, size=size
        )

    rows = [row for row in await question.reading.all_rows(fetch, "meters") if row.active is not False]
    stale = [row for row in rows if row.last_data is None or (row.last_data.date or limit) < limit]
    found = [
        MeasureRow(
            key=row.code or "-",
            name=row.description,
            meter=row.id,
            unit=row.units_code,
            value=row.last_data.value if row.last_data else None,
            last_read_at=shown(question.call.caller, row.last_data.date) if row.last_data else None,
            days=(question.now - row.last_data.date).days if row.last_data and row.last_data.date else None,
            url=upstream.link("meters", row.id),
        )
        for row in stale
    ]
    return Measured(
        {"meters": len(rows), "stale": len(stale)},
        f"Active meters whose last reading is older than {days} days, or that have none.",
        sorted(found, key=lambda row: -(row.days or 10**6)),
        len(rows),
    )


async def meter_forecast(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    ahead = question.days or AHEAD_DAYS

    async def meters(start: int, size: int) -> Page[AdvancedRow]:
        return await list_meters_with_tasks(
            upstream, asset=question.asset, location=question.location, start=start, size=size
        )

    async def triggers(start: int, size: int) -> Page[TriggerRow]:
        return await list_triggers(upstream, start=start, size=size)

    rows = [row for row in await question.reading.all_rows(meters, "meters") if row.id_task is not None]
    steps = {
        row.id_task: row.value_main
        for row in (await question.reading.all_rows(triggers, "triggers") if rows else [])
        if row.id_task_trigger_type == EVERY and row.value_main
    }
    found = []
    for row in rows:
        step, counter, gain = steps.get(row.id_task), row.counter_value, row.monthly_average_data
        if step is None or counter is None:
            continue
        due_value = (row.last_value_trigger or counter // step * step) + step
        days = None if not gain else max(0.0, (due_value - counter) / gain * MONTH)
        if days is None or days > ahead:
            continue
        found.append(
            MeasureRow(
                key=row.code or row.items_code or "-",
                name=row.items_description,
                meter=row.id,
                task=row.tasks_description or row.task_description,
                value=counter,
                due_value=due_value,
                unit=row.units_code,
                days=round(days, 1),
                due_at=shown(question.call.caller, question.now + dt.timedelta(days=days)),
                url=upstream.link("meters", row.id),
            )
        )
    return Measured(
        {"meters": len(rows), "due": len(found)},
        f"Counters that make a task due every so many units, and reach the next step within {ahead} days at "
        "their monthly average.",
        sorted(found, key=lambda row: (row.days or 0, row.key)),
        len(rows),
    )
