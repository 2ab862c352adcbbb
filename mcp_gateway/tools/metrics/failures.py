"""Failures that came back: the same failure of an asset, or an asset that keeps failing (a bad actor)."""

from __future__ import annotations

from collections import defaultdict

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.metrics.costs import figures, say_unknown
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, share
from mcp_gateway.tools.metrics.spelling import NOBODY, most_frequent
from mcp_gateway.tools.metrics.task_groups import NAMES, folios, newest_name, read
from mcp_gateway.tools.work.task_facts import is_failure
from mcp_gateway.upstream.resources.work_orders import TaskRow

REPEATED = 3
MOST_TEXTS = 3


def what_failed(row: TaskRow) -> str:
    return " ".join((row.description or row.types_description or NOBODY).split())


async def repeat_failures(question: MetricQuery) -> MetricResult:
    least = REPEATED if question.days is None else question.days
    by_asset = question.group_by == "asset"
    failures = [row for row in await read(question, "creation_date") if is_failure(row)]
    same: dict[tuple[str, str], list[TaskRow]] = defaultdict(list)
    for row in failures:
        same[row.code or NOBODY, "" if by_asset else what_failed(row).casefold()].append(row)
    repeats = [(code, part) for (code, _), part in sorted(same.items()) if len(part) >= least]
    overall = figures(failures)
    say_unknown(question, overall)
    return MetricResult(
        {
            "failures": len(failures),
            "repeated": len(repeats),
            "without_cost": overall["without_cost"],
            "total": overall["total"],
        },
        f"At least {least} failures of one asset{'' if by_asset else ' with the same description'}, in "
        "orders created in the period. total: cost of their tasks, as entered.",
        sorted(
            (_repeat(code, part, len(failures), what=not by_asset) for code, part in repeats),
            key=lambda row: (-(row.failures or 0), -(row.total or 0), row.key),
        ),
        len(failures),
    )


def _repeat(code: str, part: list[TaskRow], all_failures: int, *, what: bool) -> MetricRow:
    cost = figures(part)
    return MetricRow(
        key=code,
        name=newest_name(part, NAMES["asset"]),
        task=newest_name(part, what_failed) if what else None,
        failures=len(part),
        share=share(len(part), all_failures),
        failure_types=most_frequent(part, lambda row: row.types_description, MOST_TEXTS) or None,
        failure_causes=most_frequent(part, lambda row: row.causes_description, MOST_TEXTS) or None,
        without_cost=cost["without_cost"],
        total=cost["total"],
        folios=folios(part),
        url=None if code == NOBODY else record_url("assets", code),
    )
