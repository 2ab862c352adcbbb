"""Records when a connection was last used, for the screens, without delaying the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from consumers.oauth import token_info, token_uses
from mcp_gateway.calls.caller import Caller


class LastUse:
    """Records uses, at most one at a time for each connection.

    It has its own thread, so that a write that waits for the database does not block look-ups.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="last-use")
        self._noting: set[tuple[object, ...]] = set()
        self._lock = threading.Lock()

    def note(self, found: token_info.TokenInfo) -> None:
        self._once(
            (found.caller.consumer_id, found.caller.authorization_id), partial(token_uses.record_use, found)
        )

    def note_tools(self, caller: Caller, version: str) -> None:
        """Record the list of tools that the client of this caller has received."""
        self._once(
            (caller.consumer_id, caller.authorization_id, version),
            partial(token_uses.record_tools_seen, caller, version),
        )

    def settle(self) -> None:
        """Wait until the noted uses are written."""
        self._thread.submit(lambda: None).result(10)

    def stop(self) -> None:
        self._thread.shutdown()

    def _once(self, name: tuple[object, ...], write: Callable[[], None]) -> None:
        """Queue a write, unless the same one is queued already."""
        with self._lock:
            if name in self._noting:
                return
            self._noting.add(name)
        self._thread.submit(self._write, name, write)

    def _write(self, name: tuple[object, ...], write: Callable[[], None]) -> None:
        try:
            write()
        finally:
            connection.close()
            with self._lock:
                self._noting.discard(name)
