"""Writes that an administrator paused: refused at every door, and said where a client looks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from mcp_gateway.calls.caller import Caller, Pause
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Tool, ToolResult
from mcp_gateway.http.authentication import Unauthorized
from mcp_gateway.http.endpoint import Endpoint
from tests.gateway.protocol.conftest import (
    CALLERS,
    EVERY,
    READER,
    Client,
    Plant,
    authenticate,
    endpoint_of,
    through_asgi,
)
from tests.gateway.protocol.streams import begin, calling

SINCE = dt.datetime(2026, 11, 29, 18, 20, tzinfo=dt.UTC)
PAUSED = dataclasses.replace(READER, writes_paused=Pause("Ana Torres", SINCE))


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALLERS, "all", PAUSED)


def refused(result: dict[str, Any]) -> dict[str, Any]:
    assert result["isError"] is True
    told: dict[str, Any] = result["_meta"]["fracttal-one/error"]
    return told


@pytest.mark.parametrize("version", EVERY)
async def test_a_write_is_refused_and_says_who_paused_since_when(
    client: Client, plant: Plant, paused: None, version: str
) -> None:
    told = refused((await client.call("write", {"text": "a"}, version=version)).result)
    assert (told["code"], told["paused_by"]) == ("writes_paused", "Ana Torres")
    assert told["paused_since"] == "2026-11-29T18:20:00+00:00"
    assert "Ana" not in told["message"], "what people wrote stands in data only"
    assert plant.writes == []
    assert (await client.call("echo", {"text": "a"}, version=version)).result["isError"] is False


@pytest.mark.parametrize("version", EVERY)
async def test_the_list_says_it_of_each_write_and_of_nothing_else(
    client: Client, paused: None, version: str
) -> None:
    result = (await client.ask("tools/list", version=version)).result
    said = {tool["name"] for tool in result["tools"] if tool["description"].startswith("PAUSED")}
    assert said == {"write"}
    assert result["_meta"]["fracttal-one/writesPaused"] == {
        "by": "Ana Torres",
        "since": "2026-11-29T18:20:00+00:00",
    }


async def test_the_list_is_as_before_after_the_pause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (await client.ask("tools/list")).result
    with monkeypatch.context() as patch:
        patch.setitem(CALLERS, "all", PAUSED)
        assert (await client.ask("tools/list")).result["tools"] != before["tools"]
    assert (await client.ask("tools/list")).result == before


async def test_each_message_of_a_batch_meets_the_pause(client: Client, plant: Plant, paused: None) -> None:
    batch = [
        {
            "jsonrpc": "2.0",
            "id": n,
            "method": "tools/call",
            "params": {"name": "write", "arguments": {"text": "a"}},
        }
        for n in (1, 2)
    ]
    reply = await client.raw(orjson.dumps(batch), mcp_protocol_version="2025-03-26")
    assert [refused(answer["result"])["code"] for answer in orjson.loads(reply.body)] == ["writes_paused"] * 2
    assert plant.writes == []


# --- a pause, or the end of the connection, while the person reads a question ----------------------


class Closed(BaseModel):
    model_config = {"extra": "forbid"}


@pytest.fixture
def asking(transactional_db: None, endpoint: Endpoint, plant: Plant) -> Endpoint:
    """Build an endpoint with one write that asks before it writes."""

    async def write(call: Call, arguments: Closed) -> ToolResult | InputRequired:
        if "name" in (call.extra["params"].get("inputResponses") or {}):
            plant.writes.append("written")
            return ToolResult(content=[{"type": "text", "text": "Written."}])
        form = {"type": "object", "properties": {"name": {"type": "string"}}}
        params = {"message": "Who?", "requestedSchema": form}
        return InputRequired({"name": {"method": "elicitation/create", "params": params}}, {"round": 1})

    tool: Tool[Any, Any] = Tool(
        name="ask", title="Ask", description="Asks.", rights=frozenset(), input=Closed, output=None,
        run=write, read_only=False, idempotent=False, reports_progress=True,
    )  # fmt: skip
    return endpoint_of(Catalogue.of([tool]), authenticate)


async def answered(
    asking: Endpoint, monkeypatch: pytest.MonkeyPatch, caller: Caller | None
) -> dict[str, Any]:
    """Let the person answer after the caller has become this one (None: the token has ended).

    Only the answer itself, which writes "bearer" in lower case, still comes from the first caller.
    """
    client = Client(through_asgi(asking))
    session = await begin(client)

    async def authenticate_later(authorization: bytes | str | None, address: str) -> Caller:
        if str(authorization).startswith("bearer"):
            return READER
        if caller is None:
            raise Unauthorized(token_shown=True)
        return caller

    async with calling(asking, session) as stream:
        question = await stream.next()
        monkeypatch.setattr(asking, "_authenticate", authenticate_later)
        given = {
            "jsonrpc": "2.0",
            "id": question["id"],
            "result": {"action": "accept", "content": {"name": "Ana"}},
        }
        sent = await client.raw(
            orjson.dumps(given),
            authorization="bearer all",
            mcp_protocol_version="2025-11-25",
            mcp_session_id=session,
        )
        assert sent.status == 202
        return await stream.next()


async def test_the_answer_writes_without_a_pause(
    asking: Endpoint, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "result" in await answered(asking, monkeypatch, READER)
    assert plant.writes == ["written"]


async def test_a_pause_in_the_middle_of_a_question_counts(
    asking: Endpoint, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await answered(asking, monkeypatch, PAUSED)
    assert refused(answer["result"])["code"] == "writes_paused"
    assert plant.writes == []


async def test_a_connection_that_ended_in_the_middle_of_a_question_writes_nothing(
    asking: Endpoint, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "error" in await answered(asking, monkeypatch, None)
    assert plant.writes == []


async def test_a_network_that_was_ruled_out_in_the_middle_of_a_question_counts(
    asking: Endpoint, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = dataclasses.replace(READER, networks=("203.0.113.0/24",))
    answer = await answered(asking, monkeypatch, elsewhere)
    assert "may not be used from this network" in answer["error"]["message"]
    assert plant.writes == []
