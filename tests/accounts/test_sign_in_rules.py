"""A company's rules for signing in: two-step sign-in, the length of sessions, domains of addresses."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Company, Invitation, Membership
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from tests.accounts.signing_in import LOGIN, SET_UP, finish_set_up, sign_in
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.factories import PASSWORD, MembershipFactory, UserFactory, invite
from tests.pages import browser, drawn, form_at, post, send, text_of
from tests.routes import EVERY, addresses

RULES = "/settings/security/signing-in/"
SECRET = "JBSWY3DPEHPK3PXP"
# What a person who must set up two-step sign-in may open: the set-up, the password again, and the exit.
ALLOWED = {
    "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_reauthenticate", "account_reauthenticate",
    "account_logout", "language",
}  # fmt: skip


def policy(company: Company, **fields: Any) -> None:
    SecurityPolicy.objects.update_or_create(company=company, defaults=fields)


# --- two-step sign-in --------------------------------------------------------------------------------------


def test_without_the_second_step_a_session_reaches_nothing_but_its_set_up(world: World) -> None:
    client = browser(world.owner)
    paths = {name: address_alone(name, world) for name in EVERY if name not in ALLOWED}
    paths |= {"authorize": "/oauth/authorize?client_id=x", "records": "/records/", "none": "/no/such/page/"}
    policy(world.company, two_step="everybody")
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith(f"{SET_UP}?next="), name
        assert "Planta Demo" not in text_of(answer)
        assert answer["Cross-Origin-Opener-Policy"] == "unsafe-none", "a popup stays tied to its opener"


def address_alone(name: str, world: World) -> str:
    """Return the address of a page, without the records that were made for it."""
    with transaction.atomic():
        path = addresses(world)[name]
        transaction.set_rollback(True)
    return path


def test_a_form_that_was_open_saves_nothing(world: World) -> None:
    client = browser(world.owner)
    page = form_at(client.get("/settings/general/"))
    policy(world.company, two_step="everybody")
    answer = client.post("/settings/general/", dict(page.fields) | {"name": "Stolen"})
    assert answer["Location"] == f"{SET_UP}?next=%2F"
    world.company.refresh_from_db()
    assert world.company.name == "Planta Demo"


def test_a_panel_leaves_for_the_set_up_as_a_whole_window(world: World) -> None:
    policy(world.company, two_step="everybody")
    answer = browser(world.owner).get(
        "/settings/general/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/profile/"}
    )
    assert answer["HX-Redirect"] == f"{SET_UP}?next=%2Fprofile%2F"


@pytest.mark.parametrize(
    ("two_step", "asked"),
    [("nobody", set()), ("administrators", {"owner"}), ("everybody", {"owner", "colleague"})],
)
def test_whom_the_rule_asks(world: World, two_step: str, asked: set[str]) -> None:
    policy(world.company, two_step=two_step)
    for person in (world.owner, world.colleague, world.stranger):
        led = browser(person).get("/profile/").status_code == 302
        assert led is (person.name.lower() in asked)


def test_the_rule_of_one_company_is_not_evaded_in_another(world: World) -> None:
    MembershipFactory(user=world.stranger, permission_group=world.colleague_group)
    policy(world.company, two_step="everybody")
    client = browser(world.stranger)
    assert client.get("/")["Location"].startswith(SET_UP)
    assert post_switch(client).status_code == 302
    assert client.get("/settings/")["Location"].startswith(SET_UP)


def post_switch(client: Client) -> Any:
    carried = drawn(client, "/accounts/reauthenticate/")
    return client.post("/company/", carried | {"company": "other"})


def test_the_set_up_leads_on_to_where_the_person_was_going(world: World) -> None:
    policy(world.company, two_step="everybody")
    client = browser()
    answer = sign_in(client, world.owner.email, url=f"{LOGIN}?next=/settings/general/")
    led = client.get(answer["Location"])
    assert led["Location"] == f"{SET_UP}?next=%2Fsettings%2Fgeneral%2F"
    assert finish_set_up(client, led["Location"]).status_code == 200
    assert Authenticator.objects.filter(user=world.owner, type="totp").count() == 1
    assert client.get("/settings/").status_code in {200, 302}
    assert not client.get("/settings/")["Location"].startswith(SET_UP)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_set_up_leads_nowhere_else(world: World, target: str) -> None:
    policy(world.company, two_step="everybody")
    client = browser()
    sign_in(client, world.owner.email)
    asked = client.get(SET_UP, {"next": target})
    send(client, asked["Location"], {"password": PASSWORD}, action="/accounts/reauthenticate/")
    page = client.get(SET_UP, {"next": target})
    assert target not in [value for name, value in form_at(page, SET_UP).fields if name == "next"]


def test_two_step_sign_in_is_not_turned_off_while_it_is_required(world: World) -> None:
    TOTP.activate(world.owner, SECRET)
    policy(world.company, two_step="administrators")
    client = browser(world.owner)
    url = "/accounts/2fa/totp/deactivate/"
    asked = client.get(url)
    send(client, asked["Location"], {"password": PASSWORD}, action="/accounts/reauthenticate/")
    answer = client.get(url)
    assert "cannot deactivate" in text_of(answer)
    fields = dict(form_at(answer, url).fields)
    client.post(url, fields)
    assert Authenticator.objects.filter(user=world.owner, type="totp").exists()


# --- the length of a session -------------------------------------------------------------------------------


def aged(client: Client, **seconds: int) -> None:
    session = client.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


def signed_in(world: World) -> Client:
    client = browser()
    sign_in(client, world.owner.email)
    return client


@pytest.mark.parametrize(
    ("rule", "age", "ends"),
    [
        ({"idle_minutes": 15}, {"seen": 15 * 60 + 1}, True),
        ({"idle_minutes": 15}, {"seen": 14 * 60}, False),
        ({"idle_minutes": 15}, {"began": 40_000}, False),
        ({"longest_hours": 8}, {"began": 8 * 3600 + 1}, True),
        ({"longest_hours": 8}, {"began": 8 * 3600 - 60}, False),
        ({"longest_hours": 8}, {"seen": 40_000}, False),
        ({}, {"seen": 40_000, "began": 40_000}, False),
    ],
)
def test_a_session_ends_by_the_rule(
    world: World, rule: dict[str, int], age: dict[str, int], ends: bool
) -> None:
    client = signed_in(world)
    policy(world.company, **rule)
    aged(client, **age)
    answer = client.get("/settings/general/")
    assert (answer.status_code == 302) is ends
    if ends:
        assert answer["Location"] == f"{LOGIN}?next=/settings/general/"
        assert "Your session has ended" in text_of(client.get(answer["Location"]))
        assert client.get("/profile/").status_code == 302, "it stays ended"


def test_an_idle_session_saves_no_form(world: World) -> None:
    client = signed_in(world)
    policy(world.company, idle_minutes=15)
    fields = dict(form_at(client.get("/settings/general/")).fields)
    aged(client, seen=1000)
    assert client.post("/settings/general/", fields | {"name": "Late"})["Location"].startswith(LOGIN)
    world.company.refresh_from_db()
    assert world.company.name == "Planta Demo"


def test_use_keeps_a_session_alive_but_not_for_ever(world: World) -> None:
    client = signed_in(world)
    policy(world.company, idle_minutes=15, longest_hours=1)
    for _ in range(4):
        aged(client, seen=14 * 60, began=14 * 60)
        assert client.get("/profile/").status_code == 200
    aged(client, seen=5 * 60, began=5 * 60)
    assert client.get("/profile/").status_code == 302


def stored(client: Client) -> str:
    """Return the key under which the session of this browser is stored."""
    return hashlib.sha256(b"session\0" + client.cookies["session"].value.encode()).hexdigest()[:40]


def ends_in(client: Client) -> float:
    """Return in how many seconds the stored session ends, read with plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT expire_date FROM django_session WHERE session_key = %s", [stored(client)])
        (end,) = cursor.fetchone()
    if isinstance(end, str):  # SQLite
        end = dt.datetime.fromisoformat(end)
    return float((end.replace(tzinfo=dt.UTC) - timezone.now()).total_seconds())


