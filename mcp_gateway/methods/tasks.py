"""The MCP tasks extension (SEP-2663): long calls whose client comes back for the result.

The server decides: a call of a tool that may take long becomes a task once it has run for `task_after`
seconds, if its client announced the extension with the request. A call that is quicker is answered as always.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from mcp.shared.inbound import MCP_NAME_HEADER
from mcp_types.jsonrpc import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
)
from mcp_types.version import LATEST_HANDSHAKE_VERSION

from mcp_gateway.calls.awaited_answers import CallCancelled, NotKept
from mcp_gateway.calls.caller import Caller, decide
from mcp_gateway.calls.tasks import LOST, CallTasks, Outcome, Running, Status
from mcp_gateway.calls.tool import InputRequired, Tool, ToolResult
from mcp_gateway.methods.exchange import Exchange
from mcp_gateway.models import CallTask
from mcp_gateway.protocol import client_requests
from mcp_gateway.protocol.messages import ProtocolError

logger = logging.getLogger(__name__)

EXTENSION = "io.modelcontextprotocol/tasks"
METHODS = frozenset({"tasks/get", "tasks/update", "tasks/cancel"})
SECONDS = 300.0  # for a call that became a task; the budget allows 1000 requests upstream in that time
POLL_MILLISECONDS = 2000
ANSWER_SECONDS = 300.0


class Deferral:
    """One call that may become a task while it runs."""

    def __init__(self, tasks: CallTasks, running: Running, tool: Tool[Any, Any]) -> None:
        self._tasks, self._running, self._tool = tasks, running, tool
        self.begun = False

    async def run(
        self,
        work: Awaitable[ToolResult | InputRequired],
        wire: Callable[[ToolResult], Outcome],
    ) -> ToolResult | InputRequired | dict[str, Any]:
        """Return the result of the work if it comes soon, else the task as `CreateTaskResult`."""
        under_way = asyncio.ensure_future(work)
        row: CallTask | None = None
        try:
            await asyncio.wait({under_way}, timeout=self._tool.task_after)
            if under_way.done():
                return under_way.result()
            self.begun = True
            try:
                row = await self._tasks.begin(self._running, self._tool.name, under_way)
            except NotKept:
                self.begun = False
                return await under_way
        finally:
            if row is None:
                under_way.cancel()
                self._tasks.release(self._running)
        self._tasks.finish(self._running, lambda: _outcome(under_way, wire))
        return _shown(row, self._running.id)

    @property
    def message(self) -> str:
        """What the call does right now, for people."""
        return self._running.message

    @message.setter
    def message(self, words: str) -> None:
        self._running.message = words[:200]

    async def ask(self, asked: InputRequired) -> dict[str, Any] | None:
        """Ask the client through `tasks/get` and `tasks/update`. None if no answer comes."""
        try:
            responses = await self._tasks.ask(self._running, asked.requests, ANSWER_SECONDS)
        except CallCancelled:
            raise asyncio.CancelledError from None
        for name, result in (responses or {}).items():
            # The SDK has these results under the last revision in which they are messages of their own.
            method = str(asked.requests[name]["method"])
            client_requests.check_result(method, LATEST_HANDSHAKE_VERSION, result)
        return responses


class TaskMethods:
    def __init__(self, tasks: CallTasks) -> None:
        self._tasks = tasks

    def deferral(self, exchange: Exchange, tool: Tool[Any, Any] | None) -> Deferral | None:
        """Return what lets this call become a task; None if it may not."""
        if tool is None or tool.task_after is None or not exchange.outlived or not announced(exchange):
            return None
        running = self._tasks.reserve(exchange.caller)
        return None if running is None else Deferral(self._tasks, running, tool)

    async def answer(
        self, exchange: Exchange, named: Callable[[str], Tool[Any, Any] | None]
    ) -> dict[str, Any]:
        """Answer `tasks/get`, `tasks/update` or `tasks/cancel`. Raises ProtocolError."""
        message = exchange.message
        if not announced(exchange):
            raise ProtocolError(
                MISSING_REQUIRED_CLIENT_CAPABILITY,
                f"This needs a client that supports {EXTENSION}.",
                data={"requiredCapabilities": {"extensions": {EXTENSION: {}}}},
            )
        task_id, responses = message.params.get("taskId"), message.params.get("inputResponses")
        if not isinstance(task_id, str):
            raise ProtocolError(INVALID_PARAMS, "taskId is a string.")
        if exchange.headers.get(MCP_NAME_HEADER) != task_id:
            raise ProtocolError(HEADER_MISMATCH, "The Mcp-Name header repeats the taskId.")
        if message.method == "tasks/update" and not isinstance(responses, dict):
            raise ProtocolError(INVALID_PARAMS, "inputResponses is an object.")
        try:
            row = await self._tasks.look(exchange.caller, task_id)
            if row is None or not _may_still(exchange.caller, named(row.tool)):
                raise ProtocolError(INVALID_PARAMS, "There is no such task, or it is too old.")
            if message.method == "tasks/get":
                return _detailed(row, task_id)
            if message.method == "tasks/cancel":
                await self._tasks.cancel(row, task_id)
            else:
                assert isinstance(responses, dict)
                await self._tasks.answer(row, responses)
        except NotKept:
            raise ProtocolError(INTERNAL_ERROR, "Try again in a moment.", status=503) from None
        return {}


def announced(exchange: Exchange) -> bool:
    extensions = exchange.revision.capabilities.get("extensions")
    return exchange.revision.modern and isinstance(extensions, dict) and EXTENSION in extensions


def _may_still(caller: Caller, tool: Tool[Any, Any] | None) -> bool:
    """Say whether the caller may still use the tool: a result is not handed to who lost the right to it."""
    return tool is not None and decide(tool, caller).usable


async def _outcome(
    work: asyncio.Future[ToolResult | InputRequired], wire: Callable[[ToolResult], Outcome]
) -> tuple[Status, Outcome]:
    try:
        result = await work
        assert isinstance(result, ToolResult)
        return Status.COMPLETED, wire(result)
    except asyncio.CancelledError:
        return Status.FAILED, LOST
    except ProtocolError as problem:
        return Status.FAILED, {"code": problem.code, "message": problem.message}
    except Exception as error:  # noqa: BLE001 - nothing of it may show outside
        logger.error("A task failed with %s", type(error).__name__)
        return Status.FAILED, {"code": INTERNAL_ERROR, "message": "Something went wrong on our side."}


def _shown(row: CallTask, task_id: str) -> dict[str, Any]:
    lasts = row.expires_at - row.created_at
    told = {
        "taskId": task_id,
        "status": str(row.status),
        "createdAt": row.created_at.isoformat(),
        "lastUpdatedAt": row.updated_at.isoformat(),
        "ttlMs": int(lasts.total_seconds() * 1000),
        "pollIntervalMs": POLL_MILLISECONDS,
    }
    return {**told, "statusMessage": row.message} if row.message else told


def _detailed(row: CallTask, task_id: str) -> dict[str, Any]:
    told = _shown(row, task_id)
    match row.status:
        case Status.INPUT_REQUIRED:
            return {**told, "inputRequests": row.requests}
        case Status.COMPLETED:
            return {**told, "result": orjson.Fragment(row.outcome)}
        case Status.FAILED:
            return {**told, "error": orjson.Fragment(row.outcome)}
    return told
