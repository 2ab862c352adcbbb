"""list_assets and get_asset."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.asset_parts import Part, parts_of
from mcp_gateway.tools.equipment.asset_records import Asset, AssetDetails, asset_texts, details, summary
from mcp_gateway.tools.kit.codes import (
    ITEM_TYPE,
    PRIORITY_BY_NAME,
    ItemType,
    Priority,
    number_of,
)
from mcp_gateway.tools.kit.conditions import needs
from mcp_gateway.tools.kit.counting import Filtered
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
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, list_items
from mcp_gateway.upstream.rows import Page


class ListAssetsOutput(ListAnswer):
    assets: list[Asset]


class ListAssetsInput(ListArguments):
    type: Annotated[ItemType | None, Field(description="Only assets of this type.")] = None
    location: LocationName | None = None
    whole_tree: Annotated[
        bool, Field(description="With location: everything below it at any depth, not just directly in it.")
    ] = True
    active: Annotated[bool | None, Field(description="Only active or only inactive assets.")] = None
    available: Annotated[
        bool | None, Field(description="False: only assets that are out of service now.")
    ] = None
    priority: Annotated[
        list[Priority] | None, Field(min_length=1, max_length=5, description="Any of these.")
    ] = None
    has_plan: Annotated[bool | None, Field(description="Only assets with, or only without, a task plan.")] = (
        None
    )
    text: Annotated[
        str | None,
        Field(
            min_length=2, max_length=120, description="Words in code, name, manufacturer, model or serial."
        ),
    ] = None

    @model_validator(mode="after")
    def what_goes_together(self) -> ListAssetsInput:
        needs(self, "whole_tree", "location")
        return self


class GetAssetInput(Arguments):
    code: AssetName
    include: Annotated[
        list[Part] | None,
        Field(max_length=7, description="What else to show: custom fields, moves, documents …"),
    ] = None


async def list_assets(call: Call, arguments: ListAssetsInput) -> ListAssetsOutput:
    upstream = call.upstream
    item_type = None if arguments.type is None else number_of(ITEM_TYPE, arguments.type)
    position = position_of(call, "list_assets", arguments)
    place = position.get("place") or await asset_code(call, arguments.location, location=True)
    location = None if place is None else str(place)
    filters = {
        "item_type": item_type,
        "location": location,
        "active": arguments.active,
        "available": arguments.available,
    }

    async def read(*, start: int, size: int, **given: Any) -> Page[ItemRow]:
        which = ItemFilter(whole_tree=arguments.whole_tree, **given)
        return await list_items(upstream, which, start=start, size=size)

    fetch = Filtered(upstream, read, filters)

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
        summary,
        position=position,
        key=lambda row: None if row.id is None else (row.id,),
        limit=arguments.limit,
        keep=keep if any(value is not None for value in ours) else None,
    )
    return ListAssetsOutput(
        assets=found.records, **ending(call, "list_assets", arguments, found, [], **present(place=location))
    )


async def get_asset(call: Call, arguments: GetAssetInput) -> AssetDetails:
    row = await the_asset(call, arguments.code)
    shown_asset = details(call, row)
    if not arguments.include:
        return shown_asset
    return shown_asset.model_copy(update=await parts_of(call, row, arguments.include))


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
        input=ListAssetsInput,
        output=ListAssetsOutput,
        run=list_assets,
    ),
    Tool(
        name="get_asset",
        title="Show an asset",
        description=(
            "One asset by code or name: location, manufacturer, model, notes, whether it is in service."
        ),
        rights=RIGHTS,
        input=GetAssetInput,
        output=AssetDetails,
        run=get_asset,
    ),
)
