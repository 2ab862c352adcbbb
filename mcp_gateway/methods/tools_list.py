"""The answer to `tools/list`, serialized once for all callers with the same terms and era."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from mcp.shared.inbound import x_mcp_header_map

from mcp_gateway.calls.caller import Caller, Pause, SeenTools, decide
from mcp_gateway.calls.tool import Catalogue, Tool
from mcp_gateway.methods.card_answers import ANSWER_CARD_QUESTION
from mcp_gateway.protocol.schemas import input_schema, output_schema

MAX_KEPT = 256
VERSION_META = "fracttal-one/listVersion"
CHANGED_META = "fracttal-one/changedSince"
PAUSE_META = "fracttal-one/writesPaused"
# The list changes only with the caller's terms, so a client may cache it for a minute.
LIST_CACHE = {"ttlMs": 60_000, "cacheScope": "private"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of tools: the result as JSON, and its version."""

    json: bytes
    version: str

    def for_client(self, seen: SeenTools | None) -> Listed:
        """Say when the client saw another list last, if it did."""
        if seen is None or seen.version == self.version:
            return self
        answer = orjson.loads(self.json)
        answer["_meta"][CHANGED_META] = seen.at.isoformat(timespec="seconds")
        return Listed(orjson.dumps(answer), self.version)


class Listing:
    def __init__(self, catalogue: Catalogue) -> None:
        self._tools = list(catalogue.tools.values())
        self._cards = catalogue.cards
        self._wire = {tool.name: wire(tool) for tool in self._tools}
        self._with_headers = {
            name: described["inputSchema"]
            for name, described in self._wire.items()
            if x_mcp_header_map(described["inputSchema"])
        }
        self._kept: dict[tuple[Any, ...], Listed] = {}

    def tools(self, caller: Caller, modern: bool, envelope: Mapping[str, Any], *, cards: bool) -> Listed:
        """Return the tools that the caller may use, in the order of the catalogue.

        With `cards` each says in which document its answers may be shown.

        No connection is held open, so clients are not notified of changes. The list has a version, and says
        if it is not the one that this client saw last.
        """
        pause = caller.writes_paused
        key = (
            modern, cards, pause, caller.scopes, caller.rights, caller.ceilings, caller.toolsets,
            caller.read_only,
        )  # fmt: skip
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            described = [self._described(tool, pause) for tool in self._tools if decide(tool, caller).usable]
            if cards:
                described = [*map(self._with_card, described), dict(ANSWER_CARD_QUESTION)]
            listed = orjson.dumps(described)
            version = hashlib.sha256(listed).hexdigest()[:16]
            meta = {**envelope.get("_meta", {}), VERSION_META: version}
            if pause is not None:
                meta[PAUSE_META] = {"by": pause.by, "since": pause.since.isoformat(timespec="seconds")}
            cache = LIST_CACHE if modern else {}
            answer = {"tools": orjson.Fragment(listed), **cache, **envelope, "_meta": meta}
            self._kept[key] = Listed(orjson.dumps(answer), version)
        return self._kept[key].for_client(caller.seen_tools)

    def _described(self, tool: Tool[Any, Any], pause: Pause | None) -> dict[str, Any]:
        """Describe a tool. During a pause a write stays listed and says why it is refused.

        Without it the model could only say that there is no such tool. The administrator's name is a text of
        people, so it stands in the list's `_meta`.
        """
        described = self._wire[tool.name]
        if pause is None or tool.read_only:
            return described
        since = pause.since.isoformat(timespec="minutes")
        notice = f"PAUSED by an administrator since {since}: calls are refused until writes are resumed."
        return {**described, "description": f"{notice} {described['description']}"}

    def _with_card(self, described: dict[str, Any]) -> dict[str, Any]:
        address = self._cards.get(described["name"])
        return described if address is None else {**described, "_meta": {"ui": {"resourceUri": address}}}

    def schema_with_headers(self, name: str) -> dict[str, Any] | None:
        """Return the tool's input schema if it repeats arguments in `Mcp-Param-*` headers, otherwise None."""
        return self._with_headers.get(name)


def wire(tool: Tool[Any, Any]) -> dict[str, Any]:
    """Describe a tool for `tools/list`, saying each thing once (docs/decisions/0041).

    `idempotentHint` means nothing for a tool that only reads. The security schemes stand where ChatGPT's
    documentation puts them first; their copy in `_meta` is for servers whose SDK drops unknown fields.
    """
    described: dict[str, Any] = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema or input_schema(tool.input),
        "annotations": {
            "readOnlyHint": tool.read_only,
            "destructiveHint": tool.destructive,
            **({} if tool.read_only else {"idempotentHint": tool.idempotent}),
            "openWorldHint": tool.open_world,
        },
        "securitySchemes": [{"type": "oauth2", "scopes": list(tool.scopes)}],
    }
    if tool.output is not None:
        described["outputSchema"] = output_schema(tool.output)
    return described
