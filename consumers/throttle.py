"""How often one address may fail to authenticate as one consumer before it hears "wait".

Only failures are counted and only failures are refused: keys are public and assistants share
addresses, so a limit on whoever shows the right secret would let a stranger cut a company off.
Guessing is hopeless anyway (256 bits); this keeps a broken client from hammering.
"""

from __future__ import annotations

import time

from django.core.cache import cache
from django.http import HttpRequest

from consumers.digests import digest

WINDOW_SECONDS = 60
MOST_FAILURES = 10
MOST_BEGUN = 300
MOST_REGISTRATIONS = 20


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def count_failure(request: HttpRequest, key: str) -> int:
    """Count one; the seconds to wait where it was one too many, otherwise 0."""
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    name = f"oauth-failures:{window}:{digest(f'{address_of(request)} {key[:255]}')}"
    return WINDOW_SECONDS - into if _count(name) > MOST_FAILURES else 0


def count_begun(request: HttpRequest) -> bool:
    """Count one authorization request of an address; whether it is one too many for this minute.

    An office behind one address stays far below.
    """
    window = int(time.time()) // WINDOW_SECONDS
    return _count(f"oauth-begun:{window}:{digest(address_of(request))}") > MOST_BEGUN


def count_registration(request: HttpRequest) -> int:
    """Count one attempt of an address to register a program; the seconds to wait where it is too many."""
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    name = f"oauth-registrations:{window}:{digest(address_of(request))}"
    return WINDOW_SECONDS - into if _count(name) > MOST_REGISTRATIONS else 0


def _count(name: str) -> int:
    """In the shared cache, which counts in this process while Redis is gone: the limit never fails open."""
    cache.add(name, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:
        return 1  # pushed out between the two lines
