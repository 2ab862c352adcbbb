"""Handlers of the MCP methods: from an authenticated message to its answer in the message's revision."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from mcp_types import methods
from mcp_types.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mcp_gateway.calls.asking import Asking, InvalidAnswer
from mcp_gateway.calls.awaited_answers import AwaitedAnswers
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.calls.errors import InsufficientScope, UnknownTool
from mcp_gateway.calls.results import error_result
from mcp_gateway.calls.tool import Catalogue, InputRequired, ToolResult
from mcp_gateway.http.authentication import insufficient_scope_challenge
from mcp_gateway.http.messages import JSON, Headers, HttpResponse
from mcp_gateway.http.sessions import SESSION_HEADER, Sessions
from mcp_gateway.methods.client_input import Capabilities, ClientInput, Params
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.methods.tools_list import LIST_CACHE, Listing
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message, ProtocolError
from mcp_gateway.protocol.revisions import check_parameter_headers, handshake_version

logger = logging.getLogger(__name__)

EMPTY_LISTS = {
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
PAGED = {"tools/list", *EMPTY_LISTS}  # the protocol allows paging here, but each of these lists is one page
OWN_METHODS = {"initialize", "server/discover", *EMPTY_LISTS}
MOST_SELECTIONS = 64
SERVER_INFO_META = "io.modelcontextprotocol/serverInfo"


@dataclass(frozen=True, slots=True)
class Served:
    """The tools of one selection, and their list."""

    catalogue: Catalogue
    listing: Listing


WITHOUT_COMPLETIONS = "2024-11-05"  # it has completion/complete, but no capability to announce it


class Methods:
    def __init__(
        self,
        catalogue: Catalogue,
        dispatcher: Dispatcher,
        server_info: Mapping[str, str],
        instructions: str,
        state_key: bytes,
        awaited: AwaitedAnswers,
    ) -> None:
        self._dispatcher = dispatcher
        self._catalogue = catalogue
        self._server_info = dict(server_info)
        self._instructions = instructions
        self._input = ClientInput(state_key, awaited)
        self._sessions = Sessions(state_key)
        self._served: dict[tuple[frozenset[str], bool], Served] = {}
        self._capabilities: dict[str, Any] = {"tools": {}}
        for feature in ("prompts", "resources", "completions", "logging"):
            if feature in catalogue.capabilities:
                self._capabilities[feature] = {}
        self._extensions: dict[str, Any] = {name: {} for name in sorted(catalogue.extensions)}

    def _for(self, caller: Caller) -> Served:
        """Return what this connection is served, from a cache: there are few combinations of tool sets."""
        key = caller.toolsets, caller.read_only
        if key not in self._served:
            if len(self._served) >= MOST_SELECTIONS:
                self._served.clear()
            catalogue = self._catalogue.selected(caller.toolsets, read_only=caller.read_only)
            self._served[key] = Served(catalogue, Listing(catalogue))
        return self._served[key]

    def may_report(self, caller: Caller, message: Message) -> bool:
        if message.method != "tools/call":
            return False
        tool = self._for(caller).catalogue.named(str(message.params.get("name")))
        return tool is not None and tool.reports_progress

    async def answer(self, exchange: Exchange) -> HttpResponse:
        method = exchange.message.method
        try:
            if method == "tools/call":
                return await self._call_tool(exchange)
            data = await self._result(exchange)
        except ProtocolError as problem:
            problem.request_id = exchange.id
            if not exchange.revision.modern:
                problem.code, problem.status = problem.legacy_code, 200
            status = problem.status
            return HttpResponse(status, JSON, messages.error(problem))
        except Exception as error:  # noqa: BLE001 - the last door: nothing of it may show outside
            logger.error("%s failed with %s", method[:64], type(error).__name__)
            hidden = ProtocolError(
                INTERNAL_ERROR, "Something went wrong on our side.", request_id=exchange.id
            )
            return HttpResponse(500, JSON, messages.error(hidden))
        headers = [*JSON, *self._begun_session(exchange)] if method == "initialize" else JSON
        return HttpResponse(200, headers, messages.result(exchange.id, data))

    # --- methods -------------------------------------------------------------------------

    async def _result(self, exchange: Exchange) -> Any:
        message, modern, caller = exchange.message, exchange.revision.modern, exchange.caller
        if message.method in PAGED and message.params.get("cursor"):
            raise ProtocolError(INVALID_PARAMS, "There is no such cursor: request this list without one.")
        if message.method == "tools/list":
            listing = self._for(caller).listing
            return orjson.Fragment(
                listing.tools(caller.rights, caller.scopes, modern, self._envelope(modern))
            )
        if message.method == "ping" and not modern:
            return {}
        feature = self._catalogue.features.get(message.method)
        if feature is None and message.method not in OWN_METHODS:
            raise ProtocolError(METHOD_NOT_FOUND, "There is no such method.")
        self._check(exchange)
        if message.method == "initialize":
            version = handshake_version(message)
            return {
                "protocolVersion": version,
                "capabilities": {
                    name: value
                    for name, value in self._capabilities.items()
                    if name != "completions" or version != WITHOUT_COMPLETIONS
                },
                "serverInfo": self._server_info,
                "instructions": self._instructions,
            }
        if message.method == "server/discover":
            return {
                "supportedVersions": list(MODERN_PROTOCOL_VERSIONS),
                "capabilities": self._capabilities
                | ({"extensions": self._extensions} if self._extensions else {}),
                "instructions": self._instructions,
                **LIST_CACHE,
                **self._envelope(modern),
            }
        if feature is None:
            # Lists that clients request although we do not announce them are empty, which is not an error.
            return {
                EMPTY_LISTS[message.method]: [],
                **(LIST_CACHE if modern else {}),
                **self._envelope(modern),
            }
        data = await self._input.run(exchange, partial(feature, caller))
        if isinstance(data, InputRequired):
            return self._question(exchange, data)
        cache = LIST_CACHE if modern and message.method in methods.CACHEABLE_METHODS else {}
        return {**data, **cache, **self._envelope(modern)}

    def _check(self, exchange: Exchange) -> None:
        """Apply the SDK's own validators to everything that is not checked by hand."""
        message = exchange.message
        try:
            methods.validate_client_request(message.method, exchange.revision.version, message.params)
        except KeyError:
            raise ProtocolError(METHOD_NOT_FOUND, "There is no such method.") from None
        except ValidationError as error:
            places = {".".join(map(str, item["loc"])) for item in error.errors(include_input=False)}
            sentence = f"The parameters do not fit the method: {', '.join(sorted(places))[:300]}"
            raise ProtocolError(INVALID_PARAMS, sentence) from None

    def _envelope(self, modern: bool, *, complete: bool = True) -> dict[str, Any]:
        """Return the fields that every 2026-07-28 result has besides its data."""
        if not modern:
            return {}
        kind = {"resultType": "complete"} if complete else {}
        return {**kind, "_meta": {SERVER_INFO_META: self._server_info}}

    async def _call_tool(self, exchange: Exchange) -> HttpResponse:
        params, modern = exchange.message.params, exchange.revision.modern
        name, arguments = params.get("name"), params.get("arguments")
        if arguments is None:
            arguments = {}
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "name is a string and arguments an object.")
        if "inputResponses" in params or "requestState" in params:
            self._check(exchange)
        served = self._for(exchange.caller)
        if modern and (schema := served.listing.schema_with_headers(name)) is not None:
            check_parameter_headers(exchange.message, schema, exchange.headers)
        token = exchange.message.meta.get("progressToken")
        if type(token) not in (str, int):
            token = None

        reported = -1.0

        async def progress(done: float, total: float | None = None, message: str = "") -> None:
            nonlocal reported
            if token is not None and done > reported:  # a call that asked starts again
                reported = done
                told = {"progressToken": token, "progress": done, "total": total, "message": message or None}
                await exchange.notify(
                    "notifications/progress", {k: v for k, v in told.items() if v is not None}
                )

        async def attempt(params: Params, capabilities: Capabilities) -> ToolResult | InputRequired:
            try:
                asking = Asking.of(capabilities, params)
            except InvalidAnswer:
                sentence = "The answer is none of those that were offered. Ask again, or leave it out."
                raise ProtocolError(INVALID_PARAMS, sentence) from None
            extra = {
                "notify": exchange.notify,
                "capabilities": capabilities,
                "params": params,
                "modern": modern,
            }
            return await self._dispatcher.call_tool(
                exchange.caller, name, arguments, catalogue=served.catalogue, progress=progress,
                request_id=secrets.token_hex(8), extra=extra, asking=asking,
            )  # fmt: skip

        try:
            result = await self._input.run(exchange, attempt)
        except UnknownTool as error:
            raise ProtocolError(INVALID_PARAMS, error.message) from None
        except InsufficientScope as error:
            challenge = insufficient_scope_challenge(error.scopes)
            refused = error_result(error)
            refused.meta["mcp/www_authenticate"] = [challenge]
            body = messages.result(exchange.id, self._tool_result(refused, modern))
            return HttpResponse(403, [*JSON, (b"www-authenticate", challenge.encode("latin-1"))], body)
        wire = (
            self._question(exchange, result)
            if isinstance(result, InputRequired)
            else self._tool_result(result, modern)
        )
        return HttpResponse(200, JSON, messages.result(exchange.id, wire))

    def _question(self, exchange: Exchange, asked: InputRequired) -> dict[str, Any]:
        return {**self._input.question(exchange, asked), **self._envelope(modern=True, complete=False)}

    def _begun_session(self, exchange: Exchange) -> Headers:
        """Return the header of the session that `initialize` begins, if the client can be asked in it."""
        if not exchange.can_ask:
            return []
        version = handshake_version(exchange.message)
        begun = self._sessions.begin(exchange.caller, version, exchange.message.params["capabilities"])
        return [(SESSION_HEADER.encode(), begun.encode())] if begun else []

    def _tool_result(self, result: ToolResult, modern: bool) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "content": result.content,
            "isError": result.is_error,
            **self._envelope(modern),
        }
        if result.json is not None:
            wire["structuredContent"] = orjson.Fragment(result.json)
        if result.meta:
            wire["_meta"] = {**wire.get("_meta", {}), **result.meta}
        return wire
