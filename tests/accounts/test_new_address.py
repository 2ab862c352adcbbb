"""Configuration > User accounts: an administrator corrects the e-mail address of a person."""

from __future__ import annotations

import datetime as dt
import re
from smtplib import SMTPException
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from accounts.adapter import AccountAdapter
from accounts.models import Invitation, Membership, User, WaitingAddress
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from consumers.models import AppAuthorization
from maintenance.models import Personnel
from maintenance.rules import account_links
from tests.accounts.signing_in import sign_in
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.factories import MembershipFactory, UserFactory
from tests.pages import browser, form_at, post, send, text_of

NEW = "angela@plant.example"


@pytest.fixture
def member(world: World) -> Membership:
    return world.company.memberships.get(user=world.colleague)


def page(member: Membership, rest: str = "address/") -> str:
    return f"/settings/user-accounts/{member.pk}/{rest}"


def link_in_the_mail() -> str:
    """Return the path of the link that was mailed to the new address last."""
    message = next(each for each in reversed(mail.outbox) if "/address/" in each.body)
    found = re.search(r"http://[^/]+(/address/fmn_\S+)", str(message.body))
    assert found
    return found[1]


def asked(world: World, member: Membership, email: str = NEW) -> str:
    answer = send(browser(world.owner), page(member), {"email": email})
    assert answer["Location"] == page(member, "")
    return link_in_the_mail()


def email_of(member: Membership) -> str:
    return User.objects.get(pk=member.user_id).email


def kinds(world: World) -> list[str]:
    mine = Event.objects.filter(company_id=world.company.pk, kind__startswith="person.")
    return list(mine.order_by("position").values_list("kind", flat=True))


def test_the_owner_of_the_new_address_confirms_it(world: World, member: Membership) -> None:
    authorize(world.colleague, consumer_in(world))
    record = account_links.create(member, world.owner)
    stale = Personnel.objects.create(
        company=world.company, code="OLD", first_name="Old", last_name="", account_email=NEW
    )
    theirs = browser()
    sign_in(theirs, "colleague@example.com")
    path = asked(world, member, " Angela@Plant.example ")
    assert [each.to for each in mail.outbox] == [[NEW], ["colleague@example.com"]]
    assert "Owner, an administrator of Planta Demo" in mail.outbox[0].body
    assert "colleague@" not in mail.outbox[0].body, "whoever reads it may be a stranger"
    assert "fmn_" not in mail.outbox[1].body
    assert "waits to be confirmed" in text_of(browser(world.owner).get(page(member, "")))

    another_tab = browser()
    opened = another_tab.get(path)
    assert NEW in text_of(opened)
    assert opened["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert email_of(member) == "colleague@example.com", "opening the link changes nothing"
    assert theirs.get("/profile/").status_code == 200

    assert "The address is changed" in text_of(send(browser(), path, {}))
    assert email_of(member) == NEW
    assert theirs.get("/profile/").status_code == 302, "sessions end"
    assert sign_in(browser(), NEW)["Location"] == "/", "with the same password"
    assert sign_in(browser(), "colleague@example.com").status_code == 200, "and not with the former address"
    assert AppAuthorization.objects.live().count() == 1, "apps stay connected"
    assert EmailAddress.objects.get(user=member.user_id).email == NEW
    assert EmailAddress.objects.get(user=member.user_id).verified
    record.refresh_from_db()
    stale.refresh_from_db()
    assert (record.account_email, stale.account_email) == (NEW, None), "the person goes on writing"
    told = mail.outbox[-1]
    assert told.to == ["colleague@example.com"]
    assert f"is now {NEW}" in told.body
    assert kinds(world) == ["person.address_asked", "person.changed"]
    event = Event.objects.get(company_id=world.company.pk, kind="person.changed")
    assert event.changes == {"email": ["colleague@example.com", NEW]}
    assert (event.user_id, event.subject_id) == (member.user_id, str(member.user_id))
    assert browser().get(path).status_code == 404, "the link works once"
    assert another_tab.post(path, dict(form_at(opened).fields)).status_code == 404


def test_a_message_is_in_the_language_of_the_person(world: World, member: Membership) -> None:
    User.objects.filter(pk=member.user_id).update(language="es")
    path = asked(world, member)
    assert "administrador de Planta Demo" in mail.outbox[0].body
    send(browser(), path, {})
    assert f"es ahora {NEW}" in mail.outbox[-1].body


def test_a_link_ends(world: World, member: Membership) -> None:
    first = asked(world, member)
    second = asked(world, member, "other@plant.example")
    assert browser().get(first).status_code == 404, "a later one takes its place"
    assert send(browser(world.owner), page(member), {}, action=page(member, "address/withdraw/"))["Location"]
    assert browser().get(second).status_code == 404
    third = asked(world, member)
    WaitingAddress.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert browser().get(third).status_code == 404
    assert email_of(member) == "colleague@example.com"
    assert kinds(world).count("person.address_withdrawn") == 1


@pytest.mark.parametrize("since", ["removed", "disabled", "elsewhere", "domains", "taken"])
def test_what_happened_since_counts(world: World, member: Membership, since: str) -> None:
    path = asked(world, member)
    opened = browser()
    form = form_at(opened.get(path))
    match since:
        case "removed":
            member.delete()
        case "disabled":
            Membership.objects.update(active=False)
        case "elsewhere":
            MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
        case "domains":
            SecurityPolicy.objects.create(company=world.company, allowed_domains=["example.com"])
        case "taken":
            UserFactory(email=NEW)
    answer = opened.post(path, dict(form.fields))
    assert answer.status_code == (409 if since == "taken" else 404)
    assert User.objects.get(pk=world.colleague.pk).email == "colleague@example.com"
    assert kinds(world) == ["person.address_asked"]


def test_an_administrator_does_not_learn_whether_an_address_has_an_account(
    world: World, member: Membership
) -> None:
    """Only who reads its mailbox does."""
    client = browser(world.owner)
    pages = []
    for email in (world.stranger.email, "nobody@plant.example"):
        answer = send(client, page(member), {"email": email})
        pages.append((answer.status_code, answer["Location"]))
        assert f"The message to {email} has been sent." in text_of(client.get(page(member, "")))
        assert mail.outbox[-2].to == [email]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("", "Enter the person"),
        ("colleague", "valid email"),
        ("Colleague@Example.com", "present address"),
        ("owner@example.com", "Somebody else in the list"),
        ("a@other.example", "Only addresses in these domains"),
        ("a@\0example.com", "Null characters"),
    ],
)
def test_addresses_that_cannot_be(world: World, member: Membership, email: str, says: str) -> None:
    SecurityPolicy.objects.create(company=world.company, allowed_domains=["example.com"])
    answer = send(browser(world.owner), page(member), {"email": email})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not mail.outbox
    assert not WaitingAddress.objects.exists()


