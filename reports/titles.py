"""The titles of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from mcp_gateway.calls.field_labels import METRICS

LISTS: Mapping[str, Promise] = {
    "get_maintenance_metrics": pgettext_lazy("report", "Maintenance metrics"),
    "list_work_orders": pgettext_lazy("report", "Work orders"),
    "list_work_requests": pgettext_lazy("report", "Work requests"),
    "list_pending_tasks": pgettext_lazy("report", "Pending tasks"),
    "list_planned_work": pgettext_lazy("report", "Planned work"),
    "list_task_plans": pgettext_lazy("report", "Task plans"),
    "list_assets": pgettext_lazy("report", "Assets"),
    "list_meters": pgettext_lazy("report", "Meters"),
    "list_meter_readings": pgettext_lazy("report", "Meter readings"),
    "list_stock": pgettext_lazy("report", "Stock"),
    "list_warehouse_documents": pgettext_lazy("report", "Warehouse documents"),
    "list_people": pgettext_lazy("report", "People"),
    "list_third_parties": pgettext_lazy("report", "Third parties"),
    "list_transactions": pgettext_lazy("report", "Transactions"),
    "list_documents": pgettext_lazy("report", "Documents"),
}
DEFAULT_METRIC = "reliability"


def title_of(tool: str, arguments: Mapping[str, Any]) -> str:
    metric = str(arguments.get("metric", DEFAULT_METRIC)) if tool == "get_maintenance_metrics" else ""
    found = METRICS.get(metric) or LISTS.get(tool)
    return tool if found is None else str(found)
