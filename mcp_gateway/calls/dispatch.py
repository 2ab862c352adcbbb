"""Runs tools: rights, validation, repeats, audit. No other module calls a tool."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ValidationError

from audit.models import Outcome
from audit.recording import Subject
from mcp_gateway.calls.arguments.host_fields import without_host_fields
from mcp_gateway.calls.arguments.problems import refused
from mcp_gateway.calls.arguments.values import checked, read
from mcp_gateway.calls.asking import NOBODY, Asking
from mcp_gateway.calls.audit import AuditLog, Claim
from mcp_gateway.calls.audit_entry import Entry
from mcp_gateway.calls.caller import Caller, Verdict
from mcp_gateway.calls.change_shown import REPEATED_META, change_of, with_change
from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.errors import (
    Failure,
    FieldsRefused,
    GatewayError,
    IdempotencyConflict,
    InsufficientScope,
    InternalError,
    OutcomeUnknown,
    UnknownTool,
    UpstreamTimeout,
)
from mcp_gateway.calls.partial_answers import mark_partial, not_surely
from mcp_gateway.calls.permission import give_back, require, require_answer, require_few_records
from mcp_gateway.calls.results import error_result, plain_result, success_result
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Progress, Tool, ToolResult
from mcp_gateway.models import WriteOutcome, WriteRecord
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.gaps import Gaps

logger = logging.getLogger(__name__)

REPEATED = (
    "This was already done and was not written again; this is the first result. If the "
    "person wants it once more, call again with a new idempotency_key."
)
# A tool ends by the upstream deadline. This limit ends one that does not.
GRACE_SECONDS = 3.0
_CURSOR_KEY = hashlib.sha256(b"tool-cursors\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()


async def _nobody_waits(done: float, total: float | None = None, message: str = "") -> None:
    """Drop a report of progress."""


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a call besides its arguments.

    `seconds` is the time for its requests upstream, if that is not the usual one. `extra` is for tools that
    use the protocol itself. `brief` says that the text need not repeat `structuredContent`.
    """

    request_id: str
    progress: Progress = _nobody_waits
    extra: Mapping[str, Any] = field(default_factory=dict)
    asking: Asking = NOBODY
    seconds: float | None = None
    brief: bool = False


