"""list_meters: counters and gauges."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.meter_records import Meter, meter, meter_texts, outside_limits
from mcp_gateway.tools.equipment.standing import subtree_of
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, ending, listed, position_of, present
from mcp_gateway.tools.kit.parameters import Serial
from mcp_gateway.tools.kit.resolving import AssetName, LocationName, asset_code, asset_to_filter_by
from mcp_gateway.upstream.resources.meters import MeterRow, list_meters_with_tasks
from mcp_gateway.upstream.resources.meters import list_meters as read_meters


class ListMetersOutput(ListAnswer):
    meters: list[Meter]


class ListMetersInput(ListArguments):
    asset: AssetName | None = None
    serial: Serial | None = None
    location: Annotated[
        LocationName | None,
        Field(description="Meters of everything in it, at any depth: code or part of the name."),
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in description, serial, unit or asset."),
    ] = None
    with_tasks: Annotated[
        bool, Field(description="Include the maintenance tasks that each makes due: one entry per task.")
    ] = False
    outside_limits: Annotated[
        bool | None, Field(description="True: only meters whose last value is outside the allowed range.")
    ] = None


async def list_meters(call: Call, arguments: ListMetersInput) -> ListMetersOutput:
    upstream = call.upstream
    position = position_of(call, "list_meters", arguments)
    asset, location = position.get("asset"), position.get("place")
    notes: list[str] = []
    if not position:
        asset, notes = await asset_to_filter_by(call, arguments.asset)
        location = await asset_code(call, arguments.location, location=True)
    within = None if location is None else await subtree_of(upstream, str(location))
    asked_for = location if within is None else None
    read = list_meters_with_tasks if arguments.with_tasks else read_meters
    filters = {
        "asset": None if asset is None else str(asset),
        "serial": arguments.serial,
        "location": None if asked_for is None else str(asked_for),
    }
    fetch: Filtered[MeterRow] = Filtered(upstream, partial(read, upstream), filters)

    def keep(row: MeterRow) -> bool:
        if within is not None and not within.holds(row):
            return False
        if arguments.outside_limits is not None:
            last = row.last_data.value if row.last_data else None
            if outside_limits(row, last) != arguments.outside_limits:
                return False
        return arguments.text is None or contains(arguments.text, *meter_texts(row))

    filtered = any(value is not None for value in (arguments.text, arguments.outside_limits, within))
    found = await listed(
        fetch,
        lambda row: meter(call, row),
        position=position,
        key=lambda row: (row.id,),
        limit=arguments.limit,
        keep=keep if filtered else None,
    )
    more = present(asset=asset, place=location)
    return ListMetersOutput(
        meters=found.records, **ending(call, "list_meters", arguments, found, notes, **more)
    )


TOOLS = (
    Tool(
        name="list_meters",
        title="List meters",
        description="Counters and gauges of assets with their last reading, unit and allowed range.",
        rights=frozenset({"meters:view"}),
        input=ListMetersInput,
        output=ListMetersOutput,
        run=list_meters,
    ),
)
