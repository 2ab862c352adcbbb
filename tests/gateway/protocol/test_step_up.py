"""A write without the scope is challenged once; after that it is refused in words (client-runs D14)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from audit.models import Event
from mcp_gateway.calls.audit import CHALLENGE_LASTS
from tests.gateway.protocol.conftest import EVERY, Client, Plant

WRITE = ("write", {"text": "a"})


@pytest.mark.parametrize("version", EVERY)
async def test_a_refused_step_up_is_not_asked_for_again(client: Client, plant: Plant, version: str) -> None:
    first = await client.call(*WRITE, version=version, token="person")
    assert first.status == 403
    assert 'error="insufficient_scope"' in first.headers["www-authenticate"]
    assert 'scope="maintenance:read maintenance:write"' in first.headers["www-authenticate"]
    second = await client.call(*WRITE, version=version, token="person")
    assert second.result["isError"] is True
    assert "www-authenticate" not in second.headers
    assert "connect again and allow it" in second.result["content"][0]["text"]
    assert "mcp/www_authenticate" not in second.result["_meta"]
    read = await client.call("echo", {"text": "a"}, version=version, token="person")
    assert read.result["isError"] is False
    assert plant.writes == []


async def test_it_is_asked_for_again_after_a_while(client: Client) -> None:
    assert (await client.call(*WRITE, token="person")).status == 403
    await Event.objects.aupdate(at=timezone.now() - CHALLENGE_LASTS - dt.timedelta(seconds=1))
    assert (await client.call(*WRITE, token="person")).status == 403


async def test_a_program_for_itself_is_always_challenged(client: Client) -> None:
    for _ in range(3):
        assert (await client.call(*WRITE, token="read")).status == 403


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("", "maintenance:read maintenance:write"),
        ("?read_only=true", "maintenance:read"),
        ("?read_only=true&toolsets=all", "maintenance:read"),
        ("?read_only=false", "maintenance:read maintenance:write"),
        ("?read_onyl=true", "maintenance:read maintenance:write"),  # an error after sign-in
    ],
)
async def test_a_read_only_address_asks_for_reading(client: Client, query: str, scope: str) -> None:
    client.query = query
    for token in (None, "wrong"):
        reply = await client.ask("tools/list", token=token)
        assert reply.status == 401
        assert f'scope="{scope}"' in reply.headers["www-authenticate"]
