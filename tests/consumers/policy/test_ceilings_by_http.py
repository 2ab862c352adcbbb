"""Each ceiling at the endpoint, at the token endpoint and on the consent page."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from accounts.models import Membership, PermissionGroup
from accounts.rights import MODULE_NAMES, Module
from consumers.models import Consumer
from consumers.oauth import api_access, token_info
from consumers.policy.models import GroupCeiling
from consumers.policy.powers import powers
from consumers.toolsets import TOOLSETS
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.conftest import Program, Register, decide, signed_in
from tests.consumers.policy.assistants import listed, refusal, send

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ["", "?toolsets=all", "?toolsets=default,planning,execution,inventory_writes,catalogue_writes"]
DEFAULT = {name for name, tool in CATALOGUE.tools.items() if tool.toolset == "default"}
WRITING = {name for name, tool in CATALOGUE.tools.items() if not tool.read_only}
FORBIDDEN = "forbidden_by_administrator"


def change(program: Program, **fields: Any) -> None:
    assert Consumer.objects.filter(pk=program.consumer.pk).update(**fields) == 1


@pytest.mark.parametrize("query", ADDRESSES)
def test_the_address_lifts_no_box_that_is_clear(register: Register, world: World, query: str) -> None:
    """UX review S1-1: with all boxes clear, `?toolsets=all` gave 48 tools, and create_warehouse wrote."""
    token = register().connect(world.owner)["access_token"]
    assert listed(token, query) == DEFAULT
    assert refusal(token, "create_warehouse", query) == FORBIDDEN
    assert refusal(token, "list_work_orders", query) == "invalid_arguments"


def test_what_is_allowed_is_there_without_an_address(register: Register, world: World) -> None:
    token = register(toolsets=["inventory_writes"]).connect(world.owner)["access_token"]
    assert "create_warehouse" in listed(token)
    assert "create_asset" not in listed(token)
    assert refusal(token, "create_warehouse") == "invalid_arguments"
    assert refusal(token, "create_warehouse", "?toolsets=default") == "-32602"


def test_single_tools(register: Register, world: World) -> None:
    program = register()
    token = program.connect(world.owner)["access_token"]
    change(program, tool_rules={"create_work_order": "never", "cancel_work_order": "ask"})
    assert listed(token) == DEFAULT - {"create_work_order"}
    assert refusal(token, "create_work_order") == FORBIDDEN


@pytest.mark.parametrize("query", ["", "?read_only=false", "?toolsets=all"])
def test_a_read_only_consumer(register: Register, world: World, query: str) -> None:
    program = register(toolsets=["planning"], read_only=True)
    tokens = program.connect(world.owner)
    assert tokens["scope"] == "maintenance:read offline_access"
    assert not listed(tokens["access_token"], query) & WRITING
    assert refusal(tokens["access_token"], "create_work_request", query) == FORBIDDEN


def test_a_consumer_that_becomes_read_only(register: Register, world: World) -> None:
    """Access ends with the next call, and no refresh brings the scope back."""
    program = register()
    tokens = program.connect(world.owner)
    change(program, read_only=True)
    assert not listed(tokens["access_token"]) & WRITING
    answer = send(tokens["access_token"], "tools/call", {"name": "create_work_request", "arguments": {}})
    assert answer.status_code == 200  # no challenge: connecting again would change nothing
    fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert program.token(**fields).json()["scope"] == "maintenance:read offline_access"


def test_a_read_only_consumer_is_not_offered_to_write(register: Register, world: World) -> None:
    program = register(read_only=True)
    browser = signed_in(world.owner)
    page = browser.get(program.address())
    assert 'name="write"' not in page.content.decode()
    code = decide(browser, page, write=True)["Location"].split("code=")[1].split("&")[0]
    assert program.redeem(code).json()["scope"] == "maintenance:read offline_access"


def test_a_read_only_program(register: Register) -> None:
    """It gets no scope to write, and can neither write at the endpoint nor at /api."""
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, read_only=True)
    answer = machine.token(grant_type="client_credentials").json()
    assert answer["scope"] == "maintenance:read"
    assert not listed(answer["access_token"]) & WRITING
    principal = api_access.authenticate(answer["access_token"])
    assert principal is not None
    assert {right.partition(":")[2] for right in principal.rights} == {"view"}
    refused = machine.token(grant_type="client_credentials", scope="maintenance:write")
    assert refused.json()["error"] == "invalid_scope"
    change(machine, read_only=False)
    writes = machine.token(grant_type="client_credentials").json()["access_token"]
    change(machine, read_only=True)
    principal = api_access.authenticate(writes)
    assert principal is not None
    assert {right.partition(":")[2] for right in principal.rights} == {"view"}


def test_the_ceiling_of_a_group_holds_for_its_people_only(register: Register, world: World) -> None:
    program = register(toolsets=["planning"])
    owner = program.connect(world.owner)["access_token"]
    GroupCeiling.objects.create(group=world.colleague_group, read_only=True)
    assert "create_pending_task" in listed(owner)
    GroupCeiling.objects.create(
        group=world.owner_group, withheld_toolsets=["planning"], tool_rules={"search": "never"}
    )
    assert listed(owner, "?toolsets=all") == DEFAULT - {"search"}
    assert refusal(owner, "create_pending_task") == FORBIDDEN
    GroupCeiling.objects.filter(group=world.owner_group).update(read_only=True)
    assert not listed(owner) & WRITING


def test_the_group_of_a_consumer_counts_where_it_limits_people(register: Register, world: World) -> None:
    GroupCeiling.objects.create(group=world.colleague_group, tool_rules={"search": "never"})
    program = register(permission_group=world.colleague_group)
    token = program.connect(world.owner)["access_token"]
    assert "search" in listed(token)
    change(program, narrow_to_group=True)
    assert "search" not in listed(token)
    machine = register(
        authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, permission_group=world.colleague_group
    )
    assert "search" not in listed(machine.token(grant_type="client_credentials").json()["access_token"])


def test_consent_says_what_the_boxes_allow(register: Register, world: World) -> None:
    """UX review S1-1: consent listed assets, people, third parties and inventory for clear boxes."""
    membership = Membership.objects.get(user=world.owner)

    def changed(consumer: Consumer) -> set[str]:
        lines = powers(membership, consumer).write
        return {line.partition(":")[0] for line in lines}

    usual = register().consumer
    assert powers(membership, usual).write == [
        "meters: add readings", "work orders: create, change, cancel", "work requests: create, change, cancel"
    ]  # fmt: skip
    all_sets = register(toolsets=sorted(TOOLSETS)).consumer
    assert "meters: create, add readings" in powers(membership, all_sets).write
    changing = {right.partition(":") for tool in CATALOGUE.tools.values() if not tool.read_only
                for right in tool.rights}  # fmt: skip
    modules = {Module(module) for module, _colon, action in changing if action != "view"}
    assert changed(all_sets) == {str(MODULE_NAMES[module]) for module in modules}
    assert changed(register(toolsets=["inventory_writes"]).consumer) == changed(usual) | {"inventory"}
    assert changed(register(tool_rules={"add_meter_reading": "never"}).consumer) == {
        "work orders", "work requests",
    }  # fmt: skip
    kept = powers(membership, register(read_only=True, writes_per_hour=9).consumer)
    assert (kept.write, kept.kept_read_only, kept.writes_per_hour) == ([], True, 9)
    asks = powers(membership, register(tool_rules={"search": "ask"}).consumer)
    assert asks.asks_first == ["Search"]


def test_one_query_for_each_look_up(register: Register, world: World, django_assert_num_queries: Any) -> None:
    """Ceilings, groups and who may use the app come with the token."""
    GroupCeiling.objects.create(group=world.owner_group, read_only=True)
    program = register(narrow_to_group=True, approve_first=False)
    token = program.connect(world.owner)["access_token"]
    with django_assert_num_queries(1):
        found = token_info.resolve(token, settings.MCP_RESOURCE)
    assert found is not None
    assert found.caller.read_only
    assert PermissionGroup.objects.filter(ceiling__read_only=True).count() == 1
