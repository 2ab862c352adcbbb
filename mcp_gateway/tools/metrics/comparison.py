"""Compares the figures of a metric, in total and by row, with those of an earlier period."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.text_matching import fold
from mcp_gateway.tools.kit.datetimes import zone_of
from mcp_gateway.tools.metrics.asked_period import no_period, period_shown
from mcp_gateway.tools.metrics.earlier_period import CompareWith, EarlierPeriod, earlier_period
from mcp_gateway.tools.metrics.metric import (
    Change,
    Group,
    GroupBy,
    Metric,
    MetricQuery,
    MetricResult,
    MetricRow,
)
from mcp_gateway.tools.metrics.reading import Reading

Figures = Mapping[str, object]
Row = MetricRow | Group

# Figures of which one direction is good. Of the others it depends: more cost or more tasks is neither.
BETTER: dict[Metric, dict[str, Literal["up", "down"]]] = {
    "reliability": {
        "availability": "up",
        "availability_by_failures": "up",
        "mtbf_hours": "up",
        "mttr_hours": "down",
        "failures": "down",
        "downtime_hours": "down",
        "failure_downtime_hours": "down",
    },
    "compliance": {"share": "up"},
    "planned_share": {"planned_share": "up", "planned_hours_share": "up", "share": "up"},
    "requests": {"response_hours": "down", "resolution_hours": "down"},
    "work_per_person": {"hours_to_close": "down"},
    "repeat_failures": {"failures": "down", "repeated": "down"},
}
# Figures that are about now, whatever the period.
OF_NOW = frozenset(
    {
        *("late_in_process_tasks", "failures_since_open", "in_grace"),
        *("stock", "minimum", "months_cover", "below_suggested"),
    }
)
MOST_EARLIER_ONLY = 50
TYPED: frozenset[GroupBy] = frozenset({"failure_type", "failure_cause", "family"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the overall figures changed since the earlier period, and which rows only that one has."""

    period: EarlierPeriod
    changes: dict[str, Change]
    earlier_only: list[str] | None

    def shown(self, caller: Caller) -> dict[str, Any]:
        """Return the fields of the answer."""
        return {
            "earlier_period": period_shown(caller, self.period.since, self.period.until),
            "changes": self.changes,
            "earlier_only": self.earlier_only,
        }


async def compare(
    metric: Metric,
    question: MetricQuery,
    compare_with: CompareWith,
    compute: Callable[[MetricQuery], Awaitable[MetricResult]],
    now: MetricResult,
) -> Comparison:
    """Compute the metric for the earlier period, and add to each row how it changed.

    The answer is partial if either period is, and says of a note that it is about the earlier one.
    """
    period = earlier_period(question.since, question.until, zone_of(question.call.caller), compare_with)
    if period.since >= period.until:
        raise no_period("The earlier period would be empty: choose a longer one.")
    reading, upstream = question.reading, question.call.upstream
    theirs = Reading(upstream, allowed=reading.allowed, agreed=reading.agreed, before=upstream.calls)
    earlier = await compute(replace(question, reading=theirs, since=period.since, until=period.until))
    reading.pages_read += theirs.pages_read
    reading.partial |= theirs.partial
    for note in theirs.notes:
        reading.say(f"Earlier period: {note}")
    if metric == "summary":
        reading.say("Statuses are those of now: orders of the earlier period had more time to be completed.")
    changes = _changes(metric, _figures(now.overall), _figures(earlier.overall))
    return Comparison(period, changes, _compare_rows(metric, question, now, earlier, period.months))


def _compare_rows(
    metric: Metric, question: MetricQuery, now: MetricResult, earlier: MetricResult, months: int | None
) -> list[str] | None:
    """Add the changes to each row. Return the keys that only the earlier period has."""
    by_month = question.group_by == "month"
    if by_month and months is None:
        question.reading.say(
            "Rows by month are compared where the period is of whole months, or with previous_year."
        )
        return None
    shift = (months or 0) if by_month else 0
    as_typed = question.group_by in TYPED
    before = {_identity(row, shift, as_typed): row for row in _rows(earlier)}
    for row in _rows(now):
        match = before.pop(_identity(row, 0, as_typed), None)
        row.changes = {} if match is None else _changes(metric, _figures(row), _figures(match))
    return list(dict.fromkeys(row.key for row in before.values()))[:MOST_EARLIER_ONLY] or None


def _rows(result: MetricResult) -> Sequence[Row]:
    return result.rows if result.groups is None else result.groups


def _identity(row: Row, months: int, as_typed: bool) -> tuple[str, str]:
    """Return what makes a row the same in both periods; of a month, the later one that it is held against.

    A text that people typed may be spelled otherwise in the other period.
    """
    task = row.task if isinstance(row, MetricRow) else None
    key = fold(row.key) if as_typed else row.key
    return (_later(key, months) if months else key, (task or "").casefold())


def _later(month: str, months: int) -> str:
    if not month[:4].isdigit():
        return month  # the group of records without a date
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year:04}-{number + 1:02}"


def _figures(of: Figures | BaseModel) -> Figures:
    if isinstance(of, BaseModel):
        return {name: getattr(of, name) for name in type(of).model_fields}
    return of


def _changes(metric: Metric, now: Figures, earlier: Figures) -> dict[str, Change]:
    found = {}
    for name, value in now.items():
        before = earlier.get(name)
        if name in OF_NOW or not isinstance(before, int | float):
            continue
        found[name] = _change(metric, name, value if isinstance(value, int | float) else None, before)
    return found


def _change(metric: Metric, name: str, value: float | None, earlier: float) -> Change:
    if value is None:
        return Change(earlier=earlier)
    difference = round(value - earlier, 5)
    if difference == 0:
        return Change(earlier=earlier, difference=0, direction="same")
    moved: Literal["up", "down"] = "up" if difference > 0 else "down"
    good = BETTER.get(metric, {}).get(name)
    if good is None:
        return Change(earlier=earlier, difference=difference, direction=moved)
    return Change(earlier=earlier, difference=difference, direction="better" if moved == good else "worse")
