"""Security cases 38-46, 49-52, 67-68: the consent page and the decision it sends."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from consumers.models import AppAuthorization, AuthorizationRequest, Grant
from consumers.oauth.power_details import COVERS
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.conftest import (
    CALLBACK,
    Program,
    Register,
    answer_of,
    caller,
    decide,
    is_live,
    request_id,
    signed_in,
)
from tests.factories import MembershipFactory, PermissionGroupFactory


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(world.owner)


def stays_here(response: Any, code: str = "decision_too_late", status: int = 400) -> None:
    assert response.status_code == status
    assert "Location" not in response
    assert code in response.content.decode()
    assert not Grant.objects.exists()


def test_case_038_edited_scope_is_not_read(browser: Client, program: Program) -> None:
    """OWASP ASVS 10.7.1: what is granted is what was shown."""
    page = browser.get(program.address(scope="maintenance:read"))
    code = answer_of(decide(browser, page, scope="maintenance:read maintenance:write"))["code"]
    assert program.redeem(code).json()["scope"] == "maintenance:read"


def test_case_038_write_that_was_not_offered_is_not_granted(program: Program, world: World) -> None:
    """ASVS 10.7.1: a person without any right to write sees no tick box; a forged one changes nothing."""
    browser = signed_in(world.colleague)
    page = browser.get(program.address())
    assert b'name="write"' not in page.content
    code = answer_of(decide(browser, page, write=True))["code"]
    assert program.redeem(code).json()["scope"] == "maintenance:read offline_access"


def test_case_039_edited_callback_allow(browser: Client, program: Program) -> None:
    """RFC 9700 §4.1."""
    page = browser.get(program.address())
    response = decide(browser, page, redirect_uri="https://evil.example/cb")
    assert response["Location"].startswith(CALLBACK + "?code=")


def test_case_040_edited_callback_deny(browser: Client, program: Program) -> None:
    """RFC 9700 §4.11: no open redirector."""
    page = browser.get(program.address())
    response = decide(browser, page, approve=False, redirect_uri="https://evil.example/cb")
    assert response["Location"].startswith(CALLBACK + "?error=access_denied")


def test_case_041_edited_callback_with_malformed_resource(browser: Client, program: Program) -> None:
    """RFC 8707 §2; RFC 9700 §4.11."""
    page = browser.get(program.address())
    response = decide(browser, page, redirect_uri="https://evil.example/cb", resource="#")
    assert response["Location"].startswith(CALLBACK + "?code=")


def test_case_042_edited_consumer(browser: Client, register: Register) -> None:
    """ASVS 10.7.1: the code is for the consumer that was shown."""
    shown, other = register(), register(name="Other", callback_urls=["https://other.example/cb"])
    page = browser.get(shown.address())
    response = decide(browser, page, client_id=other.key, redirect_uri=other.callback)
    code = answer_of(response)["code"]
    assert response["Location"].startswith(CALLBACK)
    assert other.redeem(code, code_verifier=shown.verifier).json()["error"] == "invalid_grant"
    assert shown.redeem(code).status_code == 200


@pytest.mark.parametrize("value", ["", "x", "\0", "0" * 400, "00000000-0000-4000-8000-000000000000"])
def test_case_043_edited_request(browser: Client, program: Program, value: str) -> None:
    """A page for an unknown or malformed request id, and for one without a decision."""
    browser.get(program.address())
    stays_here(browser.post("/oauth/authorize", {"request": value, "decision": "approve"}))
    stays_here(browser.post("/oauth/authorize", {"request": value, "decision": "perhaps"}))
    stays_here(browser.post("/oauth/authorize", {}))


def test_case_044_consent_cannot_drop_pkce(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1.1: the kept challenge counts."""
    page = browser.get(program.address())
    code = answer_of(decide(browser, page, code_challenge="", code_challenge_method=""))["code"]
    assert program.redeem(code, code_verifier=None).status_code == 400


