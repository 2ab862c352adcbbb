"""The URLs of the screens, and values for their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, reverse

import accounts.urls
import connections.urls
import consumers.screens.urls
import maintenance.configuration.urls
from accounts.models import Invitation
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
]
EVERY = sorted(set(names(SERVED)))


def address(name: str, world: World) -> str:
    if name == "account_reset_password_from_key":
        return reverse(name, kwargs={"uidb36": "1", "key": "wrong-key"})
    if name == "invitation":
        return reverse(name, args=["fmi_unknown"])
    member = world.company.memberships.get(user=world.colleague)
    invited = Invitation(
        company=world.company, email="invited@example.com", permission_group=world.colleague_group
    )
    invited.renew()
    invited.save()
    issuer = TrustedIssuer.objects.create(
        company=world.company, name="Okta", issuer="https://acme.okta.com", enabled=False
    )
    keys = {
        "consumer": consumer_in(world).pk,
        "issuer": issuer.pk,
        "issuer-delete": issuer.pk,
        "issuer-forget": issuer.pk,
        "settings-person": member.pk,
        "settings-person-record": member.pk,
        "settings-invitation": invited.pk,
        "settings-invitation-send": invited.pk,
        "settings-invitation-withdraw": invited.pk,
        "settings-group": world.colleague_group.pk,
    }
    return reverse(name, args=[keys[name]] if name in keys else [])
