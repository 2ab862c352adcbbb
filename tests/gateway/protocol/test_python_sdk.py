"""The SDK's client against the ASGI door over a real socket, in its three modes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mcp_gateway.http import asgi
from mcp_gateway.http.endpoint import Endpoint
from tests.gateway.protocol.conftest import MODERN, PATH, Plant


@pytest_asyncio.fixture
async def url(endpoint: Endpoint) -> AsyncIterator[str]:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await asgi.serve(endpoint, scope, receive, send)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(application, http="httptools", lifespan="off", log_level="warning", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
    server.should_exit = True
    await serving
    listener.close()


@pytest.mark.parametrize(("mode", "version"), [("auto", MODERN), ("legacy", "2025-11-25"), (MODERN, MODERN)])
async def test_the_sdk_client(url: str, plant: Plant, mode: Any, version: str) -> None:
    reports: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total, message))

    headers = {"authorization": "Bearer all", "host": "testserver"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        assert client.protocol_version == version
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["write"].annotations is not None
        assert tools["write"].annotations.read_only_hint is False
        read = await client.call_tool("echo", {"text": "hola"})
        # the client validates it against the output schema
        assert read.structured_content == {"text": "hola"}
        refused = await client.call_tool("echo", {"text": "hola", "more": 1})
        assert refused.is_error
        await client.call_tool("write", {"text": "kept"})
        assert plant.writes == ["kept"]
        told = await client.call_tool("steps", {}, progress_callback=on_progress)
        assert told.structured_content == {"text": "done"}
        assert reports == [(done, 3, f"step {done}") for done in range(3)]
