"""Entries in the transaction log of a demo plant."""

from __future__ import annotations

import datetime

from accounts.models import Membership
from maintenance.demo.plant import Plant
from maintenance.models import (
    Action,
    Module,
    Transaction,
    WorkRequest,
)

LOG_PARTS = (
    (Module.ASSETS, "ASSETS", Action.EDIT),
    (Module.ASSETS, "ASSETS", Action.ADD),
    (Module.TASKS, "WORK_ORDERS", Action.FINISHED),
    (Module.TASKS, "WORK_ORDERS", Action.EDIT),
    (Module.WAREHOUSES, "ADJUSTMENTS", Action.EDIT),
    (Module.HUMAN_RESOURCES, "PERSONNEL", Action.EDIT),
    (Module.CONFIGURATION, "SECURITY", Action.LOGIN),
    (Module.CONFIGURATION, "SECURITY", Action.LOGOUT),
)


def add_log(plant: Plant) -> None:
    company, rng = plant.company, plant.rng("log")
    users = [
        membership.user
        for membership in Membership.objects.filter(company=company).select_related("user").order_by("id")
    ]
    rows = []
    for _ in range(400):
        module, part, action = rng.choice(LOG_PARTS)
        user = rng.choice(users)
        rows.append(
            Transaction(
                company=company,
                user=user,
                event_date=plant.today - datetime.timedelta(minutes=rng.randint(1, 60 * 24 * 45)),
                ip_address=f"10.20.{rng.randint(0, 9)}.{rng.randint(2, 250)}",
                name=user.name or user.email,
                email=user.email,
                module=module,
                sub_module=part,
                action=action,
                description=user.email if part == "SECURITY" else rng.choice(plant.machines).item.description,
            )
        )
    newest = WorkRequest.objects.filter(company=company).select_related("created_by").order_by("-date")[:60]
    rows += [
        Transaction(
            company=company,
            event_date=request.date,
            name=request.requested_by or "",
            email=request.email_requested_by,
            module=Module.WORK_REQUESTS,
            sub_module="REQUESTS",
            action=Action.ADD,
            description=f"{request.pk} {request.description}",
        )
        for request in newest
    ]
    Transaction.objects.bulk_create(rows)
