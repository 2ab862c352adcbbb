"""Calls through the dispatcher, and the audit rows that they leave."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from audit.models import Event
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Context
from mcp_gateway.calls.tool import Catalogue, ToolResult
from mcp_gateway.runtime import runtime


async def run(caller: Caller, catalogue: Catalogue, name: str, **arguments: Any) -> ToolResult:
    result = await runtime().dispatcher.call_tool(caller, name, arguments, catalogue, Context("req-1"))
    assert isinstance(result, ToolResult)
    return result


def error_of(result: ToolResult) -> dict[str, Any]:
    assert result.is_error
    assert result.structured is None
    (block,) = result.content
    sentence, details = block["text"].split("\n")
    # Gemini CLI takes a first block of JSON for the tool's output
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(block["text"])
    told: dict[str, Any] = {"message": sentence, **orjson.loads(details)}
    assert told == result.meta["fracttal-one/error"]
    return told


async def rows() -> list[Event]:
    return [row async for row in Event.objects.order_by("id")]
