"""get_maintenance_metrics: there is no such endpoint upstream, so it is computed from bounded reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.errors import InvalidArguments
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.assets import path
from mcp_gateway.tools.listing import Arguments
from mcp_gateway.tools.metrics_data import (
    Plant,
    Reading,
    read_outages,
    read_plant,
    read_tasks,
    read_tasks_of_earlier,
)
from mcp_gateway.tools.moments import IsoInput, parse, shown, zone_of
from mcp_gateway.tools.reliability import METHOD, Failure, Figures, Outage, failures_of, figures, outages_of
from mcp_gateway.tools.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.items import ItemRow

MOST_GROUPS = 200
DEFAULT_PERIOD = dt.timedelta(days=90)
LONGEST_PERIOD = dt.timedelta(days=366 * 5)


class Input(Arguments):
    scope: Annotated[
        Literal["asset", "location", "company"],
        Field(description="One asset, all equipment in a location at any depth, or all of the company."),
    ] = "company"
    code: Annotated[
        str | None,
        Field(min_length=1, max_length=120, description="Code of the asset or location of the scope."),
    ] = None
    since: Annotated[
        IsoInput | None, Field(description="Begin, ISO date; 90 days before until if left out.")
    ] = None
    until: Annotated[IsoInput | None, Field(description="End, ISO date; now if left out.")] = None
    group_by: Annotated[
        Literal["none", "asset", "location", "month"], Field(description="One row for each of these as well.")
    ] = "none"

    @model_validator(mode="after")
    def scope_and_code_together(self) -> Input:
        if (self.scope == "company") != (self.code is None):
            raise ValueError("code is needed for the scopes asset and location, and only for these")
        return self


Share = Annotated[
    float | None, Field(ge=0, le=1, description="0 to 1; left out where nothing can be computed.")
]
Hours = Annotated[float | None, Field(ge=0, description="Hours; left out where nothing can be computed.")]


class Metrics(BaseModel):
    assets: Annotated[int, Field(ge=0, description="How many assets the figures are about.")]
    availability: Share = None
    availability_by_failures: Share = None
    failures: Annotated[int, Field(ge=0)]
    mtbf_hours: Hours = None
    mttr_hours: Hours = None
    downtime_hours: Annotated[float, Field(ge=0, description="All time out of service.")]
    failure_downtime_hours: Annotated[float, Field(ge=0, description="Time out of service for failures.")]


class Group(Metrics):
    key: Annotated[UntrustedName, Field(description="Code of the asset or location, or the month.")]
    name: UntrustedText | None = None
    url: str | None = None


class Covered(BaseModel):
    rows_used: Annotated[int, Field(ge=0, description="Out-of-service records and failures in the figures.")]
    pages_read: Annotated[int, Field(ge=0)]
    partial: Annotated[bool, Field(description="True: not all records could be read; figures are too good.")]


class PeriodShown(BaseModel):
    since: AwareDatetime
    until: AwareDatetime


class Output(BaseModel):
    scope: Literal["asset", "location", "company"]
    code: UntrustedName | None = None
    period: PeriodShown
    overall: Metrics
    groups: list[Group] | None = None
    groups_left_out: Annotated[int, Field(ge=0)] = 0
    method: str
    coverage: Covered
    notes: list[str]


async def get_maintenance_metrics(call: Call, arguments: Input) -> Output:
    now = dt.datetime.now(dt.UTC)
    since, until = _period(call, arguments, now)
    reading = Reading(call.upstream)
    if call.caller.own_work_orders_only:
        reading.notes.append("This person sees only the own work orders: failures of others are not counted.")
    plant = await read_plant(
        reading, arguments.scope, arguments.code, by_group=arguments.group_by in {"asset", "location"}
    )
    asset = arguments.code if arguments.scope == "asset" else None
    await call.progress(1, 4, "assets")
    rows = await read_outages(reading, plant, asset, since, until, now)
    await call.progress(2, 4, "out of service")
    tasks = await read_tasks(reading, arguments.scope, arguments.code, since, until, now)
    tasks += await read_tasks_of_earlier(reading, plant, rows.values(), since)
    await call.progress(3, 4, "work orders")
    outages = [outage for outage in outages_of(rows.values(), tasks) if plant.holds(outage.asset)]
    once = {row.id_work_orders_tasks: row for row in tasks}.values()
    failures = [failure for failure in failures_of(once, rows) if plant.holds(failure.asset)]
    overall = figures(outages, failures, assets=plant.count, since=since, until=until, now=now)
    groups = None
    if arguments.group_by != "none":
        groups = list(_groups(call, arguments, plant, outages, failures, since, until, now))
    begin, end = shown(call.caller, since), shown(call.caller, until)
    assert begin is not None
    assert end is not None
    return Output(
        scope=arguments.scope,
        code=arguments.code,
        period=PeriodShown(since=begin, until=end),
        overall=Metrics(**_shown(overall)),
        groups=None if groups is None else groups[:MOST_GROUPS],
        groups_left_out=max(0, len(groups or ()) - MOST_GROUPS),
        method=METHOD,
        coverage=Covered(
            rows_used=sum(_touches(outage, since, until, now) for outage in outages) + overall.failures,
            pages_read=reading.pages_read,
            partial=reading.partial,
        ),
        notes=reading.notes,
    )


def _period(call: Call, arguments: Input, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    until = now
    if arguments.until is not None:
        until = min(now, parse(call.caller, arguments.until, "until", end_of_day=True))
    since = until - DEFAULT_PERIOD
    if arguments.since is not None:
        since = parse(call.caller, arguments.since, "since")
    if not dt.timedelta() < until - since <= LONGEST_PERIOD:
        raise InvalidArguments(
            "since must be before until and before now, and at most five years.",
            fields=[{"field": "since", "problem": "does not make a period with until"}],
        )
    return since, until


def _groups(
    call: Call,
    arguments: Input,
    plant: Plant,
    outages: list[Outage],
    failures: list[Failure],
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> Iterator[Group]:
    if arguments.group_by == "month":
        for begin, end in _months(since, until, zone_of(call.caller)):
            part = figures(outages, failures, assets=plant.count, since=begin, until=end, now=now)
            month = begin.astimezone(zone_of(call.caller)).strftime("%Y-%m")
            yield Group(key=month, **_shown(part))
        return
    groups: dict[str, list[ItemRow]] = {}
    for item in (plant.by_code or {}).values():
        key = item.code if arguments.group_by == "asset" else item.location_code or "-"
        groups.setdefault(key, []).append(item)
    computed = []
    for key, items in groups.items():
        codes = {item.code for item in items}
        part = figures(
            [outage for outage in outages if outage.asset in codes],
            [failure for failure in failures if failure.asset in codes],
            assets=len(items),
            since=since,
            until=until,
            now=now,
        )
        computed.append((part, key, items[0]))
    computed.sort(key=lambda entry: (-entry[0].downtime_seconds, -entry[0].failures, entry[1]))
    for part, key, item in computed:
        by_asset = arguments.group_by == "asset"
        yield Group(
            key=key,
            name=item.field_1 if by_asset else path(item.parent_description),
            url=call.upstream.link("assets", key) if key != "-" else None,
            **_shown(part),
        )


def _months(
    since: dt.datetime, until: dt.datetime, zone: dt.tzinfo
) -> Iterable[tuple[dt.datetime, dt.datetime]]:
    begin = since
    while begin < until:
        local = begin.astimezone(zone)
        first = dt.datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=zone)
        end = min(until, first.astimezone(dt.UTC))
        yield begin, end
        begin = end


def _touches(outage: Outage, since: dt.datetime, until: dt.datetime, now: dt.datetime) -> bool:
    return outage.begin < until and (outage.end or now) > since


def _shown(part: Figures) -> dict[str, float | None]:
    def rounded(value: float | None, digits: int) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "assets": part.assets,
        "availability": rounded(part.availability, 5),
        "availability_by_failures": rounded(part.availability_by_failures, 5),
        "failures": part.failures,
        "mtbf_hours": rounded(part.mtbf_hours, 2),
        "mttr_hours": rounded(part.mttr_hours, 2),
        "downtime_hours": round(part.downtime_seconds / 3600, 2),
        "failure_downtime_hours": round(part.failure_downtime_seconds / 3600, 2),
    }


TOOLS = (
    Tool(
        name="get_maintenance_metrics",
        title="Maintenance metrics",
        description=(
            "Availability, MTBF, MTTR, failures and downtime of an asset, a location or the company over a "
            "period, in all and by asset, location or month, with the method and how much data it rests on. "
            "Say so when coverage.partial is true."
        ),
        rights=frozenset({"metrics:view", "assets:view", "work_orders:view"}),
        input=Input,
        output=Output,
        run=get_maintenance_metrics,
        reports_progress=True,
    ),
)
