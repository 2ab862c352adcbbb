"""Security cases 89-97: refresh tokens survive lost answers, but not theft."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Membership, User
from consumers.models import AccessToken, AppAuthorization, Consumer, RefreshToken
from consumers.oauth.token_families import MAX_LIVE_TOKENS
from tests.conftest import World
from tests.consumers.conftest import Program, Register, is_live
from tests.consumers.refusals import refused


def let_pass(seconds: int) -> None:
    """Pretend that this much time has passed since the last refresh."""
    for token in RefreshToken.objects.exclude(superseded_at=None):
        token.superseded_at -= dt.timedelta(seconds=seconds)
        token.save()


def test_case_089_refresh_by_another_consumer(register: Register, world: World) -> None:
    """RFC 6749 §6: bound to the client; the owner's token is not harmed."""
    owner, thief = register(), register(name="Thief")
    tokens = owner.connect(world.owner)
    refused(thief.refresh(tokens["refresh_token"]), "invalid_grant")
    assert owner.refresh(tokens["refresh_token"]).status_code == 200


def test_case_090_refresh_asks_for_more(program: Program, world: World) -> None:
    """RFC 6749 §6 and RFC 8707 §2.2: what was granted and no more; the token stays good."""
    tokens = program.connect(world.owner, write=False)
    token = tokens["refresh_token"]
    repeated = program.refresh(token, scope="maintenance:read maintenance:write offline_access").json()
    assert repeated["scope"] == "maintenance:read offline_access"  # the person switched writing off
    refused(program.refresh(token, scope="maintenance:write"), "invalid_scope")
    refused(program.refresh(token, scope="admin"), "invalid_scope")
    refused(program.refresh(token, resource=settings.API_RESOURCE), "invalid_target")
    narrowed = program.refresh(token, scope="maintenance:read", resource=settings.MCP_RESOURCE).json()
    assert narrowed["scope"] == "maintenance:read"
    wide = program.refresh(narrowed["refresh_token"]).json()
    assert wide["scope"] == "maintenance:read offline_access"


def test_case_091_refresh_into_a_foreign_audience(program: Program, world: World) -> None:
    """RFC 8707 §2.2: also where the authorization request named no resource."""
    tokens = program.connect(world.owner, resource=None)
    refused(program.refresh(tokens["refresh_token"], resource="https://evil.example/x"), "invalid_target")
    access = program.refresh(tokens["refresh_token"]).json()["access_token"]
    assert AccessToken.objects.order_by("-pk")[0].resource == [settings.MCP_RESOURCE]
    assert is_live(access)


def test_case_092_replay_after_the_window_kills_the_family(
    program: Program, world: World, caplog: Any
) -> None:
    """RFC 9700 §4.14.2, ASVS 10.4.5; the person's other connections live on."""
    other = program.connect(world.owner)
    first = program.connect(world.owner)
    second = program.refresh(first["refresh_token"]).json()
    third = program.refresh(second["refresh_token"]).json()
    let_pass(61)
    assert is_live(third["access_token"])
    refused(program.refresh(first["refresh_token"]), "invalid_grant")
    for tokens in (second, third):
        assert not is_live(tokens["access_token"])
        refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    lines = [record.getMessage() for record in caplog.records if record.name == "security"]
    assert any("refresh token replayed" in line for line in lines)
    assert not any(first["refresh_token"] in line for line in lines)
    assert is_live(other["access_token"])
    assert program.refresh(other["refresh_token"]).status_code == 200


def test_case_092_replay_ends_an_authorization_with_nothing_left(program: Program, world: World) -> None:
    """The screens must not show a connection that is dead."""
    first = program.connect(world.owner)
    program.refresh(first["refresh_token"])
    let_pass(61)
    refused(program.refresh(first["refresh_token"]), "invalid_grant")
    authorization = AppAuthorization.objects.get()
    assert authorization.revoked_at is not None
    assert authorization.revoked_by is None


@pytest.mark.parametrize("seconds", [0, 3, 30, 59])
def test_case_094_lost_answer(program: Program, world: World, seconds: int) -> None:
    """FAPI 2.0 §5.3.2.1: a repeat inside the window gets a working pair of its own."""
    first = program.connect(world.owner)
    lost = program.refresh(first["refresh_token"]).json()
    let_pass(seconds)
    again = program.refresh(first["refresh_token"]).json()
    assert again["refresh_token"] != lost["refresh_token"]
    assert is_live(again["access_token"])
    for tokens in (again, lost):
        assert program.refresh(tokens["refresh_token"]).status_code == 200


