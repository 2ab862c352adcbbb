"""Handlers of the MCP methods: from an authenticated message to its answer in the message's revision."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from mcp_types import methods
from mcp_types.jsonrpc import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from accounts.database_trouble import RETRY_AFTER_SECONDS, is_database_trouble
from mcp_gateway.calls.asking import Asking, InvalidAnswer
from mcp_gateway.calls.awaited_answers import AwaitedAnswers
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Context, Dispatcher
from mcp_gateway.calls.errors import InsufficientScope, UnknownTool
from mcp_gateway.calls.results import error_result
from mcp_gateway.calls.tasks import CallTasks
from mcp_gateway.calls.tool import Catalogue, InputRequired, ToolResult
from mcp_gateway.http.authentication import insufficient_scope_challenge
from mcp_gateway.http.messages import JSON, Headers, HttpResponse
from mcp_gateway.http.sessions import SESSION_HEADER, Sessions
from mcp_gateway.methods import tasks
from mcp_gateway.methods.announced import Announced
from mcp_gateway.methods.card_answers import QUESTION_META, answered_call, card_question, is_card_answer
from mcp_gateway.methods.client_input import Capabilities, ClientInput, Params
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.methods.shown_twice import shows_both
from mcp_gateway.methods.tasks import TaskMethods
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
SERVER_INFO_META = "io.modelcontextprotocol/serverInfo"


@dataclass(frozen=True, slots=True)
class Service:
    """What an endpoint serves. `info` is its name, title and version; `state_key` seals what clients keep."""

    catalogue: Catalogue
    info: Mapping[str, str]
    instructions: str
    state_key: bytes


@dataclass(frozen=True, slots=True)
class CallState:
    """What outlives the requests of calls: questions that wait for an answer, and tasks.

    `note_tools` records the version of the list of tools that the client of a caller has received.
    """

    awaited: AwaitedAnswers
    tasks: CallTasks
    note_tools: Callable[[Caller, str], None]


class Methods:
    def __init__(self, service: Service, dispatcher: Dispatcher, state: CallState) -> None:
        self._dispatcher = dispatcher
        self._catalogue = service.catalogue
        self._server_info = dict(service.info)
        self._instructions = service.instructions
        self._input = ClientInput(service.state_key, state.awaited)
        self._sessions = Sessions(service.state_key)
        self._listing = Listing(service.catalogue)
        self._announced = Announced(service.catalogue)
        self._tasks = TaskMethods(state.tasks)
        self._note_tools = state.note_tools

    def may_report(self, message: Message) -> bool:
        if message.method != "tools/call":
            return False
        tool = self._catalogue.named(str(message.params.get("name")))
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
            if is_database_trouble(error):
                away = ProtocolError(INTERNAL_ERROR, "Try again in a moment.", request_id=exchange.id)
                retry = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())
                return HttpResponse(503, [*JSON, retry], messages.error(away))
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
            cards = self._announced.cards_for(exchange.revision.capabilities)
            listed = self._listing.tools(caller, modern, self._envelope(modern), cards=cards)
            if caller.seen_tools is None or caller.seen_tools.version != listed.version:
                self._note_tools(caller, listed.version)
            return orjson.Fragment(listed.json)
        if message.method == "ping" and not modern:
            return {}
        if message.method in tasks.METHODS and modern:
            task = await self._tasks.answer(exchange, self._catalogue.named)
            return {**task, **self._envelope(modern)}
        feature = self._catalogue.features.get(message.method)
        if feature is None and message.method not in OWN_METHODS:
            raise ProtocolError(METHOD_NOT_FOUND, "There is no such method.")
        self._check(exchange)
        if message.method == "initialize":
            version = handshake_version(message)
            return {
                "protocolVersion": version,
                "capabilities": self._announced.in_session(version, message.params["capabilities"]),
                "serverInfo": self._server_info,
                "instructions": self._instructions,
            }
        if message.method == "server/discover":
            return {
                "supportedVersions": list(MODERN_PROTOCOL_VERSIONS),
                "capabilities": self._announced.discovered(exchange.revision.capabilities),
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
        cards = self._announced.cards_for(exchange.revision.capabilities)
        if from_card := cards and is_card_answer(exchange.message):
            exchange = replace(exchange, message=answered_call(exchange.message))
        params, modern = exchange.message.params, exchange.revision.modern
        name, arguments = params.get("name"), params.get("arguments")
        if arguments is None:
            arguments = {}
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise ProtocolError(INVALID_PARAMS, "name is a string and arguments an object.")
        if not from_card and ("inputResponses" in params or "requestState" in params):
            self._check(exchange)
        if modern and not from_card and (schema := self._listing.schema_with_headers(name)) is not None:
            check_parameter_headers(exchange.message, schema, exchange.headers)
        # A card gets its answer at once: its host waits for no task.
        deferral = None if from_card else self._tasks.deferral(exchange, self._catalogue.named(name))
        seconds = None if deferral is None else tasks.SECONDS
        token = exchange.message.meta.get("progressToken")
        if type(token) not in (str, int):
            token = None

        reported = -1.0

        async def progress(done: float, total: float | None = None, message: str = "") -> None:
            nonlocal reported
            if deferral is not None:
                deferral.message = message
                if deferral.begun:  # the client reads it in the task
                    return
            if token is not None and done > reported:  # a call that asked starts again
                reported = done
                told = {"progressToken": token, "progress": done, "total": total, "message": message or None}
                await exchange.notify(
                    "notifications/progress", {k: v for k, v in told.items() if v is not None}
                )

        rounds = 0
        brief = (
            shows_both(exchange.message) if modern else bool(exchange.session and exchange.session.shows_both)
        )

        async def attempt(params: Params, capabilities: Capabilities) -> ToolResult | InputRequired:
            nonlocal rounds
            rounds += 1
            caller = exchange.caller if rounds == 1 else await exchange.caller_now()
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
            context = Context(secrets.token_hex(8), progress, extra, asking, seconds, brief)
            return await self._dispatcher.call_tool(caller, name, arguments, self._catalogue, context)

        def wire_of(result: ToolResult) -> dict[str, Any]:
            return self._tool_result(self._with_card_question(exchange, result), modern)

        try:
            work = self._input.run(exchange, attempt, deferral)
            result = await (work if deferral is None else deferral.run(work, wire_of))
        except UnknownTool as error:
            raise ProtocolError(INVALID_PARAMS, error.message) from None
        except InsufficientScope as error:
            challenge = insufficient_scope_challenge(error.scopes)
            refused = error_result(error)
            refused.meta["mcp/www_authenticate"] = [challenge]
            body = messages.result(exchange.id, wire_of(refused))
            return HttpResponse(403, [*JSON, (b"www-authenticate", challenge.encode("latin-1"))], body)
        if isinstance(result, InputRequired):
            wire = self._question(exchange, result)
        elif isinstance(result, ToolResult):
            wire = wire_of(result)
        else:
            wire = {"resultType": "task", **result, **self._envelope(modern, complete=False)}
        return HttpResponse(200, JSON, messages.result(exchange.id, wire))

    def _with_card_question(self, exchange: Exchange, result: ToolResult) -> ToolResult:
        """Add the question that a card asks, with the call that it is about, sealed as for a client."""
        if result.question is None or not self._catalogue.cards:
            return result
        asked = self._input.question(exchange, result.question)
        meta = {**result.meta, QUESTION_META: card_question(exchange.message, asked)}
        return replace(result, meta=meta)

    def _question(self, exchange: Exchange, asked: InputRequired) -> dict[str, Any]:
        return {**self._input.question(exchange, asked), **self._envelope(modern=True, complete=False)}

    def _begun_session(self, exchange: Exchange) -> Headers:
        """Return the header of the session that `initialize` begins, if there is something to remember."""
        version = handshake_version(exchange.message)
        declared, both = exchange.message.params["capabilities"], shows_both(exchange.message)
        if not exchange.can_ask:
            declared = {"extensions": declared.get("extensions")}
        begun = self._sessions.begin(exchange.caller, version, declared, shows_both=both)
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
