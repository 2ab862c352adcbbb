"""add_meter_reading: records what a meter shows."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, FiniteFloat

from mcp_gateway.calls.errors import (
    Ambiguous,
    InvalidArguments,
    LooksUnusual,
    NotFound,
    UpstreamRejected,
    offered,
)
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.meter_records import meter, outside_limits
from mcp_gateway.tools.kit.choosing import the_chosen
from mcp_gateway.tools.kit.datetimes import IsoInput, parse, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import MeterId, Serial
from mcp_gateway.tools.kit.resolving import AssetName, asset_code
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.upstream.resources.meters import MeterRow, insert_reading, meters_of

CLOCK_TOLERANCE = dt.timedelta(minutes=5)
UNUSUAL_MONTHS = 10  # of average gain beyond the months since the last reading: probably a typo
MONTH = dt.timedelta(days=30)


class AddMeterReadingInput(Arguments):
    asset: AssetName
    value: Annotated[
        FiniteFloat, Field(ge=-1e15, le=1e15, description="Value on the dial, in the unit of the meter.")
    ]
    serial: Annotated[
        Serial | None, Field(description="Required (or meter) if the asset has several meters.")
    ] = None
    meter: Annotated[MeterId | None, Field(description="Number of the meter, instead of serial.")] = None
    read_at: Annotated[
        IsoInput | None,
        Field(description="When it was read, ISO date and time, not in the future; default now."),
    ] = None
    historical: Annotated[
        bool, Field(description="True to record a reading that is older than the last one.")
    ] = False
    even_if_unusual: Annotated[
        bool, Field(description="True after the person confirmed a value that looked like a mistake.")
    ] = False
    idempotency_key: IdempotencyKey | None = None


class AddMeterReadingOutput(BaseModel):
    meter: MeterId
    asset_code: Code
    value: float
    unit: UntrustedName | None = None
    read_at: AwareDatetime
    already_there: Annotated[bool, Field(description="The same reading was already recorded.")]
    accumulated_value: float | None = None
    started_tasks: Annotated[int, Field(ge=0, description="Maintenance tasks that this reading triggered.")]
    notes: list[str] = []
    url: str


READING_WIRE = {
    "asset": "code", "value": "value", "serial": "serial", "read_at": "date", "historical": "is_historical",
}  # fmt: skip


async def add_meter_reading(call: Call, arguments: AddMeterReadingInput) -> AddMeterReadingOutput:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    read_at = now if arguments.read_at is None else parse(call.caller, arguments.read_at, "read_at")
    if read_at > now + CLOCK_TOLERANCE:
        raise InvalidArguments(
            "read_at must not be in the future.", fields=[{"field": "read_at", "problem": "is in the future"}]
        )
    upstream = call.upstream
    asset = await asset_code(call, arguments.asset)
    assert asset is not None
    row = await _the_meter(call, arguments, asset)
    _check_against_last(call, arguments, row, read_at)
    if not arguments.even_if_unusual:
        _refuse_unusual(call, arguments, row, read_at)
    try:
        with in_our_names(READING_WIRE):
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
    newest = after is not None and after.date == read_at
    shown_at = shown(call.caller, read_at)
    assert shown_at is not None
    return AddMeterReadingOutput(
        meter=row.id,
        asset_code=asset,
        value=arguments.value,
        unit=row.units_code or row.units_description,
        read_at=shown_at,
        already_there=bool(inserted.is_duplicate),
        accumulated_value=after.accumulated_value if after is not None and newest else None,
        started_tasks=len(inserted.tasks or []),
        notes=notes,
        url=record_url("meters", row.id),
    )


async def _the_meter(call: Call, arguments: AddMeterReadingInput, asset: str) -> MeterRow:
    """Return the one active meter that is meant. A wrong guess would be worse than a question."""
    read_before = call.upstream.gaps.sentences
    active = [row for row in await meters_of(call.upstream, asset) if row.active is not False]
    are_all = call.upstream.gaps.sentences == read_before
    if not active and are_all:
        raise NotFound("There is no active meter on an asset with that code, or this person may not see it.")
    meant = [
        row
        for row in active
        if (arguments.serial is None or row.serial == arguments.serial)
        and (arguments.meter is None or row.id == arguments.meter)
    ]

    def in_full(row: MeterRow) -> dict[str, Any]:
        return meter(call, row).model_dump(mode="json")

    candidates = offered(active, in_full)
    if not meant and are_all:
        raise NotFound("The asset has no active meter with that serial or number.", **candidates)
    if not meant:
        raise NotFound("That meter is not among those of the asset that could be read.", **candidates)
    unnamed = arguments.serial is None and arguments.meter is None
    if len(meant) > 1 or (unnamed and not are_all):
        why = "Not all meters of the asset could be read: choose one by serial or meter."
        if len(meant) > 1:
            why = "The asset has several meters: choose one by serial or meter."
        told = ("description", "serial", "unit")
        meant = [the_chosen(call, "meter", asset, why, active, in_full, by="id", told=told)]
    if meant[0].serial is None and (len(active) > 1 or not are_all):
        raise Ambiguous(
            "That meter has no serial, so Fracttal One cannot tell it from the others of the asset.",
            **candidates,
        )
    return meant[0]


def _check_against_last(
    call: Call, arguments: AddMeterReadingInput, row: MeterRow, read_at: dt.datetime
) -> None:
    """Refuse early what the upstream would refuse, so that the error can name the argument."""
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
            f"value {problem}. {shown_last} {_way_on(call, row)}",
            fields=[{"field": "value", "problem": problem}],
        )


def _refuse_unusual(call: Call, arguments: AddMeterReadingInput, row: MeterRow, read_at: dt.datetime) -> None:
    """Ask about an unusually high value of a counter.

    A counter only counts up, so after a mistyped high value every later reading would be refused.
    """
    last, a_month = row.last_data, row.monthly_average_data
    if not row.is_counter or not a_month or last is None or last.value is None or last.date is None:
        return
    gained = arguments.value - last.value
    months = max(0.0, (read_at - last.date) / MONTH)  # a historical reading can only be lower than the last
    question = Question(
        about="unusual",
        subject=f"{row.id} {arguments.value} {last.value}",
        facts={"value": arguments.value, "gained": gained, "last": last.value, "a_month": a_month},
    )
    if gained > a_month * (UNUSUAL_MONTHS + months) and not call.agreed(question):
        raise LooksUnusual(
            f"Nothing was written: {gained:g} more than the last reading of {last.value:g}, at {a_month:g} a "
            "month, looks like a mistake, and no tool can take a reading back. Ask the person whether "
            "it is correct; if so, call again with even_if_unusual true.",
            question=question,
        )


def _why_rejected(call: Call, row: MeterRow) -> str:
    """Return the contract's possible reasons with the last reading, so that the next attempt can succeed."""
    reasons = (
        "The reading was refused. Its date must be newer than the last reading (or historical must be "
        "true), no other reading may have the same time, and a counter cannot go back."
    )
    last = row.last_data
    moment = shown(call.caller, last.date) if last else None
    if last is None or moment is None:
        return f"{reasons} {_way_on(call, row)}"
    return f"{reasons} Last reading: {last.value} at {moment.isoformat()}. {_way_on(call, row)}"


