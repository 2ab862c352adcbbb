"""Walks the rows of one status for list_work_orders: rows are tasks, the answer has complete orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mcp_gateway.tools.kit.counting import Filtered, is_doubtful
from mcp_gateway.tools.kit.listing import MOST_PAGES, Basket, Listed
from mcp_gateway.tools.kit.positions import Key, SortPosition, newest_first, row_of_position
from mcp_gateway.tools.work.order_query import OrderQuery
from mcp_gateway.tools.work.order_records import LONGEST_FOLIO
from mcp_gateway.tools.work.order_shapes import WorkOrderShown
from mcp_gateway.tools.work.whole_orders import Begun, Taking
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, TaskRow, list_tasks
from mcp_gateway.upstream.rows import PAGE_SIZE, Page

ROWS_AN_ORDER = 2  # to request: orders have fewer tasks on average, so one page is usually enough


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page of the answer begins.

    `row` is the row of the upstream's list, `done` the last order of the previous page (its rows may have
    moved down since), `first` a mark of the very first row, and `after` the sort key of `done`.
    """

    row: int = 0
    done: str = ""
    first: str = ""
    after: Key | None = None


def order_key(row: TaskLine) -> Key | None:
    return newest_first(row.creation_date, row.id_work_order)


async def collect(
    query: OrderQuery, status: int | None, start: Start, basket: Basket[WorkOrderShown]
) -> Listed[WorkOrderShown]:
    """Fill the basket with complete orders of one status.

    The rows of an order are adjacent but may continue on the next page, so an order is taken only once the
    next one begins.
    """
    upstream, arguments = query.call.upstream, query.arguments
    filters = {"status": status, "asset": query.where.asset, "location": query.where.location}

    async def read(*, start: int, size: int, **given: Any) -> Page[TaskLine]:
        which = TaskFilter(period=query.period, made_by=query.made_by, **given)
        model = TaskRow if arguments.details else TaskLine
        return await list_tasks(upstream, model, which, start=start, size=size)

    fetch = Filtered(upstream, read, filters)
    step: Listed[WorkOrderShown] = Listed(first=start.first)
    sorted_at = SortPosition(order_key, start.after)
    top = await row_of_position(fetch, start.row, order_key, start.after)
    taking = Taking(query, basket)
    order: list[TaskLine] = []
    passed = ""  # an order that an earlier page has shown or skipped
    begins = top

    async def take(orders: list[Begun]) -> int | None:
        """Take the orders. Return the row to continue from if there is no room for all of them."""
        next_row = await taking.take(orders)
        for row, rows in orders:
            if row == next_row:
                break
            sorted_at.went_past(rows[0])
        step.after, step.moving = sorted_at.token, sorted_at.lost
        return next_row

    last = True
    full = arguments.looks_through or is_doubtful(fetch)
    size = PAGE_SIZE if full else min(PAGE_SIZE, ROWS_AN_ORDER * arguments.limit + 1)
    async for page in step.pages_of(fetch, start=top, size=size, most=MOST_PAGES):
        last = page.is_last
        if not arguments.looks_through and len(arguments.statuses) == 1:
            await step.count(fetch, page, is_first=start == Start())
        complete: list[Begun] = []
        for offset, row in zip(page.offsets, page.rows, strict=True):
            if row.wo_folio[:LONGEST_FOLIO] == start.done:
                continue
            if order and row.wo_folio != order[0].wo_folio:
                complete.append((begins, order))
                order = []
            if not order:
                if row.wo_folio == passed:
                    continue
                new = sorted_at.is_new(row)
                if sorted_at.lost and start.after is not None and not basket.records:
                    return await collect(query, status, replace(start, after=None), basket)
                if not new:
                    passed = row.wo_folio
                    continue
                begins = offset
            order.append(row)
        if not order:
            begins = page.end
        step.next_row = await take(complete)
        if step.next_row is not None:
            step.partial = taking.spent
            return step
    if last or step.stuck:
        step.next_row = await take([(begins, order)] if order else [])
        step.partial = taking.spent
    elif begins == top and order:  # one order fills all pages: show the part that was read
        await take([(begins, order)])
        step.next_row, step.partial = page.end, True
    else:
        step.next_row, step.partial = begins, arguments.looks_through
    return step
