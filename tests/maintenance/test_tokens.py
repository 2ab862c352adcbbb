"""Which principal a token of the embedded API gives."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership
from maintenance import tokens
from maintenance.tokens import authenticate, mint_user_token
from tests.conftest import World
from tests.factories import PermissionGroupFactory

pytestmark = pytest.mark.django_db


def forged(world: World, key: bytes | None = None, typ: str = tokens.JWT_TYPE, **changes: Any) -> str:
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.PUBLIC_URL,
        "aud": settings.API_RESOURCE,
        "iat": now,
        "exp": now + 60,
        "company": world.company.pk,
        "user": world.owner.pk,
    }
    claims = {name: value for name, value in {**claims, **changes}.items() if value != "absent"}
    return jwt.encode(claims, key or tokens._signing_key(), algorithm="HS256", headers={"typ": typ})


def test_speaks_for_the_user_with_the_rights_of_the_membership(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.colleague.pk)
    principal = authenticate(raw)
    assert principal is not None
    assert principal.user_email == "colleague@example.com"
    assert principal.company_id == world.company.pk
    assert principal.rights == {"work_orders:view", "assets:view"}
    assert principal.group_name == "Readers"
    assert principal.time_zone == "America/Bogota"


def test_a_group_narrows_the_rights_of_the_user(world: World) -> None:
    group = PermissionGroupFactory(company=world.company, rights=["assets:view", "people:view"])
    raw = mint_user_token(company_id=world.company.pk, user_id=world.colleague.pk, group_id=group.pk)
    principal = authenticate(raw)
    assert principal is not None
    assert principal.rights == {"assets:view"}


def test_own_work_orders_only_comes_from_either_group(world: World) -> None:
    group = PermissionGroupFactory(company=world.company, own_work_orders_only=True)
    company, owner = world.company.pk, world.owner.pk
    narrowed = authenticate(mint_user_token(company_id=company, user_id=owner, group_id=group.pk))
    assert narrowed is not None
    assert narrowed.own_work_orders_only
    plain = authenticate(mint_user_token(company_id=company, user_id=owner))
    assert plain is not None
    assert not plain.own_work_orders_only


def test_without_a_user_the_group_makes_the_rights(world: World) -> None:
    world.company.currency, world.company.hours_per_week = "COP", 37.5
    world.company.save()
    raw = mint_user_token(company_id=world.company.pk, user_id=None, group_id=world.colleague_group.pk)
    principal = authenticate(raw)
    assert principal is not None
    assert (principal.user_id, principal.currency, principal.hours_per_week) == (None, "COP", 37.5)
    assert principal.rights == {"work_orders:view", "assets:view"}


def test_read_only_keeps_the_rights_to_view(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk, read_only=True)
    principal = authenticate(raw)
    assert principal is not None
    assert "work_requests:view" in principal.rights
    assert all(right.endswith(":view") for right in principal.rights)


def test_read_only_holds_without_a_user_too(world: World) -> None:
    group = world.owner_group.pk
    raw = mint_user_token(company_id=world.company.pk, user_id=None, group_id=group, read_only=True)
    principal = authenticate(raw)
    assert principal is not None
    assert "work_requests:view" in principal.rights
    assert all(right.endswith(":view") for right in principal.rights)


def test_nobody_without_user_and_group(world: World) -> None:
    with pytest.raises(ValueError):
        mint_user_token(company_id=world.company.pk, user_id=None)
    assert authenticate(forged(world, user="absent")) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": "absent"},
        {"iat": "absent"},
        {"iat": int(time.time()) + 3600},
        {"aud": "http://localhost:8000/mcp/oauth/fracttal-one"},
        {"aud": "absent"},
        {"iss": "https://elsewhere.example"},
        {"iss": "absent"},
        {"company": "absent"},
        {"company": "1"},
        {"company": True},
        {"company": 10**30},
        {"user": "1"},
        {"user": 10**30},
        {"group": [1]},
        {"group": 10**30},
        {"key": b"another key that is long enough to sign"},
        {"typ": "JWT"},
        {"typ": "at+jwt"},
    ],
)
def test_a_token_that_is_not_ours_speaks_for_nobody(world: World, changes: dict[str, Any]) -> None:
    assert authenticate(forged(world)) is not None
    assert authenticate(forged(world, **changes)) is None


def test_no_other_algorithm_is_accepted(world: World) -> None:
    header, payload, _ = forged(world).split(".")
    claims = jwt.decode(forged(world), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"typ": tokens.JWT_TYPE})
    assert authenticate(unsigned) is None
    assert authenticate(f"{header}.{payload}.") is None
    stronger = jwt.encode(claims, tokens._signing_key() * 2, "HS512", headers={"typ": tokens.JWT_TYPE})
    assert authenticate(stronger) is None


@pytest.mark.parametrize("raw", ["", "x", "a.b.c", "é.é.é", "a" * 100_000, "fma_" + "x" * 40, "\x00"])
def test_noise_speaks_for_nobody(raw: str, db: None) -> None:
    assert authenticate(raw) is None


def test_another_secret_key_ends_all_tokens(world: World, settings: Settings) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    settings.SECRET_KEY = "another secret key of this installation, quite as long"
    assert authenticate(raw) is None


def test_a_lifetime_that_is_over_ends_it(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk, lifetime_seconds=-6)
    assert authenticate(raw) is None


def test_a_disabled_user_is_out_at_once(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    world.owner.is_active = False
    world.owner.save()
    assert authenticate(raw) is None


def test_an_inactive_membership_is_out_at_once(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    Membership.objects.filter(user=world.owner).update(active=False)
    assert authenticate(raw) is None
    Membership.objects.filter(user=world.owner).delete()
    assert authenticate(raw) is None


def test_an_inactive_group_is_out_at_once(world: World) -> None:
    by_user = mint_user_token(company_id=world.company.pk, user_id=world.colleague.pk)
    by_group = mint_user_token(company_id=world.company.pk, user_id=None, group_id=world.colleague_group.pk)
    world.colleague_group.active = False
    world.colleague_group.save()
    assert authenticate(by_user) is None
    assert authenticate(by_group) is None


def test_a_right_that_is_taken_away_is_gone_at_once(world: World) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.colleague.pk)
    world.colleague_group.rights = ["assets:view"]
    world.colleague_group.save()
    principal = authenticate(raw)
    assert principal is not None
    assert principal.rights == {"assets:view"}


def test_a_user_has_no_token_for_another_company(world: World) -> None:
    assert authenticate(mint_user_token(company_id=world.other_company.pk, user_id=world.owner.pk)) is None


def test_a_group_of_another_company_narrows_to_nothing(world: World) -> None:
    foreign = world.stranger_group.pk
    for user in (world.owner.pk, None):
        raw = mint_user_token(company_id=world.company.pk, user_id=user, group_id=foreign)
        assert authenticate(raw) is None


def call(client: Client, authorization: str | None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.get("/api/items", headers=headers)


def test_the_api_takes_a_bearer_token_and_nothing_else(world: World, client: Client) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    assert call(client, f"Bearer {raw}").status_code == 200
    assert call(client, f"bearer {raw}").status_code == 200
    for wrong in (None, "", "Bearer", "Bearer ", raw, f"Basic {raw}", f"Token {raw}", "Bearer nonsense"):
        response = call(client, wrong)
        assert response.status_code == 401, wrong
        assert response.json() == {"success": False, "message": "UNAUTHORIZED", "data": [], "total": 0}
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/api/items", {"access_token": raw}).status_code == 401


def test_a_session_does_not_open_the_api(world: World, client: Client) -> None:
    client.force_login(world.owner)
    assert call(client, None).status_code == 401


def test_every_authenticator_of_the_settings_is_asked(
    world: World, client: Client, settings: Settings
) -> None:
    raw = mint_user_token(company_id=world.company.pk, user_id=world.owner.pk)
    settings.API_AUTHENTICATORS = ["tests.maintenance.test_tokens.knows_nobody"]
    assert call(client, f"Bearer {raw}").status_code == 401
    settings.API_AUTHENTICATORS = [
        "tests.maintenance.test_tokens.knows_nobody",
        "maintenance.tokens.authenticate",
    ]
    assert call(client, f"Bearer {raw}").status_code == 200


def knows_nobody(raw: str) -> None:
    return None


def test_names_the_app_that_acts(world: World) -> None:
    company, user = world.company.pk, world.owner.pk
    for name in ("ChatGPT", "Ñandú \U0001f426" * 20):
        principal = authenticate(mint_user_token(company_id=company, user_id=user, via_app=name))
        assert principal is not None
        assert principal.via_app == name
    without = authenticate(mint_user_token(company_id=company, user_id=user))
    assert without is not None
    assert without.via_app == ""


@pytest.mark.parametrize("app", [7, None, ["x"], "x" * 256, "a\0b"])
def test_an_app_that_is_no_name_is_refused(world: World, app: Any) -> None:
    assert authenticate(forged(world, app="ChatGPT")) is not None
    assert authenticate(forged(world, app=app)) is None
