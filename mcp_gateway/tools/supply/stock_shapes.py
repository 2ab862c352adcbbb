"""Warehouses and their stock as answers show them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.warehouses import Place, StockItemRow, StockRow, WarehouseRow

Amount = Annotated[float | None, Field(description="In the unit of the item.")]


class WarehouseShown(BaseModel):
    code: Code
    name: UntrustedText | None = None
    city: UntrustedName | None = None
    location: UntrustedText | None = None
    active: bool | None = None
    integrated: Annotated[
        bool | None, Field(description="True: another system owns its stock, which cannot be changed here.")
    ] = None
    allows_negative_stock: bool | None = None
    stock_value: Annotated[float | None, Field(description="In the company's currency.")] = None
    url: str


class StockLine(BaseModel):
    item: Code
    name: UntrustedText | None = None
    category: UntrustedName | None = None
    warehouse: Code
    warehouse_name: UntrustedText | None = None
    shelf: UntrustedName | None = None
    unit: UntrustedName | None = None
    stock: Amount = None
    minimum: Amount = None
    maximum: Amount = None
    reorder_at: Amount = None
    missing: Annotated[float, Field(ge=0, description="Quantity missing to the minimum.")] = 0
    unit_cost: Annotated[float | None, Field(description="In the company's currency.")] = None
    requested: Annotated[float | None, Field(description="By open material requests.")] = None
    active: bool | None = None
    url: str


def missing(stock: float | None, minimum: float | None) -> float:
    """Return how much is missing to the minimum, 0 if either value is unknown."""
    return 0.0 if stock is None or minimum is None else max(0.0, minimum - stock)


def warehouse_shown(row: WarehouseRow) -> WarehouseShown:
    return WarehouseShown(
        code=row.code,
        name=row.description,
        city=row.city,
        location=row.location_description,
        active=row.active,
        integrated=row.external_integration,
        allows_negative_stock=row.allow_negative_stock,
        stock_value=row.total_cost_stock,
        url=record_url("warehouses", row.code),
    )


def line(
    row: StockRow | StockItemRow,
    held: StockRow | Place,
    warehouse: WarehouseRow,
    requested: float | None = None,
) -> StockLine:
    """Build a stock line.

    `held` has the quantities in the warehouse: the row itself, or the item's entry for it.
    """
    return StockLine(
        item=row.code,
        name=row.field_1 or row.description,
        category=row.groups_description,
        warehouse=warehouse.code,
        warehouse_name=warehouse.description,
        shelf=held.location,
        unit=row.units_description,
        stock=held.stock,
        minimum=held.min_stock_level,
        maximum=held.max_stock_level,
        reorder_at=held.reorder_level,
        missing=missing(held.stock, held.min_stock_level),
        unit_cost=held.unit_cost_stock if isinstance(held, Place) else None,
        requested=requested,
        active=row.active,
        url=record_url("stock-items", row.code),
    )
