"""What all measures of get_maintenance_metrics share: what is asked, and what an answer looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.registry import Call
from mcp_gateway.tools.metrics_data import Reading
from mcp_gateway.tools.text import UntrustedName, UntrustedText

Metric = Literal[
    "reliability", "summary", "compliance", "backlog", "cost", "requests", "planned_share",
    "work_per_person", "repeat_failures", "stale_meters", "meter_forecast", "stock_below_minimum",
    "purchase_draft",
]  # fmt: skip
GroupBy = Literal["none", "asset", "location", "month", "family", "person", "third_party"]
MOST_ROWS = 200


class MeasureRow(BaseModel):
    """One line of a measure. Which fields are there depends on the metric."""

    key: UntrustedName
    name: UntrustedText | None = None
    tasks: int | None = None
    orders: int | None = None
    done: int | None = None
    on_time: int | None = None
    share: Annotated[float | None, Field(ge=0, le=1)] = None
    hours: float | None = None
    weeks: float | None = None
    labour: float | None = None
    parts: float | None = None
    services: float | None = None
    total: float | None = None
    failures: int | None = None
    requests: int | None = None
    response_hours: float | None = None
    resolution_hours: float | None = None
    meter: int | None = None
    value: float | None = None
    unit: UntrustedName | None = None
    last_read_at: AwareDatetime | None = None
    days: float | None = None
    due_at: AwareDatetime | None = None
    due_value: float | None = None
    task: UntrustedText | None = None
    warehouse: UntrustedName | None = None
    stock: float | None = None
    minimum: float | None = None
    missing: float | None = None
    needed: float | None = None
    buy: float | None = None
    unit_cost: float | None = None
    folios: Annotated[list[UntrustedName] | None, Field(description="Work orders behind it.")] = None
    url: str | None = None


@dataclass(slots=True)
class Measured:
    """What a measure found, before it is shown."""

    overall: dict[str, float | int | None]
    method: str
    rows: list[MeasureRow] = field(default_factory=list)
    rows_used: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with names resolved: codes, and both ends of the period."""

    call: Call
    reading: Reading
    scope: Literal["asset", "location", "company"]
    code: str | None
    since: dt.datetime
    until: dt.datetime
    now: dt.datetime
    group_by: GroupBy
    days: int | None
    hours_per_week: float

    @property
    def asset(self) -> str | None:
        return self.code if self.scope == "asset" else None

    @property
    def location(self) -> str | None:
        return self.code if self.scope == "location" else None


def hours(seconds: float) -> float:
    return round(seconds / 3600, 2)


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 2) if found else None


def share(part: float, whole: float) -> float | None:
    return round(min(1.0, part / whole), 4) if whole else None


def largest_first(
    rows: Iterable[MeasureRow], size: Callable[[MeasureRow], float | int | None]
) -> list[MeasureRow]:
    return sorted(rows, key=lambda row: (-(size(row) or 0), row.key))