def test_case_045_consent_without_or_with_foreign_csrf_token(program: Program, world: World) -> None:
    """RFC 9700 §4.7: neither without a token nor with another session's."""
    browser = signed_in(world.owner, enforce_csrf_checks=True)
    other = signed_in(world.owner, enforce_csrf_checks=True)
    page, foreign = browser.get(program.address()), other.get(program.address())
    own_token, foreign_token = (
        re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', each.content.decode())[1]  # type: ignore[index]
        for each in (page, foreign)
    )
    assert decide(browser, page).status_code == 403
    assert decide(browser, page, csrfmiddlewaretoken=foreign_token).status_code == 403
    assert not Grant.objects.exists()
    assert "code" in answer_of(decide(browser, page, csrfmiddlewaretoken=own_token))


def test_case_045_request_of_another_session_or_person(program: Program, world: World) -> None:
    """The one-time id is bound to the person and the session that saw the page."""
    MembershipFactory(user=world.stranger, permission_group=world.owner_group)
    page = signed_in(world.owner).get(program.address())
    for other in (signed_in(world.owner), signed_in(world.stranger)):
        asked_again = decide(other, page)
        assert asked_again["Location"].startswith("/oauth/authorize/again/")
        assert b"so nothing was approved" in other.get(asked_again["Location"]).content
    nobody = decide(Client(), page)
    assert nobody["Location"].startswith("/accounts/login/?next=/oauth/authorize/again/")
    assert not Grant.objects.exists()


def test_case_046_refusal(browser: Client, program: Program) -> None:
    """RFC 6749 §4.1.2.1: access_denied, with the state."""
    answer = answer_of(decide(browser, browser.get(program.address()), approve=False))
    assert (answer["error"], answer["state"]) == ("access_denied", "s-1")
    assert not AppAuthorization.objects.exists()


def test_case_049_framing_and_forms(browser: Client, register: Register) -> None:
    """RFC 9700 §4.16: no frames; forms lead here alone, and nothing stops where a callback leads on."""
    for callback in (CALLBACK, "http://127.0.0.1:8080/cb", "cursor://anysphere.cursor-mcp/oauth/callback"):
        program = register(callback_urls=[callback])
        page = browser.get(program.address(redirect_uri=callback))
        policy = dict(part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";"))
        assert policy["frame-ancestors"] == "'none'"
        assert "form-action" not in policy
        actions = re.findall(r'<form[^>]* action="([^"]*)"', page.content.decode())
        assert actions
        assert all(action.startswith("/") and not action.startswith("//") for action in actions)
        assert "unsafe-inline" not in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "DENY"
        assert page["Cross-Origin-Opener-Policy"] == "unsafe-none"
        program.callback = callback
        assert decide(browser, page)["Location"].startswith(f"{callback}?code=")


def test_case_050_nothing_is_kept_in_caches(browser: Client, program: Program) -> None:
    """OWASP ASVS 14.3.2."""
    page = browser.get(program.address())
    answers = (
        page,
        decide(browser, page),
        browser.get(program.address(client_id="x")),
        Client().get(program.address()),
        Client().get(Client().get(program.address())["Location"]),
    )
    for response in answers:
        assert "no-store" in response["Cache-Control"], response


def test_case_051_addresses_with_codes_or_state_do_not_leak(browser: Client, program: Program) -> None:
    """RFC 9700 §4.2: no other site sees them; the redirect sends no referrer at all."""
    page = browser.get(program.address())
    assert page["Referrer-Policy"] == "same-origin"
    assert decide(browser, page)["Referrer-Policy"] == "no-referrer"
    assert browser.get(program.address(redirect_uri="https://x.example/"))["Referrer-Policy"] == "same-origin"


def test_case_052_consent_page_says_everything(register: Register, world: World) -> None:
    """OWASP ASVS 10.7.2: who, for whom, what, where to, how long, how to stop; all escaped."""
    group = PermissionGroupFactory(
        company=world.company,
        name="Planners",
        rights=["work_orders:view", "work_requests:view", "work_requests:add", "metrics:view"],
    )
    Membership.objects.filter(user=world.owner).update(permission_group=group)
    narrowing = PermissionGroupFactory(
        company=world.company, rights=["work_orders:view", "work_requests:view", "work_requests:add"]
    )
    program = register(
        name="<b>Bot</b>",
        permission_group=narrowing,
        narrow_to_group=True,
        created_by=world.colleague,
        privacy_policy_url="https://example.com/privacy",
        licence_url="https://example.com/licence",
    )
    page = signed_in(world.owner).get(program.address())
    text = " ".join(page.content.decode().split())
    assert "<b>Bot</b>" not in text
    for expected in (
        "&lt;b&gt;Bot&lt;/b&gt;", "Planta Demo", "Colleague", "Owner", "owner@example.com", "chatgpt.com",
        "work orders", "work requests: create", "see metrics and costs", "180 days",
        "App authorizations", 'href="https://example.com/privacy" target="_blank" rel="noopener',
        'href="https://example.com/licence"', 'name="write" value="1" checked', "Use another account",
    ):  # fmt: skip
        assert expected in text, expected
    buttons = re.findall(r'<button class="([^"]*)" name="decision"', text)
    assert len(buttons) == 2
    assert buttons[0] == buttons[1], "refusing is as prominent as approving"


