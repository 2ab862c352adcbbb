"""The endpoint's address as people type it and libraries rebuild it is one audience (RFC 8707)."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import World
from tests.consumers.conftest import Program

RESOURCE = settings.MCP_RESOURCE
SPELLINGS = [
    RESOURCE,
    f"{RESOURCE}/",
    f"{RESOURCE}?read_only=true",
    f"{RESOURCE}/?toolsets=default,planning&utm_source=x",
    RESOURCE.replace("http://localhost", "HTTP://LocalHost"),
]
CALL = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_is_the_audience(program: Program, world: World, spelling: str) -> None:
    code = program.code(world.owner, resource=spelling)
    tokens = program.redeem(code, resource=spelling).json()
    refreshed = program.refresh(tokens["refresh_token"], resource=spelling).json()
    assert program.post("/oauth/introspect", f"token={refreshed['access_token']}", **program.basic()).json()[
        "aud"
    ] == [RESOURCE]


def test_the_same_resource_twice_is_one(program: Program, world: World) -> None:
    """RFC 8707 §2: several are allowed. Two names of one audience count once; two audiences are refused."""
    page = program.code(world.owner, resource=RESOURCE)
    body = f"grant_type=authorization_code&code={page}&redirect_uri={program.callback}"
    body += f"&code_verifier={program.verifier}&resource={RESOURCE}&resource={RESOURCE}"
    assert program.post("/oauth/token", body, **program.basic()).status_code == 200
    other = body + f"&resource={settings.API_RESOURCE}"
    assert program.post("/oauth/token", other, **program.basic()).json()["error"] == "invalid_request"


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_slash_at_the_end_is_the_endpoint(db: None, ending: str) -> None:
    answer = Client().post(settings.MCP_PATH + ending, CALL, content_type="application/json")
    assert answer.status_code == 401
    assert "resource_metadata=" in answer["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/mcp/oauth/fracttal", settings.MCP_PATH + "/sse"])
def test_an_address_beside_the_endpoint_names_it(db: None, path: str) -> None:
    answer: Any = Client().post(path, CALL, content_type="application/json")
    assert answer.status_code == 404
    assert answer.json()["message"].endswith(f"The MCP server URL is {RESOURCE}")


def test_a_look_before_the_request_keeps_nothing(program: Program, world: World) -> None:
    """RFC 9110 §9.3.2: HEAD is answered like GET, without a body; browsers and mail programs check links."""
    assert program.http.head(program.address()).status_code == 200
    assert program.http.head(program.address(client_id="fmk_x")).status_code == 400


def test_every_refusal_of_the_token_endpoint_has_words(program: Program, world: World) -> None:
    code = program.code(world.owner)
    tokens = program.redeem(code).json()
    for answer in (
        program.redeem(code),
        program.refresh(tokens["refresh_token"]),
        program.refresh(tokens["refresh_token"], scope="admin"),
        program.token(grant_type="client_credentials"),
    ):
        assert answer.status_code == 400
        assert len(answer.json()["error_description"]) > 20
