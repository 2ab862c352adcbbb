"""Each change by an administrator leaves exactly one row: who, what, before and after, and no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Invitation
from audit import recording
from audit.models import Retention
from consumers.models import Consumer
from consumers.registrations.models import InitialAccessToken
from consumers.trusted_issuers.models import TrustedIssuer
from tests.audit.reading import events_since, last_event, whole_log
from tests.conftest import World
from tests.factories import UserFactory
from tests.pages import browser, post

pytestmark = pytest.mark.django_db

OWNER = "owner@example.com"
CONSUMERS = "/settings/api-connections/oauth-consumers/"
REGISTRATION = "/settings/api-connections/registration/"
ISSUERS = "/settings/security/issuers/"
PEOPLE = "/settings/user-accounts/"
CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"
ISSUER = {"name": "Okta", "issuer": "https://acme.okta.com"}
CONNECTION = {
    "kind": "fracttal_one",
    "api_url": "https://app.fracttal.com/api",
    "authorize_url": "https://one.fracttal.com/oauth/authorize",
    "token_url": "https://one.fracttal.com/oauth/token",
    "client_key": "a-key",
    "client_secret": "a-secret-of-fracttal-one",
    "confirm": "on",
}


def consumer(world: World) -> Consumer:
    made, _secret = Consumer.objects.register(
        company=world.company,
        name="Claude",
        authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        permission_group=world.owner_group,
        callback_urls=[CALLBACK],
    )
    return made


def form_of_consumer(world: World, **changes: Any) -> dict[str, Any]:
    values = {
        "grant_type": Consumer.GRANT_AUTHORIZATION_CODE,
        "assistant": "other",
        "name": "Claude",
        "callback_urls": [CALLBACK],
        "permission_group": world.owner_group.pk,
        "form_id": "f-1",
        "whole": "1",
    }
    return values | changes


def general(client: Client, world: World) -> Any:
    values = {"name": "Planta Nueva", "language": "es", "time_zone": "UTC", "log_days": 90}
    switches = ("new_consumer", "refused_callback", "token_replayed", "secret_expiring")
    values |= {f"mail_{switch}": "on" for switch in switches}
    return post(client, "/settings/general/", values)


def add_consumer(client: Client, world: World) -> Any:
    return post(client, f"{CONSUMERS}add/", form_of_consumer(world))


def change_consumer(client: Client, world: World) -> Any:
    return post(client, f"{CONSUMERS}{consumer(world).pk}/", form_of_consumer(world, name="Claude 2"))


def invite(client: Client, world: World) -> Any:
    return post(
        client, f"{PEOPLE}add/", {"email": "new@example.com", "permission_group": world.owner_group.pk}
    )


def withdraw(client: Client, world: World) -> Any:
    invitation = Invitation(
        company=world.company,
        email="new@example.com",
        permission_group=world.owner_group,
        invited_by=world.owner,
    )
    invitation.renew()
    invitation.save()
    answers = [post(client, f"{PEOPLE}invitations/{invitation.pk}/withdraw/") for _ in range(2)]
    return answers[0]


def rules(client: Client, world: World) -> Any:
    values = {"mode": "token", "people_may_ask": "on", "document_hosts": ""}
    return post(client, f"{REGISTRATION}rules/", values)


def add_token(client: Client, world: World) -> Any:
    values = {"label": "n8n", "permission_group": world.owner_group.pk, "days": 7}
    return post(client, f"{REGISTRATION}token/", values)


def revoke_token(client: Client, world: World) -> Any:
    assert add_token(client, world).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")
    return post(client, f"{REGISTRATION}token/revoke/", {"token": InitialAccessToken.objects.get().pk})


def add_issuer(client: Client, world: World) -> Any:
    return post(client, f"{ISSUERS}add/", ISSUER)  # not enabled: its keys are not asked for


def change_issuer(client: Client, world: World) -> Any:
    issuer = TrustedIssuer.objects.create(company=world.company, enabled=False, **ISSUER)
    return post(client, f"{ISSUERS}{issuer.pk}/", ISSUER | {"name": "Okta 2"})


def delete_issuer(client: Client, world: World) -> Any:
    issuer = TrustedIssuer.objects.create(company=world.company, **ISSUER)
    return post(client, f"{ISSUERS}{issuer.pk}/delete/", {"confirmed": "1"})


def connect_api(client: Client, world: World) -> Any:
    return post(client, "/settings/api-connections/", CONNECTION)


Act = Callable[[Client, World], Any]
CASES: list[tuple[Act, str, str, dict[str, list[Any]]]] = [
    (
        general,
        "settings.changed",
        "",
        {"name": ["Planta Demo", "Planta Nueva"], "log_days": [Retention.DEFAULT_DAYS, 90]},
    ),
    (
        add_consumer,
        "consumer.added",
        "Claude",
        {"name": [None, "Claude"], "callback_urls": [None, [CALLBACK]]},
    ),
    (change_consumer, "consumer.changed", "Claude 2", {"name": ["Claude", "Claude 2"]}),
    (invite, "person.invited", "", {}),
    (withdraw, "person.invitation_withdrawn", "", {}),
    (rules, "settings.registration_changed", "", {"mode": [None, "token"]}),
    (add_token, "settings.registration_token_added", "", {}),
    (revoke_token, "settings.registration_token_revoked", "", {}),
    (add_issuer, "settings.issuer_added", "", {"name": [None, "Okta"]}),
    (change_issuer, "settings.issuer_changed", "", {"name": ["Okta", "Okta 2"]}),
    (delete_issuer, "settings.issuer_deleted", "", {}),
    (connect_api, "settings.connection_changed", "", {"kind": ["embedded", "fracttal_one"]}),
]


def changes_of_last() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT changes FROM audit_event ORDER BY id DESC LIMIT 1")
        (found,) = cursor.fetchone()
    changes: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return changes


@pytest.mark.parametrize(("act", "kind", "app", "changes"), CASES, ids=[case[0].__name__ for case in CASES])
def test_each_change_leaves_exactly_one_row(
    world: World, act: Act, kind: str, app: str, changes: dict[str, list[Any]], settings: Any
) -> None:
    settings.UPSTREAM_KEYS = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    before = last_event()
    answer = act(browser(world.owner), world)
    assert answer.status_code in {200, 302}, answer.status_code
    assert events_since(before, world.company.pk)[-1:] == [(kind, "done", "", OWNER, app)]
    assert len(events_since(before, world.company.pk)) == 1
    assert events_since(before, world.other_company.pk) == []
    assert changes.items() <= changes_of_last().items()
    for secret in ("fms_", "fmd_", "fmi_", "a-secret-of-fracttal-one"):
        assert secret not in whole_log()


@pytest.mark.parametrize("act", [general, add_consumer, add_issuer], ids=lambda act: act.__name__)
def test_without_its_row_nothing_is_changed(world: World, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(events: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(recording, "append", full)
    with pytest.raises(OSError, match="no space left"):
        act(browser(world.owner), world)
    world.company.refresh_from_db()
    assert world.company.name == "Planta Demo"
    assert not Consumer.objects.exists()
    assert not TrustedIssuer.objects.exists()
    assert not Retention.objects.exists()


def test_an_invitation_that_is_answered(world: World) -> None:
    for answer, kind in (("accept", "person.invitation_accepted"), ("decline", "person.invitation_declined")):
        guest = UserFactory(email=f"{answer}@example.com")
        invitation = Invitation(
            company=world.company,
            email=guest.email,
            permission_group=world.colleague_group,
            invited_by=world.owner,
        )
        invitation.renew()
        invitation.save()
        before = last_event()
        for _ in range(2):
            post(browser(guest), "/invitations/answer/", {"invitation": invitation.pk, "answer": answer})
        assert events_since(before, world.company.pk) == [(kind, "done", "", guest.email, "")]
