"""list_stock: warehouses, what lies in them, and one stock item everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from mcp_gateway.errors import Ambiguous, NotFound, offered
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.identifiers import Code, GivenCode, bare, in_another_dress, shown_code
from mcp_gateway.tools.listing import (
    MOST_PAGES,
    Basket,
    ListAnswer,
    ListArguments,
    Listed,
    ending,
    position_of,
)
from mcp_gateway.tools.text import NAME, UntrustedName, UntrustedText, cleaned, contains
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

S = TypeVar("S", bound=BaseModel)
ItemCode = Annotated[GivenCode, Field(description="Code of the stock item.")]
Warehouse = Annotated[GivenCode, Field(description="Code of a warehouse, or its name.")]
Amount = Annotated[float | None, Field(description="In the unit of the item.")]


class WarehouseShown(BaseModel):
    code: Code
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
    item: Code
    name: UntrustedText | None = None
    category: UntrustedName | None = None
    warehouse: Code
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
        list[WarehouseShown] | None, Field(description="Where nothing else was asked for.")
    ] = None
    currency: Annotated[str | None, Field(description="Of the amounts, where the company says it.")] = None
    stock: list[StockLine]


class Input(ListArguments):
    warehouse: Warehouse | None = None
    item: ItemCode | None = None
    below_minimum: Annotated[
        bool | None, Field(description="True: only what is below its minimum; false: only what is not.")
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in code, name, part number or category."),
    ] = None
    active: Annotated[bool | None, Field(description="Only active, or only inactive items.")] = None

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


async def warehouse_named(call: Call, words: str) -> WarehouseRow:
    """By code or name, where nothing is written also by a piece of it. Raises Ambiguous or NotFound."""
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
        raise Ambiguous(
            "Say which warehouse is meant by its code: ask the person.",
            **offered(
                found, lambda row: {"code": shown_code(row.code), "name": cleaned(row.description, NAME)}
            ),
        )
    raise NotFound("No warehouse has that code or name. list_stock without arguments lists them.")


async def run(call: Call, arguments: Input) -> StockAnswer:
    upstream: Upstream = call.upstream
    warehouses = await all_warehouses(upstream)
    currency = call.caller.currency or None
    position = position_of(call, "list_stock", arguments)
    at, row = int(position.get("warehouse", 0)), int(position.get("row", 0))
    if not arguments.asks_for_stock:
        places = _cut([warehouse_shown(upstream, place) for place in warehouses], row, arguments.limit)
        return StockAnswer(
            warehouses=places.records,
            currency=currency,
            stock=[],
            **ending(call, "list_stock", arguments, places, []),
        )
    if arguments.warehouse is not None:
        warehouses = [chosen(call, warehouses, arguments.warehouse)]
    if arguments.item is not None:
        found = _cut(await _one_item(call, arguments, warehouses), row, arguments.limit)
        return StockAnswer(
            currency=currency, stock=found.records, **ending(call, "list_stock", arguments, found, [])
        )
    found = Listed(first=str(position.get("first", "")))
    basket: Basket[StockLine] = Basket(arguments.limit)
    while at < len(warehouses):
        await _of_warehouse(upstream, arguments, warehouses[at], row, basket, found)
        if found.next_row is not None:
            break
        at, row, found.first = at + 1, 0, ""
    found.records = basket.records
    return StockAnswer(stock=found.records, **ending(call, "list_stock", arguments, found, [], warehouse=at))


def _cut(records: Sequence[S], start: int, limit: int) -> Listed[S]:
    end = start + limit
    return Listed(list(records[start:end]), end if end < len(records) else None, total=len(records))


async def the_stock_item(call: Call, code: str) -> StockItemRow:
    """The item with that code; one with the code in another dress is taken for reading, else offered."""
    upstream: Upstream = call.upstream
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


async def _one_item(call: Call, arguments: Input, warehouses: Sequence[WarehouseRow]) -> list[StockLine]:
    assert arguments.item is not None
    upstream: Upstream = call.upstream
    row = await the_stock_item(call, arguments.item)
    places = {place.code_warehouse: place for place in row.warehouses or ()}
    by_id = {place.id_warehouse: place for place in row.warehouses or ()}
    return [
        line_of_place(upstream, row, place, warehouse)
        for warehouse in warehouses
        if (place := places.get(warehouse.code) or by_id.get(warehouse.id)) is not None
        and arguments.fits(row, place.stock, place.min_stock_level)
    ]


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

    last, end = True, start
    async for page in found.pages_of(fetch, start=start, size=PAGE_SIZE, most=MOST_PAGES):
        for offset, row in zip(page.offsets, page.rows, strict=True):
            fits = arguments.fits(row, row.stock, row.min_stock_level)
            if fits and not basket.take(line(upstream, row, warehouse)):
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
