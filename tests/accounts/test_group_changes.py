"""Configuration > User accounts > Permission groups: whom a change cuts, copying and deleting."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Invitation, Membership, PermissionGroup
from accounts.rights import ALL_RIGHTS, CONFIGURE
from audit.models import Event
from consumers.models import AppAuthorization, Consumer
from consumers.policy.models import GroupCeiling
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory, invite
from tests.pages import browser, form_at, post, send, text_of

GROUPS = "/settings/user-accounts/groups/"
ROOT = Path(__file__).resolve().parents[2]


def page(group: PermissionGroup, action: str = "") -> str:
    return f"{GROUPS}{group.pk}/" + (f"{action}/" if action else "")


def values(group: PermissionGroup, **changes: Any) -> dict[str, Any]:
    held = {"name": group.name, "rights": group.rights, "active": "on"} | changes
    return {name: value for name, value in held.items() if value != ""}


@pytest.fixture
def crowd(world: World) -> PermissionGroup:
    """Fill a group: people active and not, with live, ended and foreign connections, and apps of it."""
    group = PermissionGroupFactory(
        company=world.company, name="Technicians", rights=["work_orders:view", "work_orders:edit"]
    )
    one, two = consumer_in(world), consumer_in(world, "Claude")
    foreign = consumer_in(world, "Foreign", stranger=True)
    for number in range(5):
        person = UserFactory(is_active=number != 4)
        MembershipFactory(user=person, permission_group=group, active=number != 3)
        authorize(person, one)
        if number < 2:
            authorize(person, two)
        if number == 2:
            authorize(person, two, ends_at=timezone.now() - dt.timedelta(days=1))
            authorize(person, foreign)
    theirs = consumer_in(world, "Of the group", permission_group=group)
    authorize(world.owner, theirs)  # of another group, through an app of this one
    return group


def counted(group: PermissionGroup) -> tuple[int, int, int]:
    """Count in plain SQL: people, their live connections, and those that an inactive group ends."""
    people = (
        "SELECT m.user_id FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id"
        " WHERE m.permission_group_id = %(group)s AND m.active AND u.is_active"
    )
    live = (
        "SELECT count(DISTINCT a.id) FROM consumers_appauthorization a"
        " JOIN consumers_consumer c ON c.id = a.consumer_id"
        " WHERE c.company_id = %(company)s AND a.revoked_at IS NULL AND a.ends_at > %(now)s"
    )
    given: dict[str, Any] = {"group": group.pk, "company": group.company_id, "now": timezone.now()}
    statements = (
        f"SELECT count(*) FROM ({people}) found",
        f"{live} AND a.user_id IN ({people})",
        f"{live} AND (a.user_id IN ({people}) OR c.permission_group_id = %(group)s)",
    )
    found = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, given)
            found.append(int(cursor.fetchone()[0]))
    return found[0], found[1], found[2]


def test_an_inactive_group_says_whom_it_cuts_and_waits(world: World, crowd: PermissionGroup) -> None:
    people, _own, connections = counted(crowd)
    assert (people, connections) == (3, 6)
    client = browser(world.owner)
    asked = post(client, page(crowd), values(crowd, active=""))
    assert asked.status_code == 200
    words = text_of(asked)
    assert f"{people} people lose access immediately." in words
    assert f"{connections} connections to apps stop working." in words
    assert "Apps that stop working: Of the group." in words
    crowd.refresh_from_db()
    assert crowd.active
    fields: dict[str, Any] = {}
    for name, value in form_at(asked).fields:
        fields.setdefault(name, []).append(value)
    assert client.post(page(crowd), fields).status_code == 302
    crowd.refresh_from_db()
    assert not crowd.active
    assert sorted(crowd.rights) == ["work_orders:edit", "work_orders:view"], "the rest of the form came along"
    event = Event.objects.get(kind="person.group_changed")
    assert event.changes == {"active": [True, False]}


def test_fewer_and_more_permissions_are_both_said(world: World, crowd: PermissionGroup) -> None:
    people, connections, _all = counted(crowd)
    assert (people, connections) == (3, 5)
    client = browser(world.owner)
    words = text_of(post(client, page(crowd), values(crowd, rights=["work_orders:view", "meters:add"])))
    assert "3 people, 5 connections lose: work orders (edit)." in words
    assert "3 people, 5 connections get: meters (add)." in words
    assert "Apps of this group: Of the group." in words
    own = text_of(post(client, page(crowd), values(crowd, own_work_orders_only="on")))
    assert "see only their own work orders" in own
    crowd.refresh_from_db()
    assert sorted(crowd.rights) == ["work_orders:edit", "work_orders:view"]


def test_a_name_or_an_empty_group_needs_no_question(world: World, crowd: PermissionGroup) -> None:
    client = browser(world.owner)
    assert post(client, page(crowd), values(crowd, name="Night shift")).status_code == 302
    empty = PermissionGroupFactory(company=world.company, name="Empty", rights=["assets:view"])
    assert post(client, page(empty), values(empty, active="")).status_code == 302


def test_who_is_in_it(world: World, crowd: PermissionGroup) -> None:
    words = text_of(browser(world.owner).get(page(crowd)))
    for member in crowd.memberships.all():
        assert f'href="/settings/user-accounts/{member.pk}/"' in words


def test_copying(world: World, crowd: PermissionGroup) -> None:
    PermissionGroup.objects.filter(pk=crowd.pk).update(own_work_orders_only=True)
    client = browser(world.owner)
    url = f"{GROUPS}add/?copy={crowd.pk}"
    fields = form_at(client.get(url)).fields
    assert ("name", "Copy of Technicians") in fields
    assert sorted(value for name, value in fields if name == "rights") == [
        "work_orders:edit",
        "work_orders:view",
    ]
    assert send(client, url, {})["Location"] == GROUPS
    made = PermissionGroup.objects.get(name="Copy of Technicians")
    assert (made.company, sorted(made.rights)) == (world.company, ["work_orders:edit", "work_orders:view"])
    assert made.own_work_orders_only
    assert not made.memberships.exists()
    assert Event.objects.filter(kind="person.group_added").count() == 1
    for foreign in (world.stranger_group.pk, "9" * 40, "x", "\0"):
        empty = client.get(f"{GROUPS}add/", {"copy": foreign})
        assert empty.status_code == 200
        assert not [value for name, value in form_at(empty).fields if name in {"name", "rights"} and value]


def test_deleting_an_empty_group(world: World) -> None:
    empty = PermissionGroupFactory(company=world.company, name="Empty")
    client = browser(world.owner)
    assert "Nobody has this group" in text_of(client.get(page(empty, "delete")))
    assert PermissionGroup.objects.filter(pk=empty.pk).exists()
    assert send(client, page(empty, "delete"), {})["Location"] == GROUPS
    assert not PermissionGroup.objects.filter(pk=empty.pk).exists()
    event = Event.objects.get(kind="person.group_deleted")
    assert event.subject_name == "Empty"


def test_deleting_a_used_group_moves_everybody_first(world: World, crowd: PermissionGroup) -> None:
    invite("new@example.com", crowd, world.owner)
    client = browser(world.owner)
    before = Membership.objects.count(), AppAuthorization.objects.count(), Consumer.objects.count()
    assert post(client, page(crowd, "delete")).status_code == 200
    for wrong in ("", str(crowd.pk), str(world.stranger_group.pk), "x"):
        assert post(client, page(crowd, "delete"), {"target": wrong}).status_code == 422, wrong
    assert PermissionGroup.objects.filter(pk=crowd.pk).exists()
    asked = send(client, page(crowd, "delete"), {"target": world.colleague_group.pk})
    assert asked.status_code == 200
    assert PermissionGroup.objects.filter(pk=crowd.pk).exists(), "not before it is confirmed"
    done = client.post(page(crowd, "delete"), dict(form_at(asked).fields))
    assert done["Location"] == GROUPS
    assert not PermissionGroup.objects.filter(pk=crowd.pk).exists()
    assert before == (Membership.objects.count(), AppAuthorization.objects.count(), Consumer.objects.count())
    assert Membership.objects.filter(permission_group=world.colleague_group).count() == 6
    assert Invitation.objects.get().permission_group == world.colleague_group
    assert Consumer.objects.get(name="Of the group").permission_group == world.colleague_group
    assert Event.objects.get(kind="person.group_deleted").facts == {"moved_to": "Readers", "moved": 7}


def test_what_the_people_lose_and_get_is_said_before(world: World, crowd: PermissionGroup) -> None:
    people, connections, _all = counted(crowd)
    GroupCeiling.objects.create(group=crowd)
    client = browser(world.owner)
    words = text_of(send(client, page(crowd, "delete"), {"target": world.colleague_group.pk}))
    who = f"{people} people, {connections} connections"
    for said in (
        f"{who} move to the group Readers.",
        f"{who} lose: work orders (edit).",
        f"{who} get: assets (view).",
        "Apps of this group: Of the group.",
        "What this group forbids assistants is deleted with it.",
    ):
        assert said in words, said
    assert "What the group Readers" not in words
    assert "You are in this group" not in words
    GroupCeiling.objects.update(group=world.colleague_group)
    words = text_of(send(client, page(crowd, "delete"), {"target": world.colleague_group.pk}))
    assert "What the group Readers forbids assistants holds for them from then on." in words
    assert "is deleted with it" not in words


def test_ones_own_right_to_configure_is_named(world: World) -> None:
    MembershipFactory(
        permission_group=PermissionGroupFactory(company=world.company, name="Others", rights=[CONFIGURE])
    )
    client, own = browser(world.owner), world.owner_group
    text = "You are in this group: you can no longer open the configuration then."
    moved = send(client, page(own, "delete"), {"target": world.colleague_group.pk})
    assert text in text_of(moved)
    assert text in text_of(post(client, page(own), values(own, rights=["work_orders:view"])))
    assert text in text_of(post(client, page(own), values(own, active="")))
    more = PermissionGroupFactory(company=world.company, name="More", rights=sorted(ALL_RIGHTS))
    assert text not in text_of(send(client, page(own, "delete"), {"target": more.pk}))


def test_answered_invitations_keep_no_group_and_do_not_count(world: World) -> None:
    group = PermissionGroupFactory(company=world.company, name="Guests")
    for number, answer in enumerate(("accepted_at", "withdrawn_at", "accepted_at")):
        invite(f"guest{number}@example.com", group, world.owner)
        Invitation.objects.filter(email=f"guest{number}@example.com").update(**{answer: timezone.now()})
    client = browser(world.owner)
    assert "Nobody has this group" in text_of(client.get(page(group, "delete")))
    assert send(client, page(group, "delete"), {})["Location"] == GROUPS
    assert Invitation.objects.count() == 3
    other = PermissionGroupFactory(company=world.company, name="Guests")
    Invitation.objects.filter(email__in=["guest0@example.com", "guest1@example.com"]).update(
        permission_group=other
    )
    invite("open@example.com", other, world.owner)
    send(client, page(other, "delete"), {"target": world.colleague_group.pk, "confirmed": "1"})
    deleted = Event.objects.filter(kind="person.group_deleted").latest("position")
    assert deleted.facts == {"moved_to": "Readers", "moved": 1}
    assert not PermissionGroup.objects.filter(pk=other.pk).exists()
    assert Invitation.objects.filter(permission_group=world.colleague_group).count() == 3


def test_the_last_administrators_group_is_not_deleted(world: World) -> None:
    client = browser(world.owner)
    answer = post(client, page(world.owner_group, "delete"), {"target": world.colleague_group.pk})
    assert answer.status_code == 422
    assert "nobody could sign in and edit the configuration" in text_of(answer)
    assert world.company.memberships.get(user=world.owner).permission_group == world.owner_group


def test_nobody_else_may(world: World, crowd: PermissionGroup) -> None:
    for action in ("", "delete"):
        assert post(browser(world.colleague), page(crowd, action)).status_code == 403
        assert post(browser(world.stranger), page(crowd, action)).status_code == 404
    assert (
        post(browser(world.stranger), page(crowd, "delete"), {"target": world.stranger_group.pk}).status_code
        == 404
    )


def test_the_matrix_offers_what_something_asks_for_and_nothing_else(world: World) -> None:
    """What the sources of the apps name, but for the lists of all permissions."""
    apps = ("mcp_gateway", "maintenance", "consumers", "connections", "activity", "accounts")
    lists = {"rights.py", "standard_groups.py"}
    named: set[str] = set()
    for app in apps:
        for source in (ROOT / app).rglob("*.py"):
            if source.name not in lists and "migrations" not in source.parts:
                named |= set(re.findall(r"\"([a-z_]+:(?:view|add|edit|delete))\"", source.read_text()))
    named |= {CONFIGURE}
    shown = text_of(browser(world.owner).get(f"{GROUPS}add/"))
    offered = set(re.findall(r'type="checkbox" name="rights" value="([^"]+)"', shown))
    assert offered == named & ALL_RIGHTS


def test_a_right_without_effect_stays_with_the_group_that_has_it(world: World) -> None:
    group = PermissionGroupFactory(company=world.company, name="Old", rights=["assets:delete", "assets:view"])
    client = browser(world.owner)
    assert send(client, page(group), {"name": "Renamed"}).status_code == 302
    group.refresh_from_db()
    assert (group.name, sorted(group.rights)) == ("Renamed", ["assets:delete", "assets:view"])