def end_stored_in(client: Client, hours: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_session SET expire_date = %s WHERE session_key = %s",
            [timezone.now() + dt.timedelta(hours=hours), stored(client)],
        )


@pytest.mark.parametrize("rule", [{}, {"longest_hours": 24}, {"idle_minutes": 240}], ids=str)
def test_a_session_ends_twelve_hours_after_its_last_use(world: World, rule: dict[str, int]) -> None:
    client = signed_in(world)
    policy(world.company, **rule)
    aged(client, seen=61)
    end_stored_in(client, 1)
    client.get("/profile/")
    assert 43_100 < ends_in(client) <= 43_200
    end_stored_in(client, 1)
    client.get("/profile/")
    assert ends_in(client) < 3_700, "noted once a minute at most"
    end_stored_in(client, -1)
    assert client.get("/profile/").status_code == 302


def test_a_new_rule_ends_no_session_in_use(world: World) -> None:
    client = signed_in(world)
    aged(client, seen=4 * 3600, began=4 * 3600)
    assert client.get("/profile/").status_code == 200
    policy(world.company, idle_minutes=15)
    assert client.get("/profile/").status_code == 200


def test_the_strictest_of_a_persons_companies_counts(world: World) -> None:
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    client = signed_in(world)
    policy(world.company, idle_minutes=240)
    policy(world.other_company, idle_minutes=15)
    aged(client, seen=1000)
    assert client.get("/profile/").status_code == 302


