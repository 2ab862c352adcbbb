"""list_assets and get_asset."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.asset_parts import AssetParts, Part, parts_of
from mcp_gateway.tools.kit.codes import (
    ITEM_TYPE,
    PRIORITY_BY_NAME,
    ItemType,
    Priority,
    number_of,
    word_of,
)
from mcp_gateway.tools.kit.conditions import needs
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import (
    Arguments,
    ListAnswer,
    ListArguments,
    ending,
    listed,
    position_of,
    present,
)
from mcp_gateway.tools.kit.resolving import AssetName, LocationName, asset_code, the_asset
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedName, UntrustedText, contains
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.items import ItemRow, find_item, list_items
from mcp_gateway.upstream.rows import Page

# What field_2 to field_6 mean depends on the type; field_1 is always the name.
FIELDS: dict[int, tuple[str, ...]] = {
    1: ("address", "city", "postal_code", "region", "country"),
    2: ("manufacturer", "model", "serial_number", "other_1", "other_2"),
    3: ("part_number", "manufacturer", "model", "other_1", "other_2"),
    4: ("part_number", "manufacturer", "model", "other_1", "other_2"),
    5: ("manufacturer", "serial_number", "version"),
}


END_OF_PLACE = re.compile(r"(?<! )/ ")


class Asset(BaseModel):
    code: Code
    name: UntrustedText
    type: ItemType | None = None
    location: Annotated[
        UntrustedText | None, Field(description="The places it stands in, outermost first.")
    ] = None
    location_code: Code | None = None
    active: bool | None = None
    available: Annotated[bool | None, Field(description="False while it is out of service.")] = None
    priority: Priority | None = None
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
    category: UntrustedName | None = None
    classification_1: UntrustedName | None = None
    classification_2: UntrustedName | None = None
    notes: UntrustedLongText | None = None
    out_of_service_since: AwareDatetime | None = None
    last_back_in_service_at: AwareDatetime | None = None


class AssetList(ListAnswer):
    assets: list[Asset]


class ListInput(ListArguments):
    type: Annotated[ItemType | None, Field(description="Only assets of this type.")] = None
    location: LocationName | None = None
    whole_tree: Annotated[
        bool, Field(description="With location: everything below it at any depth, not only directly in it.")
    ] = True
    active: Annotated[bool | None, Field(description="Only active, or only inactive assets.")] = None
    available: Annotated[
        bool | None, Field(description="False: only assets that are out of service now.")
    ] = None
    priority: Annotated[
        list[Priority] | None, Field(min_length=1, max_length=5, description="Any of these.")
    ] = None
    has_plan: Annotated[bool | None, Field(description="Only with, or only without a task plan.")] = None
    text: Annotated[
        str | None,
        Field(
            min_length=2, max_length=120, description="Words in code, name, manufacturer, model or serial."
        ),
    ] = None

    @model_validator(mode="after")
    def what_goes_together(self) -> ListInput:
        needs(self, "whole_tree", "location")
        return self


class GetInput(Arguments):
    code: AssetName
    include: Annotated[
        list[Part] | None,
        Field(max_length=7, description="What to show besides: own fields, moves, documents …"),
    ] = None


def asset_texts(row: ItemRow) -> tuple[str | None, ...]:
    return (row.code, row.description, row.field_1, row.field_2, row.field_3, row.field_4, row.barcode)


def summary(upstream: Upstream, row: ItemRow) -> Asset:
    return Asset(
        code=row.code,
        name=row.field_1 or row.description or row.code,
        type=word_of(ITEM_TYPE, row.id_type_item),
        location=path(row.parent_description),
        location_code=row.location_code,
        active=row.active,
        available=row.available,
        priority=PRIORITY_BY_NAME.get(row.priorities_description or ""),
        url=upstream.link("assets", row.code),
    )


def path(parents: str | None) -> str | None:
    """The contract's `// L1/ L2/ ` as `L1 > L2`. A slash after a space is a part of a name."""
    places = [place.strip() for place in END_OF_PLACE.split((parents or "").removeprefix("//"))]
    return " > ".join(place for place in places if place) or None


async def list_assets(call: Call, arguments: ListInput) -> AssetList:
    upstream: Upstream = call.upstream
    item_type = None if arguments.type is None else number_of(ITEM_TYPE, arguments.type)
    position = position_of(call, "list_assets", arguments)
    place = position.get("place") or await asset_code(call, arguments.location, place=True)
    location = None if place is None else str(place)

    async def fetch(start: int, size: int) -> Page[ItemRow]:
        return await list_items(
            upstream,
            item_type=item_type,
            location=location,
            whole_tree=arguments.whole_tree,
            active=arguments.active,
            available=arguments.available,
            start=start,
            size=size,
        )

    def keep(row: ItemRow) -> bool:
        return (
            (arguments.text is None or contains(arguments.text, *asset_texts(row)))
            and (arguments.has_plan is None or (row.id_group_task is not None) == arguments.has_plan)
            and (
                arguments.priority is None
                or PRIORITY_BY_NAME.get(row.priorities_description or "") in arguments.priority
            )
        )

    ours = (arguments.text, arguments.has_plan, arguments.priority)
    found = await listed(
        fetch,
        lambda row: summary(upstream, row),
        position=position,
        key=lambda row: None if row.id is None else (row.id,),
        limit=arguments.limit,
        keep=keep if any(value is not None for value in ours) else None,
    )
    return AssetList(
        assets=found.records, **ending(call, "list_assets", arguments, found, [], **present(place=location))
    )


async def get_asset(call: Call, arguments: GetInput) -> AssetDetails:
    row = await the_asset(call, arguments.code)
    shown_asset = details(call, row)
    if not arguments.include:
        return shown_asset
    return shown_asset.model_copy(update=await parts_of(call, row, arguments.include))


async def asset(call: Call, code: str) -> AssetDetails:
    row = await find_item(call.upstream, code)
    if row is None:
        raise NotFound("There is no asset with that code, or not for this person.")
    return details(call, row)


def details(call: Call, row: ItemRow) -> AssetDetails:
    upstream: Upstream = call.upstream
    names = FIELDS.get(row.id_type_item or 0, ())
    values = (row.field_2, row.field_3, row.field_4, row.field_5, row.field_6)
    return AssetDetails(
        **dict(summary(upstream, row)),
        **{name: value for name, value in zip(names, values, strict=False) if value},
        description=row.description,
        barcode=row.barcode,
        category=row.groups_description,
        classification_1=row.groups_1_description,
        classification_2=row.groups_2_description,
        notes=row.notes or None,
        out_of_service_since=None if row.available else shown(call.caller, row.initial_date_out_of_service),
        last_back_in_service_at=shown(call.caller, row.last_final_date_available),
    )


RIGHTS = frozenset({"assets:view"})
TOOLS = (
    Tool(
        name="list_assets",
        title="List assets",
        description=(
            "Locations, equipment, tools, spare parts and digital assets. Filter by type, location, whether "
            "active, whether in service, or words in code and name."
        ),
        rights=RIGHTS,
        input=ListInput,
        output=AssetList,
        run=list_assets,
    ),
    Tool(
        name="get_asset",
        title="Show an asset",
        description="One asset by code or name: where it stands, maker, model, notes, whether in service.",
        rights=RIGHTS,
        input=GetInput,
        output=AssetDetails,
        run=get_asset,
    ),
)