class Dispatcher:
    """Runs tools for callers. `upstream_of` returns the upstream of one call and its deadline in seconds."""

    def __init__(self, audit: AuditLog, upstream_of: Callable[[Caller, float | None], Upstream]) -> None:
        self._audit = audit
        self._upstream_of = upstream_of
        self._running_writes: set[asyncio.Task[ToolResult | InputRequired]] = set()

    async def call_tool(
        self,
        caller: Caller,
        name: str,
        arguments: dict[str, Any],
        catalogue: Catalogue,
        context: Context,
    ) -> ToolResult | InputRequired:
        """Run one tool for one caller.

        Refusals and failures are returned as `is_error` results, or as a question if the person can lift
        them. Only UnknownTool (JSON-RPC -32602) and InsufficientScope (HTTP 403) are raised.
        InsufficientScope is raised once: a person who did not allow more would be asked again and again, and
        some clients end the session then. Every outcome leaves one audit row.
        """
        tool, asking = catalogue.named(name), context.asking
        upstream = self._upstream_of(caller, context.seconds)
        is_write = tool is not None and not tool.read_only
        dropped: list[str] = []
        if tool is not None:
            # Dropped before anything is compared, because a repeated write carries another `toolCallId`.
            own, dropped = without_host_fields(arguments, tool.input.model_fields)
            name, arguments = tool.name, read(tool, own)
        entry = Entry.of(
            caller, name, arguments, is_write=is_write, request_id=context.request_id, dropped=dropped,
            chosen=asking.chosen,
        )  # fmt: skip
        call = Call(
            caller, upstream, context.progress, context.request_id, _cursors_of(caller), context.extra,
            is_write, asking.answers, context.brief,
        )  # fmt: skip
        once, change = "", {}
        try:
            if tool is None:
                raise UnknownTool(name)
            decision = require(tool, caller)
            given = _validate(tool, arguments)
            require_few_records(tool, caller, given)
            if is_write and asking.cards:
                change = await change_of(tool, call, given)
            if decision.verdict == Verdict.ASK:
                once = await require_answer(tool, call, arguments, entry.arguments_digest)
            if is_write:
                # A client that disconnects must not leave a write half recorded.
                task = asyncio.create_task(self._write_once(tool, call, given, entry, asking))
                self._running_writes.add(task)
                task.add_done_callback(self._running_writes.discard)
                result = await asyncio.shield(task)
            else:
                result = await _run(tool, call, given)
            if once and _asks(result):
                await give_back(once)
            if is_write:
                return with_change(result, change)
        except GatewayError as error:
            answer = await self._refuse(error, entry, upstream, asking)
            if once and _asks(answer):
                await give_back(once)
            return with_change(answer, change)
        except asyncio.CancelledError:
            if not is_write:
                entry.end(upstream.calls)
                entry.outcome, entry.error_code = Outcome.FAILED, "cancelled"
                await asyncio.shield(self._audit.record(entry))
            raise
        entry.end(upstream.calls)
        entry.about = _about(result)
        await self._audit.record(entry)
        return result

    async def _refuse(
        self, error: GatewayError, entry: Entry, upstream: Upstream, asking: Asking
    ) -> ToolResult | InputRequired:
        entry.end(upstream.calls, error)
        again = isinstance(error, InsufficientScope) and await self._audit.challenged_lately(entry.caller)
        await self._audit.record(entry)
        if isinstance(error, (UnknownTool, InsufficientScope)) and not again:
            raise error
        return _question_or_refusal(error, entry.caller, asking)

    async def _write_once(
        self, tool: Tool[Any, Any], call: Call, given: BaseModel, entry: Entry, asking: Asking
    ) -> ToolResult | InputRequired:
        """Commit `started`, run the tool, commit the outcome. A repeat gets the first result."""
        key = getattr(given, "idempotency_key", None)
        claim = await self._audit.claim_write(entry, key, replaces=tool.idempotent)
        if claim.earlier is not None:
            return await self._repeat(tool, call, claim, claim.earlier, entry)
        error: GatewayError | None = None
        result: ToolResult | InputRequired
        try:
            result = await _run(tool, call, given)
        except GatewayError as caught:
            error = caught
            if call.upstream.may_have_written and not isinstance(caught, OutcomeUnknown):
                # It failed after the write was sent, so running it again could write twice.
                error = OutcomeUnknown(
                    "The write was sent, and then something failed. Check whether the record exists."
                )
            result = _question_or_refusal(error, call.caller, asking)
        entry.end(call.upstream.calls, error)
        # it asks before it writes, and the next round makes a new claim
        if isinstance(result, InputRequired):
            entry.outcome = Outcome.REFUSED
        entry.about = _about(result)
        kept = result.structured if isinstance(result, ToolResult) and error is None else None
        await self._audit.finish_write(claim, entry, kept)
        return result

    async def _repeat(
        self, tool: Tool[Any, Any], call: Call, claim: Claim, earlier: WriteRecord, entry: Entry
    ) -> ToolResult:
        """Answer a write that was requested before."""
        try:
            first = await self._first_result(claim, earlier, entry)
        except GatewayError as error:
            entry.end(0, error)
            await self._audit.record(entry)
            return error_result(error)
        entry.end(0)
        if tool.plain:
            result = plain_result(first)
        else:
            result = success_result(first, before=REPEATED, brief=call.brief)
        entry.about = result.about
        await self._audit.record(entry)
        result.meta[REPEATED_META] = True
        return result

    async def _first_result(self, claim: Claim, earlier: WriteRecord, entry: Entry) -> dict[str, Any]:
        """Return the result of the first of two equal writes, waiting while it runs. Raises GatewayError."""
        if earlier.arguments_digest != entry.arguments_digest:
            raise IdempotencyConflict(
                "That idempotency_key was used with other arguments. Use a new key for another record."
            )
        wait_until = entry.began + settings.UPSTREAM_DEADLINE_SECONDS
        while earlier.outcome == WriteOutcome.STARTED:
            if time.perf_counter() > wait_until:
                raise OutcomeUnknown(
                    "The same write is still running. Check whether the record exists before trying again."
                )
            await asyncio.sleep(0.1)
            now = await self._audit.earlier_result(claim.record_id)
            if now is None:
                raise Failure(
                    "The first try of this write failed and changed nothing. It can be tried again."
                )
            earlier = now
        if earlier.outcome != WriteOutcome.DONE:
            raise OutcomeUnknown(
                "This write was sent before and its answer never came. Check whether the record exists."
            )
        return earlier.result or {}


