"""update_work_order and cancel_work_order: changes of an open order."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.calls.errors import InvalidArguments, NotFound, offered
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.by_hand import refuse_by_hand
from mcp_gateway.tools.kit.codes import (
    DAMAGE,
    ORDER_STATUS,
    SEVERITY,
    TASK_STATUS,
    Damage,
    OrderStatus,
    Severity,
    number_of,
    word_of,
)
from mcp_gateway.tools.kit.datetimes import IsoInput, minutes, parse, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Folio, Number, Short
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import LONG_TEXT, NAME, cleaned
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.work.order_records import open_order
from mcp_gateway.tools.work.stops import UNTIL_DONE, still_out_of_service
from mcp_gateway.upstream.resources import work_orders as orders
from mcp_gateway.upstream.resources.work_orders import TaskRow

CLOCK_TOLERANCE = dt.timedelta(minutes=5)


# Arguments that the contract cannot do.
BY_HAND = {
    **dict.fromkeys(("responsible", "responsible_code", "assignee", "assigned_to"), "reassign an order"),
    **dict.fromkeys(("priority", "urgent"), "change its priority"),
    **dict.fromkeys(("scheduled_at", "date_maintenance", "due_date", "date"), "move its date"),
}


class FailureInput(Arguments):
    type: Annotated[Short | None, Field(description="From the company's list, as type, cause.")] = None
    cause: Annotated[Short | None, Field(description="Its cause.")] = None
    detected_by: Annotated[Short | None, Field(description="How it was detected.")] = None
    severity: Annotated[Severity | None, Field(description="Severity.")] = None
    damage: Annotated[Damage | None, Field(description="What was damaged.")] = None


class TaskInput(Arguments):
    id: Annotated[Number, Field(description="id of the task, from get_work_order.")]
    started_at: Annotated[IsoInput, Field(description="When work began.")]
    finished_at: Annotated[IsoInput, Field(description="When it ended.")]
    done: Annotated[bool, Field(description="True: the task is finished.")]
    worked_minutes: Annotated[int | None, Field(ge=0, le=1_000_000, description="Minutes of work in it.")] = (
        None
    )
    failure: Annotated[FailureInput | None, Field(description="What had failed.")] = None
    out_of_service_since: Annotated[
        IsoInput | None, Field(description="When the asset stopped, if it did.")
    ] = None


class UpdateWorkOrderInput(Arguments):
    folio: Folio
    note: Annotated[
        str | None, Field(max_length=4000, description="Replaces the note: repeat what should stay.")
    ] = None
    status: Annotated[
        Literal["in_process", "review"] | None, Field(description="New status. Other statuses cannot be set.")
    ] = None
    task: Annotated[TaskInput | None, Field(description="What was done in one task.")] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="before")
    @classmethod
    def by_hand(cls, given: Any) -> Any:
        refuse_by_hand(given, BY_HAND, "work-orders", "folio")
        return given

    @model_validator(mode="after")
    def one_change(self) -> UpdateWorkOrderInput:
        if sum(value is not None for value in (self.note, self.status, self.task)) != 1:
            raise ValueError("give exactly one of note, status and task: each is a separate change")
        return self


class Changed(BaseModel):
    folio: Code
    status: OrderStatus | None = None
    changed: Literal["note", "status", "task", "cancelled"]
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    notes: list[str] = []
    url: str


async def update_work_order(call: Call, arguments: UpdateWorkOrderInput) -> Changed:
    upstream = call.upstream
    rows = await open_order(call, arguments.folio)
    person = str((await writer(call)).code)
    status = word_of(ORDER_STATUS, rows[0].id_status_work_order)
    url = record_url("work-orders", arguments.folio)
    if arguments.note is not None:
        await orders.set_note(upstream, arguments.folio, arguments.note, person)
        notes = note_before(rows[0], "It replaced")
        return Changed(folio=arguments.folio, status=status, changed="note", notes=notes, url=url)
    if arguments.status is not None:
        await orders.set_status(upstream, arguments.folio, number_of(ORDER_STATUS, arguments.status), person)
        return Changed(folio=arguments.folio, status=arguments.status, changed="status", url=url)
    assert arguments.task is not None
    task = arguments.task
    known = task.id in {row.id_work_orders_tasks for row in rows}
    if not known and await orders.find_task(upstream, arguments.folio, task.id) is None:
        raise NotFound(
            "The order has no such task.",
            **offered(
                rows,
                lambda row: {"id": row.id_work_orders_tasks, "description": cleaned(row.description, NAME)},
            ),
        )
    started = parse(call.caller, task.started_at, "started_at")
    finished = parse(call.caller, task.finished_at, "finished_at")
    body = task_body(call, task, person, started, finished)
    with in_our_names(TASK_WIRE):
        await orders.update_task(upstream, body)
    if task.done:
        notes = await still_out_of_service(
            call, [row.code for row in rows if row.id_work_orders_tasks == task.id]
        )
    else:
        notes = [] if task.out_of_service_since is None else [UNTIL_DONE]
    return Changed(
        folio=arguments.folio,
        status=status,
        changed="task",
        started_at=shown(call.caller, started),
        finished_at=shown(call.caller, finished),
        notes=notes,
        url=url,
    )


async def order_before(call: Call, arguments: UpdateWorkOrderInput | CancelWorkOrderInput) -> dict[str, Any]:
    """Return what the order has now, by the names of the arguments."""
    rows = await open_order(call, arguments.folio)
    asked = getattr(arguments, "task", None)
    task = next((row for row in rows if asked and row.id_work_orders_tasks == asked.id), None)
    return {
        "note": cleaned(rows[0].note, LONG_TEXT),
        "status": word_of(ORDER_STATUS, rows[0].id_status_work_order),
        "task": None if task is None else _task_before(call, task),
    }


def _task_before(call: Call, row: TaskRow) -> dict[str, Any]:
    shown_now = {
        "id": row.id_work_orders_tasks,
        "started_at": shown(call.caller, row.initial_date),
        "finished_at": shown(call.caller, row.final_date),
        "done": word_of(TASK_STATUS, row.id_status_work_order_task) == "done",
        "worked_minutes": minutes(row.real_duration),
    }
    return {name: value for name, value in shown_now.items() if value is not None}


def note_before(order: TaskRow, said: str) -> list[str]:
    """Return the order's previous note, which nobody can look up once it is replaced."""
    before = cleaned(order.note, LONG_TEXT)
    if not before:
        return []
    notes = [f"{said}: {before}"]
    if len(order.note or "") > LONG_TEXT:
        notes.append(f"Only the first {LONG_TEXT} characters of the previous note are shown.")
    return notes


