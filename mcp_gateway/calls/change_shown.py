"""What a write changes, before and after, for clients that show it in a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from mcp_gateway.calls.errors import GatewayError
from mcp_gateway.calls.tool import Call, InputRequired, Tool, ToolResult

META = "fracttal-one/change"
REPEATED_META = "fracttal-one/repeated"


async def change_of(tool: Tool[Any, Any], call: Call, given: BaseModel) -> dict[str, Any]:
    """Return the tool and arguments of a write, and what they would replace, by the same names.

    It is read before the person is asked and before anything is written. None is a field that was empty; what
    cannot be read is left out, and the write itself says why.
    """
    after = given.model_dump(mode="json", exclude_none=True, exclude_unset=True, exclude={"idempotency_key"})
    before: Mapping[str, Any] = {}
    if tool.before is not None:
        try:
            before = await tool.before(call, given)
        except GatewayError:
            before = {}
    known = {name: value for name, value in before.items() if name in after}
    return {"tool": tool.name, "before": known, "after": after}


def with_change(result: ToolResult | InputRequired, change: dict[str, Any]) -> ToolResult | InputRequired:
    """Add the change to the result. A repeat changed nothing, so it has no before."""
    if change and isinstance(result, ToolResult):
        shown = {**change, "before": {}} if REPEATED_META in result.meta else change
        result.meta[META] = shown
    return result
