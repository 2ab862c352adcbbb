"""Security cases 134-137, 147: bearer tokens as they arrive at the MCP endpoint."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import World
from tests.consumers.conftest import FORM, Program, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
METADATA = (
    f'resource_metadata="{settings.PUBLIC_URL}/.well-known/oauth-protected-resource{settings.MCP_PATH}"'
)


def call(
    client: Client | None = None, path: str = settings.MCP_PATH, body: str = BODY, **headers: Any
) -> Any:
    return (client or Client()).post(
        path,
        body,
        content_type=headers.pop("content_type", "application/json"),
        HTTP_HOST=urlsplit(settings.PUBLIC_URL).netloc,
        HTTP_ACCEPT="application/json, text/event-stream",
        **headers,
    )


def unauthorized(response: Any, *, token_shown: bool) -> None:
    assert response.status_code == 401, response.content
    assert METADATA in response["WWW-Authenticate"]
    assert ('error="invalid_token"' in response["WWW-Authenticate"]) is token_shown
    assert response["Cache-Control"] == "no-store"


def test_case_134_no_token_at_the_endpoint() -> None:
    """RFC 9728 §5.1: 401 with the way to the metadata."""
    unauthorized(call(), token_shown=False)


def test_case_135_bad_token_at_the_endpoint() -> None:
    """RFC 6750 §3.1."""
    for value in ("fma_" + "x" * 43, "x", "fma_" + "x" * 8_000):
        unauthorized(call(HTTP_AUTHORIZATION=f"Bearer {value}"), token_shown=True)


def test_case_136_token_in_the_address(program: Program, world: World, caplog: Any) -> None:
    """RFC 9700 §4.3.2: not taken, not logged."""
    token = program.connect(world.owner)["access_token"]
    response = call(path=f"{settings.MCP_PATH}?access_token={token}")
    assert response.status_code in {400, 401}
    assert not any(token in record.getMessage() for record in caplog.records)


def test_case_137_token_in_a_form(program: Program, world: World) -> None:
    """RFC 6750 §2.2 is not offered."""
    token = program.connect(world.owner)["access_token"]
    response = call(body=f"access_token={token}", content_type=FORM)
    assert response.status_code in {401, 415}


def test_case_147_session_cookie_at_the_endpoint(world: World) -> None:
    """MCP security guide: a session is no authentication."""
    unauthorized(call(signed_in(world.owner)), token_shown=False)


def test_a_good_token_passes(program: Program, world: World) -> None:
    """And is refused once it is revoked."""
    tokens = program.connect(world.owner)
    response = call(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert response.status_code == 200, response.content
