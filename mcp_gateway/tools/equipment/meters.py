"""list_meters: counters and gauges."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.standing import place_of
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code, GivenCode
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, ending, listed, position_of, present
from mcp_gateway.tools.kit.resolving import AssetName, LocationName, asset_code, asset_to_filter_by
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText, contains
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.meters import AdvancedRow, MeterRow, list_meters, list_meters_with_tasks
from mcp_gateway.upstream.rows import Page

MeterId = Annotated[int, Field(ge=1, le=2**31 - 1, description="Number of the meter, from list_meters.")]
Serial = Annotated[GivenCode, Field(description="Serial of the meter, exactly.")]


class Meter(BaseModel):
    id: int
    description: UntrustedText | None = None
    serial: Code | None = None
    kind: Annotated[
        Literal["counter", "gauge"] | None,
        Field(description="A counter only counts up; a gauge moves freely."),
    ] = None
    unit: UntrustedName | None = None
    asset_code: Code | None = None
    asset: UntrustedText | None = None
    active: bool | None = None
    last_value: Annotated[float | None, Field(description="What the dial showed last.")] = None
    last_read_at: AwareDatetime | None = None
    accumulated_value: float | None = None
    monthly_average: float | None = None
    lowest_allowed: float | None = None
    highest_allowed: float | None = None
    outside_limits: Annotated[bool, Field(description="The last value lies outside the allowed range.")] = (
        False
    )
    task: Annotated[UntrustedText | None, Field(description="What the meter makes due.")] = None
    task_id: int | None = None
    last_step: Annotated[float | None, Field(description="Value at which it was due last.")] = None
    task_last_done_at: AwareDatetime | None = None
    url: str


class MeterList(ListAnswer):
    meters: list[Meter]


class ListInput(ListArguments):
    asset: AssetName | None = None
    serial: Serial | None = None
    location: Annotated[
        LocationName | None,
        Field(description="Meters of all that stands in it, at any depth: code or piece of the name."),
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in description, serial, unit or asset."),
    ] = None
    with_tasks: Annotated[
        bool, Field(description="With the maintenance tasks that each makes due: one entry for each task.")
    ] = False
    outside_limits: Annotated[
        bool | None, Field(description="True: only meters whose last value is outside the allowed range.")
    ] = None


def outside_limits(row: MeterRow, value: float | None) -> bool:
    return value is not None and (
        (row.min_value is not None and value < row.min_value)
        or (row.max_value is not None and value > row.max_value)
    )


def meter_texts(row: MeterRow) -> tuple[str | None, ...]:
    return (
        row.description,
        row.serial,
        row.units_description,
        row.units_code,
        row.items_description,
        row.code,
    )


def meter(call: Call, row: MeterRow) -> Meter:
    last = row.last_data
    task: dict[str, Any] = {}
    if isinstance(row, AdvancedRow):
        task = {
            "task": row.tasks_description or row.task_description,
            "task_id": row.id_task,
            "last_step": row.last_value_trigger,
            "task_last_done_at": shown(call.caller, row.last_date_maintenance),
        }
    return Meter(
        **task,
        id=row.id,
        description=row.description,
        serial=row.serial,
        kind=None if row.is_counter is None else "counter" if row.is_counter else "gauge",
        unit=row.units_code or row.units_description,
        asset_code=row.code,
        asset=row.items_description,
        active=row.active,
        last_value=last.value if last else None,
        last_read_at=shown(call.caller, last.date) if last else None,
        accumulated_value=last.accumulated_value if last else None,
        monthly_average=row.monthly_average_data,
        lowest_allowed=row.min_value,
        highest_allowed=row.max_value,
        outside_limits=outside_limits(row, last.value if last else None),
        url=call.upstream.link("meters", row.id),
    )


async def page_of_meters(upstream: Upstream, start: int, size: int) -> Page[MeterRow]:
    return await list_meters(upstream, start=start, size=size)


async def run_list(call: Call, arguments: ListInput) -> MeterList:
    upstream: Upstream = call.upstream
    position = position_of(call, "list_meters", arguments)
    asset, place = position.get("asset"), position.get("place")
    notes: list[str] = []
    if not position:
        asset, notes = await asset_to_filter_by(call, arguments.asset)
        place = await asset_code(call, arguments.location, place=True)
    within = None if place is None else await place_of(upstream, str(place))
    asked_for = place if within is None else None

    async def fetch(start: int, size: int) -> Page[MeterRow]:
        read = list_meters_with_tasks if arguments.with_tasks else list_meters
        page: Page[MeterRow] = await read(  # type: ignore[assignment] # rows of the one are rows of the other
            upstream,
            asset=None if asset is None else str(asset),
            serial=arguments.serial,
            location=None if asked_for is None else str(asked_for),
            start=start,
            size=size,
        )
        return page

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
    more = present(asset=asset, place=place)
    return MeterList(meters=found.records, **ending(call, "list_meters", arguments, found, notes, **more))


TOOLS = (
    Tool(
        name="list_meters",
        title="List meters",
        description="Counters and gauges of assets with their last reading, unit and allowed range.",
        rights=frozenset({"meters:view"}),
        input=ListInput,
        output=MeterList,
        run=run_list,
    ),
)
