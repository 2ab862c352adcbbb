"""The pages of ceilings: of a consumer and of a permission group."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import Max

from accounts.models import Membership
from audit.models import Event
from consumers.models import Consumer
from consumers.policy.models import AccessRequest, GroupCeiling
from consumers.policy.saving import narrow
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.pages import browser, form_at, post, send, text_of

pytestmark = pytest.mark.django_db


def of_consumer(consumer: Consumer) -> str:
    return f"/settings/api-connections/oauth-consumers/{consumer.pk}/ceiling/"


def of_group(world: World) -> str:
    return f"/settings/user-accounts/groups/{world.colleague_group.pk}/ceiling/"


def chosen(page: str) -> dict[str, str]:
    """Return the rule that the page shows for each tool."""
    found = re.findall(r'<select name="tool-(\w+)"(.*?)</select>', page, re.DOTALL)
    rules = {name: re.findall(r'value="(\w+)" selected', options) for name, options in found}
    assert len(rules) == len(found)
    return {name: rule for name, (rule,) in rules.items()}


def test_a_ceiling_is_stored_shown_and_logged(world: World) -> None:
    consumer, admin = consumer_in(world), browser(world.owner)
    answer = send(
        admin,
        of_consumer(consumer),
        {
            "toolsets": ["planning"],
            "tool-create_work_order": "never",
            "tool-search": "ask",
            "writes_per_hour": "20",
            "most_records": "5",
        },
    )
    assert answer.status_code == 302
    consumer.refresh_from_db()
    assert consumer.toolsets == ["planning"]
    assert consumer.tool_rules == {"create_work_order": "never", "search": "ask"}
    assert (consumer.writes_per_hour, consumer.most_records, consumer.read_only) == (20, 5, False)
    shown = chosen(text_of(admin.get(of_consumer(consumer))))
    assert (shown["create_work_order"], shown["search"], shown["fetch"]) == (
        "never", "ask", "allowed",
    )  # fmt: skip
    event = Event.objects.latest("pk")
    assert (event.kind, event.consumer_id, event.user_id) == ("consumer.changed", consumer.pk, world.owner.pk)
    assert event.changes["writes_per_hour"] == [None, 20]
    assert event.changes["toolsets"] == [[], ["planning"]]
    send(admin, of_consumer(consumer), {"writes_per_hour": "", "tool-search": "allowed"})
    consumer.refresh_from_db()
    assert (consumer.writes_per_hour, consumer.tool_rules) == (None, {"create_work_order": "never"})


def test_every_tool_is_in_the_table_once(world: World) -> None:
    page = text_of(browser(world.owner).get(of_consumer(consumer_in(world))))
    assert sorted(chosen(page)) == sorted(CATALOGUE.tools)
    assert set(chosen(page).values()) == {"allowed"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tool-search": "perhaps"}, "Choose for each tool"),
        ({"toolsets": ["everything"]}, "Choose tool sets from the list."),
        ({"writes_per_hour": "0"}, "greater than or equal to 1"),
        ({"writes_per_hour": "9" * 40}, "less than or equal to"),
        ({"most_records": "many"}, "whole number"),
        ({"everyone_may_use": "perhaps"}, "perhaps"),
        ({"people": "stranger@example.com"}, "No member has this address: stranger@example.com"),
        ({"people": "a\0b"}, "Null characters"),
        ({"allowed_groups": ["999999999"]}, "999999999"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(world: World, wrong: dict[str, Any], words: str) -> None:
    consumer = consumer_in(world)
    answer = send(browser(world.owner), of_consumer(consumer), wrong)
    assert answer.status_code == 422
    assert words in text_of(answer)
    consumer.refresh_from_db()
    assert (consumer.tool_rules, consumer.toolsets, consumer.everyone_may_use) == ({}, [], True)


def test_a_wrong_number_is_named_with_a_link_to_its_field(world: World) -> None:
    """The form has a row for each tool, so the field is out of sight."""
    page = text_of(send(browser(world.owner), of_consumer(consumer_in(world)), {"writes_per_hour": "x"}))
    assert '<a href="#id_writes_per_hour">' in page
    assert 'id="id_writes_per_hour"' in page


def test_half_a_form_lifts_no_limit(world: World) -> None:
    consumer = consumer_in(world, read_only=True, writes_per_hour=5, most_records=2)
    ceiling = GroupCeiling.objects.create(
        group=world.colleague_group, read_only=True, writes_per_hour=5, most_records=2
    )
    for url in (of_consumer(consumer), of_group(world)):
        answer = post(browser(world.owner), url, {"everyone_may_use": "yes"})
        assert answer.status_code == 422
        assert "The form arrived incomplete." in text_of(answer)
    for stored in (consumer, ceiling):
        stored.refresh_from_db()
        assert (stored.read_only, stored.writes_per_hour, stored.most_records) == (True, 5, 2)


def test_a_foreign_group_cannot_be_chosen(world: World) -> None:
    wrong = {"everyone_may_use": "no", "allowed_groups": [world.stranger_group.pk]}
    answer = send(browser(world.owner), of_consumer(consumer_in(world)), wrong)
    assert answer.status_code == 422


def test_who_is_cut_is_named_before(world: World) -> None:
    consumer, admin = consumer_in(world), browser(world.owner)
    authorize(world.colleague, consumer)
    authorize(world.owner, consumer)
    choice = {"everyone_may_use": "no", "people": "OWNER@example.com\n\n"}
    asked = send(admin, of_consumer(consumer), choice)
    assert asked.status_code == 409
    assert "1 connected person could no longer use" in text_of(asked)
    assert "Colleague" in text_of(asked)
    consumer.refresh_from_db()
    assert consumer.everyone_may_use
    assert send(admin, of_consumer(consumer), choice | {"confirmed": "1"}).status_code == 302
    consumer.refresh_from_db()
    assert not consumer.everyone_may_use
    assert [each.user for each in consumer.allowed_members.all()] == [world.owner]


def test_whoever_is_connected_is_approved_when_approval_is_switched_on(world: World) -> None:
    consumer, admin = consumer_in(world), browser(world.owner)
    authorize(world.colleague, consumer)
    assert send(admin, of_consumer(consumer), {"approve_first": "on"}).status_code == 302
    request = AccessRequest.objects.get()
    assert (request.membership.user, request.approved, request.decided_by) == (
        world.colleague, True, world.owner,
    )  # fmt: skip


def test_a_program_has_no_people(world: World) -> None:
    machine = consumer_in(world, authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    admin = browser(world.owner)
    names = {name for name, _value in form_at(admin.get(of_consumer(machine))).fields}
    assert not names & {"everyone_may_use", "people", "approve_first"}
    assert send(admin, of_consumer(machine), {"read_only": "on"}).status_code == 302
    machine.refresh_from_db()
    assert machine.read_only


def test_the_ceiling_of_a_group(world: World) -> None:
    admin = browser(world.owner)
    page = form_at(admin.get(of_group(world)))
    assert len([name for name, _value in page.fields if name == "toolsets"]) == 4  # nothing is withheld
    answer = send(admin, of_group(world), {"toolsets": ["planning"], "read_only": "on", "tool-fetch": "ask"})
    assert answer.status_code == 302
    ceiling = GroupCeiling.objects.get(group=world.colleague_group)
    assert ceiling.withheld_toolsets == ["execution", "inventory_writes", "catalogue_writes"]
    assert (ceiling.read_only, ceiling.tool_rules) == (True, {"fetch": "ask"})
    event = Event.objects.latest("pk")
    assert (event.kind, event.subject_name) == ("person.group_ceiling_changed", "Readers")
    assert event.changes["read_only"] == [False, True]


def test_pages_of_others_are_not_there(world: World) -> None:
    theirs = consumer_in(world, stranger=True)
    admin = browser(world.owner)
    assert admin.get(of_consumer(theirs)).status_code == 404
    group = f"/settings/user-accounts/groups/{world.stranger_group.pk}/ceiling/"
    assert admin.get(group).status_code == 404
    assert browser(world.colleague).get(of_group(world)).status_code == 403


def test_narrowing_forbids_the_tools_of_rights_that_were_never_used(world: World) -> None:
    consumer = consumer_in(world, toolsets=["inventory_writes"], tool_rules={"create_warehouse": "never"})
    before = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    forbidden = narrow(consumer, ["inventory:add", "metrics:view"], by=world.owner)
    by_hand = {
        name
        for name, tool in CATALOGUE.tools.items()
        if {"inventory:add", "metrics:view"} & tool.rights and name != "create_warehouse"
    }
    assert set(forbidden) == by_hand
    assert {"create_stock_item", "get_maintenance_metrics"} <= by_hand
    consumer.refresh_from_db()
    assert consumer.tool_rules == dict.fromkeys({*by_hand, "create_warehouse"}, "never")
    assert Event.objects.get(pk__gt=before).kind == "consumer.changed"
    assert Membership.objects.get(user=world.owner).rights  # nobody lost a right