def test_case_094_old_access_token_ends_with_the_window(program: Program, world: World) -> None:
    """A call under way with it still succeeds."""
    first = program.connect(world.owner)
    program.refresh(first["refresh_token"])
    assert is_live(first["access_token"])
    oldest = AccessToken.objects.order_by("pk")[0]
    assert oldest.expires <= timezone.now() + dt.timedelta(seconds=60)


def test_heads_are_capped_and_the_newest_are_never_the_victims(program: Program, world: World) -> None:
    """At most MAX_LIVE_TOKENS usable refresh tokens per family, and every new one works."""
    first = program.connect(world.owner)
    given = [program.refresh(first["refresh_token"]) for _ in range(MAX_LIVE_TOKENS)]
    assert {response.status_code for response in given} == {200}
    busy = program.refresh(first["refresh_token"])
    refused(busy, "temporarily_unavailable", 429)
    assert busy["Retry-After"] == "60"
    assert all(is_live(response.json()["access_token"]) for response in given)
    # An hour later unused tokens are removed, and the family continues.
    RefreshToken.objects.filter(superseded_at=None).update(created=timezone.now() - dt.timedelta(hours=1))
    newest = given[-1].json()["refresh_token"]
    for _ in range(3):
        response = program.refresh(newest)
        assert response.status_code == 200, response.content
    live = RefreshToken.objects.filter(revoked=None, superseded_at=None)
    assert live.count() == MAX_LIVE_TOKENS
    dropped = RefreshToken.objects.exclude(revoked=None)
    assert dropped.count() == 2
    # A removed token is refused. It was never used, so this is no replay.
    refused(program.refresh(given[0].json()["refresh_token"]), "invalid_grant")
    assert program.refresh(newest).status_code in {200, 429}


def test_case_095_absolute_end(program: Program, world: World) -> None:
    """ASVS 10.4.8: 180 days after the consent nothing is left, however often it was used."""
    tokens = program.connect(world.owner)
    authorization = AppAuthorization.objects.get()
    assert dt.timedelta(days=179) < authorization.ends_at - timezone.now() <= dt.timedelta(days=180)
    ends = timezone.now() + dt.timedelta(seconds=100)
    AppAuthorization.objects.update(ends_at=ends)
    tokens = program.refresh(tokens["refresh_token"]).json()
    assert tokens["expires_in"] <= 100
    assert not RefreshToken.objects.filter(superseded_at=None, expires__gt=ends).exists()
    AppAuthorization.objects.update(ends_at=timezone.now())
    refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
    assert not is_live(tokens["access_token"])


def test_case_095_idle_end(program: Program, world: World) -> None:
    """ASVS 10.4.8: 30 days without use."""
    tokens = program.connect(world.owner)
    newest = RefreshToken.objects.get()
    assert dt.timedelta(days=29) < newest.expires - timezone.now() <= dt.timedelta(days=30)
    RefreshToken.objects.update(expires=timezone.now())
    refused(program.refresh(tokens["refresh_token"]), "invalid_grant")


def test_case_096_more_connections_than_anybody_needs(
    program: Program, world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """ASVS 7.1.2: the oldest gives way, on record."""
    monkeypatch.setattr("consumers.oauth.token_families.MAX_FAMILIES", 2)
    first, second, third = (program.connect(world.owner) for _ in range(3))
    assert [is_live(tokens["access_token"]) for tokens in (first, second, third)] == [False, True, True]
    refused(program.refresh(first["refresh_token"]), "invalid_grant")
    assert any("oldest connection ended" in record.getMessage() for record in caplog.records)


def test_case_097_the_disabled_do_not_refresh(program: Program, world: World) -> None:
    """ASVS 7.4.2 and 8.3.2; enabled again, the connection still works."""
    tokens = program.connect(world.owner)
    group = type(world.owner_group).objects.filter(pk=world.owner_group.pk)
    for rows, field in (
        (User.objects.filter(pk=world.owner.pk), "is_active"),
        (Membership.objects.filter(user=world.owner), "active"),
        (Consumer.objects.filter(pk=program.consumer.pk), "enabled"),
        (group, "active"),
    ):
        rows.update(**{field: False})
        refused(program.refresh(tokens["refresh_token"]), "invalid_grant")
        rows.update(**{field: True})
    assert program.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "value", ["fmr_" + "x" * 43, "x", "fmr_\u00e9", "fmr_" + "x" * 20_000, "fma_" + "x" * 43]
)
def test_unknown_refresh_tokens(program: Program, value: str) -> None:
    """RFC 6749 §5.2."""
    refused(program.refresh(value), "invalid_grant")
