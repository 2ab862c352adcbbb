"""Builds tool results as MCP content: an answer, or a refusal in words for the model."""

from __future__ import annotations

from typing import Any

import orjson

from mcp_gateway.calls.errors import GatewayError, InvalidArguments
from mcp_gateway.calls.fence import fenced
from mcp_gateway.calls.tool import ToolResult

RESULT_LIMIT = 256 * 1024


def success_result(
    data: dict[str, Any], *, plain: bool = False, legend: bytes = b"", before: str = ""
) -> ToolResult:
    """Build `structuredContent`, and the same JSON as one text block for clients that read only that.

    `legend` is one more member of the object, serialized already; `before` is a sentence of ours. Unless
    `plain`, the text is fenced, so that text written by people cannot pass for ours.
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
    """Build an `isError` result: a sentence for the model, then details; `_meta` has all for programs.

    The text begins with the sentence, because hosts that find JSON there take it for the tool's output and
    check it against the output schema (Gemini CLI 0.61). Offered records follow in a fence, since people
    named them. There is no `structuredContent`: it would have to match the tool's output schema. `said` is
    the person's answer, if the person was asked.
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
