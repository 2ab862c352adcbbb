"""Fills an empty database with two plants that tell the same story for the same seed."""

from __future__ import annotations

import datetime
import random

from django.db import transaction
from django.utils import timezone

from accounts.models import Company
from maintenance.demo import companies
from maintenance.demo.assets import add_assets
from maintenance.demo.documents import add_documents
from maintenance.demo.item_details import add_custom_fields, add_moves
from maintenance.demo.meters import add_meters
from maintenance.demo.people import DEMO_ADDRESS, DEMO_PEOPLE, OTHER_ADDRESS, OTHER_PEOPLE, Role, add_people
from maintenance.demo.plans import add_pending, add_plans
from maintenance.demo.plants import DEMO_PLANT, OTHER_PLANT, Location, further_site
from maintenance.demo.stock import add_requisitions, add_stock
from maintenance.demo.third_parties import add_third_parties
from maintenance.demo.transaction_log import add_log
from maintenance.demo.work import add_work
from maintenance.demo.work_order_details import add_order_details
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
    demo, other = companies.add_demo_company(), companies.add_other_company()
    companies.add_accounts(demo, companies.DEMO_USERS)
    companies.add_accounts(other, companies.OTHER_USERS)
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
    sites: list[Location],
    people: tuple[tuple[Role, str, str, str | None], ...],
    address: tuple[str, str, str, str, str],
    folio: str,
    seed: int,
    today: datetime.datetime,
) -> None:
    def rng(part: str) -> random.Random:
        """A stream of its own for each part, so that a change to one leaves the others as they are."""
        return random.Random(f"{seed}/{company.slug}/{part}")  # noqa: S311 (a demo, not a secret)

    tree = add_assets(company, sites, rng("assets"))
    staff = add_people(company, people, address, tree.locations, today, rng("people"))
    add_meters(company, tree.machines, today, rng("meters"), len(sites))
    parties = add_third_parties(company, tree.locations, rng("third parties"))
    warehouses = add_stock(company, tree.locations, staff, parties, today, rng("stock"))
    plans = add_plans(company, tree.machines, rng("plans"))
    add_work(company, tree.machines, staff, folio, plans, today, rng("work"))
    add_requisitions(company, warehouses, today, rng("requisitions"))
    add_pending(company, tree.machines, plans, today, rng("pending"))
    add_order_details(company, plans, parties, today, rng("order details"))
    add_documents(company, tree.machines, staff, parties, today, rng("documents"))
    add_custom_fields(company, tree.machines, rng("own fields"))
    add_moves(company, tree.machines, staff, today, rng("moves"))
    add_log(company, tree.machines, today, rng("log"))
