"""Changes the stock of a warehouse line by line as a document says, and updates the mean cost."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from maintenance.models import Movement, MovementLine, StockLevel, Warehouse
from maintenance.rules.refusals import InvalidFields, Rejected
from maintenance.rules.stock import stock_items

Lines = list[dict[str, Any]]
DECIMALS = 6  # of a quantity, so that three times 0.1 is 0.3


def quantity(value: float) -> float:
    return round(value, DECIMALS)


def locked_levels(warehouse: Warehouse, goods: Lines) -> dict[str, StockLevel]:
    """Returns the level of each item by its code, locked. Raises InvalidFields for items without a level."""
    codes = {line["code"] for line in goods}
    kept = StockLevel.objects.select_for_update(of=("self",)).select_related("item")
    items = stock_items(warehouse.company_id).filter(code__in=codes)
    # Always in the same order, so that two documents cannot deadlock.
    levels = {
        level.item.code: level for level in kept.filter(warehouse=warehouse, item__in=items).order_by("pk")
    }
    for number, line in enumerate(goods):
        if line["code"] not in levels:
            raise InvalidFields({f"items.{number}.code": "is not kept in this warehouse"})
    return levels


def by_item(goods: Lines) -> dict[str, Lines]:
    """Groups the lines by item, since a document may name an item several times."""
    lines: dict[str, Lines] = defaultdict(list)
    for line in goods:
        lines[line["code"]].append(line)
    return lines


def total(lines: Lines) -> float:
    return quantity(sum(line["qty"] for line in lines))


def enter(movement: Movement, levels: dict[str, StockLevel], goods: Lines) -> None:
    """Adds the goods to the stock. A line without a price enters at the item's present cost."""
    for code, lines in by_item(goods).items():
        level, qty = levels[code], total(lines)
        prices = [level.unit_cost if (price := line.get("price")) is None else price for line in lines]
        note_lines(movement, level, lines, prices)
        if any(line.get("price") is not None for line in lines):
            worth = sum(line["qty"] * price for line, price in zip(lines, prices, strict=True))
            level.unit_cost = mean_cost(level, qty, worth / qty)
        level.stock = quantity(level.stock + qty)
        level.save(update_fields=["stock", "unit_cost"])


def mean_cost(level: StockLevel, qty: float, price: float) -> float:
    """Returns the mean cost of the stock after an entry. A negative stock before it has no weight."""
    after = level.stock + qty
    if after <= 0:
        return level.unit_cost
    there = max(level.stock, 0.0)
    return round((there * level.unit_cost + (after - there) * price) / after, DECIMALS)


def issue(movement: Movement, levels: dict[str, StockLevel], goods: Lines) -> None:
    for code, lines in by_item(goods).items():
        level, qty = levels[code], total(lines)
        note_lines(movement, level, lines, [level.unit_cost] * len(lines))
        after = quantity(level.stock - qty)
        if after < 0 and not movement.warehouse.allow_negative_stock:
            raise Rejected(
                f"Of {code} only {level.stock:g} are in stock. Issue no more than that, or enter goods first."
            )
        level.stock = after
        level.save(update_fields=["stock"])


def note_lines(movement: Movement, level: StockLevel, lines: Lines, unit_costs: list[float]) -> None:
    MovementLine.objects.bulk_create(
        MovementLine(
            company_id=movement.company_id,
            movement=movement,
            item_id=level.item_id,
            qty=line["qty"],
            unit_cost=cost,
        )
        for line, cost in zip(lines, unit_costs, strict=True)
    )
