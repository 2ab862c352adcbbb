"""A work request as an answer shows it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.errors import NotFound, NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import (
    PRIORITY_BY_NAME,
    REQUEST_STATUS,
    Priority,
    RequestStatus,
    word_of,
)
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.work_orders import tasks_of
from mcp_gateway.upstream.resources.work_requests import (
    RequestRow,
    find_request,
)

WaitsFor = Literal["triage", "planner", "responsible_of_order", "reviewer_of_order"]
# Who acts next, by the status. The others are settled.
WAITS_FOR: Mapping[int, WaitsFor] = {
    **dict.fromkeys((1, 2, 13), "triage"),
    **dict.fromkeys((7, 9, 10), "planner"),
    3: "responsible_of_order",
    8: "reviewer_of_order",
}


class WorkRequest(BaseModel):
    id: int
    title: UntrustedText
    status: RequestStatus | None = None
    urgent: bool | None = None
    priority: Priority | None = None
    asset_code: Code | None = None
    asset: UntrustedText | None = None
    requested_by: UntrustedName | None = None
    created_at: AwareDatetime | None = None
    incident_at: AwareDatetime | None = None
    solved_at: AwareDatetime | None = None
    status_notes: UntrustedLongText | None = None
    waits_for: Annotated[WaitsFor | None, Field(description="Who acts next.")] = None
    work_order: Annotated[Code | None, Field(description="Folio of the work order made from it.")] = None
    url: str


class WorkRequestDetails(WorkRequest):
    details: UntrustedLongText | None = None
    location: UntrustedText | None = None
    entered_by: UntrustedName | None = None
    status_since: AwareDatetime | None = None
    status_by: UntrustedName | None = None
    responsible: Annotated[UntrustedName | None, Field(description="Of its work order.")] = None
    type: UntrustedName | None = None
    classification_1: UntrustedName | None = None
    classification_2: UntrustedName | None = None
    identifier: UntrustedName | None = None
    rating: int | None = None


def request_texts(row: RequestRow) -> tuple[str | None, ...]:
    return (row.description, row.observation, row.code_item, row.items_description, row.requested_by)


def summary(call: Call, row: RequestRow) -> WorkRequest:
    return WorkRequest(
        id=row.id,
        title=row.description or "",
        status=word_of(REQUEST_STATUS, row.id_status),
        urgent=row.is_urgent,
        priority=PRIORITY_BY_NAME.get(row.priorities_description or ""),
        asset_code=row.code_item,
        asset=row.items_description,
        requested_by=row.requested_by,
        created_at=shown(call.caller, row.date),
        incident_at=shown(call.caller, row.date_incident),
        solved_at=shown(call.caller, row.date_solution),
        status_notes=row.requests_x_status_notes or None,
        waits_for=WAITS_FOR.get(row.id_status or 0),
        work_order=row.wo_folio or None,
        url=record_url("work-requests", row.id),
    )


async def work_request(call: Call, number: int) -> WorkRequestDetails:
    row = await find_request(call.upstream, number)
    if row is None:
        raise NotFound("There is no work request with that number, or this person may not see it.")
    return await details(call, row)


async def _responsible(call: Call, row: RequestRow) -> str | None:
    """Return who is responsible for the order of a request."""
    if not row.wo_folio or "work_orders:view" not in call.caller.rights:
        return None
    with suppress(NotPermitted):  # the upstream decides; our copy of the permissions may be outdated
        order = await tasks_of(call.upstream, row.wo_folio)
        return (order[0].personnel_description or None) if order else None
    return None


async def details(call: Call, row: RequestRow) -> WorkRequestDetails:
    return WorkRequestDetails(
        **dict(summary(call, row)),
        details=row.observation or None,
        location=path(row.parent_description),
        entered_by=row.accounts_name,
        status_since=shown(call.caller, row.date_status),
        status_by=row.requests_x_status_accounts_name,
        responsible=await _responsible(call, row),
        type=row.types_description,
        classification_1=row.types_1_description,
        classification_2=row.types_2_description,
        identifier=row.identifier,
        rating=row.rating,
    )
