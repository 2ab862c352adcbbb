"""Configuration > Transactions log, and a person's own rows, as people see them."""

from __future__ import annotations

import datetime as dt
import html
import re
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Company, PermissionGroup, User
from audit.kinds import Group, Kind
from audit.models import Event
from connections.models import ApiConnection
from tests.activity.events import NOON, called, event_of, happened
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory
from tests.pages import XSS, browser, text_of

LOG, OWN = "/settings/transactions-log/", "/profile/activity/"
pytestmark = pytest.mark.django_db


def lines(client: Client, url: str = LOG, **asked: Any) -> list[str]:
    """Return the sentences of a page, as a person reads them."""
    page = text_of(client.get(url, asked))
    found = re.findall(r'<td class="name"><a href="[^"]*">(.*?)</a>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", each)).strip() for each in found]


def test_each_row_is_a_sentence_newest_first(world: World) -> None:
    app = consumer_in(world)
    happened(world.company, Kind.CONSUMER_CHANGED, user=world.owner, consumer=app,
             subject_kind="consumer", subject_id=str(app.pk), subject_name="ChatGPT",
             changes={"callback_urls": [[], ["https://x"]], "name": ["a", "b"]})  # fmt: skip
    later = NOON + dt.timedelta(seconds=1)
    called(world.company, user=world.colleague, consumer=app, subject_id="OT-123", at=later)
    called(world.company, "list_work_orders", consumer=app, at=later + dt.timedelta(seconds=1))
    called(world.company, "update_asset", user=world.colleague, consumer=app, outcome="refused",
           reason="not_permitted", at=later + dt.timedelta(seconds=2))  # fmt: skip
    client = browser(world.owner)
    assert lines(client) == [
        "ChatGPT called update_asset for Colleague",
        "ChatGPT read work orders",
        "ChatGPT created work order OT-123 for Colleague",
        "Owner changed OAuth consumer ChatGPT: callback URLs, name",
    ]
    for language, created in (
        ("es", "ChatGPT creó la orden de trabajo OT-123 en nombre de Colleague"),
        ("pt-br", "ChatGPT criou a ordem de serviço OT-123 em nome de Colleague"),
    ):
        User.objects.filter(pk=world.owner.pk).update(language=language)
        assert created in lines(client)


def test_events_that_are_no_calls(world: World) -> None:
    app = consumer_in(world)
    at = iter(NOON + dt.timedelta(seconds=number) for number in range(99))
    mine = {"user": world.owner, "consumer": app}
    happened(world.company, Kind.CONSENT_GIVEN, at=next(at), **mine)
    happened(world.company, Kind.TOKEN_REFUSED, at=next(at), consumer=app, outcome="refused")
    happened(world.company, Kind.TOKEN_ISSUED, at=next(at), **mine)
    happened(world.company, Kind.AUTHORIZATION_REVOKED, at=next(at), subject_kind="user", **mine,
             subject_id=str(world.colleague.pk), subject_name="Colleague")  # fmt: skip
    happened(world.company, Kind.AUTHORIZATION_REVOKED, at=next(at), subject_kind="user", **mine,
             subject_id=str(world.owner.pk), subject_name="Owner")  # fmt: skip
    happened(world.company, Kind.SIGN_IN_REFUSED, at=next(at), user=world.colleague, outcome="refused")
    assert lines(browser(world.owner))[::-1] == [
        "Owner approved ChatGPT",
        "A token request of ChatGPT was refused",
        "ChatGPT received a token for Owner",
        "Owner disconnected ChatGPT (Colleague)",
        "Owner disconnected ChatGPT",
        "The sign-in of Colleague was refused",
    ]


def test_every_kind_has_words_for_a_row_without_anything_else(world: World) -> None:
    for kind in Kind:
        happened(world.company, kind)
    told = lines(browser(world.owner))
    assert len(told) == min(len(Kind), 50)
    assert all(told)
    assert not [each for each in told if "%" in each or "  " in each]


def test_who_may_read_it(world: World) -> None:
    """The right to configure, or the right to the log; everybody else only the own rows."""
    reader = UserFactory()
    group = PermissionGroupFactory(company=world.company, name="Auditors", rights=["transactions_log:view"])
    MembershipFactory(user=reader, permission_group=group)
    event = happened(world.company, user=world.owner)
    own = called(world.company, user=world.colleague, consumer=consumer_in(world), subject_id="OT-1")
    for user, status in ((world.owner, 200), (reader, 200), (world.colleague, 403)):
        client = browser(user)
        assert client.get(LOG).status_code == status
        assert client.get(f"{LOG}{event.pk}/").status_code == status
    page = text_of(browser(reader).get(LOG))
    assert "/settings/general/" not in page, "no menu of pages that this person may not open"
    assert LOG in text_of(browser(reader).get("/")), "the way there"
    assert LOG not in text_of(browser(world.colleague).get("/"))
    client = browser(world.colleague)
    assert lines(client, OWN) == ["ChatGPT created work order OT-1 for Colleague"]
    assert client.get(f"{OWN}{own.pk}/").status_code == 200
    assert client.get(f"{OWN}{event.pk}/").status_code == 404, "of somebody else"
    assert lines(client, OWN, person="owner@example.com") == lines(client, OWN), "no filter for others there"
    hidden = consumer_in(world, "App of others")
    called(world.company, user=world.owner, consumer=hidden)
    for asked in ({}, {"app": hidden.pk}):
        assert "App of others" not in text_of(client.get(OWN, asked))


def test_another_company_is_never_shown(world: World) -> None:
    """Neither its rows, nor one by its id, nor its people and apps by the filters."""
    foreign_app = consumer_in(world, "Foreign app", stranger=True)
    MembershipFactory(user=world.owner, permission_group=PermissionGroupFactory(company=world.other_company))
    foreign = called(world.other_company, user=world.owner, consumer=foreign_app, subject_id="OT-9")
    nowhere = Event(
        company_id=Event.NO_COMPANY, kind=Kind.SETTINGS_CHANGED, position=1, user_id=world.owner.pk
    )
    nowhere.save()
    client = browser(world.owner)
    assert lines(client) == lines(client, OWN) == []
    for pk in (foreign.pk, nowhere.pk, 0, 2**63 - 1, 2**70):
        assert client.get(f"{LOG}{pk}/").status_code == client.get(f"{OWN}{pk}/").status_code == 404
    for asked in ({"record": "OT-9"}, {"app": foreign_app.pk}, {"person": "stranger@example.com"}):
        page = text_of(client.get(LOG, asked))
        assert "Foreign app" not in page
        assert "OT-9 " not in page
    assert "Nobody with this name" in text_of(client.get(LOG, {"person": "stranger@example.com"}))


@pytest.fixture
def varied(world: World) -> World:
    """Rows in which every filter finds some and leaves out others."""
    apps = [consumer_in(world), consumer_in(world, "Sheet")]
    for number in range(24):
        at = NOON + dt.timedelta(hours=number)
        user = (world.owner, world.colleague)[number % 2]
        match number % 4:
            case 0:
                happened(world.company, Kind.SETTINGS_CHANGED, user=user, at=at)
            case 1:
                happened(world.company, Kind.CONSUMER_DELETED, user=user, at=at, consumer=apps[0])
            case _:
                called(world.company, ("get_asset", "update_asset")[number % 2], user=user, at=at,
                       consumer=apps[number % 3 % 2], subject_id=f"A-{number % 5}",
                       outcome=("done", "refused", "failed")[number % 3])  # fmt: skip
    return world


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({}, "1 = 1"),
        ({"person": "colleague@example.com"}, "user_email = 'colleague@example.com'"),
        ({"person": "COLLEAG"}, "user_email = 'colleague@example.com'"),
        ({"person": "o", "kind": "consumer"}, "kind = 'consumer.deleted'"),
        ({"app": "Sheet"}, "consumer_name = 'Sheet'"),
        ({"tool": "update_asset"}, "tool = 'update_asset'"),
        ({"kind": "tool"}, "kind = 'tool.call'"),
        ({"kind": "consumer"}, "kind LIKE 'consumer.%%'"),
        ({"kind": "settings.changed"}, "kind = 'settings.changed'"),
        ({"kind": "tool.write"}, "tool = 'update_asset'"),
        ({"outcome": "refused"}, "outcome = 'refused'"),
        ({"outcome": "not-done"}, "outcome <> 'done'"),
        ({"record": " A-3 "}, "subject_id = 'A-3'"),
        # The company's day: Bogota is five hours behind.
        ({"since": "2026-11-21"}, "at >= '2026-11-21 05:00:00'"),
        ({"until": "2026-11-20"}, "at < '2026-11-21 05:00:00'"),
        ({"since": "2026-11-20", "until": "2026-11-20", "app": "Sheet", "outcome": "refused"},
         "at < '2026-11-21 05:00:00' AND consumer_name = 'Sheet' AND outcome = 'refused'"),
    ],
)  # fmt: skip
def test_each_filter_finds_what_sql_finds(varied: World, asked: dict[str, str], where: str) -> None:
    if "app" in asked:
        asked = asked | {"app": str(varied.company.consumers.get(name=asked["app"]).pk)}
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'" if connection.vendor == "postgresql" else "SELECT 1")
        cursor.execute(
            f"SELECT id FROM audit_event WHERE company_id = %s AND {where} ORDER BY at DESC",
            [varied.company.pk],
        )
        expected = [row[0] for row in cursor.fetchall()]
    page = text_of(browser(varied.owner).get(LOG, asked))
    assert [int(key) for key in re.findall(rf'href="{LOG}(\d+)/"', page)] == expected
    assert expected


