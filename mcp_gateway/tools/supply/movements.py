"""Tools of the set `inventory_writes` for receipts, issues and material requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.conditions import goes_with
from mcp_gateway.tools.kit.identifiers import Code, GivenShortCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Amount, ItemCode, Warehouse
from mcp_gateway.tools.kit.resolving import PersonName, person_with_code
from mcp_gateway.tools.kit.saving import Saved, body_of, in_our_names
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.supply.requisitions import refuse_more_than_pending
from mcp_gateway.tools.supply.stock_records import PART_TYPE, PartType, warehouse_named
from mcp_gateway.upstream.resources import warehouse_documents as movements

Quantity = Annotated[
    float, Field(gt=0, le=1e9, allow_inf_nan=False, description="Quantity, in the unit of the item.")
]


class Goods(Arguments):
    item: ItemCode
    quantity: Quantity


class GoodsIn(Goods):
    unit_cost: Annotated[Amount | None, Field(description="In the company's currency.")] = None


class GoodsOut(Goods):
    type: Annotated[PartType, Field(description="Matters if one code is both a tool and a spare part.")] = (
        "spare_part"
    )


class RegisterWarehouseEntryInput(Arguments):
    warehouse: Warehouse
    kind: Annotated[
        Literal["purchase", "return"], Field(description="Bought, or returned by whoever took it.")
    ]
    document: Annotated[str, Field(min_length=1, max_length=80, description="Number of the invoice or note.")]
    items: Annotated[list[GoodsIn], Field(min_length=1, max_length=100, description="The items received.")]
    note: Annotated[
        str | None, Field(min_length=1, max_length=1000, description="A note on the document.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class RegisterWarehouseIssueInput(Arguments):
    warehouse: Warehouse
    kind: Annotated[
        Literal["work_order", "general"],
        Field(description="work_order: against a requisition of an order (work_order and requisition)."),
    ]
    work_order: Annotated[GivenShortCode | None, Field(description="Folio.")] = None
    requisition: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="id from list_warehouse_documents.")
    ] = None
    document: Annotated[
        str | None, Field(min_length=1, max_length=80, description="Required for general issues.")
    ] = None
    items: Annotated[list[GoodsOut], Field(min_length=1, max_length=100, description="The items issued.")]
    responsible: Annotated[
        PersonName | None, Field(description="Who takes it, code or name; default the connected person.")
    ] = None
    note: Annotated[
        str | None, Field(min_length=1, max_length=1000, description="A note on the document.")
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def what_goes_together(self) -> RegisterWarehouseIssueInput:
        if self.kind == "work_order" and (self.work_order is None or self.requisition is None):
            raise ValueError("an issue to a work order needs work_order and requisition")
        goes_with(self, self.kind, {"work_order": ("work_order",), "requisition": ("work_order",)})
        if self.kind == "general" and self.document is None:
            raise ValueError("a general issue needs document")
        return self


class UpdateMaterialRequestInput(Arguments):
    id: Annotated[int, Field(ge=1, le=2**31 - 1, description="id from list_warehouse_documents.")]
    note: Annotated[str, Field(min_length=1, max_length=4000, description="Replaces the current note.")]
    idempotency_key: IdempotencyKey | None = None


class Movement(BaseModel):
    number: Annotated[Code | None, Field(description="Its number in the warehouse.")] = None
    id: int | None = None
    warehouse: Code
    items: int
    notes: list[str] = []


ENTRY_WIRE = {"kind": "movement_type", "document": "document", "items": "items", "note": "note"}


async def register_warehouse_entry(call: Call, arguments: RegisterWarehouseEntryInput) -> Movement:
    upstream = call.upstream
    warehouse = await warehouse_named(call, arguments.warehouse)
    person = await writer(call)
    items = [
        {"code": line.item, "qty": line.quantity}
        | ({"price": line.unit_cost} if line.unit_cost is not None else {})
        for line in arguments.items
    ]
    body = body_of(arguments, ENTRY_WIRE) | {
        "movement_type": "1" if arguments.kind == "purchase" else "2",
        "is_from_movement": False,
        "code_user": person.code,
        "items": items,
    }
    with in_our_names(ENTRY_WIRE):
        moved = await movements.enter_goods(upstream, warehouse.code, body)
    return Movement(
        number=moved.folio_source or moved.folio_target,
        id=moved.id_movement or moved.id,
        warehouse=warehouse.code,
        items=len(items),
    )


ISSUE_WIRE = {
    "warehouse": "warehouse_code", "work_order": "wo_folio", "requisition": "id_movement",
    "kind": "id_movement_type", "document": "document", "items": "items",
    "responsible": "responsible_code", "note": "note",
}  # fmt: skip


async def register_warehouse_issue(call: Call, arguments: RegisterWarehouseIssueInput) -> Movement:
    upstream = call.upstream
    warehouse = await warehouse_named(call, arguments.warehouse)
    if arguments.work_order is not None and arguments.requisition is not None:
        wanted = {line.item: 0.0 for line in arguments.items}
        for line in arguments.items:
            wanted[line.item] += line.quantity
        await refuse_more_than_pending(upstream, arguments.work_order, arguments.requisition, wanted)
    taker = (
        await writer(call)
        if arguments.responsible is None
        else await person_with_code(call, arguments.responsible, "responsible")
    )
    body = body_of(arguments, ISSUE_WIRE) | {
        "warehouse_code": warehouse.code,
        "id_movement_type": 4 if arguments.kind == "work_order" else 5,
        "responsible_code": taker.code,
        "items": [
            {"code": line.item, "id_type_item": PART_TYPE[line.type], "qty": line.quantity}
            for line in arguments.items
        ],
    }
    with in_our_names(ISSUE_WIRE):
        moved = await movements.issue_goods(upstream, body)
    return Movement(
        number=moved.folio_source or moved.folio_target,
        id=moved.id_movement or moved.id,
        warehouse=warehouse.code,
        items=len(arguments.items),
    )


async def update_material_request(call: Call, arguments: UpdateMaterialRequestInput) -> Saved:
    upstream = call.upstream
    await movements.update_material_request(upstream, arguments.id, {"note": arguments.note})
    return Saved(done="updated", id=arguments.id, changed=["note"])


ADD = frozenset({"inventory:view", "inventory:add"})  # needed to look up the warehouse
EDIT = frozenset({"inventory:edit"})
TOOLS = (
    Tool(
        name="register_warehouse_entry",
        title="Enter goods",
        description="Records goods received, bought or returned, with a document.",
        rights=ADD,
        input=RegisterWarehouseEntryInput,
        output=Movement,
        run=register_warehouse_entry,
        read_only=False,
        toolset="inventory_writes",
        many="items",
        idempotent=False,
    ),
    Tool(
        name="register_warehouse_issue",
        title="Issue goods",
        description="Records goods issued, to a work order's requisition or in general.",
        rights=ADD,
        input=RegisterWarehouseIssueInput,
        output=Movement,
        run=register_warehouse_issue,
        read_only=False,
        toolset="inventory_writes",
        many="items",
        idempotent=False,
    ),
    Tool(
        name="update_material_request",
        title="Note on a material request",
        description="Replaces the note of a material request.",
        rights=EDIT,
        input=UpdateMaterialRequestInput,
        output=Saved,
        run=update_material_request,
        read_only=False,
        toolset="inventory_writes",
        destructive=True,
    ),
)
