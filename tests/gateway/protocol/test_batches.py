"""JSON-RPC batches: accepted in 2025-03-26, which requires it of servers, and in no other revision."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.gateway.protocol.conftest import EVERY, Client, Plant, Reply

BATCHED = "2025-03-26"
INVALID_REQUEST = -32600


def request(number: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def call(number: int, tool: str, text: str) -> dict[str, Any]:
    return request(number, "tools/call", name=tool, arguments={"text": text})


async def send(client: Client, batch: Any, version: str | None = BATCHED, **more: Any) -> Reply:
    return await client.raw(orjson.dumps(batch), mcp_protocol_version=version, **more)


def answers(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.body
    found: list[dict[str, Any]] = orjson.loads(reply.body)
    return found


@pytest.mark.parametrize("version", [BATCHED, None])  # that revision has no header yet
async def test_each_request_is_answered_in_its_order(
    client: Client, plant: Plant, version: str | None
) -> None:
    batch = [
        request(1, "ping"),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        call(2, "write", "a"),
        call(3, "echo", "b"),
        request(4, "tools/remove"),
        7,
        request(5, "initialize"),
    ]
    found = answers(await send(client, batch, version))
    assert [answer.get("id") for answer in found] == [1, 2, 3, 4, None, 5]
    assert found[2]["result"]["structuredContent"] == {"text": "b"}
    codes = [answer["error"]["code"] for answer in found if "error" in answer]
    assert codes == [-32601, INVALID_REQUEST, INVALID_REQUEST]
    assert plant.writes == ["a"]


async def test_notifications_alone_are_accepted(client: Client) -> None:
    reply = await send(client, [{"jsonrpc": "2.0", "method": "notifications/initialized"}] * 3)
    assert (reply.status, reply.body) == (202, b"")


@pytest.mark.parametrize("version", [version for version in EVERY if version != BATCHED])
async def test_other_revisions_refuse_a_batch_and_run_nothing(
    client: Client, plant: Plant, version: str
) -> None:
    refused = await send(client, [call(1, "write", "a")], version)
    assert refused.error == (400, INVALID_REQUEST)
    assert plant.writes == []


@pytest.mark.parametrize("batch", [[], [request(1, "ping")] * 21])
async def test_an_empty_and_a_very_long_batch_are_refused(client: Client, batch: Any) -> None:
    assert (await send(client, batch)).error == (400, INVALID_REQUEST)


async def test_a_batch_needs_a_token_and_the_rights_of_each_call(client: Client, plant: Plant) -> None:
    assert (await send(client, [request(1, "ping")], token=None)).status == 401
    (echoed, refused) = answers(
        await send(client, [call(1, "echo", "a"), call(2, "write", "b")], token="read")
    )
    assert echoed["result"]["isError"] is False
    assert refused["result"]["isError"] is True
    assert plant.writes == []
