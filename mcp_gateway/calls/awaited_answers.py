"""Receives the answers of clients to questions in the middle of a call, whichever process they reach.

While a question waits it is a row in the database. The process that receives the answer writes it into the
row, once, and only for the session that was asked. The process that waits reads its rows twice a second; if
both are the same process, the call continues at once (docs/decisions/0025).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from mcp_gateway.calls.database_thread import DatabaseThread
from mcp_gateway.models import AwaitedAnswer

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# Limits of one process. Calls beyond them are answered as if the client could not ask.
MOST_WAITING, MOST_OF_SESSION = 1000, 20
KEPT_FOR = timedelta(minutes=10)  # longer than any call waits
CANCELLED = "cancelled"  # stored instead of an answer: the client cancelled the call

T = TypeVar("T")
Reply = Mapping[str, Any]  # `result` or `error` of a JSON-RPC response


class NotKept(Exception):
    """The question could not be stored: the database did not answer, or too many questions wait."""


class CallCancelled(Exception):
    """The client cancelled the call that asks."""


class AwaitedAnswers:
    """The questions that wait in one process. A single thread reads and writes their rows."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._looked_at = 0.0
        self._thread = DatabaseThread("awaited-answers")

    async def start(self) -> None:
        """Delete the rows of processes that died."""
        with suppress(NotKept):
            await self._run(_delete_expired)

    @asynccontextmanager
    async def expecting(
        self, ids: Sequence[str], session: str, call_id: str | int
    ) -> AsyncIterator[Expected]:
        """Accept answers to the requests `ids` of a call until the end of the block. Raises NotKept."""
        of_session = sum(waiting.session == session for waiting in self._waiting.values())
        if len(self._waiting) >= MOST_WAITING or of_session >= MOST_OF_SESSION:
            raise NotKept
        keys, now = [_digest(request_id) for request_id in ids], timezone.now()
        rows = [
            AwaitedAnswer(key=key, session=session, call=_digest(session, call_id), expires_at=now + KEPT_FOR)
            for key in keys
        ]

        def store() -> None:
            _delete_expired()
            AwaitedAnswer.objects.bulk_create(rows)

        loop = asyncio.get_running_loop()
        waiting = {key: _Waiting(session, loop, loop.create_future()) for key in keys}
        self._waiting |= waiting
        try:
            await self._run(store)
            futures = {request_id: waiting[key].answer for request_id, key in zip(ids, keys, strict=True)}
            yield Expected(futures, self._look)
        finally:
            for key in keys:
                del self._waiting[key]
            # Not awaited, because the call may be cancelled already.
            self._thread.submit(AwaitedAnswer.objects.filter(key__in=keys).delete)

    async def deliver(self, request_id: str, session: str, reply: Reply) -> bool:
        """Store an answer. Return whether a question waited for it.

        An answer is accepted once, and only from the session that was asked. Raises NotKept.
        """
        key, answer = _digest(request_id), orjson.dumps(reply).decode()
        if not await self._run(lambda: _unanswered(key=key, session=session).update(answer=answer)):
            return False
        self._settle(key, answer)
        return True

    async def cancel(self, session: str, call_id: str | int) -> None:
        """End the wait of a call that its client cancelled. Raises NotKept."""
        call = _digest(session, call_id)
        await self._run(lambda: _unanswered(session=session, call=call).update(answer=CANCELLED))

    async def unanswered(self, ids: Collection[str], session: str) -> list[str]:
        """Return those questions of a session that still wait for an answer. Raises NotKept."""
        keys = {_digest(request_id): request_id for request_id in ids}
        waiting = _unanswered(session=session).filter(key__in=keys)
        found = await self._run(lambda: set(waiting.values_list("key", flat=True)))
        return [request_id for key, request_id in keys.items() if key in found]

    def stop(self) -> None:
        self._thread.stop()

    async def _look(self) -> None:
        """Read the rows of all questions that wait in this process; the first call does it for all."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS / 2:
            return
        self._looked_at = now
        keys = list(self._waiting)
        answered = AwaitedAnswer.objects.filter(key__in=keys).exclude(answer="")
        try:
            found = await self._run(lambda: list(answered.values_list("key", "answer")))
        except NotKept:
            return  # the next attempt may find them
        for key, answer in found:
            self._settle(key, answer)

    def _settle(self, key: str, answer: str) -> None:
        if waiting := self._waiting.get(key):
            with suppress(RuntimeError):  # the loop of a vanished request is closed
                waiting.loop.call_soon_threadsafe(waiting.settle, answer)

    async def _run(self, job: Callable[[], T]) -> T:
        try:
            return await self._thread.run(job)
        except (DatabaseError, InterfaceError) as error:
            logger.error("Questions to clients cannot be kept: %s", type(error).__name__)
            raise NotKept from None


@dataclass(frozen=True, slots=True)
class Expected:
    """The questions of one call, by their request ids."""

    _answers: Mapping[str, asyncio.Future[str]]
    _look: Callable[[], Any]

    async def within(self, seconds: float) -> dict[str, Reply] | None:
        """Wait for all replies. Return None if they do not arrive in time. Raises CallCancelled."""
        try:
            async with asyncio.timeout(seconds):
                while missing := [answer for answer in self._answers.values() if not answer.done()]:
                    await asyncio.wait(missing, timeout=LOOK_SECONDS)
                    if not all(answer.done() for answer in missing):
                        await self._look()
        except TimeoutError:
            return None
        given = {request_id: answer.result() for request_id, answer in self._answers.items()}
        if CANCELLED in given.values():
            raise CallCancelled
        return {request_id: orjson.loads(answer) for request_id, answer in given.items()}


@dataclass(frozen=True, slots=True)
class _Waiting:
    session: str
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[str]

    def settle(self, answer: str) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


def _delete_expired() -> None:
    AwaitedAnswer.objects.filter(expires_at__lte=timezone.now()).delete()


def _unanswered(**which: str) -> Any:
    return AwaitedAnswer.objects.filter(answer="", expires_at__gt=timezone.now(), **which)


def _digest(*words: object) -> str:
    """Hash ids. Nobody can guess them, so no key is needed."""
    return hashlib.sha256(orjson.dumps(words)).hexdigest()
