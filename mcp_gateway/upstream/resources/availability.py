"""/items_availability: the downtimes of assets."""

from __future__ import annotations

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.rows import PAGE_SIZE, Id, Moment, Page, Period, Row, Whole, page_of


class OutageRow(Row):
    """A downtime. `final_date` is empty while it lasts."""

    id: Id
    id_item: Whole = None
    code: str | None = None
    initial_date: Moment = None
    final_date: Moment = None


async def list_outages(
    upstream: Upstream,
    *,
    period: Period,
    asset: str | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[OutageRow]:
    query: Query = {"code": asset, "start": start, "limit": size, **period.query}

    def keep(row: OutageRow) -> bool:
        return (asset is None or row.code == asset) and period.holds(getattr(row, period.kind))

    return page_of(OutageRow, await upstream.get(["items_availability"], query), start, size, keep)
