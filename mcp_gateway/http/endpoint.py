"""The MCP endpoint: an HTTP request in, an HTTP response out, independent of any server or framework.

Both doors (views.py, asgi.py) call `Endpoint.handle`. Any process answers any request, in any of the five
live revisions, because a session is described by its id (sessions.py).

Checks run in this order: who calls (401), from where (421, 403), how (405, 415, 406, 413), then what.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import orjson
from mcp_types.jsonrpc import INVALID_REQUEST

from accounts.networks import admits, client_address, foreign_network_text
from mcp_gateway.calls.awaited_answers import NotKept
from mcp_gateway.calls.caller import DEFAULT_TOOLSET, Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.http.authentication import Unauthorized, Unavailable
from mcp_gateway.http.failed_tokens import TooManyFailures
from mcp_gateway.http.guards import Guards
from mcp_gateway.http.handshake import Handshake
from mcp_gateway.http.messages import (
    ALWAYS,
    BODY_LIMIT,
    EVENTS,
    JSON,
    BodyTooLarge,
    BodyTooSlow,
    Headers,
    HttpRequest,
    HttpResponse,
)
from mcp_gateway.http.request_limits import RequestLimits, TooManyRequests
from mcp_gateway.http.selection import InvalidSelection, forbids_writing, selected
from mcp_gateway.http.sessions import SESSION_HEADER, Session, Sessions, UnknownSession
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.methods.handlers import CallState, Methods, Service
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message, ProtocolError
from mcp_gateway.protocol.revisions import Revision, check_batch, revision_of

KEEPALIVE_SECONDS = 10.0
ANSWER_LIMIT = 64 * 1024  # of a person's or a model's answer to one question

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
        self._awaited = state.awaited
        self._sessions = Sessions(service.state_key)
        self._methods = Methods(service, dispatcher, state)

    async def handle(self, request: HttpRequest) -> HttpResponse:
        headers = request.headers()
        cors = self._guards.cors(headers)
        refusal = self._guards.refuse(headers)
        if request.method == "OPTIONS" and cors and not refusal:
            return HttpResponse(204, [*ALWAYS, *cors, *self._guards.preflight(headers)])
        try:
            caller = await self._authenticate(headers.get("authorization"), _address(request, headers))
        except TooManyFailures as failing:
            wait = (b"retry-after", str(failing.wait).encode())
            return _plain(429, "Too many invalid tokens came from this address.", [*cors, wait])
        except Unauthorized as refused:
            if self._handshake:
                self._handshake.unauthorized(headers.get("authorization"), token_shown=refused.token_shown)
            words = refused.challenge(reads_only=forbids_writing(request.query, self._toolsets))
            challenge = (b"www-authenticate", words.encode("latin-1"))
            return _plain(401, "Sign-in is required.", [*cors, challenge])
        except Unavailable:
            return _plain(503, "Try again in a moment.", [*cors, (b"retry-after", b"5")])
        try:
            self._limits.enter(caller)
        except TooManyRequests as busy:
            return _plain(429, busy.sentence, [*cors, (b"retry-after", str(busy.wait).encode())])
        try:
            response = await self._within_limits(caller, request, headers, refusal)
        finally:
            self._limits.leave(caller)
        return HttpResponse(response.status, [*response.headers, *cors], response.body) if cors else response

    async def _within_limits(
        self,
        caller: Caller,
        request: HttpRequest,
        headers: Mapping[str, str],
        refusal: tuple[int, str] | None,
    ) -> HttpResponse:
        read = await self._read(caller, request, headers, refusal)
        if isinstance(read, HttpResponse):
            if self._handshake:
                self._handshake.refused(caller, read.status)
            return read
        caller, body = read
        return await self._answer(caller, request, headers, body)

    async def _read(
        self,
        caller: Caller,
        request: HttpRequest,
        headers: Mapping[str, str],
        refusal: tuple[int, str] | None,
    ) -> tuple[Caller, bytes] | HttpResponse:
        """Return the caller with the tools that the address selects, and the body; or why it is not read."""
        if refusal:
            return _plain(*refusal)
        address = _address(request, headers)
        if not admits(caller.networks, address):
            security.warning(
                "mcp network refused consumer=%s address=%s", caller.consumer_id, ascii(address[:80])
            )
            return _plain(403, foreign_network_text(address))
        if request.method != "POST":
            return _plain(405, "Send MCP messages with POST.", [(b"allow", b"POST, OPTIONS")])
        if refusal := self._guards.refuse_content(headers):
            return _plain(*refusal)
        try:
            return selected(caller, request.query, self._toolsets), await request.read()
        except InvalidSelection as problem:
            return _plain(400, str(problem))
        except BodyTooLarge:
            return _plain(413, f"The body is larger than {BODY_LIMIT} bytes.")
        except BodyTooSlow:
            return _plain(408, "The body did not arrive in time.")

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

    async def _answer(
        self, caller: Caller, request: HttpRequest, headers: Mapping[str, str], body: bytes
    ) -> HttpResponse:
        again = partial(self._caller_again, request, headers)
        try:
            data = messages.decode(body)
            if isinstance(data, list):
                check_batch(data, headers)
                return await self._answer_all(again, data, headers)
            message = messages.message_of(data)
            revision = revision_of(message, headers)
            session = self._session_of(caller, message, revision, headers)
            if session is not None:
                revision = Revision(session.version, session.capabilities)
            if message.id is None:
                return await self._take(caller, message, session, body)
        except ProtocolError as problem:
            if self._handshake:
                self._handshake.refused(caller, problem.status)
            return HttpResponse(problem.status, JSON, messages.error(problem))
        response = await self._run(caller, message, revision, headers, request.may_stream, session, again)
        if self._handshake:
            self._handshake.answered(caller, message, headers, response)
        return response

    def _session_of(
        self, caller: Caller, message: Message, revision: Revision, headers: Mapping[str, str]
    ) -> Session | None:
        """Return the session of the request. If it is unknown, raise ProtocolError with HTTP 404.

        On a 404 clients begin a new session.
        """
        session_id = headers.get(SESSION_HEADER)
        if not session_id or revision.modern or message.method == "initialize":
            return None
        try:
            return self._sessions.open(caller, session_id)
        except UnknownSession:
            sentence = "There is no such session: begin a new one with initialize."
            raise ProtocolError(INVALID_REQUEST, sentence, request_id=message.id, status=404) from None

    async def _take(
        self, caller: Caller, message: Message, session: Session | None, body: bytes
    ) -> HttpResponse:
        """Accept a notification, or the answer to one of our questions. Raises ProtocolError."""
        if session is None:
            return HttpResponse(202, ALWAYS)
        try:
            await self._deliver(caller, message, session, body)
        except NotKept:
            return _plain(503, "Try again in a moment.", [(b"retry-after", b"5")])
        return HttpResponse(202, ALWAYS)

    async def _deliver(self, caller: Caller, message: Message, session: Session, body: bytes) -> None:
        """Pass on a cancellation or an answer. Raises ProtocolError or NotKept."""
        reply, call_id = message.reply, message.params.get("requestId")
        if reply is None:
            if message.method == "notifications/cancelled" and isinstance(call_id, (str, int)):
                await self._awaited.cancel(session.key, call_id)
            return
        if len(body) > ANSWER_LIMIT:
            raise ProtocolError(INVALID_REQUEST, f"An answer has at most {ANSWER_LIMIT} bytes.", status=413)
        kept: dict[str, Any] = {kind: reply[kind] for kind in ("result", "error") if kind in reply}
        if not isinstance(reply.get("id"), str) or not await self._awaited.deliver(
            reply["id"], session.key, kept
        ):
            security.warning("mcp answer refused consumer=%s user=%s", caller.consumer_id, caller.user_id)
            raise ProtocolError(INVALID_REQUEST, "Nothing of that id waits for an answer.", status=400)

    async def _answer_all(
        self, again: Callable[[], Awaitable[Caller]], batch: list[Any], headers: Mapping[str, str]
    ) -> HttpResponse:
        """Answer the messages of a batch one after another, so that it takes no more at once than a message.

        Each is authenticated anew, because the earlier ones take time.

        The answer is always 200: with a challenge for one message the client would send the others again.
        """
        answers = []
        for data in batch:
            try:
                message = messages.message_of(data)
                if message.method == "initialize":
                    raise ProtocolError(
                        INVALID_REQUEST, "initialize is not sent in a batch.", request_id=message.id
                    )
                revision = revision_of(message, headers)
            except ProtocolError as problem:
                answers.append(messages.error(problem))
                continue
            if message.id is not None:
                try:
                    caller = await again()
                except ProtocolError as problem:
                    problem.request_id = message.id
                    answers.append(messages.error(problem))
                    continue
                exchange = Exchange(caller, message, revision, headers, message.id, _silence)
                answer = (await self._methods.answer(exchange)).body
                assert isinstance(answer, bytes)
                answers.append(answer)
        return HttpResponse(200, JSON, messages.batch(answers)) if answers else HttpResponse(202, ALWAYS)

    async def _run(
        self,
        caller: Caller,
        message: Message,
        revision: Revision,
        headers: Mapping[str, str],
        may_stream: bool,
        session: Session | None,
        again: Callable[[], Awaitable[Caller]],
    ) -> HttpResponse:
        """Run the method. Switch to server-sent events if it sends something before its result."""
        assert message.id is not None
        outlived = may_stream
        may_stream = may_stream and "text/event-stream" in headers.get("accept", "")
        if not may_stream and session is not None:
            # without a stream the client cannot be asked
            session, revision = None, revision.without_questions
        if not (may_stream and (session or self._methods.may_report(message))):
            exchange = Exchange(
                caller, message, revision, headers, message.id, _silence,
                can_ask=may_stream, outlived=outlived, again=again,
            )  # fmt: skip
            return await self._methods.answer(exchange)
        said: asyncio.Queue[bytes] = asyncio.Queue()
        exchange = Exchange(
            caller, message, revision, headers, message.id, said.put_nowait, session,
            outlived=outlived, again=again,
        )  # fmt: skip
        work = asyncio.ensure_future(self._methods.answer(exchange))
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
        return HttpResponse(200, EVENTS, _events(first.result(), said, work))


def _address(request: HttpRequest, headers: Mapping[str, str]) -> str:
    return client_address(request.address, headers.get("x-forwarded-for", ""))


def _plain(status: int, sentence: str, extra: Headers | None = None) -> HttpResponse:
    """Refuse a request before its message was read."""
    body = orjson.dumps(
        {"jsonrpc": "2.0", "id": None, "error": {"code": INVALID_REQUEST, "message": sentence}}
    )
    return HttpResponse(status, [*JSON, *(extra or [])], body)


def _silence(message: bytes) -> None:
    """Drop a notification, for clients that accept none during a call."""


async def _events(
    first: bytes, said: asyncio.Queue[bytes], work: asyncio.Future[HttpResponse]
) -> AsyncGenerator[bytes]:
    """Yield `first`, further notifications, and at last the answer. Closing it early cancels the work."""
    more: asyncio.Future[bytes] | None = None
    try:
        yield messages.event(first)
        while not work.done() or not said.empty():
            more = asyncio.ensure_future(said.get())
            waited: set[asyncio.Future[Any]] = {work, more}
            done, _ = await asyncio.wait(
                waited, timeout=KEEPALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if more.done():
                yield messages.event(more.result())
            else:
                more.cancel()
                if not done:
                    yield b": working\n\n"
        answer = (await work).body
        assert isinstance(answer, bytes)
        yield messages.event(answer)
    finally:
        work.cancel()
        if more is not None:
            more.cancel()
