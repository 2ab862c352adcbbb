"""The budget of several processes in a real Redis, and after Redis goes down."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from mcp_gateway.calls.errors import RateLimited
from mcp_gateway.runtime import runtime
from mcp_gateway.upstream.budget_redis import SharedBuckets
from mcp_gateway.upstream.pace import Bucket, Heard, Pace
from tests.gateway.upstream.conftest import Scripted, answers, caller, good
from tests.process.databases import free_port, redis

ROOT = Path(__file__).resolve().parents[3]
ROW = {"code": "A"}


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[SharedBuckets]:
    buckets = SharedBuckets(redis_url)
    await buckets._client.flushall()
    yield buckets
    await buckets.close()


async def steps_agreed(shared: SharedBuckets, company: str) -> int:
    """Run script and pace.Bucket side by side.

    Return the number of equal steps, until their clocks differ.
    """
    here = Bucket()
    pace, dice = Pace(120), random.Random(5)
    for step in range(300):
        people = dice.sample("abcdefgh", 3)
        heard = Heard(dice.randrange(60), time.monotonic() + 20) if step % 25 == 24 else None
        there = await shared.take(company, pace, people, heard)
        assert there is not None
        if heard is not None:
            here.note(heard)
        expected = here.take(pace, people)
        if there.turn != expected.turn or abs(there.wait - expected.wait) >= 0.05:
            assert there.turn is None or expected.turn is None  # at most a tiny difference in time
            return step
        await asyncio.sleep(dice.choice([0, 0, 0.01]))
    return 300


async def test_both_books_say_the_same(shared: SharedBuckets) -> None:
    """A busy machine may delay one of the two, but not at the same step each time."""
    for attempt in range(5):
        agreed = await steps_agreed(shared, f"company {attempt}")
        if agreed >= 250:
            return
    pytest.fail(f"they came apart each time, at last after {agreed} steps")


async def test_two_loops_spend_one_budget(shared: SharedBuckets, redis_url: str) -> None:
    other = SharedBuckets(redis_url)
    granted = 0
    for _ in range(100):
        for buckets in (shared, other):
            grant = await buckets.take("company", Pace(200), ["a"])
            granted += grant is not None and grant.turn is not None
    await other.close()
    assert 50 <= granted <= 54
    unspent = await shared.take("another company", Pace(200), ["a"])
    assert unspent is not None
    assert unspent.turn == 0


PROCESS = """
import asyncio, json, os, sys, time
import django
django.setup()
from mcp_gateway.upstream.budget_redis import SharedBuckets
from mcp_gateway.upstream.pace import Pace

async def main():
    buckets, granted = SharedBuckets(sys.argv[1]), 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        grant = await buckets.take("company", Pace(240), [sys.argv[2]])
        granted += grant is not None and grant.turn is not None
        await asyncio.sleep(0.005)
    await buckets.close()
    print(json.dumps(granted))

asyncio.run(main())
"""


@pytest.mark.usefixtures("shared")
def test_several_processes_spend_one_budget(redis_url: str) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "fracttal_mcp.settings", "PATH": "/usr/bin:/bin"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, redis_url, f"person {number}"],
            stdout=subprocess.PIPE, cwd=ROOT, env=environment,
        )
        for number in range(3)
    ]  # fmt: skip
    granted = sum(json.loads(process.communicate(timeout=60)[0]) for process in running)
    # 60 at once and 3 per second, in the 3 to 12 seconds from the first start to the last end.
    assert 55 <= granted <= 60 + 3 * 12


async def test_reads_go_by_the_budget_in_redis(
    scripted: Scripted, settings: Settings, shared: SharedBuckets, redis_url: str
) -> None:
    settings.REDIS_URL, settings.UPSTREAM_REQUESTS_PER_MINUTE = redis_url, 40
    settings.UPSTREAM_DEADLINE_SECONDS = 1.0
    settings.WORKERS = 4  # not divided: Redis counts for all
    scripted.script = [good([ROW])]
    for _ in range(4):  # what another process spent
        await shared.take("here:1", Pace(40), ["u1"])
    upstream = runtime().upstream_of(caller())
    for number in range(6):
        await upstream.get(["items"], {"code": f"{number}"})
    with pytest.raises(RateLimited):
        await upstream.get(["items"], {"code": "more"})
    assert len(scripted.seen) == 6


async def test_a_refusal_is_heard_by_all(
    scripted: Scripted, settings: Settings, shared: SharedBuckets, redis_url: str
) -> None:
    settings.REDIS_URL, settings.UPSTREAM_REQUESTS_PER_MINUTE = redis_url, 200
    scripted.script = [answers({"success": False}, 406, {"ratelimit-reset": "40"})]
    with pytest.raises(RateLimited):
        await runtime().upstream_of(caller()).get(["items"])
    grant = None
    for _ in range(50):
        grant = await shared.take("here:1", Pace(200), ["somebody else"])
        assert grant is not None
        if grant.turn is None:
            break
        await asyncio.sleep(0.01)
    assert grant is not None
    assert grant.turn is None
    assert 38 <= grant.wait <= 40


async def test_who_waits_is_woken_through_redis(
    scripted: Scripted, settings: Settings, shared: SharedBuckets, redis_url: str
) -> None:
    settings.REDIS_URL, settings.UPSTREAM_REQUESTS_PER_MINUTE = redis_url, 120  # 30, then 1.5 a second
    scripted.script = [good([ROW])]
    began = time.monotonic()
    await asyncio.gather(
        *(runtime().upstream_of(caller()).get(["items"], {"code": f"{number}"}) for number in range(33))
    )
    assert 1.3 < time.monotonic() - began < 4
    assert len(scripted.seen) == 33


async def test_without_redis_the_process_counts_and_says_so_once(
    scripted: Scripted, settings: Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.UPSTREAM_REQUESTS_PER_MINUTE, settings.UPSTREAM_DEADLINE_SECONDS = 40, 1.0
    scripted.script = [good([ROW])]
    upstream = runtime().upstream_of(caller())
    for number in range(10):
        await upstream.get(["items"], {"code": f"{number}"})
    with pytest.raises(RateLimited):  # the limit never fails open
        await upstream.get(["items"], {"code": "more"})
    said = [record for record in caplog.records if "Redis does not answer" in record.message]
    assert len(said) == 1


async def test_a_redis_that_comes_back_is_used_again(
    shared: SharedBuckets, redis_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("mcp_gateway.upstream.budget_redis.RETRY_AFTER_SECONDS", 0.2)
    await shared._client.config_set("maxclients", "1")  # no new connection is accepted
    other = SharedBuckets(redis_url)
    try:
        assert await other.take("company", Pace(200), ["a"]) is None
        assert not other.is_up
        assert await other.take("company", Pace(200), ["a"]) is None
    finally:
        await shared._client.config_set("maxclients", "1000")
    await asyncio.sleep(0.25)
    assert other.is_up
    assert await other.take("company", Pace(200), ["a"]) is not None
    await other.close()
    lines = [record.message for record in caplog.records if "Redis" in record.message]
    assert len(lines) == 2
    assert "answers again" in lines[1]
