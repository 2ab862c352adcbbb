"""Fetching a client's metadata document: guarded by the library, ended by a clock of ours.

The library checks the URL, resolves the host once, refuses every address that is not public,
connects to the checked address, follows no redirect and limits type and size. Its time limit
counts for each read, though, so a server that drips would hold a worker for hours: here the
connections are cut when the whole fetch has taken too long.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import urllib3
from oauth2_provider import cimd
from urllib3.connection import HTTPSConnection

from consumers.security_log import note

TOTAL_SECONDS = 4.0
MAX_FETCHES = 4
MAX_ADDRESSES = 3
_WAIT_FOR_PLACE_SECONDS = 1.0
_places = threading.BoundedSemaphore(MAX_FETCHES)

Resolve = Callable[[str, int], list[str]]


class Unavailable(Exception):
    """There is no document to go by: `reason` is a word of ours, never what the other side said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fetcher(cimd.SafeMetadataFetcher):
    """One fetch, which `cut` ends from another thread. `resolve` must give public addresses only."""

    def __init__(self, resolve: Resolve | None = None, context: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve or cimd._resolve_and_validate
        self._context = context or ssl.create_default_context()
        self._lines: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = False

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        parsed = cimd._validate_client_id_url(client_id)
        port = parsed.port or 443
        path = parsed.path + (f"?{parsed.query}" if parsed.query else "")
        headers = {"Host": parsed.netloc, "Accept": "application/json, application/*+json"}
        for address in self._resolve(parsed.hostname, port)[:MAX_ADDRESSES]:
            # The checked address is what is connected to; name and certificate are the host's.
            pool = urllib3.HTTPSConnectionPool(
                host=address,
                port=port,
                timeout=urllib3.Timeout(total=TOTAL_SECONDS),
                retries=False,
                maxsize=1,
                ssl_context=self._context,
                server_hostname=parsed.hostname,
            )
            pool.ConnectionCls = self._watched_connection()
            try:
                response = pool.urlopen("GET", path, headers=headers, redirect=False, preload_content=False)
                try:
                    found: tuple[dict[str, Any], int] = self._read_document(response)
                    return found
                finally:
                    response.close()
            except (urllib3.exceptions.HTTPError, OSError):
                if self._over:
                    break
            finally:
                pool.close()
                self._forget()
        raise cimd.CIMDError("No address of the host answered.")

    def cut(self) -> None:
        with self._lock:
            self._over = True
            for line in self._lines:
                _shut(line)

    def _watched_connection(self) -> type[HTTPSConnection]:
        watch = self._watch

        class Watched(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                line = super()._new_conn()
                watch(line.dup())  # shutting down a duplicate ends the connection, handshake included
                return line

        return Watched

    def _watch(self, line: socket.socket) -> None:
        with self._lock:
            self._lines.append(line)
            if self._over:
                _shut(line)

    def _forget(self) -> None:
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()


# Tests put one here that reaches a server on this machine.
new_fetcher: Callable[[], Fetcher] = Fetcher


def fetch(url: str) -> tuple[dict[str, Any], int]:
    """The JSON object at the URL and for how many seconds it may be kept; Unavailable otherwise."""
    if not _places.acquire(timeout=_WAIT_FOR_PLACE_SECONDS):
        raise Unavailable("busy")
    fetcher = new_fetcher()
    found: list[tuple[dict[str, Any], int]] = []

    def run() -> None:
        try:
            found.append(fetcher.fetch(url))
        except Exception as error:  # noqa: BLE001 - odd certificates, names and nesting raise of everything
            note("client document not read", kind=type(error).__name__)
        finally:
            _places.release()  # only now: a lookup that hangs goes on taking its place

    # A daemon: neither the answer nor the end of the process waits for a name server.
    thread = threading.Thread(target=run, name="client-document", daemon=True)
    thread.start()
    thread.join(TOTAL_SECONDS)
    late = thread.is_alive()
    if late:
        fetcher.cut()
    if not found:
        raise Unavailable("too_slow" if late else "unreachable")
    return found[0]


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)
