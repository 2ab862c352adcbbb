"""get_maintenance_metrics: computed from a limited number of reads, as the upstream has no such endpoint.

docs/metrics.md defines each figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import report_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.resolving import asset_code
from mcp_gateway.tools.metrics import (
    ageing,
    backlog,
    costs,
    failures,
    meters,
    plans,
    purchases,
    reliability,
    requests,
    stock,
    stock_use,
    work,
    work_per_person,
)
from mcp_gateway.tools.metrics.arguments import APPLIES
from mcp_gateway.tools.metrics.asked_period import asked_period, period_shown
from mcp_gateway.tools.metrics.comparison import Comparison, compare
from mcp_gateway.tools.metrics.metric import (
    MOST_ROWS,
    USUAL_ROWS,
    Metric,
    MetricQuery,
    MetricResult,
    Metrics,
    WorkingWeek,
)
from mcp_gateway.tools.metrics.reading import ASK_ABOVE, Reading, agreed_calls
from mcp_gateway.tools.metrics.shapes import (
    Covered,
    GetMaintenanceMetricsInput,
    GetMaintenanceMetricsOutput,
)

ComputeMetric = Callable[[MetricQuery], Awaitable[MetricResult]]
ASSUMED_WEEK = 40.0  # hours
UNNAMED = "Amounts are in the company's currency."

METRICS: dict[Metric, ComputeMetric] = {
    "reliability": reliability.reliability,
    "summary": work.summary,
    "compliance": plans.compliance,
    "backlog": backlog.backlog,
    "ageing": ageing.ageing,
    "planned_share": plans.planned_share,
    "work_per_person": work_per_person.work_per_person,
    "repeat_failures": failures.repeat_failures,
    "cost": costs.cost,
    "requests": requests.requests,
    "stale_meters": meters.stale_meters,
    "meter_forecast": meters.meter_forecast,
    "stock_below_minimum": stock.stock_below_minimum,
    "purchase_draft": purchases.purchase_draft,
    "stock_use": stock_use.stock_use,
    "idle_stock": stock_use.idle_stock,
}


async def get_maintenance_metrics(
    call: Call, arguments: GetMaintenanceMetricsInput
) -> GetMaintenanceMetricsOutput:
    now = dt.datetime.now(dt.UTC)
    if missing := APPLIES[arguments.metric].rights - call.caller.rights:
        raise NotPermitted("This metric needs another permission.", missing_rights=sorted(missing))
    since, until = asked_period(call, arguments, now)
    agreed = agreed_calls(call, arguments.allow_calls)
    sides = 1 if arguments.compare_with == "none" else 2
    reading = Reading(call.upstream, allowed=agreed or ASK_ABOVE, agreed=agreed is not None, sides=sides)
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
        week=_working_week(call, arguments),
        components=arguments.components,
    )
    compute = METRICS[arguments.metric]
    result = await compute(question)
    if arguments.compare_with == "none":
        return _answer(arguments, question, result, None)
    comparison = await compare(arguments.metric, question, arguments.compare_with, compute, result)
    return _answer(arguments, question, result, comparison)


def _answer(
    arguments: GetMaintenanceMetricsInput,
    question: MetricQuery,
    result: MetricResult,
    comparison: Comparison | None,
) -> GetMaintenanceMetricsOutput:
    reading, overall, caller = question.reading, result.overall, question.call.caller
    found = len(result.rows if result.groups is None else result.groups)
    # Who is free stands at the end of the backlog, behind everybody who is busy.
    whole = arguments.group_by == "month" or (arguments.metric, arguments.group_by) == ("backlog", "person")
    most = arguments.top or (MOST_ROWS if whole else USUAL_ROWS)
    if not isinstance(overall, Metrics):
        overall = {name: value for name, value in overall.items() if value is not None}
    applies = APPLIES[arguments.metric]
    return GetMaintenanceMetricsOutput(
        metric=arguments.metric,
        scope=question.scope,
        code=question.code,
        period=period_shown(caller, question.since, question.until) if applies.period else None,
        currency=(caller.currency or None) if applies.money else None,
        overall=overall,
        **({} if comparison is None else comparison.shown(caller)),
        rows=result.rows[:most] if result.groups is None else None,
        groups=None if result.groups is None else result.groups[:most],
        groups_total=found,
        groups_left_out=max(0, found - most),
        papers=result.papers,
        method=f"{result.method} {UNNAMED}" if applies.money and not caller.currency else result.method,
        coverage=Covered(rows_used=result.rows_used, pages_read=reading.pages_read, partial=reading.partial),
        report_url=report_url(
            "get_maintenance_metrics", arguments.model_dump(mode="json", exclude_defaults=True)
        ),
        notes=reading.notes,
    )


def _working_week(call: Call, arguments: GetMaintenanceMetricsInput) -> WorkingWeek:
    if arguments.hours_per_week is not None:
        return WorkingWeek(arguments.hours_per_week, "as asked")
    if call.caller.hours_per_week is not None:
        return WorkingWeek(call.caller.hours_per_week, "as the company set it in Configuration > General")
    return WorkingWeek(ASSUMED_WEEK, "assumed: none is set in Configuration > General")


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
        task_after=5.0,
    ),
)
