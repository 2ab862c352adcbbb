"""Answers as server-sent events: what is said during a call, and at last its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from mcp_gateway.http.messages import HttpResponse
from mcp_gateway.protocol import messages

KEEPALIVE_SECONDS = 10.0


async def events(
    first: bytes, said: asyncio.Queue[bytes], work: asyncio.Future[HttpResponse]
) -> AsyncGenerator[bytes]:
    """Yield `first`, further notifications, and at last the answer. Closing it early cancels the work."""
    more: asyncio.Future[bytes] | None = None
    try:
        yield messages.event(first)
        while not work.done() or not said.empty():
            more = asyncio.ensure_future(said.get())
            waited: set[asyncio.Future[Any]] = {work, more}
            done, _ = await asyncio.wait(
                waited, timeout=KEEPALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if more.done():
                yield messages.event(more.result())
            else:
                more.cancel()
                if not done:
                    yield b": working\n\n"
        answer = (await work).body
        assert isinstance(answer, bytes)
        yield messages.event(answer)
    finally:
        work.cancel()
        if more is not None:
            more.cancel()
