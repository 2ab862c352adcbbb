"""Returning to an authorization request: long ones, several tabs, lost passwords, sessions and cookies."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from consumers.models import AuthorizationRequest, Grant, PendingRequest
from tests.accounts.signing_in import LOGIN, code_of, sign_in
from tests.conftest import World
from tests.consumers.conftest import Program, answer_of, decide
from tests.factories import PASSWORD
from tests.pages import browser, form_at, post, send, text_of
from tests.process.person import forms_of

LONG = "".join(chr(33 + number % 90) for number in range(8192))  # every printable character, 8 KiB
NEW_PASSWORD = "another horse battery"


def begin(client: Client, program: Program, state: str = "s-1") -> str:
    """Open the request without a session. Return the URL of the sign-in page that it redirects to."""
    page = client.get(program.address("", state=state))
    assert page.status_code == 302
    assert page["Location"].startswith(f"{LOGIN}?next=/oauth/authorize/again/")
    return str(page["Location"])


def consent_at(client: Client, address: str) -> Any:
    page = client.get(address)
    assert page.status_code == 200, page
    assert 'name="decision"' in text_of(page)
    return page


def approve(client: Client, page: Any) -> Any:
    form = next(
        form for form in forms_of(text_of(page)) if any(name == "decision" for name, _ in form.buttons)
    )
    return client.post("/oauth/authorize", {**dict(form.fields), "decision": "approve"})


def link_of(page: Any, words: str) -> str:
    found = re.search(rf'href="([^"]+)"\s*>\s*{words}', text_of(page))
    assert found, text_of(page)
    return found[1].replace("&amp;", "&")


# --- long requests (H16) --------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["s", "x" * 1680, "x" * 8192, LONG, "é" * 8192], ids=len)
def test_a_request_of_any_length_survives_sign_in(program: Program, world: World, state: str) -> None:
    client = browser()
    signed = sign_in(client, world.owner.email, url=begin(client, program, state))
    page = consent_at(client, signed["Location"])
    assert answer_of(approve(client, page))["state"] == state


def test_a_long_request_survives_the_second_step(program: Program, world: World) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(world.owner, secret)
    client = browser()
    step = sign_in(client, world.owner.email, url=begin(client, program, LONG))["Location"]
    assert step.startswith("/accounts/2fa/authenticate/?next=")
    done = send(client, step, {"code": code_of(secret)}, action="/authenticate/")
    assert answer_of(approve(client, consent_at(client, done["Location"])))["state"] == LONG


def test_a_long_request_survives_another_language_and_another_account(program: Program, world: World) -> None:
    """Before sign-in, on the consent page, and for the account of a stranger."""
    client = browser()
    sign_in_page = begin(client, program, LONG)
    chosen = send(client, sign_in_page, {"language": "es"}, action="/language/")
    assert chosen["Location"] == sign_in_page
    first = sign_in(client, world.colleague.email, url=chosen["Location"])["Location"]
    again = send(client, first, {"language": "pt-br"}, action="/language/")["Location"]
    assert "Aprovar" in text_of(consent_at(client, again))
    other = send(client, again, {}, action="/logout/")["Location"]
    stranger = sign_in(client, world.stranger.email, url=client.get(other)["Location"])["Location"]
    refused = client.get(stranger)
    assert refused.status_code == 403
    other = send(client, stranger, {}, action="/logout/")["Location"]
    last = sign_in(client, world.owner.email, url=client.get(other)["Location"])["Location"]
    assert answer_of(approve(client, consent_at(client, last)))["state"] == LONG


def test_the_language_of_a_signed_in_person_changes_on_the_same_request(
    program: Program, world: World
) -> None:
    """Also if the long address itself is in the browser's address bar."""
    client = browser(world.owner)
    address = program.address("", state=LONG)
    chosen = send(client, address, {"language": "es"}, action="/language/")["Location"]
    assert answer_of(approve(client, consent_at(client, chosen)))["state"] == LONG


# --- several tabs ---------------------------------------------------------------------------------


def test_two_tabs_stay_two_requests(program: Program, world: World) -> None:
    client = browser()
    tabs = [begin(client, program, state) for state in ("first", "second")]
    forms = [dict(form_at(client.get(tab), LOGIN).fields) for tab in tabs]
    data = {"login": world.owner.email, "password": PASSWORD}
    ends = [client.post(LOGIN, form | data)["Location"] for form in forms]
    pages = [consent_at(client, end) for end in ends]
    assert [answer_of(approve(client, page))["state"] for page in reversed(pages)] == ["second", "first"]


def test_two_tabs_stay_two_requests_over_the_second_step(program: Program, world: World) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(world.owner, secret)
    client = browser()
    tabs = [begin(client, program, state) for state in ("first", "second")]
    forms = [dict(form_at(client.get(tab), LOGIN).fields) for tab in tabs]
    data = {"login": world.owner.email, "password": PASSWORD}
    steps = [client.post(LOGIN, form | data)["Location"] for form in forms]
    codes = [dict(form_at(client.get(step), "/authenticate/").fields) for step in steps]
    ends = [
        client.post("/accounts/2fa/authenticate/", form | {"code": code_of(secret)})["Location"]
        for form in codes
    ]
    pages = [consent_at(client, end) for end in ends]
    assert [answer_of(approve(client, page))["state"] for page in pages] == ["first", "second"]


