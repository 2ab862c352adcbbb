"""Bodies of requests to Django: one that comes slowly or is too large is refused before a thread works on it.

The MCP endpoint has its own, stricter limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

BODY_SECONDS = 30.0
MOST_BYTES = 2_621_440  # as Django's own DATA_UPLOAD_MAX_MEMORY_SIZE, which does not count every kind of body


async def with_whole_body(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Call the application with a body that is there already."""
    body, more = b"", True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > MOST_BYTES:
                    await _refuse(send, 413)
                    return
    except TimeoutError:
        await _refuse(send, 408)
        return
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_whole() -> Message:
        return first.pop() if first else await receive()

    await application(scope, receive_whole, send)


async def _refuse(send: Send, status: int) -> None:
    """Answer without a body, and close: the rest of the request is not read."""
    headers = [(b"content-length", b"0"), (b"connection", b"close"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
