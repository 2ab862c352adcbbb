"""Identical reads in flight at the same time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from pytest_django import Settings

from mcp_gateway.calls.errors import UpstreamTimeout, UpstreamUnavailable
from mcp_gateway.runtime import runtime
from tests.gateway.upstream.conftest import Scripted, answers, caller, good, hangs

ROW = {"code": "A"}


def slow(script: Any, seconds: float = 0.2) -> Any:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        found: web.StreamResponse = await script(request)
        return found

    return answer


async def ask(code: str = "x", **changes: Any) -> Any:
    return (await runtime().upstream_of(caller(**changes)).get(["items"], {"code": code})).rows


async def test_the_same_read_is_sent_once(scripted: Scripted) -> None:
    scripted.script = [slow(good([ROW]))]
    assert await asyncio.gather(*(ask() for _ in range(20))) == [[ROW]] * 20
    assert len(scripted.seen) == 1
    await ask()  # not cached once it has finished
    assert len(scripted.seen) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": 2},
        {"company_id": 2},
        {"consumer_id": 2},
        {"rights": frozenset({"assets:view"})},
        {"narrowed_to_group_id": 5},
        {"own_work_orders_only": True},
        {"read_only": True},
    ],
    ids=str,
)
async def test_nobody_gets_an_answer_made_for_another(scripted: Scripted, other: dict[str, Any]) -> None:
    scripted.script = [slow(good([ROW]))]
    await asyncio.gather(ask(), ask(**other))
    assert len(scripted.seen) == 2


async def test_another_question_is_another_read(scripted: Scripted) -> None:
    scripted.script = [slow(good([ROW]))]
    await asyncio.gather(ask("x"), ask("y"))
    assert len(scripted.seen) == 2


async def test_writes_are_never_joined(scripted: Scripted) -> None:
    scripted.script = [slow(good([ROW]))]
    await asyncio.gather(
        *(runtime().upstream_of(caller()).post(["work_requests"], {"description": "x"}) for _ in range(3))
    )
    assert len(scripted.seen) == 3


async def test_a_read_after_a_write_does_not_join_one_from_before(scripted: Scripted) -> None:
    scripted.script = [slow(good([]), 0.6), good([ROW]), good([ROW])]
    before = asyncio.ensure_future(ask())
    await asyncio.sleep(0.1)
    await runtime().upstream_of(caller()).post(["work_requests"], {"description": "x"})
    assert await ask() == [ROW]
    assert await before == []


async def test_who_asked_first_may_go_away(scripted: Scripted) -> None:
    scripted.script = [slow(good([ROW]))]
    first = asyncio.ensure_future(ask())
    await asyncio.sleep(0.05)
    others = [asyncio.ensure_future(ask()) for _ in range(3)]
    await asyncio.sleep(0.05)
    first.cancel()
    assert await asyncio.gather(*others) == [[ROW]] * 3
    assert len(scripted.seen) == 2


async def test_who_joined_may_go_away(scripted: Scripted) -> None:
    scripted.script = [slow(good([ROW]))]
    first = asyncio.ensure_future(ask())
    await asyncio.sleep(0.05)
    joined = asyncio.ensure_future(ask())
    await asyncio.sleep(0.05)
    joined.cancel()
    assert await first == [ROW]


async def test_an_error_is_everybodys(scripted: Scripted) -> None:
    scripted.script = [slow(answers({"success": False}, 500))]
    outcomes = await asyncio.gather(*(ask() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(outcome, UpstreamUnavailable) for outcome in outcomes)
    assert len(scripted.seen) == 3  # the attempts of one read


async def test_each_waits_only_as_long_as_its_own_deadline(scripted: Scripted, settings: Settings) -> None:
    scripted.script = [hangs(30)]
    first = asyncio.ensure_future(ask())
    await asyncio.sleep(0.05)
    settings.UPSTREAM_DEADLINE_SECONDS = 0.3
    hurried = runtime().upstream_of(caller())
    settings.UPSTREAM_DEADLINE_SECONDS = 10.0
    with pytest.raises(UpstreamTimeout):
        async with asyncio.timeout(1):
            await hurried.get(["items"], {"code": "x"})
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)


async def test_the_time_of_who_asked_first_is_not_that_of_who_joined(
    scripted: Scripted, settings: Settings
) -> None:
    scripted.script = [hangs(0.7), good([ROW])]
    settings.UPSTREAM_DEADLINE_SECONDS = 0.4
    hurried = runtime().upstream_of(caller())
    settings.UPSTREAM_DEADLINE_SECONDS = 10.0
    first = asyncio.ensure_future(hurried.get(["items"], {"code": "x"}))
    await asyncio.sleep(0.05)
    assert await ask() == [ROW]
    with pytest.raises(UpstreamTimeout):
        await first
