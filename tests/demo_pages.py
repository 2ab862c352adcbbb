"""The pages of the site in the company of the demo plant, with everything on them that they can show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Company, Membership
from maintenance import models
from tests.browser.full_company import address_waits, fill, trusted_in, watched
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.routes import addresses

API, LOG = "/settings/api-connections/", "/settings/transactions-log/"


def demo_world() -> World:
    """Return the plant's company as tests know one. The colleague is a technician."""

    def member(address: str) -> Membership:
        found: Membership = Membership.objects.select_related("user", "permission_group", "company").get(
            user__email=address
        )
        return found

    owner, colleague = member("admin@demo.example"), member("technician@demo.example")
    stranger = member("admin@other.example")
    return World(
        owner.company, owner.user, owner.permission_group, colleague.user, colleague.permission_group,
        stranger.company, stranger.user, stranger.permission_group,
    )  # fmt: skip


def demo_pages(world: World) -> dict[str, str]:
    """Fill the company, and return the address of each route, of filtered lists and of records."""
    found = addresses(world)
    app, issuer, stopped = fill(world), trusted_in(world), watched(world)
    program = consumer_in(world, "Program", authorization_grant_type="client-credentials", callback_urls=[])
    address_waits(world)
    person = world.colleague
    return (
        found
        | {
            "activity of an app": f"{LOG}activity/apps/{app.pk}/?period=90d",
            "app authorizations of an app": f"{API}app-authorizations/?app={app.pk}",
            "app authorizations of a person": f"{API}app-authorizations/?person={person.pk}&state=connected",
            "consumer with two secrets": reverse("consumer", args=[app.pk]),
            "consumer that is a program": reverse("consumer", args=[program.pk]),
            "consumer that failed": reverse("consumer-connect", args=[stopped.pk]),
            "consumers searched": f"{API}oauth-consumers/?q=mantenimiento&state=enabled",
            "issuer with people": reverse("issuer", args=[issuer.pk]),
            "log of a group of events": f"{LOG}?kind=consumer",
            "log of a person": f"{LOG}?person={person.email}&outcome=not-done",
            "log of a name": f"{LOG}?person=a",
            "log of a record": f"{LOG}?record=OT-9",
            "report of a metric": "/reports/get_maintenance_metrics/?metric=reliability",
            "report of work orders": "/reports/list_work_orders/",
            "people searched": "/settings/user-accounts/?q=carlos&state=active",
            "simulation": f"{API}simulator/?person={person.pk}&app={app.pk}&tool=search",
        }
        | _records(world.company)
    )


def _records(company: Company) -> dict[str, str]:
    """Return the pages of records that have most to show."""

    def first(model: Any, **having: Any) -> Any:
        return model.objects.filter(company=company, **having).order_by("pk").first()

    meter = first(models.Meter)
    level = models.StockLevel.objects.filter(warehouse__company=company).select_related("item").first()
    assert level is not None
    return {
        "record-work-order": reverse("record-work-order", args=[first(models.WorkOrder).folio]),
        "record-asset": reverse("record-asset", args=[meter.item.code]),
        "record-asset that was out of service": reverse(
            "record-asset", args=[first(models.Item, out_of_service__isnull=False).code]
        ),
        "record-work-request": reverse("record-work-request", args=[first(models.WorkRequest).pk]),
        "record-meter": reverse("record-meter", args=[meter.pk]),
        "record-meter-change": reverse("record-meter-change", args=[meter.pk]),
        "record-person": reverse("record-person", args=[first(models.Personnel).code]),
        "record-warehouse": reverse("record-warehouse", args=[first(models.Warehouse).code]),
        "record-stock-item": reverse("record-stock-item", args=[level.item.code]),
        "record-third-party": reverse("record-third-party", args=[first(models.ThirdParty).code]),
    }
