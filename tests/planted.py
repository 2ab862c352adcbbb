"""The demo plant, committed, since the audit thread and the in-process API have their own connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from maintenance.demo.seed import seed
from mcp_gateway.runtime import runtime

Counts = dict[str, dict[str, int]]


@contextmanager
def planted(blocker: DjangoDbBlocker) -> Iterator[Counts]:
    """Return how many records of each kind each company has."""
    with blocker.unblock():
        counts = seed(seed=7)
        if connection.vendor == "postgresql":  # the first tests would run before autovacuum does it
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        yield counts
        runtime().audit.stop()
        call_command("flush", verbosity=0, interactive=False)
