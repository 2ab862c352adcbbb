"""App authorizations: a person's own, and those of the company (security cases 251, 262)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from consumers.models import AppAuthorization
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.pages import browser, form_at, post, text_of
from tests.process.person import Form

OWN, OWN_STOP = "/profile/app-authorizations/", "/profile/app-authorizations/stop/"
ALL = "/settings/api-connections/app-authorizations/"
STOP = f"{ALL}stop/"


def live(*authorizations: AppAuthorization) -> list[bool]:
    return [AppAuthorization.objects.get(pk=each.pk).live for each in authorizations]


def test_own_page_shows_what_and_since_when(world: World) -> None:
    consumer = consumer_in(world, description="For everybody")
    authorize(world.colleague, consumer, WRITE, last_used_at=timezone.now() - dt.timedelta(minutes=3))
    authorize(world.owner, consumer_in(world, "Claude"))
    page = text_of(browser(world.colleague).get(OWN))
    assert "ChatGPT" in page
    assert "Claude" not in page, "that is somebody else's"
    assert "read only" in page, "the consent names writing, but the person may write nothing"
    assert "Read: assets, work orders" in page
    assert "Planta Demo" in page
    assert re.search(r"3\s+minutes ago", page)
    assert "Disconnect all" not in page, "there is one only"
    owner = text_of(browser(world.owner).get(OWN))
    assert "read only" in owner, "the person may write, but did not approve it"
    assert "transactions log" in owner


def test_own_page_says_when_nothing_is_connected(world: World) -> None:
    assert "No app acts on your behalf" in text_of(browser(world.colleague).get(OWN))
    assert browser().get(OWN)["Location"] == f"/accounts/login/?next={OWN}"


def test_the_limit_of_a_consumer_is_said(world: World) -> None:
    authorize(world.owner, consumer_in(world, narrow_to_group=True), WRITE)
    page = text_of(browser(world.owner).get(OWN))
    assert "Limited to the group Readers" in page
    assert "Read: assets, work orders" in page
    assert "metrics" not in page


def test_stopping_one_of_ones_own(world: World) -> None:
    client = browser(world.colleague)
    first = authorize(world.colleague, consumer_in(world))
    second = authorize(world.colleague, consumer_in(world, "Claude"))
    asked = post(client, OWN_STOP, {"authorization": first.pk})
    assert "Disconnect?" in text_of(asked)
    assert live(first, second) == [True, True]
    answer = client.post(OWN_STOP, dict(form_at(asked, OWN_STOP).fields))
    assert answer["Location"] == OWN
    assert live(first, second) == [False, True]
    page = text_of(client.get(OWN))
    assert "1 app disconnected. It no longer has access." in page
    assert ">disconnected<" in page, "the row says so"
    assert AppAuthorization.objects.get(pk=first.pk).revoked_by == world.colleague


def test_case_262_stopping_all_of_ones_own(world: World) -> None:
    client = browser(world.colleague)
    mine = [authorize(world.colleague, consumer_in(world, name)) for name in ("A", "B")]
    other = authorize(world.owner, consumer_in(world, "C"))
    assert "Disconnect all" in text_of(client.get(OWN))
    asked = post(client, OWN_STOP, {"all": "1"})
    client.post(OWN_STOP, dict(form_at(asked, OWN_STOP).fields))
    assert live(*mine, other) == [False, False, True]


@pytest.mark.parametrize("key", ["other", "0", "-1", "x", "9" * 30, "", "1 OR 1=1"])
def test_nobody_stops_what_is_not_theirs(world: World, key: str) -> None:
    other = authorize(world.owner, consumer_in(world))
    client = browser(world.colleague)
    chosen = str(other.pk) if key == "other" else key
    assert post(client, OWN_STOP, {"authorization": chosen, "confirmed": "1"})["Location"] == OWN
    assert "Nothing to disconnect" in text_of(client.get(OWN))
    assert live(other) == [True]


def test_the_company_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = consumer_in(world)
    mine = authorize(world.colleague, consumer, WRITE)
    authorize(world.stranger, consumer_in(world, "Foreign", stranger=True))
    asked_for: list[tuple[list[int], dt.datetime]] = []

    def counted(ids: Iterable[int], since: dt.datetime) -> dict[int, int]:
        asked_for.append((list(ids), since))
        return {mine.pk: 4321}

    monkeypatch.setattr("mcp_gateway.calls.audit.calls_by_authorization", counted)
    page = text_of(browser(world.owner).get(ALL))
    assert "colleague@example.com" in page
    assert "Foreign" not in page
    assert "stranger@example.com" not in page
    assert ">4321</td>" in page
    assert "Showing 1 of 1" in page
    ((ids, since),) = asked_for
    assert ids == [mine.pk]
    assert abs(timezone.now() - dt.timedelta(days=30) - since) < dt.timedelta(minutes=1)


def test_calls_are_counted_from_the_audit(world: World) -> None:
    from mcp_gateway.calls.audit import calls_by_authorization

    assert calls_by_authorization([1, 2], timezone.now()) == {}
    authorize(world.owner, consumer_in(world))
    assert re.search(r'data-label="Calls, 30 days">0</td>', text_of(browser(world.owner).get(ALL)))


def test_the_company_page_is_for_configurers(world: World) -> None:
    mine = authorize(world.colleague, consumer_in(world))
    assert browser(world.colleague).get(ALL).status_code == 403
    assert (
        post(browser(world.colleague), STOP, {"authorization": mine.pk, "confirmed": "1"}).status_code == 403
    )
    assert browser(world.owner).get(ALL).status_code == 200
    assert "Nobody has connected an app yet" in text_of(browser(world.stranger).get(ALL))


def test_filtering_by_app_and_person(world: World) -> None:
    chat, claude = consumer_in(world), consumer_in(world, "Claude")
    for user in (world.owner, world.colleague):
        authorize(user, chat)
    authorize(world.owner, claude)
    client = browser(world.owner)
    cases = {
        "": (3, False),
        f"?app={chat.pk}": (2, True),
        f"?person={world.owner.pk}": (2, True),
        f"?app={claude.pk}&person={world.owner.pk}": (1, True),
        f"?app={claude.pk}&person={world.colleague.pk}": (0, False),
        "?app=x&person=%00": (3, False),
        "?app=99999999999999999999": (3, False),
    }
    for query, (shown, offers_all) in cases.items():
        page = text_of(client.get(ALL + query))
        assert f"Showing {shown} of {shown}" in page, query
        assert ("that match" in page) is offers_all, query


@pytest.mark.parametrize(
    ("chosen", "stopped"),
    [
        ({"authorization": "b"}, {"b"}),
        ({"authorization": ["a", "c"]}, {"a", "c"}),
        ({"authorization": ["a", "c"], "only": "b"}, {"b"}),
        ({"every": "1", "app": "chat"}, {"a", "b"}),
        ({"every": "1", "person": "owner"}, {"a", "c"}),
        ({"every": "1", "app": "chat", "person": "owner"}, {"a"}),
        ({"every": "1", "q": "colleague chat"}, {"b"}),
        ({"every": "1", "state": "connected"}, {"a", "b", "c"}),
        ({"every": "1", "state": "unfinished"}, set()),
        ({"every": "1"}, {"a", "b", "c"}),
        ({"app": "chat"}, set()),
        ({"person": "owner"}, set()),
        ({}, set()),
        ({"app": "", "person": ""}, set()),
        ({"authorization": "foreign"}, set()),
        ({"every": "1", "app": "foreign_app"}, set()),
        ({"every": "1", "person": "stranger"}, set()),
        ({"authorization": "x"}, set()),
    ],
)
def test_stopping_one_all_of_a_person_or_all_of_an_app(
    world: World, chosen: dict[str, Any], stopped: set[str]
) -> None:
    chat, claude = consumer_in(world), consumer_in(world, "Claude")
    foreign_app = consumer_in(world, "Foreign", stranger=True)
    rows = {
        "a": authorize(world.owner, chat),
        "b": authorize(world.colleague, chat),
        "c": authorize(world.owner, claude),
        "foreign": authorize(world.stranger, foreign_app),
    }
    keys = {
        "chat": chat.pk,
        "owner": world.owner.pk,
        "stranger": world.stranger.pk,
        "foreign_app": foreign_app.pk,
        **{name: row.pk for name, row in rows.items()},
    }
    client = browser(world.owner)
    data = {
        name: [keys[each] for each in value] if isinstance(value, list) else keys.get(value, value)
        for name, value in chosen.items()
    }
    asked = post(client, STOP, data)
    assert all(live(*rows.values())), "nothing stops before the confirmation"
    if stopped:
        assert "Disconnect?" in text_of(asked)
        assert text_of(asked).count("<li><strong>") == len(stopped)
        answer = client.post(STOP, filled(form_at(asked, STOP)))
        assert answer["Location"] == ALL
        assert f"{len(stopped)} connection" in text_of(client.get(ALL))
    else:
        assert post(client, STOP, {**data, "confirmed": "1"})["Location"] == ALL
    assert {name for name, row in rows.items() if not live(row)[0]} == stopped


def filled(form: Form) -> dict[str, list[str]]:
    """Return the fields of a form as a browser sends them, several of one name included."""
    data: dict[str, list[str]] = {}
    for name, value in form.fields:
        data.setdefault(name, []).append(value)
    return data


def test_a_person_of_two_companies_is_stopped_in_this_one_only(world: World) -> None:
    """An administrator has no say over what a person approved in another company."""
    Membership.objects.create(
        user=world.colleague, company=world.other_company, permission_group=world.stranger_group
    )
    here = authorize(world.colleague, consumer_in(world))
    there = authorize(world.colleague, consumer_in(world, "Elsewhere", stranger=True))
    client = browser(world.owner)
    asked = post(client, STOP, {"every": "1", "person": world.colleague.pk})
    client.post(STOP, filled(form_at(asked, STOP)))
    assert live(here, there) == [False, True]
    assert "Elsewhere" in text_of(browser(world.colleague).get(OWN)), "the own page shows both"


def test_old_rows_leave_the_list(world: World) -> None:
    recent, old = (authorize(world.owner, consumer_in(world, name)) for name in ("Recent", "Ancient"))
    for each in (recent, old):
        each.revoke(by=world.owner)
    AppAuthorization.objects.filter(pk=old.pk).update(revoked_at=timezone.now() - dt.timedelta(days=8))
    ended = authorize(world.owner, consumer_in(world, "Over"), ends_at=timezone.now() - dt.timedelta(days=1))
    page = text_of(browser(world.owner).get(OWN))
    assert "Recent" in page
    assert "Ancient" not in page
    assert ">expired<" in page
    assert f'name="authorization" value="{ended.pk}"' not in page


def test_a_disabled_app_is_said_on_its_rows(world: World) -> None:
    consumer = consumer_in(world, enabled=False)
    authorize(world.owner, consumer)
    authorize(world.colleague, consumer)
    Membership.objects.filter(user=world.colleague).update(active=False)
    page = text_of(browser(world.owner).get(ALL))
    assert page.count("the app is disabled") == 1
    assert page.count("the person is disabled") == 1
    assert "nothing at the moment" in page


def test_reading_changes_nothing_and_stopping_needs_the_token(world: World) -> None:
    mine = authorize(world.owner, consumer_in(world))
    client = browser(world.owner)
    for path in (OWN_STOP, STOP):
        data: dict[str, Any] = {"authorization": mine.pk, "all": "1", "confirmed": "1"}
        assert client.get(path, data).status_code == 405
        assert client.post(path, data).status_code == 403
        assert browser().post(path, data).status_code == 403
    assert live(mine) == [True]