TASK_WIRE = {
    "task.id": "id_work_order_task", "task.started_at": "initial_date", "task.finished_at": "final_date",
    "task.worked_minutes": "real_duration", "task.done": "is_done", "task.failure.type": "failure_type",
    "task.failure.cause": "failure_cause", "task.failure.detected_by": "failure_detection_method",
    "task.failure.severity": "id_failure_severity", "task.failure.damage": "id_damage_type",
    "task.out_of_service_since": "date_asset_out_of_service",
}  # fmt: skip


def task_body(
    call: Call, task: TaskInput, person: str, started: dt.datetime, finished: dt.datetime
) -> dict[str, Any]:
    if finished < started:
        raise InvalidArguments(
            "finished_at must not be before started_at.",
            fields=[{"field": "finished_at", "problem": "is before started_at"}],
        )
    if finished > dt.datetime.now(dt.UTC) + CLOCK_TOLERANCE:
        raise InvalidArguments(
            "finished_at must not be in the future.",
            fields=[{"field": "finished_at", "problem": "is in the future"}],
        )
    body: dict[str, Any] = {
        "id_work_order_task": task.id,
        "initial_date": started.isoformat(timespec="seconds"),
        "final_date": finished.isoformat(timespec="seconds"),
        "is_done": task.done,
        "code_account": person,
    }
    if task.worked_minutes is not None:
        body["real_duration"] = task.worked_minutes * 60
    if task.failure is not None:
        given = {
            "failure_type": task.failure.type,
            "failure_cause": task.failure.cause,
            "failure_detection_method": task.failure.detected_by,
            "id_failure_severity": number_of(SEVERITY, task.failure.severity)
            if task.failure.severity
            else None,
            "id_damage_type": number_of(DAMAGE, task.failure.damage) if task.failure.damage else None,
        }
        body |= {"asset_failure": True, **{name: value for name, value in given.items() if value is not None}}
    if task.out_of_service_since is not None:
        since = parse(call.caller, task.out_of_service_since, "out_of_service_since")
        body |= {
            "asset_out_of_service": True,
            "date_asset_out_of_service": since.isoformat(timespec="seconds"),
        }
    return body


class CancelWorkOrderInput(Arguments):
    folio: Folio
    reason: Annotated[Short, Field(description="A reason from the company's list, exactly as written there.")]
    note: Annotated[str, Field(min_length=3, max_length=4000, description="Why it is cancelled.")]
    idempotency_key: IdempotencyKey | None = None


async def cancel_work_order(call: Call, arguments: CancelWorkOrderInput) -> Changed:
    upstream = call.upstream
    rows = await open_order(call, arguments.folio)
    person = await writer(call)
    body = {
        "user_code": person.code,
        "work_orders_status_cancel": arguments.reason,
        "note": arguments.note,
    }
    with in_our_names({"reason": "work_orders_status_cancel", "note": "note"}):
        await orders.cancel_order(upstream, arguments.folio, body)
    return Changed(
        folio=arguments.folio,
        status="cancelled",
        changed="cancelled",
        notes=[
            *note_before(rows[0], "The previous note of the order was"),
            *await still_out_of_service(call, [row.code for row in rows]),
        ],
        url=record_url("work-orders", arguments.folio),
    )


VIEW, EDIT = "work_orders:view", "work_orders:edit"
TOOLS = (
    Tool(
        name="update_work_order",
        title="Change a work order",
        description=(
            "Makes one change to an open work order: its note (which is replaced), its status "
            "(in_process or review), or what was done in a task: dates, finished or not, failure, "
            "stop of the asset. Reassigning, priority and scheduled date: only a person, on its page."
        ),
        rights=frozenset({VIEW, EDIT}),
        input=UpdateWorkOrderInput,
        output=Changed,
        run=update_work_order,
        before=order_before,
        read_only=False,
        destructive=True,
    ),
    Tool(
        name="cancel_work_order",
        title="Cancel a work order",
        description="Cancels an open work order permanently. Ask the person to confirm first.",
        rights=frozenset({VIEW, EDIT}),
        input=CancelWorkOrderInput,
        output=Changed,
        run=cancel_work_order,
        before=order_before,
        read_only=False,
        destructive=True,
    ),
)
