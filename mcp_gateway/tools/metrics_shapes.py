"""What get_maintenance_metrics is asked and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.tools.listing import Arguments
from mcp_gateway.tools.measures import GroupBy, MeasureRow, Metric
from mcp_gateway.tools.moments import IsoInput
from mcp_gateway.tools.resolving import AssetName
from mcp_gateway.tools.text import UntrustedName, UntrustedText

GROUPS: dict[Metric, frozenset[str]] = {
    "reliability": frozenset({"asset", "location", "month"}),
    "compliance": frozenset({"asset", "location", "month", "family", "person"}),
    "backlog": frozenset({"asset", "location", "family", "person"}),
    "planned_share": frozenset({"asset", "location", "month", "family", "person"}),
    "cost": frozenset({"asset", "location", "month", "family", "person", "third_party"}),
    "requests": frozenset({"asset", "location", "month"}),
}


class Input(Arguments):
    metric: Annotated[
        Metric,
        Field(
            description=(
                "reliability: availability, MTBF, MTTR, failures, downtime. summary: counts by status, late. "
                "compliance: planned tasks on time. backlog: open hours and weeks. cost. requests: response "
                "and resolution time. planned_share against reactive. The others as named."
            )
        ),
    ] = "reliability"
    scope: Annotated[
        Literal["asset", "location", "company"],
        Field(description="One asset, all equipment in a location at any depth, or all of the company."),
    ] = "company"
    code: Annotated[
        AssetName | None, Field(description="Code or name of the asset or location of the scope.")
    ] = None
    since: Annotated[
        IsoInput | None, Field(description="Begin, ISO date; 90 days before until if left out.")
    ] = None
    until: Annotated[IsoInput | None, Field(description="End, ISO date; now if left out.")] = None
    group_by: Annotated[
        GroupBy, Field(description="Rows for each of these as well, where the metric knows them.")
    ] = "none"
    days: Annotated[
        int | None,
        Field(
            ge=1,
            le=3650,
            description=(
                "stale_meters: not read for (30). meter_forecast, purchase_draft: ahead (90, 30). "
                "compliance: of grace (7). repeat_failures: how often at least (3)."
            ),
        ),
    ] = None
    hours_per_week: Annotated[float, Field(gt=0, le=168, description="backlog: what one person works.")] = 40
    allow_calls: Annotated[
        int | None, Field(ge=61, le=400, description="What the person agreed to, when asked for.")
    ] = None

    @model_validator(mode="after")
    def scope_and_code_together(self) -> Input:
        if (self.scope == "company") != (self.code is None):
            raise ValueError("code is needed for the scopes asset and location, and only for these")
        allowed = GROUPS.get(self.metric, frozenset())
        if self.group_by != "none" and self.group_by not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise ValueError(f"{self.metric} knows these groups: {known}")
        return self


Share = Annotated[
    float | None, Field(ge=0, le=1, description="0 to 1; left out where nothing can be computed.")
]
Hours = Annotated[float | None, Field(ge=0, description="Hours; left out where nothing can be computed.")]


class Metrics(BaseModel):
    assets: Annotated[int, Field(ge=0, description="How many assets the figures are about.")]
    availability: Share = None
    availability_by_failures: Share = None
    failures: Annotated[int, Field(ge=0)]
    mtbf_hours: Hours = None
    mttr_hours: Hours = None
    downtime_hours: Annotated[float, Field(ge=0, description="All time out of service.")]
    failure_downtime_hours: Annotated[float, Field(ge=0, description="Time out of service for failures.")]


class Group(Metrics):
    key: Annotated[UntrustedName, Field(description="Code of the asset or location, or the month.")]
    name: UntrustedText | None = None
    url: str | None = None


class Covered(BaseModel):
    rows_used: Annotated[int, Field(ge=0, description="Out-of-service records and failures in the figures.")]
    pages_read: Annotated[int, Field(ge=0)]
    partial: Annotated[bool, Field(description="True: not all records could be read; figures are too good.")]


class PeriodShown(BaseModel):
    since: AwareDatetime
    until: AwareDatetime


class Output(BaseModel):
    metric: Metric
    scope: Literal["asset", "location", "company"]
    code: UntrustedName | None = None
    period: PeriodShown
    overall: Metrics | dict[str, float | int]
    groups: Annotated[list[Group] | None, Field(description="Of reliability.")] = None
    rows: Annotated[list[MeasureRow] | None, Field(description="Of the other metrics.")] = None
    groups_left_out: Annotated[int, Field(ge=0)] = 0
    method: str
    coverage: Covered
    notes: list[str]
