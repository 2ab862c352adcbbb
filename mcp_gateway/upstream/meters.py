"""/meters and /meter_reading."""

from __future__ import annotations

import datetime as dt
from typing import Any

from mcp_gateway.upstream.http import Query, Upstream
from mcp_gateway.upstream.rows import PAGE_SIZE, Flag, Moment, Number, Page, Row, page_of, rows_of


class Dial(Row):
    date: Moment = None
    value: Number = None
    accumulated_value: Number = None


class MeterRow(Row):
    id: int
    active: Flag = None
    description: str | None = None
    serial: str | None = None
    is_counter: Flag = None
    counter_value: Number = None
    last_data: Dial | None = None
    monthly_average_data: Number = None
    units_description: str | None = None
    units_code: str | None = None
    items_description: str | None = None
    parent_description: str | None = None
    min_value: Number = None
    max_value: Number = None
    code: str | None = None


class MeterAfter(Row):
    counter_value: Number = None
    last_data: Dial | None = None


class InsertedReading(Row):
    is_duplicate: Flag = None
    meter: MeterAfter | None = None
    tasks: list[dict[str, Any]] | None = None


async def list_meters(
    upstream: Upstream,
    *,
    asset: str | None = None,
    serial: str | None = None,
    location: str | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[MeterRow]:
    query: Query = {
        "code": asset,
        "serial": serial,
        "location_code": location,
        "start": start,
        "limit": size,
    }

    def keep(row: MeterRow) -> bool:
        return (asset is None or row.code == asset) and (serial is None or row.serial == serial)

    return page_of(MeterRow, await upstream.get(["meters"], query), start, size, keep)


async def insert_reading(
    upstream: Upstream,
    *,
    asset: str,
    value: float,
    read_at: dt.datetime,
    serial: str | None,
    historical: bool,
) -> InsertedReading:
    body: dict[str, Any] = {
        "date": read_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "value": value,
        "is_historical": historical,
    }
    if serial is not None:
        body["serial"] = serial
    envelope = await upstream.put(["meter_reading", asset], body)
    rows = rows_of(InsertedReading, envelope)
    return rows[0] if rows else InsertedReading()


async def create_meter(upstream: Upstream, body: dict[str, Any]) -> MeterRow | None:
    rows = rows_of(MeterRow, await upstream.post(["meters"], body))
    return rows[0] if rows else None
