"""The endpoint as a bare ASGI application, for speed and for streaming (door 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any

from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.http.messages import BODY_LIMIT, BodyTooLarge, BodyTooSlow, HttpRequest, HttpResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 30.0
# Most answers are sent before this; only a longer call is worth watching its client.
WATCH_AFTER_SECONDS = 0.25


class ClientGone(Exception):
    """The client disconnected before its request was complete."""


async def serve(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request.

    If the client disconnects, its call is cancelled; a write finishes (dispatch.py).
    """
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    task, watch = asyncio.current_task(), _Watch(receive)
    assert task is not None
    try:
        request = HttpRequest(
            scope["method"],
            lines,
            lambda: _read(receive, dict(lines), watch, task),
            query=scope.get("query_string", b"").decode("latin-1"),
            address=str((scope.get("client") or ("",))[0]),
        )
        await _send(send, await endpoint.handle(request))
    except ClientGone:
        return
    except asyncio.CancelledError:
        if not watch.client_gone:
            raise
        task.uncancel()
    finally:
        watch.stop()


class _Watch:
    """Cancels the task of a request whose client disconnected."""

    def __init__(self, receive: Receive) -> None:
        self.client_gone = False
        self._receive = receive
        self._timer: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None

    def start(self, task: asyncio.Task[Any]) -> None:
        def begin() -> None:
            self._watching = asyncio.create_task(self._wait(task))

        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, begin)

    async def _wait(self, task: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_gone = True
        task.cancel()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()


async def _read(receive: Receive, headers: dict[str, str], watch: _Watch, task: asyncio.Task[Any]) -> bytes:
    """Read the body; refuse it as soon as it is known to exceed the limit."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > BODY_LIMIT:
        raise BodyTooLarge
    body, more = b"", True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > BODY_LIMIT:
                    raise BodyTooLarge
    except TimeoutError:
        raise BodyTooSlow from None
    watch.start(task)
    return body


async def _send(send: Send, response: HttpResponse) -> None:
    start = {"type": "http.response.start", "status": response.status, "headers": response.headers}
    if isinstance(response.body, bytes):
        more = [(b"content-length", str(len(response.body)).encode())]
        if response.status in (408, 413):
            more.append((b"connection", b"close"))  # the rest of the body stays unread
        await send({**start, "headers": [*response.headers, *more]})
        await send({"type": "http.response.body", "body": response.body})
        return
    await send(start)
    async with aclosing(response.body) as chunks:
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
