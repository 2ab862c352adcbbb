"""Tells trouble of the database, which passes, from faults of ours: the answer is 503 with Retry-After."""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError

RETRY_AFTER_SECONDS = 5
READ_ONLY = "25006"  # PostgreSQL, as on a standby after a switch


def is_database_trouble(error: BaseException | None) -> bool:
    """Say whether the database cannot be reached or written right now: gone, full, locked or read-only."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") == READ_ONLY
    return isinstance(error, OperationalError | InterfaceError)