def _way_on(call: Call, row: MeterRow) -> str:
    """Say where a person can correct the meter. The contract has no endpoint for that, so no tool can."""
    if call.caller.remote is None:
        where = f"on {record_url('meters', row.id)}/change"
    else:
        where = "in Fracttal One itself"
    if row.is_counter:
        problem = "the dial was replaced or restarted, or the last reading was wrong"
    else:
        problem = "the last reading was wrong"
    return f"If {problem}, someone who may edit meters can correct that {where}; then readings can continue."


async def reading_before(call: Call, arguments: AddMeterReadingInput) -> dict[str, Any]:
    """Return the last reading of the meter, if it is certain which one is meant."""
    asset = await asset_code(call, arguments.asset)
    if asset is None:
        return {}
    meant = [
        row
        for row in await meters_of(call.upstream, asset)
        if row.active is not False
        and arguments.serial in (None, row.serial)
        and arguments.meter in (None, row.id)
    ]
    last = meant[0].last_data if len(meant) == 1 else None
    return {} if last is None else {"value": last.value}


TOOLS = (
    Tool(
        name="add_meter_reading",
        title="Add a meter reading",
        description=(
            "Records a reading of a meter. No tool can take a reading back. If the asset has several "
            "meters, name one by serial or meter; ask the person when in doubt."
        ),
        rights=frozenset({"meters:add", "meters:view"}),
        input=AddMeterReadingInput,
        output=AddMeterReadingOutput,
        run=add_meter_reading,
        before=reading_before,
        read_only=False,
        idempotent=False,
    ),
)
