"""Concurrent requests: from real threads with a connection each, or with another change slipped in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client

from tests.consumers.conftest import Program


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` in threads that start together."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(120)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def apart(program: Program) -> Program:
    """Load the same consumer over another connection."""
    return Program(program.consumer, program.secret, program.callback, program.verifier, Client())


@contextmanager
def another_first(change: Callable[[], Any]) -> Iterator[None]:
    """Run `change` just before the next transaction begins, like somebody who held the lock until then."""
    left = [change]

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if left and sql.startswith("SAVEPOINT"):
            left.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert not left, "no transaction began"
