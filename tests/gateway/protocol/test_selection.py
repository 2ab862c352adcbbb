"""Tool sets and read-only in the URL choose within what is allowed, and an unknown one is an error."""

from __future__ import annotations

import pytest

from mcp_gateway.http.selection import LONGEST_QUERY
from tests.gateway.protocol.conftest import EVERY, Client

INVALID_PARAMS = -32602


async def names(client: Client, version: str = "2025-11-25", token: str = "all") -> list[str]:
    listed = await client.ask("tools/list", version=version, token=token)
    return [tool["name"] for tool in listed.result["tools"]]


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize("query", ["", "?toolsets=all", "?toolsets=default,planning", "?toolsets=planning"])
async def test_the_address_adds_no_set(client: Client, version: str, query: str) -> None:
    client.query = query
    assert "plan" not in await names(client, version)
    refused = await client.call("plan", {"text": "a"}, version=version)
    assert refused.json["error"]["code"] == INVALID_PARAMS


async def test_an_address_beyond_what_is_allowed_keeps_the_rest(client: Client) -> None:
    usual = await names(client)
    client.query = "?toolsets=default,planning"
    assert await names(client) == usual


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(
    "query", ["", "?toolsets=default,planning", "?toolsets=all", "?toolsets=planning%2Cdefault"]
)
async def test_the_address_asks_for_sets(client: Client, version: str, query: str) -> None:
    client.query = query
    assert {"echo", "plan"} <= set(await names(client, version, "planner"))
    answer = await client.call("plan", {"text": "a"}, version=version, token="planner")
    assert answer.result["isError"] is False


async def test_the_address_may_leave_the_usual_tools_out(client: Client) -> None:
    client.query = "?toolsets=planning"
    assert await names(client, token="planner") == ["plan"]
    refused = await client.call("echo", {"text": "a"}, token="planner")
    assert refused.json["error"]["code"] == INVALID_PARAMS


@pytest.mark.parametrize("version", EVERY)
async def test_read_only_removes_every_write(client: Client, version: str) -> None:
    client.query = "?read_only=true"
    found = await names(client, version)
    assert "write" not in found
    assert "echo" in found
    refused = await client.call("write", {"text": "a"}, version=version)
    assert refused.json["error"]["code"] == INVALID_PARAMS
    client.query = "?read_only=false"
    assert "write" in await names(client, version)


@pytest.mark.parametrize(
    "query",
    [
        "?read-only=true",
        "?read_only=1",
        "?read_only=",
        "?read_only=TRUE",
        "?read_only=true&read_only=false",
        "?readonly=true",
        "?toolsets=",
        "?toolsets=plannin",
        "?toolsets=default,,planning",
        "?toolsets=default&toolsets=planning",
        "?toolsets=all,default",
        "?readOnly=true",
        "?toolset=all",
        "?no_writes=1",
        "?access_token=fma_made-up",
        "?token=fma_made-up",
        "?" + "a" * (LONGEST_QUERY + 1),
        "?%00=1",
        "?toolsets=%ff",
    ],
)
async def test_what_looks_like_an_option_is_refused_and_never_ignored(client: Client, query: str) -> None:
    client.query = query
    for tool in ("echo", "write"):
        refused = await client.call(tool, {"text": "a"})
        assert refused.status == 400
        assert refused.json["error"]["code"] == -32600
        assert "fma_" not in refused.body.decode()


@pytest.mark.parametrize("query", ["?utm_source=chatgpt.com", "?v=2", "?x", "?", "?client=n8n&session=7"])
async def test_options_of_hosts_mean_nothing(client: Client, query: str) -> None:
    usual = await names(client)
    client.query = query
    assert await names(client) == usual
    client.query = f"{query}&read_only=true"
    assert "write" not in await names(client)


async def test_the_refusal_names_what_is_allowed(client: Client) -> None:
    client.query = "?toolsets=stock"
    message = (await client.ask("tools/list")).json["error"]["message"]
    assert message == "toolsets is all, or a list of these: default, planning."


async def test_who_is_nobody_is_told_nothing(client: Client) -> None:
    client.query = "?toolsets=stock"
    assert (await client.ask("tools/list", token=None)).status == 401
