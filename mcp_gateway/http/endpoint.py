"""The MCP endpoint: an HTTP request in, an HTTP response out, independent of any server or framework.

Both doors (views.py, asgi.py) call `Endpoint.handle`. Any process answers any request, in any of the five
live revisions, because a session is described by its id (sessions.py).

Checks run in this order: who calls (401), from where (421, 403), how (405, 415, 406, 413), then what.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from mcp_types.jsonrpc import INVALID_REQUEST

from accounts.networks import admits, client_address, foreign_network_text
from mcp_gateway.calls.caller import DEFAULT_TOOLSET, Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.http.answering import Answering
from mcp_gateway.http.authentication import Unauthorized, Unavailable
from mcp_gateway.http.failed_tokens import TooManyFailures
from mcp_gateway.http.guards import Guards
from mcp_gateway.http.handshake import Handshake
from mcp_gateway.http.messages import (
    ALWAYS,
    BODY_LIMIT,
    BodyTooLarge,
    BodyTooSlow,
    HttpRequest,
    HttpResponse,
    refusal,
)
from mcp_gateway.http.request_limits import RequestLimits, TooManyRequests
from mcp_gateway.http.selection import InvalidSelection, forbids_writing, selected
from mcp_gateway.methods.handlers import CallState, Service
from mcp_gateway.protocol.messages import ProtocolError

security = logging.getLogger("security")


class Endpoint:
    def __init__(
        self,
        service: Service,
        authenticate: Callable[[str | None, str], Awaitable[Caller]],
        dispatcher: Dispatcher,
        guards: Guards,
        state: CallState,
        handshake: Handshake | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self._authenticate = authenticate
        self._handshake = handshake
        self._guards = guards
        self._limits = limits or RequestLimits()
        self._toolsets = service.catalogue.toolsets | {DEFAULT_TOOLSET}
        self._answering = Answering(service, dispatcher, state, handshake)

    async def handle(self, request: HttpRequest) -> HttpResponse:
        headers = request.headers()
        cors = self._guards.cors(headers)
        refused = self._guards.refuse(headers)
        if request.method == "OPTIONS" and cors and not refused:
            return HttpResponse(204, [*ALWAYS, *cors, *self._guards.preflight(headers)])
        try:
            caller = await self._authenticate(headers.get("authorization"), _address(request, headers))
        except TooManyFailures as failing:
            wait = (b"retry-after", str(failing.wait).encode())
            return refusal(429, "Too many invalid tokens came from this address.", [*cors, wait])
        except Unauthorized as stranger:
            if self._handshake:
                self._handshake.unauthorized(headers.get("authorization"), token_shown=stranger.token_shown)
            words = stranger.challenge(reads_only=forbids_writing(request.query, self._toolsets))
            challenge = (b"www-authenticate", words.encode("latin-1"))
            return refusal(401, "Sign-in is required.", [*cors, challenge])
        except Unavailable:
            return refusal(503, "Try again in a moment.", [*cors, (b"retry-after", b"5")])
        try:
            self._limits.enter(caller)
        except TooManyRequests as busy:
            return refusal(429, busy.sentence, [*cors, (b"retry-after", str(busy.wait).encode())])
        try:
            response = await self._within_limits(caller, request, headers, refused)
        finally:
            self._limits.leave(caller)
        return HttpResponse(response.status, [*response.headers, *cors], response.body) if cors else response

    async def _within_limits(
        self,
        caller: Caller,
        request: HttpRequest,
        headers: Mapping[str, str],
        refused: tuple[int, str] | None,
    ) -> HttpResponse:
        read = await self._read(caller, request, headers, refused)
        if isinstance(read, HttpResponse):
            if self._handshake:
                self._handshake.refused(caller, read.status)
            return read
        caller, body = read
        again = partial(self._caller_again, request, headers)
        return await self._answering.answer(caller, headers, body, may_stream=request.may_stream, again=again)

    async def _read(
        self,
        caller: Caller,
        request: HttpRequest,
        headers: Mapping[str, str],
        refused: tuple[int, str] | None,
    ) -> tuple[Caller, bytes] | HttpResponse:
        """Return the caller with the tools that the address selects, and the body; or why it is not read."""
        if refused:
            return refusal(*refused)
        address = _address(request, headers)
        if not admits(caller.networks, address):
            security.warning(
                "mcp network refused consumer=%s address=%s", caller.consumer_id, ascii(address[:80])
            )
            return refusal(403, foreign_network_text(address))
        if request.method != "POST":
            return refusal(405, "Send MCP messages with POST.", [(b"allow", b"POST, OPTIONS")])
        if refused := self._guards.refuse_content(headers):
            return refusal(*refused)
        try:
            return selected(caller, request.query, self._toolsets), await request.read()
        except InvalidSelection as problem:
            return refusal(400, str(problem))
        except BodyTooLarge:
            return refusal(413, f"The body is larger than {BODY_LIMIT} bytes.")
        except BodyTooSlow:
            return refusal(408, "The body did not arrive in time.")

    async def _caller_again(self, request: HttpRequest, headers: Mapping[str, str]) -> Caller:
        """Authenticate a request once more, within a call that lasts. Raises ProtocolError."""
        try:
            caller = await self._authenticate(headers.get("authorization"), _address(request, headers))
        except (Unauthorized, Unavailable, TooManyFailures):
            raise ProtocolError(INVALID_REQUEST, "The connection ended meanwhile.", status=401) from None
        address = _address(request, headers)
        if not admits(caller.networks, address):
            raise ProtocolError(INVALID_REQUEST, foreign_network_text(address), status=403)
        return selected(caller, request.query, self._toolsets)


def _address(request: HttpRequest, headers: Mapping[str, str]) -> str:
    return client_address(request.address, headers.get("x-forwarded-for", ""))
