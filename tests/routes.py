"""The URLs of the screens, and values for their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, reverse

import accounts.urls
import activity.urls
import calendars.urls
import connections.urls
import consumers.screens.urls
import maintenance.configuration.urls
import reports.urls
from accounts.models import Invitation
from audit.kinds import Kind
from audit.models import Event
from audit.recording import record
from calendars.models import CalendarLink
from consumers.handshake.models import ParkedCallback
from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.registered import consumer_in


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        else:
            assert pattern.name
            yield pattern.name


SERVED: list[URLPattern | URLResolver] = [
    *accounts.urls.urlpatterns,  # type: ignore[list-item]  # Django's include() is loosely typed
    *consumers.screens.urls.urlpatterns,
    *connections.urls.urlpatterns,
    *maintenance.configuration.urls.urlpatterns,
    *calendars.urls.screens_of_people,
    *activity.urls.urlpatterns,
    *reports.urls.urlpatterns,
]
EVERY = sorted(set(names(SERVED)))
OF_A_CONSUMER = {
    "activity-app", "activity-app-narrow", "consumer", "settings-security-networks", "consumer-secret-add",
    "consumer-connect", "consumer-steps", "consumer-callback-add", "consumer-ceiling",
}  # fmt: skip


def addresses(world: World) -> dict[str, str]:
    """Return the URL of each route, with the records that it needs."""
    member = world.company.memberships.get(user=world.colleague)
    invited = Invitation(
        company=world.company, email="invited@example.com", permission_group=world.colleague_group
    )
    invited.renew()
    invited.save()
    issuer = TrustedIssuer.objects.create(
        company=world.company, name="Okta", issuer="https://acme.okta.com", enabled=False
    )
    record(Kind.SETTINGS_CHANGED, company_id=world.company.pk, user=world.owner)
    event = Event.objects.get(company_id=world.company.pk, kind=Kind.SETTINGS_CHANGED)
    app = consumer_in(world)
    parked = ParkedCallback.objects.create(consumer=app, url="https://a.example/cb")
    keys: dict[str, tuple[object, ...]] = dict.fromkeys(OF_A_CONSUMER, (app.pk,)) | {
        "account_reset_password_from_key": ("1", "wrong-key"),
        "invitation": ("fmi_unknown",),
        "new-address": ("fmn_unknown",),
        "consumer-secret-remove": (app.pk, app.secrets.get().pk),
        "consumer-callback-decide": (app.pk, parked.pk),
        "report": ("list_assets",),
        "report-download": ("list_assets",),
        "report-progress": ("an-unknown-name",),
        "transactions-log-event": (event.pk,),
        "own-log-event": (event.pk,),
        "activity-person": (world.colleague.pk,),
        "issuer": (issuer.pk,),
        "issuer-delete": (issuer.pk,),
        "issuer-forget": (issuer.pk,),
        "settings-person": (member.pk,),
        "settings-person-record": (member.pk,),
        "settings-person-sign-out": (member.pk,),
        "settings-person-two-step": (member.pk,),
        "settings-person-password": (member.pk,),
        "settings-calendar-link-revoke": (CalendarLink.objects.get_or_create(membership=member)[0].pk,),
        "settings-person-address": (member.pk,),
        "settings-person-address-withdraw": (member.pk,),
        "settings-person-remove": (member.pk,),
        "settings-group-delete": (world.colleague_group.pk,),
        "settings-invitation": (invited.pk,),
        "settings-invitation-send": (invited.pk,),
        "settings-invitation-withdraw": (invited.pk,),
        "settings-group": (world.colleague_group.pk,),
        "group-ceiling": (world.colleague_group.pk,),
    }
    return {name: reverse(name, args=keys.get(name, ())) for name in EVERY}
