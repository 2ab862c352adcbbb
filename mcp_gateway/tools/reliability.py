"""Availability, MTBF and MTTR from outages and failures: arithmetic only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_gateway.tools.text import fold
from mcp_gateway.upstream.availability import OutageRow
from mcp_gateway.upstream.work_orders import TaskRow

Span = tuple[dt.datetime, dt.datetime]
CORRECTIVE = ("correct", "corret")  # correctiva, corretiva, corrective, whatever the company calls it
CANCELLED = 4

METHOD = (
    "Availability = (assets × period − time out of service) ÷ (assets × period), from the out-of-service "
    "records, clipped to the period, an open end counting until now, overlaps of one asset counted once. "
    "Availability by failures counts only records that a failure is linked to. A failure is a task with a "
    "failure type, or of corrective type with an out-of-service record, in an order that was not cancelled, "
    "reported within 7 days. "
    "MTBF = assets × period ÷ failures. MTTR = mean repair time of the failures whose repair has ended: "
    "the out-of-service time, else from start to end of the task, else its recorded duration."
)


@dataclass(frozen=True, slots=True)
class Outage:
    asset: str
    begin: dt.datetime
    end: dt.datetime | None
    by_failure: bool


@dataclass(frozen=True, slots=True)
class Failure:
    asset: str
    at: dt.datetime
    repair_seconds: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    assets: int
    period_seconds: float
    downtime_seconds: float
    failure_downtime_seconds: float
    failures: int
    repairs: int
    repair_seconds: float

    @property
    def asset_seconds(self) -> float:
        return self.assets * self.period_seconds

    @property
    def availability(self) -> float | None:
        return self._share(self.downtime_seconds)

    @property
    def availability_by_failures(self) -> float | None:
        return self._share(self.failure_downtime_seconds)

    @property
    def mtbf_hours(self) -> float | None:
        return self.asset_seconds / self.failures / 3600 if self.failures and self.assets else None

    @property
    def mttr_hours(self) -> float | None:
        return self.repair_seconds / self.repairs / 3600 if self.repairs else None

    def _share(self, down: float) -> float | None:
        if self.asset_seconds <= 0:
            return None
        return max(0.0, 1 - down / self.asset_seconds)


def is_failure(row: TaskRow) -> bool:
    if row.id_status_work_order == CANCELLED:
        return False
    corrective = fold(row.tasks_log_task_type_main).startswith(CORRECTIVE)
    return bool(row.types_description) or (corrective and row.id_items_availability is not None)


def failures_of(rows: Iterable[TaskRow], outages: dict[int, OutageRow]) -> list[Failure]:
    found = []
    for row in rows:
        if not is_failure(row):
            continue
        outage = outages.get(row.id_items_availability or 0)
        at = row.event_date or (outage.initial_date if outage else None)
        at = at or row.initial_date or row.date_maintenance or row.creation_date
        if at is not None and row.code:
            found.append(Failure(row.code, at, _repair_seconds(row, outage)))
    return found


def _repair_seconds(row: TaskRow, outage: OutageRow | None) -> float | None:
    if outage is not None and outage.initial_date and outage.final_date:
        return max(0.0, (outage.final_date - outage.initial_date).total_seconds())
    if row.out_of_service_sec is not None:
        return max(0.0, row.out_of_service_sec)
    if row.id_items_availability is not None and row.final_date is None:
        return None  # still out of service
    if row.initial_date and row.final_date:
        return max(0.0, (row.final_date - row.initial_date).total_seconds())
    return row.real_duration


def outages_of(rows: Iterable[OutageRow], tasks: Iterable[TaskRow]) -> list[Outage]:
    by_failure = {task.id_items_availability for task in tasks if is_failure(task)}
    return [
        Outage(row.code, row.initial_date, row.final_date, row.id in by_failure)
        for row in rows
        if row.code and row.initial_date
    ]


def figures(
    outages: Sequence[Outage],
    failures: Sequence[Failure],
    *,
    assets: int,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> Figures:
    """For one group of assets and one period; what lies in the future counts for nothing."""
    until = min(until, now)
    inside = [failure for failure in failures if since <= failure.at < until]
    repairs = [failure.repair_seconds for failure in inside if failure.repair_seconds is not None]
    return Figures(
        assets=assets,
        period_seconds=max(0.0, (until - since).total_seconds()),
        downtime_seconds=_down(outages, since, until, now),
        failure_downtime_seconds=_down(
            [outage for outage in outages if outage.by_failure], since, until, now
        ),
        failures=len(inside),
        repairs=len(repairs),
        repair_seconds=sum(repairs),
    )


def _down(outages: Sequence[Outage], since: dt.datetime, until: dt.datetime, now: dt.datetime) -> float:
    """Seconds out of service, over all assets."""
    spans: dict[str, list[Span]] = {}
    for outage in outages:
        begin, end = max(outage.begin, since), min(outage.end or now, until)
        if begin < end:
            spans.setdefault(outage.asset, []).append((begin, end))
    return sum(_length(of_asset) for of_asset in spans.values())


def _length(spans: list[Span]) -> float:
    """What the spans cover together."""
    seconds = 0.0
    reached: dt.datetime | None = None
    for begin, end in sorted(spans):
        start = begin if reached is None else max(begin, reached)
        if end > start:
            seconds += (end - start).total_seconds()
            reached = end
    return seconds
