"""The tool of the set `execution` that attaches notes and links."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Folio, Number
from mcp_gateway.tools.kit.saving import Saved, in_our_names
from mcp_gateway.tools.work.order_records import open_order
from mcp_gateway.upstream.resources import work_order_parts as parts


class AttachToWorkOrderInput(Arguments):
    folio: Folio
    task: Annotated[Number, Field(description="id of the task, from get_work_order.")]
    subtask: Annotated[Number | None, Field(description="id of a subtask, to attach it there.")] = None
    kind: Annotated[Literal["link", "note"], Field(description="Kind of content.")]
    content: Annotated[str, Field(min_length=1, max_length=4000, description="An https address, or a text.")]
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def an_address(self) -> AttachToWorkOrderInput:
        if self.kind == "link" and not self.content.startswith(("https://", "http://")):
            raise ValueError("content must be the address of a web page")
        return self


async def attach_to_work_order(call: Call, arguments: AttachToWorkOrderInput) -> Saved:
    upstream = call.upstream
    rows = await open_order(call, arguments.folio)
    if arguments.task not in {row.id_work_orders_tasks for row in rows}:
        raise NotFound("The order has no such task. get_work_order shows its tasks.")
    body: dict[str, Any] = {
        "id_work_order_task": arguments.task,
        "type": 2 if arguments.kind == "link" else 3,
        "value": arguments.content,
    }
    if arguments.subtask is not None:
        body["id_work_orders_tasks_form_items"] = arguments.subtask
    with in_our_names({"task": "id_work_order_task", "content": "value", "kind": "type"}):
        await parts.attach(upstream, body)
    return Saved(
        done="created",
        id=arguments.task,
        changed=[arguments.kind],
        url=record_url("work-orders", arguments.folio),
    )


RIGHTS = frozenset({"work_orders:view", "work_orders:edit"})
TOOLS = (
    Tool(
        name="attach_to_work_order",
        title="Attach a note or link",
        description="Attaches a note or a web address to a task of an open order. Files cannot be sent.",
        rights=RIGHTS,
        input=AttachToWorkOrderInput,
        output=Saved,
        run=attach_to_work_order,
        read_only=False,
        idempotent=False,
        toolset="execution",
    ),
)
