"""Bounds how many events strangers can cause, so that nobody can fill the log from outside."""

from __future__ import annotations

from django.core.cache import cache

WINDOW_SECONDS = 60


def within(name: str, most: int) -> bool:
    """Count one more event of this name. Return whether it is among the first `most` of a minute.

    The minute begins with its first event.
    """
    key = f"audit-bound:{name}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(key)) <= most
    except ValueError:
        return True  # evicted between the two calls
