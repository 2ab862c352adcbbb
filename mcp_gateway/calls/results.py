"""What a call gives back, as MCP content: the answer, or a refusal in words for the model."""

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
