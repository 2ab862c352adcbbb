"""get_maintenance_metrics: there is no such endpoint upstream, so it is computed from bounded reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.errors import InvalidArguments, NotFound
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.assets import path
from mcp_gateway.tools.listing import Arguments
from mcp_gateway.tools.moments import IsoInput, parse, shown, zone_of
from mcp_gateway.tools.reliability import METHOD, Failure, Figures, Outage, failures_of, figures, outages_of
from mcp_gateway.tools.text import UntrustedName, UntrustedText
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.availability import OutageRow, list_outages
from mcp_gateway.upstream.items import ItemRow, find_item, list_items
from mcp_gateway.upstream.rows import PAGE_SIZE, Fetch, Page, Period, R
from mcp_gateway.upstream.work_orders import TaskRow, list_tasks

MOST_CALLS = 40
MOST_ASSET_CALLS = 12
MOST_GROUPS = 200
EQUIPMENT = 2
DEFAULT_PERIOD = dt.timedelta(days=90)
LONGEST_PERIOD = dt.timedelta(days=366 * 5)
# A failure is reported after it happened: orders made this long after the period still tell of it.
REPORTED_WITHIN = dt.timedelta(days=7)


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


@dataclass(slots=True)
class Reading:
    """Reads pages within the budget of calls and remembers whether it sufficed."""

    upstream: Upstream
    pages_read: int = 0
    partial: bool = False
    notes: list[str] = field(default_factory=list)

    async def all_rows(self, fetch: Fetch[R], what: str, most: int = MOST_CALLS) -> list[R]:
        rows: list[R] = []
        start = 0
        for _ in range(most):
            if self.upstream.calls >= MOST_CALLS:
                break
            page = await fetch(start, PAGE_SIZE)
            self.pages_read += 1
            rows += page.rows
            if page.is_last:
                return rows
            start = page.end
        self.partial = True
        note = f"Not all {what} could be read: choose a shorter period or a smaller scope."
        if note not in self.notes:
            self.notes.append(note)
        return rows


@dataclass(frozen=True, slots=True)
class Plant:
    """The assets in question by code; None where they were too many to list, then `count` is known."""

    by_code: dict[str, ItemRow] | None
    count: int

    def holds(self, code: str) -> bool:
        return self.by_code is None or code in self.by_code


async def get_maintenance_metrics(call: Call, arguments: Input) -> Output:
    now = dt.datetime.now(dt.UTC)
    since, until = _period(call, arguments, now)
    reading = Reading(call.upstream)
    if call.caller.own_work_orders_only:
        reading.notes.append("This person sees only the own work orders: failures of others are not counted.")
    plant = await _plant(reading, arguments)
    asset = arguments.code if arguments.scope == "asset" else None
    await call.progress(1, 4, "assets")
    rows = await _outages(reading, plant, asset, since, until, now)
    await call.progress(2, 4, "out of service")
    tasks = await _tasks(reading, arguments, since, until, now)
    tasks += await _tasks_of_earlier(reading, plant, rows.values(), since)
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


async def _plant(reading: Reading, arguments: Input) -> Plant:
    """One asset, or the active equipment of the scope."""
    upstream = reading.upstream
    if arguments.code is not None:
        row = await find_item(upstream, arguments.code)
        if row is None:
            raise NotFound("There is no asset or location with that code, or not for this person.")
        if arguments.scope == "asset":
            return Plant({row.code: row}, 1)
    place = arguments.code

    async def fetch(start: int, size: int) -> Page[ItemRow]:
        return await list_items(
            upstream,
            item_type=EQUIPMENT,
            active=True,
            location=place,
            whole_tree=place is not None,
            start=start,
            size=size,
        )

    counted = (await fetch(0, 1)).total
    reading.pages_read += 1
    too_many = counted is not None and counted > MOST_ASSET_CALLS * PAGE_SIZE
    if counted is not None and too_many and arguments.group_by in {"none", "month"}:
        reading.notes.append("The assets are too many to be listed: records of any asset are counted.")
        return Plant(None, counted)
    rows = await reading.all_rows(fetch, "assets", MOST_ASSET_CALLS)
    return Plant({row.code: row for row in rows}, len(rows))


async def _outages(
    reading: Reading,
    plant: Plant,
    asset: str | None,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> dict[int, OutageRow]:
    """Every record that touches the period: begun in it, ended since its begin, or open since before."""
    found: dict[int, OutageRow] = {}
    asked = [
        (asset, Period(since, until, "initial_date")),
        (asset, Period(since, now, "final_date")),
    ]
    second = dt.timedelta(seconds=1)
    for item in (plant.by_code or {}).values():
        begun = item.initial_date_out_of_service
        if item.available is False and begun is not None and begun < since:
            asked.append((item.code, Period(begun - second, begun + second, "initial_date")))
    for code, period in asked:
        rows = await reading.all_rows(_outage_fetch(reading.upstream, code, period), "out-of-service records")
        found.update((row.id, row) for row in rows)
    return found


def _outage_fetch(upstream: Upstream, code: str | None, period: Period) -> Fetch[OutageRow]:
    async def fetch(start: int, size: int) -> Page[OutageRow]:
        return await list_outages(upstream, asset=code, period=period, start=start, size=size)

    return fetch


async def _tasks(
    reading: Reading, arguments: Input, since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> list[TaskRow]:
    period = Period(since, min(now, until + REPORTED_WITHIN), "creation_date")

    async def fetch(start: int, size: int) -> Page[TaskRow]:
        return await list_tasks(
            reading.upstream,
            asset=arguments.code if arguments.scope == "asset" else None,
            location=arguments.code if arguments.scope == "location" else None,
            period=period,
            start=start,
            size=size,
        )

    return await reading.all_rows(fetch, "work orders")


async def _tasks_of_earlier(
    reading: Reading, plant: Plant, outages: Iterable[OutageRow], since: dt.datetime
) -> list[TaskRow]:
    """What outages were about that had begun before the period: their orders are older than it."""
    tasks: list[TaskRow] = []
    for outage in outages:
        earlier = outage.initial_date is not None and outage.initial_date < since
        if earlier and outage.code and plant.holds(outage.code):
            fetch = _linked_fetch(reading.upstream, outage.id)
            tasks += await reading.all_rows(fetch, "work orders of earlier stops")
    return tasks


def _linked_fetch(upstream: Upstream, outage: int) -> Fetch[TaskRow]:
    async def fetch(start: int, size: int) -> Page[TaskRow]:
        return await list_tasks(upstream, outage=outage, start=start, size=size)

    return fetch


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
    ),
)