# --- a forgotten password (M23) -------------------------------------------------------------------


def forget(client: Client, program: Program, email: str) -> str:
    """Ask for a password mail on the sign-in page. Return the path of its link."""
    page = client.get(begin(client, program, LONG))
    asked = send(client, link_of(page, "Forgot password"), {"email": email})
    assert unquote(asked["Location"]).startswith(
        "/accounts/password/reset/done/?next=/oauth/authorize/again/"
    )
    assert "next=" in link_of(client.get(asked["Location"]), "Back to sign-in")
    (link,) = re.findall(
        r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body)
    )
    return str(link)


def choose(client: Client, link: str) -> str:
    target = client.get(link)["Location"]
    values = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return str(send(client, target, values, action="-set-password/")["Location"])


def test_a_new_password_ends_at_the_request(program: Program, world: World) -> None:
    client = browser()
    on = choose(client, forget(client, program, world.owner.email))
    assert on.startswith("/oauth/authorize/again/")
    signed = sign_in(client, world.owner.email, NEW_PASSWORD, url=client.get(on)["Location"])
    assert answer_of(approve(client, consent_at(client, signed["Location"])))["state"] == LONG


def test_in_another_browser_the_page_says_how_to_go_on(program: Program, world: World) -> None:
    here, elsewhere = browser(), browser()
    done = choose(elsewhere, forget(here, program, world.owner.email))
    page = elsewhere.get(done)
    assert "another browser" in text_of(page)
    on = link_of(page, "Sign in and continue here")
    signed = sign_in(elsewhere, world.owner.email, NEW_PASSWORD, url=elsewhere.get(on)["Location"])
    assert answer_of(approve(elsewhere, consent_at(elsewhere, signed["Location"])))["state"] == LONG


def test_a_request_does_not_wait_for_ever(program: Program, world: World) -> None:
    """After an hour the mailed link leads to a page that says so and tells the program."""
    client = browser()
    on = choose(client, forget(client, program, world.owner.email))
    PendingRequest.objects.update(again_until=timezone.now())
    page = client.get(on)
    assert page.status_code == 400
    assert "request_too_old" in text_of(page)
    back = urlsplit(link_of(page, "Back to the program"))
    assert f"{back.scheme}://{back.netloc}{back.path}" == program.callback
    told = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", LONG, "http://localhost:8000")
    PendingRequest.objects.update(expires_at=timezone.now())
    assert "Start again in the program" in text_of(client.get(on))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/settings/general/", "/Call%20this%20number", "/"]
)
def test_no_mail_carries_anything_but_a_request(world: World, target: str) -> None:
    """Anybody can have a reset mailed to anybody."""
    send(browser(), "/accounts/password/reset/", {"email": world.owner.email, "next": target})
    assert "next=" not in str(mail.outbox[-1].body)
    assert "evil" not in str(mail.outbox[-1].body)


# --- an ended session, no cookies, too late (M24, M25) ---------------------------------------------


def end_session(client: Client) -> None:
    Session.objects.all().delete()


def lose_cookie(client: Client) -> None:
    del client.cookies["session"]


def too_old(client: Client) -> None:
    AuthorizationRequest.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


@pytest.mark.parametrize("trouble", [end_session, lose_cookie])
def test_approving_after_the_session_leads_to_sign_in_and_the_same_request(
    program: Program, world: World, trouble: Any
) -> None:
    client = browser(world.owner)
    page = client.get(program.address("", state=LONG))
    trouble(client)
    to_sign_in = approve(client, page)
    assert to_sign_in.status_code == 303
    assert not Grant.objects.exists()
    assert "You were signed out in the meantime" in text_of(client.get(to_sign_in["Location"]))
    signed = sign_in(client, world.owner.email, url=to_sign_in["Location"])
    assert answer_of(approve(client, consent_at(client, signed["Location"])))["state"] == LONG


def test_approving_too_late_begins_the_same_request_again(program: Program, world: World) -> None:
    """One button goes on."""
    client = browser(world.owner)
    page = client.get(program.address("", state=LONG))
    too_old(client)
    late = approve(client, page)
    assert late.status_code == 400
    assert not Grant.objects.exists()
    assert text_of(late).count('class="button primary') == 1
    begun = client.get(link_of(late, "Start again"))
    assert answer_of(approve(client, begun))["state"] == LONG


