"""Short lists for answers that tell much in few words: get_shift_handover and get_my_day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Generic

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import ORDER_STATUS, PRIORITY, Priority, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, shown, zone_of
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import LINE, UntrustedName, clean
from mcp_gateway.tools.supply.document_records import state_of
from mcp_gateway.tools.work.order_shapes import highest_priority
from mcp_gateway.tools.work.task_facts import OPEN, is_done, is_failure, order_is_overdue
from mcp_gateway.upstream.paging import Fetch, NoFurther, pages
from mcp_gateway.upstream.resources.warehouse_documents import RequisitionRow, list_requisitions
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskRow, list_tasks
from mcp_gateway.upstream.rows import Period, R

MOST_PAGES = 10  # of one list
AWAITED = ("not_delivered", "partly_delivered")
PRIORITIES = [*PRIORITY.values(), None]


class Line(BaseModel):
    id: Annotated[Code, Field(description="Folio, number or code.")]
    what: UntrustedName = ""
    asset: Code | None = None
    who: UntrustedName | None = None
    at: AwareDatetime | None = None
    state: str | None = None
    priority: Priority | None = None
    overdue: bool | None = None
    failure: UntrustedName | None = None
    subtasks_left: int | None = None
    note: UntrustedName | None = None


class Group(BaseModel):
    total: Annotated[int | None, Field(description="Omitted if not surely known.")] = None
    left_out: int = 0
    lines: list[Line] = []


@dataclass(slots=True)
class Read(Generic[R]):
    """Rows of a list, and whether all could be read."""

    rows: list[R] = field(default_factory=list)
    whole: bool = False


async def read(call: Call, fetch: Fetch[R], what: str) -> Read[R]:
    """Read a bounded number of pages. If rows remain, the answer says how far was looked."""
    found: Read[R] = Read()
    end = 0
    with suppress(NoFurther):
        async for page in pages(fetch, most=MOST_PAGES):
            found.rows += page.rows
            end, found.whole = page.end, page.is_last and not page.unread
    if not found.whole:
        call.upstream.gaps.note(f"Only the first {end} {what} could be examined; there are more.")
    return found


def group(lines: Sequence[Line], limit: int, *, whole: bool) -> Group:
    return Group(
        total=len(lines) if whole else None, left_out=max(0, len(lines) - limit), lines=[*lines[:limit]]
    )


Orders = dict[str, list[TaskRow]]  # the tasks of each order, by folio


def by_order(rows: Iterable[TaskRow]) -> Orders:
    orders: Orders = {}
    for row in {(row.wo_folio, row.id_work_orders_tasks): row for row in rows}.values():
        orders.setdefault(row.wo_folio, []).append(row)
    return orders


async def orders_of(call: Call, filters: TaskFilter, what: str) -> tuple[Orders, bool]:
    """Return the orders, and whether all could be read."""
    found = await read(call, partial(list_tasks, call.upstream, TaskRow, filters), f"tasks of orders {what}")
    return by_order(found.rows), found.whole


def order_line(call: Call, order: Sequence[TaskRow], at: dt.datetime | None) -> Line:
    """Show an order by its first task that is not done."""
    now, zone = dt.datetime.now(dt.UTC), zone_of(call.caller)
    first = next((row for row in order if not is_done(row)), order[0])
    more = f" (+{len(order) - 1})" if len(order) > 1 else ""
    failed = next((row for row in order if is_failure(row)), None)
    note = first.note or first.task_note
    return Line(
        id=first.wo_folio,
        what=f"{clean(first.description or '', LINE)}{more}",
        asset=first.code,
        who=first.personnel_description or None,
        at=shown(call.caller, at),
        state=word_of(ORDER_STATUS, first.id_status_work_order),
        priority=highest_priority(order),
        overdue=order_is_overdue(order, now, zone) or None,
        failure=None if failed is None else failed.types_description or failed.tasks_log_task_type_main,
        note=clean(note, LINE) if note else None,
    )


def most_pressing_first(lines: Iterable[Line]) -> list[Line]:
    """Sort by priority, overdue work first within each, the oldest before others."""
    return sorted(
        lines,
        key=lambda line: (
            PRIORITIES.index(line.priority), not line.overdue, line.at or LATEST, line.id,
        ),
    )  # fmt: skip


async def parts_awaited(call: Call, folios: Collection[str]) -> tuple[list[Line], bool]:
    """Return the requisitions of these open orders that are not delivered in full, the oldest first."""
    everything = Period(EARLIEST, LATEST, "date_create")
    found: dict[int, RequisitionRow] = {}
    whole = True
    for status in OPEN:
        fetch = partial(list_requisitions, call.upstream, order_status=status, period=everything)
        requested = await read(call, fetch, "requisitions")
        whole = whole and requested.whole
        found |= {row.id: row for row in requested.rows}
    awaited = [
        row
        for row in found.values()
        if row.document in folios and state_of(row.movements_states_description) in AWAITED
    ]
    awaited.sort(key=lambda row: (row.date_create or row.date or LATEST, row.id))
    return [_awaited(call, row) for row in awaited], whole


def _awaited(call: Call, row: RequisitionRow) -> Line:
    parts = [
        f"{clean(line.code or line.items_description or '', LINE)} ×{line.qty_pending:g}"
        for line in row.list_items or ()
        if line.qty_pending
    ]
    return Line(
        id=row.document or str(row.id),
        what=", ".join(parts),
        at=shown(call.caller, row.date_create or row.date),
        state=state_of(row.movements_states_description),
    )
