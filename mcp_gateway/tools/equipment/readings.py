"""list_meter_readings: the readings of an asset's meters."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.datetimes import IsoInput, period, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, ending, listed, position_of, present
from mcp_gateway.tools.kit.parameters import MeterId, Serial
from mcp_gateway.tools.kit.positions import newest_first
from mcp_gateway.tools.kit.resolving import AssetName, asset_code
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.upstream.resources.meters import ReadingRow, list_readings

Source = Literal["api", "work_order", "manual"]
SOURCES: dict[str, Source] = {"API": "api", "WORK_ORDER": "work_order", "MANUAL": "manual"}


class ReadingShown(BaseModel):
    meter: int | None = None
    read_at: AwareDatetime | None = None
    entered_at: AwareDatetime | None = None
    value: float | None = None
    accumulated_value: float | None = None
    unit: UntrustedName | None = None
    source: Source | None = None
    started_task: Annotated[bool | None, Field(description="It made a maintenance task due.")] = None


class ListMeterReadingsOutput(ListAnswer):
    asset_code: Code
    readings: list[ReadingShown]


class ListMeterReadingsInput(ListArguments):
    asset: AssetName
    serial: Serial | None = None
    meter: MeterId | None = None
    since: Annotated[IsoInput | None, Field(description="Read from this time on, ISO date or timestamp.")] = (
        None
    )
    until: Annotated[IsoInput | None, Field(description="Read up to this time, ISO date or timestamp.")] = (
        None
    )


def reading(call: Call, row: ReadingRow) -> ReadingShown:
    dial = row.data
    return ReadingShown(
        meter=row.id_meter,
        read_at=shown(call.caller, row.date_reading),
        entered_at=shown(call.caller, row.date),
        value=dial.value if dial else None,
        accumulated_value=dial.accumulated_value if dial else None,
        unit=row.units_code or row.units_description,
        source=SOURCES.get(row.source or ""),
        started_task=row.trigger_run,
    )


async def list_meter_readings(call: Call, arguments: ListMeterReadingsInput) -> ListMeterReadingsOutput:
    upstream = call.upstream
    position = position_of(call, "list_meter_readings", arguments)
    asset = str(position.get("asset") or await asset_code(call, arguments.asset))
    when = period(call.caller, arguments.since, arguments.until, "date_reading")
    read, serial = partial(list_readings, upstream, period=when), {"serial": arguments.serial}
    fetch = Filtered(upstream, read, serial, needed={"asset": asset})
    found = await listed(
        fetch,
        lambda row: reading(call, row),
        position=position,
        key=lambda row: newest_first(row.date_reading, row.id_meter),
        limit=arguments.limit,
        keep=None if arguments.meter is None else lambda row: row.id_meter == arguments.meter,
    )
    return ListMeterReadingsOutput(
        asset_code=asset,
        readings=found.records,
        **ending(call, "list_meter_readings", arguments, found, [], **present(asset=asset)),
    )


TOOLS = (
    Tool(
        name="list_meter_readings",
        title="List meter readings",
        description="Readings of the meters of an asset, newest first, for a period or all.",
        rights=frozenset({"meters:view"}),
        input=ListMeterReadingsInput,
        output=ListMeterReadingsOutput,
        run=list_meter_readings,
    ),
)
