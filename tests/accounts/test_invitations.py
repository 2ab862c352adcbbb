"""People join a company by accepting an invitation (security-review F3, F16)."""

from __future__ import annotations

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, Invitation, Membership, User
from accounts.screens import invited
from audit.kinds import Kind
from audit.recording import record
from tests.accounts.signing_in import sign_in
from tests.conftest import World
from tests.factories import PASSWORD, UserFactory
from tests.pages import browser, drawn, form_at, post, send, text_of
from tests.process.person import forms_of

PEOPLE = "/settings/user-accounts/"
NEW = "new.person@example.com"


def invite(world: World, email: str, **values: Any) -> Any:
    """Invite as the administrator of the other company, through the form's code."""
    data = {"email": email, "permission_group": world.stranger_group.pk}
    return send(browser(world.stranger), f"{PEOPLE}add/", data | values)


def link(number: int = -1) -> str:
    found = re.search(r"http://localhost:8000(/invitations/\S+)", str(mail.outbox[number].body))
    assert found
    return found[1]


def answer(client: Client, how: str) -> Any:
    form = form_at(client.get("/invitations/"), "/answer/")
    return client.post(form.action, {**dict(form.fields), "answer": how})


def set_password(client: Client, url: str, how: str = "accept", **values: str) -> Any:
    data = {"password1": PASSWORD, "password2": PASSWORD, "answer": how}
    return send(client, url, data | values)


def member_of(world: World, user: User) -> bool:
    return Membership.objects.filter(user=user, company=world.other_company).exists()


# --- what an administrator can and cannot do ----------------------------------------------------


def test_nobody_is_taken_into_a_company(world: World) -> None:
    """F3: until the owner accepts there is no membership, no switch of company, and no name."""
    Company.objects.filter(pk=world.other_company.pk).update(name="PLANTA DEMO")
    running = browser(world.owner)
    assert running.get("/settings/general/").status_code == 200
    invite(world, world.owner.email.upper())
    assert not member_of(world, world.owner)
    assert dict(form_at(running.get("/settings/general/")).fields)["name"] == "Planta Demo"
    post(running, "/company/", {"company": "other"})
    assert "You are no longer a member" in text_of(running.get("/"))
    listed = text_of(browser(world.stranger).get(PEOPLE))
    assert "owner@example.com" in listed
    assert ">Owner<" not in listed
    assert "invited" in listed


def test_case_267_known_and_unknown_addresses_look_the_same(world: World) -> None:
    """Answer, list, invitation page and message are equal, except for the address itself."""
    nobody = "nobody@example.com"
    UserFactory(email="sleeping@example.com", is_active=False)
    seen = []
    for email in (world.owner.email, nobody, "sleeping@example.com"):
        client = browser(world.stranger)
        data = {"email": email, "permission_group": world.stranger_group.pk}
        sent = send(client, f"{PEOPLE}add/", data)
        pages = [sent, client.get(PEOPLE)]
        invitation = Invitation.objects.get(email=email)
        pages.append(client.get(f"{PEOPLE}invitations/{invitation.pk}/"))
        texts = [f"{page.status_code} {page.headers.get('Location', '')} {text_of(page)}" for page in pages]
        texts += [str(mail.outbox[-1].subject), str(mail.outbox[-1].body)]
        joined = (
            "\n".join(texts).replace(email, "ADDRESS").replace(f"invitations/{invitation.pk}/", "INVITATION")
        )
        joined = re.sub(r"<time.*?</time>", "", joined)
        joined = re.sub(r'(csrfmiddlewaretoken" value=|fmi_)"?[^"\s]+', r"\1", joined)
        seen.append(re.sub(r"\b\d\d:\d\d\b", "", joined))
        Invitation.objects.all().delete()
    assert seen[0] == seen[1] == seen[2]
    assert len(mail.outbox) == 3


def test_as_many_messages_and_queries_for_a_known_address_as_for_an_unknown(world: World) -> None:
    """The time reveals nothing either: the same work is done."""
    counts = []
    record(
        Kind.SETTINGS_CHANGED, company_id=world.other_company.pk
    )  # the first event of a company costs more
    for email in (world.owner.email, "nobody@example.com"):
        client = browser(world.stranger)
        data = {**drawn(client, f"{PEOPLE}add/"), "email": email, "permission_group": world.stranger_group.pk}
        with CaptureQueriesContext(connection) as queries:
            client.post(f"{PEOPLE}add/", data)
        counts.append([re.sub(r"'[^']*'|\d+", "", query["sql"]) for query in queries])
    assert counts[0] == counts[1]
    assert len(mail.outbox) == 2


