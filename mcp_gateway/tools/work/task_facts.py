"""What is true of the task of a work order, for lists, records and metrics alike (docs/metrics.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mcp_gateway.tools.kit.text import fold
from mcp_gateway.upstream.resources.work_orders import TaskLine, TaskRow

IN_PROCESS, CANCELLED = 1, 4
OPEN = (1, 2)
DONE = 3
PLANNED = ("DATE$", "READING$")
STAMPED_WITHIN = dt.timedelta(minutes=1)  # of the order's creation: no date that a person planned
CORRECTIVE = ("correct", "corret")  # correctiva, corretiva, corrective, whatever the company calls it


def is_done(row: TaskLine) -> bool:
    """Its own status decides: work that was reported in part has a final date as well."""
    if row.id_status_work_order_task is not None:
        return row.id_status_work_order_task == DONE
    if row.done is not None:
        return row.done
    if row.task_status is not None:
        return row.task_status == "DONE"
    return row.final_date is not None


def is_overdue(row: TaskLine, now: dt.datetime, zone: dt.tzinfo) -> bool:
    """Never on the day on which the order was made and nobody said when: Fracttal One stamps such work with
    that very moment."""
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
    """None where it is not known; a negative duration says nothing either."""
    return row.real_duration if row.real_duration is not None and row.real_duration >= 0 else None


def estimated_seconds(row: TaskLine) -> float | None:
    return row.tasks_duration if row.tasks_duration is not None and row.tasks_duration >= 0 else None
