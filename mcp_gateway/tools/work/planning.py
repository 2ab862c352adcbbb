"""Tools of the set `planning`: pending tasks, and task plans of assets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import IsoInput, due
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Number
from mcp_gateway.tools.kit.resolving import AssetName, asset_code
from mcp_gateway.tools.kit.saving import Saved, in_our_names
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.work.stops import UNTIL_DONE
from mcp_gateway.tools.work.task_drafts import (
    CreatePendingTaskFromRequestInput,
    event_fields,
    moment,
    stopped,
    task_of_request,
)
from mcp_gateway.upstream.resources import planning


class CreatePendingTaskInput(Arguments):
    asset: AssetName
    plan: Annotated[Number, Field(description="id of the plan of the event.")]
    task: Annotated[Number, Field(description="id of the task.")]
    title: Annotated[str | None, Field(min_length=3, max_length=300, description="What to do.")] = None
    happened_at: Annotated[IsoInput | None, Field(description="Default now.")] = None
    scheduled_at: Annotated[IsoInput | None, Field(description="Default today.")] = None
    requested_by: Annotated[
        str | None, Field(min_length=1, max_length=160, description="Default the connected person.")
    ] = None
    out_of_service_since: Annotated[
        IsoInput | None, Field(description="When the asset stopped, if it is stopped.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class AssignTaskPlanInput(Arguments):
    asset: AssetName
    plan: Annotated[Number, Field(description="id of the plan, from list_task_plans(kind plans).")]
    last_done: Annotated[
        dt.date | None, Field(description="When it was last maintained: the next date is counted from then.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class Waiting(BaseModel):
    pending_task: int
    asset_code: Code | None = None
    next_step: str = "create_work_order with source pending turns it into an order."
    notes: list[str] = []


def notes_of(arguments: CreatePendingTaskFromRequestInput | CreatePendingTaskInput) -> list[str]:
    return [] if arguments.out_of_service_since is None else [UNTIL_DONE]


EVENT_WIRE = {
    "asset": "item_code", "plan": "id_group_task", "task": "id_task", "title": "task_descripcion",
    "happened_at": "event_date", "scheduled_at": "date_maintenance", "requested_by": "requested_by",
    "out_of_service_since": "date_asset_out_of_service",
}  # fmt: skip


async def create_pending_task_from_request(
    call: Call, arguments: CreatePendingTaskFromRequestInput
) -> Waiting:
    person = await writer(call)
    number = await task_of_request(call, arguments, str(person.code))
    return Waiting(pending_task=number, notes=notes_of(arguments))


async def create_pending_task(call: Call, arguments: CreatePendingTaskInput) -> Waiting:
    asset = await asset_code(call, arguments.asset)
    person = await writer(call)
    body = {
        **await event_fields(call, asset, arguments.plan, arguments.task),
        "account_code": person.code,
        "requested_by": arguments.requested_by or person.full_name,
        "task_descripcion": arguments.title,
        "event_date": moment(call, arguments.happened_at, "happened_at"),
        "date_maintenance": due(call.caller, arguments.scheduled_at, "scheduled_at"),
        **stopped(call, arguments.out_of_service_since),
    }
    with in_our_names(EVENT_WIRE):
        number = await planning.create_from_event(
            call.upstream, {name: value for name, value in body.items() if value is not None}
        )
    return Waiting(pending_task=number, asset_code=asset, notes=notes_of(arguments))


async def assign_task_plan(call: Call, arguments: AssignTaskPlanInput) -> Saved:
    upstream = call.upstream
    asset = await asset_code(call, arguments.asset)
    assert asset is not None
    person = await writer(call)
    body: dict[str, Any] = {"id_tasks_plan": arguments.plan, "code_user": person.code}
    if arguments.last_done is not None:
        body["last_date_maintenance"] = arguments.last_done.isoformat()
    with in_our_names({"plan": "id_tasks_plan", "last_done": "last_date_maintenance"}):
        await planning.assign_plan(upstream, asset, body)
    return Saved(
        done="updated", code=asset, id=arguments.plan, changed=["plan"], url=record_url("assets", asset)
    )


TOOLS = (
    Tool(
        name="create_pending_task_from_request",
        title="Plan a work request",
        description="Creates a pending task from an open work request that names an asset.",
        rights=frozenset({"tasks:add"}),
        input=CreatePendingTaskFromRequestInput,
        output=Waiting,
        run=create_pending_task_from_request,
        read_only=False,
        idempotent=False,
        toolset="planning",
    ),
    Tool(
        name="create_pending_task",
        title="Report an event",
        description="Reports that an event of a plan happened to an asset: its task becomes pending.",
        rights=frozenset({"tasks:add", "tasks:view"}),
        input=CreatePendingTaskInput,
        output=Waiting,
        run=create_pending_task,
        read_only=False,
        idempotent=False,
        toolset="planning",
    ),
    Tool(
        name="assign_task_plan",
        title="Assign a task plan",
        description="Assigns a task plan to an asset that has none; its tasks become pending by their dates.",
        rights=frozenset({"tasks:edit"}),
        input=AssignTaskPlanInput,
        output=Saved,
        run=assign_task_plan,
        read_only=False,
        toolset="planning",
    ),
)
