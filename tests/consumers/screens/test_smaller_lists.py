"""Lists that are short in most companies and must not end where they are long: programs, issuers, people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection

from audit.models import Event
from consumers.registrations.models import Registration
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer
from listing.listing import PAGE_SIZE
from tests.conftest import World
from tests.factories import UserFactory
from tests.pages import browser, form_at, post, text_of

INBOX = "/settings/api-connections/registration/"
MANY = PAGE_SIZE + 3


def names_on(page: Any) -> list[str]:
    return re.findall(r'<td class="name"><bdi>([^<]+)</bdi>', text_of(page))


def programs(world: World, count: int = MANY) -> None:
    Registration.objects.bulk_create(
        Registration(
            company=world.company,
            way=Registration.Way.ANONYMOUS,
            client_id=f"fmk_program-{number}",
            name=f"Programa {number:02} Ñ",
            callbacks=["https://example.com/callback"],
        )
        for number in range(count)
    )


def stored(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def test_every_program_that_waits_is_on_one_page(world: World) -> None:
    programs(world)
    client = browser(world.owner)
    first, second = client.get(INBOX), client.get(f"{INBOX}?page=2")
    assert names_on(first) + names_on(second) == stored("SELECT name FROM consumers_registration ORDER BY id")
    assert f"Showing 1–{PAGE_SIZE} of {MANY}" in text_of(first)
    assert names_on(client.get(f"{INBOX}?q=07+n")) == ["Programa 07 Ñ"]
    assert names_on(client.get(f"{INBOX}?sort=-name"))[0] == f"Programa {MANY - 1} Ñ"
    assert "No program matches the search." in text_of(client.get(f"{INBOX}?q=nothing"))
    assert names_on(browser(world.stranger).get(INBOX)) == []


def test_the_search_survives_a_decision(world: World) -> None:
    programs(world, 7)
    client = browser(world.owner)
    here = f"{INBOX}?q=programa+03"
    form = form_at(client.get(here), "decide/")
    answer = client.post(f"{INBOX}decide/", {**dict(form.fields), "action": "refuse"})
    assert answer["Location"] == here
    event = Event.objects.get(kind="consumer.registration_refused")
    assert (event.user_id, event.address) == (world.owner.pk, "127.0.0.1")
    away = {**dict(form.fields), "action": "refuse", "next": "https://evil.example/"}
    assert client.post(f"{INBOX}decide/", away)["Location"] == INBOX


def test_the_people_of_an_issuer(world: World) -> None:
    issuer = TrustedIssuer.objects.create(company=world.company, name="Okta", issuer="https://acme.okta.com")
    for number in range(MANY):
        user = UserFactory(name=f"Ángela {number:02}", email=f"a{number}@example.com")
        IssuerLink.objects.create(issuer=issuer, subject=f"sub-{number}", user=user)
    client, page = browser(world.owner), f"/settings/security/issuers/{issuer.pk}/"
    both = names_on(client.get(page)) + names_on(client.get(f"{page}?page=2"))
    assert both == stored("SELECT name FROM accounts_user WHERE name LIKE '_ngela%' ORDER BY name")
    here = f"{page}?q=ANGELA+09"
    found = client.get(here)
    assert names_on(found) == ["Ángela 09"]
    unlink = next(field for field in form_at(found, "forget/").fields if field[0] == "next")
    assert unlink[1] == here
    link = IssuerLink.objects.get(user__name="Ángela 09")
    asked = post(client, f"{page}forget/", {"link": link.pk, "next": here})
    assert client.post(f"{page}forget/", dict(form_at(asked, "forget/").fields))["Location"] == here
    assert not IssuerLink.objects.filter(pk=link.pk).exists()
    other = f"/settings/security/issuers/{issuer.pk + 1}/"
    assert post(client, f"{page}forget/", {"link": 0, "next": other})["Location"] == page


@pytest.mark.parametrize("query", ["q=%00", "page=0", "sort=token_digest", "q=" + "a" * 3000])
def test_odd_input(world: World, query: str) -> None:
    client = browser(world.owner)
    for path in (INBOX, "/settings/security/", "/profile/app-authorizations/"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_many_issuers(world: World) -> None:
    for number in range(MANY):
        TrustedIssuer.objects.create(
            company=world.company, name=f"Okta {number:02}", issuer=f"https://acme{number}.okta.com"
        )
    client = browser(world.owner)
    assert f"Showing {PAGE_SIZE + 1}–{MANY} of {MANY}" in text_of(client.get("/settings/security/?page=2"))
    assert text_of(client.get("/settings/security/?sort=-name")).count("https://acme") == PAGE_SIZE
