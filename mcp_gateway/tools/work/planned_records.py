"""Planned work that is not done: tasks of open orders, and pending tasks. For the list and the calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from mcp_gateway.tools.work.task_facts import OPEN, estimated_seconds, is_done
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.planning import PendingRow, list_pending
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, list_tasks
from mcp_gateway.upstream.rows import Period

MOST_PAGES = 10  # of each status, and of pending tasks


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A task in an order if it has a folio, otherwise a pending task. `at` is its scheduled time."""

    number: int
    at: dt.datetime
    folio: str | None
    task: str
    asset_code: str | None
    asset: str | None
    responsible_code: str | None
    responsible: str | None
    seconds: float | None

    def whole_day(self, zone: dt.tzinfo) -> bool:
        """Say whether only the date is known: the scheduled time is the first or last minute of a day."""
        local = self.at.astimezone(zone).time()
        return (local.hour, local.minute) in {(0, 0), (23, 59)}


async def planned_work(upstream: Upstream, since: dt.datetime, until: dt.datetime) -> list[PlannedWork]:
    """Return the work of a period, soonest first. What could not be read is noted in the upstream's gaps."""
    found: dict[tuple[str, int], PlannedWork] = {}
    for status in OPEN:
        wanted = TaskFilter(status=status, period=Period(since, until, "date_maintenance"))
        fetch = partial(list_tasks, upstream, TaskLine, wanted)
        for row in await all_rows(fetch, upstream.gaps, "planned tasks of orders", most=MOST_PAGES):
            if row.date_maintenance is not None and not is_done(row):
                number = row.id_work_orders_tasks or 0
                found[row.wo_folio, number] = _of_order(row, number, row.date_maintenance)
    pending = partial(list_pending, upstream, until=until)
    for todo in await all_rows(pending, upstream.gaps, "pending tasks", most=MOST_PAGES):
        due = todo.cal_date_maintenance or todo.date_maintenance
        if due is not None and since <= due <= until:
            found["", todo.id] = _pending(todo, due)
    return sorted(found.values(), key=lambda each: (each.at, each.folio or "", each.number))


def _of_order(row: TaskLine, number: int, at: dt.datetime) -> PlannedWork:
    return PlannedWork(
        number=number,
        at=at,
        folio=row.wo_folio,
        task=row.description or "",
        asset_code=row.code,
        asset=row.items_log_description,
        responsible_code=row.code_responsible,
        responsible=row.personnel_description,
        seconds=estimated_seconds(row),
    )


def _pending(row: PendingRow, at: dt.datetime) -> PlannedWork:
    return PlannedWork(
        number=row.id,
        at=at,
        folio=None,
        task=row.description or "",
        asset_code=row.code,
        asset=row.item_description,
        responsible_code=None,
        responsible=None,
        seconds=row.duration if row.duration is not None and row.duration >= 0 else None,
    )
