"""Lets one process of several prepare the database while the others wait."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_LOCK = 0x66_6D_63_70  # "fmcp": any number that nothing else in this database locks


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for other processes of this installation that prepare the database, then keep them waiting.

    PostgreSQL: an advisory lock of the session, which ends with it. SQLite: a locked file beside the
    database, which the system unlocks when the process ends.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        return
    with Path(f"{connection.settings_dict['NAME']}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
