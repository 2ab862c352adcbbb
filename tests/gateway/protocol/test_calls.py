"""Progress and log messages of a call, who may write, and what happens if a client disconnects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import orjson
import pytest
from asgiref.sync import async_to_sync
from django.test import RequestFactory

from audit.models import Event
from mcp_gateway.http import asgi, views
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.http.messages import BODY_LIMIT
from tests.gateway.protocol.conftest import EVERY, MODERN, Client, Plant

# --- progress ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", EVERY)
async def test_progress_comes_as_events_before_the_answer(client: Client, version: str) -> None:
    reply = await client.call("steps", version=version, meta={"progressToken": "t-1"}, request_id=9)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.headers["x-accel-buffering"] == "no"
    assert reply.headers["cache-control"] == "no-store"
    *reports, answer = reply.events
    assert [report["params"] for report in reports] == [
        {"progressToken": "t-1", "progress": done, "total": 3, "message": f"step {done}"} for done in range(3)
    ]
    assert answer["id"] == 9
    assert answer["result"]["structuredContent"] == {"text": "done"}


@pytest.mark.parametrize("meta", [{}, {"progressToken": {"no": "token"}}, {"progressToken": True}])
async def test_without_a_token_the_answer_is_json(client: Client, meta: dict[str, Any]) -> None:
    reply = await client.call("steps", meta=meta)
    assert reply.headers["content-type"] == "application/json"
    assert reply.result["structuredContent"] == {"text": "done"}


async def test_a_client_that_takes_no_events_gets_json(client: Client) -> None:
    reply = await client.call("steps", meta={"progressToken": 1}, accept="application/json")
    assert reply.headers["content-type"] == "application/json"


async def test_a_tool_that_reports_nothing_answers_in_json(client: Client) -> None:
    reply = await client.call("echo", {"text": "a"}, meta={"progressToken": 1})
    assert reply.headers["content-type"] == "application/json"


def test_wsgi_answers_in_json(endpoint: Endpoint) -> None:
    params = {"name": "steps", "arguments": {}, "_meta": {"progressToken": 1}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    request = RequestFactory().post(
        "/mcp", orjson.dumps(message), content_type="application/json",
        headers={"authorization": "Bearer all", "accept": "application/json, text/event-stream"},
    )  # fmt: skip
    answer = async_to_sync(views.answer)(endpoint, request)
    assert answer.status_code == 200
    assert orjson.loads(answer.content)["result"]["structuredContent"] == {"text": "done"}


# --- writing without the scope ---------------------------------------------------------------


@pytest.mark.parametrize("version", EVERY)
async def test_a_write_without_its_scope_is_challenged_twice(
    client: Client, plant: Plant, version: str
) -> None:
    reply = await client.call("write", {"text": "a"}, version=version, token="read", request_id=4)
    assert reply.status == 403
    challenge = reply.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="maintenance:read maintenance:write"' in challenge
    assert "resource_metadata=" in challenge
    message = reply.json
    assert message["id"] == 4
    assert message["result"]["isError"] is True
    assert message["result"]["_meta"]["mcp/www_authenticate"] == [challenge]
    assert plant.writes == []


# --- questions back to the client --------------------------------------------------------------

CAN_ELICIT: dict[str, Any] = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}}
GIVEN = {"name": {"action": "accept", "content": {"name": "Ana"}}}


async def ask(client: Client, token: str = "all", **params: Any) -> Any:
    asked = {"name": "ask", "arguments": {}, "_meta": CAN_ELICIT, **params}
    return await client.ask("tools/call", asked, version=MODERN, token=token)


async def test_a_question_comes_with_a_state_that_leads_on(client: Client) -> None:
    first = (await ask(client)).result
    assert first["resultType"] == "input_required"
    assert first["inputRequests"]["name"]["method"] == "elicitation/create"
    second = (await ask(client, inputResponses=GIVEN, requestState=first["requestState"])).result
    assert second["resultType"] == "complete"
    assert second["content"][0]["text"] == "Thank you."


async def test_the_state_is_of_one_caller_one_request_and_unchanged(client: Client) -> None:
    state = (await ask(client)).result["requestState"]
    changed = state[:-2] + ("A" if state[-2] != "A" else "B") + state[-1]
    for reply in [
        await ask(client, inputResponses=GIVEN, requestState=changed),
        await ask(client, inputResponses=GIVEN, requestState="x"),
        await ask(client, inputResponses=GIVEN, requestState=state + "="),
        await ask(client, token="read", inputResponses=GIVEN, requestState=state),
        await ask(client, arguments={"other": 1}, inputResponses=GIVEN, requestState=state),
    ]:
        assert reply.error == (400, -32602)


async def test_the_state_grows_old(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    state = (await ask(client)).result["requestState"]
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 601)
    reply = await ask(client, inputResponses=GIVEN, requestState=state)
    assert reply.error == (400, -32602)


async def test_a_client_that_cannot_answer_is_not_asked(client: Client) -> None:
    reply = await client.call("ask", version=MODERN)
    assert reply.error == (400, -32021)
    assert reply.json["error"]["data"] == {"requiredCapabilities": {"elicitation": {}}}
    assert (await client.call("ask", version="2025-11-25")).error == (200, -32021)


# --- the ASGI door alone -----------------------------------------------------------------------


class Connection:
    """An ASGI connection whose client can disconnect."""

    def __init__(self, tool: str, *parts: bytes, **headers: str) -> None:
        params = {"name": tool, "arguments": {"text": "a"} if tool == "write" else {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        sent = {
            "host": "testserver", "authorization": "Bearer all", "content-type": "application/json", **headers
        }  # fmt: skip
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
        self.scope: MutableMapping[str, Any] = {"type": "http", "method": "POST", "headers": lines}
        self._parts = list(parts or [orjson.dumps(message)])
        self.gone = asyncio.Event()
        self.sent: list[MutableMapping[str, Any]] = []
        self.read = 0

    async def receive(self) -> MutableMapping[str, Any]:
        if self._parts:
            self.read += 1
            body = self._parts.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self._parts)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)

    async def serve(self, endpoint: Endpoint) -> None:
        await asgi.serve(endpoint, self.scope, self.receive, self.send)


async def rows() -> list[tuple[str, str]]:
    return [(str(row.outcome), row.reason) async for row in Event.objects.all()]


async def test_case_180_a_read_ends_within_a_second_of_its_client(endpoint: Endpoint, plant: Plant) -> None:
    connection = Connection("slow")
    serving = asyncio.create_task(connection.serve(endpoint))
    await plant.running.wait()
    connection.gone.set()
    async with asyncio.timeout(1):
        await serving
    assert (plant.cancelled, connection.sent) == (1, [])
    assert await rows() == [("failed", "cancelled")]


async def test_case_181_a_write_finishes_without_its_client(endpoint: Endpoint, plant: Plant) -> None:
    plant.seconds = 0.6
    connection = Connection("write")
    serving = asyncio.create_task(connection.serve(endpoint))
    await asyncio.sleep(0.1)
    connection.gone.set()
    await serving
    assert (plant.writes, connection.sent) == ([], [])
    await asyncio.sleep(1)
    assert plant.writes == ["a"]
    assert await rows() == [("done", "")]


async def test_a_shutdown_is_not_taken_for_a_lost_client(endpoint: Endpoint, plant: Plant) -> None:
    serving = asyncio.create_task(Connection("slow").serve(endpoint))
    await plant.running.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_case_156_a_declared_length_over_the_limit_is_never_read(endpoint: Endpoint) -> None:
    connection = Connection("echo", b"x", content_length=str(BODY_LIMIT + 1))
    await connection.serve(endpoint)
    assert connection.sent[0]["status"] == 413
    assert connection.read == 0


async def test_case_156_chunks_are_counted_while_they_come(endpoint: Endpoint) -> None:
    connection = Connection("echo", *[b"x" * 65536] * 100)
    await connection.serve(endpoint)
    assert connection.sent[0]["status"] == 413
    assert (b"connection", b"close") in connection.sent[0]["headers"]
    assert connection.read == 5


async def test_nobody_reads_the_body_of_a_stranger(endpoint: Endpoint) -> None:
    connection = Connection("echo", b"x", authorization="Bearer nobody")
    await connection.serve(endpoint)
    assert (connection.sent[0]["status"], connection.read) == (401, 0)


async def test_case_193_a_body_that_does_not_come_is_given_up(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.05)
    connection = Connection("echo", b"{")
    connection._parts = []
    await connection.serve(endpoint)
    assert connection.sent[0]["status"] == 408


@pytest.mark.parametrize(
    "host", ["evil.example", "", "testserver.evil.example", "[testserver]", "a]b", "x y"]
)
async def test_case_171_a_foreign_host(endpoint: Endpoint, host: str) -> None:
    connection = Connection("echo", host=host)
    await connection.serve(endpoint)
    assert connection.sent[0]["status"] == 421


@pytest.mark.parametrize("version", EVERY)
async def test_report_29_arguments_that_are_missing_null_or_empty(client: Client, version: str) -> None:
    shapes: list[dict[str, Any]] = [{}, {"arguments": None}, {"arguments": {}}]
    for shape in shapes:
        answer = await client.ask(
            "tools/call", {"name": "steps", **shape}, version=version, accept="application/json"
        )
        assert answer.result["structuredContent"] == {"text": "done"}
        needed = await client.ask("tools/call", {"name": "echo", **shape}, version=version)
        assert needed.result["isError"] is True
        assert "text is required" in needed.result["content"][0]["text"]
