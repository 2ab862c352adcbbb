"""The period that a question about a metric is for, and as it is shown."""

from __future__ import annotations

import datetime as dt

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, first, last, shown
from mcp_gateway.tools.metrics.arguments import APPLIES
from mcp_gateway.tools.metrics.shapes import GetMaintenanceMetricsInput, PeriodShown

DEFAULT_PERIOD = dt.timedelta(days=90)
LONGEST_PERIOD = dt.timedelta(days=366 * 5)


def asked_period(
    call: Call, arguments: GetMaintenanceMetricsInput, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    if APPLIES[arguments.metric].scheduled:
        return _scheduled(call, arguments)
    until = now
    if arguments.until is not None:
        until = min(now, last(call.caller, arguments.until, "until"))
    since = until - DEFAULT_PERIOD
    if arguments.since is not None:
        since = first(call.caller, arguments.since, "since")
    if not dt.timedelta() < until - since <= LONGEST_PERIOD:
        raise no_period("since must be before until and before now, and at most five years.")
    return since, until


def _scheduled(call: Call, arguments: GetMaintenanceMetricsInput) -> tuple[dt.datetime, dt.datetime]:
    """Return a period that may lie ahead. An end that nobody gave is open."""
    since = EARLIEST if arguments.since is None else first(call.caller, arguments.since, "since")
    until = LATEST if arguments.until is None else last(call.caller, arguments.until, "until")
    if since >= until:
        raise no_period("since must be before until.")
    return since, until


def no_period(sentence: str) -> InvalidArguments:
    return InvalidArguments(
        sentence, fields=[{"field": "since", "problem": "does not form a period with until"}]
    )


def period_shown(caller: Caller, since: dt.datetime, until: dt.datetime) -> PeriodShown | None:
    """Return the period in the zone of the caller, without an end that is open. None if both are."""
    begin = None if since == EARLIEST else shown(caller, since)
    end = None if until == LATEST else shown(caller, until)
    return PeriodShown(since=begin, until=end) if begin or end else None