def test_an_address_is_invited_once_and_a_member_not_at_all(world: World) -> None:
    assert invite(world, NEW)["Location"] == PEOPLE
    assert "already been invited" in text_of(invite(world, NEW.upper()))
    again = invite(world, world.stranger.email)
    assert again.status_code == 422
    assert "already in the list" in text_of(again)
    assert len(mail.outbox) == 1


def test_invitations_belong_to_their_company(world: World) -> None:
    invite(world, NEW)
    invitation = Invitation.objects.get()
    assert NEW not in text_of(browser(world.owner).get(PEOPLE))
    for path in ("", "send/", "withdraw/"):
        url = f"{PEOPLE}invitations/{invitation.pk}/{path}"
        assert post(browser(world.owner), url).status_code in {404, 405}
        assert browser(world.owner).get(url).status_code in {404, 405}
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None
    assert len(mail.outbox) == 1


def test_withdrawing_sending_again_and_the_end_of_a_link(world: World) -> None:
    """Only the newest link works, until it is withdrawn or seven days old."""
    invite(world, NEW)
    client, first = browser(world.stranger), link()
    invitation = Invitation.objects.get()
    page = f"{PEOPLE}invitations/{invitation.pk}/"
    assert send(client, page, {}, action="/send/")["Location"] == PEOPLE
    second = link()
    assert second != first
    assert browser().get(first).status_code == 404
    assert browser().get(second).status_code == 200
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert browser().get(second).status_code == 404
    assert "invitation expired" in text_of(client.get(PEOPLE))
    send(client, page, {}, action="/send/")
    third = link()
    assert browser().get(third).status_code == 200
    # Withdrawn twice, as by a double click: both get the same answer.
    form = form_at(client.get(page), "/withdraw/")
    for _click in range(2):
        gone = client.post(form.action, dict(form.fields), follow=True)
        assert "has been withdrawn" in text_of(gone)
    assert browser().get(third).status_code == 404
    assert set_password_refused(third)
    assert NEW not in text_of(client.get(PEOPLE))
    assert not User.objects.filter(email=NEW).exists()
    cache.clear()  # the day's messages are counted; that is tested below
    assert invite(world, NEW)["Location"] == PEOPLE, "and invited anew"


