"""list_stock: warehouses, their stock, and one stock item in every warehouse."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from mcp_gateway.calls.cursors import Position
from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.listing import (
    Basket,
    ListAnswer,
    ListArguments,
    Listed,
    ending,
    listed,
    position_of,
)
from mcp_gateway.tools.kit.parameters import ItemCode, Warehouse
from mcp_gateway.tools.kit.positions import in_order
from mcp_gateway.tools.supply.open_requests import requested
from mcp_gateway.tools.supply.stock_records import chosen, the_stock_item
from mcp_gateway.tools.supply.stock_shapes import (
    StockLine,
    WarehouseShown,
    line,
    missing,
    warehouse_shown,
)
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.warehouses import (
    StockItemRow,
    StockRow,
    WarehouseRow,
    all_warehouses,
)
from mcp_gateway.upstream.resources.warehouses import (
    list_stock as read_stock,
)

S = TypeVar("S", bound=BaseModel)


class ListStockOutput(ListAnswer):
    warehouses: Annotated[list[WarehouseShown] | None, Field(description="If no filter was given.")] = None
    currency: Annotated[
        str | None, Field(description="Currency of the amounts, if the company has set it.")
    ] = None
    stock: list[StockLine]


class ListStockInput(ListArguments):
    warehouse: Warehouse | None = None
    item: ItemCode | None = None
    below_minimum: Annotated[
        bool | None, Field(description="True: only items below their minimum; false: only the others.")
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in code, name, part number or category."),
    ] = None
    active: Annotated[bool | None, Field(description="Only active or only inactive items.")] = None

    @property
    def asks_for_stock(self) -> bool:
        narrowed = (self.warehouse, self.item, self.below_minimum, self.text, self.active)
        return any(value is not None for value in narrowed)

    def fits(self, row: StockRow | StockItemRow, stock: float | None, minimum: float | None) -> bool:
        return (
            (self.active is None or row.active == self.active)
            and (self.below_minimum is None or (missing(stock, minimum) > 0) == self.below_minimum)
            and (
                self.text is None
                or contains(self.text, row.code, row.description, row.field_2, row.groups_description)
            )
        )


async def list_stock(call: Call, arguments: ListStockInput) -> ListStockOutput:
    upstream = call.upstream
    warehouses = await all_warehouses(upstream)
    currency = call.caller.currency or None
    position = position_of(call, "list_stock", arguments)
    if not arguments.asks_for_stock:
        each = [(warehouse, warehouse_shown(warehouse)) for warehouse in warehouses]
        page, keys = _cut(upstream, each, position, arguments.limit)
        return ListStockOutput(
            warehouses=page.records,
            currency=currency,
            stock=[],
            **ending(call, "list_stock", arguments, page, [], **keys),
        )
    of: dict[str, str] = {}
    if arguments.warehouse is not None:
        warehouses = [chosen(call, warehouses, str(position.get("of") or arguments.warehouse))]
        of = {"of": warehouses[0].code}
    if arguments.item is not None:
        holding, notes = await _holding(call, arguments, warehouses)
        found, keys = _cut(upstream, holding, position, arguments.limit)
        return ListStockOutput(
            currency=currency,
            stock=found.records,
            **ending(call, "list_stock", arguments, found, notes, **keys, **of),
        )
    found, keys = await _lying_in(call, arguments, warehouses, position)
    return ListStockOutput(
        stock=found.records, **ending(call, "list_stock", arguments, found, [], **keys, **of)
    )


async def _holding(
    call: Call, arguments: ListStockInput, warehouses: Sequence[WarehouseRow]
) -> tuple[list[tuple[WarehouseRow, StockLine]], list[str]]:
    """Return the warehouses that have the item, each with its line; and notes."""
    assert arguments.item is not None
    row = await the_stock_item(call, arguments.item)
    levels = {level.code_warehouse: level for level in row.warehouses or ()}
    by_id = {level.id_warehouse: level for level in row.warehouses or ()}
    notes, coming = [], dict[str, float]()
    try:
        coming.update(await requested(call.upstream, row.code, dt.datetime.now(dt.UTC)))
    except NotPermitted:
        notes.append("What material requests ask for is not seen by this person.")
    holding = [
        (warehouse, line(row, level, warehouse, coming.get(warehouse.code)))
        for warehouse in warehouses
        if (level := levels.get(warehouse.code) or by_id.get(warehouse.id)) is not None
        and arguments.fits(row, level.stock, level.min_stock_level)
    ]
    return holding, notes


def _numbers(warehouses: Sequence[WarehouseRow]) -> list[int] | None:
    """Return the warehouse numbers if the list is sorted by them. If None, only the index is left."""
    numbers = [warehouse.id for warehouse in warehouses if warehouse.id is not None]
    return numbers if len(numbers) == len(warehouses) and numbers == sorted(set(numbers)) else None


def _cut(
    upstream: Upstream, shown: Sequence[tuple[WarehouseRow, S]], position: Position, limit: int
) -> tuple[Listed[S], dict[str, int]]:
    """Return one page, and what its cursor carries besides the row: the last warehouse shown.

    The total is unknown if a row could not be read or if there are more warehouses than were examined.
    """
    numbers = _numbers([warehouse for warehouse, _ in shown])
    start = int(position.get("row", 0))
    if numbers is not None and "warehouse" in position:
        start = bisect_right(numbers, int(position["warehouse"]))
    end = start + limit
    total = None if upstream.gaps else len(shown)
    found = Listed([record for _, record in shown[start:end]], total=total)
    if end >= len(shown):
        return found, {}
    found.next_row, found.moving = end, numbers is None
    return found, {} if numbers is None else {"warehouse": numbers[end - 1]}


async def _lying_in(
    call: Call, arguments: ListStockInput, warehouses: Sequence[WarehouseRow], position: Position
) -> tuple[Listed[StockLine], dict[str, int]]:
    """Read one warehouse after another until the answer is full. Return where to continue."""
    upstream = call.upstream
    numbers = _numbers(warehouses)
    begin = int(position.get("at", 0))
    if numbers is not None and "warehouse" in position:
        begin = bisect_left(numbers, int(position["warehouse"]))
        if numbers[begin : begin + 1] != [
            position["warehouse"]
        ]:  # the warehouse is gone: continue with the next one
            position = {}
    basket: Basket[StockLine] = Basket(arguments.limit)
    whole: Listed[StockLine] = Listed(records=basket.records)
    for at in range(begin, len(warehouses)):
        found = await _of_warehouse(upstream, arguments, warehouses[at], position, basket)
        whole.looked_at += found.looked_at
        whole.stuck = whole.stuck or found.stuck
        if found.next_row is not None:
            whole.next_row, whole.after, whole.first = found.next_row, found.after, found.first
            whole.moving, whole.partial = found.moving, found.partial
            return whole, {"at": at} if numbers is None else {"at": at, "warehouse": numbers[at]}
        position = {}
    return whole, {}


async def _of_warehouse(
    upstream: Upstream,
    arguments: ListStockInput,
    warehouse: WarehouseRow,
    position: Position,
    basket: Basket[StockLine],
) -> Listed[StockLine]:
    fetch = partial(read_stock, upstream, warehouse=warehouse)
    return await listed(
        fetch,
        lambda row: line(row, row, warehouse),
        position=position,
        limit=arguments.limit,
        keep=lambda row: arguments.fits(row, row.stock, row.min_stock_level),
        key=lambda row: in_order(row.id_item),
        basket=basket,
    )


TOOLS = (
    Tool(
        name="list_stock",
        title="List stock",
        description=(
            "Spare parts and supplies: the warehouses (without arguments), the stock of one or all "
            "of them, one item in every warehouse with its cost, or what is below its minimum."
        ),
        rights=frozenset({"inventory:view"}),
        input=ListStockInput,
        output=ListStockOutput,
        run=list_stock,
    ),
)
