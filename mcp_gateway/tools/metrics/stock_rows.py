"""Reads stock, and the documents that request it, for the stock metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from mcp_gateway.tools.metrics.metric import MetricQuery
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.upstream.resources.warehouse_documents import (
    Line,
    RequisitionRow,
    list_purchase_orders,
    list_requisitions,
)
from mcp_gateway.upstream.resources.warehouses import (
    StockItemRow,
    StockRow,
    WarehouseRow,
    all_warehouses,
    find_stock_item,
    list_stock,
)
from mcp_gateway.upstream.rows import Period

LOOK_BACK = dt.timedelta(days=180)  # how old a document may be and still be pending
WAITING = ("NOT_DELIVERED", "PARTIAL_DELIVERY")


@dataclass(frozen=True, slots=True)
class Kept:
    """An item in one warehouse."""

    warehouse: WarehouseRow
    row: StockRow


def lately(question: MetricQuery) -> Period:
    return Period(question.now - LOOK_BACK, question.now, "date_create")


async def read_stock(question: MetricQuery, warehouses: list[WarehouseRow]) -> list[Kept]:
    """Return the active items, once for each warehouse that has them."""
    upstream = question.call.upstream
    found = []
    for warehouse in warehouses:
        fetch = partial(list_stock, upstream, warehouse=warehouse)
        rows = once(await question.reading.all_rows(fetch, "stock"), lambda row: row.code)
        found += [Kept(warehouse, row) for row in rows if row.active is not False]
    return found


async def read_warehouses(question: MetricQuery) -> list[WarehouseRow]:
    question.reading.pages_read += 1
    return await all_warehouses(question.call.upstream)


async def read_requisitions(question: MetricQuery, period: Period | None = None) -> list[RequisitionRow]:
    """Return the requisitions of the period, of the last 180 days without one."""
    upstream = question.call.upstream
    period = period or lately(question)
    fetch = partial(list_requisitions, upstream, period=period)
    return once(await question.reading.all_rows(fetch, "requisitions"), lambda row: row.id)


def waiting_lines(papers: list[RequisitionRow]) -> Iterator[tuple[RequisitionRow, Line]]:
    """Yield the lines that were requested and not yet delivered."""
    for paper in papers:
        if paper.movements_states_description in WAITING:
            for line in paper.list_items or ():
                if line.code and line.qty_pending and line.qty_pending > 0:
                    yield paper, line


async def read_costs(question: MetricQuery, codes: Iterable[str]) -> dict[str, StockItemRow]:
    """Return the items with their cost in each warehouse, a call for each as the contract has it.

    Where the agreed calls do not suffice, the rest has no cost and the answer is partial.
    """
    upstream, wanted = question.call.upstream, list(codes)
    found: dict[str, StockItemRow] = {}
    for number, code in enumerate(wanted):
        if upstream.calls >= question.reading.allowed:
            left = len(wanted) - number
            question.reading.incomplete(
                f"The cost of {left} of {len(wanted)} items was not read."
                + question.reading.by_agreement("To read it", upstream.calls + left)
            )
            break
        question.reading.pages_read += 1
        row = await find_stock_item(upstream, code)
        if row is not None:
            found[code] = row
    return found


async def read_open_purchase_orders(question: MetricQuery, warehouses: list[WarehouseRow]) -> list[str]:
    """Return only the folios, since the contract does not give the items of purchase orders."""
    upstream = question.call.upstream
    period = lately(question)
    found: list[str] = []
    for warehouse in warehouses:
        fetch = partial(list_purchase_orders, upstream, warehouse=warehouse.code, period=period)
        rows = once(await question.reading.all_rows(fetch, "purchase orders"), lambda row: row.id_movement)
        found += [row.folio_source or "-" for row in rows if row.movements_states_description in WAITING]
    return found
