"""What others commit while a program's change waits stays: each change starts from the row as it is then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Membership, User
from audit.models import Event
from consumers.models import AppAuthorization, Consumer
from consumers.policy.access_requests import begin
from consumers.policy.models import AccessRequest, GroupCeiling
from tests.conftest import World
from tests.consumers.admin_api.calling import Admin, robot, token_of
from tests.consumers.conftest import Register
from tests.consumers.racing import another_first, at_once
from tests.consumers.registered import CALLBACK, authorize, consumer_in

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks of PostgreSQL")


@pytest.fixture
def admin(register: Register) -> Admin:
    admin = Admin(token_of(robot(register)))
    assert admin.get("consumers")["items"]
    return admin


def kinds(subject: int) -> list[str]:
    found = Event.objects.filter(subject_kind__in=("consumer", "person"), subject_id=str(subject))
    return list(found.order_by("pk").values_list("kind", flat=True))


def take_away(consumer: Consumer) -> None:
    Consumer.objects.filter(pk=consumer.pk).update(may_administer=False, read_only=True, redirect_uris="")


def assert_taken_away(consumer: Consumer) -> None:
    consumer.refresh_from_db()
    assert (consumer.description, consumer.may_administer, consumer.read_only, consumer.callback_urls) == (
        "Ours",
        False,
        True,
        [],
    )


def test_a_change_gives_back_nothing_that_was_taken_away_meanwhile(world: World, admin: Admin) -> None:
    consumer = consumer_in(world, may_administer=True)
    assert consumer.callback_urls == [CALLBACK]
    with another_first(lambda: take_away(consumer)):
        assert admin.send("patch", f"consumers/{consumer.pk}", {"description": "Ours"}).status_code == 200
    assert_taken_away(consumer)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_nor_does_one_that_waits_for_the_lock(world: World, admin: Admin) -> None:
    consumer = consumer_in(world, may_administer=True)

    def patch() -> int:
        try:
            answer = admin.send("patch", f"consumers/{consumer.pk}", {"description": "Ours"})
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_away(consumer)
            waiting = pool.submit(patch)
            until_somebody_waits_for_a_lock()
        assert waiting.result(30) == 200
    assert_taken_away(consumer)


def until_somebody_waits_for_a_lock() -> None:
    end = monotonic() + 30
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def test_a_person_is_not_given_back_what_was_taken_away_meanwhile(world: World, admin: Admin) -> None:
    member = Membership.objects.get(user=world.colleague, company=world.company)
    Membership.objects.filter(pk=member.pk).update(permission_group=world.owner_group)

    def demote() -> None:
        Membership.objects.filter(pk=member.pk).update(permission_group=world.colleague_group)
        User.objects.filter(pk=member.user_id).update(name="Corrected")

    with another_first(demote):
        assert admin.send("patch", f"people/{member.user_id}", {"active": False}).status_code == 200
    member.refresh_from_db()
    assert (member.permission_group, member.active) == (world.colleague_group, False)
    assert User.objects.get(pk=member.user_id).name == "Corrected"


@pytest.mark.parametrize("loss", [{"may_administer": False}, {"enabled": False}, {"read_only": True}])
def test_who_loses_the_api_while_waiting_changes_nothing(
    world: World, admin: Admin, loss: dict[str, bool]
) -> None:
    consumer, person = consumer_in(world), world.colleague.pk
    authorization = authorize(world.owner, consumer)
    begin(consumer, Membership.objects.get(user=person), address="")
    asked = AccessRequest.objects.get()
    secret = consumer.secrets.get()
    refusal = (403, "scope_missing") if "read_only" in loss else (401, "token_invalid")
    for method, path, body in (
        ("patch", f"consumers/{consumer.pk}", {"description": "Theirs", "enabled": False}),
        ("delete", f"consumers/{consumer.pk}", None),
        ("patch", f"people/{person}", {"active": False}),
        ("post", f"consumers/{consumer.pk}/secrets", {}),
        ("delete", f"consumers/{consumer.pk}/secrets/{secret.pk}", None),
        ("delete", f"authorizations/{authorization.pk}", None),
        ("patch", f"access-requests/{asked.pk}", {"approved": True}),
        ("patch", f"consumers/{consumer.pk}/ceiling", {"tools": {"search": "never"}}),
        ("patch", f"groups/{world.colleague_group.pk}/ceiling", {"tools": {"search": "never"}}),
    ):
        with another_first(lambda: Consumer.objects.filter(name="Robot").update(**loss)):
            assert admin.refused(method, path, body) == refusal, (method, path)
        Consumer.objects.filter(name="Robot").update(may_administer=True, enabled=True, read_only=False)
    consumer.refresh_from_db()
    assert (consumer.description, consumer.enabled, consumer.secrets.live().count()) == ("", True, 1)
    assert (consumer.tool_rules, GroupCeiling.objects.count()) == ({}, 0)
    assert AccessRequest.objects.get().approved is None
    assert Membership.objects.get(user=person, company=world.company).active
    assert AppAuthorization.objects.live().filter(pk=authorization.pk).exists()


def test_what_another_one_just_did_is_not_recorded_again(world: World, admin: Admin) -> None:
    disabled, deleted = consumer_in(world, "Disabled"), consumer_in(world, "Deleted")
    with another_first(lambda: Consumer.objects.filter(pk=disabled.pk).update(enabled=False)):
        admin.send("patch", f"consumers/{disabled.pk}", {"enabled": False})
    with another_first(lambda: Consumer.objects.filter(pk=deleted.pk).delete()):
        assert admin.refused("delete", f"consumers/{deleted.pk}") == (404, "not_found")
    with another_first(lambda: Membership.objects.filter(user=world.colleague).delete()):
        assert admin.refused("patch", f"people/{world.colleague.pk}", {"active": False})[0] == 404
    assert (kinds(disabled.pk), kinds(deleted.pk), kinds(world.colleague.pk)) == ([], [], [])


@pytest.mark.django_db(transaction=True)
def test_of_equal_changes_at_once_one_is_recorded(world: World, admin: Admin) -> None:
    consumer = consumer_in(world)
    path = f"consumers/{consumer.pk}"

    def all_at_once(method: str, body: dict[str, Any] | None = None) -> list[int]:
        answers = at_once(4, lambda _number: Admin(admin.token).send(method, path, body))
        return sorted(answer.status_code for answer in answers)

    assert all_at_once("patch", {"enabled": False}) == [200] * 4
    assert all_at_once("delete") == [204, 404, 404, 404]
    assert kinds(consumer.pk) == ["consumer.disabled", "consumer.deleted"]
