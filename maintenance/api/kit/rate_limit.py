"""The budget of the contract: so many requests a minute, per company, over all its people."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

WINDOW_SECONDS = 60
# Counts on when the shared cache cannot be reached, so that an outage does not lift the limit.
_local = LocMemCache("maintenance.api.kit.rate_limit", {})


@dataclass(frozen=True, slots=True)
class Quota:
    limit: int
    used: int
    reset_seconds: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(max(0, self.limit - self.used)),
            "ratelimit-reset": str(self.reset_seconds),
        }


def spend(company_id: int) -> Quota | None:
    """Counts one request of a company; None where no limit is set."""
    limit = settings.API_REQUESTS_PER_MINUTE
    if limit <= 0:
        return None
    window, elapsed = divmod(int(time()), WINDOW_SECONDS)
    key = f"api-requests:{company_id}:{window}"
    try:
        used = _count(cache, key)
    except (RedisError, OSError):
        used = _count(_local, key)
    return Quota(limit=limit, used=used, reset_seconds=WINDOW_SECONDS - elapsed)


def _count(store: BaseCache, key: str) -> int:
    store.add(key, 0, timeout=2 * WINDOW_SECONDS)
    try:
        return store.incr(key)
    except ValueError:  # thrown out of a full cache in between
        store.set(key, 1, timeout=2 * WINDOW_SECONDS)
        return 1
