"""The optional parts of get_work_order."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import ANSWER, QUESTION, RESOURCE, QuestionKind, ResourceKind, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedName, UntrustedText
from mcp_gateway.tools.supply.document_records import DocumentShown, requisition
from mcp_gateway.upstream.resources import work_order_parts as parts
from mcp_gateway.upstream.resources.warehouse_documents import requisitions_of
from mcp_gateway.upstream.rows import Period

Part = Literal["subtasks", "resources", "attachments", "requisitions", "public_link"]
MOST = 100
ATTACHMENT: dict[int, Literal["file", "link", "note"]] = {1: "file", 2: "link", 3: "note"}


class Subtask(BaseModel):
    id: int
    task: Annotated[int | None, Field(description="id of the task.")] = None
    question: UntrustedText
    kind: QuestionKind | None = None
    required: bool | None = None
    unit: UntrustedName | None = None
    answer: UntrustedText | None = None
    meter: UntrustedText | None = None
    last_value: float | None = None


class Resource(BaseModel):
    id: int | None = None
    task: int | None = None
    kind: ResourceKind | None = None
    code: Code | None = None
    description: UntrustedText | None = None
    source: Annotated[UntrustedText | None, Field(description="Warehouse, rate or third party.")] = None
    quantity: float | None = None
    delivered: float | None = None
    used: float | None = None
    unit: UntrustedName | None = None
    unit_cost: float | None = None
    total_cost: float | None = None
    note: UntrustedText | None = None


class Attachment(BaseModel):
    kind: Literal["file", "link", "note"] | None = None
    name: UntrustedText | None = None
    content: UntrustedLongText


class Parts(BaseModel):
    subtasks: list[Subtask] | None = None
    resources: list[Resource] | None = None
    attachments: list[Attachment] | None = None
    requisitions: list[DocumentShown] | None = None
    public_link: str | None = None
    notes: list[str] = []


def subtask(row: parts.SubtaskRow) -> Subtask:
    kind = word_of(QUESTION, row.id_task_form_item_type)
    answer = ANSWER.get(kind or "text", {}).get((row.value or "").lower(), row.value)
    return Subtask(
        id=row.id_work_orders_tasks_form_items,
        task=row.id_work_order_task,
        question=row.description or "",
        kind=kind,
        required=row.is_required,
        unit=row.unit_description,
        answer=answer or None,
        meter=row.meter_description,
        last_value=row.last_value,
    )


def resource(row: parts.ResourceRow) -> Resource:
    return Resource(
        id=row.id_wo_resource,
        task=row.id_work_orders_tasks,
        kind=word_of(RESOURCE, row.type),
        code=row.code or row.source_code,
        description=row.description,
        source=row.source_description,
        quantity=row.qty,
        delivered=row.qty_delivered,
        used=row.real_qty_used,
        unit=row.units_description,
        unit_cost=row.unit_cost,
        total_cost=row.total_cost,
        note=row.note or None,
    )


async def parts_of(call: Call, folio: str, wanted: Sequence[Part]) -> dict[str, Any]:
    """Read the requested fields of Parts.

    A note names what the person may not see; the call is not refused.
    """
    upstream = call.upstream
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)

    async def one(part: Part) -> Any:
        match part:
            case "subtasks":
                rows = await parts.subtasks_of(upstream, folio, Period(EARLIEST, until, "creation_date"))
                return [subtask(row) for row in rows]
            case "resources":
                used = await parts.resources_of(upstream, folio, Period(EARLIEST, until, "date_create"))
                return [resource(row) for row in used]
            case "attachments":
                return [
                    Attachment(
                        kind=word_of(ATTACHMENT, row.type), name=row.description, content=row.value or ""
                    )
                    for row in await parts.attachments_of(upstream, folio)
                ]
            case "requisitions":
                papers = await requisitions_of(upstream, folio, Period(EARLIEST, until, "date_create"))
                return [requisition(call, row) for row in papers]
            case "public_link":
                return await parts.shared_url(upstream, folio)

    names = list(dict.fromkeys(wanted))
    found = await asyncio.gather(*(one(part) for part in names), return_exceptions=True)
    fields: dict[str, Any] = {"notes": []}
    for part, value in zip(names, found, strict=True):
        if isinstance(value, NotPermitted):
            fields["notes"].append(f"This person may not see the {part.replace('_', ' ')}.")
        elif isinstance(value, BaseException):
            raise value
        else:
            fields[part] = value[:MOST] if isinstance(value, list) else value
            if isinstance(value, list) and len(value) > MOST:
                fields["notes"].append(f"Only the first {MOST} {part} are shown.")
    return fields