def test_pages_hold_every_row_once_forward_and_back(world: World) -> None:
    """Also where many rows have the same time. The filter stays."""
    kinds = (Kind.SETTINGS_CHANGED, Kind.CONSUMER_ADDED, Kind.CONSUMER_DELETED)
    Event.objects.bulk_create(
        event_of(world.company, kinds[number % 3],
                 position=number + 1, at=NOON + dt.timedelta(seconds=number // 40), user=world.owner)
        for number in range(175)
    )  # fmt: skip
    client = browser(world.owner)
    for asked, where in (({}, "1 = 1"), ({"kind": "consumer"}, "kind LIKE 'consumer.%%'")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM audit_event WHERE company_id = %s AND {where}"
                " ORDER BY at DESC, position DESC", [world.company.pk],
            )  # fmt: skip
            expected = [row[0] for row in cursor.fetchall()]
        pages, page = [], text_of(client.get(LOG, asked))
        while True:
            pages.append([int(key) for key in re.findall(rf'href="{LOG}(\d+)/"', page)])
            further = re.search(r'href="(\?[^"]*)"\s+rel="next"', page)
            if further is None:
                break
            page = text_of(client.get(LOG + html.unescape(further[1])))
        assert list(chain(*pages)) == expected
        back = pages[-1:]
        while newer := re.search(r'href="(\?[^"]*)" rel="prev"', page):
            page = text_of(client.get(LOG + html.unescape(newer[1])))
            back.insert(0, [int(key) for key in re.findall(rf'href="{LOG}(\d+)/"', page)])
        assert list(chain(*back)) == expected


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "tomorrow"}, "Enter a valid date"),
        ({"since": "0001-01-01"}, "Enter a date from 2000 on"),
        ({"until": "9999-12-31"}, "Enter a date from 2000 on"),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "before the first one"),
        ({"app": "x"}, "Enter a whole number"),
        ({"app": "9" * 30}, "less than or equal"),
        ({"kind": "nothing"}, "Select a valid choice"),
        ({"outcome": "\0"}, "Select a valid choice"),
        ({"record": "a\0b"}, "Null characters are not allowed"),
        ({"tool": "a\0b"}, "Null characters are not allowed"),
        ({"person": "a\0b"}, "Null characters are not allowed"),
        ({"person": "nobody"}, "Nobody with this name"),
        ({"record": "x" * 201}, "at most 200"),
    ],
)
def test_a_wrong_filter_says_so_and_shows_nothing(world: World, asked: dict[str, str], words: str) -> None:
    happened(world.company)
    answer = browser(world.owner).get(LOG, asked)
    assert answer.status_code == 422
    assert words in html.unescape(text_of(answer))
    assert lines(browser(world.owner), **asked) == []


