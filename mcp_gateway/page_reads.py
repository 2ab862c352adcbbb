"""What our own pages read with the tools: with the rights of the signed-in person, and without an app.

The tools run in the event loop of the server. Where none runs (under WSGI, in Django's test client), they run
in one of their own.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextvars import Context
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from pydantic import ValidationError

from accounts.models import Membership
from mcp_gateway.calls.arguments.problems import refused
from mcp_gateway.calls.arguments.values import checked, read
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import answer_of
from mcp_gateway.calls.errors import GatewayError, UpstreamTimeout
from mcp_gateway.calls.reading_person import caller_of
from mcp_gateway.calls.tool import Tool
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE

SPARE_SECONDS = 5.0  # beyond the deadline of the call itself


class Refused(Exception):
    """The tool refused or failed, in a sentence of ours."""

    def __init__(self, error: GatewayError) -> None:
        super().__init__(error.code)
        self.code, self.message, self.details = error.code, error.message, error.details


def page_tool(name: str) -> Tool[Any, Any] | None:
    """Return the tool if pages may use it: those that read."""
    tool = CATALOGUE.tools.get(name)
    return tool if tool is not None and tool.read_only and tool.output is not None else None


def may_read(tool: Tool[Any, Any], membership: Membership) -> bool:
    return not tool.missing(membership.rights)


def answer(membership: Membership, tool: Tool[Any, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return `structuredContent` of the tool. Raises Refused. Blocks the thread."""
    caller, serving = caller_of(membership, toolsets=CATALOGUE.toolsets), runtime().serving
    if serving is None:
        return async_to_sync(_alone)(caller, tool, arguments)
    asked = _answer(caller, tool, arguments)
    # In a context of its own: this thread waits, and nothing of its request belongs to the call.
    running = Context().run(asyncio.run_coroutine_threadsafe, asked, serving)
    try:
        return running.result(settings.UPSTREAM_DEADLINE_SECONDS + SPARE_SECONDS)
    except TimeoutError:
        running.cancel()
        raise Refused(UpstreamTimeout("That took too long. Narrow the question.")) from None


async def _alone(caller: Caller, tool: Tool[Any, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return await _answer(caller, tool, arguments)
    finally:
        await runtime().close_loop()


async def _answer(caller: Caller, tool: Tool[Any, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        try:
            given = checked(tool.input, read(tool, arguments))
        except ValidationError as error:
            raise refused(tool.input, error) from None
        upstream = runtime().upstream_of(caller)
        return await answer_of(tool, caller, upstream, given, f"page-{secrets.token_hex(8)}")
    except GatewayError as error:
        raise Refused(error) from None
