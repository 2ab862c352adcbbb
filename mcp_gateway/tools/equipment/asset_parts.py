"""The optional parts of get_asset: custom fields, moves, documents and so on."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.equipment.meter_records import Meter, meter
from mcp_gateway.tools.kit.codes import ORDER_STATUS, OrderStatus, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST, Minutes, shown
from mcp_gateway.tools.kit.documents import Document, documents_of
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedName, UntrustedText
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.availability import OutageRow, list_outages
from mcp_gateway.upstream.resources.custom_fields import list_custom_fields
from mcp_gateway.upstream.resources.items import ItemRow, moves_of
from mcp_gateway.upstream.resources.meters import meters_of
from mcp_gateway.upstream.resources.planning import tasks_of_plan
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, list_tasks
from mcp_gateway.upstream.rows import Period

Part = Literal["custom_fields", "location_history", "documents", "downtime", "meters", "history", "plan"]
MOST = 50
MOST_OUTAGE_PAGES = 5
MOST_HISTORY_PAGES = 10


class CustomField(BaseModel):
    id: int | None = None
    label: UntrustedName
    value: UntrustedLongText | None = None


class Move(BaseModel):
    moved_at: AwareDatetime | None = None
    source: UntrustedText | None = None
    destination: UntrustedText | None = None
    moved_by: UntrustedName | None = None


class Downtime(BaseModel):
    since: AwareDatetime | None = None
    until: Annotated[AwareDatetime | None, Field(description="Omitted while it lasts.")] = None
    minutes: Minutes | None = None


class Work(BaseModel):
    folio: Code
    status: OrderStatus | None = None
    task: UntrustedText
    type: UntrustedName | None = None
    scheduled_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    url: str


class PlanTask(BaseModel):
    task: int
    description: UntrustedText
    type: UntrustedName | None = None


class AssetParts(BaseModel):
    custom_fields: list[CustomField] | None = None
    location_history: list[Move] | None = None
    documents: list[Document] | None = None
    downtime: list[Downtime] | None = None
    meters: list[Meter] | None = None
    history: list[Work] | None = None
    plan: list[PlanTask] | None = None
    parts_notes: list[str] = []


async def parts_of(call: Call, row: ItemRow, wanted: Sequence[Part]) -> dict[str, Any]:
    """Read the requested fields of AssetParts. A note names what the person may not see."""
    names = list(dict.fromkeys(wanted))
    found = await asyncio.gather(*(_part(call, row, part) for part in names), return_exceptions=True)
    fields: dict[str, Any] = {"parts_notes": []}
    for part, value in zip(names, found, strict=True):
        if isinstance(value, NotPermitted):
            fields["parts_notes"].append(f"This person may not see the {part.replace('_', ' ')}.")
        elif isinstance(value, BaseException):
            raise value
        else:
            fields[part] = value[:MOST]
            if len(value) > MOST:
                fields["parts_notes"].append(f"{part}: only the first {MOST} are shown.")
    return fields


async def _part(call: Call, row: ItemRow, part: Part) -> list[Any]:
    upstream = call.upstream
    match part:
        case "custom_fields":
            return [
                CustomField(id=field.id, label=field.label_name or "", value=field.value or None)
                for field in await list_custom_fields(upstream, row.code, row.id_type_item or 0)
            ]
        case "location_history":
            return [
                Move(
                    moved_at=shown(call.caller, move.date),
                    source=move.source,
                    destination=move.destination,
                    moved_by=move.personnel_description,
                )
                for move in await moves_of(upstream, row.code)
            ]
        case "documents":
            return await documents_of(upstream, "asset", row.code)
        case "downtime":
            return [
                Downtime(
                    since=shown(call.caller, outage.initial_date),
                    until=shown(call.caller, outage.final_date),
                    minutes=_minutes(outage.initial_date, outage.final_date),
                )
                for outage in await _outages(upstream, row.code)
            ]
        case "meters":
            return [meter(call, one) for one in await meters_of(upstream, row.code)]
        case "history":
            return [
                Work(
                    folio=task.wo_folio,
                    status=word_of(ORDER_STATUS, task.id_status_work_order),
                    task=task.description or "",
                    type=task.tasks_log_task_type_main,
                    scheduled_at=shown(call.caller, task.date_maintenance),
                    finished_at=shown(call.caller, task.final_date),
                    url=record_url("work-orders", task.wo_folio),
                )
                for task in await _history(upstream, row.code)
            ]
        case "plan":
            if row.id_group_task is None:
                return []
            return [
                PlanTask(
                    task=task.id, description=task.description or "", type=task.tasks_types_main_description
                )
                for task in await tasks_of_plan(upstream, row.id_group_task)
            ]


async def _history(upstream: Upstream, code: str) -> list[TaskLine]:
    """Read the newest tasks, one more than is shown; a page may be short, or of other assets."""
    fetch = partial(list_tasks, upstream, TaskLine, TaskFilter(asset=code))
    return await all_rows(fetch, upstream.gaps, "tasks of orders", most=MOST_HISTORY_PAGES, enough=MOST + 1)


async def _outages(upstream: Upstream, code: str) -> list[OutageRow]:
    """Read the stops: open ones first, however old, then the newest."""
    period = Period(EARLIEST, dt.datetime.now(dt.UTC), "initial_date")
    fetch = partial(list_outages, upstream, asset=code, period=period)
    rows = await all_rows(fetch, upstream.gaps, "stops of the asset", most=MOST_OUTAGE_PAGES)
    newest_first = sorted(rows, key=_begun_and_ended, reverse=True)
    return sorted(newest_first, key=lambda row: row.final_date is not None)


def _begun_and_ended(stop: OutageRow) -> tuple[dt.datetime, dt.datetime]:
    return stop.initial_date or EARLIEST, stop.final_date or EARLIEST


def _minutes(since: dt.datetime | None, until: dt.datetime | None) -> int | None:
    return None if since is None or until is None else max(0, round((until - since).total_seconds() / 60))
