"""Puts each of the sixty texts into each free-text field of the plant, on sixty records of every kind."""

from __future__ import annotations

import itertools
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import Company
from maintenance.models import (
    Attachment,
    AttachmentType,
    CustomFieldValue,
    Document,
    Item,
    Meter,
    Movement,
    PendingTask,
    Personnel,
    PlannedTask,
    RequestStatusChange,
    Subtask,
    TaskResource,
    TaskType,
    ThirdParty,
    ThirdPartyContact,
    ThirdPartyService,
    Transaction,
    Warehouse,
    WorkOrder,
    WorkOrderTask,
    WorkRequest,
)
from tests.prompt_injection.texts import TEXTS

# The free-text fields of each model. Texts are cut to the length of the column.
FIELDS: dict[type[Model], tuple[str, ...]] = {
    Item: ("field_1", "description", "notes", "field_3"),
    Meter: ("description",),
    Personnel: ("last_name", "group_1", "group_2"),
    WorkOrder: ("note", "custom_status"),
    WorkOrderTask: ("description", "note", "requested_by", "item_description"),
    WorkRequest: ("description", "observation", "requested_by", "status_notes"),
    RequestStatusChange: ("notes",),
    PendingTask: ("description", "note", "requested_by"),
    PlannedTask: ("description", "note"),
    Subtask: ("description", "value"),
    TaskResource: ("description", "source", "note"),
    Attachment: ("description", "value"),
    Document: ("name", "description", "group"),
    CustomFieldValue: ("value",),
    ThirdParty: ("name", "address", "city"),
    ThirdPartyContact: ("name", "role"),
    ThirdPartyService: ("description", "details"),
    Warehouse: ("description", "city"),
    Movement: ("note", "document"),
    Transaction: ("description",),
}
STORED = [text.replace("\x00", "") if connection.vendor == "postgresql" else text for text in TEXTS]


def plant_everywhere() -> None:
    company = Company.objects.get(slug="demo")
    _enough(company)
    for model, fields in FIELDS.items():
        rows: list[Any] = list(_newest(model, company)[: 4 * len(TEXTS)])
        assert len(rows) >= len(TEXTS), model
        for row, text in zip(rows, itertools.cycle(STORED), strict=False):
            for field in fields:
                longest = row._meta.get_field(field).max_length
                setattr(row, field, text[:longest] if longest else text)
        model._default_manager.bulk_update(rows, fields, batch_size=100)


def _newest(model: type[Model], company: Company) -> Any:
    names = {field.name for field in model._meta.get_fields()}
    owner = "company" if "company" in names else "request__company"
    order = "-pk" if model is not WorkOrder else "-creation_date"
    rows = model._default_manager.filter(**{owner: company})
    if model is Item:
        rows = rows.filter(type=2)
    return rows.order_by(order)


def _enough(company: Company) -> None:
    """Create records of the kinds of which the plant has fewer than sixty."""
    some = range(len(TEXTS))
    item = Item.objects.filter(company=company, code="CMP-01").get()
    Meter.objects.bulk_create(
        Meter(company=company, item=item, description="x", serial=f"INJ-{n}", unit="Horas", unit_code="HRS")
        for n in some
    )
    Personnel.objects.bulk_create(
        Personnel(company=company, code=f"INJ-{n}", first_name="X", last_name="x") for n in some
    )
    parties = ThirdParty.objects.bulk_create(
        ThirdParty(company=company, code=f"INJ-{n}", name=f"x{n}", types=[1]) for n in some
    )
    ThirdPartyContact.objects.bulk_create(
        ThirdPartyContact(company=company, third_party=party, name="x") for party in parties
    )
    ThirdPartyService.objects.bulk_create(
        ThirdPartyService(company=company, third_party=party, description="x", cost=1) for party in parties
    )
    Warehouse.objects.bulk_create(Warehouse(company=company, code=f"INJ-{n}", description="x") for n in some)
    kind = TaskType.objects.filter(company=company)[0]
    PlannedTask.objects.bulk_create(PlannedTask(company=company, description="x", type=kind) for _ in some)
    Document.objects.bulk_create(Document(company=company, item=item, name="x") for n in some)
    task = WorkOrderTask.objects.filter(company=company).select_related("work_order")[0]
    Attachment.objects.bulk_create(
        Attachment(
            company=company, work_order=task.work_order, task=task, type=AttachmentType.NOTE, value="x"
        )
        for n in some
    )
    Transaction.objects.bulk_create(
        Transaction(company=company, module=1, action="EDIT", description="x", event_date=timezone.now())
        for n in some
    )
