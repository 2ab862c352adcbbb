"""A small endpoint behind both doors; every test of the protocol runs through each of them."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory
from pydantic import BaseModel, ConfigDict, Field

from accounts.rights import ALL_RIGHTS
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Tool, ToolResult
from mcp_gateway.http import asgi, views
from mcp_gateway.http.authentication import Unauthorized
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.http.guards import Guards
from mcp_gateway.methods.handlers import CallState, Service
from mcp_gateway.runtime import runtime
from tests.factories import CompanyFactory

PATH = "/mcp/oauth/fracttal-one"
HOST = "testserver"
ORIGIN = "https://assistant.example"
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = "2026-07-28"
EVERY = [*LEGACY, MODERN]
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}

READER = Caller(
    company_id=1, company_name="Planta", language="en", time_zone="UTC", rights=ALL_RIGHTS,
    group_name="Everything", user_id=None, user_name="", user_email="", consumer_id=1,
    consumer_name="Tests", scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
)  # fmt: skip
CALLERS = {
    "all": READER,
    "read": dataclasses.replace(READER, consumer_id=2, scopes=frozenset({READ_SCOPE})),
    "nothing": dataclasses.replace(READER, consumer_id=5, scopes=frozenset()),
    "person": dataclasses.replace(READER, consumer_id=4, scopes=frozenset({READ_SCOPE}), authorization_id=5),
    "again": dataclasses.replace(READER, consumer_id=4, scopes=frozenset({READ_SCOPE}), authorization_id=6),
    "planner": dataclasses.replace(READER, consumer_id=6, toolsets=frozenset({"default", "planning"})),
    "poor": dataclasses.replace(READER, consumer_id=3, rights=frozenset({"assets:view"})),
}


async def authenticate(authorization: bytes | str | None, address: str = "") -> Caller:
    """Resolve a test token.

    Tokens are `Bearer all`, `read`, `poor`, `planner` (with a further tool set), `person`, `again` (the same
    person after another consent), or any `marked-…` for a caller of that name.
    """
    _scheme, _space, token = str(authorization or "").partition(" ")
    if token.startswith("marked-"):
        return dataclasses.replace(READER, user_name=token)
    if token not in CALLERS:
        raise Unauthorized(token_shown=bool(token))
    return CALLERS[token]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nested(Closed):
    kind: str = Field(description="A kind")


class Words(Closed):
    text: str = Field(max_length=20, description="Words")
    nested: Nested | None = None


class Said(BaseModel):
    text: str
    who: str | None


@dataclass
class Plant:
    """Records what the tools did."""

    writes: list[str] = field(default_factory=list)
    running: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: int = 0
    seconds: float = 0.0


def catalogue(plant: Plant) -> Catalogue:
    async def echo(call: Call, arguments: Words) -> Said:
        return Said(text=arguments.text, who=call.caller.user_name or None)

    async def write(call: Call, arguments: Words) -> Said:
        await asyncio.sleep(plant.seconds)
        plant.writes.append(arguments.text)
        return Said(text=arguments.text, who=None)

    async def slow(call: Call, arguments: Closed) -> Said:
        plant.running.set()
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            plant.cancelled += 1
            raise
        return Said(text="late", who=None)

    async def steps(call: Call, arguments: Closed) -> Said:
        for done in range(3):
            await call.progress(done, 3, f"step {done}")
            await asyncio.sleep(0.01)
        return Said(text="done", who=None)

    async def leak(call: Call, arguments: Closed) -> Said:
        raise RuntimeError("fms_a-secret-value")

    async def huge(call: Call, arguments: Closed) -> Said:
        return Said(text="x" * 60_000_000, who=None)

    async def ask(call: Call, arguments: Closed) -> ToolResult | InputRequired:
        params = call.extra["params"]
        if params.get("requestState") == {"round": 1} and "name" in (params.get("inputResponses") or {}):
            return ToolResult(content=[{"type": "text", "text": "Thank you."}])
        form = {"type": "object", "properties": {"name": {"type": "string"}}}
        question = {"method": "elicitation/create", "params": {"message": "Who?", "requestedSchema": form}}
        return InputRequired({"name": question}, {"round": 1})

    def tool(name: str, run: Callable[[Call, Any], Awaitable[Any]], **more: Any) -> Tool[Any, Any]:
        kept = {"input": Closed, "output": Said, "rights": frozenset({"work_requests:view"}), **more}
        return Tool(name=name, title=name.title(), description=f"{name}.", run=run, **kept)

    return Catalogue.of(
        [
            tool("echo", echo, input=Words, formerly=("say",)),
            tool("write", write, input=Words, read_only=False, idempotent=False),
            tool("slow", slow),
            tool("steps", steps, reports_progress=True),
            tool("leak", leak),
            tool("huge", huge),
            tool("ask", ask, output=None),
            tool("plan", echo, input=Words, toolset="planning"),
            tool("assets_only", echo, input=Words, rights=frozenset({"assets:view"})),
        ]
    )


def endpoint_of(tools: Catalogue, authenticate: Callable[[str | None, str], Awaitable[Caller]]) -> Endpoint:
    """Serve other tools, or other callers, with the rest of the product."""
    service = Service(
        catalogue=tools,
        info={"name": "fracttal-one", "title": "Fracttal One", "version": "9.9"},
        instructions="Short.",
        state_key=b"k" * 32,
    )
    guards = Guards(hosts=[HOST], origins=[ORIGIN])
    state = CallState(runtime().awaited, runtime().tasks, runtime().authentication.last_use.note_tools)
    return Endpoint(service, authenticate, runtime().dispatcher, guards, state)


@pytest.fixture
def plant() -> Plant:
    return Plant()


@pytest.fixture
def endpoint(transactional_db: None, plant: Plant) -> Iterator[Endpoint]:
    CompanyFactory(pk=READER.company_id)
    yield endpoint_of(catalogue(plant), authenticate)
    runtime().audit.stop()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def result(self) -> dict[str, Any]:
        assert self.status == 200, self.body
        found: dict[str, Any] = self.json["result"]
        return found

    @property
    def error(self) -> tuple[int, int]:
        return self.status, int(self.json["error"]["code"])

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self.body.decode().splitlines()
        return [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


Send = Callable[[str, bytes, list[tuple[str, str]], str], Awaitable[Reply]]


def through_asgi(endpoint: Endpoint) -> Send:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await asgi.serve(endpoint, scope, receive, send)

    async def send(method: str, body: bytes, headers: list[tuple[str, str]], query: str) -> Reply:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client:
            answer = await client.request(method, PATH + query, content=body, headers=headers)
            return Reply(answer.status_code, answer.headers, answer.content)

    return send


def through_django(endpoint: Endpoint) -> Send:
    async def send(method: str, body: bytes, headers: list[tuple[str, str]], query: str) -> Reply:
        named = dict(headers)
        content_type = named.pop("content-type", "")
        request = AsyncRequestFactory().generic(
            method, PATH + query, body, content_type=content_type, secure=True,
            headers={name: value.strip() for name, value in named.items()},
        )  # fmt: skip
        answer = await views.answer(endpoint, request)
        assert isinstance(answer, (HttpResponse, StreamingHttpResponse))
        if isinstance(answer, HttpResponse):
            content = answer.content
        else:
            assert isinstance(answer.streaming_content, AsyncIterator)
            content = b"".join([part async for part in answer.streaming_content])
        return Reply(answer.status_code, httpx.Headers(list(answer.headers.items())), content)

    return send


class Client:
    """A client of one revision through one door."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.query = ""  # The query string, with its question mark.
        self._ids = itertools.count(1)

    async def raw(
        self, body: bytes = b"", method: str = "POST", token: str | None = "all", **headers: str | None
    ) -> Reply:
        sent: dict[str, str | None] = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "authorization": f"Bearer {token}" if token else None,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [(name, value) for name, value in sent.items() if value is not None]
        return await self._send(method, body, lines, self.query)

    async def ask(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        *,
        version: str = "2025-11-25",
        token: str | None = "all",
        request_id: Any = None,
        **headers: str | None,
    ) -> Reply:
        params = dict(params or {})
        mirrored: dict[str, str | None] = {"mcp-protocol-version": version}
        if version == MODERN:
            params["_meta"] = {**ENVELOPE, **params.get("_meta", {})}
            mirrored["mcp-method"] = method
            mirrored["mcp-name"] = params.get("name") or params.get("uri")
        message = {"jsonrpc": "2.0", "id": request_id or next(self._ids), "method": method, "params": params}
        sent = {**mirrored, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.raw(orjson.dumps(message), "POST", token, **sent)

    async def call(self, tool: str, arguments: Any = None, **more: Any) -> Reply:
        meta = {"_meta": more.pop("meta")} if "meta" in more else {}
        return await self.ask("tools/call", {"name": tool, "arguments": arguments or {}, **meta}, **more)


@pytest.fixture(params=["asgi", "django"])
def client(request: pytest.FixtureRequest, endpoint: Endpoint) -> Client:
    doors = {"asgi": through_asgi, "django": through_django}
    return Client(doors[request.param](endpoint))
