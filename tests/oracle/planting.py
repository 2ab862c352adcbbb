"""Writes a plant into the tables of the embedded API, where it replaces the previous one."""

from __future__ import annotations

from typing import Any

from django.db import connection, models, transaction

from accounts.models import Company
from maintenance import models as tables
from tests.oracle.plants import Plant

# In the order of their references.
ORDER = (
    "Item",
    "OutOfService",
    "CustomField",
    "CustomFieldValue",
    "Personnel",
    "ItemMove",
    "FailureTerm",
    "TaskType",
    "ThirdParty",
    "ThirdPartyContact",
    "ThirdPartyService",
    "Document",
    "WorkRequest",
    "RequestAttachment",
    "RequestStatusChange",
    "WorkOrder",
    "WorkOrderTask",
    "Attachment",
    "TaskPlan",
    "PlannedTask",
    "TaskTrigger",
    "Meter",
    "MeterReading",
    "Subtask",
    "Warehouse",
    "StockLevel",
    "Movement",
    "MovementLine",
    "TaskResource",
    "PlannedResource",
    "PendingTask",
    "FormItem",
    "Transaction",
)


def plant_into(company: Company, plant: Plant) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in reversed(ORDER):
            cursor.execute(f"DELETE FROM {_model(name)._meta.db_table}")
        Company.objects.filter(pk=company.pk).update(time_zone=plant.calendar.zone)
        for name in ORDER:
            model = _model(name)
            owned = any(column.name == "company" for column in model._meta.get_fields())
            owner: dict[str, Any] = {"company_id": company.pk} if owned else {}
            model._default_manager.bulk_create([model(**owner, **row) for row in plant[name]])


def _model(name: str) -> type[models.Model]:
    found: type[models.Model] = getattr(tables, name)
    return found
