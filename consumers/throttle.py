"""How often one address may fail to authenticate as one consumer."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from redis.exceptions import RedisError

from consumers.digests import digest

WINDOW_SECONDS = 60
PER_CONSUMER = 10
PER_ADDRESS = 100

_local = LocMemCache("oauth-throttle", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures of one address, with one key and in all. A stranger elsewhere cannot lock anyone out."""

    address: str
    names: tuple[str, str]

    @classmethod
    def of(cls, request: HttpRequest, key: str) -> Attempts:
        address = str(request.META.get("REMOTE_ADDR", ""))
        window = int(time.time()) // WINDOW_SECONDS
        return cls(
            address,
            (
                f"oauth-failures:{window}:{digest(f'{address} {key[:255]}')}",
                f"oauth-failures:{window}:{digest(address)}",
            ),
        )

    def seconds_to_wait(self) -> int:
        counts = _get(self.names)
        if counts.get(self.names[0], 0) < PER_CONSUMER and counts.get(self.names[1], 0) < PER_ADDRESS:
            return 0
        return WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS

    def failed(self) -> None:
        for name in self.names:
            _count(name)


def _get(names: tuple[str, ...]) -> dict[str, int]:
    try:
        found = cache.get_many(names)
    except (RedisError, OSError):
        found = _local.get_many(names)
    return {name: int(value) for name, value in found.items()}


def _count(name: str) -> None:
    """In the shared cache; without it in this process, so that the limit never fails open."""
    for store in (cache, _local):
        try:
            store.add(name, 0, WINDOW_SECONDS)
            store.incr(name)
        except ValueError:
            return  # pushed out between the two lines
        except (RedisError, OSError):
            continue
        return
