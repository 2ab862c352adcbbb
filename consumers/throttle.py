"""Limits how often one address may fail to authenticate as one consumer.

Only failures are counted, and only failures are refused. Keys are public and assistants share addresses, so a
limit that also counted correct secrets would let a stranger cut a company off. Guessing 256 bits is hopeless;
the limit stops a broken client from hammering.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from accounts.networks import address_of as address_of
from consumers.digests import digest

WINDOW_SECONDS = 60
MOST_FAILURES = 10
MOST_BEGUN = 300
MOST_REGISTRATIONS = 20
MOST_OF_A_CALENDAR = 10  # each reads some pages upstream
MOST_CALENDARS = 300  # of one address: an office behind it stays far below


def count_failure(request: HttpRequest, key: str) -> int:
    """Count a failure. Return the seconds to wait if it exceeds the limit, otherwise 0."""
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    name = f"oauth-failures:{window}:{digest(f'{address_of(request)} {key[:255]}')}"
    return WINDOW_SECONDS - into if _count(name) > MOST_FAILURES else 0


def count_tokens(consumer_id: int) -> int:
    """Count a token request of a consumer that proved itself.

    Return the seconds to wait if it exceeds the limit of this minute, otherwise 0.
    """
    most = settings.CONSUMER_REQUESTS_PER_MINUTE
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    if most and _count(f"oauth-tokens:{window}:{consumer_id}") > most:
        return WINDOW_SECONDS - into
    return 0


def count_begun(request: HttpRequest) -> bool:
    """Count an authorization request of an address. Return whether it exceeds the limit of this minute.

    An office behind one address stays far below the limit.
    """
    window = int(time.time()) // WINDOW_SECONDS
    return _count(f"oauth-begun:{window}:{digest(address_of(request))}") > MOST_BEGUN


def count_registration(request: HttpRequest) -> int:
    """Count an attempt to register a program.

    Return the seconds to wait if it exceeds the limit, otherwise 0.
    """
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    name = f"oauth-registrations:{window}:{digest(address_of(request))}"
    return WINDOW_SECONDS - into if _count(name) > MOST_REGISTRATIONS else 0


def count_calendar(request: HttpRequest, token: str) -> int:
    """Count a fetch of a calendar, by its link and by the address, whether or not the link opens anything.

    Return the seconds to wait if it exceeds a limit, otherwise 0.
    """
    window, into = divmod(int(time.time()), WINDOW_SECONDS)
    too_many = _count(f"calendar:{window}:{digest(token[:255])}") > MOST_OF_A_CALENDAR
    too_many |= _count(f"calendars:{window}:{digest(address_of(request))}") > MOST_CALENDARS
    return WINDOW_SECONDS - into if too_many else 0


def _count(name: str) -> int:
    """Count in the shared cache.

    It falls back to this process while Redis is down, so the limit never fails open.
    """
    cache.add(name, 0, WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:
        return 1  # evicted between the two calls
