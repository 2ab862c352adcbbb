"""Tools of the set `catalogue_writes` that create and change assets and their custom fields."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from mcp_gateway.calls.errors import InvalidArguments, NotFound, offered
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import fold
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.asset_records import FIELDS, details
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.codes import ITEM_TYPE, PRIORITY, Priority, number_of
from mcp_gateway.tools.kit.identifiers import in_another_dress, shown_code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import (
    Active,
    AssetCode,
    Barcode,
    City,
    Country,
    FirstGroup,
    Manufacturer,
    Model,
    NewCode,
    Notes,
    SecondGroup,
    Short,
)
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources import custom_fields, items
from mcp_gateway.upstream.resources.items import ItemRow, find_item


class AssetFields(Arguments):
    address: Annotated[Short | None, Field(description="Locations only, as city, postal_code, region.")] = (
        None
    )
    city: City | None = None
    postal_code: Annotated[Short | None, Field(description="Postal code.")] = None
    region: Annotated[Short | None, Field(description="State or region.")] = None
    country: Country | None = None
    manufacturer: Manufacturer | None = None
    model: Model | None = None
    serial_number: Annotated[Short | None, Field(description="Serial number.")] = None
    part_number: Annotated[Short | None, Field(description="Tools only.")] = None
    version: Annotated[Short | None, Field(description="Digital assets only.")] = None
    other_1: Annotated[Short | None, Field(description="Another attribute, as the company uses it.")] = None
    other_2: Annotated[Short | None, Field(description="A further attribute.")] = None
    location: Annotated[AssetCode | None, Field(description="Code of the parent asset or location.")] = None
    priority: Annotated[Priority | None, Field(description="How critical it is.")] = None
    category: Annotated[Short | None, Field(description="From the company's own list.")] = None
    classification_1: FirstGroup | None = None
    classification_2: SecondGroup | None = None
    barcode: Barcode | None = None
    notes: Notes | None = None
    active: Active | None = None
    cost_center: Annotated[Short | None, Field(description="Cost center.")] = None
    purchase_date: Annotated[dt.date | None, Field(description="Purchase date.")] = None
    startup_date: Annotated[dt.date | None, Field(description="Date it went into service.")] = None
    total_cost: Annotated[
        float | None,
        Field(ge=0, le=1e12, allow_inf_nan=False, description="Purchase cost, in the company's currency."),
    ] = None
    idempotency_key: IdempotencyKey | None = None


class CreateAssetInput(AssetFields):
    code: NewCode
    type: Annotated[
        Literal["location", "equipment", "tool", "digital"],
        Field(description="Create spare parts with create_stock_item: otherwise no warehouse shows them."),
    ]
    name: Annotated[Short, Field(description="Name.")]
    unit_code: Annotated[str | None, Field(min_length=1, max_length=16, description="Needed for tools.")] = (
        None
    )
    unit: Annotated[str | None, Field(min_length=1, max_length=40, description="Needed for tools.")] = None


class UpdateAssetInput(AssetFields):
    asset: AssetCode
    name: Annotated[Short | None, Field(description="New name.")] = None


class SetAssetCustomFieldInput(Arguments):
    asset: AssetCode
    field: Annotated[str, Field(min_length=1, max_length=120, description="Label of the field, or its id.")]
    value: Annotated[str, Field(max_length=2000, description="The new value, which replaces the old one.")]
    idempotency_key: IdempotencyKey | None = None


ASSET_WIRE = {
    "code": "code", "name": "field_1", "location": "code_parent_location", "barcode": "barcode",
    "notes": "notes", "category": "group", "classification_1": "group_1", "classification_2": "group_2",
    "priority": "id_priority", "active": "active", "cost_center": "costs_center",
    "purchase_date": "purchase_date", "startup_date": "startup_date", "total_cost": "total_cost",
    "unit_code": "unit_code", "unit": "unit_description",
}  # fmt: skip


def _body(arguments: AssetFields, item_type: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the body and the wire names of its fields.

    Those of `field_2` to `field_6` depend on the type.
    """
    own = {name: f"field_{place}" for place, name in enumerate(FIELDS.get(item_type, ()), start=2)}
    wire = {**ASSET_WIRE, **own}
    foreign = sorted(
        name
        for names in FIELDS.values()
        for name in names
        if name not in own and getattr(arguments, name) is not None
    )
    if foreign:
        raise InvalidArguments(
            f"An asset of this type has no {', '.join(dict.fromkeys(foreign))}.",
            fields=[{"field": name, "problem": "is not of this type"} for name in dict.fromkeys(foreign)],
        )
    body = body_of(
        arguments, {name: field for name, field in wire.items() if name in type(arguments).model_fields}
    )
    if arguments.priority is not None:
        body["id_priority"] = number_of(PRIORITY, arguments.priority)
    return {**body, "id_type_item": item_type}, wire


