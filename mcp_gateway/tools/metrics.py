"""get_maintenance_metrics: there is no such endpoint upstream, so it is computed from bounded reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.errors import InvalidArguments, NotPermitted
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools import (
    cost_measures,
    meter_measures,
    request_measures,
    stock_measures,
    work_measures,
)
from mcp_gateway.tools.assets import path
from mcp_gateway.tools.listing import Arguments
from mcp_gateway.tools.measures import MOST_ROWS, GroupBy, Measured, MeasureRow, Metric, Question
from mcp_gateway.tools.metrics_data import (
    ASK_ABOVE,
    Plant,
    Reading,
    read_outages,
    read_plant,
    read_tasks,
    read_tasks_of_earlier,
)
from mcp_gateway.tools.moments import IsoInput, parse, shown, zone_of
from mcp_gateway.tools.reliability import METHOD, Failure, Figures, Outage, failures_of, figures, outages_of
from mcp_gateway.tools.resolving import AssetName, asset_code
from mcp_gateway.tools.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.items import ItemRow

Measure = Callable[[Question], Awaitable[Measured]]
MOST_GROUPS = 200
DEFAULT_PERIOD = dt.timedelta(days=90)
LONGEST_PERIOD = dt.timedelta(days=366 * 5)


MEASURES: dict[Metric, Measure] = {
    "summary": work_measures.summary,
    "compliance": work_measures.compliance,
    "backlog": work_measures.backlog,
    "planned_share": work_measures.planned_share,
    "work_per_person": work_measures.work_per_person,
    "repeat_failures": work_measures.repeat_failures,
    "cost": cost_measures.cost,
    "requests": request_measures.requests,
    "stale_meters": meter_measures.stale_meters,
    "meter_forecast": meter_measures.meter_forecast,
    "stock_below_minimum": stock_measures.stock_below_minimum,
    "purchase_draft": stock_measures.purchase_draft,
}
# What else than metrics:view and work_orders:view a measure needs; the upstream has the last word.
NEEDS: dict[Metric, str] = {
    "reliability": "assets:view",
    "requests": "work_requests:view",
    "stale_meters": "meters:view",
    "meter_forecast": "meters:view",
    "stock_below_minimum": "inventory:view",
    "purchase_draft": "inventory:view",
}
GROUPS: dict[Metric, frozenset[str]] = {
    "reliability": frozenset({"asset", "location", "month"}),
    "compliance": frozenset({"asset", "location", "month", "family", "person"}),
    "backlog": frozenset({"asset", "location", "family", "person"}),
    "planned_share": frozenset({"asset", "location", "month", "family", "person"}),
    "cost": frozenset({"asset", "location", "month", "family", "person", "third_party"}),
    "requests": frozenset({"asset", "location", "month"}),
}


class Input(Arguments):
    metric: Annotated[
        Metric,
        Field(
            description=(
                "reliability: availability, MTBF, MTTR, failures, downtime. summary: counts by status, late. "
                "compliance: planned tasks on time. backlog: open hours and weeks. cost. requests: response "
                "and resolution time. planned_share against reactive. The others as named."
            )
        ),
    ] = "reliability"
    scope: Annotated[
        Literal["asset", "location", "company"],
        Field(description="One asset, all equipment in a location at any depth, or all of the company."),
    ] = "company"
    code: Annotated[
        AssetName | None, Field(description="Code or name of the asset or location of the scope.")
    ] = None
    since: Annotated[
        IsoInput | None, Field(description="Begin, ISO date; 90 days before until if left out.")
    ] = None
    until: Annotated[IsoInput | None, Field(description="End, ISO date; now if left out.")] = None
    group_by: Annotated[
        GroupBy, Field(description="Rows for each of these as well, where the metric knows them.")
    ] = "none"
    days: Annotated[
        int | None,
        Field(
            ge=1,
            le=3650,
            description=(
                "stale_meters: not read for (30). meter_forecast, purchase_draft: ahead (90, 30). "
                "compliance: of grace (7). repeat_failures: how often at least (3)."
            ),
        ),
    ] = None
    hours_per_week: Annotated[float, Field(gt=0, le=168, description="backlog: what one person works.")] = 40
    allow_calls: Annotated[
        int | None, Field(ge=61, le=400, description="What the person agreed to, when asked for.")
    ] = None

    @model_validator(mode="after")
    def scope_and_code_together(self) -> Input:
        if (self.scope == "company") != (self.code is None):
            raise ValueError("code is needed for the scopes asset and location, and only for these")
        allowed = GROUPS.get(self.metric, frozenset())
        if self.group_by != "none" and self.group_by not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise ValueError(f"{self.metric} knows these groups: {known}")
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
    metric: Metric
    scope: Literal["asset", "location", "company"]
    code: UntrustedName | None = None
    period: PeriodShown
    overall: Metrics | dict[str, float | int]
    groups: Annotated[list[Group] | None, Field(description="Of reliability.")] = None
    rows: Annotated[list[MeasureRow] | None, Field(description="Of the other metrics.")] = None
    groups_left_out: Annotated[int, Field(ge=0)] = 0
    method: str
    coverage: Covered
    notes: list[str]


async def get_maintenance_metrics(call: Call, arguments: Input) -> Output:
    now = dt.datetime.now(dt.UTC)
    needed = NEEDS.get(arguments.metric)
    if needed is not None and needed not in call.caller.rights:
        raise NotPermitted("This metric needs a further permission.", missing_rights=[needed])
    since, until = _period(call, arguments, now)
    reading = Reading(call.upstream, allowed=arguments.allow_calls or ASK_ABOVE)
    if call.caller.own_work_orders_only:
        reading.notes.append("This person sees only the own work orders: those of others are not counted.")
    code = arguments.code
    if code is not None:
        code = await asset_code(call, code, place=arguments.scope == "location")
    arguments = arguments.model_copy(update={"code": code})
    measure = MEASURES.get(arguments.metric)
    if measure is None:
        return await _reliability(call, arguments, reading, since, until, now)
    question = Question(
        call=call,
        reading=reading,
        scope=arguments.scope,
        code=code,
        since=since,
        until=until,
        now=now,
        group_by=arguments.group_by,
        days=arguments.days,
        hours_per_week=arguments.hours_per_week,
    )
    measured = await measure(question)
    return Output(
        metric=arguments.metric,
        scope=arguments.scope,
        code=code,
        period=_shown_period(call, since, until),
        overall={name: value for name, value in measured.overall.items() if value is not None},
        rows=measured.rows[:MOST_ROWS],
        groups_left_out=max(0, len(measured.rows) - MOST_ROWS),
        method=measured.method,
        coverage=Covered(
            rows_used=measured.rows_used, pages_read=reading.pages_read, partial=reading.partial
        ),
        notes=reading.notes,
    )


def _shown_period(call: Call, since: dt.datetime, until: dt.datetime) -> PeriodShown:
    begin, end = shown(call.caller, since), shown(call.caller, until)
    assert begin is not None
    assert end is not None
    return PeriodShown(since=begin, until=end)


async def _reliability(
    call: Call,
    arguments: Input,
    reading: Reading,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> Output:
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
    return Output(
        metric=arguments.metric,
        scope=arguments.scope,
        code=arguments.code,
        period=_shown_period(call, since, until),
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
            "Figures about maintenance of an asset, a location or the company over a period, in all and by "
            "groups, with the method and how much data they rest on. Say so when coverage.partial is true."
        ),
        rights=frozenset({"metrics:view", "work_orders:view"}),
        input=Input,
        output=Output,
        run=get_maintenance_metrics,
        reports_progress=True,
    ),
)
