"""Tool calls of a company at Fracttal One: whose token is used, dead links, whose records come back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from connections.models import ApiConnection, LinkedAccount
from connections.remote_api import RemoteApi
from mcp_gateway.calls.errors import (
    NotConnected,
    NotPermitted,
    OutcomeUnknown,
    UpstreamUnavailable,
    WrongCompany,
)
from mcp_gateway.runtime import runtime
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.http import ReachableOnly, build_url
from mcp_gateway.upstream.resources.personnel import person_of_account
from tests.conftest import World
from tests.connections.conftest import Answer, FracttalOne, counting, error, link, pause
from tests.gateway.upstream.conftest import caller

pytestmark = pytest.mark.django_db(transaction=True)

RECONNECT = "http://localhost:8000/profile/fracttal-one/"


def rows(*found: dict[str, Any]) -> Answer:
    return 200, json.dumps({"success": True, "data": list(found), "total": len(found)}).encode()


def unauthorized(message: str = "UNAUTHORIZED") -> Answer:
    return 401, json.dumps({"success": False, "message": message, "data": None}).encode()


def playing(api: Any) -> Any:
    """Script Fracttal One. `api` is `(token, path) -> Answer`; the token endpoint issues numbered tokens."""

    def script(method: str, path: str, fields: dict[str, str], who: str) -> Answer | None:
        if path == "/oauth/token":
            return counting(method, path, fields, who)
        answer: Answer | None = api(who.removeprefix("Bearer "), path)
        return answer

    return script


@pytest.fixture(autouse=True)
async def engines_closed(settings: Settings) -> AsyncIterator[None]:
    settings.PUBLIC_URL = "http://localhost:8000"
    yield
    await runtime().close_loop()


def of(connection: ApiConnection, world: World, **changes: Any) -> Upstream:
    remote = RemoteApi(connection.pk, connection.api_url, connection.remote_company_id)
    fields = {"user_id": world.owner.pk, "user_email": "owner@example.com", "remote": remote} | changes
    return runtime().upstream_of(caller(**fields))


linked = sync_to_async(link)


async def stored(world: World) -> LinkedAccount:
    return await LinkedAccount.objects.aget(user=world.owner)


async def test_case_149_without_a_link_nothing_is_sent(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """MCP authorization: the person is told where to connect, and nobody else's credential is used."""
    await linked(connection, world.colleague)
    with pytest.raises(NotConnected) as refused:
        await of(connection, world).get(["items"])
    assert RECONNECT in refused.value.message
    assert refused.value.details == {"connect_url": RECONNECT}
    assert fracttal.seen == []


