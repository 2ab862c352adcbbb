"""Group commit: many callers, one writing thread, one transaction for whatever waits.

Each caller awaits the commit of its own work, so a row costs little under load and is on disk
before the caller goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import OperationalError, close_old_connections, connection, transaction

logger = logging.getLogger(__name__)

BATCH = 500


class Row(Protocol):
    """Something to insert; the rows of a batch go in by one statement."""

    def values(self) -> tuple[Any, ...]: ...


@dataclass(slots=True)
class _Job:
    row: Row | None
    work: Callable[[], Any] | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def resolve(self, result: Any, error: BaseException | None) -> None:
        def settle() -> None:
            if self.future.done():
                return
            if error is not None:
                self.future.set_exception(error)
            else:
                self.future.set_result(result)

        with contextlib.suppress(RuntimeError):  # the loop of a vanished request is closed
            self.loop.call_soon_threadsafe(settle)


class GroupCommit:
    """`insert` writes the values of many rows; it runs in the thread, inside the transaction."""

    def __init__(self, name: str, insert: Callable[[list[tuple[Any, ...]]], None]) -> None:
        self._name, self._insert = name, insert
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def store(self, row: Row) -> None:
        await self._submit(row, None)

    async def run(self, work: Callable[[], Any]) -> Any:
        """`work` under a savepoint of its own: when it fails, it is rolled back alone."""
        return await self._submit(None, work)

    async def _submit(self, row: Row | None, work: Callable[[], Any] | None) -> Any:
        self.start()
        loop = asyncio.get_running_loop()
        job = _Job(row, work, loop, loop.create_future())
        self._jobs.put(job)
        return await job.future

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end the thread."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                self._jobs.put(None)
                self._thread.join(timeout=30)
            self._thread = None

    def _run(self) -> None:
        try:
            while (batch := self._next_batch()) is not None:
                self._commit(batch)
        finally:
            connection.close()

    def _next_batch(self) -> list[_Job] | None:
        job = self._jobs.get()
        batch: list[_Job] = []
        while job is not None:
            batch.append(job)
            if len(batch) >= BATCH:
                return batch
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch
        if batch:  # the end was asked for behind these jobs
            self._jobs.put(None)
            return batch
        return None

    def _commit(self, batch: Sequence[_Job]) -> None:
        close_old_connections()
        try:
            try:
                results = self._write(batch)
            except OperationalError:
                connection.close()  # a restarted database: once more on a fresh connection
                results = self._write(batch)
        except Exception as error:  # noqa: BLE001 - the thread must outlive any failure; callers get it
            logger.error("%s could not store rows: %s", self._name, type(error).__name__)
            for job in batch:
                job.resolve(None, error)
            return
        for job, (result, failure) in zip(batch, results, strict=True):
            job.resolve(result, failure)

    def _write(self, batch: Sequence[_Job]) -> list[tuple[Any, Exception | None]]:
        results: list[tuple[Any, Exception | None]] = []
        with transaction.atomic():
            rows = [job.row.values() for job in batch if job.row is not None]
            if rows:
                self._insert(rows)
            for job in batch:
                if job.work is None:
                    results.append((None, None))
                    continue
                try:
                    with transaction.atomic():
                        results.append((job.work(), None))
                except OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001 - handed to the call that asked
                    results.append((None, error))
        return results
