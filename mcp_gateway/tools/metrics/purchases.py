"""What to buy for a period: what is needed and not delivered, against all stock and its minimums."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow
from mcp_gateway.tools.metrics.part_demand import Planned, demand_of_orders, read_items, read_planned
from mcp_gateway.tools.metrics.stock_rows import (
    LOOK_BACK,
    read_costs,
    read_open_purchase_orders,
    read_requisitions,
    read_stock,
    read_warehouses,
    waiting_lines,
)
from mcp_gateway.upstream.resources.warehouse_documents import Line, RequisitionRow

AHEAD_DAYS = 30
MOST_PAPERS = 20


@dataclass(frozen=True, slots=True)
class Price:
    amount: float
    source: Literal["requisition", "stock", "plan"]


@dataclass(slots=True)
class Item:
    """A stock item with its totals over all warehouses."""

    name: str | None = None
    unit: str | None = None
    stock: float = 0
    minimum: float = 0
    needed: float = 0
    folios: list[str] = field(default_factory=list)

    def asked_for(self, qty: float, folio: str | None) -> None:
        self.needed += qty
        if folio and folio not in self.folios:
            self.folios.append(folio)

    @property
    def buy(self) -> float:
        return max(0.0, self.minimum + self.needed - self.stock)


async def purchase_draft(question: MetricQuery) -> MetricResult:
    days = AHEAD_DAYS if question.days is None else question.days
    until = question.now + dt.timedelta(days=days)
    warehouses = await read_warehouses(question)
    items: dict[str, Item] = defaultdict(Item)
    stocked: set[str] = set()
    codes: dict[int, str] = {}
    names: dict[str, str | None] = {}  # of items that are in no warehouse
    for held in await read_stock(question, warehouses):
        row = held.row
        stocked.add(row.code)
        item = items[row.code]
        item.name, item.unit = row.field_1 or row.description, row.units_description
        item.stock += row.stock or 0
        item.minimum += row.min_stock_level or 0
        if row.id_item is not None:
            codes[row.id_item] = row.code
    papers = await read_requisitions(question)
    lines = {line.code: line for paper in papers for line in paper.list_items or () if line.code}
    codes.update((line.id_item, code) for code, line in lines.items() if line.id_item)
    for paper, line in waiting_lines(papers):
        items[line.code or "-"].asked_for(line.qty_pending or 0, paper.document)
    planned = await read_planned(question, until)
    for number, found in (await read_items(question, planned, codes)).items():
        codes[number] = found.code
        if found.code not in items:
            names[found.code] = found.field_1 or found.description
    demanded, called = await demand_of_orders(question, planned, papers, codes, until)
    for (folio, code), qty in demanded.items():
        items[code].asked_for(qty, folio)
    for number, qty in planned.of_pending_tasks().items():
        items[codes.get(number, f"id {number}")].asked_for(qty, None)
    for code, item in items.items():
        requested = lines.get(code, Line())
        item.name = item.name or names.get(code) or requested.items_description or called.get(code)
        item.unit = item.unit or requested.units_description
    orders = await read_open_purchase_orders(question, warehouses)
    to_buy = [code for code, item in items.items() if item.buy > 0]
    prices = await _prices(question, to_buy, stocked, papers, planned, codes)
    rows = [_row(code, items[code], prices.get(code)) for code in to_buy]
    costs = [row.buy * row.unit_cost for row in rows if row.buy is not None and row.unit_cost is not None]
    if orders:
        question.reading.say(
            f"{len(orders)} purchase orders are open (papers). Fracttal One does not say what is in them, so "
            "nothing was taken off: look at them before buying."
        )
    if len(costs) < len(rows):
        question.reading.say(
            f"No price is known of {len(rows) - len(costs)} items: known_cost is without them."
        )
    return MetricResult(
        {
            "items": len(items),
            "to_buy": len(rows),
            "known_cost": round(sum(costs), 2) if costs or not rows else None,
            "without_price": len(rows) - len(costs),
            "open_purchase_orders": len(orders),
        },
        f"Buy = minima + needed − stock, over all warehouses. Needed = what requisitions of the last "
        f"{LOOK_BACK.days} days wait for + parts of open and pending tasks due within {days} days that no "
        "requisition asked for. Price: newest requisition, else highest cost in stock, else plan. A draft: "
        "nothing is ordered.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.buy or 0), row.key)),
        len(items),
        papers=orders[:MOST_PAPERS] or None,
    )


def _row(code: str, item: Item, price: Price | None) -> MetricRow:
    return MetricRow(
        key=code,
        name=item.name,
        unit=item.unit,
        stock=round(item.stock, 3),
        minimum=round(item.minimum, 3),
        needed=round(item.needed, 3),
        buy=round(item.buy, 3),
        unit_cost=price.amount if price else None,
        price_from=price.source if price else None,
        folios=item.folios[:10] or None,
        url=record_url("stock-items", code),
    )


async def _prices(
    question: MetricQuery,
    to_buy: Iterable[str],
    stocked: set[str],
    papers: list[RequisitionRow],
    planned: Planned,
    codes: dict[int, str],
) -> dict[str, Price]:
    """Return the last price of each item: of a requisition, else its cost in stock, else of the plan."""
    prices = {
        codes[number]: Price(amount, "plan") for number, amount in planned.prices().items() if number in codes
    }
    asked: dict[str, Price] = {}
    for paper in sorted(papers, key=lambda each: (each.date_create or each.date or EARLIEST, each.id or 0)):
        for line in paper.list_items or ():
            if line.code and line.unit_cost_company and line.unit_cost_company > 0:
                asked[line.code] = Price(line.unit_cost_company, "requisition")
    unpriced = [code for code in to_buy if code in stocked and code not in asked]
    for code, item in (await read_costs(question, unpriced)).items():
        costs = [place.unit_cost_stock for place in item.warehouses or () if place.unit_cost_stock]
        if costs and max(costs) > 0:
            prices[code] = Price(max(costs), "stock")
    return prices | asked
