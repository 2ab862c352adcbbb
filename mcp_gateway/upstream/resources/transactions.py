"""/transactions_log: who changed what, newest first.

Contract: docs/reference/fracttal-api.md#transactions-log.
"""

from __future__ import annotations

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.rows import PAGE_SIZE, Id, Moment, Page, Period, Row, Whole, page_of

# The contract's modules by number, with the names that rows use.
MODULES = {
    1: "ASSETS",
    2: "HUMAN_RESOURCES",
    3: "THIRD_PARTIES",
    4: "WAREHOUSES",
    5: "TASKS",
    6: "MONITORING",
    7: "AUTOMATOR",
    9: "VIRTUAL_DISK",
    10: "CONFIGURATION",
    11: "WORK_REQUESTS",
    13: "MATERIAL_REQUESTS",
    14: "TEAMS",
}
KNOWN_MODULES = frozenset(MODULES.values())


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
    """Return a page of the log, optionally of one `module` (a number of the contract).

    The upstream's filter is checked by the name in each row. A row with the name of another known module is
    dropped. A name that the contract does not list is taken as the upstream's name of the requested module.
    """
    query: Query = {"action": action, "module": module, "start": start, "limit": size}
    if period is not None:
        query = {**query, "since": period.query["since"], "until": period.query["until"]}

    others = KNOWN_MODULES - {MODULES.get(module or 0)}

    def keep(row: TransactionRow) -> bool:
        return (
            (action is None or row.action == action)
            and (module is None or row.module_description not in others)
            and (period is None or period.holds(row.event_date))
        )

    return page_of(TransactionRow, await upstream.get(["transactions_log"], query), start, size, keep)
