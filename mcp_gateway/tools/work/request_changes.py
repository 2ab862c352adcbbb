"""create_work_request and update_work_request."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.calls.errors import InvalidArguments, NotFound, Refusal
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.by_hand import refuse_by_hand
from mcp_gateway.tools.kit.codes import REQUEST_STATUS, RequestStatus, number_of, word_of
from mcp_gateway.tools.kit.datetimes import IsoInput, parse, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import RequestNumber
from mcp_gateway.tools.kit.resolving import AssetName, asset_code
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.work.duplicates import refuse_duplicates
from mcp_gateway.upstream.resources.work_requests import create_request, find_request, set_status

# Our clock may be ahead of the upstream's.
CLOCK_TOLERANCE = dt.timedelta(minutes=1)
CREATE_WIRE = {
    "title": "description", "details": "observation", "asset": "code", "incident_at": "date_incident",
    "urgent": "is_urgent",
}  # fmt: skip
STATUS_WIRE = {"id": "code", "status": "id_status", "notes": "notes"}
MOVABLE = ("open", "in_process", "rejected")


class CreateWorkRequestInput(Arguments):
    title: Annotated[
        str, Field(min_length=3, max_length=300, description="What is wrong or needed, in one sentence.")
    ]
    details: Annotated[str | None, Field(max_length=4000, description="Anything else worth knowing.")] = None
    asset: AssetName | None = None
    incident_at: Annotated[
        IsoInput | None,
        Field(description="When it happened, ISO date and time, not in the future; default now."),
    ] = None
    urgent: Annotated[bool, Field(description="Whether the person said that it is urgent.")] = False
    even_if_similar: Annotated[
        bool, Field(description="True after the person saw the similar ones and still wants another.")
    ] = False
    idempotency_key: IdempotencyKey | None = None


class CreateWorkRequestOutput(BaseModel):
    id: RequestNumber
    title: UntrustedText
    status: RequestStatus
    asset_code: Code | None = None
    requested_by: UntrustedName
    incident_at: AwareDatetime
    urgent: bool
    url: str


async def create_work_request(call: Call, arguments: CreateWorkRequestInput) -> CreateWorkRequestOutput:
    now = dt.datetime.now(dt.UTC)
    latest = now - CLOCK_TOLERANCE
    incident_at = latest
    if arguments.incident_at is not None:
        incident_at = parse(call.caller, arguments.incident_at, "incident_at")
        if incident_at > now + CLOCK_TOLERANCE:
            raise InvalidArguments(
                "incident_at must not be in the future.",
                fields=[{"field": "incident_at", "problem": "is in the future"}],
            )
        incident_at = min(incident_at, latest)
    asset = await asset_code(call, arguments.asset)
    person = await writer(call)
    assert person.code is not None
    if not arguments.even_if_similar:
        await refuse_duplicates(call, asset, arguments.title, anywhere=True)
    upstream = call.upstream
    with in_our_names(CREATE_WIRE):
        number = await create_request(
            upstream,
            title=arguments.title,
            user_code=person.code,
            requested_by=person.full_name,
            incident_at=incident_at,
            urgent=arguments.urgent,
            asset=asset,
            details=arguments.details,
        )
    happened = shown(call.caller, incident_at)
    assert happened is not None
    return CreateWorkRequestOutput(
        id=number,
        title=arguments.title,
        status="open",
        asset_code=asset,
        requested_by=person.full_name,
        incident_at=happened,
        urgent=arguments.urgent,
        url=record_url("work-requests", number),
    )


# Arguments that the contract cannot do.
BY_HAND = {
    **dict.fromkeys(("priority", "urgent"), "change a request's priority"),
    **dict.fromkeys(("responsible", "assignee", "assigned_to"), "assign a request"),
    **dict.fromkeys(("title", "details", "asset"), "change what a request says"),
}


class UpdateWorkRequestInput(Arguments):
    id: RequestNumber
    status: Annotated[
        Literal["open", "in_process", "solved_without_work_order", "cancelled", "rejected"],
        Field(description="Only from open, in_process or rejected; work orders move a request themselves."),
    ]
    notes: Annotated[
        str | None, Field(max_length=4000, description="The reason, for the person who asked.")
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="before")
    @classmethod
    def by_hand(cls, given: Any) -> Any:
        refuse_by_hand(given, BY_HAND, "work-requests", "id")
        return given


class UpdateWorkRequestOutput(BaseModel):
    id: int
    title: UntrustedText
    status: RequestStatus
    before: RequestStatus | None = None
    url: str


async def update_work_request(call: Call, arguments: UpdateWorkRequestInput) -> UpdateWorkRequestOutput:
    upstream = call.upstream
    row = await find_request(upstream, arguments.id)
    if row is None:
        raise NotFound("There is no work request with that number, or this person may not see it.")
    before = word_of(REQUEST_STATUS, row.id_status)
    if before not in MOVABLE:
        raise Refusal(f"The request is {before}: its status can no longer be set by hand.", status=before)
    person = await writer(call)
    assert person.code is not None
    number = number_of(REQUEST_STATUS, arguments.status)
    with in_our_names(STATUS_WIRE):
        await set_status(upstream, row.id, number, person.code, arguments.notes)
    return UpdateWorkRequestOutput(
        id=row.id,
        title=row.description or "",
        status=arguments.status,
        before=before,
        url=record_url("work-requests", row.id),
    )


async def request_before(call: Call, arguments: UpdateWorkRequestInput) -> dict[str, Any]:
    row = await find_request(call.upstream, arguments.id)
    return {} if row is None else {"status": word_of(REQUEST_STATUS, row.id_status)}


TOOLS = (
    Tool(
        name="update_work_request",
        title="Change a work request",
        description=(
            "Sets the status of a request that has no work order: in process, solved, rejected … Priority: "
            "only a person, on its page."
        ),
        rights=frozenset({"work_requests:view", "work_requests:edit"}),
        input=UpdateWorkRequestInput,
        output=UpdateWorkRequestOutput,
        run=update_work_request,
        before=request_before,
        read_only=False,
        destructive=True,
    ),
    Tool(
        name="create_work_request",
        title="Create a work request",
        description=(
            "Asks the maintenance department for work, in the name of the connected person. If "
            "similar requests or orders are open, they are shown first and nothing is written."
        ),
        rights=frozenset({"work_requests:add"}),
        input=CreateWorkRequestInput,
        output=CreateWorkRequestOutput,
        run=create_work_request,
        read_only=False,
        idempotent=False,
    ),
)
