"""Stock below its minimum with the work that needs it, and what to buy for a period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from mcp_gateway.tools.measures import Measured, MeasureRow, Question
from mcp_gateway.tools.stock import missing
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.planning import PendingRow, PlannedResourceRow, list_pending, list_planned_resources
from mcp_gateway.upstream.rows import Page, Period
from mcp_gateway.upstream.warehouse_documents import RequisitionRow, list_requisitions
from mcp_gateway.upstream.warehouses import StockRow, WarehouseRow, all_warehouses, list_stock

LOOK_BACK = dt.timedelta(days=180)  # requisitions that may still wait
AHEAD_DAYS = 30
WAITING = ("NOT_DELIVERED", "PARTIAL_DELIVERY")


@dataclass(slots=True)
class Lying:
    """An item over all warehouses."""

    row: StockRow
    stock: float = 0
    minimum: float = 0
    places: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Wanted:
    qty: float = 0
    folios: list[str] = field(default_factory=list)


async def _stock(question: Question) -> list[tuple[WarehouseRow, StockRow]]:
    upstream: Upstream = question.call.upstream
    found = []
    for warehouse in await all_warehouses(upstream):
        question.reading.pages_read += 1

        async def fetch(start: int, size: int, place: WarehouseRow = warehouse) -> Page[StockRow]:
            return await list_stock(upstream, warehouse=place, start=start, size=size)

        rows = await question.reading.all_rows(fetch, "stock")
        found += [(warehouse, row) for row in rows if row.active is not False]
    return found


async def _wanted(question: Question) -> dict[str, Wanted]:
    """What orders still wait for, by the code of the item."""
    upstream: Upstream = question.call.upstream
    period = Period(question.now - LOOK_BACK, question.now, "date_create")

    async def fetch(start: int, size: int) -> Page[RequisitionRow]:
        return await list_requisitions(upstream, period=period, start=start, size=size)

    wanted: dict[str, Wanted] = defaultdict(Wanted)
    for paper in await question.reading.all_rows(fetch, "requisitions"):
        if paper.movements_states_description not in WAITING:
            continue
        for line in paper.list_items or ():
            if line.code and line.qty_pending:
                wanted[line.code].qty += line.qty_pending
                if paper.document and paper.document not in wanted[line.code].folios:
                    wanted[line.code].folios.append(paper.document)
    return wanted


async def stock_below_minimum(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    lying, wanted = await _stock(question), await _wanted(question)
    nothing = Wanted()
    rows = [
        MeasureRow(
            key=row.code,
            name=row.field_1 or row.description,
            warehouse=warehouse.code,
            unit=row.units_description,
            stock=row.stock,
            minimum=row.min_stock_level,
            missing=short,
            needed=wanted.get(row.code, nothing).qty or None,
            folios=wanted.get(row.code, nothing).folios[:10] or None,
            url=upstream.link("stock-items", row.code),
        )
        for warehouse, row in lying
        if (short := missing(row.stock, row.min_stock_level)) > 0
    ]
    return Measured(
        {"items": len(lying), "below_minimum": len(rows)},
        "Items whose stock in a warehouse is below its minimum. Needed: what requisitions of work orders of "
        f"the last {LOOK_BACK.days} days still wait for, with their orders.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.missing or 0), row.key)),
        len(lying),
    )


async def purchase_draft(question: Question) -> Measured:
    """Demand of open requisitions and of what is planned, against all stock and its minima."""
    upstream: Upstream = question.call.upstream
    ahead = question.days or AHEAD_DAYS
    items: dict[str, Lying] = {}
    for warehouse, row in await _stock(question):
        item = items.setdefault(row.code, Lying(row))
        item.stock += row.stock or 0
        item.minimum += row.min_stock_level or 0
        item.places.append(warehouse.code)
    wanted = await _wanted(question)
    planned = await _planned(question, question.now + dt.timedelta(days=ahead))
    rows, cost = [], 0.0
    for code, item in items.items():
        needs = wanted.get(code, Wanted())
        plan, unit_cost = planned.get(item.row.id_item or 0, (0.0, None))
        buy = max(0.0, item.minimum + needs.qty + plan - item.stock)
        if buy <= 0:
            continue
        cost += buy * (unit_cost or 0)
        rows.append(
            MeasureRow(
                key=code,
                name=item.row.field_1 or item.row.description,
                unit=item.row.units_description,
                stock=round(item.stock, 3),
                minimum=round(item.minimum, 3),
                needed=round(needs.qty + plan, 3),
                buy=round(buy, 3),
                unit_cost=unit_cost,
                folios=needs.folios[:10] or None,
                url=upstream.link("stock-items", code),
            )
        )
    return Measured(
        {"items": len(items), "to_buy": len(rows), "known_cost": round(cost, 2)},
        f"Buy = minima + what open requisitions wait for + parts of pending tasks due within {ahead} days − "
        "stock, over all warehouses. It is a draft: nothing is ordered.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.buy or 0), row.key)),
        len(items),
    )


async def _planned(question: Question, until: dt.datetime) -> dict[int, tuple[float, float | None]]:
    """Quantity and unit cost by the id of the item, of the tasks that are due until then."""
    upstream: Upstream = question.call.upstream

    async def pending(start: int, size: int) -> Page[PendingRow]:
        return await list_pending(upstream, until=until, start=start, size=size)

    async def parts(start: int, size: int) -> Page[PlannedResourceRow]:
        return await list_planned_resources(upstream, "parts", start=start, size=size)

    times: dict[int, int] = defaultdict(int)
    for row in await question.reading.all_rows(pending, "pending tasks"):
        if row.id_task is not None:
            times[row.id_task] += 1
    found: dict[int, tuple[float, float | None]] = {}
    for part in await question.reading.all_rows(parts, "parts of tasks"):
        if part.id_item is None or part.id_task not in times:
            continue
        qty = found.get(part.id_item, (0.0, None))[0]
        found[part.id_item] = (qty + (part.qty or 0) * times[part.id_task], part.unit_cost)
    return found