@pytest.mark.parametrize(
    ("language", "read", "write"),
    [("en", "Read", "Write"), ("es", "Lectura", "Escritura"), ("pt-br", "Leitura", "Escrita")],
)
def test_reading_and_writing_are_called_so(
    program: Program, world: World, language: str, read: str, write: str
) -> None:
    """A meter's "Last read" once stood here, after one text had been replaced everywhere."""
    User.objects.filter(pk=world.owner.pk).update(language=language)
    page = signed_in(world.owner).get(program.address())
    assert re.findall("<strong>([^<]+)</strong>(?:</p>|</label>)", page.content.decode()) == [read, write]


def test_no_more_is_said_to_be_written_than_tools_write(program: Program, world: World) -> None:
    """An administrator's group may delete everything, but no tool deletes anything."""
    text = signed_in(world.owner).get(program.address()).content.decode()
    said = re.findall(r"<li>([^<]+)</li>", text)
    assert "work requests: create, change, cancel" in said
    assert "meters: add readings" in said
    assert not [line for line in said if "delete" in line or "metrics" in line or "log" in line]


def test_switching_the_account_returns_to_the_same_request(program: Program, world: World) -> None:
    """The other account sees the request that the first one saw."""
    browser = signed_in(world.stranger)
    address = program.address()
    page = browser.get(address)
    following = re.search(r'name="next" value="([^"]+)"', page.content.decode())
    assert following
    target = following[1].replace("&amp;", "&")
    assert target.startswith("/oauth/authorize/again/")
    response = browser.post(reverse("account_logout"), {"next": target})
    assert response["Location"] == target
    assert browser.get(target)["Location"].startswith(reverse("account_login"))
    browser.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert answer_of(decide(browser, browser.get(target)))["state"] == "s-1"


def test_case_067_the_decision_is_answered_with_303(browser: Client, program: Program) -> None:
    """RFC 9700 §4.12: a form must not be posted on."""
    assert decide(browser, browser.get(program.address())).status_code == 303
    assert decide(browser, browser.get(program.address()), approve=False).status_code == 303


def test_old_requests_cannot_be_decided(browser: Client, program: Program) -> None:
    """A page left open over lunch."""
    page = browser.get(program.address())
    AuthorizationRequest.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    stays_here(decide(browser, page))


def test_what_changed_since_the_page_counts(browser: Client, program: Program, world: World) -> None:
    """Consumer, callback and membership are checked again at the decision."""
    for change, undo in (
        ({"enabled": False}, {"enabled": True}),
        ({"redirect_uris": "https://chatgpt.com/other"}, {"redirect_uris": CALLBACK}),
    ):
        page = browser.get(program.address())
        type(program.consumer).objects.filter(pk=program.consumer.pk).update(**change)
        stays_here(decide(browser, page), "no_longer_allowed", 403)
        type(program.consumer).objects.filter(pk=program.consumer.pk).update(**undo)
    page = browser.get(program.address())
    Membership.objects.filter(user=world.owner).update(active=False)
    stays_here(decide(browser, page), "no_longer_allowed", 403)


def test_write_can_be_left_out(program: Program, world: World) -> None:
    """The token response echoes what was granted."""
    tokens = program.connect(world.owner, write=False)
    assert tokens["scope"] == "maintenance:read offline_access"
    assert not caller(tokens["access_token"]).may_write
    assert program.connect(world.owner)["scope"] == "maintenance:read maintenance:write offline_access"


