"""get_maintenance_metrics: there is no such endpoint upstream, so it is computed from bounded reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from mcp_gateway.errors import InvalidArguments, NotPermitted
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools import (
    cost_measures,
    meter_measures,
    request_measures,
    stock_measures,
    work_measures,
)
from mcp_gateway.tools.measures import MOST_ROWS, Measured, Metric, Question
from mcp_gateway.tools.metrics_data import (
    ASK_ABOVE,
    Reading,
    read_outages,
    read_plant,
    read_tasks,
    read_tasks_of_earlier,
)
from mcp_gateway.tools.metrics_shapes import Covered, Input, Metrics, Output, PeriodShown
from mcp_gateway.tools.moments import parse, shown
from mcp_gateway.tools.reliability import METHOD, failures_of, figures, outages_of
from mcp_gateway.tools.reliability_groups import groups_of, rounded, touches
from mcp_gateway.tools.resolving import asset_code

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
        groups = list(groups_of(call, arguments, plant, outages, failures, since, until, now))
    return Output(
        metric=arguments.metric,
        scope=arguments.scope,
        code=arguments.code,
        period=_shown_period(call, since, until),
        overall=Metrics(**rounded(overall)),
        groups=None if groups is None else groups[:MOST_GROUPS],
        groups_left_out=max(0, len(groups or ()) - MOST_GROUPS),
        method=METHOD,
        coverage=Covered(
            rows_used=sum(touches(outage, since, until, now) for outage in outages) + overall.failures,
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
