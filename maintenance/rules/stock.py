"""Stock items, the warehouses that stock them, and the levels of each item in each warehouse."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from maintenance.models import Item, ItemType, StockLevel, Warehouse
from maintenance.rules.refusals import InvalidFields

STOCK_TYPES = (ItemType.TOOLS, ItemType.SPARE_PARTS)


def stock_items(company_id: int) -> QuerySet[Item]:
    return Item.objects.filter(company_id=company_id, type__in=STOCK_TYPES)


def warehouse_by(company_id: int, code: str | None, number: int | None, parameter: str) -> Warehouse:
    """Finds a warehouse by code or number. The InvalidFields names `parameter`."""
    rows = Warehouse.objects.filter(company_id=company_id)
    found = None
    if code:
        found = rows.filter(code=code).first()
    elif number is not None:
        found = rows.filter(pk=number).first()
    if found is None:
        raise InvalidFields({parameter: "the warehouse was not found in your company"})
    return found


def refuse_integrated(warehouse: Warehouse, parameter: str) -> None:
    """Refuses a movement in a warehouse whose stock another system manages."""
    if warehouse.external_integration:
        raise InvalidFields({parameter: "another system keeps the stock of this warehouse"})


def set_level(
    level: StockLevel, columns: dict[str, Any], stock: float | None, unit_cost: float | None
) -> None:
    """Sets the levels of an item in a warehouse.

    Stock and cost are set only if another system manages the warehouse. A new level starts at 0.
    """
    for column, value in columns.items():
        setattr(level, column, value)
    if level.warehouse.external_integration:
        level.stock = level.stock if stock is None else stock
        level.unit_cost = level.unit_cost if unit_cost is None else unit_cost
    level.save()