def test_a_new_consent_renews_the_one_authorization(program: Program, world: World) -> None:
    """A person has one live authorization per consumer; a narrower consent limits older tokens too."""
    first = program.connect(world.owner)
    before = AppAuthorization.objects.get()
    second = program.connect(world.owner, write=False)
    after = AppAuthorization.objects.get()
    assert before.pk == after.pk
    assert after.scopes == {"maintenance:read", "offline_access"}
    assert not caller(first["access_token"]).may_write
    assert program.refresh(first["refresh_token"]).json()["scope"] == "maintenance:read offline_access"
    after.revoke(by=world.owner)
    assert not is_live(first["access_token"])
    assert not is_live(second["access_token"])
    program.connect(world.owner)
    assert AppAuthorization.objects.count() == 2
    assert AppAuthorization.objects.live().count() == 1


def test_kept_requests_forget_their_content_once_decided(browser: Client, program: Program) -> None:
    """The challenge is no longer needed. The way back is, for a second click."""
    page = browser.get(program.address())
    decide(browser, page)
    kept = AuthorizationRequest.objects.get(pk=request_id(page))
    assert set(kept.params) == {"redirect_uri", "state", "way_back", "approved", "allowed"}
    assert kept.expires_at < timezone.now() + dt.timedelta(minutes=9)


def connected_notice(page: Any) -> str:
    found = re.search(r'<div class="alert">(.*?)</div>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""


def write_box(page: Any) -> str:
    found = re.search(r'<input type="checkbox" name="write"[^>]*>', page.content.decode())
    assert found
    return found[0]


def test_connecting_again_finds_the_box_as_it_was_left(program: Program, world: World) -> None:
    """Reconnecting is the cure for half of the troubles: it must not widen what the person granted."""
    browser = signed_in(world.owner)
    first = browser.get(program.address())
    assert connected_notice(first) == ""
    assert " checked" in write_box(first)
    decide(browser, first, write=False)
    AppAuthorization.objects.update(created_at=dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC))
    again = browser.get(program.address())
    assert " checked" not in write_box(again)
    assert connected_notice(again) == (
        "ChatGPT has been connected since 7 March 2026. It may read and change nothing. "
        "This request asks for more: it would also like to write."
    )
    decide(browser, again, write=True)
    third = browser.get(program.address())
    assert " checked" in write_box(third)
    assert connected_notice(third).endswith("It may read and write.")
    fourth = browser.get(program.address(scope="maintenance:read"))
    assert connected_notice(fourth).endswith("If you approve this request, it may no longer write.")


def test_what_was_left_out_stays_so_after_disconnecting(program: Program, world: World) -> None:
    browser = signed_in(world.owner)
    decide(browser, browser.get(program.address()), write=False)
    AppAuthorization.objects.get().revoke(by=world.owner)
    page = browser.get(program.address())
    assert connected_notice(page) == "", "it is not connected"
    assert " checked" not in write_box(page)


def test_nobody_sees_the_connection_of_another_person(program: Program, world: World) -> None:
    decide(signed_in(world.owner), signed_in(world.owner).get(program.address()), write=False)
    MembershipFactory(user=world.stranger, permission_group=world.owner_group)
    page = signed_in(world.stranger).get(program.address())
    assert connected_notice(page) == ""
    assert " checked" in write_box(page)


def test_a_request_to_read_says_that_nothing_can_be_changed(program: Program, world: World) -> None:
    browser = signed_in(world.owner)
    for scope, said in (("maintenance:read", True), (None, False)):
        page = browser.get(program.address(scope=scope))
        assert (b"create, change or cancel anything" in page.content) == said


def test_each_module_that_a_tool_reads_is_explained() -> None:
    read = {
        right.partition(":")[0]
        for tool in CATALOGUE.tools.values()
        for right in tool.rights
        if right.endswith(":view")
    }
    assert set(COVERS) == read


def test_details_name_only_what_the_person_may_see(program: Program, world: World) -> None:
    page = signed_in(world.colleague).get(program.address()).content.decode()
    assert re.findall(
        "<dt>([^<]+)</dt>", page.partition('<details class="powers"')[2].partition("</details>")[0]
    ) == [
        "assets",
        "work orders",
    ]
