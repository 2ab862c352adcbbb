"""What the admin API reads and changes: as the screens do, with the same rules and the same events."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from audit.models import Event
from consumers.models import AppAuthorization, Consumer, ConsumerSecret
from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.admin_api.calling import Admin, robot, token_of
from tests.consumers.admin_api.recorded import events
from tests.consumers.conftest import Program, Register, is_live
from tests.consumers.registered import authorize, consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory

CALLBACK = "https://claude.ai/api/mcp/auth_callback"


@pytest.fixture
def admin(register: Register) -> Admin:
    return Admin(token_of(robot(register)))


def test_a_consumer_from_its_creation_to_its_end(world: World, admin: Admin) -> None:
    made = admin.send(
        "post",
        "consumers",
        {
            "name": "Claude",
            "grant_type": "authorization-code",
            "permission_group": world.colleague_group.pk,
            "callback_urls": [CALLBACK],
            "toolsets": ["planning"],
        },
    )
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    body = made.json()
    consumer = Consumer.objects.get(pk=body["id"])
    assert (consumer.company, consumer.created_by) == (world.company, None)
    # What was made works: a person connects it with the secret of the answer.
    program = Program(consumer, body.pop("secret"), CALLBACK)
    token = program.connect(world.owner)["access_token"]
    assert is_live(token)
    shown = admin.get(f"consumers/{consumer.pk}")
    assert shown == {**body, "people": 1, "last_used_at": shown["last_used_at"]}
    assert "fms_" not in json.dumps(admin.get("consumers"))

    changed = admin.send("patch", f"consumers/{consumer.pk}", {"enabled": False, "name": "Claude 2"}).json()
    assert (changed["enabled"], changed["name"], changed["callback_urls"]) == (False, "Claude 2", [CALLBACK])
    assert program.token(grant_type="refresh_token", refresh_token="fmr_x").json()["error"] == "invalid_grant"
    assert admin.send("patch", f"consumers/{consumer.pk}", {"enabled": True}).json()["enabled"] is True
    assert admin.send("delete", f"consumers/{consumer.pk}").status_code == 204
    assert admin.refused("get", f"consumers/{consumer.pk}") == (404, "not_found")
    assert admin.refused("delete", f"consumers/{consumer.pk}") == (404, "not_found")
    assert not Consumer.objects.filter(name__startswith="Claude").exists()

    subject, through = ("consumer", str(consumer.pk)), {"through": "Robot"}
    kinds = ("added", "changed", "disabled", "enabled", "deleted")
    told = {kind: events(f"consumer.{kind}") for kind in kinds}
    assert {kind: len(rows) for kind, rows in told.items()} == dict.fromkeys(told, 1)
    for (row,) in told.values():
        assert (row["subject_kind"], row["subject_id"]) == subject
        assert (row["user_id"], row["facts"], row["address"]) == (None, through, "127.0.0.1")
    assert told["changed"][0]["changes"] == {"name": ["Claude", "Claude 2"]}
    assert told["added"][0]["changes"]["callback_urls"] == [None, [CALLBACK]]


def test_a_change_leaves_everything_else(world: World, admin: Admin) -> None:
    consumer = consumer_in(
        world, url="https://example.com/", narrow_to_group=True, toolsets=["planning"], may_administer=True,
        allowed_networks=["127.0.0.0/8"], description="For the plant",
    )  # fmt: skip
    row = Consumer.objects.filter(pk=consumer.pk).values
    before = row().get()
    admin.send("patch", f"consumers/{consumer.pk}", {"description": "For all"})
    after = row().get()
    assert {name for name in before if before[name] != after[name]} == {"description", "folded", "updated"}
    secrets = list(consumer.secrets.values())
    admin.send("patch", f"consumers/{consumer.pk}", {"callback_urls": []})
    assert Consumer.objects.get(pk=consumer.pk).callback_urls == []
    assert list(consumer.secrets.values()) == secrets
    assert admin.send("patch", f"consumers/{consumer.pk}", {}).status_code == 200
    assert len(events("consumer.changed")) == 2, "nothing was changed by the last one"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": 7}, "name"),
        ({"enabled": 1}, "enabled"),
        ({"narrow_to_group": "yes"}, "narrow_to_group"),
        ({"callback_urls": ["http://example.com/cb"]}, "callback_urls.0"),
        ({"callback_urls": ["https://example.com/cb", "claude.ai/x"]}, "callback_urls.1"),
        ({"callback_urls": "https://example.com/cb"}, "callback_urls"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"permission_group": 0}, "permission_group"),
        ({"permission_group": 2**70}, "permission_group"),
        ({"permission_group": "Administrators"}, "permission_group"),
        ({"toolsets": ["everything"]}, "toolsets.0"),
        ({"assistant": "hal"}, "assistant"),
        ({"key": "fmk_mine"}, "key"),
        ({"secret": "fms_mine"}, "secret"),
        ({"company": 2}, "company"),
        ({"created_by": 1}, "created_by"),
        ({"allowed_networks": []}, "allowed_networks"),
        ({"metadata_url": "https://program.example/client.json"}, "metadata_url"),
    ],
)
def test_fields_are_checked_as_on_the_form(world: World, admin: Admin, fields: Any, wrong: str) -> None:
    consumer = consumer_in(world)
    before = Consumer.objects.filter(pk=consumer.pk).values().get()
    answer = admin.send("patch", f"consumers/{consumer.pk}", fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")
    assert wrong in {error["field"] for error in answer.json()["errors"]}, answer.json()
    assert Consumer.objects.filter(pk=consumer.pk).values().get() == before
    new = {"name": "New", "grant_type": "authorization-code", "permission_group": world.owner_group.pk}
    if wrong != "metadata_url":  # a new consumer can have one
        assert admin.send("post", "consumers", new | fields).status_code == 422
    assert events("consumer.changed") == events("consumer.added") == []


@pytest.mark.parametrize(
    "body", ["", "x", "[]", "[1]", "null", '"x"', "{", "\xff", '{"name":"\\ud800"}', '{"a":1}x', "1" * 70_000]
)
def test_a_body_that_is_no_object(admin: Admin, body: str) -> None:
    answer = admin.http.post(
        "/api/admin/v1/consumers", body.encode("latin-1"), content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {admin.token}",
    )  # fmt: skip
    assert answer.status_code in {400, 413, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_a_mistake_in_the_middle_changes_nothing(world: World, admin: Admin) -> None:
    """Enabling and fields go together or not at all."""
    consumer = consumer_in(world)
    assert admin.refused("patch", f"consumers/{consumer.pk}", {"enabled": False, "name": ""})[0] == 422
    consumer.refresh_from_db()
    assert consumer.enabled


def test_secrets_are_replaced(world: World, admin: Admin, register: Register) -> None:
    bot = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    path = f"consumers/{bot.consumer.pk}/secrets"
    ends = (timezone.now() + dt.timedelta(days=30)).isoformat()
    made = admin.send("post", path, {"expires_at": ends}).json()
    (new, old) = sorted(admin.get(path)["items"], key=lambda row: -row["id"])
    assert new == {name: value for name, value in made.items() if name != "secret"}
    assert (new["hint"], old["hint"]) == (made["secret"][-4:], bot.secret[-4:])
    assert bot.token(grant_type="client_credentials", client_secret=made["secret"]).status_code == 200
    assert admin.refused("post", path, {}) == (409, "two_secrets")
    assert admin.send("delete", f"{path}/{old['id']}").status_code == 204
    assert admin.refused("delete", f"{path}/{old['id']}") == (404, "not_found")
    assert bot.token(grant_type="client_credentials").status_code == 401
    assert admin.refused("delete", f"{path}/{new['id']}") == (409, "only_secret")
    for wrong in ("2020-01-01T00:00:00Z", "soon", 7, "9" * 40):
        assert admin.refused("post", path, {"expires_at": wrong}) == (422, "invalid_fields")
    public = consumer_in(world, public=True)
    assert admin.refused("post", f"consumers/{public.pk}/secrets", {}) == (409, "public_client")
    assert [row["facts"]["through"] for row in events("consumer.secret_added")] == ["Robot"]
    assert [row["facts"]["through"] for row in events("consumer.secret_removed")] == ["Robot"]


def test_authorizations_end(world: World, admin: Admin, program: Program) -> None:
    token = program.connect(world.colleague)["access_token"]
    other = authorize(world.owner, program.consumer)
    (mine,) = admin.get("authorizations", person=world.colleague.pk)["items"]
    assert (mine["consumer"], mine["person_email"], mine["live"]) == (
        program.consumer.pk, "colleague@example.com", True,
    )  # fmt: skip
    assert is_live(token)
    for _again in range(2):
        assert admin.send("delete", f"authorizations/{mine['id']}").status_code == 204
    assert not is_live(token)
    other.refresh_from_db()
    assert other.live
    assert [row["subject_id"] for row in events("authorization.revoked")] == [str(world.colleague.pk)]
    assert admin.get("authorizations", person=world.colleague.pk)["items"] == []
    (ended,) = admin.get("authorizations", person=world.colleague.pk, live="false")["items"]
    assert ended["revoked_at"]


def test_what_a_program_ended_no_issuer_connects_again(world: World, admin: Admin) -> None:
    issuer = TrustedIssuer.objects.create(company=world.company, name="Okta", issuer="https://a.okta.com")
    row = authorize(world.owner, consumer_in(world), issuer=issuer)
    admin.send("delete", f"authorizations/{row.pk}")
    assert AppAuthorization.objects.get(pk=row.pk).refuses_exchange


def test_people_and_groups(world: World, admin: Admin) -> None:
    rows = admin.get("people")["items"]
    assert {(row["id"], row["email"], row["permission_group"], row["active"]) for row in rows} == {
        (world.owner.pk, "owner@example.com", world.owner_group.pk, True),
        (world.colleague.pk, "colleague@example.com", world.colleague_group.pk, True),
    }
    assert [row["id"] for row in admin.get("people", q="COLLEAG")["items"]] == [world.colleague.pk]
    assert [row["id"] for row in admin.get("people", permission_group=world.owner_group.pk)["items"]] == [
        world.owner.pk
    ]
    by_name = {row["name"]: row for row in admin.get("groups")["items"]}
    assert by_name["Readers"] == admin.get(f"groups/{world.colleague_group.pk}")
    assert (by_name["Readers"]["rights"], by_name["Readers"]["people"]) == (
        ["work_orders:view", "assets:view"], 1,
    )  # fmt: skip

    path, operators = f"people/{world.colleague.pk}", PermissionGroupFactory(company=world.company, name="Op")
    changed = admin.send("patch", path, {"permission_group": operators.pk}).json()
    assert changed["permission_group"] == operators.pk
    assert admin.send("patch", path, {"active": False}).json()["active"] is False
    assert admin.get("people", active="false")["items"] == [admin.get(path)]
    member = Membership.objects.get(user=world.colleague)
    assert (member.permission_group, member.active) == (operators, False)
    assert [row["changes"] for row in events("person.changed")] == [
        {"group": ["Readers", "Op"]}, {"active": [True, False]},
    ]  # fmt: skip
    for wrong in ({"email": "x@example.com"}, {"active": "perhaps"}, {"permission_group": None}):
        assert admin.refused("patch", path, wrong) == (422, "invalid_fields")


def test_the_last_administrator_stays(world: World, admin: Admin) -> None:
    path = f"people/{world.owner.pk}"
    for change in ({"active": False}, {"permission_group": world.colleague_group.pk}):
        assert admin.refused("patch", path, change) == (409, "last_administrator")
    member = Membership.objects.get(user=world.owner)
    assert (member.active, member.permission_group) == (True, world.owner_group)
    assert events("person.changed") == []


def test_pages_by_cursor_show_each_once(world: World, admin: Admin) -> None:
    for number in range(7):
        MembershipFactory(
            user=UserFactory(email=f"p{number}@example.com"), permission_group=world.colleague_group
        )
    seen: list[int] = []
    cursor = ""
    while True:
        page = admin.get("people", limit=2, cursor=cursor)
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
        assert len(page["items"]) == 2
    with connection.cursor() as sql:
        sql.execute(
            "SELECT user_id FROM accounts_membership WHERE company_id = %s ORDER BY id", [world.company.pk]
        )
        assert seen == [row[0] for row in sql.fetchall()]
    assert len(seen) == 9


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 201}, {"limit": "x"}, {"limit": "9" * 40}, {"cursor": "x"}, {"cursor": "\0"},
        {"cursor": "LTE"}, {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, {"offset": 3}, {"q": "a\0b"},
        {"active": "x"},
    ],
)  # fmt: skip
def test_a_query_that_is_wrong(admin: Admin, query: dict[str, Any]) -> None:
    assert admin.refused("get", "people", **query) == (422, "invalid_fields")


def test_the_log(world: World, admin: Admin, register: Register) -> None:
    consumer = consumer_in(world)
    for name in ("A", "B"):
        admin.send("patch", f"consumers/{consumer.pk}", {"name": name})
    admin.send("post", f"consumers/{consumer.pk}/secrets", {})
    newest = admin.get("log", consumer=consumer.pk)["items"]
    assert [row["kind"] for row in newest] == [
        "consumer.secret_added", "consumer.changed", "consumer.changed",
    ]  # fmt: skip
    assert [row["changes"] for row in admin.get("log", kind="consumer.changed")["items"]] == [
        {"name": ["A", "B"]}, {"name": ["ChatGPT", "A"]},
    ]  # fmt: skip
    assert len(admin.get("log", kind="consumer")["items"]) == 3
    assert admin.get("log", kind="person")["items"] == []
    assert admin.get(f"log/{newest[0]['id']}") == newest[0]
    first = admin.get("log", limit=1, kind="consumer")
    assert first["items"] == newest[:1]
    rest = admin.get("log", limit=5, kind="consumer", cursor=first["next_cursor"])
    assert (rest["items"], rest["next_cursor"]) == (newest[1:], None)
    later = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    assert admin.get("log", since=later)["items"] == []
    assert len(admin.get("log", until=later, kind="consumer")["items"]) == 3
    assert "fms_" not in json.dumps(newest)
    for wrong in ({"kind": "nothing"}, {"outcome": "x"}, {"since": "yesterday"}, {"person": 0}):
        assert admin.refused("get", "log", **wrong) == (422, "invalid_fields")
    for method in ("post", "put", "patch", "delete"):
        assert admin.refused(method, f"log/{newest[0]['id']}", {}) == (405, "method_not_allowed")
    Event.objects.filter(pk=newest[0]["id"]).update(company_id=world.other_company.pk)
    assert admin.refused("get", f"log/{newest[0]['id']}") == (404, "not_found")


def test_usage_counts_calls_by_day_app_and_person(world: World, admin: Admin) -> None:
    """Bogotá is five hours behind: a call at 03:00 UTC belongs to the day before."""
    app = consumer_in(world)

    def call(at: str, number: int, **fields: Any) -> None:
        Event.objects.create(
            kind="tool.call", company_id=fields.pop("company_id", world.company.pk), position=number,
            at=dt.datetime.fromisoformat(at), consumer_id=app.pk, consumer_name="ChatGPT",
            **{"user_id": world.owner.pk, "user_email": world.owner.email, **fields},
        )  # fmt: skip

    call("2026-11-02T03:00+00:00", 1001)
    call("2026-11-02T12:00+00:00", 1002, is_write=True)
    call("2026-11-02T13:00+00:00", 1003, outcome="failed")
    call("2026-11-02T13:00+00:00", 1004, user_id=world.colleague.pk, user_email=world.colleague.email)
    call("2026-11-02T13:00+00:00", 1005, company_id=world.other_company.pk)
    call("2026-11-05T13:00+00:00", 1006)
    asked = {"since": "2026-11-01", "until": "2026-11-02"}
    rows = admin.get("usage", **asked)["items"]
    counted = [
        (row["day"], row["person_email"], row["calls"], row["writes"], row["not_done"]) for row in rows
    ]
    assert counted == [
        ("2026-11-01", "owner@example.com", 1, 0, 0),
        ("2026-11-02", "owner@example.com", 2, 1, 1),
        ("2026-11-02", "colleague@example.com", 1, 0, 0),
    ]
    assert {(row["consumer"], row["consumer_name"]) for row in rows} == {(app.pk, "ChatGPT")}
    first = admin.get("usage", limit=2, **asked)
    assert first["items"] == rows[:2]
    assert admin.get("usage", cursor=first["next_cursor"], **asked)["items"] == rows[2:]
    assert admin.get("usage", person=world.colleague.pk, **asked)["items"] == rows[2:]
    for wrong in (
        {}, {"since": "2026-11-02"}, {"since": "2026-11-02", "until": "2026-11-01"},
        {"since": "2026-01-01", "until": "2026-11-01"}, {"since": "0001-01-01", "until": "0001-01-02"},
        {"since": "9999-12-31", "until": "9999-12-31"}, {"since": "x", "until": "y"},
    ):  # fmt: skip
        assert admin.refused("get", "usage", **wrong) == (422, "invalid_fields"), wrong


def test_secrets_of_deleted_consumers_go_with_them(world: World, admin: Admin) -> None:
    consumer = consumer_in(world)
    admin.send("delete", f"consumers/{consumer.pk}")
    assert not ConsumerSecret.objects.filter(consumer_id=consumer.pk).exists()
