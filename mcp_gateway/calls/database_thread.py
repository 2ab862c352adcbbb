"""A thread for short database work that must wait for nothing else, such as the rows of waiting questions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from django.db import connection

from mcp_gateway.calls.fresh_connection import once_more

T = TypeVar("T")


class DatabaseThread:
    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, job: Callable[[], T]) -> T:
        """Run `job`, which must be repeatable. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, _alone, job)

    def submit(self, job: Callable[[], object]) -> None:
        """Run `job` later without waiting; do nothing if the process ends."""
        with suppress(RuntimeError):
            self._executor.submit(_alone, job)

    def stop(self) -> None:
        self._executor.shutdown()


def _alone(job: Callable[[], T]) -> T:
    try:
        return once_more(job)
    finally:
        connection.close()
