"""Signing in and the own account leave exactly one row each in the log of the person's company."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail

from accounts import events
from accounts.models import Membership
from tests.accounts.signing_in import code_of, sign_in
from tests.audit.reading import Row, events_since, last_event, whole_log
from tests.conftest import World
from tests.factories import PASSWORD
from tests.pages import browser, form_at, post, send, text_of

pytestmark = pytest.mark.django_db
OWNER = "owner@example.com"
SECRET = "JBSWY3DPEHPK3PXP"
DONE = ("sign_in.done", "done", "", OWNER, "")


def row(kind: str, outcome: str = "done", reason: str = "", email: str = OWNER) -> Row:
    return (kind, outcome, reason, email, "")


def test_in_and_out_again(world: World) -> None:
    before, client = last_event(), browser()
    sign_in(client, OWNER)
    post(client, "/accounts/logout/")
    assert events_since(before, world.company.pk) == [DONE, row("sign_in.ended")]
    assert events_since(before, world.other_company.pk) == []


def test_a_wrong_password_and_an_account_that_nobody_has(world: World) -> None:
    before = last_event()
    sign_in(browser(), OWNER, "not-the-password-1")
    sign_in(browser(), "my-password-typed-here@example.com", "not-the-password-1")
    assert events_since(before, world.company.pk) == [row("sign_in.refused", "refused", "password_wrong")]
    assert events_since(before, 0) == [row("sign_in.refused", "refused", "account_unknown", email="")]
    log = whole_log()
    assert "not-the-password-1" not in log
    assert "typed-here" not in log


def test_too_many_attempts_are_one_reason_of_their_own(world: World) -> None:
    for _ in range(5):
        sign_in(browser(), OWNER, "wrong password 123")
    before = last_event()
    sign_in(browser(), OWNER)
    assert events_since(before, world.company.pk) == [row("sign_in.refused", "refused", "too_many_attempts")]


def test_strangers_cannot_fill_the_log(world: World) -> None:
    before = last_event()
    for number in range(events.MOST_REFUSALS + 5):
        address = f"192.0.2.{number}"
        sign_in(browser(REMOTE_ADDR=address), f"nobody-{number}@example.com", "wrong password 123")
    assert len(events_since(before, 0)) == events.MOST_REFUSALS


def test_a_person_of_two_companies_is_in_the_log_of_both(world: World) -> None:
    Membership.objects.create(
        user=world.owner, company=world.other_company, permission_group=world.stranger_group
    )
    before = last_event()
    sign_in(browser(), OWNER)
    for company in (world.company, world.other_company):
        assert events_since(before, company.pk) == [DONE]


def test_a_password_is_changed_and_reset(world: World) -> None:
    client = browser()
    sign_in(client, OWNER)
    before, new = last_event(), "a new horse battery"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    send(client, "/accounts/password/change/", values, action="/change/")
    ended_and_changed = [row("sign_in.ended"), row("sign_in.password_changed")]  # it signs out everywhere
    assert events_since(before, world.company.pk) == ended_and_changed

    send(browser(), "/accounts/password/reset/", {"email": OWNER})
    (link,) = re.findall(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    before, other = last_event(), browser()
    new = "another horse battery"
    send(other, other.get(link)["Location"], {"password1": new, "password2": new}, action="-set-password/")
    assert events_since(before, world.company.pk) == [row("sign_in.password_reset")]
    assert "horse" not in whole_log()


def test_the_second_step(world: World) -> None:
    TOTP.activate(world.owner, SECRET)
    before, client = last_event(), browser()
    step = sign_in(client, OWNER)["Location"]
    send(client, step, {"code": "000000"}, action="/authenticate/")
    assert events_since(before, world.company.pk) == [row("sign_in.refused", "refused", "code_wrong")]
    before = last_event()
    send(client, step, {"code": code_of(SECRET)}, action="/authenticate/")
    assert events_since(before, world.company.pk) == [DONE]


@pytest.mark.django_db(transaction=True)
def test_the_second_step_is_set_up_and_a_recovery_code_used(world: World) -> None:
    client = browser()
    sign_in(client, OWNER)
    asked = client.get("/accounts/2fa/totp/activate/")["Location"]
    page = client.get(send(client, asked, {"password": PASSWORD}, action="/reauthenticate/")["Location"])
    (secret,) = re.findall(r"<code>([A-Z2-7]{16,})</code>", text_of(page))
    before = last_event()
    data = dict(form_at(page, "/activate/").fields) | {"code": code_of(secret)}
    codes_page = client.get(client.post("/accounts/2fa/totp/activate/", data)["Location"])
    found = events_since(before, world.company.pk)
    assert sorted(found) == [row("sign_in.recovery_codes_made"), row("sign_in.two_step_on")]

    codes = re.findall(r"<li>(\d{8})</li>", text_of(codes_page))
    before, other = last_event(), browser()
    send(other, sign_in(other, OWNER)["Location"], {"code": codes[0]}, action="/authenticate/")
    assert events_since(before, world.company.pk) == [row("sign_in.recovery_code_used"), DONE]

    before = last_event()
    send(client, "/accounts/2fa/totp/deactivate/", {}, action="/deactivate/")
    assert events_since(before, world.company.pk) == [row("sign_in.two_step_off")]
    assert secret not in whole_log()
    assert codes[0] not in whole_log()
