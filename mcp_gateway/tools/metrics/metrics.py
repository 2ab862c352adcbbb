"""get_maintenance_metrics: computed from a limited number of reads, as the upstream has no such endpoint.

docs/metrics.md defines each figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from mcp_gateway.calls.errors import InvalidArguments, NotPermitted
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import first, last, shown
from mcp_gateway.tools.kit.resolving import asset_code
from mcp_gateway.tools.metrics import (
    costs,
    failures,
    meters,
    plans,
    purchases,
    reliability,
    requests,
    stock,
    work,
)
from mcp_gateway.tools.metrics.arguments import APPLIES
from mcp_gateway.tools.metrics.metric import MOST_ROWS, Metric, MetricQuery, MetricResult, Metrics
from mcp_gateway.tools.metrics.reading import ASK_ABOVE, Reading, agreed_calls
from mcp_gateway.tools.metrics.shapes import (
    Covered,
    GetMaintenanceMetricsInput,
    GetMaintenanceMetricsOutput,
    PeriodShown,
)

ComputeMetric = Callable[[MetricQuery], Awaitable[MetricResult]]
DEFAULT_PERIOD = dt.timedelta(days=90)
LONGEST_PERIOD = dt.timedelta(days=366 * 5)

METRICS: dict[Metric, ComputeMetric] = {
    "reliability": reliability.reliability,
    "summary": work.summary,
    "compliance": plans.compliance,
    "backlog": work.backlog,
    "planned_share": plans.planned_share,
    "work_per_person": work.work_per_person,
    "repeat_failures": failures.repeat_failures,
    "cost": costs.cost,
    "requests": requests.requests,
    "stale_meters": meters.stale_meters,
    "meter_forecast": meters.meter_forecast,
    "stock_below_minimum": stock.stock_below_minimum,
    "purchase_draft": purchases.purchase_draft,
}


async def get_maintenance_metrics(
    call: Call, arguments: GetMaintenanceMetricsInput
) -> GetMaintenanceMetricsOutput:
    now = dt.datetime.now(dt.UTC)
    if missing := APPLIES[arguments.metric].rights - call.caller.rights:
        raise NotPermitted("This metric needs another permission.", missing_rights=sorted(missing))
    since, until = _period(call, arguments, now)
    agreed = agreed_calls(call, arguments.allow_calls)
    reading = Reading(call.upstream, allowed=agreed or ASK_ABOVE, agreed=agreed is not None)
    if call.caller.own_work_orders_only:
        reading.say("This person sees only their own work orders; others are not counted.")
    code = arguments.code
    if code is not None:
        code = await asset_code(call, code, location=arguments.scope == "location")
    question = MetricQuery(
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
    result = await METRICS[arguments.metric](question)
    return _answer(arguments, question, result)


def _answer(
    arguments: GetMaintenanceMetricsInput, question: MetricQuery, result: MetricResult
) -> GetMaintenanceMetricsOutput:
    reading, overall = question.reading, result.overall
    found = len(result.rows if result.groups is None else result.groups)
    if found > MOST_ROWS:
        reading.say(f"Only the first {MOST_ROWS} of {found} groups are shown; overall covers all of them.")
    if not isinstance(overall, Metrics):
        overall = {name: value for name, value in overall.items() if value is not None}
    applies = APPLIES[arguments.metric]
    return GetMaintenanceMetricsOutput(
        metric=arguments.metric,
        scope=question.scope,
        code=question.code,
        period=_shown_period(question) if applies.period else None,
        currency=(question.call.caller.currency or None) if applies.money else None,
        overall=overall,
        rows=result.rows[:MOST_ROWS] if result.groups is None else None,
        groups=None if result.groups is None else result.groups[:MOST_ROWS],
        groups_total=found,
        groups_left_out=max(0, found - MOST_ROWS),
        papers=result.papers,
        method=result.method,
        coverage=Covered(rows_used=result.rows_used, pages_read=reading.pages_read, partial=reading.partial),
        notes=reading.notes,
    )


def _shown_period(question: MetricQuery) -> PeriodShown:
    caller = question.call.caller
    begin, end = shown(caller, question.since), shown(caller, question.until)
    assert begin is not None
    assert end is not None
    return PeriodShown(since=begin, until=end)


def _period(
    call: Call, arguments: GetMaintenanceMetricsInput, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    until = now
    if arguments.until is not None:
        until = min(now, last(call.caller, arguments.until, "until"))
    since = until - DEFAULT_PERIOD
    if arguments.since is not None:
        since = first(call.caller, arguments.since, "since")
    if not dt.timedelta() < until - since <= LONGEST_PERIOD:
        raise InvalidArguments(
            "since must be before until and before now, and at most five years.",
            fields=[{"field": "since", "problem": "does not form a period with until"}],
        )
    return since, until


TOOLS = (
    Tool(
        name="get_maintenance_metrics",
        title="Maintenance metrics",
        description=(
            "Maintenance figures of an asset, a location or the company over a period, in total and "
            "by group, with the method and the amount of data behind them. If coverage.partial is "
            "true, say so."
        ),
        rights=frozenset({"metrics:view", "work_orders:view"}),
        input=GetMaintenanceMetricsInput,
        output=GetMaintenanceMetricsOutput,
        run=get_maintenance_metrics,
        reports_progress=True,
    ),
)
