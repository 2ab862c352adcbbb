"""A bounded cache whose values expire. All caches of the gateway use it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import TLRUCache

K = TypeVar("K")
V = TypeVar("V")


class ExpiringCache(Generic[K, V]):
    """A thread-safe cache. Each value has its own expiry; the least recently used value is evicted first."""

    def __init__(self, largest: int, size: Callable[[V], int] = lambda _value: 1) -> None:
        """`largest` limits the sum of the sizes, or without `size` the number of values."""
        self._lock = threading.Lock()
        self._cache: TLRUCache[K, tuple[float, V]] = TLRUCache(
            largest,
            ttu=lambda _key, kept, _now: kept[0],
            timer=lambda: time.monotonic(),  # looked up at each call, so that tests can move it
            getsizeof=lambda kept: size(kept[1]),
        )

    def get(self, key: K) -> V | None:
        with self._lock:
            try:
                return self._cache[key][1]  # half the time of `get`, which looks twice
            except KeyError:
                return None

    def put(self, key: K, value: V, until: float) -> None:
        """Store a value. `until` is in monotonic seconds; an expired value only removes the previous one."""
        with self._lock:
            self._cache[key] = (until, value)

    def discard(self, key: K) -> None:
        with self._lock:
            self._cache.pop(key, None)

    def discard_where(self, matches: Callable[[K], bool]) -> None:
        with self._lock:
            for key in [key for key in self._cache if matches(key)]:
                self._cache.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._cache.clear()

    def kept(self) -> list[K]:
        """Return the keys of unexpired values."""
        with self._lock:
            self._cache.expire()
            return list(self._cache)

    @property
    def size(self) -> float:
        with self._lock:
            self._cache.expire()
            return self._cache.currsize
