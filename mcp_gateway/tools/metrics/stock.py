"""Stock below its minimum, with the work that needs it from the same warehouse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from mcp_gateway.tools.metrics.metric import Measured, MeasureRow, Question
from mcp_gateway.tools.metrics.stock_rows import (
    LOOK_BACK,
    read_requisitions,
    read_stock,
    read_warehouses,
    waiting_lines,
)
from mcp_gateway.tools.supply.stock_shapes import missing
from mcp_gateway.upstream import Upstream


@dataclass(slots=True)
class Wanted:
    qty: float = 0
    folios: list[str] = field(default_factory=list)


async def stock_below_minimum(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    kept = await read_stock(question, await read_warehouses(question))
    wanted: dict[tuple[str, str], Wanted] = defaultdict(Wanted)
    for paper, line in waiting_lines(await read_requisitions(question)):
        asked = wanted[paper.code or "", line.code or ""]
        asked.qty += line.qty_pending or 0
        if paper.document and paper.document not in asked.folios:
            asked.folios.append(paper.document)
    unknown = sum(place.row.stock is None for place in kept)
    if unknown:
        question.reading.say(f"The stock of {unknown} items in a warehouse is not known: they are not shown.")
    rows = []
    for place in kept:
        needs = wanted.get((place.warehouse.code, place.row.code), Wanted())
        if (short := missing(place.row.stock, place.row.min_stock_level)) > 0:
            rows.append(
                MeasureRow(
                    key=place.row.code,
                    name=place.row.field_1 or place.row.description,
                    warehouse=place.warehouse.code,
                    unit=place.row.units_description,
                    stock=place.row.stock,
                    minimum=place.row.min_stock_level,
                    missing=short,
                    needed=needs.qty,
                    folios=needs.folios[:10] or None,
                    url=upstream.link("stock-items", place.row.code),
                )
            )
    return Measured(
        {"items": len(kept), "below_minimum": len(rows)},
        "Items whose stock in a warehouse is below its minimum. Needed: what requisitions of work orders of "
        f"the last {LOOK_BACK.days} days still wait for from that warehouse, with their orders.",
        sorted(rows, key=lambda row: (-(row.needed or 0), -(row.missing or 0), row.key, row.warehouse)),
        len(kept),
    )
