"""The tool of the set `catalogue_writes` that creates a meter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, FiniteFloat

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import IsoInput, parse
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import (
    AssetCode,
    Short,
)
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.upstream.resources import meters


class CreateMeterInput(Arguments):
    asset: AssetCode
    description: Annotated[Short, Field(description="What it measures.")]
    unit_code: Annotated[str, Field(min_length=1, max_length=16, description="Such as HRS, KM, BAR.")]
    serial: Annotated[
        str | None, Field(min_length=1, max_length=80, description="A serial that no other meter has.")
    ] = None
    counter: Annotated[bool, Field(description="True if it only counts up (hours, km).")] = True
    last_reading: Annotated[FiniteFloat | None, Field(description="Current reading.")] = None
    read_at: Annotated[IsoInput | None, Field(description="Date and time of last_reading.")] = None
    monthly_average: Annotated[
        float | None,
        Field(ge=0, le=1e12, allow_inf_nan=False, description="Estimated increase per month."),
    ] = None
    idempotency_key: IdempotencyKey | None = None


METER_WIRE = {
    "asset": "item_code", "description": "description", "unit_code": "unit_code", "serial": "serial",
    "counter": "is_counter", "last_reading": "last_reading", "read_at": "date_reading",
    "monthly_average": "monthly_average_data",
}  # fmt: skip


async def create_meter(call: Call, arguments: CreateMeterInput) -> Saved:
    upstream = call.upstream
    body = body_of(arguments, METER_WIRE)
    if arguments.read_at is not None:
        body["date_reading"] = parse(call.caller, arguments.read_at, "read_at").isoformat(timespec="seconds")
    if arguments.monthly_average is not None:
        body["monthly_average_auto"] = False
    with in_our_names(METER_WIRE):
        made = await meters.create_meter(upstream, body)
    return Saved(
        done="created",
        id=made.id if made else None,
        code=arguments.serial,
        name=arguments.description,
        changed=changed_by(arguments, "asset"),
        url=record_url("meters", made.id) if made else record_url("assets", arguments.asset),
    )


TOOLS = (
    Tool(
        name="create_meter",
        title="Create a meter",
        description="Creates a meter on an asset.",
        rights=frozenset({"meters:add"}),
        input=CreateMeterInput,
        output=Saved,
        run=create_meter,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
)
