"""A scope taken away from an authorization is gone for every code and token, old and new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.verified_addresses import mark_verified
from consumers.models import AppAuthorization
from consumers.outbound import documents as document_fetcher
from consumers.scopes import OFFLINE, READ, WRITE
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program, caller
from tests.consumers.issuers import IdentityProvider, identity_provider
from tests.consumers.programs import fetcher_reaching
from tests.consumers.trusted_issuers.presenting import present, trust

READ_ONLY = {READ, OFFLINE}


def stored_scopes() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT scope FROM consumers_appauthorization ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def may_write(token: str) -> bool:
    runtime().authentication.forget()  # the cache keeps a caller for a second
    return WRITE in caller(token).scopes


def test_tokens_lose_the_scope_and_refreshing_does_not_bring_it_back(program: Program, world: World) -> None:
    tokens = program.connect(world.owner)
    assert may_write(tokens["access_token"])
    assert AppAuthorization.objects.get().narrow(READ_ONLY, by=world.owner) == {WRITE}
    assert stored_scopes() == ["maintenance:read offline_access"]
    assert not may_write(tokens["access_token"])
    renewed = program.refresh(tokens["refresh_token"]).json()
    assert renewed["scope"] == "maintenance:read offline_access"
    assert not may_write(renewed["access_token"])
    wider = program.refresh(renewed["refresh_token"], scope="maintenance:write")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")


def test_a_code_that_waits_is_worth_less_and_the_answer_says_so(program: Program, world: World) -> None:
    code = program.code(world.owner)
    AppAuthorization.objects.get().narrow(READ_ONLY, by=world.owner)
    tokens = program.redeem(code).json()
    assert tokens["scope"] == "maintenance:read offline_access"
    assert not may_write(tokens["access_token"])


def test_narrowing_never_adds(program: Program, world: World) -> None:
    tokens = program.connect(world.owner, write=False)
    assert AppAuthorization.objects.get().narrow({READ, WRITE, OFFLINE, "admin"}) == frozenset()
    assert stored_scopes() == ["maintenance:read offline_access"]
    assert not may_write(tokens["access_token"])
    assert AppAuthorization.objects.get().narrowed_at is None


def test_the_last_scope_is_not_taken_away(program: Program, world: World) -> None:
    program.connect(world.owner)
    for kept in (set(), {OFFLINE}):
        assert AppAuthorization.objects.get().narrow(kept) == frozenset()
    assert stored_scopes() == ["maintenance:read maintenance:write offline_access"]


def test_an_ended_authorization_is_left_alone(program: Program, world: World) -> None:
    program.connect(world.owner)
    authorization = AppAuthorization.objects.get()
    authorization.revoke(by=world.owner)
    assert authorization.narrow(READ_ONLY) == frozenset()
    assert stored_scopes() == ["maintenance:read maintenance:write offline_access"]


def test_a_new_consent_decides_anew(program: Program, world: World) -> None:
    """The person who approves writing again gets it: this page shows what is approved."""
    program.connect(world.owner)
    AppAuthorization.objects.get().narrow(READ_ONLY, by=world.owner)
    assert may_write(program.connect(world.owner)["access_token"])


@pytest.fixture
def idp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path, "") as provider:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(provider.certificate))
        yield provider


def test_no_assertion_gives_it_back_until_it_is_allowed_again(
    program: Program, world: World, idp: IdentityProvider
) -> None:
    """Nobody is asked in an exchange, so it must not undo what a person did."""
    trust(world, idp)
    mark_verified(world.owner)

    def exchanged(**fields: str) -> Any:
        return present(program, idp.assertion(program.key, world.owner.email), **fields)

    assert exchanged().json()["scope"] == "maintenance:read maintenance:write"
    AppAuthorization.objects.get().narrow({READ}, by=world.owner)
    assert exchanged().json()["scope"] == "maintenance:read"
    assert exchanged(scope="maintenance:write").json()["error"] == "invalid_scope"
    assert stored_scopes() == ["maintenance:read"]
    # Ended by the system, which refuses no later exchange: the next row starts with the same limit.
    AppAuthorization.objects.get().revoke()
    assert exchanged().json()["scope"] == "maintenance:read"
    AppAuthorization.objects.get(revoked_at=None).give_back()
    assert stored_scopes() == ["maintenance:read", "maintenance:read"], "nothing widens by itself"
    assert exchanged().json()["scope"] == "maintenance:read maintenance:write"
