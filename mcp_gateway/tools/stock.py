"""list_stock: warehouses, what lies in them, and one stock item everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.errors import Ambiguous, NotFound
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.listing import (
    MOST_PAGES,
    Basket,
    ListAnswer,
    ListArguments,
    Listed,
    ending,
    position_of,
)
from mcp_gateway.tools.text import NAME, UntrustedName, UntrustedText, cleaned, contains, fold
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.rows import PAGE_SIZE, Page
from mcp_gateway.upstream.warehouses import (
    Place,
    StockItemRow,
    StockRow,
    WarehouseRow,
    all_warehouses,
    find_stock_item,
    list_stock,
)

ItemCode = Annotated[str, Field(min_length=1, max_length=120, description="Code of the stock item.")]
Warehouse = Annotated[
    str, Field(min_length=1, max_length=120, description="Code of a warehouse, or a piece of its name.")
]
Amount = Annotated[float | None, Field(description="In the unit of the item.")]


class WarehouseShown(BaseModel):
    code: UntrustedName
    name: UntrustedText | None = None
    city: UntrustedName | None = None
    location: UntrustedText | None = None
    active: bool | None = None
    integrated: Annotated[
        bool | None, Field(description="True: another system owns its stock, which cannot be changed here.")
    ] = None
    allows_negative_stock: bool | None = None
    stock_value: Annotated[float | None, Field(description="In the company's currency.")] = None
    url: str


class StockLine(BaseModel):
    item: UntrustedName
    name: UntrustedText | None = None
    category: UntrustedName | None = None
    warehouse: UntrustedName
    warehouse_name: UntrustedText | None = None
    shelf: UntrustedName | None = None
    unit: UntrustedName | None = None
    stock: Amount = None
    minimum: Amount = None
    maximum: Amount = None
    reorder_at: Amount = None
    missing: Annotated[float, Field(ge=0, description="How much is missing to the minimum.")] = 0
    unit_cost: Annotated[float | None, Field(description="In the company's currency.")] = None
    active: bool | None = None
    url: str


class StockAnswer(ListAnswer):
    warehouses: Annotated[
        list[WarehouseShown] | None, Field(description="Where nothing else was asked for: all of them.")
    ] = None
    stock: list[StockLine]


class Input(ListArguments):
    warehouse: Warehouse | None = None
    item: ItemCode | None = None
    below_minimum: Annotated[
        bool | None, Field(description="True: only what is below its minimum; false: only what is not.")
    ] = None
    text: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Words in code, name, maker or category.")
    ] = None
    active: Annotated[bool | None, Field(description="Only active, or only inactive items.")] = None

    @property
    def asks_for_stock(self) -> bool:
        return any(value is not None for value in (self.warehouse, self.item, self.below_minimum, self.text))


def missing(stock: float | None, minimum: float | None) -> float:
    """Nothing where one of them is not known."""
    return 0.0 if stock is None or minimum is None else max(0.0, minimum - stock)


def warehouse_shown(upstream: Upstream, row: WarehouseRow) -> WarehouseShown:
    return WarehouseShown(
        code=row.code,
        name=row.description,
        city=row.city,
        location=row.location_description,
        active=row.active,
        integrated=row.external_integration,
        allows_negative_stock=row.allow_negative_stock,
        stock_value=row.total_cost_stock,
        url=upstream.link("warehouses", row.code),
    )


def line(upstream: Upstream, row: StockRow, warehouse: WarehouseRow) -> StockLine:
    return StockLine(
        item=row.code,
        name=row.field_1 or row.description,
        category=row.groups_description,
        warehouse=warehouse.code,
        warehouse_name=warehouse.description,
        shelf=row.location,
        unit=row.units_description,
        stock=row.stock,
        minimum=row.min_stock_level,
        maximum=row.max_stock_level,
        reorder_at=row.reorder_level,
        missing=missing(row.stock, row.min_stock_level),
        active=row.active,
        url=upstream.link("stock-items", row.code),
    )


def line_of_place(upstream: Upstream, row: StockItemRow, place: Place, warehouse: WarehouseRow) -> StockLine:
    return StockLine(
        item=row.code,
        name=row.field_1 or row.description,
        category=row.groups_description,
        warehouse=warehouse.code,
        warehouse_name=warehouse.description,
        shelf=place.location,
        unit=row.units_description,
        stock=place.stock,
        minimum=place.min_stock_level,
        maximum=place.max_stock_level,
        reorder_at=place.reorder_level,
        missing=missing(place.stock, place.min_stock_level),
        unit_cost=place.unit_cost_stock,
        active=row.active,
        url=upstream.link("stock-items", row.code),
    )


async def warehouse_named(upstream: Upstream, words: str) -> WarehouseRow:
    """By code, else by a piece of the name. Raises Ambiguous or NotFound: it never guesses."""
    return chosen(await all_warehouses(upstream), words)


def chosen(warehouses: Sequence[WarehouseRow], words: str) -> WarehouseRow:
    exact = [row for row in warehouses if fold(row.code) == fold(words)]
    found = exact or [row for row in warehouses if contains(words, row.code, row.description, row.city)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            "Several warehouses fit: ask which one is meant and use its code.",
            candidates=[{"code": row.code, "name": cleaned(row.description, NAME)} for row in found[:10]],
        )
    raise NotFound("No warehouse has that code or name. list_stock without arguments lists them.")


async def run(call: Call, arguments: Input) -> StockAnswer:
    upstream: Upstream = call.upstream
    warehouses = await all_warehouses(upstream)
    if not arguments.asks_for_stock:
        shown = [warehouse_shown(upstream, row) for row in warehouses]
        found: Listed[StockLine] = Listed()
        return StockAnswer(warehouses=shown, stock=[], **ending(call, "list_stock", arguments, found, []))
    if arguments.warehouse is not None:
        warehouses = [chosen(warehouses, arguments.warehouse)]
    if arguments.item is not None:
        found = await _one_item(upstream, arguments, warehouses)
        return StockAnswer(stock=found.records, **ending(call, "list_stock", arguments, found, []))
    position = position_of(call, "list_stock", arguments)
    at, row = int(position.get("warehouse", 0)), int(position.get("row", 0))
    found = Listed(first=str(position.get("first", "")))
    basket: Basket[StockLine] = Basket(arguments.limit)
    while at < len(warehouses):
        await _of_warehouse(upstream, arguments, warehouses[at], row, basket, found)
        if found.next_row is not None:
            break
        at, row, found.first = at + 1, 0, ""
    found.records = basket.records
    return StockAnswer(stock=found.records, **ending(call, "list_stock", arguments, found, [], warehouse=at))


async def _one_item(
    upstream: Upstream, arguments: Input, warehouses: Sequence[WarehouseRow]
) -> Listed[StockLine]:
    assert arguments.item is not None
    row = await find_stock_item(upstream, arguments.item)
    if row is None:
        raise NotFound("There is no stock item with that code. Find it by its words with text.")
    places = {place.code_warehouse: place for place in row.warehouses or ()}
    by_id = {place.id_warehouse: place for place in row.warehouses or ()}
    lines = [
        line_of_place(upstream, row, place, warehouse)
        for warehouse in warehouses
        if (place := places.get(warehouse.code) or by_id.get(warehouse.id)) is not None
    ]
    return Listed(
        [
            shown
            for shown in lines
            if arguments.below_minimum is None or (shown.missing > 0) == arguments.below_minimum
        ],
        total=len(lines),
    )


async def _of_warehouse(
    upstream: Upstream,
    arguments: Input,
    warehouse: WarehouseRow,
    start: int,
    basket: Basket[StockLine],
    found: Listed[StockLine],
) -> None:
    """Adds what fits until the basket is full; `found.next_row` is then where to go on."""

    async def fetch(start: int, size: int) -> Page[StockRow]:
        return await list_stock(upstream, warehouse=warehouse, start=start, size=size)

    def fits(row: StockRow) -> bool:
        below = missing(row.stock, row.min_stock_level) > 0
        return (
            (arguments.active is None or row.active == arguments.active)
            and (arguments.below_minimum is None or below == arguments.below_minimum)
            and (
                arguments.text is None
                or contains(arguments.text, row.code, row.description, row.field_2, row.groups_description)
            )
        )

    last, end = True, start
    async for page in found.pages_of(fetch, start=start, size=PAGE_SIZE, most=MOST_PAGES):
        for offset, row in zip(page.offsets, page.rows, strict=True):
            if fits(row) and not basket.take(line(upstream, row, warehouse)):
                found.next_row = offset
                return
        last, end = page.is_last, page.end
    if not last and not found.stuck:
        found.next_row, found.partial = end, True


TOOLS = (
    Tool(
        name="list_stock",
        title="List stock",
        description=(
            "Spare parts and supplies: the warehouses (without arguments), what lies in one or all of them, "
            "one item everywhere with its cost, or what is below its minimum."
        ),
        rights=frozenset({"inventory:view"}),
        input=Input,
        output=StockAnswer,
        run=run,
    ),
)
