"""The set `planning`: tasks that wait for an order, and plans for assets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.codes import PRIORITY, Priority, number_of
from mcp_gateway.tools.kit.datetimes import IsoInput, due, parse
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.resolving import AssetName, asset_code
from mcp_gateway.tools.kit.saving import Saved, in_our_names
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.tools.parties.people import writer
from mcp_gateway.tools.work.stops import UNTIL_DONE
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources import planning

EVENT_TRIGGER = 4
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class RequestTask(Arguments):
    request: Annotated[Number, Field(description="Number of the work request; it needs an asset.")]
    task_type: Annotated[
        str, Field(min_length=1, max_length=80, description="Of list_task_plans(kind task_types).")
    ]
    scheduled_at: Annotated[IsoInput | None, Field(description="When to do it; today if left out.")] = None
    minutes: Annotated[int | None, Field(ge=1, le=100_000, description="Estimated.")] = None
    priority: Annotated[Priority | None, Field(description="How soon it has to be done.")] = None
    title: Annotated[str | None, Field(min_length=3, max_length=300, description="What is to be done.")] = (
        None
    )
    note: Annotated[str | None, Field(max_length=4000, description="A note for who does it.")] = None
    out_of_service_since: Annotated[
        IsoInput | None, Field(description="When the asset stopped, if it stands still.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class EventTask(Arguments):
    asset: AssetName
    plan: Annotated[Number, Field(description="id of the plan of the event.")]
    task: Annotated[Number, Field(description="id of its task.")]
    title: Annotated[str | None, Field(min_length=3, max_length=300, description="What is to be done.")] = (
        None
    )
    happened_at: Annotated[IsoInput | None, Field(description="Now if left out.")] = None
    scheduled_at: Annotated[IsoInput | None, Field(description="Today if left out.")] = None
    requested_by: Annotated[
        str | None, Field(min_length=1, max_length=160, description="The connected person if left out.")
    ] = None
    out_of_service_since: Annotated[
        IsoInput | None, Field(description="When the asset stopped, if it stands still.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class AssignPlan(Arguments):
    asset: AssetName
    plan: Annotated[Number, Field(description="id of the plan, of list_task_plans(kind plans).")]
    last_done: Annotated[
        dt.date | None, Field(description="When it was maintained last: the next date counts from there.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class Waiting(BaseModel):
    pending_task: int
    asset_code: Code | None = None
    next_step: str = "create_work_order with source pending makes an order of it."
    notes: list[str] = []


def notes_of(arguments: RequestTask | EventTask) -> list[str]:
    return [] if arguments.out_of_service_since is None else [UNTIL_DONE]


REQUEST_WIRE = {
    "request": "id_request", "task_type": "task_type_main", "scheduled_at": "date_maintenance",
    "minutes": "duration", "priority": "id_priorities", "title": "description", "note": "note",
    "out_of_service_since": "date_asset_out_of_service",
}  # fmt: skip
EVENT_WIRE = {
    "asset": "item_code", "plan": "id_group_task", "task": "id_task", "title": "task_descripcion",
    "happened_at": "event_date", "scheduled_at": "date_maintenance", "requested_by": "requested_by",
    "out_of_service_since": "date_asset_out_of_service",
}  # fmt: skip


def moment(call: Call, text: str | None, field: str) -> str | None:
    if text is None:
        return None
    return parse(call.caller, text, field).isoformat(timespec="seconds")


def stopped(call: Call, since: str | None) -> dict[str, Any]:
    if since is None:
        return {}
    return {
        "asset_out_of_service": True,
        "date_asset_out_of_service": moment(call, since, "out_of_service_since"),
    }


async def task_of_request(call: Call, arguments: RequestTask, person: str) -> int:
    """The pending task that the request becomes."""
    body = {
        "id_request": arguments.request,
        "task_type_main": arguments.task_type,
        "account_code": person,
        "date_maintenance": due(call.caller, arguments.scheduled_at, "scheduled_at"),
        "duration": arguments.minutes * 60 if arguments.minutes else None,
        "id_priorities": number_of(PRIORITY, arguments.priority) if arguments.priority else None,
        "description": arguments.title,
        "note": arguments.note,
        **stopped(call, arguments.out_of_service_since),
    }
    with in_our_names(REQUEST_WIRE):
        return await planning.create_from_request(
            call.upstream, {name: value for name, value in body.items() if value is not None}
        )


async def create_from_request(call: Call, arguments: RequestTask) -> Waiting:
    person = await writer(call)
    number = await task_of_request(call, arguments, str(person.code))
    return Waiting(pending_task=number, notes=notes_of(arguments))


async def event_fields(call: Call, asset: str | None, plan: int, task: int) -> dict[str, Any]:
    """The task of an event and what triggers it, as the contract wants them."""
    triggers = await planning.triggers_of(call.upstream, task)
    events = [row for row in triggers if row.id_task_trigger_type == EVENT_TRIGGER]
    if not events:
        raise NotFound("No event starts that task. list_task_plans(kind triggers) shows which do.")
    event = events[0]
    if len(events) > 1:
        event = the_chosen(
            call,
            "event",
            str(task),
            "Several events start that task.",
            events,
            lambda row: {"id": row.id, "event": cleaned(row.event_description, NAME)},
            by="id",
            told=("event",),
        )
    return {
        "item_code": asset,
        "id_task": task,
        "tasks_triggers_id": event.id,
        "id_group_task": plan,
    }


async def create_from_event(call: Call, arguments: EventTask) -> Waiting:
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


async def assign_plan(call: Call, arguments: AssignPlan) -> Saved:
    upstream: Upstream = call.upstream
    asset = await asset_code(call, arguments.asset)
    assert asset is not None
    person = await writer(call)
    body: dict[str, Any] = {"id_tasks_plan": arguments.plan, "code_user": person.code}
    if arguments.last_done is not None:
        body["last_date_maintenance"] = arguments.last_done.isoformat()
    with in_our_names({"plan": "id_tasks_plan", "last_done": "last_date_maintenance"}):
        await planning.assign_plan(upstream, asset, body)
    return Saved(
        done="updated", code=asset, id=arguments.plan, changed=["plan"], url=upstream.link("assets", asset)
    )


TOOLS = (
    Tool(
        name="create_pending_task_from_request",
        title="Plan a work request",
        description="Makes a pending task of an open work request that names an asset.",
        rights=frozenset({"tasks:add"}),
        input=RequestTask,
        output=Waiting,
        run=create_from_request,
        read_only=False,
        idempotent=False,
        toolset="planning",
    ),
    Tool(
        name="create_pending_task",
        title="Report an event",
        description="An event of a plan happened to an asset: its task becomes pending.",
        rights=frozenset({"tasks:add", "tasks:view"}),
        input=EventTask,
        output=Waiting,
        run=create_from_event,
        read_only=False,
        idempotent=False,
        toolset="planning",
    ),
    Tool(
        name="assign_task_plan",
        title="Assign a task plan",
        description="Gives an asset that has none a task plan; its tasks become pending by their dates.",
        rights=frozenset({"tasks:edit"}),
        input=AssignPlan,
        output=Saved,
        run=assign_plan,
        read_only=False,
        toolset="planning",
    ),
)
