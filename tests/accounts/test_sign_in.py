"""Sign-in, sign-out, password reset and the second factor (security cases 65, 66, 244, 267)."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import identify_hasher
from django.core import mail

from tests.accounts.signing_in import LOGIN, code_of, sign_in
from tests.conftest import World
from tests.factories import PASSWORD, UserFactory
from tests.pages import browser, form_at, send, text_of, token


def test_sign_in_opens_home(world: World) -> None:
    client = browser()
    first = client.get("/")
    assert first.status_code == 302
    assert first["Location"] == f"{LOGIN}?next=/"
    answer = sign_in(client, "OWNER@example.com ")
    assert answer["Location"] == "/"
    assert "Planta Demo" in text_of(client.get("/"))


def test_sign_in_returns_to_the_page_that_asked(world: World) -> None:
    client = browser()
    answer = sign_in(client, world.owner.email, url=f"{LOGIN}?next=/settings/general/%3Fa%3D1")
    assert answer["Location"] == "/settings/general/?a=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "/\n/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:///evil.example",
        "https:evil.example",
        "http://localhost@evil.example/",
        "///evil.example",
        " //evil.example",
        "\x00//evil.example",
        "http://localhost:8000/profile/",
    ],
)
def test_sign_in_leads_nowhere_else(world: World, target: str) -> None:
    """Case 65: only a path of this site, from the form and from the address."""
    by_form = sign_in(browser(), world.owner.email, next=target)
    assert by_form["Location"] == "/"
    client = browser()
    page = client.get(LOGIN, {"next": target})
    data = dict(form_at(page, LOGIN).fields) | {"login": world.owner.email, "password": PASSWORD}
    assert client.post(LOGIN, data)["Location"] == "/"
    signed_in = client.get(LOGIN, {"next": target})
    assert signed_in["Location"] == "/"


def test_wrong_password_and_unknown_address_get_the_same_answer(world: World) -> None:
    pages = []
    for email in (world.owner.email, "nobody@example.com"):
        answer = sign_in(browser(), email, "wrong password 123")
        assert answer.status_code == 200
        pages.append(re.sub(r'value="[^"]*"', "", text_of(answer)))
    assert pages[0] == pages[1]
    assert 'role="alert"' in pages[0]


def test_nobody_signs_in_with_a_disabled_account(world: World) -> None:
    world.owner.is_active = False
    world.owner.save()
    client = browser()
    sign_in(client, world.owner.email)
    assert client.get("/").status_code == 302


def test_case_066_session_is_new_after_sign_in_and_a_planted_one_is_dead(world: World) -> None:
    """CWE-384: a planted session id is not taken over, and that of before the sign-in is dead."""
    client = browser()
    client.cookies["session"] = "planted0planted0planted0planted0"
    sign_in(client, world.owner.email)
    first = client.cookies["session"].value
    assert first != "planted0planted0planted0planted0"
    client.post("/accounts/logout/", {"csrfmiddlewaretoken": token(client)})
    assert client.get("/").status_code == 302
    old = browser()
    old.cookies["session"] = first
    assert old.get("/").status_code == 302
    sign_in(client, world.owner.email)
    assert client.cookies["session"].value != first


def test_sign_out_needs_a_post(world: World) -> None:
    client = browser(world.owner)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 403
    answer = send(client, "/accounts/logout/", {}, action="/accounts/logout/")
    assert answer["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_sign_in_pages_keep_the_tie_to_the_window_that_opened_them(world: World) -> None:
    client = browser()
    for path in (LOGIN, "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/"):
        answer = client.get(path)
        assert answer["Cross-Origin-Opener-Policy"] == "unsafe-none", path
        assert "no-store" in answer["Cache-Control"], path
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
    redirect = sign_in(client, world.owner.email)
    assert redirect["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert client.get("/")["Cross-Origin-Opener-Policy"] == "same-origin"


def test_sign_up_is_closed(world: World) -> None:
    client = browser()
    page = client.get("/accounts/signup/")
    assert "administrator" in text_of(page)
    data = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", data | {"csrfmiddlewaretoken": token(client, LOGIN)})
    assert not type(world.owner).objects.filter(email="new@example.com").exists()


def test_views_that_are_not_served(db: None) -> None:
    for path in (
        "/accounts/email/",
        "/accounts/social/",
        "/accounts/confirm-email/",
        "/accounts/2fa/webauthn/",
    ):
        assert browser().get(path).status_code == 404, path


def test_case_244_failed_sign_ins_are_slowed_per_account(world: World) -> None:
    """Case 244: the sixth attempt within five minutes is refused, also with the right password."""
    for _ in range(5):
        sign_in(browser(), world.owner.email, "wrong password 123")
    client = browser()
    answer = sign_in(client, world.owner.email)
    assert answer.status_code == 200
    assert "Too many failed sign-ins. Try again in five minutes." in text_of(answer)
    assert client.get("/").status_code == 302
    # Neither somebody else is locked out, nor the owner by a stranger's attempts from another address.
    assert sign_in(browser(), world.colleague.email)["Location"] == "/"
    assert sign_in(browser(REMOTE_ADDR="203.0.113.9"), world.owner.email)["Location"] == "/"
    same_network = browser(REMOTE_ADDR="2001:db8::1"), browser(REMOTE_ADDR="2001:db8::2")
    for _ in range(5):
        sign_in(same_network[0], world.owner.email, "wrong password 123")
    assert "Too many failed" in text_of(sign_in(same_network[1], world.owner.email))


def test_many_sign_ins_from_one_address_are_refused(world: World) -> None:
    client = browser()
    data = dict(form_at(client.get(LOGIN), LOGIN).fields)
    statuses = [
        client.post(LOGIN, data | {"login": f"n{n}@example.com", "password": "x"}).status_code
        for n in range(31)
    ]
    assert statuses[-1] == 429
    assert "Too many attempts" in text_of(
        client.post(LOGIN, data | {"login": "a@example.com", "password": "x"})
    )


def test_passwords_are_kept_with_argon2(world: World, real_passwords: None) -> None:
    assert identify_hasher(world.owner.password).algorithm == "argon2"
    world.owner.set_password(PASSWORD)
    world.owner.save()
    _, kind, _version, costs, *_ = world.owner.password.removeprefix("argon2").split("$")
    assert (kind, costs) == ("argon2id", "m=102400,t=2,p=8")
    assert sign_in(browser(), world.owner.email, PASSWORD).status_code == 302
    assert sign_in(browser(), world.owner.email, f"{PASSWORD}!").status_code == 200


def test_case_267_password_reset_says_the_same_whether_the_account_exists_or_not(world: World) -> None:
    """Case 267."""
    pages = []
    for email in (world.owner.email, "nobody@example.com"):
        client = browser()
        answer = send(client, "/accounts/password/reset/", {"email": email})
        assert answer["Location"] == "/accounts/password/reset/done/"
        pages.append(re.sub(r'value="[^"]*"', "", text_of(client.get(answer["Location"]))))
    assert pages[0] == pages[1]
    # Both send a message, so that the time reveals nothing either.
    assert [message.to for message in mail.outbox] == [[world.owner.email], ["nobody@example.com"]]
    assert "no account" in mail.outbox[1].body


def test_password_reset_from_the_mail(world: World) -> None:
    send(browser(), "/accounts/password/reset/", {"email": world.owner.email}, HTTP_HOST="127.0.0.1")
    (link,) = re.findall(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = browser()
    page = client.get(link)
    assert page["Location"].endswith("-set-password/"), "the key leaves the address before a page is shown"
    new = "another horse battery"
    answer = send(client, page["Location"], {"password1": new, "password2": new}, action="-set-password/")
    assert answer["Location"] == "/accounts/password/reset/key/done/"
    assert sign_in(browser(), world.owner.email, new)["Location"] == "/"
    assert "no longer works" in text_of(browser().get(link))


def test_password_reset_refuses_weak_passwords_and_says_why(world: World) -> None:
    send(browser(), "/accounts/password/reset/", {"email": world.owner.email})
    (link,) = re.findall(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = browser()
    target = client.get(link)["Location"]
    answer = send(client, target, {"password1": "short", "password2": "short"}, action="-set-password/")
    assert answer.status_code == 200
    assert "at least 12 characters" in text_of(answer)
    assert sign_in(browser(), world.owner.email)["Location"] == "/", "the old one still works"


def test_case_263_password_change_ends_the_other_sessions(world: World) -> None:
    here, elsewhere = browser(), browser()
    sign_in(here, world.owner.email)
    sign_in(elsewhere, world.owner.email)
    values = {"oldpassword": PASSWORD, "password1": "a new horse battery", "password2": "a new horse battery"}
    answer = send(here, "/accounts/password/change/", values, action="/change/")
    assert answer.status_code == 302
    assert elsewhere.get("/").status_code == 302


def test_second_step_is_asked_and_enough_only_with_the_code(world: World) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(world.owner, secret)
    client = browser()
    answer = sign_in(client, world.owner.email)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/").status_code == 302, "the password alone opens nothing"
    wrong = send(client, answer["Location"], {"code": "000000"}, action="/authenticate/")
    assert wrong.status_code == 200
    assert "Incorrect code" in text_of(wrong)
    right = send(client, answer["Location"], {"code": code_of(secret)}, action="/authenticate/")
    assert right["Location"] == "/"
    assert client.get("/").status_code == 200


def test_second_step_is_set_up_from_the_profile(world: World) -> None:
    client = browser()
    sign_in(client, world.owner.email)
    asked = client.get("/accounts/2fa/totp/activate/")["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    refused = send(client, asked, {"password": "not the password"}, action="/reauthenticate/")
    assert "Incorrect password" in text_of(refused)
    confirmed = send(client, asked, {"password": PASSWORD}, action="/reauthenticate/")
    page = client.get(confirmed["Location"])
    (secret,) = re.findall(r"<code>([A-Z2-7]{16,})</code>", text_of(page))
    data = dict(form_at(page, "/activate/").fields) | {"code": code_of(secret)}
    answer = client.post("/accounts/2fa/totp/activate/", data)
    assert answer.status_code == 302
    codes = re.findall(r"<li>(\d{8})</li>", text_of(client.get(answer["Location"])))
    assert len(codes) == 10
    assert Authenticator.objects.filter(user=world.owner).count() == 2
    # A recovery code works once.
    for expected in ("/", None):
        other = browser()
        step = sign_in(other, world.owner.email)["Location"]
        used = send(other, step, {"code": codes[0]}, action="/authenticate/")
        assert used.headers.get("Location") == expected


def test_an_account_without_password_cannot_be_entered(world: World) -> None:
    invited = UserFactory(email="invited@example.com")
    invited.set_unusable_password()
    invited.save()
    for password in ("", "!", invited.password):
        answer = sign_in(browser(), invited.email, password)
        assert answer.status_code == 200


def test_case_267_sign_in_takes_as_long_for_unknown_addresses(world: World, real_passwords: None) -> None:
    """Case 267: the password is hashed either way, so the times are similar.

    They are processor times, which a busy machine does not change.
    """
    world.owner.set_password(PASSWORD)
    world.owner.save()
    times = {}
    for email in (world.owner.email, "nobody@example.com"):
        client = browser()
        data = dict(form_at(client.get(LOGIN), LOGIN).fields) | {
            "login": email,
            "password": "wrong password 1",
        }
        start = time.process_time()
        client.post(LOGIN, data)
        times[email] = time.process_time() - start
    assert min(times.values()) * 4 > max(times.values())
