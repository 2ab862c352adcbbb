"""Keeps the costs of a task equal to the sums of its resources."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Sum

from maintenance.models import ResourceType, WorkOrderTask
from maintenance.rules.refusals import Rejected

COLUMNS: Mapping[ResourceType, str] = {
    ResourceType.INVENTORY: "inventory_cost",
    ResourceType.HUMAN_RESOURCES: "labour_cost",
    ResourceType.SERVICES: "services_cost",
}
MOST_COST, MOST_HOURS = 10**12, 10**8  # the limits of the columns


def add_up(task: WorkOrderTask) -> None:
    """Updates the costs. The caller must hold the lock of the task's order. Raises Rejected."""
    kinds = task.resources.order_by().values_list("type").annotate(Sum("total_cost"), Sum("qty"))
    sums = {kind: (cost, qty) for kind, cost, qty in kinds}
    for kind, column in COLUMNS.items():
        cost, qty = sums.get(kind, (0, 0))
        if cost >= MOST_COST or (kind == ResourceType.HUMAN_RESOURCES and qty >= MOST_HOURS):
            raise Rejected("With that the task would cost more, or take more hours, than can be kept.")
        setattr(task, column, Decimal(f"{cost:.2f}"))
    task.hours = Decimal(f"{sums.get(ResourceType.HUMAN_RESOURCES, (0, 0))[1]:.2f}")
    task.save(update_fields=[*COLUMNS.values(), "hours"])
