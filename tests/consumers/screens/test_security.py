"""Configuration > Security."""

from __future__ import annotations

from pytest_django import Settings

from accounts.models import Company
from consumers.models import Consumer
from consumers.openid.models import SigningKey
from consumers.screens.security import MOST_LIMITED
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.pages import browser, post, send, text_of

SECURITY = "/settings/security/"
LIST = "/settings/api-connections/oauth-consumers/"


def is_on(company: Company) -> bool:
    return Company.objects.get(pk=company.pk).openid_connect


def test_openid_connect_is_off_until_an_administrator_switches_it_on(world: World) -> None:
    client = browser(world.owner)
    assert f'href="{SECURITY}"' in text_of(client.get("/settings/general/"))
    page = text_of(client.get(SECURITY))
    assert 'name="openid_connect"' in page
    assert "checked" not in page
    assert send(client, SECURITY, {"openid_connect": "on"})["Location"] == SECURITY
    assert is_on(world.company)
    assert not is_on(world.other_company)
    assert SigningKey.objects.count() == 1, "the key is there before the first app asks"
    assert "checked" in text_of(client.get(SECURITY))
    assert post(client, SECURITY).status_code == 302
    assert not is_on(world.company)


def test_only_people_who_may_configure(world: World) -> None:
    assert browser(world.colleague).get(SECURITY).status_code == 403
    assert post(browser(world.colleague), SECURITY, {"openid_connect": "on"}).status_code == 403
    assert not is_on(world.company)


def test_without_keys_it_cannot_be_switched_on(world: World, settings: Settings) -> None:
    settings.UPSTREAM_KEYS = ""
    answer = send(browser(world.owner), SECURITY, {"openid_connect": "on"})
    assert answer.status_code == 422
    assert "UPSTREAM_KEYS" in text_of(answer)
    assert not is_on(world.company)


def test_many_limited_apps_do_not_fill_the_page(world: World) -> None:
    for number in range(MOST_LIMITED + 1):
        consumer = consumer_in(world, f"App {number:02}")
        Consumer.objects.filter(pk=consumer.pk).update(allowed_networks=["192.0.2.0/24"])
    consumer_in(world, "From anywhere")
    page = text_of(browser(world.owner).get(SECURITY))
    assert page.count("192.0.2.0/24") == MOST_LIMITED
    assert f"Show all {MOST_LIMITED + 1} apps that are limited to networks" in page
    listed = text_of(browser(world.owner).get(f"{LIST}?state=limited"))
    assert f"of {MOST_LIMITED + 1}" in listed
    assert "From anywhere" not in listed
