"""Changing app authorizations on their lists: what is counted, what is confirmed, who may undo it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from consumers.models import AppAuthorization, Consumer
from consumers.trusted_issuers.models import TrustedIssuer
from listing.listing import PAGE_SIZE
from tests.conftest import World
from tests.consumers.registered import READ, WRITE, authorize, consumer_in
from tests.factories import MembershipFactory, UserFactory
from tests.pages import browser, form_at, post, text_of
from tests.process.person import Form

OWN, ALL = "/profile/app-authorizations/", "/settings/api-connections/app-authorizations/"


def filled(form: Form) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in form.fields:
        data.setdefault(name, []).append(value)
    return data


def confirm(client: Client, url: str, data: dict[str, Any]) -> Any:
    """Press a button of the list, and then the button of the page that asks."""
    asked = post(client, url, data)
    assert asked.status_code == 200, asked
    return client.post(url, filled(form_at(asked, url)))


def select(sql: str, *values: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] if len(row) == 1 else row for row in cursor.fetchall()]


def scopes_of(*rows: AppAuthorization) -> list[str]:
    return [select("SELECT scope FROM consumers_appauthorization WHERE id = %s", row.pk)[0] for row in rows]


def people(world: World, count: int, **fields: Any) -> list[User]:
    users = [UserFactory(**fields) for _ in range(count)]
    for user in users:
        MembershipFactory(user=user, permission_group=world.colleague_group)
    return users


# --- read only ---------------------------------------------------------------------------


def test_the_person_takes_writing_away(world: World) -> None:
    mine = authorize(world.owner, consumer_in(world), WRITE)
    client = browser(world.owner)
    assert "Allow read only" in text_of(client.get(OWN))
    asked = text_of(post(client, f"{OWN}read-only/", {"only": mine.pk}))
    assert "can no longer create or change anything" in asked
    assert scopes_of(mine) == [WRITE]
    assert confirm(client, f"{OWN}read-only/", {"only": mine.pk})["Location"] == OWN
    assert scopes_of(mine) == [READ]
    page = text_of(client.get(OWN))
    assert "1 connection is read-only now." in page
    assert "You took writing away" in page
    assert f"{OWN}read-only/" not in page, "there is nothing left to take away"
    event = Event.objects.get(kind="authorization.narrowed")
    assert (event.user_id, event.authorization_id) == (world.owner.pk, mine.pk)
    assert event.changes == {"scope": [WRITE, READ]}


def test_the_administrator_takes_writing_away_from_those_picked(world: World) -> None:
    chat, claude = consumer_in(world), consumer_in(world, "Claude")
    first, second = authorize(world.colleague, chat, WRITE), authorize(world.owner, chat, WRITE)
    third, reader = authorize(world.owner, claude, WRITE), authorize(world.colleague, claude, READ)
    client = browser(world.owner)
    picked = {"authorization": [first.pk, third.pk, reader.pk]}
    asked = text_of(post(client, f"{ALL}read-only/", picked))
    assert "Connections: 2. People: 2. Apps: 2." in asked, "one of three is read-only already"
    confirm(client, f"{ALL}read-only/", picked)
    assert scopes_of(first, second, third, reader) == [READ, WRITE, READ, READ]
    assert "An administrator took writing away" in text_of(browser(world.colleague).get(OWN))
    assert "The person took writing away" in text_of(client.get(ALL)), "the owner's own, by the owner"


@pytest.mark.parametrize("key", ["other", "foreign", "0", "x", "9" * 30, "\x00"])
def test_nobody_narrows_what_is_not_theirs(world: World, key: str) -> None:
    other = authorize(world.owner, consumer_in(world), WRITE)
    foreign = authorize(world.stranger, consumer_in(world, stranger=True), WRITE)
    keys = {"other": str(other.pk), "foreign": str(foreign.pk)}
    data = {"only": keys.get(key, key), "authorization": keys.get(key, key), "confirmed": "1"}
    assert post(browser(world.colleague), f"{OWN}read-only/", data)["Location"] == OWN
    assert post(browser(world.colleague), f"{ALL}read-only/", data).status_code == 403
    if key != "other":
        assert post(browser(world.owner), f"{ALL}read-only/", data)["Location"] == ALL
    assert scopes_of(other, foreign) == [WRITE, WRITE]


def test_only_who_took_writing_away_allows_it_again(world: World) -> None:
    """It concerns trusted issuers only: after a consent, the person decides on the consent page."""
    issuer = TrustedIssuer.objects.create(company=world.company, name="Okta", issuer="https://acme.okta.com")
    by_person = authorize(world.colleague, consumer_in(world), WRITE, issuer=issuer)
    by_admin = authorize(world.colleague, consumer_in(world, "Claude"), WRITE, issuer=issuer)
    consented = authorize(world.colleague, consumer_in(world, "Codex"), WRITE)
    for row, by in ((by_person, world.colleague), (by_admin, world.owner), (consented, world.owner)):
        row.narrow(READ.split(), by=by)
    person, administrator = browser(world.colleague), browser(world.owner)
    for client, page, may in ((person, OWN, by_person), (administrator, ALL, by_admin)):
        assert text_of(client.get(page)).count("Allow writing again") == 1
        for row in (by_person, by_admin, consented):
            post(client, f"{page}allow/", {"only": row.pk})
            withheld = select("SELECT withheld_scope FROM consumers_appauthorization WHERE id = %s", row.pk)
            assert (withheld == [""]) is (row == may), (page, row)
        AppAuthorization.objects.filter(pk=may.pk).update(
            withheld_scope="maintenance:write", narrowed_at=timezone.now(), narrowed_by=may.narrowed_by
        )
    assert scopes_of(by_person, by_admin, consented) == [READ, READ, READ], "nothing widens by itself"


# --- what is counted is what happens -----------------------------------------------------


def test_all_of_the_filter_is_more_than_the_page_and_less_than_the_list(world: World) -> None:
    chat, claude = consumer_in(world), consumer_in(world, "Claude")
    users = people(world, PAGE_SIZE + 3)
    for user in users:
        authorize(user, chat)
    authorize(users[0], chat, revoked_at=timezone.now())
    other = authorize(users[0], claude)
    client = browser(world.owner)
    page = text_of(client.get(f"{ALL}?app={chat.pk}"))
    assert f"Showing 1–{PAGE_SIZE} of {PAGE_SIZE + 4}" in page
    assert f"Disconnect all {PAGE_SIZE + 3} that match" in page
    asked = post(client, f"{ALL}stop/", {"every": "1", "app": chat.pk})
    words = text_of(asked)
    live = select(
        "SELECT count(*), count(DISTINCT user_id), count(DISTINCT consumer_id)"
        " FROM consumers_appauthorization WHERE consumer_id = %s AND revoked_at IS NULL",
        chat.pk,
    )[0]
    assert live == (PAGE_SIZE + 3, PAGE_SIZE + 3, 1)
    assert f"Connections: {live[0]}. People: {live[1]}. Apps: {live[2]}." in words
    assert words.count("<li>") == 21, "twenty by name, and how many more"
    assert f"and {PAGE_SIZE + 3 - 20} more" in " ".join(words.split())
    client.post(f"{ALL}stop/", filled(form_at(asked, f"{ALL}stop/")))
    left = select("SELECT id FROM consumers_appauthorization WHERE revoked_at IS NULL")
    assert left == [other.pk]
    assert f"{PAGE_SIZE + 3} connections ended." in text_of(client.get(ALL))
    assert Event.objects.filter(kind="authorization.revoked").count() == PAGE_SIZE + 3


def test_what_changed_since_is_asked_again(world: World) -> None:
    chat = consumer_in(world)
    authorize(world.owner, chat)
    client = browser(world.owner)
    asked = post(client, f"{ALL}stop/", {"every": "1"})
    late = authorize(world.colleague, chat)
    again = client.post(f"{ALL}stop/", filled(form_at(asked, f"{ALL}stop/")))
    assert "The list has changed since you looked." in text_of(again)
    assert "Connections: 2. People: 2. Apps: 1." in text_of(again)
    assert AppAuthorization.objects.live().count() == 2
    client.post(f"{ALL}stop/", filled(form_at(again, f"{ALL}stop/")))
    assert not AppAuthorization.objects.live().exists()
    # All rows at once need the confirmation of exactly these rows.
    late = authorize(world.colleague, consumer_in(world, "Claude"))
    post(client, f"{ALL}stop/", {"every": "1", "confirmed": "1"})
    post(client, f"{ALL}stop/", {"every": "1", "confirmed": "1", "seen": "0" * 24})
    assert AppAuthorization.objects.get(pk=late.pk).live


def test_people_are_counted_once(world: World) -> None:
    """Three people with the same two consumers are three people, not six."""
    users = people(world, 3)
    consumers = [consumer_in(world, name) for name in ("ChatGPT planta", "Claude")]
    for user in users:
        for consumer in consumers:
            authorize(user, consumer)
    expected = select(
        "SELECT count(DISTINCT user_id) FROM consumers_appauthorization WHERE revoked_at IS NULL"
    )
    assert expected == [3]
    chosen = {"consumer": [consumer.pk for consumer in consumers], "action": "disable"}
    change = "/settings/api-connections/oauth-consumers/change/"
    assert "3 people will lose the connection." in text_of(post(browser(world.owner), change, chosen))


def test_a_consumer_that_is_disabled_already_is_not_counted(world: World) -> None:
    first, second = consumer_in(world), consumer_in(world, "Claude", enabled=False)
    authorize(world.owner, first)
    for user in (world.colleague, world.owner):
        authorize(user, second)
    chosen = {"consumer": [first.pk, second.pk], "action": "disable"}
    asked = text_of(post(browser(world.owner), "/settings/api-connections/oauth-consumers/change/", chosen))
    assert "1 person will lose the connection." in asked
    assert "Claude" not in asked


def test_all_consumers_of_a_filter(world: World) -> None:
    for number in range(PAGE_SIZE + 2):
        consumer_in(world, f"Sheet {number}")
    kept, foreign = consumer_in(world, "ChatGPT"), consumer_in(world, "Sheet", stranger=True)
    client, change = browser(world.owner), "/settings/api-connections/oauth-consumers/change/"
    page = text_of(client.get("/settings/api-connections/oauth-consumers/?q=sheet"))
    assert (
        f"all {PAGE_SIZE + 2}\n  that match the filter" in page or f"all {PAGE_SIZE + 2} that match" in page
    )
    answer = confirm(client, change, {"every": "1", "q": "sheet", "action": "disable"})
    assert answer.status_code == 302
    assert select("SELECT id FROM consumers_consumer WHERE enabled ORDER BY id") == [kept.pk, foreign.pk]
    confirm(client, change, {"every": "1", "q": "sheet", "action": "delete"})
    assert set(Consumer.objects.all()) == {kept, foreign}
    assert Event.objects.filter(kind="consumer.deleted").count() == PAGE_SIZE + 2


# --- finding -----------------------------------------------------------------------------


def test_states_and_words(world: World) -> None:
    chat = consumer_in(world, "ChatGPT")
    ana, nandu = people(world, 2)
    ana.name, nandu.name, nandu.email = "Ana María Torres", "Ñandú", "n@example.com"
    ana.save()
    nandu.save()
    now = timezone.now()
    authorize(ana, chat, connected_at=now)
    authorize(nandu, chat, connected_at=None)
    authorize(world.owner, chat, revoked_at=now)
    authorize(world.colleague, consumer_in(world, "Móvil"), ends_at=now - dt.timedelta(hours=1))
    client = browser(world.owner)
    names = {"Ana María Torres", "Ñandú", "Owner", "Colleague"}
    for query, expected in {
        "state=connected": {"Ana María Torres"},
        "state=unfinished": {"Ñandú"},
        "state=disconnected": {"Owner"},
        "state=expired": {"Colleague"},
        "q=NANDU": {"Ñandú"},
        "q=maria+chat": {"Ana María Torres"},
        "q=maria+movil": set(),
        "q=movil": {"Colleague"},
        "q=n%40example": {"Ñandú"},
        "state=live": names,
    }.items():
        page = text_of(client.get(f"{ALL}?{query}"))
        assert {name for name in names if f"<bdi>{name}</bdi></a>" in page} == expected, query


def test_another_company_is_not_found(world: World) -> None:
    foreign = authorize(world.stranger, consumer_in(world, "Foreign", stranger=True))
    authorize(world.owner, consumer_in(world))
    page = text_of(
        browser(world.owner).get(f"{ALL}?app={foreign.consumer_id}&person={foreign.user_id}&q=stranger")
    )
    assert "Foreign" not in page
    assert "Stranger" not in page
    assert "No authorization matches the filter" in page


def test_the_filter_survives_what_is_done(world: World) -> None:
    chat = consumer_in(world)
    mine = authorize(world.colleague, chat, WRITE)
    client = browser(world.owner)
    here = f"{ALL}?q=colleague&app={chat.pk}&sort=-since"
    shown = form_at(client.get(here), f"{ALL}stop/")
    assert dict(shown.fields)["next"] == here
    data = {"only": mine.pk, "next": here}
    asked = post(client, f"{ALL}stop/", data)
    assert f'href="{here}"'.replace("&", "&amp;") in text_of(asked), "Cancel goes back there, too"
    assert client.post(f"{ALL}stop/", filled(form_at(asked, f"{ALL}stop/")))["Location"] == here
    for away in ("https://evil.example/", "//evil.example" + ALL, "/accounts/logout/"):
        assert post(client, f"{ALL}stop/", data | {"next": away})["Location"] == ALL


def test_odd_input(world: World) -> None:
    client = browser(world.owner)
    authorize(world.owner, consumer_in(world))
    for query in (
        f"app={'9' * 18}",
        f"person={'9' * 18}",
        "app=-1",
        "q=%00",
        "page=" + "9" * 30,
        "sort=scope",
    ):
        assert client.get(f"{ALL}?{query}").status_code == 200, query
        assert client.get(f"{OWN}?{query}").status_code == 200, query
    for data in ({"every": "1", "q": "\x00"}, {"only": "9" * 18}, {"every": "1", "app": "9" * 18}):
        for action in ("stop/", "read-only/"):
            assert post(client, f"{ALL}{action}", data).status_code in {200, 302}, (action, data)
    assert AppAuthorization.objects.live().count() == 1
