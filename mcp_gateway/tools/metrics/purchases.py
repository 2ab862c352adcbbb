"""What to buy for a period: what is needed and not delivered, against all stock and its minimums."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow
from mcp_gateway.tools.metrics.part_demand import Planned, demand_of_orders, read_items, read_planned
from mcp_gateway.tools.metrics.stock_rows import (
    LOOK_BACK,
    read_open_purchase_orders,
    read_requisitions,
    read_stock,
    read_warehouses,
    waiting_lines,
)
from mcp_gateway.upstream.resources.warehouse_documents import Line, RequisitionRow

AHEAD_DAYS = 30
MOST_PAPERS = 20


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
    codes: dict[int, str] = {}
    names: dict[str, str | None] = {}  # of items that are in no warehouse
    for held in await read_stock(question, warehouses):
        row = held.row
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
    prices = _prices(papers, planned, codes)
    rows = [_row(code, item, prices.get(code)) for code, item in items.items() if item.buy > 0]
    costs = [row.buy * row.unit_cost for row in rows if row.buy is not None and row.unit_cost is not None]
    orders = await read_open_purchase_orders(question, warehouses)
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
        f"{LOOK_BACK.days} days wait for + parts of tasks that are not done in open orders and of pending "
        f"tasks, due within {days} days, that no requisition asked for. Prices are the last known, in the "
        "company's currency. It is a draft: nothing is ordered.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.buy or 0), row.key)),
        len(items),
        papers=orders[:MOST_PAPERS] or None,
    )


def _row(code: str, item: Item, price: float | None) -> MetricRow:
    return MetricRow(
        key=code,
        name=item.name,
        unit=item.unit,
        stock=round(item.stock, 3),
        minimum=round(item.minimum, 3),
        needed=round(item.needed, 3),
        buy=round(item.buy, 3),
        unit_cost=price,
        folios=item.folios[:10] or None,
        url=record_url("stock-items", code),
    )


def _prices(papers: list[RequisitionRow], planned: Planned, codes: dict[int, str]) -> dict[str, float]:
    """Return the newest price of each item: of a requisition, or else of a planned part."""
    prices = {codes[number]: price for number, price in planned.prices().items() if number in codes}
    for paper in sorted(papers, key=lambda each: (each.date_create or each.date or EARLIEST, each.id or 0)):
        for line in paper.list_items or ():
            if line.code and line.unit_cost_company and line.unit_cost_company > 0:
                prices[line.code] = line.unit_cost_company
    return prices
