"""Task plans, their tasks and triggers, and pending tasks.

Contract: docs/reference/fracttal-api.md#task-plans-and-pending-tasks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from mcp_gateway.calls.errors import OutcomeUnknown
from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.envelope import LOST_WRITE
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Id,
    Moment,
    Number,
    Page,
    Row,
    Whole,
    page_of,
    whole_number,
)

MOST_TRIGGER_PAGES = 10  # for one task
MOST_TASK_PAGES = 10  # for one plan
Body = Mapping[str, Any]
PlannedResource = Literal["labour", "parts", "services"]
RESOURCES: Mapping[PlannedResource, str] = {
    "labour": "tasks_resources_hourly_rates",
    "parts": "tasks_resources_items",
    "services": "tasks_resources_services",
}


class PendingRow(Row):
    """A pending task. `date_maintenance` is the calculated date, `cal_date_maintenance` the scheduled one."""

    id: Id
    id_task: Whole = None
    code: str | None = None
    item_description: str | None = None
    group_task_description: str | None = None
    parent_description: str | None = None
    date_maintenance: Moment = None
    cal_date_maintenance: Moment = None
    last_date_maintenance: Moment = None
    trigger_description: str | None = None
    description: str | None = None
    duration: Number = None
    tasks_types_main_description: str | None = None
    id_priorities: Whole = None
    num_resources: Whole = None
    task_note: str | None = None
    requested_by: str | None = None
    id_request: Whole = None
    event_date: Moment = None


class TaskRow(Row):
    """A planned task, or an unplanned one if it has no plan."""

    id: Id
    id_group_task: Whole = None
    groups_tasks_description: str | None = None
    description: str | None = None
    tasks_types_main_description: str | None = None
    tasks_types_description: str | None = None
    tasks_types_2_description: str | None = None
    id_priorities: Whole = None
    duration: Number = None
    is_active: Flag = None
    stop_assets: Flag = None
    note: str | None = None


class FormItemRow(Row):
    id_task_form_item_type: Whole = None
    description: str | None = None
    is_required: Flag = None


class PlanRow(Row):
    """One task of a plan."""

    id: Id
    description: str | None = None
    parent_description: str | None = None
    task_number: Whole = None
    assets_number: Whole = None
    id_task: Whole = None
    task_description: str | None = None
    task_is_active: Flag = None
    tasks_id_priorities: Whole = None
    tasks_duration: Number = None
    task_form_items: list[FormItemRow] | None = None


class TriggerRow(Row):
    id: Id
    id_task: Whole = None
    id_task_trigger_type: Whole = None
    value_main: Number = None
    value_end: Number = None
    fixed: Flag = None
    period_date_description: str | None = None
    unit_description: str | None = None
    unit_operator: str | None = None
    event_description: str | None = None


class PlannedResourceRow(Row):
    id: Whole = None
    id_task: Whole = None
    id_item: Whole = None
    description: str | None = None
    qty: Number = None
    unit_cost: Number = None
    total_cost: Number = None
    units_description: str | None = None
    note: str | None = None


class TaskTypeRow(Row):
    id_task_type_main: Whole = None
    tasks_types_main_description: str | None = None


async def list_pending(
    upstream: Upstream,
    *,
    until: dt.datetime | None = None,
    location: str | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[PendingRow]:
    """Return a page of pending tasks, by default for one month ahead. Overdue tasks are always included."""
    query: Query = {
        "until": until.astimezone(dt.UTC).isoformat(timespec="seconds") if until else None,
        "code_location": location,
        "start": start,
        "limit": size,
    }

    def keep(row: PendingRow) -> bool:
        due = row.cal_date_maintenance or row.date_maintenance
        return until is None or due is None or due <= until

    return page_of(PendingRow, await upstream.get(["tasks_todo"], query), start, size, keep)


async def list_tasks(
    upstream: Upstream, *, plan: int | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[TaskRow]:
    query: Query = {"id_group_task": plan, "start": start, "limit": size}

    def keep(row: TaskRow) -> bool:
        return plan is None or row.id_group_task == plan

    return page_of(TaskRow, await upstream.get(["tasks"], query), start, size, keep)


async def list_plan_tasks(upstream: Upstream, *, start: int = 0, size: int = PAGE_SIZE) -> Page[PlanRow]:
    envelope = await upstream.get(["groups_tasks_details"], {"start": start, "limit": size})
    return page_of(PlanRow, envelope, start, size)


async def list_triggers(
    upstream: Upstream, *, task: int | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[TriggerRow]:
    query: Query = {"id_task": task, "start": start, "limit": size}

    def keep(row: TriggerRow) -> bool:
        return task is None or row.id_task == task

    return page_of(TriggerRow, await upstream.get(["tasks_triggers"], query), start, size, keep)


async def triggers_of(upstream: Upstream, task: int) -> list[TriggerRow]:
    fetch = partial(list_triggers, upstream, task=task)
    return await all_rows(fetch, upstream.gaps, "triggers of the task", most=MOST_TRIGGER_PAGES)


async def tasks_of_plan(upstream: Upstream, plan: int) -> list[TaskRow]:
    fetch = partial(list_tasks, upstream, plan=plan)
    return await all_rows(fetch, upstream.gaps, "tasks of the plan", most=MOST_TASK_PAGES)


async def list_planned_resources(
    upstream: Upstream,
    kind: PlannedResource,
    *,
    task: int | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[PlannedResourceRow]:
    query: Query = {"id_task": task, "start": start, "limit": size}

    def keep(row: PlannedResourceRow) -> bool:
        return task is None or row.id_task == task

    return page_of(PlannedResourceRow, await upstream.get([RESOURCES[kind]], query), start, size, keep)


async def list_task_types(upstream: Upstream, *, start: int = 0, size: int = PAGE_SIZE) -> Page[TaskTypeRow]:
    envelope = await upstream.get(["tasks", "types"], {"start": start, "limit": size})
    return page_of(TaskTypeRow, envelope, start, size)


async def create_from_request(upstream: Upstream, body: Body) -> int:
    """Create a pending task from a work request. Return its number."""
    return _number(await upstream.post(["tasks_from_work_request"], body), "id_todo", "id")


async def create_from_event(upstream: Upstream, body: Body) -> int:
    return _number(await upstream.post(["tasks_nonscheduled"], body), "id_todo", "id")


async def assign_plan(upstream: Upstream, item: str, body: Body) -> None:
    await upstream.put(["items_associate_tasks_plan", item], body)


def _number(envelope: Any, *names: str) -> int:
    row = envelope.rows[0] if envelope.rows else {}
    for name in names:
        number = whole_number(row.get(name))
        if number is not None:
            return number
    raise OutcomeUnknown(LOST_WRITE)
