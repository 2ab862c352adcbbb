"""The tasks extension over the small endpoint, through both doors (SEP-2663)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Tool
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.models import CallTask
from mcp_gateway.runtime import runtime
from tests.factories import CompanyFactory
from tests.gateway.protocol.conftest import (
    MODERN,
    READER,
    Client,
    Closed,
    Plant,
    Reply,
    Said,
    authenticate,
    endpoint_of,
    through_asgi,
    through_django,
)

EXTENSION = "io.modelcontextprotocol/tasks"
SUPPORTED: dict[str, Any] = {"extensions": {EXTENSION: {}}, "elicitation": {}}
FORM = {"type": "object", "properties": {"ok": {"type": "boolean"}}}
QUESTION = {"method": "elicitation/create", "params": {"message": "Sure?", "requestedSchema": FORM}}
INVALID_PARAMS, MISSING_CAPABILITY, HEADER_MISMATCH = -32602, -32021, -32020


def long_tools(plant: Plant) -> Catalogue:
    async def slow(call: Call, arguments: Closed) -> Said:
        await call.progress(1, 2, "half")
        plant.running.set()
        try:
            await asyncio.sleep(plant.seconds)
        except asyncio.CancelledError:
            plant.cancelled += 1
            plant.ended.set()
            raise
        return Said(text="done", who=call.caller.user_name or None)

    async def asking(call: Call, arguments: Closed) -> Said | InputRequired:
        await asyncio.sleep(plant.seconds)
        given = call.extra["params"].get("inputResponses") or {}
        if not {"one", "two"} <= given.keys():
            return InputRequired({"one": QUESTION, "two": QUESTION})
        return Said(text=" ".join(given[name]["action"] for name in ("one", "two")), who=None)

    common: dict[str, Any] = {
        "input": Closed,
        "output": Said,
        "rights": frozenset({"assets:view"}),
        "task_after": 0.1,
    }
    return Catalogue.of(
        [
            Tool(name="slow", title="Slow", description="Slow.", run=slow, **common),
            Tool(name="asking", title="Asking", description="Asking.", run=asking, **common),
        ]
    )


class TaskClient:
    """A client that supports tasks, with the token of one caller."""

    def __init__(self, client: Client, token: str = "all") -> None:
        self._client, self._token = client, token

    async def call(self, tool: str, capabilities: dict[str, Any] = SUPPORTED, **more: Any) -> Reply:
        meta = {"io.modelcontextprotocol/clientCapabilities": capabilities}
        return await self._client.call(tool, meta=meta, version=MODERN, token=self._token, **more)

    async def ask(self, method: str, task_id: str, capabilities: Any = SUPPORTED, **params: Any) -> Reply:
        meta = {"io.modelcontextprotocol/clientCapabilities": capabilities}
        name = params.pop("mcp_name", task_id)
        return await self._client.ask(
            f"tasks/{method}", {"taskId": task_id, "_meta": meta, **params}, version=MODERN,
            token=self._token, mcp_name=name,
        )  # fmt: skip

    async def begun(self, tool: str) -> str:
        result = (await self.call(tool)).result
        assert (result["resultType"], result["status"]) == ("task", "working")
        task_id: str = result["taskId"]
        return task_id

    async def until(self, task_id: str, *statuses: str) -> dict[str, Any]:
        for _ in range(400):
            task = (await self.ask("get", task_id)).result
            if task["status"] in statuses:
                return task
            await asyncio.sleep(0.05)
        raise AssertionError(task)


@pytest.fixture
def company(transactional_db: None) -> None:
    CompanyFactory(pk=READER.company_id)


@pytest.fixture(params=[through_asgi, through_django])
async def served(request: pytest.FixtureRequest, company: None, plant: Plant) -> AsyncIterator[Client]:
    plant.seconds = 0.5
    endpoint: Endpoint = endpoint_of(long_tools(plant), authenticate)
    yield Client(request.param(endpoint))
    await runtime().close_loop()
    runtime().audit.stop()


async def test_a_long_call_becomes_a_task_and_keeps_its_result(served: Client) -> None:
    client = TaskClient(served)
    task_id = await client.begun("slow")
    task = await client.until(task_id, "completed")
    direct = (await client.call("slow", capabilities={})).result
    assert direct["resultType"] == "complete"
    assert task["result"]["structuredContent"] == direct["structuredContent"] == {"text": "done"}
    assert "\ntext: done\n" in task["result"]["content"][0]["text"]
    assert task["resultType"] == task["result"]["resultType"] == "complete"  # ext-tasks 0.2.2 needs both


async def test_a_quick_call_is_answered_at_once(served: Client, plant: Plant) -> None:
    plant.seconds = 0
    result = (await TaskClient(served).call("slow")).result
    assert result["resultType"] == "complete"
    assert await CallTask.objects.acount() == 0


async def test_the_task_says_what_it_does(served: Client, plant: Plant) -> None:
    plant.seconds = 20
    client = TaskClient(served)
    result = (await client.call("slow")).result
    assert result["statusMessage"] == "half"
    assert isinstance(result["ttlMs"], int)
    assert isinstance(result["pollIntervalMs"], int)


async def test_a_client_without_the_extension_gets_no_task(served: Client) -> None:
    assert (await TaskClient(served).call("slow", capabilities={})).result["resultType"] == "complete"
    refused = await TaskClient(served).ask("get", "unknown", capabilities={})
    assert refused.json["error"]["code"] == MISSING_CAPABILITY
    assert refused.json["error"]["data"] == {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}


@pytest.mark.parametrize("method", ["get", "update", "cancel"])
async def test_nobody_else_reaches_a_task(served: Client, plant: Plant, method: str) -> None:
    plant.seconds = 20
    mine = TaskClient(served)
    task_id = await mine.begun("slow")
    for token in ("read", "person", "again"):
        refused = await TaskClient(served, token).ask(method, task_id, inputResponses={})
        assert refused.json["error"]["code"] == INVALID_PARAMS
    assert (await mine.ask("get", task_id)).result["status"] == "working"
    unknown = await mine.ask(method, "no such task", inputResponses={})
    assert unknown.json["error"]["code"] == INVALID_PARAMS


async def test_who_lost_the_right_does_not_get_the_result(served: Client, plant: Plant) -> None:
    reader = TaskClient(served, "all")
    task_id = await reader.begun("slow")
    await reader.until(task_id, "completed")
    # the same caller, without the right that the tool needs
    poorer = replace(READER, rights=frozenset())

    async def now(authorization: str | None, address: str) -> Any:
        await asyncio.sleep(0)
        return poorer

    after = TaskClient(Client(through_asgi(endpoint_of(long_tools(plant), now))))
    assert (await after.ask("get", task_id)).json["error"]["code"] == INVALID_PARAMS


async def test_the_header_must_name_the_task(served: Client) -> None:
    client = TaskClient(served)
    task_id = await client.begun("slow")
    for name in ("another", None):
        refused = await client.ask("get", task_id, mcp_name=name)
        assert refused.error == (400, HEADER_MISMATCH)


async def test_cancelling_ends_the_work(served: Client, plant: Plant) -> None:
    plant.seconds = 20
    client = TaskClient(served)
    task_id = await client.begun("slow")
    for _ in range(2):  # the second one is acknowledged too
        acknowledged = (await client.ask("cancel", task_id)).result
        assert acknowledged.keys() == {"resultType", "_meta"}
    assert (await client.ask("get", task_id)).result["status"] == "cancelled"
    await asyncio.wait_for(plant.ended.wait(), 10)


async def test_a_cancellation_in_another_process_ends_the_work_too(served: Client, plant: Plant) -> None:
    plant.seconds = 20
    client = TaskClient(served)
    await client.begun("slow")
    await CallTask.objects.aupdate(status=CallTask.Status.CANCELLED)  # as the other process does
    await asyncio.wait_for(plant.ended.wait(), 10)


async def test_a_task_asks_and_takes_answers_one_by_one(served: Client) -> None:
    client = TaskClient(served)
    task_id = await client.begun("asking")
    asked = (await client.until(task_id, "input_required"))["inputRequests"]
    assert list(asked.values()) == [QUESTION, QUESTION]
    first, second = asked
    yes, no = {"action": "accept", "content": {"ok": True}}, {"action": "decline"}
    await client.ask("update", task_id, inputResponses={first: yes, "never asked": yes})
    left = (await client.ask("get", task_id)).result
    assert (left["status"], list(left["inputRequests"])) == ("input_required", [second])
    await client.ask("update", task_id, inputResponses={first: no, second: no})  # the first one stays
    done = await client.until(task_id, "completed", "failed")
    # PostgreSQL gives the questions in an order of its own
    assert sorted(done["result"]["structuredContent"]["text"].split()) == ["accept", "decline"]


async def test_a_task_whose_process_died_has_failed(served: Client, plant: Plant) -> None:
    plant.seconds = 20
    client = TaskClient(served)
    task_id = await client.begun("slow")
    await CallTask.objects.aupdate(alive_until=timezone.now())
    task = (await client.ask("get", task_id)).result
    assert task["status"] == "failed"
    assert "restarted" in task["error"]["message"]


async def test_a_task_ends_with_its_server(served: Client, plant: Plant) -> None:
    plant.seconds = 20
    client = TaskClient(served)
    task_id = await client.begun("slow")
    await runtime().close_loop()
    assert (await client.ask("get", task_id)).result["status"] == "failed"
    assert plant.cancelled == 1


async def test_too_many_at_once_are_answered_when_they_are_done(served: Client, plant: Plant) -> None:
    plant.seconds = 1
    client = TaskClient(served)
    kinds = [
        result.result["resultType"]
        for result in await asyncio.gather(*(client.call("slow") for _ in range(7)))
    ]
    assert sorted(kinds) == ["complete"] * 2 + ["task"] * 5


async def test_calls_that_their_client_gave_up_take_no_place(served: Client, plant: Plant) -> None:
    """Given up at any moment: before the call is a task, and while its row is written."""
    plant.seconds = 1
    client = TaskClient(served)
    for wait in (0.02, 0.05, 0.09, 0.1, 0.101, 0.102, 0.105, 0.11):
        call = asyncio.ensure_future(client.call("slow"))
        await asyncio.sleep(wait)
        call.cancel()
        await asyncio.wait({call})
    await asyncio.sleep(1.5)  # a task whose handle was lost on the way ends by itself
    answers = await asyncio.gather(*(client.call("slow") for _ in range(5)))
    assert {answer.result["resultType"] for answer in answers} == {"task"}
