"""An asset as an answer shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.equipment.asset_parts import AssetParts
from mcp_gateway.tools.kit.codes import (
    ITEM_TYPE,
    PRIORITY_BY_NAME,
    ItemType,
    Priority,
    word_of,
)
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.items import ItemRow, find_item

# The meaning of field_2 to field_6 depends on the type; field_1 is always the name.
FIELDS: dict[int, tuple[str, ...]] = {
    1: ("address", "city", "postal_code", "region", "country"),
    2: ("manufacturer", "model", "serial_number", "other_1", "other_2"),
    3: ("part_number", "manufacturer", "model", "other_1", "other_2"),
    4: ("part_number", "manufacturer", "model", "other_1", "other_2"),
    5: ("manufacturer", "serial_number", "version"),
}


class Asset(BaseModel):
    code: Code
    name: UntrustedText
    type: ItemType | None = None
    location: Annotated[
        UntrustedText | None, Field(description="The locations that contain it, outermost first.")
    ] = None
    location_code: Code | None = None
    active: bool | None = None
    available: Annotated[bool | None, Field(description="False while it is out of service.")] = None
    priority: Priority | None = None
    category: UntrustedName | None = None
    url: str


class AssetDetails(Asset, AssetParts):
    description: UntrustedText | None = None
    address: UntrustedName | None = None
    city: UntrustedName | None = None
    postal_code: UntrustedName | None = None
    region: UntrustedName | None = None
    country: UntrustedName | None = None
    manufacturer: UntrustedName | None = None
    model: UntrustedName | None = None
    serial_number: UntrustedName | None = None
    part_number: UntrustedName | None = None
    version: UntrustedName | None = None
    other_1: UntrustedName | None = None
    other_2: UntrustedName | None = None
    barcode: Code | None = None
    classification_1: UntrustedName | None = None
    classification_2: UntrustedName | None = None
    notes: UntrustedLongText | None = None
    out_of_service_since: AwareDatetime | None = None
    last_back_in_service_at: AwareDatetime | None = None


def asset_texts(row: ItemRow) -> tuple[str | None, ...]:
    return (row.code, row.description, row.field_1, row.field_2, row.field_3, row.field_4, row.barcode)


def summary(row: ItemRow) -> Asset:
    return Asset(
        code=row.code,
        name=row.field_1 or row.description or row.code,
        type=word_of(ITEM_TYPE, row.id_type_item),
        location=path(row.parent_description),
        location_code=row.location_code,
        active=row.active,
        available=row.available,
        priority=PRIORITY_BY_NAME.get(row.priorities_description or ""),
        category=row.groups_description,
        url=record_url("assets", row.code),
    )


async def asset(call: Call, code: str) -> AssetDetails:
    row = await find_item(call.upstream, code)
    if row is None:
        raise NotFound("There is no asset with that code, or this person may not see it.")
    return details(call, row)


def details(call: Call, row: ItemRow) -> AssetDetails:
    names = FIELDS.get(row.id_type_item or 0, ())
    values = (row.field_2, row.field_3, row.field_4, row.field_5, row.field_6)
    return AssetDetails(
        **dict(summary(row)),
        **{name: value for name, value in zip(names, values, strict=False) if value},
        description=row.description,
        barcode=row.barcode,
        classification_1=row.groups_1_description,
        classification_2=row.groups_2_description,
        notes=row.notes or None,
        out_of_service_since=None if row.available else shown(call.caller, row.initial_date_out_of_service),
        last_back_in_service_at=shown(call.caller, row.last_final_date_available),
    )
