"""What another administrator commits while a change on a screen waits for its lock."""

from __future__ import annotations

import pytest

from audit.models import Event
from consumers.models import AppAuthorization, Consumer
from consumers.screens.consumer_values import values_of
from consumers.screens.forms import ConsumerForm
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer
from tests.conftest import World
from tests.consumers.racing import another_first
from tests.consumers.registered import CALLBACK, authorize, consumer_in
from tests.pages import browser, drawn

LIST = "/settings/api-connections/oauth-consumers/"
OURS, THEIRS = "https://ours.example/c.json", "https://theirs.example/c.json"


def test_what_was_approved_for_another_program_meanwhile_ends(world: World) -> None:
    """The form says OURS, as before; but for a moment the consumer was the program at THEIRS."""
    consumer = consumer_in(world, metadata_url=OURS, public=True)
    given: list[AppAuthorization] = []

    def another_program() -> None:
        Consumer.objects.filter(pk=consumer.pk).update(metadata_url=THEIRS)
        given.append(authorize(world.colleague, consumer))

    form = ConsumerForm(world.company, consumer, data=values_of(consumer))
    assert form.is_valid(), form.errors
    with another_first(another_program):
        assert form.save(world.owner)
    given[0].refresh_from_db()
    assert not given[0].live
    event = Event.objects.get(kind="consumer.changed")
    assert event.changes == {"metadata_url": [THEIRS, OURS]}


def test_a_consumer_that_was_deleted_meanwhile_is_not_found(world: World) -> None:
    consumer = consumer_in(world)
    client, url = browser(world.owner), f"{LIST}{consumer.pk}/"
    data = drawn(client) | {
        "name": "Renamed",
        "assistant": "chatgpt",
        "callback_urls": [CALLBACK],
        "permission_group": world.colleague_group.pk,
        "whole": "1",
    }
    with another_first(lambda: Consumer.objects.filter(pk=consumer.pk).delete()):
        assert client.post(url, data).status_code == 404
    assert not Event.objects.filter(kind="consumer.changed").exists()


@pytest.fixture
def issuer(world: World) -> TrustedIssuer:
    return TrustedIssuer.objects.create(company=world.company, issuer="https://sso.example", name="SSO")


def test_an_issuer_and_a_link_that_are_gone_are_not_recorded_again(
    world: World, issuer: TrustedIssuer
) -> None:
    client, url = browser(world.owner), f"/settings/security/issuers/{issuer.pk}/"
    link = IssuerLink.objects.create(issuer=issuer, user=world.colleague, subject="s")
    confirmed = drawn(client) | {"link": str(link.pk), "confirmed": "1"}
    with another_first(lambda: IssuerLink.objects.filter(pk=link.pk).delete()):
        client.post(f"{url}forget/", confirmed)
    with another_first(lambda: TrustedIssuer.objects.filter(pk=issuer.pk).delete()):
        client.post(f"{url}delete/", confirmed)
    assert not Event.objects.filter(kind__startswith="settings.issuer_").exists()
