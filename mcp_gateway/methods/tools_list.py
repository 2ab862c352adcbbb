"""The answer to `tools/list`, serialized once per set of rights, scopes and era."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from mcp.shared.inbound import x_mcp_header_map

from mcp_gateway.calls.tool import Catalogue, Tool
from mcp_gateway.protocol.schemas import input_schema, output_schema

MAX_KEPT = 256
VERSION_META = "fracttal-one/listVersion"
# The list changes only with the caller's rights, so a client may cache it for a minute.
LIST_CACHE = {"ttlMs": 60_000, "cacheScope": "private"}


class Listing:
    def __init__(self, catalogue: Catalogue) -> None:
        self._tools = list(catalogue.tools.values())
        self._wire = {tool.name: wire(tool) for tool in self._tools}
        self._with_headers = {
            name: described["inputSchema"]
            for name, described in self._wire.items()
            if x_mcp_header_map(described["inputSchema"])
        }
        self._kept: dict[tuple[bool, frozenset[str], frozenset[str]], bytes] = {}

    def tools(
        self, rights: frozenset[str], scopes: frozenset[str], modern: bool, envelope: Mapping[str, Any]
    ) -> bytes:
        """Return the result as JSON: the tools that rights and scopes allow, in the order of the catalogue.

        Its version shows a client whether a list has changed. No connection is held open, so clients are not
        notified.
        """
        key = modern, scopes, rights
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            listed = orjson.dumps(
                [
                    self._wire[tool.name]
                    for tool in self._tools
                    if not tool.missing(rights) and set(tool.scopes) <= scopes
                ]
            )
            meta = {**envelope.get("_meta", {}), VERSION_META: hashlib.sha256(listed).hexdigest()[:16]}
            cache = LIST_CACHE if modern else {}
            answer = {"tools": orjson.Fragment(listed), **cache, **envelope, "_meta": meta}
            self._kept[key] = orjson.dumps(answer)
        return self._kept[key]

    def schema_with_headers(self, name: str) -> dict[str, Any] | None:
        """Return the tool's input schema if it repeats arguments in `Mcp-Param-*` headers, otherwise None."""
        return self._with_headers.get(name)


def wire(tool: Tool[Any, Any]) -> dict[str, Any]:
    """Describe a tool for `tools/list`.

    The security schemes appear twice: ChatGPT reads the tool's own, other SDKs only `_meta`.
    """
    schemes = [{"type": "oauth2", "scopes": list(tool.scopes)}]
    described: dict[str, Any] = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema or input_schema(tool.input),
        "annotations": {
            "title": tool.title,
            "readOnlyHint": tool.read_only,
            "destructiveHint": tool.destructive,
            "idempotentHint": tool.idempotent,
            "openWorldHint": tool.open_world,
        },
        "securitySchemes": schemes,
        "_meta": {"securitySchemes": schemes},
    }
    if tool.output is not None:
        described["outputSchema"] = output_schema(tool.output)
    return described
