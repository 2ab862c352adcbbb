"""`tools/list` says when the client of a connection saw another list last."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import PermissionGroup
from consumers.models import Consumer
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program, Register

pytestmark = pytest.mark.django_db(transaction=True)

CHANGED = "fracttal-one/changedSince"


def listed(token: str) -> dict[str, Any]:
    """Return the names of the tools and the `_meta` of a list, asked for anew."""
    runtime().authentication.forget()
    answer = Client().post(
        settings.MCP_PATH,
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        content_type="application/json",
        headers={"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"},
    )
    assert answer.status_code == 200, answer.content
    runtime().authentication.last_use.settle()
    result: dict[str, Any] = answer.json()["result"]
    return result


def seen_at(table: str, row: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tools_seen_at FROM {table} WHERE id = %s", [row])
        (moment,) = cursor.fetchone()
    return str(moment)[:19].replace(" ", "T")


def test_a_person_s_client_is_told_of_a_change_once(world: World, program: Program) -> None:
    token = program.connect(world.owner)["access_token"]
    assert CHANGED not in listed(token)["_meta"]  # the first time there is nothing to compare with
    before = listed(token)
    assert CHANGED not in before["_meta"]
    authorization = world.owner.app_authorizations.get()
    first_seen = seen_at("consumers_appauthorization", authorization.pk)

    rights = [right for right in world.owner_group.rights if not right.startswith("inventory:")]
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(rights=rights)
    after = listed(token)
    assert {tool["name"] for tool in after["tools"]} < {tool["name"] for tool in before["tools"]}
    assert after["_meta"][CHANGED][:19] == first_seen
    assert CHANGED not in listed(token)["_meta"]


def test_another_connection_of_the_person_remembers_for_itself(
    world: World, program: Program, register: Register
) -> None:
    first = program.connect(world.owner)["access_token"]
    listed(first)
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(rights=["assets:view"])
    other = register(name="Claude").connect(world.owner)["access_token"]
    assert CHANGED not in listed(other)["_meta"]
    assert CHANGED in listed(first)["_meta"]


def test_a_program_is_told_too(world: World, register: Register) -> None:
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    answer = program.token(grant_type="client_credentials", resource=settings.MCP_RESOURCE)
    token = answer.json()["access_token"]
    listed(token)
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(rights=["assets:view"])
    assert CHANGED in listed(token)["_meta"]
    assert seen_at("consumers_consumer", program.consumer.pk)