@pytest.mark.parametrize("group", Group)
def test_a_group_shows_its_kinds_only(world: World, group: Group) -> None:
    """Also one of which nothing has happened."""
    for kind in Kind:
        happened(world.company, kind)
    shown = len(lines(browser(world.owner), kind=group.value))
    assert shown == len([kind for kind in Kind if kind.value.startswith(f"{group.value}.")])


def test_a_wrong_place_is_the_first_page(world: World) -> None:
    happened(world.company)
    for place in (
        "x",
        "1-",
        "-1",
        "99999999999999999999-1",
        "9007199254740993-1",
        "1-" + "9" * 19,
        "\0",
        "١-١",
    ):
        assert len(lines(browser(world.owner), before=place)) == 1, place


def test_detail_shows_before_and_after_and_the_place_in_the_chain(world: World) -> None:
    event = happened(
        world.company, Kind.SETTINGS_CHANGED, user=world.owner, address="192.0.2.7",
        changes={"time_zone": ["UTC", "America/Bogota"], "openid_connect": [False, True], "new": [None, []]},
        facts={"client": {"name": "x"}},
    )  # fmt: skip
    page = text_of(browser(world.owner).get(f"{LOG}{event.pk}/"))
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    for words in (
        "time zone UTC America/Bogota",
        "OpenID Connect no yes",
        "new – –",
        "192.0.2.7",
        event.digest,
    ):
        assert words in told, words
    assert "12:00" in told, "in the company's zone"


