"""A consumer, a person's browser and a program's back end, all over the Django test client."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from consumers.models import Consumer
from consumers.outbound import documents as document_fetcher
from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.authentication import Unauthorized
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.programs import Publisher, fetcher_reaching, publishing

CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"
FORM = "application/x-www-form-urlencoded"
ALL_SCOPES = "maintenance:read maintenance:write offline_access"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Drop failures that were counted, and callers that were cached, by an earlier test."""
    cache.clear()
    runtime().authentication.forget()
    runtime().handshake.forget()
    yield
    runtime().authentication.last_use.settle()
    runtime().handshake.settle()


def new_verifier() -> str:
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answer_of(response: Any) -> dict[str, str]:
    """Return the parameters of the redirect to the callback."""
    assert response.status_code == 303, (response.status_code, response.content[:500])
    query = urlsplit(response["Location"]).query
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


@dataclass
class Program:
    """A consumer with its secret, and its requests to the endpoints."""

    consumer: Consumer
    secret: str
    callback: str = CALLBACK
    verifier: str = field(default_factory=new_verifier)
    http: Client = field(default_factory=Client)
    # Client id of a program with a metadata document.
    url: str = ""

    @property
    def key(self) -> str:
        return self.url or str(self.consumer.client_id)

    def query(self, **changes: str | None) -> dict[str, str]:
        fields: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.key,
            "redirect_uri": self.callback,
            "scope": ALL_SCOPES,
            "state": "s-1",
            "resource": settings.MCP_RESOURCE,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        fields |= changes
        return {name: value for name, value in fields.items() if value is not None}

    def address(self, extra: str = "", **changes: str | None) -> str:
        return f"/oauth/authorize?{urlencode(self.query(**changes))}{extra}"

    def basic(self, secret: str | None = None, scheme: str = "Basic") -> dict[str, str]:
        pair = f"{self.key}:{self.secret if secret is None else secret}"
        return {"HTTP_AUTHORIZATION": f"{scheme} {base64.b64encode(pair.encode()).decode()}"}

    def post(self, path: str, body: str, **extra: Any) -> Any:
        return self.http.post(path, body, content_type=FORM, **extra)

    def token(self, **fields: str | None) -> Any:
        """Request a token with the secret in the body, or by key alone for a public client."""
        own = {"client_id": self.key, "client_secret": self.secret or None} | fields
        body = urlencode({name: value for name, value in own.items() if value is not None})
        return self.post("/oauth/token", body)

    def redeem(self, code: str, **changes: str | None) -> Any:
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": self.verifier,
        }
        return self.token(**(fields | changes))

    def refresh(self, refresh_token: str, **changes: str | None) -> Any:
        fields: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token(**(fields | changes))

    def code(self, user: User, *, write: bool = True, **changes: str | None) -> str:
        browser = signed_in(user)
        page = browser.get(self.address("", **changes))
        return answer_of(decide(browser, page, write=write))["code"]

    def connect(self, user: User, *, write: bool = True, **changes: str | None) -> dict[str, Any]:
        response = self.redeem(self.code(user, write=write, **changes))
        assert response.status_code == 200, response.content
        tokens: dict[str, Any] = response.json()
        return tokens


def signed_in(user: User, *, enforce_csrf_checks: bool = False) -> Client:
    browser = Client(enforce_csrf_checks=enforce_csrf_checks)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def request_id(page: Any) -> str:
    found = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    assert found, page.content[:2000]
    return found[1]


def decide(browser: Client, page: Any, *, approve: bool = True, write: bool = True, **more: str) -> Any:
    fields = {"request": request_id(page), "decision": "approve" if approve else "refuse"} | more
    if write:
        fields["write"] = "1"
    return browser.post("/oauth/authorize", fields)


def caller(token: str) -> Caller:
    return runtime().authentication.authenticate_now(f"Bearer {token}")


def is_live(token: str) -> bool:
    try:
        caller(token)
    except Unauthorized:
        return False
    return True


Register = Callable[..., Program]


@pytest.fixture
def register(world: World) -> Register:
    def make(**fields: Any) -> Program:
        defaults: dict[str, Any] = {
            "company": world.company,
            "name": "ChatGPT",
            "authorization_grant_type": Consumer.GRANT_AUTHORIZATION_CODE,
            "permission_group": world.owner_group,
            "callback_urls": [CALLBACK],
        }
        return Program(*Consumer.objects.register(**(defaults | fields)))

    return make


@pytest.fixture
def program(register: Register) -> Program:
    return register()


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with publishing(tmp_path) as server:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(server.certificate))
        yield server


@pytest.fixture
def allow(register: Register, publisher: Publisher) -> Register:
    """Create a consumer for the program of `publisher`, which uses its URL as client id and its own port."""

    def make(**fields: Any) -> Program:
        defaults = {"name": "Our editor", "callback_urls": [], "metadata_url": publisher.url}
        made = register(**(defaults | fields))
        made.url, made.callback = publisher.url, "http://localhost:53682/callback"
        return made

    return make
