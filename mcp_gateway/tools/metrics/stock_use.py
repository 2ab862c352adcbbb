"""Use of parts by work orders, and stock that nothing moved."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, known_sum
from mcp_gateway.tools.metrics.part_demand import CANCELLED_DELIVERY, PART
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.stock_rows import (
    read_costs,
    read_requisitions,
    read_stock,
    read_warehouses,
)
from mcp_gateway.tools.work.task_facts import CANCELLED
from mcp_gateway.upstream.resources.warehouses import StockItemRow
from mcp_gateway.upstream.resources.work_order_parts import ResourceRow, list_resources
from mcp_gateway.upstream.rows import Period

LEAD_DAYS = 30
IDLE_DAYS = 180
SAFETY = 1.5  # suggested minimum: use in the lead time, and half of it again


@dataclass(slots=True)
class Held:
    """An item with its totals over all warehouses. None is not known."""

    name: str | None
    unit: str | None
    stocks: list[float | None] = field(default_factory=list)
    minimums: list[float | None] = field(default_factory=list)

    @property
    def stock(self) -> float | None:
        return known_sum(self.stocks)


async def stock_use(question: MetricQuery) -> MetricResult:
    lead = LEAD_DAYS if question.days is None else question.days
    held = await _held(question)
    uses: dict[str, list[tuple[ResourceRow, float]]] = defaultdict(list)
    unknown = 0
    for row in await _parts(question, question.since, question.until):
        qty = _used(row)
        if qty is None or not row.code:
            unknown += 1
        elif qty > 0:
            uses[row.code].append((row, qty))
    if unknown:
        question.reading.say(
            f"{unknown} parts of work orders are not counted: they say no quantity used, or no item."
        )
    days = (question.until - question.since) / dt.timedelta(days=1)
    rows = [
        _use_row(question.call.caller, code, lines, held.get(code), days, lead)
        for code, lines in uses.items()
    ]
    short = sum(
        row.stock is not None and row.suggested_minimum is not None and row.stock < row.suggested_minimum
        for row in rows
    )
    return MetricResult(
        {"items": len(rows), "below_suggested": short},
        "Parts entered in work orders in the period, cancelled ones apart. monthly_use: of 30 days; "
        "months_cover = stock of all warehouses ÷ monthly_use; suggested_minimum = use in "
        f"{lead} days of delivery × {SAFETY}, rounded up. Shortest cover first.",
        sorted(rows, key=lambda row: (row.months_cover is None, row.months_cover or 0, row.key)),
        sum(map(len, uses.values())),
    )


async def idle_stock(question: MetricQuery) -> MetricResult:
    days = IDLE_DAYS if question.days is None else question.days
    begin = question.now - dt.timedelta(days=days)
    if question.call.caller.own_work_orders_only:
        question.reading.incomplete("What other people's orders used is not seen, so less may be idle.")
    held = await _held(question)
    moved = {row.code for row in await _parts(question, begin, question.now)}
    for paper in await read_requisitions(question, Period(begin, question.now, "date_create")):
        if paper.movements_states_description != CANCELLED_DELIVERY:
            moved |= {line.code for line in paper.list_items or ()}
    stocked = {code: item for code, item in held.items() if (item.stock or 0) > 0}
    idle = sorted(stocked.keys() - moved)
    costs = await read_costs(question, idle)
    rows = [
        MetricRow(
            key=code,
            name=stocked[code].name,
            unit=stocked[code].unit,
            stock=round(stocked[code].stock or 0, 3),
            value=_value(costs.get(code)),
            url=record_url("stock-items", code),
        )
        for code in idle
    ]
    values = [row.value for row in rows if row.value is not None]
    return MetricResult(
        {
            "items": len(stocked),
            "idle": len(rows),
            "value": round(sum(values), 2) if values or not rows else None,
            "without_price": len(rows) - len(values),
        },
        f"Active items in stock that no work order used and no requisition asked for in the last {days} "
        "days, cancelled ones apart. Receipts are not seen. value = stock × unit cost in each warehouse.",
        sorted(rows, key=lambda row: (row.value is None, -(row.value or 0), row.key)),
        len(stocked),
    )


async def _held(question: MetricQuery) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for kept in await read_stock(question, await read_warehouses(question)):
        row = kept.row
        item = found.setdefault(row.code, Held(row.field_1 or row.description, row.units_description))
        item.stocks.append(row.stock)
        item.minimums.append(row.min_stock_level)
    return found


async def _parts(question: MetricQuery, since: dt.datetime, until: dt.datetime) -> list[ResourceRow]:
    """Return the parts of orders that are not cancelled, entered in the period."""
    period = Period(since, until, "date_create")
    fetch = partial(list_resources, question.call.upstream, kind=PART, period=period)
    rows = once(await question.reading.all_rows(fetch, "parts of orders"), lambda row: row.id_wo_resource)
    return [row for row in rows if row.id_status_work_order != CANCELLED]


def _used(row: ResourceRow) -> float | None:
    return row.qty_delivered if row.real_qty_used is None else row.real_qty_used


def _use_row(
    caller: Caller,
    code: str,
    lines: list[tuple[ResourceRow, float]],
    held: Held | None,
    days: float,
    lead: int,
) -> MetricRow:
    used = sum(qty for _row, qty in lines)
    monthly = used / days * 30
    stock = None if held is None else held.stock
    minimum = None if held is None else known_sum(held.minimums)
    newest = max((row.date_create for row, _qty in lines if row.date_create), default=None)
    return MetricRow(
        key=code,
        name=held.name if held else lines[0][0].description,
        unit=held.unit if held else lines[0][0].units_description,
        orders=len({row.wo_folio for row, _qty in lines}),
        used=round(used, 3),
        monthly_use=round(monthly, 2),
        last_used_at=shown(caller, newest),
        stock=stock and round(stock, 3),
        months_cover=None if stock is None else round(max(0.0, stock) / monthly, 2),
        minimum=minimum and round(minimum, 3),
        suggested_minimum=math.ceil(round(used / days * lead * SAFETY, 6)),
        url=record_url("stock-items", code) if held else None,
    )


def _value(item: StockItemRow | None) -> float | None:
    """Return stock × unit cost over the warehouses of which both are known, None if there are none."""
    value = known_sum(
        place.stock * place.unit_cost_stock
        for place in (item.warehouses if item else None) or ()
        if place.stock is not None and place.unit_cost_stock is not None
    )
    return None if value is None else round(value, 2)
