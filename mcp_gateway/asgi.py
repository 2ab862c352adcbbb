"""Door 2: the endpoint as a bare ASGI application, for speed and for streaming."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mcp_gateway.endpoint import HttpRequest, HttpResponse
from mcp_gateway.product import endpoint

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT = 256 * 1024
BODY_SECONDS = 30.0


async def mcp_application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    lines = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _read(receive)
    except TimeoutError:
        return await _send(send, HttpResponse(408, [("connection", "close")]))
    if body is None:
        return await _send(send, HttpResponse(413, [("connection", "close")]))
    work = asyncio.ensure_future(_answer(HttpRequest(scope["method"], lines, body), send))
    gone = asyncio.ensure_future(receive())  # after the body: the client went away
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        gone.cancel()
        work.cancel()
    return None


async def _answer(request: HttpRequest, send: Send) -> None:
    await _send(send, await endpoint().handle(request))


async def _read(receive: Receive) -> bytes | None:
    """The body, or None when it is over the limit, known as early as possible."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


async def _send(send: Send, response: HttpResponse) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if isinstance(response.body, bytes):
        headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
        return
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for chunk in response.body:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
