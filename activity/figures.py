"""Figures about tool calls: all of a page by one query, whose parts group the rows by span, or rank them.

A span is read as one range of an index: of the company, of an app, or of a person (audit.models.Event).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection

from activity.rankings import SELECTS, Place, places
from activity.spans import Span

# The placeholders of these queries are filled with constants of this module; values are bound.
_MINUTE = {"postgresql": "date_trunc('minute', event.at)", "sqlite": "substr(event.at, 1, 16)"}
_TIME = {"postgresql": "timestamptz", "sqlite": "text"}
# As if each part named the spans itself: the database then plans it with their bounds.
_INLINE = "NOT MATERIALIZED"


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


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of each span and of the whole period, and its rankings."""

    counts: list[Counts]
    latency: list[Latency]
    busiest_minutes: list[int]
    whole_latency: Latency
    rankings: dict[str, list[Place]]

    @property
    def whole(self) -> Counts:
        return Counts(*(sum(getattr(each, name.name) for each in self.counts) for name in fields(Counts)))


# Each part has the columns (part, number, name, five figures, time).
# Percentiles are by nearest rank, which are durations that were really measured.
_LATENCY = (
    "SELECT {part}, number, NULL, max(CASE WHEN place = (total * 50 + 99) / 100 THEN milliseconds END),"
    " max(CASE WHEN place = (total * 95 + 99) / 100 THEN milliseconds END), NULL, NULL, NULL, NULL"
    " FROM (SELECT span.number AS number, event.milliseconds AS milliseconds,"
    " row_number() OVER (PARTITION BY span.number ORDER BY event.milliseconds) AS place,"
    " count(*) OVER (PARTITION BY span.number) AS total"
    " FROM {spans} AND event.outcome = 'done') AS ranked GROUP BY number"
)
OF_CHARTS = {
    "counts": (
        "SELECT {part}, span.number, CAST(NULL AS text), count(*),"
        " sum(CASE WHEN event.is_write THEN 1 ELSE 0 END),"
        " sum(CASE WHEN event.outcome = 'refused' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN event.outcome IN ('failed', 'unknown') THEN 1 ELSE 0 END),"
        " sum(event.upstream_calls), CAST(NULL AS {time}) FROM {spans} GROUP BY span.number"
    ),
    "latency": _LATENCY,
    "whole_latency": _LATENCY.replace("{spans}", "{whole}"),
    # The requests of a call count for the minute in which the call began.
    "busiest_minutes": (
        "SELECT {part}, number, NULL, max(requests), NULL, NULL, NULL, NULL, NULL"
        " FROM (SELECT span.number AS number, sum(event.upstream_calls) AS requests"
        " FROM {spans} GROUP BY span.number, {minute}"
        ") AS minutes GROUP BY number"
    ),
}
PARTS = OF_CHARTS | SELECTS


def figures_of(whose: Whose, spans: Sequence[Span], rankings: Sequence[str] = ()) -> Figures:
    """Return the figures of the spans, and these rankings of the whole period."""
    found = read(whose, spans, [*OF_CHARTS, *rankings])

    def each(part: str) -> list[tuple[Any, ...]]:
        by_span = {number: rest for number, _name, *rest in found[part]}
        return [tuple(by_span.get(number, ())) for number in range(len(spans))]

    whole = found["whole_latency"]
    return Figures(
        counts=[Counts(*values[:5]) for values in each("counts")],
        latency=[Latency(*values[:2]) for values in each("latency")],
        busiest_minutes=[int(values[0]) if values else 0 for values in each("busiest_minutes")],
        whole_latency=Latency(*whole[0][2:4]) if whole else Latency(),
        rankings={name: places(found[name]) for name in rankings},
    )


def read(whose: Whose, spans: Sequence[Span], parts: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each of these parts."""
    begins, ends = _moment(spans[0].begins), _moment(spans[-1].ends)
    values: list[Any] = []
    for number, span in enumerate(spans):
        values += [number, _moment(span.begins), _moment(span.ends)]
    values += [0, begins, ends]
    # The whole period is named too, so that the database knows how little of the index it needs.
    calls = "event.kind = 'tool.call' AND event.company_id = %s AND event.at >= %s AND event.at < %s"
    of_calls: list[Any] = [whose.company_id, begins, ends]
    for column, value in (("consumer_id", whose.consumer_id), ("user_id", whose.user_id)):
        if value is not None:
            calls += f" AND event.{column} = %s"
            of_calls.append(value)
    inside = "AS span JOIN audit_event AS event ON event.at >= span.begins AND event.at < span.ends AND"
    tables = {
        "spans": f"spans {inside} {calls}",
        "whole": f"whole {inside} {calls}",
        "calls": f"audit_event AS event WHERE {calls}",
        "minute": _MINUTE[connection.vendor],
        "time": _TIME[connection.vendor],
    }
    asked = " UNION ALL ".join(PARTS[part].format(part=f"'{part}'", **tables) for part in parts)
    rows = ", ".join(["(%s, %s, %s)"] * len(spans))
    query = (
        f"WITH spans (number, begins, ends) AS {_INLINE} (VALUES {rows}),"
        f" whole (number, begins, ends) AS {_INLINE} (VALUES (%s, %s, %s)) {asked}"
    )
    found: dict[str, list[tuple[Any, ...]]] = {part: [] for part in parts}
    with connection.cursor() as cursor:
        cursor.execute(query, [*values, *(of_calls * len(parts))])
        for part, *rest in cursor.fetchall():
            found[part].append(tuple(rest))
    return found


def _moment(moment: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
