"""Concurrent requests from real threads, each with its own database connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from django.test import Client

from tests.consumers.conftest import Program


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` in threads that start together."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def apart(program: Program) -> Program:
    """Load the same consumer over another connection."""
    return Program(program.consumer, program.secret, program.callback, program.verifier, Client())
