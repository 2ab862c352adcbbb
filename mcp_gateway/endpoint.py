"""The MCP endpoint: an HTTP request in, an HTTP response out, free of any server or framework.

Both doors (views.py, asgi.py) call `Endpoint.handle`. Stateless: no session, any process
answers any request, in any of the five live revisions.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from mcp_types import methods
from mcp_types.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mcp_gateway.authentication import Unauthorized, Unavailable, insufficient_scope_challenge
from mcp_gateway.caller import Caller
from mcp_gateway.dispatch import call_tool, error_result
from mcp_gateway.errors import InsufficientScope, UnknownTool
from mcp_gateway.guards import Guards
from mcp_gateway.listing import Listing
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message, ProtocolError
from mcp_gateway.protocol.revisions import (
    Revision,
    check_parameter_headers,
    handshake_version,
    revision_of,
)
from mcp_gateway.registry import Catalogue, InputRequired, ToolResult

logger = logging.getLogger(__name__)

JSON = ("content-type", "application/json")
ALWAYS = (
    ("cache-control", "no-store"),
    ("vary", "Authorization, Origin"),
    ("x-content-type-options", "nosniff"),
)
SERVER_INFO_META = "io.modelcontextprotocol/serverInfo"
# Lists change only with the caller's rights: a client may keep one for a minute.
LIST_CACHE = {"ttlMs": 60_000, "cacheScope": "private"}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Header names in lower case, in the order received; the body is already within its limit."""

    method: str
    header_lines: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {name: value.strip() for name, value in self.header_lines}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] = b""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One authenticated request with its message, and the way to send something before its answer."""

    caller: Caller
    message: Message
    revision: Revision
    headers: Mapping[str, str]
    id: messages.RequestId
    notify: Callable[[str, dict[str, Any]], Awaitable[None]] = field(repr=False)


class Endpoint:
    def __init__(
        self,
        catalogue: Catalogue,
        authenticate: Callable[[str | None], Awaitable[Caller]],
        *,
        server_info: Mapping[str, str],
        instructions: str,
        guards: Guards,
    ) -> None:
        self._catalogue = catalogue
        self._authenticate = authenticate
        self._server_info = dict(server_info)
        self._instructions = instructions
        self._guards = guards
        self._listing = Listing(catalogue)
        self._capabilities: dict[str, Any] = {"tools": {}}
        for feature in ("prompts", "resources", "completions", "logging"):
            if feature in catalogue.capabilities:
                self._capabilities[feature] = {}

    async def handle(self, request: HttpRequest) -> HttpResponse:
        headers = request.headers
        cors = self._guards.cors(headers)
        if refusal := self._guards.refuse(request.method, headers):
            return self._plain(*refusal, cors)
        if request.method == "OPTIONS":
            return HttpResponse(204, [*ALWAYS, *cors, *self._guards.preflight()])
        try:
            caller = await self._authenticate(headers.get("authorization"))
        except Unauthorized as refused:
            challenge = ("www-authenticate", refused.challenge())
            return self._plain(401, "Sign in is needed.", [*cors, challenge])
        except Unavailable:
            return self._plain(503, "Try again in a moment.", [*cors, ("retry-after", "5")])
        if request.method != "POST":
            return self._plain(405, "Send MCP messages with POST.", [*cors, ("allow", "POST, OPTIONS")])
        if refusal := self._guards.refuse_content(headers):
            return self._plain(*refusal, cors)
        response = await self._answer(caller, request, headers)
        response.headers.extend(cors)
        return response

    def _plain(self, status: int, sentence: str, extra: list[tuple[str, str]]) -> HttpResponse:
        """A refusal before there is a message to answer."""
        body = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": sentence}})
        return HttpResponse(status, [JSON, *ALWAYS, *extra], body)

    async def _answer(self, caller: Caller, request: HttpRequest, headers: Mapping[str, str]) -> HttpResponse:
        try:
            message = messages.decode(request.body)
            revision = revision_of(message, request.header_lines, headers)
            if message.id is None:
                return HttpResponse(202, [*ALWAYS])
            return await self._run(caller, message, revision, headers)
        except ProtocolError as problem:
            return HttpResponse(problem.status, [JSON, *ALWAYS], messages.error(problem))

    async def _run(
        self, caller: Caller, message: Message, revision: Revision, headers: Mapping[str, str]
    ) -> HttpResponse:
        """Run the method; switch to server-sent events when it says something before it ends."""
        assert message.id is not None
        said: asyncio.Queue[bytes] = asyncio.Queue()

        async def notify(method: str, params: dict[str, Any]) -> None:
            said.put_nowait(messages.notification(method, params))

        exchange = _Exchange(caller, message, revision, headers, message.id, notify)
        if not self._may_stream(message, headers):
            return await self._finish(exchange)
        work = asyncio.ensure_future(self._finish(exchange))
        first = asyncio.ensure_future(said.get())
        either: set[asyncio.Future[Any]] = {work, first}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            work.cancel()
            first.cancel()
            raise
        if not first.done():
            first.cancel()
            return await work
        stream = [("content-type", "text/event-stream"), ("x-accel-buffering", "no"), *ALWAYS]
        return HttpResponse(200, stream, _events(first.result(), said, work))

    def _may_stream(self, message: Message, headers: Mapping[str, str]) -> bool:
        if message.method != "tools/call" or "text/event-stream" not in headers.get("accept", ""):
            return False
        tool = self._catalogue.tools.get(str(message.params.get("name")))
        return tool is not None and tool.reports_progress

    async def _finish(self, exchange: _Exchange) -> HttpResponse:
        method = exchange.message.method
        try:
            if method == "tools/call":
                return await self._call_tool(exchange)
            data = await self._result(exchange)
        except ProtocolError as problem:
            problem.request_id = exchange.id
            status = problem.status if exchange.revision.modern else 200
            return HttpResponse(status, [JSON, *ALWAYS], messages.error(problem))
        except Exception as error:
            logger.error("%s failed with %s", method[:64], type(error).__name__)
            hidden = ProtocolError(
                INTERNAL_ERROR, "Something went wrong on our side.", request_id=exchange.id
            )
            return HttpResponse(500, [JSON, *ALWAYS], messages.error(hidden))
        return self._respond(exchange, data)

    def _respond(
        self, exchange: _Exchange, data: Any, status: int = 200, *more: tuple[str, str]
    ) -> HttpResponse:
        return HttpResponse(status, [JSON, *ALWAYS, *more], messages.result(exchange.id, data))

    # --- methods -------------------------------------------------------------------------

    async def _result(self, exchange: _Exchange) -> Any:
        message, modern = exchange.message, exchange.revision.modern
        if message.method == "tools/list":
            return orjson.Fragment(
                self._listing.tools(exchange.caller.rights, modern, self._envelope(modern))
            )
        if message.method == "ping" and not modern:
            return {}
        try:
            methods.validate_client_request(message.method, exchange.revision.version, message.params)
        except KeyError:
            raise ProtocolError(METHOD_NOT_FOUND, "There is no such method.") from None
        except ValidationError:
            raise ProtocolError(INVALID_PARAMS, "The parameters do not fit the method.") from None
        if message.method == "initialize":
            return {
                "protocolVersion": handshake_version(message),
                "capabilities": self._capabilities,
                "serverInfo": self._server_info,
                "instructions": self._instructions,
            }
        if message.method == "server/discover":
            return {
                "supportedVersions": list(MODERN_PROTOCOL_VERSIONS),
                "capabilities": self._capabilities,
                "instructions": self._instructions,
                **LIST_CACHE,
                **self._envelope(modern),
            }
        feature = self._catalogue.features.get(message.method)
        if feature is None:
            return self._nothing_of(message.method, modern)
        data = await feature(exchange.caller, message.params, exchange.revision.capabilities)
        if isinstance(data, InputRequired):
            return {**data.wire(), **self._envelope(modern, complete=False)}
        cache = LIST_CACHE if modern and message.method in methods.CACHEABLE_METHODS else {}
        return {**data, **cache, **self._envelope(modern)}

    def _nothing_of(self, method: str, modern: bool) -> dict[str, Any]:
        """Lists that are asked for although we do not offer them are empty, not an error."""
        lists = {
            "prompts/list": "prompts",
            "resources/list": "resources",
            "resources/templates/list": "resourceTemplates",
        }
        if method not in lists:
            raise ProtocolError(METHOD_NOT_FOUND, "There is no such method.")
        cache = LIST_CACHE if modern else {}
        return {lists[method]: [], **cache, **self._envelope(modern)}

    def _envelope(self, modern: bool, *, complete: bool = True) -> dict[str, Any]:
        """What every 2026-07-28 result carries besides its data."""
        if not modern:
            return {}
        kind = {"resultType": "complete"} if complete else {}
        return {**kind, "_meta": {SERVER_INFO_META: self._server_info}}

    async def _call_tool(self, exchange: _Exchange) -> HttpResponse:
        params, modern = exchange.message.params, exchange.revision.modern
        name, arguments = params.get("name"), params.get("arguments", {})
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "name is a string and arguments an object.")
        if modern and (schema := self._listing.schema_with_headers(name)) is not None:
            check_parameter_headers(exchange.message, schema, exchange.headers)
        token = exchange.message.meta.get("progressToken")

        async def progress(done: float, total: float | None = None, message: str = "") -> None:
            if token is not None:
                told = {"progressToken": token, "progress": done, "total": total, "message": message or None}
                await exchange.notify(
                    "notifications/progress", {k: v for k, v in told.items() if v is not None}
                )

        extra = {
            "notify": exchange.notify,
            "capabilities": exchange.revision.capabilities,
            "params": params,
            "modern": modern,
        }
        try:
            result = await call_tool(
                exchange.caller, name, arguments, catalogue=self._catalogue, progress=progress,
                request_id=secrets.token_hex(8), extra=extra,
            )  # fmt: skip
        except UnknownTool as error:
            raise ProtocolError(INVALID_PARAMS, error.message) from None
        except InsufficientScope as error:
            challenge = insufficient_scope_challenge(error.scopes)
            refused = error_result(error)
            refused.meta["mcp/www_authenticate"] = [challenge]
            wire = self._tool_result(refused, modern)
            return self._respond(exchange, wire, 403, ("www-authenticate", challenge))
        if isinstance(result, InputRequired):
            return self._respond(exchange, {**result.wire(), **self._envelope(modern, complete=False)})
        return self._respond(exchange, self._tool_result(result, modern))

    def _tool_result(self, result: ToolResult, modern: bool) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "content": result.content,
            "isError": result.is_error,
            **self._envelope(modern),
        }
        if result.structured is not None:
            wire["structuredContent"] = result.structured
        if result.meta:
            wire["_meta"] = {**wire.get("_meta", {}), **result.meta}
        return wire


async def _events(
    first: bytes, said: asyncio.Queue[bytes], work: asyncio.Future[HttpResponse]
) -> AsyncIterator[bytes]:
    """The first thing said, what is said next, and at last the answer."""
    try:
        yield messages.event(first)
        while not work.done() or not said.empty():
            more = asyncio.ensure_future(said.get())
            waited: set[asyncio.Future[Any]] = {work, more}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if more.done():
                yield messages.event(more.result())
            else:
                more.cancel()
        answer = (await work).body
        assert isinstance(answer, bytes)
        yield messages.event(answer)
    finally:
        work.cancel()
