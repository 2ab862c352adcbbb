"""Calls of the older revisions on whose stream the server asks the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from mcp_gateway.http import asgi
from mcp_gateway.http.endpoint import Endpoint
from tests.gateway.protocol.conftest import HOST, Client

ASKED: dict[str, Any] = {"elicitation": {"form": {}, "url": {}}}


async def begin(client: Client, token: str = "all", capabilities: Any = None, **more: Any) -> str | None:
    version = more.pop("version", "2025-11-25")
    params = {
        "protocolVersion": version,
        "capabilities": ASKED if capabilities is None else capabilities,
        "clientInfo": {"name": more.pop("name", "t"), "version": "1"},
    }
    reply = await client.ask("initialize", params, token=token, version=version, **more)
    assert reply.status == 200, reply.body
    found: str | None = reply.headers.get("mcp-session-id")
    return found


@dataclass
class Stream:
    """A call at the ASGI door whose events can be read as they arrive."""

    endpoint: Endpoint
    session: str
    token: str = "all"
    tool: str = "ask"
    version: str | None = "2025-11-25"
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    said: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    status: int = 0
    _read: bool = False

    async def run(self) -> None:
        headers = {
            "host": HOST, "authorization": f"Bearer {self.token}", "content-type": "application/json",
            "accept": "application/json, text/event-stream", "mcp-session-id": self.session,
        }  # fmt: skip
        if self.version is not None:
            headers["mcp-protocol-version"] = self.version
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "headers": lines}
        await asgi.serve(self.endpoint, scope, self.receive, self.send)

    async def receive(self) -> MutableMapping[str, Any]:
        if not self._read:
            self._read = True
            params = {"name": self.tool, "arguments": {}}
            message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
            return {"type": "http.request", "body": orjson.dumps(message)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        for line in message.get("body", b"").splitlines():
            if line.startswith((b"data: ", b"{")):
                self.said.put_nowait(orjson.loads(line.removeprefix(b"data: ")))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self.said.get()


@asynccontextmanager
async def calling(endpoint: Endpoint, session: str | None, **more: Any) -> AsyncIterator[Stream]:
    assert session is not None
    stream = Stream(endpoint, session, **more)
    running = asyncio.create_task(stream.run())
    try:
        yield stream
        stream.gone.set()
        async with asyncio.timeout(5):
            await running
    finally:
        running.cancel()


async def post(client: Client, session: str | None, token: str = "all", **message: Any) -> int:
    """Post a message that is no request. Return the status of the answer."""
    body = orjson.dumps({"jsonrpc": "2.0", **message})
    return (
        await client.raw(body, token=token, mcp_protocol_version="2025-11-25", mcp_session_id=session)
    ).status
