"""Signals: every process killed at any moment, one worker killed, and a stop as in a deployment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.blackbox.conftest import Installation
from tests.blackbox.counts import count, seeded
from tests.blackbox.invariants import RUNNING
from tests.blackbox.product import Product
from tests.blackbox.witness import Witness, outcome_of

KILLS = count("KILLS", 1)
LIVE_FAMILIES = (
    "SELECT count(DISTINCT token_family) FROM consumers_refreshtoken r JOIN consumers_consumer c "
    "ON c.id = r.application_id WHERE c.client_id = '{key}' AND r.revoked IS NULL AND r.superseded_at IS NULL"
)
SETTLED_WITHIN_SECONDS = 60
pytestmark = pytest.mark.timeout(KILLS * 120 + 180)


@contextmanager
def traffic(*works: Callable[[], Any]) -> Iterator[None]:
    """Repeat each work in a thread until the block ends. Lost connections are part of it."""
    over = threading.Event()

    def repeat(work: Callable[[], Any]) -> None:
        while not over.is_set():
            try:
                work()
            except httpx.TransportError:
                time.sleep(0.01)

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def test_case_223_224_225_killed_at_random_moments_under_load(
    system: Product, installation: Installation, planner: Witness
) -> None:
    """What was acknowledged is there: the newest pair of tokens, each write that was answered, each row.

    RFC 6749 §4.1.2: a code that was being redeemed works once or is dead, and has one family at most.
    """
    chance = seeded(f"kills-{system.engine}")
    redeemer = installation.connect("technician@demo.example")
    written: list[str] = []

    def write() -> None:
        name = f"Kill {time.monotonic()}"
        if planner.try_to_write(name) == "done":
            written.append(name)

    for _ in range(KILLS):
        sent_back_to = redeemer.person.decide(redeemer.authorization_address())
        with traffic(planner.refresh, write, planner.read), ThreadPoolExecutor(1) as pool:
            time.sleep(chance.uniform(0.3, 1.2))
            first = pool.submit(redeemer.redeem, sent_back_to)
            time.sleep(chance.uniform(0, 0.08))
            system.kill()
            answered = first.exception() is None and first.result().status_code == 200
        system.start()
        # The client of a pair whose answer was lost shows the one before again.
        assert planner.refresh().status_code == 200
        assert outcome_of(planner.read()) == "done"
        before = live_families(system, redeemer)
        again = redeemer.redeem(sent_back_to)
        assert again.status_code == 400 if answered else again.status_code in {200, 400}
        # A replay ends the family of the code (RFC 9700 §4.14), also of one whose answer was cut.
        assert live_families(system, redeemer) == before + (1 if again.status_code == 200 else -1)
        redeemer.connect(redeemer.person)
    wait_until_cut_writes_are_settled(system, planner)
    in_ledger = Counter(each.title for each in system.upstream.written)
    assert written
    assert {in_ledger[name] for name in written} == {1}


def wait_until_cut_writes_are_settled(system: Product, planner: Witness) -> None:
    """Whichever process takes the next call records a write whose process died, within a minute."""
    end = time.monotonic() + SETTLED_WITHIN_SECONDS
    while system.query(RUNNING) != [(0,)]:
        assert time.monotonic() < end, "a cut write is still said to be running"
        time.sleep(1)
        planner.read()


def live_families(system: Product, witness: Witness) -> int:
    return int(system.query(LIVE_FAMILIES.format(key=witness.key))[0][0])


@pytest.mark.needs("several_processes")
def test_case_229_one_worker_of_several_is_killed(system: Product, planner: Witness) -> None:
    """Each request that is sent once more is answered, and the worker is replaced."""
    victim = system.workers()[0]
    statuses: list[int] = []

    def asks() -> None:
        for _attempt in range(2):
            try:
                statuses.append(planner.read().status_code)
                return
            except httpx.TransportError:
                continue
        statuses.append(0)

    with traffic(asks, asks):
        time.sleep(0.2)
        os.kill(victim, signal.SIGKILL)
        time.sleep(0.8)
    assert set(statuses) == {200}
    end = time.monotonic() + 60
    while len(system.workers()) < system.engine.processes or victim in system.workers():
        assert time.monotonic() < end, "the worker was not replaced"
        time.sleep(0.2)


def test_case_227_a_stop_lets_calls_finish(system: Product, planner: Witness) -> None:
    """SIGTERM: what was under way is answered whole; the exit is in order and a start follows."""
    calls = 20
    system.upstream.once_written = lambda: time.sleep(0.8)
    with ThreadPoolExecutor(calls) as pool:
        titles = [f"Stop {n} {time.monotonic()}" for n in range(calls)]
        asked = [pool.submit(planner.try_to_write, title) for title in titles]
        end = time.monotonic() + 30
        while len([each for each in system.upstream.written if each.title in titles]) < calls:
            assert time.monotonic() < end, "not every call reached the upstream"
            time.sleep(0.05)
        code = system.terminate()
        told = Counter(each.result() for each in asked)
    system.upstream.once_written = lambda: None
    system.start()
    assert told == {"done": calls}
    assert code in {0, -signal.SIGTERM}
