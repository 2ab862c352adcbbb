from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from pytest_django import Settings

from mcp_gateway.calls.caller import READ_SCOPE, Caller
from mcp_gateway.runtime import runtime
from mcp_gateway.upstream import credentials
from mcp_gateway.upstream.credentials import Credentials, KeptCredentials
from tests.gateway.upstream.conftest import caller


def embedded_credential(asker: Caller, *, fresh: bool = False) -> str:
    return Credentials(runtime().credentials).embedded(asker, fresh=fresh)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    runtime().credentials.embedded.clear()
    yield
    runtime().credentials.embedded.clear()


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_a_credential_says_no_more_than_the_caller_may(settings: Settings) -> None:
    full = claims(embedded_credential(caller()))
    assert (full["company"], full["user"], full["aud"]) == (1, 1, settings.API_RESOURCE)
    assert "read_only" not in full
    assert "group" not in full
    assert claims(embedded_credential(caller(scopes=frozenset({READ_SCOPE}))))["read_only"] is True
    assert claims(embedded_credential(caller(narrowed_to_group_id=5)))["group"] == 5
    program = claims(embedded_credential(caller(user_id=None, narrowed_to_group_id=5)))
    assert "user" not in program


def test_callers_never_share_one() -> None:
    tokens = {
        embedded_credential(caller(**changes))
        for changes in (
            {},
            {"user_id": 2},
            {"company_id": 2},
            {"narrowed_to_group_id": 1},
            {"scopes": frozenset({READ_SCOPE})},
        )
    }
    assert len(tokens) == 5


def test_it_is_kept_until_shortly_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    minted: list[dict[str, Any]] = []

    def mint(**wanted: Any) -> str:
        minted.append(wanted)
        return f"token {len(minted)}"

    monkeypatch.setattr(credentials, "mint_user_token", mint)
    now = time.monotonic()
    for seconds, token in ((0, "token 1"), (269, "token 1"), (271, "token 2")):
        monkeypatch.setattr(time, "monotonic", lambda seconds=seconds: now + seconds)
        assert embedded_credential(caller()) == token
    assert embedded_credential(caller(), fresh=True) == "token 3"
    assert embedded_credential(caller()) == "token 3"


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "LARGEST", 3)
    kept = KeptCredentials()
    for user_id in range(1, 9):
        Credentials(kept).embedded(caller(user_id=user_id))
    assert [key[1] for key in kept.embedded.kept()] == [6, 7, 8]
    kept.stop()
