"""The activity of the company, an app and a person, as pages."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from connections.models import ApiConnection
from consumers.models import Consumer
from tests.activity.events import called
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory
from tests.pages import XSS, browser, post, send, text_of

LOG = "/settings/transactions-log/"
ACTIVITY, OWN = f"{LOG}activity/", "/profile/activity/figures/"
pytestmark = pytest.mark.django_db


def said(answer: Any) -> str:
    """Return the text of a page, as a person reads it."""
    text = re.sub(r"<svg.*?</svg>|<script.*?</script>", " ", text_of(answer), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def section(page: str, begin: str, end: str) -> str:
    return page.partition(begin)[2].partition(end)[0]


def test_sums_are_those_of_the_period(world: World) -> None:
    app, now = consumer_in(world), timezone.now()
    for days, fields in (
        (0, {}), (0, {"tool": "get_asset", "milliseconds": 900}), (3, {"outcome": "refused"}),
        (20, {"outcome": "failed"}), (80, {}), (200, {}),
    ):  # fmt: skip
        called(world.company, user=world.owner, consumer=app, at=now - dt.timedelta(days=days), **fields)
    client = browser(world.owner)
    for page in (ACTIVITY, f"{ACTIVITY}apps/{app.pk}/", f"{ACTIVITY}people/{world.owner.pk}/", OWN):
        for period, sums in (
            ("7d", "Calls 3 changing something 2 refused 1 failed 0"
             " half took at most 120 ms 95 of 100 took at most 900 ms"),
            ("90d", "Calls 5 changing something 4 refused 1 failed 1"),
            ("nonsense", "Calls 4 changing something 3 refused 1 failed 1"),
        ):  # fmt: skip
            assert sums in said(client.get(page, {"period": period})), (page, period)


def test_without_a_call_every_page_says_so(world: World) -> None:
    app = consumer_in(world)
    client = browser(world.owner)
    for page in (ACTIVITY, f"{ACTIVITY}apps/{app.pk}/", f"{ACTIVITY}people/{world.colleague.pk}/", OWN):
        assert said(client.get(page)).count("Nothing in this period.") == 4
        assert "No calls in this period." in said(client.get(page))


def test_who_may_see_it(world: World) -> None:
    foreign = consumer_in(world, stranger=True)
    called(world.other_company, user=world.stranger, consumer=foreign)
    client = browser(world.owner)
    assert "Calls 0" in said(client.get(ACTIVITY))
    for key in (foreign.pk, 0, 2**70):
        assert client.get(f"{ACTIVITY}apps/{key}/").status_code == 404
    for key in (world.stranger.pk, 0, 2**70):
        assert client.get(f"{ACTIVITY}people/{key}/").status_code == 404
    colleague = browser(world.colleague)
    for page in (
        ACTIVITY,
        f"{ACTIVITY}apps/{consumer_in(world).pk}/",
        f"{ACTIVITY}people/{world.colleague.pk}/",
    ):
        assert colleague.get(page).status_code == 403
    called(world.company, user=world.owner)
    assert "Calls 0" in said(colleague.get(OWN)), "only one's own calls"


def test_the_overview_names_what_to_look_at(world: World) -> None:
    used, idle = consumer_in(world, "Used"), consumer_in(world, "Idle")
    old, off = consumer_in(world, "Old"), consumer_in(world, "Off", enabled=False)
    consumer_in(world, "New")
    now = timezone.now()
    for app, last in ((used, 1), (idle, 40), (old, None), (off, None)):
        moment = None if last is None else now - dt.timedelta(days=last)
        Consumer.objects.filter(pk=app.pk).update(created=now - dt.timedelta(days=100), last_used_at=moment)
    authorize(world.owner, used)
    authorize(world.colleague, used, revoked_at=now)
    called(world.company, user=world.owner, consumer=used, subject_id="OT-1", at=now)
    called(world.company, user=world.owner, consumer=used, subject_id="OT-2", at=now - dt.timedelta(days=2))
    called(world.company, "get_asset", user=world.owner, consumer=used, subject_id="A-1", at=now)
    for number, outcome in enumerate(("failed", "refused", "unknown"), 3):
        called(
            world.company, user=world.owner, consumer=used, subject_id=f"OT-{number}", outcome=outcome, at=now
        )
    page = said(browser(world.owner).get(ACTIVITY))
    today = section(page, "Changed by assistants today", "24 hours")
    assert "OT-1" in today
    assert [folio for folio in ("OT-2", "OT-3", "OT-4", "OT-5") if folio in today] == [], (
        "nothing was changed"
    )
    assert "A-1" not in today
    assert "3 attempts today were refused or failed" in today
    unused = section(page, "Apps that nobody has used for 30 days (2)", "People who have no app connected")
    assert "Idle" in unused
    assert re.search(r"Old · Last used: never not for 90 days", unused)
    assert unused.count("not for 90 days") == 1
    assert [name for name in ("Used ·", "New", "Off") if name in unused] == []
    without = page.partition("People who have no app connected (1)")[2]
    assert "Colleague" in without
    assert "Owner" not in without


def test_rights_that_an_app_never_used(world: World) -> None:
    """What its people may do through its tools, less what its calls of 90 days needed."""
    group = PermissionGroupFactory(
        company=world.company, name="G",
        rights=["work_orders:view", "work_orders:add", "assets:view", "assets:add", "transactions_log:view"],
    )  # fmt: skip
    person: User = UserFactory()
    MembershipFactory(user=person, permission_group=group)
    app = consumer_in(world)
    authorize(person, app, WRITE)
    now = timezone.now()
    called(world.company, "list_work_orders", user=person, consumer=app, at=now - dt.timedelta(days=80))
    called(world.company, "create_work_order", user=person, consumer=app, at=now - dt.timedelta(days=100))
    called(world.company, "get_asset", user=person, consumer=app, at=now, outcome="refused")
    table = said(browser(world.owner).get(f"{ACTIVITY}apps/{app.pk}/")).partition("Never used")[2]
    # assets:add needs a tool set that this app does not have, so the app never had that right.
    assert re.search(r"assets – view work orders view add transactions log – view", table)
    Consumer.objects.filter(pk=app.pk).update(toolsets=["catalogue_writes"])
    table = said(browser(world.owner).get(f"{ACTIVITY}apps/{app.pk}/")).partition("Never used")[2]
    assert re.search(r"assets – view, add", table)


def test_the_budget_is_drawn_where_the_data_is_elsewhere(world: World, settings: Any) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 200
    called(world.company, user=world.owner, at=timezone.now(), upstream_calls=7)
    client = browser(world.owner)
    assert "limit of the company" not in said(client.get(ACTIVITY))
    ApiConnection.objects.create(company=world.company, kind=ApiConnection.Kind.FRACTTAL_ONE)
    page = client.get(ACTIVITY)
    assert "limit of the company: 200" in said(page)
    assert "At most 7 requests in one minute." in text_of(page)


def test_who_left_and_what_was_deleted_keep_their_figures(world: World) -> None:
    app, other = consumer_in(world, "Gone"), consumer_in(world, "There")
    leaver = UserFactory(name="Leaver", email="a+b@example.com")
    for consumer in (app, other):
        called(world.company, user=leaver, consumer=consumer, at=timezone.now())
    key = app.pk
    app.delete()
    client = browser(world.owner)
    page = client.get(ACTIVITY)
    assert "Gone" in said(page)
    assert f"/apps/{key}/" not in text_of(page)
    assert f"/apps/{other.pk}/" in text_of(page)
    person = client.get(f"{ACTIVITY}people/{leaver.pk}/")
    assert "Calls 2" in said(person)
    (link,) = re.findall(r'href="(/settings/transactions-log/\?person=[^"]*)"', text_of(person))
    assert "Gone created work order" in said(client.get(link))


def test_who_and_what_is_gone_has_the_last_name_and_the_others_that_of_today(world: World) -> None:
    app, gone = consumer_in(world, "Zebra"), consumer_in(world, "Zulu")
    leaver = UserFactory(email="zoe@example.com")
    for name, email in (("Zulu", "zoe@example.com"), ("Alfa", "ana@example.com")):
        gone.name, leaver.email = name, email
        called(world.company, "get_asset", user=leaver, consumer=gone, at=timezone.now())
    called(world.company, "get_asset", user=world.owner, consumer=app, at=timezone.now())
    Consumer.objects.filter(pk=app.pk).update(name="Beta")
    gone.delete()
    leaver.delete()
    page = said(browser(world.owner).get(ACTIVITY))
    for there, before in (("Alfa", "Zulu"), ("Beta", "Zebra"), ("ana@example.com", "zoe@example.com")):
        assert there in page, there
        assert before not in page, before


def test_names_are_escaped(world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(name=XSS)
    app = consumer_in(world, XSS)
    called(world.company, tool=XSS, user=world.owner, consumer=app, at=timezone.now(), subject_id=XSS)
    client = browser(world.owner)
    for page in (ACTIVITY, f"{ACTIVITY}apps/{app.pk}/", f"{ACTIVITY}people/{world.owner.pk}/", OWN):
        assert "<script>alert" not in text_of(client.get(page))


def test_queries_do_not_grow_with_the_rows(world: World, django_assert_num_queries: Any) -> None:
    client = browser(world.owner)

    def more(number: int) -> None:
        called(
            world.company, user=UserFactory(), consumer=consumer_in(world, f"App {number}"), at=timezone.now()
        )

    more(0)
    client.get(ACTIVITY)
    with CaptureQueriesContext(connection) as one:
        client.get(ACTIVITY)
    for number in range(1, 12):
        more(number)
    with django_assert_num_queries(len(one)):
        client.get(ACTIVITY)


def test_an_app_is_narrowed_to_what_it_used(world: World) -> None:
    """Only after a question; the app's own tools are cut, nobody's permissions; the log says it."""
    person: User = UserFactory()
    rights = ["work_orders:view", "work_orders:add", "assets:view"]
    MembershipFactory(
        user=person, permission_group=PermissionGroupFactory(company=world.company, rights=rights)
    )
    app = consumer_in(world)
    authorize(person, app, WRITE)
    called(world.company, "list_work_orders", user=person, consumer=app, at=timezone.now())
    client, page = browser(world.owner), f"{ACTIVITY}apps/{app.pk}/"
    asked = send(client, page, {}, action="/narrow/")
    assert "Not used in the last 90 days: assets (view); work orders (add)." in said(asked)
    shown = post(client, f"{page}narrow/", {"right": ["work_orders:add"]})
    assert "Not used in the last 90 days: work orders (add)." in said(shown), "what is taken, and no more"
    app.refresh_from_db()
    assert app.tool_rules == {}, "not before it is confirmed"
    called(world.company, "get_asset", user=person, consumer=app, at=timezone.now())  # used meanwhile
    carried = {"right": ["work_orders:add", "assets:view", "people:view"], "confirmed": "1"}
    answer = post(client, f"{page}narrow/", carried)
    assert answer["Location"] == page
    app.refresh_from_db()
    assert "create_work_order" in app.tool_rules
    assert not {"get_asset", "list_assets", "list_people", "list_work_orders"} & set(app.tool_rules)
    assert "Owner changed OAuth consumer ChatGPT" in said(client.get(LOG))
    group = person.memberships.get().permission_group
    assert group.rights == rights
    assert "Narrow to what it uses" not in said(client.get(page)), "nothing is left to narrow"
    assert post(client, f"{page}narrow/", carried)["Location"] == page


def test_who_may_narrow(world: World) -> None:
    foreign, own = consumer_in(world, stranger=True), consumer_in(world)
    sent = {"right": ["assets:view"], "confirmed": "1"}
    assert post(browser(world.owner), f"{ACTIVITY}apps/{foreign.pk}/narrow/", sent).status_code == 404
    group = PermissionGroupFactory(company=world.company, rights=["transactions_log:view"])
    reader: User = UserFactory()
    MembershipFactory(user=reader, permission_group=group)
    client = browser(reader)
    assert client.get(f"{ACTIVITY}apps/{own.pk}/").status_code == 200
    for user in (reader, world.colleague):
        assert post(browser(user), f"{ACTIVITY}apps/{own.pk}/narrow/", sent).status_code == 403
