"""Checks of a request before its content is read: host, origin, content type, accepted types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from django.http.request import split_domain_port, validate_host

Refusal = tuple[int, str]
ANSWERS = frozenset({"application/json", "text/event-stream", "application/*", "*/*"})


class Guards:
    """Checks requests. `hosts` are patterns as in ALLOWED_HOSTS; `origins` are complete origins of browsers.

    A wrong Host or Origin indicates DNS rebinding (MCP transports, security cases 170 and 171).
    """

    def __init__(self, hosts: Collection[str], origins: Collection[str]) -> None:
        self._origins = frozenset(origins)
        patterns = [host.lower() for host in hosts]

        @lru_cache(256)
        def known(host: str) -> bool:
            domain, _port = split_domain_port(host)
            return bool(domain) and validate_host(domain, patterns)

        self._known = known

    def refuse(self, headers: Mapping[str, str]) -> Refusal | None:
        if not self._known(headers.get("host", "")):
            return 421, "This server does not answer for that host."
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return 403, "Requests from that origin are not allowed."
        return None

    def refuse_content(self, headers: Mapping[str, str]) -> Refusal | None:
        if not _is_json(headers.get("content-type", "")):
            return 415, "Send application/json."
        if not _takes_answers(headers.get("accept") or "*/*"):
            return 406, "Accept application/json."
        return None

    def cors(self, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        origin = headers.get("origin")
        if origin is None or origin not in self._origins:
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", b"WWW-Authenticate, Mcp-Session-Id"),
        ]

    def preflight(self, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        wanted = headers.get("access-control-request-headers", "authorization, content-type")
        return [
            (b"access-control-allow-methods", b"POST, DELETE"),
            (b"access-control-allow-headers", wanted.encode("latin-1", "ignore")),
            (b"access-control-max-age", b"600"),
        ]


@lru_cache(64)
def _is_json(content_type: str) -> bool:
    return content_type.split(";")[0].strip().lower() == "application/json"


@lru_cache(256)
def _takes_answers(accept: str) -> bool:
    return any(part.split(";")[0].strip().lower() in ANSWERS for part in accept.split(","))
