"""A meter as an answer shows it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.meters import AdvancedRow, MeterRow, list_meters
from mcp_gateway.upstream.rows import Page


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
    last_value: Annotated[float | None, Field(description="Last value shown on the dial.")] = None
    last_read_at: AwareDatetime | None = None
    accumulated_value: float | None = None
    monthly_average: float | None = None
    lowest_allowed: float | None = None
    highest_allowed: float | None = None
    outside_limits: Annotated[bool, Field(description="The last value is outside the allowed range.")] = False
    task: Annotated[UntrustedText | None, Field(description="The task that the meter makes due.")] = None
    task_id: int | None = None
    last_step: Annotated[float | None, Field(description="Value at which it was last due.")] = None
    task_last_done_at: AwareDatetime | None = None
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
        row.asset_code,
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
        asset_code=row.asset_code,
        asset=row.items_description,
        active=row.active,
        last_value=last.value if last else None,
        last_read_at=shown(call.caller, last.date) if last else None,
        accumulated_value=last.accumulated_value if last else None,
        monthly_average=row.monthly_average_data,
        lowest_allowed=row.min_value,
        highest_allowed=row.max_value,
        outside_limits=outside_limits(row, last.value if last else None),
        url=record_url("meters", row.id),
    )


async def page_of_meters(upstream: Upstream, start: int, size: int) -> Page[MeterRow]:
    return await list_meters(upstream, start=start, size=size)
