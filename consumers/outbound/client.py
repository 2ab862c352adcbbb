"""One HTTP exchange with a host that somebody else named: an administrator, a program or an issuer.

The host is resolved once, and we connect to the address that was checked. There are no redirects, no proxies
from the environment and no cookies, and the body is limited. One timer covers the whole exchange and closes
the connection: the library's timeouts apply to each read, so a server that sends single bytes would occupy a
worker for hours.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

MAX_ADDRESSES = 3
CONNECT_SECONDS = 5.0

# Resolves host and port to the addresses that we may connect to; raises OSError if there are none.
Resolve = Callable[[str, int], list[str]]


class Unreachable(Exception):
    """No connection was made, so nothing was sent."""


class NoReply(Exception):
    """The request was sent, wholly or in part, and no complete answer arrived."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """One request and its answer. Another thread can end it with `cut`."""

    def __init__(self, resolve: Resolve, context: ssl.SSLContext, seconds: float) -> None:
        self._resolve, self._context, self._seconds = resolve, context, seconds
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = False

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, limit: int
    ) -> Reply:
        """Send the request. `limit` is the maximum size of the answer's body in bytes.

        Raises Unreachable, NoReply.
        """
        end = time.monotonic() + self._seconds
        clock = threading.Timer(self._seconds, self.cut)
        clock.daemon = True
        clock.start()
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            port = parts.port or (443 if parts.scheme == "https" else 80)
            for address in self._resolve(host, port)[:MAX_ADDRESSES]:
                if self._over:
                    break
                where = httpx.URL(scheme=parts.scheme, host=address, port=port).copy_with(
                    raw_path=((parts.path or "/") + (f"?{parts.query}" if parts.query else "")).encode()
                )
                named = {"Host": parts.netloc.rpartition("@")[2]} | dict(headers)
                request = httpx.Request(
                    method,
                    where,
                    headers=_HEADERS | named,
                    content=body,
                    extensions={
                        "sni_hostname": host,  # the certificate belongs to the host, not to the address
                        "trace": self._watch,
                        "timeout": self._timeout(end - time.monotonic()),
                    },
                )
                # Nothing was sent to this address, so the next one may be tried.
                with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return self._exchange(request, limit)
            raise Unreachable
        except (OSError, ValueError, httpx.InvalidURL):
            raise Unreachable from None
        finally:
            clock.cancel()
            self._forget()

    def cut(self) -> None:
        with self._lock:
            self._over = True
            for line in self._lines:
                _shut(line)

    def _timeout(self, left: float) -> dict[str, float | None]:
        """Return timeouts for one attempt.

        Only connecting needs its own; the timer ends everything after that.
        """
        connect = max(0.1, min(CONNECT_SECONDS, left))
        return httpx.Timeout(self._seconds, connect=connect).as_dict()

    def _exchange(self, request: httpx.Request, limit: int) -> Reply:
        content = bytearray()
        try:
            with httpx.HTTPTransport(verify=self._context, trust_env=False) as transport:
                answer = transport.handle_request(request)
                with contextlib.closing(answer):
                    for part in answer.iter_raw():
                        content += part
                        if len(content) > limit:
                            raise NoReply
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError):
            raise NoReply from None
        if self._over:  # an answer that was cut off can look complete
            raise NoReply
        return Reply(answer.status_code, answer.headers, bytes(content))

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Remember each new socket; the library calls this at each step of a connection."""
        if event != "connection.connect_tcp.complete":
            return
        # Shutting down a duplicate ends the connection, also during its TLS handshake.
        line = info["return_value"].get_extra_info("socket").dup()
        with self._lock:
            self._lines.append(line)
            if self._over:
                _shut(line)

    def _forget(self) -> None:
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()


_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "fracttal-mcp",
}


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended already
        line.shutdown(socket.SHUT_RDWR)
