"""list_planned_work: the planned work of a period, by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import IsoInput, Minutes, first, last, minutes, shown, zone_of
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.resolving import AssetName, LocationName, asset_code, codes_within
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.tools.work.planned_records import PlannedWork, planned_work

DEFAULT_DAYS = 7
LONGEST = dt.timedelta(days=92)
MOST_PEOPLE = 50


class PlannedTask(BaseModel):
    work_order: Annotated[Code | None, Field(description="Folio; omitted if no order exists yet.")] = None
    id: Annotated[int, Field(description="Of the task in the order, or of the pending task.")]
    task: UntrustedText
    asset_code: Code | None = None
    asset: UntrustedText | None = None
    responsible_code: Code | None = None
    responsible: UntrustedName | None = None
    scheduled_at: Annotated[AwareDatetime | None, Field(description="Omitted if only the date is known.")] = (
        None
    )
    estimated_minutes: Minutes | None = None
    url: str | None = None


class PlannedDay(BaseModel):
    date: dt.date
    tasks: Annotated[int, Field(ge=0, description="Number of tasks, shown or not.")]
    hours: Annotated[float, Field(ge=0, description="Estimated hours of those that have an estimate.")]
    without_estimate: Annotated[int, Field(ge=0)]
    people: Annotated[list[UntrustedName], Field(description="Who is responsible.")]
    work: list[PlannedTask]


class ListPlannedWorkOutput(BaseModel):
    since: dt.date
    until: dt.date
    tasks: Annotated[int, Field(ge=0, description="Number of all tasks.")]
    hours: Annotated[float, Field(ge=0)]
    days: Annotated[list[PlannedDay], Field(description="Days that have work.")]
    left_out: Annotated[int, Field(ge=0, description="Tasks that are counted and not shown.")] = 0
    partial: Annotated[bool, Field(description="True if not all records were examined.")] = False
    notes: list[str] = []


class ListPlannedWorkInput(Arguments):
    since: Annotated[IsoInput | None, Field(description="First day; default today.")] = None
    until: Annotated[IsoInput | None, Field(description="Last day; default a week of days.")] = None
    location: LocationName | None = None
    asset: AssetName | None = None
    responsible: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Words in name or code of the person.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=300, description="Maximum number of tasks shown.")] = 100


async def list_planned_work(call: Call, arguments: ListPlannedWorkInput) -> ListPlannedWorkOutput:
    caller, zone = call.caller, zone_of(call.caller)
    today = dt.datetime.now(dt.UTC).astimezone(zone).date()
    since = first(caller, arguments.since or today.isoformat(), "since")
    begin = since.astimezone(zone).date()
    end = begin + dt.timedelta(days=DEFAULT_DAYS - 1)
    until = last(caller, arguments.until or end.isoformat(), "until")
    # By the clock on the wall: when clocks change within it, a period of whole days has an hour more or less.
    begins, ends = (each.astimezone(zone).replace(tzinfo=None) for each in (since, until))
    if until <= since or ends - begins > LONGEST:
        raise InvalidArguments(
            "until must be after since, by 92 days at most.",
            fields=[{"field": "until", "problem": "does not form a period with since"}],
        )
    asset = await asset_code(call, arguments.asset)
    notes, partial = [], False
    within: frozenset[str] | None = None
    if arguments.location is not None:
        place = await asset_code(call, arguments.location, location=True)
        within, whole = await codes_within(call, place or arguments.location)
        if not whole:
            partial = True
            notes.append("Not all assets of the location could be read: work on others is missing.")
    if arguments.responsible is not None:
        notes.append("Pending tasks have no responsible person yet, so they are left out.")
    found = [
        each
        for each in await planned_work(call.upstream, since, until)
        if (asset is None or each.asset_code == asset)
        and (within is None or each.asset_code in within)
        and (
            arguments.responsible is None
            or contains(arguments.responsible, each.responsible_code, each.responsible)
        )
    ]
    if caller.own_work_orders_only:
        notes.append("Only the person's own work orders are seen.")
    days = _days(call, found, arguments.limit, zone)
    left_out = max(0, len(found) - arguments.limit)
    if left_out:
        notes.append(f"{left_out} later tasks are counted and not shown: raise limit or shorten the period.")
    return ListPlannedWorkOutput(
        since=begin,
        until=until.astimezone(zone).date(),
        tasks=len(found),
        hours=_hours(found),
        days=days,
        left_out=left_out,
        partial=partial,
        notes=notes,
    )


def _days(call: Call, found: list[PlannedWork], limit: int, zone: dt.tzinfo) -> list[PlannedDay]:
    by_day: dict[dt.date, list[PlannedWork]] = defaultdict(list)
    for each in found:
        by_day[each.at.astimezone(zone).date()].append(each)
    displayed = {id(each) for each in found[:limit]}
    return [
        PlannedDay(
            date=day,
            tasks=len(work),
            hours=_hours(work),
            without_estimate=sum(each.seconds is None for each in work),
            people=sorted({each.responsible for each in work if each.responsible})[:MOST_PEOPLE],
            work=[_task(call, each, zone) for each in work if id(each) in displayed],
        )
        for day, work in sorted(by_day.items())
    ]


def _task(call: Call, each: PlannedWork, zone: dt.tzinfo) -> PlannedTask:
    return PlannedTask(
        work_order=each.folio,
        id=each.number,
        task=each.task,
        asset_code=each.asset_code,
        asset=each.asset,
        responsible_code=each.responsible_code,
        responsible=each.responsible,
        scheduled_at=None if each.whole_day(zone) else shown(call.caller, each.at),
        estimated_minutes=minutes(each.seconds),
        url=record_url("work-orders", each.folio) if each.folio else None,
    )


def _hours(work: list[PlannedWork]) -> float:
    return round(sum(each.seconds or 0 for each in work) / 3600, 2)


TOOLS = (
    Tool(
        name="list_planned_work",
        title="Planned work by day",
        description=(
            "What is to be done on each day of a period, with hours, people and assets: tasks of open "
            "orders, and pending tasks. A day without work is omitted."
        ),
        rights=frozenset({"work_orders:view", "tasks:view"}),
        input=ListPlannedWorkInput,
        output=ListPlannedWorkOutput,
        run=list_planned_work,
        toolset="planning",
    ),
)