async def answer_of(
    tool: Tool[Any, Any], caller: Caller, upstream: Upstream, given: BaseModel, request_id: str
) -> dict[str, Any]:
    """Return the answer of a tool that reads, for a page of ours. Raises GatewayError."""
    require(tool, caller)
    call = Call(caller, upstream, _nobody_waits, request_id, _cursors_of(caller))
    result = await _run(tool, call, given)
    if not isinstance(result, ToolResult) or result.structured is None:
        raise InternalError(f"Something went wrong on our side. Reference: {request_id}")
    return result.structured


def _about(result: ToolResult | InputRequired) -> Subject | None:
    return result.about if isinstance(result, ToolResult) else None


def _asks(result: ToolResult | InputRequired) -> bool:
    return isinstance(result, InputRequired) or result.question is not None


def _cursors_of(caller: Caller) -> Cursors:
    return Cursors(_CURSOR_KEY, f"{caller.company_id}/{caller.user_id}/{caller.consumer_id}")


def _question_or_refusal(error: GatewayError, caller: Caller, asking: Asking) -> ToolResult | InputRequired:
    asked = asking.ask(error.question, caller.language)
    in_card = asking.ask_in_card(error.question, caller.language)
    return asked or error_result(error, said=asking.said(error.question), question=in_card)


def _validate(tool: Tool[Any, Any], arguments: dict[str, Any]) -> BaseModel:
    try:
        return checked(tool.input, arguments)
    except ValidationError as error:
        raise refused(tool.input, error) from None


async def _run(tool: Tool[Any, Any], call: Call, given: BaseModel) -> ToolResult | InputRequired:
    try:
        async with asyncio.timeout(call.upstream.seconds + GRACE_SECONDS):
            output = await tool.run(call, given)
        if isinstance(output, (ToolResult, InputRequired)):
            return output
        return _result(tool, call, output)
    except FieldsRefused as error:
        raise error.only(tool.input.model_fields) from None
    except GatewayError as error:
        raise not_surely(error, call.upstream.gaps) from None
    except TimeoutError:
        if tool.read_only:
            raise UpstreamTimeout("That took too long. Narrow the question and try again.") from None
        raise OutcomeUnknown(
            "The time ran out before the answer came. Check whether the record exists before trying again."
        ) from None
    except Exception as error:
        # The text of an unexpected exception may contain anything, so only its type is logged.
        logger.error(
            "Tool %s failed with %s (request %s)",
            tool.name,
            type(error).__name__,
            call.request_id,
            exc_info=settings.DEBUG,
        )
        raise InternalError(f"Something went wrong on our side. Reference: {call.request_id}") from None


def _result(tool: Tool[Any, Any], call: Call, output: BaseModel | dict[str, Any]) -> ToolResult:
    data = output if isinstance(output, dict) else output.model_dump(mode="json", exclude_none=True)
    gaps: Gaps = call.upstream.gaps
    untold = mark_partial(data, tool.output, gaps) if gaps else []
    if tool.plain:
        result = plain_result(data)
    else:
        before = " ".join(untold)
        result = success_result(data, tool.output, language=call.language, before=before, brief=call.brief)
    if untold:
        result.meta["fracttal-one/notes"] = untold
    return result
