"""A client of 2025-11-25 is asked by one process and answers another: four on PostgreSQL, without Redis."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.databases import postgres
from tests.process.person import Person
from tests.process.prepared import demo_postgres
from tests.process.server import Server, started

# The timeout allows for four processes that start at once.
pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]
CALLS = 24
SEVERAL = {"code": "compresor de tornillo"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("sessions")
    with (
        postgres(demo_postgres()) as database,
        started(directory, DATABASE_URL=database, WORKERS="4") as made,
    ):
        yield made


@pytest.fixture(scope="module")
def assistants(server: Server) -> list[Assistant]:
    """Two people with the same consumer."""
    consumer = server.create_consumer("Asks the person", CALLBACK)
    people = ("planner@demo.example", "admin@demo.example")
    return [Assistant(server, consumer).connect(Person(email)) for email in people]


@asynccontextmanager
async def client(assistant: Assistant, decide: Any) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {assistant.tokens['access_token']}"}
    # A new connection for each request, so that a random process takes it.
    limits = httpx2.Limits(max_keepalive_connections=0)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, limits=limits) as http,
        Client(
            streamable_http_client(assistant.server.mcp_url, http_client=http),
            mode="legacy",
            elicitation_callback=decide,
        ) as connected,
    ):
        yield connected


async def test_each_call_gets_its_own_answer(assistants: list[Assistant]) -> None:
    """The answers arrive in another order than the questions; half of the people say no."""
    waits: list[float] = []

    async def one(number: int) -> None:
        chosen = f"CMP-0{number % 3 + 1}"
        answered_at = 0.0

        async def decide(context: Any, params: ElicitRequestParams) -> ElicitResult:
            nonlocal answered_at
            assert isinstance(params, ElicitRequestFormParams)
            await asyncio.sleep((CALLS - number) * 0.05)
            answered_at = time.monotonic()
            if number % 2:
                return ElicitResult(action="decline")
            return ElicitResult(action="accept", content={"choice": chosen})

        async with client(assistants[number // 2 % 2], decide) as mcp:
            result = await mcp.call_tool("get_asset", SEVERAL)
        waits.append(time.monotonic() - answered_at)
        if number % 2:
            assert '"person_said":"declined"' in str(result.content)
        else:
            assert result.structured_content is not None, result.content
            assert result.structured_content["code"] == chosen

    async with asyncio.timeout(90):
        await asyncio.gather(*map(one, range(CALLS)))
    assert len(waits) == CALLS


async def test_case_384_nobody_else_answers_in_any_process(
    server: Server, assistants: list[Assistant]
) -> None:
    """MCP, Security Best Practices: another person's session and token are worth nothing for the question."""
    versions = {"mcp-protocol-version": "2025-11-25", "accept": "application/json, text/event-stream"}
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "t", "version": "1"},
    }
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=server.mcp_url, timeout=30, limits=limits) as http:

        async def post(who: dict[str, str], **message: Any) -> httpx.Response:
            return await http.post("", json={"jsonrpc": "2.0", **message}, headers={**versions, **who})

        async def session(assistant: Assistant) -> dict[str, str]:
            token = {"authorization": f"Bearer {assistant.tokens['access_token']}"}
            begun = await post(token, id=1, method="initialize", params=hello)
            return {**token, "mcp-session-id": begun.headers["mcp-session-id"]}

        mine, theirs = [await session(assistant) for assistant in assistants]
        call = {"name": "get_asset", "arguments": SEVERAL}
        body = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
        async with http.stream("POST", "", json=body, headers={**versions, **mine}) as stream:
            events = (
                json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: ")
            )
            question = await anext(events)
            answer = {"action": "accept", "content": {"choice": "CMP-01"}}
            stolen = {**theirs, "mcp-session-id": mine["mcp-session-id"]}
            for _ in range(8):  # some of them in each process
                assert (await post(theirs, id=question["id"], result=answer)).status_code == 400
                assert (await post(stolen, id=question["id"], result=answer)).status_code == 404
            chosen = {"action": "accept", "content": {"choice": "CMP-02"}}
            statuses = [(await post(mine, id=question["id"], result=chosen)).status_code for _ in range(4)]
            assert statuses == [202, 400, 400, 400]
            result = (await anext(events))["result"]
    assert result["structuredContent"]["code"] == "CMP-02"
    log = await asyncio.to_thread(server.log.read_text, encoding="utf-8", errors="replace")
    assert "Traceback" not in log
    assert question["id"] not in log
