"""The rate limit of the contract: requests per minute and company.

It is counted in Django's cache, which falls back to this process while Redis is down (fracttal_mcp/cache.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from django.conf import settings
from django.core.cache import cache

WINDOW_SECONDS = 60
KEPT_SECONDS = 2 * WINDOW_SECONDS


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
    """Counts one request of a company. Returns None if no limit is set."""
    limit = settings.API_REQUESTS_PER_MINUTE
    if limit <= 0:
        return None
    window, elapsed = divmod(int(time()), WINDOW_SECONDS)
    used = _count(f"api-requests:{company_id}:{window}")
    return Quota(limit=limit, used=used, reset_seconds=WINDOW_SECONDS - elapsed)


def _count(key: str) -> int:
    cache.add(key, 0, KEPT_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # a full cache evicted the key in between, or Redis went away
        cache.set(key, 1, KEPT_SECONDS)
        return 1
