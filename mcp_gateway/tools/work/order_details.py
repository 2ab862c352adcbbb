"""get_work_order: one work order with all its tasks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.parameters import Folio
from mcp_gateway.tools.work.order_parts import Part, parts_of
from mcp_gateway.tools.work.order_records import details, rows_of_order
from mcp_gateway.tools.work.order_shapes import (
    WorkOrderDetails,
)


class GetWorkOrderInput(Arguments):
    folio: Folio
    include: Annotated[
        list[Part] | None, Field(max_length=5, description="What to show besides the tasks.")
    ] = None


async def get_work_order(call: Call, arguments: GetWorkOrderInput) -> WorkOrderDetails:
    rows = await rows_of_order(call, arguments.folio)
    order = details(call, rows)
    if not arguments.include:
        return order
    return order.model_copy(update=await parts_of(call, rows[0].wo_folio, arguments.include))


TOOLS = (
    Tool(
        name="get_work_order",
        title="Show a work order",
        description=(
            "One work order by its folio, with all tasks: dates, durations, notes, costs and failure data."
        ),
        rights=frozenset({"work_orders:view"}),
        input=GetWorkOrderInput,
        output=WorkOrderDetails,
        run=get_work_order,
    ),
)
