"""Availability, MTBF and MTTR from outages and failures: arithmetic only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcp_gateway.tools.work.task_facts import is_done, is_failure, worked_seconds
from mcp_gateway.upstream.resources.availability import OutageRow
from mcp_gateway.upstream.resources.work_orders import TaskRow

Span = tuple[dt.datetime, dt.datetime]
# With fewer, the true mean may well be three times the computed one (docs/metrics.md#reliability).
FEWEST_FAILURES = 5
METHOD = (
    "Availability = 1 − time out of service ÷ (assets × period), open stops until now, overlaps once; by "
    "failures: only stops of failures. Failure: a task with a failure type, or corrective with a stop, "
    "reported within 7 days, cancelled orders apart. MTBF = assets × period ÷ failures, from "
    f"{FEWEST_FAILURES} on. MTTR: mean of the ended repairs: time out of service, else of the task."
)


@dataclass(frozen=True, slots=True)
class Window:
    """A period as of now: its future part does not count."""

    since: dt.datetime
    until: dt.datetime
    now: dt.datetime

    @property
    def end(self) -> dt.datetime:
        return min(self.until, self.now)

    def touches(self, outage: Outage) -> bool:
        return outage.begin < self.until and (outage.end or self.now) > self.since


@dataclass(frozen=True, slots=True)
class Outage:
    """A stop. `named_by` are the tasks of failures that name it."""

    number: int
    asset: str
    begin: dt.datetime
    end: dt.datetime | None
    named_by: tuple[TaskRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    asset: str
    at: dt.datetime
    repair_seconds: float | None
    row: TaskRow


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
        """Return the mean time between failures, None if there are too few for one."""
        if self.failures < FEWEST_FAILURES or not self.assets:
            return None
        return self.asset_seconds / self.failures / 3600

    @property
    def too_few(self) -> str | None:
        """Return what is said in place of a mean time between failures."""
        if self.failures >= FEWEST_FAILURES or self.asset_seconds <= 0:
            return None
        hours = f"{self.asset_seconds / 3600:,.0f} hours"
        if not self.failures:
            return f"No failure in {hours}."
        counted = "1 failure" if self.failures == 1 else f"{self.failures} failures"
        return f"{counted} in {hours}: too few for an MTBF."

    @property
    def mttr_hours(self) -> float | None:
        return self.repair_seconds / self.repairs / 3600 if self.repairs else None

    def _share(self, down: float) -> float | None:
        if self.asset_seconds <= 0:
            return None
        return max(0.0, 1 - down / self.asset_seconds)


def failures_of(rows: Iterable[TaskRow], outages: dict[int, OutageRow]) -> list[Failure]:
    found = []
    for row in rows:
        if not is_failure(row):
            continue
        outage = linked(row, outages)
        at = row.event_date or (outage.initial_date if outage else None)
        at = at or row.initial_date or row.date_maintenance or row.creation_date
        if at is not None and row.code:
            found.append(Failure(row.code, at, _repair_seconds(row, outage), row))
    return found


def linked(row: TaskRow, outages: dict[int, OutageRow]) -> OutageRow | None:
    """Return the out-of-service record that the task names, if it belongs to the task's own asset."""
    outage = outages.get(row.id_items_availability or 0)
    return outage if outage is not None and outage.code == row.code else None


def _repair_seconds(row: TaskRow, outage: OutageRow | None) -> float | None:
    if outage is not None and (seconds := _seconds(outage.initial_date, outage.final_date)) is not None:
        return seconds
    if not is_done(row):
        return None  # still open
    if row.out_of_service_sec is not None and row.out_of_service_sec >= 0:
        return row.out_of_service_sec
    seconds = _seconds(row.initial_date, row.final_date)
    return worked_seconds(row) if seconds is None else seconds


def _seconds(begin: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return None if begin is None or end is None or end < begin else (end - begin).total_seconds()


def outages_of(rows: dict[int, OutageRow], tasks: Iterable[TaskRow]) -> list[Outage]:
    named_by: dict[int, list[TaskRow]] = defaultdict(list)
    for task in tasks:
        if is_failure(task) and (stop := linked(task, rows)) is not None:
            named_by[stop.id].append(task)
    return [
        Outage(row.id, row.code, row.initial_date, row.final_date, tuple(named_by[row.id]))
        for row in rows.values()
        if row.code and row.initial_date and (row.final_date is None or row.final_date >= row.initial_date)
    ]


def figures(
    outages: Sequence[Outage],
    failures: Sequence[Failure],
    *,
    assets: int,
    window: Window,
) -> Figures:
    """Return the figures of one group of assets over one window, from the failures in it."""
    repairs = [failure.repair_seconds for failure in failures if failure.repair_seconds is not None]
    return Figures(
        assets=assets,
        period_seconds=max(0.0, (window.end - window.since).total_seconds()),
        downtime_seconds=_down(outages, window),
        failure_downtime_seconds=_down([outage for outage in outages if outage.named_by], window),
        failures=len(failures),
        repairs=len(repairs),
        repair_seconds=sum(repairs),
    )


def _down(outages: Sequence[Outage], window: Window) -> float:
    """Return the seconds out of service, summed over all assets."""
    spans: dict[str, list[Span]] = {}
    for outage in outages:
        begin, end = max(outage.begin, window.since), min(outage.end or window.now, window.end)
        if begin < end:
            spans.setdefault(outage.asset, []).append((begin, end))
    return sum(_length(of_asset) for of_asset in spans.values())


def _length(spans: list[Span]) -> float:
    """Return the total length of the union of the spans."""
    seconds = 0.0
    reached: dt.datetime | None = None
    for begin, end in sorted(spans):
        start = begin if reached is None else max(begin, reached)
        if end > start:
            seconds += (end - start).total_seconds()
            reached = end
    return seconds
