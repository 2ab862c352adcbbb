"""What open material requests ask for of an item: nearest to "on order" of what the contract has items of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from functools import partial

from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.warehouse_documents import list_material_requests
from mcp_gateway.upstream.rows import Period

LOOK_BACK = dt.timedelta(days=180)
OPEN = ("NOT_DELIVERED", "PARTIAL_DELIVERY")
MOST_PAGES = 5


async def requested(upstream: Upstream, item: str, now: dt.datetime) -> Mapping[str, float]:
    """Return by warehouse code what is still to come of the item. Raises NotPermitted."""
    fetch = partial(list_material_requests, upstream, period=Period(now - LOOK_BACK, now, "date_create"))
    found: dict[str, float] = defaultdict(float)
    for paper in await all_rows(fetch, upstream.gaps, "material requests", most=MOST_PAGES):
        if (paper.state_description or paper.state) in OPEN and paper.warehouse_code:
            for line in paper.details or ():
                if line.code == item and line.qty_pending and line.qty_pending > 0:
                    found[paper.warehouse_code] += line.qty_pending
    return found
