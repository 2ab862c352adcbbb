"""Stock below its minimum, with the work that needs it from the same warehouse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow
from mcp_gateway.tools.metrics.stock_rows import (
    LOOK_BACK,
    read_requisitions,
    read_stock,
    read_warehouses,
    waiting_lines,
)
from mcp_gateway.tools.supply.stock_shapes import missing


@dataclass(slots=True)
class Demand:
    qty: float = 0
    folios: list[str] = field(default_factory=list)


async def stock_below_minimum(question: MetricQuery) -> MetricResult:
    on_hand = await read_stock(question, await read_warehouses(question))
    demand: dict[tuple[str, str], Demand] = defaultdict(Demand)
    for paper, line in waiting_lines(await read_requisitions(question)):
        asked = demand[paper.code or "", line.code or ""]
        asked.qty += line.qty_pending or 0
        if paper.document and paper.document not in asked.folios:
            asked.folios.append(paper.document)
    unknown = sum(held.row.stock is None for held in on_hand)
    if unknown:
        question.reading.say(f"The stock of {unknown} items in a warehouse is not known: they are not shown.")
    rows = []
    for held in on_hand:
        needs = demand.get((held.warehouse.code, held.row.code), Demand())
        if (short := missing(held.row.stock, held.row.min_stock_level)) > 0:
            rows.append(
                MetricRow(
                    key=held.row.code,
                    name=held.row.field_1 or held.row.description,
                    warehouse=held.warehouse.code,
                    unit=held.row.units_description,
                    stock=held.row.stock,
                    minimum=held.row.min_stock_level,
                    missing=short,
                    needed=needs.qty,
                    folios=needs.folios[:10] or None,
                    url=record_url("stock-items", held.row.code),
                )
            )
    return MetricResult(
        {"items": len(on_hand), "below_minimum": len(rows)},
        "Stock below the minimum of its warehouse. Needed: what requisitions of the last "
        f"{LOOK_BACK.days} days still wait for there, with their orders.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.missing or 0), row.key, row.warehouse)),
        len(on_hand),
    )
