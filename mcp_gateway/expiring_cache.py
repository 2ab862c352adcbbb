"""Values that are good for some time, in a bounded space: the one cache of the gateway."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import TLRUCache

K = TypeVar("K")
V = TypeVar("V")


class ExpiringCache(Generic[K, V]):
    """Each value has its own end; what was used longest ago makes room. Threads may share one."""

    def __init__(self, largest: int, size: Callable[[V], int] = lambda _value: 1) -> None:
        """`largest` is the sum of the sizes; without `size` it is a number of values."""
        self._lock = threading.Lock()
        self._cache: TLRUCache[K, tuple[float, V]] = TLRUCache(
            largest,
            ttu=lambda _key, kept, _now: kept[0],
            timer=lambda: time.monotonic(),  # looked up on each call, so that a test can move it
            getsizeof=lambda kept: size(kept[1]),
        )

    def get(self, key: K) -> V | None:
        with self._lock:
            kept = self._cache.get(key)
        return None if kept is None else kept[1]

    def put(self, key: K, value: V, until: float) -> None:
        """`until` is in monotonic seconds. What has ended already is not kept, and replaces what was."""
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
        """The keys of what is still good."""
        with self._lock:
            self._cache.expire()
            return list(self._cache)

    @property
    def size(self) -> float:
        with self._lock:
            self._cache.expire()
            return self._cache.currsize