def test_another_person_who_signed_in_meanwhile_is_asked_in_the_first_ones_place(
    program: Program, world: World
) -> None:
    """In another tab of the same browser: the CSRF token is then another one too."""
    client = browser(world.owner)
    page = client.get(program.address("", state=LONG))
    client.post("/accounts/logout/", dict(form_at(page, "/accounts/logout/").fields))
    sign_in(client, world.colleague.email)
    asked = approve(client, page)
    assert asked.status_code == 302
    fresh = consent_at(client, asked["Location"])
    assert "so nothing was approved" in text_of(fresh)
    assert world.colleague.email in text_of(fresh)
    assert world.owner.email not in text_of(fresh)
    assert not Grant.objects.exists()
    assert answer_of(approve(client, fresh))["state"] == LONG
    assert Grant.objects.get().user == world.colleague


def test_approving_when_nothing_can_be_begun_again_leads_back_to_the_program(
    program: Program, world: World
) -> None:
    client = browser(world.owner)
    page = client.get(program.address("", state=LONG))
    too_old(client)
    PendingRequest.objects.update(again_until=timezone.now())
    back = link_of(approve(client, page), "Back to the program")
    assert back.startswith(f"{program.callback}?error=access_denied&")
    # Not to a callback that was removed from the list in the meantime.
    program.consumer.callback_urls = ["https://other.example/cb"]
    program.consumer.save()
    page = approve(client, page)
    assert "Back to the program" not in text_of(page)
    assert "Start again in the program" in text_of(page)


def test_without_cookies_the_page_names_them_and_keeps_the_request(program: Program, world: World) -> None:
    client = browser()
    where = begin(client, program, LONG)
    form = dict(form_at(client.get(where), LOGIN).fields)
    client.cookies.clear()
    refused = client.post(LOGIN, form | {"login": world.owner.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert "cookies" in text_of(refused)
    on = link_of(refused, "Try again")
    assert f"<code>http://localhost:8000{on}</code>" in text_of(refused)
    signed = sign_in(client, world.owner.email, url=client.get(on)["Location"])
    page = consent_at(client, signed["Location"])
    # The same with Approve.
    client.cookies.clear()
    decision = next(
        each for each in forms_of(text_of(page)) if any(name == "decision" for name, _ in each.buttons)
    )
    refused = client.post("/oauth/authorize", {**dict(decision.fields), "decision": "approve"})
    assert refused.status_code == 403
    assert link_of(refused, "Try again").startswith("/oauth/authorize/again/")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_page_without_cookies_leads_nowhere_else(world: World, target: str) -> None:
    page = Client(enforce_csrf_checks=True).post(LOGIN, {"next": target})
    assert page.status_code == 403
    assert "Try again" not in text_of(page)
    assert "evil" not in text_of(page)


# --- what is kept ---------------------------------------------------------------------------------


def test_only_good_requests_are_kept_and_only_so_many(program: Program, world: World) -> None:
    client = browser()
    for changes in (
        {"client_id": "x"},
        {"redirect_uri": "https://evil.example/"},
        {"response_type": "token"},
    ):
        client.get(program.address("", **changes))
    client.get(program.address("", prompt="none"))
    client.head(program.address())
    assert not PendingRequest.objects.exists()
    statuses = [client.get(program.address()).status_code for _number in range(302)]
    assert statuses == [302] * 300 + [429] * 2
    assert PendingRequest.objects.count() == 300
    stranger = browser(world.stranger).get(program.address())
    assert stranger.status_code == 403, "told as ever, though nothing more is kept"
    assert Client(REMOTE_ADDR="203.0.113.9").get(program.address()).status_code == 302


def test_old_requests_are_swept(program: Program) -> None:
    for _number in range(3):
        browser().get(program.address())
    PendingRequest.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    browser().get(program.address())
    assert PendingRequest.objects.count() == 1


def test_a_way_back_opens_nothing_by_itself(program: Program, world: World) -> None:
    """A person who learns the address of another's request sees only what the request itself shows."""
    begin(browser(), program, "s-1")
    path = f"/oauth/authorize/again/{PendingRequest.objects.get().pk}"
    assert browser(world.stranger).get(path).status_code == 403
    assert browser().get(path)["Location"].startswith(LOGIN)
    page = browser(world.colleague).get(path)
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert post(browser(world.owner), path).status_code == 405
    for unknown in ("00000000-0000-4000-8000-000000000000", "x"):
        assert browser().get(f"/oauth/authorize/again/{unknown}").status_code in {400, 404}


def test_what_changed_since_counts(program: Program, world: World) -> None:
    """The request is checked each time it is resumed."""
    begin(browser(), program)
    path = f"/oauth/authorize/again/{PendingRequest.objects.get().pk}"
    program.consumer.enabled = False
    program.consumer.save()
    assert "consumer_off" in text_of(browser(world.owner).get(path))


def test_decide_still_needs_no_more_than_the_id(program: Program, world: World) -> None:
    """The form's `next` is only a way back: without it, or with a forged one, the decision is the same."""
    client = browser(world.owner)
    for forged in ("", "https://evil.example/", "/oauth/authorize/again/x"):
        page = client.get(program.address())
        csrf = dict(form_at(page, "/oauth/authorize").fields)["csrfmiddlewaretoken"]
        answer = decide(client, page, csrfmiddlewaretoken=csrf, next=forged)
        assert answer["Location"].startswith(f"{program.callback}?code=")
