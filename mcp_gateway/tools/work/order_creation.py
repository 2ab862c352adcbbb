"""create_work_order: from pending tasks, a work request, an event of a plan, or unplanned."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from mcp_gateway.calls.errors import GatewayError, PartlyDone
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.conditions import goes_with
from mcp_gateway.tools.kit.datetimes import IsoInput, due
from mcp_gateway.tools.kit.identifiers import Code, GivenCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Number, Short
from mcp_gateway.tools.kit.resolving import AssetName, PersonName, asset_code, person_with_code
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.work.duplicates import refuse_duplicates
from mcp_gateway.tools.work.task_drafts import (
    CreatePendingTaskFromRequestInput,
    event_fields,
    task_of_request,
)
from mcp_gateway.upstream.resources import work_orders as orders

# The sources that an argument applies to. Other arguments apply to all sources.
SOURCES = {
    "pending_tasks": ("pending",),
    "asset": ("unplanned", "event"),
    "title": ("unplanned",),
    "task_type": ("unplanned", "request"),
    "minutes": ("unplanned", "request"),
    "plan": ("event",),
    "task": ("event",),
    "request": ("request",),
    "scheduled_at": ("request",),
    "requested_by": ("unplanned", "event"),
    "even_if_similar": ("unplanned",),
}


class CreateWorkOrderInput(Arguments):
    source: Annotated[
        Literal["pending", "unplanned", "event", "request"],
        Field(description="pending tasks; an unplanned task; an event of a plan; a work request."),
    ]
    responsible: Annotated[PersonName | None, Field(description="Code or name; or third_party.")] = None
    third_party: Annotated[GivenCode | None, Field(description="Code; with contact.")] = None
    contact: Annotated[Short | None, Field(description="Contact of the third party, as listed.")] = None
    pending_tasks: Annotated[
        list[Number] | None, Field(min_length=1, max_length=50, description="pending: ids.")
    ] = None
    asset: Annotated[AssetName | None, Field(description="unplanned, event: code or name.")] = None
    title: Annotated[
        str | None, Field(min_length=3, max_length=200, description="unplanned: what to do.")
    ] = None
    task_type: Annotated[
        Short | None, Field(description="unplanned, request: from list_task_plans(task_types).")
    ] = None
    minutes: Annotated[int | None, Field(ge=1, le=100_000, description="unplanned, request.")] = None
    plan: Annotated[Number | None, Field(description="event: id of the plan.")] = None
    task: Annotated[Number | None, Field(description="event: id of the task.")] = None
    request: Annotated[Number | None, Field(description="request: its number.")] = None
    scheduled_at: Annotated[IsoInput | None, Field(description="request: when; default today.")] = None
    requested_by: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=160,
            description="unplanned, event; default the connected person.",
        ),
    ] = None
    even_if_similar: Annotated[
        bool, Field(description="unplanned: true after the person saw the similar ones and wants another.")
    ] = False
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def what_each_source_needs(self) -> CreateWorkOrderInput:
        needed = {
            "pending": ("pending_tasks",),
            "unplanned": ("asset", "title", "task_type"),
            "event": ("asset", "plan", "task"),
            "request": ("request", "task_type"),
        }[self.source]
        goes_with(self, self.source, SOURCES)
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.source} needs {', '.join(missing)}")
        if (self.responsible is None) == (self.third_party is None):
            raise ValueError("give responsible, or third_party with contact")
        if (self.third_party is None) != (self.contact is None):
            raise ValueError("third_party and contact go together")
        return self


class CreateWorkOrderOutput(BaseModel):
    folio: Code
    responsible: UntrustedName | None = None
    tasks: Annotated[int, Field(ge=1)]
    pending_task: Annotated[int | None, Field(description="The pending task made from the request.")] = None
    url: str


async def create_work_order(call: Call, arguments: CreateWorkOrderInput) -> CreateWorkOrderOutput:
    upstream = call.upstream
    body: dict[str, Any] = {}
    responsible = arguments.contact
    if arguments.responsible is not None:
        person = await person_with_code(call, arguments.responsible, "responsible")
        body["responsible_code"], responsible = person.code, person.full_name or person.code
    else:
        body |= {"third_party_code": arguments.third_party, "third_party_contact": arguments.contact}
    own = await writer(call)
    body |= {"account_code": own.code}
    requested_by = arguments.requested_by or own.full_name
    count, pending = 1, None
    match arguments.source:
        case "pending":
            numbers = list(dict.fromkeys(arguments.pending_tasks or ()))
            body |= {"type": 1, "tasks_todo": [{"tasks_todo_id": number} for number in numbers]}
            count = len(numbers)
        case "unplanned":
            asset = await asset_code(call, arguments.asset)
            assert asset is not None
            assert arguments.title is not None
            if not arguments.even_if_similar:
                await refuse_duplicates(call, asset, arguments.title)
            body |= {
                "type": 2,
                "item_code": asset,
                "requested_by": requested_by,
                "task_descripcion": arguments.title,
                "task_type_main": arguments.task_type,
            }
        case "event":
            assert arguments.plan is not None
            assert arguments.task is not None
            asset = await asset_code(call, arguments.asset)
            event = await event_fields(call, asset, arguments.plan, arguments.task)
            today = due(call.caller, None, "scheduled_at")
            body |= {"type": 3, "requested_by": requested_by, "date_maintenance": today, **event}
        case "request":
            assert arguments.request is not None
            assert arguments.task_type is not None
            asked = CreatePendingTaskFromRequestInput(
                request=arguments.request,
                task_type=arguments.task_type,
                scheduled_at=arguments.scheduled_at,
                minutes=arguments.minutes,
            )
            pending = await task_of_request(call, asked, str(own.code))
            body |= {"type": 1, "tasks_todo": [{"tasks_todo_id": pending}]}
    if arguments.minutes is not None:
        body["duration"] = arguments.minutes * 60
    try:
        with in_our_names(CREATE_WIRE):
            folio = await orders.create_order(upstream, body)
    except GatewayError as error:
        if pending is None:
            raise
        raise PartlyDone(
            f"The request waits as pending task {pending}, but no order was made of it: {error.message} "
            "Go on with source pending and this number.",
            pending_task=pending,
        ) from None
    return CreateWorkOrderOutput(
        folio=folio,
        responsible=responsible,
        tasks=count,
        pending_task=pending,
        url=record_url("work-orders", folio),
    )


CREATE_WIRE = {
    "responsible": "responsible_code", "third_party": "third_party_code", "contact": "third_party_contact",
    "pending_tasks": "tasks_todo", "asset": "item_code", "title": "task_descripcion",
    "task_type": "task_type_main", "minutes": "duration", "plan": "id_group_task", "task": "id_task",
    "requested_by": "requested_by",
}  # fmt: skip


TOOLS = (
    Tool(
        name="create_work_order",
        title="Create a work order",
        description=(
            "Creates a work order from pending tasks, a work request or an event of a plan, or an "
            "unplanned one, and assigns someone responsible. First tell the person what will be "
            "created."
        ),
        rights=frozenset({"work_orders:add"}),
        input=CreateWorkOrderInput,
        output=CreateWorkOrderOutput,
        run=create_work_order,
        read_only=False,
        many="pending_tasks",
        idempotent=False,
    ),
)
