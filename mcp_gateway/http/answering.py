"""From the body of a request to its answer: one message or a batch, in a session or without one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp_types.jsonrpc import INVALID_REQUEST

from mcp_gateway.calls.awaited_answers import NotKept
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.http.event_stream import events
from mcp_gateway.http.handshake import Handshake
from mcp_gateway.http.messages import ALWAYS, EVENTS, JSON, HttpResponse, refusal
from mcp_gateway.http.sessions import SESSION_HEADER, Session, Sessions, UnknownSession
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.methods.handlers import CallState, Methods, Service
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message, ProtocolError
from mcp_gateway.protocol.revisions import Revision, check_batch, revision_of

ANSWER_LIMIT = 64 * 1024  # of a person's or a model's answer to one question

security = logging.getLogger("security")


class Answering:
    def __init__(
        self, service: Service, dispatcher: Dispatcher, state: CallState, handshake: Handshake | None
    ) -> None:
        self._handshake = handshake
        self._awaited = state.awaited
        self._sessions = Sessions(service.state_key)
        self._methods = Methods(service, dispatcher, state)

    async def answer(
        self,
        caller: Caller,
        headers: Mapping[str, str],
        body: bytes,
        *,
        may_stream: bool,
        again: Callable[[], Awaitable[Caller]],
    ) -> HttpResponse:
        """Answer the message in this body, or those of a batch.

        `again` authenticates the request once more. It raises ProtocolError.
        """
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
        response = await self._run(caller, message, revision, headers, may_stream, session, again)
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
            return refusal(503, "Try again in a moment.", [(b"retry-after", b"5")])
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
        return HttpResponse(200, EVENTS, events(first.result(), said, work))


def _silence(message: bytes) -> None:
    """Drop a notification, for clients that accept none during a call."""
