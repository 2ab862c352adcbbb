"""A scripted upstream on its own port that gives prepared answers and records requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from pytest_django import Settings

from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.runtime import runtime
from mcp_gateway.upstream import Upstream
from tests.conftest import World

Script = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    method: str
    raw_path: str
    token: str
    body: bytes


@dataclass
class Scripted:
    """`script` holds the answers in order; the last one repeats."""

    script: list[Script] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        token = request.headers.get("Authorization", "")
        self.seen.append(Seen(request.method, request.raw_path, token, await request.read()))
        return await self.script[min(len(self.seen), len(self.script)) - 1](request)


def answers(
    body: Any = None, status: int = 200, headers: dict[str, str] | None = None, raw: bytes | None = None
) -> Script:
    content = orjson.dumps(body) if raw is None else raw

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=content, status=status, headers=headers, content_type="application/json")

    return script


def good(rows: Any, total: Any = None) -> Script:
    total = len(rows or ()) if total is None else total
    return answers({"success": True, "message": "200", "data": rows, "total": total})


def hangs(seconds: float) -> Script:
    async def script(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.Response()

    return script


async def drops(request: web.BaseRequest) -> web.StreamResponse:
    """Accept the request, then close the connection without an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.fixture
async def scripted(settings: Settings) -> AsyncIterator[Scripted]:
    server = Scripted()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = settings.UPSTREAM_URL = f"http://{host}:{port}/api"
    settings.UPSTREAM_DEADLINE_SECONDS = 10.0
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 0  # The tests of the budget set their own limit.
    yield server
    await runtime().close_loop()
    await runner.cleanup()


def caller(**changes: Any) -> Caller:
    fields: dict[str, Any] = {
        "company_id": 1,
        "company_name": "Planta",
        "language": "en",
        "time_zone": "UTC",
        "rights": frozenset(),
        "user_id": 1,
        "consumer_id": 1,
        "consumer_name": "ChatGPT",
        "scopes": frozenset({READ_SCOPE, WRITE_SCOPE}),
    }
    return Caller(**(fields | changes))


@pytest.fixture
async def upstream(scripted: Scripted) -> Upstream:
    return runtime().upstream_of(caller())


@pytest.fixture
def company(world: World) -> Iterator[World]:
    """Create a company for complete calls: a thread commits their audit rows."""
    yield world
    runtime().audit.stop()
