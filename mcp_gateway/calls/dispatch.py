"""Runs tools: rights, validation, repeats, audit. No other module calls a tool."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ValidationError

from mcp_gateway.calls.arguments.host_fields import without_host_fields
from mcp_gateway.calls.arguments.problems import refused
from mcp_gateway.calls.arguments.values import checked, read
from mcp_gateway.calls.asking import NOBODY, Asking
from mcp_gateway.calls.audit import AuditLog, Claim
from mcp_gateway.calls.audit_entry import Entry
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.errors import (
    Failure,
    FieldsRefused,
    GatewayError,
    IdempotencyConflict,
    InsufficientScope,
    InternalError,
    NotPermitted,
    OutcomeUnknown,
    UnknownTool,
    UpstreamTimeout,
)
from mcp_gateway.calls.labels import words
from mcp_gateway.calls.partial_answers import mark_partial, not_surely
from mcp_gateway.calls.results import error_result, success_result
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Progress, Tool, ToolResult
from mcp_gateway.models import Outcome, WriteRecord
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


class Dispatcher:
    """Runs tools for callers. `upstream_of` returns the upstream of one call."""

    def __init__(self, audit: AuditLog, upstream_of: Callable[[Caller], Upstream]) -> None:
        self._audit = audit
        self._upstream_of = upstream_of
        self._running_writes: set[asyncio.Task[ToolResult | InputRequired]] = set()

    async def call_tool(
        self,
        caller: Caller,
        name: str,
        arguments: dict[str, Any],
        *,
        catalogue: Catalogue,
        progress: Progress,
        request_id: str,
        extra: Mapping[str, Any] | None = None,
        asking: Asking = NOBODY,
    ) -> ToolResult | InputRequired:
        """Run one tool for one caller.

        Refusals and failures are returned as `is_error` results, or as a question if the person can lift
        them. Only UnknownTool (JSON-RPC -32602) and InsufficientScope (HTTP 403) are raised.
        InsufficientScope is raised once: a person who did not allow more would be asked again and again, and
        some clients end the session then. Every outcome leaves one audit row.
        """
        tool = catalogue.named(name)
        upstream = self._upstream_of(caller)
        is_write = tool is not None and not tool.read_only
        dropped: list[str] = []
        if tool is not None:
            # Dropped before anything is compared, because a repeated write carries another `toolCallId`.
            own, dropped = without_host_fields(arguments, tool.input.model_fields)
            name, arguments = tool.name, read(tool, own)
        entry = Entry.of(
            caller, name, arguments, is_write=is_write, request_id=request_id, dropped=dropped,
            chosen=asking.chosen,
        )  # fmt: skip
        call = Call(
            caller, upstream, progress, request_id, _cursors_of(caller), extra or {}, is_write, asking.answers
        )
        try:
            if tool is None:
                raise UnknownTool(name)
            _require(tool, caller)
            given = _validate(tool, arguments)
            if is_write:
                # A client that disconnects must not leave a write half recorded.
                task = asyncio.create_task(self._write_once(tool, call, given, entry, asking))
                self._running_writes.add(task)
                task.add_done_callback(self._running_writes.discard)
                return await asyncio.shield(task)
            result = await _run(tool, call, given)
        except GatewayError as error:
            return await self._refuse(error, entry, upstream, asking)
        except asyncio.CancelledError:
            if not is_write:
                entry.end(upstream.calls)
                entry.outcome, entry.error_code = Outcome.FAILED, "cancelled"
                await asyncio.shield(self._audit.record(entry))
            raise
        entry.end(upstream.calls)
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
            return await self._repeat(tool, claim, claim.earlier, entry)
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
        kept = result.structured if isinstance(result, ToolResult) and error is None else None
        await self._audit.finish_write(claim, entry, kept)
        return result

    async def _repeat(
        self, tool: Tool[Any, Any], claim: Claim, earlier: WriteRecord, entry: Entry
    ) -> ToolResult:
        """Answer a write that was requested before."""
        try:
            first = await self._first_result(claim, earlier, entry)
        except GatewayError as error:
            entry.end(0, error)
            await self._audit.record(entry)
            return error_result(error)
        entry.end(0)
        await self._audit.record(entry)
        result = success_result(first, plain=tool.plain, before=REPEATED)
        result.meta["fracttal-one/repeated"] = True
        return result

    async def _first_result(self, claim: Claim, earlier: WriteRecord, entry: Entry) -> dict[str, Any]:
        """Return the result of the first of two equal writes, waiting while it runs. Raises GatewayError."""
        if earlier.arguments_digest != entry.arguments_digest:
            raise IdempotencyConflict(
                "That idempotency_key was used with other arguments. Use a new key for another record."
            )
        wait_until = entry.began + settings.UPSTREAM_DEADLINE_SECONDS
        while earlier.outcome == Outcome.STARTED:
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
        if earlier.outcome != Outcome.DONE:
            raise OutcomeUnknown(
                "This write was sent before and its answer never came. Check whether the record exists."
            )
        return earlier.result or {}


def _cursors_of(caller: Caller) -> Cursors:
    return Cursors(_CURSOR_KEY, f"{caller.company_id}/{caller.user_id}/{caller.consumer_id}")


def _question_or_refusal(error: GatewayError, caller: Caller, asking: Asking) -> ToolResult | InputRequired:
    asked = asking.ask(error.question, caller.language)
    return asked or error_result(error, said=asking.said(error.question))


def _require(tool: Tool[Any, Any], caller: Caller) -> None:
    missing = tool.missing(caller.rights)
    if missing:
        raise NotPermitted(
            (
                "This person does not have the permissions for that in Fracttal One. An administrator "
                "can grant them."
            ),
            missing_rights=sorted(missing),
        )
    if not set(tool.scopes) <= caller.scopes:
        raise InsufficientScope(
            "Writing was not approved for this connection. Ask the person to connect again and allow it."
            if not tool.read_only
            else "Reading was not approved for this connection.",
            tool.scopes,
        )


def _validate(tool: Tool[Any, Any], arguments: dict[str, Any]) -> BaseModel:
    try:
        return checked(tool.input, arguments)
    except ValidationError as error:
        raise refused(tool.input, error) from None


async def _run(tool: Tool[Any, Any], call: Call, given: BaseModel) -> ToolResult | InputRequired:
    try:
        async with asyncio.timeout(settings.UPSTREAM_DEADLINE_SECONDS + GRACE_SECONDS):
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
    if tool.plain or tool.output is None:
        result = success_result(data, plain=tool.plain)
    else:
        result = success_result(data, legend=words(tool.output, call.language), before=" ".join(untold))
    if untold:
        result.meta["fracttal-one/notes"] = untold
    return result
