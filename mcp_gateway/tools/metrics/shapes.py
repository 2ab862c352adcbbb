"""What get_maintenance_metrics is asked and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.tools.kit.datetimes import IsoInput
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.resolving import AssetName
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.tools.metrics.arguments import Scope, not_applied
from mcp_gateway.tools.metrics.metric import Group, GroupBy, Metric, MetricRow, Metrics


class GetMaintenanceMetricsInput(Arguments):
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
        Scope,
        Field(description="One asset, all in a location at any depth, or all of the company."),
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
    def every_argument_is_applied(self) -> GetMaintenanceMetricsInput:
        if (self.scope == "company") != (self.code is None):
            raise ValueError("code is needed for the scopes asset and location, and only for these")
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        problems = list(not_applied(self.metric, self.scope, self.group_by, given))
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Covered(BaseModel):
    rows_used: Annotated[int, Field(ge=0, description="Records in the figures, each once.")]
    pages_read: Annotated[int, Field(ge=0)]
    partial: Annotated[
        bool, Field(description="True: not all records were looked at; notes say what is missing.")
    ]


class PeriodShown(BaseModel):
    since: AwareDatetime
    until: AwareDatetime


class GetMaintenanceMetricsOutput(BaseModel):
    metric: Metric
    scope: Scope
    code: Code | None = None
    period: Annotated[PeriodShown | None, Field(description="Left out where the metric is about now.")] = None
    currency: Annotated[str | None, Field(description="Of the amounts, where the company says it.")] = None
    overall: Metrics | dict[str, float | int]
    groups: Annotated[list[Group] | None, Field(description="Of reliability.")] = None
    rows: Annotated[list[MetricRow] | None, Field(description="Of the other metrics.")] = None
    groups_total: Annotated[int, Field(ge=0, description="Groups or rows there are, shown or not.")] = 0
    groups_left_out: Annotated[int, Field(ge=0)] = 0
    papers: Annotated[
        list[UntrustedName] | None, Field(description="Of purchase_draft: open purchase orders to look at.")
    ] = None
    method: str
    coverage: Covered
    notes: list[str]
