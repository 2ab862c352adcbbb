"""Failures by type or cause, the most frequent first, with the share that the first ones make together."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_gateway.tools.metrics.metric import Group, MetricQuery, share
from mcp_gateway.tools.metrics.reliability_figures import Failure, Figures, Outage, figures
from mcp_gateway.tools.metrics.reliability_groups import rounded, tasks_behind, what_failed, window_of
from mcp_gateway.tools.metrics.reliability_rows import Plant
from mcp_gateway.tools.metrics.spelling import by_text


def pareto(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure], overall: Figures
) -> Iterator[Group]:
    """Group the failures. A stop that failures of two types name is in the downtime of both."""
    window = window_of(question)
    by_type = question.group_by == "failure_type"
    groups = by_text(
        tasks_behind(outages, failures, window),
        lambda row: row.types_description if by_type else row.causes_description,
    )
    computed = []
    for key, rows in groups.items():
        mine = {id(row) for row in rows}
        stops = [stop for stop in outages if any(id(row) in mine for row in stop.named_by)]
        failed = [failure for failure in failures if id(failure.row) in mine]
        computed.append((figures(stops, failed, assets=plant.count, window=window), key, rows))
    computed.sort(key=lambda entry: (-entry[0].failures, -entry[0].downtime_seconds, entry[1]))
    counted = 0
    for part, key, rows in computed:
        counted += part.failures
        facts = what_failed(rows)
        del facts["failure_types" if by_type else "failure_causes"]
        yield Group(
            key=key,
            failures_share=share(part.failures, overall.failures),
            cumulative_share=share(counted, overall.failures),
            downtime_share=share(part.downtime_seconds, overall.failure_downtime_seconds),
            **facts,
            **rounded(part),
        )
