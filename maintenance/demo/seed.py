"""Fills an empty database with two plants that tell the same story for the same seed."""

from __future__ import annotations

import datetime
import random

from django.db import transaction
from django.utils import timezone

from accounts.models import Company
from maintenance.demo import sign_ins
from maintenance.demo.assets import add_assets
from maintenance.demo.details import add_documents, add_log, add_moves, add_own_fields
from maintenance.demo.layouts import DEMO_PLANT, OTHER_PLANT, Place, further_site
from maintenance.demo.meters import add_meters
from maintenance.demo.order_details import add_order_details
from maintenance.demo.people import DEMO_ADDRESS, DEMO_PEOPLE, OTHER_ADDRESS, OTHER_PEOPLE, Role, add_people
from maintenance.demo.plans import add_pending, add_plans
from maintenance.demo.stock import add_requisitions, add_stock
from maintenance.demo.third_parties import add_third_parties
from maintenance.demo.work import add_work
from maintenance.models import Item, Meter, MeterReading, Personnel, WorkOrderTask, WorkRequest

COUNTED = (Item, Personnel, Meter, MeterReading, WorkOrderTask, WorkRequest)


class AlreadySeeded(Exception):
    """There is a company `demo` already."""


@transaction.atomic
def seed(seed: int = 7, today: datetime.datetime | None = None, scale: int = 1) -> dict[str, dict[str, int]]:
    """Both demo companies with everything in them; how many rows of each there are.

    With `scale` the first company has that many sites, each with its machines, meters and work.

    All dates are relative to the beginning of `today` (UTC): nothing lies in the future but the
    dates of planned work.
    """
    if Company.objects.filter(slug__in=("demo", "other")).exists():
        raise AlreadySeeded
    today = (today or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    demo, other = sign_ins.add_demo_company(), sign_ins.add_other_company()
    sign_ins.add_sign_ins(demo, sign_ins.DEMO_USERS)
    sign_ins.add_sign_ins(other, sign_ins.OTHER_USERS)
    sites = [DEMO_PLANT, *(further_site(DEMO_PLANT, number) for number in range(2, scale + 1))]
    _fill(demo, sites, DEMO_PEOPLE, DEMO_ADDRESS, "OT-{n}", seed, today)
    _fill(other, [OTHER_PLANT], OTHER_PEOPLE, OTHER_ADDRESS, "OS - {n}", seed, today)
    return {
        company.slug: {
            model._meta.model_name or "": model._default_manager.filter(company=company).count()
            for model in COUNTED
        }
        for company in (demo, other)
    }


def _fill(
    company: Company,
    sites: list[Place],
    people: tuple[tuple[Role, str, str, str | None], ...],
    address: tuple[str, str, str, str, str],
    folio: str,
    seed: int,
    today: datetime.datetime,
) -> None:
    def dice(part: str) -> random.Random:
        """A stream of its own for each part, so that a change to one leaves the others as they are."""
        return random.Random(f"{seed}/{company.slug}/{part}")  # noqa: S311 (a demo, not a secret)

    tree = add_assets(company, sites, dice("assets"))
    staff = add_people(company, people, address, tree.locations, today, dice("people"))
    add_meters(company, tree.machines, today, dice("meters"), len(sites))
    parties = add_third_parties(company, tree.locations, dice("third parties"))
    warehouses = add_stock(company, tree.locations, staff, parties, today, dice("stock"))
    plans = add_plans(company, tree.machines, dice("plans"))
    add_work(company, tree.machines, staff, folio, plans, today, dice("work"))
    add_requisitions(company, warehouses, today, dice("requisitions"))
    add_pending(company, tree.machines, plans, today, dice("pending"))
    add_order_details(company, plans, parties, today, dice("order details"))
    add_documents(company, tree.machines, staff, parties, today, dice("documents"))
    add_own_fields(company, tree.machines, dice("own fields"))
    add_moves(company, tree.machines, staff, today, dice("moves"))
    add_log(company, tree.machines, today, dice("log"))