async def test_a_connection_whose_company_nobody_has_confirmed_is_not_used(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    connection.remote_company_id = None
    await linked(connection, world.owner)
    with pytest.raises(NotConnected, match="administrator has to test it"):
        await of(connection, world).get(["items"])
    assert fracttal.seen == []


@pytest.mark.parametrize(
    "path", ["work_orders", "work_orders_movements", "wo_resources", "work_order_change_status"]
)
async def test_who_is_limited_to_own_work_orders_sees_none_rather_than_all(
    world: World, connection: ApiConnection, fracttal: FracttalOne, path: str
) -> None:
    """Fracttal One cannot limit a token like that, so such callers are refused."""
    await linked(connection, world.owner)
    for upstream in (
        of(connection, world, own_work_orders_only=True),
        of(connection, world, user_id=None, own_work_orders_only=True),
    ):
        with pytest.raises(NotPermitted):
            await upstream.get([path])
        with pytest.raises(NotPermitted):
            await upstream.put([path, "OT-1"], {})
        assert not upstream.may_have_written
    assert fracttal.seen == []


async def test_each_caller_shows_the_own_token(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    fracttal.script = playing(lambda token, path: rows({"id_company": 1190, "token": token}))
    assert (await of(connection, world).get(["items"])).rows[0]["token"] == "access-1"
    fracttal.seen.clear()
    assert (await of(connection, world, user_id=None).get(["items"])).rows
    assert [fields["grant_type"] for fields in fracttal.token_requests] == ["client_credentials"]


@pytest.mark.parametrize("company", [1191, "1191", " 1191"])
async def test_case_212_records_of_another_company_are_refused(
    world: World,
    connection: ApiConnection,
    fracttal: FracttalOne,
    company: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """OWASP API10: what comes from upstream is checked against whom it was asked for."""
    await linked(connection, world.owner)
    if company == " 1191":
        answer = (
            200,
            b'{"success": true, "data": [{"id_company" : 1190}, {"id_company" :1191}]}',
        )
    else:
        answer = rows({"id_company": 1190}, {"id_company": company})
    fracttal.script = playing(lambda token, path: answer)
    with pytest.raises(WrongCompany):
        await of(connection, world).get(["items"])
    assert "answer of another company" in caplog.text
    upstream = of(connection, world)
    with pytest.raises(WrongCompany):
        await upstream.post(["work_requests"], {"description": "x"})
    assert upstream.may_have_written


async def test_a_text_that_speaks_of_a_company_is_only_a_text(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    text = 'The log says {"id_company": 7} and "id_company":8'
    fracttal.script = playing(lambda token, path: rows({"id_company": 1190, "description": text}))
    assert (await of(connection, world).get(["items"])).rows[0]["description"] == text


async def test_one_refused_token_is_renewed_and_the_call_goes_on(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    fracttal.script = playing(
        lambda token, path: rows({"id_company": 1190}) if token == "access-2" else unauthorized()
    )
    assert (await of(connection, world).get(["items"])).rows
    assert (await of(connection, world).get(["items"])).rows
    assert len(fracttal.token_requests) == 1
    assert (await stored(world)).generation == 2


async def test_case_206_fifty_calls_with_an_expired_token_refresh_once(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """One refresh, fifty answers."""
    await linked(connection, world.owner)
    fracttal.script = playing(
        lambda token, path: rows({"id_company": 1190}) if token == "access-2" else unauthorized()
    )
    answers = await asyncio.gather(*(of(connection, world).get(["items"]) for _ in range(50)))
    assert [answer.total for answer in answers] == [1] * 50
    assert len(fracttal.token_requests) == 1


async def test_case_208_twice_refused_the_link_is_dead_and_nobody_hammers(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """Marked once; afterwards nothing is sent, and the answer says where to connect again."""
    await linked(connection, world.owner)
    fracttal.script = playing(lambda token, path: unauthorized())
    for _ in range(3):
        with pytest.raises(NotConnected) as refused:
            await of(connection, world).get(["items"])
        assert refused.value.details == {"connect_url": RECONNECT}
    assert "Reconnect at" in refused.value.message
    assert len(fracttal.seen) == 3  # refused, refreshed, refused
    assert (await stored(world)).dead_since is not None


async def test_a_missing_permission_kills_no_link(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    fracttal.script = playing(lambda token, path: unauthorized("UNAUTHORIZED_ENDPOINT"))
    with pytest.raises(NotPermitted):
        await of(connection, world).get(["items"])
    assert len(fracttal.seen) == 1
    assert (await stored(world)).is_live


async def test_a_refused_refresh_says_where_to_connect_again(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: error("invalid_grant")
    with pytest.raises(NotConnected) as refused:
        await of(connection, world).get(["items"])
    assert refused.value.details == {"connect_url": RECONNECT}


async def test_a_token_endpoint_that_is_down_is_no_reason_to_connect_again(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: (503, b"")
    with pytest.raises(UpstreamUnavailable):
        await of(connection, world).get(["items"])
    assert (await stored(world)).is_live


@pytest.mark.parametrize("status", [400, 401, 403, 407, 408, 413, 421])
async def test_a_refusal_in_other_words_than_oauths_is_waited_out_and_said(
    world: World, connection: ApiConnection, fracttal: FracttalOne, status: int
) -> None:
    await linked(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: (status, b"<html>Blocked</html>")
    with pytest.raises(UpstreamUnavailable) as refused:
        await of(connection, world).get(["items"])
    assert f"answered {status} instead of Fracttal One" in refused.value.message
    assert RECONNECT in refused.value.message
    assert (await stored(world)).is_live
    await LinkedAccount.objects.aupdate(lease_ends_at=None)
    fracttal.script = playing(lambda token, path: (200, b'{"success": true, "data": [], "total": 0}'))
    assert (await of(connection, world).get(["items"])).rows == []


async def test_a_firewall_before_the_api_ends_no_link(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    for status in (401, 403):
        fracttal.script = playing(lambda token, path, status=status: (status, b"<html>Blocked</html>"))
        with pytest.raises(UpstreamUnavailable):
            await of(connection, world).get(["items"])
        assert (await stored(world)).is_live


async def test_a_program_that_is_refused_twice_is_told_so(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    fracttal.script = playing(lambda token, path: unauthorized())
    for calls in (4, 8):  # token, refused, token, refused; then again, since the token is not cached
        with pytest.raises(NotConnected):
            await of(connection, world, user_id=None).get(["items"])
        assert len(fracttal.seen) == calls


async def test_a_write_that_waited_too_long_for_its_token_was_surely_not_sent(
    world: World, connection: ApiConnection, fracttal: FracttalOne, settings: Settings
) -> None:
    settings.UPSTREAM_DEADLINE_SECONDS = 0.5
    await linked(connection, world.owner, seconds=-1)

    def slow(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
        pause(1.0)
        return counting(method, path, fields, who)

    fracttal.script = slow
    upstream = of(connection, world)
    with pytest.raises(UpstreamUnavailable, match="nothing was written"):
        await upstream.post(["work_requests"], {"description": "x"})
    assert not upstream.may_have_written
    await asyncio.sleep(1.0)
    assert [path for _method, path, _fields, _who in fracttal.seen] == ["/oauth/token"]
    assert (await stored(world)).generation == 2  # the refresh continued, and its result was stored


async def test_a_write_whose_answer_is_lost_is_sent_once(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    fracttal.script = playing(lambda token, path: None)
    with pytest.raises(OutcomeUnknown):
        await of(connection, world).post(["work_requests"], {"description": "x"})
    assert len(fracttal.seen) == 1


async def test_what_is_unlinked_is_out_within_a_second(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    await linked(connection, world.owner)
    fracttal.script = playing(lambda token, path: rows({"id_company": 1190}))
    assert await of(connection, world).get(["items"])
    await LinkedAccount.objects.all().adelete()
    await asyncio.sleep(1.05)
    with pytest.raises(NotConnected):
        await of(connection, world).get(["items"])


# --- the person behind a write -------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"account_id": 77}, "BY-ID"),
        ({"account_email": "Linked@Example.com"}, "BY-EMAIL"),
        ({}, "OWN"),  # the token did not name the account: the person's own e-mail is used
        ({"account_id": 78}, None),
    ],
)
async def test_the_record_of_the_linked_account_is_found(
    world: World, connection: ApiConnection, fracttal: FracttalOne, said: dict[str, Any], code: str | None
) -> None:
    """docs/reference/fracttal-api.md#what-integrators-met, row 26: the account is matched by its number."""
    await linked(connection, world.owner, **said)
    fracttal.script = playing(
        lambda token, path: rows(
            {"code": "OWN", "name": "Own", "account_email": "owner@example.com", "active": True},
            {"code": "BY-EMAIL", "name": "By e-mail", "account_email": "linked@example.com", "active": True},
            {"code": "BY-ID", "name": "By number", "account_email": None, "id_account": 77, "active": True},
            {"code": "GONE", "name": "Gone", "id_account": 78, "active": False},
        )
    )
    found = await person_of_account(of(connection, world))
    assert (found.code if found else None) == code


# --- where it may go -------------------------------------------------------------------------


async def test_a_name_that_leads_into_the_own_network_is_not_followed(settings: Settings) -> None:
    """OWASP API7: DNS that returns an internal address, whatever the form accepted."""
    settings.UPSTREAM_ON_PRIVATE_HOSTS = False
    with pytest.raises(OSError, match="inner network"):
        await ReachableOnly().resolve("localhost", 80)
    settings.UPSTREAM_ON_PRIVATE_HOSTS = True
    assert await ReachableOnly().resolve("localhost", 80)


def test_addresses_are_built_below_the_companys_base() -> None:
    remote = RemoteApi(1, "https://app.fracttal.com/api", 1190)
    assert build_url(["items", "a/b"], None, remote) == "https://app.fracttal.com/api/items/a%2Fb"
