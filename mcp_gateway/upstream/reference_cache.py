"""Caches reference lists (people, warehouses, task types) for some seconds.

They rarely change and are read often. Each caller has a separate cache. The caller's own write to the
resource empties it; other people's writes show after the time has passed.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence

from django.conf import settings

from mcp_gateway.calls.caller import Caller
from mcp_gateway.expiring_cache import ExpiringCache
from mcp_gateway.upstream.envelope import Answer
from mcp_gateway.upstream.joined import identity_of

KEPT = frozenset({("personnel",), ("warehouses",), ("tasks", "types")})  # lists only, never a single record
MOST_BYTES = 16 * 1024 * 1024
LARGEST_BYTES = 512 * 1024
BYTES_BESIDES = 512  # for the URL and the headers

_Key = tuple[Hashable, str, Hashable, str]  # person, resource, identity, URL


def is_kept(segments: Sequence[str]) -> bool:
    """Say whether answers of this resource are cached."""
    return settings.UPSTREAM_REFERENCE_SECONDS > 0 and tuple(segments) in KEPT


class ReferenceCache:
    """The cached lists of one event loop."""

    def __init__(self) -> None:
        self.writes = 0
        self._answers: ExpiringCache[_Key, Answer] = ExpiringCache(
            MOST_BYTES, lambda answer: len(answer.body) + BYTES_BESIDES
        )

    def get(self, caller: Caller, resource: str, url: str) -> Answer | None:
        return self._answers.get(_key(caller, resource, url))

    def put(self, caller: Caller, resource: str, url: str, answer: Answer, writes: int) -> None:
        """Cache an answer.

        `writes` is the counter before the request: if a write came in between, do not cache.
        """
        if writes == self.writes and len(answer.body) <= LARGEST_BYTES:
            until = time.monotonic() + settings.UPSTREAM_REFERENCE_SECONDS
            self._answers.put(_key(caller, resource, url), answer, until)

    def forget(self, caller: Caller, resource: str) -> None:
        """Drop a person's lists of a resource after a write by that person, whatever app and outcome."""
        self.writes += 1
        of_person = (_person(caller), resource)
        self._answers.discard_where(lambda key: key[:2] == of_person)

    @property
    def size(self) -> float:
        return self._answers.size


def _key(caller: Caller, resource: str, url: str) -> _Key:
    return (_person(caller), resource, identity_of(caller), url)


def _person(caller: Caller) -> Hashable:
    return (caller.company_id, caller.user_id, caller.consumer_id if caller.user_id is None else None)
