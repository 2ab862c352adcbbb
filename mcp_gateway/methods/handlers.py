"""The MCP methods: one authenticated message in, its answer out, shaped for its revision."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from mcp_types import methods
from mcp_types.jsonrpc import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mcp_gateway.calls.asking import Asking, InvalidAnswer
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.calls.errors import InsufficientScope, UnknownTool
from mcp_gateway.calls.results import error_result
from mcp_gateway.calls.tool import Catalogue, InputRequired, ToolResult
from mcp_gateway.http.authentication import insufficient_scope_challenge
from mcp_gateway.http.messages import JSON, HttpResponse
from mcp_gateway.methods.tools_list import LIST_CACHE, Listing
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message, ProtocolError
from mcp_gateway.protocol.revisions import Revision, check_parameter_headers, handshake_version
from mcp_gateway.sealing import NotSealed, Seal

logger = logging.getLogger(__name__)

EMPTY_LISTS = {
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
PAGED = {"tools/list", *EMPTY_LISTS}  # they could be, and are not
OWN_METHODS = {"initialize", "server/discover", *EMPTY_LISTS}
MOST_SELECTIONS = 64
REQUEST_STATE_SECONDS = 600  # for the person to answer
SERVER_INFO_META = "io.modelcontextprotocol/serverInfo"
# What a client must have announced before it may be asked for something (2026-07-28).
NEEDED_CAPABILITY = {
    "elicitation/create": "elicitation",
    "sampling/createMessage": "sampling",
    "roots/list": "roots",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One authenticated request with its message, and the way to send something before its answer."""

    caller: Caller
    message: Message
    revision: Revision
    headers: Mapping[str, str]
    id: messages.RequestId
    notify: Callable[[str, dict[str, Any]], Awaitable[None]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Served:
    """The tools of one selection."""

    catalogue: Catalogue
    listing: Listing


WITHOUT_COMPLETIONS = "2024-11-05"  # has completion/complete, and no capability that announces it


class Methods:
    def __init__(
        self,
        catalogue: Catalogue,
        dispatcher: Dispatcher,
        server_info: Mapping[str, str],
        instructions: str,
        state_key: bytes,
    ) -> None:
        self._dispatcher = dispatcher
        self._catalogue = catalogue
        self._server_info = dict(server_info)
        self._instructions = instructions
        self._state_seal = Seal(state_key, "request-state", REQUEST_STATE_SECONDS)
        self._served: dict[tuple[frozenset[str], bool], Served] = {}
        self._capabilities: dict[str, Any] = {"tools": {}}
        for feature in ("prompts", "resources", "completions", "logging"):
            if feature in catalogue.capabilities:
                self._capabilities[feature] = {}
        self._extensions: dict[str, Any] = {name: {} for name in sorted(catalogue.extensions)}

    def _for(self, caller: Caller) -> Served:
        """What this connection is served: there are few combinations of sets."""
        key = caller.toolsets, caller.read_only
        if key not in self._served:
            if len(self._served) >= MOST_SELECTIONS:
                self._served.clear()
            catalogue = self._catalogue.selected(caller.toolsets, read_only=caller.read_only)
            self._served[key] = Served(catalogue, Listing(catalogue))
        return self._served[key]

    def may_report(self, caller: Caller, message: Message, headers: Mapping[str, str]) -> bool:
        if message.method != "tools/call" or "text/event-stream" not in headers.get("accept", ""):
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
        return HttpResponse(200, JSON, messages.result(exchange.id, data))

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
            # Lists that are asked for although we do not offer them are empty, not an error.
            return {
                EMPTY_LISTS[message.method]: [],
                **(LIST_CACHE if modern else {}),
                **self._envelope(modern),
            }
        params = self._with_state(exchange)
        data = await feature(caller, params, exchange.revision.capabilities)
        if isinstance(data, InputRequired):
            return self._question(exchange, data)
        cache = LIST_CACHE if modern and message.method in methods.CACHEABLE_METHODS else {}
        return {**data, **cache, **self._envelope(modern)}

    def _check(self, exchange: Exchange) -> None:
        """The SDK's own validators, for all that is not checked by hand."""
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
        """What every 2026-07-28 result carries besides its data."""
        if not modern:
            return {}
        kind = {"resultType": "complete"} if complete else {}
        return {**kind, "_meta": {SERVER_INFO_META: self._server_info}}

    def _question(self, exchange: Exchange, asked: InputRequired) -> dict[str, Any]:
        """A client is asked only for what it announced; older revisions cannot be asked at all."""
        needed = {NEEDED_CAPABILITY[str(request["method"])] for request in asked.requests.values()}
        missing = sorted(needed - exchange.revision.capabilities.keys())
        if missing:
            raise ProtocolError(
                MISSING_REQUIRED_CLIENT_CAPABILITY,
                f"This needs a client that supports {', '.join(missing)}.",
                data={"requiredCapabilities": {name: {} for name in missing}},
            )
        told = {"resultType": "input_required", "inputRequests": asked.requests}
        if asked.state is not None:
            told["requestState"] = self._state_seal.seal(_bound_to(exchange), asked.state)
        return {**told, **self._envelope(exchange.revision.modern, complete=False)}

    def _with_state(self, exchange: Exchange) -> dict[str, Any]:
        """The params, with the state that we gave the client opened."""
        params = exchange.message.params
        state = params.get("requestState")
        if state is None:
            return params
        try:
            opened = self._state_seal.unseal(_bound_to(exchange), str(state))
        except NotSealed:
            raise ProtocolError(INVALID_PARAMS, "The requestState is not valid for this request.") from None
        return {**params, "requestState": opened}

    async def _call_tool(self, exchange: Exchange) -> HttpResponse:
        params, modern = exchange.message.params, exchange.revision.modern
        name, arguments = params.get("name"), params.get("arguments")
        if arguments is None:
            arguments = {}
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "name is a string and arguments an object.")
        if "inputResponses" in params or "requestState" in params:
            self._check(exchange)
            params = self._with_state(exchange)
        try:
            asking = Asking.of(exchange.revision.capabilities, params)
        except InvalidAnswer:
            sentence = "The answer is none of those that were offered. Ask again, or leave it out."
            raise ProtocolError(INVALID_PARAMS, sentence) from None
        served = self._for(exchange.caller)
        if modern and (schema := served.listing.schema_with_headers(name)) is not None:
            check_parameter_headers(exchange.message, schema, exchange.headers)
        token = exchange.message.meta.get("progressToken")
        if type(token) not in (str, int):
            token = None

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
            result = await self._dispatcher.call_tool(
                exchange.caller, name, arguments, catalogue=served.catalogue, progress=progress,
                request_id=secrets.token_hex(8), extra=extra, asking=asking,
            )  # fmt: skip
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


def _bound_to(exchange: Exchange) -> tuple[object, ...]:
    """Whom and what a requestState is for: other answers are the only thing that may change."""
    caller, params = exchange.caller, exchange.message.params
    what = {key: params.get(key) for key in ("name", "uri", "arguments")}
    return caller.company_id, caller.user_id, caller.consumer_id, exchange.message.method, what
