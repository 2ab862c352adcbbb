"""Limits how many wrong tokens one address may show in a minute.

Only wrong ones are counted: many people share the address of an assistant. Above the limit the look-ups of an
address wait in a lane of their own, so that a flood of wrong tokens takes no thread from others. A good token
passes there, unless the lane is full.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from mcp_gateway.expiring_cache import ExpiringCache

MOST = 300
WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000
MOST_WAITING = 20


class TooManyFailures(Exception):
    """HTTP 429: the address showed too many wrong tokens. `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class FailedTokens:
    """The failures of one process."""

    def __init__(self) -> None:
        self._counts: ExpiringCache[str, tuple[int, float]] = ExpiringCache(MOST_ADDRESSES)
        self._last_until = 0.0  # when the youngest count expires
        self._lock = Lock()
        self._waiting = 0
        self.lane = ThreadPoolExecutor(1, thread_name_prefix="failing-address")

    def wait_of(self, address: str) -> int:
        """Return the seconds until the address is below the limit again, 0 if it is below."""
        if time.monotonic() >= self._last_until:
            return 0
        count, until = self._counts.get(address) or (0, 0.0)
        return max(1, round(until - time.monotonic())) if count >= MOST else 0

    def note(self, address: str) -> None:
        with self._lock:
            count, until = self._counts.get(address) or (0, time.monotonic() + WINDOW_SECONDS)
            self._counts.put(address, (count + 1, until), until)
            self._last_until = max(self._last_until, until)

    def enter(self, wait: int) -> None:
        """Take a place in the lane. Raises TooManyFailures if it is full."""
        with self._lock:
            if self._waiting >= MOST_WAITING:
                raise TooManyFailures(wait)
            self._waiting += 1

    def leave(self) -> None:
        with self._lock:
            self._waiting -= 1

    def forget(self) -> None:
        self._counts.clear()
