"""`call_tool`: the one place where a tool runs. Rights, validation, repeats, audit."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from pydantic import BaseModel, ValidationError

from mcp_gateway.calls import audit
from mcp_gateway.calls.arguments.host_fields import without_host_fields
from mcp_gateway.calls.arguments.problems import refused
from mcp_gateway.calls.arguments.values import checked, read
from mcp_gateway.calls.asking import NOBODY, Asking
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.errors import (
    Failure,
    FieldsRefused,
    GatewayError,
    IdempotencyConflict,
    InsufficientScope,
    InternalError,
    InvalidArguments,
    NotPermitted,
    OutcomeUnknown,
    Refusal,
    UnknownTool,
    UpstreamTimeout,
)
from mcp_gateway.calls.fence import fenced
from mcp_gateway.calls.labels import words
from mcp_gateway.calls.partial_answers import mark_partial, not_surely
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Progress, Tool, ToolResult
from mcp_gateway.models import Outcome
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.gaps import Gaps

logger = logging.getLogger(__name__)

RESULT_LIMIT = 256 * 1024
REPEATED = (
    "This was already done and was not written again; this is the first result. If the "
    "person wants it once more, call again with a new idempotency_key."
)
# A tool ends by the upstream deadline; this ends one that does not.
GRACE_SECONDS = 3.0
_CURSOR_KEY = hashlib.sha256(b"tool-cursors\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()
_running_writes: set[asyncio.Task[ToolResult | InputRequired]] = set()


async def call_tool(
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

    Refusals and failures come back as `is_error` results, or as a question where the person can lift them.
    Only UnknownTool (JSON-RPC -32602) and InsufficientScope (HTTP 403) are raised, the latter once: who was
    asked and did not allow it would be asked again and again, and some clients end the session then. Every
    way out leaves one audit row.
    """
    tool = catalogue.named(name)
    started = time.perf_counter()
    upstream = Upstream.for_caller(caller)
    is_write = tool is not None and not tool.read_only
    dropped: list[str] = []
    if tool is not None:
        # Before anything is compared: a repeat of a write carries another `toolCallId`.
        own, dropped = without_host_fields(arguments, tool.input.model_fields)
        name, arguments = tool.name, read(tool, own)
    entry = audit.Entry.of(
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
    except GatewayError as error:
        return await _refuse(error, entry, started, upstream, asking)
    if is_write:
        # A client that goes away must not leave a write half recorded.
        task = asyncio.create_task(_write_once(tool, call, given, entry, started, asking))
        _running_writes.add(task)
        task.add_done_callback(_running_writes.discard)
        return await asyncio.shield(task)
    try:
        result = await _run(tool, call, given)
    except GatewayError as error:
        return await _refuse(error, entry, started, upstream, asking)
    except asyncio.CancelledError:
        _close(entry, started, upstream, None)
        entry.outcome, entry.error_code = Outcome.FAILED, "cancelled"
        await asyncio.shield(audit.record(entry))
        raise
    _close(entry, started, upstream, None)
    await audit.record(entry)
    return result


def _cursors_of(caller: Caller) -> Cursors:
    return Cursors(_CURSOR_KEY, f"{caller.company_id}/{caller.user_id}/{caller.consumer_id}")


async def _refuse(
    error: GatewayError, entry: audit.Entry, started: float, upstream: Upstream, asking: Asking
) -> ToolResult | InputRequired:
    _close(entry, started, upstream, error)
    again = isinstance(error, InsufficientScope) and await audit.challenged_lately(entry.caller)
    await audit.record(entry)
    if isinstance(error, (UnknownTool, InsufficientScope)) and not again:
        raise error
    return _question_or_refusal(error, entry, asking)


def _question_or_refusal(
    error: GatewayError, entry: audit.Entry, asking: Asking
) -> ToolResult | InputRequired:
    asked = asking.ask(error.question, entry.caller.language)
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
        # The text of an unforeseen exception may hold anything: only its kind is logged.
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


async def _write_once(
    tool: Tool[Any, Any], call: Call, given: BaseModel, entry: audit.Entry, started: float, asking: Asking
) -> ToolResult | InputRequired:
    """Commit `started`, run, commit the outcome; a repeat gets the first result."""
    key = getattr(given, "idempotency_key", None)
    claim = await audit.claim_write(entry, key, replaces=tool.idempotent)
    if claim.earlier is not None:
        return await _repeat(tool, claim, entry, started, call.upstream)
    error: GatewayError | None = None
    result: ToolResult | InputRequired
    try:
        result = await _run(tool, call, given)
    except GatewayError as caught:
        error = caught
        if call.upstream.may_have_written and not isinstance(caught, OutcomeUnknown):
            # It failed after the write was sent: to run it again could write twice.
            error = OutcomeUnknown(
                "The write was sent, and then something failed. Check whether the record exists."
            )
        result = _question_or_refusal(error, entry, asking)
    _close(entry, started, call.upstream, error)
    if isinstance(result, InputRequired):  # it asks before it writes: the next round is a new claim
        entry.outcome = Outcome.REFUSED
    kept = result.structured if isinstance(result, ToolResult) and error is None else None
    await audit.finish_write(claim, entry, kept)
    return result


async def _repeat(
    tool: Tool[Any, Any], claim: audit.Claim, entry: audit.Entry, started: float, upstream: Upstream
) -> ToolResult:
    """Answer a write that was asked for before, waiting while the first one runs."""
    earlier = claim.earlier
    assert earlier is not None
    error: GatewayError | None = None
    if earlier.arguments_digest != entry.arguments_digest:
        error = IdempotencyConflict(
            "That idempotency_key was used with other arguments. Use a new key for another record."
        )
    wait_until = started + settings.UPSTREAM_DEADLINE_SECONDS
    while error is None and earlier is not None and earlier.outcome == Outcome.STARTED:
        if time.perf_counter() > wait_until:
            error = OutcomeUnknown(
                "The same write is still running. Check whether the record exists before trying again."
            )
            break
        await asyncio.sleep(0.1)
        earlier = await audit.earlier_result(claim.record_id)
    if error is None and earlier is None:
        error = Failure("The first try of this write failed and changed nothing. It can be tried again.")
    if error is None and earlier is not None and earlier.outcome != Outcome.DONE:
        error = OutcomeUnknown(
            "This write was sent before and its answer never came. Check whether the record exists."
        )
    _close(entry, started, upstream, error)
    await audit.record(entry)
    if error is not None or earlier is None:
        return error_result(error or InternalError("Something went wrong on our side."))
    result = success_result(earlier.result or {}, plain=tool.plain, before=REPEATED)
    result.meta["fracttal-one/repeated"] = True
    return result


def _close(entry: audit.Entry, started: float, upstream: Upstream, error: GatewayError | None) -> None:
    entry.milliseconds = int((time.perf_counter() - started) * 1000)
    entry.upstream_calls = min(upstream.calls, 32_767)
    if error is None:
        entry.outcome = Outcome.DONE
        return
    entry.error_code = error.code
    if isinstance(error, OutcomeUnknown):
        entry.outcome = Outcome.UNKNOWN
    else:
        entry.outcome = Outcome.REFUSED if isinstance(error, Refusal) else Outcome.FAILED


def success_result(
    data: dict[str, Any], *, plain: bool = False, legend: bytes = b"", before: str = ""
) -> ToolResult:
    """`structuredContent`, and the same JSON as one text for clients that read only that.

    `legend` is one more member of the object, written already; `before` a sentence of ours. The text
    stands in a fence, unless it is `plain`: what people wrote cannot leave it, and reads as what it is.
    """
    text = orjson.dumps(data, option=orjson.OPT_OMIT_MICROSECONDS)
    if legend and data:
        text = text[:-1] + legend + b"}"
    if len(text) > RESULT_LIMIT:
        return error_result(
            InvalidArguments("The answer would be too large. Ask for fewer rows or a shorter period.")
        )
    shown = text.decode() if plain else fenced(text.decode())
    return ToolResult(content=[_text(f"{before}\n{shown}" if before else shown)], json=text)


def error_result(error: GatewayError, *, said: str | None = None) -> ToolResult:
    """An `isError` result: a sentence for the model, its details behind it, and all for programs in `_meta`.

    The text begins with the sentence, since hosts that find JSON there take it for the tool's output and
    check it against the output schema (Gemini CLI 0.61). Records to choose from follow in a fence: people
    named them. No `structuredContent`: it would have to satisfy the tool's output schema. `said` is what the
    person answered who was asked about it.
    """
    details = {"code": error.code, "message": error.message, **error.details}
    if said is not None:
        details["person_said"] = said
    if not details.get("candidates"):
        details.pop("candidates", None)
    behind = {name: value for name, value in details.items() if name not in {"message", "candidates"}}
    lines = [error.message, orjson.dumps(behind, default=str).decode()]
    if "candidates" in details:
        lines.append(fenced(orjson.dumps({"candidates": details["candidates"]}, default=str).decode()))
    return ToolResult(content=[_text("\n".join(lines))], is_error=True, meta={"fracttal-one/error": details})


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}
