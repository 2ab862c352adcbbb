"""Security cases 1-37, 47-48, 53-63, 72: requests to /oauth/authorize, and how they are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from consumers.models import AuthorizationRequest, Consumer, Grant
from tests.conftest import World
from tests.consumers.conftest import CALLBACK, Program, Register, answer_of, decide, signed_in
from tests.factories import PASSWORD


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(world.owner)


def refused_on_page(response: Any, code: str, status: int = 400) -> None:
    """Check that an error page with this code appears and does not lead to the caller's URL."""
    assert response.status_code == status
    assert "Location" not in response
    assert f"<code>{code}</code>" in response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert response["Cache-Control"] == "no-store"
    assert not AuthorizationRequest.objects.exists()
    assert not Grant.objects.exists()


def refused_by_redirect(response: Any, error: str, callback: str = CALLBACK) -> dict[str, str]:
    answer = answer_of(response)
    assert response["Location"].startswith(f"{callback}?error=")
    assert answer["error"] == error
    assert answer["iss"] == settings.PUBLIC_URL
    assert "code" not in answer
    assert not AuthorizationRequest.objects.exists()
    return answer


def asked(response: Any) -> AuthorizationRequest:
    """Check that the consent page appears, and return the stored request."""
    assert response.status_code == 200, response.content[:500]
    return AuthorizationRequest.objects.get(decided_at=None)


MISMATCHES = {
    "test_case_001": [CALLBACK + "/"],
    "test_case_002": [CALLBACK + "?a=1"],
    "test_case_003": [CALLBACK + "?"],
    "test_case_004": [CALLBACK + "#x", CALLBACK + "#"],
    "test_case_007": [
        "https://chatgpt.com/connector/x/../oauth/AbC123",
        "https://chatgpt.com/./connector/oauth/AbC123",
    ],
    "test_case_009": ["http://chatgpt.com/connector/oauth/AbC123"],
    "test_case_010": [
        "https://chatgpt.com:443/connector/oauth/AbC123",
        "https://chatgpt.com:8443/connector/oauth/AbC123",
    ],
    "test_case_012": ["https://chatgpt.com\\@evil.example/connector/oauth/AbC123"],
    "test_case_014": [
        "javascript:alert(1)",
        "data:text/html,x",
        "//chatgpt.com/connector/oauth/AbC123",
        "/connector/oauth/AbC123",
    ],
    "test_case_017": [CALLBACK + "\0", "https://chat\tgpt.com/connector/oauth/AbC123", CALLBACK + "\r\nX: y"],
    "test_case_018": ["https://ch\u0430tgpt.com/connector/oauth/AbC123"],
    "test_case_020": [
        "https://CHATGPT.com/connector/oauth/AbC123",
        "HTTPS://chatgpt.com/connector/oauth/AbC123",
    ],
}


def refuses_callbacks(case: str, browser: Client, program: Program) -> None:
    for requested in MISMATCHES[case]:
        refused_on_page(browser.get(program.address(redirect_uri=requested)), "callback_unregistered")


