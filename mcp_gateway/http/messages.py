"""HTTP requests and responses as values, between the doors (asgi.py, views.py) and the endpoint."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
from mcp_types.jsonrpc import INVALID_REQUEST

Headers = list[tuple[bytes, bytes]]

BODY_LIMIT = 256 * 1024
ALWAYS: Headers = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Authorization, Origin"),
    (b"x-content-type-options", b"nosniff"),
]
JSON: Headers = [(b"content-type", b"application/json"), *ALWAYS]
EVENTS: Headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"), *ALWAYS]


class BodyTooLarge(Exception):
    """The body exceeds BODY_LIMIT, or its declared length does."""


class BodyTooSlow(Exception):
    """The body did not arrive in time."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request. Header names are in lower case, in the order received.

    `read` returns the body. It is called only for a caller who may send one.
    """

    method: str
    header_lines: Sequence[tuple[str, str]]
    read: Callable[[], Awaitable[bytes]]
    may_stream: bool = True
    query: str = ""
    address: str = ""  # of the connection, before X-Forwarded-For is considered

    def headers(self) -> dict[str, str]:
        """Return the headers. Repeated ones are joined, so that no copy escapes a check."""
        folded: dict[str, str] = {}
        for name, value in self.header_lines:
            value = value.strip(" \t")
            folded[name] = f"{folded[name]}, {value}" if name in folded else value
        return folded


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Headers
    body: bytes | AsyncGenerator[bytes] = b""


def refusal(status: int, sentence: str, extra: Headers | None = None) -> HttpResponse:
    """Refuse a request before its message was read."""
    body = orjson.dumps(
        {"jsonrpc": "2.0", "id": None, "error": {"code": INVALID_REQUEST, "message": sentence}}
    )
    return HttpResponse(status, [*JSON, *(extra or [])], body)