@pytest.mark.parametrize("answer", ["withdrawn_at", "accepted_at"])
def test_an_invitation_that_is_answered_meanwhile_is_not_sent_again(
    world: World, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(world, NEW)
    found, first = Invitation.objects.get(), link()
    client = browser(world.stranger)
    monkeypatch.setattr(invited, "get_object_or_404", lambda *given, **more: found)  # read before the answer
    Invitation.objects.update(**{answer: timezone.now()})
    page = post(client, f"{PEOPLE}invitations/{found.pk}/send/", follow=True)
    assert "withdrawn, resent or already answered" in text_of(page)
    assert len(mail.outbox) == 1
    assert getattr(Invitation.objects.get(), answer) is not None
    assert Invitation.objects.by_token(first.rstrip("/").rpartition("/")[2]).exists(), "no new link"


def test_sending_again_is_recorded(world: World) -> None:
    invite(world, NEW)
    page = f"{PEOPLE}invitations/{Invitation.objects.get().pk}/"
    send(browser(world.stranger), page, {}, action="/send/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, user_email, subject_name FROM audit_event WHERE company_id = %s ORDER BY position",
            [world.other_company.pk],
        )
        assert cursor.fetchall()[-1] == ("person.invitation_resent", world.stranger.email, NEW)


def set_password_refused(url: str) -> bool:
    client = browser()
    data = {**drawn(client, "/accounts/login/"), "password1": PASSWORD, "password2": PASSWORD}
    return int(client.post(url, data | {"answer": "accept"}).status_code) == 404


def test_messages_are_limited_for_each_company_and_address(world: World) -> None:
    """F16: withdrawing and inviting again does not reset the count; each company has its own count."""
    for _time in range(6):
        invite(world, NEW)
        Invitation.objects.all().delete()
    assert len(mail.outbox) == 3
    refused = invite(world, NEW)
    assert refused.status_code == 422
    assert "Try again tomorrow" in text_of(refused)
    assert not Invitation.objects.exists()
    assert invite(world, "somebody.else@example.com").status_code == 302
    data = {"email": NEW, "permission_group": world.colleague_group.pk}
    assert send(browser(world.owner), f"{PEOPLE}add/", data).status_code == 302
    assert len(mail.outbox) == 5


def test_a_company_mails_so_many_strangers_a_day_and_no_more(world: World) -> None:
    client = browser(world.stranger)
    carried = drawn(client, f"{PEOPLE}add/") | {"permission_group": str(world.stranger_group.pk)}
    statuses = [
        client.post(f"{PEOPLE}add/", carried | {"email": f"n{n}@example.com"}).status_code for n in range(203)
    ]
    assert statuses == [302] * 200 + [422] * 3
    assert len(mail.outbox) == 200


# --- what the invited person does -----------------------------------------------------------------


def test_a_person_with_an_account_sees_the_offer_and_accepts(world: World) -> None:
    invite(world, world.owner.email)
    client = browser(world.owner)
    for page in ("/", "/profile/"):
        assert "/invitations/" in text_of(client.get(page)), page
    offer = text_of(client.get("/invitations/"))
    for said in ("Otra", "other", "Stranger", "stranger@example.com", "Administrators"):
        assert said in offer, said
    done = answer(client, "accept")
    assert done["Location"] == "/"
    assert member_of(world, world.owner)
    assert dict(form_at(client.get("/settings/general/")).fields)["name"] == "Planta Demo", (
        "it stays where it was"
    )
    post(client, "/company/", {"company": "other"})
    assert dict(form_at(client.get("/settings/general/")).fields)["name"] == "Otra"
    assert "Owner" in text_of(browser(world.stranger).get(PEOPLE)), "now the name is shown"
    assert "/invitations/" not in text_of(client.get("/"))


def test_the_link_of_a_person_with_an_account_asks_for_the_sign_in(world: World) -> None:
    """Never for a new password: the account belongs to the person."""
    invite(world, world.owner.email)
    client = browser()
    asked = client.get(link())
    assert asked["Location"] == "/accounts/login/?next=/invitations/"
    assert sign_in(client, world.owner.email, url=asked["Location"])["Location"] == "/invitations/"
    data = {**drawn(client), "password1": "another horse battery", "password2": "another horse battery"}
    client.post(link(), data | {"answer": "accept"})
    world.owner.refresh_from_db()
    assert world.owner.check_password(PASSWORD)
    assert not member_of(world, world.owner)


def test_declining(world: World) -> None:
    invite(world, world.owner.email)
    client = browser(world.owner)
    assert answer(client, "decline")["Location"] == "/"
    assert not member_of(world, world.owner)
    assert "No invitations are waiting" in text_of(client.get("/invitations/"))
    listed = text_of(browser(world.stranger).get(PEOPLE))
    assert "declined" in listed
    assert ">Owner<" not in listed
    assert post(client, "/invitations/answer/", {"invitation": "1", "answer": "accept"}).status_code == 302
    assert not member_of(world, world.owner)


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "9" * 40, "other"])
def test_nobody_accepts_an_invitation_of_others(world: World, value: str) -> None:
    invite(world, NEW)
    number = str(Invitation.objects.get().pk) if value == "other" else value
    for how in ("accept", "decline"):
        data = {"invitation": number, "answer": how}
        assert post(browser(world.owner), "/invitations/answer/", data)["Location"] == "/"
    assert Membership.objects.filter(company=world.other_company).count() == 1
    assert Invitation.objects.open().count() == 1
    # Nor through the link if somebody else is signed in.
    page = browser(world.owner).get(link())
    assert "for another account" in text_of(page)
    assert any(form.action == "/accounts/logout/" for form in forms_of(text_of(page)))


def test_a_new_person_accepts_by_choosing_a_password(world: World) -> None:
    invite(world, f" {NEW.title()}", name="Nueva")
    client, url = browser(), link()
    assert not User.objects.filter(email=NEW).exists(), "no account before the person wants one"
    page = client.get(url)
    assert "Otra" in text_of(page)
    assert dict(form_at(page).fields)["name"] == "Nueva"
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    done = set_password(client, url)
    assert done["Location"] == "/"
    user = User.objects.get(email=NEW)
    assert member_of(world, user)
    assert (user.name, user.check_password(PASSWORD)) == ("Nueva", True)
    assert "Welcome, Nueva" in text_of(client.get("/")), "signed in"
    assert browser().get(url).status_code == 404, "the link works once"
    assert sign_in(browser(), NEW)["Location"] == "/"