def test_a_record_of_the_embedded_plant_is_a_link(world: World) -> None:
    event = called(world.company, subject_kind="work-orders", subject_id="OT/1 ñ")
    other = called(world.company, subject_kind="somewhere", subject_id="1")
    client = browser(world.owner)
    link = 'href="/records/work-orders/OT%2F1%20%C3%B1"'
    assert link in text_of(client.get(f"{LOG}{event.pk}/"))
    assert "/records/" not in text_of(client.get(f"{LOG}{other.pk}/"))
    ApiConnection.objects.create(company=world.company, kind=ApiConnection.Kind.FRACTTAL_ONE)
    assert "/records/" not in text_of(client.get(f"{LOG}{event.pk}/")), "the data is elsewhere"


def test_a_refused_call_leads_to_the_simulator(world: World) -> None:
    """With everything filled in; a call that was done does not."""
    simulator = reverse("simulator")
    app = consumer_in(world)
    refused = called(world.company, "update_asset", user=world.colleague, consumer=app, outcome="refused",
                     subject_kind="assets", subject_id="A&B")  # fmt: skip
    done = called(world.company, "update_asset", user=world.colleague, consumer=app)
    client = browser(world.owner)
    page = html.unescape(text_of(client.get(f"{LOG}{refused.pk}/")))
    asked = f"person={world.colleague.pk}&app={app.pk}&tool=update_asset&record=A%26B"
    assert f'href="{simulator}?{asked}"' in page
    assert simulator not in text_of(client.get(f"{LOG}{done.pk}/"))
    assert html.unescape(text_of(client.get(LOG))).count(f'href="{simulator}?{asked}"') == 1
    assert client.get(f"{simulator}?{asked}").status_code == 200
    reader = UserFactory()
    group = PermissionGroupFactory(company=world.company, rights=["transactions_log:view"])
    MembershipFactory(user=reader, permission_group=group)
    for url in (LOG, f"{LOG}{refused.pk}/"):
        assert simulator not in text_of(browser(reader).get(url)), "for administrators only"


def test_names_are_escaped(world: World) -> None:
    User.objects.filter(pk=world.colleague.pk).update(name=XSS)
    event = called(world.company, user=world.colleague, consumer=consumer_in(world, XSS), tool=XSS[:128],
                   subject_id=XSS, subject_name=XSS, changes={XSS: [XSS, XSS]}, facts={XSS: XSS})  # fmt: skip
    client = browser(world.owner)
    for url in (LOG, f"{LOG}{event.pk}/", f"{LOG}?record={XSS}&tool={XSS}&person={XSS}&app={XSS}"):
        page = text_of(client.get(url))
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_queries_do_not_grow_with_the_rows(world: World, django_assert_num_queries: Any) -> None:
    client = browser(world.owner)
    called(world.company, user=UserFactory())
    client.get(LOG)
    with CaptureQueriesContext(connection) as one:
        client.get(LOG)
    people: list[User] = [UserFactory() for _ in range(30)]
    for person in people:
        called(world.company, user=person, consumer=None)
    with django_assert_num_queries(len(one)):
        client.get(LOG)


def test_a_person_in_two_companies_sees_the_rows_of_the_present_one(world: World) -> None:
    other: Company = world.other_company
    group: PermissionGroup = PermissionGroupFactory(company=other)
    MembershipFactory(user=world.colleague, permission_group=group)
    called(other, user=world.colleague, consumer=consumer_in(world, stranger=True), subject_id="OT-2")
    called(world.company, user=world.colleague, consumer=consumer_in(world), subject_id="OT-1")
    assert lines(browser(world.colleague), OWN) == ["ChatGPT created work order OT-1 for Colleague"]
