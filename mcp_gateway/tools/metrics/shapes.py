"""Input and output of get_maintenance_metrics."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.tools.kit.datetimes import IsoInput
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.resolving import AssetName
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.tools.metrics.arguments import Scope, groups_known, not_applied
from mcp_gateway.tools.metrics.earlier_period import CompareWith
from mcp_gateway.tools.metrics.metric import MOST_ROWS, Change, Group, GroupBy, Metric, MetricRow, Metrics
from mcp_gateway.tools.metrics.reading import ASK_ABOVE, MOST_CALLS


class GetMaintenanceMetricsInput(Arguments):
    metric: Annotated[
        Metric,
        Field(
            description=(
                "reliability: availability, MTBF, MTTR, failures, downtime. summary: counts by status, "
                "late. compliance: planned tasks on time. backlog: open hours and weeks; by person with "
                "until ahead also free hours, of idle people too. ageing: open orders by state and age. "
                "cost. requests: response and resolution time. planned_share: planned against reactive "
                "work. The others as named."
            )
        ),
    ] = "reliability"
    scope: Annotated[
        Scope,
        Field(description="One asset, everything in a location at any depth, or the whole company."),
    ] = "company"
    code: Annotated[AssetName | None, Field(description="Code or name of the asset or location.")] = None
    since: Annotated[IsoInput | None, Field(description="Start, ISO date; default 90 days before until.")] = (
        None
    )
    until: Annotated[
        IsoInput | None, Field(description="End, ISO date; default now. backlog: of scheduled dates.")
    ] = None
    group_by: Annotated[GroupBy, Field(description=f"Also a row for each. {groups_known()}")] = "none"
    top: Annotated[
        int | None, Field(ge=1, le=MOST_ROWS, description="Rows; default 10; months, backlog by person: all.")
    ] = None
    days: Annotated[
        int | None,
        Field(
            ge=0,
            le=3650,
            description=(
                "stale_meters: days without a reading (30). meter_forecast, purchase_draft: days ahead "
                "(90, 30). compliance: days of grace (7). repeat_failures: minimum count (3). stock_use: "
                "days of delivery (30). idle_stock: days without movement (180)."
            ),
        ),
    ] = None
    compare_with: Annotated[CompareWith, Field(description="Also give the changes since then.")] = "none"
    hours_per_week: Annotated[
        float | None,
        Field(gt=0, le=168, description="backlog: hours that one person works in a week; default as set."),
    ] = None
    components: Annotated[bool, Field(description="reliability: count components too.")] = False
    allow_calls: Annotated[
        int | None,
        Field(
            ge=ASK_ABOVE + 1,
            le=MOST_CALLS,
            description="Number of calls that the person agreed to, if it was asked for.",
        ),
    ] = None

    @model_validator(mode="after")
    def every_argument_is_applied(self) -> GetMaintenanceMetricsInput:
        if (self.scope == "company") != (self.code is None):
            raise ValueError("code is needed for the scopes asset and location, and only for these")
        values = {name: getattr(self, name) for name in self.model_fields_set}
        given = {name for name, value in values.items() if value not in (None, "none") and value is not False}
        problems = list(not_applied(self.metric, self.scope, self.group_by, given, self.days))
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Covered(BaseModel):
    rows_used: Annotated[int, Field(ge=0, description="Number of records in the figures, each counted once.")]
    pages_read: Annotated[int, Field(ge=0)]
    partial: Annotated[
        bool, Field(description="True if not all records were examined; notes say what is missing.")
    ]


class PeriodShown(BaseModel):
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class GetMaintenanceMetricsOutput(BaseModel):
    metric: Metric
    scope: Scope
    code: Code | None = None
    period: Annotated[
        PeriodShown | None, Field(description="Omitted if the metric describes the present.")
    ] = None
    currency: Annotated[
        str | None, Field(description="Currency of the amounts, if the company has set it.")
    ] = None
    overall: Metrics | dict[str, float | int]
    earlier_period: PeriodShown | None = None
    changes: Annotated[
        dict[str, Change] | None, Field(description="Of overall, since the earlier period; rows have theirs.")
    ] = None
    earlier_only: Annotated[
        list[Code] | None, Field(description="Keys of rows that only the earlier period has.")
    ] = None
    groups: Annotated[list[Group] | None, Field(description="For reliability.")] = None
    rows: Annotated[list[MetricRow] | None, Field(description="For the other metrics.")] = None
    groups_total: Annotated[int, Field(ge=0, description="Number of groups or rows, shown or not.")] = 0
    groups_left_out: Annotated[int, Field(ge=0)] = 0
    papers: Annotated[
        list[UntrustedName] | None, Field(description="purchase_draft: open purchase orders to check.")
    ] = None
    method: str
    coverage: Covered
    report_url: Annotated[str, Field(description="Page with chart, records and download, for the person.")]
    notes: list[str]