def test_case_001_callback_with_trailing_slash(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1: exact string comparison."""
    refuses_callbacks("test_case_001", browser, program)


def test_case_002_callback_with_query_added_or_reordered(browser: Client, register: Register) -> None:
    """RFC 9700 §2.1; oidcc-redirect-uri-query-added, -mismatch, -OK."""
    refuses_callbacks("test_case_002", browser, register())
    registered = "https://example.com/cb?a=1&b=2"
    program = register(callback_urls=[registered])
    refused_on_page(
        browser.get(program.address(redirect_uri="https://example.com/cb?b=2&a=1")), "callback_unregistered"
    )
    asked(browser.get(program.address(redirect_uri=registered)))


def test_case_003_callback_with_bare_question_mark(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1: exact string comparison."""
    refuses_callbacks("test_case_003", browser, program)


def test_case_004_callback_with_fragment(browser: Client, program: Program) -> None:
    """RFC 6749 §3.1.2: no fragment; oidcc-redirect-uri-regfrag."""
    refuses_callbacks("test_case_004", browser, program)


def test_case_007_callback_with_dot_segments(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1: no normalisation."""
    refuses_callbacks("test_case_007", browser, program)


def test_case_009_callback_without_tls(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1: the scheme is part of the string."""
    refuses_callbacks("test_case_009", browser, program)


def test_case_010_callback_with_explicit_or_other_port(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1: ports are compared as written."""
    refuses_callbacks("test_case_010", browser, program)


def test_case_012_callback_with_backslash(browser: Client, program: Program) -> None:
    """RFC 9700 §4.1: browsers read a backslash as a slash."""
    refuses_callbacks("test_case_012", browser, program)


def test_case_014_callback_of_another_kind(browser: Client, program: Program) -> None:
    """RFC 6749 §3.1.2: an absolute, registered URI."""
    refuses_callbacks("test_case_014", browser, program)


def test_case_017_callback_with_control_characters(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1; no header is split."""
    refuses_callbacks("test_case_017", browser, program)


def test_case_018_callback_of_look_alike_host(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1; a Cyrillic letter is another host."""
    refuses_callbacks("test_case_018", browser, program)


def test_case_020_callback_in_upper_case(browser: Client, program: Program) -> None:
    """OWASP ASVS 10.4.1: byte for byte."""
    refuses_callbacks("test_case_020", browser, program)


def test_case_021_loopback_port_varies_for_native_consumers_only(browser: Client, register: Register) -> None:
    """RFC 8252 §7.3."""
    other_port = "http://127.0.0.1:50123/callback"
    refused_on_page(browser.get(register().address(redirect_uri=other_port)), "callback_unregistered")
    native = register(callback_urls=["http://127.0.0.1:8080/callback", CALLBACK])
    for wrong in (
        "http://127.0.0.1:50123/other",
        "http://127.0.0.2:50123/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:1@evil.example/callback",
        "https://127.0.0.1:50123/callback",
        "http://127.0.0.1:٣/callback",
    ):
        refused_on_page(browser.get(native.address(redirect_uri=wrong)), "callback_unregistered")
    page = browser.get(native.address(redirect_uri=other_port))
    assert decide(browser, page)["Location"].startswith(other_port + "?code=fmc_")


def test_case_022_localhost_port_does_not_vary(browser: Client, register: Register) -> None:
    """RFC 8252 §8.3: localhost may be anybody's."""
    native = register(callback_urls=["http://localhost:8080/callback"])
    refused_on_page(
        browser.get(native.address(redirect_uri="http://localhost:8081/callback")), "callback_unregistered"
    )


def test_case_023_callback_missing_with_several_registered(browser: Client, register: Register) -> None:
    """RFC 6749 §3.1.2.3."""
    program = register(callback_urls=[CALLBACK, "https://example.com/cb"])
    refused_on_page(browser.get(program.address(redirect_uri=None)), "callback_unregistered")


def test_case_024_callback_missing_with_one_registered(browser: Client, program: Program) -> None:
    """OAuth 2.1 §4.1.1; oidcc-ensure-redirect-uri-in-authorization-request."""
    refused_on_page(browser.get(program.address(redirect_uri=None)), "callback_unregistered")
    refused_on_page(browser.get(program.address(redirect_uri="")), "callback_unregistered")


def test_case_025_client_id_unknown_or_malformed(browser: Client, program: Program) -> None:
    """RFC 6749 §4.1.2.1: no redirect, and the same page for all."""
    pages = set()
    for key in (None, "", "fmk_unknown", "x" * 5000, "'\"--", "🔧", f" {program.key}", program.key.upper()):
        response = browser.get(program.address(client_id=key))
        refused_on_page(response, "consumer_unknown")
        pages.add(response.content.partition(b"<h1>")[2])
    assert len(pages) == 1


def test_case_025_consumer_of_another_grant_type(browser: Client, register: Register) -> None:
    """RFC 6749 §4.1.2.1: a program for client credentials cannot ask a person."""
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    refused_on_page(browser.get(program.address()), "consumer_unknown")


def test_case_026_client_id_with_nul(browser: Client, program: Program) -> None:
    """RFC 6749 Appendix A.1; refused before any query."""
    refused_on_page(browser.get(program.address(client_id=program.key + "\0")), "consumer_unknown")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "response_type", "state", "scope"])
def test_case_027_duplicate_parameters(browser: Client, program: Program, name: str) -> None:
    """RFC 6749 §3.1: parameters must not be included more than once."""
    again = urlencode({name: program.query()[name]})
    refused_on_page(browser.get(program.address(f"&{again}")), "request_unreadable")


@pytest.mark.parametrize("name", ["code_challenge", "code_challenge_method", "nonce"])
def test_case_028_other_duplicate_parameters(browser: Client, program: Program, name: str) -> None:
    """RFC 6749 §3.1."""
    value = quote(program.query().get(name, "x"))
    address = program.address(f"&{name}={value}" + (f"&{name}={value}" if name == "nonce" else ""))
    refused_by_redirect(browser.get(address), "invalid_request")


@pytest.mark.parametrize(
    "response_type",
    ["token", "id_token", "code token", "code id_token", "none", "", "CODE", "code code", "x" * 3000, None],
)
def test_case_029_response_types(browser: Client, program: Program, response_type: str | None) -> None:
    """RFC 9700 §2.1.2; oidcc-response-type-missing."""
    answer = answer_of(browser.get(program.address(response_type=response_type)))
    assert answer["error"] == ("unsupported_response_type" if response_type else "invalid_request")
    assert answer["state"] == "s-1"
    assert not {"code", "access_token", "id_token"} & set(answer)


def test_case_030_pkce_absent(browser: Client, register: Register) -> None:
    """RFC 9700 §2.1.1, for confidential and public consumers."""
    for program in (register(), register(public=True)):
        address = program.address(code_challenge=None, code_challenge_method=None)
        refused_by_redirect(browser.get(address), "invalid_request")


def test_case_031_pkce_plain(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1.1: S256 only."""
    refused_by_redirect(browser.get(program.address(code_challenge_method="plain")), "invalid_request")


def test_case_032_pkce_without_method(browser: Client, program: Program) -> None:
    """RFC 7636 §4.3: left out, the method means plain."""
    refused_by_redirect(browser.get(program.address(code_challenge_method=None)), "invalid_request")
    refused_by_redirect(browser.get(program.address(code_challenge_method="s256")), "invalid_request")


@pytest.mark.parametrize(
    "challenge", ["", "a", "*" * 43, "a" * 42, "a" * 129, "a" * 200, "a" * 43 + "\n", "é" * 43, "\0" * 43]
)
def test_case_033_pkce_challenge_grammar(browser: Client, program: Program, challenge: str) -> None:
    """RFC 7636 §4.2: 43 to 128 unreserved characters."""
    refused_by_redirect(browser.get(program.address(code_challenge=challenge)), "invalid_request")


@pytest.mark.parametrize(
    "scope", ["admin", "maintenance:read admin", "maintenance:read\0", " ".join(f"s{n}" for n in range(3000))]
)
def test_case_036_unknown_scopes(browser: Client, program: Program, scope: str) -> None:
    """RFC 6749 §4.1.2.1."""
    refused_by_redirect(browser.get(program.address(scope=scope)), "invalid_scope")


@pytest.mark.parametrize("scope", [None, "", "offline_access"])
def test_case_037_scope_omitted_means_what_the_challenge_names(
    browser: Client, program: Program, scope: str | None
) -> None:
    """RFC 6749 §3.3: a declared default, shown on the page, where the person may leave out writing."""
    challenge = Client().post(settings.MCP_PATH)["WWW-Authenticate"]
    page = browser.get(program.address(scope=scope))
    assert asked(page).params["scopes"] == ["maintenance:read", "maintenance:write", "offline_access"]
    assert 'scope="maintenance:read maintenance:write"' in challenge
    assert b'name="write"' in page.content


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        ("openid email profile", "maintenance:read maintenance:write offline_access"),
        ("openid maintenance:read", "maintenance:read"),
        ("maintenance:read address phone offline_access", "maintenance:read offline_access"),
    ],
)
def test_scopes_of_openid_are_left_out_and_the_grant_is_said(
    browser: Client, program: Program, world: World, scope: str, kept: str
) -> None:
    """OpenID Connect Core §5.4: clients request these by default.

    RFC 6749 §5.1: the answer names what was granted.
    """
    assert asked(browser.get(program.address(scope=scope))).params["scopes"] == kept.split()
    tokens = program.connect(world.owner, scope=scope)
    assert tokens["scope"] == kept
    assert program.refresh(tokens["refresh_token"], scope=scope).json()["scope"] == kept


def test_case_047_iss_on_success(browser: Client, program: Program) -> None:
    """RFC 9207 §2: equal to the published issuer, byte for byte."""
    issuer = browser.get("/.well-known/oauth-authorization-server").json()["issuer"]
    answer = answer_of(decide(browser, browser.get(program.address())))
    assert answer["iss"] == issuer == settings.PUBLIC_URL
    assert answer["code"].startswith("fmc_")


def test_case_048_iss_on_errors(browser: Client, program: Program) -> None:
    """RFC 9207 §2: on error responses too, and a registered query stays whole."""
    denied = answer_of(decide(browser, browser.get(program.address()), approve=False))
    assert (denied["error"], denied["iss"]) == ("access_denied", settings.PUBLIC_URL)
    AuthorizationRequest.objects.all().delete()
    refused_by_redirect(browser.get(program.address(scope="x")), "invalid_scope")


def test_case_053_prompt_none(browser: Client, program: Program) -> None:
    """OpenID Connect Core §3.1.2.6; oidcc-prompt-none-not-logged-in: no page, no foreign redirect."""
    refused_by_redirect(Client().get(program.address(prompt="none")), "login_required")
    refused_by_redirect(browser.get(program.address(prompt="none")), "consent_required")
    foreign = program.address(prompt="none", redirect_uri="https://evil.example/cb")
    refused_on_page(Client().get(foreign), "callback_unregistered")


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        (55, {"approval_prompt": "auto"}),
        (57, {"approval_prompt": "auto", "prompt": "consent"}),
        (58, {"approval_prompt": "auto", "scope": "maintenance:read maintenance:write"}),
    ],
)
def test_case_055_057_058_approval_prompt_is_ignored(
    program: Program, world: World, case: int, changes: dict[str, str]
) -> None:
    """RFC 9700 §4.11: the caller cannot skip the person's consent."""
    program.connect(world.owner, scope="maintenance:read")
    browser = signed_in(world.owner)
    asked(browser.get(program.address(**({"scope": "maintenance:read"} | changes))))


def test_case_056_approval_prompt_with_another_resource(program: Program, world: World) -> None:
    """RFC 8707 §2: a new resource is never granted silently: the person is asked again."""
    program.connect(world.owner)
    browser = signed_in(world.owner)
    address = program.address(approval_prompt="auto", resource=settings.API_RESOURCE)
    AuthorizationRequest.objects.all().delete()
    assert asked(browser.get(address)).params["resource"] == settings.API_RESOURCE


def test_case_059_resource_that_is_not_served(browser: Client, program: Program) -> None:
    """RFC 8707 §2."""
    for resource in (
        "https://evil.example/mcp",
        settings.PUBLIC_URL,
        settings.PUBLIC_URL + "/mcp",
        settings.MCP_RESOURCE + "//",
        settings.MCP_RESOURCE + "/x",
        settings.MCP_RESOURCE.upper(),
        settings.MCP_RESOURCE.replace("://", "://user@"),
        settings.MCP_RESOURCE.replace("localhost", "localhost.evil.example"),
        settings.MCP_RESOURCE.replace("http:", "ftp:"),
    ):
        refused_by_redirect(browser.get(program.address(resource=resource)), "invalid_target")
    twice = program.address("&resource=" + quote("https://evil.example/x", safe=""))
    refused_by_redirect(browser.get(twice), "invalid_target")


@pytest.mark.parametrize("resource", ["/mcp", "", "garbage", "\0", settings.MCP_RESOURCE + "#x"])
def test_case_060_resource_malformed(browser: Client, program: Program, resource: str) -> None:
    """RFC 8707 §2: an absolute URI without fragment."""
    refused_by_redirect(browser.get(program.address(resource=resource)), "invalid_target")


def test_case_060_resource_omitted_means_ours(browser: Client, program: Program) -> None:
    """RFC 8707 §2: the server may choose where there is one."""
    assert asked(browser.get(program.address(resource=None))).params["resource"] == settings.MCP_RESOURCE


@pytest.mark.parametrize(
    "state", ["<script>alert(1)</script>", "a\r\nX: y", "🔧", "x" * 5000, "a+b %2B&c=d", ""]
)
def test_case_062_state_comes_back_as_it_was(browser: Client, program: Program, state: str) -> None:
    """RFC 6749 §4.1.2: the exact value."""
    page = browser.get(program.address(state=state))
    assert b"<script>alert" not in page.content
    response = decide(browser, page)
    assert answer_of(response)["state"] == state
    assert "\n" not in response["Location"]


def test_case_062_state_with_nul(browser: Client, program: Program) -> None:
    """PostgreSQL stores no NUL; it is refused without being sent back."""
    assert "state" not in refused_by_redirect(browser.get(program.address(state="a\0")), "invalid_request")


def test_case_063_unknown_parameters_are_ignored(browser: Client, program: Program) -> None:
    """RFC 6749 §3.1; oidcc-ensure-request-with-unknown-parameter-succeeds."""
    asked(browser.get(program.address(foo="bar", nonce="n" * 400, login_hint="x", id_token_hint="y")))


def test_case_065_sign_in_goes_nowhere_else(world: World) -> None:
    """RFC 9700 §4.11.1: `next` of the sign-in page is a local path."""
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        response = Client().post(
            reverse("account_login"),
            {"login": world.owner.email, "password": PASSWORD, "next": target},
        )
        assert response.status_code == 302
        assert urlsplit(response["Location"]).netloc == ""
        assert response["Location"].startswith("/")
        assert not response["Location"].startswith(("//", "/\\"))


def test_case_070_person_of_another_company(program: Program, world: World, caplog: Any) -> None:
    """OWASP ASVS 8.4.1: refused with a clear page, and on record."""
    refused_on_page(signed_in(world.stranger).get(program.address()), "not_a_member", 403)
    assert any(
        "not_a_member" in record.getMessage() for record in caplog.records if record.name == "security"
    )


def test_case_071_disabled_consumer_or_group(browser: Client, program: Program, world: World) -> None:
    """A clear page, before and after sign-in."""
    world.owner_group.active = False
    world.owner_group.save()
    refused_on_page(browser.get(program.address()), "consumer_off", 403)
    world.owner_group.active = True
    world.owner_group.save()
    program.consumer.enabled = False
    program.consumer.save()
    refused_on_page(browser.get(program.address()), "consumer_off", 403)
    refused_on_page(Client().get(program.address()), "consumer_off", 403)


def test_case_071_disabled_person(program: Program, world: World) -> None:
    """ASVS 7.4.2: a disabled user's session is worth nothing."""
    browser = signed_in(world.owner)
    User.objects.filter(pk=world.owner.pk).update(is_active=False)
    response = browser.get(program.address())
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_case_072_bad_requests_are_shown_before_sign_in(program: Program) -> None:
    """RFC 9700 §4.11.2: nobody signs in for a request that leads nowhere."""
    refused_on_page(Client().get(program.address(client_id="fmk_x")), "consumer_unknown")
    refused_on_page(
        Client().get(program.address(redirect_uri="https://evil.example/")), "callback_unregistered"
    )
    good = Client().get(program.address())
    assert good.status_code == 302
    assert good["Location"].startswith(reverse("account_login") + "?next=/oauth/authorize/again/")


def test_unregistered_callback_is_named_only_where_it_could_be_registered(
    browser: Client, program: Program
) -> None:
    """The most common mistake: the page shows what an administrator must add."""
    for new in ("https://chatgpt.com/connector/oauth/New1", "http://127.0.0.1:33418"):
        page = browser.get(program.address(redirect_uri=new)).content.decode()
        assert f"<code>{new}</code>" in page
        assert "In this form it cannot be registered" not in page
    for sent in ("http://192.168.0.1/", "javascript:alert(1)", "https://x/<b>"):
        page = browser.get(program.address(redirect_uri=sent)).content.decode()
        assert f"<code>{escape(sent)}</code>" in page
        assert "In this form it cannot be registered" in page
        assert f'"{sent}' not in page  # never a link


def test_unreadable_queries_are_refused(browser: Client, program: Program) -> None:
    """RFC 6749 §4.1.2.1: invalid UTF-8, too many fields, too much data."""
    for extra in ("&x=%ff", "".join(f"&x{n}=1" for n in range(100)), "&x=" + "y" * 70_000):
        refused_on_page(browser.get(program.address(extra)), "request_unreadable")
    for method in ("put", "delete"):
        assert getattr(browser, method)("/oauth/authorize").status_code == 405
