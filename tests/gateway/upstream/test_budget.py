"""One company's budget, shared by its people, against a real server."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import pytest
from aiohttp import web
from pytest_django import Settings

from mcp_gateway.calls.errors import RateLimited
from mcp_gateway.runtime import runtime
from tests.gateway.upstream.conftest import Scripted, answers, caller, good, hangs

ROW = {"code": "A"}


@pytest.fixture(autouse=True)
def limited(settings: Settings, scripted: Scripted) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 40  # a burst of 10, then one every two seconds
    scripted.script = [good([ROW])]


async def ask(person: int, text: str = "", **changes: object) -> float:
    """Read once. Return the seconds it took."""
    began = time.monotonic()
    query = {"code": text} if text else None
    await runtime().upstream_of(caller(user_id=person, **changes)).get(["items"], query)
    return time.monotonic() - began


async def test_the_burst_goes_out_at_once_and_the_rest_in_turn(
    scripted: Scripted, settings: Settings
) -> None:
    settings.UPSTREAM_DEADLINE_SECONDS = 4.0
    began = time.monotonic()
    for number in range(10):
        await ask(1, f"{number}")
    assert time.monotonic() - began < 1
    assert 1.5 < await ask(1, "later") < 2.7


async def test_with_tokens_and_without_redis_nothing_is_waited_for(scripted: Scripted) -> None:
    turn = runtime().upstream_of(caller())._turn()
    with pytest.raises(StopIteration):  # the first step is the last one
        turn.send(None)


async def test_beyond_the_deadline_nobody_waits(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_DEADLINE_SECONDS = 1.0
    for number in range(10):
        await ask(1, f"{number}")
    began = time.monotonic()
    with pytest.raises(RateLimited) as caught:
        await ask(1, "more")
    assert time.monotonic() - began < 0.2  # known immediately
    assert caught.value.details == {"retry_after_seconds": 2}
    assert "Wait 2 seconds" in caught.value.message
    assert len(scripted.seen) == 10


async def test_a_write_without_a_token_is_not_sent_and_says_so(
    scripted: Scripted, settings: Settings
) -> None:
    settings.UPSTREAM_DEADLINE_SECONDS = 1.0
    upstream = runtime().upstream_of(caller())
    for number in range(10):
        await upstream.get(["items"], {"code": f"{number}"})
    with pytest.raises(RateLimited):
        await upstream.post(["work_requests"], {"description": "x"})
    assert not upstream.may_have_written
    assert {seen.method for seen in scripted.seen} == {"GET"}


async def test_a_greedy_person_does_not_starve_another(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 240  # 60, then three per second
    quiet = range(2, 8)
    for person in quiet:
        await ask(person, "hello")
    greedy = [asyncio.ensure_future(ask(1, f"{number}")) for number in range(150)]
    await asyncio.sleep(0.5)
    assert sum(task.done() for task in greedy) < 150
    assert max([await ask(person, "again") for person in quiet]) < 0.3
    for task in greedy:
        task.cancel()
    await asyncio.gather(*greedy, return_exceptions=True)


async def test_a_greedy_person_who_waits_keeps_no_other_from_what_is_left(
    scripted: Scripted, settings: Settings
) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 200
    told = {"ratelimit-remaining": "15", "ratelimit-reset": "6"}
    for person in range(2, 12):
        await ask(person, "hello")
    await asyncio.gather(*(ask(1, f"{number}") for number in range(15)))
    scripted.script = [answers({"success": True, "data": [ROW], "total": 1}, 200, told), good([ROW])]
    scripted.seen.clear()
    await ask(1, "last")
    waiting = asyncio.ensure_future(ask(1, "waits"))  # what remains in this window is for others
    await asyncio.sleep(0.1)
    assert not waiting.done()
    settings.UPSTREAM_DEADLINE_SECONDS = 1.0
    assert await ask(2, "goes") < 0.3
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize("kept", [0.0, 3.0], ids=["turns alone", "with the reserve"])
async def test_who_waits_is_served_in_turns(
    scripted: Scripted, settings: Settings, monkeypatch: pytest.MonkeyPatch, kept: float
) -> None:
    monkeypatch.setattr("mcp_gateway.upstream.pace.KEPT_FOR_EACH", kept)
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 240
    served: Counter[int] = Counter()

    async def one(person: int, number: int) -> None:
        await ask(person, f"{number}")
        served[person] += 1

    await asyncio.gather(*(one(9, number) for number in range(60)))  # nothing is left
    tasks = [asyncio.ensure_future(one(1, number)) for number in range(30)]
    tasks += [asyncio.ensure_future(one(person, number)) for person in (2, 3) for number in range(3)]
    await asyncio.sleep(3.4)
    assert served[2] >= 2
    assert served[3] >= 2
    assert served[1] <= 5
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_went_away_holds_no_place(scripted: Scripted) -> None:
    for number in range(10):
        await ask(1, f"{number}")
    gone = [asyncio.ensure_future(ask(1, f"gone {number}")) for number in range(5)]
    await asyncio.sleep(0.1)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    assert await ask(2, "stays") < 2.5
    assert not any("gone" in seen.raw_path for seen in scripted.seen)


async def test_companies_have_budgets_of_their_own(scripted: Scripted) -> None:
    for number in range(10):
        await ask(1, f"{number}")
    assert await ask(1, "other", company_id=2) < 0.3


@pytest.mark.parametrize("status", [406, 429])
@pytest.mark.parametrize(
    "headers",
    [{"ratelimit-reset": "30"}, {"Request-Call-Limit-Reset": "30"}, {"Retry-After": "30"}],
    ids=["current", "older", "retry-after"],
)
async def test_after_a_refusal_nobody_asks_until_it_is_over(
    scripted: Scripted, status: int, headers: dict[str, str]
) -> None:
    scripted.script = [answers({"success": False}, status, headers), good([ROW])]
    for person in (1, 2, 3):
        with pytest.raises(RateLimited) as caught:
            await ask(person)
        assert 29 <= caught.value.details["retry_after_seconds"] <= 30
    assert len(scripted.seen) == 1


@pytest.mark.parametrize("prefix", ["ratelimit", "Request-Call-Limit"])
async def test_what_others_spent_is_counted(scripted: Scripted, prefix: str) -> None:
    """Another program of the company uses the same budget, which only the headers reveal."""
    told = {f"{prefix}-remaining": "1", f"{prefix}-reset": "40"}
    scripted.script = [answers({"success": True, "data": [ROW], "total": 1}, 200, told)]
    await ask(1, "a")
    await ask(1, "b")
    with pytest.raises(RateLimited) as caught:
        await ask(1, "c")
    assert 39 <= caught.value.details["retry_after_seconds"] <= 40
    assert len(scripted.seen) == 2


async def test_a_short_wait_is_waited(scripted: Scripted) -> None:
    told = {"ratelimit-remaining": "0", "ratelimit-reset": "1"}
    scripted.script = [answers({"success": True, "data": [ROW], "total": 1}, 200, told), good([ROW])]
    await ask(1, "a")
    assert 0.5 < await ask(1, "b") < 2


async def test_a_smaller_limit_of_the_upstream_is_kept(scripted: Scripted) -> None:
    told = {"ratelimit-limit": "4", "ratelimit-remaining": "3", "ratelimit-reset": "60"}
    scripted.script = [answers({"success": True, "data": [ROW], "total": 1}, 200, told)]
    for number in range(2):
        await ask(1, f"{number}")
    with pytest.raises(RateLimited):
        await ask(1, "more")


async def test_headers_that_make_no_sense_close_nothing(scripted: Scripted) -> None:
    told = {"ratelimit-limit": "-5", "ratelimit-remaining": "nan", "ratelimit-reset": "soon"}
    scripted.script = [answers({"success": True, "data": [ROW], "total": 1}, 200, told)]
    for number in range(5):
        await ask(1, f"{number}")
    assert len(scripted.seen) == 5


async def test_without_a_limit_nothing_is_counted(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 0
    assert runtime().upstream.budgets.of(caller()) is None
    await asyncio.gather(*(ask(1, f"{number}") for number in range(60)))
    assert len(scripted.seen) == 60


async def test_a_queue_has_an_end(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 8
    scripted.script = [hangs(0.01)]
    tasks = [asyncio.ensure_future(ask(1, f"{number}")) for number in range(40)]
    await asyncio.sleep(0.3)
    refused = [task for task in tasks if task.done() and isinstance(task.exception(), RateLimited)]
    assert len(refused) >= 25
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_budget_of_processes_without_redis_is_divided(
    scripted: Scripted, settings: Settings
) -> None:
    settings.WORKERS = 4
    settings.UPSTREAM_DEADLINE_SECONDS = 0.5
    for number in range(2):
        await ask(1, f"{number}")
    with pytest.raises(RateLimited):
        await ask(1, "more")


async def test_a_read_that_is_tried_again_pays_again(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 8  # a burst of two
    settings.UPSTREAM_DEADLINE_SECONDS = 3.0

    async def broken(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=500)

    scripted.script = [broken]
    with pytest.raises(RateLimited):
        await ask(1)
    assert len(scripted.seen) == 2
