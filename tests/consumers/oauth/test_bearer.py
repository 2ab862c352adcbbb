"""Security cases 134-147: what a bearer token may do, checked at each call."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, PermissionGroup, User
from consumers.digests import digest
from consumers.models import AccessToken, AppAuthorization, Consumer
from consumers.oauth import api_access, token_info, token_row
from mcp_gateway.http import authentication
from mcp_gateway.http.authentication import (
    Authentication,
    Unauthorized,
    Unavailable,
    insufficient_scope_challenge,
)
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program, Register, caller, is_live
from tests.factories import PermissionGroupFactory

METADATA = f"{settings.PUBLIC_URL}/.well-known/oauth-protected-resource{settings.MCP_PATH}"


def challenge(header: bytes | str | None) -> str:
    with pytest.raises(Unauthorized) as caught:
        runtime().authentication.authenticate_now(header)
    return caught.value.challenge()


@pytest.mark.parametrize("header", [None, "", b"", "Basic eDp5", "Bearer", "Bearer  "])
def test_case_134_no_token(header: bytes | str | None) -> None:
    """RFC 6750 §3, RFC 9728 §5.1: where to go, and no error."""
    words = challenge(header)
    assert words == f'Bearer resource_metadata="{METADATA}", scope="maintenance:read maintenance:write"'


@pytest.mark.parametrize(
    "value",
    [
        "fma_" + "x" * 43, "x", "fma_", "fma_x fma_y", "fma_x, Bearer fma_y", "fma_" + "x" * 60_000,
        "fma_é", "fma_\0", "fma_%00", "\xff\xfe", "fma_x\r\nX: y",
    ],
)  # fmt: skip
def test_case_135_bad_tokens(value: str, db: None) -> None:
    """RFC 6750 §3.1: invalid_token, however broken."""
    for header in (f"Bearer {value}", f"Bearer {value}".encode("utf-8", "replace")):
        words = challenge(header)
        assert words.startswith('Bearer error="invalid_token"')
        assert f'resource_metadata="{METADATA}"' in words
        assert value not in words or len(value) < 5


def test_case_135_scheme_is_case_insensitive(program: Program, world: World) -> None:
    """RFC 9110 §11.1."""
    token = program.connect(world.owner)["access_token"]
    for header in (f"bearer {token}", f"BEARER  {token} ", f"Bearer {token}".encode()):
        assert runtime().authentication.authenticate_now(header).user_id == world.owner.pk


def test_case_138_140_other_resource(program: Program, world: World) -> None:
    """RFC 8707 §2: exactly this resource; neither its host nor a neighbour nor a prefix."""
    token = program.connect(world.owner)["access_token"]
    for resource in (
        [settings.API_RESOURCE],
        [settings.PUBLIC_URL],
        [settings.PUBLIC_URL + "/"],
        [settings.MCP_RESOURCE + "/"],
        [settings.PUBLIC_URL + "/mcp"],
        [settings.MCP_RESOURCE, settings.API_RESOURCE],
    ):
        AccessToken.objects.update(resource=resource)
        assert not is_live(token)
    AccessToken.objects.update(resource=[settings.MCP_RESOURCE])
    assert is_live(token)


def test_case_139_no_audience(program: Program, world: World) -> None:
    """MCP authorization 2026-07-28: a token without audience is refused."""
    token = program.connect(world.owner)["access_token"]
    AccessToken.objects.update(resource=[])
    assert not is_live(token)


def test_expired_token(program: Program, world: World) -> None:
    """RFC 6750 §3.1: not even in the second in which it expires."""
    token = program.connect(world.owner)["access_token"]
    AccessToken.objects.update(expires=timezone.now())
    assert not is_live(token)


def test_case_142_revoked(program: Program, world: World) -> None:
    """OWASP ASVS 10.4.9: the person stops it."""
    token = program.connect(world.owner)["access_token"]
    AppAuthorization.objects.get().revoke(by=world.owner)
    assert not is_live(token)
    authorization = AppAuthorization.objects.get()
    assert authorization.revoked_by == world.owner


def test_case_142_the_mark_alone_is_enough(program: Program, world: World) -> None:
    """Each use looks at the authorization, not only at the token."""
    token = program.connect(world.owner)["access_token"]
    AppAuthorization.objects.update(revoked_at=timezone.now())
    assert not is_live(token)


def test_case_143_person_disabled_moved_or_deleted(program: Program, world: World) -> None:
    """ASVS 7.4.2, 8.3.2: on the next call."""
    token = program.connect(world.owner)["access_token"]
    for rows, field in (
        (User.objects.filter(pk=world.owner.pk), "is_active"),
        (Membership.objects.filter(user=world.owner), "active"),
        (PermissionGroup.objects.filter(pk=world.owner_group.pk), "active"),
    ):
        rows.update(**{field: False})
        assert not is_live(token), field
        rows.update(**{field: True})
        assert is_live(token), field
    Membership.objects.filter(user=world.owner).update(
        company=world.other_company, permission_group=world.stranger_group
    )
    assert not is_live(token)
    world.owner.delete()
    assert not is_live(token)


def test_case_144_consumer_disabled_or_deleted(program: Program, world: World) -> None:
    """ASVS 8.3.2."""
    token = program.connect(world.colleague)["access_token"]
    consumers = Consumer.objects.filter(pk=program.consumer.pk)
    consumers.update(enabled=False)
    assert not is_live(token)
    consumers.update(enabled=True)
    assert is_live(token)
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(active=False)
    assert not is_live(token)
    PermissionGroup.objects.filter(pk=world.owner_group.pk).update(active=True)
    consumers.get().delete()
    assert not is_live(token)


def test_case_145_challenge_for_more_scope() -> None:
    """RFC 6750 §3.1, RFC 9728 §5.1."""
    words = insufficient_scope_challenge(["maintenance:read", "maintenance:write"])
    assert words.startswith('Bearer error="insufficient_scope"')
    assert 'scope="maintenance:read maintenance:write"' in words
    assert f'resource_metadata="{METADATA}"' in words
    assert 'error_description="' in words


def test_case_146_rights_are_those_of_now(register: Register, world: World) -> None:
    """ASVS 8.3.2: groups changed after the token was issued; narrowing consumers narrow."""
    narrowing = PermissionGroupFactory(
        company=world.company, rights=["work_orders:view", "meters:view"], own_work_orders_only=True
    )
    program = register(permission_group=narrowing)
    token = program.connect(world.colleague)["access_token"]
    who = caller(token)
    assert who.rights == {"work_orders:view", "assets:view"}
    assert (who.narrowed_to_group_id, who.own_work_orders_only) == (None, False)
    Consumer.objects.update(narrow_to_group=True)
    who = caller(token)
    assert who.rights == {"work_orders:view"}
    assert (who.narrowed_to_group_id, who.own_work_orders_only) == (narrowing.pk, True)
    world.colleague_group.rights = ["assets:view", "made:up"]
    world.colleague_group.save()
    assert caller(token).rights == frozenset()
    Consumer.objects.update(narrow_to_group=False)
    assert caller(token).rights == {"assets:view"}


def test_case_147_other_values_as_bearer(program: Program, world: World) -> None:
    """RFC 6750 §2.1: only an access token is one."""
    tokens = program.connect(world.owner)
    code = program.code(world.owner)
    for value in (tokens["refresh_token"], code, program.secret, program.key, "sessionid"):
        assert not is_live(value)
        assert not is_live("fma_" + value[4:])


def test_case_148_the_caller_belongs_to_the_consumers_company(program: Program, world: World) -> None:
    """ASVS 8.4.1: of a person with two companies, the one that the consumer is registered for."""
    Membership.objects.create(
        user=world.owner, company=world.other_company, permission_group=world.stranger_group
    )
    who = caller(program.connect(world.owner)["access_token"])
    assert (who.company_id, who.company_name) == (world.company.pk, "Planta Demo")
    assert who.group_name == "Administrators"


def test_caller_says_who_and_through_what(program: Program, world: World) -> None:
    """Everything that a call needs, from one query."""
    world.owner.language = "pt-br"
    world.owner.save()
    world.company.currency, world.company.hours_per_week = "COP", 37.5
    world.company.save()
    token = program.connect(world.owner)["access_token"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = token_info.resolve(token, settings.MCP_RESOURCE)
    assert len(queries) == 1
    assert found is not None
    who = caller(token)
    assert (who.user_id, who.user_name, who.user_email) == (world.owner.pk, "Owner", "owner@example.com")
    assert (who.language, who.time_zone, who.currency) == ("pt-br", "America/Bogota", "COP")
    assert who.hours_per_week == 37.5
    assert (who.consumer_id, who.consumer_name) == (program.consumer.pk, "ChatGPT")
    assert who.authorization_id == AppAuthorization.objects.get().pk
    assert who.scopes == {"maintenance:read", "maintenance:write"}


def test_the_compiled_query_finds_what_the_orm_finds(register: Register, world: World) -> None:
    """The look-up stores its SQL and converts rows itself; the ORM checks both."""
    program = register()
    tokens = [program.connect(world.owner)["access_token"], program.connect(world.colleague)["access_token"]]
    for token in tokens:
        key = digest(token)
        found = token_row.row_of(key)
        assert found is not None
        (row,) = token_row._rows(key)
        assert {token_row._COLUMNS[name]: value for name, value in found.items()} == row
    assert token_row.row_of(digest("unknown")) is None


def test_a_token_of_a_person_is_good_where_it_was_approved_for(register: Register, world: World) -> None:
    """RFC 8707 §2: at the MCP endpoint or at /api, never at both."""
    program = register()
    person = program.connect(world.owner)["access_token"]
    assert api_access.authenticate(person) is None
    program = register()
    code = program.code(world.owner, write=False, resource=settings.API_RESOURCE)
    token = program.redeem(code, resource=settings.API_RESOURCE).json()["access_token"]
    assert not is_live(token)
    principal = api_access.authenticate(token)
    assert principal is not None
    assert principal.user_id == world.owner.pk
    assert {right.partition(":")[2] for right in principal.rights} == {"view"}
    AppAuthorization.objects.get(consumer=program.consumer).revoke()
    assert api_access.authenticate(token) is None


def test_api_access_of_programs(register: Register, world: World) -> None:
    """RFC 8707 §2: a token for /api is valid there and nowhere else."""
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS)
    token = machine.token(grant_type="client_credentials", resource=settings.API_RESOURCE).json()[
        "access_token"
    ]
    principal = api_access.authenticate(token)
    assert principal is not None
    assert principal.user_id is None
    assert principal.rights == frozenset(world.owner_group.rights)
    assert Consumer.objects.get(pk=machine.consumer.pk).last_used_at is not None
    assert not is_live(token)
    reading = machine.token(
        grant_type="client_credentials", resource=settings.API_RESOURCE, scope="maintenance:read"
    ).json()["access_token"]
    narrow = api_access.authenticate(reading)
    assert narrow is not None
    assert {right.partition(":")[2] for right in narrow.rights} == {"view"}
    for value in ("", "x", "fma_" + "x" * 43, "\0", token[:-1]):
        assert api_access.authenticate(value) is None
    Consumer.objects.filter(pk=machine.consumer.pk).update(enabled=False)
    assert api_access.authenticate(token) is None


@pytest.mark.django_db(transaction=True)
async def test_case_115_kept_for_a_second_at_most(program: Program, world: World) -> None:
    """Revoked here or in another process: out within a second."""
    token = await _in_thread(lambda: program.connect(world.owner)["access_token"])
    header = f"Bearer {token}".encode()
    assert (await runtime().authentication.authenticate(header)).user_id == world.owner.pk
    await _in_thread(lambda: AppAuthorization.objects.update(revoked_at=timezone.now()))
    revoked_at = time.monotonic()
    while True:
        try:
            await runtime().authentication.authenticate(header)
        except Unauthorized:
            break
        assert time.monotonic() - revoked_at < 1.05
        await asyncio.sleep(0.01)


@pytest.mark.django_db(transaction=True)
async def test_calls_that_arrive_together_ask_once(
    program: Program, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One query for a burst, none for a cached token."""
    token = await _in_thread(lambda: program.connect(world.owner)["access_token"])
    asked: list[str] = []
    ask = token_info.resolve_digest

    def counted(key: str, resource: str) -> token_info.TokenInfo | None:
        asked.append(key)
        return ask(key, resource)

    monkeypatch.setattr(token_info, "resolve_digest", counted)
    callers = await asyncio.gather(
        *(runtime().authentication.authenticate(f"Bearer {token}") for _ in range(50))
    )
    assert len({who.user_id for who in callers}) == 1
    await runtime().authentication.authenticate(f"Bearer {token}")
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
async def test_last_use_is_noted_once_a_minute(program: Program, world: World) -> None:
    """For the screens, without a write in every call."""
    token = await _in_thread(lambda: program.connect(world.owner)["access_token"])
    await runtime().authentication.authenticate(f"Bearer {token}")
    await _in_thread(runtime().authentication.last_use.settle)
    authorization = await _in_thread(AppAuthorization.objects.get)
    consumer = await _in_thread(Consumer.objects.get)
    assert authorization.last_used_at is not None
    assert consumer.last_used_at == authorization.last_used_at
    runtime().authentication.forget()
    await runtime().authentication.authenticate(f"Bearer {token}")
    await _in_thread(runtime().authentication.last_use.settle)
    again = await _in_thread(AppAuthorization.objects.get)
    assert again.last_used_at == authorization.last_used_at


@pytest.mark.django_db(transaction=True)
async def test_database_trouble_is_not_a_bad_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """503 instead of 401: a client discards a token that is called invalid."""

    def fails(*_key: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(token_info, "resolve_digest", fails)
    with pytest.raises(Unavailable):
        await runtime().authentication.authenticate("Bearer fma_" + "x" * 43)


@pytest.mark.django_db(transaction=True)
async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of tokens does not fill the memory."""
    monkeypatch.setattr(authentication, "MOST_KEPT", 10)
    kept = Authentication()
    for number in range(100):
        with pytest.raises(Unauthorized):
            await kept.authenticate(f"Bearer fma_{number:043d}")
    assert len(kept._found.kept()) == 10
    await _in_thread(kept.stop)


def test_a_token_is_not_kept_beyond_its_end(program: Program, world: World) -> None:
    """Caching does not extend the last second of a token."""
    token = program.connect(world.owner)["access_token"]
    AccessToken.objects.update(expires=timezone.now() + dt.timedelta(milliseconds=300))
    _who, left = runtime().authentication._ask(authentication._digest_in(f"Bearer {token}"))
    assert 0 < left <= 0.3


async def _in_thread(work: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return await sync_to_async(run)()
