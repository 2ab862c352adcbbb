"""What hardly changes and is asked for all the time, kept for some seconds: people, warehouses, task types.

For each caller alone, and gone with that caller's own write to the resource. What somebody else writes
is seen when the time is up.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from weakref import WeakKeyDictionary

from django.conf import settings

from mcp_gateway.calls.caller import Caller
from mcp_gateway.upstream.envelope import Answer
from mcp_gateway.upstream.joined import identity_of

KEPT = frozenset({("personnel",), ("warehouses",), ("tasks", "types")})  # lists; a single record never is
MOST_BYTES = 16 * 1024 * 1024
LARGEST_BYTES = 512 * 1024

_Key = tuple[Hashable, str, Hashable, str]  # person, resource, identity, address
_caches: WeakKeyDictionary[asyncio.AbstractEventLoop, ReferenceCache] = WeakKeyDictionary()


def reference_cache(segments: Sequence[str]) -> ReferenceCache | None:
    """The cache of the running loop, where it keeps answers of this address."""
    if settings.UPSTREAM_REFERENCE_SECONDS <= 0 or tuple(segments) not in KEPT:
        return None
    return _of_loop()


def forget(caller: Caller, resource: str) -> None:
    """After a write of this person, whichever app it came through and whatever came of it."""
    _of_loop().forget(caller, resource)


def _of_loop() -> ReferenceCache:
    loop = asyncio.get_running_loop()
    return _caches.get(loop) or _caches.setdefault(loop, ReferenceCache())


class ReferenceCache:
    """Of one event loop; the oldest answers make room."""

    def __init__(self) -> None:
        self.writes = 0
        self._kept: OrderedDict[_Key, tuple[float, Answer]] = OrderedDict()
        self._bytes = 0

    def get(self, caller: Caller, resource: str, url: str) -> Answer | None:
        kept = self._kept.get(_key(caller, resource, url))
        return kept[1] if kept is not None and kept[0] > time.monotonic() else None

    def put(self, caller: Caller, resource: str, url: str, answer: Answer, writes: int) -> None:
        """`writes` is that of the moment of asking: an answer that a write overtook is not kept."""
        if writes != self.writes or len(answer.body) > LARGEST_BYTES:
            return
        now, key = time.monotonic(), _key(caller, resource, url)
        self._drop(key)
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._drop(next(iter(self._kept)))
        self._kept[key] = (now + settings.UPSTREAM_REFERENCE_SECONDS, answer)
        self._bytes += len(answer.body) + len(url)
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def forget(self, caller: Caller, resource: str) -> None:
        self.writes += 1
        of_person = (_person(caller), resource)
        for key in [key for key in self._kept if key[:2] == of_person]:
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept[1].body) + len(key[3])


def _key(caller: Caller, resource: str, url: str) -> _Key:
    return (_person(caller), resource, identity_of(caller), url)


def _person(caller: Caller) -> Hashable:
    return (caller.company_id, caller.user_id, caller.consumer_id if caller.user_id is None else None)
