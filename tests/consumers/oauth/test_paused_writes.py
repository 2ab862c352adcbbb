"""A pause of writes, at every door at which a token of an app or of a program is good."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.pause import pause_writes, resume_writes
from consumers.models import Consumer
from consumers.oauth import token_info
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.conftest import Program, Register

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = sorted(tool.name for tool in CATALOGUE.tools.values() if not tool.read_only)


def ask(token: str, method: str, **params: Any) -> dict[str, Any]:
    runtime().authentication.forget()
    response = Client().post(
        f"{settings.MCP_PATH}?toolsets=all",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}),
        content_type="application/json",
        HTTP_HOST=urlsplit(settings.PUBLIC_URL).netloc,
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_ACCEPT="application/json",
    )
    assert response.status_code == 200, response.content
    result: dict[str, Any] = response.json()["result"]
    return result


def code(result: dict[str, Any]) -> str | None:
    found: str | None = result.get("_meta", {}).get("fracttal-one/error", {}).get("code")
    return found


def test_no_tool_writes_and_reading_goes_on(program: Program, world: World) -> None:
    Consumer.objects.update(toolsets=sorted(CATALOGUE.toolsets - {"default"}))
    token = program.connect(world.owner)["access_token"]
    assert len(WRITES) > 10
    pause_writes(world.company, world.owner, "")
    for name in WRITES:
        assert code(ask(token, "tools/call", name=name, arguments={})) == "writes_paused", name
    listed = ask(token, "tools/list")["tools"]
    assert sorted(t["name"] for t in listed if t["description"].startswith("PAUSED")) == WRITES
    assert ask(token, "tools/call", name="whoami", arguments={})["isError"] is False
    resume_writes(world.company, world.owner, "")
    assert code(ask(token, "tools/call", name=WRITES[0], arguments={})) == "invalid_arguments"


def test_another_company_is_not_paused(program: Program, world: World) -> None:
    token = program.connect(world.owner)["access_token"]
    pause_writes(world.other_company, world.stranger, "")
    assert code(ask(token, "tools/call", name="create_work_request", arguments={})) == "invalid_arguments"


def test_programs_cannot_write_by_the_rest_api(register: Register, world: World) -> None:
    program = register(
        authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[], name="Sheet"
    )
    token = program.token(grant_type="client_credentials").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    client = Client()
    pause_writes(world.company, world.owner, "")
    for method, path in (("post", "/api/work_requests"), ("put", "/api/items/P-1"), ("post", "/api/items")):
        answer = getattr(client, method)(path, "{}", content_type="application/json", headers=headers)
        assert answer.status_code == 403, (path, answer.content)
        assert "Writes are paused" in answer.json()["message"]
    assert client.get("/api/items", headers=headers).status_code == 200
    resume_writes(world.company, world.owner, "")
    again = client.post("/api/items", "{}", content_type="application/json", headers=headers)
    assert again.status_code == 400


def test_a_new_token_is_as_paused_as_an_old_one(program: Program, world: World) -> None:
    pause_writes(world.company, world.owner, "")
    token = program.connect(world.owner)["access_token"]
    assert code(ask(token, "tools/call", name="create_work_request", arguments={})) == "writes_paused"


def test_the_look_up_stays_one_query(program: Program, world: World) -> None:
    token = program.connect(world.owner)["access_token"]
    pause_writes(world.company, world.owner, "")
    with CaptureQueriesContext(connection) as queries:
        found = token_info.resolve(token, settings.MCP_RESOURCE)
    assert found is not None
    assert found.caller.writes_paused is not None
    assert found.caller.writes_paused.by == "Owner"
    assert len(queries) == 1
