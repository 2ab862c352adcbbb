"""Writes of less weight than an answer, which wait a moment so that many take one transaction.

A commit of its own for each would keep the audit rows waiting, on SQLite above all: it has one writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import connection

GATHERED_SECONDS = 0.2

Value = TypeVar("Value", bound=Hashable)


class LaterWrites(Generic[Value]):
    """Hands the values of GATHERED_SECONDS to `write`, each once and in the order in which they came.

    `write` runs in a thread of its own, and handles the errors of the database itself.
    """

    def __init__(self, name: str, write: Callable[[list[Value]], None]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._write = write
        self._waiting: dict[Value, None] = {}
        self._lock = threading.Lock()
        self._hurry = threading.Event()

    def add(self, value: Value) -> None:
        with self._lock:
            is_first = not self._waiting
            self._waiting[value] = None
        if is_first:
            self._thread.submit(self._gather)

    def settle(self) -> None:
        """Wait until what was added is written."""
        self._hurry.set()
        try:
            self._thread.submit(lambda: None).result(10)
        finally:
            self._hurry.clear()

    def stop(self) -> None:
        self._hurry.set()
        self._thread.shutdown()

    def _gather(self) -> None:
        self._hurry.wait(GATHERED_SECONDS)
        with self._lock:
            values, self._waiting = list(self._waiting), {}
        try:
            self._write(values)
        finally:
            connection.close()
