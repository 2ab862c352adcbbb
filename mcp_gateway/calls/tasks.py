"""Calls that go on after their answer (the MCP tasks extension, SEP-2663).

A task is a row, so that any process can say how far it is. The process that works on it renews the row every
two seconds; if it no longer does, the task has failed. A task belongs to one caller: the same person through
the same app authorization.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from mcp_types.jsonrpc import INTERNAL_ERROR

from mcp_gateway.calls.awaited_answers import AwaitedAnswers, CallCancelled, NotKept
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.database_thread import DatabaseThread
from mcp_gateway.models import CallTask

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
ALIVE_FOR = timedelta(seconds=20)  # longer than a restart of the database takes
KEPT_FOR = timedelta(minutes=30)
# Limits of one process. Calls beyond them are answered when they are done, as if there were no tasks.
MOST_RUNNING, MOST_OF_CALLER = 200, 5
LOST = {
    "code": INTERNAL_ERROR,
    "message": "The server was restarted before this was done. Call the tool again.",
}

Status = CallTask.Status
Outcome = dict[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class Running:
    """A call of this process that is a task or may become one."""

    id: str
    owner: str
    message: str = ""
    work: asyncio.Future[Any] | None = None
    # Holds the coroutine that renews the row, because the event loop keeps weak references only.
    watching: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return key_of(self.id)


class CallTasks:
    """The tasks of one process. A single thread reads and writes their rows."""

    def __init__(self, awaited: AwaitedAnswers) -> None:
        self._awaited = awaited
        self._running: dict[str, Running] = {}
        self._thread = DatabaseThread("call-tasks")

    def reserve(self, caller: Caller) -> Running | None:
        """Return a place for a call that may become a task; None if too many may already."""
        owner = owner_of(caller)
        of_caller = sum(running.owner == owner for running in self._running.values())
        if len(self._running) >= MOST_RUNNING or of_caller >= MOST_OF_CALLER:
            return None
        running = Running(secrets.token_urlsafe(24), owner)
        self._running[running.id] = running
        return running

    def release(self, running: Running) -> None:
        self._running.pop(running.id, None)

    async def begin(self, running: Running, tool: str, work: asyncio.Future[T]) -> CallTask:
        """Store a task for work that is under way. Raises NotKept."""
        now = timezone.now()
        row = CallTask(
            key=running.key, owner=running.owner, tool=tool, message=running.message, created_at=now,
            updated_at=now, alive_until=now + ALIVE_FOR, expires_at=now + KEPT_FOR,
        )  # fmt: skip

        def store() -> None:
            CallTask.objects.filter(expires_at__lte=timezone.now()).delete()
            row.save(force_insert=True)

        await self._run(store)
        running.work = work
        return row

    def finish(self, running: Running, outcome_of: Callable[[], Awaitable[tuple[Status, Outcome]]]) -> None:
        """Renew the row until the work is done, then store what `outcome_of` returns."""
        running.watching = asyncio.create_task(self._watch(running, outcome_of))

    async def _watch(
        self, running: Running, outcome_of: Callable[[], Awaitable[tuple[Status, Outcome]]]
    ) -> None:
        assert running.work is not None
        try:
            while not running.work.done():
                await asyncio.wait({running.work}, timeout=BEAT_SECONDS)
                if not running.work.done() and not await self._renew(running):
                    running.work.cancel()  # cancelled through another process, or lost
                    await asyncio.wait({running.work})
            status, outcome = await outcome_of()
            text = orjson.dumps(outcome).decode()
            await self._update(running.key, status=status, message="", requests={}, outcome=text)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; the row ends by itself
            logger.error("The outcome of a task could not be stored: %s", type(error).__name__)
        finally:
            running.work.cancel()  # the loop ends
            self.release(running)

    async def _renew(self, running: Running) -> bool:
        """Say that the task is alive. Return whether it still is wanted."""
        try:
            return await self._update(
                running.key, alive_until=timezone.now() + ALIVE_FOR, message=running.message
            )
        except NotKept:
            return True  # the next attempt may succeed

    async def ask(
        self, running: Running, requests: Mapping[str, Any], seconds: float
    ) -> dict[str, Any] | None:
        """Put questions to the client. Return its results by the names of the requests, None without one.

        Raises CallCancelled.
        """
        names = {secrets.token_urlsafe(24): name for name in requests}
        asked = {request_id: requests[name] for request_id, name in names.items()}
        try:
            async with self._awaited.expecting(list(names), running.key, running.key) as expected:
                if not await self._update(running.key, status=Status.INPUT_REQUIRED, requests=asked):
                    raise CallCancelled
                replies = await expected.within(seconds)
            if not await self._update(running.key, status=Status.WORKING, requests={}):
                raise CallCancelled
        except NotKept:
            return None
        if replies is None:
            return None
        return {names[request_id]: reply["result"] for request_id, reply in replies.items()}

    async def look(self, caller: Caller, task_id: str) -> CallTask | None:
        """Return the caller's task as it is now, None if there is none. Raises NotKept."""
        key, owner = key_of(task_id), owner_of(caller)

        def find() -> CallTask | None:
            now = timezone.now()
            mine = CallTask.objects.filter(key=key, owner=owner, expires_at__gt=now)
            mine.filter(status__in=CallTask.OPEN, alive_until__lt=now).update(
                status=Status.FAILED, updated_at=now, requests={}, outcome=orjson.dumps(LOST).decode()
            )
            return mine.first()

        row = await self._run(find)
        if row is not None and row.status == Status.INPUT_REQUIRED:
            waiting = await self._awaited.unanswered(row.requests, row.key)
            row.requests = {request_id: row.requests[request_id] for request_id in waiting}
            if not waiting:  # all were answered, and the work goes on in a moment
                row.status = Status.WORKING
        return row

    async def answer(self, row: CallTask, responses: Mapping[str, Any]) -> None:
        """Pass answers on to a task; those that it does not wait for are ignored. Raises NotKept."""
        for request_id in row.requests.keys() & responses.keys():
            await self._awaited.deliver(request_id, row.key, {"result": responses[request_id]})

    async def cancel(self, row: CallTask, task_id: str) -> None:
        """End a task that is not over. Raises NotKept."""
        if await self._update(row.key, status=Status.CANCELLED, message="", requests={}):
            await self._awaited.cancel(row.key, row.key)
            running = self._running.get(task_id)
            if running is not None and running.work is not None:
                running.work.get_loop().call_soon_threadsafe(running.work.cancel)

    async def close_loop(self) -> None:
        """End the tasks of the running event loop, and say in their rows that they are lost."""
        loop = asyncio.get_running_loop()
        watching = []
        for running in self._running.values():
            if running.work is not None and running.work.get_loop() is loop and running.watching is not None:
                running.work.cancel()
                watching.append(running.watching)
        if watching:
            await asyncio.wait(watching)

    def stop(self) -> None:
        self._thread.stop()

    async def _update(self, key: str, **values: Any) -> bool:
        """Change a task that is not over. Return whether there was one."""

        def change() -> int:
            open_one = CallTask.objects.filter(key=key, status__in=CallTask.OPEN)
            return open_one.update(updated_at=timezone.now(), **values)

        return bool(await self._run(change))

    async def _run(self, job: Callable[[], T]) -> T:
        try:
            return await self._thread.run(job)
        except (DatabaseError, InterfaceError) as error:
            logger.error("Tasks cannot be kept: %s", type(error).__name__)
            raise NotKept from None


def owner_of(caller: Caller) -> str:
    who = [caller.company_id, caller.user_id, caller.consumer_id, caller.authorization_id]
    return hashlib.sha256(orjson.dumps(who)).hexdigest()


def key_of(task_id: str) -> str:
    """Hash an id. Nobody can guess it, so no key is needed."""
    return hashlib.sha256(task_id.encode("utf-8", "surrogatepass")).hexdigest()
