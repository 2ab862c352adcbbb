"""What answers carry, read from a started production installation behind a proxy (cases 259 to 282)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.process.commands import manage
from tests.process.databases import free_port
from tests.process.server import started

HOST = "mcp.example.com"
EVIL = "https://evil.example"
MCP = "/mcp/oauth/fracttal-one"
PAGES = ("/accounts/login/", "/nowhere/", "/oauth/authorize", "/accounts/password/reset/")
PRODUCTION = {
    "DJANGO_ENV": "production",
    "PUBLIC_URL": f"https://{HOST}",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CREDENTIAL_HASH_KEY": secrets.token_urlsafe(50),
    "TRUSTED_PROXY": "1",
}


@dataclass
class Installation:
    port: int

    def ask(self, method: str, path: str, proto: str = "https", **more: Any) -> httpx.Response:
        headers = {"host": HOST, "x-forwarded-proto": proto, "x-forwarded-for": "192.0.2.1"}
        headers |= more.pop("headers", {})
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, headers=headers, timeout=60, **more)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory: Path = tmp_path_factory.mktemp("production")
    environment = {**PRODUCTION, "VAR_DIR": str(directory), "PATH": "/usr/bin:/bin"}
    manage(environment, "collectstatic", "--no-input", "-v0")
    port = free_port()
    with started(directory, PORT=str(port), **PRODUCTION):
        yield Installation(port)


def test_case_269_cookies(installation: Installation) -> None:
    """RFC 6265bis §4.1.3.2, OWASP ASVS 3.3: bound to the host, https only, out of reach of scripts."""
    cookies = installation.ask("GET", "/accounts/login/").headers.get_list("set-cookie")
    assert cookies
    for cookie in cookies:
        name, *flags = (part.strip().lower() for part in cookie.split(";"))
        assert name.startswith("__host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(flags)
        assert not any(flag.startswith("domain") for flag in flags)


@pytest.mark.parametrize("path", PAGES)
def test_case_270_headers_of_pages(installation: Installation, path: str) -> None:
    """OWASP ASVS 3.4: on every status, errors too."""
    answer = installation.ask("GET", path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    age = answer.headers["strict-transport-security"].partition("max-age=")[2].partition(";")[0]
    assert int(age) >= 31_536_000
    assert answer.headers["cross-origin-opener-policy"] in {"same-origin", "unsafe-none"}


@pytest.mark.parametrize(("method", "path"), [("POST", MCP), ("POST", "/oauth/token"), ("GET", "/api/items")])
def test_case_271_272_answers_to_programs_are_kept_nowhere(
    installation: Installation, method: str, path: str
) -> None:
    """RFC 9111 §5.2.2.5, RFC 6749 §5.1: no-store, nosniff, and no cookie."""
    answer = installation.ask(method, path)
    assert answer.status_code in {400, 401, 415}
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [MCP, "/api/items", "/api/admin/v1/consumers", "/settings/security/"])
def test_case_273_no_foreign_page_may_call(installation: Installation, path: str) -> None:
    """Fetch standard: no header that would let it read or send credentials."""
    asked = {"origin": EVIL, "access-control-request-method": "POST"}
    answer = installation.ask("OPTIONS", path, headers=asked)
    assert answer.headers.get("access-control-allow-origin") is None
    assert answer.headers.get("access-control-allow-credentials") is None


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nowhere/", 404, "text/html"),
        ("PUT", "/oauth/revoke", 405, "application/json"),
        ("POST", "/accounts/login/", 403, "text/html"),
        ("GET", "/api/nowhere", 401, "application/json"),
        ("GET", "/api/items", 401, "application/json"),
        ("GET", "/oauth/token", 405, "application/json"),
        ("POST", MCP, 401, "application/json"),
        ("GET", "/api/admin/v1/consumers", 401, "application/problem+json"),
    ],
)
def test_case_276_errors_are_ours(
    installation: Installation, method: str, path: str, status: int, kind: str
) -> None:
    """OWASP ASVS 16.5.1: in the form that the caller reads, and nothing of the inside."""
    answer = installation.ask(method, path)
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(kind)
    for inside in ("Traceback", "django", "/site-packages/", "SELECT ", "DEBUG = True"):
        assert inside.lower() not in answer.text.lower(), inside


def test_case_259_a_forged_host_is_refused_without_a_word_of_the_inside(installation: Installation) -> None:
    """RFC 9110 §7.4; OWASP ASVS 13.4.2: no debug page."""
    answer = installation.ask("GET", "/accounts/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" not in answer.text


def test_case_282_health_tells_nothing(installation: Installation) -> None:
    """Ready and alive, kept by no cache, and nothing else said."""
    for path in ("/livez", "/readyz"):
        answer = installation.ask("GET", path)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["cache-control"]
        assert len(answer.content) < 50


def test_case_156_a_body_without_end_is_not_read(installation: Installation) -> None:
    """RFC 9110 §15.5.14, by nobody in particular at the sign-in page."""
    answer = installation.ask("POST", "/accounts/login/", content=b"x" * 3_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", [MCP, "/oauth/token", "/oauth/introspect", "/api/items"])
def test_case_275_a_token_over_plain_http_is_refused(installation: Installation, path: str) -> None:
    """OWASP ASVS 4.1.2: not redirected, which would hide that the token went over the line in clear."""
    answer = installation.ask("POST", path, proto="http", headers={"authorization": "Bearer fma_x"})
    assert answer.status_code in {400, 401, 403, 405, 415}
    assert "location" not in answer.headers
