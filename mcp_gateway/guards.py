"""What a request must be before anybody looks into it: host, origin, content type, answer type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

Refusal = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Guards:
    """`hosts` are host names without port; `origins` are whole origins of browsers that may call.

    A wrong Host or Origin is how DNS rebinding looks (MCP transports, security case 170).
    """

    hosts: Collection[str]
    origins: Collection[str]

    def refuse(self, method: str, headers: Mapping[str, str]) -> Refusal | None:
        host = headers.get("host", "").rsplit(":", 1)[0] if "]" not in headers.get("host", "") else "[::1]"
        if host.lower() not in self.hosts:
            return 421, "This server does not answer for that host."
        origin = headers.get("origin")
        if origin is not None and origin not in self.origins:
            return 403, "Requests from that origin are not allowed."
        if method == "OPTIONS" and origin is None:
            return 405, "Send MCP messages with POST."
        return None

    def refuse_content(self, headers: Mapping[str, str]) -> Refusal | None:
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return 415, "Send application/json."
        accepted = [part.split(";")[0].strip().lower() for part in headers.get("accept", "*/*").split(",")]
        if not {"application/json", "text/event-stream", "application/*", "*/*"} & set(accepted):
            return 406, "Accept application/json."
        return None

    def cors(self, headers: Mapping[str, str]) -> list[tuple[str, str]]:
        origin = headers.get("origin")
        if origin is None or origin not in self.origins:
            return []
        return [
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", "WWW-Authenticate"),
        ]

    def preflight(self) -> list[tuple[str, str]]:
        return [
            ("access-control-allow-methods", "POST, OPTIONS"),
            (
                "access-control-allow-headers",
                "authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name",
            ),
            ("access-control-max-age", "600"),
        ]
