"""Group commits of several processes, and administrators, wait for each other but never in a circle."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

from audit.models import ChainHead, Event
from consumers.models import Consumer
from mcp_gateway.calls.audit import AuditLog, Claim
from mcp_gateway.calls.audit_entry import Entry
from mcp_gateway.calls.caller import Caller, Ceiling, Holder
from mcp_gateway.calls.errors import RateLimited
from mcp_gateway.models import WriteOutcome, WriteRecord
from tests.conftest import World
from tests.consumers.registered import consumer_in

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks of PostgreSQL")
SECONDS_OF_A_WAIT = 10.0


@pytest.fixture
def logs() -> Iterator[tuple[AuditLog, AuditLog]]:
    """Two writers with a connection each, as two processes have them."""
    two = AuditLog(), AuditLog()
    yield two
    for log in two:
        log.stop()


@pytest.fixture
def apps(world: World) -> tuple[Consumer, Consumer]:
    return consumer_in(world, "ChatGPT"), consumer_in(world, "Claude")


def limited(caller: Caller, app: Consumer, writes_per_hour: int) -> Caller:
    ceiling = Ceiling(Holder.CONSUMER, writes_per_hour=writes_per_hour)
    return replace(caller, consumer_id=app.pk, ceilings=(ceiling,))


def entry(caller: Caller, text: str = "a") -> Entry:
    return Entry.of(caller, "write", {"text": text}, is_write=True, request_id="r")


@contextmanager
def row_locked(query: Any) -> Iterator[None]:
    """Hold a lock on a row from another thread, as a screen does while it changes it."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            assert list(query.select_for_update())
            held.set()
            over.wait(60)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(30)
        yield
    finally:
        over.set()
        thread.join()


@on_postgresql
async def test_a_write_under_a_limit_waits_for_no_screen(
    logs: tuple[AuditLog, AuditLog], caller: Caller, apps: tuple[Consumer, Consumer]
) -> None:
    caller = limited(caller, apps[0], 5)
    with row_locked(Consumer.objects.filter(pk=caller.consumer_id)):
        claim = await asyncio.wait_for(logs[0].claim_write(entry(caller), None), SECONDS_OF_A_WAIT)
    assert claim.earlier is None


@on_postgresql
async def test_two_processes_claim_for_two_apps_in_opposite_order(
    logs: tuple[AuditLog, AuditLog], caller: Caller, apps: tuple[Consumer, Consumer]
) -> None:
    """Each batch runs once: one that deadlocks is run again."""
    callers = [limited(caller, app, 5) for app in apps]
    both_inside = threading.Barrier(2)
    ran = [0, 0]

    async def batch(number: int) -> list[Claim]:
        log, (first, second) = logs[number], callers if number == 0 else callers[::-1]

        def pause() -> None:
            ran[number] += 1
            with suppress(threading.BrokenBarrierError):
                both_inside.wait(0.5)

        with together(log):
            jobs = [
                asyncio.ensure_future(log.claim_write(entry(first, str(number)), None)),
                asyncio.ensure_future(log._writer.run(pause)),
                asyncio.ensure_future(log.claim_write(entry(second, str(number)), None)),
            ]
            await asyncio.sleep(0.1)
        claimed: list[Any] = await asyncio.wait_for(asyncio.gather(*jobs), 30)
        return [claimed[0], claimed[2]]

    claims = await asyncio.gather(batch(0), batch(1))
    assert len({claim.record_id for pair in claims for claim in pair}) == 4
    assert ran == [1, 1]


@contextmanager
def together(log: AuditLog) -> Iterator[None]:
    """Let the jobs that are queued inside share one transaction."""
    gate = threading.Event()
    asyncio.ensure_future(log._writer.run(lambda: gate.wait(30)))  # noqa: RUF006 - ends with the gate
    try:
        yield
    finally:
        gate.set()


async def test_two_processes_do_not_pass_the_limit_together(
    logs: tuple[AuditLog, AuditLog], caller: Caller, apps: tuple[Consumer, Consumer]
) -> None:
    caller = limited(caller, apps[0], 3)
    results = await asyncio.gather(
        *(logs[number % 2].claim_write(entry(caller, str(number)), None) for number in range(12)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Claim) for result in results) == 3
    assert sum(isinstance(result, RateLimited) for result in results) == 9
    assert await WriteRecord.objects.acount() == 3


def left_by_a_dead_process(caller: Caller) -> None:
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    WriteRecord.objects.update(created_at=an_hour_ago, expires_at=an_hour_ago)


@on_postgresql
async def test_a_claim_over_a_dead_one_leaves_the_head_of_the_log_alone(
    logs: tuple[AuditLog, AuditLog], caller: Caller
) -> None:
    log = logs[0]
    await log.record(entry(caller, "read"))  # makes the head, and settles for the first time
    died = await log.claim_write(entry(caller), None)
    await sync_to_async(left_by_a_dead_process)(caller)
    with row_locked(ChainHead.objects.filter(pk=caller.company_id)):
        claim = await asyncio.wait_for(log.claim_write(entry(caller), None), SECONDS_OF_A_WAIT)
    assert (claim.earlier, claim.record_id != died.record_id) == (None, True)


async def test_the_event_of_the_dead_one_comes_with_the_next_batch(
    logs: tuple[AuditLog, AuditLog], caller: Caller
) -> None:
    log = logs[0]
    await log.record(entry(caller, "read"))
    died = await log.claim_write(entry(caller), None)
    await sync_to_async(left_by_a_dead_process)(caller)
    claim = await log.claim_write(entry(caller), None)
    await log.record(entry(caller, "read again"))
    assert await Event.objects.filter(is_write=True).acount() == 3
    outcomes = {record.pk: record.outcome async for record in WriteRecord.objects.all()}
    assert outcomes == {died.record_id: WriteOutcome.UNKNOWN, claim.record_id: WriteOutcome.STARTED}
