"""Every address of the screens, met by every role (security case 246): denied by default, never a 500."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, reverse

import accounts.urls
import consumers.screens.urls
import maintenance.configuration.urls
from accounts.models import Invitation
from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.pages import browser, post

OPEN = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "language", "invitation",
}  # fmt: skip


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


@pytest.mark.parametrize("name", EVERY)
def test_route(world: World, name: str) -> None:
    url = address(name, world)
    authorize(world.colleague, consumer_in(world, "For the lists"))
    for verb in ("get", "post"):
        nobody = browser()
        answer = nobody.get(url) if verb == "get" else nobody.post(url)
        if verb == "post":
            assert answer.status_code in {403, 405}, "no change without the token of a form"
        elif name not in OPEN:
            assert answer.status_code in {302, 405}
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/")
        for user, allowed in ((world.owner, True), (world.colleague, False), (world.stranger, None)):
            client = browser(user)
            got = client.get(url) if verb == "get" else post(client, url)
            assert got.status_code < 500
            if url.startswith("/settings/") and allowed is False:
                assert got.status_code in {403, 405}, (verb, user)
            if verb == "get" and allowed:
                assert got.status_code in {200, 302, 404, 405} or name == "own-link-callback"
            if allowed is None and any(part.isdecimal() for part in url.split("/")):
                assert got.status_code in {404, 405} or name in OPEN
        for verb_of_others in (browser(world.owner).delete, browser(world.owner).put):
            assert verb_of_others(url).status_code in {403, 405}
