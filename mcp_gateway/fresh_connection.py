"""The database restarts under us: what was under way is done again, on a connection that is new."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

# A database that restarted fails an old connection at once; one that is gone lets us wait.
AT_ONCE_SECONDS = 1.0


def once_more(work: Callable[[], T]) -> T:
    """`work`, which can be repeated, and again where its connection had ended. Raises what `work` raises."""
    begun = monotonic()
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        if monotonic() - begun > AT_ONCE_SECONDS:
            raise
    return work()
