"""Who gets in: only tokens of this API, of programs that a person allowed it, with scope and permission."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from consumers.models import AccessToken, Consumer
from tests.conftest import World
from tests.consumers.admin_api.calling import API, BOTH, RESOURCE, Admin, robot, token_of
from tests.consumers.conftest import Program, Register, answer_of, is_live, signed_in
from tests.consumers.registered import consumer_in
from tests.factories import PermissionGroupFactory
from tests.pages import browser, form_at, text_of

READS = (
    "consumers", "authorizations", "access-requests", "people", "groups", "log",
    "usage?since=2026-01-01&until=2026-01-02",
)  # fmt: skip


@pytest.fixture
def administering(register: Register) -> Program:
    return robot(register)


def rest(token: str) -> int:
    return Client(headers={"authorization": f"Bearer {token}"}).get("/api/work_orders/?limit=1").status_code


def test_tokens_of_maintenance_are_refused_here(
    world: World, register: Register, administering: Program
) -> None:
    """Those of a program, of the very program that may administer, and of a person who may configure."""
    bot = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    assistant = register(name="ChatGPT")
    tokens = [
        token_of(bot, None),
        token_of(administering, None),
        token_of(administering, "maintenance:read maintenance:write", resource=settings.API_RESOURCE),
        assistant.connect(world.owner)["access_token"],
    ]
    for token in tokens:
        assert rest(token) == 200 or is_live(token), "it is good where it belongs"
        for path in READS:
            assert Admin(token).refused("get", path) == (401, "token_invalid"), path
        assert Admin(token).refused("post", "consumers", {}) == (401, "token_invalid")


def test_tokens_of_this_api_are_refused_elsewhere(administering: Program) -> None:
    token = token_of(administering)
    assert Admin(token).get("consumers")["items"]
    assert not is_live(token), "at the MCP endpoint"
    assert rest(token) == 401


def test_only_programs_that_a_person_allowed_it_get_a_token(register: Register) -> None:
    bot = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    for fields in (
        {"scope": "admin:read"},
        {"scope": BOTH, "resource": RESOURCE},
        {"resource": RESOURCE},
        {"scope": "maintenance:read", "resource": RESOURCE},
    ):
        answer = bot.token(grant_type="client_credentials", **fields)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target"), fields
    for fields in ({"scope": "admin:read", "resource": settings.MCP_RESOURCE}, {"scope": "admin:delete"}):
        answer = bot.token(grant_type="client_credentials", **fields)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), fields


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "admin:read maintenance:read"},
        {"scope": "admin:read maintenance:read", "resource": RESOURCE},
        {"scope": "admin:read", "resource": settings.API_RESOURCE},
        {"scope": "maintenance:read", "resource": RESOURCE},
        {"scope": "openid", "resource": RESOURCE},
    ],
)
def test_scopes_of_two_kinds_never_mix(administering: Program, fields: dict[str, str]) -> None:
    answer = administering.token(grant_type="client_credentials", **fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("fields", "granted"),
    [
        ({"resource": RESOURCE}, "admin:read"),
        ({"scope": "admin:write admin:read"}, "admin:read admin:write"),
        ({"scope": "admin:read", "resource": RESOURCE.upper().replace("HTTP", "http", 1)}, None),
        ({"scope": "admin:read", "resource": f"{RESOURCE}/"}, "admin:read"),
        ({}, "maintenance:read maintenance:write"),
    ],
)
def test_what_is_granted(administering: Program, fields: dict[str, str], granted: str | None) -> None:
    """A request that names no scope may only read."""
    answer = administering.token(grant_type="client_credentials", **fields)
    if granted is None:
        assert answer.status_code == 400
        return
    assert answer.json()["scope"] == granted
    with connection.cursor() as cursor:
        cursor.execute("SELECT resource FROM consumers_accesstoken")
        ((stored,),) = cursor.fetchall()
    audiences = json.loads(stored) if isinstance(stored, str) else stored
    assert (audiences == [RESOURCE]) is granted.startswith("admin")


def test_reading_is_not_writing(world: World, administering: Program) -> None:
    consumer = consumer_in(world)
    reader, before = Admin(token_of(administering, "admin:read")), Consumer.objects.count()
    for method, path, body in (
        ("post", "consumers", {"name": "X"}),
        ("patch", f"consumers/{consumer.pk}", {"name": "X"}),
        ("delete", f"consumers/{consumer.pk}", None),
        ("post", f"consumers/{consumer.pk}/secrets", {}),
        ("delete", f"consumers/{consumer.pk}/secrets/{consumer.secrets.get().pk}", None),
        ("delete", "authorizations/1", None),
        ("patch", "access-requests/1", {"approved": True}),
        ("patch", f"consumers/{consumer.pk}/ceiling", {"read_only": True}),
        ("patch", f"groups/{world.owner_group.pk}/ceiling", {"read_only": True}),
        ("patch", f"people/{world.colleague.pk}", {"active": False}),
    ):
        answer = reader.send(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path
        assert 'error="insufficient_scope", scope="admin:write"' in answer["WWW-Authenticate"]
    consumer.refresh_from_db()
    assert (consumer.name, consumer.secrets.live().count(), Consumer.objects.count()) == (
        "ChatGPT",
        1,
        before,
    )
    for path in READS:
        assert reader.send("get", path).status_code == 200, path
        assert Admin(token_of(administering, "admin:write")).send("get", path).status_code == 200, path


def test_without_the_permission_of_the_screens_the_scope_opens_nothing(
    world: World, register: Register
) -> None:
    group = PermissionGroupFactory(
        company=world.company, name="All but one", rights=["configuration:view", "people:edit"]
    )
    admin = Admin(token_of(robot(register, permission_group=group)))
    for path in READS:
        assert admin.refused("get", path) == (403, "permission_missing"), path
    assert admin.refused("post", "consumers", {}) == (403, "permission_missing")
    group.rights = ["configuration:edit"]
    group.save()
    assert admin.get("people")["items"], "read from the group as it is now"


def test_it_ends_at_once(world: World, administering: Program) -> None:
    admin = Admin(token_of(administering))
    assert admin.get("groups")["items"]

    def introspection() -> Any:
        asked = f"token={admin.token}"
        return administering.post("/oauth/introspect", asked, **administering.basic()).json()

    assert introspection()["aud"] == [RESOURCE]
    for change, back in (
        ({"may_administer": False}, {"may_administer": True}),
        ({"enabled": False}, {"enabled": True}),
    ):
        Consumer.objects.update(**change)
        assert admin.refused("get", "groups") == (401, "token_invalid"), change
        assert introspection() == {"active": False}, change
        Consumer.objects.update(**back)
        assert admin.get("groups")["items"]
    Consumer.objects.update(allowed_networks=["192.0.2.0/24"])
    assert admin.refused("get", "groups") == (403, "network_not_allowed")
    Consumer.objects.update(allowed_networks=[])
    AccessToken.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    assert admin.refused("get", "groups") == (401, "token_invalid")


def test_a_program_that_an_administrator_made_read_only_changes_nothing(
    world: World, administering: Program
) -> None:
    before = Admin(token_of(administering))
    Consumer.objects.update(read_only=True)
    assert before.refused("patch", f"people/{world.colleague.pk}", {}) == (403, "scope_missing")
    assert before.get("people")["items"]
    administering.consumer.refresh_from_db()
    answer = administering.token(grant_type="client_credentials", scope=BOTH)
    assert answer.json()["scope"] == "admin:read"
    refused = administering.token(grant_type="client_credentials", scope="admin:write")
    assert refused.json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Basic eA==", "Bearer x", "Bearer fma_" + "x" * 43, "Bearer \xff"]
)
def test_without_a_good_token(db: None, header: str | None) -> None:
    extra: dict[str, Any] = {} if header is None else {"HTTP_AUTHORIZATION": header}
    for path in READS:
        answer = Client().get(API + path, **extra)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith('Bearer realm="admin"')
        assert answer["Content-Type"] == "application/problem+json"


def test_a_client_finds_the_way_from_the_refusal_to_a_token(administering: Program) -> None:
    """RFC 9728 §5.1: challenge, metadata of the resource, metadata of the server, token."""
    challenge = Client().get(API + "people")["WWW-Authenticate"]
    (document,) = re.findall('resource_metadata="([^"]+)"', challenge)
    resource = Client().get(document.removeprefix(settings.PUBLIC_URL)).json()
    assert document == f"{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/api/admin"
    assert resource["resource"] == RESOURCE
    assert set(resource["scopes_supported"]) == set(BOTH.split())
    assert resource["authorization_servers"] == [settings.PUBLIC_URL]
    server = Client().get("/.well-known/oauth-authorization-server").json()
    assert server["token_endpoint"] == f"{settings.PUBLIC_URL}/oauth/token"
    scope = " ".join(resource["scopes_supported"])
    token = token_of(administering, scope, resource=resource["resource"])
    assert Admin(token).get("people")["items"]


def test_people_cannot_approve_it_for_an_assistant(world: World, register: Register) -> None:
    """Not even one who may configure, for a program that may administer."""
    assistant = register(may_administer=True)
    for changes in (
        {"resource": RESOURCE},
        {"resource": RESOURCE, "scope": BOTH},
        {"scope": BOTH},
        {"scope": f"{BOTH} maintenance:read"},
    ):
        answer = answer_of(signed_in(world.owner).get(assistant.address("", **changes)))
        assert answer["error"] in {"invalid_target", "invalid_scope"}, changes
    assert not AccessToken.objects.exists()


def test_a_session_of_the_screens_is_worth_nothing_here(world: World) -> None:
    client = browser(world.owner)
    assert client.get(API + "consumers").status_code == 401
    assert client.post(API + "consumers", {}, content_type="application/json").status_code == 401


def test_things_of_another_company_do_not_exist(world: World, administering: Program) -> None:
    admin, foreign = Admin(token_of(administering)), consumer_in(world, "Foreign", stranger=True)
    secret = foreign.secrets.get()
    member = world.other_company.memberships.get()
    for method, path, body in (
        ("get", f"consumers/{foreign.pk}", None),
        ("patch", f"consumers/{foreign.pk}", {"name": "Mine"}),
        ("patch", f"consumers/{foreign.pk}", {"enabled": False}),
        ("delete", f"consumers/{foreign.pk}", None),
        ("get", f"consumers/{foreign.pk}/secrets", None),
        ("post", f"consumers/{foreign.pk}/secrets", {}),
        ("delete", f"consumers/{foreign.pk}/secrets/{secret.pk}", None),
        ("delete", f"consumers/{administering.consumer.pk}/secrets/{secret.pk}", None),
        ("get", f"consumers/{foreign.pk}/ceiling", None),
        ("patch", f"consumers/{foreign.pk}/ceiling", {"read_only": True}),
        ("get", f"groups/{2**80}/ceiling", None),
        ("patch", f"access-requests/{2**63}", {"approved": True}),
        ("get", f"people/{world.stranger.pk}", None),
        ("patch", f"people/{world.stranger.pk}", {"active": False}),
        ("get", f"groups/{world.stranger_group.pk}", None),
        ("get", "consumers/999999999999999999", None),
        *((method, f"{name}/{2**63}", {}) for name in ("consumers", "people") for method in ("get", "patch")),
        ("delete", f"authorizations/{2**63}", None),
        ("get", f"log/{2**80}", None),
        ("get", f"groups/{2**80}", None),
        ("get", f"consumers/{2**80}/secrets", None),
        ("delete", f"consumers/{administering.consumer.pk}/secrets/{2**80}", None),
        ("get", "log/999999999999999999", None),
        ("delete", "authorizations/999999999999999999", None),
        ("get", "nothing", None),
        ("get", "/api/admin/v2/consumers", None),
        ("get", "/api/admin", None),
    ):
        assert admin.refused(method, path, body) == (404, "not_found"), path
    for path in ("consumers", "people", "groups", "authorizations", "log"):
        assert "Foreign" not in json.dumps(admin.get(path))
        assert "stranger@example.com" not in json.dumps(admin.get(path))
    # A group of another company cannot be given either.
    mine = administering.consumer.pk
    assert (
        admin.refused("patch", f"consumers/{mine}", {"permission_group": world.stranger_group.pk})[0] == 422
    )
    path = f"people/{world.colleague.pk}"
    assert admin.refused("patch", path, {"permission_group": world.stranger_group.pk})[0] == 422
    foreign.refresh_from_db()
    member.refresh_from_db()
    assert (foreign.name, foreign.enabled, secret.live, member.active) == ("Foreign", True, True, True)


def test_only_a_person_allows_it_on_the_screen(world: World, administering: Program) -> None:
    admin, group = Admin(token_of(administering)), world.owner_group.pk
    fields: dict[str, Any] = {"name": "More", "grant_type": "client-credentials", "permission_group": group}
    for body in ({**fields, "may_administer": True}, {**fields, "may_administer": False}):
        assert admin.refused("post", "consumers", body) == (422, "invalid_fields")
    made = admin.send("post", "consumers", fields).json()
    assert made["may_administer"] is False
    assert admin.refused("patch", f"consumers/{made['id']}", {"may_administer": True})[0] == 422

    url = f"/settings/api-connections/oauth-consumers/{made['id']}/"
    client = browser(world.owner)
    form = form_at(client.get(url), url)
    assert "may_administer" not in dict(form.fields), "off unless a person ticks it"
    typed = {**dict(form.fields), "permission_group": group, "may_administer": "on"}
    assert client.post(url, typed).status_code == 302
    assert Consumer.objects.get(pk=made["id"]).may_administer
    assert (
        admin.send("patch", f"consumers/{made['id']}", {"name": "Renamed"}).json()["may_administer"] is True
    )
    page = client.get(url)
    assert dict(form_at(page, url).fields)["may_administer"] == "on"


def test_a_public_client_may_not_administer(world: World) -> None:
    url = "/settings/api-connections/oauth-consumers/add/"
    client = browser(world.owner)
    data = dict(form_at(client.get(url), url).fields) | {
        "name": "Public", "permission_group": world.owner_group.pk, "public": "on", "may_administer": "on",
    }  # fmt: skip
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "Only a program with a secret may administer." in text_of(answer)
    assert not Consumer.objects.exists()
    public = consumer_in(world, public=True)
    assert "may_administer" not in text_of(
        client.get(f"/settings/api-connections/oauth-consumers/{public.pk}/")
    )
