"""Records when a connection was last used, for the screens, without delaying the answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from consumers.oauth import token_info


class LastUse:
    """Records uses, at most one at a time for each connection.

    It has its own thread, so that a write that waits for the database does not block look-ups.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="last-use")
        self._noting: set[tuple[int, int | None]] = set()
        self._lock = threading.Lock()

    def note(self, found: token_info.TokenInfo) -> None:
        name = (found.caller.consumer_id, found.caller.authorization_id)
        with self._lock:
            if name in self._noting:
                return
            self._noting.add(name)
        self._thread.submit(self._write, name, found)

    def settle(self) -> None:
        """Wait until the noted uses are written."""
        self._thread.submit(lambda: None).result(10)

    def stop(self) -> None:
        self._thread.shutdown()

    def _write(self, name: tuple[int, int | None], found: token_info.TokenInfo) -> None:
        try:
            token_info.record_use(found)
        finally:
            connection.close()
            with self._lock:
                self._noting.discard(name)
