"""Marks an answer as partial if the call could not read everything, for all tools."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from mcp_gateway.calls.errors import GatewayError, NotFound
from mcp_gateway.upstream.gaps import Gaps


def mark_partial(data: dict[str, Any], output: type[BaseModel] | None, gaps: Gaps) -> list[str]:
    """Mark the answer in the output's own fields. Return the sentences for which it has no field."""
    fields = output.model_fields if output else {}
    if "partial" in fields:
        data["partial"] = True
    if isinstance(data.get("coverage"), dict):
        data["coverage"]["partial"] = True
    if "notes" not in fields or fields["notes"].annotation != list[str]:
        return gaps.sentences
    data["notes"] = [*data.get("notes", ()), *gaps.sentences]
    return []


def not_surely(error: GatewayError, gaps: Gaps) -> GatewayError:
    """Qualify NotFound: while something could not be read, "not found" is not certain."""
    if isinstance(error, NotFound) and gaps:
        return NotFound(
            f"{error.message} This is not certain, since not everything could be examined: "
            f"{' '.join(gaps.sentences)}",
            **error.details,
        )
    return error
