"""Configuration > User accounts: what an administrator does to one person."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db.models import BooleanField, Value
from django.utils import timezone

from accounts import person_changes
from accounts.models import Membership, User
from accounts.screens import person
from audit.models import Event
from connections.models import ApiConnection, LinkedAccount
from consumers.models import AppAuthorization
from tests.accounts.signing_in import LOGIN, sign_in
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.factories import MembershipFactory
from tests.pages import browser, form_at, post, send, text_of
from tests.process.person import forms_of

SECRET = "JBSWY3DPEHPK3PXP"
ACTIONS = ("sign-out", "two-step", "password", "remove")
CONFIRMED = {"confirmed": "1"}


def page(member: Membership, action: str = "") -> str:
    return f"/settings/user-accounts/{member.pk}/" + (f"{action}/" if action else "")


@pytest.fixture
def member(world: World) -> Membership:
    return world.company.memberships.get(user=world.colleague)


def recorded(world: World) -> list[str]:
    return list(
        Event.objects.filter(company_id=world.company.pk).order_by("position").values_list("kind", flat=True)
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_else_may(world: World, member: Membership, action: str) -> None:
    TOTP.activate(world.colleague, SECRET)
    assert post(browser(world.colleague), page(member, action), CONFIRMED).status_code == 403
    assert post(browser(world.stranger), page(member, action), CONFIRMED).status_code == 404
    assert browser(world.stranger).get(page(member, action)).status_code == 404
    assert browser(world.owner).post(page(member, action), CONFIRMED).status_code == 403, "without a token"
    assert recorded(world) == []
    assert not mail.outbox
    assert Authenticator.objects.filter(user=world.colleague).exists()
    assert Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_each_is_asked_first(world: World, member: Membership, action: str) -> None:
    TOTP.activate(world.colleague, SECRET)
    client = browser(world.owner)
    asked = client.get(page(member, action))
    assert asked.status_code == 200
    assert "Colleague" in text_of(asked)
    assert ("confirmed", "1") in form_at(asked).fields
    assert post(client, page(member, action)).status_code == 200, "without the confirmation it asks again"
    assert recorded(world) == []
    assert not mail.outbox


def test_signing_out_ends_every_session_and_no_connection(world: World, member: Membership) -> None:
    consumer = consumer_in(world)
    authorize(world.colleague, consumer)
    sessions = [browser(), browser()]
    for client in sessions:
        sign_in(client, world.colleague.email)
        assert client.get("/profile/").status_code == 200
    own = browser(world.owner)
    assert send(own, page(member, "sign-out"), {})["Location"] == page(member)
    for client in sessions:
        assert client.get("/profile/")["Location"].startswith(LOGIN)
    assert own.get("/profile/").status_code == 200
    assert AppAuthorization.objects.live().count() == 1
    sign_in(sessions[0], world.colleague.email)
    assert sessions[0].get("/profile/").status_code == 200, "the password is the same"
    send(own, page(member, "sign-out"), {})
    assert sessions[0].get("/profile/").status_code == 302, "each time anew"
    assert recorded(world).count("person.signed_out") == 2
    assert mail.outbox[0].to == ["colleague@example.com"]
    assert "signed out in every browser" in mail.outbox[0].body
    assert "Owner, an administrator of Planta Demo" in mail.outbox[0].body


def test_resetting_two_step_sign_in(world: World, member: Membership) -> None:
    TOTP.activate(world.colleague, SECRET)
    RecoveryCodes.activate(world.colleague)
    TOTP.activate(world.owner, SECRET)
    theirs = browser(world.colleague)
    assert send(browser(world.owner), page(member, "two-step"), {}).status_code == 302
    assert not Authenticator.objects.filter(user=world.colleague).exists()
    assert Authenticator.objects.filter(user=world.owner).exists(), "nobody else's"
    assert theirs.get("/profile/").status_code == 302, "their sessions have ended"
    assert sign_in(browser(), world.colleague.email)["Location"] == "/", "the password alone opens it"
    assert "person.two_step_reset" in recorded(world)
    assert "was reset" in mail.outbox[0].body


def test_nobody_resets_their_own_second_factor_here(world: World) -> None:
    """Otherwise an open browser would do; Profile asks for the password and a code."""
    TOTP.activate(world.owner, SECRET)
    own = world.company.memberships.get(user=world.owner)
    client = browser(world.owner)
    assert page(own, "two-step") not in text_of(client.get(page(own)))
    assert '"/accounts/2fa/"' in text_of(client.get(page(own)))
    assert client.get(page(own, "two-step"))["Location"] == page(own)
    assert post(client, page(own, "two-step"), CONFIRMED)["Location"] == page(own)
    assert "under Profile" in text_of(client.get(page(own)))
    assert Authenticator.objects.filter(user=world.owner).exists()
    assert recorded(world) == []


def test_an_account_that_joins_another_company_meanwhile_is_its_owners(
    world: World, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    TOTP.activate(world.colleague, SECRET)
    client = browser(world.owner)
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    monkeypatch.setattr(person, "is_used_elsewhere", lambda member: False)  # as it was a moment ago
    looked = person_changes.used_elsewhere
    values = {"permission_group": world.colleague_group.pk, "active": "on", "name": "Stolen"}
    for path, sent in ((page(member), values), (page(member, "two-step"), CONFIRMED)):
        monkeypatch.setattr(person, "used_elsewhere", lambda: Value(False, BooleanField()))
        assert post(client, path, sent)["Location"] == page(member)
        monkeypatch.setattr(person, "used_elsewhere", looked)
        assert "used in another company too" in text_of(client.get(page(member)))
    world.colleague.refresh_from_db()
    assert world.colleague.name == "Colleague"
    assert Authenticator.objects.filter(user=world.colleague).exists()
    assert recorded(world) == []


@pytest.mark.parametrize("active", [True, False])
def test_an_account_of_two_companies_is_not_weakened_from_one(
    world: World, member: Membership, active: bool
) -> None:
    """An administrator of one company must not open the way into the other one."""
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group, active=active)
    TOTP.activate(world.colleague, SECRET)
    client = browser(world.owner)
    assert post(client, page(member, "two-step"), CONFIRMED)["Location"] == page(member)
    assert Authenticator.objects.filter(user=world.colleague).exists()
    shown = text_of(client.get(page(member)))
    assert "used in another company too" in shown
    assert 'name="name"' not in shown
    values = {"permission_group": world.colleague_group.pk, "active": "on", "name": "Stolen"}
    post(client, page(member), values | CONFIRMED)
    world.colleague.refresh_from_db()
    assert world.colleague.name == "Colleague"
    assert recorded(world) == []


def test_mailing_a_new_password(world: World, member: Membership) -> None:
    User.objects.filter(pk=world.colleague.pk).update(language="es")
    assert send(browser(world.owner), page(member, "password"), {})["Location"] == page(member)
    (message,) = mail.outbox
    assert message.to == ["colleague@example.com"]
    assert "contraseña" in message.body, "in the person's language"
    link = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(message.body))
    assert link
    client, new = browser(), "another horse battery"
    choose = client.get(link[1])["Location"]
    (form,) = [form for form in forms_of(text_of(client.get(choose))) if "password1" in dict(form.fields)]
    client.post(choose, dict(form.fields) | {"password1": new, "password2": new})
    sign_in(client, world.colleague.email, new)
    assert client.get("/profile/").status_code == 200
    assert "person.password_mailed" in recorded(world)


def test_messages_to_one_address_are_limited(world: World, member: Membership) -> None:
    client = browser(world.owner)
    for _ in range(5):
        send(client, page(member, "password"), {})
    assert len(mail.outbox) == 3
    assert recorded(world) == ["person.password_mailed"] * 3


def test_removing_a_person_ends_their_connections_here_and_nothing_elsewhere(
    world: World, member: Membership
) -> None:
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    authorize(world.colleague, consumer_in(world))
    authorize(world.colleague, consumer_in(world, "Claude"))
    authorize(world.owner, consumer_in(world, "Codex"))
    foreign = authorize(world.colleague, consumer_in(world, "Foreign", stranger=True))
    connection = ApiConnection.objects.create(company=world.company)
    LinkedAccount.objects.create(
        connection=connection, user=world.colleague, expires_at=timezone.now(), refresh_at=timezone.now()
    )
    client, theirs = browser(world.owner), browser(world.colleague)
    assert theirs.get("/").status_code == 200
    asked = text_of(client.get(page(member, "remove")))
    assert "1 person loses access immediately." in asked
    assert "2 connections to apps stop working." in asked
    assert send(client, page(member, "remove"), {})["Location"] == "/settings/user-accounts/"
    assert not Membership.objects.filter(user=world.colleague, company=world.company).exists()
    assert Membership.objects.filter(user=world.colleague, company=world.other_company).exists()
    assert (
        not AppAuthorization.objects.live()
        .filter(user=world.colleague, consumer__company=world.company)
        .exists()
    )
    foreign.refresh_from_db()
    assert foreign.live
    assert AppAuthorization.objects.live().filter(user=world.owner).count() == 1
    assert not LinkedAccount.objects.exists()
    assert User.objects.filter(pk=world.colleague.pk).exists(), "the account stays"
    assert "Planta Demo" not in text_of(theirs.get("/profile/"))
    ended = Event.objects.filter(kind="authorization.revoked").order_by("consumer_name")
    assert [(each.consumer_name, each.subject_name, each.user_email) for each in ended] == [
        (app, "Colleague", "owner@example.com") for app in ("ChatGPT", "Claude")
    ]
    event = Event.objects.get(kind="person.removed")
    assert (event.subject_name, event.facts) == ("colleague@example.com", {"connections": 2})
    assert "no longer a member" in mail.outbox[0].body
    assert client.get(page(member)).status_code == 404
    again = {"email": "colleague@example.com", "permission_group": world.colleague_group.pk}
    assert send(client, "/settings/user-accounts/add/", again).status_code == 302, "inviting undoes it"


def test_removing_or_changing_who_is_removed_meanwhile(
    world: World, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A double click: both requests had found the person."""
    client = browser(world.owner)
    carried = CONFIRMED | {"permission_group": world.colleague_group.pk, "active": "on", "name": "New"}
    monkeypatch.setattr(person, "member_of", lambda request, pk: member)
    first, second = (post(client, page(member, "remove"), carried) for _ in range(2))
    assert first["Location"] == second["Location"] == "/settings/user-accounts/"
    assert "is no longer a member" in text_of(client.get("/settings/user-accounts/"))
    assert recorded(world) == ["person.removed"]
    assert len(mail.outbox) == 1
    assert post(client, page(member), carried).status_code == 404
    assert recorded(world) == ["person.removed"]


