"""Fills an empty database with two plants. The same seed gives the same plants."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Company
from maintenance.demo.assets import add_assets
from maintenance.demo.companies import COMPANIES, DEMO
from maintenance.demo.documents import add_documents
from maintenance.demo.item_details import add_custom_fields, add_moves
from maintenance.demo.meters import add_meters
from maintenance.demo.pending_tasks import add_pending
from maintenance.demo.people import add_people
from maintenance.demo.plans import add_plans
from maintenance.demo.plant import Plant
from maintenance.demo.stock import add_requisitions, add_stock
from maintenance.demo.third_parties import add_third_parties
from maintenance.demo.transaction_log import add_log
from maintenance.demo.work_order_details import add_order_details
from maintenance.demo.work_orders import add_work
from maintenance.models import Item, Meter, MeterReading, Personnel, WorkOrderTask, WorkRequest

COUNTED = (Item, Personnel, Meter, MeterReading, WorkOrderTask, WorkRequest)


class AlreadySeeded(Exception):
    """A company `demo` exists already."""


@transaction.atomic
def seed(seed: int = 7, today: datetime.datetime | None = None, scale: int = 1) -> dict[str, dict[str, int]]:
    """Creates both demo companies with their plants. Returns how many rows each has.

    With `scale` the first company has that many sites, each with its machines, meters and work.

    All dates are relative to the start of `today` (UTC). Only planned work is dated in the future.
    """
    if Company.objects.filter(slug__in=[spec.slug for spec in COMPANIES]).exists():
        raise AlreadySeeded
    today = (today or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    plants = [
        Plant(spec, spec.create(), today, seed, sites=scale if spec is DEMO else 1) for spec in COMPANIES
    ]
    for plant in plants:
        _fill(plant)
    return {
        plant.company.slug: {
            model._meta.model_name or "": model._default_manager.filter(company=plant.company).count()
            for model in COUNTED
        }
        for plant in plants
    }


def _fill(plant: Plant) -> None:
    add_assets(plant)
    add_people(plant)
    add_meters(plant)
    add_third_parties(plant)
    add_stock(plant)
    plans = add_plans(plant)
    add_work(plant, plans)
    add_requisitions(plant)
    add_pending(plant, plans)
    add_order_details(plant, plans)
    add_documents(plant)
    add_custom_fields(plant)
    add_moves(plant)
    add_log(plant)
