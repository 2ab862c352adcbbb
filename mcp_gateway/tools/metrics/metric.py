"""Shared by all metrics of get_maintenance_metrics: the query and the shape of a result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.tools.metrics.reading import Reading

Metric = Literal[
    "reliability", "summary", "compliance", "backlog", "ageing", "cost", "requests", "planned_share",
    "work_per_person", "repeat_failures", "stale_meters", "meter_forecast", "stock_below_minimum",
    "purchase_draft", "stock_use", "idle_stock",
]  # fmt: skip
GroupBy = Literal[
    "none", "asset", "location", "month", "family", "person", "third_party", "criticality", "manufacturer",
    "failure_type", "failure_cause",
]  # fmt: skip
MOST_ROWS = 200  # rows or groups in one answer
USUAL_ROWS = 10  # unless more are asked for; months and people of the backlog are never cut by this


class Change(BaseModel):
    """A figure of an earlier period, and how it changed since. Not known on one side: no difference."""

    earlier: float
    difference: float | None = None
    direction: Annotated[
        Literal["better", "worse", "up", "down", "same"] | None,
        Field(description="better or worse where that is defined, else up or down."),
    ] = None


class MetricRow(BaseModel):
    """One row of a metric. Its fields depend on the metric."""

    key: Code
    name: UntrustedText | None = None
    tasks: int | None = None
    orders: int | None = None
    worked_orders: int | None = None
    closed_orders: int | None = None
    hours_to_close: float | None = None
    done: int | None = None
    planned: int | None = None
    on_time: int | None = None
    in_grace: int | None = None
    share: Annotated[float | None, Field(ge=0, le=1)] = None
    hours: float | None = None
    without_estimate: int | None = None
    weeks: float | None = None
    capacity_hours: float | None = None
    free_hours: Annotated[float | None, Field(description="Negative: overloaded.")] = None
    up_to_7_days: int | None = None
    up_to_30_days: int | None = None
    up_to_90_days: int | None = None
    over_90_days: int | None = None
    without_cost: int | None = None
    labour: float | None = None
    parts: float | None = None
    services: float | None = None
    total: float | None = None
    failures: int | None = None
    failure_types: list[UntrustedName] | None = None
    failure_causes: list[UntrustedName] | None = None
    requests: int | None = None
    response_hours: float | None = None
    resolution_hours: float | None = None
    meter: int | None = None
    value: Annotated[float | None, Field(description="Accumulated value of the meter, or of stock.")] = None
    dial_value: float | None = None
    unit: UntrustedName | None = None
    last_read_at: AwareDatetime | None = None
    days: float | None = None
    due_at: AwareDatetime | None = None
    due_value: float | None = None
    due_dial_value: float | None = None
    monthly_average: float | None = None
    reached: Annotated[
        Literal["yes", "probably", "not_yet"] | None,
        Field(description="probably: by the monthly average since the last reading."),
    ] = None
    task: UntrustedText | None = None
    warehouse: Code | None = None
    stock: float | None = None
    minimum: float | None = None
    missing: float | None = None
    needed: float | None = None
    buy: float | None = None
    unit_cost: float | None = None
    price_from: Literal["requisition", "stock", "plan"] | None = None
    used: float | None = None
    monthly_use: float | None = None
    last_used_at: AwareDatetime | None = None
    months_cover: float | None = None
    suggested_minimum: float | None = None
    folios: Annotated[list[Code] | None, Field(description="The work orders it is based on.")] = None
    changes: Annotated[
        dict[str, Change] | None, Field(description="By figure; empty: no such row in the earlier period.")
    ] = None
    url: str | None = None


Share = Annotated[float | None, Field(ge=0, le=1, description="0 to 1; omitted if it cannot be computed.")]
Hours = Annotated[float | None, Field(ge=0, description="Hours; omitted if they cannot be computed.")]


class Metrics(BaseModel):
    assets: Annotated[int, Field(ge=0, description="Number of assets in the figures.")]
    availability: Share = None
    availability_by_failures: Share = None
    failures: Annotated[int, Field(ge=0)]
    mtbf_hours: Hours = None
    too_few: Annotated[str | None, Field(description="Said in place of mtbf_hours.")] = None
    mttr_hours: Hours = None
    repairs: Annotated[int, Field(ge=0, description="Number of repairs behind mttr_hours.")]
    downtime_hours: Annotated[float, Field(ge=0, description="Total time out of service.")]
    failure_downtime_hours: Annotated[
        float, Field(ge=0, description="Time out of service because of failures.")
    ]


class Group(Metrics):
    key: Annotated[
        Code, Field(description="Code of the asset or location, the month, or the text grouped by.")
    ]
    name: UntrustedText | None = None
    part_of: Annotated[Code | None, Field(description="Of a component: its machine.")] = None
    failures_share: Annotated[Share, Field(description="Of the failures of the whole.")] = None
    cumulative_share: Annotated[
        Share, Field(description="By type or cause: of the failures, with all rows above.")
    ] = None
    downtime_share: Annotated[Share, Field(description="Of the downtime of the whole.")] = None
    failure_types: Annotated[list[UntrustedName] | None, Field(description="Most frequent first.")] = None
    failure_causes: list[UntrustedName] | None = None
    detected_by: list[UntrustedName] | None = None
    folios: Annotated[
        list[Code] | None, Field(description="Work orders of its failures, newest first, at most 5.")
    ] = None
    open_since: Annotated[
        AwareDatetime | None, Field(description="Start of the earliest stop that nobody closed.")
    ] = None
    failures_since_open: Annotated[
        int | None,
        Field(ge=0, description="Failures after open_since; if above 0, the stop is probably over."),
    ] = None
    changes: dict[str, Change] | None = None
    url: str | None = None


@dataclass(slots=True)
class MetricResult:
    """The result of a metric before it is formatted. reliability has groups, the others have rows."""

    overall: dict[str, float | int | None] | Metrics
    method: str
    rows: list[MetricRow] = field(default_factory=list)
    rows_used: int = 0
    groups: list[Group] | None = None
    papers: list[str] | None = None


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """The hours that one person works in a week, and who said so."""

    hours: float
    source: str


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A query with resolved names: codes, and both ends of the period.

    EARLIEST and LATEST are ends that nobody gave, of metrics that need none.
    """

    call: Call
    reading: Reading
    scope: Literal["asset", "location", "company"]
    code: str | None
    since: dt.datetime
    until: dt.datetime
    now: dt.datetime
    group_by: GroupBy
    days: int | None
    week: WorkingWeek
    components: bool

    @property
    def asset(self) -> str | None:
        """Return the only asset that is asked about."""
        return self.code if self.scope == "asset" and not self.components else None

    @property
    def location(self) -> str | None:
        """Return the location; a machine is one if its components are asked about too."""
        return self.code if self.scope != "company" and self.asset is None else None


def known_sum(values: Iterable[float | None]) -> float | None:
    """Sum the known values, None if none is known. Unknown is not zero."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 2)


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 2) if found else None


def share(part: float | None, whole: float | None) -> float | None:
    return round(min(1.0, (part or 0) / whole), 4) if whole else None


def largest_first(
    rows: Iterable[MetricRow], size: Callable[[MetricRow], float | int | None]
) -> list[MetricRow]:
    return sorted(rows, key=lambda row: (-(size(row) or 0), row.key))
