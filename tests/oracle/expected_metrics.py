"""The expected figures of each metric."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures import (
    ageing,
    backlog,
    costs,
    failures,
    meters,
    reliability,
    requests,
    stock_use,
    supply,
    work,
)
from tests.oracle.tables import Tables

EXPECTED: dict[str, Callable[[Tables, Asked], Figures]] = {
    "reliability": reliability.reliability,
    "summary": work.summary,
    "compliance": work.compliance,
    "backlog": backlog.backlog,
    "ageing": ageing.ageing,
    "planned_share": work.planned_share,
    "cost": costs.cost,
    "work_per_person": work.work_per_person,
    "repeat_failures": failures.repeat_failures,
    "requests": requests.requests,
    "stale_meters": meters.stale_meters,
    "meter_forecast": meters.meter_forecast,
    "stock_below_minimum": supply.stock_below_minimum,
    "purchase_draft": supply.purchase_draft,
    "stock_use": stock_use.stock_use,
    "idle_stock": stock_use.idle_stock,
}
