"""list_meters and add_meter_reading."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, FiniteFloat

from mcp_gateway.errors import Ambiguous, InvalidArguments, NotFound, UpstreamRejected
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.listing import (
    Arguments,
    IdempotencyKey,
    ListAnswer,
    ListArguments,
    ending,
    listed,
    position_of,
    present,
)
from mcp_gateway.tools.moments import IsoInput, parse, shown
from mcp_gateway.tools.resolving import AssetName, LocationName, asset_code
from mcp_gateway.tools.text import UntrustedName, UntrustedText, contains
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.meters import (
    AdvancedRow,
    MeterRow,
    insert_reading,
    list_meters,
    list_meters_with_tasks,
)
from mcp_gateway.upstream.rows import Page

CLOCK_TOLERANCE = dt.timedelta(minutes=5)
UNUSUAL_MONTHS = 10  # of average gain in one reading: likely a slip of the keys
MeterId = Annotated[int, Field(ge=1, le=2**31 - 1, description="Number of the meter, from list_meters.")]
Serial = Annotated[str, Field(min_length=1, max_length=80, description="Serial of the meter, exactly.")]


class Meter(BaseModel):
    id: int
    description: UntrustedText | None = None
    serial: UntrustedName | None = None
    kind: Annotated[
        Literal["counter", "gauge"] | None,
        Field(description="A counter only counts up; a gauge moves freely."),
    ] = None
    unit: UntrustedName | None = None
    asset_code: UntrustedName | None = None
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
        LocationName | None, Field(description="Meters of what stands in it: code or piece of the name.")
    ] = None
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in description, serial, unit or asset."),
    ] = None
    with_tasks: Annotated[bool, Field(description="With the maintenance task that each makes due.")] = False
    outside_limits: Annotated[
        bool | None, Field(description="True: only meters whose last value is outside the allowed range.")
    ] = None


class ReadingInput(Arguments):
    asset: AssetName
    value: Annotated[
        FiniteFloat, Field(ge=-1e15, le=1e15, description="What the dial shows, in the unit of the meter.")
    ]
    serial: Annotated[
        Serial | None, Field(description="Needed (or meter) where the asset has several meters.")
    ] = None
    meter: Annotated[MeterId | None, Field(description="Number of the meter, instead of serial.")] = None
    read_at: Annotated[
        IsoInput | None,
        Field(description="When it was read, ISO moment; now if left out. Not in the future."),
    ] = None
    historical: Annotated[
        bool, Field(description="True to enter a reading that is older than the last one.")
    ] = False
    idempotency_key: IdempotencyKey | None = None


class Reading(BaseModel):
    meter: MeterId
    asset_code: UntrustedName
    value: float
    unit: UntrustedName | None = None
    read_at: AwareDatetime
    already_there: Annotated[bool, Field(description="The same reading had been entered before.")]
    accumulated_value: float | None = None
    started_tasks: Annotated[int, Field(ge=0, description="Maintenance tasks that this reading triggered.")]
    notes: list[str] = []
    url: str


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


async def run_list(call: Call, arguments: ListInput) -> MeterList:
    upstream: Upstream = call.upstream
    position = position_of(call, "list_meters", arguments)
    asset, place = position.get("asset"), position.get("place")
    if not position:
        asset = await asset_code(call, arguments.asset)
        place = await asset_code(call, arguments.location, place=True)

    async def fetch(start: int, size: int) -> Page[MeterRow]:
        read = list_meters_with_tasks if arguments.with_tasks else list_meters
        page: Page[MeterRow] = await read(  # type: ignore[assignment] # rows of the one are rows of the other
            upstream,
            asset=None if asset is None else str(asset),
            serial=arguments.serial,
            location=None if place is None else str(place),
            start=start,
            size=size,
        )
        return page

    def keep(row: MeterRow) -> bool:
        if arguments.outside_limits is not None:
            last = row.last_data.value if row.last_data else None
            if outside_limits(row, last) != arguments.outside_limits:
                return False
        return arguments.text is None or contains(arguments.text, *meter_texts(row))

    filtered = arguments.text is not None or arguments.outside_limits is not None
    found = await listed(
        fetch,
        lambda row: meter(call, row),
        start=int(position.get("row", 0)),
        limit=arguments.limit,
        keep=keep if filtered else None,
    )
    more = present(asset=asset, place=place)
    return MeterList(meters=found.records, **ending(call, "list_meters", arguments, found, [], **more))


async def add_meter_reading(call: Call, arguments: ReadingInput) -> Reading:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    read_at = now if arguments.read_at is None else parse(call.caller, arguments.read_at, "read_at")
    if read_at > now + CLOCK_TOLERANCE:
        raise InvalidArguments(
            "read_at must not be in the future.", fields=[{"field": "read_at", "problem": "is in the future"}]
        )
    upstream: Upstream = call.upstream
    asset = await asset_code(call, arguments.asset)
    assert asset is not None
    row = await _the_meter(call, arguments, asset)
    _check_against_last(call, arguments, row, read_at)
    try:
        inserted = await insert_reading(
            upstream,
            asset=asset,
            value=arguments.value,
            read_at=read_at,
            serial=row.serial,
            historical=arguments.historical,
        )
    except UpstreamRejected:
        raise UpstreamRejected(_why_rejected(call, row), meter=row.id) from None
    after = inserted.meter.last_data if inserted.meter else None
    notes = []
    if outside_limits(row, arguments.value):
        notes.append(f"The value lies outside the allowed range, {row.min_value} to {row.max_value}.")
    gained = arguments.value - row.last_data.value if row.last_data and row.last_data.value is not None else 0
    if row.is_counter and row.monthly_average_data and gained > UNUSUAL_MONTHS * row.monthly_average_data:
        notes.append(
            f"Unusual: {gained:g} more than the last reading, over {UNUSUAL_MONTHS} times what it gains in a "
            "month. Ask the person whether it was read right."
        )
    newest = after is not None and after.date == read_at
    shown_at = shown(call.caller, read_at)
    assert shown_at is not None
    return Reading(
        meter=row.id,
        asset_code=asset,
        value=arguments.value,
        unit=row.units_code or row.units_description,
        read_at=shown_at,
        already_there=bool(inserted.is_duplicate),
        accumulated_value=after.accumulated_value if after is not None and newest else None,
        started_tasks=len(inserted.tasks or []),
        notes=notes,
        url=upstream.link("meters", row.id),
    )


async def _the_meter(call: Call, arguments: ReadingInput, asset: str) -> MeterRow:
    """The one active meter that is meant. Writing to a guessed one would be worse than asking."""
    page = await list_meters(call.upstream, asset=asset)
    active = [row for row in page.rows if row.active is not False]
    if not active:
        raise NotFound("There is no active meter on an asset with that code, or not for this person.")
    meant = [
        row
        for row in active
        if (arguments.serial is None or row.serial == arguments.serial)
        and (arguments.meter is None or row.id == arguments.meter)
    ]
    candidates = [meter(call, row).model_dump(mode="json", exclude_none=True) for row in active[:20]]
    if not meant:
        raise NotFound("The asset has no active meter with that serial or number.", candidates=candidates)
    if len(meant) > 1:
        raise Ambiguous("The asset has several meters: choose one by serial or meter.", candidates=candidates)
    if meant[0].serial is None and len(active) > 1:
        raise Ambiguous(
            "That meter has no serial, so Fracttal One cannot tell it from the others of the asset.",
            candidates=candidates,
        )
    return meant[0]


def _check_against_last(call: Call, arguments: ReadingInput, row: MeterRow, read_at: dt.datetime) -> None:
    """Refuses here what the upstream would refuse, so that the answer names the argument."""
    last = row.last_data
    if arguments.historical or last is None or last.date is None or last.value is None:
        return
    if (read_at, arguments.value) == (last.date, last.value):  # a repeat, which the upstream recognizes
        return
    shown_last = f"Last reading: {last.value} at {shown(call.caller, last.date)}."
    if read_at <= last.date:
        problem = "must be newer than the last reading, unless historical is true"
        raise InvalidArguments(
            f"read_at {problem}. {shown_last}", fields=[{"field": "read_at", "problem": problem}]
        )
    if row.is_counter and arguments.value < last.value:
        problem = "must not be below the last reading: a counter only counts up"
        raise InvalidArguments(
            f"value {problem}. {shown_last}", fields=[{"field": "value", "problem": problem}]
        )


def _why_rejected(call: Call, row: MeterRow) -> str:
    """The reasons of the contract, with what the meter shows, so that the next try can be right."""
    reasons = (
        "The reading was refused. Its date must be newer than the last reading (or historical must be "
        "true), no other value may stand at the same moment, and a counter cannot go back."
    )
    last = row.last_data
    moment = shown(call.caller, last.date) if last else None
    if last is None or moment is None:
        return reasons
    return f"{reasons} Last reading: {last.value} at {moment.isoformat()}."


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
    Tool(
        name="add_meter_reading",
        title="Add a meter reading",
        description=(
            "Enters what a meter of an asset shows. The reading cannot be taken back. Where the asset has "
            "several meters, name one by serial or meter; ask the person when in doubt."
        ),
        rights=frozenset({"meters:add", "meters:view"}),
        input=ReadingInput,
        output=Reading,
        run=add_meter_reading,
        read_only=False,
        idempotent=False,
    ),
)
