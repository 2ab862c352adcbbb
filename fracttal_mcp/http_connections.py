"""The connections of the server: slow and endless headers are cut, and there is a most of connections
(security cases 193, 194 and 240)."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\nToo many connections."
)
HEADER_SECONDS = 20.0
# Longer than clients and proxies keep a connection that is idle (nginx: 60), so that they close it, and no
# request meets a connection that is just being closed.
IDLE_SECONDS = 75
MOST_HEADER_BYTES = 64 * 1024


class GuardedConnection(HttpToolsProtocol):
    """Closes a connection whose request has no complete headers in time, or too long ones."""

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if 0 < settings.MOST_CONNECTIONS < len(self.connections):
            transport.write(FULL)
            self._cut()
            return
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._header_bytes > MOST_HEADER_BYTES:
            self._cut()

    def on_message_begin(self) -> None:
        self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def _begin(self) -> None:
        if self._deadline is None:
            self._header_bytes = 0
            self._deadline = self.loop.call_later(HEADER_SECONDS, self._cut)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self, *_: Any) -> None:
        self._end()
        self.transport.close()
