"""The database ends what was under way, by a restart or to break a deadlock: it is done again."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

# A database that restarted fails an old connection at once; one that is gone lets us wait.
AT_ONCE_SECONDS = 1.0
DEADLOCK = "40P01"  # two transactions held what the other wanted; PostgreSQL notices after a second
# Batches of several processes may meet in a deadlock more than once; each time one of them gets through.
DEADLOCK_TRIES = 6


def once_more(work: Callable[[], T]) -> T:
    """`work`, which can be repeated, and again where its connection had ended. Raises what `work` raises."""
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
