"""Figures about tool calls, each chart's by one query that groups the rows by span.

A span is read as one range of an index: of the company, of an app, or of a person (audit.models.Event).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from activity.spans import Span

# The placeholders of these queries are filled with constants of this module; values are bound.
_MINUTE = {"postgresql": "date_trunc('minute', event.at)", "sqlite": "substr(event.at, 1, 16)"}


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose calls count: all of the company, or those of one app or one person."""

    company_id: int
    consumer_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls of a span. Each is also counted under `writes` or not, and by how it ended."""

    calls: int = 0
    writes: int = 0
    refused: int = 0
    failed: int = 0
    upstream: int = 0

    @property
    def reads(self) -> int:
        return self.calls - self.writes


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that half, and 95 of 100, of the calls that were done took at most; None without calls."""

    p50: int | None = None
    p95: int | None = None


def counts(whose: Whose, spans: Sequence[Span]) -> list[Counts]:
    found = _grouped(
        whose,
        spans,
        "SELECT span.number, count(*), sum(CASE WHEN event.is_write THEN 1 ELSE 0 END),"
        " sum(CASE WHEN event.outcome = 'refused' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN event.outcome IN ('failed', 'unknown') THEN 1 ELSE 0 END),"
        " sum(event.upstream_calls) FROM {calls} GROUP BY span.number",
    )
    return [Counts(*found.get(number, ())) for number in range(len(spans))]


def latency(whose: Whose, spans: Sequence[Span]) -> list[Latency]:
    """Return percentiles by nearest rank, which are durations that were really measured."""
    found = _grouped(
        whose,
        spans,
        "SELECT number, max(CASE WHEN place = (total * 50 + 99) / 100 THEN milliseconds END),"
        " max(CASE WHEN place = (total * 95 + 99) / 100 THEN milliseconds END)"
        " FROM (SELECT span.number AS number, event.milliseconds AS milliseconds,"
        " row_number() OVER (PARTITION BY span.number ORDER BY event.milliseconds) AS place,"
        " count(*) OVER (PARTITION BY span.number) AS total"
        " FROM {calls} AND event.outcome = 'done') AS ranked GROUP BY number",
    )
    return [Latency(*found.get(number, ())) for number in range(len(spans))]


def busiest_minutes(whose: Whose, spans: Sequence[Span]) -> list[int]:
    """Return how many requests went upstream in the busiest minute of each span.

    The requests of a call count for the minute in which the call began.
    """
    found = _grouped(
        whose,
        spans,
        "SELECT number, max(requests) FROM (SELECT span.number AS number,"
        " sum(event.upstream_calls) AS requests FROM {calls} GROUP BY span.number, {minute}"
        ") AS minutes GROUP BY number",
    )
    return [int(found.get(number, (0,))[0]) for number in range(len(spans))]


def _grouped(whose: Whose, spans: Sequence[Span], select: str) -> dict[int, tuple[Any, ...]]:
    """Run a query over the calls in spans, `{calls}`. Return its rows by the number of the span."""
    values: list[Any] = []
    for number, span in enumerate(spans):
        values += [number, _moment(span.begins), _moment(span.ends)]
    # The whole period is named too, so that the database knows how little of the index it needs.
    calls = (
        "span JOIN audit_event AS event ON event.at >= span.begins AND event.at < span.ends"
        " AND event.kind = 'tool.call' AND event.company_id = %s AND event.at >= %s AND event.at < %s"
    )
    values += [whose.company_id, _moment(spans[0].begins), _moment(spans[-1].ends)]
    for column, value in (("consumer_id", whose.consumer_id), ("user_id", whose.user_id)):
        if value is not None:
            calls += f" AND event.{column} = %s"
            values.append(value)
    rows = ", ".join(["(%s, %s, %s)"] * len(spans))
    asked = select.format(calls=calls, minute=_MINUTE[connection.vendor])
    query = f"WITH span (number, begins, ends) AS (VALUES {rows}) {asked}"
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return {number: tuple(rest) for number, *rest in cursor.fetchall()}


def _moment(moment: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
