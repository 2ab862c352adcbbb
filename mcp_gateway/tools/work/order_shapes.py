"""A work order and its tasks as answers show them, from rows of the contract."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated
from urllib.parse import quote

import msgspec
from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.tools.kit.codes import (
    DAMAGE,
    ORDER_STATUS,
    PRIORITY,
    SEVERITY,
    TASK_STATUS,
    Damage,
    OrderStatus,
    Priority,
    Severity,
    TaskStatus,
    word_of,
)
from mcp_gateway.tools.kit.datetimes import Minutes, in_zone, minutes
from mcp_gateway.tools.kit.identifiers import Code, shown_code
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.text import (
    NAME,
    TEXT,
    UntrustedLongText,
    UntrustedName,
    UntrustedText,
    cleaned,
)
from mcp_gateway.tools.work.order_parts import Parts
from mcp_gateway.tools.work.task_facts import is_overdue, order_is_overdue
from mcp_gateway.upstream.resources.work_orders import TaskLine, TaskRow

LIST_TASKS_SHOWN = 20
REVIEW = 2
NO_SUCH_ORDER = (
    "There is no work order with that folio, or this person may not see it; search finds an "
    "order by its number."
)
_needs_no_quotes = re.compile(r"[\w.~-]+", re.ASCII).fullmatch
# Names of people, assets, tasks and types repeat within an answer and in the next one.
_often = lru_cache(maxsize=4096)(cleaned)


class Task(BaseModel):
    id: int | None = None
    description: UntrustedText = ""
    asset_code: Code | None = None
    asset: UntrustedText | None = None
    type: Annotated[UntrustedName | None, Field(description="From the company's own list.")] = None
    status: TaskStatus | None = None
    priority: Priority | None = None
    scheduled_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    estimated_minutes: Minutes | None = None
    real_minutes: Minutes | None = None
    cost: Annotated[
        float | None,
        Field(description="In the company's currency; omitted without the permission to see costs."),
    ] = None
    overdue: Annotated[bool, Field(description="Not done, and its scheduled date has passed.")] = False


class Failure(BaseModel):
    type: UntrustedName | None = None
    cause: UntrustedName | None = None
    detected_by: UntrustedName | None = None
    severity: Severity | None = None
    damage: Damage | None = None
    happened_at: AwareDatetime | None = None


class TaskDetails(Task):
    location: UntrustedText | None = None
    note: UntrustedLongText | None = None
    trigger: UntrustedName | None = None
    requested_by: UntrustedName | None = None
    work_request: Annotated[int | None, Field(description="Number of the request it came from.")] = None
    asset_stopped_minutes: Minutes | None = None
    out_of_service_minutes: Minutes | None = None
    failure: Failure | None = None


class WorkOrder(BaseModel):
    folio: Code
    status: OrderStatus | None = None
    status_note: UntrustedName | None = None
    responsible: UntrustedName | None = None
    responsible_code: Code | None = None
    priority: Annotated[Priority | None, Field(description="The highest priority among its tasks.")] = None
    created_at: AwareDatetime | None = None
    in_review_since: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    completed_percentage: float | None = None
    note: UntrustedText | None = None
    overdue: Annotated[bool, Field(description="Open, with a task that is overdue.")] = False
    tasks: list[Task]
    tasks_left_out: Annotated[int, Field(ge=0)] = 0
    url: str


class WorkOrderDetails(Parts):
    folio: Code
    status: OrderStatus | None = None
    status_note: UntrustedName | None = None
    responsible: UntrustedName | None = None
    responsible_code: Code | None = None
    created_by: UntrustedName | None = None
    validated_by: UntrustedName | None = None
    priority: Priority | None = None
    created_at: AwareDatetime | None = None
    in_review_since: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    completed_percentage: float | None = None
    estimated_minutes: Minutes | None = None
    total_cost: float | None = None
    currency: Annotated[
        str | None, Field(description="Currency of the costs, if the company has set it.")
    ] = None
    rating: int | None = None
    note: UntrustedLongText | None = None
    overdue: bool = False
    tasks: list[TaskDetails]
    tasks_left_out: Annotated[int, Field(ge=0)] = 0
    url: str


def order_texts(order: Sequence[TaskLine]) -> list[str | None]:
    first = order[0]
    texts = [first.wo_folio, first.note, first.personnel_description]
    for row in order:
        texts += [row.description, row.code, row.items_log_description, row.task_note]
    return texts


def highest_priority(order: Sequence[TaskLine]) -> Priority | None:
    known = [row.id_priorities for row in order if row.id_priorities in PRIORITY]
    return word_of(PRIORITY, min(known)) if known else None


class TaskLineShown(msgspec.Struct, omit_defaults=True):
    """A Task as a struct, for speed.

    Lists are the most frequent calls, and building pydantic models would cost more than the rest of the call.
    """

    overdue: bool
    id: int | None = None
    description: str | None = None
    asset_code: str | None = None
    asset: str | None = None
    type: str | None = None
    status: str | None = None
    priority: str | None = None
    scheduled_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    estimated_minutes: int | None = None


class DetailedTaskShown(TaskLineShown, omit_defaults=True):
    """With what a list shows only if it is asked for."""

    real_minutes: int | None = None
    cost: float | None = None


class WorkOrderShown(msgspec.Struct, omit_defaults=True):
    """A WorkOrder as a struct, for speed."""

    folio: str
    overdue: bool
    tasks: list[TaskLineShown]
    url: str
    status: str | None = None
    status_note: str | None = None
    responsible: str | None = None
    responsible_code: str | None = None
    priority: str | None = None
    created_at: dt.datetime | None = None
    in_review_since: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    completed_percentage: float | None = None
    note: str | None = None
    tasks_left_out: int = 0


def summary(
    rows: Sequence[TaskLine], order: Sequence[TaskLine], pages: str, zone: dt.tzinfo, now: dt.datetime
) -> WorkOrderShown:
    """Build the order of a list.

    `rows` are the matching tasks; `order` has all, from which its flags come. Rows with all their fields were
    read because details are wanted.
    """
    first = rows[0]
    detailed = isinstance(first, TaskRow)
    tasks = [_listed_task(row, zone, now) for row in rows[:LIST_TASKS_SHOWN]]
    folio = first.wo_folio
    return WorkOrderShown(
        folio=shown_code(folio),
        status=ORDER_STATUS.get(first.id_status_work_order or 0),
        status_note=_often(first.work_orders_status_custom_description, NAME),
        responsible=_often(first.personnel_description, NAME),
        responsible_code=shown_code(first.code_responsible) if first.code_responsible else None,
        priority=highest_priority(order),
        created_at=in_zone(first.creation_date, zone),
        in_review_since=in_zone(first.review_date, zone) if first.id_status_work_order == REVIEW else None,
        closed_at=in_zone(first.wo_final_date, zone),
        completed_percentage=first.completed_percentage,
        note=cleaned(first.note, TEXT) if detailed else None,
        overdue=order_is_overdue(order, now, zone),
        tasks=tasks,
        tasks_left_out=max(0, len(rows) - LIST_TASKS_SHOWN),
        url=pages + (folio if _needs_no_quotes(folio) else quote(folio, safe="")),
    )


def _listed_task(row: TaskLine, zone: dt.tzinfo, now: dt.datetime) -> TaskLineShown:
    shown = task(row, zone, now)
    if not isinstance(row, TaskRow):
        return shown
    return DetailedTaskShown(
        **msgspec.structs.asdict(shown), real_minutes=minutes(row.real_duration), cost=row.total_cost_task
    )


def task(row: TaskLine, zone: dt.tzinfo, now: dt.datetime) -> TaskLineShown:
    seconds = row.tasks_duration
    status = row.id_status_work_order_task
    return TaskLineShown(
        id=row.id_work_orders_tasks,
        description=_often(row.description, TEXT) or "",
        asset_code=shown_code(row.code) if row.code else None,
        asset=_often(row.items_log_description, TEXT),
        type=_often(row.tasks_log_task_type_main, NAME),
        status=None if status is None else TASK_STATUS.get(status),
        priority=PRIORITY.get(row.id_priorities or 0),
        scheduled_at=in_zone(row.date_maintenance, zone),
        started_at=in_zone(row.initial_date, zone),
        finished_at=in_zone(row.final_date, zone),
        estimated_minutes=minutes(seconds),
        overdue=is_overdue(row, now, zone),
    )


def task_details(row: TaskRow, zone: dt.tzinfo, now: dt.datetime) -> TaskDetails:
    failed = any((row.types_description, row.causes_description, row.detection_method_description))
    return TaskDetails(
        **msgspec.structs.asdict(task(row, zone, now)),
        location=path(row.parent_description),
        note=row.task_note or None,
        trigger=row.trigger_description,
        requested_by=row.requested_by or None,
        work_request=row.id_request,
        real_minutes=minutes(row.real_duration),
        asset_stopped_minutes=minutes(row.real_stop_assets_sec),
        out_of_service_minutes=minutes(row.out_of_service_sec),
        cost=row.total_cost_task,
        failure=Failure(
            type=row.types_description,
            cause=row.causes_description,
            detected_by=row.detection_method_description,
            severity=word_of(SEVERITY, row.id_failure_severity),
            damage=word_of(DAMAGE, row.id_damage_type),
            happened_at=in_zone(row.event_date, zone),
        )
        if failed
        else None,
    )
