"""Security cases 112-119: /oauth/revoke and /oauth/introspect."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from consumers.models import AppAuthorization, Consumer
from consumers.policy.models import GroupCeiling
from tests.conftest import World
from tests.consumers.conftest import FORM, Program, Register, is_live
from tests.consumers.refusals import refused


def say(program: Program, path: str, token: str | None, **more: str) -> Any:
    fields = {"token": token} | more if token is not None else more
    return program.post(path, urlencode(fields), **program.basic())


def active(program: Program, token: str) -> dict[str, Any]:
    response = say(program, "/oauth/introspect", token)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


def test_case_112_revoking_a_foreign_token(register: Register, world: World) -> None:
    """RFC 7009 §2.1: refused as if unknown, and the token lives."""
    owner, other = register(), register(name="Other")
    tokens = owner.connect(world.owner)
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert say(other, "/oauth/revoke", token).status_code == 200
    assert is_live(tokens["access_token"])
    assert owner.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_case_113_revoking_either_kills_both(program: Program, world: World, which: str, hint: str) -> None:
    """RFC 7009 §2.1; the authorization that this empties ends too."""
    tokens = program.connect(world.owner)
    response = say(program, "/oauth/revoke", tokens[which], token_type_hint=hint)
    assert response.status_code == 200
    assert not is_live(tokens["access_token"])
    refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    assert not AppAuthorization.objects.live().exists()


def test_case_113_revoking_one_connection_leaves_the_other(program: Program, world: World) -> None:
    """Two computers of one person: disconnecting one is not disconnecting both."""
    first, second = program.connect(world.owner), program.connect(world.owner)
    say(program, "/oauth/revoke", first["refresh_token"])
    assert not is_live(first["access_token"])
    assert is_live(second["access_token"])
    assert AppAuthorization.objects.live().count() == 1


def test_case_113_public_and_machine_consumers_revoke(register: Register, world: World) -> None:
    """RFC 7009 §2.1: client authentication of each kind."""
    public = register(public=True)
    tokens = public.connect(world.owner)
    body = urlencode({"client_id": public.key, "token": tokens["refresh_token"]})
    assert public.post("/oauth/revoke", body).status_code == 200
    assert not is_live(tokens["access_token"])
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    token = machine.token(grant_type="client_credentials").json()["access_token"]
    assert is_live(token)
    assert say(machine, "/oauth/revoke", token).status_code == 200
    assert not is_live(token)


@pytest.mark.parametrize("token", ["unknown", "fma_" + "x" * 43, "fmr_" + "x" * 43, "x" * 20_000, "é"])
def test_revoking_an_unknown_token(program: Program, token: str) -> None:
    """RFC 7009 §2.2: 200."""
    assert say(program, "/oauth/revoke", token).status_code == 200


def test_revoking_nothing(program: Program) -> None:
    """RFC 7009 §2.2.1."""
    refused(say(program, "/oauth/revoke", None, x="1"), "invalid_request")


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
def test_case_116_without_authentication(path: str, program: Program) -> None:
    """RFC 7662 §2.1, RFC 7009 §2.1: 401; POST only."""
    refused(Client().post(path, "token=x", content_type=FORM), "invalid_client", 401)
    refused(program.post(path, "token=x", **program.basic("wrong")), "invalid_client", 401)
    assert Client().get(path, {"token": "x"}).status_code == 405


def test_case_116_public_consumers_do_not_introspect(register: Register, world: World) -> None:
    """RFC 7662 §2.1: whoever has no secret proves nothing."""
    public = register(public=True)
    token = public.connect(world.owner)["access_token"]
    body = urlencode({"client_id": public.key, "token": token})
    refused(public.post("/oauth/introspect", body), "unauthorized_client", 403)


def test_case_117_introspecting_a_foreign_token(register: Register, world: World) -> None:
    """RFC 7662 §2.2: inactive, and not a word more."""
    owner, other = register(), register(name="Other")
    tokens = owner.connect(world.owner)
    assert active(other, tokens["access_token"]) == {"active": False}
    assert active(other, tokens["refresh_token"]) == {"active": False}
    mine = active(owner, tokens["access_token"])
    assert mine["active"]
    assert mine["aud"] == [settings.MCP_RESOURCE]
    assert mine["scope"] == tokens["scope"]
    assert world.owner.email not in str(mine)
    assert active(owner, tokens["refresh_token"])["active"]


def test_introspection_tells_what_counts_now(program: Program, world: World) -> None:
    """RFC 7662 §2.2: not a scope that was taken away since, and no token of whoever may not use the app."""
    tokens = program.connect(world.owner)
    both = tokens["access_token"], tokens["refresh_token"]
    consumer = program.consumer
    Consumer.objects.filter(pk=consumer.pk).update(read_only=True)
    assert [active(program, token)["scope"] for token in both] == ["maintenance:read offline_access"] * 2
    Consumer.objects.filter(pk=consumer.pk).update(read_only=False)
    GroupCeiling.objects.create(group=world.owner_group, read_only=True)
    assert [active(program, token)["scope"] for token in both] == ["maintenance:read offline_access"] * 2
    GroupCeiling.objects.all().delete()
    assert [active(program, token)["scope"] for token in both] == [tokens["scope"]] * 2
    AppAuthorization.objects.get().narrow({"maintenance:read"}, by=world.owner)
    assert [active(program, token)["scope"] for token in both] == ["maintenance:read"] * 2
    Consumer.objects.filter(pk=consumer.pk).update(everyone_may_use=False)
    assert not is_live(tokens["access_token"])
    assert [active(program, token) for token in both] == [{"active": False}] * 2


def test_case_119_introspecting_the_token_of_a_disabled_person(program: Program, world: World) -> None:
    """RFC 7662 §2.2: inactive, as at the endpoint itself."""
    tokens = program.connect(world.owner)
    User.objects.filter(pk=world.owner.pk).update(is_active=False)
    assert active(program, tokens["access_token"]) == {"active": False}
    User.objects.filter(pk=world.owner.pk).update(is_active=True)
    AppAuthorization.objects.get().revoke(by=world.owner)
    assert active(program, tokens["access_token"]) == {"active": False}
    assert active(program, tokens["refresh_token"]) == {"active": False}
