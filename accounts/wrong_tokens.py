"""Counts the wrong bearer tokens that one address shows at the REST APIs.

Only wrong ones are counted and refused. A good token of the same address always passes.
"""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest

from accounts.networks import address_of

WINDOW_SECONDS = 60
MOST = 300


def count_wrong_token(request: HttpRequest) -> int:
    """Count one. Return the seconds to wait if the address exceeds the limit, otherwise 0."""
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    name = f"wrong-tokens:{window}:{hashlib.sha256(address_of(request).encode()).hexdigest()}"
    cache.add(name, 0, WINDOW_SECONDS)
    try:
        count = int(cache.incr(name))
    except ValueError:
        return 0  # evicted between the two calls
    return WINDOW_SECONDS - into if count > MOST else 0
