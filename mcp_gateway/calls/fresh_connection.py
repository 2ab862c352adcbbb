"""Repeats database work that a restart of the server or a deadlock ended."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

# A restarted database fails an old connection at once; one that is down keeps us waiting.
AT_ONCE_SECONDS = 1.0
DEADLOCK = "40P01"  # two transactions waited for each other; PostgreSQL notices after a second
# Batches of several processes may deadlock more than once. Each time one of them succeeds.
DEADLOCK_TRIES = 6


def once_more(work: Callable[[], T]) -> T:
    """Run `work`, which must be repeatable; run it again if its connection had ended or after a deadlock.

    Raises what `work` raises.
    """
    begun = monotonic()
    try:
        return work()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        if not _is_deadlock(error):
            if monotonic() - begun > AT_ONCE_SECONDS:
                raise
            return work()
    for _ in range(DEADLOCK_TRIES - 2):
        sleep(random.uniform(0, 0.05))  # noqa: S311 - only to come apart
        try:
            return work()
        except OperationalError as error:
            connection.close()
            if not _is_deadlock(error):
                raise
    return work()


def _is_deadlock(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == DEADLOCK
