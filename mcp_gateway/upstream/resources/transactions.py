"""/transactions_log: who changed what, newest first.

Contract: docs/reference/fracttal-api.md#transactions-log.
"""

from __future__ import annotations

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.rows import PAGE_SIZE, Id, Moment, Page, Period, Row, Whole, page_of


class TransactionRow(Row):
    id: Id
    event_date: Moment = None
    ip_address: str | None = None
    name: str | None = None
    email: str | None = None
    module_description: str | None = None
    sub_module_description: str | None = None
    action: str | None = None
    description: str | None = None
    id_account: Whole = None


async def list_transactions(
    upstream: Upstream,
    *,
    action: str | None = None,
    module: int | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[TransactionRow]:
    """`module` is the number of the contract; a row carries only its name."""
    query: Query = {"action": action, "module": module, "start": start, "limit": size}
    if period is not None:
        query = {**query, "since": period.query["since"], "until": period.query["until"]}

    def keep(row: TransactionRow) -> bool:
        return (action is None or row.action == action) and (period is None or period.holds(row.event_date))

    return page_of(TransactionRow, await upstream.get(["transactions_log"], query), start, size, keep)
