"""Repeated failures: the same failure on the same asset."""

from __future__ import annotations

from collections import defaultdict

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, largest_first
from mcp_gateway.tools.metrics.task_groups import NAMES, NOBODY, folios, newest_name, read
from mcp_gateway.tools.work.task_facts import is_failure
from mcp_gateway.upstream.resources.work_orders import TaskRow

REPEATED = 3


def what_failed(row: TaskRow) -> str:
    return " ".join((row.description or row.types_description or NOBODY).split())


async def repeat_failures(question: MetricQuery) -> MetricResult:
    most = REPEATED if question.days is None else question.days
    failures = [row for row in await read(question, "creation_date") if is_failure(row)]
    same: dict[tuple[str, str], list[TaskRow]] = defaultdict(list)
    for row in failures:
        same[row.code or NOBODY, what_failed(row).casefold()].append(row)
    rows = [
        MetricRow(
            key=code,
            name=newest_name(part, NAMES["asset"]),
            task=newest_name(part, what_failed),
            failures=len(part),
            folios=folios(part),
            url=None if code == NOBODY else record_url("assets", code),
        )
        for (code, _), part in sorted(same.items(), key=lambda group: group[0])
        if len(part) >= most
    ]
    return MetricResult(
        {"failures": len(failures), "repeated": len(rows)},
        f"Failures in orders created in the period, by asset and description, where there are "
        f"at least {most}.",
        largest_first(rows, lambda row: row.failures),
        len(failures),
    )
