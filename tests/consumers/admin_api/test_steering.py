"""Requests to use an app and ceilings in the admin API: as on the pages, with the same events."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from consumers.models import Consumer
from consumers.policy.access_requests import begin
from consumers.policy.models import AccessRequest, GroupCeiling
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.admin_api.calling import Admin, robot, token_of
from tests.consumers.admin_api.recorded import events
from tests.consumers.conftest import Register
from tests.consumers.policy.assistants import listed, refusal
from tests.consumers.registered import consumer_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(register: Register) -> Admin:
    return Admin(token_of(robot(register)))


def test_requests_are_decided(world: World, admin: Admin, register: Register) -> None:
    program = register(approve_first=True)
    member = Membership.objects.get(user=world.colleague)
    begin(program.consumer, member, address="")
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    foreign = consumer_in(world, stranger=True)
    begin(foreign, Membership.objects.get(user=world.colleague, company=world.other_company), address="")
    (row,) = admin.get("access-requests")["items"]
    assert (row["consumer"], row["person"], row["person_email"], row["state"], row["decided_at"]) == (
        program.consumer.pk, world.colleague.pk, "colleague@example.com", "waiting", None,
    )  # fmt: skip
    path = f"access-requests/{row['id']}"
    assert admin.get(path) == row
    for _again in range(2):
        decided = admin.send("patch", path, {"approved": True}).json()
    assert (decided["state"], decided["decided_by"]) == ("approved", None)
    assert admin.get("access-requests")["items"] == []
    assert admin.get("access-requests", state="approved")["items"] == [decided]
    token = program.connect(world.colleague)["access_token"]
    assert listed(token), "the person gets in"
    assert admin.send("patch", path, {"approved": False}).json()["state"] == "refused"
    assert admin.get("access-requests", state="refused", person=world.colleague.pk)["items"]
    assert admin.get("access-requests", state="refused", consumer=foreign.pk)["items"] == []
    assert Admin(token).refused("get", "people") == (401, "token_invalid")
    for kind in ("authorization.access_approved", "authorization.access_refused"):
        (event,) = events(kind)
        assert (event["user_id"], event["facts"], event["subject_id"]) == (
            None, {"through": "Robot"}, str(world.colleague.pk),
        )  # fmt: skip
    theirs = AccessRequest.objects.get(consumer=foreign)
    assert admin.refused("patch", f"access-requests/{theirs.pk}", {"approved": True}) == (404, "not_found")
    for wrong in ({}, {"approved": None}, {"approved": 1}, {"approved": True, "person": 1}):
        assert admin.refused("patch", path, wrong) == (422, "invalid_fields"), wrong


def test_who_was_approved_and_left_out_is_let_in_again(world: World, admin: Admin) -> None:
    consumer = consumer_in(world, everyone_may_use=False)
    member = Membership.objects.get(user=world.colleague)
    begin(consumer, member, address="")
    path = f"access-requests/{AccessRequest.objects.get().pk}"
    admin.send("patch", path, {"approved": True})
    assert list(consumer.allowed_members.all()) == [member]
    consumer.allowed_members.clear()
    admin.send("patch", path, {"approved": True})
    assert list(consumer.allowed_members.all()) == [member]


def test_the_ceiling_of_an_app(world: World, admin: Admin, register: Register) -> None:
    program = register(toolsets=["planning"], everyone_may_use=False)
    program.consumer.allowed_groups.add(world.owner_group)
    path = f"consumers/{program.consumer.pk}/ceiling"
    shown = admin.get(path)
    assert shown == {
        "read_only": False,
        "toolsets": ["planning"],
        "tools": dict.fromkeys(CATALOGUE.tools, "allowed"),
        "writes_per_hour": None,
        "most_records": None,
    }
    token = program.connect(world.owner)["access_token"]
    assert "create_work_order" in listed(token)
    rules = {"create_work_order": "never", "cancel_work_order": "ask"}
    changed = admin.send("patch", path, {"tools": rules, "writes_per_hour": 20}).json()
    assert changed == {**shown, "tools": shown["tools"] | rules, "writes_per_hour": 20}
    assert "create_work_order" not in listed(token)
    assert refusal(token, "create_work_order") == "forbidden_by_administrator"
    changed = admin.send("patch", path, {"tools": {"create_work_order": "allowed"}}).json()
    assert changed["tools"]["cancel_work_order"] == "ask", "a tool that is not named keeps its rule"
    assert "create_work_order" in listed(token)
    assert admin.send("patch", path, {"writes_per_hour": None, "toolsets": []}).json()["toolsets"] == []
    stored = Consumer.objects.get(pk=program.consumer.pk)
    assert (stored.tool_rules, stored.writes_per_hour) == ({"cancel_work_order": "ask"}, None)
    assert not stored.everyone_may_use
    assert list(stored.allowed_groups.all()) == [world.owner_group], "who may use it stays"
    assert [event["changes"] for event in events("consumer.changed")] == [
        {"tool_rules": [{}, rules], "writes_per_hour": [None, 20]},
        {"tool_rules": [rules, {"cancel_work_order": "ask"}]},
        {"writes_per_hour": [20, None], "toolsets": [["planning"], []]},
    ]
    assert {event["facts"]["through"] for event in events("consumer.changed")} == {"Robot"}
    assert admin.send("patch", path, {}).status_code == 200
    assert len(events("consumer.changed")) == 3, "nothing was changed by the last one"


def test_the_ceiling_of_a_group(world: World, admin: Admin, register: Register) -> None:
    path = f"groups/{world.owner_group.pk}/ceiling"
    assert admin.get(path)["toolsets"] == ["catalogue_writes", "execution", "inventory_writes", "planning"]
    token = register(toolsets=["planning"]).connect(world.owner)["access_token"]
    assert "create_pending_task" in listed(token)
    changed = admin.send("patch", path, {"toolsets": [], "tools": {"search": "never"}}).json()
    assert changed == admin.get(path)
    assert not {"create_pending_task", "search"} & listed(token)
    assert admin.refused("get", f"groups/{world.stranger_group.pk}/ceiling") == (404, "not_found")
    assert admin.refused("patch", f"groups/{world.stranger_group.pk}/ceiling", {}) == (404, "not_found")
    assert admin.send("patch", path, {"read_only": True}).json()["tools"]["search"] == "never"
    ceiling = GroupCeiling.objects.get(group=world.owner_group)
    assert (ceiling.read_only, ceiling.tool_rules) == (True, {"search": "never"})
    assert len(ceiling.withheld_toolsets) == 4
    assert [event["subject_id"] for event in events("person.group_ceiling_changed")] == [
        str(world.owner_group.pk)
    ] * 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"tools": {"create_work_order": "perhaps"}}, "tools.create_work_order"),
        ({"tools": {"no_such_tool": "never"}}, "tools.no_such_tool"),
        ({"tools": {"a\0b": "never"}}, "tools.a\0b"),
        ({"tools": ["search"]}, "tools"),
        ({"toolsets": ["default"]}, "toolsets.0"),
        ({"writes_per_hour": 0}, "writes_per_hour"),
        ({"most_records": 10**12}, "most_records"),
        ({"read_only": "yes"}, "read_only"),
        ({"everyone_may_use": True}, "everyone_may_use"),
    ],
)
def test_fields_are_checked(world: World, admin: Admin, fields: Any, wrong: str) -> None:
    consumer = consumer_in(world)
    for path in (f"consumers/{consumer.pk}/ceiling", f"groups/{world.owner_group.pk}/ceiling"):
        answer = admin.send("patch", path, fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
        assert [error["field"] for error in answer.json()["errors"]] == [wrong]
    assert events("consumer.changed") == events("person.group_ceiling_changed") == []
