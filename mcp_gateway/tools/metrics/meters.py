"""Meters that nobody reads, and when counters will make work due. Formulas: docs/metrics.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol, TypeVar

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.equipment.standing import subtree_of
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.items import ItemFilter, find_item, list_items
from mcp_gateway.upstream.resources.meters import AdvancedRow, MeterRow, list_meters, list_meters_with_tasks
from mcp_gateway.upstream.resources.planning import TriggerRow, list_triggers
from mcp_gateway.upstream.rows import Page

STALE_DAYS, AHEAD_DAYS = 30, 90
EVERY = 3
MONTH = dt.timedelta(days=30)
DAY = dt.timedelta(days=1)
M = TypeVar("M", bound=MeterRow)
M_co = TypeVar("M_co", bound=MeterRow, covariant=True)


async def stale_meters(question: MetricQuery) -> MetricResult:
    days = question.days or STALE_DAYS
    limit = question.now - dt.timedelta(days=days)

    rows = await _in_use(question, list_meters)
    read = [(row, row.last_data.date if row.last_data else None) for row in rows]
    stale = [(row, date) for row, date in read if date is None or date < limit]
    found = [
        MetricRow(
            key=row.asset_code or "-",
            name=row.description,
            meter=row.id,
            unit=row.units_code or row.units_description,
            value=_accumulated(row),
            dial_value=row.last_data.value if row.last_data else None,
            last_read_at=shown(question.call.caller, date),
            days=None if date is None else (question.now - date) // DAY,
            url=record_url("meters", row.id),
        )
        for row, date in stale
    ]
    return MetricResult(
        {
            "meters": len(rows),
            "stale": len(stale),
            "never_read": sum(date is None for _, date in stale),
        },
        f"Meters in use whose last reading is older than {days} days, or that were never read.",
        sorted(found, key=lambda row: (-(10**9) if row.days is None else -row.days, row.key, row.meter or 0)),
        len(rows),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A counter, a task that it triggers, and the next value at which the task is due."""

    row: AdvancedRow
    value: float
    due_value: float
    due_at: dt.datetime | None

    @property
    def is_unknown(self) -> bool:
        return self.due_at is None and self.value < self.due_value

    def reached(self, now: dt.datetime) -> Literal["yes", "probably", "not_yet"]:
        if self.value >= self.due_value:
            return "yes"
        return "probably" if self.due_at is not None and self.due_at < now else "not_yet"


async def meter_forecast(question: MetricQuery) -> MetricResult:
    upstream = question.call.upstream
    ahead = question.days or AHEAD_DAYS
    triggers = partial(list_triggers, upstream)
    rows = [row for row in await _in_use(question, list_meters_with_tasks) if _counts_up_to_a_task(row)]
    of_tasks: dict[int | None, list[TriggerRow]] = {}
    for trigger in await question.reading.all_rows(triggers, "triggers") if rows else []:
        if trigger.id_task_trigger_type == EVERY and (trigger.value_main or 0) > 0:
            of_tasks.setdefault(trigger.id_task, []).append(trigger)
    steps: dict[tuple[int, int | None, float | None], Step | None] = {}
    for row in rows:
        for size in _sizes(row, of_tasks.get(row.id_task, ())) or {None}:
            steps.setdefault((row.id, row.id_task, size), None if size is None else next_step(row, size))
    until = question.now + ahead * DAY
    due = [step for step in steps.values() if step is not None and _is_due(step, until)]
    unknown = sum(
        step is None or (step.due_at is None and step.reached(question.now) != "yes")
        for step in steps.values()
    )
    if unknown:
        question.reading.notes.append(
            f"For {unknown} pairs of a counter and a task no date can be told: without a reading, without an "
            "average above 0, or without a step in the unit of the counter."
        )
    earliest = dt.datetime.min.replace(tzinfo=dt.UTC)
    due.sort(key=lambda step: (step.due_at or earliest, step.row.asset_code or "-"))
    return MetricResult(
        {
            "meters": len({row.id for row in rows}),
            "due": len(due),
            "reached": sum(step.reached(question.now) == "yes" for step in due),
            "unknown": unknown,
        },
        f"Counters that make a task due every so many units, reached already or within {ahead} days: from "
        "the last reading at the monthly average. value and due_value are accumulated, dial_… on the dial.",
        [_forecast(question, step) for step in due],
        len(rows),
    )


