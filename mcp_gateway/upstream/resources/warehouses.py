"""/warehouses, /warehouses_items and /inventories: warehouses and their stock.

Contract: docs/reference/fracttal-api.md#warehouses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Number,
    Page,
    Row,
    Whole,
    page_of,
    the_only,
    written_row,
)

MOST_WAREHOUSE_PAGES = 20
Body = Mapping[str, Any]


class WarehouseRow(Row):
    code: str
    id: Whole = None
    description: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    external_integration: Flag = None
    location_description: str | None = None
    total_cost_stock: Number = None
    active: Flag = None
    allow_negative_stock: Flag = None


class StockRow(Row):
    code: str
    id_item: Whole = None
    id_type_item: Whole = None
    description: str | None = None
    field_1: str | None = None
    field_2: str | None = None
    active: Flag = None
    units_description: str | None = None
    groups_description: str | None = None
    id_warehouse: Whole = None
    stock: Number = None
    min_stock_level: Number = None
    max_stock_level: Number = None
    reorder_level: Number = None
    location: str | None = None


class Place(Row):
    """A stock item in one warehouse."""

    id_warehouse: Whole = None
    code_warehouse: str | None = None
    location: str | None = None
    stock: Number = None
    stock_temp: Number = None
    unit_cost_stock: Number = None
    min_stock_level: Number = None
    max_stock_level: Number = None
    reorder_level: Number = None


class StockItemRow(Row):
    code: str
    id: Whole = None
    description: str | None = None
    field_1: str | None = None
    field_2: str | None = None
    active: Flag = None
    units_description: str | None = None
    groups_description: str | None = None
    warehouses: list[Place] | None = None


class Adjusted(Row):
    id_item: Whole = None
    stock: Number = None
    unit_cost_stock: Number = None
    min_stock_level: Number = None
    max_stock_level: Number = None


async def list_warehouses(
    upstream: Upstream, *, code: str | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[WarehouseRow]:
    query: Query = {"code": code, "start": start, "limit": size}
    envelope = await upstream.get(["warehouses"], query)
    return page_of(WarehouseRow, envelope, start, size, lambda row: code is None or row.code == code)


async def all_warehouses(upstream: Upstream) -> list[WarehouseRow]:
    """Return all warehouses. A company has few, so this is usually one page."""
    fetch = partial(list_warehouses, upstream)
    return await all_rows(fetch, upstream.gaps, "warehouses", most=MOST_WAREHOUSE_PAGES)


async def list_stock(
    upstream: Upstream, *, warehouse: WarehouseRow, start: int = 0, size: int = PAGE_SIZE
) -> Page[StockRow]:
    query: Query = {"code": warehouse.code, "start": start, "limit": size}
    envelope = await upstream.get(["warehouses_items"], query)

    def keep(row: StockRow) -> bool:
        return row.id_warehouse is None or warehouse.id is None or row.id_warehouse == warehouse.id

    return page_of(StockRow, envelope, start, size, keep)


async def find_stock_item(upstream: Upstream, code: str) -> StockItemRow | None:
    def is_it(row: StockItemRow) -> bool:
        return row.code == code

    envelope = await upstream.get(["inventories", code])
    return the_only(page_of(StockItemRow, envelope, 0, PAGE_SIZE, is_it), is_it)


async def create_warehouse(upstream: Upstream, body: Body) -> None:
    await upstream.post(["warehouses"], body)


async def create_stock_item(upstream: Upstream, body: Body) -> None:
    """Create a stock item. Unless the warehouse is integrated, its stock starts at 0, whatever is sent."""
    await upstream.post(["inventories"], body)


async def link_stock_item(upstream: Upstream, body: Body) -> None:
    """Link an item to a warehouse. Linking the same two again is refused."""
    await upstream.post(["inventories_associate_warehouse"], body)


async def adjust_stock(upstream: Upstream, code: str, body: Body) -> Adjusted:
    envelope = await upstream.put(["inventories_adjustment", code], body)
    return written_row(Adjusted, envelope) or Adjusted()
