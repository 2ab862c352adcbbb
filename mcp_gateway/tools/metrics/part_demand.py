"""Parts that planned work needs: for pending tasks, and for tasks of open orders that are not done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.metrics.metric import MetricQuery
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.task_groups import read_within
from mcp_gateway.tools.work.task_facts import OPEN, is_done
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, list_items
from mcp_gateway.upstream.resources.planning import (
    PlannedResourceRow,
    list_pending,
    list_planned_resources,
)
from mcp_gateway.upstream.resources.planning import list_tasks as list_planned_tasks
from mcp_gateway.upstream.resources.warehouse_documents import RequisitionRow
from mcp_gateway.upstream.resources.work_order_parts import ResourceRow, list_resources
from mcp_gateway.upstream.resources.work_orders import TaskRow
from mcp_gateway.upstream.rows import Period

PART = 1
CANCELLED_DELIVERY = "DELIVERY_CANCELLED"
InOrder = tuple[str, str]  # folio, and code of the item


@dataclass(frozen=True, slots=True)
class Planned:
    """How often each planned task is pending until the end of the period, and the parts of planned tasks."""

    times: dict[int, int]
    parts: list[PlannedResourceRow]

    def of_pending_tasks(self) -> dict[int, float]:
        """Return the demand of pending tasks by item id."""
        wanted: dict[int, float] = defaultdict(float)
        for part in self.parts:
            if part.id_item is not None and part.id_task in self.times:
                wanted[part.id_item] += (part.qty or 0) * self.times[part.id_task]
        return wanted

    def prices(self) -> dict[int, float]:
        """Return the newest known price by item id; rows without a price are skipped."""
        return {
            part.id_item: part.unit_cost
            for part in sorted(self.parts, key=lambda part: part.id or 0)
            if part.id_item is not None and part.unit_cost is not None and part.unit_cost > 0
        }


async def read_planned(question: MetricQuery, until: dt.datetime) -> Planned:
    upstream = question.call.upstream
    pending = partial(list_pending, upstream, until=until)
    parts = partial(list_planned_resources, upstream, "parts")
    times: dict[int, int] = defaultdict(int)
    for row in once(await question.reading.all_rows(pending, "pending tasks"), lambda row: row.id):
        if row.id_task is not None:
            times[row.id_task] += 1
    found = once(await question.reading.all_rows(parts, "parts of tasks"), lambda row: row.id)
    return Planned(dict(times), found)


async def read_items(question: MetricQuery, planned: Planned, known: Mapping[int, str]) -> dict[int, ItemRow]:
    """Look up items that are in no warehouse, because planned parts name an item only by its id."""
    upstream = question.call.upstream
    found: dict[int, ItemRow] = {}
    unknown = sorted({part.id_item for part in planned.parts if part.id_item is not None} - known.keys())
    for number in unknown:
        if upstream.calls >= question.reading.allowed:
            question.reading.incomplete(
                f"Of {len(unknown) - len(found)} planned parts that lie nowhere the code was not read."
            )
            break
        fetch = partial(list_items, upstream, ItemFilter(number=number))
        for row in (await question.reading.page(fetch, size=2)).rows[:1]:
            found[number] = row
    return found


async def demand_of_orders(
    question: MetricQuery,
    planned: Planned,
    papers: list[RequisitionRow],
    codes: dict[int, str],
    until: dt.datetime,
) -> tuple[dict[InOrder, float], dict[str, str]]:
    """Return what tasks in open orders need and no requisition of the order has requested.

    The second value has the names of the items that the orders call by one, by code.
    """
    tasks = await _open_tasks(question, until)
    if not tasks:
        return {}, {}
    taken = await _parts_taken(question, tasks)
    plan = await _planned_numbers(question) if planned.parts else {}
    parts_of: dict[int, list[PlannedResourceRow]] = defaultdict(list)
    for part in planned.parts:
        if part.id_task is not None:
            parts_of[part.id_task].append(part)
    wanted: dict[InOrder, float] = defaultdict(float)
    names: dict[str, str] = {}
    for task in tasks:
        resources = taken.get(task.id_work_orders_tasks or 0)
        if resources is not None:
            for resource in resources:
                if resource.code:
                    wanted[task.wo_folio, resource.code] += _to_come(resource)
                    if resource.description:
                        names[resource.code] = resource.description
            continue
        number = plan.get((task.id_group_task, task.description))
        for part in parts_of.get(number or 0, ()):
            code = codes.get(part.id_item or 0, f"id {part.id_item}")
            wanted[task.wo_folio, code] += part.qty or 0
    asked = _asked_for(papers)
    still = {key: qty - asked.get(key, 0) for key, qty in wanted.items() if qty > asked.get(key, 0)}
    return still, names


def _to_come(resource: ResourceRow) -> float:
    """Return what a resource still needs.

    With a requisition it is the full quantity: what was requested is subtracted for the order as a whole.
    """
    if resource.id_movements_details is not None:
        return resource.qty or 0
    return max(0.0, (resource.qty or 0) - (resource.real_qty_used or 0))


def _asked_for(papers: list[RequisitionRow]) -> dict[InOrder, float]:
    asked: dict[InOrder, float] = defaultdict(float)
    for paper in papers:
        if paper.document and paper.movements_states_description != CANCELLED_DELIVERY:
            for line in paper.list_items or ():
                if line.code:
                    asked[paper.document, line.code] += line.qty or 0
    return asked


async def _open_tasks(question: MetricQuery, until: dt.datetime) -> list[TaskRow]:
    due = Period(EARLIEST, until, "date_maintenance")
    rows = [row for status in OPEN for row in await read_within(question, due, status=status)]
    return [row for row in once(rows, lambda row: row.id_work_orders_tasks) if not is_done(row)]


async def _parts_taken(question: MetricQuery, tasks: list[TaskRow]) -> dict[int, list[ResourceRow]]:
    """Return the parts by task id. Parts of tasks that are not in the list are left out."""
    upstream = question.call.upstream
    numbers = {task.id_work_orders_tasks for task in tasks}
    begin = min(task.creation_date or EARLIEST for task in tasks)
    period = Period(begin, question.now, "date_create")
    found: dict[int, list[ResourceRow]] = defaultdict(list)
    for status in OPEN:
        fetch = partial(list_resources, upstream, kind=PART, status=status, period=period)
        for row in once(
            await question.reading.all_rows(fetch, "parts of orders"), lambda row: row.id_wo_resource
        ):
            if row.id_work_orders_tasks is not None and row.id_work_orders_tasks in numbers:
                found[row.id_work_orders_tasks].append(row)
    return found


async def _planned_numbers(question: MetricQuery) -> dict[tuple[int | None, str | None], int]:
    """Map plan and description to the id of a planned task, since a task of an order has only these."""
    upstream = question.call.upstream
    fetch = partial(list_planned_tasks, upstream)
    rows = await question.reading.all_rows(fetch, "planned tasks")
    return {(row.id_group_task, row.description): row.id for row in rows if row.id_group_task is not None}