def test_a_new_person_declines_and_no_account_is_made(world: World) -> None:
    invite(world, NEW)
    client, url = browser(), link()
    page = set_password(client, url, "decline", password1="", password2="")
    assert "You declined" in text_of(page)
    assert not User.objects.filter(email=NEW).exists()
    assert browser().get(url).status_code == 404
    assert set_password_refused(url)
    assert "declined" in text_of(browser(world.stranger).get(PEOPLE))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"password1": "short", "password2": "short"}, "at least 12 characters"),
        ({"password2": "another horse"}, "two passwords do not match"),
        ({"password1": "", "password2": ""}, "required"),
        ({"name": "Ana\u202ena"}, "invisible characters"),
        ({"password1": "new.person@example", "password2": "new.person@example"}, "too similar"),
    ],
)
def test_a_new_person_is_told_what_is_wrong(world: World, values: dict[str, str], words: str) -> None:
    invite(world, NEW)
    page = set_password(browser(), link(), **values)
    assert page.status_code == 422
    assert words in text_of(page)
    assert not User.objects.filter(email=NEW).exists()
    assert Invitation.objects.open().exists()


def test_an_account_that_never_had_a_password_is_entered_by_the_link(world: World) -> None:
    """As with accounts that administrators created before there were invitations."""
    before = UserFactory(email=NEW, name="Before")
    before.set_unusable_password()
    before.save()
    invite(world, NEW)
    client = browser()
    assert set_password(client, link(), name="After")["Location"] == "/"
    assert member_of(world, before)
    assert User.objects.filter(email=NEW).count() == 1


def test_two_invitations_of_a_new_person_make_one_account(world: World) -> None:
    invite(world, NEW)
    data = {"email": NEW, "permission_group": world.colleague_group.pk}
    send(browser(world.owner), f"{PEOPLE}add/", data)
    client = browser()
    set_password(client, link(0))
    assert client.get(link(1))["Location"] == "/invitations/"
    answer(client, "accept")
    user = User.objects.get(email=NEW)
    assert {place.company for place in user.memberships.all()} == {world.company, world.other_company}


# --- second clicks --------------------------------------------------------------------------------


def test_accepting_twice_ends_in_the_same_place(world: World) -> None:
    invite(world, world.owner.email)
    client = browser(world.owner)
    form = form_at(client.get("/invitations/"), "/answer/")
    for _click in range(2):
        page = client.post(form.action, {**dict(form.fields), "answer": "accept"}, follow=True)
        assert "You are now a member of Otra" in text_of(page)
    assert Membership.objects.filter(user=world.owner).count() == 2
    Membership.objects.filter(user=world.owner, company=world.other_company).update(active=False)
    late = client.post(form.action, {**dict(form.fields), "answer": "accept"}, follow=True)
    assert "already answered" in text_of(late), "no way back in for somebody who was put out"
    assert Membership.objects.get(user=world.owner, company=world.other_company).active is False


def test_a_new_person_clicks_twice(world: World) -> None:
    """The browser did not receive the first answer: it has no session, and the old token."""
    invite(world, NEW)
    url = link()
    client = browser()
    form = dict(form_at(client.get(url)).fields)
    data = form | {"password1": PASSWORD, "password2": PASSWORD, "answer": "accept"}
    cookie = client.cookies["csrftoken"].value
    other = browser()
    other.cookies["csrftoken"] = cookie
    assert client.post(url, data)["Location"] == "/"
    assert other.post(url, data)["Location"] == "/"
    assert "Welcome" in text_of(other.get("/"))
    assert User.objects.filter(email=NEW).count() == 1
    wrong = browser()
    wrong.cookies["csrftoken"] = cookie
    assert wrong.post(url, data | {"password1": "not the password"}).status_code == 404
    Invitation.objects.update(accepted_at=timezone.now() - dt.timedelta(minutes=2))
    late = browser()
    late.cookies["csrftoken"] = cookie
    assert late.post(url, data).status_code == 404, "later the sign-in page asks"


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_membership(world: World) -> None:
    invite(world, NEW)
    url = link()
    clients = [browser() for _number in range(4)]
    forms = [dict(form_at(client.get(url)).fields) for client in clients]
    together = threading.Barrier(4)

    def press(index: int) -> int:
        data = forms[index] | {"password1": PASSWORD, "password2": PASSWORD, "answer": "accept"}
        together.wait(10)
        try:
            return int(clients[index].post(url, data).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(press, range(4))) == [302] * 4
    assert Membership.objects.filter(user__email=NEW).count() == 1