def test_a_session_from_before_the_rule_begins_with_it(world: World) -> None:
    client = signed_in(world)
    session = client.session
    del session["began"], session["seen"]
    session.save()
    policy(world.company, longest_hours=1)
    assert client.get("/profile/").status_code == 200
    aged(client, began=3601)
    assert client.get("/profile/").status_code == 302


# --- domains -----------------------------------------------------------------------------------------------


def test_an_address_of_another_domain_is_not_invited_and_does_not_join(world: World) -> None:
    token = invite("new@elsewhere.example", world.colleague_group, world.owner)
    policy(world.company, allowed_domains=["example.com"])
    values = {"permission_group": world.colleague_group.pk}
    client = browser(world.owner)
    for email in ("a@elsewhere.example", "a@sub.example.com", "a@example.com.evil.example", "a@xexample.com"):
        answer = send(client, "/settings/user-accounts/add/", values | {"email": email})
        assert answer.status_code == 422, email
        assert "example.com" in text_of(answer)
    assert not mail.outbox
    data = {"name": "New", "password1": PASSWORD, "password2": PASSWORD}
    assert send(browser(), f"/invitations/{token}/", data).status_code == 404
    assert Invitation.objects.get(email="new@elsewhere.example").accepted_at is None
    allowed = send(client, "/settings/user-accounts/add/", values | {"email": "A@EXAMPLE.com"})
    assert allowed.status_code == 302


def test_a_person_of_another_domain_loses_the_company(world: World) -> None:
    person = UserFactory(email="ana@elsewhere.example")
    MembershipFactory(user=person, permission_group=world.owner_group)
    client = browser(person)
    assert client.get("/settings/general/").status_code == 200
    policy(world.company, allowed_domains=["example.com"])
    assert client.get("/settings/general/").status_code == 403
    assert "Planta Demo" not in text_of(client.get("/"))