def test_the_last_administrator_is_not_removed(world: World) -> None:
    own = world.company.memberships.get(user=world.owner)
    client = browser(world.owner)
    asked = text_of(client.get(page(own, "remove")))
    assert "This is your own account" in asked
    send(client, page(own, "remove"), {})
    assert Membership.objects.filter(pk=own.pk).exists()
    assert "nobody could sign in and edit the configuration" in text_of(client.get(page(own)))
    MembershipFactory(permission_group=world.owner_group)
    assert send(client, page(own, "remove"), {})["Location"] == "/"
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_a_name_is_corrected(world: World, member: Membership) -> None:
    client = browser(world.owner)
    kept = {"permission_group": member.permission_group_id, "active": "on"}
    done = send(client, page(member), kept | {"name": "Ana Torres"})
    assert done["Location"] == "/settings/user-accounts/"
    world.colleague.refresh_from_db()
    assert world.colleague.name == "Ana Torres"
    event = Event.objects.get(kind="person.changed")
    assert event.changes == {"name": ["Colleague", "Ana Torres"]}
    for wrong in ("x" * 151, "Ana\nTorres", "Ana\0"):
        assert send(client, page(member), kept | {"name": wrong}).status_code == 422, wrong
    assert send(client, page(member), kept).status_code == 302
    assert Event.objects.filter(kind="person.changed").count() == 1, "nothing changed, nothing recorded"


