"""Reference lists are cached for some seconds, separately for each caller."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from pytest_django import Settings

from mcp_gateway.calls.errors import NotConnected, UpstreamRejected
from mcp_gateway.runtime import runtime
from tests.gateway.upstream.conftest import Scripted, answers, caller, good

LISTS = [["personnel"], ["warehouses"], ["tasks", "types"]]


async def ask(segments: list[str], **changes: Any) -> Any:
    return (await runtime().upstream_of(caller(**changes)).get(segments, {"limit": 100})).rows


@pytest.mark.parametrize("segments", LISTS, ids="/".join)
async def test_a_list_is_read_once(scripted: Scripted, segments: list[str]) -> None:
    scripted.script = [good([{"code": "A"}])]
    assert await ask(segments) == await ask(segments) == [{"code": "A"}]
    assert len(scripted.seen) == 1


@pytest.mark.parametrize("segments", [["items"], ["personnel", "A"], ["warehouses_items"], ["tasks"]])
async def test_nothing_else_is_kept(scripted: Scripted, segments: list[str]) -> None:
    scripted.script = [good([{"code": "A"}])]
    await ask(segments)
    await ask(segments)
    assert len(scripted.seen) == 2


@pytest.mark.parametrize(
    "other",
    [{"user_id": 2}, {"company_id": 2}, {"consumer_id": 2}, {"rights": frozenset({"people:view"})}],
    ids=str,
)
async def test_nobody_gets_what_was_kept_for_another(scripted: Scripted, other: dict[str, Any]) -> None:
    scripted.script = [good([{"code": "A"}]), good([])]
    await ask(["personnel"])
    assert await ask(["personnel"], **other) == []


async def test_what_was_kept_needs_a_credential_still(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.script = [good([{"code": "A"}])]
    await ask(["personnel"])

    async def lost(*_: object) -> str:
        raise NotConnected("unlinked")

    monkeypatch.setattr("mcp_gateway.upstream.credentials.Credentials.of", lost)
    with pytest.raises(NotConnected):
        await ask(["personnel"])


async def test_it_is_kept_for_the_time_that_is_set(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REFERENCE_SECONDS = 0.1
    scripted.script = [good([])]
    await ask(["personnel"])
    await asyncio.sleep(0.15)
    await ask(["personnel"])
    assert len(scripted.seen) == 2
    settings.UPSTREAM_REFERENCE_SECONDS = 0
    await ask(["personnel"])
    await ask(["personnel"])
    assert len(scripted.seen) == 4


@pytest.mark.parametrize("segments", LISTS, ids="/".join)
@pytest.mark.parametrize("app", [1, 2])
async def test_the_persons_own_write_is_seen_at_once(
    scripted: Scripted, segments: list[str], app: int
) -> None:
    scripted.script = [good([]), good([]), good([{"code": "NEW"}])]
    await ask(segments)
    await runtime().upstream_of(caller(consumer_id=app)).post(segments[:1], {"code": "NEW"})
    assert await ask(segments) == [{"code": "NEW"}]


async def test_a_read_that_a_write_overtook_is_not_kept(scripted: Scripted) -> None:
    async def slow(_: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return await good([])(_)

    scripted.script = [slow, good([]), good([{"code": "NEW"}])]
    before = asyncio.ensure_future(ask(["personnel"]))
    await asyncio.sleep(0.1)
    await runtime().upstream_of(caller()).post(["personnel"], {"code": "NEW"})
    await before
    assert await ask(["personnel"]) == [{"code": "NEW"}]


async def test_a_refusal_is_not_kept(scripted: Scripted) -> None:
    scripted.script = [answers({"success": False, "message": "x", "data": []}), good([{"code": "A"}])]
    with pytest.raises(UpstreamRejected):
        await ask(["personnel"])
    assert await ask(["personnel"]) == [{"code": "A"}]


async def test_what_is_old_makes_room(scripted: Scripted, settings: Settings) -> None:
    settings.UPSTREAM_REFERENCE_SECONDS = 0.1
    scripted.script = [good([])]
    for person in range(5):
        await ask(["personnel"], user_id=person)
    await asyncio.sleep(0.15)
    await ask(["personnel"], user_id=9)
    cache = runtime().upstream.references
    assert len(cache._answers.kept()) == 1
    assert 0 < cache.size < 1000


async def test_what_is_kept_has_a_largest_size(scripted: Scripted) -> None:
    scripted.script = [good([{"code": "A", "name": "x" * 600_000}])]
    await ask(["personnel"])
    await ask(["personnel"])
    assert len(scripted.seen) == 2
