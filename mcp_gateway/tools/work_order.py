"""get_work_order: one work order with all its tasks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from mcp_gateway.errors import NotFound
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.listing import Arguments, Basket
from mcp_gateway.tools.moments import minutes, shown, zone_of
from mcp_gateway.tools.task_facts import order_is_overdue
from mcp_gateway.tools.words import ORDER_STATUS, word_of
from mcp_gateway.tools.work_order_parts import Part, parts_of
from mcp_gateway.tools.work_order_shapes import (
    NO_SUCH_ORDER,
    TaskDetails,
    WorkOrderDetails,
    highest_priority,
    task_details,
)
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.work_orders import tasks_of

LONGEST_FOLIO = 64
TASKS_SHOWN = 100

Folio = Annotated[
    str, Field(min_length=1, max_length=LONGEST_FOLIO, description="Folio of the work order, as shown.")
]


class GetInput(Arguments):
    folio: Folio
    include: Annotated[
        list[Part] | None, Field(max_length=5, description="What to show besides the tasks.")
    ] = None


async def get_work_order(call: Call, arguments: GetInput) -> WorkOrderDetails:
    order = await work_order(call, arguments.folio)
    if not arguments.include:
        return order
    return order.model_copy(update=await parts_of(call, order.folio, arguments.include))


async def work_order(call: Call, folio: str) -> WorkOrderDetails:
    upstream: Upstream = call.upstream
    order = await tasks_of(upstream, folio)
    if not order:
        raise NotFound(NO_SUCH_ORDER)
    first = order[0]
    zone, now = zone_of(call.caller), dt.datetime.now(dt.UTC)
    costs = [row.total_cost_task for row in order if row.total_cost_task is not None]
    shown_tasks: Basket[TaskDetails] = Basket(TASKS_SHOWN)
    for row in order:
        if not shown_tasks.take(task_details(row, zone, now)):
            break
    return WorkOrderDetails(
        folio=first.wo_folio,
        status=word_of(ORDER_STATUS, first.id_status_work_order),
        status_note=first.work_orders_status_custom_description or None,
        responsible=first.personnel_description or None,
        responsible_code=first.code_responsible,
        created_by=first.created_by,
        validated_by=first.validated_by_description,
        priority=highest_priority(order),
        created_at=shown(call.caller, first.creation_date),
        in_review_since=shown(call.caller, first.review_date),
        closed_at=shown(call.caller, first.wo_final_date),
        completed_percentage=first.completed_percentage,
        estimated_minutes=minutes(first.duration),
        total_cost=round(sum(costs), 2) if len(costs) == len(order) and not upstream.gaps else None,
        rating=first.rating,
        note=first.note or None,
        overdue=order_is_overdue(order, now),
        tasks=shown_tasks.records,
        tasks_left_out=len(order) - len(shown_tasks.records),
        url=upstream.link("work-orders", first.wo_folio),
    )


TOOLS = (
    Tool(
        name="get_work_order",
        title="Show a work order",
        description=(
            "One work order by its folio, with all tasks: dates, durations, notes, costs and failure data."
        ),
        rights=frozenset({"work_orders:view"}),
        input=GetInput,
        output=WorkOrderDetails,
        run=get_work_order,
    ),
)