def test_the_page_lists_apps_and_sign_ins_of_this_company_only(world: World, member: Membership) -> None:
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    authorize(world.colleague, consumer_in(world, "Claude"), scope=WRITE)
    ended = consumer_in(world, "Codex")
    authorize(world.colleague, ended, ends_at=timezone.now() - dt.timedelta(seconds=1))
    authorize(world.colleague, consumer_in(world, "Foreign", stranger=True))
    sign_in(browser(REMOTE_ADDR="203.0.113.77"), world.colleague.email)
    Event.objects.filter(address="203.0.113.77", company_id=world.other_company.pk).update(
        address="198.51.100.9"
    )
    shown = text_of(browser(world.owner).get(page(member)))
    assert "203.0.113.77" in shown, "the sign-in"
    assert "198.51.100.9" not in shown, "as the other company has it"
    assert "Claude" in shown
    assert "read and write" in shown
    assert "Codex" not in shown
    assert "Foreign" not in shown


def test_a_person_who_loses_rights_is_named_first(world: World, member: Membership) -> None:
    authorize(world.colleague, consumer_in(world))
    client = browser(world.owner)
    own = world.company.memberships.get(user=world.owner)
    less: dict[str, Any] = {"permission_group": world.colleague_group.pk, "active": "on"}
    MembershipFactory(permission_group=world.owner_group)
    asked = send(client, page(own), less)
    assert asked.status_code == 200
    words = text_of(asked)
    assert "This is your own account" in words
    assert "1 person, 0 connections lose:" in words
    assert "configuration (view, add, edit, delete)" in words
    more = text_of(send(client, page(member), {"permission_group": world.owner_group.pk}))
    assert "1 person, 1 connection get:" in more
    member.refresh_from_db()
    own.refresh_from_db()
    assert (member.permission_group, own.permission_group) == (world.colleague_group, world.owner_group)
    fields = dict(form_at(asked).fields)
    assert client.post(page(own), fields).status_code == 302
    own.refresh_from_db()
    assert own.permission_group == world.colleague_group
