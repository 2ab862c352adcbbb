"""Orders for a list, each judged and described by all of its tasks, whichever the question was for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcp_gateway.tools.kit.listing import Basket
from mcp_gateway.tools.work.order_shapes import WorkOrderShown, summary
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.work_orders import TaskLine, whole_orders

MOST_CALLS = 40  # of one answer
MOST_AT_ONCE = 25
Begun = tuple[int, list[TaskLine]]  # the row where an order begins, and those of its rows that were given


@dataclass(slots=True)
class Taking:
    """Puts the orders that fit into the basket. `narrowed`: the upstream gave some of their tasks only, so
    the others are looked at too. `is_candidate` judges by what all rows of an order say alike, `fits` by
    all of its tasks."""

    upstream: Upstream
    basket: Basket[WorkOrderShown]
    limit: int
    narrowed: bool
    is_candidate: Callable[[TaskLine], bool]
    fits: Callable[[Sequence[TaskLine]], bool]
    zone: dt.tzinfo
    now: dt.datetime
    spent: bool = False  # no more calls: what is left belongs to the next answer

    async def take(self, complete: list[Begun]) -> int | None:
        """The row of the first order that belongs to the next answer; None if all could be taken."""
        pages_of_orders = self.upstream.link("work-orders", "")
        left = [begun for begun in complete if self.is_candidate(begun[1][0])]
        while left:
            size = min(MOST_AT_ONCE, max(1, self.limit - len(self.basket.records)))
            chunk, left = left[:size], left[size:]
            whole: dict[str, list[TaskLine]] = {}
            if self.narrowed:
                if self.upstream.calls >= MOST_CALLS:
                    self.spent = True
                    return chunk[0][0]
                whole = await whole_orders(self.upstream, [rows for _, rows in chunk])
            for begins, rows in chunk:
                order = whole.get(rows[0].wo_folio) or rows
                if not self.fits(order):
                    continue
                if not self.basket.take(summary(rows, order, pages_of_orders, self.zone, self.now)):
                    return begins
        return None
