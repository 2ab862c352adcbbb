"""Tools of the set `inventory_writes` for warehouses and stock items."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from mcp_gateway.calls.errors import UpstreamRejected
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import (
    Address,
    Amount,
    Barcode,
    City,
    Country,
    ItemCode,
    Manufacturer,
    Model,
    NewCode,
    Notes,
    PartNumber,
    Short,
    State,
    Warehouse,
)
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.tools.supply.stock_records import PART_TYPE, PartType, the_stock_item, warehouse_named
from mcp_gateway.upstream.resources import warehouses as stock

LEVELS = {"minimum": "min_stock_level", "maximum": "max_stock_level"}


class CreateWarehouseInput(Arguments):
    code: NewCode
    name: Annotated[Short, Field(description="Name.")]
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    country: Country | None = None
    integrated: Annotated[
        bool | None, Field(description="True if another system owns its stock. It cannot be undone here.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class CreateStockItemInput(Arguments):
    code: NewCode
    name: Annotated[Short, Field(description="Name.")]
    unit_code: Annotated[str, Field(min_length=1, max_length=16, description="Such as UN, KG, L.")]
    unit: Annotated[str, Field(min_length=1, max_length=40, description="Such as unit, kilogram, litre.")]
    warehouse: Warehouse
    type: Annotated[PartType, Field(description="A tool, or a spare part or supply.")] = "spare_part"
    part_number: PartNumber | None = None
    manufacturer: Manufacturer | None = None
    model: Model | None = None
    minimum: Annotated[Amount | None, Field(description="Minimum stock.")] = None
    maximum: Annotated[Amount | None, Field(description="Maximum stock.")] = None
    shelf: Annotated[Short | None, Field(description="Position in the warehouse.")] = None
    barcode: Barcode | None = None
    notes: Notes | None = None
    idempotency_key: IdempotencyKey | None = None


class LinkStockItemInput(Arguments):
    item: ItemCode
    warehouse: Warehouse
    minimum: Annotated[Amount | None, Field(description="Minimum stock.")] = None
    maximum: Annotated[Amount | None, Field(description="Maximum stock.")] = None
    shelf: Annotated[Short | None, Field(description="Position in the warehouse.")] = None
    order_quantity: Annotated[Amount | None, Field(description="Order quantity.")] = None
    idempotency_key: IdempotencyKey | None = None


class AdjustStockInput(Arguments):
    item: ItemCode
    warehouse: Warehouse
    stock: Annotated[Amount | None, Field(description="Counted stock.")] = None
    unit_cost: Annotated[Amount | None, Field(description="In the company's currency.")] = None
    minimum: Annotated[Amount | None, Field(description="Minimum stock.")] = None
    maximum: Annotated[Amount | None, Field(description="Maximum stock.")] = None
    type: Annotated[
        PartType | None, Field(description="Only if one code is both a tool and a spare part.")
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def says_something(self) -> AdjustStockInput:
        if self.stock is None and self.unit_cost is None:
            raise ValueError("give stock or unit_cost, or both; levels go along with them")
        return self


class AdjustStockOutput(BaseModel):
    item: Code
    warehouse: Code
    stock: float | None = None
    unit_cost: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    url: str


WAREHOUSE_WIRE = {
    "code": "code", "name": "description", "address": "address", "city": "city", "state": "state",
    "country": "country", "integrated": "external_integration",
}  # fmt: skip


async def create_warehouse(call: Call, arguments: CreateWarehouseInput) -> Saved:
    upstream = call.upstream
    body = body_of(arguments, WAREHOUSE_WIRE)
    with in_our_names(WAREHOUSE_WIRE):
        await stock.create_warehouse(upstream, {**body, "active": True})
    return Saved(
        done="created",
        code=arguments.code,
        name=arguments.name,
        changed=changed_by(arguments),
        url=record_url("warehouses", arguments.code),
    )


STOCK_ITEM_WIRE = {
    "code": "code", "name": "field_1", "unit_code": "unit_code", "unit": "unit_description",
    "warehouse": "code_warehouse", "type": "id_type_item", "part_number": "field_2",
    "manufacturer": "field_3", "model": "field_4", "shelf": "location", "barcode": "barcode",
    "notes": "notes", **LEVELS,
}  # fmt: skip


async def create_stock_item(call: Call, arguments: CreateStockItemInput) -> Saved:
    upstream = call.upstream
    warehouse = await warehouse_named(call, arguments.warehouse)
    body = body_of(arguments, STOCK_ITEM_WIRE)
    body |= {"code_warehouse": warehouse.code, "id_type_item": PART_TYPE[arguments.type]}
    with in_our_names(STOCK_ITEM_WIRE):
        await stock.create_stock_item(upstream, body)
    return Saved(
        done="created",
        code=arguments.code,
        name=arguments.name,
        changed=changed_by(arguments),
        notes=["Its stock is 0. Enter the actual stock with adjust_stock or register_warehouse_entry."],
        url=record_url("stock-items", arguments.code),
    )


LINK_WIRE = {
    "item": "code", "warehouse": "code_warehouse", "shelf": "location",
    "order_quantity": "order_quantity", **LEVELS,
}  # fmt: skip


async def link_stock_item(call: Call, arguments: LinkStockItemInput) -> Saved:
    upstream = call.upstream
    warehouse = await warehouse_named(call, arguments.warehouse)
    item = await the_stock_item(call, arguments.item)
    linked = any(
        level.code_warehouse == warehouse.code
        or (level.id_warehouse is not None and level.id_warehouse == warehouse.id)
        for level in item.warehouses or ()
    )
    if not linked:
        body = body_of(arguments, LINK_WIRE) | {"code": item.code, "code_warehouse": warehouse.code}
        with in_our_names(LINK_WIRE):
            await stock.link_stock_item(upstream, body)
    return Saved(
        done="already_there" if linked else "created",
        code=item.code,
        name=item.field_1 or item.description,
        notes=["It was linked before; nothing was written. adjust_stock changes its levels."]
        if linked
        else [],
        url=record_url("stock-items", item.code),
    )


ADJUSTMENT_WIRE = {
    "warehouse": "code_warehouse", "stock": "stock", "unit_cost": "unit_cost_stock",
    "type": "id_type_item", **LEVELS,
}  # fmt: skip


async def adjust_stock(call: Call, arguments: AdjustStockInput) -> AdjustStockOutput:
    upstream = call.upstream
    warehouse = await warehouse_named(call, arguments.warehouse)
    if warehouse.external_integration:
        raise UpstreamRejected("Another system owns the stock of this warehouse: change it there, not here.")
    body: dict[str, Any] = body_of(arguments, ADJUSTMENT_WIRE) | {"code_warehouse": warehouse.code}
    if arguments.type is not None:
        body["id_type_item"] = PART_TYPE[arguments.type]
    with in_our_names(ADJUSTMENT_WIRE):
        now = await stock.adjust_stock(upstream, arguments.item, body)
    return AdjustStockOutput(
        item=arguments.item,
        warehouse=warehouse.code,
        stock=now.stock if now.stock is not None else arguments.stock,
        unit_cost=now.unit_cost_stock if now.unit_cost_stock is not None else arguments.unit_cost,
        minimum=now.min_stock_level,
        maximum=now.max_stock_level,
        url=record_url("stock-items", arguments.item),
    )


async def stock_before(call: Call, arguments: AdjustStockInput) -> dict[str, Any]:
    """Return stock, cost and levels of the item in the warehouse, by the names of the arguments."""
    warehouse = await warehouse_named(call, arguments.warehouse)
    item = await the_stock_item(call, arguments.item)
    place = next((one for one in item.warehouses or () if one.code_warehouse == warehouse.code), None)
    if place is None:
        return {}
    return {
        "stock": place.stock,
        "unit_cost": place.unit_cost_stock,
        "minimum": place.min_stock_level,
        "maximum": place.max_stock_level,
    }


VIEW = "inventory:view"  # needed to look up warehouses and items
ADD, EDIT = frozenset({VIEW, "inventory:add"}), frozenset({VIEW, "inventory:edit"})
TOOLS = (
    Tool(
        name="create_warehouse",
        title="Create a warehouse",
        description="Creates a warehouse with a unique code.",
        rights=ADD,
        input=CreateWarehouseInput,
        output=Saved,
        run=create_warehouse,
        read_only=False,
        toolset="inventory_writes",
        idempotent=False,
    ),
    Tool(
        name="create_stock_item",
        title="Create a stock item",
        description="Creates a spare part or tool in a warehouse. First check that it does not exist yet.",
        rights=ADD,
        input=CreateStockItemInput,
        output=Saved,
        run=create_stock_item,
        read_only=False,
        toolset="inventory_writes",
        idempotent=False,
    ),
    Tool(
        name="link_stock_item",
        title="Keep an item in a warehouse",
        description="Links an existing item to another warehouse; repeating it changes nothing.",
        rights=EDIT,
        input=LinkStockItemInput,
        output=Saved,
        run=link_stock_item,
        read_only=False,
        toolset="inventory_writes",
    ),
    Tool(
        name="adjust_stock",
        title="Adjust stock",
        description=(
            "Sets stock, unit cost and levels of an item in one warehouse to what was counted. It "
            "replaces the current values: tell the person the old and the new value first."
        ),
        rights=EDIT,
        input=AdjustStockInput,
        output=AdjustStockOutput,
        run=adjust_stock,
        before=stock_before,
        read_only=False,
        toolset="inventory_writes",
        destructive=True,
    ),
)
