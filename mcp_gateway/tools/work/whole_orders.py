"""Decides by all tasks of an order whether it belongs to a list, whichever tasks the query matched."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_gateway.calls.record_urls import records_url
from mcp_gateway.tools.kit.listing import Basket
from mcp_gateway.tools.work.order_query import OrderQuery
from mcp_gateway.tools.work.order_shapes import WorkOrderShown, summary
from mcp_gateway.upstream.resources.work_orders import TaskLine, whole_orders

MOST_CALLS = 40  # for one answer
MOST_AT_ONCE = 25
Begun = tuple[int, list[TaskLine]]  # the row where an order begins, and the rows of it that were read


@dataclass(slots=True)
class Taking:
    """Puts matching orders into the basket.

    If the upstream returned only some of an order's tasks, the others are read too.
    """

    query: OrderQuery
    basket: Basket[WorkOrderShown]
    spent: bool = False  # out of calls: the rest belongs to the next answer

    async def take(self, complete: list[Begun]) -> int | None:
        """Take orders. Return the row of the first one for the next answer, None if all were taken."""
        query, upstream = self.query, self.query.call.upstream
        pages_of_orders = records_url("work-orders")
        left = [begun for begun in complete if query.may_fit(begun[1][0])]
        while left:
            size = min(MOST_AT_ONCE, max(1, query.arguments.limit - len(self.basket.records)))
            chunk, left = left[:size], left[size:]
            whole: dict[str, list[TaskLine]] = {}
            if query.arguments.narrows:
                if upstream.calls >= MOST_CALLS:
                    self.spent = True
                    return chunk[0][0]
                whole = await whole_orders(upstream, [rows for _, rows in chunk])
            for begins, rows in chunk:
                order = whole.get(rows[0].wo_folio) or rows
                if not query.fits(order):
                    continue
                if not self.basket.take(summary(rows, order, pages_of_orders, query.zone, query.now)):
                    return begins
        return None
