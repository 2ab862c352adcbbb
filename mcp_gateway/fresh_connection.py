"""The database ends what was under way, by a restart or to break a deadlock: it is done again, once."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

# A database that restarted fails an old connection at once; one that is gone lets us wait.
AT_ONCE_SECONDS = 1.0
DEADLOCK = "40P01"  # two transactions held what the other wanted; PostgreSQL notices after a second


def once_more(work: Callable[[], T]) -> T:
    """`work`, which can be repeated, and again where its connection had ended. Raises what `work` raises."""
    begun = monotonic()
    try:
        return work()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        if monotonic() - begun > AT_ONCE_SECONDS and getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
            raise
    return work()
