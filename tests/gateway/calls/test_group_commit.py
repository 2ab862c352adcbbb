"""`GroupCommit`: queued rows share a transaction, a single row never waits, failures stay separate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from mcp_gateway.calls import group_commit
from mcp_gateway.calls.group_commit import LINGER_SECONDS, LONGEST_LINGER_SECONDS, GroupCommit

pytestmark = pytest.mark.django_db(transaction=True)


class Table:
    """Records the rows of each transaction."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.full = False

    def insert(self, rows: list[int]) -> None:
        if self.full:
            raise OSError("no space left")
        self.batches.append(rows)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def lingered(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the seconds that the thread would wait, without waiting."""
    seconds: list[float] = []
    monkeypatch.setattr(group_commit, "sleep", seconds.append)
    return seconds


@pytest.fixture
def writer(table: Table) -> Iterator[GroupCommit[int]]:
    writer: GroupCommit[int] = GroupCommit("test-writer", table.insert)
    yield writer
    writer.stop()


async def store_together(writer: GroupCommit[int], count: int) -> list[BaseException | None]:
    """Queue all of them while the thread is busy with something else."""
    gate = threading.Event()
    first = asyncio.ensure_future(writer.run(gate.wait))
    await asyncio.sleep(0.05)
    stores = [asyncio.ensure_future(writer.store(number)) for number in range(count)]
    await asyncio.sleep(0.05)
    gate.set()
    await first
    return await asyncio.gather(*stores, return_exceptions=True)


async def test_a_row_by_itself_is_stored_at_once(
    writer: GroupCommit[int], table: Table, lingered: list[float]
) -> None:
    for number in range(3):
        await writer.store(number)
    assert table.batches == [[0], [1], [2]]
    assert lingered == []


async def test_rows_that_wait_share_a_transaction(writer: GroupCommit[int], table: Table) -> None:
    assert await store_together(writer, 40) == [None] * 40
    assert table.batches == [list(range(40))]


@pytest.mark.parametrize(
    ("count", "seconds"), [(2, LINGER_SECONDS), (5, 4 * LINGER_SECONDS), (400, LONGEST_LINGER_SECONDS)]
)
async def test_after_a_shared_transaction_the_next_waits_for_company_within_bounds(
    writer: GroupCommit[int], lingered: list[float], count: int, seconds: float
) -> None:
    await store_together(writer, count)
    await writer.store(-1)
    await writer.store(-2)
    assert sum(lingered) == pytest.approx(seconds)


async def test_company_that_is_there_is_not_waited_for(
    writer: GroupCommit[int], table: Table, lingered: list[float]
) -> None:
    gate = threading.Event()
    shared = asyncio.ensure_future(store_together(writer, 5))
    await asyncio.sleep(0.05)
    blocking = asyncio.ensure_future(writer.run(gate.wait))  # in the transaction of the five
    await asyncio.sleep(0.1)
    following = [asyncio.ensure_future(writer.store(number)) for number in range(10, 16)]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(shared, blocking, *following)
    assert table.batches == [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14, 15]]
    assert lingered == []


async def test_work_that_fails_fails_alone_and_rows_that_cannot_be_stored_fail_their_callers(
    writer: GroupCommit[int], table: Table
) -> None:
    def crash() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await writer.run(crash, 9)
    assert await writer.run(lambda: "done", 0) == "done"
    await writer.store(1)
    table.full = True
    assert [type(failure) for failure in await store_together(writer, 2)] == [OSError, OSError]
    table.full = False
    await writer.store(2)
    assert table.batches == [[0], [1], [2]]


async def test_the_end_stores_what_waits(writer: GroupCommit[int], table: Table) -> None:
    waiting = [asyncio.ensure_future(writer.store(number)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.stop)
    await asyncio.gather(*waiting)
    assert sorted(number for batch in table.batches for number in batch) == [0, 1, 2]
