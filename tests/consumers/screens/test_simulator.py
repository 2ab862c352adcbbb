"""The page that says whether a person may use a tool through an app, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, PermissionGroup
from accounts.pause import pause_writes
from audit.models import Event
from consumers.models import Consumer
from consumers.policy.models import AccessRequest, GroupCeiling
from maintenance.models import Item, ItemType, Personnel, WorkOrder
from tests.conftest import World
from tests.consumers.registered import READ, WRITE, authorize, consumer_in
from tests.pages import browser, text_of

pytestmark = pytest.mark.django_db
PAGE = "/settings/api-connections/simulator/"


def asked(world: World, **fields: Any) -> str:
    values: dict[str, Any] = {"person": world.owner.pk, "tool": "create_work_order", **fields}
    answer = browser(world.owner).get(PAGE, values)
    assert answer.status_code == 200, text_of(answer)[:2000]
    return " ".join(text_of(answer).split())


def says(page: str, verdict: str, rule: str) -> bool:
    return f'<h2 id="answer-title">{verdict}</h2>' in page and f"<code>{rule}</code>" in page


def test_an_empty_page_answers_nothing(world: World) -> None:
    page = browser(world.owner).get(PAGE)
    assert page.status_code == 200
    assert "answer-title" not in text_of(page)


def test_yes(world: World) -> None:
    app = consumer_in(world)
    authorize(world.owner, app, WRITE)
    page = asked(world, app=app.pk)
    assert says(page, "Yes", "none")
    assert "has not connected" not in page
    assert says(asked(world, app=app.pk, person="OWNER@example.com"), "Yes", "none")


def test_each_rule(world: World) -> None:
    app = consumer_in(world)
    authorization = authorize(world.owner, app, READ)

    def with_app(**fields: Any) -> str:
        Consumer.objects.filter(pk=app.pk).update(**fields)
        return asked(world, app=app.pk)

    assert says(asked(world, app=app.pk), "No", "scope")
    assert says(asked(world, app=app.pk, tool="create_warehouse"), "No", "tool_set")
    assert "The tool set “Stock:" in asked(world, app=app.pk, tool="create_warehouse")
    authorization.scope = WRITE
    authorization.save()
    assert says(with_app(tool_rules={"create_work_order": "ask"}), "Yes, after a question", "tool")
    assert says(with_app(tool_rules={"create_work_order": "never"}), "No", "tool")
    assert says(with_app(tool_rules={}, read_only=True), "No", "read_only")
    assert "ChatGPT is read only." in asked(world, app=app.pk)
    limited = with_app(read_only=False, writes_per_hour=3, most_records=2)
    assert "At most 3 writes an hour; 0 in the last hour." in limited
    assert "At most 2 records in one write." in limited
    assert "Only from these networks: 192.0.2.0/24." in with_app(allowed_networks=["192.0.2.0/24"])
    GroupCeiling.objects.create(group=world.owner_group, read_only=True)
    assert "read only for the permission group Administrators" in asked(world, app=app.pk)
    GroupCeiling.objects.all().delete()
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(
        rights=["configuration:edit", "work_orders:view"]
    )
    page = asked(world, app=app.pk)
    assert says(page, "No", "rights")
    assert "Owner lacks these permissions: work orders: add." in page
    assert says(with_app(everyone_may_use=False), "No", "access_needed")
    assert "Owner is not among the people who may use ChatGPT." in asked(world, app=app.pk)
    assert says(with_app(everyone_may_use=True, approve_first=True), "No", "access_needed")
    AccessRequest.objects.create(consumer=app, membership=Membership.objects.get(user=world.owner))
    assert says(asked(world, app=app.pk), "No", "access_waits")
    assert says(with_app(enabled=False), "No", "app_disabled")


def test_a_pause_of_all_writes(world: World) -> None:
    app = consumer_in(world)
    pause_writes(world.company, world.owner, "")
    assert says(asked(world, app=app.pk), "No", "writes_paused")
    assert says(asked(world, app=app.pk, tool="search"), "Yes", "none")


def test_who_has_not_connected_it_is_told_so(world: World) -> None:
    page = asked(world, app=consumer_in(world).pk)
    assert says(page, "Yes", "none")
    assert "Owner has not connected ChatGPT." in page


def test_somebody_who_left(world: World) -> None:
    Membership.objects.filter(user=world.colleague).update(active=False)
    page = asked(world, app=consumer_in(world).pk, person=world.colleague.pk)
    assert says(page, "No", "not_a_member")


def test_a_program_needs_no_person(world: World) -> None:
    machine = consumer_in(world, authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    page = asked(world, app=machine.pk, person="", tool="list_assets")
    assert says(page, "Yes", "none")
    assert says(asked(world, app=machine.pk, person=""), "No", "rights")  # the group only reads


def test_own_work_orders(world: World) -> None:
    PermissionGroup.objects.filter(pk=world.colleague_group.pk).update(own_work_orders_only=True)
    app = consumer_in(world)
    me = Personnel.objects.create(
        company=world.company, code="P-1", first_name="Colleague", account_email="colleague@example.com"
    )
    pump = Item.objects.create(company=world.company, code="B-1", type=ItemType.EQUIPMENTS, description="B-1")
    now = timezone.now()
    for folio, responsible in (("OT-1", me), ("OT-2", None)):
        order = WorkOrder.objects.create(company=world.company, folio=folio, responsible=responsible)
        order.tasks.create(
            company=world.company, item=pump, item_description="B-1", description="Work",
            task_type="Preventiva", order_date=now, date_maintenance=now, cal_date_maintenance=now,
        )  # fmt: skip
    fields = {"app": app.pk, "person": world.colleague.pk, "tool": "get_work_order"}
    assert says(asked(world, **fields, record="OT-1"), "Yes", "none")
    assert says(asked(world, **fields, record="OT-2"), "No", "not_own_work_order")
    assert says(asked(world, **fields, record="OT-3"), "No", "no_such_record")
    assert says(asked(world, **fields | {"tool": "list_assets"}, record="OT-2"), "Yes", "none")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"app": "0"}, "Choose an app."),
        ({"app": "9" * 40}, "Choose an app."),
        ({"person": "nobody@example.com"}, "Enter the e-mail address of a member."),
        ({"person": "a@\0"}, "Enter the e-mail address of a member."),
        ({"tool": "drop_tables"}, "Choose a tool."),
        ({"tool": "\0"}, "Choose a tool."),
        ({"record": "x" * 101}, "Enter a code or number."),
        ({"record": "a\0b"}, "Enter a code or number."),
    ],
)
def test_wrong_questions(world: World, wrong: dict[str, Any], words: str) -> None:
    fields = {"person": str(world.owner.pk), "app": str(consumer_in(world).pk), "tool": "search"} | wrong
    answer = browser(world.owner).get(PAGE, fields)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_others_are_not_found(world: World) -> None:
    theirs = consumer_in(world, stranger=True)
    answer = browser(world.owner).get(
        PAGE, {"person": str(world.owner.pk), "app": str(theirs.pk), "tool": "search"}
    )
    assert "Choose an app." in text_of(answer)
    fields = {"app": str(consumer_in(world).pk), "tool": "search"}
    for stranger in (str(world.stranger.pk), world.stranger.email):
        answer = browser(world.owner).get(PAGE, fields | {"person": stranger})
        assert "Enter the e-mail address of a member." in text_of(answer)


def test_asking_leaves_no_event(world: World) -> None:
    before = Event.objects.count()
    asked(world, app=consumer_in(world).pk)
    assert Event.objects.count() == before
    assert not Event.objects.filter(at__gt=timezone.now() - dt.timedelta(minutes=1), tool__gt="").exists()
