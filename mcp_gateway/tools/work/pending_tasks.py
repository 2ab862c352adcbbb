"""list_pending_tasks: tasks that wait for a work order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import partial
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import PRIORITY, Priority, word_of
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.datetimes import IsoInput, Minutes, last, minutes, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import (
    ListAnswer,
    ListArguments,
    ending,
    listed,
    position_of,
    present,
)
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.positions import soonest_first
from mcp_gateway.tools.kit.resolving import AssetName, LocationName, asset_code, asset_to_filter_by
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources import planning

MOST_PAGES_OF_PARTS = 10


class PlannedPart(BaseModel):
    description: UntrustedText | None = None
    quantity: float | None = None
    unit: UntrustedName | None = None
    unit_cost: float | None = None


class PendingTask(BaseModel):
    id: Annotated[int, Field(description="For create_work_order.")]
    description: UntrustedText
    asset_code: Code | None = None
    asset: UntrustedText | None = None
    location: UntrustedText | None = None
    plan: UntrustedText | None = None
    type: UntrustedName | None = None
    priority: Priority | None = None
    scheduled_at: AwareDatetime | None = None
    calculated_at: AwareDatetime | None = None
    last_done_at: AwareDatetime | None = None
    late_days: Annotated[int, Field(ge=0)] = 0
    estimated_minutes: Minutes | None = None
    trigger: UntrustedName | None = None
    resources: int | None = None
    work_request: int | None = None
    requested_by: UntrustedName | None = None
    happened_at: AwareDatetime | None = None
    note: UntrustedText | None = None
    parts: Annotated[list[PlannedPart] | None, Field(description="If parts is true.")] = None


class ListPendingTasksOutput(ListAnswer):
    pending_tasks: list[PendingTask]


class ListPendingTasksInput(ListArguments):
    until: Annotated[IsoInput | None, Field(description="Due by this date; default one month ahead.")] = None
    location: LocationName | None = None
    asset: AssetName | None = None
    late: Annotated[bool | None, Field(description="True: only tasks whose date has passed.")] = None
    text: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Words in task, asset, plan or note.")
    ] = None
    parts: Annotated[bool, Field(description="Also the parts that each task plans.")] = False


def pending_task(call: Call, row: planning.PendingRow, now: dt.datetime) -> PendingTask:
    due = row.cal_date_maintenance or row.date_maintenance
    return PendingTask(
        id=row.id,
        description=row.description or "",
        asset_code=row.code,
        asset=row.item_description,
        location=path(row.parent_description),
        plan=row.group_task_description,
        type=row.tasks_types_main_description,
        priority=word_of(PRIORITY, row.id_priorities),
        scheduled_at=shown(call.caller, due),
        calculated_at=shown(call.caller, row.date_maintenance),
        last_done_at=shown(call.caller, row.last_date_maintenance),
        late_days=max(0, (now - due).days) if due else 0,
        estimated_minutes=minutes(row.duration),
        trigger=row.trigger_description,
        resources=row.num_resources,
        work_request=row.id_request,
        requested_by=row.requested_by or None,
        happened_at=shown(call.caller, row.event_date),
        note=row.task_note or None,
    )


async def planned_parts(upstream: Upstream, tasks: Collection[int]) -> dict[int, list[PlannedPart]]:
    """Return the parts that these tasks plan. A task that may have more than could be read is left out."""
    read_before = upstream.gaps.sentences
    fetch = partial(planning.list_planned_resources, upstream, "parts")
    rows = await all_rows(fetch, upstream.gaps, "parts of tasks", most=MOST_PAGES_OF_PARTS)
    if upstream.gaps.sentences != read_before:
        return {}
    found: dict[int, list[PlannedPart]] = {task: [] for task in tasks}
    for row in {row.id: row for row in rows}.values():
        if row.id_task in found:
            found[row.id_task].append(
                PlannedPart(
                    description=row.description,
                    quantity=row.qty,
                    unit=row.units_description,
                    unit_cost=row.unit_cost,
                )
            )
    return found


async def list_pending_tasks(call: Call, arguments: ListPendingTasksInput) -> ListPendingTasksOutput:
    upstream = call.upstream
    position = position_of(call, "list_pending_tasks", arguments)
    asset, location = position.get("asset"), position.get("place")
    notes: list[str] = []
    if not position:
        asset, notes = await asset_to_filter_by(call, arguments.asset)
        location = await asset_code(call, arguments.location, location=True)
    now = dt.datetime.now(dt.UTC)
    until = last(call.caller, arguments.until, "until") if arguments.until else None
    within = None if location is None else str(location)
    fetch = Filtered(upstream, partial(planning.list_pending, upstream, until=until), {"location": within})

    def keep(row: planning.PendingRow) -> bool:
        due = row.cal_date_maintenance or row.date_maintenance
        return (
            (asset is None or row.code == asset or (row.item_description or "").endswith(f"{{ {asset} }}"))
            and (arguments.late is None or (due is not None and due < now) == arguments.late)
            and (
                arguments.text is None
                or contains(
                    arguments.text,
                    row.description,
                    row.item_description,
                    row.group_task_description,
                    row.task_note,
                )
            )
        )

    planned: dict[int, int | None] = {}  # the task of a plan behind each pending one

    def make(row: planning.PendingRow) -> PendingTask:
        planned[row.id] = row.id_task
        return pending_task(call, row, now)

    filtered = any(value is not None for value in (asset, arguments.late, arguments.text))
    found = await listed(
        fetch,
        make,
        position=position,
        key=lambda row: soonest_first(row.cal_date_maintenance or row.date_maintenance, row.id),
        limit=arguments.limit,
        keep=keep if filtered else None,
    )
    if arguments.parts and found.records:
        parts = await planned_parts(upstream, {task for task in planned.values() if task is not None})
        for one in found.records:
            one.parts = parts.get(planned[one.id] or 0)
    more = present(asset=asset, place=location)
    return ListPendingTasksOutput(
        pending_tasks=found.records, **ending(call, "list_pending_tasks", arguments, found, notes, **more)
    )


TOOLS = (
    Tool(
        name="list_pending_tasks",
        title="List pending tasks",
        description=(
            "Tasks waiting for a work order, soonest first: due because of a plan, an event, a meter "
            "or a work request. create_work_order turns them into an order."
        ),
        rights=frozenset({"tasks:view"}),
        input=ListPendingTasksInput,
        output=ListPendingTasksOutput,
        run=list_pending_tasks,
    ),
)
