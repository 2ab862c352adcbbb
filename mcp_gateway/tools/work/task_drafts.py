"""Creates pending tasks from a work request or an event."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.codes import PRIORITY, Priority, number_of
from mcp_gateway.tools.kit.datetimes import IsoInput, due, parse
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Number
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.upstream.resources import planning

EVENT_TRIGGER = 4


class CreatePendingTaskFromRequestInput(Arguments):
    request: Annotated[Number, Field(description="Number of the work request; it needs an asset.")]
    task_type: Annotated[
        str, Field(min_length=1, max_length=80, description="From list_task_plans(kind task_types).")
    ]
    scheduled_at: Annotated[IsoInput | None, Field(description="When to do it; default today.")] = None
    minutes: Annotated[int | None, Field(ge=1, le=100_000, description="Estimated.")] = None
    priority: Annotated[Priority | None, Field(description="How soon it must be done.")] = None
    title: Annotated[str | None, Field(min_length=3, max_length=300, description="What to do.")] = None
    note: Annotated[str | None, Field(max_length=4000, description="A note for the person who does it.")] = (
        None
    )
    out_of_service_since: Annotated[
        IsoInput | None, Field(description="When the asset stopped, if it is stopped.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


REQUEST_WIRE = {
    "request": "id_request", "task_type": "task_type_main", "scheduled_at": "date_maintenance",
    "minutes": "duration", "priority": "id_priorities", "title": "description", "note": "note",
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


async def task_of_request(call: Call, arguments: CreatePendingTaskFromRequestInput, person: str) -> int:
    """Create the pending task of a request. Return its id."""
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


async def event_fields(call: Call, asset: str | None, plan: int, task: int) -> dict[str, Any]:
    """Return the wire fields of an event's task and its trigger."""
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
