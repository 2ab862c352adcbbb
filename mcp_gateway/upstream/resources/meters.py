"""/meters and /meter_reading."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Id,
    Moment,
    Number,
    Page,
    Period,
    Row,
    Whole,
    page_of,
    written_row,
)

MOST_METER_PAGES = 10  # for one asset


class Dial(Row):
    date: Moment = None
    value: Number = None
    accumulated_value: Number = None


class MeterRow(Row):
    id: Id
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

    @property
    def asset_code(self) -> str | None:
        return self.code

    @property
    def asset_path(self) -> str | None:
        """Return the path of the asset's locations, outermost first."""
        return self.parent_description


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


async def meters_of(upstream: Upstream, asset: str) -> list[MeterRow]:
    fetch = partial(list_meters, upstream, asset=asset)
    return await all_rows(fetch, upstream.gaps, "meters of the asset", most=MOST_METER_PAGES)


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
    return written_row(InsertedReading, envelope) or InsertedReading()


async def create_meter(upstream: Upstream, body: dict[str, Any]) -> MeterRow | None:
    return written_row(MeterRow, await upstream.post(["meters"], body))


class ReadingRow(Row):
    id_meter: Whole = None
    date_reading: Moment = None
    date: Moment = None
    data: Dial | None = None
    units_description: str | None = None
    units_code: str | None = None
    trigger_run: Flag = None
    source: str | None = None


class AdvancedRow(MeterRow):
    """A meter with one of the tasks that it triggers."""

    id_task: Whole = None
    tasks_description: str | None = None
    task_description: str | None = None
    id_task_trigger_type: Whole = None
    last_value_trigger: Number = None
    last_date_maintenance: Moment = None
    items_code: str | None = None
    items_parent_description: str | None = None

    @property
    def asset_code(self) -> str | None:
        return self.code or self.items_code

    @property
    def asset_path(self) -> str | None:
        return self.parent_description or self.items_parent_description


async def list_readings(
    upstream: Upstream,
    *,
    asset: str,
    serial: str | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[ReadingRow]:
    """Return a page of readings, newest first. A period applies to `date_reading`."""
    query: Query = {
        "code": asset,
        "serial": serial,
        "start": start,
        "limit": size,
        **(period.query if period else {}),
    }

    def keep(row: ReadingRow) -> bool:
        return period is None or period.holds(row.date_reading)

    return page_of(ReadingRow, await upstream.get(["meters_reading"], query), start, size, keep)


async def list_meters_with_tasks(
    upstream: Upstream,
    *,
    asset: str | None = None,
    serial: str | None = None,
    location: str | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[AdvancedRow]:
    query: Query = {
        "code": asset,
        "serial": serial,
        "code_parent_location": location,
        "start": start,
        "limit": size,
    }

    def keep(row: AdvancedRow) -> bool:
        return (asset is None or asset in (row.code, row.items_code)) and (
            serial is None or row.serial == serial
        )

    return page_of(AdvancedRow, await upstream.get(["meters_advanced"], query), start, size, keep)
