"""Wrong bearer tokens are limited for each address, at each door."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts import wrong_tokens
from mcp_gateway.http import failed_tokens
from tests.conftest import World
from tests.consumers.conftest import Program

DOORS = (settings.MCP_PATH, "/api/items", "/api/admin/v1/consumers")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrong_tokens, "MOST", 3)
    monkeypatch.setattr(failed_tokens, "MOST", 3)


def ask(door: str, token: str, address: str = "192.0.2.1") -> Any:
    client = Client(REMOTE_ADDR=address)
    bearer = {"authorization": f"Bearer {token}"}
    if door == settings.MCP_PATH:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        more = bearer | {"accept": "application/json", "mcp-protocol-version": "2025-11-25"}
        return client.post(door, body, content_type="application/json", headers=more)
    return client.get(door, headers=bearer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", DOORS)
def test_case_152_wrong_tokens_are_limited_and_nobody_else_is(door: str) -> None:
    """OWASP API2: 401 at first, then 429 for that address with a time to wait; 401 for another one."""
    statuses = [ask(door, f"fma_{number:043d}").status_code for number in range(6)]
    assert statuses == [401, 401, 401, 429, 429, 429]
    assert 1 <= int(ask(door, f"fma_{7:043d}")["Retry-After"]) <= 60
    assert ask(door, f"fma_{8:043d}", address="192.0.2.2").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_good_token_passes_behind_a_failing_address(program: Program, world: World) -> None:
    """Many people of a company come from the address of one assistant."""
    token = program.connect(world.owner)["access_token"]
    for number in range(6):
        ask(settings.MCP_PATH, f"fma_{number:043d}")
    assert ask(settings.MCP_PATH, token).status_code == 200
    assert ask(settings.MCP_PATH, f"fma_{9:043d}").status_code == 429
