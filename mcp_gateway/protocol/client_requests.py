"""Requests of the server to its client in the older revisions (docs/reference/mcp.md#sessions)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from mcp_types import methods
from mcp_types.jsonrpc import INVALID_PARAMS
from pydantic import ValidationError

from mcp_gateway.protocol.messages import ProtocolError

ONE_MODE = "2025-06-18"  # elicitation is always a form there, and named choices use `enumNames`


def adapted(request: Mapping[str, Any], version: str) -> Mapping[str, Any]:
    """Convert a 2026-07-28 request (method and params) to the form of an older revision."""
    if request["method"] != "elicitation/create":
        return request
    params = dict(request["params"])
    if params.get("mode") == "url":
        params["elicitationId"] = secrets.token_urlsafe(16)
    elif version == ONE_MODE:
        params.pop("mode", None)
        form = params["requestedSchema"]
        fields = {name: _named_choices(field) for name, field in form["properties"].items()}
        params["requestedSchema"] = {**form, "properties": fields}
    return {**request, "params": params}


def _named_choices(field: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in field.items() if key != "oneOf"}
    if "oneOf" in field:
        told["enum"] = [choice["const"] for choice in field["oneOf"]]
        told["enumNames"] = [choice["title"] for choice in field["oneOf"]]
    return told


def check_result(method: str, version: str, result: Any) -> None:
    """Validate a client's result. Raises ProtocolError -32602."""
    try:
        methods.validate_client_result(method, version, result)
    except ValidationError:
        raise ProtocolError(INVALID_PARAMS, f"What came back is no result of {method}.") from None
