"""Removes the records of a company, in the order that their protections ask for."""

from __future__ import annotations

from accounts.models import Company
from maintenance.models import Item, Movement, PendingTask, PlannedTask, WorkOrder, WorkRequest


def remove(company: Company) -> dict[str, int]:
    """Delete what protects others first. The rest goes with the company. Return how many records of each."""
    removed = {}
    WorkOrder.objects.filter(company=company).update(parent=None)
    Item.objects.filter(company=company).update(parent=None)
    for model in (PendingTask, WorkOrder, WorkRequest, PlannedTask, Movement, Item):
        removed[str(model._meta.verbose_name_plural)] = model.objects.filter(company=company).count()
        model.objects.filter(company=company).delete()
    return removed