def test_whose_address_stays(world: World, member: Membership) -> None:
    own = world.company.memberships.get(user=world.owner)
    client = browser(world.owner)
    assert post(client, page(own), {"email": NEW})["Location"] == page(own, "")
    assert "Another administrator" in text_of(client.get(page(own, "")))
    assert post(browser(world.stranger), page(member), {"email": NEW}).status_code == 404
    assert post(browser(world.colleague), page(own), {"email": NEW}).status_code == 403
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    assert post(client, page(member), {"email": NEW})["Location"] == page(member, "")
    assert "used in another company too" in text_of(client.get(page(member, "")))
    assert page(member) not in text_of(client.get(page(member, "")))
    assert not WaitingAddress.objects.exists()
    assert not mail.outbox


def test_three_messages_a_day_go_to_one_address(world: World, member: Membership) -> None:
    for _ in range(3):
        asked(world, member)
    answer = send(browser(world.owner), page(member), {"email": NEW})
    assert answer.status_code == 422
    assert "Too many messages" in text_of(answer)


def test_an_invitation_of_the_new_address_waits_for_the_person(world: World, member: Membership) -> None:
    """The address is proved, so what was sent to it before is theirs."""
    invitation = Invitation(
        company=world.other_company,
        email=NEW,
        permission_group=world.stranger_group,
        invited_by=world.stranger,
    )
    invitation.renew()
    invitation.save()
    send(browser(), asked(world, member), {})
    theirs = browser()
    sign_in(theirs, NEW)
    assert "Otra" in text_of(theirs.get("/invitations/"))


def test_who_cannot_be_told_is_said(
    world: World, member: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message to the present address fails, and then that to the new one."""
    send_mail = AccountAdapter.send_mail

    def fails_for(address: str) -> None:
        def sent(self: AccountAdapter, template: str, email: str, values: dict[str, Any]) -> None:
            if email == address:
                raise SMTPException
            send_mail(self, template, email, values)

        monkeypatch.setattr(AccountAdapter, "send_mail", sent)

    client = browser(world.owner)
    fails_for("colleague@example.com")
    send(client, page(member), {"email": NEW})
    assert "The person could not be told" in text_of(client.get(page(member, "")))
    assert send(browser(), link_in_the_mail(), {}).status_code == 200
    assert email_of(member) == NEW
    fails_for("other@plant.example")
    send(client, page(member), {"email": "other@plant.example"})
    assert "The message could not be sent" in text_of(client.get(page(member, "")))
