"""Facts about a work order's task, defined once for lists, records and metrics (docs/metrics.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mcp_gateway.calls.text_matching import fold
from mcp_gateway.upstream.resources.work_orders import TaskLine, TaskRow

IN_PROCESS, CANCELLED = 1, 4
OPEN = (1, 2)
DONE = 3
PLANNED = ("DATE$", "READING$")
STAMPED_WITHIN = dt.timedelta(
    minutes=1
)  # from the order's creation: a date this close was not planned by a person
CORRECTIVE = ("correct", "corret")  # correctiva, corretiva, corrective, in the company's own words


def is_done(row: TaskLine) -> bool:
    """Say whether the task is done.

    Its own status decides, since partly reported work has a final date too.
    """
    if row.id_status_work_order_task is not None:
        return row.id_status_work_order_task == DONE
    if row.done is not None:
        return row.done
    if row.task_status is not None:
        return row.task_status == "DONE"
    return row.final_date is not None


def is_overdue(row: TaskLine, now: dt.datetime, zone: dt.tzinfo) -> bool:
    """Say whether the task is overdue. If nobody gave a date, it never is on the day of creation.

    Fracttal One then uses the time of creation as the scheduled date.
    """
    scheduled = row.date_maintenance
    if row.id_status_work_order not in OPEN or scheduled is None or scheduled >= now or is_done(row):
        return False
    was_stamped = row.creation_date is not None and abs(scheduled - row.creation_date) < STAMPED_WITHIN
    return not was_stamped or scheduled.astimezone(zone).date() < now.astimezone(zone).date()


def order_is_overdue(order: Sequence[TaskLine], now: dt.datetime, zone: dt.tzinfo) -> bool:
    return any(is_overdue(row, now, zone) for row in order)


def is_planned(row: TaskRow) -> bool:
    return (row.trigger_description or "").startswith(PLANNED)


def is_failure(row: TaskRow) -> bool:
    if row.id_status_work_order == CANCELLED:
        return False
    corrective = fold(row.tasks_log_task_type_main).startswith(CORRECTIVE)
    return bool(row.types_description) or (corrective and row.id_items_availability is not None)


def worked_seconds(row: TaskRow) -> float | None:
    """Return the worked seconds, None if unknown or negative."""
    return row.real_duration if row.real_duration is not None and row.real_duration >= 0 else None


def estimated_seconds(row: TaskLine) -> float | None:
    return row.tasks_duration if row.tasks_duration is not None and row.tasks_duration >= 0 else None
