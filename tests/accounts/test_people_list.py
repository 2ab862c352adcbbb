"""The lists of people and of permission groups: pages, orders, filters, search."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from listing.listing import PAGE_SIZE
from tests.conftest import World
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory, invite
from tests.pages import browser, drawn, form_at, post, send, text_of

PEOPLE, GROUPS = "/settings/user-accounts/", "/settings/user-accounts/groups/"


def names_on(page: Any) -> list[str]:
    return re.findall(r"<bdi>([^<]+)</bdi></a>", text_of(page))


def add(world: World, name: str, email: str, **fields: Any) -> Membership:
    user = UserFactory(name=name, email=email, **fields)
    membership: Membership = MembershipFactory(user=user, permission_group=world.colleague_group)
    return membership


def test_members_and_people_invited_are_in_one_order(world: World) -> None:
    add(world, "Émile", "e@example.com", last_login=timezone.now())
    add(world, "", "delta@example.com")
    invite("franz@example.com", world.owner_group, by=world.owner)
    Invitation.objects.update(name="Álvaro")
    client = browser(world.owner)
    assert names_on(client.get(PEOPLE)) == ["Álvaro", "Colleague", "delta@example.com", "Émile", "Owner"]
    assert names_on(client.get(f"{PEOPLE}?sort=-name")) == [
        "Owner", "Émile", "delta@example.com", "Colleague", "Álvaro",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user WHERE email <> 'stranger@example.com' UNION"
                       " SELECT email FROM accounts_invitation ORDER BY email")  # fmt: skip
        addresses = [row[0] for row in cursor.fetchall()]
    page = text_of(client.get(f"{PEOPLE}?sort=email"))
    shown = re.findall(r'data-label="E-mail">([^<]+)<', page)
    assert shown == addresses
    assert names_on(client.get(f"{PEOPLE}?sort=group"))[:2] in (["Álvaro", "Owner"], ["Owner", "Álvaro"])
    assert names_on(client.get(f"{PEOPLE}?sort=-seen"))[:2] == ["Owner", "Émile"]
    assert names_on(client.get(f"{PEOPLE}?sort=seen"))[-2:] == ["Émile", "Owner"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=EMILE", {"Émile"}),
        ("q=franz", {"Álvaro"}),
        ("q=alvaro", {"Álvaro"}),
        ("q=example+co", {"Colleague", "Owner", "Émile", "Álvaro", "Sleeping"}),
        ("state=active", {"Colleague", "Owner", "Émile"}),
        ("state=disabled", {"Sleeping"}),
        ("state=invited", {"Álvaro"}),
        ("state=invited&q=emile", set()),
        ("group=OWNERS", {"Owner", "Álvaro"}),
        ("group=STRANGERS", set()),
        ("group=%00&state=x&sort=y&page=z", {"Colleague", "Owner", "Émile", "Álvaro", "Sleeping"}),
        ("q=stranger", set()),
    ],
)
def test_filters(world: World, query: str, found: set[str]) -> None:
    add(world, "Émile", "e@example.com")
    Membership.objects.filter(pk=add(world, "Sleeping", "s@example.com").pk).update(active=False)
    invite("franz@example.com", world.owner_group, by=world.owner)
    Invitation.objects.update(name="Álvaro")
    query = query.replace("OWNERS", str(world.owner_group.pk)).replace(
        "STRANGERS", str(world.stranger_group.pk)
    )
    client = browser(world.owner)
    assert set(names_on(client.get(f"{PEOPLE}?{query}"))) == found
    part = client.get(f"{PEOPLE}?{query}", headers={"HX-Request": "true", "HX-Target": "rows"})
    assert set(names_on(part)) == found
    assert "<html" not in text_of(part)


def test_everybody_is_on_exactly_one_page(world: World) -> None:
    """Members and people invited, over the border between pages."""
    for number in range(PAGE_SIZE):
        add(world, f"Same {number % 2}", f"m{number}@example.com")
        invite(f"i{number}@example.com", world.owner_group, by=world.owner)
    total = 2 * PAGE_SIZE + 2
    client, seen = browser(world.owner), []
    for page in (1, 2, 3):
        answer = client.get(f"{PEOPLE}?page={page}")
        seen += re.findall(r'data-label="E-mail">([^<]+)<', text_of(answer))
        assert f"of {total}" in text_of(answer)
    assert len(seen) == total
    assert len(set(seen)) == total


def test_the_filter_survives_save_and_cancel(world: World) -> None:
    client = browser(world.owner)
    here = f"{PEOPLE}?q=colleague&sort=-email"
    member = Membership.objects.get(user=world.colleague)
    page = text_of(client.get(here))
    link = next(url for url in re.findall(r'href="([^"]+)"', page) if url.startswith(f"{PEOPLE}{member.pk}/"))
    form = client.get(link)
    assert f'href="{here.replace("&", "&amp;")}"' in text_of(form)
    data = {**drawn(client), "permission_group": world.colleague_group.pk, "active": "on"}
    assert client.post(link, data)["Location"] == here
    away = f"{PEOPLE}{member.pk}/?next=https://evil.example/"
    assert client.post(away, data)["Location"] == PEOPLE
    group = f"{GROUPS}{world.colleague_group.pk}/?next=%2Fsettings%2Fuser-accounts%2Fgroups%2F%3Fq%3Dread"
    answer = send(client, group, {"name": "Readers"})
    assert answer["Location"] == f"{GROUPS}?q=read"
    invite("a@example.com", world.owner_group, by=world.owner)
    invited = Invitation.objects.get()
    shown = client.get(
        f"{PEOPLE}invitations/{invited.pk}/?next=%2Fsettings%2Fuser-accounts%2F%3Fstate%3Dinvited"
    )
    withdraw = form_at(shown, "withdraw/")
    assert client.post(withdraw.action, dict(withdraw.fields))["Location"] == f"{PEOPLE}?state=invited"


def test_groups(world: World) -> None:
    PermissionGroupFactory(company=world.company, name="Técnicos", active=False)
    add(world, "Second reader", "r@example.com")
    Membership.objects.filter(pk=add(world, "Gone", "g@example.com").pk).update(active=False)
    client = browser(world.owner)
    assert names_on(client.get(GROUPS)) == ["Administrators", "Readers", "Técnicos"]
    assert names_on(client.get(f"{GROUPS}?sort=-people"))[0] == "Readers"
    assert names_on(client.get(f"{GROUPS}?q=tecnicos")) == ["Técnicos"]
    assert names_on(client.get(f"{GROUPS}?state=inactive")) == ["Técnicos"]
    assert names_on(client.get(f"{GROUPS}?q=nothing")) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM accounts_membership WHERE active AND permission_group_id = %s",
            [world.colleague_group.pk],
        )
        (counted,) = cursor.fetchone()
    assert f'?group={world.colleague_group.pk}">{counted}</a>' in text_of(client.get(GROUPS))


def test_records_are_read_for_the_page_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []

    def found(_company: Any, addresses: set[str]) -> dict[str, Any]:
        asked.append(addresses)
        return {}

    monkeypatch.setattr("maintenance.rules.account_links.own_records", found)
    for number in range(PAGE_SIZE + 5):
        add(world, f"Zoe {number}", f"z{number}@example.com")
    text_of(browser(world.owner).get(f"{PEOPLE}?page=2"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT u.email FROM accounts_user u JOIN accounts_membership m ON m.user_id = u.id"
                       " WHERE m.company_id = %s ORDER BY u.name", [world.company.pk])  # fmt: skip
        everybody = [row[0] for row in cursor.fetchall()]
    assert len(asked) == 1
    assert len(asked[0]) == len(everybody) - PAGE_SIZE


def test_odd_input(world: World) -> None:
    client = browser(world.owner)
    for query in (
        "q=%00",
        "q=%ff",
        "page=99999999999999999999",
        "page=-1",
        "sort=user__password",
        "group=1'",
    ):
        assert client.get(f"{PEOPLE}?{query}").status_code == 200, query
        assert client.get(f"{GROUPS}?{query}").status_code == 200, query
    assert post(client, PEOPLE).status_code == 405


def test_last_sign_in_is_sorted_by_time(world: World) -> None:
    User.objects.filter(pk=world.colleague.pk).update(last_login=timezone.now() - dt.timedelta(days=3))
    User.objects.filter(pk=world.owner.pk).update(last_login=timezone.now())
    client = browser(world.owner)  # signing in sets it to now
    assert names_on(client.get(f"{PEOPLE}?sort=-seen")) == ["Owner", "Colleague"]
