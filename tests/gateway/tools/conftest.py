"""People who call tools on a seeded plant, over each of the two kinds of connection."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import orjson
import pytest
from django.core.cache import cache as shared_cache
from django.db import connection as database
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from connections.models import ApiConnection, LinkedAccount
from connections.remote_api import RemoteApi
from maintenance.tokens import mint_user_token, principal_of
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.dispatch import Context
from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.sent_writes import sent
from tests.planted import planted

__all__ = ["sent"]

T = TypeVar("T")


class Connection:
    """How the callers reach their data: `api_url`, or "" for the API in this process."""

    api_url = ""


# On PostgreSQL only over the API in this process: the way over HTTP is the same with every database.
WAYS = ["embedded"] if database.vendor == "postgresql" else ["embedded", "fracttal_one"]


@pytest.fixture(scope="package", params=WAYS)
def _plant(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Seed a plant for each kind of connection, so that every test runs over both."""
    with planted(django_db_blocker):
        if request.param == "embedded":
            yield
            return
        server = LiveServer("127.0.0.1")  # the API behind a socket, over the same database
        Connection.api_url = f"{server.url}/api"
        yield
        Connection.api_url = ""
        server.stop()


# For tests of what the embedded API limits by the token; at Fracttal One only the account counts.
embedded_only = pytest.mark.parametrize("_plant", ["embedded"], indirect=True, scope="package")


@pytest.fixture(autouse=True)
def db(_plant: None, settings: Settings) -> None:
    """Replace pytest-django's `db`, whose transaction is invisible to other threads."""
    settings.API_REQUESTS_PER_MINUTE = 0
    shared_cache.clear()


def link(membership: Membership) -> RemoteApi:
    """Connect the person's company to `Connection.api_url`, and link an account of the person there."""
    company_id, user = membership.company_id, membership.user
    connection, _made = ApiConnection.objects.get_or_create(
        company_id=company_id,
        defaults={
            "kind": ApiConnection.Kind.FRACTTAL_ONE,
            "api_url": Connection.api_url,
            "remote_company_id": company_id,
        },
    )
    if not connection.links.filter(user=user).exists():
        end = timezone.now() + dt.timedelta(days=1)
        linked = LinkedAccount(connection=connection, user=user, expires_at=end, refresh_at=end)
        linked.set_tokens(mint_user_token(company_id=company_id, user_id=user.pk, lifetime_seconds=86400), "")
        linked.save()
    return RemoteApi(connection.pk, connection.api_url, company_id)


async def no_progress(done: float, total: float | None = None, message: str = "") -> None:
    pass


def caller_of(email: str, **changes: Any) -> Caller:
    membership = Membership.objects.get(user__email=email)
    principal = principal_of(membership)
    caller = Caller(
        **{name: getattr(principal, name) for name in principal.__dataclass_fields__},
        consumer_id=1,
        consumer_name="ChatGPT",
        scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
        toolsets=CATALOGUE.toolsets,
        remote=link(membership) if Connection.api_url else None,
    )
    return replace(caller, **changes)


async def _closing(given: Coroutine[Any, Any, T]) -> T:
    try:
        return await given
    finally:
        await runtime().close_loop()


def run(given: Coroutine[Any, Any, T]) -> T:
    """Run in a new event loop and close its connections."""
    return asyncio.run(_closing(given))


@cache
def answers_of(tool: str) -> Draft202012Validator:
    """The schema of a tool's answers, checked once: that takes longer than most calls."""
    output = CATALOGUE.tools[tool].output
    assert output is not None
    schema = output.model_json_schema(mode="serialization")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


class Person:
    """Calls tools as one person. Every answer is checked against the tool's schema."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def result(self, tool: str, **arguments: Any) -> ToolResult:
        given = runtime().dispatcher.call_tool(self.caller, tool, arguments, CATALOGUE, Context("r-1"))
        result = run(given)
        assert isinstance(result, ToolResult)
        return result

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result(tool, **arguments)
        assert not result.is_error, result.content
        assert result.structured is not None
        answers_of(tool).validate(orjson.loads(orjson.dumps(result.structured)))
        assert len(orjson.dumps(result.structured)) < 110_000
        return result.structured

    def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.result(tool, **arguments)
        assert result.is_error, result.structured
        assert result.structured is None
        error: dict[str, Any] = result.meta["fracttal-one/error"]
        return error

    def everything(self, tool: str, plural: str, **arguments: Any) -> list[dict[str, Any]]:
        """Return the records of all pages."""
        records: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(200):
            page = self.ask(tool, **arguments, **cursor)
            records += page[plural]
            assert page["returned"] == len(page[plural])
            assert page["has_more"] == ("next_cursor" in page)
            if not page["has_more"]:
                return records
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError("the pages do not end")


@pytest.fixture
def admin() -> Person:
    return Person(caller_of("admin@demo.example"))


@pytest.fixture
def planner() -> Person:
    return Person(caller_of("planner@demo.example"))


@pytest.fixture
def technician() -> Person:
    return Person(caller_of("technician@demo.example"))


@pytest.fixture
def stranger() -> Person:
    """The administrator of the other company."""
    return Person(caller_of("admin@other.example"))


PersonMaker = Callable[..., Person]


@pytest.fixture
def person() -> PersonMaker:
    """Build a person with changed rights or scopes."""

    def make(email: str = "admin@demo.example", **changes: Any) -> Person:
        return Person(caller_of(email, **changes))

    return make
