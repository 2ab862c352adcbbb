"""A request that is sent again with the same Idempotency-Key: the same answer, and nothing is added."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from consumers.models import Consumer, ConsumerSecret, KeptAnswer
from tests.conftest import World
from tests.consumers.admin_api.calling import API, Admin, robot, token_of
from tests.consumers.conftest import Program, Register
from tests.consumers.racing import at_once
from tests.consumers.registered import consumer_in

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"


@pytest.fixture
def admin(register: Register) -> Admin:
    return Admin(token_of(robot(register)))


def sent(admin: Admin, path: str, body: Any, key: str = KEY) -> Any:
    return admin.http.post(
        f"{API}{path}", json.dumps(body), content_type="application/json",
        headers={"authorization": f"Bearer {admin.token}", "idempotency-key": key},
    )  # fmt: skip


def new_consumer(world: World, **fields: Any) -> dict[str, Any]:
    group = world.owner_group.pk
    return {"name": "Claude", "grant_type": "client-credentials", "permission_group": group, **fields}


def everything_stored() -> str:
    """Return all that the table holds, read with plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consumers_keptanswer")
        return repr(cursor.fetchall())


def test_the_first_answer_comes_again(world: World, admin: Admin) -> None:
    first = sent(admin, "consumers", new_consumer(world))
    again = sent(admin, "consumers", dict(reversed(new_consumer(world).items())))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json(), "with its secret"
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Consumer.objects.filter(name="Claude").count() == 1
    program = Program(Consumer.objects.get(name="Claude"), again.json()["secret"], "")
    assert program.token(grant_type="client_credentials").status_code == 200
    stored = everything_stored()
    for value in (KEY, first.json()["secret"], first.json()["key"], "Claude"):
        assert value not in stored, "nothing is stored in clear"


def test_another_request_with_the_key_is_refused(world: World, admin: Admin) -> None:
    sent(admin, "consumers", new_consumer(world))
    for path, body in (
        ("consumers", new_consumer(world, description="x")),
        (f"consumers/{consumer_in(world).pk}/secrets", new_consumer(world)),
    ):
        answer = sent(admin, path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Consumer.objects.filter(name="Claude").count() == 1


def test_secrets(world: World, admin: Admin) -> None:
    consumer = consumer_in(world)
    path = f"consumers/{consumer.pk}/secrets"
    first, again = sent(admin, path, {}), sent(admin, path, {})
    assert first.json() == again.json()
    assert first.json()["secret"].startswith("fms_")
    assert ConsumerSecret.objects.filter(consumer=consumer).count() == 2
    answer = sent(admin, path, {}, key="another")
    assert (answer.status_code, answer.json()["code"]) == (409, "two_secrets")


def test_a_refusal_is_no_answer_to_keep(world: World, admin: Admin) -> None:
    """What was wrong is put right and sent with the same key."""
    assert sent(admin, "consumers", new_consumer(world, name="")).status_code == 422
    assert not KeptAnswer.objects.exists()
    assert sent(admin, "consumers", new_consumer(world)).status_code == 201


def test_a_key_belongs_to_one_program(world: World, admin: Admin, register: Register) -> None:
    other = Admin(token_of(robot(register, name="Other")))
    first = sent(admin, "consumers", new_consumer(world)).json()
    second = sent(other, "consumers", new_consumer(world, description="x")).json()
    assert first["id"] != second["id"]


def test_a_program_that_may_not_any_more_gets_no_answer_again(world: World, admin: Admin) -> None:
    sent(admin, "consumers", new_consumer(world))
    Consumer.objects.filter(name="Robot").update(may_administer=False)
    assert sent(admin, "consumers", new_consumer(world)).status_code == 401


def test_after_a_day_the_key_is_new(world: World, admin: Admin) -> None:
    path = f"consumers/{consumer_in(world).pk}/secrets"
    sent(admin, path, {})
    kept = KeptAnswer.objects.get().expires_at - timezone.now()
    assert dt.timedelta(hours=23, minutes=59) < kept <= dt.timedelta(hours=24)
    call_command("clear_expired_tokens", stdout=io.StringIO())
    assert KeptAnswer.objects.exists()
    KeptAnswer.objects.update(expires_at=timezone.now())
    answer = sent(admin, path, {})
    assert (answer.status_code, answer.json()["code"]) == (409, "two_secrets"), "it is done anew"
    KeptAnswer.objects.create(
        consumer=Consumer.objects.get(name="Robot"), expires_at=timezone.now(), key_digest="", answer=""
    )
    call_command("clear_expired_tokens", stdout=io.StringIO())
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "ñ", "a\tb"])
def test_what_is_no_key(world: World, admin: Admin, key: str) -> None:
    answer = sent(admin, "consumers", new_consumer(world), key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert not Consumer.objects.filter(name="Claude").exists()


def test_an_answer_whose_key_is_gone(world: World, admin: Admin) -> None:
    sent(admin, "consumers", new_consumer(world))
    KeptAnswer.objects.update(answer="gone.AAAA")
    answer = sent(admin, "consumers", new_consumer(world))
    assert (answer.status_code, answer.json()["code"]) == (409, "answer_lost")
    assert Consumer.objects.filter(name="Claude").count() == 1


@pytest.mark.django_db(transaction=True)
def test_at_once(world: World, admin: Admin) -> None:
    answers = at_once(4, lambda _number: sent(Admin(admin.token), "consumers", new_consumer(world)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Consumer.objects.filter(name="Claude").count() == 1
