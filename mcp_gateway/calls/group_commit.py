"""Group commit: many callers, one writing thread, one transaction for everything that is queued.

Each caller waits until its own work is committed. A row costs little under load, and it is on disk before the
caller continues.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from time import sleep
from typing import Any, Generic, TypeVar

from django.db import OperationalError, close_old_connections, connection, transaction

from mcp_gateway.calls.fresh_connection import once_more

logger = logging.getLogger(__name__)

BATCH = 500
# A commit costs nearly the same for one row as for fifty. So a batch waits until it is as large as the last
# one, for at most this long per row. A single call never waits.
LINGER_SECONDS = 0.001
LONGEST_LINGER_SECONDS = 0.02
LINGER_STEP_SECONDS = 0.002


Row = TypeVar("Row")


@dataclass(slots=True)
class _Job(Generic[Row]):
    row: Row | None
    work: Callable[[], Any] | None
    lock: int | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Complete the job. Runs in the job's event loop."""
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


_Settled = tuple[_Job[Any], Any, BaseException | None]


def _settle(settled: Sequence[_Settled]) -> None:
    """Complete the jobs, waking each event loop only once."""
    loops: dict[asyncio.AbstractEventLoop, list[_Settled]] = {}
    for entry in settled:
        loops.setdefault(entry[0].loop, []).append(entry)

    def all_of(entries: Sequence[_Settled]) -> None:
        for job, result, error in entries:
            job.settle(result, error)

    for loop, entries in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop of an abandoned request is closed
            loop.call_soon_threadsafe(all_of, entries)


def _hold(locks: Set[int]) -> None:
    """Take the locks until the commit. On SQLite a transaction that writes keeps all others waiting anyway.

    A batch takes them first and in one order, so that batches of two processes cannot wait for each other.
    Nothing else locks these numbers: no batch waits for an administrator here.
    """
    if locks and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [sorted(locks)]
            )


class GroupCommit(Generic[Row]):
    """The queue and its thread.

    `insert` writes all rows of a batch, in the thread and at the end of its transaction.
    """

    def __init__(self, name: str, insert: Callable[[list[Row]], None]) -> None:
        self._name, self._insert = name, insert
        self._jobs: queue.SimpleQueue[_Job[Row] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._company = 0  # how many rows came along with the first one of the last batch

    async def store(self, row: Row) -> None:
        await self._submit(row, None)

    async def run(self, work: Callable[[], Any], row: Row | None = None, *, lock: int | None = None) -> Any:
        """Run `work` in the thread under its own savepoint, so that a failure rolls back nothing else.

        The row is stored with it, unless the work fails. Work with an equal `lock`, a number of 64 bits, runs
        one after another in all processes.
        """
        return await self._submit(row, work, lock)

    async def _submit(self, row: Row | None, work: Callable[[], Any] | None, lock: int | None = None) -> Any:
        self.start()
        loop = asyncio.get_running_loop()
        job = _Job(row, work, lock, loop, loop.create_future())
        self._jobs.put(job)
        return await job.future

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end the thread."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                self._jobs.put(None)
                self._thread.join(timeout=30)
            self._thread = None

    def _run(self) -> None:
        try:
            while (batch := self._next_batch()) is not None:
                self._commit(batch)
                if connection.vendor != "sqlite":  # a file stays open: opening it costs more than a row
                    close_old_connections()  # return it to the pool: the next batch may come late
                self._company = len(batch) - 1
        finally:
            connection.close()

    def _next_batch(self) -> list[_Job[Row]] | None:
        job = self._jobs.get()
        self._linger()
        batch: list[_Job[Row]] = []
        while job is not None:
            batch.append(job)
            if len(batch) >= BATCH:
                return batch
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch
        if batch:  # stop was requested after these jobs
            self._jobs.put(None)
            return batch
        return None

    def _linger(self) -> None:
        """Wait until as many jobs are queued as in the last batch, or until the time for them is over."""
        left = min(self._company * LINGER_SECONDS, LONGEST_LINGER_SECONDS)
        while left > 0 and self._jobs.qsize() < self._company:
            sleep(min(left, LINGER_STEP_SECONDS))
            left -= LINGER_STEP_SECONDS

    def _commit(self, batch: Sequence[_Job[Row]]) -> None:
        try:
            results = once_more(lambda: self._write(batch))
        except Exception as error:  # noqa: BLE001 - the thread must outlive any failure; callers get it
            logger.error("%s could not store rows: %s", self._name, type(error).__name__)
            _settle([(job, None, error) for job in batch])
            return
        _settle([(job, *result) for job, result in zip(batch, results, strict=True)])

    def _write(self, batch: Sequence[_Job[Row]]) -> list[tuple[Any, Exception | None]]:
        results: list[tuple[Any, Exception | None]] = []
        with transaction.atomic():
            _hold({job.lock for job in batch if job.lock is not None})
            for job in batch:
                result: Any = None
                error: Exception | None = None
                if job.work is not None:
                    try:
                        with transaction.atomic():
                            result = job.work()
                    except OperationalError:
                        raise
                    except Exception as raised:  # noqa: BLE001 - handed to the call that asked
                        error = raised
                results.append((result, error))
            rows = [
                job.row
                for job, (_, error) in zip(batch, results, strict=True)
                if job.row is not None and error is None
            ]
            if rows:
                self._insert(rows)
        return results
