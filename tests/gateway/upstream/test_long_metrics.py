"""A metric that Fracttal One answers slowly becomes a task and is done after the usual deadline."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web
from pytest_django import Settings

from accounts.rights import ALL_RIGHTS
from mcp_gateway.calls.caller import Caller
from mcp_gateway.runtime import runtime
from mcp_gateway.server import served
from tests.conftest import World
from tests.gateway.protocol.conftest import MODERN, Client, endpoint_of, through_asgi
from tests.gateway.upstream.conftest import Scripted, caller

pytestmark = pytest.mark.django_db(transaction=True)

TASKS: dict[str, Any] = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
ROWS, PAGE, SECONDS_A_PAGE = 1_500, 100, 0.5
ROW = {
    "id_status_work_order": 3, "code": "A", "personnel_description": "Ana", "code_responsible": "P1",
    "creation_date": "2026-11-20T10:00:00Z", "date_maintenance": "2026-11-20T10:00:00Z",
    "initial_date": "2026-11-20T10:00:00Z", "final_date": "2026-11-20T11:00:00Z",
    "real_duration": 3600, "tasks_duration": 3600,
}  # fmt: skip


async def slow_page(request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(SECONDS_A_PAGE)
    start = int(parse_qs(urlsplit(request.raw_path).query).get("start", ["0"])[0])
    numbers = range(start, min(start + PAGE, ROWS))
    rows = [{**ROW, "wo_folio": f"OT-{number}", "id_work_orders_tasks": number + 1} for number in numbers]
    body = {"success": True, "message": "200", "data": rows, "total": str(ROWS)}
    return web.Response(body=orjson.dumps(body))


async def test_it_outlives_the_deadline_as_a_task_only(
    scripted: Scripted, company: World, settings: Settings
) -> None:
    scripted.script = [slow_page]
    settings.UPSTREAM_DEADLINE_SECONDS = 3.0
    someone = caller(
        company_id=company.company.pk, user_id=company.owner.pk, user_email="a@b.example", rights=ALL_RIGHTS
    )

    async def authenticate(authorization: str | None, address: str) -> Caller:
        await asyncio.sleep(0)
        return someone

    client = Client(through_asgi(endpoint_of(served(runtime().dispatcher), authenticate)))

    async def ask(method: str, capabilities: dict[str, Any], header: str, **params: Any) -> dict[str, Any]:
        meta = {"io.modelcontextprotocol/clientCapabilities": capabilities}
        sent = {**params, "_meta": meta}
        return (await client.ask(method, sent, version=MODERN, mcp_name=header)).result

    called = {
        "name": "get_maintenance_metrics",
        "arguments": {"metric": "planned_share", "since": "2026-11-01"},
    }
    refused = await ask("tools/call", {}, str(called["name"]), **called)
    assert refused["isError"] is True
    begun = await ask("tools/call", TASKS, str(called["name"]), **called)
    assert begun["resultType"] == "task"
    for _ in range(60):
        task = await ask("tasks/get", TASKS, begun["taskId"], taskId=begun["taskId"])
        if task["status"] != "working":
            break
        await asyncio.sleep(0.5)
    assert task["status"] == "completed"
    overall = task["result"]["structuredContent"]["overall"]
    assert (overall["tasks"], overall["hours"]) == (ROWS, float(ROWS))