async def _asset(upstream: Upstream, code: str) -> ItemRow:
    row = await find_item(upstream, code)
    if row is None:
        likely = await in_another_dress(code, partial(find_item, upstream))
        raise NotFound(
            "There is no asset with that code, or this person may not see it. list_assets finds it.",
            **offered(likely, lambda one: {"code": shown_code(one.code), "name": cleaned(one.field_1, NAME)}),
        )
    return row


async def create_asset(call: Call, arguments: CreateAssetInput) -> Saved:
    upstream = call.upstream
    if arguments.type == "tool" and not (arguments.unit and arguments.unit_code):
        raise InvalidArguments(
            "A tool needs unit_code and unit.",
            fields=[{"field": "unit_code", "problem": "is needed for tools"}],
        )
    body, wire = _body(arguments, number_of(ITEM_TYPE, arguments.type))
    with in_our_names(wire):
        await items.create_item(upstream, body)
    return Saved(
        done="created",
        code=arguments.code,
        name=arguments.name,
        changed=changed_by(arguments, "asset"),
        url=record_url("assets", arguments.code),
    )


async def update_asset(call: Call, arguments: UpdateAssetInput) -> Saved:
    upstream = call.upstream
    row = await _asset(upstream, arguments.asset)
    changed = changed_by(arguments, "asset")
    if not changed:
        raise InvalidArguments(
            "Name at least one field to change.", fields=[{"field": "name", "problem": "or any other"}]
        )
    body, wire = _body(arguments, row.id_type_item or 0)
    with in_our_names(wire):
        await items.update_item(upstream, row.code, {**body, "code": row.code})
    return Saved(
        done="updated",
        code=row.code,
        name=arguments.name or row.field_1,
        changed=changed,
        url=record_url("assets", row.code),
    )


async def asset_before(call: Call, arguments: UpdateAssetInput) -> dict[str, Any]:
    """Return the fields of the asset by the names of the arguments."""
    shown = details(call, await _asset(call.upstream, arguments.asset)).model_dump(mode="json")
    return {**shown, "location": shown["location_code"]}


async def set_asset_custom_field(call: Call, arguments: SetAssetCustomFieldInput) -> Saved:
    upstream = call.upstream
    row = await _asset(upstream, arguments.asset)
    item_type = row.id_type_item or 0
    known = await custom_fields.list_custom_fields(upstream, row.code, item_type)
    fits = [field for field in known if fold(field.label_name) == fold(arguments.field)] or [
        field for field in known if arguments.field == str(field.id_custom_field or field.id)
    ]
    if len(fits) > 1:
        why = "Several fields of this asset have that label: use the id."
        fits = [
            the_chosen(call, "field", arguments.field, why, fits, _to_choose_from, by="id", told=("label",))
        ]
    if not fits or (number := fits[0].id_custom_field or fits[0].id) is None:
        raise NotFound("This asset has no such field.", **offered(known, _to_choose_from))
    await custom_fields.set_custom_field(upstream, row.code, item_type, number, arguments.value)
    return Saved(
        done="updated",
        code=row.code,
        name=row.field_1,
        changed=["value"],
        url=record_url("assets", row.code),
    )


def _to_choose_from(field: custom_fields.CustomFieldRow) -> dict[str, Any]:
    return {"id": field.id_custom_field or field.id, "label": cleaned(field.label_name, NAME)}


ADD, EDIT = frozenset({"assets:add"}), frozenset({"assets:view", "assets:edit"})
TOOLS = (
    Tool(
        name="create_asset",
        title="Create an asset",
        description=(
            "Creates a location, equipment, tool or digital asset. First check that it does not exist yet."
        ),
        rights=ADD,
        input=CreateAssetInput,
        output=Saved,
        run=create_asset,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
    Tool(
        name="update_asset",
        title="Change an asset",
        description=(
            "Changes the given fields and leaves the rest. A new location moves the asset in the tree."
        ),
        rights=EDIT,
        input=UpdateAssetInput,
        output=Saved,
        run=update_asset,
        before=asset_before,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
    Tool(
        name="set_asset_custom_field",
        title="Set a custom field",
        description="Replaces the value of one custom field of an asset.",
        rights=EDIT,
        input=SetAssetCustomFieldInput,
        output=Saved,
        run=set_asset_custom_field,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
)
