"""The Python SDK's client asks the person, and the call continues with the answer.

In 2026-07-28 that takes another request, in 2025-11-25 ("legacy") a session.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import Server, started

Decide = Callable[[ElicitRequestFormParams], ElicitResult]
ERAS = ["2026-07-28", "legacy"]
SEVERAL = {"code": "compresor de tornillo"}


@pytest.fixture(scope="module")
def assistant(server: Server) -> Assistant:
    made = Assistant(server, server.create_consumer("Asks the person", CALLBACK))
    return made.connect(Person("planner@demo.example"))


@asynccontextmanager
async def client(
    assistant: Assistant,
    decide: Decide | None,
    asked: list[ElicitRequestFormParams],
    mode: Any = "2026-07-28",
) -> AsyncIterator[Client]:
    async def ask(context: Any, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(params, ElicitRequestFormParams)
        assert decide is not None
        asked.append(params)
        return decide(params)

    headers = {"authorization": f"Bearer {assistant.tokens['access_token']}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(
            streamable_http_client(assistant.server.mcp_url, http_client=http),
            mode=mode,
            elicitation_callback=None if decide is None else ask,
        ) as connected,
    ):
        yield connected


@pytest.mark.parametrize("era", ERAS)
async def test_the_person_chooses(assistant: Assistant, era: str) -> None:
    asked: list[ElicitRequestFormParams] = []
    chosen = ElicitResult(action="accept", content={"choice": "CMP-03"})
    async with client(assistant, lambda params: chosen, asked, era) as mcp:
        result = await mcp.call_tool("get_asset", SEVERAL)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    assert result.structured_content["code"] == "CMP-03"
    (question,) = asked
    options = question.requested_schema["properties"]["choice"]["oneOf"]
    assert 2 < len(options) <= 11
    assert "CMP-03 — Compresor de tornillo 3" in " ".join(option["title"] for option in options)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("action", "said"), [("decline", "declined"), ("cancel", "cancelled")])
async def test_the_person_does_not_answer(assistant: Assistant, era: str, action: Any, said: str) -> None:
    async with client(assistant, lambda params: ElicitResult(action=action), [], era) as mcp:
        result = await mcp.call_tool("get_asset", SEVERAL)
    assert result.is_error
    assert f'"person_said":"{said}"' in str(result.content)
    assert '"code":"ambiguous"' in str(result.content)


@pytest.mark.parametrize("era", ERAS)
async def test_who_cannot_be_asked_is_told(assistant: Assistant, era: str) -> None:
    async with client(assistant, None, [], era) as mcp:
        result = await mcp.call_tool("get_asset", SEVERAL)
    assert result.is_error
    assert '"code":"ambiguous"' in str(result.content)
    assert "person_said" not in str(result.content)


@pytest.mark.parametrize(("era", "title"), [("2026-07-28", "Polea floja"), ("legacy", "Tapa abierta")])
async def test_two_questions_before_one_write(assistant: Assistant, era: str, title: str) -> None:
    """First which asset, then whether to request the same again (`even_if_similar`)."""
    asked: list[ElicitRequestFormParams] = []

    def decide(params: ElicitRequestFormParams) -> ElicitResult:
        if "choice" in params.requested_schema["properties"]:
            return ElicitResult(action="accept", content={"choice": "CMP-04"})
        return ElicitResult(action="accept", content={"confirm": True})

    async with client(assistant, decide, asked, era) as mcp:
        first = await mcp.call_tool("create_work_request", {"title": title, "asset": "CMP-04"})
        again = {"title": f"{title} otra vez", "asset": SEVERAL["code"]}
        second = await mcp.call_tool("create_work_request", again)
    assert first.structured_content is not None
    assert second.structured_content is not None, second.content
    assert second.structured_content["asset_code"] == "CMP-04"
    assert second.structured_content["id"] != first.structured_content["id"]
    assert len(asked) == 2
    assert str(first.structured_content["id"]) in asked[1].message


@pytest.mark.parametrize(("era", "asset"), [("2026-07-28", "CMP-01"), ("legacy", "CMP-02")])
async def test_an_unusual_reading_is_confirmed(assistant: Assistant, era: str, asset: str) -> None:
    """`even_if_unusual`: nothing is written until the person says that the value is correct."""
    meters = assistant.ask("list_meters", asset=asset)["meters"]
    meter = next(meter for meter in meters if meter["kind"] == "counter")
    reading = {"asset": asset, "meter": meter["id"], "value": meter["last_value"] + 500_000}
    says = iter((False, True))
    asked: list[ElicitRequestFormParams] = []

    def decide(params: ElicitRequestFormParams) -> ElicitResult:
        return ElicitResult(action="accept", content={"confirm": next(says)})

    async with client(assistant, decide, asked, era) as mcp:
        refused = await mcp.call_tool("add_meter_reading", reading)
        assert assistant.ask("list_meters", asset=asset)["meters"] == meters
        written = await mcp.call_tool("add_meter_reading", reading)
    assert '"code":"looks_unusual"' in str(refused.content)
    assert written.structured_content is not None, written.content
    assert written.structured_content["value"] == reading["value"]
    assert len(asked) == 2


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server that asks before it makes more than ten calls."""
    with started(tmp_path_factory.mktemp("few"), "tests.clients.few_calls:application") as server:
        made = Assistant(server, server.create_consumer("Asks the person", CALLBACK))
        yield made.connect(Person("planner@demo.example"))


@pytest.mark.parametrize("era", ERAS)
async def test_a_metric_that_needs_many_calls_is_agreed_to(careful: Assistant, era: str) -> None:
    """`allow_calls`."""
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(days=720)).date().isoformat()
    asked: list[ElicitRequestFormParams] = []

    def decide(params: ElicitRequestFormParams) -> ElicitResult:
        if len(asked) == 1:
            return ElicitResult(action="decline")
        return ElicitResult(action="accept", content={"confirm": True})

    async with client(careful, decide, asked, era) as mcp:
        refused = await mcp.call_tool("get_maintenance_metrics", {"since": since})
        answer = await mcp.call_tool("get_maintenance_metrics", {"since": since})
    assert '"code":"needs_many_calls"' in str(refused.content)
    assert answer.structured_content is not None, answer.content
    assert answer.structured_content["coverage"]["partial"] is False
    assert "llamadas a Fracttal One" in asked[0].message