def live_connections(company: Company, email: str) -> tuple[int, int]:
    """Count in plain SQL the active people outside of example.com and their live connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT m.user_id), count(DISTINCT a.id) FROM accounts_membership m"
            " JOIN accounts_user u ON u.id = m.user_id"
            " LEFT JOIN consumers_appauthorization a ON a.user_id = u.id AND a.revoked_at IS NULL"
            "   AND a.consumer_id IN (SELECT id FROM consumers_consumer WHERE company_id = %s)"
            " WHERE m.company_id = %s AND m.active AND u.is_active AND lower(u.email) NOT LIKE %s",
            [company.pk, company.pk, email],
        )
        found = cursor.fetchone()
    return int(found[0]), int(found[1])


def test_the_page_says_whom_the_domains_cut_before_they_do(world: World) -> None:
    consumer, other = consumer_in(world), consumer_in(world, "Claude")
    for number in range(3):
        person = UserFactory(email=f"p{number}@elsewhere.example")
        MembershipFactory(user=person, permission_group=world.colleague_group, active=number < 2)
        authorize(person, consumer)
        if number == 0:
            authorize(person, other)
            authorize(person, consumer_in(world, "Foreign", stranger=True))
    people, connections = live_connections(world.company, "%@example.com")
    assert (people, connections) == (2, 3)
    client = browser(world.owner)
    asked = send(client, RULES, {"allowed_domains": "example.com"})
    page = text_of(asked)
    assert f"{people} people lose access immediately." in page
    assert f"{connections} connections to apps stop working." in page
    assert not SecurityPolicy.objects.exists()
    done = client.post(RULES, dict(form_at(asked).fields))
    assert done.status_code == 302
    assert SecurityPolicy.objects.get().allowed_domains == ["example.com"]
    event = Event.objects.get(kind="settings.sign_in_changed")
    assert event.changes == {"allowed_domains": [[], ["example.com"]]}
    assert event.user_email == "owner@example.com"


# --- the form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"allowed_domains": "elsewhere.example"}, "lock yourself out"),
        ({"allowed_domains": "@example.com"}, "is not a domain"),
        ({"allowed_domains": "https://example.com"}, "is not a domain"),
        ({"allowed_domains": "example.com\n*"}, "is not a domain"),
        ({"allowed_domains": "example.com \0"}, "Null characters"),
        ({"two_step": "sometimes"}, "valid choice"),
        ({"idle_minutes": "0"}, "valid choice"),
        ({"longest_hours": "9" * 40}, "valid choice"),
    ],
)
def test_what_is_wrong_stands_at_its_field(world: World, values: dict[str, str], words: str) -> None:
    answer = send(browser(world.owner), RULES, values)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not SecurityPolicy.objects.exists()


def test_the_last_administrator_must_be_able_to_sign_in(world: World) -> None:
    """Of two administrators the one with an allowed address never chose a password."""
    person = UserFactory(email="boss@elsewhere.example")
    MembershipFactory(user=person, permission_group=world.owner_group)
    world.owner.set_password(None)
    world.owner.save()
    Membership.objects.filter(user=world.owner).update(active=True)
    client = browser(world.owner)
    answer = send(client, RULES, {"allowed_domains": "example.com", "confirmed": "1"})
    assert answer.status_code == 422
    assert "nobody could sign in and edit the configuration" in text_of(answer)
    assert not SecurityPolicy.objects.filter(allowed_domains=["example.com"]).exists()


def test_the_page_says_who_must_set_up_two_step_sign_in(world: World) -> None:
    TOTP.activate(world.owner, SECRET)
    client = browser(world.owner)
    page = text_of(send(client, RULES, {"two_step": "everybody"}))
    assert "1 person has not set up two-step sign-in" in page
    assert send(client, RULES, {"two_step": "administrators"}).status_code == 302, "nobody has to"


def test_only_administrators_of_the_company(world: World) -> None:
    assert browser(world.colleague).get(RULES).status_code == 403
    assert post(browser(world.colleague), RULES, {"two_step": "nobody"}).status_code == 403
    post(browser(world.stranger), RULES, {"two_step": "everybody", "confirmed": "1"})
    assert [kept.company for kept in SecurityPolicy.objects.all()] == [world.other_company]
