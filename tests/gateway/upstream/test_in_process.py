"""Without a socket the embedded API answers as it does through Django's own client and all its middleware."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from maintenance.api.equipment.items import Items
from maintenance.tokens import mint_user_token
from mcp_gateway.upstream.envelope import Answer
from mcp_gateway.upstream.http import TooLarge, build_url
from mcp_gateway.upstream.in_process import InProcess
from tests.conftest import World

pytestmark = pytest.mark.django_db
WITHOUT_MEANING = {"content-length", "vary", "x-content-type-options", "referrer-policy"}


def token(world: World) -> str:
    return mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)


def in_process(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
    async def ask() -> Answer:
        engine = InProcess(threads=False)
        try:
            return await engine.send(method, url, headers, body)
        finally:
            await engine.close()

    return async_to_sync(ask)()


def by_client(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    return Client().generic(
        method, url.removeprefix("http://embedded"), body or b"", "application/json", headers=headers
    )


REQUESTS: list[tuple[str, list[str], dict[str, Any], Any]] = [
    ("GET", ["items"], {"limit": 3, "type": 2}, None),
    ("GET", ["items", "a/b ñ%2F"], {}, None),
    ("GET", ["items", "ends/"], {}, None),
    ("GET", ["work_orders"], {"since": "yesterday", "until": "2026-01-01T00:00:00Z"}, None),
    ("GET", ["no_such_thing"], {}, None),
    ("POST", ["work_requests"], {}, {"description": "Fuga de aceite — ñandú"}),
    ("PUT", ["work_orders", "OT-1"], {}, {"note": ["not", "a", "text"]}),
    ("DELETE", ["items"], {}, None),
]


@pytest.mark.parametrize(("method", "segments", "query", "body"), REQUESTS)
@pytest.mark.parametrize("signed_in", [True, False])
def test_the_same_answer(
    world: World,
    settings: Any,
    method: str,
    segments: list[str],
    query: dict[str, Any],
    body: Any,
    signed_in: bool,
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0  # what is left differs between the two
    headers = {"Authorization": f"Bearer {token(world) if signed_in else 'wrong'}"}
    sent = None if body is None else json.dumps(body).encode()
    if sent is not None:
        headers["Content-Type"] = "application/json"
    url = build_url(segments, query)
    here, there = in_process(method, url, headers, sent), by_client(method, url, headers, sent)
    assert here.status == there.status_code
    assert json.loads(here.body) == json.loads(there.content)
    known = {name.lower(): value for name, value in there.headers.items()}
    assert {k: v for k, v in here.headers.items() if k not in WITHOUT_MEANING} == {
        name: known[name] for name in here.headers if name not in WITHOUT_MEANING
    }


def test_a_fault_of_the_api_is_an_answer_that_says_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Items, "dispatch", broken)
    answer = in_process("GET", build_url(["items"]), {"Authorization": f"Bearer {token(world)}"})
    assert (answer.status, answer.body) == (500, b"")


def test_an_answer_that_is_too_large_is_not_handed_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp_gateway.upstream.in_process.BODY_LIMIT", 10)
    with pytest.raises(TooLarge):
        in_process("GET", build_url(["items"]), {"Authorization": f"Bearer {token(world)}"})


@pytest.mark.django_db(transaction=True)
def test_in_threads_of_its_own_and_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that gives up does not cut a request short, and the engine waits for it when it closes."""
    here, begun, goes_on, done = threading.current_thread(), threading.Event(), threading.Event(), []
    get = Items.get

    def slow(self: Items, *given: Any, **named: Any) -> Any:
        begun.set()
        goes_on.wait(10)
        done.append(threading.current_thread())
        return get(self, *given, **named)

    monkeypatch.setattr(Items, "get", slow)
    headers = {"Authorization": f"Bearer {token(world)}"}

    async def given_up() -> None:
        engine = InProcess(threads=True)
        asked = asyncio.create_task(engine.send("GET", build_url(["items"]), headers, None))
        await asyncio.to_thread(begun.wait, 10)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        goes_on.set()
        await engine.close()

    asyncio.run(given_up())
    assert len(done) == 1
    assert done[0] is not here
