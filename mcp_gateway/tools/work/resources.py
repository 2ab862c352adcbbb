"""Tools of the set `execution` for the resources of a work order."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import RESOURCE, ResourceKind, number_of
from mcp_gateway.tools.kit.conditions import goes_with
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST
from mcp_gateway.tools.kit.identifiers import GivenCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Folio, Number, ShortDescription
from mcp_gateway.tools.kit.resolving import PersonName, person_with_code
from mcp_gateway.tools.kit.saving import Saved, in_our_names
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.supply.stock_records import warehouse_named
from mcp_gateway.tools.work.order_parts import Resource, resource
from mcp_gateway.tools.work.order_records import open_order
from mcp_gateway.upstream.resources import work_order_parts as parts
from mcp_gateway.upstream.rows import Period


class AddWorkOrderResourceInput(Arguments):
    folio: Folio
    task: Annotated[Number, Field(description="id of the task, from get_work_order.")]
    kind: Annotated[ResourceKind, Field(description="What it is.")]
    quantity: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Quantity, in its unit."),
    ]
    item: Annotated[GivenCode | None, Field(description="part: its code, with warehouse.")] = None
    warehouse: Annotated[GivenCode | None, Field(description="part: code or name.")] = None
    person: Annotated[PersonName | None, Field(description="labour: code or name.")] = None
    third_party: Annotated[ShortDescription | None, Field(description="service: its name.")] = None
    description: Annotated[
        ShortDescription | None, Field(description="Free text for what is in no catalogue.")
    ] = None
    unit: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Unit of what is in no catalogue.")
    ] = None
    unit_cost: Annotated[
        float | None,
        Field(
            ge=0,
            le=1e9,
            allow_inf_nan=False,
            description="In the company's currency.",
        ),
    ] = None
    note: Annotated[str | None, Field(max_length=4000, description="A note on the resource.")] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def what_each_kind_needs(self) -> AddWorkOrderResourceInput:
        goes_with(
            self,
            self.kind,
            {"item": ("part",), "warehouse": ("part",), "person": ("labour",), "third_party": ("service",)},
        )
        if self.kind == "part" and (self.item is None) != (self.warehouse is None):
            raise ValueError("item and warehouse go together")
        named = {
            "part": self.item or self.description,
            "labour": self.person or self.description,
            "service": self.third_party,
        }[self.kind]
        if named is None:
            raise ValueError(f"a {self.kind} needs to be named")
        if self.item is not None or self.person is not None:
            own = "item" if self.item is not None else "person"
            fixed = ("description", "unit", "unit_cost") if self.item is not None else ("description", "unit")
            for name in fixed:
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with what is in no catalogue and not with {own}")
        return self


class UpdateWorkOrderResourceNoteInput(Arguments):
    folio: Folio
    resource: Annotated[
        Number, Field(description="id of the resource, from get_work_order(include resources).")
    ]
    note: Annotated[str, Field(max_length=4000, description="Replaces the current note.")]
    idempotency_key: IdempotencyKey | None = None


RESOURCE_WIRE = {
    "task": "id_work_order_task", "kind": "type", "quantity": "qty", "item": "code_resource",
    "warehouse": "code_warehouse", "person": "code_user", "third_party": "tr_description",
    "description": "description", "unit": "unit_description", "unit_cost": "unit_cost", "note": "note",
}  # fmt: skip


async def add_work_order_resource(call: Call, arguments: AddWorkOrderResourceInput) -> Resource:
    upstream = call.upstream
    await open_order(call, arguments.folio)
    body: dict[str, Any] = {
        "catalogued": arguments.item is not None or arguments.person is not None,
        "type": number_of(RESOURCE, arguments.kind),
        "id_work_order_task": arguments.task,
        "qty": arguments.quantity,
        "unit_cost": arguments.unit_cost,
        "description": arguments.description,
        "unit_description": arguments.unit,
        "note": arguments.note,
    }
    if arguments.kind == "part" and arguments.item is not None:
        assert arguments.warehouse is not None
        warehouse = await warehouse_named(call, arguments.warehouse)
        own = await writer(call)
        body |= {
            "code_resource": arguments.item,
            "code_warehouse": warehouse.code,
            "code_account": own.code,
        }
    elif arguments.kind == "labour":
        body |= {"rh_description": arguments.description}
        if arguments.person is not None:
            body["code_user"] = (await person_with_code(call, arguments.person, "person")).code
    elif arguments.kind == "service":
        body |= {"tr_description": arguments.third_party}
    with in_our_names(RESOURCE_WIRE):
        row = await parts.add_resource(
            upstream, arguments.folio, {name: value for name, value in body.items() if value is not None}
        )
    return resource(row)


async def update_work_order_resource_note(call: Call, arguments: UpdateWorkOrderResourceNoteInput) -> Saved:
    upstream = call.upstream
    await open_order(call, arguments.folio)
    rows = await parts.resources_of(upstream, arguments.folio, Period(EARLIEST, LATEST, "date_create"))
    if arguments.resource not in {row.id_wo_resource for row in rows}:
        raise NotFound("The order has no such resource. get_work_order(include resources) shows them.")
    await parts.set_resource_note(upstream, arguments.resource, arguments.note)
    return Saved(
        done="updated",
        id=arguments.resource,
        changed=["note"],
        url=record_url("work-orders", arguments.folio),
    )


async def note_before(call: Call, arguments: UpdateWorkOrderResourceNoteInput) -> dict[str, Any]:
    rows = await parts.resources_of(call.upstream, arguments.folio, Period(EARLIEST, LATEST, "date_create"))
    known = next((row for row in rows if row.id_wo_resource == arguments.resource), None)
    return {} if known is None else {"note": known.note or None}


RIGHTS = frozenset({"work_orders:view", "work_orders:edit"})
TOOLS = (
    Tool(
        name="add_work_order_resource",
        title="Add a resource",
        description=(
            "Adds a part, hours of labour or a service to a task of an open order. A part from stock "
            "is requested from its warehouse by a requisition."
        ),
        rights=RIGHTS,
        input=AddWorkOrderResourceInput,
        output=Resource,
        run=add_work_order_resource,
        read_only=False,
        idempotent=False,
        toolset="execution",
    ),
    Tool(
        name="update_work_order_resource_note",
        title="Note on a resource",
        description="Replaces the note of a resource of an open order.",
        rights=RIGHTS,
        input=UpdateWorkOrderResourceNoteInput,
        output=Saved,
        run=update_work_order_resource_note,
        before=note_before,
        read_only=False,
        destructive=True,
        toolset="execution",
    ),
)
