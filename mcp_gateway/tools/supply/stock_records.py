"""Finds a stock item or a warehouse by code or name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from mcp_gateway.calls.errors import NotFound, offered
from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.identifiers import bare, in_another_dress, shown_code
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.upstream.resources.warehouses import (
    StockItemRow,
    WarehouseRow,
    all_warehouses,
    find_stock_item,
)


async def warehouse_named(call: Call, words: str) -> WarehouseRow:
    """Find a warehouse by code or name, in reads also by a part of it. Raises Ambiguous or NotFound."""
    return chosen(call, await all_warehouses(call.upstream), words)


def chosen(call: Call, warehouses: Sequence[WarehouseRow], words: str) -> WarehouseRow:
    for row in warehouses:
        if row.code == words:
            return row
    exact = [row for row in warehouses if bare(words) in (bare(row.code), bare(row.description or row.code))]
    found = exact or [row for row in warehouses if contains(words, row.code, row.description, row.city)]
    if len(found) == 1 and (exact or not call.writes):
        return found[0]
    if found:
        return the_chosen(
            call,
            "warehouse",
            words,
            "Name the warehouse by its code: ask the person which one is meant.",
            found,
            lambda row: {"code": shown_code(row.code), "name": cleaned(row.description, NAME)},
        )
    raise NotFound("No warehouse has that code or name. list_stock without arguments lists them.")


async def the_stock_item(call: Call, code: str) -> StockItemRow:
    """Find the item with that code. A differently written code is accepted in reads and offered in writes."""
    upstream = call.upstream
    row = await find_stock_item(upstream, code)
    if row is not None:
        return row
    likely = await in_another_dress(code, partial(find_stock_item, upstream))
    if len(likely) == 1 and not call.writes:
        return likely[0]
    raise NotFound(
        "There is no stock item with that code. list_stock(text) finds it by its words.",
        **offered(
            likely,
            lambda item: {
                "code": shown_code(item.code),
                "name": cleaned(item.field_1 or item.description, NAME),
            },
        ),
    )


PartType = Literal["tool", "spare_part"]
PART_TYPE: dict[PartType, int] = {"tool": 3, "spare_part": 4}
