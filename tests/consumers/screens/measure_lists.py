"""Measures pages of long lists, for docs/benchmark.md; it is no part of the suite.

It prints the milliseconds of processor time of one request, database included, the median of nine: in a
company of 10 people, consumers and app authorizations and in one of 10,000; then in one with 100,000
authorizations. `pytest -n 0 -s tests/consumers/screens/measure_lists.py`, and on PostgreSQL
`python -m tests.on_postgres -n 0 -s tests/consumers/screens/measure_lists.py`, on Linux.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from tests.conftest import World
from tests.consumers.screens.large_company import FOUND_ONCE, PAGES, grow
from tests.pages import browser

ROUNDS = 9


@pytest.mark.parametrize("authorizations", [10_000, 100_000])
def test_measure(world: World, authorizations: int) -> None:
    grow(world, people=10, consumers=10, authorizations=10)
    grow(world, stranger=True, authorizations=authorizations)
    print(f"\n{authorizations} authorizations")
    for path in [*PAGES, FOUND_ONCE]:
        milliseconds = [of_one_request(user, path) for user in (world.owner, world.stranger)]
        print(f"{path:75}", *(f"{value:6.0f}" for value in milliseconds))


def of_one_request(user: User, path: str) -> float:
    client = browser(user)
    client.get(path)
    taken = []
    for _ in range(ROUNDS):
        start = processor_seconds()
        assert client.get(path).status_code == 200
        taken.append(1000 * (processor_seconds() - start))
    return statistics.median(taken)


def processor_seconds() -> float:
    """Return what this process and its process of PostgreSQL have used; SQLite runs in this one."""
    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    nanoseconds = int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
    return time.process_time() + nanoseconds / 1e9
