"""Rules on single tools hold at the REST API as well."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from consumers.models import Consumer
from consumers.policy.decisions import Ceiling, Holder, Verdict, withheld_operations
from consumers.policy.models import GroupCeiling
from maintenance.api.urls import urlpatterns
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.operations import OPERATIONS
from tests.conftest import World
from tests.consumers.conftest import Program, Register
from tests.consumers.policy.drawn import ceilings, patient

WRITING = {name for name, tool in CATALOGUE.tools.items() if not tool.read_only}


def rights_of_the_api() -> dict[str, str]:
    """Return every operation that the URLs of the REST API lead to, with the right that it needs."""
    return {
        f"{method} {str(pattern.name).removeprefix('api-')}": right
        for pattern in urlpatterns
        for method, right in pattern.callback.view_class.rights.items()  # type: ignore[attr-defined]
    }


def test_every_operation_has_the_tools_that_need_its_right() -> None:
    rights = rights_of_the_api()
    assert OPERATIONS.keys() == rights.keys()
    for operation, names in OPERATIONS.items():
        tools, reads = [CATALOGUE.tools[name] for name in names], operation.startswith("GET ")
        # `get_work_order` shows requisitions only to who has the right of these
        needing = [rights[operation] in tool.rights | tool.one_of for tool in tools]
        assert (any if reads else all)(needing), operation
        assert {tool.read_only for tool in tools} == {reads}, operation
    assert {name for names in OPERATIONS.values() for name in names} >= WRITING


@patient
@given(st.lists(ceilings, max_size=3), ceilings)
def test_what_is_withheld(found: list[Ceiling], another: Ceiling) -> None:
    """Each operation judged alone, in the words of the documentation; and one ceiling more allows no more."""
    withheld = withheld_operations(OPERATIONS, CATALOGUE.tools, found)
    named = {name for each in found for name, verdict in each.tools if verdict != Verdict.ALLOWED}
    for operation, names in OPERATIONS.items():
        left = set(names) - named
        may = bool(left) if operation.startswith("GET ") else left == set(names)
        assert (operation in withheld) is not may, operation
    assert withheld <= withheld_operations(OPERATIONS, CATALOGUE.tools, [*found, another])


def test_a_former_name_counts() -> None:
    renamed = replace(CATALOGUE.tools["create_asset"], formerly=("add_asset",))
    ceiling = Ceiling(Holder.GROUP, tools=frozenset({("add_asset", Verdict.NEVER)}))
    tools = {**CATALOGUE.tools, "create_asset": renamed}
    assert withheld_operations(OPERATIONS, tools, [ceiling]) == {"POST items", "POST items_details"}


def asked(token: str, method: str, path: str) -> int:
    headers: Any = {"Authorization": f"Bearer {token}"}
    return Client().generic(
        method, f"/api/{path}", json.dumps({}), content_type="application/json", headers=headers
    ).status_code  # fmt: skip


def change(program: Program, **fields: Any) -> None:
    assert Consumer.objects.filter(pk=program.consumer.pk).update(**fields) == 1


@pytest.mark.django_db(transaction=True)
def test_a_program(register: Register, world: World) -> None:
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    token = machine.token(grant_type="client_credentials").json()["access_token"]
    assert asked(token, "POST", "work_requests") == 400
    assert asked(token, "GET", "personnel") == asked(token, "GET", "personnel/") == 200
    assert asked(token, "PUT", "items/a") == 404
    change(machine, tool_rules={"create_work_request": "never", "list_people": "ask", "update_asset": "ask"})
    assert asked(token, "POST", "work_requests") == 403
    assert asked(token, "GET", "personnel") == 403
    assert asked(token, "GET", "personnel/") == 403
    assert asked(token, "PUT", "items/a") == 403
    assert asked(token, "GET", "work_requests") == 200
    assert asked(token, "POST", "third_parties") == 400  # that its body is empty is said by the API itself
    change(machine, tool_rules={})
    GroupCeiling.objects.create(
        group=machine.consumer.permission_group, tool_rules={"get_asset": "never", "list_assets": "never"}
    )
    assert asked(token, "GET", "items") == asked(token, "GET", "items_details") == 403
    assert asked(token, "GET", "personnel") == 200
    GroupCeiling.objects.update(tool_rules={"get_asset": "never"})
    assert asked(token, "GET", "items") == 200
    assert asked(token, "GET", "items_locations") == 403


@pytest.mark.django_db(transaction=True)
def test_a_person(register: Register, world: World) -> None:
    """The app's rules and those of the person's group apply; another group's do not."""
    program = register()
    code = program.code(world.owner, resource=settings.API_RESOURCE)
    token = program.redeem(code, resource=settings.API_RESOURCE).json()["access_token"]
    assert asked(token, "GET", "personnel") == 200
    GroupCeiling.objects.create(group=world.colleague_group, tool_rules={"list_people": "never"})
    assert asked(token, "GET", "personnel") == 200
    GroupCeiling.objects.create(group=world.owner_group, tool_rules={"list_people": "never"})
    assert asked(token, "GET", "personnel") == 403
    change(program, tool_rules={"list_third_parties": "never"})
    assert asked(token, "GET", "third_parties") == 403