def _forecast(question: MetricQuery, step: Step) -> MetricRow:
    row = step.row
    dial = row.last_data.value if row.last_data else None
    return MetricRow(
        key=row.asset_code or "-",
        name=row.items_description,
        meter=row.id,
        task=row.tasks_description or row.task_description,
        value=step.value,
        due_value=step.due_value,
        dial_value=dial,
        due_dial_value=None if dial is None else round(step.due_value - (step.value - dial), 6),
        monthly_average=row.monthly_average_data,
        unit=row.units_code or row.units_description,
        last_read_at=shown(question.call.caller, row.last_data.date) if row.last_data else None,
        reached=step.reached(question.now),
        days=None if step.due_at is None else round((step.due_at - question.now) / DAY, 1),
        due_at=shown(question.call.caller, step.due_at),
        url=record_url("meters", row.id),
    )


def next_step(row: AdvancedRow, size: float) -> Step | None:
    """Return the next step of a counter, None if it was never read.

    `last_value_trigger` 0 means the start, null means unknown.
    """
    value = _accumulated(row)
    if value is None:
        return None
    last = row.last_value_trigger
    due_value = (value // size * size if last is None else last) + size
    average, read_at = row.monthly_average_data, row.last_data.date if row.last_data else None
    due_at = None
    if average is not None and average > 0 and read_at is not None:
        due_at = _later(read_at, (due_value - value) / average)
    return Step(row, value, due_value, due_at)


def _later(moment: dt.datetime, months: float) -> dt.datetime | None:
    """Add months; None beyond the end of the calendar."""
    try:
        return moment + months * MONTH
    except OverflowError:
        return None


def _is_due(step: Step, until: dt.datetime) -> bool:
    return step.value >= step.due_value or (step.due_at is not None and step.due_at <= until)


def _accumulated(row: MeterRow) -> float | None:
    last = row.last_data
    for value in (row.counter_value, last.accumulated_value if last else None, last.value if last else None):
        if value is not None:
            return value
    return None


def _counts_up_to_a_task(row: AdvancedRow) -> bool:
    return (
        row.is_counter is not False and row.id_task is not None and row.id_task_trigger_type in (None, EVERY)
    )


def _sizes(row: AdvancedRow, triggers: Sequence[TriggerRow]) -> set[float | None]:
    """Return the steps in the meter's unit. If the task has triggers in one unit only, it is the meter's."""
    units = {(each.unit_description or "").casefold() for each in triggers}
    if len(units) > 1:
        units = {"", *(unit.casefold() for unit in (row.units_description, row.units_code) if unit)}
    return {each.value_main for each in triggers if (each.unit_description or "").casefold() in units}


class Listing(Protocol[M_co]):
    async def __call__(
        self, upstream: Upstream, /, *, asset: str | None, location: str | None, start: int, size: int
    ) -> Page[M_co]: ...


async def _in_use(question: MetricQuery, listing: Listing[M]) -> list[M]:
    """Return active meters of the scope on active assets; nobody reads those of inactive ones."""
    upstream = question.call.upstream
    location = None if question.location is None else await subtree_of(upstream, question.location)
    asked = question.location if location is None else None
    fetch = partial(listing, upstream, asset=question.asset, location=asked)
    rows = await question.reading.all_rows(fetch, "meters")
    found = [row for row in rows if row.active is not False and (location is None or location.holds(row))]
    retired = await _inactive_assets(question) if found else frozenset()
    return [row for row in found if row.asset_code not in retired]


async def _inactive_assets(question: MetricQuery) -> frozenset[str]:
    upstream = question.call.upstream
    fetch = partial(
        list_items,
        upstream,
        ItemFilter(active=False, location=question.location, whole_tree=question.location is not None),
    )
    try:
        rows = await question.reading.all_rows(fetch, "inactive assets")
        # The list of what is below a location lacks the location itself, which may be equipment with meters.
        itself = None if question.location is None else await find_item(upstream, question.location)
        return frozenset(row.code for row in [*rows, itself] if row is not None and row.active is False)
    except NotPermitted:
        question.reading.notes.append(
            "This person may not see assets: meters of inactive ones are counted as well."
        )
        return frozenset()
